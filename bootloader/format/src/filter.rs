//! Reversible transformations that make native code compress better.
//!
//! Machine code names the same target by another number at every place, because calls, unwind tables and relocations
//! count from where they stand. Counted from a common point, or from the entry before, the same numbers recur. And opcodes
//! compress better where nothing but opcodes stands, as do the highest bytes of numbers where nothing but these stands. The
//! packer applies filters before it compresses a native file, the bootloader inverts them after decompressing it.
//!
//! A filter works on a range of the file and changes no byte outside of it; the ranges of one file do not overlap. For any
//! bytes whatever, nothing panics. [`invert`] undoes [`apply`] for any bytes, except for [`FilterKind::Frames`]: there the packer
//! looks at each table whether it does.

mod instructions;
mod numbers;
mod unwinding;

use crate::bytes::Reader;

/// One transformation of one range of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filter {
    /// What is done.
    pub kind: FilterKind,
    /// First byte of the range.
    pub start: u32,
    /// Where the range ends.
    pub end: u32,
}

/// What a filter does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum FilterKind {
    /// x86-64 code: opcodes and operands are taken apart. This is the range of the opcodes; those of eight kinds of operands
    /// follow it, here and in the file.
    Opcodes = 1,
    /// Call frame information (`.eh_frame`, Linux Standard Base 10.6.1), taken apart. This is the range of what every entry begins
    /// with; those of what code the entries are for, and of all else, follow it, here and in the file.
    Frames = 2,
    /// The table behind the header of `.eh_frame_hdr` (Linux Standard Base 10.6.2): each entry becomes its difference to what the
    /// call frame information says of which it is made. That must be there unfiltered, so it is filtered later and restored earlier.
    FrameTable = 3,
    /// Triples of 64-bit words (`Elf64_Rela`): each becomes its difference to the triple before.
    Triples = 4,
    /// One kind of operand of the code whose opcodes stand before.
    Operands = 5,
    /// Entries of 16 bytes (`.plt`): each becomes its difference to the one before, byte by byte.
    Linkage = 6,
    /// Numbers of two bytes: the first bytes of all of them go first, the second ones follow.
    Shorts = 7,
    /// Numbers of four bytes, likewise.
    Words = 8,
    /// Symbols of 24 bytes (`Elf64_Sym`), likewise.
    Symbols = 9,
    /// One part of the call frame information whose beginnings stand before.
    FrameParts = 10,
}

/// Size of an encoded filter in bytes.
pub const SIZE: usize = 12;

/// Transforms the filter's range of `content`, which for [`FilterKind::Opcodes`] is that of whole instructions, and for
/// [`FilterKind::Frames`] that of whole entries. Returns the filters that undo it.
pub fn apply(content: &mut [u8], filter: Filter) -> Vec<Filter> {
    let range = filter.start..filter.end;
    match filter.kind {
        FilterKind::Opcodes => instructions::apply(content, range).unwrap_or_default(),
        FilterKind::Frames => unwinding::apply(content, range).unwrap_or_default(),
        _ => {
            run(content, filter, Direction::Apply, &mut vec![0; spare(&[filter])]);
            vec![filter]
        }
    }
}

/// How many bytes [`invert`] needs to work with.
pub fn spare(filters: &[Filter]) -> usize {
    let of_one = |(number, filter): (usize, &Filter)| {
        let length = |ranges: usize| {
            let last = filters.get(number + ranges - 1);
            last.map_or(0, |last| last.end.saturating_sub(filter.start))
        };
        match filter.kind {
            FilterKind::Opcodes => instructions::spare(length(instructions::STREAMS)),
            FilterKind::Frames => length(unwinding::PARTS) as usize,
            FilterKind::Shorts | FilterKind::Words | FilterKind::Symbols => length(1) as usize,
            _ => 0,
        }
    };
    filters.iter().enumerate().map(of_one).max().unwrap_or(0)
}

/// Undoes what [`apply`] did, by the filters that it returned for all ranges. Of `spare`, which is as long as the function of
/// this name says, the content does not matter.
pub fn invert(content: &mut [u8], mut filters: &[Filter], spare: &mut [u8]) {
    while let Some((&filter, rest)) = filters.split_first() {
        filters = rest;
        // Those of several ranges end early where the filters are others than `apply` returns.
        let _ = match filter.kind {
            FilterKind::Opcodes => instructions::invert(content, filter, rest, spare),
            FilterKind::Frames => unwinding::invert(content, filter, rest, spare),
            _ => {
                run(content, filter, Direction::Invert, spare);
                Some(())
            }
        };
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Apply,
    Invert,
}

impl Filter {
    /// Encodes the filter as it stands in the index.
    pub fn to_bytes(self) -> [u8; SIZE] {
        let mut bytes = [0; SIZE];
        for (word, number) in bytes.as_chunks_mut().0.iter_mut().zip([self.kind as u32, self.start, self.end]) {
            *word = number.to_le_bytes();
        }
        bytes
    }

    /// Reads an encoded filter. `None` where there is no such kind.
    pub fn from_bytes(bytes: &[u8; SIZE]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let kind = match reader.u32()? {
            1 => FilterKind::Opcodes,
            2 => FilterKind::Frames,
            3 => FilterKind::FrameTable,
            4 => FilterKind::Triples,
            5 => FilterKind::Operands,
            6 => FilterKind::Linkage,
            7 => FilterKind::Shorts,
            8 => FilterKind::Words,
            9 => FilterKind::Symbols,
            10 => FilterKind::FrameParts,
            _ => return None,
        };
        Some(Filter { kind, start: reader.u32()?, end: reader.u32()? })
    }
}

fn run(content: &mut [u8], filter: Filter, direction: Direction, spare: &mut [u8]) {
    let Filter { kind, start, end } = filter;
    let Some(range) = content.get_mut(start as usize..end as usize) else { return };
    match kind {
        // These are a matter of several ranges.
        FilterKind::Opcodes | FilterKind::Operands | FilterKind::Frames | FilterKind::FrameParts => {}
        FilterKind::FrameTable => unwinding::table(content, start..end, direction),
        FilterKind::Triples => numbers::triples(range, direction),
        FilterKind::Linkage => numbers::linkage(range, direction),
        FilterKind::Shorts => numbers::planes(2, range, direction, spare),
        FilterKind::Words => numbers::planes(4, range, direction, spare),
        FilterKind::Symbols => numbers::planes(24, range, direction, spare),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// All that a range is given, and that any bytes survive.
    const OF_ANY_BYTES: [FilterKind; 7] = [
        FilterKind::Opcodes,
        FilterKind::FrameTable,
        FilterKind::Triples,
        FilterKind::Linkage,
        FilterKind::Shorts,
        FilterKind::Words,
        FilterKind::Symbols,
    ];

    fn round_trip(content: &[u8], kind: FilterKind, start: u32, end: u32) -> (Vec<u8>, Vec<u8>) {
        let mut applied = content.to_vec();
        let filters = apply(&mut applied, Filter { kind, start, end });
        let mut inverted = applied.clone();
        invert(&mut inverted, &filters, &mut vec![1; spare(&filters)]);
        (applied, inverted)
    }

    #[test]
    fn two_calls_of_one_function_become_equal() {
        let code = [0xE8, 0x10, 0, 0, 0, 0x90, 0x90, 0xE8, 0x09, 0, 0, 0, 0x90, 0x90];
        let (applied, inverted) = round_trip(&code, FilterKind::Opcodes, 0, code.len() as u32);
        assert_eq!(applied, [0xE8, 0x90, 0x90, 0xE8, 0x90, 0x90, 0, 0, 0, 0x15, 0, 0, 0, 0x15]);
        assert_eq!(inverted, code);
    }

    #[test]
    fn a_table_that_follows_from_its_frames_becomes_zeros() {
        // Two entries for code at 1000 and 1100, behind the header of the table (12 bytes) and the table (16).
        let entry = |place: u32, code: u32| [12, 1, code - (place + 8), 50].map(u32::to_le_bytes).concat();
        let table = [1000u32, 28, 1100, 44].map(u32::to_le_bytes).concat();
        let content = [vec![7; 12], table, entry(28, 1000), entry(44, 1100)].concat();
        let (applied, inverted) = round_trip(&content, FilterKind::FrameTable, 12, 28);
        assert_eq!(applied[12..28], [0u32, 28, 0, 0].map(u32::to_le_bytes).concat());
        assert_eq!(inverted, content);
    }

    #[test]
    fn jumps_to_one_target_differ_by_nothing() {
        let code = [0xE9, 0x10, 0, 0, 0, 0xE9, 0x0B, 0, 0, 0];
        let (applied, inverted) = round_trip(&code, FilterKind::Opcodes, 0, code.len() as u32);
        // The opcodes, and the planes of 0x15 and nothing, whose sign is their last bit.
        assert_eq!(applied, [0xE9, 0xE9, 0, 0, 0, 0, 0, 0, 0x2A, 0]);
        assert_eq!(inverted, code);
    }

    #[test]
    fn bytes_outside_of_the_range_stay() {
        let content: Vec<u8> = (0..=255).cycle().take(1000).collect();
        for kind in OF_ANY_BYTES.into_iter().chain([FilterKind::Frames]) {
            let (applied, inverted) = round_trip(&content, kind, 100, 900);
            assert_eq!((&applied[..100], &applied[900..]), (&content[..100], &content[900..]));
            assert_eq!(inverted, content);
        }
    }

    #[test]
    fn this_test_programs_own_sections_survive() {
        let own = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let end = own.len().min(4 << 20) as u32;
        for kind in OF_ANY_BYTES.into_iter().chain([FilterKind::Frames]) {
            assert!(round_trip(&own, kind, 0, end).1 == own, "{kind:?}");
        }
    }

    fn opcodes_mostly() -> impl Strategy<Value = Vec<u8>> {
        let often = [0, 0x05, 0x0F, 0x38, 0x48, 0x62, 0x66, 0x84, 0x8D, 0xB8, 0xC4, 0xC7, 0xE8, 0xEB, 0xF7, 0xFF];
        proptest::collection::vec(prop_oneof![proptest::sample::select(often.to_vec()), any::<u8>()], 0..300)
    }

    proptest! {
        #[test]
        fn any_bytes_and_any_range_are_survived(content in opcodes_mostly(), start in 0u32..320, end in 0u32..320) {
            for kind in OF_ANY_BYTES {
                prop_assert_eq!(&round_trip(&content, kind, start, end).1, &content);
            }
            round_trip(&content, FilterKind::Frames, start, end);
        }

        #[test]
        fn any_filters_are_survived(
            content in opcodes_mostly(),
            filters in proptest::collection::vec((1u32..11, 0u32..320, 0u32..320), 0..20),
        ) {
            let filters: Vec<Filter> = filters
                .into_iter()
                .filter_map(|(kind, start, end)| {
                    let words = [kind, start, end].map(u32::to_le_bytes);
                    Filter::from_bytes(words.as_flattened().try_into().unwrap())
                })
                .collect();
            invert(&mut content.clone(), &filters, &mut vec![1; spare(&filters)]);
        }
    }
}

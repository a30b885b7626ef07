//! Reversible transformations that make native code compress better.
//!
//! Machine code names the same target by another number at every place, because calls, unwind tables and relocations
//! count from where they stand. Counted from a common point, or from the entry before, the same numbers recur. And opcodes
//! compress better where nothing but opcodes stands. The packer applies filters before it compresses a native file, the
//! bootloader inverts them after decompressing it.
//!
//! A filter works on a range of the file and changes no byte outside of it; the ranges of one file do not overlap. For any
//! bytes whatever, nothing panics. [`invert`] undoes [`apply`] for any bytes, except for [`FilterKind::Frames`]: there the packer
//! looks at each table whether it does.

mod instructions;

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
    /// Call frame information (`.eh_frame`, Linux Standard Base 10.6): the code that an entry is for is counted from the end
    /// of the entry before, and its common information from the start of the range.
    Frames = 2,
    /// Pairs of 32-bit words (the table in `.eh_frame_hdr`): each becomes its difference to the pair before.
    Pairs = 3,
    /// Triples of 64-bit words (`Elf64_Rela`): each becomes its difference to the triple before.
    Triples = 4,
    /// One kind of operand of the code whose opcodes stand before.
    Operands = 5,
}

/// Size of an encoded filter in bytes.
pub const SIZE: usize = 12;

/// Transforms the filter's range of `content`, which for [`FilterKind::Opcodes`] is that of whole instructions. Returns the
/// filters that undo it.
pub fn apply(content: &mut [u8], filter: Filter) -> Vec<Filter> {
    match filter.kind {
        FilterKind::Opcodes => instructions::apply(content, filter.start..filter.end).unwrap_or_default(),
        _ => {
            run(content, filter, Direction::Apply);
            vec![filter]
        }
    }
}

/// How many bytes [`invert`] needs to work with.
pub fn spare(filters: &[Filter]) -> usize {
    let ranges = filters.windows(instructions::STREAMS).map(|ranges| (ranges[0], ranges[ranges.len() - 1]));
    let code = ranges.filter(|(first, _)| first.kind == FilterKind::Opcodes);
    code.map(|(first, last)| instructions::spare(last.end.saturating_sub(first.start))).max().unwrap_or(0)
}

/// Undoes what [`apply`] did, by the filters that it returned for all ranges. Of `spare`, which is as long as the function of
/// this name says, the content does not matter.
pub fn invert(content: &mut [u8], mut filters: &[Filter], spare: &mut [u8]) {
    while let Some((&filter, rest)) = filters.split_first() {
        filters = rest;
        match filter.kind {
            FilterKind::Opcodes => {
                // Ends early where the filters are others than `apply` returns.
                let _ = instructions::invert(content, filter, rest, spare);
            }
            _ => run(content, filter, Direction::Invert),
        }
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
            3 => FilterKind::Pairs,
            4 => FilterKind::Triples,
            5 => FilterKind::Operands,
            _ => return None,
        };
        Some(Filter { kind, start: reader.u32()?, end: reader.u32()? })
    }
}

fn run(content: &mut [u8], filter: Filter, direction: Direction) {
    let Some(range) = content.get_mut(filter.start as usize..filter.end as usize) else { return };
    match filter.kind {
        // These are a matter of several ranges.
        FilterKind::Opcodes | FilterKind::Operands => {}
        FilterKind::Frames => {
            // Ends early at an entry that is none, in both directions at the same one.
            let _ = frames(range, direction);
        }
        FilterKind::Pairs => pairs(range, direction),
        FilterKind::Triples => triples(range, direction),
    }
}

fn frames(table: &mut [u8], direction: Direction) -> Option<()> {
    let (mut position, mut last_end) = (0usize, 0u32);
    loop {
        let length = word(table, position)?;
        if length < 4 || length == u32::MAX {
            return None;
        }
        let next = position.checked_add(4)?.checked_add(length as usize).filter(|&next| next <= table.len())?;
        let common = word(table, position + 4)?;
        if common != 0 && length >= 12 {
            let (place, own) = (position as u32 + 4, position as u32 + 8);
            let (code, size) = (word(table, position + 8)?, word(table, position + 12)?);
            // One more than the place of the common information, because zero says that an entry is one.
            let (common, begin, stored) = match direction {
                Direction::Apply => {
                    let begin = code.wrapping_add(own);
                    (place.wrapping_sub(common).wrapping_add(1), begin, begin.wrapping_sub(last_end))
                }
                Direction::Invert => {
                    let begin = code.wrapping_add(last_end);
                    (place.wrapping_sub(common.wrapping_sub(1)), begin, begin.wrapping_sub(own))
                }
            };
            set_word(table, position + 4, common)?;
            set_word(table, position + 8, stored)?;
            last_end = begin.wrapping_add(size);
        }
        position = next;
    }
}

fn pairs(table: &mut [u8], direction: Direction) {
    let mut last = [0u32; 2];
    for pair in table.as_chunks_mut::<8>().0 {
        for (number, last) in last.iter_mut().enumerate() {
            let bytes = &mut pair[number * 4..][..4];
            let value = u32::from_le_bytes(bytes.try_into().unwrap_or_default());
            let changed = match direction {
                Direction::Apply => value.wrapping_sub(*last),
                Direction::Invert => value.wrapping_add(*last),
            };
            *last = if direction == Direction::Apply { value } else { changed };
            bytes.copy_from_slice(&changed.to_le_bytes());
        }
    }
}

fn triples(table: &mut [u8], direction: Direction) {
    let mut last = [0u64; 3];
    for triple in table.as_chunks_mut::<24>().0 {
        for (number, last) in last.iter_mut().enumerate() {
            let bytes = &mut triple[number * 8..][..8];
            let value = u64::from_le_bytes(bytes.try_into().unwrap_or_default());
            let changed = match direction {
                Direction::Apply => value.wrapping_sub(*last),
                Direction::Invert => value.wrapping_add(*last),
            };
            *last = if direction == Direction::Apply { value } else { changed };
            bytes.copy_from_slice(&changed.to_le_bytes());
        }
    }
}

fn word(bytes: &[u8], position: usize) -> Option<u32> {
    bytes.get(position..)?.first_chunk().copied().map(u32::from_le_bytes)
}

fn set_word(bytes: &mut [u8], position: usize, value: u32) -> Option<()> {
    *bytes.get_mut(position..)?.first_chunk_mut()? = value.to_le_bytes();
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KINDS: [FilterKind; 4] = [FilterKind::Opcodes, FilterKind::Frames, FilterKind::Pairs, FilterKind::Triples];

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
    fn bytes_outside_of_the_range_stay() {
        let content: Vec<u8> = (0..=255).cycle().take(1000).collect();
        for kind in KINDS {
            let (applied, inverted) = round_trip(&content, kind, 100, 900);
            assert_eq!((&applied[..100], &applied[900..]), (&content[..100], &content[900..]));
            assert_eq!(inverted, content);
        }
    }

    #[test]
    fn this_test_programs_own_sections_survive() {
        let own = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let end = own.len().min(4 << 20) as u32;
        for kind in KINDS {
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
            for kind in [FilterKind::Opcodes, FilterKind::Pairs, FilterKind::Triples] {
                prop_assert_eq!(&round_trip(&content, kind, start, end).1, &content);
            }
            round_trip(&content, FilterKind::Frames, start, end);
        }

        #[test]
        fn any_filters_are_survived(
            content in opcodes_mostly(),
            filters in proptest::collection::vec((1u32..6, 0u32..320, 0u32..320), 0..20),
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

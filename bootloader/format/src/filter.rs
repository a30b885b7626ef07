//! Reversible transformations that make native code compress better.
//!
//! Machine code names the same target by another number at every place, because branches, unwind tables and relocations
//! count from where they stand. Counted from a common point, or from the entry before, the same numbers recur. The
//! packer applies filters before it compresses a native file, the bootloader inverts them after decompressing it.
//!
//! A filter works on a range of the file and changes no byte outside of it; the ranges of one file do not overlap. For any
//! bytes whatever, nothing panics. That [`invert`] undoes [`apply`] is certain for real sections and checked by the packer
//! for each file.

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
    /// x86-64 code: what branches and accesses relative to `rip` count from their own place is counted from the range's start.
    Branches = 1,
    /// Call frame information (`.eh_frame`, Linux Standard Base 10.6): the code that an entry is for is counted from the end
    /// of the entry before, and its common information from the start of the range.
    Frames = 2,
    /// Pairs of 32-bit words (the table in `.eh_frame_hdr`): each becomes its difference to the pair before.
    Pairs = 3,
    /// Triples of 64-bit words (`Elf64_Rela`): each becomes its difference to the triple before.
    Triples = 4,
}

/// Size of an encoded filter in bytes.
pub const SIZE: usize = 12;

/// Transforms the filter's range of `content`.
pub fn apply(content: &mut [u8], filter: Filter) {
    run(content, filter, Direction::Apply);
}

/// Undoes [`apply`].
pub fn invert(content: &mut [u8], filter: Filter) {
    run(content, filter, Direction::Invert);
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
            1 => FilterKind::Branches,
            2 => FilterKind::Frames,
            3 => FilterKind::Pairs,
            4 => FilterKind::Triples,
            _ => return None,
        };
        Some(Filter { kind, start: reader.u32()?, end: reader.u32()? })
    }
}

fn run(content: &mut [u8], filter: Filter, direction: Direction) {
    let Some(range) = content.get_mut(filter.start as usize..filter.end as usize) else { return };
    match filter.kind {
        FilterKind::Branches => branches(range, direction),
        FilterKind::Frames => {
            // Ends early at an entry that is none, in both directions at the same one.
            let _ = frames(range, direction);
        }
        FilterKind::Pairs => pairs(range, direction),
        FilterKind::Triples => triples(range, direction),
    }
}

/// Operands are 25 bits wide with their sign: their last byte is 0x00 or 0xFF before and after. They are stored with that byte
/// first, which suits the compressor. Whether an operand begins somewhere is decided by the bytes in front of it that belong
/// to no other operand, so that both directions decide alike.
fn branches(code: &mut [u8], direction: Direction) {
    let (mut fence, mut position) = (0, 1);
    loop {
        // Nine bytes of ten are told by themselves that nothing follows them; this loop is where unpacking spends its time.
        let Some(rest) = code.len().checked_sub(4).and_then(|last| code.get(position - 1..last)) else { return };
        let Some(passed) = rest.iter().position(|&byte| CAN_END_OPCODE[usize::from(byte)]) else { return };
        position += passed;
        if !is_operand_behind(&code[fence..position]) {
            position += 1;
            continue;
        }
        let end = position + 4;
        let Some(bytes) = code.get_mut(position..end).and_then(|bytes| bytes.first_chunk_mut::<4>()) else { return };
        let value = match direction {
            Direction::Apply => i32::from_le_bytes(*bytes),
            Direction::Invert => i32::from_be_bytes(*bytes),
        };
        let is_moved = matches!((value >> 24) as u8, 0x00 | 0xFF);
        let value = match direction {
            Direction::Apply if is_moved => value.wrapping_add(end as i32) << 7 >> 7,
            Direction::Invert if is_moved => value.wrapping_sub(end as i32) << 7 >> 7,
            _ => value,
        };
        *bytes = match direction {
            Direction::Apply => value.to_be_bytes(),
            Direction::Invert => value.to_le_bytes(),
        };
        fence = end;
        position = end + 1;
    }
}

/// The bytes with which `is_operand_behind` can be true.
const CAN_END_OPCODE: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = matches!(byte, 0xE8 | 0xE9 | 0x80..=0x8F) || byte & 0xC7 == 0x05;
        byte += 1;
    }
    table
};

/// Whether `bytes`, which are not empty, end with an opcode whose 32-bit operand counts from the instruction's end: a branch,
/// or an access relative to `rip` (mod 0 and r/m 5 in the ModRM byte). This is a guess at where instructions begin; a wrong
/// one costs compression, nothing else.
fn is_operand_behind(bytes: &[u8]) -> bool {
    match *bytes {
        [.., 0xE8 | 0xE9] | [.., 0x0F, 0x80..=0x8F] => true,
        [.., before, modrm] if modrm & 0xC7 == 0x05 => {
            let is_64_bits_wide = matches!(*bytes, [.., 0x48 | 0x4C, _, _]);
            let is_call_or_jump = before == 0xFF && matches!(modrm, 0x15 | 0x25);
            let is_common = matches!(before, 0x03 | 0x38..=0x3B | 0x80 | 0x83 | 0x89 | 0x8B | 0x8D | 0xC6 | 0xC7);
            // SSE moves and arithmetic, and moves that extend.
            let is_long = matches!(
                *bytes,
                [
                    ..,
                    0x0F,
                    0x10..=0x12
                    | 0x14
                    | 0x16
                    | 0x28
                    | 0x29
                    | 0x2E
                    | 0x2F
                    | 0x54
                    | 0x57..=0x59
                    | 0x5C
                    | 0x5E
                    | 0x6E
                    | 0x6F
                    | 0x7E
                    | 0x7F
                    | 0xB6
                    | 0xB7
                    | 0xBE
                    | 0xBF
                    | 0xD6,
                    _,
                ]
            );
            is_64_bits_wide || is_call_or_jump || is_common || is_long
        }
        _ => false,
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

    const KINDS: [FilterKind; 4] = [FilterKind::Branches, FilterKind::Frames, FilterKind::Pairs, FilterKind::Triples];

    fn round_trip(content: &[u8], kind: FilterKind, start: u32, end: u32) -> (Vec<u8>, Vec<u8>) {
        let filter = Filter { kind, start, end };
        let mut applied = content.to_vec();
        apply(&mut applied, filter);
        let mut inverted = applied.clone();
        invert(&mut inverted, filter);
        (applied, inverted)
    }

    #[test]
    fn two_calls_of_one_function_become_equal() {
        let code = [0xE8, 0x10, 0, 0, 0, 0x90, 0x90, 0xE8, 0x09, 0, 0, 0, 0x90, 0x90];
        let (applied, inverted) = round_trip(&code, FilterKind::Branches, 0, code.len() as u32);
        assert_eq!(applied[1..5], applied[8..12]);
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

    proptest! {
        #[test]
        fn any_bytes_and_any_range_are_survived(
            content in proptest::collection::vec(prop_oneof![Just(0u8), Just(0xE8), Just(0x0F), Just(0x84), Just(0xFF), Just(0x48), Just(0x8D), Just(0x05), any::<u8>()], 0..300),
            start in 0u32..320,
            end in 0u32..320,
        ) {
            for kind in [FilterKind::Branches, FilterKind::Pairs, FilterKind::Triples] {
                prop_assert_eq!(&round_trip(&content, kind, start, end).1, &content);
            }
            round_trip(&content, FilterKind::Frames, start, end);
        }
    }
}

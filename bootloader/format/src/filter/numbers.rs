//! Tables of numbers: what lies next to each other is alike in another order, or as a difference.

use super::Direction;

/// How many bytes an entry of a procedure linkage table has (System V ABI, AMD64 supplement, 5.2).
const LINKAGE: usize = 16;

/// Makes each triple of 64-bit numbers its difference to the triple before.
pub fn triples(table: &mut [u8], direction: Direction) {
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

/// Makes each entry its difference to the entry before, byte by byte: a jump through a slot, a number and a jump back, of which each
/// is one more or less than in the entry before.
pub fn linkage(table: &mut [u8], direction: Direction) {
    let mut last = [0u8; LINKAGE];
    for entry in table.as_chunks_mut::<LINKAGE>().0 {
        for (byte, last) in entry.iter_mut().zip(&mut last) {
            let changed = match direction {
                Direction::Apply => byte.wrapping_sub(*last),
                Direction::Invert => byte.wrapping_add(*last),
            };
            *last = if direction == Direction::Apply { *byte } else { changed };
            *byte = changed;
        }
    }
}

/// Puts the first bytes of all numbers of `width` bytes first, then the second ones, and so on. What is no whole number stays at the
/// end.
pub fn planes(width: usize, numbers: &mut [u8], direction: Direction, spare: &mut [u8]) {
    let Some(spare) = spare.get_mut(..numbers.len()) else { return };
    spare.copy_from_slice(numbers);
    match direction {
        Direction::Apply => part(width, spare, numbers),
        Direction::Invert => unite(width, spare, numbers),
    }
}

/// Writes the planes of `numbers`, and nothing for what is no whole number.
pub fn part(width: usize, numbers: &[u8], planes: &mut [u8]) {
    let count = (numbers.len() / width).max(1);
    for (place, plane) in planes.chunks_exact_mut(count).take(width).enumerate() {
        let bytes = numbers.iter().skip(place).step_by(width);
        plane.iter_mut().zip(bytes).for_each(|(kept, &byte)| *kept = byte);
    }
}

/// Writes the numbers whose planes these are, and nothing for what is no whole number.
pub fn unite(width: usize, planes: &[u8], numbers: &mut [u8]) {
    let count = (numbers.len() / width).max(1);
    for (place, plane) in planes.chunks_exact(count).take(width).enumerate() {
        let bytes = numbers.iter_mut().skip(place).step_by(width);
        bytes.zip(plane).for_each(|(byte, &kept)| *byte = kept);
    }
}

//! Which parts of a native file's constants compress better when the bytes of their numbers are taken apart.
//!
//! Nothing in a file says where in it tables of numbers lie, and of which width these are. So each block is compressed in every way,
//! as fast as possible: `unicodedata` and the codecs for Chinese, Japanese and Korean lose a seventh to a half.

use rpack_format::filter::{self, Filter, FilterKind};
use std::io;
use std::ops::Range;
use zstd::bulk::Compressor;

/// How many bytes are judged together.
const BLOCK: usize = 32 << 10;

/// Zstandard's level: two fifths faster than level 1, and chooses as well.
const LEVEL: i32 = -1;

/// The filters for the constants in a range of a file; none where they cannot be tried.
pub fn find(content: &[u8], range: Range<u32>) -> Vec<Filter> {
    try_all(content, range).unwrap_or_default()
}

fn try_all(content: &[u8], range: Range<u32>) -> io::Result<Vec<Filter>> {
    let mut compressor = Compressor::new(LEVEL)?;
    let mut filters: Vec<Filter> = Vec::new();
    for start in range.clone().step_by(BLOCK) {
        let end = range.end.min(start.saturating_add(BLOCK as u32));
        let block = content.get(start as usize..end as usize).unwrap_or_default();
        // The fewest bytes, if it is by more than chance: each range stands in the index and takes time to restore.
        let mut best = (compressor.compress(block)?.len() * 31 / 32, None);
        for kind in [FilterKind::Shorts, FilterKind::Words] {
            let mut taken_apart = block.to_vec();
            filter::apply(&mut taken_apart, Filter { kind, start: 0, end: end - start });
            let size = compressor.compress(&taken_apart)?.len();
            if size < best.0 {
                best = (size, Some(kind));
            }
        }
        let Some(kind) = best.1 else { continue };
        match filters.last_mut().filter(|last| last.kind == kind && last.end == start) {
            Some(last) => last.end = end,
            None => filters.push(Filter { kind, start, end }),
        }
    }
    Ok(filters)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers of which the high bytes hardly differ, and the low ones do.
    fn numbers(width: usize) -> Vec<u8> {
        let mut state = 1u32;
        let mut number = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            [(state >> 24) as u8, 0x4E + (state >> 30) as u8, 0, 0]
        };
        (0..BLOCK / width).flat_map(|_| number().into_iter().take(width)).collect()
    }

    #[test]
    fn numbers_are_found_between_other_things() {
        let text = &b"what is no number stays as it is, ".repeat(BLOCK / 34 + 1)[..BLOCK];
        let content = [text, &numbers(2), &numbers(2), text, &numbers(4)[..BLOCK - 3]].concat();
        let block = BLOCK as u32;
        let found = find(&content, 0..content.len() as u32);
        let ranges: Vec<_> = found.iter().map(|filter| filter.start..filter.end).collect();
        assert_eq!(ranges, [block..3 * block, 4 * block..5 * block - 3]);
        assert_eq!(found[1].kind, FilterKind::Words);
    }

    #[test]
    fn a_range_outside_of_the_file_has_none() {
        assert_eq!(find(&[0; 10], 100..200), []);
    }
}

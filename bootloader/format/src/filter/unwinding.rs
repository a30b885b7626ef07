//! Unwind tables: call frame information, and the table by which an entry of it is found.

use super::{Direction, Filter, FilterKind, numbers};
use std::ops::Range;

/// Length of what stands in front of the table in `.eh_frame_hdr`: version, three encodings, a pointer and a count.
const HEADER: u32 = 12;

/// Call frame information in parts: what every entry begins with, what code the entries are for, and all else.
pub const PARTS: usize = 3;

/// Length of what every entry begins with, its length and where its common information lies, and of what follows where it is for
/// code: where that begins, and its size.
const HEAD: usize = 8;

/// Takes the entries in `range` of `content` apart, and returns the filters that put them together again. Code is counted from the end
/// of the code of the entry before, common information from the start of the range. Both, and lengths and sizes, are kept in planes.
pub fn apply(content: &mut [u8], range: Range<u32>) -> Option<Vec<Filter>> {
    let table = content.get_mut(range.start as usize..range.end as usize)?;
    let (mut heads, mut codes, mut others) = (Vec::new(), Vec::new(), Vec::new());
    let (mut position, mut last_end) = (0, 0u32);
    while let Some((length, common)) = head(table, position) {
        let (place, own) = (position as u32 + 4, position as u32 + 8);
        let mut rest = position + HEAD;
        let kept = if is_for_code(length, common) {
            let begin = word(table, rest)?.wrapping_add(own);
            let size = word(table, rest + 4)?;
            codes.extend_from_slice(&begin.wrapping_sub(last_end).to_le_bytes());
            codes.extend_from_slice(&size.to_le_bytes());
            last_end = begin.wrapping_add(size);
            rest += HEAD;
            // One more than the place, because zero says that an entry is common information.
            place.wrapping_sub(common).wrapping_add(1)
        } else {
            common
        };
        heads.extend_from_slice(&length.to_le_bytes());
        heads.extend_from_slice(&kept.to_le_bytes());
        position += 4 + length as usize;
        others.extend_from_slice(table.get(rest..position)?);
    }
    // What is no whole entry stays at the end.
    others.extend_from_slice(&table[position..]);

    let (one, two) = (heads.len(), heads.len() + codes.len());
    numbers::part(HEAD, &heads, &mut table[..one]);
    numbers::part(HEAD, &codes, &mut table[one..two]);
    table[two..].copy_from_slice(&others);
    let [one, two] = [one, two].map(|place| range.start + place as u32);
    Some(vec![
        Filter { kind: FilterKind::Frames, start: range.start, end: one },
        Filter { kind: FilterKind::FrameParts, start: one, end: two },
        Filter { kind: FilterKind::FrameParts, start: two, end: range.end },
    ])
}

/// Puts entries together that `apply` took apart, by the filters that it returned. Where they are others, so is the result, or it ends
/// early.
pub fn invert(content: &mut [u8], heads: Filter, parts: &[Filter], spare: &mut [u8]) -> Option<()> {
    let [codes, others]: &[Filter; PARTS - 1] = parts.first_chunk()?;
    let table = content.get_mut(heads.start as usize..others.end as usize)?;
    let spare = spare.get_mut(..table.len())?;
    let place = |offset: u32| offset.checked_sub(heads.start).map(|place| place as usize);
    let (one, two) = (place(codes.start)?, place(others.start)?);
    numbers::unite(HEAD, table.get(..one)?, spare.get_mut(..one)?);
    numbers::unite(HEAD, table.get(one..two)?, spare.get_mut(one..two)?);
    spare.get_mut(two..)?.copy_from_slice(table.get(two..)?);

    let (mut code, mut other) = (one, two);
    let (mut position, mut last_end) = (0, 0u32);
    for head in (0..one).step_by(HEAD) {
        let (length, kept) = (word(spare, head)?, word(spare, head + 4)?);
        let (place, own) = (position as u32 + 4, position as u32 + 8);
        set_word(table, position, length)?;
        let end = position.checked_add(4)?.checked_add(length as usize)?;
        let mut rest = position + HEAD;
        let common = if is_for_code(length, kept) {
            let (distance, size) = (word(spare, code)?, word(spare, code + 4)?);
            let begin = distance.wrapping_add(last_end);
            set_word(table, rest, begin.wrapping_sub(own))?;
            set_word(table, rest + 4, size)?;
            last_end = begin.wrapping_add(size);
            code += HEAD;
            rest += HEAD;
            place.wrapping_sub(kept.wrapping_sub(1))
        } else {
            kept
        };
        set_word(table, position + 4, common)?;
        let target = table.get_mut(rest..end)?;
        target.copy_from_slice(spare.get(other..)?.get(..target.len())?);
        other += target.len();
        position = end;
    }
    table.get_mut(position..)?.copy_from_slice(spare.get(other..)?);
    Some(())
}

/// What the entry at `position` begins with; `None` where there is no whole one.
fn head(table: &[u8], position: usize) -> Option<(u32, u32)> {
    let length = word(table, position).filter(|&length| length >= 4 && length != u32::MAX)?;
    let is_whole = table.len().checked_sub(position + 4)? >= length as usize;
    is_whole.then_some((length, word(table, position + 4)?))
}

/// Whether an entry says for which code it is: common information does not.
fn is_for_code(length: u32, common: u32) -> bool {
    common != 0 && length >= 12
}

/// Makes each entry its difference to what can be known of it. An entry is a pair of numbers, counted from the start of the header:
/// where some code begins, and where its call frame information lies. The latter lies behind that of the entry before, if the linker
/// left things in their order, and begins with its length; and it says itself where the code begins. So most differences are zero.
pub fn table(content: &mut [u8], range: Range<u32>, direction: Direction) {
    let Some(header) = range.start.checked_sub(HEADER) else { return };
    let mut expected_place = 0u32;
    for position in range.clone().step_by(8).take_while(|position| range.end - position >= 8) {
        let position = position as usize;
        let (Some(begin), Some(place)) = (word(content, position), word(content, position + 4)) else { return };
        let place_now = match direction {
            Direction::Apply => place,
            Direction::Invert => place.wrapping_add(expected_place),
        };
        // What lies in the range itself changes with it, and counts as nothing.
        let entry = header.wrapping_add(place_now);
        let is_outside = entry >= range.end || entry.checked_add(HEADER).is_some_and(|end| end <= range.start);
        let known = |offset: u32| {
            let place = entry.checked_add(offset).filter(|_| is_outside);
            place.and_then(|place| word(content, place as usize)).unwrap_or(0)
        };
        let (length, distance) = (known(0), known(8));
        let expected_begin = place_now.wrapping_add(8).wrapping_add(distance);
        let (begin, place) = match direction {
            Direction::Apply => (begin.wrapping_sub(expected_begin), place.wrapping_sub(expected_place)),
            Direction::Invert => (begin.wrapping_add(expected_begin), place_now),
        };
        let _ = set_word(content, position, begin).and_then(|()| set_word(content, position + 4, place));
        expected_place = place_now.wrapping_add(4).wrapping_add(length);
    }
}

fn word(bytes: &[u8], position: usize) -> Option<u32> {
    bytes.get(position..)?.first_chunk().copied().map(u32::from_le_bytes)
}

fn set_word(bytes: &mut [u8], position: usize, value: u32) -> Option<()> {
    *bytes.get_mut(position..)?.first_chunk_mut()? = value.to_le_bytes();
    Some(())
}

//! x86-64 code, taken apart into streams.
//!
//! An instruction is an opcode, with its prefixes and what says how it is addressed, and operands: displacements, constants and
//! distances. Opcodes recur in the same order, operands do not, and next to each other each spoils the matches and the
//! statistics of the other. So opcodes go first, and behind them each kind of operand in a stream of its own: 3 to 9 % less
//! after compression than code whose operands stay where they are. Two of these are put in another order ([`Arrangement`]): together
//! 2 to 5 % less again.
//!
//! How an instruction is divided follows from its opcode alone (Intel's manual, volume 2, chapter 2 and appendix A), so both
//! directions divide alike, whatever the bytes are: a wrong guess at what is code costs compression, nothing else.
//!
//! A gRPC plugin has five million instructions, and its first run waits for them. So [`unite`] has a branch only for what is
//! rare: every instruction gets a displacement and an operand of four bytes, and what it does not have is written over by
//! the next one.

use super::{Filter, FilterKind, numbers};
use std::ops::Range;

/// How many bytes are read or written at once.
const WINDOW: usize = 16;

/// How far beyond its end the writing of an instruction reaches at most, with some to spare.
const SLACK: usize = 32;

/// The streams: opcodes and eight kinds of operands.
pub const STREAMS: usize = 9;

/// Where a part of an instruction is kept, and how.
#[derive(Clone, Copy)]
struct Part {
    /// The number of its stream.
    stream: u8,
    /// Its length in bytes: none, one, two, four or eight.
    length: u8,
    /// Whether it counts from its instruction's end, and is kept counted from the start of the code: one variable or
    /// function is one number then.
    is_relative: bool,
}

impl Part {
    const fn new(stream: u8, length: u8) -> Self {
        Part { stream, length, is_relative: false }
    }
}

const OPCODES: usize = 0;
const NOTHING: Part = Part::new(1, 0);
const NEAR_DISPLACEMENT: Part = Part::new(1, 1);
const FAR_DISPLACEMENT: Part = Part::new(2, 4);
const VARIABLE: Part = Part { is_relative: true, ..Part::new(3, 4) };
const BYTE: Part = Part::new(4, 1);
const LONG: Part = Part::new(5, 4);
const CALL: Part = Part { is_relative: true, ..Part::new(6, 4) };
const JUMP: Part = Part { is_relative: true, ..Part::new(7, 4) };
const HOP: Part = Part::new(8, 1);
/// Constants of two and eight bytes are few, and lie with those of four.
const WORD: Part = Part { length: 2, ..LONG };
const QUAD: Part = Part { length: 8, ..LONG };

/// How the numbers of a stream are kept.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Arrangement {
    /// One behind the other.
    Row,
    /// Their highest bytes first, then the next ones, and so on: neighbours differ, and each such byte is like its likes.
    Planes,
    /// As their differences, in planes: jumps of one function go to near places, and some to the same one.
    Differences,
}

const fn arrangement(stream: usize) -> Arrangement {
    if stream == FAR_DISPLACEMENT.stream as usize {
        Arrangement::Planes
    } else if stream == JUMP.stream as usize {
        Arrangement::Differences
    } else {
        Arrangement::Row
    }
}

/// What stands behind an opcode.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Operand {
    Nothing,
    Byte,
    Word,
    /// Four bytes, or two with the prefix 66.
    Long,
    Hop,
    Jump,
    Call,
    /// Four bytes, two with the prefix 66, eight with REX.W.
    Wide,
    /// Groups F6 and F7: one byte or four, if the ModRM byte says that it is a test.
    Test,
    /// The opcode goes on in two or three more bytes (VEX, EVEX, the escapes 0F 38 and 0F 3A).
    Longer,
}

/// How an instruction is divided.
struct Shape {
    /// Length of prefixes, opcode, ModRM and SIB bytes.
    opcode: usize,
    displacement: Part,
    operand: Part,
}

/// Takes the code in `range` of `content` apart, and returns the filters that put it together again.
pub fn apply(content: &mut [u8], range: Range<u32>) -> Option<Vec<Filter>> {
    let code = content.get_mut(range.start as usize..range.end as usize)?;
    let mut streams: [Vec<u8>; STREAMS] = Default::default();
    streams[OPCODES].reserve(code.len());
    let mut position = 0;
    while let Some(next) = divide(code, position, &mut streams) {
        position = next;
    }
    // What is no whole instruction stays with the opcodes, at their end.
    streams[OPCODES].extend_from_slice(&code[position..]);

    let mut end = range.start;
    let mut filters = Vec::with_capacity(STREAMS);
    for (number, stream) in streams.iter_mut().enumerate() {
        let start = end;
        end = start + stream.len() as u32;
        arrange(number, stream, &mut content[start as usize..end as usize]);
        let kind = if number == OPCODES { FilterKind::Opcodes } else { FilterKind::Operands };
        filters.push(Filter { kind, start, end });
    }
    Some(filters)
}

/// Divides the instruction at `position` among the streams. `None` where no whole one is left.
fn divide(code: &[u8], position: usize, streams: &mut [Vec<u8>; STREAMS]) -> Option<usize> {
    let bytes = window(code, position);
    let Shape { opcode, displacement, operand } = shape(&bytes);
    let middle = position + opcode;
    let behind = middle + usize::from(displacement.length);
    let end = behind + usize::from(operand.length);
    if end > code.len() {
        return None;
    }
    append(&mut streams[OPCODES], bytes, opcode);
    for (part, place) in [(displacement, middle), (operand, behind)] {
        let bytes = u64::from_le_bytes(window(code, place));
        // The highest byte goes first: it is the one that differs least from its neighbours'.
        let origin = end as u32 * u32::from(part.is_relative);
        let number = u64::from((bytes as u32).wrapping_add(origin).swap_bytes());
        let kept = if part.length == 4 { number } else { bytes };
        append(&mut streams[usize::from(part.stream)], kept.to_le_bytes(), usize::from(part.length));
    }
    Some(end)
}

/// Writes a stream as it is kept.
fn arrange(number: usize, stream: &mut [u8], kept: &mut [u8]) {
    match arrangement(number) {
        Arrangement::Row => kept.copy_from_slice(stream),
        Arrangement::Planes => numbers::part(4, stream, kept),
        Arrangement::Differences => {
            let mut last = 0u32;
            for bytes in stream.as_chunks_mut().0 {
                let number = u32::from_be_bytes(*bytes);
                let difference = number.wrapping_sub(last) as i32;
                // The sign goes last, so that small numbers of both signs have the same high bytes.
                *bytes = ((difference << 1) ^ (difference >> 31)).to_be_bytes();
                last = number;
            }
            numbers::part(4, stream, kept);
        }
    }
}

/// Writes a stream as it was before [`arrange`].
fn straighten(number: usize, kept: &[u8], stream: &mut [u8]) {
    match arrangement(number) {
        Arrangement::Row => stream.copy_from_slice(kept),
        Arrangement::Planes => numbers::unite(4, kept, stream),
        Arrangement::Differences => {
            numbers::unite(4, kept, stream);
            let mut last = 0u32;
            for bytes in stream.as_chunks_mut().0 {
                let folded = u32::from_be_bytes(*bytes);
                last = last.wrapping_add((folded >> 1) ^ (folded & 1).wrapping_neg());
                *bytes = last.to_be_bytes();
            }
        }
    }
}

/// Appends the first bytes of these. A copy of fixed length takes an instruction or two.
#[inline(always)]
fn append<const LENGTH: usize>(stream: &mut Vec<u8>, bytes: [u8; LENGTH], length: usize) {
    let end = stream.len() + length;
    stream.extend_from_slice(&bytes);
    stream.truncate(end);
}

/// How many bytes it takes to put that much code together.
pub fn spare(length: u32) -> usize {
    length as usize + SLACK
}

/// Puts code together that `apply` took apart, by the filters that it returned. Where they are others, so is the result, or
/// it ends early.
pub fn invert(content: &mut [u8], opcodes: Filter, operands: &[Filter], spare: &mut [u8]) -> Option<()> {
    let operands: &[Filter; STREAMS - 1] = operands.first_chunk()?;
    let start = opcodes.start;
    let code = content.get_mut(start as usize..operands[STREAMS - 2].end as usize)?;
    let parts = spare.get_mut(..code.len() + SLACK)?;
    let mut cursors = [0; STREAMS];
    for (number, filter) in [&opcodes].into_iter().chain(operands).enumerate() {
        let place = |offset: u32| offset.checked_sub(start).map(|place| place as usize);
        cursors[number] = place(filter.start)?;
        let stream = cursors[number]..place(filter.end)?;
        straighten(number, code.get(stream.clone())?, parts.get_mut(stream)?);
    }
    let end = opcodes.end.checked_sub(start)? as usize;
    let mut streams = Streams { parts, cursors };

    // Most of the code is written in its place, the last of it where there is room behind.
    let last = code.len().saturating_sub(SLACK * 2);
    let mut position = 0;
    while position < last && end.checked_sub(streams.cursors[OPCODES])? < code.len() - position {
        position = unite(code, position, 0, &mut streams)?;
    }
    let mut rest = [0; SLACK * 4];
    let (origin, length) = (position, code.len().checked_sub(position)?);
    position = 0;
    // When nothing but opcodes is left, they are the rest of the code, be it instructions or not.
    while position < length && end.checked_sub(streams.cursors[OPCODES])? < length - position {
        position = unite(&mut rest, position, origin, &mut streams)?;
    }
    let written = position.min(length);
    code.get_mut(origin..)?.get_mut(..written)?.copy_from_slice(rest.get(..written)?);
    let opcodes = streams.parts.get(streams.cursors[OPCODES]..end)?;
    code.get_mut(origin + written..)?.get_mut(..opcodes.len())?.copy_from_slice(opcodes);
    Some(())
}

/// The streams, one behind the other, and how far each was read.
struct Streams<'a> {
    parts: &'a [u8],
    cursors: [usize; STREAMS],
}

/// Writes the next instruction to `position` of code that begins at `origin`, and something behind it.
#[inline(always)]
fn unite(code: &mut [u8], position: usize, origin: usize, streams: &mut Streams) -> Option<usize> {
    let window: &[u8; WINDOW] = streams.parts.get(streams.cursors[OPCODES]..)?.first_chunk()?;
    let Shape { opcode, displacement, operand } = shape(window);
    streams.cursors[OPCODES] += opcode;
    let middle = position + opcode;
    let behind = middle + usize::from(displacement.length);
    let end = behind + usize::from(operand.length);
    let target: &mut [u8; SLACK] = code.get_mut(position..)?.first_chunk_mut()?;
    *target.first_chunk_mut()? = *window;
    for (part, place) in [(displacement, opcode), (operand, behind - position)] {
        let cursor = streams.cursors.get_mut(usize::from(part.stream))?;
        let bytes = u64::from_le_bytes(*streams.parts.get(*cursor..)?.first_chunk()?);
        *cursor += usize::from(part.length);
        let origin = (origin + end) as u32 * u32::from(part.is_relative);
        let number = u64::from((bytes as u32).swap_bytes().wrapping_sub(origin));
        let kept = if part.length == 4 { number } else { bytes }.to_le_bytes();
        target.get_mut(place..)?.first_chunk_mut().map(|target| *target = kept)?;
    }
    Some(end)
}

/// The bytes from `position` on; zeros where there are no more.
#[inline(always)]
fn window<const LENGTH: usize>(bytes: &[u8], position: usize) -> [u8; LENGTH] {
    let rest = bytes.get(position..).unwrap_or_default();
    match rest.first_chunk() {
        Some(window) => *window,
        None => {
            let mut window = [0; LENGTH];
            window[..rest.len()].copy_from_slice(rest);
            window
        }
    }
}

/// How the instruction at the start of `window` is divided. Only bytes of the opcode are looked at.
#[inline(always)]
fn shape(window: &[u8; WINDOW]) -> Shape {
    let (mut prefixes, mut is_short) = (0, false);
    while prefixes < 4 && IS_PREFIX[usize::from(window[prefixes])] {
        is_short |= window[prefixes] == 0x66;
        prefixes += 1;
    }
    let mut bytes = number(window, prefixes);
    let is_wide = bytes & 0xF8 == 0x48;
    let rex = usize::from(bytes & 0xF0 == 0x40);
    bytes >>= 8 * rex;
    let escape = usize::from(bytes as u8 == 0x0F);
    bytes >>= 8 * escape;
    let opcode = bytes as u8;
    let mut before = prefixes + rex + escape;
    let mut found = OPCODE[escape][usize::from(opcode)];
    if found.operand == Operand::Longer {
        let length;
        (length, found) = longer(opcode, bytes);
        before += length;
        bytes >>= 8 * length;
    }
    let modrm = (bytes >> 8) as u8;
    let sib = (bytes >> 16) as u8;
    // The addressing of registers has nothing behind it.
    let addressing = ADDRESSING[usize::from(if found.has_modrm { modrm } else { 0xC0 })];
    let mut displacement = addressing.displacement;
    if addressing.has_sib && modrm < 0x40 && sib & 7 == 5 {
        displacement = FAR_DISPLACEMENT;
    }
    let mut operand = OPERAND[found.operand as usize];
    if is_short && operand.stream == LONG.stream {
        operand = WORD;
    }
    match found.operand {
        Operand::Wide if is_wide => operand = QUAD,
        Operand::Test if modrm & 0x30 == 0 => {
            operand = if opcode == 0xF6 {
                BYTE
            } else if is_short {
                WORD
            } else {
                LONG
            }
        }
        _ => {}
    }
    let opcode = before + 1 + usize::from(found.has_modrm) + usize::from(addressing.has_sib);
    Shape { opcode, displacement, operand }
}

/// How many bytes an opcode has before its last one, and what that one is. `bytes` begin with it, or with what follows 0F.
#[cold]
fn longer(first: u8, bytes: u64) -> (usize, Opcode) {
    let second = (bytes >> 8) as u8;
    let (length, map) = match first {
        0x38 => (1, 2),
        0x3A => (1, 3),
        0xC5 => (2, 1),
        0xC4 => (3, second & 0x1F),
        _ => (4, second & 7),
    };
    let opcode = match map {
        2 | 6 => Opcode { has_modrm: true, operand: Operand::Nothing },
        3 => Opcode { has_modrm: true, operand: Operand::Byte },
        _ => match OPCODE[1][usize::from((bytes >> (8 * length)) as u8)] {
            Opcode { operand: Operand::Jump | Operand::Longer, .. } => PLAIN,
            opcode => opcode,
        },
    };
    (length, opcode)
}

/// Prefixes of one byte.
const IS_PREFIX: [bool; 256] = {
    let mut table = [false; 256];
    let prefixes = [0x66, 0xF2, 0xF3, 0xF0, 0x2E, 0x36, 0x3E, 0x26, 0x64, 0x65, 0x67];
    let mut number = 0;
    while number < prefixes.len() {
        table[prefixes[number]] = true;
        number += 1;
    }
    table
};

#[inline(always)]
fn number(bytes: &[u8; WINDOW], position: usize) -> u64 {
    u64::from_le_bytes(*bytes[position & 7..].first_chunk().unwrap_or(&[0; 8]))
}

/// What an opcode has behind it.
#[derive(Clone, Copy)]
struct Opcode {
    has_modrm: bool,
    operand: Operand,
}

const PLAIN: Opcode = Opcode { has_modrm: false, operand: Operand::Nothing };

/// What a ModRM byte has behind it.
#[derive(Clone, Copy)]
struct Addressing {
    has_sib: bool,
    displacement: Part,
}

const ADDRESSING: [Addressing; 256] = {
    let mut table = [Addressing { has_sib: false, displacement: NOTHING }; 256];
    let mut byte = 0;
    while byte < 256 {
        let (mode, register) = (byte >> 6, byte & 7);
        table[byte] = Addressing {
            has_sib: mode != 3 && register == 4,
            displacement: match (mode, register) {
                (0, 5) => VARIABLE,
                (1, _) => NEAR_DISPLACEMENT,
                (2, _) => FAR_DISPLACEMENT,
                _ => NOTHING,
            },
        };
        byte += 1;
    }
    table
};

/// The part that an operand is, where no prefix says otherwise.
const OPERAND: [Part; 10] = [NOTHING, BYTE, WORD, LONG, HOP, JUMP, CALL, LONG, NOTHING, NOTHING];

/// Opcodes of one byte, and those behind the escape 0F. What is none in 64-bit mode has nothing behind it.
const OPCODE: [[Opcode; 256]; 2] = {
    let mut table = [[PLAIN; 256]; 2];
    let mut byte = 0;
    while byte < 256 {
        table[0][byte] = of_one_byte(byte as u8);
        table[1][byte] = of_two_bytes(byte as u8);
        byte += 1;
    }
    table
};

const fn of_one_byte(byte: u8) -> Opcode {
    let is_arithmetic = byte < 0x40;
    Opcode {
        has_modrm: matches!(byte, 0x63 | 0x69 | 0x6B | 0x80 | 0x81 | 0x83..=0x8F | 0xC0 | 0xC1 | 0xC6 | 0xC7)
            || matches!(byte, 0xD0..=0xD3 | 0xD8..=0xDF | 0xF6 | 0xF7 | 0xFE | 0xFF)
            || is_arithmetic && byte & 7 < 4,
        operand: match byte {
            _ if is_arithmetic && byte & 7 == 4 => Operand::Byte,
            _ if is_arithmetic && byte & 7 == 5 => Operand::Long,
            0x6A | 0x6B | 0x80 | 0x83 | 0xA8 | 0xB0..=0xB7 | 0xC0 | 0xC1 | 0xC6 | 0xCD | 0xE4..=0xE7 => Operand::Byte,
            0xC2 | 0xCA => Operand::Word,
            0x68 | 0x69 | 0x81 | 0xA9 | 0xC7 => Operand::Long,
            0xB8..=0xBF => Operand::Wide,
            0x70..=0x7F | 0xE0..=0xE3 | 0xEB => Operand::Hop,
            0xE9 => Operand::Jump,
            0xE8 => Operand::Call,
            0xF6 | 0xF7 => Operand::Test,
            0x62 | 0xC4 | 0xC5 => Operand::Longer,
            _ => Operand::Nothing,
        },
    }
}

const fn of_two_bytes(byte: u8) -> Opcode {
    Opcode {
        has_modrm: matches!(byte, 0x00..=0x03 | 0x0D | 0x10..=0x23 | 0x28..=0x2F | 0x40..=0x76 | 0x78..=0x7F)
            || matches!(byte, 0x90..=0x9F | 0xA3..=0xA5 | 0xAB..=0xC7 | 0xD0..=0xFF),
        operand: match byte {
            0x70..=0x73 | 0xA4 | 0xAC | 0xBA | 0xC2 | 0xC4..=0xC6 => Operand::Byte,
            0x80..=0x8F => Operand::Jump,
            0x38 | 0x3A => Operand::Longer,
            _ => Operand::Nothing,
        },
    }
}

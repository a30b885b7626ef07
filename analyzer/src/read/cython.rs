use crate::name_forms::is_dotted_name;
use memchr::memmem;
use miniz_oxide::inflate::stream::{InflateState, MinReset, inflate};
use miniz_oxide::{DataFormat, MZFlush, MZStatus};

/// The string constants of a module that Cython made.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum StringTable {
    /// Each constant by itself.
    Read(Vec<Vec<u8>>),
    /// All of them, one after the other.
    Unsplit(Vec<u8>),
    /// None that is compressed in a known way.
    Absent,
}

/// Reads the string constants that Cython 3.2 and newer keep as one compressed text: a zlib stream
/// in 3.2 (Cython's pull request 6971), its own kind of LZSS since 3.3 (7577).
///
/// The generated C code decompresses the text when the module is imported and cuts it by tables of
/// lengths, arrays of structures with one bit field each, which compilers lay out as 32-bit
/// integers. Neither text nor tables have a name or a header of their own. What tells them is that
/// the constants that every module has, `__main__` and `__name__`, are in the text, and come out
/// whole when it is cut.
pub(crate) fn string_table(sections: &[&[u8]]) -> StringTable {
    let is_lzss = sections.iter().any(|section| memmem::find(section, b"LZSS string data").is_some());
    let mut best: Option<(usize, Vec<Vec<u8>>)> = None;
    let mut unsplit = None;
    for section in sections {
        let mut texts = zlib_streams(section);
        if is_lzss {
            texts.extend(lzss_texts(section));
        }
        for text in texts.into_iter().filter(|text| memmem::find(text, MAIN).is_some()) {
            for strings in sections.iter().flat_map(|section| splits(&text, section)) {
                // Cut at wrong places, or from a text with a wrong start, most parts are no names.
                let names = strings.iter().filter(|part| str::from_utf8(part).is_ok_and(is_dotted_name)).count();
                if best.as_ref().is_none_or(|(most, _)| names > *most) {
                    best = Some((names, strings));
                }
            }
            unsplit.get_or_insert(text);
        }
    }
    match (best, unsplit) {
        (Some((_, strings)), _) => StringTable::Read(strings),
        (None, Some(text)) => StringTable::Unsplit(text),
        (None, None) => StringTable::Absent,
    }
}

const MAIN: &[u8] = b"__main__";
const NAME: &[u8] = b"__name__";

/// Far above the constants of the largest known module; a stream of nothing but zeros must not fill
/// the memory.
const LONGEST_TEXT: usize = 1 << 24;

/// What the zlib streams (RFC 1950) in a section hold.
fn zlib_streams(section: &[u8]) -> Vec<Vec<u8>> {
    /// A file with more places that look like a stream is not one that Cython made.
    const MOST_ATTEMPTS: usize = 50_000;

    let mut found = Vec::new();
    let mut state = InflateState::new_boxed(DataFormat::Zlib);
    // Deflate with a window of 32 KiB, and the four levels that the header tells apart.
    let is_header = |position: &usize| matches!(section.get(position + 1), Some(0x01 | 0x5e | 0x9c | 0xda));
    for position in memchr::memchr_iter(0x78, section).filter(is_header).take(MOST_ATTEMPTS) {
        state.reset_as(MinReset);
        found.extend(inflated(&mut state, section.get(position..).unwrap_or_default()));
    }
    found
}

/// Inflates one stream. `None` when it is none, or its checksum is not that of its text.
fn inflated(state: &mut InflateState, mut input: &[u8]) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    let mut buffer = [0; 8192];
    while text.len() <= LONGEST_TEXT {
        let step = inflate(state, input, &mut buffer, MZFlush::None);
        text.extend_from_slice(buffer.get(..step.bytes_written)?);
        input = input.get(step.bytes_consumed..)?;
        match step.status {
            Ok(MZStatus::StreamEnd) => return Some(text),
            Ok(MZStatus::Ok) if step.bytes_written > 0 || step.bytes_consumed > 0 => {}
            _ => return None,
        }
    }
    None
}

/// What may be an LZSS text somewhere in a section. It says neither where it starts nor where it
/// ends: every position is tried, and nearly every wrong one soon refers back to before its start.
/// What follows the end decodes to anything.
fn lzss_texts(section: &[u8]) -> Vec<Vec<u8>> {
    let tails = (0..section.len()).filter_map(|position| section.get(position..));
    tails.map(unpacked).filter(|text| memmem::find(text, MAIN).is_some()).collect()
}

/// Decodes Cython's LZSS as far as it goes. A byte of flags, the lowest first, is followed by eight
/// items: a literal byte where the flag is set, else a reference of two or three bytes to what was
/// written before.
fn unpacked(packed: &[u8]) -> Vec<u8> {
    let mut text: Vec<u8> = Vec::new();
    let mut bytes = packed.iter().map(|&byte| usize::from(byte));
    while let Some(flags) = bytes.next() {
        for item in 0..8 {
            if flags >> item & 1 == 1 {
                let Some(literal) = bytes.next().and_then(|literal| u8::try_from(literal).ok()) else { return text };
                // The first constants are texts, or single characters, of which the null character
                // comes first.
                if text.len() < 32 && (0x01..0x20).contains(&literal) && !matches!(literal, b'\n' | b'\t') {
                    return text;
                }
                text.push(literal);
                continue;
            }
            let (Some(low), Some(high)) = (bytes.next(), bytes.next()) else { return text };
            let (distance, length) = match (low & 0x80, high & 0x80) {
                (0, _) => (low, high),
                (_, 0) => (0x80 + (high << 2 & 0x180 | low & 0x7f), high & 0x1f),
                _ => {
                    let Some(length) = bytes.next() else { return text };
                    (0x80 + ((high & 0x7f) << 7 | low & 0x7f), length)
                }
            };
            // The distance is from the end of what is copied, which never overlaps what it is
            // copied to.
            let length = length + 3;
            let Some(start) = text.len().checked_sub(distance + length) else { return text };
            text.extend_from_within(start..start + length);
            if text.len() > LONGEST_TEXT {
                return text;
            }
        }
    }
    text
}

/// Cuts the text by what may be its table of lengths in a section: a run of 32-bit integers that
/// add up to where `__main__` starts, followed by its length, by which `__name__` comes out whole
/// too.
fn splits(text: &[u8], section: &[u8]) -> Vec<Vec<Vec<u8>>> {
    let numbers: Vec<usize> = section
        .chunks_exact(4)
        .map(|bytes| {
            bytes
                .try_into()
                .ok()
                .and_then(|bytes| usize::try_from(u32::from_le_bytes(bytes)).ok())
                .unwrap_or(usize::MAX)
        })
        .collect();
    let mut found = Vec::new();
    for position in memmem::find_iter(text, MAIN) {
        let (mut start, mut sum) = (0, 0usize);
        for (end, &number) in numbers.iter().enumerate() {
            if sum == position && number == MAIN.len() {
                let parts = cut(text, numbers.get(start..).unwrap_or_default());
                if parts.iter().any(|part| part == NAME) {
                    found.push(parts);
                }
            }
            if number > position {
                (start, sum) = (end + 1, 0);
                continue;
            }
            sum += number;
            while sum > position {
                sum -= numbers.get(start).copied().unwrap_or(0);
                start += 1;
            }
        }
    }
    found
}

/// Cuts as many parts as the text has. What stands after the table is not known to be something
/// else.
fn cut(text: &[u8], lengths: &[usize]) -> Vec<Vec<u8>> {
    let mut parts = Vec::new();
    let mut rest = text;
    for &length in lengths {
        let Some((part, after)) = rest.split_at_checked(length) else { break };
        parts.push(part.to_vec());
        rest = after;
        if rest.is_empty() {
            break;
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use miniz_oxide::deflate::compress_to_vec_zlib;

    const STRINGS: [&str; 7] =
        ["", "os.path", "a longer text, which is no name", "__main__", "__name__", "pkg._mod", "pkg._mod.other"];

    fn with_table(compressed: &[u8]) -> Vec<u8> {
        let mut bytes = b"x\x78\x9cnot a stream\0".to_vec();
        bytes.resize(32, 0xff);
        for string in STRINGS {
            bytes.extend_from_slice(&u32::try_from(string.len()).unwrap().to_le_bytes());
        }
        bytes.extend_from_slice(&[0xff; 16]);
        bytes.extend_from_slice(compressed);
        bytes.extend_from_slice(&[0; 64]);
        bytes
    }

    fn assert_read(bytes: &[u8]) {
        let StringTable::Read(parts) = string_table(&[bytes]) else { panic!("not read") };
        for string in STRINGS {
            assert!(parts.iter().any(|part| part == string.as_bytes()), "{string}");
        }
    }

    #[test]
    fn constants_are_cut_by_the_table() {
        assert_read(&with_table(&compress_to_vec_zlib(STRINGS.concat().as_bytes(), 9)));
    }

    #[test]
    fn without_a_table_the_text_is_kept_whole() {
        let stream = compress_to_vec_zlib(STRINGS.concat().as_bytes(), 6);
        assert_eq!(string_table(&[&stream]), StringTable::Unsplit(STRINGS.concat().into_bytes()));
        assert_eq!(string_table(&[b"\x78\x9c", b""]), StringTable::Absent);
    }

    #[test]
    fn references_of_all_lengths_are_decoded() {
        // Eight literals, then a short reference to the first three of them.
        assert_eq!(unpacked(b"\xffabcdefgh\x00\x05\x00"), b"abcdefghabc");
        // 200 literals, then the two longer references, with distances of 150 - 3 and 190 - 4.
        let literals: Vec<u8> = (0..200).map(|index| b'a' + index % 26).collect();
        let mut packed = Vec::new();
        for chunk in literals.chunks(8) {
            packed.push(0xff);
            packed.extend_from_slice(chunk);
        }
        packed.push(0);
        packed.extend_from_slice(&[0x80 | (147 - 0x80), 0]);
        packed.extend_from_slice(&[0x80 | (186 - 0x80), 0x80, 1]);
        let text = unpacked(&packed);
        assert_eq!(text[..200], literals);
        assert_eq!(text[200..203], literals[50..53]);
        assert_eq!(text[203..207], text[203 - 190..203 - 186]);
    }

    #[test]
    fn constants_of_the_newer_cython_are_cut_by_the_table() {
        let mut packed = Vec::new();
        let text = format!("{}{}", STRINGS.concat(), "and more".repeat(16));
        for chunk in text.as_bytes().chunks(8) {
            packed.push(0xff);
            packed.extend_from_slice(chunk);
        }
        packed.extend_from_slice(b"\0LZSS string data decompression failed\0");
        assert_read(&with_table(&packed));
    }

    #[test]
    fn damaged_modules_do_not_panic() {
        let mut bytes = with_table(&compress_to_vec_zlib(STRINGS.concat().as_bytes(), 9));
        bytes.extend_from_slice(b"LZSS string data");
        for end in 0..bytes.len() {
            string_table(&[&bytes[..end]]);
        }
        for position in 0..bytes.len() {
            let mut altered = bytes.clone();
            altered[position] ^= 0xff;
            string_table(&[&altered]);
        }
    }
}

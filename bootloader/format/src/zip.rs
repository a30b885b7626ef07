//! The ZIP structures around the members: local headers, central directory, end record (PKWARE's APPNOTE.TXT).
//!
//! Only what the payload uses is here: no timestamps (every member is dated 1980-01-01, so that equal inputs give equal
//! bytes), no data descriptors (sizes are known before a member is written), no Zip64 (a payload ends below 4 GiB).

use crate::bytes::{Reader, Writer};

/// Size of a local header without the member's name.
pub const LOCAL_HEADER_SIZE: usize = 30;

/// Version of the specification that this follows (6.3). Upper byte 3: the external attributes are Unix modes.
const VERSION_MADE_BY: u16 = (3 << 8) | 63;
/// General purpose bit 11: names are UTF-8.
const FLAG_UTF8: u16 = 1 << 11;
/// MS-DOS date of 1980-01-01, the earliest that the format can say.
const DATE: u16 = (1 << 5) | 1;

/// What each record of the central directory begins with (APPNOTE 4.3.12).
const DIRECTORY_RECORD: u32 = 0x0201_4b50;

/// How a member's bytes are stored (APPNOTE 4.4.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub enum Method {
    /// As they are.
    Stored = 0,
    /// As one Zstandard frame.
    Zstandard = 93,
}

impl Method {
    /// Version of the specification that a reader must know to extract a member: that which introduced Zstandard, or the first.
    fn version_needed(self) -> u16 {
        match self {
            Method::Stored => 10,
            Method::Zstandard => 63,
        }
    }
}

/// One member as the directory describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Path inside the archive, with `/` between its parts.
    pub name: String,
    /// How the bytes are stored.
    pub method: Method,
    /// CRC-32 of the uncompressed bytes.
    pub crc: u32,
    /// Length of the stored bytes.
    pub compressed: u32,
    /// Length of the uncompressed bytes.
    pub size: u32,
    /// Unix permission bits.
    pub mode: u16,
    /// Where the local header lies, in bytes from the start of the executable.
    pub header_offset: u32,
}

/// Appends the local header that stands in front of a member's bytes (APPNOTE 4.3.7).
pub fn put_local_header(out: &mut Vec<u8>, entry: &Entry) {
    out.put_u32(0x0403_4b50);
    put_shared_fields(out, entry);
    out.extend_from_slice(entry.name.as_bytes());
}

/// Appends the central directory (APPNOTE 4.3.12) and the end record (4.3.16) for `entries`, whose comment of
/// `comment_size` bytes the caller appends next. `offset` is where the directory begins in the executable.
pub fn put_directory(out: &mut Vec<u8>, entries: &[Entry], offset: u32, comment_size: u16) {
    let start = out.len();
    for entry in entries {
        out.put_u32(DIRECTORY_RECORD);
        out.put_u16(VERSION_MADE_BY);
        put_shared_fields(out, entry);
        out.put_u16(0); // comment length
        out.put_u16(0); // disk number
        out.put_u16(0); // internal attributes
        out.put_u32(u32::from(entry.mode | 0o100_000) << 16); // a regular file with the mode's permissions
        out.put_u32(entry.header_offset);
        out.extend_from_slice(entry.name.as_bytes());
    }
    let size = (out.len() - start) as u32;
    // A reader that finds 65,535 entries looks for Zip64 records; the packer refuses payloads that large.
    let count = entries.len() as u16;
    out.put_u32(0x0605_4b50);
    out.put_u16(0); // this disk
    out.put_u16(0); // the directory's disk
    out.put_u16(count);
    out.put_u16(count);
    out.put_u32(size);
    out.put_u32(offset);
    out.put_u16(comment_size);
}

/// The bytes of the stored member of this name in `file`, whose central directory begins at `directory`. `None` where there is no
/// such member, or the directory is none that [`put_directory`] wrote.
pub fn find_stored<'a>(file: &'a [u8], directory: u64, name: &str) -> Option<&'a [u8]> {
    let entries = read_directory(file.get(usize::try_from(directory).ok()?..)?)?;
    let entry = entries.iter().find(|entry| entry.name == name && entry.method == Method::Stored)?;
    let header = usize::try_from(entry.header_offset).ok()?;
    let start = header.checked_add(LOCAL_HEADER_SIZE)?.checked_add(name.len())?;
    file.get(start..start.checked_add(usize::try_from(entry.compressed).ok()?)?)
}

/// Reads the entries of a central directory that [`put_directory`] made. `None` where it made something else.
pub fn read_directory(bytes: &[u8]) -> Option<Vec<Entry>> {
    let mut reader = Reader::new(bytes);
    let mut entries = Vec::new();
    while reader.u32()? == DIRECTORY_RECORD {
        reader.take(6)?; // versions and flags
        let method = match reader.u16()? {
            0 => Method::Stored,
            93 => Method::Zstandard,
            _ => return None,
        };
        reader.take(4)?; // time and date
        let (crc, compressed, size) = (reader.u32()?, reader.u32()?, reader.u32()?);
        let length = reader.u16()?;
        reader.take(8)?; // lengths of extra field and comment, disk number, internal attributes
        let (mode, header_offset) = ((reader.u32()? >> 16) as u16 & 0o777, reader.u32()?);
        let name = str::from_utf8(reader.take(length.into())?).ok()?.to_owned();
        entries.push(Entry { name, method, crc, compressed, size, mode, header_offset });
    }
    Some(entries)
}

/// The fields that local header and directory record have in common, in the same order.
fn put_shared_fields(out: &mut Vec<u8>, entry: &Entry) {
    out.put_u16(entry.method.version_needed());
    out.put_u16(FLAG_UTF8);
    out.put_u16(entry.method as u16);
    out.put_u16(0); // time of day
    out.put_u16(DATE);
    out.put_u32(entry.crc);
    out.put_u32(entry.compressed);
    out.put_u32(entry.size);
    out.put_u16(entry.name.len() as u16);
    out.put_u16(0); // extra field length
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file with two members and its directory, which begins at the number that is returned.
    fn sample() -> (Vec<u8>, u64) {
        let mut file = b"bootloader".to_vec();
        let mut entries = Vec::new();
        for (name, method) in [("packed", Method::Zstandard), ("plain", Method::Stored)] {
            let header_offset = file.len() as u32;
            let entry = Entry { name: name.to_owned(), method, crc: 0, compressed: 4, size: 4, mode: 0, header_offset };
            put_local_header(&mut file, &entry);
            file.extend_from_slice(b"text");
            entries.push(entry);
        }
        let directory = file.len() as u64;
        put_directory(&mut file, &entries, directory as u32, 0);
        (file, directory)
    }

    #[test]
    fn a_stored_member_is_found_by_its_name() {
        let (file, directory) = sample();
        assert_eq!(find_stored(&file, directory, "plain"), Some(&b"text"[..]));
        assert_eq!(find_stored(&file, directory, "packed"), None);
        assert_eq!(find_stored(&file, directory, "other"), None);
    }

    #[test]
    fn whatever_the_bytes_are_there_is_an_answer() {
        let (file, directory) = sample();
        for length in 0..file.len() {
            find_stored(&file[..length], directory, "plain");
        }
        for position in 0..file.len() {
            let mut file = file.clone();
            file[position] ^= 0xff;
            find_stored(&file, directory, "plain");
        }
        assert_eq!(find_stored(&file, u64::MAX, "plain"), None);
    }

    #[test]
    fn a_directory_is_read_as_it_was_written() {
        let entry = |name: &str, method, mode| Entry {
            name: name.to_owned(),
            method,
            crc: 0x1234_5678,
            compressed: 10,
            size: 20,
            mode,
            header_offset: 30,
        };
        let entries = [
            entry("a/b.pyc", Method::Zstandard, 0o644),
            entry("lib.so", Method::Zstandard, 0o755),
            entry("i", Method::Stored, 0o644),
        ];
        let mut bytes = Vec::new();
        put_directory(&mut bytes, &entries, 7, 72);
        assert_eq!(read_directory(&bytes).unwrap(), entries);
        for length in 0..bytes.len() - 18 {
            assert!(read_directory(&bytes[..length]).is_none(), "{length} bytes were accepted");
        }
    }
}

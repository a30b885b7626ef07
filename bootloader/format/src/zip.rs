//! The ZIP structures around the members: local headers, central directory, end record (PKWARE's APPNOTE.TXT).
//!
//! Only what the payload uses is here: no timestamps (every member is dated 1980-01-01, so that equal inputs give equal
//! bytes), no data descriptors (sizes are known before a member is written), no Zip64 (a payload ends below 4 GiB).

use crate::bytes::Writer;

/// Size of a local header without the member's name.
pub const LOCAL_HEADER_SIZE: usize = 30;

/// Version of the specification that introduced Zstandard (6.3), which a reader needs to extract the members.
const VERSION_NEEDED: u16 = 63;
/// Upper byte 3: the external attributes are Unix modes.
const VERSION_MADE_BY: u16 = (3 << 8) | VERSION_NEEDED;
/// General purpose bit 11: names are UTF-8.
const FLAG_UTF8: u16 = 1 << 11;
/// MS-DOS date of 1980-01-01, the earliest that the format can say.
const DATE: u16 = (1 << 5) | 1;

/// How a member's bytes are stored (APPNOTE 4.4.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub enum Method {
    /// As they are.
    Stored = 0,
    /// As one Zstandard frame.
    Zstandard = 93,
}

/// One member as the directory describes it.
#[derive(Debug, Clone)]
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
        out.put_u32(0x0201_4b50);
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

/// The fields that local header and directory record have in common, in the same order.
fn put_shared_fields(out: &mut Vec<u8>, entry: &Entry) {
    out.put_u16(VERSION_NEEDED);
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

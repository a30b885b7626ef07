//! Zip files as `zipimport` reads them: stored or deflated members, no encryption, no ZIP64, whatever stands before the archive.
//!
//! Damage is no reason to stop: what cannot be read is passed over, as a module that `zipimport` cannot read is not found.

use miniz_oxide::inflate::decompress_to_vec_with_limit;

/// A file in a zip file.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// Its path, with `/` between the parts. Folders end with one.
    pub name: &'a str,
    /// All of the zip file.
    archive: &'a [u8],
    /// Where the member's own header begins.
    header: usize,
    compressed_size: usize,
    size: usize,
    method: usize,
}

/// The members of a zip file in the order of its directory, or `None` where it is none.
pub fn members(archive: &[u8]) -> Option<Vec<Member<'_>>> {
    const LONGEST_COMMENT: usize = 1 << 16;
    const END: [u8; 4] = *b"PK\x05\x06";
    let start = archive.len().saturating_sub(LONGEST_COMMENT + 22);
    let end = start + memchr::memmem::rfind(archive.get(start..)?, &END)?;
    let count = number_16(archive, end + 10)?;
    // Offsets are counted from the archive's start, which need not be that of the file: `#!/usr/bin/env python3` may stand before it.
    let directory = end.checked_sub(number_32(archive, end + 12)?)?;
    let before = directory.checked_sub(number_32(archive, end + 16)?)?;
    let mut entry = directory;
    let mut members = Vec::new();
    for _ in 0..count {
        let name_length = number_16(archive, entry + 28)?;
        let name = archive.get(entry + 46..entry + 46 + name_length)?;
        // Names are UTF-8, or of a code page that no module's name needs.
        if let Ok(name) = std::str::from_utf8(name) {
            members.push(Member {
                name,
                archive,
                header: before + number_32(archive, entry + 42)?,
                compressed_size: number_32(archive, entry + 20)?,
                size: number_32(archive, entry + 24)?,
                method: number_16(archive, entry + 10)?,
            });
        }
        entry += 46 + name_length + number_16(archive, entry + 30)? + number_16(archive, entry + 32)?;
    }
    Some(members)
}

impl Member<'_> {
    /// The member's content, or `None` where it is damaged or compressed in another way.
    pub fn content(&self) -> Option<Vec<u8>> {
        const LARGEST: usize = 1 << 30;
        const STORED: usize = 0;
        const DEFLATED: usize = 8;
        let names = number_16(self.archive, self.header + 26)? + number_16(self.archive, self.header + 28)?;
        let begin = self.header + 30 + names;
        let compressed = self.archive.get(begin..begin.checked_add(self.compressed_size)?)?;
        let content = match self.method {
            STORED => compressed.to_vec(),
            // A member that is larger than it says is no honest one.
            DEFLATED => decompress_to_vec_with_limit(compressed, self.size.min(LARGEST)).ok()?,
            _ => return None,
        };
        (content.len() == self.size).then_some(content)
    }
}

fn number_16(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at..at.checked_add(2)?)?;
    Some(usize::from(u16::from_le_bytes(bytes.try_into().ok()?)))
}

fn number_32(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    usize::try_from(u32::from_le_bytes(bytes.try_into().ok()?)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `zipfile`'s own work: `one.py` is stored, `p/__init__.py` compressed, `x.txt` no source.
    const ZIP: &[u8] = include_bytes!("zip_file/three_files.zip");

    fn read(archive: &[u8]) -> Option<Vec<(String, String)>> {
        let text = |member: &Member<'_>| String::from_utf8(member.content()?).ok();
        Some(members(archive)?.iter().filter_map(|member| Some((member.name.to_owned(), text(member)?))).collect())
    }

    #[test]
    fn members_are_read_wherever_the_archive_begins() {
        let expected = read(ZIP).unwrap();
        let names: Vec<_> = expected.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["one.py", "p/__init__.py", "x.txt"]);
        assert_eq!(expected[1].1, "from . import inner\nimport wave\n");
        assert_eq!(read(&[b"#!/usr/bin/env python3\n", ZIP].concat()), Some(expected));
        assert!(members(b"no archive").is_none());
    }

    #[test]
    fn damage_is_no_reason_to_stop() {
        for end in 0..ZIP.len() {
            read(&ZIP[..end]);
        }
        for at in 0..ZIP.len() {
            for value in [0, 0x7f, 0xff] {
                let mut damaged = ZIP.to_vec();
                damaged[at] ^= value;
                read(&damaged);
            }
        }
    }
}

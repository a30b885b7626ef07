//! The archive as it grows behind the bootloader: members, index, directory, trailer.

use super::Error;
use super::member::Member;
use super::waiting::{Row, Waiting};
use rpack_format::Checksum;
use rpack_format::index::Frame;
use rpack_format::trailer::{self, Trailer};
use rpack_format::zip::{self, Entry, Method};

/// An executable, or the end of one, as it grows.
pub struct Layout {
    /// How many bytes of the executable stand before those here.
    before: u64,
    row: Row,
    entries: Vec<Entry>,
    startup_start: u64,
    before_checksum: u64,
}

/// An executable, or the end of one, that is complete.
pub struct LaidOut {
    /// Its bytes, one behind the other.
    pub bytes: Vec<Waiting>,
    /// How many bytes the whole executable has.
    pub size: u64,
    /// The last of its bytes.
    pub trailer: [u8; trailer::SIZE],
}

impl Layout {
    /// Begins with the bootloader.
    pub fn begin(bootloader: &[u8]) -> Self {
        let mut row = Row::default();
        row.add_written(|out| out.extend_from_slice(bootloader));
        Layout { before: 0, row, entries: Vec::new(), startup_start: 0, before_checksum: 0 }
    }

    /// Goes on behind some files of another executable: those with these entries. Before here are `before` bytes of it, which have
    /// this checksum.
    pub fn go_on_with_files(before: u64, checksum: Checksum, entries: Vec<Entry>) -> Self {
        Layout { before, row: Row::after(checksum), entries, startup_start: 0, before_checksum: 0 }
    }

    /// Goes on where the modules of another executable begin, whose files have these entries.
    pub fn go_on_with_modules(other: &Trailer, entries: Vec<Entry>) -> Self {
        let Trailer { startup_start, before_checksum, .. } = *other;
        Layout { before: startup_start, row: Row::default(), entries, startup_start, before_checksum }
    }

    /// Beyond this point no file is added, and modules are.
    pub fn begin_startup(&mut self) {
        self.startup_start = self.length();
        self.before_checksum = self.row.take_checksum();
    }

    /// Appends a member and returns where its frame lies.
    pub fn add_member(&mut self, name: &str, member: Member, mode: u16) -> Result<Frame, Error> {
        let size = u32::try_from(member.size).map_err(|_| Error::TooLarge)?;
        let compressed = member.frame.length() as u64;
        let offset = self.add(name, member.frame, size, member.crc, Method::Zstandard, mode)?;
        Ok(Frame { offset, compressed, size: member.size })
    }

    /// Appends the member of a module, whose path is that of its source.
    pub fn add_module(&mut self, path: &str, member: Member) -> Result<Frame, Error> {
        self.add_member(&format!("{path}c"), member, 0o644)
    }

    /// Appends the program's version.
    pub fn add_version(&mut self, version: &str) -> Result<u64, Error> {
        let text = format!("{version}\n").into_bytes();
        let size = u32::try_from(text.len()).map_err(|_| Error::TooLarge)?;
        let crc = crc32fast::hash(&text);
        self.add(rpack_format::VERSION_MEMBER, text.into(), size, crc, Method::Stored, 0o644)
    }

    /// Appends a member of another executable, whose bytes and all that its entry says of them stay as they are, and returns where
    /// the bytes begin.
    pub fn add_again(&mut self, bytes: &[u8], entry: &Entry) -> Result<u64, Error> {
        let Entry { name, method, crc, size, mode, .. } = entry;
        self.add(name, bytes.to_vec().into(), *size, *crc, *method, *mode)
    }

    /// Appends a member with its local header and returns where its bytes begin.
    fn add(
        &mut self,
        name: &str,
        bytes: Waiting,
        size: u32,
        crc: u32,
        method: Method,
        mode: u16,
    ) -> Result<u64, Error> {
        let narrow = |length: u64| u32::try_from(length).map_err(|_| Error::TooLarge);
        let (header_offset, compressed) = (narrow(self.length())?, narrow(bytes.length() as u64)?);
        let entry = Entry { name: name.to_owned(), method, crc, compressed, size, mode, header_offset };
        self.row.add_written(|out| zip::put_local_header(out, &entry));
        let offset = self.length();
        self.row.add(bytes).map_err(Error::Waiting)?;
        self.entries.push(entry);
        Ok(offset)
    }

    /// Appends the index, the directory and the trailer, and returns all of it.
    pub fn close(mut self, index: Vec<u8>) -> Result<LaidOut, Error> {
        let size = u32::try_from(index.len()).map_err(|_| Error::TooLarge)?;
        let crc = crc32fast::hash(&index);
        let index_start = self.add(rpack_format::INDEX_MEMBER, index.into(), size, crc, Method::Stored, 0o644)?;
        // Beyond this point no member is added.
        let startup_end = self.length();
        let startup_checksum = self.row.take_checksum();
        let offset = u32::try_from(startup_end).map_err(|_| Error::TooLarge)?;
        if self.entries.len() >= usize::from(u16::MAX) {
            return Err(Error::TooMany { count: self.entries.len() });
        }
        self.row.add_written(|out| zip::put_directory(out, &self.entries, offset, trailer::SIZE as u16));
        let trailer = Trailer {
            file_size: self.length() + trailer::SIZE as u64,
            startup_start: self.startup_start,
            index_start,
            startup_end,
            startup_checksum,
            before_checksum: self.before_checksum,
            after_checksum: self.row.take_checksum(),
        };
        let (size, trailer) = (trailer.file_size, trailer.encode());
        self.row.add_written(|out| out.extend_from_slice(&trailer));
        Ok(LaidOut { bytes: self.row.into_all(), size, trailer })
    }

    fn length(&self) -> u64 {
        self.before + self.row.length()
    }
}

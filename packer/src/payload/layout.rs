//! The archive as it grows behind the bootloader: members, index, directory, trailer.

use super::Error;
use super::member::Member;
use rpack_format::{Checksum, checksum};
use rpack_format::index::Frame;
use rpack_format::trailer::{self, Trailer};
use rpack_format::zip::{self, Entry, Method};

/// An executable, or the end of one, as it grows.
pub struct Layout {
    /// How many bytes of the executable stand before those here.
    before: u64,
    bytes: Vec<u8>,
    entries: Vec<Entry>,
    /// Of all that was before, as far as it is not here.
    checksum_before: Checksum,
    startup_start: u64,
    before_checksum: u64,
}

impl Layout {
    /// Begins with the bootloader an executable of about `size` bytes: a vector that grows copies all that it holds.
    pub fn begin(bootloader: &[u8], size: usize) -> Self {
        let mut bytes = Vec::with_capacity(size);
        bytes.extend_from_slice(bootloader);
        let checksum_before = Checksum::default();
        Layout { before: 0, bytes, entries: Vec::new(), checksum_before, startup_start: 0, before_checksum: 0 }
    }

    /// Goes on behind some files of another executable: those with these entries. Before here are `before` bytes of it, which have
    /// this checksum.
    pub fn go_on_with_files(before: u64, checksum_before: Checksum, entries: Vec<Entry>) -> Self {
        Layout { before, bytes: Vec::new(), entries, checksum_before, startup_start: 0, before_checksum: 0 }
    }

    /// Goes on where the modules of another executable begin, whose files have these entries.
    pub fn go_on_with_modules(other: &Trailer, entries: Vec<Entry>) -> Self {
        let Trailer { startup_start, before_checksum, .. } = *other;
        let checksum_before = Checksum::default();
        Layout { before: startup_start, bytes: Vec::new(), entries, checksum_before, startup_start, before_checksum }
    }

    /// Beyond this point no file is added, and modules are.
    pub fn begin_startup(&mut self) {
        self.startup_start = self.length();
        self.checksum_before.update(&self.bytes);
        self.before_checksum = self.checksum_before.value();
    }

    /// Appends a member and returns where its frame lies.
    pub fn add_member(&mut self, name: &str, member: &Member, mode: u16) -> Result<Frame, Error> {
        let size = u32::try_from(member.size).map_err(|_| Error::TooLarge)?;
        let offset = self.add(name, &member.frame, size, member.crc, Method::Zstandard, mode)?;
        Ok(Frame { offset, compressed: member.frame.len() as u64, size: member.size })
    }

    /// Appends the member of a module, whose path is that of its source.
    pub fn add_module(&mut self, path: &str, member: &Member) -> Result<Frame, Error> {
        self.add_member(&format!("{path}c"), member, 0o644)
    }

    /// Appends the program's version.
    pub fn add_version(&mut self, version: &str) -> Result<u64, Error> {
        let text = format!("{version}\n").into_bytes();
        let size = u32::try_from(text.len()).map_err(|_| Error::TooLarge)?;
        self.add(rpack_format::VERSION_MEMBER, &text, size, crc32fast::hash(&text), Method::Stored, 0o644)
    }

    /// Appends a member of another executable, whose bytes and all that its entry says of them stay as they are, and returns where
    /// the bytes begin.
    pub fn add_again(&mut self, bytes: &[u8], entry: &Entry) -> Result<u64, Error> {
        let Entry { name, method, crc, size, mode, .. } = entry;
        self.add(name, bytes, *size, *crc, *method, *mode)
    }

    /// Appends a member with its local header and returns where its bytes begin.
    fn add(&mut self, name: &str, bytes: &[u8], size: u32, crc: u32, method: Method, mode: u16) -> Result<u64, Error> {
        let narrow = |length: u64| u32::try_from(length).map_err(|_| Error::TooLarge);
        let (header_offset, compressed) = (narrow(self.length())?, narrow(bytes.len() as u64)?);
        let entry = Entry { name: name.to_owned(), method, crc, compressed, size, mode, header_offset };
        zip::put_local_header(&mut self.bytes, &entry);
        let offset = self.length();
        self.bytes.extend_from_slice(bytes);
        self.entries.push(entry);
        Ok(offset)
    }

    /// Appends the index, the directory and the trailer, and returns all bytes.
    pub fn close(mut self, index: &[u8]) -> Result<Vec<u8>, Error> {
        let size = u32::try_from(index.len()).map_err(|_| Error::TooLarge)?;
        let crc = crc32fast::hash(index);
        let index_start = self.add(rpack_format::INDEX_MEMBER, index, size, crc, Method::Stored, 0o644)?;
        // Beyond this point no member is added.
        let startup_end = self.length();
        let offset = u32::try_from(startup_end).map_err(|_| Error::TooLarge)?;
        if self.entries.len() >= usize::from(u16::MAX) {
            return Err(Error::TooMany { count: self.entries.len() });
        }
        zip::put_directory(&mut self.bytes, &self.entries, offset, trailer::SIZE as u16);
        let here = |offset: u64| (offset - self.before) as usize;
        let trailer = Trailer {
            file_size: self.length() + trailer::SIZE as u64,
            startup_start: self.startup_start,
            index_start,
            startup_end,
            startup_checksum: checksum(&self.bytes[here(self.startup_start)..here(startup_end)]),
            before_checksum: self.before_checksum,
            after_checksum: checksum(&self.bytes[here(startup_end)..]),
        };
        self.bytes.extend_from_slice(&trailer.encode());
        Ok(self.bytes)
    }

    fn length(&self) -> u64 {
        self.before + self.bytes.len() as u64
    }
}

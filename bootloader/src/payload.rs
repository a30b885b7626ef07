//! The files that the executable carries: what they are, and their content.

use crate::Error;
use crate::executable::Executable;
use crate::files::{self, Access, Check};
use crate::frames::{Decoder, Memory};
use rpack_format::Index;
use rpack_format::index::{File as Member, Frame, digest_beside};
use std::fs;
use std::path::{Path, PathBuf};

/// The packed files of this program.
pub struct Payload<'a> {
    /// The executable that holds them.
    pub executable: &'a Executable,
    /// The table of them.
    pub index: &'a Index<'a>,
    decoder: Decoder,
}

impl<'a> Payload<'a> {
    /// Prepares to read them.
    pub fn new(executable: &'a Executable, index: &'a Index<'a>) -> Self {
        Payload { executable, index, decoder: Decoder::new() }
    }

    /// The file with this number.
    pub fn member(&self, number: u32) -> Result<Member<'a>, Error> {
        self.index.file(number).ok_or_else(|| {
            let source = rpack_format::Error::Malformed { part: "index", what: "no such file" };
            Error::Damaged { path: self.executable.path().to_owned(), source }
        })
    }

    /// The content of a file.
    pub fn content(&self, member: &Member) -> Result<Vec<u8>, Error> {
        let content = self.decoder.file(self.executable.bytes(), self.index, member);
        content.ok_or_else(|| self.executable.damaged_member(member.path))
    }

    /// The content of a file, by a decoder and in memory of the caller's: they serve one thread.
    pub fn content_in<'m>(
        &self,
        member: &Member,
        decoder: &Decoder,
        memory: &'m mut Memory,
    ) -> Result<&'m [u8], Error> {
        let content = decoder.file_in(self.executable.bytes(), self.index, member, memory);
        content.ok_or_else(|| self.executable.damaged_member(member.path))
    }

    /// Decompresses `frame` into `target`; whether it held exactly that many bytes.
    pub fn decompress(&self, frame: Frame, target: &mut [u8]) -> bool {
        self.decoder.read_into(self.executable.bytes(), frame, target).is_some()
    }

    /// Lets go what was needed to read them, until the next is read.
    pub fn forget(&self) {
        self.decoder.rest();
        self.executable.forget();
    }

    /// How many bytes all files have.
    pub fn size(&self) -> u64 {
        self.index.files().map(|member| member.frame.size).sum()
    }

    /// Whether `path` is what `member` is when it is unpacked.
    pub fn is_at(&self, path: &Path, member: &Member, check: Check) -> Result<bool, Error> {
        Ok(match check {
            _ if !files::has_size(path, member.frame.size) => false,
            Check::Size => true,
            Check::Content => match fs::read(path) {
                Ok(found) if member.frame.compressed == 0 => digest_beside(&found) == member.digest,
                Ok(found) => found == self.content(member)?,
                Err(_) => false,
            },
        })
    }

    /// Whether every file stands below `folder`.
    pub fn is_below(&self, folder: &Path, check: Check) -> Result<bool, Error> {
        Ok(self.first_not_below(folder, check)?.is_none())
    }

    /// The first path below `folder` at which a file should stand and does not.
    pub fn first_not_below(&self, folder: &Path, check: Check) -> Result<Option<PathBuf>, Error> {
        for member in self.index.files() {
            let path = folder.join(member.path);
            if !self.is_at(&path, &member, check)? {
                return Ok(Some(path));
            }
        }
        Ok(None)
    }
}

/// Whether a file is one that runs.
pub fn access(member: &Member) -> Access {
    if member.executable { Access::Executable } else { Access::Data }
}

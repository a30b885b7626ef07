//! The executable that this process runs, mapped into memory.

use crate::{Error, os};
use memmap2::Mmap;
use rpack_format::{Index, Trailer};
use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// This process's own executable: bootloader, payload and trailer.
pub struct Executable {
    path: PathBuf,
    metadata: Metadata,
    map: Mmap,
    trailer: Trailer,
    /// A copy, because it is read as long as the program runs: the page cache maps a file in pieces of up to a megabyte.
    index: Box<[u8]>,
    is_verified: OnceLock<()>,
}

impl Executable {
    /// Finds and maps the executable and checks the part of it that every start uses.
    pub fn open() -> Result<Self, Error> {
        let path = os::executable_path().map_err(|source| Error::Unreadable { path: None, source })?;
        let file = os::open_executable(&path);
        Self::read(path, file)
    }

    /// The same for the executable that this process ran before it became an interpreter, and that was left open for it.
    pub fn receive(descriptor: i32) -> Result<Self, Error> {
        let gone = || Error::Unreadable { path: None, source: io::ErrorKind::NotFound.into() };
        let file = os::adopt(descriptor).ok_or_else(gone)?;
        let path = fs::read_link(os::path_of_open_file(&file));
        Self::read(path.map_err(|source| Error::Unreadable { path: None, source })?, Ok(file))
    }

    fn read(path: PathBuf, file: io::Result<File>) -> Result<Self, Error> {
        let unreadable = |source| Error::Unreadable { path: Some(path.clone()), source };
        let file = file.map_err(unreadable)?;
        let metadata = file.metadata().map_err(unreadable)?;
        let map = map(&file).map_err(unreadable)?;
        let damaged = |source| Error::Damaged { path: path.clone(), source };
        let trailer = Trailer::parse(&map).map_err(damaged)?;
        let index = trailer.verify_startup(&map).map_err(damaged)?.into();
        Ok(Executable { path, metadata, map, trailer, index, is_verified: OnceLock::new() })
    }

    /// Opens the file once more.
    pub fn reopen(&self) -> Result<File, Error> {
        let unreadable = |source| Error::Unreadable { path: Some(self.path.clone()), source };
        os::open_executable(&self.path).map_err(unreadable)
    }

    /// Absolute path of the executable.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the file system says of it, at the time it was mapped.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// All bytes of it.
    pub fn bytes(&self) -> &[u8] {
        &self.map
    }

    /// The bytes of the index.
    pub fn index_bytes(&self) -> &[u8] {
        &self.index
    }

    /// The index.
    pub fn index(&self) -> Result<Index<'_>, Error> {
        Index::parse(self.index_bytes()).map_err(|source| self.damaged(source))
    }

    /// Lets all pages go that were mapped to check them, to unpack and to read.
    pub fn forget(&self) {
        os::forget_pages(self.map.as_ptr(), self.map.len());
    }

    /// Checks everything that [`Executable::open`] does not. Each place that the files are put into asks for it; it is done
    /// once.
    pub fn verify_rest(&self) -> Result<(), Error> {
        if self.is_verified.get().is_none() {
            self.trailer.verify_rest(&self.map).map_err(|source| self.damaged(source))?;
            let _ = self.is_verified.set(());
        }
        Ok(())
    }

    /// The error for a member whose frame is broken.
    pub fn damaged_member(&self, member: &str) -> Error {
        Error::DamagedMember { path: self.path.clone(), member: member.to_owned() }
    }

    fn damaged(&self, source: rpack_format::Error) -> Error {
        Error::Damaged { path: self.path.clone(), source }
    }
}

fn map(file: &File) -> io::Result<Mmap> {
    // SAFETY: the mapping is private and read-only. Whoever rewrites a running executable in place can fault any process
    // that runs it; the kernel forbids that (`ETXTBSY`) while the file is being executed.
    unsafe { Mmap::map(file) }
}

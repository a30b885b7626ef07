//! Where the program's files are in this run: unpacked in the store, or nowhere, with libraries in memory.

use crate::executable::Executable;
use crate::frames::Decoder;
use crate::memory::Memory;
use crate::store::{self, Store};
use crate::trace::Trace;
use crate::{Error, os};
use rpack_format::Index;
use rpack_format::index::Frame;
use std::fmt;
use std::path::{Path, PathBuf};

/// The folder that a program sees when nothing could be unpacked. It cannot exist, because `/dev/null` is no folder, so
/// nobody can put code there.
const NOWHERE: &str = "/dev/null/rpack";

/// The program's files, and the way to its native ones.
pub struct Bundle<'a> {
    /// The executable that holds the files.
    pub executable: &'a Executable,
    /// The table of them.
    pub index: &'a Index<'a>,
    decoder: Decoder,
    place: Place,
}

enum Place {
    Tree(PathBuf),
    Memory(Memory),
}

impl<'a> Bundle<'a> {
    /// Finds the program's tree in the store, unpacking it first where that was not done yet. Falls back to memory where
    /// the store cannot be used.
    pub fn provide(executable: &'a Executable, index: &'a Index<'a>, trace: &Trace) -> Result<Self, Error> {
        let decoder = Decoder::new();
        let unusable = match Store::open() {
            Ok(store) => match store.tree(executable, index, &decoder, trace) {
                Ok(tree) => return Ok(Bundle { executable, index, decoder, place: Place::Tree(tree) }),
                Err(store::Failure::Damaged(error)) => return Err(error),
                Err(store::Failure::Unusable(reason)) => reason,
            },
            Err(reason) => reason,
        };
        trace.step(|| format!("no store: {unusable}"));
        executable.verify_rest()?;
        Ok(Bundle { executable, index, decoder, place: Place::Memory(Memory::new(unusable)) })
    }

    /// The folder in which the program's files appear.
    pub fn folder(&self) -> &Path {
        match &self.place {
            Place::Tree(tree) => tree,
            Place::Memory(_) => Path::new(NOWHERE),
        }
    }

    /// Whether the files stand in [`Bundle::folder`].
    pub fn is_unpacked(&self) -> bool {
        matches!(self.place, Place::Tree(_))
    }

    /// The path under which file `number` can be given to `dlopen`.
    pub fn native_path(&self, number: u32) -> Result<PathBuf, Error> {
        let Some(file) = self.index.file(number) else {
            let source = rpack_format::Error::Malformed { part: "index", what: "no such file" };
            return Err(Error::Damaged { path: self.executable.path().to_owned(), source });
        };
        match &self.place {
            Place::Tree(tree) => Ok(tree.join(file.path)),
            Place::Memory(memory) => {
                let read = || {
                    let content = self.decoder.file(self.executable.bytes(), self.index, &file);
                    content.ok_or_else(|| self.executable.damaged_member(file.path))
                };
                memory.path(number, file.path, read)
            }
        }
    }

    /// Decompresses `frame` into `target`; whether it held exactly that many bytes.
    pub fn decompress(&self, frame: Frame, target: &mut [u8]) -> bool {
        self.decoder.read_into(self.executable.bytes(), frame, target).is_some()
    }
}

impl fmt::Display for Bundle<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Tree(tree) => write!(formatter, "`{}`", tree.display()),
            Place::Memory(_) => write!(formatter, "memory"),
        }
    }
}

/// The folder `path` as C takes it.
pub fn c_string(path: &Path) -> std::ffi::CString {
    os::c_path(path).unwrap_or_default()
}

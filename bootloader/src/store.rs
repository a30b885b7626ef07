//! The store: native and data files of all packed programs of a user, unpacked once, each kept by its content.
//!
//! ```text
//! CACHE/store/lock                   held while something is changed; the kernel releases it when its holder dies
//! CACHE/store/files/HASH             a file, named by the BLAKE3 hash of its content, read-only
//! CACHE/store/trees/NAME-ID/         a program's files under their own names, hard links to `files`
//! CACHE/store/trees/NAME-ID.checked  which executables were found undamaged as a whole
//! CACHE/store/unfinished/RANDOM      what is being written; without a holder of the lock, what a killed run left
//! ```
//!
//! A tree is assembled in `unfinished` and renamed, so a tree that is there is whole. Nothing is synced to disk: a machine
//! that loses power may be left with files of the wrong size, and sizes are checked at every start.
//!
//! Every program holds a shared lock on its tree's folder until it ends, so that [`garbage`] knows what is in use.

mod checked;
mod garbage;
mod lock;
mod unpacking;

use crate::files::Check;
use crate::payload::Payload;
use crate::trace::Trace;
use crate::{Error, os};
use checked::Checked;
use rpack_format::Index;
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How old the time of a tree may become before a start renews it: most starts write nothing.
const RENEWAL: Duration = Duration::from_secs(24 * 60 * 60);

/// The user's store, checked to be one that code may be loaded from.
pub struct Store {
    folder: PathBuf,
}

/// Why a tree could not be had from the store, or from another place.
pub enum Failure {
    /// The executable itself is damaged; no other place would help.
    Damaged(Error),
    /// The place is of no use here, for this reason.
    Unusable(String),
}

/// A program's files in the store, which stay as long as this value.
pub struct Tree {
    /// The folder that holds them.
    pub folder: PathBuf,
    /// The lock that keeps it there; none where the file system has no locks.
    pub in_use: Option<File>,
}

impl Store {
    /// Finds or creates the store: below `RPACK_CACHE_DIR`, else `XDG_CACHE_HOME/rpack`, else `HOME/.cache/rpack`.
    ///
    /// # Errors
    ///
    /// The reason why there can be none, as a part of a sentence.
    pub fn open() -> Result<Self, String> {
        let folder =
            place().ok_or("none of RPACK_CACHE_DIR, XDG_CACHE_HOME and HOME is an absolute path")?.join("store");
        let unusable = |error: io::Error| format!("`{}` ({error})", folder.display());
        let doubt = match os::distrust(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                os::create_private_folder(&folder).and_then(|()| os::distrust(&folder))
            }
            known => known,
        };
        match doubt.map_err(unusable)? {
            None => Ok(Store { folder }),
            Some(doubt) => Err(format!("`{}` ({doubt})", folder.display())),
        }
    }

    /// The program's tree, unpacked or repaired first where that is needed.
    pub fn tree(&self, payload: &Payload, check: Check, trace: &Trace) -> Result<Tree, Failure> {
        let folder = self.trees().join(tree_name(payload.index));
        let checked = Checked::beside(&folder, payload.executable);
        let was_checked = check == Check::Size && checked.is_noted();
        let found = match Tree::find(&folder, payload, check)? {
            // A tree that is complete needs no lock and no waiting.
            Some(tree) if was_checked => return Ok(tree),
            found => found,
        };
        payload.executable.verify_rest()?;
        let tree = match found {
            Some(tree) if unpacking::sweep(self) == 0 => tree,
            // Whoever made the tree may have been interrupted by a machine that lost power.
            Some(_) => unpacking::unpack(self, &folder, payload, Check::Content, trace)?,
            None => unpacking::unpack(self, &folder, payload, check, trace)?,
        };
        checked.note(self);
        Ok(tree)
    }

    fn lock(&self) -> PathBuf {
        self.folder.join("lock")
    }

    fn trees(&self) -> PathBuf {
        self.folder.join("trees")
    }

    fn files(&self) -> PathBuf {
        self.folder.join("files")
    }

    fn unfinished(&self) -> PathBuf {
        self.folder.join("unfinished")
    }
}

impl Tree {
    /// The tree in `folder`, where it is complete, held against removal and noted as used.
    fn find(folder: &Path, payload: &Payload, check: Check) -> Result<Option<Self>, Error> {
        let Some(in_use) = Tree::hold(folder) else { return Ok(None) };
        // Held first and looked at then: nothing is removed in between.
        let tree = Tree { folder: folder.to_owned(), in_use };
        Ok(payload.is_below(folder, check)?.then_some(tree))
    }

    /// Locks the folder of a tree. `None` where it is not there or is just being removed, `Some(None)` where the file system
    /// has no locks: nobody can lock it for removal then either.
    fn hold(folder: &Path) -> Option<Option<File>> {
        let file = os::open_folder(folder).ok()?;
        match file.try_lock_shared() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return None,
            Err(TryLockError::Error(_)) => return Some(None),
        }
        let metadata = file.metadata().ok().filter(|metadata| !os::is_removed(metadata))?;
        // A time in the future, from a wrong clock, would never grow old.
        if metadata.modified().is_ok_and(|time| time.elapsed().map_or(true, |age| age > RENEWAL)) {
            let _ = file.set_modified(SystemTime::now());
        }
        Some(Some(os::set_aside(file)))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Damaged(error)
    }
}

/// The user's cache folder for rpack. A relative path is as good as none (XDG Base Directory Specification).
fn place() -> Option<PathBuf> {
    let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute("RPACK_CACHE_DIR")
        .or_else(|| Some(absolute("XDG_CACHE_HOME")?.join("rpack")))
        .or_else(|| Some(absolute("HOME")?.join(".cache/rpack")))
}

/// The tree's name: for people the program's, for programs the identity of its set of files.
fn tree_name(index: &Index) -> String {
    let header = index.header();
    let name: String = header.name.chars().map(|letter| if letter == '/' { '_' } else { letter }).collect();
    format!("{name}-{}", hex(&header.tree))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unusable(path: &Path, error: &io::Error) -> Failure {
    Failure::Unusable(format!("`{}` ({error})", path.display()))
}

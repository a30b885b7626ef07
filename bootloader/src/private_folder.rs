//! Folders that live as long as one run: `TMPDIR/rpack-RANDOM`, for this user only, and under a name that nobody can guess.
//!
//! Whoever uses such a folder holds a shared lock on it; forked children inherit that. It is removed by the process that
//! made it, at its end, if nobody else holds it. What a killed process leaves is removed by a later run ([`sweep`]).

use crate::files::{self, Sharing};
use crate::payload::{Payload, access};
use crate::{os, package_folders};
use rpack_format::index::File as Member;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// What the names of such folders begin with.
const PREFIX: &str = "rpack-";
/// How many random digits follow it.
const DIGITS: usize = 32;
/// How often a name is tried. Each fails only where a sweep takes the new folder before it is locked.
const ATTEMPTS: usize = 16;

/// A folder of this run.
pub struct PrivateFolder {
    path: PathBuf,
    lock: File,
    holder: u32,
}

impl PrivateFolder {
    /// Makes a folder below `parent`.
    pub fn create(parent: &Path) -> io::Result<Self> {
        Self::until_locked(|| Self::at(&parent.join(name()?)))
    }

    /// Makes the folder `path`, or shares it where another process of this run has made it: [`name`] gave its name before
    /// they forked, and only they know it.
    pub fn share(path: &Path) -> io::Result<Self> {
        Self::until_locked(|| Self::at(path))
    }

    fn until_locked(mut attempt: impl FnMut() -> io::Result<Option<Self>>) -> io::Result<Self> {
        for _ in 0..ATTEMPTS {
            if let Some(folder) = attempt()? {
                return Ok(folder);
            }
        }
        Err(io::Error::other("another program removes what is made there"))
    }

    fn at(path: &Path) -> io::Result<Option<Self>> {
        match os::create_new_folder(path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        if !os::is_private(&fs::symlink_metadata(path)?) {
            return Err(io::Error::other("it belongs to somebody else"));
        }
        let lock = os::set_aside(os::open_folder(path)?);
        match lock.try_lock_shared() {
            Err(TryLockError::Error(error)) => Err(error),
            Err(TryLockError::WouldBlock) => Ok(None),
            Ok(()) if os::is_removed(&lock.metadata()?) => Ok(None),
            Ok(()) => Ok(Some(PrivateFolder { path: path.to_owned(), lock, holder: std::process::id() })),
        }
    }

    /// Takes over a folder of this process, together with its lock.
    pub fn resume(path: PathBuf, lock: File) -> Self {
        PrivateFolder { path, lock, holder: std::process::id() }
    }

    /// What holds it.
    pub fn lock(&self) -> &File {
        &self.lock
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Puts into the folder those files of the program that `is_wanted` names and that are not there yet. A damaged payload
    /// is told of by the [`Error`](crate::Error) inside of the returned one.
    pub fn fill(&self, payload: &Payload, is_wanted: impl Fn(&Member) -> bool) -> io::Result<()> {
        let temporary = self.path.join(os::random_name()?);
        for member in payload.index.files().filter(is_wanted) {
            let target = self.path.join(member.path);
            if files::has_size(&target, member.frame.size) {
                continue;
            }
            let content = payload.content(&member).map_err(io::Error::other)?;
            os::create_private_folder(target.parent().unwrap_or(&self.path))?;
            files::replace(&target, &temporary, &content, access(&member), Sharing::Private)?;
        }
        package_folders::create(&self.path, payload.index)
    }

    /// Removes the folder, unless this process is a child of the one that took it, or somebody else uses it.
    pub fn leave(self) {
        if self.holder == std::process::id() {
            drop(self.lock);
            remove_unused(&self.path);
        }
    }
}

/// A name that nobody can guess.
pub fn name() -> io::Result<String> {
    Ok(PREFIX.to_owned() + &os::random_name()?)
}

/// Removes the folders of this user below `parent` that nobody uses any more: those of runs that were killed.
pub fn sweep(parent: &Path) {
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    let left = entries.filter(|entry| {
        let name = entry.file_name();
        let digits = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
        digits.is_some_and(|digits| digits.len() == DIGITS && digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
    });
    for path in left.map(|entry| entry.path()) {
        if fs::symlink_metadata(&path).is_ok_and(|metadata| os::is_private(&metadata)) {
            remove_unused(&path);
        }
    }
}

/// Removes a folder whose lock nobody holds and from which nobody has loaded code.
fn remove_unused(path: &Path) {
    let Ok(lock) = os::open_folder(path) else { return };
    if lock.try_lock().is_ok() && !os::is_loaded_elsewhere(path) {
        let _ = fs::remove_dir_all(path);
    }
}

//! The store: native and data files of all packed programs of a user, unpacked once, each kept by its content.
//!
//! ```text
//! CACHE/store/lock                 held while something is unpacked; the kernel releases it when its holder dies
//! CACHE/store/files/HASH           a file, named by the BLAKE3 hash of its content, read-only
//! CACHE/store/trees/NAME-ID/       a program's files under their own names, hard links to `files`
//! CACHE/store/trees/NAME-ID.checked  which executable was last found undamaged as a whole
//! ```
//!
//! A tree is assembled under a temporary name and renamed, so a tree that is there is whole. Nothing is synced to disk: a
//! machine that loses power may be left with files of the wrong size, and sizes are checked at every start.

use crate::executable::Executable;
use crate::frames::Decoder;
use crate::trace::{self, Trace};
use crate::{Error, os};
use rpack_format::Index;
use rpack_format::index::File as Member;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long one start waits for another to finish unpacking before it does without the store.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// How long it waits before it says so.
const SILENT_WAIT: Duration = Duration::from_secs(2);

/// The user's store, checked to be one that code may be loaded from.
pub struct Store {
    folder: PathBuf,
}

/// Why a tree could not be had from the store.
pub enum Failure {
    /// The executable itself is damaged; no other place would help.
    Damaged(Error),
    /// The store is of no use here, for this reason.
    Unusable(String),
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

    /// The folder with the program's files, complete.
    pub fn tree(
        &self,
        executable: &Executable,
        index: &Index,
        decoder: &Decoder,
        trace: &Trace,
    ) -> Result<PathBuf, Failure> {
        let tree = self.folder.join("trees").join(tree_name(index));
        let identity = os::identity(executable.metadata());
        let checked = tree.with_added_extension("checked");
        let was_checked = fs::read(&checked).is_ok_and(|found| found == identity.as_bytes());
        if was_checked && is_complete(&tree, index) {
            return Ok(tree);
        }
        executable.verify_rest().map_err(Failure::Damaged)?;
        let unpacking = Unpacking { store: self, executable, index, decoder };
        unpacking.run(&tree, trace)?;
        // Not being able to note it costs the next start a few milliseconds, no more.
        let _ = replace(&checked, identity.as_bytes(), Access::Data);
        Ok(tree)
    }

    /// Waits until no other program unpacks. The lock ends with the returned file.
    fn lock(&self) -> Result<File, String> {
        let path = self.folder.join("lock");
        let unusable = |error: io::Error| format!("`{}` ({error})", path.display());
        let file = File::options().create(true).append(true).open(&path).map_err(unusable)?;
        let begin = Instant::now();
        let mut has_spoken = false;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::Error(error)) => return Err(unusable(error)),
                Err(TryLockError::WouldBlock) if begin.elapsed() > LONGEST_WAIT => {
                    return Err(format!("`{}` (locked by another program for a minute)", path.display()));
                }
                Err(TryLockError::WouldBlock) => {}
            }
            if !has_spoken && begin.elapsed() > SILENT_WAIT {
                trace::say(&format!("waiting for another program to finish unpacking (`{}`)", path.display()));
                has_spoken = true;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// One program on its way into the store.
struct Unpacking<'a> {
    store: &'a Store,
    executable: &'a Executable,
    index: &'a Index<'a>,
    decoder: &'a Decoder,
}

impl Unpacking<'_> {
    /// Makes `tree` complete, whatever is there already.
    fn run(&self, tree: &Path, trace: &Trace) -> Result<(), Failure> {
        let _lock = self.store.lock().map_err(Failure::Unusable)?;
        // Another start may have done it while this one waited.
        if is_complete(tree, self.index) {
            return Ok(());
        }
        let trees = self.store.folder.join("trees");
        let files = self.store.folder.join("files");
        for folder in [&trees, &files] {
            os::create_private_folder(folder).map_err(|error| unusable(folder, &error))?;
            remove_leftovers(folder);
        }
        if tree.is_dir() {
            trace.step(|| format!("repairing `{}`", tree.display()));
            return self.fill(tree, &files);
        }
        trace.step(|| format!("unpacking into `{}`", tree.display()));
        let new = temporary(tree);
        self.fill(&new, &files)?;
        fs::rename(&new, tree).map_err(|error| unusable(tree, &error))
    }

    /// Puts every file that `tree` lacks into it.
    fn fill(&self, tree: &Path, files: &Path) -> Result<(), Failure> {
        os::create_private_folder(tree).map_err(|error| unusable(tree, &error))?;
        for member in self.index.files().filter(|member| !has_size(&tree.join(member.path), member.frame.size)) {
            let target = tree.join(member.path);
            if let Some(parent) = target.parent() {
                os::create_private_folder(parent).map_err(|error| unusable(parent, &error))?;
            }
            let stored = files.join(hex(&member.digest));
            if !has_size(&stored, member.frame.size) {
                self.unpack(&member, &stored)?;
            }
            link(&stored, &target, access(&member)).map_err(|error| unusable(&target, &error))?;
        }
        Ok(())
    }

    fn unpack(&self, member: &Member, stored: &Path) -> Result<(), Failure> {
        let content = self.decoder.file(self.executable.bytes(), self.index, member);
        let content = content.ok_or_else(|| Failure::Damaged(self.executable.damaged_member(member.path)))?;
        replace(stored, &content, access(member)).map_err(|error| unusable(stored, &error))
    }
}

/// Whether a file in the store is one that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    Data,
    Executable,
}

fn access(member: &Member) -> Access {
    if member.executable { Access::Executable } else { Access::Data }
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

fn is_complete(tree: &Path, index: &Index) -> bool {
    index.files().all(|member| has_size(&tree.join(member.path), member.frame.size))
}

fn has_size(path: &Path, size: u64) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.len() == size)
}

/// Makes `target` the file `stored`: the same file where the file system can, otherwise a copy.
fn link(stored: &Path, target: &Path, access: Access) -> io::Result<()> {
    let new = temporary(target);
    if fs::hard_link(stored, &new).is_ok() {
        return fs::rename(&new, target);
    }
    replace(target, &fs::read(stored)?, access)
}

/// Writes a file so that it is there whole or not at all.
fn replace(path: &Path, content: &[u8], access: Access) -> io::Result<()> {
    let new = temporary(path);
    let write = || {
        let mut file = os::create_new_file(&new)?;
        file.write_all(content)?;
        os::seal(&file, access == Access::Executable)?;
        fs::rename(&new, path)
    };
    write().inspect_err(|_| drop(fs::remove_file(&new)))
}

/// A name beside `path` for what is not finished. It is unique among the programs that run now.
fn temporary(path: &Path) -> PathBuf {
    path.with_added_extension(format!("{}.unfinished", std::process::id()))
}

/// Removes what killed programs left unfinished. The lock is held, so nothing unfinished belongs to a living one, except
/// for a note about a checked executable, which is written again at the next start.
fn remove_leftovers(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.extension().is_some_and(|extension| extension == "unfinished") {
            let _ = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unusable(path: &Path, error: &io::Error) -> Failure {
    Failure::Unusable(format!("`{}` ({error})", path.display()))
}

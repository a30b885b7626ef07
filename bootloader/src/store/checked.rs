//! The note beside a tree: which executables were found undamaged as a whole, so that this is not done at every start.

use super::{Store, lock};
use crate::executable::Executable;
use crate::files::{self, Access, Sharing};
use crate::os;
use std::fs;
use std::path::{Path, PathBuf};

/// How many executables are noted. Programs that differ in nothing but bytecode share one tree.
const MOST: usize = 16;

/// What follows a tree's name in that of its note.
pub const ENDING: &str = "checked";

/// The note beside one tree, about one executable.
pub struct Checked {
    path: PathBuf,
    identity: String,
}

impl Checked {
    /// The note beside `tree` about `executable`.
    pub fn beside(tree: &Path, executable: &Executable) -> Self {
        Checked { path: tree.with_added_extension(ENDING), identity: os::identity(executable.metadata()) }
    }

    /// Whether this very executable, unchanged since, was found undamaged.
    pub fn is_noted(&self) -> bool {
        self.read().lines().any(|line| line == self.identity)
    }

    /// Notes that it was, under the lock, so that what a killed start leaves is found among what is unfinished. Not being able
    /// to costs the next start a few milliseconds, no more.
    pub fn note(&self, store: &Store) {
        let Some(_lock) = lock::try_acquire(&store.lock()) else { return };
        let noted = self.read();
        let mut lines: Vec<&str> = noted.lines().filter(|line| *line != self.identity).collect();
        lines.push(&self.identity);
        let kept: String = lines.iter().skip(lines.len().saturating_sub(MOST)).flat_map(|line| [line, "\n"]).collect();
        if let Ok(name) = os::random_name() {
            let temporary = store.unfinished().join(name);
            let _ = files::replace(&self.path, &temporary, kept.as_bytes(), Access::Data, Sharing::Shared);
        }
    }

    fn read(&self) -> String {
        fs::read_to_string(&self.path).unwrap_or_default()
    }
}

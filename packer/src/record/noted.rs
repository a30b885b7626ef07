//! Files and folders whose content is noted beside their state, because a state may change and the content stay.

use crate::cache::{Digest, State};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// A file or a folder, and what was in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Noted {
    /// Where it is.
    pub path: PathBuf,
    state: State,
    /// Whether the state is certain to be another one where the content is.
    pub is_settled: bool,
    /// Hash of the content.
    pub digest: Digest,
}

impl Noted {
    /// The file with its content, if it can be read.
    pub fn of_file(path: &Path, moment: SystemTime) -> Option<(Self, Vec<u8>)> {
        let state = State::of(path);
        let content = fs::read(path).ok()?;
        let digest = blake3::hash(&content).into();
        let is_settled = state.is_settled(moment) && State::of(path) == state;
        Some((Noted { path: path.to_owned(), state, is_settled, digest }, content))
    }

    /// The folder with the names in it, less those that come and go while somebody works there. A file that becomes a folder is
    /// another name.
    pub fn of_folder(path: &Path, moment: SystemTime) -> Option<Self> {
        let state = State::of(path);
        let mut names = BTreeSet::new();
        for entry in fs::read_dir(path).ok()? {
            let entry = entry.ok()?;
            let name = entry.file_name();
            if !is_of_editors(&name.to_string_lossy()) && name != "__pycache__" {
                let kind = entry.file_type().ok()?;
                names.insert((name, kind.is_dir(), kind.is_file()));
            }
        }
        let digest = blake3::hash(format!("{names:?}").as_bytes()).into();
        let is_settled = state.is_settled(moment) && State::of(path) == state;
        Some(Noted { path: path.to_owned(), state, is_settled, digest })
    }

    /// The same as it is `now`, if that has the content that is noted. If not it changed again, and the next build looks at it.
    pub fn with(&self, now: Option<Self>, digest: Digest) -> Self {
        now.filter(|now| now.digest == digest).unwrap_or_else(|| Noted { digest, is_settled: false, ..self.clone() })
    }

    /// Whether it need not be looked at again.
    pub fn holds(&self) -> bool {
        self.is_settled && State::of(&self.path) == self.state
    }
}

/// Whether a file is one of an editor's own, which no program names: Vim's swap files, Emacs's locks.
fn is_of_editors(name: &str) -> bool {
    name.strip_prefix('.').is_some_and(|name| {
        name.starts_with('#') || [".swp", ".swo", ".swx"].iter().any(|ending| name.ends_with(ending))
    })
}

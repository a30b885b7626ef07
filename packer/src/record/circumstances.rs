//! What a build depends on besides the states of files and folders.

use crate::cache::Digest;
use crate::hooks::Seen;
use serde::{Deserialize, Serialize};
use std::env;
use std::path::{Path, PathBuf};

/// What hooks of PyInstaller looked at that has no state to compare.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Circumstances {
    /// Folders of which only that they are there was asked: their states change with everything in them.
    folders: Vec<PathBuf>,
    /// Environment variables, with hashes of their values, which may be secret.
    variables: Vec<(String, Option<Digest>)>,
}

impl Circumstances {
    /// The circumstances under which hooks saw this.
    pub fn of(seen: &Seen) -> Self {
        Circumstances {
            folders: seen.folders().map(Path::to_owned).collect(),
            variables: seen.variables().map(|name| (name.to_owned(), value(name))).collect(),
        }
    }

    /// Whether they are the same now.
    pub fn hold(&self) -> bool {
        self.folders.iter().all(|folder| folder.is_dir())
            && self.variables.iter().all(|(name, known)| value(name) == *known)
    }
}

fn value(name: &str) -> Option<Digest> {
    let is_name = !name.is_empty() && !name.contains(['=', '\0']);
    let value = if is_name { env::var_os(name) } else { None };
    value.map(|value| blake3::hash(value.as_encoded_bytes()).into())
}

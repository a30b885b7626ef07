//! What hooks have looked at while they ran, as far as it can be known; see `worker/watching.py`.

use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What hooks have looked at.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Seen {
    /// Paths of which they asked what is there.
    looked_for: BTreeSet<PathBuf>,
    /// Files that they opened, and folders that they listed.
    read: BTreeSet<PathBuf>,
    /// Environment variables that they asked for.
    variables: BTreeSet<String>,
    /// What they did that may depend on anything: running programs, talking to other machines.
    beyond: BTreeSet<String>,
}

impl Seen {
    /// Takes in what was seen besides.
    pub fn add(&mut self, other: Seen) {
        self.looked_for.extend(other.looked_for);
        self.read.extend(other.read);
        self.variables.extend(other.variables);
        self.beyond.extend(other.beyond);
    }

    /// Notes a file that was read for hooks.
    pub fn note(&mut self, file: PathBuf) {
        self.read.insert(file);
    }

    /// Notes that something was looked at that cannot be named.
    pub fn lose(&mut self, reason: &str) {
        self.beyond.insert(reason.to_owned());
    }

    /// Why not all that was looked at is known.
    pub fn beyond(&self) -> impl Iterator<Item = &str> {
        self.beyond.iter().map(String::as_str)
    }

    /// The files that were opened, and the folders that were listed.
    pub fn read(&self) -> impl Iterator<Item = &Path> {
        self.read.iter().map(PathBuf::as_path)
    }

    /// The paths whose state tells whether hooks would see the same. Of a folder that was not listed the state tells too much.
    pub fn witnesses(&self) -> impl Iterator<Item = &Path> {
        self.read().chain(self.looked_for.iter().map(PathBuf::as_path).filter(|path| !path.is_dir()))
    }

    /// The folders of which only that they are there was looked at.
    pub fn folders(&self) -> impl Iterator<Item = &Path> {
        self.looked_for.difference(&self.read).map(PathBuf::as_path).filter(|path| path.is_dir())
    }

    /// The environment variables that were asked for.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.variables.iter().map(String::as_str)
    }
}

//! The files of this repository.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use walkdir::WalkDir;

/// Folders that `.gitignore` names, and git's own.
const NOT_OURS: [&str; 5] = [".git", ".venv", "__pycache__", "dist", "target"];

/// A file that belongs to the repository.
pub struct RepositoryFile {
    /// Its path from the repository's root, with `/` between folders.
    pub path: String,
    /// What it says; empty if it is no text.
    pub text: String,
}

impl RepositoryFile {
    /// Whether this is a file of Rust source.
    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// The lines with their numbers, as an editor counts them.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.lines())
    }
}

/// The repository's root.
pub fn root() -> &'static Path {
    static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        package.parent().expect("the package stands in a folder of the repository").to_owned()
    });
    &ROOT
}

/// Every file that git tracks or would add, in the order of the paths. An archive of the sources has no git in it; there
/// it is every file that `.gitignore` does not name.
pub fn files() -> &'static [RepositoryFile] {
    static FILES: LazyLock<Vec<RepositoryFile>> = LazyLock::new(|| {
        let mut paths = tracked().unwrap_or_else(walked);
        paths.sort();
        let read = |path: String| Some(RepositoryFile { text: read(&path)?, path });
        paths.into_iter().filter_map(read).collect()
    });
    &FILES
}

/// The Rust source files.
pub fn rust_files() -> impl Iterator<Item = &'static RepositoryFile> {
    files().iter().filter(|file| file.is_rust())
}

/// The names of the folders directly below `folder`.
pub fn folders_in(folder: &str) -> Vec<&'static str> {
    let below = files().iter().filter_map(|file| file.path.strip_prefix(folder)?.strip_prefix('/'));
    let mut names: Vec<_> = below.filter_map(|path| Some(path.split_once('/')?.0)).collect();
    names.dedup();
    names
}

/// Whether the repository has a file with this path.
pub fn has(path: &str) -> bool {
    files().binary_search_by(|file| file.path.as_str().cmp(path)).is_ok()
}

fn tracked() -> Option<Vec<String>> {
    let arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let output = Command::new("git").args(arguments).current_dir(root()).output().ok()?;
    let paths: Vec<_> = String::from_utf8(output.stdout).ok()?.split_terminator('\0').map(str::to_owned).collect();
    // A repository around this one may ignore it; its answer is not about our files then.
    paths.iter().any(|path| path == "Cargo.toml").then_some(paths)
}

fn walked() -> Vec<String> {
    let entries = WalkDir::new(root())
        .into_iter()
        .filter_entry(|entry| !entry.file_type().is_dir() || !NOT_OURS.iter().any(|name| entry.file_name() == *name));
    let entries = entries.map(|entry| entry.expect("the repository can be read"));
    let files = entries.filter(|entry| !entry.file_type().is_dir());
    let relative = files.map(|entry| entry.path().strip_prefix(root()).expect("it is below the root").to_owned());
    relative.map(|path| path.to_str().expect("names of files are UTF-8").to_owned()).collect()
}

/// The text of a file, empty if it is no text; None if git still lists it and it is gone.
fn read(path: &str) -> Option<String> {
    let bytes = std::fs::read(root().join(path)).ok()?;
    Some(String::from_utf8(bytes).unwrap_or_default())
}

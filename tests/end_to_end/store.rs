//! A packed program with a store of its own, and looking into that store.

use crate::rpack::{clean, pack_source, run, text};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Extension modules with libraries of their own, and a report of where they came from.
pub const PROGRAM: &str = "import _ssl, zlib, _ctypes, sys, os\nprint('ran', os.path.exists(sys._MEIPASS))\n";

/// Packs a source into `folder`, and gives the command that runs it with a cache below that folder.
pub fn packed(folder: &Path, source: &str, arguments: &[&str]) -> (Command, Store) {
    let store = Store { folder: folder.join("cache/store") };
    (store.command(&pack_source(folder, source, arguments)), store)
}

/// [`PROGRAM`], packed.
pub fn packed_with_store(folder: &Path) -> (Command, Store) {
    packed(folder, PROGRAM, &[])
}

/// A store of packed programs.
pub struct Store {
    pub folder: PathBuf,
}

impl Store {
    /// Runs a packed program with this store.
    pub fn command(&self, packed: &Path) -> Command {
        let mut command = Command::new(packed);
        clean(&mut command);
        for name in ["TMPDIR", "RPACK_UNPACK", "RPACK_VERIFY"] {
            command.env_remove(name);
        }
        command.env("RPACK_CACHE_DIR", self.folder.parent().unwrap());
        command
    }

    /// The files of all trees.
    pub fn tree_files(&self) -> Vec<PathBuf> {
        files_below(&self.folder.join("trees"))
    }

    /// The one native file of the trees whose name contains `name`.
    pub fn native(&self, name: &str) -> PathBuf {
        let is_it = |path: &PathBuf| path.to_string_lossy().contains(name);
        let found: Vec<_> = self.tree_files().into_iter().filter(is_it).collect();
        assert_eq!(found.len(), 1, "{name}: {found:?}");
        found[0].clone()
    }

    /// The folders of the trees.
    pub fn trees(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.folder.join("trees")).into_iter().flatten();
        let mut trees: Vec<_> = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
        trees.sort();
        trees
    }

    /// What killed runs left.
    pub fn leftovers(&self) -> Vec<PathBuf> {
        fs::read_dir(self.folder.join("unfinished")).into_iter().flatten().map(|entry| entry.unwrap().path()).collect()
    }
}

/// All files below a folder.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().flatten();
    entries.map(|entry| entry.into_path()).filter(|path| path.is_file()).collect()
}

/// Runs a command that must succeed and print exactly `expected`.
pub fn assert_prints(command: &mut Command, expected: &str) {
    let output = run(command);
    let observed = (text(&output.stdout), output.status.code());
    assert_eq!(observed, (expected.to_owned(), Some(0)), "{command:?}: {}", text(&output.stderr));
}

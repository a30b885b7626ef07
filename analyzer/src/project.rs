//! What is packed, and for which interpreter: the program and what it declares, the interpreter's facts, the installed
//! distributions.

pub(crate) mod declaration;
pub(crate) mod distribution;
pub(crate) mod interpreter;
pub(crate) mod owners;
pub(crate) mod program;
pub(crate) mod requirement;
mod requirements_file;
pub(crate) mod script_block;

use interpreter::Interpreter;
use program::Program;
use std::path::{Path, PathBuf};

/// A program together with the interpreter that it is packed for.
#[derive(Debug, Clone)]
pub struct Project {
    /// The program.
    pub program: Program,
    /// The target interpreter.
    pub interpreter: Interpreter,
    /// Where modules are looked for: the program's folders, the extra ones, the interpreter's,
    /// without repetition.
    pub search_path: Vec<PathBuf>,
    /// Zip files that stood on the search path, and whose content a folder in their place holds now.
    pub zip_files: Vec<PathBuf>,
    /// Who owns the modules below each entry of the search path.
    pub(crate) owners: Vec<Origin>,
}

/// Whom a module belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// The program's own folders, or a folder that the user added.
    Program,
    /// An installed distribution.
    Library,
    /// The standard library.
    StandardLibrary,
}

impl Project {
    /// Joins program and interpreter. `extra_paths` (`--paths`) come after the program's folders
    /// and before the interpreter's.
    pub fn new(program: Program, interpreter: Interpreter, extra_paths: &[PathBuf]) -> Project {
        let mut search_path: Vec<PathBuf> = Vec::new();
        let mut owners = Vec::new();
        let mut add = |path: PathBuf, owner| {
            if !search_path.contains(&path) {
                search_path.push(path);
                owners.push(owner);
            }
        };
        for path in &program.search_path {
            add(path.clone(), Origin::Program);
        }
        for path in extra_paths {
            add(std::fs::canonicalize(path).unwrap_or_else(|_| path.clone()), Origin::Program);
        }
        for path in &interpreter.search_path {
            let standard = *path == interpreter.stdlib || *path == interpreter.extension_folder;
            add(path.clone(), if standard { Origin::StandardLibrary } else { Origin::Library });
        }
        Project { program, interpreter, search_path, zip_files: Vec::new(), owners }
    }

    /// Whom the file or folder at `path` belongs to: the longest entry of the search path above it
    /// decides, because `site-packages` lies inside the standard library, and an environment often
    /// inside the program's folder.
    pub(crate) fn origin_of(&self, path: &Path) -> Origin {
        let standard = [&self.interpreter.stdlib, &self.interpreter.extension_folder];
        let folders = self
            .search_path
            .iter()
            .zip(self.owners.iter().copied())
            .chain(standard.into_iter().map(|folder| (folder, Origin::StandardLibrary)));
        let mut longest: Option<(&PathBuf, Origin)> = None;
        for (folder, origin) in folders.filter(|(folder, _)| path.starts_with(folder)) {
            // The first of equal folders wins, as it does on the search path.
            if longest.is_none_or(|(best, _)| folder.as_os_str().len() > best.as_os_str().len()) {
                longest = Some((folder, origin));
            }
        }
        longest.map_or(Origin::Library, |(_, origin)| origin)
    }
}

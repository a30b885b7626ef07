//! Whether a second build makes the same bytes, and where not.

use crate::cache::Caching;
use crate::{Built, Error, Options, build};
use rpack_format::{Index, Trailer};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Builds again, into another folder, without anything of earlier builds and one thing after the other, and compares.
///
/// # Errors
///
/// If the second build fails, or makes other bytes.
pub fn check(options: &Options, built: &Built) -> Result<(), Error> {
    let unusable = |path: &Path| {
        let path = path.to_owned();
        move |source| NotReproducible::Unusable { path, source }
    };
    let folder = tempfile::tempdir().map_err(unusable(Path::new("the folder for temporary files")))?;
    let output = folder.path().join("second");
    // The program's name stands in the executable, and comes from its file where none is given.
    let second = Options { output: Some(output), caching: Caching::Off, jobs: NonZeroUsize::MIN, ..options.clone() };
    let second = build(&second, &mut |_| {})?;
    let first = fs::read(&built.path).map_err(unusable(&built.path))?;
    let second = fs::read(&second.path).map_err(unusable(&second.path))?;
    match differing_part(&first, &second) {
        None => Ok(()),
        Some(part) => Err(NotReproducible::Differs { path: built.path.clone(), part }.into()),
    }
}

/// The first part in which two executables differ.
fn differing_part(first: &[u8], second: &[u8]) -> Option<String> {
    let position = first.iter().zip(second).position(|(one, other)| one != other);
    let position = position.or_else(|| (first.len() != second.len()).then(|| first.len().min(second.len())))?;
    Some(part_at(first, position as u64).unwrap_or_else(|| format!("byte {position}")))
}

fn part_at(executable: &[u8], position: u64) -> Option<String> {
    let trailer = Trailer::parse(executable).ok()?;
    let index = Index::parse(trailer.verify_startup(executable).ok()?).ok()?;
    let holds = |start: u64, length: u64| (start..start.saturating_add(length)).contains(&position);
    let modules = (0..index.module_count()).filter_map(|number| index.module(number));
    let mut modules = modules.filter(|module| holds(module.frame.offset, module.frame.compressed));
    let mut files = index.files().filter(|file| holds(file.frame.offset, file.frame.compressed));
    let module = modules.next().map(|module| format!("the module `{}`", module.name));
    module.or_else(|| files.next().map(|file| format!("the file `{}`", file.path)))
}

/// Why a build cannot be said to be reproducible.
#[derive(Debug, thiserror::Error)]
pub enum NotReproducible {
    /// It is not.
    #[error("A second build of `{}` made other bytes, first in {part}", .path.display())]
    Differs {
        /// The executable.
        path: PathBuf,
        /// Where the two differ.
        part: String,
    },
    /// It cannot be found out.
    #[error("Cannot compare two builds: `{}`: {source}", .path.display())]
    Unusable {
        /// What cannot be read or made.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
}

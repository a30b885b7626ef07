//! Files that the user adds with `--add-data SRC:DEST` and `--add-binary SRC:DEST`.

use super::data::is_library;
use super::natives::AskedLibrary;
use super::{Content, Error, Files, Reason, relative};
use crate::options::{AddedData, Options};
use crate::os;
use rpack_format::FileKind;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// The flags by which something is added, as messages name them.
const ADD_DATA: &str = "--add-data";
const ADD_BINARY: &str = "--add-binary";

/// Adds what each option names: a file goes into the destination folder, a folder's content goes there as it lies, a
/// pattern stands for all that it matches. Of `--add-binary`, the [`libraries`] are added with the other native files.
pub fn collect(files: &mut Files, options: &Options) -> Result<(), Error> {
    let data = found(&options.added_data, ADD_DATA)?;
    let binaries = found(&options.added_binaries, ADD_BINARY)?.into_iter().filter(|file| !is_library(&file.path));
    for Found { path, inside, reason } in data.into_iter().chain(binaries) {
        let executable = os::is_executable_file(&path);
        if let Some(file) = files.add(&inside, FileKind::Data, Content::File(path), reason) {
            file.executable = executable;
        }
    }
    Ok(())
}

/// The shared libraries among what `--add-binary` names.
pub fn libraries(added: &[AddedData]) -> Result<Vec<AskedLibrary>, Error> {
    let libraries = found(added, ADD_BINARY)?.into_iter().filter(|file| is_library(&file.path));
    Ok(libraries.map(|Found { path, inside, reason }| AskedLibrary { source: path, inside, reason }).collect())
}

/// A file that was asked for.
struct Found {
    path: PathBuf,
    inside: String,
    reason: Reason,
}

fn found(added: &[AddedData], flag: &'static str) -> Result<Vec<Found>, Error> {
    let mut found = Vec::new();
    for AddedData { source, destination } in added {
        let folder = inside_bundle(destination, flag)?;
        let matches = matches(source);
        if matches.is_empty() {
            return Err(Error::NothingToAdd { pattern: source.clone(), flag });
        }
        for path in matches {
            let reason = Reason::Flag { flag, value: format!("{source}:{destination}") };
            find_below(&path, &folder, &reason, &mut found)?;
        }
    }
    Ok(found)
}

/// A path that exists is taken literally, even where its name looks like a pattern.
fn matches(source: &str) -> Vec<PathBuf> {
    if Path::new(source).exists() {
        return vec![source.into()];
    }
    glob::glob(source).into_iter().flatten().flatten().collect()
}

fn find_below(path: &Path, folder: &str, reason: &Reason, found: &mut Vec<Found>) -> Result<(), Error> {
    let parent = if path.is_dir() { path } else { path.parent().unwrap_or(Path::new("")) };
    for entry in WalkDir::new(path).follow_links(true).sort_by_file_name() {
        let entry = entry.map_err(|error| Error::Unreadable { path: path.to_owned(), source: error.into() })?;
        if let Some(inside) = relative(entry.path(), parent).filter(|_| entry.file_type().is_file()) {
            let (path, inside) = (entry.path().to_owned(), format!("{folder}{inside}"));
            found.push(Found { path, inside, reason: reason.clone() });
        }
    }
    Ok(())
}

/// The destination as the beginning of a path inside the bundle: empty, or ending in `/`.
fn inside_bundle(destination: &str, flag: &'static str) -> Result<String, Error> {
    let outside = || Error::OutsideDestination { destination: destination.to_owned(), flag };
    if destination.starts_with('/') {
        return Err(outside());
    }
    let parts = destination.split('/').filter(|part| !matches!(*part, "" | "."));
    let parts = parts.map(|part| if part == ".." { Err(outside()) } else { Ok(format!("{part}/")) });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_destination_lies_inside_the_bundle() {
        assert_eq!(inside_bundle(".", ADD_DATA).unwrap(), "");
        assert_eq!(inside_bundle("a/b/", ADD_DATA).unwrap(), "a/b/");
        assert_eq!(inside_bundle("./a", ADD_DATA).unwrap(), "a/");
        assert!(inside_bundle("../a", ADD_DATA).is_err());
        assert!(inside_bundle("/a", ADD_DATA).is_err());
    }

    #[test]
    fn a_file_a_folder_and_a_pattern_are_added() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("sub")).unwrap();
        for name in ["a.txt", "b.txt", "sub/c.txt"] {
            std::fs::write(folder.path().join(name), name).unwrap();
        }
        let root = folder.path().display();
        let paths = |source: String| {
            let found = found(&[AddedData { source, destination: "d".into() }], ADD_DATA).unwrap();
            found.into_iter().map(|file| file.inside).collect::<Vec<_>>()
        };
        assert_eq!(paths(format!("{root}/a.txt")), ["d/a.txt"]);
        assert_eq!(paths(format!("{root}")), ["d/a.txt", "d/b.txt", "d/sub/c.txt"]);
        assert_eq!(paths(format!("{root}/*.txt")), ["d/a.txt", "d/b.txt"]);
    }

    #[test]
    fn a_source_that_does_not_exist_is_an_error() {
        let added = AddedData { source: "no/such/file".into(), destination: ".".into() };
        assert!(matches!(found(&[added], ADD_BINARY), Err(Error::NothingToAdd { flag: ADD_BINARY, .. })));
    }
}

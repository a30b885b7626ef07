//! Files that the user adds with `--add-data SRC:DEST`.

use super::{Content, Error, Files, relative};
use crate::options::AddedData;
use rpack_format::FileKind;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// Adds what each option names: a file goes into the destination folder, a folder's content goes there as it lies, a
/// pattern stands for all that it matches.
pub fn collect(files: &mut Files, added: &[AddedData]) -> Result<(), Error> {
    for AddedData { source, destination } in added {
        let folder = inside_bundle(destination)?;
        let matches = matches(source);
        if matches.is_empty() {
            return Err(Error::NothingToAdd { pattern: source.clone() });
        }
        for path in matches {
            collect_path(files, &path, &folder)?;
        }
    }
    Ok(())
}

/// A path that exists is taken literally, even where its name looks like a pattern.
fn matches(source: &str) -> Vec<PathBuf> {
    if Path::new(source).exists() {
        return vec![source.into()];
    }
    glob::glob(source).into_iter().flatten().flatten().collect()
}

fn collect_path(files: &mut Files, path: &Path, folder: &str) -> Result<(), Error> {
    let parent = if path.is_dir() { path } else { path.parent().unwrap_or(Path::new("")) };
    for entry in WalkDir::new(path).follow_links(true).sort_by_file_name() {
        let entry = entry.map_err(|error| Error::Unreadable { path: path.to_owned(), source: error.into() })?;
        let Some(inside) = relative(entry.path(), parent).filter(|_| entry.file_type().is_file()) else { continue };
        let executable = entry.metadata().is_ok_and(|metadata| crate::os::is_executable(&metadata));
        if let Some(file) =
            files.add(&format!("{folder}{inside}"), FileKind::Data, Content::File(entry.path().to_owned()))
        {
            file.executable = executable;
        }
    }
    Ok(())
}

/// The destination as the beginning of a path inside the bundle: empty, or ending in `/`.
fn inside_bundle(destination: &str) -> Result<String, Error> {
    let outside = || Error::OutsideDestination { destination: destination.to_owned() };
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
        assert_eq!(inside_bundle(".").unwrap(), "");
        assert_eq!(inside_bundle("a/b/").unwrap(), "a/b/");
        assert_eq!(inside_bundle("./a").unwrap(), "a/");
        assert!(inside_bundle("../a").is_err());
        assert!(inside_bundle("/a").is_err());
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
            let mut files = Files::default();
            collect(&mut files, &[AddedData { source, destination: "d".into() }]).unwrap();
            files.into_sorted().into_iter().map(|file| file.path).collect::<Vec<_>>()
        };
        assert_eq!(paths(format!("{root}/a.txt")), ["d/a.txt"]);
        assert_eq!(paths(format!("{root}")), ["d/a.txt", "d/b.txt", "d/sub/c.txt"]);
        assert_eq!(paths(format!("{root}/*.txt")), ["d/a.txt", "d/b.txt"]);
    }

    #[test]
    fn a_source_that_does_not_exist_is_an_error() {
        let added = AddedData { source: "no/such/file".into(), destination: ".".into() };
        assert!(matches!(collect(&mut Files::default(), &[added]), Err(Error::NothingToAdd { .. })));
    }
}

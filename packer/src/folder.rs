//! A folder with the executable and its files beside it (`--onedir`): written whole, then put in its place.

use crate::cache::State;
use crate::executable::Error;
use crate::options::Replacement;
use crate::payload::{Beside, Payload};
use crate::{os, payload};
use rpack_format::{Index, Trailer, index};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::{fs, io};
use walkdir::WalkDir;

/// Writes the folder and returns the size of everything in it. Until it is complete it has another name.
///
/// # Errors
///
/// If it cannot be written, or something is in its place that may not be replaced. What was there before stays then.
pub fn write(
    payload: &Payload,
    beside: &Beside,
    folder: &Path,
    name: &str,
    replacement: Replacement,
) -> Result<u64, Error> {
    if let Some(file) = collision(beside, name) {
        return Err(Error::Collision { name: name.to_owned(), file });
    }
    if replacement == Replacement::OwnOnly
        && let Some(found) = foreign(folder, name)
    {
        return Err(Error::Foreign { folder: folder.to_owned(), found });
    }
    let unwritable = |source| Error::Unwritable { path: folder.to_owned(), source };
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(unwritable)?;
    // Whatever happens, it is removed with all that is in it then.
    let temporary = tempfile::Builder::new().prefix(".rpack-").tempdir_in(parent).map_err(unwritable)?;
    let made = temporary.path().join("made");
    let size = fill(&made, payload, beside, name).map_err(unwritable)?;
    os::put_in_place(&made, folder, &temporary.path().join("replaced")).map_err(unwritable)?;
    // Beyond this point the folder is the new one.
    Ok(size)
}

fn fill(folder: &Path, payload: &Payload, beside: &Beside, name: &str) -> io::Result<u64> {
    let contents = contents(folder, &beside.name);
    fs::create_dir_all(&contents)?;
    for package in &beside.folders {
        match fs::create_dir_all(contents.join(package)) {
            // A data file may have been given the name of a package.
            Err(error) if matches!(error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory) => {}
            created => created?,
        }
    }
    let mut size = payload.size;
    for file in &beside.files {
        let path = contents.join(&file.path);
        fs::create_dir_all(path.parent().unwrap_or(&contents))?;
        let mut made = os::create_file(&path, if file.executable { 0o777 } else { 0o666 })?;
        payload::write_all([&file.content], &mut made)?;
        size += file.content.length() as u64;
    }
    os::make_executable(&folder.join(name), |file| payload::write_all(&payload.bytes, file))?;
    Ok(size)
}

fn contents(folder: &Path, name: &str) -> PathBuf {
    if name == "." { folder.to_owned() } else { folder.join(name) }
}

/// What would have the same name as the executable.
fn collision(beside: &Beside, name: &str) -> Option<String> {
    if beside.name != "." {
        return (beside.name == name).then(|| beside.name.clone());
    }
    let paths = beside.files.iter().map(|file| &file.path).chain(&beside.folders);
    paths.into_iter().find(|path| path.split('/').next() == Some(name)).cloned()
}

/// What is in the place of the folder and was not made by an earlier build of it.
fn foreign(folder: &Path, name: &str) -> Option<PathBuf> {
    if !folder.is_dir() {
        let is_there = folder.symlink_metadata().is_ok();
        return (is_there && !is_packed(folder)).then(|| folder.to_owned());
    }
    let own = own_files(folder, &folder.join(name)).unwrap_or_default();
    let files = WalkDir::new(folder).sort_by_file_name().into_iter().flatten();
    files.filter(|entry| !entry.file_type().is_dir()).map(|entry| entry.into_path()).find(|path| !own.contains(path))
}

fn is_packed(file: &Path) -> bool {
    fs::read(file).is_ok_and(|bytes| Trailer::parse(&bytes).is_ok())
}

/// The files that a build made, as its executable lists them.
fn own_files(folder: &Path, executable: &Path) -> Option<HashSet<PathBuf>> {
    let files = files_beside(folder, executable)?.into_iter().map(|(path, _)| path);
    Some(files.chain([executable.to_owned()]).collect())
}

/// The files beside an executable, as it lists them, each with the digest of its content.
fn files_beside(folder: &Path, executable: &Path) -> Option<Vec<(PathBuf, [u8; 32])>> {
    let bytes = fs::read(executable).ok()?;
    let index = Trailer::parse(&bytes).ok()?.verify_startup(&bytes).ok()?;
    let index = Index::parse(index).ok().filter(|index| !index.header().beside.is_empty())?;
    let contents = contents(folder, index.header().beside);
    Some(index.files().map(|file| (contents.join(file.path), file.digest)).collect())
}

/// Everything in a folder that a build made, with its state.
pub fn states(folder: &Path) -> Vec<(PathBuf, State)> {
    let entries = WalkDir::new(folder).sort_by_file_name().into_iter().flatten();
    entries.map(|entry| (entry.path().to_owned(), State::of(entry.path()))).collect()
}

/// Whether a folder holds what the build of its executable put there, and nothing else. The executable itself is not looked at.
pub fn is_unaltered(folder: &Path, executable: &Path) -> bool {
    let Some(name) = executable.file_name() else { return false };
    let is_same = |(path, digest): (PathBuf, [u8; 32])| {
        fs::read(path).is_ok_and(|content| index::digest_beside(&content) == digest)
    };
    foreign(folder, &name.to_string_lossy()).is_none()
        && files_beside(folder, executable).is_some_and(|files| files.into_iter().all(is_same))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payload::BesideFile;

    fn beside(name: &str) -> Beside {
        let file = BesideFile { path: "a/b.txt".into(), executable: false, content: b"text".to_vec().into() };
        Beside { name: name.into(), folders: vec!["p/q".into()], files: vec![file] }
    }

    #[test]
    fn names_must_differ_from_that_of_the_executable() {
        assert_eq!(collision(&beside("_internal"), "_internal"), Some("_internal".into()));
        assert_eq!(collision(&beside("_internal"), "a"), None);
        assert_eq!(collision(&beside("."), "a"), Some("a/b.txt".into()));
        assert_eq!(collision(&beside("."), "p"), Some("p/q".into()));
        assert_eq!(collision(&beside("."), "b.txt"), None);
    }

    #[test]
    fn what_others_made_is_foreign() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("app");
        assert_eq!(foreign(&folder, "app"), None);
        fs::create_dir(&folder).unwrap();
        assert_eq!(foreign(&folder, "app"), None);
        fs::write(folder.join("app"), "#!/bin/sh").unwrap();
        assert_eq!(foreign(&folder, "app"), Some(folder.join("app")));
        assert_eq!(foreign(&folder.join("app"), "app"), Some(folder.join("app")));
    }
}

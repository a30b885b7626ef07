//! Zip files on the search path: zipped eggs, what `.pth` files and `PYTHONPATH` name. Python imports from them, reads data and
//! metadata in them, and so does everything here, because a folder with the same content takes their place.
//!
//! The folders are kept by content beside the build cache, with the zip file's name: it says which distribution an egg is, and it is what
//! messages show.

use crate::cache::{LONGEST_UNUSED, Removed};
use rpack_analyzer::{Project, zip_file};
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;
use walkdir::WalkDir;

/// Puts folders in the place of the zip files on the search path, with what the folder `cache` holds or is to hold.
///
/// # Errors
///
/// If a zip file cannot be read, or its folder cannot be written.
pub fn unzipped(mut project: Project, cache: &Path) -> Result<Project, Error> {
    let kept = folder(cache);
    for entry in project.search_path.iter_mut().chain(&mut project.interpreter.search_path) {
        if entry.is_dir() {
            continue;
        }
        let Some(file) = entry.ancestors().find(|path| path.is_file()).map(Path::to_owned) else { continue };
        let failed = |source| Error { file: file.clone(), folder: kept.clone(), source };
        if let Some(folder) = folder_of(&file, &kept).map_err(failed)? {
            // An entry may name a folder in a zip file.
            *entry = match entry.strip_prefix(&file) {
                Ok(inner) if !inner.as_os_str().is_empty() => folder.join(inner),
                _ => folder,
            };
            project.zip_files.push(file);
        }
    }
    Ok(project)
}

/// Why the content of a zip file cannot be looked at.
#[derive(Debug, thiserror::Error)]
#[error("Cannot unpack `{}`, which is on the search path, into `{}`: {source}", .file.display(), .folder.display())]
pub struct Error {
    file: PathBuf,
    folder: PathBuf,
    source: io::Error,
}

impl Error {
    /// What the user can do about it.
    pub fn hint(&self) -> Option<String> {
        Some("Check that the file can be read, and set RPACK_CACHE_DIR to a folder that you can write to".to_owned())
    }
}

/// The folder with the content of a zip file; `None` where it is none.
fn folder_of(file: &Path, kept: &Path) -> io::Result<Option<PathBuf>> {
    let archive = fs::read(file)?;
    let Some(members) = zip_file::members(&archive) else { return Ok(None) };
    let name = file.file_name().unwrap_or_default();
    let by_content = kept.join(&blake3::hash(&archive).to_hex().as_str()[..32]);
    let folder = by_content.join(name);
    if folder.is_dir() {
        // Where that fails it is made again some day.
        drop(File::open(&by_content).and_then(|folder| folder.set_modified(SystemTime::now())));
        return Ok(Some(folder));
    }
    fs::create_dir_all(&by_content)?;
    let unfinished = tempfile::Builder::new().prefix(".unfinished-").tempdir_in(&by_content)?;
    for member in members {
        let path = Path::new(member.name);
        let stays_inside =
            path.components().all(|part| matches!(part, Component::Normal(_))) && !member.name.contains('\0');
        let Some(content) = member.content().filter(|_| stays_inside && !member.name.ends_with('/')) else { continue };
        let path = unfinished.path().join(path);
        // A name may be that of a file and of a folder: such a member cannot be imported from either.
        if path.parent().is_some_and(|parent| fs::create_dir_all(parent).is_ok()) && !path.is_dir() {
            fs::write(path, content)?;
        }
    }
    match fs::rename(unfinished.path(), &folder) {
        // Another build was faster.
        Err(_) if folder.is_dir() => Ok(Some(folder)),
        renamed => renamed.map(|()| Some(folder)),
    }
}

fn folder(cache: &Path) -> PathBuf {
    cache.join("unzipped")
}

/// How many bytes are kept below `cache`.
///
/// # Errors
///
/// If the folder cannot be read.
pub fn size(cache: &Path) -> io::Result<u64> {
    Ok(kept(cache)?.iter().map(|folder| content_of(folder).bytes).sum())
}

/// Removes what no build has used for 30 days.
///
/// # Errors
///
/// If the folder cannot be read or written.
pub fn prune(cache: &Path) -> io::Result<Removed> {
    let is_unused = |folder: &Path| {
        let used = fs::metadata(folder).and_then(|metadata| metadata.modified()).ok();
        used.and_then(|used| used.elapsed().ok()).is_some_and(|unused| unused > LONGEST_UNUSED)
    };
    remove(kept(cache)?.into_iter().filter(|folder| is_unused(folder)))
}

/// Removes everything.
///
/// # Errors
///
/// If the folder cannot be read or written.
pub fn clean(cache: &Path) -> io::Result<Removed> {
    remove(kept(cache)?)
}

/// The folders, each for one content.
fn kept(cache: &Path) -> io::Result<Vec<PathBuf>> {
    match fs::read_dir(folder(cache)) {
        Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect(),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn content_of(folder: &Path) -> Removed {
    let sizes = WalkDir::new(folder).into_iter().flatten().filter_map(|entry| entry.metadata().ok());
    let files = sizes.filter(fs::Metadata::is_file).map(|file| Removed { files: 1, bytes: file.len() });
    files.fold(Removed::default(), |sum, file| sum + file)
}

fn remove(folders: impl IntoIterator<Item = PathBuf>) -> io::Result<Removed> {
    let mut removed = Removed::default();
    for folder in folders {
        let content = content_of(&folder);
        fs::remove_dir_all(&folder)?;
        removed = removed + content;
    }
    Ok(removed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const ZIP: &[u8] = include_bytes!("../../analyzer/src/finder/zip_file/three_files.zip");

    #[test]
    fn a_zip_file_is_unpacked_once_under_its_name() {
        let cache = tempfile::tempdir().unwrap();
        let file = cache.path().join("made-1.0.egg");
        fs::write(&file, ZIP).unwrap();
        let folder = folder_of(&file, &folder(cache.path())).unwrap().unwrap();
        assert!(folder.ends_with("made-1.0.egg"), "{}", folder.display());
        assert_eq!(fs::read_to_string(folder.join("one.py")).unwrap(), "import colorsys\n");
        assert_eq!(folder_of(&file, &super::folder(cache.path())).unwrap(), Some(folder.clone()));
        fs::write(&file, "no zip file").unwrap();
        assert_eq!(folder_of(&file, &super::folder(cache.path())).unwrap(), None);

        let size = size(cache.path()).unwrap();
        assert!(size > 0);
        assert_eq!(prune(cache.path()).unwrap(), Removed::default());
        let long_ago = SystemTime::now() - LONGEST_UNUSED - Duration::from_secs(1);
        File::open(folder.parent().unwrap()).unwrap().set_modified(long_ago).unwrap();
        assert_eq!(prune(cache.path()).unwrap(), Removed { files: 3, bytes: size });
        assert_eq!(clean(cache.path()).unwrap(), Removed::default());
    }

    #[test]
    fn no_member_leaves_the_folder() {
        let cache = tempfile::tempdir().unwrap();
        let file = cache.path().join("bad.zip");
        // Names of the same length take the place of the good one, in both headers.
        let mut archive = ZIP.to_vec();
        for at in 0..archive.len() - 6 {
            if archive[at..].starts_with(b"one.py") {
                archive[at..at + 6].copy_from_slice(b"../bad");
            }
        }
        assert_ne!(archive, ZIP);
        fs::write(&file, archive).unwrap();
        let folder = folder_of(&file, &folder(cache.path())).unwrap().unwrap();
        let found: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!((found.len(), folder.parent().unwrap().join("bad").exists()), (2, false), "{found:?}");
    }
}

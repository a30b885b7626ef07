//! What ccache keeps: the folder is its own, and belongs to rpack's cache. It keeps below a size by itself.

use crate::cache::{LONGEST_UNUSED, Removed};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use walkdir::WalkDir;

/// How much ccache may keep, as it is told.
pub const LARGEST: &str = "2G";

/// The folder below `cache` in which ccache keeps compiled C.
pub fn folder(cache: &Path) -> PathBuf {
    cache.join("compiled-c")
}

/// How many bytes are kept below `cache`.
///
/// # Errors
///
/// If the folder cannot be read.
pub fn size(cache: &Path) -> io::Result<u64> {
    Ok(files(&folder(cache))?.iter().map(|file| file.size).sum())
}

/// Removes what no build has used for 30 days, and then what was used longest ago until no more than `largest` bytes are left. A build
/// that runs at the same time compiles again what it misses.
///
/// # Errors
///
/// If the folder cannot be read or written.
pub fn prune(cache: &Path, largest: Option<u64>) -> io::Result<Removed> {
    let mut files = files(&folder(cache))?;
    files.sort_by_key(|file| file.unused);
    let mut kept: u64 = 0;
    let mut removed = Removed::default();
    for file in files {
        let is_kept =
            file.unused < LONGEST_UNUSED && largest.is_none_or(|largest| kept.saturating_add(file.size) <= largest);
        match is_kept {
            true => kept += file.size,
            false => remove(&file, &mut removed)?,
        }
    }
    Ok(removed)
}

/// Removes everything.
///
/// # Errors
///
/// If the folder cannot be read or written.
pub fn clean(cache: &Path) -> io::Result<Removed> {
    let folder = folder(cache);
    let mut removed = Removed::default();
    files(&folder)?.iter().try_for_each(|file| remove(file, &mut removed))?;
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(removed),
    }
}

/// A file of ccache's.
struct Kept {
    path: PathBuf,
    size: u64,
    /// For how long nobody has used it: ccache renews the time of what it finds.
    unused: Duration,
}

fn files(folder: &Path) -> io::Result<Vec<Kept>> {
    let mut files = Vec::new();
    for entry in WalkDir::new(folder) {
        let found = entry.and_then(|entry| Ok((entry.metadata()?, entry.into_path())));
        let (metadata, path) = match found.map_err(io::Error::from) {
            Ok(found) => found,
            // There is none, or a build has removed it just now.
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        if metadata.is_file() {
            let unused = SystemTime::now().duration_since(metadata.modified()?).unwrap_or_default();
            files.push(Kept { path, size: metadata.len(), unused });
        }
    }
    Ok(files)
}

fn remove(file: &Kept, removed: &mut Removed) -> io::Result<()> {
    match fs::remove_file(&file.path) {
        Ok(()) => *removed = Removed { files: removed.files + 1, bytes: removed.bytes + file.size },
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;

    #[test]
    fn what_was_used_longest_ago_goes_first() {
        let cache = tempfile::tempdir().unwrap();
        assert_eq!(size(cache.path()).unwrap(), 0);
        let now = SystemTime::now();
        for (name, days) in [("0/1/new", 1), ("0/older", 3), ("1/old", 2), ("2/unused", 31)] {
            let path = folder(cache.path()).join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, [0; 100]).unwrap();
            File::open(&path).unwrap().set_modified(now - Duration::from_secs(days * 24 * 60 * 60)).unwrap();
        }
        assert_eq!(size(cache.path()).unwrap(), 400);
        assert_eq!(prune(cache.path(), None).unwrap(), Removed { files: 1, bytes: 100 });
        assert_eq!(prune(cache.path(), Some(250)).unwrap(), Removed { files: 1, bytes: 100 });
        let folder = folder(cache.path());
        assert!(folder.join("0/1/new").exists() && folder.join("1/old").exists() && !folder.join("0/older").exists());
        assert_eq!(clean(cache.path()).unwrap(), Removed { files: 2, bytes: 200 });
        assert!(!folder.exists());
        assert_eq!(clean(cache.path()).unwrap(), Removed::default());
    }
}

//! Removing from the store what no program uses any more.
//!
//! This is done when something new is unpacked, which is rare, and under the same lock. A tree goes when no start has used it
//! for [`UNUSED`] and no running program holds it; each start renews its tree's time, at most once a day. A stored file goes
//! when no tree links to it.

use super::checked;
use super::{Store, Tree};
use crate::os;
use crate::trace::Trace;
use std::fs::{self, DirEntry, Metadata};
use std::path::Path;
use std::time::Duration;

/// How long a tree may lie there without being used.
const UNUSED: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Removes what is not used. The lock of the store must be held. What cannot be removed is left to the next time.
pub fn collect(store: &Store, trace: &Trace) {
    let trees = entries(&store.trees());
    for (tree, _) in trees.iter().filter(|(_, metadata)| metadata.is_dir() && is_old(metadata)) {
        if Tree::remove(&tree.path(), &store.unfinished()) {
            trace.step(|| format!("removed `{}`, unused for 30 days", tree.path().display()));
        }
    }
    for (note, _) in trees.iter().filter(|(_, metadata)| !metadata.is_dir()) {
        let path = note.path();
        let is_note = path.extension().is_some_and(|ending| ending == checked::ENDING);
        if !is_note || !path.with_extension("").is_dir() {
            let _ = fs::remove_file(path);
        }
    }
    collect_files(store);
}

impl Tree {
    /// Removes the tree at `path`, unless a program uses it: under its lock, and by a rename, so that no start ever finds a
    /// part of it.
    fn remove(path: &Path, unfinished: &Path) -> bool {
        let Some(lock) = os::open_folder(path).ok().filter(|folder| folder.try_lock().is_ok()) else { return false };
        let Ok(name) = os::random_name() else { return false };
        let doomed = unfinished.join(name);
        let removed = fs::rename(path, &doomed).and_then(|()| fs::remove_dir_all(&doomed));
        drop(lock);
        removed.is_ok()
    }
}

fn collect_files(store: &Store) {
    let mut can_link = None;
    for (file, metadata) in entries(&store.files()) {
        if !os::has_one_name(&metadata) {
            continue;
        }
        // Where the file system has no hard links, trees hold copies, and only the file's own age tells anything.
        let counts_links = *can_link.get_or_insert_with(|| has_links(&file.path(), &store.unfinished()));
        if counts_links || is_old(&metadata) {
            let _ = fs::remove_file(file.path());
        }
    }
}

fn has_links(file: &Path, unfinished: &Path) -> bool {
    let Ok(name) = os::random_name() else { return false };
    let link = unfinished.join(name);
    fs::hard_link(file, &link).and_then(|()| fs::remove_file(&link)).is_ok()
}

fn entries(folder: &Path) -> Vec<(DirEntry, Metadata)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| Some((fs::symlink_metadata(entry.path()).ok()?, entry))).map(|(a, b)| (b, a)).collect()
}

/// Whether nothing has touched it for long. A time in the future is not old.
fn is_old(metadata: &Metadata) -> bool {
    metadata.modified().ok().and_then(|time| time.elapsed().ok()).is_some_and(|age| age > UNUSED)
}

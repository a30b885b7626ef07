//! What keeps the cache small: packs are merged, and what no build used for a while goes.
//!
//! A value is kept as long as an answer that was found with it. Builds note their uses in their answers, so these are the roots, and
//! all that no answer names is garbage, as the values of builds are whose program has changed since.

use super::answer::Answer;
use super::key::Key;
use super::pack::{Pack, Writer};
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Answers that nobody asked for in this time go, and what else builds keep and have not used for so long.
pub const LONGEST_UNUSED: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How much the cache may hold. The parts of a large program (pandas, SciPy, Matplotlib) are 0.2 GB.
const LARGEST: u64 = 4 << 30;

/// How many packs are looked through without merging any.
const MOST_PACKS: usize = 8;

/// A build may have used values of a pack without having noted it yet; a pack that is younger than any build is long stays.
const LONGEST_BUILD: Duration = Duration::from_secs(60 * 60);

/// What a build does after it wrote a pack, where no other build does it at the same time: it merges packs, and once a day, or
/// where the cache has become too large, it removes what is not used.
///
/// What fails here is tried again by the next build.
pub fn after_build(folder: &Path) {
    let Ok(lock) = lock_file(folder) else { return };
    if lock.try_lock().is_err() {
        return;
    }
    drop(merge(folder));
    let is_large = size(folder).is_ok_and(|size| size > LARGEST);
    let last = fs::metadata(folder.join("pruned")).and_then(|metadata| metadata.modified());
    let is_due =
        last.ok().and_then(|last| last.elapsed().ok()).is_none_or(|age| age > Duration::from_secs(24 * 60 * 60));
    if is_large || is_due {
        drop(remove_unused(folder, LARGEST));
    }
}

/// What was removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Removed {
    /// Files that are gone.
    pub files: usize,
    /// By how many bytes the cache has become smaller.
    pub bytes: u64,
}

impl std::ops::Add for Removed {
    type Output = Removed;

    fn add(self, other: Removed) -> Removed {
        Removed { files: self.files + other.files, bytes: self.bytes + other.bytes }
    }
}

/// Removes what no build has used for 30 days, and of the rest what was used longest ago until no more than `largest` bytes are left.
///
/// # Errors
///
/// If the folder cannot be read or written.
pub fn prune(folder: &Path, largest: Option<u64>) -> io::Result<Removed> {
    if !folder.is_dir() {
        return Ok(Removed::default());
    }
    let lock = lock_file(folder)?;
    lock.lock()?;
    remove_unused(folder, largest.unwrap_or(LARGEST))
}

/// Removes everything. Builds that run at the same time go on, and keep what they make.
///
/// # Errors
///
/// If the folder cannot be read or written.
pub fn clean(folder: &Path) -> io::Result<Removed> {
    let mut removed = Removed::default();
    for (path, size) in files(folder)? {
        match fs::remove_file(&path) {
            Ok(()) => removed = Removed { files: removed.files + 1, bytes: removed.bytes + size },
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(removed)
}

/// How many bytes the cache holds.
///
/// # Errors
///
/// If the folder cannot be read.
pub fn size(folder: &Path) -> io::Result<u64> {
    Ok(files(folder)?.iter().map(|(_, size)| size).sum())
}

/// A name that no other file of the cache has: the time comes first, so that names stand in the order in which they were given.
pub fn new_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{:016x}-{:x}-{count:x}", now.as_nanos() as u64, std::process::id())
}

/// The packs of a folder, the newest first: what changes between builds is there.
pub fn pack_paths(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).filter(|path| has_ending(path, "pack")).collect();
    paths.sort_unstable_by(|one, next| next.cmp(one));
    paths
}

fn files(folder: &Path) -> io::Result<Vec<(PathBuf, u64)>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let sized = |entry: fs::DirEntry| Some((entry.path(), entry.metadata().ok()?.len()));
    entries.filter_map(|entry| entry.map(sized).transpose()).collect()
}

fn has_ending(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|found| found == ending)
}

/// The file whose lock is held by who changes what others wrote. The kernel releases it, however its holder ends.
fn lock_file(folder: &Path) -> io::Result<File> {
    File::options().read(true).write(true).create(true).truncate(false).open(folder.join("lock"))
}

/// Merges the smaller packs, so that each pack that is left is at least twice as large as all smaller ones together: there are few
/// packs then, and each byte is written again only as often as the cache doubles.
fn merge(folder: &Path) -> io::Result<()> {
    let mut packs: Vec<Pack> = pack_paths(folder).iter().filter_map(|path| Pack::open(path).ok()).collect();
    if packs.len() <= MOST_PACKS {
        return Ok(());
    }
    packs.sort_by_key(|pack| pack.size);
    let sizes: Vec<u64> = packs.iter().map(|pack| pack.size).collect();
    packs.truncate(count_to_merge(&sizes));
    rewrite(folder, &packs, |_| true).map(drop)
}

/// How many of the packs, whose sizes are sorted, are to become one.
fn count_to_merge(sizes: &[u64]) -> usize {
    let mut sum = 0;
    let mut count = 0;
    for (number, &size) in sizes.iter().enumerate() {
        if size < 2 * sum {
            count = number + 1;
        }
        sum += size;
    }
    count
}

/// Writes what is kept of `packs` into a new pack, and removes them. Damaged values are left behind.
fn rewrite(folder: &Path, packs: &[Pack], is_kept: impl Fn(&Key) -> bool) -> io::Result<()> {
    let mut writer = Writer::create(folder)?;
    for pack in packs {
        for (key, place) in pack.entries().filter(|(key, _)| is_kept(key)) {
            if let Some(value) = pack.read(place) {
                writer.add(key, &value)?;
            }
        }
    }
    if !writer.is_empty() {
        writer.finish(&folder.join(format!("{}.pack", new_name())))?;
    }
    // A build that has listed these packs and not opened them yet misses their values, and makes them again.
    packs.iter().try_for_each(|pack| fs::remove_file(&pack.path))
}

fn remove_unused(folder: &Path, largest: u64) -> io::Result<Removed> {
    let before = files(folder)?;
    let now = SystemTime::now();
    let age = |path: &Path| {
        let last = fs::metadata(path).and_then(|metadata| metadata.modified());
        last.ok().and_then(|last| now.duration_since(last).ok()).unwrap_or_default()
    };
    let mut answers: Vec<(Duration, &PathBuf)> = Vec::new();
    for (path, _) in before.iter().filter(|(path, _)| has_ending(path, "answer")) {
        answers.push((age(path), path));
    }
    answers.sort_unstable();
    let packs: Vec<Pack> = pack_paths(folder).iter().filter_map(|path| Pack::open(path).ok()).collect();
    let used = used(&packs, &answers, largest)?;
    let is_used = |key: &Key| used.contains(key);
    let old = packs.into_iter().filter(|pack| age(&pack.path) > LONGEST_BUILD);
    let wasteful: Vec<Pack> = old.filter(|pack| !pack.entries().all(|(key, _)| is_used(&key))).collect();
    if !wasteful.is_empty() {
        rewrite(folder, &wasteful, is_used)?;
    }
    File::create(folder.join("pruned"))?;
    let after = files(folder)?;
    let sum = |files: &[(PathBuf, u64)]| files.iter().map(|(_, size)| size).sum::<u64>();
    let gone = before.iter().filter(|(path, _)| !path.exists()).count();
    Ok(Removed { files: gone, bytes: sum(&before).saturating_sub(sum(&after)) })
}

/// The keys of the values that answers name, beginning with the answer that was used last, as far as `largest` bytes reach.
/// Answers for which nothing is left, and those too old, are removed.
fn used(packs: &[Pack], answers: &[(Duration, &PathBuf)], largest: u64) -> io::Result<HashSet<Key>> {
    let mut used = HashSet::new();
    let mut bytes = 0;
    for (age, path) in answers {
        let answer = Answer::read(path).ok().flatten().filter(|_| *age < LONGEST_UNUSED && bytes < largest);
        let Some(answer) = answer else {
            match fs::remove_file(path) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => continue,
            }
        };
        for key in answer.uses {
            if used.insert(key) {
                let places = packs.iter().filter_map(|pack| pack.find(&key));
                bytes += places.map(|place| place.length()).sum::<u64>();
            }
        }
    }
    Ok(used)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packs_stay_few_and_large_ones_are_left_alone() {
        assert_eq!(count_to_merge(&[1; 9]), 9);
        assert_eq!(count_to_merge(&[1, 1, 1, 1000]), 3);
        assert_eq!(count_to_merge(&[1, 2, 6, 18]), 0);
        assert_eq!(count_to_merge(&[]), 0);
        let mut sizes: Vec<u64> = Vec::new();
        for _ in 0..1000 {
            sizes.push(100);
            sizes.sort_unstable();
            if sizes.len() > MOST_PACKS {
                let merged = count_to_merge(&sizes);
                let sum = sizes.drain(..merged).sum();
                sizes.push(sum);
            }
            assert!(sizes.len() <= 2 * MOST_PACKS, "{sizes:?}");
        }
    }
}

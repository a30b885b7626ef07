//! Bringing a program's files into the store, or making them right again.

use super::{Failure, Store, Tree, garbage, hex, lock, unusable};
use crate::files::{self, Check, Making, Sharing};
use crate::frames::{Decoder, Memory};
use crate::os;
use crate::package_folders;
use crate::payload::{Payload, access};
use crate::trace::Trace;
use rpack_format::index::{FLAG_TELLS_LINKS, File as Member, FileKind};
use std::cmp::Reverse;
use std::fs;
use std::io;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// How many threads decompress at most: each holds a whole file in memory.
const MOST_THREADS: usize = 4;

/// Makes the tree in `folder` complete, whatever is there already.
///
/// Nothing that others may be using is written in place: a file that is wrong is replaced. The tree's file and the stored
/// one are two names of the same, so damage to one is damage to both.
pub fn unpack(store: &Store, folder: &Path, payload: &Payload, check: Check, trace: &Trace) -> Result<Tree, Failure> {
    let _lock = lock::acquire(&store.lock()).map_err(Failure::Unusable)?;
    // A run that was interrupted may have been so by a machine that lost power: sizes alone prove nothing then.
    let check = match remove_leftovers(&store.unfinished()) {
        0 => check,
        count => {
            trace.step(|| format!("removed what {count} interrupted runs left; comparing contents"));
            Check::Content
        }
    };
    // Another start may have done it while this one waited.
    if let Some(tree) = Tree::find(folder, payload, check)? {
        return Ok(tree);
    }
    let unpacked = put(store, folder, payload, check, trace);
    // Also where it failed: what was unpacked for nothing would keep a full disk full.
    garbage::collect(store, trace);
    unpacked
}

/// Removes what earlier runs left unfinished, unless somebody unpacks now, and tells how many they were.
pub fn sweep(store: &Store) -> usize {
    match lock::try_acquire(&store.lock()) {
        Some(_lock) => remove_leftovers(&store.unfinished()),
        None => 0,
    }
}

/// Removes what earlier runs left unfinished, and tells how many they were. The lock is held, so none of them lives.
fn remove_leftovers(unfinished: &Path) -> usize {
    let left: Vec<PathBuf> =
        fs::read_dir(unfinished).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    for path in &left {
        let _ = fs::remove_dir_all(path).or_else(|_| fs::remove_file(path));
    }
    left.len()
}

fn put(store: &Store, folder: &Path, payload: &Payload, check: Check, trace: &Trace) -> Result<Tree, Failure> {
    for needed in [store.trees(), store.files(), store.unfinished()] {
        os::create_private_folder(&needed).map_err(|error| unusable(&needed, &error))?;
    }
    let work = Work::begin(&store.unfinished()).map_err(|error| unusable(&store.unfinished(), &error))?;
    let unpacking = Unpacking { files: store.files(), work, payload, check };
    if fs::symlink_metadata(folder).is_ok_and(|metadata| metadata.is_dir()) {
        trace.step(|| format!("repairing `{}`", folder.display()));
        unpacking.fill(folder)?;
    } else {
        trace.step(|| format!("unpacking into `{}`", folder.display()));
        let new = unpacking.work.0.join("tree");
        unpacking.fill(&new)?;
        let _ = fs::remove_file(folder);
        fs::rename(&new, folder).map_err(|error| unusable(folder, &error))?;
    }
    let vanished = || Failure::Unusable(format!("`{}` (it vanished while it was unpacked)", folder.display()));
    let in_use = Tree::hold(folder).ok_or_else(vanished)?;
    Ok(Tree { folder: folder.to_owned(), in_use })
}

/// The folder in which this unpacking keeps what is not finished. It is removed in the end; where the process is killed, it
/// stays and tells the next one.
struct Work(PathBuf);

impl Work {
    fn begin(unfinished: &Path) -> io::Result<Self> {
        let folder = unfinished.join(os::random_name()?);
        os::create_new_folder(&folder)?;
        Ok(Work(folder))
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// One program on its way into the store.
struct Unpacking<'a> {
    files: PathBuf,
    work: Work,
    payload: &'a Payload<'a>,
    check: Check,
}

impl Unpacking<'_> {
    /// Puts every file that `folder` lacks into it.
    fn fill(&self, folder: &Path) -> Result<(), Failure> {
        let mut missing = Vec::new();
        for member in self.payload.index.files() {
            if !self.payload.is_at(&folder.join(member.path), &member, self.check)? {
                missing.push(member);
            }
        }
        self.store_all(&missing)?;
        for member in missing {
            let target = folder.join(member.path);
            let stored = self.files.join(hex(&member.digest));
            clear_way(folder, member.path).map_err(|error| unusable(&target, &error))?;
            let temporary = self.work.0.join("link");
            files::take(&stored, &target, &temporary, access(&member), self.making(&member))
                .map_err(|error| unusable(&target, &error))?;
        }
        package_folders::create(folder, self.payload.index).map_err(|error| unusable(folder, &error))
    }

    /// Data of a program that looks at the names of files has one each. What is loaded stays shared: nobody looks at that.
    fn making(&self, member: &Member) -> Making {
        let tells_links = self.payload.index.header().flags & FLAG_TELLS_LINKS != 0;
        if tells_links && member.kind == FileKind::Data { Making::Copy } else { Making::Link }
    }

    /// Makes the store hold all these files. Several threads decompress them, the largest first, because somebody waits.
    fn store_all(&self, members: &[Member]) -> Result<(), Failure> {
        let mut members: Vec<&Member> = members.iter().collect();
        members.sort_by_key(|member| Reverse(member.frame.size));
        let next = AtomicUsize::new(0);
        let work = |number: usize| {
            let (decoder, mut memory) = (Decoder::new(), Memory::default());
            let temporary = self.work.0.join(format!("content{number}"));
            while let Some(member) = members.get(next.fetch_add(1, Ordering::Relaxed)) {
                self.store(member, &decoder, &mut memory, &temporary)?;
            }
            Ok(())
        };
        let threads = thread::available_parallelism().map_or(1, usize::from).min(members.len()).min(MOST_THREADS);
        thread::scope(|scope| {
            // Signals are for the program's own thread.
            let others: Vec<_> = (1..threads)
                .filter_map(|number| {
                    let spawn = || thread::Builder::new().spawn_scoped(scope, move || work(number));
                    os::with_signals_blocked(spawn).ok()
                })
                .collect();
            let own = work(0);
            let joined = others.into_iter().map(|other| other.join().unwrap_or_else(|panic| resume_unwind(panic)));
            joined.fold(own, Result::and)
        })
    }

    /// Writes the file of the store that has this content where it is missing or wrong.
    fn store(&self, member: &Member, decoder: &Decoder, memory: &mut Memory, temporary: &Path) -> Result<(), Failure> {
        let stored = self.files.join(hex(&member.digest));
        if self.payload.is_at(&stored, member, self.check)? {
            return Ok(());
        }
        let content = self.payload.content_in(member, decoder, memory)?;
        files::replace(&stored, temporary, content, access(member), Sharing::Shared)
            .map_err(|error| unusable(&stored, &error))
    }
}

/// Creates the folders above the file `path` below `folder`, and removes what stands in their place or in that of the file.
fn clear_way(folder: &Path, path: &str) -> io::Result<()> {
    let target = folder.join(path);
    let parent = target.parent().unwrap_or(folder);
    if os::create_private_folder(parent).is_err() {
        let below = parent.ancestors().take_while(|ancestor| *ancestor != folder);
        below.filter(|ancestor| !ancestor.is_dir()).for_each(|obstacle| drop(fs::remove_file(obstacle)));
        os::create_private_folder(parent)?;
    }
    if target.is_dir() {
        fs::remove_dir_all(&target)?;
    }
    Ok(())
}

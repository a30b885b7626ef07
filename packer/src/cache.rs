//! The build cache: what builds made, kept for later ones. All projects of a user share it.
//!
//! Two kinds of things lie in its folder:
//! - **values** in packs (`*.pack`), by a key that is a hash of everything that a value is made from: what was found in a source,
//!   bytecode, compressed members. A value is never wrong, only unused.
//! - **answers** (`*.answer`), found from files that are named in them, and true as long as these stay as they are: the facts of an
//!   interpreter, what a whole build made.
//!
//! Nothing here can make a build fail. What cannot be read is made again, what cannot be written is not kept, and the user is told.
//! Builds do not wait for each other: each writes packs of its own, and gives them their names when they are complete.

mod answer;
mod key;
mod pack;
mod state;
mod upkeep;
mod value;

pub use key::{Digest, Key};
pub use state::State;
pub use upkeep::{LONGEST_UNUSED, Removed, clean, prune, size};
pub use value::{join, split};

use answer::Answer;
use pack::{Pack, Writer};
use std::collections::{BTreeMap, HashSet};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::SystemTime;
use std::{env, fs, iter};

/// Version of the layout of the folder.
const FORMAT: &str = "builds-1";

/// The folder of the build cache inside of rpack's cache folder.
pub fn folder(cache: &Path) -> PathBuf {
    cache.join(FORMAT)
}

/// What of earlier builds may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Caching {
    /// Nothing, and nothing is kept.
    Off,
    /// The parts, each of which is looked at again.
    Parts,
    /// Everything: where nothing changed, nothing is done.
    #[default]
    Whole,
}

/// The build cache as one build uses it.
#[derive(Debug)]
pub struct Cache {
    folder: Option<PathBuf>,
    packs: OnceLock<Vec<Pack>>,
    maker: OnceLock<Digest>,
    fresh: Mutex<Fresh>,
    uses: Mutex<HashSet<Key>>,
    troubles: Mutex<BTreeMap<&'static str, String>>,
}

/// What this build makes.
#[derive(Debug)]
enum Fresh {
    Nothing,
    Values(Writer),
    /// It cannot be written.
    GivenUp,
}

impl Cache {
    /// The cache in `folder`, which is made where it is not there; without a folder, one that holds nothing.
    pub fn open(folder: Option<&Path>) -> Self {
        let cache = Cache {
            folder: folder.map(Path::to_owned),
            packs: OnceLock::new(),
            maker: OnceLock::new(),
            fresh: Mutex::new(Fresh::Nothing),
            uses: Mutex::default(),
            troubles: Mutex::default(),
        };
        if let Some(folder) = &cache.folder
            && let Err(error) = fs::create_dir_all(folder)
        {
            cache.give_up_writing(&error);
        }
        cache
    }

    /// Whether values that are put here can be found again.
    pub fn keeps(&self) -> bool {
        self.folder.is_some()
    }

    /// The key of a `kind` of value that this very rpack makes from `parts`.
    pub fn key<'a>(&'a self, kind: &str, parts: impl IntoIterator<Item = &'a [u8]>) -> Key {
        Key::new(kind, iter::once(self.maker().as_slice()).chain(parts))
    }

    /// The value of a key, if there is one.
    pub fn get(&self, key: &Key) -> Option<Vec<u8>> {
        let value = self.find(key)?;
        lock(&self.uses).insert(*key);
        Some(value)
    }

    /// Keeps a value for later builds.
    pub fn put(&self, key: Key, value: &[u8]) {
        let Some(folder) = &self.folder else { return };
        lock(&self.uses).insert(key);
        let mut fresh = lock(&self.fresh);
        if matches!(*fresh, Fresh::Nothing) {
            match Writer::create(folder) {
                Ok(writer) => *fresh = Fresh::Values(writer),
                Err(error) => {
                    drop(fresh);
                    return self.give_up_writing(&error);
                }
            }
        }
        let added = match &mut *fresh {
            Fresh::Values(writer) => writer.add(key, value),
            Fresh::Nothing | Fresh::GivenUp => Ok(()),
        };
        drop(fresh);
        if let Err(error) = added {
            self.give_up_writing(&error);
        }
    }

    /// Looks at a file: by its state where that is known, else by its content.
    ///
    /// # Errors
    ///
    /// If it has to be read and cannot be.
    pub fn look(&self, path: &Path) -> io::Result<Look> {
        let mut content = None;
        let digest = self.digest_by(path, || {
            let read = content.insert(fs::read(path)?);
            Ok(blake3::hash(read).into())
        })?;
        Ok(Look { digest, content })
    }

    /// The hash of a file's content, for those who do not need the content itself: it is never in memory as a whole.
    ///
    /// # Errors
    ///
    /// As for [`Cache::look`].
    pub fn digest(&self, path: &Path) -> io::Result<Digest> {
        self.digest_by(path, || digest_of(path))
    }

    fn digest_by(&self, path: &Path, read: impl FnOnce() -> io::Result<Digest>) -> io::Result<Digest> {
        let moment = SystemTime::now();
        let state = State::of(path);
        let key = Key::new("digest", [path.as_os_str().as_encoded_bytes(), &state.to_bytes()]);
        if state != State::Absent
            && self.keeps()
            && let Some(digest) = self.get(&key).and_then(|digest| digest.try_into().ok())
        {
            return Ok(digest);
        }
        let digest = read()?;
        if state.is_settled(moment) && State::of(path) == state {
            self.put(key, &digest);
        }
        Ok(digest)
    }

    /// The answer to a question, if it is known and still true.
    pub fn recall(&self, question: &Key) -> Option<Vec<u8>> {
        self.remember(question).map(|remembered| remembered.content)
    }

    /// The answer to a question as [`Cache::recall`] gives it, with all that it is made of.
    pub fn remember(&self, question: &Key) -> Option<Remembered> {
        let path = self.answer_path(question)?;
        match Answer::read(&path) {
            Ok(answer) => {
                let answer = answer.filter(Answer::holds)?;
                answer::note_use(&path);
                let Answer { content, witnesses, uses } = answer;
                Some(Remembered { content, witnesses, uses })
            }
            Err(error) => {
                self.note_damage(&path, &error);
                None
            }
        }
    }

    /// Keeps an answer that was found from `witnesses` after `moment`. It is not kept where one of them changed since, or so shortly
    /// before that a change since might not be seen.
    pub fn note(&self, question: &Key, moment: SystemTime, witnesses: &[PathBuf], content: &[u8]) {
        let Some(path) = self.answer_path(question) else { return };
        let witnesses: Vec<_> = witnesses.iter().map(|path| (path.clone(), State::of(path))).collect();
        if !witnesses.iter().all(|(_, state)| state.is_settled(moment)) {
            return;
        }
        let uses = lock(&self.uses).iter().copied().collect();
        if let Err(error) = (Answer { witnesses, content: content.to_vec(), uses }).write(&path) {
            self.give_up_writing(&error);
        }
    }

    /// Keeps another answer from the same witnesses. What was used for the one that is remembered counts as used for this one too.
    pub fn renew(&self, question: &Key, remembered: &Remembered, content: &[u8]) {
        let Some(path) = self.answer_path(question) else { return };
        let Remembered { witnesses, uses, .. } = remembered;
        let uses: HashSet<Key> = uses.iter().chain(&*lock(&self.uses)).copied().collect();
        let (witnesses, content) = (witnesses.clone(), content.to_vec());
        if let Err(error) = (Answer { witnesses, content, uses: uses.into_iter().collect() }).write(&path) {
            self.give_up_writing(&error);
        }
    }

    /// Keeps what this build made, and says what was wrong with the cache.
    pub fn close(self) -> Vec<String> {
        let fresh = std::mem::replace(&mut *lock(&self.fresh), Fresh::Nothing);
        if let (Some(folder), Fresh::Values(writer)) = (&self.folder, fresh) {
            let path = folder.join(format!("{}.pack", upkeep::new_name()));
            match writer.finish(&path) {
                Ok(()) => upkeep::after_build(folder),
                Err(error) => self.give_up_writing(&error),
            }
        }
        self.troubles.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect()
    }

    fn find(&self, key: &Key) -> Option<Vec<u8>> {
        if let Fresh::Values(writer) = &*lock(&self.fresh)
            && let Some(value) = writer.read(key)
        {
            return Some(value);
        }
        for pack in self.packs() {
            let Some(place) = pack.find(key) else { continue };
            match pack.read(place) {
                Some(value) => return Some(value),
                None => self.note_damage(&pack.path, &ErrorKind::InvalidData.into()),
            }
        }
        None
    }

    fn packs(&self) -> &[Pack] {
        self.packs.get_or_init(|| {
            let Some(folder) = &self.folder else { return Vec::new() };
            let mut packs = Vec::new();
            for path in upkeep::pack_paths(folder) {
                match Pack::open(&path) {
                    Ok(pack) => packs.push(pack),
                    // Another build has merged it with others; what it held is missed once.
                    Err(error) if error.kind() == ErrorKind::NotFound => {}
                    Err(error) => self.note_damage(&path, &error),
                }
            }
            packs
        })
    }

    /// Which rpack this is: values that another one made, be it the next build of a developer, are not used.
    fn maker(&self) -> &Digest {
        self.maker.get_or_init(|| {
            let Ok(executable) = env::current_exe() else { return unique() };
            let question = Key::new("rpack", [executable.as_os_str().as_encoded_bytes()]);
            if let Some(digest) = self.recall(&question).and_then(|digest| digest.try_into().ok()) {
                return digest;
            }
            let moment = SystemTime::now();
            let Ok(digest) = digest_of(&executable) else { return unique() };
            self.note(&question, moment, &[executable], &digest);
            digest
        })
    }

    fn answer_path(&self, question: &Key) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.join(format!("{question}.answer")))
    }

    /// A damaged file goes, so that it is told about once. Its values are made again.
    fn note_damage(&self, path: &Path, error: &io::Error) {
        let problem = match error.kind() {
            ErrorKind::InvalidData | ErrorKind::UnexpectedEof => {
                drop(fs::remove_file(path));
                format!("A file of the build cache was damaged: `{}`. What it held is made again", path.display())
            }
            _ => format!("Cannot read the build cache: `{}`: {error}", path.display()),
        };
        lock(&self.troubles).entry("reading").or_insert(problem);
    }

    fn give_up_writing(&self, error: &io::Error) {
        *lock(&self.fresh) = Fresh::GivenUp;
        let folder = self.folder.as_deref().unwrap_or(Path::new(""));
        let problem =
            format!("Cannot write the build cache: `{}`: {error}. The next build starts anew", folder.display());
        lock(&self.troubles).entry("writing").or_insert(problem);
    }
}

/// What the analysis found in files.
impl rpack_analyzer::Memory for Cache {
    fn recall(&self, file: &Path, question: &[u8]) -> Option<Vec<u8>> {
        if self.packs().is_empty() {
            // It would be read for nothing.
            return None;
        }
        let digest = self.digest(file).ok()?;
        self.get(&self.key("finding", [question, &digest]))
    }

    fn keep(&self, content: &[u8], question: &[u8], finding: &[u8]) {
        if self.keeps() {
            self.put(self.key("finding", [question, blake3::hash(content).as_bytes()]), finding);
        }
    }
}

/// An answer that holds.
#[derive(Debug)]
pub struct Remembered {
    /// The answer itself.
    pub content: Vec<u8>,
    witnesses: Vec<(PathBuf, State)>,
    uses: Vec<Key>,
}

impl Remembered {
    /// What it was found from.
    pub fn witnesses(&self) -> impl Iterator<Item = &Path> {
        self.witnesses.iter().map(|(path, _)| path.as_path())
    }
}

/// A file as [`Cache::look`] saw it.
#[derive(Debug)]
pub struct Look {
    /// The hash of its content.
    pub digest: Digest,
    /// Its content, where it had to be read.
    pub content: Option<Vec<u8>>,
}

impl Look {
    /// The content, read now where it was not before, and the hash of just this content: the file may have changed since.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn read(self, path: &Path) -> io::Result<(Digest, Vec<u8>)> {
        match self.content {
            Some(content) => Ok((self.digest, content)),
            None => {
                let content = fs::read(path)?;
                Ok((blake3::hash(&content).into(), content))
            }
        }
    }
}

/// The hash of a file's content.
fn digest_of(path: &Path) -> io::Result<Digest> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(fs::File::open(path)?)?;
    Ok(hasher.finalize().into())
}

/// Stands for an rpack whose executable cannot be read: no other build is made by the same.
fn unique() -> Digest {
    Key::new("unknown rpack", [upkeep::new_name().as_bytes()]).0
}

/// What the locks guard is whole between any two statements, so a panic of another thread leaves nothing half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;

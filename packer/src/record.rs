//! The record of a build: where nothing changed since, there is nothing to do, and where only code of the program's own modules did,
//! little ([`crate::edited`]).
//!
//! What a build reads is named in [`inputs`], in one place: who lets it read something new, adds it. Too much costs a build that was not
//! necessary, too little an executable that is not what the sources say.

mod changeable;
mod circumstances;
mod inputs;
mod noted;

pub use changeable::{Changeable, Edit, Lines, Read};
pub use inputs::inputs;

use crate::cache::{self, Cache, Caching, Digest, Key, Remembered};
use crate::diagnosis::{Importance, Warning};
use crate::hooks::Seen;
use crate::options::{AddedData, Options};
use crate::payload::Made;
use crate::{Built, folder, interpreter};
use circumstances::Circumstances;
use rpack_analyzer::Program;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::env;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// What a build made, and what it said.
#[derive(Debug, Serialize, Deserialize)]
pub struct Record {
    target: PathBuf,
    size: u64,
    modules: usize,
    libraries: usize,
    /// The executable as it was written.
    state: cache::State,
    /// Its last bytes, with the checksums of all others.
    trailer: Vec<u8>,
    /// The folder that was made with it, with all that lies in it.
    folder: Vec<(PathBuf, cache::State)>,
    /// Whether these states cannot be those of a later change any more.
    is_settled: bool,
    /// The warnings, and whether each is a detail.
    warnings: Vec<(String, bool)>,
    /// The program as it was found.
    program: Digest,
    /// What may change without making it another build.
    changeable: Changeable,
    circumstances: Circumstances,
}

/// The record of the build that was asked for.
#[derive(Debug)]
pub struct Recalled {
    record: Record,
    question: Key,
    remembered: Remembered,
    /// Sources of the program that were edited since.
    pub edits: Vec<Edit>,
}

/// The build that these options ask for, if it was made before, and the executable and everything that it was made from are as they
/// were then, except for edits of the program's own sources.
pub fn recall(options: &Options, cache: &Cache, moment: SystemTime) -> Option<Recalled> {
    if options.caching != Caching::Whole {
        return None;
    }
    let question = question(options)?;
    let remembered = cache.remember(&question)?;
    let mut record: Record = postcard::from_bytes(&remembered.content).ok()?;
    if cache::State::of(&record.target) != record.state
        || !record.folder.iter().all(|(path, state)| cache::State::of(path) == *state)
        || !record.circumstances.hold()
    {
        return None;
    }
    let mut is_known_better = false;
    if !record.is_settled {
        // It was written just before its state was noted, and may have been changed just after.
        let folder = record.folder.first();
        if !record.made()?.is_unaltered() || folder.is_some_and(|(path, _)| !folder::is_unaltered(path, &record.target))
        {
            return None;
        }
        let mut states = record.folder.iter().map(|(_, state)| state).chain([&record.state]);
        record.is_settled = states.all(|state| state.is_settled(moment));
        is_known_better = true;
    }
    let edits = record.changeable.edits(moment, &mut is_known_better)?;
    if !edits.is_empty() && !record.folder.is_empty() {
        // A folder is replaced as a whole.
        return None;
    }
    if is_known_better && edits.is_empty() {
        record.changeable.renew(&edits, moment);
        cache.renew(&question, &remembered, &postcard::to_stdvec(&record).ok()?);
    }
    Some(Recalled { record, question, remembered, edits })
}

/// Keeps what a build made that began at `moment`.
pub fn note(options: &Options, cache: &Cache, moment: SystemTime, packed: Packed, warnings: &[Warning]) -> Built {
    let Packed { built, folder, trailer, program, changeable, seen } = packed;
    let Some(question) = question(options).filter(|_| seen.beyond().next().is_none() && changeable.is_settled()) else {
        return built;
    };
    let warnings = warnings.iter().map(|warning| (warning.message.clone(), warning.importance == Importance::Detail));
    let looked_at: HashSet<&Path> = changeable.paths().collect();
    let witnesses: Vec<PathBuf> =
        built.inputs.iter().filter(|path| !looked_at.contains(path.as_path())).cloned().collect();
    let record = Record {
        target: built.path.clone(),
        size: built.size,
        modules: built.modules,
        libraries: built.libraries,
        state: cache::State::of(&built.path),
        trailer,
        folder: folder.as_deref().map(folder::states).unwrap_or_default(),
        is_settled: false,
        warnings: warnings.collect(),
        program,
        changeable,
        circumstances: Circumstances::of(&seen),
    };
    if let Ok(record) = postcard::to_stdvec(&record) {
        cache.note(&question, moment, &witnesses, &record);
    }
    built
}

/// A build that was done.
pub struct Packed {
    /// What was made.
    pub built: Built,
    /// The folder that was made with the executable.
    pub folder: Option<PathBuf>,
    /// The last bytes of the executable.
    pub trailer: Vec<u8>,
    /// The program as it was found, see [`digest_of`].
    pub program: Digest,
    /// What may change without making it another build.
    pub changeable: Changeable,
    /// What hooks looked at.
    pub seen: Seen,
}

/// Stands for all that is known of a program before its modules are.
pub fn digest_of(program: &Program) -> Digest {
    blake3::hash(format!("{program:?}").as_bytes()).into()
}

impl Recalled {
    /// What the build said.
    pub fn warnings(&self) -> impl Iterator<Item = Warning> {
        self.record.warnings.iter().map(|(message, is_detail)| Warning {
            message: message.clone(),
            importance: if *is_detail { Importance::Detail } else { Importance::Normal },
        })
    }

    /// Whether what the build said names lines of a source.
    pub fn lines_of(&self, source: &Path) -> Lines {
        let name = source.file_name().unwrap_or_default().to_string_lossy();
        let is_shown = self.record.warnings.iter().any(|(message, _)| message.contains(&*name));
        if is_shown { Lines::Shown } else { Lines::Unseen }
    }

    /// Whether this is the program that was packed.
    pub fn is_of(&self, program: &Program) -> bool {
        self.record.program == digest_of(program)
    }

    /// What may change without making it another build.
    pub fn changeable(&self) -> &Changeable {
        &self.record.changeable
    }

    /// Where the executable lies.
    pub fn target(&self) -> &Path {
        &self.record.target
    }

    /// The executable that was made.
    pub fn made(&self) -> Option<Made> {
        self.record.made()
    }

    /// What the build made; looking at it took `time`.
    pub fn built(&self, time: Duration) -> Built {
        let Record { target, size, modules, libraries, changeable, .. } = &self.record;
        let inputs = self.remembered.witnesses().chain(changeable.paths()).map(Path::to_owned).collect();
        Built { path: target.clone(), size: *size, modules: *modules, libraries: *libraries, inputs, time }
    }

    /// Keeps that the edits have been done since `moment`, and that the executable has `size` bytes and ends with this trailer.
    pub fn note_edits(&mut self, cache: &Cache, moment: SystemTime, size: u64, trailer: &[u8]) {
        let record = &mut self.record;
        record.state = cache::State::of(&record.target);
        record.size = size;
        record.is_settled = record.is_settled && record.trailer == trailer;
        record.trailer = trailer.to_vec();
        record.changeable.renew(&self.edits, moment);
        if let Ok(content) = postcard::to_stdvec(&self.record) {
            cache.renew(&self.question, &self.remembered, &content);
        }
    }
}

impl Record {
    fn made(&self) -> Option<Made> {
        Made::open(&self.target, &self.trailer)
    }
}

/// The options, and what else decides over a build that no file says. Nothing for builds whose inputs cannot be named: what a
/// pattern matches changes with folders that it does not name.
fn question(options: &Options) -> Option<Key> {
    let is_pattern = |added: &AddedData| !Path::new(&added.source).exists();
    if inputs::added(options).any(is_pattern) {
        return None;
    }
    let variables = interpreter::VARIABLES.map(|name| env::var_os(name).unwrap_or_default());
    let options = Options { jobs: std::num::NonZeroUsize::MIN, ..options.clone() };
    let folder = env::current_dir().ok()?;
    let compiler = env::var_os("CC");
    // Another rpack, whose file is another input, may make something else of the same.
    let maker = env::current_exe().ok()?;
    let said = format!("{options:?} {folder:?} {variables:?} {compiler:?} {maker:?}");
    Some(Key::new("build", [said.as_bytes()]))
}

//! From a module's file to what the walk has to know of it: its outline, read once for its content and kept.

pub(crate) mod code_texts;
pub(crate) mod condition;
mod configuration_texts;
mod cython;
mod cython_source;
mod dynamic;
mod extract;
pub(crate) mod listener;
pub(crate) mod memory;
pub(crate) mod native_names;
pub(crate) mod outline;
mod shown;

use crate::graph::{EdgeKind, ModuleKind};
use crate::project::Origin;
use crate::project::interpreter::Interpreter;
use crate::source;
use condition::Role;
use memory::{Memory, Work};
use native_names::NativeNames;
use outline::{Identity, Import, Outline, Surroundings, outline};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{fs, thread};

/// A module whose content is to be read.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) name: String,
    pub(crate) package: String,
    pub(crate) role: Role,
    pub(crate) origin: Origin,
    pub(crate) kind: ModuleKind,
    pub(crate) path: PathBuf,
    /// Source that no file holds.
    pub(crate) source: Option<String>,
    pub(crate) surroundings: Surroundings,
}

/// What was read.
#[derive(Debug)]
pub(crate) enum Reading {
    Python(Box<Outline>),
    /// Names in a library, and the source that it was compiled from where that lies beside it.
    Native(NativeNames, Option<Box<Outline>>),
    Unreadable(String),
    /// There is nothing to read: a namespace package, a built-in module.
    Nothing,
}

/// Reads the modules, those that are not remembered in parallel. The results are in the order of the
/// jobs, so that nothing that follows depends on the timing of threads.
pub(crate) fn read_all(jobs: &[Job], interpreter: &Interpreter, work: Work<'_>) -> Vec<Reading> {
    let reader = Reader { interpreter, facts: memory::facts(interpreter), memory: work.memory };
    // Remembering takes less time than starting a thread.
    let remembered: Vec<Option<Reading>> = jobs.iter().map(|job| reader.read(job, Means::Memory).ok()).collect();
    let waiting: Vec<(usize, &Job)> =
        (0..).zip(jobs).zip(&remembered).filter(|(_, known)| known.is_none()).map(|(job, _)| job).collect();
    let next = AtomicUsize::new(0);
    let results = Mutex::new(remembered);
    let read = || {
        while let Some(&(index, job)) = waiting.get(next.fetch_add(1, Ordering::Relaxed)) {
            // No source may end `rpack`, whatever the parser makes of it.
            let reading = catch_unwind(AssertUnwindSafe(|| reader.read(job, Means::Files)));
            let reading = reading
                .unwrap_or_else(|_| Ok(Reading::Unreadable("the parser failed on it".to_owned())))
                .unwrap_or(Reading::Nothing);
            let mut results = results.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            if let Some(slot) = results.get_mut(index) {
                *slot = Some(reading);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..work.threads.get().min(waiting.len()) {
            // A thread that cannot be started leaves its share to the others; the last resort is
            // this one, below.
            let _ = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, read);
        }
    });
    read();
    let results = results.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    results.into_iter().map(|reading| reading.unwrap_or(Reading::Nothing)).collect()
}

/// The parser grows its stack as it needs; the walk over what it returns, and its destruction,
/// recurse as deep as the source nests. Only the pages that are used cost memory.
pub(crate) const STACK: usize = 1 << 29;

/// CPython itself gives up on sources far smaller than this one.
pub(crate) const LARGEST_SOURCE: usize = 1 << 26;

/// Reads files, or remembers what was found in them.
struct Reader<'a> {
    interpreter: &'a Interpreter,
    /// What of the interpreter decides over findings.
    facts: Vec<u8>,
    memory: &'a dyn Memory,
}

/// Where findings may be taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Means {
    /// What is remembered, and nothing else.
    Memory,
    /// The files themselves.
    Files,
}

/// Why nothing was found.
enum Failure {
    /// It is not remembered, and nothing else may be asked.
    NotRemembered,
    /// The file cannot be read, for this reason.
    Unreadable(String),
}

/// The means do not reach.
struct NotRemembered;

impl Reader<'_> {
    fn read(&self, job: &Job, means: Means) -> Result<Reading, NotRemembered> {
        let reading = match job.kind {
            _ if job.source.is_some() => self.read_source(job, means),
            ModuleKind::Builtin | ModuleKind::Namespace { .. } => Ok(Reading::Nothing),
            _ if job.path.as_os_str().is_empty() => Ok(Reading::Nothing),
            // What the extension modules of the standard library import is known, see `rules.rs`.
            ModuleKind::Extension if job.origin == Origin::StandardLibrary => Ok(Reading::Nothing),
            ModuleKind::Extension => self.read_library(job, means),
            ModuleKind::Bytecode => self
                .found(&job.path, b"bytecode", native_names::of_bytecode, means)
                .map(|names| Reading::Native(names, None)),
            ModuleKind::Source | ModuleKind::Frozen => self.read_source(job, means),
        };
        match reading {
            Ok(reading) => Ok(reading),
            Err(Failure::Unreadable(reason)) => Ok(Reading::Unreadable(reason)),
            Err(Failure::NotRemembered) => Err(NotRemembered),
        }
    }

    fn read_source(&self, job: &Job, means: Means) -> Result<Reading, Failure> {
        let mut outline = match &job.source {
            // It is a few lines, and no file holds it.
            Some(text) => outline(text, identity(job), self.interpreter),
            None => self.outline(job, &job.path, means)?,
        };
        if outline.reads_stub {
            outline.imports.extend(self.imports_of_stub(job, means)?);
        }
        Ok(Reading::Python(Box::new(outline)))
    }

    /// mypyc and Cython compile Python, and wheels often hold the source too. It says more than the
    /// strings of the library do.
    fn read_library(&self, job: &Job, means: Means) -> Result<Reading, Failure> {
        let names = self.found(&job.path, b"library", native_names::of_library, means)?;
        let stem = job.path.file_name().and_then(|name| name.to_str()).and_then(|name| name.split('.').next());
        let beside = |suffix: &str| {
            let path = job.path.with_file_name(format!("{}{suffix}", stem?));
            path.is_file().then_some(path)
        };
        if let Some(path) = beside(".pyx") {
            let question = [b"cython\0", job.package.as_bytes()].concat();
            let imports_of = |bytes: &[u8]| cython_source::imports(&source::decode(bytes), &job.package);
            let imports = match self.found(&path, &question, imports_of, means) {
                Err(Failure::NotRemembered) => return Err(Failure::NotRemembered),
                imports => imports.unwrap_or_default(),
            };
            return Ok(Reading::Native(names, Some(Box::new(Outline { imports, ..Outline::default() }))));
        }
        let beside = beside(".py");
        let outline = match beside.map(|path| self.outline(job, &path, means)) {
            Some(Err(Failure::NotRemembered)) => return Err(Failure::NotRemembered),
            Some(Ok(outline)) => Some(Box::new(outline)),
            Some(Err(Failure::Unreadable(_))) | None => None,
        };
        Ok(Reading::Native(names, outline))
    }

    /// A stub names what the module imports when it is asked for.
    fn imports_of_stub(&self, job: &Job, means: Means) -> Result<Vec<Import>, Failure> {
        let imports = match self.outline(job, &job.path.with_extension("pyi"), means) {
            Ok(outline) => outline.imports,
            Err(Failure::Unreadable(_)) => Vec::new(),
            Err(Failure::NotRemembered) => return Err(Failure::NotRemembered),
        };
        Ok(imports.into_iter().map(|import| Import { kind: EdgeKind::Lazy, ..import }).collect())
    }

    /// The outline of a source file as this module.
    fn outline(&self, job: &Job, path: &Path, means: Means) -> Result<Outline, Failure> {
        let question = memory::question(&identity(job), &self.facts);
        let outline_of = |bytes: &[u8]| {
            let fits = bytes.len() <= LARGEST_SOURCE;
            fits.then(|| outline(&source::decode(bytes), identity(job), self.interpreter))
        };
        let outline = self.found(path, &question, outline_of, means)?;
        outline.ok_or_else(|| Failure::Unreadable("the file is too large".to_owned()))
    }

    /// What `find` finds in a file.
    fn found<T>(&self, path: &Path, question: &[u8], find: impl FnOnce(&[u8]) -> T, means: Means) -> Result<T, Failure>
    where
        T: Serialize + DeserializeOwned,
    {
        if means == Means::Memory {
            let found = self.memory.recall(path, question).and_then(|found| postcard::from_bytes(&found).ok());
            return found.ok_or(Failure::NotRemembered);
        }
        let bytes = fs::read(path).map_err(|error| Failure::Unreadable(error.to_string()))?;
        let found = find(&bytes);
        if let Ok(finding) = postcard::to_stdvec(&found) {
            self.memory.keep(&bytes, question, &finding);
        }
        Ok(found)
    }
}

fn identity(job: &Job) -> Identity<'_> {
    let Job { name, package, role, origin, surroundings, .. } = job;
    Identity { name, package, role: *role, origin: *origin, surroundings }
}

use crate::condition::Role;
use crate::cython_source;
use crate::graph::{EdgeKind, ModuleKind};
use crate::interpreter::Interpreter;
use crate::memory::{self, Memory, Work};
use crate::native_names::{self, NativeNames};
use crate::outline::{Identity, Import, Outline, Surroundings, outline};
use crate::project::Origin;
use crate::source;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{fs, io, thread};

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

/// Reads the modules, in parallel. The results are in the order of the jobs, so that nothing that
/// follows depends on the timing of threads.
pub(crate) fn read_all(jobs: &[Job], interpreter: &Interpreter, work: Work<'_>) -> Vec<Reading> {
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<Option<Reading>>> = Mutex::new(jobs.iter().map(|_| None).collect());
    let reader = Reader { interpreter, facts: memory::facts(interpreter), memory: work.memory };
    let read = || {
        while let Some((index, job)) = {
            let index = next.fetch_add(1, Ordering::Relaxed);
            jobs.get(index).map(|job| (index, job))
        } {
            // No source may end `rpack`, whatever the parser makes of it.
            let reading = catch_unwind(AssertUnwindSafe(|| reader.read(job)))
                .unwrap_or_else(|_| Reading::Unreadable("the parser failed on it".to_owned()));
            let mut results = results.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            if let Some(slot) = results.get_mut(index) {
                *slot = Some(reading);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..work.threads.get().min(jobs.len()) {
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
const STACK: usize = 1 << 29;

/// CPython itself gives up on sources far smaller than this one.
const LARGEST_SOURCE: usize = 1 << 26;

/// Reads files, or remembers what was found in them.
struct Reader<'a> {
    interpreter: &'a Interpreter,
    /// What of the interpreter decides over findings.
    facts: Vec<u8>,
    memory: &'a dyn Memory,
}

impl Reader<'_> {
    fn read(&self, job: &Job) -> Reading {
        if let Some(text) = &job.source {
            return Reading::Python(Box::new(outline(text, identity(job), self.interpreter)));
        }
        match job.kind {
            ModuleKind::Builtin | ModuleKind::Namespace { .. } => Reading::Nothing,
            _ if job.path.as_os_str().is_empty() => Reading::Nothing,
            // What the extension modules of the standard library import is known, see `rules.rs`.
            ModuleKind::Extension if job.origin == Origin::StandardLibrary => Reading::Nothing,
            ModuleKind::Extension => match self.found(&job.path, b"library", native_names::of_library) {
                Ok(names) => Reading::Native(names, self.source_beside(job)),
                Err(error) => Reading::Unreadable(error.to_string()),
            },
            ModuleKind::Bytecode => match self.found(&job.path, b"bytecode", native_names::of_bytecode) {
                Ok(names) => Reading::Native(names, None),
                Err(error) => Reading::Unreadable(error.to_string()),
            },
            ModuleKind::Source | ModuleKind::Frozen => match self.outline(job, &job.path) {
                Ok(Some(mut outline)) => {
                    if outline.reads_stub {
                        outline.imports.extend(self.imports_of_stub(job));
                    }
                    Reading::Python(Box::new(outline))
                }
                Ok(None) => Reading::Unreadable("the file is too large".to_owned()),
                Err(error) => Reading::Unreadable(error.to_string()),
            },
        }
    }

    /// The outline of a source file as this module. `None` where the file is too large.
    fn outline(&self, job: &Job, path: &Path) -> io::Result<Option<Outline>> {
        let question = memory::question(&identity(job), &self.facts);
        self.found(path, &question, |bytes| {
            let fits = bytes.len() <= LARGEST_SOURCE;
            fits.then(|| outline(&source::decode(bytes), identity(job), self.interpreter))
        })
    }

    /// What `find` finds in a file.
    fn found<T>(&self, path: &Path, question: &[u8], find: impl FnOnce(&[u8]) -> T) -> io::Result<T>
    where
        T: Serialize + DeserializeOwned,
    {
        if let Some(found) = self.memory.recall(path, question).and_then(|found| postcard::from_bytes(&found).ok()) {
            return Ok(found);
        }
        let bytes = fs::read(path)?;
        let found = find(&bytes);
        if let Ok(finding) = postcard::to_stdvec(&found) {
            self.memory.keep(&bytes, question, &finding);
        }
        Ok(found)
    }

    /// mypyc and Cython compile Python, and wheels often hold the source too. It says more than the
    /// strings of the library do.
    fn source_beside(&self, job: &Job) -> Option<Box<Outline>> {
        let stem = job.path.file_name()?.to_str()?.split('.').next()?;
        if let Ok(bytes) = fs::read(job.path.with_file_name(format!("{stem}.pyx"))) {
            let imports = cython_source::imports(&source::decode(&bytes), &job.package);
            return Some(Box::new(Outline { imports, ..Outline::default() }));
        }
        let beside = job.path.with_file_name(format!("{stem}.py"));
        self.outline(job, &beside).ok().flatten().map(Box::new)
    }

    /// A stub names what the module imports when it is asked for.
    fn imports_of_stub(&self, job: &Job) -> Vec<Import> {
        let outline = self.outline(job, &job.path.with_extension("pyi"));
        let imports = outline.ok().flatten().map(|outline| outline.imports).unwrap_or_default();
        imports.into_iter().map(|import| Import { kind: EdgeKind::Lazy, ..import }).collect()
    }
}

fn identity(job: &Job) -> Identity<'_> {
    let Job { name, package, role, origin, surroundings, .. } = job;
    Identity { name, package, role: *role, origin: *origin, surroundings }
}

use crate::condition::Role;
use crate::cython_source;
use crate::graph::{EdgeKind, ModuleKind};
use crate::interpreter::Interpreter;
use crate::native_names::{self, NativeNames};
use crate::outline::{Identity, Import, Outline, Surroundings, outline};
use crate::project::Origin;
use crate::source;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

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
pub(crate) fn read_all(jobs: &[Job], interpreter: &Interpreter) -> Vec<Reading> {
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<Option<Reading>>> = Mutex::new(jobs.iter().map(|_| None).collect());
    let work = || {
        while let Some((index, job)) = {
            let index = next.fetch_add(1, Ordering::Relaxed);
            jobs.get(index).map(|job| (index, job))
        } {
            // No source may end `rpack`, whatever the parser makes of it.
            let reading = catch_unwind(AssertUnwindSafe(|| read(job, interpreter)))
                .unwrap_or_else(|_| Reading::Unreadable("the parser failed on it".to_owned()));
            let mut results = results.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            if let Some(slot) = results.get_mut(index) {
                *slot = Some(reading);
            }
        }
    };
    let available = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..available.min(jobs.len()) {
            // A thread that cannot be started leaves its share to the others; the last resort is
            // this one, below.
            let _ = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        }
    });
    work();
    let results = results.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    results.into_iter().map(|reading| reading.unwrap_or(Reading::Nothing)).collect()
}

/// The parser grows its stack as it needs; the walk over what it returns, and its destruction,
/// recurse as deep as the source nests. Only the pages that are used cost memory.
const STACK: usize = 1 << 29;

/// CPython itself gives up on sources far smaller than this one.
const LARGEST_SOURCE: usize = 1 << 26;

fn read(job: &Job, interpreter: &Interpreter) -> Reading {
    let python = |text: &str| {
        let mut outline = outline(text, identity(job), interpreter);
        if outline.reads_stub
            && let Ok(stub) = fs::read(job.path.with_extension("pyi"))
        {
            outline.imports.extend(imports_of_stub(job, &source::decode(&stub), interpreter));
        }
        Reading::Python(Box::new(outline))
    };
    if let Some(text) = &job.source {
        return python(text);
    }
    let bytes = match job.kind {
        ModuleKind::Builtin | ModuleKind::Namespace { .. } => return Reading::Nothing,
        _ if job.path.as_os_str().is_empty() => return Reading::Nothing,
        // What the extension modules of the standard library import is known, see `rules.rs`.
        ModuleKind::Extension if job.origin == Origin::StandardLibrary => return Reading::Nothing,
        _ => match fs::read(&job.path) {
            Ok(bytes) => bytes,
            Err(error) => return Reading::Unreadable(error.to_string()),
        },
    };
    match job.kind {
        ModuleKind::Extension => Reading::Native(native_names::of_library(&bytes), source_beside(job, interpreter)),
        ModuleKind::Bytecode => Reading::Native(native_names::of_bytecode(&bytes), None),
        _ if bytes.len() > LARGEST_SOURCE => Reading::Unreadable("the file is too large".to_owned()),
        _ => python(&source::decode(&bytes)),
    }
}

fn identity(job: &Job) -> Identity<'_> {
    let Job { name, package, role, origin, surroundings, .. } = job;
    Identity { name, package, role: *role, origin: *origin, surroundings }
}

/// mypyc and Cython compile Python, and wheels often hold the source too. It says more than the
/// strings of the library do.
fn source_beside(job: &Job, interpreter: &Interpreter) -> Option<Box<Outline>> {
    let stem = job.path.file_name()?.to_str()?.split('.').next()?;
    if let Ok(bytes) = fs::read(job.path.with_file_name(format!("{stem}.pyx"))) {
        let imports = cython_source::imports(&source::decode(&bytes), &job.package);
        return Some(Box::new(Outline { imports, ..Outline::default() }));
    }
    let bytes = fs::read(job.path.with_file_name(format!("{stem}.py"))).ok()?;
    (bytes.len() <= LARGEST_SOURCE).then(|| Box::new(outline(&source::decode(&bytes), identity(job), interpreter)))
}

/// A stub names what the module imports when it is asked for.
fn imports_of_stub(job: &Job, text: &str, interpreter: &Interpreter) -> Vec<Import> {
    let imports = outline(text, identity(job), interpreter).imports;
    imports.into_iter().map(|import| Import { kind: EdgeKind::Lazy, ..import }).collect()
}

//! Bytecode: the collected modules compiled by the target's own interpreter, in workers that live for the whole build.
//!
//! The code's file name is the module's path inside the bundle, never the builder's. The marshalled form is made canonical
//! ([`marshal`]), because what CPython writes depends on what else its process holds.

mod ahead;
pub mod marshal;
mod worker;

pub use ahead::ahead;

use crate::Event;
use crate::cache::{self, Cache, Digest};
use crate::collection::{CollectedModule, Collection, Content, ModuleContent, Unreadable};
use crate::diagnosis::Warning;
use crate::options::{Options, Sources};
use crate::progress::{self, Mark};
use rpack_analyzer::Interpreter;
use rpack_format::PythonOption;
use serde::{Deserialize, Serialize};
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Sender};
use worker::{Worker, Workers};

/// Length of the header of a `.pyc` file (PEP 552): magic, flags, and two words that depend on the flags.
const PYC_HEADER: usize = 16;

/// The compiled modules.
#[derive(Debug, Default)]
pub struct Bytecode {
    /// The code of each module, in the order of the modules; `None` for those that have no code.
    pub code: Vec<Option<Code>>,
    /// Modules that could not be compiled. Importing one of them raises what plain Python would raise.
    pub warnings: Vec<Warning>,
    /// The names of these modules.
    pub uncompiled: Vec<String>,
}

/// Marshalled code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// Hash of the bytes.
    pub digest: Digest,
    /// What `marshal.dumps` gives, made canonical.
    pub bytes: Vec<u8>,
}

/// What decides, besides a source, which bytecode it becomes.
pub struct Compiler<'a> {
    interpreter: &'a Interpreter,
    /// Which compiler the interpreter has.
    identity: Digest,
    optimization: i32,
    /// For modules whose sources the program does not carry otherwise.
    columns: Columns,
    /// Workers that have nothing to do: one is started before it is known whether there is anything to compile.
    idle: Mutex<Vec<Worker>>,
}

/// Whether code says which columns each of its instructions stands for (PEP 657). They are shown below a line of source, and nowhere else,
/// so they go with the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Columns {
    /// It does.
    Kept,
    /// It says lines only.
    LeftOut,
}

impl Columns {
    /// What goes with sources that are carried or not.
    pub fn with(sources: Sources) -> Self {
        match sources {
            Sources::Carried => Columns::Kept,
            Sources::LeftOut => Columns::LeftOut,
        }
    }
}

impl<'a> Compiler<'a> {
    /// Makes the interpreter ready to compile as the options ask for it. It starts while the program is analyzed: after an edit
    /// that takes longer than to compile what was edited. `first` says what will be compiled first.
    ///
    /// # Errors
    ///
    /// If the interpreter cannot be read or run.
    pub fn start(
        interpreter: &'a Interpreter,
        options: &Options,
        first: Columns,
        cache: &Cache,
    ) -> Result<Self, Error> {
        let (identity, optimization) = (identity(interpreter, cache)?, optimization(&options.python_options));
        let columns = Columns::with(options.sources);
        let compiler = Compiler { interpreter, identity, optimization, columns, idle: Mutex::default() };
        compiler.give_back([Worker::start(&compiler, first)?]);
        Ok(compiler)
    }

    /// What becomes of the columns of a module, where the bundle has these files: a source that is carried has the module's path.
    pub fn columns_of(&self, module: &str, files: impl Fn(&str) -> bool) -> Columns {
        if files(module) { Columns::Kept } else { self.columns }
    }

    fn worker(&self, columns: Columns) -> Result<Worker, Error> {
        let mut idle = self.idle.lock().expect("no thread panics while it takes");
        match idle.iter().position(|worker| worker.columns == columns) {
            Some(number) => Ok(idle.swap_remove(number)),
            None => {
                drop(idle);
                Worker::start(self, columns)
            }
        }
    }

    /// There may be more to compile.
    fn give_back(&self, workers: impl IntoIterator<Item = Worker>) {
        self.idle.lock().expect("no thread panics while it gives back").extend(workers);
    }
}

/// Compiles every module that has source.
///
/// # Errors
///
/// If the interpreter cannot be run, a file cannot be read, or a worker dies.
pub fn compile(
    collection: &Collection,
    compiler: &Compiler,
    cache: &Cache,
    jobs: NonZeroUsize,
    report: &mut dyn FnMut(Event),
) -> Result<Bytecode, Error> {
    let modules = collection.modules.as_slice();
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::with_capacity(modules.len()));
    let workers = jobs.get().min(modules.len()).max(1);
    let (sender, marks) = mpsc::channel();
    let next = || {
        let number = next.fetch_add(1, Ordering::Relaxed);
        modules.get(number).map(|module| (number, module))
    };
    std::thread::scope(|scope| {
        let (next, results) = (&next, &results);
        let threads: Vec<_> = (0..workers)
            .map(|_| {
                let sender = sender.clone();
                scope.spawn(move || work(collection, compiler, cache, next, results, &sender))
            })
            .collect();
        drop(sender);
        progress::follow(marks, modules.len(), |number| modules[number].name.clone(), report);
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })?;
    let mut results = results.into_inner().expect("no thread panics while it pushes");
    results.sort_by_key(|(number, _)| *number);
    let mut bytecode = Bytecode::default();
    for (number, outcome) in results {
        if let Some(reason) = outcome.reason {
            bytecode.warnings.push(Warning::not_compiled(&modules[number].name, &reason));
            bytecode.uncompiled.push(modules[number].name.clone());
        }
        bytecode.code.push(outcome.code);
    }
    Ok(bytecode)
}

/// Compiles one source. `None` where that is impossible.
///
/// # Errors
///
/// As for [`compile`].
pub fn compile_one(
    path: &str,
    source: &Content,
    columns: Columns,
    compiler: &Compiler,
    cache: &Cache,
) -> Result<Option<Code>, Error> {
    let mut workers = Workers::default();
    let Outcome { code, reason } = compiled(path, source, columns, compiler, cache, &mut workers)?;
    compiler.give_back(workers.started);
    Ok(code.filter(|_| reason.is_none()))
}

/// Which compiler an interpreter has: the content of the file that holds it, because two builds of one version may differ.
fn identity(interpreter: &Interpreter, cache: &Cache) -> Result<Digest, Error> {
    let file = interpreter.libpython.as_ref().filter(|_| interpreter.uses_libpython).unwrap_or(&interpreter.executable);
    Ok(cache.digest(file).map_err(|source| Unreadable { path: file.clone(), source })?)
}

/// The level that the interpreter will run at: without assertions from 1, without docstrings from 2. The last option counts, as
/// in the runtime.
fn optimization(options: &[String]) -> i32 {
    let level = options.iter().rev().find_map(|option| match PythonOption::parse(option) {
        Some(PythonOption::Optimized(level)) => Some(level),
        _ => None,
    });
    level.unwrap_or(0)
}

/// What became of a module.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Outcome {
    /// Its code, or code that raises the reason why there is none. Nothing for a module without code, and where even that is
    /// impossible.
    code: Option<Code>,
    /// Why it cannot be compiled.
    reason: Option<String>,
}

/// Takes the next module, until none is left. A worker process is started for the first one that has to be compiled.
fn work<'a>(
    collection: &Collection,
    compiler: &Compiler,
    cache: &Cache,
    next: &impl Fn() -> Option<(usize, &'a CollectedModule)>,
    results: &Mutex<Vec<(usize, Outcome)>>,
    marks: &Sender<Mark>,
) -> Result<(), Error> {
    let has_file = |path: &str| collection.files.binary_search_by(|file| file.path.as_str().cmp(path)).is_ok();
    let mut workers = Workers::default();
    while let Some((number, module)) = next() {
        // Who hears them ends later than all who tell.
        let _ = marks.send(Mark::Begun(number));
        let outcome = match &module.content {
            ModuleContent::Source(source) => {
                let columns = compiler.columns_of(&module.path, has_file);
                compiled(&module.path, source, columns, compiler, cache, &mut workers)?
            }
            ModuleContent::Bytecode(path) => read_bytecode(path, compiler.interpreter)?,
            ModuleContent::Extension { .. } | ModuleContent::Namespace => Outcome::default(),
        };
        results.lock().expect("no thread panics while it pushes").push((number, outcome));
        let _ = marks.send(Mark::Done(number));
    }
    workers.started.into_iter().try_for_each(Worker::stop)
}

/// The code of a source: from the cache, else from a worker.
fn compiled(
    path: &str,
    source: &Content,
    columns: Columns,
    compiler: &Compiler,
    cache: &Cache,
    workers: &mut Workers,
) -> Result<Outcome, Error> {
    let key = |digest: &Digest| {
        let columns = [u8::from(columns == Columns::Kept)];
        let how = [compiler.identity.as_slice(), &compiler.optimization.to_le_bytes(), &columns];
        cache.key("bytecode", how.into_iter().chain([path.as_bytes(), digest]))
    };
    let look = source.look(cache)?;
    if let Some((bytes, Facts { digest, reason })) = cache.get(&key(&look.digest)).and_then(cache::split) {
        return Ok(Outcome { code: Some(Code { digest, bytes }), reason });
    }
    let (digest, source) = source.read_after(look)?;
    let (reason, mut code) = workers.get(columns, compiler)?.compile(path, &source)?;
    marshal::canonicalize(&mut code, compiler.interpreter.version.minor);
    let code = Code::new(code);
    cache.put(key(&digest), &cache::join(&code.bytes, &Facts { digest: code.digest, reason: reason.clone() }));
    Ok(Outcome { code: Some(code), reason })
}

/// What the cache holds beside the bytes of a module's code.
#[derive(Serialize, Deserialize)]
struct Facts {
    digest: Digest,
    reason: Option<String>,
}

/// The code in a module that is distributed without source.
fn read_bytecode(path: &Path, interpreter: &Interpreter) -> Result<Outcome, Error> {
    let content = std::fs::read(path).map_err(|source| Unreadable { path: path.to_owned(), source })?;
    match content.split_at_checked(PYC_HEADER) {
        Some((header, code)) if header.starts_with(&interpreter.magic) => {
            let mut code = code.to_vec();
            marshal::canonicalize(&mut code, interpreter.version.minor);
            Ok(Outcome { code: Some(Code::new(code)), reason: None })
        }
        _ => {
            let reason = format!("`{}` is bytecode of another version of Python", path.display());
            Ok(Outcome { code: None, reason: Some(reason) })
        }
    }
}

impl Code {
    fn new(bytes: Vec<u8>) -> Self {
        Code { digest: blake3::hash(&bytes).into(), bytes }
    }
}

impl Drop for Compiler<'_> {
    /// A worker that nobody needs any more has nothing to end.
    fn drop(&mut self) {
        self.idle.get_mut().map(std::mem::take).unwrap_or_default().into_iter().for_each(Worker::kill);
    }
}

/// Why modules could not be compiled.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A source that was found is gone or cannot be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// The interpreter cannot be started, or ended too early.
    #[error("The interpreter `{}` stopped while it was compiling modules: {source}", .interpreter.display())]
    Worker {
        /// The interpreter.
        interpreter: PathBuf,
        /// What was seen of it.
        source: io::Error,
    },
}

impl Error {
    /// What the user can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Error::Unreadable(_) => None,
            Error::Worker { .. } => {
                Some("What it wrote on stderr is above. Try another one with `--python`".to_owned())
            }
        }
    }
}

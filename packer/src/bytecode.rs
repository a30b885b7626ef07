//! Bytecode: the collected modules compiled by the target's own interpreter, in workers that live for the whole build.
//!
//! The code's file name is the module's path inside the bundle, never the builder's. The marshalled form is made canonical
//! ([`marshal`]), because what CPython writes depends on what else its process holds.

pub mod marshal;

use crate::collection::{CollectedModule, ModuleContent, Unreadable};
use crate::diagnosis::Warning;
use crate::options::Sources;
use rpack_analyzer::Interpreter;
use rpack_format::PythonOption;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What each worker runs.
const WORKER: &str = include_str!("bytecode/worker.py");

/// Length of the header of a `.pyc` file (PEP 552): magic, flags, and two words that depend on the flags.
const PYC_HEADER: usize = 16;

/// The compiled modules.
#[derive(Debug, Default)]
pub struct Bytecode {
    /// The marshalled code of each module, in the order of the modules; `None` for those that have no code.
    pub code: Vec<Option<Vec<u8>>>,
    /// Modules that could not be compiled. Importing one of them raises what plain Python would raise.
    pub warnings: Vec<Warning>,
}

/// Compiles every module that has source, as the interpreter's options ask for it. Where the sources are left out, so are the
/// columns of each instruction (PEP 657): they are shown below a line of source, and nowhere else.
///
/// # Errors
///
/// If the interpreter cannot be run, a file cannot be read, or a worker dies.
pub fn compile(
    modules: &[CollectedModule],
    interpreter: &Interpreter,
    options: &[String],
    sources: Sources,
) -> Result<Bytecode, Error> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::with_capacity(modules.len()));
    let optimization = optimization(options);
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(modules.len()).max(1);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..workers)
            .map(|_| scope.spawn(|| work(modules, interpreter, (optimization, sources), &next, &results)))
            .collect();
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })?;
    let mut results = results.into_inner().expect("no thread panics while it pushes");
    results.sort_by_key(|(number, _)| *number);
    let mut bytecode = Bytecode::default();
    for (number, outcome) in results {
        bytecode.code.push(match outcome {
            Outcome::Code(code) => Some(code),
            Outcome::Nothing => None,
            Outcome::Refused { reason, code } => {
                bytecode.warnings.push(Warning::not_compiled(&modules[number].name, &reason));
                code
            }
        });
    }
    Ok(bytecode)
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

enum Outcome {
    Code(Vec<u8>),
    Nothing,
    /// The reason, and code that raises it; none where even that is impossible.
    Refused {
        reason: String,
        code: Option<Vec<u8>>,
    },
}

/// Takes modules off the list, until none is left, and compiles them in one worker process.
fn work(
    modules: &[CollectedModule],
    interpreter: &Interpreter,
    how: (i32, Sources),
    next: &AtomicUsize,
    results: &Mutex<Vec<(usize, Outcome)>>,
) -> Result<(), Error> {
    let mut worker = Worker::start(interpreter, how)?;
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let Some(module) = modules.get(number) else { return worker.stop() };
        let outcome = match &module.content {
            ModuleContent::Source(source) => worker.compile(&module.path, &source.read()?)?,
            ModuleContent::Bytecode(path) => read_bytecode(path, interpreter)?,
            ModuleContent::Extension { .. } | ModuleContent::Namespace => Outcome::Nothing,
        };
        let outcome = match outcome {
            Outcome::Code(mut code) => {
                marshal::canonicalize(&mut code, interpreter.version.minor);
                Outcome::Code(code)
            }
            other => other,
        };
        results.lock().expect("no thread panics while it pushes").push((number, outcome));
    }
}

/// The code in a module that is distributed without source.
fn read_bytecode(path: &PathBuf, interpreter: &Interpreter) -> Result<Outcome, Error> {
    let content = std::fs::read(path).map_err(|source| Unreadable { path: path.clone(), source })?;
    match content.split_at_checked(PYC_HEADER) {
        Some((header, code)) if header.starts_with(&interpreter.magic) => Ok(Outcome::Code(code.to_vec())),
        _ => {
            let reason = format!("`{}` is bytecode of another version of Python", path.display());
            Ok(Outcome::Refused { reason, code: None })
        }
    }
}

/// A running interpreter that compiles what it is sent.
struct Worker {
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
    interpreter: PathBuf,
}

impl Worker {
    fn start(interpreter: &Interpreter, (optimization, sources): (i32, Sources)) -> Result<Self, Error> {
        let failed = |source| Error::Worker { interpreter: interpreter.executable.clone(), source };
        let mut command = Command::new(&interpreter.executable);
        let inherited = std::env::vars_os().map(|(name, _)| name);
        inherited.filter(|name| name.to_string_lossy().starts_with("PYTHON")).for_each(|name| {
            command.env_remove(name);
        });
        if sources == Sources::LeftOut {
            command.args(["-X", "no_debug_ranges"]);
        }
        let mut child = command
            .args(["-s", "-S", "-B", "-W", "ignore", "-X", "utf8", "-c", WORKER])
            .arg(optimization.to_string())
            // CPython 3.10 writes the members of a constant set in the order of their hashes (gh-81702).
            .env("PYTHONHASHSEED", "0")
            // Where it runs, nothing of the user's can be imported in the place of a module.
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(failed(io::Error::other("its standard streams are missing")));
        };
        Ok(Worker { child, input, output, interpreter: interpreter.executable.clone() })
    }

    fn compile(&mut self, path: &str, source: &[u8]) -> Result<Outcome, Error> {
        self.exchange(path, source).map_err(|source| Error::Worker { interpreter: self.interpreter.clone(), source })
    }

    fn exchange(&mut self, path: &str, source: &[u8]) -> io::Result<Outcome> {
        for part in [path.as_bytes(), source] {
            self.input.write_all(&(part.len() as u32).to_le_bytes())?;
            self.input.write_all(part)?;
        }
        self.input.flush()?;
        let reason = self.receive()?;
        let code = self.receive()?;
        if reason.is_empty() {
            return Ok(Outcome::Code(code));
        }
        Ok(Outcome::Refused { reason: String::from_utf8_lossy(&reason).into_owned(), code: Some(code) })
    }

    fn receive(&mut self) -> io::Result<Vec<u8>> {
        let mut length = [0; 4];
        self.output.read_exact(&mut length)?;
        let mut part = vec![0; u32::from_le_bytes(length) as usize];
        self.output.read_exact(&mut part)?;
        Ok(part)
    }

    /// Closes the worker's input, which ends it.
    fn stop(self) -> Result<(), Error> {
        let Worker { mut child, input, interpreter, .. } = self;
        drop(input);
        child.wait().map(drop).map_err(|source| Error::Worker { interpreter, source })
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

//! Chooses the interpreter whose libraries are packed, and makes an environment where the program only declares one.
//!
//! The order is: `--python`, the active virtual environment, the nearest `.venv` up from the program, and at last an
//! environment in `rpack`'s cache, made from what the program declares and reused as long as that does not change.

mod base;
mod children;
mod error;
mod identity;
mod installer;
mod locked;
#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use rpack_analyzer::{Declaration, EntryPoint, Program, Scope};

pub use error::{Error, Refusal, Refused};
pub use installer::Installer;

use base::Base;

/// What the user and the surroundings say about the interpreter.
#[derive(Debug, Clone)]
pub struct Request {
    /// `--python`: an executable, a virtual environment's folder, or a name on PATH such as `python3.12`.
    pub python: Option<PathBuf>,
    /// The environment variable `VIRTUAL_ENV`, which is set while a virtual environment is active.
    pub virtual_env: Option<PathBuf>,
    /// `rpack`'s cache folder; made environments live in its folder `environments`.
    pub cache: PathBuf,
    /// The environment variable `PATH`, where interpreters and `uv` are looked for.
    pub path: OsString,
}

/// A step of making an environment, told before it begins: some of them take a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress<'a> {
    /// Another `rpack` is making the same environment, and this one waits until it is done.
    Waiting {
        /// The environment's folder.
        folder: &'a Path,
    },
    /// An environment is made.
    Creating {
        /// The interpreter that it is made from.
        python: &'a Path,
        /// The environment's folder.
        folder: &'a Path,
    },
    /// What the program declares is installed into the new environment.
    Installing {
        /// How many requirements the program declares; each may bring more.
        requirements: usize,
        /// The tool that installs them.
        with: Installer,
    },
    /// An environment made earlier from the same declaration is used.
    Reused {
        /// The environment's folder.
        folder: &'a Path,
    },
}

/// Where the interpreter stands in a virtual environment.
const PYTHON_OF_ENVIRONMENT: &str = "bin/python";

/// The file that a made environment ends with: a folder without it was left by a run that did not come to its end.
pub const COMPLETE: &str = "rpack-complete";

/// Finds the interpreter to pack with, or makes an environment from what the program declares.
///
/// The path that is returned is absolute and its symbolic links are not resolved: a virtual environment's interpreter
/// knows its environment by the path it is started with.
///
/// # Errors
/// If the interpreter or environment that was asked for does not exist, if none on PATH will do, or if making an
/// environment fails. [`Error::hint`] says what to do about it.
pub fn provide(program: &Program, request: &Request, reporter: &mut dyn FnMut(Progress<'_>)) -> Result<PathBuf, Error> {
    if let Some(python) = &request.python {
        return named(python, request);
    }
    if let Some(folder) = request.virtual_env.as_deref().filter(|folder| !folder.as_os_str().is_empty()) {
        return python_of(folder).ok_or_else(|| Error::NotAnEnvironment {
            folder: folder.to_path_buf(),
            named_by: "the environment variable `VIRTUAL_ENV`",
        });
    }
    if let Some(folder) = nearest_environment(&program.root) {
        return python_of(&folder).ok_or(Error::BrokenEnvironment { folder });
    }

    let base = base::find(&program.declaration, &request.path)?;
    let declares_nothing = program.declaration.requirements.is_empty() && program.declaration.lock.is_none();
    if declares_nothing {
        return Ok(base.executable);
    }
    made(program, request, &base, reporter)
}

/// The interpreter of an environment, made from `python` and with `requirements` in it, for tools that a build needs. It is made once
/// and shared by all programs.
///
/// # Errors
/// If it has to be made and that fails.
pub fn for_tools(
    name: &str,
    requirements: Vec<String>,
    python: &Path,
    request: &Request,
    reporter: &mut dyn FnMut(Progress<'_>),
) -> Result<PathBuf, Error> {
    let base = base::examine(python, None, &request.path).map_err(|reason| Error::NoInterpreter {
        requires_python: None,
        refused: vec![Refused { executable: python.to_owned(), reason }],
    })?;
    let root = request.cache.clone();
    let declaration = Declaration { requirements, ..Declaration::default() };
    let entry = EntryPoint::Script(root.clone());
    let tools =
        Program { name: name.to_owned(), root, entry, declaration, search_path: Vec::new(), scope: Scope::Folder };
    made(&tools, request, &base, reporter)
}

/// The interpreter that `--python` names.
fn named(python: &Path, request: &Request) -> Result<PathBuf, Error> {
    // A folder comes before a name on PATH: many environments are called `env`, and so is a program.
    if let Some(found) = python_of(python) {
        return Ok(found);
    }
    let is_bare_name = python.components().count() == 1 && python.file_name().is_some();
    if is_bare_name && let Some(found) = base::on_path(python.as_os_str(), &request.path).next() {
        return Ok(found);
    }
    if python.is_dir() {
        return python_of(python)
            .ok_or_else(|| Error::NotAnEnvironment { folder: python.to_path_buf(), named_by: "`--python`" });
    }
    if !python.is_file() {
        return Err(Error::PythonNotFound { given: python.to_path_buf() });
    }
    absolute(python)
}

/// The nearest folder `.venv` that is a virtual environment (it holds `pyvenv.cfg`, PEP 405), from `root` upwards.
fn nearest_environment(root: &Path) -> Option<PathBuf> {
    root.ancestors().map(|folder| folder.join(".venv")).find(|folder| folder.join("pyvenv.cfg").is_file())
}

fn python_of(environment: &Path) -> Option<PathBuf> {
    // `is_file` follows links: the interpreter that a broken environment was made from is gone.
    absolute(&environment.join(PYTHON_OF_ENVIRONMENT)).ok().filter(|python| python.is_file())
}

fn absolute(path: &Path) -> Result<PathBuf, Error> {
    std::path::absolute(path).map_err(Error::io("resolve", path))
}

/// The interpreter of the environment that belongs to the program's declaration, which is made if it is not there.
fn made(
    program: &Program,
    request: &Request,
    base: &Base,
    reporter: &mut dyn FnMut(Progress<'_>),
) -> Result<PathBuf, Error> {
    let environments = absolute(&request.cache.join("environments"))?;
    let name = identity::folder_name(program, base)?;
    let folder = environments.join(&name);
    let python = folder.join(PYTHON_OF_ENVIRONMENT);

    if is_complete(&folder) {
        reporter(Progress::Reused { folder: &folder });
        return Ok(python);
    }
    fs::create_dir_all(&environments).map_err(Error::io("create", &environments))?;
    let lock = lock(&environments.join(format!("{name}.lock")), &folder, reporter)?;
    // Whoever held the lock before may have made the environment in the meantime.
    if is_complete(&folder) {
        reporter(Progress::Reused { folder: &folder });
        return Ok(python);
    }
    remove(&folder)?;
    if let Err(error) = installer::make(program, request, base, &folder, &lock, reporter) {
        // What is left behind does no harm, as it lacks its mark; it is removed because it takes space.
        remove(&folder).ok();
        return Err(error);
    }
    let mark = folder.join(COMPLETE);
    fs::write(&mark, "").map_err(Error::io("write", &mark))?;
    Ok(python)
}

fn is_complete(folder: &Path) -> bool {
    folder.join(COMPLETE).is_file() && python_of(folder).is_some()
}

/// Waits until no other process makes the same environment.
///
/// The kernel releases the lock when its holders end, however they end, so no lock can be left behind. The file itself
/// stays: if it were removed, one process could hold the lock of the old file and another that of a new one.
fn lock(file: &Path, folder: &Path, reporter: &mut dyn FnMut(Progress<'_>)) -> Result<File, Error> {
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    let lock = options.open(file).map_err(Error::io("create", file))?;
    match lock.try_lock() {
        Ok(()) => return Ok(lock),
        Err(TryLockError::WouldBlock) => reporter(Progress::Waiting { folder }),
        Err(TryLockError::Error(error)) => return Err(Error::io("lock", file)(error)),
    }
    lock.lock().map_err(Error::io("lock", file))?;
    Ok(lock)
}

fn remove(folder: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        result => result.map_err(Error::io("remove", folder)),
    }
}

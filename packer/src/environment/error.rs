//! What can go wrong when an interpreter is chosen or an environment is made, and what to do about it.

use std::fmt::{self, Display, Formatter};
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use super::base::OLDEST;

/// No interpreter could be provided.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// `--python` names nothing that exists.
    #[error("Python not found: `{}` is no file, no virtual environment and no name on PATH", given.display())]
    PythonNotFound {
        /// What `--python` was given.
        given: PathBuf,
    },
    /// A folder that was named as an environment holds no interpreter.
    #[error("Not a virtual environment: `{}`, named by {named_by}, has no `bin/python`", folder.display())]
    NotAnEnvironment {
        /// The folder.
        folder: PathBuf,
        /// What named it.
        named_by: &'static str,
    },
    /// A `.venv` was found whose interpreter is gone.
    #[error("Broken virtual environment: the interpreter of `{}` does not exist", folder.display())]
    BrokenEnvironment {
        /// The environment's folder.
        folder: PathBuf,
    },
    /// The declared range of Python versions cannot be understood.
    #[error("Invalid `requires-python`: `{text}`{}: {reason}", declared_in(source_file.as_deref()))]
    RequiresPython {
        /// The range as declared.
        text: String,
        /// The file that declares it.
        source_file: Option<PathBuf>,
        /// What is wrong with it.
        reason: String,
    },
    /// No interpreter on PATH will do.
    #[error("No usable Python found on PATH{}", list(refused))]
    NoInterpreter {
        /// The range of versions that the program declares.
        requires_python: Option<String>,
        /// Every interpreter that was looked at, in the order of PATH's use.
        refused: Vec<Refused>,
    },
    /// `uv.lock` cannot be understood.
    #[error("Invalid lock file: `{}`: {reason}", path.display())]
    Lock {
        /// The lock file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// `uv.lock` takes a requirement from a place that only `uv` knows how to install from.
    #[error("`uv` is needed to install `{requirement}`: `{}` does not take it from a package index", lock.display())]
    NeedsUv {
        /// The requirement's name.
        requirement: String,
        /// The lock file.
        lock: PathBuf,
    },
    /// A program that was run for an environment failed.
    #[error("Failed to {purpose}: `{command}` ended with {status}{}", indented(output))]
    Command {
        /// What it was run for.
        purpose: &'static str,
        /// The program with its arguments.
        command: String,
        /// How it ended.
        status: ExitStatus,
        /// Everything it wrote.
        output: String,
    },
    /// A file, a folder or a program cannot be used.
    #[error("Failed to {action} `{}`: {cause}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// With which file, folder or program.
        path: PathBuf,
        /// Why it failed.
        cause: io::Error,
    },
}

/// An interpreter on PATH that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The executable.
    pub executable: PathBuf,
    /// Why it cannot be used.
    pub reason: Refusal,
}

/// Why an interpreter cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It cannot be run, or does not answer as Python does.
    #[error("cannot be asked for its version: {0}")]
    Silent(String),
    /// It is another implementation of Python.
    #[error("is {0}, not CPython")]
    Implementation(String),
    /// It is older than any version that can be packed.
    #[error("is Python {0}, older than {major}.{minor}", major = OLDEST.0, minor = OLDEST.1)]
    TooOld(String),
    /// The program declares that it does not run with this version.
    #[error("is Python {version}, but the program requires `{requires_python}`")]
    OutOfRange {
        /// The interpreter's version.
        version: String,
        /// The range of versions that the program declares.
        requires_python: String,
    },
    /// It has no stable ABI, through which everything that is packed with a program talks to Python (PEP 703).
    #[error("is a free-threaded build of Python {0}")]
    FreeThreaded(String),
}

impl Error {
    /// What the user can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Error::PythonNotFound { .. } => {
                "Pass an interpreter, the folder of a virtual environment, or a name such as `python3.12`".into()
            }
            Error::NotAnEnvironment { .. } => {
                "Make one there with `python3 -m venv`, deactivate it, or pass an interpreter with `--python`".into()
            }
            Error::BrokenEnvironment { folder } => {
                format!("Make it again with `python3 -m venv --clear {}`, or pass `--python`", folder.display())
            }
            Error::RequiresPython { .. } => "Write a range of versions such as `>=3.11` (PEP 440)".into(),
            Error::NoInterpreter { requires_python, .. } => {
                let range = requires_python.as_ref().map_or_else(String::new, |range| format!(" that fits `{range}`"));
                let (major, minor) = OLDEST;
                format!(
                    "Install CPython {major}.{minor} or newer{range} (Debian: the package `python3`; `uv python install`; pyenv), \
                     or pass `--python`"
                )
            }
            Error::Lock { .. } => "Write it again with `uv lock`".into(),
            Error::NeedsUv { .. } => "Install `uv`, or make an environment yourself and pass it with `--python`".into(),
            Error::Command { output, .. } => hint_from(output).into(),
            Error::Io { .. } => return None,
        };
        Some(hint)
    }

    /// Makes an error of an operation that failed, to be used with `map_err`.
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
        let path = path.to_path_buf();
        move |cause| Error::Io { action, path, cause }
    }
}

/// Recognizes the few failures that happen to everybody once.
fn hint_from(output: &str) -> &'static str {
    let says = |text: &str| output.contains(text);
    if says("ensurepip is not") || says("No module named venv") || says("No module named ensurepip") {
        "Debian keeps this in a package of its own: install `python3-venv`, or install `uv`"
    } else if says("name resolution") || says("dns error") || says("Connection refused") || says("Failed to connect") {
        "The package index could not be reached: check the connection, or make an environment yourself and pass it with \
         `--python`"
    } else if says("No matching distribution found") || says("No solution found") {
        "Correct what the program declares, or make an environment yourself and pass it with `--python`"
    } else {
        "Make an environment yourself and pass it with `--python`"
    }
}

impl Display for Refused {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` {}", self.executable.display(), self.reason)
    }
}

fn list(refused: &[Refused]) -> String {
    refused.iter().map(|refused| format!("\n  {refused}")).collect()
}

fn indented(output: &str) -> String {
    output.trim_end().lines().map(|line| format!("\n  {line}")).collect()
}

fn declared_in(file: Option<&Path>) -> String {
    file.map_or_else(String::new, |file| format!(" in `{}`", file.display()))
}

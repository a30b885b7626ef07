use std::path::PathBuf;

/// Why a program cannot be analyzed. The text says what was seen and where; [`Error::hint`] says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The path that the user named does not exist.
    #[error("No such file or folder: `{}`", path.display())]
    NoSuchPath {
        /// The path as given.
        path: PathBuf,
    },
    /// A folder in which nothing can be started.
    #[error(
        "No program found in `{}`: it has no `main.py`, no `__main__.py` and no `pyproject.toml` with `[project.scripts]`",
        path.display()
    )]
    NoEntryPoint {
        /// The folder.
        path: PathBuf,
        /// The first source in it that says what to do when it is run, if there is one.
        script: Option<PathBuf>,
    },
    /// Several `[project.scripts]`, none of them named like the project.
    #[error(
        "`{}` declares several scripts ({}) and none is named like the project",
        path.display(),
        scripts.iter().map(|script| format!("`{script}`")).collect::<Vec<_>>().join(", ")
    )]
    SeveralScripts {
        /// The `pyproject.toml`.
        path: PathBuf,
        /// The names of the scripts, sorted.
        scripts: Vec<String>,
    },
    /// A `[project.scripts]` value that is not `module:attribute`.
    #[error("Script `{script}` in `{}` is `{value}`, which is not of the form `module:function`", path.display())]
    BadScript {
        /// The `pyproject.toml`.
        path: PathBuf,
        /// The name of the script.
        script: String,
        /// Its value as written.
        value: String,
    },
    /// The path is a file, but no Python source.
    #[error("Not a Python file: `{}` ({reason})", path.display())]
    NotPython {
        /// The file.
        path: PathBuf,
        /// What it looks like.
        reason: &'static str,
    },
    /// A TOML file, or the TOML of a PEP 723 block, that does not parse or does not hold what it
    /// must.
    #[error("Invalid TOML in `{}:{line}`: {message}", path.display())]
    Toml {
        /// The file.
        path: PathBuf,
        /// One-based line in the file.
        line: usize,
        /// What the parser says.
        message: String,
    },
    /// A file or a folder that cannot be read.
    #[error("Cannot read `{}`: {source}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// The interpreter cannot be started.
    #[error("Cannot run the interpreter `{}`: {source}", path.display())]
    InterpreterNotRunnable {
        /// The executable.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// The executable ran, but did not answer as a Python interpreter does.
    #[error("`{}` is not a Python interpreter: it answered `{output}`", path.display())]
    NotAnInterpreter {
        /// The executable.
        path: PathBuf,
        /// The first line that it printed, or what else was seen.
        output: String,
    },
    /// A Python, but not CPython.
    #[error("`{}` is {implementation}; only CPython can be packed", path.display())]
    NotCPython {
        /// The executable.
        path: PathBuf,
        /// `sys.implementation.name`, or what it is frozen by.
        implementation: String,
    },
    /// A CPython without the stable ABI, through which everything that is packed with a program talks to Python (PEP 703).
    #[error("`{}` is a free-threaded build of Python {version}; only builds with the global interpreter lock can be packed", path.display())]
    FreeThreaded {
        /// The executable.
        path: PathBuf,
        /// Its version.
        version: String,
    },
    /// A CPython older than 3.10.
    #[error("`{}` is Python {version}; Python 3.10 or newer is needed", path.display())]
    TooOld {
        /// The executable.
        path: PathBuf,
        /// Its version.
        version: String,
    },
    /// A syntax error in a module without which the program cannot start.
    #[error("Syntax error in `{}:{line}:{column}`: {message}", path.display())]
    Syntax {
        /// The source file.
        path: PathBuf,
        /// One-based line.
        line: u32,
        /// One-based column, in characters.
        column: u32,
        /// What the parser says.
        message: String,
    },
}

impl Error {
    /// What the user can do about it.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Error::NoSuchPath { .. } => "Give a folder with `main.py`, or a Python file",
            Error::NoEntryPoint { script: Some(script), .. } => {
                return Some(format!("Give the Python file to start with: `rpack build {}`", script.display()));
            }
            Error::NoEntryPoint { script: None, .. } => {
                "Give the Python file to start with: `rpack build FOLDER/SCRIPT.py`"
            }
            Error::SeveralScripts { .. } => "Give the Python file of the one to pack: `rpack build FOLDER/SCRIPT.py`",
            Error::BadScript { .. } => "Write it as `name = \"package.module:function\"`",
            Error::NotPython { .. } => "Give a file of Python source, or the folder that it is in",
            Error::Toml { .. } | Error::Syntax { .. } => return None,
            Error::Read { .. } => "Check that it exists and that you may read it",
            Error::InterpreterNotRunnable { .. } | Error::NotAnInterpreter { .. } => {
                "Name a CPython 3.10 or newer with `--python`, for example `--python python3.12`"
            }
            Error::NotCPython { .. } | Error::TooOld { .. } | Error::FreeThreaded { .. } => {
                "Name another interpreter with `--python`, or activate another environment"
            }
        };
        Some(hint.to_owned())
    }
}

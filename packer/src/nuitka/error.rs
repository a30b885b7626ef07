//! Why modules could not be compiled, and what to do about it.

use crate::collection::Unreadable;
use crate::environment;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

/// Why modules could not be compiled.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no C compiler.
    #[error("No C compiler found: {}", looked_for(asked.as_deref()))]
    NoCompiler {
        /// What `CC` names.
        asked: Option<PathBuf>,
        /// How to get one.
        hint: String,
    },
    /// The environment for Nuitka could not be made.
    #[error("Nuitka cannot be installed: {0}")]
    Tools(#[from] environment::Error),
    /// A source that was found is gone or cannot be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// Nuitka, or the C compiler that it runs, refused.
    #[error("Nuitka could not compile `{unit}` ({status}):\n{}", .output.trim_end())]
    Failed {
        /// The module or package.
        unit: String,
        /// How Nuitka ended.
        status: ExitStatus,
        /// Everything that it said.
        output: String,
    },
    /// Nuitka ended well, and made nothing that could be found.
    #[error("Nuitka made no extension module of `{unit}` ({source}):\n{}", .output.trim_end())]
    NothingMade {
        /// The module or package.
        unit: String,
        /// What was seen of the file.
        source: io::Error,
        /// Everything that it said.
        output: String,
    },
    /// A file, a folder or a program cannot be used.
    #[error("Cannot use `{}`: {source}", .path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

impl Error {
    /// What the user can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Error::NoCompiler { hint, .. } => Some(hint.clone()),
            Error::Tools(error) => error.hint(),
            Error::Failed { unit, output, .. } => Some(explained(unit, output)),
            Error::NothingMade { .. } => Some("`--backend bytecode` packs the program without Nuitka".to_owned()),
            Error::Unreadable(_) | Error::Io { .. } => None,
        }
    }

    /// Makes an error of an operation that failed, to be used with `map_err`.
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Error {
        let path = path.to_path_buf();
        move |source| Error::Io { path, source }
    }
}

fn looked_for(asked: Option<&Path>) -> String {
    match asked {
        Some(name) => format!("CC names `{}`, which does not run", name.display()),
        None => "neither `gcc` nor `clang` nor `cc` is on PATH".to_owned(),
    }
}

/// Recognizes the failures that happen to many.
fn explained(unit: &str, output: &str) -> String {
    let says = |text: &str| output.contains(text);
    let cause = if says("Python.h: No such file") || says("Python development headers") || says("-dev package") {
        "The interpreter's headers are missing: install Debian's `python3-dev`, Fedora's `python3-devel`, or take an interpreter \
         that has them (pyenv, uv)"
    } else if says("No space left on device") {
        "The folder for temporary files is full; TMPDIR names another one"
    } else if says("Killed signal") || says("internal compiler error: Killed") || says("out of memory") {
        "The C compiler had too little memory: fewer `--jobs` take less"
    } else if says("SyntaxError") {
        "It is no valid Python for this interpreter, and importing it would fail. Correct it"
    } else {
        return format!(
            "`--exclude-module {unit}` leaves it out, and `--backend bytecode` packs the program without Nuitka"
        );
    };
    cause.to_owned()
}

#[cfg(test)]
mod tests {
    use super::explained;

    #[test]
    fn common_failures_are_explained() {
        for (output, hint) in [
            ("prelude.h:12: fatal error: Python.h: No such file or directory", "python3-dev"),
            ("cc1: No space left on device", "TMPDIR"),
            ("gcc: fatal error: Killed signal terminated program cc1", "--jobs"),
            ("SyntaxError: invalid syntax", "no valid Python"),
            ("something else", "--exclude-module shop"),
        ] {
            assert!(explained("shop", output).contains(hint), "{output}");
        }
    }
}

//! Why modules could not be compiled, and what to do about it.

use crate::collection::Unreadable;
use crate::diagnosis::Warning;
use crate::environment;
use std::io::{self, ErrorKind};
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
            Error::Io { source, .. } if source.kind() == ErrorKind::StorageFull => Some(FULL.to_owned()),
            Error::Unreadable(_) | Error::Io { .. } => None,
        }
    }

    /// What to tell where only this unit's code cannot be compiled and the build can go on without it: the end of what was said, and for
    /// those who ask for details all of it. `None` where others would fail too.
    pub(super) fn as_warnings(&self) -> Option<Vec<Warning>> {
        match self {
            // What was killed did not say why.
            Error::Failed { status, .. } if status.code().is_none() => None,
            Error::Failed { output, .. } if cause(output).is_some_and(|cause| cause != INVALID) => None,
            Error::Failed { unit, .. } | Error::NothingMade { unit, .. } => Some(refusal(unit, &self.to_string())),
            _ => None,
        }
    }

    /// Whether Nuitka says that the source at `place` is no valid Python.
    pub(super) fn is_against(&self, place: &str) -> bool {
        let Error::Failed { output, .. } = self else { return false };
        let names_it = output.lines().any(|line| line.contains(&format!("/{place}\", line ")));
        names_it && cause(output) == Some(INVALID)
    }

    /// Makes an error of an operation that failed, to be used with `map_err`.
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Error {
        let path = path.to_path_buf();
        move |source| Error::Io { path, source }
    }
}

/// What to tell of a module or package that stays bytecode because Nuitka says this: the end of it, and for those who ask for details all.
pub(super) fn refusal(name: &str, said: &str) -> Vec<Warning> {
    let last = said.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
    vec![Warning::refused_by_nuitka(name, last), Warning::stays_bytecode(name, said)]
}

fn looked_for(asked: Option<&Path>) -> String {
    match asked {
        Some(name) => format!("CC names `{}`, which does not run", name.display()),
        None => "neither `gcc` nor `clang` nor `cc` is on PATH".to_owned(),
    }
}

/// What to do about a failure.
fn explained(unit: &str, output: &str) -> String {
    match (cause(output), unit) {
        (Some(cause), _) => cause.to_owned(),
        // Nothing can do without it.
        (None, "__main__") => "`--backend bytecode` packs the program without Nuitka".to_owned(),
        (None, unit) => {
            format!(
                "`--exclude-module {unit}` leaves it out, and `--backend bytecode` packs the program without Nuitka"
            )
        }
    }
}

const NO_HEADERS: &str = "The interpreter's headers are missing: install Debian's `python3-dev`, Fedora's `python3-devel`, or take an \
    interpreter that has them (pyenv, uv)";
const NO_C_HEADERS: &str =
    "The C library's headers are missing: install Debian's `libc6-dev`, Fedora's `glibc-devel`, Alpine's `musl-dev`";
const FULL: &str =
    "The folder for temporary files, or that of the cache, is full; TMPDIR and RPACK_CACHE_DIR name others";
const NO_MEMORY: &str = "The C compiler had too little memory: fewer `--jobs` take less";
const INVALID: &str = "It is no valid Python for this interpreter, and importing it would fail. Correct it";

/// Recognizes the failures that happen to many.
fn cause(output: &str) -> Option<&'static str> {
    let known: [(&[&str], &str); 5] = [
        (
            &["Python.h: No such file", "'Python.h' file not found", "'Python.h' development headers", "-dev package"],
            NO_HEADERS,
        ),
        (&[".h: No such file or directory", ".h' file not found"], NO_C_HEADERS),
        (&["No space left on device"], FULL),
        (&["Killed signal", "internal compiler error: Killed", "out of memory"], NO_MEMORY),
        (&["SyntaxError"], INVALID),
    ];
    known.into_iter().find(|(signs, _)| signs.iter().any(|sign| output.contains(sign))).map(|(_, cause)| cause)
}

#[cfg(test)]
mod tests {
    use super::explained;

    #[test]
    fn common_failures_are_explained() {
        for (output, hint) in [
            ("prelude.h:12: fatal error: Python.h: No such file or directory", "python3-dev"),
            ("prelude.h:12:10: fatal error: 'Python.h' file not found", "python3-dev"),
            ("FATAL: Error, no 'Python.h' development headers can be found at '/include'", "python3-dev"),
            ("pyport.h:4:10: fatal error: limits.h: No such file or directory", "libc6-dev"),
            ("cc1: No space left on device", "TMPDIR"),
            ("gcc: fatal error: Killed signal terminated program cc1", "--jobs"),
            ("SyntaxError: invalid syntax", "no valid Python"),
            ("something else", "--exclude-module shop"),
        ] {
            assert!(explained("shop", output).contains(hint), "{output}");
        }
        assert!(!explained("__main__", "something else").contains("--exclude-module"));
    }
}

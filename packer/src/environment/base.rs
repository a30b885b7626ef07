//! Finds the interpreter on PATH that an environment can be made from.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use pep508_rs::pep440_rs::{Version, VersionSpecifiers};
use rpack_analyzer::Declaration;
use serde::Deserialize;

use super::children;
use super::error::{Error, Refusal, Refused};

/// The oldest minor version of CPython that can be packed.
pub(super) const OLDEST: (u64, u64) = (3, 10);

/// The names that interpreters go by, in the order in which they are tried: first the one the user means by
/// `python3`, then the newest.
const NAMES: [&str; 6] = ["python3", "python3.13", "python3.12", "python3.11", "python3.10", "python"];

/// The options for code of ours in an interpreter of unknown state: nothing of the user's settings, and no `site`,
/// whose `.pth` files may run code and take time.
const ISOLATED: [&str; 2] = ["-I", "-S"];

/// A CPython that an environment can be made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Base {
    /// The interpreter as it calls itself (`sys.executable`).
    pub executable: PathBuf,
    /// The interpreter below it if it belongs to a virtual environment itself, else the same one; without links, so
    /// that `python3` and `python3.12` in one folder are one interpreter.
    pub origin: PathBuf,
    /// Its version, such as `3.12.1`.
    pub version: String,
}

/// Finds the first interpreter on `path` that can be packed and that the program runs with.
pub(super) fn find(declaration: &Declaration, path: &OsStr) -> Result<Base, Error> {
    let range = required_range(declaration)?;
    let mut refused = Vec::new();
    let mut seen = BTreeSet::new();
    for executable in NAMES.iter().flat_map(|name| on_path(OsStr::new(name), path)) {
        // The same interpreter goes by several names; one line about it is enough.
        if !seen.insert(fs::canonicalize(&executable).unwrap_or_else(|_| executable.clone())) {
            continue;
        }
        match examine(&executable, range.as_ref(), path) {
            Ok(base) => return Ok(base),
            Err(reason) => refused.push(Refused { executable, reason }),
        }
    }
    Err(Error::NoInterpreter { requires_python: declaration.requires_python.clone(), refused })
}

/// Every executable of this name on `path`, in its order.
pub(super) fn on_path(name: &OsStr, path: &OsStr) -> impl Iterator<Item = PathBuf> {
    // A relative entry means another folder for every working folder; nothing is to be run from there by accident.
    let folders: Vec<PathBuf> = std::env::split_paths(path).filter(|folder| folder.is_absolute()).collect();
    folders.into_iter().map(move |folder| folder.join(name)).filter(|file| is_executable(file))
}

fn is_executable(file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

fn required_range(declaration: &Declaration) -> Result<Option<VersionSpecifiers>, Error> {
    let Some(text) = &declaration.requires_python else {
        return Ok(None);
    };
    VersionSpecifiers::from_str(text).map(Some).map_err(|error| Error::RequiresPython {
        text: text.clone(),
        source_file: declaration.source.clone(),
        // The parser adds a drawing of where in the text it stopped; its first line says what is wrong.
        reason: error.to_string().lines().next().unwrap_or_default().to_owned(),
    })
}

/// What `probe.py` prints.
#[derive(Deserialize)]
struct Answer {
    executable: PathBuf,
    base_executable: PathBuf,
    implementation: String,
    version: [u64; 3],
    is_free_threaded: bool,
}

pub(super) fn examine(executable: &Path, range: Option<&VersionSpecifiers>, path: &OsStr) -> Result<Base, Refusal> {
    let answer = ask(executable, path)?;
    let [major, minor, _] = answer.version;
    let version = Version::new(answer.version);
    if answer.implementation != "cpython" {
        return Err(Refusal::Implementation(answer.implementation));
    }
    if (major, minor) < OLDEST {
        return Err(Refusal::TooOld(version.to_string()));
    }
    if let Some(range) = range.filter(|range| !range.contains(&version)) {
        return Err(Refusal::OutOfRange { version: version.to_string(), requires_python: range.to_string() });
    }
    if answer.is_free_threaded {
        return Err(Refusal::FreeThreaded(version.to_string()));
    }
    let origin = fs::canonicalize(&answer.base_executable)
        .map_err(|error| Refusal::Silent(format!("`{}`: {error}", answer.base_executable.display())))?;
    Ok(Base { executable: answer.executable, origin, version: version.to_string() })
}

fn ask(executable: &Path, path: &OsStr) -> Result<Answer, Refusal> {
    let mut command = children::command(executable, path);
    command.args(ISOLATED).args(["-c", include_str!("probe.py")]);
    let output = command.output().map_err(|error| Refusal::Silent(error.to_string()))?;
    if !output.status.success() {
        let written = String::from_utf8_lossy(&output.stderr);
        // A traceback says what happened in its last line, everything else in its first.
        let mut lines = written.lines().filter(|line| !line.trim().is_empty());
        let line = if written.starts_with("Traceback") { lines.next_back() } else { lines.next() };
        return Err(Refusal::Silent(line.map_or_else(|| output.status.to_string(), str::to_owned)));
    }
    serde_json::from_slice(&output.stdout).map_err(|_| {
        let printed = String::from_utf8_lossy(&output.stdout);
        let line: String = printed.lines().next().unwrap_or_default().chars().take(80).collect();
        Refusal::Silent(format!("it printed `{line}`"))
    })
}

/// Whether an installed `uv` runs; pyenv leaves a `uv` on PATH that only works while some other version is chosen.
pub(super) fn find_uv(path: &OsStr) -> Option<PathBuf> {
    on_path(OsStr::new("uv"), path).find(|uv| {
        let mut command = children::command(uv, path);
        command.arg("--version").output().is_ok_and(|output| output.status.success())
    })
}

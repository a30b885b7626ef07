//! The facts of the target interpreter, which is started only where something changed that they may depend on.

use crate::cache::Cache;
use rpack_analyzer::{Error, Interpreter};
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Variables that the interpreter's answer depends on: its search path, the user's own packages, and which libpython is loaded.
const VARIABLES: [&str; 3] = ["PYTHONPATH", "HOME", "LD_LIBRARY_PATH"];

/// Asks the interpreter for its facts, or remembers its answer.
///
/// # Errors
///
/// When it cannot be started, is no Python interpreter, no CPython, or too old.
pub fn probe(python: &Path, cache: &Cache) -> Result<Interpreter, Error> {
    let values = VARIABLES.map(|name| env::var_os(name).unwrap_or_default());
    let values = values.iter().map(|value| value.as_encoded_bytes());
    let question = cache.key("probe", [python.as_os_str().as_encoded_bytes()].into_iter().chain(values));
    let remembered = cache.recall(&question).and_then(|answer| String::from_utf8(answer).ok());
    if let Some(Ok(interpreter)) = remembered.map(|answer| Interpreter::from_answer(python, &answer)) {
        return Ok(interpreter);
    }
    let moment = SystemTime::now();
    let answer = Interpreter::ask(python)?;
    let interpreter = Interpreter::from_answer(python, &answer)?;
    cache.note(&question, moment, &witnesses(python, &interpreter), answer.as_bytes());
    Ok(interpreter)
}

/// What the answer depends on: the interpreter, the configuration of its environment, and what `site` reads.
pub fn witnesses(python: &Path, interpreter: &Interpreter) -> Vec<PathBuf> {
    let Interpreter { executable, stdlib, libpython, .. } = interpreter;
    let mut witnesses = vec![python.to_owned(), executable.clone(), stdlib.join("site.py"), stdlib.join("os.py")];
    for folder in [python, executable].iter().filter_map(|path| path.parent()) {
        // Beside the interpreter or one folder up (PEP 405).
        witnesses.extend([folder.join("pyvenv.cfg"), folder.join("../pyvenv.cfg")]);
    }
    witnesses.extend(libpython.clone());
    for folder in site_folders(interpreter) {
        witnesses.extend(entries_that_site_reads(&folder));
        witnesses.push(folder);
    }
    witnesses.sort();
    witnesses.dedup();
    witnesses
}

/// Where `.pth` files are read, whether or not these folders exist: those of the search path, and the user's own.
fn site_folders(interpreter: &Interpreter) -> Vec<PathBuf> {
    let is_site = |path: &&PathBuf| path.ends_with("site-packages") || path.ends_with("dist-packages");
    let mut folders: Vec<PathBuf> = interpreter.search_path.iter().filter(is_site).cloned().collect();
    let version = format!("python{}.{}", interpreter.version.major, interpreter.version.minor);
    if let Some(home) = env::var_os("HOME").map(PathBuf::from).filter(|home| home.is_absolute()) {
        folders.push(home.join(".local/lib").join(&version).join("site-packages"));
    }
    folders.push(interpreter.prefix.join("lib").join(&version).join("site-packages"));
    folders
}

/// Lines of these name folders, and code of these makes finders for editable installs.
fn entries_that_site_reads(folder: &Path) -> Vec<PathBuf> {
    let is_read = |path: &PathBuf| {
        let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
        name.ends_with(".pth")
            || name.starts_with("__editable__")
            || matches!(name, "sitecustomize.py" | "usercustomize.py" | "sitecustomize" | "usercustomize")
    };
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).filter(is_read).collect()
}

//! The target interpreter: which one it is, and its facts. Neither is asked for again unless something changed that it depends on,
//! because starting an interpreter takes longer than the rest of a small build.

use crate::cache::Cache;
use crate::environment::{self, Progress, Request};
use rpack_analyzer::{Error, Interpreter, Program};
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Variables that an interpreter's answer depends on: its search path, the user's own packages, which libpython is loaded, and
/// which interpreter it is that starts where a tool chooses among several.
pub const VARIABLES: [&str; 6] =
    ["PYTHONPATH", "HOME", "LD_LIBRARY_PATH", "PYENV_VERSION", "ASDF_PYTHON_VERSION", "UV_PYTHON"];

/// The interpreter to pack with, which may have to be made with its environment first.
///
/// # Errors
///
/// As for [`environment::provide`].
pub fn provide(
    program: &Program,
    request: &Request,
    cache: &Cache,
    reporter: &mut dyn FnMut(Progress<'_>),
) -> Result<PathBuf, environment::Error> {
    let variables = VARIABLES.map(|name| env::var_os(name).unwrap_or_default());
    let said =
        format!("{:?} {:?} {request:?} {variables:?} {:?}", program.root, program.declaration, env::current_dir());
    let question = cache.key("environment", [said.as_bytes()]);
    if let Some(python) = cache.recall(&question).and_then(|python| String::from_utf8(python).ok()) {
        return Ok(PathBuf::from(python));
    }
    let moment = SystemTime::now();
    let python = environment::provide(program, request, reporter)?;
    let mut witnesses = choosers(&program.root, request);
    if let Some(folder) = python.parent().and_then(Path::parent) {
        witnesses.extend(["pyvenv.cfg", environment::COMPLETE].map(|name| folder.join(name)));
    }
    witnesses.extend(program.declaration.lock.clone());
    witnesses.push(python.clone());
    if let Some(text) = python.to_str() {
        cache.note(&question, moment, &witnesses, text.as_bytes());
    }
    Ok(python)
}

/// What chooses the interpreter: what the program declares, environments in its folder and above it, interpreters on PATH, and what
/// tells pyenv and its like which one to start.
pub fn choosers(root: &Path, request: &Request) -> Vec<PathBuf> {
    const DECLARING: [&str; 7] = [
        "pyproject.toml",
        "uv.lock",
        "requirements.txt",
        ".venv/pyvenv.cfg",
        ".python-version",
        ".tool-versions",
        "mise.toml",
    ];
    const INTERPRETERS: [&str; 9] =
        ["python3", "python3.15", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10", "python", "uv"];
    let working_folder = env::current_dir().unwrap_or_default();
    let folders = root.ancestors().chain(working_folder.ancestors());
    let mut choosers: Vec<PathBuf> = folders.flat_map(|folder| DECLARING.map(|name| folder.join(name))).collect();
    for folder in env::split_paths(&request.path).filter(|folder| folder.is_absolute()) {
        choosers.extend(INTERPRETERS.map(|name| folder.join(name)));
        // Beside pyenv's shims lies the version that is chosen for the user.
        choosers.push(folder.join("../version"));
    }
    if let Some(folder) = &request.virtual_env {
        choosers.extend(["pyvenv.cfg", "bin/python"].map(|name| folder.join(name)));
    }
    choosers.extend(request.python.clone());
    choosers.sort();
    choosers.dedup();
    choosers
}

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
    witnesses.extend(libpython.iter().chain(&interpreter.read).cloned());
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

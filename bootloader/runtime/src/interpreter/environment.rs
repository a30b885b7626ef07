//! Virtual environments that the program makes with `venv` (PEP 405): their `python` is a link to the executable, or a copy of it.

use crate::program::Program;
use pyo3::prelude::*;
use pyo3::types::PyList;
use std::ffi::CStr;
use std::path::{Path, PathBuf};

/// The environment whose `python` this process was started as. A packed program that somebody has put into an environment is none: the
/// environment's file names the folder of the interpreter that it was made with, and what has one name there and here is this program.
pub fn of_process(program: &Program) -> Option<PathBuf> {
    if program.arguments().0 == 0 {
        return None;
    }
    let (name, executable) = (path(program.name()), path(program.executable));
    let size = |file: &Path| std::fs::metadata(file).ok().map(|metadata| metadata.len());
    // What was found on `PATH` is not followed.
    name.parent().filter(|folder| !folder.as_os_str().is_empty())?;
    let name = std::path::absolute(name).ok()?;
    let folder = name.parent()?.parent()?;
    let configuration = std::fs::read_to_string(folder.join("pyvenv.cfg")).ok()?;
    let home = configuration.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == "home").then(|| Path::new(value.trim()))
    });
    let (home, own) = (home?, size(executable)?);
    let mut beside = std::fs::read_dir(name.parent()?).ok()?.flatten();
    beside.any(|file| size(&home.join(file.file_name())) == Some(own)).then(|| folder.to_owned())
}

/// Makes the environment that of the interpreter, whose prefix it is and whose packages are found behind all others.
pub fn enter(py: Python<'_>, program: &Program) -> PyResult<()> {
    let Some(folder) = of_process(program) else { return Ok(()) };
    let sys = py.import("sys")?;
    for name in ["prefix", "exec_prefix"] {
        sys.setattr(name, folder.as_os_str())?;
    }
    sys.setattr("executable", std::path::absolute(path(program.name()))?.into_os_string())?;
    let (major, minor) = program.index.header().python;
    let packages = folder.join(format!("lib/python{major}.{minor}/site-packages"));
    sys.getattr("path")?.cast_into::<PyList>()?.append(packages.into_os_string())
}

/// A path that is no text names no environment.
fn path(path: &CStr) -> &Path {
    Path::new(path.to_str().unwrap_or_default())
}

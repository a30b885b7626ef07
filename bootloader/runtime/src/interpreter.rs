//! The executable as a plain `python` that has the program's modules: what it is with `RPACK_INTERPRETER=1`.
//!
//! Tools start `sys.executable -m …` and mean an interpreter; a program that wants this sets the variable for its child. Then
//! arguments and `PYTHON*` variables mean what they mean to `python`, and CPython's own code reads them.

use crate::configuration::Role;
use crate::face::{self, Face};
use crate::program::{Prepared, Program};
use crate::{basic_prompt, importer, open_code, warning_options};
use pyo3::prelude::*;
use pyo3::types::PyList;
use std::ffi::c_int;

/// Whether an interpreter is wanted. A process that gained rights by being started does not listen to the variable, as little
/// as the dynamic linker listens to its own (`AT_SECURE`, getauxval(3)).
pub fn is_asked_for() -> bool {
    // SAFETY: only reads what the kernel handed to the process.
    let is_privileged = unsafe { libc::getauxval(libc::AT_SECURE) } != 0;
    !is_privileged && std::env::var_os("RPACK_INTERPRETER").is_some_and(|value| value == "1")
}

/// Does what the arguments ask of a `python`, and returns its exit status.
pub fn run(program: &'static Program) -> Result<c_int, String> {
    crate::initialize(program, Role::Interpreter)?;
    program.settle(Prepared::Dropped);
    Python::attach(|py| prepare(py, program).map_err(|error| error.to_string()))?;
    // SAFETY: the interpreter is initialized, and this thread, its main one, holds its lock.
    Ok(unsafe { Py_RunMain() })
}

unsafe extern "C" {
    /// Exported by every CPython since 3.8, though not part of the stable ABI. It ends the interpreter too.
    fn Py_RunMain() -> c_int;
}

fn prepare(py: Python<'_>, program: &'static Program) -> PyResult<()> {
    importer::install(py, program)?;
    prefer_search_path(py)?;
    basic_prompt::install(py)?;
    open_code::install(py, program)?;
    warning_options::apply(py)?;
    add_variable_to_search_path(py)?;
    face::show(py, program, Face::Interpreter)
}

/// Moves the importer behind CPython's own finders. The bundle is an entry of `sys.path` then, behind the folder of a script,
/// whose modules come first as they do everywhere.
fn prefer_search_path(py: Python<'_>) -> PyResult<()> {
    let finders = py.import("sys")?.getattr("meta_path")?.cast_into::<PyList>()?;
    let importer = finders.get_item(0)?;
    finders.del_item(0)?;
    finders.append(importer)
}

/// CPython leaves `PYTHONPATH` to whoever gives the search path, as the configuration does.
fn add_variable_to_search_path(py: Python<'_>) -> PyResult<()> {
    let sys = py.import("sys")?;
    let is_ignored: i32 = sys.getattr("flags")?.getattr("ignore_environment")?.extract()?;
    let Some(variable) = std::env::var_os("PYTHONPATH").filter(|variable| is_ignored == 0 && !variable.is_empty())
    else {
        return Ok(());
    };
    let search_path = sys.getattr("path")?.cast_into::<PyList>()?;
    for (position, folder) in std::env::split_paths(&variable).enumerate() {
        let folder =
            if folder.as_os_str().is_empty() { std::env::current_dir()? } else { std::path::absolute(folder)? };
        search_path.insert(position, folder.into_os_string())?;
    }
    Ok(())
}

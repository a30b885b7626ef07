//! The filters of warnings that options ask for (`-W`, `-X dev`).
//!
//! CPython imports `warnings` at the end of its initialization where there are any, and that module reads them; what it needs
//! for that depends on the filters. No importer is there at that time. So CPython finds a placeholder among the frozen modules,
//! and the module itself is imported in its place as soon as it can be.

use crate::configuration::Role;
use crate::program::Program;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use rpack_format::PythonOption;

/// Whether CPython may import `warnings` while it initializes.
pub fn are_expected(program: &Program, role: Role) -> bool {
    let asks = |option| matches!(option, PythonOption::Warning(_) | PythonOption::Implementation("dev"));
    role == Role::Interpreter || program.index.header().python_options().any(asks)
}

/// Imports the module in the place of its placeholder, if CPython imported that.
pub fn apply(py: Python<'_>) -> PyResult<()> {
    let modules = py.import("sys")?.getattr("modules")?.cast_into::<PyDict>()?;
    if modules.contains("warnings")? {
        modules.del_item("warnings")?;
        py.import("warnings")?;
    }
    Ok(())
}

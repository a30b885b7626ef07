//! The prompt of an interpreter on a terminal.
//!
//! From 3.13 on CPython runs the package `_pyrepl` there, and nothing else will do. It edits lines and colours them with a good
//! part of the standard library, which no program carries for that. So a module of its name, found where the package is not,
//! runs CPython's plain prompt.

use pyo3::prelude::*;
use pyo3::types::PyList;

/// What the module does. It runs as `__main__`, whose names are those that the user sees.
const SOURCE: &str = "__import__('sys')._baserepl()";

/// Puts the finder of the module last on `sys.meta_path`.
pub fn install(py: Python<'_>) -> PyResult<()> {
    let finders = py.import("sys")?.getattr("meta_path")?.cast_into::<PyList>()?;
    finders.append(Bound::new(py, BasicPrompt)?)
}

/// Finder and loader of the module.
#[pyclass(frozen, module = "rpack", name = "BasicPrompt")]
struct BasicPrompt;

#[pymethods]
impl BasicPrompt {
    #[pyo3(signature = (fullname, _path=None, _target=None))]
    fn find_spec<'py>(
        slf: &Bound<'py, Self>,
        fullname: &str,
        _path: Option<&Bound<'py, PyAny>>,
        _target: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        if fullname != "_pyrepl" {
            return Ok(None);
        }
        let spec = slf.py().import("_frozen_importlib")?.getattr("ModuleSpec")?;
        spec.call1((fullname, slf)).map(Some)
    }

    /// What `runpy` asks for.
    fn get_code<'py>(&self, py: Python<'py>, _fullname: &str) -> PyResult<Bound<'py, PyAny>> {
        py.import("builtins")?.call_method1("compile", (SOURCE, "<rpack>", "exec"))
    }

    fn create_module(&self, _spec: &Bound<'_, PyAny>) -> Option<Py<PyAny>> {
        None
    }

    /// Importing it does nothing.
    fn exec_module(&self, _module: &Bound<'_, PyAny>) {}
}

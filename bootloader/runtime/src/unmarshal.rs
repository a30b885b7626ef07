//! Code objects from the payload.

use crate::program::Program;
use pyo3::exceptions::PyImportError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use rpack_format::Module;
use std::ffi::c_char;

/// The code of a module, with `file_name`, the name that its file has in this run.
///
/// Marshalled code names its file by the path inside the bundle; the place of the bundle is known only now. CPython has the
/// same need with moved `.pyc` files, and the same function serves here.
pub fn code<'py>(
    program: &'static Program,
    module: &Module,
    file_name: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = file_name.py();
    let bytes = program
        .module_content(module.frame)
        .ok_or_else(|| PyImportError::new_err(format!("module '{}' in this executable is damaged", module.name)))?;
    let code = load(py, &bytes)?;
    fix_file_name(py)?.call1((&code, file_name))?;
    Ok(code)
}

fn load<'py>(py: Python<'py>, bytes: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    // SAFETY: the buffer has the given length, and the interpreter's lock is held.
    let object = unsafe { PyMarshal_ReadObjectFromString(bytes.as_ptr().cast(), bytes.len() as isize) };
    // SAFETY: the call gives a new reference, or null with an exception set.
    unsafe { Bound::from_owned_ptr_or_err(py, object) }
}

fn fix_file_name(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    static FUNCTION: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let function =
        FUNCTION.get_or_try_init(py, || Ok::<_, PyErr>(py.import("_imp")?.getattr("_fix_co_filename")?.unbind()))?;
    Ok(function.bind(py))
}

unsafe extern "C" {
    /// Exported by every CPython, though not part of the stable ABI.
    fn PyMarshal_ReadObjectFromString(data: *const c_char, size: isize) -> *mut pyo3::ffi::PyObject;
}

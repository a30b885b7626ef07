//! What `io.open_code` gives for the file of a packed module: its bytecode, as a `.pyc` file would hold it.
//!
//! `runpy.run_path` opens scripts with it, and takes bytecode as well as source. Programs run their own file so, and
//! `multiprocessing` does: a child that was started by `spawn` or `forkserver` runs the main file once more, as `__mp_main__`,
//! to have the functions and classes that are sent to it.

use crate::compiled;
use crate::program::Program;
use crate::unmarshal;
use pyo3::exceptions::PyFileNotFoundError;
use pyo3::prelude::*;
use pyo3::types::{PyAnyMethods, PyBytes, PyString};
use rpack_format::{Module, ModuleKind};
use std::ffi::{c_int, c_void};

/// Makes `io.open_code` know the files of the bundle (PEP 578).
pub fn install(py: Python<'_>, program: &'static Program) -> PyResult<()> {
    let program = std::ptr::from_ref(program).cast_mut().cast();
    // SAFETY: the hook has the type of CPython's headers, and what is passed to it lives as long as the process.
    let status = unsafe { PyFile_SetOpenCodeHook(open, program) };
    if status < 0 { Err(PyErr::fetch(py)) } else { Ok(()) }
}

unsafe extern "C" {
    /// Exported by every CPython since 3.8, though not part of the stable ABI.
    fn PyFile_SetOpenCodeHook(hook: Hook, user_data: *mut c_void) -> c_int;
}

type Hook = unsafe extern "C" fn(*mut pyo3::ffi::PyObject, *mut c_void) -> *mut pyo3::ffi::PyObject;

/// Opens a file. CPython calls it with the lock of the interpreter held.
///
/// # Safety
///
/// `path` must be a live object, and `program` what [`install`] gave.
unsafe extern "C" fn open(path: *mut pyo3::ffi::PyObject, program: *mut c_void) -> *mut pyo3::ffi::PyObject {
    // SAFETY: CPython calls the hook while this thread holds the lock.
    let py = unsafe { Python::assume_attached() };
    // SAFETY: CPython passes the path as a live object.
    let path = unsafe { Bound::from_borrowed_ptr(py, path) };
    // SAFETY: the pointer is that to the program, which is never freed.
    let program = unsafe { &*program.cast::<Program>() };
    match open_file(py, program, &path) {
        Ok(file) => file.into_ptr(),
        Err(error) => {
            error.restore(py);
            std::ptr::null_mut()
        }
    }
}

/// The bytecode of a module of the bundle, unless its source is there as a file; any other file as CPython opens it.
fn open_file<'py>(py: Python<'py>, program: &'static Program, path: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let text = path.cast::<PyString>().ok().and_then(|path| path.to_cow().ok());
    let packed = text.filter(|path| !std::path::Path::new(&**path).exists());
    match packed.and_then(|path| module_at(program, &path)) {
        Some(module) => Bound::new(py, CodeFile::new(py, program, &module)?).map(Bound::into_any),
        None => py.import("_io")?.call_method1("open", (path, "rb")),
    }
}

fn module_at(program: &Program, path: &str) -> Option<Module<'static>> {
    let path = program.relative(path)?;
    let mut modules = (0..program.index.module_count()).filter_map(|number| program.index.module(number));
    // Of what is compiled, the main module is the one that is run by its path.
    let is_runnable = |module: &Module| {
        module.kind == ModuleKind::Bytecode || module.name == "__main__" && compiled::is_compiled(module)
    };
    modules.find(|module| module.path == path && is_runnable(module))
}

/// A module's bytecode behind the header of a `.pyc` file (PEP 552), opened for reading.
///
/// Who reads all of the file at once wants source, to compile it, and is told that it is not there.
#[pyclass(frozen, module = "rpack", name = "CodeFile")]
struct CodeFile {
    content: Py<PyAny>,
    path: String,
}

impl CodeFile {
    fn new(py: Python<'_>, program: &'static Program, module: &Module) -> PyResult<Self> {
        let path = program.absolute(module.path);
        let code = match compiled::is_compiled(module) {
            true => py.import("builtins")?.call_method1("compile", (compiled::MAIN_AGAIN, &path, "exec"))?,
            false => unmarshal::code(program, module, &PyString::new(py, &path).into_any())?,
        };
        let magic = py.import("_frozen_importlib_external")?.getattr("MAGIC_NUMBER")?;
        // Flags, time and size say nothing about what has no source.
        let header = magic.call_method1("__add__", (PyBytes::new(py, &[0; 12]),))?;
        let code = py.import("marshal")?.call_method1("dumps", (code,))?;
        let content = py.import("_io")?.call_method1("BytesIO", (header.call_method1("__add__", (code,))?,))?;
        Ok(CodeFile { content: content.unbind(), path })
    }
}

#[pymethods]
impl CodeFile {
    #[pyo3(signature = (size=None))]
    fn read<'py>(&self, py: Python<'py>, size: Option<isize>) -> PyResult<Bound<'py, PyAny>> {
        match size {
            Some(size) if size >= 0 => self.content.bind(py).call_method1("read", (size,)),
            _ => {
                let reason = "This executable holds only the bytecode of the module";
                Err(PyFileNotFoundError::new_err((libc::ENOENT, reason, self.path.clone())))
            }
        }
    }

    fn __getattr__<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        self.content.bind(py).getattr(name)
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, py: Python<'_>, _exception: &Bound<'_, PyAny>) -> PyResult<()> {
        self.content.bind(py).call_method0("close").map(drop)
    }
}

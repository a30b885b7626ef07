//! Running the program's entry module as `__main__`, and ending as `python` would.

use crate::compiled::{self, MainFace};
use crate::importer::Importer;
use crate::program::{Prepared, Program};
use crate::restarted;
use crate::runtime_hooks;
use crate::unmarshal;
use crate::worker::{self, Worker};
use pyo3::exceptions::{PyImportError, PyKeyboardInterrupt};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};
use rpack_format::Module;
use rpack_format::index::FLAG_FOLDER;
use std::ffi::{CString, c_int};

/// How the program ended.
pub enum Outcome {
    /// By itself, with this status.
    Ended(c_int),
    /// By a KeyboardInterrupt that nobody handled.
    Interrupted,
}

/// Runs `__main__`, or what a process of `multiprocessing` has to run instead.
pub fn run(py: Python<'_>, program: &'static Program) -> Outcome {
    let worker = worker::requested(program);
    let imports_program = worker.as_ref().is_none_or(Worker::imports_program);
    program.settle(if imports_program { Prepared::Kept } else { Prepared::Dropped });
    // Beyond this point the process has one thread, until the program starts others.
    let ran = installed(py).and_then(|importer| {
        runtime_hooks::run(py, program)?;
        match worker {
            Some(worker) => {
                program.trace(|| format!("running {:?}", worker.command));
                execute_worker(py, program, &worker)
            }
            None => {
                program.trace(|| "running __main__".to_owned());
                execute(program, &importer)
            }
        }
    });
    match ran {
        Ok(()) => Outcome::Ended(0),
        Err(error) => report(py, error),
    }
}

/// Reports an exception that nobody handled. For `SystemExit` this does not return: the process ends with its status.
pub fn report(py: Python<'_>, error: PyErr) -> Outcome {
    let is_interrupt = error.is_instance_of::<PyKeyboardInterrupt>(py);
    error.restore(py);
    // SAFETY: the interpreter's lock is held and an exception is set.
    unsafe { pyo3::ffi::PyErr_PrintEx(1) };
    if is_interrupt { Outcome::Interrupted } else { Outcome::Ended(1) }
}

/// Ends the process by SIGINT, so that its parent sees why it ended (as CPython does since bpo-1054041).
pub fn die_of_interrupt() -> c_int {
    // SAFETY: the default action takes no handler.
    unsafe { libc::signal(libc::SIGINT, libc::SIG_DFL) };
    // SAFETY: a process may always signal itself.
    unsafe { libc::raise(libc::SIGINT) };
    // Only where SIGINT is blocked; the shell's status for it.
    128 + libc::SIGINT
}

/// The importer, before hooks put other finders in front of it.
fn installed(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    py.import("sys")?.getattr("meta_path")?.get_item(0)
}

fn execute(program: &'static Program, importer: &Bound<'_, PyAny>) -> PyResult<()> {
    let py = importer.py();
    let missing = || PyImportError::new_err("this executable has no entry module");
    let entry = program.index.find_module("__main__").ok_or_else(missing)?;
    let path = program.absolute(entry.path);
    let file_name = PyString::new(py, &path).into_any();
    let main = py.import("__main__")?;
    main.setattr("__file__", &file_name)?;
    let sys = py.import("sys")?;
    restarted::shorten_arguments(&sys.getattr("argv")?.cast_into()?, program, &path)?;
    if compiled::is_compiled(&entry) {
        return execute_compiled(program, importer.cast()?, &entry, &main.dict());
    }
    let code = unmarshal::code(program, &entry, &file_name)?;
    if program.index.header().flags & FLAG_FOLDER != 0 {
        let spec = folder_spec(importer, &file_name)?;
        main.setattr("__spec__", spec)?;
        main.setattr("__package__", "")?;
    } else {
        main.setattr("__spec__", py.None())?;
    }
    main.setattr("__loader__", importer)?;
    let namespace = main.dict();
    namespace.set_item("__builtins__", py.import("builtins")?)?;
    evaluate(py, &code, &namespace)
}

/// The same for an entry module that was compiled.
fn execute_compiled<'py>(
    program: &'static Program,
    importer: &Bound<'py, Importer>,
    entry: &Module,
    namespace: &Bound<'py, PyDict>,
) -> PyResult<()> {
    let py = importer.py();
    let (spec, package) = if program.index.header().flags & FLAG_FOLDER != 0 {
        let file_name = PyString::new(py, &program.absolute(entry.path)).into_any();
        (folder_spec(importer, &file_name)?, PyString::new(py, "").into_any())
    } else {
        (py.None().into_bound(py), py.None().into_bound(py))
    };
    let (loader, namespace) = (importer.clone().into_any(), namespace.clone());
    compiled::run_main(program, importer, entry, &MainFace { name: "__main__", spec, loader, package, namespace })
        .map(drop)
}

/// The spec that `runpy` gives to the `__main__` of a folder. By its name `multiprocessing` knows not to run the file again.
fn folder_spec<'py>(importer: &Bound<'py, PyAny>, file_name: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = importer.py();
    let origin = PyDict::new(py);
    origin.set_item("origin", file_name)?;
    let spec = py.import("_frozen_importlib")?.getattr("ModuleSpec")?;
    let spec = spec.call(("__main__", importer), Some(&origin))?;
    spec.setattr("_set_fileattr", true)?;
    Ok(spec)
}

/// Runs the command as `python -c` would: in a `__main__` that has no file.
fn execute_worker(py: Python<'_>, program: &Program, worker: &Worker) -> PyResult<()> {
    let arguments = PyList::new(py, ["-c"])?;
    worker.arguments.iter().try_for_each(|argument| arguments.append(argument))?;
    py.import("sys")?.setattr("argv", arguments)?;
    if let Some(module) = worker.moved(program) {
        let namespace = PyDict::new(py);
        namespace.set_item("SPAWN", module)?;
        py.run(worker::MOVED, Some(&namespace), None)?;
    }
    let command = CString::new(worker.command.as_str())?;
    py.run(&command, Some(&py.import("__main__")?.dict()), None)
}

/// Evaluates code without a frame of its own, so that tracebacks begin with the program's.
pub fn evaluate(py: Python<'_>, code: &Bound<'_, PyAny>, namespace: &Bound<'_, PyDict>) -> PyResult<()> {
    // SAFETY: all three are live objects of the right types, and the interpreter's lock is held.
    let result = unsafe { pyo3::ffi::PyEval_EvalCode(code.as_ptr(), namespace.as_ptr(), namespace.as_ptr()) };
    // SAFETY: the call gives a new reference, or null with an exception set.
    unsafe { Bound::from_owned_ptr_or_err(py, result) }.map(drop)
}

//! Listening to the interpreter's events (PEP 578).

use crate::program::Program;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use std::ffi::{CStr, c_char, c_int, c_void};

/// Who listens.
pub struct Listener {
    /// Whether an event, named here, is of interest. It is asked at each event of the interpreter.
    pub wants: fn(&str) -> bool,
    /// What is done at such an event, with what it tells. An exception refuses what was going to happen.
    pub answer: fn(&'static Program, &str, &Bound<'_, PyTuple>) -> PyResult<()>,
}

/// Has a listener told of events from now on. The interpreter must not be initialized yet: a hook that is added later would be
/// seen, and could be refused, by those before it.
pub fn listen(listener: &'static Listener) -> Result<(), String> {
    let data = std::ptr::from_ref(listener).cast_mut().cast();
    // SAFETY: the hook is a function of the type that is asked for, and takes a listener, which is there for ever.
    let status = unsafe { PySys_AddAuditHook(hook, data) };
    if status == 0 { Ok(()) } else { Err("Python accepts no audit hook".to_owned()) }
}

unsafe extern "C" {
    /// Exported by every CPython, though not part of the stable ABI.
    fn PySys_AddAuditHook(
        hook: unsafe extern "C" fn(*const c_char, *mut ffi::PyObject, *mut c_void) -> c_int,
        data: *mut c_void,
    ) -> c_int;
}

/// The audit hook: refuses by returning -1 with an exception set.
///
/// # Safety
///
/// Only for CPython: `event` must be a C string, `arguments` null or an object, `listener` what was given with the hook, and the
/// interpreter's lock held.
unsafe extern "C" fn hook(event: *const c_char, arguments: *mut ffi::PyObject, listener: *mut c_void) -> c_int {
    // SAFETY: CPython names events by C strings.
    let event = unsafe { CStr::from_ptr(event) }.to_str().unwrap_or_default();
    // SAFETY: it was a listener when it was given with the hook.
    let listener: &Listener = unsafe { &*listener.cast() };
    if arguments.is_null() || !(listener.wants)(event) {
        return 0;
    }
    let Some(program) = Program::of_this_process() else { return 0 };
    // SAFETY: hooks are called with the interpreter's lock held.
    let py = unsafe { Python::assume_attached() };
    // SAFETY: it is an object, checked not to be null, that lives as long as the call.
    let arguments = unsafe { Bound::from_borrowed_ptr(py, arguments) };
    let Ok(arguments) = arguments.cast_into::<PyTuple>() else { return 0 };
    match (listener.answer)(program, event, &arguments) {
        Ok(()) => 0,
        Err(refusal) => {
            refusal.restore(py);
            -1
        }
    }
}

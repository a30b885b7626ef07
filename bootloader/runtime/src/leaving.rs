//! What is done when Python has ended: by the end of the program, by `sys.exit`, by an exception, by an interrupt.

use crate::program::Program;
use std::ffi::c_int;

/// Has the bootloader remove what it made for this run as the last step of the interpreter's finalization, which is on
/// every way out but `os._exit` and signals.
pub fn register() {
    // SAFETY: the function takes nothing, and uses nothing of the interpreter, which is gone when it is called.
    let _: c_int = unsafe { pyo3::ffi::Py_AtExit(Some(leave)) };
}

extern "C" fn leave() {
    if let Some(program) = Program::of_this_process() {
        program.leave();
    }
}

//! A program that puts an interpreter in its own place: `os.execv(sys.executable, [sys.executable, "-m", "package.worker"])`.
//!
//! The process has the parent that it had, so nothing tells who started it. A program that starts `sys.executable` as an interpreter
//! therefore leaves a sign when it executes itself: an anonymous file, named by the process, whose descriptor outlives `execve`.
//! It is left only then, so no other process ever sees it.

use crate::audit::{self, Listener};
use crate::interpreter;
use crate::program::Program;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use rpack_format::index::FLAG_STARTS_INTERPRETER;
use std::ffi::CString;
use std::fs::File;
use std::os::fd::{FromRawFd, RawFd};

/// Has the sign left where it may be needed. Python must not be initialized yet.
pub fn watch(program: &Program) -> Result<(), String> {
    static LISTENER: Listener = Listener { wants: |event| event == "os.exec", answer: leave_sign };
    if program.index.header().flags & FLAG_STARTS_INTERPRETER == 0 {
        return Ok(());
    }
    audit::listen(&LISTENER)
}

/// Whether this executable was in the process before, with other arguments. Takes the sign away.
pub fn is_replaced() -> bool {
    let mine = format!("/memfd:{} (deleted)", sign());
    let Ok(descriptors) = std::fs::read_dir("/proc/self/fd") else { return false };
    let is_mine = |path: &std::path::PathBuf| std::fs::read_link(path).is_ok_and(|file| file.as_os_str() == &*mine);
    let found = descriptors.flatten().map(|entry| entry.path()).find(is_mine);
    let number: Option<RawFd> = found.and_then(|path| path.file_name()?.to_str()?.parse().ok());
    // SAFETY: the name says that it is the sign, of which nobody else in this process knows.
    number.map(|number| unsafe { File::from_raw_fd(number) }).is_some()
}

/// The name of the sign. It says whose it is: a process that is forked off does not take it for its own.
fn sign() -> String {
    format!("rpack-replaced-{}", std::process::id())
}

/// Leaves the sign where the executable is about to be executed as an interpreter, and not to begin anew: with its own arguments, or its
/// own script.
fn leave_sign(program: &'static Program, _: &str, arguments: &Bound<'_, PyTuple>) -> PyResult<()> {
    let path = arguments.get_item(0).and_then(|path| path.str()).map(|path| path.to_string_lossy().into_owned());
    let given = arguments.get_item(1).and_then(|given| given.extract::<Vec<String>>());
    let (Ok(path), Ok(given)) = (path, given) else { return Ok(()) };
    let given: Vec<&str> = given.iter().skip(1).map(String::as_str).collect();
    let own = program.arguments_after_name().unwrap_or_default();
    let script = program.index.find_module("__main__").map(|main| program.absolute(main.path));
    if path.as_bytes() == program.executable.to_bytes()
        && interpreter::are_for_interpreter(&given)
        && given != own
        && interpreter::after_flags(&given).first().copied() != script.as_deref()
        && let Ok(name) = CString::new(sign())
    {
        // SAFETY: the name is a C string. Where there can be no such file, the program is started as always.
        unsafe { libc::memfd_create(name.as_ptr(), 0) };
    }
    Ok(())
}

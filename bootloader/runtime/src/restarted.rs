//! A program that starts itself again as `python` has it done: `[sys.executable, __file__, …]`, `[sys.executable, *sys.argv]`.
//!
//! With plain Python the first argument is the script then, which `sys.argv` has in its first place. A packed program is script and
//! interpreter in one, so that argument says nothing, and what stands before it is for the interpreter.

use crate::interpreter;
use crate::program::Program;
use pyo3::prelude::*;
use pyo3::types::PyList;
use rpack_format::index::FLAG_RESTARTS;
use std::path::Path;

/// Takes out of `sys.argv` what names the program once more.
pub fn shorten_arguments(arguments: &Bound<'_, PyList>, program: &Program, main: &str) -> PyResult<()> {
    let started = program.arguments_after_name().unwrap_or_default();
    match interpreter::after_flags(&started) {
        [script, rest @ ..] if *script == main || is_executable(program, script) => {
            arguments.del_slice(1, 1 + started.len() - rest.len())
        }
        _ => Ok(()),
    }
}

/// Whether an argument is a name of the executable, and the program is one that starts itself with its own `sys.argv`. It calls itself
/// by `sys.executable` then, as few who type a command do.
fn is_executable(program: &Program, argument: &str) -> bool {
    let executable = Path::new(program.executable.to_str().unwrap_or_default());
    program.index.header().flags & FLAG_RESTARTS != 0
        && program.name() == program.executable
        && Path::new(argument).file_name() == executable.file_name()
}

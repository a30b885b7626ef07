//! The runtime library: starts CPython inside the process that the bootloader prepared, serves the program's modules from
//! the mapped executable, and runs the program.
//!
//! One build serves every supported CPython. It uses the stable ABI (PEP 384) through PyO3, is not linked to any libpython,
//! and finds the few functions outside of that ABI by name.

mod added_hooks;
mod adopted;
mod arenas;
mod audit;
mod basic_prompt;
mod collector;
mod compiled;
mod configuration;
mod configuration_layout;
mod distributions;
mod entry_finder;
mod face;
mod frozen;
mod importer;
mod interpreter;
mod leaving;
mod libraries;
mod locale;
mod locale_codecs;
mod main_module;
mod namespaces;
mod open_code;
mod pages;
mod program;
mod replaced;
mod resources;
mod restarted;
mod reveal;
mod runtime_hooks;
mod told;
mod unmarshal;
mod warning_options;
mod worker;

use crate::configuration::Role;
use crate::face::Face;
use crate::program::Program;
use pyo3::Python;
use rpack_format::VERSION;
use rpack_format::handoff::Handoff;
use std::ffi::c_int;

/// Exit status when Python could not be started.
const EXIT_NOT_STARTED: c_int = 255;
/// Exit status when flushing the program's output failed at the end (`Py_RunMain` uses the same one).
const EXIT_NOT_FINALIZED: c_int = 120;

/// Runs the program that `handoff` describes and returns its exit status.
///
/// # Safety
///
/// `handoff` must point to a structure as [`rpack_format::handoff`] specifies it; libpython must be loaded with its symbols
/// visible to all libraries, and not be initialized.
// SAFETY: no other library exports this name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rpack_runtime_main(handoff: *const Handoff) -> c_int {
    // SAFETY: the caller promises that the handoff is there and stays.
    let handoff: &'static Handoff = unsafe { &*handoff };
    match start(handoff) {
        Ok(status) => status,
        Err(error) => {
            program::say(&format!("error: {error}"));
            EXIT_NOT_STARTED
        }
    }
}

fn start(handoff: &'static Handoff) -> Result<c_int, String> {
    if handoff.version != VERSION {
        return Err(format!("the bootloader has version {} and its runtime library {VERSION}", handoff.version));
    }
    let program = Program::receive(handoff)?;
    if interpreter::is_asked_for() || interpreter::is_meant(program) { interpreter::run(program) } else { run(program) }
}

/// Starts Python for `role`. Beyond this there is an interpreter, and errors are Python's exceptions.
fn initialize(program: &'static Program, role: Role) -> Result<(), String> {
    if role == Role::Program {
        arenas::provide(program);
    }
    let frozen = frozen::provide(program, role)?;
    configuration::preinitialize(program, role)?;
    // Hooks that are added before belong to other allocators than those that free them.
    reveal::install(program)?;
    replaced::watch(program)?;
    configuration::initialize(program, role)?;
    frozen.restore();
    leaving::register();
    program.trace(|| "initialized Python".to_owned());
    Ok(())
}

fn run(program: &'static Program) -> Result<c_int, String> {
    initialize(program, Role::Program)?;
    let outcome = Python::attach(|py| {
        let prepared = importer::install(py, program)
            .and_then(|()| open_code::install(py, program))
            .and_then(|()| warning_options::apply(py))
            .and_then(|()| face::show(py, program, Face::Program))
            .and_then(|()| collector::freeze_interpreter(py));
        match prepared {
            Ok(()) => main_module::run(py, program),
            Err(error) => main_module::report(py, error),
        }
    });
    Ok(finish(outcome))
}

/// Ends the interpreter as `Py_RunMain` does and gives the process's exit status.
fn finish(outcome: main_module::Outcome) -> c_int {
    // SAFETY: the interpreter is initialized and this thread, its main one, holds its lock.
    let finalized = unsafe { pyo3::ffi::Py_FinalizeEx() };
    match outcome {
        main_module::Outcome::Interrupted => main_module::die_of_interrupt(),
        main_module::Outcome::Ended(_) if finalized < 0 => EXIT_NOT_FINALIZED,
        main_module::Outcome::Ended(status) => status,
    }
}

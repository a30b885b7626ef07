//! The bootloader: finds the payload in its own executable, makes the program's native files loadable, loads libpython and
//! the runtime library into this very process, and calls the runtime.
//!
//! It knows no version of Python. Once the runtime has been called nothing of it runs but what the runtime calls back: for
//! bytes, for loadable paths, and at the end ([`rpack_format::handoff`]).
//!
//! `main` reads as the list of its steps; each is a module.

mod ahead;
mod bundle;
mod executable;
mod files;
mod frames;
mod handoff;
mod library;
mod linked_in;
mod memory;
mod os;
mod package_folders;
mod payload;
mod per_run;
mod private_folder;
mod settings;
mod store;
mod trace;

use crate::bundle::Bundle;
use crate::executable::Executable;
use crate::payload::Payload;
use crate::settings::Settings;
use crate::trace::Trace;
use rpack_format::linked_in::FLAG_LINKED_IN;
use std::ffi::{c_char, c_int};

/// Exit status when the program could not be started. PyInstaller's bootloader ends with the same one.
const EXIT_NOT_STARTED: c_int = 255;

/// Runs the packed program in this process and returns its exit status.
///
/// # Safety
///
/// `argument_count` and `arguments` must be what the C runtime gave to `main`.
pub unsafe fn main(argument_count: c_int, arguments: *const *const c_char) -> c_int {
    status(start(argument_count, arguments))
}

/// Goes on where [`main`] became the interpreter that this library was loaded into.
///
/// # Safety
///
/// As for [`main`].
pub unsafe fn main_in_interpreter(argument_count: c_int, arguments: *const *const c_char) -> c_int {
    let outcome = linked_in::receive().and_then(|message| go_on(message, argument_count, arguments));
    status(outcome)
}

fn status(outcome: Result<c_int, Error>) -> c_int {
    outcome.unwrap_or_else(|error| {
        trace::say(&format!("error: {error}"));
        EXIT_NOT_STARTED
    })
}

fn start(argument_count: c_int, arguments: *const *const c_char) -> Result<c_int, Error> {
    let clock = trace::Clock::start();
    let executable = Executable::open()?;
    let index = executable.index()?;
    let flags = index.header().flags;
    let trace = Trace::new(clock, flags);
    trace.step(|| format!("mapped `{}`, {} bytes", executable.path().display(), executable.bytes().len()));
    let is_linked_in = flags & FLAG_LINKED_IN != 0;

    // A process that becomes another executable keeps no memory.
    let modules = ahead::Modules::choose(executable.bytes(), &index).filter(|_| !is_linked_in);
    std::thread::scope(|scope| {
        let ahead = modules.as_ref().map(|modules| ahead::Thread::start(scope, modules));
        let bundle = Bundle::provide(Payload::new(&executable, &index), ahead, Settings::read(flags)?, &trace)?;
        trace.step(|| format!("files are in {bundle}"));
        if is_linked_in {
            return Err(linked_in::execute(&bundle, clock, &trace, arguments));
        }
        load_libpython(&bundle, &trace)?;
        run(&bundle, clock, &trace, argument_count, arguments)
    })
}

/// What is left of the start in a process that has become the interpreter.
fn go_on(message: linked_in::Message, argument_count: c_int, arguments: *const *const c_char) -> Result<c_int, Error> {
    os::set_process_name(&message.name);
    let clock = trace::Clock::since(message.started);
    let executable = Executable::receive(message.executable)?;
    let index = executable.index()?;
    let trace = Trace::new(clock, index.header().flags);
    trace.step(|| "became the interpreter".to_owned());

    let modules = ahead::Modules::choose(executable.bytes(), &index);
    std::thread::scope(|scope| {
        let ahead = modules.as_ref().map(|modules| ahead::Thread::start(scope, modules));
        let bundle = Bundle::resume(Payload::new(&executable, &index), ahead, message.place, &message.libraries);
        run(&bundle, clock, &trace, argument_count, arguments)
    })
}

fn load_libpython(bundle: &Bundle, trace: &Trace) -> Result<(), Error> {
    let index = bundle.payload.index;
    let number = index.header().libpython;
    for needed in index.needs(&bundle.payload.member(number)?) {
        library::open(&bundle.native_path(needed)?, library::Scope::Local)?;
    }
    library::open(&bundle.native_path(number)?, library::Scope::Global)?;
    trace.step(|| format!("loaded libpython {}.{}", index.header().python.0, index.header().python.1));
    Ok(())
}

fn run(
    bundle: &Bundle,
    clock: trace::Clock,
    trace: &Trace,
    argument_count: c_int,
    arguments: *const *const c_char,
) -> Result<c_int, Error> {
    let index = bundle.payload.index;
    let runtime = library::open(&bundle.native_path(index.header().runtime)?, library::Scope::Local)?;
    trace.step(|| "loaded the runtime".to_owned());

    // Beyond this point the process belongs to the program.
    handoff::call(&runtime, bundle, clock, argument_count, arguments)
}

/// Why the program could not be started.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("cannot open this program's own executable{}: {source}", .path.as_ref().map(|path| format!(" `{}`", path.display())).unwrap_or_default())]
    Unreadable { path: Option<std::path::PathBuf>, source: std::io::Error },
    #[error("`{}` is damaged: {source}. Copy it again from where it came from, or build it again", .path.display())]
    Damaged { path: std::path::PathBuf, source: rpack_format::Error },
    #[error("`{}` is damaged: `{member}` cannot be decompressed. Copy it again from where it came from, or build it again", .path.display())]
    DamagedMember { path: std::path::PathBuf, member: String },
    #[error("`{}` is missing or not what was packed. Copy the program's whole folder again from where it came from, or build it again", .path.display())]
    NotBeside { path: std::path::PathBuf },
    #[error("`{name}` is `{value}`: {expected}")]
    Setting { name: &'static str, value: String, expected: String },
    #[error("there is no place for this program's files: {}. Let one of them be usable, or set TMPDIR to a folder that can be written to and executed from", .tried.join("; "))]
    NoPlace { tried: Vec<String> },
    #[error("cannot run this program's interpreter: {reason}")]
    NotExecutable { reason: String },
    #[error("cannot make `{member}` loadable: {reason}")]
    NotLoadable { member: String, reason: String },
    #[error("cannot load `{path}`: {reason}")]
    Library { path: String, reason: String },
}

//! The executable as a plain `python` that has the program's modules: what it is with `RPACK_INTERPRETER=1`, and for a program
//! that starts itself as one.
//!
//! Tools start `sys.executable -m …` and mean an interpreter; a program that wants this sets the variable for its child. Then
//! arguments and `PYTHON*` variables mean what they mean to `python`, and CPython's own code reads them.

mod environment;

use crate::configuration::Role;
use crate::face::{self, Face};
use crate::program::{Prepared, Program};
use crate::{basic_prompt, importer, open_code, replaced, warning_options, worker};
use pyo3::prelude::*;
use pyo3::types::PyList;
use rpack_format::index::FLAG_STARTS_INTERPRETER;
use std::ffi::{OsStr, c_int};
use std::path::Path;

/// Whether an interpreter is wanted. A process that gained rights by being started does not listen to the variable, as little
/// as the dynamic linker listens to its own (`AT_SECURE`, getauxval(3)).
pub fn is_asked_for() -> bool {
    !is_privileged() && std::env::var_os("RPACK_INTERPRETER").is_some_and(|value| value == "1")
}

fn is_privileged() -> bool {
    // SAFETY: only reads what the kernel handed to the process.
    unsafe { libc::getauxval(libc::AT_SECURE) != 0 }
}

/// Whether the program started itself and meant an interpreter: `[sys.executable, "-m", "package.worker"]`. Its sources say that
/// it does so, the parent process is this executable, or it was in this process before, and the arguments begin as only a
/// `python`'s do. Without this the child would be the program again, which would start the next one.
pub fn is_meant(program: &'static Program) -> bool {
    (!is_privileged() && environment::of_process(program).is_some()) || is_started_as_one(program)
}

fn is_started_as_one(program: &'static Program) -> bool {
    program.index.header().flags & FLAG_STARTS_INTERPRETER != 0
        && program.arguments_after_name().is_some_and(|arguments| are_for_interpreter(&arguments))
        && (is_child_of_itself() || (!is_privileged() && replaced::is_replaced()))
        && worker::requested(program).is_none()
}

/// `-c`, `-m`, a script, what the standard input has, or the version, behind what else a `python` takes.
pub fn are_for_interpreter(arguments: &[&str]) -> bool {
    match after_flags(arguments) {
        ["-", ..] | ["-V" | "-VV" | "--version"] => true,
        [flag, _, ..] if is_work(flag) => true,
        [script, ..] => is_script(Path::new(script)),
        [] => false,
    }
}

/// Whether it is what a `python` runs: a source, bytecode, an application in a zip file (PEP 441), a folder with a `__main__.py`.
fn is_script(path: &Path) -> bool {
    let ending = path.extension().and_then(OsStr::to_str);
    (ending.is_some_and(|ending| matches!(ending, "py" | "pyc" | "pyz")) && path.is_file())
        || path.join("__main__.py").is_file()
}

/// The arguments behind the flags of a `python`.
pub fn after_flags<'a>(arguments: &'a [&'a str]) -> &'a [&'a str] {
    match arguments {
        ["-W" | "-X", _, rest @ ..] => after_flags(rest),
        [flag, rest @ ..] if is_flag(flag) => after_flags(rest),
        _ => arguments,
    }
}

/// Whether it is `-c` or `-m`, perhaps behind other flags: `-Im`.
fn is_work(argument: &str) -> bool {
    argument.strip_suffix(['c', 'm']).is_some_and(|others| others == "-" || is_flag(others))
}

/// Whether it is a flag such as `-u`, `-BI` or `-Werror`.
fn is_flag(argument: &str) -> bool {
    let Some(letters) = argument.strip_prefix('-').filter(|letters| !letters.is_empty()) else { return false };
    letters.starts_with(['W', 'X']) || letters.bytes().all(|letter| b"bBdEiIOPqsSuvx".contains(&letter))
}

/// Whether the parent is this executable too, with other arguments: who starts itself with its own is a server that has seen an
/// edit, and what they mean is known to the program. Shells may stand in between: `os.popen(f"{sys.executable} -c …")`.
fn is_child_of_itself() -> bool {
    let file = |process: &str| std::fs::read_link(format!("/proc/{process}/exe")).ok();
    // SAFETY: asks for a number.
    let parent = unsafe { libc::getppid() }.to_string();
    // A shell that was told to start a shell, as Ansible's connections do.
    let mut processes = std::iter::successors(Some(parent), |process| parent_of(process)).take(MOST_SHELLS + 1);
    processes.find(|process| !is_shell_with_command(process)).is_some_and(|starter| {
        file(&starter).is_some_and(|starter| file("self") == Some(starter))
            && arguments_of(&starter) != arguments_of("self")
    })
}

/// How many shells may stand in between.
const MOST_SHELLS: usize = 4;

/// Whether a process is `/bin/sh -c …`, as `system(3)` and Python's `subprocess` start it.
fn is_shell_with_command(process: &str) -> bool {
    arguments_of(process).first().is_some_and(|first| first == b"-c")
        && std::fs::read_link(format!("/proc/{process}/exe")).is_ok_and(|file| {
            file.file_name().is_some_and(|name| name == "busybox" || name.as_encoded_bytes().ends_with(b"sh"))
        })
}

fn arguments_of(process: &str) -> Vec<Vec<u8>> {
    let line = std::fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
    line.split(|byte| *byte == 0).skip(1).map(<[u8]>::to_vec).collect()
}

fn parent_of(process: &str) -> Option<String> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("PPid:")).map(|parent| parent.trim().to_owned())
}

/// Does what the arguments ask of a `python`, and returns its exit status.
pub fn run(program: &'static Program) -> Result<c_int, String> {
    crate::initialize(program, Role::Interpreter)?;
    program.settle(Prepared::Dropped);
    Python::attach(|py| prepare(py, program).map_err(|error| error.to_string()))?;
    // SAFETY: the interpreter is initialized, and this thread, its main one, holds its lock.
    Ok(unsafe { Py_RunMain() })
}

unsafe extern "C" {
    /// Exported by every CPython since 3.8, though not part of the stable ABI. It ends the interpreter too.
    fn Py_RunMain() -> c_int;
}

fn prepare(py: Python<'_>, program: &'static Program) -> PyResult<()> {
    importer::install(py, program)?;
    prefer_search_path(py)?;
    basic_prompt::install(py)?;
    open_code::install(py, program)?;
    warning_options::apply(py)?;
    add_variable_to_search_path(py)?;
    environment::enter(py, program)?;
    face::show(py, program, Face::Interpreter)
}

/// Moves the importer behind CPython's own finders. The bundle is an entry of `sys.path` then, behind the folder of a script,
/// whose modules come first as they do everywhere.
fn prefer_search_path(py: Python<'_>) -> PyResult<()> {
    let finders = py.import("sys")?.getattr("meta_path")?.cast_into::<PyList>()?;
    let importer = finders.get_item(0)?;
    finders.del_item(0)?;
    finders.append(importer)
}

/// CPython leaves `PYTHONPATH` to whoever gives the search path, as the configuration does.
fn add_variable_to_search_path(py: Python<'_>) -> PyResult<()> {
    let sys = py.import("sys")?;
    let is_ignored: i32 = sys.getattr("flags")?.getattr("ignore_environment")?.extract()?;
    let Some(variable) = std::env::var_os("PYTHONPATH").filter(|variable| is_ignored == 0 && !variable.is_empty())
    else {
        return Ok(());
    };
    let search_path = sys.getattr("path")?.cast_into::<PyList>()?;
    for (position, folder) in std::env::split_paths(&variable).enumerate() {
        let folder =
            if folder.as_os_str().is_empty() { std::env::current_dir()? } else { std::path::absolute(folder)? };
        search_path.insert(position, folder.into_os_string())?;
    }
    Ok(())
}

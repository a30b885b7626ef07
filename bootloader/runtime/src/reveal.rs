//! Giving data files a path when somebody asks for it, in a program that was not unpacked.
//!
//! CPython tells audit hooks (PEP 578) of everything that opens or lists files by their path. When that path lies below the
//! bundle, the bootloader writes the data files there, and the operation goes on and finds them. What nobody asks for is
//! never written. `os.stat` is not audited: a file does not exist before one of them was opened.

use crate::audit::{self, Listener};
use crate::program::Program;
use pyo3::exceptions::PyOSError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyString, PyTuple};
use rpack_format::FileKind;
use std::ffi::c_int;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

/// The events with paths that are read: sorted, because each event of the interpreter is looked up here.
const READING: [&str; 13] = [
    "ctypes.dlopen",
    "glob.glob",
    "open",
    "os.chdir",
    "os.exec",
    "os.fwalk",
    "os.listdir",
    "os.posix_spawn",
    "os.scandir",
    "os.walk",
    "pathlib.Path.glob",
    "pathlib.Path.rglob",
    "subprocess.Popen",
];

/// The events that make or change something at a path, which may be new: sorted too.
const WRITING: [&str; 15] = [
    "os.chmod",
    "os.link",
    "os.mkdir",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.symlink",
    "os.truncate",
    "os.utime",
    "shutil.copyfile",
    "shutil.copytree",
    "shutil.move",
    "shutil.rmtree",
    "shutil.unpack_archive",
    "sqlite3.connect",
];

/// Whether the data files stand in the bundle's folder.
static IS_REVEALED: AtomicBool = AtomicBool::new(false);

/// Whether the data files of a program that was not unpacked have been written because somebody asked for them.
pub fn is_revealed() -> bool {
    IS_REVEALED.load(Ordering::Relaxed)
}

/// Listens to the interpreter's events where the program was not unpacked. It must not be initialized yet.
pub fn install(program: &Program) -> Result<(), String> {
    static LISTENER: Listener = Listener { wants: |event| is_writing(event) || is_reading(event), answer };
    if program.is_unpacked() { Ok(()) } else { audit::listen(&LISTENER) }
}

fn is_reading(event: &str) -> bool {
    READING.binary_search(&event).is_ok()
}

fn is_writing(event: &str) -> bool {
    WRITING.binary_search(&event).is_ok()
}

/// Makes the data files, and the native file `native`, exist.
pub fn reveal(program: &Program, native: Option<u32>) -> io::Result<()> {
    program.reveal(native)?;
    IS_REVEALED.store(true, Ordering::Relaxed);
    Ok(())
}

/// What a path below the bundle asks for.
enum Wanted {
    /// The data files.
    Data,
    /// A native file, by its number.
    Native(u32),
    /// A place for something that the program makes.
    Room,
}

fn answer(program: &'static Program, event: &str, arguments: &Bound<'_, PyTuple>) -> PyResult<()> {
    let is_writing = is_writing(event) || (event == "open" && opens_for_writing(arguments));
    for path in arguments.iter().filter_map(|argument| path_of(&argument)) {
        let Some(relative) = program.relative(&path).and_then(normalize) else { continue };
        let done = match wanted(program, event, is_writing, &relative, arguments.py()) {
            None => continue,
            Some(Wanted::Data | Wanted::Room) if is_revealed() => continue,
            Some(Wanted::Data) => reveal(program, None),
            Some(Wanted::Native(number)) => reveal(program, Some(number)),
            // What fails for a file that is not packed is said by the operation itself.
            Some(Wanted::Room) => reveal(program, None).or(Ok(())),
        };
        done.map_err(|error| refusal(&relative, &path, &error))?;
    }
    Ok(())
}

fn wanted(program: &Program, event: &str, is_writing: bool, relative: &str, py: Python<'_>) -> Option<Wanted> {
    if let Some(file) = program.index.find_file(relative) {
        let kind = program.index.file(file)?.kind;
        return Some(if kind == FileKind::Native { Wanted::Native(file) } else { Wanted::Data });
    }
    if relative.is_empty() {
        // `open` fails for a folder in any case.
        return (event != "open" && !asks_for_metadata(event, py)).then_some(Wanted::Data);
    }
    let below = |path: &str| path.strip_prefix(relative).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let is_folder = program.index.files().any(|file| below(file.path)) || program.index.package_folders().any(below);
    if is_folder { Some(Wanted::Data) } else { is_writing.then_some(Wanted::Room) }
}

/// Whether `importlib.metadata` lists the bundle. It has asked the importer before, which answers from the payload.
fn asks_for_metadata(event: &str, py: Python<'_>) -> bool {
    if event != "os.listdir" {
        return false;
    }
    // SAFETY: the interpreter's lock is held.
    let globals = unsafe { ffi::PyEval_GetGlobals() };
    // SAFETY: the answer is borrowed from the running code, and null where there is none.
    let globals = unsafe { Bound::from_borrowed_ptr_or_opt(py, globals) };
    let name = globals.and_then(|globals| globals.get_item("__name__").ok());
    name.and_then(|name| name.extract::<String>().ok()).is_some_and(|name| name.starts_with("importlib.metadata"))
}

fn opens_for_writing(arguments: &Bound<'_, PyTuple>) -> bool {
    let flags = arguments.get_item(2).and_then(|flags| flags.extract::<c_int>()).unwrap_or_default();
    flags & (libc::O_WRONLY | libc::O_RDWR | libc::O_CREAT) != 0
}

/// The text of a path: of a string, of bytes, of whatever has `__fspath__`; of the first of a command's arguments.
fn path_of(argument: &Bound<'_, PyAny>) -> Option<String> {
    if let Ok(text) = argument.cast::<PyString>() {
        return text.to_str().ok().map(str::to_owned);
    }
    if let Ok(bytes) = argument.cast::<PyBytes>() {
        return str::from_utf8(bytes.as_bytes()).ok().map(str::to_owned);
    }
    if let Ok(list) = argument.cast::<PyList>() {
        return list.get_item(0).ok()?.extract().ok();
    }
    argument.hasattr("__fspath__").ok().filter(|&has| has)?;
    argument.call_method0("__fspath__").ok()?.extract().ok()
}

/// A path inside the bundle without `.`, `..` and empty parts, up to the first part that is a pattern. `None` where it
/// leads out of the bundle.
fn normalize(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').take_while(|part| !part.contains(['*', '?', '['])) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn refusal(relative: &str, path: &str, error: &io::Error) -> PyErr {
    let what = if relative.is_empty() { "the bundle".to_owned() } else { format!("`{relative}`") };
    let text = format!(
        "{what} is packed into this program and cannot be given a path, because no private folder can be made for it ({error}). \
         Set TMPDIR to a folder that can be written to, or RPACK_UNPACK to `store` or `per-run`; importlib.resources and \
         pkgutil.get_data need no path"
    );
    PyOSError::new_err((error.raw_os_error().unwrap_or(libc::EIO), text, path.to_owned()))
}

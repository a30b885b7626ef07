//! The interpreter's own file: the shared libpython, or where there is none the executable that has it linked in.

use super::{Content, Error, Files, NATIVE_FOLDER, Reason};
use crate::bootloader;
use crate::native::{host, make_portable};
use crate::options::Symbols;
use rpack_analyzer::Interpreter;
use rpack_format::FileKind;
use rpack_format::linked_in::{FLAG_LINKED_IN, LIBRARY};
use std::path::Path;

/// The interpreter's own file on the build machine.
pub fn source(interpreter: &Interpreter) -> &Path {
    interpreter.libpython.as_deref().unwrap_or(&interpreter.binary)
}

/// Adds the file and returns its path inside the bundle.
pub fn add(files: &mut Files, interpreter: &Interpreter) -> Result<String, Error> {
    let source = source(interpreter);
    let name = source.file_name().and_then(|name| name.to_str());
    let reason = "has a name that is not valid UTF-8";
    let name = name.ok_or_else(|| Error::NoLibpython { interpreter: interpreter.executable.clone(), reason })?;
    let path = format!("{NATIVE_FOLDER}/{name}");
    files.add(&path, FileKind::Native, Content::File(source.to_owned()), Reason::Interpreter);
    Ok(path)
}

/// Makes an executable the host of the bootloader, and returns the flag that says so; no flag where there is a shared libpython.
/// The libraries that it needs must be known.
///
/// # Errors
///
/// If the executable is not one that can be changed so.
pub fn host_bootloader(
    files: &mut Files,
    interpreter: &Interpreter,
    path: &str,
    symbols: Symbols,
) -> Result<u32, Error> {
    let Some(file) = files.get_mut(path).filter(|_| interpreter.libpython.is_none()) else { return Ok(0) };
    // The dynamic linker loads them in this order, each before those that need it.
    file.needs.insert(0, format!("{NATIVE_FOLDER}/{LIBRARY}"));
    let libraries: Vec<_> = file.needs.iter().filter_map(|path| path.rsplit('/').next()).map(str::to_owned).collect();
    let content = make_portable(file.content.read()?.into_owned(), symbols);
    let hosting = host(&content, &libraries)
        .map_err(|reason| Error::NoLibpython { interpreter: interpreter.executable.clone(), reason })?;
    file.content = Content::Bytes(hosting);
    let bootloader = Content::Bytes(bootloader::HOSTED.to_vec());
    files.add(&format!("{NATIVE_FOLDER}/{LIBRARY}"), FileKind::Native, bootloader, Reason::Runtime);
    Ok(FLAG_LINKED_IN)
}

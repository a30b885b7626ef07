//! Interpreters that have libpython linked into their executable.
//!
//! Nothing can load such an executable, so this process becomes it: execve(2) keeps the process and everything that others know
//! of it. The interpreter brings the bootloader with it, as a library ([`rpack_format::linked_in`]), and that goes on where this
//! one stops: with the same files, and as the same program to everybody who looks.
//!
//! The two talk through a pipe ([`message`]). Its number follows that of the descriptor by which the interpreter was started,
//! and which the kernel names (`AT_EXECFN`, getauxval(3)): neither the arguments nor the environment say more than they did.

mod message;

use crate::bundle::Bundle;
use crate::trace::{Clock, Trace};
use crate::{Error, os};
pub use message::Message;
use rpack_format::linked_in::{needed, needed_descriptor};
use std::ffi::c_char;
use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;

/// Becomes the interpreter. Returns only if that is not possible, with the reason.
pub fn execute(bundle: &Bundle, clock: Clock, trace: &Trace, arguments: *const *const c_char) -> Error {
    let failed = |error: io::Error| Error::NotExecutable { reason: error.to_string() };
    if let Some(reason) = obstacle() {
        return Error::NotExecutable { reason: reason.to_owned() };
    }
    let prepare = || -> Result<_, Error> {
        let number = bundle.payload.index.header().libpython;
        let mut message = Message { started: clock.started(), ..Message::default() };
        let interpreter = match bundle.is_unpacked() {
            true => File::open(bundle.native_path(number)?).map_err(failed)?,
            false => in_memory(bundle, number, &mut message)?,
        };
        message.name = os::process_name();
        message.executable = os::inherited(&bundle.payload.executable.reopen()?).map_err(failed)?;
        message.place = bundle.describe().map_err(failed)?;
        message.send().and_then(|pipe| os::neighbours(interpreter, pipe)).map_err(failed)
    };
    match prepare() {
        Ok((interpreter, _pipe)) => {
            trace.step(|| "becoming the interpreter".to_owned());
            failed(os::become_executable(&interpreter, arguments))
        }
        Err(error) => error,
    }
}

/// Why the dynamic linker would not find what the interpreter needs, however well it is there.
fn obstacle() -> Option<&'static str> {
    if os::is_privileged() {
        return Some(
            "the process has rights that it gained by being started (set-user-ID or capabilities), with which the dynamic linker \
             trusts no library beside an executable. Pack the program with an interpreter that has a shared libpython",
        );
    }
    let without_proc = "the dynamic linker finds its libraries through /proc, which is not mounted. Mount it";
    (!os::knows_own_executable()).then_some(without_proc)
}

/// The message of the bootloader that has become this interpreter.
pub fn receive() -> Result<Message, Error> {
    let alone = || Error::NotExecutable {
        reason: "this interpreter is a part of a packed program. Start that program".to_owned(),
    };
    let descriptor = os::started_descriptor().ok_or_else(alone)?;
    Message::receive(descriptor + 1).ok_or_else(alone)
}

/// Writes the interpreter into memory, and what it needs too: paths to the open files take the place of those that it has.
fn in_memory(bundle: &Bundle, number: u32, message: &mut Message) -> Result<File, Error> {
    let payload = &bundle.payload;
    let member = payload.member(number)?;
    let failed = |reason: String| Error::NotLoadable { member: member.path.to_owned(), reason };
    let mut content = payload.content(&member)?;
    for library in payload.index.needs(&member) {
        let needed_path = needed(file_name(payload.member(library)?.path));
        let descriptor = bundle.inherited(library)?;
        // The names stand at the end of the file.
        let place = content.windows(needed_path.len()).rposition(|window| window == needed_path);
        let place = place.ok_or_else(|| failed("it does not name a library that it needs".to_owned()))?;
        let path = needed_descriptor(descriptor);
        content[place..place + path.len()].copy_from_slice(&path);
        message.libraries.push(Library { file: library, descriptor });
    }
    let write = || {
        let mut file = os::anonymous_file(file_name(member.path))?;
        file.write_all(&content)?;
        Ok(file)
    };
    write().map_err(|error: io::Error| failed(error.to_string()))
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// A library that the interpreter has loaded from memory.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Library {
    /// Its number among the program's files.
    pub file: u32,
    /// Its inherited descriptor.
    pub descriptor: i32,
}

/// Where a program's files are, as one bootloader tells the other.
#[derive(Debug, Default, PartialEq)]
pub enum Place {
    /// They have no path yet.
    #[default]
    Memory,
    /// In this tree of the store, which is held by the lock on an inherited descriptor.
    Store(PathBuf, Option<i32>),
    /// In this folder of the run, held likewise.
    PerRun(PathBuf, i32),
}

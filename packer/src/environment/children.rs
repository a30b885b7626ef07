//! Runs the programs that make an environment, and keeps what they write for the case that they fail.

use std::ffi::OsStr;
use std::io::{self, Read};
use std::path::Path;
use std::process::{Command, Stdio};

use super::error::Error;

/// Variables that would install to another place than the one we name.
const REDIRECTIONS: [&str; 8] = [
    "PIP_PREFIX",
    "PIP_ROOT",
    "PIP_TARGET",
    "PIP_USER",
    "UV_PROJECT_ENVIRONMENT",
    "UV_PYTHON",
    "UV_SYSTEM_PYTHON",
    "VIRTUAL_ENV",
];

/// A command that runs without the user's settings for Python, which are meant for another program than ours.
pub(super) fn command(program: &Path, path: &OsStr) -> Command {
    let mut command = Command::new(program);
    command.env("PATH", path).stdin(Stdio::null());
    let settings = std::env::vars_os().map(|(name, _)| name);
    for name in settings.filter(|name| name.as_encoded_bytes().starts_with(b"PYTHON")) {
        command.env_remove(name);
    }
    for name in REDIRECTIONS {
        command.env_remove(name);
    }
    command
}

/// Runs a command to its end. `purpose` completes the sentence "Failed to".
///
/// # Errors
/// If it cannot be started, or ends with another status than 0; the error holds everything that it wrote.
pub(super) fn run(mut command: Command, purpose: &'static str) -> Result<(), Error> {
    let program = Path::new(command.get_program()).to_path_buf();
    let line = words(&command);
    // Both streams go through one pipe, so that their lines stay in the order in which they were written.
    let (mut reader, writer) = io::pipe().map_err(Error::io("make a pipe for", &program))?;
    let second_writer = writer.try_clone().map_err(Error::io("make a pipe for", &program))?;
    let mut child = command.stdout(writer).stderr(second_writer).spawn().map_err(Error::io("run", &program))?;
    // The command holds the writing ends of the pipe, which must be closed before reading can come to an end.
    drop(command);

    let mut output = Vec::new();
    reader.read_to_end(&mut output).map_err(Error::io("read the output of", &program))?;
    let status = child.wait().map_err(Error::io("wait for", &program))?;
    if status.success() {
        return Ok(());
    }
    Err(Error::Command { purpose, command: line, status, output: String::from_utf8_lossy(&output).into_owned() })
}

fn words(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

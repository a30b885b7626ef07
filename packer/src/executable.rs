//! The last step: where the executable goes, and writing it there.

use crate::options::Options;
use crate::os;
use crate::payload::Payload;
use rpack_analyzer::Program;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// The path of the executable to make.
///
/// # Errors
///
/// If a folder is in its place, or a name is no file name.
pub fn target(options: &Options, program: &Program) -> Result<PathBuf, Error> {
    let target = match &options.output {
        Some(output) => output.clone(),
        None => {
            let name = options.name.as_ref().unwrap_or(&program.name);
            if name.is_empty() || name.contains('/') || matches!(name.as_str(), "." | "..") {
                return Err(Error::Name { name: name.clone() });
            }
            options.folder.join(name)
        }
    };
    if target.is_dir() {
        return Err(Error::IsFolder { path: target });
    }
    Ok(target)
}

/// Writes the executable and returns its size in bytes. The file appears under its name when it is complete.
///
/// # Errors
///
/// If the folder cannot be made or written, or the disk is full. What was there before stays then.
pub fn write(payload: &Payload, target: &Path) -> Result<u64, Error> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| Error::Unwritable { path, source }
    };
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(failed(folder))?;
    os::write_executable(&folder.join(target.file_name().unwrap_or_default()), &payload.bytes)
        .map_err(failed(target))?;
    Ok(payload.bytes.len() as u64)
}

/// Why the executable cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The name is no file name.
    #[error("`{name}` cannot be the name of a file")]
    Name {
        /// The name.
        name: String,
    },
    /// A folder has the executable's name.
    #[error("Cannot write the executable `{}`: a folder of that name is there", .path.display())]
    IsFolder {
        /// The folder.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("Cannot write `{}`: {source}", .path.display())]
    Unwritable {
        /// The executable or its folder.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
}

impl Error {
    /// What the user can do about it.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Error::Name { .. } => "Choose another with `--name`, and the folder with `--distpath`",
            Error::IsFolder { .. } => "Choose another name with `--name`, or another folder with `--distpath`",
            Error::Unwritable { source, .. } => match source.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                    "Free some space, or choose a folder on another disk with `--distpath`"
                }
                _ => "Choose a folder that you can write to with `--distpath`",
            },
        };
        Some(hint.to_owned())
    }
}

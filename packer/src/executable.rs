//! The last step: where the executable goes, and writing it there.

use crate::options::{Form, Options, Replacement};
use crate::os::UnnamedFile;
use crate::payload::{Made, Payload, Revision};
use crate::{folder, os, payload};
use rpack_analyzer::Program;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Where what is made goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The executable.
    pub executable: PathBuf,
    /// The folder that is made with it, and what may give way to that.
    pub folder: Option<(PathBuf, Replacement)>,
}

/// Where the executable goes, and the folder around it where one is asked for.
///
/// # Errors
///
/// If a folder is in the place of the executable, or a name is no file name.
pub fn target(options: &Options, program: &Program) -> Result<Target, Error> {
    let path = match &options.output {
        Some(output) => output.clone(),
        None => {
            let name = options.name.as_ref().unwrap_or(&program.name);
            if name.is_empty() || name.contains('/') || matches!(name.as_str(), "." | "..") {
                return Err(Error::Name { name: name.clone() });
            }
            options.folder.join(name)
        }
    };
    match &options.form {
        Form::File if path.is_dir() => Err(Error::IsFolder { path }),
        Form::File => Ok(Target { executable: path, folder: None }),
        Form::Folder { replacement, .. } => {
            let Some(name) = path.file_name() else {
                return Err(Error::Name { name: path.display().to_string() });
            };
            Ok(Target { executable: path.join(name), folder: Some((path, *replacement)) })
        }
    }
}

/// What an earlier build made in the same place. Where it lies in the program's folder, it is no part of the program.
pub fn made_before(target: &Target) -> Option<PathBuf> {
    let made = target.folder.as_ref().map_or(&target.executable, |(folder, _)| folder);
    fs::canonicalize(made).ok()
}

/// Writes the executable, with its folder where it has one, and returns the size of all in bytes. What is made appears under
/// its name when it is complete. An executable that is the same already is left alone: its folder does not change then either.
///
/// # Errors
///
/// If the folder cannot be made or written, or the disk is full. What was there before stays then.
pub fn write(payload: &Payload, target: &Target) -> Result<u64, Error> {
    let name = target.executable.file_name().unwrap_or_default();
    if let (Some((folder, replacement)), Some(beside)) = (&target.folder, &payload.beside) {
        return folder::write(payload, beside, folder, &name.to_string_lossy(), *replacement);
    }
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| Error::Unwritable { path, source }
    };
    if is_same(payload, &target.executable) {
        return Ok(payload.size);
    }
    let folder = folder_of(&target.executable);
    fs::create_dir_all(folder).map_err(failed(folder))?;
    let write = |file: &mut UnnamedFile| payload::write_all(&payload.bytes, file);
    os::make_executable(&folder.join(name), write).map_err(failed(&target.executable))?;
    Ok(payload.size)
}

/// Writes an executable that begins as another one does, whole or not at all.
///
/// # Errors
///
/// As for [`write`].
pub fn write_revision(made: &Made, revision: &Revision, executable: &Path) -> Result<(), Error> {
    let folder = folder_of(executable);
    let target = folder.join(executable.file_name().unwrap_or_default());
    os::write_executable_after(&target, made.file(), revision.kept, &revision.end)
        .map_err(|source| Error::Unwritable { path: executable.to_owned(), source })
}

fn folder_of(executable: &Path) -> &Path {
    executable.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn is_same(payload: &Payload, executable: &Path) -> bool {
    let has_size =
        |metadata: &fs::Metadata| metadata.is_file() && metadata.len() == payload.size && os::is_executable(metadata);
    // A link is replaced, not followed.
    fs::symlink_metadata(executable).is_ok_and(|metadata| has_size(&metadata))
        && Made::open(executable, &payload.trailer).is_some_and(|made| made.is_of(&payload.bytes))
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
    /// Something is in the place of a folder that no build made.
    #[error("Cannot replace the folder `{}`: rpack did not make `{}`", .folder.display(), .found.display())]
    Foreign {
        /// The folder.
        folder: PathBuf,
        /// What was found there first.
        found: PathBuf,
    },
    /// A file beside the executable has its name.
    #[error("`{file}` and the executable `{name}` would have the same name")]
    Collision {
        /// The executable.
        name: String,
        /// The file or folder.
        file: String,
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
            Error::Foreign { .. } => {
                "Move it away, pass `--noconfirm` to have it removed, or choose another name with `--name`"
            }
            Error::Collision { .. } => {
                "Choose another name with `--name`, or a folder for the files with `--contents-directory`"
            }
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

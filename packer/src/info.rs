//! What a packed executable says of itself.

use rpack_format::{Index, Trailer, VERSION_MEMBER, zip};
use std::fmt;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// What is known of a packed executable without running it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Info {
    /// Name of the program.
    pub name: String,
    /// Its version, where the build knew one.
    pub version: Option<String>,
    /// Version of the CPython inside, as major and minor.
    pub python: (u16, u16),
    /// How many modules it contains.
    pub modules: usize,
    /// How many other files belong to it.
    pub files: usize,
    /// Where these lie, if not inside: the folder beside the executable.
    pub beside: Option<String>,
    /// Size of the executable in bytes.
    pub size: usize,
}

/// Reads the executable at `path`, every byte of which is checked.
///
/// # Errors
///
/// If it cannot be read, was not made by this version of rpack, or is not as it was made.
pub fn read(path: &Path) -> Result<Info, Error> {
    let bytes = fs::read(path).map_err(|source| Error::Unreadable { path: path.to_owned(), source })?;
    let damaged = |reason| Error::NotPacked { path: path.to_owned(), reason };
    let trailer = Trailer::parse(&bytes).map_err(damaged)?;
    let index = trailer.verify_startup(&bytes).and_then(Index::parse).map_err(damaged)?;
    trailer.verify_rest(&bytes).map_err(damaged)?;
    let version = zip::find_stored(&bytes, trailer.startup_end, VERSION_MEMBER);
    let header = index.header();
    Ok(Info {
        name: header.name.to_owned(),
        version: version.map(|text| String::from_utf8_lossy(text).trim_end().to_owned()),
        python: header.python,
        modules: index.module_count() as usize,
        files: index.files().count(),
        beside: Some(header.beside).filter(|folder| !folder.is_empty()).map(str::to_owned),
        size: bytes.len(),
    })
}

impl fmt::Display for Info {
    /// A line for each thing that is known: a word, and what it is.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "name     {}", self.name)?;
        if let Some(version) = &self.version {
            writeln!(out, "version  {version}")?;
        }
        writeln!(out, "python   {}.{}", self.python.0, self.python.1)?;
        writeln!(out, "modules  {}", self.modules)?;
        match &self.beside {
            Some(folder) => writeln!(out, "files    {} in `{folder}`", self.files)?,
            None => writeln!(out, "files    {}", self.files)?,
        }
        write!(out, "bytes    {}", self.size)
    }
}

/// Why nothing is known of a file.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The operating system refused.
    #[error("Cannot read `{}`: {source}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// It is something else, or damaged.
    #[error("`{}` is no program that this rpack packed, or is damaged: {reason}", .path.display())]
    NotPacked {
        /// The file.
        path: PathBuf,
        /// What was found.
        reason: rpack_format::Error,
    },
}

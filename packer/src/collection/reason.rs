//! Why a file goes in, for those who ask (`rpack build -v`).

use std::fmt;

/// Why a file goes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// It is the interpreter.
    Interpreter,
    /// It starts the interpreter.
    Runtime,
    /// It is this module.
    Extension(String),
    /// Nuitka has compiled this module, or package, to it.
    Compiled(String),
    /// The native file at this path inside the bundle needs it.
    NeededBy(String),
    /// It lies in the folder of this package.
    DataOf(String),
    /// This distribution has installed it.
    RecordOf(String),
    /// It describes this distribution.
    MetadataOf(String),
    /// It lies in the program's folder.
    OwnFolder,
    /// It is a source that a library reads as a file.
    ReadAsFile,
    /// It is the source of this module.
    SourceOf(String),
    /// A rule or a hook adds it for this module.
    AddedFor(String),
    /// A flag asks for it.
    Flag {
        /// The flag.
        flag: &'static str,
        /// Its value.
        value: String,
    },
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Interpreter => write!(formatter, "the interpreter"),
            Reason::Runtime => write!(formatter, "rpack's own, starts the interpreter"),
            Reason::Extension(module) => write!(formatter, "extension module `{module}`"),
            Reason::NeededBy(path) => write!(formatter, "needed by `{path}`"),
            Reason::Compiled(module) => write!(formatter, "compiled from `{module}`"),
            Reason::DataOf(package) => write!(formatter, "data of the package `{package}`"),
            Reason::RecordOf(distribution) => write!(formatter, "RECORD of `{distribution}`"),
            Reason::MetadataOf(distribution) => write!(formatter, "metadata of `{distribution}`"),
            Reason::OwnFolder => write!(formatter, "folder of the program"),
            Reason::ReadAsFile => write!(formatter, "source that a library reads as a file"),
            Reason::SourceOf(module) => write!(formatter, "source of `{module}`, by `--source` or a hook"),
            Reason::AddedFor(module) => write!(formatter, "added for `{module}` by a rule or a hook"),
            Reason::Flag { flag, value } => write!(formatter, "`{flag} {value}`"),
        }
    }
}

//! The layout of a packed executable: written by the packer, read by the bootloader, specified here and nowhere else.
//!
//! ```text
//! offset 0     bootloader      an ELF executable, the same bytes in every packed program
//!              file members    shared libraries, extension modules, data files      ┐
//!              version         the member `.rpack/version`, stored, where there is one │
//!              module members  bytecode, in the order of the index                  │ one ZIP archive whose
//!              index           the member `.rpack/index`, stored, see [`index`]     │ offsets count from the
//!              directory       ZIP central directory and its end record             │ start of the executable
//! end - 72     trailer         the archive's comment, see [`trailer`]               ┘
//! ```
//!
//! Every member except the index and the version is one Zstandard frame (ZIP method 93), so that any ZIP tool lists and most extract the
//! archive. Native files stand in it as [`filter`] left them. The bootloader itself never reads the ZIP structures: the trailer, found at the very end of the file, leads to
//! the index, and the index knows where every member's bytes lie.
//!
//! All integers are little-endian. Nothing here trusts its input: a reader is given bytes and answers with a value or
//! an [`Error`], whatever the bytes are.

pub mod bytes;
pub mod filter;
pub mod handoff;
pub mod index;
pub mod linked_in;
pub mod python_option;
pub mod trailer;
pub mod unpack;
pub mod zip;

pub use filter::{Filter, FilterKind};
pub use index::{File, FileKind, Index, Module, ModuleKind};
pub use python_option::PythonOption;
pub use trailer::Trailer;
pub use unpack::Unpack;

/// Version of the whole layout. A bootloader reads exactly the version that it was built with, because the packer always
/// joins the two.
pub const VERSION: u32 = 1;

/// Name of the archive member that holds the index.
pub const INDEX_MEMBER: &str = ".rpack/index";

/// Name of the archive member that holds the program's version, for people and tools: a line of text, stored as it is, so that any
/// ZIP tool shows it. No start reads it.
pub const VERSION_MEMBER: &str = ".rpack/version";

/// Why bytes could not be read as a part of a packed executable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The file ends before the structure does, or it does not end with a trailer at all.
    #[error("its end is missing (found {found} bytes that are no rpack trailer)")]
    NoTrailer {
        /// How many bytes were looked at.
        found: usize,
    },
    /// The file is not as long as it was when it was packed.
    #[error("it is {found} bytes long, but was packed with {expected}")]
    WrongSize {
        /// Length that the trailer records.
        expected: u64,
        /// Length that the file has.
        found: u64,
    },
    /// A checksum does not match the bytes that it covers.
    #[error("its {part} was altered (checksum {found:016x}, expected {expected:016x})")]
    Altered {
        /// Which part of the file.
        part: &'static str,
        /// Checksum that was recorded.
        expected: u64,
        /// Checksum of the bytes that are there.
        found: u64,
    },
    /// The structure was written by another version of rpack.
    #[error("its {part} has version {found}, and this bootloader reads version {VERSION}")]
    WrongVersion {
        /// Which structure.
        part: &'static str,
        /// Version that stands in the file.
        found: u32,
    },
    /// A number in the structure points outside of it or has no meaning.
    #[error("its {part} is malformed ({what})")]
    Malformed {
        /// Which structure.
        part: &'static str,
        /// What was wrong with it.
        what: &'static str,
    },
}

/// The checksum used throughout the layout: XXH3 with 64 bits. It detects damage, not forgery: whoever can rewrite the
/// file can rewrite its checksums too.
pub fn checksum(bytes: &[u8]) -> u64 {
    xxhash_rust::xxh3::xxh3_64(bytes)
}

/// The [`checksum`] of bytes that come piece by piece.
#[derive(Default)]
pub struct Checksum(xxhash_rust::xxh3::Xxh3Default);

impl Checksum {
    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The checksum of all that came.
    pub fn value(&self) -> u64 {
        self.0.digest()
    }
}

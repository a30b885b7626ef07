//! What every packed program carries, built by `build.rs` and held by the `rpack` binary.

/// The executable to which a payload is attached.
pub const STUB: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/stub"));

/// The shared library that starts Python and serves the program's modules.
pub const RUNTIME: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/runtime"));

/// The bootloader as a shared library, for programs whose interpreter has libpython linked in.
pub const HOSTED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/hosted"));

//! What depends on the operating system.

#[cfg(unix)]
mod unix;

#[cfg(unix)]
pub use unix::*;

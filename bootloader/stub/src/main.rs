//! The executable that carries a payload. All of it is in the library `rpack-bootloader`.
//!
//! It has C's `main`, not Rust's: Rust's start-up code would ignore SIGPIPE, handle SIGSEGV and reopen closed standard
//! streams, and the Python program must find all three as its parent left them.
#![no_main]

use std::ffi::{c_char, c_int};

/// What the C runtime calls.
///
/// # Safety
///
/// Only the C runtime may call it, with the arguments that the kernel gave to the process.
// SAFETY: the name is C's own for this function, and nothing else in the program defines it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn main(argument_count: c_int, arguments: *const *const c_char) -> c_int {
    // SAFETY: the arguments are those of the C runtime, unchanged.
    unsafe { rpack_bootloader::main(argument_count, arguments) }
}

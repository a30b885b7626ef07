//! The bootloader as a shared library that the executable of an interpreter needs. All of it is in the library
//! `rpack-bootloader`.
//!
//! The packer has made the interpreter call this library where executables call the C library's `__libc_start_main` (Linux
//! Standard Base, "Base Libraries"). The call goes on there, with another `main`: the interpreter's constructors run, its `main`
//! does not.

use std::ffi::{c_char, c_int, c_void};

type Main = unsafe extern "C" fn(c_int, *const *const c_char, *const *const c_char) -> c_int;

unsafe extern "C" {
    fn __libc_start_main(
        main: Main,
        argument_count: c_int,
        arguments: *const *const c_char,
        init: *const c_void,
        fini: *const c_void,
        linker_fini: *const c_void,
        stack_end: *const c_void,
    ) -> c_int;
}

/// What the interpreter's executable calls first.
///
/// # Safety
///
/// Only the executable's start code may call it, with what it has for the C library.
// SAFETY: the packer has chosen the name (`rpack_format::linked_in::ENTRY`), and nothing else has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rpack_hosted_main(
    _main: *const c_void,
    argument_count: c_int,
    arguments: *const *const c_char,
    init: *const c_void,
    fini: *const c_void,
    linker_fini: *const c_void,
    stack_end: *const c_void,
) -> c_int {
    // SAFETY: all but `main` is what the start code gave.
    unsafe { __libc_start_main(main, argument_count, arguments, init, fini, linker_fini, stack_end) }
}

/// What the C library calls instead of the interpreter's own `main`.
///
/// # Safety
///
/// The arguments must be those of a process, as C's `main` gets them.
unsafe extern "C" fn main(
    argument_count: c_int,
    arguments: *const *const c_char,
    _environment: *const *const c_char,
) -> c_int {
    // SAFETY: the arguments are those of the C library, unchanged.
    unsafe { rpack_bootloader::main_in_interpreter(argument_count, arguments) }
}

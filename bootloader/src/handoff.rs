//! The call into the runtime library, and the functions that it calls back.

use crate::bundle::{self, Bundle};
use crate::library::Library;
use crate::trace::{self, Clock};
use crate::{Error, os};
use rpack_format::VERSION;
use rpack_format::handoff::{ENTRY_SYMBOL, EntryFunction, Handoff, NO_FILE};
use rpack_format::index::Frame;
use std::ffi::{c_char, c_int, c_void};
use std::ptr;

/// Calls the runtime's entry function and returns the program's exit status.
pub fn call(
    runtime: &Library,
    bundle: &Bundle<'_>,
    clock: Clock,
    argument_count: c_int,
    arguments: *const *const c_char,
) -> Result<c_int, Error> {
    let entry = runtime.symbol(ENTRY_SYMBOL)?;
    // SAFETY: the runtime library that this build of rpack carries defines the symbol with this type.
    let entry = unsafe { std::mem::transmute::<*mut c_void, EntryFunction>(entry) };
    let program = bundle.payload.executable;
    let index = program.index_bytes();
    let executable = bundle::c_string(program.path());
    let folder = bundle::c_string(bundle.folder());
    let handoff = Handoff {
        version: VERSION,
        file: program.bytes().as_ptr(),
        file_size: program.bytes().len(),
        index: index.as_ptr(),
        index_size: index.len(),
        argument_count,
        arguments,
        executable: executable.as_ptr(),
        bundle: folder.as_ptr(),
        is_unpacked: bundle.is_unpacked(),
        started: clock.started(),
        bootloader: ptr::from_ref(bundle).cast(),
        decompress,
        take,
        give_back,
        settle,
        native_path,
        reveal,
        leave,
    };
    // SAFETY: every pointer in the handoff lives until this function returns, and the runtime returns only when the
    // program has ended.
    Ok(unsafe { entry(&handoff) })
}

/// See [`Handoff::decompress`].
///
/// # Safety
///
/// `bootloader` must be the pointer that the handoff holds, and `target` point to `size` bytes that nobody else uses.
unsafe extern "C" fn decompress(
    bootloader: *const c_void,
    offset: u64,
    compressed: u64,
    target: *mut u8,
    size: usize,
) -> bool {
    // SAFETY: the runtime passes back the pointer that `call` gave to it.
    let bundle = unsafe { &*bootloader.cast::<Bundle>() };
    // SAFETY: the runtime passes a buffer of `size` bytes that nobody else uses.
    let target = unsafe { std::slice::from_raw_parts_mut(target, size) };
    bundle.decompress(Frame { offset, compressed, size: size as u64 }, target)
}

/// See [`Handoff::take`].
///
/// # Safety
///
/// `bootloader` must be the pointer that the handoff holds.
unsafe extern "C" fn take(bootloader: *const c_void, offset: u64) -> *const u8 {
    // SAFETY: the runtime passes back the pointer that `call` gave to it.
    let bundle = unsafe { &*bootloader.cast::<Bundle>() };
    bundle.take(offset).map_or(ptr::null(), <[u8]>::as_ptr)
}

/// See [`Handoff::give_back`].
///
/// # Safety
///
/// `bootloader` must be the pointer that the handoff holds.
unsafe extern "C" fn give_back(bootloader: *const c_void, offset: u64) {
    // SAFETY: the runtime passes back the pointer that `call` gave to it.
    let bundle = unsafe { &*bootloader.cast::<Bundle>() };
    bundle.give_back(offset);
}

/// See [`Handoff::settle`].
///
/// # Safety
///
/// `bootloader` must be the pointer that the handoff holds.
unsafe extern "C" fn settle(bootloader: *const c_void, runs_program: bool) {
    // SAFETY: the runtime passes back the pointer that `call` gave to it.
    let bundle = unsafe { &*bootloader.cast::<Bundle>() };
    bundle.settle(runs_program);
}

/// See [`Handoff::native_path`].
///
/// # Safety
///
/// `bootloader` must be the pointer that the handoff holds.
unsafe extern "C" fn native_path(bootloader: *const c_void, file: u32) -> *const c_char {
    // SAFETY: the runtime passes back the pointer that `call` gave to it.
    let bundle = unsafe { &*bootloader.cast::<Bundle>() };
    let path = match bundle.native_path(file).map(|path| os::c_path(&path)) {
        // The path is leaked: it is asked for once for each library, and the runtime may keep it.
        Ok(Ok(path)) => path.into_raw().cast_const(),
        Ok(Err(_)) => ptr::null(),
        Err(error) => {
            trace::say(&format!("error: {error}"));
            ptr::null()
        }
    };
    bundle.forget_after_start();
    path
}

/// See [`Handoff::reveal`].
///
/// # Safety
///
/// `bootloader` must be the pointer that the handoff holds.
unsafe extern "C" fn reveal(bootloader: *const c_void, native: u32) -> c_int {
    // SAFETY: the runtime passes back the pointer that `call` gave to it.
    let bundle = unsafe { &*bootloader.cast::<Bundle>() };
    match bundle.reveal((native != NO_FILE).then_some(native)) {
        Ok(()) => 0,
        Err(error) => error.raw_os_error().unwrap_or(libc::EIO),
    }
}

/// See [`Handoff::leave`].
///
/// # Safety
///
/// `bootloader` must be the pointer that the handoff holds.
unsafe extern "C" fn leave(bootloader: *const c_void) {
    // SAFETY: the runtime passes back the pointer that `call` gave to it.
    let bundle = unsafe { &*bootloader.cast::<Bundle>() };
    bundle.leave();
}

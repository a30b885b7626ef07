//! Loading the shared libraries that extension modules need (dlopen(3)).

use std::ffi::{CStr, c_int};

/// Loads a library. Who is loaded later finds it by its name (`DT_SONAME`).
///
/// # Errors
///
/// What the dynamic linker says.
pub fn load(path: &CStr) -> Result<(), String> {
    open(path, libc::RTLD_NOW | libc::RTLD_LOCAL)
}

/// Loads libraries of which some could not be loaded by themselves, and then `module`, which needs them. `needed` are all that it
/// needs, in load order.
///
/// A library may use what another one defines and not say that it needs that one (`DT_NEEDED`): PyTorch's `libtorch_nvshmem` does. It
/// can be loaded only together with who needs both. The dynamic linker does so where the libraries' own search paths
/// (`DT_RPATH`) lead from one to the other, and nothing else changes then. Where they do not, as in memory, all
/// that the module needs becomes visible to whatever is loaded from now on.
///
/// # Errors
///
/// What the dynamic linker says of `module`.
pub fn load_together(needed: &[&CStr], module: &CStr) -> Result<(), String> {
    if load(module).is_ok() {
        return Ok(());
    }
    // Once to make those visible that are loaded, and again for those that use them. One that still fails is told of by who needs it.
    for path in needed.iter().chain(needed) {
        let _ = open(path, libc::RTLD_NOW | libc::RTLD_GLOBAL);
    }
    load(module)
}

/// Whether a library is loaded.
pub fn is_loaded(path: &CStr) -> bool {
    // SAFETY: the path is a C string; with this flag nothing is loaded.
    let handle = unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_LAZY | libc::RTLD_NOLOAD) };
    if handle.is_null() {
        return false;
    }
    // SAFETY: the handle was just given; the library was loaded before and stays so.
    unsafe { libc::dlclose(handle) };
    true
}

fn open(path: &CStr, flags: c_int) -> Result<(), String> {
    // SAFETY: the path is a C string. The library's constructors run; it is a part of the program.
    let handle = unsafe { libc::dlopen(path.as_ptr(), flags) };
    if !handle.is_null() {
        return Ok(());
    }
    // SAFETY: takes no argument; `dlopen` has just failed, so there is a message.
    let message = unsafe { libc::dlerror() };
    // SAFETY: the message is a C string, and it is copied at once.
    let message = unsafe { CStr::from_ptr(message) };
    Err(message.to_string_lossy().into_owned())
}

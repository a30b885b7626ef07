//! Loading shared libraries into this process (dlopen(3)).

use crate::{Error, os};
use std::ffi::{CStr, c_void};
use std::path::Path;

/// Who sees a library's symbols.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Every library that is loaded after it. Extension modules take the functions of libpython from there.
    Global,
    /// Only those that name it as needed.
    Local,
}

/// A shared library that stays loaded until the process ends.
pub struct Library {
    handle: *mut c_void,
    path: String,
}

/// Loads the library at `path`, resolving all its symbols at once.
pub fn open(path: &Path, scope: Scope) -> Result<Library, Error> {
    let name = path.display().to_string();
    let failed = |reason: String| Error::Library { path: name.clone(), reason };
    let c_path = os::c_path(path).map_err(|error| failed(error.to_string()))?;
    let flags = match scope {
        Scope::Global => libc::RTLD_NOW | libc::RTLD_GLOBAL,
        Scope::Local => libc::RTLD_NOW | libc::RTLD_LOCAL,
    };
    // SAFETY: the path is a C string. The library's constructors run; it is part of the program that the user started.
    let handle = unsafe { libc::dlopen(c_path.as_ptr(), flags) };
    if handle.is_null() { Err(failed(last_error())) } else { Ok(Library { handle, path: name }) }
}

impl Library {
    /// The address of an exported symbol.
    pub fn symbol(&self, name: &CStr) -> Result<*mut c_void, Error> {
        // SAFETY: the handle came from `dlopen` and is never closed.
        let address = unsafe { libc::dlsym(self.handle, name.as_ptr()) };
        if address.is_null() {
            return Err(Error::Library { path: self.path.clone(), reason: last_error() });
        }
        Ok(address)
    }
}

fn last_error() -> String {
    // SAFETY: takes no argument; the answer is null or a C string that is valid until the next call.
    let message = unsafe { libc::dlerror() };
    if message.is_null() {
        return "no reason given".to_owned();
    }
    // SAFETY: not null, so it is a C string, and it is copied before another call can change it.
    unsafe { CStr::from_ptr(message) }.to_string_lossy().into_owned()
}

//! The extension modules behind the codecs of East Asian locales, where the encoding of the locale is not UTF-8.
//!
//! CPython looks up the locale's codec while it initializes, when no importer is there to load an extension module. So these
//! are loaded beforehand and registered as if they were built into libpython, as some distributors build them.

use crate::program::Program;
use pyo3::ffi::PyObject;
use std::ffi::CStr;

const NAMES: [&CStr; 7] =
    [c"_multibytecodec", c"_codecs_cn", c"_codecs_hk", c"_codecs_iso2022", c"_codecs_jp", c"_codecs_kr", c"_codecs_tw"];

/// Registers those of the modules that the program contains as files. One that cannot be loaded is left out: whether the
/// locale needs it shows when CPython asks for its codec, and then CPython says so.
pub fn provide(program: &Program) {
    for name in NAMES {
        if let Some(initialize) = load(program, name) {
            // SAFETY: the interpreter is not initialized yet, and the name is a constant.
            unsafe { pyo3::ffi::PyImport_AppendInittab(name.as_ptr(), Some(initialize)) };
        }
    }
}

type Initialize = unsafe extern "C" fn() -> *mut PyObject;

/// Loads an extension module's library and finds the function that makes the module.
fn load(program: &Program, name: &CStr) -> Option<Initialize> {
    let name = name.to_str().ok()?;
    let path = program.native_path(program.index.find_module(name)?.file?)?;
    // SAFETY: the path is a C string, and the library is a part of the program.
    let library = unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL) };
    if library.is_null() {
        return None;
    }
    let symbol = std::ffi::CString::new(format!("PyInit_{name}")).ok()?;
    // SAFETY: the library was just loaded and is never unloaded.
    let address = unsafe { libc::dlsym(library, symbol.as_ptr()) };
    // SAFETY: an extension module's library exports a function of this type under this name (PEP 3121).
    (!address.is_null()).then(|| unsafe { std::mem::transmute::<*mut libc::c_void, Initialize>(address) })
}

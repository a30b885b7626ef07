//! Flask keeps what a program writes in a folder `instance`: beside the program, or, where that lies below `sys.prefix`, in a folder
//! of the installation. All of a packed program lies below `sys.prefix`, and nothing can be written there; so the folder is looked
//! for where Flask looks for it when it finds no package: in the working folder.

use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::ffi::CStr;

/// What gives a module another function. The module is `FLASK` in it.
const OUTSIDE: &CStr =
    match CStr::from_bytes_with_nul(concat!(include_str!("instance_folder/outside.py"), "\0").as_bytes()) {
        Ok(code) => code,
        Err(_) => panic!("a text without NUL bytes, and one at its end"),
    };

/// Whether a module is one in which a version of Flask looks for it.
pub fn is_one(name: &str) -> bool {
    matches!(name, "flask.sansio.scaffold" | "flask.scaffold" | "flask.helpers")
}

/// Has it found outside of the bundle.
pub fn move_out(module: &Bound<'_, PyAny>) -> PyResult<()> {
    let namespace = PyDict::new(module.py());
    namespace.set_item("FLASK", module)?;
    module.py().run(OUTSIDE, Some(&namespace), None)
}

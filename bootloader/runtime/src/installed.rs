//! Streamlit takes itself for a copy that is being developed where the path of its files does not say `site-packages`: then it
//! refuses a port, waits for a second server that makes its pages, and logs all it does. A packed one is as it was installed.

use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::ffi::CStr;

/// What gives a module's option another default. The module is `CONFIG` in it.
const STREAMLIT: &CStr =
    match CStr::from_bytes_with_nul(concat!(include_str!("installed/streamlit.py"), "\0").as_bytes()) {
        Ok(code) => code,
        Err(_) => panic!("a text without NUL bytes, and one at its end"),
    };

/// Whether a module is the one that asks.
pub fn asks(name: &str) -> bool {
    name == "streamlit.config"
}

/// Answers it.
pub fn answer(module: &Bound<'_, PyAny>) -> PyResult<()> {
    let namespace = PyDict::new(module.py());
    namespace.set_item("CONFIG", module)?;
    module.py().run(STREAMLIT, Some(&namespace), None)
}

//! Modules that go by where they lie, or by the types of loaders, and are told of the bundle as soon as they have run.

mod package_resources;

use crate::program::Program;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::ffi::CString;

/// Flask keeps what a program writes in a folder `instance`: beside the program, or, where that lies below `sys.prefix`, in a folder
/// of the installation. All of a packed program lies below `sys.prefix`, and nothing can be written there; so the folder is looked
/// for where Flask looks for it when it finds no package: in the working folder.
const FLASK: &str = include_str!("told/flask.py");

/// Streamlit takes itself for a copy that is being developed where the path of its files does not say `site-packages`: then it
/// refuses a port, waits for a second server that makes its pages, and logs all it does. A packed one is as it was installed.
const STREAMLIT: &str = include_str!("told/streamlit.py");

/// `site` does its work only where the interpreter is asked for it, and then knows where the user's packages lie, which who uses its
/// names relies upon. A packed program takes none of them.
const SITE: &str = include_str!("told/site.py");

/// Tells the module `name`, which has just run, if it is one of them.
pub fn tell(name: &str, module: &Bound<'_, PyAny>, program: &Program) -> PyResult<()> {
    match name {
        "flask.sansio.scaffold" | "flask.scaffold" | "flask.helpers" => change(module, FLASK),
        "site" => change(module, SITE),
        "streamlit.config" => change(module, STREAMLIT),
        _ if package_resources::is_one(name) => package_resources::register(module, program),
        _ => Ok(()),
    }
}

/// Runs code that changes a module, which is `MODULE` in it.
fn change(module: &Bound<'_, PyAny>, code: &str) -> PyResult<()> {
    let namespace = PyDict::new(module.py());
    namespace.set_item("MODULE", module)?;
    module.py().run(&CString::new(code)?, Some(&namespace), None)
}

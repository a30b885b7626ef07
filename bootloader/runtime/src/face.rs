//! What the program sees of being packed: attributes of `sys` as PyInstaller sets them, and the builtins of `site`.

use crate::program::Program;
use pyo3::prelude::*;
use pyo3::types::PyList;

/// What the builtin `credits` shows.
const CREDITS: &str = "    Thanks to CWI, CNRI, BeOpen.com, Zope Corporation and a cast of thousands
    for supporting Python development.  See www.python.org for more information.";

/// What the builtin `license` shows where Python's license file is not at hand.
const LICENSE: &str = "See https://www.python.org/psf/license/";

/// Whom the program's modules meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// A packed program.
    Program,
    /// An interpreter. It is not `frozen`: who asks for that wants to know whether `sys.executable` takes the arguments of
    /// `python`, as `multiprocessing` does. It says where the bundle is.
    Interpreter,
}

/// Sets `sys.frozen`, `sys._MEIPASS`, and the builtins that `site` would set.
pub fn show(py: Python<'_>, program: &Program, face: Face) -> PyResult<()> {
    let sys = py.import("sys")?;
    if face == Face::Program {
        sys.setattr("frozen", true)?;
    }
    sys.setattr("_MEIPASS", program.bundle)?;
    program.trace(|| format!("sys._MEIPASS is {}", program.bundle));
    add_site_builtins(py)
}

/// `site` is not imported, yet programs call `exit()` and show `copyright`. The texts are the ones of `site` on Unix.
fn add_site_builtins(py: Python<'_>) -> PyResult<()> {
    let builtins = py.import("builtins")?;
    let site = py.import("_sitebuiltins")?;
    let quitter = site.getattr("Quitter")?;
    for name in ["exit", "quit"] {
        builtins.setattr(name, quitter.call1((name, "Ctrl-D (i.e. EOF)"))?)?;
    }
    builtins.setattr("help", site.getattr("_Helper")?.call0()?)?;
    let copyright = py.import("sys")?.getattr("copyright")?.extract::<String>()?;
    for (name, text) in [("copyright", copyright.as_str()), ("credits", CREDITS), ("license", LICENSE)] {
        builtins.setattr(name, printer(&site, name, text)?)?;
    }
    Ok(())
}

/// A `_Printer`. Its `__init__` would import `os` to join the names of files, of which there are none: a millisecond that not
/// every program spends anyway.
fn printer<'py>(site: &Bound<'py, PyModule>, name: &str, text: &str) -> PyResult<Bound<'py, PyAny>> {
    let class = site.getattr("_Printer")?;
    let printer = class.call_method1("__new__", (&class,))?;
    printer.setattr("_Printer__name", name)?;
    printer.setattr("_Printer__data", text)?;
    printer.setattr("_Printer__lines", site.py().None())?;
    printer.setattr("_Printer__filenames", PyList::empty(site.py()))?;
    Ok(printer)
}

//! The modules that CPython imported while it initialized, made to look as if they had been imported afterwards.

use crate::importer::Importer;
use crate::program::Program;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Completes every module that is there before the importer is. Those of the program get the spec and the file that the
/// importer gives, the ones frozen into libpython the file that they have in plain Python.
pub fn complete(py: Python<'_>, program: &Program, importer: &Bound<'_, Importer>) -> PyResult<()> {
    let sys = py.import("sys")?;
    // CPython 3.11 does not take this folder from its configuration; earlier versions know no such folder.
    let lacks_folder = sys.getattr("_stdlib_dir").is_ok_and(|folder| folder.is_none());
    if lacks_folder {
        sys.setattr("_stdlib_dir", program.bundle)?;
    }
    let modules = sys.getattr("modules")?;
    for (name, module) in modules.cast::<PyDict>()?.iter() {
        let name: String = name.extract()?;
        match Importer::find_spec(importer, &name, None, None)? {
            Some(spec) => adopt(&module, &spec)?,
            None if lacks_folder => locate(program, &module)?,
            None => {}
        }
    }
    Ok(())
}

/// Gives a module of the program, imported as a frozen one, the attributes that its spec calls for.
fn adopt(module: &Bound<'_, PyAny>, spec: &Bound<'_, PyAny>) -> PyResult<()> {
    let py = module.py();
    let folders = spec.getattr(intern!(py, "submodule_search_locations"))?;
    if !folders.is_none() {
        module.setattr(intern!(py, "__path__"), folders)?;
    }
    module.setattr(intern!(py, "__file__"), spec.getattr(intern!(py, "origin"))?)?;
    module.setattr(intern!(py, "__loader__"), spec.getattr(intern!(py, "loader"))?)?;
    module.setattr(intern!(py, "__spec__"), spec)
}

/// Tells a module of the standard library that is frozen into libpython where its file would be, as CPython does where it
/// knows the library's folder. What the module was called when it was frozen is known of nothing but these modules.
fn locate(program: &Program, module: &Bound<'_, PyAny>) -> PyResult<()> {
    let py = module.py();
    let state = module.getattr(intern!(py, "__spec__")).and_then(|spec| spec.getattr(intern!(py, "loader_state")));
    let name = state.and_then(|state| Ok((state.getattr(intern!(py, "origname"))?.extract::<String>()?, state)));
    let Ok((name, state)) = name else { return Ok(()) };
    let file = program.absolute(&format!("{}.py", name.replace('.', "/")));
    state.setattr(intern!(py, "filename"), &file)?;
    module.setattr(intern!(py, "__file__"), file)
}

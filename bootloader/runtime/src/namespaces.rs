//! The path of a namespace package (PEP 420): the folders of its name in all folders of the search path, of the bundle and of the
//! file system. It grows when the program adds to the search path.

use crate::program::Program;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString};
use rpack_format::ModuleKind;
use std::path::Path;

/// The portions of a namespace package, of which the bundle's own folder `first` is one.
pub fn portions(py: Python<'_>, program: &Program, fullname: &str, first: String) -> PyResult<Vec<String>> {
    let search_path = match fullname.rsplit_once('.') {
        Some((parent, _)) => {
            let modules = py.import(intern!(py, "sys"))?.getattr(intern!(py, "modules"))?;
            match modules.get_item(parent).and_then(|parent| parent.getattr(intern!(py, "__path__"))) {
                Ok(path) => path,
                Err(_) => return Ok(vec![first]),
            }
        }
        None => py.import(intern!(py, "sys"))?.getattr(intern!(py, "path"))?,
    };
    let mut portions = in_search_path(program, fullname, &search_path)?;
    if !portions.contains(&first) {
        portions.insert(0, first);
    }
    Ok(portions)
}

/// What `_NamespacePath` asks for when its parent's path has changed: a spec without a loader, whose locations it takes.
pub fn spec<'py>(
    module_spec: &Bound<'py, PyAny>,
    program: &Program,
    fullname: &str,
    search_path: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = module_spec.py();
    let spec = module_spec.call1((fullname, py.None()))?;
    let portions = PyList::new(py, in_search_path(program, fullname, search_path)?)?;
    spec.setattr(intern!(py, "submodule_search_locations"), portions)?;
    Ok(spec)
}

fn in_search_path(program: &Program, fullname: &str, search_path: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
    let last = fullname.rsplit('.').next().unwrap_or(fullname);
    let mut portions = Vec::new();
    for entry in search_path.try_iter()? {
        let entry = entry?;
        let Some(entry) = entry.cast::<PyString>().ok().and_then(|entry| entry.to_str().ok()) else { continue };
        match program.relative(entry) {
            Some(folder) => {
                let folder = folder.trim_end_matches('/').replace('/', ".");
                let known = if folder.is_empty() { last.to_owned() } else { format!("{folder}.{last}") };
                let module = program.index.find_module(&known);
                if let Some(module) = module.filter(|module| module.kind == ModuleKind::Namespace) {
                    portions.push(program.absolute(module.path));
                }
            }
            None => {
                let folder = Path::new(entry).join(last);
                if folder.is_absolute() && folder.is_dir() && !folder.join("__init__.py").exists() {
                    portions.extend(folder.into_os_string().into_string());
                }
            }
        }
    }
    Ok(portions)
}

//! `pkg_resources` knows CPython's loaders and finders by their types, and serves files and distributions for those only. It is
//! told of ours, by the functions that it has for this, as soon as it is there.

use crate::entry_finder::EntryFinder;
use crate::importer::Importer;
use crate::program::Program;
use pyo3::prelude::*;

/// Whether a module is `pkg_resources`, which others carry inside of themselves too.
pub fn is_one(name: &str) -> bool {
    name.strip_suffix("pkg_resources").is_some_and(|outer| outer.is_empty() || outer.ends_with('.'))
}

/// What is used of it here. A module of the same name that lacks any of these is another one.
const NEEDED: [&str; 7] = [
    "register_loader_type",
    "register_finder",
    "register_namespace_handler",
    "DefaultProvider",
    "find_on_path",
    "file_ns_handler",
    "working_set",
];

/// Registers the loader and the finder for folders, and adds the distributions of the bundle, which it could not find before.
pub fn register(module: &Bound<'_, PyAny>, program: &Program) -> PyResult<()> {
    let py = module.py();
    for name in NEEDED {
        if !module.hasattr(name)? {
            return Ok(());
        }
    }
    let (loader, finder) = (py.get_type::<Importer>(), py.get_type::<EntryFinder>());
    module.call_method1("register_loader_type", (loader, module.getattr("DefaultProvider")?))?;
    let find_on_path = module.getattr("find_on_path")?;
    module.call_method1("register_finder", (&finder, &find_on_path))?;
    module.call_method1("register_namespace_handler", (finder, module.getattr("file_ns_handler")?))?;
    let working_set = module.getattr("working_set")?;
    for distribution in find_on_path.call1((py.None(), program.bundle))?.try_iter()? {
        working_set.call_method1("add", (distribution?, program.bundle))?;
    }
    Ok(())
}

//! Path hooks that the program or its libraries add to `sys.path_hooks`: `beartype.claw` loads the modules of packages by a loader of
//! its own, which compiles something else of their sources.

use crate::program::Program;
use pyo3::exceptions::PyImportError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyList;
use rpack_format::Module;

/// The hooks that were there before the program began.
pub struct KnownHooks(Vec<Py<PyAny>>);

impl KnownHooks {
    /// Those that are there now.
    pub fn gather(sys: &Bound<'_, PyModule>) -> PyResult<Self> {
        let hooks = sys.getattr("path_hooks")?.try_iter()?.map(|hook| hook.map(Bound::unbind));
        hooks.collect::<PyResult<_>>().map(KnownHooks)
    }

    /// The spec of a module whose source lies in the bundle's folder, by a hook that was added. CPython would ask it for that folder.
    pub fn find_by_added<'py>(
        &self,
        sys: &Bound<'py, PyModule>,
        program: &Program,
        fullname: &str,
        module: &Module<'_>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = sys.py();
        let hooks = sys.getattr(intern!(py, "path_hooks"))?;
        let Ok(hooks) = hooks.cast_into::<PyList>() else { return Ok(None) };
        if hooks.len() == self.0.len() || !program.is_unpacked() || program.index.find_file(module.path).is_none() {
            return Ok(None);
        }
        let folder = |path: &str| path.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned());
        let own = folder(&program.absolute(module.path));
        let entry = if module.is_package { folder(&own) } else { own };
        for hook in hooks.iter().filter(|hook| !self.0.iter().any(|known| known.is(hook))) {
            match hook.call1((&entry,)).and_then(|finder| finder.call_method1(intern!(py, "find_spec"), (fullname,))) {
                Ok(spec) if !spec.is_none() => return Ok(Some(spec)),
                Ok(_) => {}
                Err(error) if error.is_instance_of::<PyImportError>(py) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }
}

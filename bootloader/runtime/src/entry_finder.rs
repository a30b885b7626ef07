//! The path entry finder (PEP 451) for the folders of the bundle: what `sys.path`, a package's `__path__` and `pkgutil` use.

use crate::importer::Importer;
use crate::program::Program;
use pyo3::exceptions::PyImportError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};
use rpack_format::Module;

/// Puts the hook for the bundle's folders first on `sys.path_hooks`.
pub fn install(py: Python<'_>, program: &'static Program, importer: &Bound<'_, Importer>) -> PyResult<()> {
    let hook = Bound::new(py, Hook { program, importer: importer.clone().unbind() })?;
    // CPython's own hooks are a class and a function. Who looks for one of them asks each for its name, which a method has.
    py.import("sys")?.getattr("path_hooks")?.cast_into::<PyList>()?.insert(0, hook.getattr("__call__")?)
}

/// Makes a finder for a folder of the bundle, and refuses every other path.
#[pyclass(frozen, module = "rpack", name = "PathHook")]
struct Hook {
    program: &'static Program,
    importer: Py<Importer>,
}

#[pymethods]
impl Hook {
    fn __call__(&self, py: Python<'_>, path: &str) -> PyResult<EntryFinder> {
        let package = self.program.relative(path).map(|relative| relative.trim_end_matches('/').replace('/', "."));
        let known = package.filter(|package| {
            package.is_empty() || self.program.index.find_module(package).is_some_and(|module| module.is_package)
        });
        match known {
            Some(package) => Ok(EntryFinder {
                program: self.program,
                importer: self.importer.clone_ref(py),
                package,
                path: path.to_owned(),
            }),
            None => Err(PyImportError::new_err("only for packages of the bundle")),
        }
    }
}

/// Finds the modules of one package of the bundle, or of its root.
#[pyclass(frozen, module = "rpack", name = "EntryFinder")]
pub struct EntryFinder {
    program: &'static Program,
    importer: Py<Importer>,
    package: String,
    path: String,
}

#[pymethods]
impl EntryFinder {
    /// Whether the source of a module lies in the folder, and somebody asks for it who may want to make something else of it: pytest
    /// rewrites what tests and their helpers assert, `typeguard` what modules declare, if CPython's loader has the source. They ask
    /// this finder from one that stands before the importer, which would have served the module; and pytest asks for modules by paths,
    /// under other names than their own.
    fn has_source(&self, py: Python<'_>, fullname: &str) -> PyResult<bool> {
        let tail = fullname.rsplit('.').next().unwrap_or(fullname);
        let own = if self.package.is_empty() { tail.to_owned() } else { format!("{}.{tail}", self.package) };
        let is_renamed = fullname != own;
        let has_file = self.program.is_unpacked()
            && self.program.index.find_module(&own).is_some_and(|module| {
                !(is_renamed && module.is_package) && self.program.index.find_file(module.path).is_some()
            });
        Ok(has_file && ((is_renamed && !self.package.is_empty()) || comes_second(py)?))
    }

    /// The spec of a module in this folder: one of the bundle's, or one whose file lies in the folder, as a data file that
    /// was added under a module's name does.
    #[pyo3(signature = (fullname, target=None))]
    fn find_spec<'py>(
        &self,
        py: Python<'py>,
        fullname: &str,
        target: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let _ = target;
        if !self.has_source(py, fullname)?
            && let Some(spec) = self.packed_spec(py, fullname)?
        {
            return Ok(spec);
        }
        let none = py.None().into_bound(py);
        if !self.program.is_unpacked() {
            return Ok(none);
        }
        let Some(files) = self.file_finder(py)? else { return Ok(none) };
        let spec = files.call_method1(intern!(py, "find_spec"), (fullname,))?;
        // A folder of data is no namespace package just because its name could be a module's.
        let is_folder = !spec.is_none() && spec.getattr(intern!(py, "loader"))?.is_none();
        Ok(if is_folder { none } else { spec })
    }

    /// The loader of a module in this folder, as finders gave it before PEP 451; what programs with plugins still ask for.
    #[pyo3(signature = (fullname, path=None))]
    fn find_module<'py>(
        &self,
        py: Python<'py>,
        fullname: &str,
        path: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let spec = self.find_spec(py, fullname, path)?;
        if spec.is_none() { Ok(spec) } else { spec.getattr(intern!(py, "loader")) }
    }

    /// Names and kinds of the modules in this folder, for `pkgutil`.
    #[pyo3(signature = (prefix=""))]
    fn iter_modules<'py>(&self, py: Python<'py>, prefix: &str) -> PyResult<Vec<Bound<'py, PyTuple>>> {
        let modules = self.program.index.submodules(&self.package).filter(|module| module.name != "__main__");
        modules.map(|module| listed(py, &module, prefix)).collect()
    }

    /// Nothing is cached that could become stale.
    fn invalidate_caches(&self) {}
}

impl EntryFinder {
    /// The spec of the bundle's module that would lie in this folder. Like CPython's finder for folders, this one goes by
    /// the last part of the name and does not care what stands before it.
    fn packed_spec<'py>(&self, py: Python<'py>, fullname: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
        let tail = fullname.rsplit('.').next().unwrap_or(fullname);
        let known = if self.package.is_empty() { tail.to_owned() } else { format!("{}.{tail}", self.package) };
        let importer = self.importer.bind(py);
        if known == fullname {
            return Importer::find_spec(importer, fullname, None, None);
        }
        Importer::find_renamed(importer, fullname, &known)
    }

    /// CPython's finder for this folder, where there is one: a package that is only bytecode has none.
    fn file_finder<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        if !std::path::Path::new(&self.path).is_dir() {
            return Ok(None);
        }
        let external = py.import("_frozen_importlib_external")?;
        let loaders = external.getattr("_get_supported_file_loaders")?.call0()?;
        let loaders = loaders.cast::<PyList>()?.to_tuple();
        let hook = external.getattr("FileFinder")?.getattr("path_hook")?.call1(loaders)?;
        hook.call1((&self.path,)).map(Some)
    }
}

/// Whether a finder of the program's stands before the importer and before CPython's own ones.
fn comes_second(py: Python<'_>) -> PyResult<bool> {
    let finders = py.import("sys")?.getattr("meta_path")?;
    let Some(first) = finders.try_iter()?.next().transpose()? else { return Ok(false) };
    // CPython's are classes, of its frozen modules.
    let is_of_python = |finder: &Bound<'_, PyAny>| {
        let module = finder.getattr("__module__").and_then(|module| module.extract::<String>());
        module.is_ok_and(|module| module.starts_with("_frozen_importlib"))
    };
    Ok(!first.is_instance_of::<Importer>() && !is_of_python(&first))
}

/// The pair that `pkgutil.iter_modules` yields for each module.
fn listed<'py>(py: Python<'py>, module: &Module, prefix: &str) -> PyResult<Bound<'py, PyTuple>> {
    let name = module.name.rsplit('.').next().unwrap_or(module.name);
    (format!("{prefix}{name}"), module.is_package).into_pyobject(py)
}

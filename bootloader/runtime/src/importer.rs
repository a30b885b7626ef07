//! The meta path finder and loader (PEP 451) that serves the program's modules from the mapped executable.
//!
//! It stands first on `sys.meta_path`: asking it costs less than asking the two finders of CPython that are written in
//! Python, and nearly every module of a packed program is its own.

use crate::added_hooks::KnownHooks;
use crate::adopted;
use crate::collector;
use crate::compiled;
use crate::entry_finder;
use crate::libraries;
use crate::namespaces;
use crate::pages;
use crate::program::Program;
use crate::told;
use crate::unmarshal;
use crate::{distributions, resources};
use pyo3::exceptions::{PyImportError, PyOSError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString};
use rpack_format::{Module, ModuleKind};
use std::collections::HashMap;
use std::ffi::CStr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Puts the importer first on `sys.meta_path`, and the finder of its folders first on `sys.path_hooks`.
pub fn install(py: Python<'_>, program: &'static Program) -> PyResult<()> {
    let bootstrap = py.import("_frozen_importlib")?;
    let sys = py.import("sys")?;
    let parts = ImportSystem {
        module_spec: bootstrap.getattr("ModuleSpec")?.unbind(),
        call: bootstrap.getattr("_call_with_frames_removed")?.unbind(),
        exec: py.import("builtins")?.getattr("exec")?.unbind(),
        imp: py.import("_imp")?.unbind().into_any(),
        sys: sys.clone().unbind(),
        known_hooks: OnceLock::new(),
        large: Mutex::default(),
    };
    let importer = Bound::new(py, Importer { program, import_system: Arc::new(parts), renamed: None })?;
    sys.getattr("meta_path")?.cast_into::<PyList>()?.insert(0, &importer)?;
    entry_finder::install(py, program, &importer)?;
    let _ = importer.get().import_system.known_hooks.set(KnownHooks::gather(&sys)?);
    adopted::complete(py, program, &importer)
}

/// Libraries of this size, in bytes, and larger ones are told to let go what only their initialization needed.
const LARGE: u64 = 1 << 20;

/// Finder and loader of the packed program's modules.
#[pyclass(frozen, module = "rpack", name = "Importer")]
pub struct Importer {
    program: &'static Program,
    import_system: Arc<ImportSystem>,
    renamed: Option<Renamed>,
}

/// A module that is imported by another name than the one that it has in the bundle. Folders can be searched for modules
/// under any name: a package may have another one's folder on its `__path__`, and whoever lists a folder with `pkgutil` gets
/// finders that are asked for `alpha` where the module is `plugins.alpha`.
struct Renamed {
    name: String,
    known: &'static str,
}

/// What is needed of Python's import system at every import.
struct ImportSystem {
    module_spec: Py<PyAny>,
    call: Py<PyAny>,
    exec: Py<PyAny>,
    imp: Py<PyAny>,
    sys: Py<PyModule>,
    /// The hooks for paths that are there from the start.
    known_hooks: OnceLock<KnownHooks>,
    /// The large libraries that the initialization of an extension module, named by its file's number, uses first.
    large: Mutex<HashMap<u32, Vec<&'static CStr>>>,
}

#[pymethods]
impl Importer {
    /// The spec of a module, or None where the program does not contain it. A module is known by its whole name, so the
    /// path of its parent is of no interest; one without a parent may lie in a folder that the program has put in front.
    #[pyo3(signature = (fullname, path=None, target=None))]
    pub fn find_spec<'py>(
        slf: &Bound<'py, Self>,
        fullname: &str,
        path: Option<&Bound<'py, PyAny>>,
        target: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let _ = target;
        let this = slf.get();
        if path.is_none_or(|path| path.is_none())
            && let Some(spec) = Self::find_in_front(slf, fullname)?
        {
            return Ok(Some(spec));
        }
        let Some(module) = this.program.index.find_module(fullname).filter(|module| module.name != "__main__") else {
            return Ok(None);
        };
        if module.kind == ModuleKind::Namespace
            && path.is_none_or(|path| path.is_none())
            && let Some(spec) = Self::find_behind(slf, fullname)?
        {
            return Ok(Some(spec));
        }
        if compiled::is_inside_another(this.program, &module) {
            return compiled::find_inside(slf.py(), fullname);
        }
        if let Some(known_hooks) = this.import_system.known_hooks.get()
            && let Some(spec) =
                known_hooks.find_by_added(this.import_system.sys.bind(slf.py()), this.program, fullname, &module)?
        {
            return Ok(Some(spec));
        }
        this.program.trace(|| format!("found module {fullname} ({})", module.path));
        this.spec(slf, fullname, &module).map(Some)
    }

    /// Makes an empty module; an extension module is made by its own library.
    fn create_module<'py>(&self, py: Python<'py>, spec: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        // While `__file__` is unknown the import system does not compute `__cached__`, which nobody needs.
        spec.setattr(intern!(py, "_set_fileattr"), false)?;
        let name: String = spec.getattr(intern!(py, "name"))?.extract()?;
        let known = self.module(&name)?;
        let module = match known.file {
            Some(file) => self.load_extension(py, &name, &known, file)?,
            None => PyModule::new(py, &name)?.into_any(),
        };
        module.setattr(intern!(py, "__file__"), self.file_name(spec, &known)?)?;
        Ok(module)
    }

    /// Runs the module's code in its namespace.
    fn exec_module<'py>(&self, py: Python<'py>, module: &Bound<'py, PyAny>) -> PyResult<()> {
        let spec = module.getattr(intern!(py, "__spec__"))?;
        let name: String = spec.getattr(intern!(py, "name"))?.extract()?;
        let known = self.module(&name)?;
        spec.setattr(intern!(py, "_set_fileattr"), true)?;
        if let Some(file) = known.file {
            let exec = self.import_system.imp.bind(py).getattr(intern!(py, "exec_dynamic"))?;
            collector::relaxed(py, || exec.call1((module,)).map(drop))?;
            self.initialized(file);
            return Ok(());
        }
        let code = unmarshal::code(self.program, &known, &self.file_name(&spec, &known)?)?;
        // Called through the import system's own function, whose frame makes tracebacks leave out the import system.
        let ImportSystem { call, exec, .. } = &*self.import_system;
        let arguments = (exec, code, module.getattr(intern!(py, "__dict__"))?);
        collector::relaxed(py, || call.bind(py).call1(arguments).map(drop))?;
        told::tell(&name, module, self.program)
    }

    /// Imports a module as loaders did before PEP 451; deprecated, and still what programs with plugins do.
    fn load_module<'py>(slf: &Bound<'py, Self>, fullname: &str) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        py.import("_frozen_importlib")?.getattr("_load_module_shim")?.call1((slf, fullname))
    }

    /// The code object of a module; None for an extension module (PEP 302).
    fn get_code<'py>(&self, py: Python<'py>, fullname: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
        let module = self.module(fullname)?;
        match module.kind {
            ModuleKind::Bytecode => {
                let file_name = PyString::new(py, &self.program.absolute(module.path)).into_any();
                unmarshal::code(self.program, &module, &file_name).map(Some)
            }
            ModuleKind::Extension | ModuleKind::Namespace => Ok(None),
        }
    }

    /// The source of a module, or None where the bundle carries bytecode only.
    fn get_source<'py>(&self, py: Python<'py>, fullname: &str) -> PyResult<Bound<'py, PyAny>> {
        let module = self.module(fullname)?;
        match self.program.index.find_file(module.path).filter(|_| module.kind == ModuleKind::Bytecode) {
            Some(_) => {
                let source = self.get_data(py, &self.program.absolute(module.path))?;
                py.import("_frozen_importlib_external")?.getattr("decode_source")?.call1((source,))
            }
            None => Ok(py.None().into_bound(py)),
        }
    }

    /// Whether a module can have submodules.
    fn is_package(&self, fullname: &str) -> PyResult<bool> {
        self.module(fullname).map(|module| module.is_package)
    }

    /// The value of the module's `__file__`.
    fn get_filename(&self, fullname: &str) -> PyResult<String> {
        self.module(fullname).map(|module| self.program.absolute(module.path))
    }

    /// The content of a file, given by a path below `sys._MEIPASS` or by any other.
    fn get_data<'py>(&self, py: Python<'py>, path: &str) -> PyResult<Bound<'py, PyBytes>> {
        match std::fs::read(path) {
            Ok(content) => Ok(PyBytes::new(py, &content)),
            Err(error) => match self.packed_file(path) {
                Some(content) => Ok(PyBytes::new(py, &content)),
                None => Err(PyOSError::new_err((error.raw_os_error(), error.to_string(), path.to_owned()))),
            },
        }
    }

    /// What `importlib.resources` reads a package's files with: the folder that the package has in this run.
    fn get_resource_reader<'py>(slf: &Bound<'py, Self>, fullname: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
        let this = slf.get();
        let module = this.module(fullname)?;
        if !module.is_package {
            return Ok(None);
        }
        let py = slf.py();
        if !this.program.is_unpacked() {
            return resources::reader(py, this.program, module.folder().unwrap_or_default()).map(Some);
        }
        // `FileReader` asks its loader for nothing but the path of the module's file.
        let location = PyDict::new(py);
        location.set_item("path", this.program.absolute(module.path))?;
        let loader = py.import("types")?.getattr("SimpleNamespace")?.call((), Some(&location))?;
        py.import("importlib.readers")?.getattr("FileReader")?.call1((loader,)).map(Some)
    }

    /// The distributions whose metadata has no path, for `importlib.metadata`.
    #[pyo3(signature = (context=None))]
    fn find_distributions<'py>(
        &self,
        py: Python<'py>,
        context: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Vec<Bound<'py, PyAny>>> {
        distributions::find(py, self.program, context)
    }

    /// The spec of a namespace package whose parent's path is now another one.
    fn find_portions<'py>(
        &self,
        py: Python<'py>,
        fullname: &str,
        path: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        namespaces::spec(self.import_system.module_spec.bind(py), self.program, fullname, path)
    }

    /// Runs the compiled main module in a namespace; for [`compiled::MAIN_AGAIN`].
    fn run_main(slf: &Bound<'_, Self>, namespace: &Bound<'_, PyDict>) -> PyResult<()> {
        compiled::run_main_again(slf.get().program, slf, namespace)
    }

    /// Nothing is cached that could become stale.
    fn invalidate_caches(&self) {}

    fn __repr__(&self) -> String {
        format!("<rpack importer of {}>", self.program.bundle)
    }
}

impl Importer {
    /// The spec of the module `known` under the name `fullname`, or None where the program does not contain it.
    pub fn find_renamed<'py>(
        slf: &Bound<'py, Self>,
        fullname: &str,
        known: &str,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let this = slf.get();
        let Some(module) = this.program.index.find_module(known) else { return Ok(None) };
        if compiled::is_inside_another(this.program, &module) {
            return Ok(None);
        }
        let renamed = Some(Renamed { name: fullname.to_owned(), known: module.name });
        let importer = Importer { program: this.program, import_system: Arc::clone(&this.import_system), renamed };
        let importer = Bound::new(slf.py(), importer)?;
        importer.get().spec(&importer, fullname, &module).map(Some)
    }

    /// The spec of a module in a folder of the bundle that stands before the bundle itself on `sys.path`: so does a package
    /// that has an extension module of its own name inside of itself (OpenCV's `cv2`).
    fn find_in_front<'py>(slf: &Bound<'py, Self>, fullname: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = slf.py();
        let search_path = slf.get().import_system.sys.bind(py).getattr(intern!(py, "path"))?;
        let Ok(search_path) = search_path.cast_into::<PyList>() else { return Ok(None) };
        for entry in search_path {
            let folder = entry.cast::<PyString>().ok().and_then(|entry| entry.to_str().ok());
            match folder.and_then(|folder| slf.get().program.relative(folder)) {
                Some("") => break,
                Some(folder) => {
                    let known = format!("{}.{fullname}", folder.trim_end_matches('/').replace('/', "."));
                    if let Some(spec) = Self::find_renamed(slf, fullname, &known)? {
                        return Ok(Some(spec));
                    }
                }
                None => {}
            }
        }
        Ok(None)
    }

    /// The spec of a package in a folder of the bundle that stands anywhere on `sys.path`: it comes before a namespace package of its
    /// name (PEP 420). setuptools has a `backports` in a folder that it puts there.
    fn find_behind<'py>(slf: &Bound<'py, Self>, fullname: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
        let program = slf.get().program;
        let search_path = slf.get().import_system.sys.bind(slf.py()).getattr(intern!(slf.py(), "path"))?;
        for entry in search_path.try_iter()? {
            let entry = entry?.extract::<String>().unwrap_or_default();
            let Some(folder) = program.relative(&entry).filter(|folder| !folder.is_empty()) else { continue };
            let known = format!("{}.{fullname}", folder.trim_end_matches('/').replace('/', "."));
            if program.index.find_module(&known).is_some_and(|module| module.kind != ModuleKind::Namespace) {
                return Self::find_renamed(slf, fullname, &known);
            }
        }
        Ok(None)
    }

    fn module(&self, name: &str) -> PyResult<Module<'static>> {
        let renamed = self.renamed.as_ref().filter(|renamed| renamed.name == name);
        self.program
            .index
            .find_module(renamed.map_or(name, |renamed| renamed.known))
            .ok_or_else(|| PyImportError::new_err(format!("this executable does not contain the module {name:?}")))
    }

    /// The path of a module's file. The spec holds it; one string serves as `__file__` and in the module's code objects too.
    fn file_name<'py>(&self, spec: &Bound<'py, PyAny>, module: &Module) -> PyResult<Bound<'py, PyAny>> {
        let py = spec.py();
        let origin = spec.getattr(intern!(py, "origin"))?;
        match origin.is_instance_of::<PyString>() {
            true => Ok(origin),
            false => Ok(PyString::new(py, &self.program.absolute(module.path)).into_any()),
        }
    }

    /// Makes a module's spec. It has the attributes that CPython's own finder would give it, except for `cached`.
    fn spec<'py>(&self, slf: &Bound<'py, Self>, name: &str, module: &Module) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        if module.kind == ModuleKind::Namespace {
            return self.namespace_spec(slf, name, module);
        }
        let path = self.program.absolute(module.path);
        let arguments = PyDict::new(py);
        arguments.set_item(intern!(py, "origin"), &path)?;
        arguments.set_item(intern!(py, "is_package"), module.is_package)?;
        let spec = self.import_system.module_spec.bind(py).call((name, slf), Some(&arguments))?;
        spec.setattr(intern!(py, "_set_fileattr"), true)?;
        if let Some(folder) = module.folder() {
            let folder = self.program.absolute(folder);
            spec.getattr(intern!(py, "submodule_search_locations"))?.call_method1(intern!(py, "append"), (folder,))?;
        }
        Ok(spec)
    }

    /// A namespace package has no loader; `_NamespacePath` is what the import system itself gives it as a path.
    fn namespace_spec<'py>(&self, slf: &Bound<'py, Self>, name: &str, module: &Module) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let path = self.program.absolute(module.path);
        // Of one that was found in a folder of the search path, the finder for that path puts the portions together.
        let portions =
            if module.name == name { namespaces::portions(py, self.program, name, path)? } else { vec![path] };
        let loader = resources::namespace_loader(py, self.program)?;
        let spec = self.import_system.module_spec.bind(py).call1((name, loader))?;
        let path = PyList::new(py, portions)?;
        let namespace_path = py.import("_frozen_importlib_external")?.getattr("_NamespacePath")?;
        let locations = namespace_path.call1((name, path, slf.getattr(intern!(py, "find_portions"))?))?;
        spec.setattr(intern!(py, "submodule_search_locations"), locations)?;
        Ok(spec)
    }

    /// Loads the libraries that an extension module needs, each by its path and in the order computed at build time, and
    /// then the module. The dynamic linker finds a library that is loaded already by its name (`DT_SONAME`).
    fn load_extension<'py>(
        &self,
        py: Python<'py>,
        name: &str,
        module: &Module,
        number: u32,
    ) -> PyResult<Bound<'py, PyAny>> {
        let failed =
            |what: &str| PyImportError::new_err(format!("cannot load {what} for the module '{}'", module.name));
        let file = self.program.index.file(number).ok_or_else(|| failed("its file"))?;
        let (mut large, mut reason) = (Vec::new(), None);
        for need in self.program.index.needs(&file) {
            let path = self.program.native_path(need).ok_or_else(|| failed("a library"))?;
            let is_large = self.program.index.file(need).is_some_and(|library| library.frame.size >= LARGE);
            if is_large && !libraries::is_loaded(path) {
                large.push(path);
            }
            if let Err(why) = libraries::load(path) {
                reason.get_or_insert(why);
            }
        }
        let path = self.program.native_path(number).ok_or_else(|| failed(file.path))?;
        if file.frame.size >= LARGE && !libraries::is_loaded(path) {
            large.push(path);
        }
        if let Some(reason) = reason {
            let needs = self.program.index.needs(&file);
            let needed: Vec<&CStr> = needs.filter_map(|need| self.program.native_path(need)).collect();
            libraries::load_together(&needed, path).map_err(|_| failed(&reason))?;
        }
        let origin = compiled::path_in_bundle(self.program, module);
        let origin = origin.map_or_else(|| path.to_string_lossy(), Into::into);
        if !large.is_empty() {
            self.import_system.large.lock().unwrap_or_else(PoisonError::into_inner).insert(number, large);
        }
        // The path that can be loaded differs from the module's own where the file is in memory.
        let arguments = PyDict::new(py);
        arguments.set_item(intern!(py, "origin"), origin)?;
        let spec = self.import_system.module_spec.bind(py).call((name, py.None()), Some(&arguments))?;
        let create = self.import_system.imp.bind(py).getattr(intern!(py, "create_dynamic"))?;
        // Twice, as there are two functions below CPython's own loader: what an extension module warns of counts the frames.
        let call = self.import_system.call.bind(py);
        call.call1((call, create, spec))
    }

    /// Loads the library of a compiled module, which has an initialization for the module `name`.
    pub fn load_library_of<'py>(&self, py: Python<'py>, name: &str, module: &Module) -> PyResult<Bound<'py, PyAny>> {
        let missing = || PyImportError::new_err(format!("the module '{}' is not compiled", module.name));
        self.load_extension(py, name, module, module.file.ok_or_else(missing)?)
    }

    /// The module in file `number` has been initialized.
    fn initialized(&self, number: u32) {
        let large = self.import_system.large.lock().unwrap_or_else(PoisonError::into_inner).remove(&number);
        large.into_iter().flatten().for_each(pages::forget_library);
    }

    fn packed_file(&self, path: &str) -> Option<Vec<u8>> {
        resources::content(self.program, self.program.relative(path)?)
    }
}

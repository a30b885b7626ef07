//! Modules that Nuitka has compiled to extension modules.
//!
//! One library holds a module, or a package with its submodules. It is loaded as any extension module under the name of the
//! first, and brings a meta path finder of its own for the others. Its code takes the folder that the library was loaded from
//! for the place of its sources.

use crate::importer::Importer;
use crate::program::Program;
use pyo3::exceptions::PyImportError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use rpack_format::Module;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether a module was compiled: then it has a library, and still the path of its source.
pub fn is_compiled(module: &Module) -> bool {
    module.file.is_some() && module.path.ends_with(".py")
}

/// Whether a compiled module is inside of a package's library, whose own finder knows it.
pub fn is_inside_another(program: &Program, module: &Module) -> bool {
    is_compiled(module) && library_stem(program, module).is_some_and(|stem| stem != module.name.replace('.', "/"))
}

/// The spec of such a module, once its package is there. The finders of Nuitka stand behind ours on `sys.meta_path` and would be asked
/// anyhow, but not by those who ask a folder's finder (`pkgutil`).
pub fn find_inside<'py>(py: Python<'py>, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
    for finder in py.import("sys")?.getattr(intern!(py, "meta_path"))?.try_iter()? {
        let finder = finder?;
        if finder.get_type().name()? == FINDER {
            let spec = finder.call_method1(intern!(py, "find_spec"), (name, py.None()))?;
            if !spec.is_none() {
                return Ok(Some(spec));
            }
        }
    }
    Ok(None)
}

/// The type of Nuitka's finders, of which each library has one.
const FINDER: &str = "nuitka_module_loader";

/// The path by which a module's library is to be loaded, where that is not the one by which any other would be: in memory a
/// library has no folder of its own, so it is given its place among the data files.
pub fn path_in_bundle(program: &Program, module: &Module) -> Option<String> {
    let number = module.file.filter(|_| is_compiled(module) && !program.is_unpacked())?;
    program.reveal(Some(number)).ok()?;
    Some(program.absolute(program.index.file(number)?.path))
}

/// The path of a module's library inside the bundle, without what stands behind the name.
fn library_stem(program: &Program, module: &Module) -> Option<&'static str> {
    let path = program.index.file(module.file?)?.path;
    let name = path.rfind('/').map_or(0, |slash| slash + 1);
    path.get(name..)?.find('.').and_then(|dot| path.get(..name + dot))
}

/// What plain Python would have in a main module, and what Nuitka has otherwise.
pub struct MainFace<'py> {
    /// `__name__`.
    pub name: &'py str,
    /// `__spec__`.
    pub spec: Bound<'py, PyAny>,
    /// `__loader__`.
    pub loader: Bound<'py, PyAny>,
    /// `__package__`.
    pub package: Bound<'py, PyAny>,
    /// What else there is in its namespace before it runs.
    pub namespace: Bound<'py, PyDict>,
}

/// Runs a compiled main module, which takes the place of the one that `sys.modules` holds, and gives its namespace.
pub fn run_main<'py>(
    program: &'static Program,
    importer: &Bound<'py, Importer>,
    main: &Module,
    face: &MainFace<'py>,
) -> PyResult<Bound<'py, PyDict>> {
    /// The library's variables exist once.
    static HAS_RUN: AtomicBool = AtomicBool::new(false);
    let py = importer.py();
    let refused = |reason: &str| PyImportError::new_err(format!("cannot run {}: {reason}", main.path));
    if HAS_RUN.swap(true, Ordering::Relaxed) {
        return Err(refused("a compiled main module runs once in a process"));
    }
    let stem = library_stem(program, main).ok_or_else(|| refused("it is not compiled"))?;
    let module = importer.get().load_library_of(py, stem.rsplit('/').next().unwrap_or(stem), main)?;
    let namespace = module.getattr(intern!(py, "__dict__"))?.cast_into::<PyDict>()?;
    namespace.update(face.namespace.as_mapping())?;
    namespace.set_item(intern!(py, "__name__"), face.name)?;
    namespace.set_item(intern!(py, "__builtins__"), py.import("builtins")?)?;
    let own = PyDict::new(py);
    own.set_item(intern!(py, "__spec__"), &face.spec)?;
    own.set_item(intern!(py, "__loader__"), &face.loader)?;
    own.set_item(intern!(py, "__package__"), &face.package)?;
    let spec = MainSpec { namespace: namespace.clone().unbind(), own: own.unbind() };
    namespace.set_item(intern!(py, "__spec__"), Bound::new(py, spec)?)?;
    let modules = py.import("sys")?.getattr(intern!(py, "modules"))?;
    modules.set_item(face.name, &module)?;
    let ran = py.import("_imp")?.call_method1(intern!(py, "exec_dynamic"), (&module,));
    // The code of a module that failed takes it off; what runs at the end of the process may still look for it.
    modules.set_item(face.name, &module)?;
    // Its functions know their namespace without holding it.
    std::mem::forget(module);
    ran.map(|_| namespace)
}

/// Stands for the spec of a main module while its code completes it, which is before its first line. Then the namespace gets what
/// plain Python has: `multiprocessing` and others tell by it how the program was started.
#[pyclass(frozen, module = "rpack", name = "MainSpec")]
struct MainSpec {
    namespace: Py<PyDict>,
    own: Py<PyDict>,
}

/// The last attribute that is set.
const LAST: &str = "has_location";

#[pymethods]
impl MainSpec {
    fn __setattr__(&self, py: Python<'_>, name: &str, _value: &Bound<'_, PyAny>) -> PyResult<()> {
        match name {
            LAST => self.namespace.bind(py).update(self.own.bind(py).as_mapping()),
            _ => Ok(()),
        }
    }
}

/// What `runpy.run_path` is given for the file of a compiled main module, as `multiprocessing` asks for it in new processes.
pub const MAIN_AGAIN: &str = "import sys\n\
    next(finder for finder in sys.meta_path if type(finder).__module__ == 'rpack').run_main(globals())\n";

/// Runs the main module once more, under the name that `namespace` has, and puts into that what it defines.
pub fn run_main_again(
    program: &'static Program,
    importer: &Bound<'_, Importer>,
    namespace: &Bound<'_, PyDict>,
) -> PyResult<()> {
    let py = importer.py();
    let item = |name: &str| Ok::<_, PyErr>(namespace.get_item(name)?.unwrap_or_else(|| py.None().into_bound(py)));
    let name = item("__name__")?.cast_into::<PyString>()?;
    let missing = || PyImportError::new_err("this executable has no compiled main module");
    let main = program.index.find_module("__main__").filter(is_compiled).ok_or_else(missing)?;
    let before = py.import("sys")?.getattr(intern!(py, "modules"))?.get_item(&name)?;
    let face = MainFace {
        name: name.to_str()?,
        spec: item("__spec__")?,
        loader: item("__loader__")?,
        package: item("__package__")?,
        namespace: PyDict::new(py),
    };
    let ran = run_main(program, importer, &main, &face);
    // Whoever runs it has put a module of its own there, and takes that off again.
    py.import("sys")?.getattr(intern!(py, "modules"))?.set_item(&name, before)?;
    namespace.update(ran?.as_mapping())
}

//! `importlib.resources` in a program that was not unpacked: files are read from the payload, without a path.

use crate::program::Program;
use crate::reveal;
use pyo3::exceptions::{PyFileNotFoundError, PyIsADirectoryError, PyOSError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple};
use rpack_format::{FileKind, filter};
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// The reader of the files in `folder`, a path inside the bundle.
pub fn reader<'py>(py: Python<'py>, program: &'static Program, folder: &str) -> PyResult<Bound<'py, PyAny>> {
    teach_as_file(py)?;
    Ok(Bound::new(py, PackedReader { folder: PackedPath { program, path: folder.to_owned() } })?.into_any())
}

/// The loader of namespace packages in a program that was not unpacked. CPython's own wants their folders to exist. `None`
/// stands for CPython's.
pub fn namespace_loader<'py>(py: Python<'py>, program: &'static Program) -> PyResult<Bound<'py, PyAny>> {
    match program.is_unpacked() {
        true => Ok(py.None().into_bound(py)),
        false => Ok(Bound::new(py, NamespaceLoader { program })?.into_any()),
    }
}

/// The content of a packed file, by its path inside the bundle.
pub fn content(program: &Program, path: &str) -> Option<Vec<u8>> {
    let file = program.index.file(program.index.find_file(path)?)?;
    let mut content = program.read(file.frame)?;
    let filters = program.index.filters(&file)?;
    filter::invert(&mut content, &filters, &mut vec![0; filter::spare(&filters)]);
    Some(content)
}

/// A file or a folder of the payload, as `importlib.resources.abc.Traversable` wants it, with the little more that
/// `importlib.metadata.PathDistribution` uses of a path.
#[pyclass(frozen, module = "rpack", name = "PackedPath")]
pub struct PackedPath {
    program: &'static Program,
    path: String,
}

impl PackedPath {
    /// The file or folder at `path` inside the bundle.
    pub fn new(program: &'static Program, path: String) -> Self {
        PackedPath { program, path }
    }

    fn at(&self, path: String) -> Self {
        PackedPath { program: self.program, path }
    }

    /// The names of what is directly in this folder.
    fn names(&self) -> BTreeSet<&'static str> {
        let inside = |path: &'static str| match self.path.as_str() {
            "" => Some(path),
            folder => path.strip_prefix(folder)?.strip_prefix('/'),
        };
        let index = &self.program.index;
        let paths = index.files().map(|file| file.path).chain(index.package_folders());
        paths.filter_map(|path| inside(path)?.split('/').next()).collect()
    }

    fn join(&self, descendant: &str) -> String {
        let mut parts: Vec<&str> =
            if descendant.starts_with('/') { Vec::new() } else { self.path.split('/').collect() };
        for part in descendant.split('/') {
            match part {
                "" | "." => {}
                // Above the bundle there is nothing; such a path names nothing either.
                ".." if parts.last().is_some_and(|last| !last.is_empty() && *last != "..") => drop(parts.pop()),
                _ => parts.push(part),
            }
        }
        parts.retain(|part| !part.is_empty());
        parts.join("/")
    }

    fn content(&self) -> PyResult<Vec<u8>> {
        let failed = |number: i32| (number, std::io::Error::from_raw_os_error(number).to_string(), self.__str__());
        match content(self.program, &self.path) {
            Some(content) => Ok(content),
            None if self.is_dir() => Err(PyIsADirectoryError::new_err(failed(libc::EISDIR))),
            None if self.is_file() => Err(PyOSError::new_err(failed(libc::EIO))),
            None => Err(PyFileNotFoundError::new_err(failed(libc::ENOENT))),
        }
    }
}

#[pymethods]
impl PackedPath {
    /// The last part of the path.
    #[getter]
    fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// What follows the last dot of the name, with it.
    #[getter]
    fn suffix(&self) -> &str {
        match self.name().rfind('.') {
            Some(start) if start > 0 => &self.name()[start..],
            _ => "",
        }
    }

    /// The name without its suffix.
    #[getter]
    fn stem(&self) -> &str {
        self.name().strip_suffix(self.suffix()).unwrap_or_default()
    }

    /// The folder that this is in.
    #[getter]
    fn parent(&self) -> PackedPath {
        self.at(self.path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned())
    }

    fn is_dir(&self) -> bool {
        let is_package = || self.program.index.package_folders().any(|folder| folder == self.path);
        self.path.is_empty() || !self.names().is_empty() || is_package()
    }

    fn is_file(&self) -> bool {
        self.program.index.find_file(&self.path).is_some()
    }

    fn exists(&self) -> bool {
        self.is_file() || self.is_dir()
    }

    /// What is in this folder.
    fn iterdir<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        if !self.is_dir() {
            let error = std::io::Error::from_raw_os_error(if self.is_file() { libc::ENOTDIR } else { libc::ENOENT });
            return Err(PyOSError::new_err((error.raw_os_error(), error.to_string(), self.__str__())));
        }
        let entries: Vec<PackedPath> = self.names().into_iter().map(|name| self.at(self.join(name))).collect();
        entries.into_pyobject(py)?.call_method0("__iter__")
    }

    #[pyo3(signature = (*descendants))]
    fn joinpath(&self, descendants: &Bound<'_, PyTuple>) -> PyResult<PackedPath> {
        let mut path = self.at(self.path.clone());
        for descendant in descendants {
            path = path.__truediv__(&descendant)?;
        }
        Ok(path)
    }

    fn __truediv__(&self, descendant: &Bound<'_, PyAny>) -> PyResult<PackedPath> {
        Ok(self.at(self.join(descendant.str()?.to_str()?)))
    }

    fn read_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &self.content()?))
    }

    #[pyo3(signature = (encoding=None, errors=None, newline=None))]
    fn read_text<'py>(
        &self,
        py: Python<'py>,
        encoding: Option<&str>,
        errors: Option<&str>,
        newline: Option<&str>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let options = PyDict::new(py);
        options.set_item("encoding", encoding)?;
        options.set_item("errors", errors)?;
        options.set_item("newline", newline)?;
        self.open(py, "r", &PyTuple::empty(py), Some(&options))?.call_method0("read")
    }

    /// A file object to read from; what follows the mode is for `io.TextIOWrapper`, as `Traversable` specifies it.
    #[pyo3(signature = (mode="r", *arguments, **options))]
    fn open<'py>(
        &self,
        py: Python<'py>,
        mode: &str,
        arguments: &Bound<'py, PyTuple>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let io = py.import("io")?;
        let stream = || io.getattr("BytesIO")?.call1((self.read_bytes(py)?,));
        match mode {
            "rb" | "br" => stream(),
            "r" | "rt" | "tr" => {
                let arguments = [stream()?].into_iter().chain(arguments.iter()).collect::<Vec<_>>();
                io.getattr("TextIOWrapper")?.call(PyTuple::new(py, arguments)?, options)
            }
            _ => {
                Err(PyValueError::new_err(format!("a packed file can only be read, and not opened with mode {mode:?}")))
            }
        }
    }

    fn __str__(&self) -> String {
        match self.path.as_str() {
            "" => self.program.bundle.to_owned(),
            path => self.program.absolute(path),
        }
    }

    fn __repr__(&self) -> String {
        format!("PackedPath({:?})", self.__str__())
    }

    fn __eq__(&self, other: &PackedPath) -> bool {
        self.path == other.path
    }

    fn __hash__(&self, py: Python<'_>) -> PyResult<isize> {
        self.path.as_str().into_pyobject(py)?.hash()
    }
}

/// What `importlib.resources` asks for the files of one package (`importlib.resources.abc.TraversableResources`).
#[pyclass(frozen, module = "rpack", name = "PackedReader")]
struct PackedReader {
    folder: PackedPath,
}

#[pymethods]
impl PackedReader {
    fn files(&self) -> PackedPath {
        self.folder.at(self.folder.path.clone())
    }

    fn open_resource<'py>(&self, py: Python<'py>, resource: &str) -> PyResult<Bound<'py, PyAny>> {
        self.folder.at(self.folder.join(resource)).open(py, "rb", &PyTuple::empty(py), None)
    }

    /// Always fails, so that the caller reads the resource instead.
    fn resource_path(&self, resource: &str) -> PyResult<()> {
        Err(PyFileNotFoundError::new_err(resource.to_owned()))
    }

    fn is_resource(&self, path: &str) -> bool {
        self.folder.at(self.folder.join(path)).is_file()
    }

    fn contents(&self) -> Vec<&'static str> {
        self.folder.names().into_iter().collect()
    }
}

/// Loads namespace packages, which have nothing to load, and reads their files.
#[pyclass(frozen, module = "rpack", name = "NamespaceLoader")]
struct NamespaceLoader {
    program: &'static Program,
}

#[pymethods]
impl NamespaceLoader {
    fn create_module(&self, spec: &Bound<'_, PyAny>) {
        let _ = spec;
    }

    /// CPython sets this attribute too.
    fn exec_module(&self, module: &Bound<'_, PyAny>) -> PyResult<()> {
        module.setattr("__file__", module.py().None())
    }

    fn is_package(&self, fullname: &str) -> bool {
        let _ = fullname;
        true
    }

    fn get_source(&self, fullname: &str) -> &'static str {
        let _ = fullname;
        ""
    }

    fn get_code<'py>(&self, py: Python<'py>, fullname: &str) -> PyResult<Bound<'py, PyAny>> {
        let _ = fullname;
        py.import("builtins")?.getattr("compile")?.call1(("", "<string>", "exec"))
    }

    fn get_resource_reader<'py>(&self, py: Python<'py>, fullname: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
        let module = self.program.index.find_module(fullname);
        module.map(|module| reader(py, self.program, module.path)).transpose()
    }
}

/// Tells `importlib.resources.as_file` what to do with a packed path, once.
fn teach_as_file(py: Python<'_>) -> PyResult<()> {
    static TAUGHT: OnceLock<()> = OnceLock::new();
    if TAUGHT.set(()).is_ok() {
        let function = wrap_pyfunction!(as_file, py)?;
        let general = py.import("importlib.resources")?.getattr("as_file")?;
        general.call_method1("register", (py.get_type::<PackedPath>(), function))?;
    }
    Ok(())
}

/// The real path of a packed file or folder; where there can be none, whatever `importlib.resources` does without one.
#[pyfunction]
fn as_file<'py>(py: Python<'py>, path: &Bound<'py, PackedPath>) -> PyResult<Bound<'py, PyAny>> {
    let PackedPath { program, path: relative } = path.get();
    let file = program.index.find_file(relative);
    let is_native = |file: &u32| program.index.file(*file).is_some_and(|file| file.kind == FileKind::Native);
    match reveal::reveal(program, file.filter(is_native)) {
        Ok(()) => {
            let real = py.import("pathlib")?.getattr("Path")?.call1((path.get().__str__(),))?;
            py.import("contextlib")?.getattr("nullcontext")?.call1((real,))
        }
        Err(_) => {
            let general = py.import("importlib.resources")?.getattr("as_file")?;
            let object = py.import("builtins")?.getattr("object")?;
            general.call_method1("dispatch", (object,))?.call1((path,))
        }
    }
}

//! Data files of packages: what lies in the folder of an included package and is not code.
//!
//! It is taken by default, because the package that reads a file says so only at run time. Left out by rule is what no
//! program reads: sources and headers of extension modules, type stubs, tests, caches.

use super::natives::AskedLibrary;
use super::{Content, Files, Reason, relative};
use rpack_analyzer::{Distribution, FilesAsked, Module, ModuleGraph, ModuleKind, Origin, Project};
use rpack_format::FileKind;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use walkdir::{DirEntry, WalkDir};

/// Endings of files that are never data. `.py` and `.so` are modules and collected as such where they are needed.
const CODE_ENDINGS: [&str; 23] = [
    "py", "pyc", "pyo", "pyx", "pxd", "pxi", "pyd", "c", "cc", "cpp", "cxx", "h", "hh", "hpp", "hxx", "cu", "cuh", "f",
    "f90", "o", "a", "la", "rs",
];

/// Folders inside a package that no program reads from.
const LEFT_OUT_FOLDERS: [&str; 4] = ["__pycache__", "tests", "test", "node_modules"];

/// What tools of developers keep in hidden files and folders.
const OF_TOOLS: [&str; 14] = [
    ".DS_Store",
    ".agents",
    ".cargo",
    ".circleci",
    ".hypothesis",
    ".idea",
    ".ipynb_checkpoints",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".tox",
    ".tx",
    ".venv",
    ".vscode",
];

/// Packages of the standard library whose files serve installing, testing and demonstrating.
const LEFT_OUT_PACKAGES: [&str; 3] = ["ensurepip", "test", "turtledemo"];

/// Adds the data files of every included package. Those of the program's own folder come with the folder.
pub fn collect(files: &mut Files, graph: &ModuleGraph, project: &Project) {
    let is_own = |module: &Module| module.origin == Origin::Program && is_in_place(module, project);
    let hidden = hidden_files(&graph.distributions);
    let included =
        graph.modules.values().flat_map(|module| module.submodule_path.iter().map(PathBuf::as_path)).collect();
    let packages = graph.modules.values().filter(|module| module.is_package && has_data(module) && !is_own(module));
    for package in packages {
        let is_namespace = matches!(package.kind, ModuleKind::Namespace { .. });
        for folder in &package.submodule_path {
            if is_namespace {
                collect_portion(files, package, folder, &graph.distributions);
            } else {
                collect_folder(files, package, folder, &Surroundings { hidden: &hidden, included: &included });
            }
        }
    }
}

/// Whether a package lies where the program's folder has it. One that `--paths` leads to may lie inside of that folder too, but
/// has another place in the bundle.
fn is_in_place(package: &Module, project: &Project) -> bool {
    let place = package.name.replace('.', "/");
    let roots = project.program.search_path.iter().chain([&project.program.root]);
    roots.map(|root| root.join(&place)).any(|folder| package.submodule_path.contains(&folder))
}

/// Files and folders that are hidden and were installed all the same: `tldextract` has its list of suffixes in one, `mkdocs-material` its
/// icons. What git and others leave behind is none of the package's.
fn hidden_files(distributions: &[Distribution]) -> HashSet<&Path> {
    let is_hidden = |path: &&Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with('.') && !name.starts_with(".git") && !OF_TOOLS.contains(&name.as_ref())
    };
    let installed = distributions.iter().flat_map(|distribution| &distribution.files);
    let may_be_hidden = |path: &&PathBuf| path.as_os_str().as_encoded_bytes().windows(2).any(|pair| pair == b"/.");
    installed.filter(may_be_hidden).flat_map(|path| path.ancestors()).filter(is_hidden).collect()
}

/// Takes from a namespace package's folder what belongs to an included distribution, as the `.proto` files of Google's APIs
/// do. The folder is shared, so what else lies there may be anybody's, and the folders inside have their own turn.
fn collect_portion(files: &mut Files, package: &Module, folder: &Path, distributions: &[Distribution]) {
    let installed = distributions.iter().flat_map(|owner| owner.files.iter().map(move |file| (owner, file)));
    for (owner, file) in installed.filter(|(_, file)| file.parent() == Some(folder) && is_data(file) && file.is_file())
    {
        if let Some(name) = relative(file, folder).filter(|name| !name.starts_with('.')) {
            let path = format!("{}/{name}", package.name.replace('.', "/"));
            files.add(&path, FileKind::Data, Content::File(file.clone()), Reason::RecordOf(owner.name.clone()));
        }
    }
}

/// Adds the data files of packages that flags ask for, also those of packages inside of them.
pub fn collect_asked(files: &mut Files, graph: &ModuleGraph) {
    for AskedFile { path, inside, package } in asked_files(graph, FilesAsked::Data) {
        let executable = crate::os::is_executable_file(&path);
        let reason = Reason::Flag { flag: "--collect-data", value: package };
        if let Some(file) = files.add(&inside, FileKind::Data, Content::File(path), reason) {
            file.executable = executable;
        }
    }
}

/// The shared libraries of packages that flags ask for.
pub fn asked_libraries(graph: &ModuleGraph) -> Vec<AskedLibrary> {
    let files = asked_files(graph, FilesAsked::Libraries);
    let reason = |package| Reason::Flag { flag: "--collect-binaries", value: package };
    let library =
        |file: AskedFile| AskedLibrary { source: file.path, inside: file.inside, reason: reason(file.package) };
    files.into_iter().map(library).collect()
}

/// A file that a flag asks for.
struct AskedFile {
    path: PathBuf,
    inside: String,
    package: String,
}

/// Files that flags ask for. Who asks gets tests, headers and stubs too.
fn asked_files(graph: &ModuleGraph, what: FilesAsked) -> Vec<AskedFile> {
    let is_asked = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_module = name.ends_with(".py") || name.ends_with(".pyc") || is_extension_module(&name);
        !is_module && is_library(path) == (what == FilesAsked::Libraries)
    };
    let mut found = Vec::new();
    for asked in graph.asked.iter().filter(|asked| asked.what == what) {
        let place = asked.package.replace('.', "/");
        for folder in &asked.folders {
            let files = WalkDir::new(folder).min_depth(1).follow_links(true).sort_by_file_name().into_iter().flatten();
            for file in files.filter(|file| file.file_type().is_file() && is_asked(file.path())) {
                if let Some(path) = relative(file.path(), folder) {
                    let (path, inside) = (file.path().to_owned(), format!("{place}/{path}"));
                    found.push(AskedFile { path, inside, package: asked.package.clone() });
                }
            }
        }
    }
    found
}

fn has_data(package: &Module) -> bool {
    let top = package.name.split('.').next().unwrap_or_default();
    package.origin != Origin::StandardLibrary || !LEFT_OUT_PACKAGES.contains(&top)
}

/// What is known of the folders around.
struct Surroundings<'a> {
    hidden: &'a HashSet<&'a Path>,
    /// The folders of included packages.
    included: &'a HashSet<&'a Path>,
}

/// Walks a package's folder, but not into the packages inside of it: these have their own turn where they are included.
fn collect_folder(files: &mut Files, package: &Module, folder: &Path, around: &Surroundings<'_>) {
    let inside = format!("{}/", package.name.replace('.', "/"));
    let mut scripts = HashMap::new();
    let templates = RefCell::new(HashSet::new());
    let walk = WalkDir::new(folder).min_depth(1).sort_by_file_name().into_iter();
    let belongs = |entry: &DirEntry| {
        let in_template = entry.path().parent().is_some_and(|holder| templates.borrow().contains(holder));
        let is_package = entry.path().join("__init__.py").exists();
        let is_template = entry.file_type().is_dir()
            && !around.included.contains(entry.path())
            && (in_template || (!is_package && holds_scripts(entry.path())))
            && is_shown(entry, around.hidden);
        if is_template {
            templates.borrow_mut().insert(entry.path().to_owned());
        }
        is_template || belongs_to_package(entry, around.hidden)
    };
    for entry in walk.filter_entry(belongs).flatten() {
        let holder = entry.path().parent().unwrap_or(folder);
        let in_template = templates.borrow().contains(holder);
        let mut is_script =
            || in_template || *scripts.entry(holder.to_owned()).or_insert_with(|| holds_scripts(holder));
        if entry.file_type().is_dir() || !(is_data(entry.path()) || (is_source(entry.path()) && is_script())) {
            continue;
        }
        if let Some(path) = relative(entry.path(), folder) {
            let kind = if is_library(entry.path()) { FileKind::Native } else { FileKind::Data };
            let executable = crate::os::is_executable_file(entry.path());
            let reason = Reason::DataOf(package.name.clone());
            if let Some(file) =
                files.add(&(inside.clone() + &path), kind, Content::File(entry.path().to_owned()), reason)
            {
                file.executable |= executable;
            }
        }
    }
}

fn belongs_to_package(entry: &DirEntry, hidden: &HashSet<&Path>) -> bool {
    let name = entry.file_name().to_string_lossy();
    if entry.depth() == 0 {
        return true;
    }
    if !entry.file_type().is_dir() {
        return !name.starts_with('.') || hidden.contains(entry.path());
    }
    let is_package = entry.path().join("__init__.py").exists();
    (!is_package || is_shelf(entry)) && is_shown(entry, hidden)
}

/// Whether a folder is one that programs read from.
fn is_shown(entry: &DirEntry, hidden: &HashSet<&Path>) -> bool {
    let name = entry.file_name().to_string_lossy();
    let is_hidden = name.starts_with('.') && !hidden.contains(entry.path());
    !is_hidden && !LEFT_OUT_FOLDERS.contains(&name.as_ref())
}

/// Whether a folder is called a package and is none: it stands in a folder of data and holds no module, so that nobody imports it.
/// PuLP has its solvers in such folders, one for each system.
fn is_shelf(entry: &DirEntry) -> bool {
    let stands_in_data = entry.path().parent().is_some_and(|folder| !folder.join("__init__.py").exists());
    let is_module = |entry: fs::DirEntry| entry.file_name() != "__init__.py" && !is_data(&entry.path());
    stands_in_data && fs::read_dir(entry.path()).is_ok_and(|inner| !inner.flatten().any(is_module))
}

/// Whether a source can be the module of an import. What is called `v1.2.0.a.py` can only be opened by its path.
fn is_importable(path: &Path) -> bool {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    stem.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
}

fn is_source(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "py")
}

/// Whether the sources in a folder are opened by their paths. Many of them can be no modules: `pysnmp` has its MIBs in
/// files such as `SNMPv2-MIB.py`, and `ASN1.py` is one of them. Or the folder is no package, and has other files beside them: a
/// template of Flask-Migrate's, which becomes a folder of the user's, and so do the packages inside of Scrapy's and Wagtail's. Or it is a package for the sake of its files only: its
/// initializer is empty, and most of what it holds is no source.
fn holds_scripts(folder: &Path) -> bool {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let files: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    let is_other = |path: &PathBuf| !is_source(path) && !is_library(path) && is_data(path);
    if !folder.join("__init__.py").exists() && files.iter().any(is_other) {
        return true;
    }
    let sources: Vec<&PathBuf> = files.iter().filter(|path| is_source(path)).collect();
    let is_empty = fs::metadata(folder.join("__init__.py")).is_ok_and(|initializer| initializer.len() == 0);
    if is_empty && files.iter().filter(|path| is_other(path)).count() > sources.len() {
        return true;
    }
    let scripts = sources.iter().filter(|path| !is_importable(path)).count();
    scripts > 0 && scripts * 3 >= sources.len()
}

fn is_data(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let ending = path.extension().unwrap_or_default().to_string_lossy();
    match &*ending {
        "pyi" => return is_stub_that_is_read(path),
        "py" => return !is_importable(path),
        _ => {}
    }
    name != "py.typed" && !CODE_ENDINGS.contains(&ending.as_ref()) && !is_extension_module(&name)
}

/// Whether a type stub is more than that: `lazy_loader` takes a module's names from the stub beside it, and where there is no
/// module beside, the stub is data of a program that works on stubs.
fn is_stub_that_is_read(path: &Path) -> bool {
    match fs::read(path.with_extension("py")) {
        Ok(source) => String::from_utf8_lossy(&source).contains("attach_stub"),
        Err(_) => path.parent().is_some_and(|folder| !folder.join("__init__.py").exists()),
    }
}

/// Whether a file is named as CPython names extension modules: `name.cpython-311-x86_64-linux-gnu.so`, `name.abi3.so`.
fn is_extension_module(name: &str) -> bool {
    let stem = name.strip_suffix(".so");
    stem.and_then(|stem| stem.split_once('.')).is_some_and(|(_, tag)| tag.starts_with("cpython-") || tag == "abi3")
}

/// Whether a file is a shared library, which a package may load by its path.
pub fn is_library(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.ends_with(".so") || name.contains(".so.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stub_is_data_where_it_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let stub = folder.path().join("a.pyi");
        assert!(is_data(&stub), "a stub without a package is somebody's data");
        fs::write(folder.path().join("__init__.py"), "").unwrap();
        assert!(!is_data(&stub));
        fs::write(folder.path().join("a.py"), "x = 1").unwrap();
        assert!(!is_data(&stub));
        fs::write(folder.path().join("a.py"), "import lazy\nlazy.attach_stub(__name__, __file__)").unwrap();
        assert!(is_data(&stub));
    }

    #[test]
    fn what_is_hidden_belongs_to_the_package_that_was_installed_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let names = ["p/.icons/deep/a.svg", "p/.list", "p/.agents/skill.md", "p/.left/behind", "p/plain"];
        let paths = names.map(|name| folder.path().join(name));
        for path in &paths {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let distribution = Distribution {
            name: "p".to_owned(),
            version: "1".to_owned(),
            metadata_folder: folder.path().join("p-1.dist-info"),
            files: paths.iter().filter(|path| !path.ends_with("behind")).cloned().collect(),
            requires: Vec::new(),
            entry_points: std::collections::BTreeMap::new(),
            editable_root: None,
        };
        let distributions = [distribution];
        let hidden = hidden_files(&distributions);
        let walk = WalkDir::new(folder.path().join("p")).sort_by_file_name().into_iter();
        let found = walk.filter_entry(|entry| belongs_to_package(entry, &hidden)).flatten();
        let files: Vec<_> = found.filter(|entry| entry.file_type().is_file()).map(DirEntry::into_path).collect();
        assert_eq!(files.iter().collect::<Vec<_>>(), [&paths[0], &paths[1], &paths[4]]);
    }

    #[test]
    fn a_shelf_is_no_package() {
        let folder = tempfile::tempdir().unwrap();
        for file in ["a/b/__init__.py", "a/b/solver", "a/c/__init__.py", "a/c/d.py", "e/__init__.py", "e/f/__init__.py"]
        {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let shelves: Vec<_> = WalkDir::new(folder.path())
            .min_depth(1)
            .sort_by_file_name()
            .into_iter()
            .flatten()
            .filter(|entry| entry.file_type().is_dir() && entry.path().join("__init__.py").exists() && is_shelf(entry))
            .map(|entry| entry.path().strip_prefix(folder.path()).unwrap().display().to_string())
            .collect();
        assert_eq!(shelves, ["a/b", "e"], "`e` stands in a folder that is no package here, `e/f` in one");
    }

    #[test]
    fn sources_in_a_template_are_files_of_it() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("env.py"), "").unwrap();
        assert!(!holds_scripts(folder.path()), "it may be a part of a namespace package");
        fs::write(folder.path().join("script.py.mako"), "").unwrap();
        assert!(holds_scripts(folder.path()));
        fs::write(folder.path().join("__init__.py"), "x = 1").unwrap();
        assert!(!holds_scripts(folder.path()));
    }

    #[test]
    fn packages_in_a_template_are_files_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let paths = [
            "p/a/b/__init__.py",
            "p/a/b/c.py",
            "p/template/inner/__init__.py",
            "p/template/inner/deep/x.py",
            "p/template/known/__init__.py",
            "p/template/setup.cfg",
        ];
        for path in paths.map(|path| folder.path().join(path)) {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x = 1").unwrap();
        }
        let package = Module {
            name: "p".to_owned(),
            origin: Origin::Library,
            kind: ModuleKind::Source,
            is_package: true,
            path: folder.path().join("p/__init__.py"),
            submodule_path: vec![folder.path().join("p")],
            because: None,
            distribution: None,
            source: None,
            certain: true,
        };
        let known = folder.path().join("p/template/known");
        let around = Surroundings { hidden: &HashSet::new(), included: &HashSet::from([known.as_path()]) };
        let mut files = Files::default();
        collect_folder(&mut files, &package, &folder.path().join("p"), &around);
        let found: Vec<_> = files.files.into_keys().collect();
        assert_eq!(found, ["p/template/inner/__init__.py", "p/template/inner/deep/x.py", "p/template/setup.cfg"]);
    }

    #[test]
    fn sources_among_the_files_of_a_package_of_files_are_files() {
        let folder = tempfile::tempdir().unwrap();
        for file in ["__init__.py", "template_setup.py", "template_main.go", "template_setup.cfg"] {
            fs::write(folder.path().join(file), "").unwrap();
        }
        assert!(!holds_scripts(folder.path()), "as many sources as others");
        fs::write(folder.path().join("template.toml"), "").unwrap();
        assert!(holds_scripts(folder.path()));
        fs::write(folder.path().join("__init__.py"), "x = 1").unwrap();
        assert!(!holds_scripts(folder.path()));
    }

    #[test]
    fn data_is_what_is_not_code() {
        for data in [
            "v1.2.0.a.py",
            "roots.pem",
            "plugin.proto",
            "a/template.html",
            "LICENSE",
            "libfoo.so",
            "libfoo.so.1.2",
            "x.json",
        ] {
            assert!(is_data(Path::new(data)), "{data} was left out");
        }
        for code in ["a.py", "a.pyx", "py.typed", "a.cpython-311-x86_64-linux-gnu.so", "a.abi3.so", "a.h"] {
            assert!(!is_data(Path::new(code)), "{code} was taken");
        }
    }
}

//! From a module's name to its file.

pub mod zip_file;

use crate::graph::ModuleKind;
use crate::project::{Origin, Project};
use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::fs;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// Finds modules as the interpreter's own finders do: built-in, frozen, the path, then the import
/// hooks of editable installs. Listings of folders are read once.
pub(crate) struct Finder<'a> {
    project: &'a Project,
    suffixes: Vec<(String, Suffix)>,
    /// By the text of the folder's path, which is hashed much faster than its components.
    listings: HashMap<OsString, Rc<Listing>>,
}

/// A module that exists.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) kind: ModuleKind,
    /// Its file; the first portion of a namespace package; empty for a module without a file.
    pub(crate) path: PathBuf,
    /// `__path__`, for a package.
    pub(crate) submodule_path: Option<Vec<PathBuf>>,
    pub(crate) origin: Origin,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Suffix {
    Extension,
    Source,
    Bytecode,
}

/// Names in a folder. A folder that cannot be read is empty, as it is for the path finder.
#[derive(Debug, Default)]
struct Listing {
    names: HashMap<String, Entry>,
    /// The names up to their first dot. An extension module names thousands of things that are no modules, and most of them stand
    /// in none of the folders in any form.
    stems: HashSet<String>,
}

impl Deref for Listing {
    type Target = HashMap<String, Entry>;

    fn deref(&self) -> &HashMap<String, Entry> {
        &self.names
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Entry {
    File,
    Folder,
}

impl<'a> Finder<'a> {
    pub(crate) fn new(project: &'a Project) -> Self {
        let extensions =
            project.interpreter.extension_suffixes.iter().map(|suffix| (suffix.clone(), Suffix::Extension));
        // The order of `FileFinder`: extension modules, source, bytecode without source.
        let suffixes =
            extensions.chain([(".py".to_owned(), Suffix::Source), (".pyc".to_owned(), Suffix::Bytecode)]).collect();
        Finder { project, suffixes, listings: HashMap::new() }
    }

    /// Finds a top-level module.
    pub(crate) fn find_top_level(&mut self, name: &str) -> Option<Found> {
        let interpreter = &self.project.interpreter;
        if interpreter.builtin_modules.contains(name) {
            return Some(without_file(ModuleKind::Builtin));
        }
        if let Some(frozen) = self.find_frozen(name) {
            return Some(frozen);
        }
        self.find_on_path(name, &self.project.search_path).or_else(|| self.find_editable(name))
    }

    /// Finds `package.name` in the `__path__` of the package.
    pub(crate) fn find_submodule(&mut self, package: &str, name: &str, path: &[PathBuf]) -> Option<Found> {
        let dotted = format!("{package}.{name}");
        self.find_frozen(&dotted).or_else(|| self.find_on_path(name, path)).or_else(|| self.find_editable(&dotted))
    }

    /// Names of the direct submodules in the `__path__` of a package, sorted.
    pub(crate) fn submodule_names(&mut self, path: &[PathBuf]) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for folder in path {
            for (name, entry) in self.listing(folder).iter() {
                let module = match entry {
                    // A folder without `__init__` is a namespace package to an import that names
                    // it; as a guess it is data more often than not.
                    Entry::Folder => Some(name.as_str()).filter(|_| self.has_initializer(&folder.join(name))),
                    Entry::File => self.suffixes.iter().find_map(|(suffix, _)| name.strip_suffix(suffix.as_str())),
                };
                if let Some(module) = module
                    && module != "__init__"
                    && module != "__main__"
                    // No identifier, but `import_module` takes it: `unicode17-0-0`.
                    && !module.contains(['.', ' '])
                {
                    names.push(module.to_owned());
                }
            }
        }
        names.sort();
        names.dedup();
        names
    }

    /// Names of the folders in the `__path__` of a package that hold an initializer, files of other
    /// kinds, and no other module.
    pub(crate) fn packages_of_data(&mut self, path: &[PathBuf]) -> Vec<String> {
        let mut names = Vec::new();
        for folder in path {
            let listing = self.listing(folder);
            let folders = listing.iter().filter(|(_, entry)| **entry == Entry::Folder).map(|(name, _)| name.clone());
            for name in folders {
                let inner = self.listing(&folder.join(&name));
                let is_source = |file: &str| [".py", ".pyc", ".so", ".pyi"].iter().any(|suffix| file.ends_with(suffix));
                let others = |kind| move |(file, entry): &(&String, &Entry)| **entry == kind && *file != "__init__.py";
                let has_modules = inner.iter().filter(others(Entry::File)).any(|(file, _)| is_source(file));
                let has_data = inner.iter().filter(others(Entry::File)).any(|(file, _)| !is_source(file));
                let has_folders = inner.iter().filter(others(Entry::Folder)).any(|(file, _)| file != "__pycache__");
                if inner.contains_key("__init__.py") && !has_modules && (has_data || has_folders) {
                    names.push(name);
                }
            }
        }
        names.sort();
        names.dedup();
        names
    }

    /// The folders in which modules were looked for, sorted.
    pub(crate) fn listed(&self) -> Vec<PathBuf> {
        let mut listed: Vec<PathBuf> = self.listings.keys().map(PathBuf::from).collect();
        listed.sort();
        listed
    }

    fn has_initializer(&mut self, folder: &Path) -> bool {
        let listing = self.listing(folder);
        self.suffixes.iter().any(|(suffix, _)| listing.contains_key(&format!("__init__{suffix}")))
    }

    fn find_frozen(&self, name: &str) -> Option<Found> {
        // `importlib/__init__.py` puts the frozen bootstrap under these names, though source files
        // exist beside it.
        let is_bootstrap = matches!(name, "importlib._bootstrap" | "importlib._bootstrap_external");
        // The runtime library tells `site` of the environment when it imports it.
        if name == "site" || !is_bootstrap && !self.project.interpreter.frozen_modules.contains(name) {
            return None;
        }
        let source_name = match name {
            "_frozen_importlib" => "importlib/_bootstrap".to_owned(),
            "_frozen_importlib_external" => "importlib/_bootstrap_external".to_owned(),
            other => other.replace('.', "/"),
        };
        let source = self.project.interpreter.stdlib.join(source_name + ".py");
        let path = if source.is_file() { source } else { PathBuf::new() };
        Some(Found { kind: ModuleKind::Frozen, path, submodule_path: None, origin: Origin::StandardLibrary })
    }

    /// Finds a module in folders, wherever they come from.
    pub(crate) fn find_on_path(&mut self, name: &str, path: &[PathBuf]) -> Option<Found> {
        let mut portions = Vec::new();
        for folder in path {
            let listing = self.listing(folder);
            if !listing.stems.contains(name) {
                continue;
            }
            let entry = listing.get(name).copied();
            if entry == Some(Entry::Folder) {
                let package = folder.join(name);
                let inner = self.listing(&package);
                if let Some((kind, file)) = self.file_in(&inner, "__init__", &package) {
                    let portions = self.portions(name, &package, &file, path);
                    let origin = self.project.origin_of(&file);
                    return Some(Found { kind, path: file, submodule_path: Some(portions), origin });
                }
            }
            if let Some((kind, file)) = self.file_in(&listing, name, folder) {
                let origin = self.project.origin_of(&file);
                return Some(Found { kind, path: file, submodule_path: None, origin });
            }
            if entry == Some(Entry::Folder) {
                portions.push(folder.join(name));
            }
        }
        let first = portions.first()?.clone();
        let origin = self.project.origin_of(&first);
        let kind = ModuleKind::Namespace { portions: portions.clone() };
        Some(Found { kind, path: first, submodule_path: Some(portions), origin })
    }

    fn file_in(&self, listing: &Listing, stem: &str, folder: &Path) -> Option<(ModuleKind, PathBuf)> {
        self.suffixes.iter().find_map(|(suffix, kind)| {
            let file_name = format!("{stem}{suffix}");
            (listing.get(&file_name) == Some(&Entry::File)).then(|| {
                let kind = match kind {
                    Suffix::Extension => ModuleKind::Extension,
                    Suffix::Source => ModuleKind::Source,
                    Suffix::Bytecode => ModuleKind::Bytecode,
                };
                (kind, folder.join(file_name))
            })
        })
    }

    /// The `__path__` of a regular package: its folder, and for the older kinds of namespace
    /// packages, which extend their `__path__` when they are imported, every folder of that name on
    /// the path.
    fn portions(&mut self, name: &str, package: &Path, initializer: &Path, path: &[PathBuf]) -> Vec<PathBuf> {
        let mut portions = vec![package.to_owned()];
        for folder in path {
            let other = folder.join(name);
            if other != package && self.listing(folder).get(name) == Some(&Entry::Folder) {
                portions.push(other);
            }
        }
        // The file is read only where there is anything to extend the path with.
        if portions.len() > 1 && !extends_path(initializer) {
            portions.truncate(1);
        }
        portions
    }

    fn find_editable(&mut self, name: &str) -> Option<Found> {
        let mapped: Vec<PathBuf> = self
            .project
            .interpreter
            .editable
            .iter()
            .filter(|module| module.name == name)
            .map(|module| module.path.clone())
            .collect();
        for path in &mapped {
            let inner = self.listing(path);
            if let Some((kind, file)) = self.file_in(&inner, "__init__", path) {
                let origin = self.project.origin_of(&file);
                return Some(Found { kind, path: file, submodule_path: Some(vec![path.clone()]), origin });
            }
            // `editables` maps to the initializer itself; setuptools to a module's file, with its
            // suffix or without.
            let (Some(folder), Some(stem)) = (path.parent(), path.file_stem().and_then(|stem| stem.to_str())) else {
                continue;
            };
            let beside = self.listing(folder);
            if let Some((kind, file)) = self.file_in(&beside, stem, folder) {
                let origin = self.project.origin_of(&file);
                let submodule_path = (stem == "__init__").then(|| vec![folder.to_owned()]);
                return Some(Found { kind, path: file, submodule_path, origin });
            }
        }
        let portions: Vec<PathBuf> = mapped.into_iter().filter(|path| path.is_dir()).collect();
        let first = portions.first()?.clone();
        let origin = self.project.origin_of(&first);
        let kind = ModuleKind::Namespace { portions: portions.clone() };
        Some(Found { kind, path: first, submodule_path: Some(portions), origin })
    }

    fn listing(&mut self, folder: &Path) -> Rc<Listing> {
        if let Some(listing) = self.listings.get(folder.as_os_str()) {
            return Rc::clone(listing);
        }
        let listing = Rc::new(read_listing(folder));
        self.listings.insert(folder.into(), Rc::clone(&listing));
        listing
    }
}

fn without_file(kind: ModuleKind) -> Found {
    Found { kind, path: PathBuf::new(), submodule_path: None, origin: Origin::StandardLibrary }
}

fn read_listing(folder: &Path) -> Listing {
    let Ok(entries) = fs::read_dir(folder) else { return Listing::default() };
    let mut names = HashMap::new();
    for entry in entries.filter_map(Result::ok) {
        // A module's name is an identifier; a file name that is not UTF-8 cannot hold one.
        let Ok(name) = entry.file_name().into_string() else { continue };
        let Ok(mut file_type) = entry.file_type() else { continue };
        if file_type.is_symlink() {
            match fs::metadata(entry.path()) {
                Ok(metadata) => file_type = metadata.file_type(),
                Err(_) => continue,
            }
        }
        if file_type.is_dir() {
            names.insert(name, Entry::Folder);
        } else if file_type.is_file() {
            names.insert(name, Entry::File);
        }
    }
    let stems = names.keys().filter_map(|name| name.split('.').next()).map(str::to_owned).collect();
    Listing { names, stems }
}

/// `__path__ = pkgutil.extend_path(__path__, __name__)` and
/// `pkg_resources.declare_namespace(__name__)`.
fn extends_path(initializer: &Path) -> bool {
    fs::read(initializer).is_ok_and(|bytes| {
        let text = String::from_utf8_lossy(&bytes);
        text.contains("extend_path") || text.contains("declare_namespace")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::interpreter::EditableModule;
    use crate::testing;

    fn find(project: &Project, name: &str) -> Option<Found> {
        let mut finder = Finder::new(project);
        let mut found: Option<Found> = None;
        let mut parent = String::new();
        for part in name.split('.') {
            found = match found {
                None => finder.find_top_level(part),
                Some(package) => finder.find_submodule(&parent, part, &package.submodule_path?),
            };
            found.as_ref()?;
            parent = if parent.is_empty() { part.to_owned() } else { format!("{parent}.{part}") };
        }
        found
    }

    #[test]
    fn the_order_is_that_of_the_path_finder() {
        let (_folder, project) = testing::project(&[
            ("one/a/__init__.py", ""),
            ("one/a.py", ""),
            ("one/b.py", ""),
            ("one/b.cpython-311-x86_64-linux-gnu.so", ""),
            ("one/c.pyc", ""),
            ("two/c.py", ""),
            ("one/d/x.py", ""),
            ("two/d.py", ""),
            ("one/time.py", ""),
        ]);
        let kind = |name: &str| find(&project, name).unwrap().kind;
        assert!(find(&project, "a").unwrap().path.ends_with("one/a/__init__.py"));
        assert_eq!(kind("b"), ModuleKind::Extension);
        assert_eq!(kind("c"), ModuleKind::Bytecode);
        // A folder without `__init__` loses against a module further down the path.
        assert!(find(&project, "d").unwrap().path.ends_with("two/d.py"));
        assert_eq!(kind("time"), ModuleKind::Builtin);
        assert_eq!(kind("zipimport"), ModuleKind::Frozen);
        assert!(find(&project, "absent").is_none());
        assert!(find(&project, "b.x").is_none());
    }

    #[test]
    fn namespace_packages_span_the_path() {
        let (_folder, project) = testing::project(&[("one/google/a/__init__.py", ""), ("two/google/b.py", "")]);
        let ModuleKind::Namespace { portions } = find(&project, "google").unwrap().kind else { panic!("no namespace") };
        assert_eq!(portions.len(), 2);
        assert!(find(&project, "google.a").unwrap().path.ends_with("one/google/a/__init__.py"));
        assert!(find(&project, "google.b").unwrap().path.ends_with("two/google/b.py"));
    }

    #[test]
    fn older_namespace_packages_are_extended() {
        let initializer = "__path__ = __import__('pkgutil').extend_path(__path__, __name__)";
        let (_folder, project) = testing::project(&[
            ("one/ns/__init__.py", initializer),
            ("two/ns/__init__.py", initializer),
            ("two/ns/b.py", ""),
            ("one/plain/__init__.py", ""),
            ("two/plain/b.py", ""),
        ]);
        assert!(find(&project, "ns.b").is_some());
        assert!(find(&project, "plain.b").is_none());
    }

    #[test]
    fn editable_installs_come_last() {
        let (folder, mut project) = testing::project(&[
            ("source/e/__init__.py", ""),
            ("source/e/f.py", ""),
            ("source/g.py", ""),
            ("one/g.py", ""),
        ]);
        let module = |name: &str, path: &str| EditableModule { name: name.to_owned(), path: folder.path().join(path) };
        project.interpreter.editable = vec![
            module("e", "source/e"),
            module("g", "source/g.py"),
            module("h", "source/e/__init__.py"),
            module("n", "source"),
        ];
        assert!(find(&project, "e.f").unwrap().path.ends_with("source/e/f.py"));
        assert!(find(&project, "g").unwrap().path.ends_with("one/g.py"));
        assert!(find(&project, "h").unwrap().submodule_path.is_some());
        assert!(matches!(find(&project, "n").unwrap().kind, ModuleKind::Namespace { .. }));
    }

    #[test]
    fn submodules_are_listed() {
        let (folder, project) = testing::project(&[
            ("one/p/__init__.py", ""),
            ("one/p/b.py", ""),
            ("one/p/a.abi3.so", ""),
            ("one/p/data/x.txt", ""),
            ("one/p/sub/__init__.py", ""),
            ("one/p/not-a-name.py", ""),
        ]);
        let names = Finder::new(&project).submodule_names(&[folder.path().join("one/p")]);
        // No identifier, and yet `import_module` finds it.
        assert_eq!(names, ["a", "b", "not-a-name", "sub"]);
    }
}

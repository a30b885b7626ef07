//! Which modules are compiled, and which of them together.

use super::effort::{self, Effort};
use crate::collection::{CollectedModule, Collection, Content, ModuleContent};
use crate::diagnosis::Warning;
use crate::options::CompileScope;
use rpack_analyzer::{ModuleGraph, Origin, Project};
use rpack_format::index::RUNTIME_HOOK_PREFIX;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// What becomes one extension module: a module, or a package with its submodules.
///
/// Nuitka's own code, some 0.3 MB, is in each, and calls inside of one are cheaper than those to another. So a package is one, though
/// an edit of one of its modules then has Nuitka read all of them again.
#[derive(Debug, Clone)]
pub struct Unit {
    /// The module that is imported before any other of them.
    pub root: String,
    /// The name of its source, without folder and suffix, or of its folder.
    pub leaf: String,
    /// Whether it is a package.
    pub is_package: bool,
    /// Whether it is of the program itself: then it must be compiled, where others may stay bytecode.
    pub is_own: bool,
    /// The path of the extension module inside the bundle. Compiled code finds its sources' folder by it.
    pub file: String,
    /// The modules, by their numbers in the collection.
    pub modules: Vec<usize>,
}

impl Unit {
    /// Where a module's source stands when Nuitka sees it: as in the bundle, from the root's folder on.
    pub fn place_of<'a>(&self, module: &'a CollectedModule) -> &'a str {
        let folder = self.file.rfind('/').map_or(0, |slash| slash + 1);
        module.path.get(folder..).unwrap_or(&module.path)
    }
}

/// The standard library's modules that stay bytecode: compiled code imports `inspect` while the first of it is starting, so these
/// must not be compiled themselves; and what the interpreter imports before there is an importer.
const NEVER: [&str; 43] = [
    "__future__",
    "_collections_abc",
    "_py_abc",
    "_sitebuiltins",
    "_weakrefset",
    "abc",
    "annotationlib",
    "ast",
    "codecs",
    "collections",
    "contextlib",
    "copy",
    "copyreg",
    "dis",
    "encodings",
    "enum",
    "functools",
    "genericpath",
    "heapq",
    "importlib",
    "inspect",
    "io",
    "keyword",
    "linecache",
    "locale",
    "opcode",
    "_opcode_metadata",
    "operator",
    "os",
    "posixpath",
    "re",
    "reprlib",
    "runpy",
    "site",
    "sre_compile",
    "sre_constants",
    "sre_parse",
    "stat",
    "token",
    "tokenize",
    "types",
    "warnings",
    "weakref",
];

/// A module of the standard library that has fewer expressions stays bytecode: Nuitka's own code around it would be many times larger, and
/// of most that are so small all the work is done by an extension module.
const LEAST_OF_STANDARD_LIBRARY: usize = 500;

/// The units, and what cannot be compiled though it was asked for.
pub fn units(
    collection: &Collection,
    graph: &ModuleGraph,
    project: &Project,
    scope: CompileScope,
) -> (Vec<Unit>, Vec<Warning>) {
    let mut warnings = Vec::new();
    let broken: BTreeSet<&str> = graph.warnings.iter().filter_map(unparsed).collect();
    let main = collection.modules.iter().find(|module| module.name == "__main__").map(|module| module.path.clone());
    let mut chosen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut stay = |module: &CollectedModule, reason| warnings.push(Warning::stays_bytecode(&module.name, reason));
    for (number, module) in collection.modules.iter().enumerate() {
        if !is_asked_for(module, graph, scope) || broken.contains(module.name.as_str()) {
            continue;
        }
        if let Some(reason) = reason_against(module, main.as_deref()) {
            stay(module, reason);
            continue;
        }
        chosen.insert(&module.name, number);
    }
    let modules: Vec<_> = chosen.values().map(|&number| &collection.modules[number]).collect();
    let efforts: BTreeMap<&str, Effort> =
        modules.iter().map(|module| module.name.as_str()).zip(effort::of_modules(&modules)).collect();
    chosen.retain(|name, &mut number| {
        let is_too_much = efforts[name].is_too_much();
        if is_too_much {
            stay(
                &collection.modules[number],
                "one piece of its code is so long that a C compiler takes minutes for it",
            );
        }
        !is_too_much
    });
    let mut units: BTreeMap<&str, Unit> = BTreeMap::new();
    for (name, &number) in &chosen {
        let is_package = |name: &str| chosen.get(name).is_some_and(|&number| collection.modules[number].is_package);
        let root = root_of(name, is_package);
        let suffix = &project.interpreter.soabi;
        let make = || {
            let origin = graph.modules.get(root).map(|module| module.origin);
            unit(&collection.modules[chosen[root]], origin, suffix)
        };
        units.entry(root).or_insert_with(make).modules.push(number);
    }
    let is_free = |unit: &Unit| !collection.files.iter().any(|file| file.path == unit.file);
    let is_of_library =
        |unit: &Unit| graph.modules.get(&unit.root).map(|module| module.origin) == Some(Origin::StandardLibrary);
    let mut worth: Vec<Unit> = Vec::new();
    for unit in units.into_values().filter(is_free) {
        let names = unit.modules.iter().map(|&number| collection.modules[number].name.as_str());
        let is_small = names.map(|name| efforts[name].all).sum::<usize>() < LEAST_OF_STANDARD_LIBRARY;
        match is_small && is_of_library(&unit) {
            true => stay(&collection.modules[unit.modules[0]], "it is smaller than what would go in with it"),
            false => worth.push(unit),
        }
    }
    // What must be compiled comes first, because it may fail; then what takes longest, so that the last ones are short.
    worth.sort_by_key(|unit| (!unit.is_own, Reverse(unit.modules.len())));
    (worth, warnings)
}

fn unparsed(warning: &rpack_analyzer::Warning) -> Option<&str> {
    match warning {
        rpack_analyzer::Warning::Syntax { module, .. } | rpack_analyzer::Warning::Unreadable { module, .. } => {
            Some(module)
        }
        _ => None,
    }
}

fn is_asked_for(module: &CollectedModule, graph: &ModuleGraph, scope: CompileScope) -> bool {
    // What has no file of its own was made by the build, to call a function.
    let has_file = matches!(module.content, ModuleContent::Source(Content::File(_)));
    if !has_file || module.name.starts_with(RUNTIME_HOOK_PREFIX) {
        return false;
    }
    let top_level = module.name.split('.').next().unwrap_or_default();
    match graph.modules.get(&module.name).map(|module| module.origin) {
        Some(Origin::Program) => true,
        Some(Origin::Library) => scope >= CompileScope::Dependencies,
        Some(Origin::StandardLibrary) => scope == CompileScope::All && !NEVER.contains(&top_level),
        None => false,
    }
}

fn reason_against(module: &CollectedModule, main: Option<&str>) -> Option<&'static str> {
    let is_main = module.name == "__main__";
    let is_name = |part: &str| {
        let is_start = |letter: char| letter.is_ascii_alphabetic() || letter == '_';
        part.starts_with(is_start) && part.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    };
    let stem = module.path.rsplit('/').next().and_then(|file| file.strip_suffix(".py")).unwrap_or_default();
    match if is_main { is_name(stem) } else { module.name.split('.').all(is_name) } {
        false => Some("the C compiler takes names of ASCII letters, digits and underscores only"),
        // One library cannot be two modules of a process.
        true if !is_main && Some(module.path.as_str()) == main => Some("it is the program's main module too"),
        true => None,
    }
}

/// The outermost package of a module that is compiled too, together with all that lies between them.
fn root_of(name: &str, is_compiled_package: impl Fn(&str) -> bool) -> &str {
    let mut root = name;
    while let Some((package, _)) = root.rsplit_once('.').filter(|(package, _)| is_compiled_package(package)) {
        root = package;
    }
    root
}

fn unit(root: &CollectedModule, origin: Option<Origin>, suffix: &str) -> Unit {
    let source =
        if root.is_package { root.path.trim_end_matches("/__init__.py") } else { root.path.trim_end_matches(".py") };
    Unit {
        root: root.name.clone(),
        leaf: source.rsplit('/').next().unwrap_or(source).to_owned(),
        is_package: root.is_package,
        is_own: origin == Some(Origin::Program),
        file: format!("{source}.{suffix}.so"),
        modules: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(name: &str, path: &str) -> CollectedModule {
        CollectedModule {
            name: name.to_owned(),
            path: path.to_owned(),
            is_package: path.ends_with("__init__.py"),
            turn: None,
            content: ModuleContent::Source(Content::Bytes(Vec::new())),
        }
    }

    #[test]
    fn a_package_is_compiled_as_a_whole() {
        let packages = ["a", "a.b", "n.p"];
        let root = |name| root_of(name, |package| packages.contains(&package));
        assert_eq!(["a", "a.b.c", "x", "n.p.m", "n.q"].map(root), ["a", "a", "x", "n.p", "n.q"]);
        // What lies between must be compiled too.
        assert_eq!(root_of("a.b.c", |package| package == "a"), "a.b.c");
    }

    #[test]
    fn names_and_places_are_those_of_the_sources() {
        let nested = unit(&module("n.p", "n/p/__init__.py"), None, "cpython-311");
        assert_eq!((nested.leaf.as_str(), nested.file.as_str()), ("p", "n/p.cpython-311.so"));
        assert_eq!(nested.place_of(&module("n.p.m", "n/p/m.py")), "p/m.py");
        let main = unit(&module("__main__", "start.py"), Some(Origin::Program), "cpython-311");
        assert_eq!((main.leaf.as_str(), main.file.as_str()), ("start", "start.cpython-311.so"));
        assert_eq!(main.place_of(&module("__main__", "start.py")), "start.py");
    }

    #[test]
    fn what_cannot_be_an_extension_module_stays_bytecode() {
        let is_refused = |name, path| reason_against(&module(name, path), Some("main.py")).is_some();
        assert!(!is_refused("__main__", "main.py") && !is_refused("a.b", "a/b.py"));
        assert!(
            is_refused("__main__", "my-script.py") && is_refused("größe", "größe.py") && is_refused("main", "main.py")
        );
    }
}

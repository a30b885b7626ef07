//! Functions of a library or of the program that import what they are given: `inject("socketserver", ...)`, `load("json")`.

use super::follow_import;
use super::growing::{Growing, Importer};
use crate::graph::EdgeKind;
use crate::graph::Warning;
use crate::name_forms::{last_of, top_of};
use crate::project::Origin;
use crate::read::outline::{Import, Outline, Target};
use std::collections::BTreeSet;

/// Functions that import what they are given, and what they are given.
#[derive(Default)]
pub(crate) struct Given {
    /// Functions that import what they are given, by the libraries that have them. Those of the program have none.
    pub(crate) importers: BTreeSet<(String, String)>,
    /// Calls that may be of such functions: where they stand, the function, and the name that it is given.
    pub(crate) calls: Vec<(Importer, String, String)>,
    /// Functions of the program that were called with the names of modules.
    pub(crate) called_with_names: BTreeSet<String>,
    /// Functions of the program that were called with something else.
    pub(crate) called_otherwise: BTreeSet<String>,
    /// What is to be said of imports in such functions, unless all calls are with names.
    pub(crate) warnings: Vec<(String, Warning)>,
}

/// Takes notice of such functions in a module, and of calls that may be of some.
pub(crate) fn note(growing: &mut Growing<'_>, index: usize, outline: &Outline) {
    let Some(node) = growing.nodes.get(index) else { return };
    let library = match node.found.origin {
        Origin::Program => String::new(),
        _ => top_of(&node.name).to_owned(),
    };
    growing.given.importers.extend(outline.importers.iter().map(|function| (library.clone(), function.clone())));
    growing.given.calls.extend(outline.named_calls.iter().map(|(function, name, line)| {
        let importer = Importer { node: Some(index), line: *line, kind: EdgeKind::Dynamic };
        (importer, function.clone(), name.clone())
    }));
}

/// Imports what they are given.
pub(crate) fn follow(growing: &mut Growing<'_>) {
    let calls = std::mem::take(&mut growing.given.calls);
    let (known, unknown): (Vec<_>, Vec<_>) =
        calls.into_iter().partition(|(importer, function, _)| is_importing(growing, *importer, function));
    growing.given.calls = unknown;
    for (importer, function, name) in known {
        let last = last_of(&function).to_owned();
        if name.is_empty() {
            growing.given.called_otherwise.insert(last);
            continue;
        }
        growing.given.called_with_names.insert(last);
        let import = Import::new(Target::Code(name), importer.line, importer.kind);
        follow_import(growing, importer.node.unwrap_or_default(), import);
    }
}

/// Warns of imports in such functions, but for those that are known to be called with names only.
pub(crate) fn warn(growing: &mut Growing<'_>) {
    let warnings = std::mem::take(&mut growing.given.warnings);
    let Given { called_with_names, called_otherwise, .. } = &growing.given;
    let is_open = |function: &String| !called_with_names.contains(function) || called_otherwise.contains(function);
    growing.warnings.extend(warnings.into_iter().filter(|(function, _)| is_open(function)).map(|(_, warning)| warning));
}

fn is_importing(growing: &Growing<'_>, importer: Importer, function: &str) -> bool {
    let (first, last) = (top_of(function), last_of(function));
    let Some(node) = importer.node.and_then(|node| growing.nodes.get(node)) else { return false };
    let has = |library: &str| growing.given.importers.contains(&(library.to_owned(), last.to_owned()));
    if has(first) {
        return true;
    }
    // What a name stands for that no import has bound is not known; a function of this name is near enough to it.
    let other = growing.by_name.get(first).and_then(|&other| growing.nodes.get(other));
    match node.found.origin {
        Origin::Program => other.is_none_or(|other| other.found.origin == Origin::Program) && has(""),
        _ => other.is_none() && has(top_of(&node.name)),
    }
}

#[cfg(test)]
mod tests {
    use crate::graph::Options;
    use crate::testing;
    use crate::walk::walk;

    /// The modules that go in, besides the entry, of `a`, `b`, `json` and the program's own `load`.
    fn found(main: &str, library: &str) -> Vec<String> {
        let load = "import importlib\ndef load(name, more=1):\n    return importlib.import_module(name)";
        let (_folder, project) = testing::project(&[
            ("one/main.py", main),
            ("one/load.py", load),
            ("two/a.py", ""),
            ("two/json.py", ""),
            ("two/green/__init__.py", library),
            ("two/green/b.py", ""),
            (
                "two/green/patcher.py",
                "def inject(name, scope):\n    return __import__(name, {}, {})\n\n\
                                     def patched(name):\n    return inject(name, None)\n\n\
                                     def show(name):\n    print(name)",
            ),
        ]);
        let names = walk(&project, &Options::default()).unwrap().modules.into_keys();
        names.filter(|name| matches!(name.as_str(), "a" | "json" | "green.b")).collect()
    }

    #[test]
    fn what_a_library_gives_to_its_importers_is_imported() {
        let found = |call: &str| found("import green", &format!("from green import patcher\n{call}"));
        assert_eq!(found("patcher.inject('json', globals())"), ["json"]);
        assert_eq!(found("patcher.patched('green.b')"), ["green.b"]);
        assert!(found("patcher.show('json')").is_empty());
        assert!(found("patcher.inject('a')").is_empty());
    }

    #[test]
    fn imports_of_what_is_always_named_are_no_riddle() {
        let warnings = |calls: &str| {
            let source =
                format!("import importlib\ndef load(name):\n    return importlib.import_module(name)\n{calls}");
            let (_folder, project) = testing::project(&[("one/main.py", &source), ("two/a.py", "")]);
            walk(&project, &Options::default()).unwrap().warnings.len()
        };
        assert_eq!(warnings("load('a')"), 0);
        assert_eq!(warnings(""), 1);
        assert_eq!(warnings("load('a')\nload(input())"), 1);
    }

    #[test]
    fn what_the_program_gives_to_importers_is_imported() {
        let found = |main: &str| found(main, "");
        assert_eq!(found("from load import load\nload('a')"), ["a"]);
        assert_eq!(found("import load\nNAME = 'json'\nload.load(NAME)"), ["json"]);
        assert_eq!(found("from green import patcher\npatcher.inject('a')"), ["a"]);
        assert!(found("import load, green\ngreen.load('a')").is_empty());
    }
}

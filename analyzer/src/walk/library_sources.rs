//! Sources of libraries that are read as files: a library that looks for a file finds no module.

use super::growing::{Growing, Importer};
use super::submodules;
use crate::finder::Found;
use crate::graph::{EdgeKind, ModuleKind};
use crate::name_forms::{from_top, is_dotted_name, is_source_name, top_of};
use crate::project::Origin;
use crate::read::outline::Outline;
use crate::read::outline::Shown;
use crate::rules;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

/// Whose sources are looked at.
#[derive(Default)]
pub(crate) struct SeenSources {
    /// Packages whose sources go in as files too, with what of them.
    pub(crate) packages: BTreeMap<String, Sources>,
    /// What the program itself imports.
    pub(crate) own_imports: BTreeSet<usize>,
    /// Of what the program shows sources besides its own.
    pub(crate) shown: Shown,
    /// Top-level packages of libraries that ask loaders for sources.
    pub(crate) ask_loaders: BTreeSet<String>,
    /// Top-level packages of libraries that know what names sources have.
    pub(crate) know_names: BTreeSet<String>,
    /// Modules of libraries that show the sources of modules which they are given.
    pub(crate) showing: BTreeSet<usize>,
    /// Modules that are used as values, with the modules that do so.
    pub(crate) values: BTreeSet<(usize, usize)>,
    /// Packages that the program's texts import which are code.
    pub(crate) in_code: BTreeSet<String>,
}

/// Which sources of a package are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sources {
    /// `__init__.py`: whether a folder is a package.
    Initializers,
    /// All of them.
    All,
}

/// Takes notice of the sources that a module reads: those of a package that it gives to
/// `importlib.resources`, the initializers that it looks for (`"*/__init__.py"`), and files
/// beside it that its texts name (`"config.py"`).
pub(crate) fn note(growing: &mut Growing<'_>, index: usize, outline: &Outline) {
    growing.sources.shown.named.extend(outline.shown.named.iter().cloned());
    growing.sources.shown.any |= outline.shown.any;
    let Some(node) = growing.nodes.get(index).filter(|node| node.found.origin == Origin::Library) else { return };
    let (name, path) = (node.name.clone(), node.found.path.clone());
    let is_package = node.found.submodule_path.is_some();
    if outline.shows_sources {
        growing.own.show_sources();
    }
    let top = || top_of(&name).to_owned();
    if outline.shows_sources && outline.attribute_uses.iter().any(|(dotted, _)| dotted == "types.ModuleType") {
        growing.sources.showing.insert(index);
    }
    if outline.asks_loaders {
        growing.sources.ask_loaders.insert(top());
    }
    if outline.knows_source_names {
        growing.sources.know_names.insert(top());
    }
    if outline.dissects {
        growing.own.show_sources();
    }
    if (outline.shows_sources && outline.executes) || outline.dissects {
        // It makes functions anew from their sources, its own ones too, as sanic does; or describes its classes and those of the
        // program, as gradio does.
        growing.sources.packages.insert(top(), Sources::All);
    }
    for package in &outline.read_packages {
        // A whole library is named to read its data, a package inside of it for what it holds.
        if package.contains('.') {
            growing.sources.packages.insert(package.clone(), Sources::All);
        }
    }
    for text in &outline.source_texts {
        if text.ends_with("*/__init__.py") {
            let top = top_of(&name).to_owned();
            growing.sources.packages.entry(top).or_insert(Sources::Initializers);
        }
    }
    add_installed(growing, &path, outline);
    let named: Vec<glob::Pattern> = outline
        .source_texts
        .iter()
        .filter(|text| {
            !text.contains(['/', '\\']) && !matches!(text.as_str(), "__init__.py" | "setup.py" | "*.py" | ".py")
        })
        .filter_map(|text| glob::Pattern::new(&with_wildcards(text)).ok())
        .collect();
    if named.is_empty() {
        return;
    }
    add_from_shelves(growing, &name, is_package, &path, outline);
    let package = if is_package { name.as_str() } else { name.rsplit_once('.').map_or("", |(package, _)| package) };
    let mut folders: Vec<(String, PathBuf)> = Vec::new();
    folders.extend(path.parent().map(|folder| (package.to_owned(), folder.to_owned())));
    // `(Path(package.__file__).parent / "_wrapper.py").read_text()`
    for package in outline.attribute_uses.iter().filter_map(|(dotted, _)| dotted.strip_suffix(".__file__")) {
        let found = growing.look_up(package).filter(|found| found.submodule_path.is_some());
        let folder = found.and_then(|found| found.path.parent().map(Path::to_owned));
        folders.extend(folder.map(|folder| (package.to_owned(), folder)));
    }
    let importer = Importer { node: Some(index), line: 0, kind: EdgeKind::Dynamic };
    for (package, folder) in folders {
        add_named(growing, &package, &folder, &named, importer);
    }
}

/// Adds the sources in a package that have one of these names, and what they import: they are there to be run, as the script is that
/// `pyproject_hooks` starts an interpreter with.
fn add_named(growing: &mut Growing<'_>, package: &str, folder: &Path, named: &[glob::Pattern], importer: Importer) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let file = entry.file_name();
        let Some(file) = file.to_str().filter(|file| is_source_name(file) && *file != "__init__.py") else { continue };
        if named.iter().any(|pattern| pattern.matches(file)) && !package.is_empty() {
            growing.own.add_file(format!("{}/{file}", package.replace('.', "/")), entry.path());
            if let Some(stem) = file.strip_suffix(".py").filter(|stem| is_dotted_name(stem)) {
                growing.guess(&format!("{package}.{stem}"), importer);
            }
        }
    }
}

/// Takes notice of a module that code in a text of the program imports.
pub(crate) fn note_code(growing: &mut Growing<'_>, index: usize, name: &str) {
    if growing.nodes.get(index).is_some_and(|node| node.found.origin == Origin::Program) {
        growing.sources.in_code.insert(top_of(name).to_owned());
    }
}

/// Adds the sources of what the program gives to `inspect.getsource` and the like: of the modules that it names, or of all that it
/// imports itself where that is not known.
fn add_shown(growing: &mut Growing<'_>) {
    let mut shown: BTreeSet<usize> =
        if growing.sources.shown.any { std::mem::take(&mut growing.sources.own_imports) } else { BTreeSet::new() };
    for name in std::mem::take(&mut growing.sources.shown.named) {
        shown.extend(from_top(&name).filter_map(|part| growing.by_name.get(part)).copied());
    }
    for index in shown {
        add_source(growing, index);
    }
}

/// Adds the sources of what libraries give to another one that shows the sources of modules: `gateway.remote_exec(xdist.remote)` of
/// `execnet`, which sends them to other interpreters, and functions of its own among them.
fn add_given(growing: &mut Growing<'_>) {
    let owner = |growing: &Growing<'_>, node: usize| growing.owners.of_file(&growing.nodes.get(node)?.found.path);
    let values = std::mem::take(&mut growing.sources.values);
    let project = growing.project;
    for showing in std::mem::take(&mut growing.sources.showing) {
        add_source(growing, showing);
        let Some(library) = owner(growing, showing) else { continue };
        for &(from, module) in &values {
            let giver = owner(growing, from).filter(|_| owner(growing, from) == owner(growing, module));
            if giver.is_some_and(|giver| growing.wanted.requires_somehow(project, giver, library)) {
                add_source(growing, module);
            }
        }
    }
}

fn add_source(growing: &mut Growing<'_>, index: usize) {
    let Some(node) = growing.nodes.get(index) else { return };
    // CPython does not find the source of what is frozen (`os`) from an object in it.
    if node.found.origin != Origin::Program && node.found.kind == ModuleKind::Source {
        let inside = place(&node.name, node.found.submodule_path.is_some());
        growing.own.add_file(inside, node.found.path.clone());
    }
}

/// The source of a module. That of a frozen one (`os`) lies beside the others.
fn source_of(growing: &Growing<'_>, inside: &str, found: Found) -> Option<PathBuf> {
    match found.kind {
        ModuleKind::Source => Some(found.path),
        ModuleKind::Frozen => Some(growing.project.interpreter.stdlib.join(inside)).filter(|path| path.is_file()),
        _ => None,
    }
}

/// Adds what a library reads that takes programs apart: it knows what names sources have, and asks loaders for those that it does not
/// find. `pylint` and `jedi` read the standard library, because any program imports that, and what the code imports that they are
/// given.
fn add_for_readers(growing: &mut Growing<'_>) {
    let SeenSources { ask_loaders, know_names, .. } = &growing.sources;
    if ask_loaders.is_disjoint(know_names) {
        return;
    }
    for top in std::mem::take(&mut growing.sources.in_code) {
        let is_library =
            |&node: &usize| growing.nodes.get(node).is_some_and(|node| node.found.origin == Origin::Library);
        if growing.by_name.get(&top).is_some_and(is_library) {
            growing.sources.packages.entry(top).or_insert(Sources::All);
        }
    }
    let mut waiting: Vec<String> = growing.project.interpreter.stdlib_modules.iter().cloned().collect();
    while let Some(name) = waiting.pop() {
        let Some(found) = growing.look_up(&name).filter(|found| found.origin == Origin::StandardLibrary) else {
            continue;
        };
        if rules::is_for_tests(&name) || rules::is_program(&name) {
            continue;
        }
        let inside = place(&name, found.submodule_path.is_some());
        let Some(path) = source_of(growing, &inside, found) else { continue };
        growing.own.add_file(inside, path);
        waiting.extend(submodules(growing, &name));
    }
}

/// Adds the sources whose names end as a text says (`name + "_whitelist.py"`) and that lie in a folder beside the module which is no
/// package.
fn add_from_shelves(growing: &mut Growing<'_>, name: &str, is_package: bool, module: &Path, outline: &Outline) {
    let endings: Vec<&String> = outline.source_texts.iter().filter(|text| text.starts_with(['_', '-'])).collect();
    let package = if is_package { name } else { name.rsplit_once('.').map_or("", |(package, _)| package) };
    let (Some(folder), false) = (module.parent(), endings.is_empty() || package.is_empty()) else { return };
    let folders = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    for shelf in folders.filter(|path| path.is_dir() && !path.join("__init__.py").exists()) {
        for file in fs::read_dir(&shelf).into_iter().flatten().flatten() {
            let (shelf, file_name) = (shelf.file_name().unwrap_or_default().to_string_lossy(), file.file_name());
            let file_name = file_name.to_string_lossy();
            if endings.iter().any(|ending| file_name.ends_with(ending.as_str())) {
                growing.own.add_file(format!("{}/{shelf}/{file_name}", package.replace('.', "/")), file.path());
            }
        }
    }
}

/// A text with `*` in the places where values are put in: `"config-{}.py".format(version)`, `"entries%02d.py" % number`.
fn with_wildcards(text: &str) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(['{', '%']) {
        let (before, place) = rest.split_at(start);
        let end = if place.starts_with('{') {
            place.find('}')
        } else {
            place.find(|letter: char| letter.is_ascii_alphabetic())
        };
        let Some(end) = end else { break };
        result.push_str(before);
        result.push('*');
        rest = place.get(end + 1..).unwrap_or_default();
    }
    result + rest
}

/// Adds what a module names of the files that were installed with it, wherever they lie: sources in other languages, as Cython
/// has them for what it writes, and a folder of shared libraries. Who names several such sources works with them, and has
/// them all.
fn add_installed(growing: &mut Growing<'_>, module: &Path, outline: &Outline) {
    const SEVERAL: usize = 3;
    let texts = outline.source_texts.iter().map(String::as_str);
    let named: BTreeSet<&str> =
        texts.filter(|text| !text.ends_with(".py") && !text.contains(['/', '*', '{', '%'])).collect();
    if named.is_empty() {
        return;
    }
    let Some(distribution) = growing.owners.of_file(module).and_then(|owner| growing.owners.distribution(owner)) else {
        return;
    };
    let sources = || distribution.files.iter().filter(|path| is_other_source(path));
    let mut found: Vec<&PathBuf> = sources().filter(|path| named.contains(name_of(path))).collect();
    if found.len() >= SEVERAL {
        found = sources().collect();
    }
    let is_in_named = |path: &&PathBuf| path.parent().is_some_and(|folder| named.contains(name_of(folder)));
    found.extend(distribution.files.iter().filter(is_in_named));
    for path in found {
        let below = growing.project.search_path.iter().filter_map(|folder| path.strip_prefix(folder).ok());
        let inside = below.min_by_key(|path| path.as_os_str().len()).and_then(Path::to_str);
        if let Some(inside) = inside.filter(|_| path.is_file()) {
            growing.own.add_file(inside.to_owned(), path.clone());
        }
    }
}

/// The last part of a path; empty where it is no text.
fn name_of(path: &Path) -> &str {
    path.file_name().and_then(OsStr::to_str).unwrap_or_default()
}

/// Whether a file is a source in another language.
fn is_other_source(path: &Path) -> bool {
    is_source_name(name_of(path)) && !name_of(path).ends_with(".py")
}

/// Adds the sources of modules that are decorated by something that looks at them: `typeguard`
/// compiles what it decorates anew.
fn add_decorated(growing: &mut Growing<'_>) {
    let top = |name: &str| top_of(name).to_owned();
    let outlines = || growing.nodes.iter().filter_map(|node| Some((node, node.outline.as_ref()?)));
    let showing: BTreeSet<(String, &str)> = outlines()
        .flat_map(|(node, outline)| outline.defines.iter().map(move |name| (top(&node.name), name.as_str())))
        .collect();
    let is_showing = |(library, name): &(String, String)| showing.contains(&(library.clone(), name.as_str()));
    let decorated: Vec<(String, PathBuf)> = outlines()
        .filter(|(node, outline)| node.found.kind == ModuleKind::Source && outline.decorators.iter().any(is_showing))
        .map(|(node, _)| (place(&node.name, node.found.submodule_path.is_some()), node.found.path.clone()))
        .collect();
    for (inside, path) in decorated {
        growing.own.add_file(inside, path);
    }
}

/// Where the source of a module goes.
fn place(name: &str, is_package: bool) -> String {
    let folder = name.replace('.', "/");
    if is_package { format!("{folder}/__init__.py") } else { format!("{folder}.py") }
}

/// Adds the sources of the packages that are read, as files.
pub(crate) fn add_files(growing: &mut Growing<'_>) {
    add_decorated(growing);
    add_shown(growing);
    add_given(growing);
    add_for_readers(growing);
    let read = std::mem::take(&mut growing.sources.packages);
    // Who asks of a file which module it is looks for the initializers above it.
    let above = |package: &str| -> Vec<String> {
        package.match_indices('.').filter_map(|(end, _)| package.get(..end)).map(str::to_owned).collect()
    };
    for package in read.iter().filter(|(_, sources)| **sources == Sources::All).flat_map(|(package, _)| above(package))
    {
        let node = growing.by_name.get(&package).and_then(|&node| growing.nodes.get(node));
        if let Some(node) = node.filter(|node| node.found.kind == ModuleKind::Source) {
            growing.own.add_file(place(&package, true), node.found.path.clone());
        }
    }
    for (package, sources) in read {
        let below = format!("{package}.");
        for node in &growing.nodes {
            let is_read = node.name == package || node.name.starts_with(&below);
            let is_initializer = node.found.submodule_path.is_some();
            if !is_read || node.found.kind != ModuleKind::Source || !(is_initializer || sources == Sources::All) {
                continue;
            }
            let inside = place(&node.name, is_initializer);
            growing.own.add_file(inside, node.found.path.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::graph::Options;
    use crate::project::Project;
    use crate::testing;
    use crate::walk::walk;

    fn files(initializer: &str) -> Vec<String> {
        let (_folder, project) = testing::project(&[
            ("one/main.py", "import p.q.a"),
            ("two/p/__init__.py", initializer),
            ("two/p/config-3.py", ""),
            ("two/p/kernel.cu", ""),
            ("two/p/lists/a_list.py", ""),
            ("two/p/q/__init__.py", ""),
            ("two/p/q/a.py", ""),
        ]);
        walk(&project, &Options::default()).unwrap().own_files.into_iter().map(|file| file.inside).collect()
    }

    #[test]
    fn sources_go_in_of_modules_that_a_library_sends_elsewhere() {
        let files = |check: &str| {
            let gateway = format!(
                "import inspect, types\ndef send(what):\n    if isinstance(what, {check}):\n        inspect.getsource(what)"
            );
            let record = |name: &str| format!("{name}/__init__.py,,\n{name}/a.py,,\n{name}/b.py,,\n");
            let (gateways, workers) = (record("gateways"), record("workers"));
            let (_folder, project) = testing::project(&[
                ("one/main.py", "import workers.a"),
                ("two/gateways/__init__.py", ""),
                ("two/gateways/a.py", &gateway),
                ("two/gateways/b.py", ""),
                ("two/gateways-1.dist-info/METADATA", "Name: gateways\nVersion: 1\n"),
                ("two/gateways-1.dist-info/RECORD", &gateways),
                ("two/workers/__init__.py", ""),
                ("two/workers/a.py", "import gateways.a, workers.b\ngateways.a.send(workers.b)"),
                ("two/workers/b.py", ""),
                ("two/workers-1.dist-info/METADATA", "Name: workers\nVersion: 1\nRequires-Dist: gateways\n"),
                ("two/workers-1.dist-info/RECORD", &workers),
            ]);
            let files = walk(&project, &Options::default()).unwrap().own_files;
            files.into_iter().map(|file| file.inside).filter(|file| file != "main.py").collect::<Vec<_>>()
        };
        assert_eq!(files("types.ModuleType"), ["gateways/a.py", "workers/b.py"]);
        assert!(files("types.FunctionType").is_empty());
    }

    #[test]
    fn sources_go_in_that_a_decorator_looks_at() {
        let decorated = |name: &str| {
            let lib = format!("import guard\n@guard.{name}\nclass A: ...");
            let (_folder, project) = testing::project(&[
                ("one/main.py", "import lib"),
                ("two/lib.py", &lib),
                ("two/guard/__init__.py", "from ._check import checked"),
                ("two/guard/_check.py", "import inspect\ndef checked(f):\n    return inspect.getsource(f)"),
            ]);
            let files = walk(&project, &Options::default()).unwrap().own_files;
            files.into_iter().map(|file| file.inside).filter(|file| file == "lib.py").count()
        };
        assert_eq!(decorated("checked"), 1);
        assert_eq!(decorated("other(1)"), 0);
    }

    /// Sources of libraries and of the standard library that go in for a program over these.
    fn shown(main: &str, reader: &str) -> Vec<String> {
        let (folder, mut project) = testing::project(&[
            ("one/main.py", main),
            ("two/reader.py", reader),
            ("two/lib/__init__.py", ""),
            ("two/lib/a.py", ""),
            ("std/json/__init__.py", ""),
            ("std/json/tool.py", ""),
            ("std/json/tests/__init__.py", ""),
            ("std/typing.py", ""),
            ("std/zipimport.py", ""),
        ]);
        project.interpreter.stdlib_modules.insert("zipimport".to_owned());
        project.interpreter.stdlib = folder.path().join("std");
        project.interpreter.search_path.push(folder.path().join("std"));
        let project = Project::new(project.program, project.interpreter, &[]);
        let files = walk(&project, &Options::default()).unwrap().own_files;
        files.into_iter().map(|file| file.inside).filter(|file| file != "main.py").collect()
    }

    #[test]
    fn sources_go_in_that_the_program_shows() {
        for named in ["inspect.getsource(json.loads)", "inspect.getsourcelines(json)", "open(json.__file__)"] {
            assert_eq!(shown(&format!("import inspect, json, lib.a\n{named}"), ""), ["json/__init__.py"], "{named}");
        }
        assert!(shown("import inspect, zipimport\ninspect.getsource(zipimport.x)", "").is_empty());
        let all = ["json/__init__.py", "lib/__init__.py", "lib/a.py"];
        assert_eq!(shown("import inspect, json, lib.a\nfor f in x:\n    inspect.getsource(f)", ""), all);
        let opened = "from importlib.util import find_spec\nimport lib.a\nopen(find_spec(name).origin)\n'json'";
        assert_eq!(shown(opened, ""), all);
        assert!(shown("import traceback, json, lib.a\ntraceback.format_exc()", "").is_empty());
    }

    #[test]
    fn who_takes_programs_apart_reads_the_standard_library() {
        let main = "import reader\nimport json\nx = 'import lib.a\\nlib.a'";
        let names = "import importlib.machinery\nimportlib.machinery.SOURCE_SUFFIXES\n";
        let reader = format!("{names}loader.get_source(name)");
        let all = ["json/__init__.py", "json/tool.py", "lib/__init__.py", "lib/a.py", "typing.py", "zipimport.py"];
        assert_eq!(shown(main, &reader), all);
        for other in ["loader.get_source(name)", "loader.get_source(environment, name)", "self.get_source(name)"] {
            let names = if other.contains("(name)") && !other.starts_with("self") { "" } else { names };
            assert!(shown(main, &format!("{names}{other}")).is_empty(), "{other}");
        }
    }

    #[test]
    fn who_makes_functions_anew_has_its_sources() {
        let all = ["main.py", "p/__init__.py", "p/q/__init__.py", "p/q/a.py"];
        assert_eq!(files("import inspect\ndef f(x):\n    exec(inspect.getsource(x))"), all);
        assert!(files("def f(x):\n    exec(x)").is_empty());
        assert_eq!(files("import ast, inspect\ndef f(x):\n    ast.parse(Path(inspect.getfile(x)).read_text())"), all);
    }

    #[test]
    fn sources_that_a_library_reads_are_files() {
        let reads = "from importlib import resources\nresources.files('p.q')";
        assert_eq!(files(reads), ["p/__init__.py", "p/q/__init__.py", "p/q/a.py"]);
        assert_eq!(files("path.glob('*/__init__.py')"), ["p/__init__.py", "p/q/__init__.py"]);
        assert_eq!(files("load('config-{}.py'.format(3))"), ["p/config-3.py"]);
        assert_eq!(files("from p import q\n(Path(q.__file__).parent / 'a.py').read_text()"), ["p/q/a.py"]);
        assert_eq!(files("load('config-%02d.py' % 3)"), ["p/config-3.py"]);
        assert_eq!(files("load('config-{version:d}.py')"), ["p/config-3.py"]);
        assert_eq!(files("(HERE / 'kernel.cu').read_text()"), ["p/kernel.cu"]);
        assert_eq!(files("read('lists/' + name + '_list.py')"), ["p/lists/a_list.py"]);
        assert!(files("'setup.py', 'absent.py', '*.py'").is_empty());
    }

    #[test]
    fn files_of_a_distribution_go_in_that_it_names() {
        let files = |initializer: &str| -> Vec<String> {
            let (_folder, project) = testing::project(&[
                ("one/main.py", "import p"),
                ("two/p/__init__.py", initializer),
                ("two/p/code/a.c", ""),
                ("two/p/code/b.cpp", ""),
                ("two/p/code/c.pyx", ""),
                ("two/p/code/d.pxd", ""),
                ("two/p.libs/libx-1.so", ""),
                (
                    "two/p-1.dist-info/RECORD",
                    "p/__init__.py,,\np/code/a.c,,\np/code/b.cpp,,\np/code/c.pyx,,\np/code/d.pxd,,\np.libs/libx-1.so,,\n",
                ),
                ("two/p-1.dist-info/METADATA", "Name: p\nVersion: 1\n"),
            ]);
            walk(&project, &Options::default()).unwrap().own_files.into_iter().map(|file| file.inside).collect()
        };
        assert_eq!(files("load('a.c')"), ["p/code/a.c"]);
        assert_eq!(
            files("load('a.c', 'b.cpp', 'c.pyx')"),
            ["p/code/a.c", "p/code/b.cpp", "p/code/c.pyx", "p/code/d.pxd"]
        );
        assert_eq!(files("find('p.libs')"), ["p.libs/libx-1.so"]);
        assert!(files("x = 'a', 'p'").is_empty());
    }
}

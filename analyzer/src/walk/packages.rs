//! Packages whose submodules are imported by names that only a run computes.

use super::growing::{ENTRY, Growing, Importer, Node};
use super::library_sources::Sources;
use super::listed_packages::{Depth, include_below};
use super::{data_names, groups, importers, kernels, listed_packages, plugin_names, submodules, wanted};
use crate::finder::Found;
use crate::graph::{EdgeKind, ModuleKind};
use crate::name_forms::{is_dotted_name, last_of, top_of};
use crate::project::Origin;
use crate::project::distribution::normalized;
use crate::read::outline::Outline;
use crate::rules;
use std::collections::BTreeSet;

/// Packages of which modules are looked for.
#[derive(Default)]
pub(crate) struct Packages {
    /// Packages of which submodules are imported by computed names.
    pub(crate) scans: Vec<(Importer, String, String, Depth)>,
    /// Packages whose folders a library names by its own file, with where.
    pub(crate) listed: Vec<(Importer, String)>,
    /// Top-level packages that look for sources in folders.
    pub(crate) list_sources: BTreeSet<String>,
    /// Top-level packages that list modules of packages that are not known.
    pub(crate) listing: BTreeSet<String>,
    /// Packages that a text names as a whole, with where it stands.
    pub(crate) named: Vec<(Importer, String)>,
    /// How many nodes have been looked into for packages of data.
    pub(crate) looked_into: usize,
}

/// Takes notice of what a module says about the modules around it.
pub(crate) fn note(growing: &mut Growing<'_>, index: usize, outline: &Outline) {
    let Some(node) = growing.nodes.get(index) else { return };
    let top = top_of(&node.name).to_owned();
    if outline.lists_modules {
        growing.packages.listing.insert(top.clone());
    }
    if node.found.origin == Origin::Library {
        let importer = Importer { node: Some(index), line: 0, kind: EdgeKind::Lazy };
        let is_package = node.found.submodule_path.is_some();
        if outline.shares_own_path && is_package {
            // The modules of such a package are plugins, which are looked for as files.
            growing.packages.listed.push((importer, node.name.clone()));
            growing.packages.list_sources.insert(top.clone());
        }
        growing.packages.listed.extend(outline.own_folders.iter().map(|folder| (importer, folder.clone())));
        if outline.lists_sources {
            growing.packages.list_sources.insert(top.clone());
        }
    }
    if outline.asks_for_offers {
        growing.offers.askers.insert(top.clone());
    }
    growing.name_starts.extend(outline.name_starts.iter().map(|start| (index, start.clone())));
    importers::note(growing, index, outline);
    growing.asked.metadata.extend(outline.metadata.iter().map(|name| normalized(name)));
    growing.wanted.note_words(outline.words.iter().chain(&outline.texts));
    // The names of a table are imported by the module itself where it computes names, or where it
    // imports what is asked for (PEP 562).
    if !outline.computed_imports.is_empty() || outline.has_module_getattr {
        let line = outline.computed_imports.first().copied().unwrap_or_default();
        let importer = Importer { node: Some(index), line, kind: EdgeKind::Dynamic };
        for name in &outline.tables {
            growing.guess_reference(name, importer);
        }
    }
}

/// Includes the submodules of packages that are scanned, and the packages that hold data.
pub(crate) fn follow(growing: &mut Growing<'_>) {
    include_packages_of_data(growing);
    data_names::follow(growing);
    for (importer, package, start, depth) in std::mem::take(&mut growing.packages.scans) {
        include_below(growing, &package, &start, importer, depth);
    }
    follow_listed(growing);
    listed_packages::follow(growing);
    plugin_names::follow(growing);
    follow_offers(growing);
    groups::follow(growing);
    importers::follow(growing);
    kernels::follow(growing);
    follow_texts(growing);
    follow_computed(growing);
    let (known, unknown): (Vec<_>, Vec<_>) =
        std::mem::take(&mut growing.packages.named).into_iter().partition(|named| is_looked_into(growing, named));
    growing.packages.named = unknown;
    for (importer, package) in known {
        include_below(growing, &package, "", importer, Depth::All);
    }
}

/// A library that looks for sources in a folder of its own, which is a package, imports what it
/// finds there.
fn follow_listed(growing: &mut Growing<'_>) {
    let (looked_into, others): (Vec<_>, Vec<_>) = std::mem::take(&mut growing.packages.listed)
        .into_iter()
        .partition(|(_, package)| growing.packages.list_sources.contains(top_of(package)));
    growing.packages.listed = others;
    for (importer, package) in looked_into {
        if growing.sources.packages.insert(package.clone(), Sources::All) != Some(Sources::All) {
            include_below(growing, &package, "", importer, Depth::All);
        }
    }
}

/// A distribution that is wanted in any case offers entry points in a group that is named after an
/// included package (`spacy_loggers`): that package asks for them, by a name that it may compute.
fn follow_offers(growing: &mut Growing<'_>) {
    let owners = growing.owners;
    for (owner, distribution) in owners.all() {
        if distribution.entry_points.is_empty() || !growing.wanted.is_wanted(owner) {
            continue;
        }
        for (group, offers) in &distribution.entry_points {
            let package = group.split(['.', '_', ':', '-', '/']).next().unwrap_or_default();
            let Some(&node) = growing.by_name.get(package) else { continue };
            let is_library = growing.nodes.get(node).is_some_and(|node| node.found.origin == Origin::Library);
            if is_library && growing.offers.followed.insert((owner, group.as_str())) {
                let importer = Importer { node: Some(node), line: 0, kind: EdgeKind::EntryPoint };
                for offer in offers.iter().filter(|offer| is_dotted_name(&offer.module)) {
                    growing.guess(&offer.module, importer);
                }
            }
        }
    }
}

/// A text of the program, or a value in its configuration, that is the name of an installed package or distribution chooses it:
/// `read_excel(path, engine="openpyxl")`, `lambdify(x, f, "numpy")`.
pub(crate) fn follow_texts(growing: &mut Growing<'_>) {
    let importer = Importer { node: Some(0), line: 0, kind: EdgeKind::Dynamic };
    for text in std::mem::take(&mut growing.own.new_texts) {
        if text.contains('.') || !is_dotted_name(&text.replace('-', "_")) {
            continue;
        }
        let Some(distribution) = growing.owners.by_name(&normalized(&text)) else { continue };
        growing.asked.metadata.insert(normalized(&text));
        let is_its_package = |found: Found| growing.owners.of_file(&found.path) == Some(distribution);
        if !growing.wanted.is_of_developers(distribution) && growing.look_up(&text).is_some_and(is_its_package) {
            growing.guess(&text, importer);
        }
    }
}

/// Whether somebody looks for modules in a package that a text names: the framework that the
/// program configures with it, or the library itself, which lists modules.
fn is_looked_into(growing: &mut Growing<'_>, (importer, name): &(Importer, String)) -> bool {
    let Some(&package) = growing.by_name.get(name) else { return false };
    let is_library_package = growing.nodes.get(package).is_some_and(|node| {
        node.found.origin == Origin::Library
            && node.found.submodule_path.is_some()
            && !matches!(node.found.kind, ModuleKind::Namespace { .. })
    });
    let by_program =
        importer.node.and_then(|node| growing.nodes.get(node)).is_none_or(|node| node.found.origin == Origin::Program);
    let top = top_of(name);
    if !name.contains('.') {
        return is_library_package && by_program && has_app_modules(growing, name);
    }
    is_library_package && (by_program || growing.packages.listing.contains(top))
}

/// Includes what lies in the packages that a module names which computes what it imports:
/// `PACKAGES = ["serial.urlhandler"]`.
fn follow_computed(growing: &mut Growing<'_>) {
    for (importer, package) in growing.packages.named.clone() {
        let node = importer.node.and_then(|node| growing.nodes.get(node));
        let is_computing = node.is_some_and(|node| {
            node.found.origin == Origin::Library
                && node.outline.as_ref().is_some_and(|outline| !outline.computed_imports.is_empty())
        });
        if !is_computing || !package.contains('.') || !growing.by_name.contains_key(&package) {
            continue;
        }
        // `PluginLoader("ActionModule", "ansible.plugins.action")` lists what lies in the folder of the package.
        let node = importer.node.and_then(|node| growing.nodes.get(node)).and_then(|node| node.outline.as_ref());
        if node.is_some_and(|outline| outline.lists_sources)
            && growing.sources.packages.insert(package.clone(), Sources::All) != Some(Sources::All)
        {
            include_below(growing, &package, "", importer, Depth::All);
        }
        for name in submodules(growing, &package) {
            let is_public = !last_of(&name).starts_with('_');
            if is_public && !rules::is_for_tests(&name) {
                let _ = growing.include(&name, importer);
            }
        }
    }
}

/// Whether a name that stands in a list of the program is that of a package of a framework's kind.
pub(crate) fn is_app(growing: &mut Growing<'_>, name: &str) -> bool {
    growing.look_up(name).is_some_and(|found| found.origin == Origin::Library) && has_app_modules(growing, name)
}

/// Whether a package has modules that a framework looks for by their names.
fn has_app_modules(growing: &mut Growing<'_>, package: &str) -> bool {
    const LOOKED_FOR: [&str; 5] = ["apps", "management", "migrations", "models", "templatetags"];
    LOOKED_FOR.iter().any(|module| growing.look_up(&format!("{package}.{module}")).is_some())
}

/// A text in a library names a module of a distribution that the library requires, if only for another one that it requires:
/// `add_extension("jinja2.ext.do")` in locust, which requires Flask.
pub(crate) fn guess_required(growing: &mut Growing<'_>, index: usize, name: &str, importer: Importer) {
    let top = top_of(name);
    if growing.look_up(top).is_none_or(|found| found.origin != Origin::Library) {
        return;
    }
    let Some(owner) = wanted::owner_of(growing, name) else { return };
    let from = growing.nodes.get(index).and_then(|node| growing.owners.of_file(&node.found.path));
    let project = growing.project;
    if from.is_some_and(|from| growing.wanted.requires_somehow(project, from, owner)) {
        growing.guess_reference(name, importer);
        if growing.names_member(name) {
            growing.guess(top, importer);
        }
    }
}

/// A folder with an initializer, other files and no other module is there for its files: `tzdata`
/// has its database in such packages. They come with the package that they lie in.
fn include_packages_of_data(growing: &mut Growing<'_>) {
    while growing.packages.looked_into < growing.nodes.len() {
        let index = growing.packages.looked_into;
        growing.packages.looked_into += 1;
        let Some(node) = growing.nodes.get(index).filter(|node| node.found.origin == Origin::Library) else { continue };
        let (name, path) = (node.name.clone(), node.found.submodule_path.clone().unwrap_or_default());
        let importer = Importer { node: Some(index), line: 0, kind: EdgeKind::Lazy };
        for folder in growing.finder.packages_of_data(&path) {
            let name = format!("{name}.{folder}");
            if !rules::is_for_tests(&name) {
                let _ = growing.include(&name, importer);
            }
        }
    }
}

/// Of which distributions a library names modules that an interpreter is started with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    Own,
    /// Its own, or one that it requires: `[sys.executable, "-m", "virtualenv"]`.
    Required,
}

/// Includes a module that an interpreter is started with, and the `__main__` of a package. With a dot at its end it is a package of
/// which each module may be meant: `f"{sys.executable} -m package.{name}"`.
pub(crate) fn follow_run(growing: &mut Growing<'_>, index: usize, name: &str, importer: Importer, whose: Whose) {
    let package = name.strip_suffix('.');
    let is_library = |node: &Node| node.found.origin == Origin::Library;
    if let Some(node) = growing.nodes.get(index).filter(|node| is_library(node)) {
        let Some(from) = growing.owners.of_file(&node.found.path) else { return };
        let Some(to) = wanted::owner_of(growing, package.unwrap_or(name)) else { return };
        let project = growing.project;
        if from != to && (whose == Whose::Own || !growing.wanted.requires(project, from, to)) {
            return;
        }
    }
    let modules = package.map_or_else(|| vec![name.to_owned()], |package| submodules(growing, package));
    for name in modules.iter().filter(|name| !rules::is_for_tests(name)) {
        include_run(growing, name, importer);
    }
}

/// The same, whoever has named it.
pub(crate) fn include_run(growing: &mut Growing<'_>, name: &str, importer: Importer) {
    growing.run.insert(name.to_owned());
    growing.guess(name, importer);
    let program = format!("{name}.{ENTRY}");
    if growing.look_up(name).is_some_and(|found| found.submodule_path.is_some()) && growing.look_up(&program).is_some()
    {
        let _ = growing.include(&program, importer);
    }
}

#[cfg(test)]
mod tests {
    use crate::graph::Options;
    use crate::testing;
    use crate::walk::walk;

    fn names(files: &[(&str, &str)]) -> Vec<String> {
        let (_folder, project) = testing::project(files);
        let graph = walk(&project, &Options::default()).unwrap();
        graph.modules.into_keys().filter(|name| !matches!(name.as_str(), "zipimport" | "__main__" | "p")).collect()
    }

    /// A library whose package `p` has the modules `a`, `b_x`, `b_y` and `q.deep`.
    fn below(initializer: &str) -> Vec<String> {
        names(&[
            ("one/main.py", "import p"),
            ("two/p/__init__.py", initializer),
            ("two/p/a.py", ""),
            ("two/p/b_x.py", ""),
            ("two/p/b_y.py", ""),
            ("two/p/q/__init__.py", ""),
            ("two/p/q/deep.py", ""),
        ])
    }

    #[test]
    fn what_takes_the_place_of_a_package_has_its_modules() {
        let lazy = "import sys\nsys.modules[__name__] = Lazy({'a': ['A']})";
        assert_eq!(below(lazy), ["p.a", "sys"]);
        assert!(below("Lazy({'a': ['A']})").is_empty());
    }

    #[test]
    fn the_known_start_of_a_name_chooses() {
        for source in [
            "from importlib import import_module\nimport_module(f'p.b_{x}')",
            "from importlib import import_module\nimport_module('.b_' + x, 'p')",
            "from importlib import import_module\ndef f():\n    name = f'p.b_{x}'\n    import_module(name)",
            "from importlib import import_module\ndef f():\n    name: str = f'p.b_{x}'\n    import_module(name)",
            "__import__('b_%s' % x, globals(), locals(), [], 1)",
            "__import__(f'{__spec__.parent}.b_{x}')",
            "__import__('{}.b_{}'.format(__name__, x))",
            "__import__('%s.b_%s' % (__name__, x))",
            "from importlib import import_module\nimport_module(find(f'p.b_{x}'))",
        ] {
            assert_eq!(below(source), ["p.b_x", "p.b_y"], "{source}");
        }
        assert_eq!(below("__import__(__package__ + '.a')"), ["p.a"]);
        assert_eq!(below("find(packages=('p.q.', ''))"), ["p.q", "p.q.deep"]);
        let joined = "P = 'p'\nfrom importlib import import_module\nimport_module('.'.join([P, 'q', x]))";
        assert_eq!(below(joined), ["p.q", "p.q.deep"]);
        assert_eq!(below("import pkgutil\npkgutil.iter_modules(__path__)").len(), 5);
        let by_prefix = "import pkgutil\nfrom p import q\npkgutil.walk_packages(path, f'{q.__name__}.')";
        assert_eq!(below(by_prefix), ["p.q", "p.q.deep"]);
        assert_eq!(below("TABLE = {'x': {'y': '.a:Name'}}\n"), ["p.a"]);
    }

    #[test]
    fn a_list_of_settings_names_packages_of_a_framework() {
        let files = |main: &'static str| {
            names(&[
                ("one/main.py", main),
                ("two/toolbar/__init__.py", ""),
                ("two/toolbar/apps.py", ""),
                ("two/plain/__init__.py", ""),
            ])
        };
        for main in ["APPS += ['toolbar', 'plain']", "APPS = [] + ['toolbar']", "APPS.append('toolbar')"] {
            assert_eq!(files(main), ["toolbar", "toolbar.apps"], "{main}");
        }
        assert!(files("apps = ['toolbar']\napps.append('toolbar')").is_empty());
    }

    #[test]
    fn a_text_of_two_parts_may_name_something_in_a_module() {
        let files = |text: &'static str| {
            names(&[
                ("one/main.py", "import p"),
                ("one/settings.toml", text),
                ("two/p.py", text),
                ("two/whole.py", "class Member:\n    ..."),
                ("two/p-1.dist-info/METADATA", "Name: p\nVersion: 1\nRequires-Dist: whole\n"),
                ("two/p-1.dist-info/RECORD", "p.py,,\n"),
                ("two/whole-1.dist-info/METADATA", "Name: whole\nVersion: 1\n"),
                ("two/whole-1.dist-info/RECORD", "whole.py,,\n"),
            ])
        };
        assert_eq!(files("a = 'whole.Member'"), ["whole"]);
        assert!(files("a = 'whole.txt'").is_empty());
    }

    #[test]
    fn a_function_that_says_that_it_imports_is_believed() {
        let files = |call: &'static str| {
            names(&[
                ("one/main.py", "import green"),
                ("two/green.py", call),
                ("two/p/__init__.py", ""),
                ("two/p/q/__init__.py", ""),
                ("two/p/q/deep.py", ""),
            ])
        };
        assert_eq!(files("import_patched('p.q.' + name)"), ["green", "p.q", "p.q.deep"]);
        assert_eq!(files("patcher.import_patched(f'p.{name}')"), ["green", "p.q", "p.q.deep"]);
        assert_eq!(files("show('p.q.' + name)"), ["green"]);
    }

    #[test]
    fn tables_name_modules_of_those_who_compute() {
        assert_eq!(below("NAMES = ['a', 'b_x']\nfor name in NAMES:\n    __import__(find(name))"), ["p.a", "p.b_x"]);
        assert_eq!(
            below("TABLE = {'X': ('a', 'X'), 'Y': ('q.deep', 'Y')}\ndef __getattr__(name): ..."),
            ["p.a", "p.q", "p.q.deep"]
        );
        assert_eq!(below("lazy(globals(), {'name': '.b_x.name'})"), ["p.b_x"]);
        assert!(below("NAMES = ['a', 'b_x']").is_empty());
    }

    #[test]
    fn a_keyword_names_what_lies_in_a_module_beside() {
        assert_eq!(below("register(path='q.deep.Class', other='b.json')"), ["p.q", "p.q.deep"]);
        assert!(below("register('q.deep.Class')").is_empty());
    }

    #[test]
    fn code_in_texts_imports() {
        assert_eq!(below("exec('from p.a import *; import p.b_x')"), ["p.a", "p.b_x"]);
    }

    #[test]
    fn a_package_that_the_program_names_is_looked_into() {
        let files = [
            ("one/main.py", "import p\nAPPS = ['p.q']"),
            ("two/p/__init__.py", ""),
            ("two/p/q/__init__.py", ""),
            ("two/p/q/admin.py", ""),
            ("two/p/q/tests.py", ""),
        ];
        assert_eq!(names(&files), ["p.q", "p.q.admin"]);
    }

    #[test]
    fn an_app_is_named_beside_dotted_names() {
        let main = |apps: &str| {
            let apps = format!("import p\napps = {apps}");
            names(&[
                ("one/main.py", &apps),
                ("two/p/__init__.py", ""),
                ("two/app/__init__.py", ""),
                ("two/app/apps.py", ""),
                ("two/app/checks.py", ""),
                ("two/lib/__init__.py", ""),
                ("two/lib/part.py", ""),
            ])
        };
        assert_eq!(main("['p.q', 'app', 'lib']"), ["app", "app.apps", "app.checks"]);
        assert!(main("['app', 'lib']").is_empty());
    }

    #[test]
    fn a_library_names_modules_of_what_it_requires() {
        let library = |requires: &str| {
            let metadata = format!("Name: p\nVersion: 1\n{requires}");
            names(&[
                ("one/main.py", "import p"),
                ("two/p/__init__.py", "add('lib.extension.Part')"),
                ("two/p-1.dist-info/METADATA", &metadata),
                ("two/p-1.dist-info/RECORD", "p/__init__.py,,\n"),
                ("two/lib/__init__.py", ""),
                ("two/lib/extension.py", ""),
                ("two/lib-1.dist-info/METADATA", "Name: lib\nVersion: 1\n"),
                ("two/lib-1.dist-info/RECORD", "lib/__init__.py,,\nlib/extension.py,,\n"),
            ])
        };
        assert_eq!(library("Requires-Dist: lib\n"), ["lib", "lib.extension"]);
        assert!(library("").is_empty());
    }

    #[test]
    fn a_library_names_modules_of_what_its_requirements_require() {
        let library = |required: &str| {
            let metadata = format!("Name: between\nVersion: 1\n{required}");
            names(&[
                ("one/main.py", "import p"),
                ("two/p/__init__.py", "add('lib.extension.Part')"),
                ("two/p-1.dist-info/METADATA", "Name: p\nVersion: 1\nRequires-Dist: between\n"),
                ("two/p-1.dist-info/RECORD", "p/__init__.py,,\n"),
                ("two/between-1.dist-info/METADATA", &metadata),
                ("two/lib/__init__.py", ""),
                ("two/lib/extension.py", ""),
                ("two/lib-1.dist-info/METADATA", "Name: lib\nVersion: 1\n"),
                ("two/lib-1.dist-info/RECORD", "lib/__init__.py,,\nlib/extension.py,,\n"),
            ])
        };
        assert_eq!(library("Requires-Dist: lib\n"), ["lib", "lib.extension"]);
        assert!(library("").is_empty());
    }

    #[test]
    fn modules_that_are_listed_as_files_go_in_as_both() {
        let listing = "for name in os.listdir(os.path.dirname(__file__)):\n    name.endswith('.py')";
        let (_folder, project) =
            testing::project(&[("one/main.py", "import p"), ("two/p/__init__.py", listing), ("two/p/a.py", "")]);
        let graph = walk(&project, &Options::default()).unwrap();
        assert!(graph.modules.contains_key("p.a"));
        let files: Vec<_> = graph.own_files.iter().map(|file| file.inside.as_str()).collect();
        assert_eq!(files, ["p/__init__.py", "p/a.py"]);

        // The folder is named in one place, and listed in another.
        let lister = "def scan(folder):\n    for name in os.scandir(folder):\n        name.endswith('.py')";
        let files = [("one/main.py", "import p"), ("two/p/scan.py", lister), ("two/p/models/__init__.py", "")];
        let named = |initializer: &str| {
            names(&[&files[..], &[("two/p/__init__.py", initializer), ("two/p/models/m.py", "")]].concat())
        };
        let initializer = "from .scan import scan\nscan(Path(__file__).parent / 'models')";
        assert_eq!(named(initializer), ["p.models", "p.models.m", "p.scan"]);
        assert_eq!(named("from .scan import scan"), ["p.scan"]);
        let manager = "class Manager:\n    _id = 'models'\n    path = join(abspath(dirname(__file__)), _id)\n    \
                       names = re.compile(r'^[a-z]+(\\.py)?$')\n    def load(self):\n        os.listdir(self.path)";
        assert_eq!(named(manager), ["p.models", "p.models.m"]);
        let newest =
            "def newest():\n    return __import__(max(os.listdir(os.path.dirname(__file__))), globals(), level=1)";
        assert_eq!(below(newest).len(), 5);
        assert!(below(&newest.replace("__file__", "path")).is_empty());
        assert_eq!(below("__path__.extend(folders(__name__))").len(), 5);
        assert_eq!(below("register(linter, __path__[0])").len(), 5);
    }

    #[test]
    fn packages_are_looked_into_where_names_are_computed() {
        let computes = "import importlib\nfor name in ['p.q']:\n    importlib.import_module(name + x)";
        assert_eq!(below(computes), ["p.q", "p.q.deep"]);
        assert_eq!(below("PACKAGES = ['p.q']"), ["p.q"]);
        let lists = format!("{computes}\n    for file in os.listdir(folder):\n        file.endswith('.py')");
        let (_folder, project) = testing::project(&[
            ("one/main.py", "import p"),
            ("two/p/__init__.py", &lists),
            ("two/p/q/__init__.py", ""),
            ("two/p/q/r/__init__.py", ""),
            ("two/p/q/r/deep.py", ""),
        ]);
        let files = walk(&project, &Options::default()).unwrap().own_files;
        let files: Vec<_> = files.iter().map(|file| file.inside.as_str()).collect();
        assert_eq!(files, ["p/__init__.py", "p/q/__init__.py", "p/q/r/__init__.py", "p/q/r/deep.py"]);
    }

    #[test]
    fn a_table_of_a_parser_is_named_to_a_function() {
        assert_eq!(below("lex(lextab='b_x')"), ["p.b_x"]);
        assert!(below("lex(lextab='a')").is_empty());
        assert!(below("find('b_x')").is_empty());
    }

    #[test]
    fn packages_of_data_come_along() {
        let files = [
            ("one/main.py", "import p"),
            ("two/p/__init__.py", ""),
            ("two/p/zones/__init__.py", ""),
            ("two/p/zones/Europe/__init__.py", ""),
            ("two/p/zones/Europe/Berlin", "TZif"),
            ("two/p/code/__init__.py", ""),
            ("two/p/code/x.py", ""),
        ];
        assert_eq!(names(&files), ["p.zones", "p.zones.Europe"]);
    }

    #[test]
    fn what_is_offered_to_an_included_package_goes_in() {
        let with = |requires: &str| {
            let metadata = format!("Name: lib\nVersion: 1\n{requires}");
            names(&[
                ("one/main.py", "import lib"),
                ("two/lib/__init__.py", "find('_'.join([__name__, 'x']))"),
                ("two/lib-1.dist-info/METADATA", &metadata),
                ("two/lib-1.dist-info/RECORD", "lib/__init__.py,,\n"),
                ("two/plugin.py", ""),
                ("two/plugin-1.dist-info/METADATA", "Name: plugin\nVersion: 1\n"),
                ("two/plugin-1.dist-info/RECORD", "plugin.py,,\n"),
                ("two/plugin-1.dist-info/entry_points.txt", "[lib_x]\none = plugin:One\n"),
            ])
        };
        assert_eq!(with("Requires-Dist: plugin\n"), ["lib", "plugin"]);
        assert_eq!(with(""), ["lib"]);
    }

    #[test]
    fn stubs_and_sources_beside_compiled_modules_are_read() {
        let files = [
            ("one/main.py", "import p, c"),
            (
                "two/p/__init__.py",
                "import lazy_loader as lazy\n__getattr__, _, _ = lazy.attach_stub(__name__, __file__)",
            ),
            ("two/p/__init__.pyi", "from . import a\nfrom .q import x"),
            ("two/p/a.py", ""),
            ("two/p/q.py", ""),
            ("two/c.abi3.so", "\0"),
            ("two/c.py", "import d"),
            ("two/d.py", ""),
        ];
        assert_eq!(names(&files), ["c", "d", "p.a", "p.q"]);
    }
}

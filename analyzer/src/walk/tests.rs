use super::*;
use crate::graph::EdgeKind;
use crate::project::program::EntryPoint;
use crate::testing;

fn graph(files: &[(&str, &str)], options: &Options) -> Result<ModuleGraph, Error> {
    let (_folder, project) = testing::project(files);
    walk(&project, options)
}

fn names(files: &[(&str, &str)]) -> Vec<String> {
    // The interpreter of these tests has no standard library, so that its own needs are not
    // found.
    graph(files, &Options::default()).unwrap().modules.into_keys().filter(|name| name != "zipimport").collect()
}

fn missing(main: &str) -> Vec<(String, EdgeKind, bool)> {
    let graph =
        graph(&[("one/main.py", main), ("one/p/__init__.py", ""), ("two/n/x.py", "")], &Options::default()).unwrap();
    graph.missing.into_iter().map(|missing| (missing.name, missing.edge.kind, missing.certain)).collect()
}

#[test]
fn parents_and_submodules_are_included() {
    let files = [
        ("one/main.py", "import a.b.c\nfrom p import q, attribute"),
        ("one/a/__init__.py", ""),
        ("one/a/b/__init__.py", "from .. import d"),
        ("one/a/b/c.py", ""),
        ("one/a/d.py", ""),
        ("two/p/__init__.py", ""),
        ("two/p/unused.py", ""),
        ("two/p/q.py", ""),
    ];
    assert_eq!(names(&files), ["__main__", "a", "a.b", "a.b.c", "a.d", "p", "p.q"]);
}

#[test]
fn runtime_hooks_are_scripts_of_their_own() {
    let (_folder, project) = testing::project(&[
        ("one/main.py", ""),
        ("one/hook.py", "if __name__ == '__main__':\n    import a\n"),
        ("one/a.py", ""),
    ]);
    let hooks = |name: &str| Options {
        runtime_hooks: vec![("__main__.hook".to_owned(), project.program.root.join(name))],
        ..Options::default()
    };
    let graph = walk(&project, &hooks("hook.py")).unwrap();
    assert!(graph.modules.contains_key("a") && graph.modules.contains_key("__main__.hook"));
    assert!(matches!(walk(&project, &hooks("absent.py")), Err(Error::Read { .. })));
}

#[test]
fn a_library_carries_what_it_imports() {
    let files = [
        ("one/main.py", "import lib"),
        ("two/lib/__init__.py", "import _distutils_hack.override\nimport distutils.core\nimport carried"),
        ("two/lib/_vendor/carried.py", ""),
        ("two/_distutils_hack/__init__.py", ""),
        ("two/_distutils_hack/override.py", ""),
        ("two/distutils/core.py", ""),
        ("two/setuptools/__init__.py", ""),
        ("two/setuptools/_distutils/core.py", ""),
    ];
    let found = names(&files);
    assert!(found.iter().any(|name| name == "lib._vendor.carried"));
    assert!(found.iter().any(|name| name == "setuptools._distutils.core"));
    assert!(!found.iter().any(|name| name == "distutils.core"));
}

#[test]
fn what_a_library_carries_does_not_wait_for_what_is_installed() {
    let files = [
        ("one/main.py", "import lib"),
        ("two/lib/__init__.py", "def f():\n import lib.core.a"),
        ("two/lib/core/__init__.py", ""),
        ("two/lib/core/a.py", "import carried"),
        ("two/lib/core/_vendor/carried.py", ""),
        ("two/carried.py", ""),
        ("two/lib-1.dist-info/METADATA", "Name: lib\nVersion: 1\n"),
        ("two/lib-1.dist-info/RECORD", "lib/__init__.py,,\nlib/core/__init__.py,,\nlib/core/a.py,,\n"),
        ("two/carried-1.dist-info/METADATA", "Name: carried\nVersion: 1\n"),
        ("two/carried-1.dist-info/RECORD", "carried.py,,\n"),
    ];
    let found = names(&files);
    assert!(found.iter().any(|name| name == "lib.core._vendor.carried"), "{found:?}");
}

#[test]
fn a_library_carries_a_part_of_a_namespace() {
    let missing = |carried: &str| {
        let (_folder, project) = testing::project(&[
            ("one/main.py", "import lib"),
            ("two/lib/__init__.py", "from shared import text"),
            (carried, ""),
            ("two/shared/other.py", ""),
        ]);
        walk(&project, &Options::default()).unwrap().missing.len()
    };
    assert_eq!(missing("two/lib/_vendor/shared/text.py"), 0);
    assert_eq!(missing("two/lib/_vendor/shared/else.py"), 1);
}

#[test]
fn folders_of_resources_are_packages_where_their_own_package_names_them() {
    let files = [
        ("one/main.py", "import lib\nNAMES = ['p.data.deep', 'lib.data', 'p.data.absent']"),
        ("one/p/data/deep/a.txt", ""),
        ("two/lib/__init__.py", "NAMES = ['lib.templates', 'p.data']"),
        ("two/lib/data/a.txt", ""),
        ("two/lib/templates/a.txt", ""),
    ];
    assert_eq!(names(&files), ["__main__", "lib", "lib.templates", "p", "p.data", "p.data.deep"]);
}

#[test]
fn stars_bring_what_all_names() {
    let files = [
        ("one/main.py", "from p import *"),
        ("two/p/__init__.py", "__all__ = ['q', 'attribute']"),
        ("two/p/q.py", ""),
        ("two/p/r.py", ""),
    ];
    assert_eq!(names(&files), ["__main__", "p", "p.q"]);
}

#[test]
fn lazy_packages_are_followed_by_use() {
    let lazy = "def __getattr__(name): ...";
    let files = [
        ("one/main.py", "import p, e\np.q.r()\ne.q"),
        ("two/p/__init__.py", lazy),
        ("two/p/q.py", ""),
        ("two/p/s.py", ""),
        ("two/e/__init__.py", ""),
        ("two/e/q.py", ""),
    ];
    assert_eq!(names(&files), ["__main__", "e", "p", "p.q"]);
}

#[test]
fn what_is_missing_is_told_with_its_weight() {
    let one = |name: &str, kind, certain| vec![(name.to_owned(), kind, certain)];
    assert_eq!(missing("import absent.x"), one("absent", EdgeKind::TopLevel, true));
    assert_eq!(missing("import p.absent"), one("p.absent", EdgeKind::TopLevel, true));
    assert_eq!(missing("from n import absent"), one("n.absent", EdgeKind::TopLevel, true));
    assert_eq!(missing("from . import x"), one(".", EdgeKind::TopLevel, true));
    assert_eq!(missing("def f():\n import absent\nif x:\n import absent"), one("absent", EdgeKind::Conditional, false));
    assert_eq!(missing("try:\n import absent\nexcept ImportError: pass"), one("absent", EdgeKind::Optional, false));
    assert_eq!(missing("from p import absent; import os.path"), one("posixpath", EdgeKind::TopLevel, true));
    // The standard library has it on another platform.
    assert_eq!(missing("def f():\n import asyncio"), []);
    // The module may put it there itself.
    assert_eq!(
        missing("import sys\nsys.modules['absent'] = 1\nimport absent"),
        one("absent", EdgeKind::Optional, false)
    );
}

#[test]
fn reasons_are_the_first_ones() {
    let files = [("one/main.py", "\nimport a\nimport b"), ("one/a.py", "import b"), ("one/b.py", "")];
    let graph = graph(&files, &Options::default()).unwrap();
    let because = graph.modules["b"].because.clone().unwrap();
    assert_eq!((because.from.as_str(), because.line), ("__main__", 3));
    assert!(graph.modules["b"].certain);
    assert_eq!(graph.modules["__main__"].because, None);
}

#[test]
fn syntax_errors_count_where_every_run_meets_them() {
    let error = graph(&[("one/main.py", "import a"), ("one/a.py", "x = \n")], &Options::default()).unwrap_err();
    assert!(matches!(error, Error::Syntax { line: 1, .. }), "{error}");
    for (main, file) in [("def f():\n import a", "one/a.py"), ("import a", "two/a.py")] {
        let graph = graph(&[("one/main.py", main), (file, "x = \n")], &Options::default()).unwrap();
        assert!(matches!(graph.warnings[..], [Warning::Syntax { .. }]));
    }
}

#[test]
fn flags_add_and_take() {
    let options = Options {
        hidden_imports: vec!["h".to_owned(), "absent".to_owned()],
        excluded_modules: vec!["p.x".to_owned()],
        collect_all: vec!["p".to_owned()],
        ..Options::default()
    };
    let files = [
        ("one/main.py", "import p.x.y"),
        ("one/h.py", ""),
        ("one/p/__init__.py", ""),
        ("one/p/x/__init__.py", ""),
        ("one/p/x/y.py", ""),
        ("one/p/z/__init__.py", ""),
        ("one/p/z/deep.py", ""),
    ];
    let graph = graph(&files, &options).unwrap();
    let names: Vec<&str> = graph.modules.keys().map(String::as_str).filter(|name| *name != "zipimport").collect();
    assert_eq!(names, ["__main__", "h", "p", "p.z", "p.z.deep"]);
    let missing: Vec<_> = graph.missing.iter().map(|missing| (missing.name.as_str(), missing.edge.kind)).collect();
    assert_eq!(missing, [("absent", EdgeKind::Option)]);
}

#[test]
fn a_function_gets_an_entry_of_its_own() {
    let (_folder, mut project) = testing::project(&[("one/tool/cli.py", "def main(): ...")]);
    project.program.entry = EntryPoint::Function { module: "tool.cli".to_owned(), attribute: "main".to_owned() };
    let graph = walk(&project, &Options::default()).unwrap();
    assert!(graph.modules["__main__"].source.as_deref().unwrap().contains("from tool.cli import main"));
    assert!(graph.modules["tool.cli"].certain);
}

#[test]
fn computed_imports_of_the_program_are_told() {
    let files = [("one/main.py", "import a\n__import__(x)"), ("one/a.py", "")];
    let graph = graph(&files, &Options::default()).unwrap();
    assert!(matches!(graph.warnings[..], [Warning::ComputedImport { line: 2, .. }]));
}

#[test]
fn an_extension_module_of_the_program_imports_its_modules() {
    let files = [
        ("one/main.py", "import fast"),
        ("one/fast.abi3.so", "\0helper\0foreign\0"),
        ("one/helper.py", ""),
        ("two/foreign.py", ""),
    ];
    assert_eq!(names(&files), ["__main__", "fast", "helper"]);
}

#[test]
fn names_in_extension_modules_are_followed_within_bounds() {
    let record = "ext/__init__.py,,\next/core.abi3.so,,\next/helper.py,,\n";
    let files = [
        ("one/main.py", "import ext.core"),
        ("two/ext/__init__.py", ""),
        ("two/ext/core.abi3.so", "\0ext.helper\0sibling\0required.part\0foreign\0__init__\0json\0"),
        ("two/ext/helper.py", ""),
        ("two/ext/sibling.py", ""),
        ("two/required/__init__.py", ""),
        ("two/required/part.py", ""),
        ("two/foreign.py", ""),
        ("two/ext-1.dist-info/METADATA", "Name: ext\nVersion: 1\nRequires-Dist: req>=1\n"),
        ("two/ext-1.dist-info/RECORD", record),
        ("two/req-1.dist-info/METADATA", "Name: req\nVersion: 1\n"),
        ("two/req-1.dist-info/RECORD", "required/__init__.py,,\nrequired/part.py,,\n"),
    ];
    let graph = graph(&files, &Options::default()).unwrap();
    let names: Vec<&str> = graph.modules.keys().map(String::as_str).filter(|name| *name != "zipimport").collect();
    assert_eq!(names, ["__main__", "ext", "ext.core", "ext.helper", "ext.sibling", "required", "required.part"]);
    assert_eq!(graph.distributions.len(), 2);
    assert_eq!(graph.modules["required.part"].distribution, Some(1));
}

#[test]
fn a_name_of_several_parts_may_lie_deep() {
    let found = |name: &str| {
        let lib = format!("from importlib import import_module\ndef load(words):\n    import_module({name})");
        names(&[
            ("one/main.py", "import lib"),
            ("two/lib/__init__.py", &lib),
            ("two/lib/commands/__init__.py", ""),
            ("two/lib/commands/own/__init__.py", ""),
            ("two/lib/commands/own/show/__init__.py", ""),
            ("two/lib/commands/own/show/plugins.py", ""),
        ])
        .len()
    };
    assert_eq!(found("'lib.commands.' + '.'.join(words)"), 6);
    assert_eq!(found("'lib.commands.' + words"), 5);
}

#[test]
fn a_library_starts_interpreters_with_what_it_requires() {
    let found = |lib: &str| {
        names(&[
            ("one/main.py", "import lib"),
            ("two/lib/__init__.py", lib),
            ("two/lib/hooks/__init__.py", ""),
            ("two/lib/hooks/identity.py", ""),
            ("two/lib-1.dist-info/METADATA", "Name: lib\nVersion: 1\nRequires-Dist: maker\n"),
            ("two/lib-1.dist-info/RECORD", "lib/__init__.py,,\nlib/hooks/__init__.py,,\nlib/hooks/identity.py,,\n"),
            ("two/maker.py", ""),
            ("two/maker-1.dist-info/METADATA", "Name: maker\nVersion: 1\n"),
            ("two/maker-1.dist-info/RECORD", "maker.py,,\n"),
            ("two/other.py", ""),
            ("two/other-1.dist-info/METADATA", "Name: other\nVersion: 1\n"),
            ("two/other-1.dist-info/RECORD", "other.py,,\n"),
        ])
    };
    assert!(found("import sys\nCOMMAND = [sys.executable, '-m', 'maker']").contains(&"maker".to_owned()));
    assert!(!found("import sys\nCOMMAND = [sys.executable, '-m', 'other']").contains(&"other".to_owned()));
    let hooks = found("import sys\ndef entry(name): return f'{sys.executable} -m lib.hooks.{name}'");
    assert!(hooks.contains(&"lib.hooks.identity".to_owned()));
}

#[test]
fn a_folder_that_one_module_names_is_listed_by_another() {
    let found = |places: &str, listing: &str| {
        let names = names(&[
            ("one/main.py", "import lib.lister"),
            ("two/lib/__init__.py", ""),
            ("two/lib/places.py", places),
            ("two/lib/lister.py", &format!("import lib.places\n{listing}")),
            ("two/lib/exports/__init__.py", ""),
            ("two/lib/exports/csv_one/__init__.py", ""),
        ]);
        names.contains(&"lib.exports.csv_one".to_owned())
    };
    let places = "import os\nhere = os.path.dirname(__file__)\nexports = os.path.join(here, 'exports')";
    let listing = "import os, importlib\ndef load():\n    for item in os.listdir(lib.places.exports):\n        importlib.import_module(item)";
    assert!(found(places, listing));
    assert!(found(
        places,
        &listing.replace("import os,", "from os import listdir\nimport").replace("os.listdir", "listdir")
    ));
    assert!(found("path('lib', 'exports')", listing));
    assert!(!found(places, "import os\ndef load(): return os.listdir(lib.places.exports)"));
    assert!(!found("path('other', 'exports')", listing));
}

#[test]
fn a_script_that_a_library_names_is_read_for_its_imports() {
    let found = names(&[
        ("one/main.py", "import lib"),
        ("two/lib/__init__.py", "SCRIPT = '_in_process.py'"),
        ("two/lib/_in_process.py", "import needed"),
        ("two/needed.py", ""),
    ]);
    assert!(found.contains(&"needed".to_owned()));
}

#[test]
fn a_finder_of_a_library_finds_what_it_carries() {
    let found = |initializer: &str| {
        let (_folder, project) = testing::project(&[
            ("one/main.py", "import lib.a"),
            ("two/lib/__init__.py", initializer),
            ("two/lib/a.py", "import carried.deep"),
            ("two/lib/carried/__init__.py", ""),
            ("two/lib/carried/deep.py", ""),
        ]);
        let graph = walk(&project, &Options::default()).unwrap();
        (graph.modules.contains_key("lib.carried.deep"), graph.missing.len())
    };
    assert_eq!(found("import sys\nFinder.add(sys.meta_path)"), (true, 0));
    assert_eq!(found(""), (false, 1));
}

use crate::graph::EdgeKind::{self, Conditional, Dynamic, Lazy, Optional, OptionalLazy, Rule, TopLevel};
use crate::project::Origin;
use crate::read::condition::Role;
use crate::read::outline::{Identity, Outline, Surroundings, Target, outline};
use crate::testing;

/// The outline of `pkg.sub.module`.
fn read(source: &str) -> Outline {
    let identity = Identity {
        name: "pkg.sub.module",
        package: "pkg.sub",
        role: Role::Imported,
        origin: Origin::Library,
        surroundings: &Surroundings::default(),
    };
    outline(source, identity, &testing::interpreter())
}

/// Imports as texts: `module`, `module:name,name`, `module:*`, `module.*` for submodules,
/// `?name` for a guess.
fn imports(source: &str) -> Vec<(String, EdgeKind)> {
    let text = |target| match target {
        Target::Module(name) => name,
        Target::Members { module, names } => format!("{module}:{}", names.join(",")),
        Target::Star(module) => format!("{module}:*"),
        Target::Submodules(package, start) => format!("{package}.{start}*"),
        Target::Below(package) => format!("{package}.**"),
        Target::Guess(name) | Target::Package(name) | Target::Code(name) => format!("?{name}"),
        Target::Listed { package, function } => format!("{function} {package}"),
        Target::Group(name) | Target::Offer(name) => format!("[{name}]"),
        Target::Standard(name) | Target::Required(name) => format!("~{name}"),
        Target::Run(name) | Target::MayRun(name) => format!("-m {name}"),
    };
    let is_own = |target: &Target| !matches!(target, Target::Required(_));
    read(source)
        .imports
        .into_iter()
        .filter(|import| is_own(&import.target))
        .map(|import| (text(import.target), import.kind))
        .collect()
}

#[track_caller]
fn check(source: &str, expected: &[(&str, EdgeKind)]) {
    let found = imports(source);
    let found: Vec<(&str, EdgeKind)> = found.iter().map(|(text, kind)| (text.as_str(), *kind)).collect();
    assert_eq!(found, expected, "{source}");
}

#[test]
fn statements() {
    check("import a, b.c as d", &[("a", TopLevel), ("b.c", TopLevel)]);
    check("from a.b import c, d as e", &[("a.b:c,d", TopLevel)]);
    check("from a import *", &[("a:*", TopLevel)]);
    check("import a.b\ndef f(): return a.b.__all__", &[("a.b", TopLevel), ("a.b:*", OptionalLazy)]);
    check("import a.b\n__all__ = a.b.__all__", &[("a.b", TopLevel)]);
    check("from . import x", &[("pkg.sub:x", TopLevel)]);
    check("from .x import y", &[("pkg.sub.x:y", TopLevel)]);
    check("from ..x import y", &[("pkg.x:y", TopLevel)]);
    check("from .. import y", &[("pkg:y", TopLevel)]);
    check("from ....x import y", &[("....x:y", TopLevel)]);
    check("class A:\n import a", &[("a", TopLevel)]);
    check("type A = int", &[("typing", Rule)]);
    check("def f[T](): pass", &[("typing", Rule)]);
}

#[test]
fn surroundings() {
    check("def f():\n import a", &[("a", Lazy)]);
    check("async def f():\n if x:\n  import a", &[("a", Lazy)]);
    check("if x:\n import a\nelse:\n import b", &[("a", Conditional), ("b", Conditional)]);
    check("for x in y:\n import a", &[("a", Conditional)]);
    check("while True:\n import a", &[("a", TopLevel)]);
    check("while 0:\n import a", &[]);
    check("match x:\n case 1:\n  import a", &[("a", Conditional)]);
    check("with x:\n import a", &[("a", TopLevel)]);
    check("try:\n import a\nexcept ImportError:\n import b", &[("a", Optional), ("b", Optional)]);
    check("try:\n import a\nexcept (ValueError, ModuleNotFoundError):\n pass", &[("a", Optional)]);
    check("try:\n import a\nexcept:\n pass\nelse:\n import c", &[("a", Optional), ("c", Optional)]);
    check(
        "try:\n import a\nexcept OSError:\n import b\nfinally:\n import c",
        &[("a", TopLevel), ("b", Conditional), ("c", TopLevel)],
    );
    check("try:\n def f():\n  import a\nexcept ImportError: pass", &[("a", Lazy)]);
    check(
        "from contextlib import suppress\nwith suppress(ImportError):\n import a",
        &[("contextlib:suppress", TopLevel), ("a", Optional)],
    );
}

#[test]
fn a_context_of_a_library_guards() {
    check("with try_import() as x:\n import a", &[("a", Optional)]);
    check("with lib.optional_imports('x'):\n import a", &[("a", Optional)]);
    check("with try_lock():\n import a", &[("a", TopLevel)]);
}

#[test]
fn a_module_that_is_looked_for_is_tried() {
    check(
        "import importlib.util\nimportlib.util.find_spec('a.b')",
        &[("importlib.util", TopLevel), ("a.b", OptionalLazy)],
    );
    check("import pkgutil\npkgutil.find_loader(name)", &[("pkgutil", TopLevel)]);
}

#[test]
fn interpreters_that_are_started() {
    for source in [
        "run([sys.executable, '-c', code])",
        "run([sys.executable, '-W', 'ignore', '-m', name])",
        "exec(sys.executable, '-c', code)",
        "command = [python, '-m', 'a']\nrun(command, executable=sys.executable)",
        "run(f'{sys.executable} -m a.b', shell=True)",
        "run([sys.executable, script])",
        "run([sys.executable, 'other.py'])",
        "run([sys.executable, '-u', script])",
        "run([sys.executable, '-'])",
        "run([sys.executable, '--version'])",
        "start('-Im', 'a', sys.executable)",
    ] {
        assert!(read(&format!("import sys\n{source}")).starts_interpreter, "{source}");
    }
    for source in [
        "run([sys.executable, *sys.argv])",
        "run([sys.executable, 'serve'])",
        "run([sys.executable])",
        "parser.add_argument('-c')",
        "run(['gcc', '-c', name])",
    ] {
        assert!(!read(&format!("import sys\n{source}")).starts_interpreter, "{source}");
    }
}

#[test]
fn programs_that_start_themselves_again() {
    for source in [
        "run([sys.executable, *sys.argv])",
        "os.execv(sys.executable, [sys.executable] + sys.argv)",
        "os.execl(sys.executable, sys.executable, *sys.argv)",
        "command = [sys.executable]\nscript = sys.argv[0]\ncommand.append(script)",
        "run([sys.executable, __file__, sys.argv[1]])",
    ] {
        assert!(read(&format!("import os, sys\n{source}")).restarts, "{source}");
    }
    for source in ["run([sys.executable, '-m', sys.argv[1]])", "run([sys.executable, other])", "print(sys.argv)"] {
        assert!(!read(&format!("import os, sys\n{source}")).restarts, "{source}");
    }
}

#[test]
fn decided_branches() {
    check(
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n import a\nelse:\n import b",
        &[("typing:TYPE_CHECKING", TopLevel), ("b", TopLevel)],
    );
    check(
        "import sys\nif sys.platform == 'win32':\n import a\nelif x:\n import b\nelse:\n import c",
        &[("sys", TopLevel), ("b", Conditional), ("c", Conditional)],
    );
    check("import sys\nif sys.platform != 'win32':\n raise ImportError\nimport a", &[("sys", TopLevel)]);
    check("import sys\nassert sys.platform == 'win32'\nimport a", &[("sys", TopLevel)]);
    check("import os\ndef f():\n if os.name == 'posix':\n  return\n import a", &[("os", TopLevel)]);
    check("if x:\n raise y\nimport a", &[("a", TopLevel)]);
    check("if x:\n raise y\nelse:\n raise z\nimport a", &[]);
    check("if __name__ == '__main__':\n import a", &[]);
    check("['-m', self.__module__]\nif __name__ == '__main__':\n import a", &[("a", Conditional)]);
    check("import sys\nOLD = sys.version_info < (3, 9)\nif OLD:\n import a", &[("sys", TopLevel)]);
}

#[test]
fn imports_by_text() {
    check("import importlib\nimportlib.import_module('a.b')", &[("importlib", TopLevel), ("a.b", Dynamic)]);
    check("import importlib as i\ni.import_module(name='a')", &[("importlib", TopLevel), ("a", Dynamic)]);
    check(
        "from importlib import import_module as m\ndef f():\n m('.x', package=__package__)",
        &[("importlib:import_module", TopLevel), ("pkg.sub.x", Dynamic)],
    );
    check(
        "import importlib\nimportlib.import_module('..x', __name__)",
        &[("importlib", TopLevel), ("pkg.sub.x", Dynamic)],
    );
    check("import importlib\nimportlib.import_module('.x', 'other')", &[("importlib", TopLevel), ("other.x", Dynamic)]);
    check("__import__('a.b')", &[("a.b", Dynamic)]);
    check("__import__('a', globals(), locals(), ['b'])", &[("a:b", Dynamic)]);
    check("__import__('a', globals(), None, [], 1)", &[("pkg.sub.a", Dynamic)]);
    check("try:\n __import__('a')\nexcept ImportError: pass", &[("a", Optional)]);
    check("import importlib.resources as r\nr.files('a')", &[("importlib.resources", TopLevel), ("a", Dynamic)]);
    check("breakpoint()", &[("pdb", Dynamic)]);
    check("x = lambda: __import__('a')", &[("a", Dynamic)]);
}

#[test]
fn computed_names_below_a_known_package() {
    for source in [
        "__import__('a.b.' + x)",
        "__import__('a.b.%s' % x)",
        "__import__('a.b.{}'.format(x))",
        "__import__(f'a.b.{x}')",
    ] {
        check(source, &[("a.b.*", Dynamic)]);
    }
    for (source, expected) in [
        ("m(f'.{x}', __package__)", "pkg.sub.*"),
        ("m(f'.x.{y}', 'a')", "a.x.*"),
        ("m('.' + x, __name__)", "pkg.sub.module.*"),
        ("m(f'{__name__}.{x}')", "pkg.sub.module.*"),
        ("m(__package__ + '.' + x)", "pkg.sub.*"),
    ] {
        let source = format!("from importlib import import_module as m\n{source}");
        check(&source, &[("importlib:import_module", TopLevel), (expected, Dynamic)]);
    }
    let outline = read("import importlib\n\nimportlib.import_module(x)\n__import__(y)");
    assert_eq!(outline.computed_imports, [3, 4]);
}

#[test]
fn references_in_texts() {
    check("x = 'pkg.other:function'", &[("?pkg.other", Dynamic)]);
    check("x = 'pkg.other.Class'", &[("?pkg.other.Class", Dynamic)]);
    check("x = 'elsewhere.other:function'; y = 'pkg.other: text'; z = 'a b.c'", &[]);
}

#[test]
fn a_package_is_known_by_its_end() {
    let import = |package: &str| format!("import importlib\nimportlib.import_module(f'.{{x}}', {package})");
    check(&import("f'{top}.sub'"), &[("importlib", TopLevel), ("pkg.sub.*", Dynamic)]);
    check(&import("top + '.sub'"), &[("importlib", TopLevel), ("pkg.sub.*", Dynamic)]);
    check(&import("f'{top}.other'"), &[("importlib", TopLevel)]);
    check(&import("f'{top}sub'"), &[("importlib", TopLevel)]);
}

#[test]
fn functions_that_say_that_they_import() {
    check("def f(): import_optional('a')", &[("?a", Dynamic)]);
    check("import_optional('a ' + b)\nimported('a')", &[]);
    check("with LazyImport('pip install a') as found: import a", &[("a", Optional)]);
    let asks = "from importlib.metadata import PackageNotFoundError as E\ntry: f()\nexcept E: pass\nelse: import a";
    check(asks, &[("importlib.metadata:PackageNotFoundError", TopLevel), ("a", Optional)]);
}

#[test]
fn what_takes_the_place_of_a_module_answers_for_it() {
    assert!(read("import sys\nsys.modules[__name__] = Lazy(__name__)").has_module_getattr);
    assert!(!read("import sys\nsys.modules['x'] = Lazy(__name__)").has_module_getattr);
}

#[test]
fn names_of_files_that_are_looked_at() {
    assert!(read("if found.st_nlink > 1: raise OSError").tells_links);
    assert!(!read("if found.st_nlink == 0: raise OSError").tells_links);
    assert!(!read("import tarfile\ntarfile.open(x)").tells_links);
}

#[test]
fn what_else_is_kept() {
    let outline =
        read("__all__ = ['a', 'b'] + ['c']\n__all__ += ['d']\n__all__.extend(['e'])\ndef __getattr__(name): ...");
    assert_eq!(outline.exports, ["a", "b", "c", "d", "e"]);
    assert!(outline.has_module_getattr);
    assert!(read("import sys\nsys.modules['x'] = y").edits_import_system);
    assert!(!read("import sys\nsys.path").edits_import_system);
    let uses = read("import a\nx = 1\na.b.c(1).d").attribute_uses;
    assert_eq!(uses, [("a.b.c".to_owned(), 3)]);
}

#[test]
fn lines_and_syntax_errors() {
    let outline = read("import a\n\nfrom b import (\n c)\nx = (\n");
    assert_eq!(outline.imports.iter().map(|import| import.line).collect::<Vec<_>>(), [1, 3]);
    let error = read("x = 1\ny = 'é' ]\n").syntax_error.unwrap();
    assert_eq!((error.line, error.column), (2, 9));
    // Syntax that this version of Python has not got.
    assert!(read("class A[T]: pass\n").syntax_error.is_some());
}

#[test]
fn self_tests_of_the_standard_library_sleep() {
    let identity = Identity {
        name: "pickle",
        package: "",
        role: Role::Imported,
        origin: Origin::StandardLibrary,
        surroundings: &Surroundings::default(),
    };
    let outline = outline("def _test():\n import doctest\nimport a", identity, &testing::interpreter());
    assert_eq!(outline.imports.len(), 1);
    assert_eq!(outline.dormant.len(), 1);
    assert_eq!(outline.dormant[0].0, "_test");
}

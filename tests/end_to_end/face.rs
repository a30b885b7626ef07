//! The interpreter's face where it differs from plain Python on purpose, or depends on how the program was packed.

use crate::interpreters;
use crate::rpack::{build, clean, run, text};
use std::ffi::OsStr;
use std::process::{Command, Output};

/// Packs a program of one file and a module `part` with every interpreter, and runs it.
fn outputs(main: &str, part: &str, flags: &[&str]) -> Vec<(u32, Output)> {
    let pack_and_run = |(&minor, python): (&u32, &std::path::PathBuf)| {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("main.py");
        std::fs::write(&program, main).unwrap();
        std::fs::write(folder.path().join("part.py"), part).unwrap();
        let arguments = [program.as_os_str(), OsStr::new("--python"), python.as_os_str()];
        let flags = flags.iter().map(OsStr::new);
        let mut packed = Command::new(build(&folder.path().join("packed"), arguments.into_iter().chain(flags)));
        clean(&mut packed);
        (minor, run(&mut packed))
    };
    interpreters::all().iter().map(pack_and_run).collect()
}

/// Runs a program that must print `expected` with every interpreter.
fn check(main: &str, part: &str, expected: &str) {
    for (minor, output) in outputs(main, part, &[]) {
        assert_eq!(text(&output.stdout), expected, "CPython 3.{minor}: {}", text(&output.stderr));
    }
}

#[test]
fn without_sources_code_is_known_by_file_and_line_only() {
    // Not by the attributes of `inspect` and `traceback`: the sources of a program that looks at sources are carried.
    let main = "\
import inspect, linecache, os, sys, traceback
import part
look = vars(inspect).get
for thing in (part, part.function, inspect.currentframe()):
    try:
        look('_getsource'[1:])(thing)
    except OSError as error:
        print(error)
print(inspect.getfile(part.function) == os.path.join(sys._MEIPASS, part.__name__ + os.extsep + 'py'), os.path.exists(part.__file__))
print(repr(vars(linecache)['getline'](part.__file__, 1)), part.__loader__.get_source('part'), inspect.getdoc(part))
print(inspect.getmodule(part.function) is part, look('_stack'[1:])()[0].code_context, inspect.signature(part.function))
try:
    part.function(0)
except ZeroDivisionError as error:
    frames = vars(traceback)['_extract_tb'[1:]](error.__traceback__)
    print([(frame.name, frame.lineno, frame.line) for frame in frames])
";
    let part = "'''Documentation.'''\ndef function(value: int = 1):\n    return 1 / value\n";
    let expected = "could not get source code\ncould not get source code\ncould not get source code\n\
        True False\n'' None Documentation.\nTrue None (value: int = 1)\n\
        [('<module>', 13, ''), ('function', 3, '')]\n";
    check(main, part, expected);
}

#[test]
fn an_uncaught_exception_shows_lines_only_with_sources() {
    let part = "def function(value):\n    return 1 / value\n";
    let main = "import part\n\npart.function(0)\n";
    for (flags, has_lines) in [(&["--source"][..], true), (&[], false)] {
        for (minor, output) in outputs(main, part, flags) {
            let message = text(&output.stderr);
            assert_eq!(output.status.code(), Some(1), "CPython 3.{minor}");
            assert!(message.contains("main.py\", line 3, in <module>\n"), "CPython 3.{minor}: {message}");
            assert!(message.contains("part.py\", line 2, in function\n"), "CPython 3.{minor}: {message}");
            assert_eq!(message.contains("\n    part.function(0)\n"), has_lines, "CPython 3.{minor}: {message}");
            assert_eq!(message.contains("\n    return 1 / value\n"), has_lines, "CPython 3.{minor}: {message}");
            assert!(message.ends_with("ZeroDivisionError: division by zero\n"), "CPython 3.{minor}: {message}");
        }
    }
}

#[test]
fn every_path_that_the_interpreter_names_lies_in_the_bundle() {
    let main = "\
import abc, codecs, encodings, encodings.utf_8, io, json, os, posixpath, site, sys, sysconfig, zipimport
import part
bundle = sys._MEIPASS
paths = {
    'files': [module.__file__ for module in (abc, codecs, encodings, encodings.utf_8, io, json, os, posixpath, part)],
    'modules': [module.__file__ for module in list(sys.modules.values()) if getattr(module, '__file__', None)],
    'packages': [path for module in list(sys.modules.values()) for path in getattr(module, '__path__', [])],
    'prefixes': [sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix],
    'path': sys.path,
    'sysconfig': list(sysconfig.get_paths().values()),
    'variables': [sysconfig.get_config_var(name) for name in ('base', 'platbase', 'installed_base')],
    'site': site.getsitepackages(),
    'code': [os.path.join.__code__.co_filename, part.function.__code__.co_filename],
}
for name, found in paths.items():
    outside = [path for path in found if not (path + '/').startswith(bundle + '/')]
    print(name, len(found) > 0, [path for path in outside if not path.startswith('<frozen ')])
";
    let names = ["files", "modules", "packages", "prefixes", "path", "sysconfig", "variables", "site", "code"];
    let expected: String = names.iter().map(|name| format!("{name} True []\n")).collect();
    check(main, "def function(): pass\n", &expected);
}

#[test]
fn every_module_of_the_bundle_has_the_importer_for_its_loader() {
    let main = "\
import encodings, encodings.utf_8, importlib.util, json, sys
import part
importer = part.__loader__
print(type(importer).__name__, sys.meta_path[0] is importer, __loader__ is importer, repr(importer) == repr(__loader__))
for module in (part, json, encodings, encodings.utf_8):
    spec = module.__spec__
    print(spec.name, spec.loader is module.__loader__ is importer, spec.origin == module.__file__, spec.has_location)
    print(spec.submodule_search_locations == getattr(module, '__path__', None), hasattr(module, '__cached__'))
print(importlib.util.find_spec('part') is part.__spec__, importlib.util.find_spec('__main__') if __spec__ else None)
print(importlib.reload(encodings) is encodings, importlib.reload(part) is part, part.__spec__.loader is importer)
";
    let expected = "Importer True True True\n\
        part True True True\nTrue False\njson True True True\nTrue False\n\
        encodings True True True\nTrue False\nencodings.utf_8 True True True\nTrue False\n\
        True None\nTrue True True\n";
    check(main, "", expected);
}

#[test]
fn the_flags_are_those_of_an_isolated_interpreter() {
    let main = "\
import sys
names = ('isolated', 'ignore_environment', 'no_site', 'no_user_site', 'dont_write_bytecode', 'optimize', 'dev_mode')
print([int(getattr(sys.flags, name)) for name in names], getattr(sys.flags, 'safe_path', True))
print(sys.dont_write_bytecode, sys.pycache_prefix, sys.orig_argv[1:] == sys.argv[1:] == [], sys._xoptions, sys.warnoptions)
print('site' in sys.modules, exit.__class__.__module__, sys.platlibdir)
";
    let expected = "[1, 1, 1, 1, 1, 0, 0] True\nTrue None True {} []\nFalse _sitebuiltins lib\n";
    check(main, "", expected);
}

#[test]
fn a_module_that_is_only_called_pkg_resources_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let files = [
        ("main.py", "import pkg_resources, own.pkg_resources\nprint(pkg_resources.A, own.pkg_resources.B)\n"),
        ("pkg_resources.py", "A = 1\n"),
        ("own/__init__.py", ""),
        ("own/pkg_resources.py", "B = 2\nworking_set = []\n"),
    ];
    let program = crate::rpack::pack_files(folder.path(), interpreters::any(), &files, "main.py", &[]);
    let mut command = Command::new(program);
    clean(&mut command);
    let output = run(&mut command);
    assert_eq!((text(&output.stdout), text(&output.stderr)), ("1 2\n".to_owned(), String::new()));
}

#[test]
fn streamlit_is_told_that_it_was_installed() {
    let folder = tempfile::tempdir().unwrap();
    let config = "\
class Option:
    def __init__(self):
        self._get_val_func = lambda: 'site-packages' not in __file__
_config_options_template = {'global.developmentMode': Option(), 'server.port': Option()}
";
    let main = "\
from streamlit.config import _config_options_template as options
print([options[name]._get_val_func() for name in sorted(options)])
";
    let files = [("main.py", main), ("streamlit/__init__.py", ""), ("streamlit/config.py", config)];
    let program = crate::rpack::pack_files(folder.path(), interpreters::any(), &files, "main.py", &[]);
    let mut command = Command::new(program);
    clean(&mut command);
    let output = run(&mut command);
    assert_eq!((text(&output.stdout), text(&output.stderr)), ("[False, True]\n".to_owned(), String::new()));
}

//! `--python-option`: each option has the effect that it has on `python`.

use crate::interpreters;
use crate::rpack::{clean, pack_source_with, rpack, run, text};
use std::path::Path;
use std::process::{Command, Output};

/// Shows everything that an option can change. It has a docstring.
const PROBE: &str = r#""""The docstring."""
import faulthandler, sys, tracemalloc, warnings

def documented():
    """Documented."""

flags = {name: getattr(sys.flags, name) for name in dir(sys.flags) if name[0] != "_" and not callable(getattr(sys.flags, name))}
print(sorted(flags.items()))
print(sys._xoptions, sys.warnoptions)
print(warnings.filters)
print(sys.stdout.write_through, sys.stdout.encoding, sys.stderr.line_buffering, sys.getfilesystemencoding())
print(__debug__, __doc__, documented.__doc__)
print(faulthandler.is_enabled(), tracemalloc.is_tracing() and tracemalloc.get_traceback_limit())
print(sys.get_int_max_str_digits() if hasattr(sys, "get_int_max_str_digits") else None)
print("assert", end=" ")
try:
    assert False, "checked"
    print("not checked")
except AssertionError as error:
    print(error)
"#;

fn output(program: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(program);
    clean(&mut command);
    run(command.args(arguments))
}

#[test]
fn options_do_what_they_do_to_python() {
    let cases: [&[&str]; 16] = [
        &[],
        &["u"],
        &["O"],
        &["OO"],
        &["W error"],
        &["W ignore:text:DeprecationWarning", "W default"],
        &["X dev"],
        &["X dev", "W ignore::ResourceWarning"],
        &["X utf8"],
        &["X utf8=0"],
        &["X faulthandler"],
        &["X tracemalloc=3"],
        &["X int_max_str_digits=700"],
        &["X int_max_str_digits=0", "X own=value", "X flag"],
        &["X no_debug_ranges"],
        &["unbuffered", "OO", "W once"],
    ];
    let mut failures = Vec::new();
    for (minor, python) in interpreters::all() {
        for options in cases {
            let folder = tempfile::tempdir().unwrap();
            let flags: Vec<_> = options.iter().flat_map(|option| ["--python-option", option]).collect();
            let packed = pack_source_with(folder.path(), python, PROBE, &flags);
            let mut arguments = vec!["-I".to_owned(), "-S".to_owned(), "-B".to_owned()];
            for option in options {
                let (letter, argument) = option.split_once(' ').unwrap_or((option, ""));
                arguments.push(format!("-{}", letter.replace("unbuffered", "u")));
                arguments.extend((!argument.is_empty()).then(|| argument.to_owned()));
            }
            arguments.push(folder.path().join("main.py").display().to_string());
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let (expected, observed) = (output(python, &arguments), output(&packed, &[]));
            let shown = |output: &Output| (output.status.code(), text(&output.stdout), text(&output.stderr));
            if shown(&expected) != shown(&observed) {
                failures.push(format!("3.{minor} {options:?}: {:#?}", (shown(&expected), shown(&observed))));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn a_seed_fixes_hashes() {
    for python in interpreters::all().values() {
        let folder = tempfile::tempdir().unwrap();
        let source = "import sys\nprint(hash('text'), sys.flags.hash_randomization)\n";
        let packed = |option: &str| pack_source_with(folder.path(), python, source, &["--python-option", option]);
        for seed in ["0", "4294967295"] {
            let observed = output(&packed(&format!("hash_seed={seed}")), &[]);
            let mut plain = Command::new(python);
            clean(&mut plain);
            let expected = run(plain.env("PYTHONHASHSEED", seed).arg(folder.path().join("main.py")));
            assert_eq!(text(&observed.stdout), text(&expected.stdout), "{}", text(&observed.stderr));
        }
        let random = packed("hash_seed=random");
        assert_ne!(output(&random, &[]).stdout, output(&random, &[]).stdout);
    }
}

#[test]
fn verbose_and_importtime_tell_of_imports() {
    for python in interpreters::all().values() {
        let folder = tempfile::tempdir().unwrap();
        let pack = |option| pack_source_with(folder.path(), python, "import json\n", &["--python-option", option]);
        let verbose = text(&output(&pack("v"), &[]).stderr);
        assert!(verbose.contains("import 'json' # <rpack importer of "), "{verbose}");
        let times = text(&output(&pack("X importtime"), &[]).stderr);
        assert!(times.starts_with("import time: self [us]") && times.contains("json.decoder"), "{times}");
    }
}

#[test]
fn an_unknown_option_is_refused_with_the_list() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("main.py"), "").unwrap();
    for option in ["Q", "W", "hash_seed=x", "X utf8=7"] {
        let output = run(rpack().arg("build").arg(folder.path()).args(["--python-option", option]));
        assert_eq!(output.status.code(), Some(2));
        let said = text(&output.stderr);
        assert!(said.contains(&format!("'{option}'")) && said.contains("`hash_seed=N`"), "{said}");
    }
}

#[test]
fn an_option_that_python_refuses_is_told_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let flags = ["--python-option", "X int_max_str_digits=5"];
    let python = interpreters::all().values().last().unwrap();
    let output = output(&pack_source_with(folder.path(), python, "print('never')\n", &flags), &[]);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(255), String::new()));
    assert!(text(&output.stderr).starts_with("rpack: error: Python cannot start: "), "{}", text(&output.stderr));
}

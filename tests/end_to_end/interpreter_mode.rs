//! `RPACK_INTERPRETER=1`: the executable does what `python` does, with the modules of the bundle.

use crate::interpreters;
use crate::rpack::{clean, pack_files, run, text};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Names and values.
type Variables = [(&'static str, &'static str)];

/// What both interpreters run: the variables that are set, a command line, and what can be read from stdin.
const CASES: [(&Variables, &[&str], &str); 33] = [
    (&[], &["-V"], ""),
    (&[], &["-c", "import sys; print(sys.argv, sys.orig_argv[1:], __name__, __spec__)", "a", "-b"], ""),
    (&[], &["-c", "import sys; print(hasattr(sys, 'frozen'), sys.path[0])"], ""),
    (&[], &["-c", "import sys; sys.exit(7)"], ""),
    (&[], &["-c", "import sys; sys.exit('said')"], ""),
    (&[], &["-c", "1/0"], ""),
    (&[], &["-c", "not python"], ""),
    (&[], &["-c", "import os, signal; os.kill(os.getpid(), signal.SIGTERM)"], ""),
    (&[], &["-c", "raise KeyboardInterrupt"], ""),
    (&[], &["-m", "json.tool"], "{\"a\": [1]}"),
    (&[], &["-m", "json.tool"], "nothing"),
    (&[], &["-m", "no.such.module"], ""),
    (&[], &["-m", "tool", "x"], ""),
    (&[], &["script.py", "x", "-c"], ""),
    (&[], &["-i", "script.py"], "print(helper.VALUE)\n"),
    (&[], &["fails.py"], ""),
    (&[], &["no_such_file.py"], ""),
    (&[], &["folder"], ""),
    (&[], &["-"], "import sys; print(sys.argv, sys.path[0])"),
    (&[], &[], "print('from stdin')\n1/0\n"),
    (&[], &["-q", "-i"], "1 + 1\nundefined\n"),
    (&[], &["--no-such-option"], ""),
    (&[], &["-O", "-c", "assert False; import sys; print(__debug__, sys.flags.optimize)"], ""),
    (&[], &["-I", "-c", "import sys; print(sys.flags.isolated, sys.flags.ignore_environment)"], ""),
    (&[], &["-u", "-c", "import sys; print(sys.stdout.write_through)"], ""),
    (&[], &["-W", "error", "-c", "import warnings; warnings.warn('seen')"], ""),
    (
        &[],
        &[
            "-W",
            "ignore:se.*n",
            "-X",
            "dev",
            "-c",
            "import sys, warnings; print(sys.warnoptions, sys._xoptions, warnings.filters)",
        ],
        "",
    ),
    (&[], &["-X", "utf8=0", "-c", "import sys; print(sys.flags.utf8_mode)"], ""),
    (
        &[("PYTHONOPTIMIZE", "2"), ("PYTHONUTF8", "1")],
        &["-c", "import sys; print(sys.flags.optimize, sys.flags.utf8_mode)"],
        "",
    ),
    (&[("PYTHONIOENCODING", "utf-16")], &["-c", "print('wide')"], ""),
    (
        &[("PYTHONPATH", "first::second")],
        &["-c", "import os, sys; print([os.path.relpath(path) for path in sys.path[:4] if os.getcwd() in path])"],
        "",
    ),
    (&[("PYTHONPATH", "first")], &["-E", "-c", "import sys; print('first' in sys.path[1])"], ""),
    (&[], &["-c", "import subprocess, sys; print(subprocess.check_output([sys.executable, '-c', 'print(5)']))"], ""),
];

const FILES: [(&str, &str); 2] = [
    ("main.py", "import json.tool, tool, subprocess, multiprocessing.pool\nprint('the program')\n"),
    ("tool.py", "import sys\nif __name__ == '__main__':\n    print('tool', sys.argv[1:], __spec__.name)\n"),
];

fn work_folder(folder: &Path) {
    let files = [
        ("script.py", "import sys, helper, json\nprint(sys.argv, helper.VALUE, json.VALUE, __file__, __name__)\n"),
        ("helper.py", "VALUE = 'beside'\n"),
        // A module of the bundle has the same name; the one beside the script comes first.
        ("json.py", "VALUE = 'of the folder'\n"),
        ("fails.py", "def f():\n    raise ValueError('from f')\n\nf()\n"),
        ("folder/__main__.py", "import sys\nprint(sys.argv, __spec__.name, sys.path[0])\n"),
    ];
    for (name, text) in files {
        std::fs::create_dir_all(folder.join(name).parent().unwrap()).unwrap();
        std::fs::write(folder.join(name), text).unwrap();
    }
}

#[test]
fn the_executable_does_what_python_does() {
    let mut failures = Vec::new();
    for (minor, python) in interpreters::all() {
        let folder = tempfile::tempdir().unwrap();
        let packed = pack_files(folder.path(), python, &FILES, "main.py", &[]);
        let work = folder.path().join("work");
        work_folder(&work);
        // `-m json.tool` and `-m tool` shall find the bundle's modules, so they run elsewhere.
        let empty = folder.path().join("empty");
        std::fs::create_dir(&empty).unwrap();
        for (variables, arguments, input) in CASES {
            let place = if arguments.first() == Some(&"-m") { &empty } else { &work };
            let start = |program: &Path, variables: &[(&str, &str)]| {
                let mut command = Command::new(program);
                clean(&mut command);
                command.env("RPACK_INTERPRETER", "1").env("PYTHONDONTWRITEBYTECODE", "1");
                command.args(arguments).envs(variables.iter().copied()).current_dir(place);
                feed(&mut command, input)
            };
            let mut of_python = variables.to_vec();
            let beside = folder.path().join("program");
            if arguments.contains(&"tool") {
                of_python.push(("PYTHONPATH", beside.to_str().unwrap()));
            }
            let expected = observed(&start(python, &of_python), python, &packed);
            let seen = observed(&start(&packed, variables), python, &packed);
            if expected != seen {
                failures.push(format!(
                    "3.{minor} {variables:?} {arguments:?}:\nexpected {expected:#?}\nobserved {seen:#?}"
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

fn feed(command: &mut Command, input: &str) -> Output {
    use std::io::Write;
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // An interpreter that does not read its input closes it early.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

/// Status and output. The interpreters' own paths differ, and frames of the standard library are frozen in one and not in the
/// other.
fn observed(output: &Output, python: &Path, packed: &Path) -> BTreeMap<&'static str, String> {
    let plain = |bytes: &[u8]| {
        let text = text(bytes).replace(&python.display().to_string(), "PYTHON");
        text.replace(&packed.display().to_string(), "PYTHON")
    };
    BTreeMap::from([
        ("status", output.status.to_string()),
        ("stdout", plain(&output.stdout)),
        ("stderr", plain(&output.stderr)),
    ])
}

#[test]
fn the_variable_passes_on_and_multiprocessing_works() {
    let folder = tempfile::tempdir().unwrap();
    let packed = pack_files(folder.path(), interpreters::any(), &FILES, "main.py", &[]);
    let script = folder.path().join("script.py");
    let source = "import multiprocessing, os\n\
        def f(n):\n    return n, os.environ['RPACK_INTERPRETER']\n\
        if __name__ == '__main__':\n    \
            for method in ('fork', 'spawn', 'forkserver'):\n        \
                with multiprocessing.get_context(method).Pool(1) as pool:\n            \
                    print(method, pool.map(f, [1, 2]))\n";
    std::fs::write(&script, source).unwrap();
    let mut command = Command::new(packed);
    clean(&mut command);
    let output = run(command.env("RPACK_INTERPRETER", "1").arg(&script));
    let line = |method| format!("{method} [(1, '1'), (2, '1')]\n");
    assert_eq!(text(&output.stdout), ["fork", "spawn", "forkserver"].map(line).concat(), "{}", text(&output.stderr));
}

#[test]
fn a_terminal_gets_a_prompt() {
    for python in interpreters::all().values() {
        let folder = tempfile::tempdir().unwrap();
        let packed = pack_files(folder.path(), python, &FILES, "main.py", &[]);
        let mut command = Command::new("script");
        clean(&mut command);
        command.env("RPACK_INTERPRETER", "1").env_remove("PYTHON_BASIC_REPL");
        command.args(["--quiet", "--return", "--command"]).arg(format!("'{}' -q", packed.display())).arg("/dev/null");
        let output = feed(&mut command, "40 + 2\nimport tool; tool.__name__\nexit(3)\n");
        assert_eq!(output.status.code(), Some(3), "{}", text(&output.stdout));
        for answer in [">>> 42", ">>> 'tool'"] {
            assert!(text(&output.stdout).contains(answer), "{}", text(&output.stdout));
        }
    }
}

#[test]
fn only_the_value_1_makes_an_interpreter() {
    let folder = tempfile::tempdir().unwrap();
    let packed = pack_files(folder.path(), interpreters::any(), &FILES, "main.py", &[]);
    for value in ["", "0", "yes"] {
        let mut command = Command::new(&packed);
        clean(&mut command);
        let output = run(command.env("RPACK_INTERPRETER", value).args(["-c", "print('taken')"]));
        assert_eq!(text(&output.stdout), "the program\n", "{value}: {}", text(&output.stderr));
    }
}

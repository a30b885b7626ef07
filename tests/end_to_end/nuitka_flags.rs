//! The flags about compiling, by their effects: on what runs, on the machine code, on how the compilers are run.

use crate::interpreters;
use crate::nuitka::{build_with_nuitka, compiled, environment, try_with_nuitka};
use crate::rpack::{clean, rpack, run, text, write_files};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn flags_about_the_program_hold_for_compiled_ones() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("program");
    let main = "import importlib, os\n\
        print('__compiled__' in globals(), hasattr(importlib.import_module('la' + 'te'), '__compiled__'))\n\
        try:\n    import unwanted\nexcept ImportError as error:\n    print(error)\n\
        print(open(os.path.join(os.path.dirname(__file__), 'more', 'note.txt')).read())\nassert False\n";
    let files = [("main.py", main), ("late.py", "X = 1\n"), ("unwanted.py", "X = 2\n"), ("note.txt", "noted")];
    write_files(&program, &files);
    let note = format!("{}:more", program.join("note.txt").display());
    let packed = folder.path().join("dist").join("named");
    let mut command = rpack();
    command.args(["build", "--backend", "nuitka", "--name", "named", "--strip", "--optimize", "1", "--debug"]);
    command.args(["--hidden-import", "late", "--exclude-module", "unwanted", "--add-data", &note, "--python"]);
    command.arg(interpreters::any()).arg(program.join("main.py")).arg("--distpath").arg(packed.parent().unwrap());
    let built = run(&mut command);
    assert!(built.status.success(), "{}", text(&built.stderr));
    let output = run(&mut Command::new(&packed));
    assert_eq!(text(&output.stdout), "True True\nNo module named 'unwanted'\nnoted\n");
    assert!(output.status.success() && text(&output.stderr).contains("runtime: running __main__"), "{output:?}");
}

#[test]
fn the_environments_own_nuitka_is_asked_for_what_the_flags_say() {
    // It says what it was asked for, and refuses.
    let stand_in =
        "import os, sys\nprint(' '.join(sys.argv[1:]))\nprint(open(os.environ['CC'], 'rb').read()[-8:])\nsys.exit(3)\n";
    let folder = tempfile::tempdir().unwrap();
    let python = environment(
        folder.path(),
        &[
            ("nuitka/__init__.py", ""),
            ("nuitka/__main__.py", stand_in),
            ("Nuitka-4.99.dist-info/METADATA", "Metadata-Version: 2.1\nName: Nuitka\nVersion: 4.99\n"),
            ("Nuitka-4.99.dist-info/RECORD", "nuitka/__init__.py,,\nnuitka/__main__.py,,\n"),
        ],
    );
    let program = folder.path().join("main.py");
    fs::write(&program, "print('hi')\n").unwrap();
    let packed = folder.path().join("packed");
    let said = |arguments: &[&str]| {
        let result = try_with_nuitka(rpack(), &program, &python, &packed, arguments);
        assert_eq!(result.status.code(), Some(1), "{}", text(&result.stderr));
        assert!(!packed.exists());
        text(&result.stderr)
    };
    let usual = said(&[]);
    assert!(usual.contains("error: Nuitka could not compile `__main__` (exit status: 3)"), "{usual}");
    assert!(usual.contains("--mode=module --lto=no ") && usual.contains("hint: `--backend bytecode` packs"), "{usual}");
    assert!(!usual.contains("--full-compat") && !usual.contains("no_asserts"), "{usual}");
    let small = said(&["--optimize-size", "--full-compat", "--python-option", "O", "--jobs", "3"]);
    let flags = ["--jobs=3", "--lto=yes", "--full-compat", "--python-flag=no_asserts", "@\" -Os"];
    assert!(flags.iter().all(|flag| small.contains(flag)), "{small}");
    let fast = said(&["--optimize-speed", "--optimize", "2"]);
    assert!(["--lto=yes", "--python-flag=no_docstrings", "@\" -O3"].iter().all(|flag| fast.contains(flag)), "{fast}");
}

/// How many bytes of machine code a library has.
fn machine_code(library: &Path) -> u64 {
    let listed = text(&run(Command::new("readelf").args(["--wide", "--section-headers"]).arg(library)).stdout);
    let line = listed.lines().find(|line| line.contains(" .text ")).unwrap_or_else(|| panic!("{listed}"));
    // Behind the name: the type, the address, the place in the file, the size.
    let size = line.split(" .text ").nth(1).unwrap().split_whitespace().nth(3).unwrap();
    u64::from_str_radix(size, 16).unwrap()
}

#[test]
fn machine_code_is_what_it_shall_be_optimized_for() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("main.py");
    fs::write(&program, "print(sum(i * i for i in range(10)))\n").unwrap();
    let size = |name: &str, arguments: &[&str]| {
        let made = folder.path().join(name);
        build_with_nuitka(&program, interpreters::any(), &made, &[&["--onedir"], arguments].concat());
        assert_eq!(text(&run(&mut Command::new(made.join(name))).stdout), "285\n");
        let mut libraries = fs::read_dir(made.join("_internal")).unwrap().map(|entry| entry.unwrap().path());
        let is_main = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().starts_with("main.cpython-3");
        machine_code(&libraries.find(is_main).expect("the main module is a library"))
    };
    let (usual, small, fast) =
        (size("usual", &[]), size("small", &["--optimize-size"]), size("fast", &["--optimize-speed"]));
    // For speed, code is moved between functions when it is linked; for size, nothing is expanded.
    assert!(small < fast && small < usual && fast != usual, "{small}, {fast}, {usual}");
    // Most of Nuitka's own code is called by nothing, and left out in any case: all of it is 600,000 bytes.
    assert!(usual < 300_000, "{usual}");
}

#[test]
fn flags_of_nuitka_say_that_they_need_it() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("main.py"), "print('hi')\n").unwrap();
    let flags = ["main.py", "--compile", "all", "--full-compat", "--optimize-speed", "--show-progress"];
    let result = crate::rpack::build_in(folder.path(), &flags);
    let said = text(&result.stderr);
    assert!(result.status.success(), "{said}");
    for flag in ["--compile", "--full-compat", "--optimize-speed", "--show-progress"] {
        assert!(said.contains(&format!("note: `{flag}` has no effect without `--backend nuitka`")), "{said}");
    }
}

/// A stand-in for Nuitka that makes a library which nobody loads. With `MEETING`, the first of two waits in opening that until the second
/// does; with `ALONE`, a second one that runs at the same time fails.
const STAND_IN: &str = r#"
import importlib.util, os, pathlib, shutil, sys, sysconfig

name = pathlib.Path(sys.argv[-1]).stem
if "MEETING" in os.environ:
    try:
        os.mkdir(os.environ["MEETING"] + "-begun")
        mode = "r"
    except FileExistsError:
        mode = "w"
    open(os.environ["MEETING"], mode).close()
else:
    os.mkdir(os.environ["ALONE"])
shutil.copy(importlib.util.find_spec("_json").origin, name + sysconfig.get_config_var("EXT_SUFFIX"))
with open("report.xml", "w") as report:
    report.write(f'<module name="{name}" kind="CompiledPythonModule">')
if "ALONE" in os.environ:
    os.rmdir(os.environ["ALONE"])
"#;

#[test]
fn as_many_modules_are_compiled_at_once_as_there_are_jobs() {
    let folder = tempfile::tempdir().unwrap();
    let python = environment(
        folder.path(),
        &[
            ("nuitka/__init__.py", ""),
            ("nuitka/__main__.py", STAND_IN),
            ("Nuitka-4.99.dist-info/METADATA", "Metadata-Version: 2.1\nName: Nuitka\nVersion: 4.99\n"),
            ("Nuitka-4.99.dist-info/RECORD", "nuitka/__init__.py,,\nnuitka/__main__.py,,\n"),
        ],
    );
    let place = folder.path().join("place");
    assert!(run(Command::new("mkfifo").arg(&place)).status.success());
    for (jobs, variable, place) in [("2", "MEETING", &place), ("1", "ALONE", &folder.path().join("alone"))] {
        let program = folder.path().join(jobs);
        write_files(&program, &[("main.py", "import part\n"), ("part.py", &format!("JOBS = {jobs}\n"))]);
        // What never comes to an end shall fail.
        let mut command = Command::new("timeout");
        command.args(["300", env!("CARGO_BIN_EXE_rpack")]).env(variable, place);
        clean(&mut command);
        let modules = folder.path().join("modules").join(jobs);
        let arguments = ["--jobs", jobs, "--module-cache-dir", modules.to_str().unwrap()];
        let result = try_with_nuitka(command, &program.join("main.py"), &python, &program.join("packed"), &arguments);
        let said = text(&result.stderr);
        assert!(result.status.success() && compiled(&said) == ["__main__", "part"], "{jobs}: {said}");
    }
}

/// A program that fails in a statement of several lines, and recurses without end through a function of C.
const DEEP: &str = "import functools\n\n\n\
    def keep(place, value):\n    place[0] = (\n        value\n    )\n\n\n\
    def down(depth, _):\n    return functools.reduce(down, (depth + 1, None))\n\n\n\
    try:\n    keep((), 1)\nexcept TypeError as error:\n    print(error.__traceback__.tb_next.tb_lineno, flush=True)\n\
    try:\n    down(0, None)\nexcept RecursionError:\n    print('stopped')\n";

#[test]
fn full_compatibility_stops_recursion_as_plain_python_does() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("main.py");
    fs::write(&program, DEEP).unwrap();
    let plain = run(Command::new(interpreters::any()).arg(&program));
    assert_eq!(text(&plain.stdout), "5\nstopped\n");
    let compiled = |arguments: &[&str]| {
        let packed = folder.path().join("packed");
        build_with_nuitka(&program, interpreters::any(), &packed, arguments);
        let output = run(&mut Command::new(packed));
        (text(&output.stdout), output.status.code())
    };
    // The line is what Nuitka takes for that of plain Python, which had it so once.
    assert_eq!(compiled(&["--full-compat"]), ("6\nstopped\n".to_owned(), Some(0)));
    // Without it nobody counts, and the stack overflows.
    assert_eq!(compiled(&[]), ("5\n".to_owned(), None));
}

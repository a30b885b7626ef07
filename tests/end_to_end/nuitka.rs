//! The backend Nuitka: what is compiled runs as what is not, and is compiled again only when it changed.
//!
//! Nuitka and ccache are installed into the tests' cache once, and compiled C stays there, so that only the first run takes
//! minutes.

use crate::examples::drive;
use crate::interpreters;
use crate::rpack::{build, cache, clean, repository, rpack, run, text, write_files};
use crate::without_python::{hidden, reachable_folder};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const SHOP: [(&str, &str); 5] = [
    ("helper.py", "def table(n):\n    return [i * n for i in range(5)]\n"),
    ("shop/__init__.py", "\"\"\"A shop.\"\"\"\n"),
    ("shop/basket.py", "from .prices import price\n\n\ndef total(prices):\n    return sum(prices)\n"),
    ("shop/prices.py", "PRICES = {'a': 1, 'b': 2}\n\n\ndef price(name):\n    return PRICES[name]\n"),
    ("shop/prices.txt", "a 1\nb 2\n"),
];

/// Runs `rpack build` with Nuitka, and requires that it builds. `-v` makes it say what it compiles.
fn build_with_nuitka(program: &Path, python: &Path, output: &Path, arguments: &[&str]) -> String {
    let result = try_with_nuitka(rpack(), program, python, output, arguments);
    assert!(result.status.success(), "{}", text(&result.stderr));
    text(&result.stderr)
}

fn try_with_nuitka(mut rpack: Command, program: &Path, python: &Path, output: &Path, arguments: &[&str]) -> Output {
    rpack.args(["build", "--nuitka", "-v"]).arg(program).arg("--python").arg(python).arg("--output").arg(output);
    run(rpack.args(arguments))
}

/// The modules and packages that Nuitka was run for.
fn compiled(said: &str) -> Vec<&str> {
    let mut names: Vec<_> =
        said.lines().filter_map(|line| line.strip_prefix("Compiling `")?.strip_suffix("` with Nuitka")).collect();
    names.sort_unstable();
    names
}

/// What a program writes and how it ends, with the same sign for every folder that its files can be in. Nuitka shows no lines of
/// source in tracebacks where there is none, and never marks columns.
fn observed(command: &mut Command, folder: &Path) -> (String, String, Option<i32>) {
    clean(command);
    let output = run(command.args(["one", "two"]));
    let place = |line: &str| match line.strip_prefix("  File \"").and_then(|rest| rest.split_once("\", ")) {
        Some((file, rest)) => format!("  File {}, {rest}", file.rsplit('/').next().unwrap_or_default()),
        None => line.to_owned(),
    };
    let errors = text(&output.stderr);
    let errors: Vec<_> = errors.lines().filter(|line| !line.starts_with("    ")).map(place).collect();
    (text(&output.stdout).replace(&*folder.to_string_lossy(), "<folder>"), errors.join("\n"), output.status.code())
}

#[test]
fn a_compiled_program_has_the_face_of_plain_python() {
    for (minor, python) in interpreters::all() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("program");
        write_files(&program, &SHOP);
        write_files(&program, &[("main.py", include_str!("nuitka/face.py"))]);
        let packed = folder.path().join("packed");
        let said = build_with_nuitka(&program.join("main.py"), python, &packed, &[]);
        assert!(!said.contains("stays bytecode"), "{said}");
        let libraries = ["main", "helper", "shop"].map(|name| format!("  file {name}.cpython-3{minor}-"));
        assert!(libraries.iter().all(|library| said.contains(library)), "{said}");

        let plain = observed(Command::new(python).arg("-B").arg(program.join("main.py")), &program);
        assert_eq!(plain.2, Some(1), "{plain:?}");
        assert!(plain.1.contains("line 28, in fail"), "{plain:?}");
        for place in ["store", "memory"] {
            let mut command = Command::new(&packed);
            let packed = observed(command.env("RPACK_UNPACK", place), &program);
            assert_eq!(packed, plain, "CPython 3.{minor}, {place}");
        }
    }
}

#[test]
fn a_compiled_folder_runs_its_main_module() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("program");
    let main = "import sys, runpy\nimport helper\nprint(__name__, __spec__.name, repr(__package__), helper.table(2))\n\
                print(sorted(name for name in globals() if name != '__compiled__'))\nsys.exit('over')\n";
    write_files(&program, &SHOP);
    write_files(&program, &[("__main__.py", main)]);
    let packed = folder.path().join("packed");
    build_with_nuitka(&program, interpreters::any(), &packed, &[]);
    let plain = observed(Command::new(interpreters::any()).arg("-B").arg(&program), &program);
    assert_eq!(observed(&mut Command::new(&packed), &program), plain);
    assert_eq!((plain.1.as_str(), plain.2), ("over", Some(1)));
}

#[test]
fn only_what_changed_is_compiled_again() {
    let folder = tempfile::tempdir().unwrap();
    let (program, modules) = (folder.path().join("program"), folder.path().join("modules"));
    write_files(&program, &SHOP);
    let main = "import helper, shop.basket\nprint(helper.table(2), shop.basket.price('b'))\n";
    write_files(&program, &[("main.py", main)]);
    let (main, packed) = (program.join("main.py"), folder.path().join("packed"));
    let arguments = ["--module-cache-dir", modules.to_str().unwrap(), "--show-progress"];
    let build = || build_with_nuitka(&main, interpreters::any(), &packed, &arguments);
    let printed = || text(&run(&mut Command::new(&packed)).stdout);

    let said = build();
    assert_eq!(compiled(&said), ["__main__", "helper", "shop"]);
    assert!(said.lines().any(|line| line.starts_with("Compiled 5 of 5 modules")), "{said}");
    assert_eq!(printed(), "[0, 2, 4, 6, 8] 2\n");
    let kept = fs::read_dir(&modules).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let kept: Vec<_> = kept.collect();
    assert!(kept.iter().any(|name| name.ends_with(".pack")), "{kept:?}");
    assert!(kept.iter().any(|name| name == "compiled-c"), "{kept:?}");

    assert_eq!(compiled(&build()), [] as [&str; 0]);
    fs::write(program.join("helper.py"), "def table(n):\n    return n\n").unwrap();
    assert_eq!(compiled(&build()), ["helper"]);
    assert_eq!(printed(), "2 2\n");
    fs::write(program.join("shop/prices.py"), "def price(name):\n    return name\n").unwrap();
    assert_eq!(compiled(&build()), ["shop"]);
    assert_eq!(printed(), "2 b\n");

    // Compiled elsewhere, by one Nuitka after the other and with another cache, it becomes the same.
    let elsewhere = tempfile::tempdir_in("/dev/shm").unwrap();
    let copy = elsewhere.path().join("copy");
    for name in ["main.py", "helper.py", "shop/__init__.py", "shop/basket.py", "shop/prices.py", "shop/prices.txt"] {
        write_files(&copy, &[(name, &fs::read_to_string(program.join(name)).unwrap())]);
    }
    let other = elsewhere.path().join("packed");
    build_with_nuitka(&copy.join("main.py"), interpreters::any(), &other, &["--jobs", "1"]);
    assert!(fs::read(&packed).unwrap() == fs::read(&other).unwrap(), "the executables differ");
}

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

/// An environment whose packages are written here.
fn environment(folder: &Path, packages: &[(&str, &str)]) -> PathBuf {
    let environment = folder.join("environment");
    let made = run(Command::new(interpreters::any()).args(["-I", "-m", "venv", "--without-pip"]).arg(&environment));
    assert!(made.status.success(), "{}", text(&made.stderr));
    let minor = interpreters::all().iter().find(|(_, python)| *python == interpreters::any()).unwrap().0;
    write_files(&environment.join(format!("lib/python3.{minor}/site-packages")), packages);
    environment.join("bin/python")
}

#[test]
fn dependencies_are_compiled_when_they_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let python = environment(
        folder.path(),
        &[
            ("things/small/__init__.py", "from things.small.deep import answer\n"),
            ("things/small/deep.py", "def answer():\n    return __name__, '__compiled__' in globals()\n"),
            ("things-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: things\nVersion: 1\n"),
            ("things-1.dist-info/RECORD", "things/small/__init__.py,,\nthings/small/deep.py,,\n"),
        ],
    );
    let program = folder.path().join("main.py");
    fs::write(&program, "import things.small\nprint(things.small.answer(), things.small.__spec__.name)\n").unwrap();
    let packed = folder.path().join("packed");
    for (scope, units, answer) in [
        ("program", &["__main__"][..], "('things.small.deep', False) things.small\n"),
        ("dependencies", &["__main__", "things.small"], "('things.small.deep', True) things.small\n"),
    ] {
        let modules = cache().join("nuitka-of-dependencies");
        drop(fs::remove_file(&packed));
        let arguments = ["--compile", scope, "--module-cache-dir", modules.to_str().unwrap()];
        let said = build_with_nuitka(&program, &python, &packed, &arguments);
        assert!(compiled(&said).iter().all(|unit| units.contains(unit)), "{said}");
        assert_eq!(text(&run(&mut Command::new(&packed)).stdout), answer, "{scope}");
    }
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
            ("Nuitka-9.dist-info/METADATA", "Metadata-Version: 2.1\nName: Nuitka\nVersion: 9\n"),
            ("Nuitka-9.dist-info/RECORD", "nuitka/__init__.py,,\nnuitka/__main__.py,,\n"),
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
    assert!(
        usual.contains("--mode=module --lto=no ") && usual.contains("hint: `--exclude-module __main__`"),
        "{usual}"
    );
    assert!(!usual.contains("--full-compat") && !usual.contains("no_asserts"), "{usual}");
    let small = said(&["--optimize-size", "--full-compat", "--python-option", "O"]);
    let flags = ["--lto=yes", "--full-compat", "--python-flag=no_asserts", "@\" -Os"];
    assert!(flags.iter().all(|flag| small.contains(flag)), "{small}");
    let fast = said(&["--optimize-speed", "--optimize", "2"]);
    assert!(["--lto=yes", "--python-flag=no_docstrings", "@\" -O3"].iter().all(|flag| fast.contains(flag)), "{fast}");
}

#[test]
fn small_machine_code_is_smaller() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("main.py");
    fs::write(&program, "print(sum(i * i for i in range(10)))\n").unwrap();
    let size = |name: &str, arguments: &[&str]| {
        let made = folder.path().join(name);
        build_with_nuitka(&program, interpreters::any(), &made, &[&["--onedir"], arguments].concat());
        assert_eq!(text(&run(&mut Command::new(made.join(name))).stdout), "285\n");
        let libraries = fs::read_dir(made.join("_internal")).unwrap().map(|entry| entry.unwrap());
        let mut libraries = libraries.filter(|entry| entry.file_name().to_string_lossy().starts_with("main.cpython-3"));
        libraries.next().expect("the main module is a library").metadata().unwrap().len()
    };
    let (usual, small) = (size("usual", &[]), size("small", &["--optimize-size"]));
    assert!(small * 2 < usual, "{small} of {usual} bytes");
}

#[test]
fn a_missing_compiler_is_said_with_what_to_install() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("main.py");
    fs::write(&program, "print('hi')\n").unwrap();
    let packed = folder.path().join("packed");
    for (variables, message) in [
        (&[("PATH", "/nowhere")][..], "error: No C compiler found: neither `gcc` nor `clang` nor `cc` is on PATH"),
        (&[("CC", "no-such-compiler")], "error: No C compiler found: CC names `no-such-compiler`, which does not run"),
    ] {
        let mut rpack = rpack();
        rpack.envs(variables.iter().copied());
        let result = try_with_nuitka(rpack, &program, interpreters::any(), &packed, &[]);
        let said = text(&result.stderr);
        assert!(!result.status.success() && said.contains(message) && said.contains("hint: Install"), "{said}");
    }
}

#[test]
fn what_the_compiler_says_arrives_whole_and_explained() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("main.py");
    fs::write(&program, "print('not compiled')\n").unwrap();
    let compiler = folder.path().join("gcc");
    let script = "#!/bin/sh\nPATH=\"$PATH:/usr/bin\"\ncase \" $* \" in *\" -c \"*)\n\
        echo 'x.c:1:10: fatal error: Python.h: No such file or directory' >&2; exit 1;;\nesac\nexec /usr/bin/gcc \"$@\"\n";
    fs::write(&compiler, script).unwrap();
    fs::set_permissions(&compiler, fs::Permissions::from_mode(0o755)).unwrap();
    let mut rpack = rpack();
    rpack.env("CC", &compiler);
    let result = try_with_nuitka(rpack, &program, interpreters::any(), &folder.path().join("packed"), &[]);
    let said = text(&result.stderr);
    assert!(!result.status.success(), "{said}");
    assert!(
        said.contains("fatal error: Python.h: No such file or directory") && said.contains("python3-dev"),
        "{said}"
    );
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

#[test]
fn cleaning_the_cache_removes_compiled_c() {
    let folder = tempfile::tempdir().unwrap();
    write_files(folder.path(), &[("compiled-c/0/object", "x")]);
    let result = run(rpack().env("RPACK_CACHE_DIR", folder.path()).args(["cache", "clean"]));
    assert!(result.status.success(), "{}", text(&result.stderr));
    assert!(!folder.path().join("compiled-c").exists());
}

/// An example, compiled.
fn example(name: &str, output: &Path) -> PathBuf {
    let program = repository().join("examples").join(name);
    build(output, [program.as_os_str(), "--nuitka".as_ref()])
}

#[test]
fn compiled_plugins_serve() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["auth_plugin", "logging_plugin", "rate_limit_plugin", "transform_plugin"] {
        drive(name, &["--network", "unix"], &example(name, &folder.path().join(name)));
    }
}

#[test]
fn a_compiled_plugin_serves_where_no_python_is_installed() {
    let folder = reachable_folder();
    let plugin = example("simple_plugin", &folder.path().join("simple_plugin"));
    fs::set_permissions(&plugin, fs::Permissions::from_mode(0o755)).unwrap();
    let script = hidden(folder.path(), &plugin);
    for _ in 0..2 {
        drive("simple_plugin", &["--network", "tcp"], &script);
    }
}

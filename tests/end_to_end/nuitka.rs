//! The backend Nuitka: what is compiled runs as what is not, and is compiled again only when it changed.
//!
//! Nuitka and ccache are installed into the tests' cache once, and compiled C stays there, so that only the first run takes
//! minutes.

use crate::examples::{EXAMPLES, drive};
use crate::interpreters;
use crate::making::Ended;
use crate::rpack::{build, cache, clean, repository, rpack, run, text, write_files};
use crate::without_python::{hidden, reachable_folder};
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const SHOP: [(&str, &str); 5] = [
    ("helper.py", "def table(n):\n    return [i * n for i in range(5)]\n"),
    ("shop/__init__.py", "\"\"\"A shop.\"\"\"\n"),
    ("shop/basket.py", "from .prices import price\n\n\ndef total(prices):\n    return sum(prices)\n"),
    ("shop/prices.py", "PRICES = {'a': 1, 'b': 2}\n\n\ndef price(name):\n    return PRICES[name]\n"),
    ("shop/prices.txt", "a 1\nb 2\n"),
];

/// Runs `rpack build` with Nuitka, and requires that it builds. `-v` makes it say what it compiles.
pub fn build_with_nuitka(program: &Path, python: &Path, output: &Path, arguments: &[&str]) -> String {
    let result = try_with_nuitka(rpack(), program, python, output, arguments);
    assert!(result.status.success(), "{}", text(&result.stderr));
    text(&result.stderr)
}

pub fn try_with_nuitka(mut rpack: Command, program: &Path, python: &Path, output: &Path, arguments: &[&str]) -> Output {
    rpack.args(["build", "--nuitka", "-v"]).arg(program).arg("--python").arg(python).arg("--output").arg(output);
    run(rpack.args(arguments))
}

/// The modules and packages that Nuitka was run for.
pub fn compiled(said: &str) -> Vec<&str> {
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

    // Compiled elsewhere, by one Nuitka after the other, with another cache and with somebody's flags for C, it becomes the same.
    let elsewhere = tempfile::tempdir_in("/dev/shm").unwrap();
    let copy = elsewhere.path().join("copy");
    for name in ["main.py", "helper.py", "shop/__init__.py", "shop/basket.py", "shop/prices.py", "shop/prices.txt"] {
        write_files(&copy, &[(name, &fs::read_to_string(program.join(name)).unwrap())]);
    }
    let other = elsewhere.path().join("packed");
    let mut command = rpack();
    command.env("CFLAGS", "-O0").env("CPPFLAGS", "-DNDEBUG").env("LDFLAGS", "-Wl,--build-id");
    let result = try_with_nuitka(command, &copy.join("main.py"), interpreters::any(), &other, &["--jobs", "1"]);
    assert!(result.status.success(), "{}", text(&result.stderr));
    assert!(fs::read(&packed).unwrap() == fs::read(&other).unwrap(), "the executables differ");
}

#[test]
fn two_builds_are_compared_with_everything_compiled_again() {
    let folder = tempfile::tempdir().unwrap();
    write_files(folder.path(), &SHOP);
    write_files(folder.path(), &[("main.py", "import shop.basket\nprint(shop.basket.total([1, 2]))\n")]);
    let packed = folder.path().join("packed");
    let arguments = ["--check-reproducible"];
    let said = build_with_nuitka(&folder.path().join("main.py"), interpreters::any(), &packed, &arguments);
    assert!(said.contains("Reproducible a second build"), "{said}");
    assert_eq!(text(&run(&mut Command::new(&packed)).stdout), "3\n");
}

#[test]
fn a_compiled_program_is_built_whenever_it_is_saved() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("program");
    write_files(&program, &[("main.py", "import part\nprint(part.NUMBER)\n"), ("part.py", "NUMBER = 1\n")]);
    let packed = folder.path().join("packed");
    let mut command = rpack();
    command.args(["build", "--nuitka", "-v", "--watch", "--python"]).arg(interpreters::any());
    command.arg(program.join("main.py")).arg("--output").arg(&packed).stderr(Stdio::piped());
    let mut watching = Ended(command.spawn().unwrap());
    let mut lines = BufReader::new(watching.0.stderr.take().unwrap()).lines().map_while(Result::ok);
    let mut built = || {
        let said: Vec<_> = lines.by_ref().take_while(|line| !line.starts_with("Packed")).collect();
        (said.join("\n"), text(&run(&mut Command::new(&packed)).stdout))
    };
    assert_eq!(built().1, "1\n");
    fs::write(program.join("part.py"), "NUMBER = 2\n").unwrap();
    let (said, printed) = built();
    assert_eq!((compiled(&said), printed.as_str()), (vec!["part"], "2\n"), "{said}");
}

#[test]
fn what_is_collected_as_a_whole_is_compiled_and_has_its_data() {
    let folder = tempfile::tempdir().unwrap();
    let python = environment(
        folder.path(),
        &[
            ("whole/__init__.py", ""),
            ("whole/hidden.py", "def compiled():\n    return '__compiled__' in globals()\n"),
            ("whole/tests/data.txt", "data"),
            ("whole-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: whole\nVersion: 1\n"),
            ("whole-1.dist-info/RECORD", "whole/__init__.py,,\nwhole/hidden.py,,\nwhole/tests/data.txt,,\n"),
        ],
    );
    let program = folder.path().join("main.py");
    let main = "import importlib, importlib.resources, sys\nname = ''.join(['wh', 'ole'])\n\
                print(importlib.import_module(name + '.hidden').compiled())\n\
                print((importlib.resources.files(name) / 'tests' / 'data.txt').read_text())\n";
    fs::write(&program, main).unwrap();
    let packed = folder.path().join("packed");
    let modules = cache().join("nuitka-of-dependencies");
    let arguments = ["--collect-all", "whole", "--compile", "dependencies", "--module-cache-dir"];
    build_with_nuitka(&program, &python, &packed, &[&arguments[..], &[modules.to_str().unwrap()]].concat());
    assert_eq!(text(&run(&mut Command::new(&packed)).stdout), "True\ndata\n");
}

#[test]
fn the_standard_library_is_compiled_when_it_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("main.py");
    let main = "import colorsys, json, string\n\
                print(json.dumps({'a': [1, 2]}), colorsys.rgb_to_hsv(1, 0, 0), string.Template('$x').substitute(x=3))\n\
                print([hasattr(module, '__compiled__') for module in (json, json.decoder, colorsys)])\n";
    fs::write(&program, main).unwrap();
    let packed = folder.path().join("packed");
    let modules = cache().join("nuitka-of-standard-library");
    let mut arguments = vec!["--compile", "all", "--module-cache-dir", modules.to_str().unwrap()];
    // What only codecs and tools for looking at a program ask for would take most of the time.
    for name in ["base64", "bz2", "pickle", "pkgutil", "quopri", "stringprep", "tracemalloc", "typing"] {
        arguments.extend(["--exclude-module", name]);
    }
    let said = build_with_nuitka(&program, interpreters::any(), &packed, &arguments);
    assert!(said.contains("The module `colorsys` stays bytecode: it is smaller than"), "{said}");
    let printed = text(&run(&mut Command::new(&packed)).stdout);
    assert_eq!(printed, "{\"a\": [1, 2]} (0.0, 1.0, 1) 3\n[True, True, False]\n");
}

/// An environment whose packages are written here.
pub fn environment(folder: &Path, packages: &[(&str, &str)]) -> PathBuf {
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
fn compiled_c_is_a_part_of_the_cache() {
    let folder = tempfile::tempdir().unwrap();
    write_files(folder.path(), &[("compiled-c/0/1/object", &"x".repeat(3_000_000)), ("compiled-c/2/object", "x")]);
    let ask = |arguments: &[&str]| {
        let result = run(rpack().env("RPACK_CACHE_DIR", folder.path()).arg("cache").args(arguments));
        assert!(result.status.success(), "{}", text(&result.stderr));
        text(&result.stdout) + &text(&result.stderr)
    };
    assert_eq!(ask(&["size"]), "3000001\n");
    assert_eq!(ask(&["prune", "--max-size", "2"]), "Removed 1 files (2.9 MiB)\n");
    assert_eq!(ask(&["size"]), "1\n");
    assert_eq!(ask(&["clean"]), "Removed 1 files (0.0 MiB)\n");
    assert!(!folder.path().join("compiled-c").exists());
}

/// An example, compiled.
fn example(name: &str, output: &Path) -> PathBuf {
    let program = repository().join("examples").join(name);
    build(output, [program.as_os_str(), "--nuitka".as_ref()])
}

#[test]
fn compiled_plugins_are_the_same_from_another_folder_and_user() {
    let folder = tempfile::tempdir_in("/dev/shm").unwrap();
    let modules = modules_to_compile_again("nuitka-elsewhere");
    for name in EXAMPLES {
        let first = example(name, &folder.path().join(name));
        let copy = folder.path().join("elsewhere").join(name);
        fs::create_dir_all(&copy).unwrap();
        for file in ["main.py", "pyproject.toml"] {
            fs::copy(repository().join("examples").join(name).join(file), copy.join(file)).unwrap();
        }
        let second = copy.join("second");
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-user=1000", "--map-group=1000", env!("CARGO_BIN_EXE_rpack")]);
        clean(&mut command);
        command.env("PYTHONHASHSEED", "7").env("TZ", "Pacific/Kiritimati").env("TMPDIR", folder.path());
        let arguments = ["--module-cache-dir", modules.to_str().unwrap(), "--jobs", "1"];
        let result = try_with_nuitka(command, &copy, &environment_of(name, folder.path()), &second, &arguments);
        let said = text(&result.stderr);
        assert!(result.status.success() && compiled(&said) == ["__main__"], "{said}");
        assert!(fs::read(&first).unwrap() == fs::read(&second).unwrap(), "the executables of {name} differ");
    }
}

/// A folder for `--module-cache-dir` in which no module is, while ccache knows the C of earlier runs: as fast as it may be, everything
/// is compiled.
pub fn modules_to_compile_again(name: &str) -> PathBuf {
    let modules = cache().join(name);
    for entry in fs::read_dir(&modules).into_iter().flatten().map(|entry| entry.unwrap().path()) {
        if entry.is_file() {
            fs::remove_file(entry).unwrap();
        }
    }
    modules
}

/// The interpreter of the environment that `rpack` made for an example.
fn environment_of(example: &str, folder: &Path) -> PathBuf {
    let program = repository().join("examples").join(example);
    let said = text(&run(rpack().args(["build", "-v", "--output"]).arg(folder.join("bytecode")).arg(program)).stderr);
    said.lines().find_map(|line| line.strip_prefix("Asking ")).unwrap_or_else(|| panic!("{said}")).into()
}

#[test]
fn compiled_plugins_serve_where_no_python_is_installed() {
    for name in EXAMPLES {
        let folder = reachable_folder();
        let plugin = example(name, &folder.path().join(name));
        fs::set_permissions(&plugin, fs::Permissions::from_mode(0o755)).unwrap();
        let script = hidden(folder.path(), &plugin);
        // The plugin's user cannot write where the client would have the socket.
        let socket = folder.path().join("plugin.sock");
        drive(name, &["--network", "tcp"], &script);
        drive(name, &["--network", "unix", "--address", socket.to_str().unwrap()], &script);
    }
}

//! Where interpreters and their libraries are kept: environments of several tools, conda's prefixes, the user's own folder,
//! Debian's; and what is no interpreter that can be packed.

use crate::rpack::{clean, pack_source, rpack, run, text, workspace, write_files};
use crate::{interpreters, twins};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

/// Imports what a test has put somewhere.
const PROGRAM: &str = "import sys, planted\nprint(planted.VALUE, planted.__file__ == sys._MEIPASS + '/planted.py')\n";
const PLANTED: &str = "VALUE = 'grown'\n";
const PRINTED: &str = "grown True\n";

/// Runs `rpack build` on [`PROGRAM`].
fn build(folder: &Path, arguments: &[&str], prepare: impl FnOnce(&mut Command)) -> Output {
    fs::write(folder.join("main.py"), PROGRAM).unwrap();
    let mut command = rpack();
    command.current_dir(folder).args(["build", "main.py", "--output", "packed"]).args(arguments);
    prepare(&mut command);
    run(&mut command)
}

/// What the packed program prints.
fn printed(folder: &Path) -> String {
    let mut packed = Command::new(folder.join("packed"));
    clean(&mut packed);
    let output = run(&mut packed);
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
    text(&output.stdout)
}

fn assert_built(output: &Output) {
    assert!(output.status.success(), "{}", text(&output.stderr));
}

fn python_says(python: &Path, home: &Path, probe: &str) -> PathBuf {
    let output = run(Command::new(python).env("HOME", home).args(["-c", probe]));
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout).trim().into()
}

/// `uv` and `virtualenv`, installed once.
fn tools() -> &'static Path {
    static TOOLS: LazyLock<PathBuf> = LazyLock::new(|| {
        let folder = workspace().join("tools");
        if !["uv", "virtualenv"].iter().all(|tool| folder.join("bin").join(tool).exists()) {
            let python = interpreters::shared().values().next().unwrap();
            assert!(Command::new(python).args(["-m", "venv", "--clear"]).arg(&folder).status().unwrap().success());
            let mut install = Command::new(folder.join("bin/python"));
            let install = install.args(["-m", "pip", "install", "--quiet", "uv", "virtualenv"]);
            assert!(install.status().unwrap().success());
        }
        folder
    });
    &TOOLS
}

#[test]
fn environments_of_every_tool_are_packed() {
    let own = |python: &Path| python.as_os_str().to_owned();
    let tool = |name: &str| tools().join("bin").join(name).into_os_string();
    for python in [interpreters::any(), twins::any()].into_iter().chain(debians()) {
        let given: [(_, &[&str]); 4] = [
            (own(python), &["-m", "venv", "--without-pip"]),
            (own(python), &["-m", "venv", "--without-pip", "--copies"]),
            (tool("uv"), &["venv", "--quiet", "--offline", "--no-project", "--python", python.to_str().unwrap()]),
            (tool("virtualenv"), &["--quiet", "--no-seed", "--no-periodic-update", "-p", python.to_str().unwrap()]),
        ];
        for (program, arguments) in given {
            let folder = tempfile::tempdir().unwrap();
            // A program on PATH has this name too.
            let environment = folder.path().join("env");
            let mut make = Command::new(&program);
            clean(&mut make);
            let made = run(make.args(arguments).arg(&environment));
            assert!(made.status.success(), "{program:?}: {}", text(&made.stderr));
            let site = python_says(
                &environment.join("bin/python"),
                folder.path(),
                "import sysconfig; print(sysconfig.get_path('purelib'))",
            );
            fs::write(site.join("planted.py"), PLANTED).unwrap();
            assert_built(&build(folder.path(), &["--python", "env"], |_| {}));
            fs::remove_dir_all(environment).unwrap();
            assert_eq!(printed(folder.path()), PRINTED, "{program:?} {arguments:?}");
        }
    }
}

/// Debian's own interpreter, which has libpython linked in, where there is one that can be packed.
fn debians() -> Option<&'static Path> {
    let python = Path::new("/usr/bin/python3");
    let probe = "import sys; print(sys.version_info >= (3, 10))";
    let is_new = || text(&run(Command::new(python).args(["-I", "-c", probe])).stdout) == "True\n";
    (Path::new("/etc/debian_version").exists() && python.exists() && is_new()).then_some(python)
}

#[test]
fn the_users_own_packages_are_those_of_plain_python() {
    for python in [interpreters::any(), twins::any()].into_iter().chain(debians()) {
        users_packages_are_packed(python);
    }
}

fn users_packages_are_packed(python: &Path) {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let site = python_says(python, &home, "import site; print(site.getusersitepackages())");
    assert!(site.starts_with(&home), "{}", site.display());
    fs::create_dir_all(&site).unwrap();
    fs::write(site.join("planted.py"), PLANTED).unwrap();
    let name = python.to_str().unwrap();
    assert_built(&build(folder.path(), &["--python", name], |command| _ = command.env("HOME", &home)));
    // An environment does not see them.
    let made = run(Command::new(python).args(["-m", "venv", "--without-pip"]).arg(folder.path().join("environment")));
    assert_built(&made);
    let refused = build(folder.path(), &["--python", "environment"], |command| _ = command.env("HOME", &home));
    assert!(text(&refused.stderr).contains("Module not found: `planted`"), "{}", text(&refused.stderr));
    fs::remove_dir_all(home).unwrap();
    assert_eq!(printed(folder.path()), PRINTED);
}

#[test]
fn debians_folder_of_packages_is_searched() {
    if !Path::new("/etc/debian_version").exists() {
        return; // No other system has it.
    }
    // A twin of Debian's interpreter, whose prefix a test may write to.
    let folder = tempfile::tempdir().unwrap();
    let minor = python_says(Path::new("/usr/bin/python3"), folder.path(), "import sys; print(sys.version_info[1])");
    let minor = minor.to_str().unwrap().parse().unwrap();
    let twin = twins::make(folder.path(), minor, Path::new("/usr/bin/python3")).expect("Debian's is linked so itself");
    let packages = twin.parent().unwrap().parent().unwrap().join("lib/python3/dist-packages");
    fs::create_dir_all(&packages).unwrap();
    fs::write(packages.join("planted.py"), PLANTED).unwrap();
    assert_built(&build(folder.path(), &["--python", twin.to_str().unwrap()], |_| {}));
    fs::remove_dir_all(packages).unwrap();
    assert_eq!(printed(folder.path()), PRINTED);
}

/// A conda environment in all that matters here: an executable with libpython linked in, the shared one and other libraries in
/// `lib`, and extension modules that find these by a path from themselves.
fn conda(folder: &Path, minor: u32, shared: &Path, twin: &Path) -> PathBuf {
    let prefix = folder.join("conda");
    assert!(
        Command::new("cp")
            .arg("-a")
            .arg(twin.parent().unwrap().parent().unwrap())
            .arg(&prefix)
            .status()
            .unwrap()
            .success()
    );
    fs::create_dir(prefix.join("conda-meta")).unwrap();
    fs::write(prefix.join("conda-meta/history"), "").unwrap();
    let library = python_says(shared, folder, "import sysconfig; print(sysconfig.get_config_var('LIBDIR'))");
    let name = format!("libpython3.{minor}.so.1.0");
    fs::copy(library.join(&name), prefix.join("lib").join(&name)).unwrap();
    // The modules of the twin are links to those of another interpreter; these are to be this one's own.
    let packages = prefix.join(format!("lib/python3.{minor}/site-packages"));
    fs::remove_file(&packages).unwrap();
    fs::create_dir(&packages).unwrap();
    let headers = python_says(shared, folder, "import sysconfig; print(sysconfig.get_path('include'))");
    let compile = |source: &str, arguments: &[&str]| {
        fs::write(folder.join("source.c"), source).unwrap();
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC"]).arg(folder.join("source.c")).arg("-I").arg(&headers).args(arguments);
        let output = run(&mut compiler);
        assert!(output.status.success(), "{}", text(&output.stderr));
    };
    let answer = prefix.join("lib/libanswer.so.1");
    compile("int answer(void) { return 42; }\n", &["-Wl,-soname,libanswer.so.1", "-o", answer.to_str().unwrap()]);
    let module = "#include <Python.h>\n\
        int answer(void);\n\
        static PyModuleDef module = {PyModuleDef_HEAD_INIT, \"asks\", 0, -1};\n\
        PyMODINIT_FUNC PyInit_asks(void) {\n\
        PyObject *made = PyModule_Create(&module);\n\
        PyModule_AddIntConstant(made, \"ANSWER\", answer());\n\
        return made; }\n";
    let target = packages.join("asks.so");
    compile(module, &[answer.to_str().unwrap(), "-Wl,-rpath,$ORIGIN/../../", "-o", target.to_str().unwrap()]);
    fs::write(packages.join("planted.py"), "import asks\nVALUE = 'grown' if asks.ANSWER == 42 else ''\n").unwrap();
    prefix
}

#[test]
fn a_conda_environment_is_packed_with_its_libraries() {
    let (&minor, twin) = twins::all().iter().next_back().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let prefix = conda(folder.path(), minor, &interpreters::shared()[&minor], twin);
    assert_built(&build(folder.path(), &["--python", "conda"], |_| {}));
    fs::remove_dir_all(prefix).unwrap();
    assert_eq!(printed(folder.path()), PRINTED);
    let listed = text(&run(Command::new("unzip").arg("-l").arg(folder.path().join("packed"))).stdout);
    // The shared libpython is the cheaper way, where there is one.
    let wanted = ["lib-dynload/libanswer.so.1".to_owned(), format!("lib-dynload/libpython3.{minor}.so.1.0")];
    assert!(wanted.iter().all(|name| listed.contains(name)), "{listed}");
    assert!(!listed.contains("rpack-bootloader.so"), "{listed}");
}

/// A project with an extension module, as meson-python builds one.
const BUILT_BY_MESON: [(&str, &str); 6] = [
    (
        "pyproject.toml",
        "[build-system]\nbuild-backend = 'mesonpy'\nrequires = ['meson-python']\n[project]\nname = 'made'\nversion = '1.5'\n",
    ),
    (
        "meson.build",
        "project('made', 'c', version: '1.5')\n\
        py = import('python').find_installation(pure: false)\n\
        py.install_sources('src/made/__init__.py', 'src/made/words.txt', subdir: 'made')\n\
        py.extension_module('built', 'built.c', subdir: 'made', install: true)\n\
        install_subdir('src/made/inner', install_dir: py.get_install_dir() / 'made')\n",
    ),
    ("src/made/__init__.py", "from .built import ANSWER\nfrom . import inner\n"),
    ("src/made/inner/__init__.py", "VALUE = 'inner'\n"),
    ("src/made/words.txt", "words\n"),
    (
        "built.c",
        "#include <Python.h>\n\
        static PyModuleDef module = {PyModuleDef_HEAD_INIT, \"built\", 0, -1};\n\
        PyMODINIT_FUNC PyInit_built(void) {\n\
        PyObject *made = PyModule_Create(&module);\n\
        PyModule_AddIntConstant(made, \"ANSWER\", 42);\n\
        return made; }\n",
    ),
];

/// The files of such a package lie in two folders, and neither is on the search path.
#[test]
fn an_editable_install_by_meson_python_is_packed() {
    let folder = tempfile::tempdir().unwrap();
    let environment = folder.path().join("environment");
    let path = format!("{}/bin:{}", environment.display(), std::env::var("PATH").unwrap());
    let python = environment.join("bin/python");
    let succeeds = |command: &mut Command| {
        let output = run(command.env("PATH", &path));
        assert!(output.status.success(), "{command:?}: {}", text(&output.stderr));
        text(&output.stdout)
    };
    let pip = |arguments: &[&str]| {
        let mut install = Command::new(&python);
        install.args(["-m", "pip", "install", "--quiet"]).args(arguments);
        succeeds(install.current_dir(folder.path()))
    };
    succeeds(Command::new(interpreters::any()).args(["-m", "venv"]).arg(&environment));
    pip(&["meson-python", "meson", "ninja"]);
    write_files(&folder.path().join("project"), &BUILT_BY_MESON);
    pip(&["--no-build-isolation", "--editable", "./project"]);
    let main = "import importlib.metadata, importlib.resources, made\n\
        print(made.ANSWER, made.inner.VALUE, importlib.metadata.version('made'))\n\
        print(importlib.resources.files(made).joinpath('words.txt').read_text())\n";
    write_files(folder.path(), &[("program/main.py", main)]);
    let expected = succeeds(Command::new(&python).arg(folder.path().join("program/main.py")));
    assert_eq!(expected, "42 inner 1.5\nwords\n\n");
    let mut command = rpack();
    command.current_dir(folder.path()).args(["build", "program", "--output", "packed", "--python"]).arg(&environment);
    succeeds(&mut command);
    fs::remove_dir_all(folder.path().join("project")).unwrap();
    fs::remove_dir_all(environment).unwrap();
    assert_eq!(printed(folder.path()), expected);
}

#[test]
fn what_cannot_be_packed_is_said_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let answers = [
        ("pypy", "", "is pypy; only CPython can be packed"),
        ("cpython", "t", "is a free-threaded build of Python 3.13.1; only builds with the global interpreter lock"),
    ];
    for (implementation, flags, expected) in answers {
        let python = folder.path().join(format!("{implementation}{flags}"));
        let answer = serde_json::json!({
            "implementation": implementation, "version": [3, 13, 1], "full_version": "3.13.1", "abiflags": flags
        });
        fs::write(&python, format!("#!/bin/sh\necho 'rpack-probe:{answer}'\n")).unwrap();
        fs::set_permissions(&python, fs::Permissions::from_mode(0o755)).unwrap();
        refuses(folder.path(), &python, expected);
    }
    // A program that carries an interpreter is none, whoever packed it; one that says so is known by it.
    let packed = pack_source(folder.path(), "import sys\nprint('a program', sys.argv[1])\n", &[]);
    refuses(folder.path(), &packed, "is not a Python interpreter: it answered `a program -c`");
    let asked = pack_source(folder.path(), "import json, sys\nexec(sys.argv[2])\n", &[]);
    refuses(folder.path(), &asked, "is a packed program; only CPython can be packed");
}

fn refuses(folder: &Path, python: &Path, expected: &str) {
    let place = tempfile::tempdir_in(folder).unwrap();
    let output = build(place.path(), &["--python", python.to_str().unwrap()], |_| {});
    let said = text(&output.stderr);
    assert_eq!((output.status.success(), place.path().join("packed").exists()), (false, false), "{said}");
    assert!(said.contains(expected) && said.contains("\nhint: Name "), "{said}");
}

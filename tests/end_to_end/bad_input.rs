//! What cannot be built: one clear error with a hint, a status that is not zero, and nothing left behind.

use crate::interpreters;
use crate::rpack::{rpack, run, text};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Runs `rpack build` in `folder` with its `program`.
fn build(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = rpack();
    command.current_dir(folder).args(["build", "program", "--python"]).arg(interpreters::any()).args(arguments);
    run(&mut command)
}

/// Requires an error that contains each of `parts`, and no trace of an executable.
#[track_caller]
fn assert_error(folder: &Path, output: &Output, parts: &[&str]) {
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert_eq!(text(&output.stdout), "");
    assert_eq!(stderr.lines().filter(|line| line.starts_with("error: ")).count(), 1, "{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
    for part in parts {
        assert!(stderr.contains(part), "{part:?} is not said:\n{stderr}");
    }
    assert!(!folder.join("dist").exists(), "something was left in dist");
}

fn with_program(source: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("program")).unwrap();
    fs::write(folder.path().join("program/main.py"), source).unwrap();
    folder
}

#[test]
fn a_path_that_does_not_exist() {
    let folder = tempfile::tempdir().unwrap();
    assert_error(folder.path(), &build(folder.path(), &[]), &["`program`", "hint: "]);
}

#[test]
fn a_folder_without_an_entry_point() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("program")).unwrap();
    assert_error(folder.path(), &build(folder.path(), &[]), &["main.py", "__main__.py", "[project.scripts]", "hint: "]);
}

#[test]
fn a_syntax_error_in_the_entry_point() {
    let folder = with_program("import sys\nprint('a'\nx = = 1\n");
    assert_error(folder.path(), &build(folder.path(), &[]), &["main.py:"]);
}

#[test]
fn a_syntax_error_in_a_module_of_the_program() {
    let folder = with_program("import other\n");
    fs::write(folder.path().join("program/other.py"), "x = 1\ndef f(:\n").unwrap();
    assert_error(folder.path(), &build(folder.path(), &[]), &["other.py:2"]);
}

#[test]
fn a_module_that_cannot_be_found() {
    let folder = with_program("import sys\nimport no_such_module\n");
    let parts = ["Module not found: `no_such_module`", "main.py:2", "hint: ", "--exclude-module"];
    assert_error(folder.path(), &build(folder.path(), &[]), &parts);
}

#[test]
fn advice_names_what_can_be_installed() {
    for (name, part) in
        [("no_such_module", "hint: Install it into"), ("json.no_such_part", "hint: Install a `json` that has it into")]
    {
        let folder = with_program(&format!("import {name}\n"));
        let parts = [part, &format!("`--exclude-module {name}`")];
        assert_error(folder.path(), &build(folder.path(), &[]), &parts);
    }
}

#[test]
fn a_missing_module_can_be_excluded() {
    let folder = with_program("try:\n    import no_such_module\nexcept ImportError:\n    print('without')\n");
    let output = build(folder.path(), &["--exclude-module", "no_such_module"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
}

#[test]
fn a_missing_optional_module_is_no_error() {
    let folder = with_program("try:\n    import no_such_module\nexcept ImportError:\n    print('without')\n");
    let output = build(folder.path(), &[]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(!text(&output.stderr).contains("no_such_module"), "{}", text(&output.stderr));
    let mut packed = Command::new(folder.path().join("dist/program"));
    crate::rpack::clean(&mut packed);
    assert_eq!(text(&run(&mut packed).stdout), "without\n");
}

#[test]
fn a_missing_module_in_a_function_is_a_warning() {
    let folder = with_program("def f():\n    import no_such_module\n");
    let output = build(folder.path(), &[]);
    assert!(output.status.success());
    assert!(text(&output.stderr).contains("warning: Module not found: `no_such_module` (imported by `main.py:2`)"));
}

#[test]
fn a_syntax_error_in_a_library_is_a_warning() {
    let folder = with_program("try:\n    import library\nexcept Exception:\n    print('without')\n");
    fs::create_dir(folder.path().join("libraries")).unwrap();
    fs::write(folder.path().join("libraries/library.py"), "def f(:\n").unwrap();
    let mut command = rpack();
    command.current_dir(folder.path()).env("PYTHONPATH", folder.path().join("libraries"));
    let output = run(command.args(["build", "program", "--python"]).arg(interpreters::any()));
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("library.py:1"), "{}", text(&output.stderr));
}

#[test]
fn an_interpreter_that_is_none() {
    let folder = with_program("print()");
    for (python, parts) in
        [("/no/such/python", ["/no/such/python"]), ("/bin/true", ["/bin/true"]), ("/etc/passwd", ["/etc/passwd"])]
    {
        let output = run(rpack().current_dir(folder.path()).args(["build", "program", "--python", python]));
        assert_error(folder.path(), &output, &parts);
    }
}

#[test]
fn an_interpreter_that_is_too_old() {
    let folder = with_program("print()");
    // What such an interpreter answers to the probe is all that rpack ever sees of it.
    let old = folder.path().join("python3.6");
    let source = "#!/bin/sh\nexec python3 -c '\nimport sys\nsys.version_info = (3, 6, 15, \"final\", 0)\nsys.hexversion = 0x03060ff0\nexec(sys.argv.pop(1) if sys.argv[1:] else \"\")\n' \"${@##-[A-Z]*}\"\n";
    fs::write(&old, source).unwrap();
    make_executable(&old);
    let home = std::path::PathBuf::from(std::env::var_os("HOME").unwrap()).join(".pyenv/versions/3.6.15/bin/python3");
    let python = if home.exists() { home } else { old };
    let output = run(rpack().current_dir(folder.path()).args(["build", "program", "--python"]).arg(python));
    assert_error(folder.path(), &output, &["3.6", "3.10"]);
}

#[test]
fn an_environment_without_a_declared_dependency() {
    let folder = with_program("print()");
    let declaration = "[project]\nname = 'program'\nversion = '1'\ndependencies = ['surely-not-installed>=2']\n";
    fs::write(folder.path().join("program/pyproject.toml"), declaration).unwrap();
    assert_error(folder.path(), &build(folder.path(), &[]), &["surely-not-installed>=2", "pyproject.toml", "hint: "]);
}

#[test]
fn an_output_folder_that_cannot_be_written() {
    let folder = with_program("print()");
    let output = build(folder.path(), &["--distpath", "/proc/nowhere"]);
    assert_error(folder.path(), &output, &["/proc/nowhere", "hint: ", "--distpath"]);
    let output = build(folder.path(), &["--output", "program"]);
    assert_error(folder.path(), &output, &["`program`", "folder"]);
}

#[test]
fn data_that_does_not_exist() {
    let folder = with_program("print()");
    assert_error(
        folder.path(),
        &build(folder.path(), &["--add-data", "nothing/*.txt:data"]),
        &["nothing/*.txt", "hint: "],
    );
    assert_error(folder.path(), &build(folder.path(), &["--add-data", "program:../data"]), &["../data", "hint: "]);
}

#[test]
fn a_full_disk() {
    let folder = with_program("print()");
    let disk = folder.path().join("disk");
    fs::create_dir(&disk).unwrap();
    let python = interpreters::any().display();
    let script = format!(
        "mount -t tmpfs -o size=1m none disk && '{}' build program --distpath disk --python '{python}'; status=$?; ls -A disk >left; exit $status",
        env!("CARGO_BIN_EXE_rpack")
    );
    let mut command = Command::new("unshare");
    crate::rpack::clean(&mut command);
    let output = run(command.current_dir(folder.path()).args(["--mount", "sh", "-c", &script]));
    assert_error(folder.path(), &output, &["disk/program", "No space left", "hint: "]);
    assert_eq!(fs::read_to_string(folder.path().join("left")).unwrap(), "");
}

#[test]
fn an_interrupt_in_the_middle_leaves_nothing() {
    let folder = with_program("import asyncio, sqlite3, ssl, unittest\n");
    let mut command = rpack();
    command.current_dir(folder.path()).args(["build", "program", "--verbose", "--python"]).arg(interpreters::any());
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("Compressing") {
        line.clear();
        assert!(stderr.read_line(&mut line).unwrap() > 0, "the build ended before it was interrupted");
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let status = child.wait().unwrap();
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    if status.success() {
        // It was faster than the signal; then the executable is whole.
        let mut packed = Command::new(folder.path().join("dist/program"));
        crate::rpack::clean(&mut packed);
        assert!(run(&mut packed).status.success());
    } else {
        let left: Vec<_> = fs::read_dir(folder.path().join("dist")).into_iter().flatten().collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

fn make_executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

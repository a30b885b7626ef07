//! The backend Nuitka where something goes wrong: what is said, what goes on all the same, and that nothing is left behind.

use crate::interpreters;
use crate::nuitka::{build_with_nuitka, compiled, environment, modules_to_compile_again, try_with_nuitka};
use crate::rpack::{cache, rpack, run, text, write_files};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

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
fn what_to_install_is_said_for_this_system() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("main.py");
    fs::write(&program, "print('hi')\n").unwrap();
    let release = folder.path().join("os-release");
    for (system, expected) in [
        ("ID=debian\n", "Install one: `apt-get install gcc libc6-dev`, or set CC"),
        ("ID=fedora\n", "Install one: `dnf install gcc`, or set CC"),
        ("ID=alpine\n", "Install one: `apk add gcc musl-dev`, or set CC"),
        ("ID=arch\n", "Install one: `pacman -S gcc`, or set CC"),
        ("ID=other\n", "Install gcc or clang, or set CC"),
    ] {
        fs::write(&release, system).unwrap();
        let mut command = Command::new("unshare");
        let script = "mount --bind \"$0\" /etc/os-release && PATH=/nowhere exec \"$@\"";
        command.args(["--mount", "sh", "-c", script]).arg(&release).arg(env!("CARGO_BIN_EXE_rpack"));
        crate::rpack::clean(&mut command);
        let result = try_with_nuitka(command, &program, interpreters::any(), &folder.path().join("packed"), &[]);
        let said = text(&result.stderr);
        assert!(!result.status.success() && said.contains(expected), "{said}");
    }
}

#[test]
fn a_module_cache_that_cannot_be_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("main.py");
    fs::write(&program, "print('hi')\n").unwrap();
    let below = program.join("modules");
    let arguments = ["--module-cache-dir", below.to_str().unwrap()];
    let packed = folder.path().join("packed");
    let result = try_with_nuitka(rpack(), &program, interpreters::any(), &packed, &arguments);
    let expected = format!("error: Cannot use `{}`: Not a directory", below.display());
    assert!(!result.status.success() && text(&result.stderr).contains(&expected), "{}", text(&result.stderr));
}

/// A compiler that does something else where it is to compile, and is gcc otherwise.
fn compiler(folder: &Path, instead: &str) -> PathBuf {
    let compiler = folder.join("gcc");
    let script = format!(
        "#!/bin/sh\nPATH=\"$PATH:/usr/bin\"\ncase \" $* \" in *\" -c \"*)\n{instead};;\nesac\nexec /usr/bin/gcc \"$@\"\n"
    );
    fs::write(&compiler, script).unwrap();
    fs::set_permissions(&compiler, fs::Permissions::from_mode(0o755)).unwrap();
    compiler
}

#[test]
fn what_the_compiler_says_arrives_whole_and_explained() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("main.py");
    fs::write(&program, "print('not compiled')\n").unwrap();
    let instead = "echo 'x.c:1:10: fatal error: Python.h: No such file or directory' >&2; exit 1";
    let mut rpack = rpack();
    rpack.env("CC", compiler(folder.path(), instead));
    let result = try_with_nuitka(rpack, &program, interpreters::any(), &folder.path().join("packed"), &[]);
    let said = text(&result.stderr);
    assert!(!result.status.success(), "{said}");
    assert!(
        said.contains("fatal error: Python.h: No such file or directory") && said.contains("python3-dev"),
        "{said}"
    );
}

/// What a build says that fails because an empty file system of this size is in the place of a folder, where temporary files go too.
fn failure_below_mount(folder: &Path, size: &str, place: &Path) -> String {
    let program = folder.join("main.py");
    fs::write(&program, "print('not compiled')\n").unwrap();
    let mut command = Command::new("unshare");
    let script = format!("mount -t tmpfs -o size={size} none \"$0\" && TMPDIR=\"$0\" exec \"$@\"");
    command.args(["--mount", "sh", "-c", &script]).arg(place).arg(env!("CARGO_BIN_EXE_rpack"));
    crate::rpack::clean(&mut command);
    let result = try_with_nuitka(command, &program, interpreters::any(), &folder.join("packed"), &[]);
    let said = text(&result.stderr);
    assert_eq!(result.status.code(), Some(1), "{said}");
    said
}

#[test]
fn missing_headers_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let include = interpreters::any().parent().unwrap().with_file_name("include");
    let said = failure_below_mount(folder.path(), "100m", &include);
    assert!(said.contains("Python.h") && said.contains("hint: The interpreter's headers are missing"), "{said}");
}

#[test]
fn a_full_folder_for_temporary_files_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let small = folder.path().join("small");
    fs::create_dir(&small).unwrap();
    for size in ["12k", "300k"] {
        let said = failure_below_mount(folder.path(), size, &small);
        assert!(said.contains("No space left on device") && said.contains("TMPDIR"), "{size}: {said}");
    }
}

#[test]
fn another_nuitka_than_rpack_knows_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let metadata = "Metadata-Version: 2.1\nName: Nuitka\nVersion: 2.7.16\n";
    let record = "nuitka/__init__.py,,\nnuitka/__main__.py,,\n";
    let python = environment(
        folder.path(),
        &[
            ("nuitka/__init__.py", ""),
            ("nuitka/__main__.py", "raise SystemExit('old')\n"),
            ("Nuitka-2.7.16.dist-info/METADATA", metadata),
            ("Nuitka-2.7.16.dist-info/RECORD", record),
        ],
    );
    let program = folder.path().join("main.py");
    fs::write(&program, "print('__compiled__' in globals())\n").unwrap();
    let packed = folder.path().join("packed");
    let said = build_with_nuitka(&program, &python, &packed, &[]);
    assert!(said.contains("warning: The environment's Nuitka 2.7.16 is not used"), "{said}");
    assert_eq!(text(&run(&mut Command::new(&packed)).stdout), "True\n");
}

#[test]
fn what_cannot_be_compiled_of_dependencies_stays_bytecode() {
    let folder = tempfile::tempdir().unwrap();
    // One that Nuitka refuses as the interpreter does, when it is imported; and one that takes a C compiler minutes.
    let refused = "def outer():\n    nonlocal missing\n    missing = 1\n";
    let generated = "NAMES.append(dict(name='name', number=1))\n".repeat(1_500);
    let python = environment(
        folder.path(),
        &[
            ("refused.py", refused),
            ("things/__init__.py", "from things.names import NAMES\nNUMBER = len(NAMES)\n"),
            ("things/bad/__init__.py", refused),
            ("things/bad/below.py", "X = 1\n"),
            ("things/good.py", "X = 1\n"),
            ("things/old.py", refused),
            ("things/names.py", &format!("NAMES = []\n{generated}")),
            ("things-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: things\nVersion: 1\n"),
            ("things-1.dist-info/RECORD", "refused.py,,\nthings/__init__.py,,\nthings/names.py,,\n"),
        ],
    );
    let program = folder.path().join("main.py");
    let main = "import things, things.good\n\
                print([hasattr(m, '__compiled__') for m in (things, things.names, things.good)], things.NUMBER)\n\
                def attempt(name):\n    try:\n        __import__(name)\n\
                \x20   except SyntaxError as error:\n        print(name, error.msg)\n\
                for name in ('refused', 'things.old', 'things.bad', 'things.bad.below'):\n    attempt(name)\n\
                def never():\n    import refused, things.old, things.bad.below\n";
    fs::write(&program, main).unwrap();
    let packed = folder.path().join("packed");
    let modules = cache().join("nuitka-of-dependencies");
    let arguments = ["--compile", "dependencies", "--module-cache-dir", modules.to_str().unwrap()];
    let said = build_with_nuitka(&program, &python, &packed, &arguments);
    assert!(compiled(&said).contains(&"refused"), "{said}");
    for name in ["refused", "things.old", "things.bad"] {
        let message = format!("warning: Nuitka could not compile `{name}`, which stays bytecode");
        assert!(said.contains(&message), "{said}");
    }
    assert!(said.contains("The module `things.names` stays bytecode: one piece of its code is so long"), "{said}");
    let refused = ["refused", "things.old", "things.bad", "things.bad.below"];
    let refused = refused.map(|name| format!("{name} no binding for nonlocal 'missing' found\n")).concat();
    assert_eq!(text(&run(&mut Command::new(&packed)).stdout), format!("[True, False, True] 1500\n{refused}"));
}

/// The command with signals as a terminal has them: what `nohup` and the shell's `&` start ignores some of them.
fn with_signals(command: &Command) -> Command {
    let mut with = Command::new("env");
    with.args(["--default-signal=INT,TERM"]).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => with.env(name, value),
            None => with.env_remove(name),
        };
    }
    with
}

#[test]
fn a_killed_build_leaves_no_process_and_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("main.py");
    fs::write(&program, "print('whole')\n").unwrap();
    let (packed, temporary) = (folder.path().join("packed"), folder.path().join("temporary"));
    fs::create_dir(&temporary).unwrap();
    // The compiler says when it begins, never ends, and what it says so through is closed when it is no more.
    let held = folder.path().join("held");
    let instead = format!("exec 9>'{}'\necho begun >&9\nsleep 1000 & wait", held.display());
    let compiler = compiler(folder.path(), &instead);
    let modules = cache().join("nuitka-killed");
    let modules = modules.to_str().unwrap();
    for signal in ["-KILL", "-INT", "-TERM"] {
        drop(fs::remove_file(&held));
        assert!(run(Command::new("mkfifo").arg(&held)).status.success());
        // What never comes to an end shall fail.
        let mut listener =
            Command::new("timeout").args(["300", "cat"]).arg(&held).stdout(Stdio::piped()).spawn().unwrap();
        let mut heard = BufReader::new(listener.stdout.take().unwrap());
        let mut rpack = with_signals(&rpack());
        rpack.args(["build", "--nuitka", "--module-cache-dir", modules, "--jobs", "2", "--output"]).arg(&packed);
        rpack.arg(&program).arg("--python").arg(interpreters::any());
        let mut child = rpack.env("TMPDIR", &temporary).env("CC", &compiler).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        heard.read_line(&mut line).unwrap();
        assert_eq!(line, "begun\n");
        assert!(run(Command::new("kill").args([signal, &child.id().to_string()])).status.success());
        assert!(!child.wait().unwrap().success());
        // Both end when the last process has: the compilers here, and there what tidies up.
        heard.read_to_string(&mut line).unwrap();
        assert!(listener.wait().unwrap().success());
        child.stderr.take().unwrap().read_to_string(&mut line).unwrap();
        let left: Vec<_> = fs::read_dir(&temporary).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(left.is_empty() && !packed.exists(), "{signal} leaves {left:?}");
    }
    build_with_nuitka(&program, interpreters::any(), &packed, &["--module-cache-dir", modules]);
    assert_eq!(text(&run(&mut Command::new(&packed)).stdout), "whole\n");
}

#[test]
fn builds_at_the_same_time_share_a_module_cache() {
    let folder = tempfile::tempdir().unwrap();
    let modules = modules_to_compile_again("nuitka-shared");
    let begin = |name: &str| {
        let program = folder.path().join(name);
        write_files(
            &program,
            &[
                ("main.py", &format!("import both\nprint('{name}', both.sum())\n")),
                ("both.py", "def sum():\n    return 3\n"),
            ],
        );
        let packed = folder.path().join(format!("{name}-packed"));
        let mut command = rpack();
        command.args(["build", "--nuitka", "-v", "--python"]).arg(interpreters::any()).arg(program.join("main.py"));
        command.arg("--module-cache-dir").arg(&modules).arg("--output").arg(&packed);
        (command.stderr(Stdio::piped()).spawn().unwrap(), packed, format!("{name} 3\n"))
    };
    for (child, packed, expected) in ["one", "other"].map(begin) {
        let output = child.wait_with_output().unwrap();
        let said = text(&output.stderr);
        assert!(output.status.success() && compiled(&said).contains(&"__main__"), "{said}");
        assert_eq!(text(&run(&mut Command::new(&packed)).stdout), expected);
    }
}

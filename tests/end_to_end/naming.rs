//! Names with a version and a platform in them, and the version that an executable carries.

use crate::rpack::{build_in, rpack, run, text, write_files};
use packer::cache::State;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};
use std::time::SystemTime;

const PROJECT: &str = "[project]\nname = 'my-tool'\nversion = '1.2.0'\n";
const NAME: &str = "{name}-{version}-{platform}";

/// What the name of a file says of the machine that these tests run on.
fn platform() -> String {
    let output = run(Command::new("uname").arg("-m"));
    format!("linux-{}", text(&output.stdout).trim())
}

fn said(output: &Output) -> String {
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}

fn info(file: &Path) -> Output {
    run(rpack().arg("info").arg(file))
}

#[test]
fn names_hold_what_the_project_says() {
    let folder = tempfile::tempdir().unwrap();
    write_files(folder.path(), &[("tool/main.py", "print('ran')\n"), ("tool/pyproject.toml", PROJECT)]);
    let output = build_in(folder.path(), &["tool", "--name", NAME]);
    assert!(output.status.success(), "{}", said(&output));
    let packed = folder.path().join("dist").join(format!("my-tool-1.2.0-{}", platform()));
    assert_eq!(text(&run(&mut Command::new(&packed)).stdout), "ran\n");

    let output = build_in(folder.path(), &["tool", "--name", "{name}-{version}", "--version-info", "2.0rc1"]);
    assert!(output.status.success(), "{}", said(&output));
    let other = folder.path().join("dist/my-tool-2.0rc1");
    assert!(other.is_file() && packed.is_file());
    let said = text(&info(&other).stdout);
    assert!(said.starts_with("name     my-tool-2.0rc1\nversion  2.0rc1\npython   3."), "{said}");
}

#[test]
fn a_project_says_it_in_its_own_file() {
    let folder = tempfile::tempdir().unwrap();
    let settings = format!("{PROJECT}[tool.rpack]\nname = '{{name}}_{{version}}'\nversion-info = '3'\nonedir = true\n");
    write_files(folder.path(), &[("tool/main.py", "print('ran')\n"), ("tool/pyproject.toml", &settings)]);
    let output = build_in(folder.path(), &["tool", "--distpath", "dist"]);
    assert!(output.status.success(), "{}", said(&output));
    let packed = folder.path().join("dist/my-tool_3/my-tool_3");
    assert_eq!(text(&run(&mut Command::new(&packed)).stdout), "ran\n");
    let said = text(&info(&packed).stdout);
    assert!(said.contains("version  3\n") && said.contains(" in `_internal`\n"), "{said}");
}

#[test]
fn what_a_name_wants_and_nobody_says_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    write_files(
        folder.path(),
        &[
            ("script.py", ""),
            ("scm/main.py", ""),
            ("scm/pyproject.toml", "[project]\nname = 'x'\ndynamic = ['version']\n"),
        ],
    );
    for (arguments, message, hint) in [
        (
            &["script.py", "--name", NAME][..],
            "and the program has no `pyproject.toml`",
            "Pass `--version-info VERSION`",
        ),
        (&["scm", "--name", NAME], "leaves it to the build backend, which is not run", "pass `--version-info VERSION`"),
        (
            &["scm", "--name", "{vers}"],
            "`{vers}` in the name `{vers}` stands for nothing",
            "`{name}`, `{version}` and `{platform}`",
        ),
        (&["scm", "--version-info", "1\n2"], "\"1\\n2\" is no version of a program", "--version-info 1.0.0"),
        (&["scm", "--name", "{version}", "--version-info", "1/2"], "`1/2` cannot be the name of a file", "--name"),
    ] {
        let output = build_in(folder.path(), arguments);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.starts_with("error: ") && said.contains(message) && said.contains(hint), "{said}");
    }
    assert!(!folder.path().join("dist").exists());
}

#[test]
fn a_version_is_built_anew_when_it_changes() {
    // In a file that is nothing else to the program, and in a module of it, whose code alone would change otherwise.
    for place in ["../about.py", "about.py"] {
        let folder = tempfile::tempdir().unwrap();
        let project = format!("[project]\nname = 'x'\ndynamic = ['version']\n[tool.hatch.version]\npath = '{place}'\n");
        let main = "try:\n    import about\nexcept ImportError:\n    pass\n";
        let about = folder.path().join("x").join(place);
        write_files(folder.path(), &[("x/main.py", main), ("x/pyproject.toml", &project)]);
        for version in ["1", "2"] {
            fs::write(&about, format!("__version__ = '{version}'\n")).unwrap();
            // Nothing is kept of a build that began within a tick of the file system's clock.
            for path in [folder.path().join("x"), folder.path().join("x/main.py"), about.clone()] {
                while !State::of(&path).is_settled(SystemTime::now()) {
                    std::thread::yield_now();
                }
            }
            let output = build_in(folder.path(), &["x"]);
            assert!(output.status.success(), "{}", said(&output));
            let said = text(&info(&folder.path().join("dist/x")).stdout);
            assert!(said.contains(&format!("version  {version}\n")), "{place}: {said}");
        }
    }
}

#[test]
fn any_zip_tool_shows_the_version() {
    let folder = tempfile::tempdir().unwrap();
    write_files(folder.path(), &[("x/main.py", ""), ("x/pyproject.toml", PROJECT), ("y/main.py", "")]);
    for name in ["x", "y"] {
        let output = build_in(folder.path(), &[name]);
        assert!(output.status.success(), "{}", said(&output));
    }
    let shown = |name: &str| run(Command::new("unzip").arg("-p").arg(folder.path().join(name)).arg(".rpack/version"));
    assert_eq!(text(&shown("dist/x").stdout), "1.2.0\n");
    assert!(!shown("dist/y").status.success());
    assert!(!text(&info(&folder.path().join("dist/y")).stdout).contains("version"));
}

#[test]
fn nothing_is_said_of_what_is_no_packed_program() {
    let folder = tempfile::tempdir().unwrap();
    write_files(folder.path(), &[("x/main.py", ""), ("x/pyproject.toml", PROJECT)]);
    assert!(build_in(folder.path(), &["x"]).status.success());
    let packed = folder.path().join("dist/x");
    let mut bytes = fs::read(&packed).unwrap();
    let version = bytes.windows(6).position(|window| window == b"1.2.0\n").unwrap();
    bytes[version] = b'9';
    fs::write(folder.path().join("altered"), bytes).unwrap();
    for (file, message) in [
        ("altered", "is damaged: its file part was altered"),
        ("x/pyproject.toml", "is no program that this rpack packed"),
        ("nothing", "Cannot read"),
    ] {
        let output = info(&folder.path().join(file));
        assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(1), ""));
        assert!(text(&output.stderr).contains(message), "{}", text(&output.stderr));
    }
}

/// What is made has the permissions that a compiler's output has: whoever may read it may execute it, within the umask.
#[test]
fn who_may_read_an_executable_may_run_it() {
    let folder = tempfile::tempdir().unwrap();
    write_files(folder.path(), &[("x/main.py", ""), ("y/main.py", "")]);
    for (umask, mode) in [("022", 0o755), ("077", 0o700), ("002", 0o775)] {
        let mut command = Command::new("sh");
        command.args(["-c", "umask $0; exec \"$@\"", umask]).arg(env!("CARGO_BIN_EXE_rpack"));
        command.args(["build", "x", "--distpath", umask, "--python"]).arg(crate::interpreters::any());
        crate::rpack::clean(&mut command);
        let output = run(command.current_dir(folder.path()));
        assert!(output.status.success(), "{}", said(&output));
        let made = fs::metadata(folder.path().join(umask).join("x")).unwrap().permissions().mode();
        assert_eq!(made & 0o777, mode, "umask {umask}");
    }
}

//! PyInstaller's flags: what they do here, that the others are accepted, and what is said of those that cannot be.

use crate::interpreters;
use crate::rpack::{clean, pack_files, pack_source, rpack, run, text};
use crate::store::assert_prints;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// A library that the program names nowhere, so that flags alone bring it.
const LIBRARY: [(&str, &str); 8] = [
    ("main.py", "import sys\nexec(sys.argv[1])\n"),
    ("lib/hidden/__init__.py", ""),
    ("lib/hidden/__main__.py", "print('started')"),
    ("lib/hidden/deep/__init__.py", "name = __name__"),
    ("lib/hidden/deep/data.txt", "text"),
    ("lib/hidden/deep/tests/data.txt", "of tests"),
    ("lib/hidden-1.5.dist-info/METADATA", "Name: hidden\nVersion: 1.5\nRequires-Dist: other\n"),
    ("lib/other-2.dist-info/METADATA", "Name: other\nVersion: 2\n"),
];

/// Packs the script of [`LIBRARY`] with `flags`, and gives what the code prints in it.
fn prints(flags: &[&str], code: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let paths = folder.path().join("program/lib").display().to_string();
    let flags = [&["--paths", &paths], flags].concat();
    let packed = pack_files(folder.path(), interpreters::any(), &LIBRARY, "main.py", &flags);
    fs::remove_dir_all(folder.path().join("program")).unwrap();
    let mut command = Command::new(packed);
    clean(&mut command);
    let output = run(command.arg(code));
    format!("{}{}", text(&output.stdout), text(&output.stderr).lines().last().unwrap_or_default())
}

/// Shows whether the data of the hidden package is there.
const READ: &str = "import os\nfor n in ('data.txt', 'tests/data.txt'):\n    \
    p = os.path.join(sys._MEIPASS, 'hidden/deep', n)\n    print(os.path.exists(p) and open(p).read())";

#[test]
fn packages_are_collected_in_whole_or_in_part() {
    assert_eq!(prints(&[], "import hidden"), "ModuleNotFoundError: No module named 'hidden'");
    assert_eq!(
        prints(&["--collect-submodules", "hidden"], "import hidden.deep; print(hidden.deep.name)"),
        "hidden.deep\n"
    );
    let run = "import runpy; runpy.run_module('hidden', run_name='__main__')";
    assert_eq!(prints(&["--collect-all=hidden", "--hidden-import=runpy"], run), "started\n");
    assert_eq!(prints(&["--collect-all", "hidden"], READ), "text\nof tests\n");
    assert_eq!(prints(&["--collect-data", "hidden"], READ), "text\nof tests\n");
    // Data of a package that is imported comes along, without what only its tests read.
    assert_eq!(prints(&["--hidden-import", "hidden.deep"], READ), "text\nFalse\n");
}

#[test]
fn metadata_is_copied_alone_or_with_what_is_required() {
    let versions = "import importlib.metadata as m\nfor name in ('hidden', 'other'):\n    \
        try: print(m.version(name))\n    except m.PackageNotFoundError: print('none')";
    let flags = |flag| [flag, "hidden", "--hidden-import", "importlib.metadata"];
    assert_eq!(prints(&flags("--copy-metadata"), versions), "1.5\nnone\n");
    assert_eq!(prints(&flags("--recursive-copy-metadata"), versions), "1.5\n2\n");
}

#[test]
fn levels_of_optimization_are_those_of_python() {
    let program =
        "import sys\ndef f():\n    'text'\nassert sys.flags.optimize == 0\nprint(sys.flags.optimize, f.__doc__)\n";
    for (flags, printed) in [
        (&[][..], "0 text\n"),
        (&["--optimize", "0", "--python-option", "OO"], "0 text\n"),
        (&["--optimize", "1"], "1 text\n"),
        (&["--optimize=2"], "2 None\n"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(pack_source(folder.path(), program, flags));
        clean(&mut command);
        assert_prints(&mut command, printed);
    }
}

#[test]
fn an_added_library_brings_what_it_needs() {
    let folder = tempfile::tempdir().unwrap();
    let compile = |name: &str, source: &str, arguments: &[&str]| {
        fs::write(folder.path().join("source.c"), source).unwrap();
        let mut command = Command::new("cc");
        command.current_dir(folder.path()).args(["-shared", "-fPIC", "-o", name, "source.c"]).args(arguments);
        let output = run(&mut command);
        assert!(output.status.success(), "{}", text(&output.stderr));
    };
    compile("libinner.so", "int inner(void) { return 42; }", &[]);
    compile(
        "libouter.so",
        "int inner(void); int outer(void) { return inner(); }",
        &["-L.", "-linner", "-Wl,-rpath,$ORIGIN"],
    );
    let added = format!("{}/libouter.so:.", folder.path().display());
    let program = "import ctypes, sys\nprint(ctypes.CDLL(sys._MEIPASS + '/libouter.so').outer())\n";
    let packed = tempfile::tempdir().unwrap();
    let packed = pack_source(packed.path(), program, &["--add-binary", &added]);
    let listed = run(Command::new("unzip").arg("-l").arg(&packed));
    assert!(text(&listed.stdout).contains("libinner.so"), "{}", text(&listed.stdout));
}

/// Runs `rpack build` for a program in `folder`.
fn build(folder: &Path, flags: &[&str]) -> Output {
    fs::write(folder.join("main.py"), "print('ran')\n").unwrap();
    run(rpack().current_dir(folder).args(["build", "main.py", "--python"]).arg(interpreters::any()).args(flags))
}

#[test]
fn what_chooses_nothing_here_is_accepted_with_one_line_each() {
    let folder = tempfile::tempdir().unwrap();
    let flags = [
        "-y",
        "--clean",
        "--noupx",
        "-w",
        "--console",
        "-F",
        "--icon=a.ico",
        "--specpath",
        "s",
        "--workpath",
        "w",
        "--upx-dir",
        "u",
        "--target-arch",
        "arm64",
        "--codesign-identity",
        "me",
        "--osx-bundle-identifier",
        "org.me",
        "--version-file",
        "v",
        "--uac-admin",
        "--bootloader-ignore-signals",
        "--splash",
        "s.png",
        "--log-level",
        "WARN",
        "-d",
        "bootloader",
        "--debug",
        "noarchive",
    ];
    let output = build(folder.path(), &flags);
    let stderr = text(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    let notes: Vec<&str> = stderr.lines().filter(|line| line.starts_with("note: ")).collect();
    assert_eq!(notes.len(), 16, "{stderr}");
    assert!(notes.contains(&"note: `--specpath` is not needed: no `.spec` file is written"), "{stderr}");
    let mut packed = Command::new(folder.path().join("dist/main"));
    clean(&mut packed);
    let output = run(&mut packed);
    assert_eq!(text(&output.stdout), "ran\n");
    assert!(text(&output.stderr).contains("bootloader: "), "{}", text(&output.stderr));
    // Who wants to hear errors only hears no notes.
    assert_eq!(text(&build(folder.path(), &["--clean", "--log-level", "ERROR"]).stderr), "");
}

/// What becomes of a flag of PyInstaller.
#[derive(Debug, PartialEq)]
enum Outcome {
    /// It does here what it does there.
    Done,
    /// It is accepted with one line that says why nothing need be chosen.
    Noted,
    /// It is refused with the reason.
    Refused,
}

/// Every flag in the help of PyInstaller 6.22 under all of its names, with a value where it takes one. `-h` and `-v` are not among them: they
/// are about the command and not about a build, and `-v` has rpack say more.
const FLAGS_OF_PYINSTALLER: [(&str, &str, Outcome); 46] = [
    ("--distpath", "d", Outcome::Done),
    ("--workpath", "w", Outcome::Noted),
    ("-y --noconfirm", "", Outcome::Done),
    ("--upx-dir", "u", Outcome::Noted),
    ("--clean", "", Outcome::Noted),
    ("--log-level", "WARN", Outcome::Done),
    ("-D --onedir", "", Outcome::Done),
    ("-F --onefile", "", Outcome::Done),
    ("--specpath", "s", Outcome::Noted),
    ("-n --name", "n", Outcome::Done),
    ("--onedir --contents-directory", "c", Outcome::Done),
    ("--add-data", "a:b", Outcome::Done),
    ("--add-binary", "a:b", Outcome::Done),
    ("-p --paths", "p:q", Outcome::Done),
    ("--hidden-import --hiddenimport", "m", Outcome::Done),
    ("--collect-submodules", "m", Outcome::Done),
    ("--collect-data --collect-datas", "m", Outcome::Done),
    ("--collect-binaries", "m", Outcome::Done),
    ("--collect-all", "m", Outcome::Done),
    ("--copy-metadata", "m", Outcome::Done),
    ("--recursive-copy-metadata", "m", Outcome::Done),
    ("--additional-hooks-dir", "h", Outcome::Done),
    ("--runtime-hook", "h.py", Outcome::Done),
    ("--exclude-module", "m", Outcome::Done),
    ("--splash", "s.png", Outcome::Noted),
    ("--splash-center", "primary", Outcome::Noted),
    ("-d --debug", "all", Outcome::Done),
    ("--optimize", "2", Outcome::Done),
    ("--python-option", "u", Outcome::Done),
    ("-s --strip", "", Outcome::Done),
    ("--noupx", "", Outcome::Noted),
    ("--upx-exclude", "f", Outcome::Noted),
    ("-c --console --nowindowed -w --windowed --noconsole", "", Outcome::Noted),
    ("--hide-console", "hide-late", Outcome::Noted),
    ("-i --icon", "a.ico", Outcome::Noted),
    ("--disable-windowed-traceback --uac-admin --uac-uiaccess --argv-emulation", "", Outcome::Noted),
    ("--version-file", "v", Outcome::Noted),
    ("-m --manifest", "m", Outcome::Noted),
    ("-r --resource", "r", Outcome::Noted),
    ("--osx-bundle-identifier", "a.b", Outcome::Noted),
    ("--target-architecture --target-arch", "arm64", Outcome::Noted),
    ("--codesign-identity", "me", Outcome::Noted),
    ("--osx-entitlements-file", "f", Outcome::Noted),
    ("--runtime-tmpdir", "/x", Outcome::Refused),
    ("--bootloader-ignore-signals", "", Outcome::Noted),
    ("--debug", "imports", Outcome::Done),
];

/// The program is not there, which is seen after all that is said about flags.
#[test]
fn every_flag_of_pyinstaller_has_one_of_three_outcomes() {
    let folder = tempfile::tempdir().unwrap();
    let mut names = 0;
    for (flags, value, outcome) in FLAGS_OF_PYINSTALLER {
        // A flag that is for another one stands behind it.
        let (before, flags) = flags.strip_prefix("--onedir ").map_or((None, flags), |flags| (Some("--onedir"), flags));
        for flag in flags.split(' ') {
            names += 1;
            let mut command = rpack();
            command.current_dir(folder.path()).args(["build", "absent.py"]).args(before).arg(flag);
            let output = run(command.args((!value.is_empty()).then_some(value)));
            let said = text(&output.stderr);
            assert_eq!(output.status.code(), Some(1), "{flag}: {said}");
            let observed =
                match (said.contains("error: No such file or folder: `absent.py`"), said.matches("note: ").count()) {
                    (true, 0) => Outcome::Done,
                    (true, 1) if said.contains("` is not needed: ") => Outcome::Noted,
                    (false, 0) if said.contains("` is not possible: ") && said.contains("\nhint: ") => Outcome::Refused,
                    _ => panic!("{flag} {value}: {said}"),
                };
            assert_eq!(observed, outcome, "{flag} {value}: {said}");
        }
    }
    assert_eq!(names, 67);
}

#[test]
fn what_is_not_possible_says_why_and_what_to_do() {
    for (flags, message, hint) in [
        (&["--runtime-tmpdir", "/x"][..], "`--runtime-tmpdir` is not possible", "--unpack per-run"),
        (&["--key", "secret"], "`--key` is not possible", "Leave it out"),
        (&["--copy-metadata", "absent"], "Distribution not found: `absent`", "pip install"),
        (&["--collect-data", "absent"], "Module not found: `absent` (asked for by `--collect-data`)", "--paths"),
        (&["--add-binary", "absent.so:."], "`absent.so` (from `--add-binary`)", "relative"),
        (&["-D", "--contents-directory", "../x"], "`../x` (from `--contents-directory`)", "slashes"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let output = build(folder.path(), flags);
        let stderr = text(&output.stderr);
        let (error, advice) = stderr.split_once("\n\nhint: ").unwrap_or_else(|| panic!("there is no hint: {stderr}"));
        assert!(error.contains(message) && advice.contains(hint), "{stderr}");
        assert_eq!(output.status.code(), Some(1));
        assert!(!folder.path().join("dist").exists());
    }
}

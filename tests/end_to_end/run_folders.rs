//! What a program finds, and leaves, when it is unpacked for one run or not at all.

use crate::faults::{finish, leave_daemon, start};
use crate::interpreters;
use crate::rpack::{build, repository, run, text};
use crate::store::{Store, assert_prints, files_below, packed};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A data file below a folder `data`.
const FIND_DATA: &str = "import os, sys\ndata = os.path.join(sys._MEIPASS, 'data')\n";

/// A packed program with a data file, and an own folder for temporary files.
fn with_data(folder: &Path, place: &str, source: &str) -> (Command, PathBuf) {
    let (data, temporary) = (folder.join("data"), folder.join("temporary"));
    fs::create_dir_all(&data).unwrap();
    fs::write(data.join("greeting.txt"), "hello").unwrap();
    fs::create_dir_all(&temporary).unwrap();
    let added = format!("{}:data", data.display());
    let (mut command, _) = packed(folder, &format!("{FIND_DATA}{source}"), &["--add-data", &added, "--unpack", place]);
    command.env("TMPDIR", &temporary);
    (command, temporary)
}

/// The folders of runs below `parent`.
fn run_folders(parent: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(parent).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("rpack-")).collect()
}

/// Makes a data file known by its path, in the ways in which programs end.
const ENDINGS: [(&str, i32); 5] = [
    ("pass", 0),
    ("sys.exit(3)", 3),
    ("raise ValueError", 1),
    ("import atexit; atexit.register(lambda: print(len(os.listdir(data)), flush=True))", 0),
    ("import threading; threading.Thread(target=lambda: sys.stdin.read()).start()", 0),
];

#[test]
fn a_folder_of_the_run_is_private_writable_and_removed_at_every_end() {
    for place in ["per-run", "memory"] {
        for (number, (ending, status)) in ENDINGS.into_iter().enumerate() {
            let folder = tempfile::tempdir().unwrap();
            let source = format!(
                "print(os.listdir(data), oct(os.stat(sys._MEIPASS).st_mode))\n\
                 path = os.path.join(data, 'greeting.txt')\n\
                 with open(path, 'a') as file: file.write(' world')\n\
                 with open(path) as file: print(file.read())\n\
                 with open(os.path.join(sys._MEIPASS, 'new'), 'w') as file: print(file.name, flush=True)\n{ending}\n"
            );
            let (mut command, temporary) = with_data(folder.path(), place, &source);
            let output = run(&mut command);
            assert_eq!(output.status.code(), Some(status), "{place}, {ending}: {}", text(&output.stderr));
            let stdout = text(&output.stdout);
            let mut lines = stdout.lines();
            assert_eq!(lines.next(), Some("['greeting.txt'] 0o40700"), "{place}, {ending}");
            assert_eq!(lines.next(), Some("hello world"), "{place}, {ending}");
            let new = PathBuf::from(lines.next().unwrap());
            assert!(new.ends_with("new") && !new.parent().unwrap().exists(), "{place}, {ending}: {new:?}");
            assert_eq!(lines.next(), (number == 3).then_some("1"), "{place}, {ending}");
            assert_eq!(run_folders(&temporary), [] as [PathBuf; 0], "{place}, {ending}");
        }
    }
}

#[test]
fn a_folder_of_the_run_is_removed_when_the_program_is_interrupted() {
    for place in ["per-run", "memory"] {
        let folder = tempfile::tempdir().unwrap();
        let source = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n\
            os.listdir(data)\nprint(sys._MEIPASS, flush=True)\nos.kill(os.getpid(), signal.SIGINT)\nsys.stdin.read()\n";
        let (mut command, _) = with_data(folder.path(), place, source);
        let output = run(&mut command);
        assert_eq!(output.status.signal(), Some(2), "{place}: {}", text(&output.stderr));
        assert!(!Path::new(text(&output.stdout).trim()).exists(), "{place}");
    }
}

#[test]
fn only_the_process_that_made_a_folder_removes_it() {
    for place in ["per-run", "memory"] {
        let folder = tempfile::tempdir().unwrap();
        // The child ends as a program does, and the parent still has everything.
        let source = "os.listdir(data)\nif os.fork() == 0:\n    sys.exit(0)\nos.wait()\n\
            print(open(os.path.join(data, 'greeting.txt')).read())\nimport decimal\nprint(decimal.Decimal(1), sys._MEIPASS)\n";
        let (mut command, _) = with_data(folder.path(), place, source);
        let stdout = text(&run(&mut command).stdout);
        let made = stdout.strip_prefix("hello\n1 ").unwrap_or_else(|| panic!("{place}: {stdout}")).trim();
        assert!(!Path::new(made).exists(), "{place}");
    }
}

#[test]
fn a_folder_stays_as_long_as_a_forked_child_uses_it() {
    // The second daemon closes everything that it inherited but its standard streams.
    for closing in ["", "os.closerange(3, 1000)\n    "] {
        let folder = tempfile::tempdir().unwrap();
        let source = format!(
            "if os.fork() == 0:\n    {closing}print('ready', flush=True)\n    sys.stdin.readline()\n    import decimal\n    \
             print(open(os.path.join(data, 'greeting.txt')).read(), decimal.Decimal(1))\n"
        );
        let (mut command, temporary) = with_data(folder.path(), "per-run", &source);
        let daemon = leave_daemon(start(&mut command));
        assert_eq!(run_folders(&temporary).len(), 1, "{closing}");
        // Another start sweeps, and must not take it.
        let (mut other, _) = with_data(folder.path(), "per-run", "print('ran')\n");
        assert_prints(&mut other, "ran\n");
        assert_eq!(finish(daemon), "hello 1\n", "{closing}");
    }
}

#[test]
fn what_a_killed_run_leaves_is_removed_by_the_next() {
    for (place, ending) in [
        ("per-run", "os._exit(0)"),
        ("per-run", "os.kill(os.getpid(), 9)"),
        ("per-run", "os.kill(os.getpid(), 11)"),
        ("per-run", "os.execv('/bin/true', ['true'])"),
        ("memory", "os._exit(0)"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (mut command, temporary) =
            with_data(folder.path(), place, &format!("os.listdir(data)\nprint(sys._MEIPASS, flush=True)\n{ending}\n"));
        let left = PathBuf::from(text(&run(&mut command).stdout).trim());
        assert!(left.exists(), "{place}, {ending}");
        let (mut next, _) = with_data(folder.path(), "per-run", "print(len(os.listdir(os.environ['TMPDIR'])))\n");
        assert_prints(&mut next, "1\n");
        assert!(!left.exists(), "{place}, {ending}");
        assert_eq!(run_folders(&temporary), [] as [PathBuf; 0], "{place}, {ending}");
    }
}

#[test]
fn a_sweep_takes_only_what_is_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let (mut command, temporary) = with_data(folder.path(), "per-run", "print('ran')\n");
    let digits = "0123456789abcdef".repeat(2);
    let named = |name: &str| temporary.join(name);
    let (own, used, foreign) = (digits.replace('0', "1"), digits.replace('0', "2"), digits.replace('0', "3"));
    let (open, link) = (digits.replace('0', "4"), digits.replace('0', "5"));
    for name in [&own, &used, &foreign, &open]
        .map(|digits| format!("rpack-{digits}"))
        .iter()
        .map(String::as_str)
        .chain(["rpack-work"])
    {
        fs::create_dir(named(name)).unwrap();
        fs::set_permissions(named(name), fs::Permissions::from_mode(0o700)).unwrap();
    }
    let path = |digits: &String| named(&format!("rpack-{digits}"));
    let lock = File::open(path(&used)).unwrap();
    lock.lock_shared().unwrap();
    std::os::unix::fs::chown(path(&foreign), Some(1000), Some(1000)).unwrap();
    fs::set_permissions(path(&open), fs::Permissions::from_mode(0o755)).unwrap();
    let elsewhere = folder.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, path(&link)).unwrap();
    assert_prints(&mut command, "ran\n");
    assert!(!path(&own).exists());
    for kept in [path(&used), path(&foreign), path(&open), path(&link), named("rpack-work"), elsewhere] {
        assert!(kept.exists(), "{kept:?} was removed");
    }
}

#[test]
fn memory_writes_nothing_that_nobody_asks_for() {
    let folder = tempfile::tempdir().unwrap();
    // Metadata, resources and tracebacks need no path.
    let source = "import importlib.resources, importlib.metadata, traceback, linecache, _ssl\n\
        print(importlib.resources.files('data').joinpath('greeting.txt').read_text())\n\
        print(list(importlib.metadata.distributions()) is None, len(linecache.getlines(__file__)))\n\
        try:\n    raise ValueError\nexcept ValueError:\n    traceback.print_exc(file=open(os.devnull, 'w'))\n\
        print(os.path.exists(sys._MEIPASS), open(os.devnull).read() == '')\n\
        open(os.path.join(data, 'greeting.txt')).close()\nprint(os.path.exists(sys._MEIPASS))\n";
    fs::create_dir(folder.path().join("data")).unwrap();
    fs::write(folder.path().join("data/__init__.py"), "").unwrap();
    let (mut command, temporary) = with_data(folder.path(), "memory", source);
    assert_prints(&mut command, "hello\nFalse 0\nFalse True\nTrue\n");
    assert_eq!(files_below(&temporary), [] as [PathBuf; 0]);
    assert!(!folder.path().join("cache").exists());
}

#[test]
fn memory_gives_data_files_a_path_however_they_are_asked_for() {
    let ways = [
        "print(open(data + '/greeting.txt').read())",
        "print(open(os.fsencode(data) + b'/greeting.txt').read())",
        "import pathlib; print((pathlib.Path(data) / 'greeting.txt').read_text())",
        "import pathlib; print([path.read_text() for path in pathlib.Path(data).iterdir()][0])",
        "print(open(data + '/../data/./greeting.txt').read())",
        "print(os.read(os.open(data + '/greeting.txt', os.O_RDONLY), 9).decode())",
        "print([open(entry).read() for entry in os.scandir(data)][0])",
        "import glob; print(open(glob.glob(data + '/*.txt')[0]).read())",
        "import glob; print(open(glob.glob(sys._MEIPASS + '/**/*.txt', recursive=True)[0]).read())",
        "os.chdir(data); print(open('greeting.txt').read())",
        "print([open(os.path.join(top, names[0])).read() for top, _, names in os.walk(sys._MEIPASS) if names][0])",
        "import shutil; shutil.copytree(data, 'copy'); print(open('copy/greeting.txt').read())",
        "import shutil; print(open(shutil.copy(data + '/greeting.txt', 'copy.txt')).read())",
        "import subprocess; print(subprocess.check_output(['cat', 'greeting.txt'], cwd=data).decode())",
        "import importlib.resources, pathlib; print(open(data + '/greeting.txt', 'r+').read())",
        "print(open(sys._MEIPASS + '/new', 'w').write('') or open(data + '/greeting.txt').read())",
        "import sqlite3; sqlite3.connect(data + '/new.db').execute('create table a (b)'); print(open(data + '/greeting.txt').read())",
    ];
    let folder = tempfile::tempdir().unwrap();
    let source = "os.chdir(os.environ['TMPDIR'])\nexec(sys.argv[1])\n\
        import glob, importlib.resources, pathlib, shutil, sqlite3, subprocess\n";
    let (mut command, _) = with_data(folder.path(), "memory", source);
    let program = command.get_program().to_owned();
    for way in ways {
        let output = run(command.args(["-"; 0]).arg(way));
        assert_eq!(text(&output.stdout).trim_end(), "hello", "{way}: {}", text(&output.stderr));
        let store = Store { folder: folder.path().join("cache/store") };
        command = store.command(Path::new(&program));
        let temporary = tempfile::tempdir_in(folder.path()).unwrap().keep();
        command.env("TMPDIR", temporary);
    }
}

#[test]
fn memory_gives_a_library_a_path_for_ctypes() {
    let folder = tempfile::tempdir().unwrap();
    let library = folder.path().join("libanswer.so");
    let code = folder.path().join("answer.c");
    fs::write(&code, "int answer(void) { return 42; }\n").unwrap();
    assert!(Command::new("cc").args(["-shared", "-o"]).args([&library, &code]).status().unwrap().success());
    let source = "import ctypes, os, sys\nprint(ctypes.CDLL(os.path.join(sys._MEIPASS, 'libanswer.so')).answer())\n";
    let added = format!("{}:.", library.display());
    for place in ["store", "per-run", "memory"] {
        let (mut command, _) = packed(folder.path(), source, &["--add-data", &added, "--unpack", place]);
        assert_prints(&mut command, "42\n");
    }
}

/// Hides every folder that can be written to. `/mnt` holds the program.
const NOWHERE: &str = "set -e\nmount -t tmpfs none /mnt\ncp \"$1\" /mnt/program\nmount -o remount,ro /mnt\n\
    for folder in /tmp /var/tmp /dev/shm; do mount -t tmpfs -o ro none $folder; done\n\
    shift\nHOME=/mnt exec /mnt/program \"$@\"\n";

fn nowhere(packed: &Path) -> Command {
    let mut command = Command::new("unshare");
    crate::rpack::clean(&mut command);
    command.env_remove("RPACK_CACHE_DIR").env_remove("XDG_CACHE_HOME").env_remove("TMPDIR");
    command.args(["--mount", "sh", "-c", NOWHERE, "sh"]).arg(packed);
    command
}

#[test]
fn a_data_file_that_can_have_no_path_is_refused_clearly() {
    let folder = tempfile::tempdir().unwrap();
    let source = "for attempt in (open, os.listdir):\n\
        \x20   try:\n        attempt(os.path.join(data, 'greeting.txt') if attempt is open else data)\n\
        \x20   except OSError as error:\n        print(type(error).__name__, error.errno, error)\n\
        for path in (os.path.join(data, 'nothing'), os.path.join(sys._MEIPASS, 'new')):\n\
        \x20   try:\n        open(path, 'w')\n    except NotADirectoryError as error:\n        print(error)\n\
        import pkgutil, importlib.resources\nprint(sys._MEIPASS, __loader__.get_data(data + '/greeting.txt'))\n";
    let (command, _) = with_data(folder.path(), "store", source);
    let output = run(&mut nowhere(Path::new(command.get_program())));
    let stdout = text(&output.stdout);
    let lines: Vec<&str> = stdout.lines().collect();
    assert_eq!(lines.len(), 5, "{stdout}{}", text(&output.stderr));
    for (line, named) in lines[..2].iter().zip(["`data/greeting.txt`", "`data`"]) {
        assert!(line.starts_with("OSError 30 [Errno 30] "), "{line}");
        for part in [named, "Read-only file system", "TMPDIR", "RPACK_UNPACK", "importlib.resources"] {
            assert!(line.contains(part), "{part} is not named: {line}");
        }
    }
    assert!(lines[2].starts_with("[Errno 20] Not a directory") && lines[3].starts_with("[Errno 20] Not a directory"));
    assert_eq!(lines[4], "/dev/null/rpack b'hello'");
}

#[test]
fn resources_and_metadata_are_read_without_any_path() {
    let program = repository().join("tests/programs/files_without_paths");
    let flags = fs::read_to_string(program.join("case.toml")).unwrap().parse::<toml::Table>().unwrap();
    let flags: Vec<String> = flags["flags"].clone().try_into().unwrap();
    for (minor, python) in interpreters::all() {
        let folder = tempfile::tempdir().unwrap();
        let added = flags.iter().map(|flag| match flag.as_str() {
            "--add-data" => flag.clone(),
            path => format!("{}/{path}", program.display()),
        });
        let words = [program.display().to_string(), "--python".into(), python.display().to_string()];
        let packed = build(
            &folder.path().join("packed"),
            words.into_iter().chain(added).map(|word| AsRef::<OsStr>::as_ref(&word).to_owned()),
        );
        let expected = run(Command::new(python).args(["-B", "-X", "utf8"]).arg(program.join("main.py")));
        let observed = run(&mut nowhere(&packed));
        let shown = |output: &std::process::Output| (text(&output.stdout), text(&output.stderr), output.status.code());
        assert_eq!(shown(&observed), shown(&expected), "CPython 3.{minor}");
        assert!(expected.status.success());
    }
}

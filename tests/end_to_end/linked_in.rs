//! Programs whose interpreter has libpython linked in. That the process becomes this interpreter is nothing that anybody should
//! notice. With `RPACK_TEST_PYTHONS=linked-in` all other tests pack such interpreters too.

use crate::rpack::{clean, pack_source_with, run, text};
use crate::twins;
use std::fs;
use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Shows all by which a process can be told from another that was started in the same way.
const SHOWS_ITSELF: &str = "import os, ssl, sys\n\
    read = lambda name: open('/proc/self/' + name, 'rb').read()\n\
    tasks = os.listdir('/proc/self/task')\n\
    print(read('comm'), read('cmdline'), read('environ'))\n\
    print(sys.executable, sys.argv, sys.orig_argv == sys.argv, os.environb.get(b'AT'), os.getppid())\n\
    print(len(tasks), read('task/%s/children' % tasks[0]))\n\
    print(os.path.exists(os.path.join(sys._MEIPASS, 'lib-dynload')), ssl.create_default_context().verify_mode.name)\n";

/// A packed program that shows itself, in each way of unpacking, for every interpreter.
fn for_each(test: impl Fn(&Path, &mut dyn FnMut() -> Command, &str)) {
    for python in twins::all().values() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().canonicalize().unwrap();
        let packed = pack_source_with(&folder, python, SHOWS_ITSELF, &[]);
        let listed = text(&run(Command::new("unzip").arg("-l").arg(&packed)).stdout);
        assert!(listed.contains("rpack-bootloader.so") && !listed.contains("libpython"), "{listed}");
        let temporary = folder.join("temporary");
        fs::create_dir(&temporary).unwrap();
        for place in ["store", "per-run", "memory"] {
            let mut command = || {
                let mut command = Command::new(&packed);
                clean(&mut command);
                command.env("RPACK_UNPACK", place).env("TMPDIR", &temporary).env("AT", "last");
                command
            };
            test(&packed, &mut command, place);
            let left: Vec<_> = fs::read_dir(&temporary).unwrap().collect();
            assert!(left.is_empty(), "{place} with {python:?} left {left:?}");
        }
    }
}

fn shown(output: &Output) -> String {
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
    text(&output.stdout)
}

#[test]
fn the_process_is_the_one_that_was_started() {
    for_each(|packed, command, place| {
        // What the system shows of any other program that is started so.
        let environment = run(Command::new("cat").arg("/proc/self/environ").env_clear().envs(variables(&command())));
        let environment = python_bytes(&environment.stdout);
        let output = run(command().env_clear().envs(variables(&command())).args(["a b", ""]));
        let path = packed.display();
        let is_unpacked = if place == "memory" { "False" } else { "True" };
        let expected = format!(
            "b'packed\\n' b'{path}\\x00a b\\x00\\x00' {environment}\n\
             {path} ['{path}', 'a b', ''] True b'last' {}\n1 b''\n{is_unpacked} CERT_REQUIRED\n",
            std::process::id()
        );
        assert_eq!(shown(&output), expected, "{place}");
    });
}

fn variables(command: &Command) -> Vec<(String, String)> {
    let variables = command.get_envs().filter_map(|(name, value)| Some((name, value?)));
    variables.map(|(name, value)| (name.to_str().unwrap().into(), value.to_str().unwrap().into())).collect()
}

fn python_bytes(bytes: &[u8]) -> String {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    format!("b'{}'", text.replace('\\', "\\\\").replace('\0', "\\x00"))
}

#[test]
fn descriptors_are_inherited_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let source = "import os, sys\n\
        print([(n, os.fstat(n).st_size) for n in map(int, sys.argv[1:])])\n\
        numbers = [int(n) for n in os.listdir('/proc/self/fd') if os.path.exists('/proc/self/fd/' + n)]\n\
        print(sorted(n for n in numbers if os.get_inheritable(n)))\n";
    let packed = pack_source_with(folder.path(), twins::any(), source, &[]);
    let (file, other) = (folder.path().join("file"), folder.path().join("other"));
    fs::write(&file, "five\n").unwrap();
    fs::write(&other, "three").unwrap();
    // Numbers that the bootloader would take, and few numbers at all.
    let scripts = [
        "exec 100<\"$FILE\" 101<\"$OTHER\" 103<\"$FILE\" 106<\"$OTHER\"; exec \"$@\" 100 101 103 106",
        "ulimit -n 16; exec 3<\"$FILE\" 5<\"$OTHER\"; exec \"$@\" 3 5 0",
    ];
    for script in scripts {
        let started = |program: &mut dyn FnMut(&mut Command)| {
            let mut command = Command::new("bash");
            clean(&mut command);
            command.args(["-c", script, "bash"]).env("FILE", &file).env("OTHER", &other);
            program(command.stdin(fs::File::open(&file).unwrap()));
            shown(&run(&mut command))
        };
        let main = folder.path().join("main.py");
        let expected = started(&mut |command| _ = command.arg(twins::any()).args(["-X", "utf8"]).arg(&main));
        for place in ["store", "per-run", "memory"] {
            let observed = started(&mut |command| _ = command.arg(&packed).env("RPACK_UNPACK", place));
            assert_eq!(observed, expected, "{place}: {script}");
        }
    }
}

#[test]
fn memory_tells_the_interpreters_libraries_from_those_that_follow() {
    // The dynamic linker knows libraries by their path, which in memory is the number of a descriptor.
    let source = "import _csv, _ctypes, _decimal, _json, _opcode, _sqlite3, _ssl, _struct, pyexpat, zlib\n\
        print(zlib.crc32(b'x'), _struct.calcsize('i'), _decimal.Decimal(2))\n";
    for python in twins::all().values() {
        let folder = tempfile::tempdir().unwrap();
        let packed = pack_source_with(folder.path(), python, source, &[]);
        let mut command = Command::new(packed);
        clean(&mut command);
        let output = run(command.env("RPACK_UNPACK", "memory"));
        assert_eq!(shown(&output), "2363233923 4 2\n", "{python:?}");
    }
}

#[test]
fn a_killed_run_leaves_one_folder_that_the_next_one_removes() {
    let folder = tempfile::tempdir().unwrap();
    let source = "import sys\nprint('ready', flush=True)\nsys.stdin.read()\n";
    let packed = pack_source_with(folder.path(), twins::any(), source, &[]);
    let temporary = folder.path().join("temporary");
    fs::create_dir(&temporary).unwrap();
    let mut command = Command::new(&packed);
    clean(&mut command);
    command.env("RPACK_UNPACK", "per-run").env("TMPDIR", &temporary).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut ready = || {
        let mut child = command.spawn().unwrap();
        let mut line = [0; 6];
        child.stdout.as_mut().unwrap().read_exact(&mut line).unwrap();
        assert_eq!(&line, b"ready\n");
        child
    };
    let folders = || fs::read_dir(&temporary).unwrap().count();
    let mut killed = ready();
    // Another run does not touch a folder that is in use.
    let mut other = ready();
    assert_eq!(folders(), 2);
    killed.kill().unwrap();
    assert_eq!(killed.wait().unwrap().signal(), Some(9));
    assert_eq!(folders(), 2);
    let mut next = ready();
    assert_eq!(folders(), 2);
    for child in [&mut other, &mut next] {
        drop(child.stdin.take());
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(folders(), 0);
}

#[test]
fn the_carried_interpreter_runs_nothing_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let packed = pack_source_with(folder.path(), twins::any(), "import sys\nprint(sys._MEIPASS)\n", &[]);
    let mut command = Command::new(packed);
    clean(&mut command);
    let tree = PathBuf::from(text(&run(command.env("RPACK_CACHE_DIR", folder.path().join("cache"))).stdout).trim());
    let natives = fs::read_dir(tree.join("lib-dynload")).unwrap().map(|entry| entry.unwrap().path());
    let interpreter =
        natives.into_iter().find(|path| path.file_name().unwrap().to_str().unwrap().starts_with("python3"));
    let mut alone = Command::new(interpreter.expect("the interpreter is an executable of the tree"));
    alone.args(["-c", "print('ran')"]);
    for status in [255, 127] {
        let output = run(&mut alone);
        assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(status), ""));
        let expected =
            if status == 255 { "a part of a packed program. Start that program" } else { "rpack-bootloader.so" };
        assert!(text(&output.stderr).contains(expected), "{}", text(&output.stderr));
        let _ = fs::remove_file(tree.join("lib-dynload/rpack-bootloader.so"));
    }
}

#[test]
fn without_proc_it_says_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let packed = pack_source_with(folder.path(), twins::any(), "print('ran')\n", &[]);
    let mut command = Command::new("unshare");
    clean(&mut command);
    command.args(["--mount", "sh", "-c", "mount -t tmpfs none /proc\nexec \"$0\""]);
    let output = run(command.arg(packed));
    assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(255), ""));
    let said = text(&output.stderr);
    assert!(said.contains("through /proc, which is not mounted") && said.lines().count() == 1, "{said}");
}

#[test]
fn rights_gained_by_being_started_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let packed = pack_source_with(folder.path(), twins::any(), "print('ran')\n", &[]);
    let mut command = Command::new("setpriv");
    clean(&mut command);
    let output = run(command.args(["--ruid", "65534"]).arg(packed));
    assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(255), ""));
    assert!(text(&output.stderr).contains("rights that it gained by being started"), "{}", text(&output.stderr));
}

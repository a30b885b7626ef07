//! What a packed program is to the system and to itself, however it was started.

use crate::rpack::{clean, pack_source, run, text};
use std::ffi::OsStr;
use std::os::unix::fs::symlink;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Shows its executable and arguments, and the name that the kernel has for it.
const SHOWS_ITSELF: &str = "import os, sys\n\
    print(sys.executable, sys.argv, sys.orig_argv == sys.argv, open('/proc/self/comm').read().strip(), sep='\\n')\n";

fn linker(program: &Path) -> PathBuf {
    let output = Command::new("readelf").args(["-l", "--wide"]).arg(program).output().unwrap();
    let headers = text(&output.stdout);
    let interpreter = headers.split_once("program interpreter: ").expect("the stub is linked dynamically").1;
    interpreter.split(']').next().unwrap().into()
}

/// Runs the program and compares what it shows: executable, arguments, name of the process.
fn shows(command: &mut Command, executable: &Path, arguments: &str, name: &str) {
    clean(command);
    let output = run(command);
    let expected = format!("{}\n{arguments}\nTrue\n{name}\n", executable.display());
    assert_eq!(text(&output.stdout), expected, "{command:?}: {}", text(&output.stderr));
}

#[test]
fn the_dynamic_linker_may_start_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().canonicalize().unwrap();
    let packed = pack_source(&folder, SHOWS_ITSELF, &[]);
    let linker = linker(&packed);
    // The kernel names the process for what it executed.
    let name: String = linker.file_name().unwrap().to_str().unwrap().chars().take(15).collect();
    let mut by_path = Command::new(&linker);
    shows(
        by_path.args([packed.as_os_str(), OsStr::new("-x")]),
        &packed,
        &format!("['{}', '-x']", packed.display()),
        &name,
    );
    let mut relative = Command::new(&linker);
    shows(relative.arg("./packed").current_dir(&folder), &packed, "['./packed']", &name);
    let spaced = folder.join("with space");
    std::fs::create_dir(&spaced).unwrap();
    std::fs::copy(&packed, spaced.join("packed (deleted)")).unwrap();
    symlink("with space/packed (deleted)", folder.join("link")).unwrap();
    let mut linked = Command::new(&linker);
    shows(linked.arg("./link").current_dir(&folder), &spaced.join("packed (deleted)"), "['./link']", &name);
    // What is no packed program is told so, whoever starts it.
    let mut stub = Command::new(&linker);
    std::fs::write(folder.join("stub"), packer::bootloader::STUB).unwrap();
    clean(&mut stub);
    let output = run(stub.arg(folder.join("stub")));
    assert_eq!(output.status.code(), Some(255));
    assert!(text(&output.stderr).contains("/stub` is damaged: its end is missing"), "{}", text(&output.stderr));
}

#[test]
fn links_and_names_lead_to_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().canonicalize().unwrap();
    let packed = pack_source(&folder, SHOWS_ITSELF, &[]);
    symlink("packed", folder.join("first")).unwrap();
    std::fs::create_dir(folder.join("bin")).unwrap();
    symlink("../first", folder.join("bin/second")).unwrap();
    shows(Command::new("bin/second").current_dir(&folder), &packed, "['bin/second']", "second");
    let mut over_path = Command::new("second");
    shows(over_path.env("PATH", folder.join("bin")).arg("x"), &packed, "['second', 'x']", "second");
    shows(Command::new("./packed").current_dir(&folder), &packed, "['./packed']", "packed");
}

#[test]
fn the_name_may_be_anything() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().canonicalize().unwrap();
    let packed = pack_source(&folder, SHOWS_ITSELF, &[]);
    for (name, shown) in [("", "''"), ("-packed", "'-packed'"), ("-c", "'-c'"), ("/no/such/file", "'/no/such/file'")] {
        shows(Command::new(&packed).arg0(name).arg("x"), &packed, &format!("[{shown}, 'x']"), "packed");
    }
}

#[test]
fn the_program_runs_as_the_first_process_of_a_container() {
    let folder = tempfile::tempdir().unwrap();
    let source = "import os, signal, subprocess, sys\n\
        print(os.getpid(), subprocess.run(['sh', '-c', 'exit 4']).returncode, flush=True)\n\
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(5))\n\
        os.kill(os.getpid(), signal.SIGTERM)\n";
    let packed = pack_source(folder.path(), source, &[]);
    let mut command = Command::new("unshare");
    clean(&mut command);
    let output = run(command.args(["--pid", "--fork", "--kill-child"]).arg(packed));
    assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(5), "1 4\n"), "{}", text(&output.stderr));
}

#[test]
fn the_program_runs_with_streams_closed() {
    let folder = tempfile::tempdir().unwrap();
    let source = "import os, sys\n\
        closed = [stream is None for stream in (sys.stdin, sys.stdout, sys.stderr)]\n\
        os.write(int(sys.argv[1]), repr(closed).encode())\n\
        print('to nobody')\n";
    let packed = pack_source(folder.path(), source, &[]);
    let report = folder.path().join("report");
    for bits in 0..8 {
        let is_closed = |number: i32| bits & (1 << number) != 0;
        let closing = ["<&- ", ">&- ", "2>&- "];
        let closed: String =
            (0..3).filter(|&number| is_closed(number)).map(|number| closing[number as usize]).collect();
        let mut command = Command::new("sh");
        clean(&mut command);
        let script = format!("exec '{}' 9 9>'{}' {closed}", packed.display(), report.display());
        let output = run(command.args(["-c", &script]).stdin(Stdio::null()));
        let expected: Vec<&str> = (0..3).map(|number| if is_closed(number) { "True" } else { "False" }).collect();
        assert_eq!(output.status.code(), Some(0), "{closed}: {}", text(&output.stderr));
        assert_eq!(std::fs::read_to_string(&report).unwrap(), format!("[{}]", expected.join(", ")), "{closed}");
    }
}

#[test]
fn every_exit_status_passes_through() {
    let folder = tempfile::tempdir().unwrap();
    let packed = pack_source(folder.path(), "import sys\nsys.exit(int(sys.argv[1]))\n", &[]);
    for status in 0..=255 {
        let mut command = Command::new(&packed);
        clean(&mut command);
        assert_eq!(run(command.arg(status.to_string())).status.code(), Some(status));
    }
}

#[test]
fn a_killed_program_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let source = "import sys\nprint('ready', flush=True)\nsys.stdin.read()\n";
    let packed = pack_source(folder.path(), source, &[]);
    let place = tempfile::tempdir().unwrap();
    let mut command = Command::new(packed);
    clean(&mut command);
    command.current_dir(place.path()).env("TMPDIR", place.path()).env("HOME", place.path());
    for (name, number) in [("TERM", libc::SIGTERM), ("KILL", libc::SIGKILL)] {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stdout.take().unwrap()), &mut line).unwrap();
        assert_eq!(line, "ready\n");
        assert!(Command::new("kill").args(["-s", name, &child.id().to_string()]).status().unwrap().success());
        assert_eq!(child.wait().unwrap().signal(), Some(number));
        assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0);
    }
}

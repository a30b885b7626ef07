//! The process that a packed program is: one, with its own identity and the environment that it was given.

use crate::rpack::{clean, pack_source, run, text};
use std::io::{BufRead, BufReader};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, Stdio};

fn packed(folder: &std::path::Path, source: &str) -> Command {
    let mut command = Command::new(pack_source(folder, source, &[]));
    clean(&mut command);
    command
}

#[test]
fn the_started_process_is_the_program_and_has_no_children() {
    let folder = tempfile::tempdir().unwrap();
    let source =
        "import os, sys\nprint(os.getpid(), open('/proc/self/comm').read().strip(), flush=True)\nsys.stdin.read()\n";
    let mut command = packed(folder.path(), source);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, format!("{} packed\n", child.id()));
    let children = std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", child.id())).unwrap();
    assert_eq!(children, "");
    child.kill().unwrap();
    assert_eq!(child.wait().unwrap().signal(), Some(9));
}

#[test]
fn a_child_sees_the_environment_that_the_program_was_started_with() {
    let folder = tempfile::tempdir().unwrap();
    let source = "import subprocess\nprint(subprocess.check_output(['env', '-0']).decode(), end='')\n";
    let mut command = packed(folder.path(), source);
    command.env("PYTHONPATH", "/somewhere").env("LD_LIBRARY_PATH", "/elsewhere").env_remove("_");
    let expected: Vec<(String, String)> = {
        let mut plain = Command::new("env");
        clean(&mut plain);
        plain.arg("-0").env("PYTHONPATH", "/somewhere").env("LD_LIBRARY_PATH", "/elsewhere").env_remove("_");
        variables(&text(&run(&mut plain).stdout))
    };
    assert_eq!(variables(&text(&run(&mut command).stdout)), expected);
}

fn variables(text: &str) -> Vec<(String, String)> {
    let split = text.split('\0').filter_map(|line| line.split_once('='));
    let mut variables: Vec<_> = split.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    variables.sort();
    variables
}

#[test]
fn python_variables_do_not_reach_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let source =
        "import sys\nprint(sys.flags.optimize, sys.flags.verbose, [p for p in sys.path if 'somewhere' in p])\n";
    let mut command = packed(folder.path(), source);
    command
        .env("PYTHONPATH", "/somewhere")
        .env("PYTHONOPTIMIZE", "2")
        .env("PYTHONVERBOSE", "1")
        .env("PYTHONHOME", "/somewhere");
    let output = run(&mut command);
    assert_eq!((text(&output.stdout), text(&output.stderr)), ("0 0 []\n".to_owned(), String::new()));
}

#[test]
fn sys_shows_what_pyinstallers_users_expect() {
    let folder = tempfile::tempdir().unwrap();
    let source = "import os, sys\n\
        print(sys.frozen, sys.executable == os.path.realpath(sys.argv[1]), sys.argv[1:] == [sys.argv[1]])\n\
        print(__file__ == os.path.join(sys._MEIPASS, 'main.py'), os.path.isdir(sys._MEIPASS), __name__, __spec__)\n\
        print(sys.path == [sys._MEIPASS], sys.prefix == sys.base_prefix == sys._MEIPASS, sys.flags.no_site)\n";
    let mut command = packed(folder.path(), source);
    let path = command.get_program().to_owned();
    let output = run(command.arg(path));
    let expected = "True True True\nTrue True __main__ None\nTrue True 1\n";
    assert_eq!(text(&output.stdout), expected, "{}", text(&output.stderr));
}

#[test]
fn the_program_runs_whatever_its_name_is_said_to_be() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = packed(folder.path(), "import sys\nprint(sys.argv)\n");
    let output = run(command.arg0("something else"));
    assert_eq!(text(&output.stdout), "['something else']\n");
    let mut by_name = Command::new("/bin/sh");
    clean(&mut by_name);
    let output = run(by_name.env("PATH", folder.path()).args(["-c", "packed"]));
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

#[test]
fn a_crash_shows_as_its_signal() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = packed(folder.path(), "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n");
    assert_eq!(run(&mut command).status.signal(), Some(11));
}

#[test]
fn debug_tells_what_bootloader_and_importer_do() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(pack_source(folder.path(), "import json\nprint('ran')\n", &["--debug"]));
    clean(&mut command);
    let output = run(&mut command);
    assert_eq!(text(&output.stdout), "ran\n");
    for part in ["bootloader: mapped", "loaded libpython", "runtime: initialized Python", "found module json"] {
        assert!(text(&output.stderr).contains(part), "{part} is not said:\n{}", text(&output.stderr));
    }
}

#[test]
fn objects_of_programs_that_import_much_begin_in_huge_pages() {
    let folder = tempfile::tempdir().unwrap();
    let has_huge_pages = std::path::Path::new("/sys/kernel/mm/transparent_hugepage").exists();
    let many =
        "import asyncio, email.mime.text, http.server, unittest, xml.dom.minidom, logging.config\nprint('ran')\n";
    for (source, expected) in [(many, has_huge_pages), ("print('ran')\n", false)] {
        let program = pack_source(folder.path(), source, &["--debug"]);
        let mut command = Command::new(&program);
        clean(&mut command);
        let output = run(&mut command);
        assert_eq!(text(&output.stdout), "ran\n");
        let stderr = text(&output.stderr);
        assert_eq!(stderr.contains("of huge pages for objects"), expected, "{stderr}");
        // Something else that runs in this executable imports what it likes, or nothing.
        let output = run(command.env("RPACK_INTERPRETER", "1").args(["-c", "print('other')"]));
        assert_eq!(text(&output.stdout), "other\n");
        assert!(!text(&output.stderr).contains("huge pages"), "{}", text(&output.stderr));
        // Too little address space for them is no reason to fail.
        let mut limited = Command::new("sh");
        clean(&mut limited);
        let output = run(limited.args(["-c", "ulimit -v 200000; exec \"$0\""]).arg(&program));
        assert_eq!((text(&output.stdout), output.status.code()), ("ran\n".to_owned(), Some(0)), "{output:?}");
    }
}

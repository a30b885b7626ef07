//! The corpus in `tests/programs`: packed and plain Python must agree. Its README specifies what is read and compared here.

use crate::rpack::{clean, repository, rpack, run, text};
use crate::{interpreters, twins};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Program {
    requires_python: Option<String>,
    #[serde(default)]
    flags: Vec<String>,
    #[serde(default, rename = "case")]
    cases: Vec<Case>,
}

#[derive(Deserialize, Clone)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct Case {
    name: String,
    args: Vec<String>,
    args_hex: Vec<String>,
    stdin: String,
    stdin_hex: String,
    env: BTreeMap<String, String>,
    signal: Option<String>,
    stdout: String,
    closed: Vec<String>,
    status: Status,
    /// The status from a minor version of CPython 3 on, where it is another one.
    later: Option<Later>,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
struct Later {
    since: u32,
    status: Status,
}

impl Default for Case {
    fn default() -> Self {
        Case {
            name: "plain".to_owned(),
            args: Vec::new(),
            args_hex: Vec::new(),
            stdin: String::new(),
            stdin_hex: String::new(),
            env: BTreeMap::new(),
            signal: None,
            stdout: "pipe".to_owned(),
            closed: Vec::new(),
            status: Status::Number(0),
            later: None,
        }
    }
}

#[derive(Deserialize, Clone, PartialEq, Debug)]
#[serde(untagged)]
enum Status {
    Number(i32),
    Signal(String),
}

/// What a run showed.
#[derive(PartialEq, Debug)]
struct Observed {
    status: Status,
    stdout: String,
    stderr: String,
}

/// Compares every program under one interpreter.
fn compare_all(minor: u32, python: &Path) {
    let mut failures = Vec::new();
    let folder = repository().join("tests/programs");
    let mut names: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.retain(|path| path.is_dir());
    names.sort();
    assert!(names.len() >= 25, "the corpus has only {} programs", names.len());
    for program in names {
        failures.extend(compare(&program, minor, python));
    }
    assert!(failures.is_empty(), "CPython 3.{minor}: {} cases differ\n\n{}", failures.len(), failures.join("\n\n"));
}

/// Packs a program and runs its cases both ways.
fn compare(folder: &Path, minor: u32, python: &Path) -> Vec<String> {
    let name = folder.file_name().unwrap().to_string_lossy().into_owned();
    let program: Program = match std::fs::read_to_string(folder.join("case.toml")) {
        Ok(text) => toml::from_str(&text).unwrap_or_else(|error| panic!("{name}/case.toml: {error}")),
        Err(_) => Program::default(),
    };
    let required =
        program.requires_python.as_deref().map_or(10, |text| text.strip_prefix(">=3.").unwrap().parse().unwrap());
    if minor < required {
        return Vec::new();
    }
    let work = tempfile::tempdir().unwrap();
    let entry = if folder.join("__main__.py").exists() { folder.to_owned() } else { folder.join("main.py") };
    let packed = work.path().join(&name);
    let mut command = rpack();
    command.current_dir(folder).args(["build", "--quiet", "."]).args(&program.flags);
    let built = run(command.arg("--python").arg(python).arg("--output").arg(&packed));
    if !built.status.success() {
        return vec![format!("{name} cannot be built:\n{}", text(&built.stderr))];
    }
    let lines = if program.flags.iter().any(|flag| flag == "--source") { Lines::Shown } else { Lines::LeftOut };
    let cases = if program.cases.is_empty() { vec![Case::default()] } else { program.cases };
    let mut failures = Vec::new();
    for case in cases {
        let mut plain = Command::new(python);
        plain.arg("-B").arg(&entry);
        let expected = observe(plain, &case, &[folder.to_owned(), standard_library(python)], lines);
        let later = case.later.as_ref().filter(|later| minor >= later.since);
        let status = later.map_or(&case.status, |later| &later.status);
        if &expected.status != status {
            failures
                .push(format!("{name}, {}: plain Python, which should end with {status:?}: {expected:#?}", case.name));
            continue;
        }
        let store = crate::rpack::cache().join("store/trees");
        let observed = observe(Command::new(&packed), &case, &[store], lines);
        if expected != observed {
            failures.push(format!("{name}, {}:\nexpected {expected:#?}\nobserved {observed:#?}", case.name));
        }
    }
    failures
}

fn standard_library(python: &Path) -> PathBuf {
    let output = Command::new(python).args(["-I", "-c", "import os; print(os.path.dirname(os.__file__))"]).output();
    text(&output.unwrap().stdout).trim().into()
}

/// Whether a program that is packed with these flags shows lines of source.
#[derive(Clone, Copy)]
enum Lines {
    Shown,
    LeftOut,
}

/// Runs one case in an empty folder. `roots` are the places of files, which may differ.
fn observe(mut command: Command, case: &Case, roots: &[PathBuf], lines: Lines) -> Observed {
    let work = tempfile::tempdir().unwrap();
    clean(&mut command);
    let arguments =
        case.args.iter().map(OsString::from).chain(case.args_hex.iter().map(|digits| OsString::from_vec(hex(digits))));
    command.args(arguments).envs(&case.env).current_dir(work.path()).stdin(Stdio::piped()).stderr(Stdio::piped());
    // The variables decide where a packed program's store is; the case's own are about the program.
    command.env("RPACK_CACHE_DIR", crate::rpack::cache());
    match case.stdout.as_str() {
        "pipe" => command.stdout(Stdio::piped()),
        "full" => command.stdout(std::fs::File::options().write(true).open("/dev/full").unwrap()),
        "broken-pipe" => command.stdout(broken_pipe()),
        other => panic!("unknown stdout {other:?}"),
    };
    prepare(&mut command, &case.closed);
    let child = command.spawn().unwrap_or_else(|error| panic!("cannot run {command:?}: {error}"));
    let (status, stdout, stderr) = finish(child, case);
    let left: Vec<_> = std::fs::read_dir(work.path()).unwrap().collect();
    assert!(left.is_empty(), "{command:?} left {left:?}");
    let status = match (status.code(), status.signal()) {
        (Some(code), _) => Status::Number(code),
        (None, Some(number)) => Status::Signal(signal_name(number)),
        (None, None) => panic!("{command:?} neither exited nor was killed"),
    };
    let stderr = normalize(&stderr, roots);
    let stderr = match lines {
        Lines::Shown => stderr,
        Lines::LeftOut => without_source_lines(&stderr),
    };
    Observed { status, stdout: normalize(&stdout, roots), stderr }
}

/// Feeds and reads a process, each stream in a thread of its own, and sends the signal when it is ready for it.
fn finish(mut child: Child, case: &Case) -> (ExitStatus, Vec<u8>, Vec<u8>) {
    let input = if case.stdin_hex.is_empty() { case.stdin.clone().into_bytes() } else { hex(&case.stdin_hex) };
    let mut stdin = child.stdin.take().unwrap();
    let writer = thread::spawn(move || {
        // A program that does not read its input closes it early.
        let _ = stdin.write_all(&input);
    });
    let mut stderr = child.stderr.take().unwrap();
    let errors = thread::spawn(move || {
        let mut bytes = Vec::new();
        stderr.read_to_end(&mut bytes).unwrap();
        bytes
    });
    let mut output = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        let mut stdout = BufReader::new(stdout);
        if let Some(signal) = &case.signal {
            while !output.ends_with(b"ready\n") && stdout.read_until(b'\n', &mut output).unwrap() > 0 {}
            let kill =
                Command::new("kill").args(["-s", signal.trim_start_matches("SIG"), &child.id().to_string()]).status();
            assert!(kill.unwrap().success());
        }
        stdout.read_to_end(&mut output).unwrap();
    }
    let status = child.wait().unwrap();
    writer.join().unwrap();
    (status, output, errors.join().unwrap())
}

fn broken_pipe() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

/// Gives the process the default action for the signals that shells (in the background) and `nohup` let it ignore, and closes
/// descriptors.
fn prepare(command: &mut Command, closed: &[String]) {
    let names = ["stdin", "stdout", "stderr"];
    let descriptors: Vec<i32> =
        (0..3).filter(|&number| closed.iter().any(|name| name == names[number as usize])).collect();
    let prepare = move || {
        for signal in [libc::SIGHUP, libc::SIGINT, libc::SIGQUIT] {
            // SAFETY: the default action takes no handler.
            unsafe { libc::signal(signal, libc::SIG_DFL) };
        }
        for &descriptor in &descriptors {
            // SAFETY: closing a standard stream of the child, between fork and exec.
            unsafe { libc::close(descriptor) };
        }
        Ok(())
    };
    // SAFETY: the closure only calls `signal` and `close`, which are safe between fork and exec (signal-safety(7)).
    unsafe { command.pre_exec(prepare) };
}

/// Replaces the places of files by `@`, for packed programs with the name of their tree.
fn normalize(bytes: &[u8], roots: &[PathBuf]) -> String {
    let mut text = text(bytes);
    for root in roots {
        let root = root.display().to_string();
        while let Some(start) = text.find(&root) {
            let end = start + root.len();
            let tree = if root.ends_with("store/trees") {
                text[end + 1..].find(['/', '\'', '"']).map_or(0, |length| length + 1)
            } else {
                0
            };
            text.replace_range(start..end + tree, "@");
        }
    }
    text
}

/// Leaves out the lines of source that tracebacks and warnings show, and the signs below them: a packed program carries none.
fn without_source_lines(text: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut shown_behind: Option<usize> = None;
    for line in text.lines() {
        let indent = line.len() - line.trim_start_matches([' ', '|']).len();
        if shown_behind.is_some_and(|outer| indent > outer) {
            continue;
        }
        let is_location = line.trim_start_matches([' ', '|', '+', '-']).starts_with("File \"");
        let is_warning = line.contains(".py:") && line.contains("Warning: ");
        shown_behind = (is_location || is_warning).then_some(indent);
        kept.push(line);
    }
    kept.join("\n")
}

fn signal_name(number: i32) -> String {
    let output = Command::new("sh").args(["-c", &format!("kill -l {number}")]).output().unwrap();
    format!("SIG{}", text(&output.stdout).trim())
}

fn hex(digits: &str) -> Vec<u8> {
    (0..digits.len()).step_by(2).map(|start| u8::from_str_radix(&digits[start..start + 2], 16).unwrap()).collect()
}

/// The interpreters are compared side by side, one test each, so that a failure names its version.
macro_rules! version_tests {
    ($($name:ident $minor:literal)*) => {
        $(
            #[test]
            fn $name() {
                // A version that this machine lacks is required by RPACK_TEST_PYTHONS where it must be there.
                if let Some(python) = interpreters::all().get(&$minor) {
                    compare_all($minor, python);
                }
            }
        )*
    };
}

version_tests! {
    packed_and_plain_python_3_10_agree 10
    packed_and_plain_python_3_11_agree 11
    packed_and_plain_python_3_12_agree 12
    packed_and_plain_python_3_13_agree 13
    packed_and_plain_python_3_14_agree 14
    packed_and_plain_python_3_15_agree 15
}

#[test]
fn packed_and_plain_python_with_libpython_linked_in_agree() {
    let (&minor, python) = twins::all().iter().next_back().unwrap();
    compare_all(minor, python);
}

#[test]
fn at_least_one_version_is_compared() {
    assert!(interpreters::all().keys().any(|minor| (10..=15).contains(minor)));
    assert!(!OsStr::new(interpreters::any()).is_empty());
}

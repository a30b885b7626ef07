//! How builds go about their work: running what was built, building as one saves, saying where the time went.

use crate::interpreters;
use crate::rpack::{rpack, run, text};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

fn rpack_on(what: &str, folder: &Path) -> Command {
    let mut command = rpack();
    command.arg(what).arg(folder.join("main.py")).arg("--python").arg(interpreters::any());
    command.arg("--output").arg(folder.join("made"));
    command
}

#[test]
fn a_program_is_built_and_run_in_one_go() {
    let folder = tempfile::tempdir().unwrap();
    let source = "import os, sys\nprint(os.getpid(), sys.argv[1:], sys.stdin.read())\nsys.exit(7)\n";
    fs::write(folder.path().join("main.py"), source).unwrap();
    let mut command = rpack_on("run", folder.path());
    command.args(["--", "-v", "a b", "--"]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    // The command becomes the program, so whoever started it signals the program.
    let expected = format!("{} ['-v', 'a b', '--'] \n", child.id());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(7), expected), "{}", text(&output.stderr));
}

#[test]
fn what_cannot_be_built_is_not_run() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("main.py"), "print('ran')\n").unwrap();
    assert!(run(&mut rpack_on("build", folder.path())).status.success());
    fs::write(folder.path().join("main.py"), "print('ran'\n").unwrap();
    let output = run(&mut rpack_on("run", folder.path()));
    assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(1), ""));
}

#[test]
fn timings_are_a_table_and_a_trace() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("main.py"), "print(1)\n").unwrap();
    let output = run(rpack_on("build", folder.path()).arg("--timings"));
    let said = text(&output.stderr);
    assert!(output.status.success(), "{said}");
    let trace: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.path().join("made.timings.json")).unwrap()).unwrap();
    let steps: Vec<&str> =
        trace["traceEvents"].as_array().unwrap().iter().map(|event| event["name"].as_str().unwrap()).collect();
    for step in ["Analyzing", "Collecting", "Compiling", "Compressing", "Writing"] {
        assert!(steps.contains(&step) && said.contains(step), "{step}: {steps:?}\n{said}");
    }
}

/// A process that ends with the test, however that ends.
pub struct Ended(pub Child);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[test]
fn a_program_is_built_whenever_it_is_saved() {
    let folder = tempfile::tempdir().unwrap();
    let main = folder.path().join("main.py");
    fs::write(&main, "print(1)\n").unwrap();
    let mut watching = Ended(rpack_on("build", folder.path()).arg("--watch").stderr(Stdio::piped()).spawn().unwrap());
    let mut lines = BufReader::new(watching.0.stderr.take().unwrap()).lines().map_while(Result::ok);
    let mut wait_for = |word: &str| {
        assert!(lines.any(|line| line.starts_with(word)), "it ended without `{word}`");
    };
    let shown = || text(&run(&mut Command::new(folder.path().join("made"))).stdout);
    wait_for("Packed");
    assert_eq!(shown(), "1\n");
    for (source, word) in [("print(2", "error"), ("import beside\nprint(beside.TWO)\n", "error")] {
        fs::write(&main, source).unwrap();
        wait_for(word);
    }
    assert_eq!(shown(), "1\n");
    // What was missing is waited for, too.
    fs::write(folder.path().join("beside.py"), "TWO = 2\n").unwrap();
    wait_for("Packed");
    assert_eq!(shown(), "2\n");
    // Saving is writing another file and giving it the name, for many editors.
    fs::write(folder.path().join("new"), "TWO = 3\n").unwrap();
    fs::rename(folder.path().join("new"), folder.path().join("beside.py")).unwrap();
    while shown() != "3\n" {
        wait_for("Packed");
    }
}

#[test]
fn on_a_terminal_one_line_says_how_far_a_build_is() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("main.py"), "import asyncio, ssl\n").unwrap();
    // `script` gives the command a terminal, and shows what it writes there.
    let build = |arguments: &str| {
        let mut command = Command::new("script");
        let (rpack, python) = (env!("CARGO_BIN_EXE_rpack"), interpreters::any().display());
        let line = format!("{rpack} build main.py --no-cache --python {python} {arguments}");
        crate::rpack::clean(&mut command);
        command.args(["--quiet", "--return", "--command", &line, "/dev/null"]).current_dir(folder.path());
        let output = run(command.env("TERM", "xterm").stdin(Stdio::null()));
        assert!(output.status.success(), "{}", text(&output.stdout));
        text(&output.stdout)
    };
    let said = build("");
    for step in ["Analyzing", "Compressing"] {
        assert!(said.contains(step), "{step} is missing: {said:?}");
    }
    assert!(said.contains(" of "), "nothing was counted: {said:?}");
    // One line takes the place of the other, so that the last one is all that stays.
    assert_eq!(said.matches('\n').count(), 1, "{said:?}");
    assert!(said.trim_end().rsplit('\r').next().unwrap().contains("Packed"), "{said:?}");
    let verbose = build("-v");
    assert!(verbose.lines().any(|line| line.contains("Compressing")) && !verbose.contains(" of "), "{verbose:?}");
}

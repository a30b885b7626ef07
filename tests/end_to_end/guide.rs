//! The guide for plugin builders, `examples/README.md`: its commands are run from top to bottom in a copy of what it talks about.
//!
//! A block of `sh` is commands, unless it says `not run:` and why. A block of `text` behind it is what they print, in this order; `…`
//! stands for anything.

use crate::interpreters;
use crate::rpack::{clean, repository, rpack, run, text, workspace};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The blocks that are not run say these reasons, and there is none that says another.
const NOT_RUN: [&str; 2] = ["it builds rpack itself", "it needs mcpd"];

/// What stands in the text and is no flag of rpack's: what mcpd passes on.
const FLAGS_OF_OTHERS: [&str; 2] = ["--address", "--network"];

#[test]
fn the_commands_of_the_guide_work_from_top_to_bottom() {
    let folder = Folder::open();
    let blocks = blocks(&guide());
    let commands: Vec<&Block> = blocks.iter().filter(|block| block.kind == "sh").collect();
    assert!(commands.len() >= 15, "the guide has lost commands: {}", commands.len());
    let output = folder.run(&commands.iter().map(|block| block.text.as_str()).collect::<Vec<_>>());
    let printed = |number: usize| fs::read_to_string(folder.printed(number)).unwrap_or_default();
    if !output.status.success() {
        let last = (0..commands.len()).take_while(|&number| folder.printed(number).exists()).last().unwrap_or_default();
        let (line, said) = (commands[last].line, printed(last));
        panic!("the block at line {line} of the guide fails:\n{said}{}", text(&output.stderr));
    }
    for (number, command) in commands.iter().enumerate() {
        let behind = blocks.iter().find(|block| block.line > command.line);
        if let Some(expected) = behind.filter(|block| block.kind == "text") {
            let printed = printed(number);
            let is_said = is_like(&printed, &expected.text);
            assert!(is_said, "the block at line {} of the guide prints something else:\n{printed}", expected.line);
        }
    }
}

#[test]
fn no_block_of_the_guide_is_passed_over_unseen() {
    let blocks = blocks(&guide());
    let mut not_run = Vec::new();
    for (number, Block { line, kind, text }) in blocks.iter().enumerate() {
        match kind.as_str() {
            "sh" => {}
            "toml" => drop(text.parse::<toml::Table>().unwrap_or_else(|error| panic!("line {line}: {error}"))),
            "text" => assert!(number > 0 && blocks[number - 1].kind == "sh", "line {line}: nothing prints this"),
            kind => not_run.push(kind.strip_prefix("sh not run: ").unwrap_or_else(|| panic!("line {line}: {kind:?}"))),
        }
    }
    assert_eq!(not_run, NOT_RUN);
}

#[test]
fn the_flags_that_the_guide_names_are_there() {
    let guide = guide();
    // Every second part of a line that is split at its backticks is code; fences are not in pairs on a line.
    let code =
        guide.lines().filter(|line| !line.starts_with("```")).flat_map(|line| line.split('`').skip(1).step_by(2));
    let words = code.flat_map(|code| code.split([' ', '='])).filter(|word| word.starts_with("--"));
    let named: BTreeSet<&str> = words.filter(|word| !FLAGS_OF_OTHERS.contains(word)).collect();
    assert!(named.len() >= 10, "{named:?}");
    let help = text(&run(rpack().args(["build", "--help"])).stdout);
    let known: BTreeSet<&str> = help.split([' ', ',', '\n', '=', '[', ']']).collect();
    assert_eq!(named.difference(&known).collect::<Vec<_>>(), [] as [&&str; 0]);
}

/// A block of code in a document.
struct Block {
    /// The line that it begins on.
    line: usize,
    /// What stands behind the backticks.
    kind: String,
    text: String,
}

fn guide() -> String {
    fs::read_to_string(repository().join("examples/README.md")).unwrap()
}

fn blocks(document: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut is_inside = false;
    for (line, content) in (1..).zip(document.lines()) {
        match (content.strip_prefix("```"), is_inside) {
            (Some(kind), false) => {
                blocks.push(Block { line, kind: kind.to_owned(), text: String::new() });
                is_inside = true;
            }
            (Some(_), true) => is_inside = false,
            (None, true) => {
                let block = blocks.last_mut().unwrap();
                block.text.push_str(content);
                block.text.push('\n');
            }
            (None, false) => {}
        }
    }
    assert!(!is_inside, "a block has no end");
    blocks
}

/// Whether the parts of `expected` stand in `printed`, one after the other.
fn is_like(printed: &str, expected: &str) -> bool {
    let mut rest = printed;
    expected.split(['…', '\n']).map(str::trim).filter(|part| !part.is_empty()).all(|part| match rest.split_once(part) {
        Some((_, behind)) => {
            rest = behind;
            true
        }
        None => false,
    })
}

#[test]
fn what_is_printed_is_compared() {
    assert!(is_like("start\n  one two three\nfour\n", "one … three\n…\nfour"));
    assert!(!is_like("four one three", "one … three\n…\nfour"));
    assert!(!is_like("", "one"));
}

/// A copy of what the guide talks about. It has one place, and what was installed into `tools` stays between runs, because
/// environments cannot be moved.
pub struct Folder {
    path: PathBuf,
    /// Other tests of this run, and other runs, wait.
    _alone: (MutexGuard<'static, ()>, File),
}

impl Folder {
    /// The folder with a new copy.
    pub fn open() -> Folder {
        static ALONE: Mutex<()> = Mutex::new(());
        let guard = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let path = workspace().join("guide");
        fs::create_dir_all(&path).unwrap();
        let lock = File::create(workspace().join("guide.lock")).unwrap();
        lock.lock().unwrap();
        for entry in fs::read_dir(&path).unwrap().map(|entry| entry.unwrap()) {
            match entry.file_type().unwrap().is_dir() {
                true if entry.file_name() == "tools" => {}
                true => fs::remove_dir_all(entry.path()).unwrap(),
                false => fs::remove_file(entry.path()).unwrap(),
            }
        }
        for part in ["examples", "tests/plugin_client.py"] {
            let target = path.join(part);
            fs::create_dir_all(target.parent().unwrap()).unwrap();
            let output = run(Command::new("cp").arg("-r").arg(repository().join(part)).arg(&target));
            assert!(output.status.success(), "{}", text(&output.stderr));
        }
        Folder { path, _alone: (guard, lock) }
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs pieces of a script one after the other in one shell, and ends with the first that fails. What each prints goes into a
    /// file of its own.
    pub fn run(&self, pieces: &[&str]) -> Output {
        let mut script = "set -euo pipefail\ntrap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n".to_owned();
        for (number, piece) in pieces.iter().enumerate() {
            script.push_str(&format!("{{\n{piece}\n}} >'{}' 2>&1\n", self.printed(number).display()));
        }
        fs::write(self.path.join("script"), script).unwrap();
        let python = interpreters::any().parent().unwrap();
        let rpack = Path::new(env!("CARGO_BIN_EXE_rpack")).parent().unwrap();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = [rpack.to_owned(), python.to_owned()].into_iter().chain(std::env::split_paths(&path));
        // What never comes to an end shall fail, and say where.
        let mut command = Command::new("timeout");
        clean(&mut command);
        command.args(["1200", "bash", "script"]).current_dir(&self.path);
        run(command.env("PATH", std::env::join_paths(path).unwrap()))
    }

    /// What a piece of the script printed.
    pub fn printed(&self, number: usize) -> PathBuf {
        self.path.join(format!("printed-{number}"))
    }

    /// grpcurl, installed as the guide says.
    pub fn grpcurl(&self) -> PathBuf {
        let grpcurl = self.path.join("tools/bin/grpcurl");
        if !grpcurl.exists() {
            let blocks = blocks(&guide());
            let install = blocks.iter().find(|block| block.text.contains("venv tools")).expect("the guide installs it");
            let output = self.run(&[&install.text]);
            assert!(output.status.success(), "{}", fs::read_to_string(self.printed(0)).unwrap_or_default());
        }
        grpcurl
    }
}

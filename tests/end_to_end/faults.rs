//! Faults that a packed program survives: first runs that are killed or come all at once, and files that are replaced or
//! removed while it runs.

use crate::refused_calls::{RENAME, RENAMEAT, RENAMEAT2, killed_at};
use crate::rpack::{pack_source, run, text};
use crate::store::{Store, assert_prints, packed, packed_with_store};
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write, stdout};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How many first runs are killed before they end.
const KILLED: usize = 500;
/// How many may be begun for that. Those that end before they are killed do not count.
const MOST_BEGUN: usize = 4 * KILLED;

/// A program that waits for its input, and then loads what it has not loaded before: bytecode, extension modules, and a
/// shared library that one of them needs.
const WAITING: &str = "import sys\nprint('ready', flush=True)\nsys.stdin.readline()\n\
    import json, _ssl, zlib, _ctypes, decimal\nprint('ran', json.dumps([1]), decimal.Decimal(1))\n";

/// Starts a program and waits until it is ready.
pub fn start(command: &mut Command) -> Child {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = Vec::new();
    // Byte by byte: what follows the line stays in the pipe.
    let stdout = child.stdout.as_mut().unwrap();
    BufReader::with_capacity(1, stdout).read_until(b'\n', &mut line).unwrap();
    assert_eq!(text(&line), "ready\n");
    child
}

/// Lets a program that waits go on, and gives what it prints until its end.
pub fn finish(mut child: Child) -> String {
    child.stdin.take().unwrap().write_all(b"\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{:?}", output.status);
    text(&output.stdout)
}

/// Waits for the started process alone, while a child that it forked goes on with its input and output.
pub fn leave_daemon(mut child: Child) -> Child {
    // Waiting would close the input.
    let input = child.stdin.take();
    child.wait().unwrap();
    child.stdin = input;
    child
}

/// What stands in the store's trees.
fn contents(store: &Store) -> BTreeMap<PathBuf, Vec<u8>> {
    store.tree_files().into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

#[test]
fn five_hundred_killed_first_runs_do_not_hurt_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let (mut command, store) = packed(folder.path(), "print('ran')\n", &[]);
    assert_prints(&mut command, "ran\n");
    let expected = contents(&store);
    // Numbers that look random and are the same in every test: Lehmer's generator.
    let mut random: u64 = 20_250_117;
    let mut longest = Duration::ZERO;
    let (mut begun, mut killed, mut left) = (0, 0, 0);
    while killed < KILLED {
        begun += 1;
        assert!(begun <= MOST_BEGUN, "of {begun} first runs only {killed} could be killed");
        fs::remove_dir_all(&store.folder).unwrap();
        let mut child = command.stdout(Stdio::null()).spawn().unwrap();
        random = random * 48_271 % 0x7fff_ffff;
        // Not to wait for anything: this is the moment at which the fault happens.
        sleep(longest.mul_f64(random as f64 / 0x7fff_ffff as f64));
        child.kill().unwrap();
        killed += usize::from(child.wait().unwrap().signal() == Some(9));
        left += store.leftovers().len();
        let started = Instant::now();
        let output = run(command.stdout(Stdio::piped()));
        longest = started.elapsed();
        let observed = (text(&output.stdout), text(&output.stderr), output.status.code());
        assert_eq!(observed, ("ran\n".to_owned(), String::new(), Some(0)), "after {killed} killed runs");
        assert_eq!(store.leftovers(), [] as [PathBuf; 0], "after {killed} killed runs");
        assert!(contents(&store) == expected, "after {killed} killed runs the tree has another content");
    }
    writeln!(stdout(), "{begun} first runs begun, {killed} killed, {left} left something unfinished").unwrap();
    assert_eq!(killed, KILLED);
    assert!(left >= KILLED / 20, "only {left} of {killed} first runs were killed while they unpacked");
}

#[test]
fn a_start_that_is_killed_while_it_notes_what_it_checked_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (mut command, store) = packed_with_store(folder.path());
    assert_prints(&mut command, "ran True\n");
    let expected = contents(&store);
    let note = store.tree_files().into_iter().find(|path| path.extension().is_some_and(|ending| ending == "checked"));
    fs::remove_file(note.expect("the first run noted that it checked the executable")).unwrap();
    // Its tree is complete, so the note is the only file that it gives a name to.
    let killed = run(&mut killed_at(&[RENAME, RENAMEAT, RENAMEAT2], &command));
    assert_eq!((text(&killed.stdout), killed.status.signal()), (String::new(), Some(libc::SIGSYS)));
    assert_eq!(store.leftovers().len(), 1);
    assert_prints(&mut command, "ran True\n");
    assert_eq!(store.leftovers(), [] as [PathBuf; 0]);
    assert!(contents(&store) == expected, "something else stands in the trees");
}

#[test]
fn thirty_two_first_runs_at_the_same_time_all_succeed() {
    let folder = tempfile::tempdir().unwrap();
    let (mut command, store) = packed_with_store(folder.path());
    let children: Vec<Child> = (0..32).map(|_| command.stdout(Stdio::piped()).spawn().unwrap()).collect();
    let ran = children.into_iter().map(|child| text(&child.wait_with_output().unwrap().stdout));
    assert_eq!(ran.collect::<Vec<_>>(), vec!["ran True\n"; 32]);
    assert_eq!((store.trees().len(), store.leftovers().len()), (1, 0));
}

#[test]
fn two_versions_of_a_program_run_at_once() {
    let folder = tempfile::tempdir().unwrap();
    // Equal names, and trees that differ in one library; then equal trees too.
    let sources = ["print('one')\n", "import _ctypes\nprint('two')\n", "import _ctypes\nprint('three')\n"];
    let packed: Vec<PathBuf> = ["a", "b", "c"]
        .iter()
        .zip(sources)
        .map(|(name, source)| {
            fs::create_dir(folder.path().join(name)).unwrap();
            pack_source(&folder.path().join(name), source, &[])
        })
        .collect();
    let store = Store { folder: folder.path().join("cache/store") };
    for round in 0..20 {
        let _ = fs::remove_dir_all(&store.folder);
        let start = |path: &PathBuf| store.command(path).stdout(Stdio::piped()).spawn().unwrap();
        let children: Vec<Child> = packed.iter().chain(&packed).map(start).collect();
        let ran: Vec<_> = children.into_iter().map(|child| text(&child.wait_with_output().unwrap().stdout)).collect();
        assert_eq!(ran, ["one\n", "two\n", "three\n", "one\n", "two\n", "three\n"], "round {round}");
        assert_eq!((store.trees().len(), store.leftovers().len()), (2, 0), "round {round}");
    }
}

#[test]
fn a_program_lives_on_when_its_executable_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let (mut command, store) = packed(folder.path(), WAITING, &[]);
    let running = start(&mut command);
    let other = folder.path().join("other");
    fs::create_dir(&other).unwrap();
    let new = pack_source(&other, "print('new')\n", &[]);
    let path = PathBuf::from(command.get_program());
    fs::rename(new, &path).unwrap();
    assert_prints(&mut store.command(&path), "new\n");
    let removed = start_removed(&store, folder.path());
    assert_eq!(finish(running), "ran [1] 1\n");
    assert_eq!(finish(removed), "ran [1] 1\n");
}

/// A running program whose executable is gone.
fn start_removed(store: &Store, folder: &Path) -> Child {
    let packed = pack_source(folder, WAITING, &[]);
    let child = start(&mut store.command(&packed));
    fs::remove_file(packed).unwrap();
    child
}

#[test]
fn a_program_lives_on_when_the_store_is_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let (mut command, store) = packed(folder.path(), WAITING, &[]);
    let running = start(&mut command);
    fs::remove_dir_all(store.folder.parent().unwrap()).unwrap();
    assert_eq!(finish(running), "ran [1] 1\n");
    assert!(!store.folder.exists());
    // The next run unpacks again.
    assert_eq!(finish(start(&mut command)), "ran [1] 1\n");
    assert_eq!(store.trees().len(), 1);
}

#[test]
fn a_program_lives_on_when_its_files_are_repaired() {
    let folder = tempfile::tempdir().unwrap();
    let (mut command, store) = packed(folder.path(), WAITING, &[]);
    let running = start(&mut command);
    let libpython = store.native("libpython");
    // Moved away, not rewritten: a file that is mapped cannot be changed under a process and leave it alive.
    fs::rename(&libpython, folder.path().join("moved")).unwrap();
    assert_eq!(finish(start(&mut command)), "ran [1] 1\n");
    assert!(libpython.exists());
    assert_eq!(finish(running), "ran [1] 1\n");
}

//! How the store stays right and small: damage is found and repaired, locks are waited for, and what nobody uses is removed.

use crate::faults::{finish, leave_daemon, start};
use crate::rpack::{pack_source, run, text};
use crate::store::{PROGRAM, Store, assert_prints, files_below, packed, packed_with_store};
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Writes into a file of the store, which its owner may force.
fn overwrite(path: &Path, content: &[u8]) {
    fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(path, content).unwrap();
}

/// The last byte of a shared library is one of its section headers, which nothing reads when it is loaded.
fn altered(content: &[u8]) -> Vec<u8> {
    let mut content = content.to_vec();
    *content.last_mut().unwrap() ^= 1;
    content
}

#[test]
fn a_damaged_store_is_repaired_without_a_word() {
    let folder = tempfile::tempdir().unwrap();
    let (mut command, store) = packed_with_store(folder.path());
    assert_prints(&mut command, "ran True\n");
    let (first, second, third) = (store.native("libssl"), store.native("_ctypes"), store.native("libpython"));
    let content = fs::read(&first).unwrap();
    let damages: [&dyn Fn(); 6] = [
        &|| overwrite(&first, b""),
        &|| overwrite(&first, &content[..content.len() / 2]),
        &|| fs::remove_file(&second).unwrap(),
        &|| fs::remove_dir_all(third.parent().unwrap()).unwrap(),
        &|| {
            fs::remove_file(&first).unwrap();
            fs::create_dir_all(first.join("folder")).unwrap();
        },
        &|| {
            fs::remove_dir_all(third.parent().unwrap()).unwrap();
            fs::write(third.parent().unwrap(), "").unwrap();
        },
    ];
    for (number, damage) in damages.iter().enumerate() {
        damage();
        let output = run(&mut command);
        let observed = (text(&output.stdout), text(&output.stderr));
        assert_eq!(observed, ("ran True\n".to_owned(), String::new()), "damage {number}");
        assert!(fs::read(&first).unwrap() == content && second.exists() && third.exists(), "damage {number}");
    }
}

#[test]
fn verification_finds_and_repairs_what_sizes_do_not_show() {
    let folder = tempfile::tempdir().unwrap();
    let (mut command, store) = packed(folder.path(), PROGRAM, &["--debug"]);
    run(&mut command);
    let library = store.native("libssl");
    let content = fs::read(&library).unwrap();
    let (tree_file, stored) = (fs::metadata(&library).unwrap().ino(), stored_file(&store, &library));
    overwrite(&library, &altered(&content));
    // The two are one file, so both are damaged.
    assert!(fs::read(&stored).unwrap() != content);
    assert_prints(&mut command, "ran True\n");
    assert!(fs::read(&library).unwrap() != content, "a normal start compared contents");
    let output = run(command.env("RPACK_VERIFY", "1"));
    assert_eq!(text(&output.stdout), "ran True\n");
    assert!(text(&output.stderr).contains("repairing"), "{}", text(&output.stderr));
    assert!(fs::read(&library).unwrap() == content && fs::read(&stored).unwrap() == content);
    // Replaced, not written in place.
    assert_ne!(fs::metadata(&library).unwrap().ino(), tree_file);
    let output = run(command.env("RPACK_VERIFY", "1"));
    assert!(!text(&output.stderr).contains("repairing"), "{}", text(&output.stderr));
}

/// The file of the store that is the same as `path`.
fn stored_file(store: &Store, path: &Path) -> PathBuf {
    let inode = fs::metadata(path).unwrap().ino();
    let stored = files_below(&store.folder.join("files"));
    stored.into_iter().find(|path| fs::metadata(path).unwrap().ino() == inode).expect("a tree holds hard links")
}

#[test]
fn what_an_interrupted_run_left_is_compared_by_content() {
    let folder = tempfile::tempdir().unwrap();
    let (mut command, store) = packed_with_store(folder.path());
    assert_prints(&mut command, "ran True\n");
    let library = store.native("libssl");
    let content = fs::read(&library).unwrap();
    let stored = stored_file(&store, &library);
    // As a machine leaves it that lost power while the first run went on: no tree, and a file of the right size.
    let damage = || {
        fs::remove_dir_all(store.folder.join("trees")).unwrap();
        overwrite(&stored, &altered(&content));
    };
    damage();
    assert_prints(&mut command, "ran True\n");
    assert!(fs::read(&library).unwrap() != content, "a clean store is believed");
    damage();
    fs::create_dir(store.folder.join("unfinished/left")).unwrap();
    assert_prints(&mut command, "ran True\n");
    assert!(fs::read(&library).unwrap() == content);
    assert_eq!(store.leftovers(), [] as [PathBuf; 0]);
}

#[test]
fn a_start_waits_for_the_lock_and_says_so_only_where_something_is_unpacked() {
    let folder = tempfile::tempdir().unwrap();
    let (mut command, store) = packed_with_store(folder.path());
    assert_prints(&mut command, "ran True\n");
    let lock = File::options().append(true).open(store.folder.join("lock")).unwrap();
    lock.lock().unwrap();
    // Complete trees need no lock: another executable with the same tree does not wait either.
    let output = run(&mut command);
    assert_eq!((text(&output.stdout), text(&output.stderr)), ("ran True\n".to_owned(), String::new()));
    let copy = folder.path().join("copy");
    assert!(Command::new("cp").arg(command.get_program()).arg(&copy).status().unwrap().success());
    assert_prints(&mut store.command(&copy), "ran True\n");

    fs::remove_dir_all(store.folder.join("trees")).unwrap();
    let mut waiting = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = String::new();
    BufReader::new(waiting.stderr.take().unwrap()).read_line(&mut said).unwrap();
    assert!(said.contains("waiting for another program to finish unpacking (`"), "{said}");
    assert!(said.contains("/store/lock"), "{said}");
    assert!(waiting.try_wait().unwrap().is_none());
    drop(lock);
    assert_eq!(text(&waiting.wait_with_output().unwrap().stdout), "ran True\n");
}

/// The one test that waits for a limit: it is a minute, and nothing may hang for ever.
#[test]
fn a_start_does_without_the_store_where_the_lock_is_held_too_long() {
    let folder = tempfile::tempdir().unwrap();
    let (mut command, store) = packed_with_store(folder.path());
    fs::create_dir_all(&store.folder).unwrap();
    fs::set_permissions(&store.folder, fs::Permissions::from_mode(0o700)).unwrap();
    let lock = File::options().create(true).append(true).open(store.folder.join("lock")).unwrap();
    lock.lock().unwrap();
    let output = run(&mut command);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(0), "ran True\n".to_owned()));
    assert!(text(&output.stderr).contains("waiting for another program to finish unpacking (`"), "{output:?}");
    assert!(!store.folder.join("trees").exists());
}

/// Three programs with trees of their own, and one store.
fn three_programs(folder: &Path) -> (Store, [PathBuf; 3]) {
    let programs = ["_ctypes", "_decimal", "_json"].map(|module| {
        let own = folder.join(module);
        fs::create_dir(&own).unwrap();
        let source = format!("import sys\nprint('ready', flush=True)\nsys.stdin.readline()\nimport {module}\n");
        pack_source(&own, &source, &[])
    });
    (Store { folder: folder.join("cache/store") }, programs)
}

fn set_age(path: &Path, age: Duration) {
    File::open(path).unwrap().set_modified(SystemTime::now() - age).unwrap();
}

fn age(path: &Path) -> Duration {
    fs::metadata(path).unwrap().modified().unwrap().elapsed().unwrap()
}

/// Runs a program and gives the tree that it uses.
fn tree_of(store: &Store, program: &Path) -> PathBuf {
    let before = store.trees();
    assert_eq!(finish(start(&mut store.command(program))), "");
    store.trees().into_iter().find(|tree| !before.contains(tree)).expect("it unpacks")
}

#[test]
fn trees_unused_for_thirty_days_are_removed_with_the_files_that_only_they_have() {
    let folder = tempfile::tempdir().unwrap();
    let (store, [first, second, third]) = three_programs(folder.path());
    let (old, young) = (tree_of(&store, &first), tree_of(&store, &second));
    let note = old.with_added_extension("checked");
    assert!(note.exists());
    let own = stored_file(&store, &store.native("_ctypes"));
    let shared = stored_file(
        &store,
        &files_below(&old).into_iter().find(|path| path.to_string_lossy().contains("libpython")).unwrap(),
    );
    set_age(&old, 31 * DAY);
    set_age(&young, 29 * DAY);
    let newest = tree_of(&store, &third);
    let mut expected = [young, newest];
    expected.sort();
    assert_eq!(store.trees(), expected);
    assert!(!old.exists() && !note.exists() && !own.exists() && shared.exists());
    assert_eq!(store.leftovers(), [] as [PathBuf; 0]);
    // It unpacks again.
    assert_eq!(tree_of(&store, &first), old);
}

#[test]
fn a_start_renews_the_time_of_its_tree_at_most_once_a_day() {
    let folder = tempfile::tempdir().unwrap();
    let (store, [first, ..]) = three_programs(folder.path());
    let tree = tree_of(&store, &first);
    set_age(&tree, DAY / 2);
    finish(start(&mut store.command(&first)));
    assert!(age(&tree) >= DAY / 2);
    set_age(&tree, 31 * DAY);
    finish(start(&mut store.command(&first)));
    assert!(age(&tree) < DAY / 2);
}

#[test]
fn a_tree_that_a_program_uses_stays_however_old_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let (store, [first, second, third]) = three_programs(folder.path());
    let running = start(&mut store.command(&first));
    let tree = store.trees().remove(0);
    set_age(&tree, 31 * DAY);
    let other = tree_of(&store, &second);
    assert!(tree.exists());
    assert_eq!(finish(running), "");
    set_age(&tree, 31 * DAY);
    tree_of(&store, &third);
    assert!(!tree.exists() && other.exists());
}

#[test]
fn a_forked_child_keeps_the_tree_of_its_parent() {
    let folder = tempfile::tempdir().unwrap();
    let source = "import os, sys\nif os.fork():\n    os._exit(0)\nprint('ready', flush=True)\nsys.stdin.readline()\n";
    let (mut command, store) = packed(folder.path(), source, &[]);
    let running = leave_daemon(start(&mut command));
    let tree = store.trees().remove(0);
    set_age(&tree, 31 * DAY);
    let (second, third) = (folder.path().join("second"), folder.path().join("third"));
    for other in [&second, &third] {
        fs::create_dir(other).unwrap();
    }
    assert_prints(&mut store.command(&pack_source(&second, "import _ctypes\nprint('ran')\n", &[])), "ran\n");
    assert!(tree.exists());
    assert_eq!(finish(running), "");
    // A process that ends closes its pipes before its lock.
    File::open(&tree).unwrap().lock().unwrap();
    assert_prints(&mut store.command(&pack_source(&third, "import _decimal\nprint('ran')\n", &[])), "ran\n");
    assert!(!tree.exists());
}

#[test]
fn stored_files_are_judged_by_their_own_age_where_links_do_not_tell() {
    use crate::refused_calls::{EPERM, LINK, LINKAT, refusing};
    let folder = tempfile::tempdir().unwrap();
    let (mut command, store) = packed(folder.path(), PROGRAM, &[]);
    assert_prints(&mut refusing(&[LINK, LINKAT], EPERM, &command), "ran True\n");
    let stored = files_below(&store.folder.join("files"));
    assert!(!stored.is_empty());
    fs::set_permissions(&stored[0], fs::Permissions::from_mode(0o644)).unwrap();
    set_age(&stored[0], 31 * DAY);
    fs::remove_dir_all(store.folder.join("trees")).unwrap();
    let other = folder.path().join("other");
    fs::create_dir(&other).unwrap();
    command = store.command(&pack_source(&other, "import _decimal\nprint('ran')\n", &[]));
    assert_prints(&mut refusing(&[LINK, LINKAT], EPERM, &command), "ran\n");
    let left = files_below(&store.folder.join("files"));
    // One that this program uses is written again; all others stay.
    assert!(stored[1..].iter().all(|path| left.contains(path)));
    assert!(age_if_there(&stored[0]).is_none_or(|age| age < DAY));
}

fn age_if_there(path: &Path) -> Option<Duration> {
    path.exists().then(|| age(path))
}

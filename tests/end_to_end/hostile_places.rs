//! Machines on which the store cannot be used, and stores that were tampered with.

use crate::examples::drive;
use crate::rpack::{clean, example, pack_source, run, text};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Extension modules with libraries of their own, and a report of where they came from.
const PROGRAM: &str = "import _ssl, zlib, _ctypes, sys, os\nprint('ran', os.path.exists(sys._MEIPASS))\n";

fn packed_with_store(folder: &Path) -> (Command, PathBuf) {
    let packed = pack_source(folder, PROGRAM, &[]);
    let store = folder.join("store");
    let mut command = Command::new(packed);
    clean(&mut command);
    command.env("RPACK_CACHE_DIR", &store);
    (command, store)
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .flatten()
        .map(|entry| entry.into_path())
        .filter(|path| path.is_file())
        .collect()
}

#[test]
fn the_second_run_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (mut command, store) = packed_with_store(folder.path());
    assert_eq!(text(&run(&mut command).stdout), "ran True\n");
    let times = |paths: Vec<PathBuf>| {
        paths.iter().map(|path| fs::metadata(path).unwrap().modified().unwrap()).collect::<Vec<_>>()
    };
    let before = (files_below(&store), times(files_below(&store)));
    assert!(before.0.iter().any(|path| path.to_string_lossy().contains("libssl")), "{:?}", before.0);
    assert_eq!(text(&run(&mut command).stdout), "ran True\n");
    assert_eq!((files_below(&store), times(files_below(&store))), before);
}

#[test]
fn a_program_runs_from_memory_where_there_is_no_cache_folder() {
    let folder = tempfile::tempdir().unwrap();
    let (mut command, _) = packed_with_store(folder.path());
    command.env_clear();
    let output = run(&mut command);
    assert_eq!(text(&output.stdout), "ran False\n", "{}", text(&output.stderr));
    assert_eq!(text(&output.stderr), "");
}

#[test]
fn a_program_runs_from_memory_where_others_may_write_into_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let (mut command, store) = packed_with_store(folder.path());
    fs::create_dir_all(store.join("store")).unwrap();
    fs::set_permissions(store.join("store"), fs::Permissions::from_mode(0o777)).unwrap();
    assert_eq!(text(&run(&mut command).stdout), "ran False\n");
    assert_eq!(files_below(&store), [] as [PathBuf; 0]);
}

#[test]
fn a_program_runs_from_memory_where_the_store_belongs_to_another_user() {
    let folder = tempfile::tempdir().unwrap();
    let (mut command, store) = packed_with_store(folder.path());
    fs::create_dir_all(store.join("store")).unwrap();
    std::os::unix::fs::chown(store.join("store"), Some(65534), Some(65534)).unwrap();
    assert_eq!(text(&run(&mut command).stdout), "ran False\n");
}

#[test]
fn a_program_runs_from_memory_where_nothing_can_be_written_or_executed() {
    let folder = tempfile::tempdir().unwrap();
    let packed = pack_source(folder.path(), PROGRAM, &[]);
    for options in ["ro", "noexec", "size=100k"] {
        let script = format!("mount -t tmpfs -o {options} none /mnt && HOME=/mnt exec '{}'", packed.display());
        let mut command = Command::new("unshare");
        clean(&mut command);
        let output = run(command
            .env_remove("RPACK_CACHE_DIR")
            .env_remove("XDG_CACHE_HOME")
            .args(["--mount", "sh", "-c", &script]));
        assert_eq!(text(&output.stdout), "ran False\n", "{options}: {}", text(&output.stderr));
    }
}

#[test]
fn a_grpc_plugin_serves_from_memory() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("plugin");
    let unset = "env -u HOME -u XDG_CACHE_HOME -u RPACK_CACHE_DIR";
    let content = format!("#!/bin/sh\nexec {unset} '{}' \"$@\"\n", example("simple_plugin").display());
    fs::write(&script, content).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    drive("simple_plugin", &["--network", "unix"], &script);
}

#[test]
fn a_damaged_store_is_repaired() {
    let folder = tempfile::tempdir().unwrap();
    let (mut command, store) = packed_with_store(folder.path());
    assert_eq!(text(&run(&mut command).stdout), "ran True\n");
    let native: Vec<_> = files_below(&store.join("store/trees"))
        .into_iter()
        .filter(|path| path.to_string_lossy().contains(".so"))
        .collect();
    fs::set_permissions(&native[0], fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(&native[0], b"").unwrap();
    fs::remove_file(&native[1]).unwrap();
    assert_eq!(text(&run(&mut command).stdout), "ran True\n");
    assert!(fs::metadata(&native[0]).unwrap().len() > 0 && native[1].exists());
}

#[test]
fn first_runs_at_the_same_time_all_succeed() {
    let folder = tempfile::tempdir().unwrap();
    let (mut command, store) = packed_with_store(folder.path());
    let children: Vec<Child> = (0..16).map(|_| command.stdout(Stdio::piped()).spawn().unwrap()).collect();
    for child in children {
        assert_eq!(text(&child.wait_with_output().unwrap().stdout), "ran True\n");
    }
    let unfinished: Vec<_> =
        files_below(&store).into_iter().filter(|path| path.to_string_lossy().contains("unfinished")).collect();
    assert!(unfinished.is_empty(), "{unfinished:?}");
}

#[test]
fn a_killed_first_run_does_not_hurt_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let (mut command, store) = packed_with_store(folder.path());
    for attempt in 0..20 {
        let _ = fs::remove_dir_all(&store);
        let mut child = command.stdout(Stdio::null()).spawn().unwrap();
        // Killed at the moment when the number of files says that unpacking has come this far, not after a time.
        while files_below(&store).len() < attempt && child.try_wait().unwrap().is_none() {}
        child.kill().unwrap();
        child.wait().unwrap();
        let output = run(command.stdout(Stdio::piped()));
        assert_eq!(text(&output.stdout), "ran True\n", "attempt {attempt}: {}", text(&output.stderr));
        let left: Vec<_> =
            files_below(&store).into_iter().filter(|path| path.to_string_lossy().contains("unfinished")).collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

//! Machines on which the store, or more, cannot be used: the next place in the chain serves.

use crate::examples::drive;
use crate::refused_calls::{self, ENOSYS, EPERM, FLOCK, LINK, LINKAT, MEMFD_CREATE, refusing};
use crate::rpack::{clean, example, pack_source, run, text};
use crate::store::{PROGRAM, assert_prints, files_below, packed, packed_with_store};
use std::fs;
use std::io::{Write, stdout};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Says which place serves.
const WHERE: &str = "import _ssl, zlib, sys, os\n\
    place = 'store' if '/store/trees/' in sys._MEIPASS else sys._MEIPASS.rsplit('/', 1)[0]\n\
    print(place, os.path.exists(sys._MEIPASS))\n";

/// The command that runs `program` with `HOME=/mnt` after `script`, in a mount namespace of its own.
fn elsewhere(script: &str, program: &str) -> Command {
    let mut command = Command::new("unshare");
    clean(&mut command);
    for name in ["RPACK_CACHE_DIR", "XDG_CACHE_HOME", "TMPDIR"] {
        command.env_remove(name);
    }
    command.env("HOME", "/mnt").args(["--mount", "sh", "-c", &format!("set -e\n{script}\nexec {program}\n")]);
    command
}

/// Runs a program where all folders that rpack would write to are file systems mounted with `options`; `/mnt` holds the
/// program, and can only be read. `before` stands in front of the program's path.
fn nowhere(packed: &Path, options: &str, before: &[String]) -> Output {
    let mount = |folder| format!("mount -t tmpfs -o {options} none {folder}\n");
    let folders = ["/tmp", "/var/tmp", "/dev/shm"].map(mount).concat();
    let copy = format!("mount -t tmpfs none /mnt\ncp '{}' /mnt/program\nmount -o remount,ro /mnt\n", packed.display());
    let mut command = elsewhere(&(copy + &folders), "\"$@\"");
    command.arg("sh").args(before).args(before.is_empty().then_some("/mnt/program"));
    run(&mut command)
}

/// A folder that is neither below `/tmp` nor below a home.
fn folder_elsewhere() -> tempfile::TempDir {
    tempfile::Builder::new().prefix("rpack-elsewhere-").tempdir_in("/var/tmp").unwrap()
}

#[test]
fn the_second_run_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (mut command, store) = packed_with_store(folder.path());
    assert_prints(&mut command, "ran True\n");
    let times = |paths: Vec<PathBuf>| {
        paths.iter().map(|path| fs::metadata(path).unwrap().modified().unwrap()).collect::<Vec<_>>()
    };
    let state = || (files_below(&store.folder), times(files_below(&store.folder)), times(store.trees()));
    let before = state();
    assert!(before.0.iter().any(|path| path.to_string_lossy().contains("libssl")), "{:?}", before.0);
    assert_prints(&mut command, "ran True\n");
    assert_eq!(state(), before);
}

#[test]
fn a_folder_of_the_run_serves_where_there_is_no_cache_folder() {
    let folder = tempfile::tempdir().unwrap();
    let (mut command, _) = packed(folder.path(), WHERE, &[]);
    assert_prints(command.env_clear(), "/tmp True\n");
    // A relative path is as good as none, and TMPDIR comes before what the system has.
    let own = folder.path().join("temporary");
    fs::create_dir(&own).unwrap();
    command.env("HOME", "here").env("RPACK_CACHE_DIR", "./there").env("TMPDIR", &own);
    assert_prints(&mut command, &format!("{} True\n", own.display()));
    assert_eq!(files_below(&own), [] as [PathBuf; 0]);
    assert_prints(command.env("TMPDIR", "relative"), "/tmp True\n");
}

#[test]
fn a_folder_of_the_run_serves_where_the_store_cannot_be_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let (mut command, store) = packed(folder.path(), WHERE, &[]);
    fs::create_dir_all(&store.folder).unwrap();
    fs::set_permissions(&store.folder, fs::Permissions::from_mode(0o777)).unwrap();
    assert_prints(&mut command, "/tmp True\n");
    fs::set_permissions(&store.folder, fs::Permissions::from_mode(0o700)).unwrap();
    std::os::unix::fs::chown(&store.folder, Some(65534), Some(65534)).unwrap();
    assert_prints(&mut command, "/tmp True\n");
    assert_eq!(files_below(&store.folder), [] as [PathBuf; 0]);
}

#[test]
fn a_folder_of_the_run_serves_where_a_file_is_in_the_way() {
    let folder = tempfile::tempdir().unwrap();
    let (mut command, store) = packed(folder.path(), WHERE, &[]);
    fs::create_dir_all(&store.folder).unwrap();
    for name in ["trees", "files", "unfinished"] {
        fs::write(store.folder.join(name), "").unwrap();
        assert_prints(&mut command, "/tmp True\n");
        fs::remove_file(store.folder.join(name)).unwrap();
    }
    fs::remove_file(store.folder.join("lock")).unwrap();
    fs::create_dir(store.folder.join("lock")).unwrap();
    assert_prints(&mut command, "/tmp True\n");
    fs::remove_dir_all(&store.folder).unwrap();
    fs::write(&store.folder, "").unwrap();
    assert_prints(&mut command, "/tmp True\n");
}

#[test]
fn a_folder_for_temporary_files_is_not_taken_where_others_could_replace_what_is_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let (mut command, _) = packed(folder.path(), WHERE, &[]);
    let shared = folder.path().join("shared");
    fs::create_dir(&shared).unwrap();
    command.env("RPACK_UNPACK", "per-run").env("TMPDIR", &shared);
    fs::set_permissions(&shared, fs::Permissions::from_mode(0o777)).unwrap();
    assert_prints(&mut command, "/tmp True\n");
    fs::set_permissions(&shared, fs::Permissions::from_mode(0o1777)).unwrap();
    assert_prints(&mut command, &format!("{} True\n", shared.display()));
    std::os::unix::fs::chown(&shared, Some(1000), Some(1000)).unwrap();
    assert_prints(&mut command, "/tmp True\n");
    fs::remove_dir(&shared).unwrap();
    fs::write(&shared, "").unwrap();
    assert_prints(&mut command, "/tmp True\n");
}

#[test]
fn a_folder_of_the_run_serves_where_the_cache_cannot_be_written_or_executed() {
    let folder = tempfile::tempdir().unwrap();
    let packed = pack_source(folder.path(), WHERE, &[]);
    // The last sizes end the unpacking while it writes; the first leaves no room for a folder.
    for options in ["ro", "noexec", "size=4k", "size=100k", "size=1m", "size=6m", "nr_inodes=9"] {
        let script = format!("mount -t tmpfs -o {options} none /mnt");
        assert_prints(&mut elsewhere(&script, &format!("'{}'", packed.display())), "/tmp True\n");
    }
}

#[test]
fn a_full_disk_is_left_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let packed = pack_source(folder.path(), WHERE, &[]);
    let script = "mount -t tmpfs -o size=6m none /mnt";
    let program = format!(
        "sh -c \"'{}'; find /mnt -type f -size +0; find /mnt/.cache/rpack/store/unfinished\"",
        packed.display()
    );
    assert_prints(&mut elsewhere(script, &program), "/tmp True\n/mnt/.cache/rpack/store/unfinished\n");
}

#[test]
fn memory_serves_where_nothing_can_be_written_or_executed() {
    let folder = folder_elsewhere();
    let packed = pack_source(folder.path(), WHERE, &[]);
    // Data files still find a place where folders can be written to.
    for (options, expected) in [("ro", "/dev/null"), ("noexec", "/dev/shm"), ("size=1m", "/dev/shm")] {
        let output = nowhere(&packed, options, &[]);
        let observed = (text(&output.stdout), text(&output.stderr));
        assert_eq!(observed, (format!("{expected} False\n"), String::new()), "{options}");
    }
}

#[test]
fn where_nothing_works_one_line_names_what_was_tried() {
    let folder = folder_elsewhere();
    let packed = pack_source(folder.path(), PROGRAM, &[]);
    for error in [ENOSYS, EPERM] {
        let before = refused_calls::words(&[MEMFD_CREATE], error, Path::new("/mnt/program"));
        let output = nowhere(&packed, "ro", &before);
        let stderr = text(&output.stderr);
        assert_eq!((output.status.code(), text(&output.stdout), stderr.lines().count()), (Some(255), String::new(), 1));
        let parts = [
            "store: `/mnt/",
            "per-run: `/tmp` (",
            "`/var/tmp` (",
            "`/dev/shm` (",
            "memory: ",
            "memfd_create",
            "TMPDIR",
        ];
        for part in parts {
            assert!(stderr.contains(part), "{part} is not named: {stderr}");
        }
    }
}

#[test]
fn a_folder_of_the_run_serves_where_anonymous_files_are_denied() {
    let folder = tempfile::tempdir().unwrap();
    let (mut command, _) = packed(folder.path(), WHERE, &[]);
    command.env_remove("RPACK_CACHE_DIR").env_remove("XDG_CACHE_HOME").env_remove("HOME").env_remove("TMPDIR");
    for error in [ENOSYS, EPERM] {
        assert_prints(&mut refusing(&[MEMFD_CREATE], error, &command), "/tmp True\n");
        // Who asks for memory asks that nothing be written, so nothing is.
        let output = run(refusing(&[MEMFD_CREATE], error, &command).env("RPACK_UNPACK", "memory"));
        assert_eq!(output.status.code(), Some(255));
        let stderr = text(&output.stderr);
        assert!(
            stderr.lines().count() == 1 && stderr.contains("memfd_create") && !stderr.contains("per-run: "),
            "{stderr}"
        );
    }
}

#[test]
fn memory_serves_where_anonymous_files_may_not_be_executed() {
    if !Path::new("/proc/sys/vm/memfd_noexec").exists() {
        // Linux 6.3 brought it; an older kernel has nothing to forbid.
        writeln!(stdout(), "this kernel has no vm.memfd_noexec").unwrap();
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let packed = pack_source(folder.path(), PROGRAM, &[]);
    for level in 1..=2 {
        let script = format!("echo {level} >/proc/sys/vm/memfd_noexec && RPACK_UNPACK=memory '{}'", packed.display());
        let mut command = Command::new("unshare");
        clean(&mut command);
        // The setting is one of the process namespace.
        assert_prints(command.args(["--pid", "--fork", "--mount-proc", "sh", "-c", &script]), "ran False\n");
    }
}

#[test]
fn the_store_serves_where_hard_links_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (command, store) = packed(folder.path(), WHERE, &[]);
    let mut refusing = refusing(&[LINK, LINKAT], EPERM, &command);
    assert_prints(&mut refusing, "store True\n");
    assert_prints(&mut refusing, "store True\n");
    // The stored files stay, although no tree links to them.
    assert!(files_below(&store.folder.join("files")).len() >= store.tree_files().len() / 2);
    assert_eq!(store.leftovers(), [] as [PathBuf; 0]);
}

#[test]
fn a_folder_of_the_run_is_not_needed_where_locks_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (mut command, _) = packed(folder.path(), WHERE, &[]);
    assert_prints(&mut command, "store True\n");
    // A complete tree can be used without a lock; nothing can be unpacked without one.
    assert_prints(&mut refusing(&[FLOCK], ENOSYS, &command), "store True\n");
    let (command, _) = packed(folder.path(), &format!("import decimal\n{WHERE}"), &[]);
    assert_prints(&mut refusing(&[FLOCK], ENOSYS, &command), "/dev/shm False\n");
}

#[test]
fn a_wrong_setting_is_one_clear_line() {
    let folder = tempfile::tempdir().unwrap();
    let (mut command, _) = packed_with_store(folder.path());
    let refused = |command: &mut Command| {
        let output = run(command);
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(255), String::new()));
        text(&output.stderr)
    };
    let expected = "rpack: error: `RPACK_UNPACK` is `disk`: expected `store`, `per-run` or `memory`\n";
    assert_eq!(refused(command.env("RPACK_UNPACK", "disk")), expected);
    let expected = "rpack: error: `RPACK_VERIFY` is `yes`: expected `0` or `1`\n";
    assert_eq!(refused(command.env("RPACK_UNPACK", "").env("RPACK_VERIFY", "yes")), expected);
}

#[test]
fn a_build_chooses_where_the_program_begins() {
    let folder = tempfile::tempdir().unwrap();
    let (mut command, store) = packed(folder.path(), WHERE, &["--unpack", "per-run"]);
    assert_prints(&mut command, "/tmp True\n");
    let (mut memory, _) = packed(folder.path(), WHERE, &["--unpack", "memory"]);
    assert_prints(&mut memory, "/dev/shm False\n");
    assert!(!store.folder.exists());
    assert_prints(memory.env("RPACK_UNPACK", "store"), "store True\n");
}

#[test]
fn a_grpc_plugin_serves_from_every_place() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("plugin");
    for place in ["per-run", "memory"] {
        let content = format!("#!/bin/sh\nRPACK_UNPACK={place} exec '{}' \"$@\"\n", example("simple_plugin").display());
        fs::write(&script, content).unwrap();
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
        drive("simple_plugin", &["--network", "unix"], &script);
    }
}

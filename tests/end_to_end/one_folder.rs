//! `--onedir`: a folder with the executable and its files beside it, which needs no store and nothing else.

use crate::examples::drive;
use crate::interpreters;
use crate::rpack::{clean, pack_files, pack_source_with, repository, rpack, run, text};
use crate::store::{assert_prints, files_below};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A program with a package, data of both, native files, and a child process.
const FILES: [(&str, &str); 4] = [
    (
        "main.py",
        "import importlib.resources, multiprocessing, os, subprocess, sys, zlib, _ssl\nimport package\n\
         here = os.path.dirname(os.path.abspath(__file__))\n\
         def child(number):\n    return number * 2\n\
         if sys.argv[1:] == ['child']:\n    print('child', sys._MEIPASS == here, flush=True)\n    sys.exit()\n\
         if __name__ == '__main__':\n    \
             print(os.path.relpath(here, os.path.dirname(sys.executable)), sys.frozen)\n    \
             print(open(os.path.join(here, 'own.txt')).read(), importlib.resources.read_text(package, 'data.txt'))\n    \
             print(os.path.isdir(os.path.dirname(package.__file__)), flush=True)\n    \
             subprocess.run([sys.executable, 'child'])\n    \
             print(multiprocessing.get_context('spawn').Pool(1).map(child, [1, 2]))\n",
    ),
    ("own.txt", "own"),
    ("package/__init__.py", ""),
    ("package/data.txt", "of package"),
];

const PRINTED: &str = "_internal True\nown of package\nTrue\nchild True\n[2, 4]\n";

/// Packs [`FILES`] into `folder/packed` and gives the executable.
fn packed(folder: &Path, python: &Path, arguments: &[&str]) -> PathBuf {
    let arguments = [&["--onedir"], arguments].concat();
    pack_files(folder, python, &FILES, "", &arguments).join("packed")
}

/// The command that runs the program with a cache that is not there.
fn command(executable: &Path, folder: &Path) -> Command {
    let mut command = Command::new(executable);
    clean(&mut command);
    command.env("RPACK_CACHE_DIR", folder.join("no-cache")).env_remove("RPACK_UNPACK").env_remove("RPACK_VERIFY");
    command
}

#[track_caller]
fn assert_refuses(command: &mut Command, part: &str) {
    let output = run(command);
    let stderr = text(&output.stderr);
    assert_eq!((output.status.code(), text(&output.stdout), stderr.lines().count()), (Some(255), String::new(), 1));
    assert!(stderr.contains(part) && stderr.contains("whole folder"), "{stderr}");
}

#[test]
fn the_files_lie_beside_and_nothing_is_written() {
    for python in interpreters::all().values() {
        let folder = tempfile::tempdir().unwrap();
        let executable = packed(folder.path(), python, &[]);
        let made = files_below(folder.path());
        assert_prints(&mut command(&executable, folder.path()), PRINTED);
        // Where nothing has to be unpacked, a place for it chooses nothing.
        assert_prints(command(&executable, folder.path()).env("RPACK_UNPACK", "memory"), PRINTED);
        assert_prints(command(&executable, folder.path()).env("RPACK_VERIFY", "1"), PRINTED);
        assert_eq!(files_below(folder.path()), made);
        assert!(made.contains(&folder.path().join("packed/_internal/own.txt")), "{made:?}");
    }
}

#[test]
fn the_folder_can_be_moved_read_only_and_reached_by_a_link() {
    let folder = tempfile::tempdir().unwrap();
    packed(folder.path(), interpreters::any(), &[]);
    let moved = folder.path().join("somewhere else/ähnlich");
    fs::create_dir(moved.parent().unwrap()).unwrap();
    fs::rename(folder.path().join("packed"), &moved).unwrap();
    fs::remove_dir_all(folder.path().join("program")).unwrap();
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(moved.join("packed"), &link).unwrap();
    assert_prints(&mut command(&link, folder.path()), PRINTED);
    let script =
        format!("mount --bind '{0}' '{0}' && mount -o remount,bind,ro '{0}' && exec '{0}/packed'", moved.display());
    let mut unshared = command(Path::new("unshare"), folder.path());
    assert_prints(unshared.args(["--mount", "sh", "-c", &script]), PRINTED);
}

#[test]
fn a_file_that_is_missing_or_altered_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let executable = packed(folder.path(), interpreters::any(), &[]);
    let data = folder.path().join("packed/_internal/package/data.txt");
    fs::write(&data, "Of package").unwrap();
    // The size is right, so only a closer look tells.
    assert_refuses(command(&executable, folder.path()).env("RPACK_VERIFY", "1"), "_internal/package/data.txt");
    fs::write(&data, "of pack").unwrap();
    assert_refuses(&mut command(&executable, folder.path()), "_internal/package/data.txt");
    fs::remove_file(&data).unwrap();
    assert_refuses(&mut command(&executable, folder.path()), "_internal/package/data.txt");
    fs::write(&data, "of package").unwrap();
    assert_prints(&mut command(&executable, folder.path()), PRINTED);
    // An executable that was copied alone.
    fs::copy(&executable, folder.path().join("alone")).unwrap();
    assert_refuses(&mut command(&folder.path().join("alone"), folder.path()), "_internal/");
}

#[test]
fn an_altered_executable_does_not_run() {
    let folder = tempfile::tempdir().unwrap();
    let executable = packed(folder.path(), interpreters::any(), &[]);
    let mut bytes = fs::read(&executable).unwrap();
    // In the archive's directory, which no start reads.
    let position = bytes.len() - 200;
    bytes[position] ^= 1;
    fs::write(&executable, bytes).unwrap();
    let output = run(&mut command(&executable, folder.path()));
    assert_eq!(output.status.code(), Some(255));
    assert!(text(&output.stderr).contains("is damaged"), "{}", text(&output.stderr));
}

#[test]
fn the_folder_of_the_files_can_have_another_name_or_none() {
    for (name, place) in [("files", "files"), (".", ".")] {
        let folder = tempfile::tempdir().unwrap();
        let executable = packed(folder.path(), interpreters::any(), &["--contents-directory", name]);
        assert_prints(&mut command(&executable, folder.path()), &PRINTED.replace("_internal", place));
        assert!(folder.path().join("packed").join(name).join("own.txt").exists());
    }
    // The package would have the executable's name.
    let folder = tempfile::tempdir().unwrap();
    packed(folder.path(), interpreters::any(), &[]);
    let output = build(folder.path(), &["--name", "package", "--contents-directory", "."]);
    assert_refused(&output, "`package`", "--contents-directory");
}

/// Builds `program` in `folder`.
fn build(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = rpack();
    command.current_dir(folder).args(["build", "program", "--onedir", "--python"]).arg(interpreters::any());
    run(command.args(arguments))
}

#[track_caller]
fn assert_refused(output: &Output, message: &str, hint: &str) {
    let stderr = text(&output.stderr);
    let (error, advice) = stderr.split_once("\n\nhint: ").unwrap_or_else(|| panic!("there is no hint: {stderr}"));
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(error.contains(message) && advice.contains(hint), "{stderr}");
}

#[test]
fn a_build_replaces_what_a_build_made_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    packed(folder.path(), interpreters::any(), &[]);
    let made = folder.path().join("dist/program");
    let content = || files_below(&made).into_iter().map(|path| (fs::read(&path).unwrap(), path)).collect::<Vec<_>>();
    assert!(build(folder.path(), &[]).status.success());
    let first = content();
    fs::write(folder.path().join("program/own.txt"), "changed").unwrap();
    assert!(build(folder.path(), &[]).status.success());
    assert_eq!(fs::read_to_string(made.join("_internal/own.txt")).unwrap(), "changed");
    fs::write(folder.path().join("program/own.txt"), "own").unwrap();
    assert!(build(folder.path(), &[]).status.success());
    // Equal inputs, equal bytes.
    assert!(content() == first, "the second build made something else");

    let database = made.join("database");
    fs::write(&database, "of the user").unwrap();
    assert_refused(&build(folder.path(), &[]), "dist/program/database", "--noconfirm");
    assert_eq!(fs::read_to_string(&database).unwrap(), "of the user");
    assert!(build(folder.path(), &["--noconfirm"]).status.success());
    assert!(content() == first);
    // Nothing else is left beside it.
    let entries: Vec<_> =
        fs::read_dir(folder.path().join("dist")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(entries, [made]);
}

#[test]
fn symbol_tables_stay_unless_they_are_stripped() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("answer.c");
    fs::write(&source, "static int hidden(void) { return 40; }\nint answer(void) { return hidden() + 2; }\n").unwrap();
    let library = folder.path().join("libanswer.so");
    let compiled = run(Command::new("cc").args(["-shared", "-fPIC", "-O0", "-o"]).arg(&library).arg(&source));
    assert!(compiled.status.success(), "{}", text(&compiled.stderr));
    let program = "import ctypes, sys\nprint(ctypes.CDLL(sys._MEIPASS + '/native/libanswer.so').answer())\n";
    let added = format!("{}:native", library.display());
    for (flags, sections) in [(&[][..], 1), (&["--strip"], 0)] {
        let folder = tempfile::tempdir().unwrap();
        let arguments = [&["--onedir", "--add-binary", &added], flags].concat();
        let packed = pack_source_with(folder.path(), interpreters::any(), program, &arguments);
        assert_prints(&mut command(&packed.join("packed"), folder.path()), "42\n");
        let listed = run(Command::new("readelf").args(["-SW"]).arg(packed.join("_internal/native/libanswer.so")));
        assert_eq!(text(&listed.stdout).matches(" .symtab ").count(), sections, "{flags:?}");
    }
}

#[test]
fn a_grpc_plugin_serves_from_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = rpack();
    command.arg("build").arg(repository().join("examples/simple_plugin")).args(["--onedir", "--distpath"]);
    let built = run(command.arg(folder.path()));
    assert!(built.status.success(), "{}", text(&built.stderr));
    drive("simple_plugin", &["--network", "unix"], &folder.path().join("simple_plugin/simple_plugin"));
}

//! Equal inputs give equal bytes, whatever the circumstances.

use crate::examples::EXAMPLES;
use crate::interpreters;
use crate::packages;
use crate::rpack::{build, example, repository, rpack, run, text};
use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Builds with everything different that the bytes must not depend on: the folder and the file system with its order of names,
/// the user, the umask, the time zone, the seed of hashes, the number of threads; and with the cache, if there is one, in `folder`.
fn build_elsewhere(folder: &Path, program: &Path, arguments: &[&OsStr]) -> PathBuf {
    let output = folder.join("out");
    let mut command = Command::new("unshare");
    // To itself the process is another user, who has no rights but those of a file's owner.
    command.args(["--user", "--map-user=1000", "--map-group=1000", "sh", "-c", "umask 077; exec \"$@\"", "sh"]);
    command.arg(env!("CARGO_BIN_EXE_rpack")).arg("build").arg(program.file_name().unwrap()).args(arguments);
    crate::rpack::clean(&mut command);
    command
        .args(["--jobs", "1", "--output"])
        .arg(&output)
        .current_dir(program.parent().unwrap())
        .env("RPACK_CACHE_DIR", folder.join("cache"))
        .env("TZ", "Pacific/Kiritimati")
        .env("PYTHONHASHSEED", "7")
        .env("SOURCE_DATE_EPOCH", "1");
    let result = run(&mut command);
    assert!(result.status.success(), "{}", text(&result.stderr));
    output
}

/// A temporary folder in memory, where a folder lists its names in another order than on a disk.
fn folder_in_memory() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap()
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    let mut names: Vec<_> = fs::read_dir(from).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    for name in names.iter().rev() {
        if from.join(name).is_dir() {
            copy_folder(&from.join(name), &to.join(name));
        } else {
            fs::copy(from.join(name), to.join(name)).unwrap();
        }
    }
}

#[test]
fn examples_are_the_same_from_another_machine() {
    let folder = folder_in_memory();
    let mut pythons: HashMap<String, PathBuf> = HashMap::new();
    for name in EXAMPLES {
        let copy = folder.path().join("elsewhere").join(name);
        copy_folder(&repository().join("examples").join(name), &copy);
        // The first that declares something makes an environment anew, at another path, and others that declare the same use it.
        let project = fs::read_to_string(copy.join("pyproject.toml")).unwrap();
        let declared = project.split_once("dependencies").expect("an example declares what it needs").1.to_owned();
        let environment = pythons.get(&declared);
        let arguments: Vec<&OsStr> =
            environment.iter().flat_map(|path| ["--python".as_ref(), path.as_os_str()]).collect();
        let second = build_elsewhere(folder.path(), &copy, &arguments);
        assert_same(&example(name), &second);
        let environments = fs::read_dir(folder.path().join("cache/environments")).unwrap();
        let made = environments.map(|entry| entry.unwrap().path().join("bin/python")).filter(|path| path.exists());
        let new = made.into_iter().find(|path| !pythons.values().any(|python| python == path));
        assert_eq!(new.is_some(), !pythons.contains_key(&declared), "the first build makes an environment");
        pythons.extend(new.map(|python| (declared, python)));
    }
}

/// Programs that use much of the standard library.
const LARGE_PROGRAMS: [(&str, &str); 3] = [
    (
        "served",
        "import asyncio, email.message, html.parser, http.server, json, logging.config, smtplib, ssl, urllib.request, uuid\n",
    ),
    (
        "counted",
        "import csv, decimal, fractions, lzma, sqlite3, statistics, tarfile, xml.dom.minidom, xml.etree.ElementTree, zipfile, zoneinfo\n",
    ),
    (
        "tried",
        "import concurrent.futures, ctypes, curses, doctest, multiprocessing.pool, pdb, pydoc, sysconfig, unittest.mock, venv\n",
    ),
];

#[test]
fn large_programs_are_the_same_with_a_moved_interpreter_and_any_cache() {
    let folder = folder_in_memory();
    let python = interpreters::any();
    let moved = moved_interpreter(&folder.path().join("moved"), python);
    for (name, imports) in LARGE_PROGRAMS {
        let program = folder.path().join("first").join(name);
        fs::create_dir_all(program.join("data")).unwrap();
        fs::write(program.join("main.py"), format!("{imports}from parts import part\nprint(part.NAME)\n")).unwrap();
        for (file, content) in [
            ("parts/__init__.py", ""),
            ("parts/part.py", "NAME = {'a', 'b'}\n"),
            ("data/b.txt", "b"),
            ("data/a.txt", "a"),
        ] {
            fs::create_dir_all(program.join(file).parent().unwrap()).unwrap();
            fs::write(program.join(file), content).unwrap();
        }
        let first = build(
            &folder.path().join("cold"),
            [program.as_os_str(), "--python".as_ref(), python.as_os_str(), "--no-cache".as_ref()],
        );
        let warm = build(&folder.path().join("warm"), [program.as_os_str(), "--python".as_ref(), python.as_os_str()]);
        assert_same(&first, &warm);
        let copy = folder.path().join("elsewhere").join(name);
        copy_folder(&program, &copy);
        assert_same(&first, &build_elsewhere(folder.path(), &copy, &["--python".as_ref(), moved.as_os_str()]));
    }
}

/// Programs over packages: with native libraries, with templates and data, with workers.
const PROGRAMS_OVER_PACKAGES: [(&str, &[&str]); 2] = [
    ("quick", &["pillow_images", "flask_site", "docutils_documents"]),
    ("more", &["pandas_tables", "scipy_science", "matplotlib_figures"]),
];

#[test]
fn programs_over_packages_are_the_same_with_a_moved_environment() {
    // The larger environment is made only where its programs are asked for, as in `packages`.
    let all = std::env::var("RPACK_TEST_PACKAGES").is_ok_and(|which| which == "all");
    for (group, names) in PROGRAMS_OVER_PACKAGES.into_iter().take(if all { 2 } else { 1 }) {
        let python = packages::environment(group);
        let folder = tempfile::tempdir().unwrap();
        let moved = moved_environment(&python, &folder.path().join("moved"));
        for name in names {
            let program = repository().join("tests/packages").join(group).join(name);
            let arguments = [program.as_os_str(), "--python".as_ref(), python.as_os_str()];
            let first = build(&folder.path().join("first"), arguments);
            let copy = folder.path().join("elsewhere").join(name);
            copy_folder(&program, &copy);
            let arguments = ["--python".as_ref(), moved.as_os_str()];
            assert_same(&first, &build_elsewhere(folder.path(), &copy, &arguments));
        }
    }
}

/// The same environment at another path, as if another installer had made it from downloaded files.
fn moved_environment(python: &Path, folder: &Path) -> PathBuf {
    let environment = python.parent().unwrap().parent().unwrap();
    assert!(run(Command::new("cp").arg("-r").arg(environment).arg(folder)).status.success());
    let libraries = fs::read_dir(folder.join("lib")).unwrap().next().unwrap().unwrap().path();
    let installed = fs::read_dir(libraries.join("site-packages")).unwrap().map(|entry| entry.unwrap().path());
    let metadata: Vec<_> = installed.filter(|path| path.extension() == Some(OsStr::new("dist-info"))).collect();
    assert!(metadata.len() > 10, "{metadata:?}");
    for folder in metadata {
        let origin = format!("{{\"url\": \"file://{}\", \"archive_info\": {{}}}}", folder.display());
        fs::write(folder.join("direct_url.json"), origin).unwrap();
        fs::write(folder.join("INSTALLER"), "another").unwrap();
        fs::write(folder.join("REQUESTED"), "").unwrap();
    }
    folder.join("bin/python")
}

/// The same interpreter at another prefix: its executable, and links to all files of its standard library.
fn moved_interpreter(folder: &Path, python: &Path) -> PathBuf {
    let question = "import os, sys; print(os.path.realpath(sys.executable), os.path.dirname(os.__file__), sep='\\n')";
    let output = run(Command::new(python).args(["-I", "-c", question]));
    let answer = text(&output.stdout);
    let [executable, library] = answer.lines().collect::<Vec<_>>()[..] else { panic!("{answer}") };
    let library = Path::new(library);
    let moved_library = folder.join("lib").join(library.file_name().unwrap());
    fs::create_dir_all(&moved_library).unwrap();
    for entry in fs::read_dir(library).unwrap().map(|entry| entry.unwrap()) {
        std::os::unix::fs::symlink(entry.path(), moved_library.join(entry.file_name())).unwrap();
    }
    fs::create_dir(folder.join("bin")).unwrap();
    let moved = folder.join("bin").join(Path::new(executable).file_name().unwrap());
    fs::copy(executable, &moved).unwrap();
    let output = run(Command::new(&moved).args(["-I", "-c", "import sys; print(sys.prefix)"]));
    assert_eq!(Path::new(text(&output.stdout).trim()), folder, "the interpreter did not move");
    moved
}

#[test]
fn a_second_build_is_compared() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("main.py"), "print({'a', 'b'})\n").unwrap();
    let mut command = rpack();
    command.args(["build", "--check-reproducible", "--python"]).arg(interpreters::any());
    let output = run(command.arg(folder.path().join("main.py")).current_dir(folder.path()));
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("made the same bytes"), "{}", text(&output.stderr));
}

#[test]
fn every_interpreter_gives_the_same_bytes_twice() {
    for python in interpreters::all().values() {
        let folder = tempfile::tempdir().unwrap();
        let source = "import asyncio, json, sqlite3, decimal, xml.dom.minidom, unittest\nprint('ran')\n";
        let outputs: Vec<_> = ["a", "b"]
            .into_iter()
            .map(|name| {
                let program = folder.path().join(name).join("main.py");
                fs::create_dir(program.parent().unwrap()).unwrap();
                fs::write(&program, source).unwrap();
                let arguments =
                    [program.as_os_str(), "--name".as_ref(), "x".as_ref(), "--python".as_ref(), python.as_os_str()];
                let target = folder.path().join(name).join("dist");
                let result = rpack().arg("build").args(arguments).arg("--distpath").arg(&target).output().unwrap();
                assert!(result.status.success(), "{}", text(&result.stderr));
                target.join("x")
            })
            .collect();
        assert_same(&outputs[0], &outputs[1]);
    }
}

#[test]
fn a_changed_program_gives_other_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("main.py");
    let python = interpreters::any();
    let outputs = ["print(1)\n", "print(2)\n"].map(|source| {
        fs::write(&program, source).unwrap();
        let output = build(&folder.path().join("out"), [program.as_os_str(), "--python".as_ref(), python.as_os_str()]);
        fs::read(output).unwrap()
    });
    assert!(outputs[0] != outputs[1]);
}

fn assert_same(first: &Path, second: &Path) {
    let (first_bytes, second_bytes) = (fs::read(first).unwrap(), fs::read(second).unwrap());
    if first_bytes == second_bytes {
        return;
    }
    let position = first_bytes.iter().zip(&second_bytes).position(|(a, b)| a != b);
    panic!(
        "{} ({} bytes) and {} ({} bytes) differ, first at {position:?}",
        first.display(),
        first_bytes.len(),
        second.display(),
        second_bytes.len()
    );
}

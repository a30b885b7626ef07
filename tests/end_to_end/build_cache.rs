//! The build cache: what is made with it is what is made without it, whatever happened to it.

use crate::interpreters;
use crate::rpack::{clean, run, text};
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A program with a cache of its own.
pub struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    pub fn new(files: &[(&str, &str)]) -> Self {
        let place = Place { folder: tempfile::tempdir().unwrap() };
        for (name, content) in files {
            place.write(name, content);
        }
        place
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, content: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// `rpack build` of the folder `program`, to the file `name`.
    pub fn command(&self, program: &str, name: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rpack"));
        clean(&mut command);
        command.env("RPACK_CACHE_DIR", self.path("cache")).arg("build").arg(self.path(program));
        command.arg("--python").arg(interpreters::any()).arg("--output").arg(self.path(name));
        command
    }

    /// Builds, and gives the bytes of the executable and what rpack said.
    pub fn build(&self, program: &str, name: &str, arguments: &[&str]) -> (Vec<u8>, String) {
        let output = run(self.command(program, name).args(arguments));
        assert!(output.status.success(), "{}", text(&output.stderr));
        (fs::read(self.path(name)).unwrap(), text(&output.stderr))
    }

    /// Builds as if nothing had ever been built.
    pub fn build_anew(&self, program: &str) -> Vec<u8> {
        self.build(program, "anew", &["--no-cache"]).0
    }

    fn cached_files(&self, ending: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(packer::cache::folder(&self.path("cache"))).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        paths.filter(|path| path.extension().is_some_and(|found| found == ending)).collect()
    }

    /// Waits until the files are old enough for their states to be trusted, which cannot be had otherwise: the kernel sets the
    /// time of the last change of any kind.
    pub fn let_settle(&self, names: &[&str]) {
        for path in names.iter().map(|name| self.path(name)) {
            while !packer::cache::State::of(&path).is_settled(std::time::SystemTime::now()) {
                std::thread::yield_now();
            }
        }
    }
}

/// What does not change when a file is left alone.
fn identity(path: &Path) -> (u64, i64, i64) {
    let metadata = fs::metadata(path).unwrap();
    (metadata.ino(), metadata.mtime(), metadata.mtime_nsec())
}

const HELLO: &str = "import json, helper\nprint(json.dumps(helper.NAME))\n";

#[test]
fn where_nothing_changed_nothing_is_made() {
    let place = Place::new(&[("program/main.py", HELLO), ("program/helper.py", "NAME = 'a'\n")]);
    place.let_settle(&["program", "program/main.py", "program/helper.py"]);
    let (first, _) = place.build("program", "made", &[]);
    let made = identity(&place.path("made"));
    let packs = place.cached_files("pack");
    let (second, said) = place.build("program", "made", &[]);
    assert!(first == second);
    assert_eq!((identity(&place.path("made")), place.cached_files("pack")), (made, packs));
    assert!(said.contains("Packed `"), "{said}");
    // An executable that somebody touched is made again.
    let mut altered = first.clone();
    altered[1000] ^= 1;
    fs::write(place.path("made"), &altered).unwrap();
    assert!(place.build("program", "made", &[]).0 == first);
    fs::remove_file(place.path("made")).unwrap();
    assert!(place.build("program", "made", &[]).0 == first);
}

#[test]
fn what_another_rpack_made_is_looked_at_again() {
    let place = Place::new(&[("program/main.py", HELLO), ("program/helper.py", "NAME = 'a'\n")]);
    place.let_settle(&["program", "program/main.py", "program/helper.py"]);
    let other = place.path("rpack");
    fs::copy(env!("CARGO_BIN_EXE_rpack"), &other).unwrap();
    place.build("program", "made", &[]);
    place.let_settle(&["made"]);
    place.build("program", "made", &[]);
    // A build that is known asks nothing else of the cache.
    let records = || place.cached_files("answer").len();
    let first = records();
    place.build("program", "made", &[]);
    assert_eq!(records(), first);
    let command = place.command("program", "made");
    let mut again = Command::new(other);
    clean(&mut again);
    again.args(command.get_args()).env("RPACK_CACHE_DIR", place.path("cache"));
    let output = run(&mut again);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(records() > first);
}

#[test]
fn every_change_is_seen() {
    let place = Place::new(&[("program/main.py", HELLO), ("program/helper.py", "NAME = 'a'\n")]);
    place.build("program", "made", &[]);
    let changes: [(&str, &dyn Fn()); 7] = [
        ("an edit", &|| place.write("program/helper.py", "NAME = 'b'\n")),
        ("a new import", &|| place.write("program/main.py", "import helper, shelve\nprint(helper.NAME)\n")),
        ("a new module", &|| place.write("program/other.py", "x = 1\n")),
        ("a new data file", &|| place.write("program/data/new.txt", "1")),
        ("another content", &|| place.write("program/data/new.txt", "2")),
        ("an ignored file", &|| place.write("program/.gitignore", "new.txt\n")),
        ("a file less", &|| fs::remove_file(place.path("program/other.py")).unwrap()),
    ];
    let mut before = place.build_anew("program");
    for (change, make) in changes {
        make();
        let made = place.build("program", "made", &[]).0;
        assert!(made == place.build_anew("program"), "after {change} the cache made something else");
        assert!(made != before, "{change} changed nothing");
        assert!(place.build("program", "made", &[]).0 == made, "after {change} the second build made something else");
        before = made;
    }
}

/// How much a build did that was asked for its timings.
pub fn extent(said: &str) -> &'static str {
    let did = |step: &str| said.lines().any(|line| line.ends_with(&format!("%  {step}")));
    match (did("Analyzing"), did("Revising")) {
        (true, _) => "all",
        (false, true) => "code",
        (false, false) => "nothing",
    }
}

#[test]
fn edits_of_code_revise_the_executable() {
    let main = "import helper, json\n\ndef run():\n    import csv\n    print(json.dumps(helper.NAME), csv.QUOTE_ALL)\n\nrun()\n";
    let place = Place::new(&[
        ("program/main.py", main),
        ("program/helper.py", "NAME = 'a'\n"),
        ("program/pkg/__init__.py", ""),
        ("program/pkg/part.py", "X = 1\n"),
    ]);
    let all = [
        "program",
        "program/main.py",
        "program/helper.py",
        "program/pkg",
        "program/pkg/part.py",
        "program/pkg/__init__.py",
        "program/data.txt",
    ];
    place.let_settle(&all);
    let (mut before, _) = place.build("program", "made", &[]);
    let revised = "code";
    let whole = "all";
    let write = |name: &'static str, content: String| move |place: &Place| place.write(name, &content);
    // An editor that writes another file and gives it the name, and leaves one of its own.
    let save = |place: &Place| {
        place.write("program/.helper.py.swp", "");
        place.write("program/new", "NAME = 'saved'\n");
        fs::rename(place.path("program/new"), place.path("program/helper.py")).unwrap();
    };
    let run_python = |place: &Place| {
        place.write("program/__pycache__/helper.cpython-311.pyc", "");
        place.write("program/helper.py", "NAME = 'run'\n");
    };
    type Change<'a> = (&'a str, &'a str, Box<dyn Fn(&Place)>);
    let changes: [Change; 12] = [
        ("another value", revised, Box::new(write("program/helper.py", "NAME = 'b'\n".into()))),
        ("more lines", revised, Box::new(write("program/main.py", format!("# first\n\n{main}print(1)\n")))),
        ("saved by an editor", revised, Box::new(save)),
        ("run in between", revised, Box::new(run_python)),
        ("a new import", whole, Box::new(write("program/main.py", format!("import shelve\n{main}")))),
        ("an import less", whole, Box::new(write("program/main.py", "import helper\nprint(helper.NAME)\n".into()))),
        ("back", whole, Box::new(write("program/main.py", main.into()))),
        ("a text that names a file", whole, Box::new(write("program/helper.py", "NAME = 'data.txt'\n".into()))),
        ("a new file", whole, Box::new(write("program/data.txt", "1".into()))),
        ("a part that nothing imports", whole, Box::new(write("program/pkg/part.py", "X = 2\n".into()))),
        ("an initializer", whole, Box::new(write("program/pkg/__init__.py", "Y = 2\n".into()))),
        (
            "a block of a script",
            whole,
            Box::new(write("program/main.py", format!("# /// script\n# dependencies = []\n# ///\n{main}"))),
        ),
    ];
    for (change, expected, make) in changes {
        place.let_settle(&["made"]);
        make(&place);
        place.let_settle(&all);
        let (made, said) = place.build("program", "made", &["--timings"]);
        assert_eq!(extent(&said), expected, "{change}: {said}");
        assert!(made == place.build_anew("program"), "after {change} the cache made something else");
        assert!(made != before, "{change} changed nothing");
        let (again, said) = place.build("program", "made", &["--timings"]);
        assert_eq!((extent(&said), again == made), ("nothing", true), "{change}: {said}");
        before = made;
    }
    // Comments are no code, so the executable stays.
    let made = identity(&place.path("made"));
    place.write("program/helper.py", "NAME = 'data.txt' # a name\n");
    let (_, said) = place.build("program", "made", &["--timings"]);
    assert_eq!((extent(&said), identity(&place.path("made"))), (revised, made), "{said}");
}

#[test]
fn edits_of_sources_that_are_files_too_revise_the_executable() {
    // It shows sources, so all of its own are files beside their bytecode.
    let main = "import helper, inspect, other\nprint(inspect.getsource(helper.f), helper.f(), other.X)\n";
    let helper = |value: u32| format!("def f():\n    return {value}\n");
    let place = Place::new(&[
        ("program/main.py", main),
        ("program/helper.py", &helper(1)),
        ("program/other.py", "X = 1\n"),
        ("program/zzz.txt", "behind all sources"),
    ]);
    let all = ["program", "program/main.py", "program/helper.py", "program/other.py", "program/zzz.txt"];
    let set_executable = |place: &Place| {
        fs::set_permissions(place.path("program/helper.py"), fs::Permissions::from_mode(0o755)).unwrap();
    };
    let write = |name: &'static str, content: String| move |place: &Place| place.write(name, &content);
    type Change<'a> = (&'a str, &'a str, Box<dyn Fn(&Place)>);
    let changes = |arguments: &[&str]| -> Vec<Change> {
        let comment = ("a comment", "code", Box::new(write("program/other.py", "X = 1  # one\n".into())) as Box<_>);
        let mut changes: Vec<Change> = vec![
            ("code", "code", Box::new(write("program/helper.py", helper(2)))),
            comment,
            ("more code", "code", Box::new(write("program/other.py", format!("X = {:?}\n", "long ".repeat(5000))))),
            ("the main file", "code", Box::new(write("program/main.py", format!("{main}print(1)\n")))),
            ("an import", "all", Box::new(write("program/other.py", "import shelve\nX = 2\n".into()))),
            ("back", "all", Box::new(write("program/other.py", "X = 3\n".into()))),
        ];
        if arguments.is_empty() {
            changes.push(("the mode", "all", Box::new(set_executable)));
            changes.push(("code again", "code", Box::new(write("program/helper.py", helper(3)))));
        }
        changes
    };
    for arguments in [&["--source", "--version-info", "1.0"] as &[&str], &[]] {
        place.write("program/main.py", main);
        place.write("program/helper.py", &helper(1));
        place.let_settle(&all);
        let (mut before, _) = place.build("program", "made", arguments);
        for (change, expected, make) in changes(arguments) {
            make(&place);
            place.let_settle(&all);
            place.let_settle(&["made"]);
            let (made, said) = place.build("program", "made", &[arguments, &["--timings"]].concat());
            assert_eq!(extent(&said), expected, "{change}: {said}");
            let anew = place.build("program", "anew", &[arguments, &["--no-cache"]].concat()).0;
            assert!(made == anew, "after {change} the cache made something else");
            assert!(made != before, "{change} changed nothing");
            before = made;
        }
    }
    let packed = run(&mut Command::new(place.path("made")));
    assert_eq!(text(&packed.stdout), "def f():\n    return 3\n 3 3\n1\n");
}

#[test]
fn code_is_the_same_whatever_its_compiler_has_compiled_before() {
    // What interns the texts of the sets, and is compiled just before in a build with one compiler.
    let before = "first_word = second_word = 1\n";
    let sets = |number: u32| {
        let function = |name| format!("def {name}(x):\n    return x in {{'first_word', 'second_word'}}, {number}\n");
        format!("{}{}", function("f"), function("g"))
    };
    let place = Place::new(&[
        ("program/main.py", "import helper_a, helper_b\nprint(helper_b.f('first_word'), helper_b.g(''))\n"),
        ("program/helper_a.py", before),
        ("program/helper_b.py", &sets(1)),
    ]);
    let all = ["program", "program/main.py", "program/helper_a.py", "program/helper_b.py"];
    place.let_settle(&all);
    place.build("program", "made", &[]);
    place.write("program/helper_b.py", &sets(2));
    place.let_settle(&all);
    place.let_settle(&["made"]);
    let (made, said) = place.build("program", "made", &["--timings"]);
    assert_eq!(extent(&said), "code", "{said}");
    assert!(made == place.build("program", "anew", &["--no-cache", "--jobs", "1"]).0);
    let packed = run(&mut Command::new(place.path("made")));
    assert_eq!(text(&packed.stdout), "(True, 2) (False, 2)\n");
}

#[test]
fn edits_in_quick_succession_are_all_seen() {
    let place = Place::new(&[("program/main.py", HELLO), ("program/helper.py", "NAME = 'a'\n")]);
    place.let_settle(&["program", "program/main.py", "program/helper.py"]);
    place.build("program", "made", &[]);
    // Of equal length, and within one tick of the file system's clock.
    for round in 0..10 {
        for name in ["b", "c"] {
            place.write("program/helper.py", &format!("NAME = '{name}{round}'\n"));
            let made = place.build("program", "made", &[]).0;
            assert!(made == place.build_anew("program"), "edit {name}{round} was not seen");
        }
    }
    // What is in the place of the executable is not taken for it.
    let mut altered = place.build("program", "made", &[]).0;
    altered[1000] ^= 1;
    fs::write(place.path("made"), &altered).unwrap();
    place.write("program/helper.py", "NAME = 'd'\n");
    assert!(place.build("program", "made", &[]).0 == place.build_anew("program"));
    // Code that cannot be compiled raises why, and the build says so.
    place.write("program/main.py", "import helper\nreturn helper\n");
    assert!(place.build("program", "made", &[]).0 == place.build_anew("program"));
}

#[test]
fn a_folder_is_made_again_only_where_something_changed() {
    let place =
        Place::new(&[("program/main.py", HELLO), ("program/helper.py", "NAME = 'a'\n"), ("program/data.txt", "1")]);
    place.let_settle(&["program", "program/main.py", "program/helper.py", "program/data.txt"]);
    let data = place.path("made/_internal/data.txt");
    let build = || {
        let output = run(place.command("program", "made").args(["--onedir", "--timings"]));
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert_eq!(fs::read_to_string(&data).unwrap(), "1");
        (extent(&text(&output.stderr)), identity(&place.path("made/made")))
    };
    let (extent, made) = build();
    assert_eq!(extent, "all");
    assert_eq!((build(), build()), (("nothing", made), ("nothing", made)));
    for change in [&|| fs::write(&data, "2").unwrap(), &|| fs::remove_file(&data).unwrap()] as [&dyn Fn(); 2] {
        change();
        let (extent, now) = build();
        assert_eq!((extent, build()), ("all", ("nothing", now)));
    }
    place.write("program/helper.py", "NAME = 'b'\n");
    assert_eq!(build().0, "all");
    let packed = run(&mut Command::new(place.path("made/made")));
    assert_eq!(text(&packed.stdout), "\"b\"\n");
}

#[test]
fn options_and_warnings_belong_to_the_record() {
    let source = "import sys\nif sys.argv[1:]:\n    import absent_module\nassert sys\n";
    let place = Place::new(&[("program/main.py", source)]);
    place.let_settle(&["program", "program/main.py"]);
    let builds = [&[] as &[&str], &["--python-option", "O"], &["--source"], &[]].map(|arguments| {
        let first = place.build("program", "made", arguments);
        let second = place.build("program", "made", arguments);
        assert!(first.0 == second.0, "{arguments:?}");
        let warnings = |said: &str| said.lines().filter(|line| line.starts_with("warning")).count();
        assert_eq!((warnings(&first.1), warnings(&second.1)), (1, 1), "{}\n{}", first.1, second.1);
        first.0
    });
    assert!(builds[0] == builds[3] && builds[0] != builds[1] && builds[0] != builds[2] && builds[1] != builds[2]);
}

#[test]
fn an_interpreter_is_asked_once() {
    let place = Place::new(&[("program/main.py", "print(1)\n")]);
    let (log, wrapper) = (place.path("log"), place.path("bin/python"));
    let script = format!("#!/bin/sh\necho asked >> {}\nexec {} \"$@\"\n", log.display(), interpreters::any().display());
    place.write("bin/python", &script);
    fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o755)).unwrap();
    place.let_settle(&["bin/python"]);
    let build = || {
        place.build("program", "made", &["--python", wrapper.to_str().unwrap()]);
        fs::read_to_string(&log).unwrap().lines().count()
    };
    assert_eq!(build(), 1);
    place.write("program/main.py", "print(2)\n");
    assert_eq!(build(), 1, "an edit of the program says nothing about the interpreter");
    place.write("bin/python", &format!("{script}# another one\n"));
    assert_eq!(build(), 2);
    place.let_settle(&["bin/python"]);
    place.write("pyvenv.cfg", "");
    place.let_settle(&["pyvenv.cfg"]);
    assert_eq!((build(), build()), (3, 3));
    place.write("pyvenv.cfg", "include-system-site-packages = false\n");
    assert_eq!(build(), 4, "its environment has changed");
}

#[test]
fn the_cache_can_be_looked_after() {
    let place = Place::new(&[("program/main.py", "print(1)\n")]);
    let cache = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rpack"));
        clean(&mut command);
        let output = run(command.env("RPACK_CACHE_DIR", place.path("cache")).arg("cache").args(arguments));
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout).trim().to_owned()
    };
    assert_eq!(cache(&["size"]), "0");
    cache(&["prune"]);
    cache(&["clean"]);
    place.build("program", "made", &[]);
    assert!(Path::new(&cache(&["dir"])).starts_with(place.path("cache")));
    let size: u64 = cache(&["size"]).parse().unwrap();
    assert!(size > 1_000_000, "{size}");
    cache(&["prune"]);
    assert_eq!(cache(&["size"]), size.to_string(), "the build of just now is used");
    cache(&["clean"]);
    assert_eq!(cache(&["size"]), "0");
}

#[test]
fn a_cache_that_cannot_be_written_costs_a_warning() {
    let place = Place::new(&[("program/main.py", "print(1)\n"), ("cache", "a file in the place of the folder")]);
    let (made, said) = place.build("program", "made", &[]);
    assert!(said.contains("warning: Cannot write the build cache"), "{said}");
    assert!(made == place.build_anew("program"));
}

#[test]
fn a_full_disk_costs_a_warning_and_leaves_nothing_half_written() {
    let place = Place::new(&[("program/main.py", "import asyncio, sqlite3\nprint(1)\n"), ("disk/.keep", "")]);
    let expected = place.build_anew("program");
    // Of what a build keeps some fits, and not all. The second one looks at all of it again.
    let build = place.command("program", "made");
    let script = "mount -t tmpfs -o size=1m none \"$0\" && \"$@\" && \"$@\" -v && ls -A \"$0\"/builds-1 >&2";
    let arguments: Vec<_> = build.get_args().map(std::ffi::OsStr::to_owned).collect();
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-c", script]).arg(place.path("disk")).arg(build.get_program()).args(arguments);
    clean(&mut command);
    let output = run(command.env("RPACK_CACHE_DIR", place.path("disk")));
    let said = text(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert_eq!(said.matches("warning: Cannot write the build cache").count(), 2, "{said}");
    assert!(said.contains("No space left"), "{said}");
    assert!(fs::read(place.path("made")).unwrap() == expected);
    let left = said.rsplit_once("Packed").unwrap().1.lines().skip(1);
    let is_whole = |name: &&str| name.ends_with(".answer") || name.ends_with(".pack") || *name == "lock";
    let half: Vec<&str> = left.filter(|name| !is_whole(name)).collect();
    assert!(half.is_empty(), "{half:?}");
}

/// Programs that share most of their modules.
const PROGRAMS: [(&str, &str); 4] = [
    ("one", "import json, asyncio\nprint('one')\n"),
    ("two", "import json, xml.dom.minidom\nprint('two')\n"),
    ("three", "import sqlite3, decimal\nprint('three')\n"),
    ("four", "import unittest, email.message\nprint('four')\n"),
];

/// What a verbose build says when a step begins.
const STEPS: [&str; 3] = ["Analyzing", "Compiling", "Compressing"];

#[test]
fn builds_at_once_some_killed_and_damage_leave_nothing_wrong() {
    let place = Place::new(&[]);
    for (name, source) in PROGRAMS {
        place.write(&format!("{name}/main.py"), source);
    }
    let expected = PROGRAMS.map(|(name, _)| place.build_anew(name));
    for round in 0..3 {
        let children: Vec<_> = (0..8)
            .map(|number: usize| {
                let mut command = place.command(PROGRAMS[number % 4].0, &format!("made-{number}"));
                (number, command.arg("-v").stderr(Stdio::piped()).spawn().unwrap())
            })
            .collect();
        for (number, mut child) in children {
            // The second four are killed, each as it begins another step.
            let last_words = STEPS.get((number + round) % 4).filter(|_| number >= 4);
            let lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
            let said: Vec<String> =
                lines.take_while(|line| last_words.is_none_or(|step| !line.contains(step))).collect();
            if last_words.is_some() {
                child.kill().unwrap();
            }
            let status = child.wait().unwrap();
            if last_words.is_none() {
                assert!(status.success(), "{}", said.join("\n"));
                assert!(fs::read(place.path(&format!("made-{number}"))).unwrap() == expected[number % 4]);
            }
        }
        damage(&place, round);
        for (number, (name, _)) in PROGRAMS.iter().enumerate() {
            assert!(place.build(name, "after", &[]).0 == expected[number], "{name} is wrong after round {round}");
        }
    }
    // What was killed left nothing; what was damaged is gone.
    let folder = packer::cache::folder(&place.path("cache"));
    for entry in fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(["lock", "pruned"].contains(&&*name) || name.ends_with(".pack") || name.ends_with(".answer"), "{name}");
    }
}

/// Cuts, alters or empties the files of the cache.
fn damage(place: &Place, round: usize) {
    for (number, path) in ["pack", "answer"].iter().flat_map(|ending| place.cached_files(ending)).enumerate() {
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        match (number + round) % 3 {
            0 => bytes.truncate(middle),
            1 => bytes[middle] ^= 0x20,
            _ => bytes.iter_mut().skip(middle).step_by(97).for_each(|byte| *byte = 0),
        }
        fs::write(&path, bytes).unwrap();
    }
}

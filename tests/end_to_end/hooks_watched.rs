//! Builds that ran hooks of PyInstaller: a later build runs them again where, and only where, they might say something else.

use crate::build_cache::{Place, extent};
use crate::rpack::{clean, run, text};
use std::fs;
use std::process::Command;

const MAIN: &str = "import helper\nprint(helper.NAME)\n";

/// Each line that it prints in its copy of the process, and each thing that it looks at itself, can be changed from outside.
const HOOK: &str = "import glob, os, pathlib
from PyInstaller.utils.hooks import exec_statement
here = os.path.join(os.path.dirname(__file__), '..', 'seen')
found = [
    os.path.exists(os.path.join(here, 'looked-for')),
    os.path.isdir(os.path.join(here, 'folder')),
    pathlib.Path(here, 'by-pathlib').is_file(),
    bool(glob.glob(os.path.join(here, 'listed', '*'))),
    os.environ.get('RPACK_TEST_VARIABLE') == 'set',
    open(os.path.join(here, 'opened')).read() == 'other',
    exec_statement(f'import os; print(os.path.exists({here!r} + \"/in-a-copy\"))') == 'True',
]
hiddenimports = [name for name, is_there in zip(['shelve', 'csv', 'cmd', 'mailbox', 'sched', 'fileinput', 'colorsys'], found) if is_there]
";

struct Case {
    place: Place,
}

impl Case {
    fn new(hook: &str) -> Self {
        let place = Place::new(&[
            ("program/main.py", MAIN),
            ("program/helper.py", "NAME = 1\n"),
            ("hooks/hook-helper.py", hook),
            ("seen/opened", ""),
            ("seen/folder/file", ""),
            ("seen/listed/.hidden", ""),
        ]);
        let case = Case { place };
        case.let_settle();
        case
    }

    fn let_settle(&self) {
        let names = ["program", "program/main.py", "program/helper.py", "hooks", "hooks/hook-helper.py"];
        self.place.let_settle(&names);
        self.place.let_settle(&["seen", "seen/opened", "seen/folder", "seen/listed", "made"]);
        self.place.let_settle(&["seen/looked-for", "seen/by-pathlib", "seen/listed/name", "seen/in-a-copy"]);
    }

    /// Builds, and gives how much of it was done, and what was made.
    fn build(&self, variable: &str) -> (&'static str, Vec<u8>) {
        self.build_to("made", variable, &[])
    }

    /// Builds as if nothing had ever been built.
    fn build_anew(&self, variable: &str) -> Vec<u8> {
        self.build_to("anew", variable, &["--no-cache"]).1
    }

    fn build_to(&self, name: &str, variable: &str, flags: &[&str]) -> (&'static str, Vec<u8>) {
        let mut command = self.place.command("program", name);
        command.env("RPACK_TEST_VARIABLE", variable).arg("--timings").args(flags);
        let output = run(command.arg("--additional-hooks-dir").arg(self.place.path("hooks")));
        assert!(output.status.success(), "{}", text(&output.stderr));
        (extent(&text(&output.stderr)), fs::read(self.place.path(name)).unwrap())
    }
}

#[test]
fn hooks_run_again_where_something_changed_that_they_looked_at() {
    let case = Case::new(HOOK);
    let place = &case.place;
    assert_eq!(case.build("").0, "all");
    assert_eq!(case.build("").0, "nothing");
    place.write("program/main.py", &format!("{MAIN}print(2)\n"));
    place.write("program/helper.py", "NAME = 2\n");
    case.let_settle();
    assert_eq!(case.build("").0, "code");
    let mut packed = Command::new(place.path("made"));
    clean(&mut packed);
    let packed = run(&mut packed);
    assert_eq!(text(&packed.stdout), "2\n2\n");

    let write = |name: &'static str, content: &'static str| move || place.write(name, content);
    type Change<'a> = (&'a str, &'a str, &'a str, Box<dyn Fn() + 'a>);
    let changes: [Change; 9] = [
        ("a file that was looked for", "", "all", Box::new(write("seen/looked-for", ""))),
        (
            "a file in a folder of which only that it is there was asked",
            "",
            "nothing",
            Box::new(write("seen/folder/x", "")),
        ),
        ("a file that pathlib looked for", "", "all", Box::new(write("seen/by-pathlib", ""))),
        ("a name in a folder that was listed", "", "all", Box::new(write("seen/listed/name", ""))),
        ("an environment variable", "set", "all", Box::new(|| ())),
        ("the same variable", "set", "nothing", Box::new(|| ())),
        ("the content of a file that was opened", "set", "all", Box::new(write("seen/opened", "other"))),
        ("a file that a copy of the process looked for", "set", "all", Box::new(write("seen/in-a-copy", ""))),
        ("a folder that is gone", "set", "all", Box::new(|| fs::remove_dir_all(place.path("seen/folder")).unwrap())),
    ];
    let mut before = fs::read(place.path("made")).unwrap();
    for (change, variable, expected, make) in changes {
        make();
        case.let_settle();
        let (extent, made) = case.build(variable);
        assert_eq!(extent, expected, "{change}");
        assert_eq!(made != before, expected == "all", "{change}");
        assert!(made == case.build_anew(variable), "after {change} the cache made something else");
        before = made;
    }
}

#[test]
fn hooks_that_look_at_more_than_files_run_every_time() {
    for hook in [
        "import subprocess, sys\nsubprocess.run([sys.executable, '--version'])\n",
        "import os\ncopied = dict(os.environ)\n",
        "import os\nif os.fork() == 0:\n    os._exit(0)\nos.wait()\n",
        "from PyInstaller.utils.hooks import exec_statement\ntry:\n    exec_statement('import os; os._exit(1)')\nexcept RuntimeError:\n    pass\n",
    ] {
        let case = Case::new(hook);
        for _ in 0..2 {
            assert_eq!(case.build("").0, "all", "{hook}");
        }
    }
}

#[test]
fn a_source_that_a_hook_reads_is_not_only_code() {
    let hook = "def hook(api):\n    api.add_imports(*(['shelve'] if 9 in api.co.co_consts else []))\n";
    let case = Case::new(hook);
    case.build("");
    case.place.write("program/helper.py", "NAME = 9\n");
    case.let_settle();
    assert_eq!(case.build("").0, "all");
}

//! `--runtime-hook`: scripts that run before the program.

use crate::interpreters;
use crate::rpack::{clean, pack_files, rpack, run, text};
use std::path::Path;
use std::process::{Command, Output};

fn packed_run(files: &[(&str, &str)], hooks: &[&str], arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let paths: Vec<String> =
        hooks.iter().map(|hook| folder.path().join("program").join(hook).display().to_string()).collect();
    let flags: Vec<&str> =
        paths.iter().flat_map(|path| ["--runtime-hook", path]).chain(arguments.iter().copied()).collect();
    let mut command = Command::new(pack_files(folder.path(), interpreters::any(), files, "main.py", &flags));
    clean(&mut command);
    run(&mut command)
}

#[test]
fn hooks_prepare_what_the_program_finds() {
    let finder = "import sys, importlib.machinery, importlib.abc, textwrap\n\
        class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):\n    \
            def find_spec(self, name, path=None, target=None):\n        \
                return importlib.machinery.ModuleSpec(name, self) if name == 'made' else None\n    \
            def exec_module(self, module):\n        \
                module.VALUE = textwrap.dedent('  made by a hook')\n\
        sys.meta_path.insert(0, Finder())\n";
    let variable = "import os, sys\nos.environ['FROM_HOOK'] = 'yes'\nsys.path.append('/from/hook')\nLEFT = 1\nprint('hook', __name__, os.path.basename(__file__))\n";
    let second = "print('second', LEFT, __name__)\n";
    let main = "import os, sys\n\
        print(os.environ['FROM_HOOK'], '/from/hook' in sys.path, __import__('made').VALUE, LEFT)\n\
        print(os.path.basename(__file__), __spec__, __name__, sys.argv[1:])\n\
        print(type(sys.meta_path[0]).__name__, 'json' in sys.modules)\n";
    let files =
        [("main.py", main), ("hooks/variable.py", variable), ("finder.py", finder), ("other/variable.py", second)];
    let hooks = ["hooks/variable.py", "finder.py", "other/variable.py"];
    let output = packed_run(&files, &hooks, &["--exclude-module", "json"]);
    let expected = "hook __main__ variable.py\nsecond 1 __main__\nyes True made by a hook 1\nmain.py None __main__ []\nFinder False\n";
    assert_eq!(text(&output.stdout), expected, "{}", text(&output.stderr));
}

#[test]
fn an_error_in_a_hook_ends_the_program() {
    let files =
        [("main.py", "print('never')\n"), ("my_hook.py", "def fail():\n    raise ValueError('in a hook')\n\nfail()\n")];
    for (flags, source) in [(&[][..], ""), (&["--source"], "    raise ValueError('in a hook')\n")] {
        let output = packed_run(&files, &["my_hook.py"], flags);
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(1), String::new()));
        let traceback = text(&output.stderr);
        assert!(traceback.starts_with("Traceback (most recent call last):\n"), "{traceback}");
        assert!(traceback.contains("my_hook.py\", line 4, in <module>\n"), "{traceback}");
        assert!(traceback.contains("my_hook.py\", line 2, in fail\n") && traceback.contains(source), "{traceback}");
        assert!(traceback.ends_with("ValueError: in a hook\n"), "{traceback}");
    }
}

#[test]
fn a_hook_may_end_the_program() {
    let output =
        packed_run(&[("main.py", "print('never')\n"), ("hook.py", "raise SystemExit(9)\n")], &["hook.py"], &[]);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(9), String::new()));
}

#[test]
fn hooks_run_in_the_processes_of_multiprocessing() {
    let main = "import multiprocessing, sys\n\
        def work(number):\n    return number, sys.from_hook, __name__\n\
        if __name__ == '__main__':\n    \
            for method in ('fork', 'spawn', 'forkserver'):\n        \
                with multiprocessing.get_context(method).Pool(1) as pool:\n            \
                    print(method, pool.apply(work, [1]))\n";
    let files = [("main.py", main), ("hook.py", "import sys\nsys.from_hook = 'set'\n")];
    let output = packed_run(&files, &["hook.py"], &[]);
    let expected =
        "fork (1, 'set', '__main__')\nspawn (1, 'set', '__mp_main__')\nforkserver (1, 'set', '__mp_main__')\n";
    assert_eq!(text(&output.stdout), expected, "{}", text(&output.stderr));
}

#[test]
fn a_hook_is_no_module() {
    let main = "import importlib.util, pkgutil, sys\n\
        print([name for _, name, _ in pkgutil.iter_modules([sys._MEIPASS]) if 'hook' in name])\n\
        for name in ('hook', '__main__.runtime_hook_0'):\n    \
            try:\n        \
                __import__(name)\n    \
            except ImportError as error:\n        \
                print(type(error).__name__)\n";
    let files = [("main.py", main), ("hook.py", "")];
    let output = packed_run(&files, &["hook.py"], &["--exclude-module", "hook"]);
    assert_eq!(text(&output.stdout), "[]\nModuleNotFoundError\nModuleNotFoundError\n", "{}", text(&output.stderr));
}

#[test]
fn a_hook_that_cannot_run_stops_the_build() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("main.py"), "").unwrap();
    std::fs::write(folder.path().join("wrong.py"), "def\n").unwrap();
    std::fs::write(folder.path().join("misses.py"), "import no_such_module\n").unwrap();
    let build = |hook: &Path| {
        let mut command = rpack();
        command.arg("build").arg(folder.path().join("main.py")).arg("--python").arg(interpreters::any());
        let output = run(command.arg("--runtime-hook").arg(hook).arg("--output").arg(folder.path().join("packed")));
        assert!(!output.status.success());
        assert!(!folder.path().join("packed").exists());
        text(&output.stderr)
    };
    for (hook, message) in [
        ("absent.py", "absent.py"),
        ("wrong.py", "wrong.py:1"),
        ("misses.py", "Module not found: `no_such_module` (imported by `misses.py:1`)"),
    ] {
        let said = build(&folder.path().join(hook));
        assert!(said.contains(message), "{hook}: {said}");
    }
}

//! PyInstaller's hooks, with packages made up for them: what each thing that a hook can say does to the program.

use crate::interpreters;
use crate::libraries::install;
use crate::rpack::{clean, rpack, run, text};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// A library that imports what it is told, by names that no source shows.
const LIB: &str = "import importlib, os, sys\n\
    def load(backwards):\n    return importlib.import_module(backwards[::-1])\n\
    def read(name):\n    with open(os.path.join(sys._MEIPASS, name)) as file:\n        return file.read()\n";

/// A program with a library and hooks, in a folder of its own.
struct Case {
    folder: TempDir,
}

impl Case {
    fn new(main: &str, site: &[(&str, &str)], hooks: &[(&str, &str)]) -> Self {
        let case = Case { folder: tempfile::tempdir().unwrap() };
        install(&case.site(), "lib", &[&[("lib/__init__.py", LIB)], site].concat());
        fs::write(case.path("main.py"), main).unwrap();
        for (name, content) in hooks {
            let path = case.path("hooks").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        case
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn site(&self) -> PathBuf {
        self.path("site")
    }

    /// Packs the program with the hooks in the folder `hooks`, and further flags, and gives what was said.
    fn pack(&self, python: &Path, flags: &[&str]) -> String {
        let mut command = rpack();
        command.current_dir(self.folder.path()).env("PYTHONPATH", self.site());
        command.args(["build", "main.py", "--output", "packed", "--python"]).arg(python).args(flags);
        let built = run(&mut command);
        assert!(built.status.success(), "{}", text(&built.stderr));
        text(&built.stderr)
    }

    /// Runs what was packed, where neither the library nor the hooks are any more.
    fn run(&self) -> Output {
        for folder in ["site", "hooks"] {
            let _ = fs::remove_dir_all(self.path(folder));
        }
        let mut packed = Command::new(self.path("packed"));
        clean(&mut packed);
        run(&mut packed)
    }

    /// Packs with the hooks and every interpreter, where nothing may be said, and compares what the program prints.
    fn prints(&self, expected: &str) {
        let said = self.pack(interpreters::any(), &["--additional-hooks-dir", "hooks"]);
        assert!(!said.contains("warning"), "{said}");
        let output = self.run();
        assert_eq!(text(&output.stdout), expected, "{}\n{said}", text(&output.stderr));
    }
}

#[test]
fn what_a_hook_assigns_is_done() {
    let main = "import lib, os, sys\n\
        print(lib.load('eno_neddih').VALUE, lib.load('renni.bil').VALUE)\n\
        print(lib.read('beside/one.txt'), lib.read('beside/tree/deep.txt'), lib.read('two.txt'))\n\
        try:\n    import lib.wishes\n    print(lib.wishes.HAS)\nexcept ImportError as error:\n    print(error)\n\
        import inspect, lib.read_by_itself\n\
        print(getattr(inspect, 'ecruosteg'[::-1])(lib.read_by_itself.function))\n\
        print(os.path.exists(lib.__file__))\n";
    let site = [
        ("hidden_one.py", "VALUE = 'hidden'\n"),
        ("unwanted.py", "VALUE = 'unwanted'\n"),
        ("lib/inner.py", "VALUE = 'inner'\n"),
        ("lib/wishes.py", "try:\n    import unwanted\n    HAS = True\nexcept ImportError:\n    HAS = False\n"),
        ("lib/read_by_itself.py", "def function():\n    return 1\n"),
    ];
    let hook = "import os\n\
        here = os.path.dirname(__file__)\n\
        hiddenimports = ['hidden_one', '.inner', 'missing_and_expected']\n\
        excludedimports = ['unwanted']\n\
        warn_on_missing_hiddenimports = False\n\
        datas = [(os.path.join(here, 'data', 'one.txt'), 'beside'), (os.path.join(here, 'data', 't*'), 'beside/tree'),\n    \
            (os.path.join(here, 'data', 'two.txt'), '.')]\n\
        module_collection_mode = {'lib.read_by_itself': 'pyz+py'}\n";
    let data = [("data/one.txt", "1"), ("data/two.txt", "2"), ("data/tree/deep.txt", "3")];
    let case = Case::new(main, &site, &[&[("hook-lib.py", hook)][..], &data].concat());
    case.prints("hidden inner\n1 3 2\nFalse\ndef function():\n    return 1\n\nFalse\n");
}

#[test]
fn what_the_function_of_a_hook_does_is_done() {
    let main = "import lib, lib.wishes\n\
        print(lib.load('eno_neddih').VALUE, lib.load('owt_neddih').VALUE, lib.read('told/facts.txt'))\n\
        print(lib.wishes.HAS)\n\
        import inspect\nprint(inspect.getsource(lib.wishes).count('unwanted'))\n";
    let site = [
        ("hidden_one.py", "VALUE = 1\n"),
        ("hidden_two.py", "VALUE = 2\n"),
        ("unwanted.py", "VALUE = 'unwanted'\n"),
        ("lib/wishes.py", "try:\n    import unwanted\n    HAS = True\nexcept ImportError:\n    HAS = False\n"),
    ];
    let hook = "import os\n\
        def hook(hook_api):\n    \
            global hiddenimports\n    \
            assert hook_api.__name__ == 'lib.wishes', hook_api.__name__\n    \
            assert hook_api.__file__.endswith('lib/wishes.py'), hook_api.__file__\n    \
            assert hook_api.__path__ is None\n    \
            assert 'unwanted' in hook_api.co.co_names\n    \
            facts = os.path.join(os.path.dirname(__file__), 'facts.txt')\n    \
            hook_api.add_imports('hidden_one')\n    \
            hiddenimports = ['hidden_two']\n    \
            hook_api.add_datas([(facts, 'told')])\n    \
            hook_api.del_imports('unwanted')\n    \
            hook_api.set_module_collection_mode(None, 'py')\n";
    let package = "def hook(hook_api):\n    \
            assert hook_api.__path__ == [hook_api.__file__] and hook_api.__file__.endswith('/lib'), hook_api.__file__\n";
    let hooks = [("hook-lib.wishes.py", hook), ("hook-lib.py", package), ("facts.txt", "facts")];
    Case::new(main, &site, &hooks).prints("1 2 facts\nFalse\n1\n");
}

#[test]
fn libraries_come_with_what_they_need_and_are_found_by_name() {
    let main = "import ctypes, lib\nprint(ctypes.CDLL('libouter.so.1').outer())\n";
    let hook = "import os\nbinaries = [(os.path.join(os.path.dirname(__file__), 'libouter.so.1'), '.')]\n";
    let case = Case::new(main, &[], &[("hook-lib.py", hook)]);
    let compile = |name: &str, source: &str, more: &[&str]| {
        let code = case.path("code.c");
        fs::write(&code, source).unwrap();
        let mut compiler = Command::new("cc");
        compiler.current_dir(case.path("hooks")).args(["-shared", "-fPIC", "-o", name]).arg(&code).args(more);
        let output = run(compiler.arg(format!("-Wl,-soname,{name}")));
        assert!(output.status.success(), "{}", text(&output.stderr));
    };
    compile("libinner.so.1", "int inner(void) { return 42; }", &[]);
    let needs = ["-L.", "-l:libinner.so.1", "-Wl,-rpath,$ORIGIN"];
    compile("libouter.so.1", "int inner(void); int outer(void) { return inner() + 1; }", &needs);
    case.prints("43\n");
}

#[test]
fn scripts_run_before_a_program_that_includes_their_module() {
    let main = "import os, lib\nprint(os.environ['FROM_HOOK'], 'OTHER' in os.environ)\n";
    let table = "{\n    'lib': ['first.py', 'second.py'],\n    'absent': ['third.py'],  # 'lib'\n}\n";
    let hooks = [
        ("rthooks.dat", table),
        ("rthooks/first.py", "import os, helper\nos.environ['FROM_HOOK'] = helper.VALUE\n"),
        ("rthooks/second.py", "import os\nos.environ['FROM_HOOK'] += ' and again'\n"),
        ("rthooks/third.py", "import os\nos.environ['OTHER'] = 'yes'\n"),
    ];
    let case = Case::new(main, &[("helper.py", "VALUE = 'set'\n")], &hooks);
    fs::write(case.path("own.py"), "import os\nassert 'FROM_HOOK' not in os.environ\n").unwrap();
    let said = case.pack(interpreters::any(), &["--additional-hooks-dir", "hooks", "--runtime-hook", "own.py"]);
    assert!(!said.contains("warning"), "{said}");
    let output = case.run();
    assert_eq!(text(&output.stdout), "set and again False\n", "{}", text(&output.stderr));
}

#[test]
fn names_are_prepared_before_they_are_looked_for() {
    let main = "import lib.other_name.part, lib.grown, sys, moved\n\
        print(sys.modules['real.part'].VALUE, lib.grown.VALUE, moved.VALUE)\n\
        import lib.made\nprint(lib.made.VALUE)\n";
    let site = [
        (
            "lib/__init__.py",
            "import importlib, os, sys, types\n\
            sys.modules['lib.other_name'] = importlib.import_module('laer'[::-1])\n\
            sys.modules['lib.other_name.part'] = importlib.import_module('trap.laer'[::-1])\n\
            sys.modules['lib.made'] = types.ModuleType('lib.made')\n\
            sys.modules['lib.made'].VALUE = 'made'\n\
            made = sys.modules['lib.made']\n\
            __path__.append(os.path.join(os.path.dirname(os.path.dirname(__file__)), 'more'))\n",
        ),
        ("real/__init__.py", ""),
        ("real/part.py", "VALUE = 'real'\n"),
        ("more/grown.py", "VALUE = 'grown'\n"),
        ("moved_to/moved.py", "VALUE = 'moved'\n"),
    ];
    let import = "import os\n\
        def pre_safe_import_module(api):\n    \
            assert (api.module_name, api.module_basename) == ('lib', 'lib')\n    \
            api.add_alias_module('real', 'lib.other_name')\n    \
            api.add_runtime_module('lib.made')\n    \
            api.append_package_path(os.path.join(os.path.dirname(__file__), '..', '..', 'site', 'more'))\n";
    let search = "import os\n\
        def pre_find_module_path(api):\n    \
            api.search_dirs = [os.path.join(folder, 'moved_to') for folder in api.search_dirs]\n";
    let hooks = [("pre_safe_import_module/hook-lib.py", import), ("pre_find_module_path/hook-moved.py", search)];
    Case::new(main, &site, &hooks).prints("real grown moved\nmade\n");
}

/// A hook that uses every function that hooks are offered, and says what is not as documented.
#[test]
fn the_functions_that_hooks_call_answer_as_documented() {
    let metadata = "[made.group]\none = lib.inner:f\n";
    let site = [
        ("lib/inner/__init__.py", "VALUE = 5\nimport json\n"),
        ("lib/inner/deep.py", ""),
        ("lib/tests/__init__.py", ""),
        ("lib/tests/test_x.py", "raise ImportError\n"),
        ("lib/data/a.txt", ""),
        ("lib/data/b.json", ""),
        ("lib/data/more/c.txt", ""),
        ("lib/libs/libmade.so", ""),
        ("single.py", "import sys\nsys.exit(3)\n"),
        ("lib-1.5.dist-info/entry_points.txt", metadata),
    ];
    let hook = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/end_to_end/hooks/functions.py"));
    let hook = hook.unwrap();
    for python in interpreters::all().values() {
        let case = Case::new("import lib\nprint('packed')\n", &site, &[("hook-lib.py", &hook)]);
        let said = case.pack(python, &["--additional-hooks-dir", "hooks", "-v"]);
        // Only that it ended a copy of the process is said, where everything is.
        let of_hook: Vec<&str> = said.lines().filter(|line| line.contains("hook-lib.py")).collect();
        let is_expected = |line: &&str| line.contains("(a process that ended)");
        assert!(of_hook.len() == 1 && of_hook.iter().all(is_expected), "{said}");
        assert_eq!(text(&case.run().stdout), "packed\n");
    }
}

#[test]
fn a_hook_that_fails_is_left_out_and_the_build_goes_on() {
    let main = "import lib, lib.a\nprint(lib.load('eno_neddih').VALUE)\n";
    let site = [("lib/a.py", ""), ("hidden_one.py", "VALUE = 'there'\n")];
    let good = ("hook-lib.a.py", "hiddenimports = ['hidden_one']\n");
    for (hook, line, reason) in [
        ("x = 1\n\ndef f():\n    raise ValueError('wrong')\n\nf()\n", 4, "ValueError: wrong"),
        ("def hook(hook_api):\n    hook_api.add_datas(None)\n", 2, "TypeError: "),
        ("\nx = (\n", 2, "SyntaxError: "),
        ("raise SystemExit('no way')\n", 1, "SystemExit: no way"),
        ("hiddenimports = [1]\n", 0, "TypeError: `hiddenimports` holds 1, which is no module's name"),
        ("datas = ['x']\n", 0, "TypeError: `datas` holds 'x', which is no pair of a source and a folder"),
        ("import os\nos._exit(7)\n", 0, "its process ended: exit status: 7"),
    ] {
        let case = Case::new(main, &site, &[("hook-lib.py", hook), good]);
        let said = case.pack(interpreters::any(), &["--additional-hooks-dir", "hooks"]);
        let place = if line == 0 { "hook-lib.py`".to_owned() } else { format!("hook-lib.py:{line}`") };
        let warnings: Vec<_> = said.lines().filter(|line| line.contains("warning")).collect();
        assert_eq!(warnings.len(), 1, "{hook}: {said}");
        for part in [place.as_str(), reason, "`--hooks off`"] {
            assert!(warnings[0].contains(part), "{hook}: {said}");
        }
        assert_eq!(text(&case.run().stdout), "there\n", "{hook}");
    }
}

/// A hook that never ends is left out, and nothing that it has started outlives the build: who reads the pipe comes to its end when nobody
/// has it open for writing.
#[test]
fn a_hook_that_does_not_end_is_left_out_with_all_that_it_started() {
    let main = "import lib, lib.a\nprint(lib.load('eno_neddih').VALUE)\n";
    let site = [("lib/a.py", ""), ("hidden_one.py", "VALUE = 'there'\n")];
    let begin = "import os, signal, subprocess\n\
        pipe = open(os.path.join(os.path.dirname(__file__), 'pipe'), 'w')\n\
        print('started', file=pipe, flush=True)\n";
    for wait in [
        "signal.pause()\n",
        "from PyInstaller import isolated\nisolated.call(signal.pause)\n",
        "subprocess.run(['sh', '-c', 'sleep infinity; true'], pass_fds=[pipe.fileno()])\n",
    ] {
        let hooks = [
            ("hook-lib.py", format!("{begin}{wait}")),
            ("hook-lib.a.py", "hiddenimports = ['hidden_one']\n".to_owned()),
        ];
        let hooks: Vec<_> = hooks.iter().map(|(name, content)| (*name, content.as_str())).collect();
        let case = Case::new(main, &site, &hooks);
        let pipe = case.path("hooks/pipe");
        assert!(run(Command::new("mkfifo").arg(&pipe)).status.success());
        let reading = std::thread::spawn(move || fs::read_to_string(pipe).unwrap());
        let said = case.pack(interpreters::any(), &["--additional-hooks-dir", "hooks", "--hook-timeout", "1"]);
        let warnings: Vec<_> = said.lines().filter(|line| line.contains("warning")).collect();
        assert_eq!(warnings.len(), 1, "{wait}: {said}");
        for part in ["hook-lib.py` has not ended after 1 s", "`--hook-timeout SECONDS`", "`--hooks off`"] {
            assert!(warnings[0].contains(part), "{wait}: {said}");
        }
        assert_eq!(reading.join().unwrap(), "started\n", "{wait}");
        assert_eq!(text(&case.run().stdout), "there\n", "{wait}");
    }
}

#[test]
fn hooks_are_told_what_is_configured_for_them() {
    let hook = "from PyInstaller.utils.hooks import get_hook_config\n\
        def hook(hook_api):\n    \
            assert get_hook_config(hook_api, 'lib', 'absent') is None\n    \
            assert get_hook_config(hook_api, 'other', 'backends') is None\n    \
            hook_api.add_imports(*get_hook_config(hook_api, 'lib', 'backends'))\n";
    let main = "import lib\nprint(lib.load('eno_neddih').VALUE)\n";
    let case = Case::new(main, &[("hidden_one.py", "VALUE = 'there'\n")], &[("hook-lib.py", hook)]);
    let configuration = "[tool.rpack]\nadditional-hooks-dirs = ['hooks']\nhook-timeout = 60\n\
        [tool.rpack.hooks-config.lib]\nbackends = ['hidden_one']\n";
    let spec = "a = Analysis(['main.py'], hookspath=['hooks'], hooksconfig={'lib': {'backends': ['hidden_one']}})\n\
        EXE(PYZ(a.pure), a.scripts, name='packed')\n";
    for (name, text_of_it, given) in [("pyproject.toml", configuration, "main.py"), ("app.spec", spec, "app.spec")] {
        fs::write(case.path(name), text_of_it).unwrap();
        let mut command = rpack();
        command.current_dir(case.folder.path()).env("PYTHONPATH", case.site());
        command
            .args(["build", given, "--output", given.split('.').next().unwrap(), "--python"])
            .arg(interpreters::any());
        let built = run(&mut command);
        assert!(built.status.success() && !text(&built.stderr).contains("warning"), "{}", text(&built.stderr));
        let mut packed = Command::new(case.path(given.split('.').next().unwrap()));
        clean(&mut packed);
        assert_eq!(text(&run(&mut packed).stdout), "there\n", "{name}");
        fs::remove_file(case.path(name)).unwrap();
    }
}

#[test]
fn a_hook_asks_what_conda_has_installed() {
    let folder = tempfile::tempdir().unwrap();
    let environment = folder.path().join("environment");
    let made = run(Command::new(interpreters::any()).args(["-m", "venv", "--without-pip"]).arg(&environment));
    assert!(made.status.success(), "{}", text(&made.stderr));
    let record = |name: &str, files: &str, depends: &str| {
        let record =
            format!("{{\"name\": \"{name}\", \"version\": \"1\", \"files\": [{files}], \"depends\": [{depends}]}}");
        (format!("conda-meta/{name}-1-0.json"), record)
    };
    let files = [
        record("lib", "\"lib/python3.11/site-packages/lib/__init__.py\"", "\"native >=1\", \"__glibc >=2.17\""),
        record("native", "\"lib/libnative.so.1\", \"lib/native/other.so\"", "\"lib\""),
        ("lib/libnative.so.1".to_owned(), String::new()),
    ];
    for (name, content) in &files {
        fs::create_dir_all(environment.join(name).parent().unwrap()).unwrap();
        fs::write(environment.join(name), content).unwrap();
    }
    let hook = "from PyInstaller.utils.hooks import conda_support as conda\n\
        found = conda.package_distribution('lib')\n\
        assert (found.name, found.version, found.dependencies, found.packages) == ('lib', '1', ['native'], ['lib'])\n\
        assert list(conda.walk_dependency_tree('lib')) == ['lib', 'native']\n\
        assert list(conda.walk_dependency_tree('lib', ['nat*'])) == ['lib']\n\
        assert conda.requires('lib') == ['native >=1', '__glibc >=2.17'] and conda.requires('lib', True) == ['native']\n\
        assert [str(file) for file in conda.files('native')] == ['lib/libnative.so.1', 'lib/native/other.so']\n\
        (library, folder), = conda.collect_dynamic_libs('lib')\n\
        assert library.endswith('environment/lib/libnative.so.1') and folder == '.', library\n";
    let case = Case::new("import lib\nprint('packed')\n", &[], &[("hook-lib.py", hook)]);
    let said = case.pack(&environment.join("bin/python"), &["--additional-hooks-dir", "hooks", "-v"]);
    assert!(!said.contains("hook-lib.py"), "{said}");
    assert_eq!(text(&case.run().stdout), "packed\n");
}

#[test]
fn a_hook_that_needs_more_of_pyinstaller_is_left_out_by_name() {
    for (hook, needs) in [
        ("from PyInstaller.utils.hooks.gi import GiModuleInfo\n", "PyInstaller.utils.hooks.gi"),
        ("from PyInstaller.utils.hooks import no_such_function\n", "PyInstaller.utils.hooks.no_such_function"),
        ("from PyInstaller.utils.hooks import conda\n", "PyInstaller.utils.hooks.conda"),
        ("from PyInstaller.utils.hooks import conda_support\n", "PyInstaller.utils.hooks.conda_support"),
        ("from PyInstaller import compat\ncompat.no_such_fact\n", "PyInstaller.compat.no_such_fact"),
        ("def hook(hook_api):\n    hook_api.graph\n", "hook_api.graph"),
    ] {
        let case = Case::new("import lib\n", &[], &[("hook-lib.py", hook)]);
        let said = case.pack(interpreters::any(), &["--additional-hooks-dir", "hooks"]);
        assert_eq!(said.matches("warning").count(), 1, "{said}");
        assert!(said.contains("is left out") && said.contains(&format!("`{needs}`")), "{said}");
    }
}

#[test]
fn hooks_of_a_package_are_found_and_can_be_left_out() {
    let main =
        "import lib\ntry:\n    print(lib.load('eno_neddih').VALUE)\nexcept ImportError as error:\n    print(error)\n";
    let site = [
        ("hidden_one.py", "VALUE = 'there'\n"),
        ("lib/hooks_for_pyinstaller/__init__.py", "raise SystemExit('must not be imported')\n"),
        ("lib/hooks_for_pyinstaller/hook-lib.py", "hiddenimports = ['hidden_one']\n"),
        (
            "lib-1.5.dist-info/entry_points.txt",
            "[pyinstaller40]\nhook-dirs = lib.hooks_for_pyinstaller:get_hook_dirs\n",
        ),
    ];
    let user = [("hook-lib.py", "hiddenimports = []\n")];
    for (flags, expected) in [
        (&[][..], "there\n"),
        (&["--hooks", "auto"], "there\n"),
        (&["--hooks", "off"], "No module named 'hidden_one'\n"),
        (&["--additional-hooks-dir", "hooks"], "No module named 'hidden_one'\n"),
    ] {
        let case = Case::new(main, &site, &user);
        let said = case.pack(interpreters::any(), flags);
        assert!(!said.contains("warning"), "{said}");
        assert_eq!(text(&case.run().stdout), expected, "{flags:?}");
    }
    let case = Case::new("", &[], &[]);
    let mut command = rpack();
    command.current_dir(case.folder.path()).args(["build", "main.py", "--additional-hooks-dir", "absent", "--python"]);
    let refused = run(command.arg(interpreters::any()));
    assert!(!refused.status.success());
    assert!(text(&refused.stderr).contains("`absent` (from `--additional-hooks-dir`)"), "{}", text(&refused.stderr));
}

#[test]
fn a_hidden_import_that_is_missing_is_a_detail_unless_the_hook_expects_it() {
    for (expects, told) in [("True", true), ("False", false)] {
        let hook = format!("hiddenimports = ['nowhere']\nwarn_on_missing_hiddenimports = {expects}\n");
        let case = Case::new("import lib\n", &[], &[("hook-lib.py", &hook)]);
        let quiet = case.pack(interpreters::any(), &["--additional-hooks-dir", "hooks"]);
        assert!(!quiet.contains("warning"), "{quiet}");
        let said = case.pack(interpreters::any(), &["--additional-hooks-dir", "hooks", "-v"]);
        assert_eq!(said.contains("Module not found: `nowhere` (added for `lib`"), told, "{said}");
    }
}

/// Every start of the environment's interpreter runs `sitecustomize`, except for those that compile.
#[test]
fn one_process_runs_the_hooks_and_none_where_there_are_none() {
    let folder = tempfile::tempdir().unwrap();
    let environment = folder.path().join("environment");
    let made = run(Command::new(interpreters::any()).args(["-m", "venv", "--without-pip"]).arg(&environment));
    assert!(made.status.success(), "{}", text(&made.stderr));
    let python = environment.join("bin/python");
    let probe = "import sysconfig; print(sysconfig.get_path('purelib'))";
    let packages = text(&run(Command::new(&python).args(["-I", "-c", probe])).stdout);
    let starts = folder.path().join("starts");
    let note = format!("open({:?}, 'a').write('start\\n')\n", starts.display().to_string());
    fs::write(Path::new(packages.trim()).join("sitecustomize.py"), note).unwrap();
    let hooks = [
        (
            "hook-lib.py",
            "from PyInstaller.utils.hooks import collect_all, is_module_satisfies\n\
            datas, binaries, hiddenimports = collect_all('lib')\nassert is_module_satisfies('lib >= 1')\n",
        ),
        (
            "hook-lib.a.py",
            "from PyInstaller.utils.hooks import exec_statement\nassert exec_statement('print(1)') == '1'\n",
        ),
    ];
    let mut counts = Vec::new();
    for main in ["import json\n", "import lib.a\n"] {
        let case = Case::new(main, &[("lib/a.py", "")], &hooks);
        let said = case.pack(&python, &["--additional-hooks-dir", "hooks"]);
        assert!(!said.contains("warning"), "{said}");
        counts.push(fs::read_to_string(&starts).unwrap().lines().count());
        fs::remove_file(&starts).unwrap();
    }
    assert_eq!(counts[1], counts[0] + 1, "{counts:?}");
}

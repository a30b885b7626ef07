//! Rules about packages: those of the program's `pyproject.toml`, and those that rpack carries.

use crate::interpreters;
use crate::libraries::install;
use crate::packages::environment_with;
use crate::rpack::{cache, clean, repository, rpack, run, text};
use packer::cache::Caching;
use packer::environment::Request;
use packer::options::{Backend, Compression, Form, HookUse, Options, RuleUse, Sources, Symbols, Tracing};
use packer::rules::carried;
use rpack_format::Unpack;
use std::collections::BTreeMap;
use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

/// Packs a program over the library `lib` with rules in its `pyproject.toml`, and gives what was said and, where that went well,
/// what the program did without the library.
fn packed_run(rules: &str, main: &str) -> (String, Option<Output>) {
    let folder = tempfile::tempdir().unwrap();
    let (program, site) = (folder.path().join("program"), folder.path().join("site"));
    let lib = "import importlib, os\n\
        def load(backwards):\n    return importlib.import_module(backwards[::-1])\n\
        def has(name):\n    return os.path.exists(os.path.join(os.path.dirname(__file__), name))\n";
    let files = [
        ("lib/__init__.py", lib),
        ("lib/wishes.py", "try:\n    import unwanted\n    HAS = True\nexcept ImportError:\n    HAS = False\n"),
        ("lib/back_ends/__init__.py", ""),
        ("lib/back_ends/one.py", "VALUE = 1\n"),
        ("lib/tests/data.txt", ""),
        ("unwanted.py", ""),
        ("hidden_one.py", "VALUE = 'hidden'\n"),
    ];
    install(&site, "lib", &files);
    install(&site, "silent", &[("silent_one.py", "")]);
    fs::create_dir(&program).unwrap();
    fs::write(program.join("main.py"), main).unwrap();
    fs::write(program.join("before.py"), "import sys\nsys.from_rule = 'ran'\n").unwrap();
    fs::write(program.join("pyproject.toml"), rules).unwrap();
    let mut command = rpack();
    command.current_dir(folder.path()).env("PYTHONPATH", &site).args(["build", "program", "--output", "packed"]);
    let built = run(command.arg("--python").arg(interpreters::any()));
    fs::remove_dir_all(&site).unwrap();
    let mut packed = Command::new(folder.path().join("packed"));
    clean(&mut packed);
    (text(&built.stderr), built.status.success().then(|| run(&mut packed)))
}

#[test]
fn the_rules_of_a_program_are_followed() {
    let main = "import importlib.metadata, lib, lib.wishes, os, sys\n\
        print(lib.load('eno_neddih').VALUE, lib.load('eno.sdne_kcab.bil').VALUE, lib.has('tests/data.txt'), lib.wishes.HAS)\n\
        print(importlib.metadata.version('tnelis'[::-1]), sys.from_rule, os.path.exists(sys._MEIPASS + '/libz.so.1'))\n";
    let rules = "[tool.rpack.rules.lib]\n\
        hidden-imports = ['hidden_one', 'lib.back_ends.*']\n\
        data = ['tests/*.txt']\n\
        metadata = ['silent']\n\
        libraries = ['libz.so.1']\n\
        runtime-hook = 'before.py'\n\
        when = 'version >= 1.5'\n\
        [tool.rpack.rules.'lib.wishes']\n\
        exclude = ['unwanted']\n\
        [tool.other]\nrules = 'of somebody else'\n";
    let (said, output) = packed_run(rules, main);
    let output = output.unwrap_or_else(|| panic!("{said}"));
    assert!(!said.contains("warning"), "{said}");
    assert_eq!(text(&output.stdout), "hidden 1 True False\n1.5 ran True\n", "{}", text(&output.stderr));
}

#[test]
fn a_rule_is_for_some_versions() {
    let main =
        "import lib\ntry:\n    print(lib.load('eno_neddih').VALUE)\nexcept ImportError as error:\n    print(error)\n";
    for (version, expected) in [(">= 1.5, < 2", "hidden\n"), ("< 1.5", "No module named 'hidden_one'\n")] {
        let rules = format!("[tool.rpack.rules.lib]\nhidden-imports = ['hidden_one']\nwhen = 'version {version}'\n");
        let (said, output) = packed_run(&rules, main);
        assert_eq!(text(&output.unwrap_or_else(|| panic!("{said}")).stdout), expected, "{version}");
    }
}

#[test]
fn a_mistake_in_a_rule_is_told_with_its_place() {
    for (rule, parts) in [
        ("hidden-import = ['a']", &["pyproject.toml:2`", "`hidden-import`", "hidden-imports"][..]),
        ("exclude = 'a'", &["pyproject.toml:2`", "expected a sequence"]),
        ("data = []\nwhen = 'python < 3'", &["pyproject.toml:3`", "`version < 2`"]),
        ("runtime-hook = 'absent.py'", &["absent.py`", "rule for `lib`"]),
    ] {
        let (said, output) = packed_run(&format!("[tool.rpack.rules.lib]\n{rule}\n"), "import lib\n");
        assert!(output.is_none() && said.starts_with("error") && said.contains("hint"), "{rule}: {said}");
        for part in parts {
            assert!(said.contains(part), "{rule}: {said}");
        }
    }
    let rule = "[tool.rpack.rules.lib]\ndata = ['absent/*']\nhidden-imports = ['nowhere', 'hidden_one']\n";
    let (said, output) = packed_run(rule, "import lib\n");
    assert!(output.is_some());
    assert!(said.contains("`absent/*` matches no file of `lib`"), "{said}");
    assert!(said.contains("Module not found: `nowhere` (from a rule in `"), "{said}");
    assert_eq!(said.matches("warning").count(), 2, "{said}");
}

#[test]
fn a_script_has_rules_in_its_own_block() {
    let folder = tempfile::tempdir().unwrap();
    let site = folder.path().join("site");
    let load = "import importlib\nVALUE = importlib.import_module('eno_neddih'[::-1]).VALUE\n";
    install(&site, "lib", &[("lib.py", load), ("hidden_one.py", "VALUE = 'hidden'\n")]);
    let script = |rule: &str| {
        let block = format!("# /// script\n# [tool.rpack.rules.lib]\n# {rule}\n# ///\nimport lib\nprint(lib.VALUE)\n");
        fs::write(folder.path().join("main.py"), block).unwrap();
        let mut command = rpack();
        command.current_dir(folder.path()).env("PYTHONPATH", &site).args(["build", "main.py", "-o", "packed"]);
        run(command.arg("--python").arg(interpreters::any()))
    };
    let refused = script("hidden = ['hidden_one']");
    assert!(text(&refused.stderr).contains("main.py:3`: unknown field `hidden`"), "{}", text(&refused.stderr));
    let built = script("hidden-imports = ['hidden_one']");
    assert!(built.status.success(), "{}", text(&built.stderr));
    let mut packed = Command::new(folder.path().join("packed"));
    clean(&mut packed);
    assert_eq!(text(&run(&mut packed).stdout), "hidden\n");
}

/// Packs the program of a rule and runs it where its environment cannot be seen.
fn run_with(rules: RuleUse, module: &str, python: &Path) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("packed");
    let options = Options {
        path: repository().join("tests/additions/rules").join(module),
        name: None,
        version: None,
        output: Some(output.clone()),
        folder: folder.path().to_owned(),
        form: Form::File,
        environment: Request {
            python: Some(python.to_owned()),
            virtual_env: None,
            cache: cache(),
            path: std::env::var_os("PATH").unwrap_or_default(),
        },
        paths: Vec::new(),
        analysis: rpack_analyzer::Options::default(),
        backend: Backend::Bytecode,
        hooks: HookUse::Off,
        hook_folders: Vec::new(),
        hook_time: Duration::from_secs(60),
        hook_configuration: serde_json::Map::new(),
        rules,
        added_data: Vec::new(),
        added_binaries: Vec::new(),
        python_options: Vec::new(),
        symbols: Symbols::Kept,
        sources: Sources::LeftOut,
        sources_of: BTreeMap::new(),
        unpack: Unpack::Store,
        tracing: Tracing::Off,
        compression: Compression::Quick,
        caching: Caching::Parts,
        jobs: NonZeroUsize::MIN,
    };
    packer::build(&options, &mut |_| ()).unwrap_or_else(|error| panic!("{module}: {error}"));
    let mut packed = Command::new(output);
    clean(&mut packed);
    run(&mut packed)
}

#[test]
fn every_carried_rule_is_needed_and_helps() {
    let folder = repository().join("packer/rules");
    let files = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let mut written: Vec<String> = files
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    written.sort();
    let carried: Vec<&str> = carried::RULES.iter().map(|rule| rule.module).collect();
    assert_eq!(written, carried, "the rules in `packer/rules` and those that are carried");

    let python = environment_with("additions", &repository().join("tests/additions"));
    for module in carried {
        let mut plain = Command::new(&python);
        clean(&mut plain);
        let program = repository().join("tests/additions/rules").join(module).join("main.py");
        let expected = run(plain.arg("-B").arg(program));
        assert!(expected.status.success(), "{module} fails with plain Python: {}", text(&expected.stderr));
        let with = run_with(RuleUse::All, module, &python);
        assert_eq!(text(&with.stdout), text(&expected.stdout), "{module}: {}", text(&with.stderr));
        let without = run_with(RuleUse::OfProgram, module, &python);
        assert_ne!(text(&without.stdout), text(&expected.stdout), "the rule for `{module}` is not needed any more");
    }
}

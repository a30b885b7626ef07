//! The hooks of `pyinstaller-hooks-contrib`, as they are published, with packages that they are about.

use crate::packages::{Given, compare, environment_with};
use crate::rpack::{clean, repository, rpack, run, text};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

fn environment() -> PathBuf {
    environment_with("additions", &repository().join("tests/additions"))
}

#[test]
fn programs_run_with_the_hooks_of_their_packages() {
    let programs = fs::read_dir(repository().join("tests/additions/hooks")).unwrap();
    let mut programs: Vec<PathBuf> = programs.map(|entry| entry.unwrap().path()).collect();
    programs.sort();
    assert!(programs.len() >= 3, "{programs:?}");
    let failures: Vec<String> =
        programs.iter().filter_map(|program| compare(program, Given::Folder, &environment()).err()).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// The runtime hook for `traitlets` puts a function into it: what no evidence does.
#[test]
fn runtime_hooks_of_the_collection_run() {
    let folder = tempfile::tempdir().unwrap();
    let source = "import traitlets.traitlets\n\
        function = getattr(traitlets.traitlets, '_deprecated_method', None)\n\
        print(getattr(function, '__name__', 'none'))\n";
    fs::write(folder.path().join("main.py"), source).unwrap();
    for (hooks, expected) in [("auto", "_disabled_deprecation_warnings\n"), ("off", "none\n")] {
        let mut command = rpack();
        command
            .current_dir(folder.path())
            .args(["build", "main.py", "--output", "packed", "--hooks", hooks, "--python"]);
        let built = run(command.arg(environment()));
        assert!(built.status.success(), "{}", text(&built.stderr));
        let mut packed = Command::new(folder.path().join("packed"));
        clean(&mut packed);
        assert_eq!(text(&run(&mut packed).stdout), expected, "--hooks {hooks}");
    }
}

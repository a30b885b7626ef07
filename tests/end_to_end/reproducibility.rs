//! Equal inputs give equal bytes, whatever the circumstances.

use crate::interpreters;
use crate::rpack::{build, example, repository, rpack, run, text};
use std::fs;
use std::path::Path;
use std::process::Command;

#[test]
fn another_folder_environment_time_zone_and_umask_give_the_same_bytes() {
    let first = example("simple_plugin");
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("elsewhere/simple_plugin");
    fs::create_dir_all(&copy).unwrap();
    for file in ["main.py", "pyproject.toml"] {
        fs::copy(repository().join("examples/simple_plugin").join(file), copy.join(file)).unwrap();
    }
    let mut command = Command::new("sh");
    let script =
        format!("umask 077; exec '{}' build elsewhere/simple_plugin --output out", env!("CARGO_BIN_EXE_rpack"));
    crate::rpack::clean(&mut command);
    command
        .args(["-c", &script])
        .current_dir(folder.path())
        // An environment of its own, made anew at another path.
        .env("RPACK_CACHE_DIR", folder.path().join("cache"))
        .env("TZ", "Pacific/Kiritimati")
        .env("PYTHONHASHSEED", "7")
        .env("SOURCE_DATE_EPOCH", "1");
    let output = run(&mut command);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_same(&first, &folder.path().join("out"));
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

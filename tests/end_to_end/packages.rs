//! The programs in `tests/packages`: what popular packages need is found without any flag. Its README says how they are run.

use crate::interpreters;
use crate::rpack::{cache, clean, repository, rpack, run, text};
use crate::without_python::{hidden, reachable_folder};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, PoisonError};

#[test]
fn programs_over_small_packages_run_without_flags() {
    compare_all(&programs("quick"), Given::Folder, &environment("quick"));
}

/// What a program says of its own files is read alike, whether its folder was given or its script.
#[test]
fn programs_with_parts_of_their_own_run_without_flags() {
    compare_all(&programs("own"), Given::Script, &environment("quick"));
}

/// All of them take an hour and need two gigabytes of packages, so that they run only where they are asked for.
#[test]
fn programs_over_all_packages_run_without_flags() {
    match std::env::var("RPACK_TEST_PACKAGES").as_deref() {
        Ok("all") => {
            compare_all(&programs("own"), Given::Folder, &environment("more"));
            compare_all(&[programs("quick"), programs("more")].concat(), Given::Folder, &environment("more"));
            compare_all(&programs("further"), Given::Folder, &environment("further"));
        }
        Ok(other) => panic!("RPACK_TEST_PACKAGES is {other:?}; it can be `all`"),
        Err(_) => {
            assert!(programs("more").len() >= 50, "the group `more` has lost programs");
            assert!(programs("further").len() >= 45, "the group `further` has lost programs");
        }
    }
}

/// What `rpack build` is given of a program.
#[derive(Debug, Clone, Copy)]
pub enum Given {
    Folder,
    Script,
}

fn programs(group: &str) -> Vec<PathBuf> {
    let folder = repository().join("tests/packages").join(group);
    let mut programs: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    programs.retain(|path| path.is_dir());
    programs.sort();
    assert!(programs.len() >= 12, "the group `{group}` has only {} programs", programs.len());
    programs
}

/// The interpreter of an environment that holds what a group requires.
pub fn environment(group: &str) -> PathBuf {
    environment_with(&format!("packages-{group}"), &repository().join("tests/packages").join(group))
}

/// The interpreter of an environment that holds what `requirements.txt` in a folder lists. It is made once for each list of
/// requirements, from wheels only.
pub fn environment_with(name: &str, folder: &Path) -> PathBuf {
    // Several tests share one.
    static MAKING: Mutex<()> = Mutex::new(());
    let _guard = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
    let requirements = folder.join("requirements.txt");
    let wanted = fs::read_to_string(&requirements).unwrap();
    let folder = cache().join(name);
    let python = folder.join("bin/python");
    let made = folder.join("made-for.txt");
    if fs::read_to_string(&made).is_ok_and(|made| made == wanted) {
        return python;
    }
    let mut venv = Command::new(interpreters::any());
    succeed(clean_command(&mut venv).args(["-m", "venv", "--clear"]).arg(&folder));
    let mut install = Command::new(&python);
    let install = clean_command(&mut install).args(["-m", "pip", "install", "--quiet", "--only-binary", ":all:", "-r"]);
    succeed(install.arg(&requirements));
    fs::write(made, wanted).unwrap();
    python
}

fn clean_command(command: &mut Command) -> &mut Command {
    clean(command);
    command
}

fn succeed(command: &mut Command) {
    let output = run(command);
    assert!(output.status.success(), "{command:?} failed:\n{}", text(&output.stderr));
}

fn compare_all(programs: &[PathBuf], given: Given, python: &Path) {
    let failures: Vec<String> = programs.iter().filter_map(|program| compare(program, given, python).err()).collect();
    assert!(failures.is_empty(), "{} of {} differ\n\n{}", failures.len(), programs.len(), failures.join("\n\n"));
}

/// Runs a program with plain Python, packs it, and runs it where neither Python, the environment nor its own folder can be
/// seen.
pub fn compare(program: &Path, given: Given, python: &Path) -> Result<(), String> {
    let name = program.file_name().unwrap().to_string_lossy().into_owned();
    let folder = reachable_folder();
    let source = folder.path().join("source");
    succeed(Command::new("cp").arg("-r").arg(program).arg(&source));

    let mut plain = Command::new(python);
    let work = tempfile::tempdir().unwrap();
    let plain = clean_command(&mut plain).arg("-B").arg(source.join("main.py")).current_dir(work.path());
    let expected = run(plain.env("HOME", work.path()));
    assert!(expected.status.success(), "{name} fails with plain Python:\n{}", text(&expected.stderr));

    let packed = folder.path().join(&name);
    let path = match given {
        Given::Folder => source.clone(),
        Given::Script => source.join("main.py"),
    };
    let built = run(rpack().arg("build").arg(&path).arg("--python").arg(python).arg("--output").arg(&packed));
    let said = text(&built.stderr);
    if !built.status.success() {
        return Err(format!("{name} cannot be packed:\n{said}"));
    }
    if said.contains("warning") {
        return Err(format!("{name} runs, and was packed with warnings:\n{said}"));
    }
    fs::remove_dir_all(&source).unwrap();
    let observed = run(Command::new(hidden(folder.path(), &packed)).env("LC_ALL", "C.UTF-8"));
    if shown(&expected) == shown(&observed) {
        return Ok(());
    }
    let (expected, shown, errors) = (shown(&expected), shown(&observed), text(&observed.stderr));
    Err(format!("{name}:\nexpected {expected:#?}\nobserved {shown:#?}\n{errors}"))
}

/// What must be the same. Libraries warn on stderr with the paths of their files.
fn shown(output: &Output) -> (Option<i32>, String) {
    (output.status.code(), text(&output.stdout))
}

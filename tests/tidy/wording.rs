//! What no file may say, and no file be called. This file names it all, so these rules do not read it.

use crate::demand;
use crate::repository::{RepositoryFile, files, rust_files};
use crate::rust_source::{has_words, split};

/// Names that say nothing about what is in a file, so that everything ends up there.
const EMPTY_NAMES: [&str; 8] = ["util", "utils", "helper", "helpers", "common", "manager", "managers", "misc"];

/// What marks code that is not done, or a test that is not run.
const UNFINISHED: [&str; 4] = ["todo!", "unimplemented!", "dbg!", "#[ignore"];

/// Where build machines keep their checkouts and the folders of their users.
const MACHINE_FOLDERS: [&str; 5] = ["/root/", "/home/", "/work/", "/farm/", "/Users/"];

/// Paths below them that documentation and tests may make up: these users are nobody.
const MADE_UP: [&str; 2] = ["/home/me", "/home/user"];

/// Hosts of package registries. Which one is asked is the user's configuration, never ours.
const REGISTRIES: [&str; 6] =
    ["pypi.org", "pythonhosted.org", "index.crates.io", "static.crates.io", "registry.npmjs.org", "proxy.golang.org"];

#[test]
fn files_and_modules_are_called_by_their_subject() {
    let is_empty = |name: &str| EMPTY_NAMES.contains(&name);
    let by_path =
        files().iter().filter(|file| file.path.split('/').any(|part| is_empty(part.split('.').next().unwrap_or(part))));
    let by_declaration = rust_files().flat_map(|file| {
        let is_empty = |code: &str| EMPTY_NAMES.iter().any(|name| has_words(code, &format!("mod {name}")));
        let lines = (1..).zip(split(&file.text)).filter(move |(_, line)| is_empty(&line.code));
        lines.map(|(number, _)| format!("{}:{number}", file.path))
    });
    demand(
        "Name a file or a module after its one subject. One that is called like these collects everything.",
        by_path.map(|file| file.path.clone()).chain(by_declaration).collect(),
    );
}

#[test]
fn nothing_is_left_unfinished() {
    let in_code = rust_files().flat_map(|file| {
        let lines = (1..).zip(split(&file.text));
        let unfinished = lines.filter(|(_, line)| UNFINISHED.iter().any(|sign| line.code.contains(sign)));
        unfinished.map(|(number, line)| format!("{}:{number}: {}", file.path, line.code.trim())).collect::<Vec<_>>()
    });
    let noted = lines_with(|line| line.contains("FIXME"));
    demand(
        "Finish it, or open an issue and take it out. A test that cannot run here must say what it needs.",
        in_code.chain(noted).collect(),
    );
}

#[test]
fn no_file_knows_the_machine_that_it_was_written_on() {
    demand(
        "Take the path from the environment, from the user or from `CARGO_MANIFEST_DIR`; in examples write `/home/me`.",
        lines_with(names_machine_folder),
    );
}

#[test]
fn no_file_names_a_registry() {
    demand(
        "Leave it to pip, uv and cargo where packages come from: in some places it is a mirror, and the host cannot be reached.",
        lines_with(|line| REGISTRIES.iter().any(|host| line.contains(host))),
    );
}

/// The places of the lines of which `is_found` holds.
fn lines_with(is_found: impl Fn(&str) -> bool) -> Vec<String> {
    let lines = files().iter().filter(|file| is_read(file)).flat_map(|file| file.lines().map(move |line| (file, line)));
    let found = lines.filter(|(_, (_, line))| is_found(line));
    found.map(|(file, (number, line))| format!("{}:{number}: {}", file.path, line.trim())).collect()
}

/// Lock files are written by tools, and the rule about where libraries come from is `dependencies`' own.
fn is_read(file: &RepositoryFile) -> bool {
    file.path != "tests/tidy/wording.rs" && !file.path.ends_with(".lock")
}

fn names_machine_folder(line: &str) -> bool {
    MACHINE_FOLDERS.iter().any(|folder| {
        line.match_indices(folder).any(|(start, _)| {
            // In `source/work/` the folder is a part of a relative path, and in `@/work/` of one below a temporary folder.
            let is_relative =
                line[..start].ends_with(|before: char| before.is_alphanumeric() || "_.-~@})*>".contains(before));
            let is_made_up = MADE_UP.iter().any(|path| {
                line[start..].strip_prefix(path).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
            });
            !is_relative && !is_made_up
        })
    })
}

#[test]
fn made_up_paths_are_told_from_real_ones() {
    assert!(names_machine_folder("-Wl,-rpath,/home/anna/.pyenv"));
    assert!(names_machine_folder("at \"/root/x\""));
    assert!(!names_machine_folder("-Wl,-rpath,/home/me/.pyenv"));
    assert!(names_machine_folder("/home/melanie"));
    assert!(!names_machine_folder("{folder}/work/x and source/root/y"));
}

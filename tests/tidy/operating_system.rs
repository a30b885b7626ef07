//! That what depends on the operating system stands in one room a crate.

use crate::demand;
use crate::repository::{RepositoryFile, rust_files};
use crate::rust_source::{has_words, lines_before_tests, split};

/// What asks for the operating system, or works on some only.
const SIGNS: [&str; 6] = ["target_os", "target_family", "cfg(unix)", "cfg(windows)", "std::os::unix", "std::os::linux"];

/// Files that ask outside of such a room, and that should not.
const TOLERATED: [&str; 1] = [
    // Asks whether a file on PATH can be executed, with Unix permissions.
    "packer/src/environment/base.rs",
];

#[test]
fn the_operating_system_has_one_room_a_crate() {
    let findings = rust_files().filter(|file| !is_room(&file.path) && !is_test(&file.path)).flat_map(asks);
    demand(
        "What depends on the operating system belongs into the crate's `os.rs` and `os/`, as a function whose name says what \
         is done. What the packed program will run on is data of `Project`, and never asked with `cfg`.",
        findings.filter(|place| TOLERATED.iter().all(|file| !place.starts_with(file))).collect(),
    );
}

#[test]
fn no_exception_outlives_its_reason() {
    let asking: Vec<_> = rust_files().flat_map(asks).collect();
    let obsolete = TOLERATED.iter().filter(|file| !asking.iter().any(|place| place.starts_with(**file)));
    demand("Take these files out of `TOLERATED`.", obsolete.map(|file| (*file).to_owned()).collect());
}

/// The places, outside of unit tests, at which a file asks for the operating system.
fn asks(file: &RepositoryFile) -> Vec<String> {
    let lines = split(&file.text);
    let end = lines_before_tests(&lines);
    let asking = (1..).zip(&lines[..end]).filter(|(_, line)| SIGNS.iter().any(|sign| has_words(&line.code, sign)));
    asking.map(|(number, line)| format!("{}:{number}: {}", file.path, line.code.trim())).collect()
}

fn is_room(path: &str) -> bool {
    path.ends_with("/os.rs") || path.contains("/os/")
}

fn is_test(path: &str) -> bool {
    path.starts_with("tests/") || path.ends_with("/tests.rs")
}

//! What the folders of programs must hold for the tests, and for their readers, to find their way.

use crate::demand;
use crate::repository::{folders_in, has};

#[test]
fn every_program_of_the_corpus_can_be_run() {
    let programs = folders_in("tests/programs");
    assert!(!programs.is_empty(), "tests/programs is the corpus of the end-to-end tests, and is empty");
    let lost = programs.iter().map(|name| format!("tests/programs/{name}")).filter(|folder| {
        let entries = ["main.py", "__main__.py"].iter().filter(|entry| has(&format!("{folder}/{entry}")));
        entries.count() != 1
    });
    demand("Each of these folders must have either a `main.py` or a `__main__.py`.", lost.collect());
}

#[test]
fn every_example_can_be_read_and_packed() {
    let examples = folders_in("examples");
    assert!(!examples.is_empty(), "the README packs an example, and there is none");
    let missing = examples
        .iter()
        .flat_map(|name| ["main.py", "pyproject.toml", "README.md"].map(|file| format!("examples/{name}/{file}")))
        .filter(|path| !has(path));
    demand("Every example has a program, a declaration of what it needs, and a README.", missing.collect());
}

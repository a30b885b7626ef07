//! The interpreters that the tests pack.
//!
//! A machine needs one; `RPACK_TEST_PYTHONS` (`3.10,3.11`) names the versions that must be there, so that a machine which
//! is meant to have all of them cannot pass by having lost one. The word `linked-in` among them puts into each one's place its
//! twin that has libpython linked in ([`twins`]), for all tests.

use crate::twins;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// The minor versions of CPython 3 that are packed, each with an interpreter.
pub fn all() -> &'static BTreeMap<u32, PathBuf> {
    if wanted().any(|name| name == LINKED_IN) { twins::all() } else { shared() }
}

/// The word for interpreters that have libpython linked in.
const LINKED_IN: &str = "linked-in";

fn wanted() -> impl Iterator<Item = String> {
    let names = std::env::var("RPACK_TEST_PYTHONS").unwrap_or_default();
    names.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect::<Vec<_>>().into_iter()
}

/// The minor versions of CPython 3 that are found, each with an interpreter that has a shared libpython.
pub fn shared() -> &'static BTreeMap<u32, PathBuf> {
    static FOUND: LazyLock<BTreeMap<u32, PathBuf>> = LazyLock::new(|| {
        let mut found = BTreeMap::new();
        for candidate in candidates() {
            if let Some((minor, python)) = supported(&candidate) {
                found.entry(minor).or_insert(python);
            }
        }
        for version in wanted().filter(|name| name != LINKED_IN) {
            let minor = version.strip_prefix("3.").and_then(|minor| minor.parse().ok());
            assert!(minor.is_some_and(|minor| found.contains_key(&minor)), "no CPython {version} was found: {found:?}");
        }
        assert!(!found.is_empty(), "the tests need a CPython 3.10 or newer with a shared libpython");
        found
    });
    &FOUND
}

/// One of them: the version that the examples want, where it is there.
pub fn any() -> &'static Path {
    all().get(&11).or_else(|| all().values().next()).unwrap()
}

fn candidates() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let names: Vec<String> =
        std::iter::once("python3".to_owned()).chain((10..=15).map(|minor| format!("python3.{minor}"))).collect();
    let mut candidates: Vec<PathBuf> =
        std::env::split_paths(&path).flat_map(|folder| names.iter().map(move |name| folder.join(name))).collect();
    // pyenv and uv keep interpreters that are not on PATH.
    let home = PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
    for folder in [".pyenv/versions", ".local/share/uv/python"] {
        let versions = std::fs::read_dir(home.join(folder)).into_iter().flatten().flatten();
        candidates.extend(versions.map(|entry| entry.path().join("bin/python3")));
    }
    candidates
}

/// The minor version of a candidate that can be packed, and the interpreter itself where the candidate only starts it, as
/// pyenv's shims do.
fn supported(candidate: &Path) -> Option<(u32, PathBuf)> {
    let probe = "import sys, sysconfig; shared = sysconfig.get_config_var('Py_ENABLE_SHARED'); \
                 print(sys.version_info[0], sys.version_info[1], shared, sys.executable)";
    let output = Command::new(candidate).args(["-I", "-c", probe]).output().ok()?;
    let answer = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
    match answer.trim_end().splitn(4, ' ').collect::<Vec<_>>()[..] {
        ["3", minor, "1", python] => {
            minor.parse().ok().filter(|&minor| minor >= 10).map(|minor| (minor, python.into()))
        }
        _ => None,
    }
}

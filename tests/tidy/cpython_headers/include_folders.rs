//! The headers of the interpreters on this machine.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// The headers of one version of CPython.
#[derive(Debug)]
pub struct Headers {
    /// The minor version.
    pub minor: u16,
    /// The whole version, as `3.11.7`.
    version: String,
    /// The folder that holds `Python.h`.
    pub folder: PathBuf,
}

impl fmt::Display for Headers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "CPython {} ({})", self.version, self.folder.display())
    }
}

/// Headers of every minor version that has some, from 3.10. Those that `RPACK_TEST_PYTHONS` (`3.10,3.11`) names must be there.
pub fn found() -> &'static [Headers] {
    static FOUND: LazyLock<Vec<Headers>> = LazyLock::new(|| {
        let mut found = BTreeMap::new();
        for headers in candidates().iter().filter_map(|python| headers_of(python)) {
            found.entry(headers.minor).or_insert(headers);
        }
        let named = std::env::var("RPACK_TEST_PYTHONS").unwrap_or_default();
        for version in named.split(',').filter(|version| !version.is_empty()) {
            let minor: Option<u16> = version.strip_prefix("3.").and_then(|minor| minor.parse().ok());
            let is_found = minor.is_some_and(|minor| found.contains_key(&minor));
            assert!(is_found, "RPACK_TEST_PYTHONS names {version}, and its headers were not found");
        }
        assert!(!found.is_empty(), "a CPython from 3.10 to 3.13 with its headers (python3-dev) is needed");
        found.into_values().collect()
    });
    &FOUND
}

/// Where interpreters may be: on PATH, and among those that pyenv keeps.
fn candidates() -> Vec<PathBuf> {
    let names = ["python3", "python3.10", "python3.11", "python3.12", "python3.13", "python3.14", "python3.15"];
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).flat_map(|folder| names.map(|name| folder.join(name)));
    let home = PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
    let of_pyenv = std::fs::read_dir(home.join(".pyenv/versions")).into_iter().flatten().flatten();
    on_path.chain(of_pyenv.map(|entry| entry.path().join("bin/python3"))).filter(|path| path.exists()).collect()
}

/// The headers of an interpreter, if it runs, can be packed, and has them.
fn headers_of(python: &Path) -> Option<Headers> {
    let question = "import platform, sys, sysconfig\n\
                    print(sys.version_info[1], platform.python_version(), sysconfig.get_path('include'), sep='\\n')";
    let output = Command::new(python).args(["-I", "-c", question]).output().ok()?;
    let answer = String::from_utf8(output.stdout).ok()?;
    let [minor, version, folder] = answer.lines().collect::<Vec<_>>()[..] else { return None };
    let headers = Headers { minor: minor.parse().ok()?, version: version.to_owned(), folder: folder.into() };
    (headers.minor >= 10 && version.starts_with("3.") && headers.folder.join("Python.h").exists()).then_some(headers)
}

//! Reads from `uv.lock` the versions that pip is to install where `uv` is not there to do it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::str::FromStr;

use pep508_rs::{PackageName, Requirement, VerbatimUrl};
use serde::Deserialize;

use super::error::Error;

/// The locked versions as constraints for pip, sorted.
///
/// Only packages from an index can be constrained to a version. Of the others (a path, a repository, the project
/// itself) none may be a requirement of the program: pip would take a package of the same name from the index.
///
/// # Errors
/// If the file cannot be read or understood, or if a requirement can only be installed by `uv`.
pub(super) fn constraints(lock: &Path, requirements: &[String]) -> Result<Vec<String>, Error> {
    let text = fs::read_to_string(lock).map_err(Error::io("read", lock))?;
    let document: Document = toml::from_str(&text)
        .map_err(|error| Error::Lock { path: lock.to_path_buf(), reason: error.message().to_owned() })?;

    let mut versions: BTreeMap<String, Vec<Package>> = BTreeMap::new();
    for package in document.packages {
        if package.source.contains_key("registry") {
            versions.entry(package.name.clone()).or_default().push(package);
        } else if requires(requirements, &package.name) {
            return Err(Error::NeedsUv { requirement: package.name, lock: lock.to_path_buf() });
        }
    }
    Ok(versions.into_values().flat_map(|packages| constraints_of(&packages)).collect())
}

#[derive(Deserialize)]
struct Document {
    #[serde(rename = "package", default)]
    packages: Vec<Package>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Package {
    name: String,
    version: Option<String>,
    #[serde(default)]
    source: toml::Table,
    #[serde(default)]
    resolution_markers: Vec<String>,
}

/// A package stands in the lock once, or once for each part of the markers' space that needs another version.
fn constraints_of(packages: &[Package]) -> Vec<String> {
    let mut constraints = Vec::new();
    for package in packages {
        let Some(version) = &package.version else { continue };
        let markers: Vec<String> = package.resolution_markers.iter().map(|marker| format!("({marker})")).collect();
        match (packages.len(), markers.is_empty()) {
            (1, _) => constraints.push(format!("{}=={version}", package.name)),
            (_, false) => constraints.push(format!("{}=={version} ; {}", package.name, markers.join(" or "))),
            // Two versions that apply everywhere would contradict each other.
            (_, true) => {}
        }
    }
    constraints.sort();
    constraints
}

fn requires(requirements: &[String], name: &str) -> bool {
    let Ok(name) = PackageName::from_str(name) else { return false };
    requirements.iter().filter_map(|text| Requirement::<VerbatimUrl>::from_str(text).ok()).any(|r| r.name == name)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Error, constraints};

    const LOCK: &str = r#"
version = 1
requires-python = ">=3.11"

[[package]]
name = "app"
version = "0.1.0"
source = { virtual = "." }

[[package]]
name = "grpcio"
version = "1.76.0"
source = { registry = "an index" }

[[package]]
name = "numpy"
version = "2.2.6"
source = { registry = "an index" }
resolution-markers = ["python_full_version < '3.11'"]

[[package]]
name = "numpy"
version = "2.3.0"
source = { registry = "an index" }
resolution-markers = ["python_full_version >= '3.12'", "python_full_version == '3.11.*'"]

[[package]]
name = "own-library"
version = "1.0"
source = { directory = "../own" }
"#;

    fn read(lock: &str, requirements: &[&str]) -> Result<Vec<String>, Error> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("uv.lock");
        fs::write(&path, lock).unwrap();
        let requirements: Vec<String> = requirements.iter().map(|text| (*text).to_owned()).collect();
        constraints(&path, &requirements)
    }

    #[test]
    fn constrains_what_comes_from_an_index() {
        let expected = [
            "grpcio==1.76.0",
            "numpy==2.2.6 ; (python_full_version < '3.11')",
            "numpy==2.3.0 ; (python_full_version >= '3.12') or (python_full_version == '3.11.*')",
        ];
        assert_eq!(read(LOCK, &["grpcio>=1.70", "numpy"]).unwrap(), expected);
    }

    #[test]
    fn a_requirement_from_elsewhere_needs_uv() {
        let error = read(LOCK, &["Own_Library[extra]>=1"]).unwrap_err();
        assert!(matches!(&error, Error::NeedsUv { requirement, .. } if requirement == "own-library"), "{error}");
        assert!(error.hint().unwrap().contains("Install `uv`"));
    }

    #[test]
    fn says_what_is_wrong_with_a_lock() {
        let error = read("[[package]]\nversion = 3", &[]).unwrap_err();
        assert!(error.to_string().starts_with("Invalid lock file: `"), "{error}");
        assert!(read("not toml", &[]).is_err());
    }
}

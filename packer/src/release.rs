//! What a program calls itself: name and version of its project, for the name of the executable and for its archive.
//!
//! Nothing of the project is run. A version that only its build backend can tell, such as one made from git's tags, is not
//! known here.

mod dynamic;

use rpack_analyzer::{EntryPoint, Program, Scope};
use std::fs;
use std::path::{Path, PathBuf};
use toml::Table;

/// What the project of a program says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Release {
    /// Its name.
    pub name: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// Where both would be written.
    pub file: Option<PathBuf>,
    /// Whether that leaves the version to the build backend.
    pub is_dynamic: bool,
    /// Other files that were looked into, whether or not they are there.
    pub read: Vec<PathBuf>,
}

/// Reads what the program's `pyproject.toml` says: the one in its folder; for a script, unless it declares what it needs
/// itself, the nearest one above it. What is wrong with the file was said before, where it was needed.
pub fn of_program(program: &Program) -> Release {
    let Some(file) = project_file(program) else { return Release::default() };
    let Some(document) = fs::read(&file).ok().and_then(|bytes| String::from_utf8_lossy(&bytes).parse::<Table>().ok())
    else {
        return Release { file: Some(file), ..Release::default() };
    };
    let of_project = |key| text(&document, &["project", key]).or_else(|| text(&document, &["tool", "poetry", key]));
    let (name, written) = (of_project("name"), of_project("version"));
    let mut read = Vec::new();
    let version = match written {
        Some(version) => Some(version.to_owned()),
        None => dynamic::version(file.parent().unwrap_or(Path::new("/")), &document, &mut read),
    };
    let dynamic = value(&document, &["project", "dynamic"]).and_then(toml::Value::as_array);
    let is_dynamic = dynamic.is_some_and(|keys| keys.iter().any(|key| key.as_str() == Some("version")));
    Release { name: name.map(str::to_owned), version, file: Some(file), is_dynamic, read }
}

fn project_file(program: &Program) -> Option<PathBuf> {
    let declares_itself = match &program.entry {
        EntryPoint::Script(script) => program.declaration.source.as_ref() == Some(script),
        EntryPoint::Function { .. } => false,
    };
    let above = match program.scope {
        Scope::Folder => 1,
        Scope::Script if declares_itself => 0,
        Scope::Script => usize::MAX,
    };
    let files = program.root.ancestors().take(above).map(|folder| folder.join("pyproject.toml"));
    files.into_iter().find(|file| file.is_file())
}

/// What stands in a table at this path.
fn value<'a>(table: &'a Table, path: &[&str]) -> Option<&'a toml::Value> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(table.get(*first)?, |value, key| value.get(key))
}

fn text<'a>(table: &'a Table, path: &[&str]) -> Option<&'a str> {
    value(table, path)?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn release(files: &[(&str, &str)], entry: &str) -> (Option<String>, Option<String>, bool) {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let release = of_program(&Program::locate(&folder.path().join(entry)).unwrap());
        (release.name, release.version, release.is_dynamic)
    }

    fn said(name: &str, version: &str) -> (Option<String>, Option<String>, bool) {
        (Some(name.to_owned()), Some(version.to_owned()), false)
    }

    #[test]
    fn a_project_says_its_name_and_version() {
        let project = ("pyproject.toml", "[project]\nname = 'a-b'\nversion = '1.2'\n");
        assert_eq!(release(&[project, ("main.py", "")], "."), said("a-b", "1.2"));
        let poetry = ("pyproject.toml", "[tool.poetry]\nname = 'p'\nversion = '2.0'\n");
        assert_eq!(release(&[poetry, ("main.py", "")], "."), said("p", "2.0"));
        assert_eq!(release(&[("main.py", "")], "."), (None, None, false));
    }

    #[test]
    fn a_script_has_the_version_of_what_it_lies_in() {
        let project = ("pyproject.toml", "[project]\nname = 'a'\nversion = '1.2'\n");
        assert_eq!(release(&[project, ("tools/report.py", "")], "tools/report.py"), said("a", "1.2"));
        // A folder that was named is a program of its own.
        assert_eq!(release(&[project, ("tools/main.py", "")], "tools"), (None, None, false));
        let block = "# /// script\n# dependencies = []\n# ///\n";
        assert_eq!(release(&[project, ("tools/own.py", block)], "tools/own.py"), (None, None, false));
    }

    #[test]
    fn what_only_a_backend_knows_is_dynamic() {
        let project = ("pyproject.toml", "[project]\nname = 'a'\ndynamic = ['version']\n[tool.setuptools_scm]\n");
        assert_eq!(release(&[project, ("main.py", "")], "."), (Some("a".to_owned()), None, true));
    }
}

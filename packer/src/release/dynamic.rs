//! Versions that `pyproject.toml` leaves to the build backend (`dynamic`, PEP 621), where the backend takes them from a file
//! that it names: setuptools, hatchling, pdm-backend and flit.

use super::{text, value};
use std::fs;
use std::path::{Path, PathBuf};
use toml::Table;

/// A file that says no more than a version is short, and so is a module that exists for it.
const LONGEST: u64 = 1 << 20;

/// The version of the project in `root`, and in `read` the files that would say it.
pub fn version(root: &Path, document: &Table, read: &mut Vec<PathBuf>) -> Option<String> {
    let place = setuptools(root, document).or_else(|| hatchling(root, document));
    let place = place.or_else(|| pdm(root, document)).or_else(|| flit(root, document))?;
    read.extend(place.files.iter().cloned());
    let content = place.files.iter().find_map(|file| content(file))?;
    match place.variables.as_slice() {
        [] => content.lines().map(str::trim).find(|line| !line.is_empty()).map(str::to_owned),
        variables => assigned(&content, variables).map(|version| version.trim_start_matches('v').to_owned()),
    }
}

/// Where a version is written.
struct Place {
    /// The first of these that is there.
    files: Vec<PathBuf>,
    /// The variables that it is assigned to; none where it is all that the file says.
    variables: Vec<String>,
}

fn setuptools(root: &Path, document: &Table) -> Option<Place> {
    let said = value(document, &["tool", "setuptools", "dynamic", "version"])?;
    if let Some(attribute) = said.get("attr").and_then(toml::Value::as_str) {
        let (module, variable) = attribute.rsplit_once('.')?;
        let own = text(document, &["tool", "setuptools", "package-dir", ""]).unwrap_or("src");
        return Some(Place { files: module_files(root, &["", own], module), variables: vec![variable.to_owned()] });
    }
    let file = said.get("file")?;
    // A list is joined by setuptools, and a version has one part.
    let file = file.as_str().or_else(|| file.as_array()?.first()?.as_str())?;
    Some(Place { files: vec![root.join(file)], variables: Vec::new() })
}

fn hatchling(root: &Path, document: &Table) -> Option<Place> {
    let table = value(document, &["tool", "hatch", "version"])?;
    if table.get("pattern").is_some() || table.get("expression").is_some() {
        return None;
    }
    let file = root.join(table.get("path")?.as_str()?);
    Some(Place { files: vec![file], variables: ["__version__", "VERSION", "version"].map(str::to_owned).into() })
}

fn pdm(root: &Path, document: &Table) -> Option<Place> {
    let file = text(document, &["tool", "pdm", "version", "path"])?;
    Some(Place { files: vec![root.join(file)], variables: vec!["__version__".to_owned()] })
}

fn flit(root: &Path, document: &Table) -> Option<Place> {
    if !text(document, &["build-system", "build-backend"])?.starts_with("flit") {
        return None;
    }
    let named = text(document, &["tool", "flit", "module", "name"]).map(str::to_owned);
    let module = named.or_else(|| Some(text(document, &["project", "name"])?.replace('-', "_")))?;
    Some(Place { files: module_files(root, &["", "src"], &module), variables: vec!["__version__".to_owned()] })
}

/// The files that a module can be, in these folders of the project.
fn module_files(root: &Path, folders: &[&str], module: &str) -> Vec<PathBuf> {
    let path = module.replace('.', "/");
    let files =
        |folder: &&str| [format!("{path}.py"), format!("{path}/__init__.py")].map(|file| root.join(folder).join(file));
    folders.iter().flat_map(files).collect()
}

fn content(file: &Path) -> Option<String> {
    let metadata = fs::metadata(file).ok()?;
    (metadata.is_file() && metadata.len() <= LONGEST).then(|| fs::read_to_string(file).ok())?
}

/// The literal text that a line at the top of a module assigns to one of these variables, alone or in a chain.
fn assigned(source: &str, variables: &[String]) -> Option<String> {
    source.lines().find_map(|line| {
        let (targets, value) = line.split('#').next()?.rsplit_once('=')?;
        let value = value.trim();
        let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        let literal = value.strip_prefix(quote)?.strip_suffix(quote).filter(|text| !text.contains(quote))?;
        let names = |target: &str| {
            let name = target.split(':').next().unwrap_or_default().trim_end();
            variables.iter().any(|variable| variable == name)
        };
        // What is indented is no statement of the module itself.
        let is_found = targets.split('=').enumerate().any(|(number, target)| match number {
            0 => names(target),
            _ => names(target.trim_start()),
        });
        (is_found && !line.starts_with(char::is_whitespace)).then(|| literal.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(document: &str, files: &[(&str, &str)]) -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let mut read = Vec::new();
        let version = version(folder.path(), &document.parse().unwrap(), &mut read);
        assert!(version.is_none() || read.iter().any(|path| path.is_file()), "{read:?}");
        version
    }

    #[test]
    fn backends_name_a_file() {
        let attribute = "[tool.setuptools.dynamic]\nversion = {attr = 'tool.about.NUMBER'}";
        let text = "[tool.setuptools.dynamic]\nversion = {file = ['VERSION.txt']}";
        let hatch = "[tool.hatch.version]\npath = 'tool/__about__.py'";
        let pdm = "[tool.pdm.version]\nsource = 'file'\npath = 'tool/__init__.py'";
        let flit = "[build-system]\nbuild-backend = 'flit_core.buildapi'\n[project]\nname = 'my-tool'";
        for (document, file, text) in [
            (attribute, "src/tool/about.py", "import os\nNUMBER: str = \"1.5\"  # the version\n"),
            (attribute, "tool/about/__init__.py", "NUMBER = '1.5'\n"),
            (text, "VERSION.txt", "\n1.5\n"),
            (hatch, "tool/__about__.py", "__version__ = version = 'v1.5'\n"),
            (pdm, "tool/__init__.py", "'''Text.'''\n__version__ = '1.5'\n"),
            (flit, "my_tool.py", "__version__ = '1.5'\n"),
            (flit, "src/my_tool/__init__.py", "__version__='1.5'\n"),
        ] {
            assert_eq!(found(document, &[(file, text)]).as_deref(), Some("1.5"), "{document} {file}");
            assert_eq!(found(document, &[]), None);
        }
    }

    #[test]
    fn what_is_computed_is_not_known() {
        let hatch = "[tool.hatch.version]\npath = 'v.py'";
        for text in [
            "__version__ = read()",
            "x__version__ = '1'",
            "def f():\n    __version__ = '1'",
            "__version__ = '1' '2'",
            "",
        ] {
            assert_eq!(found(hatch, &[("v.py", text)]), None, "{text}");
        }
        assert_eq!(found("[tool.hatch.version]\npath = 'v.py'\npattern = 'x'", &[("v.py", "__version__ = '1'")]), None);
        assert_eq!(found("[tool.setuptools_scm]", &[("v.py", "__version__ = '1'")]), None);
    }
}

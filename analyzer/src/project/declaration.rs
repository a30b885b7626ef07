use super::{requirements_file, script_block};
use crate::error::Error;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// What the program says it needs, from the first place that says it: a PEP 723 block in the
/// script, `pyproject.toml` (with `uv.lock` beside it), `requirements.txt`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Declaration {
    /// `requires-python`, a PEP 440 specifier as written.
    pub requires_python: Option<String>,
    /// PEP 508 requirements as written. Lines of `requirements.txt` that are paths or URLs stand
    /// here as they are.
    pub requirements: Vec<String>,
    /// The lock file beside the declaration: `uv.lock`, or `NAME.py.lock` for a PEP 723 block.
    pub lock: Option<PathBuf>,
    /// The file that declares. `None` when nothing does.
    pub source: Option<PathBuf>,
}

/// The parts of `pyproject.toml` (PEP 621) that matter here.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct ProjectTable {
    pub(crate) name: Option<String>,
    pub(crate) requires_python: Option<String>,
    /// Absent where it is listed in `dynamic`, which is not the same as empty.
    pub(crate) dependencies: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) dynamic: Vec<String>,
    #[serde(default)]
    pub(crate) scripts: BTreeMap<String, String>,
}

/// The declaration of a script: its own block, a file beside it, else the nearest `pyproject.toml`
/// above it.
pub(crate) fn of_script(script: &Path, text: &str) -> Result<Declaration, Error> {
    let folder = script.parent().unwrap_or(Path::new("/"));
    let own = of_folder(folder, Some((script, text)))?;
    if own.source.is_some() {
        return Ok(own);
    }
    for above in folder.ancestors().skip(1) {
        if let Some(declaration) = of_pyproject(above)? {
            return Ok(declaration);
        }
    }
    Ok(own)
}

/// The declaration of a folder, with its entry script where it has one.
pub(crate) fn of_folder(folder: &Path, script: Option<(&Path, &str)>) -> Result<Declaration, Error> {
    if let Some((script, text)) = script
        && let Some(declaration) = of_script_block(script, text)?
    {
        return Ok(declaration);
    }
    if let Some(declaration) = of_pyproject(folder)? {
        return Ok(declaration);
    }
    let path = folder.join("requirements.txt");
    if path.is_file() {
        let requirements = requirements_file::read(&path)?;
        return Ok(Declaration { requirements, source: Some(path), ..Declaration::default() });
    }
    Ok(Declaration::default())
}

/// Reads the `[project]` table; `None` when there is no such file or no such table.
pub(crate) fn read_project(path: &Path) -> Result<Option<ProjectTable>, Error> {
    #[derive(Deserialize)]
    struct PyProject {
        project: Option<ProjectTable>,
    }

    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error)
            if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::PermissionDenied) =>
        {
            return Ok(None);
        }
        Err(source) => return Err(Error::Read { path: path.to_owned(), source }),
    };
    let text = String::from_utf8_lossy(&bytes);
    let document: PyProject = toml::from_str(&text).map_err(|error| invalid_toml(path, &text, &error, 0))?;
    Ok(document.project)
}

fn of_pyproject(folder: &Path) -> Result<Option<Declaration>, Error> {
    let path = folder.join("pyproject.toml");
    let Some(project) = read_project(&path)? else {
        return Ok(None);
    };
    let requirements = match project.dependencies {
        Some(dependencies) => dependencies,
        // setuptools' usual source of dynamic dependencies is the file that would be read next.
        None if project.dynamic.iter().any(|field| field == "dependencies") => {
            let file = folder.join("requirements.txt");
            if file.is_file() { requirements_file::read(&file)? } else { Vec::new() }
        }
        None => Vec::new(),
    };
    let lock = Some(folder.join("uv.lock")).filter(|lock| lock.is_file());
    Ok(Some(Declaration { requires_python: project.requires_python, requirements, lock, source: Some(path) }))
}

fn of_script_block(script: &Path, text: &str) -> Result<Option<Declaration>, Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "kebab-case")]
    struct Block {
        requires_python: Option<String>,
        #[serde(default)]
        dependencies: Vec<String>,
    }

    let Some(block) = script_block::find(script, text)? else {
        return Ok(None);
    };
    let parsed: Block =
        toml::from_str(&block.toml).map_err(|error| invalid_toml(script, &block.toml, &error, block.first_line - 1))?;
    let mut lock = script.as_os_str().to_owned();
    lock.push(".lock");
    Ok(Some(Declaration {
        requires_python: parsed.requires_python,
        requirements: parsed.dependencies,
        lock: Some(PathBuf::from(lock)).filter(|lock| lock.is_file()),
        source: Some(script.to_owned()),
    }))
}

fn invalid_toml(path: &Path, text: &str, error: &toml::de::Error, lines_before: usize) -> Error {
    let offset = error.span().map_or(0, |span| span.start);
    let line = text.bytes().take(offset).filter(|&byte| byte == b'\n').count() + 1 + lines_before;
    Error::Toml { path: path.to_owned(), line, message: error.message().trim_end().replace('\n', ", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    #[test]
    fn the_script_block_comes_first() {
        let folder = tempfile::tempdir().unwrap();
        let text = "# /// script\n# requires-python = '>=3.11'\n# dependencies = ['a', 'b>=1']\n# ///\n";
        let script = write(folder.path(), "main.py", text);
        write(folder.path(), "pyproject.toml", "[project]\nname = 'x'\ndependencies = ['c']");
        let declaration = of_folder(folder.path(), Some((&script, text))).unwrap();
        assert_eq!(declaration.requirements, ["a", "b>=1"]);
        assert_eq!(declaration.requires_python.as_deref(), Some(">=3.11"));
        assert_eq!(declaration.source, Some(script));
    }

    #[test]
    fn the_lock_stands_beside_the_project() {
        let folder = tempfile::tempdir().unwrap();
        write(
            folder.path(),
            "pyproject.toml",
            "[project]\nname = 'x'\nrequires-python = '>=3.10'\ndependencies = ['c']",
        );
        let lock = write(folder.path(), "uv.lock", "");
        let declaration = of_folder(folder.path(), None).unwrap();
        assert_eq!(declaration.requirements, ["c"]);
        assert_eq!(declaration.lock, Some(lock));
    }

    #[test]
    fn a_pyproject_of_tools_only_declares_nothing() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "pyproject.toml", "[tool.ruff]\nline-length = 100");
        let requirements = write(folder.path(), "requirements.txt", "d==1\n");
        let declaration = of_folder(folder.path(), None).unwrap();
        assert_eq!(declaration.requirements, ["d==1"]);
        assert_eq!(declaration.source, Some(requirements));
    }

    #[test]
    fn dynamic_dependencies_are_read_from_the_requirements_file() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "pyproject.toml", "[project]\nname = 'x'\ndynamic = ['dependencies']");
        write(folder.path(), "requirements.txt", "d==1\n");
        assert_eq!(of_folder(folder.path(), None).unwrap().requirements, ["d==1"]);
    }

    #[test]
    fn a_script_finds_the_project_above_it() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "pyproject.toml", "[project]\nname = 'x'\ndependencies = ['c']");
        let script = write(folder.path(), "tools/deep/report.py", "");
        assert_eq!(of_script(&script, "").unwrap().requirements, ["c"]);
    }

    #[test]
    fn invalid_toml_names_the_line() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "pyproject.toml", "[project]\nname = 'x'\ndependencies = [1]\n");
        match of_folder(folder.path(), None).unwrap_err() {
            Error::Toml { line, .. } => assert_eq!(line, 3),
            other => panic!("{other}"),
        }
        let text = "\"\"\"Doc.\"\"\"\n# /// script\n# dependencies = [\n# ///\n";
        let script = write(folder.path(), "main.py", text);
        match of_folder(folder.path(), Some((&script, text))).unwrap_err() {
            Error::Toml { line, path, .. } => assert_eq!((line, path), (3, script)),
            other => panic!("{other}"),
        }
    }
}

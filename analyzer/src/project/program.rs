use super::declaration::{self, Declaration};
use crate::error::Error;
use crate::source;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The program as found at a path, before any interpreter is known.
#[derive(Debug, Clone)]
pub struct Program {
    /// Default name of the executable: the folder's name, the script's stem, or the name in
    /// `[project.scripts]`.
    pub name: String,
    /// Folder whose modules belong to the program, absolute and without symbolic links.
    pub root: PathBuf,
    /// What is run first.
    pub entry: EntryPoint,
    /// What the program says it needs.
    pub declaration: Declaration,
    /// What stands before the interpreter's own search path. The root is first, as in `sys.path[0]`
    /// of `python main.py`; a `src` folder follows where the entry is a function.
    pub search_path: Vec<PathBuf>,
    /// How much of the folder belongs to the program.
    pub scope: Scope,
}

/// How much of its folder belongs to a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The user named the folder: what lies in it is the program.
    Folder,
    /// The user named a script: what it imports and what its texts name beside it.
    Script,
}

/// What is run first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryPoint {
    /// A source file, run as `__main__`.
    Script(PathBuf),
    /// A function of an importable module, as in `[project.scripts]` (`package.cli:main`).
    Function {
        /// Dotted name of the module.
        module: String,
        /// Attribute of the module, dotted where it is an attribute of an attribute.
        attribute: String,
    },
}

impl Program {
    /// Finds the program at `path`: a `.py` script, a folder with `main.py` or `__main__.py`, or a
    /// folder whose `pyproject.toml` has `[project.scripts]`.
    ///
    /// `main.py` and `__main__.py` come before `[project.scripts]`: a file of that name in the
    /// folder that the user named is the more explicit statement, and it is what `python main.py`
    /// runs.
    ///
    /// # Errors
    /// When there is no such path, nothing to start in it, the script is no Python source, or a
    /// TOML file is invalid.
    pub fn locate(path: &Path) -> Result<Program, Error> {
        let path = fs::canonicalize(path).map_err(|source| unreadable(path, source))?;
        if path.is_dir() { locate_in_folder(path) } else { locate_script(path) }
    }
}

fn unreadable(path: &Path, source: std::io::Error) -> Error {
    let path = path.to_owned();
    match source.kind() {
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => Error::NoSuchPath { path },
        _ => Error::Read { path, source },
    }
}

fn locate_script(script: PathBuf) -> Result<Program, Error> {
    let text = read_python(&script)?;
    let root = script.parent().unwrap_or(Path::new("/")).to_owned();
    let name = script.file_stem().map_or_else(|| "program".to_owned(), |stem| stem.to_string_lossy().into_owned());
    // A script may lie anywhere in a project (`tools/report.py`), so the nearest declaration above
    // it counts too.
    let declaration = declaration::of_script(&script, &text)?;
    Ok(Program {
        name,
        search_path: vec![root.clone()],
        root,
        entry: EntryPoint::Script(script),
        declaration,
        scope: Scope::Script,
    })
}

fn locate_in_folder(root: PathBuf) -> Result<Program, Error> {
    let name = root.file_name().map_or_else(|| "program".to_owned(), |name| name.to_string_lossy().into_owned());
    for file_name in ["main.py", "__main__.py"] {
        let script = root.join(file_name);
        if script.is_file() {
            let text = read_python(&script)?;
            let declaration = declaration::of_folder(&root, Some((&script, &text)))?;
            return Ok(Program {
                name,
                search_path: vec![root.clone()],
                root,
                entry: EntryPoint::Script(script),
                declaration,
                scope: Scope::Folder,
            });
        }
    }

    let Some((script, entry)) = project_script(&root)? else {
        return Err(Error::NoEntryPoint { script: runnable_script(&root), path: root });
    };
    let declaration = declaration::of_folder(&root, None)?;
    let mut search_path = vec![root.clone()];
    // The "src layout" of the packaging guide: the import root is not the project's folder.
    let sources = root.join("src");
    if sources.is_dir() {
        search_path.push(sources);
    }
    Ok(Program { name: script, root, entry, declaration, search_path, scope: Scope::Folder })
}

/// The first source in a folder that asks whether it is run: `manage.py` of a Django project.
fn runnable_script(root: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(root).ok()?.flatten();
    let mut sources: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "py"))
        .collect();
    sources.sort();
    let is_run = |path: &PathBuf| fs::read_to_string(path).is_ok_and(|text| source::does_more_when_run(&text));
    sources.into_iter().find(is_run)
}

/// The script that `[project.scripts]` names: the only one, or the one named like the project.
fn project_script(root: &Path) -> Result<Option<(String, EntryPoint)>, Error> {
    let path = root.join("pyproject.toml");
    let Some(project) = declaration::read_project(&path)? else {
        return Ok(None);
    };
    let scripts: &BTreeMap<String, String> = &project.scripts;
    let chosen = match (scripts.len(), &project.name) {
        (0, _) => return Ok(None),
        (1, _) => scripts.iter().next(),
        (_, Some(name)) => {
            let wanted = crate::project::distribution::normalized(name);
            scripts.iter().find(|(script, _)| crate::project::distribution::normalized(script) == wanted)
        }
        (_, None) => None,
    };
    let Some((script, value)) = chosen else {
        return Err(Error::SeveralScripts { path, scripts: scripts.keys().cloned().collect() });
    };
    match parse_entry_point(value) {
        Some(entry) => Ok(Some((script.clone(), entry))),
        None => Err(Error::BadScript { path, script: script.clone(), value: value.clone() }),
    }
}

/// Parses an object reference of the entry points specification: `module:attribute [extra]`. The
/// extras are obsolete and do not change what is run.
fn parse_entry_point(value: &str) -> Option<EntryPoint> {
    let reference = value.split('[').next().unwrap_or_default();
    let (module, attribute) = reference.split_once(':')?;
    let (module, attribute) = (module.trim(), attribute.trim());
    let dotted = |text: &str| text.split('.').all(is_identifier);
    (dotted(module) && dotted(attribute))
        .then(|| EntryPoint::Function { module: module.to_owned(), attribute: attribute.to_owned() })
}

fn is_identifier(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|first| first == '_' || first.is_alphabetic())
        && characters.all(|character| character == '_' || character.is_alphanumeric())
}

/// Reads a script and refuses what is plainly no Python source, so that the user is told that
/// before a parser complains about a byte in the middle of an executable.
fn read_python(path: &Path) -> Result<String, Error> {
    let bytes = fs::read(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    let refuse = |reason| Err(Error::NotPython { path: path.to_owned(), reason });
    if bytes.starts_with(b"\x7fELF") || bytes.starts_with(b"MZ") {
        return refuse("it is an executable");
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return refuse("it is a ZIP archive");
    }
    if bytes.contains(&0) {
        return refuse("it contains null bytes");
    }
    let python_extension = path.extension().is_some_and(|extension| extension == "py" || extension == "pyw");
    let first_line = bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let python_shebang = first_line.starts_with(b"#!") && String::from_utf8_lossy(first_line).contains("python");
    if !python_extension && !python_shebang {
        return refuse("its name does not end in `.py` and it has no `#!` line that names Python");
    }
    Ok(source::decode(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    #[test]
    fn main_file_wins_over_declared_scripts() {
        let folder = folder(&[
            ("main.py", "print()"),
            ("__main__.py", ""),
            ("pyproject.toml", "[project]\nname = 'x'\n[project.scripts]\nx = 'x:y'"),
        ]);
        let program = Program::locate(folder.path()).unwrap();
        assert_eq!(program.entry, EntryPoint::Script(program.root.join("main.py")));
        assert_eq!(program.search_path, std::slice::from_ref(&program.root));
    }

    #[test]
    fn declared_script_named_like_the_project_is_chosen() {
        let folder = folder(&[
            (
                "pyproject.toml",
                "[project]\nname = 'My_Tool'\n[project.scripts]\nother = 'a:b'\nmy-tool = 'tool.cli:main'",
            ),
            ("src/tool/cli.py", ""),
        ]);
        let program = Program::locate(folder.path()).unwrap();
        assert_eq!(program.name, "my-tool");
        assert_eq!(program.entry, EntryPoint::Function { module: "tool.cli".into(), attribute: "main".into() });
        assert_eq!(program.search_path, [program.root.clone(), program.root.join("src")]);
    }

    #[test]
    fn several_scripts_are_listed() {
        let folder = folder(&[("pyproject.toml", "[project]\nname = 'x'\n[project.scripts]\nb = 'a:b'\na = 'a:b'")]);
        let message = Program::locate(folder.path()).unwrap_err().to_string();
        assert!(message.contains("`a`, `b`"), "{message}");
    }

    #[test]
    fn a_script_that_may_be_meant_is_named() {
        let folder = folder(&[
            ("a.py", "import manage"),
            ("manage.py", "if __name__ == '__main__':\n    main()"),
            ("tool.py", "if __name__ == '__main__':\n    main()"),
        ]);
        let hint = Program::locate(folder.path()).unwrap_err().hint().unwrap();
        assert!(hint.ends_with("/manage.py`"), "{hint}");
    }

    #[test]
    fn bad_paths_say_what_was_looked_for() {
        let empty = folder(&[]);
        let message = Program::locate(empty.path()).unwrap_err().to_string();
        for expected in ["main.py", "__main__.py", "[project.scripts]"] {
            assert!(message.contains(expected), "{message}");
        }
        let missing = Program::locate(&empty.path().join("nothing")).unwrap_err();
        assert!(matches!(missing, Error::NoSuchPath { .. }));
        let binary = folder(&[("tool.py", "\x7fELF\0")]);
        let refused = Program::locate(&binary.path().join("tool.py")).unwrap_err();
        assert!(matches!(refused, Error::NotPython { .. }));
        let text = folder(&[("notes.txt", "hello"), ("tool", "#!/usr/bin/env python3\n")]);
        assert!(matches!(Program::locate(&text.path().join("notes.txt")), Err(Error::NotPython { .. })));
        assert_eq!(Program::locate(&text.path().join("tool")).unwrap().name, "tool");
    }

    #[test]
    fn a_bad_reference_is_an_error() {
        let folder = folder(&[("pyproject.toml", "[project]\nname = 'x'\n[project.scripts]\nx = 'no colon'")]);
        assert!(matches!(Program::locate(folder.path()), Err(Error::BadScript { .. })));
    }
}

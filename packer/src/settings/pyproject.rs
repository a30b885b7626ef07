//! `[tool.rpack]` in the program's `pyproject.toml`, or in a script's own block (PEP 723).

use super::Settings;
use crate::refused::Refused;
use serde::Deserialize;
use std::fs;
use std::path::{Path, PathBuf};

/// The keys that there are; a test holds them to the fields of [`Settings`].
const KEYS: [&str; 33] = [
    "add-binary",
    "add-data",
    "additional-hooks-dirs",
    "backend",
    "collect-all",
    "collect-binaries",
    "collect-data",
    "collect-submodules",
    "compile",
    "contents-directory",
    "copy-metadata",
    "distpath",
    "exclude-modules",
    "full-compat",
    "hidden-imports",
    "hook-timeout",
    "hooks",
    "hooks-config",
    "module-collection-mode",
    "name",
    "onedir",
    "onefile",
    "optimize",
    "paths",
    "python",
    "python-options",
    "recursive-copy-metadata",
    "rules",
    "runtime-hooks",
    "source",
    "strip",
    "unpack",
    "version-info",
];

/// How much a key may look like another one, from 0 to 1, to be meant for it.
const LIKE: f64 = 0.7;

/// The settings that the program at `path` comes with: those of its folder's `pyproject.toml`; for a script those in its own
/// block, or of the nearest `pyproject.toml` above it, as for what it declares.
pub fn of_program(path: &Path) -> Result<Settings, Refused> {
    let Ok(path) = fs::canonicalize(path) else { return Ok(Settings::default()) };
    // What is wrong with a script or its block is said when the program is looked at.
    let text = fs::read(&path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    if let Ok(Some(block)) = rpack_analyzer::script_block(&path, &text)
        && let Some(settings) = read(&block.toml, &path, block.first_line)?
    {
        return Ok(settings);
    }
    let file = match path.is_dir() {
        true => Some(path.join("pyproject.toml")),
        false => path.ancestors().skip(1).map(|folder| folder.join("pyproject.toml")).find(|file| file.is_file()),
    };
    match file.and_then(|file| Some((fs::read(&file).ok()?, file))) {
        Some((bytes, file)) => Ok(read(&String::from_utf8_lossy(&bytes), &file, 1)?.unwrap_or_default()),
        None => Ok(Settings::default()),
    }
}

/// Reads the table in `text`, which begins on `first_line` of `file`. `None` where there is none.
fn read(text: &str, file: &Path, first_line: usize) -> Result<Option<Settings>, Refused> {
    #[derive(Deserialize)]
    struct PyProject {
        tool: Option<Tool>,
    }
    #[derive(Deserialize)]
    struct Tool {
        rpack: Option<Settings>,
    }
    let document: PyProject = toml::from_str(text).map_err(|error| refused(text, file, first_line, &error))?;
    let folder = file.parent().unwrap_or(Path::new("."));
    Ok(document.tool.and_then(|tool| tool.rpack).map(|settings| settings.relative_to(folder)))
}

fn refused(text: &str, file: &Path, first_line: usize, error: &toml::de::Error) -> Refused {
    let span = error.span().unwrap_or_default();
    let line = text.bytes().take(span.start).filter(|&byte| byte == b'\n').count() + first_line;
    let place = format!("{}:{line}", shown(file).display());
    let message = error.message().trim_end().replace('\n', ", ");
    if message.starts_with("unknown field") {
        let key = text.get(span).unwrap_or_default().trim_matches(['"', '\'']);
        let hint = match nearest(key) {
            Some(nearest) => format!("Did you mean `{nearest}`?"),
            None => format!("The keys are {}", KEYS.map(|key| format!("`{key}`")).join(", ")),
        };
        return Refused { message: format!("Unknown key `{key}` in `[tool.rpack]` (`{place}`)"), hint: Some(hint) };
    }
    Refused { message: format!("Wrong TOML in `{place}`: {message}"), hint: None }
}

fn nearest(key: &str) -> Option<&'static str> {
    let key = key.replace('_', "-");
    let likeness = |known: &str| strsim::normalized_damerau_levenshtein(&key, known);
    let nearest = KEYS.into_iter().max_by(|one, other| likeness(one).total_cmp(&likeness(other)))?;
    (likeness(nearest) >= LIKE).then_some(nearest)
}

/// A path as a user would write it: relative where it lies below the working folder.
fn shown(file: &Path) -> PathBuf {
    let here = std::env::current_dir().and_then(fs::canonicalize);
    here.ok().and_then(|here| file.strip_prefix(here).ok()).unwrap_or(file).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> (String, String) {
        let Err(refused) = read(text, Path::new("pyproject.toml"), 1) else { panic!("accepted {text:?}") };
        (refused.message, refused.hint.unwrap_or_default())
    }

    #[test]
    fn the_keys_are_the_fields_of_the_settings() {
        let error = toml::from_str::<Settings>("nothing-like-it = 1").unwrap_err().message().to_owned();
        let list = error.split_once("expected one of").expect("serde lists the fields").1;
        let mut fields: Vec<&str> = list.split('`').skip(1).step_by(2).collect();
        fields.sort_unstable();
        assert_eq!(fields, KEYS);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let (message, hint) = refusal("[project]\nname = 'x'\n[tool.rpack]\nhidden-import = ['a']\n");
        assert_eq!(message, "Unknown key `hidden-import` in `[tool.rpack]` (`pyproject.toml:4`)");
        assert_eq!(hint, "Did you mean `hidden-imports`?");
        assert_eq!(refusal("[tool.rpack]\nadd_data = []").1, "Did you mean `add-data`?");
        assert!(refusal("[tool.rpack]\nzebra = []").1.contains("`unpack`"));
        for (wrong, said) in [
            ("name = 1", "expected a string"),
            ("hidden-imports = 'a'", "expected a sequence"),
            ("strip = 'yes'", "expected a boolean"),
            ("optimize = 3", "expected 0, 1 or 2"),
            ("unpack = 'disk'", "`store`, `per-run` or `memory`"),
            ("add-data = ['x']", "SRC:DEST"),
            ("python-options = ['Z']", "`Z`"),
        ] {
            let (message, _) = refusal(&format!("[tool.rpack]\n{wrong}\n"));
            assert!(message.starts_with("Wrong TOML in `pyproject.toml:2`") && message.contains(said), "{message}");
        }
    }

    #[test]
    fn the_nearest_file_above_a_script_counts_and_of_a_folder_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(folder.path()).unwrap();
        fs::create_dir(root.join("tools")).unwrap();
        fs::write(root.join("pyproject.toml"), "[tool.rpack]\nname = 'a'\ndistpath = 'out'\n").unwrap();
        fs::write(root.join("tools/report.py"), "").unwrap();
        let settings = of_program(&root.join("tools/report.py")).unwrap();
        assert_eq!((settings.name.as_deref(), settings.distpath), (Some("a"), Some(root.join("out"))));
        assert_eq!(of_program(&root.join("tools")).unwrap(), Settings::default());
        assert_eq!(of_program(&root.join("nothing")).unwrap(), Settings::default());
        let block = |key| format!("# /// script\n# dependencies = []\n# [tool.rpack]\n# {key} = 'b'\n# ///\n");
        fs::write(root.join("tools/own.py"), block("name")).unwrap();
        assert_eq!(of_program(&root.join("tools/own.py")).unwrap().name.as_deref(), Some("b"));
        fs::write(root.join("tools/wrong.py"), block("nam")).unwrap();
        assert!(of_program(&root.join("tools/wrong.py")).unwrap_err().message.contains("wrong.py:4"));
    }
}

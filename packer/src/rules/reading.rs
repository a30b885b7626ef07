//! Rules as they are written: TOML, in which a mistake is told with its line and with what there is.

use super::carried::Carried;
use super::condition::Condition;
use super::{Rule, folder_of};
use rpack_analyzer::{Project, Scope};
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The keys of a rule.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct Written {
    /// Modules that the package imports though no source says so; `package.*` for all that lies below one.
    #[serde(deserialize_with = "modules")]
    hidden_imports: Vec<String>,
    /// Patterns of files, relative to the package's folder.
    data: Vec<String>,
    /// Modules that the package does not bring in.
    #[serde(deserialize_with = "modules")]
    exclude: Vec<String>,
    /// Shared libraries: patterns relative to the package's folder, or names that the system knows.
    libraries: Vec<String>,
    /// Distributions whose metadata the package reads.
    metadata: Vec<String>,
    /// A script that runs before the program, relative to the file that the rule stands in.
    runtime_hook: Option<PathBuf>,
    /// The versions that the rule is for.
    when: Option<Condition>,
}

/// A rule that rpack carries.
pub fn carried(rule: &Carried) -> Result<Rule, Error> {
    let path = PathBuf::from(format!("{}.toml", rule.module));
    let written: Written = toml::from_str(rule.text).map_err(|error| invalid(&path, rule.text, &error))?;
    let text = |script: PathBuf| (script, rule.runtime_hook.map(str::to_owned));
    Ok(Rule { runtime_hook: written.runtime_hook.clone().map(text), ..rule_of(written, None) })
}

/// The rules in the `pyproject.toml` of the program, by module.
pub fn of_program(project: &Project) -> Result<Vec<(String, Rule)>, Error> {
    #[derive(Deserialize)]
    struct PyProject {
        tool: Option<Tool>,
    }
    #[derive(Deserialize)]
    struct Tool {
        rpack: Option<Table>,
    }
    /// The other keys of the table are not for here.
    #[derive(Deserialize)]
    struct Table {
        #[serde(default)]
        rules: BTreeMap<String, Written>,
    }

    // A folder's own; for a script the nearest one above it, as for what it declares.
    let program = &project.program;
    let folders = program.root.ancestors().take(if program.scope == Scope::Folder { 1 } else { usize::MAX });
    let mut files = folders.map(|folder| folder.join("pyproject.toml"));
    let Some(path) = files.find(|file| file.is_file()) else { return Ok(Vec::new()) };
    let bytes = fs::read(&path).map_err(|source| Error::Unreadable { path: path.clone(), source })?;
    let text = String::from_utf8_lossy(&bytes);
    let document: PyProject = toml::from_str(&text).map_err(|error| invalid(&path, &text, &error))?;
    let written = document.tool.and_then(|tool| tool.rpack).map(|table| table.rules).unwrap_or_default();
    let mut rules = Vec::new();
    for (module, written) in written {
        let script = written.runtime_hook.as_ref().map(|script| folder_of(&path).join(script));
        if let Some(script) = script.as_ref().filter(|script| !script.is_file()) {
            return Err(Error::NoRuntimeHook { script: script.clone(), module, path });
        }
        let rule = rule_of(written, Some(path.clone()));
        rules.push((module, Rule { runtime_hook: script.map(|script| (script, None)), ..rule }));
    }
    Ok(rules)
}

fn rule_of(written: Written, written_in: Option<PathBuf>) -> Rule {
    let Written { hidden_imports, data, exclude, libraries, metadata, when, .. } = written;
    Rule { hidden_imports, data, exclude, libraries, metadata, runtime_hook: None, condition: when, written_in }
}

/// Reads names of modules; for what is none the error stands where it is written.
fn modules<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let names = Vec::<String>::deserialize(deserializer)?;
    let is_part =
        |part: &str| !part.is_empty() && part.chars().all(|part| part.is_alphanumeric() || matches!(part, '_' | '-'));
    let is_module = |name: &&String| name.strip_suffix(".*").unwrap_or(name).split('.').all(is_part);
    match names.iter().find(|name| !is_module(name)) {
        Some(name) => Err(D::Error::custom(format!("`{name}` is no module; write `package.module` or `package.*`"))),
        None => Ok(names),
    }
}

fn invalid(path: &Path, text: &str, error: &toml::de::Error) -> Error {
    let offset = error.span().map_or(0, |span| span.start);
    let line = text.bytes().take(offset).filter(|&byte| byte == b'\n').count() + 1;
    Error::Invalid { path: path.to_owned(), line, message: error.message().trim_end().replace('\n', ", ") }
}

/// Why rules cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be read.
    #[error("Cannot read `{}`: {source}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// It holds something else than rules.
    #[error("Invalid rule in `{}:{line}`: {message}", .path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// The line.
        line: usize,
        /// What the reader says.
        message: String,
    },
    /// A rule names a script that does not exist.
    #[error("No such runtime hook: `{}` (from the rule for `{module}` in `{}`)", .script.display(), .path.display())]
    NoRuntimeHook {
        /// The script.
        script: PathBuf,
        /// The module that the rule is about.
        module: String,
        /// The file that the rule stands in.
        path: PathBuf,
    },
}

impl Error {
    /// What the user can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Error::Unreadable { .. } => None,
            Error::Invalid { .. } => Some(
                "A rule is a table `[tool.rpack.rules.NAME]`; NAME is a module, and the keys are `hidden-imports`, `data`, \
                 `exclude`, `libraries`, `metadata` (lists of texts), `runtime-hook` and `when` (texts)"
                    .to_owned(),
            ),
            Error::NoRuntimeHook { .. } => Some("Its path is relative to the file that names it".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        let error = toml::from_str::<Written>(text).unwrap_err();
        invalid(Path::new("x.toml"), text, &error).to_string()
    }

    #[test]
    fn a_mistake_is_told_with_its_line_and_what_there_is() {
        let unknown = message("data = []\nhidden = ['a']\n");
        assert!(unknown.contains("`x.toml:2`") && unknown.contains("hidden-imports"), "{unknown}");
        let mistyped = message("data = ['a']\n\nexclude = 'a'\n");
        assert!(mistyped.contains("`x.toml:3`"), "{mistyped}");
        for name in ["a b", "a..b", "", ".a", "*", "a.*.b"] {
            let wrong = message(&format!("\nhidden-imports = ['a', '{name}']\n"));
            assert!(wrong.contains("`x.toml:2`") && wrong.contains("is no module"), "{name}: {wrong}");
        }
        let version = message("when = 'version ~ 3'\n");
        assert!(version.contains("`x.toml:1`") && version.contains("`version < 2`"), "{version}");
    }

    #[test]
    fn every_carried_rule_is_valid() {
        for rule in super::super::carried::RULES {
            carried(rule).unwrap();
        }
    }
}

//! Rules as they are written: TOML, in which a mistake is told with its line and with what there is.

use super::carried::Carried;
use super::condition::Condition;
use super::{Rule, folder_of};
use rpack_analyzer::{EntryPoint, Project, Scope};
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
    let written: Written = toml::from_str(rule.text).map_err(|error| invalid(&path, rule.text, 1, &error))?;
    let text = |script: PathBuf| (script, rule.runtime_hook.map(str::to_owned));
    Ok(Rule { runtime_hook: written.runtime_hook.clone().map(text), ..rule_of(written, None) })
}

/// The rules of the program, by module: those in the script's own block (PEP 723) where it has the table, else those in its
/// folder's `pyproject.toml`; for a script in the nearest one above it.
pub fn of_program(project: &Project) -> Result<Vec<(String, Rule)>, Error> {
    let program = &project.program;
    let mut folders = program.root.ancestors().take(if program.scope == Scope::Folder { 1 } else { usize::MAX });
    if let (EntryPoint::Script(script), Scope::Script) = (&program.entry, program.scope) {
        // What is wrong with the block itself has been said when the program was looked at.
        if let Ok(Some(block)) = rpack_analyzer::script_block(script, &text_of(script)?)
            && let Some(rules) = rules_in(&block.toml, script, block.first_line)?
        {
            return Ok(rules);
        }
    }
    match folders.find_map(|folder| Some(folder.join("pyproject.toml")).filter(|file| file.is_file())) {
        Some(file) => Ok(rules_in(&text_of(&file)?, &file, 1)?.unwrap_or_default()),
        None => Ok(Vec::new()),
    }
}

fn text_of(path: &Path) -> Result<String, Error> {
    let bytes = fs::read(path).map_err(|source| Error::Unreadable { path: path.to_owned(), source })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The rules in a text that begins on `first_line` of `file`. `None` where it has no table for rpack.
fn rules_in(text: &str, file: &Path, first_line: usize) -> Result<Option<Vec<(String, Rule)>>, Error> {
    #[derive(Deserialize)]
    struct Document {
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

    let document: Document = toml::from_str(text).map_err(|error| invalid(file, text, first_line, &error))?;
    let Some(table) = document.tool.and_then(|tool| tool.rpack) else { return Ok(None) };
    let mut rules = Vec::new();
    for (module, written) in table.rules {
        let script = written.runtime_hook.as_ref().map(|script| folder_of(file).join(script));
        if let Some(script) = script.as_ref().filter(|script| !script.is_file()) {
            return Err(Error::NoRuntimeHook { script: script.clone(), module, path: file.to_owned() });
        }
        let rule = rule_of(written, Some(file.to_owned()));
        rules.push((module, Rule { runtime_hook: script.map(|script| (script, None)), ..rule }));
    }
    Ok(Some(rules))
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

fn invalid(path: &Path, text: &str, first_line: usize, error: &toml::de::Error) -> Error {
    let offset = error.span().map_or(0, |span| span.start);
    let line = text.bytes().take(offset).filter(|&byte| byte == b'\n').count() + first_line;
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
        invalid(Path::new("x.toml"), text, 1, &error).to_string()
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

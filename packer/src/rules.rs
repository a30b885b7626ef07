//! Rules: what a package adds when it is included, written down for packages whose sources do not show it.
//!
//! rpack carries one file a package (`packer/rules`), and a program has its own in `[tool.rpack.rules.NAME]` of its
//! `pyproject.toml`; NAME is the module, dotted where it is one inside of a package. Both are read by the same definition.

pub mod carried;
mod condition;
mod files;
mod reading;

use crate::additions::{Added, Brought};
use crate::diagnosis::Warning;
use crate::options::RuleUse;
use condition::Condition;
use rpack_analyzer::{Addition, Included, Interpreter, Project};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use reading::Error;

/// The rules for a build.
pub struct Rules {
    /// By the names of the modules that they are about.
    rules: BTreeMap<String, Vec<Rule>>,
    interpreter: Interpreter,
}

/// What a module adds.
#[derive(Debug)]
struct Rule {
    hidden_imports: Vec<String>,
    data: Vec<String>,
    exclude: Vec<String>,
    libraries: Vec<String>,
    metadata: Vec<String>,
    runtime_hook: Option<(PathBuf, Option<String>)>,
    condition: Option<Condition>,
    /// Where it was written, for what it names and is not there. Rules that rpack carries name what some version has.
    written_in: Option<PathBuf>,
}

impl Rules {
    /// Reads the rules that rpack carries and those of the program.
    ///
    /// # Errors
    ///
    /// If one of the program's is wrong.
    pub fn read(project: &Project, which: RuleUse) -> Result<Self, Error> {
        let mut rules: BTreeMap<String, Vec<Rule>> = BTreeMap::new();
        let carried = if which == RuleUse::All { carried::RULES } else { &[] };
        for rule in carried {
            rules.entry(rule.module.to_owned()).or_default().push(reading::carried(rule)?);
        }
        for (module, rule) in reading::of_program(project)? {
            rules.entry(module).or_default().push(rule);
        }
        Ok(Rules { rules, interpreter: project.interpreter.clone() })
    }

    /// What the rules say of a module.
    pub fn of_module(&self, module: &Included<'_>) -> Added {
        let mut added = Added::default();
        let version = module.distribution.map(|distribution| distribution.version.as_str());
        let rules = self.rules.get(module.name).into_iter().flatten();
        for rule in rules.filter(|rule| rule.condition.as_ref().is_none_or(|condition| condition.holds(version))) {
            let Addition { hidden_imports, collected, excluded_imports, metadata, .. } = &mut added.graph;
            if let Some(file) = &rule.written_in {
                let names = rule.hidden_imports.iter().map(|name| name.strip_suffix(".*").unwrap_or(name).to_owned());
                added.brought.named.extend(names.map(|name| (name, file.clone())));
            }
            for name in &rule.hidden_imports {
                match name.strip_suffix(".*") {
                    Some(package) => collected.push(package.to_owned()),
                    None => hidden_imports.push(name.clone()),
                }
            }
            excluded_imports.extend(rule.exclude.iter().cloned());
            metadata.extend(rule.metadata.iter().cloned());
            added.runtime_hooks.extend(rule.runtime_hook.clone());
            self.add_files(rule, module, &mut added.brought);
        }
        added
    }

    fn add_files(&self, rule: &Rule, module: &Included<'_>, brought: &mut Brought) {
        let mut missing = |what: &str| {
            if let Some(file) = &rule.written_in {
                brought.warnings.push(Warning::rule_without_file(module.name, what, file));
            }
        };
        let mut found = Vec::new();
        for pattern in &rule.data {
            let files = files::data(module, pattern);
            if files.is_empty() {
                missing(pattern);
            }
            found.extend(files);
        }
        for name in &rule.libraries {
            let files = files::libraries(module, name, &self.interpreter);
            if files.is_empty() {
                missing(name);
            }
            found.extend(files);
        }
        brought.files.extend(found);
    }
}

/// The folder that a file lies in.
fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

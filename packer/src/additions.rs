//! What packages add when they are included, beyond what their sources show.
//!
//! Three know it: rules ([`crate::rules`]), PyInstaller's hooks ([`crate::hooks`]) and code in `.pth` files.
//! The analyzer asks whenever it includes a module, until nothing new comes; what it has no use for, files and sources, is kept for
//! the collection.

use crate::diagnosis::Warning;
use crate::hooks::{Hooks, Seen};
use crate::options::{Options, Sources};
use crate::rules::Rules;
use crate::{hooks, rules, start_lines};
use rpack_analyzer::{Addition, Distribution, EdgeKind, Included, ModuleGraph, Preparation, Project, RuntimeHook};
use rpack_format::index::RUNTIME_HOOK_PREFIX;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Those who know what packages add, and what they have said so far.
pub struct Additions<'a> {
    rules: Rules,
    hooks: Hooks<'a>,
    /// How many runtime hooks there are. Their names in the graph are numbered, in the order in which they run.
    runtime_hooks: usize,
    brought: Brought,
}

/// What the collection takes of what packages add.
#[derive(Debug, Default)]
pub struct Brought {
    /// Files, in the order in which they came.
    pub files: Vec<BroughtFile>,
    /// Whether the sources of modules go in, for a module or a package with all below it.
    pub sources: BTreeMap<String, Sources>,
    /// Modules that rules of the program name, each with the file that the rule stands in.
    pub named: Vec<(String, PathBuf)>,
    /// What was not as it should be.
    pub warnings: Vec<Warning>,
    /// What hooks looked at.
    pub seen: Seen,
}

impl Brought {
    /// Whether the sources of a module go in, where a hook has said anything of it or of a package above it.
    pub fn sources_of(&self, module: &str) -> Option<Sources> {
        Sources::said_of(module, &self.sources)
    }
}

/// A file that a package adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BroughtFile {
    /// The file.
    pub path: PathBuf,
    /// Its path inside the bundle.
    pub inside: String,
    /// The module that adds it.
    pub module: String,
    /// Whether others may load it.
    pub role: Role,
}

/// What a file that a package adds is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It is read.
    Data,
    /// It is loaded, and needs what libraries need.
    Library,
}

/// What a module adds: to the graph, and to the collection.
#[derive(Debug, Default)]
pub struct Added {
    /// What goes into the graph.
    pub graph: Addition,
    /// Scripts that run before the program: the file, and the text where no file holds it.
    pub runtime_hooks: Vec<(PathBuf, Option<String>)>,
    /// What the collection takes.
    pub brought: Brought,
}

impl<'a> Additions<'a> {
    /// Reads the rules and finds the hooks.
    ///
    /// # Errors
    ///
    /// If a rule of the program is wrong, or a folder of hooks that the user named does not exist.
    pub fn find(project: &'a Project, installed: &'a [Distribution], options: &Options) -> Result<Self, Error> {
        Ok(Additions {
            rules: Rules::read(project, options.rules)?,
            hooks: Hooks::find(project, installed, options)?,
            runtime_hooks: options.analysis.runtime_hooks.len(),
            brought: Brought::default(),
        })
    }

    /// What the collection takes, once the graph is complete.
    pub fn into_brought(mut self, graph: &ModuleGraph) -> Brought {
        for (name, file) in std::mem::take(&mut self.brought.named) {
            if graph.missing.iter().any(|missing| missing.edge.kind == EdgeKind::Addition && missing.name == name) {
                self.brought.warnings.push(Warning::rule_without_module(&name, &file));
            }
        }
        Brought { seen: self.hooks.into_seen(), ..self.brought }
    }

    fn take(&mut self, added: Added) -> Addition {
        let Brought { files, sources, named, warnings, .. } = added.brought;
        self.brought.files.extend(files);
        self.brought.sources.extend(sources);
        self.brought.named.extend(named);
        self.brought.warnings.extend(warnings);
        let mut addition = added.graph;
        for (path, source) in added.runtime_hooks {
            let name = format!("{RUNTIME_HOOK_PREFIX}{}", self.runtime_hooks);
            self.runtime_hooks += 1;
            addition.runtime_hooks.push(RuntimeHook { name, path, source });
        }
        addition
    }
}

impl rpack_analyzer::Additions for Additions<'_> {
    fn before_search(&mut self, name: &str, search_path: &[PathBuf]) -> Preparation {
        let (preparation, warnings) = self.hooks.before_search(name, search_path);
        self.brought.warnings.extend(warnings);
        preparation
    }

    fn of_module(&mut self, module: &Included<'_>) -> Addition {
        let said = [start_lines::of_module(module), self.rules.of_module(module), self.hooks.of_module(module)];
        let mut addition = Addition::default();
        for added in said {
            let more = self.take(added);
            addition.hidden_imports.extend(more.hidden_imports);
            addition.optional_imports.extend(more.optional_imports);
            addition.collected.extend(more.collected);
            addition.excluded_imports.extend(more.excluded_imports);
            addition.deleted_imports.extend(more.deleted_imports);
            addition.metadata.extend(more.metadata);
            addition.runtime_hooks.extend(more.runtime_hooks);
        }
        addition
    }
}

/// Why additions cannot be asked for.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A rule is wrong.
    #[error(transparent)]
    Rules(#[from] rules::Error),
    /// There are no hooks where the user said.
    #[error(transparent)]
    Hooks(#[from] hooks::Error),
}

impl Error {
    /// What the user can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Error::Rules(error) => error.hint(),
            Error::Hooks(error) => error.hint(),
        }
    }
}

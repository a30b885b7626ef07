//! PyInstaller's hooks, run as they are: those of the target environment's packages, and those in folders that the user names.
//!
//! A hook is a Python script about one module. It runs in the target's own interpreter, in one worker for the whole build, which
//! starts when an included module has a hook. PyInstaller itself need not be there: the worker offers the modules that hooks import.
//! Hooks add to what the analyzer finds; the imports that they exclude are those of their own module.

mod catalogue;
mod runtime_hooks;
mod seen;
mod worker;

pub use seen::Seen;

use crate::additions::{Added, BroughtFile, Role};
use crate::diagnosis::Warning;
use crate::options::{HookUse, Options, Sources};
use catalogue::Catalogue;
use rpack_analyzer::{Addition, Declaration, Distribution, Included, ModuleKind, Preparation, Project};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;
use worker::Worker;

/// The version of PyInstaller whose hooks are understood; hooks ask for it.
const PYINSTALLER_VERSION: &str = "6.22.0";

/// The hooks that there are, and the worker that runs them.
pub struct Hooks<'a> {
    catalogue: Catalogue,
    worker: Option<Worker>,
    seen: Seen,
    time: Duration,
    configuration: Value,
    project: &'a Project,
    installed: &'a [Distribution],
}

impl<'a> Hooks<'a> {
    /// Finds the hooks. None of them is run yet.
    ///
    /// # Errors
    ///
    /// If a folder that the user named does not exist.
    pub fn find(project: &'a Project, installed: &'a [Distribution], options: &Options) -> Result<Self, Error> {
        let catalogue = match options.hooks {
            HookUse::Auto => Catalogue::find(&options.hook_folders, installed)?,
            HookUse::Off => Catalogue::default(),
        };
        let configuration = Value::Object(options.hook_configuration.clone());
        Ok(Hooks {
            catalogue,
            worker: None,
            seen: Seen::default(),
            time: options.hook_time,
            configuration,
            project,
            installed,
        })
    }

    /// What those that ran have looked at, when none runs any more.
    pub fn into_seen(self) -> Seen {
        self.seen
    }

    /// What the hooks of a name say before it is looked for.
    pub fn before_search(&mut self, name: &str, search_path: &[PathBuf]) -> (Preparation, Vec<Warning>) {
        let (mut preparation, mut warnings) = (Preparation::default(), Vec::new());
        if let Some(hook) = self.catalogue.before_import.get(name).cloned() {
            let answer = self.run(&hook, "before_import", json!({ "module": name }), &mut warnings);
            preparation.aliases = answer.aliases;
            preparation.made_at_run_time = answer.made_at_run_time;
            preparation.package_path = answer.package_path;
        }
        if let Some(hook) = self.catalogue.before_search.get(name).cloned() {
            let request = json!({ "module": name, "search_path": search_path });
            preparation.search_path = self.run(&hook, "before_search", request, &mut warnings).search_path;
        }
        (preparation, warnings)
    }

    /// What the hooks of a module add.
    pub fn of_module(&mut self, module: &Included<'_>) -> Added {
        let mut added = Added::default();
        for script in self.catalogue.runtime_hooks.get(module.name).into_iter().flatten() {
            added.runtime_hooks.push((script.clone(), None));
        }
        let Some(hook) = self.catalogue.hooks.get(module.name).cloned() else { return added };
        let is_namespace = matches!(module.kind, ModuleKind::Namespace { .. });
        let request = json!({
            "module": module.name,
            "file": if is_namespace { Path::new("") } else { module.path },
            "path": module.submodule_path,
        });
        let warnings = &mut added.brought.warnings;
        let answer = self.run(&hook, "hook", request, warnings);
        let files = answer.data.iter().map(|file| (file, Role::Data));
        for ((path, inside), role) in files.chain(answer.binaries.iter().map(|file| (file, Role::Library))) {
            if is_inside(inside) {
                added.brought.files.push(BroughtFile {
                    path: path.clone(),
                    inside: inside.clone(),
                    module: module.name.to_owned(),
                    role,
                });
            } else {
                warnings.push(Warning::hook_note(&hook, &format!("`{inside}` does not lie inside the bundle")));
            }
        }
        added.brought.sources = answer.modes.into_iter().map(|(name, mode)| (name, Sources::of_mode(&mode))).collect();
        let (hidden_imports, optional_imports) = match answer.expects_hidden_imports {
            true => (answer.hidden_imports, Vec::new()),
            false => (Vec::new(), answer.hidden_imports),
        };
        added.graph = Addition {
            hidden_imports,
            optional_imports,
            excluded_imports: answer.excluded_imports,
            deleted_imports: answer.deleted_imports,
            metadata: answer.metadata,
            ..Addition::default()
        };
        added
    }

    /// Runs a hook. One that fails adds nothing, and its reason is a warning.
    fn run(&mut self, hook: &Path, kind: &str, mut request: Value, warnings: &mut Vec<Warning>) -> Answer {
        request["hook"] = json!(hook);
        request["kind"] = json!(kind);
        let (project, installed) = (self.project, self.installed);
        let mut seen = Seen::default();
        let mut questions = |question: Question| question.answer(project, installed, &mut seen);
        let answered = match self.worker.take() {
            Some(worker) => Ok(worker),
            None => Worker::start(&self.project.interpreter, &search_path(self.project), &self.configuration),
        }
        .and_then(|mut worker| {
            let answer = worker.request(&request, self.time, &mut questions);
            // A worker that has ended is not asked again; the next hook gets a new one.
            self.worker = answer.is_ok().then_some(worker);
            answer
        });
        let mut answer: Answer = match answered {
            Ok(answer) => answer,
            Err(error) if error.kind() == ErrorKind::TimedOut => {
                self.seen.lose("a hook that did not end");
                warnings.push(Warning::hook_late(hook, self.time));
                return Answer::default();
            }
            Err(error) => {
                seen.lose("a process that ended");
                let error = Failure { message: format!("its process ended: {error}"), line: 0 };
                Answer { error: Some(error), ..Answer::default() }
            }
        };
        seen.add(std::mem::take(&mut answer.seen));
        warnings.extend(seen.beyond().map(|reason| Warning::hook_depends_on_more(hook, reason)));
        self.seen.add(seen);
        warnings.extend(answer.notes.iter().map(|note| Warning::hook_note(hook, note)));
        match (&answer.not_offered, &answer.error) {
            (Some(name), _) => warnings.push(Warning::hook_left_out(hook, name)),
            (None, Some(error)) => warnings.push(Warning::hook_failed(hook, error.line, &error.message)),
            (None, None) => return answer,
        }
        Answer::default()
    }
}

/// Where hooks find modules: as the program would, but what the program's folder holds comes last, because it may bear the
/// names of modules that hooks use.
fn search_path(project: &Project) -> Vec<PathBuf> {
    let own = project.search_path.iter().filter(|path| !project.interpreter.search_path.contains(path));
    project.interpreter.search_path.iter().chain(own).cloned().collect()
}

/// Whether a path lies in the bundle.
fn is_inside(path: &str) -> bool {
    !path.is_empty() && !path.starts_with('/') && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// What a hook says; see `worker/running.py`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Answer {
    hidden_imports: Vec<String>,
    expects_hidden_imports: bool,
    excluded_imports: Vec<String>,
    deleted_imports: Vec<String>,
    metadata: Vec<String>,
    data: Vec<(PathBuf, String)>,
    binaries: Vec<(PathBuf, String)>,
    modes: BTreeMap<String, String>,
    aliases: Vec<(String, String)>,
    made_at_run_time: Vec<String>,
    package_path: Vec<PathBuf>,
    search_path: Option<Vec<PathBuf>>,
    notes: Vec<String>,
    seen: Seen,
    error: Option<Failure>,
    not_offered: Option<String>,
}

/// How a hook failed.
#[derive(Debug, Default, Deserialize)]
struct Failure {
    message: String,
    /// The line in the hook; 0 where there is none.
    line: u32,
}

/// What the worker asks back while a hook runs.
#[derive(Debug, Deserialize)]
#[serde(tag = "question", rename_all = "snake_case")]
enum Question {
    /// Whether a requirement (PEP 508) is met.
    IsSatisfied { requirement: String },
    /// The shared libraries that a file needs.
    Needs { file: PathBuf },
    /// The path of a shared library.
    Library { name: String },
}

impl Question {
    fn answer(self, project: &Project, installed: &[Distribution], seen: &mut Seen) -> Value {
        match self {
            Question::IsSatisfied { requirement } => {
                let declaration = Declaration { requirements: vec![requirement], ..Declaration::default() };
                let offered = Distribution {
                    name: "pyinstaller".to_owned(),
                    version: PYINSTALLER_VERSION.to_owned(),
                    metadata_folder: PathBuf::new(),
                    files: Vec::new(),
                    requires: Vec::new(),
                    entry_points: BTreeMap::new(),
                    editable_root: None,
                };
                let installed: Vec<Distribution> = installed.iter().cloned().chain([offered]).collect();
                json!(rpack_analyzer::unmet(&declaration, &project.interpreter, &installed).is_empty())
            }
            Question::Needs { file } => {
                seen.note(file.clone());
                let needs = rpack_analyzer::resolve(&[file], &project.interpreter).unwrap_or_default();
                needs.libraries.iter().for_each(|library| seen.note(library.path.clone()));
                json!(needs.libraries.iter().map(|library| (&library.name, &library.path)).collect::<Vec<_>>())
            }
            Question::Library { name } => {
                let library = rpack_analyzer::find_library(&name, &project.interpreter);
                library.iter().for_each(|path| seen.note(path.clone()));
                json!(library)
            }
        }
    }
}

/// Why hooks cannot be found.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A folder that the user named.
    #[error("Cannot look for hooks in `{}` (from `--additional-hooks-dir`): {source}", .folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
}

impl Error {
    /// What the user can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Error::Folder { .. } => Some("Name a folder with files such as `hook-package.module.py`".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_lie_inside_the_bundle() {
        for (path, expected) in
            [("a/b", true), ("a", true), ("", false), ("../a", false), ("a/../b", false), ("/a", false)]
        {
            assert_eq!(is_inside(path), expected, "{path}");
        }
    }
}

//! The record of a build: where nothing changed since, there is nothing to do.
//!
//! What a build reads is named here, in one place: who lets it read something new, adds it. Too much costs a build that was not
//! necessary, too little an executable that is not what the sources say.

use crate::cache::{self, Cache, Caching, Key};
use crate::collection::{Collection, Content};
use crate::diagnosis::{Importance, Warning};
use crate::options::{AddedData, Form};
use crate::release::Release;
use crate::{Built, Options, interpreter};
use rpack_analyzer::{EntryPoint, ModuleGraph, Project};
use rpack_format::checksum;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use std::{env, fs};
use walkdir::WalkDir;

/// What a build made, and what it said.
#[derive(Debug, Serialize, Deserialize)]
pub struct Record {
    target: PathBuf,
    size: u64,
    modules: usize,
    libraries: usize,
    /// The executable as it was written.
    state: cache::State,
    /// Checksum of its bytes.
    checksum: u64,
    /// Whether its state cannot be that of a later change any more.
    is_settled: bool,
    /// The warnings, and whether each is a detail.
    warnings: Vec<(String, bool)>,
    /// What it was made from. The cache keeps that itself.
    #[serde(skip)]
    witnesses: Vec<PathBuf>,
}

/// The build that these options ask for, if it was made before, everything that it was made from is as it was then, and so is the
/// executable.
pub fn recall(options: &Options, cache: &Cache) -> Option<Record> {
    if options.caching != Caching::Whole {
        return None;
    }
    let moment = SystemTime::now();
    let question = question(options)?;
    let (answer, witnesses) = cache.recall_with_witnesses(&question)?;
    let mut record = Record { witnesses, ..postcard::from_bytes(&answer).ok()? };
    if cache::State::of(&record.target) != record.state {
        return None;
    }
    if !record.is_settled {
        // It was written just before its state was noted, and may have been changed just after.
        if checksum(&fs::read(&record.target).ok()?) != record.checksum {
            return None;
        }
        record.is_settled = record.state.is_settled(moment);
        cache.note(&question, moment, &record.witnesses, &postcard::to_stdvec(&record).ok()?);
    }
    Some(record)
}

/// Keeps what a build made that began at `moment` and read what `inputs` names.
pub fn note(options: &Options, cache: &Cache, moment: SystemTime, packed: &Packed, warnings: &[Warning]) {
    let Packed { built, checksum, ran_hooks } = packed;
    let Some(question) = question(options).filter(|_| !ran_hooks) else { return };
    let warnings = warnings.iter().map(|warning| (warning.message.clone(), warning.importance == Importance::Detail));
    let record = Record {
        target: built.path.clone(),
        size: built.size,
        modules: built.modules,
        libraries: built.libraries,
        state: cache::State::of(&built.path),
        checksum: *checksum,
        is_settled: false,
        warnings: warnings.collect(),
        witnesses: Vec::new(),
    };
    if let Ok(record) = postcard::to_stdvec(&record) {
        cache.note(&question, moment, &built.inputs, &record);
    }
}

/// A build that was done.
pub struct Packed {
    /// What was made.
    pub built: Built,
    /// Checksum of the executable.
    pub checksum: u64,
    /// Whether hooks ran, which may have read anything.
    pub ran_hooks: bool,
}

impl Record {
    /// What the build said.
    pub fn warnings(&self) -> impl Iterator<Item = Warning> {
        self.warnings.iter().map(|(message, is_detail)| Warning {
            message: message.clone(),
            importance: if *is_detail { Importance::Detail } else { Importance::Normal },
        })
    }

    /// What the build made; looking at it took `time`.
    pub fn built(self, time: Duration) -> Built {
        let Record { target, size, modules, libraries, witnesses, .. } = self;
        Built { path: target, size, modules, libraries, inputs: witnesses, time }
    }
}

/// The options, and what else decides over a build that no file says. Nothing for builds whose inputs cannot be named: what a
/// pattern matches changes with folders that it does not name. Nor is there a record of a folder that was made, of which anything
/// may have changed.
fn question(options: &Options) -> Option<Key> {
    let is_pattern = |added: &AddedData| !Path::new(&added.source).exists();
    if options.form != Form::File || added(options).any(is_pattern) {
        return None;
    }
    let variables = interpreter::VARIABLES.map(|name| env::var_os(name).unwrap_or_default());
    let options = Options { jobs: std::num::NonZeroUsize::MIN, ..options.clone() };
    let folder = env::current_dir().ok()?;
    let said = format!("{options:?} {folder:?} {variables:?}");
    Some(Key::new("build", [said.as_bytes()]))
}

fn added(options: &Options) -> impl Iterator<Item = &AddedData> {
    options.added_data.iter().chain(&options.added_binaries)
}

/// What tells which files are ignored and which rules hold, in the program's folder and above it.
const ABOVE: [&str; 4] = [".gitignore", ".git/HEAD", ".git/info/exclude", "pyproject.toml"];

/// Everything that a build reads.
pub fn inputs(
    project: &Project,
    release: &Release,
    graph: &ModuleGraph,
    collection: &Collection,
    options: &Options,
    python: &Path,
) -> Vec<PathBuf> {
    let mut inputs = BTreeSet::new();
    inputs.extend(env::current_exe().ok());
    inputs.extend(interpreter::witnesses(python, &project.interpreter));
    inputs.extend(interpreter::choosers(&project.program.root, &options.environment));
    inputs.extend(project.program.root.ancestors().flat_map(|folder| ABOVE.map(|name| folder.join(name))));
    inputs.extend(release.read.iter().cloned());
    add_program(&mut inputs, project, graph);
    inputs.extend(graph.consulted.listed.iter().chain(&graph.consulted.metadata).cloned());
    inputs.extend(project.search_path.iter().cloned());
    inputs.extend(
        graph.modules.values().filter(|module| !module.path.as_os_str().is_empty()).map(|module| module.path.clone()),
    );
    for folder in graph.modules.values().flat_map(|module| &module.submodule_path) {
        add_folders(&mut inputs, folder);
    }
    for file in &collection.files {
        if let Content::File(path) = &file.content {
            inputs.insert(path.clone());
            inputs.extend(path.parent().map(Path::to_owned));
        }
    }
    for folder in &options.hook_folders {
        add_everything(&mut inputs, folder);
    }
    for asked in &graph.asked {
        asked.folders.iter().for_each(|folder| add_everything(&mut inputs, folder));
    }
    inputs.insert("/etc/ld.so.cache".into());
    inputs.extend(env::split_paths(&env::var_os("LD_LIBRARY_PATH").unwrap_or_default()));
    for added in added(options) {
        add_everything(&mut inputs, Path::new(&added.source));
    }
    inputs.extend(options.analysis.runtime_hooks.iter().map(|(_, path)| path.clone()));
    inputs.into_iter().map(|path| std::path::absolute(&path).unwrap_or(path)).collect()
}

fn add_program(inputs: &mut BTreeSet<PathBuf>, project: &Project, graph: &ModuleGraph) {
    inputs.insert(project.program.root.clone());
    if let EntryPoint::Script(script) = &project.program.entry {
        inputs.insert(script.clone());
    }
    for taken in &graph.consulted.taken {
        add_everything(inputs, taken);
    }
}

/// A file, or a folder with all that lies in it. What is hidden is never a part of a program, and caches of bytecode are not read.
fn add_everything(inputs: &mut BTreeSet<PathBuf>, start: &Path) {
    let is_read = |entry: &walkdir::DirEntry| {
        let name = entry.file_name().to_string_lossy();
        entry.depth() == 0
            || !(name.starts_with('.') || matches!(&*name, "__pycache__" | "node_modules" | "site-packages"))
    };
    let at_the_root = |entry: &walkdir::DirEntry| {
        // Build output changes with every build.
        entry.depth() == 1 && entry.file_type().is_dir() && matches!(entry.file_name().to_str(), Some("build" | "dist"))
    };
    let entries = WalkDir::new(start).follow_links(true).into_iter();
    for entry in entries.filter_entry(|entry| is_read(entry) && !at_the_root(entry)).flatten() {
        if entry.file_type().is_dir() {
            inputs.insert(entry.path().join(".gitignore"));
        }
        inputs.insert(entry.into_path());
    }
}

/// A folder of a package with the folders in it: their files are data of the package.
fn add_folders(inputs: &mut BTreeSet<PathBuf>, start: &Path) {
    let is_read = |entry: &walkdir::DirEntry| entry.file_type().is_dir() && entry.file_name() != "__pycache__";
    let entries = WalkDir::new(start).follow_links(true).into_iter().filter_entry(is_read);
    inputs.extend(entries.flatten().map(walkdir::DirEntry::into_path));
}

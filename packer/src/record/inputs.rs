//! Everything that a build reads.

use crate::collection::{Collection, Content};
use crate::hooks::Seen;
use crate::interpreter;
use crate::options::{AddedData, Options};
use crate::release::Release;
use rpack_analyzer::{EntryPoint, ModuleGraph, Project};
use std::collections::BTreeSet;
use std::env;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// What tells which files are ignored and which rules hold, in the program's folder and above it.
const ABOVE: [&str; 4] = [".gitignore", ".git/HEAD", ".git/info/exclude", "pyproject.toml"];

/// Everything that a build reads.
pub fn inputs(
    project: &Project,
    release: &Release,
    graph: &ModuleGraph,
    collection: &Collection,
    seen: &Seen,
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
    inputs.extend(project.search_path.iter().chain(&project.zip_files).cloned());
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
    inputs.extend(seen.witnesses().map(Path::to_owned));
    inputs.insert("/etc/ld.so.cache".into());
    inputs.extend(env::split_paths(&env::var_os("LD_LIBRARY_PATH").unwrap_or_default()));
    for added in added(options) {
        add_everything(&mut inputs, Path::new(&added.source));
    }
    inputs.extend(options.analysis.runtime_hooks.iter().map(|(_, path)| path.clone()));
    inputs.into_iter().map(|path| std::path::absolute(&path).unwrap_or(path)).collect()
}

/// What flags add.
pub(super) fn added(options: &Options) -> impl Iterator<Item = &AddedData> {
    options.added_data.iter().chain(&options.added_binaries)
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

/// A file, or a folder with all that lies in it. What is hidden or another's goes in only where it is named, and is a
/// file of the collection then; caches of bytecode are not read.
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

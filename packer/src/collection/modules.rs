//! The modules, under the paths that they have inside the bundle.

use super::natives::extension_path;
use super::{CollectedModule, Content, Files, ModuleContent, Reason};
use crate::options::Sources;
use rpack_analyzer::{Module, ModuleGraph, ModuleKind, Project};
use rpack_format::FileKind;
use rpack_format::index::RUNTIME_HOOK_PREFIX;
use std::collections::HashMap;
use std::path::Path;

/// The folder inside the bundle for runtime hooks. It cannot be imported, because its name is no identifier.
const HOOK_FOLDER: &str = "runtime-hooks";

/// Collects every module of the graph that is not already a part of libpython.
pub fn collect(graph: &ModuleGraph, project: &Project) -> Vec<CollectedModule> {
    let turns = import_order(graph);
    let collected = graph.modules.values().filter_map(|module| collect_module(module, project));
    collected.map(|module| CollectedModule { turn: turns.get(module.name.as_str()).copied(), ..module }).collect()
}

/// The modules that every run imports, numbered about as a run does: from the entry on, each import before the next one of
/// the same module. An order that is not quite a run's costs some of the speed that it is for.
fn import_order(graph: &ModuleGraph) -> HashMap<&str, u32> {
    let mut imports: HashMap<&str, Vec<(u32, &str)>> = HashMap::new();
    for module in graph.modules.values().filter(|module| module.certain) {
        if let Some(edge) = &module.because {
            imports.entry(edge.from.as_str()).or_default().push((edge.line, module.name.as_str()));
        }
    }
    // What the interpreter itself needs, which no module has imported, comes first. Of the edges that lead to a module only one
    // is known; where that is a doubtful one, the module comes last.
    let certain = graph.modules.values().filter(|module| module.certain).map(|module| module.name.as_str());
    let mut waiting: Vec<&str> = certain.rev().chain(["__main__", ""]).collect();
    let mut turns = HashMap::new();
    while let Some(name) = waiting.pop() {
        let turn = turns.len() as u32;
        turns.entry(name).or_insert(turn);
        let mut next = imports.remove(name).unwrap_or_default();
        next.sort_unstable();
        waiting.extend(next.into_iter().rev().map(|(_, name)| name));
    }
    turns
}

/// Adds the source of modules as files, under the path that the module's `__file__` and its tracebacks name.
pub fn add_sources(files: &mut Files, modules: &[CollectedModule], sources_of: impl Fn(&str) -> Sources) {
    for module in modules.iter().filter(|module| sources_of(&module.name) == Sources::Carried) {
        if let ModuleContent::Source(content) = &module.content {
            files.add(&module.path, FileKind::Data, content.clone(), Reason::SourceOf(module.name.clone()));
        }
    }
}

fn collect_module(module: &Module, project: &Project) -> Option<CollectedModule> {
    let (path, content) = match &module.kind {
        ModuleKind::Source => {
            let content = match &module.source {
                Some(source) => Content::Bytes(source.clone().into_bytes()),
                None => Content::File(module.path.clone()),
            };
            (path_of(module), ModuleContent::Source(content))
        }
        ModuleKind::Bytecode => (path_of(module), ModuleContent::Bytecode(module.path.clone())),
        ModuleKind::Extension => {
            let file = extension_path(module, project)?;
            (file.clone(), ModuleContent::Extension { file })
        }
        ModuleKind::Namespace { .. } => (module.name.replace('.', "/"), ModuleContent::Namespace),
        ModuleKind::Builtin | ModuleKind::Frozen => return None,
    };
    Some(CollectedModule { name: module.name.clone(), path, is_package: module.is_package, turn: None, content })
}

fn path_of(module: &Module) -> String {
    source_path(&module.name, &module.path, module.is_package)
}

/// The path inside the bundle of a module that is source. It follows the module's name, wherever its file lies on this machine. Scripts
/// keep the names of their files.
pub fn source_path(name: &str, file: &Path, is_package: bool) -> String {
    let stem = || {
        let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        stem.filter(|stem| !stem.is_empty()).unwrap_or_else(|| "__main__".to_owned())
    };
    if name == "__main__" {
        return format!("{}.py", stem());
    }
    if let Some(number) = name.strip_prefix(RUNTIME_HOOK_PREFIX) {
        return format!("{HOOK_FOLDER}/{number}/{}.py", stem());
    }
    let folder = name.replace('.', "/");
    if is_package { format!("{folder}/__init__.py") } else { format!("{folder}.py") }
}

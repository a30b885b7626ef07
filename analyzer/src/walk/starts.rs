//! Where the walk starts: the entry, the runtime hooks, what the interpreter itself imports, and what flags ask for.

use super::additions::{self, RuntimeHook};
use super::growing::{ENTRY, Growing, Importer};
use super::{asked, include_all_submodules};
use crate::error::Error;
use crate::finder::Found;
use crate::graph::{EdgeKind, ModuleKind, Options};
use crate::name_forms::top_of;
use crate::project::Origin;
use crate::project::program::EntryPoint;
use crate::rules;
use std::path::PathBuf;

/// Adds all of them, the entry first.
pub(crate) fn add(growing: &mut Growing<'_>, options: &Options) -> Result<(), Error> {
    add_entry(growing)?;
    add_runtime_hooks(growing, options)?;
    add_base(growing);
    add_options(growing, options);
    Ok(())
}

fn add_entry(growing: &mut Growing<'_>) -> Result<(), Error> {
    let (path, source) = match &growing.entry {
        EntryPoint::Script(path) => {
            // The reason for a file that went away since `Program::locate` is wanted here, not as a
            // warning.
            std::fs::metadata(path).map_err(|source| Error::Read { path: path.clone(), source })?;
            (path.clone(), None)
        }
        EntryPoint::Function { module, attribute } => (PathBuf::new(), Some(entry_source(module, attribute))),
    };
    let found = Found { kind: ModuleKind::Source, path, submodule_path: None, origin: Origin::Program };
    growing.add(ENTRY, found, None, source);
    Ok(())
}

fn add_runtime_hooks(growing: &mut Growing<'_>, options: &Options) -> Result<(), Error> {
    for (name, path) in &options.runtime_hooks {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
        std::fs::read(&path).map_err(|source| Error::Read { path: path.clone(), source })?;
        let hook = RuntimeHook { name: name.clone(), path, source: None };
        additions::add_runtime_hook(growing, hook, Origin::Program);
    }
    Ok(())
}

/// The script that pip would write for an entry of `[project.scripts]`.
fn entry_source(module: &str, attribute: &str) -> String {
    let first = top_of(attribute);
    format!("import sys\nfrom {module} import {first}\nif __name__ == \"__main__\":\n    sys.exit({attribute}())\n")
}

fn add_base(growing: &mut Growing<'_>) {
    let importer = Importer { node: None, line: 0, kind: EdgeKind::Rule };
    for name in rules::base_modules(&growing.project.interpreter) {
        let _ = growing.include(name, importer);
    }
}

fn add_options(growing: &mut Growing<'_>, options: &Options) {
    let importer = Importer { node: None, line: 0, kind: EdgeKind::Option };
    for name in &options.hidden_imports {
        growing.require(name, importer);
    }
    for name in options.collect_all.iter().chain(&options.collect_submodules) {
        if growing.require(name, importer).is_some() {
            include_all_submodules(growing, name, importer);
        }
    }
    asked::add(growing, options, importer);
}

//! Where in the program's folder the files begin that go in.

use crate::name_forms::top_of;
use crate::project::Origin;
use crate::project::program::Scope;
use crate::source;
use crate::walk::growing::Growing;
use crate::walk::own_listing;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What of the program's folder goes in: all of it where the user named the folder; where the user named a script, what the texts of
/// the program name, and the packages that it imports.
pub(super) fn starts(growing: &Growing<'_>) -> Vec<PathBuf> {
    let root = &growing.project.program.root;
    if growing.project.program.scope == Scope::Folder {
        return vec![root.clone()];
    }
    let Ok(entries) = fs::read_dir(root) else { return Vec::new() };
    let imported: BTreeSet<&str> = growing
        .nodes
        .iter()
        .filter(|node| node.found.origin == Origin::Program && node.found.path.starts_with(root))
        .map(|node| top_of(&node.name))
        .collect();
    // `if path.suffix == ".sql"`, of what lies in a folder that it lists.
    let endings = growing.own.texts.iter().filter(|text| growing.own.lists_folders && is_ending(text));
    let endings = endings.filter_map(|ending| glob::Pattern::new(&format!("*{ending}")).ok());
    let patterns: Vec<glob::Pattern> = growing
        .own
        .texts
        .iter()
        // A pattern of nothing but wildcards names nothing.
        .filter(|text| text.contains('*') && text.bytes().any(|byte| byte.is_ascii_alphanumeric()))
        .filter_map(|text| glob::Pattern::new(text).ok())
        .chain(endings)
        .collect();
    let is_named = |path: &Path| {
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return false };
        if path.is_dir() {
            return growing.own.names(name) || imported.contains(name);
        }
        growing.own.names(name)
            || is_named_module(growing, path)
            || patterns.iter().any(|pattern| pattern.matches(name))
    };
    let is_wholly_named = |path: &Path| {
        path.file_name()
            .and_then(|name| name.to_str())
            .is_some_and(|name| growing.own.names(name) && !own_listing::is_of_tools(name))
    };
    let mut starts: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| (!is_hidden(path) || is_wholly_named(path)) && is_named(path))
        .collect();
    starts.sort();
    starts
}

/// Whether a text of the program names the module that a source beside it is, for a framework that imports it:
/// `os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")`, `app.config_from_object("celeryconfig")`. A program of its own
/// has its name in common with a word.
fn is_named_module(growing: &Growing<'_>, path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return false };
    let Some(stem) = name.strip_suffix(".py") else { return false };
    let own = &growing.own;
    // `plugin = reports`, in a file of configuration, for who imports what it reads.
    let is_named = own.names(stem) || (own.computes_names && own.configured.contains(stem));
    is_named && !own_listing::is_for_developers(name) && (own.computes_names || !is_program(path))
}

/// Whether a text is the ending of names of data: `.sql`. Sources beside a script may be programs of their own.
pub(crate) fn is_ending(text: &str) -> bool {
    const LONGEST: usize = 8;
    let letters = text.strip_prefix('.').unwrap_or_default();
    (1..=LONGEST).contains(&letters.len())
        && letters != "py"
        && letters.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

/// Whether a source does something when it is run that it does not do when it is imported.
pub(super) fn is_program(path: &Path) -> bool {
    fs::read(path).is_ok_and(|bytes| source::does_more_when_run(&String::from_utf8_lossy(&bytes)))
}

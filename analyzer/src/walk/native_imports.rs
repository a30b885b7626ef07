use super::growing::{Growing, Importer, package_of};
use super::module_names::ModuleNames;
use super::waiting;
use crate::finder::Found;
use crate::graph::{EdgeKind, ModuleKind};
use crate::name_forms::top_of;
use crate::project::Origin;
use crate::read::native_names::NativeNames;
use crate::read::outline::{Import, Target};
use crate::rules;
use std::collections::BTreeSet;

/// Includes the modules whose names stand in an extension module, as far as it may ask for them:
/// those of its own distribution, of the distributions that this one requires, and of the standard
/// library.
pub(crate) fn follow_native(growing: &mut Growing<'_>, index: usize, names: &NativeNames) {
    let Some(node) = growing.nodes.get(index) else { return };
    let importer = Importer { node: Some(index), line: 0, kind: EdgeKind::Binary };
    let origin = node.found.origin;
    let own_top = top_of(&node.name).to_owned();
    let distribution = growing.owners.of_file(&node.found.path);
    let project = growing.project;
    let allowed =
        distribution.map(|distribution| growing.wanted.with_required(project, distribution)).unwrap_or_default();
    // A relative import leaves only its last part in the library.
    let mut packages: Vec<String> = vec![package_of(node).to_owned()];
    while let Some((parent, _)) = packages.last().and_then(|package| package.rsplit_once('.')) {
        packages.push(parent.to_owned());
    }
    packages.retain(|package| !package.is_empty());

    for name in &names.exact {
        if may_ask_for(growing, name, origin, &own_top, &allowed) {
            guess(growing, index, name, importer);
        }
        for package in &packages {
            let dotted = format!("{package}.{name}");
            let is_module = |found: Found| !matches!(found.kind, ModuleKind::Namespace { .. });
            if growing.look_up(&dotted).is_some_and(is_module) {
                growing.guess(&dotted, importer);
            }
        }
    }
    if !names.pooled.is_empty() {
        for name in ModuleNames::of(growing, &allowed).in_pool(&names.pooled) {
            if may_ask_for(growing, name, origin, &own_top, &allowed) {
                guess(growing, index, name, importer);
            }
        }
    }
    if names.unreadable
        && let Some(distribution) = distribution
    {
        // Cython can compress its texts in ways that are not read here (its pull request 7577).
        // Everything that was installed together is more than is needed, and works.
        let importer = Importer { kind: EdgeKind::Rule, ..importer };
        for name in ModuleNames::of(growing, &BTreeSet::from([distribution])).of_distributions() {
            if !rules::is_for_tests(name) {
                growing.guess(name, importer);
            }
        }
    }
}

fn guess(growing: &mut Growing<'_>, index: usize, name: &str, importer: Importer) {
    let import = Import::new(Target::Guess(name.to_owned()), 0, importer.kind);
    if waiting::must_wait(growing, index, &import) {
        growing.wanted.waiting.push((index, import));
    } else {
        growing.guess(name, importer);
    }
}

fn may_ask_for(growing: &mut Growing<'_>, name: &str, from: Origin, own_top: &str, allowed: &BTreeSet<usize>) -> bool {
    let Some(found) = growing.look_up(name) else { return false };
    match found.origin {
        Origin::StandardLibrary => !rules::is_unlikely_in_binaries(name),
        // A folder without `__init__` beside the library is data more often than a namespace
        // package.
        _ if matches!(found.kind, ModuleKind::Namespace { .. }) => false,
        _ if top_of(name) == own_top => true,
        // The program's own extension module may import any of its modules.
        Origin::Program => from == Origin::Program,
        _ => growing.owners.of_file(&found.path).is_some_and(|owner| allowed.contains(&owner)),
    }
}

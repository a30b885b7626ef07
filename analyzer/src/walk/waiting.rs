//! Imports of libraries that are followed only where the program wants what they lead to.

use super::growing::{Growing, Life};
use super::shimmed;
use super::wanted::owner_of;
use crate::graph::EdgeKind;
use crate::name_forms::top_of;
use crate::project::Origin;
use crate::read::outline::{Import, Target};

/// Whether an import is to wait until something wants the distribution that it leads to.
pub(crate) fn must_wait(growing: &mut Growing<'_>, index: usize, import: &Import) -> bool {
    let Some(node) = growing.nodes.get(index) else { return false };
    if node.found.origin != Origin::Library {
        return false;
    }
    let (life, path, module) = (node.life, node.found.path.clone(), node.name.clone());
    let Some(from) = growing.owners.of_file(&path) else { return false };
    let name = match &import.target {
        Target::Module(name)
        | Target::Star(name)
        | Target::Submodules(name, _)
        | Target::Below(name)
        | Target::Guess(name)
        | Target::Code(name) => name,
        Target::Members { module, .. } => module,
        Target::Package(name) => name,
        // Each distribution that offers something is looked at by itself.
        Target::Group(_)
        | Target::Offer(_)
        | Target::Standard(_)
        | Target::Required(_)
        | Target::Run(_)
        | Target::MayRun(_)
        | Target::Listed { .. } => {
            return false;
        }
    };
    if is_display(name) {
        return !(life == Life::Live || growing.wanted.is_mentioned("tkinter") || growing.wanted.is_mentioned("tkagg"));
    }
    let shimmed = shimmed::real_name(growing, name, Origin::Library);
    let Some(to) = owner_of(growing, shimmed.as_deref().unwrap_or(name)) else { return false };
    let project = growing.project;
    let leads_there = growing.wanted.leads_to(project, from, to, import.kind, life)
        || growing.wanted.is_called(from, to, import, &module);
    if leads_there {
        growing.wanted.want(project, to);
    }
    !leads_there
}

/// Whether an import stands in a function that the program names, of a library that it imports. Then it is tried, and so is
/// what the imported module imports. One in a branch there is for some calls only: `mean` of pandas imports Numba where `engine` says so.
pub(crate) fn is_said(growing: &Growing<'_>, index: usize, import: &Import) -> bool {
    let Some(node) = growing.nodes.get(index).filter(|node| node.found.origin == Origin::Library) else { return false };
    let Some(name) = import.within.as_ref().filter(|_| import.kind == EdgeKind::Lazy && !import.in_branch) else {
        return false;
    };
    let Some(owner) = growing.owners.of_file(&node.found.path) else { return false };
    growing.wanted.direct.contains(&owner) && growing.wanted.says(name)
}

/// Takes the imports that need wait no longer.
pub(crate) fn awake(growing: &mut Growing<'_>) -> Vec<(usize, Import)> {
    let waiting = std::mem::take(&mut growing.wanted.waiting);
    let (asleep, awake) = waiting.into_iter().partition(|(index, import)| must_wait(growing, *index, import));
    growing.wanted.waiting = asleep;
    awake
}

/// Whether a module belongs to the toolkit for windows that the standard library has, which few
/// programs open, and many libraries could.
fn is_display(name: &str) -> bool {
    matches!(top_of(name), "tkinter" | "_tkinter" | "turtle" | "idlelib")
}

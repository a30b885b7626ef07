//! What is used of modules by their attributes: submodules that a package imports when they are asked for, and imports that wait for
//! the use of a function.

use super::follow_import;
use super::growing::{Growing, Importer};
use crate::graph::EdgeKind;
use crate::name_forms::{from_top, last_of, top_of};
use crate::read::outline::{Import, Outline};
use crate::rules;
use std::collections::{HashMap, HashSet};

/// What is used by its name, and what waits for that.
#[derive(Default)]
pub(crate) struct Uses {
    /// Dotted uses of imported names in packages that have not been read yet.
    pub(crate) attributes: Vec<(Importer, String)>,
    /// Imports in functions that nothing has used yet, by the names that wake them.
    pub(crate) asleep: HashMap<String, Vec<(usize, Import)>>,
    /// Names that were used and may wake something.
    pub(crate) used: HashSet<String>,
}

pub(crate) fn note_attribute_uses(growing: &mut Growing<'_>, index: usize, outline: &mut Outline) {
    for (dotted, line) in std::mem::take(&mut outline.attribute_uses) {
        if rules::may_wake(last_of(&dotted)) {
            wake(growing, index, dotted.clone());
        }
        let importer = Importer { node: Some(index), line, kind: EdgeKind::Lazy };
        growing.uses.attributes.push((importer, dotted));
    }
}

/// `import package` and then `package.submodule.name`: works where the package has a `__getattr__`
/// (PEP 562) that imports the submodule, as scipy has. It is known once the package has been read.
pub(crate) fn follow_attribute_uses(growing: &mut Growing<'_>) {
    for (importer, dotted) in std::mem::take(&mut growing.uses.attributes) {
        let mut included = None;
        if let (Some(from), Some(&module)) = (importer.node, growing.by_name.get(&dotted)) {
            growing.sources.values.insert((from, module));
        }
        for part in from_top(&dotted) {
            let lazy = match included {
                None => growing.by_name.get(part).copied(),
                Some(parent) if parent >= growing.read => {
                    growing.uses.attributes.push((importer, dotted.clone()));
                    break;
                }
                Some(parent) => match growing.by_name.get(part) {
                    Some(&known) => Some(known),
                    None if has_module_getattr(growing, parent) => growing.include(part, importer).ok(),
                    None => None,
                },
            };
            match lazy {
                Some(node) => included = Some(node),
                None => break,
            }
        }
    }
}

/// Sets imports aside that count only when something uses the function they stand in.
pub(crate) fn follow_dormant(growing: &mut Growing<'_>, index: usize, outline: &mut Outline) {
    let Some(module) = growing.nodes.get(index).map(|node| node.name.clone()) else { return };
    for (name, imports) in std::mem::take(&mut outline.dormant) {
        let wakers = rules::woken_by(&module, &name);
        if wakers.iter().any(|waker| growing.uses.used.contains(waker)) {
            for import in imports {
                follow_import(growing, index, import);
            }
            continue;
        }
        for waker in wakers {
            let asleep = growing.uses.asleep.entry(waker).or_default();
            asleep.extend(imports.iter().map(|import| (index, import.clone())));
        }
    }
}

/// Follows what waited for the use of this name. A use inside its own package does not count:
/// `multiprocessing.Manager` makes a `SyncManager`, and never with the other serializer.
pub(crate) fn wake(growing: &mut Growing<'_>, user: usize, used: String) {
    if growing.nodes.get(user).is_some_and(|node| top_of(&node.name) == top_of(&used)) {
        return;
    }
    for (index, import) in growing.uses.asleep.remove(&used).unwrap_or_default() {
        follow_import(growing, index, import);
    }
    growing.uses.used.insert(used);
}

fn has_module_getattr(growing: &Growing<'_>, node: usize) -> bool {
    growing.nodes.get(node).and_then(|node| node.outline.as_ref()).is_some_and(|outline| outline.has_module_getattr)
}

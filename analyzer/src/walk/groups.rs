//! Groups of entry points: what distributions offer to those who ask for it.

use super::follow_import;
use super::growing::{Growing, Importer};
use crate::graph::EdgeKind;
use crate::name_forms::{is_dotted_name, top_of};
use crate::project::Origin;
use crate::project::distribution::Offer;
use crate::read::outline::{Import, Target};
use std::collections::BTreeSet;

/// Groups of entry points that are asked for.
#[derive(Default)]
pub(crate) struct Offers<'a> {
    /// Groups that libraries may ask for.
    pub(crate) named: Vec<(Importer, String, Choice)>,
    /// Top-level modules that speak of entry points.
    pub(crate) askers: BTreeSet<String>,
    /// Groups that were followed without being asked for, by distribution.
    pub(crate) followed: BTreeSet<(usize, &'a str)>,
}

/// What is taken of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    /// All that is offered.
    All,
    /// What has the name that somebody looks for.
    Named,
}

/// Takes notice of a text that is the name of a group.
pub(crate) fn note(growing: &mut Growing<'_>, importer: Importer, group: String, choice: Choice) {
    growing.offers.named.push((importer, group, choice));
}

/// Includes the modules of the entry points that distributions offer in groups which somebody asks for, as far as the program wants
/// the distributions.
pub(crate) fn follow(growing: &mut Growing<'_>) {
    for (importer, group, choice) in std::mem::take(&mut growing.offers.named) {
        let is_asked = asks(growing, importer);
        if is_asked {
            take(growing, importer, &group, choice);
        }
        if !is_asked || choice == Choice::Named {
            growing.offers.named.push((importer, group, choice));
        }
    }
}

/// Whether who names a group may ask for what is offered in it: the program, a library that speaks of entry points, or one that
/// requires such a library. NumPy has had an attribute `array_api`, which is the name of a group too.
fn asks(growing: &mut Growing<'_>, importer: Importer) -> bool {
    let Some(node) = importer.node.and_then(|node| growing.nodes.get(node)) else { return true };
    if node.found.origin != Origin::Library || growing.offers.askers.contains(top_of(&node.name)) {
        return true;
    }
    let Some(from) = growing.owners.of_file(&node.found.path) else { return true };
    let project = growing.project;
    let owners: Vec<usize> = growing.offers.askers.iter().filter_map(|top| owner_of_top(growing, top)).collect();
    owners.into_iter().any(|owner| growing.wanted.requires_somehow(project, from, owner))
}

fn owner_of_top(growing: &Growing<'_>, top: &str) -> Option<usize> {
    let node = growing.nodes.get(*growing.by_name.get(top)?)?;
    growing.owners.of_file(&node.found.path)
}

fn take(growing: &mut Growing<'_>, importer: Importer, group: &str, choice: Choice) {
    let owners = growing.owners;
    let from = importer.node.and_then(|node| growing.nodes.get(node));
    let from = from.and_then(|node| growing.owners.of_file(&node.found.path));
    for (owner, distribution) in owners.all() {
        let Some((group, offers)) = distribution.entry_points.get_key_value(group) else { continue };
        if choice == Choice::Named && growing.offers.followed.contains(&(owner, group.as_str())) {
            continue;
        }
        let is_whole = choice == Choice::All || Some(owner) == from || growing.wanted.is_wanted(owner);
        let is_taken = |offer: &&Offer| is_whole || growing.wanted.says_within(&offer.name);
        let modules: Vec<&String> = offers.iter().filter(is_taken).map(|offer| &offer.module).collect();
        if choice == Choice::Named && !modules.is_empty() {
            growing.offers.followed.insert((owner, group.as_str()));
        }
        for module in modules.into_iter().filter(|module| is_dotted_name(module)) {
            let import = Import::new(Target::Module(module.clone()), importer.line, EdgeKind::EntryPoint);
            follow_import(growing, importer.node.unwrap_or_default(), import);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::graph::Options;
    use crate::testing;
    use crate::walk::walk;

    /// Whether the plugin goes in that is offered by the name `bright` in the group `colours`.
    fn is_taken(main: &str, library: &str) -> bool {
        let (_folder, project) = testing::project(&[
            ("one/main.py", main),
            ("two/paint/__init__.py", library),
            ("two/paint/load.py", "from importlib.metadata import entry_points"),
            ("two/paint-1.dist-info/METADATA", "Name: paint\nVersion: 1\n"),
            ("two/paint-1.dist-info/RECORD", "paint/__init__.py,,\npaint/load.py,,\n"),
            ("two/plugin/__init__.py", ""),
            ("two/plugin/core.py", ""),
            ("two/plugin-1.dist-info/METADATA", "Name: plugin\nVersion: 1\n"),
            ("two/plugin-1.dist-info/RECORD", "plugin/__init__.py,,\nplugin/core.py,,\n"),
            ("two/plugin-1.dist-info/entry_points.txt", "[other]\nx = y\n[colours]\nbright = plugin.core:One\n"),
        ]);
        walk(&project, &Options::default()).unwrap().modules.contains_key("plugin.core")
    }

    #[test]
    fn who_asks_for_a_group_gets_what_is_offered() {
        assert!(is_taken("entry_points(group='colours')", ""));
        assert!(is_taken("import paint", "entry_points(group='colours')"));
        assert!(is_taken("import paint", "from . import load\nload.all('colours')"));
        assert!(!is_taken("import paint", "def __getattr__(name):\n    return name in ('colours', 'shapes')"));
    }

    #[test]
    fn who_looks_for_a_name_gets_what_is_said() {
        let library = "\
def load(name):
    for entry_point in entry_points(group='colours'):
        if entry_point.name == name:
            return entry_point.load()
";
        assert!(!is_taken("import paint", library));
        let in_two_steps =
            library.replace("if entry_point.name == name:", "found = entry_point.name == name; assert found;");
        assert!(!is_taken("import paint", &in_two_steps.replace("            return", "        return")));
        assert!(is_taken("import paint\npaint.load('bright:1')", library));
        assert!(is_taken("import paint, plugin", library));
        assert!(is_taken("import paint", &library.replace("if ", "if name is None or ")));
    }
}

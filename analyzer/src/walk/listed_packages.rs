//! Packages of which everything goes in, and those that are given to functions which list what lies in them:
//! `all_objects(package_name="sktime")`.

use super::growing::{Growing, Importer, Life};
use super::library_sources::Sources;
use super::submodules;
use crate::name_forms::{last_of, top_of};
use crate::project::Origin;
use crate::rules;
use std::collections::BTreeSet;

/// A package that is given to a function which lists what lies in it.
pub(crate) struct GivenToList {
    pub(crate) importer: Importer,
    pub(crate) package: String,
    pub(crate) function: String,
    /// The function that the call stands in.
    pub(crate) within: Option<String>,
}

/// Includes what lies in packages that are given to functions of libraries which list modules of packages that they do not know.
/// Where a library does so in a function, it has all of itself listed for those who call that: `sktime.registry.all_estimators`.
pub(crate) fn follow(growing: &mut Growing<'_>) {
    let (known, unknown): (Vec<_>, Vec<_>) =
        std::mem::take(&mut growing.given_to_list).into_iter().partition(|given| is_listed(growing, given));
    growing.given_to_list = unknown;
    for given in known {
        if top_of(&given.function) != "pkgutil" {
            // `skbase` loads the package by the path of its initializer.
            growing.sources.packages.entry(given.package.clone()).or_insert(Sources::Initializers);
        }
        let below = include_below(growing, &given.package, "", given.importer, Depth::All);
        // All of them are imported, if something fails then or not.
        for node in below {
            growing.enliven(node, Life::Tried);
        }
    }
}

fn is_listed(growing: &mut Growing<'_>, given: &GivenToList) -> bool {
    let library = top_of(&given.function);
    let lists = library == "pkgutil" || growing.packages.listing.contains(library);
    let from = given.importer.node.and_then(|node| growing.nodes.get(node));
    let by_program = from.is_none_or(|node| node.found.origin == Origin::Program);
    // The tests of a library list all of it too.
    let own = from.filter(|node| !rules::is_for_tests(&node.name)).map(|node| top_of(&node.name).to_owned());
    let is_called = given.within.as_ref().is_none_or(|function| growing.wanted.says(function));
    let is_meant = by_program || (is_called && own.as_deref() == Some(top_of(&given.package)));
    lists && is_meant && growing.look_up(&given.package).is_some_and(|found| found.origin != Origin::StandardLibrary)
}

/// How far below a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// `f"package.{name}.part"`.
    Two,
    All,
}

/// Includes the modules below a package whose names start so, and returns them.
pub(crate) fn include_below(
    growing: &mut Growing<'_>,
    package: &str,
    start: &str,
    importer: Importer,
    depth: Depth,
) -> Vec<usize> {
    let mut included = Vec::new();
    let mut seen = BTreeSet::new();
    let mut waiting = vec![(package.to_owned(), 1)];
    while let Some((package, level)) = waiting.pop() {
        for name in submodules(growing, &package) {
            let last = last_of(&name);
            let starts_otherwise = level == 1 && !last.starts_with(start);
            if starts_otherwise || rules::is_for_tests(&name) || !seen.insert(name.clone()) {
                continue;
            }
            included.extend(growing.include(&name, importer));
            if depth == Depth::All || level < 2 {
                waiting.push((name, level + 1));
            }
        }
    }
    included
}

#[cfg(test)]
mod tests {
    use crate::graph::Options;
    use crate::testing;
    use crate::walk::walk;

    #[test]
    fn a_package_is_listed_by_who_is_given_it() {
        let found = |main: &str, library: &str| {
            let (_folder, project) = testing::project(&[
                ("one/main.py", main),
                ("two/p/__init__.py", library),
                ("two/p/q/__init__.py", ""),
                ("two/p/q/a.py", ""),
                ("two/p/q/r/__init__.py", ""),
                ("two/p/q/r/deep.py", ""),
                ("two/lister.py", "import pkgutil\ndef find(package_name, path): return pkgutil.iter_modules(path)"),
                ("two/other.py", "def find(package_name): ..."),
            ]);
            let modules = walk(&project, &Options::default()).unwrap().modules.into_keys();
            modules.filter(|name| name.starts_with("p.")).count()
        };
        assert_eq!(found("import lister\nlister.find(package_name='p')", ""), 4);
        assert_eq!(found("import other, p\nother.find(package_name='p')", ""), 0);
        assert_eq!(found("import pkgutil, p\npkgutil.walk_packages([ROOT], prefix='p.')", ""), 4);
        let library = "import pkgutil\ndef all_of_it():\n    pkgutil.walk_packages([ROOT], 'p.')";
        assert_eq!(found("import p\np.all_of_it()", library), 4);
        assert_eq!(found("import p", library), 0);
        let through = "from lister import find\ndef all_of_it():\n    find(package_name='p')";
        assert_eq!(found("import p\np.all_of_it()", through), 4);
        assert_eq!(found("import p", through), 0);
    }
}

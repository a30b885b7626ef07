//! Plugins that are found by the start of their names: `pkgutil.iter_modules()` and `name.startswith("flask_")`.

use super::growing::{ENTRY, Growing, Importer};
use crate::graph::EdgeKind;
use crate::name_forms::top_of;
use crate::project::Origin;
use crate::rules;

/// Includes the modules whose names begin as a text says, where the module with the text lists modules, or has them listed:
/// another module of the program does it, or a library does it that the text's own library requires.
pub(crate) fn follow(growing: &mut Growing<'_>) {
    let mut waiting = Vec::new();
    let mut all_names = None;
    for (index, start) in std::mem::take(&mut growing.name_starts) {
        if !is_listed(growing, index, &start) {
            waiting.push((index, start));
            continue;
        }
        let project = growing.project;
        let names = all_names.get_or_insert_with(|| growing.finder.submodule_names(&project.search_path));
        let importer = Importer { node: Some(index), line: 0, kind: EdgeKind::Dynamic };
        for name in names.iter().filter(|name| name.starts_with(&start) && !rules::is_for_tests(name)) {
            let Ok(node) = growing.include(name, importer) else { continue };
            // It is imported as if the program did it, so what it requires is needed too.
            let path = growing.nodes.get(node).map(|node| node.found.path.clone()).unwrap_or_default();
            if let Some(owner) = growing.owners.of_file(&path) {
                growing.wanted.want(project, owner);
            }
        }
    }
    growing.name_starts = waiting;
}

fn is_listed(growing: &mut Growing<'_>, index: usize, start: &str) -> bool {
    let project = growing.project;
    let Some(node) = growing.nodes.get(index) else { return false };
    let (origin, path) = (node.found.origin, node.found.path.clone());
    let top = top_of(&node.name).to_owned();
    if node.outline.as_ref().is_some_and(|outline| outline.lists_modules) {
        return true;
    }
    let listing: Vec<String> = growing.packages.listing.iter().cloned().collect();
    if origin == Origin::Program {
        let is_own = |node: &crate::walk::growing::Node| node.found.origin == Origin::Program;
        return listing.iter().any(|name| {
            name == ENTRY || growing.by_name.get(name).and_then(|&node| growing.nodes.get(node)).is_some_and(is_own)
        });
    }
    // A library's text is about plugins of its own.
    if start.strip_suffix('_') != Some(top.as_str()) {
        return false;
    }
    let Some(from) = growing.owners.of_file(&path) else { return false };
    let listed_by: Vec<usize> = listing
        .iter()
        .filter_map(|name| growing.by_name.get(name).and_then(|&node| growing.nodes.get(node)))
        .filter_map(|node| growing.owners.of_file(&node.found.path))
        .collect();
    listed_by.into_iter().any(|to| to == from || growing.wanted.requires(project, from, to))
}

#[cfg(test)]
mod tests {
    use crate::graph::Options;
    use crate::testing;
    use crate::walk::walk;

    const LISTS: &str = "import pkgutil\ndef scan(start):\n    return [name for _, name, _ in pkgutil.iter_modules()]";

    /// The plugins that go in for a program over the library `app`, which requires `scanner`.
    fn plugins(main: &str, app: &str, scanner: &str) -> Vec<String> {
        let (_folder, project) = testing::project(&[
            ("one/main.py", main),
            ("two/app/__init__.py", app),
            ("two/app-1.dist-info/METADATA", "Name: app\nVersion: 1\nRequires-Dist: scanner\n"),
            ("two/app-1.dist-info/RECORD", "app/__init__.py,,\n"),
            ("two/scanner.py", scanner),
            ("two/scanner-1.dist-info/METADATA", "Name: scanner\nVersion: 1\n"),
            ("two/scanner-1.dist-info/RECORD", "scanner.py,,\n"),
            ("two/app_one/__init__.py", "import needed"),
            ("two/app_one-1.dist-info/METADATA", "Name: app_one\nVersion: 1\nRequires-Dist: needed\n"),
            ("two/app_one-1.dist-info/RECORD", "app_one/__init__.py,,\n"),
            ("two/needed.py", ""),
            ("two/needed-1.dist-info/METADATA", "Name: needed\nVersion: 1\n"),
            ("two/needed-1.dist-info/RECORD", "needed.py,,\n"),
            ("two/other_one.py", ""),
        ]);
        let graph = walk(&project, &Options::default()).unwrap();
        graph.modules.into_keys().filter(|name| name.contains("one") || name == "needed").collect()
    }

    #[test]
    fn a_program_finds_plugins_by_the_start_of_their_names() {
        assert_eq!(plugins(&format!("{LISTS}\nscan('app_')"), "", ""), ["app_one", "needed"]);
        assert_eq!(plugins(&format!("{LISTS}\nscan('^other_.+$')"), "", ""), ["other_one"]);
        assert!(plugins("scan('app_')", "", "").is_empty());
        assert!(plugins(&format!("{LISTS}\nscan('app_{{')"), "", "").is_empty());
    }

    #[test]
    fn a_library_finds_its_own_plugins_by_what_it_requires() {
        let app = "import scanner\nscanner.scan('^app_.+$')";
        assert_eq!(plugins("import app", app, LISTS), ["app_one", "needed"]);
        assert!(plugins("import app", app, "").is_empty());
        assert!(plugins("import app", "import scanner\nscanner.scan('other_')", LISTS).is_empty());
    }
}

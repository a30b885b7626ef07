use super::growing::{Growing, Node};
use super::own_sources;
use crate::error::Error;
use crate::graph::{Consulted, EdgeKind, Missing, Module, ModuleGraph, ModuleKind};
use crate::name_forms::{last_of, top_of};
use crate::project::Origin;
use crate::project::distribution::{self, Distribution};
use crate::read::outline::Outline;
use crate::rules;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A syntax error ends the analysis where the program could not run in any case.
pub(crate) fn refuse_certain_syntax_errors(growing: &Growing<'_>, certain: &[bool]) -> Result<(), Error> {
    for (node, &certain) in growing.nodes.iter().zip(certain) {
        if certain
            && node.found.origin == Origin::Program
            && let Some(error) = node.outline.as_ref().and_then(|outline| outline.syntax_error.as_ref())
        {
            return Err(Error::Syntax {
                path: node.found.path.clone(),
                line: error.line,
                column: error.column,
                message: error.message.clone(),
            });
        }
    }
    Ok(())
}

pub(crate) fn missing(growing: &Growing<'_>, certain: &[bool]) -> Vec<Missing> {
    let mut result = Vec::new();
    let adds_finders = own_outlines(growing).any(|outline| outline.adds_finders);
    for ((name, _), (importer, kind)) in &growing.missing {
        let node = importer.node.and_then(|node| growing.nodes.get(node));
        let origin = node.map_or(Origin::Program, |node| node.found.origin);
        if origin == Origin::Program && growing.own.has_zipped(name) {
            continue;
        }
        let reached = importer.node.and_then(|node| certain.get(node)).copied().unwrap_or(false);
        let is_written = origin == Origin::Program && is_written(growing, name);
        let is_served = origin == Origin::Program && is_served(growing, name);
        let may_be_made = || (origin == Origin::Program && adds_finders) || may_be_made(growing, name, node);
        let certain = reached && *kind == EdgeKind::TopLevel && !is_written && !is_served && !may_be_made();
        if !certain && node.is_some() && rules::is_expected_to_be_absent(name, origin, &growing.project.interpreter) {
            continue;
        }
        let mut edge = growing.edge(*importer);
        if is_written || is_served || is_made_by_its_package(growing, name) {
            edge.kind = EdgeKind::Optional;
        }
        result.push(Missing { name: name.clone(), edge, origin, certain });
    }
    result
}

/// Whether running code may put a module of this name where no file has it: the importing module
/// edits `sys.modules` itself, or a parent package does, or is an extension module, which cannot be
/// seen through.
fn may_be_made(growing: &Growing<'_>, name: &str, importer: Option<&Node>) -> bool {
    let edits = |node: &Node| {
        node.found.kind == ModuleKind::Extension
            || node.outline.as_ref().is_some_and(|outline| outline.edits_import_system || outline.edits_path)
    };
    // A package often does it in a module of its own, as `tlz` does in `tlz._build_tlz`.
    let top = format!("{}.", top_of(name));
    let may_edit = |node: &&Node| node.name.starts_with(&top) || top.strip_suffix('.') == Some(&node.name);
    importer.is_some_and(edits) || growing.nodes.iter().filter(may_edit).any(edits)
}

fn own_outlines<'a>(growing: &'a Growing<'_>) -> impl Iterator<Item = &'a Outline> {
    let own = growing.nodes.iter().filter(|node| node.found.origin == Origin::Program);
    own.filter_map(|node| node.outline.as_ref())
}

/// Whether the program makes a module that it imports, by a finder of its own or in `sys.modules`: a text of it is the name.
fn is_served(growing: &Growing<'_>, name: &str) -> bool {
    let top = top_of(name);
    own_outlines(growing).any(|outline| outline.adds_finders || outline.makes_modules)
        && (growing.own.names(top) || growing.own.names(name) || growing.own.names(&format!("{top}.")))
}

/// Whether the program writes a module that it imports: a text of it names the file, which is not there, and something writes.
fn is_written(growing: &Growing<'_>, name: &str) -> bool {
    const WRITING: [&str; 6] = ["write", "write_text", "write_bytes", "writelines", "copy", "copyfile"];
    let last = last_of(name);
    let own = &growing.own;
    (own.names(&format!("{last}.py")) || (own.names(last) && own.names("__init__.py")))
        && WRITING.iter().any(|word| growing.wanted.says(word))
}

/// Whether a package around a module that no file has puts modules into `sys.modules`: `BTrees` makes `BTrees.OOBTree` so.
fn is_made_by_its_package(growing: &Growing<'_>, name: &str) -> bool {
    let packages = name.match_indices('.').filter_map(|(end, _)| name.get(..end));
    let mut nodes = packages.filter_map(|package| growing.nodes.get(*growing.by_name.get(package)?));
    nodes.any(|node| node.outline.as_ref().is_some_and(|outline| outline.makes_modules))
}

pub(crate) fn finish(
    growing: Growing<'_>,
    distributions: &[Distribution],
    certain: Vec<bool>,
    missing: Vec<Missing>,
) -> ModuleGraph {
    let owner = |node: &Node| match node.found.kind {
        ModuleKind::Source | ModuleKind::Bytecode | ModuleKind::Extension => growing.owners.of_file(&node.found.path),
        _ => None,
    };
    let asked = growing.asked.metadata.iter().filter_map(|name| growing.owners.by_name(name));
    let used: BTreeSet<usize> = growing.nodes.iter().filter_map(owner).chain(asked).collect();
    let position: HashMap<usize, usize> = used.iter().enumerate().map(|(position, &index)| (index, position)).collect();
    let owners: Vec<Option<usize>> =
        growing.nodes.iter().map(|node| owner(node).and_then(|index| position.get(&index).copied())).collect();

    let own_sources = own_sources::gather(&growing);
    let consulted = Consulted {
        listed: growing.finder.listed(),
        taken: growing.own.taken(),
        metadata: distributions.iter().flat_map(distribution::metadata_files).collect(),
    };
    let mut modules = BTreeMap::new();
    for ((node, distribution), certain) in growing.nodes.into_iter().zip(owners).zip(certain) {
        let module = Module {
            name: node.name.clone(),
            kind: node.found.kind,
            path: node.found.path,
            is_package: node.found.submodule_path.is_some(),
            submodule_path: node.found.submodule_path.unwrap_or_default(),
            origin: node.found.origin,
            because: node.because,
            distribution,
            source: node.source,
            certain,
        };
        modules.insert(node.name, module);
    }
    let distributions = used.iter().filter_map(|&index| distributions.get(index).cloned()).collect();
    ModuleGraph {
        entry: growing.entry,
        modules,
        missing,
        warnings: growing.warnings,
        distributions,
        own_files: growing.own.into_files(),
        asked: growing.asked.files,
        missing_distributions: growing.asked.missing_distributions,
        starts_interpreter: growing.starts_interpreter,
        restarts: growing.restarts,
        tells_links: growing.tells_links,
        consulted,
        own_sources,
    }
}

#[cfg(test)]
mod tests {
    use crate::graph::{EdgeKind, Options};
    use crate::testing;
    use crate::walk::walk;

    #[test]
    fn what_the_program_writes_is_not_missed() {
        let found = |main: &str| {
            let (_folder, project) = testing::project(&[("one/main.py", main)]);
            let missing = walk(&project, &Options::default()).unwrap().missing.remove(0);
            (missing.edge.kind, missing.certain)
        };
        let written = (EdgeKind::Optional, false);
        assert_eq!(found("with open('made.py', 'w') as file:\n    file.write('x = 1')\nimport made"), written);
        assert_eq!(found("(folder / 'made.py').write_text('')\nfrom made import x"), written);
        assert_eq!(found("(f / 'made').mkdir()\n(f / 'made/__init__.py').write_text('')\nimport made"), written);
        let absent = (EdgeKind::TopLevel, true);
        assert_eq!(found("file.write_text('made')\nimport made"), absent);
        assert_eq!(found("print('made.py')\nimport made"), absent);
    }

    #[test]
    fn what_the_program_serves_is_not_missed() {
        let found = |main: &str, hooks: &str| {
            let (_folder, project) = testing::project(&[("one/main.py", main), ("one/hooks.py", hooks)]);
            let missing = walk(&project, &Options::default()).unwrap().missing.remove(0);
            (missing.edge.kind, missing.certain)
        };
        let served = (EdgeKind::Optional, false);
        let main = "import hooks\nimport made";
        assert_eq!(found(main, "import sys\nNAMES = ['made']\nsys.meta_path.append(Finder(NAMES))"), served);
        assert_eq!(found(main, "import sys\nsys.path_hooks.insert(0, hook_of('made.'))"), served);
        assert_eq!(found(main, "import sys\nsys.modules['made'] = module"), served);
        // Which names it serves is not said; so much is certain that others may be there.
        assert_eq!(found(main, "import sys\nsys.meta_path.append(Finder(names))"), (EdgeKind::TopLevel, false));
        assert_eq!(found(main, "import sys\nprint(sys.meta_path, 'made')"), (EdgeKind::TopLevel, true));
    }

    #[test]
    fn what_a_package_makes_is_not_missed() {
        let kind = |initializer: &str| {
            let (_folder, project) = testing::project(&[
                ("one/main.py", "from trees.made import Tree"),
                ("two/trees/__init__.py", initializer),
            ]);
            walk(&project, &Options::default()).unwrap().missing.remove(0).edge.kind
        };
        assert_eq!(kind("import sys\nfor name in names():\n    sys.modules[name] = make(name)"), EdgeKind::Optional);
        assert_eq!(kind("import sys\nsys.modules[__name__] = make()"), EdgeKind::TopLevel);
    }
}

use super::growing::{Growing, Node};
use crate::name_forms::last_of;

/// Which modules every run imports: those that a chain of top-level imports leads to from the first
/// one, the entry.
pub(crate) fn certain_modules(growing: &Growing<'_>) -> Vec<bool> {
    let targets: Vec<Vec<usize>> = growing.nodes.iter().map(|node| targets_of(node, growing)).collect();
    reached(&targets)
}

/// The modules that are imported whenever this one is. Whether a member of a package is a submodule is known once the package
/// has been read.
fn targets_of(node: &Node, growing: &Growing<'_>) -> Vec<usize> {
    let members = node.member_targets.iter().copied();
    let is_imported =
        |member: &usize| growing.nodes.get(*member).is_some_and(|member| !is_shadowed(member, node, growing));
    node.certain_targets.iter().copied().chain(members.filter(is_imported)).collect()
}

/// Whether the package of a module binds something else to the module's name. The package itself may do so after it has
/// imported it.
fn is_shadowed(module: &Node, importer: &Node, growing: &Growing<'_>) -> bool {
    let package = module.name.rsplit_once('.').and_then(|(package, _)| growing.by_name.get(package));
    let package =
        package.and_then(|&package| growing.nodes.get(package)).filter(|package| package.name != importer.name);
    let outline = package.and_then(|package| package.outline.as_ref());
    outline.is_some_and(|outline| outline.shadowed.contains(last_of(&module.name)))
}

/// What `targets` lead to from the first, each of which holds those of one module.
fn reached(targets: &[Vec<usize>]) -> Vec<bool> {
    let mut reached = vec![false; targets.len()];
    let mut waiting = vec![0];
    while let Some(module) = waiting.pop() {
        if let Some(seen) = reached.get_mut(module)
            && !*seen
        {
            *seen = true;
            waiting.extend(targets.get(module).into_iter().flatten());
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Options;
    use crate::testing;
    use crate::walk::walk;

    #[test]
    fn chains_are_followed_and_cycles_end() {
        let targets = [vec![1], vec![2, 0], vec![99], vec![4], vec![]];
        assert_eq!(reached(&targets), [true, true, true, false, false]);
        assert!(reached(&[]).is_empty());
    }

    #[test]
    fn a_submodule_is_not_imported_where_its_package_binds_something_else_to_its_name() {
        let is_certain = |initializer: &str, main: &str| {
            let (_folder, project) = testing::project(&[
                ("one/main.py", main),
                ("two/box/__init__.py", initializer),
                ("two/box/lid.py", "import hinge"),
                ("two/box/other.py", ""),
            ]);
            let graph = walk(&project, &Options::default()).unwrap();
            assert_eq!(graph.modules["box.lid"].certain, graph.missing[0].certain);
            graph.missing[0].certain
        };
        assert!(is_certain("", "from box import lid"));
        assert!(is_certain("from . import lid", "from box import lid"));
        assert!(is_certain("from . import lid\nlid = lid.Lid", "from box import lid"));
        assert!(!is_certain("from .other import lid", "from box import lid"));
        assert!(!is_certain("def lid(): ...", "from box import lid"));
        assert!(is_certain("def lid(): ...", "import box.lid"));
        assert!(is_certain("def lid(): ...", "from box.lid import x"));
        assert!(!is_certain("try:\n    from . import lid\nexcept ImportError:\n    lid = None", "from box import lid"));
    }
}

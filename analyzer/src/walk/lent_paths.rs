//! Modules that find what lies in a package which they are not: `vtk.py` says `__path__ = vtkmodules.__path__`, and programs import
//! `vtk.util.colors`.

use super::growing::Growing;
use crate::graph::ModuleKind;
use crate::name_forms::{from_top, is_dotted_name};
use std::fs;

/// The name of a module in the package that lends its path to a module above it.
pub(crate) fn name_in_lender(growing: &mut Growing<'_>, name: &str) -> Option<String> {
    for module in from_top(name).filter(|part| part.len() < name.len()) {
        let found = growing.look_up(module)?;
        if found.kind != ModuleKind::Source || found.submodule_path.is_some() {
            continue;
        }
        let source = fs::read(&found.path).ok()?;
        let lender = lender(&String::from_utf8_lossy(&source))?;
        return Some(format!("{lender}{}", name.strip_prefix(module)?));
    }
    None
}

/// The package whose path a module takes for its own.
fn lender(source: &str) -> Option<String> {
    let mut taken = source.lines().filter_map(|line| line.strip_prefix("__path__")?.trim_start().strip_prefix('='));
    let local = taken.find_map(|value| value.trim().strip_suffix(".__path__").filter(|name| is_dotted_name(name)))?;
    let renamed = |line: &str| {
        let (package, name) = line.strip_prefix("import ")?.split_once(" as ")?;
        (name.trim() == local && is_dotted_name(package.trim())).then(|| package.trim().to_owned())
    };
    Some(source.lines().find_map(renamed).unwrap_or_else(|| local.to_owned()))
}

#[cfg(test)]
mod tests {
    use crate::graph::Options;
    use crate::testing;
    use crate::walk::walk;

    #[test]
    fn a_module_with_the_path_of_a_package_has_its_modules() {
        let found = |front: &str| {
            let (_folder, project) = testing::project(&[
                ("one/main.py", "from front.deep.colours import red\nimport front.near"),
                ("two/front.py", front),
                ("two/behind/__init__.py", ""),
                ("two/behind/near.py", ""),
                ("two/behind/deep/__init__.py", ""),
                ("two/behind/deep/colours.py", ""),
            ]);
            let graph = walk(&project, &Options::default()).unwrap();
            (
                graph.modules.contains_key("behind.deep.colours"),
                graph.modules.contains_key("behind.near"),
                graph.missing.len(),
            )
        };
        assert_eq!(found("import behind as _b\n__path__ = _b.__path__\ndel _b"), (true, true, 0));
        assert_eq!(found("import behind\n__path__ = behind.__path__"), (true, true, 0));
        assert_eq!(found("import behind").2, 2);
    }
}

use crate::distribution::Distribution;
use crate::finder::Found;
use crate::graph::{EdgeKind, ModuleKind};
use crate::growing::{Growing, Importer, package_of};
use crate::name_forms::is_dotted_name;
use crate::native_names::NativeNames;
use crate::outline::{Import, Target};
use crate::project::Origin;
use crate::{rules, wanted};
use aho_corasick::{AhoCorasick, MatchKind};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Includes the modules whose names stand in an extension module, as far as it may ask for them:
/// those of its own distribution, of the distributions that this one requires, and of the standard
/// library.
pub(crate) fn follow_native(growing: &mut Growing<'_>, index: usize, names: &NativeNames) {
    let Some(node) = growing.nodes.get(index) else { return };
    let importer = Importer { node: Some(index), line: 0, kind: EdgeKind::Binary };
    let origin = node.found.origin;
    let own_top = node.name.split('.').next().unwrap_or_default().to_owned();
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
        let candidates = &growing.module_names(&allowed) | &growing.standard_module_names();
        for name in names_in_pool(&names.pooled, &candidates) {
            if may_ask_for(growing, &name, origin, &own_top, &allowed) {
                guess(growing, index, &name, importer);
            }
        }
    }
    if names.unreadable
        && let Some(distribution) = distribution
    {
        // Cython can compress its texts in ways that are not read here (its pull request 7577).
        // Everything that was installed together is more than is needed, and works.
        let importer = Importer { kind: EdgeKind::Rule, ..importer };
        for name in growing.module_names(&BTreeSet::from([distribution])) {
            if !rules::is_for_tests(&name) {
                growing.guess(&name, importer);
            }
        }
    }
}

fn guess(growing: &mut Growing<'_>, index: usize, name: &str, importer: Importer) {
    let import = Import::new(Target::Guess(name.to_owned()), 0, importer.kind);
    if wanted::must_wait(growing, index, &import) {
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
        _ if name.split('.').next() == Some(own_top) => true,
        // The program's own extension module may import any of its modules.
        Origin::Program => from == Origin::Program,
        _ => growing.owners.of_file(&found.path).is_some_and(|owner| allowed.contains(&owner)),
    }
}

/// Those of the candidate names that stand somewhere in a pool of texts without ends.
///
/// Names may overlap (`decimal` in `decimals`), so that a name found here is a guess. Short ones
/// are found everywhere and say nothing.
fn names_in_pool(pool: &[u8], candidates: &BTreeSet<String>) -> BTreeSet<String> {
    const SHORTEST: usize = 4;
    let candidates: Vec<&String> = candidates.iter().filter(|name| name.len() >= SHORTEST).collect();
    // It is built from names of modules; a set too large for it is none that any environment has.
    let Ok(automaton) = AhoCorasick::builder().match_kind(MatchKind::Standard).build(&candidates) else {
        return BTreeSet::new();
    };
    automaton
        .find_overlapping_iter(pool)
        .filter_map(|found| candidates.get(found.pattern().as_usize()).map(|&name| name.clone()))
        .collect()
}

/// Dotted names of the modules among the installed files of a distribution.
pub(crate) fn module_names(distribution: &Distribution, search_path: &[PathBuf]) -> BTreeSet<String> {
    distribution.files.iter().filter_map(|file| module_name(file, search_path)).collect()
}

fn module_name(file: &Path, search_path: &[PathBuf]) -> Option<String> {
    let relative = search_path
        .iter()
        .filter_map(|folder| file.strip_prefix(folder).ok())
        .min_by_key(|path| path.as_os_str().len())?;
    let file_name = relative.file_name()?.to_str()?;
    let (stem, suffix) = file_name.split_once('.')?;
    if !(suffix == "py" || suffix == "so" || suffix.ends_with(".so") || suffix == "pyd" || suffix.ends_with(".pyd")) {
        return None;
    }
    let folder = relative.parent()?.to_str()?.replace('/', ".");
    let name = match (folder.is_empty(), stem) {
        (true, "__init__") => return None,
        (true, stem) => stem.to_owned(),
        (false, "__init__") => folder,
        (false, stem) => format!("{folder}.{stem}"),
    };
    is_dotted_name(&name).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_inside_a_pool() {
        let candidates = ["decimal", "enum", "os", "pkg.mod", "absent"].map(str::to_owned).into();
        let found = names_in_pool(b"xdecimalenum\0apkg.modb os", &candidates);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["decimal", "enum", "pkg.mod"]);
    }

    #[test]
    fn files_become_names() {
        let name = |file: &str| module_name(Path::new(file), &["/lib".into(), "/lib/site".into()]);
        assert_eq!(name("/lib/site/a/b.py").as_deref(), Some("a.b"));
        assert_eq!(name("/lib/site/a/__init__.py").as_deref(), Some("a"));
        assert_eq!(name("/lib/site/a/c.cpython-311-x86_64-linux-gnu.so").as_deref(), Some("a.c"));
        assert_eq!(name("/lib/site/a-1.dist-info/x.py"), None);
        assert_eq!(name("/lib/site/a/data.json"), None);
        assert_eq!(name("/bin/tool.py"), None);
    }
}

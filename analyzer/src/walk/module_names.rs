//! Names of modules that a library may ask for, looked for in texts without ends.

use super::growing::Growing;
use crate::name_forms::is_dotted_name;
use crate::project::distribution::Distribution;
use crate::rules;
use aho_corasick::{AhoCorasick, MatchKind};
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// The modules of some distributions, and those of the standard library.
pub(crate) struct ModuleNames {
    of_distributions: BTreeSet<String>,
    /// All that are long enough to say something.
    long: Vec<String>,
    /// Finds these. It is built from names of modules; a set too large for it is none that any environment has.
    automaton: Option<AhoCorasick>,
}

/// What was made of them, by the distributions: a package may have hundreds of extension modules that may ask for the same.
pub(crate) type Known = HashMap<BTreeSet<usize>, Rc<ModuleNames>>;

/// Shorter names are found everywhere and say nothing.
const SHORTEST: usize = 4;

impl ModuleNames {
    /// Those of the distributions, and of the standard library.
    pub(crate) fn of(growing: &mut Growing<'_>, distributions: &BTreeSet<usize>) -> Rc<ModuleNames> {
        if let Some(known) = growing.module_names.get(distributions) {
            return Rc::clone(known);
        }
        let found = distributions.iter().filter_map(|&index| growing.owners.distribution(index));
        let search_path = &growing.project.search_path;
        let names = found.flat_map(|distribution| module_names(distribution, search_path)).collect();
        let made = Rc::new(ModuleNames::new(names, standard_module_names(growing)));
        growing.module_names.insert(distributions.clone(), Rc::clone(&made));
        made
    }

    fn new(of_distributions: BTreeSet<String>, standard: BTreeSet<String>) -> Self {
        let long: BTreeSet<&String> =
            of_distributions.iter().chain(&standard).filter(|name| name.len() >= SHORTEST).collect();
        let long: Vec<String> = long.into_iter().cloned().collect();
        let automaton = AhoCorasick::builder().match_kind(MatchKind::Standard).build(&long).ok();
        ModuleNames { of_distributions, long, automaton }
    }

    /// Those of the distributions alone.
    pub(crate) fn of_distributions(&self) -> &BTreeSet<String> {
        &self.of_distributions
    }

    /// Those that stand somewhere in a pool of texts without ends, in the order of the alphabet.
    ///
    /// Names may overlap (`decimal` in `decimals`), so that a name found here is a guess.
    pub(crate) fn in_pool(&self, pool: &[u8]) -> BTreeSet<&str> {
        let found = self.automaton.iter().flat_map(|automaton| automaton.find_overlapping_iter(pool));
        found.filter_map(|found| self.long.get(found.pattern().as_usize()).map(String::as_str)).collect()
    }
}

/// Dotted names of the modules among the installed files of a distribution.
fn module_names(distribution: &Distribution, search_path: &[PathBuf]) -> BTreeSet<String> {
    distribution.files.iter().filter_map(|file| module_name(file, search_path)).collect()
}

/// Names of the modules of the standard library, as deep as one package.
fn standard_module_names(growing: &mut Growing<'_>) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let project = growing.project;
    for top in &project.interpreter.stdlib_modules {
        if rules::is_unlikely_in_binaries(top) {
            continue;
        }
        if let Some(path) = growing.look_up(top).and_then(|found| found.submodule_path) {
            names.extend(growing.finder.submodule_names(&path).into_iter().map(|name| format!("{top}.{name}")));
        }
        names.insert(top.clone());
    }
    names
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
        let of_distributions = ["pkg.mod", "absent"].map(str::to_owned).into();
        let names = ModuleNames::new(of_distributions, ["decimal", "enum", "os"].map(str::to_owned).into());
        let found = names.in_pool(b"xdecimalenum\0apkg.modb os");
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

//! What a package adds when it is included, though no source says so: the joint for those who know it.

use super::growing::{Growing, Importer, package_of};
use super::include_all_submodules;
use crate::finder::Found;
use crate::graph::{EdgeKind, ModuleKind};
use crate::name_forms::from_top;
use crate::project::Origin;
use crate::project::distribution::Distribution;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Knowledge of packages beyond their sources. The walk asks whenever it includes a module, until nothing new comes: what one
/// addition brings may have additions of its own.
pub trait Additions {
    /// What is to be known of a name before it is looked for. It is asked once for each name.
    fn before_search(&mut self, name: &str, search_path: &[PathBuf]) -> Preparation;

    /// What a module brings along, now that it is included, and before its imports are followed.
    fn of_module(&mut self, module: &Included<'_>) -> Addition;
}

/// A module that has just been included.
#[derive(Debug)]
pub struct Included<'a> {
    /// Dotted name.
    pub name: &'a str,
    /// What it is made from.
    pub kind: &'a ModuleKind,
    /// Its file; empty for a module that has none.
    pub path: &'a Path,
    /// The `__path__` of a package.
    pub submodule_path: Option<&'a [PathBuf]>,
    /// The distribution that it came with.
    pub distribution: Option<&'a Distribution>,
}

/// What a module brings along.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Addition {
    /// Modules that it imports though no source says so; with leading dots relative to its package.
    pub hidden_imports: Vec<String>,
    /// The same, where it is no finding that one does not exist.
    pub optional_imports: Vec<String>,
    /// Packages of which every submodule comes along.
    pub collected: Vec<String>,
    /// Modules that do not come in because of the module or one below it. Others may bring them.
    pub excluded_imports: Vec<String>,
    /// The same, because of the module itself only.
    pub deleted_imports: Vec<String>,
    /// Distributions whose metadata is needed.
    pub metadata: Vec<String>,
    /// Scripts that run before the program.
    pub runtime_hooks: Vec<RuntimeHook>,
}

/// A script that runs before the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuntimeHook {
    /// Its name in the graph: `__main__` and another name below it.
    pub name: String,
    /// Its file, or what it is called where it has none.
    pub path: PathBuf,
    /// Its text, where no file holds it.
    pub source: Option<String>,
}

/// What is known of a name before it is looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preparation {
    /// Where to look for it, instead of where Python would.
    pub search_path: Option<Vec<PathBuf>>,
    /// Folders that the package adds to its `__path__` when it runs.
    pub package_path: Vec<PathBuf>,
    /// Names that stand for other modules: the alias, and the real one.
    pub aliases: Vec<(String, String)>,
    /// Names that exist only once the program runs.
    pub made_at_run_time: Vec<String>,
}

/// For a walk by the evidence alone.
pub(crate) struct Nothing;

impl Additions for Nothing {
    fn before_search(&mut self, _: &str, _: &[PathBuf]) -> Preparation {
        Preparation::default()
    }

    fn of_module(&mut self, _: &Included<'_>) -> Addition {
        Addition::default()
    }
}

/// What additions have said so far that bears on later imports.
#[derive(Debug, Default)]
pub(crate) struct Said {
    /// How many nodes have been asked for.
    asked: usize,
    /// What modules, with those below them, do not bring in.
    excluded: BTreeMap<String, Vec<String>>,
    /// What modules themselves do not bring in.
    deleted: BTreeMap<String, Vec<String>>,
    aliases: BTreeMap<String, String>,
    made_at_run_time: BTreeSet<String>,
}

impl Said {
    /// Takes notice of what is known before a search.
    pub(crate) fn note(&mut self, preparation: Preparation) {
        self.aliases.extend(preparation.aliases);
        self.made_at_run_time.extend(preparation.made_at_run_time);
    }

    /// Whether an import of `name` in the module `from` brings nothing in.
    pub(crate) fn is_dropped(&self, from: &str, name: &str) -> bool {
        let holds = |names: &Vec<String>| names.iter().any(|excluded| is_or_below(name, excluded));
        let is_excluded = || from_top(from).filter_map(|part| self.excluded.get(part)).any(holds);
        self.deleted.get(from).is_some_and(holds) || (!self.excluded.is_empty() && is_excluded())
    }

    /// The name that really is meant, where part of it is an alias.
    pub(crate) fn real_name(&self, name: &str) -> Option<String> {
        let found = self.aliases.iter().find(|(alias, _)| is_or_below(name, alias));
        found.map(|(alias, real)| format!("{real}{}", name.strip_prefix(alias.as_str()).unwrap_or_default()))
    }

    pub(crate) fn is_made_at_run_time(&self, name: &str) -> bool {
        self.made_at_run_time.iter().any(|made| is_or_below(name, made))
    }
}

fn is_or_below(name: &str, above: &str) -> bool {
    name.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Asks for the additions of every module that has not been asked for, those included that additions bring.
pub(crate) fn ask(growing: &mut Growing<'_>) {
    while let Some(node) = growing.nodes.get(growing.said.asked) {
        let index = growing.said.asked;
        growing.said.asked += 1;
        let owner = growing.owners.of_file(&node.found.path);
        let included = Included {
            name: &node.name,
            kind: &node.found.kind,
            path: &node.found.path,
            submodule_path: node.found.submodule_path.as_deref(),
            distribution: owner.and_then(|owner| growing.owners.distribution(owner)),
        };
        let addition = growing.additions.of_module(&included);
        take(growing, index, addition);
    }
}

fn take(growing: &mut Growing<'_>, index: usize, addition: Addition) {
    let Some(node) = growing.nodes.get(index).filter(|_| addition != Addition::default()) else { return };
    let (name, package) = (node.name.clone(), package_of(node).to_owned());
    growing.said.excluded.entry(name.clone()).or_default().extend(addition.excluded_imports);
    growing.said.deleted.entry(name).or_default().extend(addition.deleted_imports);
    growing.asked.metadata.extend(addition.metadata.iter().map(|name| crate::project::distribution::normalized(name)));
    let importer = Importer { node: Some(index), line: 0, kind: EdgeKind::Addition };
    for name in addition.hidden_imports {
        growing.require(&absolute(&name, &package), importer);
    }
    for name in addition.optional_imports {
        let _ = growing.include(&absolute(&name, &package), importer);
    }
    for name in addition.collected {
        if growing.require(&name, importer).is_some() {
            include_all_submodules(growing, &name, importer);
        }
    }
    for hook in addition.runtime_hooks {
        let origin = if hook.source.is_some() { Origin::Library } else { growing.project.origin_of(&hook.path) };
        add_runtime_hook(growing, hook, origin);
    }
}

/// Adds a script that runs before the program. It runs whenever the program does, so what it imports is as certain as what
/// the entry imports.
pub(crate) fn add_runtime_hook(growing: &mut Growing<'_>, hook: RuntimeHook, origin: Origin) {
    let found = Found { kind: ModuleKind::Source, path: hook.path, submodule_path: None, origin };
    let node = growing.add(&hook.name, found, None, hook.source);
    if let Some(entry) = growing.nodes.first_mut() {
        entry.certain_targets.push(node);
    }
}

/// A name with leading dots, as in `from ..x import y`, belongs to the package, or to one above it.
fn absolute(name: &str, package: &str) -> String {
    let rest = name.trim_start_matches('.');
    let Some(above) = (name.len() - rest.len()).checked_sub(1) else { return name.to_owned() };
    let mut package = package;
    for _ in 0..above {
        package = package.rsplit_once('.').map_or("", |(above, _)| above);
    }
    if package.is_empty() { rest.to_owned() } else { format!("{package}.{rest}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{ModuleGraph, Options};
    use crate::read::memory::Work;
    use crate::testing;
    use crate::walk::walk_with;

    /// Additions as closures.
    struct Known<M, S>(M, S);

    impl<M: FnMut(&Included<'_>) -> Addition, S: FnMut(&str) -> Preparation> Additions for Known<M, S> {
        fn before_search(&mut self, name: &str, _: &[PathBuf]) -> Preparation {
            self.1(name)
        }

        fn of_module(&mut self, module: &Included<'_>) -> Addition {
            self.0(module)
        }
    }

    fn names(graph: &ModuleGraph) -> Vec<&str> {
        let names = graph.modules.keys().map(String::as_str);
        names.filter(|name| !matches!(*name, "zipimport" | "__main__")).collect()
    }

    fn graph_of(
        files: &[(&str, &str)],
        of_module: impl FnMut(&Included<'_>) -> Addition,
        before: impl FnMut(&str) -> Preparation,
    ) -> ModuleGraph {
        let (_folder, project) = testing::project(files);
        let work = Work::alone(std::num::NonZeroUsize::MIN);
        let installed = crate::project::distribution::installed(&project.search_path);
        walk_with(&project, &installed, &Options::default(), &mut Known(of_module, before), work).unwrap()
    }

    fn nothing_before(_: &str) -> Preparation {
        Preparation::default()
    }

    #[test]
    fn additions_are_asked_for_until_nothing_new_comes() {
        let files = [
            ("one/main.py", "import a"),
            ("two/a/__init__.py", ""),
            ("two/a/x.py", ""),
            ("two/b.py", "import c"),
            ("two/c.py", ""),
            ("two/e.py", ""),
            ("two/d/__init__.py", ""),
            ("two/d/e/__init__.py", ""),
            ("two/d/e/f.py", ""),
        ];
        let mut asked = Vec::new();
        let graph = graph_of(
            &files,
            |module| {
                asked.push(module.name.to_owned());
                let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
                match module.name {
                    "a" => Addition { hidden_imports: names(&["b", ".x", "absent"]), ..Addition::default() },
                    "c" => Addition {
                        collected: names(&["d"]),
                        optional_imports: names(&["e", "nowhere"]),
                        ..Addition::default()
                    },
                    _ => Addition::default(),
                }
            },
            nothing_before,
        );
        assert_eq!(names(&graph), ["a", "a.x", "b", "c", "d", "d.e", "d.e.f", "e"]);
        let mut once = asked.clone();
        once.sort();
        once.dedup();
        assert_eq!((asked.len(), asked[0].as_str()), (once.len(), "__main__"));
        let missing: Vec<_> = graph.missing.iter().map(|missing| (missing.name.as_str(), missing.edge.kind)).collect();
        assert_eq!(missing, [("absent", EdgeKind::Addition)]);
    }

    #[test]
    fn excluded_imports_drop_edges_and_not_modules() {
        let files = [
            ("one/main.py", "import a, b"),
            ("two/a/__init__.py", "import x, y.z"),
            ("two/a/inner.py", ""),
            ("two/b.py", "import a.inner, y"),
            ("two/x.py", ""),
            ("two/y/__init__.py", ""),
            ("two/y/z.py", ""),
        ];
        let excluding = |module: &Included<'_>| match module.name {
            "a" => Addition { excluded_imports: vec!["x".into(), "y".into(), "absent".into()], ..Addition::default() },
            _ => Addition::default(),
        };
        let graph = graph_of(&files, excluding, nothing_before);
        assert_eq!(names(&graph), ["a", "a.inner", "b", "y"]);
        assert!(graph.missing.is_empty(), "{:?}", graph.missing);
    }

    #[test]
    fn deleted_imports_are_those_of_the_module_itself() {
        let files = [
            ("one/main.py", "import a.inner"),
            ("two/a/__init__.py", "import x"),
            ("two/a/inner.py", "import y"),
            ("two/x.py", ""),
            ("two/y.py", ""),
        ];
        let deleting = |module: &Included<'_>| match module.name {
            "a" => Addition { deleted_imports: vec!["x".into(), "y".into()], ..Addition::default() },
            _ => Addition::default(),
        };
        assert_eq!(names(&graph_of(&files, deleting, nothing_before)), ["a", "a.inner", "y"]);
    }

    #[test]
    fn a_search_can_be_prepared() {
        let (folder, _) = testing::project(&[("moved/m.py", ""), ("more/extra.py", "")]);
        let files = [
            ("one/main.py", "import m, p.extra, p.made.more, alias.part"),
            ("two/p/__init__.py", ""),
            ("two/real/__init__.py", ""),
            ("two/real/part.py", ""),
        ];
        let graph = graph_of(
            &files,
            |_| Addition::default(),
            |name| match name {
                "m" => Preparation { search_path: Some(vec![folder.path().join("moved")]), ..Preparation::default() },
                "p" => Preparation {
                    package_path: vec![folder.path().join("more")],
                    made_at_run_time: vec!["p.made".into()],
                    ..Preparation::default()
                },
                "alias" => Preparation { aliases: vec![("alias".into(), "real".into())], ..Preparation::default() },
                _ => Preparation::default(),
            },
        );
        assert_eq!(names(&graph), ["m", "p", "p.extra", "real", "real.part"]);
        assert!(graph.missing.is_empty(), "{:?}", graph.missing);
    }

    #[test]
    fn runtime_hooks_and_metadata_come_along() {
        let files = [
            ("one/main.py", "import a"),
            ("two/a.py", ""),
            ("two/b.py", ""),
            ("two/d-1.dist-info/METADATA", "Name: d\nVersion: 1\n"),
        ];
        let graph = graph_of(
            &files,
            |module| match module.name {
                "a" => Addition {
                    metadata: vec!["D".into()],
                    runtime_hooks: vec![RuntimeHook {
                        name: "__main__.hook".into(),
                        path: "hook.py".into(),
                        source: Some("import b".into()),
                    }],
                    ..Addition::default()
                },
                _ => Addition::default(),
            },
            nothing_before,
        );
        assert!(graph.modules["b"].certain);
        assert!(graph.modules.contains_key("__main__.hook"));
        assert_eq!(graph.distributions.iter().map(|found| found.name.as_str()).collect::<Vec<_>>(), ["d"]);
    }

    #[test]
    fn relative_names_belong_to_the_package() {
        for (name, expected) in [("x.y", "x.y"), (".x", "a.b.x"), ("..x", "a.x"), ("....x", "x")] {
            assert_eq!(absolute(name, "a.b"), expected);
        }
    }
}

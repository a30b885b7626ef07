//! The program's own sources as the analysis read them, so that it can be told whether an edit of one changes anything that the
//! analysis would see. Most edits do not.

use super::growing::{Growing, Node, is_run, package_of};
use super::own_folder::is_ending;
use crate::graph::{EdgeKind, ModuleKind};
use crate::name_forms::{from_top, last_of};
use crate::project::Origin;
use crate::project::distribution::normalized;
use crate::project::interpreter::Interpreter;
use crate::read::condition::Role;
use crate::read::outline::{Identity, Import, Outline, Surroundings, outline};
use crate::read::{LARGEST_SOURCE, STACK};
use crate::rules;
use crate::source;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// The sources of a program from which the analysis took an outline and nothing else.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct OwnSources {
    /// The groups of entry points that installed distributions offer.
    groups: BTreeSet<String>,
    /// The submodules of the packages around the sources.
    packages: BTreeMap<String, BTreeSet<String>>,
    questions: Questions,
    /// The sources, by the names of their modules.
    pub sources: BTreeMap<String, OwnSource>,
}

/// Names that somebody looks for, noted from wherever that is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked(Arc<Mutex<BTreeSet<String>>>);

impl Asked {
    pub(crate) fn note(&self, name: &str) {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !names.contains(name) {
            names.insert(name.to_owned());
        }
    }

    fn names(&self) -> BTreeSet<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What the analysis asked about the words and texts of the program. Most of them answer none of these questions; sources that
/// differ in such alone lead to equal graphs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Questions {
    /// Names of files and folders.
    files: BTreeSet<String>,
    /// Names of functions in libraries, in lower case.
    words: BTreeSet<String>,
    /// Parts of the names of features, in lower case.
    parts: BTreeSet<String>,
    /// Normalized names of the installed distributions.
    distributions: BTreeSet<String>,
    /// Functions that import what they are given.
    importers: BTreeSet<String>,
    /// Modules that import what they are asked for.
    lazy: BTreeSet<String>,
}

impl Questions {
    fn of(growing: &Growing<'_>) -> Self {
        let is_lazy = |node: &&Node| node.outline.as_ref().is_some_and(|outline| outline.has_module_getattr);
        Questions {
            files: growing.own.asked.names(),
            words: growing.wanted.asked_words.names(),
            parts: growing.wanted.asked_parts.names(),
            distributions: growing.owners.all().map(|(_, found)| normalized(&found.name)).collect(),
            importers: growing.given.importers.iter().map(|(_, function)| function.clone()).collect(),
            lazy: growing.nodes.iter().filter(is_lazy).map(|node| node.name.clone()).collect(),
        }
    }

    /// Leaves out of an outline what answers none of them.
    fn filter(&self, outline: &mut Outline) {
        outline.words.retain(|word| self.asks_for_word(word));
        outline.texts.retain(|text| {
            let names_file = || text.split(['/', '\\']).chain([text.as_str()]).any(|part| self.files.contains(part));
            // A pattern or an ending may name any file, and what looks like a source is one.
            text.contains('*')
                || is_ending(text)
                || text.ends_with(".py")
                || self.distributions.contains(&normalized(text))
                || self.asks_for_word(text)
                || names_file()
        });
        outline.named_calls.retain(|(function, _, _)| self.importers.contains(last_of(function)));
        outline.attribute_uses.retain(|(dotted, _)| {
            rules::may_wake(last_of(dotted)) || from_top(dotted).any(|part| self.lazy.contains(part))
        });
    }

    fn asks_for_word(&self, word: &str) -> bool {
        let word = word.to_ascii_lowercase();
        self.words.contains(&word) || self.parts.iter().any(|part| word.contains(part.as_str()))
    }
}

/// A source of the program.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OwnSource {
    /// Its file.
    pub path: PathBuf,
    package: String,
    is_run: bool,
    /// What was found in it.
    #[serde(skip)]
    pub findings: Findings,
}

/// What the analysis finds in a source. Sources with equal findings lead to equal graphs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// All of it.
    pub with_lines: Vec<u8>,
    /// The same with the order of its lines in the place of their numbers, which nothing but messages shows.
    pub with_order: Vec<u8>,
}

impl OwnSources {
    /// What the analysis finds in `content`, if that is the source of the module. `None` for modules that are not of these.
    pub fn findings(&self, module: &str, content: &[u8], interpreter: &Interpreter) -> Option<Findings> {
        let source = self.sources.get(module)?;
        let mut surroundings = Surroundings { groups: Arc::new(self.groups.clone()), ..Surroundings::default() };
        let mut package = source.package.as_str();
        while !package.is_empty() {
            surroundings.packages.push((package.to_owned(), Arc::new(self.packages.get(package)?.clone())));
            package = package.rsplit_once('.').map_or("", |(above, _)| above);
        }
        let role = if source.is_run { Role::Entry } else { Role::Imported };
        let identity = Identity {
            name: module,
            package: &source.package,
            role,
            origin: Origin::Program,
            surroundings: &surroundings,
        };
        if content.len() > LARGEST_SOURCE {
            return None;
        }
        // As for any source: it may nest deeply, and no source may end `rpack`.
        thread::scope(|scope| {
            let find = || findings(outline(&source::decode(content), identity, interpreter), &self.questions);
            thread::Builder::new().stack_size(STACK).spawn_scoped(scope, find).ok()?.join().ok()?
        })
    }
}

/// What stands in an outline and may change the graph, in two forms that can be compared.
fn findings(mut outline: Outline, questions: &Questions) -> Option<Findings> {
    questions.filter(&mut outline);
    let with_lines = postcard::to_stdvec(&outline).ok()?;
    let mut lines = BTreeSet::new();
    for_each_line(&mut outline, |line| {
        lines.insert(*line);
    });
    let order: BTreeMap<u32, u32> = lines.into_iter().zip(0..).collect();
    for_each_line(&mut outline, |line| *line = order.get(line).copied().unwrap_or(*line));
    Some(Findings { with_lines, with_order: postcard::to_stdvec(&outline).ok()? })
}

fn for_each_line(outline: &mut Outline, mut act: impl FnMut(&mut u32)) {
    let dormant = outline.dormant.iter_mut().flat_map(|(_, imports)| imports);
    let imports = outline.imports.iter_mut().chain(dormant).map(|Import { line, .. }| line);
    let uses = outline.attribute_uses.iter_mut().map(|(_, line)| line);
    let calls = outline.named_calls.iter_mut().map(|(_, _, line)| line);
    let given = outline.given_imports.iter_mut().map(|(_, line)| line);
    let error = outline.syntax_error.iter_mut().map(|error| &mut error.line);
    imports.chain(uses).chain(calls).chain(given).chain(&mut outline.computed_imports).chain(error).for_each(&mut act);
}

/// Gathers the sources once the graph is complete. Of some the analysis reads more than their outline: an initializer says whether
/// its package is shared by several folders, a source that nothing imports may say that it is a program of its own, and one with a
/// stub beside it whether that is data.
pub(crate) fn gather(growing: &Growing<'_>) -> OwnSources {
    let (groups, questions) = ((*growing.groups).clone(), Questions::of(growing));
    let mut own = OwnSources { groups, questions, ..OwnSources::default() };
    for (index, node) in growing.nodes.iter().enumerate().filter(|(_, node)| has_outline_only(node)) {
        // What is both imported and run is read as both.
        if growing.run.contains(&node.name) {
            continue;
        }
        let outline = growing.own_outlines.get(&index).and_then(|outline| postcard::from_bytes(outline).ok());
        let Some(findings) = outline.and_then(|outline| findings(outline, &own.questions)) else { continue };
        let package = package_of(node).to_owned();
        let mut above = package.as_str();
        let mut is_known = true;
        while !above.is_empty() {
            match growing.known_submodule_names(above) {
                Some(names) => drop(own.packages.insert(above.to_owned(), names)),
                None => is_known = false,
            }
            above = above.rsplit_once('.').map_or("", |(above, _)| above);
        }
        if is_known {
            let source = OwnSource { path: node.found.path.clone(), package, is_run: is_run(&node.name), findings };
            own.sources.insert(node.name.clone(), source);
        }
    }
    own
}

fn has_outline_only(node: &Node) -> bool {
    node.found.origin == Origin::Program
        && node.found.kind == ModuleKind::Source
        && node.found.submodule_path.is_none()
        && node.source.is_none()
        && node.because.as_ref().is_none_or(|edge| edge.kind != EdgeKind::Folder)
        && !has_stub(&node.found.path)
}

fn has_stub(source: &Path) -> bool {
    source.with_extension("pyi").exists()
}

#[cfg(test)]
mod tests {
    use crate::graph::Options;
    use crate::testing;
    use crate::walk::walk;

    #[test]
    fn edits_of_code_are_told_from_edits_of_imports() {
        let main = "import p.q\ndef f():\n    import json\n    return 1\n";
        let files = [
            ("one/main.py", main),
            ("one/p/__init__.py", ""),
            ("one/p/q.py", "from . import r\n"),
            ("one/p/r.py", "x = 1\n"),
            ("one/data/a.txt", ""),
        ];
        let (_folder, project) = testing::project(&files);
        let own = walk(&project, &Options::default()).unwrap().own_sources;
        assert_eq!(own.sources.keys().collect::<Vec<_>>(), ["__main__", "p.q", "p.r"]);
        for (module, (_, content)) in ["__main__", "p.q", "p.r"].into_iter().zip([files[0], files[2], files[3]]) {
            let again = own.findings(module, content.as_bytes(), &project.interpreter).unwrap();
            assert_eq!(again, own.sources[module].findings, "{module}");
        }
        let of = |content: &str| own.findings("__main__", content.as_bytes(), &project.interpreter).unwrap();
        let was = of(main);
        assert_eq!(of(&main.replace("return 1", "return 2")), was);
        assert_eq!(of(&main.replace("import p.q\n", "import p.q\n\n")).with_order, was.with_order);
        assert_ne!(of(&main.replace("import p.q\n", "import p.q\n\n")).with_lines, was.with_lines);
        for changed in ["json, csv", "csv", "json\n    import sys"] {
            assert_ne!(of(&main.replace("json", changed)).with_order, was.with_order, "{changed}");
        }
        // Of texts and words only those count that name something.
        assert_eq!(of(&main.replace("return 1", "return json.loads('text')")).with_order, was.with_order);
        for changed in ["'/data/main.py'", "'data'", "'.txt'", "'a/data'", "'*.txt'", "json.main"] {
            assert_ne!(
                of(&main.replace("return 1", &format!("return {changed}"))).with_order,
                was.with_order,
                "{changed}"
            );
        }
        assert!(own.findings("p", b"", &project.interpreter).is_none());
    }
}

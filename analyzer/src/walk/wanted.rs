use super::growing::{Growing, Life};
use super::own_sources::Asked;
use crate::graph::EdgeKind;
use crate::name_forms::{is_dotted_name, last_of};
use crate::project::distribution::{Distribution, normalized};
use crate::project::owners::Owners;
use crate::project::requirement::{self, Relations};
use crate::project::{Origin, Project};
use crate::read::outline::Import;
use std::collections::{BTreeSet, HashMap};

/// Which distributions the program wants, so that an import which a library only tries does not
/// drag in what merely happens to be installed.
///
/// Wanted are the distributions that the program declares, those that own a module which runs
/// whenever the program uses what it imports, and all that these require. An optional import of a
/// library leads to another distribution where that one is wanted anyway, or where the program
/// itself imports the library and the library's metadata or its first lines name the other one.
/// Everything else waits, and stays out unless something wants it later.
pub(crate) struct Wanted<'a> {
    owners: &'a Owners<'a>,
    /// How each distribution that was asked about relates to others.
    relations: HashMap<usize, Relations>,
    /// All that a distribution requires, itself included, of those that were asked about.
    all_required: HashMap<usize, BTreeSet<usize>>,
    wanted: BTreeSet<usize>,
    /// Extras of distributions that are wanted with these.
    extras: BTreeSet<(usize, String)>,
    /// Distributions that the program's own modules import.
    pub(super) direct: BTreeSet<usize>,
    /// Names and texts in the program's own modules, in lower case.
    words: BTreeSet<String>,
    /// Words that were looked for among them, and parts of words.
    pub(crate) asked_words: Asked,
    pub(crate) asked_parts: Asked,
    /// Imports that were not followed, by the module that they stand in.
    pub(crate) waiting: Vec<(usize, Import)>,
}

/// Distributions that developers run, and that libraries import where they are there: to show
/// something in a notebook, to build an extension module, in functions for tests.
const OF_DEVELOPERS: [&str; 26] = [
    "black",
    "build",
    "coverage",
    "cython",
    "flake8",
    "hypothesis",
    "ipykernel",
    "ipython",
    "ipywidgets",
    "jupyter-client",
    "jupyter-core",
    "jupyterlab",
    "meson",
    "mypy",
    "nbformat",
    "nose",
    "notebook",
    "nox",
    "numpydoc",
    "pip",
    "pytest",
    "ruff",
    "setuptools",
    "sphinx",
    "tox",
    "wheel",
];

impl<'a> Wanted<'a> {
    /// What the program declares is wanted from the start. An environment that lies in the
    /// program's own folder was made for it: what was installed there by request counts as
    /// declared.
    pub(crate) fn new(project: &Project, owners: &'a Owners<'a>) -> Self {
        let mut wanted = Wanted {
            owners,
            relations: HashMap::new(),
            all_required: HashMap::new(),
            wanted: BTreeSet::new(),
            extras: BTreeSet::new(),
            direct: BTreeSet::new(),
            words: BTreeSet::new(),
            asked_words: Asked::default(),
            asked_parts: Asked::default(),
            waiting: Vec::new(),
        };
        for (name, extras) in requirement::declared(&project.program.declaration, &project.interpreter) {
            wanted.want_name(project, &name, &extras);
        }
        if project.interpreter.prefix.starts_with(&project.program.root) {
            for (index, distribution) in owners.all() {
                if distribution.metadata_folder.join("REQUESTED").exists() && !is_of_developers(distribution) {
                    wanted.want(project, index);
                }
            }
        }
        wanted
    }

    /// Notes that the program's own modules import the distribution.
    pub(crate) fn note_direct(&mut self, project: &Project, distribution: usize) {
        let is_new = self.direct.insert(distribution);
        self.want(project, distribution);
        if let Some(found) = self.owners.distribution(distribution).filter(|_| is_new) {
            let name = normalized(&found.name);
            let extras = self.extras_of_collections(project, &name);
            self.want_name(project, &name, &extras);
            for asked in self.asked_by_extras(project, distribution) {
                self.want(project, asked);
            }
        }
    }

    /// What is installed because somebody asked for an extra of this distribution: `pip install ibis-framework[duckdb]`. That was not
    /// asked for itself, as installers note, nothing requires it, and of all that was asked for only this distribution has such extras.
    fn asked_by_extras(&mut self, project: &Project, from: usize) -> Vec<usize> {
        let owners = self.owners;
        let is_requested =
            |index| owners.distribution(index).is_some_and(|found| found.metadata_folder.join("REQUESTED").exists());
        let named = self.relations(project, from).by_name.iter();
        let named = named.filter(|(_, relation)| !relation.required && !relation.features.is_empty());
        let names: Vec<String> = named.map(|(name, _)| name.clone()).collect();
        let named = names.iter().filter_map(|name| Some((name, owners.by_name(name)?)));
        let mut asked: Vec<(&String, usize)> = named.filter(|(_, index)| !is_requested(*index)).collect();
        if asked.is_empty() || !is_requested(from) {
            return Vec::new();
        }
        // What came with the same extra explains nothing.
        let together: Vec<usize> = asked.iter().map(|(_, index)| *index).chain([from]).collect();
        for (other, _) in owners.all().filter(|(other, _)| !together.contains(other)) {
            let has_extras = is_requested(other);
            let relations = &self.relations(project, other).by_name;
            let explains = |name: &String| {
                relations.get(name).is_some_and(|it| it.required || (has_extras && !it.features.is_empty()))
            };
            asked.retain(|(name, _)| !explains(name));
        }
        asked.into_iter().map(|(_, index)| index).filter(|index| !self.is_of_developers(*index)).collect()
    }

    /// The extras with which distributions that have no files of their own require another one, of this normalized name: who installed `fastmcp` has
    /// `fastmcp-slim[client,server]`.
    fn extras_of_collections(&mut self, project: &Project, name: &str) -> Vec<String> {
        let owners = self.owners;
        let is_described = |found: &Distribution, file: &std::path::PathBuf| file.starts_with(&found.metadata_folder);
        let collections = owners.all().filter(|(_, found)| found.files.iter().all(|file| is_described(found, file)));
        let collections: Vec<usize> = collections.map(|(index, _)| index).collect();
        let extras = |index| self.relations(project, index).by_name.get(name).map(|relation| relation.extras.clone());
        collections.into_iter().filter_map(extras).flatten().collect()
    }

    /// Wants a distribution and all that it requires.
    pub(crate) fn want(&mut self, project: &Project, distribution: usize) {
        if !self.wanted.insert(distribution) {
            return;
        }
        let required: Vec<(String, Vec<String>)> = self
            .relations(project, distribution)
            .by_name
            .iter()
            .filter(|(_, relation)| relation.required)
            .map(|(name, relation)| (name.clone(), relation.extras.clone()))
            .collect();
        for (name, extras) in required {
            self.want_name(project, &name, &extras);
        }
    }

    /// Wants a distribution with extras of it.
    fn want_name(&mut self, project: &Project, name: &str, extras: &[String]) {
        let Some(distribution) = self.owners.by_name(name) else { return };
        self.want(project, distribution);
        let extras: Vec<String> =
            extras.iter().filter(|extra| self.extras.insert((distribution, (*extra).clone()))).cloned().collect();
        if extras.is_empty() {
            return;
        }
        let Some(metadata) = self.owners.distribution(distribution) else { return };
        for (name, extras) in requirement::of_extras(metadata, &extras, &project.interpreter) {
            self.want_name(project, &name, &extras);
        }
    }

    pub(crate) fn is_of_developers(&self, distribution: usize) -> bool {
        self.owners.distribution(distribution).is_none_or(is_of_developers)
    }

    /// A distribution with all that it requires.
    pub(crate) fn with_all_required(&mut self, project: &Project, distribution: usize) -> BTreeSet<usize> {
        let mut all = BTreeSet::new();
        let mut waiting = vec![distribution];
        while let Some(next) = waiting.pop() {
            if all.insert(next) {
                let required = self.relations(project, next).by_name.iter().filter(|(_, relation)| relation.required);
                let names: Vec<String> = required.map(|(name, _)| name.clone()).collect();
                waiting.extend(names.iter().filter_map(|name| self.owners.by_name(name)));
            }
        }
        all
    }

    /// Whether a distribution is the other one, or requires it, or something that does.
    pub(crate) fn requires_somehow(&mut self, project: &Project, from: usize, to: usize) -> bool {
        if !self.all_required.contains_key(&from) {
            let all = self.with_all_required(project, from);
            self.all_required.insert(from, all);
        }
        self.all_required.get(&from).is_some_and(|all| all.contains(&to))
    }

    /// A distribution with those that its metadata names for its use: what an extension module of it
    /// may import.
    pub(crate) fn with_required(&mut self, project: &Project, distribution: usize) -> BTreeSet<usize> {
        let names: Vec<String> = self
            .relations(project, distribution)
            .by_name
            .iter()
            .filter(|(_, relation)| relation.for_use)
            .map(|(name, _)| name.clone())
            .collect();
        let named = names.iter().filter_map(|name| self.owners.by_name(name));
        named.chain([distribution]).collect()
    }

    /// Whether the program wants a distribution.
    pub(crate) fn is_wanted(&self, distribution: usize) -> bool {
        self.wanted.contains(&distribution)
    }

    /// Whether a distribution requires another one.
    pub(crate) fn requires(&mut self, project: &Project, from: usize, to: usize) -> bool {
        let Some(name) = self.owners.distribution(to).map(|to| normalized(&to.name)) else {
            return false;
        };
        self.relations(project, from).by_name.get(&name).is_some_and(|relation| relation.required)
    }

    /// Whether an import of this kind in a library leads to the other distribution.
    pub(super) fn leads_to(&mut self, project: &Project, from: usize, to: usize, kind: EdgeKind, life: Life) -> bool {
        if from == to || self.wanted.contains(&to) || (life == Life::Live && kind == EdgeKind::TopLevel) {
            return true;
        }
        let Some(distribution) = self.owners.distribution(to).filter(|to| !is_of_developers(to)) else { return false };
        let name = normalized(&distribution.name);
        let is_direct = self.direct.contains(&from);
        let relation = self.relations(project, from).by_name.get(&name);
        let features = relation.filter(|relation| relation.for_use).map(|relation| relation.features.clone());
        match (kind, features) {
            // What a module tries when it is imported is seen by whoever uses it.
            (EdgeKind::Optional, _) if life == Life::Live => true,
            (EdgeKind::TopLevel | EdgeKind::Optional, features) if life > Life::Dormant => {
                is_direct || features.is_some()
            }
            (EdgeKind::EntryPoint | EdgeKind::Optional, None) => is_direct,
            (EdgeKind::EntryPoint | EdgeKind::Binary, Some(_)) => is_direct,
            // An extra is the name of a feature, and who uses the feature says its name: `excel` in
            // `read_excel`, `plot`, `postgresql` in an address.
            (_, Some(features)) => {
                (is_direct && features.iter().chain([&name]).any(|feature| self.is_mentioned(feature)))
                    || self.is_listed(&name)
            }
            // `jinja2_template` says it where no metadata does.
            (_, None) => (is_direct && self.has_part(&name)) || self.is_listed(&name),
        }
    }

    /// Whether a text of the program lists the name of a distribution among others: `Bundle(filters="libsass,rcssmin")`.
    fn is_listed(&self, distribution: &str) -> bool {
        self.asked_parts.note(distribution);
        let lists = |text: &String| {
            text.contains(',') && text.split(',').any(|name| name.trim().replace('_', "-") == distribution)
        };
        self.words.iter().any(lists)
    }

    /// Whether an import stands in a function that the program names, of a library that it imports:
    /// `duckdb` makes a frame of `pandas` in `df()`. Or a function imports it for a module that the program names: `frame.style` is
    /// made by `pandas.io.formats.style`, which asks for Jinja2 so.
    pub(super) fn is_called(&self, from: usize, to: usize, import: &Import, module: &str) -> bool {
        let is_said = match &import.within {
            Some(function) => self.says(function),
            None => import.kind == EdgeKind::Dynamic && self.says(last_of(module)),
        };
        is_said && self.direct.contains(&from) && !self.is_of_developers(to)
    }

    /// Whether a name or a text of the program is this word.
    pub(crate) fn says(&self, word: &str) -> bool {
        let word = word.to_ascii_lowercase();
        self.asked_words.note(&word);
        self.words.contains(&word)
    }

    /// Whether a name or a text of the program has this word in it.
    pub(crate) fn says_within(&self, word: &str) -> bool {
        let word = word.to_ascii_lowercase();
        self.asked_parts.note(&word);
        self.words.iter().any(|said| said.contains(&word))
    }

    /// Whether a word or a text of the program contains the name of a feature. Names that stand for
    /// what everybody wants need not be said, and neither need a version at the end, where the word is a part of a name: `hdf5` in `to_hdf`.
    pub(super) fn is_mentioned(&self, feature: &str) -> bool {
        const FOR_EVERYBODY: [&str; 5] = ["binary", "default", "recommended", "speedups", "standard"];
        const SHORTEST: usize = 3;
        let mut parts = feature.split(['-', '_', '.']).filter(|part| part.len() >= SHORTEST);
        parts.any(|part| {
            self.asked_parts.note(part);
            let unversioned = part.trim_end_matches(|letter: char| letter.is_ascii_digit());
            FOR_EVERYBODY.contains(&part)
                || self.words.iter().any(|word| word.contains(part))
                || ((SHORTEST..part.len()).contains(&unversioned.len()) && self.has_part(unversioned))
        })
    }

    /// Whether a name in the program has this part between underscores, and others.
    fn has_part(&self, part: &str) -> bool {
        self.asked_parts.note(part);
        let is_name = |word: &&String| word.contains('_') && word.contains(part) && is_dotted_name(word);
        self.words.iter().filter(is_name).any(|word| word.split('_').any(|found| found == part))
    }

    /// Notes words that the program says.
    pub(crate) fn note_words<'t>(&mut self, words: impl Iterator<Item = &'t String>) {
        self.words.extend(words.map(|word| word.to_ascii_lowercase()));
    }

    fn relations(&mut self, project: &Project, distribution: usize) -> &Relations {
        let owners = self.owners;
        self.relations.entry(distribution).or_insert_with(|| {
            owners
                .distribution(distribution)
                .map(|found| requirement::relations(found, &project.interpreter))
                .unwrap_or_default()
        })
    }
}

fn is_of_developers(distribution: &Distribution) -> bool {
    OF_DEVELOPERS.contains(&normalized(&distribution.name).as_str())
}

/// Whether the program imports the distribution of a module, or one that requires it.
pub(crate) fn is_direct_or_required(growing: &mut Growing<'_>, node: usize) -> bool {
    let project = growing.project;
    let Some(owner) = growing.nodes.get(node).and_then(|node| growing.owners.of_file(&node.found.path)) else {
        return false;
    };
    let direct = growing.wanted.direct.clone();
    direct.into_iter().any(|from| from == owner || growing.wanted.requires(project, from, owner))
}

/// The distribution that a module belongs to. Several may share its first packages.
pub(crate) fn owner_of(growing: &mut Growing<'_>, name: &str) -> Option<usize> {
    let mut part = name;
    loop {
        if let Some(found) = growing.look_up(part) {
            if found.origin != Origin::Library {
                return None;
            }
            if let Some(owner) = growing.owners.of_file(&found.path) {
                return Some(owner);
            }
        }
        part = part.rsplit_once('.')?.0;
    }
}

#[cfg(test)]
mod tests {
    use crate::graph::Options;
    use crate::testing;
    use crate::walk::walk;

    /// The distributions of which modules go in, for a program over the library `lib` and, beside it,
    /// `extra`, an extra of it, `required` and `other`.
    fn distributions(main: &str, lib: &str) -> Vec<String> {
        let record = |name: &str| format!("{name}/__init__.py,,\n");
        let metadata = |name: &str, more: &str| format!("Name: {name}\nVersion: 1\n{more}");
        let requires =
            "Requires-Dist: required\nRequires-Dist: extra; extra == 'excel'\nRequires-Dist: other; extra == 'test'\n";
        let mut files =
            vec![("one/main.py".to_owned(), main.to_owned()), ("two/lib/__init__.py".to_owned(), lib.to_owned())];
        for name in ["lib", "required", "extra", "other", "pytest"] {
            let more = if name == "lib" { requires } else { "" };
            files.push((format!("two/{name}-1.dist-info/METADATA"), metadata(name, more)));
            files.push((format!("two/{name}-1.dist-info/RECORD"), record(name)));
            if name != "lib" {
                files.push((format!("two/{name}/__init__.py"), String::new()));
            }
        }
        let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let (_folder, project) = testing::project(&files);
        let graph = walk(&project, &Options::default()).unwrap();
        graph.distributions.into_iter().map(|found| found.name).filter(|name| name != "lib").collect()
    }

    #[test]
    fn what_every_use_of_a_library_needs_is_wanted() {
        assert_eq!(distributions("import lib", "import other"), ["other"]);
        assert_eq!(distributions("import lib", "def f():\n    import required"), ["required"]);
    }

    #[test]
    fn a_distribution_without_files_says_which_extras_are_wanted() {
        let with = |requires: &str| {
            let bundle = format!("Name: bundle\nVersion: 1\n{requires}");
            let (_folder, project) = testing::project(&[
                ("one/main.py", "import lib"),
                ("two/lib/__init__.py", "def f():\n    import extra"),
                ("two/extra/__init__.py", ""),
                ("two/lib-1.dist-info/METADATA", "Name: lib\nVersion: 1\nRequires-Dist: extra; extra == 'excel'\n"),
                ("two/lib-1.dist-info/RECORD", "lib/__init__.py,,\n"),
                ("two/extra-1.dist-info/METADATA", "Name: extra\nVersion: 1\n"),
                ("two/extra-1.dist-info/RECORD", "extra/__init__.py,,\n"),
                ("two/bundle-1.dist-info/METADATA", &bundle),
                ("two/bundle-1.dist-info/RECORD", "bundle-1.dist-info/METADATA,,\n"),
            ]);
            walk(&project, &Options::default()).unwrap().modules.contains_key("extra")
        };
        assert!(with("Requires-Dist: lib[excel]\n"));
        assert!(!with("Requires-Dist: lib\n"));
        assert!(!with("Requires-Dist: lib[excel]; extra == 'more'\n"));
    }

    #[test]
    fn what_nothing_but_an_extra_explains_was_asked_for() {
        let with = |requested: &[&str], other: &str| {
            let mut files = vec![
                ("one/main.py".to_owned(), "import lib".to_owned()),
                ("two/lib/__init__.py".to_owned(), "def f():\n    import extra".to_owned()),
            ];
            for name in ["lib", "extra", "other"] {
                let requires = "Requires-Dist: extra; extra == 'fast'\n";
                let more = if name == "lib" {
                    requires
                } else if name == "other" {
                    other
                } else {
                    ""
                };
                files.push((format!("two/{name}-1.dist-info/METADATA"), format!("Name: {name}\nVersion: 1\n{more}")));
                files.push((format!("two/{name}-1.dist-info/RECORD"), format!("{name}/__init__.py,,\n")));
            }
            files.push(("two/extra/__init__.py".to_owned(), String::new()));
            files.extend(requested.iter().map(|name| (format!("two/{name}-1.dist-info/REQUESTED"), String::new())));
            let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
            let (_folder, project) = testing::project(&files);
            walk(&project, &Options::default()).unwrap().modules.contains_key("extra")
        };
        assert!(with(&["lib"], ""));
        assert!(with(&["lib", "other"], ""));
        assert!(!with(&["lib", "extra"], ""), "it was asked for itself");
        assert!(!with(&[], ""), "nothing is noted");
        assert!(!with(&["lib"], "Requires-Dist: extra\n"));
        assert!(!with(&["lib", "other"], "Requires-Dist: extra; extra == 'x'\n"));
    }

    #[test]
    fn an_extra_is_wanted_by_those_who_say_its_name() {
        let lib = "def f():\n    import extra";
        assert!(distributions("import lib", lib).is_empty());
        assert_eq!(distributions("import lib\nlib.read_excel()", lib), ["extra"]);
        assert_eq!(distributions("import lib\nlib.excel.read()", lib), ["extra"]);
        assert_eq!(distributions("import lib\nlib.read('any,other')", "def f():\n    import other"), ["other"]);
    }

    #[test]
    fn what_a_branch_of_a_called_function_imports_is_not_tried() {
        let with = |body: &str| {
            let function = format!("def mean(engine):\n{body}");
            let (_folder, project) = testing::project(&[
                ("one/main.py", "import lib\nlib.x.mean()"),
                ("two/lib/__init__.py", &function),
                ("two/lib/kernels.py", "import extra"),
                ("two/extra/__init__.py", ""),
                ("two/lib-1.dist-info/METADATA", "Name: lib\nVersion: 1\nRequires-Dist: extra; extra == 'fast'\n"),
                ("two/lib-1.dist-info/RECORD", "lib/__init__.py,,\nlib/kernels.py,,\n"),
                ("two/extra-1.dist-info/METADATA", "Name: extra\nVersion: 1\n"),
                ("two/extra-1.dist-info/RECORD", "extra/__init__.py,,\n"),
            ]);
            walk(&project, &Options::default()).unwrap().modules.contains_key("extra")
        };
        assert!(with("    from lib import kernels"));
        assert!(!with("    if engine:\n        from lib import kernels"));
    }

    #[test]
    fn the_version_of_a_feature_need_not_be_said() {
        let with = |main: &str| {
            let (_folder, project) = testing::project(&[
                ("one/main.py", main),
                ("two/lib/__init__.py", "def f():\n    import extra"),
                ("two/extra/__init__.py", ""),
                ("two/lib-1.dist-info/METADATA", "Name: lib\nVersion: 1\nRequires-Dist: extra; extra == 'hdf5'\n"),
                ("two/lib-1.dist-info/RECORD", "lib/__init__.py,,\n"),
                ("two/extra-1.dist-info/METADATA", "Name: extra\nVersion: 1\n"),
                ("two/extra-1.dist-info/RECORD", "extra/__init__.py,,\n"),
            ]);
            walk(&project, &Options::default()).unwrap().modules.contains_key("extra")
        };
        assert!(with("import lib\nlib.read_hdf(x)"));
        assert!(!with("import lib\nlib.hdfs(x)"));
    }

    #[test]
    fn what_is_called_imports_by_a_function_too() {
        let lib = "def to_table():\n    import_optional('extra')";
        assert!(distributions("import lib\nlib.f()", lib).is_empty());
        assert_eq!(distributions("import lib\nlib.f().to_table()", lib), ["extra"]);
    }

    #[test]
    fn what_an_import_names_is_said() {
        let lib = "def f():\n    import extra";
        assert_eq!(distributions("from lib.excel import Sheet", lib), ["extra"]);
        assert_eq!(distributions("import lib.excel", lib), ["extra"]);
        assert!(distributions("from lib import g", lib).is_empty());
    }

    #[test]
    fn a_part_of_a_name_says_it_where_no_metadata_does() {
        let lib = "def f():\n    import other_one\n\ndef g():\n    import other";
        assert_eq!(distributions("from lib import other_template", lib), ["other"]);
        assert!(distributions("from lib import another_template, other", lib).is_empty());
        assert!(distributions("import lib\nlib.show('an other_one')", lib).is_empty());
    }

    #[test]
    fn what_a_library_tries_is_seen_by_who_imports_it() {
        let tries = |name: &str| format!("try:\n    import {name}\nexcept ImportError:\n    pass");
        assert_eq!(distributions("import lib", &tries("other")), ["other"]);
        assert!(distributions("import lib", &tries("pytest")).is_empty());
        assert!(distributions("import lib", "def f():\n    import other").is_empty());
        assert_eq!(distributions("import lib, other", "def f():\n    import other"), ["other"]);
    }
}

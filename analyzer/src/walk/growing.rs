use super::additions::{Additions, Said};
use super::asked::AskedFor;
use super::data_names::Searched;
use super::groups::Offers;
use super::importers::Given;
use super::kernels::Kernel;
use super::library_sources::SeenSources;
use super::listed_packages::GivenToList;
use super::own_folder::{self, OwnFolder};
use super::packages::Packages;
use super::uses::Uses;
use super::wanted::Wanted;
use super::{lent_paths, module_names, shimmed};
use crate::finder::{Finder, Found};
use crate::graph::{Edge, EdgeKind, ModuleKind, Options, Warning};
use crate::name_forms::{from_top, last_of, top_of};
use crate::project::owners::Owners;
use crate::project::program::EntryPoint;
use crate::project::{Origin, Project};
use crate::read::Job;
use crate::read::condition::Role;
use crate::read::outline::{Outline, Surroundings};
use crate::rules;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

/// The graph while it grows. The nodes before `read` have been read and followed.
pub(crate) struct Growing<'a> {
    pub(crate) project: &'a Project,
    pub(crate) owners: &'a Owners<'a>,
    pub(crate) excluded: &'a [String],
    pub(crate) left_out: &'a [PathBuf],
    pub(crate) finder: Finder<'a>,
    /// The modules, in the order in which they were found. The entry is the first.
    pub(crate) nodes: Vec<Node>,
    pub(crate) by_name: HashMap<String, usize>,
    /// What was looked for and not included, or not found.
    pub(crate) lookups: HashMap<String, Option<Found>>,
    /// Where submodules of a package are looked for, whether or not there is such a package.
    submodule_paths: HashMap<String, Option<Rc<[PathBuf]>>>,
    /// How many nodes have been read.
    pub(crate) read: usize,
    /// `from package import *` of packages that have not been read yet.
    pub(crate) stars: Vec<(Importer, usize)>,
    /// What is used by its name.
    pub(crate) uses: Uses,
    /// Names that were not found, by the file that asks for them.
    pub(crate) missing: BTreeMap<(String, PathBuf), (Importer, EdgeKind)>,
    pub(crate) warnings: Vec<Warning>,
    pub(crate) entry: EntryPoint,
    /// The groups of entry points that are offered.
    pub(crate) groups: Arc<BTreeSet<String>>,
    /// Names of the submodules of packages.
    submodule_names: HashMap<String, Arc<BTreeSet<String>>>,
    /// Names of modules that extension modules may ask for.
    pub(crate) module_names: module_names::Known,
    /// What flags and modules ask for besides modules.
    pub(crate) asked: AskedFor,
    /// Packages of which modules are looked for.
    pub(crate) packages: Packages,
    /// Groups of entry points that are asked for.
    pub(crate) offers: Offers<'a>,
    /// Functions that import what they are given, and what they are given.
    pub(crate) given: Given,
    /// Whose sources are looked at.
    pub(crate) sources: SeenSources,
    /// Data files that were searched for names.
    pub(crate) searched: Searched,
    /// Modules that an interpreter is started with.
    pub(crate) run: BTreeSet<String>,
    /// The kernels of Jupyter that are installed, once it is asked for some, less those that were followed.
    pub(crate) kernels: Option<Vec<Kernel>>,
    /// Starts of the names of plugins, with the modules that say them.
    pub(crate) name_starts: Vec<(usize, String)>,
    /// Packages that functions are given which may list what lies in them.
    pub(crate) given_to_list: Vec<GivenToList>,
    /// Whether it was asked if the program is an application.
    pub(crate) knows_application: bool,
    /// Whether some module starts `sys.executable` as an interpreter.
    pub(crate) starts_interpreter: bool,
    /// Whether some module starts `sys.executable` with `sys.argv`.
    pub(crate) restarts: bool,
    /// Whether some module can tell a file from another name of the same file.
    pub(crate) tells_links: bool,
    /// The distributions that the program wants.
    pub(crate) wanted: Wanted<'a>,
    /// What lies in the program's own folder.
    pub(crate) own: OwnFolder,
    /// The outlines of the program's own sources, written down before anything was taken out of them, by their nodes.
    pub(crate) own_outlines: HashMap<usize, Vec<u8>>,
    /// What packages add beyond their sources, and what it has said so far.
    pub(crate) additions: &'a mut dyn Additions,
    pub(crate) said: Said,
}

/// A module of the growing graph.
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) found: Found,
    pub(crate) because: Option<Edge>,
    pub(crate) source: Option<String>,
    pub(crate) outline: Option<Outline>,
    /// Modules that are imported whenever this one is.
    pub(crate) certain_targets: Vec<usize>,
    /// Submodules that are, unless their packages bind something else to their names.
    pub(crate) member_targets: Vec<usize>,
    /// Modules whose import is tried whenever this one is imported.
    pub(crate) tried_targets: Vec<usize>,
    /// Whether it runs when the program imports what it imports.
    pub(crate) life: Life,
}

/// Whether a module runs when the program imports what it imports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Life {
    /// Only if something is called.
    Dormant,
    /// It does, unless it fails, which is handled.
    Tried,
    /// It does.
    Live,
}

/// How a name is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// As a module: `import package.name`.
    AsModule,
    /// As what a package has under this name: `from package import name`.
    AsMember,
}

/// Where an import stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Importer {
    /// `None` for a flag, and for what the interpreter itself needs.
    pub(crate) node: Option<usize>,
    pub(crate) line: u32,
    pub(crate) kind: EdgeKind,
}

impl<'a> Growing<'a> {
    pub(crate) fn new(
        project: &'a Project,
        options: &'a Options,
        owners: &'a Owners<'a>,
        additions: &'a mut dyn Additions,
    ) -> Self {
        Growing {
            project,
            owners,
            excluded: &options.excluded_modules,
            left_out: &options.left_out,
            finder: Finder::new(project),
            nodes: Vec::new(),
            by_name: HashMap::new(),
            lookups: HashMap::new(),
            submodule_paths: HashMap::new(),
            read: 0,
            stars: Vec::new(),
            uses: Uses::default(),
            missing: BTreeMap::new(),
            warnings: Vec::new(),
            entry: project.program.entry.clone(),
            groups: Arc::new(owners.all().flat_map(|(_, found)| found.entry_points.keys().cloned()).collect()),
            submodule_names: HashMap::new(),
            module_names: HashMap::new(),
            asked: AskedFor::default(),
            packages: Packages::default(),
            offers: Offers::default(),
            given: Given::default(),
            sources: SeenSources::default(),
            searched: Searched::default(),
            run: BTreeSet::new(),
            kernels: None,
            name_starts: Vec::new(),
            given_to_list: Vec::new(),
            knows_application: false,
            starts_interpreter: false,
            restarts: false,
            tells_links: false,
            wanted: Wanted::new(project, owners),
            own: OwnFolder::default(),
            own_outlines: HashMap::new(),
            additions,
            said: Said::default(),
        }
    }

    /// What is to be read next: the nodes that the last round added.
    pub(crate) fn jobs(&mut self) -> Vec<Job> {
        let surroundings: Vec<Surroundings> =
            (self.read..self.nodes.len()).map(|index| self.surroundings(index)).collect();
        let new = self.nodes.iter().skip(self.read).zip(surroundings);
        new.map(|(node, surroundings)| Job {
            surroundings,
            name: node.name.clone(),
            package: package_of(node).to_owned(),
            role: match &node.name {
                name if is_run(name) => Role::Entry,
                name if self.run.contains(name) => Role::Both,
                _ => Role::Imported,
            },
            origin: node.found.origin,
            kind: node.found.kind.clone(),
            path: if rules::is_followed(&node.name) { node.found.path.clone() } else { PathBuf::new() },
            source: node.source.clone(),
        })
        .collect()
    }

    fn surroundings(&mut self, index: usize) -> Surroundings {
        let mut surroundings = Surroundings { groups: Arc::clone(&self.groups), ..Surroundings::default() };
        let Some(node) = self.nodes.get(index) else { return surroundings };
        if node.found.origin == Origin::StandardLibrary {
            return surroundings;
        }
        let mut package = package_of(node).to_owned();
        while !package.is_empty() {
            let path = self.look_up(&package).and_then(|found| found.submodule_path).unwrap_or_default();
            let names = match self.submodule_names.get(&package) {
                Some(names) => Arc::clone(names),
                None => {
                    let names: Arc<BTreeSet<String>> =
                        Arc::new(self.finder.submodule_names(&path).into_iter().collect());
                    self.submodule_names.insert(package.clone(), Arc::clone(&names));
                    names
                }
            };
            let above = package.rsplit_once('.').map(|(above, _)| above.to_owned()).unwrap_or_default();
            surroundings.packages.push((std::mem::replace(&mut package, above), names));
        }
        surroundings
    }

    /// Names of the submodules of a package around a module that was read.
    pub(crate) fn known_submodule_names(&self, package: &str) -> Option<BTreeSet<String>> {
        self.submodule_names.get(package).map(|names| (**names).clone())
    }

    pub(crate) fn is_excluded(&self, name: &str) -> bool {
        self.excluded.iter().any(|excluded| {
            name.strip_prefix(excluded.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }

    /// Finds a module without including it.
    pub(crate) fn look_up(&mut self, name: &str) -> Option<Found> {
        if let Some(&node) = self.by_name.get(name) {
            return self.nodes.get(node).map(|node| node.found.clone());
        }
        if let Some(known) = self.lookups.get(name) {
            return known.clone();
        }
        let found = if self.is_excluded(name) { None } else { self.search(name) };
        self.lookups.insert(name.to_owned(), found.clone());
        found
    }

    fn search(&mut self, name: &str) -> Option<Found> {
        let project = self.project;
        let (package, last) = name.rsplit_once('.').unwrap_or(("", name));
        let below = match package {
            "" => None,
            package => Some(self.submodule_path(package)?),
        };
        let path = below.as_deref().unwrap_or(&project.search_path);
        let preparation = self.additions.before_search(name, path);
        let mut found = match (&preparation.search_path, package) {
            (Some(path), _) => self.finder.find_on_path(last, path),
            (None, "") => self.finder.find_top_level(name),
            (None, package) => self.finder.find_submodule(package, last, path),
        };
        if let Some(path) = found.as_mut().and_then(|found| found.submodule_path.as_mut()) {
            path.extend(preparation.package_path.iter().cloned());
        }
        self.said.note(preparation);
        found
    }

    /// The `__path__` of a package that need not be included.
    fn submodule_path(&mut self, package: &str) -> Option<Rc<[PathBuf]>> {
        if let Some(known) = self.submodule_paths.get(package) {
            return known.clone();
        }
        let path = self.look_up(package).and_then(|found| found.submodule_path).map(Rc::from);
        self.submodule_paths.insert(package.to_owned(), path.clone());
        path
    }

    /// Whether an import brings nothing in: the user excludes the module, or additions say so of the importing one.
    pub(crate) fn is_dropped(&self, name: &str, importer: Importer) -> bool {
        let from = importer.node.and_then(|node| self.nodes.get(node)).map(|node| node.name.as_str());
        self.is_excluded(name) || from.is_some_and(|from| self.said.is_dropped(from, name))
    }

    /// Other names to try for a module that is not found under its own.
    pub(crate) fn other_names(&self, name: &str) -> Vec<String> {
        let aliases = self.said.real_name(name).into_iter().chain(rules::aliases(name));
        aliases.chain(own_folder::names_on_edited_path(self, name)).collect()
    }

    /// Includes a module and its parents. On failure returns the first part of the name that does
    /// not exist.
    pub(crate) fn include(&mut self, name: &str, importer: Importer) -> Result<usize, String> {
        self.include_asked(name, importer, Asked::AsModule)
    }

    /// Includes what `from package import name` imports where it is a submodule, as [`Growing::include`] does.
    pub(crate) fn include_member(&mut self, name: &str, importer: Importer) -> Result<usize, String> {
        self.include_asked(name, importer, Asked::AsMember)
    }

    fn include_asked(&mut self, name: &str, importer: Importer, asked: Asked) -> Result<usize, String> {
        let project = self.project;
        // A relative import that leaves its package, see `outline::absolute`.
        if name.starts_with('.') {
            return Err(name.to_owned());
        }
        let shimmed = shimmed::take(self, name, importer);
        let name = shimmed.map_or_else(|| rules::canonical_name(name, &project.interpreter), Cow::Owned);
        let mut last = None;
        for part in from_top(&name) {
            if self.is_dropped(part, importer) {
                return Err(part.to_owned());
            }
            let node = match self.by_name.get(part) {
                Some(&node) => node,
                None => match self.look_up(part) {
                    Some(found) => self.add(part, found, Some(importer), None),
                    None => return Err(part.to_owned()),
                },
            };
            if importer.kind == EdgeKind::TopLevel
                && let Some(from) = importer.node
                && let Some(from) = self.nodes.get_mut(from)
            {
                let is_member = asked == Asked::AsMember && *part == *name;
                let targets = if is_member { &mut from.member_targets } else { &mut from.certain_targets };
                if !targets.contains(&node) {
                    targets.push(node);
                }
            }
            if importer.kind == EdgeKind::Optional
                && let Some(from) = importer.node.and_then(|from| self.nodes.get_mut(from))
            {
                from.tried_targets.push(node);
            }
            self.spread_life(importer, node);
            last = Some(node);
        }
        last.ok_or_else(|| name.to_string())
    }

    /// A module is live when the program's own modules import it, however they do, or when a live
    /// one imports it at its top level. What owns a live module is wanted.
    fn spread_life(&mut self, importer: Importer, node: usize) {
        let project = self.project;
        let from = importer.node.and_then(|from| self.nodes.get(from));
        let is_own = from.is_none_or(|from| from.found.origin == Origin::Program);
        if from.is_some_and(|from| from.found.origin == Origin::Program) {
            self.sources.own_imports.insert(node);
        }
        let from_life = from.map_or(Life::Live, |from| from.life);
        if is_own && let Some(owner) = self.owner(node) {
            self.wanted.note_direct(project, owner);
        }
        let life = match importer.kind {
            _ if is_own => Life::Live,
            EdgeKind::TopLevel | EdgeKind::Rule | EdgeKind::Addition => from_life,
            EdgeKind::Optional => from_life.min(Life::Tried),
            _ => Life::Dormant,
        };
        self.enliven(node, life);
    }

    /// Notes that a module is as live as this, or more, and with it what it imports.
    pub(crate) fn enliven(&mut self, node: usize, life: Life) {
        let project = self.project;
        let mut waiting = vec![(node, life)];
        while let Some((index, life)) = waiting.pop() {
            let Some(node) = self.nodes.get_mut(index).filter(|node| node.life < life) else { continue };
            node.life = life;
            waiting.extend(node.certain_targets.iter().chain(&node.member_targets).map(|&target| (target, life)));
            waiting.extend(node.tried_targets.iter().map(|&target| (target, life.min(Life::Tried))));
            if life == Life::Live
                && let Some(owner) = self.owner(index)
            {
                self.wanted.want(project, owner);
            }
        }
    }

    fn owner(&self, node: usize) -> Option<usize> {
        self.nodes.get(node).and_then(|node| self.owners.of_file(&node.found.path))
    }

    pub(crate) fn add(
        &mut self,
        name: &str,
        found: Found,
        importer: Option<Importer>,
        source: Option<String>,
    ) -> usize {
        let index = self.nodes.len();
        let because = importer.map(|importer| self.edge(importer));
        self.by_name.insert(name.to_owned(), index);
        self.nodes.push(Node {
            name: name.to_owned(),
            found,
            because,
            source,
            outline: None,
            certain_targets: Vec::new(),
            member_targets: Vec::new(),
            tried_targets: Vec::new(),
            life: Life::Dormant,
        });
        let rule = Importer { node: Some(index), line: 0, kind: EdgeKind::Rule };
        for implied in rules::implied_by(name, &self.project.interpreter) {
            // A rule names what some version has; absence is no finding.
            let _ = self.include(&implied, rule);
        }
        index
    }

    pub(crate) fn edge(&self, importer: Importer) -> Edge {
        let node = importer.node.and_then(|node| self.nodes.get(node));
        Edge {
            from: node.map(|node| node.name.clone()).unwrap_or_default(),
            file: node.map(|node| node.found.path.clone()).unwrap_or_default(),
            line: importer.line,
            kind: importer.kind,
        }
    }

    /// Includes a module and, where it does not exist, the module that stands in its place, or else
    /// notes that it is missing.
    pub(crate) fn require(&mut self, name: &str, importer: Importer) -> Option<usize> {
        let absent = match self.include(name, importer) {
            Ok(node) => return Some(node),
            Err(absent) => absent,
        };
        let vendored = self.vendored_names(name, importer);
        for alias in vendored.into_iter().chain(self.other_names(name)) {
            if let Ok(node) = self.include(&alias, importer) {
                return Some(node);
            }
        }
        if let Some(lent) = lent_paths::name_in_lender(self, name)
            && let Ok(node) = self.include(&lent, importer)
        {
            return Some(node);
        }
        let is_made = rules::is_made_at_run_time(name) || self.said.is_made_at_run_time(name);
        if !is_made && !self.is_dropped(&absent, importer) {
            self.note_missing(absent, importer);
        }
        None
    }

    /// The names under which a library may carry what it imports: setuptools puts `setuptools/_vendor` on the path, poetry-core
    /// `poetry/core/_vendor`; and `awscli` has a finder that finds `botocore` in its own folder.
    fn vendored_names(&mut self, name: &str, importer: Importer) -> Vec<String> {
        let node = importer.node.and_then(|node| self.nodes.get(node));
        let Some(node) = node.filter(|node| node.found.origin == Origin::Library) else { return Vec::new() };
        let library = top_of(&node.name).to_owned();
        let carriers = from_top(&node.name).chain(rules::carrier_of(&library));
        let mut shelves: Vec<String> = carriers.map(|carrier| format!("{carrier}._vendor")).collect();
        shelves.retain(|shelf| self.look_up(shelf).is_some());
        let initializer = self.by_name.get(&library).and_then(|&top| self.nodes.get(top)?.outline.as_ref());
        if initializer.is_some_and(|outline| outline.edits_import_system) {
            shelves.push(library);
        }
        shelves.iter().map(|shelf| format!("{shelf}.{name}")).collect()
    }

    /// Includes the copy of a module that a library carries, where it carries one. Tells whether it does.
    pub(crate) fn include_vendored(&mut self, name: &str, importer: Importer) -> bool {
        let names = self.vendored_names(name, importer);
        names.iter().for_each(|name| self.guess(name, importer));
        names.iter().any(|name| self.by_name.contains_key(name))
    }

    pub(crate) fn note_missing(&mut self, name: String, importer: Importer) {
        let file = importer.node.and_then(|node| self.nodes.get(node)).map(|node| node.found.path.clone());
        let noted = self.missing.entry((name, file.unwrap_or_default())).or_insert((importer, importer.kind));
        // Of several imports in one file the most certain one counts, and of those the first.
        if importer.kind < noted.1 {
            *noted = (importer, importer.kind);
        }
    }

    /// A text that refers to an object: the longest part of it that is a module counts. A single
    /// word is a reference only where all of it is one of the program's modules (`main:app`); too
    /// many words are names of packages. A folder without a module counts where a package names its own as a
    /// whole: resources are read by such names.
    pub(crate) fn guess_reference(&mut self, name: &str, importer: Importer) {
        let found = from_top(name).rev().find_map(|part| Some((part, self.look_up(part)?)));
        let from = importer.node.and_then(|node| self.nodes.get(node));
        let is_of_program = from.is_some_and(|node| node.found.origin == Origin::Program);
        let is_meant = |(part, found): &(&str, Found)| match found.kind {
            ModuleKind::Namespace { .. } => {
                let is_near = from.is_some_and(|node| top_of(&node.name) == top_of(part));
                *part == name && part.contains('.') && (is_near || found.origin == Origin::Program)
            }
            _ => part.contains('.') || (*part == name && found.origin == Origin::Program),
        };
        if let Some((part, _)) = found.filter(is_meant) {
            self.guess(part, importer);
        } else if is_of_program && self.names_member(name) {
            self.guess(top_of(name), importer);
        }
    }

    /// Whether a name of two parts is that of a module which is not there yet, with something of this name in it:
    /// `fractions.Fraction`, and not `code.txt`.
    pub(crate) fn names_member(&mut self, name: &str) -> bool {
        let Some((module, member)) = name.split_once('.').filter(|(_, member)| !member.contains('.')) else {
            return false;
        };
        let Some(found) = self.look_up(module).filter(|found| found.kind == ModuleKind::Source) else { return false };
        if self.by_name.contains_key(module) || rules::is_unlikely_in_binaries(module) {
            return false;
        }
        let is_letter = |byte: Option<&u8>| byte.is_some_and(|&byte| byte == b'_' || byte.is_ascii_alphanumeric());
        let source = std::fs::read(&found.path).unwrap_or_default();
        memchr::memmem::find_iter(&source, member).any(|at| {
            !is_letter(at.checked_sub(1).and_then(|before| source.get(before)))
                && !is_letter(source.get(at + member.len()))
        })
    }

    /// Includes a module if there is one of this name.
    pub(crate) fn guess(&mut self, name: &str, importer: Importer) {
        let names_a_file = name.split('.').any(|part| matches!(part, "__init__" | ENTRY));
        if !names_a_file && self.look_up(name).is_some() {
            // It exists, and so do its parents.
            let _ = self.include(name, importer);
        }
    }
}

/// The name of the module that is run first.
pub(crate) const ENTRY: &str = "__main__";

/// `__package__`: the module itself for a package, else its parent.
pub(crate) fn package_of(node: &Node) -> &str {
    match node.name.rsplit_once('.') {
        _ if is_script(&node.name) => "",
        _ if node.found.submodule_path.is_some() => &node.name,
        Some((parent, _)) => parent,
        None => "",
    }
}

/// Whether a module may be what is run: `python -m package` runs `package.__main__`.
pub(crate) fn is_run(name: &str) -> bool {
    is_script(name) || last_of(name) == ENTRY
}

/// Whether a module is run, not imported: the entry, or a runtime hook.
fn is_script(name: &str) -> bool {
    name.strip_prefix(ENTRY).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

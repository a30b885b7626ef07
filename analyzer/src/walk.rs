//! From the entry to all modules: follows what outlines say, and finds what no import statement names.

pub(crate) mod additions;
mod application;
mod asked;
mod certainty;
mod data_names;
mod findings;
mod groups;
mod growing;
mod importers;
mod kernels;
mod lent_paths;
mod library_sources;
mod listed_packages;
mod module_names;
mod native_imports;
mod own_folder;
mod own_listing;
pub(crate) mod own_sources;
mod packages;
mod plugin_names;
mod shimmed;
mod starts;
#[cfg(test)]
mod tests;
mod uses;
mod waiting;
mod wanted;
mod zipped;

use crate::error::Error;
use crate::finder::Found;
use crate::graph::{ModuleGraph, ModuleKind, Options, Warning};
use crate::name_forms::top_of;
use crate::project::distribution::{self, Distribution};
use crate::project::owners::Owners;
use crate::project::{Origin, Project};
use crate::read::listener::Sighting;
use crate::read::memory::Work;
use crate::read::outline::{Import, Outline, Target};
use crate::read::{self, Job, Reading};
use crate::rules;
use additions::{Additions, Nothing};
use findings::refuse_certain_syntax_errors;
use groups::Choice;
use growing::{ENTRY, Growing, Importer, Life, Node};
use listed_packages::{Depth, GivenToList};
use native_imports::follow_native;
use packages::Whose;
use std::num::NonZeroUsize;
use std::path::Path;
use std::thread;

/// Follows the imports of the program from its entry, and of what the interpreter itself and the
/// flags ask for.
///
/// Modules are visited breadth first, in the order of the imports in their sources, so that the
/// graph and its reasons are the same in every run.
///
/// # Errors
/// When the entry cannot be read, or a module of the program that every run imports has a syntax
/// error.
pub fn walk(project: &Project, options: &Options) -> Result<ModuleGraph, Error> {
    let threads = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let installed = distribution::installed(&project.search_path);
    walk_with(project, &installed, options, &mut Nothing, Work::alone(threads))
}

/// Follows the imports of the program as [`walk`] does, with the distributions that are installed, with what `additions` know
/// of the modules that come in, and as `work` says.
///
/// # Errors
/// The same.
pub fn walk_with(
    project: &Project,
    installed: &[Distribution],
    options: &Options,
    additions: &mut dyn Additions,
    work: Work<'_>,
) -> Result<ModuleGraph, Error> {
    let owners = Owners::new(installed);
    let mut growing = Growing::new(project, options, &owners, additions);
    starts::add(&mut growing, options)?;
    loop {
        let mut jobs = next_jobs(&mut growing);
        if jobs.is_empty() {
            shimmed::follow(&mut growing);
            packages::follow(&mut growing);
            for (index, import) in waiting::awake(&mut growing) {
                follow_import(&mut growing, index, import);
            }
            jobs = next_jobs(&mut growing);
        }
        if jobs.is_empty() {
            // Every import has been followed; what else lies in the program's folder comes last, so
            // that the reasons name imports where there are any.
            own_folder::follow(&mut growing);
            packages::follow_texts(&mut growing);
            jobs = next_jobs(&mut growing);
        }
        if jobs.is_empty() {
            application::follow(&mut growing);
            jobs = next_jobs(&mut growing);
        }
        if jobs.is_empty() {
            break;
        }
        let first = growing.read;
        growing.nodes.iter().skip(first).for_each(|node| work.listener.found(sighting(node)));
        let readings = read::read_all(&jobs, &project.interpreter, work);
        growing.read += readings.len();
        for (index, reading) in (first..).zip(readings) {
            follow(&mut growing, index, reading);
        }
        follow_stars(&mut growing);
        uses::follow_attribute_uses(&mut growing);
    }
    // Beyond this point no module is added.
    importers::warn(&mut growing);
    library_sources::add_files(&mut growing);
    own_folder::add_sources(&mut growing);
    let certain = certainty::certain_modules(&growing);
    refuse_certain_syntax_errors(&growing, &certain)?;
    let missing = findings::missing(&growing, &certain);
    Ok(findings::finish(growing, installed, certain, missing))
}

fn sighting(node: &Node) -> Sighting<'_> {
    let Node { name, found, source, .. } = node;
    // Source that no file holds is not that of the file.
    let path = if source.is_some() { Path::new("") } else { &found.path };
    Sighting { name, kind: &found.kind, path, is_package: found.submodule_path.is_some() }
}

/// What is to be read next. Additions are asked for first, because they may drop imports of what is read.
fn next_jobs(growing: &mut Growing<'_>) -> Vec<Job> {
    additions::ask(growing);
    growing.jobs()
}

pub(crate) fn include_all_submodules(growing: &mut Growing<'_>, package: &str, importer: Importer) {
    let mut waiting = vec![package.to_owned()];
    while let Some(package) = waiting.pop() {
        for submodule in submodules(growing, &package) {
            if growing.include(&submodule, importer).is_ok() {
                waiting.push(submodule);
            }
        }
        // Nobody imports it, but `runpy` and `python -m` look for it.
        let program = format!("{package}.{ENTRY}");
        if growing.look_up(&program).is_some() {
            let _ = growing.include(&program, importer);
        }
    }
}

pub(crate) fn submodules(growing: &mut Growing<'_>, package: &str) -> Vec<String> {
    let Some(path) = growing.look_up(package).and_then(|found| found.submodule_path) else { return Vec::new() };
    growing.finder.submodule_names(&path).into_iter().map(|name| format!("{package}.{name}")).collect()
}

/// Takes what was read of a module into the graph.
fn follow(growing: &mut Growing<'_>, index: usize, reading: Reading) {
    match reading {
        Reading::Nothing => {}
        Reading::Unreadable(reason) => {
            if let Some(node) = growing.nodes.get(index) {
                let (module, file) = (node.name.clone(), node.found.path.clone());
                growing.warnings.push(Warning::Unreadable { module, file, reason });
            }
        }
        Reading::Native(names, outline) => {
            follow_native(growing, index, &names);
            if let Some(outline) = outline {
                follow(growing, index, Reading::Python(outline));
            }
        }
        Reading::Python(mut outline) => {
            note_own(growing, index, &outline);
            for import in std::mem::take(&mut outline.imports) {
                follow_import(growing, index, import);
            }
            uses::follow_dormant(growing, index, &mut outline);
            packages::note(growing, index, &outline);
            library_sources::note(growing, index, &outline);
            uses::note_attribute_uses(growing, index, &mut outline);
            note_warnings(growing, index, &outline);
            if let Some(node) = growing.nodes.get_mut(index) {
                node.outline = Some(*outline);
            }
        }
    }
}

pub(crate) fn follow_import(growing: &mut Growing<'_>, index: usize, import: Import) {
    let importer = Importer { node: Some(index), line: import.line, kind: import.kind };
    let pruned = match (&import.target, growing.nodes.get(index)) {
        (Target::Module(to) | Target::Members { module: to, .. } | Target::Star(to), Some(from)) => {
            rules::is_pruned(&from.name, to)
        }
        _ => false,
    };
    let has_all =
        |growing: &mut Growing<'_>, names: &[String]| names.iter().all(|name| growing.look_up(name).is_some());
    if pruned || (!import.substitute_for.is_empty() && has_all(growing, &import.substitute_for)) {
        return;
    }
    if waiting::must_wait(growing, index, &import) {
        if let Target::Module(name) | Target::Members { module: name, .. } = &import.target {
            growing.include_vendored(name, importer);
        }
        growing.wanted.waiting.push((index, import));
        return;
    }
    let is_said = waiting::is_said(growing, index, &import);
    match import.target {
        Target::Module(name) => {
            let node = growing.require(&name, importer);
            if let Some(node) = node.filter(|_| is_said) {
                growing.enliven(node, Life::Tried);
            }
        }
        Target::Members { module, names } => {
            let Some(node) = growing.require(&module, importer) else {
                // A name of a module that only an import hook knows may still be a module of its
                // own.
                for name in names {
                    for alias in growing.other_names(&format!("{module}.{name}")) {
                        growing.guess(&alias, importer);
                    }
                }
                return;
            };
            for name in names.iter().filter(|name| rules::may_wake(name)) {
                uses::wake(growing, index, format!("{module}.{name}"));
            }
            follow_members(growing, node, &names, importer);
            if is_said {
                let members = names.iter().filter_map(|name| growing.by_name.get(&format!("{module}.{name}")));
                for node in members.copied().chain([node]).collect::<Vec<_>>() {
                    growing.enliven(node, Life::Tried);
                }
            }
        }
        Target::Star(module) => {
            if let Some(node) = growing.require(&module, importer) {
                growing.stars.push((importer, node));
            }
        }
        Target::Submodules(package, start) => growing.packages.scans.push((importer, package, start, Depth::Two)),
        Target::Below(package) => growing.packages.scans.push((importer, package, String::new(), Depth::All)),
        Target::Standard(name) => {
            let is_standard = |found: Found| found.origin == Origin::StandardLibrary;
            let top = top_of(&name);
            if !rules::is_unlikely_in_binaries(top) && growing.look_up(top).is_some_and(is_standard) {
                let module = name.rsplit_once('.').map_or(name.as_str(), |(module, _)| module);
                growing.guess(module, importer);
            }
        }
        Target::Required(name) => packages::guess_required(growing, index, &name, importer),
        Target::Guess(name) => growing.guess_reference(&name, importer),
        Target::Code(name) => {
            library_sources::note_code(growing, index, &name);
            growing.guess(&name, importer);
        }
        Target::Package(name) => {
            if !name.contains('.') && packages::is_app(growing, &name) {
                growing.guess(&name, importer);
            }
            growing.guess_reference(&name, importer);
            growing.packages.named.push((importer, name));
        }
        Target::Listed { package, function } => {
            growing.given_to_list.push(GivenToList { importer, package, function, within: import.within });
        }
        Target::Run(name) => packages::follow_run(growing, index, &name, importer, Whose::Required),
        Target::MayRun(name) => packages::follow_run(growing, index, &name, importer, Whose::Own),
        Target::Group(group) => groups::note(growing, importer, group, Choice::All),
        Target::Offer(group) => groups::note(growing, importer, group, Choice::Named),
    }
}

/// `from package import name`: a submodule where there is one, otherwise an attribute.
fn follow_members(growing: &mut Growing<'_>, node: usize, names: &[String], importer: Importer) {
    let Some(package) = growing.nodes.get(node) else { return };
    if package.found.submodule_path.is_none() {
        return;
    }
    let is_namespace = matches!(package.found.kind, ModuleKind::Namespace { .. });
    let package = package.name.clone();
    for name in names {
        let dotted = format!("{package}.{name}");
        if growing.include_member(&dotted, importer).is_ok() {
            continue;
        }
        // A hook of the package may know it by another name.
        rules::aliases(&dotted).iter().for_each(|alias| growing.guess(alias, importer));
        // Or it is shared by folders, one of them in the library: `backports` of setuptools.
        let is_carried = growing.include_vendored(&dotted, importer);
        // A namespace package runs no code that could give it an attribute.
        if is_namespace && !is_carried && !name.starts_with("__") && !growing.is_dropped(&dotted, importer) {
            growing.note_missing(dotted, importer);
        }
    }
}

/// Includes the submodules that `from package import *` binds: those that `__all__` names. It is
/// known once the package has been read.
fn follow_stars(growing: &mut Growing<'_>) {
    for (importer, node) in std::mem::take(&mut growing.stars) {
        if node >= growing.read {
            growing.stars.push((importer, node));
            continue;
        }
        let Some(outline) = growing.nodes.get(node).and_then(|node| node.outline.as_ref()) else { continue };
        let names = outline.exports.clone();
        let module = growing.nodes.get(node).map(|node| node.name.clone()).unwrap_or_default();
        // What of it is used then, no dotted name says.
        for name in rules::wakers_in(&module) {
            uses::wake(growing, importer.node.unwrap_or_default(), name.to_owned());
        }
        follow_members(growing, node, &names, importer);
    }
}

/// What the program says of files and folders is known before its imports are followed.
fn note_own(growing: &mut Growing<'_>, index: usize, outline: &Outline) {
    growing.starts_interpreter |= outline.starts_interpreter;
    growing.restarts |= outline.restarts;
    growing.tells_links |= outline.tells_links;
    if growing.nodes.get(index).is_some_and(|node| node.found.origin == Origin::Program) {
        growing.own.note(outline);
        growing.own.examples.extend(outline.examples.iter().map(|import| (index, import.clone())));
        if let Ok(outline) = postcard::to_stdvec(outline) {
            growing.own_outlines.insert(index, outline);
        }
    }
}

fn note_warnings(growing: &mut Growing<'_>, index: usize, outline: &Outline) {
    let Some(node) = growing.nodes.get(index) else { return };
    let (module, file) = (&node.name, &node.found.path);
    if let Some(error) = &outline.syntax_error {
        growing.warnings.push(Warning::Syntax {
            module: module.clone(),
            file: file.clone(),
            line: error.line,
            column: error.column,
            message: error.message.clone(),
        });
    }
    if node.found.origin == Origin::Program {
        for &line in &outline.computed_imports {
            let warning = Warning::ComputedImport { module: module.clone(), file: file.clone(), line };
            match outline.given_imports.iter().find(|(_, given)| *given == line) {
                Some((function, _)) => growing.given.warnings.push((function.clone(), warning)),
                None => growing.warnings.push(warning),
            }
        }
    }
}

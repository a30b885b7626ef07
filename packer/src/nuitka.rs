//! Nuitka as a backend: chosen modules become extension modules, which take the place of their bytecode in the collection.
//!
//! Everything behind this step serves them as it serves any other extension module; Nuitka's standalone mode, which would bring a
//! start-up and a layout of its own, is not used.

mod compiler;
mod effort;
mod error;
pub mod kept;
mod plan;
mod run;
mod tools;

pub use error::Error;

use crate::cache::{self, Cache, Caching, Key};
use crate::collection::{CollectedFile, Collection, Content, ModuleContent, Reason};
use crate::diagnosis::Warning;
use crate::environment;
use crate::options::{Backend, Compilation, Options};
use plan::Unit;
use rpack_analyzer::{Distribution, ModuleGraph, Project};
use rpack_format::FileKind;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};
use tools::Tools;

/// Modules of the standard library that compiled code imports while it starts.
pub const NEEDED: [&str; 2] = ["inspect", "types"];

/// What the backend tells while it works.
#[derive(Debug, Clone, Copy)]
pub enum Progress<'a> {
    /// An environment for Nuitka is made, or found.
    Tools(environment::Progress<'a>),
    /// Nuitka starts on a module, or a package with its submodules.
    Compiling {
        /// Its name.
        unit: &'a str,
    },
    /// So many modules are compiled.
    Compiled {
        /// How many.
        done: usize,
        /// Of how many.
        total: usize,
        /// How long the others will take, where that can be guessed.
        left: Option<Duration>,
    },
}

/// What became of a collection.
#[derive(Debug)]
pub struct Outcome {
    /// The collection, with extension modules in the place of sources.
    pub collection: Collection,
    /// What could not be compiled, and stays bytecode.
    pub warnings: Vec<Warning>,
    /// Files of the tools, whose change asks for another build.
    pub inputs: Vec<PathBuf>,
}

/// Compiles the modules that the options ask for, which take the place of their sources in the collection.
///
/// # Errors
///
/// If there is no C compiler or no Nuitka, or Nuitka fails.
pub fn compile(
    mut collection: Collection,
    graph: &ModuleGraph,
    project: &Project,
    installed: &[Distribution],
    options: &Options,
    cache: &Cache,
    report: &mut dyn FnMut(Progress),
) -> Result<Outcome, Error> {
    let Backend::Nuitka(how) = &options.backend else {
        return Ok(Outcome { collection, warnings: Vec::new(), inputs: Vec::new() });
    };
    let (units, mut warnings) = plan::units(&collection, graph, project, how.scope);
    let tools = tools::find(project, installed, options, &mut |progress| report(Progress::Tools(progress)))?;
    if let Some(folder) = &how.module_cache {
        // The C compiler's cache would say it in many more words.
        fs::create_dir_all(folder).map_err(Error::io(folder))?;
    }
    let own_cache = how.module_cache.as_deref().filter(|_| options.caching != Caching::Off);
    let own_cache = own_cache.map(|folder| Cache::open(Some(folder)));
    let cache = own_cache.as_ref().unwrap_or(cache);

    warnings.extend(tools.warnings.iter().cloned());
    let made = compile_units(&units, &collection, how, &tools, options, cache, report)?;
    for (unit, made) in units.iter().zip(made) {
        match made {
            Ok(library) => warnings.extend(put(&mut collection, unit, library)),
            Err(refused) => warnings.extend(refused),
        }
    }
    if let Some(cache) = own_cache {
        // What it keeps is what answers were found with; here that is that all of this was used.
        cache.note(&Key::new("nuitka", [format!("{units:?}").as_bytes()]), SystemTime::now(), &[], &[]);
        warnings.extend(cache.close().into_iter().map(Warning::of_cache));
    }
    Ok(Outcome { collection, warnings, inputs: tools.inputs })
}

/// What Nuitka made of a unit.
#[derive(Debug, Clone)]
struct Library {
    bytes: Vec<u8>,
    facts: Facts,
}

/// What the cache holds beside a library.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Facts {
    /// The modules that are in it, by their names.
    modules: Vec<String>,
    /// Those that were left to bytecode because Nuitka refuses them, and what it said.
    refused: Vec<(String, String)>,
}

/// What became of a unit: a library, or bytecode as before and why.
type Made = Result<Library, Vec<Warning>>;

/// Compiles every unit that is not in the cache.
fn compile_units(
    units: &[Unit],
    collection: &Collection,
    how: &Compilation,
    tools: &Tools,
    options: &Options,
    cache: &Cache,
    report: &mut dyn FnMut(Progress),
) -> Result<Vec<Made>, Error> {
    let keys = units.iter().map(|unit| key(unit, collection, how, tools, cache)).collect::<Result<Vec<_>, _>>()?;
    let known = |key: &Key| {
        let (bytes, facts) = cache::split(cache.get(key)?)?;
        Some(Ok(Library { bytes, facts }))
    };
    let mut made: Vec<Option<Made>> = keys.iter().map(known).collect();
    let missing: Vec<usize> = (0..units.len()).filter(|&number| made[number].is_none()).collect();
    let asked: Vec<&Unit> = missing.iter().map(|&number| &units[number]).collect();
    let total = units.iter().map(|unit| unit.modules.len()).sum();
    let job = run::Job { collection, how, tools, options, total };
    run::run(
        &asked,
        &job,
        &mut |number, compiled| {
            let number = missing[number];
            if let Ok(library) = &compiled {
                cache.put(keys[number], &cache::join(&library.bytes, &library.facts));
            }
            made[number] = Some(compiled);
        },
        report,
    )?;
    Ok(made.into_iter().flatten().collect())
}

/// Everything that a library is made from.
fn key(unit: &Unit, collection: &Collection, how: &Compilation, tools: &Tools, cache: &Cache) -> Result<Key, Error> {
    let mut parts: Vec<Vec<u8>> =
        vec![tools.identity.to_vec(), run::arguments(unit, how, collection).join("\0").into_bytes()];
    parts.push(format!("{:?} {:?}", how.goal, run::FLAGS).into_bytes());
    for &number in &unit.modules {
        let module = &collection.modules[number];
        let ModuleContent::Source(source) = &module.content else { continue };
        parts.push(unit.place_of(module).as_bytes().to_vec());
        parts.push(source.look(cache)?.digest.to_vec());
    }
    Ok(cache.key("nuitka", parts.iter().map(Vec::as_slice)))
}

/// Puts a library in the place of the modules that are in it.
fn put(collection: &mut Collection, unit: &Unit, library: Library) -> Vec<Warning> {
    let is_in = |name: &str| library.facts.modules.iter().any(|module| module == name);
    let names = |number: &usize| collection.modules[*number].name.clone();
    let refused = &library.facts.refused;
    let warn = |name: String| match refused.iter().find(|(refused, _)| *refused == name) {
        Some((_, said)) => error::refusal(&name, said),
        None => vec![Warning::stays_bytecode(&name, "Nuitka left it out")],
    };
    let warnings = unit.modules.iter().map(names).filter(|name| !is_in(name)).flat_map(warn).collect();
    for &number in &unit.modules {
        let module = &mut collection.modules[number];
        if is_in(&module.name) {
            module.content = ModuleContent::Extension { file: unit.file.clone() };
        }
    }
    let file = CollectedFile {
        path: unit.file.clone(),
        kind: FileKind::Native,
        executable: true,
        content: Content::Bytes(library.bytes),
        needs: Vec::new(),
        reason: Reason::Compiled(unit.root.clone()),
    };
    let place = collection.files.partition_point(|other| other.path < file.path);
    collection.files.insert(place, file);
    warnings
}

//! The packer: from a path to an executable file.
//!
//! [`build`] looks whether there is anything to do. `pack` is the line of data, and reads as its table of contents: each step
//! takes what the step before made and returns a value; the folders and files of this crate stand in the same order.

#![forbid(unsafe_code)]

pub mod additions;
pub mod bootloader;
pub mod bytecode;
pub mod cache;
pub mod collection;
pub mod diagnosis;
mod edited;
pub mod environment;
pub mod executable;
mod folder;
pub mod hooks;
pub mod info;
mod interpreter;
pub mod naming;
mod native;
pub mod nuitka;
pub mod options;
mod os;
pub mod payload;
mod progress;
mod record;
mod release;
pub mod reproducible;
pub mod rules;
mod start_lines;
pub mod unzipped;

pub use diagnosis::Warning;
pub use options::Options;
pub use os::become_program;

use additions::Additions;
use bytecode::{Columns, Compiler};
use cache::{Cache, Caching};
use record::{Changeable, Packed, Read};
use rpack_analyzer::{Program, Project, Work};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// Packs the program at `options.path` into one executable file, or a folder with one.
///
/// # Errors
///
/// The first thing that is wrong with the program, its environment or the place of the executable. Nothing is written
/// then.
pub fn build(options: &Options, report: &mut dyn FnMut(Event)) -> Result<Built, Error> {
    let moment = SystemTime::now();
    let cache = match options.caching {
        Caching::Off => Cache::open(None),
        Caching::Parts | Caching::Whole => Cache::open(Some(&cache::folder(&options.environment.cache))),
    };
    let built = match rebuild(options, &cache, moment, report) {
        Some(built) => Ok(built),
        None => pack_and_note(options, &cache, moment, report),
    };
    // What a build made that failed is kept too: it need not be made again when the reason is gone.
    cache.close().into_iter().for_each(|problem| report(Event::Warning(Warning::of_cache(problem))));
    built
}

/// What an earlier build made, where at most code of the program's own modules has changed since.
fn rebuild(options: &Options, cache: &Cache, moment: SystemTime, report: &mut dyn FnMut(Event)) -> Option<Built> {
    let mut recalled = record::recall(options, cache, moment)?;
    let built = match recalled.edits.is_empty() {
        true => recalled.built(moment.elapsed().unwrap_or_default()),
        false => edited::build(&mut recalled, options, cache, moment, report)?,
    };
    recalled.warnings().for_each(|warning| report(Event::Warning(warning)));
    Some(built)
}

/// Packs, and keeps a record of it.
fn pack_and_note(
    options: &Options,
    cache: &Cache,
    moment: SystemTime,
    report: &mut dyn FnMut(Event),
) -> Result<Built, Error> {
    let mut warnings = Vec::new();
    let packed = pack(options, cache, moment, &mut |event| {
        if let Event::Warning(warning) = &event {
            warnings.push(warning.clone());
        }
        report(event);
    })?;
    Ok(record::note(options, cache, moment, packed, &warnings))
}

/// The line of data.
fn pack(options: &Options, cache: &Cache, moment: SystemTime, report: &mut dyn FnMut(Event)) -> Result<Packed, Error> {
    let started = Instant::now();
    report(Event::Step("Locating", &options.path.display().to_string()));
    let program = Program::locate(&options.path)?;
    let python = interpreter::provide(&program, &options.environment, cache, &mut |progress| {
        report(Event::Environment(progress));
    })?;
    report(Event::Step("Asking", &python.display().to_string()));
    let interpreter = interpreter::probe(&python, cache)?;
    let project = Project::new(program, interpreter, &options.paths);
    let project = unzipped::unzipped(project, &options.environment.cache)?;
    let release = release::of_program(&project.program);
    let options = &naming::resolve(options, &release, &project)?;
    let target = executable::target(options, &project.program)?;
    let installed = rpack_analyzer::installed(&project.search_path);
    diagnosis::check_project(&project, &installed)?;
    let compiler = Compiler::start(&project.interpreter, options, Columns::with(options.sources), cache)?;

    report(Event::Step("Analyzing", &project.program.name));
    let left_out = executable::made_before(&target).into_iter().collect();
    let mut analysis = rpack_analyzer::Options { left_out, ..options.analysis.clone() };
    analysis.hidden_imports.extend(options.backend.needed_modules());
    let mut additions = Additions::find(&project, &installed, options)?;
    let graph = bytecode::ahead(&compiler, cache, options.jobs, |listener| {
        let work = Work { memory: cache, threads: options.jobs, listener };
        rpack_analyzer::walk_with(&project, &installed, &analysis, &mut additions, work)
    })?;
    let brought = additions.into_brought(&graph);
    brought.warnings.iter().for_each(|warning| report(Event::Warning(warning.clone())));
    diagnosis::check_graph(&graph, &project, &options.analysis)?
        .into_iter()
        .for_each(|warning| report(Event::Warning(warning)));

    report(Event::Step("Collecting", &format!("{} modules", graph.modules.len())));
    let collection = collection::collect(&project, &graph, &brought, options)?;
    collection.warnings.iter().for_each(|warning| report(Event::Warning(warning.clone())));

    let native = nuitka::compile(collection, &graph, &project, &installed, options, cache, &mut |progress| {
        report(Event::Nuitka(progress));
    })?;
    native.warnings.into_iter().for_each(|warning| report(Event::Warning(warning)));
    let collection = native.collection;
    report(Event::Collected(&collection, &graph));

    report(Event::Step("Compiling", &format!("{} modules", collection.modules.len())));
    let bytecode = bytecode::compile(&collection, &compiler, cache, options.jobs, report)?;
    bytecode.warnings.into_iter().for_each(|warning| report(Event::Warning(warning)));

    report(Event::Step("Compressing", &format!("{} files", collection.files.len())));
    let payload = payload::assemble(&collection, bytecode.code, options, cache, report)?;
    report(Event::Step("Writing", &target.executable.display().to_string()));
    let size = executable::write(&payload, &target)?;

    report(Event::Step("Noting", "what this build was made from"));
    let (modules, libraries) = (payload.module_count(), collection.library_count());
    let mut inputs = record::inputs(&project, &release, &graph, &collection, &brought.seen, options, &python);
    inputs.extend(native.inputs);
    let otherwise: Vec<&Path> = release.read.iter().map(PathBuf::as_path).chain(brought.seen.read()).collect();
    let read = Read { uncompiled: &bytecode.uncompiled, otherwise: &otherwise };
    let changeable = Changeable::new(&project, &graph, &collection, &read, moment);
    let built = Built { path: target.executable, size, modules, libraries, inputs, time: started.elapsed() };
    let (trailer, program) = (payload.trailer.to_vec(), record::digest_of(&project.program));
    Ok(Packed {
        built,
        folder: target.folder.map(|(folder, _)| folder),
        trailer,
        program,
        changeable,
        seen: brought.seen,
    })
}

/// What a build made.
#[derive(Debug, Clone)]
pub struct Built {
    /// The executable.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size: u64,
    /// How many modules it contains.
    pub modules: usize,
    /// How many extension modules and shared libraries it contains.
    pub libraries: usize,
    /// Files, folders and absent paths that it was made from.
    pub inputs: Vec<PathBuf>,
    /// How long the build took.
    pub time: Duration,
}

/// What a build reports while it runs.
pub enum Event<'a> {
    /// The environment is being made, or was found.
    Environment(environment::Progress<'a>),
    /// A step begins: what is done, and to what.
    Step(&'a str, &'a str),
    /// How far the step has come.
    Progress {
        /// How many of its things are done.
        done: usize,
        /// How many there are.
        total: usize,
        /// The one that was begun longest ago and is not done; empty where there is none.
        slow: &'a str,
    },
    /// Nuitka works.
    Nuitka(nuitka::Progress<'a>),
    /// Something that need not stop the build, but that the user should know.
    Warning(Warning),
    /// Everything that goes into the executable is known, and why.
    Collected(&'a collection::Collection, &'a rpack_analyzer::ModuleGraph),
}

/// Why a program could not be packed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The program, its interpreter or its modules.
    #[error(transparent)]
    Analysis(#[from] rpack_analyzer::Error),
    /// The zip files on the search path.
    #[error(transparent)]
    Unzipped(#[from] unzipped::Error),
    /// The rules and hooks.
    #[error(transparent)]
    Additions(#[from] additions::Error),
    /// The environment with its dependencies.
    #[error(transparent)]
    Environment(#[from] environment::Error),
    /// The name of the executable.
    #[error(transparent)]
    Naming(#[from] naming::Error),
    /// What the analysis found to be missing.
    #[error(transparent)]
    Diagnosis(#[from] diagnosis::Error),
    /// What should go into the executable.
    #[error(transparent)]
    Collection(#[from] collection::Error),
    /// Compiling modules to machine code.
    #[error(transparent)]
    Nuitka(#[from] nuitka::Error),
    /// Compiling the modules.
    #[error(transparent)]
    Bytecode(#[from] bytecode::Error),
    /// Compressing and laying out the payload.
    #[error(transparent)]
    Payload(#[from] payload::Error),
    /// Writing the executable.
    #[error(transparent)]
    Executable(#[from] executable::Error),
    /// Comparing two builds.
    #[error(transparent)]
    NotReproducible(#[from] reproducible::NotReproducible),
}

impl Error {
    /// What the user can do about it, where there is something to say.
    pub fn hint(&self) -> Option<String> {
        match self {
            Error::Analysis(error) => error.hint(),
            Error::Unzipped(error) => error.hint(),
            Error::Additions(error) => error.hint(),
            Error::Environment(error) => error.hint(),
            Error::Naming(error) => error.hint(),
            Error::Diagnosis(error) => error.hint(),
            Error::Collection(error) => error.hint(),
            Error::Nuitka(error) => error.hint(),
            Error::Bytecode(error) => error.hint(),
            Error::Payload(_) => None,
            Error::NotReproducible(_) => None,
            Error::Executable(error) => error.hint(),
        }
    }
}

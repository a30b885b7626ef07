//! The collection: everything that goes into the executable, under the path that it has there.
//!
//! Pure Python is collected as modules and never becomes a file on the user's machine. Everything else is a file of the
//! program's tree: extension modules, shared libraries, the data files of packages, distribution metadata.

mod added;
mod brought;
mod data;
mod libpython;
mod metadata;
mod modules;
mod natives;
mod own;
mod reason;
mod shared;

pub use modules::source_path;
pub use reason::Reason;

use crate::additions::Brought;
use crate::bootloader;
use crate::cache::{Cache, Digest, Look};
use crate::diagnosis::Warning;
use crate::options::{Form, Options, Sources, Symbols, Tracing};
use rpack_analyzer::{EntryPoint, ModuleGraph, Project};
use rpack_format::FileKind;
use rpack_format::index::{FLAG_DEBUG, FLAG_FOLDER, FLAG_RESTARTS, FLAG_STARTS_INTERPRETER, FLAG_TELLS_LINKS};
use rpack_format::linked_in::FLAG_LINKED_IN;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::{Component, Path, PathBuf};
use std::{fs, io};

/// The folder inside the bundle for native files that belong to no package. It cannot be imported, because its name is no
/// identifier.
const NATIVE_FOLDER: &str = "lib-dynload";

/// Everything that goes into the executable.
#[derive(Debug)]
pub struct Collection {
    /// The program's name.
    pub name: String,
    /// Version of the CPython inside, as major and minor.
    pub python: (u16, u16),
    /// Flags for the bootloader (`rpack_format::index::FLAG_…`).
    pub flags: u32,
    /// Where the files lie: beside the executable, in the folder of this name, or inside of it.
    pub beside: Option<String>,
    /// Whether native files keep their static symbol tables.
    pub symbols: Symbols,
    /// Options of the interpreter (`rpack_format::PythonOption`).
    pub python_options: Vec<String>,
    /// The modules, sorted by name.
    pub modules: Vec<CollectedModule>,
    /// The files, sorted by path.
    pub files: Vec<CollectedFile>,
    /// Path among the files of libpython, or of the executable that has it linked in ([`Collection::is_linked_in`]).
    pub libpython: String,
    /// Path of rpack's runtime library among the files.
    pub runtime: String,
    /// What was not found.
    pub warnings: Vec<Warning>,
}

impl Collection {
    /// How many native files belong to the program, not counting libpython and rpack's own.
    pub fn library_count(&self) -> usize {
        let own = if self.is_linked_in() { 3 } else { 2 };
        self.files.iter().filter(|file| file.kind == FileKind::Native).count().saturating_sub(own)
    }

    /// Whether the interpreter has no shared libpython.
    pub fn is_linked_in(&self) -> bool {
        self.flags & FLAG_LINKED_IN != 0
    }
}

/// A module of the program.
#[derive(Debug)]
pub struct CollectedModule {
    /// Dotted name.
    pub name: String,
    /// Path of its file inside the bundle.
    pub path: String,
    /// Whether it can have submodules.
    pub is_package: bool,
    /// Where it stands in the order in which a run imports the modules that every run imports; `None` for the others.
    pub turn: Option<u32>,
    /// What it is made from.
    pub content: ModuleContent,
}

/// What a module is made from.
#[derive(Debug)]
pub enum ModuleContent {
    /// Source to compile.
    Source(Content),
    /// A `.pyc` file that was distributed without source.
    Bytecode(PathBuf),
    /// A native file of the collection, by its path.
    Extension {
        /// The path inside the bundle.
        file: String,
    },
    /// Nothing: a namespace package.
    Namespace,
}

/// A file of the program's tree.
#[derive(Debug)]
pub struct CollectedFile {
    /// Path inside the bundle, with `/` between its parts.
    pub path: String,
    /// Whether it is loaded or read.
    pub kind: FileKind,
    /// Whether it may be executed.
    pub executable: bool,
    /// Where its bytes come from.
    pub content: Content,
    /// Paths inside the bundle of the libraries to load before it, in order.
    pub needs: Vec<String>,
    /// Why it goes in; of several reasons the first.
    pub reason: Reason,
}

/// Where bytes come from.
#[derive(Debug, Clone)]
pub enum Content {
    /// A file on the build machine.
    File(PathBuf),
    /// Bytes that were made during the build.
    Bytes(Vec<u8>),
}

impl Content {
    /// Roughly how many bytes there are, for deciding what to begin with.
    pub fn size(&self) -> u64 {
        match self {
            Content::Bytes(bytes) => bytes.len() as u64,
            Content::File(path) => fs::metadata(path).map_or(0, |metadata| metadata.len()),
        }
    }

    /// Reads the bytes.
    ///
    /// # Errors
    ///
    /// If a file that was found is gone or cannot be read.
    pub fn read(&self) -> Result<Cow<'_, [u8]>, Unreadable> {
        match self {
            Content::Bytes(bytes) => Ok(bytes.into()),
            Content::File(path) => match fs::read(path) {
                Ok(bytes) => Ok(bytes.into()),
                Err(source) => Err(Unreadable { path: path.clone(), source }),
            },
        }
    }

    /// Looks at the bytes, which need not be read for this.
    ///
    /// # Errors
    ///
    /// If a file that was found is gone or cannot be read.
    pub fn look(&self, cache: &Cache) -> Result<Look, Unreadable> {
        match self {
            Content::Bytes(bytes) => Ok(Look { digest: blake3::hash(bytes).into(), content: None }),
            Content::File(path) => cache.look(path).map_err(|source| Unreadable { path: path.clone(), source }),
        }
    }

    /// Reads the bytes after a look at them, and gives the hash of what was read.
    ///
    /// # Errors
    ///
    /// If a file that was found is gone or cannot be read.
    pub fn read_after(&self, look: Look) -> Result<(Digest, Cow<'_, [u8]>), Unreadable> {
        match self {
            Content::Bytes(bytes) => Ok((look.digest, bytes.into())),
            Content::File(path) => {
                let read = look.read(path).map_err(|source| Unreadable { path: path.clone(), source })?;
                Ok((read.0, read.1.into()))
            }
        }
    }
}

/// A file that was collected and cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("Cannot read `{}`: {source}", .path.display())]
pub struct Unreadable {
    /// The file.
    pub path: PathBuf,
    /// The reason.
    pub source: io::Error,
}

/// Collects what the modules of the graph need, what packages add, and what the options add.
///
/// # Errors
///
/// If the interpreter has no libpython that can be carried, or something that was asked for does not exist.
pub fn collect(
    project: &Project,
    graph: &ModuleGraph,
    brought: &Brought,
    options: &Options,
) -> Result<Collection, Error> {
    let interpreter = &project.interpreter;
    let mut files = Files::default();
    let libpython = libpython::add(&mut files, interpreter)?;
    let runtime = format!("{NATIVE_FOLDER}/rpack-runtime.so");
    files.add(&runtime, FileKind::Native, Content::Bytes(bootloader::RUNTIME.to_vec()), Reason::Runtime);

    let modules = modules::collect(graph, project);
    let asked = data::asked_libraries(graph).into_iter();
    let asked = asked.chain(added::libraries(&options.added_binaries)?).chain(brought::libraries(brought)).collect();
    let mut warnings = natives::collect(&mut files, graph, project, asked, &libpython)?;
    let linked_in = libpython::host_bootloader(&mut files, interpreter, &libpython, options.symbols)?;
    warnings.extend(own::collect(&mut files, &graph.own_files, &project.program.root));
    data::collect(&mut files, graph, project);
    natives::collect_for_data(&mut files, project)?;
    data::collect_asked(&mut files, graph);
    brought::collect(&mut files, brought);
    metadata::collect(&mut files, &graph.distributions);
    shared::collect(&mut files, &graph.distributions, project);
    added::collect(&mut files, options)?;
    modules::add_sources(&mut files, &modules, |name| match options.sources {
        Sources::LeftOut => {
            let said = Sources::said_of(name, &options.sources_of);
            said.or_else(|| brought.sources_of(name)).unwrap_or_default()
        }
        Sources::Carried => Sources::Carried,
    });
    // Beyond this point no file is added.

    let name = options.name.clone().unwrap_or_else(|| project.program.name.clone());
    let python = (interpreter.version.major.into(), interpreter.version.minor.into());
    let flags = flags(project, graph, options) | linked_in;
    let python_options = options.python_options.clone();
    let beside = match &options.form {
        Form::File => None,
        Form::Folder { contents, .. } => Some(contents.clone()),
    };
    Ok(Collection {
        name,
        python,
        flags,
        beside,
        symbols: options.symbols,
        python_options,
        modules,
        files: files.into_sorted(),
        libpython,
        runtime,
        warnings,
    })
}

fn flags(project: &Project, graph: &ModuleGraph, options: &Options) -> u32 {
    let starts_interpreter = if graph.starts_interpreter { FLAG_STARTS_INTERPRETER } else { 0 };
    let restarts = if graph.restarts { FLAG_RESTARTS } else { 0 };
    let tells_links = if graph.tells_links { FLAG_TELLS_LINKS } else { 0 };
    let debug = if options.tracing == Tracing::On { FLAG_DEBUG } else { 0 };
    let is_folder = match &project.program.entry {
        EntryPoint::Script(script) => options.path.is_dir() && script.ends_with("__main__.py"),
        EntryPoint::Function { .. } => false,
    };
    options.unpack.flags()
        | debug
        | starts_interpreter
        | restarts
        | tells_links
        | if is_folder { FLAG_FOLDER } else { 0 }
}

/// The files collected so far, by their path inside the bundle.
#[derive(Default)]
struct Files {
    files: BTreeMap<String, CollectedFile>,
}

impl Files {
    /// Adds a file, unless one with its path is there already: what comes first on the search path wins, as in Python.
    fn add(&mut self, path: &str, kind: FileKind, content: Content, reason: Reason) -> Option<&mut CollectedFile> {
        match self.files.entry(path.to_owned()) {
            Entry::Occupied(_) => None,
            Entry::Vacant(entry) => {
                let executable = kind == FileKind::Native;
                Some(entry.insert(CollectedFile {
                    path: path.to_owned(),
                    kind,
                    executable,
                    content,
                    needs: Vec::new(),
                    reason,
                }))
            }
        }
    }

    fn get_mut(&mut self, path: &str) -> Option<&mut CollectedFile> {
        self.files.get_mut(path)
    }

    fn into_sorted(self) -> Vec<CollectedFile> {
        self.files.into_values().collect()
    }
}

/// A path relative to `folder`, as it is written inside the bundle. `None` where it does not lie there, leads out of it, or is
/// not UTF-8.
fn relative(path: &Path, folder: &Path) -> Option<String> {
    let part = |part: Component<'_>| match part {
        Component::Normal(name) => name.to_str().map(str::to_owned),
        _ => None,
    };
    let parts: Option<Vec<_>> = path.strip_prefix(folder).ok()?.components().map(part).collect();
    parts.map(|parts| parts.join("/")).filter(|path| !path.is_empty())
}

/// Why something cannot be collected.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The interpreter has no shared libpython, and its executable cannot be carried in its place.
    #[error("The interpreter `{}` has no shared libpython, and its executable {reason}", .interpreter.display())]
    NoLibpython {
        /// The interpreter.
        interpreter: PathBuf,
        /// What is wrong with its executable.
        reason: &'static str,
    },
    /// A part of the interpreter is gone or cannot be read.
    #[error(transparent)]
    Interpreter(#[from] Unreadable),
    /// The shared libraries could not be followed.
    #[error(transparent)]
    Libraries(#[from] rpack_analyzer::Error),
    /// `--add-data` or `--add-binary` names nothing.
    #[error("Nothing to add: `{pattern}` (from `{flag}`) matches no file")]
    NothingToAdd {
        /// What was given.
        pattern: String,
        /// Where.
        flag: &'static str,
    },
    /// `--add-data` or `--add-binary` leads out of the bundle.
    #[error("`{destination}` (from `{flag}`) does not lie inside the bundle")]
    OutsideDestination {
        /// What was given.
        destination: String,
        /// Where.
        flag: &'static str,
    },
    /// A file that should be added cannot be.
    #[error("Cannot add `{}`: {source}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
}

impl Error {
    /// What the user can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Error::NoLibpython { .. } => Some(
                "Use one that was built with `--enable-shared`. With pyenv: \
                 `PYTHON_CONFIGURE_OPTS=--enable-shared pyenv install VERSION`"
                    .to_owned(),
            ),
            Error::Libraries(error) => error.hint(),
            Error::NothingToAdd { .. } => Some(
                "The source is relative to the folder that rpack is run in; a folder adds what it contains".to_owned(),
            ),
            Error::OutsideDestination { .. } => {
                Some("Give a relative folder without `..`, or `.` for the bundle's root".to_owned())
            }
            Error::Unreadable { .. } | Error::Interpreter(_) => None,
        }
    }
}

use crate::project::Origin;
use crate::project::distribution::Distribution;
use crate::project::program::EntryPoint;
use crate::walk::own_sources::OwnSources;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Every module that the program can import, and why.
#[derive(Debug, Clone)]
pub struct ModuleGraph {
    /// What is run first. Its module stands in `modules` under `__main__`.
    pub entry: EntryPoint,
    /// The modules by their dotted names.
    pub modules: BTreeMap<String, Module>,
    /// Names that were imported and not found.
    pub missing: Vec<Missing>,
    /// What could not be analyzed, and does not keep the program from starting.
    pub warnings: Vec<Warning>,
    /// The installed distributions that own an included module, sorted by normalized name.
    pub distributions: Vec<Distribution>,
    /// What lies in the program's own folder and goes in as files, sorted by its place inside.
    pub own_files: Vec<OwnFile>,
    /// The files of packages that flags ask for.
    pub asked: Vec<AskedFiles>,
    /// Distributions whose metadata a flag asks for, and which are not installed.
    pub missing_distributions: Vec<String>,
    /// Whether the program, or a library in it, starts `sys.executable` as an interpreter: with `-c`, `-m` or a script.
    pub starts_interpreter: bool,
    /// Whether it starts itself again with its own `sys.argv`.
    pub restarts: bool,
    /// Whether the program, or a library in it, can tell a file from another name of the same file.
    pub tells_links: bool,
    /// What else the analysis was made from.
    pub consulted: Consulted,
    /// Sources of the program whose edits can be told from edits that change this graph.
    pub own_sources: OwnSources,
}

/// A file of the program's own folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnFile {
    /// The file.
    pub path: PathBuf,
    /// Where it goes: its place below the import root that it lies in, with `/` between the parts.
    pub inside: String,
}

/// Files of a package that a flag asks for, whether or not the package is included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedFiles {
    /// The package.
    pub package: String,
    /// Its folders.
    pub folders: Vec<PathBuf>,
    /// Which of the files in them.
    pub what: FilesAsked,
}

/// Which files of a package are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilesAsked {
    /// What is no code, in all subfolders.
    Data,
    /// Shared libraries that are no extension modules.
    Libraries,
}

impl FilesAsked {
    /// Everything that can be asked for.
    pub const ALL: [FilesAsked; 2] = [FilesAsked::Data, FilesAsked::Libraries];
}

/// What the analysis looked at besides the files of modules. If all of it stays as it is, so does the graph.
#[derive(Debug, Clone, Default)]
pub struct Consulted {
    /// Folders that modules were looked for in, whether or not they exist.
    pub listed: Vec<PathBuf>,
    /// Files and folders of the program that were taken with all that lies in them.
    pub taken: Vec<PathBuf>,
    /// Folders and files with the metadata of installed distributions.
    pub metadata: Vec<PathBuf>,
}

/// A module.
#[derive(Debug, Clone)]
pub struct Module {
    /// Dotted name.
    pub name: String,
    /// What it is made from.
    pub kind: ModuleKind,
    /// Its file; the first portion of a namespace package; empty for a module that has none.
    pub path: PathBuf,
    /// Whether it can have submodules.
    pub is_package: bool,
    /// The `__path__` of a package: folders, more than one where several distributions share a
    /// namespace.
    pub submodule_path: Vec<PathBuf>,
    /// Whom it belongs to.
    pub origin: Origin,
    /// The first edge that brought it in. `None` for the entry.
    pub because: Option<Edge>,
    /// Index into [`ModuleGraph::distributions`].
    pub distribution: Option<usize>,
    /// The source text of a module that no file holds: the entry made for a function.
    pub source: Option<String>,
    /// Whether every run of the program imports it: a chain of top-level imports leads to it from
    /// the entry.
    pub certain: bool,
}

/// What a module is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModuleKind {
    /// Python source.
    Source,
    /// Bytecode without source, a `.pyc` in the place of the source.
    Bytecode,
    /// An extension module, a shared library.
    Extension,
    /// A namespace package (PEP 420).
    Namespace {
        /// Its folders, in the order of the search path.
        portions: Vec<PathBuf>,
    },
    /// Compiled into the interpreter.
    Builtin,
    /// Frozen into the interpreter.
    Frozen,
}

/// One import: who asks, where, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// The importing module; empty for a flag or for what the interpreter itself needs.
    pub from: String,
    /// The importing file; empty where there is none.
    pub file: PathBuf,
    /// One-based line; 0 where there is none.
    pub line: u32,
    /// How it is imported.
    pub kind: EdgeKind,
}

/// How a module is imported. The order is from the most to the least certain to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum EdgeKind {
    /// When the importing module is imported.
    TopLevel,
    /// Under a condition that depends on the run.
    Conditional,
    /// In a function.
    Lazy,
    /// By a text: `importlib.import_module("name")`.
    Dynamic,
    /// Where failing is handled: `try: ... except ImportError: ...`.
    Optional,
    /// The same in a function.
    OptionalLazy,
    /// By an entry point of a distribution, in a group that some module asks for.
    EntryPoint,
    /// By a name that stands in an extension module.
    Binary,
    /// By a rule of [`walk`](crate::walk), for what no source says.
    Rule,
    /// By what [`Additions`](crate::Additions) know of the importing module.
    Addition,
    /// By nothing that was seen: it lies in the program's own folder.
    Folder,
    /// By a flag.
    Option,
}

/// A name that was imported and not found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The first part of the dotted name that does not exist: `yaml`, or `package.absent`.
    pub name: String,
    /// The import; of several in one file the most certain one.
    pub edge: Edge,
    /// Whom the importing module belongs to.
    pub origin: Origin,
    /// Whether every run of the program fails there: a top-level import, in a module that every run
    /// imports, of a name that nothing could have made while running.
    pub certain: bool,
}

/// What could not be analyzed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// A module that is not valid Python for the target.
    Syntax {
        /// The module.
        module: String,
        /// Its file.
        file: PathBuf,
        /// One-based line.
        line: u32,
        /// One-based column, in characters.
        column: u32,
        /// What the parser says.
        message: String,
    },
    /// A file that could not be read.
    Unreadable {
        /// The module.
        module: String,
        /// Its file.
        file: PathBuf,
        /// What the operating system says.
        reason: String,
    },
    /// An import in the program's own code whose name is computed, so that it is not known what to
    /// include.
    ComputedImport {
        /// The module.
        module: String,
        /// Its file.
        file: PathBuf,
        /// One-based line.
        line: u32,
    },
}

/// What the user adds to the analysis and takes from it.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Modules to include though no import names them.
    pub hidden_imports: Vec<String>,
    /// Modules to treat as if they did not exist, their submodules with them.
    pub excluded_modules: Vec<String>,
    /// Packages of which everything is included: submodules, data, libraries.
    pub collect_all: Vec<String>,
    /// Packages of which every submodule is included.
    pub collect_submodules: Vec<String>,
    /// Packages whose data files are asked for.
    pub collect_data: Vec<String>,
    /// Packages whose shared libraries are asked for.
    pub collect_binaries: Vec<String>,
    /// Distributions whose metadata is asked for.
    pub copy_metadata: Vec<String>,
    /// Distributions whose metadata is asked for, together with that of all they require.
    pub recursive_copy_metadata: Vec<String>,
    /// Folders and files that are no part of the program's folder, as absolute paths without links: what is built there.
    pub left_out: Vec<PathBuf>,
    /// Scripts that run before the program, each with the name that it gets in the graph; that name is `__main__` and another
    /// one below it.
    pub runtime_hooks: Vec<(String, PathBuf)>,
}

impl Options {
    /// The flag that names the module `name`, or one below it.
    pub fn asked_by(&self, name: &str) -> Option<&'static str> {
        let is_named =
            |asked: &String| asked.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        let flags = [
            ("--hidden-import", &self.hidden_imports),
            ("--collect-all", &self.collect_all),
            ("--collect-submodules", &self.collect_submodules),
            ("--collect-data", &self.collect_data),
            ("--collect-binaries", &self.collect_binaries),
        ];
        flags.into_iter().find(|(_, asked)| asked.iter().any(is_named)).map(|(flag, _)| flag)
    }
}

use super::condition::Role;
use super::extract::{self, Located};
use crate::graph::EdgeKind;
use crate::name_forms::{is_dotted_name, top_of};
use crate::project::Origin;
use crate::project::interpreter::Interpreter;
use ruff_python_ast::{Mod, PythonVersion};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use ruff_source_file::LineIndex;
use ruff_text_size::{Ranged, TextSize};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What the analysis keeps of one source file.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Outline {
    /// Imports in the order of the source, names made absolute.
    pub(crate) imports: Vec<Import>,
    /// Imports that count only when something uses the function or class they stand in, with its
    /// name.
    pub(crate) dormant: Vec<(String, Vec<Import>)>,
    /// Imports in examples of the program's own texts, which run if the program runs examples (`doctest`).
    pub(crate) examples: Vec<Import>,
    /// The string literals of `__all__`.
    pub(crate) exports: Vec<String>,
    /// Names of submodules of a package to which it binds something else.
    pub(crate) shadowed: BTreeSet<String>,
    /// Lines with an import whose name is computed from nothing that is known.
    pub(crate) computed_imports: Vec<u32>,
    /// Dotted uses of imported names (`scipy.stats.norm`), with the line of the first.
    pub(crate) attribute_uses: Vec<(String, u32)>,
    /// Whether the module has a `__getattr__` (PEP 562), which may import submodules when they are
    /// asked for.
    pub(crate) has_module_getattr: bool,
    /// Whether the module changes `sys.modules`, `__path__` or the import hooks, so that names may
    /// exist that no file has.
    pub(crate) edits_import_system: bool,
    /// Whether the module puts finders of its own beside those of Python.
    pub(crate) adds_finders: bool,
    /// Whether the module puts others into `sys.modules`.
    pub(crate) makes_modules: bool,
    /// Texts of the program's own modules that may name files beside them.
    pub(crate) texts: Vec<String>,
    /// Whether the module handles source files: it loads or lists them.
    pub(crate) handles_sources: bool,
    /// Whether the module shows the source of a module, its own or one that it is given.
    pub(crate) shows_sources: bool,
    /// Of what else the program shows sources.
    pub(crate) shown: Shown,
    /// Whether it asks in which files things are defined, and takes sources apart.
    pub(crate) dissects: bool,
    /// Whether the module asks loaders for the sources of modules.
    pub(crate) asks_loaders: bool,
    /// Whether it knows the endings of names of sources.
    pub(crate) knows_source_names: bool,
    /// Functions that import what their first argument names.
    pub(crate) importers: BTreeSet<String>,
    /// Imports of what the function around is given: the function, and the line.
    pub(crate) given_imports: Vec<(String, u32)>,
    /// Functions that are given a name which may be that of a module, the name, and the line. The name is empty where it is computed.
    pub(crate) named_calls: Vec<(String, String, u32)>,
    /// Functions and classes at the top level of a module that shows sources.
    pub(crate) defines: BTreeSet<String>,
    /// What a library's functions and classes are decorated with, of other libraries: the library,
    /// and the name of the decorator.
    pub(crate) decorators: BTreeSet<(String, String)>,
    /// Whether the module starts `sys.executable` as an interpreter: with `-c`, `-m` or a script.
    pub(crate) starts_interpreter: bool,
    /// Whether it starts `sys.executable` with `sys.argv`.
    pub(crate) restarts: bool,
    /// Whether the module can tell a file from another name of the same file.
    pub(crate) tells_links: bool,
    /// Whether it speaks of entry points.
    pub(crate) asks_for_offers: bool,
    /// Whether the module executes code that it has made.
    pub(crate) executes: bool,
    /// Whether the module uses `sys.path`, so that modules may be found in further folders.
    pub(crate) edits_path: bool,
    /// Texts of a library's modules that end in `.py`: they may name files beside it.
    pub(crate) source_texts: Vec<String>,
    /// Packages whose files it reads, sources included.
    pub(crate) read_packages: Vec<String>,
    /// Names of attributes and arguments in the program's own modules.
    pub(crate) words: BTreeSet<String>,
    /// Distributions whose metadata it asks for.
    pub(crate) metadata: Vec<String>,
    /// Submodules of its package, or of a package above that one, that stand together in a list, a
    /// tuple or a dictionary.
    pub(crate) tables: Vec<String>,
    /// Whether the module lists the modules of a package that is not known.
    pub(crate) lists_modules: bool,
    /// Starts of names in texts, as those have who look for plugins by their names: `flask_`.
    pub(crate) name_starts: BTreeSet<String>,
    /// Whether the module looks for source files in folders.
    pub(crate) lists_sources: bool,
    /// Whether the module lists files in folders.
    pub(crate) lists_folders: bool,
    /// Whether the module lists all that lies in folders, and names its own place.
    pub(crate) lists_own_folder: bool,
    /// Packages around the module whose folders it names by its own file.
    pub(crate) own_folders: Vec<String>,
    /// Whether the package extends its own `__path__`, or gives it to a function, as one does whose modules are plugins.
    pub(crate) shares_own_path: bool,
    /// Whether its names stand in a `.pyi` file beside it, which it reads (`lazy_loader`).
    pub(crate) reads_stub: bool,
    /// The first syntax error. The imports before it are still there.
    pub(crate) syntax_error: Option<SyntaxError>,
}

/// One import, however it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Import {
    pub(crate) target: Target,
    pub(crate) line: u32,
    pub(crate) kind: EdgeKind,
    /// The function that it stands in.
    pub(crate) within: Option<String>,
    /// Whether it stands in a branch there.
    pub(crate) in_branch: bool,
    /// Modules in whose place it is: where all of them are there, it does not happen.
    pub(crate) substitute_for: Vec<String>,
}

impl Import {
    /// An import that stands in no function and takes no other module's place.
    pub(crate) fn new(target: Target, line: u32, kind: EdgeKind) -> Self {
        Import { target, line, kind, within: None, in_branch: false, substitute_for: Vec::new() }
    }
}

/// What an import asks for, by absolute name. A relative import that leaves its package keeps its
/// leading dots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Target {
    /// `import a.b.c`: the module and its parents.
    Module(String),
    /// `from a.b import c, d`: the module, and each name where it is a submodule.
    Members { module: String, names: Vec<String> },
    /// `from a import *`.
    Star(String),
    /// A name computed below a known package: every submodule whose name starts so.
    Submodules(String, String),
    /// A name of several parts that is computed below a known package: all that lies below it.
    Below(String),
    /// A text in a library that may name a module of the standard library.
    Standard(String),
    /// A text in a library that may name a module of a distribution that the library requires.
    Required(String),
    /// A text that may name a module, or something in a module.
    Guess(String),
    /// A text of the program that names a package of a library: frameworks look inside such a package
    /// for modules of certain names.
    Package(String),
    /// A module that a text imports which looks like Python source.
    Code(String),
    /// A package that a function is given to list, with the function: `all_objects(package_name="sktime")`,
    /// `pkgutil.walk_packages(path, "sktime.")`.
    Listed { package: String, function: String },
    /// A group of entry points.
    Group(String),
    /// A group of entry points of which one is taken, by its name.
    Offer(String),
    /// A module that an interpreter is started with (`-m`), or with a dot at its end the package in which it is.
    Run(String),
    /// A text of a library that names one of its own modules which may be there to be run.
    MayRun(String),
}

/// Of what a module of the program shows sources besides its own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Shown {
    /// Modules, or what lies in them.
    pub(crate) named: BTreeSet<String>,
    /// Whether it may be all that the program imports.
    pub(crate) any: bool,
}

/// Where and why a source file does not parse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SyntaxError {
    pub(crate) line: u32,
    pub(crate) column: u32,
    pub(crate) message: String,
}

/// The module that a source file becomes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Identity<'a> {
    pub(crate) name: &'a str,
    /// `__package__`: the module itself for a package, else its parent. Empty for a top-level
    /// module.
    pub(crate) package: &'a str,
    pub(crate) role: Role,
    pub(crate) origin: Origin,
    pub(crate) surroundings: &'a Surroundings,
}

/// What is known of the place of a module before it is read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Surroundings {
    /// Its package and those above it, each with the names of its submodules.
    pub(crate) packages: Vec<(String, Arc<BTreeSet<String>>)>,
    /// The groups of entry points that installed distributions offer.
    pub(crate) groups: Arc<BTreeSet<String>>,
}

/// Parses a source text and keeps what the analysis needs of it.
pub(crate) fn outline(source: &str, identity: Identity<'_>, interpreter: &Interpreter) -> Outline {
    let version = PythonVersion { major: interpreter.version.major, minor: interpreter.version.minor };
    let options = ParseOptions::from(Mode::Module).with_target_version(version);
    let parsed = parse_unchecked(source, options);
    let lines = LineIndex::from_source_text(source);
    let line_of = |offset: TextSize| u32::try_from(lines.line_index(offset).get()).unwrap_or(u32::MAX);
    let locate = |offset: TextSize, message: String| {
        let column = lines.line_column(offset, source).column.get();
        SyntaxError { line: line_of(offset), column: u32::try_from(column).unwrap_or(u32::MAX), message }
    };

    let syntax_error = parsed
        .errors()
        .iter()
        .map(|error| (error.location.start(), error.error.to_string()))
        .chain(parsed.unsupported_syntax_errors().iter().map(|error| (error.range.start(), error.to_string())))
        .min_by_key(|(offset, _)| *offset)
        .map(|(offset, message)| locate(offset, message));

    let Mod::Module(module) = parsed.syntax() else { return Outline { syntax_error, ..Outline::default() } };
    let role = if identity.role == Role::Imported && starts_itself(source) { Role::Both } else { identity.role };
    let extracted = extract::extract(&module.body, Identity { role, ..identity }, interpreter);
    let with_lines = |located: Vec<Located>| -> Vec<Import> {
        let import = |Located { target, offset, kind, within, in_branch, substitute_for }| Import {
            target: match target {
                Target::Group(group) if within.as_ref().is_some_and(|name| extracted.compares_names.contains(name)) => {
                    Target::Offer(group)
                }
                other => other,
            },
            line: line_of(offset),
            kind,
            within,
            in_branch,
            substitute_for,
        };
        located.into_iter().map(import).collect()
    };
    let mut imports = with_lines(extracted.imports);
    // Where a module imports what is asked for, it has the names in texts.
    if extracted.outline.has_module_getattr
        || extracted.outline.edits_import_system
        || !extracted.computed_imports.is_empty()
    {
        imports.extend(with_lines(extracted.library_texts));
    }
    if extracted.commands.starts_interpreter() {
        imports.extend(with_lines(extracted.runs));
    }
    let is_program = identity.origin == Origin::Program;
    if is_program && (extracted.looks_for_any || !extracted.computed_imports.is_empty()) {
        let line = extracted.computed_imports.first().map_or(0, |&offset| line_of(offset));
        imports.extend(
            modules_in(&extracted.outline.texts, interpreter)
                .into_iter()
                .map(|name| Import::new(Target::Code(name), line, EdgeKind::Dynamic)),
        );
    }
    let mut outline = extracted.outline;
    // `open(importlib.util.find_spec(name).origin)`, `loader.get_source(name)`
    outline.shown.any |= is_program && (outline.asks_loaders || (extracted.looks_for_any && extracted.names_origin));
    outline.shows_sources |= outline.asks_loaders && shows_lines_of_frames(source);
    if !outline.shows_sources {
        outline.defines.clear();
    }
    let dormant = extracted.dormant.into_iter().map(|(name, located)| (name, with_lines(located))).collect();
    let mut seen = BTreeSet::new();
    let attribute_uses = extracted
        .attribute_uses
        .into_iter()
        .filter(|(dotted, _)| seen.insert(dotted.clone()))
        .map(|(dotted, offset)| (dotted, line_of(offset)))
        .collect();
    Outline {
        imports,
        dormant,
        examples: with_lines(extracted.examples),
        computed_imports: extracted.computed_imports.into_iter().map(line_of).collect(),
        attribute_uses,
        importers: extracted.importers.functions(),
        given_imports: extracted.importers.given.into_iter().map(|(function, at)| (function, line_of(at))).collect(),
        named_calls: extracted.importers.calls.into_iter().map(|(to, name, at)| (to, name, line_of(at))).collect(),
        dissects: extracted.asks_files && extracted.parses,
        asks_for_offers: speaks_of_entry_points(source),
        starts_interpreter: extracted.commands.starts_interpreter(),
        restarts: extracted.commands.restarts(),
        lists_sources: outline.lists_folders
            && (extracted.matches_sources || outline.source_texts.iter().any(|text| text.ends_with(".py"))),
        lists_own_folder: extracted.lists_all && (extracted.names_own_file || !outline.read_packages.is_empty()),
        syntax_error,
        ..outline
    }
}

/// The modules of the standard library among the texts in a module of the program that imports what it computes:
/// `"json csv xml.dom".split()`. In a text that says something else there are other words too.
fn modules_in(texts: &[String], interpreter: &Interpreter) -> BTreeSet<String> {
    let is_standard = |word: &&str| {
        let top = top_of(word);
        interpreter.stdlib_modules.contains(top) && is_dotted_name(word)
    };
    let words = |text: &'_ String| -> Vec<String> {
        let words: Vec<&str> = text.split([' ', ',', ';']).filter(|word| !word.is_empty()).collect();
        if words.iter().all(is_standard) { words.into_iter().map(str::to_owned).collect() } else { Vec::new() }
    };
    texts.iter().flat_map(words).collect()
}

/// Whether a module asks the loaders of what runs, as those do who show its lines: Django's page of an error, Sentry, PySnooper.
fn shows_lines_of_frames(source: &str) -> bool {
    ["f_globals", "__loader__"].iter().all(|word| memchr::memmem::find(source.as_bytes(), word.as_bytes()).is_some())
}

/// Whether a module starts an interpreter with `-m` and its own name, as loky's workers are started.
fn starts_itself(source: &str) -> bool {
    let own_name = |rest: &str| {
        let rest = rest.trim_start().strip_prefix(',').map(str::trim_start).unwrap_or_default();
        ["self.__module__", "__name__", "__spec__.name"].iter().any(|name| rest.starts_with(name))
    };
    ["\"-m\"", "'-m'"].iter().any(|flag| source.match_indices(flag).any(|(at, _)| own_name(&source[at + flag.len()..])))
}

/// Makes a relative name absolute: `level` dots before `name`, seen from `package`. With more dots
/// than the package has parents (or none at all, as in a script) the name stays as written, which
/// is a name that no module has.
pub(crate) fn absolute(package: &str, level: u32, name: &str) -> String {
    if level == 0 {
        return name.to_owned();
    }
    let mut base = Some(package).filter(|package| !package.is_empty());
    for _ in 1..level {
        base = base.and_then(|base| base.rsplit_once('.')).map(|(parent, _)| parent);
    }
    match base {
        Some(base) if name.is_empty() => base.to_owned(),
        Some(base) => format!("{base}.{name}"),
        None => format!("{}{name}", ".".repeat(usize::try_from(level).unwrap_or(1).min(64))),
    }
}

/// Start of an expression or statement.
pub(crate) fn start(node: &impl Ranged) -> TextSize {
    node.range().start()
}

/// Whether a source says something of entry points, under one of the names that libraries have for them.
fn speaks_of_entry_points(source: &str) -> bool {
    ["entry_point", "entrypoint", "EntryPoint", "stevedore"].iter().any(|name| source.contains(name))
}

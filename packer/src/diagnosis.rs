//! What the analysis means for the user: which findings stop the build, which are worth a warning, and which are noise.

mod distribution_name;

use rpack_analyzer::{Distribution, Edge, EdgeKind, Missing, ModuleGraph, Origin, Project, Scope, Unmet, unmet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Checks that the environment holds what the program declares.
///
/// # Errors
///
/// [`Error::Unmet`] where a declared distribution is missing or has the wrong version: the executable would be built, and
/// would fail on its user's machine.
pub fn check_project(project: &Project, installed: &[Distribution]) -> Result<(), Error> {
    let declaration = &project.program.declaration;
    let unmet = unmet(declaration, &project.interpreter, installed);
    if unmet.is_empty() {
        return Ok(());
    }
    let declared_in = declaration.source.clone().unwrap_or_else(|| project.program.root.clone());
    Err(Error::Unmet { unmet, declared_in, interpreter: project.interpreter.executable.clone() })
}

/// Sorts what the graph misses into an error, warnings, and what nobody needs to hear.
///
/// # Errors
///
/// [`Error::Missing`] where the program is certain to fail: one of its own modules imports, at its top level, something
/// that does not exist.
pub fn check_graph(
    graph: &ModuleGraph,
    project: &Project,
    options: &rpack_analyzer::Options,
) -> Result<Vec<Warning>, Error> {
    if let Some(name) = graph.missing_distributions.first() {
        return Err(Error::NoSuchDistribution { name: name.clone() });
    }
    let mut warnings: Vec<Warning> =
        graph.warnings.iter().map(|warning| Warning::of_analysis(warning, graph, project)).collect();
    for missing in &graph.missing {
        let is_own = missing.origin == Origin::Program;
        let edge = Location::of(&missing.edge, &project.program.root);
        match missing.edge.kind {
            EdgeKind::Option => {
                let flag = options.asked_by(&missing.name).unwrap_or("a flag");
                return Err(Error::NoSuchModule { name: missing.name.clone(), flag });
            }
            EdgeKind::TopLevel if is_own && missing.certain && is_relative_in_entry(missing) => {
                let program = match &project.program.scope {
                    Scope::Folder => project.program.root.clone(),
                    Scope::Script => missing.edge.file.clone(),
                };
                return Err(Error::RelativeImport { location: edge, program });
            }
            EdgeKind::TopLevel if is_own && missing.certain => {
                return Err(Error::Missing { name: missing.name.clone(), location: edge });
            }
            EdgeKind::Addition => warnings.push(Warning::missing_addition(&missing.name, &missing.edge.from)),
            // Nothing that was seen leads to the module, which only lies in the program's folder.
            _ if is_unreached(graph, &missing.edge) => {
                warnings.push(Warning::missing(&missing.name, &edge, Importance::Detail));
            }
            EdgeKind::TopLevel | EdgeKind::Lazy | EdgeKind::Conditional | EdgeKind::Dynamic if is_own => {
                warnings.push(Warning::missing(&missing.name, &edge, Importance::Normal));
            }
            EdgeKind::TopLevel if missing.certain && missing.origin == Origin::Library => {
                warnings.push(Warning::missing(&missing.name, &edge, Importance::Normal));
            }
            _ => warnings.push(Warning::missing(&missing.name, &edge, Importance::Detail)),
        }
    }
    Ok(warnings)
}

/// Whether a missing module was named relative to a package that is not there.
fn is_relative(name: &str) -> bool {
    name.starts_with('.')
}

fn is_relative_in_entry(missing: &Missing) -> bool {
    missing.edge.from == "__main__" && is_relative(&missing.name)
}

fn is_unreached(graph: &ModuleGraph, edge: &Edge) -> bool {
    let because = graph.modules.get(&edge.from).and_then(|module| module.because.as_ref());
    because.is_some_and(|because| because.kind == EdgeKind::Folder)
}

/// Something that need not stop a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// What was seen.
    pub message: String,
    /// Whether everybody should see it.
    pub importance: Importance,
}

/// Who should see a warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Importance {
    /// Everybody.
    Normal,
    /// Those who ask for details: a library's optional import, for example.
    Detail,
}

impl Warning {
    /// What could not be analyzed. The interpreter will compile it or not; the program may never come there.
    fn of_analysis(warning: &rpack_analyzer::Warning, graph: &ModuleGraph, project: &Project) -> Self {
        let location = |file: &Path, line| Location::new(file, line, &project.program.root);
        let message = match warning {
            rpack_analyzer::Warning::Syntax { module, file, line, message, .. } => {
                format!("Syntax error in the module `{module}` ({}): {message}", location(file, *line))
            }
            rpack_analyzer::Warning::Unreadable { module, file, reason } => {
                format!("Cannot read the module `{module}` ({}): {reason}", location(file, 0))
            }
            rpack_analyzer::Warning::ComputedImport { file, line, .. } => format!(
                "The name of a module is computed at run time ({}). Pass `--hidden-import` for each that it can be",
                location(file, *line)
            ),
            other => format!("{other:?}"),
        };
        // Where the user named the folder, all that lies in it goes in, so that the name is there. Where a script was named and
        // modules were found by its texts, those are most likely the ones that it means.
        let is_found = |module: &rpack_analyzer::Module, file: &Path| {
            let Some(because) = &module.because else { return false };
            match because.kind {
                EdgeKind::Dynamic => module.origin == Origin::Program || because.file == file,
                kind => module.origin == Origin::Program && kind == EdgeKind::Folder,
            }
        };
        let is_inside = match warning {
            rpack_analyzer::Warning::ComputedImport { file, .. } => {
                project.program.scope == Scope::Folder || graph.modules.values().any(|module| is_found(module, file))
            }
            _ => false,
        };
        // Libraries carry modules for other versions of Python, and templates of modules. In the end it is the interpreter
        // that refuses a module or does not.
        let is_of_library = match warning {
            rpack_analyzer::Warning::Syntax { module, .. } => {
                let origin = |name: &str| graph.modules.get(name).map(|module| module.origin);
                let importer =
                    graph.modules.get(module).and_then(|module| Some(module.because.as_ref()?.from.as_str()));
                // What the program itself imports is what it wants to hear of.
                origin(module) != Some(Origin::Program) && importer.and_then(origin) != Some(Origin::Program)
            }
            _ => false,
        };
        let importance = if is_inside || is_of_library { Importance::Detail } else { Importance::Normal };
        Warning { message, importance }
    }

    fn missing(name: &str, location: &Location, importance: Importance) -> Self {
        let message = match is_relative(name) {
            true => format!("Relative import that leaves its package: `{name}` ({location})"),
            false => format!("Module not found: `{name}` (imported by {location})"),
        };
        Warning { message, importance }
    }

    /// Of a cache that cannot be read or written.
    pub fn of_cache(message: String) -> Self {
        Warning { message, importance: Importance::Normal }
    }

    /// A module that is added for another one, by a rule or a hook, and that the environment has not got.
    fn missing_addition(name: &str, added_for: &str) -> Self {
        let message = format!("Module not found: `{name}` (added for `{added_for}` by a rule or a hook)");
        Warning { message, importance: Importance::Detail }
    }

    /// A hook that failed.
    pub fn hook_failed(hook: &Path, line: u32, reason: &str) -> Self {
        let hook = Location { file: hook.to_owned(), line };
        let message = format!("The hook {hook} failed and is left out: {reason}. `--hooks off` leaves all of them out");
        Warning { message, importance: Importance::Normal }
    }

    /// A hook that does not come to its end.
    pub fn hook_late(hook: &Path, limit: Duration) -> Self {
        let (hook, limit) = (hook.display(), limit.as_secs());
        let message = format!(
            "The hook `{hook}` has not ended after {limit} s and is left out. `--hook-timeout SECONDS` gives it more time, \
             `--hooks off` leaves all of them out"
        );
        Warning { message, importance: Importance::Normal }
    }

    /// A hook that needs something of PyInstaller that rpack does not offer.
    pub fn hook_left_out(hook: &Path, needs: &str) -> Self {
        let hook = hook.display();
        let message = format!("The hook `{hook}` is left out: it needs `{needs}`, which rpack does not offer to hooks");
        Warning { message, importance: Importance::Normal }
    }

    /// What a hook says.
    pub fn hook_note(hook: &Path, note: &str) -> Self {
        Warning { message: format!("The hook `{}` says: {note}", hook.display()), importance: Importance::Detail }
    }

    /// A hook of which it is not known what it depends on.
    pub fn hook_depends_on_more(hook: &Path, what: &str) -> Self {
        let hook = hook.display();
        let message = format!("The hook `{hook}` looks at more than files ({what}), so that every build runs it again");
        Warning { message, importance: Importance::Detail }
    }

    /// A module that a rule of the program names.
    pub fn rule_without_module(name: &str, file: &Path) -> Self {
        let message = format!("Module not found: `{name}` (from a rule in `{}`)", file.display());
        Warning { message, importance: Importance::Normal }
    }

    /// A file that a rule of the program names.
    pub fn rule_without_file(module: &str, pattern: &str, file: &Path) -> Self {
        let file = file.display();
        let message = format!("Nothing to add: `{pattern}` matches no file of `{module}` (from its rule in `{file}`)");
        Warning { message, importance: Importance::Normal }
    }

    /// A file that may hold secrets, and goes in because the program names it.
    pub fn secret(inside: &str) -> Self {
        let message = format!(
            "`{inside}` goes in because the program names it, and whoever has the executable can read it. \
             Name it in `.gitignore` to leave it out"
        );
        Warning { message, importance: Importance::Normal }
    }

    /// A module that the interpreter refused to compile.
    pub fn not_compiled(name: &str, reason: &str) -> Self {
        let message = format!("The module `{name}` cannot be compiled, so importing it will fail: {reason}");
        Warning { message, importance: Importance::Detail }
    }

    /// A module that was to become machine code.
    pub fn stays_bytecode(name: &str, reason: &str) -> Self {
        Warning { message: format!("The module `{name}` stays bytecode: {reason}"), importance: Importance::Detail }
    }

    /// A module or package of a library that Nuitka refuses.
    pub fn refused_by_nuitka(unit: &str, said: &str) -> Self {
        let message =
            format!("Nuitka could not compile `{unit}`, which stays bytecode (`-v` shows all that it said): {said}");
        Warning { message, importance: Importance::Normal }
    }

    /// A Nuitka that rpack does not know how to ask.
    pub fn unknown_nuitka(version: &str, used: &str) -> Self {
        let message =
            format!("The environment's Nuitka {version} is not used: rpack works with versions 4.x, and takes {used}");
        Warning { message, importance: Importance::Normal }
    }

    /// A shared library that the build machine does not have. What plain Python need not load, nobody misses.
    pub fn no_library(name: &str, needed_by: &Path, graph: &ModuleGraph) -> Self {
        let is_certain = graph.modules.values().any(|module| module.certain && module.path == needed_by);
        let importance = if is_certain { Importance::Normal } else { Importance::Detail };
        let needed_by = needed_by.display();
        let message =
            format!("Shared library not found: `{name}` (needed by `{needed_by}`). Install it before building");
        Warning { message, importance }
    }
}

/// A place in a source file, shortened to a path relative to the program where it lies there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    file: PathBuf,
    line: u32,
}

impl Location {
    fn new(file: &Path, line: u32, root: &Path) -> Self {
        Location { file: file.strip_prefix(root).unwrap_or(file).to_owned(), line }
    }

    fn of(edge: &Edge, root: &Path) -> Self {
        Location::new(&edge.file, edge.line, root)
    }
}

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(formatter, "`{}`", self.file.display()),
            line => write!(formatter, "`{}:{line}`", self.file.display()),
        }
    }
}

/// Why the program would not run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A module that the program is certain to import does not exist.
    #[error("Module not found: `{name}` (imported by {location})")]
    Missing {
        /// The module.
        name: String,
        /// Where it is imported.
        location: Location,
    },
    /// What is run imports relative to its package, and is in none.
    #[error("Relative import in {location}, which is run as a program and not as part of a package")]
    RelativeImport {
        /// Where it is.
        location: Location,
        /// What was to be packed.
        program: PathBuf,
    },
    /// A module that a flag names does not exist.
    #[error("Module not found: `{name}` (asked for by `{flag}`)")]
    NoSuchModule {
        /// The module.
        name: String,
        /// The flag, which may also stand as a key in a file.
        flag: &'static str,
    },
    /// A distribution that a flag names is not installed.
    #[error("Distribution not found: `{name}` (its metadata was asked for by a flag)")]
    NoSuchDistribution {
        /// The distribution.
        name: String,
    },
    /// The environment lacks what the program declares.
    #[error("The environment of `{}` lacks {}, declared in `{}`", .interpreter.display(), list(.unmet), .declared_in.display())]
    Unmet {
        /// What is missing.
        unmet: Vec<Unmet>,
        /// The file that declares it.
        declared_in: PathBuf,
        /// The interpreter of the environment.
        interpreter: PathBuf,
    },
}

impl Error {
    /// What the user can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Error::Missing { name, .. } => {
                let what = match (distribution_name::of_module(name), name.rsplit_once('.')) {
                    (Some(distribution), _) => format!("Install `{distribution}`, which has it,"),
                    (None, None) => "Install it".to_owned(),
                    // Only the last part is ever missing: what stands before it was found.
                    (None, Some((package, _))) => format!("Install a `{package}` that has it"),
                };
                Some(format!(
                    "{what} into the target environment and declare it in `pyproject.toml`, or pass `--exclude-module {name}`"
                ))
            }
            Error::RelativeImport { program, .. } => {
                let name = program.file_stem().unwrap_or_default().to_string_lossy();
                let module = match program.extension() {
                    None => name.into_owned(),
                    Some(_) => {
                        let package = program.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
                        format!("{package}.{name}")
                    }
                };
                let folder = module.split('.').next().unwrap_or_default();
                Some(format!(
                    "`python {}` fails there too. Import without the dots; or, to run `{module}` as part of its package, pack a \
                     script beside the folder `{folder}` that says \
                     `import runpy; runpy.run_module(\"{module}\", run_name=\"__main__\", alter_sys=True)`",
                    program.display()
                ))
            }
            Error::NoSuchModule { .. } => {
                Some("Check its spelling; it must be importable in the target environment, or lie in a folder given by `--paths`".to_owned())
            }
            Error::NoSuchDistribution { .. } => {
                Some("Give the name that `pip install` takes; it must be installed in the target environment".to_owned())
            }
            Error::Unmet { interpreter, unmet, .. } => {
                let requirements: Vec<_> = unmet.iter().map(|unmet| format!("'{}'", unmet.requirement)).collect();
                Some(format!(
                    "Install it: `{} -m pip install {}`, or deactivate the environment to let rpack make one",
                    interpreter.display(),
                    requirements.join(" ")
                ))
            }
        }
    }
}

fn list(unmet: &[Unmet]) -> String {
    let parts = unmet.iter().map(|Unmet { requirement, found, .. }| match found {
        Some(version) => format!("`{requirement}` (has version {version})"),
        None => format!("`{requirement}`"),
    });
    parts.collect::<Vec<_>>().join(", ")
}

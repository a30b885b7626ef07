//! What the user asked for, after the command line was read.

use crate::cache::Caching;
use crate::environment::Request;
use rpack_format::Unpack;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

/// Everything that can be chosen about a build.
#[derive(Debug, Clone)]
pub struct Options {
    /// The program: a folder or a script.
    pub path: PathBuf,
    /// Name of the executable; the program's own name where none is given. `{name}`, `{version}` and `{platform}` stand for those
    /// of the project.
    pub name: Option<String>,
    /// Version of the program; that of its project where none is given.
    pub version: Option<String>,
    /// The executable to write; overrides `name` and `folder`.
    pub output: Option<PathBuf>,
    /// Folder for the executable.
    pub folder: PathBuf,
    /// Whether one file is made or a folder.
    pub form: Form,
    /// Which interpreter to pack.
    pub environment: Request,
    /// Folders to search for modules before the interpreter's own.
    pub paths: Vec<PathBuf>,
    /// What the analysis adds and leaves out.
    pub analysis: rpack_analyzer::Options,
    /// What modules are compiled to.
    pub backend: Backend,
    /// Whether PyInstaller's hooks are run.
    pub hooks: HookUse,
    /// Folders with more hooks.
    pub hook_folders: Vec<PathBuf>,
    /// How long one hook may take.
    pub hook_time: Duration,
    /// What is configured for hooks, by the name of the package that defines it.
    pub hook_configuration: serde_json::Map<String, serde_json::Value>,
    /// Which rules about packages count.
    pub rules: RuleUse,
    /// Data files to add.
    pub added_data: Vec<AddedData>,
    /// Shared libraries to add.
    pub added_binaries: Vec<AddedData>,
    /// Options of the interpreter, each one that `rpack_format::PythonOption` reads.
    pub python_options: Vec<String>,
    /// Whether native files keep what only debuggers read.
    pub symbols: Symbols,
    /// Whether sources go in beside the bytecode.
    pub sources: Sources,
    /// The same for single modules, or packages with all below them.
    pub sources_of: BTreeMap<String, Sources>,
    /// Where the program's files are put when it starts, unless the user who runs it says otherwise.
    pub unpack: Unpack,
    /// Whether the program says on stderr what the bootloader and the importer do.
    pub tracing: Tracing,
    /// How hard to compress.
    pub compression: Compression,
    /// What of earlier builds may be used.
    pub caching: Caching,
    /// How many things to do at the same time. It changes nothing about what is made.
    pub jobs: NonZeroUsize,
}

/// A file, a folder or a pattern, and the folder inside the bundle that its files go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddedData {
    /// Path or glob pattern, relative to the working folder.
    pub source: String,
    /// Folder inside the bundle; `.` is its root.
    pub destination: String,
}

/// What a build makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// One executable file that carries everything.
    File,
    /// A folder with the executable, and its files beside it.
    Folder {
        /// Name of the folder inside that holds the files; `.` for none.
        contents: String,
        /// What may be in its place already.
        replacement: Replacement,
    },
}

/// What modules are compiled to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Backend {
    /// Bytecode, by the interpreter.
    #[default]
    Bytecode,
    /// Some of them to machine code, by Nuitka and a C compiler.
    Nuitka(Compilation),
}

impl Backend {
    /// Modules that it needs whether or not the program imports them.
    pub fn needed_modules(&self) -> Vec<String> {
        match self {
            Backend::Bytecode => Vec::new(),
            Backend::Nuitka(_) => crate::nuitka::NEEDED.map(str::to_owned).to_vec(),
        }
    }
}

/// What Nuitka compiles and how.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Compilation {
    /// Which modules.
    pub scope: CompileScope,
    /// What the C compiler strives for.
    pub goal: Goal,
    /// How closely the result keeps to plain Python.
    pub compatibility: Compatibility,
    /// Folder for what was compiled, in the place of rpack's cache.
    pub module_cache: Option<PathBuf>,
}

/// Which modules are compiled to machine code. Each choice includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum CompileScope {
    /// The program's own.
    #[default]
    Program,
    /// Those of installed distributions.
    Dependencies,
    /// Those of the standard library, as far as compiled code does not itself start with them.
    All,
}

impl CompileScope {
    /// Every choice.
    pub const ALL: [CompileScope; 3] = [CompileScope::Program, CompileScope::Dependencies, CompileScope::All];

    /// What it is called on the command line.
    pub fn name(self) -> &'static str {
        match self {
            CompileScope::Program => "program",
            CompileScope::Dependencies => "dependencies",
            CompileScope::All => "all",
        }
    }
}

impl std::str::FromStr for CompileScope {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = CompileScope::ALL.into_iter().find(|scope| scope.name() == text);
        found.ok_or_else(|| "expected `program`, `dependencies` or `all`".to_owned())
    }
}

/// What the C compiler strives for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Goal {
    /// Nuitka's own choice, which links quickly.
    #[default]
    Balance,
    /// Small machine code (`-Os`, optimized again when it is linked).
    Size,
    /// Fast machine code (`-O3`, optimized again when it is linked).
    Speed,
}

/// How closely compiled modules keep to plain Python.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compatibility {
    /// As Nuitka does it: endless recursion through a function in C overflows the stack.
    #[default]
    Usual,
    /// With what Nuitka has for its own comparisons: such recursion is a `RecursionError`, as in plain Python.
    Full,
}

/// What may give way to a folder that is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replacement {
    /// What an earlier build made, and nothing else.
    OwnOnly,
    /// Whatever is there.
    Any,
}

/// Whether native files keep their static symbol tables. No program reads them; debuggers do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Symbols {
    /// They stay, unless there is debug information, with which they go.
    #[default]
    Kept,
    /// They go.
    Stripped,
}

/// Whether PyInstaller's hooks are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HookUse {
    /// Those that the target environment or the user has.
    #[default]
    Auto,
    /// None.
    Off,
}

impl HookUse {
    /// Every choice.
    pub const ALL: [HookUse; 2] = [HookUse::Auto, HookUse::Off];

    /// What it is called on the command line.
    pub fn name(self) -> &'static str {
        match self {
            HookUse::Auto => "auto",
            HookUse::Off => "off",
        }
    }
}

impl std::str::FromStr for HookUse {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        HookUse::ALL.into_iter().find(|hooks| hooks.name() == text).ok_or_else(|| "expected `auto` or `off`".to_owned())
    }
}

/// Which rules about packages count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RuleUse {
    /// Those that rpack carries, and the program's own.
    #[default]
    All,
    /// The program's own.
    OfProgram,
}

/// Whether a bundle holds the source of its modules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sources {
    /// Bytecode only: tracebacks show no lines of source.
    #[default]
    LeftOut,
    /// The source files too, for tracebacks and `inspect.getsource`.
    Carried,
}

impl Sources {
    /// What PyInstaller's mode of a module's collection says of its source. Beside it the bytecode is always in the payload.
    pub fn of_mode(mode: &str) -> Self {
        if mode.split('+').any(|part| part == "py") { Sources::Carried } else { Sources::LeftOut }
    }

    /// Where anything is said of a module or of a package above it. The innermost counts.
    pub fn said_of(module: &str, said: &BTreeMap<String, Sources>) -> Option<Self> {
        let ends = module.match_indices('.').map(|(end, _)| end).chain([module.len()]);
        ends.rev().find_map(|end| said.get(module.get(..end)?).copied())
    }
}

/// How hard to compress.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compression {
    /// Beyond this a build takes much longer for little.
    #[default]
    Quick,
    /// As small as it gets. It is unpacked as fast as the other.
    Best,
}

/// Whether a packed program says what its bootloader and importer do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tracing {
    /// It is silent.
    #[default]
    Off,
    /// It tells each step on stderr.
    On,
}

impl std::str::FromStr for AddedData {
    type Err = String;

    /// Reads `SRC:DEST`, as PyInstaller's `--add-data` and `--add-binary` take it.
    fn from_str(text: &str) -> Result<Self, String> {
        match text.rsplit_once(':') {
            Some((source, destination)) if !source.is_empty() && !destination.is_empty() => {
                Ok(AddedData { source: source.to_owned(), destination: destination.to_owned() })
            }
            _ if text.contains(';') => Err("expected `SRC:DEST`; the separator is `:` on Linux".to_owned()),
            _ => Err("expected `SRC:DEST`, for example `templates:templates` or `settings.json:.`".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_with_source_carry_it() {
        for (mode, expected) in [
            ("py", Sources::Carried),
            ("pyz+py", Sources::Carried),
            ("py+pyz", Sources::Carried),
            ("pyz", Sources::LeftOut),
            ("pyc", Sources::LeftOut),
        ] {
            assert_eq!(Sources::of_mode(mode), expected, "{mode}");
        }
    }

    #[test]
    fn of_what_is_said_the_innermost_counts() {
        let said = BTreeMap::from([("a".to_owned(), Sources::Carried), ("a.b".to_owned(), Sources::LeftOut)]);
        for (module, expected) in [
            ("a", Some(Sources::Carried)),
            ("a.c", Some(Sources::Carried)),
            ("a.b.c", Some(Sources::LeftOut)),
            ("ab", None),
        ] {
            assert_eq!(Sources::said_of(module, &said), expected, "{module}");
        }
    }

    #[test]
    fn added_data_is_source_and_destination() {
        let parsed: AddedData = "a/b.txt:c".parse().unwrap();
        assert_eq!(parsed, AddedData { source: "a/b.txt".into(), destination: "c".into() });
        for wrong in ["", "a", ":b", "a:", "a;b"] {
            assert!(wrong.parse::<AddedData>().is_err(), "accepted {wrong:?}");
        }
    }
}

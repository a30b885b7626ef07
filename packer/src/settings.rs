//! What can be said about a build, wherever it is said: as flags, as keys of `[tool.rpack]`, in a `.spec` file.
//!
//! One structure is read from all three, so that a flag and its key cannot come to mean different things. Where PyInstaller has
//! the flag, name and meaning are its own.

pub mod pyproject;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use packer::options::{AddedData, CompileScope, HookUse, Sources};
use rpack_format::python_option::PYTHON_OPTIONS;
use rpack_format::{PythonOption, Unpack};
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Everything that can be said about a build, but for the program's path.
#[derive(Debug, Clone, Default, PartialEq, Args, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Settings {
    /// Name of the executable; `{name}`, `{version}` and `{platform}` in it stand for those of the project [default: the program's]
    #[arg(short, long)]
    pub name: Option<String>,

    /// Version of the program, which `rpack info` shows [default: that of its project]
    #[arg(long, value_name = "VERSION")]
    pub version_info: Option<String>,

    /// Write the executable to this path
    #[arg(short, long, value_name = "FILE", conflicts_with_all = ["name", "distpath"])]
    #[serde(skip)]
    pub output: Option<PathBuf>,

    /// Folder for the executable [default: dist]
    #[arg(long, value_name = "DIR")]
    pub distpath: Option<PathBuf>,

    /// Make one executable file, which is the default
    #[arg(short = 'F', long, overrides_with = "onedir")]
    pub onefile: bool,

    /// Make a folder with the executable, and its native and data files beside it
    #[arg(short = 'D', long, overrides_with = "onefile")]
    pub onedir: bool,

    /// With `--onedir`: name of the folder that holds the files; `.` puts them beside the executable [default: _internal]
    #[arg(long, value_name = "NAME")]
    pub contents_directory: Option<String>,

    /// With `--onedir`: replace a folder that holds files which rpack did not make
    #[arg(short = 'y', long)]
    #[serde(skip)]
    pub noconfirm: bool,

    /// Interpreter, virtual environment or version (`python3.12`) to pack [default: the active environment, the nearest
    /// `.venv`, or one made from what the program declares]
    #[arg(long, value_name = "PYTHON")]
    pub python: Option<PathBuf>,

    /// Include a module that no source names
    #[arg(long = "hidden-import", visible_alias = "hiddenimport", value_name = "MODULE")]
    pub hidden_imports: Vec<String>,

    /// Leave out a module and what only it imports
    #[arg(long = "exclude-module", value_name = "MODULE")]
    pub exclude_modules: Vec<String>,

    /// Include all submodules of a package
    #[arg(long, value_name = "PACKAGE")]
    pub collect_submodules: Vec<String>,

    /// Include all data files of a package; those of the packages that the program imports are there without
    #[arg(long, visible_alias = "collect-datas", value_name = "PACKAGE")]
    pub collect_data: Vec<String>,

    /// Include all shared libraries of a package
    #[arg(long, value_name = "PACKAGE")]
    pub collect_binaries: Vec<String>,

    /// Include all submodules, data files, shared libraries and metadata of a package
    #[arg(long, value_name = "PACKAGE")]
    pub collect_all: Vec<String>,

    /// Include the metadata of a distribution; that of the distributions that the program imports is there without
    #[arg(long, value_name = "DISTRIBUTION")]
    pub copy_metadata: Vec<String>,

    /// Include the metadata of a distribution and of all that it requires
    #[arg(long, value_name = "DISTRIBUTION")]
    pub recursive_copy_metadata: Vec<String>,

    /// Add a file, a folder's content or a glob pattern to a folder of the bundle
    #[arg(long, value_name = "SRC:DEST")]
    #[serde(deserialize_with = "texts")]
    pub add_data: Vec<AddedData>,

    /// The same for shared libraries, with the libraries that they need
    #[arg(long, value_name = "SRC:DEST")]
    #[serde(deserialize_with = "texts")]
    pub add_binary: Vec<AddedData>,

    /// Search for modules in these folders first, separated by `:`
    #[arg(short = 'p', long = "paths", value_name = "DIRS", value_delimiter = ':')]
    pub paths: Vec<PathBuf>,

    /// Run this script before the program; may be repeated
    #[arg(long = "runtime-hook", value_name = "FILE")]
    pub runtime_hooks: Vec<PathBuf>,

    /// Compile modules to bytecode, or by Nuitka and a C compiler to machine code [default: bytecode]
    #[arg(long, value_name = "BACKEND", value_parser = backend_parser(), overrides_with = "nuitka")]
    #[serde(deserialize_with = "text")]
    pub backend: Option<BackendName>,

    /// The same as `--backend nuitka`
    #[arg(long, overrides_with = "backend")]
    #[serde(skip)]
    pub nuitka: bool,

    /// With `--backend nuitka`: compile the program's own modules, those of its dependencies too, or even those of the standard
    /// library [default: program]
    #[arg(long, value_name = "SCOPE", value_parser = scope_parser())]
    #[serde(deserialize_with = "text")]
    pub compile: Option<CompileScope>,

    /// With `--backend nuitka`: count calls of built-in functions too, so that endless recursion through one is no crash
    #[arg(long)]
    pub full_compat: bool,

    /// Run the PyInstaller hooks that the target environment has (`auto`), or none (`off`) [default: auto]
    #[arg(long, value_name = "WHICH", value_parser = hooks_parser())]
    #[serde(deserialize_with = "text")]
    pub hooks: Option<HookUse>,

    /// Look for PyInstaller hooks in this folder too, before any other; may be repeated
    #[arg(long = "additional-hooks-dir", value_name = "DIR")]
    pub additional_hooks_dirs: Vec<PathBuf>,

    /// How long a hook may take before it is left out [default: 120]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..))]
    pub hook_timeout: Option<u32>,

    /// What is configured for hooks (PyInstaller's `hooksconfig`), by the name of the package that defines it; no flag says it.
    #[arg(skip)]
    pub hooks_config: serde_json::Map<String, serde_json::Value>,

    /// Whether the sources of single modules and packages go in too (PyInstaller's `module_collection_mode`); no flag says it.
    #[arg(skip)]
    pub module_collection_mode: BTreeMap<String, CollectionMode>,

    /// Rules about packages: they stand in `[tool.rpack]` only, and the build reads them itself.
    #[arg(skip)]
    pub rules: IgnoredAny,

    /// Start the interpreter with this option: `u`, `v`, `O`, `OO`, `W FILTER`, `X NAME[=VALUE]` or `hash_seed=N`; may be repeated
    #[arg(long = "python-option", value_name = "OPTION")]
    #[serde(deserialize_with = "texts")]
    pub python_options: Vec<InterpreterOption>,

    /// 1 leaves assertions out, as `-O` does; 2 also docstrings, as `-OO` does
    #[arg(long, value_name = "LEVEL", value_parser = clap::value_parser!(u8).range(0..=2))]
    #[serde(deserialize_with = "level")]
    pub optimize: Option<u8>,

    /// Leave out the symbol tables of native files that debuggers read; debug information is always left out
    #[arg(short, long)]
    pub strip: bool,

    /// Carry the sources too, so that tracebacks show lines and `inspect.getsource` works
    #[arg(long)]
    pub source: bool,

    /// Where the program begins to look for a place for its files: the user's store, a private folder for each run, or
    /// memory. `RPACK_UNPACK` says the same at run time [default: store]
    #[arg(long, value_name = "WHERE", value_parser = unpack_parser())]
    #[serde(deserialize_with = "text")]
    pub unpack: Option<Unpack>,

    /// Make an executable that says on stderr what its bootloader and importer do
    #[arg(short, long, value_name = "WHAT", num_args = 0..=1, require_equals = true, default_missing_value = "all", value_parser = debug_parser())]
    #[serde(skip)]
    pub debug: Vec<String>,
}

/// What `--debug` takes.
pub const DEBUG: [&str; 4] = ["all", "imports", "bootloader", NOARCHIVE];

/// PyInstaller's way to get modules as files.
pub const NOARCHIVE: &str = "noarchive";

/// What is said of it.
pub const NO_ARCHIVE: &str =
    "modules work in the executable as in files, and `--source` has their sources as files too";

impl Settings {
    /// These settings where they say something, and `below` elsewhere. Lists are joined.
    pub fn over(self, below: Settings) -> Settings {
        let chooses_place = self.name.is_some() || self.distpath.is_some();
        let chooses_form = self.onefile || self.onedir;
        Settings {
            output: self.output.or(below.output.filter(|_| !chooses_place)),
            name: self.name.or(below.name),
            version_info: self.version_info.or(below.version_info),
            distpath: self.distpath.or(below.distpath),
            onefile: if chooses_form { self.onefile } else { below.onefile },
            onedir: if chooses_form { self.onedir } else { below.onedir },
            contents_directory: self.contents_directory.or(below.contents_directory),
            noconfirm: self.noconfirm || below.noconfirm,
            python: self.python.or(below.python),
            hidden_imports: joined(below.hidden_imports, self.hidden_imports),
            exclude_modules: joined(below.exclude_modules, self.exclude_modules),
            collect_submodules: joined(below.collect_submodules, self.collect_submodules),
            collect_data: joined(below.collect_data, self.collect_data),
            collect_binaries: joined(below.collect_binaries, self.collect_binaries),
            collect_all: joined(below.collect_all, self.collect_all),
            copy_metadata: joined(below.copy_metadata, self.copy_metadata),
            recursive_copy_metadata: joined(below.recursive_copy_metadata, self.recursive_copy_metadata),
            add_data: joined(below.add_data, self.add_data),
            add_binary: joined(below.add_binary, self.add_binary),
            paths: joined(below.paths, self.paths),
            runtime_hooks: joined(below.runtime_hooks, self.runtime_hooks),
            backend: self.backend.or(below.backend.filter(|_| !self.nuitka)),
            nuitka: self.nuitka,
            compile: self.compile.or(below.compile),
            full_compat: self.full_compat || below.full_compat,
            hooks: self.hooks.or(below.hooks),
            hook_timeout: self.hook_timeout.or(below.hook_timeout),
            hooks_config: below.hooks_config.into_iter().chain(self.hooks_config).collect(),
            module_collection_mode: below
                .module_collection_mode
                .into_iter()
                .chain(self.module_collection_mode)
                .collect(),
            additional_hooks_dirs: joined(below.additional_hooks_dirs, self.additional_hooks_dirs),
            rules: IgnoredAny,
            python_options: joined(below.python_options, self.python_options),
            optimize: self.optimize.or(below.optimize),
            strip: self.strip || below.strip,
            source: self.source || below.source,
            unpack: self.unpack.or(below.unpack),
            debug: joined(below.debug, self.debug),
        }
    }

    /// The same settings with the paths in them, which are relative to `folder`, as this process can use them.
    pub fn relative_to(mut self, folder: &Path) -> Settings {
        let files = self.distpath.iter_mut().chain(&mut self.output).chain(&mut self.runtime_hooks);
        let paths = files.chain(&mut self.paths).chain(&mut self.additional_hooks_dirs);
        paths.for_each(|path| *path = folder.join(&path));
        // A name without a slash is looked for on PATH.
        let python = self.python.iter_mut().filter(|python| python.components().count() > 1);
        python.for_each(|python| *python = folder.join(&python));
        let added = self.add_data.iter_mut().chain(&mut self.add_binary);
        added.for_each(|added| added.source = folder.join(&added.source).to_string_lossy().into_owned());
        self
    }

    /// Whether the program is to say what its bootloader and importer do.
    pub fn is_traced(&self) -> bool {
        self.debug.iter().any(|what| what != NOARCHIVE)
    }

    /// Whether modules are compiled to machine code.
    pub fn uses_nuitka(&self) -> bool {
        self.nuitka || self.backend == Some(BackendName::Nuitka)
    }

    /// The options of the interpreter. `--optimize` stands for one of them and decides over the others of its kind.
    pub fn interpreter_options(&self) -> Vec<String> {
        let options = self.python_options.iter().map(|InterpreterOption(option)| option.clone());
        let Some(level) = self.optimize else { return options.collect() };
        let is_other = |option: &String| !matches!(PythonOption::parse(option), Some(PythonOption::Optimized(_)));
        let chosen = (level > 0).then(|| "O".repeat(level.into()));
        options.filter(is_other).chain(chosen).collect()
    }
}

fn joined<T>(mut first: Vec<T>, then: Vec<T>) -> Vec<T> {
    first.extend(then);
    first
}

/// What `--backend` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackendName {
    /// Modules become bytecode.
    Bytecode,
    /// Some of them become machine code.
    Nuitka,
}

impl BackendName {
    /// Every choice.
    const ALL: [BackendName; 2] = [BackendName::Bytecode, BackendName::Nuitka];

    fn name(self) -> &'static str {
        match self {
            BackendName::Bytecode => "bytecode",
            BackendName::Nuitka => "nuitka",
        }
    }
}

impl FromStr for BackendName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = BackendName::ALL.into_iter().find(|backend| backend.name() == text);
        found.ok_or_else(|| "expected `bytecode` or `nuitka`".to_owned())
    }
}

/// What goes in of a module, in PyInstaller's words. A module is always in the payload, so what is left to say is whether its source
/// goes in too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct CollectionMode(pub Sources);

impl CollectionMode {
    /// Every mode.
    pub const NAMES: [&str; 5] = ["pyz", "pyc", "py", "pyz+py", "py+pyz"];
}

impl TryFrom<String> for CollectionMode {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match CollectionMode::NAMES.contains(&text.as_str()) {
            true => Ok(CollectionMode(Sources::of_mode(&text))),
            false => Err(format!("`{text}`: expected one of `{}`", CollectionMode::NAMES.join("`, `"))),
        }
    }
}

/// An option of the interpreter, as `rpack_format::PythonOption` reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InterpreterOption(pub String);

impl FromStr for InterpreterOption {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match PythonOption::parse(text) {
            Some(_) => Ok(InterpreterOption(text.to_owned())),
            None => Err(format!("the options that there are: {PYTHON_OPTIONS}")),
        }
    }
}

/// What `--debug` takes. What changes nothing is not shown.
fn debug_parser() -> PossibleValuesParser {
    PossibleValuesParser::new(DEBUG.map(|what| PossibleValue::new(what).hide(what == NOARCHIVE)))
}

/// Reads the name of a place; the list of names makes clap show them.
fn unpack_parser() -> impl TypedValueParser<Value = Unpack> {
    PossibleValuesParser::new(Unpack::ALL.map(Unpack::name)).try_map(|name| name.parse::<Unpack>())
}

/// Reads the name of a backend.
fn backend_parser() -> impl TypedValueParser<Value = BackendName> {
    PossibleValuesParser::new(BackendName::ALL.map(BackendName::name)).try_map(|name| name.parse::<BackendName>())
}

/// Reads which modules are compiled to machine code.
fn scope_parser() -> impl TypedValueParser<Value = CompileScope> {
    PossibleValuesParser::new(CompileScope::ALL.map(CompileScope::name)).try_map(|name| name.parse::<CompileScope>())
}

/// Reads whether hooks are run.
fn hooks_parser() -> impl TypedValueParser<Value = HookUse> {
    PossibleValuesParser::new(HookUse::ALL.map(HookUse::name)).try_map(|name| name.parse::<HookUse>())
}

fn texts<'de, D: Deserializer<'de>, T: FromStr<Err: std::fmt::Display>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts.iter().map(|text| parsed(text)).collect()
}

fn text<'de, D: Deserializer<'de>, T: FromStr<Err: std::fmt::Display>>(deserializer: D) -> Result<Option<T>, D::Error> {
    parsed(&String::deserialize(deserializer)?).map(Some)
}

fn parsed<T: FromStr<Err: std::fmt::Display>, E: serde::de::Error>(text: &str) -> Result<T, E> {
    text.parse().map_err(|error| E::custom(format!("`{text}`: {error}")))
}

fn level<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u8>, D::Error> {
    match u8::deserialize(deserializer)? {
        level @ 0..=2 => Ok(Some(level)),
        other => Err(serde::de::Error::custom(format!("`{other}`: expected 0, 1 or 2"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(toml: &str) -> Settings {
        toml::from_str(toml).unwrap()
    }

    #[test]
    fn what_is_said_above_decides_and_lists_are_joined() {
        let below = settings(
            "name = 'a'\nonedir = true\nhidden-imports = ['x']\noptimize = 2\nunpack = 'memory'\nadd-data = ['s:d']",
        );
        let above = settings("name = 'b'\nonefile = true\nhidden-imports = ['y']\noptimize = 0\nstrip = true");
        let both = above.over(below.clone());
        assert_eq!((both.name.as_deref(), both.optimize, both.unpack), (Some("b"), Some(0), Some(Unpack::Memory)));
        assert_eq!((both.onefile, both.onedir, both.strip), (true, false, true));
        assert_eq!((both.hidden_imports.join(" "), both.add_data.len()), ("x y".to_owned(), 1));
        assert_eq!(Settings::default().over(below.clone()), below);
        assert_eq!(below.clone().over(Settings::default()), below);
    }

    #[test]
    fn an_output_gives_way_to_a_place_that_is_said_above() {
        let below = || Settings { output: Some("out".into()), ..Settings::default() };
        assert_eq!(settings("distpath = 'd'").over(below()).output, None);
        assert_eq!(settings("strip = true").over(below()).output, Some("out".into()));
    }

    #[test]
    fn the_backend_is_said_by_either_flag_or_by_a_key() {
        assert!(settings("backend = 'nuitka'").uses_nuitka() && !settings("backend = 'bytecode'").uses_nuitka());
        assert!(toml::from_str::<Settings>("backend = 'other'").is_err());
        let above = Settings { nuitka: true, ..Settings::default() };
        let both = above.over(settings("backend = 'bytecode'\ncompile = 'all'\nfull-compat = true"));
        assert!(both.uses_nuitka() && both.full_compat);
        assert_eq!(both.compile, Some(CompileScope::All));
    }

    #[test]
    fn paths_are_meant_from_a_folder() {
        let text =
            "distpath = 'd'\npaths = ['/p']\nadd-data = ['s/*.txt:d']\nruntime-hooks = ['h.py']\npython = 'python3'";
        let moved = settings(text).relative_to(Path::new("/f"));
        assert_eq!(moved.distpath, Some("/f/d".into()));
        assert_eq!((&moved.paths[..], &moved.runtime_hooks[..]), (&["/p".into()][..], &["/f/h.py".into()][..]));
        assert_eq!(moved.add_data, ["/f/s/*.txt:d".parse().unwrap()]);
        assert_eq!(moved.python, Some("python3".into()));
        assert_eq!(
            settings("python = 'env/bin/python'").relative_to(Path::new("/f")).python,
            Some("/f/env/bin/python".into())
        );
    }

    #[test]
    fn modes_of_collection_say_whether_sources_go_in() {
        let modes = settings("module-collection-mode = { a = 'py+pyz', 'a.b' = 'pyz' }").module_collection_mode;
        assert_eq!((modes["a"].0, modes["a.b"].0), (Sources::Carried, Sources::LeftOut));
        let wrong = toml::from_str::<Settings>("module-collection-mode = { a = 'pyx' }").unwrap_err().to_string();
        assert!(wrong.contains("`pyx`: expected one of `pyz`"), "{wrong}");
    }

    #[test]
    fn the_level_is_an_option_of_the_interpreter() {
        let options = |toml: &str| settings(toml).interpreter_options();
        assert_eq!(options("python-options = ['u', 'OO']"), ["u", "OO"]);
        assert_eq!(options("python-options = ['u', 'OO']\noptimize = 1"), ["u", "O"]);
        assert_eq!(options("python-options = ['OO']\noptimize = 0"), [] as [&str; 0]);
        assert_eq!(options("optimize = 2"), ["OO"]);
    }
}

//! The command line: parsed here, resolved into [`Options`] here, known nowhere else.

use crate::printer::Verbosity;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};
use packer::environment::Request;
use packer::options::{AddedData, Options, Sources, Tracing};
use rpack_format::index::RUNTIME_HOOK_PREFIX;
use rpack_format::python_option::PYTHON_OPTIONS;
use rpack_format::{PythonOption, Unpack};
use std::env;
use std::path::PathBuf;

/// Packs a Python program into one executable file.
#[derive(Debug, Parser)]
#[command(name = "rpack", version, about, max_term_width = 100)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What `rpack` can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Turn a Python program into one executable file that needs no Python
    Build(BuildArguments),
}

/// Arguments of `rpack build`. Where PyInstaller has the flag, name and meaning are its own.
#[derive(Debug, Args)]
pub struct BuildArguments {
    /// A folder with `main.py`, `__main__.py` or `[project.scripts]` in its `pyproject.toml`; or a script
    path: PathBuf,

    /// Name of the executable [default: the program's]
    #[arg(short, long)]
    name: Option<String>,

    /// Write the executable to this path
    #[arg(short, long, value_name = "FILE", conflicts_with_all = ["name", "distpath"])]
    output: Option<PathBuf>,

    /// Folder for the executable
    #[arg(long, value_name = "DIR", default_value = "dist")]
    distpath: PathBuf,

    /// Interpreter, virtual environment or version (`python3.12`) to pack [default: the active environment, the nearest
    /// `.venv`, or one made from what the program declares]
    #[arg(long, value_name = "PYTHON")]
    python: Option<PathBuf>,

    /// Include a module that no source names
    #[arg(long = "hidden-import", visible_alias = "hiddenimport", value_name = "MODULE")]
    hidden_imports: Vec<String>,

    /// Leave out a module and what only it imports
    #[arg(long = "exclude-module", value_name = "MODULE")]
    excluded_modules: Vec<String>,

    /// Add a file, a folder's content or a glob pattern to a folder of the bundle
    #[arg(long = "add-data", value_name = "SRC:DEST")]
    added_data: Vec<AddedData>,

    /// Include all submodules, data files and metadata of a package
    #[arg(long = "collect-all", value_name = "PACKAGE")]
    collect_all: Vec<String>,

    /// Search for modules in these folders first, separated by `:`
    #[arg(short = 'p', long = "paths", value_name = "DIRS", value_delimiter = ':')]
    paths: Vec<PathBuf>,

    /// Run this script before the program; may be repeated
    #[arg(long = "runtime-hook", value_name = "FILE")]
    runtime_hooks: Vec<PathBuf>,

    /// Start the interpreter with this option: `u`, `v`, `O`, `OO`, `W FILTER`, `X NAME[=VALUE]` or `hash_seed=N`; may be repeated
    #[arg(long = "python-option", value_name = "OPTION", value_parser = python_option)]
    python_options: Vec<String>,

    /// Carry the sources too, so that tracebacks show lines and `inspect.getsource` works
    #[arg(long)]
    source: bool,

    /// Where the program begins to look for a place for its files: the user's store, a private folder for each run, or
    /// memory. `RPACK_UNPACK` says the same at run time
    #[arg(long, value_name = "WHERE", default_value_t = Unpack::Store, value_parser = unpack_parser())]
    unpack: Unpack,

    /// Make an executable that says on stderr what its bootloader and importer do
    #[arg(short, long, value_name = "WHAT", num_args = 0..=1, require_equals = true, default_missing_value = "all", value_parser = ["all", "imports", "bootloader"])]
    debug: Option<String>,

    /// Say what goes in, and what was not found in libraries' optional parts
    #[arg(short, long, conflicts_with = "quiet")]
    verbose: bool,

    /// Say nothing but errors
    #[arg(short, long)]
    quiet: bool,
}

/// Why the arguments make no build.
pub struct Refused {
    /// What was wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl BuildArguments {
    /// How much to say.
    pub fn verbosity(&self) -> Verbosity {
        match (self.quiet, self.verbose) {
            (true, _) => Verbosity::Quiet,
            (_, true) => Verbosity::Verbose,
            _ => Verbosity::Normal,
        }
    }

    /// Resolves the arguments and the process's environment into options.
    pub fn options(&self) -> Result<Options, Refused> {
        let cache = cache_folder().ok_or_else(|| Refused {
            message: "There is no folder for rpack's cache: RPACK_CACHE_DIR, XDG_CACHE_HOME and HOME are all unset"
                .into(),
            hint: Some("Set RPACK_CACHE_DIR to a folder that you can write to".into()),
        })?;
        Ok(Options {
            path: self.path.clone(),
            name: self.name.clone(),
            output: self.output.clone(),
            folder: self.distpath.clone(),
            environment: Request {
                python: self.python.clone(),
                virtual_env: env::var_os("VIRTUAL_ENV").filter(|value| !value.is_empty()).map(PathBuf::from),
                cache,
                path: env::var_os("PATH").unwrap_or_default(),
            },
            paths: self.paths.clone(),
            analysis: rpack_analyzer::Options {
                hidden_imports: self.hidden_imports.clone(),
                excluded_modules: self.excluded_modules.clone(),
                collect_all: self.collect_all.clone(),
                runtime_hooks: self.named_runtime_hooks(),
            },
            added_data: self.added_data.clone(),
            python_options: self.python_options.clone(),
            sources: if self.source { Sources::Carried } else { Sources::LeftOut },
            unpack: self.unpack,
            tracing: if self.debug.is_some() { Tracing::On } else { Tracing::Off },
        })
    }
    /// The runtime hooks, under the names by which the runtime finds them.
    fn named_runtime_hooks(&self) -> Vec<(String, PathBuf)> {
        let named = |(number, path): (usize, &PathBuf)| (format!("{RUNTIME_HOOK_PREFIX}{number}"), path.clone());
        self.runtime_hooks.iter().enumerate().map(named).collect()
    }
}

fn python_option(text: &str) -> Result<String, String> {
    match PythonOption::parse(text) {
        Some(_) => Ok(text.to_owned()),
        None => Err(format!("the options that there are: {PYTHON_OPTIONS}")),
    }
}

/// Reads the name of a place; the list of names makes clap show them.
fn unpack_parser() -> impl TypedValueParser<Value = Unpack> {
    PossibleValuesParser::new(Unpack::ALL.map(Unpack::name)).try_map(|name| name.parse::<Unpack>())
}

/// The folder that the bootloader's store shares: `RPACK_CACHE_DIR`, else the XDG cache folder, else `HOME/.cache`.
fn cache_folder() -> Option<PathBuf> {
    let absolute = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute("RPACK_CACHE_DIR")
        .or_else(|| Some(absolute("XDG_CACHE_HOME")?.join("rpack")))
        .or_else(|| Some(absolute("HOME")?.join(".cache/rpack")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn debug_does_not_swallow_the_path() {
        let Command::Build(arguments) = Arguments::parse_from(["rpack", "build", "--debug", "program"]).command;
        assert_eq!(arguments.path, PathBuf::from("program"));
        assert_eq!(arguments.debug.as_deref(), Some("all"));
    }
}

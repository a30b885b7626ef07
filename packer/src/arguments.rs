//! The command line: parsed here, resolved into [`Options`] here, known nowhere else.

use crate::making::{Listing, Making};
use crate::printer::Verbosity;
use crate::pyinstaller;
use crate::refused::Refused;
use crate::settings::{DEBUG, NO_ARCHIVE, NOARCHIVE, Settings, pyproject};
use crate::spec;
use clap::{Args, Parser, Subcommand};
use packer::cache::Caching;
use packer::environment::Request;
use packer::options::{
    Backend, Compatibility, Compilation, Compression, Form, Options, Replacement, RuleUse, Sources, Symbols, Tracing,
};
use rpack_format::index::RUNTIME_HOOK_PREFIX;
use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, thread};

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
    /// Turn a Python program into one executable file, or a folder, that needs no Python
    #[command(args_override_self = true)]
    Build(Box<BuildArguments>),
    /// Build a program and run it
    #[command(args_override_self = true)]
    Run(Box<RunArguments>),
    /// Say what a packed program is: its name, its version, the Python inside
    Info {
        /// The executable
        file: PathBuf,
    },
    /// Look after the cache in which builds keep what they made, for all projects of a user
    #[command(subcommand)]
    Cache(CacheCommand),
}

/// What can be done with the build cache.
#[derive(Debug, Subcommand)]
pub enum CacheCommand {
    /// Print the cache's folder
    Dir,
    /// Print how many bytes the cache holds
    Size,
    /// Remove what no build has used for 30 days
    Prune {
        /// Remove more, what was used longest ago first, until no more than this many megabytes are left
        #[arg(long, value_name = "MB")]
        max_size: Option<u64>,
    },
    /// Remove everything in the cache
    Clean,
}

/// Arguments of `rpack run`: those of `rpack build`, and after `--` those of the program.
#[derive(Debug, Args)]
pub struct RunArguments {
    /// What is built.
    #[command(flatten)]
    pub build: BuildArguments,

    /// Arguments for the program
    #[arg(last = true, value_name = "ARGS")]
    pub arguments: Vec<OsString>,
}

/// Arguments of `rpack build`.
#[derive(Debug, Args)]
pub struct BuildArguments {
    /// A folder with `main.py`, `__main__.py` or `[project.scripts]` in its `pyproject.toml`; a script; or a `.spec` file of PyInstaller
    path: PathBuf,

    #[command(flatten)]
    settings: Settings,

    /// How the build goes about its work.
    #[command(flatten)]
    pub making: Making,

    /// Say what goes in and why, and what was not found in libraries' optional parts
    #[arg(short, long, conflicts_with = "quiet")]
    verbose: bool,

    /// Say nothing but errors
    #[arg(short, long)]
    quiet: bool,

    /// How much to say, in PyInstaller's words: DEBUG is `--verbose`, ERROR is `--quiet`
    #[arg(long, value_name = "LEVEL", ignore_case = true, value_parser = LOG_LEVELS)]
    log_level: Option<String>,

    #[command(flatten)]
    of_pyinstaller: pyinstaller::Given,
}

/// How many seconds a hook may take. Most take a few milliseconds; one that imports its package may need half a minute.
const HOOK_TIME: u64 = 120;

/// What PyInstaller's `--log-level` takes.
const LOG_LEVELS: [&str; 7] = ["TRACE", "DEBUG", "INFO", "WARN", "DEPRECATION", "ERROR", "FATAL"];

/// What to build, and what to say about the way that it was asked for.
pub struct Build {
    /// Everything that was chosen.
    pub options: Options,
    /// Notes about flags that change nothing.
    pub notes: Vec<String>,
}

impl Arguments {
    /// Reads the command line of this process, or ends it with what is wrong with it.
    pub fn of_process() -> Self {
        Self::parse_from(with_debug_joined(env::args_os()))
    }
}

impl BuildArguments {
    /// How much to say.
    pub fn verbosity(&self) -> Verbosity {
        let level = self.log_level.as_deref().map(str::to_ascii_uppercase);
        match (self.quiet, self.verbose, level.as_deref()) {
            (true, _, _) | (false, false, Some("ERROR" | "FATAL")) => Verbosity::Quiet,
            (_, true, _) | (_, _, Some("TRACE" | "DEBUG")) => Verbosity::Verbose,
            _ => Verbosity::Normal,
        }
    }

    /// Resolves the arguments, what the program says about its own build, and the process's environment.
    pub fn resolve(&self) -> Result<Build, Refused> {
        let mut notes = self.of_pyinstaller.notes()?;
        let (path, below) = match spec::is_spec(&self.path) {
            true => {
                let spec = spec::read(&self.path)?;
                notes.extend(spec.notes);
                (spec.script, spec.settings)
            }
            false => (self.path.clone(), pyproject::of_program(&self.path)?),
        };
        let settings = self.settings.clone().over(below);
        let options = options(&path, &settings, &mut notes)?;
        if !settings.uses_nuitka() {
            notes.extend(notes_without_nuitka(&settings, &self.making));
        }
        let listing = if self.verbosity() == Verbosity::Verbose { Listing::On } else { Listing::Off };
        Ok(Build { options: self.making.over(options, listing), notes })
    }
}

fn options(path: &Path, settings: &Settings, notes: &mut Vec<String>) -> Result<Options, Refused> {
    if settings.debug.iter().any(|what| what == NOARCHIVE) {
        notes.push(format!("`--debug {NOARCHIVE}` is not needed: {NO_ARCHIVE}"));
    }
    let cache = cache_folder()?;
    Ok(Options {
        path: path.to_owned(),
        name: settings.name.clone(),
        version: settings.version_info.clone(),
        output: settings.output.clone(),
        folder: settings.distpath.clone().unwrap_or_else(|| "dist".into()),
        form: form(settings, notes)?,
        environment: Request {
            python: settings.python.clone(),
            virtual_env: env::var_os("VIRTUAL_ENV").filter(|value| !value.is_empty()).map(PathBuf::from),
            cache,
            path: env::var_os("PATH").unwrap_or_default(),
        },
        paths: settings.paths.clone(),
        analysis: rpack_analyzer::Options {
            hidden_imports: settings.hidden_imports.clone(),
            excluded_modules: settings.exclude_modules.clone(),
            collect_all: settings.collect_all.clone(),
            collect_submodules: settings.collect_submodules.clone(),
            collect_data: settings.collect_data.clone(),
            collect_binaries: settings.collect_binaries.clone(),
            copy_metadata: settings.copy_metadata.clone(),
            recursive_copy_metadata: settings.recursive_copy_metadata.clone(),
            runtime_hooks: named_runtime_hooks(&settings.runtime_hooks),
            left_out: Vec::new(),
        },
        backend: backend(settings),
        hooks: settings.hooks.unwrap_or_default(),
        hook_folders: settings.additional_hooks_dirs.clone(),
        hook_time: Duration::from_secs(settings.hook_timeout.map_or(HOOK_TIME, u64::from)),
        hook_configuration: settings.hooks_config.clone(),
        rules: RuleUse::All,
        added_data: settings.add_data.clone(),
        added_binaries: settings.add_binary.clone(),
        python_options: settings.interpreter_options(),
        symbols: if settings.strip { Symbols::Stripped } else { Symbols::Kept },
        sources: if settings.source { Sources::Carried } else { Sources::LeftOut },
        sources_of: settings.module_collection_mode.iter().map(|(name, mode)| (name.clone(), mode.0)).collect(),
        unpack: settings.unpack.unwrap_or_default(),
        tracing: if settings.is_traced() { Tracing::On } else { Tracing::Off },
        compression: Compression::default(),
        caching: Caching::default(),
        jobs: thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
    })
}

/// What the settings say about it; what `Making` says is laid over that.
fn backend(settings: &Settings) -> Backend {
    match settings.uses_nuitka() {
        false => Backend::Bytecode,
        true => Backend::Nuitka(Compilation {
            scope: settings.compile.unwrap_or_default(),
            compatibility: if settings.full_compat { Compatibility::Full } else { Compatibility::Usual },
            ..Compilation::default()
        }),
    }
}

/// Flags that choose nothing where nothing is compiled to machine code.
fn notes_without_nuitka(settings: &Settings, making: &Making) -> Vec<String> {
    let compile = settings.compile.map(|_| "--compile");
    let given = compile.into_iter().chain(settings.full_compat.then_some("--full-compat")).chain(making.for_nuitka());
    given.map(|flag| format!("`{flag}` has no effect without `--backend nuitka`")).collect()
}

/// One file, unless a folder was asked for.
fn form(settings: &Settings, notes: &mut Vec<String>) -> Result<Form, Refused> {
    if !settings.onedir || settings.onefile {
        if settings.contents_directory.is_some() {
            notes.push("`--contents-directory` has no effect without `--onedir`".to_owned());
        }
        return Ok(Form::File);
    }
    let contents = settings.contents_directory.clone().unwrap_or_else(|| "_internal".to_owned());
    if contents.is_empty() || contents == ".." || contents.contains('/') {
        return Err(Refused {
            message: format!("`{contents}` (from `--contents-directory`) is no name of a folder"),
            hint: Some("Give one name without slashes, or `.` for no folder of its own".to_owned()),
        });
    }
    if settings.unpack.is_some() {
        notes.push("`--unpack` has no effect with `--onedir`: the files are there already".to_owned());
    }
    let replacement = if settings.noconfirm { Replacement::Any } else { Replacement::OwnOnly };
    Ok(Form::Folder { contents, replacement })
}

/// The runtime hooks, under the names by which the runtime finds them.
fn named_runtime_hooks(hooks: &[PathBuf]) -> Vec<(String, PathBuf)> {
    let named = |(number, path): (usize, &PathBuf)| (format!("{RUNTIME_HOOK_PREFIX}{number}"), path.clone());
    hooks.iter().enumerate().map(named).collect()
}

/// PyInstaller takes `-d all`, where here `-d` alone is enough and what follows would be the program's path. So a word of
/// `--debug` that follows it is joined to it.
fn with_debug_joined(words: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut joined: Vec<OsString> = Vec::new();
    for word in words {
        match joined.last_mut() {
            Some(last) if (last == "-d" || last == "--debug") && DEBUG.iter().any(|what| word == *what) => {
                last.push("=");
                last.push(word);
            }
            _ => joined.push(word),
        }
    }
    joined
}

/// The folder that the bootloader's store shares: `RPACK_CACHE_DIR`, else the XDG cache folder, else `HOME/.cache`.
pub fn cache_folder() -> Result<PathBuf, Refused> {
    let absolute = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute("RPACK_CACHE_DIR")
        .or_else(|| Some(absolute("XDG_CACHE_HOME")?.join("rpack")))
        .or_else(|| Some(absolute("HOME")?.join(".cache/rpack")))
        .ok_or_else(|| Refused {
            message: "There is no folder for rpack's cache: RPACK_CACHE_DIR, XDG_CACHE_HOME and HOME are all unset"
                .into(),
            hint: Some("Set RPACK_CACHE_DIR to a folder that you can write to".into()),
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parsed(words: &[&str]) -> BuildArguments {
        let words = ["rpack", "build"].iter().chain(words).map(OsString::from);
        let command = Arguments::parse_from(with_debug_joined(words)).command;
        let Command::Build(arguments) = command else { panic!("another command: {command:?}") };
        *arguments
    }

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn debug_does_not_swallow_the_path() {
        let arguments = parsed(&["--debug", "program"]);
        assert_eq!(arguments.path, PathBuf::from("program"));
        assert_eq!(arguments.settings.debug, ["all"]);
    }

    #[test]
    fn debug_is_taken_as_pyinstaller_takes_it() {
        let arguments = parsed(&["-d", "imports", "--debug", "bootloader", "-d=all", "program"]);
        assert_eq!(arguments.path, PathBuf::from("program"));
        assert_eq!(arguments.settings.debug, ["imports", "bootloader", "all"]);
    }

    #[test]
    fn the_last_of_two_counts() {
        let settings = parsed(&["-D", "-F", "--name", "a", "program", "--name", "b"]).settings;
        assert_eq!((settings.onefile, settings.onedir, settings.name.as_deref()), (true, false, Some("b")));
    }

    #[test]
    fn levels_are_verbosities() {
        for (words, verbosity) in [
            (&["--log-level", "debug", "p"][..], Verbosity::Verbose),
            (&["--log-level=ERROR", "p"], Verbosity::Quiet),
            (&["--log-level=WARN", "p"], Verbosity::Normal),
            (&["--log-level=ERROR", "-v", "p"], Verbosity::Verbose),
        ] {
            assert_eq!(parsed(words).verbosity(), verbosity, "{words:?}");
        }
    }

    #[test]
    fn a_folder_is_made_where_it_was_asked_for() {
        let form = |words: &[&str]| {
            let mut notes = Vec::new();
            let form = form(&parsed(words).settings, &mut notes);
            (form.ok(), notes.len())
        };
        assert_eq!(form(&["p"]), (Some(Form::File), 0));
        assert_eq!(form(&["p", "--contents-directory", "x"]), (Some(Form::File), 1));
        let folder = |contents: &str, replacement| Some(Form::Folder { contents: contents.to_owned(), replacement });
        assert_eq!(form(&["p", "-D"]), (folder("_internal", Replacement::OwnOnly), 0));
        assert_eq!(form(&["p", "-D", "-y", "--contents-directory=."]), (folder(".", Replacement::Any), 0));
        assert_eq!(form(&["p", "-D", "--unpack", "memory"]).1, 1);
        assert_eq!(form(&["p", "-D", "--contents-directory", "a/b"]), (None, 0));
    }
}

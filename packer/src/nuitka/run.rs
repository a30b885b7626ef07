//! Running Nuitka: several at the same time, each in a folder of its own that holds the sources of one unit and nothing else.

use super::compiler::wrapped;
use super::error::Error;
use super::plan::Unit;
use super::tools::Tools;
use super::{Facts, Library, Made, Progress, kept};
use crate::cache::Caching;
use crate::collection::{Collection, ModuleContent};
use crate::options::{Compatibility, Compilation, Goal, Options};
use crate::os;
use rpack_format::PythonOption;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

/// What all runs have to do with.
pub struct Job<'a> {
    /// Where the modules are.
    pub collection: &'a Collection,
    /// How to compile.
    pub how: &'a Compilation,
    /// What compiles.
    pub tools: &'a Tools,
    /// What else was asked for.
    pub options: &'a Options,
    /// How many modules there are to compile, those included that are compiled already.
    pub total: usize,
}

/// How often it is looked how far the C compiler has come.
const PAUSE: Duration = Duration::from_millis(300);

/// What a thread tells.
enum Message {
    /// It begins with a unit, in this folder.
    Begun(usize, PathBuf),
    /// It has ended with a unit.
    Ended(usize, Result<Library, Error>),
}

/// Compiles units, and gives each to `keep` when it is done, also where its code cannot be compiled and need not be. Any other error
/// ends it, when all that have begun have ended.
pub fn run(
    units: &[&Unit],
    job: &Job,
    keep: &mut dyn FnMut(usize, Made),
    report: &mut dyn FnMut(Progress),
) -> Result<(), Error> {
    let next = AtomicUsize::new(0);
    let count: usize = units.iter().map(|unit| unit.modules.len()).sum();
    let known = job.total - count;
    let started = Instant::now();
    thread::scope(|scope| {
        let (sender, messages) = mpsc::channel();
        for _ in 0..job.options.jobs.get().min(units.len()) {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || work(units, job, next, &sender));
        }
        drop(sender);
        let mut running: HashMap<usize, PathBuf> = HashMap::new();
        let (mut finished, mut shown, mut failure) = (0, None, None);
        loop {
            let message = match messages.recv_timeout(PAUSE) {
                Ok(message) => Some(message),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => break,
            };
            match message {
                Some(Message::Begun(number, folder)) => {
                    report(Progress::Compiling { unit: &units[number].root });
                    running.insert(number, folder);
                }
                Some(Message::Ended(number, ended)) => {
                    running.remove(&number);
                    finished += units[number].modules.len();
                    match ended {
                        Ok(library) => keep(number, Ok(library)),
                        Err(error) => match error.as_warnings().filter(|_| !units[number].is_own) {
                            Some(warnings) => keep(number, Err(warnings)),
                            None => {
                                next.store(units.len(), Ordering::Relaxed);
                                failure.get_or_insert(error);
                            }
                        },
                    }
                }
                None => {}
            }
            let compiled =
                |(&number, folder): (&usize, &PathBuf)| compiled_so_far(folder).min(units[number].modules.len());
            // Between its end and the message about it the folder of a unit is gone.
            let done = (finished + running.iter().map(compiled).sum::<usize>()).max(shown.unwrap_or_default());
            if shown != Some(done) && failure.is_none() {
                let left = (done > 0).then(|| started.elapsed().mul_f64((count - done) as f64 / done as f64));
                report(Progress::Compiled { done: known + done, total: job.total, left });
                shown = Some(done);
            }
        }
        failure.map_or(Ok(()), Err)
    })
}

fn work(units: &[&Unit], job: &Job, next: &AtomicUsize, sender: &Sender<Message>) {
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let Some(unit) = units.get(number) else { break };
        // Nobody listens any more where the build was given up.
        let ended = compile_valid(unit, units.len(), job, |folder| {
            drop(sender.send(Message::Begun(number, folder.to_owned())))
        });
        drop(sender.send(Message::Ended(number, ended)));
    }
}

/// How many modules of a running unit are compiled: Nuitka writes a file of C for each, and the compiler an object file.
fn compiled_so_far(folder: &Path) -> usize {
    let is_module = |entry: &fs::DirEntry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        name.starts_with("module.") && (name.ends_with(".os") || name.ends_with(".o"))
    };
    fs::read_dir(folder).map_or(0, |entries| entries.flatten().filter(is_module).count())
}

/// Compiles one unit of so many. Of a library's, what Nuitka calls no valid Python is left out, which it says of one module at a time:
/// importing it fails as it does in plain Python, and all others are compiled.
fn compile_valid(unit: &Unit, count: usize, job: &Job, begun: impl Fn(&Path)) -> Result<Library, Error> {
    let mut unit = unit.clone();
    let mut refused = Vec::new();
    loop {
        let error = match compile(&unit, count, job, &begun) {
            Ok(Library { bytes, facts }) => return Ok(Library { bytes, facts: Facts { refused, ..facts } }),
            Err(error) => error,
        };
        let modules = || unit.modules.iter().map(|&number| &job.collection.modules[number]);
        let invalid = modules().find(|module| module.name != unit.root && error.is_against(unit.place_of(module)));
        let Some(invalid) = invalid.filter(|_| !unit.is_own) else { return Err(error) };
        let below = format!("{}.", invalid.name);
        let is_left = |name: &str| name != invalid.name && !name.starts_with(&below);
        refused.push((invalid.name.clone(), error.to_string()));
        unit.modules.retain(|&number| is_left(&job.collection.modules[number].name));
    }
}

/// Compiles one unit of so many. What is made does not depend on where.
fn compile(unit: &Unit, count: usize, job: &Job, begun: impl Fn(&Path)) -> Result<Library, Error> {
    let folder =
        tempfile::Builder::new().prefix("rpack-nuitka-").tempdir().map_err(Error::io(&std::env::temp_dir()))?;
    let (sources, output) = (folder.path().join("sources"), folder.path().join("output"));
    let temporary = folder.path().join("temporary");
    for folder in [&output, &temporary] {
        fs::create_dir_all(folder).map_err(Error::io(folder))?;
    }
    for &number in &unit.modules {
        let module = &job.collection.modules[number];
        let ModuleContent::Source(source) = &module.content else { continue };
        let path = sources.join(unit.place_of(module));
        let parent = path.parent().unwrap_or(&sources);
        fs::create_dir_all(parent).map_err(Error::io(parent))?;
        fs::write(&path, source.read()?).map_err(Error::io(&path))?;
    }
    begun(&output.join(format!("{}.build", unit.leaf)));

    let compiler = wrapped(&job.tools.compiler, job.how.goal, folder.path()).map_err(Error::io(folder.path()))?;
    let mut command = Command::new(&job.tools.python);
    command.args(["-m", "nuitka"]).args(arguments(unit, job.how, job.collection));
    command.arg(format!("--jobs={}", 1.max(job.options.jobs.get() / count)));
    command.arg(Path::new("../sources").join(if unit.is_package {
        unit.leaf.clone()
    } else {
        format!("{}.py", unit.leaf)
    }));
    environment(&mut command, job, &compiler);
    // Where it runs, no module of the program can be imported in the place of one that Nuitka needs.
    command.current_dir(&output).env("TMPDIR", &temporary);
    let result = os::run_guarded(&mut command, folder.path());
    let result = result.map_err(Error::io(&job.tools.python))?;
    let said = || [result.stdout.as_slice(), result.stderr.as_slice()].map(String::from_utf8_lossy).concat();
    if !result.status.success() {
        return Err(Error::Failed { unit: unit.root.clone(), status: result.status, output: said() });
    }
    let name = unit.file.rsplit('/').next().unwrap_or(&unit.file);
    let made = output.join(name);
    let bytes =
        fs::read(&made).map_err(|source| Error::NothingMade { unit: unit.root.clone(), source, output: said() })?;
    let report = output.join(REPORT);
    let report = fs::read_to_string(&report).map_err(Error::io(&report))?;
    Ok(Library { bytes, facts: Facts { modules: modules_in(&report, unit), refused: Vec::new() } })
}

/// The file in which Nuitka says what it did.
const REPORT: &str = "report.xml";

/// What Nuitka is asked for, as far as it changes what is made.
pub fn arguments(unit: &Unit, how: &Compilation, collection: &Collection) -> Vec<String> {
    let mode = if unit.is_package { "--mode=package" } else { "--mode=module" };
    let linking = if how.goal == Goal::Balance { "--lto=no" } else { "--lto=yes" };
    let mut arguments = vec![mode.to_owned(), linking.to_owned(), format!("--report={REPORT}")];
    arguments.extend(["--nofollow-imports", "--no-pyi-file", "--reproducible=yes"].map(str::to_owned));
    if how.compatibility == Compatibility::Full {
        arguments.push("--full-compat".to_owned());
    }
    let level = collection.python_options.iter().rev().find_map(|option| match PythonOption::parse(option) {
        Some(PythonOption::Optimized(level)) => Some(level),
        _ => None,
    });
    if level >= Some(1) {
        arguments.push("--python-flag=no_asserts".to_owned());
    }
    if level >= Some(2) {
        arguments.push("--python-flag=no_docstrings".to_owned());
    }
    arguments
}

/// What the compilers are asked for besides, by variables that Nuitka passes on. Most of its own code, which goes into each library, is called
/// by nothing there; where each function is a section of its own, the linker leaves it out, as optimizing when it links would, in no time.
pub const FLAGS: [(&str, &str); 2] =
    [("CFLAGS", "-ffunction-sections -fdata-sections"), ("LDFLAGS", "-Wl,--gc-sections")];

/// Variables that would change what is made, by how they begin and as a whole.
const STARTS: [&str; 3] = ["PYTHON", "NUITKA_", "CCACHE_"];
const NAMES: [&str; 4] = ["VIRTUAL_ENV", "CPPFLAGS", "CCFLAGS", "CXXFLAGS"];

fn environment(command: &mut Command, job: &Job, compiler: &Path) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if STARTS.iter().any(|start| text.starts_with(start)) || NAMES.contains(&&*text) {
            command.env_remove(&name);
        }
    }
    let Job { how, tools, options, .. } = job;
    let compiled = kept::folder(how.module_cache.as_ref().unwrap_or(&options.environment.cache));
    command
        .env("CC", compiler)
        .envs(FLAGS)
        .env("NUITKA_CCACHE_BINARY", &tools.ccache)
        .env("NUITKA_CACHE_DIR", compiled.join("nuitka"))
        .env("NUITKA_UPDATE_CHECK", "never")
        .env("CCACHE_DIR", &compiled)
        .env("CCACHE_MAXSIZE", kept::LARGEST)
        // The script that calls the compiler is another file each time.
        .env("CCACHE_COMPILERCHECK", "content")
        .env("PYTHONHASHSEED", "0");
    if options.caching == Caching::Off {
        command.env("CCACHE_DISABLE", "1");
    }
}

/// The modules of a unit that Nuitka's report says are compiled. It names them from the unit's root on.
fn modules_in(report: &str, unit: &Unit) -> Vec<String> {
    let before = unit.root.strip_suffix(unit.leaf.as_str()).unwrap_or_default();
    let name = |element: &str| {
        let value = |key: &str| Some(element.split_once(&format!(" {key}=\""))?.1.split_once('"')?.0);
        value("kind").filter(|kind| kind.starts_with("CompiledPython"))?;
        match value("name")? {
            name if name == unit.leaf && !unit.is_package => Some(unit.root.clone()),
            name => Some(format!("{before}{name}")),
        }
    };
    report.lines().filter_map(|line| name(line.trim().strip_prefix("<module")?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(root: &str, leaf: &str, is_package: bool) -> Unit {
        Unit {
            root: root.to_owned(),
            leaf: leaf.to_owned(),
            is_package,
            is_own: true,
            file: String::new(),
            modules: Vec::new(),
        }
    }

    #[test]
    fn the_report_says_what_is_compiled() {
        let report = "<r>\n  <module name=\"b\" kind=\"CompiledPythonPackage\" usage=\"root_module\">\n    \
            <module_usage name=\"os\" finding=\"excluded\" />\n  <module name=\"b.c\" kind=\"CompiledPythonModule\" x=\"y\">\n  \
            <module name=\"b.d\" kind=\"UncompiledPythonModule\">\n</r>";
        assert_eq!(modules_in(report, &unit("a.b", "b", true)), ["a.b", "a.b.c"]);
        let report = "<module name=\"main\" kind=\"CompiledPythonModule\" usage=\"root_module\">";
        assert_eq!(modules_in(report, &unit("__main__", "main", false)), ["__main__"]);
    }
}

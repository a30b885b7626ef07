use crate::error::Error;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;
use std::{fmt, fs, thread};

/// The facts of a target interpreter. They travel with the project, so that nothing asks the
/// machine that `rpack` runs on.
#[derive(Debug, Clone)]
pub struct Interpreter {
    /// `sys.executable`.
    pub executable: PathBuf,
    /// The file that is executed when that is started: no link, and no script that only leads to it.
    pub binary: PathBuf,
    /// Its version.
    pub version: Version,
    /// The version with the suffix of a pre-release, as in `python_full_version`: `3.14.0rc1`.
    pub full_version: String,
    /// `sys.prefix`: the environment.
    pub prefix: PathBuf,
    /// `sys.base_prefix`: the installation that the environment was made from.
    pub base_prefix: PathBuf,
    /// The folder of the standard library.
    pub stdlib: PathBuf,
    /// `lib-dynload`: the extension modules of the standard library.
    pub extension_folder: PathBuf,
    /// `sys.path` after `site` ran: absolute, existing, without the entry for the current folder. Some are zip files, or folders
    /// in some.
    pub search_path: Vec<PathBuf>,
    /// Modules of editable installs that are found by an import hook instead of a path (PEP 660).
    pub editable: Vec<EditableModule>,
    /// Files that tell about these, and that `site` does not read.
    pub read: Vec<PathBuf>,
    /// Suffixes of extension modules, in the order in which they are tried.
    pub extension_suffixes: Vec<String>,
    /// `sys.builtin_module_names`.
    pub builtin_modules: BTreeSet<String>,
    /// Modules frozen into the interpreter, without those that exist for its tests.
    pub frozen_modules: BTreeSet<String>,
    /// `sys.stdlib_module_names`: top-level names on every platform.
    pub stdlib_modules: BTreeSet<String>,
    /// The shared library that holds the interpreter. `None` when it is linked into the executable
    /// only.
    pub libpython: Option<PathBuf>,
    /// `true` when the executable itself loads `libpython`; otherwise the executable has a copy of
    /// its own linked in.
    pub uses_libpython: bool,
    /// `sys.platform`.
    pub platform: String,
    /// `os.name`.
    pub os_name: String,
    /// The machine, as `uname -m` says it.
    pub machine: String,
    /// Environment markers of PEP 508.
    pub markers: BTreeMap<String, String>,
    /// `importlib.util.MAGIC_NUMBER`: the first four bytes of bytecode files.
    pub magic: Vec<u8>,
    /// `sys.implementation.cache_tag`: `cpython-311`.
    pub cache_tag: String,
    /// The tag of extension modules: `cpython-311-x86_64-linux-gnu`.
    pub soabi: String,
    /// `sys.implementation._multiarch`: `x86_64-linux-gnu`.
    pub multiarch: String,
    /// `sys.abiflags`: `t` for a free-threaded build (PEP 703).
    pub abi_flags: String,
}

/// A version of CPython.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// 3.
    pub major: u8,
    /// 11 in 3.11.7.
    pub minor: u8,
    /// 7 in 3.11.7.
    pub micro: u8,
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}.{}", self.major, self.minor, self.micro)
    }
}

/// A top-level module (or, for a namespace, a dotted name) and where its import hook finds it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct EditableModule {
    /// Dotted name.
    pub name: String,
    /// The package's folder, or the module's file with or without its suffix.
    pub path: PathBuf,
}

impl Interpreter {
    /// Starts `executable` once and asks for the facts.
    ///
    /// # Errors
    /// When it cannot be started, is no Python interpreter, no CPython, or older than 3.10.
    pub fn probe(executable: &Path) -> Result<Interpreter, Error> {
        Interpreter::from_answer(executable, &Interpreter::ask(executable)?)
    }

    /// Starts `executable` and gives its answer as it wrote it, which may be remembered.
    ///
    /// `PYTHON*` variables are not passed on, `PYTHONPATH` excepted: plain `python main.py` honours
    /// it, and the packed program is to contain what that would find.
    ///
    /// # Errors
    /// When it cannot be started, or writes something else than an answer.
    pub fn ask(executable: &Path) -> Result<String, Error> {
        let output = run_probe(executable)?;
        match output.lines().find_map(|line| line.strip_prefix("rpack-probe:")) {
            Some(answer) => Ok(answer.to_owned()),
            None => Err(not_an_interpreter(executable, first_line(&output))),
        }
    }

    /// Reads an answer of [`Interpreter::ask`].
    ///
    /// # Errors
    /// When it is that of no CPython, or of one that is free-threaded or older than 3.10.
    pub fn from_answer(executable: &Path, answer: &str) -> Result<Interpreter, Error> {
        let unexpected = |error: serde_json::Error| not_an_interpreter(executable, &error.to_string());
        let identity: Identity = serde_json::from_str(answer).map_err(unexpected)?;
        if identity.implementation != "cpython" {
            return Err(Error::NotCPython { path: executable.to_owned(), implementation: identity.implementation });
        }
        let (major, minor, micro) = identity.version;
        let version = Version { major, minor, micro };
        if (major, minor) < (3, 10) {
            return Err(Error::TooOld { path: executable.to_owned(), version: identity.full_version });
        }
        if identity.abiflags.contains('t') {
            return Err(Error::FreeThreaded { path: executable.to_owned(), version: identity.full_version });
        }
        let facts: Facts = serde_json::from_str(answer).map_err(unexpected)?;
        Ok(from_facts(version, identity.full_version, identity.abiflags, facts))
    }
}

/// What every Python answers.
#[derive(Deserialize)]
struct Identity {
    implementation: String,
    version: (u8, u8, u8),
    full_version: String,
    #[serde(default)]
    abiflags: String,
}

/// What a CPython that is new enough answers besides; see `probe.py`.
#[derive(Deserialize)]
struct Facts {
    executable: PathBuf,
    binary: PathBuf,
    prefix: PathBuf,
    base_prefix: PathBuf,
    stdlib: PathBuf,
    search_path: Vec<PathBuf>,
    editable: Vec<EditableModule>,
    read: Vec<PathBuf>,
    extension_suffixes: Vec<String>,
    builtin_modules: BTreeSet<String>,
    frozen_modules: BTreeSet<String>,
    stdlib_modules: BTreeSet<String>,
    mapped_libpython: Option<PathBuf>,
    libpython_candidates: Vec<PathBuf>,
    platform: String,
    os_name: String,
    machine: String,
    multiarch: String,
    markers: BTreeMap<String, String>,
    magic: Vec<u8>,
    cache_tag: String,
}

fn from_facts(version: Version, full_version: String, abi_flags: String, facts: Facts) -> Interpreter {
    let mut search_path: Vec<PathBuf> = Vec::new();
    for entry in facts.search_path {
        // A relative entry of PYTHONPATH means another folder wherever the program is started.
        if entry.is_absolute() && (entry.exists() || lies_in_a_file(&entry)) && !search_path.contains(&entry) {
            search_path.push(entry);
        }
    }
    let extension_folder = search_path
        .iter()
        .find(|entry| entry.ends_with("lib-dynload"))
        .cloned()
        .unwrap_or_else(|| facts.stdlib.join("lib-dynload"));
    let soabi = facts
        .extension_suffixes
        .first()
        .and_then(|suffix| suffix.strip_prefix('.')?.strip_suffix(".so"))
        .unwrap_or_default()
        .to_owned();
    let uses_libpython = facts.mapped_libpython.is_some();
    let libpython = facts
        .mapped_libpython
        .into_iter()
        .chain(facts.libpython_candidates)
        .find_map(|candidate| fs::canonicalize(candidate).ok().filter(|path| path.is_file()));
    Interpreter {
        executable: facts.executable,
        binary: facts.binary,
        version,
        full_version,
        prefix: facts.prefix,
        base_prefix: facts.base_prefix,
        stdlib: facts.stdlib,
        extension_folder,
        search_path,
        editable: facts.editable,
        read: facts.read,
        extension_suffixes: facts.extension_suffixes,
        builtin_modules: facts.builtin_modules,
        frozen_modules: facts.frozen_modules,
        stdlib_modules: facts.stdlib_modules,
        libpython,
        uses_libpython,
        platform: facts.platform,
        os_name: facts.os_name,
        machine: facts.machine,
        markers: facts.markers,
        magic: facts.magic,
        cache_tag: facts.cache_tag,
        soabi,
        multiarch: facts.multiarch,
        abi_flags,
    }
}

/// A folder in a zip file.
fn lies_in_a_file(entry: &Path) -> bool {
    entry.ancestors().any(Path::is_file)
}

/// How long an interpreter may take to answer. It needs 20 ms; a cold network file system may need
/// seconds.
const TIME_TO_ANSWER: Duration = Duration::from_secs(60);

/// More than any answer; what a program such as `yes` prints must not fill the memory.
const LONGEST_ANSWER: u64 = 1 << 22;

fn run_probe(executable: &Path) -> Result<String, Error> {
    let mut command = Command::new(executable);
    command.arg("-c").arg(include_str!("probe.py"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PYTHON") && name != "PYTHONPATH" {
            command.env_remove(name);
        }
    }
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|source| not_runnable(executable, source))?;

    // Both pipes are read in threads: a program that fills one of them must not block on it for
    // ever.
    let (sender, receiver) = mpsc::channel();
    let readers = [
        child.stdout.take().map(|pipe| read_in_background(pipe, 0, sender.clone())),
        child.stderr.take().map(|pipe| read_in_background(pipe, 1, sender)),
    ];
    let mut texts = [String::new(), String::new()];
    let mut answered = true;
    for _ in readers.iter().flatten() {
        match receiver.recv_timeout(TIME_TO_ANSWER) {
            Ok((index, text)) => {
                if let Some(slot) = texts.get_mut::<usize>(index) {
                    *slot = text;
                }
            }
            Err(_) => {
                answered = false;
                break;
            }
        }
    }
    if !answered {
        // The status of a child that is being killed says nothing.
        let _ = child.kill();
    }
    child.wait().map_err(|source| not_runnable(executable, source))?;
    if !answered {
        return Err(not_an_interpreter(executable, "nothing within a minute"));
    }
    let [output, errors] = texts;
    Ok(if output.trim().is_empty() { errors } else { output })
}

fn read_in_background(
    pipe: impl Read + Send + 'static,
    index: usize,
    sender: mpsc::Sender<(usize, String)>,
) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What was read before an error is all that can be shown.
        let _ = pipe.take(LONGEST_ANSWER).read_to_end(&mut bytes);
        // The receiver is gone only when the answer no longer matters.
        let _ = sender.send((index, String::from_utf8_lossy(&bytes).into_owned()));
    })
}

fn not_runnable(executable: &Path, source: std::io::Error) -> Error {
    let path = executable.to_owned();
    // ENOEXEC has no kind of its own in the standard library.
    if source.raw_os_error() == Some(8) {
        return Error::NotAnInterpreter { path, output: "not an executable".to_owned() };
    }
    if source.kind() == ErrorKind::NotFound && !executable.is_file() && executable.components().count() > 1 {
        return Error::NoSuchPath { path };
    }
    Error::InterpreterNotRunnable { path, source }
}

fn not_an_interpreter(executable: &Path, output: &str) -> Error {
    Error::NotAnInterpreter { path: executable.to_owned(), output: output.to_owned() }
}

fn first_line(output: &str) -> &str {
    const LONGEST: usize = 200;
    let line = output.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("nothing");
    line.char_indices().nth(LONGEST).and_then(|(end, _)| line.get(..end)).unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_programs_are_refused_with_what_they_printed() {
        let echo = Interpreter::probe(Path::new("/bin/echo")).unwrap_err();
        assert!(matches!(&echo, Error::NotAnInterpreter { output, .. } if output.starts_with("-c")), "{echo}");
        let silent = Interpreter::probe(Path::new("/bin/true")).unwrap_err();
        assert!(silent.to_string().contains("`nothing`"), "{silent}");
        let missing = Interpreter::probe(Path::new("/nowhere/python")).unwrap_err();
        assert!(matches!(missing, Error::NoSuchPath { .. }));
        let folder = Interpreter::probe(Path::new("/")).unwrap_err();
        assert!(matches!(folder, Error::InterpreterNotRunnable { .. }));
    }

    #[test]
    fn a_file_that_cannot_be_executed_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("python");
        fs::write(&path, "neither a script nor a program").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        assert!(matches!(Interpreter::probe(&path), Err(Error::NotAnInterpreter { .. })));
    }

    #[test]
    fn other_implementations_and_old_versions_are_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let fakes =
            [("pypy", "pypy", "3,11,1", ""), ("old", "cpython", "3,9,2", ""), ("threads", "cpython", "3,13,1", "t")];
        for (name, implementation, version, flags) in fakes {
            let path = folder.path().join(name);
            let answer = format!(
                "rpack-probe:{{\"implementation\":\"{implementation}\",\"version\":[{version}],\"full_version\":\"{version}\",\"abiflags\":\"{flags}\"}}"
            );
            fs::write(&path, format!("#!/bin/sh\necho '{answer}'\n")).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        assert!(matches!(Interpreter::probe(&folder.path().join("pypy")), Err(Error::NotCPython { .. })));
        assert!(matches!(Interpreter::probe(&folder.path().join("old")), Err(Error::TooOld { .. })));
        let free_threaded = Interpreter::probe(&folder.path().join("threads"));
        assert!(matches!(free_threaded, Err(Error::FreeThreaded { .. })));
    }
}

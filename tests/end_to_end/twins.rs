//! Twins of the interpreters: the same version with libpython linked into the executable, and no shared one in sight.
//!
//! An interpreter that is linked so already (Debian's) gives its executable; for others it is linked from the archive that a
//! CPython is installed with. Executables at a fixed address and position-independent ones take turns.

use crate::interpreters;
use crate::rpack::{run, text, workspace};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// The twins by minor version.
pub fn all() -> &'static BTreeMap<u32, PathBuf> {
    static MADE: LazyLock<BTreeMap<u32, PathBuf>> = LazyLock::new(|| {
        let made: BTreeMap<_, _> = interpreters::shared()
            .iter()
            .filter_map(|(&minor, python)| Some((minor, make(&workspace().join("twins"), minor, python)?)))
            .collect();
        assert!(!made.is_empty(), "the tests need a CPython that comes with its `libpython3.x.a`, or Debian's own");
        made
    });
    &MADE
}

/// One of them: the version that the examples want, where it is there.
pub fn any() -> &'static Path {
    all().get(&11).or_else(|| all().values().next()).unwrap()
}

const MAIN: &str = "int Py_BytesMain(int, char **);\nint main(int c, char **v) { return Py_BytesMain(c, v); }\n";

/// Makes the twin of `python` below the folder `twins`. `None` where there is nothing to link it from.
pub fn make(twins: &Path, minor: u32, python: &Path) -> Option<PathBuf> {
    let probe = "import os, sys, sysconfig\n\
        variable = sysconfig.get_config_var\n\
        print(os.path.dirname(os.__file__), os.readlink('/proc/self/exe'), \
        os.path.join(variable('LIBPL'), 'libpython' + variable('LDVERSION') + '.a'), \
        variable('LIBS') or '', variable('SYSLIBS') or '', sep='\\n')\n";
    let output = run(Command::new(python).args(["-I", "-c", probe]));
    let answer = text(&output.stdout);
    let [library, binary, archive, libraries, system] = answer.lines().collect::<Vec<_>>()[..] else {
        panic!("{python:?} answered {answer:?}, {}", text(&output.stderr));
    };
    // Several runs of the tests may share the folder; what is there was made from the same interpreter.
    let folder = twins.join(format!("{minor}-{}", fs::metadata(binary).unwrap().len()));
    let twin = folder.join(format!("bin/python3.{minor}"));
    if twin.exists() {
        return Some(twin);
    }
    let new =
        tempfile::Builder::new().prefix("new-").tempdir_in(fs::create_dir_all(twins).map(|()| twins).unwrap()).unwrap();
    let lib = new.path().join(format!("lib/python3.{minor}"));
    fs::create_dir_all(&lib).unwrap();
    fs::create_dir_all(new.path().join("bin")).unwrap();
    let executable = new.path().join(format!("bin/python3.{minor}"));
    if !needed(Path::new(binary)).contains("libpython") {
        fs::copy(binary, &executable).unwrap();
    } else if Path::new(archive).exists() {
        let source = new.path().join("main.c");
        fs::write(&source, MAIN).unwrap();
        let mut compiler = Command::new("cc");
        compiler.arg(if minor.is_multiple_of(2) { "-no-pie" } else { "-pie" }).arg(source).arg("-o").arg(&executable);
        compiler.args(["-Wl,--export-dynamic", "-Wl,--whole-archive", archive, "-Wl,--no-whole-archive"]);
        compiler.args(libraries.split_whitespace().chain(system.split_whitespace()).chain(["-lm"]));
        let output = run(&mut compiler);
        assert!(output.status.success(), "{compiler:?}: {}", text(&output.stderr));
    } else {
        return None;
    }
    for entry in fs::read_dir(library).unwrap().map(|entry| entry.unwrap().path()) {
        let name = entry.file_name().unwrap();
        if name.to_str().unwrap().starts_with("_sysconfigdata") {
            // It says where the shared library is.
            let text = fs::read_to_string(&entry).unwrap();
            let text = text.replace("'LIBDIR': '", "'LIBDIR': '/no/such/folder");
            fs::write(lib.join(name), text).unwrap();
        } else {
            symlink(&entry, lib.join(name)).unwrap();
        }
    }
    for name in ["python", "python3"] {
        symlink(format!("python3.{minor}"), new.path().join("bin").join(name)).unwrap();
    }
    let made = fs::rename(new.path(), &folder);
    assert!(made.is_ok() || twin.exists(), "{made:?}");
    assert!(!needed(&twin).contains("libpython"));
    Some(twin)
}

/// The libraries that an executable needs, as another reader of ELF files sees them.
fn needed(executable: &Path) -> String {
    let output = run(Command::new("readelf").args(["--wide", "--dynamic"]).arg(executable));
    assert!(output.status.success());
    text(&output.stdout).lines().filter(|line| line.contains("(NEEDED)")).collect()
}

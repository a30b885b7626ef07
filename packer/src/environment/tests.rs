//! The order of choice and the making of environments, with interpreters and tools that are shell scripts: what they
//! are asked to do is written down in a file and compared.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;

use rpack_analyzer::{Declaration, EntryPoint, Program, Scope};
use tempfile::TempDir;

use super::{COMPLETE, Error, Progress, Request, provide};

/// A folder with a program, a cache and a folder `bin` that is all of PATH.
struct Place {
    folder: TempDir,
    program: Program,
    request: Request,
}

impl Place {
    fn new() -> Place {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("work/program");
        for path in [&root, &folder.path().join("bin")] {
            fs::create_dir_all(path).unwrap();
        }
        let program = Program {
            name: "program".to_owned(),
            root: root.clone(),
            entry: EntryPoint::Script(root.join("main.py")),
            declaration: Declaration { requires_python: None, requirements: Vec::new(), lock: None, source: None },
            search_path: vec![root],
            scope: Scope::Script,
        };
        let request = Request {
            python: None,
            virtual_env: None,
            cache: folder.path().join("cache"),
            path: folder.path().join("bin").into_os_string(),
        };
        Place { folder, program, request }
    }

    fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    /// Writes an executable shell script. A child process writes it: if this one held it open for writing while another
    /// test's thread starts a program, that program would inherit the file, and running it would fail with ETXTBSY.
    fn script(&self, relative: &str, text: &str) -> PathBuf {
        let file = self.path(relative);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", "cat > \"$0\" && chmod +x \"$0\""]).arg(&file).stdin(Stdio::piped());
        let mut child = shell.spawn().unwrap();
        child.stdin.take().unwrap().write_all(format!("#!/bin/sh\nPATH=/usr/bin:/bin\n{text}\n").as_bytes()).unwrap();
        assert!(child.wait().unwrap().success());
        file
    }

    /// A Python that knows its version, makes environments, and whose pip only writes down what it is asked to do.
    fn python(&self, name: &str, fake: &Fake) -> PathBuf {
        let answer = serde_json::json!({
            "executable": self.path("bin").join(name),
            "base_executable": self.path("bin").join(name),
            "implementation": fake.implementation,
            "version": fake.version,
            "is_free_threaded": fake.free_threaded,
        });
        let text = format!(
            r#"case "$*" in
  "-I -S -c "*) echo '{answer}'; exit 0 ;;
  "-I -m pip --version") echo "pip {pip} from somewhere"; exit 0 ;;
  "-I -m venv"*)
    for folder; do :; done
    mkdir -p "$folder/bin"
    cat > "$folder/bin/python" <<'END'
#!/bin/sh
echo "environment $*" >> {log}
END
    chmod +x "$folder/bin/python" ;;
esac
echo "{name} $*" >> {log}
if env | grep -q '^PYTHON'; then echo "{name} was given the settings of another" >> {log}; fi
"#,
            pip = fake.pip,
            log = self.log(),
        );
        self.script(&format!("bin/{name}"), &text)
    }

    fn uv(&self) {
        let text = format!(
            r#"[ "$1" = --version ] && exit 0
echo "uv $* ($UV_PROJECT_ENVIRONMENT)" >> {log}
for folder; do :; done
if [ "$1" = sync ]; then folder=$UV_PROJECT_ENVIRONMENT; fi
if [ "$1" != pip ]; then mkdir -p "$folder/bin"; : > "$folder/bin/python"; fi"#,
            log = self.log(),
        );
        self.script("bin/uv", &text);
    }

    fn log(&self) -> String {
        self.path("log").display().to_string()
    }

    /// What the scripts were asked to do, with the names of the temporary folders taken out.
    fn asked(&self) -> Vec<String> {
        let text = fs::read_to_string(self.log()).unwrap_or_default();
        let place = self.folder.path().display().to_string();
        text.lines().map(|line| line.replace(&place, "@")).collect()
    }

    fn declare(&mut self, requirements: &[&str]) {
        self.program.declaration.requirements = requirements.iter().map(|text| (*text).to_owned()).collect();
    }

    /// The interpreter, and the steps that were told meanwhile.
    fn provide(&self) -> (Result<PathBuf, Error>, Vec<String>) {
        let mut steps = Vec::new();
        let python = provide(&self.program, &self.request, &mut |progress| {
            steps.push(match progress {
                Progress::Waiting { .. } => "waiting".to_owned(),
                Progress::Creating { .. } => "creating".to_owned(),
                Progress::Installing { requirements, with } => format!("installing {requirements} with {with}"),
                Progress::Reused { .. } => "reused".to_owned(),
            });
        });
        (python, steps)
    }

    fn provided(&self) -> PathBuf {
        self.provide().0.unwrap()
    }

    fn refused(&self) -> Error {
        self.provide().0.unwrap_err()
    }

    fn environment(&self, relative: &str) -> PathBuf {
        let folder = self.path(relative);
        fs::create_dir_all(folder.join("bin")).unwrap();
        fs::write(folder.join("pyvenv.cfg"), "home = /nowhere\n").unwrap();
        let python = folder.join("bin/python");
        fs::write(&python, "").unwrap();
        python
    }
}

struct Fake {
    implementation: &'static str,
    version: [u64; 3],
    free_threaded: bool,
    pip: &'static str,
}

impl Default for Fake {
    fn default() -> Fake {
        Fake { implementation: "cpython", version: [3, 12, 1], free_threaded: false, pip: "24.0" }
    }
}

#[test]
fn the_option_comes_before_everything() {
    let mut place = Place::new();
    place.environment("active");
    place.environment("work/.venv");
    let other = place.python("python3.12", &Fake::default());
    place.request.virtual_env = Some(place.path("active"));

    place.request.python = Some(PathBuf::from("python3.12"));
    assert_eq!(place.provided(), other);
    place.request.python = Some(other.clone());
    assert_eq!(place.provided(), other);
    let environment = place.environment("third");
    place.request.python = Some(place.path("third"));
    assert_eq!(place.provided(), environment);
}

#[test]
fn the_active_environment_comes_before_the_nearest() {
    let mut place = Place::new();
    let active = place.environment("active");
    let nearest = place.environment("work/.venv");
    place.request.virtual_env = Some(place.path("active"));
    assert_eq!(place.provided(), active);

    place.request.virtual_env = Some(PathBuf::new());
    assert_eq!(place.provided(), nearest);
}

#[test]
fn a_folder_that_only_looks_like_an_environment_is_passed_over() {
    let place = Place::new();
    let outer = place.environment("work/.venv");
    fs::create_dir_all(place.path("work/program/.venv")).unwrap();
    assert_eq!(place.provided(), outer);
}

#[test]
fn what_is_named_must_be_there() {
    let mut place = Place::new();
    place.request.python = Some(PathBuf::from("python9.9"));
    let error = place.refused();
    assert_eq!(
        error.to_string(),
        "Python not found: `python9.9` is no file, no virtual environment and no name on PATH"
    );
    assert!(error.hint().is_some());

    place.request.python = None;
    place.request.virtual_env = Some(place.path("work"));
    assert!(matches!(place.refused(), Error::NotAnEnvironment { .. }));

    place.request.virtual_env = None;
    fs::remove_file(place.environment("work/.venv")).unwrap();
    assert!(matches!(place.refused(), Error::BrokenEnvironment { .. }));
}

#[test]
fn nothing_is_made_where_nothing_is_declared() {
    let place = Place::new();
    let python = place.python("python3", &Fake::default());
    let (provided, steps) = place.provide();
    assert_eq!(provided.unwrap(), python);
    assert!(steps.is_empty());
    assert!(!place.path("cache").exists());
}

#[test]
fn the_first_interpreter_that_fits_is_taken() {
    let mut place = Place::new();
    place.python("python3", &Fake { version: [3, 9, 2], ..Fake::default() });
    place.python("python3.13", &Fake { implementation: "pypy", version: [3, 13, 0], ..Fake::default() });
    place.python("python3.12", &Fake { free_threaded: true, ..Fake::default() });
    let fitting = place.python("python3.11", &Fake { version: [3, 11, 7], ..Fake::default() });
    place.python("python3.10", &Fake { version: [3, 10, 1], ..Fake::default() });
    assert_eq!(place.provided(), fitting);

    place.program.declaration.requires_python = Some("<3.11".to_owned());
    assert_eq!(place.provided(), place.path("bin/python3.10"));
}

#[test]
fn every_refused_interpreter_is_named() {
    let mut place = Place::new();
    place.python("python3", &Fake { version: [3, 9, 2], ..Fake::default() });
    std::os::unix::fs::symlink(place.path("bin/python3"), place.path("bin/python")).unwrap();
    place.python("python3.13", &Fake { implementation: "pypy", version: [3, 13, 0], ..Fake::default() });
    place.python("python3.12", &Fake { free_threaded: true, ..Fake::default() });
    place.python("python3.11", &Fake { version: [3, 11, 7], ..Fake::default() });
    place.script("bin/python3.10", "echo 'python3.10: command not found' >&2; exit 127");
    place.program.declaration.requires_python = Some(">=3.12".to_owned());
    let error = place.refused();
    let bin = place.path("bin").display().to_string();
    let expected = "No usable Python found on PATH
  `@/python3` is Python 3.9.2, older than 3.10
  `@/python3.13` is pypy, not CPython
  `@/python3.12` is a free-threaded build of Python 3.12.1
  `@/python3.11` is Python 3.11.7, but the program requires `>=3.12`
  `@/python3.10` cannot be asked for its version: python3.10: command not found";
    assert_eq!(error.to_string().replace(&bin, "@"), expected);
    assert!(error.hint().unwrap().contains("that fits `>=3.12`"));
}

#[test]
fn an_empty_path_and_a_wrong_range_are_errors() {
    let mut place = Place::new();
    place.request.path = OsString::new();
    assert_eq!(place.refused().to_string(), "No usable Python found on PATH");

    place.program.declaration.requires_python = Some("at least 3".to_owned());
    place.program.declaration.source = Some(PathBuf::from("/x/pyproject.toml"));
    let message = place.refused().to_string();
    assert!(message.starts_with("Invalid `requires-python`: `at least 3` in `/x/pyproject.toml`: "), "{message}");
}

#[test]
fn uv_makes_the_environment_once() {
    let mut place = Place::new();
    place.python("python3", &Fake::default());
    place.uv();
    place.declare(&["requests>=2", "rich"]);
    let (python, steps) = place.provide();
    let python = python.unwrap();
    assert_eq!(steps, ["creating", "installing 2 with uv"]);
    let folder = python.parent().unwrap().parent().unwrap().to_path_buf();
    assert_eq!(folder.parent().unwrap(), place.path("cache/environments"));
    assert!(folder.join(COMPLETE).is_file());
    let folder = folder.strip_prefix(place.folder.path()).unwrap().display().to_string();
    let expected = [
        format!("uv venv --no-project --python @/bin/python3 @/{folder} ()"),
        format!("uv pip install --python @/{folder}/bin/python -- requests>=2 rich ()"),
    ];
    assert_eq!(place.asked(), expected);

    assert_eq!(place.provide().1, ["reused"]);
    place.declare(&["rich", "requests>=2"]);
    assert_eq!(place.provided(), python);
    place.declare(&["rich", "requests>=3"]);
    assert_ne!(place.provided(), python);
}

#[test]
fn uv_follows_a_lock() {
    let mut place = Place::new();
    place.python("python3", &Fake::default());
    place.uv();
    place.declare(&["requests"]);
    let lock = place.path("work/program/uv.lock");
    fs::write(&lock, "version = 1\n").unwrap();
    place.program.declaration.lock = Some(lock.clone());
    let python = place.provided();
    let folder = python.parent().unwrap().parent().unwrap().strip_prefix(place.folder.path()).unwrap().display();
    let expected = format!(
        "uv sync --frozen --no-dev --no-install-project --project @/work/program --python @/bin/python3 (@/{folder})"
    );
    assert_eq!(place.asked(), [expected]);

    fs::write(&lock, "version = 1\nrevision = 2\n").unwrap();
    assert_ne!(place.provided(), python);
}

#[test]
fn pip_of_the_interpreter_installs_from_outside() {
    let mut place = Place::new();
    place.python("python3", &Fake::default());
    place.declare(&["rich"]);
    let (python, steps) = place.provide();
    let folder = python.unwrap().parent().unwrap().parent().unwrap().display().to_string();
    let folder = folder.replace(&place.folder.path().display().to_string(), "@");
    assert_eq!(steps, ["creating", "installing 1 with pip"]);
    let expected = [
        format!("python3 -I -m venv --without-pip {folder}"),
        format!(
            "python3 -I -m pip --python {folder}/bin/python install --no-input --no-compile \
             --disable-pip-version-check --progress-bar off -- rich"
        ),
    ];
    assert_eq!(place.asked(), expected);
}

#[test]
fn an_old_pip_installs_from_inside_and_a_lock_constrains_it() {
    let mut place = Place::new();
    place.python("python3", &Fake { pip: "21.2.4", ..Fake::default() });
    place.declare(&["rich"]);
    let lock = place.path("work/program/uv.lock");
    fs::write(&lock, "[[package]]\nname = \"rich\"\nversion = \"13.0\"\nsource = { registry = \"r\" }\n").unwrap();
    place.program.declaration.lock = Some(lock);
    let python = place.provided();
    let folder = python.parent().unwrap().parent().unwrap();
    assert_eq!(fs::read_to_string(folder.join("constraints.txt")).unwrap(), "rich==13.0\n");
    let folder = folder.display().to_string().replace(&place.folder.path().display().to_string(), "@");
    let expected = [
        format!("python3 -I -m venv {folder}"),
        format!(
            "environment -I -m pip install --no-input --no-compile --disable-pip-version-check --progress-bar off \
             --constraint {folder}/constraints.txt -- rich"
        ),
    ];
    assert_eq!(place.asked(), expected);
}

#[test]
fn a_failure_is_shown_whole_and_leaves_nothing() {
    let mut place = Place::new();
    place.python("python3", &Fake::default());
    place.script("bin/uv", "[ \"$1\" = --version ] && exit 0\necho one\necho two >&2\necho three\nexit 2");
    place.declare(&["rich"]);
    let error = place.refused();
    let message = error.to_string();
    assert!(message.starts_with("Failed to create the environment: `"), "{message}");
    assert!(message.ends_with("exit status: 2\n  one\n  two\n  three"), "{message}");
    assert_eq!(error.hint().unwrap(), "Make an environment yourself and pass it with `--python`");
    let left: Vec<_> =
        fs::read_dir(place.path("cache/environments")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| Path::new(name).extension().is_some_and(|end| end == "lock")), "{left:?}");
}

#[test]
fn an_environment_without_its_mark_is_made_again() {
    let mut place = Place::new();
    place.python("python3", &Fake::default());
    place.uv();
    place.declare(&["rich"]);
    let folder = place.provided().parent().unwrap().parent().unwrap().to_path_buf();
    fs::remove_file(folder.join(COMPLETE)).unwrap();
    fs::write(folder.join("half-written"), "").unwrap();
    assert_eq!(place.provide().1, ["creating", "installing 1 with uv"]);
    assert!(!folder.join("half-written").exists());

    // A mark alone is not enough either: the interpreter it was made from may be gone.
    fs::remove_file(folder.join("bin/python")).unwrap();
    assert_eq!(place.provide().1, ["creating", "installing 1 with uv"]);
}

#[test]
fn what_writes_into_an_environment_holds_its_lock() {
    let mut place = Place::new();
    place.python("python3", &Fake::default());
    let log = place.log();
    place.script("bin/uv", &format!("[ \"$1\" = --version ] && exit 0\nreadlink /proc/$$/fd/0 >> {log}; exit 1"));
    place.declare(&["rich"]);
    place.refused();
    let asked = place.asked();
    assert!(asked[0].starts_with("@/cache/environments/program-") && asked[0].ends_with(".lock"), "{asked:?}");
}

#[test]
fn two_runs_make_one_environment() {
    let mut place = Place::new();
    place.python("python3", &Fake::default());
    place.uv();
    place.declare(&["rich"]);
    let folder = place.provided().parent().unwrap().parent().unwrap().to_path_buf();
    fs::remove_dir_all(&folder).unwrap();
    let lock = File::options().write(true).open(folder.with_added_extension("lock")).unwrap();
    lock.lock().unwrap();

    let (sender, steps) = mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(|| {
            let result = provide(&place.program, &place.request, &mut |progress| {
                sender.send(matches!(progress, Progress::Waiting { .. })).unwrap();
            });
            result.unwrap();
            drop(sender);
        });
        assert!(steps.recv().unwrap(), "it waits first");
        // While it waits, the other run, which is this test, comes to its end.
        fs::create_dir_all(folder.join("bin")).unwrap();
        fs::write(folder.join("bin/python"), "").unwrap();
        fs::write(folder.join(COMPLETE), "").unwrap();
        lock.unlock().unwrap();
        assert!(!steps.recv().unwrap(), "then it takes what was made");
    });
    // Made by the first call only.
    assert_eq!(place.asked().len(), 2);
}

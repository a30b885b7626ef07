use crate::name_forms::is_dotted_name;
use ignore::{DirEntry, WalkBuilder};
use std::path::{Path, PathBuf};

/// Folders that hold no part of a program, wherever they lie.
const LEFT_OUT_FOLDERS: [&str; 2] = ["__pycache__", "site-packages"];

/// Folders of tests. In a folder of data they may be anything.
const OF_TESTS: [&str; 3] = ["__tests__", "test", "tests"];

/// What tools keep in hidden folders and files. A program that names them means to pass over them.
const OF_TOOLS: [&str; 16] = [
    ".DS_Store",
    ".eggs",
    ".git",
    ".hg",
    ".hypothesis",
    ".idea",
    ".ipynb_checkpoints",
    ".mypy_cache",
    ".nox",
    ".pytest_cache",
    ".ruff_cache",
    ".svn",
    ".tox",
    ".venv",
    ".vscode",
    "node_modules",
];

/// Folders of build output, where they lie in the program's folder itself. Deeper down they may be
/// the program's: `frontend/dist` is what a server serves.
const LEFT_OUT_AT_THE_ROOT: [&str; 2] = ["build", "dist"];

/// Files in the program's folder itself that are about developing it. A text of the program that
/// names one brings it in.
const OF_DEVELOPMENT: [&str; 24] = [
    "AUTHORS",
    "CHANGELOG",
    "CHANGES",
    "CODE_OF_CONDUCT",
    "CONTRIBUTING",
    "Dockerfile",
    "HISTORY",
    "Justfile",
    "LICENSE",
    "MANIFEST",
    "Makefile",
    "NOTICE",
    "Pipfile",
    "README",
    "conftest",
    "docker-compose",
    "mypy",
    "noxfile",
    "poetry",
    "pyproject",
    "pytest",
    "setup",
    "tox",
    "uv",
];

/// Whether a name is that of something which a tool keeps for itself.
pub(crate) fn is_of_tools(name: &str) -> bool {
    OF_TOOLS.contains(&name)
}

/// What the program does with tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tests {
    /// It runs those in folders that it names.
    Run,
    /// Nothing.
    Leave,
}

/// The files below `start`, which lies in the program's folder `root`, sorted: without what is
/// hidden, a virtual environment, a cache, a test, build output, or named by a `.gitignore`; and
/// without `left_out`.
/// `is_named` tells whether a text of the program names a file or folder; then it counts though it
/// is of a kind that does not. What lies in a folder that is named and no package is data, whatever
/// its name: the templates of a project have tests and hidden files.
pub(crate) fn files(
    start: &Path,
    root: &Path,
    left_out: &[PathBuf],
    tests: Tests,
    is_named: impl Fn(&str) -> bool + Send + Sync + 'static,
) -> Vec<PathBuf> {
    // Above the program, what git ignores is said in the repository that it lies in, if any.
    let in_repository = root.ancestors().any(|folder| folder.join(".git").exists());
    let (root, left_out) = (root.to_owned(), left_out.to_vec());
    let walk = WalkBuilder::new(start)
        .follow_links(true)
        .parents(in_repository)
        .require_git(in_repository)
        .ignore(false)
        .hidden(false)
        // What one user's git ignores everywhere says nothing about the program.
        .git_global(false)
        .sort_by_file_name(Ord::cmp)
        .filter_entry(move |entry| {
            let is_left_out = entry.depth() > 0 && left_out.iter().any(|path| path == entry.path());
            !is_left_out && belongs(entry, &root, tests, &is_named)
        })
        .build();
    // A link that leads nowhere, or in a circle, is no file of the program.
    walk.filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
        .map(DirEntry::into_path)
        .collect()
}

fn belongs(entry: &DirEntry, root: &Path, tests: Tests, is_named: &impl Fn(&str) -> bool) -> bool {
    let Some(name) = entry.file_name().to_str() else { return false };
    let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
    // Who names an environment names one to make, or to pass over.
    if entry.depth() > 0 && (is_of_tools(name) || (is_folder && is_environment(entry.path()))) {
        return false;
    }
    if entry.depth() == 0 || is_named(name) {
        return true;
    }
    let is_data = lies_in_data(entry.path(), root, is_named);
    if name.starts_with('.') && !is_data {
        return false;
    }
    let at_the_root = entry.path().parent() == Some(root);
    let is_run = tests == Tests::Run && named_folders(entry.path(), root, is_named).next().is_some();
    if is_folder {
        !(LEFT_OUT_FOLDERS.contains(&name)
            || (OF_TESTS.contains(&name) && !is_data && !is_run)
            || (at_the_root && LEFT_OUT_AT_THE_ROOT.contains(&name))
            || name.ends_with(".egg-info"))
    } else {
        let folders_of_tests = folders_of_tests(entry.path(), root);
        let is_source_of_tests = is_test(name) || (name.ends_with(".py") && !folders_of_tests.is_empty());
        let is_asked = is_run || folders_of_tests.iter().any(|folder| is_named(folder));
        let is_unasked_test = is_source_of_tests && !is_asked && (!is_data || is_importable(entry.path(), root));
        let is_unasked = at_the_root && is_of_development(name) && !is_asked_by_ending(name, is_named);
        !(is_compiled(name) || is_unasked || is_unasked_test)
    }
}

/// Whether the program looks for files of this ending: `"*.md"`, `path.suffix == ".md"`.
fn is_asked_by_ending(name: &str, is_named: &impl Fn(&str) -> bool) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending).filter(|ending| *ending != "py");
    ending.is_some_and(|ending| is_named(&format!(".{ending}")) || is_named(&format!("*.{ending}")))
}

/// Whether a folder is an environment of Python's, or a cache.
fn is_environment(folder: &Path) -> bool {
    ["pyvenv.cfg", "conda-meta", "CACHEDIR.TAG"].iter().any(|mark| folder.join(mark).exists())
}

/// Whether a file or folder lies in a folder that a text names and that is no package.
fn lies_in_data(path: &Path, root: &Path, is_named: &impl Fn(&str) -> bool) -> bool {
    named_folders(path, root, is_named).any(|folder| !folder.join("__init__.py").exists())
}

/// The folders of the program around a file or folder that a text names.
fn named_folders<'a>(
    path: &'a Path,
    root: &'a Path,
    is_named: &impl Fn(&str) -> bool,
) -> impl Iterator<Item = &'a Path> {
    let above = path.ancestors().skip(1).take_while(move |folder| *folder != root && folder.starts_with(root));
    above.filter(move |folder| folder.file_name().and_then(|name| name.to_str()).is_some_and(is_named))
}

/// The folders of tests that a file lies in.
fn folders_of_tests<'a>(path: &'a Path, root: &Path) -> Vec<&'a str> {
    let inside = path.parent().and_then(|folder| folder.strip_prefix(root).ok());
    let parts = inside.into_iter().flatten().filter_map(|part| part.to_str());
    parts.filter(|part| OF_TESTS.contains(part)).collect()
}

/// Whether all folders around a source can be packages. Those in the templates of a project have names such as `{{name}}`.
fn is_importable(path: &Path, root: &Path) -> bool {
    let inside = path.parent().and_then(|folder| folder.strip_prefix(root).ok());
    inside.into_iter().flatten().all(|part| part.to_str().is_some_and(is_dotted_name))
}

fn is_compiled(name: &str) -> bool {
    [".pyc", ".pyo", ".pyi"].iter().any(|suffix| name.ends_with(suffix))
}

fn is_of_development(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name);
    OF_DEVELOPMENT.contains(&stem) || stem.starts_with("requirements") || name.ends_with(".spec")
}

/// Whether a file of this name is a test, or is about developing the program.
pub(crate) fn is_for_developers(name: &str) -> bool {
    is_of_development(name) || is_test(name)
}

fn is_test(name: &str) -> bool {
    name.strip_suffix(".py")
        .is_some_and(|stem| stem.starts_with("test_") || stem.ends_with("_test") || stem == "conftest")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn what_is_no_part_of_the_program_stays_out() {
        let (folder, project) = testing::project(&[
            ("one/main.py", ""),
            ("one/data/a.json", ""),
            ("one/data/README.md", ""),
            ("one/frontend/dist/index.html", ""),
            ("one/.env", ""),
            ("one/.git/config", ""),
            ("one/.gitignore", "*.log\n/private/\n"),
            ("one/run.log", ""),
            ("one/private/key", ""),
            ("one/dist/old", ""),
            ("one/out/old", ""),
            ("one/env/pyvenv.cfg", ""),
            ("one/env/lib/x.py", ""),
            ("one/target/CACHEDIR.TAG", ""),
            ("one/tests/test_main.py", ""),
            ("one/test_more.py", ""),
            ("one/x.egg-info/PKG-INFO", ""),
            ("one/__pycache__/main.cpython-311.pyc", ""),
            ("one/data/tests/b.json", ""),
            ("one/data/tests/test_b.py", ""),
            ("one/data/{{x}}/tests/test_c.py", ""),
            ("one/data/.editorconfig", ""),
            ("one/README.md", ""),
            ("one/pyproject.toml", ""),
            ("one/requirements-dev.txt", ""),
        ]);
        let root = folder.path().join("one");
        let listed = |named: &'static str| -> Vec<String> {
            let left_out = [project.program.root.join("out"), project.program.root.clone()];
            let files = files(&root, &project.program.root, &left_out, Tests::Leave, move |name| name == named);
            files.iter().map(|file| file.strip_prefix(&root).unwrap().display().to_string()).collect()
        };
        let always = ["data/README.md", "data/a.json", "frontend/dist/index.html", "main.py"];
        assert_eq!(listed(""), always);
        assert_eq!(listed("env"), always, "an environment is no data");
        let of_data =
            ["data/.editorconfig", "data/README.md", "data/a.json", "data/tests/b.json", "data/{{x}}/tests/test_c.py"];
        assert_eq!(listed("data").iter().filter(|file| file.starts_with("data/")).collect::<Vec<_>>(), of_data);
        assert!(listed("pyproject.toml").contains(&"pyproject.toml".to_owned()));
        assert!(listed("*.md").contains(&"README.md".to_owned()));
        assert!(listed(".txt").contains(&"requirements-dev.txt".to_owned()));
        assert!(listed("tests").contains(&"tests/test_main.py".to_owned()));
        assert!(!listed("tests").contains(&"test_more.py".to_owned()));
        assert!(!listed("run.log").contains(&"run.log".to_owned()));
    }

    #[test]
    fn tests_of_a_package_that_is_named_are_there_to_be_run() {
        let (folder, project) = testing::project(&[
            ("one/main.py", ""),
            ("one/app/__init__.py", ""),
            ("one/app/tests/test_a.py", ""),
            ("one/other/__init__.py", ""),
            ("one/other/tests/test_b.py", ""),
        ]);
        let root = folder.path().join("one");
        let listed = |tests| -> Vec<String> {
            let files = files(&root, &project.program.root, &[], tests, |name| name == "app");
            let inside = files.iter().map(|file| file.strip_prefix(&root).unwrap().display().to_string());
            inside.filter(|file| file.contains("tests")).collect()
        };
        assert_eq!(listed(Tests::Run), ["app/tests/test_a.py"]);
        assert!(listed(Tests::Leave).is_empty());
    }
}

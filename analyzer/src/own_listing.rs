use ignore::{DirEntry, WalkBuilder};
use std::path::{Path, PathBuf};

/// Folders that hold no part of a program, wherever they lie.
const LEFT_OUT_FOLDERS: [&str; 6] = ["__pycache__", "node_modules", "site-packages", "test", "tests", "__tests__"];

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

/// The files below `start`, which lies in the program's folder `root`, sorted: without what is
/// hidden, a virtual environment, a cache, a test, build output, or named by a `.gitignore`; and
/// without `left_out`.
/// `is_named` tells whether a text of the program names a file or folder; then it counts though it
/// is of a kind that does not.
pub(crate) fn files(
    start: &Path,
    root: &Path,
    left_out: &[PathBuf],
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
        // What one user's git ignores everywhere says nothing about the program.
        .git_global(false)
        .sort_by_file_name(Ord::cmp)
        .filter_entry(move |entry| {
            let is_left_out = entry.depth() > 0 && left_out.iter().any(|path| path == entry.path());
            !is_left_out && belongs(entry, &root, &is_named)
        })
        .build();
    // A link that leads nowhere, or in a circle, is no file of the program.
    walk.filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
        .map(DirEntry::into_path)
        .collect()
}

fn belongs(entry: &DirEntry, root: &Path, is_named: &impl Fn(&str) -> bool) -> bool {
    let Some(name) = entry.file_name().to_str() else { return false };
    if entry.depth() == 0 || is_named(name) {
        return true;
    }
    let at_the_root = entry.path().parent() == Some(root);
    if entry.file_type().is_some_and(|kind| kind.is_dir()) {
        let is_environment = ["pyvenv.cfg", "conda-meta", "CACHEDIR.TAG"].map(|mark| entry.path().join(mark).exists());
        !(LEFT_OUT_FOLDERS.contains(&name)
            || (at_the_root && LEFT_OUT_AT_THE_ROOT.contains(&name))
            || name.ends_with(".egg-info")
            || is_environment.contains(&true))
    } else {
        let is_unasked_test = is_test(name) && !lies_in_tests(entry.path(), root);
        !(is_compiled(name) || (at_the_root && is_of_development(name)) || is_unasked_test)
    }
}

/// Whether a file lies in a folder of tests, which was entered only because the program names it.
fn lies_in_tests(path: &Path, root: &Path) -> bool {
    let inside = path.parent().and_then(|folder| folder.strip_prefix(root).ok());
    inside.into_iter().flatten().any(|part| matches!(part.to_str(), Some("test" | "tests")))
}

fn is_compiled(name: &str) -> bool {
    [".pyc", ".pyo", ".pyi"].iter().any(|suffix| name.ends_with(suffix))
}

fn is_of_development(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name);
    OF_DEVELOPMENT.contains(&stem) || stem.starts_with("requirements") || name.ends_with(".spec")
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
            ("one/README.md", ""),
            ("one/pyproject.toml", ""),
            ("one/requirements-dev.txt", ""),
        ]);
        let root = folder.path().join("one");
        let listed = |named: &'static str| -> Vec<String> {
            let left_out = [project.program.root.join("out"), project.program.root.clone()];
            let files = files(&root, &project.program.root, &left_out, move |name| name == named);
            files.iter().map(|file| file.strip_prefix(&root).unwrap().display().to_string()).collect()
        };
        let always = ["data/README.md", "data/a.json", "frontend/dist/index.html", "main.py"];
        assert_eq!(listed(""), always);
        assert!(listed("pyproject.toml").contains(&"pyproject.toml".to_owned()));
        assert!(listed("tests").contains(&"tests/test_main.py".to_owned()));
        assert!(!listed("tests").contains(&"test_more.py".to_owned()));
        assert!(!listed("run.log").contains(&"run.log".to_owned()));
    }
}

//! Lines of `.pth` files that are code. `site` runs them whenever Python starts; a packed program has no `site`, and runs those of
//! distributions that it contains, before anything else of it.
//!
//! A line counts once a module that it names comes in: that of setuptools with `_distutils_hack`, which serves `distutils`. Lines that
//! ask for their own folder make namespace packages, which the analyzer knows.

use crate::additions::Added;
use rpack_analyzer::{Distribution, Included};
use std::fs;
use std::path::{Path, PathBuf};

/// What the lines in the `.pth` files of a module's distribution add with the module.
pub fn of_module(module: &Included<'_>) -> Added {
    let mut added = Added::default();
    if let Some(distribution) = module.distribution.filter(|_| !module.name.contains('.')) {
        for file in files(distribution, module.path) {
            let text = fs::read_to_string(file).unwrap_or_default();
            let lines = text.lines().filter(|line| is_run(line) && names(line, module.name));
            // Only the file's name stands in the executable: where it lay is of no interest.
            let name = PathBuf::from(file.file_name().unwrap_or_default());
            added.runtime_hooks.extend(lines.map(|line| (name.clone(), Some(hook(line)))));
        }
    }
    added
}

/// The `.pth` files of a distribution that lie beside a top-level module or package of it.
fn files<'d>(distribution: &'d Distribution, module: &Path) -> impl Iterator<Item = &'d PathBuf> {
    let folders: Vec<&Path> = module.ancestors().skip(1).take(2).collect();
    let is_beside = move |file: &&PathBuf| {
        file.extension().is_some_and(|ending| ending == "pth") && file.parent().is_some_and(|it| folders.contains(&it))
    };
    distribution.files.iter().filter(is_beside)
}

/// Whether `site` takes a line for code, and it is not about namespace packages.
fn is_run(line: &str) -> bool {
    (line.starts_with("import ") || line.starts_with("import\t")) && !line.contains("sitedir")
}

/// Whether a name stands in a line of code as a whole word.
fn names(line: &str, name: &str) -> bool {
    line.split(|letter: char| letter != '_' && !letter.is_alphanumeric()).any(|word| word == name)
}

/// A line as a script: in a namespace of its own, and no reason to end where it fails, as with `site`.
fn hook(line: &str) -> String {
    let text = serde_json::Value::from(line);
    format!("try:\n    exec({text}, {{}})\nexcept Exception:\n    __import__(\"traceback\").print_exc()\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rpack_analyzer::ModuleKind;
    use std::collections::BTreeMap;

    /// The scripts for a module of a distribution with this `.pth` file.
    fn hooks(module: &str, path: &str, line: &str) -> Vec<(PathBuf, Option<String>)> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("d.pth");
        fs::write(&file, format!("/some/folder\n{line}\n")).unwrap();
        let distribution = Distribution {
            name: "d".to_owned(),
            version: "1".to_owned(),
            metadata_folder: PathBuf::new(),
            files: vec![folder.path().join(path), file],
            requires: Vec::new(),
            entry_points: BTreeMap::new(),
            editable_root: None,
        };
        let path = folder.path().join(path);
        let (kind, distribution) = (&ModuleKind::Source, Some(&distribution));
        of_module(&Included { name: module, kind, path: &path, submodule_path: None, distribution }).runtime_hooks
    }

    #[test]
    fn a_line_runs_once_its_module_comes_in() {
        let line = "import os; os.environ.get(\"X\") and __import__('hack').add()";
        let script = "try:\n    exec(\"import os; os.environ.get(\\\"X\\\") and __import__('hack').add()\", {})\n\
            except Exception:\n    __import__(\"traceback\").print_exc()\n";
        let expected = [(PathBuf::from("d.pth"), Some(script.to_owned()))];
        assert_eq!(hooks("hack", "hack/__init__.py", line), expected);
        assert_eq!(hooks("hack", "hack.py", line), expected);
        for (module, path) in [("other", "other.py"), ("hack.inner", "hack/inner.py"), ("hack", "lib/other/hack.py")] {
            assert_eq!(hooks(module, path, line), []);
        }
    }

    #[test]
    fn lines_that_are_no_code_or_make_namespaces_do_not_run() {
        for line in
            ["hack", "# import hack", "importhack", "import sys; p = sys._getframe(1).f_locals['sitedir'], 'hack'"]
        {
            assert_eq!(hooks("hack", "hack.py", line), []);
        }
    }
}

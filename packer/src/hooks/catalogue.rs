//! Which hooks there are, by the names of the modules that they are about.

use super::{Error, runtime_hooks};
use rpack_analyzer::{Distribution, normalized};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// The group of entry points by which distributions offer hooks.
const GROUP: &str = "pyinstaller40";

/// The collection of hooks for packages that bring none.
const CONTRIBUTED: &str = "pyinstaller-hooks-contrib";

/// Hooks by the names of modules. Of two about one module the first found counts: the user's, then that of a package itself, then
/// a contributed one.
#[derive(Debug, Default)]
pub struct Catalogue {
    /// Hooks about an included module.
    pub hooks: BTreeMap<String, PathBuf>,
    /// Hooks that run before a module comes in (`pre_safe_import_module`).
    pub before_import: BTreeMap<String, PathBuf>,
    /// Hooks that say where to look for a module (`pre_find_module_path`).
    pub before_search: BTreeMap<String, PathBuf>,
    /// Scripts that run before the program where it includes a module (`rthooks.dat`).
    pub runtime_hooks: BTreeMap<String, Vec<PathBuf>>,
}

impl Catalogue {
    /// Finds hooks in folders, and in the distributions that offer some.
    ///
    /// A distribution names a function that gives its folders. Calling it would import the package, so its files are looked at
    /// instead: hooks are those that are named as hooks.
    pub fn find(folders: &[PathBuf], installed: &[Distribution]) -> Result<Self, Error> {
        let mut catalogue = Catalogue::default();
        for folder in folders {
            let unreadable = |source| Error::Folder { folder: folder.clone(), source };
            // Their own paths are what messages name and what a hook knows as `__file__`.
            let folder = fs::canonicalize(folder).map_err(unreadable)?;
            fs::read_dir(&folder).map_err(unreadable)?;
            catalogue.note_folder(&folder, 2);
        }
        let offering = installed.iter().filter(|distribution| distribution.entry_points.contains_key(GROUP));
        let (contributed, own): (Vec<_>, Vec<_>) =
            offering.partition(|distribution| normalized(&distribution.name) == CONTRIBUTED);
        for distribution in own.into_iter().chain(contributed) {
            distribution.files.iter().for_each(|file| catalogue.note(file));
            if let Some(root) = &distribution.editable_root {
                catalogue.note_folder(root, usize::MAX);
            }
        }
        Ok(catalogue)
    }

    fn note_folder(&mut self, folder: &Path, depth: usize) {
        let walk = WalkDir::new(folder).max_depth(depth).sort_by_file_name().into_iter();
        let is_visible = |name: &OsStr| !name.to_string_lossy().starts_with('.');
        let entries = walk.filter_entry(|entry| entry.depth() == 0 || is_visible(entry.file_name()));
        entries.flatten().filter(|entry| entry.file_type().is_file()).for_each(|entry| self.note(entry.path()));
    }

    fn note(&mut self, file: &Path) {
        let Some(name) = file.file_name().and_then(OsStr::to_str) else { return };
        let folder = file.parent().unwrap_or(Path::new(""));
        if name == "rthooks.dat" {
            // A table that cannot be read names nothing; PyInstaller's own says so where it is installed.
            let table = fs::read_to_string(file).map(|text| runtime_hooks::parse(&text)).unwrap_or_default();
            for (module, scripts) in table {
                let scripts = scripts.iter().map(|script| folder.join("rthooks").join(script)).collect();
                self.runtime_hooks.entry(module).or_insert(scripts);
            }
            return;
        }
        let Some(module) = name.strip_prefix("hook-").and_then(|name| name.strip_suffix(".py")) else { return };
        let hooks = match folder.file_name().and_then(OsStr::to_str) {
            Some("pre_safe_import_module") => &mut self.before_import,
            Some("pre_find_module_path") => &mut self.before_search,
            _ => &mut self.hooks,
        };
        hooks.entry(module.to_owned()).or_insert_with(|| file.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rpack_analyzer::Offer;

    fn distribution(name: &str, folder: &Path, files: &[&str]) -> Distribution {
        let paths: Vec<PathBuf> = files.iter().map(|file| folder.join(file)).collect();
        for path in &paths {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, if path.ends_with("rthooks.dat") { "{'m': ['one.py']}" } else { "" }).unwrap();
        }
        Distribution {
            name: name.to_owned(),
            version: "1".to_owned(),
            metadata_folder: folder.to_owned(),
            files: paths,
            requires: Vec::new(),
            entry_points: BTreeMap::from([(
                GROUP.to_owned(),
                vec![Offer { name: name.to_owned(), module: name.to_owned() }],
            )]),
            editable_root: None,
        }
    }

    #[test]
    fn the_users_come_before_a_packages_own_and_these_before_contributed_ones() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().canonicalize().unwrap().join(name);
        let contributed = distribution(
            "pyinstaller_hooks_contrib",
            &at("contributed"),
            &[
                "stdhooks/hook-a.py",
                "stdhooks/hook-b.py",
                "stdhooks/hook-c.d.py",
                "pre_safe_import_module/hook-a.py",
                "rthooks.dat",
                "rthooks/one.py",
            ],
        );
        let own = distribution("zebra", &at("own"), &["hook-a.py", "hook-b.py", "other.py"]);
        let silent = Distribution { entry_points: BTreeMap::new(), ..distribution("s", &at("s"), &["hook-s.py"]) };
        fs::create_dir_all(at("user/pre_find_module_path")).unwrap();
        fs::write(at("user/hook-a.py"), "").unwrap();
        fs::write(at("user/pre_find_module_path/hook-f.py"), "").unwrap();
        let catalogue = Catalogue::find(&[at("user")], &[contributed, silent, own]).unwrap();
        let expected = [("a", "user/hook-a.py"), ("b", "own/hook-b.py"), ("c.d", "contributed/stdhooks/hook-c.d.py")];
        let expected: BTreeMap<_, _> = expected.iter().map(|(name, path)| ((*name).to_owned(), at(path))).collect();
        assert_eq!(catalogue.hooks, expected);
        assert_eq!(catalogue.before_search["f"], at("user/pre_find_module_path/hook-f.py"));
        assert_eq!(catalogue.before_import["a"], at("contributed/pre_safe_import_module/hook-a.py"));
        assert_eq!(catalogue.runtime_hooks["m"], [at("contributed/rthooks/one.py")]);
        assert!(matches!(Catalogue::find(&[at("absent")], &[]), Err(Error::Folder { .. })));
    }
}

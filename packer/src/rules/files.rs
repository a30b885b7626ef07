//! The files that rules name.

use super::folder_of;
use crate::additions::{BroughtFile, Role};
use rpack_analyzer::{Included, Interpreter};
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// The files of a package that a pattern stands for, each where it lies in the package. A folder stands for all that it holds.
pub fn data(module: &Included<'_>, pattern: &str) -> Vec<BroughtFile> {
    let inside = package_of(module).replace('.', "/");
    let found = folders(module).into_iter().flat_map(|folder| matches(&folder, pattern));
    let file = |(path, below): (PathBuf, String)| BroughtFile {
        path,
        inside: if inside.is_empty() { below } else { format!("{inside}/{below}") },
        module: module.name.to_owned(),
        role: Role::Data,
    };
    found.map(file).collect()
}

/// The shared libraries that a pattern stands for, or, where it is a plain name, the library that the system finds by it.
pub fn libraries(module: &Included<'_>, pattern: &str, interpreter: &Interpreter) -> Vec<BroughtFile> {
    let own = data(module, pattern);
    if !own.is_empty() {
        return own.into_iter().map(|file| BroughtFile { role: Role::Library, ..file }).collect();
    }
    let path = if pattern.contains('/') { None } else { rpack_analyzer::find_library(pattern, interpreter) };
    let file =
        |path| BroughtFile { path, inside: pattern.to_owned(), module: module.name.to_owned(), role: Role::Library };
    path.map(file).into_iter().collect()
}

/// The package that a module is, or lies in.
fn package_of<'a>(module: &Included<'a>) -> &'a str {
    match module.submodule_path {
        Some(_) => module.name,
        None => module.name.rsplit_once('.').map_or("", |(package, _)| package),
    }
}

fn folders(module: &Included<'_>) -> Vec<PathBuf> {
    match module.submodule_path {
        Some(folders) => folders.to_vec(),
        None => vec![folder_of(module.path).to_owned()],
    }
}

/// The files below a folder that a pattern stands for, with their paths below it.
fn matches(folder: &Path, pattern: &str) -> Vec<(PathBuf, String)> {
    let whole = format!("{}/{pattern}", glob::Pattern::escape(&folder.to_string_lossy()));
    let mut found = Vec::new();
    for path in glob::glob(&whole).into_iter().flatten().flatten() {
        for entry in WalkDir::new(path).follow_links(true).sort_by_file_name().into_iter().flatten() {
            let below = entry.path().strip_prefix(folder).ok().and_then(Path::to_str).map(str::to_owned);
            let is_inside = |below: &String| !below.split('/').any(|part| matches!(part, ".." | "__pycache__"));
            if let Some(below) = below.filter(|below| entry.file_type().is_file() && is_inside(below)) {
                found.push((entry.path().to_owned(), below));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use rpack_analyzer::ModuleKind;
    use std::fs;

    #[test]
    fn patterns_are_relative_to_the_package() {
        let folder = tempfile::tempdir().unwrap();
        let package = folder.path().join("a[1]/p");
        for name in ["tests/one.txt", "tests/deep/two.txt", "tests/__pycache__/x.pyc", "three.h", "m.py"] {
            fs::create_dir_all(package.join(name).parent().unwrap()).unwrap();
            fs::write(package.join(name), "").unwrap();
        }
        let path = [package.clone()];
        let found = |name, submodule_path, pattern: &str| {
            let file = package.join("m.py");
            let kind = ModuleKind::Source;
            let module = Included { name, kind: &kind, path: &file, submodule_path, distribution: None };
            data(&module, pattern).into_iter().map(|file| file.inside).collect::<Vec<_>>()
        };
        assert_eq!(found("n.p", Some(&path[..]), "tests"), ["n/p/tests/deep/two.txt", "n/p/tests/one.txt"]);
        assert_eq!(found("n.p", Some(&path[..]), "*.h"), ["n/p/three.h"]);
        assert_eq!(found("n.p.m", None, "*.h"), ["n/p/three.h"]);
        assert_eq!(found("m", None, "*.h"), ["three.h"]);
        assert!(found("m", None, "../*/three.h").is_empty());
    }
}

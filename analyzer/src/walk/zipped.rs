//! Modules of the program in zip files, which `zipimport` serves, and in eggs: the files go in as they are, and here is what their
//! modules import.

use super::growing::{Growing, Importer};
use crate::finder::zip_file;
use crate::graph::EdgeKind;
use crate::name_forms::top_of;
use crate::project::Origin;
use crate::read::condition::Role;
use crate::read::outline::{Identity, Outline, Surroundings, Target, outline};
use std::fs;
use std::path::Path;

/// A source in a zip file.
struct Source {
    /// Its module, and the package around it or that it is.
    name: String,
    package: String,
    text: String,
}

/// Whether a file may be a zip file with modules.
pub(crate) fn may_have_modules(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    matches!(ending, Some("egg" | "pyz" | "whl" | "zip"))
}

/// Includes what the modules in a zip file import, as far as it exists. Returns the names of its top-level modules.
pub(crate) fn follow(growing: &mut Growing<'_>, path: &Path) -> Vec<String> {
    let sources = fs::read(path).ok().and_then(|bytes| sources(&bytes)).unwrap_or_default();
    sources.iter().map(|source| follow_source(growing, source)).collect()
}

/// The same for a source in an unpacked egg, a folder whose name no module can have: `inside` is its path in the program's folder.
pub(crate) fn follow_unpacked(growing: &mut Growing<'_>, inside: &str, path: &Path) -> Option<String> {
    let (_, below) = inside.split_once(".egg/")?;
    let (name, package) = module_of(below)?;
    let text = String::from_utf8_lossy(&fs::read(path).ok()?).into_owned();
    Some(follow_source(growing, &Source { name, package, text }))
}

/// Includes what a source imports, as far as it exists. Returns the name of its top-level module.
fn follow_source(growing: &mut Growing<'_>, source: &Source) -> String {
    let importer = Importer { node: Some(0), line: 0, kind: EdgeKind::Dynamic };
    for name in imported(&outline_of(source, growing)) {
        growing.guess(&name, importer);
    }
    top_of(&source.name).to_owned()
}

fn outline_of(source: &Source, growing: &Growing<'_>) -> Outline {
    let identity = Identity {
        name: &source.name,
        package: &source.package,
        role: Role::Imported,
        origin: Origin::Program,
        surroundings: &Surroundings::default(),
    };
    outline(&source.text, identity, &growing.project.interpreter)
}

/// The names that may be modules among what a module imports.
fn imported(outline: &Outline) -> Vec<String> {
    let mut names = Vec::new();
    for import in &outline.imports {
        match &import.target {
            Target::Module(name) | Target::Star(name) | Target::Code(name) => names.push(name.clone()),
            Target::Members { module, names: members } => {
                names.push(module.clone());
                names.extend(members.iter().map(|member| format!("{module}.{member}")));
            }
            _ => {}
        }
    }
    names
}

/// The sources in a zip file, or `None` where it is none.
fn sources(archive: &[u8]) -> Option<Vec<Source>> {
    let source = |member: &zip_file::Member<'_>| {
        let (name, package) = module_of(member.name)?;
        Some(Source { name, package, text: String::from_utf8_lossy(&member.content()?).into_owned() })
    };
    Some(zip_file::members(archive)?.iter().filter_map(source).collect())
}

/// The module that a file is, and its package.
fn module_of(name: &str) -> Option<(String, String)> {
    let stem = name.strip_suffix(".py")?.replace('/', ".");
    match stem.strip_suffix(".__init__") {
        Some(package) => Some((package.to_owned(), package.to_owned())),
        None => {
            let package = stem.rsplit_once('.').map_or("", |(package, _)| package).to_owned();
            Some((stem, package))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `zipfile`'s own work: `one.py` is stored, `p/__init__.py` compressed, `x.txt` no source.
    const ZIP: &[u8] = include_bytes!("../finder/zip_file/three_files.zip");

    #[test]
    fn sources_are_found_and_read() {
        let found = sources(ZIP).unwrap();
        let found: Vec<_> = found.iter().map(|s| (s.name.as_str(), s.package.as_str(), s.text.as_str())).collect();
        assert_eq!(found, [("one", "", "import colorsys\n"), ("p", "p", "from . import inner\nimport wave\n")]);
    }
}

//! Modules of the program in zip files, which `zipimport` serves: the files go in as they are, and here is what their modules
//! import.

use crate::condition::Role;
use crate::graph::EdgeKind;
use crate::growing::{Growing, Importer};
use crate::outline::{Identity, Outline, Surroundings, Target, outline};
use crate::project::Origin;
use miniz_oxide::inflate::decompress_to_vec_with_limit;
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
    let importer = Importer { node: Some(0), line: 0, kind: EdgeKind::Dynamic };
    for source in &sources {
        for name in imported(&outline_of(source, growing)) {
            growing.guess(&name, importer);
        }
    }
    sources.iter().filter_map(|source| source.name.split('.').next()).map(str::to_owned).collect()
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

/// The sources in a zip file, or `None` where it is none. What is damaged or stored in some other way than `zipimport` reads is
/// passed over.
fn sources(bytes: &[u8]) -> Option<Vec<Source>> {
    const LONGEST_COMMENT: usize = 1 << 16;
    const END: [u8; 4] = *b"PK\x05\x06";
    let start = bytes.len().saturating_sub(LONGEST_COMMENT + 22);
    let end = start + memchr::memmem::rfind(bytes.get(start..)?, &END)?;
    let count = number_16(bytes, end + 10)?;
    let directory = number_32(bytes, end + 16)?;
    let mut entry = directory;
    let mut sources = Vec::new();
    for _ in 0..count {
        let name_length = number_16(bytes, entry + 28)?;
        let name = bytes.get(entry + 46..entry + 46 + name_length)?;
        if let Some((module, package)) = std::str::from_utf8(name).ok().and_then(module_of)
            && let Some(text) = content(bytes, entry)
        {
            sources.push(Source { name: module, package, text: String::from_utf8_lossy(&text).into_owned() });
        }
        entry += 46 + name_length + number_16(bytes, entry + 30)? + number_16(bytes, entry + 32)?;
    }
    Some(sources)
}

/// The content of the file that an entry of the directory is about.
fn content(bytes: &[u8], entry: usize) -> Option<Vec<u8>> {
    const LARGEST: usize = 1 << 24;
    let local = number_32(bytes, entry + 42)?;
    let begin = local + 30 + number_16(bytes, local + 26)? + number_16(bytes, local + 28)?;
    let compressed = bytes.get(begin..begin.checked_add(number_32(bytes, entry + 20)?)?)?;
    match number_16(bytes, entry + 10)? {
        0 => Some(compressed.to_vec()),
        8 => decompress_to_vec_with_limit(compressed, LARGEST).ok(),
        _ => None,
    }
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

fn number_16(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at..at.checked_add(2)?)?;
    Some(usize::from(u16::from_le_bytes(bytes.try_into().ok()?)))
}

fn number_32(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    usize::try_from(u32::from_le_bytes(bytes.try_into().ok()?)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `zipfile`'s own work: `one.py` is stored, `p/__init__.py` compressed, `x.txt` no source.
    const ZIP: &[u8] = include_bytes!("zipped/three_files.zip");

    #[test]
    fn sources_are_found_and_read() {
        let found = sources(ZIP).unwrap();
        let found: Vec<_> = found.iter().map(|s| (s.name.as_str(), s.package.as_str(), s.text.as_str())).collect();
        assert_eq!(found, [("one", "", "import colorsys\n"), ("p", "p", "from . import inner\nimport wave\n")]);
    }

    #[test]
    fn damage_is_no_reason_to_stop() {
        for end in 0..ZIP.len() {
            sources(&ZIP[..end]);
        }
        for at in 0..ZIP.len() {
            let mut damaged = ZIP.to_vec();
            damaged[at] ^= 0xff;
            sources(&damaged);
        }
    }
}

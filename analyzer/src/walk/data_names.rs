//! Data files that name modules: configuration, and pickled objects.

use super::growing::{Growing, Importer};
use super::packages;
use crate::graph::EdgeKind;
use crate::name_forms::is_dotted_name;
use crate::project::Origin;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Data files that were searched for names.
#[derive(Default)]
pub(crate) struct Searched {
    /// Distributions whose files have been searched.
    pub(crate) distributions: BTreeSet<usize>,
    /// How many nodes were asked for their distributions.
    pub(crate) nodes: usize,
}

/// The largest file that is searched, in bytes.
const LARGEST: u64 = 1 << 18;

/// Includes the modules that the data files of libraries name, as far as they belong to the library
/// or to what it requires: `distributed.yaml` lists handlers, Babel pickles its locales.
pub(crate) fn follow(growing: &mut Growing<'_>) {
    while growing.searched.nodes < growing.nodes.len() {
        let index = growing.searched.nodes;
        growing.searched.nodes += 1;
        let Some(node) = growing.nodes.get(index).filter(|node| node.found.origin == Origin::Library) else { continue };
        let Some(owner) = growing.owners.of_file(&node.found.path) else { continue };
        if !growing.searched.distributions.insert(owner) {
            continue;
        }
        let Some(distribution) = growing.owners.distribution(owner) else { continue };
        let importer = Importer { node: Some(index), line: 0, kind: EdgeKind::Dynamic };
        let mut names = BTreeSet::new();
        for path in telling(&distribution.files) {
            names.extend(names_in(path));
        }
        for name in names {
            packages::guess_required(growing, index, &name, importer);
        }
    }
}

/// The dotted names in a file, if it is of a kind that names modules.
pub(crate) fn names_in(path: &Path) -> BTreeSet<String> {
    let search: fn(&[u8]) -> BTreeSet<String> = match kind(path) {
        Some(Kind::Configuration) => in_configuration,
        Some(Kind::Pickle) => in_pickle,
        None => return BTreeSet::new(),
    };
    small_content(path).map(|content| search(&content)).unwrap_or_default()
}

/// The content of a file that is no larger than those that name modules.
fn small_content(path: &Path) -> Option<Vec<u8>> {
    fs::metadata(path).ok().filter(|metadata| metadata.is_file() && metadata.len() <= LARGEST)?;
    fs::read(path).ok()
}

/// The values in a configuration file that are one word each: `engine: openpyxl`. Those that declare a project name what it
/// requires, and that is wanted already.
pub(crate) fn values_in(path: &Path) -> BTreeSet<String> {
    let declares = path.file_name().is_some_and(|name| name == "pyproject.toml" || name == "setup.cfg");
    if declares || kind(path) != Some(Kind::Configuration) {
        return BTreeSet::new();
    }
    small_content(path).map(|content| single_values(&String::from_utf8_lossy(&content))).unwrap_or_default()
}

fn single_values(text: &str) -> BTreeSet<String> {
    let is_word = |value: &&str| {
        !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
    };
    let mut values = BTreeSet::new();
    for line in text.lines().map(str::trim) {
        let item = line.strip_prefix("- ").unwrap_or(line);
        // A line of nothing but a value is one of a list.
        let value = item.split_once(['=', ':']).map_or(item, |(_, value)| value);
        let parts = value.split(['"', '\'', ',', '[', ']', '{', '}']).map(str::trim).filter(is_word);
        values.extend(parts.map(str::to_owned));
    }
    values
}

/// The paths of sources in a file that is a text: relative ones that stay below where they start.
pub(crate) fn sources_in(path: &Path) -> BTreeSet<String> {
    let Some(content) = small_content(path) else { return BTreeSet::new() };
    if memchr::memmem::find(&content, b".py").is_none() {
        return BTreeSet::new();
    }
    let Ok(text) = std::str::from_utf8(&content) else { return BTreeSet::new() };
    let is_part = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.' | '/');
    let words = text.split(|letter: char| !is_part(letter)).map(|word| word.strip_prefix("./").unwrap_or(word));
    let stays = |word: &&str| !word.starts_with('/') && !word.split('/').any(|part| matches!(part, "" | "." | ".."));
    words.filter(|word| word.ends_with(".py")).filter(stays).map(str::to_owned).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Configuration,
    Pickle,
}

fn kind(path: &Path) -> Option<Kind> {
    match path.extension()?.to_str()? {
        "cfg" | "conf" | "ini" | "json" | "toml" | "yaml" | "yml" => Some(Kind::Configuration),
        "dat" | "p" | "pck" | "pickle" | "pkl" => Some(Kind::Pickle),
        _ => None,
    }
}

/// Of the files of a library the largest few of each folder: there may be hundreds, which all look
/// alike. JSON holds what is exchanged with others, and seldom names of modules.
fn telling(files: &[PathBuf]) -> Vec<&Path> {
    const OF_ONE_FOLDER: usize = 4;
    let mut folders: BTreeMap<(Kind, &Path), Vec<&Path>> = BTreeMap::new();
    for path in files {
        if let Some(kind) = kind(path).filter(|_| path.extension().is_none_or(|ending| ending != "json"))
            && let Some(folder) = path.parent()
        {
            folders.entry((kind, folder)).or_default().push(path);
        }
    }
    let size = |path: &Path| fs::metadata(path).map_or(0, |metadata| metadata.len());
    for paths in folders.values_mut().filter(|paths| paths.len() > OF_ONE_FOLDER) {
        paths.retain(|path| size(path) <= LARGEST);
        paths.sort_by_key(|path| (std::cmp::Reverse(size(path)), *path));
        paths.truncate(OF_ONE_FOLDER);
    }
    folders.into_values().flatten().collect()
}

/// Configuration names classes and modules by dotted names: `class: rich.logging.RichHandler`.
fn in_configuration(bytes: &[u8]) -> BTreeSet<String> {
    let text = String::from_utf8_lossy(bytes);
    let is_part = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '.');
    text.split(|character| !is_part(character))
        .map(|word| word.trim_matches('.'))
        .filter(|word| word.contains('.') && is_dotted_name(word))
        .map(str::to_owned)
        .collect()
}

/// A pickle names the modules of its classes: after the opcode `c` and before a line feed, and since
/// protocol 4 in short texts (`\x8c`, a length, the text).
fn in_pickle(bytes: &[u8]) -> BTreeSet<String> {
    const PROTO: u8 = 0x80;
    const SHORT_TEXT: u8 = 0x8c;
    const LONGEST: usize = 120;
    let mut names = BTreeSet::new();
    let [PROTO, 2..=5, ..] = bytes else { return names };
    for (position, &opcode) in bytes.iter().enumerate() {
        let rest = bytes.get(position + 1..).unwrap_or_default();
        let text = match opcode {
            b'c' => rest.iter().take(LONGEST).position(|&byte| byte == b'\n').and_then(|end| rest.get(..end)),
            SHORT_TEXT => rest.first().and_then(|&length| rest.get(1..=usize::from(length))),
            _ => None,
        };
        if let Some(name) = text.and_then(|text| std::str::from_utf8(text).ok()).filter(|name| is_dotted_name(name)) {
            names.insert(name.to_owned());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Options;
    use crate::testing;
    use crate::walk::walk;

    fn names(file: &str, content: &str) -> Vec<String> {
        let record = format!("p/__init__.py,,\np/{file},,\n");
        let (_folder, project) = testing::project(&[
            ("one/main.py", "import p"),
            ("two/p/__init__.py", ""),
            ("two/p/a.py", ""),
            ("two/p/b/__init__.py", ""),
            ("two/p/b/c.py", ""),
            ("two/q/d.py", ""),
            (&format!("two/p/{file}"), content),
            ("two/p-1.dist-info/METADATA", "Name: p\nVersion: 1\n"),
            ("two/p-1.dist-info/RECORD", &record),
        ]);
        let graph = walk(&project, &Options::default()).unwrap();
        graph.modules.into_keys().filter(|name| name.starts_with("p.") || name.starts_with('q')).collect()
    }

    #[test]
    fn configuration_of_a_library_names_its_own_modules() {
        assert_eq!(names("p.yaml", "routes:\n  - p.b.c.Handler\n  - q.d\n  - p.none\n"), ["p.b", "p.b.c"]);
        assert!(names("p.txt", "p.b.c").is_empty());
    }

    #[test]
    fn configuration_of_the_program_chooses_installed_packages() {
        let modules = |file: &str, content: &str| {
            let (_folder, project) = testing::project(&[
                ("one/main.py", &format!("import p\nopen('{file}')")),
                (&format!("one/{file}"), content),
                ("two/p.py", ""),
                ("two/engine/__init__.py", ""),
                ("two/engine-1.dist-info/METADATA", "Name: engine\nVersion: 1\n"),
                ("two/engine-1.dist-info/RECORD", "engine/__init__.py,,\n"),
            ]);
            let graph = walk(&project, &Options::default()).unwrap();
            graph.modules.contains_key("engine")
        };
        for (file, content) in [
            ("a.yaml", "read:\n  with: engine\n"),
            ("a.yaml", "engines:\n  - other\n  - engine\n"),
            ("a.toml", "use = [\"other\", \"engine\"]\n"),
            ("a.ini", "[a]\nuse = engine\n"),
            ("a.json", "{\"use\": \"engine\"}"),
        ] {
            assert!(modules(file, content), "{content}");
        }
        assert!(!modules("a.yaml", "text: the engine of a car\n"));
        assert!(!modules("a.yaml", "engine: 3\n"));
        assert!(!modules("a.txt", "use: engine\n"));
    }

    #[test]
    fn pickles_name_the_modules_of_their_classes() {
        let protocol_2 = b"\x80\x02}q\x00cp.a\nState\nq\x01.";
        let protocol_4 = b"\x80\x04\x95\x00\x00\x00\x00\x00\x00\x00\x00\x8c\x03p.a\x94\x8c\x05State\x93.";
        for pickle in [&protocol_2[..], &protocol_4[..]] {
            assert!(in_pickle(pickle).contains("p.a"));
            for end in 0..pickle.len() {
                in_pickle(&pickle[..end]);
            }
        }
        assert!(in_pickle(b"cp.a\n").is_empty());
    }
}

use ignore::WalkBuilder;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// An installed distribution: what `pip` installs, a `*.dist-info` folder (PEP 376) or an older
/// `*.egg-info`; or an egg, a folder of the search path with its metadata in `EGG-INFO`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distribution {
    /// Name as its metadata writes it.
    pub name: String,
    /// Version as its metadata writes it.
    pub version: String,
    /// The `*.dist-info`, `*.egg-info` or `EGG-INFO` folder (or file, for the oldest ones).
    pub metadata_folder: PathBuf,
    /// Installed files as `RECORD` lists them, absolute. Of what has no list: the files of an egg, or those of the top-level modules.
    pub files: Vec<PathBuf>,
    /// `Requires-Dist` lines, PEP 508 as written.
    pub requires: Vec<String>,
    /// What `entry_points.txt` offers, by group.
    pub entry_points: BTreeMap<String, Vec<Offer>>,
    /// For an editable install (PEP 660), the folder of the project, from `direct_url.json` (PEP
    /// 610).
    pub editable_root: Option<PathBuf>,
}

/// An entry point that a distribution offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The name that it is looked for by.
    pub name: String,
    /// The module that it is in.
    pub module: String,
}

/// The installed distributions on the search path, sorted by normalized name. Of two with one name
/// the first on the path counts, as it does for `importlib.metadata`.
pub fn installed(search_path: &[PathBuf]) -> Vec<Distribution> {
    let mut found: BTreeMap<String, Distribution> = BTreeMap::new();
    for folder in search_path {
        for metadata_folder in metadata_folders(folder) {
            if let Some(distribution) = read(folder, metadata_folder) {
                found.entry(normalized(&distribution.name)).or_insert(distribution);
            }
        }
    }
    found.into_values().collect()
}

/// What is read of a distribution: the folder of its metadata, and the files in it.
pub(crate) fn metadata_files(distribution: &Distribution) -> impl Iterator<Item = PathBuf> {
    const READ: [&str; 7] = [
        "METADATA",
        "PKG-INFO",
        "RECORD",
        "installed-files.txt",
        "top_level.txt",
        "entry_points.txt",
        "direct_url.json",
    ];
    let folder = &distribution.metadata_folder;
    [folder.clone()].into_iter().chain(READ.map(|name| folder.join(name)))
}

/// The normalized name of PEP 503: lower case, runs of `-`, `_` and `.` as one `-`.
pub fn normalized(name: &str) -> String {
    let mut result = String::with_capacity(name.len());
    for character in name.chars() {
        match character {
            '-' | '_' | '.' if result.ends_with('-') => {}
            '-' | '_' | '.' => result.push('-'),
            other => result.extend(other.to_lowercase()),
        }
    }
    result
}

fn metadata_folders(folder: &Path) -> Vec<PathBuf> {
    // An entry of the search path that is no readable folder (`python311.zip`) holds no metadata.
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut folders: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| {
            matches!(path.extension().and_then(OsStr::to_str), Some("dist-info" | "egg-info")) || is_of_egg(path)
        })
        .collect();
    folders.sort();
    folders
}

fn read(folder: &Path, metadata_folder: PathBuf) -> Option<Distribution> {
    let candidates = [metadata_folder.join("METADATA"), metadata_folder.join("PKG-INFO"), metadata_folder.clone()];
    let metadata = candidates.iter().find_map(|path| fs::read(path).ok())?;
    let metadata = parse_metadata(&String::from_utf8_lossy(&metadata))?;
    let files = installed_files(folder, &metadata_folder);
    let editable_root = editable_root(&metadata_folder);
    let Metadata { name, version, requires } = metadata;
    let entry_points = fs::read(metadata_folder.join("entry_points.txt"))
        .map(|bytes| parse_entry_points(&String::from_utf8_lossy(&bytes)))
        .unwrap_or_default();
    Some(Distribution { name, version, metadata_folder, files, requires, entry_points, editable_root })
}

/// Whether this is the metadata of an egg. Elsewhere a folder of that name is a part of something else.
fn is_of_egg(metadata_folder: &Path) -> bool {
    let is_egg = |folder: &Path| folder.extension().is_some_and(|ending| ending == "egg");
    metadata_folder.file_name().is_some_and(|name| name == "EGG-INFO") && metadata_folder.parent().is_some_and(is_egg)
}

fn installed_files(folder: &Path, metadata_folder: &Path) -> Vec<PathBuf> {
    if let Ok(record) = fs::read(metadata_folder.join("RECORD")) {
        return parse_record(&String::from_utf8_lossy(&record), folder);
    }
    // Relative to the metadata folder, unlike RECORD.
    if let Ok(list) = fs::read_to_string(metadata_folder.join("installed-files.txt")) {
        return list.lines().map(|line| joined(metadata_folder, line)).collect();
    }
    if is_of_egg(metadata_folder) {
        return files_below(folder).filter(|file| !file.starts_with(metadata_folder)).collect();
    }
    // `setup.py develop` and Debian leave no list; SOURCES.txt is one of the project's folder, wherever that was.
    let modules = fs::read_to_string(metadata_folder.join("top_level.txt")).unwrap_or_default();
    let modules = modules.lines().map(str::trim).filter(|name| !name.is_empty());
    modules.flat_map(|name| files_below(&folder.join(name)).chain([folder.join(format!("{name}.py"))])).collect()
}

fn files_below(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let mut walk = WalkBuilder::new(folder);
    let is_written = |entry: &ignore::DirEntry| entry.file_name() != "__pycache__";
    let walk = walk.standard_filters(false).sort_by_file_name(Ord::cmp).filter_entry(is_written).build();
    let is_file = |entry: &ignore::DirEntry| entry.file_type().is_some_and(|kind| kind.is_file());
    walk.flatten().filter(is_file).map(ignore::DirEntry::into_path)
}

struct Metadata {
    name: String,
    version: String,
    requires: Vec<String>,
}

/// Reads the headers of METADATA. It is an e-mail message (PEP 566): headers end at the first line
/// that is quite empty, and a line that starts with white space continues the header before it, as
/// the text of a license does.
fn parse_metadata(text: &str) -> Option<Metadata> {
    let (mut name, mut version, mut requires) = (None, None, Vec::new());
    for line in text.lines().take_while(|line| !line.is_empty()) {
        let Some((header, value)) = line.split_once(':').filter(|_| !line.starts_with([' ', '\t'])) else { continue };
        let value = value.trim();
        if header.eq_ignore_ascii_case("name") {
            name.get_or_insert_with(|| value.to_owned());
        } else if header.eq_ignore_ascii_case("version") {
            version.get_or_insert_with(|| value.to_owned());
        } else if header.eq_ignore_ascii_case("requires-dist") {
            requires.push(value.to_owned());
        }
    }
    Some(Metadata { name: name?, version: version.unwrap_or_default(), requires })
}

/// Reads the groups of `entry_points.txt`: an INI file of lines `name = module:attribute [extra]`.
/// Scripts are started by a user, not asked for by a program.
fn parse_entry_points(text: &str) -> BTreeMap<String, Vec<Offer>> {
    let mut groups: BTreeMap<String, Vec<Offer>> = BTreeMap::new();
    let mut group = "";
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            group = name.trim();
        } else if let Some((name, reference)) = line.split_once('=')
            && !line.starts_with(['#', ';'])
            && !matches!(group, "" | "console_scripts" | "gui_scripts")
        {
            let module = reference.split([':', '[']).next().unwrap_or_default().trim();
            groups
                .entry(group.to_owned())
                .or_default()
                .push(Offer { name: name.trim().to_owned(), module: module.to_owned() });
        }
    }
    groups
}

/// The functions behind the commands of a distribution, each with its module.
pub(crate) fn scripts(distribution: &Distribution) -> Vec<(String, String)> {
    let text = fs::read(distribution.metadata_folder.join("entry_points.txt")).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines = text.lines().map(str::trim).skip_while(|line| *line != "[console_scripts]").skip(1);
    let references = lines.take_while(|line| !line.starts_with('[')).filter_map(|line| line.split_once('='));
    let functions = references.filter_map(|(_, reference)| reference.split('[').next()?.trim().split_once(':'));
    functions.map(|(module, function)| (module.trim().to_owned(), function.trim().to_owned())).collect()
}

/// Reads the paths of RECORD, a CSV of path, hash and size.
fn parse_record(text: &str, folder: &Path) -> Vec<PathBuf> {
    text.lines().filter(|line| !line.is_empty()).map(|line| joined(folder, &first_field(line))).collect()
}

fn first_field(line: &str) -> String {
    match line.strip_prefix('"') {
        None => line.split(',').next().unwrap_or_default().to_owned(),
        // Inside quotes a doubled quote stands for one.
        Some(quoted) => {
            let mut field = String::new();
            let mut characters = quoted.chars().peekable();
            while let Some(character) = characters.next() {
                match character {
                    '"' if characters.next_if_eq(&'"').is_some() => field.push('"'),
                    '"' => break,
                    other => field.push(other),
                }
            }
            field
        }
    }
}

/// Joins a path with `/` as separator, resolving `..` by text as pip does when it writes RECORD.
fn joined(folder: &Path, relative: &str) -> PathBuf {
    let mut path = folder.to_owned();
    for component in Path::new(relative).components() {
        match component {
            Component::ParentDir => {
                path.pop();
            }
            Component::Normal(name) => path.push(name),
            Component::RootDir => path = PathBuf::from("/"),
            Component::CurDir | Component::Prefix(_) => {}
        }
    }
    path
}

fn editable_root(metadata_folder: &Path) -> Option<PathBuf> {
    let text = fs::read(metadata_folder.join("direct_url.json")).ok()?;
    let document: serde_json::Value = serde_json::from_slice(&text).ok()?;
    let editable = document.get("dir_info")?.get("editable")?.as_bool()?;
    let path = document.get("url")?.as_str()?.strip_prefix("file://")?;
    editable.then(|| PathBuf::from(percent_decoded(path)))
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = match (first, tail) {
            (b'%', [high, low, ..]) => {
                std::str::from_utf8(&[*high, *low]).ok().and_then(|digits| u8::from_str_radix(digits, 16).ok())
            }
            _ => None,
        };
        match code {
            Some(byte) => {
                bytes.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, name: &str, text: &str) {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[test]
    fn names_are_normalized() {
        assert_eq!(normalized("Foo__Bar.-baz"), "foo-bar-baz");
    }

    #[test]
    fn the_first_on_the_path_wins() {
        let folder = tempfile::tempdir().unwrap();
        write(
            folder.path(),
            "a/Foo_Bar-1.0.dist-info/METADATA",
            "Name: Foo_Bar\nVersion: 1.0\nLicense: a\n        \n        Name: b\nRequires-Dist: x>1\n\nName: no\n",
        );
        write(
            folder.path(),
            "a/Foo_Bar-1.0.dist-info/RECORD",
            "foo/__init__.py,sha256=a,3\n\"fo,o\"\".py\",,\n../../bin/foo,,\n",
        );
        write(folder.path(), "b/foo_bar-2.0.dist-info/METADATA", "Name: foo-bar\nVersion: 2.0\n");
        write(folder.path(), "b/old.egg-info/PKG-INFO", "Name: old\nVersion: 3\n");
        write(folder.path(), "b/broken.dist-info/METADATA", "no headers here");
        let found = installed(&[folder.path().join("a"), folder.path().join("b"), folder.path().join("none")]);
        let names: Vec<_> = found.iter().map(|found| (found.name.as_str(), found.version.as_str())).collect();
        assert_eq!(names, [("Foo_Bar", "1.0"), ("old", "3")]);
        assert_eq!(found[0].requires, ["x>1"]);
        let expected = [folder.path().join("a/foo/__init__.py"), folder.path().join("a/fo,o\".py")];
        assert_eq!(found[0].files[..2], expected);
        assert!(found[0].files[2].ends_with("bin/foo"));
    }

    #[test]
    fn eggs_and_what_has_no_list_have_their_files_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let egg = folder.path().join("e-1.0-py3.11.egg");
        write(&egg, "EGG-INFO/PKG-INFO", "Name: e\nVersion: 1.0\n");
        write(&egg, "e/__init__.py", "");
        write(&egg, "e/.hidden/data.txt", "");
        let site = folder.path().join("site");
        write(&site, "old.egg-info/PKG-INFO", "Name: old\nVersion: 3\n");
        write(&site, "old.egg-info/top_level.txt", "old\nsingle\n");
        write(&site, "old/__init__.py", "");
        write(&site, "old/__pycache__/x.pyc", "");
        write(&site, "single.py", "");
        // Not an egg's.
        write(&site, "EGG-INFO/PKG-INFO", "Name: no\nVersion: 1\n");
        let found = installed(&[egg.clone(), site.clone()]);
        let names: Vec<_> = found.iter().map(|found| (found.name.as_str(), found.version.as_str())).collect();
        assert_eq!(names, [("e", "1.0"), ("old", "3")]);
        assert_eq!(found[0].files, [egg.join("e/.hidden/data.txt"), egg.join("e/__init__.py")]);
        let there: Vec<_> = found[1].files.iter().filter(|file| file.exists()).collect();
        assert_eq!(there, [&site.join("old/__init__.py"), &site.join("single.py")]);
    }

    #[test]
    fn editable_roots_are_read() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "x-1.dist-info/METADATA", "Name: x\nVersion: 1\n");
        write(
            folder.path(),
            "x-1.dist-info/direct_url.json",
            r#"{"url": "file:///a%20b/%zz%4", "dir_info": {"editable": true}}"#,
        );
        let found = installed(&[folder.path().to_owned()]);
        assert_eq!(found[0].editable_root, Some(PathBuf::from("/a b/%zz%4")));
    }
}

//! What of a record may change without making the build another one: the code of the program's own modules, and in its folders what
//! no build looks at.

use super::noted::Noted;
use crate::cache::Digest;
use crate::collection::{CollectedFile, Collection, Content, ModuleContent};
use crate::os;
use rpack_analyzer::{Findings, ModuleGraph, OwnSources, Project, script_block};
use rpack_format::FileKind;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Sources and folders of the program, as a build found them.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Changeable {
    /// What is needed to read a source again as the analysis read it.
    pub own: OwnSources,
    sources: Vec<Source>,
    /// The folders in which they lie. Their states change with every file that an editor or CPython puts there.
    folders: Vec<Noted>,
}

/// A source that the analysis read nothing of but its outline.
#[derive(Debug, Serialize, Deserialize)]
struct Source {
    noted: Noted,
    /// The modules that are made from it: often one, but `__main__` may be imported as well.
    modules: Vec<OwnModule>,
    /// The files of the bundle that are copies of it.
    files: Vec<String>,
    /// Whether it may be executed, as its copies may be then.
    is_executable: bool,
    /// What a script declares in its block (PEP 723).
    block: Digest,
}

/// A module of the program.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OwnModule {
    /// Its name.
    pub name: String,
    /// The path of its source inside the bundle.
    pub inside: String,
    with_lines: Digest,
    with_order: Digest,
}

/// What is known of sources beside what the analysis found in them.
#[derive(Debug)]
pub struct Read<'a> {
    /// Modules that could not be compiled.
    pub uncompiled: &'a [String],
    /// Files that were read for something else, too: a source may say which version the program has.
    pub otherwise: &'a [&'a Path],
}

/// A source that was edited.
#[derive(Debug)]
pub struct Edit {
    /// Its file.
    pub path: PathBuf,
    /// What it contains now.
    pub content: Vec<u8>,
    /// The modules that are made from it.
    pub modules: Vec<OwnModule>,
    /// The files of the bundle that are copies of it.
    pub files: Vec<String>,
    number: usize,
}

impl Changeable {
    /// What may change of a build that was made from this graph. Nothing of it is settled if it changed shortly before `moment`.
    pub fn new(
        project: &Project,
        graph: &ModuleGraph,
        collection: &Collection,
        read: &Read,
        moment: SystemTime,
    ) -> Self {
        let mut carried: BTreeMap<&Path, Vec<&CollectedFile>> = BTreeMap::new();
        for file in &collection.files {
            if let Some(path) = file_of(&file.content) {
                carried.entry(path).or_default().push(file);
            }
        }
        let mut by_path: BTreeMap<&Path, Vec<(&str, &str)>> = BTreeMap::new();
        for module in &collection.modules {
            if let ModuleContent::Source(content) = &module.content
                && let Some(path) = file_of(content)
            {
                by_path.entry(path).or_default().push((&module.name, &module.path));
            }
        }
        let own = graph.own_sources.clone();
        let sources = by_path
            .into_iter()
            .filter(|(path, _)| !read.otherwise.iter().any(|other| other == path))
            .filter_map(|(path, modules)| {
                let modules = modules.into_iter().map(|(name, inside)| {
                    let source = own.sources.get(name).filter(|source| source.path == path)?;
                    let is_compiled = !read.uncompiled.iter().any(|other| other == name);
                    is_compiled.then(|| OwnModule::new(name, inside, &source.findings))
                });
                // A source that also becomes a module about which more is known can change more than its code.
                let modules = modules.collect::<Option<Vec<_>>>()?;
                let copies = carried.get(path).map(Vec::as_slice).unwrap_or_default();
                // Of what is loaded more than its bytes may count.
                if copies.iter().any(|file| file.kind != FileKind::Data) {
                    return None;
                }
                let files = copies.iter().map(|file| file.path.clone()).collect();
                let (noted, content) = Noted::of_file(path, moment)?;
                let (is_executable, block) = (os::is_executable_file(path), block(path, &content));
                Some(Source { noted, modules, files, is_executable, block })
            });
        let sources: Vec<Source> = sources.collect();
        let root = &project.program.root;
        let folders: BTreeSet<&Path> = sources.iter().filter_map(|source| source.noted.path.parent()).collect();
        let folders = folders.into_iter().filter(|folder| folder.starts_with(root));
        let folders = folders.filter_map(|folder| Noted::of_folder(folder, moment)).collect();
        Changeable { own, sources, folders }
    }

    /// The paths that are looked at here, and need not be elsewhere.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        let sources = self.sources.iter().map(|source| &source.noted);
        sources.chain(&self.folders).map(|noted| noted.path.as_path())
    }

    /// Whether all of it is known to be what the build read.
    pub fn is_settled(&self) -> bool {
        let sources = self.sources.iter().map(|source| &source.noted);
        sources.chain(&self.folders).all(|noted| noted.is_settled)
    }

    /// Which sources were edited since. `None` where more than that has changed. `renewed` tells whether something is known better
    /// now than it was noted.
    pub fn edits(&self, moment: SystemTime, renewed: &mut bool) -> Option<Vec<Edit>> {
        let mut edits = Vec::new();
        for folder in self.folders.iter().filter(|folder| !folder.holds()) {
            *renewed = true;
            if Noted::of_folder(&folder.path, moment)?.digest != folder.digest {
                return None;
            }
        }
        for (number, source) in self.sources.iter().enumerate().filter(|(_, source)| !source.noted.holds()) {
            *renewed = true;
            let path = source.noted.path.clone();
            let (noted, content) = Noted::of_file(&path, moment)?;
            if !source.files.is_empty() && os::is_executable_file(&path) != source.is_executable {
                return None;
            }
            if noted.digest == source.noted.digest {
                continue;
            }
            if block(&path, &content) != source.block {
                return None;
            }
            let (modules, files) = (source.modules.clone(), source.files.clone());
            edits.push(Edit { path, content, modules, files, number });
        }
        Some(edits)
    }

    /// Takes notice of how everything is now; of edited sources that their content is that of the edit.
    pub fn renew(&mut self, edits: &[Edit], moment: SystemTime) {
        for folder in self.folders.iter_mut().filter(|folder| !folder.holds()) {
            *folder = folder.with(Noted::of_folder(&folder.path, moment), folder.digest);
        }
        for (number, source) in self.sources.iter_mut().enumerate().filter(|(_, source)| !source.noted.holds()) {
            let mut digest = source.noted.digest;
            if let Some(edit) = edits.iter().find(|edit| edit.number == number) {
                digest = blake3::hash(&edit.content).into();
                source.modules = edit.modules.clone();
            }
            let now = Noted::of_file(&source.noted.path, moment).map(|(noted, _)| noted);
            source.noted = source.noted.with(now, digest);
        }
    }
}

impl OwnModule {
    fn new(name: &str, inside: &str, findings: &Findings) -> Self {
        let digest = |bytes: &[u8]| blake3::hash(bytes).into();
        OwnModule {
            name: name.to_owned(),
            inside: inside.to_owned(),
            with_lines: digest(&findings.with_lines),
            with_order: digest(&findings.with_order),
        }
    }

    /// The module after an edit. `None` where the edit changes what the analysis finds in it; `lines` tells whether the build said
    /// anything that shows the numbers of its lines.
    pub fn with(&self, findings: &Findings, lines: Lines) -> Option<Self> {
        let new = OwnModule::new(&self.name, &self.inside, findings);
        let is_same = match lines {
            Lines::Shown => new.with_lines == self.with_lines,
            Lines::Unseen => new.with_order == self.with_order,
        };
        is_same.then_some(new)
    }
}

/// Whether numbers of lines stand in what a build said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    /// They do.
    Shown,
    /// They do not.
    Unseen,
}

fn file_of(content: &Content) -> Option<&Path> {
    match content {
        Content::File(path) => Some(path),
        Content::Bytes(_) => None,
    }
}

fn block(path: &Path, content: &[u8]) -> Digest {
    let block = script_block(path, &String::from_utf8_lossy(content)).map_err(|error| error.to_string());
    blake3::hash(format!("{block:?}").as_bytes()).into()
}

//! The payload: every member compressed and laid out in a fixed order, with the index that the bootloader reads.
//!
//! The layout is specified in [`rpack_format`]. Equal collections give equal bytes: members are sorted, carry no dates, and
//! are compressed one by one, however many threads do it.

mod layout;
mod made;
mod member;
mod revision;
mod waiting;

pub use made::Made;
pub use revision::{Changes, Revision, revise};
pub use waiting::{Waiting, write_all};

use crate::Event;
use crate::bootloader;
use crate::bytecode::Code;
use crate::cache::{Cache, Digest};
use crate::collection::{CollectedFile, CollectedModule, Collection, Content, ModuleContent, Unreadable};
use crate::options::Options;
use layout::{LaidOut, Layout};
use member::{Source, compress};
use rpack_format::index::{self, FLAG_TELLS_LINKS, File, Frame, Header, Module, ModuleKind};
use rpack_format::{FileKind, Filter, Index, trailer};
use std::collections::BTreeSet;
use std::io;
use std::path::Path;

/// A complete executable, bootloader included.
pub struct Payload {
    /// All bytes of the file, one behind the other.
    pub bytes: Vec<Waiting>,
    /// How many these are.
    pub size: u64,
    /// The last of them, with the checksums of all others.
    pub trailer: [u8; trailer::SIZE],
    /// What lies beside it, where it does not carry its files.
    pub beside: Option<Beside>,
    modules: usize,
}

/// What lies beside an executable that does not carry its files.
pub struct Beside {
    /// Name of the folder that holds it; `.` for the executable's own.
    pub name: String,
    /// Folders below it, of all packages.
    pub folders: Vec<String>,
    /// Files below it.
    pub files: Vec<BesideFile>,
}

/// A file that lies beside an executable.
pub struct BesideFile {
    /// Path below the folder, with `/` between its parts.
    pub path: String,
    /// Whether it may be executed.
    pub executable: bool,
    /// All bytes of it.
    pub content: Waiting,
}

impl Payload {
    /// How many modules it contains.
    pub fn module_count(&self) -> usize {
        self.modules
    }
}

/// Compresses what was collected, or takes it from the cache where it was compressed before, and lays it out behind the
/// bootloader. `code` holds the marshalled code of each module of the collection that has some.
///
/// # Errors
///
/// If a collected file cannot be read, or everything together reaches 4 GiB.
pub fn assemble(
    collection: &Collection,
    code: Vec<Option<Code>>,
    options: &Options,
    cache: &Cache,
    report: &mut dyn FnMut(Event),
) -> Result<Payload, Error> {
    let files =
        collection.files.iter().map(|file| match file.path == collection.libpython && !collection.is_linked_in() {
            true => Source::Libpython(file),
            false => Source::File(file),
        });
    let sources = files.chain(code.iter().flatten().map(Source::Code));
    let mut members = compress(&sources.collect::<Vec<_>>(), collection, options, cache, report)?;
    let mut code_members = members.split_off(collection.files.len()).into_iter();
    let filters = members.iter_mut().map(|member| std::mem::take(&mut member.filters)).collect();
    let mut layout = Layout::begin(bootloader::STUB);

    let mut files = Vec::new();
    let mut files_beside = Vec::new();
    let is_source = sources_among(collection);
    let (sources, others): (Vec<_>, Vec<_>) =
        collection.files.iter().zip(members).partition(|(file, _)| is_source(file));
    // An edit changes sources together with modules, so they lie beside these: what is before stays as it is.
    for (file, member) in others.into_iter().chain(sources) {
        if collection.beside.is_none() {
            let mode = if file.executable { 0o755 } else { 0o644 };
            let digest = member.digest;
            files.push(file_entry(file, digest, layout.add_member(&file.path, member, mode)?));
            continue;
        }
        files.push(file_entry(file, member.digest, Frame { offset: 0, compressed: 0, size: member.size }));
        let (path, executable) = (file.path.clone(), file.executable);
        files_beside.push(BesideFile { path, executable, content: member.frame });
    }
    files.sort_by(|one, next| one.path.cmp(next.path));
    if let Some(version) = &options.version {
        layout.add_version(version)?;
    }
    layout.begin_startup();
    let mut modules = Vec::new();
    for (module, code) in collection.modules.iter().zip(&code) {
        match code.as_ref().and_then(|_| code_members.next()) {
            Some(member) => modules.push((module, Some(member))),
            // A module without the code that it should have is as good as not there.
            None if matches!(module.content, ModuleContent::Source(_) | ModuleContent::Bytecode(_)) => {}
            None => modules.push((module, None)),
        }
    }
    // In the order in which a run reads them; the others follow by their names.
    modules.sort_by_key(|(module, _)| (module.turn.is_none(), module.turn));
    let mut modules = modules
        .into_iter()
        .map(|(module, member)| match member {
            Some(member) => Ok((module, layout.add_module(&module.path, member)?)),
            None => Ok((module, Frame::default())),
        })
        .collect::<Result<Vec<_>, Error>>()?;
    modules.sort_by(|(one, _), (next, _)| one.name.cmp(&next.name));
    let module_count = modules.len();
    let index = encode_index(collection, &modules, files, filters);
    // The bootloader checks the same at every start; a defect shall show where it is made.
    let parsed = Index::parse(&index).map_err(Error::Index)?;
    let folders = parsed.package_folders().map(str::to_owned).collect();
    let LaidOut { bytes, size, trailer } = layout.close(index)?;
    let beside = collection.beside.clone().map(|name| Beside { name, folders, files: files_beside });
    Ok(Payload { bytes, size, trailer, beside, modules: module_count })
}

/// Tells which files are sources of modules.
fn sources_among(collection: &Collection) -> impl Fn(&CollectedFile) -> bool {
    let sources = collection.modules.iter().filter_map(|module| match &module.content {
        ModuleContent::Source(Content::File(path)) => Some(path.as_path()),
        _ => None,
    });
    let sources: BTreeSet<&Path> = sources.collect();
    move |file| match &file.content {
        Content::File(path) => file.kind == FileKind::Data && sources.contains(path.as_path()),
        Content::Bytes(_) => false,
    }
}

fn file_entry(file: &CollectedFile, digest: Digest, frame: Frame) -> File<'_> {
    let (path, kind, executable) = (file.path.as_str(), file.kind, file.executable);
    File { path, kind, executable, frame, digest, needs: 0..0, filters: 0..0 }
}

fn encode_index(
    collection: &Collection,
    modules: &[(&CollectedModule, Frame)],
    files: Vec<File>,
    filters: Vec<Vec<Filter>>,
) -> Vec<u8> {
    let number = |path: &str| {
        let position = collection.files.binary_search_by(|file| file.path.as_str().cmp(path));
        position.expect("every file that is referred to was collected") as u32
    };
    let module = |&(module, frame): &(&'_ CollectedModule, Frame)| {
        let (kind, file) = match &module.content {
            ModuleContent::Source(_) | ModuleContent::Bytecode(_) => (ModuleKind::Bytecode, None),
            ModuleContent::Extension { file } => (ModuleKind::Extension, Some(number(file))),
            ModuleContent::Namespace => (ModuleKind::Namespace, None),
        };
        (kind, file, frame)
    };
    let modules: Vec<Module> = modules
        .iter()
        .map(|entry| {
            let (kind, file, frame) = module(entry);
            let CollectedModule { name, path, is_package, turn, .. } = entry.0;
            Module { name, kind, is_package: *is_package, path, frame, file, is_certain: turn.is_some() }
        })
        .collect();
    let options = collection.python_options.join("\n");
    let header = Header {
        name: &collection.name,
        python: collection.python,
        flags: collection.flags,
        libpython: number(&collection.libpython),
        runtime: number(&collection.runtime),
        tree: tree_identity(&files, &modules, collection.flags),
        options: &options,
        beside: collection.beside.as_deref().unwrap_or_default(),
    };
    let needs = collection.files.iter().map(|file| file.needs.iter().map(|path| number(path)).collect());
    let files: Vec<_> =
        files.into_iter().zip(needs).zip(filters).map(|((file, needs), filters)| (file, needs, filters)).collect();
    index::encode(&header, &modules, &files)
}

/// Identifies a program's tree: its files by their paths, contents and modes, the folders of its packages, and how it is made.
fn tree_identity(files: &[File], modules: &[Module], flags: u32) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&(flags & FLAG_TELLS_LINKS).to_le_bytes());
    let folders: Vec<_> = modules.iter().filter_map(Module::folder).collect();
    hasher.update(&(folders.len() as u64).to_le_bytes());
    for folder in folders {
        hasher.update(&(folder.len() as u64).to_le_bytes());
        hasher.update(folder.as_bytes());
    }
    for file in files {
        hasher.update(&(file.path.len() as u64).to_le_bytes());
        hasher.update(file.path.as_bytes());
        hasher.update(&file.digest);
        hasher.update(&[file.executable.into()]);
    }
    *hasher.finalize().as_bytes().first_chunk().expect("a hash has 32 bytes")
}

/// Why a payload cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file that was found is gone or cannot be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// The bootloader would not accept the index: a defect of rpack.
    #[error("The index of the payload is wrong: {0}. Please report this as a defect of rpack")]
    Index(rpack_format::Error),
    /// Zstandard refused.
    #[error("Cannot compress: {0}")]
    Compression(io::Error),
    /// What was compressed waits in a file.
    #[error("Cannot read back a temporary file: {0}")]
    Waiting(io::Error),
    /// The archive has no room.
    #[error("The program's files reach 4 GiB, which is more than one executable can hold")]
    TooLarge,
    /// The archive's directory has no room.
    #[error("The program has {count} modules and files; one executable can hold 65,534")]
    TooMany {
        /// How many there are.
        count: usize,
    },
}

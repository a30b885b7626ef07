//! An executable with other code in some of its modules, and other sources beside them. Everything before the first thing that changes
//! stays, byte for byte, and need not be read, except for its checksum where files change.

use super::layout::Layout;
use super::made::Made;
use super::member::{Member, member_of_code, member_of_data};
use super::waiting::write_all;
use super::{Error, tree_identity};
use crate::bytecode::Code;
use crate::cache::Cache;
use crate::options::Options;
use rpack_format::index::{self, File, Header, Module};
use rpack_format::zip::{self, Entry, LOCAL_HEADER_SIZE};
use rpack_format::{Filter, Index};
use std::collections::BTreeMap;

/// What is to change.
#[derive(Default)]
pub struct Changes<'a> {
    /// The code of modules, by their names.
    pub code: BTreeMap<&'a str, Code>,
    /// The contents of files that are only read, by their paths inside the bundle.
    pub files: BTreeMap<&'a str, &'a [u8]>,
}

/// The end of a revised executable.
pub struct Revision {
    /// How many bytes from the start of the other executable come before it.
    pub kept: u64,
    /// Files that change, all that follow them, modules, index, directory and trailer.
    pub end: Vec<u8>,
    /// Whether the other executable ends in the same bytes.
    pub is_same: bool,
}

/// Gives modules and files of an executable other contents. `None` where it is not as [`super::assemble`] makes it, has not one of
/// these, or cannot be read.
///
/// # Errors
///
/// If something cannot be compressed, or everything together reaches 4 GiB.
pub fn revise(made: &Made, changes: &Changes, options: &Options, cache: &Cache) -> Result<Option<Revision>, Error> {
    let code = changes.code.iter().map(|(name, code)| Ok((*name, member_of_code(code, options, cache)?)));
    let code = code.collect::<Result<BTreeMap<_, _>, Error>>()?;
    let files = changes.files.iter().map(|(path, content)| Ok((*path, member_of_data(content, options, cache)?)));
    let mut members = Members { code, files: files.collect::<Result<_, Error>>()? };
    let Ok(end) = made.bytes(made.trailer().startup_start..made.trailer().file_size) else { return Ok(None) };
    match Old::read(made, &end).filter(|old| old.has(&members)) {
        Some(old) => old.with(&mut members),
        None => Ok(None),
    }
}

/// What changes, compressed.
struct Members<'a> {
    code: BTreeMap<&'a str, Member>,
    files: BTreeMap<&'a str, Member>,
}

/// The executable that there was.
struct Old<'a> {
    made: &'a Made,
    /// Its bytes from the first module on.
    end: &'a [u8],
    index: Index<'a>,
    /// Its members, in their order.
    entries: Vec<Entry>,
}

impl<'a> Old<'a> {
    fn read(made: &'a Made, end: &'a [u8]) -> Option<Self> {
        let trailer = made.trailer();
        let here = |offset: u64| usize::try_from(offset.checked_sub(trailer.startup_start)?).ok();
        let index = Index::parse(end.get(here(trailer.index_start)?..here(trailer.startup_end)?)?).ok()?;
        let entries = zip::read_directory(end.get(here(trailer.startup_end)?..)?)?;
        Some(Old { made, end, index, entries })
    }

    fn has(&self, members: &Members) -> bool {
        members.code.keys().all(|name| self.index.find_module(name).is_some())
            && members.files.keys().all(|path| self.index.find_file(path).is_some())
    }

    /// Lays out the same files and modules in the same order, these of them with other members.
    fn with(&self, members: &mut Members) -> Result<Option<Revision>, Error> {
        let trailer = self.made.trailer();
        let mut files: Vec<File> = self.index.files().collect();
        let (kept, mut layout) = match self.first_of(&members.files) {
            None => {
                let is_before = |entry: &&Entry| u64::from(entry.header_offset) < trailer.startup_start;
                let entries = self.entries.iter().filter(is_before).cloned().collect();
                (trailer.startup_start, Layout::go_on_with_modules(trailer, entries))
            }
            Some(kept) => match self.with_files(kept, &mut members.files, &mut files)? {
                Some(layout) => (kept, layout),
                None => return Ok(None),
            },
        };
        let Some(modules) = self.with_modules(&mut members.code, &mut layout)? else { return Ok(None) };
        let tree = tree_identity(&files, &modules, self.index.header().flags);
        let of_file = |file: File<'a>| {
            let (needs, filters) = (self.index.needs(&file).collect(), self.index.filters(&file).unwrap_or_default());
            (file, needs, filters)
        };
        let files: Vec<(File, Vec<u32>, Vec<Filter>)> = files.into_iter().map(of_file).collect();
        let header = Header { tree, ..self.index.header().clone() };
        let laid_out = layout.close(index::encode(&header, &modules, &files))?;
        let mut end = Vec::new();
        write_all(&laid_out.bytes, &mut end).map_err(Error::Waiting)?;
        let is_same = kept == trailer.startup_start && end == self.end;
        Ok(Some(Revision { kept, end, is_same }))
    }

    /// Where the first of these files begins, with its header.
    fn first_of(&self, files: &BTreeMap<&str, Member>) -> Option<u64> {
        let changed = self.entries.iter().filter(|entry| files.contains_key(entry.name.as_str()));
        changed.map(|entry| u64::from(entry.header_offset)).min()
    }

    /// A layout of all files. Those before `kept` stay; those behind go in again, and say in `files` where they lie then.
    fn with_files(
        &self,
        kept: u64,
        members: &mut BTreeMap<&str, Member>,
        files: &mut [File],
    ) -> Result<Option<Layout>, Error> {
        let behind = kept..self.made.trailer().startup_start;
        let (Ok(bytes), Ok(checksum)) = (self.made.bytes(behind.clone()), self.made.checksum(0..kept)) else {
            return Ok(None);
        };
        let is_before = |entry: &&Entry| u64::from(entry.header_offset) < kept;
        let before = self.entries.iter().filter(is_before).cloned().collect();
        let mut layout = Layout::go_on_with_files(kept, checksum, before);
        for entry in self.entries.iter().filter(|entry| behind.contains(&u64::from(entry.header_offset))) {
            let found = files.binary_search_by(|file| file.path.cmp(&entry.name));
            // The version is a member, and no file of the program.
            let file = found.ok().and_then(|number| files.get_mut(number));
            if let Some(member) = members.remove(entry.name.as_str()) {
                let Some(file) = file else { return Ok(None) };
                file.digest = member.digest;
                file.frame = layout.add_member(&entry.name, member, entry.mode)?;
                continue;
            }
            let start = (u64::from(entry.header_offset) - kept) as usize + LOCAL_HEADER_SIZE + entry.name.len();
            let Some(bytes) = bytes.get(start..start + entry.compressed as usize) else { return Ok(None) };
            let offset = layout.add_again(bytes, entry)?;
            if let Some(file) = file {
                file.frame.offset = offset;
            }
        }
        layout.begin_startup();
        Ok(Some(layout))
    }

    /// Adds the modules to the layout, and returns them sorted by their names.
    fn with_modules(
        &self,
        members: &mut BTreeMap<&str, Member>,
        layout: &mut Layout,
    ) -> Result<Option<Vec<Module<'a>>>, Error> {
        let entries: BTreeMap<&str, &Entry> = self.entries.iter().map(|entry| (entry.name.as_str(), entry)).collect();
        let mut modules: Vec<Module> =
            (0..self.index.module_count()).filter_map(|number| self.index.module(number)).collect();
        modules.sort_by_key(|module| module.frame.offset);
        for module in modules.iter_mut().filter(|module| module.frame.size > 0) {
            if let Some(member) = members.remove(module.name) {
                module.frame = layout.add_module(module.path, member)?;
                continue;
            }
            let start = module.frame.offset.checked_sub(self.made.trailer().startup_start);
            let range = start.map(|start| start as usize..(start + module.frame.compressed) as usize);
            let bytes = range.and_then(|range| self.end.get(range));
            let (Some(bytes), Some(entry)) = (bytes, entries.get(format!("{}c", module.path).as_str())) else {
                return Ok(None);
            };
            module.frame.offset = layout.add_again(bytes, entry)?;
        }
        modules.sort_by(|one, next| one.name.cmp(next.name));
        Ok(Some(modules))
    }
}

//! An executable with other code in some of its modules. Everything before the modules stays, byte for byte, and need not be read.

use super::Error;
use super::layout::Layout;
use super::member::{Member, member_of_code};
use crate::bytecode::Code;
use crate::cache::Cache;
use crate::options::Options;
use rpack_format::index::{self, File, Module};
use rpack_format::trailer::Trailer;
use rpack_format::zip;
use rpack_format::{Filter, Index};
use std::collections::BTreeMap;

/// The end of a revised executable.
pub struct Revision {
    /// How many bytes from the start of the other executable come before it.
    pub kept: u64,
    /// Modules, index, directory and trailer.
    pub end: Vec<u8>,
}

/// Gives modules of an executable other code. `end` are its last bytes, beginning with its modules, and `trailer` stands at their end.
/// `None` where that executable is not as [`super::assemble`] makes it, or has not one of the modules.
///
/// # Errors
///
/// If a module cannot be compressed, or everything together reaches 4 GiB.
pub fn revise(
    end: &[u8],
    trailer: &Trailer,
    code: &BTreeMap<String, Code>,
    options: &Options,
    cache: &Cache,
) -> Result<Option<Revision>, Error> {
    let members = code.iter().map(|(name, code)| Ok((name.as_str(), member_of_code(code, options, cache)?)));
    let members = members.collect::<Result<BTreeMap<_, _>, Error>>()?;
    let Some(old) =
        Old::read(end, trailer).filter(|old| members.keys().all(|name| old.index.find_module(name).is_some()))
    else {
        return Ok(None);
    };
    old.with(&members)
}

/// The end of the executable that there was.
struct Old<'a> {
    end: &'a [u8],
    trailer: &'a Trailer,
    index: Index<'a>,
    entries: Vec<zip::Entry>,
}

impl<'a> Old<'a> {
    fn read(end: &'a [u8], trailer: &'a Trailer) -> Option<Self> {
        let here = |offset: u64| usize::try_from(offset.checked_sub(trailer.startup_start)?).ok();
        let index = Index::parse(end.get(here(trailer.index_start)?..here(trailer.startup_end)?)?).ok()?;
        let entries = zip::read_directory(end.get(here(trailer.startup_end)?..)?)?;
        Some(Old { end, trailer, index, entries })
    }

    /// Lays out the same modules in the same order, these of them with other members.
    fn with(&self, members: &BTreeMap<&str, Member>) -> Result<Option<Revision>, Error> {
        let is_file = |entry: &&zip::Entry| u64::from(entry.header_offset) < self.trailer.startup_start;
        let mut layout = Layout::go_on(self.trailer, self.entries.iter().filter(is_file).cloned().collect());
        let entries: BTreeMap<&str, &zip::Entry> =
            self.entries.iter().map(|entry| (entry.name.as_str(), entry)).collect();
        let mut modules: Vec<Module> =
            (0..self.index.module_count()).filter_map(|number| self.index.module(number)).collect();
        modules.sort_by_key(|module| module.frame.offset);
        for module in modules.iter_mut().filter(|module| module.frame.size > 0) {
            if let Some(member) = members.get(module.name) {
                module.frame = layout.add_module(module.path, member)?;
                continue;
            }
            let start = module.frame.offset.checked_sub(self.trailer.startup_start);
            let range = start.map(|start| start as usize..(start + module.frame.compressed) as usize);
            let bytes = range.and_then(|range| self.end.get(range));
            let (Some(bytes), Some(entry)) = (bytes, entries.get(format!("{}c", module.path).as_str())) else {
                return Ok(None);
            };
            module.frame.offset = layout.add_again(bytes, entry)?;
        }
        modules.sort_by(|one, next| one.name.cmp(next.name));
        let files: Vec<(File, Vec<u32>, Vec<Filter>)> = self
            .index
            .files()
            .map(|file| {
                (file.clone(), self.index.needs(&file).collect(), self.index.filters(&file).unwrap_or_default())
            })
            .collect();
        let end = layout.close(&index::encode(self.index.header(), &modules, &files))?;
        Ok(Some(Revision { kept: self.trailer.startup_start, end }))
    }
}

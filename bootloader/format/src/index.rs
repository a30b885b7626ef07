//! The index: a table of modules and a table of files, read in place.
//!
//! ```text
//! header      fixed fields, see `Header`
//! modules     records of 40 bytes, sorted by name
//! files       records of 84 bytes, sorted by path
//! needs       32-bit file numbers: for each file, the libraries to load before it, in order
//! filters     records of 12 bytes: for each file, what was done to it before it was compressed
//! strings     UTF-8, referred to by offset and length
//! ```
//!
//! Records have one size and are sorted, so a module is found by binary search and nothing is built at start-up.

use crate::bytes::{Reader, Writer};
use crate::filter::{self, Filter};
use crate::python_option::PythonOption;
use crate::{Error, VERSION, checksum};
use std::ops::Range;

const MAGIC: [u8; 8] = *b"rpackidx";
const MODULE_SIZE: usize = 40;
const FILE_SIZE: usize = 84;
const NO_FILE: u32 = u32::MAX;

/// The program was built with `--debug`: bootloader and importer say on stderr what they do.
pub const FLAG_DEBUG: u32 = 1;

/// The program is a folder whose `__main__.py` runs, as by `python FOLDER`: it has a spec, and children of `multiprocessing` do
/// not run it again.
pub const FLAG_FOLDER: u32 = 1 << 1;

/// The program starts `sys.executable` as an interpreter.
pub const FLAG_STARTS_INTERPRETER: u32 = 1 << 3;

/// The program starts itself again with its own `sys.argv`.
pub const FLAG_RESTARTS: u32 = 1 << 4;

/// The program can tell a file from another name of the same file: each data file of its tree has one name only.
pub const FLAG_TELLS_LINKS: u32 = 1 << 5;

/// What the names of runtime hooks begin with, their number follows. No import statement can find a module of this name, because
/// `__main__` is no package.
pub const RUNTIME_HOOK_PREFIX: &str = "__main__.runtime_hook_";

/// What kind of thing a module is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModuleKind {
    /// Marshalled code, as `marshal.dumps` of the target's own CPython gives it.
    Bytecode,
    /// A shared library with a `PyInit_` function; [`Module::file`] says which file.
    Extension,
    /// A namespace package (PEP 420): it has a path and no code.
    Namespace,
}

/// One importable module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module<'a> {
    /// Dotted name.
    pub name: &'a str,
    /// What it is made from.
    pub kind: ModuleKind,
    /// Whether it can have submodules.
    pub is_package: bool,
    /// Path of its file inside the bundle (`grpc/aio/__init__.py`); of its folder for a namespace package.
    pub path: &'a str,
    /// Where its Zstandard frame lies in the executable; meaningful for [`ModuleKind::Bytecode`].
    pub frame: Frame,
    /// Number of its file, for [`ModuleKind::Extension`].
    pub file: Option<u32>,
    /// Whether every run of the program imports it, so that it is worth being prepared ahead.
    pub is_certain: bool,
}

impl<'a> Module<'a> {
    /// The folder inside the bundle that a package has, and in which its `__file__` would lie.
    pub fn folder(&self) -> Option<&'a str> {
        match self.kind {
            ModuleKind::Namespace => Some(self.path),
            _ if self.is_package => self.path.rsplit_once('/').map(|(folder, _)| folder),
            _ => None,
        }
    }
}

/// What a file is needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// Loaded by `dlopen`: libpython, the runtime, a shared library, an extension module.
    Native,
    /// Opened by the program.
    Data,
}

/// One file of the program's tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File<'a> {
    /// Path inside the bundle, with `/` between its parts.
    pub path: &'a str,
    /// What it is needed for.
    pub kind: FileKind,
    /// Whether its owner may execute it.
    pub executable: bool,
    /// Where its Zstandard frame lies in the executable.
    pub frame: Frame,
    /// BLAKE3 hash of its content; its name in the store.
    pub digest: [u8; 32],
    /// Where its load order stands in the table of needs; read it with [`Index::needs`].
    pub needs: Range<u32>,
    /// Where its filters stand in their table; read them with [`Index::filters`].
    pub filters: Range<u32>,
}

/// A Zstandard frame inside the executable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Frame {
    /// First byte, from the start of the executable.
    pub offset: u64,
    /// Length of the frame in bytes.
    pub compressed: u64,
    /// Length of its content in bytes.
    pub size: u64,
}

impl Frame {
    /// The frame's bytes in `file`, or `None` where it does not lie inside.
    pub fn bytes<'a>(&self, file: &'a [u8]) -> Option<&'a [u8]> {
        let start = usize::try_from(self.offset).ok()?;
        let end = start.checked_add(usize::try_from(self.compressed).ok()?)?;
        file.get(start..end)
    }
}

/// The fields of the index that are there once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header<'a> {
    /// Name of the program.
    pub name: &'a str,
    /// Version of the CPython inside, as major and minor.
    pub python: (u16, u16),
    /// `FLAG_…` bits.
    pub flags: u32,
    /// Number of the file that is libpython.
    pub libpython: u32,
    /// Number of the file that is rpack's runtime library.
    pub runtime: u32,
    /// Identifies the set of files: programs with equal identities have equal trees.
    pub tree: [u8; 16],
    /// Options of the interpreter, one a line; read them with [`Header::python_options`].
    pub options: &'a str,
    /// Where the program's files lie beside its executable: the name of a folder, or `.` for the executable's own. Empty where
    /// the executable carries them. Of files that lie beside, the digest is [`digest_beside`], and the frame has no bytes.
    pub beside: &'a str,
}

/// The digest of a file that lies beside the executable: a checksum that the bootloader can compute, and zeros.
pub fn digest_beside(content: &[u8]) -> [u8; 32] {
    let mut digest = [0; 32];
    digest[..8].copy_from_slice(&checksum(content).to_le_bytes());
    digest
}

impl<'a> Header<'a> {
    /// The options of the interpreter, in their order.
    pub fn python_options(&self) -> impl Iterator<Item = PythonOption<'a>> + use<'a> {
        self.options.lines().filter_map(PythonOption::parse)
    }
}

/// The index of a packed executable, borrowed from its bytes.
#[derive(Debug, Clone)]
pub struct Index<'a> {
    header: Header<'a>,
    modules: &'a [u8],
    files: &'a [u8],
    needs: &'a [u8],
    filters: &'a [u8],
    strings: &'a [u8],
}

impl<'a> Index<'a> {
    /// Reads the index and checks every record of it, so that the look-ups below can only miss what is not there.
    ///
    /// # Errors
    ///
    /// [`Error::WrongVersion`] or [`Error::Malformed`]; never a panic, whatever the bytes are.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(bytes);
        let magic = reader.array::<8>().ok_or(malformed("too short"))?;
        let version = reader.u32().ok_or(malformed("too short"))?;
        if magic != MAGIC {
            return Err(malformed("no index where the trailer points"));
        }
        if version != VERSION {
            return Err(Error::WrongVersion { part: "index", found: version });
        }
        let index = Self::parse_tables(reader).ok_or(malformed("too short"))?;
        index.check()
    }

    fn parse_tables(mut reader: Reader<'a>) -> Option<Self> {
        let flags = reader.u32()?;
        let python = (reader.u16()?, reader.u16()?);
        let libpython = reader.u32()?;
        let runtime = reader.u32()?;
        let tree = reader.array()?;
        let name = StringReference::read(&mut reader)?;
        let options = StringReference::read(&mut reader)?;
        let beside = StringReference::read(&mut reader)?;
        let [modules, files, needs, filters, strings] =
            [reader.u32()?, reader.u32()?, reader.u32()?, reader.u32()?, reader.u32()?];
        let modules = reader.take((modules as usize).checked_mul(MODULE_SIZE)?)?;
        let files = reader.take((files as usize).checked_mul(FILE_SIZE)?)?;
        let needs = reader.take((needs as usize).checked_mul(4)?)?;
        let filters = reader.take((filters as usize).checked_mul(filter::SIZE)?)?;
        let strings = reader.take(strings as usize)?;
        let name = name.resolve(strings)?;
        let options = options.resolve(strings)?;
        let beside = beside.resolve(strings)?;
        let header = Header { name, python, flags, libpython, runtime, tree, options, beside };
        Some(Index { header, modules, files, needs, filters, strings })
    }

    fn check(self) -> Result<Self, Error> {
        let mut last = None;
        for number in 0..self.module_count() {
            let module = self.module(number).ok_or(malformed("bad module record"))?;
            if last.is_some_and(|last| last >= module.name) {
                return Err(malformed("modules out of order"));
            }
            let in_table = module.file.is_none_or(|file| file < self.file_count());
            if !in_table || (module.kind == ModuleKind::Extension && module.file.is_none()) {
                return Err(malformed("extension module without a file"));
            }
            if !is_relative(module.path) {
                return Err(malformed("module path that leaves the bundle"));
            }
            last = Some(module.name);
        }
        let mut last = None;
        for number in 0..self.file_count() {
            let file = self.file(number).ok_or(malformed("bad file record"))?;
            if last.is_some_and(|last| last >= file.path) {
                return Err(malformed("files out of order"));
            }
            if !is_relative(file.path) {
                return Err(malformed("file path that leaves the bundle"));
            }
            let known = self.need_numbers(&file).is_some_and(|mut needs| needs.all(|need| need < self.file_count()));
            if !known {
                return Err(malformed("need outside of the file table"));
            }
            if self.filters(&file).is_none() {
                return Err(malformed("unknown filter"));
            }
            last = Some(file.path);
        }
        if !matches!(self.header.beside, "" | ".") && !is_relative(self.header.beside) {
            return Err(malformed("folder that leaves the executable's"));
        }
        let natives = [self.header.libpython, self.header.runtime];
        if natives.iter().any(|&number| self.file(number).is_none()) {
            return Err(malformed("no libpython or no runtime"));
        }
        Ok(self)
    }

    /// The fields that are there once.
    pub fn header(&self) -> &Header<'a> {
        &self.header
    }

    /// How many modules there are.
    pub fn module_count(&self) -> u32 {
        (self.modules.len() / MODULE_SIZE) as u32
    }

    /// How many files there are.
    pub fn file_count(&self) -> u32 {
        (self.files.len() / FILE_SIZE) as u32
    }

    /// The modules of bytecode that every run imports, in the order of names.
    pub fn certain_bytecode(&self) -> impl Iterator<Item = Module<'a>> {
        let modules = (0..self.module_count()).filter_map(|number| self.module(number));
        modules.filter(|module| module.is_certain && module.kind == ModuleKind::Bytecode)
    }

    /// The module with the given number, in the order of names.
    pub fn module(&self, number: u32) -> Option<Module<'a>> {
        let mut reader = record(self.modules, number, MODULE_SIZE)?;
        let name = StringReference::read(&mut reader)?.resolve(self.strings)?;
        let path = StringReference::read(&mut reader)?.resolve(self.strings)?;
        let frame = Frame { offset: reader.u64()?, compressed: reader.u32()?.into(), size: reader.u32()?.into() };
        let file = Some(reader.u32()?).filter(|&number| number != NO_FILE);
        let kind = match reader.u8()? {
            0 => ModuleKind::Bytecode,
            1 => ModuleKind::Extension,
            2 => ModuleKind::Namespace,
            _ => return None,
        };
        let is_package = reader.u8()? != 0;
        let is_certain = reader.u8()? != 0;
        Some(Module { name, kind, is_package, path, frame, file, is_certain })
    }

    /// The file with the given number, in the order of paths.
    pub fn file(&self, number: u32) -> Option<File<'a>> {
        let mut reader = record(self.files, number, FILE_SIZE)?;
        let path = StringReference::read(&mut reader)?.resolve(self.strings)?;
        let frame = Frame { offset: reader.u64()?, compressed: reader.u64()?, size: reader.u64()? };
        let digest = reader.array()?;
        let start = reader.u32()?;
        let needs = start..start.checked_add(reader.u32()?)?;
        let start = reader.u32()?;
        let filters = start..start.checked_add(reader.u32()?)?;
        let kind = match reader.u8()? {
            0 => FileKind::Native,
            1 => FileKind::Data,
            _ => return None,
        };
        let executable = reader.u8()? != 0;
        Some(File { path, kind, executable, frame, digest, needs, filters })
    }

    /// All files, in the order of their numbers.
    pub fn files(&self) -> impl Iterator<Item = File<'a>> + '_ {
        (0..self.file_count()).filter_map(|number| self.file(number))
    }

    /// The folders of all packages. In a program's tree they exist, even where no file lies in them.
    pub fn package_folders(&self) -> impl Iterator<Item = &'a str> + '_ {
        (0..self.module_count()).filter_map(|number| self.module(number)?.folder())
    }

    /// Finds a module by its dotted name.
    pub fn find_module(&self, name: &str) -> Option<Module<'a>> {
        let number = self.first_module_from(name);
        self.module(number).filter(|module| module.name == name)
    }

    /// Finds the number of a file by its path inside the bundle.
    pub fn find_file(&self, path: &str) -> Option<u32> {
        let before = |number| self.file(number).is_some_and(|file| file.path < path);
        let number = partition_point(self.file_count(), before);
        self.file(number).filter(|file| file.path == path).map(|_| number)
    }

    /// The modules directly inside the package `package`; the top-level modules where it is empty.
    pub fn submodules<'b>(&'b self, package: &str) -> impl Iterator<Item = Module<'a>> + use<'a, 'b> {
        let prefix = if package.is_empty() { String::new() } else { format!("{package}.") };
        (self.first_module_from(&prefix)..self.module_count())
            .filter_map(|number| self.module(number))
            .map_while(move |module| Some((module.name.strip_prefix(prefix.as_str())?.contains('.'), module)))
            .filter_map(|(is_nested, module)| (!is_nested).then_some(module))
    }

    /// The numbers of the libraries to load before `file`, in order.
    pub fn needs(&self, file: &File<'a>) -> impl Iterator<Item = u32> + use<'a> {
        self.need_numbers(file).into_iter().flatten()
    }

    /// What was done to the file before it was compressed. `None` only for a file that is not of this index.
    pub fn filters(&self, file: &File<'a>) -> Option<Vec<Filter>> {
        let scale = |number: u32| (number as usize).checked_mul(filter::SIZE);
        let records = self.filters.get(scale(file.filters.start)?..scale(file.filters.end)?)?;
        records.as_chunks::<{ filter::SIZE }>().0.iter().map(Filter::from_bytes).collect()
    }

    fn need_numbers(&self, file: &File<'a>) -> Option<impl Iterator<Item = u32> + use<'a>> {
        let range = (file.needs.start as usize).checked_mul(4)?..(file.needs.end as usize).checked_mul(4)?;
        let numbers = self.needs.get(range)?.as_chunks::<4>().0;
        Some(numbers.iter().map(|&number| u32::from_le_bytes(number)))
    }

    fn first_module_from(&self, name: &str) -> u32 {
        partition_point(self.module_count(), |number| self.module(number).is_some_and(|module| module.name < name))
    }
}

/// Encodes an index.
///
/// `modules` must be sorted by name, `files` by path, and each file comes with the numbers of the libraries to load before
/// it and with its filters; the `needs` and `filters` of the records themselves are ignored.
///
/// # Panics
///
/// If a count or a string exceeds 32 bits.
pub fn encode(header: &Header, modules: &[Module], files: &[(File, Vec<u32>, Vec<Filter>)]) -> Vec<u8> {
    let mut strings = Strings::default();
    let mut tables = Vec::new();
    let name = strings.add(header.name);
    let options = strings.add(header.options);
    let beside = strings.add(header.beside);
    for module in modules {
        strings.add(module.name).put(&mut tables);
        strings.add(module.path).put(&mut tables);
        tables.put_u64(module.frame.offset);
        tables.put_u32(narrow(module.frame.compressed));
        tables.put_u32(narrow(module.frame.size));
        tables.put_u32(module.file.unwrap_or(NO_FILE));
        tables.extend_from_slice(&[module.kind as u8, module.is_package as u8, module.is_certain as u8, 0]);
    }
    let (mut needs, mut filters) = (Vec::new(), Vec::new());
    for (file, file_needs, file_filters) in files {
        strings.add(file.path).put(&mut tables);
        tables.put_u64(file.frame.offset);
        tables.put_u64(file.frame.compressed);
        tables.put_u64(file.frame.size);
        tables.extend_from_slice(&file.digest);
        tables.put_u32(narrow(needs.len() as u64 / 4));
        tables.put_u32(narrow(file_needs.len() as u64));
        tables.put_u32(narrow((filters.len() / filter::SIZE) as u64));
        tables.put_u32(narrow(file_filters.len() as u64));
        tables.extend_from_slice(&[file.kind as u8, file.executable as u8, 0, 0]);
        file_needs.iter().for_each(|&need| needs.put_u32(need));
        file_filters.iter().for_each(|filter| filters.extend_from_slice(&filter.to_bytes()));
    }
    let mut bytes = MAGIC.to_vec();
    bytes.put_u32(VERSION);
    bytes.put_u32(header.flags);
    bytes.put_u16(header.python.0);
    bytes.put_u16(header.python.1);
    bytes.put_u32(header.libpython);
    bytes.put_u32(header.runtime);
    bytes.extend_from_slice(&header.tree);
    name.put(&mut bytes);
    options.put(&mut bytes);
    beside.put(&mut bytes);
    bytes.put_u32(narrow(modules.len() as u64));
    bytes.put_u32(narrow(files.len() as u64));
    bytes.put_u32(narrow(needs.len() as u64 / 4));
    bytes.put_u32(narrow((filters.len() / filter::SIZE) as u64));
    bytes.put_u32(narrow(strings.bytes.len() as u64));
    [tables, needs, filters, strings.bytes].iter().for_each(|table| bytes.extend_from_slice(table));
    bytes
}

/// Whether a path stays inside the folder that it is joined to.
fn is_relative(path: &str) -> bool {
    !path.is_empty() && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// Collects the strings of an index that is being written.
#[derive(Default)]
struct Strings {
    bytes: Vec<u8>,
}

impl Strings {
    fn add(&mut self, string: &str) -> StringReference {
        let reference =
            StringReference { offset: narrow(self.bytes.len() as u64), length: narrow(string.len() as u64) };
        self.bytes.extend_from_slice(string.as_bytes());
        reference
    }
}

#[derive(Clone, Copy)]
struct StringReference {
    offset: u32,
    length: u32,
}

impl StringReference {
    fn read(reader: &mut Reader) -> Option<Self> {
        Some(StringReference { offset: reader.u32()?, length: reader.u32()? })
    }

    fn put(self, out: &mut Vec<u8>) {
        out.put_u32(self.offset);
        out.put_u32(self.length);
    }

    fn resolve(self, strings: &[u8]) -> Option<&str> {
        let start = self.offset as usize;
        let bytes = strings.get(start..start.checked_add(self.length as usize)?)?;
        str::from_utf8(bytes).ok()
    }
}

fn record(table: &[u8], number: u32, size: usize) -> Option<Reader<'_>> {
    let start = (number as usize).checked_mul(size)?;
    Some(Reader::new(table.get(start..start.checked_add(size)?)?))
}

/// The first number below `count` for which `before` is false; `count` where there is none.
fn partition_point(count: u32, before: impl Fn(u32) -> bool) -> u32 {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        if before(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

fn narrow(number: u64) -> u32 {
    u32::try_from(number).expect("the packer refuses payloads of 4 GiB and more")
}

fn malformed(what: &'static str) -> Error {
    Error::Malformed { part: "index", what }
}

#[cfg(test)]
mod tests;

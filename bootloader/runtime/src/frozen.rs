//! The modules that CPython imports while it initializes, before any importer can be installed: `encodings`, the codec of
//! the locale, and what they import. They are offered as frozen modules, so that initialization reads no file.

use crate::configuration::Role;
use crate::locale::{self, Locale};
use crate::locale_codecs;
use crate::program::Program;
use crate::warning_options;
use rpack_format::{Module, ModuleKind};
use std::ffi::{CString, c_char, c_int};

/// The modules that a UTF-8 locale needs, and the C locale, which becomes UTF-8. From 3.11 on, those outside of `encodings`
/// are frozen into libpython, and the program does not contain them.
const USUAL: [&str; 7] =
    ["encodings", "encodings.aliases", "encodings.utf_8", "encodings.latin_1", "codecs", "io", "abc"];

/// Points `PyImport_FrozenModules` to the program's modules, and returns what it pointed to.
pub fn provide(program: &'static Program, role: Role) -> Result<Original, String> {
    let mut modules: Vec<_> = USUAL.iter().filter_map(|name| program.index.find_module(name)).collect();
    // Any codec may be asked for: by another locale, or by the variables of an interpreter. The few milliseconds are spent
    // where they are needed.
    if role == Role::Interpreter || locale::set() == Locale::Other {
        modules.extend(program.index.submodules("encodings").filter(|module| !USUAL.contains(&module.name)));
        locale_codecs::provide(program);
    }
    modules.retain(|module| module.kind == ModuleKind::Bytecode);
    // Code for CPython to run where it imports `warnings`, see `warning_options`. It must not import anything.
    let placeholder = program.index.find_module("encodings.aliases");
    if warning_options::are_expected(program, role) {
        modules.extend(placeholder.map(|module| Module { name: "warnings", ..module }));
    }
    let table = match program.index.header().python.1 {
        ..=10 => table(program, &modules, entry_3_10, copy_existing::<Frozen310>)?,
        11 | 12 => table(program, &modules, entry_3_11, copy_existing::<Frozen311>)?,
        _ => table(program, &modules, entry_3_13, copy_existing::<Frozen313>)?,
    };
    // SAFETY: libpython exports this variable, and nothing else uses it now.
    let original = Original(unsafe { PyImport_FrozenModules });
    // SAFETY: nothing reads the variable before initialization, which this thread does next.
    unsafe { PyImport_FrozenModules = table };
    Ok(original)
}

/// The table of frozen modules that libpython brought.
pub struct Original(*const u8);

impl Original {
    /// Puts it back once the interpreter is initialized: from then on the importer serves the program's modules.
    pub fn restore(self) {
        // SAFETY: this thread holds the interpreter's lock, or is its only one, so nobody looks for a frozen module now.
        unsafe { PyImport_FrozenModules = self.0 };
    }
}

unsafe extern "C" {
    static mut PyImport_FrozenModules: *const u8;
}

/// `struct _frozen` of CPython 3.10. A package has a negative size.
#[repr(C)]
#[derive(Clone, Copy)]
struct Frozen310 {
    name: *const c_char,
    code: *const u8,
    size: c_int,
}

/// `struct _frozen` of CPython 3.11 and 3.12.
#[repr(C)]
#[derive(Clone, Copy)]
struct Frozen311 {
    name: *const c_char,
    code: *const u8,
    size: c_int,
    is_package: c_int,
    get_code: *const u8,
}

/// `struct _frozen` of CPython 3.13 and newer.
#[repr(C)]
#[derive(Clone, Copy)]
struct Frozen313 {
    name: *const c_char,
    code: *const u8,
    size: c_int,
    is_package: c_int,
}

fn entry_3_10(name: *const c_char, code: &'static [u8], is_package: bool) -> Frozen310 {
    let size = code.len() as c_int;
    Frozen310 { name, code: code.as_ptr(), size: if is_package { -size } else { size } }
}

fn entry_3_11(name: *const c_char, code: &'static [u8], is_package: bool) -> Frozen311 {
    let size = code.len() as c_int;
    Frozen311 { name, code: code.as_ptr(), size, is_package: is_package.into(), get_code: std::ptr::null() }
}

fn entry_3_13(name: *const c_char, code: &'static [u8], is_package: bool) -> Frozen313 {
    Frozen313 { name, code: code.as_ptr(), size: code.len() as c_int, is_package: is_package.into() }
}

/// Makes a table of the program's modules followed by those that stand in CPython's own, and gives its first entry. The
/// table and its modules live until the process ends, as CPython demands.
fn table<T>(
    program: &'static Program,
    modules: &[Module],
    entry: fn(*const c_char, &'static [u8], bool) -> T,
    existing: fn() -> Vec<T>,
) -> Result<*const u8, String> {
    let mut table = Vec::new();
    for module in modules {
        let code =
            program.module_content(module.frame).ok_or_else(|| format!("module `{}` is damaged", module.name))?;
        let name = CString::new(module.name).map_err(|error| error.to_string())?;
        table.push(entry(name.into_raw(), code.leak(), module.is_package));
    }
    // What was there ends with the empty entry that ends the whole table too.
    table.extend(existing());
    Ok(table.leak().as_ptr().cast())
}

/// The entries of the table that CPython brought, up to and with the empty one at its end. On 3.10 these are the modules
/// of the import system itself; later versions keep those elsewhere and bring no table.
fn copy_existing<T: Copy>() -> Vec<T> {
    let mut entries = Vec::new();
    // SAFETY: libpython exports this variable and nothing else uses it now.
    let mut entry: *const T = unsafe { PyImport_FrozenModules }.cast();
    while !entry.is_null() {
        // SAFETY: the table goes on until an entry whose name, its first field, is null.
        let current = unsafe { *entry };
        entries.push(current);
        // SAFETY: every entry begins with a pointer to its name.
        let name = unsafe { entry.cast::<*const c_char>().read() };
        if name.is_null() {
            return entries;
        }
        // SAFETY: this was not the last entry.
        entry = unsafe { entry.add(1) };
    }
    // SAFETY: all fields are numbers or pointers, for which zero is a value.
    entries.push(unsafe { std::mem::zeroed() });
    entries
}

//! `PyConfig` of CPython 3.10 to 3.13.

use super::{Role, Status, c_string, function};
use crate::configuration_layout::Layout;
use crate::program::Program;
use rpack_format::PythonOption;
use std::ffi::{CStr, c_char, c_int, c_ulong, c_void};

type WideString = *mut libc::wchar_t;

/// Fills a `PyConfig` and initializes the interpreter with it.
pub fn initialize(program: &Program, layout: &Layout, role: Role) -> Result<(), String> {
    let functions = Functions::find()?;
    // The structure is aligned as its pointers are.
    let mut storage = vec![0u64; layout.size.div_ceil(8)];
    let mut config = Config { start: storage.as_mut_ptr().cast(), size: layout.size, functions: &functions };
    // SAFETY: the storage has the size of this version's structure.
    unsafe { (functions.init)(config.start) };
    let outcome = config.fill(program, layout, role).and_then(|()| {
        // SAFETY: the structure was initialized and filled by its own functions.
        unsafe { (functions.initialize)(config.start) }.check()
    });
    // SAFETY: as above; the interpreter has copied what it keeps.
    unsafe { (functions.clear)(config.start) };
    outcome
}

struct Functions {
    init: unsafe extern "C" fn(*mut u8),
    clear: unsafe extern "C" fn(*mut u8),
    initialize: unsafe extern "C" fn(*const u8) -> Status,
    set_argv: unsafe extern "C" fn(*mut u8, isize, *const *const c_char) -> Status,
    set_string: unsafe extern "C" fn(*mut u8, *mut WideString, *const c_char) -> Status,
    append: unsafe extern "C" fn(*mut c_void, *const libc::wchar_t) -> Status,
    decode: unsafe extern "C" fn(*const c_char, *mut usize) -> WideString,
}

impl Functions {
    fn find() -> Result<Self, String> {
        // SAFETY (all seven): the types are those of CPython's headers, with `PyConfig *` as a pointer to bytes.
        Ok(Functions {
            // SAFETY: see above.
            init: unsafe { function(c"PyConfig_InitPythonConfig")? },
            // SAFETY: see above.
            clear: unsafe { function(c"PyConfig_Clear")? },
            // SAFETY: see above.
            initialize: unsafe { function(c"Py_InitializeFromConfig")? },
            // SAFETY: see above.
            set_argv: unsafe { function(c"PyConfig_SetBytesArgv")? },
            // SAFETY: see above.
            set_string: unsafe { function(c"PyConfig_SetBytesString")? },
            // SAFETY: see above.
            append: unsafe { function(c"PyWideStringList_Append")? },
            // SAFETY: see above.
            decode: unsafe { function(c"Py_DecodeLocale")? },
        })
    }
}

struct Config<'a> {
    start: *mut u8,
    size: usize,
    functions: &'a Functions,
}

impl Config<'_> {
    fn fill(&mut self, program: &Program, layout: &Layout, role: Role) -> Result<(), String> {
        self.set_int(layout.site_import, 0);
        self.set_arguments(program)?;
        for field in [layout.program_name, layout.executable, layout.base_executable] {
            self.set_string(field, program.executable)?;
        }
        let prefixes = [layout.prefix, layout.base_prefix, layout.exec_prefix, layout.base_exec_prefix];
        for field in prefixes.into_iter().chain([layout.home]).chain(layout.stdlib_dir) {
            self.set_string(field, program.bundle_path)?;
        }
        self.append(layout.module_search_paths, program.bundle_path)?;
        self.set_int(layout.module_search_paths_set, 1);
        match role {
            Role::Program => self.fill_program(program, layout),
            // What remains is said by the arguments and the environment.
            Role::Interpreter => Ok(()),
        }
    }

    /// The program's arguments are its own, and what the interpreter is told was decided when it was built.
    fn fill_program(&mut self, program: &Program, layout: &Layout) -> Result<(), String> {
        self.set_int(layout.parse_argv, 0);
        self.set_int(layout.isolated, 1);
        self.set_int(layout.write_bytecode, 0);
        let mut verbose = 0;
        for option in program.index.header().python_options() {
            match option {
                PythonOption::Unbuffered => self.set_int(layout.buffered_stdio, 0),
                PythonOption::Verbose => {
                    verbose += 1;
                    self.set_int(layout.verbose, verbose);
                }
                PythonOption::Optimized(level) => self.set_int(layout.optimization_level, level),
                PythonOption::Warning(filter) => self.append(layout.warnoptions, &c_string(filter)?)?,
                PythonOption::Implementation(option) => self.append(layout.xoptions, &c_string(option)?)?,
                PythonOption::HashSeed(seed) => {
                    self.set_int(layout.use_hash_seed, seed.is_some().into());
                    self.set_long(layout.hash_seed, seed.unwrap_or(0).into());
                }
            }
        }
        Ok(())
    }

    fn field(&mut self, offset: usize, size: usize) -> *mut u8 {
        assert!(offset + size <= self.size, "the layout's offsets lie inside of the structure");
        // SAFETY: the offset was just checked.
        unsafe { self.start.add(offset) }
    }

    fn set_int(&mut self, offset: usize, value: c_int) {
        let field = self.field(offset, size_of::<c_int>()).cast::<c_int>();
        // SAFETY: the field is an aligned `int` inside of the structure.
        unsafe { field.write(value) };
    }

    fn set_long(&mut self, offset: usize, value: c_ulong) {
        let field = self.field(offset, size_of::<c_ulong>()).cast::<c_ulong>();
        // SAFETY: the field is an aligned `unsigned long` inside of the structure.
        unsafe { field.write(value) };
    }

    fn set_string(&mut self, offset: usize, value: &CStr) -> Result<(), String> {
        let field = self.field(offset, size_of::<WideString>()).cast::<WideString>();
        // SAFETY: the field is a string of this structure, and the value a C string.
        unsafe { (self.functions.set_string)(self.start, field, value.as_ptr()) }.check()
    }

    fn set_arguments(&mut self, program: &Program) -> Result<(), String> {
        let (count, arguments) = program.arguments();
        // SAFETY: count and vector are those of `main`.
        unsafe { (self.functions.set_argv)(self.start, count as isize, arguments) }.check()
    }

    fn append(&mut self, offset: usize, value: &CStr) -> Result<(), String> {
        // SAFETY: the value is a C string, and the length may be left out.
        let decoded = unsafe { (self.functions.decode)(value.as_ptr(), std::ptr::null_mut()) };
        if decoded.is_null() {
            return Err(format!("{value:?} cannot be decoded"));
        }
        // `PyWideStringList` is a length and a pointer.
        let list = self.field(offset, size_of::<usize>() + size_of::<*mut WideString>());
        // SAFETY: the field is a list of this structure, which copies the string. The decoded one is left to the process:
        // it is made once.
        unsafe { (self.functions.append)(list.cast(), decoded) }.check()
    }
}

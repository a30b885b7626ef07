//! Letting pages of native code go that only loading and initialization needed.
//!
//! With each page that is touched the kernel maps the fifteen around it, and the initialization of a large library touches
//! nearly all of it: of 10 MB that the gRPC extension holds after it was imported, 2 MB are in use while it serves. Pages that
//! nobody has written are dropped here without loss; they stay in the page cache, and those that are used come back by a fault
//! that reads nothing.

use std::ffi::{CStr, c_int, c_void};

/// The flag of a segment that may be written (`PF_W`, System V ABI, chapter 5).
const WRITABLE: u32 = 2;

/// Lets the pages go of the library that was loaded from `path`.
pub fn forget_library(path: &CStr) {
    let mut wanted = path;
    // SAFETY: the function is of the type that is asked for, and its data lives as long as the call.
    unsafe { libc::dl_iterate_phdr(Some(forget_if_named), (&raw mut wanted).cast()) };
}

/// Called for each loaded object; anything but 0 ends it.
///
/// # Safety
///
/// Only for `dl_iterate_phdr`, with a `&CStr` as data.
unsafe extern "C" fn forget_if_named(info: *mut libc::dl_phdr_info, _: usize, data: *mut c_void) -> c_int {
    // SAFETY: `forget_library` gives a pointer to a name that lives as long as the iteration.
    let wanted = unsafe { *data.cast::<&CStr>() };
    // SAFETY: the dynamic linker describes an object, which stays loaded during the call.
    let info = unsafe { &*info };
    // SAFETY: the name is a C string.
    if unsafe { CStr::from_ptr(info.dlpi_name) } != wanted {
        return 0;
    }
    // SAFETY: the object has this many program headers.
    let headers = unsafe { std::slice::from_raw_parts(info.dlpi_phdr, info.dlpi_phnum.into()) };
    if headers.iter().any(|header| header.p_type == libc::PT_DYNAMIC && has_text_relocations(info, header)) {
        return 1;
    }
    for header in headers.iter().filter(|header| header.p_type == libc::PT_LOAD && header.p_flags & WRITABLE == 0) {
        // SAFETY: takes a constant.
        let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) } as u64;
        let start = info.dlpi_addr + header.p_vaddr;
        let (first, end) = (start.next_multiple_of(page), (start + header.p_memsz) / page * page);
        if first < end {
            // SAFETY: these pages are mapped from the file and may not be written, so each can be read again.
            unsafe { libc::madvise(first as *mut c_void, (end - first) as usize, libc::MADV_DONTNEED) };
        }
    }
    1
}

/// Whether the dynamic linker has written into segments that are not writable now (`DT_TEXTREL`, `DF_TEXTREL`).
fn has_text_relocations(info: &libc::dl_phdr_info, header: &libc::Elf64_Phdr) -> bool {
    const END: i64 = 0;
    const TEXT_RELOCATIONS: i64 = 22;
    const FLAGS: i64 = 30;
    const TEXT_RELOCATIONS_FLAG: u64 = 4;
    let mut entry = (info.dlpi_addr + header.p_vaddr) as *const (i64, u64);
    loop {
        // SAFETY: the dynamic section is mapped, and ends with an entry whose tag is zero.
        let (tag, value) = unsafe { entry.read() };
        match tag {
            END => return false,
            TEXT_RELOCATIONS => return true,
            FLAGS if value & TEXT_RELOCATIONS_FLAG != 0 => return true,
            // SAFETY: that was not the last entry.
            _ => entry = unsafe { entry.add(1) },
        }
    }
}

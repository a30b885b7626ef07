//! Memory for Python's objects in huge pages.
//!
//! CPython keeps objects of up to 512 bytes in arenas of a megabyte each (`Objects/obmalloc.c`), which the kernel fills page by
//! page, whenever one is touched for the first time: the imports of a gRPC plugin touch 2,500 of them, and a fault takes more
//! than a microsecond. How much the modules that every run imports need at least is known before they are imported, so that
//! much is asked for in huge pages: one fault for 512, and no page but the last could stay empty.

use crate::configuration;
use crate::program::{Program, now};
use std::ffi::c_void;
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A huge page of x86-64, and of AArch64 with small pages of 4 KiB.
const HUGE: usize = 2 << 20;
/// An arena of CPython 3.10 and newer. Other sizes are asked for too, for the stacks of Python's frames.
const ARENA: usize = 1 << 20;
/// What the interpreter itself has in arenas before the program begins.
const INTERPRETER: usize = 3 << 19;
/// The longest that a huge page may take. It is a fifth of that as a rule; but where memory has gone to pieces, the kernel moves
/// what is there before it has a huge page, and 512 small ones are faster.
const LONGEST_NANOSECONDS: u64 = 1_000_000;

/// `PyObjectArenaAllocator`.
#[repr(C)]
struct Allocator {
    context: *mut c_void,
    allocate: Option<unsafe extern "C" fn(*mut c_void, usize) -> *mut c_void>,
    free: Option<unsafe extern "C" fn(*mut c_void, *mut c_void, usize)>,
}

/// Where arenas come from.
struct Source {
    /// The next free byte of the huge pages.
    next: AtomicUsize,
    end: usize,
    /// CPython's own allocator, for all arenas behind them.
    usual: Allocator,
}

// SAFETY: CPython's own allocator has no context.
unsafe impl Send for Source {}
// SAFETY: as above.
unsafe impl Sync for Source {}

static SOURCE: OnceLock<Source> = OnceLock::new();

/// Offers huge pages for the arenas of `program`. Where there are none, or none are needed, CPython does as usual. It must not be
/// initialized yet.
pub fn provide(program: &Program) {
    let size = expected(program) / HUGE * HUGE;
    if size > 0
        && let Some(start) = huge_pages(size)
        && offer(start, size).is_ok()
    {
        program.trace(|| format!("{} MiB of huge pages for objects", size >> 20));
    }
}

/// How many bytes of arenas the program fills at least. Code objects and what comes of them take more than one and a half times
/// as much as the marshalled bytes, on every supported CPython.
fn expected(program: &Program) -> usize {
    let bytes: u64 = program.index.certain_bytecode().map(|module| module.frame.size).sum();
    usize::try_from(bytes / 5 * 8).map_or(0, |bytes| bytes.saturating_add(INTERPRETER))
}

/// Address space for `size` bytes of huge pages, the first of which is there already.
fn huge_pages(size: usize) -> Option<usize> {
    let reserved = size.checked_add(HUGE)?;
    let (access, kind) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
    // SAFETY: new memory at a place that the kernel chooses.
    let map = unsafe { libc::mmap(ptr::null_mut(), reserved, access, kind, -1, 0) };
    if map == libc::MAP_FAILED {
        return None;
    }
    let start = map.addr().next_multiple_of(HUGE);
    let advise = |advice| {
        // SAFETY: these bytes lie in the map. Where the advice is not taken, the pages are small.
        unsafe { libc::madvise(start as *mut c_void, size, advice) == 0 }
    };
    if !advise(libc::MADV_HUGEPAGE) {
        // SAFETY: nobody uses the map.
        unsafe { libc::munmap(map, reserved) };
        return None;
    }
    let before = now();
    // SAFETY: the byte lies in the map.
    unsafe { (start as *mut u8).write_volatile(0) };
    if now().saturating_sub(before) > LONGEST_NANOSECONDS {
        advise(libc::MADV_NOHUGEPAGE);
    }
    Some(start)
}

fn offer(start: usize, size: usize) -> Result<(), String> {
    // SAFETY: the type is that of both functions in CPython's headers.
    let get: unsafe extern "C" fn(*mut Allocator) = unsafe { configuration::function(c"PyObject_GetArenaAllocator")? };
    // SAFETY: as above.
    let set: unsafe extern "C" fn(*const Allocator) =
        unsafe { configuration::function(c"PyObject_SetArenaAllocator")? };
    let mut usual = Allocator { context: ptr::null_mut(), allocate: None, free: None };
    // SAFETY: the function fills the structure; it may be called before Python is initialized.
    unsafe { get(&mut usual) };
    let _ = SOURCE.set(Source { next: AtomicUsize::new(start), end: start + size, usual });
    let own = Allocator { context: ptr::null_mut(), allocate: Some(allocate), free: Some(free) };
    // SAFETY: the function copies the structure, and no arena was allocated yet.
    unsafe { set(&own) };
    Ok(())
}

/// Gives CPython an arena.
///
/// # Safety
///
/// Only for CPython, as its allocator of arenas.
unsafe extern "C" fn allocate(_: *mut c_void, size: usize) -> *mut c_void {
    let Some(source) = SOURCE.get() else { return ptr::null_mut() };
    let is_arena = size == ARENA;
    let taken = source.next.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |next| {
        next.checked_add(size).filter(|&end| is_arena && end <= source.end)
    });
    match (taken, source.usual.allocate) {
        (Ok(start), _) => start as *mut c_void,
        // SAFETY: CPython's own allocator, with its own context.
        (Err(_), Some(usual)) => unsafe { usual(source.usual.context, size) },
        (Err(_), None) => ptr::null_mut(),
    }
}

/// Takes an arena back: all of them are private anonymous maps, or parts of one.
///
/// # Safety
///
/// Only for CPython, with what [`allocate`] gave.
unsafe extern "C" fn free(_: *mut c_void, arena: *mut c_void, size: usize) {
    if let Some(source) = SOURCE.get()
        && let Some(usual) = source.usual.free
    {
        // SAFETY: CPython's own allocator calls munmap(2), which takes any part of a map.
        unsafe { usual(source.usual.context, arena, size) };
    }
}

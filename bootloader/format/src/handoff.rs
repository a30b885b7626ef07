//! What the bootloader hands to the runtime library when it calls into it.
//!
//! The two are built apart and meet at run time, in one process, over a C interface. Both come out of one build of rpack,
//! so the structure needs no negotiation; its first field still lets a mismatch be an error instead of a crash.

use std::ffi::{c_char, c_int, c_void};

/// Name of the function that the runtime library exports.
pub const ENTRY_SYMBOL: &std::ffi::CStr = c"rpack_runtime_main";

/// Type of the function behind [`ENTRY_SYMBOL`]: runs the program and returns its exit status.
pub type EntryFunction = unsafe extern "C" fn(*const Handoff) -> c_int;

/// Stands for no file among the arguments of [`Handoff::reveal`].
pub const NO_FILE: u32 = u32::MAX;

/// What the runtime needs to know. Every pointer stays valid until the process ends.
#[derive(Debug)]
#[repr(C)]
pub struct Handoff {
    /// [`crate::VERSION`] of the bootloader.
    pub version: u32,
    /// First byte of the mapped executable.
    pub file: *const u8,
    /// Length of the mapped executable.
    pub file_size: usize,
    /// First byte of the index, inside the mapped executable; verified and parsed once by the bootloader.
    pub index: *const u8,
    /// Length of the index.
    pub index_size: usize,
    /// Number of arguments the process was started with.
    pub argument_count: c_int,
    /// The arguments, as `main` got them.
    pub arguments: *const *const c_char,
    /// Absolute path of the executable.
    pub executable: *const c_char,
    /// Folder in which the program's files appear: its tree in the store or in a folder of this run; or a path that does not
    /// exist as long as nobody asks for a file below it, and nowhere can exist where nothing can be written.
    pub bundle: *const c_char,
    /// Whether the files of the program stand in [`Handoff::bundle`].
    pub is_unpacked: bool,
    /// Monotonic time at which the process entered `main`, in nanoseconds, for `--debug`.
    pub started: u64,
    /// Passed back to the functions below.
    pub bootloader: *const c_void,
    /// Decompresses the frame at `offset`, `compressed` bytes long, into `size` bytes at `target`. Returns whether the
    /// frame held exactly that many.
    pub decompress: unsafe extern "C" fn(
        bootloader: *const c_void,
        offset: u64,
        compressed: u64,
        target: *mut u8,
        size: usize,
    ) -> bool,
    /// Gives the content of the frame at `offset` where it has been decompressed ahead, null otherwise. It stays until it is
    /// given back, and is given once.
    pub take: unsafe extern "C" fn(bootloader: *const c_void, offset: u64) -> *const u8,
    /// Takes back what `take` gave.
    pub give_back: unsafe extern "C" fn(bootloader: *const c_void, offset: u64),
    /// Ends the decompression ahead, because the program begins. What was decompressed stays to be taken, unless the process is
    /// not to run the program.
    pub settle: unsafe extern "C" fn(bootloader: *const c_void, runs_program: bool),
    /// Gives the path under which file number `file` can be given to `dlopen`: in the bundle's folder, or an anonymous
    /// file under `/proc/self/fd`. Null where that failed; the reason is on stderr then.
    pub native_path: unsafe extern "C" fn(bootloader: *const c_void, file: u32) -> *const c_char,
    /// Makes the data files stand in [`Handoff::bundle`] where they do not yet, and the native file number `native` too
    /// unless it is [`NO_FILE`]. Returns 0, or the error number of what failed.
    pub reveal: unsafe extern "C" fn(bootloader: *const c_void, native: u32) -> c_int,
    /// Removes what was made for this run only. To be called when Python has ended; a second call does nothing.
    pub leave: unsafe extern "C" fn(bootloader: *const c_void),
}

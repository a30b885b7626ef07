//! The packed program, as the bootloader handed it over.

use rpack_format::Index;
use rpack_format::handoff::{Handoff, NO_FILE};
use rpack_format::index::{FLAG_DEBUG, Frame};
use std::ffi::{CStr, c_char, c_int};
use std::io;
use std::ops::Deref;
use std::sync::OnceLock;

/// The one program of this process.
static PROGRAM: OnceLock<Program> = OnceLock::new();

/// The packed program: its index, its bytes, and where its files are.
pub struct Program {
    /// The table of modules and files.
    pub index: Index<'static>,
    /// Folder in which the program's files appear, without a slash at the end. It is the value of `sys._MEIPASS`.
    pub bundle: &'static str,
    /// The same folder, as C takes it.
    pub bundle_path: &'static CStr,
    /// Absolute path of the executable.
    pub executable: &'static CStr,
    handoff: &'static Handoff,
    debug: bool,
}

// SAFETY: the pointers in the handoff lead to memory that is never written again, and its functions may be called from
// any thread: the bootloader guards what they share.
unsafe impl Send for Program {}
// SAFETY: as above.
unsafe impl Sync for Program {}

impl Program {
    /// Keeps what the bootloader handed over, for the rest of the process's life.
    pub fn receive(handoff: &'static Handoff) -> Result<&'static Self, String> {
        // SAFETY: the bootloader gives the place and the length of the index inside of its mapping.
        let index: &'static [u8] = unsafe { std::slice::from_raw_parts(handoff.index, handoff.index_size) };
        let index = Index::parse(index).map_err(|error| format!("the index cannot be read: {error}"))?;
        let bundle_path = c_string(handoff.bundle);
        let bundle = bundle_path.to_str().map_err(|_| {
            format!(
                "the cache folder {bundle_path:?} is not valid UTF-8. Set RPACK_CACHE_DIR to a folder whose name is"
            )
        })?;
        let debug = index.header().flags & FLAG_DEBUG != 0;
        let executable = c_string(handoff.executable);
        let program = Program { index, bundle, bundle_path, executable, handoff, debug };
        Ok(PROGRAM.get_or_init(|| program))
    }

    /// The program, once it was received.
    pub fn of_this_process() -> Option<&'static Self> {
        PROGRAM.get()
    }

    /// The arguments that the process was started with.
    pub fn arguments(&self) -> (c_int, *const *const c_char) {
        (self.handoff.argument_count, self.handoff.arguments)
    }

    /// The name by which the process was started.
    pub fn name(&self) -> &'static CStr {
        // SAFETY: whoever asks for it has seen arguments behind it.
        c_string(unsafe { self.handoff.arguments.read() })
    }

    /// The arguments, the program's own name first.
    pub fn argument_bytes(&self) -> Vec<&'static CStr> {
        let (count, arguments) = self.arguments();
        let argument = |number| {
            // SAFETY: `main` was given this many arguments.
            let argument = unsafe { arguments.add(number) };
            // SAFETY: as above.
            c_string(unsafe { argument.read() })
        };
        (0..usize::try_from(count).unwrap_or_default()).map(argument).collect()
    }

    /// The arguments after the program's own name, where all of them are text.
    pub fn arguments_after_name(&self) -> Option<Vec<&'static str>> {
        self.argument_bytes().into_iter().skip(1).map(|argument| argument.to_str().ok()).collect()
    }

    /// Whether the program's files stand in its folder.
    pub fn is_unpacked(&self) -> bool {
        self.handoff.is_unpacked
    }

    /// The content of a module's frame, or `None` where it is damaged.
    pub fn module_content(&'static self, frame: Frame) -> Option<Content> {
        let Handoff { take, bootloader, .. } = *self.handoff;
        // SAFETY: the bootloader's pointer is passed back to it.
        let prepared = unsafe { take(bootloader, frame.offset) };
        if prepared.is_null() {
            return self.read(frame).map(Content::Own);
        }
        // SAFETY: the bootloader has given as many bytes as the frame's content has; they stay until they are given back.
        let bytes = unsafe { std::slice::from_raw_parts(prepared, usize::try_from(frame.size).ok()?) };
        Some(Content::Prepared { bytes, offset: frame.offset, program: self })
    }

    /// Ends what the bootloader does beside the start of Python, because the program, or something in its place, begins.
    pub fn settle(&self, prepared: Prepared) {
        let Handoff { settle, bootloader, .. } = *self.handoff;
        // SAFETY: the bootloader's pointer is passed back to it.
        unsafe { settle(bootloader, prepared == Prepared::Kept) };
    }

    /// The content of a frame, or `None` where it is damaged.
    pub fn read(&self, frame: Frame) -> Option<Vec<u8>> {
        let mut content = vec![0; usize::try_from(frame.size).ok()?];
        let Handoff { decompress, bootloader, .. } = *self.handoff;
        // SAFETY: the buffer has as many bytes as the call says, and the bootloader's pointer is passed back to it.
        let done =
            unsafe { decompress(bootloader, frame.offset, frame.compressed, content.as_mut_ptr(), content.len()) };
        done.then_some(content)
    }

    /// The path under which file number `file` can be given to `dlopen`.
    pub fn native_path(&self, file: u32) -> Option<&'static CStr> {
        let Handoff { native_path, bootloader, .. } = *self.handoff;
        // SAFETY: the bootloader's pointer is passed back to it.
        let path = unsafe { native_path(bootloader, file) };
        (!path.is_null()).then(|| c_string(path))
    }

    /// Makes the data files, and the native file `native`, stand in the bundle's folder where they do not yet.
    pub fn reveal(&self, native: Option<u32>) -> io::Result<()> {
        let Handoff { reveal, bootloader, .. } = *self.handoff;
        // SAFETY: the bootloader's pointer is passed back to it.
        let status = unsafe { reveal(bootloader, native.unwrap_or(NO_FILE)) };
        if status == 0 { Ok(()) } else { Err(io::Error::from_raw_os_error(status)) }
    }

    /// Removes what was made for this run only. Python must have ended.
    pub fn leave(&self) {
        let Handoff { leave, bootloader, .. } = *self.handoff;
        // SAFETY: the bootloader's pointer is passed back to it.
        unsafe { leave(bootloader) };
    }

    /// The absolute path that a path inside the bundle has in this run.
    pub fn absolute(&self, path: &str) -> String {
        [self.bundle, "/", path].concat()
    }

    /// The path inside the bundle of an absolute path, where it lies there.
    pub fn relative<'a>(&self, path: &'a str) -> Option<&'a str> {
        let rest = path.strip_prefix(self.bundle)?;
        if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
    }

    /// Says on stderr what was done, in a program that was built with `--debug`.
    pub fn trace(&self, text: impl FnOnce() -> String) {
        if self.debug {
            let milliseconds = now().saturating_sub(self.handoff.started) as f64 / 1e6;
            say(&format!("[{milliseconds:7.2} ms] runtime: {}", text()));
        }
    }
}

/// Whether the modules that were decompressed ahead are going to be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prepared {
    /// They are: the program runs.
    Kept,
    /// Something else runs.
    Dropped,
}

/// The content of a frame.
pub enum Content {
    /// Decompressed just now.
    Own(Vec<u8>),
    /// Decompressed ahead, in memory of the bootloader.
    Prepared {
        /// The bytes.
        bytes: &'static [u8],
        /// Where the frame begins.
        offset: u64,
        /// Whose frame it is.
        program: &'static Program,
    },
}

impl Content {
    /// The bytes, for ever.
    pub fn leak(mut self) -> &'static [u8] {
        match &mut self {
            Content::Own(bytes) => std::mem::take(bytes).leak(),
            Content::Prepared { bytes, .. } => {
                let bytes = *bytes;
                // Never given back.
                std::mem::forget(self);
                bytes
            }
        }
    }
}

impl Deref for Content {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Content::Own(bytes) => bytes,
            Content::Prepared { bytes, .. } => bytes,
        }
    }
}

impl Drop for Content {
    fn drop(&mut self) {
        if let Content::Prepared { offset, program, .. } = *self {
            let Handoff { give_back, bootloader, .. } = *program.handoff;
            // SAFETY: the bootloader's pointer is passed back to it, and the bytes are out of reach from here on.
            unsafe { give_back(bootloader, offset) };
        }
    }
}

/// Writes one line to stderr. A closed stderr is no reason to stop.
pub fn say(text: &str) {
    use std::io::Write;
    let _ = io::stderr().write_all(format!("rpack: {text}\n").as_bytes());
}

fn c_string(pointer: *const c_char) -> &'static CStr {
    // SAFETY: every string in the handoff is a C string that lives as long as the process.
    unsafe { CStr::from_ptr(pointer) }
}

/// Nanoseconds of the monotonic clock.
pub fn now() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the call fills the structure that it is given.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

//! Becoming another executable, and what goes along.

use super::{LOWEST_OTHER_DESCRIPTOR, LOWEST_OWN_DESCRIPTOR, OWN_EXECUTABLE, set_aside};
use rustix::fs::{FileType, fstat};
use rustix::io::{FdFlags, fcntl_dupfd_cloexec, fcntl_setfd};
use std::ffi::{CStr, OsStr, c_char};
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Executes `file` with these arguments and the environment of this process. Returns only if the system refuses.
pub fn become_executable(file: &File, arguments: *const *const c_char) -> io::Error {
    // SAFETY: nothing else writes to this variable: the process has one thread now.
    let environment = unsafe { environ };
    // SAFETY: the descriptor is open, and both vectors are those of the C runtime.
    unsafe { libc::fexecve(file.as_raw_fd(), arguments, environment) };
    io::Error::last_os_error()
}

unsafe extern "C" {
    /// The environment, environ(7).
    static environ: *const *const c_char;
}

/// The descriptor of the file that this process executes, where it was started by a descriptor (`AT_EXECFN` is `/dev/fd/NUMBER`
/// then, execveat(2), or the path that the C library takes instead).
pub fn started_descriptor() -> Option<i32> {
    let path = rustix::param::linux_execfn().to_str().ok()?;
    let number = path.strip_prefix("/dev/fd/").or_else(|| path.strip_prefix("/proc/self/fd/"))?;
    number.parse().ok()
}

/// Whether the system says where this process's executable is. The dynamic linker asks it so for `$ORIGIN`, ld.so(8).
pub fn knows_own_executable() -> bool {
    std::fs::read_link(OWN_EXECUTABLE).is_ok()
}

/// Whether the process has gained rights by being started.
pub fn is_privileged() -> bool {
    // SAFETY: only reads what the kernel handed to the process.
    unsafe { libc::getauxval(libc::AT_SECURE) != 0 }
}

/// The name that the kernel has for the process.
pub fn process_name() -> [u8; 16] {
    let mut name = [0; 16];
    let known = rustix::thread::name().unwrap_or_default();
    name.iter_mut().zip(known.as_bytes()).for_each(|(byte, known)| *byte = *known);
    name
}

/// Gives the process a name. It is cut off before the first zero.
pub fn set_process_name(name: &[u8; 16]) {
    if let Ok(name) = CStr::from_bytes_until_nul(name) {
        let _ = rustix::thread::set_name(name);
    }
}

/// Another descriptor of an open file, which stays open in what this process becomes.
pub fn inherited(file: &File) -> io::Result<i32> {
    let copy = set_aside(file.try_clone()?);
    fcntl_setfd(&copy, FdFlags::empty())?;
    Ok(copy.into_raw_fd())
}

/// Gives both files new descriptors, of which the second follows the first and is inherited.
pub fn neighbours(first: File, second: OwnedFd) -> io::Result<(File, OwnedFd)> {
    let from = |mut lowest: i32| {
        loop {
            let one = fcntl_dupfd_cloexec(&first, lowest)?;
            let next = fcntl_dupfd_cloexec(&second, one.as_raw_fd() + 1)?;
            if next.as_raw_fd() == one.as_raw_fd() + 1 {
                fcntl_setfd(&next, FdFlags::empty())?;
                return Ok((one.into(), next));
            }
            lowest = next.as_raw_fd();
        }
    };
    from(LOWEST_OWN_DESCRIPTOR).or_else(|_: io::Error| from(LOWEST_OTHER_DESCRIPTOR))
}

/// Takes over a descriptor that was inherited. It is inherited no further. `None` where it is not open.
pub fn adopt(descriptor: i32) -> Option<File> {
    is_open(descriptor).then(|| take_over(descriptor))
}

/// The same for a pipe. Anything else stays as it is.
pub fn adopt_pipe(descriptor: i32) -> Option<File> {
    if !is_open(descriptor) {
        return None;
    }
    // SAFETY: it is open, and nothing closes it meanwhile: the process has one thread.
    let borrowed = unsafe { BorrowedFd::borrow_raw(descriptor) };
    let is_pipe = fstat(borrowed).is_ok_and(|status| FileType::from_raw_mode(status.st_mode) == FileType::Fifo);
    is_pipe.then(|| take_over(descriptor))
}

fn is_open(descriptor: i32) -> bool {
    // SAFETY: the call asks about a number, and changes nothing.
    descriptor >= 0 && unsafe { libc::fcntl(descriptor, libc::F_GETFD) } >= 0
}

fn take_over(descriptor: i32) -> File {
    // SAFETY: it is open, and the process that this one was has left it to this caller alone.
    let file = unsafe { File::from_raw_fd(descriptor) };
    let _ = fcntl_setfd(&file, FdFlags::CLOEXEC);
    file
}

/// A path as bytes.
pub fn path_bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_bytes()
}

/// A path from its bytes.
pub fn path_of_bytes(bytes: &[u8]) -> PathBuf {
    OsStr::from_bytes(bytes).into()
}

//! Linux and its relatives.

use rustix::fs::{MemfdFlags, StatVfsMountFlags};
use std::ffi::{CString, OsStr};
use std::fs::{DirBuilder, File, Metadata, OpenOptions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The kernel's name for the executable of this process. Opening it works even after the file was renamed or removed.
const OWN_EXECUTABLE: &str = "/proc/self/exe";

/// Absolute path of the executable that this process runs.
pub fn executable_path() -> io::Result<PathBuf> {
    if is_run_by_linker() {
        return mapped_path();
    }
    match std::fs::read_link(OWN_EXECUTABLE) {
        Ok(path) => Ok(path),
        // Without /proc the auxiliary vector still holds the path that `execve` was given (`AT_EXECFN`, getauxval(3)).
        Err(error) => match rustix::param::linux_execfn().to_bytes() {
            [] => Err(error),
            path => std::path::absolute(OsStr::from_bytes(path)),
        },
    }
}

/// Opens the executable of this process, whose path is `path`.
pub fn open_executable(path: &Path) -> io::Result<File> {
    if is_run_by_linker() {
        return File::open(path);
    }
    File::open(OWN_EXECUTABLE).or_else(|_| File::open(path))
}

/// Whether the process was started as `ld.so PROGRAM`. To the kernel its executable is the dynamic linker then, which was loaded
/// by no other: `AT_BASE`, the address of the linker, is zero.
fn is_run_by_linker() -> bool {
    // SAFETY: only reads what the kernel handed to the process.
    unsafe { libc::getauxval(libc::AT_BASE) == 0 }
}

/// The file that this very code was mapped from, proc_pid_maps(5).
fn mapped_path() -> io::Result<PathBuf> {
    let address = mapped_path as fn() -> io::Result<PathBuf> as usize;
    let maps = std::fs::read("/proc/self/maps")?;
    let path = maps.split(|&byte| byte == b'\n').find_map(|line| path_of_mapping(line, address));
    path.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "it is not among this process's mapped files"))
}

/// The path in a line such as `55d0-55d9 r-xp 00002000 08:01 1234    /usr/bin/program`, if the address lies in that mapping.
fn path_of_mapping(line: &[u8], address: usize) -> Option<PathBuf> {
    let range = str::from_utf8(line.split(|&byte| byte == b' ').next()?).ok()?;
    let (start, end) = range.split_once('-')?;
    let is_here = (usize::from_str_radix(start, 16).ok()?..usize::from_str_radix(end, 16).ok()?).contains(&address);
    let path = line.iter().position(|&byte| byte == b'/')?;
    is_here.then(|| OsStr::from_bytes(&line[path..]).into())
}

/// A path as C takes it. Paths from the operating system hold no NUL byte.
pub fn c_path(path: &Path) -> io::Result<CString> {
    Ok(CString::new(path.as_os_str().as_bytes())?)
}

/// Creates a folder, and those above it, that only this user may enter. It is no error if it exists.
pub fn create_private_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Creates a file that must not exist yet, for its owner only as long as it is written.
pub fn create_new_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// Takes away the right to write, and gives the right to execute where the file is one that runs.
pub fn seal(file: &File, executable: bool) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(if executable { 0o555 } else { 0o444 }))
}

/// Says why code from `folder` must not be loaded: it belongs to somebody else, others may write into it, or its file
/// system forbids execution. Code is loaded from there, so a variable that names the folder is not enough to trust it.
pub fn distrust(folder: &Path) -> io::Result<Option<&'static str>> {
    let metadata = std::fs::symlink_metadata(folder)?;
    if !metadata.is_dir() {
        return Ok(Some("it is no folder"));
    }
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Ok(Some("it belongs to another user"));
    }
    if metadata.mode() & 0o022 != 0 {
        return Ok(Some("other users may write into it"));
    }
    let flags = rustix::fs::statvfs(folder)?.f_flag;
    Ok(flags.contains(StatVfsMountFlags::NOEXEC).then_some("its file system is mounted `noexec`"))
}

/// What tells one state of a file from every other: any write to it changes the time of its last change.
pub fn identity(metadata: &Metadata) -> String {
    format!(
        "{} {} {} {}.{:09} {}.{:09}\n",
        metadata.dev(),
        metadata.ino(),
        metadata.size(),
        metadata.mtime(),
        metadata.mtime_nsec(),
        metadata.ctime(),
        metadata.ctime_nsec()
    )
}

/// An anonymous file that lives in memory and is not inherited by programs that this process starts.
pub fn anonymous_file(name: &str) -> io::Result<File> {
    let name = CString::new(name)?;
    let create = |flags| rustix::fs::memfd_create(&name, flags);
    // Linux 6.3 and newer want to hear that it will hold code; older kernels refuse the flag as unknown.
    let file = create(MemfdFlags::CLOEXEC | MemfdFlags::EXEC).or_else(|_| create(MemfdFlags::CLOEXEC))?;
    Ok(File::from(file))
}

/// The path under which this process can open `file` again.
pub fn path_of_open_file(file: &File) -> PathBuf {
    format!("/proc/self/fd/{}", file.as_raw_fd()).into()
}

//! Linux and its relatives.

mod exec;

pub use exec::*;

use crate::files::{Access, Sharing};
use rustix::fs::{MemfdFlags, StatVfsMountFlags};
use rustix::rand::GetRandomFlags;
use std::ffi::{CString, OsStr};
use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The kernel's name for the executable of this process. Opening it works even after the file was renamed or removed.
const OWN_EXECUTABLE: &str = "/proc/self/exe";

/// Descriptors of the bootloader begin here. The kernel's table of them has a size for a process's highest one; up to 127
/// that is 1 KiB.
const LOWEST_OWN_DESCRIPTOR: i32 = 100;
/// The first number behind those of the standard streams.
const LOWEST_OTHER_DESCRIPTOR: i32 = 3;

/// What user namespaces show as the owner of a file whose true owner they have no number for (user_namespaces(7)).
const OVERFLOW_USER: u32 = 65534;

/// Absolute path of the executable that this process runs.
pub fn executable_path() -> io::Result<PathBuf> {
    if is_run_by_linker() {
        return mapped_path();
    }
    match fs::read_link(OWN_EXECUTABLE) {
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
    let maps = fs::read("/proc/self/maps")?;
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

/// Gives an open file that stays open a number that no program expects to be its own. The lowest free one could be that of
/// a standard stream which the program was started without.
pub fn set_aside(file: File) -> File {
    let duplicate = |lowest| rustix::io::fcntl_dupfd_cloexec(&file, lowest);
    // A process may be allowed to have fewer descriptors.
    let aside = duplicate(LOWEST_OWN_DESCRIPTOR).or_else(|_| duplicate(LOWEST_OTHER_DESCRIPTOR));
    aside.map_or(file, File::from)
}

/// Creates a folder, and those above it, that only this user may enter. It is no error if it exists.
pub fn create_private_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Creates a file that must not exist yet, for its owner only as long as it is written.
pub fn create_new_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// Creates one folder, which must not exist yet and which only this user may enter.
pub fn create_new_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)
}

/// Opens a folder, to lock it. A symbolic link is none.
pub fn open_folder(path: &Path) -> io::Result<File> {
    let flags = rustix::fs::OFlags::DIRECTORY | rustix::fs::OFlags::NOFOLLOW;
    OpenOptions::new().read(true).custom_flags(flags.bits() as i32).open(path)
}

/// Whether an open file or folder, of which this was said, has lost its last name.
pub fn is_removed(metadata: &Metadata) -> bool {
    metadata.nlink() == 0
}

/// Whether a file has no other name than the one that `metadata` was asked for.
pub fn has_one_name(metadata: &Metadata) -> bool {
    metadata.nlink() == 1
}

/// Gives a file that was written its final rights: nobody may write to what is shared.
pub fn set_access(file: &File, access: Access, sharing: Sharing) -> io::Result<()> {
    let mode = match (access, sharing) {
        (Access::Data, Sharing::Shared) => 0o444,
        (Access::Executable, Sharing::Shared) => 0o555,
        (Access::Data, Sharing::Private) => 0o644,
        (Access::Executable, Sharing::Private) => 0o755,
    };
    file.set_permissions(fs::Permissions::from_mode(mode))
}

/// Fills the empty file `target` with what is in `source`: sharing the blocks where the file system can (`FICLONE`, or
/// inside of `copy_file_range`, which `io::copy` uses), by a copy elsewhere.
pub fn copy_content(mut source: &File, mut target: &File) -> io::Result<()> {
    if rustix::fs::ioctl_ficlone(target, source).is_ok() {
        return Ok(());
    }
    io::copy(&mut source, &mut target).map(drop)
}

/// 32 hexadecimal digits that nobody can guess.
pub fn random_name() -> io::Result<String> {
    let mut bytes = [0; 16];
    let count = rustix::rand::getrandom(&mut bytes, GetRandomFlags::empty())?;
    if count < bytes.len() {
        return Err(io::Error::other("the kernel gave too little randomness"));
    }
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Where private folders can be made that code is loaded from, best first.
pub fn temporary_folders() -> Vec<PathBuf> {
    let chosen = chosen_temporary_folder();
    let system = ["/tmp", "/var/tmp", "/dev/shm"].map(PathBuf::from);
    let others = system.into_iter().filter(|folder| Some(folder) != chosen.as_ref());
    chosen.iter().cloned().chain(others).collect()
}

/// Where private folders can be made that hold no more than some data, best first: in memory, or where the user says.
pub fn memory_folders() -> Vec<PathBuf> {
    [PathBuf::from("/dev/shm")].into_iter().chain(chosen_temporary_folder()).collect()
}

/// A relative `TMPDIR` would mean another folder after each `chdir`.
fn chosen_temporary_folder() -> Option<PathBuf> {
    std::env::var_os("TMPDIR").map(PathBuf::from).filter(|path| path.is_absolute())
}

/// Says why a private folder cannot be made in `folder`: nothing can be written, or somebody else could put another folder
/// in the place of ours.
pub fn distrust_parent(folder: &Path) -> io::Result<Option<&'static str>> {
    let metadata = fs::metadata(folder)?;
    if !metadata.is_dir() {
        return Ok(Some("it is no folder"));
    }
    let is_sticky = metadata.mode() & 0o1000 != 0;
    let (owner, user) = (metadata.uid(), rustix::process::geteuid().as_raw());
    // In a user namespace the system's own /tmp seems to belong to the overflow user.
    if owner != 0 && owner != user && !(is_sticky && owner == OVERFLOW_USER) {
        return Ok(Some("it belongs to another user"));
    }
    if metadata.mode() & 0o022 != 0 && !is_sticky {
        return Ok(Some("other users may replace what is in it"));
    }
    let wanted = rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK;
    rustix::fs::accessat(rustix::fs::CWD, folder, wanted, rustix::fs::AtFlags::EACCESS)?;
    Ok(None)
}

/// Says why code cannot be loaded from `folder`, or why `size` bytes of it cannot be written there.
pub fn distrust_space(folder: &Path, size: u64) -> io::Result<Option<String>> {
    let system = rustix::fs::statvfs(folder)?;
    if system.f_flag.contains(StatVfsMountFlags::NOEXEC) {
        return Ok(Some("its file system is mounted `noexec`".to_owned()));
    }
    let free = system.f_bavail.saturating_mul(system.f_frsize);
    // A file system that names no size (a tmpfs without a limit) is taken at its word when it is written to.
    let is_full = system.f_blocks != 0 && free < size;
    Ok(is_full.then(|| format!("{} KiB are free and {} needed", free >> 10, size >> 10)))
}

/// Whether a folder belongs to this user alone.
pub fn is_private(metadata: &Metadata) -> bool {
    metadata.is_dir() && metadata.uid() == rustix::process::geteuid().as_raw() && metadata.mode() & 0o077 == 0
}

/// Whether another process of this user has loaded code from below `folder`. It sees what no lock shows: a daemon that closed
/// all of its descriptors.
pub fn is_loaded_elsewhere(folder: &Path) -> bool {
    let own = std::process::id().to_string();
    let needle = [folder.as_os_str().as_bytes(), b"/"].concat();
    let holds = |process: fs::DirEntry| {
        let maps = fs::read(process.path().join("maps")).unwrap_or_default();
        maps.windows(needle.len()).any(|window| window == needle)
    };
    let is_other = |process: &fs::DirEntry| {
        let name = process.file_name();
        name.as_bytes().first().is_some_and(u8::is_ascii_digit) && name.as_bytes() != own.as_bytes()
    };
    fs::read_dir("/proc").into_iter().flatten().flatten().filter(is_other).any(holds)
}

/// The error of writing where nothing can be written.
pub fn read_only() -> io::Error {
    rustix::io::Errno::ROFS.into()
}

/// Makes `path` lead to an open file of this process.
pub fn link_to_open_file(file: &File, path: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(path_of_open_file(file), path)
}

/// Says why code from `folder` must not be loaded: it belongs to somebody else, others may write into it, or its file
/// system forbids execution. Code is loaded from there, so a variable that names the folder is not enough to trust it.
pub fn distrust(folder: &Path) -> io::Result<Option<&'static str>> {
    let metadata = fs::symlink_metadata(folder)?;
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
        "{} {} {} {}.{:09} {}.{:09}",
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
    // Linux 6.3 and newer want to hear whether it may be executed; older kernels refuse the flags as unknown. Where
    // `vm.memfd_noexec` forbids the first, the second still lets code be mapped, which is all that `dlopen` does.
    let file = create(MemfdFlags::CLOEXEC | MemfdFlags::EXEC)
        .or_else(|_| create(MemfdFlags::CLOEXEC | MemfdFlags::NOEXEC_SEAL))
        .or_else(|_| create(MemfdFlags::CLOEXEC))?;
    Ok(set_aside(File::from(file)))
}

/// The path under which this process can open `file` again.
pub fn path_of_open_file(file: &File) -> PathBuf {
    format!("/proc/self/fd/{}", file.as_raw_fd()).into()
}

/// Runs `body` while this thread, and every thread that it starts meanwhile, takes no signals.
pub fn with_signals_blocked<T>(body: impl FnOnce() -> T) -> T {
    // SAFETY: a set of signals is plain data, for which zero is a value.
    let mut all: libc::sigset_t = unsafe { std::mem::zeroed() };
    // SAFETY: the pointer is to a set.
    unsafe { libc::sigfillset(&mut all) };
    // SAFETY: as above.
    let mut before: libc::sigset_t = unsafe { std::mem::zeroed() };
    // SAFETY: both pointers are to sets.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &all, &mut before) };
    let outcome = body();
    // SAFETY: the set was filled by the call above; null says that nobody wants to know the one in between.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &before, std::ptr::null_mut()) };
    outcome
}

/// Gives the whole pages among `length` bytes at `start` back to the system. Those of a file are read again when they are
/// touched, those of anonymous memory are zero then.
pub fn forget_pages(start: *const u8, length: usize) {
    let page = rustix::param::page_size();
    let before = start.align_offset(page);
    let Some(rest) = length.checked_sub(before).map(|rest| rest - rest % page).filter(|&rest| rest > 0) else { return };
    let start = start.wrapping_add(before).cast_mut().cast();
    // SAFETY: the caller has done with these bytes. Where the advice is not taken, they stay.
    let _ = unsafe { rustix::mm::madvise(start, rest, rustix::mm::Advice::LinuxDontNeed) };
}

/// Lets the pages of the bootloader's own code go. Most of it has done its work when the program begins; what is called again
/// comes back from the page cache.
pub fn forget_own_code() {
    // Symbols that the linker defines (ld(1), "Source Code Reference"): only their addresses mean something.
    let (start, end) = (&raw const __ehdr_start, &raw const etext);
    forget_pages(start, end.addr() - start.addr());
}

unsafe extern "C" {
    /// The first byte in memory of the executable, or of the library that this is a part of.
    static __ehdr_start: u8;
    /// The first byte behind its code.
    static etext: u8;
}

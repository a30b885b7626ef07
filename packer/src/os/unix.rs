//! Linux and its relatives.

use rustix::fs::{AtFlags, CWD, Mode, OFlags};
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::fd::AsRawFd;
use std::path::Path;

/// Writes an executable file that is there whole or not at all, whatever kills this process in between.
///
/// The content goes into a file without a name (`O_TMPFILE`, open(2)), which the kernel forgets together with the process;
/// it gets a name only when it is complete. Where the file system has no such files, a temporary one is written beside
/// the target.
pub fn write_executable(target: &Path, content: &[u8]) -> io::Result<()> {
    let folder = target.parent().unwrap_or(Path::new("."));
    let mode = Mode::from_raw_mode(0o777); // less the user's umask, as a linker's output
    match rustix::fs::open(folder, OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC, mode) {
        Ok(descriptor) => {
            let mut file = File::from(descriptor);
            file.write_all(content)?;
            name_file(&file, target)
        }
        Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::ISDIR | rustix::io::Errno::NOENT) if folder.is_dir() => {
            write_beside(target, folder, content)
        }
        Err(error) => Err(error.into()),
    }
}

/// Writes a new file with this mode, less the user's umask.
pub fn write_file(path: &Path, content: &[u8], mode: u32) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?.write_all(content)
}

/// Gives `made` the name `target`. What has that name now gets the name `aside`, or that of `made`.
pub fn put_in_place(made: &Path, target: &Path, aside: &Path) -> io::Result<()> {
    use rustix::fs::{RenameFlags, renameat_with};
    use rustix::io::Errno;
    match renameat_with(CWD, made, CWD, target, RenameFlags::EXCHANGE) {
        Err(Errno::NOENT) => fs::rename(made, target),
        // The file system cannot exchange names (renameat2(2)), so for a moment nothing has this one.
        Err(Errno::INVAL | Errno::NOSYS) => {
            match fs::rename(target, aside) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            fs::rename(made, target)
        }
        done => Ok(done?),
    }
}

/// Gives a file without a name the name `target`, in the place of what has it now.
fn name_file(file: &File, target: &Path) -> io::Result<()> {
    let descriptor = format!("/proc/self/fd/{}", file.as_raw_fd());
    let link = |name: &Path| rustix::fs::linkat(CWD, &descriptor, CWD, name, AtFlags::SYMLINK_FOLLOW);
    match link(target) {
        Ok(()) => Ok(()),
        Err(rustix::io::Errno::EXIST) => {
            // A link cannot replace a name, but a rename can.
            let name = format!(".{}.{}", target.file_name().unwrap_or_default().display(), std::process::id());
            let beside = target.with_file_name(name);
            link(&beside)?;
            fs::rename(&beside, target).inspect_err(|_| drop(fs::remove_file(&beside)))
        }
        Err(error) => Err(error.into()),
    }
}

fn write_beside(target: &Path, folder: &Path, content: &[u8]) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let permissions = fs::Permissions::from_mode(0o755);
    let mut file = tempfile::Builder::new().prefix(".rpack-").permissions(permissions).tempfile_in(folder)?;
    file.write_all(content)?;
    file.persist(target).map_err(|error| error.error)?;
    Ok(())
}

/// Whether the owner of the file at `path` may execute it.
pub fn is_executable_file(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| is_executable(&metadata))
}

/// Whether the owner of a file may execute it.
pub fn is_executable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o100 != 0
}

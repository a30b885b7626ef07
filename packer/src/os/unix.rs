//! Linux and its relatives.

use rustix::fs::{AtFlags, CWD, Mode, OFlags};
use rustix::process::{Pid, Signal, kill_process};
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::os::fd::AsRawFd;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

/// Writes an executable file that is there whole or not at all, whatever kills this process in between.
pub fn write_executable(target: &Path, content: &[u8]) -> io::Result<()> {
    make_executable(target, |file| file.write_all(content))
}

/// The same for one that `write` writes.
pub fn make_executable(target: &Path, write: impl FnOnce(&mut UnnamedFile) -> io::Result<()>) -> io::Result<()> {
    let folder = target.parent().unwrap_or(Path::new("."));
    // Less the user's umask, as a linker's output.
    let mut file = UnnamedFile::create(folder, 0o777)?;
    write(&mut file)?;
    file.name(target)
}

/// Writes an executable file likewise: its first `kept` bytes are those of another one. Where the file system knows how, the kernel
/// shares them between the two (`copy_file_range`, which is what [`io::copy`] does).
pub fn write_executable_after(target: &Path, other: &File, kept: u64, end: &[u8]) -> io::Result<()> {
    let mut file = UnnamedFile::create(target.parent().unwrap_or(Path::new(".")), 0o777)?;
    let mut other = other;
    other.rewind()?;
    if io::copy(&mut other.take(kept), &mut file.file)? != kept {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    file.write_all(end)?;
    file.name(target)
}

/// A file that is being written and has no name yet.
///
/// It has none at all where the file system knows such files (`O_TMPFILE`, open(2)): the kernel forgets it together with the
/// process, however that ends. Elsewhere it has a temporary name.
#[derive(Debug)]
pub struct UnnamedFile {
    file: File,
    temporary: Option<tempfile::TempPath>,
}

impl UnnamedFile {
    /// Makes a file for `folder`, with the permissions of `mode` less the user's umask.
    pub fn create(folder: &Path, mode: u32) -> io::Result<Self> {
        use std::os::unix::fs::PermissionsExt;
        let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
        match rustix::fs::open(folder, flags, Mode::from_raw_mode(mode)) {
            Ok(descriptor) => Ok(UnnamedFile { file: File::from(descriptor), temporary: None }),
            Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::ISDIR | rustix::io::Errno::NOENT)
                if folder.is_dir() =>
            {
                let permissions = fs::Permissions::from_mode(mode & 0o755);
                let file = tempfile::Builder::new().prefix(".rpack-").permissions(permissions).tempfile_in(folder)?;
                let (file, temporary) = file.into_parts();
                Ok(UnnamedFile { file, temporary: Some(temporary) })
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Gives the file its name, in the place of what has it now.
    pub fn name(self, target: &Path) -> io::Result<()> {
        match self.temporary {
            Some(temporary) => temporary.persist(target).map_err(|error| error.error),
            None => name_file(&self.file, target),
        }
    }

    /// The file, for reading back what was written.
    pub fn file(&self) -> &File {
        &self.file
    }
}

impl Write for UnnamedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Makes a new file with this mode, less the user's umask.
pub fn create_file(path: &Path, mode: u32) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(path)
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

/// Fills `bytes` from a file, beginning at `offset`, whatever else reads the file at the same time.
pub fn read_exact_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    use std::os::unix::fs::FileExt;
    file.read_exact_at(bytes, offset)
}

/// Writes all bytes to a file, beginning at `offset`, whatever else writes to the file at the same time.
pub fn write_all_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    use std::os::unix::fs::FileExt;
    file.write_all_at(bytes, offset)
}

/// What tells one state of a file from another without reading it: device, number, size, and the times of its last change in
/// nanoseconds, that of the content first.
pub fn state(metadata: &fs::Metadata) -> [u64; 5] {
    use std::os::unix::fs::MetadataExt;
    let nanoseconds = |seconds: i64, rest: i64| seconds.wrapping_mul(1_000_000_000).wrapping_add(rest) as u64;
    [
        metadata.dev(),
        metadata.ino(),
        metadata.size(),
        nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
        nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
    ]
}

/// Lets this process become a program, which keeps its number, streams and environment. Returns only where that is refused.
pub fn become_program(program: &Path, arguments: &[OsString]) -> io::Error {
    use std::os::unix::process::CommandExt;
    Command::new(program).args(arguments).exec()
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

/// Ends a process with all that it has started, and waits for it. Who is asked to end in another way may not.
pub fn kill_with_descendants(child: &mut Child) {
    let descendants = descendants(child.id());
    // The parent first, so that it starts nothing in the place of what ends.
    let _ = child.kill();
    for process in descendants {
        let process = i32::try_from(process).ok().and_then(Pid::from_raw);
        let _ = process.map(|process| kill_process(process, Signal::KILL));
    }
    let _ = child.wait();
}

/// What a process has started, and what that has, as far as it runs.
fn descendants(process: u32) -> Vec<u32> {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let lists = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    let children: Vec<u32> =
        lists.flat_map(|list| list.split(' ').filter_map(|id| id.parse().ok()).collect::<Vec<_>>()).collect();
    children.into_iter().flat_map(|child| [vec![child], descendants(child)].concat()).collect()
}

/// Runs a command, without stdin, and gives its output. Should this process end before it, be it by a signal, then the command ends too
/// with all that it has started, and `folder`, in which it works, is removed.
///
/// A signal leaves a process no time for this, so another one waits for its end: a shell, whose stdin the kernel closes then. Both are
/// in process groups of their own: what a terminal sends on Ctrl-C reaches this process only.
pub fn run_guarded(command: &mut Command, folder: &Path) -> io::Result<Output> {
    use std::os::unix::process::CommandExt;
    let mut guard = Command::new("/bin/sh");
    guard.args(["-c", GUARD, "sh"]).arg(folder).stdin(Stdio::piped()).stdout(Stdio::null());
    let mut guard = guard.process_group(0).spawn()?;
    let mut tell = guard.stdin.take().expect("its stdin is a pipe");
    command.process_group(0).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let result = command.spawn().and_then(|child| {
        writeln!(tell, "{}", child.id())?;
        child.wait_with_output()
    });
    writeln!(tell, "over")?;
    drop(tell);
    guard.wait()?;
    result
}

/// Reads the process group of a command, then that it is over. Where this never comes, it ends the group and removes the folder, twice
/// where need be, because what is being killed may still make a file.
const GUARD: &str = r#"
read -r group
[ "$group" = over ] && exit
read -r over && exit
kill -KILL "-$group" 2>/dev/null
rm -rf -- "$1" 2>/dev/null || rm -rf -- "$1"
"#;

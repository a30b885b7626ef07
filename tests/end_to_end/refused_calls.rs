//! Running a program under a kernel that refuses some system calls (seccomp), as container runtimes do, or ends the program
//! at them.

use std::path::Path;
use std::process::Command;

/// Installs a filter that answers the given calls in its own way, and becomes the program. It is Python, because the filter
/// must be installed by the process itself.
const SCRIPT: &str = r#"
import ctypes, os, struct, sys
answer, calls, program = int(sys.argv[1]), [int(call) for call in sys.argv[2].split(",")], sys.argv[3]
steps = [struct.pack("HBBI", 0x20, 0, 0, 0)]  # load the number of the call
steps += [struct.pack("HBBI", 0x15, len(calls) - position, 0, call) for position, call in enumerate(calls)]
steps += [struct.pack("HBBI", 6, 0, 0, 0x7FFF0000), struct.pack("HBBI", 6, 0, 0, answer)]
code = ctypes.create_string_buffer(b"".join(steps))
filter = ctypes.create_string_buffer(struct.pack("HP", len(steps), ctypes.addressof(code)))
prctl = ctypes.CDLL(None).prctl
prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
assert prctl(38, 1, 0, 0, 0) == 0 and prctl(22, 2, ctypes.addressof(filter), 0, 0) == 0
os.execv(program, sys.argv[3:])
"#;

/// Answers of a filter (`linux/seccomp.h`).
const RET_KILL_PROCESS: u32 = 0x8000_0000;
const RET_ERRNO: u32 = 0x0005_0000;

/// Numbers of system calls on x86-64.
pub const MEMFD_CREATE: u32 = 319;
pub const LINK: u32 = 86;
pub const LINKAT: u32 = 265;
pub const FLOCK: u32 = 73;
pub const RENAME: u32 = 82;
pub const RENAMEAT: u32 = 264;
pub const RENAMEAT2: u32 = 316;

/// Error numbers.
pub const EPERM: u32 = 1;
pub const ENOSYS: u32 = 38;

/// The words of a command that runs `program` with the given calls refused.
pub fn words(calls: &[u32], error: u32, program: &Path) -> Vec<String> {
    words_with(RET_ERRNO | error, calls, program)
}

/// `command` with the given calls refused; its environment stays.
pub fn refusing(calls: &[u32], error: u32, command: &Command) -> Command {
    filtered(RET_ERRNO | error, calls, command)
}

/// `command`, killed at the first of the given calls; its environment stays.
pub fn killed_at(calls: &[u32], command: &Command) -> Command {
    filtered(RET_KILL_PROCESS, calls, command)
}

fn words_with(answer: u32, calls: &[u32], program: &Path) -> Vec<String> {
    let python = crate::interpreters::any().display().to_string();
    let calls = calls.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
    vec![python, "-c".into(), SCRIPT.into(), answer.to_string(), calls, program.display().to_string()]
}

fn filtered(answer: u32, calls: &[u32], command: &Command) -> Command {
    let words = words_with(answer, calls, Path::new(command.get_program()));
    let mut filtered = Command::new(&words[0]);
    filtered.args(&words[1..]).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => filtered.env(name, value),
            None => filtered.env_remove(name),
        };
    }
    filtered
}

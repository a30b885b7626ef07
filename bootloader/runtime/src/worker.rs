//! Processes that `multiprocessing` starts: each is this executable again, with arguments that say what to run in the place of
//! the program.
//!
//! Plain Python starts them with `-c`, and a frozen program starts the children of `spawn` with `--multiprocessing-fork`; in
//! CPython the rest is left to `freeze_support()`, which nobody calls on this system, and without which the program would start
//! itself for ever. So the arguments are recognized here, before any of the program runs, and only as a whole: a program's own
//! `-c` is never taken for one of them.
//!
//! `loky`, the processes of joblib and scikit-learn, starts its own with `-m` and `-c`, packed or not; they are recognized too.

mod literal;

use self::literal::skip_literal;
use crate::program::Program;
use std::ffi::CStr;

/// What a process is to run instead of the program.
#[derive(Debug, PartialEq, Eq)]
pub struct Worker {
    kind: Kind,
    /// The code that plain Python would be given with `-c`.
    pub command: String,
    /// `sys.argv` after its first item, `-c`.
    pub arguments: Vec<&'static str>,
    /// The module that gets what the parent says about itself, if one does.
    prepares: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A child of `spawn`, which imports the program's own modules. The servers do not.
    Spawned,
    /// One that others are forked from, or that removes what others leave.
    Server,
}

/// The module that children of `spawn` and of fork servers are prepared by.
const SPAWN: &str = "multiprocessing.spawn";

/// What a process runs first whose bundle is not where its parent's is. `SPAWN` must name the module that prepares it.
pub const MOVED: &CStr = match CStr::from_bytes_with_nul(concat!(include_str!("worker/moved.py"), "\0").as_bytes()) {
    Ok(code) => code,
    Err(_) => panic!("a text without NUL bytes, and one at its end"),
};

impl Worker {
    /// The module with the function `prepare` that is told of the parent's paths, where the parent's bundle has another path
    /// than this process's. Folders of a run, and nothing else, are called so.
    pub fn moved(&self, program: &Program) -> Option<&str> {
        let name = program.bundle.rsplit('/').next().unwrap_or_default();
        self.prepares.as_deref().filter(|_| name.starts_with("rpack-"))
    }

    /// Whether it imports the program's own modules.
    pub fn imports_program(&self) -> bool {
        self.kind == Kind::Spawned
    }
}

/// What this process is to run, or `None` where that is the program.
pub fn requested(program: &Program) -> Option<Worker> {
    let (worker, module) = asked_for(&program.arguments_after_name()?)?;
    // A program without the module did not start this process.
    program.index.find_module(&module).map(|_| worker)
}

/// What the arguments ask for, and the module that whoever wrote them has.
fn asked_for(arguments: &[&'static str]) -> Option<(Worker, String)> {
    match arguments {
        ["--multiprocessing-fork", settings @ ..] => Some((spawned(settings)?, SPAWN.to_owned())),
        ["-m", module, "--process-name", _, "--pipe", pipe]
            if is_of_loky(module, "popen_loky_posix") && is_number(pipe) =>
        {
            Some((spawned_by_loky(module, &arguments[2..]), (*module).to_owned()))
        }
        _ => match after_interpreter_flags(arguments)? {
            ["-c", command, arguments @ ..] if has_fork_server(command, arguments) => {
                let server = server(command, arguments, Some(SPAWN.to_owned()));
                Some((server, "multiprocessing.forkserver".to_owned()))
            }
            ["-c", command] => Some((server(command, &[], None), resource_tracker(command)?)),
            _ => None,
        },
    }
}

/// `spawn.get_command_line`: every further argument is `name=number`.
fn spawned(settings: &[&str]) -> Option<Worker> {
    let is_setting = |setting: &&str| {
        let Some((name, value)) = setting.split_once('=') else { return false };
        matches!(name, "pipe_handle" | "tracker_fd" | "parent_pid") && (value == "None" || is_number(value))
    };
    if !settings.iter().all(is_setting) || !settings.iter().any(|setting| setting.starts_with("pipe_handle=")) {
        return None;
    }
    let command = format!("from multiprocessing.spawn import spawn_main; spawn_main({})", settings.join(", "));
    let (arguments, prepares) = (vec!["--multiprocessing-fork"], Some(SPAWN.to_owned()));
    Some(Worker { kind: Kind::Spawned, command, arguments, prepares })
}

/// `popen_loky_posix` is a module that is run, as by `python -m`.
fn spawned_by_loky(module: &str, arguments: &[&'static str]) -> Worker {
    let command = format!("from runpy import _run_module_as_main; _run_module_as_main({module:?})");
    let prepares = module.rsplit_once('.').map(|(package, _)| format!("{package}.spawn"));
    Worker { kind: Kind::Spawned, command, arguments: arguments.to_vec(), prepares }
}

fn server(command: &str, arguments: &[&'static str], prepares: Option<String>) -> Worker {
    Worker { kind: Kind::Server, command: command.to_owned(), arguments: arguments.to_vec(), prepares }
}

/// Whether `module` is the module `name` of loky, which others carry inside of themselves.
fn is_of_loky(module: &str, name: &str) -> bool {
    let package = module.strip_suffix(name).and_then(|package| package.strip_suffix("loky.backend."));
    package.is_some_and(|outer| outer.is_empty() || outer.ends_with('.') && outer.bytes().all(is_of_module_name))
}

fn is_of_module_name(letter: u8) -> bool {
    letter.is_ascii_alphanumeric() || letter == b'_' || letter == b'.'
}

/// What follows the arguments that `subprocess._args_from_interpreter_flags` makes, in its order. They repeat how this
/// program's interpreter is configured, which its executable knows by itself. `-I` is always among them.
fn after_interpreter_flags<'a, 'b>(arguments: &'a [&'b str]) -> Option<&'a [&'b str]> {
    let arguments = skip_while(arguments, |flag| matches!(flag, "-O" | "-OO"));
    let mut rest = skip_while(arguments, |flag| is_letters(flag) && flag != "-I").strip_prefix(&["-I"])?;
    rest = skip_while(rest, |flag| flag.starts_with("-W"));
    while let ["-X", _, others @ ..] = rest {
        rest = others;
    }
    Some(rest)
}

fn skip_while<'a, 'b>(arguments: &'a [&'b str], is_skipped: impl Fn(&str) -> bool) -> &'a [&'b str] {
    let count = arguments.iter().take_while(|argument| is_skipped(argument)).count();
    &arguments[count..]
}

/// Whether it is a flag such as `-B` or `-vv`.
fn is_letters(flag: &str) -> bool {
    flag.strip_prefix('-').is_some_and(|letters| !letters.is_empty() && letters.bytes().all(is_flag_letter))
}

fn is_flag_letter(letter: u8) -> bool {
    b"dBSvbqIEsP".contains(&letter)
}

/// The module whose resource tracker is called: with one number, and by loky with a truth value too.
fn resource_tracker(command: &str) -> Option<String> {
    let (module, call) = command.strip_prefix("from ")?.split_once(" import main;")?;
    let arguments = call.trim_start().strip_prefix("main(")?.strip_suffix(')')?;
    let is_known = match arguments.split_once(", ") {
        None => module == "multiprocessing.resource_tracker" && is_number(arguments),
        Some((pipe, verbose)) => {
            is_of_loky(module, "resource_tracker") && is_number(pipe) && matches!(verbose, "True" | "False")
        }
    };
    is_known.then(|| module.to_owned())
}

/// The call has two numbers, a list of names, and keyword arguments as a dictionary. They are literals: code that has more to
/// it came from somewhere else. From CPython 3.14 on `sys.argv` stands before the dictionary, and what it holds follows the command.
fn has_fork_server(command: &str, arguments: &[&str]) -> bool {
    const CALL: &str = "from multiprocessing.forkserver import main; main(";
    let (call, passes_arguments) = match command.strip_prefix("import sys; ") {
        Some(call) => (call, true),
        None => (command, false),
    };
    let is_call = |call: &str| -> Option<bool> {
        let (listener, rest) = call.strip_prefix(CALL)?.strip_suffix(')')?.split_once(", ")?;
        let (alive, rest) = rest.split_once(", ")?;
        let mut rest = skip_literal(rest.starts_with('[').then_some(rest)?)?;
        if passes_arguments {
            rest = rest.strip_prefix(", sys_argv=sys.argv[1:]")?;
        }
        let rest = skip_literal(rest.strip_prefix(", **").filter(|rest| rest.starts_with('{'))?)?;
        Some(is_number(listener) && is_number(alive) && rest.is_empty())
    };
    (passes_arguments || arguments.is_empty()) && is_call(call) == Some(true)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit())
}

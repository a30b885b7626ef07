//! Flags of PyInstaller that choose nothing here: each is accepted with a note that says why, or refused with what to do instead.
//!
//! Flags that do here what they do there are fields of [`Settings`](crate::settings::Settings).

use crate::refused::Refused;
use clap::error::Error;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

/// A flag of PyInstaller.
struct Flag {
    long: &'static str,
    short: Option<char>,
    aliases: &'static [&'static str],
    /// What stands for its value in the help; `None` for a flag without one.
    value: Option<&'static str>,
    answer: Answer,
}

/// What becomes of a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It is accepted and changes nothing, for this reason.
    Needless(&'static str),
    /// It asks for something that a packed program does not do.
    Refused {
        /// Why not.
        reason: &'static str,
        /// What to do.
        instead: &'static str,
    },
}

const WINDOWS: Answer = Answer::Needless("it is about Windows, and the executable is one for Linux");
const MACOS: Answer = Answer::Needless("it is about macOS, and the executable is one for Linux");
const WINDOWS_OR_MACOS: Answer = Answer::Needless("it is about Windows and macOS, and the executable is one for Linux");
const NO_UPX: Answer = Answer::Needless("rpack compresses by itself and runs no UPX");
const NO_SPLASH: Answer =
    Answer::Needless("a packed program starts too fast for a splash screen, so it has none, and no `pyi_splash`");
const REMOVED: Answer = Answer::Needless("PyInstaller has removed it, and it is about Windows");

/// The table, in the order of PyInstaller's help; flags that PyInstaller has removed come last.
const FLAGS: [Flag; 30] = [
    flag("specpath", Some("DIR"), Answer::Needless("no `.spec` file is written")),
    flag("workpath", Some("DIR"), Answer::Needless("a build leaves nothing but what it makes")),
    flag("clean", None, Answer::Needless("nothing in rpack's cache can be out of date")),
    flag("upx-dir", Some("DIR"), NO_UPX),
    flag("noupx", None, NO_UPX),
    flag("upx-exclude", Some("FILE"), NO_UPX),
    flag("splash", Some("FILE"), NO_SPLASH),
    flag("splash-center", Some("WHERE"), NO_SPLASH),
    Flag { short: Some('c'), aliases: &["nowindowed"], ..flag("console", None, WINDOWS_OR_MACOS) },
    Flag { short: Some('w'), aliases: &["noconsole"], ..flag("windowed", None, WINDOWS_OR_MACOS) },
    flag("hide-console", Some("WHEN"), WINDOWS),
    Flag { short: Some('i'), ..flag("icon", Some("FILE"), WINDOWS_OR_MACOS) },
    flag("disable-windowed-traceback", None, WINDOWS_OR_MACOS),
    flag("version-file", Some("FILE"), WINDOWS),
    Flag { short: Some('m'), ..flag("manifest", Some("FILE"), WINDOWS) },
    Flag { short: Some('r'), ..flag("resource", Some("RESOURCE"), WINDOWS) },
    flag("uac-admin", None, WINDOWS),
    flag("uac-uiaccess", None, WINDOWS),
    flag("argv-emulation", None, MACOS),
    flag("osx-bundle-identifier", Some("NAME"), MACOS),
    Flag { aliases: &["target-arch"], ..flag("target-architecture", Some("ARCH"), MACOS) },
    flag("codesign-identity", Some("NAME"), MACOS),
    flag("osx-entitlements-file", Some("FILE"), MACOS),
    flag(
        "runtime-tmpdir",
        Some("DIR"),
        Answer::Refused {
            reason: "it names a folder for unpacking at every start, on machines that are not this one; a packed program \
                     unpacks once, into a store",
            instead: "Leave it out. Where the store lies is said when the program runs, by `RPACK_CACHE_DIR`; \
                      `--unpack per-run` takes a folder below `TMPDIR` for each run, and `--onedir` unpacks nothing",
        },
    ),
    flag(
        "bootloader-ignore-signals",
        None,
        Answer::Needless("there is no second process that signals could be forwarded to"),
    ),
    Flag {
        short: Some('a'),
        ..flag("ascii", None, Answer::Needless("PyInstaller has removed it, and Python always has Unicode"))
    },
    flag("win-private-assemblies", None, REMOVED),
    flag("win-no-prefer-redirects", None, REMOVED),
    flag("no-embed-manifest", None, REMOVED),
    flag(
        "key",
        Some("KEY"),
        Answer::Refused {
            reason: "bytecode was never kept secret by a key that lies beside it, and PyInstaller has removed it too",
            instead: "Leave it out",
        },
    ),
];

const fn flag(long: &'static str, value: Option<&'static str>, answer: Answer) -> Flag {
    Flag { long, short: None, aliases: &[], value, answer }
}

/// The answer to a flag, by its long name.
pub fn answer(long: &str) -> Option<Answer> {
    FLAGS.iter().find(|flag| flag.long == long).map(|flag| flag.answer)
}

/// The flags of the table that were given.
#[derive(Debug, Clone, Default)]
pub struct Given {
    flags: Vec<&'static str>,
}

impl Given {
    /// The notes about those that change nothing, in the order of the table.
    ///
    /// # Errors
    ///
    /// The first of those that cannot be accepted.
    pub fn notes(&self) -> Result<Vec<String>, Refused> {
        let known = self.flags.iter().filter_map(|long| Some((long, answer(long)?)));
        known.map(|(long, answer)| note(&format!("--{long}"), answer)).collect()
    }
}

/// The note about something that changes nothing, called `name` where it stands.
///
/// # Errors
///
/// Where it cannot be accepted.
pub fn note(name: &str, answer: Answer) -> Result<String, Refused> {
    match answer {
        Answer::Needless(reason) => Ok(format!("`{name}` is not needed: {reason}")),
        Answer::Refused { reason, instead } => {
            Err(Refused { message: format!("`{name}` is not possible: {reason}"), hint: Some(instead.to_owned()) })
        }
    }
}

impl Args for Given {
    fn augment_args(command: Command) -> Command {
        FLAGS.iter().fold(command, |command, flag| command.arg(argument(flag)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Given {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let is_given = |flag: &&Flag| matches.value_source(flag.long) == Some(ValueSource::CommandLine);
        Ok(Given { flags: FLAGS.iter().filter(is_given).map(|flag| flag.long).collect() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// A flag as clap reads it. `-h` is for what does something; `--help` shows these too.
fn argument(flag: &'static Flag) -> Arg {
    let help = match flag.answer {
        Answer::Needless(reason) => format!("Not needed: {reason}"),
        Answer::Refused { reason, .. } => format!("Not possible: {reason}"),
    };
    let argument = Arg::new(flag.long)
        .long(flag.long)
        .aliases(flag.aliases)
        .help(help)
        .help_heading("Flags of PyInstaller that choose nothing here")
        .hide_short_help(true);
    let argument = match flag.short {
        Some(short) => argument.short(short),
        None => argument,
    };
    match flag.value {
        Some(value) => argument.value_name(value).action(ArgAction::Append),
        None => argument.action(ArgAction::SetTrue),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(words: &[&str]) -> Given {
        let command = Given::augment_args(Command::new("test").no_binary_name(true));
        Given::from_arg_matches(&command.try_get_matches_from(words).unwrap()).unwrap()
    }

    #[test]
    fn flags_are_accepted_under_all_their_names() {
        let given = given(&["-w", "--icon", "a.ico", "-i", "b.ico", "--noupx", "--target-arch", "arm64"]);
        assert_eq!(given.flags, ["noupx", "windowed", "icon", "target-architecture"]);
        let notes = given.notes().unwrap();
        assert_eq!(notes[0], "`--noupx` is not needed: rpack compresses by itself and runs no UPX");
        assert_eq!(self::given(&[]).notes().unwrap(), [] as [&str; 0]);
    }

    #[test]
    fn what_is_refused_says_what_to_do() {
        for (flag, hint) in [("--runtime-tmpdir", "RPACK_CACHE_DIR"), ("--key", "Leave it out")] {
            let refused = given(&[flag, "x"]).notes().unwrap_err();
            assert!(refused.message.contains(flag) && refused.hint.unwrap().contains(hint));
        }
    }
}

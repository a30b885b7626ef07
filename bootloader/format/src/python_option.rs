//! Options of the interpreter that a build fixes (`--python-option`), in the words that PyInstaller has for them.
//!
//! The index holds them as text; packer and runtime read that text here.

/// An option of the interpreter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PythonOption<'a> {
    /// `u`: stdout and stderr are not buffered.
    Unbuffered,
    /// `v`: the interpreter says what it imports.
    Verbose,
    /// `O` and `OO`: without assertions, and without docstrings.
    Optimized(i32),
    /// `W filter`: a filter of warnings.
    Warning(&'a str),
    /// `X name` or `X name=value`: an option of the implementation.
    Implementation(&'a str),
    /// `hash_seed=N`: a fixed seed of hashes; none for `hash_seed=random`.
    HashSeed(Option<u32>),
}

/// The options that there are, for the message about another one.
pub const PYTHON_OPTIONS: &str = "`u`, `v`, `O`, `OO`, `W FILTER`, `X NAME[=VALUE]`, `hash_seed=N`";

impl<'a> PythonOption<'a> {
    /// Reads an option. `None` where there is no such one.
    pub fn parse(text: &'a str) -> Option<Self> {
        let argument = |letter| text.strip_prefix(letter).map(str::trim).filter(|argument| is_plain(argument));
        Some(match text {
            "u" | "unbuffered" => PythonOption::Unbuffered,
            "v" | "verbose" => PythonOption::Verbose,
            "O" => PythonOption::Optimized(1),
            "OO" => PythonOption::Optimized(2),
            "hash_seed=random" => PythonOption::HashSeed(None),
            _ => match (argument("W "), argument("X "), text.strip_prefix("hash_seed=")) {
                (Some(filter), ..) => PythonOption::Warning(filter),
                (_, Some("utf8" | "utf8=0" | "utf8=1"), _) => PythonOption::Implementation(argument("X ")?),
                (_, Some(option), _) if name(option) != "utf8" => PythonOption::Implementation(option),
                (.., Some(seed)) => PythonOption::HashSeed(Some(seed.parse().ok()?)),
                _ => return None,
            },
        })
    }
}

/// Whether an argument says something, fits into a line, and can be a C string.
fn is_plain(argument: &str) -> bool {
    !argument.is_empty() && !argument.contains(['\0', '\n', '\r'])
}

/// The name in `NAME` or `NAME=VALUE`.
fn name(option: &str) -> &str {
    option.split('=').next().unwrap_or(option)
}

#[cfg(test)]
mod tests {
    use super::PythonOption::{self, HashSeed, Implementation, Optimized, Unbuffered, Verbose, Warning};

    #[test]
    fn each_option_is_read() {
        let cases = [
            ("u", Unbuffered),
            ("unbuffered", Unbuffered),
            ("v", Verbose),
            ("verbose", Verbose),
            ("O", Optimized(1)),
            ("OO", Optimized(2)),
            ("W error", Warning("error")),
            ("W  ignore::DeprecationWarning:x y", Warning("ignore::DeprecationWarning:x y")),
            ("X dev", Implementation("dev")),
            ("X utf8=0", Implementation("utf8=0")),
            ("X int_max_str_digits=700", Implementation("int_max_str_digits=700")),
            ("hash_seed=0", HashSeed(Some(0))),
            ("hash_seed=4294967295", HashSeed(Some(u32::MAX))),
            ("hash_seed=random", HashSeed(None)),
        ];
        for (text, option) in cases {
            assert_eq!(PythonOption::parse(text), Some(option), "{text}");
        }
    }

    #[test]
    fn other_words_are_refused() {
        for text in [
            "",
            "x",
            "W",
            "W ",
            "X",
            "X  ",
            "OOO",
            "hash_seed",
            "hash_seed=-1",
            "hash_seed=4294967296",
            "X utf8=2",
            "W a\0",
            "W a\nb",
        ] {
            assert_eq!(PythonOption::parse(text), None, "{text}");
        }
    }
}

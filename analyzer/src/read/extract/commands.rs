//! Commands that start `sys.executable`, which a packed program is itself.

use super::Extractor;
use crate::graph::EdgeKind;
use crate::name_forms;
use crate::project::Origin;
use crate::read::outline::{Target, start};
use ruff_python_ast::Expr;
use ruff_text_size::TextSize;

/// What a module says of commands.
#[derive(Debug, Default)]
pub(crate) struct Commands {
    /// `sys.executable`.
    pub(super) names_executable: bool,
    /// `sys.argv`.
    pub(super) names_arguments: bool,
    /// `[sys.executable]`, to which others are added, or `[sys.executable, *arguments]`.
    begins_command: bool,
    /// `-c` or `-m`, by themselves or in a command line.
    names_work: bool,
    /// `[sys.executable, script]`.
    runs_script: bool,
}

impl Commands {
    /// Whether it starts an interpreter.
    pub(crate) fn starts_interpreter(&self) -> bool {
        self.names_executable && (self.names_work || self.runs_script)
    }

    /// Whether it starts the program again, with the arguments that it has itself.
    pub(crate) fn restarts(&self) -> bool {
        self.begins_command && self.names_arguments
    }
}

impl<'a> Extractor<'a> {
    /// Takes notice of what may be the parts of a command: `[sys.executable, "-m", "package.worker"]`.
    pub(super) fn note_command(&mut self, parts: &'a [Expr]) {
        if self.identity.origin == Origin::StandardLibrary {
            return;
        }
        for pair in parts.windows(2) {
            let [Expr::StringLiteral(flag), next] = pair else { continue };
            match (flag.value.to_str(), next) {
                (flag, Expr::StringLiteral(module)) if flag.ends_with('m') && is_work(flag) => {
                    self.result.commands.names_work = true;
                    self.run(Target::Run, module.value.to_str(), start(next));
                }
                (flag, _) if is_work(flag) => self.result.commands.names_work = true,
                _ => {}
            }
        }
        if let [executable, rest @ ..] = parts
            && self.conditions.dotted(executable).as_deref() == Some("sys.executable")
        {
            self.result.commands.begins_command |= !matches!(rest, [Expr::StringLiteral(_), ..]);
        }
        if let [executable, script, ..] = parts
            && self.conditions.dotted(executable).as_deref() == Some("sys.executable")
        {
            self.result.commands.runs_script |= match script {
                Expr::StringLiteral(text) => {
                    let text = text.value.to_str();
                    [".py", ".pyc", ".pyz"].iter().any(|ending| text.ends_with(ending)) || is_for_interpreter(text)
                }
                Expr::Starred(_) => false,
                _ => true,
            };
        }
    }

    /// Takes notice of a command line: `f"{sys.executable} -m package.worker"`, or `f"{sys.executable} -m package.{name}"`.
    pub(super) fn note_command_line(&mut self, text: &str, offset: TextSize) {
        if self.identity.origin == Origin::StandardLibrary {
            return;
        }
        let mut words = text.split_whitespace().skip_while(|word| !is_work(word));
        let Some(flag) = words.next() else { return };
        self.result.commands.names_work = true;
        if flag.ends_with('m')
            && let Some(module) = words.next()
        {
            self.run(Target::Run, module, offset);
            let is_continued =
                text.ends_with(module) && module.strip_suffix('.').is_some_and(name_forms::is_dotted_name);
            if is_continued {
                let located = self.located(Target::Run(module.to_owned()), offset, EdgeKind::Dynamic);
                self.result.runs.push(located);
            }
        }
    }

    /// Takes notice of a text of a library that may be what it gives to `-m`: one of its modules that
    /// are there to be run, as `ipykernel_launcher` is.
    pub(super) fn note_run(&mut self, text: &str, offset: TextSize) {
        const SHORTEST: usize = 4;
        if self.identity.origin == Origin::Library
            && text.len() >= SHORTEST
            && text.contains('_')
            && !text.contains('.')
        {
            self.run(Target::MayRun, text, offset);
        }
    }

    fn run(&mut self, target: fn(String) -> Target, module: &str, offset: TextSize) {
        if name_forms::is_dotted_name(module) {
            let located = self.located(target(module.to_owned()), offset, EdgeKind::Dynamic);
            self.result.runs.push(located);
        }
    }
}

/// Whether a flag is `-c` or `-m`, perhaps behind others: `-Im`.
fn is_work(flag: &str) -> bool {
    flag.strip_suffix(['c', 'm']).is_some_and(|others| others == "-" || is_for_interpreter(others))
}

/// Whether an argument says that an interpreter is meant: that it reads its standard input (`-`), that it shows its version, or
/// letters that only a `python` takes.
fn is_for_interpreter(argument: &str) -> bool {
    let letters = argument.strip_prefix('-').unwrap_or("?");
    matches!(argument, "-" | "-V" | "-VV" | "--version")
        || letters.starts_with(['W', 'X'])
        || (!letters.is_empty() && letters.bytes().all(|letter| b"bBdEiIOPqsSuvx".contains(&letter)))
}

//! The one place that writes to the terminal. Messages go to stderr; they are coloured only where that is a terminal and
//! `NO_COLOR` is unset.

use anstream::{eprintln, println};
use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use packer::cache::Removed;
use packer::collection::Collection;
use packer::diagnosis::Importance;
use packer::environment::Progress;
use packer::{Built, Event, nuitka};
use rpack_analyzer::{Edge, EdgeKind, ModuleGraph};
use rpack_format::index::RUNTIME_HOOK_PREFIX;
use std::fmt::Display;
use std::io::IsTerminal;
use std::path::Path;
use std::time::Duration;

const BOLD: Style = Style::new().bold();
const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default().bold();
const CYAN: Style = AnsiColor::Cyan.on_default().bold();

/// How much to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Errors only.
    Quiet,
    /// What a user should know.
    Normal,
    /// What goes into the executable and why.
    Verbose,
}

/// Whether it is said how far a long compilation has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProgressLine {
    /// Yes: on one line of a terminal, on one line each time elsewhere.
    Shown,
    /// No.
    Hidden,
}

/// Says on stderr what a build does.
pub struct Printer {
    verbosity: Verbosity,
    progress: ProgressLine,
    is_terminal: bool,
    /// The line of the step that is being done. On what is no terminal it draws nothing.
    line: ProgressBar,
}

impl Printer {
    /// A printer for this process's stderr.
    pub fn new(verbosity: Verbosity, progress: ProgressLine) -> Self {
        let line = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        Printer { verbosity, progress, is_terminal: std::io::stderr().is_terminal(), line }
    }

    /// Says what happens during a build.
    pub fn event(&self, event: &Event) {
        if self.verbosity == Verbosity::Quiet {
            return;
        }
        match event {
            Event::Environment(progress) => self.environment(progress),
            Event::Step(what, object) => self.step(what, object),
            Event::Progress { done, total, slow } => self.progress(*done, *total, slow),
            Event::Nuitka(progress) => self.nuitka(progress),
            Event::Warning(warning) => {
                if warning.importance == Importance::Normal || self.verbosity == Verbosity::Verbose {
                    self.clear_line();
                    eprintln!("{YELLOW}warning{YELLOW:#}: {}", warning.message);
                }
            }
            Event::Collected(collection, graph) => self.collected(collection, graph),
        }
    }

    /// Something about the way that the build was asked for.
    pub fn note(&self, note: &str) {
        if self.verbosity > Verbosity::Quiet {
            eprintln!("{CYAN}note{CYAN:#}: {note}");
        }
    }

    /// The last line of a build that went well.
    pub fn built(&self, built: &Built) {
        if self.verbosity == Verbosity::Quiet {
            return;
        }
        self.clear_line();
        let size = built.size as f64 / f64::from(1 << 20);
        let (modules, libraries) = (built.modules, built.libraries);
        eprintln!(
            "{GREEN}Packed{GREEN:#} `{BOLD}{}{BOLD:#}` ({size:.1} MiB, {modules} modules, {libraries} libraries) in {:.2}s",
            built.path.display(),
            built.time.as_secs_f64()
        );
    }

    /// A second build made the same.
    pub fn reproducible(&self, built: &Built) {
        if self.verbosity > Verbosity::Quiet {
            eprintln!("{GREEN}Reproducible{GREEN:#} a second build of `{}` made the same bytes", built.path.display());
        }
    }

    /// Where the time went.
    pub fn timings(&self, spans: &[(String, Duration, Duration)], trace: &Path) {
        self.clear_line();
        let total: Duration = spans.iter().map(|(_, _, took)| *took).sum();
        let line = |what: &str, took: Duration| {
            let share = 100.0 * took.as_secs_f64() / total.as_secs_f64().max(f64::MIN_POSITIVE);
            eprintln!("{:>10.1} ms {share:>5.1} %  {what}", took.as_secs_f64() * 1000.0);
        };
        spans.iter().for_each(|(what, _, took)| line(what, *took));
        line("in all", total);
        eprintln!("The trace is in `{}`: Chrome and Perfetto show it", trace.display());
    }

    /// The answer to a question, the one thing that goes to stdout.
    pub fn answer(&self, answer: impl Display) {
        println!("{answer}");
    }

    /// What was removed from the cache.
    pub fn removed(&self, removed: Removed) {
        let (files, size) = (removed.files, removed.bytes as f64 / f64::from(1 << 20));
        eprintln!("{GREEN}Removed{GREEN:#} {files} files ({size:.1} MiB)");
    }

    /// Why there is no executable, and what to do about it.
    pub fn error(&self, message: &str, hint: Option<&str>) {
        self.clear_line();
        eprintln!("{RED}error{RED:#}: {message}");
        if let Some(hint) = hint {
            eprintln!("\n{CYAN}hint{CYAN:#}: {hint}");
        }
    }

    /// A step that takes long enough to be worth a line of its own. On a terminal the next line takes its place.
    fn step(&self, what: &str, object: &str) {
        match (self.is_terminal, self.verbosity) {
            (true, Verbosity::Normal) => {
                self.line.reset();
                self.line.set_style(style(STEP));
                self.line.set_prefix(what.to_owned());
                self.line.set_message(object.to_owned());
                self.line.tick();
            }
            (_, Verbosity::Verbose) => eprintln!("{CYAN}{what}{CYAN:#} {object}"),
            _ => {}
        }
    }

    /// How far the step has come, and what takes longest. What draws the line sees to it that it stays calm.
    fn progress(&self, done: usize, total: usize, slow: &str) {
        if self.is_terminal && self.verbosity == Verbosity::Normal {
            if self.line.length().is_none() {
                self.line.set_style(style(COUNTED_STEP));
                self.line.set_length(total as u64);
            }
            self.line.set_message(slow.to_owned());
            self.line.set_position(done as u64);
        }
    }

    fn environment(&self, progress: &Progress) {
        match progress {
            Progress::Waiting { folder } => {
                eprintln!("{CYAN}Waiting{CYAN:#} for another rpack that makes `{}`", folder.display());
            }
            Progress::Creating { python, folder } => {
                eprintln!("{CYAN}Creating{CYAN:#} environment `{}` from `{}`", folder.display(), python.display());
            }
            Progress::Installing { requirements, with } => {
                let plural = if *requirements == 1 { "" } else { "s" };
                eprintln!("{CYAN}Installing{CYAN:#} {requirements} requirement{plural} with {with}");
            }
            Progress::Reused { folder } => self.step("Using", &format!("environment `{}`", folder.display())),
        }
    }

    fn nuitka(&self, progress: &nuitka::Progress) {
        match progress {
            nuitka::Progress::Tools(progress) => self.environment(progress),
            nuitka::Progress::Compiling { unit } => self.step("Compiling", &format!("`{unit}` with Nuitka")),
            nuitka::Progress::Compiled { done, total, left } if self.progress == ProgressLine::Shown => {
                let left = left.map(|left| format!(", {} s left", left.as_secs_f64().ceil())).unwrap_or_default();
                match (self.is_terminal, self.verbosity) {
                    (true, Verbosity::Normal) => self.progress(*done, *total, left.trim_start_matches(", ")),
                    _ => eprintln!("{CYAN}Compiled{CYAN:#} {done} of {total} modules{left}"),
                }
            }
            nuitka::Progress::Compiled { .. } => {}
        }
    }

    /// Lists what goes in, each with the first reason for it; files with their sizes on this machine.
    fn collected(&self, collection: &Collection, graph: &ModuleGraph) {
        if self.verbosity < Verbosity::Verbose {
            return;
        }
        for module in &collection.modules {
            let because = graph.modules.get(&module.name).and_then(|module| module.because.as_ref());
            let why = match because {
                Some(edge) => why(edge),
                None if module.name.starts_with(RUNTIME_HOOK_PREFIX) => "`--runtime-hook`".to_owned(),
                None => "the program".to_owned(),
            };
            eprintln!("  module {} ({why})", module.name);
        }
        for file in &collection.files {
            eprintln!("  file {}, {} ({})", file.path, amount(file.content.size()), file.reason);
        }
    }

    fn clear_line(&self) {
        self.line.finish_and_clear();
    }
}

/// A step, and what it is done to.
const STEP: &str = "{prefix:.cyan.bold} {wide_msg}";

/// A step that consists of many things, and the one that takes longest now.
const COUNTED_STEP: &str = "{prefix:.cyan.bold} {pos} of {len} {wide_msg:.dim}";

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the templates are tested")
}

/// Why a module goes in.
fn why(edge: &Edge) -> String {
    let how = match edge.kind {
        EdgeKind::TopLevel => "imported by",
        EdgeKind::Conditional => "imported under a condition by",
        EdgeKind::Lazy => "imported in a function by",
        EdgeKind::Dynamic => "named by",
        EdgeKind::Optional => "imported, if it is there, by",
        EdgeKind::OptionalLazy => "imported, if it is there, in a function by",
        EdgeKind::EntryPoint => "offered by an entry point that is asked for by",
        EdgeKind::Binary => "named in the native",
        EdgeKind::Rule if edge.from.is_empty() => return "needed by Python itself".to_owned(),
        EdgeKind::Rule => "needed by",
        EdgeKind::Addition => "added by a rule or a hook for",
        EdgeKind::Folder => return "folder of the program".to_owned(),
        EdgeKind::Option => return "asked for by a flag".to_owned(),
    };
    match edge.line {
        0 => format!("{how} `{}`", edge.from),
        line => format!("{how} `{}:{line}`", edge.file.display()),
    }
}

/// A number of bytes, for people.
fn amount(bytes: u64) -> String {
    let kibibytes = bytes as f64 / 1024.0;
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{kibibytes:.1} KiB"),
        _ => format!("{:.1} MiB", kibibytes / 1024.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_are_templates() {
        for template in [STEP, COUNTED_STEP] {
            style(template);
        }
    }

    #[test]
    fn amounts_have_the_unit_that_fits() {
        assert_eq!([0, 1023, 1024, 1_048_576].map(amount), ["0 B", "1023 B", "1.0 KiB", "1.0 MiB"]);
    }
}

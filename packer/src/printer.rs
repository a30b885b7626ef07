//! The one place that writes to the terminal. Messages go to stderr; they are coloured only where that is a terminal and
//! `NO_COLOR` is unset.

use anstream::{eprint, eprintln};
use anstyle::{AnsiColor, Style};
use packer::collection::Collection;
use packer::diagnosis::Importance;
use packer::environment::Progress;
use packer::{Built, Event};
use rpack_analyzer::ModuleGraph;
use std::io::IsTerminal;

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

/// Says on stderr what a build does.
pub struct Printer {
    verbosity: Verbosity,
    is_terminal: bool,
}

impl Printer {
    /// A printer for this process's stderr.
    pub fn new(verbosity: Verbosity) -> Self {
        Printer { verbosity, is_terminal: std::io::stderr().is_terminal() }
    }

    /// Says what happens during a build.
    pub fn event(&self, event: &Event) {
        if self.verbosity == Verbosity::Quiet {
            return;
        }
        match event {
            Event::Environment(progress) => self.environment(progress),
            Event::Step(what, object) => self.step(what, object),
            Event::Warning(warning) => {
                if warning.importance == Importance::Normal || self.verbosity == Verbosity::Verbose {
                    self.clear_line();
                    eprintln!("{YELLOW}warning{YELLOW:#}: {}", warning.message);
                }
            }
            Event::Collected(collection, graph) => self.collected(collection, graph),
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
                self.clear_line();
                eprint!("{CYAN}{what}{CYAN:#} {object}");
            }
            (_, Verbosity::Verbose) => eprintln!("{CYAN}{what}{CYAN:#} {object}"),
            _ => {}
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

    /// Lists what goes in. Each module comes with the first import that asked for it.
    fn collected(&self, collection: &Collection, graph: &ModuleGraph) {
        if self.verbosity < Verbosity::Verbose {
            return;
        }
        for module in &collection.modules {
            let because = graph.modules.get(&module.name).and_then(|module| module.because.as_ref());
            match because {
                Some(edge) if edge.line > 0 => {
                    eprintln!("  module {} (imported by `{}:{}`)", module.name, edge.file.display(), edge.line);
                }
                Some(edge) if !edge.from.is_empty() => {
                    eprintln!("  module {} (needed by `{}`)", module.name, edge.from)
                }
                Some(_) => eprintln!("  module {} (needed by Python itself, or asked for by a flag)", module.name),
                None => eprintln!("  module {} (the program's entry)", module.name),
            }
        }
        for file in &collection.files {
            eprintln!("  file {}", file.path);
        }
    }

    fn clear_line(&self) {
        if self.is_terminal {
            eprint!("\r\x1b[2K");
        }
    }
}

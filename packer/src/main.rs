//! The command `rpack`.

#![forbid(unsafe_code)]

mod arguments;
mod making;
mod printer;
mod pyinstaller;
mod refused;
mod settings;
mod spec;
mod timings;
mod watch;

use crate::arguments::{Arguments, BuildArguments, CacheCommand, Command, RunArguments};
use crate::printer::{Printer, ProgressLine, Verbosity};
use crate::refused::Refused;
use crate::timings::Timings;
use packer::nuitka::kept;
use packer::options::Form;
use packer::{Built, Options, cache, info, unzipped};
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    match Arguments::of_process().command {
        Command::Build(arguments) => reported(printer_for(&arguments), |printer| build(&arguments, printer)),
        Command::Run(arguments) => reported(printer_for(&arguments.build), |printer| run(&arguments, printer)),
        Command::Info { file } => reported(plain_printer(), |printer| inform(&file, printer)),
        Command::Cache(command) => reported(plain_printer(), |printer| look_after_cache(&command, printer)),
    }
}

fn printer_for(arguments: &BuildArguments) -> Printer {
    let progress = if arguments.making.show_progress { ProgressLine::Shown } else { ProgressLine::Hidden };
    Printer::new(arguments.verbosity(), progress)
}

fn plain_printer() -> Printer {
    Printer::new(Verbosity::Normal, ProgressLine::Hidden)
}

/// Does something, and says why where it is not possible.
fn reported(printer: Printer, act: impl FnOnce(&Printer) -> Result<(), Refused>) -> ExitCode {
    match act(&printer) {
        Ok(()) => ExitCode::SUCCESS,
        Err(refused) => {
            printer.error(&refused.message, refused.hint.as_deref());
            ExitCode::FAILURE
        }
    }
}

fn build(arguments: &BuildArguments, printer: &Printer) -> Result<(), Refused> {
    let options = options(arguments, printer)?;
    if arguments.making.watch {
        return watch::watch(&options, printer);
    }
    let timings = Timings::start();
    let built = build_once(&options, printer, &timings)?;
    if arguments.making.check_reproducible {
        packer::reproducible::check(&options, &built).map_err(Refused::from_error)?;
        printer.reproducible(&built);
    }
    if arguments.making.timings {
        // In a folder that is made lies nothing but what belongs to it.
        let made = match (&options.form, built.path.parent()) {
            (Form::Folder { .. }, Some(folder)) => folder,
            _ => &built.path,
        };
        let path = timings.write(made).map_err(|error| Refused {
            message: format!("Cannot write the timings beside `{}`: {error}", made.display()),
            hint: None,
        })?;
        printer.timings(&timings.spans(), &path);
    }
    Ok(())
}

/// Builds, and becomes the program: its process, signals and exit status are those of this command.
fn run(arguments: &RunArguments, printer: &Printer) -> Result<(), Refused> {
    let options = options(&arguments.build, printer)?;
    let built = build_once(&options, printer, &Timings::start())?;
    let program = std::path::absolute(&built.path).unwrap_or_else(|_| built.path.clone());
    let error = packer::become_program(&program, &arguments.arguments);
    Err(Refused { message: format!("Cannot run `{}`: {error}", built.path.display()), hint: None })
}

fn options(arguments: &BuildArguments, printer: &Printer) -> Result<Options, Refused> {
    let build = arguments.resolve()?;
    build.notes.iter().for_each(|note| printer.note(note));
    Ok(build.options)
}

/// Builds, and says what happens.
fn build_once(options: &Options, printer: &Printer, timings: &Timings) -> Result<Built, Refused> {
    let built = packer::build(options, &mut |event| {
        timings.event(&event);
        printer.event(&event);
    })
    .map_err(Refused::from_error)?;
    printer.built(&built);
    Ok(built)
}

fn inform(file: &Path, printer: &Printer) -> Result<(), Refused> {
    let info = info::read(file).map_err(|error| Refused { message: error.to_string(), hint: None })?;
    printer.answer(info);
    Ok(())
}

fn look_after_cache(command: &CacheCommand, printer: &Printer) -> Result<(), Refused> {
    let whole = arguments::cache_folder()?;
    let folder = cache::folder(&whole);
    let failed =
        |error| Refused { message: format!("Cannot use the cache `{}`: {error}", folder.display()), hint: None };
    match command {
        CacheCommand::Dir => printer.answer(folder.display()),
        CacheCommand::Size => {
            let size = cache::size(&folder).and_then(|size| Ok(size + kept::size(&whole)? + unzipped::size(&whole)?));
            printer.answer(size.map_err(failed)?);
        }
        CacheCommand::Prune { max_size } => {
            let largest = max_size.map(|megabytes| megabytes.saturating_mul(1_000_000));
            let removed = cache::prune(&folder, largest).and_then(|removed| {
                // What Nuitka made is in the build cache too; compiled C only helps to make more of it.
                let rest = largest.map(|largest| cache::size(&folder).map(|size| largest.saturating_sub(size)));
                Ok(removed + kept::prune(&whole, rest.transpose()?)? + unzipped::prune(&whole)?)
            });
            printer.removed(removed.map_err(failed)?);
        }
        CacheCommand::Clean => {
            let removed =
                cache::clean(&folder).and_then(|removed| Ok(removed + kept::clean(&whole)? + unzipped::clean(&whole)?));
            printer.removed(removed.map_err(failed)?);
        }
    }
    Ok(())
}

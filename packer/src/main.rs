//! The command `rpack`.

#![forbid(unsafe_code)]

mod arguments;
mod printer;
mod pyinstaller;
mod refused;
mod settings;
mod spec;

use crate::arguments::{Arguments, BuildArguments, Command};
use crate::printer::Printer;
use crate::refused::Refused;
use packer::Built;
use std::process::ExitCode;

fn main() -> ExitCode {
    match Arguments::of_process().command {
        Command::Build(arguments) => build(&arguments),
    }
}

fn build(arguments: &BuildArguments) -> ExitCode {
    let printer = Printer::new(arguments.verbosity());
    match try_build(arguments, &printer) {
        Ok(built) => {
            printer.built(&built);
            ExitCode::SUCCESS
        }
        Err(refused) => {
            printer.error(&refused.message, refused.hint.as_deref());
            ExitCode::FAILURE
        }
    }
}

fn try_build(arguments: &BuildArguments, printer: &Printer) -> Result<Built, Refused> {
    let build = arguments.resolve()?;
    build.notes.iter().for_each(|note| printer.note(note));
    packer::build(&build.options, &mut |event| printer.event(&event)).map_err(|error| {
        let hint = error.hint();
        Refused { message: error.to_string(), hint }
    })
}

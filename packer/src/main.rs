//! The command `rpack`.

#![forbid(unsafe_code)]

mod arguments;
mod printer;

use crate::arguments::{Arguments, BuildArguments, Command};
use crate::printer::Printer;
use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Build(arguments) => build(&arguments),
    }
}

fn build(arguments: &BuildArguments) -> ExitCode {
    let printer = Printer::new(arguments.verbosity());
    let built = arguments.options().and_then(|options| {
        packer::build(&options, &mut |event| printer.event(&event)).map_err(|error| {
            let hint = error.hint();
            arguments::Refused { message: error.to_string(), hint }
        })
    });
    match built {
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

//! The example plugins, packed without flags and driven by a real gRPC client.

use crate::rpack::{clean, example, example_python, repository, run, text};
use std::path::Path;
use std::process::Command;

/// Runs the client with `arguments`, which end with the command that starts the plugin, and requires that every check holds.
pub fn drive(name: &str, arguments: &[&str], plugin: &Path) {
    let mut client = Command::new(example_python());
    clean(&mut client);
    client.arg(repository().join("tests/plugin_client.py")).arg(name).args(arguments).arg("--").arg(plugin);
    let output = run(&mut client);
    assert!(output.status.success(), "{name}:\n{}{}", text(&output.stdout), text(&output.stderr));
    assert!(text(&output.stdout).lines().filter(|line| line.starts_with("ok ")).count() >= 5, "no checks were made");
}

macro_rules! example_tests {
    ($($name:ident)*) => {
        /// All of them.
        pub const EXAMPLES: &[&str] = &[$(stringify!($name)),*];

        $(
            mod $name {
                use super::*;

                const NAME: &str = stringify!($name);

                #[test]
                fn serves_over_a_unix_socket() {
                    drive(NAME, &["--network", "unix"], &example(NAME));
                }

                #[test]
                fn serves_over_tcp() {
                    drive(NAME, &["--network", "tcp"], &example(NAME));
                }

                #[test]
                fn serves_without_arguments() {
                    drive(NAME, &["--standalone"], &example(NAME));
                }
            }
        )*
    };
}

example_tests! { simple_plugin auth_plugin logging_plugin rate_limit_plugin transform_plugin }

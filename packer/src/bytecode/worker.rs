//! The processes that compile: the target's own interpreter, each kept for as long as there is something to compile.

use super::{Columns, Compiler, Error};
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// What each worker runs.
const WORKER: &str = include_str!("worker.py");

/// The workers of one thread: one for each kind of code.
#[derive(Default)]
pub struct Workers {
    /// Those that were needed.
    pub started: Vec<Worker>,
}

impl Workers {
    /// The one for this kind of code, started where it is not there.
    ///
    /// # Errors
    ///
    /// If the interpreter cannot be run.
    pub fn get(&mut self, columns: Columns, compiler: &Compiler) -> Result<&mut Worker, Error> {
        let found = self.started.iter().position(|worker| worker.columns == columns);
        let number = match found {
            Some(number) => number,
            None => {
                self.started.push(compiler.worker(columns)?);
                self.started.len() - 1
            }
        };
        Ok(&mut self.started[number])
    }
}

/// A running interpreter that compiles what it is sent.
pub struct Worker {
    /// What becomes of columns in its code.
    pub columns: Columns,
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
    interpreter: PathBuf,
}

impl Worker {
    pub fn start(Compiler { interpreter, optimization, .. }: &Compiler, columns: Columns) -> Result<Self, Error> {
        let failed = |source| Error::Worker { interpreter: interpreter.executable.clone(), source };
        let mut command = Command::new(&interpreter.executable);
        let inherited = std::env::vars_os().map(|(name, _)| name);
        inherited.filter(|name| name.to_string_lossy().starts_with("PYTHON")).for_each(|name| {
            command.env_remove(name);
        });
        if columns == Columns::LeftOut {
            command.args(["-X", "no_debug_ranges"]);
        }
        let mut child = command
            .args(["-s", "-S", "-B", "-W", "ignore", "-X", "utf8", "-c", WORKER])
            .arg(optimization.to_string())
            // CPython 3.10 writes the members of a constant set in the order of their hashes (gh-81702).
            .env("PYTHONHASHSEED", "0")
            // Where it runs, nothing of the user's can be imported in the place of a module.
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(failed(io::Error::other("its standard streams are missing")));
        };
        Ok(Worker { columns, child, input, output, interpreter: interpreter.executable.clone() })
    }

    /// Compiles a source. Where that is impossible the answer is the reason, with code that raises it.
    pub fn compile(&mut self, path: &str, source: &[u8]) -> Result<(Option<String>, Vec<u8>), Error> {
        self.exchange(path, source).map_err(|source| Error::Worker { interpreter: self.interpreter.clone(), source })
    }

    fn exchange(&mut self, path: &str, source: &[u8]) -> io::Result<(Option<String>, Vec<u8>)> {
        for part in [path.as_bytes(), source] {
            self.input.write_all(&(part.len() as u32).to_le_bytes())?;
            self.input.write_all(part)?;
        }
        self.input.flush()?;
        let reason = String::from_utf8_lossy(&self.receive()?).into_owned();
        Ok((Some(reason).filter(|reason| !reason.is_empty()), self.receive()?))
    }

    fn receive(&mut self) -> io::Result<Vec<u8>> {
        let mut length = [0; 4];
        self.output.read_exact(&mut length)?;
        let mut part = vec![0; u32::from_le_bytes(length) as usize];
        self.output.read_exact(&mut part)?;
        Ok(part)
    }

    /// Closes the worker's input, which ends it.
    pub fn stop(self) -> Result<(), Error> {
        let Worker { mut child, input, interpreter, .. } = self;
        drop(input);
        child.wait().map(drop).map_err(|source| Error::Worker { interpreter, source })
    }

    /// Ends it whatever it does. It may have ended by itself, which is as good.
    pub fn kill(mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

//! The Python process that runs hooks. It lives as long as the analysis, and is not there where no included module has a hook.

use crate::os;
use rpack_analyzer::Interpreter;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

/// What the process runs.
const WORKER: &str = include_str!("worker/worker.py");

/// The modules that it offers to hooks, and those that it is made of.
const MODULES: [(&str, &str); 21] = [
    ("PyInstaller", include_str!("worker/pyinstaller.py")),
    ("PyInstaller.compat", include_str!("worker/compat.py")),
    ("PyInstaller.depend", ""),
    ("PyInstaller.depend.bindepend", include_str!("worker/bindepend.py")),
    ("PyInstaller.depend.utils", include_str!("worker/depend_utils.py")),
    ("PyInstaller.isolated", include_str!("worker/isolated.py")),
    ("PyInstaller.log", include_str!("worker/log.py")),
    ("PyInstaller.utils", ""),
    ("PyInstaller.utils.hooks", include_str!("worker/hooks.py")),
    ("PyInstaller.utils.hooks.conda", include_str!("worker/conda.py")),
    ("PyInstaller.utils.hooks.qt", include_str!("worker/qt.py")),
    ("_rpack", ""),
    ("_rpack.files", include_str!("worker/files.py")),
    ("_rpack.hook_api", include_str!("worker/hook_api.py")),
    ("_rpack.metadata", include_str!("worker/metadata.py")),
    ("_rpack.notes", include_str!("worker/notes.py")),
    ("_rpack.not_offered", include_str!("worker/not_offered.py")),
    ("_rpack.questions", include_str!("worker/questions.py")),
    ("_rpack.running", include_str!("worker/running.py")),
    ("_rpack.search", include_str!("worker/search.py")),
    ("_rpack.watching", include_str!("worker/watching.py")),
];

/// A running interpreter that runs hooks.
pub struct Worker {
    child: Child,
    input: ChildStdin,
    /// The lines that it writes. A thread reads them, because a pipe cannot be read with a time limit.
    output: Receiver<String>,
}

impl Worker {
    /// Starts the interpreter, with `search_path` as its `sys.path` and with what is configured for hooks.
    pub fn start(interpreter: &Interpreter, search_path: &[PathBuf], configuration: &Value) -> io::Result<Self> {
        let mut command = Command::new(&interpreter.executable);
        let inherited = std::env::vars_os().map(|(name, _)| name);
        inherited.filter(|name| name.to_string_lossy().starts_with("PYTHON")).for_each(|name| {
            command.env_remove(name);
        });
        let mut child = command
            // The environment's own start-up runs, because editable installs are found by what it sets up.
            .args(["-B", "-W", "ignore", "-X", "utf8", "-c", WORKER])
            // What hooks add must not depend on the order of sets.
            .env("PYTHONHASHSEED", "0")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("its standard streams are missing"));
        };
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            // It ends when the process has, or when nobody wants to hear more.
            BufReader::new(output).lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        let mut worker = Worker { child, input, output: lines };
        let modules: BTreeMap<&str, &str> = MODULES.into_iter().collect();
        worker.send(&json!({ "modules": modules, "search_path": search_path, "configuration": configuration }))?;
        Ok(worker)
    }

    /// Sends a request and returns the answer; answers what the worker asks in between.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::TimedOut`] where there is no answer after `limit`; anything else where the process has ended. Either way the worker
    /// is of no use any more.
    pub fn request<A: DeserializeOwned, Q: DeserializeOwned>(
        &mut self,
        request: &Value,
        limit: Duration,
        questions: &mut dyn FnMut(Q) -> Value,
    ) -> io::Result<A> {
        let end = Instant::now() + limit;
        self.send(request)?;
        loop {
            let message = self.receive(end)?;
            if message.get("question").is_none() {
                return Ok(serde_json::from_value(message)?);
            }
            let answer = questions(serde_json::from_value(message)?);
            self.send(&answer)?;
        }
    }

    fn send(&mut self, message: &Value) -> io::Result<()> {
        let mut line = serde_json::to_vec(message)?;
        line.push(b'\n');
        self.input.write_all(&line)?;
        self.input.flush()
    }

    fn receive(&mut self, end: Instant) -> io::Result<Value> {
        match self.output.recv_timeout(end.saturating_duration_since(Instant::now())) {
            Ok(line) => Ok(serde_json::from_str(&line)?),
            Err(RecvTimeoutError::Timeout) => Err(ErrorKind::TimedOut.into()),
            Err(RecvTimeoutError::Disconnected) => Err(io::Error::other(self.child.wait()?.to_string())),
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It holds nothing, and what a hook left running must not keep the build waiting, nor outlive it.
        os::kill_with_descendants(&mut self.child);
    }
}

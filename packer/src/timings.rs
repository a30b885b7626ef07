//! Where the time of a build went: a table for people, and a trace that Chrome and Perfetto show.

use packer::Event;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{fs, io};

/// Notes when each step of a build begins.
#[derive(Debug)]
pub struct Timings {
    started: Instant,
    steps: RefCell<Vec<(String, Instant)>>,
}

impl Timings {
    /// Begins to take the time.
    pub fn start() -> Self {
        Timings { started: Instant::now(), steps: RefCell::default() }
    }

    /// Notes what happens during a build.
    pub fn event(&self, event: &Event) {
        if let Event::Step(what, _) = event {
            self.steps.borrow_mut().push(((*what).to_owned(), Instant::now()));
        }
    }

    /// Each step with its beginning, counted from the start, and how long it took.
    pub fn spans(&self) -> Vec<(String, Duration, Duration)> {
        let now = Instant::now();
        let steps = self.steps.borrow();
        let ends = steps.iter().skip(1).map(|(_, begun)| *begun).chain([now]);
        let span = |((what, begun), end): (&(String, Instant), Instant)| {
            (what.clone(), begun.duration_since(self.started), end.duration_since(*begun))
        };
        let first = steps.first().map_or(now, |(_, begun)| *begun);
        let looking = ("Looking for changes".to_owned(), Duration::ZERO, first.duration_since(self.started));
        [looking].into_iter().chain(steps.iter().zip(ends).map(span)).collect()
    }

    /// Writes the trace beside what was made and returns its path.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn write(&self, made: &Path) -> io::Result<PathBuf> {
        let path = trace_path(made);
        fs::write(&path, trace(&self.spans()).to_string())?;
        Ok(path)
    }
}

fn trace_path(made: &Path) -> PathBuf {
    let mut name = made.file_name().unwrap_or_default().to_owned();
    name.push(".timings.json");
    made.with_file_name(name)
}

/// Complete events ("X") of the Trace Event Format, with times in microseconds.
fn trace(spans: &[(String, Duration, Duration)]) -> Value {
    let event = |(what, begun, took): &(String, Duration, Duration)| {
        json!({
            "name": what, "ph": "X", "pid": 1, "tid": 1,
            "ts": begun.as_micros() as u64, "dur": took.as_micros() as u64,
        })
    };
    json!({ "displayTimeUnit": "ms", "traceEvents": spans.iter().map(event).collect::<Vec<_>>() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_follow_each_other_without_gaps() {
        let timings = Timings::start();
        for what in ["Analyzing", "Writing"] {
            timings.event(&Event::Step(what, "x"));
        }
        let spans = timings.spans();
        let names: Vec<&str> = spans.iter().map(|(what, ..)| what.as_str()).collect();
        assert_eq!(names, ["Looking for changes", "Analyzing", "Writing"]);
        for (one, next) in spans.iter().zip(spans.iter().skip(1)) {
            assert_eq!(one.1 + one.2, next.1);
        }
        let trace = trace(&spans);
        assert_eq!(trace["traceEvents"][1]["name"], "Analyzing");
        assert_eq!(trace["traceEvents"][1]["ph"], "X");
    }
}

//! What `--debug` shows, and the one way in which the bootloader writes to stderr.

use rpack_format::index::FLAG_DEBUG;
use rustix::time::{ClockId, clock_gettime};

/// When the process entered `main`.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    started: u64,
}

impl Clock {
    /// Starts now.
    pub fn start() -> Self {
        Clock { started: now() }
    }

    /// Started then, by the same clock.
    pub fn since(started: u64) -> Self {
        Clock { started }
    }

    /// The monotonic time at the start, in nanoseconds.
    pub fn started(self) -> u64 {
        self.started
    }
}

/// Says on stderr what the bootloader does, in a program that was built with `--debug`.
pub struct Trace {
    clock: Option<Clock>,
}

impl Trace {
    /// Speaks only where `flags` hold [`FLAG_DEBUG`].
    pub fn new(clock: Clock, flags: u32) -> Self {
        Trace { clock: (flags & FLAG_DEBUG != 0).then_some(clock) }
    }

    /// Says that something was done; the text is made only when it is shown.
    pub fn step(&self, text: impl FnOnce() -> String) {
        if let Some(clock) = self.clock {
            // Formatting a fraction as such would add 18 KiB to every packed program.
            let hundredths = now().saturating_sub(clock.started) / 10_000;
            say(&format!("[{:4}.{:02} ms] bootloader: {}", hundredths / 100, hundredths % 100, text()));
        }
    }
}

/// Writes one line to stderr. A closed stderr is no reason to stop.
pub fn say(text: &str) {
    use std::io::Write;
    let _ = std::io::stderr().write_all(format!("rpack: {text}\n").as_bytes());
}

fn now() -> u64 {
    let time = clock_gettime(ClockId::Monotonic);
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

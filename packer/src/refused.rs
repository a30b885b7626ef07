//! Why what was asked for makes no build.

/// Why what was asked for makes no build.
#[derive(Debug)]
pub struct Refused {
    /// What was wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

//! Why what was asked for makes no build.

/// Why what was asked for makes no build.
#[derive(Debug)]
pub struct Refused {
    /// What was wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Refused {
    /// Why a build failed.
    pub fn from_error(error: packer::Error) -> Self {
        Refused { hint: error.hint(), message: error.to_string() }
    }
}

//! What the environment asks of the bootloader.

use crate::Error;
use crate::files::Check;
use rpack_format::Unpack;

/// Names the place for the program's files, over what was chosen when it was built.
const UNPACK: &str = "RPACK_UNPACK";
/// `1` has every file of the program compared with what was packed.
const VERIFY: &str = "RPACK_VERIFY";

/// How this start goes about unpacking.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// The place that is tried first.
    pub unpack: Unpack,
    /// How closely files are looked at that are there already.
    pub check: Check,
}

impl Settings {
    /// Reads the environment; `flags` are those of the program's index.
    pub fn read(flags: u32) -> Result<Self, Error> {
        let unpack = match value(UNPACK) {
            None => Unpack::from_flags(flags),
            Some(value) => value.parse().map_err(|error| refused(UNPACK, &value, error))?,
        };
        let check = match value(VERIFY).as_deref() {
            None | Some("0") => Check::Size,
            Some("1") => Check::Content,
            Some(value) => return Err(refused(VERIFY, value, "expected `0` or `1`")),
        };
        Ok(Settings { unpack, check })
    }
}

/// An empty variable is as good as none.
fn value(name: &str) -> Option<String> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(|value| value.to_string_lossy().into_owned())
}

fn refused(name: &'static str, value: &str, expected: impl ToString) -> Error {
    Error::Setting { name, value: value.to_owned(), expected: expected.to_string() }
}

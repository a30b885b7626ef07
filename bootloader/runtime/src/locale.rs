//! The locale of the process, set before Python asks for it.

use std::ffi::CStr;

/// What kind of locale the user has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Locale {
    /// One whose encoding is UTF-8, or the C locale, in which Python uses UTF-8 (PEP 540).
    Utf8,
    /// The C locale, which was replaced by its variant with UTF-8 (PEP 538).
    Coerced,
    /// One with another encoding.
    Other,
}

/// Sets the user's locale for characters. The C locale becomes `C.UTF-8` where the system has that and `LC_ALL` does not
/// forbid it, as `python` does it (PEP 538), with one difference: `LC_CTYPE` is not set in the environment, because child
/// processes shall see the environment that the program was started with.
pub fn set() -> Locale {
    let is_c = matches!(set_characters(c"").as_deref(), None | Some("C" | "POSIX"));
    let is_fixed = std::env::var_os("LC_ALL").is_some_and(|value| !value.is_empty());
    if is_c && !is_fixed && [c"C.UTF-8", c"C.utf8", c"UTF-8"].iter().any(|name| set_characters(name).is_some()) {
        set_other_categories();
        return Locale::Coerced;
    }
    // SAFETY: takes a constant, one that every system knows.
    let encoding = unsafe { libc::nl_langinfo(libc::CODESET) };
    // SAFETY: the answer is a C string, valid until the locale changes.
    let encoding = unsafe { CStr::from_ptr(encoding) };
    let is_utf8 = encoding.to_bytes().eq_ignore_ascii_case(b"UTF-8");
    if is_c || is_utf8 { Locale::Utf8 } else { Locale::Other }
}

/// Sets the user's locale for everything but characters, all of it or nothing: where `python` coerces the C locale, it sets
/// all categories at once, and that fails where one of them cannot be set.
fn set_other_categories() {
    let categories = [libc::LC_NUMERIC, libc::LC_TIME, libc::LC_COLLATE, libc::LC_MONETARY, libc::LC_MESSAGES];
    let set = |category, name: &CStr| {
        // SAFETY: the name is a C string, and no other thread exists yet that could use the locale.
        !unsafe { libc::setlocale(category, name.as_ptr()) }.is_null()
    };
    if !categories.iter().all(|&category| set(category, c"")) {
        for category in categories {
            set(category, c"C");
        }
    }
}

/// Sets the locale for characters and returns its name, or `None` where the system has none of that name.
fn set_characters(name: &CStr) -> Option<String> {
    // SAFETY: the name is a C string, and no other thread exists yet that could use the locale.
    let locale = unsafe { libc::setlocale(libc::LC_CTYPE, name.as_ptr()) };
    // SAFETY: where it is not null, it is a C string, valid until the locale changes, and copied at once.
    (!locale.is_null()).then(|| unsafe { CStr::from_ptr(locale) }.to_string_lossy().into_owned())
}

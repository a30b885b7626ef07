/// Decodes Python source as the tokenizer of CPython does: a UTF-8 byte order mark, else the cookie
/// of PEP 263 in the first two lines, else UTF-8.
///
/// Latin-1 is decoded exactly. Any other encoding is decoded as UTF-8 with replacement characters:
/// what the analysis looks for, the names of modules, is ASCII in practice, and the bytecode is
/// compiled by CPython itself from the bytes.
pub(crate) fn decode(bytes: &[u8]) -> String {
    if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        return String::from_utf8_lossy(rest).into_owned();
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) if is_latin_1(bytes) => bytes.iter().map(|&byte| char::from(byte)).collect(),
        Err(_) => String::from_utf8_lossy(bytes).into_owned(),
    }
}

fn is_latin_1(bytes: &[u8]) -> bool {
    cookie(bytes).is_some_and(|name| {
        let name = name.to_ascii_lowercase().replace('_', "-");
        matches!(name.as_str(), "latin-1" | "latin1" | "iso-8859-1" | "iso8859-1" | "l1")
            || name.starts_with("latin-1-")
            || name.starts_with("iso-8859-1-")
    })
}

/// The encoding that PEP 263 declares: `^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)` in one of the first
/// two lines.
fn cookie(bytes: &[u8]) -> Option<String> {
    bytes.split(|&byte| byte == b'\n').take(2).find_map(|line| {
        let line = String::from_utf8_lossy(line);
        let comment = line.trim_start_matches([' ', '\t', '\x0c']).strip_prefix('#')?;
        let after = comment
            .match_indices("coding")
            .find_map(|(position, word)| comment.get(position + word.len()..)?.strip_prefix([':', '=']))?;
        let name: String = after
            .trim_start_matches([' ', '\t'])
            .chars()
            .take_while(|character| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.'))
            .collect();
        (!name.is_empty()).then_some(name)
    })
}

/// Whether a source does something when it is run that it does not do when it is imported.
pub(crate) fn does_more_when_run(text: &str) -> bool {
    text.lines().any(|line| line.starts_with("if __name__") && line.contains("__main__"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn byte_order_mark_is_dropped() {
        assert_eq!(decode(b"\xef\xbb\xbfimport a"), "import a");
    }

    #[test]
    fn latin_1_cookie_is_honoured_in_the_first_two_lines_only() {
        assert_eq!(
            decode(b"#!/usr/bin/python\n# -*- coding: latin-1 -*-\n'\xe9'"),
            "#!/usr/bin/python\n# -*- coding: latin-1 -*-\n'\u{e9}'"
        );
        assert!(decode(b"\n\n# coding: latin-1\n'\xe9'").contains('\u{fffd}'));
    }

    #[test]
    fn unknown_encodings_are_decoded_with_loss() {
        assert!(decode(b"# coding=cp1252\nimport os\n'\x80'").contains("import os"));
    }

    #[test]
    fn cookie_spellings() {
        assert_eq!(cookie(b"# vim: set fileencoding=ISO-8859-1 :").as_deref(), Some("ISO-8859-1"));
        assert_eq!(cookie(b"# encoding is hard\n# coding: l1").as_deref(), Some("l1"));
        assert_eq!(cookie(b"x = 1 # coding: l1"), None);
    }
}

//! Python literals, as `repr` writes them.

/// How deep literals may nest; those of `multiprocessing` nest twice.
const DEEPEST: usize = 8;

/// What follows the literal that `text` begins with; `None` where it begins with something else. Nothing that passes does
/// more than to make an object.
pub fn skip_literal(text: &str) -> Option<&str> {
    skip(text, DEEPEST)
}

fn skip(text: &str, depth: usize) -> Option<&str> {
    let depth = depth.checked_sub(1)?;
    match text.as_bytes().first()? {
        b'\'' | b'"' => skip_string(text),
        b'b' => skip_string(text.get(1..)?),
        b'[' => skip_items(text.get(1..)?, ']', |item| skip(item, depth)),
        b'{' => skip_items(text.get(1..)?, '}', |item| skip(skip(item, depth)?.strip_prefix(": ")?, depth)),
        b'0'..=b'9' | b'-' => {
            let digits = text.strip_prefix('-').unwrap_or(text);
            let rest = digits.trim_start_matches(|digit: char| digit.is_ascii_digit());
            (rest.len() < digits.len()).then_some(rest)
        }
        _ => ["None", "True", "False"].iter().find_map(|word| text.strip_prefix(word)),
    }
}

/// Skips items with commas between them, up to and with the bracket that closes them.
fn skip_items<'a>(text: &'a str, close: char, item: impl Fn(&'a str) -> Option<&'a str>) -> Option<&'a str> {
    if let Some(rest) = text.strip_prefix(close) {
        return Some(rest);
    }
    let mut rest = item(text)?;
    while let Some(next) = rest.strip_prefix(", ") {
        rest = item(next)?;
    }
    rest.strip_prefix(close)
}

fn skip_string(text: &str) -> Option<&str> {
    let quote = text.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
    let mut characters = text.char_indices().skip(1);
    while let Some((position, character)) = characters.next() {
        match character {
            '\\' => _ = characters.next(),
            '\n' => return None,
            _ if character == quote => return text.get(position + quote.len_utf8()..),
            _ => {}
        }
    }
    None
}

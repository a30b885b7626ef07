//! Texts that are configuration: what stands in them, as in a literal of Python.

use crate::name_forms::is_dotted_name;
use serde_json::Value;

/// The keys and values in a text of the program that is configuration, in JSON, YAML, TOML or as an INI file. Only what stands by itself is one:
/// `class: logging.handlers.SocketHandler`, and not a word of a sentence. Empty for every other text, prose and code too.
pub(crate) fn words_in(text: &str) -> Vec<String> {
    const LONGEST: usize = 20_000;
    let text = text.trim();
    if text.len() > LONGEST {
        return Vec::new();
    }
    let mut words = Vec::new();
    if text.starts_with(['{', '['])
        && let Ok(value) = serde_json::from_str::<Value>(text)
    {
        collect(value, &mut words);
    } else if text.contains('\n') {
        let _ = in_lines(text, &mut words).or_else(|| {
            words.clear();
            None
        });
    } else if let Some((key, value)) = text.split_once('=').map(|(key, value)| (key.trim(), value.trim()))
        && is_dotted_name(value)
        && value.contains('.')
        && is_dotted_name(key)
    {
        // A setting of one line: `"jinja2.filters": "model_url = app.filters.model_url"`.
        words.extend([key.to_owned(), value.to_owned()]);
    }
    words
}

fn collect(value: Value, words: &mut Vec<String>) {
    match value {
        Value::String(text) => words.push(text),
        Value::Array(values) => values.into_iter().for_each(|value| collect(value, words)),
        Value::Object(entries) => {
            for (key, value) in entries {
                words.push(key);
                collect(value, words);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Goes through the lines, each of which must have the form that configuration has. Some must give a key a value, or be items of a list.
fn in_lines(text: &str, words: &mut Vec<String>) -> Option<()> {
    let mut tells = false;
    // How far the key of a text of several lines is indented: `pattern: |`.
    let mut above = None;
    for line in text.lines() {
        let content = line.trim();
        let indent = line.len() - line.trim_start().len();
        if content.is_empty() || content.starts_with(['#', ';']) || above.is_some_and(|above| indent > above) {
            continue;
        }
        above = None;
        let item = content.strip_prefix("- ").map(str::trim_start);
        let rest = item.unwrap_or(content);
        let value = match key(rest) {
            Some((key, value)) => {
                tells = true;
                words.push(key.to_owned());
                value
            }
            None if item.is_some() => {
                tells = true;
                rest
            }
            None if is_alone(rest) => rest,
            None => return None,
        };
        if matches!(value, "|" | ">" | "|-" | ">-" | "|+" | ">+") {
            above = Some(indent);
        }
        words.extend(values(value).map(str::to_owned));
    }
    tells.then_some(())
}

/// The key of a line, and what follows it: `key: value`, `"key" = value`.
fn key(line: &str) -> Option<(&str, &str)> {
    let is_part = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | '-' | '/');
    let (key, rest) = match line.chars().next()? {
        quote @ ('"' | '\'') => line.get(1..)?.split_once(quote)?,
        _ => line.split_at(line.find(|character| !is_part(character))?),
    };
    let rest = rest.trim_start();
    let value = match rest.strip_prefix(':') {
        // `12:30` and `https://` are values.
        Some(value) if value.is_empty() || value.starts_with(char::is_whitespace) => value,
        Some(_) => return None,
        None => rest.strip_prefix('=').filter(|value| !value.starts_with('='))?,
    };
    (!key.is_empty()).then_some((key, value.trim()))
}

/// Whether a line is a value by itself, the head of a section, or a bracket.
fn is_alone(line: &str) -> bool {
    line.starts_with(['[', '{', '"', '\'']) || line.starts_with([']', '}']) || !line.contains(char::is_whitespace)
}

/// The words that stand by themselves in a value: `[a.b, "c"]`, and `!!python/name:a.b`.
fn values(value: &str) -> impl Iterator<Item = &str> {
    let value = value.split(" #").next().unwrap_or(value);
    let parts = value.split(['"', '\'', ',', '[', ']', '{', '}', '(', ')']).map(str::trim);
    let parts =
        parts.map(|part| part.strip_prefix("!!python/").map_or(part, |tag| tag.split_once(':').unwrap_or_default().1));
    parts.filter(|part| !part.is_empty() && !part.contains(char::is_whitespace))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_by_itself_is_a_word() {
        for (text, expected) in [
            ("{\"class\": [\"a.b\", {\"c\": 3}]}", &["class", "a.b", "c"][..]),
            ("plugins:\n  - a.b\n  - c.d:\n      e: !!python/name:f.g\n", &["plugins", "a.b", "c.d", "e", "f.g"]),
            ("a: [b.c, 'd']\n\n# of no use\ne: f # g", &["a", "b.c", "d", "e", "f"]),
            ("[formatters]\nclass = a.b\nargs=('x', 1)\n", &["formatters", "class", "a.b", "args", "x", "1"]),
            ("[a.b]\nc = [\n  \"d.e\",\n  \"f\",\n]\n", &["a.b", "c", "d.e", "f"]),
            ("hooks =\n    a.b\n    c.d:e\nf = g", &["hooks", "a.b", "c.d:e", "f", "g"]),
            ("a: |\n  some a.b\n  more\nc: d.e", &["a", "|", "c", "d.e"]),
            ("a: {}/b.c\nd: e.f\ng: h.{}\n", &["a", "/b.c", "d", "e.f", "g", "h."]),
            ("a = b.c", &["a", "b.c"]),
            ("text: the a.b of a car\nb: https://a.b/c", &["text", "b", "https://a.b/c"]),
        ] {
            assert_eq!(words_in(text), expected, "{text}");
        }
    }

    #[test]
    fn prose_and_code_are_no_configuration() {
        for text in [
            "",
            "a: b.c",
            "a = b",
            "a.b == c.d",
            "[not, json",
            "Uses a.b for this.\nSee: c.d",
            "Parameters\n----------\na : b.c\n    what it is",
            "a,b\n1,2",
            "from a.b import c\nd = e.f",
            "a = 1\nif a == 2:\n    b = c.d",
            "Usage: program [options]\n\n  --all  everything",
        ] {
            assert!(words_in(text).is_empty(), "{text}");
        }
    }
}

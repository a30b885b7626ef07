//! Rust source, with code and comments apart, so that a rule about code is not broken by a comment or a string.

/// A line of Rust source.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The code; comments and what stands between quotes are left out.
    pub code: String,
    /// The comments.
    pub comment: String,
}

/// What the text at some position is.
enum Part {
    Code,
    LineComment,
    /// Block comments can be nested this deep.
    BlockComment(usize),
    /// A string in which a backslash escapes.
    Text,
    /// A raw string that ends with a quote and this many `#`.
    RawText(usize),
}

/// Takes the source apart line by line.
pub fn split(source: &str) -> Vec<Line> {
    let mut part = Part::Code;
    let mut lines = Vec::new();
    for text in source.lines() {
        let mut line = Line::default();
        let mut rest = text;
        while let Some(next) = rest.chars().next() {
            let length = match &mut part {
                Part::Code => code(rest, &mut line, &mut part),
                Part::LineComment => {
                    line.comment.push_str(rest);
                    rest.len()
                }
                Part::BlockComment(depth) => {
                    let (change, length) = match rest {
                        _ if rest.starts_with("/*") => (1, 2),
                        _ if rest.starts_with("*/") => (-1, 2),
                        _ => (0, next.len_utf8()),
                    };
                    line.comment.push_str(&rest[..length]);
                    *depth = depth.saturating_add_signed(change);
                    if *depth == 0 {
                        part = Part::Code;
                    }
                    length
                }
                Part::Text if next == '\\' => rest.char_indices().nth(2).map_or(rest.len(), |(end, _)| end),
                Part::RawText(hashes) if next == '"' && rest[1..].starts_with(&"#".repeat(*hashes)) => {
                    let length = 1 + *hashes;
                    line.code.push('"');
                    part = Part::Code;
                    length
                }
                Part::Text if next == '"' => {
                    line.code.push('"');
                    part = Part::Code;
                    1
                }
                Part::Text | Part::RawText(_) => next.len_utf8(),
            };
            rest = &rest[length..];
        }
        if matches!(part, Part::LineComment) {
            part = Part::Code;
        }
        lines.push(line);
    }
    lines
}

/// Whether the words follow each other in this line of code, as whole words and not as parts of longer ones.
pub fn has_words(code: &str, words: &str) -> bool {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    code.match_indices(words)
        .any(|(start, _)| !code[..start].ends_with(is_part) && !code[start + words.len()..].starts_with(is_part))
}

/// The number of lines before the file's unit tests, which stand at its end.
pub fn lines_before_tests(lines: &[Line]) -> usize {
    let begins = |pair: &[Line]| pair[0].code.trim() == "#[cfg(test)]" && pair[1].code.trim_end().ends_with('{');
    lines.windows(2).position(begins).unwrap_or(lines.len())
}

/// Reads what `rest` begins with, which is code, and returns its length.
fn code(rest: &str, line: &mut Line, part: &mut Part) -> usize {
    if rest.starts_with("//") {
        *part = Part::LineComment;
        return 0;
    }
    if rest.starts_with("/*") {
        line.comment.push_str("/*");
        *part = Part::BlockComment(1);
        return 2;
    }
    let mut characters = rest.chars();
    match characters.next() {
        Some('"') => {
            *part = raw_hashes(&line.code).map_or(Part::Text, Part::RawText);
            line.code.push('"');
            1
        }
        Some('\'') => match (characters.next(), characters.next()) {
            // A character's escape ends with the next quote, which is not the escaped one.
            (Some('\\'), Some(escaped)) => {
                let start = 2 + escaped.len_utf8();
                rest[start..].find('\'').map_or(rest.len(), |end| start + end + 1)
            }
            (Some(character), Some('\'')) => 2 + character.len_utf8(),
            // Without a second quote it begins a lifetime.
            _ => {
                line.code.push('\'');
                1
            }
        },
        Some(character) => {
            line.code.push(character);
            character.len_utf8()
        }
        None => 0,
    }
}

/// The number of `#` of the raw string whose quote follows `code`, or None if that string is not raw.
fn raw_hashes(code: &str) -> Option<usize> {
    let before = code.trim_end_matches('#');
    let prefix = before.strip_suffix('r')?;
    let prefix = prefix.strip_suffix(['b', 'c']).unwrap_or(prefix);
    let is_word = prefix.ends_with(|character: char| character.is_alphanumeric() || character == '_');
    (!is_word).then_some(code.len() - before.len())
}

#[test]
fn code_and_comments_come_apart() {
    let source = r##"let a = "// text"; // a comment with "quotes"
/* one /* in */ another */ let b = 'c'; let d = '"'; let e = '\''; fn f<'x>(x: &'x str) {}
let g = r#"a " quote
unsafe "#; let h = b"\"unsafe"; let i = '\u{41}'; end"##;
    let lines = split(source);
    let code: Vec<_> = lines.iter().map(|line| line.code.as_str()).collect();
    assert_eq!(
        code,
        [
            "let a = \"\"; ",
            " let b = ; let d = ; let e = ; fn f<'x>(x: &'x str) {}",
            "let g = r#\"",
            "\"; let h = b\"\"; let i = ; end"
        ]
    );
    assert_eq!(lines[0].comment, "// a comment with \"quotes\"");
    assert_eq!(lines[1].comment, "/* one /* in */ another */");
}

#[test]
fn words_are_whole_words() {
    assert!(has_words("return unsafe { a }", "unsafe"));
    assert!(!has_words("#![forbid(unsafe_code)]", "unsafe"));
}

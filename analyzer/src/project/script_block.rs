use crate::error::Error;
use std::path::Path;

/// The TOML inside the `# /// script` comment block of PEP 723.
#[derive(Debug, PartialEq, Eq)]
pub struct ScriptBlock {
    /// The text, without the signs of comments.
    pub toml: String,
    /// One-based line in the script of the first line of `toml`.
    pub first_line: usize,
}

/// Finds the block. PEP 723 gives its grammar as a regular expression: `^# ///
/// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$`; its `+` is greedy, so a block
/// ends at the last `# ///` of a run of comment lines.
///
/// # Errors
/// When there are two such blocks, which the PEP forbids.
pub fn find(script: &Path, text: &str) -> Result<Option<ScriptBlock>, Error> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found: Option<ScriptBlock> = None;
    let mut position = 0;
    while let Some(line) = lines.get(position) {
        position += 1;
        let Some(kind) = block_kind(line) else { continue };
        let content = lines.iter().skip(position).take_while(|line| **line == "#" || line.starts_with("# "));
        let content: Vec<&str> = content.copied().collect();
        let Some(end) = content.iter().rposition(|line| *line == "# ///").filter(|&end| end > 0) else {
            continue;
        };
        if kind == "script" {
            if found.is_some() {
                let message = "a second `# /// script` block; PEP 723 allows one".to_owned();
                return Err(Error::Toml { path: script.to_owned(), line: position, message });
            }
            let body = content.iter().take(end).map(|line| line.get(2..).unwrap_or_default());
            let toml = body.collect::<Vec<_>>().join("\n");
            found = Some(ScriptBlock { toml, first_line: position + 1 });
        }
        position += end + 1;
    }
    Ok(found)
}

fn block_kind(line: &str) -> Option<&str> {
    let kind = line.strip_prefix("# /// ")?;
    let valid = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (!kind.is_empty() && kind.bytes().all(valid)).then_some(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(text: &str) -> Option<ScriptBlock> {
        find(Path::new("a.py"), text).unwrap()
    }

    #[test]
    fn finds_the_block() {
        let found = block("#!/usr/bin/env python\n# /// script\n# a = 1\n#\n# b = 2\n# ///\nimport a\n").unwrap();
        assert_eq!(found, ScriptBlock { toml: "a = 1\n\nb = 2".into(), first_line: 3 });
    }

    #[test]
    fn other_blocks_and_unclosed_blocks_do_not_count() {
        assert_eq!(block("# /// other\n# a = 1\n# ///\n"), None);
        assert_eq!(block("# /// script\n# a = 1\nimport a\n"), None);
        assert_eq!(block("# /// script\n# ///\n"), None);
        assert_eq!(block("  # /// script\n# a = 1\n# ///\n"), None);
    }

    #[test]
    fn the_last_closing_line_ends_the_block() {
        assert_eq!(block("# /// script\n# a = 1\n# ///\n# b = 2\n# ///\n").unwrap().toml, "a = 1\n///\nb = 2");
    }

    #[test]
    fn two_blocks_are_an_error() {
        let text = "# /// script\n# a = 1\n# ///\n\n# /// script\n# a = 1\n# ///\n";
        assert!(find(Path::new("a.py"), text).is_err());
    }
}

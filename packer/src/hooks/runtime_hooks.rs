//! `rthooks.dat`: which scripts run before a program that includes a module. The file is a Python literal, a dictionary of
//! lists.

use std::collections::BTreeMap;

/// Reads the table. Of what is no such dictionary, as much is taken as looks like one.
pub fn parse(text: &str) -> BTreeMap<String, Vec<String>> {
    let mut table: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut module = String::new();
    for token in tokens(text) {
        match token {
            Token::Key(name) => module = name,
            Token::Value(script) => table.entry(module.clone()).or_default().push(script),
        }
    }
    table
}

enum Token {
    /// A text before a colon.
    Key(String),
    /// Another text.
    Value(String),
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(['\'', '"', '#']) {
        let (quote, after) = (&rest[start..=start], &rest[start + 1..]);
        // A comment ends with its line.
        let Some((inside, after)) = after.split_once(if quote == "#" { "\n" } else { quote }) else { break };
        rest = after;
        if quote == "#" {
            continue;
        }
        let inside = inside.to_owned();
        tokens.push(if after.trim_start().starts_with(':') { Token::Key(inside) } else { Token::Value(inside) });
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dictionary_of_lists_is_read() {
        let text =
            "{\n    # isn't read: 'x'\n    'a.b': ['one.py', \"two.py\"],  # 'three.py'\n    \"c\" : ['d.py'],\n}\n";
        let table = parse(text);
        let expected = [("a.b", vec!["one.py", "two.py"]), ("c", vec!["d.py"])];
        let found: Vec<_> =
            table.iter().map(|(name, scripts)| (name.as_str(), scripts.iter().map(String::as_str).collect())).collect();
        assert_eq!(found, expected);
        assert!(parse("").is_empty());
        assert!(parse("{'open: [").is_empty());
    }
}

use crate::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

/// Reads the requirements of a `requirements.txt`, those of the files it includes with `-r` among
/// them.
///
/// Options of pip (`--index-url`, `-c`, `-e`) are skipped: they say where to install from, not what
/// is needed. Comments, line continuations and per-requirement options (`--hash`) are removed as
/// pip does.
///
/// # Errors
/// When the file, or one that it includes, cannot be read.
pub(crate) fn read(path: &Path) -> Result<Vec<String>, Error> {
    let mut requirements = Vec::new();
    // A file that includes itself, by whatever path, is read once.
    let identity = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut seen = vec![identity(path)];
    let mut waiting = vec![path.to_owned()];
    while let Some(path) = waiting.pop() {
        let bytes = fs::read(&path).map_err(|source| Error::Read { path: path.clone(), source })?;
        for line in logical_lines(&String::from_utf8_lossy(&bytes)) {
            match parse(&line) {
                Line::Requirement(requirement) => requirements.push(requirement),
                Line::Include(name) => {
                    let included = path.parent().unwrap_or(Path::new("")).join(PathBuf::from(name));
                    if !seen.contains(&identity(&included)) {
                        seen.push(identity(&included));
                        waiting.push(included);
                    }
                }
                Line::Nothing => {}
            }
        }
    }
    Ok(requirements)
}

enum Line {
    Requirement(String),
    Include(String),
    Nothing,
}

/// Joins continued lines and removes comments, in this order, as pip's `req_file.preprocess` does.
/// A comment line is never continued.
fn logical_lines(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut pending = String::new();
    for line in text.trim_start_matches('\u{feff}').lines() {
        let is_comment = line.trim_start().starts_with('#');
        match line.strip_suffix('\\') {
            Some(continued) if !is_comment => pending.push_str(continued),
            _ => {
                pending.push_str(line);
                lines.push(std::mem::take(&mut pending));
            }
        }
    }
    lines.push(pending);
    lines.iter().map(|line| without_comment(line).trim().to_owned()).filter(|line| !line.is_empty()).collect()
}

/// A `#` starts a comment at the start of the line or after white space only: `package @
/// https://host/a#egg=b` keeps it.
fn without_comment(line: &str) -> &str {
    let mut before = ' ';
    for (position, character) in line.char_indices() {
        if character == '#' && before.is_whitespace() {
            return line.get(..position).unwrap_or_default();
        }
        before = character;
    }
    line
}

fn parse(line: &str) -> Line {
    for option in ["--requirement", "-r"] {
        if let Some(rest) = line.strip_prefix(option) {
            let separated = rest.starts_with([' ', '\t', '=']) || option == "-r";
            let name = rest.trim_start_matches([' ', '\t', '=']).trim_matches(['"', '\'']);
            if separated && !name.is_empty() {
                return Line::Include(name.to_owned());
            }
        }
    }
    if line.starts_with('-') {
        return Line::Nothing;
    }
    let requirement = line.split(" --").next().unwrap_or_default().trim();
    if requirement.is_empty() { Line::Nothing } else { Line::Requirement(requirement.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_pip_reads() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("requirements.txt");
        let text = "\u{feff}# comment \\\na==1  # why\n\n--index-url https://host\n-c limits.txt\n-e ./local\n\
                    b>=2 \\\n  --hash=sha256:00 \\\n  --hash=sha256:11\nc @ https://host/c.zip#egg=c\n\
                    -r more/other.txt\nd; python_version < '3.8'\n";
        fs::write(&path, text).unwrap();
        fs::create_dir(folder.path().join("more")).unwrap();
        fs::write(folder.path().join("more/other.txt"), "e\n--requirement=../requirements.txt\n").unwrap();
        let requirements = read(&path).unwrap();
        for expected in ["a==1", "b>=2", "c @ https://host/c.zip#egg=c", "d; python_version < '3.8'", "e"] {
            assert!(requirements.iter().any(|found| found == expected), "{expected} in {requirements:?}");
        }
        assert!(!requirements.iter().any(|found| found.starts_with('-') || found.contains("hash")));
    }

    #[test]
    fn a_missing_include_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("requirements.txt");
        fs::write(&path, "-rnothing.txt").unwrap();
        assert!(read(&path).unwrap_err().to_string().contains("nothing.txt"));
    }
}

//! The documents that a repository is known by, and the links between them.

use crate::demand;
use crate::repository::{RepositoryFile, files, has, root};

/// What a reader looks for first.
const DOCUMENTS: [&str; 4] = ["ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "README.md"];

#[test]
fn readers_find_what_they_look_for() {
    let missing = DOCUMENTS.iter().filter(|path| !has(path)).map(|path| (*path).to_owned()).collect();
    demand("Write these documents.", missing);
}

#[test]
fn links_lead_somewhere() {
    let documents = files().iter().filter(|file| file.path.ends_with(".md"));
    let broken = documents.flat_map(broken_links).collect();
    demand("Nothing stands where these links lead: correct the path, or write what is missing.", broken);
}

/// The links of a Markdown file that lead to no file or folder of this repository, each with its place.
fn broken_links(file: &RepositoryFile) -> Vec<String> {
    let folder = root().join(&file.path).parent().expect("a file stands in a folder").to_owned();
    let links = links(&file.text).into_iter().filter(|(_, target)| {
        let path = target.split('#').next().unwrap_or(target);
        !target.contains("://") && !target.starts_with("mailto:") && !folder.join(path).exists()
    });
    links.map(|(number, target)| format!("{}:{number}: {target}", file.path)).collect()
}

/// The targets of `[text](target)` and `[text]: target`, each with its line. Code is no link.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut links = Vec::new();
    let mut is_code = false;
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        }
        if is_code {
            continue;
        }
        // Every second part of a line that is split at its backticks is code.
        let prose = line.split('`').step_by(2).collect::<Vec<_>>().join("``");
        let inline = prose.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
        let defined = prose.strip_prefix('[').and_then(|rest| rest.split_once("]: "));
        links.extend(inline.chain(defined.map(|(_, target)| target.trim())).map(|target| (number, target.to_owned())));
    }
    links
}

#[test]
fn links_are_found() {
    let text = "[one](a.md), [two](b.md#part) and `[code](c.md)`\n```\n[code](d.md)\n```\n[three]: e.md\n";
    let found = links(text).into_iter().map(|(line, target)| format!("{line} {target}")).collect::<Vec<_>>();
    assert_eq!(found, ["1 a.md", "1 b.md#part", "5 e.md"]);
}

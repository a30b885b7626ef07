//! Where `unsafe` may stand, and that it says why it is sound.

use crate::demand;
use crate::dependencies::members;
use crate::repository::{self, RepositoryFile, rust_files};
use crate::rust_source::{Line, split};

/// Files outside of `bootloader/` that need it: a child process of the tests starts with closed descriptors (`pre_exec`).
const TOLERATED: [&str; 1] = ["tests/end_to_end/programs.rs"];

/// How many lines above an `unsafe` its comment may begin. Enough for a statement that was wrapped, too few for the comment
/// of another one to pass by accident.
const REACH: usize = 4;

#[test]
fn unsafe_code_stands_in_the_bootloader() {
    let outside = rust_files()
        .filter(|file| !file.path.starts_with("bootloader/") && !TOLERATED.contains(&file.path.as_str()))
        .flat_map(|file| uses(&split(&file.text)).into_iter().map(|line| format!("{}:{line}", file.path)))
        .collect();
    demand(
        "Only `bootloader/` may use `unsafe`: find a safe function of std or rustix, or move the code there.",
        outside,
    );
}

#[test]
fn unsafe_code_says_why_it_is_sound() {
    let silent = |file: &RepositoryFile| {
        let lines = split(&file.text);
        let silent =
            uses(&lines).into_iter().filter(|&line| !is_explained(&lines[line.saturating_sub(REACH + 1)..line]));
        silent.map(|line| format!("{}:{line}", file.path)).collect::<Vec<_>>()
    };
    demand(
        "Write directly above each `unsafe` a comment that begins with `SAFETY:` and says why what it needs holds here; \
         above an unsafe function a section `# Safety` that says what its caller must see to.",
        rust_files().flat_map(silent).collect(),
    );
}

#[test]
fn crates_without_unsafe_code_forbid_it() {
    let lenient = members()
        .iter()
        .flat_map(|member| &member.roots)
        .filter(|root| !root.starts_with("bootloader/"))
        .filter(|root| {
            let file = repository::files().iter().find(|file| file.path == **root).expect("cargo named it");
            !file.text.contains("#![forbid(unsafe_code)]")
        })
        .cloned()
        .collect();
    demand(
        "Say `#![forbid(unsafe_code)]` below the introduction of these crates, so that the compiler sees to it.",
        lenient,
    );
}

/// The lines, counted from 1, on which `unsafe` is more than a part of a type or of a declaration.
fn uses(lines: &[Line]) -> Vec<usize> {
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let next = lines.get(index + 1).map_or("", |line| &line.code);
        let mut start = 0;
        while let Some(position) = line.code[start..].find("unsafe") {
            let before = &line.code[..start + position];
            start += position + "unsafe".len();
            let after = format!("{} {next}", &line.code[start..]);
            let is_word = !before.ends_with(is_name) && !after.starts_with(is_name);
            if is_word && !is_type_or_declaration(&after) {
                found.push(index + 1);
            }
        }
    }
    found
}

/// Whether what follows the word `unsafe` makes it part of a type, `unsafe extern "C" fn(u8)`, or of a block of foreign
/// functions: they state a fact and do nothing.
fn is_type_or_declaration(after: &str) -> bool {
    let after = after.trim_start();
    let (is_foreign, after) = match after.strip_prefix("extern") {
        Some(rest) => (true, rest.trim_start().trim_start_matches('"').trim_start()),
        None => (false, after),
    };
    match after.strip_prefix("fn") {
        Some(rest) => rest.trim_start().starts_with('('),
        None => is_foreign && after.starts_with('{'),
    }
}

fn is_explained(lines: &[Line]) -> bool {
    lines.iter().any(|line| line.comment.contains("SAFETY") || line.comment.contains("# Safety"))
}

fn is_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

#[test]
fn types_and_declarations_are_no_uses() {
    let source = "unsafe { a() };\n\
                  type F = unsafe extern \"C\" fn(u8);\n\
                  unsafe extern \"C\" {\n\
                  unsafe extern \"C\" fn f() {}\n\
                  unsafe impl Send for A {}\n\
                  #[unsafe(no_mangle)]\n\
                  let f: unsafe fn();\n\
                  #![forbid(unsafe_code)] // unsafe\n\
                  unsafe\n\
                  {}";
    assert_eq!(uses(&split(source)), [1, 4, 5, 6, 9]);
}

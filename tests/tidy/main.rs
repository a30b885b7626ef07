//! Rules about the repository itself. Each test is one rule; what it says when it fails is advice, with file and line.
//!
//! A rule stands here when a reviewer would otherwise have to look for the same thing in every change.

mod cpython_headers;
mod dependencies;
mod documents;
mod folders;
mod operating_system;
mod repository;
mod rust_source;
mod sizes;
mod unsafe_code;
mod wording;

/// Fails with `advice` and the places that it is about, if there are any.
#[track_caller]
fn demand(advice: &str, findings: Vec<String>) {
    assert!(findings.is_empty(), "\n{advice}\n\n  {}\n", findings.join("\n  "));
}

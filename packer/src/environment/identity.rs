//! Names a made environment by everything that it is made from, so that a change of any of it leads to another one.

use std::fs;

use rpack_analyzer::Program;

use super::base::Base;
use super::error::Error;

/// Raised whenever environments are made in another way, so that those made before are not taken for the same.
const FORMAT: &str = "1";

/// The folder's name: the program's, which tells a reader whose it is, and a hash of what it is made from.
///
/// # Errors
/// If the lock file cannot be read.
pub(super) fn folder_name(program: &Program, base: &Base) -> Result<String, Error> {
    let declaration = &program.declaration;
    let mut requirements = declaration.requirements.clone();
    requirements.sort();
    let lock = match &declaration.lock {
        Some(path) => fs::read(path).map_err(Error::io("read", path))?,
        None => Vec::new(),
    };

    let mut hasher = blake3::Hasher::new();
    let mut add = |field: &[u8]| {
        // The length goes first: otherwise two neighbouring fields could share their bytes differently.
        hasher.update(&field.len().to_le_bytes());
        hasher.update(field);
    };
    add(FORMAT.as_bytes());
    add(base.origin.as_os_str().as_encoded_bytes());
    add(base.version.as_bytes());
    add(declaration.requires_python.as_deref().unwrap_or_default().as_bytes());
    add(&lock);
    for requirement in &requirements {
        add(requirement.as_bytes());
    }
    let hash = hasher.finalize().to_hex();
    Ok(format!("{}-{}", harmless(&program.name), &hash[..16]))
}

/// The program's name as far as it can stand in a file name that people type.
fn harmless(name: &str) -> String {
    let keep = |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
    let name: String = name.chars().take(40).map(|c| if keep(c) { c } else { '_' }).collect();
    let name = name.trim_start_matches(['.', '-']);
    if name.is_empty() { "program".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn keeps_only_harmless_characters() {
        assert_eq!(harmless("simple_plugin"), "simple_plugin");
        assert_eq!(harmless("../über app"), "__ber_app");
        assert_eq!(harmless("--help"), "help");
        assert_eq!(harmless("."), "program");
        assert_eq!(harmless(&"x".repeat(300)).len(), 40);
    }
}

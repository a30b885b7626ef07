//! The executable's name, which may be made of the project's name, its version and the platform; and the version itself.

use crate::options::Options;
use crate::release::Release;
use rpack_analyzer::Project;
use std::path::PathBuf;

/// The options with the name written out, and with the version of the program where none was given.
///
/// # Errors
///
/// If the name wants what nobody says, or the version that was given does not fit on a line.
pub fn resolve(options: &Options, release: &Release, project: &Project) -> Result<Options, Error> {
    if let Some(version) = options.version.as_ref().filter(|version| !is_line(version)) {
        return Err(Error::Version { version: version.clone() });
    }
    // What a project says wrongly is as good as not said, until a name wants it.
    let version = options.version.clone().or_else(|| release.version.clone().filter(|version| is_line(version)));
    let platform = format!("{}-{}", project.interpreter.platform, project.interpreter.machine);
    // What has no project is called as its executable would be.
    let name = release.name.as_ref().unwrap_or(&project.program.name);
    let known = [("name", Some(name.as_str())), ("version", version.as_deref()), ("platform", Some(&platform))];
    let name = match &options.name {
        Some(template) => Some(expand(template, &known, release)?),
        None => None,
    };
    Ok(Options { name, version, ..options.clone() })
}

fn is_line(version: &str) -> bool {
    !version.is_empty() && !version.contains(char::is_control)
}

/// Puts what is known for the words in braces.
fn expand(template: &str, known: &[(&str, Option<&str>)], release: &Release) -> Result<String, Error> {
    let mut name = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((word, behind)) = after.split_once('}') else { break };
        name.push_str(before);
        match known.iter().find(|(known, _)| *known == word) {
            Some((_, Some(value))) => name.push_str(value),
            Some((_, None)) => {
                let (template, file) = (template.to_owned(), release.file.clone());
                return Err(Error::NoVersion { template, file, is_dynamic: release.is_dynamic });
            }
            None => return Err(Error::Unknown { template: template.to_owned(), word: word.to_owned() }),
        }
        rest = behind;
    }
    name.push_str(rest);
    Ok(name)
}

/// Why an executable has no name.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is nothing that such a word stands for.
    #[error("`{{{word}}}` in the name `{template}` stands for nothing")]
    Unknown {
        /// The name as it was given.
        template: String,
        /// The word between braces.
        word: String,
    },
    /// The name wants a version, and nothing says one.
    #[error("The name `{template}` wants a version, and {}", without_version(.file.as_deref(), *.is_dynamic))]
    NoVersion {
        /// The name as it was given.
        template: String,
        /// Where the version would be written.
        file: Option<PathBuf>,
        /// Whether that file leaves it to the build backend.
        is_dynamic: bool,
    },
    /// The version that was given cannot be written on a line.
    #[error("{version:?} is no version of a program")]
    Version {
        /// The version.
        version: String,
    },
}

fn without_version(file: Option<&std::path::Path>, is_dynamic: bool) -> String {
    match (file, is_dynamic) {
        (None, _) => "the program has no `pyproject.toml`".to_owned(),
        (Some(file), false) => format!("`{}` says none", file.display()),
        (Some(file), true) => format!("`{}` leaves it to the build backend, which is not run", file.display()),
    }
}

impl Error {
    /// What the user can do about it.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Error::Unknown { .. } => "There are `{name}`, `{version}` and `{platform}`",
            Error::NoVersion { file: None, .. } => "Pass `--version-info VERSION`",
            Error::NoVersion { .. } => {
                "Write `version = \"1.0.0\"` under `[project]`, or pass `--version-info VERSION`"
            }
            Error::Version { .. } => "Give one that fits on a line, such as `--version-info 1.0.0`",
        };
        Some(hint.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_braces_stand_for_what_is_known() {
        let known = [("name", Some("a-b")), ("version", Some("1.2+x")), ("platform", Some("linux-x86_64"))];
        let expand = |template: &str| expand(template, &known, &Release::default()).map_err(|error| error.to_string());
        assert_eq!(expand("{name}-{version}-{platform}").unwrap(), "a-b-1.2+x-linux-x86_64");
        assert_eq!(expand("x{version}.bin").unwrap(), "x1.2+x.bin");
        assert_eq!(expand("plain").unwrap(), "plain");
        assert_eq!(expand("open{name").unwrap(), "open{name");
        assert_eq!(expand("{names}").unwrap_err(), "`{names}` in the name `{names}` stands for nothing");
    }

    #[test]
    fn what_is_missing_is_said() {
        let known = [("version", None)];
        let message = |file: Option<&str>, is_dynamic| {
            let release = Release { file: file.map(PathBuf::from), is_dynamic, ..Release::default() };
            expand("v{version}", &known, &release).unwrap_err().to_string()
        };
        assert_eq!(
            message(None, false),
            "The name `v{version}` wants a version, and the program has no `pyproject.toml`"
        );
        assert!(message(Some("p.toml"), false).ends_with("and `p.toml` says none"));
        assert!(message(Some("p.toml"), true).ends_with("leaves it to the build backend, which is not run"));
    }
}

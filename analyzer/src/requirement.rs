use crate::declaration::Declaration;
use crate::distribution::{Distribution, normalized};
use crate::interpreter::Interpreter;
use pep508_rs::pep440_rs::{Version, VersionSpecifiers};
use pep508_rs::{MarkerEnvironment, MarkerEnvironmentBuilder, Requirement, VerbatimUrl, VersionOrUrl};
use std::collections::{BTreeSet, HashMap};
use std::str::FromStr;

/// A declared requirement that the environment does not meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmet {
    /// The requirement as written, or `requires-python` with its specifier.
    pub requirement: String,
    /// The version that is installed instead. `None` when the distribution is not installed.
    pub found: Option<String>,
}

/// The declared requirements that `installed` does not meet, in the order of the declaration.
///
/// Requirements whose marker (PEP 508) does not hold for the interpreter are met. A requirement by
/// URL is met by any version of that name: what is installed does not say reliably where it came
/// from. Lines that are no PEP 508 requirement (paths, bare URLs) are left to the installer. The
/// extras of a requirement are followed one step: `package[extra]` needs what the package requires
/// for that extra.
pub fn unmet(declaration: &Declaration, interpreter: &Interpreter, installed: &[Distribution]) -> Vec<Unmet> {
    let mut result = Vec::new();
    if let Some(specifier) = &declaration.requires_python
        && let (Ok(wanted), Ok(version)) =
            (VersionSpecifiers::from_str(specifier), Version::from_str(&interpreter.full_version))
        && !wanted.contains(&version)
    {
        let requirement = format!("requires-python = \"{specifier}\"");
        result.push(Unmet { requirement, found: Some(interpreter.full_version.clone()) });
    }
    let Some(environment) = marker_environment(interpreter) else { return result };
    let by_name: HashMap<String, &Distribution> =
        installed.iter().map(|distribution| (normalized(&distribution.name), distribution)).collect();

    let mut seen = BTreeSet::new();
    for text in &declaration.requirements {
        let Some(requirement) = parse(text) else { continue };
        if !requirement.evaluate_markers(&environment, &[]) {
            continue;
        }
        check(text, &requirement, &by_name, &mut seen, &mut result);
        let Some(distribution) = by_name.get(requirement.name.as_ref()) else { continue };
        if requirement.extras.is_empty() {
            continue;
        }
        for text in &distribution.requires {
            let Some(extra) = parse(text) else { continue };
            if extra.evaluate_markers(&environment, &requirement.extras) && !extra.evaluate_markers(&environment, &[]) {
                check(text, &extra, &by_name, &mut seen, &mut result);
            }
        }
    }
    result
}

/// Normalized names of the distributions that a distribution needs on this interpreter, extras left
/// out.
pub(crate) fn required_names(distribution: &Distribution) -> impl Iterator<Item = String> + '_ {
    // The name alone is wanted, often, and for hundreds of lines: it ends before the first
    // character that no name has.
    distribution.requires.iter().map(|text| {
        let end = text
            .find(|character: char| !(character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.')))
            .unwrap_or(text.len());
        normalized(text.get(..end).unwrap_or_default())
    })
}

fn check(
    text: &str,
    requirement: &Requirement<VerbatimUrl>,
    by_name: &HashMap<String, &Distribution>,
    seen: &mut BTreeSet<String>,
    result: &mut Vec<Unmet>,
) {
    let found = by_name.get(requirement.name.as_ref());
    let met = match (found, &requirement.version_or_url) {
        (None, _) => false,
        (Some(_), None | Some(VersionOrUrl::Url(_))) => true,
        (Some(distribution), Some(VersionOrUrl::VersionSpecifier(wanted))) => {
            // A version that PEP 440 cannot read was accepted by the installer; it is not for
            // `rpack` to refuse it.
            Version::from_str(&distribution.version).map_or(true, |version| wanted.contains(&version))
        }
    };
    if !met && seen.insert(text.to_owned()) {
        let found = found.map(|distribution| distribution.version.clone());
        result.push(Unmet { requirement: text.to_owned(), found });
    }
}

fn parse(text: &str) -> Option<Requirement<VerbatimUrl>> {
    Requirement::from_str(text).ok()
}

fn marker_environment(interpreter: &Interpreter) -> Option<MarkerEnvironment> {
    let marker = |name: &str| interpreter.markers.get(name).map_or("", String::as_str);
    MarkerEnvironment::try_from(MarkerEnvironmentBuilder {
        implementation_name: marker("implementation_name"),
        implementation_version: marker("implementation_version"),
        os_name: marker("os_name"),
        platform_machine: marker("platform_machine"),
        platform_python_implementation: marker("platform_python_implementation"),
        platform_release: marker("platform_release"),
        platform_system: marker("platform_system"),
        platform_version: marker("platform_version"),
        python_full_version: marker("python_full_version"),
        python_version: marker("python_version"),
        sys_platform: marker("sys_platform"),
    })
    .ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn distribution(name: &str, version: &str, requires: &[&str]) -> Distribution {
        Distribution {
            name: name.to_owned(),
            version: version.to_owned(),
            metadata_folder: "x".into(),
            files: Vec::new(),
            requires: requires.iter().map(|&text| text.to_owned()).collect(),
            editable_root: None,
        }
    }

    fn names(requirements: &[&str], installed: &[Distribution]) -> Vec<(String, Option<String>)> {
        let declaration = Declaration {
            requirements: requirements.iter().map(|&text| text.to_owned()).collect(),
            ..Declaration::default()
        };
        let found = unmet(&declaration, &testing::interpreter(), installed);
        found.into_iter().map(|unmet| (unmet.requirement, unmet.found)).collect()
    }

    #[test]
    fn versions_and_names_are_compared_as_pip_does() {
        let installed = [distribution("Foo.Bar", "1.5", &[]), distribution("odd", "not-a-version", &[])];
        assert_eq!(names(&["foo_bar>=1,<2", "odd>3", "foo-bar @ https://host/x.zip", "./path"], &installed), []);
        assert_eq!(
            names(&["foo-bar>=2", "absent"], &installed),
            [("foo-bar>=2".to_owned(), Some("1.5".to_owned())), ("absent".to_owned(), None)]
        );
    }

    #[test]
    fn markers_that_do_not_hold_are_met() {
        assert_eq!(names(&["a; sys_platform == 'win32'", "b; python_version < '3'"], &[]), []);
        assert_eq!(names(&["a; sys_platform == 'linux'"], &[]).len(), 1);
    }

    #[test]
    fn extras_are_followed_one_step() {
        let installed = [distribution("a", "1", &["b; extra == 'more'", "c; extra == 'other'", "d"])];
        assert_eq!(names(&["a[more]"], &installed), [("b; extra == 'more'".to_owned(), None)]);
    }

    #[test]
    fn the_python_version_is_checked() {
        let declaration = Declaration { requires_python: Some(">=3.99".to_owned()), ..Declaration::default() };
        let found = unmet(&declaration, &testing::interpreter(), &[]);
        assert_eq!(found[0].found.as_deref(), Some("3.11.7"));
    }

    #[test]
    fn required_names_are_cut_from_the_line() {
        let distribution = distribution("a", "1", &["B_c[x]>=1", "d(>=2)", "e;extra=='f'"]);
        assert_eq!(required_names(&distribution).collect::<Vec<_>>(), ["b-c", "d", "e"]);
    }
}

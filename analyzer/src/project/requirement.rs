use super::declaration::Declaration;
use super::distribution::{Distribution, normalized};
use super::interpreter::Interpreter;
use pep508_rs::pep440_rs::{Version, VersionSpecifiers};
use pep508_rs::{ExtraName, MarkerEnvironment, MarkerEnvironmentBuilder, Requirement, VerbatimUrl, VersionOrUrl};
use std::collections::{BTreeMap, BTreeSet, HashMap};
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

/// How a distribution relates to others, by their normalized names.
#[derive(Debug, Default)]
pub(crate) struct Relations {
    pub(crate) by_name: BTreeMap<String, Relation>,
}

/// What a distribution says of another one.
#[derive(Debug, Default)]
pub(crate) struct Relation {
    /// It is required on this interpreter.
    pub(crate) required: bool,
    /// With these extras of it.
    pub(crate) extras: Vec<String>,
    /// It is required, or an extra for those who use the distribution asks for it; not only one for
    /// those who develop it.
    pub(crate) for_use: bool,
    /// The extras for use that ask for it.
    pub(crate) features: Vec<String>,
}

/// Reads the `Requires-Dist` lines of a distribution.
pub(crate) fn relations(distribution: &Distribution, interpreter: &Interpreter) -> Relations {
    let mut relations = Relations::default();
    let Some(environment) = marker_environment(interpreter) else { return relations };
    for text in &distribution.requires {
        let Some(requirement) = parse(text) else { continue };
        let relation = relations.by_name.entry(normalized(requirement.name.as_ref())).or_default();
        if requirement.evaluate_markers(&environment, &[]) {
            relation.required = true;
            relation.for_use = true;
            relation.extras.extend(requirement.extras.iter().map(ToString::to_string));
        } else {
            let features: Vec<&str> = extra_names(text).filter(|extra| !is_extra_of_developers(extra)).collect();
            relation.for_use |= !features.is_empty();
            let features = features.into_iter().filter(|extra| !is_collection(extra));
            relation.features.extend(features.map(str::to_ascii_lowercase));
        }
    }
    // `polars[pyarrow]; extra == "pandas"`: an extra that contains another one.
    let own = normalized(&distribution.name);
    for text in &distribution.requires {
        let Some(requirement) = parse(text).filter(|found| normalized(found.name.as_ref()) == own) else { continue };
        let containing: Vec<String> = extra_names(text).map(str::to_ascii_lowercase).collect();
        let contained: Vec<String> = requirement.extras.iter().map(ToString::to_string).collect();
        for relation in relations.by_name.values_mut() {
            if relation.features.iter().any(|feature| contained.contains(feature)) {
                relation.features.extend(containing.iter().filter(|extra| !is_extra_of_developers(extra)).cloned());
            }
        }
    }
    relations
}

/// The names that a marker compares `extra` with.
fn extra_names(requirement: &str) -> impl Iterator<Item = &str> {
    requirement.split("extra").skip(1).filter_map(|rest| {
        let quoted = rest.trim_start().strip_prefix("==")?.trim_start();
        let quote = quoted.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        quoted.get(1..)?.split(quote).next()
    })
}

/// Whether an extra stands for all others, and names no feature.
fn is_collection(extra: &str) -> bool {
    matches!(extra.to_ascii_lowercase().as_str(), "all" | "complete" | "everything" | "full")
}

/// Whether an extra is for those who work on a distribution.
fn is_extra_of_developers(extra: &str) -> bool {
    const WORDS: [&str; 22] = [
        "bench",
        "benchmark",
        "benchmarks",
        "build",
        "check",
        "ci",
        "cover",
        "coverage",
        "dev",
        "develop",
        "development",
        "doc",
        "docs",
        "documentation",
        "example",
        "examples",
        "lint",
        "mypy",
        "test",
        "tests",
        "testing",
        "typing",
    ];
    let extra = extra.to_ascii_lowercase();
    extra.split(['-', '_', '.']).any(|word| WORDS.contains(&word))
}

/// Names and extras of the distributions that the program declares.
pub(crate) fn declared(declaration: &Declaration, interpreter: &Interpreter) -> Vec<(String, Vec<String>)> {
    let Some(environment) = marker_environment(interpreter) else { return Vec::new() };
    let requirements = declaration.requirements.iter().filter_map(|text| parse(text));
    requirements
        .filter(|requirement| requirement.evaluate_markers(&environment, &[]))
        .map(|requirement| {
            (normalized(requirement.name.as_ref()), requirement.extras.iter().map(ToString::to_string).collect())
        })
        .collect()
}

/// Names of the distributions that extras of a distribution add, with the extras of these.
pub(crate) fn of_extras(
    distribution: &Distribution,
    extras: &[String],
    interpreter: &Interpreter,
) -> Vec<(String, Vec<String>)> {
    let Some(environment) = marker_environment(interpreter) else { return Vec::new() };
    let extras: Vec<ExtraName> = extras.iter().filter_map(|extra| ExtraName::from_str(extra).ok()).collect();
    let requirements = distribution.requires.iter().filter_map(|text| parse(text));
    requirements
        .filter(|requirement| requirement.evaluate_markers(&environment, &extras))
        .map(|requirement| {
            (normalized(requirement.name.as_ref()), requirement.extras.iter().map(ToString::to_string).collect())
        })
        .collect()
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
            entry_points: BTreeMap::new(),
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
    fn extras_are_for_use_or_for_development() {
        let lines = ["B_c[x]>=1", "d; extra == 'fast'", "e; extra == 'test-all'", "f; sys_platform == 'win32'"];
        let relations = relations(&distribution("a", "1", &lines), &testing::interpreter());
        let found: Vec<_> =
            relations.by_name.iter().map(|(name, found)| (name.as_str(), found.required, found.for_use)).collect();
        assert_eq!(found, [("b-c", true, true), ("d", false, true), ("e", false, false), ("f", false, false)]);
        assert_eq!(relations.by_name["b-c"].extras, ["x"]);
    }
}

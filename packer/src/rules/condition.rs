//! `when = "version < 2"`: the versions of a distribution that a rule is for.

use pep508_rs::pep440_rs::{Version, VersionSpecifiers};
use serde::Deserialize;
use std::str::FromStr;

/// A condition of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Condition {
    versions: VersionSpecifiers,
}

impl Condition {
    /// Whether it holds for a version. It does not where there is none: the module belongs to no distribution.
    pub fn holds(&self, version: Option<&str>) -> bool {
        let version = version.and_then(|version| Version::from_str(version).ok());
        version.is_some_and(|version| self.versions.contains(&version))
    }
}

impl TryFrom<String> for Condition {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let versions = text.trim().strip_prefix("version").and_then(|rest| VersionSpecifiers::from_str(rest).ok());
        let versions = versions.filter(|versions| !versions.is_empty());
        let versions =
            versions.ok_or(format!("`{text}` is no condition; write `version < 2` or `version >= 1.5, < 2`"))?;
        Ok(Condition { versions })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_pip_does() {
        let holds = |text: &str, version| Condition::try_from(text.to_owned()).unwrap().holds(version);
        assert!(holds("version < 2", Some("1.10")));
        assert!(!holds("version < 2", Some("2.0.1")));
        assert!(holds("version >= 1.5, < 2", Some("1.5")));
        assert!(!holds("version < 2", None));
        assert!(!holds("version < 2", Some("no version")));
        for wrong in ["", "version", "2", "version 2", "< 2", "name < 2"] {
            assert!(Condition::try_from(wrong.to_owned()).is_err(), "accepted {wrong:?}");
        }
    }
}

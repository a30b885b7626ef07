//! The rules that rpack carries: one file a package, in `packer/rules`.
//!
//! A rule is for what the evidence cannot show. The end-to-end tests pack the program of each (`tests/rules`) with its rule and
//! without it; a rule that is not needed any more fails there.

/// A rule, as it is written.
pub struct Carried {
    /// The module that it is about.
    pub module: &'static str,
    /// The rule.
    pub text: &'static str,
    /// The script that its `runtime-hook` names.
    pub runtime_hook: Option<&'static str>,
}

/// Every rule.
pub const RULES: &[Carried] = &[
    Carried { module: "eth_hash", text: include_str!("../../rules/eth_hash.toml"), runtime_hook: None },
    Carried { module: "shiboken6", text: include_str!("../../rules/shiboken6.toml"), runtime_hook: None },
];

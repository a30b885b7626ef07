//! Who may use whom, and what a packed program may carry.

use crate::demand;
use crate::repository::{files, root};
use serde_json::Value;
use std::collections::BTreeSet;
use std::process::Command;
use std::sync::LazyLock;
use toml::Table;

/// The members of the workspace that a member may use. Each uses exactly these.
const USES: [(&str, &[&str]); 7] = [
    ("rpack", &["rpack-analyzer", "rpack-format"]),
    ("rpack-analyzer", &[]),
    ("rpack-bootloader", &["rpack-format"]),
    ("rpack-format", &[]),
    ("rpack-hosted", &["rpack-bootloader"]),
    ("rpack-runtime", &["rpack-format"]),
    ("rpack-stub", &["rpack-bootloader"]),
];

/// Every library of others that is linked into a packed program, with what the libraries bring themselves. Procedural
/// macros are left out: they run in the compiler.
const CARRIED: [(&str, &[&str]); 2] = [
    (
        "rpack-bootloader",
        &[
            "bitflags", // brought by rustix
            "libc",
            "linux-raw-sys", // brought by rustix
            "memmap2",
            "rustix",
            "thiserror",
            "xxhash-rust", // brought by rpack-format
            "zstd-safe",
            "zstd-sys", // brought by zstd-safe
        ],
    ),
    (
        "rpack-runtime",
        &[
            "libc",
            "once_cell", // brought by pyo3
            "pyo3",
            "pyo3-ffi",    // brought by pyo3
            "thiserror",   // brought by rpack-format
            "xxhash-rust", // brought by rpack-format
        ],
    ),
];

/// The system that packed programs run on, whose dependencies are looked at.
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// The registry that every locked library comes from. A mirror that somebody's machine uses must not get into the lock file.
const REGISTRY: &str = concat!("registry+https://github.com/rust-lang/", "crates.io-index");

/// A package of the workspace.
pub struct Member {
    /// Its name.
    pub name: String,
    /// The names of the other members that it uses, in whichever way.
    pub uses: BTreeSet<String>,
    /// The root files of its libraries and programs, as paths from the repository's root.
    pub roots: Vec<String>,
    /// The path of its manifest, likewise.
    manifest: String,
}

/// The packages of the workspace, as cargo sees them.
pub fn members() -> &'static [Member] {
    static MEMBERS: LazyLock<Vec<Member>> = LazyLock::new(|| {
        let answer = cargo(&["metadata", "--format-version", "1", "--no-deps"]);
        let answer: Value = serde_json::from_str(&answer).expect("cargo writes JSON");
        list(&answer["packages"]).map(member).collect()
    });
    &MEMBERS
}

#[test]
fn members_use_whom_they_may() {
    let findings = members().iter().flat_map(|member| {
        let may = USES.iter().find(|(name, _)| *name == member.name).map_or(&[][..], |(_, may)| may);
        let must_not = member.uses.iter().filter(|used| !may.contains(&used.as_str()));
        let new = must_not.map(|used| format!("{}: `{}` uses `{used}`", place(&member.manifest, used), member.name));
        let gone = may.iter().filter(|name| !member.uses.contains(**name));
        let gone = gone.map(|name| format!("{}: `{}` does not use `{name}` any more", member.manifest, member.name));
        new.chain(gone).collect::<Vec<_>>()
    });
    demand(
        "The data flows one way (ARCHITECTURE.md): a package that needs something of a room it may not enter gets it as a \
         value. Where the architecture itself changes, change `USES` with it.",
        findings.collect(),
    );
}

#[test]
fn packed_programs_carry_what_was_decided() {
    let findings = CARRIED.iter().flat_map(|(package, allowed)| {
        let allowed: BTreeSet<_> = allowed.iter().map(|name| (*name).to_owned()).collect();
        let found = carried(package);
        let new =
            found.difference(&allowed).map(move |name| format!("`{package}` carries `{name}`, which is not listed"));
        let gone = allowed.difference(&found).map(move |name| format!("`{package}` does not carry `{name}` any more"));
        new.chain(gone).collect::<Vec<_>>()
    });
    demand(
        "Every packed program pays for these libraries, at each start and in each copy. Do without the new one; or measure \
         what it adds, say it in the package's Cargo.toml, and change `CARRIED`.",
        findings.collect(),
    );
}

#[test]
fn versions_stand_in_one_place() {
    let mut findings = Vec::new();
    for member in members() {
        for (name, dependency) in dependencies(&manifest(&member.manifest)) {
            if dependency.get("workspace").and_then(toml::Value::as_bool) != Some(true) {
                findings.push(format!("{}: `{name}`", place(&member.manifest, &name)));
            }
        }
    }
    demand(
        "Name the version in `[workspace.dependencies]` of Cargo.toml, and write `NAME.workspace = true` here.",
        findings,
    );
}

#[test]
fn every_library_of_the_workspace_is_used() {
    let used: BTreeSet<_> =
        members().iter().flat_map(|member| dependencies(&manifest(&member.manifest))).map(|(name, _)| name).collect();
    let workspace = manifest("Cargo.toml");
    let declared = workspace["workspace"]["dependencies"].as_table().expect("it is a table");
    let unused = declared.keys().filter(|name| !used.contains(*name));
    let findings = unused.map(|name| format!("{}: `{name}`", place("Cargo.toml", name))).collect();
    demand("No package uses these libraries any more: take them out of `[workspace.dependencies]`.", findings);
}

#[test]
fn locked_libraries_come_from_the_public_registry() {
    let lock =
        files().iter().find(|file| file.path == "Cargo.lock").expect("the lock file is a part of the repository");
    let foreign = lock.lines().filter(|(_, line)| line.starts_with("source = ") && !line.contains(REGISTRY));
    demand(
        "Every build must be able to fetch what is locked: make Cargo.lock again where no other registry is configured.",
        foreign.map(|(number, line)| format!("Cargo.lock:{number}: {line}")).collect(),
    );
}

fn member(package: &Value) -> Member {
    let from_root = |path: &Value| {
        let path = path.as_str().expect("a path is text").strip_prefix(root().to_str().expect("it is UTF-8"));
        path.expect("members stand below the root").trim_start_matches('/').to_owned()
    };
    let is_root = |target: &&Value| list(&target["kind"]).any(|kind| ["lib", "cdylib", "bin"].contains(&text(kind)));
    let local = list(&package["dependencies"]).filter(|dependency| dependency["path"].is_string());
    Member {
        name: text(&package["name"]).to_owned(),
        uses: local.map(|dependency| text(&dependency["name"]).to_owned()).collect(),
        roots: list(&package["targets"]).filter(is_root).map(|target| from_root(&target["src_path"])).collect(),
        manifest: from_root(&package["manifest_path"]),
    }
}

/// The libraries of others that are linked into `package`.
fn carried(package: &str) -> BTreeSet<String> {
    let edges = ["--edges", "normal,no-proc-macro", "--target", TARGET];
    let tree = cargo(
        &[&["tree", "--locked", "--package", package, "--prefix", "none", "--format", "{p}"], &edges[..]].concat(),
    );
    let names = tree.lines().filter_map(|line| line.split(' ').next()).filter(|name| !name.is_empty());
    names.filter(|name| USES.iter().all(|(member, _)| member != name)).map(str::to_owned).collect()
}

/// The libraries that a manifest names, of all kinds and for all systems.
fn dependencies(manifest: &Table) -> Vec<(String, toml::Value)> {
    let systems = manifest.get("target").and_then(toml::Value::as_table).into_iter().flat_map(Table::values);
    let tables = systems.filter_map(toml::Value::as_table).chain([manifest]);
    let kinds = ["dependencies", "dev-dependencies", "build-dependencies"];
    let lists = tables.flat_map(|table| kinds.iter().filter_map(|kind| table.get(*kind)?.as_table()));
    lists.flatten().map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn manifest(path: &str) -> Table {
    let text = std::fs::read_to_string(root().join(path)).expect("a manifest can be read");
    text.parse().expect("a manifest is TOML")
}

/// File and line on which a manifest names a library.
fn place(path: &str, name: &str) -> String {
    let file = files().iter().find(|file| file.path == path).expect("manifests belong to the repository");
    let line =
        file.lines().find(|(_, line)| line.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '.', '='])));
    format!("{path}:{}", line.map_or(1, |(number, _)| number))
}

fn cargo(arguments: &[&str]) -> String {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo).args(arguments).current_dir(root()).output().expect("cargo runs");
    assert!(output.status.success(), "cargo {arguments:?} failed:\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("cargo writes UTF-8")
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().expect("it is a list").iter()
}

fn text(value: &Value) -> &str {
    value.as_str().expect("it is text")
}

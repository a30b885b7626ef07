//! What the calls of a `.spec` file mean as settings.

use super::calls::{Call, FILTER};
use super::value::{Collected, Value};
use super::{NotPlain, Spec};
use crate::pyinstaller;
use crate::settings::{InterpreterOption, NO_ARCHIVE, Settings};
use packer::options::AddedData;
use serde_json::Value as Json;
use std::path::{Path, PathBuf};
use walkdir::{DirEntry, WalkDir};

/// The arguments of `Analysis` that may be given without their names.
const OF_ANALYSIS: [&str; 9] = [
    "scripts",
    "pathex",
    "binaries",
    "datas",
    "hiddenimports",
    "hookspath",
    "hooksconfig",
    "excludes",
    "runtime_hooks",
];

/// Arguments of `EXE` that choose nothing here, with their flags in the table of [`pyinstaller`].
const NEEDLESS: [(&str, &str); 18] = [
    ("argv_emulation", "argv-emulation"),
    ("bootloader_ignore_signals", "bootloader-ignore-signals"),
    ("codesign_identity", "codesign-identity"),
    ("disable_windowed_traceback", "disable-windowed-traceback"),
    ("entitlements_file", "osx-entitlements-file"),
    ("hide_console", "hide-console"),
    ("icon", "icon"),
    ("manifest", "manifest"),
    ("resources", "resource"),
    ("runtime_tmpdir", "runtime-tmpdir"),
    ("target_arch", "target-architecture"),
    ("uac_admin", "uac-admin"),
    ("uac_uiaccess", "uac-uiaccess"),
    ("upx_exclude", "upx-exclude"),
    ("version", "version-file"),
    ("cipher", "key"),
    ("win_no_prefer_redirects", "win-no-prefer-redirects"),
    ("win_private_assemblies", "win-private-assemblies"),
];

/// Arguments that say how PyInstaller itself works.
const INTERNAL: [&str; 8] =
    ["append_pkg", "cdict", "codesign_deep", "embed_manifest", "exclude_binaries", "icon_resources", "upx", "upx_dir"];

/// What the calls mean.
///
/// # Errors
///
/// Where an argument is not plain, or asks for what is not possible here.
pub fn of_calls(calls: &[Call], path: &Path) -> Result<Spec, NotPlain> {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let settings = Settings { name: Some(stem), ..Settings::default() };
    let mut spec = Spec { script: PathBuf::new(), settings, notes: Vec::new() };
    let folder = path.parent().unwrap_or(Path::new("/"));
    for (number, call) in calls.iter().enumerate() {
        let is_second = calls.iter().take(number).any(|earlier| earlier.name == call.name);
        if is_second && matches!(call.name.as_str(), "Analysis" | "EXE" | "COLLECT") {
            let message = format!("a second `{}`: a build makes one program", call.name);
            let hint = if call.name == "Analysis" {
                "Call `rpack build SCRIPT` for each program"
            } else {
                "Leave one of them; `--onedir` and `--onefile` say which kind is made"
            };
            return Err(not_plain(call.line, message, hint));
        }
        match call.name.as_str() {
            "Analysis" => analysis(call, &mut spec)?,
            "EXE" => executable(call, &mut spec, folder)?,
            "COLLECT" => {
                spec.settings.onedir = true;
                executable(call, &mut spec, folder)?;
            }
            "MERGE" => {
                let message = "`MERGE` shares files between programs".to_owned();
                return Err(not_plain(
                    call.line,
                    message,
                    "Programs of one user share files by themselves: build each from its script",
                ));
            }
            FILTER => {
                let list = if let Some(Value::Text(list)) = call.arguments.first() { list } else { "a list" };
                spec.notes.push(format!(
                    "`{list}` is not filtered: it holds what PyInstaller would find; leave modules out with `--exclude-module`"
                ));
            }
            "Splash" => note(&mut spec, "Splash", "splash", call.line)?,
            "a.datas" | "a.binaries" => {
                for (line, value) in added(call)? {
                    table_entry(&mut spec, &call.name, line, &value, folder)?;
                }
            }
            name if name.starts_with("a.") => {
                let message = format!("`{name}` is changed");
                return Err(not_plain(
                    call.line,
                    message,
                    "Name modules with `hidden-imports` under `[tool.rpack]` in `pyproject.toml`",
                ));
            }
            "BUNDLE" => note(&mut spec, "BUNDLE", "osx-bundle-identifier", call.line)?,
            // `PYZ` says where modules go.
            _ => {}
        }
    }
    if spec.script.as_os_str().is_empty() {
        let message = "There is no call of `Analysis` that names a script".to_owned();
        return Err(not_plain(1, message, "Give the script itself: `rpack build SCRIPT`"));
    }
    Ok(spec)
}

fn not_plain(line: u32, message: String, hint: &str) -> NotPlain {
    NotPlain { line, message, hint: Some(hint.to_owned()) }
}

fn analysis(call: &Call, spec: &mut Spec) -> Result<(), NotPlain> {
    let positional =
        OF_ANALYSIS.iter().zip(&call.arguments).map(|(name, value)| ((*name).to_owned(), call.line, value.clone()));
    for (name, line, value) in positional.chain(call.keywords.iter().cloned()) {
        let settings = &mut spec.settings;
        match name.as_str() {
            "scripts" => spec.script = script(&name, line, &value)?.into(),
            "pathex" => settings.paths = texts(&name, line, &value, "paths")?.into_iter().map(PathBuf::from).collect(),
            "excludes" => settings.exclude_modules = texts(&name, line, &value, "exclude-modules")?,
            "runtime_hooks" => {
                let hooks = texts(&name, line, &value, "runtime-hooks")?;
                settings.runtime_hooks = hooks.into_iter().map(PathBuf::from).collect();
            }
            "binaries" | "datas" | "hiddenimports" => {
                for (line, item) in items(&name, line, &value)? {
                    entry(settings, &name, line, &item)?;
                }
            }
            "optimize" => match value {
                Value::None | Value::Number(-1) => {}
                Value::Number(level @ 0..=2) => settings.optimize = u8::try_from(level).ok(),
                value => return Err(computed(&name, line, &value, "optimize = LEVEL")),
            },
            "noarchive" if value.is_empty() => {}
            "noarchive" => spec.notes.push(format!("`noarchive` is not needed: {NO_ARCHIVE}")),
            "module_collection_mode" if value.is_empty() => {}
            "module_collection_mode" => {
                let modes = value.to_json().ok_or_else(|| {
                    computed(&name, line, &value, "module-collection-mode = { PACKAGE = \"pyz+py\" }")
                })?;
                let modes = serde_json::from_value(modes);
                settings.module_collection_mode = modes.map_err(|error| {
                    not_plain(line, format!("`{name}` is wrong: {error}"), "Name one for each package")
                })?;
            }
            "hooksconfig" => match value.to_json() {
                Some(Json::Object(configuration)) => settings.hooks_config = configuration,
                Some(Json::Null) => {}
                _ => return Err(computed(&name, line, &value, "hooks-config.PACKAGE = { KEY = VALUE }")),
            },
            "hookspath" => {
                let folders = texts(&name, line, &value, "additional-hooks-dirs")?;
                settings.additional_hooks_dirs = folders.into_iter().map(PathBuf::from).collect();
            }
            _ => other(spec, call, &name, line, &value)?,
        }
    }
    Ok(())
}

/// `EXE` and `COLLECT`.
fn executable(call: &Call, spec: &mut Spec, folder: &Path) -> Result<(), NotPlain> {
    for argument in &call.arguments {
        match argument {
            Value::Made(_) | Value::Part(_) => {}
            Value::List(items) => {
                for (line, item) in items {
                    table_entry(spec, &call.name, *line, item, folder)?;
                }
            }
            value => table_entry(spec, &call.name, call.line, value, folder)?,
        }
    }
    for (name, line, value) in &call.keywords {
        let settings = &mut spec.settings;
        match (name.as_str(), value) {
            ("name", Value::Text(text)) => {
                let given = Path::new(text).file_name().map(|name| name.to_string_lossy().into_owned());
                if call.name == "EXE" {
                    settings.name = given;
                } else if settings.name != given {
                    spec.notes
                        .push(format!("`name` of `COLLECT` is `{text}`, but the folder is called like the executable"));
                }
            }
            ("strip", value) => settings.strip |= !value.is_empty(),
            ("debug", value) if value.is_empty() => {}
            ("debug", _) => settings.debug = vec!["all".to_owned()],
            ("console", Value::Bool(true)) => {}
            ("console", _) => note(spec, name, "windowed", *line)?,
            ("contents_directory", Value::None) => {}
            ("contents_directory", Value::Text(folder)) => settings.contents_directory = Some(folder.clone()),
            _ => other(spec, call, name, *line, value)?,
        }
    }
    Ok(())
}

/// An argument that is neither the program's nor its files'.
fn other(spec: &mut Spec, call: &Call, name: &str, line: u32, value: &Value) -> Result<(), NotPlain> {
    if let Some((_, flag)) = NEEDLESS.iter().find(|(known, _)| *known == name) {
        return if value.is_empty() { Ok(()) } else { note(spec, name, flag, line) };
    }
    if INTERNAL.contains(&name) {
        return Ok(());
    }
    let message = format!("`{name}` of `{}` is not known", call.name);
    Err(not_plain(line, message, "Leave it out, or give the script and flags to `rpack build`"))
}

fn note(spec: &mut Spec, name: &str, flag: &str, line: u32) -> Result<(), NotPlain> {
    let Some(answer) = pyinstaller::answer(flag) else { return Ok(()) };
    let note = pyinstaller::note(name, answer).map_err(|refused| NotPlain {
        line,
        message: refused.message,
        hint: refused.hint,
    })?;
    spec.notes.push(note);
    Ok(())
}

fn script(name: &str, line: u32, value: &Value) -> Result<String, NotPlain> {
    let mut scripts = texts(name, line, value, "")?;
    match (scripts.pop(), scripts.len()) {
        (Some(script), 0) => Ok(script),
        _ => {
            let hint = "Give one script to `rpack build`, and those that run before it with `--runtime-hook`";
            Err(not_plain(line, "`scripts` must name one script".to_owned(), hint))
        }
    }
}

/// An item of `datas`, `binaries` or `hiddenimports`.
fn entry(settings: &mut Settings, name: &str, line: u32, item: &Value) -> Result<(), NotPlain> {
    match (name, item) {
        (_, Value::Collected(what, package)) => {
            let list = match what {
                Collected::Data => &mut settings.collect_data,
                Collected::Libraries => &mut settings.collect_binaries,
                Collected::Submodules => &mut settings.collect_submodules,
                Collected::Metadata => &mut settings.copy_metadata,
                Collected::MetadataWithRequired => &mut settings.recursive_copy_metadata,
            };
            list.push(package.clone());
            Ok(())
        }
        ("hiddenimports", Value::Text(module)) => {
            settings.hidden_imports.push(module.clone());
            Ok(())
        }
        ("hiddenimports", other) => Err(computed(name, line, other, "hidden-imports = [\"MODULE\"]")),
        (_, Value::List(pair)) => match pair.as_slice() {
            [(_, Value::Text(source)), (_, Value::Text(destination))] => {
                let destination = if destination.is_empty() { "." } else { destination };
                add(settings, name, source, destination);
                Ok(())
            }
            _ => Err(computed(name, line, item, &key(name))),
        },
        (_, other) => Err(computed(name, line, other, &key(name))),
    }
}

/// An entry of a table of contents: name, source, type.
fn table_entry(spec: &mut Spec, name: &str, line: u32, item: &Value, folder: &Path) -> Result<(), NotPlain> {
    let settings = &mut spec.settings;
    match item {
        Value::Tree { root, prefix, excludes } if excludes.is_empty() => add(settings, name, root, prefix),
        Value::Tree { root, prefix, excludes } => {
            for (file, inside) in files_of_tree(&folder.join(root), excludes) {
                let destination: PathBuf = Path::new(prefix).join(inside).components().collect();
                add(settings, name, &file.to_string_lossy(), &destination.to_string_lossy());
            }
        }
        Value::Made(_) | Value::Part(_) => {}
        Value::List(parts) => match parts.iter().map(|(_, part)| part).collect::<Vec<_>>().as_slice() {
            [Value::Text(option), _, Value::Text(kind)] if kind == "OPTION" => {
                let known = option.parse::<InterpreterOption>();
                let known =
                    known.map_err(|reason| not_plain(line, format!("The option `{option}` is not known"), &reason))?;
                settings.python_options.push(known);
            }
            [Value::Text(inside), Value::Text(source), Value::Text(_)] => {
                let inside = Path::new(inside);
                if inside.file_name() != Path::new(source).file_name() {
                    let message = format!("`{source}` would get another name, `{}`", inside.display());
                    return Err(not_plain(line, message, "Give the file that name, or load it by the one that it has"));
                }
                let folder = inside.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
                add(settings, name, source, &folder.to_string_lossy());
            }
            _ => return Err(computed(name, line, item, &key(name))),
        },
        other => return Err(computed(name, line, other, &key(name))),
    }
    Ok(())
}

/// The files of a `Tree`, each with the folder below the tree's that it lies in. What it excludes are names of files and folders, at any
/// depth, and `*.ENDING`.
fn files_of_tree(root: &Path, excludes: &[String]) -> Vec<(PathBuf, PathBuf)> {
    let is_excluded = |entry: &DirEntry| {
        let name = entry.file_name().to_string_lossy();
        let has_ending = |pattern: &str| pattern.strip_prefix('*').is_some_and(|ending| name.ends_with(ending));
        entry.depth() > 0 && excludes.iter().any(|pattern| *pattern == name || has_ending(pattern))
    };
    let walk = WalkDir::new(root).follow_links(true).sort_by_file_name().into_iter();
    let files = walk.filter_entry(|entry| !is_excluded(entry)).flatten().filter(|entry| entry.file_type().is_file());
    let placed = files.filter_map(|file| {
        let inside = file.path().parent()?.strip_prefix(root).ok()?.to_owned();
        Some((file.into_path(), inside))
    });
    placed.collect()
}

fn add(settings: &mut Settings, name: &str, source: &str, destination: &str) {
    let added = AddedData { source: source.to_owned(), destination: destination.to_owned() };
    let list = if name.contains("binaries") { &mut settings.add_binary } else { &mut settings.add_data };
    list.push(added);
}

fn key(name: &str) -> String {
    format!("{} = [\"SRC:DEST\"]", if name.contains("binaries") { "add-binary" } else { "add-data" })
}

fn texts(name: &str, line: u32, value: &Value, key: &str) -> Result<Vec<String>, NotPlain> {
    let key = if key.is_empty() { String::new() } else { format!("{key} = [...]") };
    let text = |(line, item): (u32, Value)| match item {
        Value::Text(text) => Ok(text),
        other => Err(computed(name, line, &other, &key)),
    };
    items(name, line, value)?.into_iter().map(text).collect()
}

fn items(name: &str, line: u32, value: &Value) -> Result<Vec<(u32, Value)>, NotPlain> {
    match value {
        Value::None => Ok(Vec::new()),
        Value::List(items) => Ok(items.clone()),
        other => {
            let key = match name {
                "hiddenimports" => "hidden-imports = [\"MODULE\"]".to_owned(),
                "datas" | "binaries" => key(name),
                _ => String::new(),
            };
            Err(computed(name, line, other, &key))
        }
    }
}

/// The items that are added to a list of an analysis.
fn added(call: &Call) -> Result<Vec<(u32, Value)>, NotPlain> {
    match call.arguments.first().unwrap_or(&Value::None) {
        item @ (Value::Tree { .. } | Value::Part(_)) => Ok(vec![(call.line, item.clone())]),
        Value::List(items) => Ok(items.clone()),
        other => Err(computed(&call.name, call.line, other, &key(&call.name))),
    }
}

fn computed(name: &str, line: u32, value: &Value, key: &str) -> NotPlain {
    let (line, what) = match value {
        Value::Unknown { line, what } => (*line, what.as_str()),
        _ => (line, "something of another kind"),
    };
    let hint = match key {
        "" => "Give the script and flags to `rpack build` instead of the `.spec` file".to_owned(),
        key => format!(
            "Write what it amounts to as `{key}` under `[tool.rpack]` in `pyproject.toml`, and give `rpack build` the script"
        ),
    };
    NotPlain { line, message: format!("`{name}` is not plain: it is {what}"), hint: Some(hint) }
}

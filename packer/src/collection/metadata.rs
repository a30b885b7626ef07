//! Metadata of the included distributions (PEP 376, PEP 566): what `importlib.metadata` answers from.

use super::{Content, Files, Reason, relative};
use rpack_analyzer::Distribution;
use rpack_format::FileKind;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use walkdir::WalkDir;

/// What an installer notes about one installation. It differs between machines, and says nothing about the program.
const LEFT_OUT: [&str; 5] = ["INSTALLER", "REQUESTED", "direct_url.json", "RECORD.jws", "RECORD.p7s"];

/// Adds the metadata folder of every distribution.
pub fn collect(files: &mut Files, distributions: &[Distribution]) {
    for distribution in distributions {
        let folder = &distribution.metadata_folder;
        let Some(place) = place_of(folder) else { continue };
        if folder.is_file() {
            add(files, distribution, folder, place.clone());
        }
        for entry in WalkDir::new(folder).min_depth(1).sort_by_file_name().into_iter().flatten() {
            if let Some(path) = relative(entry.path(), folder).filter(|_| entry.file_type().is_file()) {
                add(files, distribution, entry.path(), format!("{place}/{path}"));
            }
        }
    }
}

/// Where metadata goes. That of an egg takes the egg's name, because all that is packed shares one folder.
fn place_of(folder: &Path) -> Option<String> {
    let name = folder.file_name()?.to_str()?;
    match (name, folder.parent().and_then(Path::file_stem).and_then(OsStr::to_str)) {
        ("EGG-INFO", Some(egg)) => Some(format!("{egg}.egg-info")),
        _ => Some(name.to_owned()),
    }
}

fn add(files: &mut Files, distribution: &Distribution, file: &Path, path: String) {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    if LEFT_OUT.contains(&name.as_ref()) {
        return;
    }
    let content = match fs::read_to_string(file) {
        Ok(record) if name == "RECORD" => Content::Bytes(portable_record(&record).into_bytes()),
        _ => Content::File(file.to_owned()),
    };
    files.add(&path, FileKind::Data, content, Reason::MetadataOf(distribution.name.clone()));
}

/// The lines of a RECORD that say the same on every machine: no bytecode caches (pip names even those that it was told to
/// keep elsewhere), no scripts outside of the environment's library, nothing that [`LEFT_OUT`] names.
fn portable_record(record: &str) -> String {
    let is_portable = |line: &&str| {
        let path = line.split(',').next().unwrap_or_default().trim_matches('"');
        let name = path.rsplit('/').next().unwrap_or_default();
        !path.starts_with("../") && !path.starts_with('/') && !path.ends_with(".pyc") && !LEFT_OUT.contains(&name)
    };
    let mut lines: Vec<&str> = record.lines().filter(is_portable).collect();
    lines.sort_unstable();
    lines.iter().flat_map(|line| [line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_has_a_name_of_its_own() {
        for (folder, place) in
            [("/site/a-1.dist-info", "a-1.dist-info"), ("/site/b-2-py3.11.egg/EGG-INFO", "b-2-py3.11.egg-info")]
        {
            assert_eq!(place_of(Path::new(folder)).as_deref(), Some(place));
        }
    }

    #[test]
    fn a_record_keeps_what_is_the_same_everywhere() {
        let record = "b.py,sha256=x,1\na.py,sha256=y,2\n__pycache__/a.cpython-311.pyc,,\n../../../bin/tool,sha256=z,3\n\
                      a-1.dist-info/INSTALLER,sha256=w,4\n";
        assert_eq!(portable_record(record), "a.py,sha256=y,2\nb.py,sha256=x,1\n");
    }
}

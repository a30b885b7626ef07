//! Native files: extension modules, and the shared libraries that these and the interpreter need.

use super::brought::is_elf;
use super::{CollectedFile, Content, Error, Files, NATIVE_FOLDER, Reason, brought, libpython, relative};
use crate::diagnosis::Warning;
use rpack_analyzer::{Library, Module, ModuleGraph, ModuleKind, Origin, Project};
use rpack_format::FileKind;
use std::path::{Path, PathBuf};

/// The extension modules by which programs load libraries that they know by name.
const LOAD_BY_NAME: [&str; 2] = ["_ctypes", "_cffi_backend"];

/// A library that a flag asks for.
pub struct AskedLibrary {
    /// Where it lies now.
    pub source: PathBuf,
    /// Its path inside the bundle.
    pub inside: String,
    /// Which flag.
    pub reason: Reason,
}

/// Adds the graph's extension modules and the libraries that flags ask for, and every library that one of them needs and not
/// every Linux system has. Warns of those that were not found. `libpython` is the path inside the bundle of the
/// interpreter's own file.
pub fn collect(
    files: &mut Files,
    graph: &ModuleGraph,
    project: &Project,
    asked: Vec<AskedLibrary>,
    libpython: &str,
) -> Result<Vec<Warning>, Error> {
    let extensions: Vec<&Module> =
        graph.modules.values().filter(|module| module.kind == ModuleKind::Extension).collect();
    let interpreter = libpython::source(&project.interpreter);
    let extension_paths = extensions.iter().map(|module| module.path.as_path());
    let asked_paths = asked.iter().map(|library| library.source.as_path());
    let paths: Vec<PathBuf> = extension_paths.chain(asked_paths).chain([interpreter]).map(Path::to_owned).collect();
    let native = rpack_analyzer::resolve(&paths, &project.interpreter)?;
    let library_paths: Vec<String> = native.libraries.iter().map(|library| library_path(library, project)).collect();

    let places = extensions.iter().filter_map(|module| Some((&module.path, extension_path(module, project)?)));
    let places: Vec<_> = places.chain(asked.iter().map(|library| (&library.source, library.inside.clone()))).collect();
    for (number, (library, path)) in native.libraries.iter().zip(&library_paths).enumerate() {
        let needs =
            |(file, _): &&(&PathBuf, String)| native.by_file.get(*file).is_some_and(|needs| needs.contains(&number));
        let needed_by = places.iter().find(needs).map(|(_, inside)| inside.clone()).unwrap_or_default();
        if let Some(file) =
            files.add(path, FileKind::Native, Content::File(library.path.clone()), Reason::NeededBy(needed_by))
        {
            file.needs = library.needed.iter().map(|&number| library_paths[number].clone()).collect();
        }
    }
    let needs = |path: &Path| -> Vec<String> {
        let needs = native.by_file.get(path).into_iter().flatten();
        needs.map(|&number| library_paths[number].clone()).collect()
    };
    for module in extensions {
        let Some(path) = extension_path(module, project) else { continue };
        let reason = Reason::Extension(module.name.clone());
        if let Some(file) = files.add(&path, FileKind::Native, Content::File(module.path.clone()), reason) {
            file.needs = needs(&module.path);
            if LOAD_BY_NAME.contains(&module.name.as_str()) {
                // A library at the bundle's root is found by its name, as it is with PyInstaller, once it is loaded.
                let at_the_root = |library: &&AskedLibrary| !library.inside.contains('/');
                for library in asked.iter().filter(at_the_root).filter(|library| brought::is_loadable(&library.source))
                {
                    file.needs.extend(needs(&library.source));
                    file.needs.push(library.inside.clone());
                }
            }
        }
    }
    for library in asked {
        let content = Content::File(library.source.clone());
        if let Some(file) = files.add(&library.inside, FileKind::Native, content, library.reason) {
            // Two that need each other are both asked for; neither can come first.
            file.needs = needs(&library.source);
            file.needs.retain(|path| *path != library.inside);
        }
    }
    if let Some(file) = files.get_mut(libpython) {
        file.needs = needs(interpreter);
    }
    Ok(native.unresolved.iter().map(|(needed_by, name)| Warning::no_library(name, needed_by, graph)).collect())
}

/// Adds the libraries that native files among the data of packages need and that were installed with them: prophet starts a
/// program that finds `prophet.libs` from where it lies (`$ORIGIN`). What else such a file needs, it needs of the user's system.
pub fn collect_for_data(files: &mut Files, project: &Project) -> Result<(), Error> {
    let is_of_data =
        |file: &&CollectedFile| matches!(file.reason, Reason::DataOf(_) | Reason::ReadAsFile) && file.executable;
    let sources: Vec<(String, PathBuf)> = files
        .files
        .values()
        .filter(is_of_data)
        .filter_map(|file| match &file.content {
            Content::File(path) if is_elf(path) => Some((file.path.clone(), path.clone())),
            _ => None,
        })
        .collect();
    let paths: Vec<PathBuf> = sources.iter().map(|(_, path)| path.clone()).collect();
    let native = rpack_analyzer::resolve(&paths, &project.interpreter)?;
    for (inside, path) in &sources {
        for library in native.by_file.get(path).into_iter().flatten().filter_map(|&number| native.libraries.get(number))
        {
            if let Some(kept) = kept_path(library, project) {
                let content = Content::File(library.path.clone());
                files.add(&kept, FileKind::Native, content, Reason::NeededBy(inside.clone()));
            }
        }
    }
    Ok(())
}

/// The path of an extension module inside the bundle: beside its package's modules, or, for those of the standard library,
/// in the folder for native files.
pub fn extension_path(module: &Module, project: &Project) -> Option<String> {
    let file = module.path.file_name()?.to_str()?;
    match module.name.rsplit_once('.') {
        Some((package, _)) if !module.is_package => Some(format!("{}/{file}", package.replace('.', "/"))),
        _ if module.is_package => Some(format!("{}/{file}", module.name.replace('.', "/"))),
        _ if module.origin == Origin::StandardLibrary => Some(format!("{NATIVE_FOLDER}/{file}")),
        _ => relative(&module.path, folder_on_path(&module.path, project)?).or_else(|| Some(file.to_owned())),
    }
}

/// The path of a library inside the bundle. One that came with a distribution keeps its place, because the wheel's files
/// find each other by it (`$ORIGIN/../numpy.libs`); one of the system goes into the folder for native files.
fn library_path(library: &Library, project: &Project) -> String {
    kept_path(library, project)
        .unwrap_or_else(|| format!("{NATIVE_FOLDER}/{}", library.name.rsplit('/').next().unwrap_or(&library.name)))
}

fn kept_path(library: &Library, project: &Project) -> Option<String> {
    folder_on_path(&library.path, project)
        .filter(|folder| !project.interpreter.stdlib.starts_with(folder))
        .and_then(|folder| relative(&library.path, folder))
}

/// The innermost folder of the search path that holds `path`.
fn folder_on_path<'a>(path: &Path, project: &'a Project) -> Option<&'a Path> {
    let holding = project.search_path.iter().filter(|folder| path.starts_with(folder));
    holding.max_by_key(|folder| folder.as_os_str().len()).map(PathBuf::as_path)
}

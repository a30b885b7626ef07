//! The program's files without a place in any file system: native ones as anonymous files, data as it is in the payload.
//!
//! Data files get a path only when somebody asks for one: then all of them are written into a private folder, in memory
//! where the system has such a file system. Its path is known from the start, and nobody can guess it.

use crate::linked_in::Library;
use crate::payload::Payload;
use crate::private_folder::{self, PrivateFolder};
use crate::{Error, os};
use rpack_format::FileKind;
use rpack_format::index::File as Member;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The folder that a program sees where none could be made. It cannot exist, because `/dev/null` is no folder, so nobody can
/// put code there.
const NOWHERE: &str = "/dev/null/rpack";

/// Anonymous files, made when they are first needed. They stay open, because their path leads through the descriptor, and because
/// the dynamic linker knows what it has loaded by its path: it would take another file of the same number for the same library.
#[derive(Default)]
pub struct AnonymousFiles {
    files: Mutex<HashMap<u32, File>>,
}

impl AnonymousFiles {
    /// Takes over those that the interpreter has loaded at its start.
    pub fn resume(libraries: &[Library]) -> Self {
        let adopted = libraries.iter().filter_map(|library| Some((library.file, os::adopt(library.descriptor)?)));
        AnonymousFiles { files: Mutex::new(adopted.collect()) }
    }

    /// The path of file `number`.
    pub fn path(&self, number: u32, payload: &Payload) -> Result<PathBuf, Error> {
        self.with(number, payload, |file| Ok(os::path_of_open_file(file)))
    }

    /// A descriptor of file `number` that stays open in what this process becomes.
    pub fn inherited(&self, number: u32, payload: &Payload) -> Result<i32, Error> {
        self.with(number, payload, os::inherited)
    }

    fn with<T>(
        &self,
        number: u32,
        payload: &Payload,
        use_file: impl FnOnce(&File) -> io::Result<T>,
    ) -> Result<T, Error> {
        let member = payload.member(number)?;
        let failed = |error: io::Error| Error::NotLoadable {
            member: member.path.to_owned(),
            reason: format!("an anonymous file cannot be made (memfd_create: {error})"),
        };
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = files.get(&number) {
            return use_file(file).map_err(failed);
        }
        let file = write(member.path, &payload.content(&member)?).map_err(failed)?;
        let used = use_file(&file).map_err(failed)?;
        if !os::path_of_open_file(&file).exists() {
            let reason = "open files have no path, because /proc is not mounted".to_owned();
            return Err(Error::NotLoadable { member: member.path.to_owned(), reason });
        }
        files.insert(number, file);
        Ok(used)
    }
}

/// The folder that data files get when their path is asked for.
pub struct LazyFolder {
    path: PathBuf,
    revealed: Mutex<Option<PrivateFolder>>,
}

impl LazyFolder {
    /// Chooses its path, and makes nothing.
    pub fn choose() -> Self {
        let is_usable = |parent: &PathBuf| matches!(os::distrust_parent(parent), Ok(None));
        let parent = os::memory_folders().into_iter().find(is_usable);
        let path = parent.and_then(|parent| Some(parent.join(private_folder::name().ok()?)));
        LazyFolder { path: path.unwrap_or_else(|| NOWHERE.into()), revealed: Mutex::default() }
    }

    /// Its path, whether it is there already or not.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the folder with all data files; and, where `native` is given, the path of that native file, which leads to its
    /// anonymous one.
    pub fn reveal(&self, native: Option<u32>, anonymous: &AnonymousFiles, payload: &Payload) -> io::Result<()> {
        let mut revealed = self.revealed.lock().unwrap_or_else(PoisonError::into_inner);
        if revealed.is_none() {
            if self.path == Path::new(NOWHERE) {
                return Err(os::read_only());
            }
            if let Some(parent) = self.path.parent() {
                private_folder::sweep(parent);
            }
            let folder = PrivateFolder::share(&self.path)?;
            let is_data = |member: &Member| member.kind == FileKind::Data;
            folder.fill(payload, is_data).inspect_err(|_| drop(std::fs::remove_dir_all(folder.path())))?;
            *revealed = Some(folder);
        }
        match native {
            Some(number) => self.link(number, anonymous, payload),
            None => Ok(()),
        }
    }

    fn link(&self, number: u32, anonymous: &AnonymousFiles, payload: &Payload) -> io::Result<()> {
        let path = self.path.join(payload.member(number).map_err(io::Error::other)?.path);
        if path.exists() {
            return Ok(());
        }
        os::create_private_folder(path.parent().unwrap_or(&self.path))?;
        let link = |file: &File| os::link_to_open_file(file, &path);
        anonymous.with(number, payload, link).map_err(io::Error::other)
    }

    /// Removes the folder if this process made it and nobody else uses it.
    pub fn leave(&self) {
        if let Some(folder) = self.revealed.lock().unwrap_or_else(PoisonError::into_inner).take() {
            folder.leave();
        }
    }
}

fn write(member: &str, content: &[u8]) -> io::Result<File> {
    let name = member.rsplit('/').next().unwrap_or(member);
    let mut file = os::anonymous_file(name)?;
    file.write_all(content)?;
    Ok(file)
}

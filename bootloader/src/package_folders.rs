//! The folders of packages in an unpacked tree.

use crate::os;
use rpack_format::Index;
use std::io;
use std::path::Path;

/// Creates the folder of every package below `tree`.
///
/// Most packages are bytecode only and no file of theirs is unpacked. Their folders exist all the same, because programs
/// list them, enter them, and go through them: `os.path.dirname(__file__) + "/../data"` names nothing where its first part is
/// missing.
pub fn create(tree: &Path, index: &Index) -> io::Result<()> {
    for folder in index.package_folders() {
        match os::create_private_folder(&tree.join(folder)) {
            // A data file may have been given the name of a package; it was asked for, the folder was not.
            Err(error) if matches!(error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory) => {}
            created => created?,
        }
    }
    Ok(())
}

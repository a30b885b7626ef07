//! `rpack build --watch`: builds again whenever something changes that the executable was made from.

use crate::build_once;
use crate::printer::Printer;
use crate::refused::Refused;
use crate::timings::Timings;
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use packer::Options;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

/// Editors write a file in several steps; a build begins when nothing has changed for this long.
const QUIET: Duration = Duration::from_millis(20);

/// Builds until the user ends it. What is wrong with the program is said and waited out, because it is being worked on.
pub fn watch(options: &Options, printer: &Printer) -> Result<(), Refused> {
    let failed = |error: notify::Error| Refused { message: format!("Cannot watch files: {error}"), hint: None };
    let (sender, changes) = mpsc::channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // Reading files is none of a change.
        if event.is_ok_and(|event| !matches!(event.kind, EventKind::Access(_))) {
            // The receiver is gone only when the process ends.
            let _ = sender.send(());
        }
    })
    .map_err(failed)?;
    let mut watched = BTreeSet::new();
    // Until a build came to its end it is not known what it is made from; its own folder is.
    add(&mut watcher, &mut watched, &folder_of(&options.path)).map_err(failed)?;
    loop {
        match build_once(options, printer, &Timings::start()) {
            Ok(built) => {
                for folder in built.inputs.iter().map(|path| folder_of(path)).collect::<BTreeSet<_>>() {
                    // One folder less is watched, which costs no more than a build by hand.
                    drop(add(&mut watcher, &mut watched, &folder));
                }
                // The folder that the executable goes to changes with every build; what is made from it is not watched.
            }
            Err(refused) => printer.error(&refused.message, refused.hint.as_deref()),
        }
        if wait(&changes).is_none() {
            return Ok(());
        }
    }
}

/// Waits for a change, and until the changes have come to an end. Nothing where there will be none.
fn wait(changes: &Receiver<()>) -> Option<()> {
    changes.recv().ok()?;
    while changes.recv_timeout(QUIET).is_ok() {}
    Some(())
}

fn add(watcher: &mut RecommendedWatcher, watched: &mut BTreeSet<PathBuf>, folder: &Path) -> notify::Result<()> {
    if watched.contains(folder) {
        return Ok(());
    }
    watcher.watch(folder, RecursiveMode::NonRecursive)?;
    watched.insert(folder.to_owned());
    Ok(())
}

/// The folder whose watching shows changes of a path: itself, or the one that it lies in.
fn folder_of(path: &Path) -> PathBuf {
    if path.is_dir() { path.to_owned() } else { path.parent().map(Path::to_owned).unwrap_or_default() }
}

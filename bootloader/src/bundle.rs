//! Where the program's files are in this run.

use crate::ahead;
use crate::memory::{AnonymousFiles, LazyFolder};
use crate::payload::Payload;
use crate::per_run;
use crate::private_folder::PrivateFolder;
use crate::settings::Settings;
use crate::store::{Failure, Store, Tree};
use crate::trace::Trace;
use crate::{Error, files, linked_in, os};
use rpack_format::Unpack;
use rpack_format::index::Frame;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// The program's files, and the way to its native ones.
pub struct Bundle<'a> {
    /// The files as they are packed.
    pub payload: Payload<'a>,
    /// The modules that are decompressed ahead.
    pub ahead: Option<ahead::Thread<'a>>,
    place: Place,
    anonymous: AnonymousFiles,
    is_settled: AtomicBool,
}

enum Place {
    Store(Tree),
    PerRun { path: PathBuf, folder: Mutex<Option<PrivateFolder>> },
    Memory(LazyFolder),
    Beside(PathBuf),
}

impl<'a> Bundle<'a> {
    /// Finds the program's files beside the executable, where it does not carry them; else puts them into the first place of the
    /// chain that can be used: the one that the settings name, or those after it.
    ///
    /// # Errors
    ///
    /// If the executable, or what should lie beside it, is damaged; or where there is no place, with what was tried and why each failed.
    pub fn provide(
        payload: Payload<'a>,
        ahead: Option<ahead::Thread<'a>>,
        settings: Settings,
        trace: &Trace,
    ) -> Result<Self, Error> {
        let (place, anonymous) = choose(&payload, settings, trace)?;
        Ok(Bundle { payload, ahead, place, anonymous, is_settled: AtomicBool::new(false) })
    }

    /// Python is initialized; the program begins next, or something else in its place.
    pub fn settle(&self, runs_program: bool) {
        if let Some(ahead) = &self.ahead {
            ahead.end();
            if !runs_program {
                ahead.modules.discard();
            }
        }
        self.is_settled.store(true, Ordering::Relaxed);
        self.forget_after_start();
    }

    /// Decompresses `frame` into `target`; whether it held exactly that many bytes.
    pub fn decompress(&self, frame: Frame, target: &mut [u8]) -> bool {
        let is_done = self.payload.decompress(frame, target);
        self.forget_after_start();
        is_done
    }

    /// The content of a module that was decompressed ahead, until [`Bundle::give_back`].
    pub fn take(&self, offset: u64) -> Option<&[u8]> {
        self.ahead.as_ref()?.modules.take(offset)
    }

    /// Gives back what [`Bundle::take`] gave.
    pub fn give_back(&self, offset: u64) {
        if let Some(ahead) = &self.ahead {
            ahead.modules.give_back(offset);
        }
        self.forget_after_start();
    }

    /// Lets go what was needed to read the executable, once the program has imported what every run imports. Before that most of it
    /// would come back at once; later only few modules are asked for, and what they map would stay in each of a user's programs.
    pub fn forget_after_start(&self) {
        let is_started = self.ahead.as_ref().is_none_or(|ahead| ahead.modules.are_all_asked());
        if is_started && self.is_settled.load(Ordering::Relaxed) {
            self.payload.forget();
            os::forget_own_code();
        }
    }

    /// Goes on with the files where the process has put them before it became an interpreter, and with `libraries`, which it
    /// holds open.
    pub fn resume(
        payload: Payload<'a>,
        ahead: Option<ahead::Thread<'a>>,
        place: linked_in::Place,
        libraries: &[linked_in::Library],
    ) -> Self {
        let place = match place {
            linked_in::Place::Memory => Place::Memory(LazyFolder::choose()),
            linked_in::Place::Store(folder, lock) => Place::Store(Tree { folder, in_use: lock.and_then(os::adopt) }),
            linked_in::Place::PerRun(path, lock) => {
                let folder = os::adopt(lock).map(|lock| PrivateFolder::resume(path.clone(), lock));
                Place::PerRun { path, folder: Mutex::new(folder) }
            }
        };
        Bundle {
            payload,
            ahead,
            place,
            anonymous: AnonymousFiles::resume(libraries),
            is_settled: AtomicBool::new(false),
        }
    }

    /// What [`Bundle::resume`] needs to know.
    pub fn describe(&self) -> io::Result<linked_in::Place> {
        Ok(match &self.place {
            Place::Memory(_) => linked_in::Place::Memory,
            // Like a tree that nobody collects.
            Place::Beside(folder) => linked_in::Place::Store(folder.clone(), None),
            Place::Store(tree) => {
                let lock = tree.in_use.as_ref().map(os::inherited).transpose()?;
                linked_in::Place::Store(tree.folder.clone(), lock)
            }
            Place::PerRun { path, folder } => {
                let folder = folder.lock().unwrap_or_else(PoisonError::into_inner);
                let lock = folder.as_ref().map(|folder| os::inherited(folder.lock())).transpose()?;
                linked_in::Place::PerRun(path.clone(), lock.unwrap_or(-1))
            }
        })
    }

    /// The folder in which the program's files appear.
    pub fn folder(&self) -> &Path {
        match &self.place {
            Place::Store(tree) => &tree.folder,
            Place::PerRun { path, .. } => path,
            Place::Memory(folder) => folder.path(),
            Place::Beside(folder) => folder,
        }
    }

    /// Whether the files stand in [`Bundle::folder`].
    pub fn is_unpacked(&self) -> bool {
        !matches!(self.place, Place::Memory(_))
    }

    /// The path under which file `number` can be given to `dlopen`. A file that was unpacked and has vanished since is
    /// loaded from memory: somebody may remove the store while programs run.
    pub fn native_path(&self, number: u32) -> Result<PathBuf, Error> {
        let member = self.payload.member(number)?;
        let path = self.folder().join(member.path);
        let is_there = match self.place {
            // Nothing else could serve; what is wrong with it, the linker says.
            Place::Beside(_) => true,
            Place::Memory(_) => false,
            Place::Store(_) | Place::PerRun { .. } => files::has_size(&path, member.frame.size),
        };
        if is_there { Ok(path) } else { self.anonymous.path(number, &self.payload) }
    }

    /// A descriptor of file `number`, in memory, that stays open in what this process becomes.
    pub fn inherited(&self, number: u32) -> Result<i32, Error> {
        self.anonymous.inherited(number, &self.payload)
    }

    /// Makes the paths of the program's data files exist, and that of a native one, where they do not yet.
    pub fn reveal(&self, native: Option<u32>) -> io::Result<()> {
        match &self.place {
            Place::Memory(folder) => folder.reveal(native, &self.anonymous, &self.payload),
            Place::Store(_) | Place::PerRun { .. } | Place::Beside(_) => Ok(()),
        }
    }

    /// Removes what was made for this run only. It is called when Python has ended, and once more when the process ends
    /// without that.
    pub fn leave(&self) {
        match &self.place {
            Place::Store(_) | Place::Beside(_) => {}
            Place::PerRun { folder, .. } => {
                if let Some(folder) = folder.lock().unwrap_or_else(PoisonError::into_inner).take() {
                    folder.leave();
                }
            }
            Place::Memory(folder) => folder.leave(),
        }
    }
}

impl Drop for Bundle<'_> {
    fn drop(&mut self) {
        self.leave();
    }
}

/// The folder beside the executable that holds the program's files. Who can write there can replace the executable too.
fn find_beside(payload: &Payload, settings: Settings) -> Result<PathBuf, Error> {
    payload.executable.verify_rest()?;
    let parent = payload.executable.path().parent().unwrap_or(Path::new("/"));
    let folder = match payload.index.header().beside {
        "." => parent.to_owned(),
        name => parent.join(name),
    };
    match payload.first_not_below(&folder, settings.check)? {
        None => Ok(folder),
        Some(path) => Err(Error::NotBeside { path }),
    }
}

fn choose(payload: &Payload, settings: Settings, trace: &Trace) -> Result<(Place, AnonymousFiles), Error> {
    if !payload.index.header().beside.is_empty() {
        return Ok((Place::Beside(find_beside(payload, settings)?), AnonymousFiles::default()));
    }
    let mut tried = Vec::new();
    for unpack in Unpack::ALL.into_iter().filter(|&unpack| unpack >= settings.unpack) {
        let anonymous = AnonymousFiles::default();
        match take(unpack, payload, &anonymous, settings, trace) {
            Ok(place) => return Ok((place, anonymous)),
            Err(Failure::Damaged(error)) => return Err(error),
            Err(Failure::Unusable(reason)) => {
                trace.step(|| format!("cannot use {unpack}: {reason}"));
                tried.push(format!("{unpack}: {reason}"));
            }
        }
    }
    Err(Error::NoPlace { tried })
}

fn take(
    unpack: Unpack,
    payload: &Payload,
    anonymous: &AnonymousFiles,
    settings: Settings,
    trace: &Trace,
) -> Result<Place, Failure> {
    match unpack {
        Unpack::Store => {
            let store = Store::open().map_err(Failure::Unusable)?;
            store.tree(payload, settings.check, trace).map(Place::Store)
        }
        Unpack::PerRun => {
            let folder = per_run::unpack(payload, trace)?;
            Ok(Place::PerRun { path: folder.path().to_owned(), folder: Mutex::new(Some(folder)) })
        }
        Unpack::Memory => {
            payload.executable.verify_rest()?;
            // Made now, so that it shows now whether anonymous files can be made at all.
            match anonymous.path(payload.index.header().runtime, payload) {
                Ok(_) => Ok(Place::Memory(LazyFolder::choose())),
                Err(Error::NotLoadable { reason, .. }) => Err(Failure::Unusable(reason)),
                Err(damaged) => Err(Failure::Damaged(damaged)),
            }
        }
    }
}

impl fmt::Display for Bundle<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Memory(_) => write!(formatter, "memory"),
            Place::Store(_) | Place::PerRun { .. } | Place::Beside(_) => {
                write!(formatter, "`{}`", self.folder().display())
            }
        }
    }
}

/// The folder `path` as C takes it.
pub fn c_string(path: &Path) -> std::ffi::CString {
    os::c_path(path).unwrap_or_default()
}

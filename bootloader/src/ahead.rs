//! Decompressing modules ahead of their import.
//!
//! While this thread loads libpython and initializes it, a second one decompresses the modules that every run of the program
//! imports. It has ended before the first line of the program runs: a process with two threads may not do everything that one
//! with a single thread may, `unshare(CLONE_NEWUSER)` for example, and `os.fork` warns of them (bpo-100228).

use crate::frames::Decoder;
use crate::os;
use memmap2::MmapMut;
use rpack_format::Index;
use rpack_format::index::Frame;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::{Scope, ScopedJoinHandle};

/// How many bytes are decompressed ahead at most. More than this takes longer than what is done meanwhile.
const MOST: usize = 8 << 20;
/// How many bytes are used before their memory is given back. Each time takes a call into the kernel for every gap between
/// them.
const GIVEN_BACK_TOGETHER: usize = 1 << 20;

/// The modules that are decompressed ahead, and their memory.
pub struct Modules<'a> {
    executable: &'a [u8],
    /// In the order of their offsets in the executable.
    slots: Vec<Slot>,
    memory: Memory,
    is_enough: AtomicBool,
    used: AtomicUsize,
    /// How many of them the program has not asked for yet.
    unasked: AtomicUsize,
}

struct Slot {
    frame: Frame,
    /// Where its content is to lie in the memory.
    range: Range<usize>,
    state: AtomicU8,
    was_asked: AtomicBool,
}

/// Nobody has begun with it.
const WAITING: u8 = 0;
/// The second thread is at it.
const BEGUN: u8 = 1;
/// Its content lies in the memory.
const READY: u8 = 2;
/// It was asked for, and is nothing to this module any more until it is given back.
const TAKEN: u8 = 3;
/// Its memory will not be used again.
const DONE: u8 = 4;

/// Memory of which each slot's range is written by whoever began with the slot, and read by whoever took it.
struct Memory {
    /// Where it begins. Nobody goes through the map itself, which only keeps the memory there.
    start: *mut u8,
    _map: MmapMut,
}

// SAFETY: the states of the slots say who may touch which part, and no two slots share one.
unsafe impl Send for Memory {}
// SAFETY: as above.
unsafe impl Sync for Memory {}

impl<'a> Modules<'a> {
    /// Chooses the modules of `index` that every run imports, and makes room for them. `None` where there are none.
    pub fn choose(executable: &'a [u8], index: &Index) -> Option<Self> {
        let mut frames: Vec<Frame> = index.certain_bytecode().map(|module| module.frame).collect();
        frames.sort_by_key(|frame| frame.offset);
        let mut slots = Vec::with_capacity(frames.len());
        let mut end = 0;
        for frame in frames {
            let start = end;
            end = usize::try_from(frame.size).ok()?.checked_add(start).filter(|&end| end <= MOST).unwrap_or(start);
            if end > start {
                let (state, was_asked) = (AtomicU8::new(WAITING), AtomicBool::new(false));
                slots.push(Slot { frame, range: start..end, state, was_asked });
            }
        }
        let mut map = MmapMut::map_anon(end).ok().filter(|_| end > 0)?;
        let memory = Memory { start: map.as_mut_ptr(), _map: map };
        let (is_enough, used, unasked) = (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(slots.len()));
        Some(Modules { executable, slots, memory, is_enough, used, unasked })
    }

    /// The content of the module whose frame begins at `offset`, if it is there already. Nobody waits for it: whoever gets
    /// nothing decompresses it, which takes as long.
    pub fn take(&self, offset: u64) -> Option<&[u8]> {
        let slot = self.slot(offset)?;
        if !slot.was_asked.swap(true, Ordering::Relaxed) {
            self.unasked.fetch_sub(1, Ordering::Relaxed);
        }
        match slot.state.swap_if(READY, TAKEN) {
            // SAFETY: the slot was ready, so its range was written and is not written any more; it has been taken by this
            // call alone, and its memory stays until it is given back.
            Ok(()) => Some(unsafe { std::slice::from_raw_parts(self.start(slot), slot.range.len()) }),
            Err(_) => {
                let _ = slot.state.swap_if(WAITING, DONE);
                None
            }
        }
    }

    /// Whether the program has asked for all of them. What it imports later is little, and most programs serve or work now.
    pub fn are_all_asked(&self) -> bool {
        self.unasked.load(Ordering::Relaxed) == 0
    }

    /// Gives back what [`Modules::take`] gave. It must not be used any more.
    pub fn give_back(&self, offset: u64) {
        let Some(slot) = self.slot(offset) else { return };
        if slot.state.swap_if(TAKEN, DONE).is_ok() {
            let used = self.used.fetch_add(slot.range.len(), Ordering::Relaxed) + slot.range.len();
            if used > GIVEN_BACK_TOGETHER || self.are_all_asked() {
                self.used.store(0, Ordering::Relaxed);
                self.free();
            }
        }
    }

    /// Frees all that is not in use; nothing more is prepared. For a process that will not import what the program does.
    pub fn discard(&self) {
        for slot in &self.slots {
            let _ = slot.state.swap_if(READY, DONE);
            let _ = slot.state.swap_if(WAITING, DONE);
        }
        self.unasked.store(0, Ordering::Relaxed);
        self.free();
    }

    /// Gives the pages of neighbouring slots that are done back to the system.
    fn free(&self) {
        let is_done = |slot: &Slot| slot.state.load(Ordering::Acquire) == DONE;
        for run in self.slots.chunk_by(|one, next| is_done(one) == is_done(next)) {
            if let [first, ..] = run
                && is_done(first)
                && let Some(last) = run.last()
            {
                os::forget_pages(self.start(first), last.range.end - first.range.start);
            }
        }
    }

    fn decompress(&self, decoder: &Decoder) {
        for slot in &self.slots {
            if self.is_enough.load(Ordering::Relaxed) {
                return;
            }
            if slot.state.swap_if(WAITING, BEGUN).is_err() {
                continue;
            }
            // SAFETY: this thread has begun with the slot, so nobody else touches its range until it is ready.
            let target = unsafe { std::slice::from_raw_parts_mut(self.start(slot), slot.range.len()) };
            // A damaged frame is told of by whoever asks for it.
            let state = decoder.read_into(self.executable, slot.frame, target).map_or(DONE, |()| READY);
            slot.state.store(state, Ordering::Release);
        }
    }

    fn slot(&self, offset: u64) -> Option<&Slot> {
        let number = self.slots.binary_search_by_key(&offset, |slot| slot.frame.offset).ok()?;
        self.slots.get(number)
    }

    fn start(&self, slot: &Slot) -> *mut u8 {
        // SAFETY: the slot's range lies inside of the map.
        unsafe { self.memory.start.add(slot.range.start) }
    }
}

/// The second thread.
pub struct Thread<'scope> {
    /// What it decompresses.
    pub modules: &'scope Modules<'scope>,
    handle: Mutex<Option<ScopedJoinHandle<'scope, ()>>>,
}

impl<'scope> Thread<'scope> {
    /// Begins to decompress `modules`. Where no thread can be started they are decompressed when they are asked for.
    pub fn start(scope: &'scope Scope<'scope, '_>, modules: &'scope Modules<'scope>) -> Self {
        // Signals are for the program's own thread: Python's calls return early only where they arrive in the same.
        // The decoder is made here, because a thread that allocates memory gets a heap of its own.
        let decoder = Decoder::new();
        let spawn = || std::thread::Builder::new().spawn_scoped(scope, move || modules.decompress(&decoder));
        Thread { modules, handle: Mutex::new(os::with_signals_blocked(spawn).ok()) }
    }

    /// Waits until the thread has ended, which it does with the module that it is at.
    pub fn end(&self) {
        self.modules.is_enough.store(true, Ordering::Relaxed);
        if let Some(handle) = self.handle.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let _ = handle.join();
        }
    }
}

/// Going from one state to another where nobody else does.
trait SwapIf {
    fn swap_if(&self, from: u8, to: u8) -> Result<(), u8>;
}

impl SwapIf for AtomicU8 {
    fn swap_if(&self, from: u8, to: u8) -> Result<(), u8> {
        self.compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire).map(drop)
    }
}

//! The members of the payload: each source made fit, filtered and compressed, or taken from the cache as it was made before.

use super::Error;
use super::waiting::{Room, Waiting};
use crate::Event;
use crate::bytecode::Code;
use crate::cache::{self, Cache, Digest, Look};
use crate::collection::{CollectedFile, Collection, Content};
use crate::native::{self, bind_to_itself, make_portable};
use crate::options::{Compression, Options, Symbols};
use crate::progress::{self, Mark};
use rpack_format::{FileKind, Filter, filter, index};
use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::{Arc, Mutex, mpsc};
use zstd::bulk::Compressor;
use zstd::zstd_safe::{CParameter, Strategy};

/// Logarithm of how far back matches are looked for: 32 MiB, so that the whole of a large library is in reach.
const WINDOW: u32 = 25;

/// Zstandard's level. Beyond level 10 the simple plugin takes much longer for little: level 12 makes it 0.05 MB smaller and its
/// build 0.6 s longer on two cores; level 9 would leave it 0.06 MB larger.
fn level(compression: Compression) -> i32 {
    match compression {
        Compression::Quick => 10,
        Compression::Best => 22,
    }
}

/// Compresses every source, on all cores, and returns the members in the order of the sources.
pub fn compress(
    sources: &[Source],
    collection: &Collection,
    options: &Options,
    cache: &Cache,
    report: &mut dyn FnMut(Event),
) -> Result<Vec<Member>, Error> {
    // The largest file takes longest; begun last it would keep one core busy while the others wait. Half of the threads begin with the
    // smallest: all large ones at the same time would take as much memory.
    let mut order: Vec<usize> = (0..sources.len()).collect();
    order.sort_by_cached_key(|&number| std::cmp::Reverse(sources[number].weight()));
    let order = Mutex::new(VecDeque::from(order));
    let next = |thread: usize| {
        let mut order = order.lock().expect("no thread panics while it takes");
        if thread.is_multiple_of(2) { order.pop_front() } else { order.pop_back() }
    };
    let place = Place { symbols: collection.symbols, is_beside: collection.beside.is_some() };
    let room = Room::new();
    let members: Mutex<BTreeMap<usize, Result<Member, Error>>> = Mutex::default();
    let (sender, marks) = mpsc::channel();
    std::thread::scope(|scope| {
        let (next, members, place, room) = (&next, &members, &place, &room);
        for thread in 0..options.jobs.get() {
            let sender = sender.clone();
            scope.spawn(move || {
                let mut press = Press::new(options.compression);
                while let Some(number) = next(thread) {
                    // Who hears them ends later than all who tell.
                    let _ = sender.send(Mark::Begun(number));
                    let member = sources[number].member(place, cache, &mut press).map(|member| member.wait(room));
                    members.lock().expect("no thread panics while it inserts").insert(number, member);
                    let _ = sender.send(Mark::Done(number));
                }
            });
        }
        drop(sender);
        progress::follow(marks, sources.len(), |number| sources[number].name(), report);
    });
    members.into_inner().expect("no thread panics while it inserts").into_values().collect()
}

/// The member that a module's code becomes: from the cache, else compressed now.
pub fn member_of_code(code: &Code, options: &Options, cache: &Cache) -> Result<Member, Error> {
    let mut press = Press::new(options.compression);
    Source::Code(code).member(&of_executable(options), cache, &mut press).map(Member::here)
}

/// The member that a file becomes which is only read.
pub fn member_of_data(content: &[u8], options: &Options, cache: &Cache) -> Result<Member, Error> {
    let mut press = Press::new(options.compression);
    Source::Data(content).member(&of_executable(options), cache, &mut press).map(Member::here)
}

fn of_executable(options: &Options) -> Place {
    Place { symbols: options.symbols, is_beside: false }
}

/// What of a collection decides over its members.
struct Place {
    symbols: Symbols,
    /// Whether files lie beside the executable.
    is_beside: bool,
}

/// What becomes a member.
pub enum Source<'a> {
    File(&'a CollectedFile),
    Libpython(&'a CollectedFile),
    /// What a file contains that is only read.
    Data(&'a [u8]),
    Code(&'a Code),
}

/// What is done to a source on its way into the payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Treatment {
    Code,
    Data,
    /// rpack's own library, which is fit for every machine.
    Runtime,
    Native,
    Libpython,
}

/// A compressed member.
pub struct Member<Bytes = Waiting> {
    /// One Zstandard frame.
    pub frame: Bytes,
    /// Length of the uncompressed bytes.
    pub size: u64,
    /// CRC-32 of the uncompressed bytes.
    pub crc: u32,
    /// Hash of the file as it will be unpacked.
    pub digest: Digest,
    /// What was done to it before it was compressed.
    pub filters: Vec<Filter>,
}

/// What the cache holds beside a member's frame: size, checksum, hash, and the filters as the index writes them.
type Facts = (u64, u32, Digest, Vec<[u8; filter::SIZE]>);

impl Member<Vec<u8>> {
    fn to_value(&self) -> Vec<u8> {
        let filters = self.filters.iter().map(|filter| filter.to_bytes()).collect();
        let facts: Facts = (self.size, self.crc, self.digest, filters);
        cache::join(&self.frame, &facts)
    }

    fn from_value(value: Vec<u8>) -> Option<Self> {
        let (frame, (size, crc, digest, filters)) = cache::split::<Facts>(value)?;
        let filters = filters.iter().map(Filter::from_bytes).collect::<Option<_>>()?;
        Some(Member { frame, size, crc, digest, filters })
    }

    fn wait(self, room: &Arc<Room>) -> Member {
        let Member { frame, size, crc, digest, filters } = self;
        Member { frame: room.take(frame), size, crc, digest, filters }
    }

    fn here(self) -> Member {
        let Member { frame, size, crc, digest, filters } = self;
        Member { frame: frame.into(), size, crc, digest, filters }
    }
}

/// How Zstandard looks for matches. Zeros stand for what the level says.
struct Search {
    /// How hard it tries to find a better match than the first one.
    strategy: Strategy,
    /// Logarithm of how many places are looked at for a match.
    places: u32,
    /// Logarithm of how many places are known.
    table: u32,
}

/// What a search differs in from what the level says, where it should be quick.
///
/// In native code, taken apart as it is, half as many places take a quarter less time and find 0.7 % less. A table of 4 MiB, a
/// quarter of what the level says, lies nearer to the processor: another quarter, and 0.4 % less. Modules and data are small; for
/// such the level has trees, which take a third longer than the strategy for larger ones and find 0.2 % more.
fn search(treatment: Treatment) -> Search {
    match treatment {
        Treatment::Native | Treatment::Libpython | Treatment::Runtime => {
            Search { strategy: Strategy::ZSTD_lazy2, places: 4, table: 20 }
        }
        Treatment::Code | Treatment::Data => Search { strategy: Strategy::ZSTD_lazy, places: 0, table: 0 },
    }
}

/// A thread's compressor, made for the first member that is not in the cache.
struct Press {
    compression: Compression,
    compressor: Option<Compressor<'static>>,
    /// Room for the worst that a content can become, of which a frame takes a part.
    frame: Vec<u8>,
}

impl Press {
    fn new(compression: Compression) -> Self {
        Press { compression, compressor: None, frame: Vec::new() }
    }

    fn compress(&mut self, content: &[u8], treatment: Treatment) -> io::Result<Vec<u8>> {
        let mut frame = std::mem::take(&mut self.frame);
        frame.clear();
        frame.reserve(zstd::zstd_safe::compress_bound(content.len()));
        let compressor = self.compressor(treatment)?;
        // Modules are covered by the checksum of the start-up part; files are checked once more when they are unpacked.
        compressor.include_checksum(treatment != Treatment::Code)?;
        compressor.compress_to_buffer(content, &mut frame)?;
        self.frame = frame;
        Ok(self.frame.clone())
    }

    fn compressor(&mut self, treatment: Treatment) -> io::Result<&mut Compressor<'static>> {
        let compressor = match &mut self.compressor {
            Some(compressor) => compressor,
            empty => {
                let mut compressor = Compressor::new(level(self.compression))?;
                compressor.set_parameter(CParameter::WindowLog(WINDOW))?;
                empty.insert(compressor)
            }
        };
        if self.compression == Compression::Quick {
            let Search { strategy, places, table } = search(treatment);
            compressor.set_parameter(CParameter::Strategy(strategy))?;
            compressor.set_parameter(CParameter::SearchLog(places))?;
            compressor.set_parameter(CParameter::HashLog(table))?;
        }
        Ok(compressor)
    }
}

impl Source<'_> {
    fn weight(&self) -> u64 {
        match self {
            Source::Code(code) => code.bytes.len() as u64,
            Source::Data(content) => content.len() as u64,
            Source::File(file) | Source::Libpython(file) => file.content.size(),
        }
    }

    /// What people call it. The modules are many and each is done at once.
    fn name(&self) -> String {
        match self {
            Source::Code(_) | Source::Data(_) => String::new(),
            Source::File(file) | Source::Libpython(file) => file.path.clone(),
        }
    }

    fn treatment(&self) -> Treatment {
        match self {
            Source::Code(_) => Treatment::Code,
            Source::Libpython(_) => Treatment::Libpython,
            Source::Data(_) | Source::File(CollectedFile { kind: FileKind::Data, .. }) => Treatment::Data,
            Source::File(CollectedFile { content: Content::Bytes(_), .. }) => Treatment::Runtime,
            Source::File(_) => Treatment::Native,
        }
    }

    /// The member that the source becomes: from the cache, else by reading and compressing it.
    fn member(&self, place: &Place, cache: &Cache, press: &mut Press) -> Result<Member<Vec<u8>>, Error> {
        let (treatment, symbols) = (self.treatment(), place.symbols);
        if let (Source::File(file) | Source::Libpython(file), true) = (self, place.is_beside) {
            // No member of the archive: it is written as it is.
            let frame = portable(treatment, file.content.read()?, symbols).into_owned();
            let (size, digest) = (frame.len() as u64, index::digest_beside(&frame));
            return Ok(Member { frame, size, crc: 0, digest, filters: Vec::new() });
        }
        let level = [level(press.compression).to_le_bytes(), WINDOW.to_le_bytes()].concat();
        let how = [treatment as u8, u8::from(symbols == Symbols::Stripped)];
        let key = |digest: &Digest| cache.key("member", [how.as_slice(), &level, digest]);
        let look = match self {
            Source::Code(code) => Look { digest: code.digest, content: None },
            Source::Data(content) => Look { digest: blake3::hash(content).into(), content: None },
            Source::File(file) | Source::Libpython(file) => file.content.look(cache)?,
        };
        if let Some(member) = cache.get(&key(&look.digest)).and_then(Member::from_value) {
            return Ok(member);
        }
        let (digest, content) = match self {
            Source::Code(code) => (code.digest, code.bytes.as_slice().into()),
            Source::Data(content) => (look.digest, (*content).into()),
            Source::File(file) | Source::Libpython(file) => file.content.read_after(look)?,
        };
        let member = make(treatment, portable(treatment, content, symbols), press)?;
        cache.put(key(&digest), &member.to_value());
        Ok(member)
    }
}

/// The file as it will be on the user's machine.
fn portable(treatment: Treatment, content: Cow<'_, [u8]>, symbols: Symbols) -> Cow<'_, [u8]> {
    match treatment {
        Treatment::Libpython => bind_to_itself(make_portable(content.into_owned(), symbols)).into(),
        Treatment::Native => make_portable(content.into_owned(), symbols).into(),
        Treatment::Code | Treatment::Data | Treatment::Runtime => content,
    }
}

fn make(treatment: Treatment, mut content: Cow<'_, [u8]>, press: &mut Press) -> Result<Member<Vec<u8>>, Error> {
    // The digest names the file as it will be unpacked, before the filters.
    let digest = blake3::hash(&content).into();
    let filters = match treatment {
        Treatment::Libpython | Treatment::Native | Treatment::Runtime => native::filter(content.to_mut()),
        Treatment::Code | Treatment::Data => Vec::new(),
    };
    let frame = press.compress(&content, treatment).map_err(Error::Compression)?;
    Ok(Member { frame, size: content.len() as u64, crc: crc32fast::hash(&content), digest, filters })
}

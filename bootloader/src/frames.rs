//! Decompression of the payload's Zstandard frames.

use memmap2::{Advice, MmapMut};
use rpack_format::index::{File, Frame};
use rpack_format::{Filter, Index, filter};
use std::sync::Mutex;
use zstd_safe::DCtx;

/// Decompresses frames, one at a time; the decoder's working memory, 160 KiB, is made once.
pub struct Decoder {
    context: Mutex<Option<DCtx<'static>>>,
}

impl Decoder {
    /// Prepares the decoder.
    pub fn new() -> Self {
        Decoder { context: Mutex::new(Some(DCtx::create())) }
    }

    /// Gives the working memory back. It is made again when it is needed.
    pub fn rest(&self) {
        if let Ok(mut context) = self.context.lock() {
            *context = None;
        }
    }

    /// Decompresses `frame` of `executable` into `target`. `None` unless the frame lies inside the executable, is whole,
    /// and holds exactly as many bytes as `target`.
    pub fn read_into(&self, executable: &[u8], frame: Frame, target: &mut [u8]) -> Option<()> {
        let compressed = frame.bytes(executable)?;
        // A poisoned lock means that another thread panicked, which aborts this process.
        let mut context = self.context.lock().ok()?;
        let written = context.get_or_insert_with(DCtx::create).decompress(target, compressed).ok()?;
        (written == target.len()).then_some(())
    }

    /// The content of a file of the program, as it was before the packer filtered and compressed it.
    pub fn file(&self, executable: &[u8], index: &Index, file: &File) -> Option<Vec<u8>> {
        let (size, filters) = (size(file)?, index.filters(file)?);
        let (mut content, mut spare) = (vec![0; size], vec![0; filter::spare(&filters)]);
        self.file_into(executable, file, &filters, &mut content, &mut spare)?;
        Some(content)
    }

    /// The same, in memory that serves one file after another.
    pub fn file_in<'m>(
        &self,
        executable: &[u8],
        index: &Index,
        file: &File,
        memory: &'m mut Memory,
    ) -> Option<&'m [u8]> {
        let (size, filters) = (size(file)?, index.filters(file)?);
        let content = memory.content.of_size(size)?;
        self.file_into(executable, file, &filters, content, memory.spare.of_size(filter::spare(&filters))?)?;
        Some(content)
    }

    fn file_into(
        &self,
        executable: &[u8],
        file: &File,
        filters: &[Filter],
        content: &mut [u8],
        spare: &mut [u8],
    ) -> Option<()> {
        self.read_into(executable, file.frame, content)?;
        filter::invert(content, filters, spare);
        Some(())
    }
}

fn size(file: &File) -> Option<usize> {
    // A Zstandard frame expands at most about 33,000 times; a size beyond that is a lie that would exhaust memory.
    let is_possible = file.frame.size <= file.frame.compressed.saturating_mul(1 << 16);
    usize::try_from(file.frame.size).ok().filter(|_| is_possible)
}

/// What files are decompressed and put together in. The kernel fills new memory page by page, which takes as long as the
/// decompression, so one file's serves the next, and it is asked for in huge pages.
#[derive(Default)]
pub struct Memory {
    content: Area,
    spare: Area,
}

#[derive(Default)]
struct Area(Option<MmapMut>);

impl Area {
    fn of_size(&mut self, size: usize) -> Option<&mut [u8]> {
        if self.0.as_ref().is_none_or(|map| map.len() < size) {
            // The old one first: both need not be there at once.
            self.0 = None;
            // A map is never empty.
            let map = MmapMut::map_anon(size.max(1)).ok()?;
            // Where there are none, the small ones do.
            let _ = map.advise(Advice::HugePage);
            self.0 = Some(map);
        }
        self.0.as_mut()?.get_mut(..size)
    }
}

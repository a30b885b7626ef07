//! Decompression of the payload's Zstandard frames.

use rpack_format::index::{File, Frame};
use rpack_format::{Index, filter};
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
        let mut content = self.read(executable, file.frame)?;
        index.filters(file)?.into_iter().for_each(|each| filter::invert(&mut content, each));
        Some(content)
    }

    /// Decompresses `frame` of `executable` into a new buffer.
    fn read(&self, executable: &[u8], frame: Frame) -> Option<Vec<u8>> {
        // A Zstandard frame expands at most about 33,000 times; a size beyond that is a lie that would exhaust memory.
        if frame.size > frame.compressed.saturating_mul(1 << 16) {
            return None;
        }
        let mut content = vec![0; usize::try_from(frame.size).ok()?];
        self.read_into(executable, frame, &mut content)?;
        Some(content)
    }
}

use std::collections::HashMap;
use std::path::PathBuf;

/// Libraries that `ldconfig` knows, by name. Of several with one name the first stands first.
pub(crate) type LoaderCache = HashMap<String, Vec<PathBuf>>;

const NEW_MAGIC: &[u8] = b"glibc-ld.so.cache1.1";
const OLD_MAGIC: &[u8] = b"ld.so-1.7.0\0";
const HEADER: usize = 48;
const ENTRY: usize = 24;
const OLD_HEADER: usize = 16;
const OLD_ENTRY: usize = 12;

/// Reads `/etc/ld.so.cache` (glibc's `dl-cache.h`): a header, entries of 24 bytes, then the texts
/// that they point to. The old format may stand before it; alone it is no longer written by any
/// glibc that CPython 3.10 runs on.
///
/// What cannot be read is left out: a damaged cache finds less, and the default folders are still
/// searched.
pub(crate) fn parse(bytes: &[u8]) -> LoaderCache {
    let mut found = LoaderCache::new();
    let Some(cache) = new_format(bytes) else { return found };
    let Some(count) = number(cache, NEW_MAGIC.len()) else { return found };
    let entries = cache.get(HEADER..).unwrap_or_default().chunks_exact(ENTRY);
    for entry in entries.take(count) {
        // Flags, key, value, OS version (all u32), then hwcap (u64). An entry with hwcaps is a
        // variant for newer processors; the packed program must run on others too.
        let is_variant = entry.get(16..24).is_none_or(|hwcap| hwcap.iter().any(|&byte| byte != 0));
        let is_elf = number(entry, 0).is_some_and(|flags| flags & 0xff == 3);
        let (Some(key), Some(value)) = (number(entry, 4), number(entry, 8)) else { continue };
        let (Some(name), Some(path)) = (text(cache, key), text(cache, value)) else { continue };
        if is_elf && !is_variant {
            found.entry(name.to_owned()).or_default().push(PathBuf::from(path));
        }
    }
    found
}

fn new_format(bytes: &[u8]) -> Option<&[u8]> {
    if bytes.starts_with(NEW_MAGIC) {
        return Some(bytes);
    }
    if !bytes.starts_with(OLD_MAGIC) {
        return None;
    }
    let old = number(bytes, OLD_MAGIC.len())?.checked_mul(OLD_ENTRY)?.checked_add(OLD_HEADER)?;
    let cache = bytes.get(old.checked_next_multiple_of(8)?..)?;
    cache.starts_with(NEW_MAGIC).then_some(cache)
}

fn number(bytes: &[u8], offset: usize) -> Option<usize> {
    let field = bytes.get(offset..offset.checked_add(4)?)?;
    usize::try_from(u32::from_le_bytes(field.try_into().ok()?)).ok()
}

fn text(bytes: &[u8], offset: usize) -> Option<&str> {
    let rest = bytes.get(offset..)?;
    let end = rest.iter().position(|&byte| byte == 0)?;
    std::str::from_utf8(rest.get(..end)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(entries: &[(&str, &str, u64)]) -> Vec<u8> {
        let mut texts = Vec::new();
        let mut table = Vec::new();
        let start = HEADER + ENTRY * entries.len();
        let mut place = |text: &str| {
            let offset = u32::try_from(start + texts.len()).unwrap();
            texts.extend_from_slice(text.as_bytes());
            texts.push(0);
            offset
        };
        for (name, path, hwcap) in entries {
            table.extend_from_slice(&0x303u32.to_le_bytes());
            table.extend_from_slice(&place(name).to_le_bytes());
            table.extend_from_slice(&place(path).to_le_bytes());
            table.extend_from_slice(&0u32.to_le_bytes());
            table.extend_from_slice(&hwcap.to_le_bytes());
        }
        let mut bytes = NEW_MAGIC.to_vec();
        bytes.extend_from_slice(&u32::try_from(entries.len()).unwrap().to_le_bytes());
        bytes.resize(HEADER, 0);
        bytes.extend(table);
        bytes.extend(texts);
        bytes
    }

    #[test]
    fn entries_are_read_and_variants_left_out() {
        let bytes = cache(&[
            ("liba.so.1", "/fast/liba.so.1", 2),
            ("liba.so.1", "/lib/liba.so.1", 0),
            ("libb.so", "/lib/libb.so", 0),
        ]);
        let found = parse(&bytes);
        assert_eq!(found["liba.so.1"], [PathBuf::from("/lib/liba.so.1")]);
        assert_eq!(found["libb.so"], [PathBuf::from("/lib/libb.so")]);
    }

    #[test]
    fn the_old_format_may_stand_before_it() {
        let mut bytes = OLD_MAGIC.to_vec();
        bytes.extend_from_slice(&1u32.to_le_bytes());
        bytes.resize(32, 0);
        bytes.extend(cache(&[("liba.so.1", "/lib/liba.so.1", 0)]));
        assert_eq!(parse(&bytes).len(), 1);
    }

    #[test]
    fn truncated_and_altered_caches_do_not_panic() {
        let bytes = cache(&[("liba.so.1", "/lib/liba.so.1", 0), ("libb.so", "/lib/libb.so", 0)]);
        for end in 0..bytes.len() {
            parse(&bytes[..end]);
        }
        for position in 0..bytes.len() {
            let mut altered = bytes.clone();
            altered[position] ^= 0xff;
            parse(&altered);
        }
    }
}

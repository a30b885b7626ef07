//! A canonical form for marshalled code.
//!
//! CPython flags an object for later reference (`FLAG_REF`) whenever its reference count says that something else holds it
//! too, which depends on what else the process has compiled. Clearing the flag of every object that is never referred to,
//! and renumbering the references that are left, gives equal bytes for equal code. Likewise a string of one character is a
//! singleton of the process, and counts as interned once any module has used it as a name; here it always does.

/// The bit in an object's type byte that gives it the next reference number.
const FLAG_REF: u8 = 0x80;
/// Deeper nesting than CPython's own limit is not marshalled code.
const MAXIMUM_DEPTH: usize = 2000;

/// Rewrites `code` in place. Bytes that are not understood are left as they are: they then are not canonical, but as good
/// as CPython wrote them. `minor` is the minor version of the CPython 3 that wrote them.
pub fn canonicalize(code: &mut [u8], minor: u8) {
    let mut scan =
        Scan { bytes: code, position: 0, minor, flagged: Vec::new(), references: Vec::new(), singletons: Vec::new() };
    if scan.object(0).is_none() || scan.position != scan.bytes.len() {
        return;
    }
    let Scan { flagged, references, singletons, .. } = scan;
    let mut is_used = vec![false; flagged.len()];
    for &(_, target) in &references {
        match is_used.get_mut(target as usize) {
            Some(used) => *used = true,
            None => return,
        }
    }
    let mut numbers = vec![0; flagged.len()];
    let mut next = 0u32;
    for ((&position, &used), number) in flagged.iter().zip(&is_used).zip(&mut numbers) {
        *number = next;
        if used {
            next += 1;
        } else {
            code[position] &= !FLAG_REF;
        }
    }
    for position in singletons {
        let interned = if code[position] & !FLAG_REF == b'u' { b't' } else { b'Z' };
        code[position] = interned | (code[position] & FLAG_REF);
    }
    for (position, target) in references {
        code[position..position + 4].copy_from_slice(&numbers[target as usize].to_le_bytes());
    }
}

/// A walk over marshalled objects that notes where reference numbers are given and used.
struct Scan<'a> {
    bytes: &'a [u8],
    position: usize,
    minor: u8,
    /// Positions of the type bytes with [`FLAG_REF`], in the order of their numbers.
    flagged: Vec<usize>,
    /// Positions of the numbers in references, and the numbers.
    references: Vec<(usize, u32)>,
    /// Positions of the type bytes of strings that are not marked as interned and have at most one character of Latin-1.
    singletons: Vec<usize>,
}

impl Scan<'_> {
    /// Passes over one object. `Some(false)` is the null that ends a dictionary.
    fn object(&mut self, depth: usize) -> Option<bool> {
        if depth > MAXIMUM_DEPTH {
            return None;
        }
        let start = self.position;
        let [kind] = self.array()?;
        if kind & FLAG_REF != 0 {
            self.flagged.push(start);
        }
        match kind & !FLAG_REF {
            b'0' => return Some(false),
            b'N' | b'F' | b'T' | b'S' | b'.' => {}
            b'i' => self.skip(4)?,
            b'I' | b'g' => self.skip(8)?,
            b'y' => self.skip(16)?,
            b'l' => {
                let digits = i32::from_le_bytes(self.array()?).unsigned_abs() as usize;
                self.skip(digits.checked_mul(2)?)?;
            }
            b's' | b't' | b'u' | b'a' | b'A' => {
                let length = self.length()?;
                self.skip(length)?;
                // Two bytes that begin below 0xC4 are one character below U+0100.
                let text = self.bytes.get(self.position - length..self.position)?;
                if kind & !FLAG_REF == b'u' && length == 2 && (0xC2..0xC4).contains(&text[0]) {
                    self.singletons.push(start);
                }
            }
            b'z' | b'Z' | b'f' => {
                let [length] = self.array()?;
                self.skip(length.into())?;
                if kind & !FLAG_REF == b'z' && length <= 1 {
                    self.singletons.push(start);
                }
            }
            b'r' => {
                let position = self.position;
                let target = u32::from_le_bytes(self.array()?);
                self.references.push((position, target));
            }
            b')' => {
                let [count] = self.array()?;
                self.objects(count.into(), depth)?;
            }
            b'(' | b'[' | b'<' | b'>' => {
                let count = self.length()?;
                self.objects(count, depth)?;
            }
            b':' => self.objects(3, depth)?,
            b'{' => while self.object(depth + 1)? && self.object(depth + 1)? {},
            b'c' => self.code(depth)?,
            _ => return None,
        }
        Some(true)
    }

    /// Passes over the fields of a code object, as `Python/marshal.c` of the version writes them.
    fn code(&mut self, depth: usize) -> Option<()> {
        let (numbers, before_line, after_line) = match self.minor {
            ..=10 => (6, 8, 1),
            _ => (5, 8, 2),
        };
        self.skip(numbers * 4)?;
        self.objects(before_line, depth)?;
        self.skip(4)?;
        self.objects(after_line, depth)
    }

    fn objects(&mut self, count: usize, depth: usize) -> Option<()> {
        (0..count).try_for_each(|_| self.object(depth + 1)?.then_some(()))
    }

    fn length(&mut self) -> Option<usize> {
        usize::try_from(i32::from_le_bytes(self.array()?)).ok()
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let array = *self.bytes.get(self.position..)?.first_chunk()?;
        self.position += N;
        Some(array)
    }

    fn skip(&mut self, count: usize) -> Option<()> {
        let end = self.position.checked_add(count)?;
        self.bytes.get(self.position..end)?;
        self.position = end;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_that_nothing_refers_to_are_cleared() {
        let mut code = vec![b')', 2, b'z' | FLAG_REF, 2, b'a', b'b', b'N'];
        canonicalize(&mut code, 11);
        assert_eq!(code, [b')', 2, b'z', 2, b'a', b'b', b'N']);
    }

    #[test]
    fn references_are_renumbered() {
        let mut code =
            vec![b')' | FLAG_REF, 3, b's' | FLAG_REF, 0, 0, 0, 0, b'Z' | FLAG_REF, 1, b'b', b'r', 2, 0, 0, 0];
        canonicalize(&mut code, 11);
        assert_eq!(code, [b')', 3, b's', 0, 0, 0, 0, b'Z' | FLAG_REF, 1, b'b', b'r', 0, 0, 0, 0]);
    }

    #[test]
    fn strings_of_one_character_are_interned() {
        let mut code = vec![b')', 3, b'z', 1, b'a', b'z', 0, b'u', 2, 0, 0, 0, 0xC3, 0xA9];
        canonicalize(&mut code, 11);
        assert_eq!(code, [b')', 3, b'Z', 1, b'a', b'Z', 0, b't', 2, 0, 0, 0, 0xC3, 0xA9]);
    }

    #[test]
    fn what_is_not_understood_is_left_alone() {
        let broken: [&[u8]; 6] = [
            b"",
            b"\x99",
            &[b')', 200, b'N'],
            &[b's' | FLAG_REF, 255, 255, 255, 127],
            &[b'r', 9, 0, 0, 0],
            &[b'N' | FLAG_REF, b'N'],
        ];
        for bytes in broken {
            let mut code = bytes.to_vec();
            canonicalize(&mut code, 11);
            assert_eq!(code, bytes);
        }
    }

    #[test]
    fn deep_nesting_does_not_overflow_the_stack() {
        canonicalize(&mut [b')', 1].repeat(1_000_000), 11);
    }
}

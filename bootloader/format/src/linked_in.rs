//! What packer and bootloader agree on for interpreters that have libpython linked in.
//!
//! Such an interpreter is an executable that cannot be loaded into another process, so the process becomes it (execve(2)). The
//! packer has made its executable need the bootloader as a shared library, and call it in the place of the C library's
//! `__libc_start_main`. Without that library the dynamic linker refuses to start it: nothing that a user passes to a packed
//! program can ever be taken for the arguments of a `python`.

/// The program's libpython is an executable that is to be run, not a library that is to be loaded.
pub const FLAG_LINKED_IN: u32 = 1 << 2;

/// File name of the bootloader as a shared library. It lies in the interpreter's folder.
pub const LIBRARY: &str = "rpack-bootloader.so";

/// The function of the C library that an executable calls first, and through which it gives its own `main`.
pub const START: &str = "__libc_start_main";

/// The function that it calls instead. It must be as long, because it takes the other's place in the table of names.
pub const ENTRY: &str = "rpack_hosted_main";

/// What the path of a library begins with that lies in the interpreter's folder, ld.so(8).
const ORIGIN: &str = "$ORIGIN/";

/// How long a path among the interpreter's needs is at least, zeros behind it included: as the longest that
/// [`needed_descriptor`] puts in its place.
const NEEDED_SIZE: usize = 32;

/// The path under which the interpreter needs the library `file`, as it stands in the executable.
pub fn needed(file: &str) -> Vec<u8> {
    padded([ORIGIN, file].concat())
}

/// The path that takes its place where the library is an open file.
pub fn needed_descriptor(descriptor: i32) -> Vec<u8> {
    padded(format!("/proc/self/fd/{descriptor}"))
}

fn padded(path: String) -> Vec<u8> {
    let mut bytes = path.into_bytes();
    bytes.resize((bytes.len() + 1).max(NEEDED_SIZE), 0);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_take_each_others_place_have_one_length() {
        assert_eq!(START.len(), ENTRY.len());
        // The longer name may stand for shorter ones that are its end.
        assert_eq!(START.rsplit_once('_').unwrap().1, ENTRY.rsplit_once('_').unwrap().1);
        assert!(needed_descriptor(i32::MAX).len() <= needed("a").len());
        assert_eq!(needed_descriptor(i32::MAX).last(), Some(&0));
    }
}

//! Executables that were truncated or altered on their way.

use crate::rpack::{clean, pack_source, run, text};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

/// Writes `content` as an executable of its own and runs it with a store of its own or with the shared one.
fn run_content(folder: &Path, content: &[u8]) -> Output {
    let path = folder.join("damaged");
    // A new file each time: one that has just been executed cannot be written for a moment. Nor can one be executed that a
    // process has open for writing, and what another test starts meanwhile would inherit that; so `cp` writes it.
    let _ = fs::remove_file(&path);
    let copied = folder.join("content");
    fs::write(&copied, content).unwrap();
    fs::set_permissions(&copied, fs::Permissions::from_mode(0o755)).unwrap();
    assert!(Command::new("cp").args([&copied, &path]).status().unwrap().success());
    let mut command = Command::new(&path);
    clean(&mut command);
    run(&mut command)
}

fn assert_refused(output: &Output, what: &str) {
    let stderr = text(&output.stderr);
    assert!(output.status.code().is_some_and(|code| code != 0), "{what}: {:?}\n{stderr}", output.status);
    assert_eq!(text(&output.stdout), "", "{what}: a part of the program ran");
    assert!(stderr.lines().count() == 1 && stderr.contains("is damaged"), "{what}: {stderr}");
}

/// Where the payload begins: behind the bootloader, whose own bytes the operating system executes.
fn payload_start(content: &[u8]) -> usize {
    content.windows(4).position(|window| window == b"PK\x03\x04").unwrap()
}

#[test]
fn a_truncated_executable_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let content = fs::read(pack_source(folder.path(), "print('ran')", &[])).unwrap();
    let start = payload_start(&content);
    for eighth in 0..8 {
        let length = start + (content.len() - start) * eighth / 8;
        assert_refused(&run_content(folder.path(), &content[..length]), &format!("cut to {length} bytes"));
    }
    for missing in 1..100 {
        let length = content.len() - missing;
        assert_refused(&run_content(folder.path(), &content[..length]), &format!("without its last {missing} bytes"));
    }
}

#[test]
fn an_executable_with_bytes_appended_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut content = fs::read(pack_source(folder.path(), "print('ran')", &[])).unwrap();
    content.extend_from_slice(b"more");
    assert_refused(&run_content(folder.path(), &content), "with bytes appended");
}

#[test]
fn an_altered_executable_says_so_wherever_the_byte_lies() {
    let folder = tempfile::tempdir().unwrap();
    let packed = pack_source(folder.path(), "print('ran')", &[]);
    let content = fs::read(&packed).unwrap();
    // Once whole, so that the store holds everything: what was unpacked before must not hide the damage.
    assert_eq!(text(&run_content(folder.path(), &content).stdout), "ran\n");
    let start = payload_start(&content);
    let step = (content.len() - start) / 60;
    let last = (content.len() - 100..content.len()).step_by(3);
    for position in (start..content.len()).step_by(step).chain(last) {
        let mut altered = content.clone();
        altered[position] ^= 0x20;
        assert_refused(&run_content(folder.path(), &altered), &format!("byte {position} altered"));
    }
}

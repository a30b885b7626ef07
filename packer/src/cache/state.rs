//! The state of a file or a folder, from which it is told without reading whether it changed.

use crate::os;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// What there is at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    /// Nothing, or nothing that can be reached.
    Absent,
    /// A file: device, number, size, time of the last change of its content, and of any change.
    File([u64; 5]),
    /// A folder, likewise: its times change with the names in it.
    Folder([u64; 5]),
}

/// Clocks of file systems tick: two changes within one tick leave one time. Of systems with nanoseconds the kernel's own clock is
/// the coarse one, with ticks of up to 10 ms; others count whole seconds, FAT pairs of them.
const TICK: Duration = Duration::from_millis(100);
const COARSE_TICK: Duration = Duration::from_millis(2500);

impl State {
    /// Looks at a path, through links.
    pub fn of(path: &Path) -> Self {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => State::Folder(os::state(&metadata)),
            Ok(metadata) => State::File(os::state(&metadata)),
            Err(_) => State::Absent,
        }
    }

    /// Whether a change after `moment`, at which the state was still to be looked at, is certain to give another state.
    ///
    /// A file that changed just before may change again within the same tick of the clock, and look the same: git calls such a file
    /// racily clean, and like git we look at its content instead. Every change renews the time of the last change of any kind,
    /// which no program can set.
    pub fn is_settled(&self, moment: SystemTime) -> bool {
        let (State::File([.., changed]) | State::Folder([.., changed])) = *self else { return true };
        let tick = if changed.is_multiple_of(1_000_000_000) { COARSE_TICK } else { TICK };
        let moment = moment.duration_since(UNIX_EPOCH).unwrap_or_default();
        Duration::from_nanos(changed).checked_add(tick).is_some_and(|settled| settled < moment)
    }

    /// The state as bytes, for a key.
    pub fn to_bytes(self) -> Vec<u8> {
        let (kind, numbers) = match self {
            State::Absent => (0, [0; 5]),
            State::File(numbers) => (1, numbers),
            State::Folder(numbers) => (2, numbers),
        };
        [kind].into_iter().chain(numbers).flat_map(u64::to_le_bytes).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_just_changed_is_not_settled() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        let before = SystemTime::now();
        fs::write(&file, "1").unwrap();
        for path in [&file, folder.path()] {
            let state = State::of(path);
            assert!(!state.is_settled(before) && !state.is_settled(SystemTime::now()));
            assert!(state.is_settled(SystemTime::now() + COARSE_TICK));
        }
        assert!(State::Absent.is_settled(before));
        // A clock that was set back makes files that are changed in the future, which says nothing.
        let State::File(mut numbers) = State::of(&file) else { panic!("no file") };
        numbers[4] = u64::MAX;
        assert!(!State::File(numbers).is_settled(SystemTime::now()));
    }

    #[test]
    fn whole_seconds_are_not_trusted_to_be_exact() {
        let now = UNIX_EPOCH + Duration::from_secs(1000);
        let state = |changed: Duration| State::File([0, 0, 0, 0, changed.as_nanos() as u64]);
        assert!(!state(Duration::from_secs(999)).is_settled(now));
        assert!(state(Duration::from_millis(999_001)).is_settled(now));
    }

    #[test]
    fn every_kind_of_change_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        assert_eq!(State::of(&file), State::Absent);
        fs::write(&file, "1").unwrap();
        let first = State::of(&file);
        assert_eq!(State::of(&file), first);
        fs::write(folder.path().join("other"), "1").unwrap();
        fs::rename(folder.path().join("other"), &file).unwrap();
        assert_ne!(State::of(&file), first);
        assert_ne!(State::of(folder.path()), first);
    }
}

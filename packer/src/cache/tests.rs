use super::*;
use std::fs::File;
use std::time::Duration;

/// A file that has not changed for a while: its state says all about it.
fn settled_file(path: &Path, content: &str) {
    fs::write(path, content).unwrap();
    // Nobody can set the time of the last change of any kind, so it has to pass.
    while !State::of(path).is_settled(SystemTime::now()) {
        std::thread::yield_now();
    }
}

fn key(name: &str) -> Key {
    Key::new("test", [name.as_bytes()])
}

fn with_value(folder: &Path, name: &str, value: &[u8]) {
    let cache = Cache::open(Some(folder));
    cache.put(key(name), value);
    assert_eq!(cache.get(&key(name)).unwrap(), value);
    assert!(cache.close().is_empty());
}

#[test]
fn values_outlive_a_build() {
    let folder = tempfile::tempdir().unwrap();
    with_value(folder.path(), "a", b"1");
    with_value(folder.path(), "b", b"2");
    let cache = Cache::open(Some(folder.path()));
    assert_eq!(cache.get(&key("a")).unwrap(), b"1");
    assert_eq!(cache.get(&key("b")).unwrap(), b"2");
    assert!(cache.get(&key("c")).is_none());
}

#[test]
fn without_a_folder_nothing_is_kept() {
    let cache = Cache::open(None);
    cache.put(key("a"), b"1");
    assert!(cache.get(&key("a")).is_none());
    assert!(cache.close().is_empty());
}

#[test]
fn an_unchanged_file_is_not_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let (file, builds) = (folder.path().join("file"), folder.path().join("builds"));
    settled_file(&file, "1");
    let look = || {
        let cache = Cache::open(Some(&builds));
        let look = cache.look(&file).unwrap();
        cache.close();
        look
    };
    let first = look();
    assert_eq!(first.content.as_deref(), Some(b"1".as_slice()));
    let second = look();
    assert_eq!((second.digest, second.content), (first.digest, None));
    fs::write(&file, "2").unwrap();
    assert_ne!(look().digest, first.digest);
    fs::remove_file(&file).unwrap();
    assert!(Cache::open(Some(&builds)).look(&file).is_err());
}

#[test]
fn a_file_that_changes_within_a_tick_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let (file, builds) = (folder.path().join("file"), folder.path().join("builds"));
    for content in ["1", "2", "3"] {
        fs::write(&file, content).unwrap();
        let cache = Cache::open(Some(&builds));
        assert_eq!(cache.look(&file).unwrap().digest, *blake3::hash(content.as_bytes()).as_bytes());
        cache.close();
    }
}

#[test]
fn an_answer_needs_all_of_its_witnesses_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let (file, builds) = (folder.path().join("file"), folder.path().join("builds"));
    let absent = folder.path().join("absent");
    settled_file(&file, "1");
    let cache = Cache::open(Some(&builds));
    let witnesses = [file.clone(), absent.clone()];
    let moment = SystemTime::now();
    cache.note(&key("question"), moment, &witnesses, b"answer");
    assert_eq!(cache.recall(&key("question")).unwrap(), b"answer");
    assert!(cache.recall(&key("another")).is_none());
    fs::write(&absent, "").unwrap();
    assert!(cache.recall(&key("question")).is_none());
    // What changed since the answer was begun proves nothing.
    cache.note(&key("question"), moment, &witnesses, b"other");
    assert!(cache.recall(&key("question")).is_none());
}

#[test]
fn damage_is_told_once_and_repaired() {
    let folder = tempfile::tempdir().unwrap();
    with_value(folder.path(), "a", &[7; 1000]);
    let pack = upkeep::pack_paths(folder.path()).remove(0);
    let mut bytes = fs::read(&pack).unwrap();
    bytes[500] ^= 1;
    fs::write(&pack, bytes).unwrap();
    let cache = Cache::open(Some(folder.path()));
    assert!(cache.get(&key("a")).is_none());
    cache.put(key("a"), &[7; 1000]);
    let problems = cache.close();
    assert!(matches!(&problems[..], [problem] if problem.contains("was damaged")), "{problems:?}");
    let cache = Cache::open(Some(folder.path()));
    assert_eq!(cache.get(&key("a")).unwrap(), [7; 1000]);
    assert!(cache.close().is_empty());
}

#[test]
fn files_that_are_no_packs_are_told() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("x.pack"), "no pack").unwrap();
    let cache = Cache::open(Some(folder.path()));
    assert!(cache.get(&key("a")).is_none());
    assert_eq!(cache.close().len(), 1);
    let cache = Cache::open(Some(folder.path()));
    assert!(cache.get(&key("a")).is_none());
    assert!(cache.close().is_empty());
}

#[test]
fn a_folder_that_cannot_be_made_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    File::create(&file).unwrap();
    let cache = Cache::open(Some(&file.join("builds")));
    cache.put(key("a"), b"1");
    cache.put(key("b"), b"2");
    assert!(cache.get(&key("a")).is_none());
    let problems = cache.close();
    assert!(matches!(&problems[..], [problem] if problem.starts_with("Cannot write")), "{problems:?}");
}

#[test]
fn many_builds_leave_few_packs() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..100 {
        with_value(folder.path(), &number.to_string(), &[number; 100]);
    }
    assert!(upkeep::pack_paths(folder.path()).len() < 20);
    let cache = Cache::open(Some(folder.path()));
    for number in 0..100 {
        assert_eq!(cache.get(&key(&number.to_string())).unwrap(), [number; 100]);
    }
}

#[test]
fn what_no_answer_uses_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let witness = folder.path().join("witness");
    settled_file(&witness, "");
    let builds = folder.path().join("builds");
    for (name, days) in [("old", 40), ("used", 2), ("recent", 1)] {
        let cache = Cache::open(Some(&builds));
        cache.put(key(name), &[1; 1000]);
        cache.note(&key(name), SystemTime::now(), std::slice::from_ref(&witness), name.as_bytes());
        cache.close();
        let answer = File::open(builds.join(format!("{}.answer", key(name)))).unwrap();
        answer.set_modified(SystemTime::now() - Duration::from_secs(days * 24 * 60 * 60)).unwrap();
    }
    with_value(&builds, "unused", &[2; 1000]);
    for pack in upkeep::pack_paths(&builds) {
        File::open(pack).unwrap().set_modified(SystemTime::now() - Duration::from_secs(7200)).unwrap();
    }
    let left = || {
        let cache = Cache::open(Some(&builds));
        ["old", "used", "recent", "unused"]
            .into_iter()
            .filter(|name| cache.get(&key(name)).is_some())
            .collect::<Vec<_>>()
    };
    assert_eq!(left(), ["old", "used", "recent", "unused"]);
    let removed = prune(&builds, None).unwrap();
    assert!(removed.bytes > 1500, "{removed:?}");
    assert_eq!(left(), ["used", "recent"]);
    for pack in upkeep::pack_paths(&builds) {
        File::open(pack).unwrap().set_modified(SystemTime::now() - Duration::from_secs(7200)).unwrap();
    }
    prune(&builds, Some(500)).unwrap();
    assert_eq!(left(), ["recent"]);
    assert!(size(&builds).unwrap() > 0);
    clean(&builds).unwrap();
    assert_eq!((size(&builds).unwrap(), left()), (0, Vec::new()));
}

//! How far a step has come: told by the threads that do it, heard by the one that waits for them.

use crate::Event;
use std::collections::VecDeque;
use std::sync::mpsc::Receiver;

/// What a thread tells of one of the things that a step does, which are numbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// It begins with it.
    Begun(usize),
    /// It is done with it.
    Done(usize),
}

/// Reports how far a step of `total` things has come, until no thread is left that could tell. Named is what was begun longest ago.
pub fn follow(marks: Receiver<Mark>, total: usize, name: impl Fn(usize) -> String, report: &mut dyn FnMut(Event)) {
    let mut begun = VecDeque::new();
    let mut done = 0;
    for mark in marks {
        match mark {
            Mark::Begun(number) => begun.push_back(number),
            Mark::Done(number) => {
                begun.retain(|other| *other != number);
                done += 1;
            }
        }
        let slow = begun.front().map(|&number| name(number)).unwrap_or_default();
        report(Event::Progress { done, total, slow: &slow });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn what_was_begun_first_is_named_until_it_is_done() {
        let (sender, receiver) = mpsc::channel();
        for mark in [Mark::Begun(0), Mark::Begun(1), Mark::Done(1), Mark::Begun(2), Mark::Done(0), Mark::Done(2)] {
            sender.send(mark).unwrap();
        }
        drop(sender);
        let mut heard = Vec::new();
        follow(receiver, 3, |number| format!("file {number}"), &mut |event| {
            if let Event::Progress { done, total: 3, slow } = event {
                heard.push((done, slow.to_owned()));
            }
        });
        let expected = [(0, "file 0"), (0, "file 0"), (1, "file 0"), (1, "file 0"), (2, "file 2"), (3, "")];
        assert_eq!(heard, expected.map(|(done, slow)| (done, slow.to_owned())));
    }
}

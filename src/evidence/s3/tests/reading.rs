//! Reading: what passes is tried again, what does not is told, and bytes of two versions are never mixed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::super::super::in_turn;
use super::*;

const KEY: &str = "e/a.json";

/// What comes of an object of five and a half parts, and what was asked for it.
fn read(server: &Server) -> (Fetched, Vec<Asked>) {
    let found = discovered(&settings(server), "e", None).unwrap();
    assert_eq!(paths(&found), ["e/a.json"]);
    let bytes = bytes_of(&found.files[0]);
    (bytes, server.asked().into_iter().filter(|asked| asked.is_get(KEY)).collect())
}

fn object() -> Vec<u8> {
    long((5 << 16) + (1 << 15))
}

#[test]
fn what_passes_is_tried_again() {
    for act in [
        Act::Refuse(503, "SlowDown"),
        Act::Refuse(500, "InternalError"),
        Act::Refuse(400, "RequestTimeout"),
        Act::Reset,
        Act::Cut(0),
        Act::Cut(1000),
        Act::Cut(15_000),
        Act::Stall(0),
        Act::Stall(1000),
    ] {
        let told = format!("{act:?}");
        // Each part fails twice before it is answered.
        let failures = std::sync::Mutex::new(std::collections::BTreeMap::<String, u32>::new());
        let server = failing(&[(KEY, object())], move |asked| {
            if !asked.is_get(KEY) {
                return Act::Answer;
            }
            let end = asked.header("range").rsplit('-').next().unwrap().to_owned();
            let mut failures = failures.lock().unwrap();
            let count = failures.entry(end).or_default();
            *count += 1;
            if *count <= 2 { act.clone() } else { Act::Answer }
        });
        let (bytes, asked) = read(&server);
        assert!(bytes.unwrap() == object(), "{told}");
        assert!(asked.len() >= 6 * 3, "{told}: {}", asked.len());
        assert!(asked.iter().all(|asked| asked.header("if-match").len() > 10), "{told}");
    }
}

#[test]
fn a_body_that_was_cut_is_taken_up_where_it_broke_off() {
    let server = failing(&[(KEY, long(60_000))], |asked| {
        if asked.is_get(KEY) && asked.before == 0 { Act::Cut(12_345) } else { Act::Answer }
    });
    let (bytes, asked) = read(&server);
    assert!(bytes.unwrap() == long(60_000));
    let ranges: Vec<&str> = asked.iter().map(|asked| asked.header("range")).collect();
    assert_eq!(ranges.len(), 2, "{ranges:?}");
    let resumed: usize = ranges[1].strip_prefix("bytes=").unwrap().split('-').next().unwrap().parse().unwrap();
    assert!(ranges[0].is_empty() && resumed > 0 && resumed <= 12_345, "{ranges:?}");
}

#[test]
fn bytes_that_do_not_fit_their_checksum_are_fetched_again() {
    let server =
        failing(
            &[(KEY, long(5000))],
            |asked| {
                if asked.is_get(KEY) && asked.before == 0 { Act::Flip } else { Act::Answer }
            },
        );
    let (bytes, asked) = read(&server);
    assert!(bytes.unwrap() == long(5000));
    assert_eq!(asked.len(), 2);
}

#[test]
fn what_does_not_pass_is_told_with_what_to_do() {
    for (act, told) in [
        (Act::Refuse(503, "SlowDown"), ["asked too often", "SlowDown", "run again later"]),
        (Act::Refuse(500, "InternalError"), ["broke off", "InternalError", "run again later"]),
        (Act::Reset, ["broke off", "", "run again later"]),
        (Act::Stall(10), ["broke off", "nothing more arrived in time", "run again later"]),
        (Act::Cut(10), ["broke off", "", "run again later"]),
        (Act::Refuse(403, "AccessDenied"), ["access is denied", "AccessDenied", "`s3:GetObject`"]),
        (Act::Refuse(400, "ExpiredToken"), ["credentials have expired", "ExpiredToken", "new credentials"]),
        (Act::Refuse(403, "InvalidObjectState"), ["archived", "InvalidObjectState", "restore it"]),
        (Act::Refuse(404, "NoSuchKey"), ["no such object", "NoSuchKey", ""]),
    ] {
        let name = format!("{act:?}");
        let server =
            failing(&[(KEY, object())], move |asked| if asked.is_get(KEY) { act.clone() } else { Act::Answer });
        let (bytes, asked) = read(&server);
        let (before, problem) = bytes.unwrap_err();
        assert!(before.is_empty());
        // All else is answered, so it is this object that cannot be read.
        assert_eq!((problem.code.code(), problem.effect.as_str()), ("E101", "nothing of it is read"));
        for words in told.iter().chain(&["`s3://evidence-bucket/e/a.json`"]) {
            assert!(problem.what.contains(words), "{name}: {}", problem.what);
        }
        assert!(asked.len() < 200, "{name}: {}", asked.len());
    }
}

#[test]
fn what_fails_together_with_everything_else_is_no_problem_of_the_object() {
    for (act, code) in [
        (Act::Refuse(503, "ServiceUnavailable"), "E107"),
        (Act::Refuse(500, "InternalError"), "E107"),
        (Act::Reset, "E107"),
        (Act::Refuse(400, "ExpiredToken"), "E107"),
        (Act::Refuse(403, "InvalidAccessKeyId"), "E107"),
        (Act::Refuse(403, "AccessDenied"), "E101"),
        (Act::Refuse(404, "NoSuchKey"), "E101"),
    ] {
        let is_gone = Arc::new(AtomicBool::new(false));
        let (told, gone) = (format!("{act:?}"), Arc::clone(&is_gone));
        let server =
            failing(&[(KEY, object())], move |_| if gone.load(Ordering::Relaxed) { act.clone() } else { Act::Answer });
        let found = discovered(&settings(&server), "e", None).unwrap();
        is_gone.store(true, Ordering::Relaxed);
        let (_, problem) = bytes_of(&found.files[0]).unwrap_err();
        assert_eq!(problem.code.code(), code, "{told}: {}", problem.what);
    }
}

#[test]
fn an_object_that_changed_since_it_was_listed_is_refused() {
    for ignores_conditions in [false, true] {
        let objects = [(KEY.to_owned(), object())];
        let behaviour = Behaviour { is_public: true, ignores_conditions, rule: None };
        let server = Server::behaving(objects, behaviour);
        let found = discovered(&settings(&server), "e", None).unwrap();
        let mut other = object();
        other[0] ^= 1;
        server.put(KEY, other);
        let (before, problem) = bytes_of(&found.files[0]).unwrap_err();
        assert!(before.is_empty() && problem.what.contains("no longer the one that was listed"), "{}", problem.what);
        server.remove(KEY);
        assert!(bytes_of(&found.files[0]).unwrap_err().1.what.contains("no such object"));
    }
}

#[test]
fn an_object_that_changes_between_two_parts_is_broken_off_there() {
    for ignores_conditions in [false, true] {
        let mut other = object();
        other[5 << 16] ^= 1;
        let rule = move |asked: &Asked| {
            let is_late = asked.is_get(KEY) && asked.header("range").starts_with("bytes=262144-");
            if is_late { Act::Replace(KEY, other.clone()) } else { Act::Answer }
        };
        let objects = [(KEY.to_owned(), object())];
        let rule: Option<Rule> = Some(Box::new(rule));
        let server = Server::behaving(objects, Behaviour { is_public: true, ignores_conditions, rule });
        let (before, problem) = read(&server).0.unwrap_err();
        assert!(problem.what.contains("no longer the one that was listed"), "{}", problem.what);
        assert_eq!(problem.effect, "what follows is not read");
        assert!(before.len() <= 4 << 16 && before[..] == object()[..before.len()], "{}", before.len());
    }
}

#[test]
fn an_object_that_changes_while_it_is_taken_up_again_is_refused() {
    let server = failing(&[(KEY, long(60_000))], |asked| match asked.header("range") {
        _ if !asked.is_get(KEY) => Act::Answer,
        "" => Act::Cut(40_000),
        _ => Act::Replace(KEY, long(60_001)),
    });
    let (before, problem) = read(&server).0.unwrap_err();
    assert!(before.is_empty() && problem.what.contains("no longer the one"), "{}", problem.what);
}

#[test]
fn readers_that_have_no_room_ahead_do_not_stop_each_other() {
    let keys: Vec<String> = (0..6).map(|number| format!("e/{number}.json")).collect();
    let objects: Vec<(&str, Vec<u8>)> = keys.iter().map(|key| (key.as_str(), object())).collect();
    let server = serving(&objects);
    for ahead_bytes in [0, 1 << 16, 3 << 16] {
        let transfer = Transfer { part_bytes: 1 << 16, ahead_bytes, ..Transfer::default() };
        let found = discovered(&S3Settings { transfer, ..settings(&server) }, "e", None).unwrap();
        // All are announced, the last is opened first, and all are read at once, a piece of each in turn.
        let announced = found.files.iter().filter(|file| file.announce()).count();
        assert_eq!(announced as u64, ahead_bytes >> 16);
        let mut open: Vec<(Box<dyn Read + Send>, Vec<u8>)> = Vec::new();
        for file in found.files.iter().rev() {
            match file.open().unwrap() {
                Opened::Object(object) => open.push((object, Vec::new())),
                Opened::Disk(_) => panic!("not on disk"),
            }
        }
        let mut piece = vec![0; 20_000];
        while open.iter().any(|(_, bytes)| bytes.len() < object().len()) {
            for (object, bytes) in &mut open {
                let read = object.read(&mut piece).unwrap();
                bytes.extend_from_slice(&piece[..read]);
            }
        }
        assert!(open.iter().all(|(_, bytes)| *bytes == object()));
    }
}

#[test]
fn what_is_announced_is_asked_for_once() {
    let keys: Vec<String> = (0..100).map(|number| format!("e/{number:03}.json")).collect();
    let objects: Vec<(&str, Vec<u8>)> = keys.iter().map(|key| (key.as_str(), key.clone().into_bytes())).collect();
    let server = serving(&objects);
    let found = discovered(&settings(&server), "e", None).unwrap();
    let files: Vec<&EvidenceFile> = found.files.iter().collect();
    for (file, key) in in_turn(&files).zip(&keys) {
        assert_eq!(bytes_of(file).unwrap(), key.as_bytes());
    }
    let mut asked: Vec<String> =
        server.asked().into_iter().filter(|asked| !asked.is_list()).map(|asked| asked.path).collect();
    asked.sort();
    let expected: Vec<String> = keys.iter().map(|key| format!("/{BUCKET}/{key}")).collect();
    assert_eq!(asked, expected);
}

#[test]
fn an_object_without_bytes_is_read() {
    let server = serving(&[(KEY, Vec::new())]);
    assert_eq!(read(&server).0.unwrap(), b"");
}

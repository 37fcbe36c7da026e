//! Compressions, bundles, links and names that are not what they should be.

use std::io::Write;

use serde_json::Value;

use crate::fixtures::{GROUP, HOME, at, history_of, json_lines};
use crate::harness::{TestDir, gzip, tar_of, zip_of};
use crate::negative_space::assert_adds_up;

const SOUND: &str = "accepted config_history 1 = 1 kept + 0 dup + 0 aside + 0 bad";

/// A history file of one group.
fn document(id: &str) -> Vec<u8> {
    history_of(&[HOME.item(GROUP, id, &at(12, 0))]).to_string().into_bytes()
}

#[test]
fn bytes_count_and_names_do_not() {
    let zstd = zstd::encode_all(&*document("sg-zst"), 3).unwrap();
    let dir = TestDir::new();
    dir.evidence("plain.json.gz", document("sg-1"))
        .evidence("packed-without-suffix", gzip(&document("sg-2")))
        .evidence("packed.json", gzip(&document("sg-3")))
        .evidence("twice.gz", gzip(&gzip(&document("sg-4"))))
        .evidence("zstd.bin", zstd)
        .evidence("picture.png", document("sg-6"));
    let answer = dir.answer(&[]);
    assert_adds_up(&answer);
    for row in answer.table("ledger.csv") {
        assert_eq!(crate::harness::fate(&row), SOUND, "{row:#?}");
    }
    assert_eq!(answer.subjects("C10").len(), 6);
}

#[test]
fn gzip_members_one_after_another_are_one_text() {
    let items: Vec<Value> = (0..3).map(|number| HOME.item(GROUP, &format!("sg-{number}"), &at(12, 0))).collect();
    let text = json_lines(&items);
    let (first, second) = text.as_bytes().split_at(text.len() / 2);
    let dir = TestDir::new();
    dir.evidence("members", [gzip(first), gzip(second), gzip(b"")].concat());
    let answer = dir.answer(&[]);
    assert_eq!(answer.fate("members"), "accepted config_items 3 = 3 kept + 0 dup + 0 aside + 0 bad");
}

#[test]
fn a_gzip_that_ends_early_keeps_what_stood_before_the_break() {
    let items: Vec<Value> = (0..400).map(|number| HOME.item(GROUP, &format!("sg-{number:03}"), &at(12, 0))).collect();
    let packed = gzip(json_lines(&items).as_bytes());
    let dir = TestDir::new();
    let cuts = [9, 11, packed.len() / 4, packed.len() / 2, packed.len() - 9, packed.len() - 8, packed.len() - 1];
    for cut in cuts {
        dir.evidence(&format!("cut-{cut:06}.json.gz"), &packed[..cut]);
    }
    let answer = dir.answer(&[]);
    assert_adds_up(&answer);
    let mut before = 0;
    for cut in cuts {
        let row = answer.ledger(&format!("cut-{cut:06}.json.gz"));
        assert!(row["reason"].starts_with("E105: gzip data ends early"), "{row:#?}");
        let used: usize =
            ["records_kept", "records_duplicate"].map(|column| row[column].parse::<usize>().unwrap()).iter().sum();
        assert!(used >= before, "a longer beginning never holds less");
        assert_eq!(row["outcome"], if used == 0 { "rejected" } else { "partial" }, "{row:#?}");
        before = used;
    }
    assert_eq!(before, 400, "only the checksum is missing");
}

#[test]
fn a_gzip_with_a_wrong_checksum_or_rubbish_behind_it_is_not_whole() {
    let mut wrong = gzip(&document("sg-1"));
    let place = wrong.len() - 6;
    wrong[place] ^= 0xff;
    let dir = TestDir::new();
    dir.evidence("wrong.gz", wrong).evidence("behind.gz", [gzip(&document("sg-2")), b"rubbish".to_vec()].concat());
    let answer = dir.answer(&[]);
    assert_adds_up(&answer);
    for name in ["wrong.gz", "behind.gz"] {
        let row = answer.ledger(name);
        assert_eq!((row["outcome"].as_str(), row["records_kept"].as_str()), ("partial", "1"), "{row:#?}");
        assert!(row["reason"].starts_with("E105"), "{row:#?}");
    }
}

#[test]
fn a_bomb_is_refused_before_it_is_inflated() {
    // 72 MiB of blanks in an envelope of its own, far beyond what any export compresses to.
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let blanks = vec![b' '; 1 << 20];
    encoder.write_all(b"{\"configurationItems\":[").unwrap();
    for _ in 0..72 {
        encoder.write_all(&blanks).unwrap();
    }
    let bomb = encoder.finish().unwrap();
    assert!(bomb.len() < 200_000);
    let dir = TestDir::new();
    dir.evidence("bomb.json.gz", &bomb)
        .evidence("bundle.tar", tar_of(&[("inner.json.gz", &bomb), ("good.json", &document("sg-1"))]));
    let answer = dir.answer(&[]);
    assert_adds_up(&answer);
    for name in ["/bomb.json.gz", "/inner.json.gz"] {
        let row = answer.ledger(name);
        assert!(row["reason"].contains("E104"), "{row:#?}");
        assert_ne!(row["outcome"], "accepted");
    }
    assert_eq!(answer.ledger("good.json")["records_kept"], "1", "what stands beside a bomb is read");
}

#[test]
fn members_whose_paths_lead_out_are_refused_and_nothing_is_written() {
    let evil = document("sg-evil");
    let good = document("sg-good");
    let names = ["../evil.json", "a/../../evil.json", "/tmp/evil.json", "C:\\evil.json", "..\\evil.json"];
    let members: Vec<(&str, &[u8])> = names.iter().map(|name| (*name, &*evil)).chain([("good.json", &*good)]).collect();
    let mut zip_bytes = zip_of(&members.iter().map(|(name, bytes)| (*name, *bytes)).collect::<Vec<_>>());
    for (name, bundle) in [
        ("members.zip", std::mem::take(&mut zip_bytes)),
        ("members.tar", tar_of(&members)),
        ("members.tar.gz", gzip(&tar_of(&members))),
    ] {
        let dir = TestDir::new();
        dir.evidence(name, bundle);
        let answer = dir.answer(&[]);
        assert_adds_up(&answer);
        assert_eq!(answer.fate("/good.json"), SOUND, "{name}");
        let refused: Vec<_> =
            answer.table("ledger.csv").into_iter().filter(|row| row["reason"].starts_with("E103")).collect();
        assert_eq!(refused.len(), names.len(), "{name}: {refused:#?}");
        assert_eq!(answer.results_of("C10"), ["sg-good not_tested"], "{name}");
        let left: Vec<String> = std::fs::read_dir(dir.path(""))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        assert!(left.iter().all(|name| name == "evidence" || name == "out"), "{left:?}");
    }
}

#[test]
fn a_bundle_in_a_bundle_is_opened_and_a_third_is_not() {
    let innermost = zip_of(&[("three.json", &document("sg-3"))]);
    let inner = zip_of(&[("two.json", &document("sg-2")), ("innermost.zip", &innermost)]);
    let outer = tar_of(&[("one.json", &document("sg-1")), ("inner.zip", &inner)]);
    let dir = TestDir::new();
    dir.evidence("outer.tar", outer);
    let answer = dir.answer(&[]);
    assert_eq!(answer.subjects("C10").len(), 2);
    let row = answer.ledger("innermost.zip");
    assert!(row["reason"].starts_with("E106"), "{row:#?}");
    let two = answer.ledger("/two.json");
    assert_eq!(
        (two["path"].as_str(), two["bundle"].as_str()),
        ("evidence/outer/inner/two.json", "evidence/outer.tar > inner.zip")
    );
}

/// What follows from a bundle of which nothing could be read, beside a good file.
fn assert_not_ended_well(bundle: Vec<u8>) {
    let dir = TestDir::new();
    dir.evidence("bundle", bundle).evidence("good.json", document("sg-1"));
    let answer = dir.answer(&[]);
    assert_eq!(answer.run.status, 3, "{}\n{:#?}", answer.run.stderr, answer.table("ledger.csv"));
    assert_ne!(answer.results()["evidence"]["rejected"], 0);
    assert!(answer.run.stdout.contains("evidence/bundle"), "{}", answer.run.stdout);
}

#[test]
fn a_bundle_that_is_never_opened_is_no_reason_to_end_well() {
    let innermost = zip_of(&[("three.json", &document("sg-3"))]);
    let middle = zip_of(&[("innermost.zip", &innermost)]);
    assert_not_ended_well(zip_of(&[("middle.zip", &middle)]));
}

#[test]
fn a_bundle_whose_directory_is_gone_is_no_reason_to_end_well() {
    let zip = zip_of(&[("one.json", &document("sg-1"))]);
    assert_not_ended_well(zip[..zip.len() - 30].to_vec());
}

#[test]
fn a_broken_bundle_keeps_the_members_before_the_break() {
    let tar = tar_of(&[("one.json", &document("sg-1")), ("two.json", &document("sg-2"))]);
    let zip = zip_of(&[("one.json", &document("sg-1")), ("two.json", &document("sg-2"))]);
    let dir = TestDir::new();
    dir.evidence("cut.tar", &tar[..1100]).evidence("cut.zip", &zip[..zip.len() - 30]);
    dir.evidence("cut.tar.gz", &gzip(&tar)[..60]);
    let answer = dir.answer(&[]);
    assert_eq!(answer.fate("/one.json"), SOUND);
    for name in ["cut.tar", "cut.zip", "cut.tar.gz"] {
        let rows: Vec<_> = answer.table("ledger.csv").into_iter().filter(|row| row["path"].ends_with(name)).collect();
        assert!(rows.iter().any(|row| row["reason"].starts_with("E105")), "{name}: {rows:#?}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_inside_a_folder_is_refused_and_one_that_is_named_is_followed() {
    let dir = TestDir::new();
    dir.file("elsewhere/a.json", document("sg-1"));
    std::os::unix::fs::symlink(dir.path("elsewhere"), dir.path("evidence/folder")).unwrap();
    std::os::unix::fs::symlink(dir.path("elsewhere/a.json"), dir.path("evidence/file.json")).unwrap();
    std::os::unix::fs::symlink(dir.path("nowhere"), dir.path("evidence/dangling")).unwrap();
    let answer = dir.answer(&[]);
    assert_adds_up(&answer);
    assert_eq!(answer.results_of("C10"), [""; 0]);
    for name in ["/folder", "/file.json", "/dangling"] {
        assert!(answer.ledger(name)["reason"].starts_with("E102"), "{name}");
    }
    let answer = dir.answer_to(&["evidence/folder"], &crate::harness::WINDOW, &[], "out");
    assert_eq!(answer.subjects("C10").len(), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_no_text_is_read_and_shown_with_marks() {
    use std::os::unix::ffi::OsStrExt;
    let dir = TestDir::new();
    let name = std::ffi::OsStr::from_bytes(b"odd-\xff-name.json");
    std::fs::write(dir.path("evidence").join(name), document("sg-1")).unwrap();
    let answer = dir.answer(&[]);
    assert_adds_up(&answer);
    assert_eq!(answer.ledger("name.json")["path"], "evidence/odd-\u{fffd}-name.json");
    assert_eq!(answer.subjects("C10").len(), 1);
}

#[cfg(unix)]
#[test]
fn a_pipe_or_socket_is_refused_and_never_waited_for() {
    let dir = TestDir::new();
    dir.evidence("a.json", document("sg-1"));
    let _socket = std::os::unix::net::UnixListener::bind(dir.path("evidence/socket")).unwrap();
    let answer = dir.answer(&[]);
    assert_adds_up(&answer);
    assert_eq!(answer.ledger("/socket")["reason"], "E102: is neither a file nor a folder");
}

//! When a resource exists: spec sections 3.1 and 3.2.

use crate::fixtures::{AWAY, Edit, GROUP, HOME, USER, at, clock, snapshot_of};
use crate::harness::{TestDir, gzip};

const SSH: &str = "restricted-ssh";
const ALICE: &str = "AIDAEXAMPLEALICE00001";

/// A place with its window attested, and a group `sg-1` shown by an item and failing from day 11 on.
fn failing_group() -> TestDir {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    HOME.history(&dir, GROUP, &at(11, 0), &[HOME.item(GROUP, "sg-1", &at(11, 0))]);
    HOME.judge(&dir, (GROUP, "sg-1"), &at(11, 0), (SSH, "NON_COMPLIANT"));
    dir
}

/// Items a snapshot lists so that `sg-1` and its compliance item are the only question.
fn others() -> Vec<serde_json::Value> {
    vec![HOME.item(GROUP, "sg-other", &at(10, 0))]
}

#[test]
fn a_deletion_makes_absent_from_its_capture_on_whatever_rules_say() {
    for status in ["ResourceDeleted", "ResourceDeletedNotRecorded"] {
        let dir = failing_group();
        let deletion = HOME.deletion(GROUP, "sg-1", &at(14, 0)).set("/configurationItemStatus", status);
        HOME.history(&dir, GROUP, &at(14, 0), &[deletion]);
        let answer = dir.answer(&[]);
        assert_eq!(answer.hours("C10", "sg-1"), "fail 72 absent 168", "{status}");
        assert_eq!(answer.exceptions("C10"), ["sg-1 11T00:00 .. 14T00:00"], "{status}");
    }
}

#[test]
fn an_item_of_a_type_that_is_not_recorded_is_no_evidence_at_all() {
    let dir = TestDir::new();
    let item = HOME.item(GROUP, "sg-1", &at(12, 0)).set("/configurationItemStatus", "ResourceNotRecorded");
    HOME.history(&dir, GROUP, &at(12, 0), &[item.without("/configuration")]);
    assert_eq!(dir.answer(&[]).results_of("C10"), [""; 0]);
}

#[test]
fn what_several_recorders_show_is_absent_only_while_all_say_so() {
    let dir = TestDir::new();
    for place in [HOME, AWAY] {
        place.attest_window(&dir);
        place.history(&dir, USER, &at(11, 0), &[place.user(ALICE, "alice", &at(11, 0))]);
    }
    HOME.judge(&dir, (USER, ALICE), &at(11, 0), ("mfa-enabled-for-iam-console-access", "COMPLIANT"));
    HOME.history(&dir, USER, &at(13, 0), &[HOME.deletion(USER, ALICE, &at(13, 0))]);
    assert_eq!(dir.answer(&[]).hours("C01", ALICE), "pass 240", "one of two says so");
    AWAY.history(&dir, USER, &at(16, 0), &[AWAY.deletion(USER, ALICE, &at(16, 0))]);
    assert_eq!(dir.answer(&[]).hours("C01", ALICE), "pass 120 absent 120", "both say so from day 16 on");
}

#[test]
fn a_snapshot_that_does_not_list_what_was_shown_infers_its_absence() {
    let dir = failing_group();
    HOME.snapshot(&dir, &clock(13, 6, 30), &others());
    let answer = dir.answer(&[]);
    assert_eq!(answer.hours("C10", "sg-1"), "fail 54.5 absent 185.5");
    assert_eq!(answer.exceptions("C10"), ["sg-1 11T00:00 .. 13T06:30"]);
}

#[test]
fn a_later_snapshot_that_lists_it_again_makes_it_present_from_its_own_time() {
    let dir = failing_group();
    HOME.snapshot(&dir, &at(13, 0), &others());
    let compliance = HOME.compliance(GROUP, "sg-1", &at(11, 0), &[(SSH, "NON_COMPLIANT")]);
    HOME.snapshot(&dir, &at(16, 0), &[HOME.item(GROUP, "sg-1", &at(11, 0)), compliance]);
    let answer = dir.answer(&[]);
    assert_eq!(answer.hours("C10", "sg-1"), "fail 168 absent 72");
    assert_eq!(answer.exceptions("C10"), ["sg-1 11T00:00 .. 13T00:00", "sg-1 16T00:00 .. 21T00:00 ongoing"]);
}

#[test]
fn a_rule_compliance_item_that_a_snapshot_drops_has_ended_while_the_resource_stays() {
    let dir = failing_group();
    HOME.snapshot(&dir, &at(13, 0), &[HOME.item(GROUP, "sg-1", &at(11, 0))]);
    let answer = dir.answer(&[]);
    assert_eq!(answer.hours("C10", "sg-1"), "fail 48 none 192");
}

#[test]
fn an_empty_snapshot_infers_nothing() {
    let dir = failing_group();
    HOME.snapshot(&dir, &at(13, 0), &[]);
    let answer = dir.answer(&[]);
    assert_eq!(
        answer.fate("ConfigSnapshot_20260113T000000Z_5f2d9a3e-0c41-4a3b-9d55-8f6f0a1b2c3d.json.gz"),
        "accepted config_snapshot 0 = 0 kept + 0 dup + 0 aside + 0 bad"
    );
    assert_eq!(answer.hours("C10", "sg-1"), "fail 240");
}

#[test]
fn a_snapshot_that_breaks_off_infers_nothing() {
    let whole = snapshot_of(&[others(), vec![HOME.item(GROUP, "sg-more", &at(10, 0))]].concat()).to_string();
    let text = &whole.as_bytes()[..whole.len() - 40];
    let packed = gzip(whole.as_bytes());
    for (broken, why) in
        [(gzip(text), "the text ends early"), (packed[..packed.len() - 12].to_vec(), "the gzip ends early")]
    {
        let dir = failing_group();
        dir.evidence(&HOME.snapshot_path(&at(13, 0)), broken);
        let answer = dir.answer(&[]);
        assert_eq!(answer.hours("C10", "sg-1"), "fail 240", "{why}");
        assert_eq!(answer.run.status, 3, "{why}");
    }
}

#[test]
fn a_snapshot_with_a_rejected_record_infers_nothing() {
    let dir = failing_group();
    let nobody = HOME.item(GROUP, "sg-x", &at(10, 0)).without("/resourceId");
    HOME.snapshot(&dir, &at(13, 0), &[others(), vec![nobody]].concat());
    let answer = dir.answer(&[]);
    assert_eq!(answer.hours("C10", "sg-1"), "fail 240");
    assert!(answer.run.stderr.contains("problem[F105]: `resourceId` is missing"), "{}", answer.run.stderr);
}

#[test]
fn a_snapshot_of_another_recorder_infers_nothing_here() {
    let dir = failing_group();
    AWAY.snapshot(&dir, &at(13, 0), &[AWAY.item(GROUP, "sg-away", &at(10, 0))]);
    assert_eq!(dir.answer(&[]).hours("C10", "sg-1"), "fail 240");
}

#[test]
fn a_snapshot_from_before_the_first_item_infers_nothing() {
    let dir = failing_group();
    HOME.snapshot(&dir, &at(10, 12), &others());
    assert_eq!(dir.answer(&[]).hours("C10", "sg-1"), "fail 240");
}

#[test]
fn an_item_captured_after_the_snapshot_ends_the_inferred_absence() {
    let dir = failing_group();
    HOME.snapshot(&dir, &at(13, 0), &others());
    HOME.history(&dir, GROUP, &at(14, 0), &[HOME.item(GROUP, "sg-1", &at(14, 0))]);
    assert_eq!(dir.answer(&[]).hours("C10", "sg-1"), "fail 48 none 168 absent 24");
}

#[test]
fn a_snapshot_without_a_delivered_name_has_the_time_of_its_latest_capture() {
    let dir = failing_group();
    let items = [others(), vec![HOME.item(GROUP, "sg-more", &at(13, 7))]].concat();
    dir.json("renamed.json", &snapshot_of(&items));
    let answer = dir.answer(&[]);
    assert_eq!(answer.ledger("renamed.json")["evidence_time"], "2026-01-13T07:00:00Z");
    assert_eq!(answer.hours("C10", "sg-1"), "fail 55 absent 185");
}

#[test]
fn two_halves_of_one_snapshot_list_together() {
    // Delivered in two files of one time: neither may drop what the other lists.
    let dir = failing_group();
    let own =
        [HOME.item(GROUP, "sg-1", &at(11, 0)), HOME.compliance(GROUP, "sg-1", &at(11, 0), &[(SSH, "NON_COMPLIANT")])];
    HOME.snapshot(&dir, &at(13, 0), &own);
    let second = HOME.snapshot_path(&at(13, 0)).replace("5f2d9a3e", "00000002");
    dir.json(&second, &snapshot_of(&others()));
    assert_eq!(dir.answer(&[]).hours("C10", "sg-1"), "fail 240");
}

#[test]
fn a_hundred_copies_of_an_item_count_once() {
    let dir = TestDir::new();
    let item = HOME.item(GROUP, "sg-1", &at(1, 0));
    for day in 1..=25 {
        for hour in [0, 6, 12, 18] {
            HOME.snapshot(&dir, &at(day, hour), std::slice::from_ref(&item));
        }
    }
    let answer = dir.answer(&[]);
    let records = &answer.results()["evidence"]["records"];
    assert_eq!((records["read"].as_u64(), records["kept"].as_u64()), (Some(100), Some(1)));
    assert_eq!(answer.counts("C10"), "1 = 0 tested (0 failed) + 0 not applicable + 1 not tested");
}

#[test]
fn the_delivered_name_decides_whose_item_it_is() {
    // The same IAM item in files of two recorders is two captures, one subject.
    let dir = TestDir::new();
    let item = HOME.user(ALICE, "alice", &at(12, 0));
    HOME.snapshot(&dir, &at(12, 6), std::slice::from_ref(&item));
    AWAY.snapshot(&dir, &at(12, 6), std::slice::from_ref(&item));
    let answer = dir.answer(&[]);
    assert_eq!(answer.results()["evidence"]["records"]["kept"], 2);
    assert_eq!(answer.results_of("C01"), [format!("{ALICE} not_tested")]);
}

//! What the evidence covers, what is concluded from it, and whether sources agree: spec sections 7 to 9.

use serde_json::Value;

use crate::fixtures::{AWAY, Edit, GROUP, HOME, OTHER, Place, at, get_findings, snapshot_of};
use crate::harness::{Answer, TestDir, gzip};

const SSH: &str = "restricted-ssh";
const SG: (&str, &str) = (GROUP, "sg-1");

fn finding(time: &str, status: &str) -> Value {
    HOME.finding("EC2.13", ("AwsEc2SecurityGroup", &HOME.group_arn("sg-1")), time, status)
}

/// The coverage of a place by a source: hours covered, and the gaps as days and hours of January.
fn coverage(answer: &Answer, place: Place, source: &str) -> Option<(f64, String)> {
    let rows = answer.table("coverage.csv");
    let is_asked = |row: &&std::collections::BTreeMap<String, String>| {
        row["account"] == place.account && row["region"] == place.region && row["source"] == source
    };
    let row = rows.iter().find(is_asked)?;
    let hours = row["covered_fraction"].parse::<f64>().unwrap() * 240.0;
    Some(((hours * 1000.0).round() / 1000.0, row["gaps"].replace("2026-01-", "").replace(":00:00Z", "")))
}

#[test]
fn a_delivery_attests_its_account_and_region_for_36_hours() {
    let dir = TestDir::new();
    HOME.attest(&dir, 12..=12);
    HOME.snapshot(&dir, &at(13, 0), &[]);
    HOME.attest(&dir, 16..=16);
    let answer = dir.answer(&[]);
    assert_eq!(coverage(&answer, HOME, "config"), Some((96.0, "11T00/12T00;14T12/16T00;17T12/21T00".into())));
    assert_eq!(coverage(&answer, HOME, "securityhub"), None);
    let row = &answer.table("coverage.csv")[0];
    assert_eq!((row["first"].as_str(), row["last"].as_str()), ("2026-01-12T00:00:00Z", "2026-01-16T00:00:00Z"));
}

#[test]
fn what_was_delivered_before_the_window_reaches_into_it() {
    let dir = TestDir::new();
    HOME.attest(&dir, 10..=10);
    let answer = dir.answer(&[]);
    assert_eq!(coverage(&answer, HOME, "config"), Some((12.0, "11T12/21T00".into())));
}

#[test]
fn a_findings_update_attests_the_source_securityhub() {
    let dir = TestDir::new();
    dir.json("findings.json", &get_findings(&[finding(&at(12, 0), "PASSED"), finding(&at(13, 0), "PASSED")]));
    let answer = dir.answer(&[]);
    assert_eq!(coverage(&answer, HOME, "securityhub"), Some((60.0, "11T00/12T00;14T12/21T00".into())));
    assert_eq!(coverage(&answer, HOME, "config"), None);
}

#[test]
fn captures_and_cli_outputs_attest_nothing() {
    let dir = TestDir::new();
    let rule = crate::fixtures::details(SSH, &[(SG, "COMPLIANT", &at(12, 0))]);
    dir.json("011122223333/eu-west-1/details.json", &rule);
    let answer = dir.answer(&[]);
    assert_eq!(coverage(&answer, HOME, "config"), Some((0.0, "11T00/21T00".into())));
    assert_eq!(answer.conclusion("C10"), "incomplete");
}

#[test]
fn a_file_that_breaks_off_attests_nothing() {
    let dir = TestDir::new();
    HOME.attest(&dir, 12..=12);
    let whole = gzip(snapshot_of(&[HOME.item(GROUP, "sg-1", &at(1, 0))]).to_string().as_bytes());
    dir.evidence(&HOME.snapshot_path(&at(14, 0)), &whole[..whole.len() - 20]);
    let answer = dir.answer(&[]);
    assert_eq!(coverage(&answer, HOME, "config"), Some((36.0, "11T00/12T00;13T12/21T00".into())));
}

#[test]
fn the_engagement_file_sets_how_long_a_delivery_attests() {
    let dir = TestDir::new();
    HOME.attest(&dir, 12..=12);
    let answer = dir.answer_under("[parameters]\nmax_gap_hours = 240\n", &[]);
    assert_eq!(coverage(&answer, HOME, "config"), Some((216.0, "11T00/12T00".into())));
}

#[test]
fn gaps_hold_no_status_back() {
    let dir = TestDir::new();
    HOME.judge(&dir, SG, &at(11, 0), (SSH, "NON_COMPLIANT"));
    HOME.judge(&dir, SG, &at(20, 0), (SSH, "COMPLIANT"));
    let answer = dir.answer(&[]);
    assert_eq!(answer.exceptions("C10"), ["sg-1 11T00:00 .. 20T00:00"]);
    assert_eq!(coverage(&answer, HOME, "config"), Some((60.0, "12T12/20T00".into())));
}

#[test]
fn each_conclusion_has_its_cause() {
    let judged = |verdict: &str| {
        let dir = TestDir::new();
        HOME.attest_window(&dir);
        HOME.judge(&dir, SG, &at(10, 0), (SSH, verdict));
        dir
    };
    let nothing = TestDir::new();
    HOME.attest_window(&nothing);
    assert_eq!(nothing.answer(&[]).conclusion("C10"), "not_tested", "no subject");
    assert_eq!(judged("INSUFFICIENT_DATA").answer(&[]).conclusion("C10"), "not_tested", "a subject, and no verdict");
    assert_eq!(judged("NOT_APPLICABLE").answer(&[]).conclusion("C10"), "not_tested", "not applicable is no test");
    assert_eq!(judged("COMPLIANT").answer(&[]).conclusion("C10"), "no_exceptions_noted");
    assert_eq!(judged("NON_COMPLIANT").answer(&[]).conclusion("C10"), "exceptions_noted");
    let one_untested = judged("COMPLIANT");
    HOME.history(&one_untested, GROUP, &at(12, 0), &[HOME.item(GROUP, "sg-2", &at(12, 0))]);
    assert_eq!(one_untested.answer(&[]).conclusion("C10"), "incomplete", "a subject was not tested");
    let with_gap = judged("COMPLIANT");
    AWAY.attest(&with_gap, 12..=20);
    let answer = with_gap.answer(&[]);
    assert_eq!(answer.conclusion("C10"), "incomplete", "a region in scope is not covered on day 11");
    assert_eq!(answer.control("C10")["uncovered_account_regions"], 1);
    let both = judged("NON_COMPLIANT");
    AWAY.attest(&both, 12..=13);
    assert_eq!(both.answer(&[]).conclusion("C10"), "exceptions_noted", "an exception outweighs a gap");
}

#[test]
fn any_source_that_takes_part_covers() {
    let dir = TestDir::new();
    HOME.attest(&dir, 10..=14);
    HOME.judge(&dir, SG, &at(10, 0), (SSH, "COMPLIANT"));
    let hub: Vec<Value> = (15..=20).map(|day| finding(&at(day, 0), "PASSED")).collect();
    dir.json("findings.json", &get_findings(&hub));
    assert_eq!(dir.answer(&[]).conclusion("C10"), "no_exceptions_noted");
    for source in ["config", "securityhub"] {
        let answer = dir.answer(&["--source", source]);
        assert_eq!(answer.conclusion("C10"), "incomplete", "{source} alone");
        let shown: Vec<String> = answer.table("coverage.csv").iter().map(|row| row["source"].clone()).collect();
        assert_eq!(shown, [source]);
    }
}

#[test]
fn an_account_without_evidence_of_a_source_is_not_covered_by_it() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    HOME.judge(&dir, SG, &at(10, 0), (SSH, "COMPLIANT"));
    let other = OTHER.finding("EC2.13", ("AwsEc2SecurityGroup", &OTHER.group_arn("sg-9")), &at(10, 0), "PASSED");
    dir.json("findings.json", &get_findings(&[other]));
    assert_eq!(dir.answer(&["--source", "config"]).conclusion("C10"), "incomplete");
}

#[test]
fn sources_that_agree_and_differ_are_timed_and_long_differences_listed() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    HOME.judge(&dir, SG, &at(12, 0), (SSH, "COMPLIANT"));
    let said = [(12, 0, "PASSED"), (13, 0, "FAILED"), (14, 0, "PASSED"), (15, 0, "FAILED"), (16, 1, "PASSED")];
    let hub: Vec<Value> = said.iter().map(|(day, hour, status)| finding(&at(*day, *hour), status)).collect();
    dir.json("findings.json", &get_findings(&hub));
    let answer = dir.answer(&[]);
    // Security Hub speaks from day 12 to day 17 at 13:00; 24 + 25 hours of it differ.
    let agreement = &answer.control("C10")["agreement"][0];
    assert_eq!(agreement["sources"], serde_json::json!(["config", "securityhub"]));
    assert_eq!(
        (agreement["agree_seconds"].as_i64(), agreement["differ_seconds"].as_i64()),
        (Some(84 * 3600), Some(49 * 3600))
    );
    let listed = answer.results()["disagreements"].as_array().unwrap().clone();
    assert_eq!(listed.len(), 1, "only what is longer than 24 hours: {listed:#?}");
    assert_eq!(
        (listed[0]["from"].as_str(), listed[0]["until"].as_str()),
        (Some("2026-01-15T00:00:00Z"), Some("2026-01-16T01:00:00Z"))
    );
    let said = &listed[0]["said"][1];
    assert_eq!((said["source"].as_str(), said["status"].as_str()), (Some("securityhub"), Some("FAIL")));
    let evidence = answer.ledger("findings.json")["evidence_id"].clone();
    assert_eq!(said["evidence"], format!("{evidence}:4"), "the finding that says so, by file and record");
    let row = &answer.table("disagreements.csv")[0];
    assert_eq!(
        (row["duration_seconds"].as_str(), row["second_evidence"].as_str()),
        ("90000", &*format!("{evidence}:4"))
    );
    let answer = dir.answer_under("[parameters]\nlag_tolerance_hours = 0\n", &[]);
    assert_eq!(answer.results()["disagreements"].as_array().unwrap().len(), 2);
}

#[test]
fn findings_that_were_set_aside_or_rejected_attest_nothing() {
    let dir = TestDir::new();
    dir.json("findings.json", &get_findings(&[finding(&at(12, 0), "PASSED").set("/Sample", true)]));
    assert_eq!(dir.answer(&[]).table("coverage.csv"), []);
}

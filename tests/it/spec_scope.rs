//! Which accounts, regions and controls are asked for: spec sections 5 and 12.

use crate::fixtures::{ACCOUNT, AWAY, GROUP, HOME, OTHER, at};
use crate::harness::{TestDir, WINDOW};

const SSH: &str = "restricted-ssh";

/// Three places, fully attested, each with a group that passes.
fn three_places() -> TestDir {
    let dir = TestDir::new();
    for place in [HOME, AWAY, OTHER] {
        place.attest_window(&dir);
        place.judge(&dir, (GROUP, "sg-1"), &at(10, 0), (SSH, "COMPLIANT"));
    }
    dir
}

fn places(answer: &crate::harness::Answer, control: &str) -> Vec<String> {
    answer.subjects(control).iter().map(|row| format!("{} {}", row["account"], row["region"])).collect()
}

#[test]
fn without_a_list_all_that_is_seen_is_in_scope() {
    let answer = three_places().answer(&[]);
    assert_eq!(places(&answer, "C10"), ["011122223333 eu-west-1", "011122223333 us-east-1", "444455556666 eu-west-1"]);
    assert_eq!(places(&answer, "C04"), ["011122223333 global", "444455556666 global"]);
    assert_eq!(answer.results()["scope"]["listed"], false);
}

#[test]
fn what_the_list_leaves_out_is_left_out_and_said() {
    let lists = [
        "[[scope.account]]\nid = \"011122223333\"\n",
        "[[scope.account]]\nid = \"011122223333\"\n[[scope.account]]\nid = \"444455556666\"\nin_scope = false\n",
    ];
    for list in lists {
        let answer = three_places().answer_under(list, &[]);
        assert_eq!(places(&answer, "C10"), ["011122223333 eu-west-1", "011122223333 us-east-1"]);
        assert_eq!(places(&answer, "C04"), ["011122223333 global"]);
        assert_eq!(answer.results()["scope"]["accounts_out_of_scope"], serde_json::json!(["444455556666"]));
        assert!(answer.run.stdout.contains("Confirm what the scope leaves out"), "{}", answer.run.stdout);
        assert!(answer.table("coverage.csv").iter().all(|row| row["account"] == HOME.account));
    }
}

#[test]
fn regions_of_the_list_choose_what_has_a_region() {
    let dir = three_places();
    let list = "[[scope.account]]\nid = \"011122223333\"\nregions = [\"us-east-1\"]\n";
    let answer = dir.answer_under(list, &[]);
    assert_eq!(places(&answer, "C10"), ["011122223333 us-east-1"]);
    assert_eq!(places(&answer, "C04"), ["011122223333 global"], "accounts belong to no region");
    assert_eq!(answer.results()["scope"]["accounts"][0]["regions"], serde_json::json!(["us-east-1"]));
}

const WITH_SILENT: &str =
    "[[scope.account]]\nid = \"011122223333\"\n[[scope.account]]\nid = \"000000000042\"\nname = \"silent\"\n";

#[test]
fn an_account_in_scope_without_evidence_is_reported_and_not_tested() {
    let dir = three_places();
    HOME.judge(&dir, (ACCOUNT, HOME.account), &at(10, 0), ("iam-password-policy", "COMPLIANT"));
    let answer = dir.answer_under(WITH_SILENT, &[]);
    assert_eq!(answer.results_of("C04"), ["000000000042 not_tested", "011122223333 passed"]);
    assert_eq!(answer.conclusion("C04"), "incomplete");
    let silent = &answer.results()["scope"]["accounts"][0];
    assert_eq!((silent["account"].as_str(), silent["has_evidence"].as_bool()), (Some("000000000042"), Some(false)));
    assert!(answer.run.stdout.contains("Ask for evidence of 000000000042"), "{}", answer.run.stdout);
}

#[test]
fn a_region_in_scope_without_evidence_is_not_covered() {
    let list = "[[scope.account]]\nid = \"011122223333\"\nregions = [\"eu-west-1\", \"ap-south-1\"]\n";
    let answer = three_places().answer_under(list, &[]);
    assert_eq!(places(&answer, "C10"), ["011122223333 eu-west-1"]);
    assert_eq!(answer.conclusion("C10"), "incomplete");
}

#[test]
fn controls_of_production_accounts_are_tested_on_those_where_environments_are_known() {
    let dir = TestDir::new();
    for place in [HOME, OTHER] {
        place.attest_window(&dir);
        place.judge(&dir, (GROUP, "sg-default"), &at(10, 0), ("vpc-default-security-group-closed", "COMPLIANT"));
        place.judge(&dir, (ACCOUNT, place.account), &at(10, 0), ("multi-region-cloudtrail-enabled", "COMPLIANT"));
    }
    let list = |first: &str, second: &str| {
        format!(
            "[[scope.account]]\nid = \"011122223333\"\n{first}\n[[scope.account]]\nid = \"444455556666\"\n{second}\n"
        )
    };
    let accounts = |list: &str, control: &str| {
        let answer = dir.answer_under(list, &[]);
        answer.subjects(control).iter().map(|row| row["account"].clone()).collect::<Vec<_>>()
    };
    for control in ["C11", "C12"] {
        let named = list("environment = \"production\"", "environment = \"staging\"");
        assert_eq!(accounts(&named, control), ["011122223333"], "{control}");
        assert_eq!(accounts(&list("environment = \"Production\"", ""), control), ["011122223333"], "{control}");
        assert_eq!(accounts(&list("", ""), control), ["011122223333", "444455556666"], "no environments are named");
    }
    assert_eq!(accounts(&list("environment = \"production\"", "environment = \"staging\""), "C04").len(), 2);
}

#[test]
fn only_the_controls_asked_for_are_answered() {
    let answer = three_places().answer(&["--control", "C10", "--control", "c04"]);
    let ids: Vec<String> = answer.table("controls.csv").iter().map(|row| row["control"].clone()).collect();
    assert_eq!(ids, ["C04", "C10"], "in the order of the catalog");
    assert!(answer.table("subjects.csv").iter().all(|row| row["control"] == "C04" || row["control"] == "C10"));
}

#[test]
fn the_engagement_file_may_state_name_and_window_and_options_win() {
    let dir = three_places();
    dir.file(
        "e.toml",
        "[engagement]\nname = \"Example Corp, SOC 2 Type 2\"\nfrom = 2026-01-12\nthrough = 2026-01-13\n",
    );
    let answer = dir.answer_to(&["evidence"], &["--engagement", "e.toml"], &[], "out");
    let results = answer.results();
    assert_eq!(results["engagement"], "Example Corp, SOC 2 Type 2");
    assert_eq!(
        results["window"],
        serde_json::json!({ "from": "2026-01-12T00:00:00Z", "until": "2026-01-14T00:00:00Z" })
    );
    assert!(answer.run.stdout.contains("Engagement   Example Corp, SOC 2 Type 2"));
    let answer = dir.answer_to(&["evidence"], &["--engagement", "e.toml", "--through", "2026-01-15"], &[], "out");
    assert_eq!(answer.results()["window"]["until"], "2026-01-16T00:00:00Z");
}

#[test]
fn what_an_engagement_file_cannot_mean_is_wrong_usage_with_its_line() {
    let rows = [
        ("[engagment]\n", "line 1: unknown key `engagment`; did you mean `engagement`?"),
        ("[parameters]\nmax_gap_hour = 3\n", "line 2: unknown key `max_gap_hour`; did you mean `max_gap_hours`?"),
        ("[parameters]\nmax_gap_hours = -1\n", "line 2: `max_gap_hours` has to be a whole number of 0 or more"),
        ("[[scope.account]]\nid = \"123\"\n", "line 2: `id` has to be twelve digits: `123`"),
        ("[[scope.account]]\nid = 123456789012\n", "line 2: `id` has to be a text, not integer"),
        ("[[scope.account]]\nname = \"x\"\n", "line 1: the account that begins here has no `id`"),
        ("[[scope.account]]\nid = \"123456789012\"\nregions = [\"Mars\"]\n", "line 3: `Mars` is no region"),
        (
            "[[scope.account]]\nid = \"123456789012\"\n[[scope.account]]\nid = \"123456789012\"\n",
            "line 3: the account `123456789012` is listed twice",
        ),
        ("[engagement]\nfrom = 2026-02-30\n", "line 2"),
        ("[engagement]\nfrom = 2026-02-03\nthrough = 2026-02-01\n", "line 3: `through` is before `from`"),
        ("[controls.C14]\ntga = {}\n", "line 2: unknown key `tga`; did you mean `tag`?"),
        ("[scope\n", "line 1: not valid TOML"),
    ];
    let dir = three_places();
    for (text, message) in rows {
        dir.file("e.toml", text);
        let run = dir.tickmark(&[&["run", "evidence", "--out", "out", "--engagement", "e.toml"], &WINDOW[..]].concat());
        assert_eq!(run.status, 2, "{text}: {}", run.stderr);
        assert!(run.stderr.contains(message), "{text}: {}", run.stderr);
        assert!(!dir.path("out/results.json").exists());
    }
}

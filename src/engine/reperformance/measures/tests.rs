//! What deployed rules state, under the catalog's names, and when they state nothing.

use std::collections::BTreeMap;

use super::Measures;
use crate::engine::catalog::Catalog;
use crate::engine::catalog::rule_names::RuleMatcher;
use crate::engine::settings::Settings;
use crate::lake::RuleRow;
use crate::model::{Instant, Period};

fn rule(name: &str, identifier: &str, input_parameters: &str) -> RuleRow {
    RuleRow {
        recorder_account: "123456789012".to_owned(),
        recorder_region: "eu-west-1".to_owned(),
        rule_name: name.to_owned(),
        rule_arn: String::new(),
        owner: "AWS".to_owned(),
        source_identifier: identifier.to_owned(),
        input_parameters: input_parameters.to_owned(),
        state: "ACTIVE".to_owned(),
        described_at: Instant::parse_date("2026-01-15").ok(),
        evidence_id: String::new(),
        record_number: 1,
    }
}

/// What the rules measure a test against: who says so, and the parameters in words.
fn measured(test: &str, rules: &[RuleRow]) -> Vec<(Option<String>, String)> {
    let catalog = Catalog::embedded().unwrap();
    let matcher = RuleMatcher::new(&catalog, &BTreeMap::new()).unwrap();
    let day = |day| Instant::parse_date(day).unwrap();
    let settings = Settings::new(Period::new(day("2026-01-01"), day("2026-02-01")));
    let place = catalog.tests.iter().position(|known| known.identifier == test).unwrap();
    let sets = Measures::new(rules, &catalog, &matcher, &settings).of(place, Some("eu-west-1"));
    sets.into_iter().map(|set| (set.rule().map(str::to_owned), set.words())).collect()
}

#[test]
fn a_name_in_another_case_is_the_catalogs() {
    for stated in
        [r#"{"maxaccesskeyage":"30"}"#, r#"{"MaxAccessKeyAge":30}"#, r#"{"maxAccessKeyAge":"30","Other":"1"}"#]
    {
        let found = measured("ACCESS_KEYS_ROTATED", &[rule("keys", "ACCESS_KEYS_ROTATED", stated)]);
        assert_eq!(found, [(Some("keys".to_owned()), "maxAccessKeyAge=30".to_owned())], "{stated}");
    }
    let both = r#"{"MAXACCESSKEYAGE":"900","maxAccessKeyAge":"30"}"#;
    let found = measured("ACCESS_KEYS_ROTATED", &[rule("keys", "ACCESS_KEYS_ROTATED", both)]);
    assert_eq!(found[0].1, "maxAccessKeyAge=30", "the exact name counts first");
}

#[test]
fn a_rule_that_states_nothing_known_leaves_what_is_usual() {
    for stated in ["", "{}", "[]", "null", "{", r#"{"Nonsense":"1"}"#, r#"{"maxAccessKeyAge":null}"#] {
        let found = measured("ACCESS_KEYS_ROTATED", &[rule("keys", "ACCESS_KEYS_ROTATED", stated)]);
        assert_eq!(found, [(None, "maxAccessKeyAge=90".to_owned())], "{stated}");
    }
}

#[test]
fn empty_text_is_stated() {
    let found = measured("ACCESS_KEYS_ROTATED", &[rule("keys", "ACCESS_KEYS_ROTATED", r#"{"maxAccessKeyAge":""}"#)]);
    assert_eq!(found, [(Some("keys".to_owned()), "maxAccessKeyAge empty".to_owned())]);
}

#[test]
fn rules_that_differ_in_what_is_unset_on_purpose_are_two_measures() {
    let test = "RESTRICTED_INCOMING_TRAFFIC";
    let rules = [
        rule("a", test, r#"{"blockedPort1":"3389"}"#),
        rule("b", test, r#"{"blockedPort1":"3389","blockedPort2":""}"#),
        rule("c", test, r#"{"BlockedPort1":"3389"}"#),
    ];
    let found: Vec<_> = measured(test, &rules).into_iter().map(|(rule, words)| (rule.unwrap(), words)).collect();
    let of = |rule: &str, words: &str| (rule.to_owned(), words.to_owned());
    assert_eq!(found, [of("a", "blockedPort1=3389"), of("b", "blockedPort1=3389, blockedPort2 empty")]);
}

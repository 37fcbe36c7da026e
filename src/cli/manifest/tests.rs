//! Settings come back from a manifest as they went in, and what is no manifest is none.

use super::{Manifest, RecordedSettings};
use crate::engine::engagement::Engagement;
use crate::engine::settings::Settings;
use crate::model::{Instant, Period, Source};

const ENGAGEMENT: &str = r#"
[engagement]
name = "Example Corp"
[[scope.account]]
id = "012345678901"
name = "payments"
environment = "production"
regions = ["us-east-1"]
[[scope.account]]
id = "111122223333"
in_scope = false
[rules.aliases]
"corp-42" = "INCOMING_SSH_DISABLED"
[controls.C14]
tag = { key = "class", values = ["restricted"] }
[tests.ACCESS_KEYS_ROTATED.parameters]
maxAccessKeyAge = 60
[[organization]]
management = "111122223333"
members = ["012345678901"]
[parameters]
max_gap_hours = 40
lag_tolerance_hours = 12
"#;

fn settings() -> Settings {
    let engagement = Engagement::parse("test", ENGAGEMENT).unwrap();
    let day = |text| Instant::parse_date(text).unwrap();
    Settings {
        engagement: engagement.name,
        window: Period::new(day("2026-01-01"), day("2026-07-01")),
        sources: vec![Source::Config, Source::Reperformed],
        controls: Some(vec!["C10".to_owned(), "c14".to_owned()]),
        scope: engagement.scope,
        rule_aliases: engagement.rule_aliases,
        tags: engagement.tags,
        parameters: engagement.parameters,
        organizations: engagement.organizations,
        max_gap_hours: 40,
        lag_tolerance_hours: 12,
    }
}

#[test]
fn settings_come_back_as_they_were() {
    let before = settings();
    let text = serde_json::to_string(&RecordedSettings::of(&before)).unwrap();
    let after = serde_json::from_str::<RecordedSettings>(&text).unwrap().settings().unwrap();
    assert_eq!(format!("{after:?}"), format!("{before:?}"));
}

#[test]
fn settings_that_cannot_be_meant_are_refused() {
    let text = serde_json::to_string(&RecordedSettings::of(&settings())).unwrap();
    for (from, to) in [
        ("\"reperformed\"", "\"guardduty\""),
        ("2026-01-01T", "2026-13-01T"),
        ("012345678901", "12345678901"),
        ("\"us-east-1\"", "\"nowhere at all\""),
    ] {
        assert!(text.contains(from), "{text}");
        let changed: RecordedSettings = serde_json::from_str(&text.replace(from, to)).unwrap();
        assert!(changed.settings().is_err(), "{to}");
    }
    assert!(serde_json::from_str::<RecordedSettings>(&text.replacen('{', "{\"more\":1,", 1)).is_err());
}

#[test]
fn what_is_no_manifest_says_why() {
    for (text, why) in [("", "EOF"), ("{}", "missing field"), ("[]", "invalid")] {
        let error = Manifest::parse(text.as_bytes()).unwrap_err();
        assert!(error.contains(why), "{text}: {error}");
    }
}

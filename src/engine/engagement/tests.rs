//! What an engagement file may say, and what its errors say.

use super::*;

const WHOLE: &str = r#"
[engagement]
name = "Example Corp, SOC 2 Type 2"
from = 2026-01-01
through = "2026-06-30"

[[scope.account]]
id = "000000000012"
name = "payments"
environment = "production"
regions = ["us-east-1"]
[[scope.account]]
id = "210987654321"
in_scope = false

[rules.aliases]
"corp-42-custom" = "INCOMING_SSH_DISABLED"

[controls.C14]
tag = { key = "data-classification", values = ["restricted"] }

[parameters]
max_gap_hours = 48
lag_tolerance_hours = 12
"#;

#[test]
fn everything_in_the_file_is_taken() {
    let engagement = Engagement::parse("e.toml", WHOLE).unwrap();
    assert_eq!(engagement.name.as_deref(), Some("Example Corp, SOC 2 Type 2"));
    assert_eq!(engagement.from.map(Instant::date).as_deref(), Some("2026-01-01"));
    assert_eq!(engagement.through.map(Instant::date).as_deref(), Some("2026-06-30"));
    let scope = engagement.scope.unwrap();
    assert_eq!(scope[0].account.as_str(), "000000000012");
    assert!(scope[0].in_scope && !scope[1].in_scope);
    assert_eq!(scope[0].regions[0].as_str(), "us-east-1");
    assert_eq!(engagement.rule_aliases["corp-42-custom"], "INCOMING_SSH_DISABLED");
    assert_eq!(engagement.tags["C14"].values, ["restricted"]);
    assert_eq!((engagement.max_gap_hours, engagement.lag_tolerance_hours), (Some(48), Some(12)));
}

#[test]
fn an_empty_file_asks_for_nothing() {
    assert_eq!(Engagement::parse("e.toml", "").unwrap(), Engagement::default());
}

#[test]
fn what_cannot_be_meant_is_named_with_its_line() {
    let rows = [
        ("[engagment]\n", "line 1: unknown key `engagment`; did you mean `engagement`?"),
        ("[engagement]\nfrm = 2026-01-01\n", "line 2: unknown key `frm`; did you mean `from`?"),
        ("[engagement]\nfrom = 2026-01-01T00:00:00Z\n", "line 2: `from` has to be a date such as 2026-01-31"),
        ("[engagement]\nfrom = \"2026-02-30\"\n", "line 2: `from` is no day that exists: `2026-02-30`"),
        ("[engagement]\nfrom = 2026-02-01\nthrough = 2026-01-01\n", "line 3: `through` is before `from`"),
        ("[[scope.account]]\nid = \"12\"\n", "line 2: `id` has to be twelve digits: `12`"),
        ("[[scope.account]]\nname = \"x\"\n", "has no `id`"),
        ("[[scope.account]]\nid = \"111122223333\"\n[[scope.account]]\nid = \"111122223333\"\n", "is listed twice"),
        ("[[scope.account]]\nid = \"111122223333\"\nregions = [\"mars\"]\n", "line 3: `mars` is no region"),
        ("[scope]\naccounts = \"scope.xlsx\"\n", "line 2: a scope list in a file of its own"),
        ("[parameters]\nmax_gap_hours = 4000000000\n", "line 2: `max_gap_hours` is more than 87660 hours"),
        ("[parameters]\nmax_gap_hours = -1\n", "line 2: `max_gap_hours` has to be a whole number"),
        ("[parameters]\nmax_gap_hour = 1\n", "did you mean `max_gap_hours`?"),
        ("[controls.C14]\ntags = {}\n", "line 2: unknown key `tags`; did you mean `tag`?"),
        ("x = = 1\n", "line 1: not valid TOML"),
    ];
    for (text, expected) in rows {
        let message = Engagement::parse("e.toml", text).unwrap_err().to_string();
        assert!(message.starts_with("engagement file `e.toml`, ") && message.contains(expected), "{text}: {message}");
    }
}

//! Which trail an answer is about, as its file's name and region tell.

use super::*;

#[test]
fn names_stand_as_words_and_the_command_and_stamps_name_nothing() {
    for (text, names, found) in [
        ("trail-status-main-20260101", &["main"][..], &["main"][..]),
        ("main", &["main"], &["main"]),
        ("status_domain", &["main"], &[]),
        ("main2-status", &["main"], &[]),
        ("get-trail-status-trail-10", &["trail-1", "trail"], &["trail"]),
        ("é-main-é", &["main"], &["main"]),
        ("", &["main"], &[]),
        ("get-trail-status-20260112T000000Z", &["trail", "status", "trail-status", "get"], &[]),
        ("GetTrailStatus_2026-01-12", &["trail", "2026-01-12", "01", "2026"], &[]),
        ("trail_status-2026-01-12T10-20-30Z", &["trail", "10", "30Z"], &[]),
        ("get-trail-status-trail", &["trail", "status"], &["trail"]),
        ("get-trail-status-my-trail", &["trail", "my-trail"], &["my-trail"]),
        ("my-trail-and-trail", &["trail", "my-trail"], &["my-trail", "trail"]),
        ("get-trail-status-my-trail-status", &["my", "my-trail-status"], &["my-trail-status"]),
        // These may be either.
        ("main-trail-status", &["main", "main-trail"], &["main", "main-trail"]),
        ("get-trail-status-logs-2026-01-12", &["logs", "logs-2026"], &["logs", "logs-2026"]),
        ("a-b-c", &["a-b", "b-c"], &["a-b", "b-c"]),
    ] {
        let names: BTreeSet<&str> = names.iter().copied().collect();
        assert_eq!(names_in(text, &names).into_iter().collect::<Vec<_>>(), found, "{text}: {names:?}");
    }
}

const HOME: &str = "arn:aws:cloudtrail:eu-west-1:011122223333:trail/main";
const AWAY: &str = "arn:aws:cloudtrail:us-east-1:011122223333:trail/main";
const AUDIT: &str = "arn:aws:cloudtrail:us-east-1:011122223333:trail/audit";
const FOREIGN: &str = "arn:aws:cloudtrail:eu-west-1:444455556666:trail/main";

#[test]
fn a_region_tells_trails_of_one_name_apart() {
    let account = AccountId::parse("011122223333").unwrap();
    let narrow = |key| NamedTrail { key, is_multi_region: false };
    let wide = |key| NamedTrail { key, is_multi_region: true };
    let both = vec![HOME, AWAY];
    for (name, region, trails, expected) in [
        ("get-trail-status-main", "eu-west-1", vec![wide(HOME), wide(AWAY)], Meant::One(HOME)),
        ("get-trail-status-main", "us-east-1", vec![wide(HOME), wide(AWAY)], Meant::One(AWAY)),
        ("get-trail-status-main", "eu-north-1", vec![wide(HOME), narrow(AWAY)], Meant::One(HOME)),
        ("get-trail-status-main", "eu-north-1", vec![wide(HOME), wide(AWAY)], Meant::Unclear(both.clone())),
        ("get-trail-status-main", "eu-north-1", vec![narrow(HOME), narrow(AWAY)], Meant::Unclear(both.clone())),
        ("get-trail-status-main", "global", vec![wide(HOME), narrow(AUDIT)], Meant::One(HOME)),
        ("get-trail-status", "eu-west-1", vec![wide(HOME)], Meant::Only(HOME)),
        ("get-trail-status", "us-east-1", vec![wide(HOME)], Meant::Unclear(vec![HOME])),
        ("get-trail-status-backup", "eu-west-1", vec![wide(HOME)], Meant::Unclear(vec![HOME])),
        ("011122223333_get-trail-status_2026-01-31", "eu-west-1", vec![wide(HOME)], Meant::Only(HOME)),
        ("get_trail_status_Main", "eu-west-1", vec![wide(HOME)], Meant::Unclear(vec![HOME])),
        ("get-trail-status", "eu-west-1", vec![wide(HOME), wide(AUDIT)], Meant::Unclear(vec![HOME, AUDIT])),
        ("main-and-audit", "eu-west-1", vec![wide(HOME), wide(AUDIT)], Meant::Unclear(vec![HOME, AUDIT])),
        ("main", "eu-west-1", vec![wide(HOME), wide(FOREIGN)], Meant::One(HOME)),
        ("main", "eu-west-1", vec![wide(AUDIT), wide(FOREIGN)], Meant::One(FOREIGN)),
    ] {
        assert_eq!(meant_by(name, region, &account, &trails), expected, "{name} in {region} of {trails:?}");
    }
}

//! Known reasons for which sources differ: whether they hold together, and where they stop.

use super::*;

fn period(from: &str, until: &str) -> Period {
    Period::new(Instant::parse_date(from).unwrap(), Instant::parse_date(until).unwrap())
}

#[test]
fn every_known_reason_speaks_of_tests_and_days_that_exist() {
    let catalog = crate::engine::catalog::Catalog::embedded().unwrap();
    for known in KNOWN {
        assert!(!known.words.is_empty());
        assert!(known.tests.iter().all(|test| catalog.test(test).is_some()), "{:?}", known.tests);
        assert!(known.before.is_none_or(|day| Instant::parse_date(day).is_ok()));
    }
}

#[test]
fn a_root_user_without_credentials_is_no_contradiction() {
    let january = period("2026-01-01", "2026-02-01");
    let of = |status| {
        let said = [(Source::SecurityHub, ControlStatus::Pass), (Source::Reperformed, status)];
        explain("ROOT_ACCOUNT_MFA_ENABLED", said, january).is_same
    };
    assert!(of(ControlStatus::NotApplicable));
    assert!(!of(ControlStatus::Fail));
}

#[test]
fn a_reason_that_ended_on_a_day_explains_nothing_later() {
    let said = [(Source::Config, ControlStatus::Pass), (Source::Reperformed, ControlStatus::Fail)];
    let of = |from, until| explain("INCOMING_SSH_DISABLED", said, period(from, until)).reasons.len();
    assert_eq!(of("2023-06-01", "2023-07-01"), 1);
    assert_eq!(of("2024-06-01", "2024-07-01"), 0);
}

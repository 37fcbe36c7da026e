//! Times in every form that exports write.

use super::instant_of_json;
use crate::model::{Instant, InstantError};

fn microseconds(raw: &str) -> i64 {
    instant_of_json(raw).unwrap_or_else(|error| panic!("{raw}: {error:?}")).microseconds()
}

#[test]
fn text_is_read_in_every_form_of_the_exports() {
    for (raw, expected) in [
        (r#""2026-09-28T09:38:57.268Z""#, "2026-09-28T09:38:57.268Z"),
        (r#""2018-08-31T00:15:09Z""#, "2018-08-31T00:15:09Z"),
        (r#""2023-01-25T21:59:15.695000-08:00""#, "2023-01-26T05:59:15.695Z"),
        (r#""2023-01-25T20:23:40-08:00""#, "2023-01-26T04:23:40Z"),
        (r#""2023-01-25T20:23:40+00:00""#, "2023-01-25T20:23:40Z"),
        (r#""2025-07-16 14:30:35.663000+01:00""#, "2025-07-16T13:30:35.663Z"),
        (r#""2023-01-26T02:43:59.000+0000""#, "2023-01-26T02:43:59Z"),
        ("\"2023-01-26T02:43:59\\u005a\"", "2023-01-26T02:43:59Z"),
    ] {
        assert_eq!(instant_of_json(raw).map(|instant| instant.to_string()), Ok(expected.to_owned()), "{raw}");
    }
}

#[test]
fn numbers_are_exact_to_the_microsecond() {
    for (raw, expected) in [
        ("1539799966.921", 1_539_799_966_921_000),
        ("1539799966.1", 1_539_799_966_100_000),
        ("1539799966.000001", 1_539_799_966_000_001),
        ("1739539623", 1_739_539_623_000_000),
        ("1000000000", 1_000_000_000_000_000),
        ("1e9", 1_000_000_000_000_000),
        ("1.0E+9", 1_000_000_000_000_000),
        ("1.539799966921e9", 1_539_799_966_921_000),
        ("15397999669210e-4", 1_539_799_966_921_000),
        ("1690000000000", 1_690_000_000_000_000),
        ("1690000000000.5", 1_690_000_000_000_500),
        ("1.69e12", 1_690_000_000_000_000),
        ("0", 0),
        ("-0", 0),
        ("-1", -1_000_000),
        ("-1.5", -1_500_000),
        ("99999999999", 99_999_999_999_000_000),
        ("100000000000", 100_000_000_000_000),
        (" 1739539623\n", 1_739_539_623_000_000),
    ] {
        assert_eq!(microseconds(raw), expected, "{raw}");
    }
}

#[test]
fn what_is_finer_than_a_microsecond_is_cut_off_towards_the_past() {
    assert_eq!(microseconds("1539799966.9219999"), 1_539_799_966_921_999);
    assert_eq!(microseconds("1690000000000.0009"), 1_690_000_000_000_000);
    assert_eq!(microseconds("-0.0000001"), -1);
    assert_eq!(microseconds("0.0000001"), 0);
    assert_eq!(instant_of_json(r#""2026-01-01T00:00:00.0000019Z""#), Instant::parse("2026-01-01T00:00:00.000001Z"));
}

#[test]
fn the_years_0_to_9999_are_all_there_is() {
    assert_eq!(microseconds("-62167219200"), -62_167_219_200_000_000);
    assert_eq!(instant_of_json("253402300799999").map(|i| i.to_string()).as_deref(), Ok("9999-12-31T23:59:59.999Z"));
    for raw in
        ["-62167219201", "253402300800000", "1690000000000000", "99999999999999999999999", "1e30", "1e31", "1e999"]
    {
        assert_eq!(instant_of_json(raw), Err(InstantError::OutOfRange), "{raw}");
    }
}

#[test]
fn exponents_count_only_when_exact() {
    assert_eq!(instant_of_json("1539799966921.1e-3").map(Instant::microseconds), Ok(1_539_799_966_921_100));
    assert_eq!(instant_of_json("15397999669211234567e-10"), Err(InstantError::Malformed));
    assert_eq!(instant_of_json("1e-7"), Err(InstantError::Malformed));
    assert_eq!(instant_of_json("0e-7").map(Instant::microseconds), Ok(0));
}

#[test]
fn everything_else_is_no_time() {
    for raw in [
        r#""1539799966.921""#,
        r#""1739539623""#,
        r#""""#,
        r#""yesterday""#,
        r#""2026-01-01""#,
        r#""\ud800""#,
        r#"""#,
        "null",
        "true",
        "{}",
        "[1739539623]",
        "",
        "-",
        "+1",
        ".5",
        "1.",
        "1e",
        "1e+",
        "1e1.5",
        "0x10",
        "NaN",
        "Infinity",
        "1_000",
        "--1",
        "1-1",
        "١٢",
    ] {
        assert_eq!(instant_of_json(raw), Err(InstantError::Malformed), "{raw}");
    }
}

#[test]
fn a_time_without_offset_or_outside_the_calendar_says_so() {
    assert_eq!(instant_of_json(r#""2025-02-14T14:27:03.913874""#), Err(InstantError::NoOffset));
    assert_eq!(instant_of_json(r#""2026-13-01T00:00:00Z""#), Err(InstantError::OutOfRange));
    assert_eq!(instant_of_json(r#""2026-02-29T00:00:00Z""#), Err(InstantError::OutOfRange));
}

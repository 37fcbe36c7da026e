//! How numbers are written, at their edges.

use super::fixture::{at, window};
use crate::model::Period;
use crate::report::figures::{
    bytes, count, counted, duration, fraction, interval, optional_fraction, part_of, percent, seconds,
    window as written,
};

#[test]
fn counts_have_separators() {
    let shown = [0, 7, 999, 1000, 12_345, 1_234_567, u64::MAX].map(count);
    assert_eq!(shown, ["0", "7", "999", "1,000", "12,345", "1,234,567", "18,446,744,073,709,551,615"]);
    assert_eq!([counted(0, "gap"), counted(1, "gap"), counted(1284, "gap")], ["0 gaps", "1 gap", "1,284 gaps"]);
    assert_eq!(part_of(1281, 1284), "1,281 of 1,284");
}

#[test]
fn rates_are_cut_towards_the_bad_side() {
    assert_eq!(percent(0, 0), "n/a");
    assert_eq!(percent(0, 5), "0.00%");
    assert_eq!(percent(1, 3), "33.33%");
    assert_eq!(percent(2, 3), "66.66%");
    assert_eq!(percent(9_999, 10_000), "99.99%");
    assert_eq!(percent(199_999, 200_000), "99.99%");
    assert_eq!(percent(u128::from(u64::MAX) - 1, u128::from(u64::MAX)), "99.99%");
    assert_eq!(percent(1, 200_000), "0.00%");
    assert_eq!(percent(7, 7), "100.00%");
}

#[test]
fn no_rate_with_a_failure_reads_as_all() {
    for whole in 1..3000_u128 {
        assert_ne!(percent(whole - 1, whole), "100.00%", "{whole}");
    }
}

#[test]
fn fractions_read_back_as_the_same_double() {
    let third = 1.0 / 3.0;
    assert_eq!(fraction(third), "0.3333333333333333");
    assert_eq!(fraction(third).parse::<f64>().unwrap().to_bits(), third.to_bits());
    assert_eq!([fraction(1.0), fraction(0.0), fraction(0.999_995)], ["1.0", "0.0", "0.999995"]);
    assert_eq!([optional_fraction(None), optional_fraction(Some(0.5))], ["", "0.5"]);
}

#[test]
fn durations_show_two_units() {
    let second = 1_000_000;
    let shown =
        [0, 1, second, 61 * second, 3600 * second, 86_400 * second, 86_400 * second + 60 * second, 1_053_000 * second];
    let expected = ["0 s", "under 1 s", "1 s", "1 min 1 s", "1 h", "1 d", "1 d", "12 d 4 h"];
    assert_eq!(shown.map(duration), expected);
}

#[test]
fn seconds_keep_their_decimals() {
    let shown = [0, 1, 1_500_000, 15_638_400_000_000, -2_000_001, i128::from(i64::MAX) * 1_000_000].map(seconds);
    assert_eq!(shown, ["0", "0.000001", "1.500", "15638400", "-2.000001", "9223372036854775807"]);
}

#[test]
fn sizes_are_binary_and_cut() {
    let shown = [0, 1023, 1024, 1_048_575, 44_775_034_112, u64::MAX].map(bytes);
    assert_eq!(shown, ["0 B", "1023 B", "1.0 KiB", "1023.9 KiB", "41.7 GiB", "15.9 EiB"]);
}

#[test]
fn a_window_of_whole_days_names_its_last_day() {
    assert_eq!(written(window()), "2026-01-01 .. 2026-06-30 UTC (181 days)");
    let day = Period::new(at("2026-02-28T00:00:00Z"), at("2026-03-01T00:00:00Z"));
    assert_eq!(written(day), "2026-02-28 .. 2026-02-28 UTC (1 day)");
    let odd = Period::new(at("2026-02-28T00:00:00Z"), at("2026-03-01T06:00:00Z"));
    assert_eq!(written(odd), "2026-02-28T00:00:00Z until 2026-03-01T06:00:00Z (1 d 6 h)");
    assert_eq!(interval(odd), "2026-02-28T00:00:00Z/2026-03-01T06:00:00Z");
}

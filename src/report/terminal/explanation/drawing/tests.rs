//! Whatever fails is seen, and nothing is drawn that was not said.

use proptest::prelude::*;

use super::{Mark, axis, marks};
use crate::model::{Instant, Period};

const DAY: i64 = 86_400_000_000;

fn window(days: i64) -> Period {
    let from = Instant::parse_date("2026-01-01").unwrap();
    Period::new(from, from.plus_microseconds(days * DAY))
}

fn drawn(stretches: &[(Period, Mark)], window: Period, columns: usize) -> String {
    marks(stretches, window, columns).into_iter().map(Mark::character).collect()
}

fn part(window: Period, from: i64, until: i64) -> Period {
    Period::new(window.from.plus_microseconds(from), window.from.plus_microseconds(until))
}

#[test]
fn a_column_shows_a_failure_however_short_else_what_held_longest() {
    let window = window(10);
    let hour = DAY / 24;
    let rows = [
        (vec![], ".........."),
        (vec![(part(window, -DAY, 20 * DAY), Mark::Pass)], "=========="),
        (vec![(part(window, 0, 13 * hour), Mark::Pass)], "=........."),
        (vec![(part(window, 0, 12 * hour), Mark::Pass)], "=........."),
        (vec![(part(window, 0, 11 * hour), Mark::Pass)], ".........."),
        (vec![(part(window, 5 * DAY, 5 * DAY + 1), Mark::Fail)], ".....#...."),
        (vec![(part(window, 2 * DAY - 1, 2 * DAY + 1), Mark::SuppressedFail)], ".%%......."),
        (
            vec![
                (part(window, 0, DAY / 2), Mark::SuppressedFail),
                (part(window, DAY / 2, DAY / 2 + 1), Mark::Fail),
                (part(window, DAY / 2 + 1, 2 * DAY), Mark::Absent),
            ],
            "#x........",
        ),
        (vec![(part(window, 0, DAY / 2), Mark::Ended), (part(window, DAY / 2, DAY), Mark::Unknown)], "?........."),
    ];
    for (stretches, expected) in rows {
        assert_eq!(drawn(&stretches, window, 10), expected, "{stretches:?}");
    }
}

#[test]
fn marks_differ_by_shape() {
    let mut characters: Vec<char> = Mark::ALL.into_iter().map(Mark::character).collect();
    assert!(characters.iter().all(char::is_ascii_graphic));
    characters.sort_unstable();
    characters.dedup();
    assert_eq!(characters.len(), Mark::ALL.len());
    for (place, mark) in Mark::ALL.into_iter().enumerate() {
        assert_eq!(mark as usize, place, "lengths are kept by place");
    }
}

#[test]
fn the_axis_names_days_at_their_columns() {
    let (strokes, dates) = axis(window(181), 90);
    assert_eq!(strokes, "|             |              |              |              |              |");
    assert_eq!(dates, "2026-01-01    2026-01-31     2026-03-02     2026-04-01     2026-05-01     2026-05-31");
    let (strokes, dates) = axis(window(1), 60);
    assert_eq!((strokes.as_str(), dates.as_str()), ("|", "2026-01-01"));
    let (_, dates) = axis(window(3650), 60);
    assert_eq!(dates, "2026-01-01                    2031-01-01");
    assert_eq!(axis(window(10), 4), (String::new(), String::new()), "no room, no dates");
}

proptest! {
    #[test]
    fn every_failure_is_seen_where_it_is_and_nowhere_else(
        days in 1..400_i64,
        columns in 1..120_usize,
        from in 0..1_000_000_u32,
        length in 1..10_i64,
    ) {
        let window = window(days);
        let begin = window.microseconds() / 1_000_000 * i64::from(from);
        let failure = part(window, begin, begin + length);
        let all = [(Period::new(window.from, failure.from), Mark::Pass), (failure, Mark::Fail), (Period::new(failure.until, window.until), Mark::Pass)];
        let drawn = marks(&all, window, columns);
        prop_assert_eq!(drawn.len(), columns);
        let seen: Vec<usize> = drawn.iter().enumerate().filter(|(_, mark)| **mark == Mark::Fail).map(|(at, _)| at).collect();
        prop_assert!(!seen.is_empty() && seen.len() <= 2, "{:?}", seen);
        let share = |column: usize| i128::from(window.microseconds()) * column as i128 / columns as i128;
        for column in seen {
            prop_assert!(share(column) < i128::from(begin + length) && i128::from(begin) < share(column + 1));
        }
    }
}

//! Sizes, limits and risks against published tables and against exact recomputations of them, number by number.

use crate::sampling::chance::Chance;
use crate::sampling::frequency::{FREQUENCIES, assurance};
use crate::sampling::limit::{finite_upper, interval, poisson_factor, upper, upper_in_tenths};
use crate::sampling::plan::{Aim, Expectation, Plan, PlanError, plan};
use crate::sampling::rate::{Rate, RateError};
use crate::sampling::stages::{self, Stage, risk};

/// Rows of a table, at least so many, each as its fields.
fn rows<const FIELDS: usize>(text: &str, least: usize) -> Vec<[String; FIELDS]> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<[String; FIELDS]> = reader
        .records()
        .map(|record| {
            let fields: Vec<String> = record.unwrap().iter().map(str::to_owned).collect();
            fields.try_into().unwrap()
        })
        .collect();
    assert!(rows.len() >= least, "{} rows", rows.len());
    rows
}

fn rate(text: &str) -> Rate {
    format!("{text}%").parse().unwrap()
}

fn number(text: &str) -> u64 {
    text.parse().unwrap()
}

fn near(found: f64, stated: &str) -> bool {
    let digits = stated.split_once('.').map_or(0, |(_, digits)| digits.len());
    (found - stated.parse::<f64>().unwrap()).abs() <= 0.500_000_1 * 10_f64.powi(-i32::try_from(digits).unwrap())
}

fn aim(confidence: &str, tolerable: &str, chance: Chance) -> Aim {
    Aim { confidence: rate(confidence), tolerable: rate(tolerable), chance }
}

#[test]
fn sizes_for_a_number_of_deviations() {
    for row in rows::<4>(include_str!("numbers/sizes_for_deviations.csv"), 288) {
        let [confidence, deviations, tolerable, size] = &row;
        let aim = aim(confidence, tolerable, Chance::Binomial);
        let allowed = number(deviations);
        assert_eq!(plan(aim, Expectation::Deviations(allowed)), Ok(Plan { size: number(size), allowed }), "{row:?}");
    }
}

#[test]
fn sizes_for_an_expected_rate() {
    for row in rows::<5>(include_str!("numbers/sizes_for_expected.csv"), 308) {
        let [confidence, expected, tolerable, size, deviations] = &row;
        let aim = aim(confidence, tolerable, Chance::Binomial);
        let found = plan(aim, Expectation::Rate(rate(expected)));
        if let Some(bound) = size.strip_prefix("over ") {
            assert!(found.is_ok_and(|plan| plan.size > number(bound)), "{row:?}");
        } else if size == "none" {
            assert!(matches!(found, Err(PlanError::Expected { .. })), "{row:?}");
        } else {
            assert_eq!(found, Ok(Plan { size: number(size), allowed: number(deviations) }), "{row:?}");
        }
    }
}

#[test]
fn limits_in_tenths_of_a_percent() {
    for row in rows::<4>(include_str!("numbers/limits_in_tenths.csv"), 462) {
        let [confidence, size, deviations, limit] = &row;
        let tenths = upper_in_tenths(number(deviations), number(size), rate(confidence));
        assert_eq!(format!("{}.{}", tenths / 10, tenths % 10), *limit, "{row:?}");
    }
}

#[test]
fn limits_unrounded() {
    for row in rows::<4>(include_str!("numbers/limits.csv"), 69) {
        let [size, deviations, confidence, limit] = &row;
        let found = upper(Chance::Binomial, number(deviations), number(size), rate(confidence));
        assert!(near(found, limit), "{row:?}: {found}");
    }
}

#[test]
fn sizes_of_finite_populations() {
    for row in rows::<4>(include_str!("numbers/sizes_of_finite_populations.csv"), 462) {
        let [confidence, population, tolerable, size] = &row;
        let aim = aim(confidence, tolerable, Chance::Hypergeometric { population: number(population) });
        let found = plan(aim, Expectation::Rate(Rate::ZERO));
        assert_eq!(found, Ok(Plan { size: number(size), allowed: 0 }), "{row:?}");
    }
}

#[test]
fn limits_of_finite_populations() {
    for row in rows::<5>(include_str!("numbers/limits_of_finite_populations.csv"), 152) {
        let [population, size, confidence, deviations, limit] = &row;
        let found = finite_upper(number(deviations), number(size), number(population), rate(confidence));
        assert_eq!(found, number(limit), "{row:?}");
    }
}

#[test]
fn poisson_factors() {
    for row in rows::<3>(include_str!("numbers/poisson_factors.csv"), 12) {
        let [confidence, deviations, factor] = &row;
        let found = poisson_factor(number(deviations), rate(confidence));
        assert!(near(found, factor), "{row:?}: {found}");
    }
}

#[test]
fn published_plans_and_the_cells_where_floats_or_print_went_wrong() {
    for row in rows::<8>(include_str!("numbers/spot_checks.csv"), 21) {
        let [chance, population, confidence, tolerable, deviations, expected, size, allowed] = &row;
        let chance = match chance.as_str() {
            "binomial" => Chance::Binomial,
            "poisson" => Chance::Poisson,
            _ => Chance::Hypergeometric { population: number(population) },
        };
        let expectation = match deviations.as_str() {
            "" => Expectation::Rate(rate(expected)),
            deviations => Expectation::Deviations(number(deviations)),
        };
        let found = plan(aim(confidence, tolerable, chance), expectation);
        assert_eq!(found, Ok(Plan { size: number(size), allowed: number(allowed) }), "{row:?}");
    }
}

#[test]
fn risks_of_staged_plans() {
    for row in rows::<4>(include_str!("numbers/staged_plans.csv"), 12) {
        let [sizes, accept, tolerable, stated] = &row;
        let stages: Vec<Stage> = sizes
            .split(' ')
            .zip(accept.split(' '))
            .map(|(size, accept)| Stage { size: number(size), accept: number(accept) })
            .collect();
        let found = risk(&stages, Chance::Binomial, rate(tolerable));
        assert!(near(found, stated), "{row:?}: {found}");
    }
}

#[test]
fn the_smallest_stages_of_equal_size() {
    for row in rows::<3>(include_str!("numbers/smallest_stages.csv"), 6) {
        let [confidence, tolerable, size] = &row;
        let found = stages::plan(aim(confidence, tolerable, Chance::Binomial), &[0, 1]);
        let stages = [0, 1].map(|accept| Stage { size: number(size), accept }).to_vec();
        assert_eq!(found, Ok(stages), "{row:?}");
    }
}

#[test]
fn what_sizes_by_frequency_assure() {
    for row in rows::<4>(include_str!("numbers/frequencies.csv"), 22) {
        let [population, size, at_90, at_95] = &row;
        let assured = assurance(number(size), Some(number(population)));
        for (limit, stated) in assured.limits.iter().zip([at_90, at_95]) {
            assert!(stated.is_empty() || near(limit * 100.0, stated), "{row:?}: {limit}");
        }
    }
    for frequency in FREQUENCIES {
        for size in frequency.sizes {
            assert!(frequency.operations.is_none_or(|operations| *size <= operations), "{frequency:?}");
        }
    }
}

#[test]
fn decisions() {
    for row in rows::<6>(include_str!("numbers/decisions.csv"), 9) {
        let [size, deviations, tolerable, probability, at_90, at_95] = &row;
        for (confidence, decision) in [("90", at_90), ("95", at_95)] {
            let aim = aim(confidence, tolerable, Chance::Binomial);
            let is_shown = aim.is_shown_by(number(size), number(deviations));
            assert_eq!(is_shown, !decision.contains("not"), "{row:?} at {confidence}");
        }
        let found = Chance::Binomial.at_most(number(deviations), number(size), rate(tolerable));
        assert!(near(found, probability), "{row:?}: {found}");
    }
}

#[test]
fn the_interval_around_one_of_twenty_five() {
    let (below, above) = interval(1, 25, Rate::percent(95));
    assert!(near(below, "0.001012") && near(above, "0.203517"), "{below} to {above}");
}

#[test]
fn a_table_of_sizes_is_not_always_enough() {
    // A rule for 26 to 40 items asks for 20; of 40 items with 4 deviations they miss them too often.
    let chance = Chance::Hypergeometric { population: 40 };
    let aim = aim("95", "10", chance);
    assert!(near(1.0 - chance.at_most(0, 20, rate("10")), "0.9470"));
    assert!(!aim.is_shown_by(20, 0) && aim.is_shown_by(21, 0));
}

#[test]
fn equality_is_found_exactly() {
    // 19 of 20 with one deviation: exactly 5 % miss it.
    let one_of_twenty = aim("95", "5", Chance::Hypergeometric { population: 20 });
    assert!(one_of_twenty.is_shown_by(19, 0) && !one_of_twenty.is_shown_by(18, 0));
    // Half of ten tosses, all tails: exactly 1 in 1,024; a risk of a millionth of a percent less is exceeded.
    let tosses = |risk: &str| Aim {
        confidence: rate(risk).complement(),
        tolerable: Rate::percent(50),
        chance: Chance::Binomial,
    };
    assert!(tosses("25").is_shown_by(2, 0) && tosses("12.5").is_shown_by(3, 0));
    assert!(!tosses("24.999999").is_shown_by(2, 0) && !tosses("12.499999").is_shown_by(3, 0));
}

#[test]
fn what_cannot_be_planned_is_refused_with_the_reason() {
    let finite = |population| aim("95", "5", Chance::Hypergeometric { population });
    assert!(matches!(
        plan(finite(100), Expectation::Deviations(5)),
        Err(PlanError::TooFewTolerated { population: 100, tolerated: 5, allowed: 5, .. })
    ));
    assert_eq!(plan(finite(0), Expectation::Deviations(0)), Err(PlanError::NoPopulation));
    assert!(matches!(
        plan(finite(60), Expectation::Rate(rate("4.9"))),
        Err(PlanError::NoneOfPopulation { population: 60, .. })
    ));
    let endless = aim("95", "5", Chance::Binomial);
    assert!(matches!(plan(endless, Expectation::Rate(rate("5"))), Err(PlanError::Expected { .. })));
    assert!(matches!(plan(endless, Expectation::Rate(rate("4.99"))), Err(PlanError::TooLarge)));
    assert!(matches!(
        plan(aim("100", "5", Chance::Binomial), Expectation::Deviations(0)),
        Err(PlanError::Confidence(_))
    ));
    assert!(matches!(
        plan(aim("49", "5", Chance::Binomial), Expectation::Deviations(0)),
        Err(PlanError::Confidence(_))
    ));
    assert!(matches!(plan(aim("95", "0", Chance::Binomial), Expectation::Deviations(0)), Err(PlanError::Tolerable(_))));
    assert!(matches!(stages::plan(endless, &[1, 1]), Err(PlanError::Stages(_))));
    assert!(matches!(stages::plan(endless, &[0]), Err(PlanError::StageCount(1))));
    assert_eq!(plan(endless, Expectation::Deviations(u64::MAX)), Err(PlanError::TooLarge));
    assert!(matches!(stages::plan(endless, &[0, u64::MAX]), Err(PlanError::AcceptCount { .. })));
    let thirty = aim("90", "10", Chance::Hypergeometric { population: 30 });
    assert_eq!(stages::plan(thirty, &[0, 1]), Err(PlanError::NoStages { population: 30 }));
    assert!(matches!(stages::plan(finite(20), &[0, 1]), Err(PlanError::TooFewTolerated { .. })));
}

#[test]
fn percentages_are_decimals() {
    assert_eq!(rate("6").ceiling_of(100), 6);
    assert_eq!("0.1".parse::<Rate>(), Err(RateError::Ambiguous("0.1".to_owned(), "10".to_owned())));
    assert_eq!("0.25%".parse::<Rate>().unwrap().to_string(), "0.25%");
    assert_eq!("5".parse::<Rate>().unwrap().to_string(), "5%");
    assert_eq!(" 12.50 % ".parse::<Rate>().unwrap().to_string(), "12.5%");
    assert_eq!("0".parse::<Rate>().unwrap(), Rate::ZERO);
    for text in ["", "%", "-5", "5e1", "NaN", "5%%", "5.", ".5", "1,5", "５"] {
        assert!(matches!(text.parse::<Rate>(), Err(RateError::NotANumber(_))), "{text:?}");
    }
    assert!(matches!("100.000001".parse::<Rate>(), Err(RateError::AboveWhole(_))));
    assert!(matches!("99999999999999999999999".parse::<Rate>(), Err(RateError::AboveWhole(_))));
    assert!(matches!("5.0000001".parse::<Rate>(), Err(RateError::TooFine(_))));
}

proptest::proptest! {
    /// A limit falls with the size and rises with deviations, a finite one is never above the endless one, and a
    /// census knows.
    #[test]
    fn limits_are_in_order(population in 1_u64..3000, share in 0_u64..=100, deviations in 0_u64..8, confidence in 50_u64..100) {
        let confidence = Rate::percent(confidence);
        let size = (population * share / 100).max(1);
        let deviations = deviations.min(size);
        let finite = finite_upper(deviations, size, population, confidence);
        let count = |deviations, size| finite_upper(deviations, size, population, confidence);
        proptest::prop_assert!(size == population || count(deviations, size + 1) <= finite);
        proptest::prop_assert!(deviations == size || count(deviations + 1, size) >= finite);
        proptest::prop_assert_eq!(count(deviations, population), deviations);
        let endless = upper(Chance::Binomial, deviations, size, confidence);
        let share = upper(Chance::Hypergeometric { population }, deviations, size, confidence);
        proptest::prop_assert!(share <= endless + 1e-9, "{} {}", share, endless);
    }

    /// For a fixed number of deviations Poisson asks for no fewer items than binomial, and that for no fewer than
    /// hypergeometric; one item fewer never does.
    #[test]
    fn sizes_are_in_order(population in 50_u64..5000, tolerable in 2_u64..30, allowed in 0_u64..4, confidence in 50_u64..100) {
        let of = |chance| Aim { confidence: Rate::percent(confidence), tolerable: Rate::percent(tolerable), chance };
        let size = |chance| plan(of(chance), Expectation::Deviations(allowed)).map(|plan| plan.size);
        let binomial = size(Chance::Binomial).unwrap();
        proptest::prop_assert!(size(Chance::Poisson).unwrap() >= binomial);
        let finite = Chance::Hypergeometric { population };
        if let Ok(size) = size(finite) {
            proptest::prop_assert!(size <= binomial);
            proptest::prop_assert!(!of(finite).is_shown_by(size - 1, allowed));
        }
    }
}

//! Sizes by how often a control operates, as firms use them, and what those sizes really assure.
//!
//! Such tables are custom, not statistics: that 25 items of a daily control are usual does not mean that they show a
//! deviation rate below 5 % with 95 % confidence (they show below 10.4 %). So a size never stands without its limit.

use super::chance::Chance;
use super::limit::{finite_upper, upper};
use super::rate::Rate;

/// How often a control operates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frequency {
    /// As it is asked for: `daily`.
    pub name: &'static str,
    /// Times it operates in a year; `None` where they are too many to count.
    pub operations: Option<u64>,
    /// Sizes in use for it, rising.
    pub sizes: &'static [u64],
}

/// The frequencies, from seldom to often.
pub const FREQUENCIES: [Frequency; 8] = [
    Frequency { name: "annual", operations: Some(1), sizes: &[1] },
    Frequency { name: "quarterly", operations: Some(4), sizes: &[2] },
    Frequency { name: "monthly", operations: Some(12), sizes: &[2, 3, 4] },
    Frequency { name: "semi-monthly", operations: Some(24), sizes: &[3, 8] },
    Frequency { name: "weekly", operations: Some(52), sizes: &[5, 8, 9, 15] },
    Frequency { name: "business-daily", operations: Some(250), sizes: &[20, 25, 30, 40, 45, 60] },
    Frequency { name: "daily", operations: Some(365), sizes: &[25, 40, 60] },
    Frequency { name: "many-times-a-day", operations: None, sizes: &[25, 40, 60] },
];

/// What a sample of some size without a deviation shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Assurance {
    /// Items tested.
    pub size: u64,
    /// Upper deviation limits at 90 % and 95 % confidence, as fractions of 1.
    pub limits: [f64; 2],
    /// The same as numbers of items, where the population is counted.
    pub counts: Option<[u64; 2]>,
}

/// What `size` items without a deviation show of a population of so many, or of one without end.
#[must_use]
pub fn assurance(size: u64, population: Option<u64>) -> Assurance {
    let confidences = [Rate::percent(90), Rate::percent(95)];
    let chance = population.map_or(Chance::Binomial, |population| Chance::Hypergeometric { population });
    Assurance {
        size,
        limits: confidences.map(|confidence| upper(chance, 0, size, confidence)),
        counts: population
            .map(|population| confidences.map(|confidence| finite_upper(0, size, population, confidence))),
    }
}

//! What a sample allows to say of the population: the upper deviation limit, and the interval around the rate.

use super::chance::{Chance, binomial, finite_is_at_most, poisson};
use super::rate::{Rate, real};

/// The rate that the population's stays below with `confidence`, when a sample of `size` had `deviations`: the
/// largest rate at which so few are still more likely than the risk. As a fraction of 1, to about ten digits; 1 where
/// the sample shows nothing else. Of a finite population it is a whole number of items ([`finite_upper`]) by its size.
#[must_use]
pub fn upper(chance: Chance, deviations: u64, size: u64, confidence: Rate) -> f64 {
    let risk = confidence.complement().fraction();
    match chance {
        Chance::Hypergeometric { population: 0 } => 1.0,
        Chance::Hypergeometric { population } => {
            real(finite_upper(deviations, size, population, confidence)) / real(population)
        }
        _ if deviations >= size => 1.0,
        Chance::Binomial => bisect(0.0, 1.0, |rate| binomial(deviations, size, rate) > risk),
        Chance::Poisson => poisson_factor(deviations, confidence) / real(size),
    }
    .min(1.0)
}

/// The mean at which `deviations` or fewer have exactly the risk of `confidence`; by the sample's size it is the
/// Poisson limit.
#[must_use]
pub fn poisson_factor(deviations: u64, confidence: Rate) -> f64 {
    let risk = confidence.complement().fraction();
    let mut high = real(deviations) + 10.0;
    // Doubling ends: the chance falls to 0, and where no risk is taken there is no limit.
    while poisson(deviations, high) > risk && high < 1e12 {
        high *= 2.0;
    }
    bisect(0.0, high, |mean| poisson(deviations, mean) > risk)
}

/// The largest number of deviating items that the population may hold with `confidence`: the largest that makes
/// `deviations` or fewer in a sample of `size` still more likely than the risk.
#[must_use]
pub fn finite_upper(deviations: u64, size: u64, population: u64, confidence: Rate) -> u64 {
    let size = size.min(population);
    let deviations = deviations.min(size);
    let risk = confidence.complement();
    // So many were seen; and of what was not drawn all may deviate.
    let (mut low, mut high) = (deviations, population - size + deviations);
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        if finite_is_at_most(risk, deviations, size, middle, population) {
            high = middle - 1;
        } else {
            low = middle;
        }
    }
    low
}

/// The binomial [`upper`] limit rounded up to a tenth of a percent, in tenths: 0 to 1,000.
#[must_use]
pub fn upper_in_tenths(deviations: u64, size: u64, confidence: Rate) -> u64 {
    let risk = confidence.complement();
    let (mut low, mut high) = (0, 1000);
    while low < high {
        let middle = low + (high - low) / 2;
        if Chance::Binomial.is_at_most(risk, deviations, size, Rate::tenths(middle)) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

/// The two-sided interval of Clopper and Pearson around the rate, each side with half the risk; as fractions of 1.
#[must_use]
pub fn interval(deviations: u64, size: u64, confidence: Rate) -> (f64, f64) {
    let half = confidence.complement().fraction() / 2.0;
    let above = if deviations >= size { 1.0 } else { bisect(0.0, 1.0, |rate| binomial(deviations, size, rate) > half) };
    let below = match deviations.checked_sub(1) {
        None => 0.0,
        Some(fewer) => bisect(0.0, 1.0, |rate| 1.0 - binomial(fewer, size, rate) < half),
    };
    (below, above)
}

/// The upper end of where `holds` is true between `low`, where it is, and `high`, where it is not, to the last bit.
fn bisect(mut low: f64, mut high: f64, holds: impl Fn(f64) -> bool) -> f64 {
    loop {
        let middle = low.midpoint(high);
        if middle <= low || middle >= high {
            return high;
        }
        if holds(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
}

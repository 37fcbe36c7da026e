//! How likely few deviations are: binomial, Poisson and hypergeometric.
//!
//! A plan stands or falls with one question: is the chance of at most k deviations in n items, where the population
//! deviates at some rate, at most the accepted risk? Doubles answer it, and where they cannot tell (both sides equal
//! to eight digits) whole numbers of any length do: 19 of 20 items with one deviation in them miss it with a chance
//! of exactly 5 %.

use std::ops::Range;

use num_bigint::BigUint;

use super::rate::{Rate, real};

/// How deviations fall into a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Chance {
    /// Each item deviates by itself, at the rate: a population without end, or drawn with replacement.
    Binomial,
    /// The same for rare deviations; never smaller samples than the binomial's.
    Poisson,
    /// Drawn without replacement from this many items, of which the rate, rounded up, deviate.
    Hypergeometric {
        /// Items of the population.
        population: u64,
    },
}

/// Where doubles are no longer asked which of two numbers is larger.
const DOUBT: f64 = 1e-8;
/// Largest sample that is counted in whole numbers; beyond, doubt counts against the plan.
const EXACT_SIZE_MAX: u64 = 200_000;

impl Chance {
    /// Its name in outputs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Binomial => "binomial",
            Self::Poisson => "poisson",
            Self::Hypergeometric { .. } => "hypergeometric",
        }
    }

    /// The chance of at most `deviations` in a sample of `size`, where the population deviates at `rate`; to about
    /// ten digits.
    #[must_use]
    pub fn at_most(self, deviations: u64, size: u64, rate: Rate) -> f64 {
        match self {
            Self::Binomial => binomial(deviations, size, rate.fraction()),
            Self::Poisson => poisson(deviations, real(size) * rate.fraction()),
            Self::Hypergeometric { population } => {
                hypergeometric(deviations, size, rate.ceiling_of(population), population)
            }
        }
    }

    /// Whether that chance is at most `risk`; equality counts, and is found exactly.
    #[must_use]
    pub fn is_at_most(self, risk: Rate, deviations: u64, size: u64, rate: Rate) -> bool {
        if let Self::Hypergeometric { population } = self {
            return finite_is_at_most(risk, deviations, size, rate.ceiling_of(population), population);
        }
        let chance = self.at_most(deviations, size, rate);
        let doubt = DOUBT * risk.fraction().max(f64::MIN_POSITIVE);
        if (chance - risk.fraction()).abs() > doubt {
            return chance < risk.fraction();
        }
        if size > EXACT_SIZE_MAX {
            return false;
        }
        // A power of e is never a fraction: there is no equality to find.
        if self == Self::Poisson {
            return chance <= risk.fraction();
        }
        binomial_is_at_most(risk, deviations, size, rate)
    }

    /// The chances of exactly 0 to `most` deviations in the next `size` items, when `drawn` items are out of the
    /// population and `found` of them deviated.
    pub(super) fn exactly(self, most: u64, size: u64, rate: Rate, (drawn, found): (u64, u64)) -> Vec<f64> {
        let mean = real(size) * rate.fraction();
        let logarithms: Box<dyn Iterator<Item = f64>> = match self {
            Self::Binomial => Box::new(binomial_logarithms(size, rate.fraction())),
            Self::Poisson => Box::new(poisson_logarithms(mean)),
            Self::Hypergeometric { population } => {
                let deviating = rate.ceiling_of(population).saturating_sub(found);
                let (fewest, logarithms) = hypergeometric_logarithms(size, deviating, population.saturating_sub(drawn));
                let none = std::iter::repeat_n(f64::NEG_INFINITY, usize::try_from(fewest).unwrap_or(usize::MAX));
                Box::new(none.chain(logarithms))
            }
        };
        let terms = usize::try_from(most).unwrap_or(usize::MAX).saturating_add(1);
        logarithms.take(terms).map(f64::exp).collect()
    }
}

/// Whether a sample of `size` from `population` items, `deviating` of which deviate, has at most `deviations` of
/// them with a chance of at most `risk`.
#[must_use]
pub fn finite_is_at_most(risk: Rate, deviations: u64, size: u64, deviating: u64, population: u64) -> bool {
    let chance = hypergeometric(deviations, size, deviating, population);
    if (chance - risk.fraction()).abs() > DOUBT * risk.fraction().max(f64::MIN_POSITIVE) {
        return chance < risk.fraction();
    }
    size <= EXACT_SIZE_MAX && is_at_most_of(risk, deviations, size, deviating, population)
}

/// Adds numbers given by their logarithms.
struct LogSum {
    largest: f64,
    sum: f64,
}

impl LogSum {
    const fn new() -> Self {
        Self { largest: f64::NEG_INFINITY, sum: 0.0 }
    }

    fn add(&mut self, logarithm: f64) {
        if logarithm > self.largest {
            self.sum = self.sum * (self.largest - logarithm).exp() + 1.0;
            self.largest = logarithm;
        } else if logarithm > f64::NEG_INFINITY {
            self.sum += (logarithm - self.largest).exp();
        }
    }

    fn total(&self) -> f64 {
        if self.sum > 0.0 { (self.largest + self.sum.ln()).exp().min(1.0) } else { 0.0 }
    }
}

/// The sum of what is given by logarithms, of the first `count`.
fn total(logarithms: impl Iterator<Item = f64>, count: u64) -> f64 {
    let mut sum = LogSum::new();
    for (_, logarithm) in (0..count).zip(logarithms) {
        sum.add(logarithm);
    }
    sum.total()
}

/// The chance of at most `deviations` among `size` items that deviate each with `chance`.
pub(super) fn binomial(deviations: u64, size: u64, chance: f64) -> f64 {
    if deviations >= size || chance <= 0.0 {
        return 1.0;
    }
    if chance >= 1.0 {
        return 0.0;
    }
    total(binomial_logarithms(size, chance), deviations + 1)
}

/// Logarithms of the chances of exactly 0, 1, … `size` deviations; the chance lies between 0 and 1.
fn binomial_logarithms(size: u64, chance: f64) -> impl Iterator<Item = f64> {
    let odds = chance.ln() - (-chance).ln_1p();
    let none = real(size) * (-chance).ln_1p();
    let next = move |term: f64, i| term + real(size - i).ln() - real(i + 1).ln() + odds;
    in_turn(none, 0..size, next)
}

/// The chance of at most `deviations` where `mean` are expected.
pub(super) fn poisson(deviations: u64, mean: f64) -> f64 {
    if mean <= 0.0 { 1.0 } else { total(poisson_logarithms(mean), deviations.saturating_add(1)) }
}

/// Logarithms of the chances of exactly 0, 1, … deviations; the mean is above 0.
fn poisson_logarithms(mean: f64) -> impl Iterator<Item = f64> {
    in_turn(-mean, 0..u64::MAX, move |term, i| term + mean.ln() - real(i + 1).ln())
}

/// The chance of at most `deviations` in `size` of `population` items, `deviating` of which deviate.
pub(super) fn hypergeometric(deviations: u64, size: u64, deviating: u64, population: u64) -> f64 {
    if deviations >= size.min(deviating).min(population) {
        return 1.0;
    }
    let (fewest, logarithms) = hypergeometric_logarithms(size, deviating, population);
    total(logarithms, (deviations + 1).saturating_sub(fewest))
}

/// The fewest deviations that a sample can have, and the logarithms of the chances of exactly so many, one more, ….
fn hypergeometric_logarithms(size: u64, deviating: u64, population: u64) -> (u64, impl Iterator<Item = f64>) {
    let (size, deviating) = (size.min(population), deviating.min(population));
    let sound = population - deviating;
    let fewest = size.saturating_sub(sound);
    let next = move |term: f64, i| {
        let more = real(deviating - i).ln() + real(size - i).ln();
        term + more - real(i + 1).ln() - real(sound + i + 1 - size).ln()
    };
    (fewest, in_turn(fewest_chance(size, deviating, population), fewest..size.min(deviating), next))
}

/// A first term, and what follows from each for its number.
fn in_turn(first: f64, numbers: Range<u64>, next: impl Fn(f64, u64) -> f64) -> impl Iterator<Item = f64> {
    let others = numbers.scan(first, move |term, i| {
        *term = next(*term, i);
        Some(*term)
    });
    std::iter::once(first).chain(others)
}

/// The logarithm of the chance of the fewest deviations that a sample can have.
fn fewest_chance(size: u64, deviating: u64, population: u64) -> f64 {
    // A draw of `draws` that misses `missed` wholly, in the order with fewer factors.
    let missing = |draws: u64, missed: u64| -> f64 {
        let (few, many) = (draws.min(missed), draws.max(missed));
        (0..few).map(|j| (-real(many) / real(population - j)).ln_1p()).sum()
    };
    if size <= population - deviating {
        missing(size, deviating)
    } else {
        // What is left out has no sound item that the sample lacks: it misses the sound ones wholly.
        missing(population - size, population - deviating)
    }
}

fn binomial_is_at_most(risk: Rate, deviations: u64, size: u64, rate: Rate) -> bool {
    if deviations >= size || rate == Rate::ZERO {
        return risk == Rate::WHOLE;
    }
    if rate == Rate::WHOLE {
        return true;
    }
    let Ok(exponent) = u32::try_from(size) else { return false };
    let whole = BigUint::from(Rate::WHOLE.millionths());
    let (yes, no) = (rate.millionths(), rate.complement().millionths());
    let mut term = BigUint::from(no).pow(exponent);
    let mut sum = term.clone();
    for i in 0..deviations {
        // The power of `no` in the term is at least `size - deviations`, above 0: it divides.
        term = term * (size - i) * yes / (i + 1) / no;
        sum += &term;
    }
    sum * &whole <= BigUint::from(risk.millionths()) * whole.pow(exponent)
}

fn is_at_most_of(risk: Rate, deviations: u64, size: u64, deviating: u64, population: u64) -> bool {
    let (size, deviating) = (size.min(population), deviating.min(population));
    let sound = population - deviating;
    let ways: BigUint = (size.saturating_sub(sound)..=deviations.min(size).min(deviating))
        .map(|i| choose(deviating, i) * choose(sound, size - i))
        .sum();
    ways * Rate::WHOLE.millionths() <= choose(population, size) * risk.millionths()
}

/// In how many ways `some` of `all` can be chosen.
fn choose(all: u64, some: u64) -> BigUint {
    if some > all {
        return BigUint::ZERO;
    }
    let some = some.min(all - some);
    (0..some).fold(BigUint::from(1_u8), |ways, i| ways * (all - i) / (i + 1))
}

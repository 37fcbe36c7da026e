//! How many items a test of operating effectiveness needs, and what cannot be planned.

use thiserror::Error;

use super::chance::Chance;
use super::rate::Rate;

/// Largest sample that is planned.
pub const SIZE_MAX: u64 = 20_000;

/// What a sample is to show: with `confidence`, that the population deviates at less than `tolerable`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aim {
    /// How sure the conclusion must be, at least 50 % and below 100 %.
    pub confidence: Rate,
    /// The deviation rate at which the control can no longer be relied on, above 0 %.
    pub tolerable: Rate,
    /// How deviations fall into the sample.
    pub chance: Chance,
}

/// How many deviations a sample is to bear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// So many, whatever the size.
    Deviations(u64),
    /// This rate of the sample's size, rounded up.
    Rate(Rate),
}

/// A sample that shows what it is to show as long as it has no more deviations than it allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Items to test.
    pub size: u64,
    /// Deviations at which the conclusion is still supported.
    pub allowed: u64,
}

/// Why no sample does.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum PlanError {
    /// The confidence is no confidence.
    #[error("a confidence of {0} cannot be planned; it must be at least 50% and less than 100%")]
    Confidence(Rate),
    /// Every deviation is intolerable, or none is.
    #[error("a tolerable rate of {0} cannot be planned; it must be above 0% and below 100%")]
    Tolerable(Rate),
    /// The sample would be expected to fail.
    #[error(
        "deviations are expected at {expected}, which is not below the tolerable {tolerable}: no sample can show what \
         is not expected; test all items, or rely on another control"
    )]
    Expected {
        /// The expected rate.
        expected: Rate,
        /// The tolerable rate.
        tolerable: Rate,
    },
    /// There is nothing to sample.
    #[error("the population is empty; there is nothing to sample")]
    NoPopulation,
    /// The tolerable rate of the population is no more than the deviations allowed.
    #[error(
        "{tolerable} of {population} items are {tolerated}, no more than the deviations to be allowed ({allowed}): so \
         many in the sample alone already reach the tolerable rate, and no size helps; allow fewer, or test all items"
    )]
    TooFewTolerated {
        /// The tolerable rate.
        tolerable: Rate,
        /// Items of the population.
        population: u64,
        /// The tolerable rate of them, rounded up.
        tolerated: u64,
        /// Deviations allowed.
        allowed: u64,
    },
    /// The expected rate is too near to the tolerable one for a sample of this population.
    #[error(
        "with {expected} expected and {tolerable} tolerable no sample of the {population} items is enough; expect \
         fewer, tolerate more, or test all items"
    )]
    NoneOfPopulation {
        /// The expected rate.
        expected: Rate,
        /// The tolerable rate.
        tolerable: Rate,
        /// Items of the population.
        population: u64,
    },
    /// A sample would do that nobody can test.
    #[error("it would take more than {SIZE_MAX} items; tolerate more, expect fewer or be content with less confidence")]
    TooLarge,
    /// Stages that are none.
    #[error("{0:?} are no numbers of deviations to accept after each stage; give them in rising order, such as 0,1")]
    Stages(Vec<u64>),
    /// No such frequency.
    #[error("{0:?} is no frequency that sizes are known for")]
    Frequency(String),
    /// More deviations than are accepted in stages.
    #[error("{most} deviations cannot be accepted in stages; give {limit} at most")]
    AcceptCount {
        /// Deviations after the last stage.
        most: u64,
        /// Most that are planned for.
        limit: u64,
    },
    /// Even stages that take in all items accept too often before the last.
    #[error(
        "stages of equal size from {population} items take the risk already before the last one; test at once, \
         or all items"
    )]
    NoStages {
        /// Items of the population.
        population: u64,
    },
    /// Too many stages.
    #[error("{0} stages cannot be planned; give 2 to 10")]
    StageCount(usize),
}

impl Aim {
    /// What can be aimed at.
    ///
    /// # Errors
    /// [`PlanError::Confidence`], [`PlanError::Tolerable`], [`PlanError::NoPopulation`].
    pub fn check(self) -> Result<Self, PlanError> {
        if self.confidence < Rate::percent(50) || self.confidence >= Rate::WHOLE {
            return Err(PlanError::Confidence(self.confidence));
        }
        if self.tolerable == Rate::ZERO || self.tolerable >= Rate::WHOLE {
            return Err(PlanError::Tolerable(self.tolerable));
        }
        if matches!(self.chance, Chance::Hypergeometric { population: 0 }) {
            return Err(PlanError::NoPopulation);
        }
        Ok(self)
    }

    /// The accepted risk.
    #[must_use]
    pub const fn risk(self) -> Rate {
        self.confidence.complement()
    }

    /// Whether a sample of `size` with `deviations` shows it.
    #[must_use]
    pub fn is_shown_by(self, size: u64, deviations: u64) -> bool {
        self.chance.is_at_most(self.risk(), deviations, size, self.tolerable)
    }

    /// Largest sample that there is, and that is planned.
    pub(super) fn size_max(self) -> u64 {
        match self.chance {
            Chance::Hypergeometric { population } => population.min(SIZE_MAX),
            _ => SIZE_MAX,
        }
    }

    /// Refuses numbers of deviations that no sample of the population can bear.
    pub(super) fn check_allowed(self, allowed: u64) -> Result<(), PlanError> {
        if let Chance::Hypergeometric { population } = self.chance {
            let tolerated = self.tolerable.ceiling_of(population);
            if allowed >= tolerated {
                return Err(PlanError::TooFewTolerated { tolerable: self.tolerable, population, tolerated, allowed });
            }
        }
        Ok(())
    }

    /// The smallest size with which `allowed` deviations still show it.
    fn size_for(self, allowed: u64) -> Result<u64, PlanError> {
        self.check_allowed(allowed)?;
        let (mut low, mut high) = (allowed.saturating_add(1), self.size_max());
        if low > high || !self.is_shown_by(high, allowed) {
            return Err(PlanError::TooLarge);
        }
        while low < high {
            let middle = low + (high - low) / 2;
            if self.is_shown_by(middle, allowed) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Ok(low)
    }
}

/// The smallest sample that shows `aim` with the expected deviations in it.
///
/// A size one larger may not do where a rate is expected: its share of deviations, rounded up, grows in steps.
///
/// # Errors
/// Everything of [`PlanError`] but those of stages: what cannot be shown is refused, with the reason.
pub fn plan(aim: Aim, expectation: Expectation) -> Result<Plan, PlanError> {
    let aim = aim.check()?;
    let expected = match expectation {
        Expectation::Deviations(allowed) => return Ok(Plan { size: aim.size_for(allowed)?, allowed }),
        Expectation::Rate(Rate::ZERO) => return Ok(Plan { size: aim.size_for(0)?, allowed: 0 }),
        Expectation::Rate(expected) => expected,
    };
    if expected >= aim.tolerable {
        return Err(PlanError::Expected { expected, tolerable: aim.tolerable });
    }
    let mut first = 1;
    for allowed in 1.. {
        // From `first` on to `last` a sample is expected to have just so many.
        let last = expected.largest_with_ceiling(allowed).unwrap_or(u64::MAX);
        // More items never show less: where the last of them do not, none does.
        if last < aim.size_max() && !aim.is_shown_by(last, allowed) {
            first = last.saturating_add(1);
            aim.check_allowed(allowed).map_err(|refused| none_of_population(aim, expected, refused))?;
            continue;
        }
        let size = match aim.size_for(allowed) {
            Ok(size) => size.max(first),
            Err(refused) if allowed > 1 => return Err(none_of_population(aim, expected, refused)),
            Err(refused) => return Err(refused),
        };
        if size > aim.size_max() {
            break;
        }
        if size <= last {
            return Ok(Plan { size, allowed });
        }
        first = last.saturating_add(1);
    }
    Err(PlanError::TooLarge)
}

/// That a population bears no more deviations, as what it means where a rate is expected.
fn none_of_population(aim: Aim, expected: Rate, refused: PlanError) -> PlanError {
    match refused {
        PlanError::TooFewTolerated { population, .. } => {
            PlanError::NoneOfPopulation { expected, tolerable: aim.tolerable, population }
        }
        refused => refused,
    }
}

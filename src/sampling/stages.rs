//! Samples that are looked at more than once, and what that costs.
//!
//! Whoever tests 45 items and, when one deviates, some more until the table for one deviation is met, has looked
//! twice: a population at the tolerable rate is then accepted in 15 of 100 cases, not 10. A staged plan counts all
//! ways to an acceptance.

use super::chance::Chance;
use super::plan::{Aim, PlanError, SIZE_MAX};
use super::rate::Rate;

/// One look: after so many more items, accept with at most so many deviations in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Items added in this stage.
    pub size: u64,
    /// Deviations, in this and all earlier stages, with which the conclusion is supported here.
    pub accept: u64,
}

/// What a number of deviations means after a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The conclusion is supported.
    Accept,
    /// Test the next stage.
    Extend,
    /// No later stage can accept any more.
    Reject,
}

/// What `deviations` in all mean after the stage at `place`, counted from 0.
#[must_use]
pub fn step(stages: &[Stage], place: usize, deviations: u64) -> Step {
    let accepts = |stage: &Stage| deviations <= stage.accept;
    if stages.get(place).is_some_and(accepts) {
        Step::Accept
    } else if stages.iter().skip(place + 1).any(accepts) {
        Step::Extend
    } else {
        Step::Reject
    }
}

/// The chance of accepting, at any stage, a population that deviates at `rate`; to about ten digits.
#[must_use]
pub fn risk(stages: &[Stage], chance: Chance, rate: Rate) -> f64 {
    let most = stages.iter().map(|stage| stage.accept).max().unwrap_or(0);
    // The chance to stand at so many deviations and still be testing.
    let mut standing: Vec<f64> = vec![1.0];
    let (mut accepted, mut drawn) = (0.0, 0);
    for (place, stage) in stages.iter().enumerate() {
        let mut next: Vec<f64> = Vec::new();
        for (before, standing) in (0_u64..).zip(&standing) {
            let exactly = chance.exactly(most.saturating_sub(before), stage.size, rate, (drawn, before));
            for (found, exactly) in (before..).zip(exactly) {
                match step(stages, place, found) {
                    Step::Accept => accepted += exactly * standing,
                    Step::Extend => add(&mut next, found, exactly * standing),
                    Step::Reject => {}
                }
            }
        }
        standing = next;
        drawn += stage.size;
    }
    accepted
}

fn add(standing: &mut Vec<f64>, place: u64, amount: f64) {
    let Ok(place) = usize::try_from(place) else { return };
    if standing.len() <= place {
        standing.resize(place + 1, 0.0);
    }
    if let Some(slot) = standing.get_mut(place) {
        *slot += amount;
    }
}

/// Most stages that are planned.
const STAGES_MAX: usize = 10;
/// Most deviations that are accepted in stages: what all ways to an acceptance are still soon counted for.
const ACCEPT_MAX: u64 = 200;

/// The smallest stages of equal size with these numbers to accept, one after each, whose risk at the tolerable rate
/// is within that of `aim`.
///
/// # Errors
/// [`PlanError`]: numbers that do not rise, too many stages, or a population that cannot bear them.
pub fn plan(aim: Aim, accept: &[u64]) -> Result<Vec<Stage>, PlanError> {
    let aim = aim.check()?;
    if !(2..=STAGES_MAX).contains(&accept.len()) {
        return Err(PlanError::StageCount(accept.len()));
    }
    if accept.windows(2).any(|pair| matches!(pair, [first, second] if first >= second)) {
        return Err(PlanError::Stages(accept.to_vec()));
    }
    let most = accept.last().copied().unwrap_or(0);
    if most > ACCEPT_MAX {
        return Err(PlanError::AcceptCount { most, limit: ACCEPT_MAX });
    }
    aim.check_allowed(most)?;
    let stages = |size: u64| -> Vec<Stage> { accept.iter().map(|&accept| Stage { size, accept }).collect() };
    let within = |size: u64| risk(&stages(size), aim.chance, aim.tolerable) <= aim.risk().fraction();
    let count = u64::try_from(accept.len()).unwrap_or(u64::MAX);
    let (mut low, mut high) = (1, aim.size_max() / count);
    if high == 0 || !within(high) {
        return Err(match aim.chance {
            Chance::Hypergeometric { population } if population <= SIZE_MAX => PlanError::NoStages { population },
            _ => PlanError::TooLarge,
        });
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if within(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Ok(stages(low))
}

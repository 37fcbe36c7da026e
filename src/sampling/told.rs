//! Plans as they are told to people and to programs: what was asked, the size, and what it assures.

use std::fmt::Write;

use serde::Serialize;

use crate::report::figures::counted;

use super::chance::Chance;
use super::frequency::{Assurance, FREQUENCIES, assurance};
use super::limit::{finite_upper, upper};
use super::plan::{Aim, Expectation, Plan, PlanError, SIZE_MAX, plan};
use super::rate::Rate;
use super::stages::{self, Stage};

/// Numbers of deviations beyond the allowed for which the limit is told.
const LIMITS_BEYOND: u64 = 2;

/// A plan with all that is said of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlanTold {
    /// `binomial`, `poisson` or `hypergeometric`.
    pub distribution: &'static str,
    /// Items of the population, where it is counted.
    pub population: Option<u64>,
    /// In percent, as a decimal.
    pub confidence: String,
    /// In percent, as a decimal.
    pub tolerable: String,
    /// In percent, as a decimal, where a rate was expected.
    pub expected: Option<String>,
    /// Items to test, in all stages.
    pub size: u64,
    /// Deviations at which the conclusion is supported, in all stages.
    pub allowed: u64,
    /// The stages; one where the sample is tested at once.
    pub stages: Vec<StageTold>,
    /// Chance of accepting a population at the tolerable rate, as a fraction of 1.
    pub risk: f64,
    /// What the sample will show, deviation by deviation; empty where it is tested in stages.
    pub limits: Vec<LimitTold>,
    /// What adding items until the next number of deviations is tolerated would do to the risk.
    pub adding_items: Option<AddingTold>,
}

/// One stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StageTold {
    /// Items that it adds.
    pub adds: u64,
    /// Deviations in all at which the conclusion is supported after it.
    pub accept: u64,
    /// Deviations in all beyond which no later stage can accept.
    pub reject_above: u64,
}

/// What so many deviations show.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LimitTold {
    /// Deviations in the sample.
    pub deviations: u64,
    /// Upper deviation limit at the plan's confidence, as a fraction of 1.
    pub upper_limit: f64,
    /// The same in items of the population, where it is counted.
    pub upper_count: Option<u64>,
    /// Whether the conclusion is supported.
    pub supported: bool,
}

/// The unplanned second look.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AddingTold {
    /// The size at which one more deviation than allowed is tolerated, looked at alone.
    pub to_size: u64,
    /// Its risk alone, as a fraction of 1.
    pub risk_alone: f64,
    /// The risk of both looks together.
    pub true_risk: f64,
}

impl PlanTold {
    /// A sample that is tested at once.
    ///
    /// # Errors
    /// [`PlanError`]: it cannot be planned.
    pub fn of(aim: Aim, expectation: Expectation) -> Result<Self, PlanError> {
        let Plan { size, allowed } = plan(aim, expectation)?;
        let mut told = Self::told(aim, &[Stage { size, accept: allowed }]);
        if let Expectation::Rate(expected) = expectation {
            told.expected = Some(decimal(expected));
        }
        told.adding_items = adding(aim, Plan { size, allowed });
        Ok(told)
    }

    /// A sample in stages of equal size.
    ///
    /// # Errors
    /// [`PlanError`]: it cannot be planned.
    pub fn in_stages(aim: Aim, accept: &[u64]) -> Result<Self, PlanError> {
        Ok(Self::told(aim, &stages::plan(aim, accept)?))
    }

    fn told(aim: Aim, planned: &[Stage]) -> Self {
        let size = planned.iter().map(|stage| stage.size).sum();
        let allowed = planned.iter().map(|stage| stage.accept).max().unwrap_or(0);
        let population = match aim.chance {
            Chance::Hypergeometric { population } => Some(population),
            Chance::Binomial | Chance::Poisson => None,
        };
        let beyond = allowed.saturating_add(LIMITS_BEYOND).min(size);
        // Of many allowed deviations the last ones, at which something is decided.
        let limits = allowed.saturating_sub(LIMITS_BEYOND)..=beyond;
        let limit = |deviations| LimitTold {
            deviations,
            upper_limit: upper(aim.chance, deviations, size, aim.confidence),
            upper_count: population.map(|population| finite_upper(deviations, size, population, aim.confidence)),
            supported: deviations <= allowed,
        };
        Self {
            distribution: aim.chance.name(),
            population,
            confidence: decimal(aim.confidence),
            tolerable: decimal(aim.tolerable),
            expected: None,
            size,
            allowed,
            stages: planned
                .iter()
                .map(|stage| StageTold { adds: stage.size, accept: stage.accept, reject_above: allowed })
                .collect(),
            risk: stages::risk(planned, aim.chance, aim.tolerable),
            // A limit of one look is none of several.
            limits: if planned.len() > 1 { Vec::new() } else { limits.map(limit).collect() },
            adding_items: None,
        }
    }

    /// For programs.
    ///
    /// # Errors
    /// None that is known: all of it is text and numbers.
    pub fn json(&self) -> Result<Vec<u8>, serde_json::Error> {
        document(self)
    }

    /// For people.
    #[must_use]
    pub fn screen(&self) -> String {
        let mut screen = String::new();
        let mut line = |text: String| {
            let _written = writeln!(screen, "{text}");
        };
        line(format!("Test {} items{}{}.", self.size, self.of_population(), self.allowance()));
        line(String::new());
        line(format!("  Confidence        {:>8}%", self.confidence));
        line(format!("  Tolerable rate    {:>8}%", self.tolerable));
        if let Some(expected) = &self.expected {
            line(format!("  Expected rate     {expected:>8}%"));
        }
        line(format!("  Distribution      {}", self.distribution));
        let risk = percent(self.risk, 3);
        line(format!("  Risk              {risk:>9}  of accepting a population that deviates at {}%", self.tolerable));
        if self.stages.len() > 1 {
            line(String::new());
            line("  Stage  Items  In all  Accept at most  Extend up to".to_owned());
            let mut all = 0;
            for (number, stage) in (1..).zip(&self.stages) {
                all += stage.adds;
                let extend = if all < self.size { stage.reject_above.to_string() } else { "-".to_owned() };
                line(format!("  {number:>5}  {:>5}  {all:>6}  {:>14}  {extend:>12}", stage.adds, stage.accept));
            }
        }
        if self.limits.is_empty() {
            return screen;
        }
        line(String::new());
        line(format!("What the sample shows at {}% confidence:", self.confidence));
        let items = if self.population.is_some() { "In items  " } else { "" };
        line(format!("  Deviations  Upper limit  {items}Conclusion"));
        for limit in &self.limits {
            let count = limit.upper_count.map(|count| format!("{count:>8}  ")).unwrap_or_default();
            let conclusion = if limit.supported { "supported" } else { "not supported" };
            let upper = percent(limit.upper_limit, 2);
            line(format!("  {:>10}  {upper:>11}  {count}{conclusion}", limit.deviations));
        }
        if let Some(adding) = &self.adding_items {
            line(String::new());
            line(format!(
                "Adding items after {} until there are {} would make the risk {}, not {}; plan stages instead (--stages).",
                counted(self.allowed + 1, "deviation"),
                adding.to_size,
                percent(adding.true_risk, 2),
                percent(self.risk, 2),
            ));
        }
        screen
    }

    fn of_population(&self) -> String {
        self.population.map(|population| format!(" of {population}")).unwrap_or_default()
    }

    fn allowance(&self) -> String {
        if self.stages.len() > 1 {
            format!(" in {} stages", self.stages.len())
        } else {
            format!("; the conclusion stands with {}", at_most(self.allowed))
        }
    }
}

/// What a second look that nobody planned costs.
fn adding(aim: Aim, planned: Plan) -> Option<AddingTold> {
    let more = plan(aim, Expectation::Deviations(planned.allowed + 1)).ok()?;
    let first = Stage { size: planned.size, accept: planned.allowed };
    let second = Stage { size: more.size.checked_sub(planned.size)?, accept: more.allowed };
    Some(AddingTold {
        to_size: more.size,
        risk_alone: aim.chance.at_most(more.allowed, more.size, aim.tolerable),
        true_risk: stages::risk(&[first, second], aim.chance, aim.tolerable),
    })
}

/// Sizes in use for a frequency with what they assure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FrequencyTold {
    /// As it was asked for.
    pub frequency: &'static str,
    /// Items of the population; `None` for one without end.
    pub population: Option<u64>,
    /// Sizes, rising.
    pub sizes: Vec<SizeTold>,
}

/// A size in use.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SizeTold {
    /// Items to test.
    pub size: u64,
    /// Upper deviation limit at 90 % confidence when none deviates, as a fraction of 1.
    pub upper_limit_90: f64,
    /// The same at 95 %.
    pub upper_limit_95: f64,
    /// The same in items, at 90 % and 95 %, where the population is counted.
    pub upper_counts: Option<[u64; 2]>,
}

impl FrequencyTold {
    /// The sizes in use for the frequency of this name, of a population of so many items; of a year's operations
    /// unless given.
    ///
    /// # Errors
    /// [`PlanError::NoPopulation`] for an empty population, [`PlanError::Frequency`] for a name that is none.
    pub fn of(name: &str, population: Option<u64>) -> Result<Self, PlanError> {
        let known = FREQUENCIES.iter().find(|frequency| frequency.name == name);
        let frequency = known.ok_or_else(|| PlanError::Frequency(name.to_owned()))?;
        let population = population.or(frequency.operations);
        if population == Some(0) {
            return Err(PlanError::NoPopulation);
        }
        let mut sizes: Vec<u64> =
            frequency.sizes.iter().map(|size| (*size).min(population.unwrap_or(SIZE_MAX))).collect();
        sizes.dedup();
        let told = |size| {
            let Assurance { size, limits: [upper_limit_90, upper_limit_95], counts } = assurance(size, population);
            SizeTold { size, upper_limit_90, upper_limit_95, upper_counts: counts }
        };
        Ok(Self { frequency: frequency.name, population, sizes: sizes.into_iter().map(told).collect() })
    }

    /// For programs.
    ///
    /// # Errors
    /// None that is known: all of it is text and numbers.
    pub fn json(&self) -> Result<Vec<u8>, serde_json::Error> {
        document(self)
    }

    /// For people.
    #[must_use]
    pub fn screen(&self) -> String {
        let mut screen = String::new();
        let of = self.population.map_or("without end".to_owned(), |population| format!("of {population}"));
        let _written =
            writeln!(screen, "Sizes in use for a control that operates {}, population {of}.", self.frequency);
        let _written =
            writeln!(screen, "What each assures when no item deviates: the population deviates at no more than");
        let _written = writeln!(screen);
        let _written = writeln!(screen, "  Size  with 90% confidence  with 95% confidence");
        for size in &self.sizes {
            let [at_90, at_95] = [(size.upper_limit_90, 0), (size.upper_limit_95, 1)].map(|(limit, place)| {
                let count = size.upper_counts.as_ref().and_then(|counts| counts.get(place));
                let count = count.map(|count| format!(" ({count} items)")).unwrap_or_default();
                format!("{}{count}", percent(limit, 1))
            });
            let _written = writeln!(screen, "  {:>4}  {at_90:>19}  {at_95:>19}", size.size);
        }
        let _written = writeln!(screen);
        let _written = writeln!(
            screen,
            "Such sizes are custom. For a stated confidence and tolerable rate leave out --frequency."
        );
        screen
    }
}

fn document(told: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    let mut bytes = serde_json::to_vec_pretty(told)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// In percent, without the sign.
fn decimal(rate: Rate) -> String {
    rate.to_string().trim_end_matches('%').to_owned()
}

/// A fraction of 1 in percent, rounded up: limits and risks never look smaller than they are.
fn percent(fraction: f64, digits: i32) -> String {
    let scale = 10_f64.powi(digits);
    // What is a whole step but for the last bits is that step.
    let steps = (fraction * 100.0).mul_add(scale, -1e-7).ceil().max(0.0);
    format!("{:.*}%", usize::try_from(digits).unwrap_or(0), steps / scale)
}

fn at_most(count: u64) -> String {
    if count == 0 { "no deviation".to_owned() } else { format!("at most {}", counted(count, "deviation")) }
}

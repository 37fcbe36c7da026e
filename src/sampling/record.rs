//! The record of a draw: all that is needed to read a working paper back, and to draw the same sample again.
//!
//! It stands in every working paper, out of sight, and its SHA-256 is the run's id.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::chance::Chance;
use super::draw::{Order, Sample};
use super::frozen::About;
use super::plan::{Aim, PlanError};
use super::rate::{Rate, RateError};
use super::stages::{self, Stage};

/// The version of its layout.
pub const SCHEMA: u32 = 1;

/// What a sample is to show, and with which results it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Testing {
    /// Confidence, tolerable rate and model of chance.
    pub aim: Aim,
    /// The rate of deviations expected when it was planned, where one was.
    pub expected: Option<Rate>,
    /// The stages, of which the first was drawn; one where the sample is tested at once. Empty where the size was stated
    /// and is too small to show anything, even without a deviation.
    pub stages: Vec<Stage>,
    /// Whether the size was stated and not planned.
    pub is_stated: bool,
}

impl Testing {
    /// What a sample whose size is stated can show.
    ///
    /// # Errors
    /// [`PlanError`]: the aim is none.
    pub fn of_stated(aim: Aim, size: u64) -> Result<Self, PlanError> {
        let aim = aim.check()?;
        // The more deviations, the less is shown: the last number that shows it is found by halving.
        let (mut low, mut high) = (0, size.saturating_add(1));
        while low < high {
            let middle = low + (high - low) / 2;
            if aim.is_shown_by(size, middle) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let stages = low.checked_sub(1).map(|accept| vec![Stage { size, accept }]);
        Ok(Self { aim, expected: None, stages: stages.unwrap_or_default(), is_stated: true })
    }

    /// Largest number of deviations in all stages at which the conclusion is supported; `None` where even none is too many.
    #[must_use]
    pub fn allowed(&self) -> Option<u64> {
        self.stages.iter().map(|stage| stage.accept).max()
    }

    /// The chance of accepting a population that deviates at the tolerable rate, by all stages.
    #[must_use]
    pub fn risk(&self) -> f64 {
        stages::risk(&self.stages, self.aim.chance, self.aim.tolerable)
    }
}

/// All of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    schema: u32,
    /// The program and version that drew.
    pub tool: String,
    /// The population.
    pub population: About,
    /// SHA-256 of the file that holds it.
    pub population_file_sha256: String,
    /// What decided the draw.
    pub order: Order,
    /// The start of a fixed interval in millionths of an item.
    pub start_millionths: Option<u64>,
    testing: TestingRecord,
    /// Keys of the sample in the order drawn.
    pub sample: Vec<String>,
    /// Keys of the spares in order.
    pub spares: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TestingRecord {
    confidence: String,
    tolerable: String,
    expected: Option<String>,
    distribution: String,
    /// Size and most deviations accepted of each stage.
    stages: Vec<(u64, u64)>,
    is_stated: bool,
}

impl Record {
    /// Of a sample out of a population.
    #[must_use]
    pub fn of(
        tool: &str,
        population: &About,
        population_file_sha256: &str,
        testing: &Testing,
        sample: &Sample,
    ) -> Self {
        let keys = |drawn: &[super::draw::Drawn]| drawn.iter().map(|drawn| drawn.key.clone()).collect();
        Self {
            schema: SCHEMA,
            tool: tool.to_owned(),
            population: population.clone(),
            population_file_sha256: population_file_sha256.to_owned(),
            order: sample.order.clone(),
            start_millionths: sample.start_millionths,
            testing: TestingRecord {
                confidence: testing.aim.confidence.to_string(),
                tolerable: testing.aim.tolerable.to_string(),
                expected: testing.expected.map(|rate| rate.to_string()),
                distribution: testing.aim.chance.name().to_owned(),
                stages: testing.stages.iter().map(|stage| (stage.size, stage.accept)).collect(),
                is_stated: testing.is_stated,
            },
            sample: keys(&sample.items),
            spares: keys(&sample.spares),
        }
    }

    /// Its text.
    ///
    /// # Errors
    /// None that is known.
    pub fn text(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }

    /// Reads a record.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let record: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if record.schema != SCHEMA {
            return Err(format!("its schema is {}, and this tickmark reads {SCHEMA}", record.schema));
        }
        if record.population.unit().is_none() {
            return Err(format!("there is no unit `{}`", record.population.unit));
        }
        record.testing().map(|_| record)
    }

    /// What the sample is to show.
    ///
    /// # Errors
    /// What is none of it, in words.
    pub fn testing(&self) -> Result<Testing, String> {
        let rate = |text: &str| text.parse::<Rate>().map_err(|error: RateError| error.to_string());
        let told = &self.testing;
        let chances = [Chance::Binomial, Chance::Poisson, Chance::Hypergeometric { population: self.population.count }];
        let chance = chances.into_iter().find(|chance| chance.name() == told.distribution);
        let chance = chance.ok_or_else(|| format!("there is no distribution `{}`", told.distribution))?;
        let aim = Aim { confidence: rate(&told.confidence)?, tolerable: rate(&told.tolerable)?, chance };
        Ok(Testing {
            aim: aim.check().map_err(|error| error.to_string())?,
            expected: told.expected.as_deref().map(rate).transpose()?,
            stages: told.stages.iter().map(|(size, accept)| Stage { size: *size, accept: *accept }).collect(),
            is_stated: told.is_stated,
        })
    }

    /// The id of the draw: twelve hexadecimal digits of the SHA-256 of its text.
    ///
    /// # Errors
    /// None that is known.
    pub fn id(&self) -> serde_json::Result<String> {
        let digest = hex::encode(Sha256::digest(self.text()?.as_bytes()));
        Ok(digest.get(..12).unwrap_or_default().to_owned())
    }
}

//! A draw as it is told: on the screen and as JSON.

use std::fmt::Write;

use serde_json::json;

use crate::report::escape::{cell, visible};
use crate::report::figures::{count, counted};

use super::draw::{Allocation, Drawn, Method, Sample};
use super::record::{Record, Testing};
use super::selection::interval;

/// Items shown on the screen; the working paper and JSON have all.
const SHOWN: usize = 20;

/// A draw, ready to be told.
#[derive(Debug)]
pub struct DrawTold<'a> {
    id: String,
    record: &'a Record,
    testing: &'a Testing,
    sample: &'a Sample,
}

impl<'a> DrawTold<'a> {
    /// Of a sample and its record.
    ///
    /// # Errors
    /// None that is known.
    pub fn of(record: &'a Record, testing: &'a Testing, sample: &'a Sample) -> serde_json::Result<Self> {
        Ok(Self { id: record.id()?, record, testing, sample })
    }

    /// For programs: the record with all items.
    ///
    /// # Errors
    /// None that is known.
    pub fn json(&self) -> serde_json::Result<Vec<u8>> {
        let listed = |drawn: &Drawn| {
            let item = &drawn.item;
            json!({
                "order": drawn.order, "stratum": drawn.stratum, "key": drawn.key, "item": item.item,
                "account": item.account, "region": item.region, "resource_type": item.resource_type,
                "resource_id": item.resource_id, "resource_arn": item.resource_arn, "moment": item.moment,
                "verdict": item.verdict, "exceptions": item.exceptions, "description": item.description,
                "evidence": item.evidence,
            })
        };
        let stratum = |drawn: &super::draw::StratumDrawn| json!({ "stratum": drawn.name, "items": drawn.items, "drawn": drawn.drawn, "spares": drawn.spares });
        let mut text = serde_json::to_vec_pretty(&json!({
            "schema": 1,
            "id": self.id,
            "record": self.record,
            "allowed_deviations": self.testing.allowed(),
            "strata": self.sample.strata.iter().map(stratum).collect::<Vec<_>>(),
            "items": self.sample.items.iter().map(listed).collect::<Vec<_>>(),
            "spares": self.sample.spares.iter().map(listed).collect::<Vec<_>>(),
        }))?;
        text.push(b'\n');
        Ok(text)
    }

    /// For people, with the files that were written, each under what it is.
    #[must_use]
    pub fn screen(&self, files: &[(String, String)]) -> String {
        let mut screen = String::new();
        let mut line = |text: String| {
            let _written = writeln!(screen, "{}", text.trim_end());
        };
        let about = &self.record.population;
        line(format!("Population     {} {}: {}", about.control, about.unit, counted(about.count, "item")));
        line(format!("               SHA-256 {}", about.sha256));
        let spares = counted(self.sample.spares.len() as u64, "spare");
        line(format!("Sample         {} and {spares}, {}", counted(self.record.order.size, "item"), self.how()));
        line(format!("Seed           {}", visible(&self.record.order.seed)));
        for (place, shows) in self.shows().into_iter().enumerate() {
            line(format!("{:<15}{shows}", if place == 0 { "Shows" } else { "" }));
        }
        for stratum in &self.sample.strata {
            let (items, name) = (counted(stratum.items, "item"), cell(&stratum.name));
            line(format!("Stratum        {name}: {} of {items}", count(stratum.drawn)));
        }
        line(format!("Draw           {}", self.id));
        for (what, path) in files {
            line(format!("{what:<15}{}", visible(path)));
        }
        line(String::new());
        line("    #  Item         Verdict         Evidence               Key".to_owned());
        for drawn in self.sample.items.iter().take(SHOWN) {
            let item = &drawn.item;
            let (number, verdict) = (count(item.item), item.verdict.as_str());
            line(format!(
                "{:>5}  {number:<11}  {verdict:<14}  {:<21}  {}",
                drawn.order,
                cell(&item.evidence),
                visible(&drawn.key)
            ));
        }
        if self.sample.items.len() > SHOWN {
            line(format!("       … and {} more", count((self.sample.items.len() - SHOWN) as u64)));
        }
        screen
    }

    /// The method in words.
    #[must_use]
    pub fn how(&self) -> String {
        let order = &self.record.order;
        match &order.method {
            Method::Hash => "the first in hash order".to_owned(),
            Method::Random => "simple random".to_owned(),
            Method::Cell => "one at random from each of as many cells".to_owned(),
            Method::Interval { .. } => {
                let start = self.sample.start_millionths.unwrap_or(0);
                let start = format!("{}.{:06}", start / 1_000_000, start % 1_000_000);
                let start = start.trim_end_matches('0').trim_end_matches('.');
                format!("every {} items from {start} on", interval(order.size, self.record.population.count))
            }
            Method::Stratified { allocation, .. } => match allocation {
                Allocation::Proportional { at_least_one: false } => "by strata, in proportion".to_owned(),
                Allocation::Proportional { at_least_one: true } => {
                    "by strata, in proportion but one of each at least".to_owned()
                }
                Allocation::Stated(_) => "by strata, as allocated".to_owned(),
            },
        }
    }

    /// What the sample can show, a line each.
    #[must_use]
    pub fn shows(&self) -> Vec<String> {
        let aim = self.testing.aim;
        let order = &self.record.order;
        let Some(allowed) = self.testing.allowed() else {
            return vec![format!(
                "nothing at {} confidence: {} are too few to show a rate below {}, even without a deviation",
                aim.confidence,
                counted(order.size, "item"),
                aim.tolerable
            )];
        };
        let mut shows = vec![format!(
            "with {} confidence a deviation rate below {} ({}) if at most {allowed} of {} deviate",
            aim.confidence,
            aim.tolerable,
            aim.chance.name(),
            self.testing.stages.iter().map(|stage| stage.size).sum::<u64>()
        )];
        let mut all = 0;
        for (number, stage) in (1..).zip(&self.testing.stages).filter(|_| self.testing.stages.len() > 1) {
            all += stage.size;
            shows.push(format!(
                "stage {number}: {all} items in all, supported with at most {}",
                counted(stage.accept, "deviation")
            ));
        }
        shows
    }
}

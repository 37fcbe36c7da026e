//! An evaluation as it is told: on the screen, as JSON, and as results keep it.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::report::escape::visible;
use crate::report::figures::{count, counted};

use super::evaluate::{Evaluation, Finding};
use super::record::Testing;
use super::returned::Returned;

/// Faults, open cells and differences shown on the screen; JSON has all.
const SHOWN: usize = 20;

/// An evaluation, ready to be told.
#[derive(Debug)]
pub struct EvaluationTold<'a> {
    /// The paper.
    pub paper: &'a Returned,
    /// What it was to show.
    pub testing: &'a Testing,
    /// What it shows.
    pub evaluation: &'a Evaluation,
}

impl EvaluationTold<'_> {
    /// As one value: the same for programs and in the results.
    #[must_use]
    pub fn value(&self) -> Value {
        let (record, evaluation, aim) = (&self.paper.record, self.evaluation, self.testing.aim);
        let placed = |cell: &str, what: &str| json!({ "cell": cell, "what": what });
        let conclusion = evaluation.finding.name();
        let finding = match &evaluation.finding {
            Finding::Extend { stage, adds, accept, risk } => {
                let next = json!({ "stage": stage, "adds": adds, "accept": accept, "true_risk": risk });
                json!({ "conclusion": conclusion, "next_stage": next })
            }
            Finding::NotSupported { remarks } => json!({ "conclusion": conclusion, "remarks": remarks }),
            _ => json!({ "conclusion": conclusion }),
        };
        let differing = evaluation.differing.iter().map(|found| {
            json!({
                "cell": found.cell, "key": found.key, "tickmark": found.tickmark, "auditor": found.auditor,
                "comment": found.comment,
            })
        });
        json!({
            "draw": self.paper.draw,
            "control": record.population.control,
            "unit": record.population.unit,
            "population": record.population.count,
            "population_sha256": record.population.sha256,
            "window": { "from": record.population.window[0], "until": record.population.window[1] },
            "seed": record.order.seed,
            "method": record.order.method.name(),
            "confidence": aim.confidence.to_string().trim_end_matches('%'),
            "tolerable": aim.tolerable.to_string().trim_end_matches('%'),
            "distribution": aim.chance.name(),
            "size": evaluation.size,
            "allowed_deviations": self.testing.allowed(),
            "tested": evaluation.tested,
            "deviations": evaluation.deviations,
            "unable_to_test": evaluation.unable,
            "not_applicable": evaluation.not_applicable,
            "replaced": evaluation.replaced,
            "deviation_rate": evaluation.rate(),
            "upper_limit": evaluation.upper_limit,
            "upper_limit_items": evaluation.upper_count,
            "risk_of_result": evaluation.risk,
            "finding": finding,
            "faults": evaluation.faults.iter().map(|fault| placed(&fault.cell, &fault.what)).collect::<Vec<_>>(),
            "open": evaluation.open.iter().map(|open| placed(&open.cell, &open.what)).collect::<Vec<_>>(),
            "differences": differing.collect::<Vec<_>>(),
            "remarks": evaluation.remarks,
            "signed": self.paper.signed,
            "conclusion_in_words": self.paper.conclusion,
        })
    }

    /// For programs.
    ///
    /// # Errors
    /// None that is known.
    pub fn json(&self) -> serde_json::Result<Vec<u8>> {
        crate::report::json::laid_out(&self.value())
    }

    /// For people.
    #[must_use]
    pub fn screen(&self) -> String {
        let mut screen = String::new();
        let mut line = |text: &str| {
            let _written = writeln!(screen, "{}", text.trim_end());
        };
        let (record, evaluation, aim) = (&self.paper.record, self.evaluation, self.testing.aim);
        let about = &record.population;
        let of = format!("{} of {} ({})", count(evaluation.size), counted(about.count, "item"), about.unit);
        line(&format!("Sample         {} {of}, draw {}", about.control, self.paper.draw));
        line(&format!("Tested         {}", counted(evaluation.tested, "item")));
        if evaluation.not_applicable > 0 {
            let spares = counted(evaluation.replaced, "spare");
            line(&format!("Not applicable {}; {spares} used", counted(evaluation.not_applicable, "item")));
        }
        let unable = match evaluation.unable {
            0 => String::new(),
            unable => format!(", {unable} of them could not be tested"),
        };
        line(&format!("Deviations     {}{unable}", count(evaluation.deviations)));
        if let Some(rate) = evaluation.rate() {
            line(&format!("Rate           {}", in_percent(rate)));
        }
        if let Some(limit) = evaluation.upper_limit {
            let items = evaluation.upper_count.map(|items| format!(", {} of the population", counted(items, "item")));
            let items = items.unwrap_or_default();
            line(&format!("Upper limit    {} at {} confidence{items}", up_in_percent(limit), aim.confidence));
        }
        line(&format!("Tolerable      {}", aim.tolerable));
        line(&format!("Conclusion     {}", self.conclusion()));
        if let Finding::NotSupported { remarks } = &evaluation.finding {
            for remark in remarks {
                line(&format!("               {remark}"));
            }
        }
        list(&mut line, "Not as it went out", &evaluation.faults, |fault| format!("{}: {}", fault.cell, fault.what));
        list(&mut line, "Open", &evaluation.open, |open| format!("{}: {}", open.cell, open.what));
        list(&mut line, "Auditor and tickmark differ", &evaluation.differing, |found| {
            let comment = if found.comment.is_empty() { String::new() } else { format!(" ({})", found.comment) };
            format!("{}: tickmark {}, auditor {}{comment}: {}", found.cell, found.tickmark, found.auditor, found.key)
        });
        list(&mut line, "Remarks", &evaluation.remarks, Clone::clone);
        screen
    }

    /// The conclusion in a sentence.
    #[must_use]
    pub fn conclusion(&self) -> String {
        let (evaluation, aim) = (self.evaluation, self.testing.aim);
        match &evaluation.finding {
            Finding::Supported => {
                format!("supported: a deviation rate below {} with {} confidence", aim.tolerable, aim.confidence)
            }
            Finding::NotSupported { .. } => format!(
                "not supported: a deviation rate below {} is not shown with {} confidence",
                aim.tolerable, aim.confidence
            ),
            Finding::Extend { stage, adds, accept, risk } => format!(
                "extend: draw stage {stage}, {adds} more; supported with at most {} in all, at a true \
                 risk of {:.2}%",
                counted(*accept, "deviation"),
                risk * 100.0
            ),
            Finding::Incomplete => format!(
                "incomplete: {} of {} tested, and no conclusion yet",
                count(evaluation.tested),
                counted(evaluation.size, "item")
            ),
            Finding::Refused => {
                "none: the working paper is not as it went out; nothing is concluded from it".to_owned()
            }
        }
    }
}

fn list<T>(line: &mut impl FnMut(&str), title: &str, all: &[T], told: impl Fn(&T) -> String) {
    if all.is_empty() {
        return;
    }
    line("");
    line(title);
    all.iter().take(SHOWN).for_each(|one| line(&format!("  {}", visible(&told(one)))));
    if all.len() > SHOWN {
        line(&format!("  … and {} more", count((all.len() - SHOWN) as u64)));
    }
}

fn in_percent(fraction: f64) -> String {
    format!("{:.2}%", fraction * 100.0)
}

/// Rounded up: a limit never looks lower than it is.
fn up_in_percent(fraction: f64) -> String {
    format!("{:.2}%", ((fraction * 10_000.0) - 1e-7).ceil() / 100.0)
}

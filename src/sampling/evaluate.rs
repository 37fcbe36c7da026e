//! What a completed sample shows: deviations, limit, conclusion, and where auditor and tickmark differ.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::chance::Chance;
use super::draw::{Allocation, Method};
use super::limit::{finite_upper, upper};
use super::plan::{Expectation, plan};
use super::record::Testing;
use super::returned::{Fault, Open, Returned, ReturnedItem};
use super::stages::{self, Stage, Step};
use super::workbook::layout::Tick;

/// What may be said of the control from the sample.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// The deviation rate is below the tolerable rate, with the confidence planned.
    Supported,
    /// It is not shown to be.
    NotSupported {
        /// Why, or what more could be done and at which true risk; a sentence each.
        remarks: Vec<String>,
    },
    /// The next stage that was planned is to be tested.
    Extend {
        /// The number of the stage to draw.
        stage: u64,
        /// Items that it adds.
        adds: u64,
        /// Deviations in all at which the conclusion is supported after it.
        accept: u64,
        /// The chance of accepting a population that deviates at the tolerable rate, by all stages.
        risk: f64,
    },
    /// Something is still to be filled in.
    Incomplete,
    /// The paper is not as it went out.
    Refused,
}

impl Finding {
    /// Whether it says something of the control.
    #[must_use]
    pub const fn is_conclusion(&self) -> bool {
        !matches!(self, Self::Incomplete | Self::Refused)
    }

    /// Its name in outputs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Supported => "supported",
            Self::NotSupported { .. } => "not_supported",
            Self::Extend { .. } => "extend",
            Self::Incomplete => "incomplete",
            Self::Refused => "refused",
        }
    }
}

/// An item on which the auditor and tickmark differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Differing {
    /// Where it stands.
    pub cell: String,
    /// Its key.
    pub key: String,
    /// What tickmark found.
    pub tickmark: String,
    /// What the auditor found.
    pub auditor: &'static str,
    /// The auditor's comment.
    pub comment: String,
}

/// The evaluation of a working paper.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// Items that the draw is of.
    pub size: u64,
    /// Items tested, spares in the place of others among them.
    pub tested: u64,
    /// Deviations, with those that could not be tested.
    pub deviations: u64,
    /// Of these: could not be tested.
    pub unable: u64,
    /// Items that turned out not to belong.
    pub not_applicable: u64,
    /// Spares used.
    pub replaced: u64,
    /// Upper limit of the deviation rate at the plan's confidence, as a fraction of 1; `None` where nothing was tested,
    /// where the paper was refused, and where one limit would not hold: in stages, and over strata out of proportion.
    pub upper_limit: Option<f64>,
    /// The same as a count of items of the population, where it is counted.
    pub upper_count: Option<u64>,
    /// The chance of so few deviations in a population that deviates at the tolerable rate.
    pub risk: Option<f64>,
    /// What may be said.
    pub finding: Finding,
    /// Faults of the paper.
    pub faults: Vec<Fault>,
    /// Cells and items that are open.
    pub open: Vec<Open>,
    /// Where auditor and tickmark differ, in the order of the sample.
    pub differing: Vec<Differing>,
    /// What a reader must know beside: sorted rows, formulas that were not calculated.
    pub remarks: Vec<String>,
}

impl Evaluation {
    /// Deviations of items tested; `None` where nothing was tested.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts of a sample become a rate")]
    pub fn rate(&self) -> Option<f64> {
        (self.tested > 0).then(|| self.deviations as f64 / self.tested as f64)
    }

    /// The upper limit in millionths, rounded up.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a fraction of 1 in millionths")]
    pub fn upper_limit_millionths(&self) -> Option<u64> {
        // What is a whole step but for the last bits is that step.
        let millionths = |limit: f64| (limit.clamp(0.0, 1.0) * 1_000_000.0 - 1e-6).ceil().max(0.0) as u64;
        self.upper_limit.map(millionths)
    }
}

/// Evaluates a working paper.
#[must_use]
pub fn evaluate(paper: &Returned, testing: &Testing) -> Evaluation {
    let mut open = paper.open.clone();
    let mut faults = paper.faults.clone();
    let (counted, used) = counted(paper, &mut open, &mut faults);
    let of = |tick: Tick| counted.iter().filter(|item| item.result == Some(tick)).count() as u64;
    let unable = of(Tick::Unable);
    let (deviations, tested) = (of(Tick::Deviation) + unable, of(Tick::Pass) + of(Tick::Deviation) + unable);
    let size = paper.record.order.size;
    let aim = testing.aim;
    // Of a paper that is not as it went out nothing is computed that somebody might quote.
    let is_sound = tested > 0 && faults.is_empty() && !is_out_of_proportion(&paper.record.order.method);
    // A limit of one look is none of several.
    let is_sound = is_sound && testing.stages.len() <= 1;
    let shows = is_sound.then(|| upper(aim.chance, deviations, tested, aim.confidence));
    let upper_count = match aim.chance {
        Chance::Hypergeometric { population } if is_sound => {
            Some(finite_upper(deviations, tested, population, aim.confidence))
        }
        _ => None,
    };
    let finding = if !faults.is_empty() {
        Finding::Refused
    } else if !open.is_empty() || tested != size {
        Finding::Incomplete
    } else {
        concluded(paper, testing, size, deviations)
    };
    let not_applicable = paper.items.iter().filter(|item| item.result == Some(Tick::NotApplicable)).count() as u64;
    Evaluation {
        size,
        tested,
        deviations,
        unable,
        not_applicable,
        replaced: used,
        upper_limit: shows,
        upper_count,
        risk: is_sound.then(|| aim.chance.at_most(deviations, tested, aim.tolerable)),
        finding,
        faults,
        open,
        differing: with_spares(paper).filter_map(differing).collect(),
        remarks: remarks(paper, testing, &counted),
    }
}

/// The items that count: of the sample, and spares in the place of those that do not belong. With how many spares.
fn counted<'a>(paper: &'a Returned, open: &mut Vec<Open>, faults: &mut Vec<Fault>) -> (Vec<&'a ReturnedItem>, u64) {
    let is_stratified = matches!(paper.record.order.method, Method::Stratified { .. });
    let stratum = |item: &ReturnedItem| {
        if is_stratified { item.detail.split(';').next().unwrap_or_default().to_owned() } else { String::new() }
    };
    let by_order: BTreeMap<u64, &ReturnedItem> = paper.items.iter().map(|item| (item.order, item)).collect();
    let (mut filled, mut used): (BTreeSet<u64>, u64) = (BTreeSet::new(), 0);
    let mut passed_over: BTreeSet<String> = BTreeSet::new();
    let mut counted: Vec<&ReturnedItem> =
        paper.items.iter().filter(|item| item.result != Some(Tick::NotApplicable)).collect();
    for spare in &paper.spares {
        let fault = |what: String| Fault { cell: spare.cell.clone(), what };
        let Some(order) = spare.used_for else {
            if spare.is_touched {
                let what = "a spare that is filled in, without the # that it is used for".to_owned();
                open.push(Open { cell: spare.cell.clone(), what });
            }
            passed_over.insert(stratum(spare));
            continue;
        };
        used += 1;
        if passed_over.contains(&stratum(spare)) {
            faults.push(fault("a spare that is used while one before it is not: they are used in order".to_owned()));
        }
        match by_order.get(&order) {
            None => faults.push(fault(format!("a spare for # {order}, which the sample does not have"))),
            Some(item) if item.result != Some(Tick::NotApplicable) => {
                faults.push(fault(format!(
                    "a spare for # {order}, which is not marked as not applicable ({})",
                    item.cell
                )));
            }
            Some(item) if stratum(item) != stratum(spare) => {
                faults.push(fault(format!("a spare for # {order} of another stratum")));
            }
            Some(_) if filled.contains(&order) => {
                faults.push(fault(format!("a second spare for # {order}, while the first belongs")));
            }
            Some(_) => {
                if spare.reason.is_empty() {
                    open.push(Open { cell: spare.cell.clone(), what: format!("no reason why # {order} was replaced") });
                }
                if spare.result != Some(Tick::NotApplicable) {
                    filled.insert(order);
                    counted.push(spare);
                }
            }
        }
    }
    let unfilled = paper.items.iter().filter(|item| item.result == Some(Tick::NotApplicable));
    for item in unfilled.filter(|item| !filled.contains(&item.order)) {
        let what = format!("# {} is not applicable, and no spare takes its place", item.order);
        open.push(Open { cell: item.cell.clone(), what });
    }
    (counted, used)
}

/// Whether strata gave other shares than they have of the population, so that items did not have the same chance.
const fn is_out_of_proportion(method: &Method) -> bool {
    matches!(method, Method::Stratified { allocation: Allocation::Stated(_), .. })
}

/// The conclusion from a sample that is whole.
fn concluded(paper: &Returned, testing: &Testing, size: u64, deviations: u64) -> Finding {
    if is_out_of_proportion(&paper.record.order.method) {
        let remark = "The strata were not drawn in proportion to their items: no one limit holds for all of them. Draw in \
                      proportion, or judge each stratum by a sample of its own.";
        return Finding::NotSupported { remarks: vec![remark.to_owned()] };
    }
    let mut drawn = 0;
    let place = testing.stages.iter().position(|stage| {
        drawn += stage.size;
        drawn == size
    });
    let Some(place) = place else {
        let remark = format!("{size} items are too few to show a rate below {}", testing.aim.tolerable);
        return Finding::NotSupported { remarks: vec![remark] };
    };
    match stages::step(&testing.stages, place, deviations) {
        Step::Accept => Finding::Supported,
        Step::Extend => {
            let next = testing.stages.get(place + 1).copied().unwrap_or(Stage { size: 0, accept: 0 });
            Finding::Extend { stage: place as u64 + 2, adds: next.size, accept: next.accept, risk: testing.risk() }
        }
        Step::Reject => Finding::NotSupported { remarks: more(testing, size, deviations) },
    }
}

/// What testing more would really show.
fn more(testing: &Testing, size: u64, deviations: u64) -> Vec<String> {
    let aim = testing.aim;
    let [first] = testing.stages.as_slice() else {
        return vec!["No later stage can support the conclusion any more.".to_owned()];
    };
    let Ok(next) = plan(aim, Expectation::Deviations(deviations)) else {
        return vec!["No larger sample that is planned can show it with so many deviations.".to_owned()];
    };
    let Some(adds) = next.size.checked_sub(size).filter(|adds| *adds > 0) else { return Vec::new() };
    let looks = [*first, Stage { size: adds, accept: deviations }];
    let risk = stages::risk(&looks, aim.chance, aim.tolerable) * 100.0;
    vec![format!(
        "No extension was planned. Testing {adds} more and accepting {deviations} of {} would have a true risk of \
         {risk:.2}%, not {}: plan in stages before testing.",
        next.size,
        aim.risk()
    )]
}

/// Every item of the sample, those that turned out not to belong among them, and the spares that were used.
fn with_spares(paper: &Returned) -> impl Iterator<Item = &ReturnedItem> {
    paper.items.iter().chain(paper.spares.iter().filter(|spare| spare.used_for.is_some()))
}

/// Where the two differ: what tickmark could not see is a difference too.
fn differing(item: &ReturnedItem) -> Option<Differing> {
    let auditor = item.result?;
    let agrees = match item.verdict.as_str() {
        "PASS" => auditor == Tick::Pass,
        "FAIL" => auditor == Tick::Deviation,
        "NOT_APPLICABLE" => auditor == Tick::NotApplicable,
        _ => auditor == Tick::Unable,
    };
    (!agrees).then(|| Differing {
        cell: item.cell.clone(),
        key: item.key.clone(),
        tickmark: item.verdict.clone(),
        auditor: auditor.name(),
        comment: item.comment.clone(),
    })
}

fn remarks(paper: &Returned, testing: &Testing, counted: &[&ReturnedItem]) -> Vec<String> {
    let mut remarks = Vec::new();
    if testing.stages.len() > 1 {
        remarks.push("Tested in stages: no upper limit is given, as that of a single look does not hold.".to_owned());
    }
    if matches!(
        paper.record.order.method,
        Method::Stratified { allocation: Allocation::Proportional { at_least_one: true }, .. }
    ) {
        let remark = "Small strata gave one item at least, so their items had a greater chance than others; the limit takes \
                      all chances for equal.";
        remarks.push(remark.to_owned());
    }
    if paper.is_sorted {
        remarks.push("The rows of the sample were sorted; they are read by their keys.".to_owned());
    }
    let by_formula = |item: &&&ReturnedItem| {
        item.by_formula != item.result.map_or("open", Tick::name)
            && !(item.by_formula == "unclear" && item.result.is_none())
    };
    let others: Vec<&str> = counted.iter().filter(by_formula).map(|item| item.cell.as_str()).collect();
    if let Some(first) = others.first() {
        remarks.push(format!(
            "The paper's own formulas say otherwise of {} (first: {first}): words that only tickmark understands, or a \
             program that saved it without calculating.",
            crate::report::figures::counted(others.len() as u64, "item")
        ));
    }
    let unsigned = counted.iter().filter(|item| item.result.is_some() && item.tested_by.is_empty()).count() as u64;
    if unsigned > 0 {
        remarks.push(format!("{} without the name of who tested.", crate::report::figures::counted(unsigned, "item")));
    }
    remarks
}

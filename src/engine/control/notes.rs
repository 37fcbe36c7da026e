//! What a reader must know of a control's result beside its figures, a sentence each.

use std::collections::BTreeSet;

use super::{Ground, Tested, is_chosen};
use crate::engine::catalog::SubjectFilter;
use crate::engine::identity::SubjectKey;
use crate::engine::results::Figures;
use crate::model::{AccountId, Source};

/// How many places a note names.
const PLACES_SHOWN: usize = 3;

/// The notes of one control.
pub(super) fn of(tested: &Tested<'_>, ground: &Ground<'_>, figures: &Figures) -> Vec<String> {
    let mut notes = Vec::new();
    match tested.control.population.subjects {
        SubjectFilter::All => {}
        SubjectFilter::TrailBuckets => trail_buckets(ground, figures, &mut notes),
        SubjectFilter::TaggedResources => tagged(tested, ground, &mut notes),
    }
    if tested.control.population.production_only {
        not_production(ground, &mut notes);
    }
    off_type(tested, ground, &mut notes);
    not_recorded(tested, ground, &mut notes);
    notes
}

/// Recorders that say they left a tested type out.
fn not_recorded(tested: &Tested<'_>, ground: &Ground<'_>, notes: &mut Vec<String>) {
    let mut left_out: BTreeSet<String> = BTreeSet::new();
    for ((account, region), of_place) in ground.not_recorded {
        let own = of_place.iter().filter(|(name, _)| tested.types.contains(name.as_str()));
        left_out.extend(own.map(|(name, _)| format!("{name} in {account} {region}")));
    }
    if !left_out.is_empty() {
        let shown: Vec<&str> = left_out.iter().take(PLACES_SHOWN).map(String::as_str).collect();
        let more = left_out.len().saturating_sub(PLACES_SHOWN);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        notes.push(format!(
            "A recorder left out, for some of the window, {}{more}: what happened to such resources then is not known.",
            shown.join(", ")
        ));
    }
}

fn trail_buckets(ground: &Ground<'_>, figures: &Figures, notes: &mut Vec<String>) {
    if !ground.evidence.has_trails && figures.population > 0 {
        let all = "The evidence holds no trail, so it is not known which buckets receive trail logs: all buckets were tested.";
        notes.push(all.to_owned());
    }
    let unknown = ground.evidence.trails_without_bucket.len();
    if unknown > 0 {
        notes.push(format!(
            "{} of the evidence {} not say where the logs go: a bucket may be missing from the population.",
            counted(unknown as u64, "trail", "trails"),
            if unknown == 1 { "does" } else { "do" },
        ));
    }
}

fn tagged(tested: &Tested<'_>, ground: &Ground<'_>, notes: &mut Vec<String>) {
    let Some(filter) = ground.settings.tags.get(&tested.control.id) else { return };
    let values = if filter.values.is_empty() { "any value".to_owned() } else { filter.values.join(", ") };
    notes.push(format!("Tested on resources that carried the tag {} with {values}.", filter.key));
    let untagged = |subject: &&SubjectKey| {
        !ground.streams_of(subject, &tested.tests).is_empty()
            && !ground.evidence.present.contains_key(*subject)
            && !is_chosen(tested, ground, subject)
    };
    let unknown = ground.evidence.streams.keys().filter(untagged).count() as u64;
    if unknown > 0 {
        notes.push(format!(
            "{} that rules or findings speak of {} left out, because the evidence holds no items that show their tags.",
            counted(unknown, "resource", "resources"),
            if unknown == 1 { "is" } else { "are" },
        ));
    }
}

fn not_production(ground: &Ground<'_>, notes: &mut Vec<String>) {
    let left_out: BTreeSet<&AccountId> =
        ground.scope.accounts().filter(|account| !ground.scope.is_production(account)).collect();
    if !left_out.is_empty() {
        let names: Vec<&str> = left_out.iter().map(|account| account.as_str()).collect();
        notes.push(format!(
            "Tested on production accounts only; left out by their environment in the scope list: {}.",
            names.join(", ")
        ));
    }
}

fn off_type(tested: &Tested<'_>, ground: &Ground<'_>, notes: &mut Vec<String>) {
    for (source, one, many) in
        [(Source::Config, "evaluation", "evaluations"), (Source::SecurityHub, "finding", "findings")]
    {
        if !ground.settings.sources.contains(&source) {
            continue;
        }
        let counts = tested.tests.iter().filter_map(|test| ground.evidence.off_type.get(&(source, *test)));
        let (all, failed) = counts.fold((0, 0), |sum, count| (sum.0 + count.statements, sum.1 + count.failed));
        let empty = all - failed;
        if empty > 0 {
            notes.push(format!(
                "{} on resources of other types {} that nothing was evaluated; that is no pass.",
                counted(empty, one, many),
                if empty == 1 { "says" } else { "say" },
            ));
        }
        if failed > 0 {
            notes.push(format!(
                "{} on resources of other types {} that something failed, and could not be attributed to a subject: look \
                 into them.",
                counted(failed, one, many),
                if failed == 1 { "says" } else { "say" },
            ));
        }
    }
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

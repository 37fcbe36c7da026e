//! What a reader must know of a control's result beside its figures, a sentence each.

use std::collections::BTreeSet;

use super::{Ground, Silence, Tested, exists_in, is_chosen};
use crate::engine::catalog::{Inventory, SubjectFilter};
use crate::engine::identity::SubjectKey;
use crate::engine::results::Figures;
use crate::model::{AccountId, Source};

const VPC_TYPE: &str = "AWS::EC2::VPC";

/// How many places a note names.
const PLACES_SHOWN: usize = 3;

/// The notes of one control.
pub(super) fn of(tested: &Tested<'_>, ground: &Ground<'_>, figures: &Figures, silence: Silence) -> Vec<String> {
    let mut notes = Vec::new();
    match tested.control.population.subjects {
        SubjectFilter::All => {}
        SubjectFilter::TrailBuckets => trail_buckets(ground, figures, &mut notes),
        SubjectFilter::TaggedResources => tagged(tested, ground, &mut notes),
    }
    if tested.control.population.production_only {
        not_production(ground, &mut notes);
    }
    if tested.control.population.inventory == Inventory::DefaultSecurityGroups {
        without_default_group(tested, ground, &mut notes);
    }
    without_evidence(silence, &mut notes);
    off_type(tested, ground, &mut notes);
    not_independent(tested, ground, &mut notes);
    not_recorded(tested, ground, &mut notes);
    notes
}

/// Time of tested subjects of which the evidence says nothing: it counts neither as passed nor as failed.
fn without_evidence(silence: Silence, notes: &mut Vec<String>) {
    if silence.without_evidence * 100 < silence.all || silence.without_evidence == 0 {
        return;
    }
    let hundredths = silence.without_evidence * 10_000 / silence.all;
    notes.push(format!(
        "For {}.{:02}% of the time of its tested subjects, from the first that is said of each on, the evidence says \
         nothing: what held then is not known.",
        hundredths / 100,
        hundredths % 100
    ));
}

/// VPCs that exist in the window and whose default group no item shows: each VPC has one.
fn without_default_group(tested: &Tested<'_>, ground: &Ground<'_>, notes: &mut Vec<String>) {
    let window = ground.settings.window;
    let is_missing = |subject: &&SubjectKey| {
        let id = subject.key.rsplit('/').next().unwrap_or(&subject.key);
        let region = ground.evidence.registry.region(subject);
        ground.scope.has(&subject.account, &region)
            && (!tested.control.population.production_only || ground.scope.is_production(&subject.account))
            && exists_in(ground, subject, ground.absences_of(subject), window)
            && !ground.evidence.vpcs_with_default_group.contains(&(subject.account.clone(), id.to_owned()))
    };
    let vpcs = ground.by_type.get(VPC_TYPE).into_iter().flatten();
    let missing = vpcs.filter(is_missing).count() as u64;
    if missing > 0 {
        notes.push(format!(
            "Of {} the evidence shows no default group, although every VPC has one: the population is short of {}.",
            counted(missing, "VPC", "VPCs"),
            if missing == 1 { "it" } else { "them" },
        ));
    }
}

/// Evaluations that say what findings say, because Security Hub deployed the rule.
fn not_independent(tested: &Tested<'_>, ground: &Ground<'_>, notes: &mut Vec<String>) {
    let takes_part = |source: Source| ground.settings.sources.contains(&source);
    if !takes_part(Source::Config) || !takes_part(Source::SecurityHub) {
        return;
    }
    let of_tests = tested.tests.iter().filter_map(|test| ground.evidence.evaluations.get(test));
    let (all, of_hub) = of_tests.fold((0, 0), |sum, count| (sum.0 + count.all, sum.1 + count.of_security_hub));
    if of_hub > 0 {
        notes.push(format!(
            "{of_hub} of {all} rule evaluations are by rules that Security Hub deployed: on these, config and \
             securityhub are one voice, not two."
        ));
    }
}

/// Recorders that say they left a tested type out, or were off.
fn not_recorded(tested: &Tested<'_>, ground: &Ground<'_>, notes: &mut Vec<String>) {
    let mut left_out: BTreeSet<String> = BTreeSet::new();
    for ((account, region), of_place) in ground.unseen {
        let own = of_place.iter().filter(|(name, _)| tested.deciding_types.contains(name.as_str()));
        left_out.extend(own.map(|(name, _)| format!("{name} in {account} {region}")));
    }
    if !left_out.is_empty() {
        let shown: Vec<&str> = left_out.iter().take(PLACES_SHOWN).map(String::as_str).collect();
        let more = left_out.len().saturating_sub(PLACES_SHOWN);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        notes.push(format!(
            "For some of the window a recorder was off or left out {}{more}: what happened to such resources then is not known \
             from their items.",
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

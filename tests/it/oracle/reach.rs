//! How far a source's word reaches: horizons, coverage, and what is in scope of them.

use std::collections::{BTreeMap, BTreeSet};

use super::evidence::{Evidence, Recorder};
use super::{Micros, Settings, Source, quotient};

/// Every account and region that the evidence speaks of by itself.
pub(crate) fn places(evidence: &Evidence) -> BTreeSet<Recorder> {
    let mut places: BTreeSet<Recorder> = evidence.deliveries.iter().map(|d| d.0.clone()).collect();
    places.extend(evidence.items.keys().map(|key| key.0.clone()));
    places.extend(evidence.details.iter().map(|d| d.place.clone()));
    places.extend(evidence.findings.iter().map(|f| (f.account.clone(), f.region.clone())));
    places.extend(evidence.reports.iter().map(|r| (r.account.clone(), "global".to_owned())));
    places.extend(evidence.policies.iter().map(|p| (p.account.clone(), "global".to_owned())));
    places
}

/// The latest time at which a source speaks for an account and region, and (`global`) for the account.
pub(crate) fn horizons(evidence: &Evidence) -> BTreeMap<(Source, String, String), Micros> {
    let mut all: Vec<(Source, Recorder, Micros)> = Vec::new();
    all.extend(evidence.deliveries.iter().map(|d| (Source::Config, d.0.clone(), d.1)));
    all.extend(evidence.details.iter().map(|d| (Source::Config, d.place.clone(), d.time)));
    let items = evidence.items.values().filter(|item| item.status != "ResourceNotRecorded");
    all.extend(items.map(|item| (Source::Config, item.recorder.clone(), item.capture)));
    all.extend(
        evidence.findings.iter().map(|f| (Source::SecurityHub, (f.account.clone(), f.region.clone()), f.updated)),
    );
    let mut horizons = BTreeMap::new();
    for (source, (account, region), time) in all {
        for region in [region, "global".to_owned()] {
            let latest = horizons.entry((source, account.clone(), region)).or_insert(time);
            *latest = time.max(*latest);
        }
    }
    horizons
}

/// Whether a region of an account is in scope.
pub(crate) fn place_in_scope(settings: &Settings, account: &str, region: &str) -> bool {
    let Some(list) = &settings.scope else { return true };
    list.iter().any(|line| {
        line.id == account
            && line.in_scope
            && (region == "global" || line.regions.is_empty() || line.regions.iter().any(|r| r == region))
    })
}

/// Coverage by account, region and source, and whether everything in scope is covered throughout.
pub(crate) fn coverage(evidence: &Evidence, settings: &Settings) -> (BTreeMap<(String, String, String), f64>, bool) {
    let mut attested: BTreeMap<(Recorder, Source), Vec<Micros>> = BTreeMap::new();
    for (recorder, time) in &evidence.deliveries {
        attested.entry((recorder.clone(), Source::Config)).or_default().push(*time);
    }
    for finding in &evidence.findings {
        attested
            .entry(((finding.account.clone(), finding.region.clone()), Source::SecurityHub))
            .or_default()
            .push(finding.updated);
    }
    attested.retain(|(place, source), _| {
        // What AWS Config delivered is what the program's own checks rest on.
        let takes_part = settings.sources.contains(source)
            || *source == Source::Config && settings.sources.contains(&Source::Reperformed);
        takes_part && place.1 != "global" && place_in_scope(settings, &place.0, &place.1)
    });
    let mut rows = BTreeMap::new();
    for ((place, source), times) in &attested {
        let covered: Micros = settings.until - settings.from - uncovered(settings, &[times]);
        rows.insert(
            (place.0.clone(), place.1.clone(), source.word().to_owned()),
            quotient(covered, settings.until - settings.from),
        );
    }
    let mut wanted: BTreeSet<Recorder> =
        places(evidence).into_iter().filter(|p| p.1 != "global" && place_in_scope(settings, &p.0, &p.1)).collect();
    for line in settings.scope.iter().flatten().filter(|line| line.in_scope) {
        wanted.extend(line.regions.iter().map(|region| (line.id.clone(), region.clone())));
    }
    // An account that is known by a credential report or a password policy alone is covered nowhere.
    let known = places(evidence).into_iter().filter(|p| place_in_scope(settings, &p.0, &p.1));
    let mut all_covered = known.map(|p| p.0).all(|account| wanted.iter().any(|place| place.0 == account));
    for place in wanted {
        let times: Vec<&Vec<Micros>> =
            attested.iter().filter(|(key, _)| key.0 == place).map(|(_, times)| times).collect();
        all_covered &= uncovered(settings, &times) == 0;
    }
    (rows, all_covered)
}

/// How much of the window none of these attestations reaches, elementary interval by elementary interval.
fn uncovered(settings: &Settings, attestations: &[&Vec<Micros>]) -> Micros {
    let times: Vec<Micros> = attestations.iter().flat_map(|times| times.iter().copied()).collect();
    let mut cuts: BTreeSet<Micros> = times.iter().flat_map(|time| [*time, time + settings.max_gap]).collect();
    cuts.retain(|cut| (settings.from..settings.until).contains(cut));
    cuts.extend([settings.from, settings.until]);
    let cuts: Vec<Micros> = cuts.into_iter().collect();
    let gap = |at: Micros| !times.iter().any(|time| *time <= at && at < time + settings.max_gap);
    cuts.windows(2).filter(|pair| gap(pair[0])).map(|pair| pair[1] - pair[0]).sum()
}

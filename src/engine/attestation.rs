//! What the evidence speaks for, and until when: horizons and coverage (spec sections 4 and 7).

use std::collections::{BTreeMap, BTreeSet};

use super::results::CoverageRow;
use crate::model::{AccountId, Instant, Period, Region, Source};

/// An account and region, as evidence of one source names it.
type Corner = (AccountId, Region, Source);

/// Times at which evidence speaks, by account, region and source.
#[derive(Clone, Debug, Default)]
pub(super) struct Attestations {
    /// The latest time at which the evidence still speaks.
    latest: BTreeMap<Corner, Instant>,
    /// Times that attest coverage.
    attested: BTreeMap<Corner, BTreeSet<Instant>>,
    /// Time in which a recorder says that it was off: no delivery attests it.
    off: BTreeMap<(AccountId, Region), Vec<Period>>,
}

impl Attestations {
    /// Evidence of `source` speaks of an account and region at `at`.
    pub(super) fn speaks(&mut self, account: &AccountId, region: &Region, source: Source, at: Instant) {
        let latest = self.latest.entry((account.clone(), region.clone(), source)).or_insert(at);
        *latest = at.max(*latest);
    }

    /// A snapshot or history file, or a finding's update, attests its account and region from `at` on.
    pub(super) fn attest(&mut self, account: &AccountId, region: &Region, source: Source, at: Instant) {
        self.speaks(account, region, source, at);
        self.attested.entry((account.clone(), region.clone(), source)).or_default().insert(at);
    }

    /// A recorder says that it was off in these stretches, which are in order.
    pub(super) fn was_off(&mut self, account: &AccountId, region: &Region, stretches: Vec<Period>) {
        self.off.insert((account.clone(), region.clone()), stretches);
    }

    /// Takes in what another part of the evidence attests.
    pub(super) fn merge(&mut self, other: Self) {
        for ((account, region, source), at) in other.latest {
            self.speaks(&account, &region, source, at);
        }
        for (corner, mut times) in other.attested {
            self.attested.entry(corner).or_default().append(&mut times);
        }
        for (place, mut stretches) in other.off {
            self.off.entry(place).or_default().append(&mut stretches);
        }
    }

    /// The part that is about one account.
    pub(super) fn only(&self, account: &AccountId) -> Self {
        let is_own = |corner: &&Corner| corner.0 == *account;
        let latest = self.latest.iter().filter(|(corner, _)| is_own(corner)).map(|(corner, at)| (corner.clone(), *at));
        let attested = self.attested.iter().filter(|(corner, _)| is_own(corner));
        let off = BTreeMap::new();
        Self {
            latest: latest.collect(),
            off,
            attested: attested.map(|(corner, at)| (corner.clone(), at.clone())).collect(),
        }
    }

    /// The horizon of a stream: that of its account and region, for global subjects that of its
    /// account.
    pub(super) fn horizon(
        &self,
        account: &AccountId,
        region: &Region,
        source: Source,
        is_global: bool,
    ) -> Option<Instant> {
        if !is_global {
            return self.latest.get(&(account.clone(), region.clone(), source)).copied();
        }
        let of_account = self.latest.iter().filter(|((owner, _, of), _)| owner == account && *of == source);
        of_account.map(|(_, at)| *at).max()
    }

    /// Every account and region that some evidence speaks of; `global` is no region of coverage.
    pub(super) fn corners(&self) -> BTreeSet<(AccountId, Region)> {
        let corners = self.latest.keys().filter(|(_, region, _)| !region.is_global());
        corners.map(|(account, region, _)| (account.clone(), region.clone())).collect()
    }

    /// Every account that some evidence speaks of.
    pub(super) fn accounts(&self) -> BTreeSet<AccountId> {
        self.latest.keys().map(|(account, _, _)| account.clone()).collect()
    }

    /// Whether there is evidence of a source for an account and region.
    pub(super) fn has(&self, account: &AccountId, region: &Region, source: Source) -> bool {
        self.latest.contains_key(&(account.clone(), region.clone(), source))
    }

    /// The coverage of one account, region and source.
    pub(super) fn coverage(
        &self,
        account: &AccountId,
        region: &Region,
        source: Source,
        window: Period,
        max_gap: i64,
    ) -> CoverageRow {
        let corner = (account.clone(), region.clone(), source);
        let none = BTreeSet::new();
        let times = self.attested.get(&corner).unwrap_or(&none);
        let attested = self.attested_periods(account, region, &[source], window, max_gap);
        let reaching = |at: &&Instant| at.plus_microseconds(max_gap) > window.from && **at < window.until;
        CoverageRow {
            account: account.clone(),
            region: region.clone(),
            source,
            covered_microseconds: attested.iter().map(|period| period.microseconds()).sum(),
            window_microseconds: window.microseconds(),
            first: times.iter().find(reaching).copied(),
            last: times.iter().rev().find(reaching).copied(),
            gaps: gaps(&attested, window),
            recorder_off: self.off_of(account, region, source).to_vec(),
            not_recorded: Vec::new(),
        }
    }

    /// Whether an account and region is attested by some of `sources` at every instant of the window.
    pub(super) fn is_covered(
        &self,
        account: &AccountId,
        region: &Region,
        sources: &[Source],
        window: Period,
        max_gap: i64,
    ) -> bool {
        gaps(&self.attested_periods(account, region, sources, window, max_gap), window).is_empty()
    }

    /// Attested time inside the window, in order, touching stretches joined.
    fn attested_periods(
        &self,
        account: &AccountId,
        region: &Region,
        sources: &[Source],
        window: Period,
        max_gap: i64,
    ) -> Vec<Period> {
        let mut attested: Vec<Period> = Vec::new();
        for source in sources {
            let times = self.attested.get(&(account.clone(), region.clone(), *source)).into_iter().flatten();
            let periods = times.filter_map(|at| Period::new(*at, at.plus_microseconds(max_gap)).intersect(window));
            let off = self.off_of(account, region, *source);
            attested.extend(periods.flat_map(|period| gaps(&cut(off, period), period)));
        }
        attested.sort_unstable();
        joined(attested)
    }

    /// All stretches in which a place is attested, in order, touching ones joined: not cut to a window, and without
    /// regard to recorders that say they were off.
    pub(super) fn stretches(&self, max_gap: i64) -> Vec<(&AccountId, &Region, Source, Vec<Period>)> {
        let of_corner = |times: &BTreeSet<Instant>| {
            let periods = times.iter().map(|at| Period::new(*at, at.plus_microseconds(max_gap)));
            joined(periods.filter(|period| !period.is_empty()))
        };
        let corners = self.attested.iter();
        corners.map(|((account, region, source), times)| (account, region, *source, of_corner(times))).collect()
    }

    /// When recorders say that they were off, in order of account, region and time.
    pub(super) fn interruptions(&self) -> impl Iterator<Item = (&AccountId, &Region, Period)> {
        self.off
            .iter()
            .flat_map(|((account, region), periods)| periods.iter().map(move |period| (account, region, *period)))
    }

    /// When the recorder behind a source was off.
    fn off_of(&self, account: &AccountId, region: &Region, source: Source) -> &[Period] {
        let of_recorder = self.off.get(&(account.clone(), region.clone())).filter(|_| source == Source::Config);
        of_recorder.map(Vec::as_slice).unwrap_or_default()
    }
}

/// Stretches in order of their beginning, those that touch as one.
fn joined(periods: impl IntoIterator<Item = Period>) -> Vec<Period> {
    let mut joined: Vec<Period> = Vec::new();
    for period in periods {
        match joined.last_mut() {
            Some(last) if last.until >= period.from => last.until = last.until.max(period.until),
            _ => joined.push(period),
        }
    }
    joined
}

/// The parts of some stretches inside a period.
fn cut(stretches: &[Period], period: Period) -> Vec<Period> {
    stretches.iter().filter_map(|stretch| stretch.intersect(period)).collect()
}

/// What `periods`, in order and without overlap, leave of the window.
fn gaps(periods: &[Period], window: Period) -> Vec<Period> {
    let starts = std::iter::once(window.from).chain(periods.iter().map(|period| period.until));
    let ends = periods.iter().map(|period| period.from).chain(std::iter::once(window.until));
    starts.zip(ends).map(|(from, until)| Period::new(from, until)).filter(|gap| !gap.is_empty()).collect()
}

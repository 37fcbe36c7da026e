//! Trails of the whole evidence: one trail may be shown by recorders of many accounts, and an
//! organization's trail logs for accounts that do not own it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::accounts::Conditions;
use super::check::{Reach, TrailCase};
use super::history::{History, newest};
use super::recording::Recording;
use super::resource::{ResourceState, flag};
use super::trail_answers::{Answers, NamedTrail, TrailAnswers};
use crate::engine::attestation::Attestations;
use crate::model::{AccountId, EvidenceReference, Instant, Region, Source, account_of_arn};

/// The type of trails.
pub(in crate::engine) const TRAIL_TYPE: &str = "AWS::CloudTrail::Trail";

/// Kinds of answers about trails.
const KINDS: [&str; 2] = ["event_selectors", "trail_status"];

/// What one account's recorder shows of one trail.
#[derive(Clone, Debug)]
pub(in crate::engine) struct TrailHistory {
    /// Account of the recorder.
    pub(in crate::engine) recorder: AccountId,
    pub(in crate::engine) history: History,
}

/// Every trail of the evidence, by its subject's key, and what belongs to it.
#[derive(Debug, Default)]
pub(in crate::engine) struct AllTrails {
    /// By the trail's key: its ARN where known.
    pub(in crate::engine) trails: BTreeMap<Arc<str>, Vec<TrailHistory>>,
    /// Event selectors and trail states, by the account they were asked of.
    pub(in crate::engine) conditions: BTreeMap<AccountId, Conditions>,
    /// What each account's recorders say of themselves, by region; for coverage.
    pub(in crate::engine) recording: BTreeMap<AccountId, BTreeMap<String, Recording>>,
}

impl AllTrails {
    /// Takes in what another account's evidence shows.
    pub(in crate::engine) fn merge(&mut self, mut other: Self) {
        for (key, mut histories) in other.trails {
            self.trails.entry(key).or_default().append(&mut histories);
        }
        self.conditions.append(&mut other.conditions);
        self.recording.append(&mut other.recording);
    }
}

/// Which accounts belong together, as far as the engagement says.
#[derive(Clone, Debug, Default)]
pub(in crate::engine) struct Memberships {
    /// Members by management account.
    pub(in crate::engine) organizations: BTreeMap<AccountId, BTreeSet<AccountId>>,
}

impl Memberships {
    fn reach(&self, owner: Option<&AccountId>, account: &AccountId) -> Option<Reach> {
        match owner.and_then(|owner| self.organizations.get(owner)) {
            Some(members) if members.contains(account) => Some(Reach::Member),
            Some(_) => None,
            None => Some(Reach::PerhapsMember),
        }
    }
}

/// What every account's view of the trails is chosen from.
#[derive(Debug)]
pub(in crate::engine) struct TrailGround<'a> {
    all: &'a AllTrails,
    memberships: &'a Memberships,
    answers: TrailAnswers<'a>,
    attestations: &'a Attestations,
    /// For how long after its last word a recorder still vouches for what it showed, in microseconds.
    max_gap: i64,
}

impl<'a> TrailGround<'a> {
    /// Brings every answer to the trail that it is about, once for all accounts.
    pub(in crate::engine) fn new(
        all: &'a AllTrails,
        memberships: &'a Memberships,
        attestations: &'a Attestations,
        max_gap: i64,
    ) -> Self {
        let mut ground = Self { all, memberships, answers: TrailAnswers::default(), attestations, max_gap };
        let asked = all.conditions.iter().filter(|(_, of)| KINDS.iter().any(|kind| of.all(kind).next().is_some()));
        for (account, conditions) in asked {
            let trails: Vec<NamedTrail<'a>> = ground.known_to(account).collect();
            ground.answers.place(account, conditions, &trails);
        }
        ground
    }

    /// How one recorder's word of a trail reaches an account, if it does.
    fn reach(&self, key: &str, trail: &TrailHistory, account: &AccountId) -> Option<Reach> {
        if trail.recorder == *account {
            return Some(Reach::Own);
        }
        let is_organization = is_ever(trail, "isOrganizationTrail");
        if is_organization { self.memberships.reach(account_of_arn(key).as_ref(), account) } else { None }
    }

    /// The trails that can be asked for in an account: those that it may see, and its own.
    fn known_to<'b>(&'b self, account: &'b AccountId) -> impl Iterator<Item = NamedTrail<'a>> + use<'a, 'b> {
        let is_known = move |key: &str, histories: &[TrailHistory]| {
            account_of_arn(key).as_ref() == Some(account)
                || histories.iter().any(|trail| self.reach(key, trail, account).is_some())
        };
        let known = self.all.trails.iter().filter(move |(key, histories)| is_known(key, histories));
        known.map(|(key, histories)| {
            let is_multi_region = histories.iter().any(|trail| is_ever(trail, "isMultiRegionTrail"));
            NamedTrail { key, is_multi_region }
        })
    }

    /// Until when another account's recorder vouches for a trail that it shows.
    fn vouched_until(&self, trail: &TrailHistory) -> Option<Instant> {
        let region = Region::parse(&trail.history.recorder_region).unwrap_or_else(Region::global);
        let horizon = self.attestations.horizon(&trail.recorder, &region, Source::Config, false);
        let last = trail.history.changes.last().map(|change| change.at);
        Some(horizon.max(last)?.plus_microseconds(self.max_gap))
    }

    /// What was answered about a trail: by whomever, where it is known to be about it; where it only may be, in
    /// the account itself and in the one that owns the trail.
    fn answers(&self, key: &str, account: &AccountId) -> Answers<'a> {
        let mut answers = self.answers.of(account, key).cloned().unwrap_or_default();
        let owner = account_of_arn(key);
        for (asked, others) in self.answers.of_all(key).filter(|(asked, _)| *asked != account) {
            answers.merge_known(others);
            if owner.as_ref() == Some(asked) {
                answers.merge_perhaps(others);
            }
        }
        answers
    }
}

/// What one recorder shows an account of a trail.
#[derive(Debug)]
struct SeenTrail<'a> {
    reach: Reach,
    history: &'a History,
    /// Until when another account's recorder vouches for it; of the account's own see [`TrailView::own_until`].
    until: Instant,
}

/// A trail that may log an account's events.
#[derive(Debug)]
struct VisibleTrail<'a> {
    /// What each recorder shows of it.
    seen: Vec<SeenTrail<'a>>,
    answers: Answers<'a>,
}

/// The trails that may log one account's events.
#[derive(Debug)]
pub(in crate::engine) struct TrailView<'a> {
    account: &'a AccountId,
    visible: Vec<VisibleTrail<'a>>,
    /// When something was stated of some visible trail, and where; the least of several places.
    stated: BTreeMap<Instant, &'a EvidenceReference>,
    /// Until when the account's own evidence vouches for its trails; `None` where its recorders show none.
    own_until: Option<Instant>,
    max_gap: i64,
}

impl<'a> TrailView<'a> {
    /// Chooses the trails: those that the account's own recorders show, and organization trails of others.
    pub(in crate::engine) fn new(account: &'a AccountId, ground: &TrailGround<'a>) -> Self {
        let visible = ground.all.trails.iter().filter_map(|(key, histories)| {
            let reaching = |trail: &'a TrailHistory| {
                let reach = ground.reach(key, trail, account)?;
                Some(SeenTrail { reach, history: &trail.history, until: ground.vouched_until(trail)? })
            };
            let seen: Vec<SeenTrail<'_>> = histories.iter().filter_map(reaching).collect();
            (!seen.is_empty()).then(|| VisibleTrail { seen, answers: ground.answers(key, account) })
        });
        let visible: Vec<VisibleTrail<'a>> = visible.collect();
        let mut stated: BTreeMap<Instant, &EvidenceReference> = BTreeMap::new();
        for (at, reference) in visible.iter().flat_map(|trail| trail.answers.references()) {
            let least = stated.entry(at).or_insert(reference);
            *least = reference.min(*least);
        }
        let view = Self { account, visible, stated, own_until: None, max_gap: ground.max_gap };
        let own_until = view.last_own_word(ground.attestations).map(|last| last.plus_microseconds(ground.max_gap));
        Self { own_until, ..view }
    }

    fn seen(&self) -> impl Iterator<Item = &SeenTrail<'a>> {
        self.visible.iter().flat_map(|trail| &trail.seen)
    }

    /// The last that the account's own evidence says, of whatever region, if it shows a trail at all.
    fn last_own_word(&self, attestations: &Attestations) -> Option<Instant> {
        let changes =
            self.own_histories().filter_map(|history| history.changes.last()).map(|change| change.at).max()?;
        let is_own = |trail: &&VisibleTrail<'_>| trail.seen.iter().any(|seen| seen.reach == Reach::Own);
        let answers = self.visible.iter().filter(is_own).flat_map(|trail| trail.answers.references());
        let answers = answers.map(|(at, _)| at).max();
        let horizon = attestations.horizon(self.account, &Region::global(), Source::Config, true);
        Some(changes).max(answers).max(horizon)
    }

    /// Until when anything is known: as long as the account's own evidence vouches for its trails, or that of
    /// others for trails that are known to log it, and `max_gap` from the last change on.
    pub(in crate::engine) fn end(&self) -> Option<Instant> {
        let of_reach = |wanted: Reach| self.seen().filter(move |seen| seen.reach == wanted).map(|seen| seen.until);
        let vouched = self.own_until.max(of_reach(Reach::Member).max());
        let vouched = vouched.or_else(|| of_reach(Reach::PerhapsMember).max());
        let last = self.changes().last().map(|at| at.plus_microseconds(self.max_gap));
        vouched.max(last)
    }

    /// Whether the account's own evidence still vouches for its trails.
    pub(super) fn is_heard_at(&self, at: Instant) -> bool {
        self.own_until.is_some_and(|until| at < until)
    }

    fn own_histories(&self) -> impl Iterator<Item = &'a History> {
        self.seen().filter(|seen| seen.reach == Reach::Own).map(|seen| seen.history)
    }

    /// Every moment at which a trail, or what is stated of one, changed.
    fn changes(&self) -> BTreeSet<Instant> {
        let changes = self.seen().flat_map(|seen| &seen.history.changes);
        let mut moments: BTreeSet<Instant> = changes.map(|change| change.at).collect();
        let Some(first) = moments.first().copied() else { return moments };
        moments.extend(self.stated.keys().copied().filter(|at| *at >= first));
        moments
    }

    /// Every moment at which something changed, or at which nobody vouches for a trail any longer.
    pub(super) fn moments(&self) -> BTreeSet<Instant> {
        let mut moments = self.changes();
        let Some(end) = self.end() else { return moments };
        let others = self.seen().filter(|seen| seen.reach != Reach::Own).map(|seen| seen.until);
        moments.extend(others.chain(self.own_until).filter(|until| *until < end));
        moments
    }

    /// Whether the account's evidence holds some trail item (spec section 3.6), whatever its recorders say.
    pub(super) fn is_recorded(&self) -> bool {
        self.own_histories().next().is_some()
    }

    /// The trails that exist at a moment.
    pub(super) fn cases_at(&self, at: Instant) -> Vec<TrailCase<'a>> {
        self.visible.iter().filter_map(|trail| self.case_at(trail, at)).collect()
    }

    /// A trail at a moment. Once nobody vouches for it, its last word is handed on as such.
    fn case_at(&self, trail: &VisibleTrail<'a>, at: Instant) -> Option<TrailCase<'a>> {
        let is_own = |seen: &&SeenTrail<'_>| seen.reach == Reach::Own;
        let standing: Vec<&SeenTrail<'a>> =
            trail.seen.iter().filter(|seen| seen.history.state_at(at).is_some()).collect();
        let own = standing.iter().copied().find(is_own);
        let vouched: Vec<&SeenTrail<'a>> =
            standing.iter().filter(|seen| seen.reach != Reach::Own && at < seen.until).copied().collect();
        // What the account's own recorders show is told by the newest item of all recorders, as long as they
        // are heard; what others show, by those that are.
        let (told_by, reach, is_vouched) = match (own, vouched.first()) {
            (Some(own), _) if self.is_heard_at(at) => (standing, own.reach, true),
            (_, Some(other)) => (vouched.clone(), other.reach, true),
            (own, None) => {
                let reach = own.or_else(|| standing.first().copied())?.reach;
                (standing, reach, false)
            }
        };
        let histories: Vec<&'a History> = told_by.iter().map(|seen| seen.history).collect();
        let (trail_state, _) = *newest(&histories, at).first()?;
        // Another account's trail reaches this one as long as it is the organization's. A copy among the
        // account's own items that does not say so is shown, and leaves the check to say what is missing.
        let of_organization = stated_flag(trail_state, "isOrganizationTrail");
        let owner = account_of_arn(&trail_state.resource_arn);
        let is_lent = owner.is_some_and(|owner| owner != *self.account) && of_organization == Some(false);
        if is_lent || (reach != Reach::Own && of_organization != Some(true)) {
            return None;
        }
        Some(TrailCase {
            trail: trail_state,
            reach,
            is_vouched,
            event_selectors: trail.answers.selectors_at(at),
            status: trail.answers.status_at(at),
            perhaps_stopped: trail.answers.perhaps_stopped_at(at),
        })
    }

    /// The evidence of what changed at a moment, the least of several; else of what changed last.
    pub(super) fn cause(&self, at: Instant) -> Option<EvidenceReference> {
        let histories: Vec<&History> = self.seen().map(|seen| seen.history).collect();
        let now = histories.iter().filter_map(|history| history.began_at(at)).min();
        let before = || {
            let changes = histories.iter().flat_map(|history| &history.changes).filter(|change| change.at <= at);
            changes
                .max_by_key(|change| (change.at, std::cmp::Reverse(&change.reference)))
                .map(|change| &change.reference)
        };
        now.or(self.stated.get(&at).copied()).or_else(before).cloned()
    }
}

/// Whether a trail has a mark at some time.
fn is_ever(trail: &TrailHistory, name: &str) -> bool {
    let mut states = trail.history.changes.iter().filter_map(|change| change.state.as_ref());
    states.any(|state| is_true(state, name))
}

fn is_true(state: &ResourceState, name: &str) -> bool {
    stated_flag(state, name) == Some(true)
}

fn stated_flag(state: &ResourceState, name: &str) -> Option<bool> {
    let large: String = name
        .chars()
        .enumerate()
        .map(|(at, letter)| if at == 0 { letter.to_ascii_uppercase() } else { letter })
        .collect();
    flag(state.member(name)).or_else(|| flag(state.member(&large)))
}

//! [`TrailAnswers`]: which trail each answer on event selectors or logging is about.
//!
//! `get-event-selectors` states its trail's ARN. `get-trail-status` states none: which trail was asked
//! for is known from its file's path alone, and not always. Judges nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde_json::Value;

use super::accounts::{Condition, Conditions};
use super::check::Stated;
use super::resource::{any_case, flag};
use crate::model::{AccountId, Arn, EvidenceReference, Instant, account_of_arn};

/// A trail as paths and names tell it from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NamedTrail<'a> {
    /// The trail's key: its ARN where known.
    pub(super) key: &'a str,
    /// Whether it spans regions at some time.
    pub(super) is_multi_region: bool,
}

impl<'a> NamedTrail<'a> {
    fn name(self) -> &'a str {
        self.key.rsplit('/').next().unwrap_or(self.key)
    }

    fn home_region(self) -> &'a str {
        Arn::parse(self.key).map(|arn| arn.region).unwrap_or_default()
    }
}

/// Answers about one trail over time.
#[derive(Clone, Debug, Default)]
pub(super) struct Answers<'a> {
    selectors: BTreeMap<Instant, Vec<&'a Condition>>,
    status: BTreeMap<Instant, Vec<&'a Condition>>,
    /// Answers on logging whose file names no trail, in an account that sees this one alone.
    unnamed: BTreeMap<Instant, Vec<&'a Condition>>,
    /// Answers that some trail does not log, where it may be this one; each with its file's name.
    stops: BTreeMap<Instant, Vec<(&'a str, &'a Condition)>>,
}

impl<'a> Answers<'a> {
    /// Takes in what was answered elsewhere and is known to be about the same trail.
    pub(super) fn merge_known(&mut self, other: &Self) {
        for (into, from) in [(&mut self.selectors, &other.selectors), (&mut self.status, &other.status)] {
            for (at, answers) in from {
                into.entry(*at).or_default().extend(answers);
            }
        }
    }

    /// Takes in what was answered elsewhere and may be about the same trail.
    pub(super) fn merge_perhaps(&mut self, other: &Self) {
        for (at, stops) in &other.stops {
            self.stops.entry(*at).or_default().extend(stops);
        }
    }

    /// Every answer with its time.
    pub(super) fn references(&self) -> impl Iterator<Item = (Instant, &'a EvidenceReference)> {
        let stated = self.selectors.iter().chain(&self.status).chain(&self.unnamed);
        let stated = stated.flat_map(|(at, answers)| answers.iter().map(|answer| (*at, *answer)));
        let stops = self.stops.iter().flat_map(|(at, stops)| stops.iter().map(|(_, answer)| (*at, *answer)));
        stated.chain(stops).map(|(at, answer)| (at, &answer.reference))
    }

    /// The event selectors that were stated last up to a moment.
    pub(super) fn selectors_at(&self, at: Instant) -> Vec<Stated<'a>> {
        latest(&self.selectors, at)
    }

    /// The states that were stated last up to a moment. An answer that names no trail counts where none
    /// names this one, or to say that it stopped: it lifts no stop that was stated by name.
    pub(super) fn status_at(&self, at: Instant) -> Vec<Stated<'a>> {
        let (mut named, unnamed) = (latest(&self.status, at), latest(&self.unnamed, at));
        let named_at = named.first().map(|stated| stated.at);
        let counts =
            |stated: &Stated<'a>| named_at.is_none_or(|named| stated.at >= named && says(stated.content, false));
        named.extend(unnamed.into_iter().filter(counts));
        named
    }

    /// The file of an answer that may say of this trail that it does not log, where no later answer is
    /// known to be about this trail.
    pub(super) fn perhaps_stopped_at(&self, at: Instant) -> Option<&'a str> {
        let (stopped_at, stops) = self.stops.range(..=at).next_back()?;
        let is_answered = self.status.range(..=at).next_back().is_some_and(|(known_at, _)| known_at > stopped_at);
        if is_answered { None } else { stops.iter().map(|(name, _)| *name).min() }
    }
}

fn latest<'a>(answers: &BTreeMap<Instant, Vec<&'a Condition>>, at: Instant) -> Vec<Stated<'a>> {
    let Some((at, answers)) = answers.range(..=at).next_back() else { return Vec::new() };
    answers.iter().map(|answer| Stated { at: *at, content: &answer.content }).collect()
}

/// Answers about every trail, by the account that was asked and the trail's key.
#[derive(Debug, Default)]
pub(in crate::engine) struct TrailAnswers<'a> {
    by_account: BTreeMap<&'a AccountId, BTreeMap<&'a str, Answers<'a>>>,
}

impl<'a> TrailAnswers<'a> {
    /// What was asked of any account about one trail.
    pub(super) fn of_all(&self, key: &str) -> impl Iterator<Item = (&AccountId, &Answers<'a>)> {
        self.by_account.iter().filter_map(move |(account, by_trail)| Some((*account, by_trail.get(key)?)))
    }

    /// What was asked of one account about one trail.
    pub(super) fn of(&self, account: &AccountId, key: &str) -> Option<&Answers<'a>> {
        self.by_account.get(account)?.get(key)
    }

    /// Brings one account's answers to the trails that could be asked for there.
    pub(super) fn place(&mut self, account: &'a AccountId, conditions: &'a Conditions, trails: &[NamedTrail<'a>]) {
        let by_trail = self.by_account.entry(account).or_default();
        for (key, at, answer) in conditions.all("event_selectors") {
            if let Some(trail) = trails.iter().find(|trail| trail.key == key) {
                by_trail.entry(trail.key).or_default().selectors.entry(at).or_default().push(answer);
            }
        }
        let mut meant: BTreeMap<(&str, &str), Meant<'a>> = BTreeMap::new();
        for (name, at, answer) in conditions.all("trail_status") {
            let region = answer.region.as_str();
            let meant = meant.entry((name, region)).or_insert_with(|| meant_by(name, region, account, trails));
            match meant {
                Meant::One(key) => by_trail.entry(*key).or_default().status.entry(at).or_default().push(answer),
                Meant::Only(key) => by_trail.entry(*key).or_default().unnamed.entry(at).or_default().push(answer),
                // That some trail logs proves nothing of any.
                Meant::Unclear(keys) if says_stopped(answer) => {
                    for key in keys {
                        by_trail.entry(*key).or_default().stops.entry(at).or_default().push((name, answer));
                    }
                }
                Meant::Unclear(_) => {}
            }
        }
    }
}

fn says_stopped(answer: &Condition) -> bool {
    says(&answer.content, false)
}

fn says(content: &Value, is_logging: bool) -> bool {
    any_case(content, "IsLogging").and_then(flag) == Some(is_logging)
}

/// Whom an answer is about.
#[derive(Debug, PartialEq, Eq)]
enum Meant<'a> {
    One(&'a str),
    /// The only one that the account sees; the name says nothing against it.
    Only(&'a str),
    /// Any of these.
    Unclear(Vec<&'a str>),
}

/// The trail that a file's name and region tell. A name that holds no other words than the command's, in the
/// home region of the only trail, is about that one. A name
/// without an ARN finds only trails of the account that is asked, so those come before an organization's.
fn meant_by<'a>(name: &str, region: &str, account: &AccountId, trails: &[NamedTrail<'a>]) -> Meant<'a> {
    let folded: BTreeSet<String> = trails.iter().map(|trail| fold(trail.name())).collect();
    let known: BTreeSet<&str> = folded.iter().map(String::as_str).collect();
    let text = fold(name);
    let named = names_in(&text, &known);
    let is_named = |trail: &&NamedTrail<'a>| named.contains(fold(trail.name()).as_str());
    let fitting: Vec<NamedTrail<'a>> = trails.iter().filter(is_named).copied().collect();
    if fitting.is_empty() {
        let is_at_home = |trail: &NamedTrail<'_>| matches!(region, "" | "global") || trail.home_region() == region;
        return match trails {
            [only] if is_at_home(only) && !has_other_words(name) => Meant::Only(only.key),
            _ => Meant::Unclear(keys(trails)),
        };
    }
    let mut near = within(region, &fitting);
    let own: Vec<NamedTrail<'a>> =
        near.iter().filter(|trail| account_of_arn(trail.key).as_ref() == Some(account)).copied().collect();
    if !own.is_empty() {
        near = own;
    }
    match near.as_slice() {
        [one] if named.len() == 1 => Meant::One(one.key),
        _ => Meant::Unclear(keys(&fitting)),
    }
}

/// Names of files write `-`, `_` and `.` for one another.
fn fold(name: &str) -> String {
    name.replace(['_', '.'], "-")
}

/// Whether a file's name holds words beside the command's own, stamps of time, and an account's digits.
fn has_other_words(name: &str) -> bool {
    let own = own_words(name);
    let mut start = 0;
    let mut others = name.split_inclusive(|letter: char| !letter.is_ascii_alphanumeric()).filter(|part| {
        let word = part.trim_end_matches(|letter: char| !letter.is_ascii_alphanumeric());
        let place = start..start + word.len();
        start += part.len();
        let is_account = word.len() == 12 && word.bytes().all(|byte| byte.is_ascii_digit());
        !word.is_empty() && !is_account && !own.iter().any(|own| is_inside(&place, own))
    });
    others.next().is_some()
}

fn keys<'a>(trails: &[NamedTrail<'a>]) -> Vec<&'a str> {
    trails.iter().map(|trail| trail.key).collect()
}

/// The trails that can be asked for by name in a region: those at home there, else those that span regions.
fn within<'a>(region: &str, trails: &[NamedTrail<'a>]) -> Vec<NamedTrail<'a>> {
    let is_known = !region.is_empty() && region != "global";
    let at_home = trails.iter().filter(|trail| !is_known || trail.home_region() == region);
    let at_home: Vec<NamedTrail<'a>> = at_home.copied().collect();
    if at_home.is_empty() { trails.iter().filter(|trail| trail.is_multi_region).copied().collect() } else { at_home }
}

/// The command's own words, as they begin names of files.
const COMMANDS: [&str; 6] =
    ["get-trail-status", "get_trail_status", "gettrailstatus", "trail-status", "trail_status", "trailstatus"];

/// The names that stand in a file's name as whole words. Of names inside one another the longest counts:
/// `my-trail` is not about `trail`. The command's own words and stamps of time name nothing.
fn names_in<'a>(text: &str, names: &BTreeSet<&'a str>) -> BTreeSet<&'a str> {
    let own_words = own_words(text);
    let mut places: Vec<(&str, Range<usize>)> =
        names.iter().flat_map(|name| words_at(text, name).map(|place| (*name, place))).collect();
    places.retain(|(_, place)| !own_words.iter().any(|own| is_inside(place, own)));
    // A name that shares only a part with the command's words may be there by chance: it hides no other.
    let is_sure = |place: &Range<usize>| !own_words.iter().any(|own| own.start < place.end && place.start < own.end);
    let hides = |long: &Range<usize>, place: &Range<usize>| long != place && is_inside(place, long) && is_sure(long);
    let is_hidden = |place: &Range<usize>| places.iter().any(|(_, long)| hides(long, place));
    places.iter().filter(|(_, place)| !is_hidden(place)).map(|(name, _)| *name).collect()
}

fn is_inside(place: &Range<usize>, other: &Range<usize>) -> bool {
    other.start <= place.start && place.end <= other.end
}

/// Where a name stands with no letter or digit on either side.
fn words_at(text: &str, word: &str) -> impl Iterator<Item = Range<usize>> {
    let is_part = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_alphanumeric());
    text.match_indices(word).map(|(at, found)| at..at + found.len()).filter(move |place| {
        let before = text.get(..place.start).and_then(|before| before.chars().next_back());
        let after = text.get(place.end..).and_then(|after| after.chars().next());
        !place.is_empty() && !is_part(before) && !is_part(after)
    })
}

/// Where the command's own words stand, the first time only (a trail may be called so), and stamps of time.
fn own_words(text: &str) -> Vec<Range<usize>> {
    let lower = text.to_ascii_lowercase();
    let command = COMMANDS.iter().find_map(|command| words_at(&lower, command).next());
    command.into_iter().chain(stamps(text)).collect()
}

/// Stamps such as `20260112T000000Z`, `2026-01-12` and `2026-01-12T00-00-00Z`: words of digits with the
/// letters of a time that begin with a year, and the groups of two digits behind them.
fn stamps(text: &str) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut start = 0;
    for part in text.split_inclusive(|letter: char| !letter.is_ascii_alphanumeric()) {
        let word = part.trim_end_matches(|letter: char| !letter.is_ascii_alphanumeric());
        words.push((start..start + word.len(), word));
        start += part.len();
    }
    let mut stamps: Vec<Range<usize>> = Vec::new();
    for (place, word) in words {
        match stamps.last_mut() {
            Some(stamp) if place.start == stamp.end + 1 && is_rest_of_stamp(word) => stamp.end = place.end,
            _ if is_start_of_stamp(word) => stamps.push(place),
            _ => {}
        }
    }
    stamps
}

/// `2026`, `20260112`, `20260112T000000Z`.
fn is_start_of_stamp(word: &str) -> bool {
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let is_year = word.starts_with("19") || word.starts_with("20");
    is_year && matches!(digits, 4 | 8) && is_time(word.get(digits..).unwrap_or_default())
}

/// `01`, `12T00`, `000000Z` behind the start of a stamp.
fn is_rest_of_stamp(word: &str) -> bool {
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    matches!(digits, 2 | 6) && is_time(word.get(digits..).unwrap_or_default())
}

/// Nothing, or `T`, digits and `Z` as a time has them.
fn is_time(text: &str) -> bool {
    let digits = text.trim_start_matches(['T', 't']).trim_end_matches(['Z', 'z']);
    digits.len() <= 6 && digits.bytes().all(|digit| digit.is_ascii_digit())
}

#[cfg(test)]
mod tests;

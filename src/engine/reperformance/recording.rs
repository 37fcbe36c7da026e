//! [`Recording`]: what recorders say they record, and when (spec section 3.6).
//!
//! A recorder describes itself in items of its own type and in the answers of the API about it. Where
//! there is neither, nothing is known, and only items of a type show that the type was recorded.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::resource::{ResourceState, decoded, flag, list, text};
use crate::engine::identity::is_global_type;
use crate::formats::is_deletion;
use crate::lake::{ConditionRow, ItemRow};
use crate::model::{Instant, Period};

/// The type under which a recorder records itself.
pub(in crate::engine) const RECORDER_TYPE: &str = "AWS::Config::ConfigurationRecorder";

/// What one recorder says of itself over time.
#[derive(Clone, Debug, Default)]
pub(in crate::engine) struct Recording {
    /// Whether it records, from when on.
    switched: BTreeMap<Instant, bool>,
    /// What it records, from when on; where several things are said of one moment, only what all of them take.
    groups: BTreeMap<Instant, Vec<RecordingGroup>>,
}

/// Which types a recorder takes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct RecordingGroup {
    /// Every type but those excluded, else only those named.
    all: bool,
    /// Whether IAM's types are among all.
    global: bool,
    named: BTreeSet<String>,
    excluded: BTreeSet<String>,
}

impl Recording {
    /// What an account's recorders say of themselves, by region.
    pub(in crate::engine) fn by_region(items: &[ItemRow], conditions: &[ConditionRow]) -> BTreeMap<String, Self> {
        let mut regions: BTreeMap<String, Self> = BTreeMap::new();
        for item in items.iter().filter(|item| item.resource_type == RECORDER_TYPE) {
            if is_deletion(&item.status) {
                regions.entry(item.recorder_region.to_string()).or_default().switch(item.captured_at, false);
                continue;
            }
            let state = ResourceState::of_item(item);
            if is_internal(&state.configuration) || !state.has_configuration() {
                continue;
            }
            let recording = regions.entry(item.recorder_region.to_string()).or_default();
            recording.note_switch(item.captured_at, &state.configuration);
            recording.note_group(item.captured_at, &state.configuration);
        }
        for row in conditions {
            let content: Value = serde_json::from_str(&row.content).map(decoded).unwrap_or_default();
            if is_internal(&content) {
                continue;
            }
            match row.kind.as_str() {
                "recorder" => regions.entry(row.region.clone()).or_default().note_group(row.stated_at, &content),
                "recorder_status" => {
                    regions.entry(row.region.clone()).or_default().note_status(row.stated_at, &content);
                }
                _ => {}
            }
        }
        regions
    }

    fn note_switch(&mut self, at: Instant, recorder: &Value) {
        if let Some(is_on) = flag(member(recorder, "recording")) {
            self.switch(at, is_on);
        }
    }

    /// Of two things said of one moment, that it was off counts.
    fn switch(&mut self, at: Instant, is_on: bool) {
        let known = self.switched.entry(at).or_insert(is_on);
        *known &= is_on;
    }

    /// A status says besides when recording last began and last stopped.
    fn note_status(&mut self, at: Instant, status: &Value) {
        let time = |name: &str| match member(status, name) {
            Value::Null => None,
            value => crate::formats::timestamps::instant_of_json(&value.to_string()).ok().filter(|time| *time <= at),
        };
        for (name, is_on) in [("lastStopTime", false), ("lastStartTime", true)] {
            if let Some(time) = time(name) {
                self.switch(time, is_on);
            }
        }
        self.note_switch(at, status);
    }

    fn note_group(&mut self, at: Instant, recorder: &Value) {
        let group = member(recorder, "recordingGroup");
        if !group.is_object() {
            return;
        }
        let names = |value: &Value| list(value).iter().map(|name| text(name).to_owned()).collect::<BTreeSet<String>>();
        let excluded = names(member(member(group, "exclusionByResourceTypes"), "resourceTypes"));
        let all = match text(member(member(group, "recordingStrategy"), "useOnly")) {
            "INCLUSION_BY_RESOURCE_TYPES" => false,
            "ALL_SUPPORTED_RESOURCE_TYPES" | "EXCLUSION_BY_RESOURCE_TYPES" => true,
            _ => flag(member(group, "allSupported")).unwrap_or(false) || !excluded.is_empty(),
        };
        let global = flag(member(group, "includeGlobalResourceTypes")).unwrap_or(false) || !excluded.is_empty();
        let included = names(member(group, "resourceTypes"));
        self.groups.entry(at).or_default().push(RecordingGroup { all, global, named: included, excluded });
    }

    /// Whether resources of a type were recorded at a moment; `None` where the recorder does not say.
    fn records(&self, resource_type: &str, at: Instant) -> Option<bool> {
        let is_on = self.switched.range(..=at).next_back().map(|(_, is_on)| *is_on);
        let takes = self.groups.range(..=at).next_back().map(|(_, groups)| takes(groups, resource_type));
        match (is_on, takes) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (_, Some(true)) => Some(true),
            _ => None,
        }
    }

    /// The first moment at which it says that it records a type.
    pub(in crate::engine) fn recorded_from(&self, resource_type: &str) -> Option<Instant> {
        let moments = self.switched.keys().chain(self.groups.keys()).copied();
        moments.filter(|at| self.records(resource_type, *at) == Some(true)).min()
    }

    /// Whether the type was left out on purpose at a moment.
    pub(in crate::engine) fn excludes(&self, resource_type: &str, at: Instant) -> bool {
        self.groups.range(..=at).next_back().is_some_and(|(_, groups)| !takes(groups, resource_type))
    }

    /// Stretches of the window in which it demonstrably did not record at all.
    pub(in crate::engine) fn off(&self, window: Period) -> Vec<Period> {
        stretches(self.switched.iter().map(|(at, is_on)| (*at, !is_on)), window)
    }

    /// Stretches of the window in which it demonstrably left a type out.
    pub(in crate::engine) fn without(&self, resource_type: &str, window: Period) -> Vec<Period> {
        stretches(self.groups.iter().map(|(at, groups)| (*at, !takes(groups, resource_type))), window)
    }
}

impl RecordingGroup {
    fn takes(&self, resource_type: &str) -> bool {
        if !self.all {
            return self.named.contains(resource_type);
        }
        !self.excluded.contains(resource_type) && (self.global || !is_global_type(resource_type))
    }
}

/// Whether all that is said of one moment takes a type.
fn takes(groups: &[RecordingGroup], resource_type: &str) -> bool {
    groups.iter().all(|group| group.takes(resource_type))
}

/// The stretches of a window in which something holds that changes at certain moments.
fn stretches(changes: impl Iterator<Item = (Instant, bool)>, window: Period) -> Vec<Period> {
    let changes: Vec<(Instant, bool)> = changes.collect();
    let ends = changes.iter().skip(1).map(|(at, _)| *at).chain([window.until]);
    let mut holding: Vec<Period> = Vec::new();
    for ((from, holds), until) in changes.iter().zip(ends) {
        let Some(period) = Period::new(*from, until.max(*from)).intersect(window).filter(|_| *holds) else { continue };
        match holding.last_mut() {
            Some(last) if last.until == period.from => last.until = period.until,
            _ => holding.push(period),
        }
    }
    holding
}

/// A recorder that AWS runs for a service of its own says nothing of the account's.
fn is_internal(recorder: &Value) -> bool {
    text(member(recorder, "recordingScope")) == "INTERNAL" || !text(member(recorder, "servicePrincipal")).is_empty()
}

/// A member whose first letter is small in the API's answers and large in items.
fn member<'a>(value: &'a Value, name: &str) -> &'a Value {
    let large: String = name
        .chars()
        .enumerate()
        .map(|(at, letter)| if at == 0 { letter.to_ascii_uppercase() } else { letter })
        .collect();
    value.get(name).or_else(|| value.get(large)).unwrap_or(&Value::Null)
}

#[cfg(test)]
mod tests;

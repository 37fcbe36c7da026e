//! Configuration items: one stream per resource, each version rendered once.

use crate::configuration::{Recorded, render};
use crate::instant::{Instant, MINUTE};
use crate::json::text;
use crate::model::{Change, Kind, Notice, Recorder, Subject};
use crate::random::Random;

/// One item of a stream.
#[derive(Debug, Clone)]
pub(crate) struct Version {
    pub(crate) at: Instant,
    /// The item as text; nothing for a deletion that left no item.
    pub(crate) body: String,
    /// Whether the resource exists from here on, so that snapshots list it.
    pub(crate) exists: bool,
}

/// All items of one resource in one recorder, in order of time.
#[derive(Debug, Clone)]
pub(crate) struct Stream {
    pub(crate) config_type: &'static str,
    pub(crate) versions: Vec<Version>,
}

/// What an item says of the resource itself.
#[derive(Debug)]
pub(crate) struct Identity<'a> {
    pub(crate) config_type: &'a str,
    pub(crate) id: &'a str,
    pub(crate) name: Option<&'a str>,
    pub(crate) arn: Option<&'a str>,
    pub(crate) region: &'a str,
    pub(crate) zone: Option<&'a str>,
    pub(crate) created: Option<Instant>,
}

/// The item as delivered: members in AWS's order, what is null left out.
pub(crate) fn item(
    account: &str,
    identity: &Identity<'_>,
    status: &str,
    at: Instant,
    parts: Option<&crate::configuration::Parts>,
) -> String {
    let mut out = String::with_capacity(1024);
    out.push_str("{\"relatedEvents\":[],\"relationships\":");
    out.push_str(parts.map_or("[]", |parts| &parts.relationships));
    if let Some(parts) = parts {
        out.push_str(",\"configuration\":");
        out.push_str(&parts.configuration);
    }
    out.push_str(",\"supplementaryConfiguration\":");
    out.push_str(parts.map_or("{}", |parts| &parts.supplementary));
    out.push_str(",\"tags\":");
    out.push_str(parts.map_or("{}", |parts| &parts.tags));
    let head = [
        ("configurationItemVersion", text("1.3")),
        ("configurationItemCaptureTime", text(&at.milliseconds())),
        ("configurationStateId", at.0.to_string()),
        ("awsAccountId", text(account)),
        ("configurationItemStatus", text(status)),
        ("resourceType", text(identity.config_type)),
        ("resourceId", text(identity.id)),
    ];
    let optional = [
        ("resourceName", identity.name.map(text)),
        ("ARN", identity.arn.map(text)),
        ("awsRegion", Some(text(identity.region))),
        ("availabilityZone", identity.zone.map(text)),
        ("configurationStateMd5Hash", Some(text(""))),
        ("resourceCreationTime", identity.created.map(|created| text(&created.milliseconds()))),
    ];
    let tail = optional.into_iter().filter_map(|(name, value)| value.map(|value| (name, value)));
    for (name, value) in head.into_iter().chain(tail) {
        out.push_str(",\"");
        out.push_str(name);
        out.push_str("\":");
        out.push_str(&value);
    }
    out.push('}');
    out
}

fn identity<'a>(recorder: &'a Recorder, subject: &'a Subject) -> Identity<'a> {
    let zone = match subject.kind {
        Kind::Bucket => "Regional",
        Kind::Vpc | Kind::FlowLog => "Multiple Availability Zones",
        _ => "Not Applicable",
    };
    let bare = matches!(subject.kind, Kind::Recorder | Kind::AccountBlock);
    let has_name = !matches!(subject.kind, Kind::Recorder | Kind::Vpc | Kind::FlowLog | Kind::AccountBlock);
    let has_date = matches!(subject.kind, Kind::User | Kind::Policy | Kind::Bucket);
    Identity {
        config_type: subject.kind.config_type(),
        id: &subject.id,
        name: has_name.then_some(subject.name.as_str()),
        arn: (!bare).then_some(subject.arn.as_str()),
        region: if subject.kind.is_global() { "global" } else { &recorder.region },
        zone: (!bare).then_some(zone),
        created: has_date.then_some(subject.created),
    }
}

/// How long the recorder takes to see a change; the same for the same change.
fn delay(recorder: &Recorder, subject: &Subject, at: Instant) -> i64 {
    Random::keyed(recorder.seed, &format!("{}/{}/{}", recorder.label(), subject.arn, at.0)).below(3 * MINUTE)
}

/// When the recorder writes the item of a change.
pub(crate) fn capture(recorder: &Recorder, subject: &Subject, at: Instant) -> Instant {
    // A recorder tells of itself at once, and with its last breath that it stops.
    if subject.kind == Kind::Recorder {
        return at;
    }
    recorder.captured(at.plus(delay(recorder, subject, at)))
}

fn version(recorder: &Recorder, subject: &Subject, change: &Change, is_first: bool) -> Version {
    let at = capture(recorder, subject, change.at);
    let place = Recorded { account: &recorder.account, region: &recorder.region };
    let identity = identity(recorder, subject);
    let (status, parts) = match (&change.state, change.notice) {
        (_, Notice::NotRecorded) => ("ResourceNotRecorded", None),
        (None, _) => ("ResourceDeleted", None),
        (Some(state), _) => {
            (if is_first { "ResourceDiscovered" } else { "OK" }, Some(render(subject, state, at, place)))
        }
    };
    let body = if change.notice == Notice::Silent {
        String::new()
    } else {
        item(&recorder.account, &identity, status, at, parts.as_ref())
    };
    Version { at, body, exists: change.state.is_some() && change.notice != Notice::NotRecorded }
}

/// The items of every recorded subject.
pub(crate) fn streams(recorder: &Recorder) -> Vec<Stream> {
    recorder.subjects.iter().filter(|subject| subject.recorded).map(|subject| stream(recorder, subject)).collect()
}

/// Whether the configuration shows nothing of a change: keys, second factors and sign-ins are not in a
/// user's item, nor is a flow log in its network's.
pub(crate) fn is_invisible(subject: &Subject, index: usize, change: &Change) -> bool {
    let before = index.checked_sub(1).and_then(|before| subject.changes.get(before));
    let is_update = before.is_some_and(|before| before.state.is_some()) && change.state.is_some();
    is_update && matches!(subject.kind, Kind::User | Kind::Vpc)
}

fn stream(recorder: &Recorder, subject: &Subject) -> Stream {
    let visible = subject.changes.iter().enumerate().filter(|(index, change)| !is_invisible(subject, *index, change));
    let mut versions: Vec<Version> =
        visible.map(|(index, change)| version(recorder, subject, change, index == 0)).collect();
    versions.sort_by_key(|version| version.at);
    Stream { config_type: subject.kind.config_type(), versions }
}

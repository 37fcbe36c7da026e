//! Which management events a trail's event selectors log, read from `get-event-selectors`.
//!
//! Classic and advanced selectors alike are a union: an event is logged where any selector takes it.
//! Judges nothing: what has to be logged is the check's business.

use serde_json::Value;

use super::resource::{any_case, flag, list, text};

/// Which management events selectors log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Logged {
    /// All events that read.
    pub(super) reads: bool,
    /// All events that write.
    pub(super) writes: bool,
    /// Whether a classic selector leaves out events of some sources: the rule fails such a trail.
    pub(super) excludes_sources: bool,
    /// Whether an advanced selector takes only some management events, by fields beside reading and writing.
    pub(super) is_limited: bool,
    /// Whether some selector cannot be read, so that more may be logged than is known.
    pub(super) unreadable: bool,
}

/// What the answer of the API states; `None` where it states no selectors at all.
pub(super) fn logged(answer: &Value) -> Option<Logged> {
    let selectors = |name: &str| any_case(answer, name).filter(|selectors| !selectors.is_null());
    let (classic, advanced) = (selectors("EventSelectors"), selectors("AdvancedEventSelectors"));
    let is_filled = |value: &&Value| !value.as_array().is_some_and(Vec::is_empty);
    let (selectors, of_one): (&Value, fn(&Value) -> Logged) = match advanced.filter(is_filled) {
        Some(advanced) => (advanced, of_advanced),
        None => (classic.filter(is_filled)?, of_classic),
    };
    match selectors.as_array() {
        Some(selectors) => Some(selectors.iter().map(of_one).fold(Logged::NONE, Logged::with)),
        None => Some(Logged::UNREADABLE),
    }
}

impl Logged {
    /// A trail without selectors of its own logs all management events.
    pub(super) const ALL: Self =
        Self { reads: true, writes: true, excludes_sources: false, is_limited: false, unreadable: false };
    const NONE: Self = Self { reads: false, writes: false, ..Self::ALL };
    const UNREADABLE: Self = Self { unreadable: true, ..Self::NONE };

    fn with(self, other: Self) -> Self {
        Self {
            reads: self.reads || other.reads,
            writes: self.writes || other.writes,
            excludes_sources: self.excludes_sources || other.excludes_sources,
            is_limited: self.is_limited || other.is_limited,
            unreadable: self.unreadable || other.unreadable,
        }
    }
}

/// One element of `EventSelectors`.
fn of_classic(selector: &Value) -> Logged {
    let excludes_sources = any_case(selector, "ExcludeManagementEventSources").is_some_and(is_stated);
    let kind = text(any_case(selector, "ReadWriteType").unwrap_or(&Value::Null));
    let of_kind = match kind.to_ascii_lowercase().as_str() {
        "all" => Logged::ALL,
        "readonly" => Logged { reads: true, ..Logged::NONE },
        "writeonly" => Logged { writes: true, ..Logged::NONE },
        _ => Logged::UNREADABLE,
    };
    let logged = match any_case(selector, "IncludeManagementEvents").and_then(flag) {
        Some(true) => of_kind,
        Some(false) => Logged::NONE,
        None => Logged::UNREADABLE,
    };
    Logged { excludes_sources, ..logged }
}

/// One element of `AdvancedEventSelectors`: all of its field selectors have to be met by an event.
fn of_advanced(selector: &Value) -> Logged {
    let Some(fields) = any_case(selector, "FieldSelectors").and_then(Value::as_array) else {
        return Logged::UNREADABLE;
    };
    let mut category = Category::Open;
    let (mut reads, mut writes, mut is_limited) = (true, true, false);
    for field in fields {
        match text(any_case(field, "Field").unwrap_or(&Value::Null)) {
            "" => return Logged::UNREADABLE,
            name if name.eq_ignore_ascii_case("eventCategory") => category = Category::of(field),
            name if name.eq_ignore_ascii_case("readOnly") => match only_equals(field) {
                Some(values) => {
                    reads &= values.contains(&"true");
                    writes &= values.contains(&"false");
                }
                None => return Logged::UNREADABLE,
            },
            _ => is_limited |= limits(field),
        }
    }
    match category {
        Category::Open => Logged::UNREADABLE,
        Category::Other => Logged::NONE,
        Category::Management if is_limited => Logged { is_limited, ..Logged::NONE },
        Category::Management => Logged { reads, writes, ..Logged::NONE },
    }
}

/// The category of events that an advanced selector takes.
enum Category {
    /// None is stated, or not by `Equals` alone.
    Open,
    Management,
    Other,
}

impl Category {
    fn of(field: &Value) -> Self {
        match only_equals(field) {
            Some(values) if values.contains(&"Management") => Self::Management,
            Some(values) if !values.is_empty() => Self::Other,
            _ => Self::Open,
        }
    }
}

/// The values of `Equals`; `None` where the field is limited in another way as well, or not by text.
fn only_equals(field: &Value) -> Option<Vec<&str>> {
    let members = field.as_object()?.iter();
    let others = members.filter(|(name, _)| !["field", "equals"].contains(&name.to_ascii_lowercase().as_str()));
    if others.clone().any(|(_, value)| is_stated(value)) {
        return None;
    }
    any_case(field, "Equals")?.as_array()?.iter().map(Value::as_str).collect()
}

fn limits(field: &Value) -> bool {
    let members = field.as_object().into_iter().flatten();
    members.into_iter().any(|(name, value)| !name.eq_ignore_ascii_case("field") && is_stated(value))
}

fn is_stated(value: &Value) -> bool {
    !value.is_null() && (!value.is_array() || !list(value).is_empty())
}

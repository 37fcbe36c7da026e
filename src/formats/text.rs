//! Borrowed JSON strings, and JSON that hides in strings.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Visitor};
use serde_json::value::RawValue;

use super::records::RecordError;
use crate::model::{Instant, ProblemCode};

/// How often a value is taken out of a string before it counts as text (double encoding is real).
const DECODINGS_MAX: usize = 3;

/// A JSON string, borrowed from the record where nothing in it is escaped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Text<'a>(pub(super) Cow<'a, str>);

impl Text<'_> {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Borrowing;

        impl<'de> Visitor<'de> for Borrowing {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }

            fn visit_string<E>(self, text: String) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text)))
            }
        }

        deserializer.deserialize_str(Borrowing)
    }
}

/// The text of an optional member, empty where it is missing or null.
pub(super) fn or_empty(text: Option<&Text<'_>>) -> String {
    text.map(|text| text.as_str().to_owned()).unwrap_or_default()
}

/// A JSON value as text, with encodings as a string taken off; empty for null and for none.
pub(super) fn unwrapped(raw: Option<&RawValue>) -> String {
    raw.map(|raw| unwrapped_text(raw.get()).into_owned()).unwrap_or_default()
}

/// A JSON value's text with encodings as a string taken off; empty for null.
pub(super) fn unwrapped_text(raw: &str) -> Cow<'_, str> {
    let mut text: Cow<'_, str> = Cow::Borrowed(raw);
    for _ in 0..DECODINGS_MAX {
        if !text.starts_with('"') {
            break;
        }
        match serde_json::from_str::<String>(&text) {
            Ok(inner) if looks_like_json(&inner) => text = Cow::Owned(inner.trim().to_owned()),
            _ => break,
        }
    }
    if text == "null" { Cow::Borrowed("") } else { text }
}

/// As [`unwrapped_text`], of bytes; bytes that are not UTF-8 stay as they are, for their decoder to
/// refuse.
pub(super) fn unwrapped_bytes(raw: &[u8]) -> Cow<'_, [u8]> {
    if !raw.starts_with(b"\"") {
        return Cow::Borrowed(raw);
    }
    match std::str::from_utf8(raw) {
        Ok(text) => Cow::Owned(unwrapped_text(text).into_owned().into_bytes()),
        Err(_) => Cow::Borrowed(raw),
    }
}

fn looks_like_json(text: &str) -> bool {
    let text = text.trim();
    text.starts_with(['{', '[', '"']) || matches!(text, "null" | "true" | "false")
}

/// Input quoted in a message: at most 80 characters of it.
pub(super) fn quoted(input: &str) -> String {
    let mut shown: String = input.chars().take(80).collect();
    if shown.len() < input.len() {
        shown.push('…');
    }
    shown
}

/// The time in a required member.
pub(super) fn required_time(name: &str, raw: Option<&RawValue>) -> Result<Instant, RecordError> {
    let Some(raw) = raw else {
        return Err(RecordError { code: ProblemCode::BadTimestamp, what: format!("`{name}` is missing") });
    };
    super::timestamps::instant_of_json(raw.get()).map_err(|error| RecordError {
        code: ProblemCode::BadTimestamp,
        what: format!("`{name}` {error}: `{}`", quoted(raw.get().trim_matches('"'))),
    })
}

/// A record that is not the JSON its format says.
pub(super) fn not_as_expected(what: &str, error: &serde_json::Error) -> RecordError {
    RecordError { code: ProblemCode::BadRecord, what: format!("{what} cannot be decoded: {error}") }
}

/// A member that must be there and must not be blank.
pub(super) fn required(name: &str, text: Option<&Text<'_>>) -> Result<String, RecordError> {
    match text {
        Some(text) if !text.as_str().trim().is_empty() => Ok(text.as_str().to_owned()),
        _ => Err(bad(format!("`{name}` is missing"))),
    }
}

/// A record that is not what its format says.
pub(super) fn bad(what: String) -> RecordError {
    RecordError { code: ProblemCode::BadRecord, what }
}

/// What a record needs and neither it, nor the file's path, nor whoever handed it over gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Missing {
    pub(super) account: bool,
    pub(super) region: bool,
    pub(super) time: bool,
}

impl Missing {
    /// The problem, which says what is missing and how to supply it (spec section 3.7).
    pub(super) fn error(self) -> RecordError {
        let subject = self.subject();
        let ways = self.ways();
        let what = format!("{subject} neither in the record nor in the file's path: {ways}");
        RecordError { code: ProblemCode::MissingContext, what }
    }

    fn subject(self) -> &'static str {
        match (self.account, self.region, self.time) {
            (true, true, true) => "account, region and time stand",
            (true, true, false) => "account and region stand",
            (true, false, true) => "account and time stand",
            (false, true, true) => "region and time stand",
            (true, false, false) => "the account stands",
            (false, true, false) => "the region stands",
            (false, false, _) => "the time stands",
        }
    }

    /// How to supply it: the region can only come from the path.
    fn ways(self) -> String {
        let folder = "put the file under a folder named for it, such as";
        match (self.region, self.option()) {
            (true, None) => format!("{folder} `123456789012/eu-west-1/`"),
            (true, Some(option)) => {
                let time = if self.time { "2026-01-31/" } else { "" };
                format!("{folder} `123456789012/eu-west-1/{time}`; all but the region can also be given with {option}")
            }
            (false, option) => {
                let option = option.unwrap_or_default();
                let path = "iam/123456789012/credential-report-20260131T000000Z.csv";
                format!("give {option}, or put the file under a path such as `{path}`")
            }
        }
    }

    fn option(self) -> Option<&'static str> {
        match (self.account, self.time) {
            (true, true) => Some("`--account 123456789012` and `--taken-at 2026-01-31`"),
            (true, false) => Some("`--account 123456789012`"),
            (false, true) => Some("`--taken-at 2026-01-31`"),
            (false, false) => None,
        }
    }
}

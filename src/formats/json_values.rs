//! Members of one JSON record: taken in a single pass, judged by name afterwards.
//!
//! A record is read into a form whose members are [`Member`], [`Object`] or [`List`]. None of them
//! fails on a value of another kind, so the reader learns which member is wrong and can say so.
//! Members that no form names are skipped without recursion, however deep they are. Knows nothing of
//! any export format.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::records::RecordError;
use crate::model::ProblemCode;

/// How many characters of the input a message repeats.
const QUOTED_CHARACTERS: usize = 80;

/// A member's value as its JSON text; `None` where it is missing or `null`.
pub(crate) type Member<'a> = Option<&'a RawValue>;

/// Reads the one object that `raw` is.
///
/// # Errors
/// `Encoding` for text that is not UTF-8, `BrokenJson` where it stops being JSON, `BadRecord` for
/// anything but an object and for a member given twice.
pub(crate) fn parse_object<'a, T: Deserialize<'a>>(raw: &'a [u8]) -> Result<T, RecordError> {
    let text = std::str::from_utf8(raw).map_err(|error| RecordError {
        code: ProblemCode::Encoding,
        what: format!("the record is not UTF-8 from its byte {} on", error.valid_up_to()),
    })?;
    match serde_json::from_str::<Object<T>>(text) {
        Ok(Object::Members(members)) => Ok(members),
        Ok(Object::Absent | Object::Other) => Err(bad_record(format!("the record is not an object: {}", quoted(text)))),
        Err(error) => Err(of_parser(&error)),
    }
}

/// A member that should be an object.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) enum Object<T> {
    /// Missing or `null`.
    #[default]
    Absent,
    /// An object.
    Members(T),
    /// A value of another kind.
    Other,
}

impl<T> Object<T> {
    /// The members, if there is an object; a value of another kind is a `BadRecord` naming `name`.
    pub(crate) fn members(self, name: &str) -> Result<Option<T>, RecordError> {
        match self {
            Self::Absent => Ok(None),
            Self::Members(members) => Ok(Some(members)),
            Self::Other => Err(bad_record(format!("`{name}` is not an object"))),
        }
    }
}

/// A member that should be a list.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) enum List<T> {
    /// Missing or `null`.
    #[default]
    Absent,
    /// A list.
    Entries(Vec<T>),
    /// A value of another kind.
    Other,
}

impl<T> List<T> {
    /// The entries, none where the list is missing; another kind is a `BadRecord` naming `name`.
    pub(crate) fn entries(self, name: &str) -> Result<Vec<T>, RecordError> {
        match self {
            Self::Absent => Ok(Vec::new()),
            Self::Entries(entries) => Ok(entries),
            Self::Other => Err(bad_record(format!("`{name}` is not a list"))),
        }
    }
}

/// The text of a member, empty where it is missing.
///
/// # Errors
/// `BadRecord` for a value of another kind.
pub(crate) fn text<'a>(name: &str, member: Member<'a>) -> Result<Cow<'a, str>, RecordError> {
    let Some(raw) = member else { return Ok(Cow::Borrowed("")) };
    match unquoted(raw.get()) {
        Some(text) => text.map_err(|error| of_parser(&error)),
        None => Err(bad_record(format!("`{name}` is not text: {}", quoted(raw.get())))),
    }
}

/// The text of a member that has to be there.
///
/// # Errors
/// `BadRecord` where it is missing, empty or of another kind.
pub(crate) fn required_text<'a>(name: &str, member: Member<'a>) -> Result<Cow<'a, str>, RecordError> {
    let text = text(name, member)?;
    if text.is_empty() { Err(bad_record(format!("`{name}` is missing"))) } else { Ok(text) }
}

/// A value out of a free map, whose values other products do not always write as text: numbers and
/// booleans as they are written, lists and objects as nothing.
///
/// # Errors
/// `BrokenJson` for text that is half an escape.
pub(crate) fn scalar_text(member: Member<'_>) -> Result<Cow<'_, str>, RecordError> {
    let Some(raw) = member else { return Ok(Cow::Borrowed("")) };
    match unquoted(raw.get()) {
        Some(text) => text.map_err(|error| of_parser(&error)),
        None if raw.get().starts_with(['{', '[']) => Ok(Cow::Borrowed("")),
        None => Ok(Cow::Borrowed(raw.get())),
    }
}

/// A whole number, also where a table in between has written it as `3.0`.
///
/// # Errors
/// `BadRecord` for anything else.
pub(crate) fn whole_number(name: &str, member: Member<'_>) -> Result<Option<i64>, RecordError> {
    let Some(raw) = member else { return Ok(None) };
    let digits = raw.get().strip_suffix(".0").unwrap_or(raw.get());
    match digits.parse() {
        Ok(number) => Ok(Some(number)),
        Err(_) => Err(bad_record(format!("`{name}` is not a whole number: {}", quoted(raw.get())))),
    }
}

/// The text that a JSON string stands for; `None` where `raw` is no string.
pub(crate) fn unquoted(raw: &str) -> Option<Result<Cow<'_, str>, serde_json::Error>> {
    let inner = raw.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') {
        return Some(serde_json::from_str(raw).map(Cow::Owned));
    }
    Some(Ok(Cow::Borrowed(inner)))
}

/// Input as a message repeats it: in backticks, cut to 80 characters.
pub(crate) fn quoted(text: &str) -> String {
    let mut characters = text.chars();
    let mut shown: String = characters.by_ref().take(QUOTED_CHARACTERS).collect();
    if characters.next().is_some() {
        shown.push('…');
    }
    format!("`{shown}`")
}

/// A record that is not what its format says.
pub(crate) fn bad_record(what: String) -> RecordError {
    RecordError { code: ProblemCode::BadRecord, what }
}

/// What the parser found, in our words: forms take every kind of value, so what is left of wrong
/// data is a member given twice.
fn of_parser(error: &serde_json::Error) -> RecordError {
    let (line, column) = (error.line(), error.column());
    if error.classify() != Category::Data {
        let what = format!("the record stops being JSON at its line {line}, column {column}");
        return RecordError { code: ProblemCode::BrokenJson, what };
    }
    match error.to_string().strip_prefix("duplicate field `").and_then(|rest| rest.split_once('`')) {
        Some((name, _)) => bad_record(format!("`{name}` is given twice")),
        None => bad_record(format!("the record has a value of the wrong kind at its line {line}, column {column}")),
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ObjectVisitor(PhantomData))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

struct ListVisitor<T>(PhantomData<T>);

/// The kinds that both visitors take for something else than they look for.
macro_rules! other_kinds {
    () => {
        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("any value")
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(Self::Value::Absent)
        }

        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok(Self::Value::Other)
        }

        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            Ok(Self::Value::Other)
        }

        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
            Ok(Self::Value::Other)
        }

        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok(Self::Value::Other)
        }

        fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
            Ok(Self::Value::Other)
        }
    };
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    other_kinds!();

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object::Members)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        while entries.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Object::Other)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
    type Value = List<T>;

    other_kinds!();

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(List::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut taken = Vec::new();
        while let Some(entry) = entries.next_element()? {
            taken.push(entry);
        }
        Ok(List::Entries(taken))
    }
}

#[cfg(test)]
mod tests;

//! IAM policy documents taken apart: statements, whom they allow what on which resources.
//!
//! Judges nothing by itself: what a statement means for a test is the check's business. Whatever has no
//! form that AWS would have accepted is reported as a flaw and never guessed at.

use serde_json::{Map, Value};

use super::resource::decoded;

/// How often a document may be percent-encoded over itself.
const ENCODINGS_MAX: usize = 3;

/// A policy document.
#[derive(Clone, Debug, Default)]
pub(super) struct PolicyDocument {
    /// In order; numbers count from 1.
    statements: Vec<Value>,
}

/// One statement of a document.
#[derive(Clone, Copy, Debug)]
pub(super) struct Statement<'a> {
    number: usize,
    elements: &'a Map<String, Value>,
}

/// What a statement does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    Allow,
    Deny,
    /// Neither word as AWS writes it; both are case-sensitive.
    Unclear,
}

/// The texts of an element that may be one text or a list of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Texts<'a> {
    /// Those that are texts.
    pub(super) values: Vec<&'a str>,
    /// Whether there are others, or it has another form.
    pub(super) is_flawed: bool,
}

impl PolicyDocument {
    /// Reads a document: an object, its JSON, or its JSON percent-encoded.
    ///
    /// # Errors
    /// Why it cannot be read, as the end of a sentence that begins with the document.
    pub(super) fn read(document: &Value) -> Result<Self, &'static str> {
        let object = match document {
            Value::String(text) => parsed(text)?,
            other => other.clone(),
        };
        match element(object.as_object().ok_or("is no policy")?, "Statement") {
            Some(Value::Array(statements)) => Ok(Self { statements: statements.clone() }),
            Some(statement @ Value::Object(_)) => Ok(Self { statements: vec![statement.clone()] }),
            Some(_) => Err("has statements that are no list"),
            None => Err("has no statements"),
        }
    }

    /// The statements that have the form of one.
    pub(super) fn statements(&self) -> impl Iterator<Item = Statement<'_>> {
        let numbered = self.statements.iter().enumerate();
        numbered.filter_map(|(place, value)| Some(Statement { number: place + 1, elements: value.as_object()? }))
    }

    /// The first statement that has not even the form of one, in words.
    pub(super) fn flaw(&self) -> Option<String> {
        let place = self.statements.iter().position(|value| !value.is_object())?;
        Some(format!("statement {} is no statement", place + 1))
    }
}

impl<'a> Statement<'a> {
    /// How to name it: `statement 2`, `statement 2 (AllowEverything)`.
    pub(super) fn words(&self) -> String {
        match self.element("Sid").and_then(Value::as_str).filter(|sid| !sid.is_empty()) {
            Some(sid) => format!("statement {} ({sid})", self.number),
            None => format!("statement {}", self.number),
        }
    }

    pub(super) fn effect(&self) -> Effect {
        match self.element("Effect").and_then(Value::as_str) {
            Some("Allow") => Effect::Allow,
            Some("Deny") => Effect::Deny,
            _ => Effect::Unclear,
        }
    }

    /// An element by its name; `None` where the statement has none.
    pub(super) fn element(&self, name: &str) -> Option<&'a Value> {
        element(self.elements, name)
    }

    /// The texts of an element; `None` where the statement has none.
    pub(super) fn texts(&self, name: &str) -> Option<Texts<'a>> {
        self.element(name).map(Texts::of)
    }

    /// Whether it holds only under conditions, whatever they are.
    pub(super) fn is_conditioned(&self) -> bool {
        match self.element("Condition") {
            None | Some(Value::Null) => false,
            Some(Value::Object(conditions)) => !conditions.is_empty(),
            Some(_) => true,
        }
    }

    /// Its conditions: operator, key and values of each. All of them have to be met. What has no form of a
    /// condition stands there without a key and without values.
    pub(super) fn conditions(&self) -> Vec<(&'a str, &'a str, Vec<&'a Value>)> {
        let operators = match self.element("Condition") {
            None | Some(Value::Null) => return Vec::new(),
            Some(Value::Object(operators)) => operators,
            Some(_) => return vec![("", "", Vec::new())],
        };
        let of_operator = |(operator, keys): (&'a String, &'a Value)| match keys.as_object() {
            Some(keys) => keys.iter().map(|(key, value)| (operator.as_str(), key.as_str(), values(value))).collect(),
            None => vec![(operator.as_str(), "", Vec::new())],
        };
        operators.iter().flat_map(of_operator).collect()
    }
}

impl<'a> Texts<'a> {
    fn of(value: &'a Value) -> Self {
        let values = values(value);
        let texts: Vec<&str> = values.iter().filter_map(|value| value.as_str()).collect();
        Self { is_flawed: texts.is_empty() || texts.len() < values.len(), values: texts }
    }
}

/// Whether a pattern fits a text: `*` stands for any characters, `?` for one, letters count in any case.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    let pattern = pattern_characters(pattern);
    places_after(&pattern, text).last() == Some(&pattern.len())
}

/// Whether a pattern fits some text that begins so.
pub(super) fn fits_some_that_begins(pattern: &str, beginning: &str) -> bool {
    !places_after(&pattern_characters(pattern), beginning).is_empty()
}

/// Whether a value leaves anything open: a wildcard, or a variable that is filled in for each request.
pub(super) fn is_open_value(value: &str) -> bool {
    value.contains(['*', '?']) || value.contains("${")
}

/// The places in a pattern that can be reached by reading a text, in ascending order. Goes character by
/// character through all of them at once, so that no pattern of an attacker's takes long.
fn places_after(pattern: &[char], text: &str) -> Vec<usize> {
    let mut places = with_skipped_stars(pattern, vec![0]);
    for character in text.chars().map(|character| character.to_ascii_lowercase()) {
        let mut next = Vec::new();
        for place in places {
            match pattern.get(place) {
                Some('*') => next.push(place),
                Some('?') => next.push(place + 1),
                Some(wanted) if *wanted == character => next.push(place + 1),
                _ => {}
            }
        }
        places = with_skipped_stars(pattern, next);
    }
    places
}

/// Places, and those behind any stars at them, ascending and each once.
fn with_skipped_stars(pattern: &[char], places: Vec<usize>) -> Vec<usize> {
    let mut reached: Vec<usize> = Vec::with_capacity(places.len());
    for mut place in places {
        reached.push(place);
        while pattern.get(place) == Some(&'*') {
            place += 1;
            reached.push(place);
        }
    }
    reached.sort_unstable();
    reached.dedup();
    reached
}

/// A pattern's characters; stars in a row are one.
fn pattern_characters(pattern: &str) -> Vec<char> {
    let mut characters: Vec<char> = pattern.chars().map(|character| character.to_ascii_lowercase()).collect();
    characters.dedup_by(|later, earlier| (*later, *earlier) == ('*', '*'));
    characters
}

/// A member by its name, or else by its name in any case: a statement must not escape by its spelling.
fn element<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let in_any_case = || members.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    members.get(name).or_else(in_any_case)
}

/// The values of a list; a value that stands alone is one.
pub(super) fn values(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(values) => values.iter().collect(),
        other => vec![other],
    }
}

fn parsed(text: &str) -> Result<Value, &'static str> {
    let mut text = text.to_owned();
    for _ in 0..=ENCODINGS_MAX {
        if let Ok(value) = serde_json::from_str::<Value>(text.trim()) {
            return Ok(decoded(value));
        }
        if !text.contains('%') {
            break;
        }
        text = percent_decoded(&text).ok_or("cannot be decoded")?;
    }
    Err("is no JSON")
}

/// Takes percent-encoding off; a plus sign is itself. `None` where the bytes are no text.
fn percent_decoded(text: &str) -> Option<String> {
    let mut rest = text.as_bytes();
    let mut plain = Vec::with_capacity(rest.len());
    while let Some((byte, after)) = rest.split_first() {
        let (byte, after) = encoded_byte(rest).unwrap_or((*byte, after));
        plain.push(byte);
        rest = after;
    }
    String::from_utf8(plain).ok()
}

/// The byte that `%` and two digits at the start stand for, and what follows them.
fn encoded_byte(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let [b'%', high, low, after @ ..] = bytes else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some((digit(*high)? * 16 + digit(*low)?, after))
}

#[cfg(test)]
mod tests;

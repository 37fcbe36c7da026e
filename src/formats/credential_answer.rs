//! `get-credential-report` as JSON: the CSV that is in its `Content`, however that is written.
//!
//! The command line writes Base64; dumps of programs hold the CSV itself, or bytes as Python shows
//! them (`b'user,arn,...\n...'`).

use std::borrow::Cow;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::Deserialize;

use super::credential_lines::is_report;
use super::json_values::{Member, parse_object, required_text, unquoted};
use super::records::RecordError;
use super::text::bad;
use super::timestamps::instant_member;
use crate::model::Instant;

/// Padding at the end is often lost on the way.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

#[derive(Deserialize)]
struct RawAnswer<'a> {
    #[serde(borrow, default, rename = "Content")]
    content: Member<'a>,
    #[serde(borrow, default, rename = "GeneratedTime")]
    generated_at: Member<'a>,
}

/// A credential report out of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Report {
    /// The CSV, from its header on.
    pub(super) csv: Vec<u8>,
    /// Whether the text that held it was closed.
    pub(super) whole: bool,
    /// `GeneratedTime`, where stated.
    pub(super) generated_at: Option<Instant>,
}

/// Takes the report out of an answer.
///
/// # Errors
/// Where `Content` is missing or holds no report, and where `GeneratedTime` is no time: a stated time
/// that cannot be read must not be replaced by another.
pub(super) fn decode_report(raw: &[u8]) -> Result<Report, RecordError> {
    let answer: RawAnswer<'_> = parse_object(raw)?;
    let content = required_text("Content", answer.content)?;
    let generated_at = instant_member("GeneratedTime", answer.generated_at)?;
    let (csv, whole) = csv_of(&content)?;
    Ok(Report { csv: csv.into_owned(), whole, generated_at })
}

/// Whether the JSON text of a `Content` holds a report.
pub(super) fn holds_report(content: &[u8]) -> bool {
    let text = std::str::from_utf8(content).ok().and_then(unquoted).and_then(Result::ok);
    text.is_some_and(|text| csv_of(&text).is_ok())
}

/// The report in a text, and whether the text is closed.
fn csv_of(content: &str) -> Result<(Cow<'_, [u8]>, bool), RecordError> {
    let content = content.trim();
    if is_report(content.as_bytes()) {
        return Ok((Cow::Borrowed(content.as_bytes()), true));
    }
    let Some((bytes, whole)) = python_bytes(content) else {
        return Ok((Cow::Owned(from_base64(content.as_bytes())?), true));
    };
    let csv = if is_report(&bytes) { bytes } else { from_base64(&bytes)? };
    Ok((Cow::Owned(csv), whole))
}

fn from_base64(text: &[u8]) -> Result<Vec<u8>, RecordError> {
    let dense: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let decoded = BASE64
        .decode(dense)
        .map_err(|error| bad(format!("`Content` is neither a credential report nor whole Base64: {error}")))?;
    if is_report(&decoded) { Ok(decoded) } else { Err(bad("`Content` holds no credential report".to_owned())) }
}

/// The bytes that a Python literal stands for, and whether it is closed; `None` where it is none.
fn python_bytes(text: &str) -> Option<(Vec<u8>, bool)> {
    let literal = text.strip_prefix('b')?;
    let mark = literal.chars().next().filter(|mark| matches!(mark, '\'' | '"'))?;
    let mut rest = literal.bytes().skip(1);
    let mut bytes = Vec::with_capacity(literal.len());
    while let Some(byte) = rest.next() {
        match byte {
            b'\\' => match escaped(&mut rest) {
                Some(byte) => bytes.push(byte),
                None => return Some((bytes, false)),
            },
            _ if char::from(byte) == mark => return Some((bytes, rest.next().is_none())),
            _ => bytes.push(byte),
        }
    }
    Some((bytes, false))
}

/// The byte behind a backslash; `None` where the text ends in it.
fn escaped(rest: &mut impl Iterator<Item = u8>) -> Option<u8> {
    Some(match rest.next()? {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'x' => {
            let mut digit = || char::from(rest.next()?).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            digit()? * 16 + digit()?
        }
        other => other,
    })
}

#[cfg(test)]
mod tests;

//! IAM credential reports as CSV: the header, and each line by itself.
//!
//! Columns are found by their names, so that reports with more or fewer of them are read alike. A
//! field never goes over the end of its line: what is wrong with one line costs that line. Source of
//! the form: IAM user guide, and reports as they are delivered.

use std::borrow::Cow;

use super::records::{CREDENTIAL_COLUMNS, RecordError};
use super::text::{bad, quoted};
use crate::model::{Arn, Instant, ProblemCode};

/// How much of a file is looked at for a header; one of all known columns takes some 500 bytes.
pub(super) const HEADER_BYTES: usize = 4096;

/// Lines of one report that are looked at: an account has at most 5,000 users.
pub(super) const LINES_MAX: usize = 100_000;

/// Where the columns of a report stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    fields: usize,
    user: usize,
    arn: usize,
    values: [Option<usize>; CREDENTIAL_COLUMNS.len()],
    /// A known column that is there twice: which one counts is not known.
    pub(super) repeated: Option<&'static str>,
}

impl Header {
    /// Reads a header: a line that names `user`, `arn` and one more known column.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let names = fields(line)?;
        let places = |wanted: &str| {
            let wanted = wanted.to_owned();
            names.iter().enumerate().filter(move |(_, name)| name.trim() == wanted).map(|(at, _)| at)
        };
        let values = CREDENTIAL_COLUMNS.map(|column| places(column).next());
        let repeated = ["user", "arn"].into_iter().chain(CREDENTIAL_COLUMNS).find(|column| places(column).count() > 1);
        values.iter().any(Option::is_some).then_some(Self {
            fields: names.len(),
            user: places("user").next()?,
            arn: places("arn").next()?,
            values,
            repeated,
        })
    }

    /// The name of the column that stands last, where it is known and never empty.
    fn last_known(&self) -> Option<&'static str> {
        let at = self.values.iter().position(|place| place.is_some_and(|place| place + 1 == self.fields))?;
        CREDENTIAL_COLUMNS.get(at).copied().filter(|name| *name != "additional_credentials_info")
    }
}

/// A line of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// Its text without its end.
    pub(super) text: &'a [u8],
    /// How far it lies behind the beginning of the report.
    pub(super) offset: usize,
    /// Whether the text ends with it, without a line end behind it.
    is_open: bool,
}

/// What one line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) user: String,
    pub(super) user_arn: String,
    pub(super) values: [String; CREDENTIAL_COLUMNS.len()],
}

/// Whether a text begins as a credential report does.
pub(super) fn is_report(text: &[u8]) -> bool {
    let start = text.get(..HEADER_BYTES).unwrap_or(text);
    split(start).is_some()
}

/// The header of a report and its lines, one more than [`LINES_MAX`] at most; blank ones do not count.
/// `None` where it is no report.
pub(super) fn split(text: &[u8]) -> Option<(Header, Vec<Line<'_>>)> {
    let without_mark = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut offset = text.len() - without_mark.len();
    let mut lines = without_mark.split_inclusive(|byte| *byte == b'\n').filter_map(|whole| {
        let line = Line { text: without_end(whole), offset, is_open: !whole.ends_with(b"\n") };
        offset += whole.len();
        (!line.text.trim_ascii().is_empty()).then_some(line)
    });
    let first = std::str::from_utf8(lines.next()?.text).ok()?;
    let header = Header::parse(first)?;
    Some((header, lines.take(LINES_MAX + 1).collect()))
}

fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Decodes one line.
///
/// # Errors
/// When it has another number of fields than the header, names no user, or seems to be cut.
pub(super) fn decode_line(header: &Header, line: Line<'_>) -> Result<Entry, RecordError> {
    let text = std::str::from_utf8(line.text).map_err(|error| RecordError {
        code: ProblemCode::Encoding,
        what: format!("the line is not UTF-8 from its byte {} on", error.valid_up_to()),
    })?;
    let fields = fields(text).ok_or_else(|| bad("the line has a quotation mark that is not closed".to_owned()))?;
    if fields.len() != header.fields {
        let (found, expected) = (fields.len(), header.fields);
        return Err(bad(format!("the number of fields in the line is {found}, the header has {expected}")));
    }
    if line.is_open
        && let (Some(column), Some(last)) = (header.last_known(), fields.last())
        && !is_whole(column, last)
    {
        return Err(bad(format!("the report seems to be cut in its last line: `{column}` is `{}`", quoted(last))));
    }
    let field = |at: usize| fields.get(at).map(|field| field.clone().into_owned()).unwrap_or_default();
    let entry = Entry {
        user: field(header.user),
        user_arn: field(header.arn),
        values: header.values.map(|place| place.map(field).unwrap_or_default()),
    };
    names_a_user(&entry)?;
    Ok(entry)
}

fn names_a_user(entry: &Entry) -> Result<(), RecordError> {
    if entry.user.trim().is_empty() {
        return Err(bad("`user` is empty".to_owned()));
    }
    match Arn::parse(&entry.user_arn) {
        Some(arn) if arn.service == "iam" => Ok(()),
        _ => Err(bad(format!("`arn` is no resource name (ARN) of IAM: `{}`", quoted(&entry.user_arn)))),
    }
}

/// Whether a value is one that a report ends with, and not the beginning of one. Nothing at all is what a
/// cut behind the last comma leaves; regions and services are free text and may be anything else.
fn is_whole(column: &str, value: &str) -> bool {
    let value = value.trim();
    let is_free = column.ends_with("_region") || column.ends_with("_service");
    let is_flag = value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false");
    let is_word = is_flag || ["N/A", "no_information", "not_supported"].contains(&value);
    is_word || if is_free { !value.is_empty() } else { Instant::parse(value).is_ok() }
}

/// The latest time that an entry states as past; a rotation that is due lies ahead and does not count.
pub(super) fn latest_time(entry: &Entry) -> Option<Instant> {
    let past = CREDENTIAL_COLUMNS.iter().zip(&entry.values).filter(|(name, _)| **name != "password_next_rotation");
    past.filter_map(|(_, value)| Instant::parse(value).ok()).max()
}

/// The fields of a line, quotation marks around them taken off; `None` where one is not closed.
fn fields(line: &str) -> Option<Vec<Cow<'_, str>>> {
    if !line.contains('"') {
        return Some(line.split(',').map(Cow::Borrowed).collect());
    }
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let (field, behind) = match rest.strip_prefix('"') {
            Some(inner) => quoted_field(inner)?,
            None => plain_field(rest),
        };
        fields.push(field);
        match behind {
            Some(behind) => rest = behind,
            None => return Some(fields),
        }
    }
}

/// A field, and what follows the comma behind it, if there is one.
type Field<'a> = (Cow<'a, str>, Option<&'a str>);

fn plain_field(text: &str) -> Field<'_> {
    match text.split_once(',') {
        Some((field, behind)) => (Cow::Borrowed(field), Some(behind)),
        None => (Cow::Borrowed(text), None),
    }
}

/// A field whose opening mark is taken off. Two marks stand for one; what follows the closing mark
/// up to the comma belongs to the field too.
fn quoted_field(text: &str) -> Option<Field<'_>> {
    let (first, mut rest) = text.split_once('"')?;
    let mut field = first.to_owned();
    while let Some(after) = rest.strip_prefix('"') {
        let (more, behind) = after.split_once('"')?;
        field.push('"');
        field.push_str(more);
        rest = behind;
    }
    let (tail, behind) = plain_field(rest);
    field.push_str(&tail);
    Some((Cow::Owned(field), behind))
}

#[cfg(test)]
mod tests;

//! The sheet out of sight: the record of the draw and what each row is known by, for reading back.

use std::fmt::Write;

use rust_xlsxwriter::{Workbook, XlsxError};
use sha2::{Digest, Sha256};

use super::layout::SEAL;
use super::{Paper, WorkbookError};

/// Characters of the record in one cell.
const PART: usize = 16_000;
/// What the first cell says.
pub(in crate::sampling) const FORMAT: &str = "tickmark working paper";

/// Writes it: names in the first column, values in the second.
pub(super) fn seal(
    book: &mut Workbook,
    paper: &Paper<'_>,
    id: &str,
    sample: &[String],
    spares: &[String],
) -> Result<(), WorkbookError> {
    let text = in_ascii(&paper.record.text()?);
    let mut lines: Vec<(&str, String)> = vec![
        ("format", FORMAT.to_owned()),
        ("schema", "1".to_owned()),
        ("draw", id.to_owned()),
        ("population_sha256", paper.population.about.sha256.clone()),
        ("seed", in_ascii(&paper.record.order.seed)),
        ("attributes", paper.attributes.len().to_string()),
        ("record_sha256", hex::encode(Sha256::digest(text.as_bytes()))),
    ];
    let characters: Vec<char> = text.chars().collect();
    lines.extend(characters.chunks(PART).map(|part| ("record", part.iter().collect())));
    lines.extend(sample.iter().map(|digest| ("sample", digest.clone())));
    lines.extend(spares.iter().map(|digest| ("spare", digest.clone())));
    let digest = sealed(lines.iter().map(|(name, value)| (*name, value.as_str())));
    lines.push(("seal", digest));
    write(book, &lines)?;
    Ok(())
}

/// JSON with escapes for all but ASCII: the same JSON, of signs that every workbook holds.
fn in_ascii(text: &str) -> String {
    let mut ascii = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, ' '..='~') {
            ascii.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _written = write!(ascii, "\\u{unit:04x}");
            }
        }
    }
    ascii
}

/// SHA-256 over names and values, each followed by a zero byte.
pub(in crate::sampling) fn sealed<'a>(lines: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut digest = Sha256::new();
    for (name, value) in lines {
        for text in [name, value] {
            digest.update(text.as_bytes());
            digest.update([0]);
        }
    }
    hex::encode(digest.finalize())
}

fn write(book: &mut Workbook, lines: &[(&str, String)]) -> Result<(), XlsxError> {
    let sheet = book.add_worksheet();
    sheet.set_name(SEAL)?.set_very_hidden(true).protect();
    for (row, (name, value)) in (0..).zip(lines) {
        sheet.write_string(row, 0, *name)?;
        sheet.write_string(row, 1, value)?;
    }
    Ok(())
}

//! Text from evidence made harmless for the place where it is shown.
//!
//! - **Screen**: [`visible`] writes control characters, terminal escapes and invisible or
//!   direction-changing characters as `\u{1b}`, so that a name can neither move the cursor nor pass
//!   for another name.
//! - **CSV**: [`cell`] guards against spreadsheets that take a cell for a formula. A value that begins
//!   with `=`, `+`, `-`, `@` (also in their full-width forms), a tab, a carriage return or a line feed
//!   gets one apostrophe put before it, and so does a value that already begins with an apostrophe.
//!   Hence no two values become one, and a program gets every value back by taking off one leading
//!   apostrophe. Nothing else is changed, and resource names (`arn:…`) never are. Numbers, times and
//!   words of tickmark's own are not guarded: they are no text from evidence.
//! - **JSON**: carries every value exactly; [`super::json`] only spells the characters that
//!   [`visible`] would show as `\u` escapes.
//!
//! Account ids keep their leading zeros as text, but a spreadsheet that guesses takes them off:
//! import the column as text. Import with the comma as the only separator.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Text for a screen or a sentence: one line, every character of it to be seen.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unseen) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            other if is_unseen(other) => {
                // Writing to a string cannot fail.
                let _ = write!(shown, "\\u{{{:x}}}", u32::from(other));
            }
            other => shown.push(other),
        }
    }
    Cow::Owned(shown)
}

/// A value from evidence for a CSV cell.
#[must_use]
pub fn cell(text: &str) -> Cow<'_, str> {
    if text.starts_with(is_dangerous_start) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// A sentence that may quote evidence, for a CSV cell: on one line, and guarded.
#[must_use]
pub fn sentence(text: &str) -> Cow<'_, str> {
    match visible(text) {
        Cow::Borrowed(text) => cell(text),
        Cow::Owned(text) => Cow::Owned(cell(&text).into_owned()),
    }
}

/// Whether a character shows nothing by itself or changes how its neighbours are shown.
#[must_use]
pub fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

fn is_dangerous_start(character: char) -> bool {
    matches!(character, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '\'' | '＝' | '＋' | '－' | '＠')
}

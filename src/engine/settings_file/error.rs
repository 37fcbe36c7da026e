//! [`SettingsFileError`]: what is wrong with a settings file, and in which line.

/// A settings file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{noun} `{file}`, line {line}: {what}")]
pub struct SettingsFileError {
    /// What the file is: a catalog, an engagement file.
    pub noun: &'static str,
    /// The file, as the caller labelled it.
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    /// The key and what is wrong with it.
    pub what: String,
}

/// How much of a text from a file is repeated in a message, in characters.
const QUOTED_LENGTH_MAX: usize = 100;

/// A text from a file in backticks: cut where it is long, and with nothing in it that moves a terminal.
pub(crate) fn quoted(text: &str) -> String {
    let shown: String = text.chars().take(QUOTED_LENGTH_MAX).flat_map(visible).collect();
    let more = if text.chars().nth(QUOTED_LENGTH_MAX).is_some() { "…" } else { "" };
    format!("`{shown}{more}`")
}

/// A character as it is, or its escape where it does not show.
fn visible(character: char) -> Vec<char> {
    if is_printable(character) { vec![character] } else { character.escape_unicode().collect() }
}

/// Whether a character shows where it stands: no control character and none that turns the line around.
pub(crate) fn is_printable(character: char) -> bool {
    !character.is_control()
        && !matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

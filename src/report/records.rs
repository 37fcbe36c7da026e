//! Records of the original evidence laid out for reading: indented, and otherwise as they stand.
//!
//! Numbers keep their digits, members their order, doubled members stay doubled; unseen characters are
//! spelled as `\u` escapes, which mean the same in JSON and do nothing to a terminal.

use std::fmt::Write as _;

use serde::de::IgnoredAny;

use super::escape::is_unseen;

/// How deep values are laid out over lines; deeper ones stay on theirs, so that nesting past all reason cannot
/// make a page of blanks.
const LAID_OUT_DEPTH_MAX: usize = 16;

/// JSON over several lines; `None` where the text is no JSON.
#[must_use]
pub fn pretty(text: &str) -> Option<String> {
    laid_out(text, true)
}

/// JSON on one line; `None` where the text is no JSON.
#[must_use]
pub fn compact(text: &str) -> Option<String> {
    laid_out(text, false)
}

fn laid_out(text: &str, is_indented: bool) -> Option<String> {
    serde_json::from_str::<IgnoredAny>(text).ok()?;
    let mut layout = Layout { out: String::with_capacity(text.len() * 2), depth: 0, is_indented };
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' => layout.string(&mut characters),
            '{' | '[' => {
                while characters.next_if(char::is_ascii_whitespace).is_some() {}
                match characters.next_if(|next| matches!(next, '}' | ']')) {
                    Some(end) => layout.out.extend([character, end]),
                    None => layout.open(character),
                }
            }
            '}' | ']' => layout.close(character),
            ',' => {
                layout.out.push(',');
                layout.new_line();
            }
            ':' => layout.out.push_str(if is_indented { ": " } else { ":" }),
            other if other.is_ascii_whitespace() => {}
            other => layout.out.push(other),
        }
    }
    Some(layout.out)
}

struct Layout {
    out: String,
    depth: usize,
    is_indented: bool,
}

impl Layout {
    fn open(&mut self, bracket: char) {
        self.out.push(bracket);
        self.depth += 1;
        self.new_line();
    }

    fn close(&mut self, bracket: char) {
        let was_laid_out = self.depth <= LAID_OUT_DEPTH_MAX;
        self.depth = self.depth.saturating_sub(1);
        if was_laid_out {
            self.new_line();
        }
        self.out.push(bracket);
    }

    fn new_line(&mut self) {
        if self.is_indented && self.depth <= LAID_OUT_DEPTH_MAX {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n("  ", self.depth));
        }
    }

    /// A string whose opening quote was met.
    fn string(&mut self, characters: &mut std::iter::Peekable<std::str::Chars<'_>>) {
        self.out.push('"');
        while let Some(character) = characters.next() {
            match character {
                '"' => break,
                '\\' => {
                    self.out.push('\\');
                    self.out.extend(characters.next());
                }
                other => self.shown(other),
            }
        }
        self.out.push('"');
    }

    fn shown(&mut self, character: char) {
        if !is_unseen(character) {
            self.out.push(character);
            return;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            // Writing to a string cannot fail.
            let _ = write!(self.out, "\\u{unit:04x}");
        }
    }
}

#[cfg(test)]
mod tests;

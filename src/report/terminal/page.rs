//! [`Page`]: lines of a known width, each piece of text made visible before it is measured.

use crate::report::escape::visible;

/// What a piece of text is dressed as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tint {
    Plain,
    Strong,
    Faint,
    Good,
    Bad,
    Doubtful,
}

impl Tint {
    /// The terminal's code that switches it on.
    const fn code(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Strong => Some("1"),
            Self::Faint => Some("2"),
            Self::Good => Some("32"),
            Self::Bad => Some("1;31"),
            Self::Doubtful => Some("33"),
        }
    }
}

/// A screen in the making.
pub(super) struct Page {
    width: usize,
    color: bool,
    text: String,
}

impl Page {
    pub(super) const fn new(width: usize, color: bool) -> Self {
        Self { width, color, text: String::new() }
    }

    pub(super) const fn width(&self) -> usize {
        self.width
    }

    pub(super) fn finish(self) -> String {
        self.text
    }

    pub(super) fn blank(&mut self) {
        self.text.push('\n');
    }

    /// A line of its own that opens a section.
    pub(super) fn heading(&mut self, text: &str) {
        self.blank();
        self.line(&[(Tint::Strong, text)]);
    }

    /// One line of dressed pieces; blanks at its end are left off.
    pub(super) fn line(&mut self, pieces: &[(Tint, &str)]) {
        let last = pieces.iter().rposition(|(_, text)| !text.trim_end().is_empty());
        for (at, (tint, text)) in pieces.iter().enumerate() {
            match last {
                Some(last) if at < last => self.piece(*tint, text),
                Some(last) if at == last => self.piece(*tint, text.trim_end()),
                _ => {}
            }
        }
        self.blank();
    }

    /// A label and a text beside it, broken between words; all lines of the text begin at `indent`.
    pub(super) fn paragraph(&mut self, label: &str, indent: usize, text: &str) {
        self.tinted_paragraph(label, indent, Tint::Plain, text);
    }

    /// A paragraph whose text is dressed.
    pub(super) fn tinted_paragraph(&mut self, label: &str, indent: usize, tint: Tint, text: &str) {
        let lines = wrapped(text, self.width.saturating_sub(indent));
        let label = padded(label, indent);
        let margin = " ".repeat(indent);
        for (at, line) in lines.iter().enumerate() {
            let start = if at == 0 { (Tint::Strong, label.as_str()) } else { (Tint::Plain, margin.as_str()) };
            self.line(&[start, (tint, line)]);
        }
    }

    fn piece(&mut self, tint: Tint, text: &str) {
        let shown = visible(text);
        match tint.code().filter(|_| self.color && !shown.trim().is_empty()) {
            Some(code) => self.text.extend(["\u{1b}[", code, "m", &shown, "\u{1b}[0m"]),
            None => self.text.push_str(&shown),
        }
    }
}

/// Columns that a text takes once it is visible.
pub(super) fn columns(text: &str) -> usize {
    visible(text).chars().map(character_columns).sum()
}

/// A text followed by blanks up to `width` columns.
pub(super) fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(columns(text))))
}

/// A text with blanks before it up to `width` columns.
pub(super) fn right(text: &str, width: usize) -> String {
    format!("{}{text}", " ".repeat(width.saturating_sub(columns(text))))
}

/// A text cut to `width` columns, with `…` where something is missing.
pub(super) fn cut(text: &str, width: usize) -> String {
    let text = visible(text);
    if columns(&text) <= width {
        return text.into_owned();
    }
    let (head, _) = split_at_column(&text, width.saturating_sub(1));
    format!("{}…", head.trim_end())
}

/// The end of a text, cut to `width` columns, with `…` where something is missing.
pub(super) fn tail(text: &str, width: usize) -> String {
    let text = visible(text);
    let mut taken = 0;
    let kept: Vec<char> = text
        .chars()
        .rev()
        .take_while(|character| {
            taken += character_columns(*character);
            taken < width
        })
        .collect();
    if columns(&text) <= width {
        return text.into_owned();
    }
    std::iter::once('…').chain(kept.into_iter().rev()).collect()
}

/// A text in lines of at most `width` columns, broken between words, long words broken anywhere.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let width = width.max(8);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in visible(text).split(' ').filter(|word| !word.is_empty()) {
        if !line.is_empty() && columns(&line) + 1 + columns(word) > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        let mut rest = word;
        while columns(rest) > width {
            let (head, tail) = split_at_column(rest, width);
            lines.push(head.to_owned());
            rest = tail;
        }
        line.push_str(rest);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// The longest start of a text that fits into `width` columns, and what follows it.
fn split_at_column(text: &str, width: usize) -> (&str, &str) {
    let mut taken = 0;
    let fitting = text.char_indices().find(|(_, character)| {
        taken += character_columns(*character);
        taken > width
    });
    fitting.and_then(|(at, _)| text.split_at_checked(at)).unwrap_or((text, ""))
}

/// Two columns for the wide letters of East Asia and pictographs, one for all others.
const fn character_columns(character: char) -> usize {
    match character {
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{303e}'
        | '\u{3041}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

//! Words of reasons: what the evidence says, kept as short as an auditor reads.

/// How much of one text from the evidence a reason repeats.
const TEXT_CHARACTERS_MAX: usize = 120;
/// How many of several things a reason names.
const NAMED_MAX: usize = 3;

/// Text from the evidence, its end cut off where it is too long to be read in a sentence.
pub(super) fn short(text: &str) -> String {
    match text.char_indices().nth(TEXT_CHARACTERS_MAX) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// Several reasons as one: the first three, and how many more there are.
pub(super) fn listed(reasons: &[String]) -> String {
    let named = reasons.iter().take(NAMED_MAX).map(String::as_str).collect::<Vec<_>>().join("; ");
    match reasons.len().saturating_sub(NAMED_MAX) {
        0 => named,
        more => format!("{named}; and {more} more"),
    }
}

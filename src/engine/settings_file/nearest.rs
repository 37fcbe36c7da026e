//! The known name nearest to an unknown one, for messages.

/// Longer names are not compared: nobody mistypes them by a letter.
const COMPARED_LENGTH_MAX: usize = 128;

/// Names less alike than this are no suggestion; 1 is equal.
const LIKENESS_MIN: f64 = 0.55;

/// The first of the names most like `wanted`, case aside, if any is like it at all.
pub(crate) fn nearest<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if wanted.len() > COMPARED_LENGTH_MAX {
        return None;
    }
    let wanted = wanted.to_lowercase();
    let mut best: Option<(f64, &str)> = None;
    for name in known {
        let likeness = strsim::normalized_damerau_levenshtein(&wanted, &name.to_lowercase());
        if likeness >= LIKENESS_MIN && best.is_none_or(|(so_far, _)| likeness > so_far) {
            best = Some((likeness, name));
        }
    }
    best.map(|(_, name)| name)
}

/// The end of a message: `; did you mean …?`, or nothing.
pub(crate) fn suggestion(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}

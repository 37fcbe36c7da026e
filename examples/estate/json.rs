//! JSON as text, members in the order given.
//!
//! Values are passed around as rendered text, so that what does not change is rendered once.

use std::fmt::Write;

/// A string value with its quotes.
pub(crate) fn text(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 2);
    out.push('"');
    for character in value.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            control if control < ' ' => {
                // Writing to a `String` cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// An object of rendered values.
pub(crate) fn object(members: &[(&str, String)]) -> String {
    let inside: Vec<String> = members.iter().map(|(name, value)| format!("{}:{value}", text(name))).collect();
    format!("{{{}}}", inside.join(","))
}

/// An array of rendered values.
pub(crate) fn array(values: &[String]) -> String {
    format!("[{}]", values.join(","))
}

/// An array of strings.
pub(crate) fn texts<'a>(values: impl IntoIterator<Item = &'a str>) -> String {
    array(&values.into_iter().map(text).collect::<Vec<_>>())
}

/// A string or `null`.
pub(crate) fn text_or_null(value: Option<&str>) -> String {
    value.map_or_else(|| "null".to_owned(), text)
}

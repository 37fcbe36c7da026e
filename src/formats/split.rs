//! Takes JSON objects and arrays in memory apart, one level, without decoding what is inside.
//!
//! What balances may still be broken inside: whoever decodes a part finds that out.

use super::structure::Nesting;

/// The members of an object, names without their quotes; `None` where the text is not one object.
pub(super) fn members(text: &[u8]) -> Option<Vec<(&[u8], &[u8])>> {
    let mut rest = text.trim_ascii().strip_prefix(b"{")?.trim_ascii_start();
    let mut members = Vec::new();
    if let Some(end) = rest.strip_prefix(b"}") {
        return end.is_empty().then_some(members);
    }
    loop {
        let (name, behind) = value(rest)?;
        let name = name.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
        let behind = behind.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start();
        let (value, behind) = value(behind)?;
        members.push((name, value));
        rest = match behind.trim_ascii_start() {
            [b',', next @ ..] => next.trim_ascii_start(),
            [b'}'] => return Some(members),
            _ => return None,
        };
    }
}

/// The elements of an array; `None` where the text is not one array.
pub(super) fn elements(text: &[u8]) -> Option<Vec<&[u8]>> {
    let mut rest = text.trim_ascii().strip_prefix(b"[")?.trim_ascii_start();
    let mut elements = Vec::new();
    if let Some(end) = rest.strip_prefix(b"]") {
        return end.is_empty().then_some(elements);
    }
    loop {
        let (value, behind) = value(rest)?;
        elements.push(value);
        rest = match behind.trim_ascii_start() {
            [b',', next @ ..] => next.trim_ascii_start(),
            [b']'] => return Some(elements),
            _ => return None,
        };
    }
}

/// The first value of a text, and what follows it.
fn value(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = match text.first()? {
        b'{' | b'[' => Nesting::default().advance(text, true).ok()?,
        b'"' => string_length(text)?,
        _ => text.iter().position(|byte| byte.is_ascii_whitespace() || b",]}:".contains(byte)).unwrap_or(text.len()),
    };
    (length > 0).then(|| text.split_at_checked(length)).flatten()
}

fn string_length(text: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        at += memchr::memchr2(b'"', b'\\', text.get(at..)?)?;
        if text.get(at) == Some(&b'"') {
            return Some(at + 1);
        }
        at += 2;
    }
}

#[cfg(test)]
mod tests {
    use super::{elements, members};

    fn shown(text: &str) -> Option<Vec<(String, String)>> {
        let text_of = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Some(members(text.as_bytes())?.into_iter().map(|(name, value)| (text_of(name), text_of(value))).collect())
    }

    #[test]
    fn objects_are_taken_apart_one_level() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let rows = [
            (" { } ", Some(vec![])),
            (r#"{"a":1}"#, Some(vec![pair("a", "1")])),
            (
                r#"{ "a" : {"x":"}"} , "b\"c":[1,2] ,"d":"\\" }"#,
                Some(vec![pair("a", r#"{"x":"}"}"#), pair(r#"b\"c"#, "[1,2]"), pair("d", r#""\\""#)]),
            ),
            (r#"{"a":1,}"#, None),
            (r#"{"a" 1}"#, None),
            (r#"{"a":1} x"#, None),
            (r#"{"a":"#, None),
            ("[1]", None),
            ("", None),
        ];
        for (text, expected) in rows {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn arrays_are_taken_apart_one_level() {
        let rows: [(&str, Option<Vec<&str>>); 5] = [
            ("[]", Some(vec![])),
            (r#"[ {"a":[1]}, "x,y" ,null]"#, Some(vec![r#"{"a":[1]}"#, r#""x,y""#, "null"])),
            ("[1,]", None),
            ("[1 2]", None),
            ("{}", None),
        ];
        for (text, expected) in rows {
            let found = elements(text.as_bytes());
            let expected = expected.map(|values| values.into_iter().map(str::as_bytes).collect::<Vec<_>>());
            assert_eq!(found, expected, "{text}");
        }
    }
}

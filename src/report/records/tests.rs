//! Records keep what they say, whatever they look like.

use super::{compact, pretty};

#[test]
fn layout_changes_nothing_but_blanks_and_unseen_characters() {
    let record = "{\"b\" : 1.50e3,\"a\":[ ],\"a\":{\"x\":\"say \\\"{,}\\\" \u{202e}\u{e0041}\"} , \"n\":[1,{ }]}";
    let shown = pretty(record).unwrap();
    assert_eq!(
        shown,
        "{\n  \"b\": 1.50e3,\n  \"a\": [],\n  \"a\": {\n    \"x\": \"say \\\"{,}\\\" \\u202e\\udb40\\udc41\"\n  },\n  \"n\": [\n    1,\n    {}\n  ]\n}"
    );
    let one_line = compact(record).unwrap();
    assert_eq!(
        one_line,
        "{\"b\":1.50e3,\"a\":[],\"a\":{\"x\":\"say \\\"{,}\\\" \\u202e\\udb40\\udc41\"},\"n\":[1,{}]}"
    );
    assert_eq!(compact(&shown).unwrap(), one_line);
}

#[test]
fn what_is_no_json_is_not_laid_out() {
    for text in ["", "user,arn", "{", "{\"a\":1} {\"b\":2}", "\"\u{1b}[2J\""] {
        assert_eq!(pretty(text), None, "{text:?}");
    }
}

#[test]
fn what_is_nested_past_all_reason_makes_no_page_of_blanks() {
    let deep = format!("{}1{}", "[".repeat(50_000), "]".repeat(50_000));
    let shown = pretty(&deep).unwrap();
    assert!(shown.len() < deep.len() + 2000, "{} characters of {}", shown.len(), deep.len());
    assert_eq!(compact(&shown).unwrap(), deep);
}

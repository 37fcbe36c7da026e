//! Members of a record, whole and broken.

use serde::Deserialize;

use super::{List, Member, Object, parse_object, quoted, required_text, scalar_text, text, whole_number};
use crate::formats::records::RecordError;
use crate::model::ProblemCode;

#[derive(Debug, Deserialize)]
struct Form<'a> {
    #[serde(borrow)]
    name: Member<'a>,
    #[serde(borrow, default)]
    part: Object<Part<'a>>,
    #[serde(borrow, default)]
    parts: List<Object<Part<'a>>>,
}

#[derive(Debug, Deserialize)]
struct Part<'a> {
    #[serde(borrow)]
    size: Member<'a>,
}

fn refused(raw: &[u8]) -> RecordError {
    parse_object::<Form<'_>>(raw).expect_err("should be refused")
}

#[test]
fn an_object_is_read_and_the_rest_of_it_passed_over() {
    let form: Form<'_> = parse_object(br#" {"other":[1,{"a":2}],"name":"a\u0062c","part":{"size":1e999}} "#).unwrap();
    assert_eq!(text("name", form.name).unwrap(), "abc");
    let part = form.part.members("part").unwrap().unwrap();
    assert_eq!(part.size.unwrap().get(), "1e999");
    assert!(form.parts.entries("parts").unwrap().is_empty());
}

#[test]
fn anything_but_an_object_is_a_bad_record() {
    for raw in ["[]", r#"["a",{},[]]"#, "null", "1", "-1", "1.5", "true", r#""text""#] {
        assert_eq!(
            refused(raw.as_bytes()),
            RecordError { code: ProblemCode::BadRecord, what: format!("the record is not an object: `{raw}`") }
        );
    }
}

#[test]
fn broken_text_is_told_from_wrong_data() {
    for raw in
        ["", "{", "{}{}", r#"{"name":}"#, r#"{"name":"a}"#, r#"{"other":01}"#, "{'name':1}", r#"{"other":"\u12"}"#]
    {
        assert_eq!(refused(raw.as_bytes()).code, ProblemCode::BrokenJson, "{raw}");
    }
    let latin = refused(b"{\"other\":\"caf\xe9\"}");
    assert_eq!(
        (latin.code, latin.what.as_str()),
        (ProblemCode::Encoding, "the record is not UTF-8 from its byte 13 on")
    );
}

#[test]
fn a_member_given_twice_is_named() {
    let twice = RecordError { code: ProblemCode::BadRecord, what: "`name` is given twice".into() };
    assert_eq!(refused(br#"{"name":"a","name":"a"}"#), twice);
    assert_eq!(refused(br#"{"name":null,"n\u0061me":"a"}"#), twice);
    assert_eq!(refused(br#"{"parts":[{"size":1,"size":2}]}"#).what, "`size` is given twice");
}

#[test]
fn a_half_escape_in_a_wanted_member_is_refused() {
    let form: Form<'_> = parse_object(br#"{"name":"\ud800"}"#).unwrap();
    assert_eq!(text("name", form.name).unwrap_err().code, ProblemCode::BrokenJson);
    assert_eq!(scalar_text(form.name).unwrap_err().code, ProblemCode::BrokenJson);
}

#[test]
fn wrong_kinds_are_named_by_whoever_asks() {
    for value in ["1", "-1", "1.5", "true", r#""text""#] {
        let raw = format!(r#"{{"name":{value},"part":{value},"parts":{value}}}"#);
        let form: Form<'_> = parse_object(raw.as_bytes()).unwrap();
        assert_eq!(form.part.members("part").unwrap_err().what, "`part` is not an object");
        assert_eq!(form.parts.entries("parts").unwrap_err().what, "`parts` is not a list");
        assert_eq!(text("name", form.name).is_ok(), value.starts_with('"'));
    }
    let form: Form<'_> = parse_object(br#"{"part":[[1],2],"parts":{"a":[1],"b":2}}"#).unwrap();
    assert!(matches!((form.part, form.parts), (Object::Other, List::Other)));
}

#[test]
fn null_counts_as_missing() {
    let form: Form<'_> = parse_object(br#"{"name":null,"part":null,"parts":null}"#).unwrap();
    assert!(form.name.is_none());
    assert!(form.part.members("part").unwrap().is_none());
    assert!(form.parts.entries("parts").unwrap().is_empty());
    assert_eq!(text("name", None).unwrap(), "");
    assert_eq!(required_text("name", None).unwrap_err().what, "`name` is missing");
}

#[test]
fn scalars_of_a_free_map_are_taken_as_written() {
    for (raw, expected) in [
        (r#"{"name":"x"}"#, "x"),
        (r#"{"name":1.10}"#, "1.10"),
        (r#"{"name":true}"#, "true"),
        (r#"{"name":[1]}"#, ""),
        (r#"{"name":{"a":1}}"#, ""),
        ("{}", ""),
    ] {
        let form: Form<'_> = parse_object(raw.as_bytes()).unwrap();
        assert_eq!(scalar_text(form.name).unwrap(), expected, "{raw}");
    }
}

#[test]
fn whole_numbers_are_whole() {
    let number = |value: &str| {
        let raw = format!(r#"{{"name":{value}}}"#);
        whole_number("name", parse_object::<Form<'_>>(raw.as_bytes()).unwrap().name)
    };
    assert_eq!(number("2003"), Ok(Some(2003)));
    assert_eq!(number("3.0"), Ok(Some(3)));
    assert_eq!(number("null"), Ok(None));
    for value in [r#""2003""#, "2.5", "1e3", "99999999999999999999", "true", "[]"] {
        assert_eq!(number(value).unwrap_err().code, ProblemCode::BadRecord, "{value}");
    }
}

#[test]
fn quoted_input_is_cut_at_80_characters() {
    assert_eq!(quoted("x"), "`x`");
    assert_eq!(quoted(&"ü".repeat(80)), format!("`{}`", "ü".repeat(80)));
    assert_eq!(quoted(&"ü".repeat(81)), format!("`{}…`", "ü".repeat(80)));
}

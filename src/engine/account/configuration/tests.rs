//! Tags in every form that exports give them.

use super::*;
use crate::model::Instant;

fn bucket(tags: &str, supplementary: &str) -> ItemRow {
    ItemRow {
        recorder_account: "111122223333".into(),
        recorder_region: "eu-west-1".into(),
        resource_type: "AWS::S3::Bucket".into(),
        resource_id: "b".into(),
        captured_at: Instant::from_microseconds(0),
        account: "111122223333".into(),
        region: "eu-west-1".into(),
        resource_name: String::new(),
        resource_arn: String::new(),
        status: "OK".into(),
        created_at: None,
        tags: tags.into(),
        relationships: String::new(),
        configuration: String::new(),
        supplementary_configuration: supplementary.into(),
        completeness: 0,
        evidence_id: String::new(),
        record_number: 1,
    }
}

#[test]
fn a_tag_is_found_in_every_form_that_exports_give_it() {
    let filter = TagFilter { key: "class".into(), values: vec!["restricted".into()] };
    let rows = [
        (r#"{"class":"restricted"}"#, "", true),
        (r#"{"class":"public","other":null}"#, "", false),
        (r#"{"Class":"restricted"}"#, "", false),
        (r#"{"other":null,"class":"restricted"}"#, "", true),
        (r#"[{"tag":"class=restricted","key":"class","value":"restricted"}]"#, "", true),
        (r#"[{"tagKey":"class","tagValue":"public"}]"#, "", false),
        (r#""{\"class\":\"restricted\"}""#, "", true),
        ("", r#"{"BucketTaggingConfiguration":{"tagSets":[{"tags":{"class":"restricted"}}]}}"#, true),
        ("", r#"{"BucketTaggingConfiguration":"{\"tagSets\":[{\"tags\":{\"class\":\"restricted\"}}]}"}"#, true),
        ("{}", r#"{"BucketTaggingConfiguration":{"tagSets":[]}}"#, false),
        ("", "", false),
        // What cannot be read leaves nobody out.
        ("{broken", "", true),
        (r#"["class=restricted"]"#, "", true),
    ];
    for (tags, supplementary, expected) in rows {
        assert_eq!(has_tag(&bucket(tags, supplementary), &filter), expected, "{tags} {supplementary}");
    }
}

#[test]
fn any_value_counts_where_none_is_asked_for() {
    let filter = TagFilter { key: "class".into(), values: vec![] };
    assert!(has_tag(&bucket(r#"{"class":""}"#, ""), &filter));
    assert!(!has_tag(&bucket(r#"{"klass":"x"}"#, ""), &filter));
}

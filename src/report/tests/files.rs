//! The files of a run, byte by byte where it matters.

use super::fixture::{clean, hostile};
use crate::engine::results::Assessment;
use crate::report::{Format, csv, files, stdout};

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

fn file(assessment: &Assessment, name: &str) -> String {
    let (_, bytes) = files(assessment).unwrap().into_iter().find(|(known, _)| *known == name).unwrap();
    text(bytes)
}

/// The first lines of a file, with terminal escapes spelled for this page.
fn lines(assessment: &Assessment, name: &str, shown: usize) -> String {
    file(assessment, name).split_inclusive('\n').take(shown).collect::<String>().replace('\u{1b}', "<ESC>")
}

fn results(assessment: &Assessment) -> serde_json::Value {
    serde_json::from_str(&file(assessment, "results.json")).unwrap()
}

#[test]
fn files_are_in_fixed_order() {
    let names: Vec<&str> = files(&clean()).unwrap().into_iter().map(|(name, _)| name).collect();
    let expected = [
        "results.json",
        "controls.csv",
        "exceptions.csv",
        "coverage.csv",
        "subjects.csv",
        "disagreements.csv",
        "remarks.csv",
        "ledger.csv",
    ];
    let (tables, others): (Vec<&str>, Vec<&str>) =
        names.iter().partition(|name| name.split('.').next_back() == Some("parquet"));
    assert_eq!(others, expected);
    assert_eq!(tables.len(), 20);
    assert_eq!(names, super::super::FILES);
}

#[test]
fn the_same_assessment_gives_the_same_bytes() {
    assert_eq!(files(&hostile()).unwrap(), files(&hostile()).unwrap());
}

#[test]
fn standard_output_repeats_the_files() {
    assert_eq!(text(stdout(&hostile(), Format::Json).unwrap()), file(&hostile(), "results.json"));
    assert_eq!(text(stdout(&hostile(), Format::Csv).unwrap()), file(&hostile(), "controls.csv"));
}

#[test]
fn clean_results_up_to_the_controls() {
    let text = file(&clean(), "results.json");
    insta::assert_snapshot!(text.split("  \"controls\"").next().unwrap(), @r#"
    {
      "schema": 1,
      "tool": {
        "name": "tickmark",
        "version": "0.1.0"
      },
      "engagement": null,
      "window": {
        "from": "2026-01-01T00:00:00Z",
        "until": "2026-07-01T00:00:00Z"
      },
      "parameters": {
        "sources": [
          "config"
        ],
        "max_gap_hours": 36,
        "lag_tolerance_hours": 24
      },
      "evidence": {
        "files": 1,
        "accepted": 1,
        "partial": 0,
        "set_aside": 0,
        "rejected": 0,
        "bytes": 1000,
        "records": {
          "read": 2,
          "kept": 2,
          "duplicate": 0,
          "set_aside": 0,
          "rejected": 0
        },
        "digest": "abababababababababababababababababababababababababababababababab"
      },
      "scope": {
        "listed": false,
        "accounts": [
          {
            "account": "004857120933",
            "name": "",
            "environment": "production",
            "regions": [
              "eu-west-1"
            ],
            "has_evidence": true
          }
        ],
        "accounts_out_of_scope": []
      },
    "#);
}

#[test]
fn clean_results_from_the_controls_on() {
    let text = file(&clean(), "results.json");
    insta::assert_snapshot!(text.split("\"controls\": ").nth(1).unwrap(), @r#"
    [
        {
          "control": "C01",
          "title": "MFA for console users",
          "criteria": [
            "CC6.1"
          ],
          "tests": [
            "TEST_ONE",
            "TEST_TWO"
          ],
          "conclusion": "no_exceptions_noted",
          "population": 2,
          "tested": 2,
          "not_applicable": 0,
          "not_tested": 0,
          "failed": 0,
          "passed": 2,
          "pass_rate": 1.0,
          "passing_at_end": 2,
          "failing_at_end": 0,
          "pass_rate_at_end": 1.0,
          "time_weighted_pass_rate": 1.0,
          "exceptions": 0,
          "by_source": {},
          "by_account": {},
          "uncovered_account_regions": 0,
          "notes": [],
          "remarks": 0,
          "agreement": []
        }
      ],
      "coverage": [
        {
          "account": "004857120933",
          "region": "eu-west-1",
          "source": "config",
          "covered_fraction": 1.0,
          "first": "2025-12-31T06:00:00Z",
          "last": "2026-06-30T18:00:00.500Z",
          "gaps": [],
          "recorder_off": [],
          "not_recorded": []
        }
      ],
      "unmapped_rules": [],
      "unmapped_findings": [],
      "disagreements": []
    }
    "#);
}

#[test]
fn results_have_the_fields_of_the_definition_in_order() {
    let text = file(&hostile(), "results.json");
    let top: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("  \"")?.split('"').next()).collect();
    assert_eq!(
        top,
        [
            "schema",
            "tool",
            "engagement",
            "window",
            "parameters",
            "evidence",
            "scope",
            "controls",
            "coverage",
            "unmapped_rules",
            "unmapped_findings",
            "disagreements"
        ]
    );
    assert!(text.ends_with("]\n}\n"));
}

#[test]
fn results_carry_hostile_names_exactly_and_unseen() {
    let results = results(&hostile());
    assert_eq!(results["scope"]["accounts"][2]["name"], "=HYPERLINK(\"http://x\")");
    assert_eq!(results["unmapped_rules"][1]["rule"], "x\u{1b}[31m\nrule");
    let mut assessment = clean();
    assessment.engagement = Some("a\u{202e}b\u{9b}\u{7f}c\u{e0041}d\u{1b}".into());
    let text = file(&assessment, "results.json");
    assert!(text.contains(r#""engagement": "a\u202eb\u009b\u007fc\udb40\udc41d\u001b""#), "{text}");
    assert_eq!(
        Some(super::files::results(&assessment)["engagement"].as_str().unwrap()),
        assessment.engagement.as_deref()
    );
}

#[test]
fn results_keep_sources_in_order_and_rates_of_nothing_null() {
    let text = file(&hostile(), "results.json");
    let by_source = text.split("\"by_source\"").nth(1).unwrap();
    assert!(by_source.find("\"config\"") < by_source.find("\"securityhub\""));
    let results = results(&hostile());
    assert!(
        results["controls"][3]["pass_rate"].is_null() && results["controls"][3]["time_weighted_pass_rate"].is_null()
    );
    assert_eq!(results["controls"][3]["conclusion"], "not_tested");
    assert!(text.contains("\"differ_seconds\": 86400.500"));
}

#[test]
fn results_list_disagreements_with_who_said_what() {
    let pretty = serde_json::to_string(&results(&hostile())["disagreements"][0]["said"]).unwrap();
    insta::assert_snapshot!(pretty, @r#"[{"evidence":"0123456789abcdef:3","reason":"+because","source":"config","status":"PASS"},{"evidence":"0123456789abcdef:3","reason":"+because","source":"securityhub","status":"FAIL"}]"#);
}

#[test]
fn controls_table() {
    insta::assert_snapshot!(lines(&hostile(), "controls.csv", 9), @r#"
    control,title,criteria,tests,conclusion,population,tested,not_applicable,not_tested,failed,passed,pass_rate,passing_at_end,failing_at_end,pass_rate_at_end,time_weighted_pass_rate,exceptions,uncovered_account_regions,notes
    C01,MFA for console users,CC6.1,TEST_ONE;TEST_TWO,exceptions_noted,1284,1284,0,0,3,1281,0.9976635514018691,1283,1,0.9992211838006231,0.9988317757009346,3,2,
    C03,Access keys rotated,CC6.1,TEST_ONE;TEST_TWO,incomplete,612,607,0,5,0,607,1.0,607,0,1.0,1.0,0,2,
    C05,Root account locked away,CC6.1,TEST_ONE;TEST_TWO,no_exceptions_noted,2,2,0,0,0,2,1.0,2,0,1.0,1.0,0,0,
    C09,Trails encrypted,CC6.6,TEST_ONE;TEST_TWO,not_tested,0,0,0,0,0,0,,0,0,,,0,2,
    C10,No unrestricted ingress to administrative and database ports,CC6.6,TEST_ONE;TEST_TWO,exceptions_noted,20000,20000,0,0,1,19999,0.99995,20000,0,1.0,0.999975,1,2,Security group \u{1b}]0;owned\u{7} of =cmd|' /C calc'!A0 is shared by two VPCs.
    C14,Bucket access logging,CC7.1,TEST_ONE;TEST_TWO,not_tested,41,0,0,41,0,0,,0,0,,,0,2,No bucket carries the tag `data-classification`; all buckets were taken.
    "#);
}

#[test]
fn exceptions_table() {
    insta::assert_snapshot!(lines(&hostile(), "exceptions.csv", 9), @r#"
    control,account,region,resource_type,resource_id,resource_arn,start,end,began_before_window,ongoing,duration_seconds,tests,sources,suppressed,opened_by,closed_by,id,reason
    C01,004857120933,eu-west-1,AWS::IAM::User,AIDA1,"arn:aws:iam::004857120933:user/a,""b""
    <script>",2026-01-01T00:00:00Z,2026-01-13T04:30:00.250Z,true,false,1053000,TEST_ONE;TEST_TWO,config;reperformed,true,0123456789abcdef:17,fedcba9876543210,C01-0badcafe,'=rule 1 opens tcp 22 to ::/0
    C01,004857120933,eu-west-1,AWS::IAM::User,'@SUM(1+1),,2026-06-30T12:00:00Z,2026-07-01T00:00:00Z,false,true,43200,TEST_ONE;TEST_TWO,config;reperformed,false,0123456789abcdef:17,,C01-0badcafe,'=rule 1 opens tcp 22 to ::/0
    C01,004857120933,eu-west-1,AWS::IAM::User,<ESC>[2Jroot,,2026-03-01T00:00:00Z,2026-03-02T00:00:00Z,false,false,86400,TEST_ONE;TEST_TWO,config;reperformed,false,0123456789abcdef:17,fedcba9876543210,C01-0badcafe,'=rule 1 opens tcp 22 to ::/0
    C10,004857120933,eu-west-1,AWS::EC2::SecurityGroup,sg-1,arn:aws:ec2:eu-west-1:004857120933:security-group/sg-1,2026-04-01T10:00:00Z,2026-04-01T10:45:30Z,false,false,2730,TEST_ONE;TEST_TWO,config;reperformed,false,0123456789abcdef:17,fedcba9876543210,C10-0badcafe,'=rule 1 opens tcp 22 to ::/0
    "#);
}

#[test]
fn coverage_table() {
    insta::assert_snapshot!(lines(&hostile(), "coverage.csv", 9), @r#"
    account,region,source,covered_fraction,first,last,gaps,recorder_off,not_recorded
    004857120933,eu-west-1,config,1.0,2025-12-31T06:00:00Z,2026-06-30T18:00:00.500Z,,,
    004857120933,us-east-1,config,0.9487108655616943,2025-12-31T06:00:00Z,2026-06-30T18:00:00.500Z,2026-03-03T04:12:00Z/2026-03-12T08:00:00Z;2026-05-02T00:00:00Z/2026-05-02T03:00:00Z,,
    218840913377,eu-west-1,config,1.0,2025-12-31T06:00:00Z,2026-06-30T18:00:00.500Z,,,
    004857120933,eu-west-1,securityhub,0.5027624309392266,2025-12-31T06:00:00Z,2026-06-30T18:00:00.500Z,2026-01-01T00:00:00Z/2026-04-01T00:00:00Z,,
    "#);
}

#[test]
fn subjects_table() {
    insta::assert_snapshot!(lines(&hostile(), "subjects.csv", 5), @r#"
    control,account,region,resource_type,resource_id,resource_arn,result,status_at_end,pass_seconds,fail_seconds,not_applicable_seconds,no_evidence_seconds,absent_seconds,exceptions,sources,inventory_only
    C01,004857120933,eu-west-1,AWS::IAM::User,AIDA1,"arn:aws:iam::004857120933:user/a,""b""
    <script>",failed,PASS,15638398.500,1.500,0,0,0,1,config;securityhub,false
    C01,004857120933,eu-west-1,AWS::IAM::User,"'=HYPERLINK(""http://x"",""y"")",,not_tested,NO_EVIDENCE,0,0,0,15638399.999999,0.000001,0,,true
    C01,004857120933,eu-west-1,AWS::Example::Filler,filler-2,,passed,PASS,15638400,0,0,0,0,0,config;securityhub,false
    "#);
}

#[test]
fn disagreements_table() {
    insta::assert_snapshot!(lines(&hostile(), "disagreements.csv", 3), @r#"
    control,test,account,region,resource_type,resource_id,resource_arn,start,end,duration_seconds,first_source,first_status,first_reason,first_evidence,second_source,second_status,second_reason,second_evidence,known_reasons
    C01,TEST_ONE,004857120933,eu-west-1,AWS::IAM::User,AIDA1,,2026-02-01T00:00:00Z,2026-02-03T00:00:00Z,172800,config,PASS,'+because,0123456789abcdef:3,securityhub,FAIL,'+because,0123456789abcdef:3,they look at different things
    "#);
}

#[test]
fn remarks_table() {
    insta::assert_snapshot!(lines(&hostile(), "remarks.csv", 3), @r#"
    control,test,account,region,resource_type,resource_id,resource_arn,start,end,kind,remark,evidence
    C01,TEST_ONE,004857120933,eu-west-1,AWS::IAM::User,AIDA1,,2026-02-01T00:00:00Z,2026-02-03T00:00:00Z,idle_exactly_limit,'=idle,0123456789abcdef:3
    "#);
}

#[test]
fn ledger_table() {
    insta::assert_snapshot!(lines(&hostile(), "ledger.csv", 6), @r#"
    evidence_id,path,bundle,size,sha256,kind,outcome,account,region,evidence_time,records_read,records_kept,records_duplicate,records_set_aside,records_rejected,reason
    0123456789abcdef,exports/-snapshot.json.gz,,4096,0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef,config_snapshot,accepted,004857120933,eu-west-1,2026-03-31T00:00:00Z,3,1,0,1,1,
    0123456789abcdef,exports/b.zip/2026/h<ESC>[1Aistory.json.gz,exports/b.zip,4096,0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef,config_snapshot,partial,004857120933,eu-west-1,2026-03-31T00:00:00Z,3,1,0,1,1,"F104: the text breaks off, record 18204 (byte 48113902)"
    0123456789abcdef,'=cmd|' /C calc'!A0.json,,4096,0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef,,rejected,004857120933,eu-west-1,2026-03-31T00:00:00Z,3,1,0,1,1,F101: not an export that tickmark knows
    0123456789abcdef,exports/004857120933/eu-west-1/2026/03/31/ConfigHistory/a-very-long-folder-name-that-goes-on-and-on-and-on/history.json,,4096,0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef,,rejected,004857120933,eu-west-1,2026-03-31T00:00:00Z,3,1,0,1,1,"F107: the region is needed and stands neither in the file nor in its path; put the file under a folder named for it, such as `123456789012/eu-west-1/2026-03-31/`"
    0123456789abcdef,exports/broken-1.json.gz,,4096,0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef,,rejected,004857120933,eu-west-1,2026-03-31T00:00:00Z,3,1,0,1,1,E105: damaged\nat byte 100
    "#);
}

#[test]
fn exceptions_have_the_columns_of_the_definition() {
    let columns = "control, account, region, resource_type, resource_id, resource_arn, start, end, began_before_window, \
                   ongoing, duration_seconds, tests, sources, suppressed, opened_by, closed_by, id, reason";
    assert_eq!(csv::EXCEPTION_COLUMNS.join(", "), columns);
}

#[test]
fn tables_read_back_with_the_values_that_went_in() {
    for (name, bytes) in
        files(&hostile()).unwrap().into_iter().filter(|(name, _)| name.split('.').next_back() == Some("csv"))
    {
        let mut reader = ::csv::Reader::from_reader(bytes.as_slice());
        for record in reader.records() {
            for value in &record.unwrap() {
                assert!(!value.starts_with(['=', '+', '-', '@', '\t', '\r']), "{name}: {value}");
            }
        }
    }
    let table = file(&hostile(), "exceptions.csv");
    let mut reader = ::csv::Reader::from_reader(table.as_bytes());
    let names: Vec<String> = reader.records().map(|record| record.unwrap()[5].to_owned()).collect();
    assert_eq!(names[0], "arn:aws:iam::004857120933:user/a,\"b\"\n<script>");
}

#[test]
fn the_times_of_a_subject_fill_the_window() {
    let table = file(&hostile(), "subjects.csv");
    let mut reader = ::csv::Reader::from_reader(table.as_bytes());
    for record in reader.records() {
        let record = record.unwrap();
        let microseconds = |at: usize| (record[at].parse::<f64>().unwrap() * 1e6).round();
        assert!(((8..13).map(microseconds).sum::<f64>() - 181.0 * 86_400.0 * 1e6).abs() < 0.5, "{record:?}");
    }
}

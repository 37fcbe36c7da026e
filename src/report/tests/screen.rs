//! The screen, at several widths.

use super::fixture::{clean, hostile};
use crate::engine::results::RecordAccount;
use crate::report::escape::is_unseen;
use crate::report::{Format, Style, screen, stdout};

const PLAIN: Style<'_> = Style { color: false, out_dir: Some("q2-out") };

/// The screen of the hostile engagement in two halves, cut before the notes.
fn halves(width: usize) -> [String; 2] {
    let shown = screen(&hostile(), width, PLAIN);
    let (top, bottom) = shown.split_once("\nNotes\n").unwrap();
    [top, bottom].map(str::to_owned)
}

#[test]
fn narrow_top() {
    let [top, _] = halves(80);
    insta::assert_snapshot!(top, @r#"
    tickmark 0.1.0

    Engagement   Example \u{1b}[2JCorp, SOC 2 Type 2
    Period       2026-01-01 .. 2026-06-30 UTC (181 days)
    Sources      config, securityhub, reperformed
    Scope        3 accounts, 3 account-regions; from the scope list; 1 account in
                 the evidence out of scope

    Evidence     1,842 files = 1,835 accepted + 7 rejected
                 7,310,442 records = 7,310,251 kept + 131 duplicate + 47 set aside +
                 13 rejected
                 41.7 GiB; of the accepted files 2 read in part, 14 set aside
    Digest       9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08

    Coverage     config       98.29% of the time of 3 account-regions in 2 accounts
                              2 gaps, longest 9 d 3 h from 2026-03-03 in
                              004857120933 us-east-1
                 securityhub  50.27% of the time of 1 account-region in 1 account
                              1 gap, longest 90 d from 2026-01-01 in 004857120933
                              eu-west-1
                 NO EVIDENCE at all for 1 account in scope: 660012349981

    Controls     6 = 1 no exceptions noted + 2 exceptions noted + 1 incomplete + 2
                 not tested

    Control, criterion, title                                    Conclusion
        Population      Tested  Exceptions  Pass rate  Rate at end  Time-weighted
    C01 CC6.1 MFA for console users                              EXCEPTIONS NOTED
             1,284       1,284           3     99.76%       99.92%         99.88%
    C03 CC6.1 Access keys rotated                                incomplete
               612         607           0    100.00%      100.00%        100.00%
    C05 CC6.1 Root account locked away                           no exceptions noted
                 2           2           0    100.00%      100.00%        100.00%
    C09 CC6.6 Trails encrypted                                   not tested
              none           0           0        n/a          n/a            n/a
    C10 CC6.6 No unrestricted ingress to administrative and da…  EXCEPTIONS NOTED
            20,000      20,000           1     99.99%      100.00%         99.99%
    C14 CC7.1 Bucket access logging                              not tested
                41           0           0        n/a          n/a            n/a
    Pass rate: tested subjects that never failed in the period. Rate at end: those
    passing at its last instant, of those passing or failing then. Time-weighted:
    passing time, of passing and failing time. Percentages are cut off, never
    rounded up.
    "#);
}

#[test]
fn middling_top() {
    let [top, _] = halves(100);
    insta::assert_snapshot!(top, @r#"
    tickmark 0.1.0

    Engagement   Example \u{1b}[2JCorp, SOC 2 Type 2
    Period       2026-01-01 .. 2026-06-30 UTC (181 days)
    Sources      config, securityhub, reperformed
    Scope        3 accounts, 3 account-regions; from the scope list; 1 account in the evidence out of
                 scope

    Evidence     1,842 files = 1,835 accepted + 7 rejected
                 7,310,442 records = 7,310,251 kept + 131 duplicate + 47 set aside + 13 rejected
                 41.7 GiB; of the accepted files 2 read in part, 14 set aside
    Digest       9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08

    Coverage     config       98.29% of the time of 3 account-regions in 2 accounts
                              2 gaps, longest 9 d 3 h from 2026-03-03 in 004857120933 us-east-1
                 securityhub  50.27% of the time of 1 account-region in 1 account
                              1 gap, longest 90 d from 2026-01-01 in 004857120933 eu-west-1
                 NO EVIDENCE at all for 1 account in scope: 660012349981

    Controls     6 = 1 no exceptions noted + 2 exceptions noted + 1 incomplete + 2 not tested

                                       Popu-        Excep-    Pass    Rate    Time-
    Control, criterion, title         lation Tested  tions    rate  at end weighted  Conclusion
    C01 CC6.1 MFA for console users    1,284  1,284      3  99.76%  99.92%   99.88%  EXCEPTIONS NOTED
    C03 CC6.1 Access keys rotated        612    607      0 100.00% 100.00%  100.00%  incomplete
    C05 CC6.1 Root account locked aw…      2      2      0 100.00% 100.00%  100.00%  no exceptions noted
    C09 CC6.6 Trails encrypted          none      0      0     n/a     n/a      n/a  not tested
    C10 CC6.6 No unrestricted ingres… 20,000 20,000      1  99.99% 100.00%   99.99%  EXCEPTIONS NOTED
    C14 CC7.1 Bucket access logging       41      0      0     n/a     n/a      n/a  not tested
    Pass rate: tested subjects that never failed in the period. Rate at end: those passing at its last
    instant, of those passing or failing then. Time-weighted: passing time, of passing and failing time.
    Percentages are cut off, never rounded up.
    "#);
}

#[test]
fn middling_bottom() {
    let [_, bottom] = halves(100);
    insta::assert_snapshot!(bottom, @r#"
      C01  3 exceptions on 3 of 1,284 tested subjects: 1 began before the period, 1 ongoing at its end,
           1 suppressed at the source, longest 12 d 4 h
           config and securityhub agree on 99.99% of the time in which both speak
      C03  5 of 612 subjects not tested: no source that took part could judge them
      C09  no population: the evidence shows no subject of this control
      C10  1 exception on 1 of 20,000 tested subjects: longest 45 min 30 s
           Security group \u{1b}]0;owned\u{7} of =cmd|' /C calc'!A0 is shared by two VPCs.
      C14  41 of 41 subjects not tested: no source that took part could judge them
           No bucket carries the tag `data-classification`; all buckets were taken.
      C01, C03, C09, C10, C14: 2 account-regions in scope not covered for the whole period

    Files rejected (7)
      =cmd|' /C calc'!A0.json
        F101: not an export that tickmark knows
      …u-west-1/2026/03/31/ConfigHistory/a-very-long-folder-name-that-goes-on-and-on-and-on/history.json
        F107: the region is needed and stands neither in the file nor in its path; put the file under a
        folder named for it, such as `123456789012/eu-west-1/2026-03-31/`
      exports/broken-1.json.gz
        E105: damaged\nat byte 100
      exports/broken-2.json.gz
        E105: damaged\nat byte 100
      exports/broken-3.json.gz
        E105: damaged\nat byte 100
      … and 2 more in q2-out/ledger.csv

    Files read in part (2)
      exports/b.zip/2026/h\u{1b}[1Aistory.json.gz
        F104: the text breaks off, record 18204 (byte 48113902)
      exports/second.json
        F106: `2026-13-01T00:00:00Z` is not a date that exists, record 4

    Left open
      2 Config rules that no test answers for (1,205 evaluations): corp-42-custom, x\u{1b}[31m\nrule
      1 finding generator that no test answers for (88 findings): Example Scanner / gen-7
      1 disagreement between sources longer than 24 h

    What to do next
      1. Evaluate 4 exceptions: q2-out/exceptions.csv lists each with its times and its reason;
         `tickmark explain` with the id of one tells its story, down to the evidence.
      2. Clear up 7 files rejected and 2 files read in part: the reasons are in q2-out/ledger.csv; what
         could not be read was not tested.
      3. Ask for evidence of 660012349981, or correct the scope list.
      4. Confirm what the scope leaves out although the evidence shows it: 999900001111.
      5. Ask for the exports that fill 3 coverage gaps: q2-out/coverage.csv lists from when to when.
      6. Ask for Config rule evaluations, or Security Hub findings, or configuration items, credential
         reports and password policies that answer for C14 (TEST_ONE, TEST_TWO). Confirm that there was
         nothing to test for C09.
      7. Explain the subjects of C03 that were not tested: rows with result not_tested in
         q2-out/subjects.csv.
      8. Say which test each unmapped rule stands for, under [rules.aliases] in the engagement file, or
         leave it out knowingly: unmapped_rules in q2-out/results.json.
      9. Clear up 1 disagreement (1 of 1 with a known reason beside it): q2-out/disagreements.csv.
     10. Read 1 remark that tickmark's own checks made beyond what the rules ask: q2-out/remarks.csv.

    Files in q2-out: results.json, controls.csv, exceptions.csv, coverage.csv, subjects.csv,
    disagreements.csv, remarks.csv, ledger.csv, and 20 tables for `tickmark query` (.parquet)
    "#);
}

#[test]
fn nothing_to_remark() {
    insta::assert_snapshot!(screen(&clean(), 120, Style::default()), @r#"
    tickmark 0.1.0

    Period       2026-01-01 .. 2026-06-30 UTC (181 days)
    Sources      config
    Scope        1 account, 1 account-region; all that the evidence shows

    Evidence     1 file = 1 accepted + 0 rejected
                 2 records = 2 kept + 0 duplicate + 0 set aside + 0 rejected
                 1000 B; of the accepted files 0 read in part, 0 set aside
    Digest       abababababababababababababababababababababababababababababababab

    Coverage     config       100.00% of the time of 1 account-region in 1 account
                              no gaps

    Controls     1 = 1 no exceptions noted + 0 exceptions noted + 0 incomplete + 0 not tested

                                                           Popu-        Excep-    Pass    Rate    Time-
    Control, criterion, title                             lation Tested  tions    rate  at end weighted  Conclusion
    C01 CC6.1 MFA for console users                            2      2      0 100.00% 100.00%  100.00%  no exceptions noted
    Pass rate: tested subjects that never failed in the period. Rate at end: those passing at its last instant, of those
    passing or failing then. Time-weighted: passing time, of passing and failing time. Percentages are cut off, never
    rounded up.
    "#);
}

#[test]
fn evidence_of_which_nothing_was_kept_says_so() {
    let mut assessment = clean();
    assessment.evidence.records = RecordAccount::default();
    assessment.ledger[0].records = RecordAccount::default();
    assert!(screen(&assessment, 80, PLAIN).contains("NOTHING was kept of this evidence"));
    assert!(!screen(&clean(), 80, PLAIN).contains("NOTHING"));
}

#[test]
fn faulty_bundles_are_listed_with_the_files_and_whole_ones_are_not() {
    let mut assessment = clean();
    for (outcome, reason) in [("rejected", "E106: too deep"), ("partial", "E105: cut"), ("bundle", "")] {
        let mut bundle = assessment.ledger[0].clone();
        bundle.path = format!("exports/{outcome}.zip");
        bundle.kind = "bundle".into();
        bundle.outcome = outcome.into();
        bundle.reason = reason.into();
        bundle.records = RecordAccount::default();
        assessment.ledger.push(bundle);
    }
    let evidence = &mut assessment.evidence;
    (evidence.files, evidence.accepted, evidence.partial, evidence.rejected) = (3, 2, 1, 1);
    let shown = screen(&assessment, 100, PLAIN);
    assert!(shown.contains("Files rejected (1)\n  exports/rejected.zip\n    E106: too deep\n"), "{shown}");
    assert!(shown.contains("Files read in part (1)\n  exports/partial.zip\n    E105: cut\n"), "{shown}");
    assert!(shown.contains("Clear up 1 file rejected and 1 file read in part"), "{shown}");
    assert!(!shown.contains("bundle.zip"), "{shown}");
}

#[test]
fn no_line_is_wider_than_the_screen_and_none_hides_anything() {
    for (asked, laid_out) in [(0, 80), (80, 80), (81, 81), (99, 99), (100, 100), (113, 113), (120, 120), (400, 120)] {
        for line in screen(&hostile(), asked, PLAIN).lines() {
            assert!(line.chars().count() <= laid_out, "{asked}: {line}");
            assert!(!line.chars().any(is_unseen), "{line:?}");
            assert_eq!(line, line.trim_end());
        }
    }
}

#[test]
fn wide_letters_are_counted_as_they_are_shown() {
    let mut assessment = clean();
    assessment.controls[0].title = "東京".repeat(60);
    assessment.engagement = Some("東京".repeat(60));
    let shown = screen(&assessment, 100, PLAIN);
    let columns = |line: &str| line.chars().map(|c| if "東京".contains(c) { 2 } else { 1 }).sum::<usize>();
    assert!(shown.lines().all(|line| columns(line) <= 100), "{shown}");
}

#[test]
fn colour_changes_no_word() {
    let coloured = screen(&hostile(), 100, Style { color: true, ..PLAIN });
    assert!(coloured.contains("\u{1b}[1;31mEXCEPTIONS NOTED\u{1b}[0m"));
    let mut plain = String::new();
    for piece in coloured.split('\u{1b}') {
        match piece.strip_prefix('[').and_then(|piece| piece.split_once('m')) {
            Some((code, text)) if code.chars().all(|c| c.is_ascii_digit() || c == ';') => plain.push_str(text),
            _ => plain.push_str(piece),
        }
    }
    assert_eq!(plain, screen(&hostile(), 100, PLAIN));
}

#[test]
fn it_never_claims_more_than_the_evidence() {
    for assessment in [clean(), hostile()] {
        let shown = screen(&assessment, 120, PLAIN).to_lowercase();
        assert!(!shown.contains("compliant") && !shown.contains("secure"));
    }
}

#[test]
fn the_table_on_standard_output_is_the_screen() {
    let bytes = stdout(&hostile(), Format::Table { width: 90, style: PLAIN }).unwrap();
    assert_eq!(String::from_utf8(bytes).unwrap(), screen(&hostile(), 90, PLAIN));
}

//! How controls are listed and explained.

use super::*;

fn embedded() -> Catalog {
    Catalog::embedded().unwrap()
}

fn explained(id: &str) -> String {
    let catalog = embedded();
    explain(&catalog, catalog.control(id).unwrap())
}

#[test]
fn the_list_has_a_line_for_each_test_and_straight_columns() {
    let text = list(&embedded());
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 20);
    let column = lines[0].find("Tests").unwrap();
    for line in &lines {
        assert!(line.as_bytes()[column - 1] == b' ' && line.as_bytes()[column] != b' ', "{line}");
        assert!(length(line) <= WIDTH, "{line}");
    }
    assert!(lines.iter().any(|line| line.starts_with("C10 ") && line.ends_with(" INCOMING_SSH_DISABLED")));
    assert!(lines.iter().any(|line| line.starts_with("    ") && line.ends_with(" RESTRICTED_INCOMING_TRAFFIC")));
}

#[test]
fn every_page_has_its_headings_and_keeps_to_the_width() {
    let catalog = embedded();
    for control in &catalog.controls {
        let text = explain(&catalog, control);
        for heading in ["\nWhat it promises\n", "\nWhat is tested\n", "\nPopulation\n", "\nTests\n", "\nLimits\n"] {
            assert!(text.contains(heading), "{}: {heading}", control.id);
        }
        for line in text.lines() {
            assert!(length(line) <= WIDTH && line.trim_end() == line, "{}: {line}", control.id);
        }
    }
}

#[test]
fn numbers_of_the_standards_stand_with_each_security_control() {
    for (id, wanted) in [
        ("C01", "IAM.5: CIS 1.2.0 1.2, CIS 1.4.0 1.10, CIS 3.0.0 1.10, CIS 5.0.0 1.9, FSBP 1.0.0 IAM.5"),
        ("C02", "IAM.8: CIS 1.2.0 1.3, PCI DSS 3.2.1 PCI.IAM.7, FSBP 1.0.0 IAM.8"),
        ("C04", "IAM.16: CIS 1.2.0 1.10, CIS 1.4.0 1.9, CIS 3.0.0 1.9, CIS 5.0.0 1.8\n"),
        ("C08", "CloudTrail.6: CIS 1.2.0 2.3, CIS 1.4.0 3.3\n"),
        ("C10", "EC2.13: CIS 1.2.0 4.1, PCI DSS 3.2.1 PCI.EC2.5\n"),
        ("C14", "CloudTrail.7: CIS 1.2.0 2.6, CIS 1.4.0 3.6, CIS 3.0.0 3.4, CIS 5.0.0 3.4\n"),
        ("C16", "S3.4: CIS 1.4.0 2.1.1, PCI DSS 3.2.1 PCI.S3.4, FSBP 1.0.0 S3.4"),
    ] {
        let text = explained(id).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(wanted.trim_end()), "{id}: {text}");
    }
}

#[test]
fn a_page_reads_as_a_page() {
    let text = explained("C02");
    let begin =
        "C02  Unused credentials are disabled\nCriteria: CC6.1\nOther catalogs place it under: CC1.3, CC6.2, CC6.3\n";
    assert!(text.starts_with(begin), "{text}");
    let tests = "\nTests
  IAM_USER_UNUSED_CREDENTIALS_CHECK
    rule names:      iam-user-unused-credentials-check
    resource types:  AWS::IAM::User
    evaluated:       at intervals
    own check reads: IAM credential reports
    parameters:      maxCredentialUsageAge = 90 (days; fixed at 90 in IAM.8)
    Security Hub:    IAM.8: CIS 1.2.0 1.3, PCI DSS 3.2.1 PCI.IAM.7, FSBP 1.0.0 IAM.8

Related, not counted
  IAM.22: stricter: 45 days;";
    assert!(text.contains(tests), "{text}");
}

#[test]
fn a_control_of_a_file_is_explained_with_what_the_file_says() {
    let file = r#"
[[control]]
id = "X"
title = "Volumes"
criteria = ["CC6.7"]
statement = "Volumes are encrypted."
tests = ["ENCRYPTED_VOLUMES"]
[[test]]
identifier = "ENCRYPTED_VOLUMES"
resource_types = ["AWS::EC2::Volume"]
"#;
    let catalog = embedded().with_file("x", file).unwrap();
    let text = explain(&catalog, catalog.control("X").unwrap());
    assert!(text.contains("does not say; see the tests below."));
    assert!(text.contains("rule names:      encrypted-volumes\n"));
    assert!(text.contains("Security Hub:    no control\n"));
    assert!(!text.contains("Limits") && !text.contains("Related"));
}

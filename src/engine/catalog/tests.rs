//! What a catalog may hold, and what its errors say.

use super::*;
use crate::engine::settings_file::SettingsFileError;

const FILE: &str = "mine.toml";

fn embedded() -> Catalog {
    Catalog::embedded().expect("the embedded catalog keeps its own rules")
}

fn with(text: &str) -> Result<Catalog, SettingsFileError> {
    embedded().with_file(FILE, text)
}

/// The table of spec section 11: control, criterion, identifier, Security Hub controls.
const SPECIFIED: [(&str, &str, &str, &[&str]); 19] = [
    ("C01", "CC6.1", "MFA_ENABLED_FOR_IAM_CONSOLE_ACCESS", &["IAM.5"]),
    ("C02", "CC6.1", "IAM_USER_UNUSED_CREDENTIALS_CHECK", &["IAM.8"]),
    ("C03", "CC6.1", "ACCESS_KEYS_ROTATED", &["IAM.3"]),
    ("C04", "CC6.1", "IAM_PASSWORD_POLICY", &["IAM.11", "IAM.12", "IAM.13", "IAM.14", "IAM.15", "IAM.16", "IAM.17"]),
    ("C05", "CC6.1", "IAM_ROOT_ACCESS_KEY_CHECK", &["IAM.4"]),
    ("C05", "CC6.1", "ROOT_ACCOUNT_MFA_ENABLED", &["IAM.9"]),
    ("C06", "CC6.1", "IAM_USER_NO_POLICIES_CHECK", &["IAM.2"]),
    ("C07", "CC6.1", "IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS", &["IAM.1"]),
    ("C08", "CC6.6", "S3_BUCKET_PUBLIC_READ_PROHIBITED", &["S3.2", "CloudTrail.6"]),
    ("C08", "CC6.6", "S3_BUCKET_PUBLIC_WRITE_PROHIBITED", &["S3.3", "CloudTrail.6"]),
    ("C09", "CC6.6", "CLOUD_TRAIL_ENCRYPTION_ENABLED", &["CloudTrail.2"]),
    ("C10", "CC6.6", "INCOMING_SSH_DISABLED", &["EC2.13"]),
    ("C10", "CC6.6", "RESTRICTED_INCOMING_TRAFFIC", &["EC2.14"]),
    ("C11", "CC6.6", "VPC_DEFAULT_SECURITY_GROUP_CLOSED", &["EC2.2"]),
    ("C12", "CC7.1", "MULTI_REGION_CLOUD_TRAIL_ENABLED", &["CloudTrail.1"]),
    ("C13", "CC7.1", "CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED", &["CloudTrail.4"]),
    ("C14", "CC7.1", "S3_BUCKET_LOGGING_ENABLED", &["S3.9", "CloudTrail.7"]),
    ("C15", "CC7.1", "VPC_FLOW_LOGS_ENABLED", &["EC2.6"]),
    ("C16", "CC6.6", "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED", &["S3.4"]),
];

#[test]
fn embedded_catalog_is_the_specified_one() {
    let catalog = embedded();
    let mut rows = Vec::new();
    for control in &catalog.controls {
        for test in catalog.tests_of(control) {
            let ids: Vec<&str> = test.security_hub.iter().map(String::as_str).collect();
            rows.push((control.id.as_str(), control.criteria.join(" "), test.identifier.as_str(), ids));
        }
    }
    let wanted: Vec<_> = SPECIFIED
        .iter()
        .map(|(id, criterion, test, ids)| (*id, (*criterion).to_owned(), *test, ids.to_vec()))
        .collect();
    assert_eq!(rows, wanted);
    let order: Vec<&str> = catalog.tests.iter().map(|test| test.identifier.as_str()).collect();
    assert_eq!(order, SPECIFIED.map(|row| row.2));
}

#[test]
fn every_security_control_leads_to_its_tests_and_no_cousin_does() {
    let catalog = embedded();
    for (_, _, identifier, ids) in SPECIFIED {
        for id in ids {
            let found: Vec<&str> = catalog
                .tests_for_security_control(id)
                .iter()
                .map(|index| catalog.tests[*index].identifier.as_str())
                .collect();
            let wanted: Vec<&str> = SPECIFIED.iter().filter(|row| row.3.contains(id)).map(|row| row.2).collect();
            assert_eq!(found, wanted, "{id}");
            assert!(found.contains(&identifier));
        }
    }
    assert_eq!(catalog.tests_for_security_control("CloudTrail.6").len(), 2);
    assert_eq!(catalog.tests_for_security_control("iam.9"), catalog.tests_for_security_control("IAM.9"));
    let cousins = ["IAM.6", "IAM.7", "IAM.10", "IAM.18", "IAM.19", "IAM.21", "IAM.22", "CloudTrail.3", "CloudTrail.5"];
    let more =
        ["EC2.18", "EC2.19", "EC2.21", "EC2.53", "EC2.54", "S3.1", "S3.8", "S3.17", "S3.20", "IAM.1 ", "IAM", ""];
    for id in cousins.into_iter().chain(more) {
        assert!(catalog.tests_for_security_control(id).is_empty(), "{id}");
    }
}

#[test]
fn cousins_of_the_specification_are_listed_as_related() {
    let catalog = embedded();
    let related: Vec<&str> =
        catalog.tests.iter().flat_map(|test| &test.related).map(|related| related.name.as_str()).collect();
    for id in ["IAM.22", "IAM.7", "IAM.10", "IAM.19", "EC2.18", "EC2.19", "EC2.53", "EC2.54", "S3.17"] {
        assert!(related.contains(&id), "{id}");
    }
}

#[test]
fn populations_are_those_of_the_specification() {
    let catalog = embedded();
    for control in &catalog.controls {
        let wanted = match control.id.as_str() {
            "C07" => (Inventory::CustomerManagedPolicies, SubjectFilter::All, false),
            "C08" => (Inventory::ResourceTypes, SubjectFilter::TrailBuckets, false),
            "C11" => (Inventory::DefaultSecurityGroups, SubjectFilter::All, true),
            "C12" => (Inventory::ResourceTypes, SubjectFilter::All, true),
            "C14" | "C16" => (Inventory::ResourceTypes, SubjectFilter::TaggedResources, false),
            _ => (Inventory::ResourceTypes, SubjectFilter::All, false),
        };
        let Population { inventory, subjects, production_only, words } = &control.population;
        assert_eq!((*inventory, *subjects, *production_only), wanted, "{}", control.id);
        assert!(!words.is_empty());
    }
}

#[test]
fn embedded_controls_say_all_that_a_reader_needs() {
    for control in &embedded().controls {
        assert!(!control.procedure.is_empty() && !control.limits.is_empty(), "{}", control.id);
        for sentence in control.limits.iter().chain([&control.statement, &control.procedure, &control.population.words])
        {
            assert!(sentence.ends_with('.') && !sentence.contains('\n'), "{}: {sentence}", control.id);
        }
    }
}

#[test]
fn account_level_tests_are_those_about_accounts_alone() {
    let catalog = embedded();
    let found: Vec<&str> =
        catalog.tests.iter().filter(|test| test.is_account_level()).map(|test| test.identifier.as_str()).collect();
    let wanted = [
        "IAM_PASSWORD_POLICY",
        "IAM_ROOT_ACCESS_KEY_CHECK",
        "ROOT_ACCOUNT_MFA_ENABLED",
        "MULTI_REGION_CLOUD_TRAIL_ENABLED",
    ];
    assert_eq!(found, wanted);
    let users = catalog.test("ACCESS_KEYS_ROTATED").unwrap();
    assert!(users.is_about("AWS::IAM::User") && !users.is_about("AWS::::Account"));
}

#[test]
fn controls_and_tests_are_found_in_the_spellings_met() {
    let catalog = embedded();
    assert_eq!(catalog.control("c10").unwrap().id, "C10");
    assert!(catalog.control("C17").is_none());
    for (spelling, identifier) in [
        ("IAM_NO_USER_POLICIES_CHECK", "IAM_USER_NO_POLICIES_CHECK"),
        ("IAM-POLICY-NO-STATEMENTS-WITH-ADMIN-ACCESS", "IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS"),
        ("incoming-ssh-disabled", "INCOMING_SSH_DISABLED"),
    ] {
        assert_eq!(catalog.test(spelling).unwrap().identifier, identifier);
    }
    assert!(catalog.test("restricted-ssh").is_none(), "a rule's name is no identifier");
}

#[test]
fn nearest_names_are_offered_only_where_near() {
    let catalog = embedded();
    assert_eq!(catalog.nearest_control("C100"), Some("C10"));
    assert_eq!(catalog.nearest_control("c1o"), Some("C10"));
    assert_eq!(catalog.nearest_control("password-policy"), None);
    assert_eq!(catalog.nearest_control(&"C10".repeat(100_000)), None);
    assert_eq!(catalog.nearest_test("incoming-ssh-disable"), Some("INCOMING_SSH_DISABLED"));
}

const BACKUP: &str = r#"
[[control]]
id = "X.1"
title = "Volumes are encrypted"
criteria = ["CC6.7"]
statement = """
Volumes are
  encrypted."""
tests = ["ENCRYPTED_VOLUMES", "ec2-ebs-encryption-by-default"]

[[test]]
identifier = "ENCRYPTED_VOLUMES"
rule_names = ["corp-volumes"]
resource_types = ["AWS::EC2::Volume"]
security_hub = ["EC2.3"]

[[test]]
identifier = "EC2_EBS_ENCRYPTION_BY_DEFAULT"
resource_types = ["AWS::::Account"]
security_hub = ["EC2.7"]
"#;

#[test]
fn a_file_adds_controls_that_rest_on_any_managed_rule() {
    let catalog = with(BACKUP).unwrap();
    let added = catalog.control("X.1").unwrap();
    assert_eq!(catalog.controls.len(), 17);
    assert_eq!(catalog.controls.last(), Some(added));
    assert_eq!(added.statement, "Volumes are encrypted.");
    assert_eq!(added.tests, ["ENCRYPTED_VOLUMES", "EC2_EBS_ENCRYPTION_BY_DEFAULT"]);
    assert!(added.population.words.starts_with("All resources of the tests' types"));
    assert_eq!(catalog.tests_for_security_control("EC2.3"), [19]);
    assert!(catalog.tests[20].is_account_level());
    assert_eq!(catalog.controls_of(&catalog.tests[20]), [16]);
}

#[test]
fn a_file_replaces_a_control_in_its_place_and_unused_tests_leave() {
    let text = r#"
[[control]]
id = "C10"
title = "No open SSH"
criteria = ["CC6.6"]
statement = "Port 22 is shut."
tests = ["INCOMING_SSH_DISABLED"]
"#;
    let catalog = with(text).unwrap();
    assert_eq!(catalog.controls[9].title, "No open SSH");
    assert_eq!(catalog.controls.len(), 16);
    assert!(catalog.test("RESTRICTED_INCOMING_TRAFFIC").is_none());
    assert!(catalog.tests_for_security_control("EC2.14").is_empty(), "what no control tests is unmapped");
    assert_eq!(catalog.tests.len(), 18);
}

#[test]
fn one_test_may_serve_two_controls() {
    let text = r#"
[[control]]
id = "Keys"
title = "Keys"
criteria = ["CC6.2"]
statement = "Keys are rotated."
tests = ["ACCESS_KEYS_ROTATED"]
"#;
    let catalog = with(text).unwrap();
    assert_eq!(catalog.tests.len(), 19);
    assert_eq!(catalog.controls_of(catalog.test("ACCESS_KEYS_ROTATED").unwrap()), [2, 16]);
}

#[test]
fn a_file_adds_to_what_speaks_for_a_known_test() {
    let file = r#"
[[test]]
identifier = "IAM_USER_UNUSED_CREDENTIALS_CHECK"
rule_names = ["corp-idle-users"]
security_hub = ["IAM.22"]
"#;
    let catalog = with(file).unwrap();
    let test = catalog.test("IAM_USER_UNUSED_CREDENTIALS_CHECK").unwrap();
    assert_eq!(test.security_hub, ["IAM.8", "IAM.22"]);
    assert_eq!(test.rule_names, ["iam-user-unused-credentials-check", "corp-idle-users"]);
    assert!(test.related.is_empty(), "what counts is no longer called related");
    assert_eq!(test.parameters.len(), 1);
    assert_eq!(catalog.tests_for_security_control("IAM.22"), catalog.tests_for_security_control("IAM.8"));
}

/// The error that a change of `BACKUP` leads to.
fn error_after(from: &str, to: &str) -> String {
    assert!(BACKUP.contains(from), "{from}");
    with(&BACKUP.replacen(from, to, 1)).expect_err(to).to_string()
}

/// What is changed in `BACKUP`, into what, the line of the error and a part of it.
const MISTAKES: &[(&str, &str, usize, &str)] = &[
    (
        "resource_types = [\"AWS::EC2",
        "resurce_types = [\"AWS::EC2",
        14,
        "unknown key `resurce_types`; did you mean `resource_types`?",
    ),
    ("criteria", "limit", 5, "unknown key `limit`; did you mean `limits`?"),
    ("criteria", "xyzzy", 5, "unknown key `xyzzy`"),
    ("[[test]]", "[[tests]]", 11, "unknown key `tests`; did you mean `test`?"),
    ("title = \"Volumes are encrypted\"", "", 2, "the control that begins here has no `title`"),
    ("criteria = [\"CC6.7\"]", "", 2, "the control that begins here has no `criteria`"),
    ("[\"CC6.7\"]", "[]", 5, "`criteria` is empty"),
    ("[\"CC6.7\"]", "\"CC6.7\"", 5, "`criteria` has to be a list, not string"),
    ("[\"CC6.7\"]", "[6.7]", 5, "`criteria` has to be a text, not float"),
    ("Volumes are\n  encrypted.", "  ", 6, "`statement` is empty"),
    ("\"X.1\"", "\"../x\"", 3, "`id` holds `../x`: a control id begins with a letter"),
    ("\"X.1\"", "\"a23456789012345678901234567890123\"", 3, "`id` holds `a23456789012345678901234567890123`"),
    ("\"X.1\"", "\"c10\"", 2, "`id` is `c10`, which differs from control `C10` in case alone"),
    ("[\"ENCRYPTED_VOLUMES\",", "[\"ENCRYPTED_VOLUME\",", 9, "no known test; did you mean `ENCRYPTED_VOLUMES`?"),
    ("[\"ENCRYPTED_VOLUMES\", \"ec2-ebs-encryption-by-default\"]", "[]", 9, "`tests` is empty"),
    ("\"ec2-ebs-encryption-by-default\"", "\"encrypted-volumes\"", 9, "`tests` names `ENCRYPTED_VOLUMES` twice"),
    (", \"ec2-ebs-encryption-by-default\"", "", 17, "test `EC2_EBS_ENCRYPTION_BY_DEFAULT` belongs to no control"),
    (
        "identifier = \"ENCRYPTED_VOLUMES\"",
        "identifier = \"encrypted-volumes\"",
        12,
        "an identifier is written in upper case",
    ),
    (
        "identifier = \"EC2_EBS_ENCRYPTION_BY_DEFAULT\"",
        "identifier = \"ENCRYPTED_VOLUMES\"",
        17,
        "was already given in line 11",
    ),
    ("resource_types = [\"AWS::EC2::Volume\"]", "", 11, "`ENCRYPTED_VOLUMES` is new and needs `resource_types`"),
    ("AWS::EC2::Volume", "AwsEc2Volume", 14, "`resource_types` holds `AwsEc2Volume`: a resource type is written"),
    ("[\"AWS::EC2::Volume\"]", "[\"AWS::EC2::Volume\", \"AWS::::Account\"]", 14, "mixes `AWS::::Account` with others"),
    ("[\"EC2.3\"]", "[\"EC2.3\", \"EC2.3\"]", 15, "`EC2.3` stands twice in `security_hub`"),
    ("[\"EC2.3\"]", "[\"EC2-3\"]", 15, "`security_hub` holds `EC2-3`: a Security Hub control is written"),
    ("\"corp-volumes\"", "\"restricted-ssh\"", 13, "`restricted-ssh` already stands for test `INCOMING_SSH_DISABLED`"),
    ("\"corp-volumes\"", "\" corp\"", 13, "`rule_names` holds ` corp`: a rule name has 1 to 128"),
    (
        "criteria",
        "inventory = \"groups\"\ncriteria",
        5,
        "`inventory` is `groups`, but has to be one of `resource_types`",
    ),
    (
        "criteria",
        "subjects = \"trail_buckets\"\ncriteria",
        2,
        "`subjects` is `trail_buckets`, which is about `AWS::S3::Bucket`",
    ),
    ("criteria", "subjects = \"tagged_resources\"\ncriteria", 2, "about accounts, which carry no tags"),
    ("criteria", "production_only = \"yes\"\ncriteria", 5, "`production_only` has to be true or false, not string"),
    (
        "Volumes are encrypted",
        "Volumes\\u001b[2J",
        4,
        "`title` holds a character that does not show: `Volumes\\u{1b}[2J`",
    ),
    ("title", "id", 4, "not valid TOML: duplicate key"),
];

#[test]
fn errors_name_file_line_key_and_the_nearest_known_one() {
    for (from, to, line, what) in MISTAKES {
        let error = error_after(from, to);
        assert!(error.starts_with(&format!("catalog `mine.toml`, line {line}: ")), "{to}: {error}");
        assert!(error.contains(what), "{to}: {error}");
    }
}

#[test]
fn errors_that_need_a_file_of_their_own() {
    let control =
        "[[control]]\nid = 'Y'\ntitle = 't'\ncriteria = ['c']\nstatement = 's'\ntests = ['ACCESS_KEYS_ROTATED']\n";
    let cases = [
        (String::new(), 1, "there is neither a `[[control]]` nor a `[[test]]` in it"),
        ("[control]\nid = 'Y'".to_owned(), 1, "`control` has to be a list, not table"),
        ("[[control]\n".to_owned(), 1, "not valid TOML"),
        (control.repeat(2), 7, "control `y` was already given in line 1"),
        (
            "[[test]]\nidentifier = 'ACCESS_KEYS_ROTATED'\nresource_types = ['AWS::IAM::Role']".to_owned(),
            3,
            "`resource_types` of the known test `ACCESS_KEYS_ROTATED` cannot be changed",
        ),
        (
            "[[test]]\nidentifier = 'IAM_NO_USER_POLICIES_CHECK'".to_owned(),
            2,
            "`IAM_NO_USER_POLICIES_CHECK` is another spelling of test `IAM_USER_NO_POLICIES_CHECK`",
        ),
        (
            "[[test]]\nidentifier = 'ACCESS_KEYS_ROTATED'\naliases = ['RESTRICTED_SSH']".to_owned(),
            3,
            "`restricted-ssh` already stands for test `INCOMING_SSH_DISABLED`",
        ),
        ("a = ".to_owned() + &"[".repeat(100_000), 1, "not valid TOML"),
    ];
    for (text, line, what) in cases {
        let error = with(&text).expect_err(what).to_string();
        assert!(error.starts_with(&format!("catalog `mine.toml`, line {line}: ")), "{error}");
        assert!(error.contains(what), "{error}");
    }
}

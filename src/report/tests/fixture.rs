//! The engagement that the renderers are tested on.

use std::collections::BTreeMap;

use crate::engine::results::tables::Tables;
use crate::engine::results::{
    Agreement, Assessment, Conclusion, ControlResult, ControlStatus, CoverageRow, Disagreement, EvidenceAccount,
    Exception, Figures, LedgerRow, RecordAccount, Remark, Said, ScopeAccount, SubjectName, SubjectOutcome,
    SubjectResult, Unmapped,
};
use crate::model::{AccountId, EvidenceId, EvidenceReference, Instant, Period, Region, Source};

pub(super) const DAY: i64 = 86_400_000_000;
pub(super) const PROD: &str = "004857120933";
pub(super) const STAGE: &str = "218840913377";
pub(super) const SILENT: &str = "660012349981";

pub(super) fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

pub(super) fn account(id: &str) -> AccountId {
    AccountId::parse(id).unwrap()
}

pub(super) fn region(name: &str) -> Region {
    Region::parse(name).unwrap()
}

pub(super) fn window() -> Period {
    Period::new(at("2026-01-01T00:00:00Z"), at("2026-07-01T00:00:00Z"))
}

/// A small assessment without anything to remark.
pub(super) fn clean() -> Assessment {
    Assessment {
        tables: Tables::empty(),
        engagement: None,
        window: window(),
        sources: vec![Source::Config],
        max_gap_hours: 36,
        lag_tolerance_hours: 24,
        evidence: EvidenceAccount {
            files: 1,
            accepted: 1,
            bytes: 1000,
            records: RecordAccount { read: 2, kept: 2, ..RecordAccount::default() },
            digest: "ab".repeat(32),
            ..EvidenceAccount::default()
        },
        scope: vec![scope(PROD, "", &["eu-west-1"], true)],
        scope_is_listed: false,
        accounts_out_of_scope: vec![],
        controls: vec![control("C01", "MFA for console users", "CC6.1", Conclusion::NoExceptionsNoted, tally(2, 2, 0))],
        subjects: vec![],
        exceptions: vec![],
        remarks: vec![],
        coverage: vec![coverage(PROD, "eu-west-1", Source::Config, &[])],
        unmapped_rules: vec![],
        unmapped_findings: vec![],
        disagreements: vec![],
        ledger: vec![],
    }
    .filled()
}

impl Assessment {
    /// Adds the rows of ledger, subjects and exceptions that the figures call for.
    fn filled(mut self) -> Self {
        self.fill_ledger();
        for control in self.controls.clone() {
            let listed = self.subjects.iter().filter(|row| row.control == control.control).count();
            for number in listed as u64..control.figures.population {
                let subject = subject("AWS::Example::Filler", &format!("filler-{number}"), "");
                let microseconds = BTreeMap::from([(ControlStatus::Pass, 181 * DAY)]);
                self.subjects.push(result(&control.control, subject, SubjectOutcome::Passed, microseconds));
            }
        }
        self
    }

    fn fill_ledger(&mut self) {
        let count = |outcome: &str| self.ledger.iter().filter(|row| row.outcome == outcome).count() as u64;
        let evidence = &self.evidence;
        let accepted = evidence.accepted - evidence.partial - evidence.set_aside;
        let wanted =
            [("accepted", accepted - count("accepted")), ("set_aside", evidence.set_aside - count("set_aside"))];
        let known: Vec<RecordAccount> = self.ledger.iter().map(|row| row.records).collect();
        let rest = |of: fn(&RecordAccount) -> u64| of(&evidence.records) - known.iter().map(of).sum::<u64>();
        let mut records = RecordAccount {
            read: rest(|of| of.read),
            kept: rest(|of| of.kept),
            duplicate: rest(|of| of.duplicate),
            set_aside: rest(|of| of.set_aside),
            rejected: rest(|of| of.rejected),
        };
        for (outcome, number) in wanted {
            for at in 0..number {
                let path = format!("exports/filler-{outcome}-{at}.json");
                self.ledger.push(LedgerRow { records: std::mem::take(&mut records), ..row(&path, "", outcome, "") });
            }
        }
    }
}

fn row(path: &str, bundle: &str, outcome: &str, reason: &str) -> LedgerRow {
    LedgerRow {
        evidence_id: "0123456789abcdef".into(),
        path: path.into(),
        bundle: bundle.into(),
        size: 4096,
        sha256: "0123456789abcdef".repeat(4),
        kind: if outcome == "rejected" { String::new() } else { "config_snapshot".into() },
        outcome: outcome.into(),
        account: PROD.into(),
        region: "eu-west-1".into(),
        evidence_time: Some(at("2026-03-31T00:00:00Z")),
        records: RecordAccount { read: 3, kept: 1, duplicate: 0, set_aside: 1, rejected: 1 },
        reason: reason.into(),
    }
}

fn result(
    control: &str,
    subject: SubjectName,
    outcome: SubjectOutcome,
    microseconds: BTreeMap<ControlStatus, i64>,
) -> SubjectResult {
    SubjectResult {
        control: control.into(),
        subject,
        outcome,
        status_at_end: ControlStatus::Pass,
        microseconds,
        exceptions: u64::from(outcome == SubjectOutcome::Failed),
        sources: vec![Source::Config, Source::SecurityHub],
        inventory_only: false,
        timeline: Vec::new(),
    }
}

/// An engagement with something of everything.
pub(super) fn hostile() -> Assessment {
    Assessment {
        engagement: Some("Example \u{1b}[2JCorp, SOC 2 Type 2".into()),
        sources: Source::ALL.to_vec(),
        evidence: evidence(),
        scope: vec![
            scope(PROD, "payments-prod", &["eu-west-1", "global", "us-east-1"], true),
            scope(STAGE, "<script>alert(1)</script>", &["eu-west-1", "global"], true),
            scope(SILENT, "=HYPERLINK(\"http://x\")", &[], false),
        ],
        scope_is_listed: true,
        accounts_out_of_scope: vec![account("999900001111")],
        controls: controls(),
        subjects: subjects(),
        exceptions: exceptions(),
        remarks: vec![remark()],
        coverage: coverages(),
        unmapped_rules: vec![
            unmapped("corp-42-custom", 1204, &[PROD, STAGE]),
            unmapped("x\u{1b}[31m\nrule", 1, &[PROD]),
        ],
        unmapped_findings: vec![unmapped("Example Scanner / gen-7", 88, &[PROD])],
        disagreements: vec![disagreement()],
        ledger: ledger(),
        ..clean()
    }
    .filled()
}

fn evidence() -> EvidenceAccount {
    EvidenceAccount {
        files: 1_842,
        accepted: 1_835,
        partial: 2,
        set_aside: 14,
        rejected: 7,
        bytes: 44_775_034_112,
        records: RecordAccount { read: 7_310_442, kept: 7_310_251, duplicate: 131, set_aside: 47, rejected: 13 },
        digest: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".into(),
    }
}

pub(super) fn scope(id: &str, name: &str, regions: &[&str], has_evidence: bool) -> ScopeAccount {
    ScopeAccount {
        account: account(id),
        name: name.into(),
        environment: "production".into(),
        regions: regions.iter().map(|name| region(name)).collect(),
        has_evidence,
    }
}

/// Figures of subjects that are all tested, half a window failing each of those that fail.
pub(super) fn tally(population: u64, tested: u64, failed: u64) -> Figures {
    Figures {
        population,
        tested,
        not_tested: population - tested,
        failed,
        passed: tested - failed,
        passing_at_end: tested - failed.min(1),
        failing_at_end: failed.min(1),
        pass_microseconds: i128::from(tested * 2 - failed) * i128::from(DAY) * 90,
        fail_microseconds: i128::from(failed) * i128::from(DAY) * 90,
        exceptions: failed,
        ..Figures::default()
    }
}

pub(super) fn control(
    id: &str,
    title: &str,
    criterion: &str,
    conclusion: Conclusion,
    figures: Figures,
) -> ControlResult {
    ControlResult {
        control: id.into(),
        title: title.into(),
        criteria: vec![criterion.into()],
        tests: vec!["TEST_ONE".into(), "TEST_TWO".into()],
        conclusion,
        figures,
        by_source: BTreeMap::new(),
        by_account: BTreeMap::new(),
        uncovered: 0,
        notes: vec![],
        remarks: 0,
        agreement: vec![],
        samples: Vec::new(),
    }
}

fn controls() -> Vec<ControlResult> {
    use Conclusion::{ExceptionsNoted, Incomplete, NoExceptionsNoted, NotTested};
    let mut users = control("C01", "MFA for console users", "CC6.1", ExceptionsNoted, tally(1284, 1284, 3));
    users.by_source =
        BTreeMap::from([(Source::SecurityHub, tally(1284, 1280, 3)), (Source::Config, tally(1284, 1284, 2))]);
    users.by_account = BTreeMap::from([(account(PROD), tally(1000, 1000, 3)), (account(STAGE), tally(284, 284, 0))]);
    users.remarks = 1;
    users.agreement = vec![Agreement {
        sources: (Source::Config, Source::SecurityHub),
        agree_microseconds: i128::from(DAY) * 231_119,
        differ_microseconds: i128::from(DAY) + 500_000,
    }];
    let mut keys = control("C03", "Access keys rotated", "CC6.1", Incomplete, tally(612, 607, 0));
    keys.figures.pass_microseconds = 100;
    let mut ingress = control(
        "C10",
        "No unrestricted ingress to administrative and database ports",
        "CC6.6",
        ExceptionsNoted,
        tally(20_000, 20_000, 1),
    );
    ingress.figures.failing_at_end = 0;
    ingress.figures.passing_at_end = 20_000;
    ingress.notes = vec!["Security group \u{1b}]0;owned\u{7} of =cmd|' /C calc'!A0 is shared by two VPCs.".into()];
    let mut logging = control("C14", "Bucket access logging", "CC7.1", NotTested, tally(41, 0, 0));
    logging.notes = vec!["No bucket carries the tag `data-classification`; all buckets were taken.".into()];
    let root = control("C05", "Root account locked away", "CC6.1", NoExceptionsNoted, tally(2, 2, 0));
    let trails = control("C09", "Trails encrypted", "CC6.6", NotTested, Figures::default());
    let mut all = vec![users, keys, root, trails, ingress, logging];
    for uncovered in all.iter_mut().filter(|control| control.control != "C05") {
        uncovered.uncovered = 2;
    }
    all
}

pub(super) fn subject(resource_type: &str, id: &str, arn: &str) -> SubjectName {
    SubjectName {
        account: account(PROD),
        resource_type: resource_type.into(),
        key: if arn.is_empty() { id } else { arn }.into(),
        region: region("eu-west-1"),
        resource_id: id.into(),
        resource_arn: arn.into(),
    }
}

fn subjects() -> Vec<SubjectResult> {
    let whole = 181 * DAY;
    let failed = BTreeMap::from([(ControlStatus::Pass, whole - 1_500_000), (ControlStatus::Fail, 1_500_000)]);
    let unseen = BTreeMap::from([(ControlStatus::NoEvidence, whole - 1), (ControlStatus::Absent, 1)]);
    let user = subject("AWS::IAM::User", "AIDA1", "arn:aws:iam::004857120933:user/a,\"b\"\n<script>");
    let formula = subject("AWS::IAM::User", "=HYPERLINK(\"http://x\",\"y\")", "");
    vec![
        result("C01", user, SubjectOutcome::Failed, failed),
        SubjectResult {
            status_at_end: ControlStatus::NoEvidence,
            sources: vec![],
            inventory_only: true,
            ..result("C01", formula, SubjectOutcome::NotTested, unseen)
        },
    ]
}

fn exceptions() -> Vec<Exception> {
    let exception = |control: &str, subject, from, until, began, ongoing| Exception {
        control: control.into(),
        subject,
        period: Period::new(at(from), at(until)),
        began_before_window: began,
        ongoing,
        duration_seconds: (at(until).microseconds() - at(from).microseconds()).div_euclid(1_000_000),
        tests: vec!["TEST_ONE".into(), "TEST_TWO".into()],
        sources: vec![Source::Config, Source::Reperformed],
        suppressed: began,
        opened_by: Some(EvidenceReference {
            evidence: EvidenceId::of_sha256(&"0123456789abcdef".repeat(4)),
            record: 17,
        }),
        closed_by: (!ongoing)
            .then(|| EvidenceReference { evidence: EvidenceId::of_sha256(&"fedcba9876543210".repeat(4)), record: 0 }),
        id: format!("{control}-0badcafe"),
        reason: "=rule 1 opens tcp 22 to ::/0".into(),
    };
    let arn = "arn:aws:iam::004857120933:user/a,\"b\"\n<script>";
    vec![
        exception(
            "C01",
            subject("AWS::IAM::User", "AIDA1", arn),
            "2026-01-01T00:00:00Z",
            "2026-01-13T04:30:00.25Z",
            true,
            false,
        ),
        exception(
            "C01",
            subject("AWS::IAM::User", "@SUM(1+1)", ""),
            "2026-06-30T12:00:00Z",
            "2026-07-01T00:00:00Z",
            false,
            true,
        ),
        exception(
            "C01",
            subject("AWS::IAM::User", "\u{1b}[2Jroot", ""),
            "2026-03-01T00:00:00Z",
            "2026-03-02T00:00:00Z",
            false,
            false,
        ),
        exception(
            "C10",
            subject("AWS::EC2::SecurityGroup", "sg-1", "arn:aws:ec2:eu-west-1:004857120933:security-group/sg-1"),
            "2026-04-01T10:00:00Z",
            "2026-04-01T10:45:30Z",
            false,
            false,
        ),
    ]
}

pub(super) fn coverage(id: &str, name: &str, source: Source, gaps: &[(&str, &str)]) -> CoverageRow {
    let gaps: Vec<Period> = gaps.iter().map(|(from, until)| Period::new(at(from), at(until))).collect();
    let whole = window().microseconds();
    let missing: i64 = gaps.iter().map(|gap| gap.microseconds()).sum();
    CoverageRow {
        account: account(id),
        region: region(name),
        source,
        covered_microseconds: whole - missing,
        window_microseconds: whole,
        first: Some(at("2025-12-31T06:00:00Z")),
        last: Some(at("2026-06-30T18:00:00.5Z")),
        gaps,
        recorder_off: vec![],
        not_recorded: vec![],
    }
}

fn coverages() -> Vec<CoverageRow> {
    let short = ("2026-05-02T00:00:00Z", "2026-05-02T03:00:00Z");
    vec![
        coverage(PROD, "eu-west-1", Source::Config, &[]),
        coverage(PROD, "us-east-1", Source::Config, &[("2026-03-03T04:12:00Z", "2026-03-12T08:00:00Z"), short]),
        coverage(STAGE, "eu-west-1", Source::Config, &[]),
        coverage(PROD, "eu-west-1", Source::SecurityHub, &[("2026-01-01T00:00:00Z", "2026-04-01T00:00:00Z")]),
    ]
}

fn unmapped(name: &str, observations: u64, accounts: &[&str]) -> Unmapped {
    Unmapped {
        name: name.into(),
        identifier: String::new(),
        observations,
        resources: 4,
        accounts: accounts.iter().map(|id| account(id)).collect(),
    }
}

fn disagreement() -> Disagreement {
    Disagreement {
        control: "C01".into(),
        test: "TEST_ONE".into(),
        subject: subject("AWS::IAM::User", "AIDA1", ""),
        said: [said(Source::Config, ControlStatus::Pass), said(Source::SecurityHub, ControlStatus::Fail)],
        period: Period::new(at("2026-02-01T00:00:00Z"), at("2026-02-03T00:00:00Z")),
        known_reasons: vec!["they look at different things".into()],
    }
}

fn remark() -> Remark {
    let evidence = EvidenceId::of_sha256(&"0123456789abcdef".repeat(4));
    Remark {
        control: "C01".into(),
        test: "TEST_ONE".into(),
        subject: subject("AWS::IAM::User", "AIDA1", ""),
        kind: "idle_exactly_limit".into(),
        words: "=idle".into(),
        period: Period::new(at("2026-02-01T00:00:00Z"), at("2026-02-03T00:00:00Z")),
        reference: EvidenceReference { evidence, record: 3 },
    }
}

fn said(source: Source, status: ControlStatus) -> Said {
    let evidence = EvidenceId::of_sha256(&"0123456789abcdef".repeat(4));
    Said { source, status, reason: "+because".into(), reference: Some(EvidenceReference { evidence, record: 3 }) }
}

fn ledger() -> Vec<LedgerRow> {
    let deep = "exports/004857120933/eu-west-1/2026/03/31/ConfigHistory/a-very-long-folder-name-that-goes-on-and-on-and-on/history.json";
    let mut rows = vec![
        row("exports/-snapshot.json.gz", "", "accepted", ""),
        row(
            "exports/b.zip/2026/h\u{1b}[1Aistory.json.gz",
            "exports/b.zip",
            "partial",
            "F104: the text breaks off, record 18204 (byte 48113902)",
        ),
        row("=cmd|' /C calc'!A0.json", "", "rejected", "F101: not an export that tickmark knows"),
        row(
            deep,
            "",
            "rejected",
            "F107: the region is needed and stands neither in the file nor in its path; put the file under a folder named for it, such as `123456789012/eu-west-1/2026-03-31/`",
        ),
    ];
    rows.extend(
        (1..=5).map(|number| {
            row(&format!("exports/broken-{number}.json.gz"), "", "rejected", "E105: damaged\nat byte 100")
        }),
    );
    rows.push(row(
        "exports/second.json",
        "",
        "partial",
        "F106: `2026-13-01T00:00:00Z` is not a date that exists, record 4",
    ));
    rows
}

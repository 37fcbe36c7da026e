//! The rows of the tables of an assessment: what it found, and what it found it from. Rows only; what they mean is
//! decided elsewhere.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use crate::lake::table_parts::{
    Column, ColumnBuilder, ColumnDescription, LakeError, Row, TableDescription, column, sentence, table,
};
use crate::model::Instant;

/// What the tables of an assessment and each of their columns mean: first those that hold answers.
#[must_use]
pub fn descriptions() -> Vec<TableDescription> {
    vec![
        ControlRow::description(),
        SubjectRow::description(),
        StatusRow::description(),
        ExceptionRow::description(),
        CoverageTableRow::description(),
        DisagreementRow::description(),
        EvidenceFileRow::description(),
        ControlTestRow::description(),
        AgreedWordsRow::description(),
        ResourceRow::description(),
        CandidateRow::description(),
        ExistenceRow::description(),
        StreamRow::description(),
        ObservationRow::description(),
        RuleTestRow::description(),
        PlaceRow::description(),
        AttestationRow::description(),
        InterruptionRow::description(),
        DayRow::description(),
        SettingsRow::description(),
    ]
}

table! {
    /// One row a control and subject: what became of it in the window; as in `subjects.csv`.
    SubjectRow = "subjects", wide [], {
        /// Control.
        control: String = "C10",
        /// Number of the subject in `resources`.
        resource: u64 = "4711",
        /// Account.
        account: String = "111122223333",
        /// Region; `global` for accounts and IAM.
        region: String = "us-east-1",
        /// AWS Config's type.
        resource_type: String = "AWS::EC2::SecurityGroup",
        /// Id; empty where it is not known.
        resource_id: String = "sg-0a1b2c3d4e5f60718",
        /// Resource name (ARN); empty where it is not known.
        resource_arn: String = "arn:aws:ec2:us-east-1:111122223333:security-group/sg-0a1b2c3d4e5f60718",
        /// `passed`, `failed`, `not_applicable` or `not_tested`.
        result: String = "failed",
        /// `PASS`, `FAIL`, `NOT_APPLICABLE`, `NO_EVIDENCE` or `ABSENT`, at the window's last instant.
        status_at_end: String = "PASS",
        /// Microseconds of the window in `PASS`.
        pass_microseconds: u64 = "15552000000000",
        /// Microseconds of the window in `FAIL`.
        fail_microseconds: u64 = "86400000000",
        /// Microseconds of the window in `NOT_APPLICABLE`.
        not_applicable_microseconds: u64 = "0",
        /// Microseconds of the window in `NO_EVIDENCE`.
        no_evidence_microseconds: u64 = "0",
        /// Microseconds of the window in `ABSENT`; the five add up to the window.
        absent_microseconds: u64 = "0",
        /// Exceptions of it.
        exceptions: u64 = "1",
        /// Sources that judged it in the window, joined by `;`.
        sources: String = "config;securityhub",
        /// Whether only the inventory shows it.
        inventory_only: bool = "false",
    }
}

table! {
    /// A stretch of the window in which a subject of a control has one status. The stretches of a subject fill
    /// the window.
    StatusRow = "statuses", wide [], {
        /// Control.
        control: String = "C10",
        /// Number of the subject in `resources`.
        resource: u64 = "4711",
        /// `PASS`, `FAIL`, `NOT_APPLICABLE`, `NO_EVIDENCE` or `ABSENT`.
        status: String = "FAIL",
        /// From when on.
        starts_at: Instant = "2026-02-03T09:30:00Z",
        /// `starts_at` in microseconds since 1970.
        starts_epoch: i64 = "1770111000000000",
        /// Until when, this moment excluded.
        ends_at: Instant = "2026-02-04T09:30:00Z",
        /// `ends_at` in microseconds since 1970.
        ends_epoch: i64 = "1770197400000000",
    }
}

table! {
    /// An exception: a maximal stretch in which a subject fails a control, cut to the window; as in
    /// `exceptions.csv`.
    ExceptionRow = "exceptions", wide [], {
        /// By what it can be asked for.
        id: String = "C10-1f2e3d4c",
        /// Control.
        control: String = "C10",
        /// Number of the subject in `resources`.
        resource: u64 = "4711",
        /// Account.
        account: String = "111122223333",
        /// Region; `global` for accounts and IAM.
        region: String = "us-east-1",
        /// AWS Config's type.
        resource_type: String = "AWS::EC2::SecurityGroup",
        /// Id; empty where it is not known.
        resource_id: String = "sg-0a1b2c3d4e5f60718",
        /// Resource name (ARN); empty where it is not known.
        resource_arn: String = "arn:aws:ec2:us-east-1:111122223333:security-group/sg-0a1b2c3d4e5f60718",
        /// `start` of the definition: from when on, cut to the window.
        starts_at: Instant = "2026-02-03T09:30:00Z",
        /// `starts_at` in microseconds since 1970.
        starts_epoch: i64 = "1770111000000000",
        /// `end` of the definition: until when, this moment excluded, cut to the window.
        ends_at: Instant = "2026-02-04T09:30:00Z",
        /// `ends_at` in microseconds since 1970.
        ends_epoch: i64 = "1770197400000000",
        /// Whether it failed just before the window began.
        began_before_window: bool = "false",
        /// Whether it fails at the window's last instant.
        ongoing: bool = "false",
        /// Length in whole seconds, rounded down.
        duration_seconds: u64 = "86400",
        /// Failing tests in it, joined by `;`.
        tests: String = "INCOMING_SSH_DISABLED",
        /// Failing sources in it, joined by `;`.
        sources: String = "config;securityhub",
        /// Whether every failing observation in it that can be suppressed is.
        suppressed: bool = "false",
        /// Evidence of the observation that began it: ledger id and record, joined by `:`.
        opened_by: String = "3f2a9c0d11e4b7a8:17",
        /// Evidence of what ended it; empty while it goes on, and where the evidence ran out.
        closed_by: String = "9b8a7c6d5e4f3021:4",
        /// Why it failed, in the words of the source that says so first; empty where none does.
        reason: String = "port 22 is open to 0.0.0.0/0",
    }
}

table! {
    /// How much of the window is attested; one row an account, region and source, as in `coverage.csv`.
    CoverageTableRow = "coverage", wide [], {
        /// Account.
        account: String = "111122223333",
        /// Region.
        region: String = "us-east-1",
        /// `config` or `securityhub`.
        source: String = "config",
        /// Attested microseconds of the window.
        covered_microseconds: u64 = "15638400000000",
        /// Microseconds of the window; `covered_fraction` is the one by the other.
        window_microseconds: u64 = "15638400000000",
        /// First attestation that reaches into the window; null where there is none.
        first_at: Option<Instant> = "2025-12-31T12:00:00Z",
        /// Last attestation before the window's end; null where there is none.
        last_at: Option<Instant> = "2026-06-30T12:00:00Z",
        /// Stretches of the window without attestation, each `from/until`, joined by `;`.
        gaps: String = "2026-03-01T00:00:00Z/2026-03-03T12:00:00Z",
    }
}

table! {
    /// Two sources that differ about a subject and test for longer than the tolerance; as in
    /// `disagreements.csv`.
    DisagreementRow = "disagreements", wide [], {
        /// Control.
        control: String = "C10",
        /// Test.
        test: String = "INCOMING_SSH_DISABLED",
        /// Number of the subject in `resources`.
        resource: u64 = "4711",
        /// From when on, cut to the window.
        starts_at: Instant = "2026-02-03T09:30:00Z",
        /// `starts_at` in microseconds since 1970.
        starts_epoch: i64 = "1770111000000000",
        /// Until when, this moment excluded.
        ends_at: Instant = "2026-02-05T09:30:00Z",
        /// `ends_at` in microseconds since 1970.
        ends_epoch: i64 = "1770283800000000",
        /// The source that comes first of `config`, `securityhub`, `reperformed`.
        first_source: String = "config",
        /// What it says.
        first_status: String = "PASS",
        /// The other source.
        second_source: String = "reperformed",
        /// What it says.
        second_status: String = "FAIL",
        /// Reasons for which the two may rightly differ, joined by `;`; empty where none is known.
        known_reasons: String = "",
    }
}

table! {
    /// A figure of a control, as `controls.csv` has it; one row a control.
    ControlRow = "controls", wide [], {
        /// Control.
        control: String = "C10",
        /// Short title.
        title: String = "No open administration ports",
        /// SOC 2 criteria, joined by `;`.
        criteria: String = "CC6.6",
        /// What may be said of it: `not_tested`, `exceptions_noted`, `incomplete` or `no_exceptions_noted`.
        conclusion: String = "exceptions_noted",
        /// Subjects.
        population: u64 = "214",
        /// Subjects with `PASS` or `FAIL` for some time.
        tested: u64 = "210",
        /// Subjects with `NOT_APPLICABLE` and neither.
        not_applicable: u64 = "1",
        /// The rest.
        not_tested: u64 = "3",
        /// Tested, with `FAIL` for some time.
        failed: u64 = "7",
        /// Tested, never `FAIL`.
        passed: u64 = "203",
        /// `PASS` at the window's last instant.
        passing_at_end: u64 = "205",
        /// `FAIL` at the window's last instant.
        failing_at_end: u64 = "2",
        /// Subject-microseconds with `PASS`, at most 2^63 - 1.
        pass_microseconds: u64 = "3265920000000000",
        /// Subject-microseconds with `FAIL`, at most 2^63 - 1.
        fail_microseconds: u64 = "604800000000",
        /// Exceptions.
        exceptions: u64 = "9",
        /// Accounts and regions in scope with time that no source attests.
        uncovered_account_regions: u64 = "0",
    }
}

table! {
    /// A test of a control.
    ControlTestRow = "control_tests", wide [], {
        /// Control.
        control: String = "C10",
        /// Test: identifier of an AWS Config managed rule.
        test: String = "INCOMING_SSH_DISABLED",
    }
}

table! {
    /// Whatever statements are about: every subject that a source or the inventory names.
    ResourceRow = "resources", wide [], {
        /// Its number, from 1, in the order of account, type and key; of this assessment alone.
        resource: u64 = "4711",
        /// Account.
        account: String = "111122223333",
        /// Region; `global` for accounts and IAM.
        region: String = "us-east-1",
        /// AWS Config's type.
        resource_type: String = "AWS::EC2::SecurityGroup",
        /// What it is known by: the ARN where it is known or can be derived, else the id.
        resource_key: String = "arn:aws:ec2:us-east-1:111122223333:security-group/sg-0a1b2c3d4e5f60718",
        /// Id; empty where it is not known.
        resource_id: String = "sg-0a1b2c3d4e5f60718",
        /// Resource name (ARN); empty where it is not known.
        resource_arn: String = "arn:aws:ec2:us-east-1:111122223333:security-group/sg-0a1b2c3d4e5f60718",
    }
}

table! {
    /// What may belong to the population of a control: in scope, and chosen as the control says. Whether it does
    /// depends on what is said of it in the window, and on when it existed.
    CandidateRow = "candidates", wide [], {
        /// Control.
        control: String = "C10",
        /// Number of the subject in `resources`.
        resource: u64 = "4711",
        /// Whether it is an account, which always belongs to the population.
        is_account: bool = "false",
        /// Whether it belongs to the population by existing, be it that no source speaks of it.
        in_inventory: bool = "true",
    }
}

table! {
    /// A stretch in which configuration items show that a resource exists, or that it does not; not cut to the
    /// window. What neither row covers is not known.
    ExistenceRow = "existence", wide [], {
        /// Number of the resource in `resources`.
        resource: u64 = "4711",
        /// Whether it does not exist, as all its recorders together say; else some recorder shows it.
        is_absent: bool = "true",
        /// From when on.
        starts_at: Instant = "2026-04-01T08:00:00Z",
        /// `starts_at` in microseconds since 1970.
        starts_epoch: i64 = "1775030400000000",
        /// Until when, this moment excluded; the far future where nothing later is known.
        ends_at: Instant = "2026-05-01T08:00:00Z",
        /// `ends_at` in microseconds since 1970.
        ends_epoch: i64 = "1777622400000000",
        /// Evidence that began an absence, ledger id and record joined by `:`; else empty.
        evidence: String = "9b8a7c6d5e4f3021:4",
    }
}

table! {
    /// Words of two sources that mean the same for a test, though they differ.
    AgreedWordsRow = "agreed_words", wide [], {
        /// Test.
        test: String = "ACCESS_KEYS_ROTATED",
        /// The source that comes first of `config`, `securityhub`, `reperformed`.
        first_source: String = "config",
        /// What it says.
        first_status: String = "PASS",
        /// The other source.
        second_source: String = "reperformed",
        /// What it says.
        second_status: String = "NOT_APPLICABLE",
    }
}

table! {
    /// An evidence file that counts: `ledger`, without what a later ingest replaced; as in `ledger.csv`.
    EvidenceFileRow = "evidence_files", wide [], {
        /// First sixteen digits of `sha256`; empty where the bytes were not looked at.
        evidence_id: String = "3f2a9c0d11e4b7a8",
        /// Last part of the argument and the path below it.
        path: String = "exports/111122223333/snapshot.json.gz",
        /// Bundle it is a member of; empty for a file on disk.
        bundle: String = "evidence.zip",
        /// Bytes as handed over.
        size: u64 = "48213",
        /// SHA-256 of these bytes, lower-case hexadecimal; empty where they were not looked at.
        sha256: String = "3f2a9c0d11e4b7a8…",
        /// What it was recognised as; or empty.
        kind: String = "config_snapshot",
        /// `accepted`, `partial`, `set_aside`, `rejected` or `bundle`.
        outcome: String = "accepted",
        /// Account that its name or path states; or empty.
        account: String = "111122223333",
        /// Region, likewise.
        region: String = "us-east-1",
        /// The time it speaks for; null where it has none.
        evidence_time: Option<Instant> = "2026-01-31T12:00:00Z",
        /// The day of `evidence_time` (UTC); empty where it has none.
        evidence_day: String = "2026-01-31",
        /// Records found: the sum of the next four.
        records_read: u64 = "412",
        /// New to the lake.
        records_kept: u64 = "9",
        /// Known from another place.
        records_duplicate: u64 = "403",
        /// Understood, and no evidence.
        records_set_aside: u64 = "0",
        /// Not understood.
        records_rejected: u64 = "0",
        /// Code of the first problem; empty where all was used.
        problem: String = "F104",
        /// Why something of it was not used; empty where all was.
        reason: String = "F104 record 7: the time is no time",
    }
}

table! {
    /// Observations that belong together: of one source, test, subject and origin.
    StreamRow = "streams", wide [], {
        /// Its number, from 1; of this assessment alone.
        stream: u64 = "815",
        /// Number of the subject in `resources`.
        resource: u64 = "4711",
        /// Test: identifier of an AWS Config managed rule.
        test: Arc<str> = "INCOMING_SSH_DISABLED",
        /// `config`, `securityhub` or `reperformed`.
        source: Arc<str> = "config",
        /// Who speaks: a Config rule's name, a finding's `Id`, or what tickmark's own check measures against.
        origin: Arc<str> = "restricted-ssh",
        /// Of a Config rule, the account it runs in; else empty.
        origin_account: Arc<str> = "111122223333",
        /// Of a Config rule, the region it runs in; else empty.
        origin_region: Arc<str> = "us-east-1",
        /// Of a finding, its `ProductArn`; else empty.
        product_arn: Arc<str> = "",
        /// Until when the last status holds: horizon and longest gap.
        vouched_until: Instant = "2026-07-02T00:00:00Z",
        /// `vouched_until` in microseconds since 1970.
        vouched_epoch: i64 = "1782950400000000",
    }
}

table! {
    /// What one source said of one subject for one test at one instant, where it was new: of observations that
    /// repeat the one before, the first is here, with their number. Every one of them is in `evaluations`,
    /// `findings` or `items`.
    ObservationRow = "observations", wide [], {
        /// Number of its stream in `streams`.
        stream: u64 = "815",
        /// When it was said.
        observed_at: Instant = "2026-02-03T09:30:00Z",
        /// `observed_at` in microseconds since 1970.
        observed_epoch: i64 = "1770111000000000",
        /// `PASS`, `FAIL`, `NOT_APPLICABLE`, `UNKNOWN` or `ENDED`.
        status: Arc<str> = "FAIL",
        /// Which counts of several at one instant: 0 for `FAIL`, then in the order above to 4.
        severity_rank: u64 = "0",
        /// Whether it is a failure that was suppressed.
        suppressed: bool = "false",
        /// How many later observations of the stream say the same again, up to the next row.
        repeated: u64 = "12",
        /// Why, where tickmark's own check says; else empty.
        reason: Arc<str> = "port 22 is open to 0.0.0.0/0",
        /// Ledger id of its file.
        evidence_id: Arc<str> = "3f2a9c0d11e4b7a8",
        /// Number of its record in that file; 0 where it rests on the file as a whole.
        record_number: u64 = "17",
    }
}

table! {
    /// A Config rule of the evidence, and the test that it stands for.
    RuleTestRow = "rule_tests", wide [], {
        /// Account in which it ran.
        recorder_account: String = "111122223333",
        /// Region in which it ran.
        recorder_region: String = "us-east-1",
        /// Its name.
        rule_name: String = "restricted-ssh",
        /// Its source identifier where it is described; else empty.
        source_identifier: String = "INCOMING_SSH_DISABLED",
        /// The test; empty where none answers for it.
        test: String = "INCOMING_SSH_DISABLED",
        /// How it was matched: `identifier`, `name` or `alias`; empty where it was not.
        matched_by: String = "identifier",
    }
}

table! {
    /// A stretch of the window in which a recorder says that it was off: no delivery attests it.
    InterruptionRow = "interruptions", wide [], {
        /// Account of the recorder.
        account: String = "111122223333",
        /// Region of the recorder.
        region: String = "us-east-1",
        /// From when on.
        starts_at: Instant = "2026-04-01T08:00:00Z",
        /// `starts_at` in microseconds since 1970.
        starts_epoch: i64 = "1775030400000000",
        /// Until when, this moment excluded.
        ends_at: Instant = "2026-04-02T08:00:00Z",
        /// `ends_at` in microseconds since 1970.
        ends_epoch: i64 = "1775116800000000",
    }
}

table! {
    /// A place whose coverage counts: an account and region in scope, and a source that takes part.
    PlaceRow = "places", wide [], {
        /// Account.
        account: String = "111122223333",
        /// Region.
        region: String = "us-east-1",
        /// `config` or `securityhub`.
        source: String = "config",
    }
}

table! {
    /// A stretch in which a place is attested: each delivery or finding attests the longest gap from its time on,
    /// and stretches that touch are one. Not cut to the window; a recorder that was off is not taken off.
    AttestationRow = "attestations", wide [], {
        /// Account.
        account: String = "111122223333",
        /// Region.
        region: String = "us-east-1",
        /// `config` or `securityhub`.
        source: String = "config",
        /// From when on.
        starts_at: Instant = "2025-12-31T12:00:00Z",
        /// `starts_at` in microseconds since 1970.
        starts_epoch: i64 = "1767182400000000",
        /// Until when, this moment excluded.
        ends_at: Instant = "2026-07-02T00:00:00Z",
        /// `ends_at` in microseconds since 1970.
        ends_epoch: i64 = "1782950400000000",
    }
}

table! {
    /// A day of the window (UTC).
    DayRow = "days", wide [], {
        /// The day.
        day: String = "2026-01-31",
        /// Its month.
        month: String = "2026-01",
        /// Its first instant.
        starts_at: Instant = "2026-01-31T00:00:00Z",
        /// `starts_at` in microseconds since 1970.
        starts_epoch: i64 = "1769817600000000",
        /// The first instant of the next day.
        ends_at: Instant = "2026-02-01T00:00:00Z",
        /// `ends_at` in microseconds since 1970.
        ends_epoch: i64 = "1769904000000000",
    }
}

table! {
    /// What was set for the assessment; a single row.
    SettingsRow = "settings", wide [], {
        /// The window's first instant.
        window_from: Instant = "2026-01-01T00:00:00Z",
        /// `window_from` in microseconds since 1970.
        window_from_epoch: i64 = "1767225600000000",
        /// The first instant after the window.
        window_until: Instant = "2026-07-01T00:00:00Z",
        /// `window_until` in microseconds since 1970.
        window_until_epoch: i64 = "1782864000000000",
        /// Longest gap, in microseconds.
        max_gap_microseconds: u64 = "129600000000",
        /// Differences of sources up to this length are not listed, in microseconds.
        lag_tolerance_microseconds: u64 = "86400000000",
    }
}

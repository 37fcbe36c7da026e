//! The answer: what an assessment found, as data in its final order.
//!
//! Whatever a report shows stands here; a renderer decides nothing and sorts nothing.

pub mod explanation;
pub mod tables;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{AccountId, EvidenceReference, Instant, Period, Region, Source};

/// Everything that one run answers (spec section 10).
#[derive(Clone, Debug)]
pub struct Assessment {
    /// The engagement's name, where an engagement file gives one.
    pub engagement: Option<String>,
    /// The audit window.
    pub window: Period,
    /// Sources that took part, in the order of [`Source::ALL`].
    pub sources: Vec<Source>,
    /// How long a last status and an attestation hold, in hours.
    pub max_gap_hours: u32,
    /// Disagreements up to this length, in hours, are counted but not listed.
    pub lag_tolerance_hours: u32,
    /// The evidence it rests on.
    pub evidence: EvidenceAccount,
    /// Accounts and regions in scope.
    pub scope: Vec<ScopeAccount>,
    /// Whether the scope comes from a list; else it is all that the evidence shows.
    pub scope_is_listed: bool,
    /// Accounts seen in the evidence that the scope list leaves out.
    pub accounts_out_of_scope: Vec<AccountId>,
    /// One result a control, ordered as in the catalog.
    pub controls: Vec<ControlResult>,
    /// One row per control and subject: control (catalog order), account, type, key.
    pub subjects: Vec<SubjectResult>,
    /// Exceptions, ordered by control, account, type, key, start.
    pub exceptions: Vec<Exception>,
    /// What checks saw beyond their rules, ordered by control, test, account, type, key, start, kind.
    pub remarks: Vec<Remark>,
    /// Coverage, ordered by source, account, region.
    pub coverage: Vec<CoverageRow>,
    /// Config rules that no test answers for, by name.
    pub unmapped_rules: Vec<Unmapped>,
    /// Finding generators that no test answers for, by name.
    pub unmapped_findings: Vec<Unmapped>,
    /// Disagreements longer than the tolerance, ordered by control, test, account, type, key, start.
    pub disagreements: Vec<Disagreement>,
    /// The ledger: one row an evidence file, in the lake's fixed order.
    pub ledger: Vec<LedgerRow>,
    /// What it was found from, to be counted again.
    pub tables: tables::Tables,
}

/// What became of the evidence; the parts add up to the whole in both lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EvidenceAccount {
    /// Files offered: accepted + rejected. Bundles are counted by their members.
    pub files: u64,
    /// Files read, whole or in part, or recognised and set aside.
    pub accepted: u64,
    /// Of the accepted: those of which something could not be read.
    pub partial: u64,
    /// Of the accepted: those recognised that no part of this version draws on.
    pub set_aside: u64,
    /// Files of which nothing could be read.
    pub rejected: u64,
    /// Bytes as handed over.
    pub bytes: u64,
    /// Records found in them: kept + duplicate + set aside + rejected.
    pub records: RecordAccount,
    /// SHA-256 over the sorted, distinct SHA-256 values of all files, in lower-case hexadecimal.
    pub digest: String,
}

/// What became of records; `read` is the sum of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecordAccount {
    /// Records found.
    pub read: u64,
    /// New to the lake.
    pub kept: u64,
    /// Already known from another place.
    pub duplicate: u64,
    /// Understood, and no evidence (sample findings, items of types that are not recorded).
    pub set_aside: u64,
    /// Not understood; each has a problem.
    pub rejected: u64,
}

/// An account in scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeAccount {
    /// Its id.
    pub account: AccountId,
    /// Its name in the scope list, or empty.
    pub name: String,
    /// Its environment in the scope list, or empty.
    pub environment: String,
    /// Regions in scope that the evidence shows or the list names.
    pub regions: Vec<Region>,
    /// Whether any evidence speaks of it.
    pub has_evidence: bool,
}

/// Counts and rates of one population (spec section 5).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    /// Subjects.
    pub population: u64,
    /// With PASS or FAIL for some time.
    pub tested: u64,
    /// With NOT_APPLICABLE and neither PASS nor FAIL.
    pub not_applicable: u64,
    /// The rest.
    pub not_tested: u64,
    /// Tested, with FAIL for some time.
    pub failed: u64,
    /// Tested, never FAIL.
    pub passed: u64,
    /// Status PASS at the window's last instant.
    pub passing_at_end: u64,
    /// Status FAIL at the window's last instant.
    pub failing_at_end: u64,
    /// Subject-microseconds with PASS inside the window.
    pub pass_microseconds: i128,
    /// Subject-microseconds with FAIL inside the window.
    pub fail_microseconds: i128,
    /// Exception intervals.
    pub exceptions: u64,
}

impl Figures {
    /// `passed` / `tested`; `None` where nothing was tested.
    #[must_use]
    pub fn pass_rate(&self) -> Option<f64> {
        ratio(u128::from(self.passed), u128::from(self.tested))
    }

    /// `passing_at_end` / (`passing_at_end` + `failing_at_end`); `None` where both are 0.
    #[must_use]
    pub fn pass_rate_at_end(&self) -> Option<f64> {
        ratio(u128::from(self.passing_at_end), u128::from(self.passing_at_end) + u128::from(self.failing_at_end))
    }

    /// PASS time / (PASS + FAIL time); `None` where both are 0.
    #[must_use]
    pub fn time_weighted_pass_rate(&self) -> Option<f64> {
        let (pass, fail) = (self.pass_microseconds.unsigned_abs(), self.fail_microseconds.unsigned_abs());
        ratio(pass, pass + fail)
    }
}

/// Two integers divided once, to the nearest double.
#[expect(clippy::cast_precision_loss, reason = "the one place where counts become a rate")]
fn ratio(numerator: u128, denominator: u128) -> Option<f64> {
    (denominator != 0).then(|| numerator as f64 / denominator as f64)
}

/// What may be said of a control for the window (spec section 8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Conclusion {
    /// Nothing was tested.
    NotTested,
    /// There is an exception.
    ExceptionsNoted,
    /// No exception, but not everything was tested or covered.
    Incomplete,
    /// No exception, everything tested and covered.
    NoExceptionsNoted,
}

impl Conclusion {
    /// Its name in outputs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotTested => "not_tested",
            Self::ExceptionsNoted => "exceptions_noted",
            Self::Incomplete => "incomplete",
            Self::NoExceptionsNoted => "no_exceptions_noted",
        }
    }
}

/// The answer for one control.
#[derive(Clone, Debug)]
pub struct ControlResult {
    /// `C01` …
    pub control: String,
    /// Short title.
    pub title: String,
    /// SOC 2 criteria, such as `CC6.1`.
    pub criteria: Vec<String>,
    /// Identifiers of its tests.
    pub tests: Vec<String>,
    /// What may be said of it.
    pub conclusion: Conclusion,
    /// Its figures over all sources that took part.
    pub figures: Figures,
    /// The same figures as each source alone gives them, over the same population.
    pub by_source: BTreeMap<Source, Figures>,
    /// The same figures account by account.
    pub by_account: BTreeMap<AccountId, Figures>,
    /// Account-regions in scope with time that no source attests.
    pub uncovered: u64,
    /// What a reader must know of this result, one sentence each.
    pub notes: Vec<String>,
    /// How many remarks there are beyond its rules.
    pub remarks: u64,
    /// Time on which two sources agree or differ, where two speak.
    pub agreement: Vec<Agreement>,
    /// Samples of it that auditors completed and that joined the results, by the id of the draw.
    pub samples: Vec<SampleResult>,
}

/// What a completed sample showed, as it joined the results. It changes none of the figures, which are of the whole
/// population.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleResult {
    /// The id of the draw.
    pub draw: String,
    /// The control.
    pub control: String,
    /// What an item is, such as `resource-days`.
    pub unit: String,
    /// Items in the population.
    pub population: u64,
    /// SHA-256 over their keys.
    pub population_sha256: String,
    /// The seed.
    pub seed: String,
    /// How items were chosen.
    pub method: String,
    /// Confidence, in percent, as a decimal.
    pub confidence: String,
    /// Tolerable rate, in percent, as a decimal.
    pub tolerable: String,
    /// The model of chance.
    pub distribution: String,
    /// Items drawn.
    pub size: u64,
    /// Deviations at which the conclusion is supported; `None` where even none is too many.
    pub allowed_deviations: Option<u64>,
    /// Items tested.
    pub tested: u64,
    /// Deviations among them, with items that could not be tested.
    pub deviations: u64,
    /// Of these: could not be tested.
    pub unable_to_test: u64,
    /// Items that turned out not to belong.
    pub not_applicable: u64,
    /// Spares used.
    pub replaced: u64,
    /// Upper limit of the deviation rate, in millionths, rounded up; `None` where one limit would not hold.
    pub upper_limit_millionths: Option<u64>,
    /// The same as a count of items, where the population is counted.
    pub upper_limit_items: Option<u64>,
    /// `supported`, `not_supported` or `extend`.
    pub conclusion: String,
    /// Items on which the auditor and tickmark differ.
    pub differences: u64,
    /// SHA-256 of the working paper that was read.
    pub working_paper_sha256: String,
}

/// Time that two sources both spoke of the same subject and test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// The two sources, in the order of [`Source::ALL`].
    pub sources: (Source, Source),
    /// Subject-microseconds with the same status.
    pub agree_microseconds: i128,
    /// Subject-microseconds with different statuses.
    pub differ_microseconds: i128,
}

impl SampleResult {
    /// Deviations of items tested; `None` where nothing was tested.
    #[must_use]
    pub fn deviation_rate(&self) -> Option<f64> {
        ratio(u128::from(self.deviations), u128::from(self.tested))
    }

    /// The upper limit as a fraction of 1; `None` where one limit would not hold.
    #[must_use]
    pub fn upper_limit(&self) -> Option<f64> {
        self.upper_limit_millionths.and_then(|millionths| ratio(u128::from(millionths), 1_000_000))
    }
}

/// What became of a subject under a control.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SubjectOutcome {
    /// Tested and never FAIL.
    Passed,
    /// FAIL for some time.
    Failed,
    /// NOT_APPLICABLE and neither.
    NotApplicable,
    /// None of these.
    NotTested,
}

impl SubjectOutcome {
    /// Its name in outputs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::NotApplicable => "not_applicable",
            Self::NotTested => "not_tested",
        }
    }
}

/// A subject's status for a control at an instant (spec section 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ControlStatus {
    /// Its own items say that it does not exist.
    Absent,
    /// Some stream says FAIL.
    Fail,
    /// Some says PASS, none FAIL.
    Pass,
    /// Some says NOT_APPLICABLE, none of the above.
    NotApplicable,
    /// Nothing that counts is said.
    NoEvidence,
}

impl ControlStatus {
    /// Its name in outputs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Absent => "ABSENT",
            Self::Fail => "FAIL",
            Self::Pass => "PASS",
            Self::NotApplicable => "NOT_APPLICABLE",
            Self::NoEvidence => "NO_EVIDENCE",
        }
    }
}

/// A subject as outputs name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubjectName {
    /// Owner.
    pub account: AccountId,
    /// Config's resource type.
    pub resource_type: String,
    /// The ARN where known, else the id: what the subject is identified by.
    pub key: String,
    /// Its region.
    pub region: Region,
    /// The resource id, or empty.
    pub resource_id: String,
    /// The resource name (ARN), or empty.
    pub resource_arn: String,
}

/// One row of `subjects.csv`.
#[derive(Clone, Debug)]
pub struct SubjectResult {
    /// Its control.
    pub control: String,
    /// The subject.
    pub subject: SubjectName,
    /// What became of it.
    pub outcome: SubjectOutcome,
    /// Status at the window's last instant.
    pub status_at_end: ControlStatus,
    /// Microseconds of the window in each status; together they fill the window exactly.
    pub microseconds: BTreeMap<ControlStatus, i64>,
    /// Exception intervals of it.
    pub exceptions: u64,
    /// Sources that said PASS, FAIL or NOT_APPLICABLE of it in the window.
    pub sources: Vec<Source>,
    /// Whether only the inventory shows it.
    pub inventory_only: bool,
    /// Its status over the window, which the stretches fill, in order; neighbours differ.
    pub timeline: Vec<(Period, ControlStatus)>,
}

/// One exception interval (spec section 6).
#[derive(Clone, Debug)]
pub struct Exception {
    /// Its control.
    pub control: String,
    /// The subject.
    pub subject: SubjectName,
    /// Start and end, cut to the window.
    pub period: Period,
    /// Failing just before the window began.
    pub began_before_window: bool,
    /// Still failing at the window's last instant.
    pub ongoing: bool,
    /// Whole seconds, floored.
    pub duration_seconds: i64,
    /// Failing tests in it, sorted.
    pub tests: Vec<String>,
    /// Failing sources in it, sorted.
    pub sources: Vec<Source>,
    /// Every failing observation in it that can be suppressed is.
    pub suppressed: bool,
    /// The observation that began it.
    pub opened_by: Option<EvidenceReference>,
    /// The observation that ended it; `None` while ongoing and where the evidence ran out.
    pub closed_by: Option<EvidenceReference>,
    /// By what it can be asked for: the control and eight hexadecimal digits of a hash over control,
    /// subject and start.
    pub id: String,
    /// Why it failed, in the words of the source that says so first; or empty where none does.
    pub reason: String,
}

/// Attested time of one account, region and source (spec section 7).
#[derive(Clone, Debug)]
pub struct CoverageRow {
    /// The account.
    pub account: AccountId,
    /// The region.
    pub region: Region,
    /// `config` or `securityhub`.
    pub source: Source,
    /// Attested microseconds of the window.
    pub covered_microseconds: i64,
    /// The window's microseconds.
    pub window_microseconds: i64,
    /// First attestation that reaches into the window.
    pub first: Option<Instant>,
    /// Last attestation before the window's end.
    pub last: Option<Instant>,
    /// Stretches of the window without attestation.
    pub gaps: Vec<Period>,
    /// Stretches of the window in which the recorder says that it was off; they are gaps too.
    pub recorder_off: Vec<Period>,
    /// Tested types that the recorder says that it left out, and when.
    pub not_recorded: Vec<(String, Period)>,
}

impl CoverageRow {
    /// Attested time / window.
    #[must_use]
    pub fn covered_fraction(&self) -> f64 {
        ratio(u128::from(self.covered_microseconds.unsigned_abs()), u128::from(self.window_microseconds.unsigned_abs()))
            .unwrap_or(0.0)
    }
}

/// A rule or finding generator that no test answers for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmapped {
    /// The Config rule's name, or the finding's product and generator.
    pub name: String,
    /// What is known of why: its source identifier, or nothing.
    pub identifier: String,
    /// Evaluations or findings.
    pub observations: u64,
    /// Distinct resources they are about.
    pub resources: u64,
    /// Accounts they are from.
    pub accounts: Vec<AccountId>,
}

/// Two sources that differ about one subject and test (spec section 9).
#[derive(Clone, Debug)]
pub struct Disagreement {
    /// A control of the test.
    pub control: String,
    /// The test.
    pub test: String,
    /// The subject.
    pub subject: SubjectName,
    /// Who said what, in the order of [`Source::ALL`].
    pub said: [Said; 2],
    /// From when to when, cut to the window.
    pub period: Period,
    /// Reasons for which the two may rightly differ, a sentence each; none where none is known.
    pub known_reasons: Vec<String>,
}

/// What a source said when a disagreement began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The source.
    pub source: Source,
    /// What it said.
    pub status: ControlStatus,
    /// Why, where the source says; or empty.
    pub reason: String,
    /// The observation that it rests on.
    pub reference: Option<EvidenceReference>,
}

/// Something that tickmark's own checks saw beyond what their rule asks (never a deviation).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// A control of the test.
    pub control: String,
    /// The test whose check saw it.
    pub test: String,
    /// The resource.
    pub subject: SubjectName,
    /// A stable name for the kind of thing.
    pub kind: String,
    /// What was seen, as half a sentence.
    pub words: String,
    /// From when to when, cut to the window.
    pub period: Period,
    /// The evidence that showed it first.
    pub reference: EvidenceReference,
}

/// One evidence file (spec section 1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerRow {
    /// First sixteen digits of the SHA-256, or empty where the bytes could not be read.
    pub evidence_id: String,
    /// Path under the name of the argument it was given by; `/` between parts.
    pub path: String,
    /// The bundle it is a member of, or empty.
    pub bundle: String,
    /// Bytes as handed over.
    pub size: u64,
    /// SHA-256 in lower-case hexadecimal, or empty.
    pub sha256: String,
    /// Kind of export, such as `config_snapshot`; `bundle`; or empty.
    pub kind: String,
    /// `accepted`, `partial`, `set_aside`, `rejected`; `bundle` for a whole bundle, for which its members
    /// stand: one with a fault is `partial` or `rejected`.
    pub outcome: String,
    /// Account that its name, else its path states, or empty.
    pub account: String,
    /// Region that its name, else its path states, or empty.
    pub region: String,
    /// The time it speaks for, where it has one.
    pub evidence_time: Option<Instant>,
    /// Its records.
    pub records: RecordAccount,
    /// Why something of it was not used; empty where all was.
    pub reason: String,
}

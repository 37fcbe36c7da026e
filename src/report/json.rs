//! `results.json` (spec section 10): every answer, with exact values.
//!
//! The order of fields is the order of the structs here; lists keep the assessment's order. Rates are
//! the shortest digits that read back as the same double; a rate of nothing is `null`.

mod explanation;
mod seen;

use serde::ser::Error as _;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::engine::results::{
    Agreement, Assessment, ControlResult, CoverageRow, Disagreement, EvidenceAccount, Figures, RecordAccount, Said,
    SampleResult, ScopeAccount, Unmapped,
};
use crate::model::{AccountId, Instant, Period, Region};

use super::{ReportError, figures};
pub use explanation::explanation;
use seen::SeenFormatter;

/// The version of the layout of `results.json`.
pub const SCHEMA: u32 = 1;

/// The bytes of `results.json`: indented by two spaces, with a final newline.
///
/// # Errors
/// [`ReportError::Json`], which only a fault of tickmark can bring about.
pub fn results(assessment: &Assessment) -> Result<Vec<u8>, ReportError> {
    Ok(laid_out(&Results::of(assessment))?)
}

/// A value as all JSON of tickmark is laid out: indented by two spaces, unseen characters spelled, with a final
/// newline.
///
/// # Errors
/// When the value cannot be serialized.
pub fn laid_out(value: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, SeenFormatter::default());
    value.serialize(&mut serializer)?;
    bytes.push(b'\n');
    Ok(bytes)
}

#[derive(Serialize)]
struct Results<'a> {
    schema: u32,
    tool: Tool,
    engagement: Option<&'a str>,
    window: Span,
    parameters: Parameters<'a>,
    evidence: Evidence<'a>,
    scope: Scope<'a>,
    controls: Vec<Control<'a>>,
    coverage: Vec<Coverage<'a>>,
    unmapped_rules: Vec<UnmappedRule<'a>>,
    unmapped_findings: Vec<UnmappedFinding<'a>>,
    disagreements: Vec<Difference<'a>>,
}

impl<'a> Results<'a> {
    fn of(assessment: &'a Assessment) -> Self {
        Self {
            schema: SCHEMA,
            tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
            engagement: assessment.engagement.as_deref(),
            window: Span::of(assessment.window),
            parameters: Parameters {
                sources: assessment.sources.iter().map(|source| source.name()).collect(),
                max_gap_hours: assessment.max_gap_hours,
                lag_tolerance_hours: assessment.lag_tolerance_hours,
            },
            evidence: Evidence::of(&assessment.evidence),
            scope: Scope::of(assessment),
            controls: assessment.controls.iter().map(Control::of).collect(),
            coverage: assessment.coverage.iter().map(Coverage::of).collect(),
            unmapped_rules: assessment
                .unmapped_rules
                .iter()
                .map(|rule| UnmappedRule { rule: &rule.name, counts: Counts::of(rule) })
                .collect(),
            unmapped_findings: assessment
                .unmapped_findings
                .iter()
                .map(|finding| UnmappedFinding { finding: &finding.name, counts: Counts::of(finding) })
                .collect(),
            disagreements: assessment.disagreements.iter().map(Difference::of).collect(),
        }
    }
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Span {
    from: String,
    until: String,
}

impl Span {
    fn of(period: Period) -> Self {
        Self { from: figures::instant(period.from), until: figures::instant(period.until) }
    }
}

#[derive(Serialize)]
struct Parameters<'a> {
    sources: Vec<&'a str>,
    max_gap_hours: u32,
    lag_tolerance_hours: u32,
}

#[derive(Serialize)]
struct Evidence<'a> {
    files: u64,
    accepted: u64,
    partial: u64,
    set_aside: u64,
    rejected: u64,
    bytes: u64,
    records: Records,
    digest: &'a str,
}

impl<'a> Evidence<'a> {
    fn of(account: &'a EvidenceAccount) -> Self {
        Self {
            files: account.files,
            accepted: account.accepted,
            partial: account.partial,
            set_aside: account.set_aside,
            rejected: account.rejected,
            bytes: account.bytes,
            records: Records::of(account.records),
            digest: &account.digest,
        }
    }
}

#[derive(Serialize)]
struct Records {
    read: u64,
    kept: u64,
    duplicate: u64,
    set_aside: u64,
    rejected: u64,
}

impl Records {
    fn of(records: RecordAccount) -> Self {
        let RecordAccount { read, kept, duplicate, set_aside, rejected } = records;
        Self { read, kept, duplicate, set_aside, rejected }
    }
}

#[derive(Serialize)]
struct Scope<'a> {
    listed: bool,
    accounts: Vec<ScopedAccount<'a>>,
    #[serde(rename = "accounts_out_of_scope")]
    outside: Vec<&'a str>,
}

impl<'a> Scope<'a> {
    fn of(assessment: &'a Assessment) -> Self {
        Self {
            listed: assessment.scope_is_listed,
            accounts: assessment.scope.iter().map(ScopedAccount::of).collect(),
            outside: ids(&assessment.accounts_out_of_scope),
        }
    }
}

#[derive(Serialize)]
struct ScopedAccount<'a> {
    account: &'a str,
    name: &'a str,
    environment: &'a str,
    regions: Vec<&'a str>,
    has_evidence: bool,
}

impl<'a> ScopedAccount<'a> {
    fn of(account: &'a ScopeAccount) -> Self {
        Self {
            account: account.account.as_str(),
            name: &account.name,
            environment: &account.environment,
            regions: account.regions.iter().map(Region::as_str).collect(),
            has_evidence: account.has_evidence,
        }
    }
}

#[derive(Serialize)]
struct Control<'a> {
    #[serde(rename = "control")]
    id: &'a str,
    title: &'a str,
    criteria: &'a [String],
    tests: &'a [String],
    conclusion: &'static str,
    #[serde(flatten)]
    figures: Rates,
    by_source: Ordered<'a, Rates>,
    by_account: Ordered<'a, Rates>,
    uncovered_account_regions: u64,
    notes: &'a [String],
    remarks: u64,
    agreement: Vec<Agreeing>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    samples: Vec<Sample<'a>>,
}

/// A completed sample, with its rates.
#[derive(Serialize)]
struct Sample<'a> {
    #[serde(flatten)]
    result: &'a SampleResult,
    deviation_rate: Option<f64>,
    upper_limit: Option<f64>,
}

impl<'a> Sample<'a> {
    fn of(result: &'a SampleResult) -> Self {
        Self { result, deviation_rate: result.deviation_rate(), upper_limit: result.upper_limit() }
    }
}

impl<'a> Control<'a> {
    fn of(control: &'a ControlResult) -> Self {
        let by_source = control.by_source.iter().map(|(source, figures)| (source.name(), Rates::of(figures)));
        let by_account = control.by_account.iter().map(|(account, figures)| (account.as_str(), Rates::of(figures)));
        Self {
            id: &control.control,
            title: &control.title,
            criteria: &control.criteria,
            tests: &control.tests,
            conclusion: control.conclusion.name(),
            figures: Rates::of(&control.figures),
            by_source: Ordered(by_source.collect()),
            by_account: Ordered(by_account.collect()),
            uncovered_account_regions: control.uncovered,
            notes: &control.notes,
            remarks: control.remarks,
            agreement: control.agreement.iter().map(Agreeing::of).collect(),
            samples: control.samples.iter().map(Sample::of).collect(),
        }
    }
}

/// The figures of spec section 5, by their names there.
#[derive(Serialize)]
struct Rates {
    population: u64,
    tested: u64,
    not_applicable: u64,
    not_tested: u64,
    failed: u64,
    passed: u64,
    pass_rate: Option<f64>,
    passing_at_end: u64,
    failing_at_end: u64,
    pass_rate_at_end: Option<f64>,
    time_weighted_pass_rate: Option<f64>,
    exceptions: u64,
}

impl Rates {
    fn of(figures: &Figures) -> Self {
        Self {
            population: figures.population,
            tested: figures.tested,
            not_applicable: figures.not_applicable,
            not_tested: figures.not_tested,
            failed: figures.failed,
            passed: figures.passed,
            pass_rate: figures.pass_rate(),
            passing_at_end: figures.passing_at_end,
            failing_at_end: figures.failing_at_end,
            pass_rate_at_end: figures.pass_rate_at_end(),
            time_weighted_pass_rate: figures.time_weighted_pass_rate(),
            exceptions: figures.exceptions,
        }
    }
}

/// An object whose keys keep the order they are given in.
struct Ordered<'a, V>(Vec<(&'a str, V)>);

impl<V: Serialize> Serialize for Ordered<'_, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

#[derive(Serialize)]
struct Agreeing {
    sources: [&'static str; 2],
    agree_seconds: Seconds,
    differ_seconds: Seconds,
}

impl Agreeing {
    fn of(agreement: &Agreement) -> Self {
        Self {
            sources: [agreement.sources.0.name(), agreement.sources.1.name()],
            agree_seconds: Seconds(agreement.agree_microseconds),
            differ_seconds: Seconds(agreement.differ_microseconds),
        }
    }
}

/// Microseconds written as seconds with all their decimals, past what a double could hold.
struct Seconds(i128);

impl Serialize for Seconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(figures::seconds(self.0)).map_err(S::Error::custom)?.serialize(serializer)
    }
}

#[derive(Serialize)]
struct Coverage<'a> {
    account: &'a str,
    region: &'a str,
    source: &'static str,
    covered_fraction: f64,
    first: Option<String>,
    last: Option<String>,
    gaps: Vec<Span>,
    recorder_off: Vec<Span>,
    not_recorded: Vec<NotRecorded<'a>>,
}

#[derive(Serialize)]
struct NotRecorded<'a> {
    resource_type: &'a str,
    #[serde(flatten)]
    span: Span,
}

impl<'a> Coverage<'a> {
    fn of(row: &'a CoverageRow) -> Self {
        let written = |moment: Option<Instant>| moment.map(figures::instant);
        Self {
            account: row.account.as_str(),
            region: row.region.as_str(),
            source: row.source.name(),
            covered_fraction: row.covered_fraction(),
            first: written(row.first),
            last: written(row.last),
            gaps: row.gaps.iter().copied().map(Span::of).collect(),
            recorder_off: row.recorder_off.iter().copied().map(Span::of).collect(),
            not_recorded: row
                .not_recorded
                .iter()
                .map(|(resource_type, period)| NotRecorded { resource_type, span: Span::of(*period) })
                .collect(),
        }
    }
}

#[derive(Serialize)]
struct UnmappedRule<'a> {
    rule: &'a str,
    #[serde(flatten)]
    counts: Counts<'a>,
}

#[derive(Serialize)]
struct UnmappedFinding<'a> {
    finding: &'a str,
    #[serde(flatten)]
    counts: Counts<'a>,
}

#[derive(Serialize)]
struct Counts<'a> {
    identifier: &'a str,
    observations: u64,
    resources: u64,
    accounts: Vec<&'a str>,
}

impl<'a> Counts<'a> {
    fn of(unmapped: &'a Unmapped) -> Self {
        Self {
            identifier: &unmapped.identifier,
            observations: unmapped.observations,
            resources: unmapped.resources,
            accounts: ids(&unmapped.accounts),
        }
    }
}

#[derive(Serialize)]
struct Difference<'a> {
    control: &'a str,
    test: &'a str,
    account: &'a str,
    region: &'a str,
    resource_type: &'a str,
    resource_id: &'a str,
    resource_arn: &'a str,
    said: [SaidBy<'a>; 2],
    from: String,
    until: String,
    known_reasons: &'a [String],
}

#[derive(Serialize)]
struct SaidBy<'a> {
    source: &'static str,
    status: &'static str,
    reason: &'a str,
    evidence: Option<String>,
}

impl<'a> SaidBy<'a> {
    fn of(said: &'a Said) -> Self {
        Self {
            source: said.source.name(),
            status: said.status.name(),
            reason: &said.reason,
            evidence: said.reference.as_ref().map(ToString::to_string),
        }
    }
}

impl<'a> Difference<'a> {
    fn of(disagreement: &'a Disagreement) -> Self {
        let subject = &disagreement.subject;
        let [first, second] = &disagreement.said;
        Self {
            control: &disagreement.control,
            test: &disagreement.test,
            account: subject.account.as_str(),
            region: subject.region.as_str(),
            resource_type: &subject.resource_type,
            resource_id: &subject.resource_id,
            resource_arn: &subject.resource_arn,
            said: [SaidBy::of(first), SaidBy::of(second)],
            from: figures::instant(disagreement.period.from),
            until: figures::instant(disagreement.period.until),
            known_reasons: &disagreement.known_reasons,
        }
    }
}

fn ids(accounts: &[AccountId]) -> Vec<&str> {
    accounts.iter().map(AccountId::as_str).collect()
}

//! Exports beside what AWS delivers: rule evaluations and trail states fetched by hand, an OCSF finding,
//! a Prowler scan.

use crate::catalog::Verdict;
use crate::compliance;
use crate::example_corp::{LOG_ARCHIVE, MANAGEMENT, PRODUCTION, STAGING};
use crate::findings;
use crate::hub;
use crate::instant::{DAY, HOUR, Instant, MINUTE};
use crate::json::{array, object, text, texts};
use crate::model::{Kind, Recorder};
use crate::output::Output;
use std::io;

fn find<'a>(recorders: &'a [Recorder], account: &str) -> Option<&'a Recorder> {
    recorders.iter().find(|recorder| recorder.account == account && recorder.region == "us-east-1")
}

/// Writes all extras of the sample.
pub(crate) fn write(output: &mut Output, recorders: &[Recorder]) -> io::Result<()> {
    if let Some(management) = find(recorders, MANAGEMENT) {
        write_trail_answers(output, management)?;
    }
    if let Some(production) = find(recorders, PRODUCTION) {
        write_evaluations(output, production, "INCOMING_SSH_DISABLED", Instant::at(2026, 2, 18, 9, 0))?;
    }
    if let Some(log_archive) = find(recorders, LOG_ARCHIVE) {
        write_evaluations(output, log_archive, "S3_BUCKET_LOGGING_ENABLED", Instant::at(2026, 6, 30, 15, 0))?;
        write_not_applicable(output, log_archive, "ROOT_ACCOUNT_MFA_ENABLED", Instant::at(2026, 6, 30, 15, 0))?;
    }
    if let Some(staging) = find(recorders, STAGING) {
        write_ocsf(output, staging)?;
        output.plain(
            "prowler/prowler-output-444455556666-20260415.asff.json",
            prowler(Instant::at(2026, 4, 15, 6, 30)).as_bytes(),
        )?;
    }
    Ok(())
}

/// `get-trail-status` and `get-event-selectors` of the organization's trail at the end of each quarter. The
/// first names no trail, so that its file does.
fn write_trail_answers(output: &mut Output, management: &Recorder) -> io::Result<()> {
    let Some(trail) = management.subjects.iter().find(|subject| subject.kind == Kind::Trail) else { return Ok(()) };
    let days = [Instant::midnight(2025, 12, 31), Instant::midnight(2026, 3, 31), Instant::midnight(2026, 6, 30)];
    for at in days.map(|day| day.plus(8 * HOUR)) {
        let day = at.milliseconds().chars().take(10).collect::<String>();
        let folder = format!("cloudtrail/{}/{}/{day}", management.account, management.region);
        let status = object(&[
            ("IsLogging", "true".to_owned()),
            ("LatestDeliveryTime", text(&at.plus(-4 * MINUTE).seconds("+00:00"))),
            ("StartLoggingTime", text(&trail.created.seconds("+00:00"))),
        ]);
        let selector = object(&[
            ("ReadWriteType", text("All")),
            ("IncludeManagementEvents", "true".to_owned()),
            ("DataResources", "[]".to_owned()),
            ("ExcludeManagementEventSources", "[]".to_owned()),
        ]);
        let selectors = object(&[("TrailARN", text(&trail.arn)), ("EventSelectors", array(&[selector]))]);
        output.plain(&format!("{folder}/get-trail-status-{}.json", trail.name), format!("{status}\n").as_bytes())?;
        output
            .plain(&format!("{folder}/get-event-selectors-{}.json", trail.name), format!("{selectors}\n").as_bytes())?;
    }
    Ok(())
}

/// `get-compliance-details-by-config-rule` of one rule at `at`; account, region and time are in the path only.
fn write_evaluations(output: &mut Output, recorder: &Recorder, identifier: &str, at: Instant) -> io::Result<()> {
    let is_rule = |rule: &crate::rules::Rule| rule.test.is_some_and(|test| test.identifier == identifier);
    let Some(index) = recorder.rules.iter().position(is_rule) else { return Ok(()) };
    let Some(rule) = recorder.rules.get(index) else { return Ok(()) };
    let mut results = Vec::new();
    for subject in recorder.subjects.iter().filter(|subject| subject.evaluated && subject.kind == rule.kind) {
        let turns = compliance::turns(recorder, subject);
        let last = turns.iter().rev().find(|turn| turn.rule == index && turn.at <= at);
        if let Some((last, verdict)) = last.and_then(|turn| turn.verdict.map(|verdict| (turn.at, verdict))) {
            results.push(evaluation(
                &rule.name,
                rule.kind.config_type(),
                compliance::target_id(recorder, subject),
                last,
                verdict,
            ));
        }
    }
    let path =
        format!("config-evaluations/{}/{}/{}-{}.json", recorder.account, recorder.region, rule.name, at.compact());
    output.plain(&path, format!("{{\"EvaluationResults\":{}}}\n", array(&results)).as_bytes())
}

/// The same of a periodic rule that does not apply to the account. Items leave such a result out, the API
/// has it, as of the rule's latest run.
fn write_not_applicable(output: &mut Output, recorder: &Recorder, identifier: &str, at: Instant) -> io::Result<()> {
    let is_rule = |rule: &&crate::rules::Rule| rule.test.is_some_and(|test| test.identifier == identifier);
    let Some(rule) = recorder.rules.iter().find(is_rule) else { return Ok(()) };
    let run = Some(rule.seen(at.plus(-DAY))).filter(|run| *run <= at).unwrap_or_else(|| rule.seen(at.plus(-2 * DAY)));
    let result = evaluation(&rule.name, rule.kind.config_type(), &recorder.account, run, Verdict::NotApplicable);
    let path =
        format!("config-evaluations/{}/{}/{}-{}.json", recorder.account, recorder.region, rule.name, at.compact());
    output.plain(&path, format!("{{\"EvaluationResults\":{}}}\n", array(&[result])).as_bytes())
}

fn evaluation(rule: &str, resource_type: &str, id: &str, at: Instant, verdict: Verdict) -> String {
    let qualifier =
        object(&[("ConfigRuleName", text(rule)), ("ResourceType", text(resource_type)), ("ResourceId", text(id))]);
    let compliance = match verdict {
        Verdict::Pass => "COMPLIANT",
        Verdict::Fail => "NON_COMPLIANT",
        Verdict::NotApplicable => "NOT_APPLICABLE",
    };
    // The second version of the CLI writes the offset of the machine it runs on.
    let local = |at: Instant| text(&at.plus(-5 * HOUR).milliseconds().replace('Z', "000-05:00"));
    object(&[
        (
            "EvaluationResultIdentifier",
            object(&[("EvaluationResultQualifier", qualifier), ("OrderingTimestamp", local(at.plus(-2_000)))]),
        ),
        ("ComplianceType", text(compliance)),
        ("ResultRecordedTime", local(at)),
        ("ConfigRuleInvokedTime", local(at.plus(-1_000))),
    ])
}

/// One finding of the stream once more, as Security Lake would have it.
fn write_ocsf(output: &mut Output, recorder: &Recorder) -> io::Result<()> {
    let records = hub::records(recorder);
    let wanted = |record: &&hub::Record<'_>| {
        record.test.hub == "EC2.14"
            && record.subject.name == "web-internal"
            && record.at > Instant::midnight(2026, 4, 1)
    };
    let Some(record) = records.iter().find(wanted) else { return Ok(()) };
    output.plain("securityhub-ocsf/compliance-finding-2026-04.json", findings::ocsf(recorder, record).as_bytes())
}

fn prowler_finding(check: &str, resource: (&str, &str), status: &str, at: Instant) -> String {
    let (kind, id) = resource;
    let time = text(&at.seconds("Z"));
    object(&[
        ("SchemaVersion", text("2018-10-08")),
        ("Id", text(&format!("prowler-{check}-{STAGING}-us-east-1-{:08x}", id.len() * 7_919))),
        ("ProductArn", text("arn:aws:securityhub:us-east-1::product/prowler/prowler")),
        ("ProductFields", object(&[("ProviderName", text("Prowler")), ("ProviderVersion", text("5.3.0"))])),
        ("RecordState", text("ACTIVE")),
        ("GeneratorId", text(&format!("prowler-{check}"))),
        ("AwsAccountId", text(STAGING)),
        ("Types", texts(["Software and Configuration Checks"])),
        ("FirstObservedAt", time.clone()),
        ("UpdatedAt", time.clone()),
        ("CreatedAt", time),
        ("Severity", object(&[("Label", text("MEDIUM"))])),
        ("Title", text(check)),
        ("Description", text(check)),
        (
            "Resources",
            array(&[object(&[
                ("Type", text(kind)),
                ("Id", text(id)),
                ("Partition", text("aws")),
                ("Region", text("us-east-1")),
            ])]),
        ),
        ("Compliance", object(&[("Status", text(status)), ("RelatedRequirements", "[]".to_owned())])),
    ])
}

/// A Prowler scan: an array of findings that name no Security Hub control.
fn prowler(at: Instant) -> String {
    let account = format!("AWS::::Account:{STAGING}");
    let findings = [
        prowler_finding("iam_root_hardware_mfa_enabled", ("AwsAccount", &account), "FAILED", at),
        prowler_finding("cloudtrail_multi_region_enabled", ("AwsAccount", &account), "PASSED", at),
        prowler_finding(
            "s3_bucket_object_versioning",
            ("AwsS3Bucket", "arn:aws:s3:::example-corp-staging-debug-logs"),
            "PASSED",
            at,
        ),
    ];
    format!("{}\n", array(&findings))
}

//! The top of the screen: who, when, on what evidence, and how much of the time it covers.

use crate::engine::results::{Assessment, CoverageRow, EvidenceAccount};
use crate::model::{Period, Source};
use crate::report::figures::{bytes, count, counted, duration, length, percent, window};

use super::page::{Page, Tint, padded};

/// Columns before the text of each line.
const INDENT: usize = 13;
/// Columns before what is said of a source.
const COVERAGE_INDENT: usize = INDENT + 13;

pub(super) fn render(page: &mut Page, assessment: &Assessment) {
    let title = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"));
    page.paragraph(title, 0, "");
    page.blank();
    if let Some(engagement) = &assessment.engagement {
        page.paragraph("Engagement", INDENT, engagement);
    }
    page.paragraph("Period", INDENT, &window(assessment.window));
    page.paragraph("Sources", INDENT, &names(&assessment.sources));
    page.paragraph("Scope", INDENT, &scope(assessment));
    page.blank();
    evidence(page, &assessment.evidence);
    page.blank();
    coverage(page, assessment);
}

fn names(sources: &[Source]) -> String {
    sources.iter().map(|source| source.name()).collect::<Vec<_>>().join(", ")
}

fn scope(assessment: &Assessment) -> String {
    // `global` is where IAM and accounts are, not a region that is recorded.
    let regions = assessment.scope.iter().flat_map(|account| &account.regions).filter(|region| !region.is_global());
    let regions: u64 = regions.map(|_| 1).sum();
    let origin = if assessment.scope_is_listed { "from the scope list" } else { "all that the evidence shows" };
    let accounts = counted(length(&assessment.scope), "account");
    let within = format!("{accounts}, {}; {origin}", counted(regions, "account-region"));
    match length(&assessment.accounts_out_of_scope) {
        0 => within,
        outside => format!("{within}; {} in the evidence out of scope", counted(outside, "account")),
    }
}

/// The account of the evidence, in two sums.
fn evidence(page: &mut Page, account: &EvidenceAccount) {
    page.paragraph(
        "Evidence",
        INDENT,
        &format!(
            "{} = {} accepted + {} rejected",
            counted(account.files, "file"),
            count(account.accepted),
            count(account.rejected)
        ),
    );
    let records = account.records;
    page.paragraph(
        "",
        INDENT,
        &format!(
            "{} = {} kept + {} duplicate + {} set aside + {} rejected",
            counted(records.read, "record"),
            count(records.kept),
            count(records.duplicate),
            count(records.set_aside),
            count(records.rejected)
        ),
    );
    page.paragraph(
        "",
        INDENT,
        &format!(
            "{}; of the accepted files {} read in part, {} set aside",
            bytes(account.bytes),
            count(account.partial),
            count(account.set_aside)
        ),
    );
    if records.kept == 0 {
        page.tinted_paragraph(
            "",
            INDENT,
            Tint::Doubtful,
            "NOTHING was kept of this evidence: no control can be tested on it",
        );
    }
    page.paragraph("Digest", INDENT, &account.digest);
}

fn coverage(page: &mut Page, assessment: &Assessment) {
    let mut label = "Coverage";
    for source in Source::ALL {
        let rows: Vec<&CoverageRow> = assessment.coverage.iter().filter(|row| row.source == source).collect();
        let expected = source != Source::Reperformed && assessment.sources.contains(&source);
        if rows.is_empty() && !expected {
            continue;
        }
        let label = padded(std::mem::take(&mut label), INDENT);
        page.paragraph(&format!("{label}{source}"), COVERAGE_INDENT, &attested(&rows));
        if let Some(gaps) = gaps(&rows) {
            page.paragraph("", COVERAGE_INDENT, &gaps);
        }
    }
    if assessment.scope.iter().any(|account| !account.has_evidence) {
        page.tinted_paragraph("", INDENT, Tint::Doubtful, &without_evidence(assessment));
    }
}

fn attested(rows: &[&CoverageRow]) -> String {
    if rows.is_empty() {
        return "no evidence of this source".to_owned();
    }
    let attested: u128 = rows.iter().map(|row| u128::from(row.covered_microseconds.unsigned_abs())).sum();
    let whole: u128 = rows.iter().map(|row| u128::from(row.window_microseconds.unsigned_abs())).sum();
    let mut accounts: Vec<_> = rows.iter().map(|row| &row.account).collect();
    accounts.sort();
    accounts.dedup();
    format!(
        "{} of the time of {} in {}",
        percent(attested, whole),
        counted(length(rows), "account-region"),
        counted(length(&accounts), "account")
    )
}

/// How many gaps there are and where the longest is; of equally long ones the first.
fn gaps(rows: &[&CoverageRow]) -> Option<String> {
    if rows.is_empty() {
        return None;
    }
    let number = rows.iter().map(|row| length(&row.gaps)).sum();
    let all = rows.iter().flat_map(|row| row.gaps.iter().map(move |gap| (*row, *gap)));
    let longest = all.reduce(|best, next| if length_of(next) > length_of(best) { next } else { best });
    let Some((row, gap)) = longest else { return Some("no gaps".to_owned()) };
    Some(format!(
        "{}, longest {} from {} in {} {}",
        counted(number, "gap"),
        duration(gap.microseconds()),
        gap.from.date(),
        row.account,
        row.region
    ))
}

fn length_of((_, gap): (&CoverageRow, Period)) -> i64 {
    gap.microseconds()
}

fn without_evidence(assessment: &Assessment) -> String {
    let silent = assessment.scope.iter().filter(|account| !account.has_evidence);
    let silent: Vec<&str> = silent.map(|account| account.account.as_str()).collect();
    format!("NO EVIDENCE at all for {} in scope: {}", counted(length(&silent), "account"), some_of(&silent, 5))
}

/// The first few of a list, and how many more there are.
pub(super) fn some_of(items: &[&str], shown: usize) -> String {
    let first = items.iter().take(shown).copied().collect::<Vec<_>>().join(", ");
    match items.len().saturating_sub(shown) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

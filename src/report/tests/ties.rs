//! What does not add up is not shown.

use super::fixture::{clean, hostile, tally};
use crate::engine::results::{Assessment, Conclusion, EvidenceAccount, RecordAccount};
use crate::report::{Format, Style, account_adds_up, files, screen, stdout, ties};

fn account() -> EvidenceAccount {
    EvidenceAccount {
        files: 10,
        accepted: 8,
        partial: 5,
        set_aside: 3,
        rejected: 2,
        records: RecordAccount { read: 10, kept: 4, duplicate: 3, set_aside: 2, rejected: 1 },
        ..EvidenceAccount::default()
    }
}

fn complaint(account: &EvidenceAccount) -> String {
    account_adds_up(account).unwrap_err().to_string()
}

#[test]
fn an_account_that_adds_up_passes() {
    assert!(account_adds_up(&account()).is_ok());
    assert!(ties::check(&clean()).is_ok());
    ties::check(&hostile()).unwrap();
}

#[test]
fn an_account_that_does_not_names_its_numbers() {
    insta::assert_snapshot!(complaint(&EvidenceAccount { rejected: 1, ..account() }),
        @"internal error, no report was made: evidence files: 10 is not 8 accepted + 1 rejected (which is 9)");
    insta::assert_snapshot!(complaint(&EvidenceAccount { partial: 6, ..account() }),
        @"internal error, no report was made: of 8 accepted files, 6 partial and 3 set aside are more than there are");
    let records = RecordAccount { kept: 5, ..account().records };
    insta::assert_snapshot!(complaint(&EvidenceAccount { records, ..account() }),
        @"internal error, no report was made: evidence records read: 10 is not 5 kept + 3 duplicate + 2 set aside + 1 rejected (which is 11)");
    let huge = EvidenceAccount { files: u64::MAX, accepted: u64::MAX, rejected: u64::MAX, ..account() };
    assert!(account_adds_up(&huge).is_err());
}

/// Why an otherwise clean assessment is refused once `spoil` had its way with it.
fn refused(spoil: impl Fn(&mut Assessment)) -> String {
    let mut assessment = clean();
    spoil(&mut assessment);
    let message = ties::check(&assessment).unwrap_err().to_string();
    assert!(files(&assessment).is_err() && stdout(&assessment, Format::Json).is_err());
    assert_eq!(screen(&assessment, 500, Style::default()).replace('\n', " ").trim_end(), message);
    message
}

#[test]
fn figures_and_conclusions_must_carry_each_other() {
    let figures = refused(|it| it.controls[0].figures.passed = 1);
    insta::assert_snapshot!(figures,
        @"internal error, no report was made: C01, tested: 2 is not 1 passed + 0 failed (which is 1)");
    let claim = refused(|it| {
        it.controls[0].figures = tally(2, 2, 1);
    });
    insta::assert_snapshot!(claim,
        @"internal error, no report was made: C01 concludes `no_exceptions_noted` with 2 tested, 1 failed, 1 exceptions, 0 not tested, 0 account-regions uncovered");
    refused(|it| it.controls[0].uncovered = 1);
    refused(|it| it.controls[0].figures = tally(2, 1, 0));
    refused(|it| it.controls[0].conclusion = Conclusion::NotTested);
    refused(|it| it.controls[0].conclusion = Conclusion::ExceptionsNoted);
    refused(|it| {
        it.controls[0]
            .by_source
            .insert(crate::model::Source::Config, crate::engine::results::Figures { tested: 1, ..tally(2, 2, 0) });
    });
}

#[test]
fn rows_must_stand_behind_the_figures() {
    let subjects = refused(|it| drop(it.subjects.pop()));
    insta::assert_snapshot!(subjects, @"internal error, no report was made: C01, population: 2, but 1 are listed");
    let ledger = refused(|it| drop(it.ledger.pop()));
    insta::assert_snapshot!(ledger, @"internal error, no report was made: accepted files: 1, but the ledger's rows give 0");
    refused(|it| it.ledger[0].records.kept = 1);
    refused(|it| it.exceptions = hostile().exceptions);
}

#[test]
fn rows_of_bundles_stand_for_their_members() {
    let mut assessment = clean();
    let mut bundle = assessment.ledger[0].clone();
    bundle.outcome = "bundle".into();
    assessment.ledger.push(bundle);
    ties::check(&assessment).unwrap();
}

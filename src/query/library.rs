//! The questions that come with the program, and the views that they share: the files of `queries/`.

/// A question or view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    /// Its name: that of its file.
    pub name: &'static str,
    /// Its SQL, with the heading.
    pub sql: &'static str,
}

macro_rules! questions {
    ($folder:literal: $($name:literal),* $(,)?) => {
        &[$(Question { name: $name, sql: include_str!(concat!("../../queries/", $folder, $name, ".sql")) },)*]
    };
}

/// Every question, in the order of a reader's interest.
pub const QUESTIONS: &[Question] = questions!["":
    "pass-rate-by-control",
    "pass-rate-by-account",
    "pass-rate-by-month",
    "pass-rate-as-of-a-day",
    "exceptions",
    "exceptions-by-duration",
    "time-to-remediate",
    "repeat-offenders",
    "changes-between-two-days",
    "never-evaluated",
    "rules-in-use",
    "unmapped-rules",
    "coverage",
    "coverage-by-day",
    "suppressed-findings",
    "sources-that-disagree",
    "root-and-password-policy",
    "evidence-files",
    "top-resources-by-change",
];

/// Every view, each after those that it reads.
pub const VIEWS: &[Question] = questions!["views/":
    "period",
    "statements",
    "moments",
    "population",
    "timeline",
    "failures",
    "outcomes",
    "attested",
];

/// A question by its name.
#[must_use]
pub fn question(name: &str) -> Option<Question> {
    QUESTIONS.iter().find(|question| question.name == name).copied()
}

/// The nearest name of a question to one that there is none of.
#[must_use]
pub fn nearest(name: &str) -> Option<&'static str> {
    let near = QUESTIONS.iter().map(|question| (strsim::damerau_levenshtein(question.name, name), question.name));
    near.filter(|(distance, _)| *distance <= 4).min().map(|(_, name)| name)
}

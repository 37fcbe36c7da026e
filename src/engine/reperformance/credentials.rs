//! A user's line in a credential report taken apart: which credentials are in use, and how old they are.
//!
//! Ages are counted in whole days, rounded down, at the moment the report was generated; never from a
//! clock. Which age is too old is the check's business.

use crate::lake::CredentialRow;
use crate::model::Instant;

const DAY_MICROSECONDS: i64 = 86_400_000_000;

/// A password or an access key as the report shows it.
pub(super) struct Credential<'a> {
    /// `the password`, `access key 1`.
    pub(super) name: &'static str,
    /// Whether it can be used.
    pub(super) in_use: Answer<'a>,
    /// When it was last used, as the report writes it.
    last_used: &'a str,
    /// When the password was set or the key was made, as the report writes it.
    made: &'a str,
    /// How to say that it was.
    making: &'static str,
    generated_at: Instant,
}

/// What a column that says yes or no says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer<'a> {
    Yes,
    No,
    /// Anything else: `not_supported`, or empty where there is no such column.
    Unclear(&'a str),
}

/// How long something lay before the report.
pub(super) struct Age {
    /// Whole days.
    pub(super) days: i64,
    /// `was last used 10 days before the report`.
    pub(super) words: String,
}

/// What all credentials of a user come to under a limit of days.
#[derive(Default)]
pub(super) struct Ages {
    /// Credentials beyond the limit, in words.
    pub(super) beyond: Vec<String>,
    /// Credentials on the very day of the limit, in words.
    pub(super) exactly: Vec<String>,
    /// The other credentials in use, in words.
    pub(super) within: Vec<String>,
    /// Credentials of which nothing can be said, and why.
    pub(super) unclear: Vec<String>,
}

impl<'a> Answer<'a> {
    /// Reads a column: `true` and `false`, in any case.
    pub(super) fn of(column: &'a str) -> Self {
        match column.trim() {
            word if word.eq_ignore_ascii_case("true") => Self::Yes,
            word if word.eq_ignore_ascii_case("false") => Self::No,
            other => Self::Unclear(other),
        }
    }
}

/// The console password.
pub(super) fn password(user: &CredentialRow) -> Credential<'_> {
    Credential {
        name: "the password",
        making: "was set",
        in_use: Answer::of(&user.password_enabled),
        last_used: &user.password_last_used,
        made: &user.password_last_changed,
        generated_at: user.generated_at,
    }
}

/// The two access keys that a report has columns for.
pub(super) fn access_keys(user: &CredentialRow) -> [Credential<'_>; 2] {
    [
        Credential {
            name: "access key 1",
            making: "was made or last rotated",
            in_use: Answer::of(&user.access_key_1_active),
            last_used: &user.access_key_1_last_used_date,
            made: &user.access_key_1_last_rotated,
            generated_at: user.generated_at,
        },
        Credential {
            name: "access key 2",
            making: "was made or last rotated",
            in_use: Answer::of(&user.access_key_2_active),
            last_used: &user.access_key_2_last_used_date,
            made: &user.access_key_2_last_rotated,
            generated_at: user.generated_at,
        },
    ]
}

/// Whether the report says that the user has more credentials than it has columns for.
pub(super) fn has_more(user: &CredentialRow) -> bool {
    let info = user.additional_credentials_info.trim();
    !info.is_empty() && !info.eq_ignore_ascii_case("n/a")
}

/// A column's content in words.
pub(super) fn content(column: &str) -> String {
    if column.trim().is_empty() { "is missing".to_owned() } else { format!("is `{}`", column.trim()) }
}

impl Credential<'_> {
    /// How long it has lain idle. What was never used, as far as the report knows, lies idle since it was
    /// made: AWS does not say how its own rule counts that.
    ///
    /// # Errors
    /// Why it cannot be told.
    pub(super) fn idle(&self) -> Result<Age, String> {
        if is_never(self.last_used) {
            let made = self.age()?;
            return Ok(Age { words: format!("shows no use and {}", made.words), ..made });
        }
        self.since(self.last_used, "was last used")
    }

    /// How long ago it was made; a key that was switched off and on again may count from then.
    ///
    /// # Errors
    /// Why it cannot be told.
    pub(super) fn age(&self) -> Result<Age, String> {
        self.since(self.made, self.making)
    }

    fn since(&self, column: &str, what: &str) -> Result<Age, String> {
        let Ok(then) = Instant::parse(column) else {
            return Err(format!("the time at which {} {what} {}", self.name, content(column)));
        };
        let elapsed = self.generated_at.microseconds().saturating_sub(then.microseconds());
        // A report's time may be the day in its file's name, of which then the first moment counts: what
        // happened on that day lies less than a day after it. Anything later contradicts the report.
        if elapsed < -DAY_MICROSECONDS {
            return Err(format!("{} {what} at {then}, after the report was generated", self.name));
        }
        let days = elapsed.max(0) / DAY_MICROSECONDS;
        let unit = if days == 1 { "day" } else { "days" };
        Ok(Age { days, words: format!("{what} {days} {unit} before the report") })
    }
}

/// Sorts credentials by what `age` says of those in use; without a limit nothing can be said of them.
pub(super) fn sorted<'a>(
    credentials: &[Credential<'a>],
    limit: Option<i64>,
    age: fn(&Credential<'a>) -> Result<Age, String>,
) -> Ages {
    let mut ages = Ages::default();
    for credential in credentials {
        match (credential.in_use, limit) {
            (Answer::No, _) => {}
            (Answer::Unclear(column), _) => {
                ages.unclear.push(format!("whether {} is enabled {}", credential.name, content(column)));
            }
            (Answer::Yes, None) => {
                ages.unclear.push(format!("{} is enabled and no limit in days is stated", credential.name));
            }
            (Answer::Yes, Some(limit)) => match age(credential) {
                Err(why) => ages.unclear.push(why),
                Ok(Age { days, words }) => {
                    let pile = match days.cmp(&limit) {
                        std::cmp::Ordering::Greater => &mut ages.beyond,
                        std::cmp::Ordering::Equal => &mut ages.exactly,
                        std::cmp::Ordering::Less => &mut ages.within,
                    };
                    pile.push(format!("{} {words}", credential.name));
                }
            },
        }
    }
    ages
}

/// Whether a column says that something was never used, or not since that is tracked.
fn is_never(column: &str) -> bool {
    let column = column.trim();
    column.eq_ignore_ascii_case("no_information") || column.eq_ignore_ascii_case("n/a")
}

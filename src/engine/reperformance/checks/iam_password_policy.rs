//! `IAM_PASSWORD_POLICY`: the account's password policy meets what the parameters ask for.
//!
//! Each parameter is one requirement; one that is not stated is not asked for. An account without a
//! policy of its own fails whatever is asked for; against parameters that ask for nothing, such as the word
//! `True` in the place of `true`, no policy passes. What the policy leaves out is not required by it;
//! what it states in a form that cannot be read leaves the question open.

use serde_json::Value;

use crate::engine::reperformance::check::{AccountCase, Check, Need, Reads};
use crate::engine::reperformance::parameters::Parameters;
use crate::engine::reperformance::resource::{any_case, flag, text, whole_number};
use crate::engine::reperformance::verdict::Verdict;

pub(super) const CHECKS: &[Check] = &[Check {
    test: "IAM_PASSWORD_POLICY",
    reads: Reads::Account { needs: &[Need::PasswordPolicy], judge },
}];

fn judge(case: &AccountCase<'_>) -> Option<Verdict> {
    let policy = match policy(case.password_policy?.content) {
        Answer::Policy(policy) => policy,
        Answer::None => return Some(Verdict::fail("the account has no password policy of its own")),
        Answer::Unreadable => return Some(Verdict::unknown("the answer holds no password policy that can be read")),
    };
    if !REQUIREMENTS.iter().any(|requirement| requirement.is_asked(case.parameters)) {
        let who = if case.parameters.rule().is_some() { "the deployed rule's" } else { "the" };
        return Some(Verdict::unknown(format!("{who} parameters ask for nothing that is known")));
    }
    let (mut missed, mut open) = (Vec::new(), Vec::new());
    for requirement in REQUIREMENTS {
        match requirement.ask(policy, case.parameters) {
            Outcome::Met => {}
            Outcome::Missed(how) => missed.push(how),
            Outcome::Open(how) => open.push(how),
        }
    }
    Some(match (missed.is_empty(), open.is_empty()) {
        (false, _) => Verdict::fail(missed.join("; ")),
        (true, false) => Verdict::unknown(open.join("; ")),
        (true, true) => Verdict::pass("the password policy meets every requirement that is asked for"),
    })
}

/// What the answer of the API holds.
enum Answer<'a> {
    Policy(&'a Value),
    None,
    Unreadable,
}

/// With or without the wrapping `PasswordPolicy`; null and the error text for the lack of one are answers.
fn policy(content: &Value) -> Answer<'_> {
    let wrapped = any_case(content, "PasswordPolicy");
    match wrapped.unwrap_or(content) {
        Value::Null => Answer::None,
        Value::String(error) if error.contains("NoSuchEntity") => Answer::None,
        policy @ Value::Object(members) if wrapped.is_some() || members.contains_key("MinimumPasswordLength") => {
            Answer::Policy(policy)
        }
        _ => Answer::Unreadable,
    }
}

/// What one parameter asks for.
struct Requirement {
    /// Of the parameter and, but for the age, of the policy's member.
    name: &'static str,
    kind: Kind,
}

enum Kind {
    /// Passwords need characters of this kind.
    Characters(&'static str),
    MinimumLength,
    ReusePrevention,
    MaximumAge,
}

const REQUIREMENTS: &[Requirement] = &[
    Requirement { name: "RequireUppercaseCharacters", kind: Kind::Characters("uppercase letters") },
    Requirement { name: "RequireLowercaseCharacters", kind: Kind::Characters("lowercase letters") },
    Requirement { name: "RequireSymbols", kind: Kind::Characters("symbols") },
    Requirement { name: "RequireNumbers", kind: Kind::Characters("numbers") },
    Requirement { name: "MinimumPasswordLength", kind: Kind::MinimumLength },
    Requirement { name: "PasswordReusePrevention", kind: Kind::ReusePrevention },
    Requirement { name: "MaxPasswordAge", kind: Kind::MaximumAge },
];

/// How a policy does on one requirement, as half a sentence where it matters.
enum Outcome {
    Met,
    Missed(String),
    Open(String),
}

impl Requirement {
    /// Whether parameters ask for it, be it in a form that cannot be read. A number that every policy
    /// reaches asks for nothing.
    fn is_asked(&self, parameters: &Parameters) -> bool {
        match self.kind {
            Kind::Characters(_) => parameters.is_true(self.name),
            _ => parameters.text(self.name).is_some() && parameters.number(self.name).is_none_or(|asked| asked > 0),
        }
    }

    fn ask(&self, policy: &Value, parameters: &Parameters) -> Outcome {
        let stated = any_case(policy, self.name).unwrap_or(&Value::Null);
        if let Kind::Characters(what) = self.kind {
            return if parameters.is_true(self.name) { self.characters(stated, what) } else { Outcome::Met };
        }
        if parameters.text(self.name).is_none() {
            return Outcome::Met;
        }
        let Some(asked) = parameters.number(self.name) else {
            return Outcome::Open(format!("the parameter {} is no number", self.name));
        };
        let number = whole_number(stated);
        if number.is_none() && !stated.is_null() {
            return self.unreadable();
        }
        match self.kind {
            Kind::MaximumAge => age(number, asked, any_case(policy, "ExpirePasswords").unwrap_or(&Value::Null)),
            _ => self.at_least(number, asked),
        }
    }

    fn characters(&self, stated: &Value, what: &str) -> Outcome {
        match flag(stated) {
            Some(true) => Outcome::Met,
            None if !stated.is_null() => self.unreadable(),
            _ => Outcome::Missed(format!("{what} are not required")),
        }
    }

    fn at_least(&self, number: Option<i64>, asked: i64) -> Outcome {
        let is_length = matches!(self.kind, Kind::MinimumLength);
        match number {
            Some(number) if number >= asked => Outcome::Met,
            Some(number) if is_length => Outcome::Missed(format!("minimum length {number}, {asked} required")),
            Some(number) => Outcome::Missed(format!("reuse of the last {number} passwords prevented, {asked} required")),
            None if is_length => Outcome::Missed(format!("no minimum length, {asked} required")),
            None => Outcome::Missed(format!("no password reuse prevention, {asked} required")),
        }
    }

    fn unreadable(&self) -> Outcome {
        Outcome::Open(format!("what the policy states for {} cannot be read", self.name))
    }
}

/// Passwords have to expire, and soon enough. A maximum age without the word whether passwords expire
/// leaves it open.
fn age(days: Option<i64>, asked: i64, expire: &Value) -> Outcome {
    match (days.filter(|days| *days > 0), flag(expire)) {
        (None, _) | (_, Some(false)) => Outcome::Missed(format!("passwords do not expire, {asked} days at most required")),
        (Some(days), _) if days > asked => {
            Outcome::Missed(format!("passwords expire after {days} days, {asked} at most required"))
        }
        (Some(_), Some(true)) => Outcome::Met,
        (Some(_), None) => {
            let what = if text(expire).is_empty() { "does not state" } else { "does not readably state" };
            Outcome::Open(format!("the policy {what} whether passwords expire"))
        }
    }
}

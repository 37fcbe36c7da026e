//! Credential reports and password policies, as an account's own exports.

use crate::instant::{DAY, HOUR, Instant};
use crate::json::{object, text};
use crate::model::{Credential, Kind, Passwords, Recorder, Root, State, Subject};
use crate::output::Output;
use crate::random::Random;
use std::io;

const HEADER: &str = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,\
password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,\
access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,\
access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,\
cert_1_last_rotated,cert_2_active,cert_2_last_rotated";

const NO_KEY: &str = "false,N/A,N/A,N/A,N/A";
const ZONE: &str = "+00:00";

fn last_used(credential: &Credential, at: Instant) -> String {
    let recently = Instant(at.0 - at.0 % DAY - 9 * HOUR);
    credential.idle_since.filter(|idle| *idle < recently).unwrap_or(recently).max(credential.since).seconds(ZONE)
}

fn key_columns(key: Option<&Credential>, at: Instant) -> String {
    key.map_or_else(
        || NO_KEY.to_owned(),
        |key| format!("true,{},{},us-east-1,s3", key.since.seconds(ZONE), last_used(key, at)),
    )
}

fn root_row(recorder: &Recorder, state: &State) -> String {
    let State::Account { root_key: key, root, .. } = state else { return String::new() };
    let (password, mfa) = match root {
        Root::Password { mfa } => ("true,2025-11-03T09:12:00+00:00", *mfa),
        Root::Nothing => ("false,N/A", false),
    };
    let key = if *key { "true,2019-03-04T10:11:12+00:00,N/A,N/A,N/A" } else { NO_KEY };
    format!(
        "<root_account>,arn:aws:iam::{}:root,2019-02-01T08:30:00+00:00,{password},not_supported,\
not_supported,{mfa},{key},{NO_KEY},false,N/A,false,N/A",
        recorder.account
    )
}

fn user_row(subject: &Subject, state: &State, at: Instant) -> String {
    let State::User { password, mfa, key, .. } = state else { return String::new() };
    let password = password.as_ref().map_or_else(
        || "false,N/A,N/A,N/A".to_owned(),
        |password| format!("true,{},{},N/A", last_used(password, at), password.since.seconds(ZONE)),
    );
    format!(
        "{},{},{},{password},{mfa},{},{NO_KEY},false,N/A,false,N/A",
        subject.name,
        subject.arn,
        subject.created.seconds(ZONE),
        key_columns(key.as_ref(), at)
    )
}

/// The report as it would be at `at`; no newline at its end.
fn report(recorder: &Recorder, at: Instant) -> String {
    let mut rows = vec![HEADER.to_owned()];
    let of = |kind| recorder.subjects.iter().filter(move |subject| subject.kind == kind);
    rows.extend(of(Kind::Account).filter_map(|account| account.state_at(at)).map(|state| root_row(recorder, state)));
    rows.extend(of(Kind::User).filter_map(|user| user.state_at(at).map(|state| user_row(user, state, at))));
    rows.join("\n")
}

fn account(recorder: &Recorder) -> Option<&Subject> {
    recorder.subjects.iter().find(|subject| subject.kind == Kind::Account)
}

/// What `get-account-password-policy` prints: the policy, or the error that there is none.
fn password_policy(recorder: &Recorder, at: Instant) -> Option<String> {
    let State::Account { passwords, .. } = account(recorder)?.state_at(at)? else { return None };
    let Some(Passwords { minimum_length, remembered }) = passwords else {
        return Some(format!(
            "\nAn error occurred (NoSuchEntity) when calling the GetAccountPasswordPolicy operation: \
The Password Policy with domain name {} cannot be found.\n",
            recorder.account
        ));
    };
    Some(format!(
        "{{\"PasswordPolicy\":{{\"MinimumPasswordLength\":{minimum_length},\"RequireSymbols\":true,\"RequireNumbers\":true,\
\"RequireUppercaseCharacters\":true,\"RequireLowercaseCharacters\":true,\"AllowUsersToChangePassword\":true,\
\"ExpirePasswords\":true,\"MaxPasswordAge\":90,\"PasswordReusePrevention\":{remembered}}}}}\n"
    ))
}

/// What `get-account-summary` prints.
fn summary(recorder: &Recorder, at: Instant) -> Option<String> {
    let State::Account { root_key, root, .. } = account(recorder)?.state_at(at)? else { return None };
    let users = recorder.subjects.iter().filter(|user| user.kind == Kind::User && user.state_at(at).is_some()).count();
    let has_mfa = *root == Root::Password { mfa: true };
    let has_password = *root != Root::Nothing;
    let number = |is: bool| i64::from(is).to_string();
    let members = [
        ("Users", users.to_string()),
        ("UsersQuota", "5000".to_owned()),
        ("MFADevices", users.to_string()),
        ("MFADevicesInUse", users.to_string()),
        ("AccountMFAEnabled", number(has_mfa)),
        ("AccountAccessKeysPresent", number(*root_key)),
        ("AccountPasswordPresent", number(has_password)),
        ("AccountSigningCertificatesPresent", "0".to_owned()),
        ("AccessKeysPerUserQuota", "2".to_owned()),
    ];
    Some(format!("{}\n", object(&[("SummaryMap", object(&members))])))
}

/// Base64 with padding, as the API wraps the report.
fn base64(content: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(content.len() * 4 / 3 + 4);
    for chunk in content.chunks(3) {
        let bits = chunk.iter().fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let letter = ALPHABET.get(bits >> (18 - 6 * place) & 63).filter(|_| place <= chunk.len());
            out.push(letter.map_or('=', |letter| char::from(*letter)));
        }
    }
    out
}

/// When an account's reports are taken: at an interval, on a day and hour of its own, and at the end.
pub(crate) fn report_times(recorder: &Recorder) -> Vec<Instant> {
    let mut random = Random::keyed(recorder.seed, &format!("reports/{}", recorder.account));
    let mut at = Instant(recorder.begin.day_number() * DAY).plus(DAY + random.below(DAY / HOUR) * HOUR);
    let mut times = Vec::new();
    while at < recorder.end {
        times.push(at);
        at = at.plus(recorder.exports.report_days * DAY + random.below(DAY / HOUR) * HOUR);
    }
    let last = recorder.end.plus(-15 * HOUR);
    times.retain(|at| *at < last);
    times.push(last);
    times
}

/// When the password policy is asked for.
pub(crate) fn policy_times(recorder: &Recorder) -> Vec<Instant> {
    let mut times = report_times(recorder);
    times.extend(&recorder.exports.policies);
    times.sort_unstable();
    times
}

/// When the account summary is asked for.
pub(crate) fn summary_times(recorder: &Recorder) -> Vec<Instant> {
    let mut times = if recorder.exports.summaries { report_times(recorder) } else { Vec::new() };
    times.extend(&recorder.exports.summaries_at);
    times.sort_unstable();
    times
}

/// The API's answer, as the command line writes it or as a Python program prints what it was given.
fn answer(recorder: &Recorder, csv: &str, at: Instant) -> String {
    let (content, made) = if recorder.exports.dumped {
        (format!("b'{}'", csv.replace('\n', "\\n")), at.seconds(ZONE).replace('T', " "))
    } else {
        (base64(csv.as_bytes()), at.seconds(ZONE))
    };
    object(&[("Content", text(&content)), ("ReportFormat", text("text/csv")), ("GeneratedTime", text(&made))])
}

/// Writes the account's reports, CSV and API answers in turn, its password policies and its summaries.
pub(crate) fn write(output: &mut Output, home: &Recorder) -> io::Result<()> {
    let path = |what: &str, at: Instant, suffix: &str| format!("iam/{}/{what}-{}.{suffix}", home.account, at.compact());
    for (index, at) in report_times(home).into_iter().enumerate() {
        let csv = report(home, at);
        if index % 2 == 0 {
            output.plain(&path("credential-report", at, "csv"), csv.as_bytes())?;
        } else {
            output.plain(&path("credential-report", at, "json"), answer(home, &csv, at).as_bytes())?;
        }
    }
    for at in policy_times(home) {
        if let Some(policy) = password_policy(home, at) {
            output.plain(&path("password-policy", at, "json"), policy.as_bytes())?;
        }
    }
    for at in summary_times(home) {
        if let Some(summary) = summary(home, at) {
            output.plain(&path("account-summary", at, "json"), summary.as_bytes())?;
        }
    }
    Ok(())
}

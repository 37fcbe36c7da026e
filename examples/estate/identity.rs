//! Credential reports and password policies, as an account's own exports.

use crate::instant::{DAY, HOUR, Instant};
use crate::json::{object, text};
use crate::model::{Credential, Kind, Recorder, State, Subject};
use crate::output::Output;
use crate::random::Random;
use std::fmt::Write;
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
    let (key, mfa) = match state {
        State::Account { root_key, root_mfa, .. } => (*root_key, *root_mfa),
        _ => (false, true),
    };
    let key = if key { "true,2019-03-04T10:11:12+00:00,N/A,N/A,N/A" } else { NO_KEY };
    format!(
        "<root_account>,arn:aws:iam::{}:root,2019-02-01T08:30:00+00:00,true,2025-11-03T09:12:00+00:00,not_supported,\
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

fn password_policy(recorder: &Recorder, at: Instant) -> Option<String> {
    let account = recorder.subjects.iter().find(|subject| subject.kind == Kind::Account)?;
    let State::Account { minimum_length, .. } = account.state_at(at)? else { return None };
    Some(format!(
        "{{\"PasswordPolicy\":{{\"MinimumPasswordLength\":{minimum_length},\"RequireSymbols\":true,\"RequireNumbers\":true,\
\"RequireUppercaseCharacters\":true,\"RequireLowercaseCharacters\":true,\"AllowUsersToChangePassword\":true,\
\"ExpirePasswords\":true,\"MaxPasswordAge\":90,\"PasswordReusePrevention\":24}}}}\n"
    ))
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

/// When an account's reports are taken: once a month, on a day and hour of its own.
fn report_times(recorder: &Recorder) -> Vec<Instant> {
    let mut random = Random::keyed(recorder.seed, &format!("reports/{}", recorder.account));
    let mut at = Instant(recorder.begin.day_number() * DAY).plus(DAY + random.below(DAY / HOUR) * HOUR);
    let mut times = Vec::new();
    while at < recorder.end {
        times.push(at);
        at = at.plus(30 * DAY + random.below(DAY / HOUR) * HOUR);
    }
    times
}

/// Writes the account's reports and policies, CSV and API answers in turn.
pub(crate) fn write(output: &mut Output, home: &Recorder) -> io::Result<()> {
    for (index, at) in report_times(home).into_iter().enumerate() {
        let mut stem = format!("iam/{}/", home.account);
        let csv = report(home, at);
        // Writing to a `String` cannot fail.
        let _ = write!(stem, "credential-report-{}", at.compact());
        if index % 2 == 0 {
            output.plain(&format!("{stem}.csv"), csv.as_bytes())?;
        } else {
            let json = object(&[
                ("Content", text(&base64(csv.as_bytes()))),
                ("ReportFormat", text("text/csv")),
                ("GeneratedTime", text(&at.seconds(ZONE))),
            ]);
            output.plain(&format!("{stem}.json"), json.as_bytes())?;
        }
        if let Some(policy) = password_policy(home, at) {
            output.plain(&format!("iam/{}/password-policy-{}.json", home.account, at.compact()), policy.as_bytes())?;
        }
    }
    Ok(())
}

//! Evidence about whole accounts in a random estate: credential reports and password policies.

use base64::Engine as _;
use serde_json::json;

use super::estate::{DAY, Estate, Millis, day, partition, stamp};

pub(crate) const COLUMNS: &str = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated";

/// Adds reports and policies for some accounts.
pub(crate) fn make(estate: &mut Estate) {
    let mut accounts = estate.accounts.clone();
    if estate.random.chance(10) {
        // An account that nothing else knows.
        accounts.push("080808080808".to_owned());
    }
    for account in accounts {
        if estate.random.chance(75) {
            reports(estate, &account);
        }
        if estate.random.chance(70) {
            policies(estate, &account);
        }
    }
}

/// Whole seconds, for names that hold no more.
fn times(estate: &mut Estate) -> Vec<Millis> {
    let mut times: Vec<Millis> = (0..=estate.random.below(6)).map(|_| estate.instant(&[]) / 1000 * 1000).collect();
    if estate.random.chance(40) {
        times.push((estate.start - estate.random.between(0, 5 * DAY)) / 1000 * 1000);
    }
    times.sort_unstable();
    times
}

fn reports(estate: &mut Estate, account: &str) {
    let p = partition(&estate.regions[0]);
    let mut users: Vec<(String, String)> = estate
        .things
        .iter()
        .filter(|t| t.kind == "AWS::IAM::User" && t.account == account)
        .map(|t| (t.name.clone(), t.arn.clone()))
        .collect();
    for _ in 0..estate.random.below(3) {
        let name = format!("seen{}", estate.random.hex(3));
        users.push((name.clone(), format!("arn:{p}:iam::{account}:user/{name}")));
    }
    users.sort();
    users.dedup();
    let times = times(estate);
    for (at, time) in times.into_iter().enumerate() {
        let mut lines = vec![COLUMNS.to_owned()];
        if estate.random.chance(4) {
            write_report(estate, account, at, time, COLUMNS);
            continue;
        }
        if estate.random.chance(95) {
            lines.push(root(estate, p, account, time));
        }
        for (name, arn) in &users {
            if estate.random.chance(85) {
                lines.push(user(estate, name, arn, time));
            }
        }
        write_report(estate, account, at, time, &lines.join("\n"));
    }
}

fn write_report(estate: &mut Estate, account: &str, at: usize, time: Millis, text: &str) {
    if estate.random.chance(50) {
        estate
            .files
            .push((format!("iam/{account}/{at}/credential-report-{}.csv", stamp(time)), text.as_bytes().to_vec()));
        return;
    }
    let content = base64::engine::general_purpose::STANDARD.encode(text);
    let generated = jiff::Timestamp::from_millisecond(time).unwrap().strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string();
    let answer = json!({"Content": content, "ReportFormat": "text/csv", "GeneratedTime": generated});
    // The date of the folder is not that of the report.
    let folder = day(estate.until);
    estate.files.push((format!("iam/{account}/{folder}/report-{at}.json"), answer.to_string().into_bytes()));
}

/// A time so many days before the report, with a liking for the limits.
fn ago(estate: &mut Estate, time: Millis) -> String {
    let days = estate.random.pick(&[1, 20, 29, 30, 31, 45, 46, 60, 61, 89, 90, 91, 120, 400]);
    let before = time - days * DAY - estate.random.pick(&[0, 0, 1000, -1000, DAY / 2]);
    let written = estate.random.pick(&["%Y-%m-%dT%H:%M:%S+00:00", "%Y-%m-%dT%H:%M:%SZ"]);
    jiff::Timestamp::from_millisecond(before).unwrap().strftime(written).to_string()
}

/// Active, last rotated, last used and where.
fn key(estate: &mut Estate, time: Millis) -> String {
    match estate.random.below(4) {
        0 => "false,N/A,N/A,N/A,N/A".to_owned(),
        1 => format!("false,{},N/A,N/A,N/A", ago(estate, time)),
        2 => format!("true,{},N/A,N/A,N/A", ago(estate, time)),
        _ => format!("true,{},{},us-east-1,s3", ago(estate, time), ago(estate, time)),
    }
}

fn user(estate: &mut Estate, name: &str, arn: &str, time: Millis) -> String {
    let password = match estate.random.below(4) {
        0 => "false,N/A,N/A,N/A,false".to_owned(),
        1 => {
            format!("true,no_information,{},N/A,{}", ago(estate, time), estate.random.pick(&["true", "false", "TRUE"]))
        }
        _ => format!(
            "{},{},{},N/A,{}",
            estate.random.pick(&["true", "TRUE"]),
            ago(estate, time),
            ago(estate, time),
            estate.random.pick(&["true", "true", "FALSE", "false"])
        ),
    };
    let (first, second) = (key(estate, time), key(estate, time));
    format!("{name},{arn},2024-05-01T00:00:00+00:00,{password},{first},{second},false,N/A,false,N/A")
}

fn root(estate: &mut Estate, p: &str, account: &str, time: Millis) -> String {
    let password = estate.random.pick(&["true", "true", "false", "not_supported"]);
    let mfa = estate.random.pick(&["true", "true", "true", "false"]);
    let keys = match estate.random.below(6) {
        0 => key(estate, time),
        _ => "false,N/A,N/A,N/A,N/A".to_owned(),
    };
    format!(
        "<root_account>,arn:{p}:iam::{account}:root,2019-02-01T00:00:00+00:00,{password},2025-04-01T12:00:00+00:00,not_supported,not_supported,{mfa},{keys},false,N/A,N/A,N/A,N/A,false,N/A,false,N/A"
    )
}

fn policies(estate: &mut Estate, account: &str) {
    for (at, time) in times(estate).into_iter().enumerate() {
        let text = if estate.random.chance(15) {
            format!(
                "\nAn error occurred (NoSuchEntity) when calling the GetAccountPasswordPolicy operation: The Password Policy with domain name {account} cannot be found.\n"
            )
        } else {
            policy(estate)
        };
        let path = if estate.random.chance(85) {
            format!("iam/{account}/{at}/password-policy-{}.json", stamp(time))
        } else {
            format!("iam/{account}/{}/{at}/password-policy.json", day(time))
        };
        estate.files.push((path, text.into_bytes()));
    }
}

fn policy(estate: &mut Estate) -> String {
    let good = |estate: &mut Estate| estate.random.chance(92);
    let mut policy = json!({
        "MinimumPasswordLength": estate.random.pick(&[14, 14, 16, 20, 13, 8]), "RequireSymbols": good(estate),
        "RequireNumbers": good(estate), "RequireUppercaseCharacters": good(estate),
        "RequireLowercaseCharacters": good(estate), "AllowUsersToChangePassword": true, "ExpirePasswords": good(estate)
    });
    if estate.random.chance(90) {
        policy["MaxPasswordAge"] = json!(estate.random.pick(&[90, 90, 60, 45, 120]));
    }
    if estate.random.chance(90) {
        policy["PasswordReusePrevention"] = json!(estate.random.pick(&[24, 24, 24, 5]));
    }
    json!({"PasswordPolicy": policy}).to_string()
}

//! Change notifications: wrapped by SNS, wrapped by EventBridge, and one that was too large for either.
//!
//! All three repeat items that the history files hold too, so they change no answer.

use crate::example_corp::{PRODUCTION, random};
use crate::instant::Instant;
use crate::items::{self, Version};
use crate::json::{object, text};
use crate::model::Recorder;
use crate::output::Output;
use std::io;

/// The item of `name` that was captured at or next after `at`.
fn item(recorder: &Recorder, name: &str, at: Instant) -> Option<Version> {
    let index = recorder.subjects.iter().filter(|subject| subject.recorded).position(|subject| subject.name == name)?;
    items::streams(recorder).get(index)?.versions.iter().find(|version| version.at >= at).cloned()
}

fn notification(version: &Version) -> String {
    let difference = object(&[("changedProperties", "{}".to_owned()), ("changeType", text("UPDATE"))]);
    object(&[
        ("configurationItemDiff", difference),
        ("configurationItem", version.body.clone()),
        ("notificationCreationTime", text(&version.at.plus(1_500).milliseconds())),
        ("messageType", text("ConfigurationItemChangeNotification")),
        ("recordVersion", text("1.3")),
    ])
}

fn sns(version: &Version, seed: u64) -> String {
    object(&[
        ("Type", text("Notification")),
        ("MessageId", text(&random(seed, "sns").uuid())),
        ("TopicArn", text(&format!("arn:aws:sns:us-east-1:{PRODUCTION}:config-topic"))),
        ("Subject", text("[AWS Config:us-east-1] AWS::S3::Bucket example-corp-marketing-assets Updated in Acco...")),
        ("Message", text(&notification(version))),
        ("Timestamp", text(&version.at.plus(2_000).milliseconds())),
        ("SignatureVersion", text("1")),
    ])
}

fn event(version: &Version, seed: u64) -> String {
    object(&[
        ("version", text("0")),
        ("id", text(&random(seed, "event").uuid())),
        ("detail-type", text("Config Configuration Item Change")),
        ("source", text("aws.config")),
        ("account", text(PRODUCTION)),
        ("time", text(&version.at.plus(2_000).seconds("Z"))),
        ("region", text("us-east-1")),
        ("resources", "[]".to_owned()),
        ("detail", notification(version)),
    ])
}

fn oversized_path(recorder: &Recorder, version: &Version) -> Option<String> {
    let id = &recorder.subjects.iter().find(|subject| subject.name == "app-deployer")?.id;
    Some(format!(
        "AWSLogs/{PRODUCTION}/Config/us-east-1/{}/OversizedChangeNotification/AWS::IAM::Policy/{id}/{PRODUCTION}_Config_us-east-1_ChangeNotification_AWS::IAM::Policy_{id}_{}_{}.json.gz",
        version.at.config_folder(),
        version.at.compact(),
        version.at.0
    ))
}

/// Writes the sample's three notifications.
pub(crate) fn write(output: &mut Output, recorders: &[Recorder]) -> io::Result<()> {
    let home = recorders.iter().find(|recorder| recorder.account == PRODUCTION && recorder.region == "us-east-1");
    let Some(home) = home else { return Ok(()) };
    if let Some(version) = item(home, "example-corp-marketing-assets", Instant::at(2026, 3, 16, 10, 0)) {
        output.plain("notifications/sns-bucket-change.json", sns(&version, home.seed).as_bytes())?;
    }
    if let Some(version) = item(home, "web-public", Instant::at(2026, 2, 17, 13, 20)) {
        output.plain("notifications/eventbridge-security-group-change.json", event(&version, home.seed).as_bytes())?;
    }
    if let Some(version) = item(home, "app-deployer", Instant::at(2026, 3, 24, 10, 20))
        && let Some(path) = oversized_path(home, &version)
    {
        output.gzip(&path, notification(&version).as_bytes())?;
    }
    Ok(())
}

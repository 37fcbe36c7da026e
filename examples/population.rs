//! Makes a frozen population of any size, to measure draws from it: `population COUNT FILE`.

use std::fs::File;
use std::io::{BufWriter, Write};

use tickmark::sampling::frozen::About;
use tickmark::sampling::population::{PopulationItem, Unit};

const DAYS: u64 = 181;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(count), Some(path)) = (arguments.next(), arguments.next()) else {
        return Err("usage: population COUNT FILE".into());
    };
    let count: u64 = count.parse()?;
    let output = BufWriter::new(File::create(path)?);
    let unit = Unit::ResourceDays;
    let (_, about) = About::of_nothing("C10", unit)
        .freeze(unit, output, |take| (0..count).try_for_each(|number| take(&item(number))))?;
    writeln!(std::io::stdout(), "{} items, SHA-256 {}", about.count, about.sha256)?;
    Ok(())
}

/// A resource on a day: resources one after the other, 200 an account, each with all its days.
fn item(number: u64) -> PopulationItem {
    let (resource, day) = (number / DAYS, number % DAYS);
    let account = format!("{:012}", 100_000_000_000 + resource / 200);
    // Ids look like chance, as those of AWS do.
    let id = format!("sg-{:017x}", resource.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let arn = format!("arn:aws:ec2:us-east-1:{account}:security-group/{id}");
    PopulationItem {
        item: number + 1,
        account,
        region: "us-east-1".to_owned(),
        resource_type: "AWS::EC2::SecurityGroup".to_owned(),
        resource_key: arn.clone(),
        resource_id: id,
        resource_arn: arn,
        moment: format!("2026-{:02}-{:02}", day / 31 + 1, day % 31 + 1),
        recorder: String::new(),
        verdict: "PASS".to_owned(),
        status_at_start: "PASS".to_owned(),
        status_at_end: "PASS".to_owned(),
        tested_seconds: 86_400,
        failed_seconds: 0,
        exceptions: String::new(),
        description: String::new(),
        evidence: format!("{:016x}:{}", resource / 50, day + 1),
    }
}

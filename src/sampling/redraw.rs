//! Whether a working paper is what the lake and its seed give: population, sample, spares, rows.

use serde_json::{Value, json};

use super::draw::{Drawn, Sample};
use super::frozen::About;
use super::returned::Returned;

/// One thing that was compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// What it is.
    pub what: &'static str,
    /// What the working paper says.
    pub stated: String,
    /// What was found again; empty where it is the same.
    pub found: String,
}

impl Compared {
    /// Whether it is the same.
    #[must_use]
    pub const fn is_same(&self) -> bool {
        self.found.is_empty()
    }

    fn of(what: &'static str, stated: String, found: String) -> Self {
        let found = if stated == found { String::new() } else { found };
        Self { what, stated, found }
    }
}

/// What came of drawing again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redraw {
    /// What was compared, in the order in which one rests on the other.
    pub compared: Vec<Compared>,
}

impl Redraw {
    /// Compares populations alone: where they differ, nothing can be drawn again.
    #[must_use]
    pub fn of_population(paper: &Returned, found: &About, file_sha256: &str) -> Self {
        let stated = &paper.record.population;
        let items = |about: &About| format!("{} items, SHA-256 {}", about.count, about.sha256);
        let window = |about: &About| about.window.join(" to ");
        Self {
            compared: vec![
                Compared::of("Evidence", stated.evidence_digest.clone(), found.evidence_digest.clone()),
                Compared::of("Window", window(stated), window(found)),
                Compared::of("Population", items(stated), items(found)),
                Compared::of("Population file", paper.record.population_file_sha256.clone(), file_sha256.to_owned()),
            ],
        }
    }

    /// Compares what was drawn from it, and the rows that go with that.
    pub fn add_sample(&mut self, paper: &Returned, sample: &Sample, row_digests: &[Vec<String>; 2]) {
        let keys = |drawn: &[Drawn]| drawn.iter().map(|drawn| drawn.key.clone()).collect::<Vec<_>>();
        let (record, [rows, spare_rows]) = (&paper.record, &paper.row_digests);
        let [rows_again, spare_rows_again] = row_digests;
        self.compared.extend([
            lists("Sample", &record.sample, &keys(&sample.items)),
            lists("Spares", &record.spares, &keys(&sample.spares)),
            lists("Rows of the sample", rows, rows_again),
            lists("Rows of the spares", spare_rows, spare_rows_again),
        ]);
    }

    /// Compares the paper's own rows with what went out.
    pub fn add_faults(&mut self, paper: &Returned) {
        let stated = "as it went out".to_owned();
        let first = paper.faults.first().map(|fault| format!("{}: {}", fault.cell, fault.what)).unwrap_or_default();
        let more = paper.faults.len().saturating_sub(1);
        let found = if more == 0 { first } else { format!("{first}; and {more} more") };
        self.compared.push(Compared { what: "Working paper", stated, found });
    }

    /// Whether everything is the same.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.compared.iter().all(Compared::is_same)
    }

    /// For programs.
    #[must_use]
    pub fn value(&self, draw: &str) -> Value {
        let compared = self.compared.iter().map(|compared| {
            json!({
                "what": compared.what, "same": compared.is_same(), "stated": compared.stated,
                "found": if compared.is_same() { &compared.stated } else { &compared.found },
            })
        });
        json!({ "draw": draw, "same": self.is_same(), "compared": compared.collect::<Vec<_>>() })
    }

    /// For people.
    #[must_use]
    pub fn screen(&self, draw: &str) -> String {
        let mut lines = vec![format!("Draw {draw}")];
        for compared in &self.compared {
            let Compared { what, stated, found } = compared;
            let verdict = if compared.is_same() { "same" } else { "OTHER" };
            lines.push(format!("  {what:<20}{verdict:<7}{stated}"));
            if !compared.is_same() {
                lines.push(format!("  {:<20}{:<7}{found}", "", "found"));
            }
        }
        let last = if self.is_same() {
            "The lake and the seed give this sample again."
        } else {
            "The lake and the seed do not give this working paper."
        };
        lines.extend([String::new(), last.to_owned(), String::new()]);
        let shown: Vec<_> = lines.iter().map(|line| crate::report::escape::visible(line)).collect();
        shown.join("\n")
    }
}

/// Compares two lists: how long they are, and where they first differ.
fn lists(what: &'static str, stated: &[String], found: &[String]) -> Compared {
    let all = |list: &[String]| format!("{} in order", list.len());
    if stated == found {
        return Compared { what, stated: all(stated), found: String::new() };
    }
    let place = stated.iter().zip(found).take_while(|(stated, found)| stated == found).count();
    let told = |list: &[String]| match list.get(place) {
        Some(key) => format!("{}; # {} is {key}", all(list), place + 1),
        None => all(list),
    };
    Compared { what, stated: told(stated), found: told(found) }
}

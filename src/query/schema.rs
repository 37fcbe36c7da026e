//! What every table and column means, as a page.

use std::fmt::Write as _;

use crate::engine::results::tables as assessment;
use crate::lake::{self, TableDescription};

use super::QueryError;

/// How the page begins.
const OPENING: &str = "\
# Tables

What `tickmark schema` prints: every table that SQL, or any reader of Parquet, finds in a lake and beside the result
files of an assessment. `tickmark schema TABLE` prints one.

| type | in Parquet | where nothing is known |
|---|---|---|
| text | UTF-8 string | empty text, never null |
| time | timestamp in microseconds, UTC | is always known |
| optional time | the same | null |
| count | signed 64-bit integer, never negative | is always known |
| optional count | the same | null |
| integer | signed 64-bit integer | is always known |
| flag | boolean | is always known |
| optional flag | the same | null |

";

/// How tables belong together.
const PICTURE: &str = "\
## How they belong together

```mermaid
erDiagram
    ledger ||--o{ items : evidence_id
    ledger ||--o{ evaluations : evidence_id
    ledger ||--o{ findings : evidence_id
    ledger ||--o{ rules : evidence_id
    ledger ||--o{ credentials : evidence_id
    ledger ||--o{ conditions : evidence_id
    ledger ||--o{ snapshots : evidence_id
    snapshots }o--o{ listings : segment
    rule_tests ||--o{ evaluations : recorder_and_rule_name
    findings }o--|| streams : finding_id
    resources ||--o{ streams : resource
    resources ||--o{ existence : resource
    resources ||--o{ candidates : resource
    streams ||--o{ observations : stream
    control_tests }o--o{ streams : test
    controls ||--o{ control_tests : control
    controls ||--o{ candidates : control
    candidates ||--o| subjects : control_and_resource
    subjects ||--|{ statuses : control_and_resource
    subjects ||--o{ exceptions : control_and_resource
    subjects ||--o{ disagreements : control_and_resource
    places ||--o{ attestations : account_region_source
    places ||--o| coverage : account_region_source
```

";

const OF_THE_LAKE: &str = "\
## Of a lake

A table is the Parquet files that the commits of the lake name: `tables/TABLE/` with a folder for each account. Other
files in the folder do not count. Words of the exports are kept as they are written; what they mean is in
[semantics.md](semantics.md). JSON inside text is kept as it stood, with encodings as a string around the whole taken off.
`evidence_id`, the first sixteen hexadecimal digits of the SHA-256 of a file, and `record_number`, from 1 in the order of
the file, say where a row was found; of a record that several files hold this is the fullest copy, else the one delivered
first.

";

const OF_AN_ASSESSMENT: &str = "\
## Of an assessment

Each table is one file, `TABLE.parquet`, beside the other result files, and is named by `manifest.json`. Numbers of
resources and streams are of one assessment: another one may give others. Every time stands twice, as a timestamp and as
`…_epoch`, microseconds since 1970, because engines agree on subtracting integers.

";

/// The page about all tables.
#[must_use]
pub fn page() -> String {
    let mut page = String::from(OPENING);
    page.push_str(PICTURE);
    page.push_str(OF_THE_LAKE);
    for table in &lake::descriptions() {
        describe(table, &mut page);
    }
    page.push_str(OF_AN_ASSESSMENT);
    for table in &assessment::descriptions() {
        describe(table, &mut page);
    }
    page.truncate(page.trim_end().len());
    page.push('\n');
    page
}

/// The part about one table.
///
/// # Errors
/// [`QueryError::Unknown`], when there is none of this name.
pub fn table(name: &str) -> Result<String, QueryError> {
    let mut known = lake::descriptions();
    known.extend(assessment::descriptions());
    if let Some(table) = known.iter().find(|table| table.name == name) {
        let mut text = String::new();
        describe(table, &mut text);
        text.truncate(text.trim_end().len());
        text.push('\n');
        return Ok(text);
    }
    let near = known.iter().map(|table| (strsim::damerau_levenshtein(table.name, name), table.name));
    let nearest =
        near.filter(|(distance, _)| *distance <= 3).min().map(|(_, name)| format!("; did you mean `{name}`?"));
    let nearest = nearest.unwrap_or_default();
    Err(QueryError::Parameter(format!("there is no table `{name}`{nearest}; `tickmark schema` lists them")))
}

fn describe(table: &TableDescription, page: &mut String) {
    // Writing to a string cannot fail.
    let _ = write!(
        page,
        "### `{}`\n\n{}.\n\n| column | type | meaning | example |\n|---|---|---|---|\n",
        table.name,
        table.meaning.trim_end_matches('.')
    );
    for column in &table.columns {
        let example = if column.example.is_empty() { String::new() } else { format!("`{}`", column.example) };
        let _ = writeln!(page, "| `{}` | {} | {} | {example} |", column.name, column.type_name(), column.meaning);
    }
    page.push('\n');
}

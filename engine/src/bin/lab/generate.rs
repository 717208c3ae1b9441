//! `lab generate`: a table as CSV, the rows that every run of the scenario scans.

use std::sync::Arc;

use serde_json::json;
use shuffle_engine::Scenario;
use shuffle_engine::columnar::BATCH_ROWS;
use shuffle_engine::dataset::{Dataset, Table};

use super::arguments::Target;
use super::csv::Csv;
use super::failure::Failure;
use super::output::{self, Sink, counted};

pub(crate) fn generate(scenario: &Scenario, table: Table, target: &Target) -> Result<(), Failure> {
    let sink = Sink::open(target)?;
    let dataset = Arc::new(Dataset::new(&scenario.data())?);
    let schema = table.schema();
    let columns: Vec<usize> = (0..schema.fields().len()).collect();
    let mut csv = Csv::begin(sink, &schema)?;
    for partition in 0..dataset.partition_count() {
        let mut scan = dataset.scan(&table, partition, &columns);
        while let Some(batch) = scan.next_batch(BATCH_ROWS)? {
            csv.write(&batch)?;
        }
    }
    csv.finish()?;
    let rows = dataset.row_count(&table);
    match target {
        Target::File(file) => {
            output::say(&format!("{} of {} written to {file}", counted(rows, "row"), table.name()));
            output::json(&json!({"version": 1, "table": table.name(), "rows": rows, "file": file}))
        }
        // Rows and JSON in one stream would be neither.
        Target::Stdout => {
            output::say(&format!("{} of {}", counted(rows, "row"), table.name()));
            Ok(())
        }
    }
}

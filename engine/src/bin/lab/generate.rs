//! `lab generate`: a table as CSV, the rows that every run of the scenario scans.

use std::sync::Arc;

use serde_json::json;
use shuffle_engine::Scenario;
use shuffle_engine::columnar::BATCH_ROWS;
use shuffle_engine::dataset::{Dataset, Table};

use super::csv::CsvFile;
use super::failure::Failure;

pub(crate) fn generate(scenario: &Scenario, table: Table, file: &str) -> Result<(), Failure> {
    let dataset = Arc::new(Dataset::new(&scenario.data()));
    let schema = table.schema();
    let columns: Vec<usize> = (0..schema.fields().len()).collect();
    let mut csv = CsvFile::create(file, &schema)?;
    for partition in 0..dataset.partition_count() {
        let mut scan = dataset.scan(table, partition, &columns);
        while let Some(batch) = scan.next_batch(BATCH_ROWS) {
            csv.write(&batch)?;
        }
    }
    csv.finish()?;
    let rows = dataset.row_count(table);
    eprintln!("{rows} rows of {} written to {file}", table.name());
    super::run::print(&json!({"version": 1, "table": table.name(), "rows": rows, "file": file}));
    Ok(())
}

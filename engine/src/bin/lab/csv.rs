//! CSV as RFC 4180 has it: a header, integers plain, NULL empty, an empty text quoted.

use std::fs::File;
use std::io::{BufWriter, Write};

use shuffle_engine::columnar::{RecordBatch, Schema};

use super::failure::Failure;

/// A CSV file being written.
pub(crate) struct CsvFile {
    path: String,
    file: BufWriter<File>,
}

impl CsvFile {
    pub(crate) fn create(path: &str, schema: &Schema) -> Result<Self, Failure> {
        let file = File::create(path).map_err(|error| Failure::file(path, &error))?;
        let mut csv = CsvFile { path: path.to_owned(), file: BufWriter::new(file) };
        let header: Vec<&str> = schema.names().collect();
        csv.line(&header.join(","))?;
        Ok(csv)
    }

    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<(), Failure> {
        for row in 0..batch.row_count() {
            let cells: Vec<String> = batch
                .row_text(row)
                .into_iter()
                .map(|cell| cell.map_or(String::new(), |text| quoted(&text)))
                .collect();
            self.line(&cells.join(","))?;
        }
        Ok(())
    }

    pub(crate) fn finish(mut self) -> Result<(), Failure> {
        self.file.flush().map_err(|error| Failure::file(&self.path, &error))
    }

    fn line(&mut self, line: &str) -> Result<(), Failure> {
        writeln!(self.file, "{line}").map_err(|error| Failure::file(&self.path, &error))
    }
}

fn quoted(text: &str) -> String {
    if text.is_empty() || text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

//! CSV as RFC 4180 has it: a header, integers plain, NULL empty, an empty text quoted.

use std::io::{BufWriter, Write};

use shuffle_engine::columnar::{RecordBatch, Schema};

use super::failure::Failure;
use super::output::Sink;

/// CSV being written.
pub(crate) struct Csv {
    name: String,
    stream: BufWriter<Box<dyn Write>>,
}

impl Csv {
    pub(crate) fn begin(sink: Sink, schema: &Schema) -> Result<Self, Failure> {
        let mut csv = Csv { name: sink.name().to_owned(), stream: BufWriter::new(sink.begin()?) };
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
        self.stream.flush().map_err(|error| Failure::writing(&self.name, &error))
    }

    fn line(&mut self, line: &str) -> Result<(), Failure> {
        writeln!(self.stream, "{line}").map_err(|error| Failure::writing(&self.name, &error))
    }
}

fn quoted(text: &str) -> String {
    if text.is_empty() || text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

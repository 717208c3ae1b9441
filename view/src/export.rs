//! A chart as files: its picture with colours of its own, its table as CSV and JSON.

use serde_json::{Map, Value};

use crate::charts::theme::{Scheme, standalone};
use crate::charts::{Table, svg};

/// A chart as an SVG that can be opened alone: with its colours, and with where it comes from in its description.
pub fn svg_file(picture: &str, scheme: Scheme, source: &str) -> String {
    let origin = format!(" {}</desc>", svg::escape(source));
    standalone(picture, scheme).replacen("</desc>", &origin, 1)
}

/// A table as CSV by RFC 4180: commas, quotes where a cell needs them, each row ended by a line feed and a carriage return.
pub fn csv(table: &Table) -> String {
    let mut text = String::new();
    for row in std::iter::once(&table.header).chain(&table.rows) {
        let cells: Vec<String> = row.iter().map(|cell| quoted(&plain(cell))).collect();
        text += &cells.join(",");
        text += "\r\n";
    }
    text
}

/// A table as JSON: the chart's name, where it comes from, and an object a row. A cell that is a number is one here, too.
pub fn json(name: &str, source: &str, table: &Table) -> String {
    let row = |cells: &Vec<String>| {
        let named = table.header.iter().zip(cells);
        Value::Object(named.map(|(name, cell)| (name.clone(), value(cell))).collect())
    };
    let mut file = Map::new();
    file.insert("chart".to_owned(), name.into());
    file.insert("source".to_owned(), source.into());
    file.insert("rows".to_owned(), Value::Array(table.rows.iter().map(row).collect()));
    serde_json::to_string_pretty(&file).unwrap_or_default() + "\n"
}

/// A number without the commas between its thousands; any other cell as it is.
fn plain(cell: &str) -> String {
    let bare: String = cell.chars().filter(|letter| *letter != ',').collect();
    let is_number = !bare.is_empty() && bare.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if is_number { bare } else { cell.to_owned() }
}

fn value(cell: &str) -> Value {
    serde_json::from_str(&plain(cell)).ok().filter(Value::is_number).unwrap_or_else(|| cell.into())
}

fn quoted(cell: &str) -> String {
    if cell.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        Table {
            header: row(["worker", "rows", "busy, with \"unit\""]),
            rows: vec![row(["0", "1,234,567", "12 ms"])],
        }
    }

    #[test]
    fn a_number_loses_its_commas_and_a_cell_with_a_comma_is_quoted() {
        assert_eq!(csv(&table()), "worker,rows,\"busy, with \"\"unit\"\"\"\r\n0,1234567,12 ms\r\n");
    }

    #[test]
    fn a_row_is_an_object_and_a_number_is_a_number() {
        let read: Value = serde_json::from_str(&json("load", "a link", &table())).expect("it is JSON");
        assert_eq!(read["rows"][0]["rows"], 1_234_567);
        assert_eq!(read["rows"][0]["busy, with \"unit\""], "12 ms");
    }

    #[test]
    fn a_picture_says_where_it_comes_from_and_brings_its_colours() {
        let picture =
            "<svg viewBox=\"0 0 1 1\">\n<title>a</title>\n<desc>b</desc>\n<path fill=\"var(--ink)\"/></svg>";
        let file = svg_file(picture, Scheme::Dark, "?v=1&workers=8");
        assert!(file.contains("?v=1&amp;workers=8</desc>"), "{file}");
        assert!(file.contains("fill=\"#15181d\"") && !file.contains("var("), "{file}");
    }
}

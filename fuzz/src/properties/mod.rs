//! The properties. Each takes any bytes and panics when what it says does not hold.

use std::sync::Arc;

use shuffle_engine::cluster::PeerMessage;
use shuffle_engine::columnar::{Column, DataType, RecordBatch, Schema, block};
use shuffle_engine::scenario::{InvalidScenario, Scenario, json, limits, link};
use shuffle_engine::shuffle::{Placement, ShuffleWrite};

use super::{permalink, saved_run};

pub mod rows;

/// A property, by the name of its target and of its folder in `corpus/`.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: [Target; 6] = [
    ("block", block),
    ("rows", rows::rows),
    ("peer_message", peer_message),
    ("scenario_json", scenario_json),
    ("link", link),
    ("saved_run", opened_run),
];

/// A block is refused, or it is the one written form of its rows. The first byte picks the schema.
pub fn block(bytes: &[u8]) {
    let Some((&pick, bytes)) = bytes.split_first() else { return };
    let schema = schema(pick);
    let Ok((batch, byte_count)) = block::decode(bytes, &schema) else { return };
    assert!(byte_count <= bytes.len(), "nothing is read past the end");
    assert_eq!(batch.schema(), &schema);
    batch.columns().iter().for_each(|column| check_column(column, batch.row_count()));
    let written = write(&batch);
    let (again, again_count) = block::decode(&written, &schema).expect("what was written can be read");
    assert_eq!(again_count, written.len());
    assert!(are_alike(&batch, &again), "rows come back to the last bit");
    // A task writes a bitmap into all of its blocks, also into those without a NULL or without a row.
    assert!(written.len() <= byte_count, "a bitmap without a NULL is left out");
    if written.len() == byte_count && batch.row_count() > 0 {
        assert_eq!(written, bytes[..byte_count], "rows have one written form");
    }
}

/// A message is refused, or it is the one written form of what it says.
pub fn peer_message(bytes: &[u8]) {
    let Ok(message) = PeerMessage::decode(bytes.to_vec()) else { return };
    let announced: u64 = message.blocks.iter().map(|block| u64::from(block.bytes)).sum();
    assert_eq!(announced, message.payload.len() as u64, "its blocks are its payload");
    assert_eq!(message.encode().expect("it fits"), bytes);
}

/// A scenario is refused with a sentence, or it is valid and both of its written forms give it back.
pub fn scenario_json(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match json::decode(text) {
        Ok(scenario) => {
            check_scenario(&scenario);
            serde_json::from_str::<serde_json::Value>(text).expect("what was read is JSON");
        }
        Err(refusal) => check_sentence(&refusal),
    }
}

/// A link always gives a valid scenario and a view; repairs are sentences, and the address written for it needs none.
pub fn link(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let decoded = link::decode(text);
    check_scenario(&decoded.scenario);
    decoded.repairs.iter().for_each(|repair| check_sentence(&repair.wrong));
    match link::decode_strict(text) {
        Ok(scenario) => {
            assert_eq!(scenario, decoded.scenario, "tools and pages read one scenario");
            assert!(decoded.repairs.is_empty(), "a tool refuses what a page repairs");
        }
        Err(refusal) => check_sentence(&refusal),
    }
    let (shown, repairs) = permalink::decode(text);
    let workers = decoded.scenario.workers;
    let workers = if workers > limits::MAX_WORKERS { Scenario::default().workers } else { workers };
    let of_the_link = Scenario { workers, ..decoded.scenario };
    assert_eq!(shown.scenario, of_the_link, "the page shows the scenario of the link");
    repairs.iter().for_each(|repair| check_sentence(&repair.wrong));
    let address = permalink::encode(&shown);
    assert_eq!(permalink::decode(&address), (shown.clone(), Vec::new()), "{address}");
    assert_eq!(
        link::decode_beside(&address, &permalink::VIEW_PARTS).as_ref(),
        Ok(&shown.scenario),
        "tools pass over the view: {address}"
    );
    let moved = permalink::decode(&permalink::with_scenario(&address, &Scenario::default())).0;
    assert_eq!(moved.view, shown.view, "another scenario keeps the view");
}

/// A saved run is refused with a sentence, or it can be shown: its scenario is valid, and its written form gives it back.
pub fn opened_run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match saved_run::decode(text) {
        Ok(saved) => {
            check_scenario(&saved.run.scenario);
            let again = saved_run::encode(&saved.run, saved.cores);
            assert_eq!(saved_run::decode(&again).as_ref(), Ok(&saved), "{again}");
        }
        Err(refusal) => check_line(&refusal.field, &refusal.reason),
    }
}

/// Every type alone, with its neighbours, and no column at all.
pub(crate) fn schema(pick: u8) -> Arc<Schema> {
    use DataType::{Float64, Int64, Utf8};
    let types: &[DataType] = match pick % 8 {
        0 => &[Int64, Utf8, Float64],
        1 => &[Int64],
        2 => &[Float64],
        3 => &[Utf8],
        4 => &[Utf8, Utf8],
        5 => &[Int64, Float64],
        6 => &[Int64, Int64, Utf8, Float64],
        _ => &[],
    };
    Arc::new(Schema::new(["a", "b", "c", "d"].into_iter().zip(types.iter().copied())))
}

/// What operators rely on without asking.
fn check_column(column: &Column, row_count: usize) {
    assert_eq!(column.len(), row_count, "a column is as long as its batch");
    let Some(validity) = column.validity() else { return };
    assert_eq!(validity.len(), row_count, "a bit a row");
    assert!(validity.count_ones() < row_count, "a bitmap has a NULL");
    for row in (0..row_count).filter(|&row| !validity.get(row)) {
        let is_default = match column {
            Column::Int64(ints) => ints.values()[row] == 0,
            Column::Float64(floats) => floats.values()[row].to_bits() == 0,
            Column::Utf8(texts) => texts.bytes_at(row).is_empty(),
        };
        assert!(is_default, "a NULL's value is its type's default: sums add it");
    }
}

/// As one map task writes it for one reduce partition.
fn write(batch: &RecordBatch) -> Vec<u8> {
    let mut write = ShuffleWrite::new(1);
    let partitions = vec![0; batch.row_count()];
    write.push(batch.clone(), Placement { rows: None, partitions });
    write.finish(batch.schema()).expect("what was read has room again").block(0).to_vec()
}

/// Equal, and NaN equal to itself.
fn are_alike(left: &RecordBatch, right: &RecordBatch) -> bool {
    let bits = |column: &Column| match column {
        Column::Float64(floats) => {
            Some(floats.values().iter().map(|value| value.to_bits()).collect::<Vec<_>>())
        }
        Column::Int64(_) | Column::Utf8(_) => None,
    };
    left.row_count() == right.row_count()
        && left.columns().iter().zip(right.columns()).all(|(left, right)| match (bits(left), bits(right)) {
            (None, None) => left == right,
            (left_bits, right_bits) => left_bits == right_bits && left.validity() == right.validity(),
        })
}

fn check_scenario(scenario: &Scenario) {
    assert_eq!(scenario.validate(), Ok(()), "what was read is valid");
    let text = json::encode(scenario);
    assert_eq!(json::decode(&text).as_ref(), Ok(scenario), "{text}");
    let address = link::encode(scenario);
    let again = link::decode(&address);
    assert_eq!((&again.scenario, again.repairs.len(), again.others.len()), (scenario, 0, 0), "{address}");
    assert_eq!(link::encode(&again.scenario), address);
}

/// What a reader is shown about a stranger's text: one line, and no longer than a line may be.
fn check_sentence(refusal: &InvalidScenario) {
    check_line(&refusal.field, &refusal.reason);
}

fn check_line(field: &str, reason: &str) {
    let sentence = format!("{field} {reason}");
    assert!(!field.is_empty() && !reason.is_empty(), "{sentence}");
    assert!(!sentence.contains(|c: char| c.is_control()), "one line: {sentence:?}");
    assert!(sentence.len() < 600, "a sentence of {} bytes: {sentence}", sentence.len());
}

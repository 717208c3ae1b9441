//! The kept inputs of `fuzz/corpus` through the properties of `fuzz/src/properties`, so that every run of the tests
//! tries what fuzzing started from and what it found.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use shuffle_engine::Scenario;
use shuffle_engine::cluster::{Payload, PeerBlock, PeerMessage, RunId};
use shuffle_engine::columnar::{Column, DataType, Primitive, RecordBatch, Schema, Utf8Column};
use shuffle_engine::scenario::{Query, json};
use shuffle_engine::shuffle::{BlockId, Placement, ShuffleWrite};
// By these names the properties know the address of the page and its saved runs.
use shuffle_view::{permalink, saved_run};

#[expect(unreachable_pub, reason = "it is public in the crate of the fuzz targets")]
#[path = "../../fuzz/src/properties/mod.rs"]
mod properties;

fn folder(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target)
}

/// The inputs of one target, by the names of their files.
fn kept(target: &str) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder(target)).unwrap_or_else(|error| panic!("{target}: {error}"));
    let mut inputs: Vec<_> = entries
        .map(|entry| {
            let path = entry.expect("an entry of a folder").path();
            let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
            (name, std::fs::read(path).expect("a kept input can be read"))
        })
        .collect();
    inputs.sort();
    inputs
}

#[test]
fn every_kept_input_of_every_fuzz_target_has_its_property() {
    write_seeds();
    for (target, property) in properties::TARGETS {
        let inputs = kept(target);
        assert!(inputs.len() >= 5, "{target} begins from {} inputs", inputs.len());
        for (name, bytes) in inputs {
            // The last line before a panic says which input it was.
            println!("{target}/{name}, {} bytes", bytes.len());
            property(&bytes);
        }
    }
}

#[test]
fn the_kept_corpus_stays_small() {
    let all = properties::TARGETS.iter().flat_map(|(target, _)| kept(target));
    let (count, bytes) = all.fold((0, 0), |(count, bytes), (_, input)| (count + 1, bytes + input.len()));
    assert!(count < 200 && bytes < 100_000, "{count} files, {bytes} bytes");
}

/// With UPDATE_GOLDEN, writes the seeds that are bytes: what the engine itself writes.
fn write_seeds() {
    if std::env::var_os("UPDATE_GOLDEN").is_none() {
        return;
    }
    let put = |target: &str, name: &str, bytes: Vec<u8>| {
        std::fs::write(folder(target).join(name), bytes).expect("fuzz/corpus can be written");
    };
    for row_count in [0, 1, 9, 65] {
        for pick in [0, 3, 6, 7] {
            put("block", &format!("schema-{pick}-rows-{row_count}"), block_seed(pick, row_count));
        }
        // Schema, blocks, changes, then cells: any bytes are rows.
        let rows = (0..17 * row_count).map(|at| (at * 37 % 251) as u8);
        put(
            "rows",
            &format!("bytes-of-{row_count}"),
            [row_count as u8, 3, 1].into_iter().chain(rows).collect(),
        );
        put("peer_message", &format!("blocks-of-{row_count}"), message_seed(row_count));
    }
    put("rows", "nothing", Vec::new());
    let empty = PeerMessage { run: RunId(1), stage: 2, from: 3, blocks: Vec::new(), payload: Payload::Empty };
    put("peer_message", "no-block", empty.encode().expect("room for it"));
    for (name, text) in crate::desk::seeds() {
        put("saved_run", name, text.into_bytes());
    }
    for (query, skew) in Query::ALL.into_iter().zip(crate::samples::SKEWS.into_iter().cycle()) {
        let scenario = Scenario { query, skew, shuffle_fraction: 0.37, ..Scenario::default() };
        put("scenario_json", query.name(), json::encode(&scenario).into_bytes());
        put("link", query.name(), shuffle_engine::scenario::link::encode(&scenario).into_bytes());
    }
}

/// A block of some rows with NULLs, behind the byte that picks its schema.
fn block_seed(pick: u8, row_count: usize) -> Vec<u8> {
    let mut bytes = vec![pick];
    bytes.extend(block_of(&properties::schema(pick), row_count));
    bytes
}

fn block_of(schema: &Arc<Schema>, row_count: usize) -> Vec<u8> {
    let is_null = |row: usize| row % 7 == 3;
    let column = |data_type| match data_type {
        DataType::Int64 => {
            let values = (0..row_count).map(|row| (!is_null(row)).then_some(row as i64 * 1_000_003 - 7));
            Column::Int64(values.collect::<Primitive<i64>>())
        }
        DataType::Float64 => {
            let values = (0..row_count).map(|row| (!is_null(row)).then_some(row as f64 / 8.0));
            Column::Float64(values.collect::<Primitive<f64>>())
        }
        DataType::Utf8 => {
            let text = |row| (!is_null(row)).then_some(["", "ka", "größer", "漢字"][row % 4]);
            Column::Utf8(Utf8Column::of((0..row_count).map(text)).expect("short texts"))
        }
    };
    let columns: Vec<Column> = schema.fields().iter().map(|field| column(field.data_type)).collect();
    let batch = RecordBatch::new(schema.clone(), columns);
    let mut write = ShuffleWrite::new(1);
    let partitions = vec![0; batch.row_count()];
    write.push(batch, Placement { rows: None, partitions });
    write.finish(schema).expect("a test's blocks fit").block(0).to_vec()
}

/// Two blocks for one peer.
fn message_seed(row_count: usize) -> Vec<u8> {
    let bytes = block_of(&properties::schema(1), row_count);
    let block = |map| PeerBlock { block: BlockId { shuffle: 0, reduce: 5, map }, bytes: bytes.len() as u32 };
    let (blocks, payload) = (vec![block(1), block(2)], Payload::Bytes(Arc::new(bytes.repeat(2))));
    PeerMessage { run: RunId(7), stage: 1, from: 2, blocks, payload }.encode().expect("room for it")
}

//! Sizes past 32 bits are errors, and the run after them works. One text that is taken thousands of times stands for columns
//! of more than 4 GiB: they are refused before a byte of them is written.

use std::sync::Arc;

use shuffle_engine::columnar::{Column, DataType, Primitive, RecordBatch, Schema, Utf8Column};
use shuffle_engine::error::Piece;
use shuffle_engine::frame::{Context, DataFrame, col, lit, when};
use shuffle_engine::operator::evaluate;
use shuffle_engine::plan::Expr;
use shuffle_engine::shuffle::{Placement, ShuffleWrite};
use shuffle_engine::{EngineError, Scenario};

/// Bytes of the text.
const TEXT_BYTES: usize = 1 << 20;
/// So many of it are more than 4 GiB.
const TOO_MANY: usize = 4_097;

fn too_large<T>(piece: Piece, needed: std::ops::Range<u64>) -> impl Fn(Result<T, EngineError>) -> bool {
    move |outcome| match outcome {
        Err(EngineError::TooLarge { piece: got, needed: bytes, limit }) => {
            got == piece && needed.contains(&bytes) && limit <= u64::from(u32::MAX)
        }
        Ok(_) | Err(_) => false,
    }
}

fn text_too_large<T>(outcome: Result<T, EngineError>) -> bool {
    let bytes = (TOO_MANY * TEXT_BYTES) as u64;
    too_large(Piece::Text, bytes..bytes + 1)(outcome)
}

fn long_text() -> String {
    "x".repeat(TEXT_BYTES)
}

fn batch() -> RecordBatch {
    let text = Column::Utf8(Utf8Column::of([Some(long_text())]).expect("one text"));
    RecordBatch::new(Arc::new(Schema::new([("text", DataType::Utf8)])), vec![text])
}

#[test]
fn a_column_of_text_past_4_gib_is_refused_by_whatever_would_make_it() {
    let batch = batch();
    let zeros = vec![0; TOO_MANY];
    assert!(text_too_large(batch.column(0).take(&zeros)), "taken");
    assert!(text_too_large(batch.column(0).take_or_null(&zeros)), "taken, or NULL");
    assert!(text_too_large(batch.take(&zeros)), "a batch's rows");
    assert!(text_too_large(Column::concat((0..TOO_MANY).map(|_| batch.column(0)))), "put together");
    assert!(text_too_large(RecordBatch::concat(&vec![batch; TOO_MANY])), "batches put together");
}

#[test]
fn an_expression_whose_texts_do_not_fit_a_column_is_refused() {
    let ids = Column::Int64(Primitive::new(vec![7; TOO_MANY]));
    let batch = RecordBatch::new(Arc::new(Schema::new([("id", DataType::Int64)])), vec![ids]);
    let text: Expr<usize> = lit(long_text());
    assert!(text_too_large(evaluate(&text, &batch)), "a text for every row");
    let chosen = when(Expr::Column(0).eq(lit(7))).then(text).otherwise(lit(""));
    assert!(text_too_large(evaluate(&chosen, &batch)), "a text for every row that a condition chooses");
}

#[test]
fn a_text_that_grows_value_by_value_is_refused_at_its_end() {
    // Zeros that nobody has written take no memory.
    let bytes = vec![0; u32::MAX as usize - 7];
    let offsets = vec![0, u32::MAX - 7];
    let mut texts = Utf8Column::try_new(offsets, bytes, None).expect("zeros are text");
    let limit = u64::from(u32::MAX);
    let refused = too_large(Piece::Text, limit + 1..limit + 2);
    assert!(refused(texts.push("8 bytes!")));
    assert!(refused(texts.push_pieces(["8 bytes!"])));
    let short = Utf8Column::of([Some("8 bytes!")]).expect("a short text");
    assert!(refused(texts.push_from(&short, 0)));
    assert_eq!(texts.len(), 1, "what was refused is not there");
}

#[test]
fn a_block_past_4_gib_is_refused() {
    let (batch, schema) = (batch(), batch().schema().clone());
    let mut write = ShuffleWrite::new(2);
    for _ in 0..TOO_MANY {
        write.push(batch.clone(), Placement { rows: None, partitions: vec![1] });
    }
    let text_bytes = (TOO_MANY * TEXT_BYTES) as u64;
    assert!(too_large(Piece::Block, text_bytes..text_bytes + (1 << 20))(write.finish(&schema)));
}

/// One long text for all rows of a table.
fn joined(context: &mut Context) -> DataFrame {
    let ids = Column::Int64(Primitive::new(vec![7; 2 * TOO_MANY]));
    let id_schema = Arc::new(Schema::new([("id", DataType::Int64)]));
    let named = [("id", DataType::Int64), ("text", DataType::Utf8)];
    let text = vec![Arc::new(Column::Int64(Primitive::new(vec![7]))), batch().columns()[0].clone()];
    context.register("ids", vec![RecordBatch::new(id_schema, vec![ids])]).expect("a good table");
    let texts = RecordBatch::new(Arc::new(Schema::new(named)), text);
    context.register("texts", vec![texts]).expect("a good table");
    context.table("ids").join(context.table("texts"), "id")
}

#[test]
fn a_join_whose_texts_do_not_fit_a_batch_ends_with_an_error_and_the_next_run_works() {
    let scenario = Scenario { workers: 2, map_partitions: 1, reduce_partitions: 2, ..Scenario::default() };
    for context in [Context::threads(scenario.clone()), Context::local(scenario.clone())] {
        let mut context = context.expect("a valid scenario");
        let joined = joined(&mut context);
        let bytes = (2 * TOO_MANY * TEXT_BYTES) as u64;
        for _ in 0..2 {
            assert!(too_large(Piece::Text, bytes..bytes + 1)(joined.write(&mut context)));
            // No text is taken for a count.
            assert_eq!(joined.count(&mut context), Ok(2 * TOO_MANY as u64));
        }
        let empty = joined.filter(col("id").eq(lit(8))).count(&mut context);
        assert_eq!(empty, Ok(0));
    }
}

#[test]
fn the_words_of_both_errors_have_their_figures() {
    let error = EngineError::TooLarge { piece: Piece::Text, needed: 5 << 30, limit: u32::MAX.into() };
    assert_eq!(
        error.to_string(),
        "too large: 5368709120 bytes of text in one column of a batch, of at most 4294967295"
    );
    let unknown = EngineError::OutOfMemory { needed_bytes: 4_096, limit_bytes: 0 };
    assert_eq!(unknown.to_string(), "out of memory: 4096 bytes are needed, the machine does not give them");
    let known = EngineError::OutOfMemory { needed_bytes: 4_096, limit_bytes: 1_024 };
    assert_eq!(known.to_string(), "out of memory: 4096 bytes are needed, 1024 bytes may be used");
}

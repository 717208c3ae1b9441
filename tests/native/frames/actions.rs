//! What a collect, a show and a write bring back.

use super::*;

#[test]
fn a_collect_that_does_not_fit_says_how_much_it_is_and_how_much_may_be() {
    let mut context = context().with_driver_memory(50_000);
    let Err(EngineError::OutOfMemory { needed_bytes, limit_bytes }) = scan("prompts").collect(&mut context)
    else {
        panic!("twenty thousand rows are more than fifty kilobytes")
    };
    assert_eq!(limit_bytes, 50_000);
    let mut context = context.with_driver_memory(needed_bytes);
    assert!(scan("prompts").collect(&mut context).is_ok(), "with what was named it fits");
    let mut context = context.with_driver_memory(needed_bytes - 1);
    assert!(matches!(scan("prompts").collect(&mut context), Err(EngineError::OutOfMemory { .. })));
    let mut context = context.with_driver_memory(50_000);
    assert_eq!(scan("prompts").count(&mut context), Ok(20_000), "the next question is answered");
}

#[test]
fn a_show_runs_no_more_partitions_than_it_needs() {
    let show = |frame: DataFrame| frame.show(&mut context()).expect("a run without faults");
    let first = show(scan("prompts").limit(3));
    assert_eq!((first.row_count(), first.tasks_run, first.task_count), (3, 1, 8));
    let ids: Vec<_> = texts(&first.rows).into_iter().map(|row| row[0].clone()).collect();
    assert_eq!(ids, [0, 1, 2].map(|id: i32| Some(id.to_string())), "they are the first rows");
    assert_eq!(show(scan("prompts")).row_count(), 20, "without a limit, twenty");
    // The first partition has 2,500 rows: four more are asked, then all.
    let more = show(scan("prompts").limit(3_000));
    assert_eq!((more.row_count(), more.tasks_run), (3_000, 5));
    let all = show(scan("prompts").limit(1_000_000));
    assert_eq!((all.row_count(), all.tasks_run), (20_000, 8));
    let none = show(scan("prompts").filter(col("score").gt(lit(2))).limit(1));
    assert_eq!((none.row_count(), none.tasks_run), (0, 8), "to find nothing is to look everywhere");
}

#[test]
fn a_show_behind_an_exchange_reads_only_the_partitions_it_needs() {
    let grouped = scan("prompts").group_by([col("prompt_hash")]).agg([count()]);
    let shown = grouped.clone().limit(5).show(&mut context()).expect("a run without faults");
    assert_eq!((shown.row_count(), shown.tasks_run, shown.task_count), (5, 1, 8));
    let all = collect(&grouped);
    assert!(texts(&shown.rows).iter().all(|row| all.contains(row)), "what is shown is of the answer");
}

#[test]
fn a_show_stops_within_a_partition_that_is_read_in_several_pieces() {
    for query in Query::ALL {
        let scenario = Scenario { query, rows: 60_000, reduce_partitions: 1, workers: 2, ..scenario() };
        let run = |scenario: &Scenario| {
            let outcome = Ordered(LocalCluster::new(1)).run(&job(scenario)).expect("a run without faults");
            JobReport::new(&outcome)
        };
        let written = run(&scenario);
        let shown = run(&Scenario { action: Action::show(5), ..scenario });
        assert_eq!(shown.result.rows, 5, "{query:?}");
        assert!(written.result.rows > 5, "{query:?} has more to give");
    }
}

#[test]
fn what_is_shown_does_not_depend_on_the_number_of_workers_or_the_order_of_messages() {
    let frame = scan("prompts").group_by([col("prompt_hash")]).agg([count()]).limit(40);
    let shown = |workers, delivery_seed| {
        let scenario = Scenario { workers, ..scenario() };
        let cluster = Ordered(LocalCluster::new(delivery_seed));
        let mut context = Context::new(scenario, Box::new(cluster)).expect("a valid scenario");
        let shown = frame.show(&mut context).expect("a run without faults");
        (texts(&shown.rows), shown.tasks_run)
    };
    let expected = shown(1, 1);
    for (workers, seed) in [(2, 5), (3, 6), (16, 7)] {
        assert_eq!(shown(workers, seed), expected, "with {workers} workers");
    }
}

#[test]
fn every_pipeline_brings_back_the_rows_whose_digest_a_write_reports() {
    for query in Query::ALL {
        for fraction in [0.3, 1.0] {
            let write = Scenario { query, shuffle_fraction: fraction, rows: 3_000, ..scenario() };
            let collect = Scenario {
                action: Action::Collect { of: Default::default(), memory_bytes: 1 << 30 },
                ..write.clone()
            };
            let run = |scenario: &Scenario| {
                let mut cluster = ThreadCluster::new(3);
                cluster.run(&job(scenario), |_| {}).expect("a run")
            };
            let (written, collected) = (run(&write), run(&collect));
            let mut digest = RowDigest::default();
            collected.rows.iter().for_each(|batch| digest.add_batch(batch));
            let reported = JobReport::new(&written).result;
            assert_eq!(
                (digest.row_count, digest.hex()),
                (reported.rows, reported.digest),
                "{query:?}, {fraction}"
            );
        }
    }
}

#[test]
fn a_broadcast_join_answers_as_a_shuffled_one_on_any_number_of_workers() {
    let digest = |workers, broadcast_bytes, skew| {
        let tactics = Tactics { broadcast_bytes, ..Tactics::default() };
        let scenario = Scenario { workers, tactics, skew, query: Query::Join, ..scenario() };
        let mut cluster = ThreadCluster::new(workers);
        let outcome = cluster.run(&job(&scenario), |_| {}).expect("a run");
        let report = JobReport::new(&outcome);
        let reads = report.stages.iter().filter(|stage| stage.name.starts_with("read")).count();
        let (rows, moved) = (report.shuffle_rows(), report.moved_bytes());
        (report.result, reads, rows, moved)
    };
    let (expected, reads, _, _) = digest(1, 0, Skew::default());
    assert_eq!(reads, 1, "a shuffled join reads both sides");
    for workers in [1, 2, 7] {
        let (result, reads, rows, moved) = digest(workers, 1 << 20, Skew::default());
        assert_eq!(result, expected);
        assert_eq!((reads, rows), (0, 300), "the probe side stays where it is");
        assert_eq!(moved > 0, workers > 1);
    }
    let (_, reads, rows, _) = digest(3, 100, Skew::default());
    assert_eq!((reads, rows), (1, 20_300), "above the threshold both sides are placed by the key");
}

#[test]
fn deduplicated_rows_are_whole_and_the_best() {
    let best = scan("prompts").dedup("language", [highest("score"), lowest("prompt_id")]);
    let rows = collect(&best);
    assert_eq!(rows.len(), 6);
    let top = collect(&scan("prompts").agg([max(col("score"))]))[0][0].clone();
    assert!(rows.iter().any(|row| row[4] == top), "one language has the best row of all");
}

#[test]
fn a_show_prints_as_a_table() {
    let frame = scan("prompts").select([
        col("prompt_id").alias("id"),
        when(col("prompt_id").eq(1))
            .then(null(DataType::Float64))
            .otherwise(col("prompt_id") * 0.5)
            .alias("half"),
        when(col("prompt_id").eq(2)).then(lit("é".repeat(41))).otherwise("a\nb").alias("text"),
    ]);
    let shown = |frame: &DataFrame| frame.show(&mut context()).expect("a run without faults").to_string();
    let expected = "\
+----+------+------------------------------------------+
| id | half | text                                     |
+----+------+------------------------------------------+
|  0 |    0 | a\\nb                                     |
|  1 | NULL | a\\nb                                     |
|  2 |    1 | ééééééééééééééééééééééééééééééééééééé... |
+----+------+------------------------------------------+
3 rows, 1 of 8 partitions run
";
    assert_eq!(shown(&frame.clone().limit(3)), expected);
    let none = "+----+\n| id |\n+----+\n+----+\n0 rows, 8 of 8 partitions run\n";
    assert_eq!(shown(&frame.filter(col("id").lt(0)).select(["id"])), none);
}

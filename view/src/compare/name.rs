//! What a kept run is called: its workers and its keys, and whatever else is not usual.

use shuffle_engine::Scenario;
use shuffle_engine::scenario::Skew;

use super::differences::action;
use crate::charts::units;
use crate::controls::pipelines;
use crate::words;

/// A short name: "8 workers, hot key 30 %".
pub fn name(scenario: &Scenario) -> String {
    let usual = Scenario::default();
    let mut parts = vec![
        units::plural(scenario.workers.into(), words::noun::WORKER, words::noun::WORKERS),
        skew(scenario.skew),
    ];
    if scenario.query != usual.query {
        parts.push(pipelines::words(scenario.query).0.to_owned());
    }
    if scenario.shuffle_fraction != usual.shuffle_fraction {
        parts.push(words::run_name::shuffled(&units::share(scenario.shuffle_fraction)));
    }
    if scenario.tactics.combine {
        parts.push(words::run_name::COMBINED.to_owned());
    }
    if scenario.tactics.salt_buckets() > 1 {
        parts.push(words::run_name::salted(&scenario.tactics.salt_buckets()));
    }
    if scenario.tactics.broadcast_bytes > 0 {
        parts.push(words::run_name::broadcast(&units::bytes(scenario.tactics.broadcast_bytes)));
    }
    if scenario.rows != usual.rows {
        parts.push(words::run_name::rows(&units::count_short(scenario.rows)));
    }
    if scenario.keys != usual.keys {
        parts.push(words::run_name::keys(&units::count_short(scenario.keys)));
    }
    let partitions = (scenario.map_partitions, scenario.reduce_partitions);
    if partitions != (usual.map_partitions, usual.reduce_partitions) {
        parts.push(words::run_name::partitions(&partitions.0, &partitions.1));
    }
    if scenario.action != usual.action {
        parts.push(action(scenario.action));
    }
    if scenario.seed != usual.seed {
        parts.push(words::run_name::seed(&scenario.seed));
    }
    parts.join(", ")
}

fn skew(skew: Skew) -> String {
    match skew {
        Skew::Uniform {} => words::run_name::NO_SKEW.to_owned(),
        Skew::Zipf { exponent } => words::run_name::zipf(&exponent),
        Skew::HotKey { share } => words::run_name::hot_key(&units::share(share)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_called_by_its_workers_its_keys_and_what_is_unusual() {
        assert_eq!(name(&Scenario::default()), "8 workers, hot key 30 %");
        let other =
            Scenario { workers: 1, skew: Skew::Zipf { exponent: 1.1 }, rows: 20_000, ..Scenario::default() };
        assert_eq!(name(&other), "1 worker, Zipf 1.1, 20 k rows");
    }
}

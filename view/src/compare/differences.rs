//! What differs between two scenarios, knob by knob, in words.

use shuffle_engine::Scenario;
use shuffle_engine::scenario::{Action, CollectPoint, Skew};

use crate::charts::units;
use crate::controls::pipelines;
use crate::words;

/// What the second scenario has that the first has not, each as "16 workers instead of 8".
pub fn differences(a: &Scenario, b: &Scenario) -> Vec<String> {
    let mut parts = Vec::new();
    let mut number = |before: u64, after: u64, one: &str, many: &str| {
        if before != after {
            parts.push(words::difference::instead(&units::plural(after, one, many), &units::count(before)));
        }
    };
    number(a.workers.into(), b.workers.into(), words::noun::WORKER, words::noun::WORKERS);
    number(a.rows, b.rows, words::noun::ROW, words::noun::ROWS);
    number(a.keys, b.keys, words::noun::KEY, words::noun::KEYS);
    let (map, reduce) = (a.map_partitions.into(), a.reduce_partitions.into());
    number(map, b.map_partitions.into(), words::noun::MAP_PARTITION, words::noun::MAP_PARTITIONS);
    number(reduce, b.reduce_partitions.into(), words::noun::REDUCE_PARTITION, words::noun::REDUCE_PARTITIONS);
    let mut other = |before: String, after: String| {
        if before != after {
            parts.push(words::difference::instead(&after, &before));
        }
    };
    other(skew(a.skew), skew(b.skew));
    other(words::difference::seed(&a.seed), words::difference::seed(&b.seed));
    let pipeline = |scenario: &Scenario| words::difference::pipeline(&pipelines::words(scenario.query).0);
    other(pipeline(a), pipeline(b));
    let fraction =
        |scenario: &Scenario| words::difference::fraction(&units::share(scenario.shuffle_fraction));
    other(fraction(a), fraction(b));
    other(action(a.action), action(b.action));
    parts.extend(fixes(a, b));
    parts
}

/// The skew as a noun.
pub(super) fn skew(skew: Skew) -> String {
    match skew {
        Skew::Uniform {} => words::difference::NO_SKEW.to_owned(),
        Skew::Zipf { exponent } => words::difference::zipf(&exponent),
        Skew::HotKey { share } => words::difference::hot_key(&units::share(share)),
    }
}

/// What becomes of the rows, as it is called on the page.
pub(super) fn action(action: Action) -> String {
    match action {
        Action::Write {} => words::control::WRITE.to_owned(),
        Action::Collect { of: CollectPoint::Result, memory_bytes } => {
            words::difference::collect(&units::bytes(memory_bytes))
        }
        Action::Collect { of: CollectPoint::Input, memory_bytes } => {
            words::difference::collect_input(&units::bytes(memory_bytes))
        }
        Action::Show { rows, .. } => words::difference::show(&rows),
    }
}

fn fixes(a: &Scenario, b: &Scenario) -> Vec<String> {
    let (before, after) = (a.tactics, b.tactics);
    let mut parts = Vec::new();
    match (before.combine, after.combine) {
        (false, true) => parts.push(words::difference::COMBINE.to_owned()),
        (true, false) => parts.push(words::difference::NO_COMBINE.to_owned()),
        (true, true) | (false, false) => {}
    }
    match (before.salt_buckets(), after.salt_buckets()) {
        (before, after) if before == after => {}
        (_, 0 | 1) => parts.push(words::difference::NO_SALT.to_owned()),
        (_, buckets) => parts.push(words::difference::salt(&buckets)),
    }
    match (before.broadcast_bytes, after.broadcast_bytes) {
        (before, after) if before == after => {}
        (_, 0) => parts.push(words::difference::NO_BROADCAST.to_owned()),
        (_, bytes) => parts.push(words::difference::broadcast(&units::bytes(bytes))),
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_knob_that_differs_is_named_once() {
        let a = Scenario::default();
        let mut b = Scenario { workers: 16, skew: Skew::Uniform {}, ..Scenario::default() };
        b.tactics.salt = 8;
        assert_eq!(
            differences(&a, &b),
            ["16 workers instead of 8", "keys without skew instead of a hot key of 30 %", "keys salted ×8"]
        );
        assert_eq!(
            differences(&b, &a),
            ["8 workers instead of 16", "a hot key of 30 % instead of keys without skew", "no salt"]
        );
        assert!(differences(&a, &a).is_empty());
    }
}

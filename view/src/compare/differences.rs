//! What differs between two scenarios, knob by knob, in words.

use shuffle_engine::Scenario;
use shuffle_engine::scenario::{Action, CollectPoint, Skew};

use crate::charts::units;
use crate::controls::pipelines;

/// What the second scenario has that the first has not, each as "16 workers instead of 8".
pub fn differences(a: &Scenario, b: &Scenario) -> Vec<String> {
    let mut parts = Vec::new();
    let mut number = |before: u64, after: u64, one: &str, many: &str| {
        if before != after {
            parts.push(format!("{} instead of {}", units::plural(after, one, many), units::count(before)));
        }
    };
    number(a.workers.into(), b.workers.into(), "worker", "workers");
    number(a.rows, b.rows, "row", "rows");
    number(a.keys, b.keys, "key", "keys");
    number(a.map_partitions.into(), b.map_partitions.into(), "map partition", "map partitions");
    number(a.reduce_partitions.into(), b.reduce_partitions.into(), "reduce partition", "reduce partitions");
    let mut words = |before: String, after: String| {
        if before != after {
            parts.push(format!("{after} instead of {before}"));
        }
    };
    words(skew(a.skew), skew(b.skew));
    words(format!("the seed {}", a.seed), format!("the seed {}", b.seed));
    let pipeline = |scenario: &Scenario| format!("the pipeline “{}”", pipelines::words(scenario.query).0);
    words(pipeline(a), pipeline(b));
    let fraction =
        |scenario: &Scenario| format!("{} of the rows shuffled", units::share(scenario.shuffle_fraction));
    words(fraction(a), fraction(b));
    words(action(a.action), action(b.action));
    parts.extend(fixes(a, b));
    parts
}

/// The skew as a noun.
pub(super) fn skew(skew: Skew) -> String {
    match skew {
        Skew::Uniform {} => "keys without skew".to_owned(),
        Skew::Zipf { exponent } => format!("Zipf keys with the exponent {exponent}"),
        Skew::HotKey { share } => format!("a hot key of {}", units::share(share)),
    }
}

/// What becomes of the rows, as it is called on the page.
pub(super) fn action(action: Action) -> String {
    match action {
        Action::Write {} => "Write".to_owned(),
        Action::Collect { of: CollectPoint::Result, memory_bytes } => {
            format!("collect() into {}", units::bytes(memory_bytes))
        }
        Action::Collect { of: CollectPoint::Input, memory_bytes } => {
            format!("collect() before the wide step into {}", units::bytes(memory_bytes))
        }
        Action::Show { rows, .. } => format!("limit({rows}).show()"),
    }
}

fn fixes(a: &Scenario, b: &Scenario) -> Vec<String> {
    let (before, after) = (a.tactics, b.tactics);
    let mut parts = Vec::new();
    match (before.combine, after.combine) {
        (false, true) => parts.push("combining before the shuffle".to_owned()),
        (true, false) => parts.push("no combining before the shuffle".to_owned()),
        (true, true) | (false, false) => {}
    }
    match (before.salt_buckets(), after.salt_buckets()) {
        (before, after) if before == after => {}
        (_, 0 | 1) => parts.push("no salt".to_owned()),
        (_, buckets) => parts.push(format!("keys salted ×{buckets}")),
    }
    match (before.broadcast_bytes, after.broadcast_bytes) {
        (before, after) if before == after => {}
        (_, 0) => parts.push("no broadcast".to_owned()),
        (_, bytes) => parts.push(format!("a broadcast of sides up to {}", units::bytes(bytes))),
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

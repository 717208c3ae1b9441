//! Scenarios worth looking at, by name.

use shuffle_engine::Scenario;
use shuffle_engine::scenario::{Action, CollectPoint, Query, Skew, Tactics};

/// A scenario with a name.
pub struct Preset {
    /// The value in the select.
    pub word: &'static str,
    /// The name that a reader sees.
    pub name: &'static str,
    /// What it sets; every other knob has its default.
    pub scenario: fn() -> Scenario,
}

/// All of them, in the order of a lesson.
pub const PRESETS: &[Preset] = &[
    Preset { word: "hot_key", name: "one hot key", scenario: Scenario::default },
    Preset { word: "uniform", name: "no skew at all", scenario: uniform },
    Preset { word: "zipf", name: "natural skew: Zipf 1.1", scenario: zipf },
    Preset { word: "narrow", name: "narrow only, no shuffle", scenario: narrow },
    Preset { word: "combined", name: "hot key, cured by combining", scenario: combined },
    Preset { word: "salted", name: "hot key, salted", scenario: salted },
    Preset { word: "fan_out", name: "small data, 64 workers", scenario: fan_out },
    Preset { word: "broadcast", name: "a small table, broadcast", scenario: broadcast },
    Preset { word: "show", name: "five rows of a million", scenario: show },
    Preset { word: "collect", name: "a collect that does not fit", scenario: collect },
];

fn uniform() -> Scenario {
    Scenario { skew: Skew::Uniform {}, ..Scenario::default() }
}

fn zipf() -> Scenario {
    Scenario { skew: Skew::Zipf { exponent: 1.1 }, ..Scenario::default() }
}

fn narrow() -> Scenario {
    Scenario { query: Query::Narrow, ..Scenario::default() }
}

fn combined() -> Scenario {
    // Few keys, many rows each: where adding up first pays.
    let tactics = Tactics { combine: true, ..Tactics::default() };
    Scenario { keys: 1_000, tactics, ..Scenario::default() }
}

fn salted() -> Scenario {
    Scenario { tactics: Tactics { salt: 8, ..Tactics::default() }, ..Scenario::default() }
}

fn fan_out() -> Scenario {
    Scenario {
        rows: 100_000,
        keys: 10_000,
        skew: Skew::Uniform {},
        workers: 64,
        map_partitions: 64,
        reduce_partitions: 64,
        ..Scenario::default()
    }
}

fn broadcast() -> Scenario {
    // A reward a key: a few kilobytes, which every worker can hold, and a hot key that no longer meets in one place.
    let tactics = Tactics { broadcast_bytes: 10_000_000, ..Tactics::default() };
    Scenario { query: Query::Join, keys: 1_000, tactics, ..Scenario::default() }
}

fn show() -> Scenario {
    Scenario { query: Query::Narrow, action: Action::show(5), ..Scenario::default() }
}

fn collect() -> Scenario {
    // The counts would fit many times over.
    let action = Action::Collect { of: CollectPoint::Input, memory_bytes: 50_000_000 };
    Scenario { action, ..Scenario::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_can_run_and_is_told_from_the_others() {
        for (index, preset) in PRESETS.iter().enumerate() {
            assert_eq!((preset.scenario)().validate(), Ok(()), "{}", preset.name);
            assert!(PRESETS[..index].iter().all(|other| (other.scenario)() != (preset.scenario)()));
        }
    }
}

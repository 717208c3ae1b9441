//! Scenarios worth looking at, by name: plain ones in the order of a lesson, and cases that somebody met (`cases`).

mod cases;

use crate::words;
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
    /// Where it comes from, if somebody met it.
    pub case: Option<Case>,
}

/// Something that somebody met, with its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Case {
    /// What happened there, with its numbers.
    pub there: &'static str,
    /// How it is scaled down here, and what to try.
    pub here: &'static str,
    /// The name of the source, as its link shows it.
    pub source: &'static str,
    /// The source's address. Nothing asks for it but a reader's click.
    pub address: &'static str,
}

const fn plain(word: &'static str, name: &'static str, scenario: fn() -> Scenario) -> Preset {
    Preset { word, name, scenario, case: None }
}

/// All of them: the plain ones, then the cases.
pub const PRESETS: &[Preset] = &[
    plain("hot_key", words::preset::HOT_KEY, Scenario::default),
    plain("uniform", words::preset::UNIFORM, uniform),
    plain("zipf", words::preset::ZIPF, zipf),
    plain("narrow", words::preset::NARROW, narrow),
    plain("combined", words::preset::COMBINED, combined),
    plain("salted", words::preset::SALTED, salted),
    plain("fan_out", words::preset::FAN_OUT, fan_out),
    plain("broadcast", words::preset::BROADCAST, broadcast),
    plain("show", words::preset::SHOW, show),
    plain("collect", words::preset::COLLECT, collect),
    cases::TINY_DATA,
    cases::FEW_KEYS,
    cases::ONE_VALUE,
    cases::PINNED,
    cases::COLLIDING,
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
    use crate::scope::check_runs_here;

    #[test]
    fn every_preset_can_run_and_is_told_from_the_others() {
        for (index, preset) in PRESETS.iter().enumerate() {
            assert_eq!(check_runs_here(&(preset.scenario)()), Ok(()), "{}", preset.name);
            assert!(PRESETS[..index].iter().all(|other| (other.scenario)() != (preset.scenario)()));
            assert!(PRESETS[..index].iter().all(|other| other.word != preset.word));
        }
    }

    #[test]
    fn every_case_has_figures_and_an_address_that_its_source_s_name_is_part_of() {
        for case in PRESETS.iter().filter_map(|preset| preset.case) {
            assert!(case.there.contains(|letter: char| letter.is_ascii_digit()), "{}", case.there);
            let number = case.source.split('#').nth(1).expect("a source is named as repository#number");
            assert!(case.address.starts_with("https://github.com/") && case.address.ends_with(number));
        }
    }
}

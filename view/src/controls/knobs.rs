//! The knobs as a table: what each is called, where its value is in a scenario, and how its slider is divided.

use shuffle_engine::Scenario;
use shuffle_engine::plan::StageGraph;
use shuffle_engine::scenario::{Action, Query, Skew, limits};

use super::number::{self, Form};
use super::scale::Scale;
use crate::charts::units;
use crate::state::RunState;
use crate::words;
use crate::words::control;

/// A number of the scenario.
pub struct Knob {
    /// Unique in the document: the number field has this id, the slider `{id}-slider`.
    pub id: &'static str,
    /// The fields that an engine's complaint may name when this knob is wrong.
    pub fields: &'static [&'static str],
    /// What the reader calls it.
    pub label: &'static str,
    /// What stands behind the number.
    pub unit: &'static str,
    /// How the number is said by a slider, which has nobody to show its unit to.
    pub said: Said,
    /// How its number is written.
    pub form: Form,
    /// `None`: no slider makes sense.
    pub scale: Option<Scale>,
    /// Largest value in the reader's unit, where that is not the engine's unit; the engine checks the others.
    pub shown_max: Option<f64>,
    /// The value, in the reader's unit.
    pub read: fn(&Scenario) -> f64,
    /// Puts a value, in the reader's unit, into a scenario.
    pub write: fn(&mut Scenario, f64),
    /// Why it has no effect at the moment.
    pub idle: fn(&Scenario) -> Option<&'static str>,
    /// A line below it, for the scenario and the cores at hand.
    pub hint: fn(&RunState) -> Option<String>,
}

/// A number and its unit in words, for the ear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// "1 worker", "8 workers".
    Counted(&'static str, &'static str),
    /// "30 percent", "1 percent".
    With(&'static str),
    /// "exponent 1.1".
    After(&'static str),
}

impl Knob {
    /// What a slider at this value says.
    pub fn spoken(&self, value: f64) -> String {
        let number = number::written(value, self.form);
        match self.said {
            Said::Counted(one, _) if value == 1.0 => format!("{number} {one}"),
            Said::Counted(_, unit) | Said::With(unit) => format!("{number} {unit}"),
            Said::After(name) => format!("{name} {number}"),
        }
    }
}

const ROW_STEPS: &[f64] =
    &[1e4, 1.5e4, 2e4, 3e4, 5e4, 7e4, 1e5, 1.5e5, 2e5, 3e5, 5e5, 7e5, 1e6, 1.5e6, 2e6, 3e6, 5e6, 7e6, 1e7];
const KEY_STEPS: &[f64] =
    &[10.0, 20.0, 50.0, 1e2, 2e2, 5e2, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 2e6, 5e6];
const PARTITION_STEPS: &[f64] = &[
    1.0, 2.0, 4.0, 8.0, 16.0, 24.0, 32.0, 48.0, 64.0, 96.0, 128.0, 192.0, 256.0, 384.0, 512.0, 768.0, 1024.0,
];

const MEGABYTE_STEPS: &[f64] =
    &[0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1e3, 2e3];
const SHOWN_STEPS: &[f64] = &[1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 1e2, 2e2, 5e2, 1e3];

fn always(_: &Scenario) -> Option<&'static str> {
    None
}

fn no_hint(_: &RunState) -> Option<String> {
    None
}

/// How many workers run.
pub static WORKERS: Knob = Knob {
    id: words::noun::WORKERS,
    fields: &[words::noun::WORKERS],
    label: words::control::WORKERS,
    unit: "",
    said: Said::Counted(words::noun::WORKER, words::noun::WORKERS),
    form: Form::Whole,
    scale: Some(Scale::Even { min: 1.0, max: limits::MAX_WORKERS as f64, step: 1.0 }),
    shown_max: None,
    read: |scenario| scenario.workers.into(),
    write: |scenario, value| scenario.workers = value as u32,
    idle: always,
    hint: |&RunState { ref scenario, cores, .. }| {
        (scenario.workers > cores).then(|| {
            let cores = units::plural(cores.into(), words::noun::CORE, words::noun::CORES);
            words::control::turns(&cores, &scenario.workers)
        })
    },
};

/// The share of the rows that takes the wide branch.
pub static SHUFFLE_FRACTION: Knob = Knob {
    id: "shuffle-fraction",
    fields: &["shuffle_fraction"],
    label: control::SHARE,
    unit: "%",
    said: Said::With(words::control::PERCENT),
    form: Form::Real,
    scale: Some(Scale::Even { min: 0.0, max: 100.0, step: 1.0 }),
    shown_max: Some(100.0),
    read: |scenario| percent(scenario.shuffle_fraction),
    write: |scenario, value| scenario.shuffle_fraction = value / 100.0,
    idle: |scenario| (!scenario.query.is_wide()).then_some(words::control::NO_ROW_LEAVES),
    hint: no_hint,
};

/// The share of the rows that have the hot key.
pub static HOT_SHARE: Knob = Knob {
    id: "hot-share",
    fields: &["skew.share"],
    label: words::control::HOT_SHARE,
    unit: "%",
    said: Said::With(words::control::PERCENT),
    form: Form::Real,
    scale: Some(Scale::Even { min: 0.0, max: 100.0 * limits::MAX_HOT_SHARE, step: 1.0 }),
    shown_max: Some(100.0 * limits::MAX_HOT_SHARE),
    read: |scenario| match scenario.skew {
        Skew::HotKey { share } => percent(share),
        Skew::Uniform {} | Skew::Zipf { .. } => 0.0,
    },
    write: |scenario, value| scenario.skew = Skew::HotKey { share: value / 100.0 },
    idle: always,
    hint: no_hint,
};

/// How steep a Zipf distribution of the keys is.
pub static ZIPF_EXPONENT: Knob = Knob {
    id: "zipf-exponent",
    fields: &["skew.exponent"],
    label: words::control::EXPONENT_LABEL,
    unit: "",
    said: Said::After(words::control::EXPONENT),
    form: Form::Real,
    scale: Some(Scale::Even { min: 0.0, max: limits::MAX_ZIPF_EXPONENT, step: 0.05 }),
    shown_max: None,
    read: |scenario| match scenario.skew {
        Skew::Zipf { exponent } => exponent,
        Skew::Uniform {} | Skew::HotKey { .. } => 0.0,
    },
    write: |scenario, value| scenario.skew = Skew::Zipf { exponent: value },
    idle: always,
    hint: no_hint,
};

/// Rows of the large table.
pub static ROWS: Knob = Knob {
    id: words::noun::ROWS,
    fields: &[words::noun::ROWS],
    label: words::control::ROWS,
    unit: "",
    said: Said::Counted(words::noun::ROW, words::noun::ROWS),
    form: Form::Whole,
    scale: Some(Scale::Steps(ROW_STEPS)),
    shown_max: None,
    read: |scenario| scenario.rows as f64,
    write: |scenario, value| scenario.rows = value as u64,
    idle: always,
    hint: no_hint,
};

/// Distinct keys.
pub static KEYS: Knob = Knob {
    id: "keys",
    fields: &["keys"],
    label: words::control::KEYS,
    unit: "",
    said: Said::Counted(words::noun::DISTINCT_KEY, words::noun::DISTINCT_KEYS),
    form: Form::Whole,
    scale: Some(Scale::Steps(KEY_STEPS)),
    shown_max: None,
    read: |scenario| scenario.keys as f64,
    write: |scenario, value| scenario.keys = value as u64,
    idle: always,
    hint: no_hint,
};

/// Map and reduce partitions, both at once.
pub static PARTITIONS: Knob = Knob {
    id: words::noun::PARTITIONS,
    fields: &["map_partitions", "reduce_partitions"],
    label: words::control::PARTITIONS,
    unit: "",
    said: Said::Counted(words::noun::PARTITION, words::noun::PARTITIONS),
    form: Form::Whole,
    scale: Some(Scale::Steps(PARTITION_STEPS)),
    shown_max: None,
    read: |scenario| scenario.reduce_partitions.into(),
    write: |scenario, value| {
        scenario.map_partitions = value as u32;
        scenario.reduce_partitions = value as u32;
    },
    idle: always,
    hint: |RunState { scenario, .. }| {
        let (map, reduce) = (scenario.map_partitions, scenario.reduce_partitions);
        (map != reduce).then(|| words::control::link_says(&map, &reduce))
    },
};

/// What a collect may use.
pub static DRIVER_MEMORY: Knob = Knob {
    id: "driver-memory",
    fields: &["action.memory_bytes"],
    label: words::control::MEMORY,
    unit: "MB",
    said: Said::With(words::control::MEGABYTES),
    form: Form::Real,
    scale: Some(Scale::Steps(MEGABYTE_STEPS)),
    shown_max: Some(limits::MAX_DRIVER_BYTES as f64 / 1e6),
    read: |scenario| match scenario.action {
        Action::Collect { memory_bytes, .. } => megabytes(memory_bytes),
        Action::Write {} | Action::Show { .. } => 0.0,
    },
    write: |scenario, value| {
        if let Action::Collect { memory_bytes, .. } = &mut scenario.action {
            *memory_bytes = (value * 1e6).round() as u64;
        }
    },
    idle: always,
    hint: no_hint,
};

/// Rows of a show.
pub static SHOWN_ROWS: Knob = Knob {
    id: "shown-rows",
    fields: &["action.rows"],
    label: words::control::SHOWN_ROWS,
    unit: "",
    said: Said::Counted(words::noun::ROW, words::noun::ROWS),
    form: Form::Whole,
    scale: Some(Scale::Steps(SHOWN_STEPS)),
    shown_max: None,
    read: |scenario| scenario.action.row_limit().unwrap_or_default() as f64,
    write: |scenario, value| {
        if let Action::Show { rows, .. } = &mut scenario.action {
            *rows = value as u64;
        }
    },
    idle: always,
    hint: no_hint,
};

/// Up to which size the build side of a join goes to every worker.
pub static BROADCAST: Knob = Knob {
    id: "broadcast",
    fields: &["tactics.broadcast_bytes"],
    label: words::control::BROADCAST,
    unit: "MB",
    said: Said::With(words::control::MEGABYTES),
    form: Form::Real,
    scale: Some(Scale::Even { min: 0.0, max: 64.0, step: 1.0 }),
    shown_max: Some(limits::MAX_BROADCAST_BYTES as f64 / 1e6),
    read: |scenario| megabytes(scenario.tactics.broadcast_bytes),
    write: |scenario, value| scenario.tactics.broadcast_bytes = (value * 1e6).round() as u64,
    idle: |scenario| (scenario.query != Query::Join).then_some(words::control::ONLY_JOIN),
    hint: |RunState { scenario, plan, .. }| {
        let says = if scenario.tactics.broadcast_bytes == 0 {
            words::control::BROADCAST_NEVER
        } else if plan.as_ref().is_some_and(|plan| is_broadcast(&plan.stages)) {
            words::control::BROADCAST_SMALL
        } else {
            words::control::BROADCAST_LARGE
        };
        Some(says.to_owned())
    },
};

fn is_broadcast(graph: &StageGraph) -> bool {
    graph.stages().iter().any(|stage| !stage.broadcasts_read().is_empty())
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// What the rows are drawn from.
pub static SEED: Knob = Knob {
    id: "seed",
    fields: &["seed"],
    label: words::control::SEED_LABEL,
    unit: "",
    said: Said::After("seed"),
    form: Form::Whole,
    scale: None,
    shown_max: None,
    read: |scenario| scenario.seed as f64,
    write: |scenario, value| scenario.seed = value as u64,
    idle: always,
    hint: no_hint,
};

/// A share in percent, without the noise of binary fractions.
fn percent(share: f64) -> f64 {
    (share * 1e6).round() / 1e4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_position_of_every_slider_can_run() {
        let knobs = [&WORKERS, &SHUFFLE_FRACTION, &HOT_SHARE, &ZIPF_EXPONENT, &ROWS, &KEYS, &PARTITIONS];
        for knob in knobs {
            let scale = knob.scale.expect("only the seed has no slider");
            let (min, max, step) = scale.range();
            let count = ((max - min) / step).round() as u32;
            for index in 0..=count {
                let mut scenario = Scenario::default();
                (knob.write)(&mut scenario, scale.value_at(min + f64::from(index) * step));
                assert_eq!(scenario.validate(), Ok(()), "{} {index}", knob.id);
            }
        }
    }

    #[test]
    fn a_slider_says_its_value_with_its_unit() {
        let said = [
            (&WORKERS, 8.0, "8 workers"),
            (&WORKERS, 1.0, "1 worker"),
            (&SHUFFLE_FRACTION, 30.0, "30 percent"),
            (&ZIPF_EXPONENT, 1.1, "exponent 1.1"),
            (&ROWS, 1e6, "1,000,000 rows"),
            (&PARTITIONS, 32.0, "32 partitions"),
            (&DRIVER_MEMORY, 0.5, "0.5 megabytes"),
        ];
        for (knob, value, words) in said {
            assert_eq!(knob.spoken(value), words);
        }
    }

    #[test]
    fn a_percentage_comes_back_as_it_was_set() {
        for value in 0..=100 {
            let mut scenario = Scenario::default();
            (SHUFFLE_FRACTION.write)(&mut scenario, value.into());
            assert_eq!((SHUFFLE_FRACTION.read)(&scenario), f64::from(value));
        }
    }
}

//! Numbers for people: "212 ms", "1,000,000", "8.1 MB", "3.2×", "31 %", and round steps along an axis.
//!
//! Two or three digits are kept, since no reader compares more by eye; the data table has the same words.

use crate::words;

/// What a number counts. It decides the unit and the round steps of an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// A duration in microseconds.
    Micros,
    /// A number of things.
    Count,
    /// Bytes, in powers of 1,000.
    Bytes,
}

/// A unit of display: how many base units it holds, and its name.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Unit {
    size: f64,
    name: &'static str,
}

const MICROS: [Unit; 4] = [
    Unit { size: 1.0, name: "µs" },
    Unit { size: 1e3, name: "ms" },
    Unit { size: 1e6, name: "s" },
    Unit { size: 3.6e9, name: "h" },
];
const COUNTS: [Unit; 5] = [
    Unit { size: 1.0, name: "" },
    Unit { size: 1e3, name: "k" },
    Unit { size: 1e6, name: "M" },
    Unit { size: 1e9, name: "G" },
    Unit { size: 1e12, name: "T" },
];
const BYTES: [Unit; 6] = [
    Unit { size: 1.0, name: "B" },
    Unit { size: 1e3, name: "KB" },
    Unit { size: 1e6, name: "MB" },
    Unit { size: 1e9, name: "GB" },
    Unit { size: 1e12, name: "TB" },
    Unit { size: 1e15, name: "PB" },
];

impl Quantity {
    fn units(self) -> &'static [Unit] {
        match self {
            Quantity::Micros => &MICROS,
            Quantity::Count => &COUNTS,
            Quantity::Bytes => &BYTES,
        }
    }

    /// The largest unit in which `value` still rounds to at least 1.
    fn unit_for(self, value: f64) -> Unit {
        let units = self.units();
        let fits = |unit: &&Unit| value >= unit.size * 0.9995;
        units.iter().rev().find(fits).copied().unwrap_or(units[0])
    }
}

/// One decimal below ten, none above, thousands separated: "1.4", "14", "1,400".
fn digits(value: f64) -> String {
    let tenths = (value * 10.0).round();
    if tenths < 100.0 && tenths % 10.0 != 0.0 {
        format!("{:.1}", tenths / 10.0)
    } else {
        count(value.round() as u64)
    }
}

fn in_unit(quantity: Quantity, value: u64) -> String {
    let value = value as f64;
    let unit = quantity.unit_for(value);
    let number = digits(value / unit.size);
    if unit.name.is_empty() { number } else { format!("{number} {}", unit.name) }
}

/// A duration: `840` is "840 µs", `212_000` is "212 ms", `1_400_000` is "1.4 s".
pub fn micros(value: u64) -> String {
    in_unit(Quantity::Micros, value)
}

/// Bytes in powers of 1,000: `8_100_000` is "8.1 MB".
pub fn bytes(value: u64) -> String {
    in_unit(Quantity::Bytes, value)
}

/// A short count: `1_200_000` is "1.2 M".
pub fn count_short(value: u64) -> String {
    in_unit(Quantity::Count, value)
}

/// A full count with separated thousands: "1,000,000".
pub fn count(value: u64) -> String {
    let plain = value.to_string();
    let mut grouped = String::with_capacity(plain.len() + plain.len() / 3);
    for (index, digit) in plain.chars().enumerate() {
        if index > 0 && (plain.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// "1 worker", "8 workers".
pub fn plural(value: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(value), if value == 1 { one } else { many })
}

/// A ratio: `3.2` is "3.2×". "no ratio" where there is none (division by zero, not a number).
pub fn ratio(value: f64) -> String {
    if value.is_finite() && value >= 0.0 {
        format!("{}×", digits(value))
    } else {
        words::unit::NO_RATIO.to_owned()
    }
}

/// A share from 0 to 1: `0.31` is "31 %"; a share that would round to nothing is "under 0.1 %".
pub fn share(value: f64) -> String {
    if !value.is_finite() {
        return words::unit::NO_SHARE.to_owned();
    }
    let percent = value.clamp(0.0, 1.0) * 100.0;
    if percent > 0.0 && percent < 0.1 {
        words::unit::UNDER.to_owned()
    } else {
        format!("{} %", digits(percent))
    }
}

/// Round steps from zero to at least the largest value.
#[derive(Clone, Debug, PartialEq)]
pub struct Ticks {
    /// Positions in base units; the first is 0, none is above the top.
    pub values: Vec<f64>,
    /// What stands beside each; the unit is not repeated.
    pub labels: Vec<String>,
    /// The unit, for the title of the axis: "ms", "MB", or nothing for small counts.
    pub unit: &'static str,
    /// The top of the axis: a little above the largest value, never zero.
    pub top: f64,
}

/// Ticks for an axis from zero to a little above `max`, about `steps` of them, each 1, 2 or 5 times a power of ten
/// of the unit and never less than one base unit.
pub fn ticks(quantity: Quantity, max: u64, steps: usize) -> Ticks {
    if max == 0 {
        let unit = match quantity {
            Quantity::Micros => "ms",
            Quantity::Count => "",
            Quantity::Bytes => "B",
        };
        return Ticks { values: vec![0.0], labels: vec!["0".to_owned()], unit, top: 1.0 };
    }
    let max = max as f64;
    let unit = quantity.unit_for(max);
    let rough = (max / unit.size / steps.max(1) as f64).max(f64::MIN_POSITIVE);
    let power = 10f64.powi(rough.log10().floor() as i32);
    let nice = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|multiple| multiple * power)
        .find(|step| *step >= rough * 0.999_999)
        .unwrap_or(10.0 * power);
    let step = nice.max(1.0 / unit.size);
    let top = max * 1.04;
    let step_count = (top / unit.size / step).floor() as usize;
    let decimals = if step >= 1.0 { 0 } else { (-step.log10()).ceil() as usize };
    let values: Vec<f64> = (0..=step_count).map(|index| index as f64 * step * unit.size).collect();
    let labels =
        (0..=step_count).map(|index| tick_label(index as f64 * step, decimals, unit, quantity)).collect();
    Ticks { values, labels, unit: unit.name, top }
}

/// Counts carry their short unit on every label ("200 k"); durations and bytes leave it to the title.
fn tick_label(value: f64, decimals: usize, unit: Unit, quantity: Quantity) -> String {
    let number = if decimals == 0 || value == 0.0 {
        count(value.round() as u64)
    } else {
        format!("{value:.decimals$}")
    };
    match quantity {
        Quantity::Count if value > 0.0 && !unit.name.is_empty() => {
            format!("{number} {}", unit.name)
        }
        Quantity::Count | Quantity::Micros | Quantity::Bytes => number,
    }
}

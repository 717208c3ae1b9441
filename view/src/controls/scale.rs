//! Where a value stands on its slider. Values that span decades step through round numbers, so that a slider of a few
//! dozen positions reaches all of them and each is worth stopping at.

/// A slider's scale, in the unit that the reader sees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scale {
    /// Equal steps.
    Even {
        /// The value at the left end of the slider.
        min: f64,
        /// The value at the right end of the slider.
        max: f64,
        /// The distance between two values.
        step: f64,
    },
    /// These values, ascending and above 0; the slider's position is an index.
    Steps(&'static [f64]),
}

impl Scale {
    /// The attributes of the `<input type=range>`: min, max, step.
    pub fn range(self) -> (f64, f64, f64) {
        match self {
            Scale::Even { min, max, step } => (min, max, step),
            Scale::Steps(steps) => (0.0, steps.len().saturating_sub(1) as f64, 1.0),
        }
    }

    /// The value at a position; a position beyond the slider is its end.
    pub fn value_at(self, position: f64) -> f64 {
        match self {
            Scale::Even { min, max, .. } => position.clamp(min, max),
            Scale::Steps(steps) => {
                let index = position.round().clamp(0.0, steps.len().saturating_sub(1) as f64) as usize;
                steps.get(index).copied().unwrap_or(1.0)
            }
        }
    }

    /// The nearest position; a value beyond the slider is at its end.
    pub fn position_of(self, value: f64) -> f64 {
        match self {
            Scale::Even { min, max, .. } => value.clamp(min, max),
            Scale::Steps(steps) => {
                // Nearest by ratio: 15 is nearer to 20 than to 10.
                let distance = |step: &f64| (value.max(f64::MIN_POSITIVE) / step).ln().abs();
                let nearest = steps.iter().enumerate().min_by(|a, b| distance(a.1).total_cmp(&distance(b.1)));
                nearest.map_or(0.0, |(index, _)| index as f64)
            }
        }
    }

    /// The next value up or down from any value, as an arrow key in the number field asks for it.
    pub fn neighbour(self, value: f64, up: bool) -> f64 {
        match self {
            Scale::Even { min, max, step } => {
                let next = if up { value + step } else { value - step };
                // Tenths of a step are below what the field shows: they would only be noise of the sum.
                ((next / step * 10.0).round() * step / 10.0).clamp(min, max)
            }
            Scale::Steps(steps) => {
                let next = if up {
                    steps.iter().find(|step| **step > value)
                } else {
                    steps.iter().rev().find(|step| **step < value)
                };
                next.copied().unwrap_or(value)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DECADES: Scale = Scale::Steps(&[10.0, 20.0, 50.0, 100.0]);
    const PERCENT: Scale = Scale::Even { min: 0.0, max: 100.0, step: 1.0 };

    #[test]
    fn positions_and_values_are_each_other_s_inverse() {
        for position in 0..4 {
            assert_eq!(DECADES.position_of(DECADES.value_at(position.into())), f64::from(position));
        }
        assert_eq!(PERCENT.position_of(PERCENT.value_at(31.0)), 31.0);
    }

    #[test]
    fn a_value_off_the_slider_is_at_its_end_and_one_between_steps_at_the_nearer() {
        assert_eq!(DECADES.position_of(1.0), 0.0);
        assert_eq!(DECADES.position_of(1e9), 3.0);
        assert_eq!(DECADES.position_of(15.0), 1.0);
        assert_eq!(DECADES.position_of(14.0), 0.0);
    }

    #[test]
    fn arrows_reach_the_next_round_value_and_stop_at_the_end() {
        assert_eq!(DECADES.neighbour(15.0, true), 20.0);
        assert_eq!(DECADES.neighbour(15.0, false), 10.0);
        assert_eq!(DECADES.neighbour(100.0, true), 100.0);
        assert_eq!(Scale::Even { min: 0.0, max: 2.5, step: 0.1 }.neighbour(0.2, true), 0.3);
        assert_eq!(PERCENT.neighbour(100.0, true), 100.0);
    }
}

//! Undo and redo: the values that a hand has rested at, and where among them it is.

/// The most values that are kept; older ones are forgotten.
pub const MAX_STEPS: usize = 200;

/// What was set, in the order of setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History<T> {
    /// The steps from the oldest on; there is always at least one.
    steps: Vec<T>,
    /// The step that is shown now.
    at: usize,
}

impl<T: PartialEq> History<T> {
    /// A history that begins here: there is nothing to undo.
    pub fn new(first: T) -> Self {
        History { steps: vec![first], at: 0 }
    }

    /// The hand rests at a value. What was undone before can no longer be redone, unless the value is the one that is shown.
    pub fn rest(&mut self, value: T) {
        if self.steps.get(self.at) == Some(&value) {
            return;
        }
        self.steps.truncate(self.at + 1);
        self.steps.push(value);
        if self.steps.len() > MAX_STEPS {
            self.steps.remove(0);
        }
        self.at = self.steps.len() - 1;
    }

    /// Goes a step back, if there is one, and says what was there.
    pub fn undo(&mut self) -> Option<&T> {
        self.at = self.at.checked_sub(1)?;
        self.steps.get(self.at)
    }

    /// Takes an undo back, if there was one, and says what is there.
    pub fn redo(&mut self) -> Option<&T> {
        if !self.can_redo() {
            return None;
        }
        self.at += 1;
        self.steps.get(self.at)
    }

    /// Whether there is a step to go back to.
    pub fn can_undo(&self) -> bool {
        self.at > 0
    }

    /// Whether there is an undo to take back.
    pub fn can_redo(&self) -> bool {
        self.at + 1 < self.steps.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn undo_goes_back_step_by_step_and_redo_forward_again() {
        let mut history = History::new(8);
        history.rest(16);
        history.rest(32);
        let undone: Vec<_> = (0..3).map(|_| history.undo().copied()).collect();
        assert_eq!(undone, [Some(16), Some(8), None]);
        let redone: Vec<_> = (0..3).map(|_| history.redo().copied()).collect();
        assert_eq!(redone, [Some(16), Some(32), None]);
    }

    #[test]
    fn resting_where_one_is_adds_nothing_and_keeps_what_can_be_redone() {
        let mut history = History::new(8);
        history.rest(16);
        history.undo();
        history.rest(8);
        assert!(history.can_redo() && !history.can_undo());
    }

    #[test]
    fn a_new_value_after_an_undo_ends_the_redo() {
        let mut history = History::new(8);
        history.rest(16);
        history.undo();
        history.rest(4);
        assert!(!history.can_redo());
        assert_eq!(history.undo(), Some(&8));
    }

    #[test]
    fn the_oldest_steps_are_forgotten() {
        let mut history = History::new(0);
        (1..=2 * MAX_STEPS).for_each(|value| history.rest(value));
        let mut steps = 0;
        while history.undo().is_some() {
            steps += 1;
        }
        assert_eq!(steps, MAX_STEPS - 1);
    }
}

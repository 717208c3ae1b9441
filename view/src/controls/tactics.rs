//! The tactics as a table: what the page calls each, what it does to a scenario, and where it cannot help. One that is to be
//! offered is a row here.

use shuffle_engine::Scenario;
use shuffle_engine::scenario::Query;

use super::knobs::{self, Knob};
use crate::words;

/// How many ways the switch splits a key.
const SALT_BUCKETS: u32 = 8;

/// A tactic with what the page says of it and does with it.
pub struct Tactic {
    /// The name of its field in a scenario, of its control in a link, and the end of its ids on the page.
    pub name: &'static str,
    /// What a list of controls calls it.
    pub short: &'static str,
    /// Why it cannot help this scenario, in a sentence; `None` where it can.
    pub refusal: fn(&Scenario) -> Option<&'static str>,
    /// Turns the tactic off in a scenario.
    pub off: fn(&mut Scenario),
    /// What turns it on.
    pub by: By,
}

/// What turns a tactic on.
pub enum By {
    /// A switch, which is on or off.
    Switch(Switch),
    /// A number, of which 0 is off.
    Knob(&'static Knob),
}

/// A tactic that is on or off.
pub struct Switch {
    /// What the reader calls it, for the scenario at hand.
    pub label: fn(&Scenario) -> String,
    /// What it does, in a sentence.
    pub says: &'static str,
    /// Whether it is on.
    pub is_on: fn(&Scenario) -> bool,
    /// Turns the tactic on in a scenario.
    pub on: fn(&mut Scenario),
}

/// All tactics that the page offers, in its order.
pub static TACTICS: [Tactic; 3] = [
    Tactic {
        name: "combine",
        short: words::tactic::COMBINE_SHORT,
        refusal: |scenario| match scenario.query {
            Query::CountByKey | Query::Distinct | Query::WordCount | Query::DedupBest => None,
            Query::Narrow => Some(words::tactic::NOTHING_SHUFFLED),
            Query::Join => Some(words::tactic::JOIN_ADDS_NOTHING),
            Query::Repartition => Some(words::tactic::REPARTITION_ADDS_NOTHING),
        },
        off: |scenario| scenario.tactics.combine = false,
        by: By::Switch(Switch {
            label: |_| words::tactic::COMBINE.to_owned(),
            says: words::tactic::COMBINE_SAYS,
            is_on: |scenario| scenario.tactics.combine,
            on: |scenario| scenario.tactics.combine = true,
        }),
    },
    Tactic {
        name: "salt",
        short: words::tactic::SALT_SHORT,
        refusal: |scenario| (!scenario.query.is_wide()).then_some(words::tactic::NOTHING_SHUFFLED),
        off: |scenario| scenario.tactics.salt = 0,
        by: By::Switch(Switch {
            label: |scenario| {
                let buckets = scenario.tactics.salt_buckets();
                words::tactic::salt(&if buckets > 1 { buckets } else { SALT_BUCKETS })
            },
            says: words::tactic::SALT_SAYS,
            is_on: |scenario| scenario.tactics.salt_buckets() > 1,
            on: |scenario| scenario.tactics.salt = SALT_BUCKETS,
        }),
    },
    Tactic {
        name: "broadcast_bytes",
        short: words::tactic::BROADCAST_SHORT,
        refusal: |scenario| (knobs::BROADCAST.idle)(scenario),
        off: |scenario| scenario.tactics.broadcast_bytes = 0,
        by: By::Knob(&knobs::BROADCAST),
    },
];

/// Takes every tactic away that cannot help the scenario: it would only be a switch that does nothing.
pub fn drop_useless(scenario: &mut Scenario) {
    for tactic in &TACTICS {
        if (tactic.refusal)(scenario).is_some() {
            (tactic.off)(scenario);
        }
    }
}

/// What a list of controls calls the tactics that are on; empty where none is.
pub fn in_short(scenario: &Scenario) -> String {
    let is_on = |tactic: &&Tactic| {
        let mut without = scenario.clone();
        (tactic.off)(&mut without);
        without != *scenario
    };
    TACTICS.iter().filter(is_on).map(|tactic| tactic.short).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use shuffle_engine::scenario::Tactics;

    use super::*;

    #[test]
    fn what_a_switch_turns_on_is_on_and_can_be_turned_off() {
        for tactic in &TACTICS {
            let By::Switch(switch) = &tactic.by else { continue };
            let mut scenario = Scenario::default();
            (switch.on)(&mut scenario);
            assert!((switch.is_on)(&scenario) && scenario.validate().is_ok(), "{}", tactic.name);
            (tactic.off)(&mut scenario);
            assert_eq!(scenario, Scenario::default(), "{}", tactic.name);
        }
    }

    #[test]
    fn the_tactics_that_are_on_are_named_in_a_line() {
        let tactics = Tactics { combine: true, salt: 8, ..Tactics::default() };
        let both = Scenario { tactics, ..Scenario::default() };
        assert_eq!(in_short(&both), "combine before the shuffle, salt the keys");
        assert_eq!(in_short(&Scenario::default()), "");
    }

    #[test]
    fn a_narrow_pipeline_loses_every_tactic_and_a_count_keeps_those_that_help() {
        let tactics = Tactics { combine: true, salt: 8, broadcast_bytes: 1, ..Tactics::default() };
        let mut narrow = Scenario { query: Query::Narrow, tactics, ..Scenario::default() };
        drop_useless(&mut narrow);
        assert_eq!(narrow.tactics, Tactics::default());
        let mut count = Scenario { tactics, ..Scenario::default() };
        drop_useless(&mut count);
        assert_eq!(count.tactics, Tactics { broadcast_bytes: 0, ..tactics });
    }
}

//! This engine on this machine: what [`crate::cluster`] does, step for step.

use super::{Assumed, Boundary, ExchangeKind, Owners, Profile};
use crate::cluster::TASKS_IN_HAND;
use crate::model::terms::SharedCost;

/// The profile of this engine. Calibration fits its terms to runs of the machine at hand.
pub const THIS_MACHINE: Profile = Profile {
    tasks_in_hand: TASKS_IN_HAND,
    boundary: Boundary::Barrier,
    owners: Owners::FewestBytes,
    exchange: ExchangeKind::OneMessageAPeer,
    assumed: &[
        Assumed {
            cost: SharedCost::ByteMoved,
            value: 0.3,
            because: "Chromium 156 on two cores copied 2.2 GB/s out of a worker's memory and 7 GB/s into one",
        },
        Assumed {
            cost: SharedCost::PeerMessage,
            value: 6.8,
            because: "an empty exchange took Chromium 156 on two cores 6.8 us x W(W-1)",
        },
    ],
};

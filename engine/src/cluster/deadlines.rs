//! How long the driver waits before it gives an executor up.

use super::WallMicros;

/// The times after which silence means something. Whoever runs a job may choose them; tests take short ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// An executor that owes an answer and says nothing for this long is lost. A working one says something every
    /// 0.3 s.
    pub silence: WallMicros,
    /// The same limit while an executor builds its tables. It does so in one go, and 64 executors may share a few cores.
    pub prepare: WallMicros,
    /// When more than this lies between two ticks, the driver itself was frozen (a hidden tab, a closed lid), and
    /// silence proves nothing.
    pub frozen: WallMicros,
    /// The transport sends a tick this often.
    pub tick: WallMicros,
}

impl Default for Deadlines {
    fn default() -> Self {
        Deadlines {
            silence: WallMicros(10_000_000),
            prepare: WallMicros(60_000_000),
            frozen: WallMicros(3_000_000),
            tick: WallMicros(500_000),
        }
    }
}

//! Terms: what one thing costs, in which unit, where it enters the model, and where its value comes from.
//!
//! [`RowCost`] and [`SharedCost`] are closed lists of all costs. A model holds one term for each, and code asks for a
//! term by its variant. A term can therefore not be missing, and a name cannot be misspelt.

/// What a term's value counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Nanoseconds for each row.
    NanosPerRow,
    /// Nanoseconds for each byte.
    NanosPerByte,
    /// Nanoseconds for each block.
    NanosPerBlock,
    /// Nanoseconds for each number in a message.
    NanosPerNumber,
    /// Microseconds for each exchange.
    MicrosPerExchange,
    /// Microseconds for each message.
    MicrosPerMessage,
    /// Microseconds for each task.
    MicrosPerTask,
    /// The share by which a task slows down for each other core at work.
    SharePerOtherCore,
}

impl Unit {
    /// The unit as a chart writes it.
    pub fn words(self) -> &'static str {
        match self {
            Unit::NanosPerRow => "ns per row",
            Unit::NanosPerByte => "ns per byte",
            Unit::NanosPerBlock => "ns per block",
            Unit::NanosPerNumber => "ns per number",
            Unit::MicrosPerExchange => "us per exchange",
            Unit::MicrosPerMessage => "us per message",
            Unit::MicrosPerTask => "us per task",
            Unit::SharePerOtherCore => "share per other core",
        }
    }

    /// How many of the unit make a microsecond. A share is no time and is not converted.
    pub(super) fn per_micro(self) -> f64 {
        match self {
            Unit::NanosPerRow | Unit::NanosPerByte | Unit::NanosPerBlock | Unit::NanosPerNumber => 1e3,
            Unit::MicrosPerExchange
            | Unit::MicrosPerMessage
            | Unit::MicrosPerTask
            | Unit::SharePerOtherCore => 1.0,
        }
    }
}

/// Where the value of a term comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Non-negative least squares found the value from this machine's own runs.
    Fitted {
        /// How many equations the term had a part in.
        observations: u32,
    },
    /// The runs cannot tell this term from its neighbours in the same formula. Its value is 0, and the neighbours carry
    /// its part.
    Inseparable,
    /// No run of this machine says anything about the term.
    Assumed {
        /// Why the term has this value.
        because: String,
    },
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Source::Fitted { observations } => {
                write!(f, "non-negative least squares over {observations} measurements of this machine")
            }
            Source::Inseparable => {
                f.write_str("grows in step with its neighbours in these runs: they carry its part")
            }
            Source::Assumed { because } => write!(f, "assumed: {because}"),
        }
    }
}

/// One cost of a machine.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// The term's name on the page and in JSON.
    pub name: &'static str,
    /// The unit of `value`.
    pub unit: Unit,
    /// The formula in which the value stands.
    pub formula: &'static str,
    /// How much, in `unit`. The value is never negative.
    pub value: f64,
    /// Where the value comes from.
    pub source: Source,
}

impl Term {
    fn unseen((name, unit, formula): (&'static str, Unit, &'static str), because: &str) -> Self {
        let source = Source::Assumed { because: because.to_owned() };
        Term { name, unit, formula, value: 0.0, source }
    }

    /// What `count` items cost, in microseconds; for a share, the share of `count` cores.
    pub(super) fn times(&self, count: f64) -> f64 {
        self.value * count / self.unit.per_micro()
    }
}

/// The costs of a row. Each kind of stage has its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowCost {
    /// A stage scans or reads the row and runs its operators over it.
    In,
    /// The operators hand the row to the result.
    Result,
    /// The operators hand the row to the shuffle.
    Shuffled,
    /// The write places the row and scatters it into a block.
    Written,
}

impl RowCost {
    /// How many there are.
    pub const COUNT: usize = 4;
    /// All of them, in the order in which a reader sees them.
    pub const ALL: [RowCost; Self::COUNT] =
        [RowCost::In, RowCost::Result, RowCost::Shuffled, RowCost::Written];

    /// The term while no run has shown it: rows are free.
    pub(super) fn unseen(self) -> Term {
        let (name, formula) = match self {
            RowCost::In => ("row in", "compute += value x rows scanned or read"),
            RowCost::Result => ("row into the result", "compute += value x rows into the result"),
            RowCost::Shuffled => ("row shuffled", "compute += value x rows handed to the shuffle"),
            RowCost::Written => ("row written", "write += value x rows in blocks"),
        };
        Term::unseen((name, Unit::NanosPerRow, formula), "no run had any")
    }
}

/// The costs that all stages share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SharedCost {
    /// A task writes a byte into a block.
    ByteWritten,
    /// A task writes a block, however many rows it has.
    BlockWritten,
    /// A task reads a byte from a block.
    ByteRead,
    /// A task reads a block, however many rows it has.
    BlockRead,
    /// An executor takes part in an exchange.
    Exchange,
    /// An executor sorts a block by owner, or receives one.
    BlockExchanged,
    /// An executor sends a byte to another executor, or receives one.
    ByteMoved,
    /// An executor sends a message to another executor, or receives one.
    PeerMessage,
    /// An executor begins a task.
    Launch,
    /// A task takes a block out of its store before it reads.
    BlockOpened,
    /// An executor takes this long from the driver's word until it works on an exchange.
    Wake,
    /// The driver sends or hears a message. It handles one at a time.
    DriverMessage,
    /// The driver writes or reads a number in such a message: a block's size, or an owner.
    DriverNumber,
    /// A task slows down for each other core at work, since cores share caches and memory.
    Contention,
}

impl SharedCost {
    /// How many there are.
    pub const COUNT: usize = 14;
    /// All of them, in the order in which a reader sees them.
    pub const ALL: [SharedCost; Self::COUNT] = [
        SharedCost::ByteWritten,
        SharedCost::BlockWritten,
        SharedCost::ByteRead,
        SharedCost::BlockRead,
        SharedCost::Exchange,
        SharedCost::BlockExchanged,
        SharedCost::ByteMoved,
        SharedCost::PeerMessage,
        SharedCost::Launch,
        SharedCost::BlockOpened,
        SharedCost::Wake,
        SharedCost::DriverMessage,
        SharedCost::DriverNumber,
        SharedCost::Contention,
    ];

    /// The term while neither a run nor a profile says anything about it: it is free.
    pub(super) fn unseen(self) -> Term {
        Term::unseen(self.facts(), self.why_unseen())
    }

    /// The term's name, unit and formula.
    fn facts(self) -> (&'static str, Unit, &'static str) {
        match self {
            SharedCost::ByteWritten => {
                ("byte written", Unit::NanosPerByte, "write += value x bytes of blocks")
            }
            SharedCost::BlockWritten => {
                ("block written", Unit::NanosPerBlock, "write += value x R blocks of a map task")
            }
            SharedCost::ByteRead => ("byte read", Unit::NanosPerByte, "read += value x bytes of blocks"),
            SharedCost::BlockRead => {
                ("block read", Unit::NanosPerBlock, "read += value x M blocks of a reduce task")
            }
            SharedCost::Exchange => {
                ("exchange", Unit::MicrosPerExchange, "transfer += value on each executor")
            }
            SharedCost::BlockExchanged => (
                "block exchanged",
                Unit::NanosPerBlock,
                "transfer += value x (blocks sorted by owner + blocks received)",
            ),
            SharedCost::ByteMoved => {
                ("byte moved", Unit::NanosPerByte, "transfer += value x (bytes sent + bytes received)")
            }
            SharedCost::PeerMessage => {
                ("peer message", Unit::MicrosPerMessage, "transfer += value x 2 x (W - 1)")
            }
            SharedCost::Launch => {
                ("task launch", Unit::MicrosPerTask, "waiting += value x tasks of the executor")
            }
            SharedCost::BlockOpened => {
                ("block opened", Unit::NanosPerBlock, "waiting += value x M blocks of a reduce task")
            }
            SharedCost::Wake => {
                ("wake", Unit::MicrosPerExchange, "waiting += value between the driver's word and the work")
            }
            SharedCost::DriverMessage => (
                "driver message",
                Unit::MicrosPerMessage,
                "the driver handles one message at a time: 2 a task, 2W an exchange",
            ),
            SharedCost::DriverNumber => (
                "driver number",
                Unit::NanosPerNumber,
                "the driver's messages hold 2R numbers a map task, W x R + W x W an exchange",
            ),
            SharedCost::Contention => (
                "contention",
                Unit::SharePerOtherCore,
                "compute, write and read x (1 + value x (min(W, cores) - 1))",
            ),
        }
    }

    /// Why runs say nothing about it, when they do not.
    fn why_unseen(self) -> &'static str {
        match self {
            SharedCost::ByteWritten
            | SharedCost::BlockWritten
            | SharedCost::ByteRead
            | SharedCost::BlockRead
            | SharedCost::Launch
            | SharedCost::BlockOpened => "no run had any",
            SharedCost::Exchange
            | SharedCost::BlockExchanged
            | SharedCost::ByteMoved
            | SharedCost::PeerMessage
            | SharedCost::Wake
            | SharedCost::DriverMessage
            | SharedCost::DriverNumber => "no run exchanged anything",
            SharedCost::Contention => "no run with work on 2 or more cores",
        }
    }
}

// A term is found by its variant's place, so the lists must be in the order of the variants.
const _: () = {
    let mut at = 0;
    while at < RowCost::COUNT {
        assert!(RowCost::ALL[at] as usize == at);
        at += 1;
    }
    let mut at = 0;
    while at < SharedCost::COUNT {
        assert!(SharedCost::ALL[at] as usize == at);
        at += 1;
    }
};

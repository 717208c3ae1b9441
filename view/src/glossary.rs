//! The words of the page, a line each, for the help sheet.

/// Each word and what it means here.
pub const WORDS: [(&str, &str); 22] = [
    ("worker", "Runs tasks, one at a time. Here it is a Web Worker; more workers than cores take turns."),
    (
        "partition",
        "A part of the rows that one task reads. M is how many there are before a shuffle, R after it.",
    ),
    (
        "shuffle",
        "Rows with the same key have to meet: each worker writes blocks, all workers exchange them, each reads its own.",
    ),
    (
        "block",
        "The rows that one map task wrote for one partition, as bytes. M map tasks and R partitions make M × R blocks.",
    ),
    ("exchange", "The moving of blocks between two stages. Its time is the phase transfer."),
    (
        "W(W−1)",
        "The number of messages of an exchange: each of the W workers sends one to each of the W−1 others.",
    ),
    ("stage", "The work between two exchanges. It ends when its last task does."),
    ("straggler", "The worker that all others wait for, mostly because its partition is the largest."),
    ("skew", "Some keys have many more rows than others."),
    (
        "hot key",
        "The key with the most rows. All of them meet in one partition, so one worker reads them all.",
    ),
    (
        "max / median",
        "Rows of the largest partition over those of the median one. 1 is even; Spark calls 5 skewed.",
    ),
    ("combine", "A fix: each map task adds up its own rows first, and sends one row a key."),
    (
        "salt",
        "A fix: the rows of each key are dealt to several partitions, and a second shuffle brings the parts together.",
    ),
    (
        "broadcast",
        "A fix: the small side of a join goes to every worker, so that the large side need not move.",
    ),
    (
        "Write, collect(), show()",
        "What becomes of the rows: they stay with the workers, all come to the driver, or the first few do.",
    ),
    ("measured", "Timed on this machine, in a real run."),
    ("counted", "Exact: rows, bytes, blocks and messages of the run."),
    (
        "modelled",
        "Predicted from this machine's own runs for more workers than it has cores. Always drawn dashed.",
    ),
    (
        "compute, write, transfer, read, waiting",
        "The phases of a worker's time. Together they are the wall-clock.",
    ),
    ("wall-clock", "The time from the first task's start to the last one's end."),
    (
        "digest",
        "A sum over all rows of the answer, whatever their order. Equal digests: the answer is the same, row for row.",
    ),
    ("seed", "Where the rows are drawn from. The same seed gives the same rows everywhere, byte for byte."),
];

//! What `--help` and `--version` print.

use super::arguments::Verb;

/// Words about one command, or about all.
pub(crate) fn of(verb: Option<Verb>) -> String {
    match verb {
        Some(verb) => format!("{}\n{SCENARIO}", about(verb)),
        None => {
            let lines: Vec<&str> =
                Verb::ALL.into_iter().map(|verb| about(verb).lines().next().unwrap_or("")).collect();
            format!("{}\n\n{COMMON}\n{SCENARIO}", lines.join("\n"))
        }
    }
}

/// The program's name and version.
pub(crate) fn version() -> String {
    format!("lab {}\n", env!("CARGO_PKG_VERSION"))
}

const COMMON: &str = "\
lab help COMMAND, or lab COMMAND --help, says more about one of them. lab --version prints the version.
An option's value follows it, or stands behind an equals sign. Behind -- nothing is an option.
JSON goes to stdout, words for people to stderr.
Exit 0: good. 2: bad input, one line that names the field, or no command. 1: anything else.
";

const SCENARIO: &str = "\
SCENARIO is a JSON file, - for JSON on standard input, or a link (?v=1&workers=8).
";

/// The first line is how a command is written.
fn about(verb: Verb) -> &'static str {
    match verb {
        Verb::Run => "\
lab run SCENARIO [--transport threads|local] [--result FILE.csv] [--memory BYTES]

Runs the scenario once and prints its report.
  --transport  who carries the messages: a thread for each worker, or all in one thread in a seeded order
  --result     writes the rows as CSV: the rows that a show or a collect brings to the driver, else all of the answer.
               Rows that stay with the workers come here in a second run, which the report leaves out
  --memory     refuses the run (exit 1) when the estimate says that a worker needs more bytes than these
",
        Verb::Generate => "\
lab generate SCENARIO --table prompts|rewards -o FILE.csv

Writes a table as CSV: the rows that every run of the scenario scans. A line of JSON says how many rows there are.
  --table       which of the two
  -o, --output  the file, or - for standard output, which then has the rows and no JSON
",
        Verb::Explain => "\
lab explain SCENARIO

Prints the plan before and after each rule, and what each rule saved in real runs.
",
        Verb::Sweep => "\
lab sweep SCENARIO --workers 1,2,4,8

Runs the scenario with each number of workers, six times each, and prints the median of the last five.
  --workers  the numbers, in place of the scenario's own
",
        Verb::Model => "\
lab model SCENARIO [--workers 1,2,4,8]

Calibrates the model on this machine, predicts the wall for each number of workers, and says how far off it was.
The model describes runs whose rows stay with the workers (action=write), without a broadcast join.
  --workers  the numbers; without it, the JSON has a series up to the most that the model knows
",
    }
}

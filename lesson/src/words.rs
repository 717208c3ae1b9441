//! The words around chapters: what is the same on every page. What a chapter says stands in its file.

/// The title of the lesson, on every page.
pub const LESSON: &str = "Why the bigger cluster is not faster";
/// The name of the whole, in titles.
pub const LAB: &str = "Shuffle Lab";
/// Below the lesson's name.
pub const LEAD: &str = "A lesson in figures that you can move. Behind each of them a small data engine really runs in this \
                        tab: it makes the rows, starts the workers, and moves the blocks.";
/// How to go about it.
pub const HOW: &str = "Each chapter asks a question and takes your bet before it shows the answer. Then it gives you one more \
                       control and a task, which ticks itself when you make it happen. Ten minutes are enough.";
/// What is told from what.
pub const CLOCKS: &str = "Rows, bytes and messages are counted. Times are measured here, on your machine, or modelled, and then they \
                          say so.";
/// The list of chapters.
pub const CHAPTERS: &str = "Chapters";
/// Leads into the page.
pub const OPEN_LAB: &str = "Open the lab";
/// Leads from a figure into the page.
pub const OPEN_FIGURE: &str = "Open this figure in the lab";
/// The heading of a bet.
pub const BET: &str = "Place a bet first";
/// The button of a bet.
pub const PLACE: &str = "Place the bet";
/// The way past a bet.
pub const SHOW: &str = "Show me without a bet";
/// The label of a bet's slider.
pub const YOUR_BET: &str = "Your bet";
/// The answer where no script runs.
pub const ANSWER: &str = "The answer, counted in a run:";
/// The answer where no script runs and it is a time.
pub const ANSWER_TIMED: &str = "The answer is a time, which is measured where the figure runs.";
/// The heading of a task.
pub const TASK: &str = "Now make it happen";
/// What helps with a task.
pub const HINT: &str = "A hint";
/// The heading of what the popular story leaves out.
pub const CAREFUL: &str = "Careful";
/// To the chapter before.
pub const PREVIOUS: &str = "Previous";
/// To the first chapter.
pub const BEGIN: &str = "Begin";
/// To the chapter after.
pub const NEXT: &str = "Next";
/// After the last chapter.
pub const TO_LAB: &str = "Now try it on a job like yours: the whole lab";
/// Takes back what was done.
pub const RESET: &str = "Forget my bets and ticks";
/// In the place of a figure until it is there, and where it cannot be.
pub const FIGURE_WAITS: &str =
    "Here stands a live figure. It needs JavaScript and WebAssembly, and runs when you come to it.";
/// Where no script runs.
pub const NO_SCRIPT: &str = "Without JavaScript this is a text with the counted numbers of each figure's first run. The figures, the bets \
                             and the ticks need JavaScript and WebAssembly.";
/// What stands for a time until one is measured.
pub const NOT_MEASURED: &str = "…";
/// The name of the list of chapters for those who hear the page.
pub const CONTENTS: &str = "Contents";
/// The link that leads a keyboard past the navigation.
pub const SKIP: &str = "Skip to the chapter";
/// The switch of colours, by what comes next.
pub const THEME: &str = "Theme";
/// What the foot says.
pub const FOOT: &str =
    "Nothing leaves your machine. Bets and ticks are kept in this browser, if it allows that.";

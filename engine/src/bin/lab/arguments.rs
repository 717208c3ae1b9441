//! The command line, read: words go in, a [`Command`] or a refusal comes out. Nothing here touches a file or a stream.

use std::collections::BTreeMap;
use std::ffi::OsString;

use lexopt::{Arg, Parser};
use shuffle_engine::dataset::Table;

use super::failure::Failure;
use super::help;

/// Who carries the messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    /// A thread an executor.
    Threads,
    /// All in one thread, in a seeded order.
    Local,
}

/// Where a scenario is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// In the argument itself.
    Link(String),
    /// In a JSON file.
    File(String),
    /// As JSON on standard input.
    Stdin,
}

/// Where rows are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// Into a file of this name.
    File(String),
    /// To standard output.
    Stdout,
}

/// What can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Run,
    Generate,
    Explain,
    Sweep,
    Model,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Command {
    /// Words about one command, or about all.
    Help(Option<Verb>),
    Version,
    Run {
        scenario: Source,
        transport: Transport,
        result: Option<String>,
        memory_bytes: Option<u64>,
    },
    Sweep {
        scenario: Source,
        workers: Vec<u32>,
    },
    Explain {
        scenario: Source,
    },
    Model {
        scenario: Source,
        workers: Option<Vec<u32>>,
    },
    Generate {
        scenario: Source,
        table: Table,
        target: Target,
    },
}

/// An option that takes a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Setting {
    Transport,
    Result,
    Memory,
    Workers,
    Table,
    Output,
}

impl Verb {
    pub(crate) const ALL: [Verb; 5] = [Verb::Run, Verb::Generate, Verb::Explain, Verb::Sweep, Verb::Model];

    /// The word on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Verb::Run => "run",
            Verb::Generate => "generate",
            Verb::Explain => "explain",
            Verb::Sweep => "sweep",
            Verb::Model => "model",
        }
    }

    fn parse(word: &str) -> Result<Self, Failure> {
        Verb::ALL.into_iter().find(|verb| verb.name() == word).ok_or_else(|| {
            let names: Vec<&str> = Verb::ALL.iter().map(|verb| verb.name()).collect();
            Failure::input(word, format!("is not a command; there are {}", names.join(", ")))
        })
    }

    fn settings(self) -> &'static [Setting] {
        match self {
            Verb::Run => &[Setting::Transport, Setting::Result, Setting::Memory],
            Verb::Generate => &[Setting::Table, Setting::Output],
            Verb::Explain => &[],
            Verb::Sweep | Verb::Model => &[Setting::Workers],
        }
    }
}

impl Setting {
    fn name(self) -> &'static str {
        match self {
            Setting::Transport => "--transport",
            Setting::Result => "--result",
            Setting::Memory => "--memory",
            Setting::Workers => "--workers",
            Setting::Table => "--table",
            Setting::Output => "-o",
        }
    }
}

/// Reads the words behind the program's own name.
pub(crate) fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Command, Failure> {
    let words: Vec<OsString> = words.into_iter().collect();
    let mut parser = Parser::from_args(words);
    let word = match parser.next().map_err(refused)? {
        None => return Err(Failure::Usage(help::of(None))),
        Some(Arg::Short('h') | Arg::Long("help")) => return alone(&mut parser, Command::Help(None)),
        Some(Arg::Short('V') | Arg::Long("version")) => return alone(&mut parser, Command::Version),
        Some(Arg::Value(word)) => text(word)?,
        Some(other) => return Err(unknown(&other)),
    };
    if word == "help" {
        return about(&mut parser);
    }
    let verb = Verb::parse(&word)?;
    let mut given = Given { verb, scenario: None, settings: BTreeMap::new() };
    while let Some(argument) = parser.next().map_err(refused)? {
        match argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Help(Some(verb))),
            Arg::Short('V') | Arg::Long("version") => return Ok(Command::Version),
            Arg::Value(word) => given.scenario(text(word)?)?,
            Arg::Short(_) | Arg::Long(_) => {
                let setting = given.setting(&argument)?;
                let value = parser.value().map_err(refused)?;
                given.set(setting, text(value)?)?;
            }
        }
    }
    given.command()
}

/// A command behind which nothing stands.
fn alone(parser: &mut Parser, command: Command) -> Result<Command, Failure> {
    match parser.next().map_err(refused)? {
        None => Ok(command),
        Some(argument) => Err(Failure::input(&written(&argument), "is one argument too many")),
    }
}

/// `lab help` and `lab help COMMAND`.
fn about(parser: &mut Parser) -> Result<Command, Failure> {
    let mut about = None;
    while let Some(argument) = parser.next().map_err(refused)? {
        match argument {
            Arg::Value(word) if about.is_none() => about = Some(Verb::parse(&text(word)?)?),
            Arg::Value(word) => {
                let sentence = "is one argument too many; help is about one command";
                return Err(Failure::input(&text(word)?, sentence));
            }
            Arg::Short('h') | Arg::Long("help") => {}
            other @ (Arg::Short(_) | Arg::Long(_)) => return Err(unknown(&other)),
        }
    }
    Ok(Command::Help(about))
}

/// The arguments behind the command, each kept once.
struct Given {
    verb: Verb,
    scenario: Option<Source>,
    settings: BTreeMap<Setting, String>,
}

impl Given {
    fn scenario(&mut self, word: String) -> Result<(), Failure> {
        if self.scenario.is_some() {
            return Err(Failure::input(&word, "is one argument too many; a command takes one SCENARIO"));
        }
        self.scenario = Some(Source::of(word));
        Ok(())
    }

    /// The option behind this argument, if the command has it.
    fn setting(&self, argument: &Arg<'_>) -> Result<Setting, Failure> {
        let is_meant = |setting: &Setting| match argument {
            Arg::Short('o') | Arg::Long("output") => *setting == Setting::Output,
            Arg::Long(name) => setting.name().strip_prefix("--") == Some(name),
            Arg::Short(_) | Arg::Value(_) => false,
        };
        let setting = self.verb.settings().iter().copied().find(is_meant);
        setting.ok_or_else(|| {
            let verb = self.verb.name();
            let sentence = format!("is not an option of lab {verb}; lab {verb} --help lists them");
            Failure::input(&written(argument), sentence)
        })
    }

    fn set(&mut self, setting: Setting, value: String) -> Result<(), Failure> {
        if value.is_empty() {
            return Err(Failure::input(setting.name(), "is empty"));
        }
        match self.settings.insert(setting, value) {
            None => Ok(()),
            Some(_) => Err(Failure::input(setting.name(), "is given twice")),
        }
    }

    fn command(mut self) -> Result<Command, Failure> {
        Ok(match self.verb {
            Verb::Run => Command::Run {
                transport: self.transport()?,
                result: self.result()?,
                memory_bytes: self.memory_bytes()?,
                scenario: self.source()?,
            },
            Verb::Generate => Command::Generate {
                table: self.table()?,
                target: Target::of(
                    self.needed(Setting::Output, "a file for the rows, or - for standard output")?,
                ),
                scenario: self.source()?,
            },
            Verb::Explain => Command::Explain { scenario: self.source()? },
            Verb::Sweep => {
                let list = self.needed(Setting::Workers, "a list such as 1,2,4,8")?;
                Command::Sweep { workers: worker_list(&list)?, scenario: self.source()? }
            }
            Verb::Model => Command::Model {
                workers: self.take(Setting::Workers).as_deref().map(worker_list).transpose()?,
                scenario: self.source()?,
            },
        })
    }

    fn take(&mut self, setting: Setting) -> Option<String> {
        self.settings.remove(&setting)
    }

    fn needed(&mut self, setting: Setting, what: &str) -> Result<String, Failure> {
        self.take(setting).ok_or_else(|| Failure::input(setting.name(), format!("is missing: {what}")))
    }

    fn source(&mut self) -> Result<Source, Failure> {
        let missing =
            || Failure::input("SCENARIO", "is missing: a JSON file, - for standard input, or a link");
        self.scenario.take().ok_or_else(missing)
    }

    fn transport(&mut self) -> Result<Transport, Failure> {
        match self.take(Setting::Transport).as_deref() {
            None | Some("threads") => Ok(Transport::Threads),
            Some("local") => Ok(Transport::Local),
            Some(other) => Err(wrong(Setting::Transport, other, "threads or local")),
        }
    }

    /// The report goes to standard output, so rows cannot.
    fn result(&mut self) -> Result<Option<String>, Failure> {
        match self.take(Setting::Result).map(Target::of) {
            None => Ok(None),
            Some(Target::File(name)) => Ok(Some(name)),
            Some(Target::Stdout) => {
                let sentence = "is -, but standard output is for the report; name a file for the rows";
                Err(Failure::input(Setting::Result.name(), sentence))
            }
        }
    }

    fn memory_bytes(&mut self) -> Result<Option<u64>, Failure> {
        let Some(word) = self.take(Setting::Memory) else { return Ok(None) };
        let bytes = whole(&word).filter(|bytes| *bytes > 0);
        let bytes =
            bytes.ok_or_else(|| wrong(Setting::Memory, &word, "a whole number of bytes, at least 1"))?;
        Ok(Some(bytes))
    }

    fn table(&mut self) -> Result<Table, Failure> {
        let name = self.needed(Setting::Table, "prompts or rewards")?;
        let table = Table::ALL.into_iter().find(|table| table.name() == name);
        table.ok_or_else(|| wrong(Setting::Table, &name, "prompts or rewards"))
    }
}

impl Source {
    fn of(word: String) -> Self {
        if word == "-" {
            Source::Stdin
        } else if word.starts_with('?') || word.starts_with("v=") || word.contains("://") {
            Source::Link(word)
        } else {
            Source::File(word)
        }
    }
}

impl Target {
    fn of(word: String) -> Self {
        if word == "-" { Target::Stdout } else { Target::File(word) }
    }
}

fn worker_list(list: &str) -> Result<Vec<u32>, Failure> {
    let count = |word: &str| {
        whole(word.trim()).and_then(|count| u32::try_from(count).ok()).filter(|&count| count > 0)
    };
    let workers: Option<Vec<u32>> = list.split(',').map(count).collect();
    workers.ok_or_else(|| wrong(Setting::Workers, list, "a list such as 1,2,4,8"))
}

/// A whole number in digits, as scenarios have them: no sign, no exponent.
fn whole(word: &str) -> Option<u64> {
    word.bytes().all(|byte| byte.is_ascii_digit()).then(|| word.parse().ok()).flatten()
}

fn wrong(setting: Setting, value: &str, wanted: &str) -> Failure {
    Failure::input(setting.name(), format!("is {value:?}, must be {wanted}"))
}

fn unknown(argument: &Arg<'_>) -> Failure {
    Failure::input(&written(argument), "is not an option; lab --help lists them")
}

/// An option as it is written.
fn written(argument: &Arg<'_>) -> String {
    match argument {
        Arg::Short(letter) => format!("-{letter}"),
        Arg::Long(name) => format!("--{name}"),
        Arg::Value(word) => word.to_string_lossy().into_owned(),
    }
}

fn text(word: OsString) -> Result<String, Failure> {
    word.into_string().map_err(|word| not_utf8(&word))
}

fn not_utf8(word: &OsString) -> Failure {
    Failure::input(&word.to_string_lossy(), "is an argument that is not UTF-8")
}

/// What the parser of options refuses.
fn refused(error: lexopt::Error) -> Failure {
    match error {
        lexopt::Error::MissingValue { option } => {
            Failure::input(&option.unwrap_or_else(|| "argument".to_owned()), "has no value")
        }
        lexopt::Error::UnexpectedValue { option, .. } => Failure::input(&option, "takes no value"),
        lexopt::Error::NonUnicodeValue(word) => not_utf8(&word),
        other => Failure::input("arguments", other.to_string()),
    }
}

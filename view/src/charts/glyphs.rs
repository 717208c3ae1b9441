//! How wide a text is, from a table instead of from the browser.
//!
//! A layout that asks the browser for text sizes forces it to lay out the page twice, and could not be
//! tested natively. The table holds the advance widths of DejaVu Sans, the widest of the usual system
//! fonts (Segoe UI, San Francisco and Roboto are 5 to 15 % narrower), so a text never takes more room
//! than was kept for it.

/// Hundredths of an em for the characters U+0020 to U+007E, regular weight.
const REGULAR: [u8; 95] = [
    32, 40, 46, 84, 64, 95, 78, 28, 39, 39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    34, 34, 84, 84, 84, 53, 100, 69, 69, 70, 77, 64, 58, 78, 76, 30, 30, 66, 56, 87, 75, 79, 61, 79, 70, 64,
    62, 74, 69, 99, 69, 62, 69, 39, 34, 39, 84, 50, 50, 62, 64, 55, 64, 62, 36, 64, 64, 28, 28, 58, 28, 98,
    64, 62, 64, 64, 42, 53, 40, 64, 60, 82, 60, 60, 53, 64, 34, 64, 84,
];

/// The same in bold.
const BOLD: [u8; 95] = [
    35, 46, 53, 84, 70, 101, 88, 31, 46, 46, 53, 84, 38, 42, 38, 37, 70, 70, 70, 70, 70, 70, 70, 70, 70, 70,
    40, 40, 84, 84, 84, 58, 100, 78, 77, 74, 83, 69, 69, 83, 84, 38, 38, 78, 64, 100, 84, 86, 74, 86, 78, 72,
    69, 82, 78, 111, 78, 73, 73, 46, 37, 46, 84, 50, 50, 68, 72, 60, 72, 68, 44, 72, 72, 35, 35, 67, 35, 105,
    72, 69, 72, 72, 50, 60, 48, 72, 66, 93, 65, 66, 59, 72, 37, 72, 84,
];

/// Width of one character in hundredths of an em.
fn advance(character: char, bold: bool) -> f64 {
    let table = if bold { &BOLD } else { &REGULAR };
    let index = (character as usize).checked_sub(0x20);
    if let Some(&hundredths) = index.and_then(|index| table.get(index)) {
        return f64::from(hundredths);
    }
    match character {
        '·' | '’' => 38.0,
        '²' => 44.0,
        '–' => 50.0,
        'µ' => 74.0,
        '×' | '−' | '≤' | '≥' | '→' | '↑' => 84.0,
        // Anything else (names of keys come from outside) gets the width of a full-width character.
        _ => 102.0,
    }
}

/// Width of `text` in CSS pixels, in a system sans-serif font of `size_px`.
pub fn text_width_px(text: &str, size_px: f64, bold: bool) -> f64 {
    let hundredths: f64 = text.chars().map(|c| advance(c, bold)).sum();
    hundredths * size_px / 100.0
}

/// How a text is set. The class is what the style sheet sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// What an axis or a panel shows.
    Title,
    /// The quieter rest of a title, and facts.
    Note,
    /// Numbers along an axis and words in a legend.
    Tick,
    /// A word inside the plot, next to what it names. It has a halo in the colour of the surface.
    Label,
    /// The same, for the one thing to notice.
    Strong,
}

impl Type {
    /// All of them.
    pub const ALL: [Type; 5] = [Type::Title, Type::Note, Type::Tick, Type::Label, Type::Strong];

    /// The class of the `<text>` element.
    pub fn class(self) -> &'static str {
        match self {
            Type::Title => "chart-title",
            Type::Note => "chart-note",
            Type::Tick => "chart-tick",
            Type::Label => "chart-label",
            Type::Strong => "chart-strong",
        }
    }

    /// The type of a class, the inverse of [`Type::class`].
    pub fn from_class(class: &str) -> Option<Type> {
        Type::ALL.into_iter().find(|kind| kind.class() == class)
    }

    /// Font size in CSS pixels.
    pub fn size_px(self) -> f64 {
        match self {
            Type::Title | Type::Label | Type::Strong => 12.0,
            Type::Note | Type::Tick => 11.0,
        }
    }

    /// Whether it is set in bold.
    pub fn bold(self) -> bool {
        match self {
            Type::Title | Type::Strong => true,
            Type::Note | Type::Tick | Type::Label => false,
        }
    }

    /// Whether it stands over marks and so needs an outline in the colour of the surface.
    pub fn halo(self) -> bool {
        match self {
            Type::Label | Type::Strong => true,
            Type::Title | Type::Note | Type::Tick => false,
        }
    }

    /// Width of a text of this type, in CSS pixels.
    pub fn width_px(self, text: &str) -> f64 {
        text_width_px(text, self.size_px(), self.bold())
    }

    /// Baseline below the middle of the capitals, in CSS pixels.
    pub fn baseline_px(self) -> f64 {
        self.size_px() * 0.36
    }
}

/// The parts between which a line may break: whole facts where each fits on a line, else words.
fn pieces(text: &str, kind: Type, width_px: f64) -> Vec<&str> {
    let facts: Vec<&str> = text.split_inclusive(" · ").map(str::trim_end).collect();
    if facts.len() > 1 && facts.iter().all(|fact| kind.width_px(fact) <= width_px) {
        facts
    } else {
        text.split(' ').filter(|word| !word.is_empty()).collect()
    }
}

/// Breaks a text into lines no wider than `width_px`, at the dots between
/// facts or else at spaces. A single word that is wider is cut and
/// ends in three dots, so that a foreign name can never leave the chart.
pub fn wrap(text: &str, kind: Type, width_px: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in pieces(text, kind, width_px) {
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if kind.width_px(&longer) <= width_px || line.is_empty() {
            line = longer;
        } else {
            lines.push(std::mem::replace(&mut line, word.to_owned()));
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
        .into_iter()
        // A separator between two facts means nothing at the end of a line.
        .map(|line| shorten(line.trim_end_matches(" ·"), kind, width_px))
        .collect()
}

/// The text itself if it fits, or its beginning and three dots.
pub fn shorten(text: &str, kind: Type, width_px: f64) -> String {
    if kind.width_px(text) <= width_px {
        return text.to_owned();
    }
    let mut kept: Vec<char> = text.chars().collect();
    while kept.pop().is_some() {
        let candidate: String = kept.iter().collect::<String>() + "...";
        if kind.width_px(&candidate) <= width_px {
            return candidate;
        }
    }
    String::new()
}

//! The palette: every mark has a *role*, a role is a CSS variable, and the style sheet decides its colour.
//!
//! plotters knows only red, green and blue, so each role has one sentinel value that no picture ever shows;
//! the SVG backend turns it back into `var(--…)`. Dark mode is then a change of variables, not a redraw.
//!
//! The values are near Okabe and Ito's colours, moved until marks have a contrast of at least 3:1 and texts of
//! at least 4.5:1 on the surface, and neighbours in the stack stay apart under simulated protanopia,
//! deuteranopia and tritanopia. What colour alone cannot carry (waiting, hot, modelled, time-sliced)
//! has a pattern, a dash or a shape as well. [`css`] is the text for `style/tokens.css`.

use std::fmt::Write as _;

use plotters::style::RGBColor;

/// What a mark means. Only the backend and the style sheet know how that looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Phase: operators at work.
    Compute,
    /// Phase: shuffle write.
    Write,
    /// Phase: blocks on their way.
    Transfer,
    /// Phase: shuffle read.
    Read,
    /// Phase: idle (lines and texts; areas take [`Role::HatchWaiting`]).
    Waiting,
    /// Bars of counts, which belong to no phase and no clock.
    Count,
    /// What ran here.
    Measured,
    /// What the cost model says; as a line it is always dashed.
    Modelled,
    /// The reader's own choice.
    Accent,
    /// The hot key and who holds it.
    Hot,
    /// Text and axes.
    Ink,
    /// Quieter text.
    Muted,
    /// Grid lines.
    Grid,
    /// The paper.
    Surface,
    /// A step of the sequential scale, 1 (least) to 7 (most).
    Heat(u8),
    /// Dashed reference line in ink: medians, rules.
    Rule,
    /// Area: waiting, thin lines on a pale ground.
    HatchWaiting,
    /// Area: the hot part of a bar.
    HatchHot,
    /// Area: past the cores of this machine, barely visible.
    HatchPastCores,
    /// Over a bar: measured, but with more workers than cores.
    HatchTimeSliced,
    /// Area: the diagonal of the heat map, which never crosses a link.
    HatchLocal,
    /// Area, or over a bar: foreseen, not measured.
    HatchModelled,
}

/// Number of steps of the sequential scale.
pub const HEAT_STEPS: u8 = 7;

impl Role {
    /// Every role, each step of the scale included.
    pub const ALL: [Role; 28] = [
        Role::Compute,
        Role::Write,
        Role::Transfer,
        Role::Read,
        Role::Waiting,
        Role::Count,
        Role::Measured,
        Role::Modelled,
        Role::Accent,
        Role::Hot,
        Role::Ink,
        Role::Muted,
        Role::Grid,
        Role::Surface,
        Role::Rule,
        Role::HatchWaiting,
        Role::HatchHot,
        Role::HatchPastCores,
        Role::HatchTimeSliced,
        Role::HatchLocal,
        Role::Heat(1),
        Role::Heat(2),
        Role::Heat(3),
        Role::Heat(4),
        Role::Heat(5),
        Role::Heat(6),
        Role::Heat(7),
        Role::HatchModelled,
    ];

    /// The CSS variable that colours it (for a hatch: its lines).
    pub fn variable(self) -> &'static str {
        match self {
            Role::Compute => "--phase-compute",
            Role::Write => "--phase-write",
            Role::Transfer => "--phase-transfer",
            Role::Read => "--phase-read",
            Role::Waiting | Role::HatchWaiting => "--phase-waiting",
            Role::Count => "--count",
            Role::Measured => "--clock-measured",
            Role::Modelled | Role::HatchModelled => "--clock-modelled",
            Role::Accent => "--accent",
            Role::Hot | Role::HatchHot => "--hot",
            Role::Ink | Role::Rule => "--ink",
            Role::Muted | Role::HatchLocal => "--ink-muted",
            Role::Grid | Role::HatchPastCores => "--grid",
            Role::Surface | Role::HatchTimeSliced => "--surface",
            Role::Heat(step) => match step {
                0 | 1 => "--heat-1",
                2 => "--heat-2",
                3 => "--heat-3",
                4 => "--heat-4",
                5 => "--heat-5",
                6 => "--heat-6",
                7.. => "--heat-7",
            },
        }
    }

    /// How a line in this role is broken, in CSS pixels.
    pub fn dashes(self) -> Option<&'static str> {
        match self {
            Role::Modelled => Some("5 3.5"),
            Role::Rule => Some("2 3"),
            Role::Compute
            | Role::Write
            | Role::Transfer
            | Role::Read
            | Role::Waiting
            | Role::Count
            | Role::Measured
            | Role::Accent
            | Role::Hot
            | Role::Ink
            | Role::Muted
            | Role::Grid
            | Role::Surface
            | Role::HatchWaiting
            | Role::HatchHot
            | Role::HatchPastCores
            | Role::HatchTimeSliced
            | Role::HatchLocal
            | Role::HatchModelled
            | Role::Heat(_) => None,
        }
    }

    /// The pattern of a hatched area; the lines take the colour of [`Role::variable`].
    pub fn hatch(self) -> Option<Hatch> {
        let hatch = |name, pitch, angle, line, ground| Hatch { name, pitch, angle, line, ground };
        match self {
            Role::HatchWaiting => Some(hatch("waiting", 4.0, 0, 0.6, 0.1)),
            Role::HatchHot => Some(hatch("hot", 5.0, 45, 2.4, 0.28)),
            Role::HatchPastCores => Some(hatch("past-cores", 7.0, 45, 0.8, 0.0)),
            Role::HatchTimeSliced => Some(hatch("time-sliced", 5.0, 45, 1.9, 0.0)),
            Role::HatchLocal => Some(hatch("local", 5.0, 45, 0.8, 0.0)),
            Role::HatchModelled => Some(hatch("modelled", 5.0, 135, 1.1, 0.16)),
            Role::Compute
            | Role::Write
            | Role::Transfer
            | Role::Read
            | Role::Waiting
            | Role::Count
            | Role::Measured
            | Role::Modelled
            | Role::Accent
            | Role::Hot
            | Role::Ink
            | Role::Muted
            | Role::Grid
            | Role::Surface
            | Role::Rule
            | Role::Heat(_) => None,
        }
    }

    /// The sentinel that stands for this role on its way through plotters.
    pub fn rgb(self) -> RGBColor {
        let index = Role::ALL.iter().position(|role| *role == self);
        RGBColor(0xC5, 0x55, index.unwrap_or(0) as u8)
    }

    /// The role of a sentinel, the inverse of [`Role::rgb`].
    pub fn from_rgb((red, green, blue): (u8, u8, u8)) -> Option<Role> {
        if (red, green) == (0xC5, 0x55) { Role::ALL.get(usize::from(blue)).copied() } else { None }
    }
}

/// A pattern of parallel lines.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hatch {
    /// Last part of the id of the pattern.
    pub name: &'static str,
    /// Distance of two lines in CSS pixels.
    pub pitch: f64,
    /// Angle in degrees: 0 is horizontal.
    pub angle: i32,
    /// Width of a line in CSS pixels.
    pub line: f64,
    /// Opacity of the ground between the lines.
    pub ground: f64,
}

/// One variable of the style sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Name with both hyphens.
    pub variable: &'static str,
    /// Colour on a light surface.
    pub light: &'static str,
    /// Colour on a dark surface.
    pub dark: &'static str,
    /// System colour where the reader forces colours.
    pub forced: &'static str,
}

impl Token {
    fn value(&self, scheme: Scheme) -> &'static str {
        match scheme {
            Scheme::Light => self.light,
            Scheme::Dark => self.dark,
        }
    }
}

const fn token(
    variable: &'static str,
    light: &'static str,
    dark: &'static str,
    forced: &'static str,
) -> Token {
    Token { variable, light, dark, forced }
}

/// Every variable that the charts use, with its two values; `style/tokens.css` repeats them.
pub const TOKENS: [Token; 21] = [
    token("--phase-compute", "#1f5fa8", "#4a90e2", "#1f5fa8"),
    token("--phase-write", "#c58200", "#f2b84b", "#c58200"),
    token("--phase-transfer", "#b23a48", "#e4604e", "#b23a48"),
    token("--phase-read", "#12998a", "#5fd6b8", "#12998a"),
    token("--phase-waiting", "#6d7380", "#8d94a3", "GrayText"),
    token("--count", "#66758c", "#8b9ab0", "CanvasText"),
    token("--clock-measured", "#2b3442", "#dde3ec", "CanvasText"),
    token("--clock-modelled", "#8e3b9e", "#d592e4", "LinkText"),
    token("--accent", "#3b4cca", "#9aa6ff", "Highlight"),
    token("--hot", "#c2185b", "#ff7ab0", "Mark"),
    token("--ink", "#1a1f27", "#e8ebf0", "CanvasText"),
    token("--ink-muted", "#58616e", "#a3acb9", "CanvasText"),
    token("--grid", "#e3e6eb", "#2b313b", "GrayText"),
    token("--surface", "#ffffff", "#15181d", "Canvas"),
    token("--heat-1", "#e3eef8", "#1a2b3f", "#e3eef8"),
    token("--heat-2", "#c7dcf0", "#1e3c5c", "#c7dcf0"),
    token("--heat-3", "#9fc5e3", "#234f7c", "#9fc5e3"),
    token("--heat-4", "#6fa9d3", "#2b659f", "#6fa9d3"),
    token("--heat-5", "#2f78b7", "#5c9ad1", "#2f78b7"),
    token("--heat-6", "#1d5a99", "#93c1ea", "#1d5a99"),
    token("--heat-7", "#0b3c73", "#d6e9fb", "#0b3c73"),
];

/// Which of the two palettes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Dark ink on a light surface.
    Light,
    /// Light ink on a dark surface.
    Dark,
}

fn declarations(indent: &str, value: impl Fn(&Token) -> &'static str) -> String {
    let mut out = String::new();
    for token in &TOKENS {
        let _ = writeln!(out, "{indent}{}: {};", token.variable, value(token));
    }
    out
}

/// The colour part of `style/tokens.css`: light by default, dark by the reader's system or by
/// `data-theme`, system colours where they are forced. It hangs below a class, since a figure in a shadow
/// root has no `:root` of its own.
pub fn css() -> String {
    let light = declarations("  ", |token| token.light);
    let dark_nested = declarations("    ", |token| token.dark);
    let forced = declarations("    ", |token| token.forced);
    format!(
        ".lab-root {{\n  color-scheme: light dark;\n{light}}}\n\n\
         @media screen and (prefers-color-scheme: dark) {{\n  .lab-root:not([data-theme=\"light\"]) {{\n{dark_nested}  }}\n}}\n\n\
         @media screen {{\n  .lab-root[data-theme=\"dark\"] {{\n    color-scheme: dark;\n{dark_nested}  }}\n}}\n\n\
         .lab-root[data-theme=\"light\"] {{\n  color-scheme: light;\n}}\n\n\
         @media (forced-colors: active) {{\n  .lab-root.lab-root {{\n{forced}  }}\n}}\n"
    )
}

/// Room around a chart in a file of its own, in CSS pixels.
const MARGIN_PX: u32 = 12;

/// A chart that carries its own colours, its own ground and some room around it, for a file outside the page. Colours are
/// written out: many programs that show SVG know no variables.
pub fn standalone(svg: &str, scheme: Scheme) -> String {
    let mut alone = svg.to_owned();
    for token in &TOKENS {
        alone = alone.replace(&format!("var({})", token.variable), token.value(scheme));
    }
    let surface = TOKENS.iter().find(|token| token.variable == Role::Surface.variable());
    let ground = surface.map_or("#ffffff", |token| token.value(scheme));
    let rect = format!(
        "</desc>\n<rect x=\"-{MARGIN_PX}\" y=\"-{MARGIN_PX}\" width=\"100%\" height=\"100%\" fill=\"{ground}\"/>"
    );
    with_margin(&alone).unwrap_or(alone).replacen("</desc>", &rect, 1)
}

/// The chart with room around it; `None` where its size is not written as charts write it.
fn with_margin(svg: &str) -> Option<String> {
    let (before, rest) = svg.split_once("viewBox=\"0 0 ")?;
    let (sizes, rest) = rest.split_once("\" width=\"")?;
    let (_, rest) = rest.split_once("\" font-family")?;
    let (width, height) = sizes.split_once(' ')?;
    let more = |side: &str| Some(side.parse::<u32>().ok()? + 2 * MARGIN_PX);
    let (width, height) = (more(width)?, more(height)?);
    Some(format!(
        "{before}viewBox=\"-{MARGIN_PX} -{MARGIN_PX} {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family{rest}"
    ))
}

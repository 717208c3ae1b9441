//! A reader's bet, drawn beside what was measured: "your bet: 250,000".
//!
//! It has the colour of the reader's own choice and a triangle of its own, so that nobody takes it for a measured mark.

use super::ChartError;
use super::canvas::{Anchor, Canvas, LINE_PX, Rect};
use super::glyphs::Type;
use super::legend::draw_note;
use super::theme::Role;
use super::units;

/// The chart that a bet is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GuessOf {
    /// The wall-clock of so many workers, in microseconds.
    WallClock,
    /// The rows of the busiest worker.
    Load,
    /// The links between so many workers.
    Exchange,
    /// The bytes that cross from one worker to another.
    Traffic,
}

impl GuessOf {
    /// Every chart that takes a bet, by its name in the attribute `guess`.
    pub const ALL: [(&str, GuessOf); 4] = [
        ("wall_clock", GuessOf::WallClock),
        ("load", GuessOf::Load),
        ("exchange", GuessOf::Exchange),
        ("traffic", GuessOf::Traffic),
    ];
}

/// A number that the reader has bet on, before it was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guess {
    /// What it is about.
    pub of: GuessOf,
    /// For how many workers; 0 where the chart is of one number of workers only.
    pub workers: u32,
    /// The bet, in the unit of the chart.
    pub value: u64,
}

/// A text that is no bet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", crate::words::guess::FORM)]
pub struct NoGuess;

impl Guess {
    /// Reads a bet: `load:250000`, `traffic:29000000`, `exchange:64:4032`, `wall_clock:8:120000`.
    ///
    /// # Errors
    /// The text has another form, or its numbers are not whole.
    pub fn read(text: &str) -> Result<Self, NoGuess> {
        let mut words = text.trim().split(':');
        let name = words.next();
        let (_, of) = GuessOf::ALL.into_iter().find(|(known, _)| name == Some(*known)).ok_or(NoGuess)?;
        let workers = match of {
            GuessOf::WallClock | GuessOf::Exchange => {
                let workers = words.next().and_then(|word| word.parse().ok());
                workers.filter(|workers| *workers > 0).ok_or(NoGuess)?
            }
            GuessOf::Load | GuessOf::Traffic => 0,
        };
        let value = words.next().and_then(|word| word.parse().ok()).ok_or(NoGuess)?;
        if words.next().is_some() { Err(NoGuess) } else { Ok(Guess { of, workers, value }) }
    }

    /// The bet in words.
    pub(super) fn words(self) -> String {
        crate::words::guess::your_bet(&self.amount())
    }

    fn amount(self) -> String {
        match self.of {
            GuessOf::WallClock => units::micros(self.value),
            GuessOf::Load | GuessOf::Exchange => units::count(self.value),
            GuessOf::Traffic => units::bytes(self.value),
        }
    }
}

/// A sentence for those who do not see the mark.
pub(super) fn sentence(guess: Option<Guess>) -> Option<String> {
    guess.map(|guess| crate::words::guess::your_bet_sentence(&guess.amount()))
}

/// A line across the plot at the height of the bet.
pub(super) fn draw_level(canvas: &mut Canvas, guess: Guess, frame: &Rect, y: f64) -> Result<(), ChartError> {
    let ends = [(frame.x, y), (frame.right(), y)];
    canvas.line(&ends, Role::Surface, 3.0)?;
    canvas.line(&ends, Role::Accent, 1.6)?;
    canvas.polygon(&[(frame.x, y - 5.0), (frame.x + 8.0, y), (frame.x, y + 5.0)], Role::Accent)?;
    let near = |away: f64| {
        [(Anchor::Start, (frame.x + 12.0, y + away)), (Anchor::End, (frame.right() - 4.0, y + away))]
    };
    let places: Vec<_> = [-9.0, 9.0, -20.0, 20.0].into_iter().flat_map(near).collect();
    let bounds = Rect::new(frame.x, frame.y - LINE_PX, frame.w, frame.h + LINE_PX);
    canvas.place(&guess.words(), Type::Strong, Role::Accent, &places, &bounds)?;
    Ok(())
}

/// A mark at a point: a short line between two triangles that point at it.
pub(super) fn draw_point(
    canvas: &mut Canvas,
    guess: Guess,
    frame: &Rect,
    (x, y): (f64, f64),
) -> Result<(), ChartError> {
    let ends = [(x - 9.0, y), (x + 9.0, y)];
    canvas.line(&ends, Role::Surface, 4.0)?;
    canvas.line(&ends, Role::Accent, 2.0)?;
    for side in [-1.0, 1.0] {
        let tip = x + side * 7.0;
        canvas
            .polygon(&[(tip + side * 8.0, y - 5.0), (tip, y), (tip + side * 8.0, y + 5.0)], Role::Accent)?;
    }
    canvas.obstacle(Rect::new(x - 15.0, y - 6.0, 30.0, 12.0));
    let mut places = Vec::new();
    for away in [0.0, 14.0, 24.0, 34.0] {
        for up in [-1.0, 1.0] {
            places.push((Anchor::Start, (x + 18.0, y + up * away)));
            places.push((Anchor::End, (x - 18.0, y + up * away)));
        }
    }
    let bounds = Rect::new(frame.x, frame.y - 4.0, frame.w + 2.0, frame.h + 2.0);
    canvas.place(&guess.words(), Type::Strong, Role::Accent, &places, &bounds)?;
    Ok(())
}

/// A scale from zero to `whole` that is filled up to `part`, with the bet above it; one beyond stands at its end. Returns the y below.
pub(super) fn draw_scale(
    canvas: &mut Canvas,
    guess: Guess,
    top: f64,
    (part, whole): (u64, u64),
) -> Result<f64, ChartError> {
    let width = canvas.width() - 1.0;
    let x_of = |value: u64| width * (value as f64 / whole.max(1) as f64).min(1.0);
    let bar = top + LINE_PX * 1.5;
    canvas.rect(Rect::new(0.0, bar, width, 10.0), Role::Grid)?;
    canvas.rect(Rect::new(0.0, bar, x_of(part), 10.0), Role::Transfer)?;
    let x = x_of(guess.value).clamp(1.0, width - 1.0);
    canvas.line(&[(x, bar - 3.0), (x, bar + 13.0)], Role::Accent, 2.0)?;
    canvas.pointer_down((x, bar - 2.0), Role::Accent)?;
    let words = guess.words();
    let half = Type::Strong.width_px(&words) / 2.0;
    let middle = x.clamp(half, (width - half).max(half));
    canvas.text(&words, Type::Strong, Role::Accent, Anchor::Middle, (middle, top + 4.0))?;
    let counted = crate::words::guess::crossed(&units::bytes(part), &units::bytes(whole));
    let below = Rect::new(0.0, bar + 12.0, width, LINE_PX);
    Ok(draw_note(canvas, below, &counted)? + 4.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bet_is_read_in_the_unit_of_its_chart() {
        let bet = |of, workers, value| Ok(Guess { of, workers, value });
        assert_eq!(Guess::read("load:250000"), bet(GuessOf::Load, 0, 250_000));
        assert_eq!(Guess::read(" traffic:0 "), bet(GuessOf::Traffic, 0, 0));
        assert_eq!(Guess::read("exchange:64:4032"), bet(GuessOf::Exchange, 64, 4_032));
        assert_eq!(Guess::read("wall_clock:8:120000"), bet(GuessOf::WallClock, 8, 120_000));
        for text in
            ["", "load", "load:-1", "load:1:2", "load:1.5", "wall_clock:120000", "exchange:0:3", "plan:3"]
        {
            assert_eq!(Guess::read(text), Err(NoGuess), "{text}");
        }
    }
}

//! Titles and legends: what stands above a plot, broken into as many lines as the width asks for.

use super::ChartError;
use super::canvas::{Anchor, Canvas, LINE_PX, Rect};
use super::glyphs::{Type, wrap};
use super::theme::Role;

/// The sample beside a word.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Swatch {
    /// An area.
    Fill(Role),
    /// An empty area with a border.
    Outline(Role),
    /// A solid dot.
    Dot(Role),
    /// A hollow dot.
    Ring(Role),
    /// A line of this width.
    Line(Role, f64),
    /// Nothing: the word is a heading.
    None,
}

impl Swatch {
    fn width(self) -> f64 {
        match self {
            Swatch::Fill(_) | Swatch::Outline(_) => 11.0,
            Swatch::Dot(_) | Swatch::Ring(_) => 10.0,
            Swatch::Line(..) => 20.0,
            Swatch::None => -5.0,
        }
    }

    fn draw(self, canvas: &mut Canvas, x: f64, y: f64) -> Result<(), ChartError> {
        let square = Rect::new(x, y - 5.5, 11.0, 11.0);
        match self {
            Swatch::Fill(role) => canvas.rect(square, role),
            Swatch::Outline(role) => canvas.outline(square, role, 1.5),
            Swatch::Dot(role) => canvas.dot((x + 5.0, y), 4.0, role),
            Swatch::Ring(role) => canvas.ring((x + 5.0, y), 3.6, role),
            Swatch::Line(role, width) => canvas.line(&[(x, y), (x + 20.0, y)], role, width),
            Swatch::None => Ok(()),
        }
    }
}

const GAP_PX: f64 = 14.0;

/// Draws the entries in rows from `top`; returns the y below the last row.
pub(super) fn draw_legend(
    canvas: &mut Canvas,
    top: f64,
    entries: &[(Swatch, &str)],
) -> Result<f64, ChartError> {
    let mut x = 0.0;
    let mut y = top + LINE_PX / 2.0;
    let right = canvas.width();
    for (swatch, word) in entries {
        let word_x = swatch.width() + 5.0;
        let width = word_x + Type::Tick.width_px(word);
        if x > 0.0 && x + width > right {
            x = 0.0;
            y += LINE_PX;
        }
        // Half a pixel of room, so that a swatch at the edge is not cut.
        swatch.draw(canvas, x + 0.5, y)?;
        canvas.text(word, Type::Tick, Role::Muted, Anchor::Start, (x + word_x, y))?;
        x += width + GAP_PX;
    }
    Ok(y + LINE_PX / 2.0)
}

/// A title in bold and, on the same line if it fits, a quieter note. Returns the y below both.
pub(super) fn draw_title(
    canvas: &mut Canvas,
    region: Rect,
    title: &str,
    note: &str,
) -> Result<f64, ChartError> {
    let mut y = region.y + LINE_PX / 2.0;
    let title_lines = wrap(title, Type::Title, region.w);
    for line in &title_lines {
        canvas.text(line, Type::Title, Role::Ink, Anchor::Start, (region.x, y))?;
        y += LINE_PX;
    }
    if note.is_empty() {
        return Ok(y - LINE_PX / 2.0);
    }
    let title_width = title_lines.last().map_or(0.0, |line| Type::Title.width_px(line));
    if title_width + 8.0 + Type::Note.width_px(note) <= region.w {
        let at = (region.x + title_width + 8.0, y - LINE_PX);
        canvas.text(note, Type::Note, Role::Muted, Anchor::Start, at)?;
        return Ok(y - LINE_PX / 2.0);
    }
    draw_note(canvas, Rect::new(region.x, y - LINE_PX / 2.0, region.w, LINE_PX), note)
}

/// A quiet paragraph; returns the y below it.
pub(super) fn draw_note(canvas: &mut Canvas, region: Rect, note: &str) -> Result<f64, ChartError> {
    let mut y = region.y + LINE_PX / 2.0;
    for line in wrap(note, Type::Note, region.w) {
        canvas.text(&line, Type::Note, Role::Muted, Anchor::Start, (region.x, y))?;
        y += LINE_PX;
    }
    Ok(y - LINE_PX / 2.0)
}

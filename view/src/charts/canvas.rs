//! Drawing in CSS pixels, through plotters, and remembering where texts and marks stand so that the
//! next label finds a free place.

use std::cell::RefCell;
use std::rc::Rc;

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::element::{Circle, PathElement, Polygon, Rectangle, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, ShapeStyle, TextStyle};

use super::glyphs::Type;
use super::svg::{Document, SUBPIXELS, SvgBackend};
use super::theme::Role;
use super::{Chart, ChartError, Frame, Hit, HitMap, Table};

/// Height of a line of text in legends and notes, in CSS pixels.
pub(super) const LINE_PX: f64 = 16.0;

/// A rectangle in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rect {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) w: f64,
    pub(super) h: f64,
}

impl Rect {
    pub(super) fn new(x: f64, y: f64, w: f64, h: f64) -> Self {
        Self { x, y, w, h }
    }

    pub(super) fn right(&self) -> f64 {
        self.x + self.w
    }

    pub(super) fn bottom(&self) -> f64 {
        self.y + self.h
    }

    fn overlaps(&self, other: &Rect) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }

    /// Area that both cover.
    fn shared(&self, other: &Rect) -> f64 {
        let width = self.right().min(other.right()) - self.x.max(other.x);
        let height = self.bottom().min(other.bottom()) - self.y.max(other.y);
        width.max(0.0) * height.max(0.0)
    }

    fn inside(&self, outer: &Rect) -> bool {
        self.x >= outer.x
            && self.y >= outer.y
            && self.right() <= outer.right()
            && self.bottom() <= outer.bottom()
    }

    /// With the room that a reader needs to tell two texts apart.
    fn with_margin(&self) -> Rect {
        Rect::new(self.x - 6.0, self.y - 1.0, self.w + 12.0, self.h + 2.0)
    }
}

/// Which end of a text its position names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// The surface of one chart.
pub(super) struct Canvas {
    frame: Frame,
    document: Rc<RefCell<Document>>,
    pub(super) area: DrawingArea<SvgBackend, Shift>,
    texts: Vec<Rect>,
    obstacles: Vec<Rect>,
    hits: Vec<Hit>,
}

/// CSS pixels to plotters' whole numbers.
pub(super) fn css_to_subpixels(point: (f64, f64)) -> (i32, i32) {
    let scale = f64::from(SUBPIXELS);
    ((point.0 * scale).round() as i32, (point.1 * scale).round() as i32)
}

/// The error of plotters in our words.
pub(super) fn drawing_error<E>(error: DrawingAreaErrorKind<E>) -> ChartError
where
    E: std::error::Error + Send + Sync,
{
    ChartError::Drawing { reason: error.to_string() }
}

fn filled(role: Role) -> ShapeStyle {
    role.rgb().filled()
}

pub(super) fn stroked(role: Role, width_px: f64) -> ShapeStyle {
    let width = (width_px * f64::from(SUBPIXELS)).round() as u32;
    role.rgb().stroke_width(width)
}

impl Canvas {
    pub(super) fn new(frame: &Frame) -> Result<Self, ChartError> {
        frame.check()?;
        let document = Rc::new(RefCell::new(Document::new(&frame.id)));
        let area = SvgBackend::new(frame, Rc::clone(&document)).into_drawing_area();
        Ok(Self {
            frame: frame.clone(),
            document,
            area,
            texts: Vec::new(),
            obstacles: Vec::new(),
            hits: Vec::new(),
        })
    }

    pub(super) fn width(&self) -> f64 {
        f64::from(self.frame.width_px)
    }

    pub(super) fn height(&self) -> f64 {
        f64::from(self.frame.height_px)
    }

    /// The whole surface.
    pub(super) fn bounds(&self) -> Rect {
        Rect::new(0.0, 0.0, self.width(), self.height())
    }

    pub(super) fn rect(&mut self, rect: Rect, role: Role) -> Result<(), ChartError> {
        let corners = [css_to_subpixels((rect.x, rect.y)), css_to_subpixels((rect.right(), rect.bottom()))];
        let element = Rectangle::new(corners, filled(role));
        self.area.draw(&element).map_err(drawing_error)
    }

    pub(super) fn outline(&mut self, rect: Rect, role: Role, width_px: f64) -> Result<(), ChartError> {
        let corners = [css_to_subpixels((rect.x, rect.y)), css_to_subpixels((rect.right(), rect.bottom()))];
        let element = Rectangle::new(corners, stroked(role, width_px));
        self.area.draw(&element).map_err(drawing_error)
    }

    pub(super) fn line(
        &mut self,
        points: &[(f64, f64)],
        role: Role,
        width_px: f64,
    ) -> Result<(), ChartError> {
        let points: Vec<_> = points.iter().copied().map(css_to_subpixels).collect();
        let element = PathElement::new(points, stroked(role, width_px));
        self.area.draw(&element).map_err(drawing_error)
    }

    /// A line that lets through what is under it: 1 is opaque.
    pub(super) fn faint_line(
        &mut self,
        points: &[(f64, f64)],
        role: Role,
        width_px: f64,
        opacity: f64,
    ) -> Result<(), ChartError> {
        let points: Vec<_> = points.iter().copied().map(css_to_subpixels).collect();
        let width = (width_px * f64::from(SUBPIXELS)).round() as u32;
        let element = PathElement::new(points, role.rgb().mix(opacity).stroke_width(width));
        self.area.draw(&element).map_err(drawing_error)
    }

    pub(super) fn polygon(&mut self, points: &[(f64, f64)], role: Role) -> Result<(), ChartError> {
        let points: Vec<_> = points.iter().copied().map(css_to_subpixels).collect();
        let element = Polygon::new(points, filled(role));
        self.area.draw(&element).map_err(drawing_error)
    }

    /// A dot with a hair of surface around it, so that it stands off from what is under it.
    pub(super) fn dot(&mut self, at: (f64, f64), radius: f64, role: Role) -> Result<(), ChartError> {
        self.disc(at, radius + 1.0, Role::Surface)?;
        self.disc(at, radius, role)
    }

    /// A hollow dot.
    pub(super) fn ring(&mut self, at: (f64, f64), radius: f64, role: Role) -> Result<(), ChartError> {
        self.disc(at, radius + 1.0, Role::Surface)?;
        let size = (radius * f64::from(SUBPIXELS)).round() as i32;
        let element = Circle::new(css_to_subpixels(at), size, stroked(role, 1.6));
        self.area.draw(&element).map_err(drawing_error)
    }

    fn disc(&mut self, at: (f64, f64), radius: f64, role: Role) -> Result<(), ChartError> {
        let size = (radius * f64::from(SUBPIXELS)).round() as i32;
        let element = Circle::new(css_to_subpixels(at), size, filled(role));
        self.area.draw(&element).map_err(drawing_error)
    }

    /// A diamond: the mark of "best".
    pub(super) fn diamond(&mut self, (x, y): (f64, f64), radius: f64, role: Role) -> Result<(), ChartError> {
        let corners = |r: f64| [(x, y - r), (x + r, y), (x, y + r), (x - r, y)];
        self.polygon(&corners(radius + 1.6), Role::Surface)?;
        self.polygon(&corners(radius), role)
    }

    /// A triangle that points down at (x, y).
    pub(super) fn pointer_down(&mut self, (x, y): (f64, f64), role: Role) -> Result<(), ChartError> {
        self.polygon(&[(x - 4.5, y - 7.0), (x + 4.5, y - 7.0), (x, y)], role)
    }

    /// The box that a text would take, `y` being the middle of its capitals.
    pub(super) fn text_box(text: &str, kind: Type, anchor: Anchor, (x, y): (f64, f64)) -> Rect {
        let width = kind.width_px(text);
        let left = match anchor {
            Anchor::Start => x,
            Anchor::Middle => x - width / 2.0,
            Anchor::End => x - width,
        };
        let baseline = y + kind.baseline_px();
        let size = kind.size_px();
        Rect::new(left, baseline - 0.8 * size, width, size * 1.04)
    }

    /// Writes a text where the caller knows that there is room.
    pub(super) fn text(
        &mut self,
        text: &str,
        kind: Type,
        role: Role,
        anchor: Anchor,
        at: (f64, f64),
    ) -> Result<(), ChartError> {
        if text.is_empty() {
            return Ok(());
        }
        self.texts.push(Self::text_box(text, kind, anchor, at));
        let style = if kind.bold() { FontStyle::Bold } else { FontStyle::Normal };
        let size = kind.size_px() * f64::from(SUBPIXELS);
        let h_pos = match anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let color = role.rgb();
        let style = TextStyle::from(FontDesc::new(FontFamily::Name(kind.class()), size, style))
            .color(&color)
            .pos(Pos::new(h_pos, VPos::Center));
        let element = Text::new(text, css_to_subpixels(at), style);
        self.area.draw(&element).map_err(drawing_error)
    }

    /// Whether a text there would be inside `bounds` and touch no other text.
    pub(super) fn is_free(&self, rect: &Rect, bounds: &Rect) -> bool {
        let grown = rect.with_margin();
        rect.inside(bounds) && !self.texts.iter().any(|other| other.overlaps(&grown))
    }

    /// Writes a text at the place that is free of texts and covers least of the marks, the first of equals;
    /// false if there is none, since a missing label is better than two on top of one another.
    pub(super) fn place(
        &mut self,
        text: &str,
        kind: Type,
        role: Role,
        places: &[(Anchor, (f64, f64))],
        bounds: &Rect,
    ) -> Result<bool, ChartError> {
        self.place_one_of(&[text], kind, role, places, bounds)
    }

    /// The same with a choice of wordings, the longest first: a shorter one is taken when the longer would
    /// cover marks.
    pub(super) fn place_one_of(
        &mut self,
        wordings: &[&str],
        kind: Type,
        role: Role,
        places: &[(Anchor, (f64, f64))],
        bounds: &Rect,
    ) -> Result<bool, ChartError> {
        let mut best: Option<(f64, &str, Anchor, (f64, f64))> = None;
        for text in wordings {
            for (anchor, at) in places {
                let rect = Self::text_box(text, kind, *anchor, *at);
                if !self.is_free(&rect, bounds) {
                    continue;
                }
                let covered: f64 = self.obstacles.iter().map(|o| o.shared(&rect)).sum();
                // A corner of a mark under the halo is no reason to say less.
                let covered = (covered - 24.0).max(0.0);
                if best.is_none_or(|(least, ..)| covered < least) {
                    best = Some((covered, text, *anchor, *at));
                }
            }
        }
        match best {
            Some((_, text, anchor, at)) => {
                self.text(text, kind, role, anchor, at)?;
                Ok(true)
            }
            None => Ok(false),
        }
    }

    /// Marks that labels should avoid.
    pub(super) fn obstacle(&mut self, rect: Rect) {
        self.obstacles.push(rect);
    }

    /// A line that labels should avoid, as a chain of small squares.
    pub(super) fn obstacle_line(&mut self, points: &[(f64, f64)]) {
        for ends in points.windows(2) {
            let (from, to) = (ends[0], ends[1]);
            let length = (to.0 - from.0).hypot(to.1 - from.1);
            let count = (length / 5.0).ceil().max(1.0) as usize;
            for step in 0..=count {
                let part = step as f64 / count as f64;
                let (x, y) = (from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part);
                self.obstacles.push(Rect::new(x - 2.5, y - 2.5, 5.0, 5.0));
            }
        }
    }

    pub(super) fn hit(&mut self, rect: Rect, label: String) {
        self.hits.push(Hit { x: rect.x, y: rect.y, w: rect.w, h: rect.h, label });
    }

    pub(super) fn finish(self, title: &str, description: &str, table: Table) -> Chart {
        let svg = self.document.borrow_mut().finish(&self.frame, title, description);
        Chart { svg, hits: HitMap { hits: self.hits }, table }
    }
}

//! A plotters backend that writes SVG for a page.
//!
//! plotters draws on whole pixels. A thin bar or a gentle curve needs finer steps, so plotters is told of a
//! surface [`SUBPIXELS`] times as wide and high, and every coordinate is divided again on its way into
//! the file: positions come in tenths of a CSS pixel, and the viewBox is in CSS pixels.
//!
//! ```text
//! plotters: (1234, 567), RGB(sentinel), width 15   ->   M123.4 56.7  var(--phase-compute)  1.5
//! ```
//!
//! Three more things differ from plotters' own SVG backend: colours leave as CSS variables or patterns
//! ([`super::theme`]), texts carry a class and take their place from a table of widths, and rectangles
//! of one role that follow one another become one path (a heat map of 4,096 cells is seven paths).

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::rc::Rc;

use plotters::backend::DrawingBackend;
use plotters::style::text_anchor::{HPos, VPos};
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingErrorKind};

use super::Frame;
use super::glyphs::Type;
use super::theme::Role;

/// Steps per CSS pixel.
pub const SUBPIXELS: i32 = 10;

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

/// Escapes a text for element content and for attribute values; control characters, which XML forbids,
/// become the replacement character.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() || c == '\u{FFFE}' || c == '\u{FFFF}' => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
    out
}

/// Tenths of a pixel as the shortest decimal: `1230` is "123", `1234` is "123.4".
fn decimal(subpixels: i32) -> String {
    let sign = if subpixels < 0 { "-" } else { "" };
    let (whole, rest) = (subpixels.abs() / SUBPIXELS, subpixels.abs() % SUBPIXELS);
    if rest == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest}") }
}

/// What was drawn so far. Shared by the backend, which plotters owns, and the canvas, which finishes it.
#[derive(Debug, Default)]
pub struct Document {
    id: String,
    body: String,
    /// A run of filled rectangles of one style, still open.
    open_path: Option<(String, String)>,
    hatches: BTreeSet<Role>,
}

impl Document {
    /// An empty document; ids of patterns begin with `id`.
    pub fn new(id: &str) -> Self {
        Self { id: id.to_owned(), ..Self::default() }
    }

    fn close_path(&mut self) {
        if let Some((paint, path)) = self.open_path.take() {
            let _ = writeln!(self.body, "<path d=\"{path}\"{paint}/>");
        }
    }

    fn element(&mut self, element: &str) {
        self.close_path();
        self.body.push_str(element);
        self.body.push('\n');
    }

    fn filled_rect(&mut self, path: &str, paint: String) {
        if let Some((open_paint, open)) = &mut self.open_path
            && *open_paint == paint
        {
            open.push_str(path);
            return;
        }
        self.close_path();
        self.open_path = Some((paint, path.to_owned()));
    }

    /// The value of `fill` or `stroke` for a colour that plotters passed on.
    fn paint(&mut self, color: BackendColor) -> String {
        match Role::from_rgb(color.rgb) {
            Some(role) => match role.hatch() {
                Some(hatch) => {
                    self.hatches.insert(role);
                    format!("url(#{}-hatch-{})", self.id, hatch.name)
                }
                None => format!("var({})", role.variable()),
            },
            // A colour that is no sentinel is meant literally.
            None => format!("rgb({},{},{})", color.rgb.0, color.rgb.1, color.rgb.2),
        }
    }

    fn fill(&mut self, color: BackendColor) -> String {
        let paint = self.paint(color);
        format!(" fill=\"{paint}\"{}", opacity("fill", color.alpha))
    }

    fn stroke<S: BackendStyle>(&mut self, style: &S) -> String {
        let color = style.color();
        let paint = self.paint(color);
        let width = decimal(style.stroke_width() as i32);
        let dashes = Role::from_rgb(color.rgb)
            .and_then(Role::dashes)
            .map(|dashes| format!(" stroke-dasharray=\"{dashes}\""))
            .unwrap_or_default();
        format!(
            " fill=\"none\" stroke=\"{paint}\" stroke-width=\"{width}\"{}{dashes}",
            opacity("stroke", color.alpha)
        )
    }

    fn patterns(&self) -> String {
        let mut out = String::new();
        for role in &self.hatches {
            let Some(hatch) = role.hatch() else { continue };
            let (pitch, line, variable) = (hatch.pitch, hatch.line, role.variable());
            let _ = writeln!(
                out,
                "<pattern id=\"{}-hatch-{}\" width=\"{pitch}\" height=\"{pitch}\" \
                 patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate({})\">\
                 <rect width=\"{pitch}\" height=\"{pitch}\" fill=\"var({variable})\" fill-opacity=\"{}\"/>\
                 <rect width=\"{pitch}\" height=\"{line}\" fill=\"var({variable})\"/></pattern>",
                self.id, hatch.name, hatch.angle, hatch.ground
            );
        }
        out
    }

    /// The finished `<svg>` element.
    pub fn finish(&mut self, frame: &Frame, title: &str, description: &str) -> String {
        self.close_path();
        let patterns = self.patterns();
        let defs = if patterns.is_empty() { String::new() } else { format!("<defs>\n{patterns}</defs>\n") };
        let (id, width, height) = (&frame.id, frame.width_px, frame.height_px);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" role=\"img\" \
             aria-labelledby=\"{id}-title {id}-desc\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
             height=\"{height}\" font-family=\"system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif\" \
             font-variant=\"tabular-nums\">\n\
             <title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-desc\">{}</desc>\n{defs}{}</svg>\n",
            escape(title),
            escape(description),
            self.body
        )
    }
}

fn opacity(attribute: &str, alpha: f64) -> String {
    if alpha >= 0.999 {
        String::new()
    } else {
        format!(" {attribute}-opacity=\"{:.2}\"", alpha.clamp(0.0, 1.0))
    }
}

fn path_data(points: impl IntoIterator<Item = BackendCoord>) -> String {
    let mut path = String::new();
    for (index, (x, y)) in points.into_iter().enumerate() {
        let step = if index == 0 { 'M' } else { 'L' };
        let _ = write!(path, "{step}{} {}", decimal(x), decimal(y));
    }
    path
}

/// The backend that plotters draws on.
#[derive(Clone, Debug)]
pub struct SvgBackend {
    document: Rc<RefCell<Document>>,
    size: (u32, u32),
}

impl SvgBackend {
    /// A backend of the frame's size that writes into `document`.
    pub fn new(frame: &Frame, document: Rc<RefCell<Document>>) -> Self {
        let scale = SUBPIXELS as u32;
        Self { document, size: (frame.width_px * scale, frame.height_px * scale) }
    }
}

impl DrawingBackend for SvgBackend {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Drawn {
        self.draw_rect((x, y), (x + SUBPIXELS, y + SUBPIXELS), &color, true)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        (left, top): BackendCoord,
        (right, bottom): BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let mut document = self.document.borrow_mut();
        let (width, height) = (right - left, bottom - top);
        let path = format!(
            "M{} {}h{}v{}h{}z",
            decimal(left),
            decimal(top),
            decimal(width),
            decimal(height),
            decimal(-width)
        );
        if fill {
            let paint = document.fill(style.color());
            document.filled_rect(&path, paint);
        } else {
            let stroke = document.stroke(style);
            document.element(&format!("<path d=\"{path}\"{stroke}/>"));
        }
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        let path = path_data(path);
        let mut document = self.document.borrow_mut();
        let stroke = document.stroke(style);
        document.element(&format!("<path d=\"{path}\"{stroke} stroke-linejoin=\"round\"/>"));
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        (x, y): BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let mut document = self.document.borrow_mut();
        let paint = if fill { document.fill(style.color()) } else { document.stroke(style) };
        document.element(&format!(
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\"{paint}/>",
            decimal(x),
            decimal(y),
            decimal(radius as i32)
        ));
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        vertices: I,
        style: &S,
    ) -> Drawn {
        let path = path_data(vertices);
        let mut document = self.document.borrow_mut();
        let paint = document.fill(style.color());
        document.element(&format!("<path d=\"{path}z\"{paint}/>"));
        Ok(())
    }

    /// The position is the baseline for `VPos::Bottom` and the middle of the capitals for `VPos::Center`;
    /// the name of the font family is the class ([`Type`]).
    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, (x, y): BackendCoord) -> Drawn {
        let family = style.family();
        let kind = Type::from_class(family.as_str()).unwrap_or(Type::Tick);
        let anchor = match style.anchor().h_pos {
            HPos::Left => "",
            HPos::Center => " text-anchor=\"middle\"",
            HPos::Right => " text-anchor=\"end\"",
        };
        let drop_px = match style.anchor().v_pos {
            VPos::Top => kind.size_px() * 0.8,
            VPos::Center => kind.baseline_px(),
            VPos::Bottom => 0.0,
        };
        let y = y + (drop_px * f64::from(SUBPIXELS)).round() as i32;
        let weight = if kind.bold() { " font-weight=\"600\"" } else { "" };
        // The halo is painted first, under the letters, so that a label stays legible over a line.
        let halo = if kind.halo() {
            " stroke=\"var(--surface)\" stroke-width=\"3\" stroke-linejoin=\"round\" paint-order=\"stroke\""
        } else {
            ""
        };
        let mut document = self.document.borrow_mut();
        let fill = document.fill(style.color());
        document.element(&format!(
            "<text class=\"{}\" x=\"{}\" y=\"{}\" font-size=\"{}\"{anchor}{weight}{fill}{halo}>{}</text>",
            kind.class(),
            decimal(x),
            decimal(y),
            kind.size_px(),
            escape(text)
        ));
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Self::ErrorType>> {
        let family = style.family();
        let kind = Type::from_class(family.as_str()).unwrap_or(Type::Tick);
        let scale = f64::from(SUBPIXELS);
        let width = (kind.width_px(text) * scale).ceil() as u32;
        let height = (kind.size_px() * scale).ceil() as u32;
        Ok((width, height))
    }
}

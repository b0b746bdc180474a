//! A figure's PNG and SVG, by one drawing routine for every plotters backend.
//!
//! The only file that names plotters. Coordinates are in tenths of a pixel, because plotters' are whole numbers; the
//! SVG states its true size in its first line, and `Pixels` draws fractions.

use super::PlotError;
use super::figure::Figure;
use super::fonts;
use super::layout;
use super::raster::{Canvas, Line};
use super::scene::{Align, Point, Scene, Shape, dashes};
use super::theme::{Rgb, Size, Theme};
use plotters::coord::Shift;
use plotters::prelude::{
    Circle, DrawingArea, IntoDrawingArea, PathElement, Polygon, RGBColor, Rectangle, SVGBackend, ShapeStyle, Text,
    TextStyle,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, FontTransform};
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind};
use std::convert::Infallible;

/// The figure as the bytes of a PNG file; the resolution is stored in it.
///
/// # Errors
/// [`PlotError`]: nothing to draw, an impossible size, or no room.
pub fn png(figure: &Figure, size: Size, theme: Theme) -> Result<Vec<u8>, PlotError> {
    // This filter halves the bytes of the others; a slower compression takes a third off, but ten times as long.
    encode(&pixels(figure, size, theme)?, size, png::FilterType::Paeth, png::Compression::Fast)
}

/// The same picture in fewer bytes, for files that are kept: about 50 milliseconds more.
///
/// # Errors
/// As [`png()`].
pub fn png_small(figure: &Figure, size: Size, theme: Theme) -> Result<Vec<u8>, PlotError> {
    encode(&pixels(figure, size, theme)?, size, png::FilterType::NoFilter, png::Compression::Default)
}

/// The figure as the text of an SVG file, with texts as text.
///
/// # Errors
/// As [`png()`].
pub fn svg(figure: &Figure, size: Size, theme: Theme) -> Result<String, PlotError> {
    let scene = layout::lay_out(figure, size, theme)?;
    let (width, height) = fine_size(&scene);
    let mut text = String::new();
    draw(&SVGBackend::with_string(&mut text, (width, height)).into_drawing_area(), &scene)?;
    // The backend writes its coordinates' size; the page's is in points, so that it prints as large as the PNG.
    let points = |pixels: u32| f64::from(pixels) * 72.0 / size.dots_per_inch;
    let plain = format!("<svg width=\"{width}\" height=\"{height}\"");
    let sized = format!(
        "<svg width=\"{:.2}pt\" height=\"{:.2}pt\" stroke-linejoin=\"round\"",
        points(scene.width),
        points(scene.height)
    );
    Ok(text.replacen(&plain, &sized, 1))
}

/// The figure as pixels: rows from the top, red, green, blue.
///
/// # Errors
/// As [`png()`].
pub fn rgb(figure: &Figure, size: Size, theme: Theme) -> Result<Vec<u8>, PlotError> {
    Ok(pixels(figure, size, theme)?.pixels().to_vec())
}

/// Tenths of a pixel: fine enough that flat curves are smooth, coarse enough for short SVG numbers.
const FINE: f64 = 10.0;

/// plotters' SVG backend divides font sizes by this before it writes them.
const FONT_SCALE: f64 = 1.24;

fn fine_size(scene: &Scene) -> (u32, u32) {
    (scene.width * FINE as u32, scene.height * FINE as u32)
}

fn pixels(figure: &Figure, size: Size, theme: Theme) -> Result<Canvas, PlotError> {
    let scene = layout::lay_out(figure, size, theme)?;
    let mut canvas = Canvas::new(scene.width as usize, scene.height as usize, scene.ground);
    draw(&Pixels { canvas: &mut canvas, size: fine_size(&scene) }.into_drawing_area(), &scene)?;
    Ok(canvas)
}

fn encode(
    image: &Canvas,
    size: Size,
    filter: png::FilterType,
    compression: png::Compression,
) -> Result<Vec<u8>, PlotError> {
    let failed = |error: png::EncodingError| PlotError::Backend(error.to_string());
    let mut bytes = Vec::with_capacity(1 << 19);
    let mut encoder = png::Encoder::new(&mut bytes, size.width, size.height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(compression);
    encoder.set_filter(filter);
    let per_metre = (size.dots_per_inch / 0.0254).round() as u32;
    encoder.set_pixel_dims(Some(png::PixelDimensions { xppu: per_metre, yppu: per_metre, unit: png::Unit::Meter }));
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(image.pixels()).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(bytes)
}

/// Draws the scene on any backend.
fn draw<B: DrawingBackend>(area: &DrawingArea<B, Shift>, scene: &Scene) -> Result<(), PlotError> {
    let failed = |error: plotters::drawing::DrawingAreaErrorKind<B::ErrorType>| PlotError::Backend(error.to_string());
    area.fill(&colour(scene.ground)).map_err(failed)?;
    for shape in &scene.shapes {
        match shape {
            Shape::Rectangle { frame, colour: fill } => {
                let corners = [(fine(frame.left), fine(frame.top)), (fine(frame.right), fine(frame.bottom))];
                area.draw(&Rectangle::new(corners, colour(*fill).filled())).map_err(failed)?;
            }
            Shape::Line { points, pen } => {
                let style = ShapeStyle {
                    color: colour(pen.colour).to_rgba(),
                    filled: false,
                    stroke_width: (pen.width * FINE).round().max(1.0) as u32,
                };
                let pattern: Vec<f64> = pen.dash.iter().map(|length| length * pen.width).collect();
                for piece in dashes(points, &pattern) {
                    area.draw(&PathElement::new(fine_points(&piece), style)).map_err(failed)?;
                }
            }
            Shape::Polygon { points, colour: fill } => {
                area.draw(&Polygon::new(fine_points(points), colour(*fill).filled())).map_err(failed)?;
            }
            Shape::Circle { centre, radius, colour: fill } => {
                let circle = Circle::new(fine_point(centre), fine(*radius), colour(*fill).filled());
                area.draw(&circle).map_err(failed)?;
            }
            Shape::Text { at, text, face, align, upright } => {
                let top = fonts::ASCENT * face.size;
                let at = if *upright { Point { x: at.x - top, y: at.y } } else { Point { x: at.x, y: at.y - top } };
                let weight = if face.bold { FontStyle::Bold } else { FontStyle::Normal };
                let font = FontDesc::new(FontFamily::Name(fonts::FAMILY), face.size * FINE * FONT_SCALE, weight);
                let turn = if *upright { FontTransform::Rotate270 } else { FontTransform::None };
                let anchor = match align {
                    Align::Start => HPos::Left,
                    Align::Middle => HPos::Center,
                    Align::End => HPos::Right,
                };
                let ink = colour(face.colour);
                let style = TextStyle::from(font.transform(turn)).color(&ink).pos(Pos::new(anchor, VPos::Top));
                area.draw(&Text::new(text.as_str(), fine_point(&at), style)).map_err(failed)?;
            }
        }
    }
    area.present().map_err(failed)
}

fn colour(rgb: Rgb) -> RGBColor {
    RGBColor(rgb[0], rgb[1], rgb[2])
}

fn fine(pixels: f64) -> i32 {
    (pixels * FINE).round() as i32
}

fn fine_point(point: &Point) -> BackendCoord {
    (fine(point.x), fine(point.y))
}

fn fine_points(points: &[Point]) -> Vec<BackendCoord> {
    points.iter().map(fine_point).collect()
}

/// A plotters backend over a [`Canvas`].
struct Pixels<'a> {
    canvas: &'a mut Canvas,
    size: (u32, u32),
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

fn coarse(point: BackendCoord) -> Point {
    Point { x: f64::from(point.0) / FINE, y: f64::from(point.1) / FINE }
}

impl DrawingBackend for Pixels<'_> {
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

    fn draw_pixel(&mut self, point: BackendCoord, colour: BackendColor) -> Drawn {
        let point = coarse(point);
        self.canvas.pixel(point.x as i64, point.y as i64, rgb_of(colour), colour.alpha);
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(&mut self, a: BackendCoord, b: BackendCoord, style: &S, fill: bool) -> Drawn {
        if !fill {
            return self.draw_path([a, (b.0, a.1), b, (a.0, b.1), a], style);
        }
        let colour = style.color();
        self.canvas.rectangle(coarse(a), coarse(b), rgb_of(colour), colour.alpha);
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        let points: Vec<Point> = path.into_iter().map(coarse).collect();
        let (colour, width) = (style.color(), f64::from(style.stroke_width()) / FINE);
        self.canvas.stroke(&points, width, rgb_of(colour), colour.alpha);
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(&mut self, centre: BackendCoord, radius: u32, style: &S, fill: bool) -> Drawn {
        let ring = (!fill).then_some(f64::from(style.stroke_width()) / FINE);
        let colour = style.color();
        self.canvas.circle(coarse(centre), f64::from(radius) / FINE, ring, rgb_of(colour), colour.alpha);
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        let points: Vec<Point> = path.into_iter().map(coarse).collect();
        let colour = style.color();
        self.canvas.polygon(&points, rgb_of(colour), colour.alpha);
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Drawn {
        let size = style.size() / FONT_SCALE / FINE;
        let bold = matches!(style.style(), FontStyle::Bold);
        let upright = matches!(style.transform(), FontTransform::Rotate270);
        let back = match style.anchor().h_pos {
            HPos::Left => 0.0,
            HPos::Center => 0.5,
            HPos::Right => 1.0,
        } * fonts::width(text, size, bold);
        let (at, down) = (coarse(at), fonts::ASCENT * size);
        let start =
            if upright { Point { x: at.x + down, y: at.y + back } } else { Point { x: at.x - back, y: at.y + down } };
        let colour = style.color();
        self.canvas.text(start, &Line { text, size, bold, upright }, rgb_of(colour), colour.alpha);
        Ok(())
    }
}

fn rgb_of(colour: BackendColor) -> Rgb {
    [colour.rgb.0, colour.rgb.1, colour.rgb.2]
}

//! The embedded typeface: DejaVu Sans, regular and bold, cut to Latin, Greek and the signs of the field.
//!
//! Licence beside the files. Made from DejaVu 2.37 by `pyftsubset` without hinting (see `fonts/README.md`).

use super::label::runs;
use ab_glyph::{Font, FontRef, GlyphId, OutlinedGlyph, Point, PxScale};
use std::collections::HashMap;
use std::sync::OnceLock;

/// Families an SVG viewer tries in turn; Verdana has nearly the widths of DejaVu Sans.
pub(crate) const FAMILY: &str = "DejaVu Sans, Verdana, sans-serif";

/// From the top of a text box to the baseline, in em (the convention of plotters' SVG backend).
pub(crate) const ASCENT: f64 = 0.76;

/// Height of capitals and digits, in em.
pub(crate) const CAPITAL: f64 = 0.729;

/// Size of superscripts against the text around them, and how high they stand above its baseline in its em. In an SVG
/// they stay characters of their own.
const RAISED_SIZE: f64 = 0.72;
const RAISED_BY: f64 = 0.36;

/// Width of a line of text in pixels at `size` pixels per em.
pub(crate) fn width(text: &str, size: f64, bold: bool) -> f64 {
    runs(text).iter().map(|run| plain_width(&run.text, if run.raised { RAISED_SIZE * size } else { size }, bold)).sum()
}

fn plain_width(text: &str, size: f64, bold: bool) -> f64 {
    let font = font(bold);
    let units: f32 = text.chars().map(|c| font.h_advance_unscaled(glyph(font, c))).sum();
    f64::from(units) * size / f64::from(units_per_em(font))
}

/// Draws letters, and remembers their outlines.
#[derive(Default)]
pub(crate) struct Typesetter {
    outlines: HashMap<(bool, u32, GlyphId, u8), Option<OutlinedGlyph>>,
}

impl Typesetter {
    /// Calls `pixel` with column, row and coverage (0 to 1) for the letters of a line that starts at the column
    /// `along`, with rows counted from the baseline downwards. Letters lie at thirds of a pixel; superscripts become
    /// smaller raised digits.
    pub fn set(&mut self, text: &str, size: f64, bold: bool, mut along: f64, mut pixel: impl FnMut(i64, i64, f64)) {
        for run in runs(text) {
            let (size, up) =
                if run.raised { (RAISED_SIZE * size, (RAISED_BY * size).round() as i64) } else { (size, 0) };
            self.set_run(&run.text, size, bold, along, |x, y, cover| pixel(x, y - up, cover));
            along += plain_width(&run.text, size, bold);
        }
    }

    fn set_run(&mut self, text: &str, size: f64, bold: bool, mut along: f64, mut pixel: impl FnMut(i64, i64, f64)) {
        const THIRDS: f64 = 3.0;
        let font = font(bold);
        let scale = PxScale::from(size as f32 * font.height_unscaled() / units_per_em(font));
        for c in text.chars() {
            let id = glyph(font, c);
            let place = (along * THIRDS).round() / THIRDS;
            let part = ((place - place.floor()) * THIRDS).round() as u8;
            let outline = self.outlines.entry((bold, scale.y.to_bits(), id, part)).or_insert_with(|| {
                let start = Point { x: f32::from(part) / THIRDS as f32, y: 0.0 };
                font.outline_glyph(id.with_scale_and_position(scale, start))
            });
            if let Some(outline) = outline {
                let corner = outline.px_bounds().min;
                let (left, top) = (place.floor() as i64 + corner.x as i64, corner.y as i64);
                outline.draw(|x, y, cover| pixel(left + i64::from(x), top + i64::from(y), f64::from(cover)));
            }
            along += f64::from(font.h_advance_unscaled(id) / units_per_em(font)) * size;
        }
    }
}

fn font(bold: bool) -> &'static FontRef<'static> {
    static FONTS: OnceLock<[FontRef<'static>; 2]> = OnceLock::new();
    let fonts = FONTS.get_or_init(|| {
        [include_bytes!("fonts/DejaVuSans.ttf").as_slice(), include_bytes!("fonts/DejaVuSans-Bold.ttf").as_slice()]
            .map(|bytes| FontRef::try_from_slice(bytes).expect("the embedded typeface is whole"))
    });
    &fonts[usize::from(bold)]
}

/// The glyph of a character; a question mark if the typeface lacks it.
fn glyph(font: &FontRef<'_>, c: char) -> GlyphId {
    let id = font.glyph_id(c);
    if id.0 == 0 { font.glyph_id('?') } else { id }
}

fn units_per_em(font: &FontRef<'_>) -> f32 {
    font.units_per_em().unwrap_or(2048.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_typeface_has_the_signs_of_the_field() {
        for bold in [false, true] {
            for c in "AZaz09 ÄéßµΩαβγδκλμτ°±²³¹⁰⁴⁵⁶⁷⁸⁹⁻⁺−–—×·≤≥≈→←↑↓…%‰?∞".chars()
            {
                assert_ne!(font(bold).glyph_id(c).0, 0, "{c} bold: {bold}");
            }
        }
    }

    #[test]
    fn superscripts_are_raised_and_take_less_room() {
        assert!(width("10⁻³", 20.0, false) < width("10−3", 20.0, false));
        assert!(width("10⁻³", 20.0, false) > width("10", 20.0, false));
        let rows = |text: &str| {
            let mut rows = (i64::MAX, i64::MIN);
            Typesetter::default().set(text, 40.0, false, 0.0, |_, y, cover| {
                if cover > 0.5 {
                    rows = (rows.0.min(y), rows.1.max(y));
                }
            });
            rows
        };
        let (plain, raised) = (rows("3"), rows("³"));
        assert!(raised.0 < plain.0 && raised.1 < plain.1 - 10, "{raised:?} {plain:?}");
        assert!(raised.1 - raised.0 < plain.1 - plain.0);
    }

    #[test]
    fn digits_are_as_wide_as_each_other() {
        // 1303 of 2048 units in DejaVu Sans (its hmtx table).
        for digit in '0'..='9' {
            assert!((width(&digit.to_string(), 2048.0, false) - 1303.0).abs() < 0.5);
        }
    }
}

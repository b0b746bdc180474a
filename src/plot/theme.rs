//! Sizes, colours and dashes: one visual system for every figure.

#[cfg(feature = "plot")]
use super::timeline::TreatmentKind;

/// Pixels and resolution of a figure. Sizes of type and lines are in points, so `dots_per_inch` scales them all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Size {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Pixels per inch, stored in the PNG.
    pub dots_per_inch: f64,
}

impl Default for Size {
    /// 8 by 9 inches at 200 dots per inch.
    fn default() -> Self {
        Self { width: 1600, height: 1800, dots_per_inch: 200.0 }
    }
}

/// Colours of a figure.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Theme {
    /// White ground, Okabe-Ito colours.
    #[default]
    Light,
    /// Dark ground, for slides.
    Dark,
    /// Black and greys: curves differ by their dashes alone.
    Print,
}

impl Theme {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Light, Self::Dark, Self::Print];

    /// As typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
            Self::Print => "print",
        }
    }
}

/// Red, green, blue.
#[cfg(feature = "plot")]
pub(crate) type Rgb = [u8; 3];

/// On and off lengths in multiples of the line width; empty is solid.
#[cfg(feature = "plot")]
pub(crate) type Dash = &'static [f64];

/// The colours of a [`Theme`].
#[cfg(feature = "plot")]
#[derive(Debug)]
pub(crate) struct Colours {
    pub ground: Rgb,
    pub text: Rgb,
    /// Footer, tick labels, reference lines.
    pub muted: Rgb,
    pub frame: Rgb,
    pub grid: Rgb,
    /// Lines of doses and treatments through the panels.
    pub mark: Rgb,
    curves: &'static [Rgb],
    grades: &'static [Rgb; 6],
    /// Bars of drugs, of care for the circulation, of oxygen.
    treatments: [Rgb; 3],
}

#[cfg(feature = "plot")]
impl Theme {
    pub(crate) fn colours(self) -> &'static Colours {
        match self {
            Self::Light => &LIGHT,
            Self::Dark => &DARK,
            Self::Print => &PRINT,
        }
    }
}

#[cfg(feature = "plot")]
impl Colours {
    /// Colour of the curve style `index`.
    pub fn curve(&self, index: usize) -> Rgb {
        self.curves[index % self.curves.len()]
    }

    /// Fill of a treatment's bars.
    pub fn treatment(&self, kind: TreatmentKind) -> Rgb {
        self.treatments[match kind {
            TreatmentKind::Drug => 0,
            TreatmentKind::Circulation => 1,
            TreatmentKind::Oxygen => 2,
        }]
    }

    /// Fill of a grade, light to dark; and a colour of text that is read on it.
    pub fn grade(&self, grade: u8) -> (Rgb, Rgb) {
        let fill = self.grades[usize::from(grade).min(self.grades.len() - 1)];
        (fill, readable_on(fill))
    }
}

/// Dashes of the curve style `index`; five patterns and seven colours repeat together only after 35 styles.
#[cfg(feature = "plot")]
pub(crate) fn dash(index: usize) -> Dash {
    DASHES[index % DASHES.len()]
}

#[cfg(feature = "plot")]
const DASHES: [Dash; 5] = [&[], &[4.5, 2.2], &[1.1, 1.6], &[6.0, 1.8, 1.2, 1.8], &[9.0, 2.2]];

/// Black or white, by relative luminance.
#[cfg(feature = "plot")]
pub(crate) fn readable_on(fill: Rgb) -> Rgb {
    let luminance = 0.2126 * f64::from(fill[0]) + 0.7152 * f64::from(fill[1]) + 0.0722 * f64::from(fill[2]);
    if luminance > 125.0 { [0x14, 0x14, 0x14] } else { [0xff, 0xff, 0xff] }
}

/// Okabe and Ito 2008, "Color Universal Design"; their yellow is too light for lines on white and is left out.
#[cfg(feature = "plot")]
const OKABE_ITO: &[Rgb] = &[
    [0x00, 0x72, 0xb2],
    [0xd5, 0x5e, 0x00],
    [0x00, 0x9e, 0x73],
    [0xcc, 0x79, 0xa7],
    [0xe6, 0x9f, 0x00],
    [0x56, 0xb4, 0xe9],
    [0x00, 0x00, 0x00],
];

/// Lightness falls with the grade, so that the order survives grey print and colour blindness
/// (ColorBrewer YlOrBr, Brewer 2003; grade 0 is grey).
#[cfg(feature = "plot")]
const GRADES: [Rgb; 6] = [
    [0xf6, 0xf6, 0xf6],
    [0xfe, 0xe3, 0x91],
    [0xfe, 0xb2, 0x4c],
    [0xe0, 0x6b, 0x10],
    [0x9c, 0x37, 0x04],
    [0x3d, 0x10, 0x02],
];

#[cfg(feature = "plot")]
static LIGHT: Colours = Colours {
    ground: [0xff, 0xff, 0xff],
    text: [0x1c, 0x1c, 0x1c],
    muted: [0x5f, 0x5f, 0x5f],
    frame: [0x8c, 0x8c, 0x8c],
    grid: [0xe7, 0xe7, 0xe7],
    mark: [0xae, 0xae, 0xae],
    curves: OKABE_ITO,
    grades: &GRADES,
    treatments: [[0x4a, 0x4a, 0x4a], [0x3b, 0x6e, 0x9c], [0x6f, 0xae, 0xb5]],
};

#[cfg(feature = "plot")]
static DARK: Colours = Colours {
    ground: [0x16, 0x1a, 0x20],
    text: [0xf0, 0xf0, 0xf0],
    muted: [0xb0, 0xb4, 0xba],
    frame: [0x7a, 0x80, 0x88],
    grid: [0x2c, 0x32, 0x3a],
    mark: [0x6c, 0x72, 0x7a],
    curves: &[
        [0x56, 0xb4, 0xe9],
        [0xe6, 0x9f, 0x00],
        [0x2f, 0xc9, 0x9b],
        [0xe0, 0x9a, 0xc2],
        [0xf0, 0xe4, 0x42],
        [0xff, 0x80, 0x40],
        [0xff, 0xff, 0xff],
    ],
    grades: &[
        [0x3a, 0x41, 0x4a],
        [0xfe, 0xe3, 0x91],
        [0xfe, 0xb2, 0x4c],
        [0xe0, 0x6b, 0x10],
        [0xac, 0x3d, 0x04],
        [0x6a, 0x1c, 0x04],
    ],
    treatments: [[0xd6, 0xd9, 0xdd], [0x7d, 0xa7, 0xd0], [0x5a, 0x9f, 0xa6]],
};

#[cfg(feature = "plot")]
static PRINT: Colours = Colours {
    ground: [0xff, 0xff, 0xff],
    text: [0x00, 0x00, 0x00],
    muted: [0x50, 0x50, 0x50],
    frame: [0x60, 0x60, 0x60],
    grid: [0xe4, 0xe4, 0xe4],
    mark: [0x98, 0x98, 0x98],
    curves: &[[0x00, 0x00, 0x00], [0x48, 0x48, 0x48], [0x20, 0x20, 0x20], [0x70, 0x70, 0x70]],
    grades: &[
        [0xf4, 0xf4, 0xf4],
        [0xd8, 0xd8, 0xd8],
        [0xb4, 0xb4, 0xb4],
        [0x84, 0x84, 0x84],
        [0x50, 0x50, 0x50],
        [0x18, 0x18, 0x18],
    ],
    treatments: [[0x20, 0x20, 0x20], [0x60, 0x60, 0x60], [0xa0, 0xa0, 0xa0]],
};

#[cfg(all(test, feature = "plot"))]
mod tests {
    use super::*;

    /// Relative luminance as in WCAG 2.1.
    fn luminance(colour: Rgb) -> f64 {
        let channel = |c: u8| {
            let c = f64::from(c) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(colour[0]) + 0.7152 * channel(colour[1]) + 0.0722 * channel(colour[2])
    }

    fn contrast(a: Rgb, b: Rgb) -> f64 {
        let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
        if a > b { a / b } else { b / a }
    }

    #[test]
    fn grades_darken_and_their_numbers_can_be_read() {
        for theme in Theme::ALL {
            let colours = theme.colours();
            for grade in 0..=5 {
                let (fill, text) = colours.grade(grade);
                assert!(contrast(fill, text) > 3.0, "{theme:?} {grade}");
                if grade > 1 {
                    assert!(luminance(fill) < luminance(colours.grade(grade - 1).0), "{theme:?} {grade}");
                }
            }
        }
    }

    #[test]
    fn text_and_curves_stand_out_from_the_ground() {
        for theme in Theme::ALL {
            let colours = theme.colours();
            assert!(contrast(colours.text, colours.ground) > 7.0);
            assert!(contrast(colours.muted, colours.ground) > 4.5);
            for index in 0..7 {
                assert!(contrast(colours.curve(index), colours.ground) > 2.0, "{theme:?} {index}");
            }
        }
    }

    #[test]
    fn styles_do_not_repeat_soon() {
        let colours = Theme::Light.colours();
        for a in 0..35 {
            for b in 0..a {
                assert!(colours.curve(a) != colours.curve(b) || dash(a) != dash(b), "{a} {b}");
            }
        }
    }
}

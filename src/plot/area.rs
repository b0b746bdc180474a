//! Areas between two curves: quantile bands, and shares stacked over the horizontal axis.

/// The area between a lower and an upper edge.
///
/// On a log axis an edge at or below 0 lies below the panel, so that the area is cut at the panel's bottom. A point with
/// a NaN or an infinite value is a gap. A step is two points at one `x`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Area {
    /// Written inside where there is room; empty if the legend says enough.
    pub label: String,
    /// How it is filled.
    pub fill: Fill,
    /// `(x, lower, upper)` in drawing order.
    pub points: Vec<(f64, f64, f64)>,
}

/// How an area is filled. Neighbours differ in lightness and in their outline, not in colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fill {
    /// A band around a curve: a tint of the curve's colour.
    Band {
        /// The style of the curve.
        style: usize,
        /// 0 is the outermost band, light and with a dotted outline; each further one inside is darker, with a solid
        /// outline.
        depth: usize,
    },
    /// The dotted outline of a band alone, in the curve's colour: for bands of several curves that overlap.
    Outline {
        /// The style of the curve.
        style: usize,
    },
    /// A grade: the colour it has in lanes, light to dark.
    Grade(u8),
    /// Nothing can be said: hatched (where the edges are level, as in steps).
    Undetermined,
}

impl Default for Fill {
    fn default() -> Self {
        Self::Band { style: 0, depth: 0 }
    }
}

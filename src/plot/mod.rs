//! Figures: what is drawn ([`figure`]), and its PNG and SVG (`render`, with feature `plot`).
//!
//! In: plain numbers, texts and units, gathered by the caller from trajectories, courses and data.
//! Out: the bytes of a PNG or the text of an SVG. Nothing here writes files or knows a model.
//!
//! A [`Figure`] is stacked [`Panel`]s and grade [`Lane`]s on one horizontal axis, or [`Tile`]s in rows. It has no pixels, so that what is
//! drawn can be tested as data; every kind of figure (course, overlay, observed, phase plot) is a `Figure`.
//!
//! Flow: [`Figure`] -> `layout` (positions, with the metrics of the embedded font) -> `scene` (lines, polygons, circles,
//! texts) -> `render` (plotters, once for all backends) -> SVG text, or `raster` (anti-aliased pixels) -> PNG.
//!
//! ```
//! use cascade::plot::{Axis, Figure, Panel, Series};
//! let figure = Figure {
//!     title: "Interleukin 6".into(),
//!     horizontal: Axis::linear("Time after infusion", "d"),
//!     panels: vec![Panel {
//!         series: vec![Series::new("IL-6", vec![(0.0, 4.0), (5.0, 900.0), (14.0, 6.0)])],
//!         ..Panel::new(Axis::log("IL-6", "pg/mL"))
//!     }],
//!     ..Figure::default()
//! };
//! assert_eq!(figure.panels[0].vertical.text(), "IL-6 (pg/mL)");
//! # #[cfg(feature = "plot")] {
//! use cascade::plot::{Size, Theme, render};
//! let png: Vec<u8> = render::png(&figure, Size::default(), Theme::Light)?;
//! let svg: String = render::svg(&figure, Size::default(), Theme::Light)?;
//! # assert!(png.starts_with(b"\x89PNG") && svg.contains("IL-6"));
//! # }
//! # Ok::<(), cascade::plot::PlotError>(())
//! ```

pub mod area;
#[cfg(feature = "plot")]
mod axis;
pub mod figure;
#[cfg(feature = "plot")]
mod fonts;
pub mod gallery;
pub mod kinds;
pub mod label;
#[cfg(feature = "plot")]
mod layout;
#[cfg(feature = "plot")]
mod raster;
#[cfg(feature = "plot")]
pub mod render;
#[cfg(feature = "plot")]
mod scene;
mod steps;
#[cfg(all(test, feature = "plot"))]
mod tests;
mod theme;
pub mod tile;
pub mod timeline;

pub use area::{Area, Fill};
pub use figure::{
    AtRisk, Axis, BarSeries, Bars, Figure, Key, KeySample, Observation, Observed, Panel, Reference, ReferenceKind,
    Scale, Series, Station, StationKind,
};
pub use gallery::{Entry, Kind, Variant, gallery, index};
pub use kinds::{
    DISCLAIMER, Options, Shown, comparison, course, data, dose_marks, exposure, fit, graded, group_names, hidden,
    labels, maximum_text, output_order, overlay, page, phase, population, sensitivity, time_axis,
};
pub use theme::{Size, Theme};
pub use tile::{Bin, Cell, Column, Content, Matrix, Plot, Rule, RuleKind, Tile};
pub use timeline::{Band, Beside, Grade, Interval, Lane, Mark, MarkKind, Symbol, Track, Treatment, TreatmentKind};

use std::fmt;

/// Why a figure could not be drawn.
#[derive(Debug, Clone, PartialEq)]
pub enum PlotError {
    /// Neither panels nor lanes.
    Empty,
    /// Tiles together with panels, bands or lanes.
    Mixed,
    /// Numbers that do not make a figure; says which and why.
    Data(String),
    /// Width, height or resolution outside what is drawn: 100 to 20000 pixels a side, 20 to 2400 dots per inch.
    Size(Size),
    /// The page is too small for so many panels, labels and marks.
    NoRoom {
        /// Height or width of the page in pixels.
        given: u32,
        /// Least height or width at this resolution, in pixels.
        needed: u32,
        /// Whether the width, not the height, is too small.
        wide: bool,
    },
    /// The backend failed; its message.
    Backend(String),
}

impl fmt::Display for PlotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "the figure has no panels"),
            Self::Mixed => write!(f, "a figure has tiles or panels on one axis, not both"),
            Self::Data(reason) => f.write_str(reason),
            Self::Size(size) => write!(
                f,
                "cannot draw {} x {} pixels at {} dots per inch: 100 to 20000 pixels a side and 20 to 2400 dots per inch are possible",
                size.width, size.height, size.dots_per_inch
            ),
            Self::NoRoom { given, needed, wide } => {
                let side = if *wide { "width" } else { "height" };
                write!(f, "the figure needs a {side} of {needed} pixels at this resolution: {given} given")
            }
            Self::Backend(message) => write!(f, "drawing failed: {message}"),
        }
    }
}

impl std::error::Error for PlotError {}

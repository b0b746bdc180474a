//! Tiles: small panels side by side, each with axes of its own.

use super::area::Fill;
use super::figure::{Axis, Observed, Reference, Series};

/// A small panel: a histogram, columns over categories, or curves and points.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tile {
    /// Bold above the tile; nothing if empty.
    pub title: String,
    /// Lines between title and frame: numbers that the picture does not show.
    pub notes: Vec<String>,
    /// The axis of the bins; of columns only its label is written.
    pub horizontal: Axis,
    /// The axis of the heights. Of bins and columns it starts at 0, and `to` is the greatest tick.
    pub vertical: Axis,
    /// What is drawn.
    pub content: Content,
    /// Upright lines over bins, and over curves and points.
    pub rules: Vec<Rule>,
}

/// What a [`Tile`] shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// A histogram.
    Bins(Vec<Bin>),
    /// Columns over categories.
    Columns(Vec<Column>),
    /// Names against names.
    Matrix(Matrix),
    /// Curves and points.
    Plot(Box<Plot>),
}

/// Curves and points in a tile; their names stand in the figure's legend.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plot {
    /// Bars from 0, under everything: a histogram to which a curve belongs.
    pub bins: Vec<Bin>,
    /// Dashed lines of no style from a point to another: the line of identity.
    pub guides: Vec<[(f64, f64); 2]>,
    /// Horizontal lines.
    pub references: Vec<Reference>,
    /// Curves.
    pub series: Vec<Series>,
    /// Points, over the curves.
    pub observed: Vec<Observed>,
    /// Curves over the points, which may be so many that they would hide it: a smooth.
    pub over: Vec<Series>,
    /// Places on the horizontal axis at which something was given: small triangles at the upper edge.
    pub doses: Vec<f64>,
}

impl Default for Content {
    fn default() -> Self {
        Self::Bins(Vec::new())
    }
}

/// A table of shaded cells.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Matrix {
    /// Written left of the rows, from top to bottom.
    pub rows: Vec<String>,
    /// Written under the columns.
    pub columns: Vec<String>,
    /// Row by row; a row that is too short ends in empty cells.
    pub cells: Vec<Vec<Cell>>,
}

/// A cell of a [`Matrix`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cell {
    /// How dark, between 0 and 1; nothing stays blank.
    pub shade: Option<f64>,
    /// In bold; nothing if empty.
    pub head: String,
    /// Lines under it; what has no room is left out from the last one on.
    pub lines: Vec<String>,
}

/// A bar over a range of values.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Bin {
    /// Lower end; at or below 0 on a log axis the bar starts at the frame.
    pub from: f64,
    /// Upper end; one that is no greater than the lower end is drawn with a least width.
    pub to: f64,
    /// Height; a positive one is drawn with a least height, so that rare values are seen.
    pub height: f64,
}

/// A bar over a category.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Column {
    /// The category.
    pub label: String,
    /// How it is filled; `None` is neutral.
    pub fill: Option<Fill>,
    /// Height.
    pub height: f64,
    /// The height as written above the column.
    pub text: String,
    /// Lower and upper end of an interval around the height.
    pub whisker: Option<(f64, f64)>,
}

/// An upright line at a value.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Rule {
    /// On the horizontal axis.
    pub value: f64,
    /// How it is drawn.
    pub kind: RuleKind,
}

/// What a [`Rule`] is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RuleKind {
    /// The middle of the values: solid.
    #[default]
    Middle,
    /// An end of the usual values: dashed.
    Tail,
}

/// How many tiles of `count` stand side by side on a page of the usual width.
pub(crate) fn tiles_across(count: usize) -> usize {
    match count {
        0 | 1 => 1,
        2 | 4 => 2,
        _ => 3,
    }
}

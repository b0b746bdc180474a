//! What was observed, for fits.

use super::design::{DesignRow, DesignSubject};
use super::reading::{Wanted, read};
use crate::diagnostic::{Problems, Source, Span};
use crate::error_model::Observed;
use crate::model::Model;
use crate::trajectory::Sidecar;

/// Subjects in the order of their first row.
#[derive(Debug, Clone, PartialEq)]
pub struct Data {
    /// The subjects; one without observations has no rows.
    pub subjects: Vec<DataSubject>,
}

/// One subject of a data set.
#[derive(Debug, Clone, PartialEq)]
pub struct DataSubject {
    /// Doses, covariates, and what was observed when.
    pub design: DesignSubject,
    /// What was observed: one for each of `design.rows`, in their order.
    pub observed: Vec<ObservedRow>,
}

/// One observation.
#[derive(Debug, Clone, PartialEq)]
pub struct ObservedRow {
    /// DV in the unit of the output; the limit where the value lies beyond it.
    pub value: f64,
    /// What the likelihood learns from it, in the unit of the output.
    pub observed: Observed,
    /// OCC as written, if there is such a column and the field is not empty.
    pub occasion: Option<u32>,
    /// Line of the table, counted from 1.
    pub line: usize,
    /// Where DV stands in it.
    pub place: Span,
}

impl DataSubject {
    /// Its rows: when and of what, and what was observed.
    pub fn rows(&self) -> impl Iterator<Item = (&DesignRow, &ObservedRow)> {
        self.design.rows.iter().zip(&self.observed)
    }
}

impl ObservedRow {
    /// The value, if it is known.
    pub fn known(&self) -> Option<f64> {
        matches!(self.observed, Observed::Value(_)).then_some(self.value)
    }

    /// Whether the value lies below `value`, perhaps above another limit.
    pub fn below_limit(&self) -> bool {
        match self.observed {
            Observed::Below(_) => true,
            Observed::Between { high, .. } => high == self.value,
            _ => false,
        }
    }

    /// Whether the value lies above `value`, perhaps below another limit.
    pub fn above_limit(&self) -> bool {
        self.known().is_none() && !self.below_limit()
    }
}

/// Reads data: the table of [`read_design`](super::read_design) with what was observed.
///
/// | column | content |
/// |---|---|
/// | `DV` | the value in the unit of the heading (`DV [ng/mL]`), else of the output; `<5` is below 5, `>500` above 500, `BLQ` or `<LLOQ` below the limit of the row |
/// | `CENS` or `BLQ` | 0 or empty: a value; 1: below the limit that stands in `DV`; -1: above it |
/// | `LIMIT` | with CENS 1 the value lies between LIMIT and DV, with CENS -1 between DV and LIMIT; without CENS it says nothing |
/// | `LLOQ` | limit of quantification of the row, else the one that the output declares |
/// | `OCC` | occasion, a whole number |
///
/// `LIMIT` and `LLOQ` without a unit have that of `DV`. An empty DV with CENS 1 is below the limit of the row; any other
/// observation (EVID 0, MDV not 1) needs a DV. Rows with MDV 1 are passed over, whatever stands in them.
///
/// ```
/// use cascade::diagnostic::{Problems, Source};
/// use cascade::error_model::Observed;
/// use cascade::model::Model;
/// use cascade::observation::read_data;
/// use cascade::trajectory::Sidecar;
/// let model = Model::embedded("stein-2019")?;
/// let table = Source::new("data.csv", "ID,TIME,DV,CENS\n7,14,9000,0\n7,200,50,1\n");
/// let data = read_data(&table, &Sidecar::default(), &model, &mut Problems::default()).unwrap();
/// let rows = &data.subjects[0].observed;
/// assert_eq!((rows[0].observed, rows[1].observed), (Observed::Value(9000.0), Observed::Below(50.0)));
/// # Ok::<(), cascade::diagnostic::Problems>(())
/// ```
///
/// None if there are mistakes, which are all told, each with its place. Values below the limit of quantification that are
/// not marked are a warning for each output.
pub fn read_data(source: &Source, sidecar: &Sidecar, model: &Model, problems: &mut Problems) -> Option<Data> {
    read(source, sidecar, model, Wanted::Data, problems).map(|subjects| Data { subjects })
}

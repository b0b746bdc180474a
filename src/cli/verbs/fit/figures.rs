//! The figures of a fit, as files.

use crate::cli::output::Folder;
use crate::cli::picture::{self, Kind, Page};
use crate::diagnostic::Problems;
use crate::fit::{Fitted, SubjectCurves};
use crate::plot::{Figure, fit};

/// Adds all figures that the fit has.
pub fn add(folder: &mut Folder, fitted: &Fitted, curves: &[SubjectCurves]) -> Result<(), Problems> {
    let mut one = |name: &str, figures: &[Figure]| -> Result<(), Problems> {
        for (at, figure) in figures.iter().enumerate() {
            let file = if figures.len() == 1 { format!("{name}.png") } else { format!("{name}-{}.png", at + 1) };
            folder.add(&file, &picture::draw(figure, Kind::Png, &Page::default())?)?;
        }
        Ok(())
    };
    one("individual-fits", &fit::individual_fits(fitted, curves))?;
    one("goodness", &fit::goodness(fitted))?;
    one("residuals", &fit::residuals(fitted))?;
    one("etas", &fit::etas(fitted))?;
    one("traces", &fit::traces(fitted))?;
    one("estimates", &fit::forest_of_estimates(fitted).into_iter().collect::<Vec<_>>())?;
    one("profiles", &fit::profile(fitted, &fitted.profiles))
}

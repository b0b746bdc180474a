//! What a run comes to: exposure to each output, and the end points of the model.
//!
//! In: the continuous solution, piece by piece, while the run goes on. Out: [`Exposure`] for each output, as CSV
//! ([`write_csv`]) or as a table ([`table`]); [`EndPointOutcome`] for each end point ([`write_end_points_csv`]). Nothing is read from a stored grid, so results do not depend on one.
//!
//! ```
//! use cascade::outcome::{Recorder, Window};
//!
//! // IL-6 of 1000 pg/mL that halves every 2 days, watched for 40 days; time in hours.
//! let window = Window { origin: 0.0, until: 960.0, day: 24.0 };
//! let il6 = |hours: f64| 1000.0 * (-hours / 48.0).exp2();
//! let mut recorder = Recorder::new(&[Some(125.0)], window);
//! recorder.begin(0.0, &[il6(0.0)]);
//! for n in 0..40 {
//!     let day = f64::from(n) * 24.0;
//!     recorder.piece(day, day + 24.0, &mut |t, values| values[0] = il6(t));
//! }
//! let exposure = recorder.finish(960.0)[0];
//! assert_eq!(exposure.cmax, Some(1000.0));
//! assert!((exposure.half_life.unwrap() - 2.0).abs() < 1e-9);
//! assert!((exposure.tlast.unwrap() - 6.0).abs() < 1e-9); // three halvings to 125 pg/mL
//! ```

mod end_point;
#[cfg(test)]
mod end_point_tests;
mod exposure;
mod extremum;
mod recorder;
#[cfg(test)]
mod tests;

pub use end_point::{EndPointOutcome, EndPointRecorder, EndPointRow, write_end_points_csv};
pub use exposure::{Exposure, ExposureRow, table, write_csv};
pub use recorder::{Recorder, SAMPLES, Shape, Shapes, Window, shapes};

//! A patient's chart: what a ward writes down, as signs in time for the grader.
//!
//! In: rows of a long table (`subject,time_h,param,value,unit`), single time points, SDTM tables, FHIR bundles:
//! vital signs, drips by agent and dose, oxygen devices, boluses, drugs, organ grades, death. Out: a [`Chart`] for each
//! subject, and from it [`Reading`](crate::crs::Reading)s that [`crs::grade_states`](crate::crs::grade_states) grades.
//!
//! Values hold for a while only ([`Options::hold`]); drips and devices hold until they are changed. **Unknown is not
//! normal**: what has to be assumed is told with every grade as a [`Remark`](crate::crs::Remark).
//!
//! ```
//! use cascade::chart::{LongTable, Options};
//! use cascade::crs::{self, Panel, Scale, Settings};
//! let text = "subject,time_h,param,value,unit\n\
//!     7,60,TEMP,101.3,degF\n7,60,SBP,84,mmHg\n7,60,O2DEVICE,RA,\n7,61,PRESSOR:NE,5,ug/min\n7,80,PRESSOR:NE,0,ug/min\n";
//! let mut table = LongTable::open("ward.csv", text.as_bytes())?;
//! let chart = table.next_chart()?.unwrap();
//! let states = chart.states(&Options::default());
//! let panel = Panel::new(&[Scale::astct_2019()], &Settings { patient: chart.patient, ..Settings::default() })?;
//! let course = crs::grade_states(panel, states).remove(0);
//! assert_eq!(course.maximum().grade, Some(3));
//! # Ok::<(), cascade::diagnostic::Problems>(())
//! ```

mod agent;
mod draft;
mod entry;
#[cfg(feature = "cli")]
mod fhir;
mod long;
mod mapping;
mod parameter;
mod sdtm;
mod snapshot;
mod states;
mod time;

pub use agent::Agent;
pub use entry::{Causes, Chart, Dose, Entry, Event, Moments, Report};
#[cfg(feature = "cli")]
pub use fhir::Bundle;
pub use long::LongTable;
pub use mapping::Mapping;
pub use sdtm::Sdtm;
pub use snapshot::{Snapshot, SnapshotTable};
pub use states::{Absent, Options};
pub use time::Instant;

#[cfg(test)]
mod tests;

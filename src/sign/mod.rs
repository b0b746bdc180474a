//! What clinicians see of a cytokine release syndrome: the vocabulary, readings in it, and what is known of the patient.
//!
//! In: values by name (`temperature`, `oxygen_device` ...), from a model's `[signs]` or a patient's table.
//! Out: [`Signs`], one reading of all of them, each known or unknown. **Unknown is not normal.**
//!
//! ```
//! use cascade::sign::{OxygenDevice, Sign, Signs};
//! let mut signs = Signs::normal();
//! signs.set_text("temperature", "101.3 degF")?;
//! signs.set_text("oxygen_device", "hfnc")?;
//! assert_eq!(signs.get(Sign::Temperature), Some(38.5));
//! assert_eq!(signs.oxygen_device(), Some(OxygenDevice::Hfnc));
//! assert_eq!(signs.text(Sign::OxygenDevice).as_deref(), Some("hfnc"));
//! assert_eq!(Signs::unknown().get(Sign::Sbp), None);
//! # Ok::<(), cascade::diagnostic::Diagnostic>(())
//! ```

mod patient;
mod reading;
mod text;
mod vocabulary;

pub use patient::Patient;
pub use reading::Signs;
pub use vocabulary::{Fluids, Kind, OxygenDevice, Sign, Worse};

#[cfg(test)]
mod tests;

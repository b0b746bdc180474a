use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::scale;
use crate::unit::{Quantity, Unit};

/// From memory; laboratories and assays differ.
const IL6_ULN: f64 = 7.0;

/// What a laboratory decides.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settings {
    il6_uln: Option<f64>,
}

impl Settings {
    /// The upper limit of normal of interleukin 6, pg/mL; 7 if none is set.
    pub fn il6_uln(&self) -> f64 {
        self.il6_uln.unwrap_or(IL6_ULN)
    }

    /// Whether that limit is the one nobody has confirmed.
    pub fn il6_uln_is_assumed(&self) -> bool {
        self.il6_uln.is_none()
    }

    /// Sets an option by name: `il6_uln` to `5 pg/mL`.
    ///
    /// # Errors
    /// No such option, or not a concentration above 0.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), Diagnostic> {
        if name != "il6_uln" {
            let mut found = Diagnostic::error(&scale::UNKNOWN_OPTION, format!("the scores have no option `{name}`"));
            found.help("`il6_uln`, the upper limit of normal of interleukin 6: il6_uln=7 pg/mL");
            return Err(found);
        }
        let own = Unit::parse_str("pg/mL").expect("a unit");
        let limit = Quantity::parse_str(value).ok().and_then(|limit| limit.unit.convert(limit.value, &own));
        match limit.filter(|limit| *limit > 0.0 && limit.is_finite()) {
            Some(limit) => {
                self.il6_uln = Some(limit);
                Ok(())
            }
            None => {
                let what = format!("`{value}` is not an upper limit of interleukin 6");
                let mut found = Diagnostic::error(&scale::OPTION_VALUE, what);
                found.help("a concentration above 0: il6_uln=7 pg/mL");
                Err(found)
            }
        }
    }
}

//! Subjects, and their measurements with predictions.

use super::{cell, csv};
use crate::fit::result::{Fitted, IndividualFit, Prediction};
use crate::trajectory::number;

/// `individuals.csv`: modes of the random effects with their standard deviations given the data, parameters in their
/// units, the subject's part of the objective, and whether its mode lies on a kink.
pub fn individuals(fitted: &Fitted) -> String {
    let etas = || fitted.etas.iter();
    let parameters = fitted.individuals.first().map_or(&[][..], |first| &first.parameters);
    let head: Vec<String> = std::iter::once("subject".to_string())
        .chain(etas().map(|name| format!("eta_{name}")))
        .chain(etas().map(|name| format!("eta_sd_{name}")))
        .chain(parameters.iter().map(|(name, _)| name.clone()))
        .chain(["objective", "at_kink"].map(String::from))
        .collect();
    let line = |one: &IndividualFit| {
        let of_eta = |values: &[f64]| -> Vec<String> {
            (0..fitted.etas.len()).map(|at| cell(values.get(at).copied())).collect()
        };
        std::iter::once(one.subject.clone())
            .chain(of_eta(&one.etas))
            .chain(of_eta(&one.eta_sds))
            .chain(one.parameters.iter().map(|(_, value)| number(*value)))
            .chain([number(one.objective), u8::from(one.at_kink).to_string()])
            .collect()
    };
    csv(std::iter::once(head).chain(fitted.individuals.iter().map(line)))
}

/// `predictions.csv`: times in the unit of the model; `DV`, `PRED`, `IPRED`, `RES = DV - PRED` and `IRES = DV - IPRED` in
/// the unit of the output that `DVID` names. `CENS` is 1 below `DV` and -1 above it: such a row has no residuals.
pub fn predictions(fitted: &Fitted) -> String {
    const HEAD: [&str; 11] = ["ID", "TIME", "DVID", "DV", "PRED", "IPRED", "RES", "IRES", "IWRES", "CWRES", "CENS"];
    let line = |one: &Prediction| {
        let value = one.cens == 0;
        let residual = |value: bool, of: f64| if value { number(one.dv - of) } else { String::new() };
        vec![
            fitted.individuals[one.subject].subject.clone(),
            number(one.time),
            fitted.outputs[one.output].name.clone(),
            number(one.dv),
            number(one.pred),
            number(one.ipred),
            residual(value, one.pred),
            residual(value, one.ipred),
            cell(one.iwres.filter(|_| value)),
            cell(one.cwres.filter(|_| value)),
            one.cens.to_string(),
        ]
    };
    csv(std::iter::once(HEAD.map(String::from).to_vec()).chain(fitted.predictions.iter().map(line)))
}

//! From a scenario and data to a population that can be fitted; what cannot be is told before the search.

use super::observed::treated;
use super::population::{Order, Population, SubjectData};
use super::settings::FitSettings;
use super::specification::Specification;
use crate::diagnostic::codes::fit as codes;
use crate::diagnostic::{Diagnostic, Problems};
use crate::error_model::Observed;
use crate::observation::{Data, DesignSubject};
use crate::simulate::{Predictor, Scenario};
use crate::trajectory::brief;

/// Decades between data and predictions at which another unit is the likely reason.
const DECADES: f64 = 2.5;

impl<'m> Population<'m> {
    /// The subjects of `data` under a scenario, whose values are the starts. Subjects without measurements are left out,
    /// with a warning. The structure keeps random effects that the method does not look at.
    ///
    /// # Errors
    /// What cannot be estimated from these data, all at once where that is possible.
    pub fn new(
        scenario: &Scenario<'m>,
        data: &Data,
        specification: &Specification,
        settings: &FitSettings,
        warnings: &mut Problems,
    ) -> Result<Self, Problems> {
        let model = scenario.model;
        let mut outputs: Vec<usize> =
            data.subjects.iter().flat_map(|subject| &subject.design.rows).map(|row| row.output).collect();
        outputs.sort_unstable();
        outputs.dedup();
        let structure = specification.structure(model, &scenario.values, &outputs)?;
        // Without a limit of the output the highest of its data: M2 asks for the limit of values above it too.
        let mut limits: Vec<Option<f64>> = vec![None; model.outputs.len()];
        for (row, observed) in data.subjects.iter().flat_map(|one| one.design.rows.iter().zip(&one.observed)) {
            if let Observed::Below(limit) = observed.observed {
                let highest = &mut limits[row.output];
                *highest = Some(highest.map_or(limit, |known: f64| known.max(limit)));
            }
        }
        for (limit, output) in limits.iter_mut().zip(&model.outputs) {
            *limit = output.lloq.or(*limit);
        }
        let mut kept = Vec::new();
        let mut measured = Vec::new();
        let mut left_out = Vec::new();
        for subject in &data.subjects {
            let rows: Vec<_> = subject
                .design
                .rows
                .iter()
                .zip(&subject.observed)
                .map(|(row, observed)| {
                    let residual = structure.residuals.iter().position(|known| known.output == row.output);
                    let limit = limits[row.output];
                    (residual.unwrap_or_default(), row.time, observed.observed, limit)
                })
                .collect();
            let treated = treated(&rows, settings.censoring);
            if treated.is_empty() {
                left_out.push(format!("`{}`", subject.design.name));
            } else {
                kept.push(subject.design.clone());
                measured.push(treated);
            }
        }
        let values = measured.iter().flatten().filter(|one| matches!(one.observed, Observed::Value(_))).count();
        if values == 0 {
            let rows: usize = data.subjects.iter().map(|subject| subject.observed.len()).sum();
            let mut found = Diagnostic::error(
                &codes::NO_DATA,
                format!(
                    "no value to fit to: of {rows} measurements none lies above its limit under {}",
                    settings.censoring
                ),
            );
            found.help("check CENS and LLOQ of the data; values above the limit have CENS 0");
            return Err(found.into());
        }
        if !left_out.is_empty() {
            let count = left_out.len();
            let first = left_out.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
            let message = format!("{count} subject(s) without measurements are left out: {first}");
            warnings.warning(&codes::NO_DATA, message);
        }
        let predictor = Predictor::new(scenario, &kept)?;
        let subjects = kept
            .iter()
            .zip(measured)
            .enumerate()
            .map(|(at, (subject, measured))| SubjectData {
                name: subject.name.clone(),
                measured,
                regressors: structure
                    .individuals
                    .iter()
                    .map(|individual| {
                        let relations = individual.relations.iter();
                        relations
                            .map(|relation| relation.kind.regressor(predictor.covariate(at, relation.covariate)))
                            .collect()
                    })
                    .collect(),
            })
            .collect();
        let population = Self { structure, subjects, predictor, base: scenario.values.parameters.clone(), threads: 1 };
        population.check(scenario, &kept, settings)?;
        Ok(population)
    }

    /// Whether the data can tell anything of what is estimated.
    fn check(
        &self,
        scenario: &Scenario<'_>,
        subjects: &[DesignSubject],
        settings: &FitSettings,
    ) -> Result<(), Problems> {
        let mut problems = Problems::default();
        let model = scenario.model;
        let width = self.width();
        let point = self.structure.point(&super::mode::ones(&self.structure.start()));
        let zero = vec![Default::default(); self.structure.etas()];
        let mut acts = vec![false; width];
        let mut all_zero = true;
        let mut ratios: Vec<Vec<f64>> = vec![Vec::new(); self.structure.residuals.len()];
        for (at, subject) in self.subjects.iter().enumerate() {
            let scaled = super::mode::plain(&self.scaled(at, &point, &zero));
            let curve = self.curve(at, &scaled, Order::First).map_err(|found| {
                let message = format!("subject `{}` cannot be solved at the start: {}", subject.name, found.message);
                let mut told = Diagnostic::error(&codes::NO_FIT, message);
                told.help("start elsewhere with --set NAME=VALUE");
                Problems::from(told)
            })?;
            for slopes in curve.first.chunks_exact(width.max(1)) {
                acts.iter_mut().zip(slopes).for_each(|(acts, slope)| *acts |= *slope != 0.0);
            }
            for (one, prediction) in subject.measured.iter().zip(&curve.value) {
                all_zero &= *prediction == 0.0;
                if let Observed::Value(value) = one.observed
                    && value > 0.0
                    && *prediction > 0.0
                {
                    ratios[one.residual].push((value / prediction).log10());
                }
            }
        }
        let given = |subject: &DesignSubject| subject.doses.as_ref().is_some_and(|doses| !doses.doses.is_empty());
        let doses = subjects.iter().any(given)
            || (subjects.iter().any(|one| one.doses.is_none()) && !scenario.regimen.doses.is_empty());
        if all_zero && !doses && !model.doses.is_empty() {
            let entries: Vec<&str> = model.doses.iter().map(|dose| dose.name.text.as_str()).collect();
            problems
                .error(&codes::NO_DOSE, format!("no subject gets a dose, and without one `{}` stays at 0", model.name))
                .help(format!("add dose records (EVID 1, AMT, CMT {}), or --dose", entries.join(" or ")));
            return Err(problems);
        }
        for (individual, acts) in self.structure.individuals.iter().zip(&acts) {
            let varies = individual.eta.is_some() && settings.method.has_random_effects();
            let wanted = individual.estimated || varies;
            if wanted && !acts {
                problems
                    .error(&codes::NO_EFFECT, format!("`{}` changes no prediction of these data", individual.name))
                    .label(model.parameters[individual.slot].name.span.clone(), "cannot be estimated")
                    .help(format!("leave it out: --fix {0} --no-variability {0}", individual.name));
            }
        }
        for (residual, ratios) in self.structure.residuals.iter().zip(&mut ratios) {
            if !settings.checks_units || ratios.len() < 5 || residual.unit.is_dimensionless() {
                continue;
            }
            ratios.sort_by(f64::total_cmp);
            let (low, middle, high) =
                (ratios[ratios.len() / 10], ratios[ratios.len() / 2], ratios[ratios.len() - 1 - ratios.len() / 10]);
            if middle.abs() > DECADES && low * high > 0.0 && low.abs().min(high.abs()) > 1.0 {
                let factor = brief(10f64.powf(middle.abs().round()));
                let way = if middle > 0.0 { "larger" } else { "smaller" };
                problems
                    .error(
                        &codes::WRONG_UNIT,
                        format!(
                            "measurements of `{}` are about {factor} times {way} than predicted at the start",
                            residual.name
                        ),
                    )
                    .help(format!(
                        "the output is in {}; give the unit of the data in the heading: DV [UNIT]",
                        residual.unit
                    ))
                    .help("if the unit is right, start nearer to the data with --set, or say --no-unit-check");
            }
        }
        let (values, censored) = self.counts();
        let mut structure = self.structure.clone();
        structure.keep_for(settings.method);
        let numbers = structure.coordinates().len();
        if values + censored <= numbers {
            problems
                .error(&codes::TOO_FEW, format!("{} measurements for {numbers} estimates", values + censored))
                .help("fix some of them: --fix NAME, --no-variability NAME");
        } else if structure.etas() > 0 && self.subjects.iter().all(|subject| subject.measured.len() == 1) {
            problems
                .error(
                    &codes::TOO_FEW,
                    "every subject has one measurement: residual error and variability cannot be told apart",
                )
                .help("fit --method pooled, or fix the residual error: --fix-error OUTPUT");
        }
        if problems.has_errors() { Err(problems) } else { Ok(()) }
    }
}

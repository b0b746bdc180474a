//! From a model and what the user asks for to what is estimated.

use super::structure::{Block, Individual, Residual, Structure};
use super::transform::Transform;
use crate::diagnostic::codes::fit as codes;
use crate::diagnostic::{Problems, listing};
use crate::model::{Model, Parameter, Scale, Values, scale, spread};
use crate::numeric::Lanes;

use super::linear::cholesky;

/// What is asked for beside the model: names are those of parameters.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Specification {
    /// Whose typical values are estimated; none: those of parameters that vary.
    pub estimate: Option<Vec<String>>,
    /// Whose typical values are not.
    pub fixed: Vec<String>,
    /// Whose random effects are left out.
    pub without_variability: Vec<String>,
    /// Groups of parameters whose random effects vary together.
    pub blocks: Vec<Vec<String>>,
    /// Whose variances keep their start.
    pub fixed_variances: Vec<String>,
    /// Outputs whose residual error keeps its start.
    pub fixed_errors: Vec<String>,
    /// Scales of estimation in place of the usual ones.
    pub transforms: Vec<(String, Transform)>,
    /// Effects of covariates.
    pub relations: Vec<AskedRelation>,
    /// Normal priors on the scale of estimation: parameter, mean, standard deviation.
    pub priors: Vec<(String, f64, f64)>,
}

/// An effect of a covariate on a parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct AskedRelation {
    /// The parameter.
    pub parameter: String,
    /// The relation, with the place of its covariate in the model.
    pub relation: super::structure::Relation,
}

impl Specification {
    /// The structure of a fit: starts are `values`, variances and residual errors those of the model. `outputs` are those
    /// with measurements.
    ///
    /// # Errors
    /// All that cannot be estimated, told at once.
    pub fn structure(&self, model: &Model, values: &Values, outputs: &[usize]) -> Result<Structure, Problems> {
        let mut problems = Problems::default();
        self.check_names(model, &mut problems);
        let mut structure = Structure { individuals: Vec::new(), blocks: Vec::new(), residuals: Vec::new() };
        let mut sds = Vec::new();
        for (slot, parameter) in model.parameters.iter().enumerate() {
            let name = &parameter.name.text;
            let varies = parameter.variability.as_ref().filter(|_| !self.without_variability.contains(name));
            let asked = match &self.estimate {
                Some(names) => names.contains(name),
                None => varies.is_some(),
            };
            let estimated = asked && !self.fixed.contains(name);
            if !estimated && varies.is_none() {
                continue;
            }
            let value = values.parameters[slot];
            let Some(transform) = self.transform(parameter, value, &mut problems) else { continue };
            let start = transform.forward(value);
            if !start.is_finite() {
                problems
                    .error(
                        &codes::BAD_START,
                        format!("`{name}` = {value} {} cannot start on the {transform} scale", parameter.unit),
                    )
                    .label(parameter.name.span.clone(), "")
                    .help(format!("give another start with --set {name}=VALUE"));
                continue;
            }
            let bounds = bounds(parameter, transform);
            if estimated && !(bounds.0..=bounds.1).contains(&start) {
                let (low, high) = parameter.bounds.unwrap_or_default();
                problems
                    .error(
                        &codes::BAD_START,
                        format!("`{name}` starts at {value} {}, outside of its bounds", parameter.unit),
                    )
                    .label(parameter.name.span.clone(), format!("bounds {low} to {high}"))
                    .help(format!("start within them: --set {name}=VALUE"));
            }
            let eta = varies.map(|variability| {
                let sd = spread(parameter, variability, value, "", &mut problems);
                if sd <= 0.0 {
                    problems
                        .error(&codes::SINGULAR_OMEGA, format!("the variance of `{name}` is {}", sd * sd))
                        .label(parameter.name.span.clone(), "its random effect needs a variance above 0")
                        .help("give it one at the start, or leave the random effect out with --no-variability");
                }
                sds.push(sd);
                sds.len() - 1
            });
            let relations = self.relations.iter().filter(|asked| asked.parameter == *name);
            structure.individuals.push(Individual {
                name: name.clone(),
                unit: parameter.unit.clone(),
                slot,
                transform,
                start,
                estimated,
                bounds,
                eta,
                relations: relations.map(|asked| asked.relation.clone()).collect(),
                prior: self.priors.iter().find(|prior| prior.0 == *name).map(|prior| (prior.1, prior.2)),
            });
        }
        for output in outputs {
            let output_at = &model.outputs[*output];
            let Some(error) = &output_at.error else { continue };
            let estimated = !self.fixed_errors.contains(&output_at.name.text);
            structure.residuals.push(Residual {
                output: *output,
                name: output_at.name.text.clone(),
                unit: output_at.unit.clone(),
                start: error.model,
                estimated: error.model.sizes().iter().map(|(_, size)| estimated && *size != 0.0).collect(),
            });
        }
        if !problems.has_errors() {
            self.blocks(model, &mut structure, &sds, &mut problems);
        }
        if structure.coordinates().is_empty() && !problems.has_errors() {
            problems
                .error(&codes::NOTHING_ESTIMATED, format!("nothing of `{}` is to be estimated", model.name))
                .help("name parameters: --estimate NAME,NAME");
        }
        problems.or_value(Some(structure))
    }

    fn check_names(&self, model: &Model, problems: &mut Problems) {
        let asked = self.estimate.iter().flatten().chain(&self.fixed).chain(&self.without_variability);
        let asked = asked.chain(self.blocks.iter().flatten()).chain(&self.fixed_variances);
        let asked = asked.chain(self.transforms.iter().map(|(name, _)| name));
        let asked = asked.chain(self.relations.iter().map(|relation| &relation.parameter));
        let asked = asked.chain(self.priors.iter().map(|prior| &prior.0));
        let mut told: Vec<&String> = Vec::new();
        for name in asked {
            if told.contains(&name) || model.parameters.iter().any(|known| known.name.text == *name) {
                continue;
            }
            told.push(name);
            let known = model.parameters.iter().map(|known| known.name.text.as_str());
            problems
                .error(&codes::UNKNOWN_ESTIMATE, format!("`{name}` is not a parameter of `{}`", model.name))
                .help(listing(name, known, "parameters"));
        }
        for name in self.blocks.iter().flatten().chain(&self.fixed_variances) {
            let known = model.parameters.iter().find(|known| known.name.text == *name);
            if known.is_some_and(|known| known.variability.is_none()) {
                problems.error(&codes::UNKNOWN_ESTIMATE, format!("`{name}` has no random effect")).help(format!(
                    "declare [parameters.{name}] variability = {{ sd = 0.3, distribution = \"lognormal\" }}"
                ));
            }
        }
    }

    fn transform(&self, parameter: &Parameter, value: f64, problems: &mut Problems) -> Option<Transform> {
        if let Some((_, asked)) = self.transforms.iter().find(|(name, _)| *name == parameter.name.text) {
            return Some(*asked);
        }
        if let Some(variability) = &parameter.variability {
            return Some(match scale(parameter, variability, problems)? {
                Scale::Lognormal => Transform::Log,
                Scale::Normal => Transform::Identity,
                Scale::Logit(low, high) => Transform::Logit { low, high },
            });
        }
        let (low, _) = parameter.bounds.unwrap_or((0.0, f64::INFINITY));
        Some(if value > 0.0 && low >= 0.0 && !parameter.unit.is_level() { Transform::Log } else { Transform::Identity })
    }

    /// Blocks of random effects: those asked for, and those that correlations of the model join.
    fn blocks(&self, model: &Model, structure: &mut Structure, sds: &[f64], problems: &mut Problems) {
        let eta_of = |name: &str| {
            structure
                .individuals
                .iter()
                .find(|individual| individual.name == name)
                .and_then(|individual| individual.eta)
        };
        let mut groups: Vec<usize> = (0..sds.len()).collect();
        let mut join = |names: &[String]| {
            let etas: Vec<usize> = names.iter().filter_map(|name| eta_of(name)).collect();
            for pair in etas.windows(2) {
                let (from, to) = (groups[pair[1]], groups[pair[0]]);
                groups.iter_mut().filter(|group| **group == from).for_each(|group| *group = to);
            }
        };
        self.blocks.iter().for_each(|names| join(names));
        model.correlations.iter().for_each(|correlation| join(&correlation.between));
        let name_of = |eta: usize| {
            let own = structure.individuals.iter().find(|individual| individual.eta == Some(eta));
            own.map_or("", |individual| &individual.name)
        };
        let correlation = |a: usize, b: usize| {
            let (a, b) = (name_of(a), name_of(b));
            let pair = |known: &&crate::model::Correlation| known.between.iter().all(|name| name == a || name == b);
            model.correlations.iter().find(pair).map_or(0.0, |known| known.value)
        };
        let mut blocks = Vec::new();
        for group in 0..sds.len() {
            let etas: Vec<usize> = (0..sds.len()).filter(|eta| groups[*eta] == group).collect();
            if etas.is_empty() {
                continue;
            }
            let covariance = |a: usize, b: usize| sds[a] * sds[b] * if a == b { 1.0 } else { correlation(a, b) };
            let start: Vec<f64> =
                etas.iter().flat_map(|a| etas.iter().map(move |b| (*a, *b))).map(|(a, b)| covariance(a, b)).collect();
            let mut root: Vec<Lanes<1>> = start.iter().map(|value| Lanes([*value])).collect();
            if !cholesky(&mut root, etas.len()) {
                let names: Vec<&str> = etas.iter().map(|eta| name_of(*eta)).collect();
                problems
                    .error(&codes::SINGULAR_OMEGA, format!("the covariances of {} have no root", names.join(", ")))
                    .help("correlations of -1 and 1 cannot be starts");
            }
            let estimated = !etas.iter().any(|eta| self.fixed_variances.iter().any(|name| name == name_of(*eta)));
            blocks.push(Block { etas, start, estimated });
        }
        structure.blocks = blocks;
    }
}

/// Bounds of a parameter on the scale of estimation.
fn bounds(parameter: &Parameter, transform: Transform) -> (f64, f64) {
    let (low, high) = parameter.bounds.unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
    match transform {
        Transform::Log => (if low > 0.0 { low.ln() } else { f64::NEG_INFINITY }, high.ln()),
        Transform::Logit { .. } => (-30.0, 30.0),
        Transform::Identity => (low, high),
    }
}

use crate::diagnostic::Problems;
use crate::diagnostic::codes::population as codes;
use crate::model::{
    MixtureClass, Model, Parameter, Scale, Spread, Values, Variability, correlation_root, scale, spread,
};
use crate::numeric::normal_quantile;
use crate::random::{MOST_DIMENSIONS, Purpose, Sobol, Stream};

use super::Uncertain;

/// How patients are spread over what varies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sampling {
    /// Independently.
    #[default]
    Random,
    /// By scrambled Sobol points: evenly, so that means and quantiles settle with fewer patients. The seed scrambles.
    Sobol,
}

/// One virtual patient.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Individual {
    /// Name in a table of patients.
    pub subject: Option<String>,
    /// One value a parameter, in the order and units of the model.
    pub parameters: Vec<f64>,
    /// One value a covariate, in the order and units of the model.
    pub covariates: Vec<f64>,
    /// Place of its class in the mixture of the model.
    pub class: Option<usize>,
    /// Random effects, on their own scale, in the order of [`Draw::effects`].
    pub etas: Vec<f64>,
    /// Places of the parameters that lie outside the bounds of the model or are no finite numbers.
    ///
    /// Bounds are where a value makes sense and an estimate is looked for; they do not cut the distribution. Moving such
    /// a value to the bound or drawing again would change the population without a word, so it is kept and told.
    pub outside: Vec<usize>,
}

impl Individual {
    /// Its values where one run is to be made of them, as for [`Scenario`](crate::simulate::Scenario); `base` says where
    /// the typical ones come from.
    pub fn values(&self, base: &Values) -> Values {
        Values {
            parameters: self.parameters.clone(),
            covariates: self.covariates.clone(),
            provenance: base.provenance.clone(),
        }
    }

    /// Notes which parameters are outside of their bounds.
    pub(super) fn check_bounds(&mut self, bounds: &[(f64, f64)]) {
        self.outside.clear();
        let inside = |value: f64, (low, high)| value.is_finite() && low <= value && value <= high;
        let all = self.parameters.iter().zip(bounds).enumerate();
        self.outside.extend(all.filter(|(_, (value, bounds))| !inside(**value, **bounds)).map(|(at, _)| at));
    }
}

/// Bounds of the parameters, infinite where there are none.
pub(super) fn bounds(model: &Model) -> Vec<(f64, f64)> {
    model.parameters.iter().map(|parameter| parameter.bounds.unwrap_or((f64::NEG_INFINITY, f64::INFINITY))).collect()
}

/// Patients drawn from the variability of a model.
///
/// Patient n under a seed is the same whenever and wherever it is drawn. Values are typical ones (file, set, `--set`,
/// then class of the mixture) moved by random effects eta, which are normal with mean 0, the declared spread and the
/// declared correlations:
///
/// | distribution | value | from `sd` | `variance` | `cv` |
/// |---|---|---|---|---|
/// | `lognormal` | typical exp(eta) | sd of eta | root | sd^2 = ln(1 + cv^2) |
/// | `normal` | typical + eta | sd of eta | root | sd = cv times typical value |
/// | `logit` | logit of the place between the bounds (0 to 1 if there are none) + eta | sd of eta | root | no meaning |
///
/// A lognormal parameter of typical value 0 stays 0, and a logit one at its bound stays there: an effect that is switched
/// off is off in everybody. Covariates do not vary.
///
/// Typical values that were estimated may be drawn anew for each patient, before the random effects ([`Draw::uncertain`]);
/// `cv` of a normal parameter is then a share of the value that was drawn.
///
/// ```
/// use cascade::model::{Model, Values};
/// use cascade::population::{Draw, Sampling};
/// let model = Model::embedded("stein-2019")?;
/// let draw = Draw::new(&model, &Values::new(&model, None, &[])?, 42, Sampling::Random)?;
/// let patient = draw.patient(7);
/// assert_eq!(patient, draw.patient(7));
/// assert_eq!(patient.etas.len(), draw.effects().count());
/// # Ok::<(), cascade::diagnostic::Problems>(())
/// ```
#[derive(Debug, Clone)]
pub struct Draw {
    seed: u64,
    points: Option<Sobol>,
    covariates: Vec<f64>,
    bounds: Vec<(f64, f64)>,
    effects: Vec<Effect>,
    /// Lower triangle of the root of the correlation matrix, row by row.
    root: Vec<f64>,
    /// At least one; a model without a mixture has one without a name.
    classes: Vec<Class>,
    mixed: bool,
    uncertain: Option<Uncertain>,
    warnings: Problems,
}

/// A parameter that varies.
#[derive(Debug, Clone)]
struct Effect {
    name: String,
    parameter: usize,
    scale: Scale,
    /// The share of the typical value that is the spread, where it moves with that value.
    share: Option<f64>,
}

#[derive(Debug, Clone)]
struct Class {
    name: String,
    /// Probability of this class and those before it.
    cumulative: f64,
    /// Typical values.
    parameters: Vec<f64>,
    /// Places of those that the class itself declares: no estimate of a fit, so never uncertain.
    own: Vec<usize>,
    /// Standard deviation of each random effect.
    spreads: Vec<f64>,
}

impl Draw {
    /// Patients of `model` around the typical `values`.
    ///
    /// # Errors
    /// Nothing varies; a value or scale that its distribution does not allow; correlations that contradict each other;
    /// more random effects than Sobol points have dimensions. All of them are told.
    pub fn new(model: &Model, values: &Values, seed: u64, sampling: Sampling) -> Result<Self, Problems> {
        Self::build(model, values, seed, sampling, None)
    }

    /// Patients of `model` around typical values that differ between them as far as estimates are uncertain.
    ///
    /// `values` are the estimates. The numbers by which patient n differs from them are those of the seed and n, whatever
    /// the values, doses and the sampling of random effects.
    ///
    /// # Errors
    /// As [`Draw::new`], except that no random effect is needed.
    pub fn uncertain(
        model: &Model,
        values: &Values,
        seed: u64,
        sampling: Sampling,
        uncertain: Uncertain,
    ) -> Result<Self, Problems> {
        Self::build(model, values, seed, sampling, Some(uncertain))
    }

    fn build(
        model: &Model,
        values: &Values,
        seed: u64,
        sampling: Sampling,
        uncertain: Option<Uncertain>,
    ) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        let mut warnings = Problems::default();
        let varying: Vec<(usize, &Parameter, &Variability)> = model
            .parameters
            .iter()
            .enumerate()
            .filter_map(|(at, parameter)| Some((at, parameter, parameter.variability.as_ref()?)))
            .collect();
        let effects: Vec<Effect> = varying
            .iter()
            .filter_map(|(at, parameter, variability)| {
                let scale = scale(parameter, variability, &mut problems)?;
                let share = match (scale, variability.spread) {
                    (Scale::Normal, Spread::CoefficientOfVariation(cv)) => Some(cv),
                    _ => None,
                };
                Some(Effect { name: parameter.name.text.clone(), parameter: *at, scale, share })
            })
            .collect();
        let mut classes = classes(model, values, &mut warnings);
        for class in &mut classes {
            for (at, parameter, variability) in &varying {
                let value = class.parameters[*at];
                // A value that all classes share is told once.
                let name = if value == values.parameters[*at] { "" } else { &*class.name };
                class.spreads.push(spread(parameter, variability, value, name, &mut problems));
            }
        }
        let root = correlation_root(&model.parameters, &model.correlations, &mut problems);
        let alone = classes.iter().filter(|class| !class.name.is_empty()).count() < 2;
        if alone
            && uncertain.as_ref().is_none_or(|uncertain| uncertain.parameters().next().is_none())
            && classes.iter().all(|class| class.spreads.iter().all(|spread| *spread == 0.0))
            && !problems.has_errors()
        {
            nothing_varies(model, &mut problems);
        }
        let mixed = !model.mixture.is_empty();
        let dimensions = effects.len() + usize::from(mixed);
        let points = match sampling {
            Sampling::Random => None,
            Sampling::Sobol => {
                let points = Sobol::new(dimensions, seed);
                if points.is_none() {
                    let message = format!("`{}` has {} random effects", model.name, effects.len());
                    let told = problems.error(&codes::TOO_MANY_DIMENSIONS, message);
                    let classes = if mixed { ", and one is the class" } else { "" };
                    told.help(format!(
                        "Sobol points have up to {MOST_DIMENSIONS} dimensions{classes}: draw without --sobol"
                    ));
                }
                points
            }
        };
        let covariates = values.covariates.clone();
        let bounds = bounds(model);
        let draw = Self { seed, points, covariates, bounds, effects, root, classes, mixed, uncertain, warnings };
        problems.or_value(Some(draw))
    }

    /// Patient `n`, counted from 0.
    pub fn patient(&self, n: u64) -> Individual {
        let mut individual = Individual::default();
        self.fill(n, &mut individual);
        individual
    }

    /// Patient `n` into an individual that is there already, so that nothing is allocated.
    pub fn fill(&self, n: u64, individual: &mut Individual) {
        individual.subject = None;
        let place = if self.mixed { self.class(n) } else { 0 };
        let class = &self.classes[place];
        individual.class = self.mixed.then_some(place);
        individual.parameters.clone_from(&class.parameters);
        individual.covariates.clone_from(&self.covariates);
        if let Some(uncertain) = &self.uncertain {
            uncertain.draw(self.seed, n, &class.own, &mut individual.parameters);
        }
        self.normals(n, &mut individual.etas);
        // From the last to the first, so that what a row needs is still there.
        for row in (0..self.effects.len()).rev() {
            let root = &self.root[row * (row + 1) / 2..][..=row];
            let correlated: f64 = root.iter().zip(&individual.etas).map(|(root, normal)| root * normal).sum();
            let effect = &self.effects[row];
            let spread = match effect.share {
                Some(cv) => cv * individual.parameters[effect.parameter].abs(),
                None => class.spreads[row],
            };
            individual.etas[row] = spread * correlated;
        }
        for (effect, eta) in self.effects.iter().zip(&individual.etas) {
            let value = &mut individual.parameters[effect.parameter];
            *value = effect.scale.moved(*value, *eta);
        }
        individual.check_bounds(&self.bounds);
    }

    /// Names of the parameters that vary, in the order of the model; that of [`Individual::etas`].
    pub fn effects(&self) -> impl ExactSizeIterator<Item = &str> {
        self.effects.iter().map(|effect| effect.name.as_str())
    }

    /// Names of the classes of the mixture; none without one.
    pub fn classes(&self) -> impl Iterator<Item = &str> {
        self.classes.iter().filter(|_| self.mixed).map(|class| class.name.as_str())
    }

    /// What the user should know though patients can be drawn: values that classes of the mixture replace.
    pub fn warnings(&self) -> &Problems {
        &self.warnings
    }

    fn class(&self, n: u64) -> usize {
        let uniform = match &self.points {
            Some(points) => points.coordinate(n, 0),
            None => Stream::new(self.seed, n, Purpose::Class).uniform(),
        };
        self.classes.iter().position(|class| uniform < class.cumulative).unwrap_or(self.classes.len() - 1)
    }

    /// Independent standard normal numbers, one a random effect.
    fn normals(&self, n: u64, into: &mut Vec<f64>) {
        into.clear();
        match &self.points {
            Some(points) => {
                let first = usize::from(self.mixed);
                into.extend((0..self.effects.len()).map(|at| normal_quantile(points.coordinate(n, first + at))));
            }
            None => {
                let mut stream = Stream::new(self.seed, n, Purpose::Parameters);
                into.extend((0..self.effects.len()).map(|_| stream.normal()));
            }
        }
    }
}

/// The classes of the mixture with their typical values, or one of everybody.
fn classes(model: &Model, values: &Values, warnings: &mut Problems) -> Vec<Class> {
    let class = |name: &str, cumulative, parameters, own| Class {
        name: name.into(),
        cumulative,
        parameters,
        own,
        spreads: Vec::new(),
    };
    if model.mixture.is_empty() {
        return vec![class("", 1.0, values.parameters.clone(), Vec::new())];
    }
    let mut cumulative = 0.0;
    let mut replaced: Vec<usize> = Vec::new();
    let mut classes = Vec::new();
    for declared in &model.mixture {
        cumulative += declared.probability;
        let mut parameters = values.parameters.clone();
        let mut own = Vec::new();
        for (name, value) in &declared.parameters {
            if let Some(at) = model.parameters.iter().position(|parameter| parameter.name.text == *name) {
                parameters[at] = *value;
                own.push(at);
            }
        }
        replaced.extend(&own);
        classes.push(class(&declared.name, cumulative, parameters, own));
    }
    for (at, parameter) in model.parameters.iter().enumerate() {
        let given = parameter.value.is_some_and(|value| value != values.parameters[at]);
        if given && replaced.contains(&at) {
            let own = |class: &&MixtureClass| class.parameters.iter().any(|(name, _)| *name == parameter.name.text);
            let names: Vec<String> =
                model.mixture.iter().filter(own).map(|class| format!("`{}`", class.name)).collect();
            let (name, value) = (&parameter.name, values.parameters[at]);
            warnings
                .warning(
                    &codes::CLASS_OVERRIDES,
                    format!("`{name}` = {value} {} has no effect in class {}", parameter.unit, names.join(", ")),
                )
                .label(name.span.clone(), "set by classes of the mixture")
                .help("change the value in the classes of the model file");
        }
    }
    classes
}

fn nothing_varies(model: &Model, problems: &mut Problems) {
    let example = model.parameters.first().map_or("loss", |parameter| &parameter.name.text);
    problems
        .error(&codes::NO_VARIABILITY, format!("nothing varies between patients of `{}`", model.name))
        .label(model.source.span(0..0), "no parameter has variability, and there is no mixture of two classes")
        .help(format!("declare it: [parameters.{example}] variability = {{ cv = 0.3, distribution = \"lognormal\" }}"))
        .help("or give a table of patients with a column for each parameter that differs");
}

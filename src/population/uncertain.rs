use crate::diagnostic::codes::{file, model as codes};
use crate::diagnostic::{Diagnostic, Problems, listing};
use crate::model::{Model, Scale};
use crate::numeric::{Lanes, Scalar, cholesky};
use crate::random::{Purpose, Stream};

/// Typical values as far as their estimates are known: normal on the scale of estimation, with the covariance of a fit.
///
/// The numbers of patient n depend on seed and n alone, so that arms of a comparison have the same typical values. What an
/// arm holds at a value of its own is left out without a change to the others.
///
/// ```
/// use cascade::model::{Model, Values};
/// use cascade::population::{Draw, Sampling, Uncertain};
/// let model = Model::embedded("stein-2019")?;
/// let name = model.parameters[0].name.text.clone();
/// let uncertain = Uncertain::new(&model, &[(name, "log".into())], &[0.04])?;
/// let draw = Draw::uncertain(&model, &Values::new(&model, None, &[])?, 42, Sampling::Random, uncertain)?;
/// assert_ne!(draw.patient(0).parameters[0], draw.patient(1).parameters[0]);
/// # Ok::<(), cascade::diagnostic::Problems>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Uncertain {
    /// In the order of the covariance.
    drawn: Vec<Drawn>,
    /// L, row by row with zeros above the diagonal.
    root: Vec<f64>,
}

#[derive(Debug, Clone, PartialEq)]
struct Drawn {
    parameter: usize,
    scale: Scale,
    /// Not drawn after all; its row of the root stays, so that the others keep their numbers.
    held: bool,
}

impl Uncertain {
    /// Parameters of `model` by name and scale of estimation (`log`, `logit`, `identity`), and their covariance row by row.
    ///
    /// # Errors
    /// Parameters that the model does not have, unknown scales, a matrix that is not symmetric and positive definite.
    pub fn new(model: &Model, parameters: &[(String, String)], covariance: &[f64]) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        let mut drawn = Vec::new();
        for (name, scale) in parameters {
            let Some(at) = model.parameters.iter().position(|known| known.name.text == *name) else {
                let names = model.parameters.iter().map(|known| &*known.name.text);
                problems
                    .error(&codes::UNKNOWN_PARAMETER, format!("`{name}` is not a parameter of `{}`", model.name))
                    .help(listing(name, names, "parameters"));
                continue;
            };
            let scale = match scale.as_str() {
                "log" => Scale::Lognormal,
                "identity" => Scale::Normal,
                "logit" => {
                    let (low, high) = model.parameters[at].bounds.unwrap_or((0.0, 1.0));
                    Scale::Logit(low, high)
                }
                other => {
                    let message = format!("`{name}` is estimated on the unknown scale `{other}`");
                    problems.error(&file::BAD_VALUE, message).help("log, logit or identity");
                    continue;
                }
            };
            drawn.push(Drawn { parameter: at, scale, held: false });
        }
        let n = parameters.len();
        let root = root(covariance, n).map_err(|found| problems.push(found).clone()).unwrap_or_default();
        problems.or_value(Some(Self { drawn, root }))
    }

    /// Keeps a parameter (its place in the model) from being drawn; whether it would have been.
    pub fn hold(&mut self, parameter: usize) -> bool {
        let found = self.drawn.iter_mut().find(|one| one.parameter == parameter && !one.held);
        found.map(|one| one.held = true).is_some()
    }

    /// Places in the model of the parameters that are drawn.
    pub fn parameters(&self) -> impl Iterator<Item = usize> {
        self.drawn.iter().filter(|one| !one.held).map(|one| one.parameter)
    }

    /// Moves typical values, which are the estimates, to those of patient `n`; `apart` are places of others.
    pub(super) fn draw(&self, seed: u64, n: u64, apart: &[usize], typical: &mut [f64]) {
        let width = self.drawn.len();
        let mut stream = Stream::new(seed, n, Purpose::Uncertainty);
        // The k-th number is the k-th of the stream, drawn again for each row: nothing is allocated for a patient.
        let first = stream.clone();
        for (row, one) in self.drawn.iter().enumerate() {
            stream.clone_from(&first);
            let root = &self.root[row * width..][..=row];
            let moved: f64 = root.iter().map(|root| root * stream.normal()).sum();
            if !one.held && !apart.contains(&one.parameter) {
                let value = &mut typical[one.parameter];
                *value = one.scale.moved(*value, moved);
            }
        }
    }
}

/// L with L L' the matrix.
fn root(covariance: &[f64], n: usize) -> Result<Vec<f64>, Diagnostic> {
    let wrong = |what: &str| {
        let mut found = Diagnostic::error(&file::BAD_VALUE, format!("the covariance of the estimates is not {what}"));
        found.help("fit again with --covariance r; look for parameters that the data do not tell apart");
        found
    };
    if covariance.len() != n * n {
        return Err(wrong("square"));
    }
    // Rounding of the file is all that may differ across the diagonal.
    let apart = |i: usize, j: usize| {
        let scale = (covariance[i * n + i] * covariance[j * n + j]).abs().sqrt();
        (covariance[i * n + j] - covariance[j * n + i]).abs() > 1e-9 * scale
    };
    if (0..n).any(|i| (0..i).any(|j| apart(i, j))) {
        return Err(wrong("symmetric"));
    }
    let mut root: Vec<Lanes<1>> = covariance.iter().map(|value| Lanes([*value])).collect();
    if !covariance.iter().all(|value| value.is_finite()) || !cholesky(&mut root, n) {
        return Err(wrong("positive definite"));
    }
    Ok(root.iter().map(|value| value.get(0)).collect())
}

//! Derivatives of a run by its parameters, through the whole solve.

use std::sync::Arc;

use super::controller::Controller;
use super::drive::drive;
use super::follower::{Ends, Follower};
use super::plan::Plan;
use super::run::{self, Failed, Run};
use super::scenario::Scenario;
use crate::compile;
use crate::diagnostic::codes::run as codes;
use crate::diagnostic::{Diagnostic, Problems, listing};
use crate::model::Model;
use crate::numeric::{Dual, Lanes, Scalar};
use crate::outcome::Exposure;
use crate::regimen::Given;
use crate::unit::Unit;

type One = Lanes<1>;

/// Derivatives carried at once: few widths, so that the engine is compiled for few.
const NARROW: usize = 4;
const WIDE: usize = 10;

/// A parameter or covariate by which derivatives are taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Varied {
    /// Its name.
    pub name: String,
    /// Its unit.
    pub unit: Unit,
    /// Its value in that unit.
    pub value: f64,
    slot: Slot,
    /// Canonical value of one unit.
    slope: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    Parameter(usize),
    Covariate(usize),
}

/// A run with the derivatives of its rows and end points, in the units of the model.
#[derive(Debug)]
pub struct Sensitivities {
    /// The run: its values have the bits of [`Scenario::simulate`].
    pub run: Run,
    /// By what derivatives were taken, in the order asked for.
    pub varied: Vec<Varied>,
    /// End points of each output.
    pub end_points: Vec<EndPoint>,
    /// By row, column, name.
    derivatives: Vec<f64>,
}

impl Sensitivities {
    /// Derivative of a column of the trajectory at a row by a name.
    pub fn derivative(&self, row: usize, column: usize, varied: usize) -> f64 {
        let (columns, names) = (self.run.trajectory.columns.len(), self.varied.len());
        self.derivatives[(row * columns + column) * names + varied]
    }

    /// Derivatives of a column at all rows by a name.
    pub fn series(&self, column: usize, varied: usize) -> impl Iterator<Item = f64> {
        (0..self.run.trajectory.time.len()).map(move |row| self.derivative(row, column, varied))
    }
}

/// A number that a run comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct EndPoint {
    /// The output.
    pub output: String,
    /// `cmax`, `auc_0_28d`, `nadir` or `end`, the value at the end of the run.
    pub what: &'static str,
    /// Unit of the value.
    pub unit: String,
    /// Whether the unit counts from an arbitrary zero, so that ratios mean nothing.
    pub is_level: bool,
    /// The value.
    pub value: f64,
    /// Its derivatives by each name.
    pub gradient: Vec<f64>,
}

/// Second derivatives of the rows of a run, in the units of the model.
#[derive(Debug)]
pub struct Curvatures {
    /// The run.
    pub run: Run,
    /// By what derivatives were taken.
    pub varied: Vec<Varied>,
    /// By row, column, first and second name.
    derivatives: Vec<f64>,
}

impl Curvatures {
    /// Second derivative of a column of the trajectory at a row by two names.
    pub fn derivative(&self, row: usize, column: usize, by: [usize; 2]) -> f64 {
        let (columns, names) = (self.run.trajectory.columns.len(), self.varied.len());
        self.derivatives[((row * columns + column) * names + by[0]) * names + by[1]]
    }
}

/// Runs a scenario with the derivatives of rows and exposure by parameters and covariates.
///
/// They pass through start values, doses, lags, durations, switch times and located conditions; a row at the time of a
/// change is that of the state after it. Grading is left out: a grade has no derivative. `names` go in groups through
/// the solver; the values of every group are the same.
///
/// # Errors
/// A name that is neither parameter nor covariate; a condition that is only touched; those of the run.
///
/// ```
/// use cascade::model::Model;
/// use cascade::simulate::{Scenario, sensitivities};
/// let model = Model::embedded("stein-2019").unwrap();
/// let found = sensitivities(&Scenario::new(&model).unwrap(), &["tmax"]).unwrap();
/// let cart = found.run.trajectory.column("cart").unwrap();
/// // A later contraction leaves more cells.
/// assert!(found.series(cart, 0).last().unwrap() > 0.0);
/// ```
pub fn sensitivities(scenario: &Scenario<'_>, names: &[&str]) -> Result<Sensitivities, Failed> {
    let varied = varied(scenario, names)?;
    let (scenario, plan) = plan(scenario)?;
    let mut parts = Vec::new();
    let mut rest = &varied[..];
    loop {
        let (group, after) = rest.split_at(rest.len().min(WIDE));
        parts.push(if group.len() <= NARROW {
            first::<NARROW>(&scenario, &plan, group)?
        } else {
            first::<WIDE>(&scenario, &plan, group)?
        });
        rest = after;
        if rest.is_empty() {
            break;
        }
    }
    let mut parts = parts.into_iter();
    let mut found = parts.next().expect("one at least");
    let mut width = found.width;
    for part in parts {
        found.rows = beside((&found.rows, width), (&part.rows, part.width));
        for (end, more) in found.end_points.iter_mut().zip(part.end_points) {
            end.gradient.extend(more.gradient);
        }
        width += part.width;
    }
    Ok(Sensitivities { run: found.run, varied, end_points: found.end_points, derivatives: found.rows })
}

/// Runs a scenario with the second derivatives of its rows.
///
/// # Errors
/// Those of [`sensitivities`].
pub fn curvatures(scenario: &Scenario<'_>, names: &[&str]) -> Result<Curvatures, Failed> {
    type Second = Dual<Dual<One, 1>, NARROW>;
    let varied = varied(scenario, names)?;
    let (scenario, plan) = plan(scenario)?;
    let mut run = None;
    let count = varied.len();
    let mut derivatives = Vec::new();
    for (i, one) in varied.iter().enumerate() {
        for (group, others) in varied.chunks(NARROW).enumerate() {
            let seed = |slot: Slot, value: f64| {
                let mut inner = Dual::<One, 1>::splat(value);
                if one.slot == slot {
                    inner.tangents[0] = Lanes([one.slope]);
                }
                let mut seeded = Second::splat(0.0);
                seeded.value = inner;
                if let Some(at) = others.iter().position(|other| other.slot == slot) {
                    seeded.tangents[at] = Dual::splat(others[at].slope);
                }
                seeded
            };
            let (done, rows, _) = solve::<Second>(&scenario, &plan, &seed)?;
            derivatives.resize(rows.len() * count * count, 0.0);
            for (place, row) in rows.iter().enumerate() {
                for k in 0..others.len() {
                    let j = NARROW * group + k;
                    derivatives[(place * count + i) * count + j] = row.tangents[k].tangents[0].0[0];
                }
            }
            run.get_or_insert(done);
        }
    }
    match run {
        Some(run) => Ok(Curvatures { run, varied, derivatives }),
        None => Ok(Curvatures { run: scenario.simulate()?, varied, derivatives }),
    }
}

/// Names of parameters that anything in a run depends on; those that vary between patients, if there are any.
///
/// # Errors
/// Wrong doses.
pub fn influential(scenario: &Scenario<'_>) -> Result<Vec<String>, Problems> {
    let model = scenario.model;
    let compiled = compile::compile(model, &[]);
    let doses = run::administrations(scenario)?;
    let given = |at: usize| doses.iter().any(|dose| matches!(dose.amount, Given::Parameter { slot, .. } if slot == at));
    let parameters = model.parameters.iter().enumerate();
    let acting = parameters.filter(|(at, _)| compiled.program.depends_on_parameter(*at) || given(*at));
    let acting: Vec<_> = acting.map(|(_, parameter)| parameter).collect();
    let any = acting.iter().any(|parameter| parameter.variability.is_some());
    let wanted = acting.iter().filter(|parameter| !any || parameter.variability.is_some());
    Ok(wanted.map(|parameter| parameter.name.text.clone()).collect())
}

/// What came of one group of names.
struct Part {
    run: Run,
    rows: Vec<f64>,
    end_points: Vec<EndPoint>,
    width: usize,
}

fn plan<'m>(scenario: &Scenario<'m>) -> Result<(Scenario<'m>, Plan), Problems> {
    if let Some(rule) = scenario.rules.first() {
        let mut found = Diagnostic::error(&codes::NO_DERIVATIVE, "sensitivities of a run that is treated by rule");
        found.label(rule.name.span.clone(), "decides by what is seen");
        found.help("leave the rules out, or give the doses that they gave (decisions.csv) with --dose");
        return Err(found.into());
    }
    let mut scenario = scenario.clone().with_exposure();
    scenario.grading = None;
    scenario.grid.one_side("a run with derivatives")?;
    let administrations = run::administrations(&scenario)?;
    let compiled = Arc::new(compile::compile(scenario.model, &[]));
    let plan = Plan::new(scenario.model, compiled, administrations, scenario.until);
    let plan = plan.with_courses(scenario.courses.clone());
    Ok((scenario, plan))
}

fn varied(scenario: &Scenario<'_>, names: &[&str]) -> Result<Vec<Varied>, Problems> {
    let model = scenario.model;
    let mut problems = Problems::default();
    let mut varied: Vec<Varied> = Vec::new();
    for name in names {
        let parameter = model.parameters.iter().position(|known| known.name.text == *name);
        let covariate = model.covariates.iter().position(|known| known.name.text == *name);
        let (slot, unit, value) = match (parameter, covariate) {
            (Some(at), _) => (Slot::Parameter(at), &model.parameters[at].unit, scenario.values.parameters[at]),
            (_, Some(at)) => (Slot::Covariate(at), &model.covariates[at].unit, scenario.values.covariates[at]),
            _ => {
                let message = format!("`{name}` is neither a parameter nor a covariate of `{}`", model.name);
                let mut found = Diagnostic::error(&codes::NO_DERIVATIVE, message);
                let covariates = model.covariates.iter().map(|known| known.name.text.as_str());
                let known = model.parameters.iter().map(|known| known.name.text.as_str()).chain(covariates);
                found.help(listing(name, known, "parameters and covariates"));
                problems.push(found);
                continue;
            }
        };
        if varied.iter().all(|known| known.slot != slot) {
            let slope = model.scales.to_canonical(&unit.difference(), 1.0);
            varied.push(Varied { name: (*name).into(), unit: unit.clone(), value, slot, slope });
        }
    }
    if problems.has_errors() { Err(problems) } else { Ok(varied) }
}

/// First derivatives by at most `K` names.
fn first<const K: usize>(scenario: &Scenario<'_>, plan: &Plan, group: &[Varied]) -> Result<Part, Failed> {
    let seed = |slot: Slot, value: f64| {
        let mut seeded = Dual::<One, K>::splat(value);
        if let Some(at) = group.iter().position(|known| known.slot == slot) {
            seeded.tangents[at] = Lanes([group[at].slope]);
        }
        seeded
    };
    let (run, rows, ends) = solve(scenario, plan, &seed)?;
    let gradient = |scalar: &Dual<One, K>| -> Vec<f64> {
        scalar.tangents[..group.len()].iter().map(|tangent| tangent.0[0]).collect()
    };
    let rows: Vec<f64> = rows.iter().flat_map(gradient).collect();
    let model = scenario.model;
    let mut end_points = Vec::new();
    for ((output, ends), row) in model.outputs.iter().zip(&ends).zip(&run.exposure) {
        let Exposure { cmax, nadir, auc_0_28d, .. } = row.exposure;
        let mut add = |what, unit: String, value: Option<f64>, scalar: Option<Dual<One, K>>| {
            let (Some(value), Some(scalar)) = (value, scalar) else { return };
            let (output, is_level) = (row.output.clone(), output.unit.is_level());
            end_points.push(EndPoint { output, what, unit, is_level, value, gradient: gradient(&scalar) });
        };
        add("cmax", row.unit.clone(), cmax, ends.maximum.map(|(_, scalar)| scalar));
        add("auc_0_28d", format!("{}*d", row.unit), auc_0_28d, Some(ends.area));
        add("nadir", row.unit.clone(), nadir, ends.minimum.map(|(_, scalar)| scalar));
        add("end", row.unit.clone(), Some(ends.last_value), Some(ends.last));
    }
    Ok(Part { run, rows, end_points, width: group.len() })
}

/// Solves with scalars whose derivatives `seed` gives to each input: the run, its rows and the ends of its outputs.
#[expect(clippy::type_complexity, reason = "taken apart at once")]
fn solve<S: Scalar>(
    scenario: &Scenario<'_>,
    plan: &Plan,
    seed: &dyn Fn(Slot, f64) -> S,
) -> Result<(Run, Vec<S>, Vec<Ends<S>>), Failed> {
    const { assert!(S::LANES == 1 && S::ORDER <= super::moving::HIGHEST) };
    let model: &Model = scenario.model;
    let (parameters, covariates) = run::canonical_values(scenario);
    let recorder = run::recorder(scenario, plan, &parameters)?;
    let seeded = |slot: fn(usize) -> Slot, values: &[f64]| -> Vec<S> {
        values.iter().enumerate().map(|(at, value)| seed(slot(at), *value)).collect()
    };
    let (parameters, covariates) = (seeded(Slot::Parameter, &parameters), seeded(Slot::Covariate, &covariates));
    let mut follower = Follower::new(model, plan, recorder, &parameters, plan.window());
    let controller = Controller::with_derivatives(plan, parameters, covariates, None);
    let driven = drive(scenario, controller, &mut follower);
    let Follower { recorder, rows, ends, .. } = follower;
    Ok((run::finish(model, recorder, driven)?, rows, ends))
}

/// Rows of two widths side by side.
fn beside((left, width): (&[f64], usize), (right, more): (&[f64], usize)) -> Vec<f64> {
    let rows = left.chunks_exact(width.max(1)).zip(right.chunks_exact(more.max(1)));
    rows.flat_map(|(left, right)| left.iter().chain(right).copied()).collect()
}

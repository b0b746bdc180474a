//! Which rows look wrong.

use super::doubt::{Doubt, EXPLAINED, FAR, FLOOR, JUMP, REMAINS, ROBUST, SPAN, SPREAD, Suspicious};
use super::factor;
use super::{Expected, Spread};
use crate::error_model::ErrorModel;
use crate::model::Model;
use crate::observation::design::DesignRow;
use crate::observation::observed::{Data, DataSubject, ObservedRow};
use crate::regimen::{Dose, RESET, same_time};
use crate::trajectory::brief;

/// Looks for what is suspicious.
pub(super) struct Suspicion<'a> {
    model: &'a Model,
    data: &'a Data,
    expected: &'a [Expected],
    until: f64,
    /// Of each output.
    middles: Vec<Middle>,
    /// Of each subject the greatest typical prediction of each output.
    greatest: Vec<Vec<f64>>,
    found: Vec<Suspicious>,
}

/// What is usual for an output.
struct Middle {
    /// Median of the known values above 0.
    value: f64,
    /// Median of value over typical prediction, where both are above 0; none below three of them.
    quotient: Option<f64>,
    /// How far logarithms of quotients (of values where there are no predictions) scatter.
    scatter: f64,
    /// How far their changes scatter from one value to the next, where these are near in time.
    changes: f64,
}

/// A known value above 0 with what is expected of it.
#[derive(Clone, Copy)]
struct Known<'a> {
    row: &'a DesignRow,
    seen: &'a ObservedRow,
    typical: f64,
    /// Whether the prediction can be divided by.
    usable: bool,
}

impl<'a> Suspicion<'a> {
    pub fn new(model: &'a Model, data: &'a Data, expected: &'a [Expected], until: f64) -> Self {
        let greatest = |(subject, expected): (&DataSubject, &Expected)| {
            let mut greatest = vec![0.0f64; model.outputs.len()];
            for (row, typical) in subject.design.rows.iter().zip(&expected.typical) {
                greatest[row.output] = greatest[row.output].max(typical.abs());
            }
            greatest
        };
        let greatest = data.subjects.iter().zip(expected).map(greatest).collect();
        let mut all = Self { model, data, expected, until, middles: Vec::new(), greatest, found: Vec::new() };
        all.middles = (0..model.outputs.len()).map(|output| all.middle(output)).collect();
        all
    }

    /// Median of value over typical prediction of an output.
    pub fn quotient(&self, output: usize) -> Option<f64> {
        self.middles[output].quotient
    }

    /// Everything suspicious, by line.
    pub fn find(mut self) -> Vec<Suspicious> {
        for at in 0..self.data.subjects.len() {
            self.subject(at);
            self.duplicates(at);
            self.repeated_doses(at);
            self.times(at);
            self.values(at);
        }
        self.units();
        self.found.sort_by_key(|found| (found.line, found.doubt));
        self.found
    }

    fn middle(&self, output: usize) -> Middle {
        let subjects = || (0..self.data.subjects.len()).map(|at| self.known(at, output).collect::<Vec<_>>());
        let known = || subjects().flatten();
        let quotients: Vec<f64> = known().filter(|one| one.usable).map(|one| one.seen.value / one.typical).collect();
        let scatter = match quotients.is_empty() {
            true => scatter(known().map(|one| one.seen.value.ln())),
            false => scatter(quotients.iter().map(|quotient| quotient.ln())),
        };
        let quotient = (quotients.len() >= 3).then(|| Spread::of(quotients).median);
        let changes = subjects().flat_map(|known| steps(&known).into_iter().map(|step| step.remains.ln()));
        Middle {
            value: Spread::of(known().map(|one| one.seen.value)).median,
            quotient,
            scatter,
            changes: scatter_about_0(changes),
        }
    }

    /// The known values above 0 of a subject and output, in the order of time.
    fn known(&self, at: usize, output: usize) -> impl Iterator<Item = Known<'a>> {
        let floor = FLOOR * self.greatest[at][output];
        let rows = self.data.subjects[at].rows().zip(&self.expected[at].typical);
        rows.filter(move |((row, seen), _)| row.output == output && seen.known().is_some_and(|value| value > 0.0))
            .map(move |((row, seen), typical)| Known { row, seen, typical: *typical, usable: *typical > floor })
    }

    fn tell(&mut self, at: usize, row: &DesignRow, seen: &ObservedRow, doubt: Doubt, reason: String) {
        self.found.push(Suspicious {
            line: seen.line,
            subject: self.data.subjects[at].design.name.clone(),
            output: Some(row.output),
            time: row.time,
            value: seen.value,
            doubt,
            reason,
        });
    }

    fn tell_of_subject(&mut self, at: usize, doubt: Doubt, reason: String) {
        let subject = &self.data.subjects[at];
        let of_doses = subject.design.doses.iter().flat_map(|given| &given.doses).map(|dose| dose.span.position().line);
        let line = subject.observed.iter().map(|seen| seen.line).chain(of_doses).min().unwrap_or(0);
        let subject = subject.design.name.clone();
        self.found.push(Suspicious { line, subject, output: None, time: f64::NAN, value: f64::NAN, doubt, reason });
    }

    fn subject(&mut self, at: usize) {
        let subject = &self.data.subjects[at];
        let count = subject.observed.len();
        if count == 0 {
            self.tell_of_subject(at, Doubt::NoObservation, "no observation".into());
        } else if subject.observed.iter().all(ObservedRow::below_limit) {
            let what =
                if count == 1 { "its only observation lies".into() } else { format!("all {count} observations lie") };
            self.tell_of_subject(at, Doubt::AllBelow, format!("{what} below the limit of quantification"));
        }
        if count == 1 {
            self.tell_of_subject(at, Doubt::Single, "one observation".into());
        }
        if subject.design.doses.as_ref().is_some_and(|given| given.doses.iter().all(is_reset)) {
            let others = self
                .data
                .subjects
                .iter()
                .filter(|other| other.design.doses.as_ref().is_some_and(|given| !given.doses.iter().all(is_reset)));
            let others = others.count();
            if others > 0 {
                self.tell_of_subject(at, Doubt::NoDose, format!("no dose, and {others} others have"));
            }
        }
    }

    /// Rows of one output at one time, on the same side of its doses.
    fn duplicates(&mut self, at: usize) {
        let rows: Vec<(&DesignRow, &ObservedRow)> = self.data.subjects[at].rows().collect();
        for (n, (row, seen)) in rows.iter().enumerate() {
            let same =
                |(other, _): &&(&DesignRow, &ObservedRow)| (other.output, other.before) == (row.output, row.before);
            let together = rows[..n].iter().rev().take_while(|(other, _)| same_time(other.time, row.time));
            if let Some((_, first)) = together.filter(same).last() {
                let value = match first.observed == seen.observed {
                    true => "the same value".to_string(),
                    false => format!("{} there", brief(first.value)),
                };
                let reason = format!("subject, time and output of line {}, {value}", first.line);
                self.tell(at, row, seen, Doubt::Duplicate, reason);
            }
        }
    }

    fn repeated_doses(&mut self, at: usize) {
        let subject = &self.data.subjects[at];
        let doses: Vec<&Dose> =
            subject.design.doses.iter().flat_map(|given| &given.doses).filter(|dose| !is_reset(dose)).collect();
        for (n, dose) in doses.iter().enumerate() {
            let (Some(time), entry) = (dose.times.first(), &dose.entry.value) else { continue };
            let alike = |other: &&&Dose| {
                let amount = |dose: &Dose| dose.amount.as_ref().map(|amount| amount.value.clone());
                other.entry.value == *entry
                    && other.times.first().is_some_and(|other| same_time(other.value.value, time.value.value))
                    && amount(other) == amount(dose)
            };
            if let Some(first) = doses[..n].iter().find(alike) {
                let first = first.span.position().line;
                self.found.push(Suspicious {
                    line: dose.span.position().line,
                    subject: subject.design.name.clone(),
                    output: None,
                    time: time.value.value,
                    value: f64::NAN,
                    doubt: Doubt::RepeatedDose,
                    reason: format!("the dose of `{entry}` of line {first} once more"),
                });
            }
        }
    }

    /// Rows outside of the run, and before the first dose.
    fn times(&mut self, at: usize) {
        let (subject, expected) = (&self.data.subjects[at], &self.expected[at]);
        let unit = &self.model.time;
        let first = expected.doses.iter().map(|dose| dose.time).reduce(f64::min);
        for ((row, seen), typical) in subject.rows().zip(&expected.typical) {
            if row.time > self.until {
                let reason = format!("after the end of the run, {} {unit}", brief(self.until));
                self.tell(at, row, seen, Doubt::OutsideRun, reason);
            } else if row.time < expected.start {
                let reason = format!("before the start of the run, {} {unit}", brief(expected.start));
                self.tell(at, row, seen, Doubt::OutsideRun, reason);
            } else if let Some(first) = first.filter(|first| row.time < *first && !same_time(row.time, *first)) {
                let zero = typical.abs() <= 1e-9 * self.greatest[at][row.output];
                if zero && seen.known().is_some_and(|value| value > 0.0) {
                    let reason = format!("before the first dose at {} {unit}, where the model has 0", brief(first));
                    self.tell(at, row, seen, Doubt::BeforeDose, reason);
                }
            }
        }
    }

    /// Values far from the others of their output, or from their neighbours.
    fn values(&mut self, at: usize) {
        for output in 0..self.model.outputs.len() {
            let known: Vec<Known<'a>> = self.known(at, output).collect();
            let unit = &self.model.outputs[output].unit;
            let mut far = vec![false; known.len()];
            for (n, one) in known.iter().enumerate() {
                let middle = self.middles[output].value;
                far[n] = beyond(one.seen.value / middle, FAR) && !self.is_explained(one, middle);
                if far[n] {
                    let (factor, word) = apart(one.seen.value / middle);
                    let reason = format!("{factor}-fold {word} the median of its output, {} {unit}", brief(middle));
                    self.tell(at, one.row, one.seen, Doubt::Far, reason);
                }
            }
            for (n, factor, other) in self.jumps(&known, output) {
                if far[n] {
                    continue;
                }
                let (one, other) = (&known[n], &known[other]);
                let (factor, word) = apart(factor);
                let reason = format!(
                    "{factor}-fold {word} the value at {} {}, {} {unit}",
                    brief(other.row.time),
                    self.model.time,
                    brief(other.seen.value)
                );
                self.tell(at, one.row, one.seen, Doubt::Jump, reason);
            }
        }
    }

    /// Which values are a jump, by which factor, from which other.
    fn jumps(&self, known: &[Known<'a>], output: usize) -> Vec<(usize, f64, usize)> {
        let middle = &self.middles[output];
        let wide = |step: &&Step| beyond(step.factor, JUMP) && beyond(step.remains, REMAINS);
        let steps = steps(known);
        let mut jumps: Vec<(usize, f64, usize)> = Vec::new();
        for step in steps.iter().filter(wide) {
            // The one of the two that the model does not expect.
            let off =
                |at: usize| (known[at].seen.value / known[at].typical / middle.quotient.unwrap_or(1.0)).ln().abs();
            let (which, other, factor) = match off(step.to - 1) > off(step.to) {
                true => (step.to - 1, step.to, 1.0 / step.factor),
                false => (step.to, step.to - 1, step.factor),
            };
            // There and back again, or further than steps of this output usually go.
            let back = |next: &Step| (next.factor > 1.0) != (step.factor > 1.0) && next.to.abs_diff(step.to) == 1;
            let peak = steps.iter().filter(wide).any(back);
            let unusual = step.remains.ln().abs() > ROBUST * middle.changes;
            let known_already = jumps.iter().any(|jump| jump.0 == which);
            if (peak || unusual) && !known_already && !self.within_spread(&known[which]) {
                jumps.push((which, factor, other));
            }
        }
        jumps
    }

    /// Whether the model expects a value far from the median of its output.
    fn is_explained(&self, one: &Known, middle: f64) -> bool {
        let usual = &self.middles[one.row.output];
        if one.typical.is_nan() {
            return (one.seen.value / middle).ln().abs() <= ROBUST * usual.scatter;
        }
        if !one.usable {
            return one.seen.value < middle;
        }
        let quotient = one.seen.value / (one.typical * usual.quotient.unwrap_or(1.0));
        !beyond(quotient, EXPLAINED) || quotient.ln().abs() <= ROBUST * usual.scatter || self.within_spread(one)
    }

    /// Whether the residual error alone explains a value: around 0 only its additive part does.
    fn within_spread(&self, one: &Known) -> bool {
        let Some(error) = self.model.outputs[one.row.output].error.as_ref().map(|error| error.model) else {
            return false;
        };
        let expected = one.typical * self.middles[one.row.output].quotient.unwrap_or(1.0);
        let distance = match error {
            ErrorModel::Lognormal { .. } => (one.seen.value / expected).ln(),
            _ => one.seen.value - expected,
        };
        distance.abs() <= SPREAD * error.sd(0.0)
    }

    /// Outputs whose values are in another unit than the model's.
    fn units(&mut self) {
        for output in 0..self.model.outputs.len() {
            let mut pairs = Vec::new();
            for at in 0..self.data.subjects.len() {
                let least = 1e-3 * self.greatest[at][output];
                let known = self.known(at, output).filter(|one| one.typical >= least && one.typical > 0.0);
                pairs.extend(known.map(|one| (one.seen.value, one.typical)));
            }
            let declared = &self.model.outputs[output];
            let Some(reason) = factor::reason(&pairs, &declared.name, &declared.unit) else { continue };
            let of_output = |(_, row, seen): (_, &DesignRow, &ObservedRow)| (row.output == output).then_some(seen.line);
            let line = super::rows(self.data).filter_map(of_output).min().unwrap_or(0);
            let subject = String::new();
            let (time, value) = (f64::NAN, f64::NAN);
            self.found.push(Suspicious {
                line,
                subject,
                output: Some(output),
                time,
                value,
                doubt: Doubt::Unit,
                reason,
            });
        }
    }
}

/// From one known value to the next, near in time.
struct Step {
    /// Place of the second.
    to: usize,
    /// The second over the first.
    factor: f64,
    /// The same, after division of both by their typical predictions.
    remains: f64,
}

/// Steps over less than a tenth of the span. Where the model has nothing, nothing can be said of a rise.
fn steps(known: &[Known]) -> Vec<Step> {
    let (Some(first), Some(last)) = (known.first(), known.last()) else { return Vec::new() };
    let near = SPAN * (last.row.time - first.row.time);
    let step = |to: usize| {
        let (before, after) = (&known[to - 1], &known[to]);
        if after.row.time - before.row.time > near {
            return None;
        }
        let factor = after.seen.value / before.seen.value;
        match before.typical.is_nan() || after.typical.is_nan() {
            true => Some(Step { to, factor, remains: factor }),
            false if before.usable && after.usable => {
                Some(Step { to, factor, remains: factor * before.typical / after.typical })
            }
            false => None,
        }
    };
    (1..known.len()).filter_map(step).collect()
}

/// As a standard deviation, but by medians: a few that are far out do not count.
fn scatter(numbers: impl Iterator<Item = f64>) -> f64 {
    let numbers: Vec<f64> = numbers.collect();
    let middle = Spread::of(numbers.iter().copied()).median;
    scatter_about_0(numbers.into_iter().map(|number| number - middle))
}

/// About 0. Of one number nothing is known; of two the smaller counts, as the other may be the one far out.
fn scatter_about_0(numbers: impl Iterator<Item = f64>) -> f64 {
    let mut sizes: Vec<f64> = numbers.map(f64::abs).filter(|size| !size.is_nan()).collect();
    sizes.sort_by(f64::total_cmp);
    // The median distance from 0 of a normal variable of standard deviation 1 is 1 / 1.4826.
    if sizes.len() < 2 { 0.0 } else { 1.4826 * sizes[(sizes.len() - 1) / 2] }
}

fn is_reset(dose: &Dose) -> bool {
    dose.entry.value == RESET
}

/// Whether a quotient lies beyond a factor on either side.
fn beyond(quotient: f64, factor: f64) -> bool {
    quotient > factor || quotient < 1.0 / factor
}

/// A quotient as a factor above 1, and on which side it lies.
fn apart(quotient: f64) -> (String, &'static str) {
    if quotient < 1.0 { (brief(1.0 / quotient), "below") } else { (brief(quotient), "above") }
}

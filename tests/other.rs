//! The same equations by `diffsol`'s BDF (variable order, fixed leading coefficient): another method, by other people.
//!
//! It gets our compiled rates and Jacobian. The stretches between borders, doses and switches are written down here,
//! from what the models say and from the independent table of care steps; our controller has no part in them.

use std::cell::RefCell;
use std::collections::BTreeMap;

use cascade::compile::{Compiled, Workspace, compile};
use cascade::integrate::{Method, Options, Piece, Pieces, System, solve};
use cascade::model::Model;
use cascade::numeric::{Lanes, Scalar};
use diffsol::{NalgebraLU, NalgebraMat, OdeBuilder, OdeSolverMethod, OdeSolverStopReason};

use crate::support::{Case, records};

type One = Lanes<1>;

/// What happens at a border.
#[derive(Debug, Clone)]
pub enum Change {
    /// So much of a state's own unit is added.
    Add(&'static str, f64),
    /// An infusion runs at this rate, in the state's unit by the time unit of the model.
    Infuse(&'static str, f64),
    /// A switch turns.
    Turn(String, bool),
    /// A dose of this entry is counted.
    Count(&'static str),
}

/// A problem for the other solver.
pub struct Problem<'m> {
    model: &'m Model,
    compiled: Compiled,
    /// Held values before anything has happened.
    held: Vec<f64>,
    workspace: RefCell<Workspace<One>>,
    scratch: RefCell<Scratch>,
    /// Doses of each entry so far.
    counts: RefCell<Vec<f64>>,
}

/// Non-zeros, df/dt and f.
struct Scratch {
    nonzeros: Vec<One>,
    dfdt: Vec<One>,
    dy: Vec<One>,
}

impl<'m> Problem<'m> {
    /// A model with its values.
    pub fn new(model: &'m Model, case: &Case) -> Self {
        let compiled = compile(model, &[]);
        let mut workspace = compiled.program.workspace();
        let values = case.of(model).values;
        for (at, (parameter, value)) in model.parameters.iter().zip(&values.parameters).enumerate() {
            workspace.set_parameter(at, 0, model.scales.to_canonical(&parameter.unit, *value));
        }
        let mut held = vec![0.0; compiled.held.count];
        for (at, (covariate, value)) in model.covariates.iter().zip(&values.covariates).enumerate() {
            held[compiled.held.covariates + at] = model.scales.to_canonical(&covariate.unit, *value);
        }
        for slot in compiled.held.alive.iter().flatten() {
            held[*slot] = 1.0;
        }
        for entry in 0..model.doses.len() {
            held[compiled.held.doses + 2 * entry] = f64::INFINITY;
        }
        let size = model.states.len();
        let zeros = |count: usize| vec![One::default(); count];
        let entries = compiled.program.pattern().rows.iter().map(Vec::len).sum();
        let scratch = Scratch { nonzeros: zeros(entries), dfdt: zeros(size), dy: zeros(size) };
        let counts = RefCell::new(vec![0.0; model.doses.len()]);
        let (workspace, scratch) = (RefCell::new(workspace), RefCell::new(scratch));
        Self { model, compiled, held, workspace, scratch, counts }
    }

    fn start(&self) -> Vec<f64> {
        self.counts.borrow_mut().fill(0.0);
        for (slot, value) in self.held.iter().enumerate() {
            self.workspace.borrow_mut().set_held(slot, 0, *value);
        }
        let mut y = vec![One::default(); self.model.states.len()];
        self.compiled.program.start(&mut self.workspace.borrow_mut(), &mut y);
        y.iter().map(|value| value.get(0)).collect()
    }

    fn state(&self, name: &str) -> usize {
        self.model.states.iter().position(|state| state.name.text == name).unwrap()
    }

    fn canonical(&self, state: usize, value: f64) -> f64 {
        self.model.scales.to_canonical(&self.model.states[state].unit, value)
    }

    fn change(&self, change: &Change, time: f64, y: &mut [f64]) {
        let workspace = &mut *self.workspace.borrow_mut();
        let held = &self.compiled.held;
        match change {
            Change::Add(state, amount) => {
                let at = self.state(state);
                y[at] += self.canonical(at, *amount);
            }
            Change::Infuse(state, rate) => {
                let at = self.state(state);
                workspace.set_held(held.infusions[at].unwrap(), 0, self.canonical(at, *rate));
            }
            Change::Turn(name, on) => {
                let at = self.model.switches.iter().position(|switch| switch.name.text == *name).unwrap();
                workspace.set_held(held.switches + at, 0, f64::from(u8::from(*on)));
            }
            Change::Count(name) => {
                let at = self.model.doses.iter().position(|dose| dose.name.text == *name).unwrap();
                let count = &mut self.counts.borrow_mut()[at];
                if *count == 0.0 {
                    workspace.set_held(held.doses + 2 * at, 0, time);
                }
                *count += 1.0;
                workspace.set_held(held.doses + 2 * at + 1, 0, *count);
            }
        }
    }

    fn rates(&self, y: &[f64], t: f64, dy: &mut [f64]) {
        let lanes: Vec<One> = y.iter().map(|&value| One::splat(value)).collect();
        let scratch = &mut *self.scratch.borrow_mut();
        self.compiled.program.rates(&mut self.workspace.borrow_mut(), One::splat(t), &lanes, &mut scratch.dy);
        dy.iter_mut().zip(&scratch.dy).for_each(|(to, from)| *to = from.get(0));
    }

    /// J v.
    fn jacobian(&self, y: &[f64], t: f64, v: &[f64], product: &mut [f64]) {
        let lanes: Vec<One> = y.iter().map(|&value| One::splat(value)).collect();
        let Scratch { nonzeros, dfdt, dy } = &mut *self.scratch.borrow_mut();
        let program = &self.compiled.program;
        program.jacobian(&mut self.workspace.borrow_mut(), One::splat(t), &lanes, nonzeros, dfdt, dy);
        let mut entries = nonzeros.iter();
        for (to, row) in product.iter_mut().zip(&program.pattern().rows) {
            *to = row.iter().zip(&mut entries).map(|(&column, entry)| entry.get(0) * v[column]).sum();
        }
    }

    /// The same by our engine; none where it gives up.
    fn stretch_here(
        &self,
        y: &mut Vec<f64>,
        span: (f64, f64),
        (method, rtol): (Method, f64),
        times: &[f64],
        mut row: impl FnMut(&[f64]),
    ) -> Option<()> {
        let atol = (0..y.len()).map(|at| rtol * self.canonical_difference(at)).collect();
        let mut options = Options::new(rtol, atol);
        options.method = method;
        let start: Vec<One> = y.iter().map(|value| One::splat(*value)).collect();
        let mut next = 0;
        let mut sink = Pieces(|_, piece: &Piece<'_, One>| {
            while let Some(&time) = times.get(next).filter(|time| **time <= piece.to) {
                piece.eval(time, y);
                row(y);
                next += 1;
            }
        });
        let workspace = self.workspace.borrow().clone();
        let end = solve(&self.compiled.program, workspace, &start, span, options, &mut sink).ok()?;
        *y = end.state.iter().map(|value| value.get(0)).collect();
        Some(())
    }

    /// From `y` at `from` to `until`; calls `row` at each of `times` on the way.
    fn stretch(
        &self,
        y: &mut Vec<f64>,
        (from, until): (f64, f64),
        rtol: f64,
        times: &[f64],
        mut row: impl FnMut(&[f64]),
    ) {
        let tolerance = |at: usize| rtol * self.canonical_difference(at);
        let start = y.clone();
        let problem = OdeBuilder::<NalgebraMat<f64>>::new()
            .t0(from)
            .rtol(rtol)
            .atol((0..y.len()).map(tolerance))
            .h0((until - from).min(1e-3))
            .rhs_implicit(
                |y, _, t, dy: &mut [f64]| self.rates(y, t, dy),
                |y, _, t, v, product: &mut [f64]| self.jacobian(y, t, v, product),
            )
            .init(move |_, _, y: &mut [f64]| y.copy_from_slice(&start), y.len())
            .build()
            .unwrap();
        let mut solver = problem.bdf::<NalgebraLU<f64>>().unwrap();
        solver.set_stop_time(until).unwrap();
        let mut next = 0;
        loop {
            let reason = solver.step().unwrap();
            while let Some(&time) = times.get(next).filter(|time| **time <= solver.state().t) {
                row(&values(&solver.interpolate(time).unwrap()));
                next += 1;
            }
            if matches!(reason, OdeSolverStopReason::TstopReached) {
                break;
            }
        }
        *y = values(solver.state().y);
    }

    fn canonical_difference(&self, state: usize) -> f64 {
        let state = &self.model.states[state];
        self.model.scales.to_canonical(&state.unit.difference(), state.tolerance)
    }

    /// Rows of states in their declared units at the times of a table, by BDF.
    pub fn solve(&self, changes: &[(f64, Change)], times: &[f64], rtol: f64) -> Vec<Vec<f64>> {
        self.solve_by(None, changes, times, rtol).unwrap()
    }

    /// The same by one of our methods, or by BDF if there is none; none where it gives up.
    pub fn solve_by(
        &self,
        method: Option<Method>,
        changes: &[(f64, Change)],
        times: &[f64],
        rtol: f64,
    ) -> Option<Vec<Vec<f64>>> {
        let end = *times.last().unwrap();
        let mut borders: BTreeMap<u64, Vec<&Change>> = BTreeMap::new();
        for (time, change) in changes.iter().filter(|(time, _)| *time < end) {
            borders.entry(time.to_bits()).or_default().push(change);
        }
        borders.entry(0f64.to_bits()).or_default();
        let starts: Vec<f64> = borders.keys().map(|bits| f64::from_bits(*bits)).collect();
        let mut y = self.start();
        let mut rows: Vec<Vec<f64>> = Vec::new();
        for (n, (from, changes)) in starts.iter().zip(borders.values()).enumerate() {
            for change in changes {
                self.change(change, *from, &mut y);
            }
            let until = starts.get(n + 1).copied().unwrap_or(end);
            if times.contains(from) {
                rows.push(y.clone());
            }
            let last = until == end;
            let inside: Vec<f64> =
                times.iter().copied().filter(|t| *from < *t && (*t < until || (last && *t == until))).collect();
            let row = |row: &[f64]| rows.push(row.to_vec());
            match method {
                None => self.stretch(&mut y, (*from, until), rtol, &inside, row),
                Some(method) => self.stretch_here(&mut y, (*from, until), (method, rtol), &inside, row)?,
            }
        }
        for row in &mut rows {
            for (value, state) in row.iter_mut().zip(&self.model.states) {
                *value = self.model.scales.from_canonical(&state.unit, *value);
            }
        }
        Some(rows)
    }
}

fn values(vector: &diffsol::NalgebraVec<f64>) -> Vec<f64> {
    vector.batch_as_slice(0).to_vec()
}

/// What happens in the run of a table, and in `cart-crs-low` and `cart-crs-high`, sets of that model.
pub fn changes(run: &str) -> Vec<(f64, Change)> {
    match run {
        "stein-2019" => vec![contraction()],
        "stein-2019-comedication" => {
            vec![(5.7, Change::Count("tocilizumab")), (7.5, Change::Count("corticosteroid")), contraction()]
        }
        "hardiansyah-2019-upn1" => split("effector", 1.1),
        "hardiansyah-2019-upn3" => split("effector", 0.014),
        "cart-crs" => [split("infused", 1.1), care("default")].concat(),
        "cart-crs-high" => [split("infused", 1.1), care("tumour_0 8")].concat(),
        // No care that changes a state is due.
        "cart-crs-low" => split("infused", 1.1),
        "cart-crs-tocilizumab" => {
            let given = over_an_hour("tocilizumab_amount", 800.0, 3.0);
            [split("infused", 1.1), care("tocilizumab"), given].concat()
        }
        "cart-crs-dexamethasone" => {
            let given = (0..12).map(|n| (2.5 + 0.25 * f64::from(n), Change::Add("dexamethasone_amount", 10.0)));
            split("infused", 1.1).into_iter().chain(given).collect()
        }
        "kimmel-2021" => vec![(0.0, Change::Add("cart_memory", 0.18))],
        "dobreva-2021-janum" | "dobreva-2021-copeland" => vec![(0.0, Change::Add("endotoxin", 2.0))],
        "chen-2019" => {
            let both = |(time, amount)| [(time, Change::Count("bispecific")), (time, Change::Add("drug", amount))];
            [(0.0, 60.0), (168.0, 300.0)].into_iter().flat_map(both).collect()
        }
        "tocilizumab-moes-2022" => over_an_hour("central", 800.0, 0.0),
        "tocilizumab-frey-2010" => over_an_hour("central", 560.0, 0.0),
        "liu-2022-cr-1" | "liu-2022-cr-2" | "liu-2022-negr" => Vec::new(),
        other => panic!("what happens in {other}?"),
    }
}

fn contraction() -> (f64, Change) {
    (9.3, Change::Turn("contraction".to_string(), true))
}

/// 10, 30 and 60 per cent on days 0, 1 and 2.
fn split(state: &'static str, total: f64) -> Vec<(f64, Change)> {
    [0.1, 0.3, 0.6].iter().enumerate().map(|(day, part)| (day as f64, Change::Add(state, part * total))).collect()
}

/// So many mg over 1 h from a day on.
pub fn over_an_hour(state: &'static str, amount: f64, day: f64) -> Vec<(f64, Change)> {
    vec![(day, Change::Infuse(state, 24.0 * amount)), (day + 1.0 / 24.0, Change::Infuse(state, 0.0))]
}

/// Care steps of a run that change a state, by the independent table.
fn care(run: &str) -> Vec<(f64, Change)> {
    let rows = records("cart-crs-care");
    let steps = ["fluids", "first_vasopressor", "second_vasopressor"];
    let rows = rows.iter().filter(|row| row[0] == run && steps.contains(&&*row[2]));
    rows.map(|row| (row[1].parse().unwrap(), Change::Turn(row[2].clone(), row[3] == "1"))).collect()
}

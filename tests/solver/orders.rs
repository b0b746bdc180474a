//! Doses ordered during a run, patient by patient in their lanes, by a rule written by hand.

use cascade::compile::compile;
use cascade::crs::{Panel, Scale, Settings};
use cascade::diagnostic::Problems;
use cascade::integrate::{Counters, Options, Piece, Sink};
use cascade::model::Model;
use cascade::numeric::Lanes;
use cascade::regimen::Regimen;
use cascade::simulate::{Controller, Crew, Departure, EventKind, Order, Plan, Scenario, Watcher};

use crate::support::embedded;

/// 8 mg of tocilizumab, too little to end a fever, over an hour from grade 1 on; again while it lasts, 8 h apart, three
/// times at most.
struct Rule {
    entry: usize,
    amount: f64,
    seats: Vec<Seat>,
    left: Vec<Option<Left>>,
}

#[derive(Clone, Default)]
struct Seat {
    patient: usize,
    last: Option<f64>,
}

/// What a patient leaves: final states, times of tocilizumab, work.
#[derive(Debug, Clone, PartialEq)]
struct Left {
    states: Vec<u64>,
    given: Vec<f64>,
    counters: Counters,
}

const GAP: f64 = 8.0 / 24.0;

impl<const N: usize> Sink<Lanes<N>> for Rule {
    fn piece(&mut self, _: usize, _: &Piece<'_, Lanes<N>>) {}
}

impl<const N: usize> Watcher<N> for Rule {
    fn begin(&mut self, lane: usize, patient: u64, _: f64, _: &Controller<'_>, _: &[f64]) {
        self.seats[lane] = Seat { patient: patient as usize, last: None };
    }

    fn changed(&mut self, _: usize, _: f64, _: &[f64], _: &[f64], _: &Controller<'_>) {}

    fn orders(&mut self, lane: usize, time: f64, controller: &Controller<'_>, orders: &mut Vec<Order>) {
        let grade = controller.panel().and_then(|panel| panel.monitors()[0].finding().grade());
        let seat = &mut self.seats[lane];
        let waited = seat.last.is_none_or(|last| time >= last + GAP);
        if grade >= Some(1) && waited && controller.doses_given(self.entry) < 3.0 {
            seat.last = Some(time);
            orders.push(Order { entry: self.entry, amount: self.amount, duration: 1.0 / 24.0 });
        }
    }

    fn wake(&self, lane: usize, now: f64) -> Option<f64> {
        self.seats[lane].last.map(|last| last + GAP).filter(|next| *next > now)
    }

    fn finish(&mut self, lane: usize, end: Departure<'_>) {
        assert!(end.stopped.is_none());
        let events = end.controller.finish().events;
        let given =
            events.iter().filter(|event| matches!(event.kind, EventKind::Dose { entry, .. } if entry == self.entry));
        self.left[self.seats[lane].patient] = Some(Left {
            states: end.y.iter().map(|value| value.to_bits()).collect(),
            given: given.map(|event| event.time).collect(),
            counters: end.counters,
        });
    }
}

/// Tumours from a quarter of the default to four times it.
const TUMOURS: [f64; 7] = [0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 4.0];

fn run<const N: usize>(model: &Model, rtol: f64) -> Vec<Left> {
    let scenario = Scenario::new(model).unwrap();
    let panel = Panel::new(&[Scale::astct_2019()], &Settings::default()).unwrap();
    let doses = scenario.regimen.resolve(model, &mut Problems::default());
    let plan = Plan::new(model, compile(model, &panel.continuous_atoms()), doses, scenario.until);
    let tolerance =
        |state: &cascade::model::State| rtol * model.scales.to_canonical(&state.unit.difference(), state.tolerance);
    let options = Options::new(rtol, model.states.iter().map(tolerance).collect());
    let entry = model.doses.iter().position(|dose| dose.name.text == "tocilizumab").unwrap();
    let amount = model.scales.to_canonical(&"mg".parse().unwrap(), 8.0);
    let mut rule = Rule { entry, amount, seats: vec![Seat::default(); N], left: vec![None; TUMOURS.len()] };
    let mut next = TUMOURS.iter().enumerate();
    Crew::<N>::new(&plan, options).run(
        || {
            let (patient, factor) = next.next()?;
            let values = model.parameters.iter().zip(&scenario.values.parameters).map(|(parameter, value)| {
                let factor = if parameter.name.text == "tumour_0" { *factor } else { 1.0 };
                model.scales.to_canonical(&parameter.unit, factor * value)
            });
            Some((patient as u64, Controller::new(&plan, &values.collect::<Vec<f64>>(), &[], Some(panel.clone()))))
        },
        &mut rule,
    );
    rule.left.into_iter().map(Option::unwrap).collect()
}

#[test]
fn a_rule_acts_in_its_lane_alone_and_at_located_times() {
    let model = embedded("cart-crs");
    let alone = run::<1>(&model, 1e-6);
    for (one, many) in alone.iter().zip(run::<8>(&model, 1e-6)) {
        assert_eq!(*one, many);
    }
    let counts: Vec<usize> = alone.iter().map(|left| left.given.len()).collect();
    assert!(counts.iter().any(|count| *count > 0) && counts.iter().all(|count| *count <= 3), "{counts:?}");
    for left in &alone {
        assert!(left.given.windows(2).all(|pair| pair[1] >= pair[0] + GAP), "{:?}", left.given);
    }
    // Where nothing else happens just then, the rule is woken when it has waited.
    let woken = |left: &Left| left.given.windows(2).any(|pair| pair[1] == pair[0] + GAP);
    assert!(alone.iter().any(woken), "{alone:?}");
    // Patients differ in when they are treated.
    let firsts: Vec<u64> = alone.iter().filter_map(|left| left.given.first()).map(|time| time.to_bits()).collect();
    assert!(firsts.windows(2).all(|pair| pair[0] != pair[1]), "{alone:?}");
}

/// What a rule gives is what a regimen of the same doses gives.
#[test]
fn ordered_doses_act_like_planned_ones() {
    let model = embedded("cart-crs");
    let rtol = 1e-9;
    let treated = run::<1>(&model, rtol);
    let at = TUMOURS.iter().position(|factor| *factor == 2.0).unwrap();
    let left = &treated[at];
    assert!(!left.given.is_empty());
    let mut scenario = Scenario::new(&model).unwrap().rtol(rtol).unwrap();
    let tumour = model.parameters.iter().position(|item| item.name.text == "tumour_0").unwrap();
    scenario.values.parameters[tumour] *= 2.0;
    let times: Vec<String> = left.given.iter().map(f64::to_string).collect();
    let given: Regimen = format!("tocilizumab 8 mg over 1 h at {} d", times.join(", ")).parse().unwrap();
    scenario.regimen = scenario.regimen.override_with(vec![given]);
    let run = scenario.grading(Scale::astct_2019(), Settings::default()).simulate().unwrap();
    let last = run.trajectory.row(run.trajectory.time.len() - 1);
    for ((state, bits), planned) in model.states.iter().zip(&left.states).zip(last) {
        let ordered = model.scales.from_canonical(&state.unit, f64::from_bits(*bits));
        let scale = planned.abs() + 1e3 * state.tolerance;
        assert!((ordered - planned).abs() < 1e-5 * scale, "{}: {ordered} against {planned}", state.name);
    }
}

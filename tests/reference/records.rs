//! Dose records against sums of closed forms, written from the rules of NONMEM and not from the code.
//!
//! A depot empties into a body of two compartments. What is there at a time is the sum of what each arrival leaves of
//! itself: exponentials, by the eigenvalues of the body. The rules: a record that clears (EVID 3 and 4, SS 1) leaves
//! nothing of records before it, arrived or not; a dose in steady state has arrived at TIME + lag - k II for every k from 1
//! on; ADDL adds arrivals at TIME + lag + k II; F scales the amount, and where RATE is above 0, or -1, the duration follows.

use cascade::diagnostic::{Problems, Source};
use cascade::model::Model;
use cascade::observation::{read_records, write_regimen};
use cascade::regimen::Regimen;
use cascade::simulate::Scenario;
use cascade::trajectory::Sidecar;

use crate::support::{Case, at, model, run, series, written};

const KA: f64 = 2.3;
const K10: f64 = 1.1;
const K12: f64 = 0.7;
const K21: f64 = 0.4;
const DURATION: f64 = 0.2;
const LONG: f64 = 1.3;
const RATE: f64 = 60.0;
const II: f64 = 0.5;

/// One record as a user thinks of it.
#[derive(Debug, Clone, Copy)]
struct Record {
    time: f64,
    evid: u8,
    amount: f64,
    /// `depot` or `central`.
    depot: bool,
    how: How,
    addl: u32,
    ss: u8,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum How {
    Bolus,
    /// RATE above 0.
    Rate(f64),
    /// RATE -1: the rate of the entry.
    DeclaredRate,
    /// RATE -2: the duration of the entry.
    DeclaredDuration,
    /// RATE -2 of an entry whose infusions overlap.
    Overlapping,
}

const USUAL: Record = Record { time: 1.0, evid: 1, amount: 10.0, depot: false, how: How::Bolus, addl: 0, ss: 0 };

impl Record {
    fn entry(&self) -> &'static str {
        match (self.how, self.depot) {
            (How::Bolus | How::Rate(_), true) => "depot",
            (How::Bolus | How::Rate(_), false) => "central",
            (How::DeclaredRate, true) => "depot_rate",
            (How::DeclaredRate, false) => "central_rate",
            (How::DeclaredDuration, true) => "depot_over",
            (How::DeclaredDuration, false) => "central_over",
            (How::Overlapping, true) => "depot_long",
            (How::Overlapping, false) => "central_long",
        }
    }

    fn interval(&self) -> f64 {
        let endless = self.amount == 0.0;
        if (self.addl > 0 || self.ss > 0) && !endless { II } else { 0.0 }
    }

    fn row(&self) -> String {
        let rate = match self.how {
            How::Bolus => 0.0,
            How::Rate(rate) => rate,
            How::DeclaredRate => -1.0,
            How::DeclaredDuration | How::Overlapping => -2.0,
        };
        if self.evid == 3 {
            return format!("{},3,0,.,0,0,0,0", self.time);
        }
        let Self { time, evid, amount, addl, ss, .. } = self;
        format!("{time},{evid},{amount},{},{rate},{},{addl},{ss}", self.entry(), self.interval())
    }

    fn text(&self) -> String {
        let Self { time, amount, addl, ss, .. } = self;
        if self.evid == 3 {
            return format!("reset at {time} d");
        }
        let before = if self.evid == 4 { format!("reset at {time} d; ") } else { String::new() };
        let rate = if let How::Rate(rate) = self.how { format!(" rate {rate} mg/d") } else { String::new() };
        let every = match (self.interval() > 0.0, *addl) {
            (false, _) => String::new(),
            (true, 0) => format!(" every {II} d"),
            (true, more) => format!(" every {II} d x {}", more + 1),
        };
        let steady = ["", " ss", " ss2"][usize::from(*ss)];
        format!("{before}{} {amount} mg{rate} at {time} d{every}{steady}", self.entry())
    }
}

/// What one arrival leaves of itself in depot, centre and periphery.
#[derive(Debug, Clone, Copy)]
struct Arrival {
    time: f64,
    amount: f64,
    duration: f64,
    depot: bool,
}

/// Coefficients by exponent of what 1 mg leaves: (exponent, [depot, centre, periphery]).
fn response(depot: bool) -> Vec<(f64, [f64; 3])> {
    let (sum, product) = (K10 + K12 + K21, K10 * K21);
    let root = (sum * sum - 4.0 * product).sqrt();
    let (fast, slow) = ((sum + root) / 2.0, (sum - root) / 2.0);
    // 1 mg into the centre: A e^(-fast t) + B e^(-slow t).
    let of_centre = [
        (fast, [0.0, (fast - K21) / (fast - slow), -K12 / (fast - slow)]),
        (slow, [0.0, (K21 - slow) / (fast - slow), K12 / (fast - slow)]),
    ];
    if !depot {
        return of_centre.to_vec();
    }
    // The depot's outflow KA e^(-KA t) folded with it.
    let mut all = vec![(KA, [1.0, 0.0, 0.0])];
    for (rate, share) in of_centre {
        let factor = KA / (KA - rate);
        all.push((rate, share.map(|share| share * factor)));
        all[0].1[1] -= share[1] * factor;
        all[0].1[2] -= share[2] * factor;
    }
    all
}

impl Arrival {
    fn leaves(&self, t: f64) -> [f64; 3] {
        let since = t - self.time;
        let mut sum = [0.0; 3];
        if since < -1e-12 {
            return sum;
        }
        let since = since.max(0.0);
        for (rate, shares) in response(self.depot) {
            let size = if self.duration > 0.0 {
                let given = since.min(self.duration);
                self.amount / self.duration * (1.0 - (-rate * given).exp()) / rate * (-rate * (since - given)).exp()
            } else {
                self.amount * (-rate * since).exp()
            };
            sum.iter_mut().zip(shares).for_each(|(sum, share)| *sum += share * size);
        }
        sum
    }
}

/// What is there at a time, by the rules alone.
fn expected(records: &[Record], lag: f64, fraction: f64, t: f64) -> [f64; 3] {
    let clears = |record: &Record| record.evid >= 3 || record.ss == 1;
    let last = records.iter().rposition(|record| clears(record) && record.time <= t + 1e-12);
    let mut sum = [0.0; 3];
    for record in &records[last.unwrap_or(0)..] {
        if record.evid == 3 || record.time > t + 1e-12 {
            continue;
        }
        let amount = record.amount * fraction;
        let duration = match record.how {
            How::Bolus => 0.0,
            How::Rate(rate) => amount / rate,
            How::DeclaredRate => amount / RATE,
            How::DeclaredDuration => DURATION,
            How::Overlapping => LONG,
        };
        let mut arrivals = Vec::new();
        if record.amount == 0.0 && record.ss > 0 {
            // An infusion for ever that ends at its record; F does not scale it.
            let rate = if let How::Rate(rate) = record.how { rate } else { RATE };
            let long = 400.0;
            arrivals.push(Arrival {
                time: record.time - long,
                amount: rate * long,
                duration: long,
                depot: record.depot,
            });
        } else {
            let first = if record.ss > 0 { -800 } else { 0 };
            let last = i32::try_from(record.addl).unwrap();
            arrivals.extend((first..=last).map(|k| Arrival {
                time: record.time + lag + f64::from(k) * II,
                amount,
                duration,
                depot: record.depot,
            }));
        }
        for arrival in arrivals {
            sum.iter_mut().zip(arrival.leaves(t)).for_each(|(sum, part)| *sum += part);
        }
    }
    sum
}

/// The model: each compartment with entries of every kind. `loss` is how the centre loses what it loses.
fn body(loss: &str) -> Model {
    let parameter = |name: &str, value: f64, unit: &str| {
        format!("[parameters.{name}]\nvalue = {value}\nunit = \"{unit}\"\nassumption = \"A1: for the test\"\n")
    };
    let state = |name: &str, rate: &str| {
        format!("[states.{name}]\nunit = \"mg\"\nstart = '0'\nrate = '{rate}'\ntolerance = \"1e-6 mg\"\n")
    };
    let entry = |name: &str, state: &str, more: &str| {
        format!("[doses.{name}]\nstate = \"{state}\"\nunit = \"mg\"\nfraction = 'f'\nlag = 'late'\n{more}\n")
    };
    let mut text = state("depot", "-ka * depot")
        + &state("central", &format!("ka * depot - {loss} - k12 * central + k21 * peripheral"))
        + &state("peripheral", "k12 * central - k21 * peripheral");
    for (name, value, unit) in [
        ("ka", KA, "1/d"),
        ("k10", K10, "1/d"),
        ("k12", K12, "1/d"),
        ("k21", K21, "1/d"),
        ("f", 1.0, "1"),
        ("late", 0.0, "d"),
        ("span", DURATION, "d"),
        ("long", LONG, "d"),
        ("speed", RATE, "mg/d"),
    ] {
        text += &parameter(name, value, unit);
    }
    for name in ["depot", "central"] {
        text += &entry(name, name, "");
        text += &entry(&format!("{name}_rate"), name, "rate = 'speed'");
        text += &entry(&format!("{name}_over"), name, "duration = 'span'");
        text += &entry(&format!("{name}_long"), name, "duration = 'long'");
    }
    written("8 d", &text)
}

const STATES: [&str; 3] = ["depot", "central", "peripheral"];

/// Regimens of records: from the table, and from the text.
fn regimens(model: &Model, records: &[Record]) -> [Regimen; 2] {
    let rows: String = records.iter().map(|record| format!("{}\n", record.row())).collect();
    let table = format!("TIME,EVID,AMT,CMT,RATE,II,ADDL,SS\n{rows}");
    let mut problems = Problems::default();
    let read = read_records(&Source::new("r.csv", &table), &Sidecar::default(), model, &mut problems);
    assert!(problems.is_empty(), "{table}{problems}");
    let texts: Vec<String> = records.iter().map(Record::text).collect();
    let text: Regimen = texts.join("; ").parse().unwrap_or_else(|problems| panic!("{texts:?}: {problems}"));
    [read.unwrap().subjects.remove(0).doses.unwrap(), text]
}

/// Holds a model to the rules, by table and by text, and the regimen to what it prints.
fn hold(model: &Model, records: &[Record], lag: f64, fraction: f64, tolerance: f64) {
    let (late, f) = (format!("late={lag} d"), format!("f={fraction}"));
    let overrides = [late.as_str(), f.as_str()];
    let from = records.iter().map(|record| record.time).fold(0.0, f64::min);
    // Beside every border, and at it.
    let times: Vec<f64> =
        (0..16).map(|n| from + 0.5 * f64::from(n)).chain((0..15).map(|n| from + 0.13 + 0.51 * f64::from(n))).collect();
    let mut times: Vec<f64> = times.into_iter().filter(|t| *t <= 8.0).collect();
    times.sort_by(f64::total_cmp);
    let mut first: Option<Vec<f64>> = None;
    for regimen in regimens(model, records) {
        let case = Case { overrides: &overrides, ..Case::default() };
        let scenario = Scenario { regimen: regimen.clone(), ..case.of(model) };
        let found = run(at(scenario, &times).rtol(1e-9).unwrap()).trajectory;
        for (at, name) in STATES.iter().enumerate() {
            for (t, value) in times.iter().zip(series(&found, name)) {
                let wanted = expected(records, lag, fraction, *t)[at];
                let error = (value - wanted).abs();
                assert!(
                    error <= tolerance * wanted.abs() + 1e-9,
                    "{name} at {t} d: {value}, not {wanted}; lag {lag}, F {fraction}\n{records:#?}"
                );
            }
        }
        // The two ways to say it are one.
        match &first {
            None => first = Some(found.values),
            Some(values) => assert_eq!(values, &found.values, "{records:?}"),
        }
        let resolved = |regimen: &Regimen| regimen.resolve(model, &mut Problems::default());
        let text: Regimen = regimen.to_string().parse().unwrap();
        assert_eq!(text, regimen);
        let table = write_regimen(model, &regimen).unwrap();
        let read = read_records(&Source::new("w.csv", &table), &Sidecar::default(), model, &mut Problems::default());
        let back = read.unwrap().subjects.remove(0).doses.unwrap();
        assert_eq!(resolved(&back), resolved(&regimen), "{table}");
    }
}

/// Kinds of infusion, additional doses, steady states: all that a record can say.
fn all() -> Vec<Record> {
    let mut all = Vec::new();
    for depot in [false, true] {
        for how in [How::Bolus, How::Rate(40.0), How::DeclaredRate, How::DeclaredDuration, How::Overlapping] {
            for (addl, ss) in [(0, 0), (3, 0), (0, 1), (0, 2), (2, 1), (2, 2)] {
                all.push(Record { depot, how, addl, ss, ..USUAL });
            }
        }
    }
    all
}

#[test]
fn records_of_every_kind_follow_the_rules() {
    let model = body("k10 * central");
    // Lag none, below the interval, at it.
    for (lag, fraction) in [(0.0, 1.0), (0.3, 0.6), (II, 0.6)] {
        for record in all() {
            hold(&model, &[record], lag, fraction, 1e-6);
        }
    }
}

#[test]
fn records_after_others_clear_or_add() {
    let model = body("k10 * central");
    // Doses and an infusion are on their way when the others come.
    let before = [
        Record { time: -1.0, addl: 9, ..USUAL },
        Record { time: 0.9, how: How::Overlapping, amount: 7.0, depot: true, ..USUAL },
    ];
    for (lag, fraction) in [(0.0, 0.8), (0.3, 1.0), (II, 1.0)] {
        for record in all().into_iter().filter(|record| !record.depot) {
            hold(&model, &[before[0], before[1], record], lag, fraction, 1e-6);
        }
        for evid in [3, 4] {
            for how in [How::Bolus, How::Rate(40.0), How::DeclaredDuration] {
                for ss in [0, 1, 2] {
                    let clearing = Record { time: 2.0, evid, how, ss: if evid == 3 { 0 } else { ss }, ..USUAL };
                    let later = Record { time: 3.0, addl: 1, ..USUAL };
                    hold(&model, &[before[0], before[1], clearing, later], lag, fraction, 1e-6);
                }
            }
        }
    }
}

#[test]
fn records_of_one_time_act_in_their_order() {
    let model = body("k10 * central");
    let dose = Record { time: 2.0, ..USUAL };
    let reset = Record { evid: 3, ..dose };
    for records in [[dose, reset], [reset, dose]] {
        hold(&model, &records, 0.0, 1.0, 1e-6);
    }
    // An additional dose of the time acts before its reset.
    hold(&model, &[Record { time: 1.0, addl: 2, ..USUAL }, reset], 0.0, 1.0, 1e-6);
    let steady = Record { ss: 1, ..dose };
    hold(&model, &[dose, steady], 0.3, 1.0, 1e-6);
    hold(&model, &[steady, Record { depot: true, ss: 2, ..dose }], 0.3, 1.0, 1e-6);
}

#[test]
fn an_infusion_for_ever_is_not_scaled_and_ends_at_its_record() {
    let model = body("k10 * central");
    for how in [How::Rate(12.0), How::DeclaredRate] {
        for depot in [false, true] {
            for ss in [1, 2] {
                let record = Record { amount: 0.0, how, depot, ss, ..USUAL };
                for (lag, fraction) in [(0.0, 0.5), (0.3, 1.0)] {
                    hold(&model, &[record], lag, fraction, 1e-6);
                    hold(&model, &[Record { time: 0.0, ..USUAL }, record], lag, fraction, 1e-6);
                }
            }
        }
    }
}

#[test]
fn a_steady_state_that_is_iterated_is_that_of_the_closed_form() {
    // The same numbers, but no equation of a closed form.
    let model = body("k10 * abs(central)");
    for (lag, fraction) in [(0.0, 1.0), (0.3, 0.6), (II, 1.0)] {
        for how in [How::Bolus, How::Rate(40.0), How::Overlapping] {
            for ss in [1, 2] {
                hold(&model, &[Record { how, ss, addl: 1, ..USUAL }], lag, fraction, 1e-6);
            }
        }
    }
    hold(&model, &[Record { amount: 0.0, how: How::DeclaredRate, ss: 1, ..USUAL }], 0.0, 0.5, 1e-6);
}

#[test]
fn a_lag_above_the_interval_is_refused_with_the_reason() {
    for loss in ["k10 * central", "k10 * abs(central)"] {
        let model = body(loss);
        for ss in [1, 2] {
            let [regimen, _] = regimens(&model, &[Record { ss, ..USUAL }]);
            let case = Case { overrides: &["late=0.51 d"], ..Case::default() };
            let failed = Scenario { regimen, ..case.of(&model) }.simulate().unwrap_err();
            let told = failed.problems.to_string();
            assert!(
                told.contains("error[R012]: no steady state of `central` at 1 d: the lag 0.51 d is longer"),
                "{told}"
            );
            assert!(told.contains("how many doses are on their way"), "{told}");
        }
    }
}

/// A place with an inflow of its own, one that saturates, and one that only gains.
fn turnover() -> Model {
    let state = |name: &str, start: &str, rate: &str| {
        format!(
            "[states.{name}]\nunit = \"mg\"\nstart = '{start}'\nrate = '{rate}'\ntolerance = \"1e-6 mg\"\n[doses.{name}]\nstate = \"{name}\"\nunit = \"mg\"\n"
        )
    };
    model(&format!(
        "format = \"cascade-model/1\"\nname = \"test\"\ntitle = \"Turnover\"\ntime = \"d\"\nmaturity = \"illustrative\"\n\
         [simulation]\nuntil = \"9 d\"\n{}{}{}",
        state("fed", "3 [mg]", "6 [mg/d] - 2 [1/d] * fed"),
        state("slow", "0", "-4 [mg/d] * slow / (2 [mg] + slow)"),
        state("sum", "0", "1 [1/d] * slow"),
    ))
}

#[test]
fn what_flows_in_of_itself_is_there_once_and_a_reset_starts_anew() {
    let model = turnover();
    let only = |states: &str| Model::parse(&Source::new("t.toml", states)).unwrap().0;
    let text = model.source.text();
    let cut = text.find("[states.slow]").unwrap();
    let fed = only(&text[..cut]);
    let value =
        |doses: &str, t: f64| series(&run(at(Case { doses, ..Case::default() }.of(&fed), &[t])).trajectory, "fed")[0];
    // 5 mg every 0.5 d at a loss of 2 1/d: 5 / (1 - 1/e) just after each.
    let peak = 5.0 / (1.0 - (-1.0f64).exp());
    for (doses, t, wanted) in [
        ("fed 5 mg at 2 d every 12 h ss", 2.0, 3.0 + peak),
        ("fed 5 mg at 2 d every 12 h ss2", 2.0, 3.0 + peak),
        ("fed 4 mg at 2 d; fed 5 mg at 2 d every 12 h ss2", 2.0, 3.0 + 4.0 + peak),
        ("fed 4 mg at 2 d; fed 5 mg at 2 d every 12 h ss", 2.0, 3.0 + peak),
        ("fed 4 mg at 2 d; reset at 2 d", 2.0, 3.0),
        ("fed 0 mg rate 4 mg/d at 2 d ss", 2.0, 3.0 + 2.0),
        ("fed 0 mg rate 4 mg/d at 2 d ss", 3.0, 3.0 + 2.0 * (-2.0f64).exp()),
    ] {
        crate::support::near(doses, value(doses, t), wanted, 1e-9);
    }
}

#[test]
fn saturable_loss_has_a_steady_state_below_its_most_and_none_above() {
    let model = turnover();
    let text = model.source.text();
    let (first, last) = (text.find("[states.slow]").unwrap(), text.find("[states.sum]").unwrap());
    let head = &text[..text.find("[states.fed]").unwrap()];
    let slow = Model::parse(&Source::new("t.toml", format!("{head}{}", &text[first..last]))).unwrap().0;
    // 3 mg/d flow in and 4 x / (2 + x) out: x = 6 mg.
    let run_of = |model, doses| Case { doses, ..Case::default() }.of(model).simulate();
    let steady = at(Case { doses: "slow 0 mg rate 3 mg/d at 0 d ss", ..Case::default() }.of(&slow), &[0.0]);
    crate::support::near("balance", series(&run(steady).trajectory, "slow")[0], 6.0, 1e-6);
    // By doses the mean of what is lost is what is given.
    let bolus =
        at(Case { doses: "slow 1.5 mg at 0 d every 12 h x 3 ss", ..Case::default() }.of(&slow), &[0.0, 0.5, 1.0]);
    let peaks = series(&run(bolus.rtol(1e-9).unwrap()).trajectory, "slow");
    peaks.windows(2).for_each(|pair| crate::support::near("peaks", pair[1], pair[0], 1e-7));
    for (model, doses, why) in [
        (&slow, "slow 0 mg rate 4.5 mg/d at 0 d ss", "`slow` does not repeat"),
        (&slow, "slow 3 mg at 0 d every 12 h ss", "`slow` does not repeat"),
        (&model, "slow 1 mg at 0 d every 12 h ss", "`sum` does not repeat"),
    ] {
        let told = run_of(model, doses).unwrap_err().problems.to_string();
        assert!(told.contains("error[R012]: no steady state of `slow` at 0 d") && told.contains(why), "{told}");
    }
}

//! Rules on a ramp whose crossings are known, on the syndrome, and in many patients at once.

use crate::crs::{Scale, Settings};
use crate::diagnostic::{Problems, Source};
use crate::integrate::Method;
use crate::model::{Model, Override};
use crate::regimen::{Rule, RuleFile, rule_names};
use crate::simulate::{DecisionRow, Grid, Run, Scenario};

/// `ramp` is the time in days in mg; `wave` falls by half a day (`1 mg` at 0), a dose of `drug` adds to it.
fn ramp() -> Model {
    model(RAMP)
}

fn model(text: &str) -> Model {
    Model::parse(&Source::new("ramp.toml", text)).unwrap_or_else(|found| panic!("{found}")).0
}

const RAMP: &str = "format = 'cascade-model/1'\nname = 'ramp'\ntitle = 'Ramp'\ntime = 'd'\nmaturity = 'illustrative'\n\
        notes = []\n[simulation]\nuntil = '20 d'\n\
        [states.ramp]\nunit = 'mg'\nstart = '0 [mg]'\nrate = '1 [mg/d]'\n\
        [states.drug]\nunit = 'mg'\nstart = '0 [mg]'\nrate = '-loss * drug'\n\
        [parameters.loss]\nvalue = 0.5\nunit = '1/d'\nassumption = 'A1: a test'\n\
        [states.other]\nunit = 'mg'\nstart = '0 [mg]'\nrate = '-loss * other'\n\
        [covariates.weight]\nunit = 'kg'\ndefault = 70\ncarry = 'next'\n\
        [doses.drug]\nstate = 'drug'\nunit = 'mg'\n[doses.other]\nstate = 'other'\nunit = 'mg'\n[doses.cart]\nmarker = true\n\
        [outputs.level]\nvalue = 'drug'\nunit = 'mg'\n[outputs.ramp]\nvalue = 'ramp'\nunit = 'mg'\n";

fn parsed(treat: &str) -> Result<Vec<Rule>, Problems> {
    let text = format!("format = 'cascade-rules/1'\nname = 'mine'\n{treat}");
    let mut problems = Problems::default();
    let file = RuleFile::parse(&Source::new("mine.toml", text), &mut problems);
    problems.or_value(file).map(|file| file.rules)
}

fn run(model: &Model, treat: &str, doses: &str) -> Run {
    let rules = parsed(treat).unwrap_or_else(|found| panic!("{found}"));
    let scenario = Scenario::new(model).unwrap().regimen(doses.parse().unwrap()).treated(rules);
    scenario.simulate().unwrap_or_else(|failed| panic!("{}", failed.problems))
}

/// Outcome or guard, and time to a thousandth of a millisecond, of each decision.
fn told(run: &Run) -> Vec<(&str, f64)> {
    let row = |row: &DecisionRow| row.guard.unwrap_or(row.outcome);
    run.decisions.iter().map(|decision| (row(decision), (decision.time * 1e9).round() / 1e9)).collect()
}

fn starts(run: &Run) -> Vec<f64> {
    run.decisions.iter().filter_map(|row| row.start).map(|start| (start * 1e9).round() / 1e9).collect()
}

#[test]
fn a_condition_is_met_when_it_is_met_and_a_dose_acts_at_once() {
    let model = ramp();
    let run = run(&model, "[[treat]]\nname = 'one'\nwhen = 'ramp >= 3.25 [mg]'\ngive = 'drug 8 mg'", "none");
    assert_eq!(told(&run), [("given", 3.25)]);
    // 8 mg from 3.25 d on, losing exp(-t / 2): the closed form at the end.
    let level = run.trajectory.series(run.trajectory.column("drug").unwrap()).last().unwrap();
    let expected = 8.0 * f64::exp(-0.5 * (20.0 - 3.25));
    assert!((level / expected - 1.0).abs() < 1e-5, "{level} {expected}");
    assert_eq!(run.decisions[0].saw, ["ramp=3.25 mg"]);
}

#[test]
fn each_key_moves_or_refuses_a_dose() {
    let model = ramp();
    let with = |keys: &str| {
        let head = "[[treat]]\nname = 'one'\nwhen = 'ramp >= 3 [mg] and ramp < 9 [mg]'\ngive = 'drug 8 mg'\n";
        run(&model, &format!("{head}{keys}"), "cart at 1 d")
    };
    assert_eq!(told(&with("")), [("given", 3.0)]);
    assert_eq!(told(&with("for = '36 h'")), [("given", 4.5)]);
    assert_eq!(told(&with("for = '6.5 d'")), []);
    let delayed = with("delay = '12 h'");
    assert_eq!((told(&delayed), starts(&delayed)), (vec![("given", 3.0)], vec![3.5]));
    // `after`, `until` and rounds count from the CAR-T dose on day 1.
    assert_eq!(told(&with("after = '4 d'")), [("given", 5.0)]);
    assert_eq!(told(&with("until = '1.5 d'")), [("until", 3.0)]);
    assert_eq!(told(&with("every = '1.5 d'")), [("given", 4.0)]);
    let again = "repeat_while = 'ramp < 7.9 [mg]'\nmin_gap = '2 d'\n";
    assert_eq!(told(&with(again)), [("given", 3.0), ("given", 5.0), ("given", 7.0)]);
    assert_eq!(told(&with(&format!("{again}max_doses = 2"))), [("given", 3.0), ("given", 5.0), ("max_doses", 7.0)]);
    // With a delay the gap is that between doses.
    let delayed = with(&format!("{again}delay = '12 h'"));
    assert_eq!(
        (told(&delayed), starts(&delayed)),
        (vec![("given", 3.0), ("given", 5.0), ("given", 7.0)], vec![3.5, 5.5, 7.5])
    );
}

#[test]
fn doses_of_the_regimen_and_of_other_rules_count() {
    let model = ramp();
    let rule = "[[treat]]\nname = 'one'\nwhen = 'ramp >= 3 [mg]'\ngive = 'drug 8 mg'\n";
    let by = |keys: &str| run(&model, &format!("{rule}{keys}"), "drug 1 mg at 2.5 d");
    // Refused at first, given when the gap is over.
    assert_eq!(told(&by("min_gap = '1 d'")), [("min_gap", 3.0), ("given", 3.5)]);
    assert_eq!(told(&by("max_doses = 1")), [("max_doses", 3.0)]);
    let other = "[[treat]]\nname = 'two'\nwhen = 'ramp >= 3 [mg]'\ngive = 'drug 8 mg'\nmax_doses = 1";
    let both = run(&model, &format!("{rule}{other}"), "none");
    assert_eq!(told(&both), [("given", 3.0), ("max_doses", 3.0)]);
    // Ordered but not begun counts too.
    let late = run(&model, &format!("{rule}delay = '2 d'\n{other}"), "none");
    assert_eq!(told(&late), [("given", 3.0), ("max_doses", 3.0)]);
}

#[test]
fn a_rule_acts_again_when_its_condition_comes_back() {
    let model = ramp();
    // The drug itself turns the condition off: 4 mg fall to 1 mg in 2 ln 4 days.
    let rule = "[[treat]]\nname = 'top-up'\nwhen = 'ramp >= 1 [mg] and level < 1 [mg]'\ngive = 'drug'\namount = '4 [mg] - level'\n";
    let run = run(&model, rule, "none");
    let gap = 2.0 * f64::ln(4.0);
    let times: Vec<f64> = run.decisions.iter().map(|row| row.time).collect();
    assert_eq!(times.len(), 7);
    for (n, time) in times.iter().enumerate() {
        assert!((time - (1.0 + n as f64 * gap)).abs() < 1e-5, "{n}: {time}");
    }
    // The first brings 4 mg, the others what is missing.
    let amounts: Vec<f64> = run.decisions.iter().map(|row| row.amount.unwrap()).collect();
    assert!((amounts[0] - 4.0).abs() < 1e-9 && amounts[1..].iter().all(|amount| (amount - 3.0).abs() < 1e-5));
}

#[test]
fn a_course_of_doses_counts_from_the_decision() {
    let model = ramp();
    let rule = "[[treat]]\nname = 'taper'\nwhen = 'ramp >= 3 [mg]'\n\
        give = 'drug 8 mg; drug 4 mg at 1 d every 12 h x 3; drug 1 mg over 6 h at 4 d'\nmax_doses = 5";
    let run = run(&model, rule, "none");
    assert_eq!(starts(&run), [3.0, 4.0, 4.5, 5.0, 7.0]);
    let shares =
        "[[treat]]\nname = 'shares'\nwhen = 'ramp >= 3 [mg]'\ngive = 'drug split 25/75 % at 0, 1 d'\namount = '8 [mg]'";
    let amounts: Vec<f64> = self::run(&model, shares, "none").decisions.iter().map(|row| row.amount.unwrap()).collect();
    assert_eq!(amounts, [2.0, 6.0]);
}

#[test]
fn doses_are_withheld_while_something_holds() {
    let model = ramp();
    let rule = "[[treat]]\nname = 'hold'\nwhen = 'ramp >= 3 [mg] and ramp < 6 [mg]'\nwithhold = 'drug'\n";
    let run = |keys: &str| run(&model, &format!("{rule}{keys}"), "drug 2 mg at 1, 3, 5, 6, 7 d");
    let none = run("");
    assert_eq!(told(&none), [("withheld", 3.0), ("withheld", 5.0)]);
    let level = none.trajectory.series(none.trajectory.column("drug").unwrap()).last().unwrap();
    let expected: f64 = [1.0, 6.0, 7.0].iter().map(|time| 2.0 * f64::exp(-0.5 * (20.0 - time))).sum();
    assert!((level / expected - 1.0).abs() < 1e-5, "{level} {expected}");
    assert_eq!(told(&run("for = '1 d'")), [("withheld", 5.0)]);
    assert_eq!(told(&run("until = '4 d'")), [("withheld", 3.0)]);
}

#[test]
fn guards_look_at_every_drug_and_at_what_would_be_given() {
    let model = ramp();
    let head = "[[treat]]\nname = 'one'\nwhen = 'ramp >= 3 [mg]'\n";
    // Of two drugs each has its own number and gap.
    let both = format!("{head}give = 'other 2 mg; drug 3 mg'\nmax_doses = 1");
    assert_eq!(told(&run(&model, &both, "none")), [("given", 3.0), ("given", 3.0)]);
    let gap = format!("{head}give = 'other 2 mg; drug 3 mg'\nmin_gap = '1 d'");
    assert_eq!(told(&run(&model, &gap, "drug 1 mg at 2.5 d")), [("min_gap", 3.0), ("given", 3.5), ("given", 3.5)]);
    // Of doses for bands only the patient's own counts.
    let bands = "give = 'drug 12 mg/kg if weight < 30 kg; drug 8 mg/kg if weight >= 30 kg'\nmax_doses = 1";
    let done = run(&model, &format!("{head}{bands}"), "none");
    assert_eq!(told(&done), [("given", 3.0)]);
    assert!((done.decisions[0].amount.unwrap() - 560.0).abs() < 1e-9);
    let none = "give = 'drug 12 mg/kg if weight < 30 kg'";
    assert_eq!(told(&run(&model, &format!("{head}{none}"), "none")), [("if", 3.0)]);
    // What cannot be given is refused.
    let negative = format!("{head}give = 'drug'\namount = '1 [mg] - ramp'");
    assert_eq!(told(&run(&model, &negative, "none")), [("amount", 3.0)]);
}

#[test]
fn gaps_are_those_between_doses_given_not_between_arrivals() {
    let entry = "[doses.drug]\nstate = 'drug'\nunit = 'mg'\n";
    let lagged = model(&RAMP.replace(entry, &format!("{entry}lag = '0.25 [d]'\n")));
    let rule = "[[treat]]\nname = 'one'\nwhen = 'ramp >= 3 [mg]'\ngive = 'drug 8 mg'\n\
        repeat_while = 'ramp < 5.5 [mg]'\nmin_gap = '1 d'";
    let done = run(&lagged, rule, "none");
    assert_eq!(
        (told(&done), starts(&done)),
        (vec![("given", 3.0), ("given", 4.0), ("given", 5.0)], vec![3.25, 4.25, 5.25])
    );
}

#[test]
fn a_course_goes_on_though_its_condition_no_longer_holds() {
    let model = ramp();
    let rule = "[[treat]]\nname = 'one'\nwhen = 'ramp >= 3 [mg] and ramp < 3.2 [mg]'\ngive = 'drug 8 mg'\n\
        repeat_while = 'ramp < 5.5 [mg]'\nmin_gap = '1 d'";
    assert_eq!(told(&run(&model, rule, "none")), [("given", 3.0), ("given", 4.0), ("given", 5.0)]);
}

#[test]
fn a_dose_ordered_and_then_withheld_or_reset_was_not_given() {
    let model = ramp();
    let give = "[[treat]]\nname = 'one'\nwhen = 'ramp >= 3 [mg] and ramp < 4 [mg] or ramp >= 6 [mg]'\ngive = 'drug 8 mg'\n\
        delay = '12 h'\nmax_doses = 1\n";
    let hold = "[[treat]]\nname = 'hold'\nwhen = 'ramp >= 3.2 [mg] and ramp < 5 [mg]'\nwithhold = 'drug'";
    let done = run(&model, &format!("{give}{hold}"), "none");
    assert_eq!(told(&done), [("given", 3.0), ("withheld", 3.5), ("given", 6.0)]);
    let course = "[[treat]]\nname = 'one'\nwhen = 'dose_count(cart) >= 1'\ngive = 'drug 8 mg at 0 d every 12 h x 4'";
    let level = |doses: &str| {
        let done = run(&model, course, doses);
        done.trajectory.series(done.trajectory.column("drug").unwrap()).last().unwrap()
    };
    let at = |times: &[f64]| times.iter().map(|time| 8.0 * f64::exp(-0.5 * (20.0 - time))).sum::<f64>();
    assert!((level("cart at 2 d") / at(&[2.0, 2.5, 3.0, 3.5]) - 1.0).abs() < 1e-5);
    assert!(level("cart at 2 d; reset at 2.7 d").abs() < 1e-9);
}

#[test]
fn signs_are_known_before_the_first_dose_acts() {
    let model = Model::embedded("cart-crs").unwrap();
    let rule = "[[treat]]\nname = 'hold'\nwhen = 'sign_sbp < 90 [mmHg] or sign_fio2 < 20 [percent]'\nwithhold = 'cart'";
    for every in [None, Some(0.25)] {
        let scenario = Scenario::new(&model).unwrap().until(&"1.5 d".parse().unwrap()).unwrap();
        let scenario = scenario.gradings(vec![Scale::astct_2019()], Settings::default(), every);
        let run =
            scenario.treated(parsed(rule).unwrap()).simulate().unwrap_or_else(|failed| panic!("{}", failed.problems));
        assert_eq!(run.decisions, [], "{every:?}");
    }
}

/// The first time at which something holds in the solution of another solver at a tight tolerance, by bisection.
fn bisected(model: &Model, set: &[Override], output: &str, above: f64, mut low: f64, mut high: f64) -> f64 {
    let value = |time: f64| {
        let scenario = Scenario::with_set(model, None, set).unwrap();
        let scenario = scenario.rtol(1e-11).unwrap().method(Method::OdeSolversDopri5).grid(Grid::Points(2));
        let end = format!("{time} d").parse().unwrap();
        let run = scenario.until(&end).unwrap().simulate().unwrap_or_else(|failed| panic!("{}", failed.problems));
        let column = run.trajectory.column(output).unwrap();
        run.trajectory.series(column).last().unwrap()
    };
    assert!(value(low) < above && value(high) >= above);
    while high - low > 1e-8 {
        let middle = 0.5 * (low + high);
        if value(middle) >= above { high = middle } else { low = middle }
    }
    high
}

fn burden(cells: &str) -> Vec<Override> {
    vec![Override::parse(&Source::new("--set", format!("tumour_0={cells}")), &mut Problems::default()).unwrap()]
}

#[test]
fn triggers_of_the_syndrome_agree_with_an_independent_solve() {
    let model = Model::embedded("cart-crs").unwrap();
    let set = burden("8e9 cells");
    let fever = bisected(&model, &set, "temperature", 38.0, 1.0, 2.5);
    let il6 = bisected(&model, &set, "il6", 300.0, 1.0, 4.0);
    for (when, expected) in
        [("grade >= 1", fever), ("sign_temperature >= 38 [degC]", fever), ("il6 >= 300 [pg/mL]", il6)]
    {
        let rule = format!("[[treat]]\nname = 'one'\nwhen = '{when}'\ngive = 'tocilizumab 560 mg over 1 h'");
        let scenario = Scenario::with_set(&model, None, &set).unwrap().rtol(1e-9).unwrap();
        let run =
            scenario.treated(parsed(&rule).unwrap()).simulate().unwrap_or_else(|failed| panic!("{}", failed.problems));
        let time = run.decisions[0].time;
        assert!((time - expected).abs() < 1e-6, "{when}: {time} {expected}");
        // Graders that serve a rule are not reported.
        assert!(run.courses.is_empty());
    }
}

#[test]
fn tocilizumab_by_rule_shortens_fever_and_lowers_signalling_while_measured_il6_rises() {
    let model = Model::embedded("cart-crs").unwrap();
    let set = burden("8e9 cells");
    let by = |rules: Vec<Rule>| {
        let scenario =
            Scenario::with_set(&model, None, &set).unwrap().grading(Scale::astct_2019(), Settings::default());
        scenario.treated(rules).simulate().unwrap_or_else(|failed| panic!("{}", failed.problems))
    };
    let (without, with) = (by(Vec::new()), by(RuleFile::embedded("tocilizumab").unwrap().rules));
    let grade = |run: &Run| run.course().unwrap().maximum().grade.unwrap();
    assert_eq!((grade(&without), grade(&with)), (4, 2));
    let hours = |run: &Run| {
        let values = run.trajectory.series(run.trajectory.column("temperature").unwrap());
        let step = 24.0 * (run.trajectory.time[1] - run.trajectory.time[0]);
        values.filter(|value| *value >= 38.0).count() as f64 * step
    };
    assert!(hours(&with) < 0.75 * hours(&without), "{} {}", hours(&with), hours(&without));
    // A day after the first dose.
    let first = with.decisions[0].time;
    let at = |run: &Run, name: &str| {
        let row = run.trajectory.time.iter().position(|time| *time >= first + 1.0).unwrap();
        run.trajectory.series(run.trajectory.column(name).unwrap()).nth(row).unwrap()
    };
    assert!(at(&with, "il6") > 1.2 * at(&without, "il6"));
    assert!(at(&with, "pyrogen") < 0.5 * at(&without, "pyrogen"));
}

#[test]
fn weights_choose_the_dose_of_tocilizumab() {
    // The arithmetic of the label: 70, 24 and 110 kg; 29.9 and 30 kg.
    let model = Model::embedded("cart-crs").unwrap();
    let set = burden("8e9 cells");
    for (weight, dose) in [("70 kg", 560.0), ("24 kg", 288.0), ("110 kg", 800.0), ("29.9 kg", 358.8), ("30 kg", 240.0)]
    {
        let mut rules = RuleFile::embedded("tocilizumab").unwrap().rules;
        rules[0].values[0].1 = weight.parse().unwrap();
        let run = Scenario::with_set(&model, None, &set).unwrap().treated(rules).simulate().unwrap();
        let amount = run.decisions[0].amount.unwrap();
        assert!((amount - dose).abs() < 1e-9, "{weight}: {amount}");
    }
}

#[test]
fn of_doses_at_0_8_and_16_h_the_next_is_at_24_h_and_the_last() {
    let model = ramp();
    let rule = "[[treat]]\nname = 'tocilizumab'\nwhen = 'ramp >= 1 [mg]'\ngive = 'drug 8 mg'\n\
        repeat_while = 'ramp >= 1 [mg]'\nmax_doses = 4\nmin_gap = '8 h'";
    let run = run(&model, rule, "none");
    let hours: Vec<f64> = starts(&run).iter().map(|start| ((start - 1.0) * 24.0 * 1e6).round() / 1e6).collect();
    assert_eq!(hours, [0.0, 8.0, 16.0, 24.0]);
    assert_eq!(told(&run).last().map(|(what, _)| *what), Some("max_doses"));
}

#[test]
fn every_shipped_rule_is_read_and_runs_or_names_the_entry_it_lacks() {
    let model = Model::embedded("cart-crs").unwrap();
    let set = burden("8e9 cells");
    for name in rule_names() {
        let file = RuleFile::embedded(name).unwrap_or_else(|found| panic!("{found}"));
        assert!(file.name == name && !file.citation.is_empty() && !file.evidence.is_empty(), "{name}");
        let scenario = Scenario::with_set(&model, None, &set).unwrap().treated(file.rules);
        match scenario.simulate() {
            Ok(_) => {}
            Err(failed) => {
                let told = failed.problems.to_string();
                let lacks = ["methylprednisolone", "anakinra", "siltuximab"].contains(&name);
                assert!(lacks && told.contains("R007") && told.contains(&format!("`{name}`")), "{name}: {told}");
            }
        }
    }
}

#[test]
fn what_cannot_be_is_told_with_its_place() {
    let crs = Model::embedded("cart-crs").unwrap();
    let model = ramp();
    let wrong = |model: &Model, treat: &str| -> String {
        match parsed(treat) {
            Err(problems) => problems.to_string(),
            Ok(rules) => match Scenario::new(model).unwrap().treated(rules).simulate() {
                Err(failed) => failed.problems.to_string(),
                Ok(_) => String::new(),
            },
        }
    };
    let rule = |keys: &str| format!("[[treat]]\nname = 'one'\n{keys}");
    let give = "give = 'drug 8 mg'\n";
    for (treat, code, says) in [
        (rule(&format!("{give}when = 'rmap > 1 [mg]'")), "error[E", "did you mean `ramp`"),
        (rule(&format!("{give}when = 'ramp > 1 [cells]'")), "error[E", "mg"),
        (rule(&format!("{give}when = 'ramp'")), "error[E", "condition"),
        (rule(&format!("{give}when = 'grade >= 2'")), "T004", "no signs to grade"),
        (rule(&format!("{give}when = 'sbp < 90 [mmHg]'")), "T004", "tells nothing of the sign `sbp`"),
        (rule("when = 'ramp > 1 [mg]'\ngive = 'drgu 8 mg'"), "R007", "did you mean `drug`"),
        (rule("when = 'ramp > 1 [mg]'\ngive = 'drug 8 cells'"), "U007", "mg"),
        (rule("when = 'ramp > 1 [mg]'\ngive = 'drug'"), "R009", "how much"),
        (rule("when = 'ramp > 1 [mg]'\ngive = 'drug 8 mg'\namount = '8 [mg]'"), "T001", "two amounts"),
        (rule("when = 'ramp > 1 [mg]'\ngive = 'drug'\namount = '8 [cells]'"), "E018", "must be mg"),
        (rule("when = 'ramp > 1 [mg]'\ngive = 'none'"), "T001", "gives nothing"),
        (rule("when = 'ramp > 1 [mg]'"), "T001", "gives nothing and withholds nothing"),
        (rule(&format!("{give}withhold = 'drug'\nwhen = 'ramp > 1 [mg]'")), "T001", "exclude each other"),
        (rule("when = 'ramp > 1 [mg]'\nwithhold = 'drgu'"), "R007", "did you mean `drug`"),
        (rule("when = 'ramp > 1 [mg]'\nwithhold = 'drug'\nmin_gap = '8 h'"), "T001", "no meaning"),
        (rule(&format!("{give}when = 'ramp > 1 [mg]'\nrepeat_while = 'ramp > 1 [mg]'")), "T003", "min_gap = \"8 h\""),
        (rule(&format!("{give}when = 'ramp > 1 [mg]'\nafter = '3 d'\nuntil = '2 d'")), "T002", "never act"),
        (rule(&format!("{give}when = 'ramp > 1 [mg]'\nmin_gap = '-8 h'")), "T001", "not negative"),
        (rule(&format!("{give}when = 'ramp > 1 [mg]'\nevery = '0 h'")), "T001", "above 0"),
        (rule(&format!("{give}when = 'ramp > 1 [mg]'\nfor = '8 mg'")), "U007", "`for`"),
        (rule(&format!("{give}when = 'ramp > 1 [mg]'\nmax_doses = 2.5")), "T001", "whole number"),
        (rule(&format!("{give}wehn = 'ramp > 1 [mg]'")), "F0", "did you mean `when`"),
        (format!("{0}\n{0}", rule(&format!("{give}when = 'ramp > 1 [mg]'"))), "T001", "two rules are called `one`"),
        (
            format!(
                "{}\n[[treat]]\nname = 'two'\nwhen = 'ramp > 1 [mg]'\nwithhold = 'drug'",
                rule(&format!("{give}when = 'ramp > 1 [mg]'"))
            ),
            "T002",
            "exclude each other",
        ),
        (rule("when = 'ramp > 1 [mg]'\ngive = 'cart'\namount = '8 [mg]'"), "R008", "leave `amount` out"),
        (rule("when = 'ramp > 1 [mg]'\ngive = 'drug cap 4 mg'\namount = '8 [mg]'"), "T001", "put it into the amount"),
        (rule(&format!("{give}when = 'ramp > 1 [mg]'\nevery = '1e-3 s'")), "T001", "more than a million rounds"),
        // A dose that turns its condition off for a moment only.
        (
            rule("when = 'level < 1 [mg]'\ngive = 'drug'\namount = '1.0001 [mg] - level'"),
            "T003",
            "has given 1000 doses",
        ),
    ] {
        let found = wrong(&model, &treat);
        assert!(found.contains(code) && found.contains(says), "{treat}: {found}");
        assert!(found.contains("mine.toml:"), "{treat}: {found}");
    }
    let unknown = wrong(&crs, &rule("when = 'grade_pen >= 2'\ngive = 'tocilizumab 560 mg'"));
    assert!(unknown.contains("T004") && unknown.contains("did you mean `penn`"), "{unknown}");
    assert!(wrong(&crs, &rule("when = 'worst_grade_lee_2014 >= 2'\ngive = 'tocilizumab 560 mg'")).is_empty());
    let unknown = RuleFile::embedded("tocilizumap").unwrap_err().to_string();
    assert!(unknown.contains("did you mean `tocilizumab`"), "{unknown}");
}

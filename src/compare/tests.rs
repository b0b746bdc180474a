//! Arms of small models whose courses are known in closed form.

use super::*;
use crate::diagnostic::{Problems, Source};
use crate::model::Model;
use crate::numeric::InstructionSet;
use crate::population::Means;
use crate::regimen::Regimen as Doses;
use crate::simulate::{Prepared, Scenario};
use crate::trajectory::Sidecar;

/// A drug that leaves with `loss`, which varies, and a burden that falls until `turn` and comes back:
/// ln(burden) = (pull / 2) ((t - turn)^2 - turn^2).
const MODEL: &str = r#"
format = "cascade-model/1"
name = "known"
title = "Known"
time = "d"
maturity = "illustrative"
[simulation]
until = "14 d"
regimen = ["drug 10 mg at 0 d"]
[states.amount]
unit = "mg"
start = '0'
rate = '-loss * amount'
[states.burden]
unit = "1"
start = '1'
rate = 'pull * (t - turn) * burden'
[parameters.loss]
value = 0.5
unit = "1/d"
bounds = [0, 10]
assumption = "A1: chosen for a test"
variability = { cv = 0.5, distribution = "lognormal" }
[parameters.pull]
value = 1
unit = "1/d^2"
assumption = "A2: chosen for a test"
[parameters.turn]
value = 5
unit = "d"
assumption = "A3: chosen for a test"
[doses.drug]
label = "Drug"
state = "amount"
unit = "mg"
[outputs.drug]
value = 'amount'
unit = "mg"
label = "Drug"
[outputs.burden]
value = 'burden'
unit = "1"
label = "Burden"
[endpoints.response]
output = "burden"
below = "50 percent of start"
label = "Response"
assumption = "A4: chosen for a test"
"#;

fn known() -> Model {
    Model::parse(&Source::new("known.toml", MODEL)).unwrap().0
}

fn means(threads: usize) -> Means {
    Means { threads, lanes: 4, instructions: InstructionSet::Baseline }
}

fn scenario<'m>(model: &'m Model, doses: &str) -> Scenario<'m> {
    let regimen: Doses = doses.parse().unwrap();
    let mut scenario = Scenario::new(model).unwrap().regimen(regimen);
    scenario.grid = crate::simulate::Grid::At(vec![scenario.until]);
    scenario
}

/// A run long enough for the area of 28 days.
fn long<'m>(model: &'m Model, doses: &str) -> Scenario<'m> {
    let mut scenario = scenario(model, doses);
    scenario.until = 28.0;
    scenario.grid = crate::simulate::Grid::At(vec![28.0]);
    scenario
}

fn arm(name: &str, scenario: &Scenario<'_>, who: Who<'_>) -> Outcomes {
    Outcomes::run(name, &Prepared::new(scenario).unwrap(), who, means(1)).unwrap()
}

fn table(scenario: &Scenario<'_>, text: &str) -> Table {
    Table::read("patients.csv", text.as_bytes(), Sidecar::default(), scenario, None).unwrap()
}

fn row<'r>(arms: &Arms, rows: &'r [Row], name: &str) -> &'r Row {
    let place = arms.end_point(name).unwrap();
    rows.iter().find(|row| row.end_point == place).unwrap()
}

const DRAWN: Who<'static> = Who::Drawn { count: 70, seed: 3, uncertain: None };

#[test]
fn the_same_arm_twice_differs_by_nothing_at_all() {
    let model = known();
    let one = scenario(&model, "drug 10 mg at 0 d");
    let arms = Arms::new(vec![arm("one", &one, DRAWN), arm("two", &one, DRAWN)], 0);
    assert_eq!(arms.paired.len(), 70);
    for row in arms.rows() {
        let found = row.estimate;
        let nothing = if found.kind == Kind::Ratio { 1.0 } else { 0.0 };
        assert_eq!((found.estimate, found.lower), (nothing, 0.5), "{}", arms.end_points[row.end_point].name);
    }
}

/// Twice the dose is twice the area in everybody, whatever the loss: the paired interval has no width, the unpaired one has.
#[test]
fn what_is_the_same_in_every_patient_is_known_exactly_from_pairs() {
    let model = known();
    let scenarios = ["drug 10 mg at 0 d", "drug 20 mg at 0 d"].map(|doses| long(&model, doses));
    let arms = Arms::new(scenarios.iter().map(|scenario| arm("arm", scenario, DRAWN)).collect(), 0);
    let rows = arms.rows();
    let area = row(&arms, &rows, "auc_0_28d_drug").estimate;
    assert!((area.estimate - 2.0).abs() < 1e-9 && area.kind == Kind::Ratio);
    assert!(area.width.unwrap() < 1e-8 && area.unpaired.unwrap() > 0.2 && area.gain().unwrap() > 1e6);
    assert_eq!(area.lower, 0.0);
    assert_eq!(row(&arms, &rows, "auc_0_28d_drug").better, None, "nobody said which exposure is good");
    // Half-lives do not depend on the dose.
    assert!(row(&arms, &rows, "half_life_drug").estimate.estimate.abs() < 1e-9);
}

#[test]
fn threads_change_nothing() {
    let model = known();
    let one = scenario(&model, "drug 10 mg at 0 d");
    let prepared = Prepared::new(&one).unwrap();
    let many = Who::Drawn { count: 300, seed: 9, uncertain: None };
    let run = |threads| Outcomes::run("arm", &prepared, many, means(threads)).unwrap();
    let (alone, three) = (run(1), run(3));
    assert_eq!(alone.statistics, three.statistics);
    let bits = |of: &Outcomes| -> Vec<Vec<u64>> {
        (0..300).map(|patient| of.numbers(patient).iter().map(|value| value.to_bits()).collect()).collect()
    };
    assert_eq!(bits(&alone), bits(&three));
    // Other seeds are other patients.
    let other =
        Outcomes::run("arm", &prepared, Who::Drawn { count: 300, seed: 10, uncertain: None }, means(1)).unwrap();
    assert_ne!(bits(&alone), bits(&other));
}

/// Reached at turn - d and lost at turn + d with d^2 = turn^2 - 2 ln 2; the run ends on day 14.
#[test]
fn responses_last_as_long_as_the_curve_of_kaplan_and_meier_says() {
    let model = known();
    let base = scenario(&model, "drug 10 mg at 0 d");
    let patients = table(&base, "subject,turn [d],loss [1/d]\na,3,1\nb,5,1\nc,8,1\nd,12,1\ne,1,1\n");
    let arms = Arms::new(vec![arm("only", &base, Who::Listed(&patients))], 0);
    let durability = arms.durability();
    assert_eq!(
        (durability.len(), durability[0].end_point.as_str(), durability[0].label.as_str()),
        (1, "response", "Response")
    );
    let half = |turn: f64| (turn * turn - 2.0 * 2f64.ln()).sqrt();
    let expected = [(2.0 * half(3.0), 4, 0.75), (2.0 * half(5.0), 3, 0.5)];
    let steps = &durability[0].steps;
    // Patient e never responds: turn 1 falls to exp(-1/2) only.
    assert_eq!((steps.len(), durability[0].times.len()), (2, 4));
    for (step, (time, at_risk, share)) in steps.iter().zip(expected) {
        assert!((step.time - time).abs() < 1e-4 && step.at_risk == at_risk && step.survival == share, "{step:?}");
    }
    let censored: Vec<f64> = durability[0].times.iter().filter(|(_, lost)| !lost).map(|(time, _)| *time).collect();
    assert!((censored[0] - (14.0 - 8.0 + half(8.0))).abs() < 1e-4, "{censored:?}");
    let share = arms.value(0, arms.end_point("reached_response").unwrap());
    assert_eq!((share.n, share.centre), (5, Some(0.8)));
    let lost = arms.value(0, arms.end_point("lost_response").unwrap());
    assert_eq!((lost.n, lost.centre), (4, Some(0.5)));
    let lines = tables::relapse_free(&arms, &durability, crate::trajectory::number);
    assert_eq!((lines.len(), lines[1][3].as_str(), lines[2][5].as_str()), (5, "4", "0.75"));
}

#[test]
fn failed_patients_count_in_no_arm() {
    let text = MODEL.replace("rate = '-loss * amount'", "rate = 'loss * amount * amount / (1 [mg])'");
    let model = Model::parse(&Source::new("explodes.toml", text)).unwrap().0;
    // amount = 1 / (1 / dose - loss t) ends at t = 1 / (loss dose): never within 14 d for the small dose.
    let (small, large) = (scenario(&model, "drug 1 mg at 0 d"), scenario(&model, "drug 10 mg at 0 d"));
    let patients = table(&small, "loss [1/d]\n0.001\n0.05\n0.002\n");
    let arms =
        Arms::new(vec![arm("small", &small, Who::Listed(&patients)), arm("large", &large, Who::Listed(&patients))], 0);
    assert_eq!((arms.arms[0].failures(), arms.arms[1].failures()), (0, 1));
    assert_eq!(arms.paired, [0, 2]);
    assert_eq!(row(&arms, &arms.rows(), "cmax_drug").estimate.n, 2);
}

#[test]
fn the_typical_patient_alone_has_no_interval() {
    let model = known();
    let scenarios = ["drug 10 mg at 0 d", "drug 30 mg at 0 d"].map(|doses| scenario(&model, doses));
    let arms = Arms::new(scenarios.iter().map(|scenario| arm("arm", scenario, Who::Typical)).collect(), 0);
    let rows = arms.rows();
    let peak = row(&arms, &rows, "cmax_drug").estimate;
    assert_eq!((peak.n, peak.interval, peak.reference.round(), peak.arm.round()), (1, None, 10.0, 30.0));
    let value = arms.value(1, arms.end_point("cmax_drug").unwrap());
    assert_eq!((value.n, value.interval, value.quantiles.map(|all| all[0].round())), (1, None, Some(30.0)));
}

fn three() -> Arms {
    let model = known();
    let doses = ["drug 10 mg at 0 d", "drug 20 mg at 0 d", "drug 5 mg at 0 d"];
    let scenarios = doses.map(|doses| long(&model, doses));
    let names = ["mid", "high", "low"];
    let outcomes = scenarios.iter().zip(names).map(|(scenario, name)| arm(name, scenario, DRAWN));
    Arms::new(outcomes.collect(), 0)
}

fn utility(arms: &Arms, text: &str) -> Result<Utility, Problems> {
    Utility::parse(&Source::new("--utility", text), arms)
}

#[test]
fn utilities_follow_the_rules_of_arithmetic() {
    let arms = three();
    for (text, expected) in [
        ("1 + 2*3 - 4/2", 5.0),
        ("-(1 + 2) * 3", -9.0),
        ("2 - 3 - 4", -5.0),
        ("1e-1 * 5E1", 5.0),
        ("P(response)", 1.0),
        ("P(reached_response) + P(drug)", 2.0),
        ("mean(cmax_drug)", 10.0),
        ("2*median(cmax_drug) - P( response )", 19.0),
        ("--1", 1.0),
    ] {
        let read = utility(&arms, text).unwrap_or_else(|problems| panic!("{text}: {problems}"));
        let value = read.value(&read.readings(&arms, 0), 0..70);
        assert!((value - expected).abs() < 1e-9, "{text}: {value}");
    }
    assert!(utility(&arms, "1/0*0").unwrap().value(&utility(&arms, "1").unwrap().readings(&arms, 0), 0..70).is_nan());
}

#[test]
fn wrong_utilities_are_told_with_their_places() {
    let arms = three();
    for (text, place, says) in [
        ("P(respones)", "1:3", "did you mean `response`?"),
        ("P(survival)", "1:3", "shares of patients: response"),
        ("mean(cmax_drg)", "1:6", "did you mean `cmax_drug`?"),
        ("P(cmax_drug)", "1:3", "is a number, not yes or no"),
        ("P(grade>=3)", "1:3", "nothing is graded"),
        ("1 +", "1:4", "ends too early"),
        ("", "1:1", "ends too early"),
        ("(1 + 2", "1:1", "is not closed"),
        ("P(response", "1:2", "is not closed"),
        ("1 2", "1:3", "does not belong"),
        ("response", "1:1", "P(response) for the share"),
        ("Q(response)", "1:1", "unknown function `Q`"),
        ("2 * $", "1:5", "cannot stand here"),
        ("1.2.3", "1:1", "no number"),
        ("1 + P(a) + P(b)", "1:7", "no share of patients is called `a`"),
    ] {
        let told = utility(&arms, text).unwrap_err().to_string();
        assert!(told.starts_with(&format!("--utility:{place}: error[A00")), "{text}: {told}");
        assert!(told.contains(says), "{text}: {told}");
    }
    // Both unknown names in one go.
    assert_eq!(utility(&arms, "P(a) - P(b)").unwrap_err().iter().count(), 2);
    assert!(utility(&arms, &"(".repeat(500)).is_err() && utility(&arms, &"-".repeat(500)).is_err());
}

#[test]
fn arms_are_ranked_and_the_ranking_is_repeatable() {
    let arms = three();
    let read = utility(&arms, "mean(cmax_drug)").unwrap();
    let ranks = ranking(&arms, &read, 7);
    let names: Vec<&str> = ranks.iter().map(|rank| arms.arms[rank.arm].name.as_str()).collect();
    assert_eq!(names, ["high", "mid", "low"]);
    assert_eq!((ranks[0].best, ranks[1].best), (Some(1.0), Some(0.0)));
    // Peaks are the doses, in every draw.
    assert!((ranks[0].difference - 10.0).abs() < 1e-9);
    let (low, high) = ranks[0].difference_interval.unwrap();
    assert!((low - 10.0).abs() < 1e-9 && (high - 10.0).abs() < 1e-9);
    assert_eq!(ranks, ranking(&arms, &read, 7));
    // Areas vary: dose / loss. The interval of the mean is that of the normal theory, give or take a tenth.
    let read = utility(&arms, "mean(auc_0_28d_drug)").unwrap();
    let rank = ranking(&arms, &read, 7).into_iter().find(|rank| rank.arm == 0).unwrap();
    let areas: Vec<f64> = arms.values(0, arms.end_point("auc_0_28d_drug").unwrap()).collect();
    let mean = areas.iter().sum::<f64>() / 70.0;
    let variance = areas.iter().map(|area| (area - mean).powi(2)).sum::<f64>() / 69.0;
    let (low, high) = rank.interval.unwrap();
    assert!((rank.utility - mean).abs() < 1e-9);
    assert!(((high - low) / (2.0 * 1.96 * (variance / 70.0).sqrt()) - 1.0).abs() < 0.15, "{low} {high}");
}

fn sweep_of(text: &str) -> Result<Varied, String> {
    Varied::sweep(&Source::new("--sweep", text), &known()).map_err(|problems| problems.to_string())
}

#[test]
fn sweeps_are_read_with_their_units() {
    let log = sweep_of("drug amount 1..100 log 3").unwrap();
    assert_eq!((log.values(), log.unit.to_string()), (vec![1.0, 10.0, 100.0], "mg".into()));
    assert_eq!((log.head(), log.text(10.0)), ("drug amount [mg]".into(), "10 mg".into()));
    assert_eq!(sweep_of("drug amount 1 g .. 2 g 2").unwrap().values(), [1000.0, 2000.0]);
    assert_eq!(sweep_of("drug amount 1..2 g lin 3").unwrap().values(), [1000.0, 1500.0, 2000.0]);
    assert_eq!(sweep_of("drug time -12 h..1 d 4").unwrap().values(), [-0.5, 0.0, 0.5, 1.0]);
    assert_eq!(sweep_of("parameter turn 1..3 3").unwrap().values(), [1.0, 2.0, 3.0]);
    assert_eq!(sweep_of("drug split 10..50 % 5").unwrap().values(), [10.0, 20.0, 30.0, 40.0, 50.0]);
    let cells = Model::embedded("cart-crs").unwrap();
    let cells = Varied::sweep(&Source::new("--sweep", "cart amount 1e7..1e9 log 9"), &cells).unwrap();
    assert_eq!((cells.unit.to_string(), cells.values()[0], cells.values()[4]), ("cells".into(), 1e7, 1e8));
    let bounds = Varied::bounds(&Source::new("--optimise", "drug amount 0..8 mg"), &known()).unwrap();
    assert_eq!((bounds.at(0.0), bounds.at(0.25), bounds.at(1.0)), (0.0, 2.0, 8.0));
}

#[test]
fn wrong_sweeps_are_told_with_their_places() {
    for (text, place, says) in [
        ("drg amount 1..2 3", "1:1", "did you mean `drug`?"),
        ("drug amont 1..2 3", "1:6", "did you mean `amount`?"),
        ("drug amount 1..2", "1:13", "is no number of points"),
        ("drug amount 1..2 1", "1:18", "from 2 to 200"),
        ("drug amount 5 3", "1:13", "is not FROM..TO"),
        ("drug amount 3..2 3", "1:13", "not below"),
        ("drug amount 0..2 log 3", "1:13", "above 0"),
        ("drug amount -1..2 3", "1:13", "not negative"),
        ("drug amount 1 d..2 d 3", "1:13", "is in mg, not in d"),
        ("drug amount a..2 3", "1:13", "has no number"),
        ("drug gap 0..2 3", "1:10", "a gap is above 0"),
        ("drug split 10..120 % 3", "1:12", "from 0 to 100"),
        ("parameter trun 1..2 3", "1:11", "did you mean `turn`?"),
        ("drug", "1:1", "does not say what is varied"),
        ("drug amount 3", "1:12", "the two ends are missing"),
    ] {
        let told = sweep_of(text).unwrap_err();
        assert!(told.starts_with(&format!("--sweep:{place}: error[")), "{text}: {told}");
        assert!(told.contains(says), "{text}: {told}");
    }
}

#[test]
fn what_is_swept_is_changed_and_nothing_else() {
    let model = known();
    let apply = |text: &str, doses: &str, value: f64| {
        let mut changed = scenario(&model, doses);
        sweep_of(text).unwrap().apply(&mut changed, value).map(|()| changed.regimen.to_string())
    };
    let split = "drug 10 mg split 20/30/50 % at 0, 1, 2 d";
    assert_eq!(apply("drug amount 1..9 3", "drug 10 mg at 0 d", 7.0).unwrap(), "drug 7 mg at 0 d");
    assert_eq!(apply("drug amount 0..9 3", "drug 10 mg at 0 d", 0.0).unwrap(), "none");
    assert_eq!(apply("drug time 1..9 3", split, 3.0).unwrap(), "drug 10 mg split 20/30/50 % at 3, 4, 5 d");
    assert_eq!(apply("drug gap 1..9 3", split, 3.0).unwrap(), "drug 10 mg split 20/30/50 % at 0, 3, 6 d");
    assert_eq!(
        apply("drug gap 1..9 3", "drug 1 mg at 0 d every 1 d x 3", 3.0).unwrap(),
        "drug 1 mg at 0 d every 3 d x 3"
    );
    assert_eq!(apply("drug split 1..90 3", split, 40.0).unwrap(), "drug 10 mg split 40/30/30 % at 0, 1, 2 d");
    for (text, doses, says) in [
        ("drug amount 1..9 3", "none", "has 0 doses"),
        ("drug amount 1..9 3", "drug 1 mg at 0 d; drug 2 mg at 1 d", "has 2 doses"),
        ("drug gap 1..9 3", "drug 1 mg at 0 d", "so no gap"),
        ("drug split 1..9 3", "drug 1 mg at 0, 1 d", "is not split"),
        ("parameter loss 1..90 3", "drug 1 mg at 0 d", "outside of its bounds, 0 to 10"),
    ] {
        let told = apply(text, doses, 50.0).unwrap_err().to_string();
        assert!(told.starts_with("--sweep:1:1: error[A007]") && told.contains(says), "{text}: {told}");
    }
    let mut changed = scenario(&model, "drug 1 mg at 0 d");
    sweep_of("parameter turn 1..9 3").unwrap().apply(&mut changed, 4.0).unwrap();
    assert_eq!(changed.values.get(&model, "turn"), Some(4.0));
}

#[test]
fn a_sweep_of_two_runs_all_pairs_in_order() {
    let model = known();
    let base = scenario(&model, "drug 10 mg at 0 d");
    let sweeps = [sweep_of("drug amount 1..3 3").unwrap(), sweep_of("parameter turn 1..5 2").unwrap()];
    let mut told = 0;
    let points = sweep(&base, &sweeps, None, Who::Typical, means(1), &mut || told += 1).unwrap();
    assert_eq!((told, points.len()), (points.len(), super::points(&sweeps)));
    let values: Vec<[f64; 2]> = points.iter().map(|point| [point.values[0], point.values[1]]).collect();
    assert_eq!(values, [[1.0, 1.0], [1.0, 5.0], [2.0, 1.0], [2.0, 5.0], [3.0, 1.0], [3.0, 5.0]]);
    let arms = Arms::new(vec![arm("base", &base, Who::Typical)], 0);
    let (peak, reached) = (arms.end_point("cmax_drug").unwrap(), arms.end_point("reached_response").unwrap());
    for point in &points {
        assert!((point.ends[peak].centre.unwrap() - point.values[0]).abs() < 1e-9);
        // Turning on day 1 the burden falls to exp(-1/2) = 0.61 only.
        assert_eq!(point.ends[reached].centre, Some(if point.values[1] > 1.2 { 1.0 } else { 0.0 }));
    }
}

/// Peaks are doses: peak (8 - peak) is highest at 4 mg.
#[test]
fn the_best_dose_is_found_with_its_neighbourhood() {
    let model = known();
    let base = scenario(&model, "drug 10 mg at 0 d");
    let arms = Arms::new(vec![arm("base", &base, DRAWN)], 0);
    let read = utility(&arms, "mean(cmax_drug) * (8 - mean(cmax_drug))").unwrap();
    let bounds = [Varied::bounds(&Source::new("--optimise", "drug amount 0.5..11 mg"), &model).unwrap()];
    let who = Who::Drawn { count: 12, seed: 1, uncertain: None };
    let mut told = 0;
    let found = optimise(&base, &bounds, &read, 40, (who, 1), means(1), &mut || told += 1).unwrap();
    assert_eq!(told, found.tried.len());
    let best = &found.tried[found.best];
    assert!((best.values[0] - 4.0).abs() < 10.5 / 64.0 && (best.utility - 16.0).abs() < 0.03, "{best:?}");
    assert!(found.tried.iter().all(|one| one.difference <= 1e-12));
    // Everybody has the same peak, so every other dose is told from the best.
    assert_eq!(found.alike[0], (best.values[0], best.values[0]));
    assert!(found.tried.iter().filter(|one| (one.values[0] - best.values[0]).abs() < 3.0).count() > 6);
    assert_eq!(found, optimise(&base, &bounds, &read, 40, (who, 1), means(3), &mut || {}).unwrap());
    // A drug that does harm is best left out.
    let read = utility(&arms, "-P(drug)").unwrap();
    let bounds = [Varied::bounds(&Source::new("--optimise", "drug amount 0..8 mg"), &model).unwrap()];
    let found = optimise(&base, &bounds, &read, 10, (who, 1), means(1), &mut || {}).unwrap();
    assert_eq!((found.tried[found.best].values[0], found.tried[found.best].utility), (0.0, 0.0));
}

#[test]
fn tables_of_patients_are_held_to_their_count() {
    let model = known();
    let base = scenario(&model, "drug 10 mg at 0 d");
    let read = |text: &str, count| {
        Table::read("patients.csv", text.as_bytes(), Sidecar::default(), &base, count)
            .map_err(|found| found.to_string())
    };
    assert_eq!(read("loss [1/d]\n1\n2\n", Some(1)).unwrap().count, 1);
    assert!(read("loss [1/d]\n1\n2\n", Some(3)).unwrap_err().contains("holds 2 patients, not 3"));
    assert!(read("loss [1/d]\n", None).is_err());
    assert!(read("los [1/d]\n1\n", None).unwrap_err().contains("did you mean `loss`?"));
}

/// The numbers that arms keep are those of the table of end points.
#[test]
fn numbers_are_those_of_the_table_of_end_points() {
    let model = known();
    let base = scenario(&model, "drug 10 mg at 0 d");
    let prepared = Prepared::new(&base).unwrap();
    let draw = crate::population::Draw::new(&model, &base.values, 3, crate::population::Sampling::Random).unwrap();
    let mut text = String::new();
    let population = crate::population::Population::new(&prepared, Vec::new(), false);
    let drawn = crate::population::Patients::Drawn(draw);
    population
        .run(drawn, 0..70, means(2), |block| {
            text += &block.points;
            assert!(block.cells.is_empty() && block.failed.is_empty());
            true
        })
        .unwrap();
    let outcomes = arm("arm", &base, DRAWN);
    let words: Vec<bool> = outcomes.layout.points.iter().map(|column| column.words).collect();
    assert!(!words.contains(&true), "nothing is graded");
    for (patient, line) in text.lines().enumerate() {
        let cells: Vec<&str> = line.split(',').skip(2).collect();
        let numbers: Vec<String> =
            outcomes.numbers(patient).iter().map(|value| crate::trajectory::number(*value)).collect();
        assert_eq!(cells, numbers, "patient {patient}");
    }
}

//! Figures of arms as data.

use super::{Cohort, Shown, curves, durability, forest, forest_of_ratios, grades, map, optimum, plane, sweep};
use crate::compare::{self, Arms, Outcomes, Utility, Varied, Who};
use crate::crs::{Scale, Settings};
use crate::diagnostic::Source;
use crate::model::Model;
use crate::plot::{Content, DISCLAIMER, Figure, Fill, Grade};
use crate::population::Means;
use crate::simulate::{Grid, Prepared, Scenario};

fn cohort(patients: u64) -> Cohort {
    Cohort { title: "Mine".into(), subtitle: "model".into(), patients, seed: Some(3), ..Cohort::default() }
}

/// Drawn patients of a model with variability but without signs.
fn drawn() -> Arms {
    let text = include_str!("../../../../models/library/stein-2019/model.toml");
    let with = format!(
        "{text}\n[endpoints.gone]\noutput = \"cart\"\nbelow = \"50 percent of start\"\nlabel = \"Gone\"\nsource = \"doi:10.1000/test, table 1\"\n"
    );
    let model = Model::parse(&Source::new("test.toml", with)).unwrap().0;
    let arm = |name: &str, scenario: Scenario<'_>| {
        let scenario = scenario.grid(Grid::Points(5));
        let who = Who::Drawn { count: 20, seed: 3, uncertain: None };
        Outcomes::run(name, &Prepared::new(&scenario).unwrap(), who, Means { threads: 1, ..Means::default() }).unwrap()
    };
    let base = || Scenario::new(&model).unwrap();
    let treated = base().regimen("tocilizumab at 3 d; corticosteroid at 4 d".parse().unwrap());
    Arms::new(vec![arm("as it is", base()), arm("treated", treated)], 0)
}

/// Two typical patients of a model with signs.
fn graded() -> Arms {
    let model = Model::embedded("cart-crs").unwrap();
    let arm = |name: &str, dose: Option<&str>| {
        let scenario = Scenario::new(&model).unwrap();
        let scenario = match dose {
            Some(dose) => scenario.regimen(dose.parse().unwrap()),
            None => scenario,
        };
        let scenario = scenario.grading(Scale::astct_2019(), Settings::default()).grid(Grid::Points(9));
        Outcomes::run(name, &Prepared::new(&scenario).unwrap(), Who::Typical, Means::default()).unwrap()
    };
    Arms::new(vec![arm("usual", None), arm("treated", Some("tocilizumab 800 mg over 1 h at 3 d"))], 0)
}

fn holds(figure: &Figure) {
    assert!(figure.footer.contains(DISCLAIMER) && figure.footer.contains("seed 3"), "{}", figure.footer);
    #[cfg(feature = "plot")]
    {
        use crate::plot::{Theme, page, render};
        assert!(render::png(figure, page(figure), Theme::Print).unwrap().starts_with(b"\x89PNG"));
    }
}

#[test]
fn curves_of_arms_differ_in_style_and_their_bands_are_outlined_over_all_fills() {
    let arms = drawn();
    let figure = curves(&cohort(20), &arms, Vec::new()).unwrap();
    let panel = &figure.panels[0];
    let names: Vec<(&str, usize)> = panel.series.iter().map(|one| (one.label.as_str(), one.style)).collect();
    assert_eq!(names, [("as it is", 0), ("treated", 1)]);
    let fills: Vec<Fill> = panel.areas.iter().map(|area| area.fill).collect();
    let (band, outline) = (|style| Fill::Band { style, depth: 0 }, |style| Fill::Outline { style });
    assert_eq!(fills, [band(0), band(1), outline(0), outline(1)]);
    assert!(figure.subtitle.contains("90 %"));
    holds(&figure);
    // A curve of one patient is that patient's, not a bin of a histogram.
    let alone = graded();
    let figure = curves(&cohort(1), &alone, Vec::new()).unwrap();
    assert!(figure.panels.len() == 6 && figure.panels.iter().all(|panel| panel.areas.is_empty()));
    let exact = alone.arms[0].statistics.values[8].mean().unwrap();
    assert_eq!(figure.panels[0].series[0].points[8].1, exact);
}

#[test]
fn bars_of_grades_fill_the_whole() {
    let arms = graded();
    let figure = grades(&cohort(2), &arms).unwrap();
    assert_eq!(figure.lanes.iter().map(|lane| lane.name.as_str()).collect::<Vec<_>>(), ["usual", "treated"]);
    for lane in &figure.lanes {
        assert_eq!((lane.intervals[0].from, lane.intervals[lane.intervals.len() - 1].to), (0.0, 100.0));
    }
    let worst = |at: usize| figure.lanes[at].intervals[0].grade;
    assert!(matches!((worst(0), worst(1)), (Grade::Exact(two), Grade::Exact(less)) if two > less));
    holds(&figure);
    assert!(grades(&cohort(2), &drawn()).is_none(), "nothing is graded");
}

#[test]
fn forests_have_a_line_an_end_point_and_arm_around_no_difference() {
    let arms = drawn();
    let rows = arms.rows();
    let figure = forest_of_ratios(&cohort(20), &arms, &rows).unwrap();
    assert_eq!(figure.marks[0].x, 1.0);
    let panel = &figure.panels[0];
    assert_eq!(panel.series.len(), panel.observed.len());
    assert_eq!(panel.vertical.names.len(), panel.series.len(), "one arm beside the reference");
    let (from, to) = (figure.horizontal.from.unwrap(), figure.horizontal.to.unwrap());
    assert!(panel.series.iter().flat_map(|one| &one.points).all(|point| from < point.0 && point.0 < to));
    assert_eq!(figure.legend.len(), 1);
    holds(&figure);
    // Nobody's share differs between equal arms.
    let same = Arms::new(vec![arms.arms[0].clone(), arms.arms[0].clone()], 0);
    assert!(forest(&cohort(20), &same, &same.rows()).is_none());
}

#[test]
fn benefit_stands_against_risk_and_durability_over_numbers_at_risk() {
    let arms = graded();
    let figure = plane(&cohort(2), &arms).unwrap();
    assert_eq!((figure.panels[0].observed.len(), figure.legend.len()), (2, 2));
    assert!(figure.horizontal.label.contains("ASTCT 2019"), "{}", figure.horizontal.label);
    holds(&figure);
    let arms = drawn();
    assert!(plane(&cohort(20), &arms).is_none(), "nothing is graded");
    let figures = durability(&cohort(20), &arms, &arms.durability());
    for (name, figure) in &figures {
        assert_eq!((name.as_str(), figure.title.as_str()), ("gone", "Gone"));
        assert_eq!(figure.panels[0].series[0].points[0], (0.0, 100.0));
        assert_eq!(figure.at_risk.len(), figure.panels[0].series.len());
        holds(figure);
    }
}

#[test]
fn sweeps_and_searches_show_every_point() {
    let arms = graded();
    let model = Model::embedded("cart-crs").unwrap();
    let scenario = Scenario::new(&model).unwrap().grading(Scale::astct_2019(), Settings::default());
    let scenario = scenario.regimen("tocilizumab 800 mg over 1 h at 3 d".parse().unwrap());
    let utility = Utility::parse(&Source::new("--utility", "P(response) - mean(crs_grade_astct-2019)"), &arms).unwrap();
    let varied = |text: &str| Varied::sweep(&Source::new("--sweep", text), &model).unwrap();
    let (amount, time) = (varied("tocilizumab amount 100..800 lin 2"), varied("tocilizumab time 2..6 2"));
    let shown = Shown::usual(&arms, Some(&utility.text));
    let run = |sweeps: &[Varied]| {
        vec![compare::sweep(&scenario, sweeps, Some(&utility), Who::Typical, Means::default(), &mut || {}).unwrap()]
    };
    let figure = sweep(&cohort(1), &arms, &amount, &run(std::slice::from_ref(&amount)), &shown).unwrap();
    assert_eq!((figure.panels.len(), figure.panels[0].series[0].points.len()), (shown.len(), 2));
    holds(&figure);
    let both = [time, amount];
    let figure = map(&cohort(1), &arms, &both, &run(&both), &shown).unwrap();
    let Content::Matrix(table) = &figure.tiles[0].content else { panic!("{:?}", figure.tiles[0]) };
    assert_eq!(
        (table.rows.clone(), table.columns.clone()),
        (vec!["800".into(), "100".into()], vec!["2".into(), "6".into()])
    );
    holds(&figure);
    let bounds = [Varied::bounds(&Source::new("--optimise", "tocilizumab time 2..6 d"), &model).unwrap()];
    let found =
        compare::optimise(&scenario, &bounds, &utility, 5, (Who::Typical, 0), Means::default(), &mut || {}).unwrap();
    let figures = optimum(&cohort(1), &bounds, &found, &utility.text);
    let points: usize = figures[0].panels[0].observed.iter().map(|one| one.points.len()).sum();
    assert_eq!(points, found.tried.len() + 1, "every regimen, and the best once more");
    holds(&figures[0]);
}

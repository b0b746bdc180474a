//! Figures of populations as data.

use super::{
    BandPanel, Cohort, EndPoint, EndPoints, GRADES, GradeDistribution, GradePanel, QuantileBands, ShareBar, end_points,
    grade_distribution, quantile_bands, thousands,
};
use crate::plot::{
    Axis, Content, DISCLAIMER, Figure, Fill, KeySample, PlotError, ReferenceKind, RuleKind, Scale, Tile,
};

fn cohort() -> Cohort {
    Cohort { title: "Mine".into(), patients: 1_234_567, failed: 1, seed: Some(7), ..Cohort::default() }
}

fn bands(panels: Vec<BandPanel>) -> Result<Figure, PlotError> {
    let time = Axis::linear("Time", "d");
    quantile_bands(&QuantileBands { cohort: cohort(), time, panels, marks: Vec::new() })
}

fn reason<T: std::fmt::Debug>(result: Result<T, PlotError>) -> String {
    let Err(PlotError::Data(reason)) = result else { panic!("{result:?}") };
    reason
}

fn tiles(panels: Vec<EndPoint>) -> Vec<Tile> {
    end_points(&EndPoints { cohort: cohort(), panels }).unwrap().into_iter().flat_map(|figure| figure.tiles).collect()
}

#[test]
fn the_footer_says_who_and_for_what_not() {
    let footer = cohort().footer();
    for wanted in ["1,234,567 patients, 1 failed", "seed 7", DISCLAIMER, env!("CARGO_PKG_VERSION")] {
        assert!(footer.contains(wanted), "{wanted} is not in {footer}");
    }
    let one = Cohort { patients: 1, ..Cohort::default() }.footer();
    assert!(one.contains("1 patient  ·") && !one.contains("failed") && !one.contains("seed"), "{one}");
    assert_eq!([0, 999, 1000, u64::MAX].map(thousands), ["0", "999", "1,000", "18,446,744,073,709,551,615"]);
}

#[test]
fn wide_bands_lie_under_narrow_ones() {
    let mut il6 = BandPanel { lloq: Some(5.0), ..BandPanel::log("IL-6", "pg/mL", &[0.0, 1.0], &[1.0, 10.0]) };
    il6.add_band(0.5, &[0.5, 5.0], &[2.0, 20.0]);
    il6.add_band(0.9, &[0.1, 1.0], &[9.0, 90.0]);
    let figure = bands(vec![il6]).unwrap();
    let panel = &figure.panels[0];
    let band = |depth| Fill::Band { style: 0, depth };
    assert_eq!(panel.areas.iter().map(|area| area.fill).collect::<Vec<_>>(), [band(0), band(1)]);
    assert_eq!(panel.areas[0].points, [(0.0, 0.1, 9.0), (1.0, 1.0, 90.0)]);
    assert_eq!(panel.series[0].points, [(0.0, 1.0), (1.0, 10.0)]);
    assert_eq!((panel.vertical.scale, panel.references[0].kind), (Scale::Log, ReferenceKind::QuantificationLimit));
    let legend: Vec<(&str, KeySample)> = figure.legend.iter().map(|key| (key.label.as_str(), key.sample)).collect();
    assert_eq!(
        legend,
        [
            ("Median", KeySample::Curve),
            ("50 % of patients (25th to 75th percentile)", KeySample::Area(band(1))),
            ("90 % of patients (5th to 95th percentile)", KeySample::Area(band(0))),
        ]
    );
}

#[test]
fn bands_that_do_not_fit_are_refused_by_name() {
    let panel = || BandPanel::linear("IL-6", "pg/mL", &[0.0, 1.0], &[1.0, 2.0]);
    let with = |level, lower: &[f64], upper: &[f64]| {
        let mut panel = panel();
        panel.add_band(level, lower, upper);
        reason(bands(vec![panel]))
    };
    assert_eq!(with(0.5, &[0.0], &[2.0, 3.0]), "`IL-6`: 2 times, but 1 values of a band's lower end");
    assert_eq!(with(1.5, &[0.0, 0.0], &[2.0, 3.0]), "`IL-6`: a band holds a share between 0 and 1, not 1.5");
    assert_eq!(with(f64::NAN, &[], &[]), "`IL-6`: a band holds a share between 0 and 1, not NaN");
    assert_eq!(with(0.9, &[0.0, 4.0], &[2.0, 3.0]), "`IL-6`: the 90 % band at time 1 goes from 4 to 3");
    let back = BandPanel { time: vec![1.0, 0.0], ..panel() };
    assert_eq!(reason(bands(vec![back])), "`IL-6`: time 0 stands after 1");
    let never = BandPanel { time: vec![f64::NAN, 0.0], ..panel() };
    assert_eq!(reason(bands(vec![never])), "`IL-6`: NaN is not a time");
    let mut gap = panel();
    gap.add_band(0.5, &[f64::NAN, 0.0], &[f64::INFINITY, 3.0]);
    assert!(bands(vec![gap]).is_ok(), "what is not known is a gap");
    assert!(bands(Vec::new()).unwrap().panels.is_empty());
}

#[test]
fn the_height_of_an_edge_is_the_share_at_that_grade_or_above() {
    let shares = [[0.5, 0.3, 0.1, 0.05, 0.0, 0.0, 0.05], [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]];
    let panels = vec![GradePanel::new("astct-2019", &[0.0, 4.0], 10.0, &shares)];
    let shown = GradeDistribution { cohort: cohort(), panels, ..GradeDistribution::default() };
    let figure = grade_distribution(&shown).unwrap();
    let panel = &figure.panels[0];
    assert_eq!((panel.title.as_deref(), panel.vertical.text().as_str()), (Some("ASTCT 2019"), "Patients (%)"));
    let fills: Vec<Fill> = panel.areas.iter().map(|area| area.fill).collect();
    assert_eq!(fills, [Fill::Grade(0), Fill::Grade(1), Fill::Grade(2), Fill::Grade(3), Fill::Undetermined]);
    let edges = |index: usize, point: usize| {
        let (x, lower, upper) = panel.areas[index].points[point];
        (x, (lower * 1e9).round() / 1e9, (upper * 1e9).round() / 1e9)
    };
    // Held from 0 to 4, then from 4 to 10.
    assert_eq!((edges(3, 0), edges(3, 1)), ((0.0, 0.0, 5.0), (4.0, 0.0, 5.0)));
    assert_eq!((edges(1, 0), edges(0, 0), edges(4, 0)), ((0.0, 15.0, 45.0), (0.0, 45.0, 95.0), (0.0, 95.0, 100.0)));
    assert_eq!((edges(0, 2), edges(0, 3)), ((4.0, 0.0, 100.0), (10.0, 0.0, 100.0)));
    let legend: Vec<&str> = figure.legend.iter().map(|key| key.label.as_str()).collect();
    assert_eq!(legend, ["Grade 0", "Grade 1", "Grade 2", "Grade 3", "Undetermined"]);
}

#[test]
fn shares_that_are_no_parts_of_a_whole_are_refused() {
    let draw = |row: [f64; GRADES]| {
        let panels = vec![GradePanel::new("astct-2019", &[3.0], 3.0, &[row])];
        grade_distribution(&GradeDistribution { panels, ..GradeDistribution::default() })
    };
    for wrong in [[0.5; GRADES], [0.0; GRADES], [1.5, -0.5, 0.0, 0.0, 0.0, 0.0, 0.0]] {
        assert!(reason(draw(wrong)).starts_with("`astct-2019`: the shares at time 3 are not parts"), "{wrong:?}");
    }
    let gone = draw([f64::NAN; GRADES]).unwrap();
    assert!(gone.panels[0].areas.is_empty() && gone.legend.is_empty(), "nobody is left");
}

#[test]
fn histograms_are_percent_of_those_with_a_value() {
    let bins = [(-1.0, 0.0, 100), (0.0, 1.0, 200), (1.0, 10.0, 700)];
    let one = EndPoint::histogram("Maximum", "pg/mL", &bins).named("IL-6").log().quantiles(0.1, 2.0, 9.0);
    let tile = &tiles(vec![one.without(20_000, 3)])[0];
    let Content::Bins(bins) = &tile.content else { panic!("{tile:?}") };
    assert_eq!(bins.iter().map(|bin| bin.height).collect::<Vec<_>>(), [20.0, 70.0]);
    assert_eq!(tile.notes[0], "n = 1,000, 20,000 missing, 3 failed, 100 at 0 or below");
    assert_eq!(tile.notes[1], "median 2 (5–95 %: 0.1 to 9)");
    assert_eq!((tile.horizontal.text().as_str(), tile.vertical.text().as_str()), ("Maximum (pg/mL)", "Patients (%)"));
    let rules: Vec<(f64, RuleKind)> = tile.rules.iter().map(|rule| (rule.value, rule.kind)).collect();
    assert_eq!(rules, [(0.1, RuleKind::Tail), (2.0, RuleKind::Middle), (9.0, RuleKind::Tail)]);
    let odd = EndPoint::histogram("x", "", &[(0.0, f64::INFINITY, 1)]);
    assert_eq!(
        reason(end_points(&EndPoints { panels: vec![odd], ..EndPoints::default() })),
        "`x`: a bin from 0 to inf cannot be drawn"
    );
}

#[test]
fn bars_have_shares_and_intervals_in_percent() {
    let bars = [ShareBar::new("yes", 81).between(0.2553, 0.3662), ShareBar::new("no", 182), ShareBar::grade(None, 0)];
    let tile = &tiles(vec![EndPoint::bars("Grade 3 or above", &bars)])[0];
    let Content::Columns(columns) = &tile.content else { panic!("{tile:?}") };
    assert!((columns[0].height - 100.0 * 81.0 / 263.0).abs() < 1e-12);
    let (low, high) = columns[0].whisker.unwrap();
    assert!(columns[0].text == "31" && (low - 25.53).abs() < 1e-9 && (high - 36.62).abs() < 1e-9);
    assert_eq!((columns[2].text.as_str(), columns[2].fill), ("0", Some(Fill::Undetermined)));
    assert_eq!(tile.notes, ["n = 263, 95 % intervals"]);
    let wrong = EndPoint::bars("x", &[ShareBar::new("yes", 1).between(0.5, 50.0)]);
    assert!(reason(end_points(&EndPoints { panels: vec![wrong], ..EndPoints::default() })).contains("from 0.5 to 50"));
}

#[test]
fn many_end_points_make_several_figures() {
    let panels = |count| vec![EndPoint::histogram("x", "", &[(0.0, 1.0, 1)]); count];
    let draw = |count| end_points(&EndPoints { cohort: cohort(), panels: panels(count) }).unwrap();
    let figures = draw(25);
    assert_eq!(figures.iter().map(|figure| figure.tiles.len()).collect::<Vec<_>>(), [12, 12, 1]);
    assert_eq!(figures[2].subtitle, "part 3 of 3");
    assert!(draw(12)[0].subtitle.is_empty() && draw(0).is_empty());
}

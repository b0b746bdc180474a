//! Figures of runs as data.

use super::{Options, Shown, course, exposure, group_names, hidden, labels, overlay, page, phase, sensitivity};
use crate::crs::{Scale as CrsScale, Settings};
use crate::diagnostic::Source;
use crate::model::Model;
use crate::observation::Measurement;
use crate::plot::{
    DISCLAIMER, Figure, Grade, KeySample, MarkKind, ReferenceKind, Scale, StationKind, TreatmentKind, Variant,
};
use crate::sensitivity::rows;
use crate::simulate::{Grid, Run, Scenario, sensitivities};

fn scenario<'m>(model: &'m Model, variant: &Variant, until: &str) -> Scenario<'m> {
    let mut scenario = variant.scenario(model).unwrap().until(&until.parse().unwrap()).unwrap().with_exposure();
    scenario.grid = Grid::Steps(2);
    if model.has_signs() {
        scenario = scenario.grading(CrsScale::astct_2019(), Settings::default());
    }
    scenario
}

fn run<'m>(model: &'m Model, variant: &Variant, until: &str) -> (Scenario<'m>, Run) {
    let scenario = scenario(model, variant, until);
    let run = scenario.simulate().unwrap();
    (scenario, run)
}

fn severe() -> Variant {
    Variant::default().set("tumour_0=8 1e9 cells")
}

fn source(text: &str) -> Option<Source> {
    Some(Source::new("--panels", text))
}

fn axes(figure: &Figure) -> Vec<String> {
    figure.panels.iter().map(|panel| panel.vertical.text()).collect()
}

fn measured(subject: &str, output: &str, time: f64, value: f64, below_limit: bool) -> Measurement {
    Measurement { subject: subject.into(), output: output.into(), time, value, below_limit }
}

#[test]
fn a_course_has_a_panel_for_each_group_and_unit() {
    let model = Model::embedded("cart-crs").unwrap();
    let (scenario, run) = run(&model, &severe(), "28 d");
    let figure = course(&Shown::new(&scenario, &run), &Options::default()).unwrap();
    let axes = axes(&figure);
    for wanted in ["CAR-T (10⁹ cells)", "Tumour (10⁹ cells)", "Cytokines (pg/mL)", "CRP (mg/L)", "Temperature (°C)"]
    {
        assert!(axes.iter().any(|axis| axis == wanted), "{wanted} is not in {axes:?}");
    }
    assert_eq!((figure.horizontal.from, figure.horizontal.to), (Some(0.0), Some(28.0)));
    assert_eq!(figure.horizontal.text(), "Time after the first infusion (d)");
    let cytokines = figure.panels.iter().find(|panel| panel.vertical.label == "Cytokines").unwrap();
    assert_eq!(cytokines.vertical.scale, Scale::Log);
    let styles: Vec<usize> = cytokines.series.iter().map(|series| series.style).collect();
    assert_eq!(styles, [0, 1, 2]);
    // A lone curve is named by its axis.
    let crp = figure.panels.iter().find(|panel| panel.vertical.label == "CRP").unwrap();
    assert!(crp.series.len() == 1 && crp.series[0].label.is_empty());
    let fever = figure.panels.iter().find(|panel| panel.vertical.label == "Temperature").unwrap();
    assert_eq!(fever.references[0].value, 38.0);
    // What is drawn is what was computed.
    let column = run.trajectory.column("il6").unwrap();
    let last = run.trajectory.series(column).last().unwrap();
    assert_eq!(cytokines.series[0].points.last(), Some(&(28.0, last)));
}

#[test]
fn title_subtitle_and_footer_say_what_was_run() {
    let model = Model::embedded("hardiansyah-2019").unwrap();
    let variant = Variant::default().parameters("upn3").set("kill=0.5 1/(1e9 cells)/d").dose("cart 5e8 cells at 0 d");
    let (scenario, run) = run(&model, &variant, "10 d");
    let options = Options { seed: Some(7), title: Some("Mine".into()), ..Options::default() };
    let figure = course(&Shown::new(&scenario, &run), &options).unwrap();
    assert_eq!(figure.title, "Mine");
    assert_eq!(
        figure.subtitle,
        "hardiansyah-2019  ·  set upn3  ·  kill = 0.5 1/(10⁹ cells)/d  ·  cart 5×10⁸ cells at 0 d"
    );
    for wanted in [concat!("cascade ", env!("CARGO_PKG_VERSION")), "hardiansyah-2019, set upn3", "seed 7", DISCLAIMER] {
        assert!(figure.footer.contains(wanted), "{wanted} is not in {}", figure.footer);
    }
    assert!(figure.footer.contains("maturity: exact"), "{}", figure.footer);
}

#[test]
fn the_subtitle_gives_doses_in_numbers_where_runs_share_them() {
    let subtitle = |name: &str, sets: &[&str], dose: Option<&str>| {
        let model = Model::embedded(name).unwrap();
        let of = |&set: &&str| {
            let variant = if set.is_empty() { Variant::default() } else { Variant::default().parameters(set) };
            let variant = dose.map_or(variant.clone(), |dose| variant.dose(dose));
            run(&model, &variant, "3 d")
        };
        let runs: Vec<_> = sets.iter().map(of).collect();
        let shown: Vec<_> = runs.iter().map(|(scenario, run)| Shown::new(scenario, run)).collect();
        overlay(&shown, &Options::default()).unwrap().subtitle
    };
    let split = "split 10/30/60 % at 0, 1, 2 d";
    assert_eq!(subtitle("cart-crs", &["low", "high"], None), format!("cart-crs  ·  cart 1.1×10⁹ cells {split}"));
    let two = subtitle("hardiansyah-2019", &["upn1", "upn3"], None);
    assert_eq!(two, format!("hardiansyah-2019  ·  cart total_dose {split}"), "the two have different doses");
    assert_eq!(subtitle("cart-crs", &[""], Some("none")), "cart-crs  ·  no doses");
}

#[test]
fn treatments_and_grades_follow_the_events() {
    let model = Model::embedded("cart-crs").unwrap();
    let variant = severe().dose("tocilizumab 800 mg over 2 h at 4 d");
    let (scenario, run) = run(&model, &variant, "5 d");
    let figure = course(&Shown::new(&scenario, &run), &Options::default()).unwrap();
    let rows = &figure.bands[0].rows;
    let row = |label: &str| rows.iter().find(|row| row.label == label).unwrap_or_else(|| panic!("{label}: {rows:?}"));
    let drug = row("Tocilizumab");
    assert_eq!((drug.kind, drug.bars.len()), (TreatmentKind::Drug, 1));
    assert!((drug.bars[0].0 - 4.0).abs() < 1e-9 && (drug.bars[0].1 - 4.0 - 2.0 / 24.0).abs() < 1e-9);
    assert_eq!(row("Fluids").kind, TreatmentKind::Circulation);
    assert_eq!(row("Nasal cannula").kind, TreatmentKind::Oxygen);
    assert_eq!(rows[0].label, "Tocilizumab", "drugs come first");
    for row in rows {
        assert!(row.bars.iter().all(|bar| bar.0 <= bar.1 && bar.1 <= 5.0), "{row:?}");
    }
    // What still runs at the end is drawn to the end.
    assert!(row("Antipyretic").bars.last().unwrap().1 == 5.0);
    let kinds: Vec<MarkKind> = figure.marks.iter().map(|mark| mark.kind).collect();
    assert_eq!(kinds, [MarkKind::Dose, MarkKind::Dose, MarkKind::Dose, MarkKind::Treatment]);

    let lane = &figure.lanes[0];
    assert_eq!(lane.label, "CRS grade (ASTCT 2019)");
    assert_eq!(lane.intervals[0].grade, Grade::Exact(0));
    assert_eq!(lane.intervals.last().unwrap().to, 5.0);
    let course = run.course().unwrap();
    assert_eq!(lane.intervals.len(), course.rows().len());
    let worst = lane.intervals.iter().filter_map(|part| part.grade.least()).max();
    assert_eq!(worst, course.maximum().grade);
}

#[test]
fn without_care_there_is_no_band() {
    let model = Model::embedded("stein-2019").unwrap();
    let (scenario, run) = run(&model, &Variant::default().dose("tocilizumab at 3 d"), "28 d");
    let figure = course(&Shown::new(&scenario, &run), &Options::default()).unwrap();
    assert!(figure.bands.is_empty() && figure.lanes.is_empty());
    assert_eq!((figure.marks.len(), figure.marks[0].kind), (1, MarkKind::Treatment));
    assert_eq!(figure.horizontal.text(), "Time after infusion (d)");
}

#[test]
fn panels_are_chosen_by_output_state_or_group_in_the_order_asked() {
    let model = Model::embedded("hardiansyah-2019").unwrap();
    let (scenario, run) = run(&model, &Variant::default(), "10 d");
    let draw =
        |text: &str| course(&Shown::new(&scenario, &run), &Options { panels: source(text), ..Options::default() });
    assert_eq!(axes(&draw("il10, memory").unwrap()), ["IL-10 (pg/mL)", "Memory CAR-T in blood (10⁹ cells)"]);
    assert_eq!(axes(&draw("cytokines,cart").unwrap()), ["Cytokines (pg/mL)", "CAR-T (10⁹ cells)"]);
    assert_eq!(draw("il10,il6").unwrap().panels[0].series[0].label, "IL-10");
    // `effector` is a state and no output.
    assert_eq!(draw("effector").unwrap().panels.len(), 1);
    let told = draw("il6,il66, cytokine").unwrap_err().to_string();
    assert!(told.contains("--panels:1:5: error") && told.contains("did you mean `il6`?"), "{told}");
    assert!(told.contains("--panels:1:11: error") && told.contains("did you mean `cytokines`?"), "{told}");
    // Groups of which the model has nothing are not offered.
    let told = draw("pressure").unwrap_err().to_string();
    assert!(told.contains("nothing named `pressure`"), "{told}");
}

#[test]
fn scales_can_be_overruled_by_output_group_or_all() {
    let model = Model::embedded("hardiansyah-2019").unwrap();
    let (scenario, run) = run(&model, &Variant::default(), "10 d");
    let draw = |log: &str, linear: &str| {
        let options = Options { log: source(log), linear: source(linear), ..Options::default() };
        course(&Shown::new(&scenario, &run), &options).unwrap()
    };
    let scales = |figure: &Figure| -> Vec<Scale> { figure.panels.iter().map(|panel| panel.vertical.scale).collect() };
    assert!(scales(&draw("", "all")).iter().all(|scale| *scale == Scale::Linear));
    let figure = draw("cytokines", "all");
    assert_eq!(figure.panels.iter().filter(|panel| panel.vertical.scale == Scale::Log).count(), 1);
    // Curves of one group on different scales need two panels.
    let split = draw("", "il6");
    let cytokines: Vec<usize> =
        split.panels.iter().filter(|panel| panel.vertical.unit == "pg/mL").map(|p| p.series.len()).collect();
    assert_eq!(cytokines, [1, 2]);
    let told = course(&Shown::new(&scenario, &run), &Options { log: source("everything"), ..Options::default() });
    assert!(told.is_err());
}

#[test]
fn the_time_axis_can_end_early() {
    let model = Model::embedded("hardiansyah-2019").unwrap();
    let (scenario, run) = run(&model, &Variant::default(), "30 d");
    let shown = Shown::new(&scenario, &run);
    let until = |until| Options { until, ..Options::default() };
    assert_eq!(course(&shown, &until(Some(14.0))).unwrap().horizontal.to, Some(14.0));
    assert_eq!(course(&shown, &until(Some(f64::NAN))).unwrap().horizontal.to, Some(30.0));
    let path = phase(std::slice::from_ref(&shown), None, &until(Some(14.0))).unwrap();
    assert!(path.panels[0].stations.last().unwrap().label.starts_with("14"));
}

#[test]
fn two_scales_have_two_lanes() {
    let model = Model::embedded("cart-crs").unwrap();
    let (scenario, run) = run(&model, &severe(), "10 d");
    let mut shown = Shown::new(&scenario, &run);
    shown.courses.push(run.course().unwrap());
    assert_eq!(course(&shown, &Options::default()).unwrap().lanes.len(), 2);
}

#[test]
fn measurements_lie_over_their_own_curves() {
    let model = Model::embedded("hardiansyah-2019").unwrap();
    let (scenario, run) = run(&model, &Variant::default(), "30 d");
    let observed = vec![
        measured("1", "il10", 3.0, 800.0, false),
        measured("2", "il10", 4.0, 5.0, true),
        measured("1", "tumour", 0.0, 4.0, false),
    ];
    let figure = course(&Shown::new(&scenario, &run), &Options { observed, ..Options::default() }).unwrap();
    let cytokines = figure.panels.iter().find(|panel| panel.vertical.label == "Cytokines").unwrap();
    let place = cytokines.series.iter().find(|series| series.label == "IL-10").unwrap().style;
    let points = &cytokines.observed[0];
    assert_eq!((points.style, points.points.len(), points.label.as_str()), (Some(place), 2, "measured (n = 2)"));
    assert!(points.points[1].below_limit && points.points[1].y == 5.0);
    let limits: Vec<f64> = cytokines
        .references
        .iter()
        .filter(|line| line.kind == ReferenceKind::QuantificationLimit)
        .map(|line| line.value)
        .collect();
    assert_eq!(limits, [5.0], "the limit that the data name is drawn");
    let tumour = figure.panels.iter().find(|panel| panel.vertical.label == "Tumour").unwrap();
    assert_eq!(tumour.observed[0].label, "measured");
}

#[test]
fn measurements_that_cannot_be_seen_are_counted() {
    let model = Model::embedded("hardiansyah-2019").unwrap();
    let (scenario, run) = run(&model, &Variant::default(), "30 d");
    let one = |time, value| measured("1", "il6", time, value, false);
    let observed = vec![one(-1.0, 5.0), one(3.0, 0.0), one(3.0, 5.0), one(30.0, 5.0), one(31.0, 5.0)];
    let figure = course(&Shown::new(&scenario, &run), &Options { observed, ..Options::default() }).unwrap();
    assert_eq!(hidden(&figure), 3);
}

#[test]
fn a_dose_stands_upright_in_a_course_and_breaks_a_phase_plot() {
    let model = Model::embedded("hardiansyah-2019").unwrap();
    let (scenario, run) = run(&model, &Variant::default(), "30 d");
    let shown = Shown::new(&scenario, &run);
    let figure = course(&shown, &Options::default()).unwrap();
    let points = &figure.panels[0].series[0].points;
    let upright: Vec<f64> =
        points.windows(2).filter(|pair| pair[0].0 == pair[1].0).map(|pair| pair[1].1 - pair[0].1).collect();
    // 30 and 60 % of 1.1e9 cells on days 1 and 2, the first dose being the start.
    assert_eq!(upright.len(), 2);
    assert!((upright[0] - 0.33).abs() < 1e-9 && (upright[1] - 0.66).abs() < 1e-9, "{upright:?}");
    let figure = phase(&[shown], None, &Options::default()).unwrap();
    assert_eq!(figure.panels[0].series[0].points.iter().filter(|point| point.0.is_nan()).count(), 2);
}

#[test]
fn an_overlay_has_a_panel_for_each_output_and_a_style_for_each_run() {
    let model = Model::embedded("hardiansyah-2019").unwrap();
    let (a, ra) = run(&model, &Variant::default().parameters("upn1"), "20 d");
    let (b, rb) = run(&model, &Variant::default().parameters("upn3"), "30 d");
    let shown = [Shown::new(&a, &ra), Shown::new(&b, &rb)];
    let observed = vec![measured("upn3", "il6", 3.0, 10.0, false), measured("someone", "il6", 3.0, 20.0, false)];
    let figure = overlay(&shown, &Options { observed, ..Options::default() }).unwrap();
    assert_eq!(figure.panels.len(), model.outputs.len());
    for panel in &figure.panels {
        let styles: Vec<usize> = panel.series.iter().map(|series| series.style).collect();
        assert_eq!(styles, [0, 1], "{}", panel.vertical.label);
    }
    let keys: Vec<(&str, usize)> = figure.legend.iter().map(|key| (key.label.as_str(), key.style)).collect();
    assert_eq!(keys, [("upn1", 0), ("upn3", 1)]);
    assert_eq!(figure.horizontal.to, Some(30.0), "the longest run");
    // Doses that are alike are marked once.
    assert_eq!(figure.marks.len(), 3);
    assert!(figure.marks.iter().all(|mark| mark.style.is_none()));
    assert!(figure.footer.contains("sets upn1, upn3") && !figure.subtitle.contains("set upn"));
    let il6 = figure.panels.iter().find(|panel| panel.vertical.label == "IL-6").unwrap();
    let styles: Vec<Option<usize>> = il6.observed.iter().map(|observed| observed.style).collect();
    assert_eq!(styles, [Some(1), None], "a subject named as a run has its style");
}

#[test]
fn overlaid_grades_have_a_lane_for_each_run_and_doses_of_one_run_its_style() {
    let model = Model::embedded("cart-crs").unwrap();
    let (a, ra) = run(&model, &severe(), "10 d");
    let (b, rb) = run(&model, &severe().dose("tocilizumab 800 mg over 1 h at 3 d"), "10 d");
    let figure = overlay(&[Shown::new(&a, &ra).labelled("plain"), Shown::new(&b, &rb)], &Options::default()).unwrap();
    let lanes: Vec<(&str, &str, Option<usize>)> =
        figure.lanes.iter().map(|lane| (lane.label.as_str(), lane.name.as_str(), lane.style)).collect();
    assert_eq!(lanes[0], ("CRS grade (ASTCT 2019)", "plain", Some(0)));
    assert_eq!((lanes[1].0, lanes[1].2), ("", Some(1)));
    let own: Vec<&str> =
        figure.marks.iter().filter(|mark| mark.style == Some(1)).map(|mark| mark.label.as_str()).collect();
    assert_eq!(own, ["Tocilizumab"]);
    assert_eq!(figure.marks.iter().filter(|mark| mark.style.is_none()).count(), 3);
}

#[test]
fn models_of_other_units_share_a_panel_where_they_measure_the_same() {
    let first = Model::embedded("hardiansyah-2019").unwrap();
    let second = Model::embedded("stein-2019").unwrap();
    let third = Model::embedded("cart-crs").unwrap();
    let (a, ra) = run(&first, &Variant::default(), "10 d");
    let (b, rb) = run(&second, &Variant::default(), "10 d");
    let (c, rc) = run(&third, &Variant::default(), "10 d");
    let shown = [Shown::new(&a, &ra), Shown::new(&b, &rb), Shown::new(&c, &rc)];
    let figure = overlay(&shown, &Options::default()).unwrap();
    let il6 = figure.panels.iter().find(|panel| panel.vertical.label == "IL-6").unwrap();
    assert_eq!(il6.series.iter().map(|series| series.style).collect::<Vec<_>>(), [0, 2]);
    let names: Vec<&str> = figure.legend.iter().map(|key| key.label.as_str()).collect();
    assert!(names[1].starts_with("stein-2019"), "{names:?}");
    // Copies are not cells: a panel of its own.
    assert!(axes(&figure).iter().any(|axis| axis.ends_with("(copies/µg)")), "{:?}", axes(&figure));
}

#[test]
fn a_phase_plot_marks_start_end_and_round_times_on_the_curve() {
    let model = Model::embedded("hardiansyah-2019").unwrap();
    let (scenario, run) = run(&model, &Variant::default(), "60 d");
    let shown = [Shown::new(&scenario, &run)];
    let figure = phase(&shown, None, &Options::default()).unwrap();
    assert_eq!(figure.horizontal.text(), "CAR-T cells in blood (10⁹ cells)");
    assert_eq!(axes(&figure), ["Tumour (10⁹ cells)"]);
    assert_eq!((figure.horizontal.scale, figure.panels[0].vertical.scale), (Scale::Log, Scale::Log));
    let stations = &figure.panels[0].stations;
    let labels: Vec<&str> = stations.iter().map(|station| station.label.as_str()).collect();
    // Coarse times first, so that they keep their place.
    assert_eq!(labels[..6], ["0 d", "14 d", "28 d", "42 d", "56 d", "7 d"]);
    assert_eq!(labels.iter().filter(|label| **label == "28 d").count(), 1);
    let last = stations.last().unwrap();
    assert_eq!((stations[0].kind, last.kind, last.label.as_str()), (StationKind::Start, StationKind::End, "60 d"));
    // Each lies between two rows, on the line that is drawn.
    let points = &figure.panels[0].series[0].points;
    for station in &stations[1..5] {
        let on_line = points.windows(2).any(|pair| {
            let [a, b] = [pair[0], pair[1]].map(|p| (p.0.ln(), p.1.ln()));
            let (x, y) = (station.x.ln(), station.y.ln());
            let length = (b.0 - a.0).hypot(b.1 - a.1);
            let detour = (x - a.0).hypot(y - a.1) + (x - b.0).hypot(y - b.1) - length;
            detour < 1e-9 * length.max(1e-9)
        });
        assert!(on_line, "{station:?}");
    }
    let samples: Vec<KeySample> = figure.legend.iter().map(|key| key.sample).collect();
    assert_eq!(samples, [KeySample::Station(StationKind::Start), KeySample::Station(StationKind::End)]);
}

#[test]
fn phase_plots_take_any_two_quantities_and_refuse_others() {
    let model = Model::embedded("cart-crs").unwrap();
    let (scenario, run) = run(&model, &severe(), "10 d");
    let shown = [Shown::new(&scenario, &run)];
    let draw = |text: &str| phase(&shown, Some(&Source::new("--axes", text)), &Options::default());
    let figure = draw("temperature, il6").unwrap();
    assert_eq!((figure.horizontal.label.as_str(), figure.horizontal.scale), ("Temperature", Scale::Linear));
    assert_eq!(figure.panels[0].vertical.scale, Scale::Log);
    assert!(draw("il6").unwrap_err().to_string().contains("two quantities, not 1"));
    let told = draw("il6,tumor").unwrap_err().to_string();
    assert!(told.contains("--axes:1:5") && told.contains("did you mean `tumour`?"), "{told}");
    let stein = Model::embedded("stein-2019").unwrap();
    let (scenario, run) = self::run(&stein, &Variant::default(), "10 d");
    let told = phase(&[Shown::new(&scenario, &run)], None, &Options::default()).unwrap_err().to_string();
    assert!(told.contains("no output of tumour"), "{told}");
}

#[test]
fn exposure_has_a_bar_for_each_output_and_run() {
    let model = Model::embedded("cart-crs").unwrap();
    let (a, ra) = run(&model, &severe(), "28 d");
    let (b, rb) = run(&model, &Variant::default(), "10 d");
    let shown = [Shown::new(&a, &ra).labelled("severe"), Shown::new(&b, &rb).labelled("short")];
    let figure = exposure(&shown, &Options { panels: source("il6,ifng,crp"), ..Options::default() }).unwrap();
    assert_eq!(
        axes(&figure),
        ["Maximum (pg/mL)", "AUC, day 0 to 28 (pg/mL·d)", "Maximum (mg/L)", "AUC, day 0 to 28 (mg/L·d)"]
    );
    let bars = figure.panels[1].bars.as_ref().unwrap();
    assert_eq!(bars.categories.len(), 2);
    let row = ra.exposure.iter().find(|row| row.output == "il6").unwrap();
    assert_eq!(bars.series[0].values[0], row.exposure.auc_0_28d);
    assert_eq!(bars.series[1].values, [None, None], "a run of ten days has no AUC to day 28");
    let maxima = figure.panels[0].bars.as_ref().unwrap();
    assert_eq!(maxima.series[0].values[0], row.exposure.cmax);
    assert_eq!(figure.legend.len(), 2);
    assert!(figure.legend.iter().all(|key| key.sample == KeySample::Bar));
    // A panel of dashes alone is left out.
    let short = exposure(&shown[1..], &Options { panels: source("il6"), ..Options::default() }).unwrap();
    assert_eq!(axes(&short), ["Maximum (pg/mL)"]);
    assert!(short.legend.is_empty());
    let usual = exposure(&shown, &Options::default()).unwrap();
    let shown: Vec<&String> = usual.panels.iter().flat_map(|panel| &panel.bars.as_ref().unwrap().categories).collect();
    assert!(!shown.iter().any(|label| label.contains("Temperature") || label.contains("pressure")), "{shown:?}");
}

#[test]
fn runs_are_named_by_what_differs() {
    let model = Model::embedded("hardiansyah-2019").unwrap();
    let name = |variants: &[Variant]| {
        let scenarios: Vec<Scenario<'_>> = variants.iter().map(|variant| variant.scenario(&model).unwrap()).collect();
        labels(&scenarios.iter().collect::<Vec<_>>())
    };
    let set = |set: &str| Variant::default().parameters(set);
    assert_eq!(name(&[set("upn1"), set("upn3")]), ["upn1", "upn3"]);
    let killing = set("upn1").set("kill=0.5 1/(1e9 cells)/d");
    assert_eq!(name(&[set("upn1"), killing]), ["as in the model", "kill = 0.5 1/(10⁹ cells)/d"]);
    let doses = [set("upn1").dose("cart 1e9 cells at 0 d"), set("upn1").dose("none")];
    assert_eq!(name(&doses), ["cart 10⁹ cells at 0 d", "no doses"]);
    assert_eq!(name(&[set("upn1"), set("upn1")]), ["run 1", "run 2"]);
    assert!(labels(&[]).is_empty());
}

#[test]
fn nothing_to_show_is_an_empty_figure() {
    let options = Options::default();
    for figure in [overlay(&[], &options), phase(&[], None, &options), exposure(&[], &options)] {
        assert!(figure.unwrap().panels.is_empty());
    }
    assert!(page(&Figure::default()).height >= 700);
    assert!(group_names().any(|(key, members)| key == "cytokines" && members.contains(&"il6")));
}

#[test]
fn sensitivities_are_bars_for_the_parameters_that_move_something() {
    let model = Model::embedded("stein-2019").unwrap();
    let scenario = Scenario::new(&model).unwrap();
    let found = sensitivities(&scenario, &["foldx", "tmax", "cmax"]).unwrap();
    let figure = sensitivity(&Shown::new(&scenario, &found.run), &rows(&found), &Options::default());
    let keys: Vec<&str> = figure.legend.iter().map(|key| key.label.as_str()).collect();
    assert_eq!(keys, ["Maximum", "AUC, day 0 to 28", "End of the run"]);
    let bars = figure.panels[0].bars.as_ref().unwrap();
    // `foldx` acts on the minimum, which is not drawn. All cells are in proportion to `cmax`.
    assert_eq!(bars.categories, ["cmax", "tmax"]);
    for series in &bars.series {
        assert!((series.values[0].unwrap() - 1.0).abs() < 1e-4, "{series:?}");
    }
    assert_eq!(bars.series[0].values[1], Some(0.0));
}

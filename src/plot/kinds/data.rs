//! The figure of a data set: what was observed of each subject over time.

use super::curves::{add_references, quantification_limit};
use super::{DISCLAIMER, care, output_order};
use crate::model::Model;
use crate::observation::{Data, DataSubject, Expected, ObservedRow};
use crate::plot::{Axis, Figure, Mark, MarkKind, Observation, Observed, Panel, Series};

/// Up to so many subjects have a style and a name of their own.
const NAMED: usize = 7;
/// Colours of a crowd.
const COLOURS: usize = 7;
/// Up to so many different times of doses are all marked.
const TIMES: usize = 12;

/// A panel for each output that was observed: the values of each subject joined by lines, those below a limit as open
/// triangles at it, limits of quantification, and marks of doses. `name` is that of the table.
///
/// Of many different times of doses those that at least half of the dosed subjects share are marked. Values at or below 0
/// have no place on a log axis; the subtitle counts them. None without observations.
pub fn data(model: &Model, data: &Data, expected: &[Expected], name: &str) -> Option<Figure> {
    let outputs = output_order(model).into_iter().filter_map(|name| {
        let output = model.outputs.iter().position(|output| output.name.text == name)?;
        let observed = |subject: &DataSubject| subject.design.rows.iter().any(|row| row.output == output);
        data.subjects.iter().any(observed).then_some(output)
    });
    let panels: Vec<Panel> = outputs.map(|output| panel(model, data, output)).collect();
    if panels.is_empty() {
        return None;
    }
    let times = || data.subjects.iter().flat_map(|subject| subject.design.rows.iter().map(|row| row.time));
    let marks = marks(model, data, expected);
    let first = times().chain(marks.iter().map(|mark| mark.x)).fold(0.0, f64::min);
    let last = times().fold(f64::NEG_INFINITY, f64::max);
    let last = if last > first { last } else { first + 1.0 };
    let maturity = model.maturity.word();
    Some(Figure {
        title: "Observed data".into(),
        subtitle: subtitle(model, data, name),
        footer: format!(
            "cascade {}  ·  {}  ·  maturity: {maturity}  ·  {DISCLAIMER}",
            env!("CARGO_PKG_VERSION"),
            model.name
        ),
        horizontal: Axis::linear("Time", model.time.to_string()).between(first, last),
        panels,
        marks,
        ..Figure::default()
    })
}

fn subtitle(model: &Model, data: &Data, name: &str) -> String {
    let seen = || data.subjects.iter().flat_map(DataSubject::rows);
    let count = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let mut parts = vec![name.to_string(), count(data.subjects.len(), "subject"), count(seen().count(), "observation")];
    let below = seen().filter(|(_, seen)| seen.below_limit()).count();
    let hidden = seen().filter(|(row, seen)| model.outputs[row.output].log && seen.value <= 0.0).count();
    parts.extend((below > 0).then(|| format!("{below} below the limit")));
    parts.extend((hidden > 0).then(|| format!("{hidden} not above 0 and not shown")));
    parts.join("  ·  ")
}

fn panel(model: &Model, data: &Data, output: usize) -> Panel {
    let declared = &model.outputs[output];
    let (label, unit) = (declared.label.clone(), declared.unit.to_string());
    let axis = if declared.log { Axis::log(label, unit) } else { Axis::linear(label, unit) };
    let mut panel = Panel { crowded: data.subjects.len() > NAMED, ..Panel::new(axis) };
    let mut labels = ["below limit", "above limit"];
    for (at, subject) in data.subjects.iter().enumerate() {
        let rows: Vec<(f64, &ObservedRow)> =
            subject.rows().filter(|(row, _)| row.output == output).map(|(row, seen)| (row.time, seen)).collect();
        if rows.is_empty() {
            continue;
        }
        let style = at % COLOURS;
        let name = if panel.crowded || data.subjects.len() == 1 { "" } else { &subject.design.name };
        let points = rows.iter().map(|(time, seen)| (*time, seen.known().unwrap_or(f64::NAN))).collect();
        panel.series.push(Series::new(name, points).style(style));
        let mut add = |label: &str, style, wanted: fn(&ObservedRow) -> bool| {
            let points: Vec<Observation> = rows
                .iter()
                .filter(|(_, seen)| wanted(seen))
                .map(|(time, seen)| Observation { x: *time, y: seen.value, below_limit: seen.below_limit() })
                .collect();
            let any = !points.is_empty();
            if any {
                panel.observed.push(Observed { label: label.into(), points, style });
            }
            any
        };
        add("", Some(style), |seen| seen.known().is_some());
        if add(labels[0], Some(style), ObservedRow::below_limit) {
            labels[0] = "";
        }
        // Neutral: what lies above a limit is told from values by its name alone.
        if add(labels[1], None, ObservedRow::above_limit) {
            labels[1] = "";
        }
    }
    add_references(&mut panel, limits(declared.lloq, data, output).into_iter().map(quantification_limit));
    panel
}

/// The declared limit, and that of the data if they have one.
fn limits(declared: Option<f64>, data: &Data, output: usize) -> Vec<f64> {
    let rows = data.subjects.iter().flat_map(DataSubject::rows);
    let below = rows.filter(|(row, seen)| row.output == output && seen.below_limit());
    let mut limits: Vec<f64> = below.map(|(_, seen)| seen.value).collect();
    limits.sort_by(f64::total_cmp);
    limits.dedup();
    // Of several assays each triangle stands for itself.
    if limits.len() > 1 {
        limits.clear();
    }
    limits.extend(declared);
    limits
}

/// Each time and entry once.
fn marks(model: &Model, data: &Data, expected: &[Expected]) -> Vec<Mark> {
    let mut found: Vec<(f64, usize, usize)> = Vec::new();
    for one in expected.iter().take(data.subjects.len()) {
        let mut own: Vec<(f64, usize)> = one.doses.iter().map(|dose| (dose.time, dose.entry)).collect();
        own.dedup();
        for (time, entry) in own {
            match found.iter_mut().find(|known| (known.0, known.1) == (time, entry)) {
                Some(known) => known.2 += 1,
                None => found.push((time, entry, 1)),
            }
        }
    }
    let dosed = expected.iter().filter(|one| !one.doses.is_empty()).count();
    if found.len() > TIMES {
        found.retain(|(.., subjects)| 2 * subjects >= dosed);
    }
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mark = |(time, entry, _): (f64, usize, usize)| {
        let dose = &model.doses[entry];
        let product = care::is_product(model, &dose.name.text);
        let kind = if product { MarkKind::Dose } else { MarkKind::Treatment };
        Mark { x: time, label: dose.label.clone(), kind, style: None }
    };
    found.into_iter().map(mark).collect()
}

#[cfg(test)]
mod unit_tests {
    use super::*;
    use crate::diagnostic::{Problems, Source};
    use crate::observation::{GivenDose, read_data};
    use crate::plot::Scale;
    use crate::trajectory::Sidecar;

    fn drawn(text: &str, doses: &[&[(f64, usize)]]) -> (Model, Option<Figure>) {
        let file = include_str!("../../observation/tests/small.toml")
            .replace("unit = \"ug/L\"", "unit = \"ug/L\"\nscale = \"log\"");
        let model = Model::parse(&Source::new("small.toml", file)).unwrap().0;
        let mut problems = Problems::default();
        let read = read_data(&Source::new("d.csv", text), &Sidecar::default(), &model, &mut problems);
        let read = read.unwrap_or_else(|| panic!("{problems}"));
        let one = |at: usize| {
            let dose = |&(time, entry): &(f64, usize)| GivenDose { entry, time, amount: 1.0 };
            let doses = doses.get(at).map_or_else(Vec::new, |doses| doses.iter().map(dose).collect());
            Expected { doses, ..Expected::default() }
        };
        let expected: Vec<Expected> = (0..read.subjects.len()).map(one).collect();
        let figure = data(&model, &read, &expected, "d.csv");
        (model, figure)
    }

    #[test]
    fn each_output_has_a_panel_and_each_subject_a_curve() {
        let text = "ID,TIME,DVID,DV,CENS,LIMIT\na,1,conc,4,0,.\na,2,conc,0.4,1,.\na,3,conc,3,0,.\nb,1,effect,900,0,.\n\
                    b,9,effect,50,1,20\nb,2,effect,5000,-1,.\nb,2,conc,2,0,.\n";
        let figure = drawn(text, &[&[(0.0, 0)], &[(0.0, 0), (5.0, 1)]]).1.unwrap();
        let [conc, effect] = &figure.panels[..] else { panic!("two panels") };
        assert_eq!((conc.vertical.scale, effect.vertical.scale), (Scale::Linear, Scale::Log));
        assert_eq!((conc.vertical.text().as_str(), conc.crowded), ("conc (mg/L)", false));
        // A value below the limit is a gap of the curve, and an open triangle at the limit.
        assert_eq!((conc.series[0].label.as_str(), conc.series[0].style, conc.series[1].style), ("a", 0, 1));
        assert!(conc.series[0].points[0] == (1.0, 4.0) && conc.series[0].points[1].1.is_nan());
        let triangle = Observation { x: 2.0, y: 0.4, below_limit: true };
        let below = conc.observed.iter().find(|one| one.label == "below limit").unwrap();
        assert_eq!((&*below.points, below.style), (&[triangle][..], Some(0)));
        let above = effect.observed.iter().find(|one| one.label == "above limit").unwrap();
        assert_eq!((above.points[0].y, above.points[0].below_limit, above.style), (5000.0, false, None));
        // The declared limit of conc; that of the data of effect.
        assert_eq!((conc.references.len(), conc.references[0].value, effect.references[0].value), (1, 0.4, 50.0));
        let marks: Vec<(f64, &str)> = figure.marks.iter().map(|mark| (mark.x, mark.label.as_str())).collect();
        assert_eq!(marks, [(0.0, "drug"), (5.0, "slow")]);
        assert_eq!(figure.subtitle, "d.csv  ·  2 subjects  ·  7 observations  ·  2 below the limit");
        assert_eq!((figure.horizontal.from, figure.horizontal.to), (Some(0.0), Some(9.0)));
        assert!(figure.footer.contains("not for clinical decisions"));
    }

    #[test]
    fn many_subjects_are_a_crowd_without_names_and_many_times_of_doses_those_that_most_share() {
        let text: String = (0..8).map(|n| format!("{n},1,conc,{n}\n{n},2,conc,1\n")).collect();
        let own: Vec<Vec<(f64, usize)>> =
            (0..8).map(|n| vec![(0.0, 0), (f64::from(n) + 1.0, 0), (f64::from(n) + 20.0, 0)]).collect();
        let own: Vec<&[(f64, usize)]> = own.iter().map(Vec::as_slice).collect();
        let figure = drawn(&format!("ID,TIME,DVID,DV\n{text}"), &own).1.unwrap();
        let panel = &figure.panels[0];
        assert!(panel.crowded && panel.series.len() == 8 && panel.series.iter().all(|one| one.label.is_empty()));
        assert_eq!(figure.marks.iter().map(|mark| mark.x).collect::<Vec<_>>(), [0.0]);
        // Seven subjects are named; a lone one needs no name.
        let seven = text.split("7,1").next().unwrap();
        let figure = drawn(&format!("ID,TIME,DVID,DV\n{seven}"), &[]).1.unwrap();
        assert!(!figure.panels[0].crowded && figure.panels[0].series[6].label == "6");
        let figure = drawn("TIME,DVID,DV\n-2,effect,3\n", &[]).1.unwrap();
        assert_eq!((figure.panels[0].series[0].label.as_str(), figure.horizontal.from), ("", Some(-2.0)));
    }
}

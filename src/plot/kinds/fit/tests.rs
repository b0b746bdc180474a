//! Figures of a fit as data.

use super::*;
use crate::fit::example::{curves, fitted, profiles};
use crate::fit::{Profile, SubjectCurves};
use crate::plot::{Content, Plot, RuleKind};

fn plot(tile: &Tile) -> &Plot {
    let Content::Plot(plot) = &tile.content else { panic!("{tile:?}") };
    plot
}

fn points(tile: &Tile) -> &[Observation] {
    &plot(tile).observed[0].points
}

fn labels(figure: &Figure) -> Vec<&str> {
    figure.legend.iter().map(|key| key.label.as_str()).collect()
}

fn is_near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-9 * expected.abs().max(1.0), "{found} is not {expected}");
}

/// Drawn, with the words that every figure has.
fn holds(figure: &Figure) {
    assert!(figure.footer.contains(DISCLAIMER) && figure.footer.contains("fit of oral"), "{}", figure.footer);
    assert!(figure.subtitle.starts_with("oral  ·  focei  ·  "), "{}", figure.subtitle);
    #[cfg(feature = "plot")]
    {
        use crate::plot::{Theme, page, render};
        assert!(render::png(figure, page(figure), Theme::Print).unwrap().starts_with(b"\x89PNG"));
    }
}

/// The same fit with a second output, on a log axis, of subjects that are many.
fn many() -> (Fitted, Vec<SubjectCurves>) {
    let (mut fit, mut courses) = (fitted(), curves());
    let first = fit.outputs[0].clone();
    fit.outputs.push(FittedOutput { name: "blood".into(), label: "Blood".into(), log: true, lloq: None, ..first });
    let (rows, own) = (fit.predictions.clone(), courses.clone());
    let individuals = fit.individuals.clone();
    for more in 0..3 {
        let place = |subject| 6 * more + subject;
        if more > 0 {
            fit.individuals.extend(individuals.iter().cloned());
        }
        let of = |one: &Prediction, output| Prediction { subject: place(one.subject), output, ..one.clone() };
        fit.predictions.extend(rows.iter().filter(|_| more > 0).map(|one| of(one, 0)));
        fit.predictions.extend(rows.iter().map(|one| of(one, 1)));
        courses.extend(own.iter().map(|one| SubjectCurves { subject: place(one.subject), output: 1, ..one.clone() }));
    }
    (fit, courses)
}

#[test]
fn each_subject_has_its_measurements_over_both_courses() {
    let figures = individual_fits(&fitted(), &curves());
    let [figure] = figures.as_slice() else { panic!("{}", figures.len()) };
    holds(figure);
    assert!(figure.subtitle.ends_with("6 subjects, 57 values, 3 censored (M3)"), "{}", figure.subtitle);
    assert_eq!(figure.tiles.len(), 6);
    let tile = &figure.tiles[1];
    assert_eq!(tile.title, "Subject 2");
    assert_eq!((tile.horizontal.text(), tile.vertical.text()), ("Time (h)".into(), "Concentration (mg/L)".into()));
    let of = plot(tile);
    // Dense courses, the subject's over the population's, which has dashes; then ten samples, the last below 1 mg/L.
    assert_eq!(
        of.series.iter().map(|series| (series.style, series.points.len())).collect::<Vec<_>>(),
        [(1, 97), (0, 97)]
    );
    assert_eq!(points(tile).len(), 10);
    assert_eq!(points(tile)[9], Observation { x: 24.0, y: 1.0, below_limit: true });
    assert!(points(tile)[..9].iter().all(|point| !point.below_limit));
    assert_eq!((of.references[0].value, of.references[0].kind), (1.0, ReferenceKind::QuantificationLimit));
    assert_eq!(of.doses, [0.0]);
    // 24 h and a dose at 0 h stand clear of the frame.
    assert!(tile.horizontal.from < Some(0.0) && tile.horizontal.to > Some(24.0));
    assert!(figure.tiles.iter().all(|other| other.vertical == tile.vertical), "one axis for all");
    let expected = ["measured", "subject", "population", "below the limit, drawn at it", "LLOQ 1 mg/L", "dose"];
    assert_eq!(labels(figure), expected);
}

#[test]
fn without_courses_the_predictions_are_joined() {
    let figures = individual_fits(&fitted(), &[]);
    let tile = &figures[0].tiles[0];
    assert_eq!(plot(tile).series[1].points.len(), 10);
    assert!(plot(tile).doses.is_empty() && !labels(&figures[0]).contains(&"dose"));
}

#[test]
fn outputs_and_pages_follow_each_other() {
    let (fit, courses) = many();
    let figures = individual_fits(&fit, &courses);
    figures.iter().for_each(holds);
    let ends: Vec<&str> = figures.iter().filter_map(|figure| figure.subtitle.rsplit("  ·  ").next()).collect();
    let expected =
        ["Concentration, page 1 of 2", "Concentration, page 2 of 2", "Blood, page 1 of 2", "Blood, page 2 of 2"];
    assert_eq!(ends, expected);
    assert_eq!(figures.iter().map(|figure| figure.tiles.len()).collect::<Vec<_>>(), [12, 6, 12, 6]);
    assert_eq!(figures[2].tiles[0].vertical.scale, Scale::Log);
    // The limit that the rows name, where the output has none.
    assert_eq!(plot(&figures[2].tiles[1]).references[0].value, 1.0);
    assert!(plot(&figures[2].tiles[0]).references.is_empty());
}

#[test]
fn goodness_has_identity_on_equal_axes_and_residuals_of_values_alone() {
    let figures = goodness(&fitted());
    let [figure] = figures.as_slice() else { panic!("{}", figures.len()) };
    holds(figure);
    let [ipred, pred, by_time, by_pred] = figure.tiles.as_slice() else { panic!("{}", figure.tiles.len()) };
    for (tile, label) in [(ipred, "Individual prediction (mg/L)"), (pred, "Population prediction (mg/L)")] {
        assert_eq!(tile.horizontal.text(), label);
        assert_eq!((tile.horizontal.from, tile.horizontal.to), (tile.vertical.from, tile.vertical.to));
        let (from, to) = (tile.vertical.from.unwrap(), tile.vertical.to.unwrap());
        assert_eq!(plot(tile).guides, [[(from, from), (to, to)]]);
        assert_eq!(points(tile).iter().filter(|point| point.below_limit).count(), 3);
        assert_eq!(points(tile).len(), 60);
        assert_eq!(plot(tile).over.len(), 1);
    }
    let fit = fitted();
    assert_eq!((points(ipred)[0].x, points(pred)[0].x), (fit.predictions[0].ipred, fit.predictions[0].pred));
    for tile in [by_time, by_pred] {
        assert_eq!(points(tile).len(), 57);
        assert_eq!(plot(tile).references.iter().map(|line| line.value).collect::<Vec<_>>(), [-1.96, 0.0, 1.96]);
        assert_eq!(tile.vertical.from.map(|from| -from), tile.vertical.to);
    }
    assert_eq!(points(by_time)[0], dot(0.25, fit.predictions[0].cwres.unwrap()));
    assert_eq!(points(by_pred)[0], dot(fit.predictions[0].pred, fit.predictions[0].cwres.unwrap()));
    let expected =
        ["measured", "below the limit, drawn at it", "smooth (lowess)", "identity; residuals of 0 and ±1.96"];
    assert_eq!(labels(figure), expected);
}

#[test]
fn a_log_output_has_log_axes_and_tells_what_they_hide() {
    let mut fit = fitted();
    fit.outputs[0].log = true;
    fit.predictions[0].dv = 0.0;
    fit.predictions[1].cens = -1;
    let figures = goodness(&fit);
    holds(&figures[0]);
    let tile = &figures[0].tiles[0];
    assert_eq!((tile.horizontal.scale, tile.vertical.scale), (Scale::Log, Scale::Log));
    assert!(tile.vertical.from > Some(0.0));
    assert!(figures[0].subtitle.ends_with("1 above the upper limit not shown, 1 at or below 0 not shown"));
    assert_eq!(points(tile).len(), 59);
    // A prediction of almost nothing does not stretch the axes.
    fit.predictions[59].ipred = 1e-30;
    assert!(goodness(&fit)[0].tiles[0].vertical.from > Some(0.01));
    assert_eq!(figures[0].tiles[1].vertical, figures[0].tiles[0].vertical, "both have one range");
    // A straight line through the logarithms is one through the ratio: near identity at both ends.
    let smooth = &plot(tile).over[0].points;
    assert!(smooth.iter().all(|(x, y)| (0.7..1.4).contains(&(y / x))), "{smooth:?}");
}

#[test]
fn residuals_are_held_against_the_normal_distribution() {
    let figures = residuals(&fitted());
    let [figure] = figures.as_slice() else { panic!("{}", figures.len()) };
    holds(figure);
    let quantiles = points(&figure.tiles[2]);
    assert_eq!(quantiles.len(), 57);
    assert!(quantiles.windows(2).all(|pair| pair[0].x < pair[1].x && pair[0].y <= pair[1].y));
    // The middle of 57 is the 29th: 28.625 / 57.25 = 1/2.
    is_near(quantiles[28].x, 0.0);
    let histogram = plot(&figure.tiles[3]);
    is_near(histogram.bins.iter().map(|bin| bin.height * (bin.to - bin.from)).sum(), 1.0);
    // 1 / sqrt(2 pi)
    is_near(histogram.series[0].points[60].1, 0.398_942_280_401_432_7);
    let mut none = fitted();
    none.predictions.iter_mut().for_each(|one| (one.iwres, one.cwres) = (None, None));
    assert!(residuals(&none).is_empty());
    assert_eq!(points(&goodness(&none)[0].tiles[2]).len(), 0);
    holds(&goodness(&none)[0]);
}

#[test]
fn random_effects_stand_under_the_density_of_their_variance() {
    let figures = etas(&fitted());
    let [figure] = figures.as_slice() else { panic!("{}", figures.len()) };
    holds(figure);
    let [ka, v, _] = figure.tiles.as_slice() else { panic!("{}", figure.tiles.len()) };
    assert_eq!((ka.title.as_str(), ka.notes[0].as_str()), ("ka", "n = 6, SD 0.5, shrinkage 5 %"));
    assert_eq!(v.notes[0], "n = 6, SD 0.11, shrinkage 18 %");
    // The top of N(0, 0.25): 1 / (0.5 sqrt(2 pi)).
    is_near(plot(ka).series[0].points[60].1, 0.797_884_560_802_865_4);
    assert_eq!(points(ka).iter().map(|point| point.x).collect::<Vec<_>>(), [0.45, -0.35, 0.6, -0.7, 0.1, -0.1]);
    let mut alike = fitted();
    alike.individuals.iter_mut().for_each(|one| one.etas = vec![0.0; 3]);
    alike.estimates.retain(|one| !one.name.starts_with("omega"));
    assert!(plot(&etas(&alike)[0].tiles[0]).bins.is_empty() && plot(&etas(&alike)[0].tiles[0]).series.is_empty());
    holds(&etas(&alike)[0]);
    assert!(etas(&Fitted { etas: Vec::new(), ..fitted() }).is_empty());
}

#[test]
fn histograms_have_area_one_and_round_borders() {
    // Five bins at most: a span of 3.75 wants 0.75 and gets 1.
    let bins = density(&[0.25, 0.75, 1.5, 4.0]).unwrap();
    let expected = [(0.0, 0.5), (1.0, 0.25), (2.0, 0.0), (3.0, 0.0), (4.0, 0.25)];
    assert_eq!(bins.iter().map(|bin| (bin.from, bin.height)).collect::<Vec<_>>(), expected);
    assert_eq!(density(&[1.0, 1.0]), None);
    assert_eq!(density(&[]), None);
}

#[test]
fn the_search_has_a_tile_for_the_objective_and_each_estimate() {
    let figures = traces(&fitted());
    let [figure] = figures.as_slice() else { panic!("{}", figures.len()) };
    holds(figure);
    let titles: Vec<&str> = figure.tiles.iter().map(|tile| tile.title.as_str()).collect();
    assert_eq!(titles[..4], ["Objective", "ka (1/h)", "v (L)", "cl (L/h)"]);
    assert_eq!(titles.len(), 9, "what was fixed is left out");
    // From 135 + 60 halfway to 135.
    assert_eq!(plot(&figure.tiles[0]).series[0].points[..2], [(0.0, 195.0), (1.0, 165.0)]);
    is_near(plot(&figure.tiles[3]).series[0].points[1].1, 3.4);
    let mut fit = fitted();
    fit.iterations.clear();
    assert!(traces(&fit).is_empty());
}

#[test]
fn estimates_lie_around_a_hundred_percent() {
    let mut fit = fitted();
    fit.estimates[2].value = -2.0;
    fit.estimates[2].interval = Some((-3.0, -1.5));
    let figure = forest_of_estimates(&fit).unwrap();
    holds(&figure);
    let panel = &figure.panels[0];
    assert_eq!(panel.series.len(), 7, "neither fixed ones nor those without an interval");
    assert_eq!(panel.vertical.names[2], (4.5, "cl".to_string()));
    assert_eq!(panel.series[2].points, [(75.0, 4.5), (150.0, 4.5)]);
    assert_eq!(panel.series[2].label, "−2.00 (−3.00 to −1.50) L/h");
    assert!(panel.observed.iter().all(|observed| observed.points[0].x == 100.0));
    let kinds = ["typical value", "variance or covariance of random effects", "size of a residual error"];
    assert_eq!(labels(&figure), kinds);
    // The variance of v reaches to 324 %.
    assert_eq!(figure.horizontal.to, Some(300.0));
    fit.estimates.iter_mut().for_each(|one| one.interval = None);
    assert!(forest_of_estimates(&fit).is_none());
}

#[test]
fn profiles_have_their_line_and_their_verdict() {
    let figures = profile(&fitted(), &profiles());
    let [figure] = figures.as_slice() else { panic!("{}", figures.len()) };
    holds(figure);
    let [cl, ka] = figure.tiles.as_slice() else { panic!("{}", figure.tiles.len()) };
    assert_eq!((cl.title.as_str(), ka.title.as_str()), ("cl: identified", "ka: one-sided"));
    assert_eq!(plot(cl).references[0].value, 3.84);
    // 2.8 exp(-+ 1.96 x 0.08) = 2.8 / 1.16975, 2.8 x 1.16975
    assert_eq!(cl.notes, ["2.80 L/h, 95 %: 2.39 to 3.28"]);
    assert_eq!(ka.notes, ["1.50 1/h, 95 %: from 1.01, no upper end"]);
    let rules = |tile: &Tile| tile.rules.iter().map(|rule| rule.kind).collect::<Vec<_>>();
    assert_eq!(rules(cl), [RuleKind::Middle, RuleKind::Tail, RuleKind::Tail]);
    assert_eq!(rules(ka), [RuleKind::Middle, RuleKind::Tail]);
    let steep = Profile { points: vec![(3.0, 400.0), (2.8, 0.0), (2.0, 900.0)], ..profiles().remove(0) };
    let tile = &profile(&fitted(), &[steep])[0].tiles[0];
    assert_eq!(plot(tile).series[0].points[0], (2.0, 900.0), "in order");
    assert!(tile.vertical.to < Some(11.0), "far above the line nothing is to be seen");
    assert!(profile(&fitted(), &[]).is_empty());
}

#[test]
fn ranges_begin_at_nothing_or_keep_their_distance() {
    assert_eq!(range([1.0, 10.0].into_iter(), Scale::Linear), Some((0.0, 10.45)));
    assert_eq!(range([8.0, 10.0].into_iter(), Scale::Linear), Some((7.9, 10.1)));
    assert_eq!(range([0.0, 1.3, 10.0, f64::NAN].into_iter(), Scale::Log), Some((1.0, 13.0)));
    assert_eq!(range([0.0].into_iter(), Scale::Log), None);
}

/// Writes the figures into the folder that `CASCADE_SCRATCH` names, to be looked at.
#[cfg(feature = "plot")]
#[test]
#[ignore = "draws pictures to be looked at, and asserts nothing"]
fn figures_for_eyes() {
    use crate::plot::{Theme, page, render};
    let Ok(folder) = std::env::var("CASCADE_SCRATCH") else { return };
    let (mut log, courses) = many();
    log.outputs.iter_mut().for_each(|output| output.log = true);
    let all = [
        individual_fits(&fitted(), &curves()),
        goodness(&fitted()),
        residuals(&fitted()),
        etas(&fitted()),
        traces(&fitted()),
        forest_of_estimates(&fitted()).into_iter().collect(),
        profile(&fitted(), &profiles()),
        individual_fits(&log, &courses),
        goodness(&log),
    ];
    for (at, figure) in all.into_iter().flatten().enumerate() {
        let name = format!("{at:02}-{}.png", figure.title.to_lowercase().replace(' ', "-"));
        let theme = if at == 10 {
            Theme::Print
        } else if at == 11 {
            Theme::Dark
        } else {
            Theme::Light
        };
        let png = render::png(&figure, page(&figure), theme).unwrap();
        std::fs::write(std::path::Path::new(&folder).join(name), png).unwrap();
    }
}

use super::*;

#[test]
fn kaplan_meier_by_hand() {
    // Events at 1 and 3, one censored at 2 and one at 3 (still at risk then), one without event to 5.
    let steps = kaplan_meier(&[(3.0, true), (1.0, true), (2.0, false), (3.0, false), (5.0, false)]);
    let found: Vec<_> = steps.iter().map(|step| (step.time, step.at_risk, step.events)).collect();
    assert_eq!(found, [(1.0, 5, 1), (3.0, 3, 1)]);
    assert!((steps[0].survival - 0.8).abs() < 1e-15);
    assert!((steps[1].survival - 0.8 * 2.0 / 3.0).abs() < 1e-15);
    // Greenwood: S sqrt(1/(5 4) + 1/(3 2)).
    let expected = 0.8 * 2.0 / 3.0 * f64::sqrt(1.0 / 20.0 + 1.0 / 6.0);
    assert!((steps[1].error - expected).abs() < 1e-15);
    let last = kaplan_meier(&[(1.0, true)]);
    assert_eq!((last[0].survival, last[0].error), (0.0, 0.0));
    assert!(kaplan_meier(&[]).is_empty());
}

#[test]
fn cumulative_incidence_by_hand() {
    // Of four: one of kind 0 at 1, one of kind 1 at 2, one followed to 3, one of kind 0 at 4.
    let times = [(4.0, Some(0)), (1.0, Some(0)), (2.0, Some(1)), (3.0, None)];
    let [own, other] = [0, 1].map(|kind| cumulative_incidence(&times, kind));
    let found: Vec<_> = own.iter().map(|step| (step.time, step.at_risk, step.events, step.share)).collect();
    assert_eq!(found, [(1.0, 4, 1, 0.25), (4.0, 1, 1, 0.75)]);
    assert_eq!((other.len(), other[0].time, other[0].share), (1, 2.0, 0.25));
    // Binomial as long as nobody is lost to observation.
    let binomial = f64::sqrt(0.25 * 0.75 / 4.0);
    assert!((own[0].error - binomial).abs() < 1e-15 && (other[0].error - binomial).abs() < 1e-15);
    let (low, high) = own[0].interval().unwrap();
    assert!(low > 0.0 && low < 0.25 && 0.25 < high && high < 1.0);
    // All kinds that compete and those without the event are everybody.
    let uncensored: Vec<(f64, Option<usize>)> = (0..10).map(|n| (f64::from(n), Some(n as usize % 3))).collect();
    for kind in 0..3 {
        let last = *cumulative_incidence(&uncensored, kind).last().unwrap();
        assert!((last.error - f64::sqrt(last.share * (1.0 - last.share) / 10.0)).abs() < 1e-15, "{kind}");
    }
    // Of one kind alone it is what Kaplan and Meier leave over, with Greenwood's error.
    let one: Vec<(f64, bool)> =
        vec![(1.0, true), (2.0, false), (3.0, true), (3.0, true), (5.0, false), (6.0, true), (7.0, false)];
    let as_kind: Vec<_> = one.iter().map(|(time, event)| (*time, event.then_some(0))).collect();
    for (step, wanted) in cumulative_incidence(&as_kind, 0).iter().zip(kaplan_meier(&one)) {
        assert!((step.share - (1.0 - wanted.survival)).abs() < 1e-15);
        assert!((step.error - wanted.error).abs() < 1e-14, "{step:?} {wanted:?}");
    }
    assert!(cumulative_incidence(&[], 0).is_empty());
}

#[test]
fn kappa_by_hand() {
    // Two grades, 20 + 15 agree, 5 and 10 do not: po 0.7, pe 0.5, kappa 0.4; of two grades every weight is the same.
    let mut table = [[0; 6]; 6];
    (table[0][0], table[0][1], table[1][0], table[1][1]) = (20, 5, 10, 15);
    for weight in [|d: f64| d, |d: f64| d * d] {
        assert!((weighted_kappa(&table, weight).unwrap() - 0.4).abs() < 1e-12);
    }
    // Three grades, one patient two apart. Linear: observed 2, expected (5 + 2 + 1) / 3; quadratic: 4 and (9 + 2 + 1) / 3.
    let mut table = [[0; 6]; 6];
    (table[0][2], table[1][1], table[2][2]) = (1, 1, 1);
    assert!((weighted_kappa(&table, |d| d).unwrap() - 0.25).abs() < 1e-12);
    assert!(weighted_kappa(&table, |d| d * d).unwrap().abs() < 1e-12);
    assert_eq!(weighted_kappa(&[[0; 6]; 6], |d| d), None);
    let mut agreed = [[0; 6]; 6];
    agreed[2][2] = 9;
    assert_eq!(weighted_kappa(&agreed, |d| d), None);
}

#[test]
fn medians_of_even_and_odd_numbers() {
    let spread = |values: &[f64]| Spread::of(values.to_vec()).map(|s| (s.n, s.median, s.least, s.most));
    assert_eq!(spread(&[3.0, 1.0, 2.0]), Some((3, 2.0, 1.0, 3.0)));
    assert_eq!(spread(&[4.0, 1.0, 2.0, 3.0]), Some((4, 2.5, 1.0, 4.0)));
    assert_eq!(spread(&[]), None);
}

/// A cohort of one patient after another, by what was read at hour 0 and at hour 48.
fn cohort(patients: &[&[(&str, &str)]]) -> Cohort {
    use crate::crs::{Hold, Reading, Scale, Settings, grade_all};
    use crate::sign::Signs;
    let scales = [Scale::astct_2019()];
    let settings = Settings { hold: Hold::forever(), ..Settings::default() };
    let mut cohort = Cohort::new(&scales);
    for (at, values) in patients.iter().enumerate() {
        let mut signs = Signs::normal();
        for (name, value) in *values {
            signs.set_text(name, value).unwrap();
        }
        let courses = grade_all(&scales, &settings, [Reading::new(1.0, signs), Reading::new(3.0, signs)]).unwrap();
        cohort.add(&at.to_string(), &courses, &[]);
    }
    cohort
}

#[test]
fn what_is_unknown_is_no_event_and_what_is_bounded_is_counted_within_its_bounds() {
    // Well; fever; fever with a cannula of unknown flow (2 or 3); nobody read the temperature.
    let cannula = [("temperature", "38.5"), ("oxygen_device", "nc"), ("oxygen_flow", "")];
    let cohort = cohort(&[&[], &[("temperature", "38.5")], &cannula, &[("temperature", ""), ("sbp", "80")]]);
    let counts: Vec<_> = cohort
        .incidence()
        .iter()
        .map(|row| (row.at_or_above.yes, row.at_or_above.no, row.at_or_above.missing))
        .collect();
    // Nobody but the unread one may be at 2 without being known to be; none of them at 4.
    assert_eq!(counts, [(4, 0, 0), (2, 1, 1), (1, 2, 1), (0, 3, 1), (0, 4, 0), (0, 4, 0)]);
    let curve = cohort.onset_curve(0);
    assert_eq!(curve.iter().map(|step| (step.time, step.at_risk, step.events)).collect::<Vec<_>>(), [(1.0, 3, 2)]);
}

/// One of four lost: S = 3/4, Greenwood's error S sqrt(1/12); by hand 0.12795 to 0.96055.
#[test]
fn intervals_of_kaplan_and_meier_stay_between_0_and_1() {
    let steps = kaplan_meier(&[(1.0, true), (2.0, false), (3.0, false), (4.0, true)]);
    let (low, high) = steps[0].interval().unwrap();
    assert!((low - 0.127_95).abs() < 1e-4 && (high - 0.960_55).abs() < 1e-4, "{low} {high}");
    assert_eq!((steps[1].survival, steps[1].interval()), (0.0, None));
}

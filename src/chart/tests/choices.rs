//! Options of scales over charts: each word and number changes the grade that it should, by hand.

use super::*;

fn by(rows: &str, scale: &str, settings: &[(&str, &str)]) -> Course {
    let well = "0,TEMP,38.5,degC\n0,SBP,110,mmHg\n0,O2DEVICE,RA\n";
    let options = Options { hold: f64::INFINITY, absent: Absent::None, ..Options::default() };
    graded(&format!("{well}{rows}\n60,TEMP,38.5,degC"), scale, settings, &options)
}

fn at(course: &Course, hour: f64) -> Option<u8> {
    course.at(hour / 24.0).unwrap().grade()
}

#[test]
fn hours_of_vasopressors_in_one_stretch_or_summed() {
    // 10 hours, a pause, 20 hours: summed, the 24th hour ends at hour 44.
    let rows = "10,PRESSOR:NE,5,ug/min\n20,PRESSOR:NE,0,\n30,PRESSOR:NE,5,ug/min\n50,PRESSOR:NE,0,";
    let (stretch, sum) = (by(rows, "mskcc", &[]), by(rows, "mskcc", &[("pressor_time", "cumulative")]));
    assert_eq!([15.0, 43.9, 44.1].map(|hour| at(&stretch, hour)), [Some(2); 3]);
    assert_eq!([15.0, 43.9, 44.1, 51.0].map(|hour| at(&sum, hour)), [Some(2), Some(2), Some(3), Some(1)]);
}

#[test]
fn hours_at_high_dose_in_one_stretch_or_summed() {
    // 2 hours, a lower dose, 2 hours: summed, the 3rd hour ends at hour 21.
    let rows = "10,PRESSOR:NE,25,ug/min\n12,PRESSOR:NE,5,ug/min\n20,PRESSOR:NE,25,ug/min\n22,PRESSOR:NE,0,";
    let (stretch, sum) = (by(rows, "penn", &[]), by(rows, "penn", &[("high_dose", "cumulative")]));
    assert_eq!([11.0, 20.9, 21.1].map(|hour| at(&stretch, hour)), [Some(3); 3]);
    assert_eq!([11.0, 20.9, 21.1].map(|hour| at(&sum, hour)), [Some(3), Some(3), Some(4)]);
}

#[test]
fn a_change_from_one_vasopressor_to_another_may_overlap() {
    let rows = "10,PRESSOR:NE,5,ug/min\n18,PRESSOR:EPI,2,ug/min\n20,PRESSOR:NE,0,\n24,PRESSOR:EPI,0,";
    assert_eq!(at(&by(rows, "astct-2019", &[]), 19.0), Some(4));
    let overlap = by(rows, "astct-2019", &[("minimum_overlap", "3 h")]);
    assert_eq!([19.0, 23.0].map(|hour| at(&overlap, hour)), [Some(3), Some(3)]);
    assert_eq!(at(&by(rows, "astct-2019", &[("minimum_overlap", "1 h")]), 19.5), Some(4));
}

#[test]
fn transaminases_count_as_other_organs_or_one_grade_lower() {
    for (grade, literal, shifted) in [(2, 2, 2), (3, 3, 2), (4, 3, 3)] {
        let rows = format!("10,ALT_GR,{grade},");
        let course = by(&rows, "lee-2014", &[]);
        assert_eq!(at(&course, 11.0), Some(literal), "{grade}");
        let flagged = course.flags(course.at(0.5).unwrap()).any(|flag| flag == "transaminases-not-shifted");
        assert_eq!(flagged, grade == 3, "{grade}");
        assert_eq!(at(&by(&rows, "lee-2014", &[("transaminitis_shift", "yes")]), 11.0), Some(shifted), "{grade}");
    }
}

#[test]
fn thresholds_of_pressure_by_age_and_by_the_patient() {
    let grade = |patient: &str, pressure: u32, settings: &[(&str, &str)]| {
        let rows = format!("{patient}\n10,SBP,{pressure},mmHg");
        let course = by(&rows, "astct-2019", settings);
        let flags: Vec<String> = course.flags(course.at(0.5).unwrap()).map(str::to_owned).collect();
        (at(&course, 11.0).unwrap(), flags.join(" "))
    };
    let is = |grade: u8, flag: &str| (grade, flag.to_owned());
    // 70 + 2 x 6 = 82; below 1 year 70, below 28 days 60.
    assert_eq!(grade("0,AGE,6,year", 81, &[]), is(2, ""));
    assert_eq!(grade("0,AGE,6,year", 82, &[]), is(1, ""));
    assert_eq!(grade("0,AGE,6,year", 84, &[("sbp_rule", "adult")]), is(2, ""));
    assert_eq!(grade("0,AGE,6,months", 69, &[]), is(2, "infant-threshold"));
    assert_eq!(grade("0,AGE,6,months", 70, &[]), is(1, ""));
    assert_eq!(grade("0,AGE,10,d", 59, &[]), is(2, "infant-threshold"));
    assert_eq!(grade("0,AGE,10,d", 60, &[]), is(1, ""));
    assert_eq!(grade("0,AGE,40,year", 89, &[]), is(2, ""));
    assert_eq!(grade("0,HR,90,1/min", 89, &[]), is(2, "adult-assumed"));
    // 40 mmHg below the usual pressure, at least.
    let relative = [("sbp_rule", "relative_to_baseline")];
    assert_eq!(grade("0,SBP_BASELINE,150,mmHg", 110, &relative), is(2, ""));
    assert_eq!(grade("0,SBP_BASELINE,150,mmHg", 111, &relative), is(1, ""));
    assert_eq!(grade("0,SBP_BASELINE,150,mmHg", 105, &[("sbp_fall", "50"), relative[0]]), is(1, ""));
    assert_eq!(grade("0,HR,90,1/min", 89, &relative), is(2, "baseline-unknown"));
}

#[test]
fn summed_hours_begin_anew_with_the_next_episode() {
    // 20 hours of norepinephrine, well for 14 days, 20 hours more: no episode has 24.
    let well = |hour: u32| format!("{hour},TEMP,36.8,degC\n");
    let ill = |hour: u32| format!("{hour},TEMP,38.5,degC\n{hour},PRESSOR:NE,5,ug/min\n{},PRESSOR:NE,0,\n", hour + 20);
    let rows = ill(10) + &well(31) + &ill(367) + &well(388) + &well(440);
    let options = Options { hold: f64::INFINITY, absent: Absent::None, ..Options::default() };
    let begin = "0,TEMP,36.8,degC\n0,SBP,110,mmHg\n0,O2DEVICE,RA\n";
    let course = graded(&format!("{begin}{rows}"), "mskcc", &[("pressor_time", "cumulative")], &options);
    let worst: Vec<u8> = course.episodes().iter().map(|episode| episode.maximum).collect();
    assert_eq!(worst, [2, 2]);
    // Within one episode they add up.
    let course = by(&(ill(10) + &ill(31)), "mskcc", &[("pressor_time", "cumulative")]);
    assert_eq!(course.episodes()[0].maximum, 3);
}

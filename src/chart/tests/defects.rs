//! Defects of a public derivation macro and of a public calculator, each of which would be caught here.

use super::*;

/// Signs of one moment at hour 10, on top of fever, normal pressure and room air; the grade at hour 16.
fn grade(rows: &str) -> Option<u8> {
    let base = "10,TEMP,38.5,degC\n10,SBP,110,mmHg\n10,O2DEVICE,RA\n16,TEMP,38.5,degC\n";
    let options = Options { absent: Absent::None, ..Options::default() };
    graded(&(base.to_owned() + rows), "astct-2019", &[], &options).at(16.0 / 24.0).unwrap().grade()
}

#[test]
fn times_of_day_count_and_not_dates_alone() {
    // Vasopressor and fever on one date, hours apart: never both at once.
    let rows = "1,TEMP,36.9,degC\n1,SBP,110,mmHg\n1,O2DEVICE,RA\n1,PRESSOR:NE,5,ug/min\n3,PRESSOR:NE,0,ug/min\n9,TEMP,38.5,degC\n9,SBP,110,mmHg";
    let options = Options { hold: 24.0, ..Options::default() };
    assert_eq!(graded(rows, "astct-2019", &[], &options).maximum().grade, Some(1));
    // And a date without a time of day is no time.
    let text = "subject,datetime,param,value,unit\n1,2026-01-03,TEMP,38.5,degC\n";
    let refused = LongTable::open("ward.csv", text.as_bytes()).unwrap().next_chart().unwrap_err();
    assert_eq!(refused.iter().next().unwrap().code.id, "C003");
}

#[test]
fn hypotension_treated_with_fluids_is_grade_2_without_oxygen() {
    assert_eq!(grade("12,FLUID_BOLUS,500,mL"), Some(2));
    assert_eq!(grade("12,SBP,84,mmHg"), Some(2));
}

#[test]
fn vasopressin_is_not_counted_among_several_vasopressors() {
    assert_eq!(grade("12,PRESSOR:NE,5,ug/min\n12,PRESSOR:VASO,0.03,U/min"), Some(3));
}

#[test]
fn grade_4_needs_a_ventilator_or_several_vasopressors_not_both() {
    assert_eq!(grade("12,O2DEVICE,IMV"), Some(4));
    assert_eq!(grade("12,PRESSOR:NE,5,ug/min\n12,PRESSOR:EPI,2,ug/min"), Some(4));
}

#[test]
fn non_invasive_ventilation_is_grade_4() {
    assert_eq!(grade("12,O2DEVICE,CPAP"), Some(4));
    assert_eq!(grade("12,O2DEVICE,BIPAP"), Some(4));
}

#[test]
fn phenylephrine_is_a_vasopressor() {
    assert_eq!(grade("12,PRESSOR:PHENYLEPHRINE,50,ug/min"), Some(3));
    assert_eq!(grade("12,PRESSOR:PHE,50,ug/min\n12,PRESSOR:NE,5,ug/min"), Some(4));
}

#[test]
fn a_face_mask_is_not_low_flow() {
    assert_eq!(grade("12,O2DEVICE,face mask\n12,O2FLOW,5,L/min"), Some(3));
    assert_eq!(grade("12,O2DEVICE,NC\n12,O2FLOW,5,L/min"), Some(2));
}

#[test]
fn fever_is_waived_by_a_drug_and_not_by_a_higher_grade() {
    // Without fever and without a drug since the onset a vasopressor is no cytokine release syndrome.
    let rows = "1,TEMP,36.9,degC\n1,SBP,110,mmHg\n1,O2DEVICE,RA\n2,PRESSOR:NE,5,ug/min";
    assert_eq!(graded(rows, "astct-2019", &[], &Options::default()).maximum().grade, Some(0));
}

#[test]
fn vasopressors_count_while_they_run_together() {
    let one_after_the_other = "11,PRESSOR:NE,5,ug/min\n13,PRESSOR:NE,0,ug/min\n13,PRESSOR:EPI,2,ug/min";
    assert_eq!(grade(one_after_the_other), Some(3));
}

#[test]
fn what_is_not_stated_is_not_none() {
    // The calculator: pressure and oxygen left out.
    let course = graded("10,TEMP,38.5,degC", "astct-2019", &[], &Options::default());
    let record = course.records().next().unwrap();
    assert_eq!((record.grade, record.bound), (Some(1), Bound::Lower));
}

#[test]
fn intervals_of_one_agent_may_overlap_and_follow_each_other() {
    let text = |rows: &str| format!("subject,time_h,stop_h,param,value,unit\n{rows}");
    let count = |rows: &str, hour: f64| {
        let text = text(rows);
        let chart = LongTable::open("ward.csv", text.as_bytes()).unwrap().next_chart().unwrap().unwrap();
        let states = chart.states(&Options { hold: f64::INFINITY, ..Options::default() });
        let at = states.iter().rev().find(|state| state.time <= hour / 24.0 + 1e-9).unwrap().signs;
        (at.get(crate::sign::Sign::Pressors).unwrap(), at.get(crate::sign::Sign::Norepinephrine).unwrap())
    };
    let following = "1,80,90,PRESSOR:NE,4,ug/min\n1,90,100,PRESSOR:NE,6,ug/min\n1,120,,TEMP,37,degC";
    assert_eq!([85.0, 95.0, 105.0].map(|hour| count(following, hour)), [(1.0, 4.0), (1.0, 6.0), (0.0, 0.0)]);
    let nested = "1,80,110,PRESSOR:NE,4,ug/min\n1,90,100,PRESSOR:NE,6,ug/min\n1,120,,TEMP,37,degC";
    assert_eq!([95.0, 105.0, 115.0].map(|hour| count(nested, hour)), [(1.0, 6.0), (1.0, 4.0), (0.0, 0.0)]);
}

/// The states of a table with stops.
fn states(rows: &str) -> Vec<crate::crs::Reading> {
    let text = format!("subject,time_h,stop_h,param,value,unit\n{rows}");
    let chart = LongTable::open("ward.csv", text.as_bytes()).unwrap().next_chart().unwrap().unwrap();
    chart.states(&Options { hold: f64::INFINITY, ..Options::default() })
}

fn device_at(rows: &str, hour: f64) -> Option<&'static str> {
    let states = states(rows);
    let state = states.iter().rev().find(|state| state.time <= hour / 24.0 + 1e-9).unwrap();
    state.signs.oxygen_device().map(crate::sign::OxygenDevice::name)
}

#[test]
fn a_milder_device_does_not_hide_one_that_still_runs() {
    let rows = "1,0,24,O2DEVICE,IMV,\n1,6,9,O2DEVICE,NC,\n1,30,,TEMP,37,degC";
    assert_eq!(
        [3.0, 7.0, 12.0, 26.0].map(|hour| device_at(rows, hour)),
        [Some("imv"), Some("imv"), Some("imv"), Some("ra")]
    );
    let nested = "1,0,40,O2DEVICE,NC,\n1,6,9,O2DEVICE,IMV,\n1,50,,TEMP,37,degC";
    assert_eq!(
        [3.0, 7.0, 12.0, 45.0].map(|hour| device_at(nested, hour)),
        [Some("nc"), Some("imv"), Some("nc"), Some("ra")]
    );
}

#[test]
fn a_stop_ends_what_it_stands_beside() {
    let rows = "1,0,,O2DEVICE,IMV,\n1,2,6,OTHER_CAUSE,hypoxia,\n1,10,,TEMP,37,degC";
    assert_eq!([1.0, 4.0, 8.0].map(|hour| device_at(rows, hour)), [Some("imv"), Some("ra"), Some("imv")]);
    for (rows, says) in [("1,3,3,PRESSOR:NE,5,ug/min", "no length"), ("1,3,5,TEMP,38,degC", "has no stop")] {
        let text = format!("subject,time_h,stop_h,param,value,unit\n{rows}\n");
        let refused = LongTable::open("ward.csv", text.as_bytes()).unwrap().next_chart().unwrap_err().to_string();
        assert!(refused.contains("C007") && refused.contains(says), "{refused}");
    }
}

#[test]
fn only_the_device_used_at_home_is_set_aside() {
    let grade = |device: &str| grade(&format!("0,BASELINE_DEVICE,CPAP\n12,O2DEVICE,{device}"));
    assert_eq!((grade("CPAP"), grade("NRB"), grade("BIPAP")), (Some(1), Some(3), Some(4)));
}

#[test]
fn oxygen_that_flows_is_not_room_air() {
    let rows = "0,TEMP,38.5,degC\n0,SBP,110,mmHg\n0,FIO2,60,percent\n0,O2FLOW,12,L/min\n12,O2DEVICE,NRB";
    let course = graded(rows, "lee-2014", &[], &Options { hold: 24.0, ..Options::default() });
    assert_ne!(course.at(0.1).unwrap().bound(), Bound::Exact);
}

#[test]
fn of_drips_of_one_agent_the_highest_counts() {
    let rate = |rows: &str, hour: f64| {
        let states = states(rows);
        let at = states.iter().rev().find(|state| state.time <= hour / 24.0 + 1e-9).unwrap().signs;
        at.get(crate::sign::Sign::Norepinephrine).unwrap()
    };
    let two = "1,1,20,PRESSOR:NE,25,ug/min\n1,2,20,PRESSOR:NE,4,ug/min\n1,30,,TEMP,37,degC";
    assert_eq!((rate(two, 10.0), rate(two, 25.0)), (25.0, 0.0));
    let open = "1,0,,PRESSOR:NE,5,ug/min\n1,4,8,PRESSOR:NE,25,ug/min\n1,30,,TEMP,37,degC";
    assert_eq!((rate(open, 5.0), rate(open, 9.0)), (25.0, 5.0));
}

#[test]
fn refractory_is_now_on_a_high_dose_that_has_lasted() {
    let rows = "0,TEMP,39,degC\n0,SBP,110,mmHg\n0,O2DEVICE,RA\n1,PRESSOR:NE,40,ug/min\n12,SBP,70,mmHg\n13,TEMP,39,degC";
    for scale in ["cartox", "mskcc"] {
        let course = graded(rows, scale, &[], &Options { hold: 24.0, ..Options::default() });
        let at = course.at(12.5 / 24.0).unwrap();
        assert_eq!((at.grade(), at.bound()), (Some(4), Bound::Exact), "{scale}");
    }
}

#[test]
fn calendar_days_are_not_one_more_for_a_rounding() {
    // Infusion at 00:05; fever from the midnight that follows to 06:00 of that day.
    let mut text = String::from("subject,datetime,param,value,unit\n1,2026-01-01 00:05,INFUSION,1,\n");
    for (when, value) in [("01 12:00", 37.0), ("02 00:00", 38.5), ("02 06:00", 37.0), ("03 08:00", 37.0)] {
        text += &format!(
            "1,2026-01-{when},TEMP,{value},degC\n1,2026-01-{when},SBP,110,mmHg\n1,2026-01-{when},O2DEVICE,RA,\n"
        );
    }
    let chart = LongTable::open("ward.csv", text.as_bytes()).unwrap().next_chart().unwrap().unwrap();
    let settings = Settings { clock_at_start: chart.clock_at_start, ..Settings::default() };
    let panel = Panel::new(&[Scale::astct_2019()], &settings).unwrap();
    let options = Options { hold: 48.0, ..Options::default() };
    let course = grade_states(panel, chart.states(&options)).remove(0);
    assert_eq!(course.episodes()[0].calendar_days, 1);
}

#[test]
fn rows_have_a_subject_and_the_first_infusion_is_time_zero() {
    let refused = LongTable::open("ward.csv", "pt,time_h,param,value,unit\n1,0,TEMP,37,degC\n".as_bytes()).unwrap_err();
    assert!(refused.to_string().contains("no column `subject`"), "{refused}");
    let text = "subject,time_h,param,value,unit\n,0,TEMP,37,degC\n";
    let refused = LongTable::open("ward.csv", text.as_bytes()).unwrap().next_chart().unwrap_err();
    assert!(refused.to_string().contains("no subject"), "{refused}");
    let rows =
        "216,INFUSION,1\n0,INFUSION,1\n-100,TEMP,38.5,degC\n-100,SBP,110,mmHg\n-100,O2DEVICE,RA\n24,TEMP,37,degC";
    let course = graded(rows, "astct-2019", &[], &Options::default());
    let first = course.records().next().unwrap();
    assert!((first.time + 100.0 / 24.0).abs() < 1e-9);
    assert!(first.flags.contains(&"before-infusion"), "{first:?}");
}

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

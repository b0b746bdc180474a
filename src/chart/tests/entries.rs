//! What single entries of a chart mean, by hand.

use super::*;
use crate::crs::Outcome;

const WELL: &str = "0,TEMP,38.5,degC\n0,SBP,110,mmHg\n0,O2DEVICE,RA\n";

fn by(rows: &str) -> Course {
    let options = Options { hold: f64::INFINITY, absent: Absent::None, ..Options::default() };
    graded(&format!("{WELL}{rows}"), "astct-2019", &[], &options)
}

fn at(course: &Course, hour: f64) -> Option<u8> {
    course.at(hour / 24.0).unwrap().grade()
}

fn flags(course: &Course, hour: f64) -> Vec<&str> {
    let finding = *course.at(hour / 24.0).unwrap();
    course.flags(&finding).chain(course.remarks_at(hour / 24.0).iter().map(|remark| remark.name())).collect()
}

#[test]
fn a_ventilator_that_protects_the_airway_is_room_air_until_another_device_comes() {
    let rows = "10,O2DEVICE,IMV\n10,VENT_REASON,airway\n20,O2DEVICE,NRB\n30,O2DEVICE,IMV\n40,HR,90";
    let course = by(rows);
    assert_eq!([9.0, 11.0, 21.0, 31.0].map(|hour| at(&course, hour)), [Some(1), Some(1), Some(3), Some(4)]);
    assert_eq!(flags(&course, 11.0), ["airway-protection"]);
    // Taken off and put on again, it is a ventilator like any other until its reason is told anew.
    assert_eq!(flags(&course, 31.0), [""; 0]);
    assert_eq!(at(&by(&rows.replace("airway", "hypoxia")), 11.0), Some(4));
}

#[test]
fn boluses_further_apart_than_a_day_are_not_several() {
    let bolus = |hour: u32| format!("{hour},SBP,85,mmHg\n{hour},FLUID_BOLUS,500,mL\n");
    let options = Options { absent: Absent::None, hold: f64::INFINITY, ..Options::default() };
    let level = |first: u32, second: u32| {
        let rows = format!("{WELL}{}{}", bolus(first), bolus(second));
        let text: String =
            rows.lines().map(|row| format!("1,{row}{}\n", ",".repeat(3 - row.matches(',').count()))).collect();
        let text = format!("subject,time_h,param,value,unit\n{text}");
        let chart = LongTable::open("ward.csv", text.as_bytes()).unwrap().next_chart().unwrap().unwrap();
        chart.states(&options).last().unwrap().signs.raw(crate::sign::Sign::Fluids)
    };
    assert_eq!(level(10, 33), 2.0);
    assert_eq!(level(10, 35), 1.0);
}

#[test]
fn norepinephrine_of_unknown_salt_is_told_of_where_it_matters() {
    let rate = |text: &str| {
        let course = by(&format!("10,PRESSOR:NE,{text}\n20,HR,90"));
        let told = flags(&course, 11.0).contains(&"norepinephrine-taken-as-base");
        (graded_by_penn(text), told)
    };
    fn graded_by_penn(text: &str) -> Option<u8> {
        let options = Options { hold: f64::INFINITY, absent: Absent::None, ..Options::default() };
        let rows = format!("{WELL}10,PRESSOR:NE,{text}\n20,PRESSOR:NE,{text}");
        at(&graded(&rows, "penn", &[], &options), 19.0)
    }
    // High dose is 20 ug/min of base, for 3 hours.
    assert_eq!(rate("9.9,ug/min"), (Some(3), false));
    assert_eq!(rate("10,ug/min"), (Some(3), true));
    assert_eq!(rate("24,ug/min"), (Some(4), true));
    assert_eq!(rate("24,ug/min base"), (Some(4), false));
    assert_eq!(rate("24,ug/min tartrate"), (Some(3), false));
    assert_eq!(rate("24,ug/min bitartrate"), (Some(3), false));
    assert_eq!(rate("40,ug/min tartrate"), (Some(4), false));
}

#[test]
fn another_cause_of_low_pressure_sets_its_treatment_aside_too() {
    let ill = "10,SBP,80,mmHg\n10,PRESSOR:NE,2,ug/min\n10,PRESSOR:EPI,2,ug/min\n10,PRESSOR:VASO,0.03,U/min\n10,FLUID_BOLUS,2,";
    let course = by(&format!("{ill}\n20,OTHER_CAUSE,hypotension\n30,OTHER_CAUSE,none\n40,HR,90"));
    assert_eq!([11.0, 21.0, 31.0].map(|hour| at(&course, hour)), [Some(4), Some(1), Some(4)]);
    assert_eq!(flags(&course, 21.0), ["other-cause"]);
}

#[test]
fn each_of_two_signs_has_its_own_unit_though_both_are_written_alike() {
    // Both as fractions: 95 % and 45 %.
    let course = by("10,SPO2,0.95,1\n10,O2DEVICE,VENTURI\n10,FIO2,0.45,1\n20,HR,90");
    assert_eq!(at(&course, 11.0), Some(3));
    let signs = |rows: &str| {
        let text: String = rows.lines().map(|row| format!("1,{row}\n")).collect();
        let text = format!("subject,time_h,param,value,unit\n{text}");
        let chart = LongTable::open("ward.csv", text.as_bytes()).unwrap().next_chart().unwrap().unwrap();
        chart.states(&Options::default()).last().unwrap().signs
    };
    let both = signs("1,TEMP,101,degF\n1,SPO2,0.95,1\n1,O2DEVICE,VENTURI,\n1,FIO2,0.45,1");
    use crate::sign::Sign;
    assert_eq!([Sign::Spo2, Sign::Fio2].map(|sign| both.raw(sign)), [95.0, 45.0]);
    let text = "subject,time_h,param,value,unit\n1,1,SPO2,0.95,1\n1,1,FIO2,1.5,1\n";
    let refused = LongTable::open("ward.csv", text.as_bytes()).unwrap().next_chart().unwrap_err();
    assert!(refused.to_string().contains("`fio2` cannot be `1.5 1`"), "{refused}");
}

#[test]
fn temperatures_are_read_to_a_hundredth_of_a_degree() {
    let grade = |text: &str| at(&by(&format!("10,TEMP,{text}\n20,HR,90")), 11.0);
    // What conversions leave: 100.4 degF is 38.0 degC, 37.994 is not.
    assert_eq!(grade("37.994,degC"), Some(0));
    assert_eq!(grade("37.996,degC"), Some(1));
    assert_eq!(grade("100.39,degF"), Some(0));
    assert_eq!(grade("100.4,degF"), Some(1));
}

#[test]
fn death_counts_on_a_scale_without_a_rule_for_it_as_the_end() {
    let rows = format!("{WELL}0,ICE,7,\n10,DEATH,crs\n20,ICE,0,");
    let course = graded(&rows, "icans", &[], &Options::default());
    let last = course.rows().last().unwrap();
    assert_eq!((last.finding.grade(), last.finding.highest), (Some(1), 1));
    assert_eq!(course.episodes()[0].outcome, Outcome::Fatal);
    assert_eq!(course.until(), 10.0 / 24.0);
}

#[test]
fn what_precedes_the_infusion_is_not_the_syndrome() {
    // Fever from 10 hours before to 6 hours after: its hours count from the infusion.
    let rows = "-10,TEMP,38.5,degC\n-10,SBP,110,mmHg\n-10,O2DEVICE,RA\n-9,TOCI,560,mg\n6,TEMP,37,degC\n40,HR,90";
    let options = Options { hold: 24.0, absent: Absent::None, ..Options::default() };
    let course = graded(rows, "astct-2019", &[], &options);
    assert_eq!(grades(&course), [(-10.0, 0), (0.0, 1), (6.0, 0)]);
    assert_eq!(episodes(&course), [(0.0, 6.0, 1)]);
    // A drug given before is no treatment of the episode.
    assert_eq!(course.episodes()[0].drugs, [0, 0]);
    assert_eq!((flags(&course, -5.0), flags(&course, 1.0)), (vec!["before-infusion"], vec![]));
}

#[test]
fn an_onset_after_two_weeks_is_told() {
    let fever = |hour: u32| format!("{hour},TEMP,38.5,degC\n{},TEMP,37,degC\n{},HR,90", hour + 6, hour + 60);
    let options = Options { hold: f64::INFINITY, absent: Absent::None, ..Options::default() };
    for (hour, late) in [(14 * 24, false), (14 * 24 + 1, true)] {
        let rows = format!("0,TEMP,37,degC\n0,SBP,110,mmHg\n0,O2DEVICE,RA\n{}", fever(hour));
        let course = graded(&rows, "astct-2019", &[], &options);
        let of = |at: u32| flags(&course, f64::from(at)).contains(&"late-onset");
        assert_eq!([hour - 1, hour, hour + 5, hour + 7].map(of), [false, late, late, false], "{hour}");
    }
}

#[test]
fn of_facts_written_down_several_times_the_first_counts() {
    let rows = "48,WEIGHT,100,kg\n0,WEIGHT,70,kg\n48,AGE,41,year\n-24,AGE,40,year\n48,SBP_BASELINE,100,mmHg\n0,SBP_BASELINE,130,mmHg";
    let text: String = rows.lines().map(|row| format!("1,{row}\n")).collect();
    let text = format!("subject,time_h,param,value,unit\n{text}1,50,TEMP,37,degC\n");
    let chart = LongTable::open("ward.csv", text.as_bytes()).unwrap().next_chart().unwrap().unwrap();
    let patient = chart.patient;
    assert_eq!((patient.weight, patient.age, patient.sbp_baseline), (70.0, 40.0, 130.0));
}

#[test]
fn a_vasopressor_without_an_equivalent_needs_no_weight() {
    let course = by("10,PRESSOR:ANGII,0.02,ug/kg/min\n20,HR,90");
    assert_eq!(at(&course, 11.0), Some(3));
}

#[test]
fn nothing_is_late_where_the_infusion_is_not_known() {
    let row = |day: u32, value: f64| {
        format!("1,2026-01-{day:02} 06:00,TEMP,{value},degC\n1,2026-01-{day:02} 06:00,SBP,110,mmHg\n")
    };
    let text = |head: &str| {
        format!("subject,datetime,param,value,unit\n{head}{}{}{}", row(1, 37.0), row(20, 38.5), row(22, 37.0))
    };
    let late = |head: &str| {
        let text = text(head);
        let chart = LongTable::open("ward.csv", text.as_bytes()).unwrap().next_chart().unwrap().unwrap();
        let panel = Panel::new(&[Scale::astct_2019()], &Settings::default()).unwrap();
        let course = grade_states(panel, chart.states(&Options::default())).remove(0);
        let told: Vec<String> = course.records().flat_map(|record| record.flags).map(str::to_owned).collect();
        (told.contains(&"late-onset".to_owned()), told.contains(&"time-from-first-row".to_owned()))
    };
    assert_eq!(late(""), (false, true));
    assert_eq!(late("1,2026-01-01 06:00,INFUSION,1,\n"), (true, false));
}

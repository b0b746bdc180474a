//! Missing data of the vignettes, and values that are too old: unknown is not normal.

use super::*;

const HEADER: &str =
    "id,age_y,wt_kg,temp_c,fever_therapy,sbp,fluids_for_bp,pressors,pressor_h,o2_device,o2_flow_lpm,fio2_pct,other\n";

fn snapshot(row: &str) -> (Option<u8>, Bound) {
    let text = format!("{HEADER}{row}\n");
    let snapshot = SnapshotTable::open("points.csv", text.as_bytes()).unwrap().next_snapshot().unwrap().unwrap();
    let course = snapshot.grade(&[Scale::astct_2019()], &Settings::default()).unwrap().remove(0);
    let finding = course.rows().last().unwrap().finding;
    (finding.grade(), finding.bound())
}

#[test]
fn pm1_to_pm4() {
    assert_eq!(snapshot("PM1,50,70,38.5,,,,,,RA,,,"), (Some(1), Bound::Lower));
    assert_eq!(snapshot("PM2,50,70,38.5,,118,none,NE:3ug/min,6,,,,"), (Some(3), Bound::Lower));
    assert_eq!(snapshot("PM3,50,70,,,100,none,NE:5ug/min,6,RA,,,"), (None, Bound::Undetermined));
    assert_eq!(snapshot("PM4,50,70,39.0,,,,NE:3ug/min;EPI:2ug/min,6,,,,"), (Some(4), Bound::Exact));
}

#[test]
fn pm1_to_pm4_as_long_tables() {
    let last = |rows: &str| {
        let course = graded(rows, "astct-2019", &[], &Options::default());
        let finding = course.rows().last().unwrap().finding;
        (finding.grade(), finding.bound())
    };
    assert_eq!(last("10,TEMP,38.5,degC\n10,O2DEVICE,RA"), (Some(1), Bound::Lower));
    assert_eq!(last("10,TEMP,38.5,degC\n10,SBP,118,mmHg\n10,PRESSOR:NE,3,ug/min"), (Some(3), Bound::Lower));
    assert_eq!(last("10,SBP,118,mmHg\n10,PRESSOR:NE,5,ug/min\n10,O2DEVICE,RA"), (None, Bound::Undetermined));
    assert_eq!(last("10,TEMP,39,degC\n10,PRESSOR:NE,5,ug/min\n10,PRESSOR:EPI,2,ug/min"), (Some(4), Bound::Exact));
}

#[test]
fn vital_signs_are_forgotten_and_drips_are_not() {
    let rows = "0,TEMP,39,degC\n0,SBP,110,mmHg\n0,O2DEVICE,RA\n0,PRESSOR:NE,5,ug/min\n30,TEMP,39,degC";
    let course = graded(rows, "astct-2019", &[], &Options::default());
    let at = |hour: f64| course.at(hour / 24.0).unwrap();
    assert_eq!((at(7.9).grade(), at(7.9).bound()), (Some(3), Bound::Exact));
    // Without a temperature one vasopressor is grade 0 or 3.
    assert_eq!((at(8.1).grade(), at(8.1).highest), (None, 3));
    assert_eq!((at(30.0).grade(), at(30.0).bound()), (Some(3), Bound::Exact));
    let longer = graded(rows, "astct-2019", &[], &Options { hold: 12.0, ..Options::default() });
    assert_eq!(longer.at(11.0 / 24.0).unwrap().grade(), Some(3));
}

#[test]
fn what_no_row_speaks_of_is_assumed_and_told_or_unknown() {
    let rows = "0,TEMP,39,degC\n0,SBP,110,mmHg\n0,O2DEVICE,RA";
    let by = |absent| {
        let course = graded(rows, "astct-2019", &[], &Options { absent, ..Options::default() });
        let record = course.records().next().unwrap();
        (record.bound, record.flags.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    let (bound, flags) = by(Absent::Assumed);
    assert_eq!((bound, flags.join(" ").as_str()), (Bound::Exact, "no-vasopressor-rows no-fluid-rows"));
    assert_eq!(by(Absent::None), (Bound::Exact, vec![]));
    assert_eq!(by(Absent::Unknown).0, Bound::Lower);
}

#[test]
fn an_entry_written_twice_for_one_time_counts_as_the_worse_and_is_told() {
    let rows = "0,TEMP,37.0,degC\n0,TEMP,38.5,degC\n0,SBP,110,mmHg\n0,SBP,95,mmHg\n0,O2DEVICE,NC\n0,O2DEVICE,RA\n0,O2FLOW,2,L/min";
    let course = graded(rows, "astct-2019", &[], &Options { absent: Absent::None, ..Options::default() });
    let record = course.records().next().unwrap();
    assert_eq!((record.grade, record.flags.as_slice()), (Some(2), &["same-time-twice"][..]));
}

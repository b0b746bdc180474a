//! Time courses of the vignettes, as long tables: infusion at hour 0, vital signs every 6 hours.

use super::*;
use crate::crs::Outcome;

const NO_OPTIONS: &[(&str, &str)] = &[];

fn by(rows: &str, scale: &str) -> Course {
    graded(rows, scale, NO_OPTIONS, &Options::default())
}

#[test]
fn pt1_fever_only() {
    let fever = [(60, 37.5), (66, 38.3), (72, 39.0), (78, 39.2), (84, 38.1), (90, 37.6)];
    let rows = temperatures(&fever) + &temperatures(&steady(96, 120, 37.1));
    let course = by(&rows, "astct-2019");
    assert_eq!(grades(&course), [(60.0, 0), (66.0, 1), (90.0, 0)]);
    assert_eq!(episodes(&course), [(66.0, 90.0, 1)]);
    let episode = &course.episodes()[0];
    assert!((episode.hours() - 24.0).abs() < 1e-9);
    assert_eq!((episode.calendar_days, episode.outcome), (2, Outcome::Resolved));
}

fn pt2() -> String {
    let temperature = [(60, 37.0), (66, 38.6), (72, 39.4)];
    let care = "78,TEMP,39.8,degC\n78,SBP,84,mmHg\n78,FLUID_BOLUS,500,mL\n79,TOCI,560,mg\n\
        80,PRESSOR:NE,4,ug/min\n100,PRESSOR:NE,0,ug/min\n";
    temperatures(&temperature) + care + &temperatures(&[(84, 38.9), (90, 37.4)]) + &temperatures(&steady(96, 132, 36.8))
}

#[test]
fn pt2_bolus_tocilizumab_one_vasopressor() {
    let course = by(&pt2(), "astct-2019");
    assert_eq!(grades(&course), [(60.0, 0), (66.0, 1), (78.0, 2), (80.0, 3), (100.0, 0)]);
    assert_eq!(episodes(&course), [(66.0, 100.0, 3)]);
    let episode = &course.episodes()[0];
    assert!((episode.hours() - 34.0).abs() < 1e-9);
    assert!(((episode.time_of_maximum - episode.onset) * 24.0 - 14.0).abs() < 1e-9);
    assert_eq!(episode.drugs, [0, 1]);
    let at_92 = course.at(92.0 / 24.0).unwrap();
    assert!(course.flags(at_92).any(|flag| flag == "fever-waived"));
    assert_eq!(grades(&by(&pt2(), "lee-2014")), [(60.0, 0), (66.0, 1), (78.0, 2), (100.0, 0)]);
    let penn = by(&pt2(), "penn");
    assert_eq!(grades(&penn), [(60.0, 0), (66.0, 1), (78.0, 2), (80.0, 3), (100.0, 0)]);
    let at_78 = penn.at(79.5 / 24.0).unwrap();
    assert!(penn.flags(at_78).any(|flag| flag == "hypotension-single-bolus"));
    assert_eq!(by(&pt2(), "mskcc").maximum().grade, Some(2));
}

#[test]
fn pt3_fever_that_returns() {
    let mut rows = temperatures(&steady(48, 60, 38.9)) + &temperatures(&steady(66, 132, 36.9));
    rows += &(temperatures(&steady(138, 150, 38.9)) + &temperatures(&steady(156, 192, 36.9)));
    assert_eq!(episodes(&by(&rows, "astct-2019")), [(48.0, 156.0, 1)]);
    let parted = graded(&rows, "astct-2019", &[("merge_gap", "1 d")], &Options::default());
    assert_eq!(episodes(&parted), [(48.0, 66.0, 1), (138.0, 156.0, 1)]);
    // Recurrence after improvement is grade 3 of the old criteria.
    assert_eq!(by(&rows, "ctcae-4.03").maximum().grade, Some(3));
}

fn pt4() -> String {
    let oxygen = "50,PARACETAMOL,1000,mg\n58,O2DEVICE,NC\n58,O2FLOW,2,L/min\n70,O2DEVICE,RA\n";
    let rows = temperatures(&[(50, 38.6)]).replace("O2DEVICE,RA", "HR,90") + &oxygen.replace("50,PARA", "51,PARA");
    (56..=110).step_by(6).fold(rows, |rows, hour| rows + &format!("{hour},TEMP,37.0,degC\n{hour},SBP,112,mmHg\n"))
}

#[test]
fn pt4_antipyretic_then_oxygen() {
    let course = by(&pt4(), "astct-2019");
    assert_eq!(grades(&course), [(50.0, 1), (56.0, 0), (58.0, 2), (70.0, 0)]);
    assert_eq!(episodes(&course), [(50.0, 70.0, 2)]);
    let strict = graded(&pt4(), "astct-2019", &[("fever_waiver", "anticytokine_only")], &Options::default());
    assert_eq!(grades(&strict), [(50.0, 1), (56.0, 0)]);
    assert_eq!(episodes(&strict), [(50.0, 56.0, 1)]);
    // Nobody wrote down room air before the cannula: that is assumed, and told.
    let first = course.records().next().unwrap();
    assert!(first.flags.contains(&"room-air-before-first-device"), "{first:?}");
}

fn pt5() -> String {
    let mut rows = String::from("40,TEMP,37.6,degC\n40,SBP,84,mmHg\n40,FLUID_BOLUS,500,mL\n40,O2DEVICE,RA\n");
    rows += "46,TEMP,38.4,degC\n46,SBP,98,mmHg\n52,TEMP,38.8,degC\n52,SBP,86,mmHg\n52,FLUID_BOLUS,500,mL\n";
    rows += "58,TEMP,37.8,degC\n58,SBP,104,mmHg\n";
    rows + &temperatures(&steady(64, 100, 36.9))
}

#[test]
fn pt5_hypotension_before_fever() {
    let course = by(&pt5(), "astct-2019");
    assert_eq!(grades(&course), [(40.0, 0), (46.0, 1), (52.0, 2), (58.0, 0)]);
    assert_eq!(episodes(&course), [(46.0, 58.0, 2)]);
    let dated_back = graded(&pt5(), "astct-2019", &[("onset", "first_symptom")], &Options::default());
    assert_eq!(episodes(&dated_back), [(40.0, 58.0, 2)]);
}

#[test]
fn pt6_death() {
    let mut rows = temperatures(&steady(60, 126, 39.2)).replace("O2DEVICE,RA", "HR,120");
    rows += "60,O2DEVICE,RA\n90,O2DEVICE,IMV\n90,FIO2,60,percent\n130,DEATH,crs\n";
    let course = by(&rows, "astct-2019");
    assert_eq!(grades(&course), [(60.0, 1), (90.0, 4), (130.0, 5)]);
    assert_eq!(episodes(&course), [(60.0, 130.0, 5)]);
    assert_eq!(course.episodes()[0].outcome, Outcome::Fatal);
    // Another cause of death ends observation, no more.
    let other = by(&rows.replace("DEATH,crs", "DEATH,other"), "astct-2019");
    assert_eq!((other.maximum().grade, other.episodes()[0].outcome), (Some(4), Outcome::Censored));
}

/// Fluids, vasopressors, oxygen, positive pressure of an episode, hours.
fn care(course: &Course, episode: usize) -> [f64; 4] {
    let care = &course.episodes()[episode].care;
    let hours = |days: f64| (days * 24.0 * 1e6).round() / 1e6;
    [care.fluids, care.vasopressors, care.oxygen, care.ventilation].map(hours)
}

#[test]
fn hours_of_care_are_those_between_onset_and_end() {
    // PT2: the bolus at 78 counts for 6 hours, the drip runs from 80 to 100, where the episode ends.
    assert_eq!(care(&by(&pt2(), "astct-2019"), 0), [6.0, 20.0, 0.0, 0.0]);
    assert_eq!(care(&by(&pt4(), "astct-2019"), 0), [0.0, 0.0, 12.0, 0.0]);
    // PT5: a bolus before the fever belongs to the episode only if it is dated back.
    assert_eq!(care(&by(&pt5(), "astct-2019"), 0), [6.0, 0.0, 0.0, 0.0]);
    let dated_back = graded(&pt5(), "astct-2019", &[("onset", "first_symptom")], &Options::default());
    assert_eq!(care(&dated_back, 0), [12.0, 0.0, 0.0, 0.0]);
    // PT6: intubated at 90, dead at 130. Oxygen for another reason after the end of an episode is not its oxygen.
    let mut rows = temperatures(&steady(60, 126, 39.2)).replace("O2DEVICE,RA", "HR,120");
    rows += "60,O2DEVICE,RA\n90,O2DEVICE,IMV\n90,FIO2,60,percent\n130,DEATH,crs\n";
    assert_eq!(care(&by(&rows, "astct-2019"), 0), [0.0, 0.0, 40.0, 40.0]);
    let rows =
        temperatures(&[(10, 38.5), (16, 38.5)]) + "20,TEMP,37,degC\n30,TEMP,37,degC\n30,O2DEVICE,NC\n60,TEMP,37,degC";
    let strict =
        graded(&rows, "astct-2019", &[("fever_waiver", "never")], &Options { hold: 48.0, ..Options::default() });
    assert_eq!((episodes(&strict), care(&strict, 0)), (vec![(10.0, 20.0, 1)], [0.0; 4]));
}

#[test]
fn dates_are_counted_from_the_infusion_and_give_calendar_days() {
    // PT1 with an infusion at 22:00: fever from 16:00 on one day to 16:00 on the next, by dates in any order.
    let day = |hour: u32, rest: &str| {
        let hours = 22 + hour;
        format!("1,2026-01-{:02} {:02}:00,{rest}\n", 1 + hours / 24, hours % 24)
    };
    let mut text = String::from("subject,datetime,param,value,unit\n");
    for (hour, temperature) in [(90, 37.0), (66, 38.3), (72, 39.0), (78, 39.2), (84, 38.1), (96, 37.0), (120, 37.0)] {
        text += &day(hour, &format!("TEMP,{temperature},degC"));
        text += &day(hour, "SBP,112,mmHg");
    }
    text += &(day(0, "INFUSION,1,") + &day(0, "O2DEVICE,RA,"));
    let chart = LongTable::open("ward.csv", text.as_bytes()).unwrap().next_chart().unwrap().unwrap();
    assert_eq!(chart.clock_at_start, 22.0);
    let settings = Settings { clock_at_start: chart.clock_at_start, ..Settings::default() };
    let panel = Panel::new(&[Scale::astct_2019()], &settings).unwrap();
    let options = Options { hold: 24.0, ..Options::default() };
    let course = grade_states(panel, chart.states(&options)).remove(0);
    let episode = &course.episodes()[0];
    assert!((episode.onset - 66.0 / 24.0).abs() < 1e-9 && (episode.end - 90.0 / 24.0).abs() < 1e-9);
    assert_eq!(episode.calendar_days, 2);
}

//! Time courses: `PT1` to `PT6` of the vignettes. Infusion at midnight is hour 0; vitals every 6 hours.

use super::*;

/// A ward's chart: temperature and pressure hold for 8 hours, drips and devices until changed.
#[derive(Default)]
struct Chart {
    readings: Vec<Reading>,
}

impl Chart {
    /// The first entry is of a patient with nothing abnormal; later ones say only what they say.
    fn at(mut self, hour: f64, values: &[(&str, &str)]) -> Self {
        let start = if self.readings.is_empty() { Signs::normal() } else { Signs::unknown() };
        self.readings.push(Reading::new(hour / 24.0, signs_with(start, values)));
        self
    }

    fn temperature(self, hour: f64, temperature: &str) -> Self {
        self.at(hour, &[("temperature", temperature), ("sbp", "112")])
    }

    fn well(mut self, from: u32, to: u32) -> Self {
        for hour in (from..=to).step_by(6) {
            self = self.temperature(f64::from(hour), "36.9");
        }
        self
    }

    fn ill(mut self, from: u32, to: u32) -> Self {
        for hour in (from..=to).step_by(6) {
            self = self.temperature(f64::from(hour), "38.9");
        }
        self
    }

    fn grade(&self, options: &[(&str, &str)]) -> Course {
        self.grade_on(&ASTCT, options)
    }

    fn grade_on(&self, scale: &Scale, options: &[(&str, &str)]) -> Course {
        let mut settings = options_of(scale, options);
        settings.hold = Hold::forever().with(Sign::Temperature, 8.0).with(Sign::Sbp, 8.0);
        let mut readings = self.readings.clone();
        readings.sort_by(|a, b| a.time.total_cmp(&b.time));
        grade(scale, &settings, readings).unwrap()
    }
}

/// Rows as hour and grade, all exact.
fn hours(course: &Course) -> Vec<(f64, u8)> {
    assert!(course.rows().iter().all(|row| row.finding.bound() == Bound::Exact), "{:?}", course.rows());
    course.rows().iter().map(|row| ((row.time * 24.0 * 1e6).round() / 1e6, row.finding.lowest)).collect()
}

/// Grade changes only, without changes of the rule alone.
fn grades(course: &Course) -> Vec<(f64, u8)> {
    let mut grades = hours(course);
    grades.dedup_by_key(|(_, grade)| *grade);
    grades
}

#[track_caller]
fn assert_hours(days: f64, hours: f64) {
    assert!((days * 24.0 - hours).abs() < 1e-9, "{} is not {hours} h", days * 24.0);
}

#[test]
fn pt1_fever_only() {
    let chart = Chart::default().temperature(60.0, "37.5").temperature(66.0, "38.3").temperature(72.0, "39.0");
    let chart = chart.temperature(78.0, "39.2").temperature(84.0, "38.1").temperature(90.0, "37.6").well(96, 120);
    let course = chart.grade(&[]);
    assert_eq!(hours(&course), [(60.0, 0), (66.0, 1), (90.0, 0)]);
    assert_eq!(course.episodes().len(), 1);
    let episode = &course.episodes()[0];
    assert_hours(episode.onset, 66.0);
    assert_hours(episode.end, 90.0);
    assert_eq!((episode.maximum, episode.bound, episode.outcome), (1, Bound::Exact, Outcome::Resolved));
    assert!((episode.hours() - 24.0).abs() < 1e-9);
    assert_eq!(episode.calendar_days, 2);
    assert_hours(episode.time_at[1], 24.0);
}

fn pt2() -> Chart {
    Chart::default()
        .temperature(60.0, "37.0")
        .temperature(66.0, "38.6")
        .temperature(72.0, "39.4")
        .at(78.0, &[("temperature", "39.8"), ("sbp", "84"), ("fluids", "one")])
        .at(79.0, &[("anticytokine_given", "true")])
        .at(80.0, &[("pressors", "1")])
        .at(84.0, &[("temperature", "38.9"), ("sbp", "104"), ("fluids", "none")])
        .temperature(90.0, "37.4")
        .at(100.0, &[("pressors", "0")])
        .well(96, 132)
}

#[test]
fn pt2_fluids_tocilizumab_one_pressor() {
    let chart = pt2();
    let course = chart.grade(&[]);
    assert_eq!(grades(&course), [(60.0, 0), (66.0, 1), (78.0, 2), (80.0, 3), (100.0, 0)]);
    let at_92 = course.at(92.0 / 24.0).unwrap();
    assert_eq!(course.flags(at_92).collect::<Vec<_>>(), ["fever-waived"]);
    assert_eq!(course.rule(at_92).unwrap().id, "hypotension-one-pressor");
    assert_eq!(course.episodes().len(), 1);
    let episode = &course.episodes()[0];
    assert_hours(episode.onset, 66.0);
    assert_eq!(episode.maximum, 3);
    assert_hours(episode.time_of_maximum - episode.onset, 14.0);
    assert_hours(episode.end, 100.0);
    assert!((episode.hours() - 34.0).abs() < 1e-9);
    for (grade, hours) in [(1, 12.0), (2, 2.0), (3, 20.0)] {
        assert_hours(episode.time_at[grade], hours);
    }
    // Without the waiver the afebrile hours on a pressor are not counted.
    assert_eq!(grades(&chart.grade(&[("fever_waiver", "never")])).last(), Some(&(90.0, 0)));
}

#[test]
fn pt2_by_lee_stays_at_grade_2() {
    let course = pt2().grade_on(&LEE, &[]);
    assert_eq!(grades(&course), [(60.0, 0), (66.0, 1), (78.0, 2), (100.0, 0)]);
    assert!(course.records().all(|record| record.flags.is_empty()));
    assert_eq!(course.rule(course.at(92.0 / 24.0).unwrap()).unwrap().id, "hypotension-one-vasopressor");
    let [episode] = course.episodes() else { panic!("{:?}", course.episodes()) };
    assert_hours(episode.onset, 66.0);
    assert_hours(episode.time_of_maximum, 78.0);
    assert_hours(episode.end, 100.0);
    assert_eq!((episode.maximum, episode.bound, episode.outcome), (2, Bound::Exact, Outcome::Resolved));
}

#[test]
fn pt3_by_lee_has_the_same_episodes_under_the_same_options() {
    let chart = Chart::default().ill(48, 60).well(66, 132).ill(138, 150).well(156, 192);
    let mut settings = Settings { hold: Hold::forever(), ..Settings::default() };
    let scales = [ASTCT.clone(), LEE.clone()];
    for (gap, count) in [("7 d", 1), ("72 h", 1), ("71.9 h", 2), ("1 d", 2)] {
        settings.set_in(&scales, "merge_gap", gap).unwrap();
        let courses = grade_all(&scales, &settings, chart.readings.clone()).unwrap();
        assert_eq!(courses[0].episodes(), courses[1].episodes());
        assert_eq!(courses[1].episodes().len(), count, "{gap}");
    }
    settings.set_in(&scales, "end_hours", "84 h").unwrap();
    let courses = grade_all(&scales, &settings, chart.readings.clone()).unwrap();
    assert!(courses.iter().all(|course| course.episodes().len() == 1 && course.episodes()[0].returns == 0));
}

#[test]
fn pt5_by_lee_begins_with_the_hypotension_or_with_the_fever() {
    let chart = pt5();
    let course = chart.grade_on(&LEE, &[]);
    assert_eq!(grades(&course), [(34.0, 0), (40.0, 2), (46.0, 1), (52.0, 2), (58.0, 0)]);
    assert_hours(course.episodes()[0].onset, 40.0);
    let by_fever = chart.grade_on(&LEE, &[("onset", "first_fever")]);
    assert_eq!(by_fever.rows(), course.rows());
    assert_hours(by_fever.episodes()[0].onset, 46.0);
    assert_hours(by_fever.episodes()[0].time_of_maximum, 52.0);
}

#[test]
fn pt3_fever_that_comes_back_after_three_days() {
    let chart = Chart::default().ill(48, 60).well(66, 132).ill(138, 150).well(156, 192);
    let merged = chart.grade(&[]);
    assert_eq!(merged.episodes().len(), 1);
    let episode = &merged.episodes()[0];
    assert_hours(episode.onset, 48.0);
    assert_hours(episode.end, 156.0);
    assert!((episode.hours() - 108.0).abs() < 1e-9);
    assert_eq!((episode.returns, episode.outcome), (1, Outcome::Resolved));

    let parted = chart.grade(&[("merge_gap", "1 d")]);
    let spans: Vec<_> = parted.episodes().iter().map(|episode| (episode.onset * 24.0, episode.end * 24.0)).collect();
    assert_eq!(spans, [(48.0, 66.0), (138.0, 156.0)]);
    // The gap is 72 hours; the limit is inclusive.
    assert_eq!(chart.grade(&[("merge_gap", "72 h")]).episodes().len(), 1);
    assert_eq!(chart.grade(&[("merge_gap", "71.9 h")]).episodes().len(), 2);
}

#[test]
fn pt4_oxygen_after_paracetamol_by_either_reading_of_the_waiver() {
    let chart = Chart::default()
        .temperature(50.0, "38.6")
        .at(51.0, &[("antipyretic_given", "true")])
        .temperature(56.0, "37.2")
        .at(58.0, &[("oxygen_device", "nc"), ("oxygen_flow", "2")])
        .at(70.0, &[("oxygen_device", "ra"), ("oxygen_flow", "0")])
        .well(62, 104);
    let any = chart.grade(&[]);
    assert_eq!(hours(&any), [(50.0, 1), (56.0, 0), (58.0, 2), (70.0, 0)]);
    assert_eq!(any.episodes().len(), 1);
    assert_eq!(any.episodes()[0].maximum, 2);
    assert_hours(any.episodes()[0].end, 70.0);

    let strict = chart.grade(&[("fever_waiver", "anticytokine_only")]);
    assert_eq!(hours(&strict), [(50.0, 1), (56.0, 0)]);
    assert_eq!(strict.episodes()[0].maximum, 1);
    assert_hours(strict.episodes()[0].end, 56.0);
}

fn pt5() -> Chart {
    Chart::default()
        .temperature(34.0, "37.0")
        .at(40.0, &[("temperature", "37.6"), ("sbp", "84"), ("fluids", "one")])
        .at(46.0, &[("temperature", "38.4"), ("sbp", "98"), ("fluids", "none")])
        .at(52.0, &[("temperature", "38.8"), ("sbp", "86"), ("fluids", "one")])
        .at(58.0, &[("temperature", "37.8"), ("sbp", "104"), ("fluids", "none")])
        .well(64, 100)
}

#[test]
fn pt5_hypotension_before_the_first_fever() {
    let chart = pt5();
    let course = chart.grade(&[]);
    assert_eq!(grades(&course), [(34.0, 0), (46.0, 1), (52.0, 2), (58.0, 0)]);
    let episode = &course.episodes()[0];
    assert_hours(episode.onset, 46.0);
    assert_hours(episode.time_of_maximum, 52.0);
    assert_hours(episode.end, 58.0);

    let dated_back = chart.grade(&[("onset", "first_symptom")]);
    assert_eq!(grades(&dated_back), grades(&course));
    assert_hours(dated_back.episodes()[0].onset, 40.0);
    assert_hours(dated_back.episodes()[0].end, 58.0);
}

#[test]
fn pt6_death_on_the_ventilator() {
    let mut chart = Chart::default().ill(60, 126).at(90.0, &[("oxygen_device", "imv")]);
    chart.readings.push(Reading { death: true, ..Reading::new(130.0 / 24.0, Signs::unknown()) });
    let course = chart.grade(&[]);
    assert_eq!(hours(&course), [(60.0, 1), (90.0, 4), (130.0, 5)]);
    let episode = &course.episodes()[0];
    assert_eq!((episode.maximum, episode.outcome), (5, Outcome::Fatal));
    assert_hours(episode.onset, 60.0);
    assert_hours(episode.end, 130.0);
}

#[test]
fn an_episode_still_open_at_the_end_is_censored() {
    // Clear for 18 hours only.
    let course = Chart::default().ill(60, 72).well(78, 96).grade(&[]);
    let episode = &course.episodes()[0];
    assert_eq!(episode.outcome, Outcome::Censored);
    assert_hours(episode.end, 96.0);
    assert_eq!(Chart::default().ill(60, 72).well(78, 102).grade(&[]).episodes()[0].outcome, Outcome::Resolved);
}

#[test]
fn the_waiver_ends_with_the_episode() {
    // Tocilizumab in the first episode; hypoxia without fever three days later is no longer the syndrome.
    let chart = Chart::default()
        .ill(60, 72)
        .at(73.0, &[("anticytokine_given", "1")])
        .well(78, 150)
        .at(144.5, &[("oxygen_device", "nc"), ("oxygen_flow", "2")]);
    assert_eq!(hours(&chart.grade(&[])), [(60.0, 1), (78.0, 0)]);
    // A fever opens it again, but only a new dose waives the next.
    let again = chart.temperature(156.0, "38.4").temperature(162.0, "37.0").at(163.0, &[("anticytokine_given", "2")]);
    assert_eq!(grades(&again.grade(&[]))[2..], [(156.0, 2), (162.0, 0), (163.0, 2)]);
}

#[test]
fn calendar_days_follow_the_clock() {
    let chart = Chart::default().ill(60, 66).well(72, 96);
    let days = |clock_at_start: f64| {
        let settings = Settings { clock_at_start, ..Settings::default() };
        grade(&ASTCT, &settings, chart.readings.clone()).unwrap().episodes()[0].calendar_days
    };
    // Onset hour 60, end hour 72: 12:00 to 24:00 if hour 0 is midnight, which is the next day; 10:00 to 22:00 if it is 22:00.
    assert_eq!((days(0.0), days(22.0)), (2, 1));
}

#[test]
fn the_table_is_written_as_the_contract_says() {
    let course = Chart::default().temperature(60.0, "38.5").at(61.0, &[("vasopressin", "true")]).grade(&[]);
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(COURSE_COLUMNS).unwrap();
    course.write("s1", &mut table).unwrap();
    let text = String::from_utf8(table.into_inner().unwrap()).unwrap();
    let expected = "subject,time,scale,grade,bound,rule,flags\n\
        s1,2.5,astct-2019,1,exact,fever,\n\
        s1,2.5416666666666665,astct-2019,3,exact,hypotension-vasopressin-alone,hypotension-vasopressin-alone\n";
    assert_eq!(text, expected);
}

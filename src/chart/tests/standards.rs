//! The course PT2 in the formats of others, and what their rows must not be guessed to mean.

use super::*;
use crate::diagnostic::{Problems, Source};

const PT2: [(&str, &str); 5] = [
    ("dm", include_str!("../../../tests/standards/pt2/dm.csv")),
    ("vs", include_str!("../../../tests/standards/pt2/VS.csv")),
    ("cm", include_str!("../../../tests/standards/pt2/cm.csv")),
    ("pr", include_str!("../../../tests/standards/pt2/pr.csv")),
    ("ae", include_str!("../../../tests/standards/pt2/ae.csv")),
];

fn read(tables: &[(&str, &str)], given: Option<&str>) -> Result<Vec<Chart>, Problems> {
    let mut sdtm = Sdtm::new(Mapping::sdtm());
    for (domain, text) in tables {
        sdtm.read(domain, &Source::new(format!("{domain}.csv"), *text));
    }
    sdtm.charts(given.map(|text| Instant::parse(text).unwrap()))
}

fn course(chart: &Chart, scale: &str, absent: Absent) -> Course {
    let settings = Settings { patient: chart.patient, clock_at_start: chart.clock_at_start, ..Settings::default() };
    let panel = Panel::new(&[Scale::embedded(scale).unwrap()], &settings).unwrap();
    grade_states(panel, chart.states(&Options { absent, ..Options::default() })).remove(0)
}

/// What is told, on one line each.
fn refused<T: std::fmt::Debug>(read: Result<T, Problems>) -> String {
    read.unwrap_err().to_string()
}

const VS: &str = "USUBJID,VSTESTCD,VSORRES,VSORRESU,VSDTC\n";
const CM: &str = "USUBJID,CMTRT,CMDOSE,CMDOSU,CMSTDTC,CMENDTC\n";
const PR: &str = "USUBJID,PRTRT,PRDOSE,PRDOSU,PRSTDTC,PRENDTC\n";

#[test]
fn pt2_as_a_folder_of_sdtm_grades_as_the_long_table() {
    let charts = read(&PT2, None).unwrap();
    let [chart] = &charts[..] else { panic!("one subject") };
    assert_eq!((chart.subject.as_str(), chart.patient.age, chart.infusion_unknown), ("PT2", 43.0, false));
    assert_eq!(chart.reports, [Report { scale: "penn".into(), grade: 3 }]);
    let by = |scale: &str| course(chart, scale, Absent::Assumed);
    assert_eq!(grades(&by("astct-2019")), [(60.0, 0), (66.0, 1), (78.0, 2), (80.0, 3), (100.0, 0)]);
    assert_eq!(episodes(&by("astct-2019")), [(66.0, 100.0, 3)]);
    assert_eq!(by("astct-2019").episodes()[0].drugs, [0, 1]);
    assert_eq!(grades(&by("lee-2014")), [(60.0, 0), (66.0, 1), (78.0, 2), (100.0, 0)]);
    assert_eq!(grades(&by("penn")), [(60.0, 0), (66.0, 1), (78.0, 2), (80.0, 3), (100.0, 0)]);
    assert_eq!(by("mskcc").maximum().grade, Some(2));
}

#[test]
fn pt2_as_a_bundle_grades_as_far_as_it_goes() {
    // No drips and drugs are told: pressure makes grade 2 while it is low, fever is not waived, 37.4 ends it.
    let source = Source::new("pt2.json", include_str!("../../../tests/standards/pt2.json"));
    let bundle = Bundle::read(&source).unwrap();
    let passed: Vec<_> = bundle.passed_over().collect();
    assert_eq!(passed, [("Observation `8867-4`", 1), ("Observation that is entered-in-error", 1), ("Patient", 1)]);
    let given = Instant::parse("2026-01-01T01:00+01:00").unwrap();
    let chart = &bundle.charts(Some(given)).unwrap()[0];
    let by = course(chart, "astct-2019", Absent::None);
    assert_eq!(grades(&by), [(60.0, 0), (66.0, 1), (78.0, 2), (84.0, 1), (90.0, 0)]);
    assert_eq!(chart.clock_at_start, 1.0);
    // Without a word on what is absent grades are bounds, and say what was assumed.
    let assumed = course(chart, "astct-2019", Absent::Assumed);
    let record = assumed.records().nth(1).unwrap();
    assert_eq!((record.grade, record.bound), (Some(1), Bound::Lower));
    assert!(record.flags.contains(&"no-vasopressor-rows"), "{record:?}");
    // From the first observation, if the infusion is not told; several offsets need one in what is given.
    let chart = &Bundle::read(&source).unwrap().charts(None).unwrap()[0];
    assert!(chart.infusion_unknown && chart.entries.iter().any(|entry| entry.time == 0.0));
    let local = Instant::parse("2026-01-01T00:00").unwrap();
    assert!(refused(Bundle::read(&source).unwrap().charts(Some(local))).contains("C011"));
}

#[test]
fn intervals_start_and_stop_and_run_on_without_an_end() {
    let vs = format!(
        "{VS}1,TEMP,38.5,C,2026-01-01T00:00\n1,SYSBP,112,mmHg,2026-01-01T00:00\n1,TEMP,38.5,C,2026-01-01T07:00\n"
    );
    let cm = format!(
        "{CM}1,NOREPINEPHRINE,4,ug/min,2026-01-01T02:00,2026-01-01T03:00\n1,EPINEPHRINE,2,ug/min,2026-01-01T05:00,\n"
    );
    let pr = format!("{PR}1,NASAL CANNULA,2,L/min,2026-01-01T01:00,2026-01-01T04:00\n");
    let chart = &read(&[("vs", &vs), ("cm", &cm), ("pr", &pr)], Some("2026-01-01T00:00")).unwrap()[0];
    let by = course(chart, "astct-2019", Absent::Assumed);
    let hour = |hour: f64| by.at(hour / 24.0).unwrap().grade();
    assert_eq!([0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 7.0].map(hour), [1, 2, 3, 2, 1, 3, 3].map(Some));
    let flow = chart.entries.iter().find(|entry| matches!(entry.event, Event::Read(crate::sign::Sign::OxygenFlow, _)));
    assert_eq!(flow.unwrap().event, Event::Read(crate::sign::Sign::OxygenFlow, 2.0));
}

#[test]
fn death_of_the_syndrome_is_grade_5_at_its_end() {
    let vs = format!("{VS}1,TEMP,39.2,C,2026-01-01T00:00\n1,SYSBP,112,mmHg,2026-01-01T00:00\n");
    let ae = "USUBJID,AEDECOD,AETOXGR,AEENDTC,AEOUT\n1,Cytokine Release Syndrome,GRADE 5,2026-01-01T06:30,FATAL\n";
    let chart = &read(&[("vs", &vs), ("ae", ae)], None).unwrap()[0];
    assert_eq!(chart.reports, [Report { scale: "unstated".into(), grade: 5 }]);
    let by = course(chart, "astct-2019", Absent::None);
    assert_eq!(grades(&by), [(0.0, 1), (6.5, 5)]);
    let told = refused(read(&[("vs", &vs), ("ae", &ae.replace("T06:30", ""))], None));
    assert!(told.contains("ae.csv:2:37") && told.contains("C003"), "{told}");
}

#[test]
fn the_infusion_is_that_of_ex_then_of_dm_then_what_is_given() {
    let vs = format!("{VS}1,TEMP,38.5,C,2026-01-03T06:00\n");
    let dm = "USUBJID,RFSTDTC\n1,2026-01-01T22:00\n";
    let ex = "USUBJID,EXTRT,EXSTDTC\n1,FLUDARABINE,2025-12-28\n1,Tisagenlecleucel,2026-01-02T00:00\n1,Tisagenlecleucel,2026-01-01T23:00\n";
    let first = |tables: &[(&str, &str)], given| {
        let chart = read(tables, given).unwrap().remove(0);
        (chart.entries[0].time * 24.0, chart.clock_at_start, chart.infusion_unknown)
    };
    let near = |(hour, clock, unknown): (f64, f64, bool)| ((hour * 1e6).round() / 1e6, clock, unknown);
    assert_eq!(near(first(&[("dm", dm), ("vs", &vs), ("ex", ex)], None)), (31.0, 23.0, false));
    assert_eq!(near(first(&[("dm", dm), ("vs", &vs)], None)), (32.0, 22.0, false));
    assert_eq!(near(first(&[("vs", &vs)], Some("2026-01-02T06:00"))), (24.0, 6.0, false));
    assert_eq!(near(first(&[("vs", &vs)], None)), (0.0, 6.0, true));
    // The day alone is refused, unless the time is given and of that day.
    let day = "USUBJID,RFSTDTC\n1,2026-01-02\n";
    assert_eq!(near(first(&[("dm", day), ("vs", &vs)], Some("2026-01-02T06:00"))), (24.0, 6.0, false));
    assert!(refused(read(&[("dm", day), ("vs", &vs)], None)).contains("dm.csv:2:3: error[C003]"));
    assert!(refused(read(&[("dm", day), ("vs", &vs)], Some("2026-01-01T06:00"))).contains("C003"));
    let other = refused(read(&[("dm", dm), ("vs", &vs)], Some("2026-01-01T06:00")));
    assert!(other.contains("dm.csv:2:3: error[C011]"), "{other}");
}

#[test]
fn mistakes_of_sdtm_rows_are_told_with_line_and_column() {
    let after = |head: &str, row: &str| format!("{head}{row}\n");
    for (domain, text, says) in [
        ("vs", after(VS, "1,TEMP,38.5,C,2026-01-03"), "vs.csv:2:15: error[C003]: `2026-01-03` has no time of day"),
        ("vs", after(VS, "1,TEMP,38.5,C,"), "vs.csv:2:15: error[C003]: `VSDTC` is empty"),
        ("vs", after(VS, "1,TEMP,38.5,C,2026-01-03T06:00+01:00"), "vs.csv:2:15: error[C003]"),
        ("vs", after(VS, "1,TEMP,383,C,2026-01-03T06:00"), "vs.csv:2:8: error[C005]"),
        ("vs", after(VS, "1,TEMP,38.5,,2026-01-03T06:00"), "write it in `VSORRESU`: degC"),
        ("vs", after(VS, "1,SYSBP,84,C,2026-01-03T06:00"), "vs.csv:2:12: error[C006]"),
        ("vs", after(VS, ",SYSBP,84,mmHg,2026-01-03T06:00"), "vs.csv:2:1: error[C005]: `USUBJID` is empty"),
        (
            "vs",
            "USUBJID,VSTESTCD,VSDTC\n1,TEMP,2026\n".into(),
            "vs.csv:1:1: error[D006]: the table has no column `VSSTRESN` or `VSORRES`",
        ),
        ("vs", "USUBJID,USUBJID\n1,1\n".into(), "error[D003]"),
        (
            "cm",
            after(CM, "1,NOREPINEPHRINE,4,ug/min,2026-01-03T06:00,2026-01-03T05:00"),
            "cm.csv:2:44: error[C007]: the interval ends before it starts",
        ),
        ("cm", after(CM, "1,NOREPINEPHRINE,4,,2026-01-03T06:00,"), "error[C002]"),
        ("cm", after(CM, "1,NOREPINEPHRINE,0.1,ug/kg/min,2026-01-03T06:00,"), "cm.csv:2:18: error[C008]"),
        ("cm", after(CM, "1,TOCILIZUMAB,560,mg,2026-01-03,"), "cm.csv:2:22: error[C003]"),
        ("pr", after(PR, "1,FACE MASK,2,mg,2026-01-03T06:00,"), "give its flow in L/min, or its FiO2 in %"),
        ("ae", "USUBJID,AETERM,AETOXGR\n1,CRS,severe\n".into(), "ae.csv:2:7: error[C005]"),
        ("dm", "USUBJID,AGE,AGEU\n1,43,\n".into(), "write it in `AGEU`: year"),
    ] {
        let told = refused(read(&[(domain, &text)], None));
        assert!(told.contains(says), "{text}\nshould say {says}\n{told}");
    }
    // A drug without a dose was given; a treatment that resembles one is not guessed.
    let cm = format!("{CM}1,Tocilizumab,,,2026-01-03T06:00,\n1,TOCILIZUMABB,,,2026-01-03,\n");
    assert_eq!(read(&[("cm", &cm)], None).unwrap()[0].entries.len(), 1);
    assert!(read(&[("cm", CM)], None).unwrap().is_empty(), "a header alone");
    let thousand = VS.to_owned() + &"1,TEMP,38.5,C,2026-01-03\n".repeat(1000);
    assert_eq!(refused(read(&[("vs", &thousand)], None)).matches("C003").count(), 20);
}

#[test]
fn rows_may_be_left_out_by_another_variable() {
    let text = Mapping::sdtm_text().replace(
        "# without = { CMINDC = [\"PREMEDICATION\"], CMCAT = [\"PRIOR\"] }",
        "without = { CMINDC = [\"Premedication\"] }\nwith = { CMCAT = [\"CONCOMITANT\"] }",
    );
    let mut sdtm = Sdtm::new(Mapping::parse(&Source::new("own.toml", text)).unwrap());
    let cm = "USUBJID,CMTRT,CMCAT,CMINDC,CMSTDTC\n1,PARACETAMOL,CONCOMITANT,PREMEDICATION,2026-01-01T00:00\n\
        1,PARACETAMOL,CONCOMITANT,FEVER,2026-01-02T00:00\n1,PARACETAMOL,PRIOR,FEVER,2025-12-02T00:00\n";
    sdtm.read("cm", &Source::new("cm.csv", cm));
    assert_eq!(sdtm.passed_over().next(), Some(("cm.csv", "PARACETAMOL", 2)));
    assert_eq!(sdtm.charts(None).unwrap()[0].entries.len(), 1);
}

#[test]
fn mistakes_of_a_mapping_are_told() {
    for (from, to, says) in [
        ("cascade-mapping/1", "cascade-mapping/2", "error[F010]"),
        ("subject = \"USUBJID\"", "", "error[F005]: `subject` is missing"),
        ("SBP = [\"SYSBP\"]", "SBPP = [\"SYSBP\"]", "error[C004]: unknown parameter `SBPP`"),
        ("SBP = [\"SYSBP\"]", "COLOUR_OF_EYES = [\"SYSBP\"]", "error[C004]"),
        ("SBP = [\"SYSBP\"]", "SBP = \"SYSBP\"", "error[F004]"),
        ("SBP = [\"SYSBP\"]", "SBP = [\"temp\"]", "error[C013]: `temp` is mapped twice"),
        ("O2DEVICE=NRB", "O2DEVICE=NRBB", "error[C005]"),
        ("PRESSOR:PHE", "PRESSOR:XYZ", "error[C001]"),
        ("outcome = \"AEOUT\"", "outcom = \"AEOUT\"", "error[F003]: unknown key `outcom`"),
        ("unit = [\"VSSTRESU\", \"VSORRESU\"]", "unit = [\"VSSTRESU\"]", "error[F006]: 1 units for 2 values"),
    ] {
        let text = Mapping::sdtm_text().replace(from, to);
        assert_ne!(text, Mapping::sdtm_text());
        let told = refused(Mapping::parse(&Source::new("own.toml", text)));
        assert!(told.contains(says) && told.contains("own.toml:"), "{to} should say {says}\n{told}");
    }
}

/// A bundle of one observation of temperature, with a part exchanged.
fn bundle(from: &str, to: &str) -> Result<Vec<Chart>, Problems> {
    let text = "{\"resourceType\": \"Bundle\", \"entry\": [{\"resource\": {\"resourceType\": \"Patient\"}},\n\
        {\"resource\": {\"resourceType\": \"Observation\", \"status\": \"final\",\n\
        \"code\": {\"coding\": [{\"system\": \"http://loinc.org\", \"code\": \"8310-5\"}]},\n\
        \"subject\": {\"reference\": \"Patient/1\"},\n\
        \"effectiveDateTime\": \"2026-01-03T06:00:00+01:00\",\n\
        \"valueQuantity\": {\"value\": 38.5, \"unit\": \"degC\", \"code\": \"Cel\"}}}]}";
    assert!(text.contains(from));
    Bundle::read(&Source::new("b.json", text.replacen(from, to, 1))).and_then(|bundle| bundle.charts(None))
}

#[test]
fn mistakes_of_a_bundle_are_told_with_entry_and_path() {
    assert_eq!(bundle("", "").unwrap()[0].entries.len(), 1);
    let deep = "[".repeat(100_000);
    for (from, to, says, path) in [
        ("{\"resourceType\": \"Bundle\"", "{\"resourceType\": \"Patient\"", "b.json:1:18: error[C014]", ""),
        ("{\"resourceType\": \"Bundle\"", "{\"a\": 1", "error[C014]: this is not a FHIR bundle", ""),
        ("}}}]}", "}}", "error[C014]: this is not JSON: EOF", ""),
        ("38.5", "1e999", "error[C014]: this is not JSON: number out of range", ""),
        ("38.5", &deep, "error[C014]: this is not JSON: recursion limit exceeded", ""),
        ("38.5", "1e300", "b.json:6:28: error[C005]", "entry[1].resource.valueQuantity.value"),
        ("38.5", "\"38.5\"", "b.json:6:28: error[C005]", "entry[1].resource.valueQuantity.value"),
        ("\"value\": 38.5, ", "", "has no `value`", "entry[1].resource.valueQuantity.value"),
        ("\"code\": \"Cel\"", "\"code\": \"kg\"", "b.json:6:58: error[C006]", "entry[1].resource.valueQuantity.code"),
        (
            ", \"unit\": \"degC\", \"code\": \"Cel\"",
            "",
            "b.json:6:18: error[C006]",
            "entry[1].resource.valueQuantity.unit",
        ),
        ("\"effectiveDateTime\"", "\"issued\"", "b.json:2:14: error[C015]", "entry[1].resource.effectiveDateTime"),
        ("T06:00:00+01:00", "", "b.json:5:22: error[C003]", "entry[1].resource.effectiveDateTime"),
        ("+01:00", "", "has no offset from UTC", "entry[1].resource.effectiveDateTime"),
        ("\"reference\"", "\"display\"", "b.json:4:12: error[C015]", "entry[1].resource.subject.reference"),
        ("\"valueQuantity\"", "\"valueString\"", "dataAbsentReason", "entry[1].resource.valueQuantity"),
        ("8310-5", "8867-4", "error[C014]: no entry is an observation that a scale reads", ""),
    ] {
        let found = bundle(from, to).unwrap_err();
        let told = found.to_string();
        assert!(told.contains(says) && told.contains("help:"), "{from} -> {to:.40} should say {says}\n{told}");
        let label = &found.iter().next().unwrap().labels[0].text;
        assert!(label == path, "{to:.40}: {label}");
    }
    for text in ["{\"resourceType\": \"Bundle\"}", "{\"resourceType\": \"Bundle\", \"entry\": []}", "[]", "", "1"] {
        assert!(refused(Bundle::read(&Source::new("b.json", text))).contains("C014"), "{text}");
    }
    let cancelled = bundle("final", "cancelled").unwrap_err().to_string();
    assert!(cancelled.contains("no entry is an observation"), "{cancelled}");
}

#[test]
fn whom_no_adverse_event_calls_ill_was_reported_without_the_syndrome() {
    let vs = "USUBJID,VSTESTCD,VSORRES,VSORRESU,VSDTC\n1,TEMP,38.5,C,2026-01-03T06:00\n2,TEMP,37,C,2026-01-03T06:00\n\
        3,TEMP,38,C,2026-01-03T06:00\n3,TEMP,38,C,2026-01-09T06:00\n4,TEMP,38,C,2026-01-03T06:00\n";
    let ae = "USUBJID,AETERM,AEDECOD,AETOXGR,AEOUT,AEENDTC\n1,CRS,Cytokine release syndrome,2,RECOVERED/RESOLVED,\n\
        3,Sepsis,Sepsis,5,FATAL,2026-01-05T08:00\n2,Ileus,Ileus,5,FATAL,2026-01-05\n4,CRS,Cytokine release syndrome,,,\n";
    let read = |ae: Option<&str>| {
        let mut tables = Sdtm::new(Mapping::sdtm());
        tables.read("vs", &crate::diagnostic::Source::new("vs.csv", vs));
        if let Some(ae) = ae {
            tables.read("ae", &crate::diagnostic::Source::new("ae.csv", ae));
        }
        tables.charts(None).unwrap()
    };
    let reported = |charts: &[Chart]| -> Vec<Vec<u8>> {
        charts.iter().map(|chart| chart.reports.iter().map(|report| report.grade).collect()).collect()
    };
    let charts = read(Some(ae));
    // The syndrome without a grade is no report.
    assert_eq!(reported(&charts), [vec![2], vec![0], vec![0], vec![]]);
    assert!(charts[0].reports[0].scale == charts[1].reports[0].scale);
    assert_eq!(reported(&read(None)), [[0_u8; 0]; 4]);
    // Nobody had an event: the header alone says so.
    assert_eq!(reported(&read(Some(ae.lines().next().unwrap()))), [[0], [0], [0], [0]]);
    // Death of another cause ends observation; without a time of day it cannot.
    let until = |chart: &Chart| chart.states(&Options::default()).last().unwrap().time;
    assert!((until(&charts[2]) - 50.0 / 24.0).abs() < 1e-9);
    assert!(!charts[2].states(&Options::default()).last().unwrap().death);
}

//! Records that cannot be: each with file, line and column, what is wrong, and mostly a remedy.

use super::super::read_records;
use super::small;
use crate::diagnostic::{Problems, Source};
use crate::trajectory::Sidecar;

const WRONG: &[(&str, &str)] = &[
    ("", "r.csv:1:1: error[D001]: the table is empty"),
    ("\u{feff}", "error[D001]: the table is empty"),
    ("\r\n\r\n", "r.csv:1:1: error[D001]: the table is empty"),
    ("ID,TIME,AMT,CMT\n", "r.csv:1:1: error[D001]: the table has a header but no rows"),
    ("ID,TIME,AMT\n1,0,0\n", "error[D001]: the table has no dose record"),
    ("ID;TIME;AMT\n1;0;5\n", "r.csv:1:1: error[D005]: the columns are separated by semicolons"),
    ("ID\tTIME\tAMT\n1\t0\t5\n", "r.csv:1:1: error[D005]: the columns are separated by tabs"),
    ("ID,AMT,CMT\n1,5,drug\n", "r.csv:1:1: error[D006]: no column `TIME`"),
    ("TIME,AMT,CMT\n0,1,5,drug\n", "r.csv:2:1: error[D002]: 4 fields where the header has 3"),
    ("TIME,AMT,CMT\r\n0,5,drug\r\n1,5\r\n", "r.csv:3:1: error[D002]: 2 fields"),
    ("TIME,AMT,AMT,CMT\n0,5,5,drug\n", "r.csv:1:10: error[D003]: column `AMT` is there twice"),
    ("TIME,AMT,amt,CMT\n0,5,5,drug\n", "r.csv:1:10: error[D003]: `AMT` and `amt` are one column"),
    ("TIME,AMT,CMT\n0,\"5,drug\n", "r.csv:2:3: error[D004]: quotes are not closed"),
    // Decimal commas, quoted or not; a mark and line ends do not move the place.
    (
        "\u{feff}TIME,AMT,CMT\r\n0,5,drug\r\n\"1,5\",5,drug\r\n",
        "r.csv:3:1: error[D007]: `\"1,5\"` is no time\n  help: decimals stand behind a point: `1.5`",
    ),
    (
        "TIME,AMT,CMT\n0,\"2,5\",drug\n",
        "r.csv:2:3: error[D007]: `2,5` is not a number\n  help: decimals stand behind a point: `2.5`",
    ),
    ("TIME,AMT,CMT\n0,1,5,drug\n", "help: write decimals with a point"),
    ("TIME,AMT,CMT\n0,5 mg,drug\n", "r.csv:2:3: error[D007]: `5 mg` is not a number"),
    ("TIME,AMT,CMT\nx,5,drug\n", "r.csv:2:1: error[D007]: `x` is no time"),
    ("TIME,AMT,CMT,RATE\n0,5,drug,fast\n", "r.csv:2:10: error[D007]: `fast` is not a number"),
    ("TIME,AMT,CMT,weight\n0,5,drug,heavy\n", "r.csv:2:10: error[D007]: `heavy` is not a number"),
    // Units.
    ("TIME [mg],AMT,CMT\n0,5,drug\n", "r.csv:1:7: error[U007]: column `TIME` is in mg"),
    ("TIME,AMT [cells],CMT\n0,5,drug\n", "r.csv:2:3: error[U007]: the amount of `drug` is in mg, not in cells"),
    ("TIME,AMT [mgg],CMT\n0,5,drug\n", "r.csv:1:11: error[U001]: unknown unit `mgg`"),
    ("TIME,AMT,CMT,RATE [mg]\n0,5,drug,1\n", "r.csv:2:10: error[U007]: the rate of the infusion is in"),
    ("TIME,AMT,CMT,II [mg],ADDL\n0,5,drug,1,1\n", "r.csv:1:18: error[U007]: column `II` is in mg"),
    ("TIME,AMT,CMT,weight [mL]\n0,5,drug,70\n", "r.csv:1:22: error[U007]: column `weight` is in mL"),
    // Compartments.
    (
        "TIME,AMT,CMT\n0,5,drgu\n",
        "r.csv:2:5: error[D015]: `drgu` is neither a dose entry nor a state\n  help: did you mean `drug`?",
    ),
    ("TIME,AMT,CMT\n0,5,9\n", "r.csv:2:5: error[D015]: `9` is neither"),
    ("TIME,AMT,CMT\n0,5,.\n", "r.csv:2:5: error[D015]: a dose of what?"),
    ("TIME,AMT,CMT\n0,5,-1\n", "r.csv:2:5: error[D015]: a negative compartment: CMT -1"),
    ("TIME,AMT,CMT\n0,5,old\n", "r.csv:2:5: error[R010]: this model takes no dose of `old`"),
    ("TIME,AMT,CMT\n0,5,rescue\n", "r.csv:2:3: error[R008]: `rescue` marks a time"),
    // Amounts and events.
    ("TIME,AMT,CMT\n0,-5,drug\n", "r.csv:2:3: error[D015]: negative amount: AMT -5"),
    ("TIME,EVID,AMT,CMT\n0,1,5,drug\n1,7,0,.\n", "r.csv:3:3: error[D015]: no such event: EVID 7"),
    ("TIME,EVID,AMT,CMT\n0,0,5,drug\n", "r.csv:2:5: error[D015]: an observation with an amount: AMT 5"),
    (
        "TIME,EVID,AMT,CMT\n0,3,5,drug\n",
        "r.csv:2:5: error[D015]: a reset with an amount: AMT 5\n  help: a reset with a dose is EVID 4",
    ),
    ("TIME,EVID,AMT,CMT\n0,2,5,drug\n", "r.csv:2:5: error[D015]: an event that is no dose with an amount"),
    ("TIME,EVID,AMT,CMT,MDV\n0,1,5,drug,1\n1,0,0,.,2\n", "r.csv:3:9: error[D015]: MDV is neither 0 nor 1: 2"),
    // Rates and durations.
    ("TIME,AMT,CMT,RATE\n0,5,drug,-1\n", "r.csv:2:10: error[D015]: RATE -1 does not go with dose entry `drug`"),
    ("TIME,AMT,CMT,RATE\n0,5,slow,-1\n", "r.csv:2:10: error[D015]: RATE -1 does not go with dose entry `slow`"),
    ("TIME,AMT,CMT,RATE\n0,5,drug,-3\n", "r.csv:2:10: error[D015]: RATE -3 does not go"),
    ("TIME,AMT,CMT,DUR\n0,5,drug,-3\n", "r.csv:2:10: error[D015]: negative duration: DUR -3"),
    ("TIME,AMT,CMT,RATE,DUR\n0,5,drug,1,3\n", "r.csv:2:12: error[D015]: both RATE 1 and DUR 3"),
    // Additional doses and steady state.
    ("TIME,AMT,CMT,ADDL\n0,5,drug,2\n", "r.csv:2:10: error[D015]: additional doses cannot be: ADDL 2, II 0"),
    ("TIME,AMT,CMT,ADDL,II\n0,5,drug,2.5,1\n", "r.csv:2:10: error[D015]: additional doses cannot be: ADDL 2.5, II 1"),
    ("TIME,AMT,CMT,ADDL,II\n0,5,drug,-1,1\n", "r.csv:2:10: error[D015]: additional doses cannot be: ADDL -1, II 1"),
    ("TIME,AMT,CMT,ADDL,II\n0,5,drug,1,-1\n", "r.csv:2:12: error[D015]: negative interval: II -1"),
    ("TIME,AMT,CMT,SS\n0,5,drug,1\n", "r.csv:2:10: error[D015]: steady state without an interval: II 0"),
    ("TIME,AMT,CMT,SS,II\n0,5,drug,3,1\n", "r.csv:2:10: error[D015]: no such steady state: SS 3"),
    ("TIME,AMT,CMT,SS,II,RATE\n0,0,drug,1,5,2\n", "r.csv:2:10: error[D015]: an infusion without end has no interval"),
    ("TIME,AMT,CMT,SS,II\n0,0,rescue,1,5\n", "r.csv:2:12: error[R008]: `rescue` marks a time"),
    // Subjects and order.
    ("ID,TIME,AMT,CMT\n,0,5,drug\n", "r.csv:2:1: error[D015]: row without a subject"),
    ("ID,TIME,AMT,CMT\n1,5,5,drug\n1,4,5,drug\n", "r.csv:3:3: error[D008]: time runs backwards: 4 after 5"),
    ("ID,TIME,EVID,AMT,CMT\n1,5,1,5,drug\n1,0,4,5,drug\n", "r.csv:3:3: error[D008]: time runs backwards: 0 after 5"),
    (
        "ID,TIME,AMT,CMT\n1,0,5,drug\n2,0,5,drug\n1,5,5,drug\n",
        "r.csv:4:1: error[D016]: subject `1` has two blocks of rows",
    ),
    ("TIME,AMT,CMT,weight\n0,5,drug,70\n0,5,drug,71\n", "r.csv:3:1: error[D015]: `weight` is 70 and 71 at one time"),
    // Dates, conditions, bodies.
    ("DATE,TIME,AMT,CMT\n2026-02-30,08:00,5,drug\n", "r.csv:2:1: error[D007]: `2026-02-30` is no date"),
    ("DATE,TIME,AMT,CMT\n2026-02-20,25:00,5,drug\n", "r.csv:2:12: error[D007]: `25:00` is no time of day"),
    ("TIME,AMT,CMT\n08:00,5,drug\n", "r.csv:2:1: error[D007]: `` is no date"),
    ("TIME,AMT,CMT\n0,5,drug\n2026-02-20T08:00,5,drug\n", "r.csv:3:1: error[D015]: numbers among dates"),
    ("TIME,AMT,CMT,IF\n0,5,drug,weight is high\n", "r.csv:2:10: error[D015]: `weight is high` is no condition"),
    ("TIME,AMT,CMT,IF\n0,5,drug,wieght < 30 kg\n", "r.csv:2:10: error[R013]: `wieght` is no covariate"),
    ("TIME,AMT,CMT,PER\n0,5,drug,lb\n", "r.csv:2:10: error[D015]: an amount per `lb`"),
    ("TIME,AMT,CMT,PER\n0,5,drug,m2\n", "r.csv:2:3: error[R014]: a dose per m2, and the model has no covariate `bsa`"),
    ("TIME,AMT,CMT,CAP\n0,5,drug,-1\n", "r.csv:2:10: error[D015]: negative cap: CAP -1"),
];

#[test]
fn each_bad_table_is_told_with_file_line_and_column() {
    let model = small();
    assert!(WRONG.len() >= 40);
    let mut wrong = Vec::new();
    for (text, expected) in WRONG {
        let mut problems = Problems::default();
        let read = read_records(&Source::new("r.csv", *text), &Sidecar::default(), &model, &mut problems);
        let told = problems.to_string();
        if read.is_some() || !told.contains(expected) {
            wrong.push(format!("{text:?}\n  should say {expected}\n  but says   {told}"));
        }
        assert!(told.starts_with("r.csv:"), "{told}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn dates_count_from_the_first_record_and_clocks_go_over_midnight() {
    let model = small();
    let table = "DATE,TIME,AMT,CMT\n2025-12-31,22:30,5,drug\n2026-01-01,00:00,5,drug\n2026-01-02,22:30,5,drug\n";
    for table in [table.to_string(), table.replace("DATE,TIME", "TIME").replace(",22", "T22").replace(",00", "T00")] {
        let mut problems = Problems::default();
        let read = read_records(&Source::new("r.csv", &*table), &Sidecar::default(), &model, &mut problems);
        let read = read.unwrap_or_else(|| panic!("{problems}"));
        let list = read.subjects[0].doses.as_ref().unwrap().resolve(&model, &mut problems);
        assert_eq!(list.iter().map(|dose| dose.time).collect::<Vec<_>>(), [0.0, 1.5, 48.0]);
    }
}

#[test]
fn dates_count_from_the_infusion_of_cells_where_there_is_one() {
    let model = crate::model::Model::embedded("cart-crs").unwrap();
    let table =
        "TIME,AMT,CMT\n2026-01-05T09:00,10,dexamethasone\n2026-01-10T09:00,0.1,cart\n2026-01-11T21:00,0.2,cart\n";
    let mut problems = Problems::default();
    let read = read_records(&Source::new("r.csv", table), &Sidecar::default(), &model, &mut problems);
    let read = read.unwrap_or_else(|| panic!("{problems}"));
    let list = read.subjects[0].doses.as_ref().unwrap().resolve(&model, &mut problems);
    assert_eq!(list.iter().map(|dose| dose.time).collect::<Vec<_>>(), [-5.0, 0.0, 1.5]);
}

#[test]
fn an_observation_before_the_doses_of_its_time_sees_the_trough() {
    let model = small();
    let rows = |text: &str| {
        let read = super::design(&model, text);
        read.subjects[0].rows.iter().map(|row| (row.time, row.before)).collect::<Vec<_>>()
    };
    let head = "TIME,EVID,AMT,CMT,DVID,II,ADDL\n";
    let text = format!(
        "{head}0,1,5,drug,.,12,1\n6,0,0,.,1,0,0\n6,1,5,drug,.,0,0\n12,0,0,.,1,0,0\n24,1,5,drug,.,0,0\n24,0,0,.,1,0,0\n"
    );
    assert_eq!(rows(&text), [(6.0, true), (12.0, false), (24.0, false)]);
    let between = format!("{head}0,1,5,drug,.,0,0\n0,0,0,.,1,0,0\n0,1,5,drug,.,0,0\n");
    let (_, told) = super::attempt(&model, &between);
    assert!(told.contains("d.csv:3:1: error[D015]: an observation between doses of one time"), "{told}");
}

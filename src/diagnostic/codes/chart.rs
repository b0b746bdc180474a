//! C: charts of patients.

codes! {
    AGENT = "C001", "unknown vasopressor",
        "Vasopressors are named in full or short: norepinephrine NE, epinephrine EPI, phenylephrine PHE, dopamine DOPA, vasopressin VASO, angiotensin II ANGII. Inotropes (dobutamine, milrinone) count on no scale.";
    RATE = "C002", "not the rate of a vasopressor",
        "A rate needs its unit: ug/min, ug/kg/min or mg/h, for vasopressin U/min or U/h. Norepinephrine may say of which salt the mass is, `ug/min base` or `ug/min tartrate` (half of which is base). Rates beyond belief are refused, as they mostly come from a wrong unit.";
    TIME = "C003", "not a time of a chart",
        "Times are hours after the infusion in a column `time_h`, or dates with a time of day in a column `datetime` (2026-01-03 06:00). A date alone is refused: grades hang on hours.";
    PARAMETER = "C004", "unknown parameter of a chart",
        "A row says in `param` what was written down: TEMP, SBP, MAP, SPO2, FIO2, O2FLOW, O2DEVICE, VENT_REASON, BASELINE_DEVICE, PRESSOR:agent, FLUID_BOLUS, TOCI, STEROID, ANTICYTOKINE, ANTIPYRETIC, CREAT_GR, ALT_GR, ORGAN_GR, COAG_PRODUCT, HOSP, SYMPTOMS, ICE, CONSCIOUSNESS, SEIZURE, MOTOR, OEDEMA, OTHER_CAUSE, DEATH, AGE, WEIGHT, SBP_BASELINE, INFUSION, REPORTED:scale. Names that resemble none of these are passed over with a warning.";
    VALUE = "C005", "value that this parameter cannot have",
        "Values beyond belief are refused, as they mostly come from a wrong unit: a temperature of 383, an FiO2 of 0.4 where 40 is meant. Nothing is guessed.";
    UNIT = "C006", "unit missing or not of this parameter",
        "Every number needs its unit in the column `unit`: degC or degF, mmHg, percent (or 1 for a fraction), L/min, ug/min; grades, counts and flags have none.";
    INTERVAL = "C007", "interval that ends before it starts",
        "The column `stop_h` (or `stop`) tells when a drip or device ended; it must not lie before the start.";
    WEIGHT = "C008", "rate by weight without a weight",
        "A rate in ug/kg/min is compared with limits in ug/min (dopamine: the other way round), which needs the body weight: a row WEIGHT of the subject, or the column wt_kg of a table of single time points.";
    TWO_TIMES = "C009", "no time, or two columns of it",
        "A chart has one column of times: `time_h`, hours after the infusion, or `datetime`.";
    NOT_TOGETHER = "C010", "rows of a subject that do not stand together",
        "A stream is graded subject by subject, so that the rows of each must stand together. Sort it by subject; within a subject rows come in any order. A file may be in any order.";
    INFUSION = "C011", "two times of the infusion",
        "Times count from the infusion. The data say when it was (a row INFUSION, or EX and DM of SDTM), and `--infusion` says something else; or `--infusion` is given where times are hours after the infusion already, or with an offset from UTC where times have none. For a FHIR bundle whose times have several offsets it needs one: 2026-01-01T00:00+01:00.";
    DOMAIN = "C012", "no folder of SDTM tables",
        "`--sdtm` names a folder with any of dm.csv, vs.csv, cm.csv, ex.csv, pr.csv and ae.csv, in any case of letters, each at most once.";
    MAPPED_TWICE = "C013", "name mapped twice",
        "A mapping says what each test code or treatment means. A name that stands under two parameters of one domain would mean two things. Case and the number of blanks make no difference between names.";
    BUNDLE = "C014", "not a FHIR bundle",
        "A .json file is graded if it is a FHIR bundle: an object with `\"resourceType\": \"Bundle\"` and `entry`, an array of objects with a `resource` each. At least one resource must be an Observation that a scale reads.";
    RESOURCE = "C015", "observation that lacks something",
        "An Observation of a sign needs `subject.reference`, `effectiveDateTime` with an offset from UTC, and `valueQuantity` with `value` (a number) and `code` or `unit`. If nothing was measured, `dataAbsentReason` says so.";
}

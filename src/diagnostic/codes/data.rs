//! D: tables read and written.

codes! {
    EMPTY_TABLE = "D001", "table without rows",
        "The file has no header, or no row below it. A table starts with a line of column names: time,il6,cart_blood.";
    FIELD_COUNT = "D002", "row with too few or too many fields",
        "Every row needs as many fields as the header. Decimal commas split a number in two: write 38.5, not 38,5; a missing value is an empty field.";
    DUPLICATE_COLUMN = "D003", "two columns of one name",
        "Columns are found by their names, so that each must be there once.";
    OPEN_QUOTE = "D004", "quotes that are not closed",
        "A field that starts with a double quote runs to the next one; a double quote inside it is written twice.";
    SEPARATOR = "D005", "not separated by commas",
        "Tables are read with commas between fields and points in numbers. Spreadsheets of some countries save semicolons: choose comma-separated values, or replace `;` by `,` after decimal commas by points.";
    MISSING_COLUMN = "D006", "missing column",
        "A column that is needed is not in the header. Names are case-sensitive.";
    NOT_A_NUMBER = "D007", "not a number",
        "The column holds numbers. Missing values are empty, or `NA`, `NaN`, or a single point.";
    TIME_ORDER = "D008", "time runs backwards",
        "Rows of a trajectory, and dose records of a subject, must come in the order of time; the same time twice is allowed.";
    NO_UNIT = "D009", "column without a unit",
        "Numbers are not read without their unit. It stands in the header, `il6 [pg/mL]` (write such files with --header-units), or in `columns.json` beside the table.";
    UNITS_DISAGREE = "D010", "two different units for one column",
        "Header and `columns.json` both give a unit for the column, and they differ. Remove the wrong one.";
    UNKNOWN_COLUMN = "D011", "column that is no output",
        "Columns of measurements are named after the outputs of the model, so that each is drawn over its own curve. `cascade show MODEL` lists the outputs; remove columns that are not measured outputs.";
    DESIGN_COLUMN = "D012", "column that a design does not use",
        "A design has ID (or id, subject), TIME, DATE, DVID (or output), EVID, MDV, the dose columns AMT, CMT, RATE or DUR, II, ADDL, SS, CAP, IF, and covariates by the names of the model; DV, CENS (or BLQ), LIMIT, LLOQ and OCC are read as data and passed over by a design.";
    DESIGN_OUTPUT = "D013", "which output is to be observed?",
        "DVID names an output of the model, or gives its number in the order of the file, counted from 1. It may be left out, or empty, only if exactly one output has a residual error.";
    NO_ERROR_MODEL = "D014", "output without a residual error",
        "Data are simulated as prediction plus residual error. The output declares none: add `error` to it in a copy of the model, as error = { model = \"proportional\", sd = 0.3, assumption = \"A1: ...\" }; a prediction alone is what `cascade simulate` prints without --design.";
    DESIGN_RECORD = "D015", "record that a design cannot have",
        "Records are observations (EVID 0), doses (1), other events (2), resets (3) and resets with a dose (4). A dose has AMT, CMT and perhaps RATE (a rate, 0 at once, -1 and -2 the rate and the duration that the entry declares) or DUR (a duration), ADDL with II, SS (1 replaces, 2 adds) with II. Records of one time act in the order of the file; additional and lagged doses act before them. The bioavailable fraction scales the amount: with a rate the duration follows, with a duration the rate; an infusion that has run for ever (SS, AMT 0) is not scaled and ends at its record. CMT is the name of a dose entry, or a state (name, or number from 1) that exactly one entry goes to. AMT and RATE count in the unit of the dose entry unless their heading says another. A covariate goes on between records as the model says: `next` (the next record's value holds from the record before, as in NONMEM) or `last`; an empty field tells nothing.";
    TWO_BLOCKS = "D016", "subject in two blocks",
        "Where order means something, the rows of a subject stand together: NONMEM reads a second block of the same ID as another patient, others join the two. Sort the table by subject and time, or rename one of them.";
    OBSERVED_VALUE = "D017", "observation that cannot be",
        "Every observation of a data set (EVID 0, MDV not 1) has a value in DV: a number, `<5` for a value below 5, `>500`, or BLQ for one below the limit of quantification (column LLOQ, else `lloq` of the output). CENS (or BLQ) 1 says that the value lies below the limit in DV, with a LIMIT between LIMIT and DV; CENS -1 above it, with a LIMIT between DV and LIMIT. An output whose error acts on the logarithm has values above 0 only. OCC is a whole number.";
    BELOW_LIMIT = "D018", "values below the limit of quantification that are not marked",
        "The output declares a limit of quantification (or the row has one in LLOQ), and values below it stand in the data with CENS 0. They count as values. If the laboratory reported the limit, or half of it, in their place, the fit is biased: mark them with CENS 1 and the limit in DV (method M3).";
}

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
        "Rows of a trajectory must come in the order of time; the same time twice is allowed (before and after a dose).";
    NO_UNIT = "D009", "column without a unit",
        "Numbers are not read without their unit. It stands in the header, `il6 [pg/mL]` (write such files with --header-units), or in `columns.json` beside the table.";
    UNITS_DISAGREE = "D010", "two different units for one column",
        "Header and `columns.json` both give a unit for the column, and they differ. Remove the wrong one.";
    UNKNOWN_COLUMN = "D011", "column that is no output",
        "Columns of measurements are named after the outputs of the model, so that each is drawn over its own curve. `cascade show MODEL` lists the outputs; remove columns that are not measured outputs.";
}

//! U: units and dimensions.

codes! {
    UNKNOWN_UNIT = "U001", "unknown unit",
        "Known are s min h d week; kg g mg ug ng pg; L dL mL uL; m cm mm m2; mol mmol umol nmol pmol; cells, copies, IU; degC degF; K (a difference of temperature); mmHg; percent; 1; products, powers and numbers inside, as in `1e6 pg/mL/(1e9 cells)^2/d`.";
    UNIT_SYNTAX = "U002", "unit not understood",
        "Units are products: `pg/mL/d`, `mg*d/L`, `1/d`, `kg^(3/4)`. A product is written with `*` or `.`, never with a blank. A number may come first, `1e9 cells`; elsewhere a number with its unit stands in parentheses, `1/(1e9 cells)/d`.";
    UNIT_RANGE = "U003", "unit out of range",
        "A unit is zero, or so large or small that values in it cannot be computed with, or a power is above 100.";
    LEVEL_SCALED = "U004", "scaled level of temperature",
        "degC and degF count from a zero of their own, so that a multiple of them means nothing. Write `degC` alone for a temperature, and `K` for a difference of temperatures.";
    QUANTITY = "U005", "not a number with a unit",
        "A quantity is a number, a blank and a unit: `1.2 1/d`, `5e7 cells`, `28 d`, `8 mg/kg`. A number alone is a plain number. Decimals stand behind a point.";
    NOT_FINITE = "U006", "number not finite",
        "Values are finite numbers below 1.8e308. NaN and infinity are refused: a missing value is left out, not written as a number.";
    WRONG_UNIT = "U007", "unit of another dimension",
        "The value is in a unit that measures something else than what is wanted, such as a rate (1/d) for a concentration (pg/mL). Units of one dimension are converted (h to d, ng/mL to pg/mL); those of different dimensions cannot be. A temperature (degC) is not a difference of temperatures (K).";
}

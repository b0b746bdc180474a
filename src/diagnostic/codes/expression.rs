//! E: the text of expressions and the names in them.

codes! {
    UNKNOWN_NAME = "E001", "unknown name",
        "The name is not a state, parameter, covariate, derived quantity, switch, or `t`. Names are case-sensitive.";
    EXPRESSION_SYNTAX = "E002", "expression not understood",
        "The text does not follow the grammar of expressions: numbers, numbers with units `38.0 [degC]`, names, + - * / ^, < <= > >=, and or not, `if c then a else b`, exp ln log10 sqrt abs min max, hill(x, n, K), dose_count(NAME), first_dose_time(NAME), `t`, true, false. Products are written with `*`.";
    EMPTY_EXPRESSION = "E003", "empty expression",
        "There is nothing between the quotes. Write 0 for a rate of zero.";
    NUMBER_RANGE = "E004", "number out of range",
        "Numbers in expressions lie between 2.3e-308 and 1.8e308, or are 0.";
    TOO_DEEP = "E005", "expression nested too deeply",
        "Parentheses, functions, signs and else-branches nest up to 100 levels, and a chain such as a + b + ... may have 500 parts. Split the expression with entries under [derived].";
    UNKNOWN_FUNCTION = "E006", "unknown function",
        "Functions are exp, ln (natural), log10, sqrt, abs, min, max, hill(x, n, K), dose_count(NAME) and first_dose_time(NAME). A name before a parenthesis is read as a function: a product needs `*`.";
    ARGUMENT_COUNT = "E007", "wrong number of arguments",
        "exp, ln, log10, sqrt and abs take one argument, min and max two or more, hill takes three: hill(x, n, K) = x^n / (K^n + x^n).";
    COMPARISON_CHAIN = "E008", "chained comparison",
        "`a < b < c` is not a range here. Write `a < b and b < c`.";
    RESERVED_WORD = "E009", "reserved word",
        "The word means something in expressions and cannot name a state, parameter or anything else.";
    MIXED_DIMENSIONS = "E010", "different dimensions",
        "What is added, subtracted, compared or chosen between must measure the same: pg/mL with ng/mL, but not pg/mL with 1/d. Each part is shown with its unit. A number without a unit is a plain number: write `5 [pg/mL]`; 0 needs no unit.";
    NOT_DIMENSIONLESS = "E011", "plain number needed",
        "exp, ln, log10, exponents, and bases of powers whose exponent is not a simple number take plain numbers. Divide by a reference in the same unit: `ln(il6 / 1 [pg/mL])`, `(weight / 70 [kg])^exponent`. For saturable effects there is hill(x, n, K).";
    LEVEL = "E012", "temperatures as levels",
        "degC and degF are levels: they count from a zero of their own. The difference of two levels is a difference in K; a level plus or minus a difference is a level; levels can be compared with levels. Sums, multiples and signs of levels mean nothing. Move towards a target with `tm + k * (39.5 [degC] - tm)`.";
    NUMBER_EXPECTED = "E013", "condition in place of a number",
        "A comparison, a switch, true or false is a condition, not a number. Turn it into one with `if c then 1 else 0`.";
    CONDITION_EXPECTED = "E014", "number in place of a condition",
        "`if`, `and`, `or`, `not` and switches work on conditions: comparisons such as `il6 > 100 [pg/mL]`, switches, true and false. Numbers do not count as true or false.";
    EQUALITY = "E015", "equality of continuous numbers",
        "A quantity that changes continuously passes through a value but is never found exactly at it: use < or >. `==` and `!=` work between conditions, and between numbers that change only in steps (parameters, covariates, dose_count).";
    UNKNOWN_DOSE = "E016", "unknown dose entry",
        "dose_count and first_dose_time ask about an entry under [doses].";
    BAD_NAME = "E017", "name not allowed",
        "Names are letters a to z (also capitals), digits and `_`, and start with a letter: `cart_blood`, `il6`.";
    RESULT_DIMENSION = "E018", "expression of another dimension than declared",
        "The whole expression measures something else than what is declared for it. The rate of a state is in the state's unit per time.";
    DIVISION_BY_ZERO = "E019", "division by zero",
        "The divisor is the number 0, so that the expression has no value. Was a parameter meant?";
}

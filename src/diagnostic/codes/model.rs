//! M: names, values and structure of a model and its parameter sets.

codes! {
    DUPLICATE_NAME = "M001", "name defined twice",
        "States, parameters, covariates, derived quantities, switches and care steps share one name space, so that an expression has one meaning.";
    CYCLE = "M002", "derived quantities depend on each other in a circle",
        "Each derived quantity must be computable from states, parameters and derived quantities that do not need it. The message lists the circle.";
    NO_RATE = "M003", "state without a rate",
        "Every state needs `rate`, the expression of its change per unit of time; rate = '0 * NAME / 1 [d]' keeps it constant.";
    NO_PROVENANCE = "M004", "value without source",
        "Every value has `source` (citation or DOI, and table) or `assumption = \"A3: text\"`. A number that nobody can trace is not shipped.";
    MATURITY = "M005", "maturity does not fit the assumptions",
        "A model with numbered assumptions is `maturity = \"assumptions\"` or `\"illustrative\"`, never `\"exact\"`; it is shown wherever the model is.";
    BAD_ASSUMPTION = "M006", "assumption without number or with another's number",
        "Assumptions read `A3: text`. One number stands for one text in the whole file, parameter sets included.";
    OUT_OF_BOUNDS = "M007", "value outside its bounds",
        "The value of a parameter must lie within the `bounds` the model declares, in the same unit.";
    BAD_BOUNDS = "M008", "bounds in the wrong order",
        "`bounds = [low, high]` with low < high, in the unit of the parameter.";
    UNUSED = "M009", "declared but never used",
        "The name appears in no rate, start value, output, switch, dose or sign. Usually a misspelt name elsewhere.";
    NOT_CONSTANT = "M010", "must not change in time",
        "Start values, lags, fractions, durations and switch times are computed before the run: only parameters and covariates may appear in them.";
    NO_VALUE = "M011", "parameter without a value",
        "A parameter that has no `value` in the model must be given by the parameter set, or by --set.";
    OUTPUT_CLASH = "M012", "output hides another quantity",
        "An output may carry the name of a state or derived quantity only if it is that quantity and nothing else; otherwise the trajectory would have two columns of one name.";
    BAD_VARIABILITY = "M013", "between-subject variability not understood",
        "Give exactly one of `sd`, `variance`, `cv`, with `distribution = \"lognormal\" | \"normal\" | \"logit\"`. Papers print omega as variance or as standard deviation: the file says which.";
    BAD_SWITCH = "M014", "switch not understood",
        "A switch has exactly one of `time` (on from then), `while` (on as long as the condition holds) or `on` (with optional `off`).";
    BAD_DOSE_ENTRY = "M015", "dose entry not understood",
        "A dose entry has exactly one of `state` (the dose is added there), `marker = true` (only its times are read) or `refused = \"reason\"`.";
    UNLOCATED = "M016", "comparison inside a rate is not located",
        "A rate that jumps where a comparison turns true is integrated across the jump and loses accuracy. Declare a switch with that condition and use its name: the solver then stops exactly there.";
    WRONG_MODEL = "M017", "parameter set of another model",
        "The set names the model it belongs to in `model`; it does not fit this one.";
    UNKNOWN_SET = "M018", "unknown parameter set",
        "The model has no set of that name. `cascade show MODEL` lists the sets; a path with a slash or `.toml` reads a file.";
    UNKNOWN_MODEL = "M019", "unknown model",
        "No model of that name is in the library. `cascade models` lists them; a path with a slash or `.toml` reads a file.";
    UNKNOWN_PARAMETER = "M020", "unknown parameter",
        "Parameter sets and --set change parameters; --set also reaches covariates. The model has none of that name: `cascade show MODEL` lists them.";
    BAD_OVERRIDE = "M021", "override not understood",
        "--set wants NAME=VALUE with a unit, as in --set kill=\"0.19 1/(1e9 cells)/d\".";
    BAD_MIXTURE = "M022", "mixture or correlation not understood",
        "Probabilities of the classes of a mixture sum to 1; correlations lie between -1 and 1 and name two parameters that have variability.";
    BAD_END_POINT = "M023", "end point not understood",
        "An end point has exactly one of `below` and `above`: a quantity in the unit of its `output`, or a share of the value at the first CAR-T dose, as `10 percent of start`. A share for `below` lies between 0 and 100 percent, one for `above` over 100 percent: anything else is reached at the start.";
}

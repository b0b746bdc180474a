//! A: arms that are compared, sweeps, searches for a regimen.

codes! {
    BAD_ARM = "A001", "arm not understood",
        "An arm is a scenario file, or --arm \"NAME: ITEM; ITEM\" with a model, each item a dose (`cart 5e7 cells at 0 d`, `none`), `set NAME=VALUE` or `parameters SET`. Names are told once each, without commas and quotes. Two arms or more are compared.";
    UNKNOWN_ARM = "A002", "unknown arm",
        "--reference names one of the arms; without it the first one is the reference.";
    OTHER_MODEL = "A003", "arms of different models",
        "Arms are compared patient by patient: the same patients, drawn with the same random effects, get each of the regimens. That has a meaning within one model only. Let all scenarios name the same model file.";
    BAD_UTILITY = "A004", "utility not understood",
        "A utility is made of `P(NAME)` (share of the patients), `mean(COLUMN)`, `median(COLUMN)`, numbers, + - * / and parentheses: P(response) - 2*P(grade>=3).";
    UNKNOWN_QUANTITY = "A005", "unknown quantity in a utility",
        "P(NAME) takes an end point that the model declares, `crs`, `grade>=3` by the first scale or `SCALE>=3` by another one, the name of a dose entry or of a step of care (any use of it). mean and median take a column of the end points: cmax_il6, auc_0_28d_cart_blood, crs_days_penn. arms.csv of --output lists all.";
    BAD_SWEEP = "A006", "sweep not understood",
        "A sweep is `ENTRY amount FROM..TO [log|lin] COUNT`, `ENTRY time FROM..TO [lin] COUNT`, or `parameter NAME FROM..TO [log|lin] COUNT`; the bounds of --optimise are the same without a count, and may be `ENTRY gap` (from one time of a dose to the next) or `ENTRY split` (percent at the first time). A number without a unit has that of the entry or parameter.";
    NOTHING_TO_SWEEP = "A007", "the regimen has no such dose",
        "A sweep changes a dose of the regimen: exactly one dose of that entry must be there. Give it with --dose.";
}

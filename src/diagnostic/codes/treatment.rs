//! T: rules of treatment.

codes! {
    RULE = "T001", "treatment rule not usable",
        "A rule has `name`, `when` (a condition), and `give` (doses; without `at` they are given at the decision) or `withhold` (a dose entry); it may have `amount` (an expression), `for`, `repeat_while`, `max_doses`, `min_gap`, `delay`, `after`, `until`, `every` and `[treat.values]`.";
    NEVER = "T002", "rule that can never act",
        "Its times, or another rule, leave it no moment: `after` is not before `until`, or one rule withholds the drug under the very condition under which another gives it.";
    FOREVER = "T003", "rule that acts without end",
        "A dose that is repeated as long as something holds needs a `min_gap`. A rule that turned on and off so often that it gave 1000 doses to one patient is stopped too: say `max_doses`, `for` or `min_gap`.";
    SIGN = "T004", "sign or grade that this model does not have",
        "A rule may ask for states, parameters, covariates, derived quantities, switches and outputs of the model, for signs that the model reads or that its care and doses set, and for grades: `grade` (of the first scale), `grade_penn`, `worst_grade`, `worst_grade_lee_2014`.";
}

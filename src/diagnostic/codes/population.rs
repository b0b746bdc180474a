//! P: populations of virtual patients.

codes! {
    NO_VARIABILITY = "P001", "nothing varies between patients",
        "Patients are drawn from the `variability` of parameters and from the classes of a [mixture]. The model declares none, so that all patients would be one. Declare it, choose a model that has it, or give a table of patients.";
    BAD_VARIABILITY = "P002", "variability that cannot be drawn from",
        "The value or the scale does not fit the distribution. A lognormal parameter is not negative; a logit one lies within its bounds (0 to 1 if it has none); `cv` has no meaning on the logit scale. See the message.";
    CONTRADICTION = "P003", "correlations contradict each other",
        "No joint distribution has these correlations: their matrix is not positive semidefinite. Pairs that are not declared count as 0, which is often what contradicts: if a goes with b and b with c, then a and c go together too.";
    TOO_MANY_DIMENSIONS = "P004", "too many random effects for Sobol points",
        "Sobol points are built from a table of direction numbers with a dimension for each random effect and one for the class of a mixture. Draw the patients at random instead.";
    CLASS_OVERRIDES = "P005", "a value that classes of the mixture replace",
        "The order of values is: model file, parameter set, --set, class of the mixture. A value given for a parameter that classes set has no effect in those classes. Change it in the classes of the model file.";
    UNKNOWN_COLUMN = "P006", "column that is no parameter or covariate",
        "Columns of a table of patients are named after the parameters and covariates of the model; one may be `subject` (or ID, id), and one `class` where the model has a [mixture]. Whatever has no column is as in the model for everybody. `cascade show MODEL` lists the names; remove other columns.";
    UNKNOWN_CLASS = "P007", "class that the mixture does not have",
        "The column `class` of a table of patients names a class of the [mixture] of the model for each of them. It is told of the patient again and changes no value: those stand in the other columns. Correct the name, or remove the column.";
}

//! L: likelihood, fits.

codes! {
    NOTHING_ESTIMATED = "L001", "nothing to estimate",
        "A fit estimates the typical values of parameters that have variability in the model, those named by --estimate, and the sizes of residual errors. Here nothing is left. Name parameters with --estimate, or declare `variability`.";
    UNKNOWN_ESTIMATE = "L002", "a name that cannot be estimated",
        "--estimate, --fix, --block and the like name parameters of the model. Correct the name; `cascade show MODEL` lists them.";
    BAD_START = "L003", "a start that estimation cannot leave from",
        "A start lies outside of the bounds, is 0 or below on a log scale, or is no finite number. Give another with --set NAME=VALUE, or widen the bounds of the parameter.";
    SINGULAR_OMEGA = "L004", "variances that are not positive definite",
        "The covariance matrix of the random effects at the start has no root: a variance is 0 or below, or correlations contradict each other. Give every random effect a variance above 0, or take its variability out.";
    NO_DATA = "L005", "nothing to fit to",
        "After values below the limit of quantification were treated as asked, no measurement that is a value is left, or none at all. A fit needs values above the limit.";
    NO_EFFECT = "L006", "a parameter without effect on the data",
        "No prediction changes with this parameter at the start: it cannot be estimated from these data. Fix it with --fix, give doses or times that depend on it, or start elsewhere.";
    REFUSED_METHOD = "L007", "a method that these data do not allow",
        "FO takes every measurement as normal: the probability of a value below the limit has no place in it, so M2, M3 and M4 need foce, focei, laplace or saem. M4 conditions on values above 0, which a log scale has anyway: take M3 there.";
    NO_DOSE = "L008", "nothing happens without a dose",
        "Every state starts at 0, the model has dose entries, and no subject of the data, nor the regimen, gives a dose: every prediction is 0. Add dose records (EVID 1 with AMT), or --dose.";
    TOO_FEW = "L009", "too few measurements for what is estimated",
        "There are not more measurements than numbers to be estimated, or every subject has one measurement, from which variability between subjects and residual error cannot be told apart. Fix some of them.";
    BAD_FIT_FLAG = "L010", "a flag of a fit that cannot be followed",
        "A flag of `fit` or `validate` says what is estimated and how: --method, --censoring, --covariance, --explore, --covariate, --prior, --transform, or --resume with the file of an unfinished fit. See the message for what it may say.";
    NO_FIT = "L011", "the fit has no value at its start",
        "The equations cannot be solved for a subject at the start, or its likelihood there is 0: a lognormal error with a prediction of 0, a residual error that is far too small. Give other starts with --set.";
    WRONG_UNIT = "L012", "data that look as if in another unit",
        "The measurements of an output are all hundreds of times larger or smaller than what the model predicts at the start. Give the unit in the heading, as `DV [ng/mL]`, or correct the data; --no-unit-check fits nevertheless.";
}

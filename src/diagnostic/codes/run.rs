//! N: runs and their numbers.

codes! {
    BAD_TOLERANCE = "N001", "tolerance out of range",
        "The relative tolerance lies between 1e-13 and 0.1. The default is 1e-6; the absolute tolerance of a state is this times its `tolerance`.";
    UNKNOWN_SOLVER = "N002", "unknown solver",
        "auto chooses for each patient; rodas is Rodas5P for stiff equations; dopri5 is Dormand-Prince 5(4); ode_solvers-dopri5 is the Dopri5 of the ode_solvers crate.";
    BAD_TIME = "N003", "time not understood",
        "Times are numbers with a unit of time: --until \"60 d\", --at \"1, 5, 9.3 d\", --every \"6 h\".";
    BAD_GRID = "N004", "output times not usable",
        "Output times lie between the start and the end of the run; at most a million rows are printed.";
    INTEGRATION = "N005", "integration failed",
        "The solver stopped before the end. The message names the reason, the time, the state that grows fastest, and the work done. Usual causes: a rate that blows up, a discontinuity without a switch, or a tolerance too small for the numbers.";
    CHATTER = "N006", "switches turn each other on and off",
        "At one time the conditions of switches never settle, or a switch turns too often. Give `on` and `off` separate thresholds, or a minimum time with `at_least`.";
    NO_SIGNS = "N007", "the model has no signs to grade",
        "Grading reads temperature, blood pressure and treatments. The model declares none under [signs]; `cascade models` shows which do.";
    BAD_SCENARIO = "N008", "scenario not understood",
        "A scenario file has `model` and may have `parameters`, `until`, `at` or `every`, `rtol`, `solver`, `seed`, `rules`, [set], [[dose]] or `records`, [[treat]].";
    INTERRUPTED = "N009", "interrupted",
        "The run was stopped from outside, by Ctrl-C or by the caller.";
    NO_DERIVATIVE = "N010", "no derivative",
        "Sensitivities are derivatives. The time at which a condition is met has one only where the condition crosses 0, not where it touches or jumps; and derivatives are by parameters and covariates alone.";
}

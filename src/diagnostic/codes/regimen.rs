//! R: doses and regimens.

codes! {
    DOSE_SYNTAX = "R001", "dose not understood",
        "A dose is the name of a dose entry, an amount, and when: `cart 1.1e9 cells split 10/30/60 % at 0, 1, 2 d`, `tocilizumab 800 mg over 1 h at 3 d every 8 h x 3`. Several doses in one text are separated by `;`. `none` alone means no doses.";
    DOSE_TIME = "R002", "dose without a time",
        "Every dose says when it is given, in numbers with a unit: `at 0 d`, `at 0, 1, 2 d`. Time 0 is the first CAR-T infusion; times before it are negative.";
    DOSE_SPLIT = "R003", "split that does not add up",
        "A split gives each listed time its part of the amount in per cent, as many parts as times, 100 % in all: `split 10/30/60 % at 0, 1, 2 d`. Steps are amounts, one for each time: `step 1/2/5 mg at 0, 7, 14 d`.";
    DOSE_REPEAT = "R004", "repetition not usable",
        "`every 8 h x 3` gives three administrations in all, 8 h apart, from each time after `at`. The interval is above 0, the number whole and at least 1. With `ss` or `ss2` the number may be left out: `every 12 h ss`.";
    DOSE_INFUSION = "R005", "infusion not usable",
        "An infusion has a duration, `over 1 h`, or a rate, `rate 5 mg/h`, above 0; `bolus` gives at once whatever the dose entry says. Without any of them, the amount is given as the model's dose entry says, as a rule at once.";
    DOSE_AMOUNT = "R006", "amount not usable",
        "Amounts are finite and not negative; to take a dose away, leave it out or write `none`.";
    UNKNOWN_ENTRY = "R007", "unknown dose entry",
        "The model has no dose entry of that name. Its entries are the tables `[doses.NAME]`; `cascade show MODEL` lists them.";
    MARKER_AMOUNT = "R008", "amount for a marker",
        "The dose entry is a marker: equations read when it is given, not how much. Leave amount, split and infusion out: `tocilizumab at 5.7 d`.";
    MISSING_AMOUNT = "R009", "dose without an amount",
        "The dose entry adds to a state and needs an amount, a number with a unit or the name of a parameter: `cart 5e7 cells at 0 d`.";
    REFUSED_ENTRY = "R010", "this model takes no such dose",
        "The model declares why a dose of this kind cannot be given in it; the reason is in the message. Another model of the library may take it: `cascade models`.";
    UNKNOWN_AMOUNT = "R011", "unknown parameter as amount",
        "An amount that is a name must be the name of a parameter of the model; else write a number and a unit.";
    DOSE_STEADY = "R012", "steady state not usable",
        "`every 12 h ss` is a dose that has been given every 12 h for ever (SS 1 of NONMEM): amounts, running infusions and doses still to come are cleared, and everything is as it repeats from interval to interval. `ss2` adds that to what is there. The interval is above 0; an amount of 0 at a rate, without `every`, is an infusion that has run for ever and ends at its time. The lag of the entry may be as long as the interval, not longer: the last dose before the record would otherwise arrive after it, and how many are on their way is not defined.";
    DOSE_CONDITION = "R013", "condition of a dose not usable",
        "`if weight < 30 kg` gives the dose to whom the condition holds when it is given: a covariate of the model, `<` or `>=`, a number with a unit. Bands are doses of one entry with conditions that complete each other: `drug 12 mg/kg if weight < 30 kg at 0 d; drug 8 mg/kg cap 800 mg if weight >= 30 kg at 0 d`.";
    DOSE_COVARIATE = "R014", "covariate that a dose needs",
        "A dose per kg is multiplied by the covariate `weight` (or `body_weight`, `wt`) of the model, a dose per m2 by `bsa` (or `body_surface_area`, `body_surface`), as they are when it is given. A model without that covariate takes whole amounts; add it under [covariates.NAME] in a copy of the model, with unit, default and carry.";
}

//! R: doses and regimens.

codes! {
    DOSE_SYNTAX = "R001", "dose not understood",
        "A dose is the name of a dose entry, an amount, and when: `cart 1.1e9 cells split 10/30/60 % at 0, 1, 2 d`, `tocilizumab 800 mg over 1 h at 3 d every 8 h x 3`. Several doses in one text are separated by `;`. `none` alone means no doses.";
    DOSE_TIME = "R002", "dose without a time",
        "Every dose says when it is given, in numbers with a unit: `at 0 d`, `at 0, 1, 2 d`. Time 0 is the first CAR-T infusion; times before it are negative.";
    DOSE_SPLIT = "R003", "split that does not add up",
        "A split gives each listed time its part of the amount in per cent, as many parts as times, 100 % in all: `split 10/30/60 % at 0, 1, 2 d`.";
    DOSE_REPEAT = "R004", "repetition not usable",
        "`every 8 h x 3` gives three administrations in all, 8 h apart, from each time after `at`. The interval is above 0, the number whole and at least 1.";
    DOSE_INFUSION = "R005", "infusion not usable",
        "An infusion has a duration, `over 1 h`, or a rate, `rate 5 mg/h`, above 0. Without either, the amount is given as the model's dose entry says, as a rule at once.";
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
}

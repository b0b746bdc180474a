//! G: grading scales and signs.

codes! {
    UNKNOWN_SIGN = "G001", "unknown sign",
        "Signs are temperature, sbp, fluids, pressors, vasopressin, pressor_high, oxygen_device, oxygen_flow, fio2, antipyretic_given, anticytokine_given, norepinephrine, epinephrine, phenylephrine, dopamine, ne_equivalent, spo2, creatinine_grade, transaminase_grade, organ_grade, coagulation_product, hospitalised, symptoms, ice, consciousness, seizure, motor_weakness and oedema.";
    SIGN_VALUE = "G002", "value not possible for this sign",
        "Numbers are in the sign's unit (temperature degC, sbp mmHg, oxygen_flow L/min, fio2 percent) or carry their own (`101.3 degF`); levels are written by name (oxygen_device ra nc blowby mask venturi nrb hfnc cpap bipap imv; fluids none one multiple); flags are true or false. Values beyond belief are refused, as they mostly come from a wrong unit: a temperature of 383, an FiO2 of 0.4 where 40 is meant.";
    UNKNOWN_SCALE = "G003", "unknown scale",
        "The name is not one of the scales that come with cascade. A scale of your own is given by its path.";
    GRADE_GAP = "G004", "a grade without a rule",
        "Grades go from 1 to the highest of the scale without a gap. A grade that no rule gives can never be reached, and the course would jump over it.";
    UNKNOWN_OPTION = "G005", "unknown option of the scale",
        "Each scale names its options in its file; no other can be set. Of several scales side by side each takes the options it has. Episodes of the scales that come with cascade follow `onset` (what begins one), `end_hours` (how long grade 0 must last) and `merge_gap` (a return within this time belongs to the same episode).";
    OPTION_VALUE = "G006", "value not allowed for this option",
        "An option is either one of the listed words or a number of the stated dimension.";
    CONDITION_NAME = "G007", "unknown name in a condition",
        "Conditions of a scale are about signs, options, names under [definitions], words of an option or level beside the `==` they are compared with, and what the course so far tells: `documented`, `antipyretic_since_onset`, `anticytokine_since_onset`, `recurred`, `death`. `age` and `sbp_baseline` of the patient stand in constants (`sbp < 70 [mmHg] + 2 [mmHg/year] * age`); where one is not given a comparison with it does not hold. `NAME_known` says whether a sign has a value (`fio2_known`), for what stands in for a missing one; `unread` marks a cell of the table for which there is no sign.";
    CONDITION_FORM = "G008", "not a condition a scale can use",
        "A condition joins comparisons with `and`, `or`, `not`. Each comparison has one sign on one side and on the other a constant: a number with unit, an option, or arithmetic of these. That form is what lets the simulator find the exact time at which a sign crosses its threshold.";
    CONDITION_UNIT = "G009", "units of a comparison do not fit",
        "The constant of a comparison must have the dimension of its sign. Write the unit in brackets: `temperature >= 38.0 [degC]`.";
    DUPLICATE_RULE = "G010", "two rules of one name",
        "The id of a rule is the trace in every graded course, so it must belong to one rule.";
    TOO_MANY_RULES = "G011", "too many rules",
        "A scale has at most 64 rules and flags; published scales have about a dozen.";
    NAME_CLASH = "G012", "name with two meanings",
        "An option, definition or word has the name of a sign or of another option or definition. Conditions could not tell them apart.";
    ROUNDS = "G013", "rounds that cannot be",
        "`--vitals-every` is the time between two readings of temperature and pressure, such as `6 h`; at least one minute.";
    UNREACHABLE = "G014", "rule that can never hold",
        "Of the many patients that are tried none meets the condition: two parts of it exclude each other, or its threshold lies outside of what the sign can be.";
    NEVER_DECIDES = "G015", "rule that never decides",
        "Whenever the rule holds, one of a higher grade holds too, so that it never shows. Often a threshold was meant the other way round.";
    GRADE_NEVER_GIVEN = "G016", "grade that nobody gets",
        "Rules give this grade, but a higher one always holds with them: courses jump over it.";
    NOT_MONOTONE = "G017", "worse signs lower the grade",
        "A patient in whom one sign gets worse while nothing else changes gets a lower grade. The vasopressor table of 2014, read by the letter, does so: epinephrine 10 ug/min alone is a high dose, together with norepinephrine 1 ug/min it is not.";
}

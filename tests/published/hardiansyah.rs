//! Hardiansyah and Ng 2019, doi:10.1111/cts.12636: two patients with CLL. d, 1e9 cells, pg/mL.

use cascade::simulate::{Grid, Run};

use super::{VALUE, maxima};
use crate::support::{Case, at, embedded, exposure, near, run, series};

fn patient(set: &str, overrides: &[&str]) -> Run {
    let model = embedded("hardiansyah-2019");
    run(Case { set, overrides, doses: "" }.of(&model).with_exposure())
}

#[test]
fn maxima_of_the_first_patient() {
    let run = patient("upn1", &[]);
    // REF.
    maxima(
        &run,
        &[
            ("cart_blood", 2.54977, 3.8268),
            ("memory", 0.007_344_49, 13.7945),
            ("il6", 2747.556, 3.24964),
            ("il10", 915.306, 3.20977),
            ("ifng", 828.420, 3.58906),
        ],
    );
    near("area over 28 d", exposure(&run, "cart_blood").auc_0_28d.unwrap(), 14.592, VALUE);
}

#[test]
fn maxima_of_the_third_patient() {
    let run = patient("upn3", &[]);
    // REF.
    maxima(
        &run,
        &[
            ("cart_blood", 0.096_898_672_4, 27.20694),
            ("memory", 0.007_183_830_5, 73.16475),
            ("il6", 49.309_685_9, 19.24756),
            ("il10", 116.367_179, 19.20861),
            ("ifng", 119.5955, 19.63991),
        ],
    );
    // REF 1.06819; PAPER: 1.0678, as nlmixr2lib's vignette prints it.
    let area = exposure(&run, "cart_blood").auc_0_28d.unwrap();
    near("area over 28 d", area, 1.068_190_58, VALUE);
    near("area over 28 d, vignette", area, 1.0678, VALUE);
}

#[test]
fn courses_of_the_first_patient() {
    let model = embedded("hardiansyah-2019");
    let found = run(at(Case { set: "upn1", ..Case::default() }.of(&model), &[28.0, 50.0, 100.0, 350.0]));
    let cart = series(&found.trajectory, "cart_blood");
    let tumour = series(&found.trajectory, "tumour");
    // REF.
    near("CAR-T on day 28", cart[0], 0.007_582_7, VALUE);
    near("CAR-T on day 100", cart[2], 0.003_671_4, VALUE);
    near("CAR-T on day 350", cart[3], 0.000_458_60, VALUE);
    near("tumour on day 50", tumour[1], 0.29065, VALUE);
    near("tumour on day 350", tumour[3], 0.48402, VALUE);
    // REF: effector cells alone peak at 2.54676.
    let fine = run(Case::default().of(&model).grid(Grid::Points(35_001)));
    let effector = series(&fine.trajectory, "effector").into_iter().fold(0.0, f64::max);
    near("largest effector", effector, 2.54676, VALUE);
}

#[test]
fn what_the_paper_shows() {
    // PAPER, read off logarithmic figures: within a quarter. IL-10 of UPN1 is read as 550 where the equations give 915
    // (a known disagreement, in nlmixr2lib too): within a factor of 1.7.
    let shown = [
        ("upn1", "cart_blood", 2.3, 0.25),
        ("upn1", "memory", 0.007, 0.25),
        ("upn1", "il6", 2800.0, 0.25),
        ("upn1", "il10", 550.0, 0.7),
        ("upn1", "ifng", 700.0, 0.25),
        ("upn3", "cart_blood", 0.12, 0.25),
        ("upn3", "memory", 0.0075, 0.25),
        ("upn3", "il6", 50.0, 0.25),
        ("upn3", "il10", 150.0, 0.25),
        ("upn3", "ifng", 110.0, 0.25),
    ];
    for (set, output, value, tolerance) in shown {
        let run = patient(set, &[]);
        near(&format!("{set}: largest {output}"), exposure(&run, output).cmax.unwrap(), value, tolerance);
    }
    let model = embedded("hardiansyah-2019");
    let found = run(at(Case::default().of(&model), &[50.0, 250.0, 350.0]));
    let tumour = series(&found.trajectory, "tumour");
    // PAPER: tumour 0.30 on day 50 and 0.45 on day 350, read off a figure.
    near("tumour on day 50", tumour[0], 0.30, 0.1);
    near("tumour on day 350", tumour[2], 0.45, 0.1);
    // PAPER: CAR-T end at 0.00832 /d, a half-life of about 83 d, with 41.7 times as many in tissue as in blood.
    let cart = series(&found.trajectory, "cart_blood");
    near("terminal rate", (cart[1] / cart[2]).ln() / 100.0, 0.00832, 0.005);
    let memory = series(&found.trajectory, "memory");
    let tissue = series(&found.trajectory, "memory_tissue");
    near("tissue over blood", tissue[2] / memory[2], 41.7, 0.01);
    // PAPER: area over 28 d, as nlmixr2lib's vignette prints it, by trapezia on a coarse grid.
    near("area over 28 d", exposure(&patient("upn1", &[]), "cart_blood").auc_0_28d.unwrap(), 14.663, 0.006);
}

/// The largest value under twice an amount over that under half of it.
fn fourfold(set: &str, name: &str, (half, double): (f64, f64), output: &str) -> f64 {
    let largest = |amount: f64| {
        let change = format!("{name}={amount} 1e9 cells");
        exposure(&patient(set, &[&change]), output).cmax.unwrap()
    };
    largest(double) / largest(half)
}

#[test]
fn burden_matters_and_dose_does_not() {
    // Four-fold changes of tumour and of dose: REF at 0.1 %, PAPER beside it.
    let burden_1 = ("upn1", "tumour_0", (2.07, 8.28));
    let dose_1 = ("upn1", "total_dose", (0.55, 2.2));
    let burden_3 = ("upn3", "tumour_0", (0.465, 1.86));
    let dose_3 = ("upn3", "total_dose", (0.007, 0.028));
    let cases = [
        (burden_1, "il6", 156.480_463, Some((155.0, 0.02))),
        (burden_1, "cart_blood", 49.517_917_5, Some((49.0, 0.02))),
        (dose_1, "il6", 1.020_998_84, None),
        (dose_1, "cart_blood", 1.032_445_34, None),
        (burden_3, "il6", 20.032_350_2, Some((20.0, 0.02))),
        (burden_3, "cart_blood", 6.367_664_42, Some((6.4, 0.02))),
        (dose_3, "il6", 0.992_836_326, None),
        (dose_3, "cart_blood", 0.995_589_82, None),
    ];
    for ((set, name, amounts), output, reference, paper) in cases {
        let ratio = fourfold(set, name, amounts, output);
        near(&format!("{set}, {name}: {output}"), ratio, reference, VALUE);
        match paper {
            Some((printed, tolerance)) => near(&format!("{set}, {name}: {output}, paper"), ratio, printed, tolerance),
            // PAPER: at most 1.03-fold (UPN1), 1.01 (UPN3), either way.
            None => assert!(ratio < 1.035 && ratio > 1.0 / 1.015, "{set}, {name}: {output} changes {ratio}-fold"),
        }
    }
}

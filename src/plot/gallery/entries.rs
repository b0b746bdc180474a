//! The pictures of the gallery.

use super::{Entry, Kind, Variant};
use crate::plot::Theme;

/// All pictures, in the order of the page.
pub fn gallery() -> Vec<Entry> {
    let mut entries = syndrome();
    entries.extend(published());
    entries.extend(themes());
    entries
}

fn set(name: &str) -> Variant {
    Variant::default().parameters(name)
}

/// The course of cytokine release syndrome, and what changes it.
fn syndrome() -> Vec<Entry> {
    let burdens = || vec![set("low"), set("medium"), set("high")];
    vec![
        Entry {
            file: "cart-crs.png",
            caption: "One patient with cytokine release syndrome",
            model: "cart-crs",
            runs: vec![Variant::default()],
            ..Entry::default()
        },
        Entry {
            file: "cart-crs-severe.png",
            caption: "A severe course with its supportive care, graded by two scales",
            model: "cart-crs",
            runs: vec![set("high")],
            scales: vec!["astct-2019", "lee-2014"],
            ..Entry::default()
        },
        Entry {
            file: "treated-cart-crs.png",
            caption: "The same course treated by rule: tocilizumab whenever the grade is 2 or more",
            title: Some("Tocilizumab by grade"),
            model: "cart-crs",
            runs: vec![set("high")],
            treat: Some("tocilizumab"),
            ..Entry::default()
        },
        Entry {
            file: "cart-crs-burden.png",
            caption: "Severity moves with the tumour burden",
            title: Some("Severity moves with the tumour burden"),
            model: "cart-crs",
            kind: Kind::Overlay,
            runs: burdens(),
            panels: Some("cart_blood,tumour,il6,temperature,sbp"),
            ..Entry::default()
        },
        Entry {
            file: "cart-crs-tocilizumab.png",
            caption: "Tocilizumab on day 4: fever ends while total IL-6 rises",
            title: Some("Tocilizumab at the height of the syndrome"),
            model: "cart-crs",
            kind: Kind::Overlay,
            runs: vec![
                set("high").label("without tocilizumab"),
                set("high").label("with tocilizumab").dose("tocilizumab 800 mg over 1 h at 4 d"),
            ],
            panels: Some("il6,crp,temperature,sbp"),
            ..Entry::default()
        },
        Entry {
            file: "cart-crs-phase.png",
            caption: "Tumour against CAR-T cells for three burdens",
            title: Some("Tumour against CAR-T cells for three burdens"),
            model: "cart-crs",
            kind: Kind::Phase,
            runs: burdens(),
            ..Entry::default()
        },
        Entry {
            file: "cart-crs-exposure.png",
            caption: "Maximum and area under the curve for three burdens",
            title: Some("Exposure for three burdens"),
            model: "cart-crs",
            kind: Kind::Exposure,
            runs: burdens(),
            panels: Some("cart_blood,tumour,il6,il10,ifng"),
            ..Entry::default()
        },
    ]
}

/// Published models.
fn published() -> Vec<Entry> {
    let patients = || vec![set("upn1"), set("upn3")];
    vec![
        Entry {
            file: "hardiansyah-2019.png",
            caption: "Hardiansyah 2019: two patients with CLL",
            model: "hardiansyah-2019",
            kind: Kind::Overlay,
            runs: patients(),
            until: Some("60 d"),
            ..Entry::default()
        },
        Entry {
            file: "hardiansyah-2019-phase.png",
            caption: "The same two patients, tumour against CAR-T cells",
            model: "hardiansyah-2019",
            kind: Kind::Phase,
            runs: patients(),
            until: Some("60 d"),
            ..Entry::default()
        },
        Entry {
            file: "stein-2019.png",
            caption: "Stein 2019: measurements over a curve; the measured values are made up",
            model: "stein-2019",
            // The picture itself must say so: it travels without its caption.
            title: Some("Measurements over a curve (the measured values are made up)"),
            runs: vec![Variant::default()],
            data: Some((
                "plots/data/stein-2019-made-up.csv",
                include_str!("../../../plots/data/stein-2019-made-up.csv"),
            )),
            ..Entry::default()
        },
        Entry {
            file: "liu-2022.png",
            caption: "Liu 2022: remission, and relapse with and without CD19",
            model: "liu-2022",
            kind: Kind::Overlay,
            runs: vec![set("cr-1"), set("cr-2"), set("negr")],
            ..Entry::default()
        },
        Entry {
            file: "kimmel-2021.png",
            caption: "Kimmel 2021: CAR-T among recovering T cells, and lymphoma",
            model: "kimmel-2021",
            runs: vec![Variant::default()],
            until: Some("120 d"),
            ..Entry::default()
        },
        Entry {
            file: "dobreva-2021.png",
            caption: "Dobreva 2021: cytokines and fever after endotoxin",
            model: "dobreva-2021",
            kind: Kind::Overlay,
            runs: vec![set("janum"), set("copeland")],
            ..Entry::default()
        },
        Entry {
            file: "chen-2019.png",
            caption: "Chen 2019: a small first dose lowers the peak of IL-6",
            model: "chen-2019",
            kind: Kind::Overlay,
            runs: vec![
                Variant::named("300 µg at once").dose("bispecific 300 ug at 0, 168 h"),
                Variant::named("60 µg first").dose("bispecific 60 ug at 0 h").dose("bispecific 300 ug at 168 h"),
            ],
            ..Entry::default()
        },
        Entry {
            file: "tocilizumab-moes-2022.png",
            caption: "Moes 2022: tocilizumab in intensive care",
            model: "tocilizumab-moes-2022",
            runs: vec![Variant::default()],
            ..Entry::default()
        },
        Entry {
            file: "tocilizumab-frey-2010.png",
            caption: "Frey 2010: tocilizumab in rheumatoid arthritis",
            model: "tocilizumab-frey-2010",
            runs: vec![Variant::default()],
            ..Entry::default()
        },
    ]
}

/// The same picture for slides and for print.
fn themes() -> Vec<Entry> {
    let severe = |file, caption, theme| Entry {
        file,
        caption,
        model: "cart-crs",
        runs: vec![set("high")],
        panels: Some("cart_blood,cytokines,temperature"),
        theme,
        ..Entry::default()
    };
    vec![
        severe("theme-dark.png", "For slides", Theme::Dark),
        severe("theme-print.png", "For print in black", Theme::Print),
    ]
}

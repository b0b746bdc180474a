//! Models written by hand for tests: the equations once as a graph, once as plain Rust.

use std::cell::RefCell;
use std::ops::{Add, Div, Mul, Neg, Sub};

use super::Equations;
use crate::expression::{Graph, Input, NodeId};

/// Parameters of [`qsp`] by name, in the order of their slots.
pub(crate) const QSP_PARAMETERS: [(&str, f64); 49] = [
    ("dose", 250.0),
    ("ti", 0.1),
    ("kact", 0.6),
    ("fexp", 0.15),
    ("kag", 20000.0),
    ("rhoe", 1.35),
    ("kme", 0.02),
    ("dce", 0.22),
    ("kem", 0.015),
    ("dcm", 0.003150669002545206),
    ("gtu", 0.02),
    ("tk", 1000000.0),
    ("tu0", 100000.0),
    ("kkill", 0.8),
    ("kt", 30000.0),
    ("tsd", 0.05),
    ("bc0", 5000.0),
    ("dbc", 0.01732867951399863),
    ("kkb", 0.4),
    ("kb", 30000.0),
    ("kma", 3.0),
    ("a0", 0.0002),
    ("b6", 3.0),
    ("k6", 80.0),
    ("dma", 0.9),
    ("k10", 60.0),
    ("kg2", 60.0),
    ("l60", 4.0),
    ("kl6", 199.62638800126425),
    ("k6a", 250000.0),
    ("k6e", 0.3),
    ("fr", 0.75),
    ("g0", 4.0),
    ("klg", 33.27106466687738),
    ("kge", 0.08),
    ("l10z", 3.0),
    ("kl10", 5.545177444479562),
    ("k10a", 1200.0),
    ("crp0", 3.0),
    ("klc", 0.8755543333388783),
    ("kc", 260.0),
    ("kc6", 150.0),
    ("clt", 0.23),
    ("vc", 3.5),
    ("qt", 0.2),
    ("vp", 2.9),
    ("vmx", 7.5),
    ("kmt", 1.6),
    ("kdt", 4.0),
];

/// A graph that is written to with the usual operators.
#[derive(Default)]
pub(crate) struct Sheet {
    graph: RefCell<Graph>,
}

/// A node of a [`Sheet`].
#[derive(Clone, Copy)]
pub(crate) struct Term<'a>(pub &'a Sheet, pub NodeId);

impl Sheet {
    pub(crate) fn input(&self, input: Input) -> Term<'_> {
        Term(self, self.graph.borrow_mut().input(input))
    }
    pub(crate) fn number(&self, value: f64) -> Term<'_> {
        Term(self, self.graph.borrow_mut().constant(value))
    }
    pub(crate) fn into_graph(self) -> Graph {
        self.graph.into_inner()
    }
}

macro_rules! operators {
    ($($trait:ident $method:ident $builder:ident;)*) => {$(
        impl<'a> $trait for Term<'a> {
            type Output = Term<'a>;
            fn $method(self, other: Self) -> Self {
                Term(self.0, self.0.graph.borrow_mut().$builder(self.1, other.1))
            }
        }
        impl<'a> $trait<Term<'a>> for f64 {
            type Output = Term<'a>;
            fn $method(self, other: Term<'a>) -> Term<'a> {
                other.0.number(self).$method(other)
            }
        }
    )*};
}
operators! { Add add add; Sub sub subtract; Mul mul multiply; Div div divide; }

impl Neg for Term<'_> {
    type Output = Self;
    fn neg(self) -> Self {
        Term(self.0, self.0.graph.borrow_mut().negate(self.1))
    }
}

/// CAR-T, tumour, B cells, macrophages, cytokines and tocilizumab: 12 states, 49 parameters, stiff.
///
/// Held slot 0 is the tocilizumab infusion rate. Output 0 is IL-6, output 1 the free part of its signal;
/// condition 0 is IL-6 - 100.
pub(crate) fn qsp() -> Equations {
    let sheet = Sheet::default();
    let (rates, start, outputs, conditions) = {
        let parameter = |name: &str| {
            let slot = QSP_PARAMETERS.iter().position(|(known, _)| *known == name).expect("a parameter");
            sheet.input(Input::Parameter(slot))
        };
        macro_rules! parameters {
            ($($name:ident)*) => { $(let $name = parameter(stringify!($name));)* };
        }
        parameters! {
            dose ti kact fexp kag rhoe kme dce kem dcm gtu tk tu0 kkill kt tsd bc0 dbc kkb kb kma a0 b6 k6 dma k10 kg2
            l60 kl6 k6a k6e fr g0 klg kge l10z kl10 k10a crp0 klc kc kc6 clt vc qt vp vmx kmt kdt
        }
        let [ci, ce, cm, tu, bc, ma, l6, gi, lt, crp, tc, tp] =
            std::array::from_fn(|state| sheet.input(Input::State(state)));
        let rin = sheet.input(Input::Held(0));
        let agt = tu + bc;
        let sat = agt / (kag + agt);
        let cc = tc / vc;
        let occ = cc / (kdt + cc);
        let s6 = l6 * (1.0 - occ);
        let hg = gi * gi / (kg2 * kg2 + gi * gi);
        let h6 = s6 / (k6 + s6);
        let hc = s6 / (kc6 + s6);
        let zero = sheet.number(0.0);
        let rates = [
            -((ti + kact * sat) * ci),
            fexp * kact * sat * ci + rhoe * sat * ce + kme * sat * cm - (dce + kem) * ce,
            kem * ce - (dcm + kme * sat) * cm,
            tsd + gtu * tu * (1.0 - tu / tk) - kkill * ce * tu / (kt + tu),
            dbc * (bc0 - bc) - kkb * ce * bc / (kb + bc),
            kma * (a0 + hg) * (1.0 + b6 * h6) * (1.0 - ma) / (1.0 + lt / k10) - dma * ma,
            kl6 * l60 + k6a * ma + k6e * sat * ce - kl6 * (1.0 - fr * occ) * l6,
            klg * g0 + kge * sat * ce - klg * gi,
            kl10 * l10z + k10a * ma - kl10 * lt,
            klc * crp0 + kc * hc - klc * crp,
            rin - clt / vc * tc - qt / vc * tc + qt / vp * tp - vmx * cc / (kmt + cc),
            qt / vc * tc - qt / vp * tp,
        ];
        let start = [dose, zero, zero, tu0, bc0, zero, l60, g0, l10z, crp0, zero, zero];
        let ids = |terms: &[Term]| terms.iter().map(|term| term.1).collect::<Vec<_>>();
        (ids(&rates), ids(&start), ids(&[l6, s6]), ids(&[l6 - sheet.number(100.0)]))
    };
    let graph = sheet.into_graph();
    Equations {
        graph,
        parameters: QSP_PARAMETERS.len(),
        held: 1,
        rates,
        start,
        outputs,
        conditions,
        ..Equations::default()
    }
}

/// The rates of [`qsp`] with the parameter values of the table, for checks against the byte code.
pub(crate) fn qsp_rates(y: &[f64; 12], rin: f64) -> [f64; 12] {
    let p = |name: &str| QSP_PARAMETERS.iter().find(|(known, _)| *known == name).expect("a parameter").1;
    let [ci, ce, cm, tu, bc, ma, l6, gi, lt, crp, tc, tp] = *y;
    let sat = (tu + bc) / (p("kag") + tu + bc);
    let cc = tc / p("vc");
    let occ = cc / (p("kdt") + cc);
    let s6 = l6 * (1.0 - occ);
    let hg = gi.powi(2) / (p("kg2").powi(2) + gi.powi(2));
    let stimulus = p("kma") * (p("a0") + hg) * (1.0 + p("b6") * s6 / (p("k6") + s6));
    [
        -(p("ti") + p("kact") * sat) * ci,
        p("fexp") * p("kact") * sat * ci + (p("rhoe") * sat - p("dce") - p("kem")) * ce + p("kme") * sat * cm,
        p("kem") * ce - (p("dcm") + p("kme") * sat) * cm,
        p("tsd") + p("gtu") * tu * (1.0 - tu / p("tk")) - p("kkill") * ce * tu / (p("kt") + tu),
        p("dbc") * (p("bc0") - bc) - p("kkb") * ce * bc / (p("kb") + bc),
        stimulus * (1.0 - ma) / (1.0 + lt / p("k10")) - p("dma") * ma,
        p("kl6") * p("l60") + p("k6a") * ma + p("k6e") * sat * ce - p("kl6") * (1.0 - p("fr") * occ) * l6,
        p("klg") * (p("g0") - gi) + p("kge") * sat * ce,
        p("kl10") * (p("l10z") - lt) + p("k10a") * ma,
        p("klc") * (p("crp0") - crp) + p("kc") * s6 / (p("kc6") + s6),
        rin - (p("clt") + p("qt")) * cc + p("qt") / p("vp") * tp - p("vmx") * cc / (p("kmt") + cc),
        p("qt") * cc - p("qt") / p("vp") * tp,
    ]
}

//! The two benchmark models written by hand for other solvers, as their users would write them.

use diffsol::{NalgebraLU, NalgebraMat, OdeBuilder, OdeSolverMethod, OdeSolverStopReason};
use ode_solvers::{Dopri5, SVector, System};
use std::ops::{Add, Div, Mul, Neg, Sub};

/// Names of the parameters of `qsp` in the order in which the equations below take them.
pub const QSP: [&str; 49] = [
    "dose", "ti", "kact", "fexp", "kag", "rhoe", "kme", "dce", "kem", "dcm", "gtu", "tk", "tu0", "kkill", "kt", "tsd",
    "bc0", "dbc", "kkb", "kb", "kma", "a0", "b6", "k6", "dma", "k10", "kg2", "l60", "kl6", "k6a", "k6e", "fr", "g0",
    "klg", "kge", "l10z", "kl10", "k10a", "crp0", "klc", "kc", "kc6", "clt", "vc", "qt", "vp", "vmx", "kmt", "kdt",
];
/// Names of the parameters of `stein`, likewise.
pub const STEIN: [&str; 10] = ["c0", "rho", "tmx", "alp", "bet", "kem", "fto", "fst", "tto", "tst"];
/// States of `qsp`.
pub const SIZE: usize = 12;
/// Borders of the three infusions of an hour, and the end, in days.
pub const BORDERS: [f64; 7] = [
    3.0,
    3.0 + 1.0 / 24.0,
    3.0 + 1.0 / 3.0,
    3.0 + 1.0 / 3.0 + 1.0 / 24.0,
    3.0 + 2.0 / 3.0,
    3.0 + 2.0 / 3.0 + 1.0 / 24.0,
    90.0,
];
/// mg/d while an infusion runs.
const RATE: f64 = 13_440.0;

/// What the equations are written in.
pub trait Real:
    Copy
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + Mul<f64, Output = Self>
    + Add<f64, Output = Self>
{
}
impl Real for f64 {}

/// A value and its derivative in one direction: exact products of the Jacobian with a vector.
#[derive(Clone, Copy)]
pub struct Direction(f64, f64);
impl Real for Direction {}
impl Add for Direction {
    type Output = Self;
    fn add(self, o: Self) -> Self {
        Self(self.0 + o.0, self.1 + o.1)
    }
}
impl Sub for Direction {
    type Output = Self;
    fn sub(self, o: Self) -> Self {
        Self(self.0 - o.0, self.1 - o.1)
    }
}
impl Mul for Direction {
    type Output = Self;
    fn mul(self, o: Self) -> Self {
        Self(self.0 * o.0, self.0 * o.1 + self.1 * o.0)
    }
}
impl Div for Direction {
    type Output = Self;
    fn div(self, o: Self) -> Self {
        let quotient = self.0 / o.0;
        Self(quotient, (self.1 - quotient * o.1) / o.0)
    }
}
impl Neg for Direction {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0, -self.1)
    }
}
impl Mul<f64> for Direction {
    type Output = Self;
    fn mul(self, o: f64) -> Self {
        Self(self.0 * o, self.1 * o)
    }
}
impl Add<f64> for Direction {
    type Output = Self;
    fn add(self, o: f64) -> Self {
        Self(self.0 + o, self.1)
    }
}

/// dy/dt of `qsp`.
pub fn qsp<R: Real>(p: &[f64; 49], infusion: f64, y: &[R], dy: &mut [R]) {
    let &[
        _dose,
        ti,
        kact,
        fexp,
        kag,
        rhoe,
        kme,
        dce,
        kem,
        dcm,
        gtu,
        tk,
        _tu0,
        kkill,
        kt,
        tsd,
        bc0,
        dbc,
        kkb,
        kb,
        kma,
        a0,
        b6,
        k6,
        dma,
        k10,
        kg2,
        l60,
        kl6,
        k6a,
        k6e,
        fr,
        g0,
        klg,
        kge,
        l10z,
        kl10,
        k10a,
        crp0,
        klc,
        kc,
        kc6,
        clt,
        vc,
        qt,
        vp,
        vmx,
        kmt,
        kdt,
    ] = p;
    let [ci, ce, cm, tu, bc, ma, l6, gi, lt, crp, tc, tp] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map(|i| y[i]);
    let agt = tu + bc;
    let sat = agt / (agt + kag);
    let cc = tc * (1.0 / vc);
    let occ = cc / (cc + kdt);
    let s6 = l6 * (-occ + 1.0);
    let gi2 = gi * gi;
    let hg = gi2 / (gi2 + kg2 * kg2);
    let h6 = s6 / (s6 + k6);
    let hc = s6 / (s6 + kc6);
    dy[0] = -((sat * kact + ti) * ci);
    dy[1] = sat * ci * (fexp * kact) + sat * ce * rhoe + sat * cm * kme + ce * -(dce + kem);
    dy[2] = ce * kem - (sat * kme + dcm) * cm;
    dy[3] = tu * gtu * (tu * (-1.0 / tk) + 1.0) + -(ce * tu * kkill / (tu + kt)) + tsd;
    dy[4] = (-bc + bc0) * dbc - ce * bc * kkb / (bc + kb);
    dy[5] = (hg + a0) * kma * (h6 * b6 + 1.0) * (-ma + 1.0) / (lt * (1.0 / k10) + 1.0) - ma * dma;
    dy[6] = ma * k6a + sat * ce * k6e - l6 * (occ * -fr + 1.0) * kl6 + kl6 * l60;
    dy[7] = sat * ce * kge - gi * klg + klg * g0;
    dy[8] = ma * k10a - lt * kl10 + kl10 * l10z;
    dy[9] = hc * kc - crp * klc + klc * crp0;
    let exchange = tc * (qt / vc) - tp * (qt / vp);
    dy[10] = -(tc * (clt / vc)) - exchange - cc * vmx / (cc + kmt) + infusion;
    dy[11] = exchange;
}

fn start(p: &[f64; 49]) -> [f64; SIZE] {
    [p[0], 0.0, 0.0, p[12], p[16], 0.0, p[27], p[32], p[35], p[38], 0.0, 0.0]
}

/// Rows at `times` by diffsol's BDF; tolerances as for the others. None where it gives up.
pub fn diffsol(p: &[f64; 49], times: &[f64], rtol: f64, atol: &[f64], rows: &mut Vec<[f64; SIZE]>) -> Option<()> {
    rows.clear();
    let mut y = start(p);
    rows.push(y);
    let mut next = 1;
    let mut from = 0.0;
    for (segment, &until) in BORDERS.iter().enumerate() {
        let infusion = if segment % 2 == 1 { RATE } else { 0.0 };
        let begin = y;
        let problem = OdeBuilder::<NalgebraMat<f64>>::new()
            .t0(from)
            .rtol(rtol)
            .atol(atol.to_vec())
            .h0((until - from).min(1e-3))
            .rhs_implicit(
                move |y: &[f64], _: &[f64], _, dy: &mut [f64]| qsp(p, infusion, y, dy),
                move |y: &[f64], _: &[f64], _, v: &[f64], product: &mut [f64]| {
                    let both: [Direction; SIZE] = std::array::from_fn(|i| Direction(y[i], v[i]));
                    let mut dy = [Direction(0.0, 0.0); SIZE];
                    qsp(p, infusion, &both, &mut dy);
                    product.iter_mut().zip(dy).for_each(|(to, from)| *to = from.1);
                },
            )
            .init(move |_: &[f64], _, y: &mut [f64]| y.copy_from_slice(&begin), SIZE)
            .build()
            .ok()?;
        let mut solver = problem.bdf::<NalgebraLU<f64>>().ok()?;
        solver.set_stop_time(until).ok()?;
        loop {
            let reason = solver.step().ok()?;
            while let Some(&time) = times.get(next).filter(|time| **time <= solver.state().t) {
                let row = solver.interpolate(time).ok()?;
                rows.push(row.batch_as_slice(0).try_into().ok()?);
                next += 1;
            }
            if matches!(reason, OdeSolverStopReason::TstopReached) {
                break;
            }
        }
        y = solver.state().y.batch_as_slice(0).try_into().ok()?;
        from = until;
    }
    Some(())
}

struct Equations<'a> {
    p: &'a [f64; 49],
    infusion: f64,
}

impl System<f64, SVector<f64, SIZE>> for Equations<'_> {
    fn system(&self, _: f64, y: &SVector<f64, SIZE>, dy: &mut SVector<f64, SIZE>) {
        qsp(self.p, self.infusion, y.as_slice(), dy.as_mut_slice());
    }
}

/// Rows at `times` by the Dopri5 of `ode_solvers` with its continuous output (its dense output extrapolates).
pub fn ode_solvers(p: &[f64; 49], times: &[f64], rtol: f64, atol: f64, rows: &mut Vec<[f64; SIZE]>) -> Option<()> {
    rows.clear();
    let mut y = SVector::<f64, SIZE>::from(start(p));
    rows.push(y.into());
    let mut next = 1;
    let mut from = 0.0;
    for (segment, &until) in BORDERS.iter().enumerate() {
        let infusion = if segment % 2 == 1 { RATE } else { 0.0 };
        // Its clock starts at 0: it cannot start before that, and this way both are alike.
        let mut solver = Dopri5::new(Equations { p, infusion }, 0.0, until - from, until - from, y, rtol, atol);
        let mut curve = ode_solvers::continuous_output_model::ContinuousOutputModel::default();
        solver.integrate_with_continuous_output_model(&mut curve).ok()?;
        while let Some(&time) = times.get(next).filter(|time| **time <= until) {
            rows.push(curve.evaluate(time - from)?.into());
            next += 1;
        }
        // Not its last output: that one is extrapolated.
        y = curve.evaluate(until - from)?;
        from = until;
    }
    Some(())
}

/// Rows of `stein` by the Dopri5 of `ode_solvers`, started anew at each switch.
pub fn ode_solvers_stein(p: &[f64; 10], times: &[f64], rtol: f64, atol: f64, rows: &mut Vec<[f64; 2]>) -> Option<()> {
    struct Stein {
        growth: f64,
        p: [f64; 10],
        contracts: bool,
    }
    impl System<f64, SVector<f64, 2>> for Stein {
        fn system(&self, _: f64, y: &SVector<f64, 2>, dy: &mut SVector<f64, 2>) {
            if self.contracts {
                dy[0] = -self.p[3] * y[0];
                dy[1] = self.p[5] * y[0] - self.p[4] * y[1];
            } else {
                dy[0] = self.growth * y[0];
                dy[1] = 0.0;
            }
        }
    }
    rows.clear();
    let [c0, rho, tmx, _, _, _, fto, fst, tto, tst] = *p;
    let mut borders: Vec<f64> = [tto, tst, tmx].into_iter().filter(|time| *time < 360.0).chain([360.0]).collect();
    borders.sort_by(f64::total_cmp);
    let mut y = SVector::<f64, 2>::new(c0, 0.0);
    rows.push(y.into());
    let (mut next, mut from) = (1, 0.0);
    for until in borders {
        let middle = 0.5 * (from + until);
        let factor = if middle > tto { fto } else { 1.0 } * if middle > tst { fst } else { 1.0 };
        let system = Stein { growth: rho * factor, p: *p, contracts: middle > tmx };
        let mut solver = Dopri5::new(system, 0.0, until - from, until - from, y, rtol, atol);
        let mut curve = ode_solvers::continuous_output_model::ContinuousOutputModel::default();
        solver.integrate_with_continuous_output_model(&mut curve).ok()?;
        while let Some(&time) = times.get(next).filter(|time| **time <= until) {
            rows.push(curve.evaluate(time - from)?.into());
            next += 1;
        }
        // Not its last output: that one is extrapolated.
        y = curve.evaluate(until - from)?;
        from = until;
    }
    Some(())
}

/// The closed form of `stein`.
pub fn stein(p: &[f64; 10], time: f64) -> [f64; 2] {
    let [c0, rho, tmx, alp, bet, kem, fto, fst, tto, tst] = *p;
    let growth = |until: f64| {
        let with = |factor: f64, from: f64, other: f64, since: f64| {
            // Integral of the product of both factors over 0 to `until`.
            let mut edges = [0.0, from.clamp(0.0, until), since.clamp(0.0, until), until];
            edges.sort_by(f64::total_cmp);
            edges
                .windows(2)
                .map(|edge| {
                    let middle = 0.5 * (edge[0] + edge[1]);
                    let factors = if middle >= from { factor } else { 1.0 } * if middle >= since { other } else { 1.0 };
                    factors * (edge[1] - edge[0])
                })
                .sum::<f64>()
        };
        rho * with(fto, tto, fst, tst)
    };
    if time <= tmx {
        return [c0 * growth(time).exp(), 0.0];
    }
    let (top, since) = (c0 * growth(tmx).exp(), time - tmx);
    let effector = top * (-alp * since).exp();
    [effector, kem * top / (bet - alp) * ((-alp * since).exp() - (-bet * since).exp())]
}

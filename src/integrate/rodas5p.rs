use crate::numeric::{Aligned, Mask, Scalar, aligned, apart};

use super::dense::DenseLu;
use super::piece::Curve;
use super::piece::blend;
use super::sparse::SparseLu;
use super::system::System;

const STAGES: usize = 8;

/// One attempted step of Rodas5P in all lanes: Rosenbrock, eight stages, order 5(4), L-stable.
///
/// With u_i the stages, gamma the diagonal coefficient, J = df/dy and f_t = df/dt at the start of the step:
///
/// (I/(h gamma) - J) u_i = f(t + c_i h, y + sum a_ij u_j) + (1/h) sum C_ij u_j + h d_i f_t
///
/// New state y + sum a_8j u_j + u_8, error estimate u_8.
///
/// # Reference
/// Steinebach 2023, doi:10.1007/s10543-023-00967-x; coefficients as in the implementation of the paper's package.
#[derive(Debug, Clone)]
pub(super) struct Rodas5p<S: Scalar> {
    sparse: SparseLu<S>,
    /// Made when a lane first needs it.
    dense: Option<DenseLu<S>>,
    /// Non-zeros of df/dy, and df/dt, at each lane's present time and state.
    pub jacobian: Aligned<S>,
    dfdt: Aligned<S>,
    start_rate: Aligned<S>,
    stage_rate: Aligned<S>,
    /// u_1 to u_8 of the first state, then of the second, and so on.
    u: Aligned<S>,
    /// The stage at hand: right-hand side, then solution.
    stage: Aligned<S>,
    argument: Aligned<S>,
    second: Aligned<S>,
    weight: Aligned<S::Value>,
}

impl<S: Scalar> Rodas5p<S> {
    pub fn new<Y: System<S>>(system: &Y) -> Self {
        let size = system.size();
        Self {
            sparse: SparseLu::new(system.pattern()),
            dense: None,
            jacobian: aligned(system.pattern().rows.iter().map(Vec::len).sum()),
            dfdt: aligned(size),
            start_rate: aligned(size),
            stage_rate: aligned(size),
            u: aligned(STAGES * size),
            stage: aligned(size),
            argument: aligned(size),
            second: aligned(size),
            weight: aligned(size),
        }
    }

    /// Takes J, f_t and f at the start of the step.
    #[inline(always)]
    pub fn linearise<Y: System<S>>(&mut self, system: &Y, workspace: &mut Y::Workspace, t: S::Value, y: &[S]) {
        let t = S::constant(t);
        system.jacobian(workspace, t, y, &mut self.jacobian, &mut self.dfdt, &mut self.start_rate);
    }

    /// Attempts a step; `new` and `error` get all lanes. Lanes in `by_dense` are solved with row exchanges.
    ///
    /// Returns the lanes whose decomposition lost a pivot.
    #[inline(always)]
    #[allow(clippy::too_many_arguments, reason = "the parts of a batch, borrowed one by one")]
    pub fn attempt<Y: System<S>>(
        &mut self,
        system: &Y,
        workspace: &mut Y::Workspace,
        (t, h): (S::Value, S::Value),
        y: &[S],
        by_dense: S::Mask,
        new: &mut [S],
        error: &mut [S::Value],
    ) -> S::Mask {
        let number = S::Value::splat;
        let per_step = number(1.0) / h;
        let shift = S::constant(per_step / number(GAMMA));
        let mut lost = self.sparse.decompose(shift, &self.jacobian, &mut self.weight);
        let use_dense = by_dense.any();
        if use_dense {
            let dense = self.dense.get_or_insert_with(|| DenseLu::new(y.len()));
            dense.decompose(system.pattern(), shift, &self.jacobian);
            lost = lost.and(by_dense.not());
        }
        self.argument.copy_from_slice(y);
        for stage in 0..STAGES {
            match stage {
                0 => {}
                1 => self.set_argument::<1>(y),
                2 => self.set_argument::<2>(y),
                3 => self.set_argument::<3>(y),
                4 => self.set_argument::<4>(y),
                5 => self.set_argument::<5>(y),
                _ => self.add_to_argument(),
            }
            if stage > 0 {
                let at = S::constant(t + number(NODES[stage]) * h);
                system.rates(workspace, at, &self.argument, &mut self.stage_rate);
            }
            match stage {
                0 => self.set_right_side::<0>(per_step, h),
                1 => self.set_right_side::<1>(per_step, h),
                2 => self.set_right_side::<2>(per_step, h),
                3 => self.set_right_side::<3>(per_step, h),
                4 => self.set_right_side::<4>(per_step, h),
                5 => self.set_right_side::<5>(per_step, h),
                6 => self.set_right_side::<6>(per_step, h),
                _ => self.set_right_side::<7>(per_step, h),
            }
            let b = &mut self.stage;
            if let (true, Some(dense)) = (use_dense, &self.dense) {
                self.second.copy_from_slice(b);
                dense.solve(&mut self.second);
                self.sparse.solve(b);
                blend(by_dense, &self.second, b);
            } else {
                self.sparse.solve(b);
            }
            for (u, b) in self.u.chunks_exact_mut(STAGES).zip(b.iter()).inspect(apart) {
                u[stage] = *b;
            }
        }
        for (i, u) in self.stage.iter().enumerate().inspect(apart) {
            new[i] = self.argument[i] + *u;
            error[i] = u.value();
        }
        lost
    }

    /// The argument of the rates of stage `STAGE`, up to the fifth.
    #[inline(always)]
    fn set_argument<const STAGE: usize>(&mut self, y: &[S]) {
        for ((argument, u), y) in self.argument.iter_mut().zip(stages(&self.u)).zip(y).inspect(apart) {
            *argument = *y + combination::<S, STAGE>(u, &ARGUMENT[STAGE]);
        }
    }

    /// The arguments of the last stages build upon each other.
    #[inline(always)]
    fn add_to_argument(&mut self) {
        for (argument, u) in self.argument.iter_mut().zip(self.stage.iter()).inspect(apart) {
            *argument = *argument + *u;
        }
    }

    /// The right-hand side of stage `STAGE`.
    #[inline(always)]
    fn set_right_side<const STAGE: usize>(&mut self, per_step: S::Value, h: S::Value) {
        let rate = if STAGE == 0 { &self.start_rate } else { &self.stage_rate };
        let by_time = S::Value::splat(TIME[STAGE]) * h;
        for (i, (b, u)) in self.stage.iter_mut().zip(stages(&self.u)).enumerate().inspect(apart) {
            let mut sum = rate[i];
            if STAGE > 0 {
                sum = sum + combination::<S, STAGE>(u, &DRIFT[STAGE]).scale(per_step);
            }
            if TIME[STAGE] != 0.0 {
                sum = sum + self.dfdt[i].scale(by_time);
            }
            *b = sum;
        }
    }

    /// Puts the curve's inner coefficients of the last attempt into the lanes of `mask`.
    #[inline(always)]
    pub fn interpolate(&self, mask: S::Mask, curve: &mut Curve<S>) {
        for (k, row) in curve.k.iter_mut().zip(&DENSE) {
            for (k, u) in k.iter_mut().zip(stages(&self.u)).inspect(apart) {
                *k = S::select(mask, combination::<S, STAGES>(u, row), *k);
            }
        }
    }
}

/// Each state's stages.
#[inline(always)]
fn stages<S>(u: &[S]) -> impl Iterator<Item = &[S; STAGES]> {
    u.chunks_exact(STAGES).map(|u| u.try_into().expect("as many as there are stages"))
}

/// Sum of the first `COUNT` stages with these coefficients.
#[inline(always)]
fn combination<S: Scalar, const COUNT: usize>(u: &[S; STAGES], coefficients: &[f64; STAGES]) -> S {
    let mut sum = u[0].scale(S::Value::splat(coefficients[0]));
    for stage in 1..COUNT {
        sum = sum + u[stage].scale(S::Value::splat(coefficients[stage]));
    }
    sum
}

const GAMMA: f64 = 0.21193756319429014;

const NODES: [f64; STAGES] =
    [0.0, 0.6358126895828704, 0.4095798393397535, 0.9769306725060716, 0.4288403609558664, 1.0, 1.0, 1.0];

const TIME: [f64; STAGES] = [
    0.21193756319429014,
    -0.42387512638858027,
    -0.3384627126235924,
    1.8046452872882734,
    2.325825639765069,
    0.0,
    0.0,
    0.0,
];

/// a; its seventh and eighth row are the sixth with ones added.
const ARGUMENT: [[f64; STAGES]; 6] = [
    row(&[]),
    row(&[3.0]),
    row(&[2.849394379747939, 0.45842242204463923]),
    row(&[-6.954028509809101, 2.489845061869568, -10.358996098473584]),
    row(&[2.8029986275628964, 0.5072464736228206, -0.3988312541770524, -0.04721187230404641]),
    row(&[-7.502846399306121, 2.561846144803919, -11.627539656261098, -0.18268767659942256, 0.030198172008377946]),
];

/// C.
const DRIFT: [[f64; STAGES]; STAGES] = [
    row(&[]),
    row(&[-14.155112264123755]),
    row(&[-17.97296035885952, -2.859693295451294]),
    row(&[147.12150275711716, -1.41221402718213, 71.68940251302358]),
    row(&[165.43517024871676, -0.4592823456491126, 42.90938336958603, -5.961986721573306]),
    row(&[24.854864614690072, -3.0009227002832186, 47.4931110020768, 5.5814197821558125, -0.6610691825249471]),
    row(&[
        30.91273214028599,
        -3.1208243349937974,
        77.79954646070892,
        34.28646028294783,
        -19.097331116725623,
        -28.087943162872662,
    ]),
    row(&[
        37.80277123390563,
        -3.2571969029072276,
        112.26918849496327,
        66.9347231244047,
        -40.06618937091002,
        -54.66780262877968,
        -9.48861652309627,
    ]),
];

/// A row of a triangular table, the rest 0.
const fn row(entries: &[f64]) -> [f64; STAGES] {
    let mut full = [0.0; STAGES];
    let mut at = 0;
    while at < entries.len() {
        full[at] = entries[at];
        at += 1;
    }
    full
}

/// H.
const DENSE: [[f64; STAGES]; 3] = [
    [
        25.948786856663858,
        -2.5579724845846235,
        10.433815404888879,
        -2.3679251022685204,
        0.524948541321073,
        1.1241088310450404,
        0.4272876194431874,
        -0.17202221070155493,
    ],
    [
        -9.91568850695171,
        -0.9689944594115154,
        3.0438037242978453,
        -24.495224566215796,
        20.176138334709044,
        15.98066361424651,
        -6.789040303419874,
        -6.710236069923372,
    ],
    [
        11.419903575922262,
        2.8879645146136994,
        72.92137995996029,
        80.12511834622643,
        -52.072871366152654,
        -59.78993625266729,
        -0.15582684282751913,
        4.883087185713722,
    ],
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::integrate::Pattern;
    use crate::numeric::{Dual, LaneMask, Lanes};

    /// y1' = a y1 + y2, y2' = y1 - 3 y2 in two lanes; states exchanged if `exchanged`.
    struct Pair {
        pattern: Pattern,
        a: f64,
        exchanged: bool,
    }

    impl<S: Scalar> System<S> for Pair {
        type Workspace = ();
        fn size(&self) -> usize {
            2
        }
        fn pattern(&self) -> &Pattern {
            &self.pattern
        }
        fn rates(&self, _: &mut (), _: S, y: &[S], dy: &mut [S]) {
            let (i, j) = if self.exchanged { (1, 0) } else { (0, 1) };
            dy[i] = S::splat(self.a) * y[i] + y[j];
            dy[j] = y[i] - S::splat(3.0) * y[j];
        }
        fn jacobian(&self, _: &mut (), t: S, y: &[S], nonzeros: &mut [S], dfdt: &mut [S], dy: &mut [S]) {
            let (first, last) = if self.exchanged { (-3.0, self.a) } else { (self.a, -3.0) };
            nonzeros.copy_from_slice(&[first, 1.0, 1.0, last].map(S::splat));
            dfdt.fill(S::splat(0.0));
            self.rates(&mut (), t, y, dy);
        }
    }

    fn attempt<S: Scalar>(a: f64, exchanged: bool, y: [S; 2], h: f64, by_dense: S::Mask) -> ([S; 2], S::Mask) {
        let pair = Pair { pattern: Pattern { rows: vec![vec![0, 1]; 2] }, a, exchanged };
        let mut rodas = Rodas5p::<S>::new(&pair);
        let (t, h) = (S::Value::splat(0.0), S::Value::splat(h));
        rodas.linearise(&pair, &mut (), t, &y);
        let (mut new, mut error) = (y, [S::Value::default(); 2]);
        let lost = rodas.attempt(&pair, &mut (), (t, h), &y, by_dense, &mut new, &mut error);
        (new, lost)
    }

    #[test]
    fn row_exchanges_give_the_same_step_and_save_a_lost_pivot() {
        let y = [Lanes([1.0, 2.0]), Lanes([0.5, -1.0])];
        let (sparse, lost) = attempt(-1.0, false, y, 0.3, LaneMask([false, false]));
        assert_eq!(lost.0, [false, false]);
        let (mixed, lost) = attempt(-1.0, false, y, 0.3, LaneMask([false, true]));
        assert_eq!(lost.0, [false, false]);
        for i in 0..2 {
            assert_eq!(sparse[i].0[0].to_bits(), mixed[i].0[0].to_bits());
            assert!((sparse[i].0[1] - mixed[i].0[1]).abs() < 1e-14);
        }
        // h = 1/(gamma a) makes the first pivot 0; with the states exchanged it is not the first.
        let (a, h) = (1.0 / (0.25 * GAMMA), 0.25);
        let (_, lost) = attempt(a, false, y, h, LaneMask([false, false]));
        assert_eq!(lost.0, [true, true]);
        let (dense, lost) = attempt(a, false, y, h, LaneMask([true, true]));
        assert_eq!(lost.0, [false, false]);
        let (other, _) = attempt(a, true, [y[1], y[0]], h, LaneMask([false, false]));
        for l in 0..2 {
            assert!((dense[0].0[l] / other[1].0[l] - 1.0).abs() < 1e-12, "{dense:?} {other:?}");
            assert!((dense[1].0[l] / other[0].0[l] - 1.0).abs() < 1e-12, "{dense:?} {other:?}");
        }
    }

    #[test]
    fn row_exchanges_keep_derivatives() {
        let y = [Dual::<Lanes<1>, 1>::variable(Lanes([1.0]), 0), Dual::splat(0.5)];
        let (sparse, _) = attempt(-1.0, false, y, 0.3, LaneMask([false]));
        let (dense, _) = attempt(-1.0, false, y, 0.3, LaneMask([true]));
        for i in 0..2 {
            assert!((sparse[i].tangents[0].0[0] - dense[i].tangents[0].0[0]).abs() < 1e-14);
        }
        assert!(dense[0].tangents[0].0[0] > 0.7);
    }

    /// Back to the form k_i: with Gamma the matrix of C (C = diag(1/gamma) - Gamma^-1) and a = A Gamma^-1 the
    /// nodes are the row sums of A, and d_i = sum of the rows of Gamma.
    #[test]
    fn nodes_and_time_terms_are_the_row_sums_of_the_tableau() {
        let n = STAGES;
        let mut inverse = nalgebra::DMatrix::<f64>::identity(n, n) / GAMMA;
        let mut a = nalgebra::DMatrix::<f64>::zeros(n, n);
        for i in 0..n {
            DRIFT[i].iter().take(i).enumerate().for_each(|(j, c)| inverse[(i, j)] = -c);
            ARGUMENT[i.min(5)].iter().take(i.min(5)).enumerate().for_each(|(j, c)| a[(i, j)] = *c);
            (5..i).for_each(|j| a[(i, j)] = 1.0);
        }
        let gammas = inverse.clone().try_inverse().unwrap();
        let alphas = &a * &gammas;
        for i in 0..n {
            assert!((alphas.row(i).sum() - NODES[i]).abs() < 1e-12, "node {i}: {}", alphas.row(i).sum());
            assert!((gammas.row(i).sum() - TIME[i]).abs() < 1e-12, "time {i}: {}", gammas.row(i).sum());
        }
        // The new state's weights b satisfy sum b = 1 and sum b_i (alpha_i + gamma_i) = 1/2.
        let mut weights = a.row(7).clone_owned();
        weights[7] = 1.0;
        let b = weights * &gammas;
        assert!((b.sum() - 1.0).abs() < 1e-12);
        let order_two: f64 = (0..n).map(|i| b[i] * (NODES[i] + TIME[i])).sum();
        assert!((order_two - 0.5).abs() < 1e-12);
    }
}

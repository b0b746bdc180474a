use crate::numeric::Mask;
use crate::numeric::Scalar;

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
    pub jacobian: Vec<S>,
    dfdt: Vec<S>,
    start_rate: Vec<S>,
    stage_rate: Vec<S>,
    u: [Vec<S>; STAGES],
    argument: Vec<S>,
    second: Vec<S>,
    weight: Vec<S::Value>,
}

impl<S: Scalar> Rodas5p<S> {
    pub fn new<Y: System<S>>(system: &Y) -> Self {
        let size = system.size();
        let zeros = || vec![S::default(); size];
        Self {
            sparse: SparseLu::new(system.pattern()),
            dense: None,
            jacobian: vec![S::default(); system.pattern().rows.iter().map(Vec::len).sum()],
            dfdt: zeros(),
            start_rate: zeros(),
            stage_rate: zeros(),
            u: std::array::from_fn(|_| zeros()),
            argument: zeros(),
            second: zeros(),
            weight: vec![S::Value::default(); size],
        }
    }

    /// Takes J, f_t and f at the start of the step.
    pub fn linearise<Y: System<S>>(&mut self, system: &Y, workspace: &mut Y::Workspace, t: S::Value, y: &[S]) {
        let t = S::constant(t);
        system.jacobian(workspace, t, y, &mut self.jacobian, &mut self.dfdt, &mut self.start_rate);
    }

    /// Attempts a step; `new` and `error` get all lanes. Lanes in `by_dense` are solved with row exchanges.
    ///
    /// Returns the lanes whose decomposition lost a pivot.
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
            if stage > 0 {
                self.set_argument(stage, y);
                let at = S::constant(t + number(NODES[stage]) * h);
                system.rates(workspace, at, &self.argument, &mut self.stage_rate);
            }
            let rate = if stage == 0 { &self.start_rate } else { &self.stage_rate };
            let (done, rest) = self.u.split_at_mut(stage);
            let b = &mut rest[0];
            for i in 0..y.len() {
                let mut sum = rate[i];
                if let Some((first, others)) = done.split_first() {
                    let mut drift = first[i].scale(number(DRIFT[stage][0]));
                    for (u, &c) in others.iter().zip(&DRIFT[stage][1..]) {
                        drift = drift + u[i].scale(number(c));
                    }
                    sum = sum + drift.scale(per_step);
                }
                if TIME[stage] != 0.0 {
                    sum = sum + self.dfdt[i].scale(number(TIME[stage]) * h);
                }
                b[i] = sum;
            }
            if let (true, Some(dense)) = (use_dense, &self.dense) {
                self.second.copy_from_slice(b);
                dense.solve(&mut self.second);
                self.sparse.solve(b);
                blend(by_dense, &self.second, b);
            } else {
                self.sparse.solve(b);
            }
        }
        for (i, u) in self.u[STAGES - 1].iter().enumerate() {
            new[i] = self.argument[i] + *u;
            error[i] = u.value();
        }
        lost
    }

    /// The argument of a stage's rates; the last three build upon each other.
    fn set_argument(&mut self, stage: usize, y: &[S]) {
        let number = S::Value::splat;
        for i in 0..y.len() {
            self.argument[i] = if stage >= 6 {
                self.argument[i] + self.u[stage - 1][i]
            } else {
                let mut sum = self.u[0][i].scale(number(ARGUMENT[stage][0]));
                for (u, &a) in self.u[1..stage].iter().zip(&ARGUMENT[stage][1..]) {
                    sum = sum + u[i].scale(number(a));
                }
                y[i] + sum
            };
        }
    }

    /// Puts the curve's inner coefficients of the last attempt into the lanes of `mask`.
    pub fn interpolate(&self, mask: S::Mask, curve: &mut Curve<S>) {
        let number = S::Value::splat;
        for (k, row) in curve.k.iter_mut().zip(&DENSE) {
            for (i, k) in k.iter_mut().enumerate() {
                let mut sum = self.u[0][i].scale(number(row[0]));
                for (u, &c) in self.u[1..].iter().zip(&row[1..]) {
                    sum = sum + u[i].scale(number(c));
                }
                *k = S::select(mask, sum, *k);
            }
        }
    }
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
const ARGUMENT: [&[f64]; 6] = [
    &[],
    &[3.0],
    &[2.849394379747939, 0.45842242204463923],
    &[-6.954028509809101, 2.489845061869568, -10.358996098473584],
    &[2.8029986275628964, 0.5072464736228206, -0.3988312541770524, -0.04721187230404641],
    &[-7.502846399306121, 2.561846144803919, -11.627539656261098, -0.18268767659942256, 0.030198172008377946],
];

/// C.
const DRIFT: [&[f64]; STAGES] = [
    &[],
    &[-14.155112264123755],
    &[-17.97296035885952, -2.859693295451294],
    &[147.12150275711716, -1.41221402718213, 71.68940251302358],
    &[165.43517024871676, -0.4592823456491126, 42.90938336958603, -5.961986721573306],
    &[24.854864614690072, -3.0009227002832186, 47.4931110020768, 5.5814197821558125, -0.6610691825249471],
    &[
        30.91273214028599,
        -3.1208243349937974,
        77.79954646070892,
        34.28646028294783,
        -19.097331116725623,
        -28.087943162872662,
    ],
    &[
        37.80277123390563,
        -3.2571969029072276,
        112.26918849496327,
        66.9347231244047,
        -40.06618937091002,
        -54.66780262877968,
        -9.48861652309627,
    ],
];

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
            DRIFT[i].iter().enumerate().for_each(|(j, c)| inverse[(i, j)] = -c);
            ARGUMENT[i.min(5)].iter().enumerate().for_each(|(j, c)| a[(i, j)] = *c);
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

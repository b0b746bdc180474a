//! The approximations once more, written down from their definitions: nothing of `fit` or `error_model` is used. The mode
//! is sought by Newton steps on central differences, determinants are by Gaussian elimination. All objectives are minus
//! twice the logarithm of the marginal density, without N ln(2 pi).
//!
//! # Reference
//! Wang 2007, doi:10.1007/s10928-007-9060-6; Beal and Sheiner, NONMEM Users Guide, part VII.

/// Variance of the residual at a prediction.
#[derive(Debug, Clone, Copy)]
pub enum Variance {
    Additive(f64),
    Proportional(f64),
    /// a^2 + (b f)^2.
    SumOfVariances(f64, f64),
    /// (a + b f)^2.
    SumOfSds(f64, f64),
    Lognormal(f64),
    Power(f64, f64),
}

impl Variance {
    fn at(self, f: f64) -> f64 {
        match self {
            Self::Additive(a) | Self::Lognormal(a) => a.powi(2),
            Self::Proportional(b) => (b * f).powi(2),
            Self::SumOfVariances(a, b) => a.powi(2) + (b * f).powi(2),
            Self::SumOfSds(a, b) => (a + b * f.abs()).powi(2),
            Self::Power(a, c) => (a * f.abs().powf(c)).powi(2),
        }
    }
}

/// Predictions of the rows by eta.
type Predict<'a> = Box<dyn Fn(&[f64]) -> Vec<f64> + 'a>;

/// A subject: data, predictions by eta, covariance of eta.
pub struct Subject<'a> {
    pub y: Vec<f64>,
    pub predict: Predict<'a>,
    pub variance: Variance,
    pub omega: Vec<Vec<f64>>,
}

impl Subject<'_> {
    /// Data and predictions where they are normal; the Jacobian of the logarithm, as it enters the objective.
    fn data(&self) -> (Vec<f64>, f64) {
        match self.variance {
            Variance::Lognormal(_) => {
                let ln: Vec<f64> = self.y.iter().map(|y| y.ln()).collect();
                let sum = 2.0 * ln.iter().sum::<f64>();
                (ln, sum)
            }
            _ => (self.y.clone(), 0.0),
        }
    }

    fn mean(&self, eta: &[f64]) -> Vec<f64> {
        let f = (self.predict)(eta);
        match self.variance {
            Variance::Lognormal(_) => f.iter().map(|f| f.ln()).collect(),
            _ => f,
        }
    }

    fn variances(&self, eta: &[f64]) -> Vec<f64> {
        (self.predict)(eta).iter().map(|f| self.variance.at(*f)).collect()
    }

    /// Minus twice ln p(y, eta) without (N + q) ln(2 pi); `interaction` takes the residual variance at eta, not at 0.
    pub fn joint(&self, eta: &[f64], interaction: bool) -> f64 {
        let (y, jacobian) = self.data();
        let zero = vec![0.0; eta.len()];
        let r = self.variances(if interaction { eta } else { &zero });
        let squares: f64 = y.iter().zip(self.mean(eta)).zip(&r).map(|((y, f), r)| (y - f).powi(2) / r + r.ln()).sum();
        let inverse = inverse(&self.omega);
        let prior: f64 = (0..eta.len()).map(|i| eta[i] * dot(&inverse[i], eta)).sum();
        squares + jacobian + prior + determinant(&self.omega).ln()
    }

    /// The eta at which [`Self::joint`] is smallest.
    pub fn mode(&self, interaction: bool) -> Vec<f64> {
        let joint = |eta: &[f64]| self.joint(eta, interaction);
        let mut eta = vec![0.0; self.omega.len()];
        for _ in 0..100 {
            let (slopes, bends) = (gradient(joint, &eta), hessian(joint, &eta));
            let mut damping = 0.0;
            let next = loop {
                let mut bends = bends.clone();
                (0..eta.len()).for_each(|i| bends[i][i] += damping);
                let inverse = inverse(&bends);
                let next: Vec<f64> = (0..eta.len()).map(|i| eta[i] - dot(&inverse[i], &slopes)).collect();
                if joint(&next) <= joint(&eta) + 1e-10 {
                    break next;
                }
                damping = if damping == 0.0 { 1.0 } else { 4.0 * damping };
                assert!(damping < 1e12, "no mode");
            };
            let moved = next.iter().zip(&eta).map(|(to, from)| (to - from).abs()).fold(0.0, f64::max);
            eta = next;
            if moved < 1e-9 {
                return eta;
            }
        }
        panic!("no mode");
    }

    /// Derivatives of means by eta: of each row.
    fn slopes(&self, of: impl Fn(&[f64]) -> Vec<f64>, eta: &[f64]) -> Vec<Vec<f64>> {
        (0..self.y.len()).map(|row| gradient(|eta| of(eta)[row], eta)).collect()
    }

    /// FO: normal about the prediction at 0 with variance f' Omega f'^T + R.
    pub fn fo(&self) -> f64 {
        let zero = vec![0.0; self.omega.len()];
        let (y, jacobian) = self.data();
        let (f, r) = (self.mean(&zero), self.variances(&zero));
        let slopes = self.slopes(|eta| self.mean(eta), &zero);
        let n = y.len();
        let mut v = vec![vec![0.0; n]; n];
        for i in 0..n {
            for j in 0..n {
                let turned: Vec<f64> = self.omega.iter().map(|row| dot(row, &slopes[j])).collect();
                v[i][j] = dot(&slopes[i], &turned) + if i == j { r[i] } else { 0.0 };
            }
        }
        let rest: Vec<f64> = y.iter().zip(f).map(|(y, f)| y - f).collect();
        normal(&rest, &v) + jacobian
    }

    /// FOCE or, with interaction, FOCEI.
    pub fn foce(&self, interaction: bool) -> f64 {
        let q = self.omega.len();
        let (mode, zero) = (self.mode(interaction), vec![0.0; q]);
        let r = self.variances(if interaction { &mode } else { &zero });
        let f = self.slopes(|eta| self.mean(eta), &mode);
        let ln_r = self.slopes(|eta| self.variances(eta).iter().map(|r| r.ln()).collect(), &mode);
        let mut h = inverse(&self.omega);
        for row in 0..self.y.len() {
            for i in 0..q {
                for j in 0..q {
                    h[i][j] += f[row][i] * f[row][j] / r[row];
                    if interaction {
                        h[i][j] += 0.5 * ln_r[row][i] * ln_r[row][j];
                    }
                }
            }
        }
        self.joint(&mode, interaction) + determinant(&h).ln()
    }

    /// Half the second derivative of the joint density at the mode.
    pub fn curvature(&self) -> Vec<Vec<f64>> {
        let mut h = hessian(|eta| self.joint(eta, true), &self.mode(true));
        h.iter_mut().flatten().for_each(|entry| *entry *= 0.5);
        h
    }

    /// Laplace.
    pub fn laplace(&self) -> f64 {
        self.joint(&self.mode(true), true) + determinant(&self.curvature()).ln()
    }

    /// The integral over eta by a product of Gauss-Hermite rules around the mode.
    pub fn quadrature(&self, nodes: usize) -> f64 {
        let q = self.omega.len();
        let mode = self.mode(true);
        let root = cholesky(&inverse(&self.curvature()));
        let rule = gauss_hermite(nodes);
        let least = self.joint(&mode, true);
        let mut sum = 0.0;
        for at in 0..nodes.pow(q as u32) {
            let (mut rest, mut weight) = (at, 1.0);
            let mut u = vec![0.0; q];
            for u in &mut u {
                let (node, own) = rule[rest % nodes];
                rest /= nodes;
                weight *= own * (node * node).exp();
                *u = node;
            }
            let eta: Vec<f64> = (0..q).map(|i| mode[i] + 2f64.sqrt() * dot(&root[i], &u)).collect();
            sum += weight * (-0.5 * (self.joint(&eta, true) - least)).exp();
        }
        // (2 pi)^(-q/2) 2^(q/2) |root| sum, |root| the product of the diagonal.
        let ln_root: f64 = (0..q).map(|i| root[i][i].ln()).sum();
        least - 2.0 * (sum.ln() + ln_root - 0.5 * q as f64 * std::f64::consts::PI.ln())
    }
}

/// Minus twice the logarithm of a normal density around 0, without n ln(2 pi).
pub fn normal(rest: &[f64], variance: &[Vec<f64>]) -> f64 {
    let inverse = inverse(variance);
    let squares: f64 = (0..rest.len()).map(|i| rest[i] * dot(&inverse[i], rest)).sum();
    squares + determinant(variance).ln()
}

pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Gaussian elimination with pivots of `matrix` beside a unit matrix: determinant and inverse.
fn eliminate(matrix: &[Vec<f64>]) -> (f64, Vec<Vec<f64>>) {
    let n = matrix.len();
    let unit = |i: usize| (0..n).map(move |j| f64::from(u8::from(i == j)));
    let mut rows: Vec<Vec<f64>> =
        matrix.iter().enumerate().map(|(i, row)| row.iter().copied().chain(unit(i)).collect()).collect();
    let mut determinant = 1.0;
    for i in 0..n {
        let pivot = (i..n).max_by(|a, b| rows[*a][i].abs().total_cmp(&rows[*b][i].abs())).expect("a row");
        if pivot != i {
            rows.swap(pivot, i);
            determinant = -determinant;
        }
        let by = rows[i][i];
        determinant *= by;
        rows[i].iter_mut().for_each(|entry| *entry /= by);
        let own = rows[i].clone();
        for (_, row) in rows.iter_mut().enumerate().filter(|(at, _)| *at != i) {
            let factor = row[i];
            row.iter_mut().zip(&own).for_each(|(entry, own)| *entry -= factor * own);
        }
    }
    (determinant, rows.into_iter().map(|row| row[n..].to_vec()).collect())
}

pub fn determinant(matrix: &[Vec<f64>]) -> f64 {
    eliminate(matrix).0
}

pub fn inverse(matrix: &[Vec<f64>]) -> Vec<Vec<f64>> {
    eliminate(matrix).1
}

pub fn cholesky(matrix: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let n = matrix.len();
    let mut root = vec![vec![0.0; n]; n];
    for i in 0..n {
        for j in 0..=i {
            let rest = matrix[i][j] - dot(&root[i][..j], &root[j][..j]);
            root[i][j] = if i == j { rest.sqrt() } else { rest / root[j][j] };
        }
    }
    root
}

/// Step of the differences; their error is of its sixth power.
const STEP: f64 = 1e-2;
const STENCIL: [(f64, f64); 6] =
    [(-3.0, -1.0 / 60.0), (-2.0, 0.15), (-1.0, -0.75), (1.0, 0.75), (2.0, -0.15), (3.0, 1.0 / 60.0)];

fn slope(of: &dyn Fn(&[f64]) -> f64, x: &[f64], k: usize) -> f64 {
    let at = |by: f64| {
        let mut moved = x.to_vec();
        moved[k] += by * STEP;
        of(&moved)
    };
    STENCIL.iter().map(|(by, weight)| weight * at(*by)).sum::<f64>() / STEP
}

pub fn gradient(of: impl Fn(&[f64]) -> f64, x: &[f64]) -> Vec<f64> {
    (0..x.len()).map(|k| slope(&of, x, k)).collect()
}

pub fn hessian(of: impl Fn(&[f64]) -> f64, x: &[f64]) -> Vec<Vec<f64>> {
    let entry = |i: usize, j: usize| slope(&|x| slope(&of, x, j), x, i);
    (0..x.len()).map(|i| (0..x.len()).map(|j| entry(i.max(j), i.min(j))).collect()).collect()
}

/// Nodes and weights for the weight exp(-x^2): roots of the Hermite polynomials by Newton's method.
pub fn gauss_hermite(n: usize) -> Vec<(f64, f64)> {
    // Orthonormal polynomials: h_(k+1) = x sqrt(2/(k+1)) h_k - sqrt(k/(k+1)) h_(k-1); h_n' = sqrt(2n) h_(n-1).
    let polynomial = |x: f64| {
        let (mut before, mut now) = (0.0, std::f64::consts::PI.powf(-0.25));
        for k in 0..n {
            let k = k as f64;
            (before, now) = (now, x * (2.0 / (k + 1.0)).sqrt() * now - (k / (k + 1.0)).sqrt() * before);
        }
        (now, (2.0 * n as f64).sqrt() * before)
    };
    // Roots lie between -sqrt(2n + 1) and sqrt(2n + 1): changes of sign on a fine grid, then Newton.
    let end = (2.0 * n as f64 + 1.0).sqrt();
    let grid: Vec<f64> = (0..=40 * n).map(|at| end * (at as f64 / (20.0 * n as f64) - 1.0 + 1e-6)).collect();
    let mut rule = Vec::new();
    for pair in grid.windows(2) {
        if polynomial(pair[0]).0 * polynomial(pair[1]).0 < 0.0 {
            let mut x = 0.5 * (pair[0] + pair[1]);
            for _ in 0..50 {
                let (value, slope) = polynomial(x);
                x -= value / slope;
            }
            rule.push((x, 2.0 / polynomial(x).1.powi(2)));
        }
    }
    assert_eq!(rule.len(), n);
    rule
}

/// Order 2: nodes at 1/sqrt(2), weights sqrt(pi)/2. Order 20 has the moments of exp(-x^2): sqrt(pi), sqrt(pi)/2, 3 sqrt(pi)/4.
#[test]
fn quadrature_has_the_moments_of_the_normal_distribution() {
    let root = std::f64::consts::PI.sqrt();
    for (node, weight) in gauss_hermite(2) {
        assert!((node.abs() - 0.5f64.sqrt()).abs() < 1e-14 && (weight - root / 2.0).abs() < 1e-14);
    }
    let rule = gauss_hermite(20);
    for (power, expected) in [(0, root), (2, root / 2.0), (4, 0.75 * root)] {
        let sum: f64 = rule.iter().map(|(x, weight)| weight * x.powi(power)).sum();
        assert!((sum - expected).abs() < 1e-12, "{power}: {sum}");
    }
}

use crate::integrate::{Batch, Linear, Method, Options, Pattern, Piece, Pieces, SideBySide, Sink, System, solve};
use crate::numeric::{Dual, InstructionSet, Lanes, Scalar};

/// x' = inflow - a x, y' = k x - b y; the workspace is (inflow, a, k, b).
struct Chain(Pattern, Linear);

impl Chain {
    fn new() -> Self {
        Self(Pattern { rows: vec![vec![0], vec![0, 1]] }, Linear { order: vec![0, 1], offset: vec![true, false] })
    }
}

impl<S: Scalar> System<S> for Chain {
    type Workspace = [S; 4];
    fn size(&self) -> usize {
        2
    }
    fn pattern(&self) -> &Pattern {
        &self.0
    }
    fn linear(&self) -> Option<&Linear> {
        Some(&self.1)
    }
    fn rates(&self, [inflow, a, k, b]: &mut [S; 4], _: S, y: &[S], dy: &mut [S]) {
        dy[0] = *inflow - *a * y[0];
        dy[1] = *k * y[0] - *b * y[1];
    }
    fn jacobian(&self, p: &mut [S; 4], t: S, y: &[S], nonzeros: &mut [S], dfdt: &mut [S], dy: &mut [S]) {
        nonzeros.copy_from_slice(&[-p[1], p[2], -p[3]]);
        dfdt.fill(S::default());
        self.rates(p, t, y, dy);
    }
}

/// The solution from (x0, 0): by hand, in a form that keeps its digits where rates meet.
fn exact([inflow, a, k, b]: [f64; 4], x0: f64, t: f64) -> [f64; 2] {
    let level = inflow / a;
    let x = level + (x0 - level) * (-a * t).exp();
    // Integral of exp(-b (t - s)) times 1 and exp(-a s).
    let of_level = -(-b * t).exp_m1() / b;
    let of_decay = if a == b { t * (-a * t).exp() } else { (-b * t).exp() * ((b - a) * t).exp_m1() / (b - a) };
    [x, k * (level * of_level + (x0 - level) * of_decay)]
}

fn options(rtol: f64) -> Options {
    Options::new(rtol, vec![1e-9; 2])
}

#[test]
fn a_chain_with_inflow_is_exact_in_a_few_pieces() {
    let p = [2.0, 0.9, 0.3, 0.04];
    let mut pieces = 0;
    let mut sink = Pieces(|_, piece: &Piece<'_, Lanes<1>>| {
        pieces += 1;
        for part in 0..=20 {
            let t = piece.from + f64::from(part) / 20.0 * (piece.to - piece.from);
            let (mut found, mut slopes) = ([0.0; 2], [0.0; 2]);
            piece.eval(t, &mut found);
            piece.slope(t, &mut slopes);
            let wanted = exact(p, 50.0, t);
            let rates = [p[0] - p[1] * wanted[0], p[2] * wanted[0] - p[3] * wanted[1]];
            for i in 0..2 {
                assert!((found[i] - wanted[i]).abs() <= 1e-13 * 50.0, "state {i} at {t}: {found:?} {wanted:?}");
                assert!((slopes[i] - rates[i]).abs() <= 1e-12 * 50.0, "slope {i} at {t}: {slopes:?} {rates:?}");
                assert_eq!(found[i].to_bits(), piece.state(t, i).to_bits());
            }
        }
    });
    // A loose tolerance changes nothing.
    let end = solve(
        Chain::new(),
        p.map(|p| Lanes([p])),
        &[Lanes([50.0]), Lanes([0.0])],
        (0.0, 300.0),
        options(1e-3),
        &mut sink,
    );
    let counters = end.unwrap().counters;
    assert_eq!((counters.steps, counters.rejected), (pieces, 0));
    assert!((2..=12).contains(&pieces), "{pieces} pieces");
}

#[test]
fn rates_that_meet_are_integrated() {
    for (a, b, method) in [
        (0.5, 0.5, Method::DormandPrince),
        (0.5, 0.5001, Method::DormandPrince),
        (0.5, 0.51, Method::ClosedForm),
        (0.0, 0.3, Method::DormandPrince),
    ] {
        let mut batch = Batch::<Lanes<1>, _>::new(Chain::new(), [1.0, a, 0.3, b].map(|p| Lanes([p])), options(1e-9));
        batch.begin_values(0, 0.0, &[2.0, 0.0], 20.0);
        let mut borders = Vec::new();
        while batch.any_running() {
            batch.advance(&mut (), &mut borders);
        }
        let mut found = [0.0; 2];
        batch.state(0, &mut found);
        assert_eq!(batch.method(0), method, "{a} {b}");
        if a > 0.0 {
            let wanted = exact([1.0, a, 0.3, b], 2.0, 20.0);
            assert!((0..2).all(|i| (found[i] - wanted[i]).abs() < 1e-8 * wanted[i]), "{a} {b}: {found:?} {wanted:?}");
        } else {
            assert!((found[0] - 22.0).abs() < 1e-7, "{found:?}");
        }
    }
}

/// Rows of each lane at its own times, in one call a piece and time by time.
struct Rows<const N: usize> {
    rows: Vec<Vec<u64>>,
}

impl<const N: usize> Sink<Lanes<N>> for Rows<N> {
    fn piece(&mut self, lane: usize, piece: &Piece<'_, Lanes<N>>) {
        let times: Vec<f64> =
            (0..=300).map(|n| 0.25 * f64::from(n)).filter(|t| *t > piece.from && *t <= piece.to).collect();
        let mut rows = vec![0.0; 2 * times.len()];
        piece.rows(&times, &mut rows);
        self.rows[lane].extend(rows.iter().map(|value| value.to_bits()));
    }

    fn pieces(&mut self, pieces: &SideBySide<'_, Lanes<N>>) {
        for (lane, piece) in pieces.iter() {
            self.piece(lane, &piece);
            let (mut together, mut alone) = ([Lanes::splat(0.0); 2], [0.0; 2]);
            let time = 0.3 * piece.from + 0.7 * piece.to;
            pieces.eval(&[time; N], &mut together);
            piece.eval(time, &mut alone);
            assert!((0..2).all(|i| together[i].0[lane].to_bits() == alone[i].to_bits()), "{together:?} {alone:?}");
        }
    }
}

/// The rows of patients, of whom every third is integrated.
fn rows<const N: usize>(instructions: InstructionSet) -> Vec<Vec<u64>> {
    let mut all = Vec::new();
    let patients: Vec<[f64; 4]> = (0..16u32)
        .map(|n| {
            let a = 0.2 + 0.1 * f64::from(n);
            [f64::from(n % 2), a, 0.3, if n % 3 == 2 { a } else { 0.05 }]
        })
        .collect();
    for group in patients.chunks(N) {
        let lanes = |at: usize| Lanes(std::array::from_fn(|lane| group[lane][at]));
        let mut options = options(1e-6);
        options.instructions = instructions;
        let mut batch = Batch::<Lanes<N>, _>::new(Chain::new(), std::array::from_fn(lanes), options);
        (0..N).for_each(|lane| batch.begin_values(lane, 0.0, &[2.0, 0.0], 75.0));
        let mut sink = Rows::<N> { rows: vec![Vec::new(); N] };
        let mut borders = Vec::new();
        while batch.any_running() {
            batch.advance(&mut sink, &mut borders);
        }
        all.extend(sink.rows);
    }
    all
}

#[test]
fn rows_have_the_same_bits_at_every_width_and_for_all_instructions() {
    let one = rows::<1>(InstructionSet::Baseline);
    assert!(one.iter().all(|rows| rows.len() == 600));
    for instructions in InstructionSet::available() {
        assert_eq!(one, rows::<4>(instructions), "{instructions:?}");
        assert_eq!(one, rows::<16>(instructions), "{instructions:?}");
    }
}

#[test]
fn derivatives_are_those_of_the_closed_form() {
    let p = [2.0, 0.9, 0.3, 0.04];
    let start = |k: usize| Dual::<Lanes<1>, 4>::variable(Lanes([p[k]]), k);
    let y = [Dual::splat(50.0), Dual::splat(0.0)];
    let end = solve(Chain::new(), std::array::from_fn(start), &y, (0.0, 30.0), options(1e-6), &mut ()).unwrap();
    let plain =
        solve(Chain::new(), p.map(|p| Lanes([p])), &[Lanes([50.0]), Lanes([0.0])], (0.0, 30.0), options(1e-6), &mut ())
            .unwrap();
    for i in 0..2 {
        assert_eq!(end.state[i].value, plain.state[i]);
        for k in 0..4 {
            let at = |sign: f64| {
                let mut p = p;
                p[k] *= 1.0 + sign * 1e-5;
                exact(p, 50.0, 30.0)[i]
            };
            let wanted = (at(1.0) - at(-1.0)) / (2e-5 * p[k]);
            let found = end.state[i].tangents[k].0[0];
            assert!((found - wanted).abs() < 1e-7 * (1.0 + wanted.abs()), "state {i} by {k}: {found} {wanted}");
        }
    }
}

//! Quasi-random points that fill a cube evenly, reachable by their number.

use super::stream::{Purpose, Stream};

/// Dimensions for which direction numbers are at hand.
pub const MOST_DIMENSIONS: usize = 256;

/// The table of Joe and Kuo: dimension, degree s, coefficients a, and s initial direction numbers m.
const TABLE: &str = include_str!("new-joe-kuo-6.256.txt");

/// Scrambled Sobol points in the unit cube.
///
/// Any 2^k points from a multiple of 2^k on put one into each of 2^k equal intervals of every dimension. The scramble
/// (a random lower triangular matrix for the bits, then a random shift) makes each point uniform, keeps that property,
/// and differs by seed, so that repeating under several seeds tells the error. There is no limit on the number of points
/// below 2^64. The first point is kept: leaving it out would unbalance the others.
///
/// # Reference
/// Joe and Kuo 2008, doi:10.1137/070709359 (direction numbers; points in the order of the Gray code); Matousek 1998,
/// doi:10.1006/jcom.1998.0489 (scramble); Owen 2020, arXiv:2008.08051 (the first point).
#[derive(Debug, Clone)]
pub struct Sobol {
    dimensions: Vec<Dimension>,
}

#[derive(Debug, Clone)]
struct Dimension {
    /// Direction numbers as binary fractions.
    directions: [u64; 64],
    shift: u64,
}

impl Sobol {
    /// Points in `dimensions` dimensions, scrambled by `seed`; none for more dimensions than [`MOST_DIMENSIONS`].
    pub fn new(dimensions: usize, seed: u64) -> Option<Self> {
        let mut points = Self::plain(dimensions)?;
        for (n, dimension) in points.dimensions.iter_mut().enumerate() {
            dimension.scramble(&mut Stream::new(seed, n as u64, Purpose::Scramble));
        }
        Some(points)
    }

    fn plain(dimensions: usize) -> Option<Self> {
        if dimensions > MOST_DIMENSIONS {
            return None;
        }
        let first = Dimension { directions: std::array::from_fn(|k| 1 << (63 - k)), shift: 0 };
        let others = TABLE.lines().skip(1).map(Dimension::read);
        Some(Self { dimensions: std::iter::once(first).chain(others).take(dimensions).collect() })
    }

    /// Coordinate `dimension` of point `index`, in the open interval from 0 to 1.
    pub fn coordinate(&self, index: u64, dimension: usize) -> f64 {
        let bits = self.dimensions[dimension].bits(index);
        ((bits >> 12) as f64 + 0.5) * 2f64.powi(-52)
    }
}

impl Dimension {
    fn read(line: &str) -> Self {
        let mut numbers = line.split_whitespace().map(|number| number.parse::<u64>().expect("a table of numbers"));
        let (Some(_), Some(degree), Some(coefficients)) = (numbers.next(), numbers.next(), numbers.next()) else {
            unreachable!("a line of the table has three numbers at least")
        };
        let degree = degree as usize;
        let mut directions = [0; 64];
        for (k, number) in numbers.enumerate() {
            directions[k] = number << (63 - k);
        }
        for k in degree..64 {
            let mut next = directions[k - degree] ^ directions[k - degree] >> degree;
            for back in 1..degree {
                if coefficients >> (degree - 1 - back) & 1 == 1 {
                    next ^= directions[k - back];
                }
            }
            directions[k] = next;
        }
        Self { directions, shift: 0 }
    }

    fn bits(&self, index: u64) -> u64 {
        let mut gray = index ^ index >> 1;
        let mut bits = self.shift;
        while gray != 0 {
            bits ^= self.directions[gray.trailing_zeros() as usize];
            gray &= gray - 1;
        }
        bits
    }

    /// Bit r of a scrambled number is the parity of bit r and a random choice of the higher bits.
    fn scramble(&mut self, random: &mut Stream) {
        let mut half = || (random.uniform() * 2f64.powi(32)) as u64;
        let mut word = || half() << 32 | half();
        let rows: [u64; 64] = std::array::from_fn(|r| {
            let higher = word().checked_shl(64 - r as u32).unwrap_or(0);
            higher | 1 << (63 - r)
        });
        for direction in &mut self.directions {
            let parity = |(r, row): (usize, &u64)| u64::from((row & *direction).count_ones() % 2) << (63 - r);
            *direction = rows.iter().enumerate().map(parity).sum();
        }
        self.shift = word();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_points_are_those_of_the_published_program() {
        let points = Sobol::plain(256).unwrap();
        for (index, dimension, expected) in PUBLISHED {
            let bits = points.dimensions[dimension].bits(index);
            assert_eq!(bits as f64 * 2f64.powi(-64), expected, "{index} {dimension}");
        }
        assert!(Sobol::plain(257).is_none() && Sobol::new(257, 1).is_none());
    }

    #[test]
    fn each_interval_gets_one_point() {
        let points = Sobol::new(256, 7).unwrap();
        for dimension in [0, 1, 2, 100, 255] {
            let mut hit = [false; 1024];
            for index in 5 * 1024..6 * 1024 {
                hit[(points.coordinate(index, dimension) * 1024.0) as usize] = true;
            }
            assert!(hit.iter().all(|hit| *hit), "{dimension}");
        }
        // The first two dimensions are even together as well: 32 x 32 squares, one point each.
        let mut squares = [false; 1024];
        for index in 0..1024 {
            let at = |dimension| (points.coordinate(index, dimension) * 32.0) as usize;
            squares[32 * at(0) + at(1)] = true;
        }
        assert!(squares.iter().all(|hit| *hit));
    }

    #[test]
    fn seeds_give_other_points_and_the_same_seed_the_same() {
        let (a, b, again) = (Sobol::new(3, 1).unwrap(), Sobol::new(3, 2).unwrap(), Sobol::new(3, 1).unwrap());
        let coordinates = |points: &Sobol| (0..100).map(|n| points.coordinate(n, 2)).collect::<Vec<_>>();
        assert_eq!(coordinates(&a), coordinates(&again));
        assert_ne!(coordinates(&a), coordinates(&b));
        assert!(coordinates(&a).iter().all(|x| *x > 0.0 && *x < 1.0));
        assert!(a.coordinate(u64::MAX, 1) < 1.0);
    }

    /// Integral of the product of (1 + (x - 1/2)/2) over 6 dimensions: 1. Random points are off by 0.35/sqrt(n).
    #[test]
    fn integrals_converge_faster_than_at_random() {
        let points = Sobol::new(6, 3).unwrap();
        let n = 4096;
        let sum: f64 =
            (0..n).map(|index| (0..6).map(|d| 0.75 + points.coordinate(index, d) / 2.0).product::<f64>()).sum();
        assert!((sum / n as f64 - 1.0).abs() < 2e-4, "{}", sum / n as f64);
    }

    /// `scipy.stats.qmc.Sobol(256, scramble=False)` of SciPy 1.17.1: number, dimension from 0, coordinate.
    const PUBLISHED: [(u64, usize, f64); 16] = [
        (1, 0, 0.5),
        (2, 0, 0.75),
        (3, 0, 0.25),
        (4095, 0, 0.000244140625),
        (1, 1, 0.5),
        (2, 1, 0.25),
        (3, 1, 0.75),
        (7, 2, 0.375),
        (100, 3, 0.7265625),
        (1000, 5, 0.9072265625),
        (2047, 17, 0.82373046875),
        (4095, 17, 0.609130859375),
        (3333, 99, 0.031982421875),
        (1234, 200, 0.48095703125),
        (4095, 255, 0.613037109375),
        (2500, 255, 0.728759765625),
    ];
}

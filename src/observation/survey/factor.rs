//! Whether the values of an output are in another unit than the model's.

use super::doubt::EXPLAINED;
use crate::trajectory::brief;
use crate::unit::Unit;

/// Factors between units that are mixed up.
const FACTORS: [f64; 6] = [1e3, 1e-3, 1e6, 1e-6, 1e9, 1e-9];

/// Symbols that are mixed up.
const FAMILIES: [&[&str]; 5] = [
    &["kg", "g", "mg", "ug", "ng", "pg"],
    &["mol", "mmol", "umol", "nmol", "pmol"],
    &["cells", "1e3 cells", "1e6 cells", "1e9 cells"],
    &["copies", "1e3 copies", "1e6 copies", "1e9 copies"],
    &["1", "1e3", "1e6", "1e9"],
];

/// What to say of values with these typical predictions, all above 0; none if the unit looks right.
pub(super) fn reason(pairs: &[(f64, f64)], name: &str, unit: &Unit) -> Option<String> {
    let quotients = sorted(pairs.iter().map(|(value, typical)| value / typical));
    if quotients.len() < 3 {
        return None;
    }
    let middle = quantile(&quotients, 0.5);
    let (low, high) = (quantile(&quotients, 0.25), quantile(&quotients, 0.75));
    if low <= EXPLAINED && high >= 1.0 / EXPLAINED {
        return None;
    }
    let n = quotients.len();
    // Of small numbers it cannot be told what is a logarithm.
    let large = |of: fn(&(f64, f64)) -> f64, bound| quantile(&sorted(pairs.iter().map(of)), 0.5) >= bound;
    if unit.is_dimensionless() && large(|pair| pair.1, 3.0) && near(pairs, 1.0, |value, typical| value.ln() - typical) {
        return Some(format!("`{name}` looks like a logarithm, and its {n} values like what it is the logarithm of"));
    }
    for (word, base) in [("natural", std::f64::consts::E), ("decimal", 10.0)] {
        if large(|pair| pair.1, 20.0) && near(pairs, 1.0 / base.ln(), |value, typical| value - typical.ln() / base.ln())
        {
            return Some(format!("the {n} values look like {word} logarithms of `{name}`"));
        }
    }
    let within = 10f64.sqrt();
    let factor = FACTORS.into_iter().find(|factor| (1.0 / within..=within).contains(&(middle / factor)))?;
    let times = if factor > 1.0 { format!("{} times", brief(factor)) } else { format!("1/{} of", brief(1.0 / factor)) };
    let unit = match meant(unit, factor) {
        Some(other) => format!("looks like {other} instead of {unit}"),
        None => format!("is it in {unit}?"),
    };
    Some(format!(
        "values are about {times} the typical prediction (median of {n} quotients {}): {unit}, factor {}",
        brief(middle),
        brief(factor.max(1.0 / factor))
    ))
}

/// Whether the median distance is within a bound.
fn near(pairs: &[(f64, f64)], bound: f64, distance: impl Fn(f64, f64) -> f64) -> bool {
    let distances = sorted(pairs.iter().map(|(value, typical)| distance(*value, *typical).abs()));
    quantile(&distances, 0.5) <= bound
}

/// The unit of values that are `factor` times too large for this one, if it only differs by a prefix.
fn meant(unit: &Unit, factor: f64) -> Option<String> {
    let text = unit.to_string();
    let (head, rest) = text.find('/').map_or((text.as_str(), ""), |at| text.split_at(at));
    let family = FAMILIES.iter().find(|family| family.contains(&head))?;
    let fits = |other: &String| {
        let size = Unit::parse_str(other).ok().and_then(|other| other.convert(1.0, unit));
        size.is_some_and(|size| (size * factor - 1.0).abs() < 1e-9)
    };
    family.iter().map(|other| format!("{other}{rest}")).find(fits)
}

fn sorted(numbers: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut sorted: Vec<f64> = numbers.collect();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// A quantile of sorted numbers, between neighbours in proportion.
fn quantile(sorted: &[f64], part: f64) -> f64 {
    let place = part * (sorted.len() - 1) as f64;
    let (low, high) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    low + (high - low) * place.fract()
}

#[cfg(test)]
mod unit_tests {
    use super::*;

    fn of(text: &str, pairs: &[(f64, f64)]) -> Option<String> {
        reason(pairs, "conc", &Unit::parse_str(text).unwrap())
    }

    #[test]
    fn a_factor_of_1000_is_told_with_the_unit_that_it_looks_like() {
        let times = |factor: f64| [1.0, 2.0, 0.7, 5.0].map(|typical| (typical * factor, typical));
        let told = of("ug/mL", &times(1200.0)).unwrap();
        let expected = "values are about 1000 times the typical prediction (median of 4 quotients 1200): \
                        looks like ng/mL instead of ug/mL, factor 1000";
        assert_eq!(told, expected);
        let told = of("ng/mL", &times(0.9e-3)).unwrap();
        assert!(told.contains("about 1/1000 of the typical") && told.contains("looks like ug/mL instead"), "{told}");
        assert!(of("1e9 cells", &times(2e9)).unwrap().contains("looks like cells instead of 1e9 cells, factor 1e9"));
        assert!(of("mmHg", &times(1e6)).unwrap().contains("is it in mmHg?, factor 1e6"));
        // Ten and a hundred times too much is a model that fits badly.
        assert_eq!((of("mg/L", &times(50.0)), of("mg/L", &times(0.02))), (None, None));
        // A unit is that of all values, not of some.
        let mut mixed = times(1000.0);
        (mixed[0].0, mixed[1].0) = (mixed[0].1, mixed[1].1);
        assert_eq!(of("mg/L", &mixed), None);
        assert_eq!(of("mg/L", &times(1000.0)[..2]), None, "two values are not enough");
    }

    #[test]
    fn logarithms_are_told_apart_from_factors() {
        let typical = [9000.0, 12000.0, 300_000.0, 7000.0];
        let told = of("copies/ug", &typical.map(|one| (f64::ln(one) + 0.1, one))).unwrap();
        assert!(told.contains("natural logarithms"), "{told}");
        let told = of("copies/ug", &typical.map(|one| (f64::log10(one), one))).unwrap();
        assert!(told.contains("decimal logarithms"), "{told}");
        let told = of("1", &typical.map(|one| (one, f64::ln(one)))).unwrap();
        assert!(told.contains("`conc` looks like a logarithm"), "{told}");
    }
}

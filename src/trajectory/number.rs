use std::fmt;

/// A number as tables carry it: the shortest decimal that reads back to the same bits.
///
/// Plain notation for magnitudes from 1e-5 up to 1e15, `1.5e21` and `2e-9` beyond. A missing value (NaN) is empty.
///
/// ```
/// use cascade::trajectory::number;
/// assert_eq!(number(0.1 + 0.2), "0.30000000000000004");
/// assert_eq!(number(1.5e21), "1.5e21");
/// assert_eq!(number(f64::NAN), "");
/// ```
pub fn number(value: f64) -> String {
    Number(value).to_string()
}

/// The same as [`number`], printed without a text in between.
#[derive(Debug, Clone, Copy)]
pub struct Number(pub f64);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(value) = *self;
        let size = value.abs();
        if value.is_nan() {
            Ok(())
        } else if size != 0.0 && size.is_finite() && !(1e-5..1e15).contains(&size) {
            write!(f, "{value:e}")
        } else {
            write!(f, "{value}")
        }
    }
}

/// A number for people: four significant digits, `1.234e9` beyond 1e-3 to 1e6, and `-` for a missing value.
pub fn brief(value: f64) -> String {
    const DIGITS: i32 = 4;
    if value.is_nan() {
        return "-".into();
    }
    if value == 0.0 || value.is_infinite() {
        return format!("{}", value + 0.0);
    }
    // Rounded once, to four digits; what follows only places the point.
    let rounded = format!("{value:.*e}", DIGITS as usize - 1);
    let (digits, exponent) = rounded.split_once('e').expect("exponent notation has an exponent");
    let exponent: i32 = exponent.parse().expect("a whole exponent");
    if (-3..6).contains(&exponent) {
        let decimals = (DIGITS - 1 - exponent).max(0) as usize;
        let value: f64 = rounded.parse().expect("a number just printed");
        shortened(&format!("{value:.decimals$}")).to_string()
    } else {
        format!("{}e{exponent}", shortened(digits))
    }
}

/// Without zeros at the end of its decimals.
fn shortened(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

/// A field of a CSV line: in quotes if it has a comma, a quote or a line break.
pub fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field.into() }
}

/// Lines of cells as a table with aligned columns, two spaces between them; numbers flush right, words flush left.
///
/// A column is one of numbers if every cell below the first line is a number or `-`. Ends with a line break.
pub fn aligned(lines: &[Vec<String>]) -> String {
    let columns = lines.iter().map(Vec::len).max().unwrap_or(0);
    let cell = |line: &'_ Vec<String>, column: usize| line.get(column).map_or("", String::as_str).to_string();
    let width: Vec<usize> = (0..columns)
        .map(|column| lines.iter().map(|line| cell(line, column).chars().count()).max().unwrap_or(0))
        .collect();
    let numeric: Vec<bool> = (0..columns)
        .map(|column| {
            let cells = lines.iter().skip(1).map(|line| cell(line, column));
            lines.len() > 1 && cells.into_iter().all(|text| text == "-" || text.parse::<f64>().is_ok())
        })
        .collect();
    let mut out = String::new();
    for line in lines {
        let mut row = String::new();
        for column in 0..columns {
            let text = cell(line, column);
            let pad = " ".repeat(width[column] - text.chars().count());
            let (before, after) = if numeric[column] { (pad.as_str(), "") } else { ("", pad.as_str()) };
            row.push_str(if column > 0 { "  " } else { "" });
            row.push_str(before);
            row.push_str(&text);
            row.push_str(after);
        }
        out.push_str(row.trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn magnitudes_choose_the_notation() {
        let cases = [
            (0.0, "0"),
            (1.0, "1"),
            (-2.5, "-2.5"),
            (1e14, "100000000000000"),
            (1e15, "1e15"),
            (1e21, "1e21"),
            (1e-5, "0.00001"),
            (9.9e-6, "9.9e-6"),
            (f64::INFINITY, "inf"),
            (f64::NAN, ""),
        ];
        for (value, text) in cases {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn brief_numbers_have_four_digits() {
        let cases = [
            (0.0, "0"),
            (-0.0, "0"),
            (1.0, "1"),
            (1234.5678, "1235"),
            (12.34567, "12.35"),
            (999.96, "1000"),
            (999_960.0, "1e6"),
            (123_456.0, "123500"),
            (0.001, "0.001"),
            (0.000_123_44, "1.234e-4"),
            (1.1e9, "1.1e9"),
            (-38.049, "-38.05"),
            (f64::NAN, "-"),
        ];
        for (value, text) in cases {
            assert_eq!(brief(value), text, "{value}");
        }
    }

    #[test]
    fn words_stand_left_and_numbers_right() {
        let lines = [vec!["output", "cmax"], vec!["il6", "10"], vec!["cart_blood", "-"]];
        let lines = lines.map(|line| line.into_iter().map(String::from).collect());
        assert_eq!(aligned(&lines), "output      cmax\nil6           10\ncart_blood     -\n");
    }

    proptest! {
        #[test]
        fn numbers_read_back_to_the_same_bits(bits in any::<u64>()) {
            let value = f64::from_bits(bits);
            prop_assume!(!value.is_nan());
            prop_assert_eq!(number(value).parse::<f64>().unwrap().to_bits(), bits);
        }

        #[test]
        fn brief_numbers_are_within_half_a_digit(value in prop::num::f64::NORMAL) {
            prop_assume!(value.abs() < 1e300);
            let back: f64 = brief(value).parse().unwrap();
            prop_assert!((back - value).abs() <= 5.0001e-4 * value.abs());
        }
    }
}

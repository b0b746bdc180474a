//! Numbers and units as a reader of journals expects them.
//!
//! Superscript characters stay in the text; in pixels they become smaller raised digits (see [`runs`]).

/// A unit of a model file as printed: `1e9 cells` is 10⁹ cells, `ug/mL^2` µg/mL², `degC` °C, `1` nothing.
pub fn unit_text(unit: &str) -> String {
    let unit = unit.trim();
    if unit == "1" {
        return String::new();
    }
    let mut out = String::with_capacity(unit.len());
    let mut rest = unit;
    while let Some(first) = rest.chars().next() {
        let (piece, length) = if first.is_ascii_digit() {
            number(rest)
        } else if first.is_alphabetic() {
            let length = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
            (atom(&rest[..length]).to_owned(), length)
        } else if first == '^' {
            power(rest)
        } else if first == '*' {
            ("·".to_owned(), 1)
        } else {
            (first.to_string(), first.len_utf8())
        };
        out.push_str(&piece);
        rest = &rest[length..];
    }
    out
}

/// A text with numbers and units, as a dose or a value, as printed: `cart 8 1e9 cells at 0 d` is cart 8×10⁹ cells at 0 d.
pub fn prose(text: &str) -> String {
    let printed = unit_text(text);
    // `8 10⁹ cells`: the number that a unit carries is a factor.
    let mut out = String::with_capacity(printed.len());
    for word in printed.split(' ') {
        if out.is_empty() {
            out.push_str(word);
            continue;
        }
        let before = out.rsplit(' ').next().unwrap_or_default();
        let factor = word
            .strip_prefix("10")
            .is_some_and(|rest| rest.starts_with(['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹', '⁻']));
        let number = before.parse::<f64>().is_ok();
        out.push_str(if factor && number { "×" } else { " " });
        out.push_str(word);
    }
    out
}

/// 10 to the `exponent`, as 10⁻³.
pub fn power_of_ten(exponent: i32) -> String {
    format!("10{}", superscript(&exponent.to_string()))
}

/// A number with `decimals` places and a true minus sign.
pub fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(digits) if digits.chars().all(|c| c == '0' || c == '.') => digits.to_owned(),
        Some(digits) => format!("−{digits}"),
        None => text,
    }
}

/// A number as 2.5×10⁻⁷ with `decimals` places of the mantissa; 0 stays 0, a mantissa of 1 is left out.
pub fn scientific(value: f64, decimals: usize) -> String {
    if value == 0.0 {
        return "0".into();
    }
    let text = format!("{value:.decimals$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let sign = if mantissa.starts_with('-') { "−" } else { "" };
    let mantissa = mantissa.trim_start_matches('-');
    let mantissa = if mantissa.contains('.') { mantissa.trim_end_matches('0').trim_end_matches('.') } else { mantissa };
    let power = superscript(exponent);
    if mantissa == "1" { format!("{sign}10{power}") } else { format!("{sign}{mantissa}×10{power}") }
}

/// A number with three significant digits, as it stands on a bar: 0.0123, 2.00, 12300, 1.23×10⁶.
pub fn three_digits(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return if value == 0.0 { "0".into() } else { "–".into() };
    }
    // Rounded once; what follows only places the point.
    let rounded: f64 = format!("{value:.2e}").parse().unwrap_or(value);
    let exponent = rounded.abs().log10().floor() as i32;
    if (-2..5).contains(&exponent) { fixed(rounded, (2 - exponent).max(0) as usize) } else { scientific(rounded, 2) }
}

/// A number with at most three significant digits: 0.0123, 2, 12300, 1.23×10⁶.
pub fn short(value: f64) -> String {
    let text = three_digits(value);
    let whole = text.contains('.') && !text.contains('×');
    if whole { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A stretch of a text, on the line or raised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Ordinary characters.
    pub text: String,
    /// Whether it is drawn smaller and higher.
    pub raised: bool,
}

/// A text cut where it changes between the line and the superscript.
pub fn runs(text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for c in text.chars() {
        let (c, raised) = match SUPERSCRIPTS.iter().find(|pair| pair.1 == c) {
            Some(pair) => (pair.0, true),
            None => (c, false),
        };
        match runs.last_mut() {
            Some(run) if run.raised == raised => run.text.push(c),
            _ => runs.push(Run { text: c.into(), raised }),
        }
    }
    runs
}

const SUPERSCRIPTS: [(char, char); 12] = [
    ('0', '⁰'),
    ('1', '¹'),
    ('2', '²'),
    ('3', '³'),
    ('4', '⁴'),
    ('5', '⁵'),
    ('6', '⁶'),
    ('7', '⁷'),
    ('8', '⁸'),
    ('9', '⁹'),
    ('−', '⁻'),
    ('+', '⁺'),
];

fn superscript(digits: &str) -> String {
    digits
        .chars()
        .map(|c| if c == '-' { '−' } else { c })
        .map(|c| SUPERSCRIPTS.iter().find(|pair| pair.0 == c).map_or(c, |pair| pair.1))
        .collect()
}

fn atom(name: &str) -> &str {
    match name {
        "ug" => "µg",
        "uL" => "µL",
        "umol" => "µmol",
        "um" => "µm",
        "degC" => "°C",
        "degF" => "°F",
        "percent" => "%",
        other => other,
    }
}

/// The number at the start of `text`, printed, and its length in bytes.
fn number(text: &str) -> (String, usize) {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let tail = &text[digits..];
    if let Some(exponent) = tail.strip_prefix(['e', 'E']) {
        let signs = usize::from(exponent.starts_with(['+', '-']));
        let length = signs + exponent[signs..].chars().take_while(char::is_ascii_digit).count();
        if length > signs {
            let power = superscript(exponent[..length].trim_start_matches('+'));
            let mantissa = &text[..digits];
            let printed = if mantissa == "1" { format!("10{power}") } else { format!("{mantissa}×10{power}") };
            return (printed, digits + 1 + length);
        }
    }
    (text[..digits].to_owned(), digits)
}

/// The power `^n` at the start of `text`, printed, and its length in bytes.
fn power(text: &str) -> (String, usize) {
    let exponent = &text[1..];
    let signs = usize::from(exponent.starts_with('-'));
    let length = signs + exponent[signs..].chars().take_while(char::is_ascii_digit).count();
    if length == signs { ("^".into(), 1) } else { (superscript(&exponent[..length]), 1 + length) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_printed_as_in_journals() {
        for (unit, printed) in [
            ("1e9 cells", "10⁹ cells"),
            ("2.5e-6 mol", "2.5×10⁻⁶ mol"),
            ("copies/ug", "copies/µg"),
            ("1e6 pg/mL/(1e9 cells)^2/d", "10⁶ pg/mL/(10⁹ cells)²/d"),
            ("degC", "°C"),
            ("percent", "%"),
            ("d^-1", "d⁻¹"),
            ("mL*pg", "mL·pg"),
            ("1", ""),
            ("", ""),
            ("5e", "5e"),
            ("x^", "x^"),
        ] {
            assert_eq!(unit_text(unit), printed);
        }
    }

    #[test]
    fn doses_and_values_are_printed_with_powers() {
        for (text, printed) in [
            ("8 1e9 cells", "8×10⁹ cells"),
            ("cart 5e7 cells at 0, 7 d", "cart 5×10⁷ cells at 0, 7 d"),
            ("cart total_dose split 10/30/60 % at 0, 1, 2 d", "cart total_dose split 10/30/60 % at 0, 1, 2 d"),
            ("il6 10 ug/mL", "il6 10 µg/mL"),
        ] {
            assert_eq!(prose(text), printed);
        }
    }

    #[test]
    fn numbers_have_true_minus_signs() {
        assert_eq!(fixed(-1.25, 2), "−1.25");
        assert_eq!(fixed(-0.001, 1), "0.0");
        assert_eq!(scientific(-2.5e-7, 3), "−2.5×10⁻⁷");
        assert_eq!(scientific(1e12, 0), "10¹²");
        assert_eq!(scientific(0.0, 0), "0");
        assert_eq!(power_of_ten(-3), "10⁻³");
    }

    #[test]
    fn short_numbers_have_three_digits() {
        for (value, text) in [
            (0.0, "0"),
            (1.0, "1"),
            (0.012_345, "0.0123"),
            (0.001_234, "1.23×10⁻³"),
            (12.36, "12.4"),
            (999.7, "1000"),
            (12_345.0, "12300"),
            (99_960.0, "10⁵"),
            (123_456.0, "1.23×10⁵"),
            (-3.456, "−3.46"),
            (f64::NAN, "–"),
        ] {
            assert_eq!(short(value), text);
        }
        for (value, text) in
            [(1.0, "1.00"), (4.9, "4.90"), (0.02, "0.0200"), (200.0, "200"), (2e6, "2×10⁶"), (0.0, "0")]
        {
            assert_eq!(three_digits(value), text);
        }
    }

    #[test]
    fn superscripts_become_raised_runs() {
        let run = |text: &str, raised| Run { text: text.into(), raised };
        assert_eq!(runs("10⁻³ cells"), [run("10", false), run("−3", true), run(" cells", false)]);
        assert!(runs("").is_empty());
    }
}

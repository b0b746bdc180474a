/// The shortest text that reads back as the same number: plain, or with an exponent where that is shorter.
pub(crate) fn shortest(value: f64) -> String {
    let plain = format!("{value}");
    if plain.len() <= 5 {
        return plain;
    }
    let exponent = format!("{value:e}");
    if exponent.len() < plain.len() { exponent } else { plain }
}

/// Length in bytes of the number at the start of the text: digits with at most one point and an exponent.
/// 0 if there is none. A point must be followed by a digit, an `e` by a whole number.
pub(crate) fn leading(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut length = digits(0);
    if bytes.get(length) == Some(&b'.') && digits(length + 1) > 0 {
        length += 1 + digits(length + 1);
    }
    if length > 0 && matches!(bytes.get(length), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
        let exponent = if length + 1 + sign <= bytes.len() { digits(length + 1 + sign) } else { 0 };
        if exponent > 0 {
            length += 1 + sign + exponent;
        }
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shorter_of_plain_and_exponent_is_written() {
        let cases = [(1.0, "1"), (38.0, "38"), (0.75, "0.75"), (1e9, "1e9"), (1e-300, "1e-300"), (70000.0, "70000")];
        for (value, text) in cases {
            assert_eq!(shortest(value), text);
            assert_eq!(text.parse::<f64>().unwrap().to_bits(), value.to_bits());
        }
    }

    #[test]
    fn a_number_ends_where_it_stops_making_sense() {
        for (text, length) in [
            ("1.2 x", 3),
            ("1e9cells", 3),
            ("1.d", 1),
            ("1e", 1),
            ("1e+", 1),
            ("2e-3/d", 4),
            (".5", 2),
            ("d", 0),
            ("", 0),
        ] {
            assert_eq!(leading(text), length, "{text}");
        }
    }
}

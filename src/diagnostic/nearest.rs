//! An unknown name gets its neighbour and the list of what exists.

/// The known name most like `wrong`, if one is like enough to be meant.
pub fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wrong = wrong.to_lowercase();
    known
        .into_iter()
        .map(|name| {
            let lower = name.to_lowercase();
            let distance = strsim::damerau_levenshtein(&wrong, &lower);
            let extends =
                wrong.len() >= 3 && (lower.starts_with(&wrong) || wrong.starts_with(&lower) && lower.len() >= 3);
            (if extends { distance.min(1) } else { distance }, name)
        })
        .filter(|(distance, name)| *distance <= (name.chars().count().max(wrong.chars().count()) / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// A remedy for an unknown name: the neighbour, else what exists (at most a dozen).
pub fn listing<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str> + Clone, what: &str) -> String {
    if let Some(name) = nearest(wrong, known.clone()) {
        return format!("did you mean `{name}`?");
    }
    let names: Vec<&str> = known.into_iter().collect();
    match names.len() {
        0 => format!("there are no {what}"),
        n if n <= 12 => format!("{what}: {}", names.join(", ")),
        n => format!("{what}: {}, ... ({n} in all)", names[..12].join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_one_letter_is_found_and_a_stranger_is_not() {
        let known = ["tumour", "cart_blood", "il6"];
        assert_eq!(nearest("tumor", known), Some("tumour"));
        assert_eq!(nearest("cart", known), Some("cart_blood"));
        assert_eq!(nearest("IL6", known), Some("il6"));
        assert_eq!(nearest("ferritin", known), None);
    }
}

//! Where a search stands, as a text from which another goes on.

use super::structure::Structure;
use crate::diagnostic::codes::fit as codes;
use crate::diagnostic::{Diagnostic, Source};
use crate::trajectory::{number, quoted};

const HEAD: &str = "coordinate,x";

/// The coordinates `x` of a search with their names, on the scale of estimation.
pub fn checkpoint(names: &[String], x: &[f64]) -> String {
    let rows = names.iter().zip(x).map(|(name, x)| format!("{},{}\n", quoted(name), number(*x)));
    format!("{HEAD}\n{}", rows.collect::<String>())
}

/// Starts from where another search stood.
///
/// # Errors
/// A text of another structure, or no checkpoint at all.
pub fn resume(source: &Source, names: &[String], structure: &Structure) -> Result<Vec<f64>, Diagnostic> {
    let wrong = |message: String| {
        let mut found = Diagnostic::error(&codes::BAD_FIT_FLAG, message);
        found.label(source.whole(), "");
        found.help("resume a fit with the flags it was begun with, or begin anew without --resume");
        found
    };
    let mut lines = source.text().lines();
    if lines.next() != Some(HEAD) {
        return Err(wrong(format!("`{}` is no checkpoint of a fit", source.name())));
    }
    let mut x = Vec::with_capacity(names.len());
    for line in lines {
        let (name, value) = line.rsplit_once(',').unwrap_or((line, ""));
        let expected = names.get(x.len()).map(|name| quoted(name));
        let value = value.parse::<f64>().ok().filter(|value| value.is_finite());
        match value {
            Some(value) if expected.as_deref() == Some(name) => x.push(value),
            _ => {
                return Err(wrong(format!(
                    "`{line}` is not what this fit estimates: {}",
                    expected.unwrap_or_default()
                )));
            }
        }
    }
    if x.len() != structure.coordinates().len() {
        return Err(wrong(format!("{} coordinates, and this fit estimates {}", x.len(), names.len())));
    }
    Ok(x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::structure::{Individual, Structure};
    use crate::fit::transform::Transform;
    use crate::unit::Unit;

    fn structure() -> Structure {
        let one = |name: &str| Individual {
            name: name.into(),
            unit: Unit::one(),
            slot: 0,
            transform: Transform::Log,
            start: 0.0,
            estimated: true,
            bounds: (f64::NEG_INFINITY, f64::INFINITY),
            eta: None,
            relations: Vec::new(),
            prior: None,
        };
        Structure { individuals: vec![one("a"), one("b")], blocks: Vec::new(), residuals: Vec::new() }
    }

    #[test]
    fn what_is_written_reads_back_and_another_structure_does_not() {
        let names = ["log(a)".to_string(), "root(a,b)".to_string()];
        let text = checkpoint(&names, &[0.1, -2.5e-7]);
        let read = |text: &str, names: &[String]| resume(&Source::new("c.csv", text), names, &structure());
        assert_eq!(read(&text, &names).unwrap(), [0.1, -2.5e-7]);
        let other = ["log(a)".to_string(), "log(b)".to_string()];
        assert!(read(&text, &other).unwrap_err().message.contains("root(a,b)"));
        assert!(read("TIME,DV\n", &names).is_err());
        assert!(read(&text.replace("0.1", "NaN"), &names).is_err());
        assert!(read("coordinate,x\nlog(a),1\n", &names).unwrap_err().message.contains("1 coordinates"));
    }
}

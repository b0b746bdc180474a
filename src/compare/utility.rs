//! A utility: what speaks for an arm and what against it, in one number.

use super::arms::{Arms, quantile};
use super::end_point::EndPoint;
use super::outcomes::Outcomes;
use crate::diagnostic::codes::compare as codes;
use crate::diagnostic::{Problems, Source, listing};

/// What may stand before a parenthesis.
const FUNCTIONS: [&str; 3] = ["P", "mean", "median"];
/// How it is written.
const EXAMPLE: &str = "P(response) - 2*P(grade>=3)";
/// Parentheses and signs within each other at most.
const DEEPEST: usize = 64;

/// A checked utility of the patients of an arm.
///
/// ```text
/// utility = utility + utility | - * / | ( utility ) | -utility | NUMBER | P(NAME) | mean(COLUMN) | median(COLUMN)
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Utility {
    /// As written.
    pub text: String,
    tree: Tree,
    terms: Vec<Term>,
}

#[derive(Debug, Clone, PartialEq)]
enum Tree {
    Number(f64),
    Term(usize),
    Minus(Box<Tree>),
    Pair(char, Box<Tree>, Box<Tree>),
}

/// What is read of the patients.
#[derive(Debug, Clone, PartialEq)]
struct Term {
    how: How,
    end_point: usize,
    point: EndPoint,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum How {
    Mean,
    Median,
}

/// The numbers that a utility reads of the paired patients of one arm.
#[derive(Debug, Clone)]
pub struct Readings(Vec<Vec<f64>>);

impl Utility {
    /// Reads a utility over the end points of `arms`.
    ///
    /// # Errors
    /// What is not understood, with its place; unknown names with their nearest.
    pub fn parse(source: &Source, arms: &Arms) -> Result<Self, Problems> {
        let mut parser = Parser { source, at: 0, arms, terms: Vec::new(), problems: Problems::default(), depth: 0 };
        let tree = parser.sum();
        if tree.is_some() && parser.peek().is_some() {
            let rest = parser.at;
            parser.wrong(rest..source.text().len(), "this does not belong to the utility", "");
        }
        let Parser { terms, problems, .. } = parser;
        problems.or_value(tree.map(|tree| Self { text: source.text().trim().into(), tree, terms }))
    }

    /// What it reads of the paired patients of an arm.
    pub fn readings(&self, arms: &Arms, arm: usize) -> Readings {
        Readings(self.terms.iter().map(|term| arms.values(arm, term.end_point).collect()).collect())
    }

    /// What it reads of all patients of an arm, NaN of failed ones; of no outcomes NaN of so many.
    pub fn all(&self, outcomes: Option<&Outcomes>, count: usize) -> Readings {
        let value = |end_point: &EndPoint, patient: usize| match outcomes {
            Some(outcomes) if patient < outcomes.count() && !outcomes.failed(patient) => {
                end_point.of(outcomes.numbers(patient))
            }
            _ => f64::NAN,
        };
        let column = |term: &Term| (0..count).map(|patient| value(&term.point, patient)).collect();
        Readings(self.terms.iter().map(column).collect())
    }

    /// Its value over these patients, places among the paired ones; NaN where it has none.
    pub fn value(&self, readings: &Readings, patients: impl Iterator<Item = usize> + Clone) -> f64 {
        let term = |at: usize| {
            let values = patients.clone().map(|patient| readings.0[at][patient]).filter(|value| !value.is_nan());
            match self.terms[at].how {
                How::Mean => {
                    let (sum, n) = values.fold((0.0, 0.0), |(sum, n), value| (sum + value, n + 1.0));
                    sum / n
                }
                How::Median => {
                    let mut sorted: Vec<f64> = values.collect();
                    sorted.sort_by(f64::total_cmp);
                    if sorted.is_empty() { f64::NAN } else { quantile(&sorted, 0.5) }
                }
            }
        };
        let terms: Vec<f64> = (0..self.terms.len()).map(term).collect();
        self.tree.value(&terms)
    }
}

impl Readings {
    /// Without the patients that are marked.
    pub fn without(&mut self, marked: &[bool]) {
        for values in &mut self.0 {
            values.iter_mut().zip(marked).filter(|(_, marked)| **marked).for_each(|(value, _)| *value = f64::NAN);
        }
    }
}

impl Tree {
    fn value(&self, terms: &[f64]) -> f64 {
        match self {
            Self::Number(value) => *value,
            Self::Term(at) => terms[*at],
            Self::Minus(inner) => -inner.value(terms),
            Self::Pair(sign, one, other) => {
                let (one, other) = (one.value(terms), other.value(terms));
                match sign {
                    '+' => one + other,
                    '-' => one - other,
                    '*' => one * other,
                    _ => one / other,
                }
            }
        }
    }
}

struct Parser<'a> {
    source: &'a Source,
    at: usize,
    arms: &'a Arms,
    terms: Vec<Term>,
    problems: Problems,
    depth: usize,
}

impl Parser<'_> {
    fn rest(&self) -> &str {
        &self.source.text()[self.at..]
    }

    /// The next letter behind blanks.
    fn peek(&mut self) -> Option<char> {
        let blanks = self.rest().len() - self.rest().trim_start().len();
        self.at += blanks;
        self.rest().chars().next()
    }

    fn wrong(&mut self, place: std::ops::Range<usize>, message: &str, label: &str) {
        let span = self.source.span(place);
        self.problems.error(&codes::BAD_UTILITY, message).label(span, label).help(format!("as in \"{EXAMPLE}\""));
    }

    fn sum(&mut self) -> Option<Tree> {
        let mut tree = self.product()?;
        while let Some(sign @ ('+' | '-')) = self.peek() {
            self.at += 1;
            tree = Tree::Pair(sign, Box::new(tree), Box::new(self.product()?));
        }
        Some(tree)
    }

    fn product(&mut self) -> Option<Tree> {
        let mut tree = self.factor()?;
        while let Some(sign @ ('*' | '/')) = self.peek() {
            self.at += 1;
            tree = Tree::Pair(sign, Box::new(tree), Box::new(self.factor()?));
        }
        Some(tree)
    }

    fn factor(&mut self) -> Option<Tree> {
        let next = self.peek();
        let start = self.at;
        self.depth += 1;
        if self.depth > DEEPEST {
            self.wrong(start..start + 1, "too many parentheses within each other", "");
            return None;
        }
        let tree = match next {
            Some('-') => {
                self.at += 1;
                Some(Tree::Minus(Box::new(self.factor()?)))
            }
            Some('(') => {
                self.at += 1;
                let inner = self.sum()?;
                if self.peek() != Some(')') {
                    let here = self.at;
                    self.wrong(start..start + 1, "a parenthesis is not closed", "opened here");
                    self.at = here;
                    return None;
                }
                self.at += 1;
                Some(inner)
            }
            Some(digit) if digit.is_ascii_digit() || digit == '.' => self.number(),
            Some(letter) if letter.is_alphabetic() => self.call(),
            Some(other) => {
                let end = start + other.len_utf8();
                self.wrong(
                    start..end,
                    &format!("`{other}` cannot stand here"),
                    "a number, P(..) or mean(..) is wanted",
                );
                None
            }
            None => {
                self.wrong(start..start, "the utility ends too early", "something is missing here");
                None
            }
        };
        self.depth -= 1;
        tree
    }

    fn number(&mut self) -> Option<Tree> {
        let start = self.at;
        let text = self.rest();
        let mut length = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        // An exponent, with its sign.
        if text[length..].starts_with(['e', 'E']) {
            let behind = &text[length + 1..];
            let sign = usize::from(behind.starts_with(['+', '-']));
            let digits = behind[sign..].find(|c: char| !c.is_ascii_digit()).unwrap_or(behind.len() - sign);
            length += if digits > 0 { 1 + sign + digits } else { 0 };
        }
        let value = text[..length].parse::<f64>().ok().filter(|value| value.is_finite());
        self.at += length;
        if value.is_none() {
            self.wrong(start..start + length, "this is no number", "");
        }
        value.map(Tree::Number)
    }

    fn call(&mut self) -> Option<Tree> {
        let start = self.at;
        let text = self.rest();
        let length = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
        let name = text[..length].to_string();
        self.at += length;
        if self.peek() != Some('(') {
            let message = format!("`{name}` does not say what is taken of it");
            let span = self.source.span(start..start + length);
            let help = format!("P({name}) for the share of the patients, mean({name}) or median({name})");
            self.problems.error(&codes::BAD_UTILITY, message).label(span, "").help(help);
            return None;
        }
        if !FUNCTIONS.contains(&name.as_str()) {
            let span = self.source.span(start..start + length);
            let told = self.problems.error(&codes::BAD_UTILITY, format!("unknown function `{name}`"));
            told.label(span, "").help(listing(&name, FUNCTIONS, "functions"));
            return None;
        }
        let open = self.at;
        let Some(close) = self.rest().find(')') else {
            self.wrong(open..open + 1, "a parenthesis is not closed", "opened here");
            return None;
        };
        let inner = self.source.text()[open + 1..open + close].to_string();
        let from = open + 1 + (inner.len() - inner.trim_start().len());
        let argument = inner.trim();
        self.at = open + close + 1;
        let place = from..from + argument.len();
        let found = if name == "P" { share(self.arms, argument) } else { column(self.arms, argument) };
        match found {
            Ok(end_point) => {
                let how = if name == "median" { How::Median } else { How::Mean };
                let point = self.arms.end_points[end_point].clone();
                self.terms.push(Term { how, end_point, point });
                Some(Tree::Term(self.terms.len() - 1))
            }
            Err(Unknown { message, help }) => {
                let span = self.source.span(place);
                self.problems.error(&codes::UNKNOWN_QUANTITY, message).label(span, "").help(help);
                // Reads on: other names may be wrong too.
                Some(Tree::Number(f64::NAN))
            }
        }
    }
}

struct Unknown {
    message: String,
    help: String,
}

/// The end point that `P(..)` means.
fn share(arms: &Arms, text: &str) -> Result<usize, Unknown> {
    let scales = arms.arms.first().map_or(&[][..], |arm| &arm.layout.scales);
    let nothing_graded = || Unknown {
        message: format!("`{text}`, but nothing is graded"),
        help: "choose a model with signs (`cascade models`)".into(),
    };
    let graded = |scale: &str, grade: u8| {
        let name = match grade {
            1 => format!("crs_any_{scale}"),
            _ => format!("crs_at_least_{grade}_{scale}"),
        };
        arms.end_point(&name)
    };
    if let Some((name, least)) = text.split_once(">=") {
        let (name, least) = (name.trim(), least.trim());
        let first = scales.first().ok_or_else(nothing_graded)?;
        let scale = if name == "grade" { Some(first) } else { scale(scales, name) };
        let Some(scale) = scale else {
            let known = scales.iter().map(String::as_str).chain(["grade"]);
            let help = format!("{}; --scale asks for more", listing(name, known, "scales"));
            return Err(Unknown { message: format!("no scale `{name}` is asked for"), help });
        };
        let grade = least.parse().ok().filter(|grade| (1..=5).contains(grade));
        return grade.and_then(|grade| graded(scale, grade)).ok_or_else(|| Unknown {
            message: format!("`{least}` is no grade"),
            help: "a grade is a whole number from 1 to 5: P(grade>=3)".into(),
        });
    }
    if text.eq_ignore_ascii_case("crs") {
        let first = scales.first().ok_or_else(nothing_graded)?;
        return graded(first, 1).ok_or_else(nothing_graded);
    }
    let own = [format!("reached_{text}"), format!("any_{text}"), text.to_string()];
    let found = own.iter().find_map(|name| arms.end_point(name));
    if let Some(found) = found.filter(|at| arms.end_points[*at].is_share()) {
        return Ok(found);
    }
    let names = || arms.end_points.iter().filter(|point| point.is_share()).map(|point| point.name.as_str());
    let behind = |start: &str| names().filter_map(|name| Some(name.strip_prefix(start)?.to_owned())).collect();
    let (declared, used): (Vec<String>, Vec<String>) = (behind("reached_"), behind("any_"));
    let graded = if scales.is_empty() { vec![] } else { vec!["crs".to_string(), "grade>=3".to_string()] };
    let known: Vec<String> = [declared.clone(), graded, used].concat();
    let mut help = listing(text, known.iter().map(String::as_str), "shares of patients");
    if declared.is_empty() {
        help.push_str("; the model declares no end point ([endpoints.NAME])");
    } else if !help.starts_with("shares") {
        help.push_str(&format!("; the model declares the end points {}", declared.join(", ")));
    }
    let message = match found {
        Some(_) => format!("`{text}` is a number, not yes or no: mean({text}) or median({text})"),
        None => format!("no share of patients is called `{text}`"),
    };
    Err(Unknown { message, help })
}

/// A scale by its name or the start of it that no other one has.
fn scale<'a>(scales: &'a [String], name: &str) -> Option<&'a String> {
    let exact = scales.iter().find(|scale| *scale == name);
    let mut starting = scales.iter().filter(|scale| !name.is_empty() && scale.starts_with(name));
    exact.or_else(|| starting.next().filter(|_| starting.next().is_none()))
}

/// The end point that `mean(..)` means.
fn column(arms: &Arms, text: &str) -> Result<usize, Unknown> {
    arms.end_point(text).ok_or_else(|| {
        let names = arms.end_points.iter().map(|point| point.name.as_str());
        Unknown { message: format!("no end point is called `{text}`"), help: listing(text, names, "end points") }
    })
}

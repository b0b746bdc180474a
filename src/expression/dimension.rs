//! Names and dimensions of a tree: what it is, and everything wrong with it in one go.

use super::ast::{Arithmetic, Comparison, DoseQuery, Expression, Function, Node, NodeKind};
use super::kind::Kind;
use super::mismatch::{self, Sides};
use crate::diagnostic::codes::expression as codes;
use crate::diagnostic::{Problems, listing};
use crate::unit::{Ratio, Unit};
use std::collections::HashSet;

/// The names an expression may use.
pub trait Scope {
    /// What the name is; none if it is not known.
    fn kind(&self, name: &str) -> Option<Kind>;
    /// All names, for proposals; the likely ones first.
    fn names(&self) -> Vec<String>;
    /// Whether there is a dose entry of that name.
    fn dose(&self, name: &str) -> bool;
    /// All dose entries, for proposals.
    fn doses(&self) -> Vec<String>;
    /// The unit of `t`.
    fn time(&self) -> Unit;
    /// Whether the name changes continuously in time, so that `==` would never be found true. Parameters,
    /// covariates and what is derived from them alone do not.
    fn continuous(&self, _name: &str) -> bool {
        true
    }
    /// The name that the expression belongs to (the state of a rate), tried first in proposals.
    fn subject(&self) -> Option<String> {
        None
    }
}

/// What the expression is; none after an error, here or in the definition of a name it uses
/// ([`Kind::Undetermined`]). Reports every unknown name and every mistake of dimension, and nothing that only
/// follows from another mistake.
pub fn check(expression: &Expression, scope: &dyn Scope, problems: &mut Problems) -> Option<Kind> {
    let mut checker = Checker { scope, problems, unknown: Vec::new(), powers: Vec::new() };
    let kind = checker.kind(expression.root());
    if !checker.powers.is_empty() {
        checker.problems.push(mismatch::powers(&checker.powers));
    }
    checker.report_unknown_names();
    kind
}

/// Checks that the expression is a number of the dimension of `wanted`; `what` names it: "the rate of `il6`".
pub fn check_number(
    expression: &Expression,
    wanted: &Unit,
    what: &str,
    scope: &dyn Scope,
    problems: &mut Problems,
) -> Option<()> {
    let kind = check(expression, scope, problems)?;
    let fits = match &kind {
        Kind::Number(unit) => unit.same_dimension(wanted) && unit.is_level() == wanted.is_level(),
        Kind::Zero => !wanted.is_level(),
        Kind::Condition => false,
        Kind::Undetermined => true,
    };
    if !fits {
        problems.push(mismatch::result(expression.root(), &kind, wanted, what, scope));
    }
    fits.then_some(())
}

/// Checks that the expression is a condition; `what` names it: "`on` of `shock`".
pub fn check_condition(expression: &Expression, what: &str, scope: &dyn Scope, problems: &mut Problems) -> Option<()> {
    match check(expression, scope, problems)? {
        Kind::Condition | Kind::Undetermined => Some(()),
        kind => {
            problems.push(mismatch::no_condition(expression.root(), &kind, what));
            None
        }
    }
}

struct Checker<'a> {
    scope: &'a dyn Scope,
    problems: &'a mut Problems,
    /// Mentions of unknown names.
    unknown: Vec<&'a Node>,
    /// Powers whose base has a unit and whose exponent is no simple number: base, its unit, exponent.
    powers: Vec<(&'a Node, Unit, &'a Node)>,
}

/// A number as seen by the rules: its unit, none for the literal 0.
type Measure = Option<Unit>;

impl<'a> Checker<'a> {
    /// None: a mistake was reported, or the kind depends on one.
    fn kind(&mut self, node: &'a Node) -> Option<Kind> {
        match &node.kind {
            NodeKind::Number { value, unit } => Some(match unit {
                Some(unit) => Kind::Number(unit.clone()),
                None if *value == 0.0 => Kind::Zero,
                None => Kind::Number(Unit::one()),
            }),
            NodeKind::Boolean(_) => Some(Kind::Condition),
            NodeKind::Time => Some(Kind::Number(self.scope.time())),
            NodeKind::Name(name) => match self.scope.kind(name) {
                None => {
                    self.unknown.push(node);
                    None
                }
                Some(Kind::Undetermined) => None,
                known => known,
            },
            NodeKind::Negate(operand) => {
                let measure = self.number(operand, "-")?;
                self.no_level(operand, &measure, "the sign of a temperature cannot be changed")?;
                Some(of(measure))
            }
            NodeKind::Not(operand) => {
                self.condition(operand, "`not`")?;
                Some(Kind::Condition)
            }
            NodeKind::Arithmetic { operator, left, right } => self.arithmetic(*operator, left, right),
            NodeKind::Comparison { operator, left, right } => self.comparison(node, *operator, left, right),
            NodeKind::Logic { operator, left, right } => {
                let what = format!("`{}`", operator.symbol());
                let (left, right) = (self.condition(left, &what), self.condition(right, &what));
                left.and(right)?;
                Some(Kind::Condition)
            }
            NodeKind::If { condition, then, otherwise } => {
                let holds = self.condition(condition, "`if`");
                let (first, second) = (self.kind(then), self.kind(otherwise));
                let kind = self.branches((then, first?), (otherwise, second?))?;
                holds.map(|()| kind)
            }
            NodeKind::Call { function, arguments } => self.call(*function, arguments),
            NodeKind::Dose { query, name, name_span } => {
                if !self.scope.dose(name) {
                    let doses = self.scope.doses();
                    self.problems
                        .error(&codes::UNKNOWN_DOSE, format!("unknown dose entry `{name}`"))
                        .label(name_span.clone(), "not an entry under [doses]")
                        .help(listing(name, doses.iter().map(String::as_str), "dose entries"));
                    return None;
                }
                Some(Kind::Number(match query {
                    DoseQuery::Count => Unit::one(),
                    DoseQuery::FirstTime => self.scope.time(),
                }))
            }
            NodeKind::Invalid => None,
        }
    }

    fn number(&mut self, node: &'a Node, operator: &str) -> Option<Measure> {
        match self.kind(node)? {
            Kind::Number(unit) => Some(Some(unit)),
            Kind::Zero => Some(None),
            Kind::Undetermined => None,
            Kind::Condition => {
                self.problems.push(mismatch::no_number(node, operator));
                None
            }
        }
    }

    fn condition(&mut self, node: &'a Node, what: &str) -> Option<()> {
        match self.kind(node)? {
            Kind::Condition => Some(()),
            Kind::Undetermined => None,
            kind => {
                self.problems.push(mismatch::no_condition(node, &kind, what));
                None
            }
        }
    }

    fn no_level(&mut self, node: &Node, measure: &Measure, message: &str) -> Option<()> {
        let Some(unit) = measure.as_ref().filter(|unit| unit.is_level()) else {
            return Some(());
        };
        self.problems.push(mismatch::level(node, unit, message));
        None
    }

    fn plain(&mut self, node: &Node, measure: &Measure, what: &str) -> Option<()> {
        let Some(unit) = measure.as_ref().filter(|unit| !unit.is_dimensionless()) else {
            return Some(());
        };
        self.problems.push(mismatch::not_plain(node, unit, what));
        None
    }

    fn arithmetic(&mut self, operator: Arithmetic, left: &'a Node, right: &'a Node) -> Option<Kind> {
        if is_recovered(left) {
            self.kind(left);
            self.kind(right);
            return None;
        }
        let symbol = operator.symbol();
        let (first, second) = (self.number(left, symbol), self.number(right, symbol));
        let (first, second) = (first?, second?);
        match operator {
            Arithmetic::Add | Arithmetic::Subtract => {
                let sides = Sides { left, right, symbol, scope: self.scope };
                match mismatch::sum(&sides, operator, &first, &second) {
                    Ok(measure) => Some(of(measure)),
                    Err(mistake) => {
                        self.problems.push(*mistake);
                        None
                    }
                }
            }
            Arithmetic::Multiply => {
                let good = self.no_level(left, &first, "a temperature cannot be multiplied");
                good.and(self.no_level(right, &second, "a temperature cannot be multiplied"))?;
                Some(of(first.zip(second).map(|(first, second)| (&first * &second).simplified())))
            }
            Arithmetic::Divide => {
                let good = self.no_level(left, &first, "a temperature cannot be divided");
                good.and(self.no_level(right, &second, "a temperature cannot be a divisor"))?;
                let Some(second) = second else {
                    self.problems
                        .error(&codes::DIVISION_BY_ZERO, "division by zero")
                        .label(right.span.clone(), "this is 0");
                    return None;
                };
                Some(of(first.map(|first| (&first / &second).simplified())))
            }
            Arithmetic::Power => {
                let good = self.no_level(left, &first, "a temperature cannot be raised to a power");
                good.and(self.plain(right, &second, "an exponent"))?;
                let Some(base) = first else { return Some(Kind::Zero) };
                if base.is_dimensionless() {
                    return Some(Kind::Number(Unit::one()));
                }
                let Some(power) = exponent(right) else {
                    self.powers.push((left, base, right));
                    return None;
                };
                Some(Kind::Number(base.pow(power).simplified()))
            }
        }
    }

    fn comparison(&mut self, node: &Node, operator: Comparison, left: &'a Node, right: &'a Node) -> Option<Kind> {
        let (first, second) = (self.kind(left), self.kind(right));
        let symbol = operator.symbol();
        let (first, second) = match (first?, second?) {
            (Kind::Condition, Kind::Condition) if operator.is_equality() => return Some(Kind::Condition),
            (Kind::Condition, _) => {
                self.problems.push(mismatch::compared_condition(left, symbol));
                return None;
            }
            (_, Kind::Condition) => {
                self.problems.push(mismatch::compared_condition(right, symbol));
                return None;
            }
            (first, second) => (measure(first), measure(second)),
        };
        if operator.is_equality() && (self.continuous(left) || self.continuous(right)) {
            self.problems.push(mismatch::equality(node, left, right, operator));
            return None;
        }
        let sides = Sides { left, right, symbol, scope: self.scope };
        self.alike(&sides, format!("the two sides of `{symbol}`"), &first, &second)?;
        Some(Kind::Condition)
    }

    /// Whether the number can change other than in steps.
    fn continuous(&self, node: &Node) -> bool {
        node.walk().any(|node| match &node.kind {
            NodeKind::Time => true,
            NodeKind::Name(name) => self.scope.continuous(name),
            _ => false,
        })
    }

    fn alike(&mut self, sides: &Sides, what: String, first: &Measure, second: &Measure) -> Option<()> {
        match mismatch::alike(sides, &what, first, second) {
            Ok(()) => Some(()),
            Err(mistake) => {
                self.problems.push(*mistake);
                None
            }
        }
    }

    fn branches(&mut self, (then, first): (&Node, Kind), (other, second): (&Node, Kind)) -> Option<Kind> {
        match (first, second) {
            (Kind::Condition, Kind::Condition) => Some(Kind::Condition),
            (Kind::Condition, _) | (_, Kind::Condition) => {
                self.problems
                    .error(&codes::NUMBER_EXPECTED, "one branch of `if` is a condition, the other a number")
                    .label(then.span.clone(), "where it holds")
                    .label(other.span.clone(), "where it does not")
                    .help("both branches are numbers, or both are conditions");
                None
            }
            (first, second) => {
                let (first, second) = (measure(first), measure(second));
                let sides = Sides { left: then, right: other, symbol: "if", scope: self.scope };
                self.alike(&sides, "the two branches of `if`".to_string(), &first, &second)?;
                Some(of(first.or(second)))
            }
        }
    }

    fn call(&mut self, function: Function, arguments: &'a [Node]) -> Option<Kind> {
        let name = function.name();
        let measures: Vec<Option<Measure>> = arguments.iter().map(|argument| self.number(argument, name)).collect();
        let first = || measures.first().cloned().flatten();
        match function {
            Function::Exp | Function::Ln | Function::Log10 => {
                self.plain(&arguments[0], &first()?, &format!("the argument of `{name}`"))?;
                Some(Kind::Number(Unit::one()))
            }
            Function::Sqrt => {
                self.no_level(&arguments[0], &first()?, "a temperature has no square root")?;
                let half = Ratio::new(1, 2)?;
                Some(of(first()?.map(|unit| unit.pow(half).simplified())))
            }
            Function::Abs => {
                self.no_level(&arguments[0], &first()?, "a temperature has no absolute value")?;
                Some(of(first()?))
            }
            Function::Min | Function::Max => {
                // Compared with the first argument that is known and not 0: one mistake for each odd one out.
                let reference = measures.iter().position(|measure| matches!(measure, Some(Some(_)))).unwrap_or(0);
                let known = measures[reference].clone()?;
                let mut good = Some(());
                for (n, measure) in measures.iter().enumerate() {
                    let Some(measure) = measure else {
                        good = None;
                        continue;
                    };
                    let sides =
                        Sides { left: &arguments[reference], right: &arguments[n], symbol: name, scope: self.scope };
                    if n != reference {
                        good = good.and(self.alike(&sides, format!("the arguments of `{name}`"), &known, measure));
                    }
                }
                good?;
                Some(of(known))
            }
            Function::Hill => {
                if let Some(exponent) = &measures[1] {
                    self.plain(&arguments[1], exponent, "the exponent `n` of `hill(x, n, K)`");
                }
                let (x, half) = (measures[0].clone()?, measures[2].clone()?);
                let sides = Sides { left: &arguments[0], right: &arguments[2], symbol: name, scope: self.scope };
                self.alike(&sides, "`x` and `K` of `hill(x, n, K)`".to_string(), &x, &half)?;
                measures[1].as_ref()?.as_ref().is_none_or(Unit::is_dimensionless).then_some(())?;
                Some(Kind::Number(Unit::one()))
            }
        }
    }

    /// One report for each unknown name, with all its places.
    fn report_unknown_names(&mut self) {
        let mentions: Vec<(&str, &Node)> = std::mem::take(&mut self.unknown)
            .into_iter()
            .filter_map(|node| match &node.kind {
                NodeKind::Name(name) => Some((name.as_str(), node)),
                _ => None,
            })
            .collect();
        let known = self.scope.names();
        let mut seen: HashSet<&str> = HashSet::new();
        for &(name, node) in &mentions {
            if !seen.insert(name) {
                continue;
            }
            let problem = self.problems.error(&codes::UNKNOWN_NAME, format!("unknown name `{name}`"));
            problem.label(node.span.clone(), "not a state, parameter or derived name");
            let again = mentions.iter().filter(|(other, place)| *other == name && !std::ptr::eq(*place, node));
            for (_, place) in again.take(5) {
                problem.label(place.span.clone(), "also here");
            }
            problem.help(unknown_help(name, &known, self.scope));
        }
    }
}

fn unknown_help(name: &str, known: &[String], scope: &dyn Scope) -> String {
    if scope.dose(name) {
        return format!("`{name}` is a dose entry: ask with `dose_count({name})` or `first_dose_time({name})`");
    }
    match name {
        "time" | "T" | "TIME" => "the time is `t`".to_string(),
        "True" | "TRUE" => "write `true`".to_string(),
        "False" | "FALSE" => "write `false`".to_string(),
        "inf" | "infinity" | "nan" | "NaN" => "numbers are finite".to_string(),
        _ => listing(name, known.iter().map(String::as_str), "names"),
    }
}

/// Whether it is a product that the parser made of the parts around a mistake: they are looked into, but nothing
/// follows from their combination.
fn is_recovered(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Invalid => true,
        NodeKind::Arithmetic { operator: Arithmetic::Multiply, left, .. } => is_recovered(left),
        _ => false,
    }
}

fn of(measure: Measure) -> Kind {
    measure.map_or(Kind::Zero, Kind::Number)
}

fn measure(kind: Kind) -> Measure {
    match kind {
        Kind::Number(unit) => Some(unit),
        _ => None,
    }
}

/// The exponent, if it is a number as written: `2`, `0.75`, `-1`, `1/3`.
fn exponent(node: &Node) -> Option<Ratio> {
    let power = match &node.kind {
        NodeKind::Number { value, unit: None } => Ratio::from_decimal(*value)?,
        NodeKind::Negate(operand) => -exponent(operand)?,
        NodeKind::Arithmetic { operator: Arithmetic::Divide, left, right } => {
            exponent(left)? * exponent(right)?.reciprocal()?
        }
        _ => return None,
    };
    (power.numerator().abs() <= 1000 && power.denominator() <= 1000).then_some(power)
}

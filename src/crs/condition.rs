//! From expressions to three-valued logic, with the options of one grading applied.

use super::constant;
use super::grading;
use super::logic::{Atom, Fact, Logic, Place, Truth};
use super::scale::{Content, OptionKind, Scale, ScaleOption};
use super::settings::OptionValue;
use crate::diagnostic::codes::scale as codes;
use crate::diagnostic::{Problems, Span, listing};
use crate::expression::{self, Comparison, Expression, Node, NodeKind};
use crate::sign::{Kind, Patient, Sign};
use crate::unit::{Quantity, Unit};

/// How deep definitions may stand on each other.
const DEEPEST: usize = 32;

/// Behind a sign's name: whether the sign has a value.
const KNOWN: &str = "_known";

/// What is known of a patient, with its unit: constants of a condition.
const PATIENT: [(&str, &str); 2] = [("age", "year"), ("sbp_baseline", "mmHg")];

/// A condition of which nothing is ever known: a cell of the published table for which there is no sign.
const UNREAD: &str = "unread";

/// Checks every condition and constant of a scale.
pub(super) fn check(scale: &Scale, problems: &mut Problems) {
    check_names(scale.content(), problems);
    let defaults: Vec<OptionValue> = scale.options().iter().map(|option| option.kind.default_value()).collect();
    grading::build(scale, &defaults, &Patient::unknown(), problems);
}

/// Turns the conditions of a scale into one [`Logic`].
pub(super) struct Compiler<'a> {
    content: &'a Content,
    /// What is chosen, in the order of the scale's options.
    values: &'a [OptionValue],
    patient: &'a Patient,
    definitions: Vec<Definition>,
    /// How many definitions are in work.
    depth: usize,
    pub(super) logic: Logic,
    pub(super) problems: Problems,
}

#[derive(Clone, Copy)]
enum Definition {
    Untouched,
    InWork,
    Done(Option<Place>),
}

impl<'a> Compiler<'a> {
    pub(super) fn new(content: &'a Content, values: &'a [OptionValue], patient: &'a Patient) -> Self {
        let definitions = vec![Definition::Untouched; content.definitions.len()];
        let (logic, problems) = (Logic::default(), Problems::default());
        let mut compiler = Self { content, values, patient, definitions, depth: 0, logic, problems };
        for at in 0..content.definitions.len() {
            compiler.definition(at, &content.definitions[at].span);
        }
        compiler
    }

    /// A condition; `None` if it is wrong, which was then said.
    pub(super) fn condition(&mut self, expression: &Expression) -> Option<Place> {
        self.node(expression.root())
    }

    /// A constant time in days, not negative; `what` names it in messages.
    pub(super) fn duration(&mut self, expression: &Expression, what: &str) -> Option<f64> {
        let day = Unit::parse_str("d").expect("a unit");
        let days = self.constant_node(expression.root(), &day, what)?;
        if days < 0.0 {
            self.problems
                .error(&codes::OPTION_VALUE, format!("{what} is negative: {days} d"))
                .label(expression.span().clone(), "a time from 0 on is wanted");
            return None;
        }
        Some(days)
    }

    /// A condition over options alone.
    pub(super) fn choice(&mut self, expression: &Expression, what: &str) -> Option<bool> {
        let place = self.condition(expression)?;
        let settled = self.logic.settled(place);
        if settled.is_none() {
            self.not_a_condition(expression.span(), &format!("{what} may depend on options only"));
        }
        settled
    }

    fn node(&mut self, node: &Node) -> Option<Place> {
        match &node.kind {
            NodeKind::Boolean(value) => Some(self.logic.constant(*value)),
            NodeKind::Name(name) => self.name(name, &node.span),
            NodeKind::Not(of) => {
                let of = self.node(of)?;
                Some(self.logic.not(of))
            }
            NodeKind::Logic { operator, left, right } => {
                // Both sides first, so that the mistakes of both are found.
                let (left, right) = (self.node(left), self.node(right));
                Some(match operator {
                    expression::Logic::And => self.logic.and(left?, right?),
                    expression::Logic::Or => self.logic.or(left?, right?),
                })
            }
            NodeKind::Comparison { operator, left, right } => self.comparison(*operator, left, right, &node.span),
            NodeKind::Invalid => None,
            _ => self.not_a_condition(&node.span, "a comparison, a flag or a definition is wanted here"),
        }
    }

    fn name(&mut self, name: &str, span: &Span) -> Option<Place> {
        if let Some(at) = self.content.definitions.iter().position(|definition| definition.name == name) {
            return self.definition(at, span);
        }
        if let Some(fact) = Fact::named(name) {
            return Some(self.logic.fact(fact));
        }
        if name == UNREAD {
            return Some(self.logic.constant(Truth::Unknown));
        }
        if let Some(sign) = known_sign(name) {
            return Some(self.logic.known(sign));
        }
        if let Some(value) = name.strip_suffix(KNOWN).and_then(|fact| patient_value(self.patient, fact)) {
            return Some(self.logic.constant(!value.value.is_nan()));
        }
        match Sign::named(name) {
            Some(sign) if matches!(sign.kind(), Kind::Flag | Kind::Doses) => Some(self.logic.given(sign)),
            Some(sign) => self.not_a_condition(span, &format!("`{sign}` has values: compare it with one")),
            None if self.option(name).is_some() => {
                self.not_a_condition(span, "an option has values: compare it with one")
            }
            None => self.unknown_name(name, span),
        }
    }

    fn unknown_name(&mut self, name: &str, span: &Span) -> Option<Place> {
        let mut known: Vec<&str> = Sign::ALL.iter().map(|sign| sign.name()).collect();
        known.extend(Fact::ALL.iter().map(|fact| fact.name()));
        known.push(UNREAD);
        known.extend(PATIENT.iter().map(|(name, _)| *name));
        known.extend(self.content.options.iter().map(|option| option.name.as_str()));
        known.extend(self.content.definitions.iter().map(|definition| definition.name.as_str()));
        self.problems
            .error(&codes::CONDITION_NAME, format!("unknown name `{name}`"))
            .label(span.clone(), "not a sign, option or definition")
            .help(listing(name, known.iter().copied(), "names"));
        None
    }

    /// Whether a side of a comparison is a name that means nothing; of two, the left is more likely meant as a sign.
    fn is_unknown_name(&self, node: &Node) -> bool {
        let NodeKind::Name(name) = &node.kind else { return false };
        let defined = self.content.definitions.iter().any(|definition| definition.name == *name);
        let fixed = Fact::named(name).is_some() || is_reserved(name);
        !defined && !fixed && self.option(name).is_none() && Sign::named(name).is_none()
    }

    fn definition(&mut self, at: usize, used: &Span) -> Option<Place> {
        let definition = &self.content.definitions[at];
        match self.definitions[at] {
            Definition::Done(place) => place,
            Definition::InWork => {
                self.problems
                    .error(&codes::CONDITION_FORM, format!("`{}` is defined by itself", definition.name))
                    .label(used.clone(), "used here")
                    .label(definition.span.clone(), "defined here");
                None
            }
            Definition::Untouched if self.depth == DEEPEST => {
                self.problems
                    .error(&codes::CONDITION_FORM, format!("definitions stand on definitions more than {DEEPEST} deep"))
                    .label(used.clone(), "this one is too deep");
                None
            }
            Definition::Untouched => {
                self.definitions[at] = Definition::InWork;
                self.depth += 1;
                let place = self.node(definition.condition.root());
                self.depth -= 1;
                self.definitions[at] = Definition::Done(place);
                place
            }
        }
    }

    fn comparison(&mut self, operator: Comparison, left: &Node, right: &Node, span: &Span) -> Option<Place> {
        if let Some(sign) = sign_of(left) {
            return self.sign_comparison(sign, operator, right, span);
        }
        if let Some(sign) = sign_of(right) {
            return self.sign_comparison(sign, mirrored(operator), left, span);
        }
        if let Some(at) = self.choice_of(left) {
            return self.choice_comparison(at, operator, right, span);
        }
        if let Some(at) = self.choice_of(right) {
            return self.choice_comparison(at, operator, left, span);
        }
        if is_patient(left) || is_patient(right) {
            return self.patient_comparison(operator, left, right);
        }
        for side in [left, right] {
            if let (NodeKind::Name(name), true) = (&side.kind, self.is_unknown_name(side)) {
                return self.unknown_name(name, &side.span);
            }
        }
        self.not_a_condition(span, "neither side is a sign, or an option with words")
    }

    fn sign_comparison(&mut self, sign: Sign, comparison: Comparison, other: &Node, span: &Span) -> Option<Place> {
        let constant = match sign.kind() {
            Kind::Levels(names) => self.word(other, names, &format!("level of `{sign}`"))? as f64,
            Kind::Flag => return self.not_a_condition(span, &format!("write `{sign}` or `not {sign}`")),
            Kind::Number | Kind::Rate if comparison.is_equality() => {
                return self
                    .not_a_condition(span, &format!("`{sign}` changes smoothly and is never equal: use < or >="));
            }
            Kind::Number | Kind::Rate | Kind::Count | Kind::Doses => {
                let unit = Unit::parse_str(sign.unit_text()).expect("a sign's unit");
                let constant = self.constant_node(other, &unit, &format!("`{sign}`"))?;
                if constant.is_nan() {
                    // A fact of the patient that is not given.
                    return Some(self.logic.constant(false));
                }
                constant
            }
        };
        Some(self.logic.atom(Atom { sign, comparison, constant }))
    }

    /// A fact of the patient that is not given compares as false.
    fn patient_comparison(&mut self, operator: Comparison, left: &Node, right: &Node) -> Option<Place> {
        let (fact, other) = if is_patient(left) { (left, right) } else { (right, left) };
        let NodeKind::Name(name) = &fact.kind else { return None };
        let own = patient_value(self.patient, name)?;
        let constant = self.constant_node(other, &own.unit, &format!("`{name}`"))?;
        let operator = if is_patient(left) { operator } else { mirrored(operator) };
        Some(self.logic.constant(match operator {
            Comparison::Less => own.value < constant,
            Comparison::LessOrEqual => own.value <= constant,
            Comparison::Greater => own.value > constant,
            Comparison::GreaterOrEqual => own.value >= constant,
            Comparison::Equal => own.value == constant,
            Comparison::NotEqual => own.value != constant && !own.value.is_nan(),
        }))
    }

    fn choice_comparison(&mut self, at: usize, operator: Comparison, other: &Node, span: &Span) -> Option<Place> {
        let option = &self.content.options[at];
        let OptionKind::Choice { allowed, .. } = &option.kind else { return None };
        if !operator.is_equality() {
            return self.not_a_condition(span, &format!("`{}` is a word: use == or !=", option.name));
        }
        let words: Vec<&str> = allowed.iter().map(String::as_str).collect();
        let word = self.word(other, &words, &format!("word of option `{}`", option.name))?;
        let equal = self.values[at] == OptionValue::Choice(word);
        Some(self.logic.constant(equal == (operator == Comparison::Equal)))
    }

    fn word(&mut self, node: &Node, words: &[&str], what: &str) -> Option<usize> {
        if let NodeKind::Name(name) = &node.kind {
            if let Some(at) = words.iter().position(|word| word == name) {
                return Some(at);
            }
            self.problems
                .error(&codes::CONDITION_NAME, format!("`{name}` is not a {what}"))
                .label(node.span.clone(), "")
                .help(listing(name, words.iter().copied(), "words"));
            return None;
        }
        self.problems
            .error(&codes::CONDITION_FORM, format!("a {what} is wanted"))
            .label(node.span.clone(), "")
            .help(format!("one of {}", words.join(", ")));
        None
    }

    fn constant_node(&mut self, node: &Node, unit: &Unit, what: &str) -> Option<f64> {
        let (patient, options) = (self.patient, || self.content.options.iter().zip(self.values));
        let value = |name: &str| {
            let option = options().find(|(option, _)| option.name == name).and_then(|(option, value)| {
                match (&option.kind, value) {
                    (OptionKind::Number { unit, .. }, OptionValue::Number(value)) => {
                        Some(Quantity { value: *value, unit: unit.clone() })
                    }
                    _ => None,
                }
            });
            option.or_else(|| patient_value(patient, name))
        };
        let names: Vec<&str> = options()
            .filter(|(option, _)| matches!(option.kind, OptionKind::Number { .. }))
            .map(|(option, _)| option.name.as_str())
            .chain(PATIENT.iter().map(|(name, _)| *name))
            .collect();
        let found = constant::evaluate(node, &value, &names, &mut self.problems)?;
        let converted = found.unit.convert(found.value, unit).filter(|value| !value.is_infinite());
        if converted.is_none() {
            let example = Quantity { value: found.value, unit: unit.clone() };
            self.problems
                .error(&codes::CONDITION_UNIT, format!("{what} is in {unit}, not in {}", found.unit))
                .label(node.span.clone(), format!("in {}", found.unit))
                .help(format!("write a number with its unit in brackets: `{} [{unit}]`", example.value));
        }
        converted
    }

    fn option(&self, name: &str) -> Option<&'a ScaleOption> {
        self.content.options.iter().find(|option| option.name == name)
    }

    fn choice_of(&self, node: &Node) -> Option<usize> {
        let NodeKind::Name(name) = &node.kind else { return None };
        let is_choice = |option: &ScaleOption| option.name == *name && matches!(option.kind, OptionKind::Choice { .. });
        self.content.options.iter().position(is_choice)
    }

    fn not_a_condition(&mut self, span: &Span, why: &str) -> Option<Place> {
        self.problems
            .error(&codes::CONDITION_FORM, format!("`{}` is not a condition", span.text()))
            .label(span.clone(), why);
        None
    }
}

fn sign_of(node: &Node) -> Option<Sign> {
    match &node.kind {
        NodeKind::Name(name) => Sign::named(name),
        _ => None,
    }
}

/// The sign of `fio2_known`.
fn known_sign(name: &str) -> Option<Sign> {
    name.strip_suffix(KNOWN).and_then(Sign::named)
}

/// A fact of the patient in its unit, NaN if unknown; none if the name is not one.
fn patient_value(patient: &Patient, name: &str) -> Option<Quantity> {
    let (_, unit) = PATIENT.iter().find(|(known, _)| *known == name)?;
    let value = if name == "age" { patient.age } else { patient.sbp_baseline };
    Some(Quantity { value, unit: Unit::parse_str(unit).expect("a unit") })
}

fn is_patient(node: &Node) -> bool {
    matches!(&node.kind, NodeKind::Name(name) if PATIENT.iter().any(|(known, _)| known == name))
}

/// Whether a scale may not give this name a meaning of its own.
fn is_reserved(name: &str) -> bool {
    let patient = |name: &str| PATIENT.iter().any(|(known, _)| *known == name);
    name == UNREAD || known_sign(name).is_some() || patient(name.strip_suffix(KNOWN).unwrap_or(name))
}

/// The comparison with its sides exchanged.
fn mirrored(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        same => same,
    }
}

fn check_names(content: &Content, problems: &mut Problems) {
    let own = content.options.iter().map(|option| (&option.name, &option.span));
    let own = own.chain(content.definitions.iter().map(|definition| (&definition.name, &definition.span)));
    let mut seen: Vec<&str> = Sign::names().chain(Fact::ALL.into_iter().map(Fact::name)).collect();
    for (name, span) in own {
        if seen.contains(&name.as_str()) || is_reserved(name) {
            problems
                .error(&codes::NAME_CLASH, format!("`{name}` has two meanings"))
                .label(span.clone(), "also a sign, an option or known from the course")
                .help("rename it");
        }
        seen.push(name);
    }
}

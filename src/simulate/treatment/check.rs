//! What the names of rules mean in a model, and whether rules fit it and each other.

use super::planned::{Observed, PlannedAct, PlannedRule, Seen, Treatment};
use crate::compile::Questions;
use crate::crs::Scale;
use crate::diagnostic::codes::{regimen as codes, treatment};
use crate::diagnostic::{Problems, Span, listing};
use crate::expression::dimension::{check_condition, check_number};
use crate::expression::{Expression, Kind, Node, NodeKind, Scope};
use crate::model::{DoseKind, Model, ModelScope};
use crate::regimen::{Act, Amount, Located, Rule};
use crate::sign::{Kind as SignKind, Sign};
use crate::unit::{Quantity, Unit};

/// Rules that passed the check, with what they ask of the model.
pub struct Asked {
    /// The rules in canonical numbers; `origin` is still to be set.
    pub treatment: Treatment,
    /// What they ask.
    pub questions: Questions,
    /// Scales that must be graded besides.
    pub scales: Vec<Scale>,
}

/// Checks rules. `scales` are graded anyway, the first is `grade`; at `rounds` signs are readings; the run ends at `until`.
///
/// # Errors
/// Names that the model does not have, wrong units, doses that do not fit, rules that can never act: all at once.
pub fn ask(rules: &[Rule], model: &Model, scales: &[Scale], rounds: bool, until: f64) -> Result<Asked, Problems> {
    let mut problems = Problems::default();
    for rule in rules {
        let Some(every) = &rule.every else { continue };
        let time = every.value.unit.convert(every.value.value, &model.time).unwrap_or(f64::NAN);
        if time * MOST_ROUNDS < until {
            problems
                .error(&treatment::RULE, format!("more than a million rounds: every {}", every.value))
                .label(every.span.clone(), "")
                .help("clinical rounds are hours apart: every = \"8 h\"; leave it out to decide at once");
        }
    }
    let mut names = Names {
        model,
        scope: model.scope(),
        scales: scales.to_vec(),
        rounds,
        extra: Vec::new(),
        observed: Vec::new(),
        constants: Vec::new(),
    };
    for rule in rules {
        names.take_values(rule, &mut problems);
    }
    for expression in rules.iter().flat_map(expressions) {
        for mention in expression.names() {
            names.find(mention.name, mention.span, &mut problems);
        }
    }
    let mut questions = Questions::default();
    let mut planned = Vec::new();
    for rule in rules {
        if let Some(rule) = plan(rule, &names, &mut questions, &mut problems) {
            planned.push(rule);
        }
    }
    opposed(rules, &mut problems);
    let reported = scales.len();
    let (observed, constants) = (names.observed, names.constants);
    questions.observed = observed.iter().map(|(name, _)| name.clone()).collect();
    questions.constants = constants;
    let scales = names.scales.split_off(reported);
    let observed = observed.into_iter().map(|(_, observed)| observed).collect();
    let treatment = Treatment { rules: planned, observed, reported, origin: 0.0 };
    problems.or_value(Some(Asked { treatment, questions, scales }))
}

/// Most rounds of a run.
const MOST_ROUNDS: f64 = 1e6;

fn expressions(rule: &Rule) -> impl Iterator<Item = &Expression> {
    let amount = match &rule.act {
        Act::Give { amount, .. } => amount.as_ref(),
        Act::Withhold(_) => None,
    };
    std::iter::once(&rule.when).chain(&rule.repeat_while).chain(amount)
}

/// One rule in canonical numbers.
fn plan(rule: &Rule, names: &Names<'_>, questions: &mut Questions, problems: &mut Problems) -> Option<PlannedRule> {
    let name = &rule.name.value;
    let model = names.model;
    let mut condition = |expression: &Expression, what: &str, problems: &mut Problems| {
        check_condition(expression, &format!("{what} of `{name}`"), names, problems)?;
        questions.conditions.push(expression.clone());
        Some(questions.conditions.len() - 1)
    };
    let when = condition(&rule.when, "`when`", problems);
    let again = match &rule.repeat_while {
        Some(again) => condition(again, "`repeat_while`", problems).map(Some),
        None => Some(None),
    };
    let time = |time: &Option<Located<Quantity>>, otherwise: f64| {
        let time = time.as_ref();
        time.and_then(|time| time.value.unit.convert(time.value.value, &model.time)).unwrap_or(otherwise)
    };
    let act = act(rule, names, questions, problems);
    let mut seen = Vec::new();
    for mention in expressions(rule).flat_map(Expression::names) {
        let unit = match names.kind(mention.name) {
            Some(Kind::Number(unit)) => Some(unit),
            Some(Kind::Condition) => None,
            _ => continue,
        };
        let word = Sign::rank_named(mention.name).is_some() && !model.defines(mention.name);
        if word || seen.iter().any(|seen: &Seen| seen.name == mention.name) {
            continue;
        }
        // The name alone, as an expression of its own.
        let alone = Node::new(NodeKind::Name(mention.name.to_string()), mention.span.clone());
        questions.values.push(Expression::new(alone));
        let words = names.observed.iter().find_map(|(known, observed)| match observed {
            Observed::Sign(sign) if known == mention.name => match sign.kind() {
                SignKind::Levels(words) => Some(words),
                _ => None,
            },
            _ => None,
        });
        seen.push(Seen { name: mention.name.to_string(), unit, words, value: questions.values.len() - 1 });
    }
    Some(PlannedRule {
        name: name.clone(),
        seen,
        when: when?,
        hold: time(&rule.hold, 0.0),
        again: again?,
        max_doses: rule.max_doses.map_or(f64::INFINITY, f64::from),
        min_gap: time(&rule.min_gap, 0.0),
        delay: time(&rule.delay, 0.0),
        after: time(&rule.after, f64::NEG_INFINITY),
        until: time(&rule.until, f64::INFINITY),
        every: rule.every.as_ref().map(|_| time(&rule.every, 1.0)),
        act: act?,
    })
}

/// The doses of a rule, or the entry that it withholds.
fn act(rule: &Rule, names: &Names<'_>, questions: &mut Questions, problems: &mut Problems) -> Option<PlannedAct> {
    let model = names.model;
    match &rule.act {
        Act::Withhold(entry) => {
            let found = model.doses.iter().position(|dose| dose.name.text == entry.value);
            if found.is_none() {
                let known: Vec<&str> = model.doses.iter().map(|dose| &*dose.name.text).collect();
                problems
                    .error(&codes::UNKNOWN_ENTRY, format!("unknown dose entry `{}`", entry.value))
                    .label(entry.span.clone(), "no doses to withhold")
                    .help(listing(&entry.value, known, "dose entries"));
            }
            Some(PlannedAct::Withhold { entry: found? })
        }
        Act::Give { doses, amount, .. } => {
            let mut doses = doses.clone();
            let mut amount_at = None;
            if let Some(amount) = amount {
                for dose in &mut doses.doses {
                    let entry = model.doses.iter().find(|entry| entry.name.text == dose.entry.value);
                    let Some(DoseKind::Into { unit, .. }) = entry.map(|entry| &entry.kind) else {
                        if entry.is_some_and(|entry| matches!(entry.kind, DoseKind::Marker)) {
                            let message = format!("`{}` marks a time and takes no amount", dose.entry.value);
                            let told = problems.error(&codes::MARKER_AMOUNT, message);
                            told.label(amount.span().clone(), "").help("leave `amount` out");
                        }
                        continue;
                    };
                    check_number(amount, unit, &format!("the amount of `{}`", rule.name.value), names, problems);
                    // Its shares are those of one unit.
                    let one = Quantity { value: model.scales.from_canonical(unit, 1.0), unit: unit.clone() };
                    dose.amount = Some(Located::new(Amount::Quantity(one), amount.span().clone()));
                }
                questions.values.push(amount.clone());
                amount_at = Some(questions.values.len() - 1);
            }
            let list = doses.resolve(model, problems);
            if let (Some(wrong), true) = (doses.doses.iter().find(|dose| dose.cap.is_some()), amount.is_some()) {
                problems
                    .error(&treatment::RULE, "`cap` beside an amount that is computed")
                    .label(wrong.span.clone(), "")
                    .help("put it into the amount: min(20 [mg/kg] * weight, 800 [mg])");
            }
            if let (Some(wrong), false) =
                (list.iter().find(|dose| dose.entry.is_none() || dose.steady.is_some()), problems.has_errors())
            {
                problems
                    .error(&treatment::RULE, "a rule resets nothing and gives no steady state")
                    .label(doses.doses[wrong.dose].span.clone(), "")
                    .help("it gives single doses, also several of them: `every 8 h x 3`");
            }
            Some(PlannedAct::Give { doses: list, amount: amount_at })
        }
    }
}

/// A rule that withholds what another gives under the same condition leaves that one no moment.
fn opposed(rules: &[Rule], problems: &mut Problems) {
    for (at, rule) in rules.iter().enumerate() {
        let Act::Withhold(entry) = &rule.act else { continue };
        for (other_at, other) in rules.iter().enumerate() {
            let Act::Give { doses, .. } = &other.act else { continue };
            let gives = doses.doses.iter().any(|dose| dose.entry.value == entry.value);
            if at != other_at && gives && rule.when == other.when {
                let (name, other_name) = (&rule.name.value, &other.name.value);
                problems
                    .error(&treatment::NEVER, format!("`{name}` and `{other_name}` exclude each other"))
                    .label(rule.when.span().clone(), format!("withholds `{}`", entry.value))
                    .label(other.when.span().clone(), "gives it under the same condition")
                    .help("change one of the conditions, or leave one of the rules out");
            }
        }
    }
    for (at, rule) in rules.iter().enumerate() {
        if let Some(earlier) = rules[..at].iter().find(|earlier| earlier.name == rule.name) {
            problems
                .error(&treatment::RULE, format!("two rules are called `{}`", rule.name.value))
                .label(rule.name.span.clone(), "again here")
                .label(earlier.name.span.clone(), "first here")
                .help("decisions are told by the name of the rule: rename one");
        }
    }
}

/// The names that rules may use.
struct Names<'m> {
    model: &'m Model,
    scope: ModelScope,
    scales: Vec<Scale>,
    rounds: bool,
    /// Names beside the model, and whether they move.
    extra: Vec<(String, Kind, bool)>,
    observed: Vec<(String, Observed)>,
    constants: Vec<(String, f64)>,
}

impl Names<'_> {
    /// Values that a rule brings for what the model does not have.
    fn take_values(&mut self, rule: &Rule, problems: &mut Problems) {
        for (name, quantity) in &rule.values {
            let canonical = self.model.scales.to_canonical(&quantity.unit, quantity.value);
            match self.constants.iter().find(|(known, _)| *known == name.value) {
                _ if self.model.defines(&name.value) => {}
                Some((_, known)) if *known != canonical => {
                    problems
                        .error(&treatment::RULE, format!("two values for `{}`", name.value))
                        .label(name.span.clone(), "another rule says otherwise")
                        .help("make them equal, or give them different names");
                }
                Some(_) => {}
                None => {
                    self.constants.push((name.value.clone(), canonical));
                    self.extra.push((name.value.clone(), Kind::Number(quantity.unit.clone()), false));
                }
            }
        }
    }

    /// Finds out what a name means, if it is not one of the model.
    fn find(&mut self, name: &str, place: &Span, problems: &mut Problems) {
        if self.extra.iter().any(|(known, ..)| known == name) {
            return;
        }
        // At rounds a sign is what was read, whatever else has its name.
        let read = |sign: &Sign| self.model.readings.iter().any(|reading| reading.sign == *sign);
        if let Some(sign) = Sign::named(name).filter(|sign| self.rounds && read(sign)) {
            return self.find_sign(name, sign, place, problems);
        }
        if self.scope.kind(name).is_some() {
            return;
        }
        if let Some(output) = self.model.outputs.iter().find(|output| output.name.text == name) {
            self.extra.push((name.to_string(), Kind::Number(output.unit.clone()), true));
        } else if name == "grade"
            || name.starts_with("grade_")
            || name == "worst_grade"
            || name.starts_with("worst_grade_")
        {
            if self.find_grade(name, place, problems).is_none() {
                self.extra.push((name.to_string(), Kind::Undetermined, false));
            }
        } else if let Some(sign) = Sign::named(name.strip_prefix("sign_").unwrap_or(name)) {
            self.find_sign(name, sign, place, problems);
        } else if let Some(rank) = Sign::rank_named(name) {
            self.constants.push((name.to_string(), rank));
            self.extra.push((name.to_string(), Kind::Number(Unit::one()), false));
        }
    }

    /// None after a mistake.
    fn find_grade(&mut self, name: &str, place: &Span, problems: &mut Problems) -> Option<()> {
        let (worst, rest) = match name.strip_prefix("worst_") {
            Some(rest) => (true, rest),
            None => (false, name),
        };
        let mut wrong = |message: String, help: String| {
            problems.error(&treatment::SIGN, message).label(place.clone(), "").help(help);
        };
        if !self.model.has_signs() {
            wrong(
                format!("`{name}`: model `{}` has no signs to grade", self.model.name),
                "`cascade models` shows which models grade; ask for a state or an output instead".into(),
            );
            return None;
        }
        let wanted = rest.strip_prefix("grade").unwrap_or(rest).trim_start_matches('_').to_string();
        let plain = |scale: &str| scale.replace(['-', '.'], "_");
        let at = match wanted.as_str() {
            "" if self.scales.is_empty() => {
                self.scales.push(Scale::astct_2019());
                0
            }
            "" => 0,
            _ => match self.scales.iter().position(|scale| plain(scale.name()) == wanted) {
                Some(at) => at,
                None => {
                    let known: Vec<String> = Scale::embedded_names().map(plain).collect();
                    let Some(found) = Scale::embedded_names().find(|scale| plain(scale) == wanted) else {
                        let help = listing(&wanted, known.iter().map(String::as_str), "scales");
                        wrong(format!("`{name}`: no scale is called `{wanted}`"), help);
                        return None;
                    };
                    self.scales.push(Scale::embedded(found).expect("the name is one of theirs"));
                    self.scales.len() - 1
                }
            },
        };
        let observed = if worst { Observed::Worst(at) } else { Observed::Grade(at) };
        self.observed.push((name.to_string(), observed));
        self.extra.push((name.to_string(), Kind::Number(Unit::one()), false));
        Some(())
    }

    /// A sign that the model reads is located; others, and all at rounds, are what the graders saw.
    fn find_sign(&mut self, name: &str, sign: Sign, place: &Span, problems: &mut Problems) {
        let name = name.to_string();
        let reading = self.model.readings.iter().find(|reading| reading.sign == sign);
        if let Some(reading) = reading.filter(|_| !self.rounds) {
            self.extra.push((name, Kind::Number(reading.unit.clone()), true));
            return;
        }
        let care = self.model.switches.iter().filter_map(|switch| switch.care.as_ref()).flat_map(|care| &care.sets);
        let mut set = care.chain(self.model.doses.iter().flat_map(|dose| &dose.sets));
        let counted = sign.kind() == SignKind::Doses;
        if reading.is_none() && !counted && !set.any(|(known, _)| *known == sign) {
            problems
                .error(&treatment::SIGN, format!("model `{}` tells nothing of the sign `{sign}`", self.model.name))
                .label(place.clone(), "")
                .help("`cascade show MODEL` lists its signs and what its care sets");
        }
        let kind = match sign.kind() {
            SignKind::Flag => Kind::Condition,
            SignKind::Number | SignKind::Rate => {
                Kind::Number(Unit::parse_str(sign.unit_text()).expect("a sign's unit"))
            }
            _ => Kind::Number(Unit::one()),
        };
        self.extra.push((name.clone(), kind, false));
        self.observed.push((name, Observed::Sign(sign)));
    }
}

impl Scope for Names<'_> {
    fn kind(&self, name: &str) -> Option<Kind> {
        let extra = self.extra.iter().find(|(known, ..)| known == name).map(|(_, kind, _)| kind.clone());
        extra.or_else(|| self.scope.kind(name))
    }

    fn names(&self) -> Vec<String> {
        let mut names = self.scope.names();
        names.extend(self.model.outputs.iter().map(|output| output.name.text.clone()));
        names.extend(["grade", "worst_grade"].map(String::from));
        names.extend(self.extra.iter().map(|(name, ..)| name.clone()));
        names.extend(Sign::names().map(String::from));
        names
    }

    fn dose(&self, name: &str) -> bool {
        self.scope.dose(name)
    }

    fn doses(&self) -> Vec<String> {
        self.scope.doses()
    }

    fn time(&self) -> Unit {
        self.scope.time()
    }

    fn continuous(&self, name: &str) -> bool {
        let extra = self.extra.iter().find(|(known, ..)| known == name);
        extra.map_or_else(|| self.scope.continuous(name), |(.., moves)| *moves)
    }
}

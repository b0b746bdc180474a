//! Whether a scale's table is sound: every rule can decide, every grade can be given, worse signs never lower the grade.

use super::grading::{self, Plan, PlannedRule};
use super::logic::{Fact, Facts, Truth};
use super::scale::{OptionKind, Rule, Scale};
use super::settings::OptionValue;
use crate::diagnostic::codes::scale as codes;
use crate::diagnostic::{Problems, Span};
use crate::random::{Purpose, Stream};
use crate::sign::{Kind, Patient, Sign, Signs};

/// Patients that are tried for each choice of options.
const PATIENTS: u64 = 6000;

/// Vasopressors whose rates make up the norepinephrine equivalent.
const AGENTS: [Sign; 4] = [Sign::Norepinephrine, Sign::Epinephrine, Sign::Phenylephrine, Sign::Dopamine];

/// Looks for mistakes that no single line of a scale shows; they are warnings.
///
/// Many patients are tried, with each option at its default and at each other word: rules that can never hold, or never
/// decide as higher ones always hold with them; grades that are never given; a sign that gets worse and lowers the grade.
/// Patients are whole: a vasopressor is a drip with a rate, and counts. Times that conditions must last count as passed.
/// What is not found is not proven absent.
pub fn audit(scale: &Scale) -> Problems {
    let mut problems = Problems::default();
    let defaults: Vec<OptionValue> = scale.options().iter().map(|option| option.kind.default_value()).collect();
    let mut findings = Findings::new(scale);
    findings.try_options(&defaults, None);
    for (at, option) in scale.options().iter().enumerate() {
        let OptionKind::Choice { allowed, default } = &option.kind else { continue };
        for (word, name) in allowed.iter().enumerate().filter(|(word, _)| word != default) {
            let mut values = defaults.clone();
            values[at] = OptionValue::Choice(word);
            findings.try_options(&values, Some((&option.span, format!("{} = {name}", option.name))));
        }
    }
    findings.tell(&mut problems);
    problems
}

struct Findings<'a> {
    scale: &'a Scale,
    holds: Vec<bool>,
    decides: Vec<bool>,
    given: [bool; 6],
    lowered: Vec<Lowered>,
}

/// A worse sign that lowers the grade.
struct Lowered {
    option: Option<(Span, String)>,
    sign: Sign,
    from: String,
    to: String,
    /// The other signs that are not normal.
    patient: Vec<String>,
    grades: [u8; 2],
    rule: usize,
}

impl<'a> Findings<'a> {
    fn new(scale: &'a Scale) -> Self {
        let rules = scale.rules().len();
        Self { scale, holds: vec![false; rules], decides: vec![false; rules], given: [false; 6], lowered: Vec::new() }
    }

    fn try_options(&mut self, values: &[OptionValue], option: Option<(&Span, String)>) {
        let mut quiet = Problems::default();
        let mut stream = Stream::new(0, 0, Purpose::Audit);
        for patient in [Patient::adult(), Patient { age: 6.0, sbp_baseline: 120.0, ..Patient::unknown() }] {
            let Some(plan) = grading::build(self.scale, values, &patient, &mut quiet) else { return };
            let candidates = Candidates::of(&plan);
            let mut truths = vec![Truth::Unknown; plan.logic.len()];
            for _ in 0..PATIENTS {
                let (signs, facts) = candidates.draw(&mut stream);
                let before = self.note(&plan, &signs, &facts, &mut truths);
                for sign in Sign::ALL {
                    let Some(worse) = candidates.worse(&signs, sign, &mut stream) else { continue };
                    let after = self.note(&plan, &worse, &facts, &mut truths);
                    if after.0 < before.0 {
                        let abnormal = abnormal(&signs, sign);
                        let text = |signs: &Signs| signs.text(sign).unwrap_or_default();
                        self.keep_simplest(Lowered {
                            option: option.as_ref().map(|(span, text)| ((*span).clone(), text.clone())),
                            sign,
                            from: text(&signs),
                            to: text(&worse),
                            patient: abnormal,
                            grades: [before.0, after.0],
                            rule: before.1.unwrap_or(0),
                        });
                    }
                }
            }
        }
    }

    /// Of each rule and option the example with the fewest abnormal signs.
    fn keep_simplest(&mut self, found: Lowered) {
        let same = |known: &&mut Lowered| {
            let option = |lowered: &Lowered| lowered.option.as_ref().map(|(_, text)| text.clone());
            known.rule == found.rule && option(known) == option(&found)
        };
        match self.lowered.iter_mut().find(same) {
            Some(known) if found.patient.len() < known.patient.len() => *known = found,
            Some(_) => {}
            None => self.lowered.push(found),
        }
    }

    /// The grade and its first rule, times that conditions must last having passed.
    fn note(&mut self, plan: &Plan, signs: &Signs, facts: &Facts, truths: &mut [Truth]) -> (u8, Option<usize>) {
        plan.logic.decide_anew(signs, facts, truths);
        let mut found = (0, None);
        for passed in [false, true] {
            let now = |rule: &PlannedRule| rule.now.is_none_or(|now| now.of(truths).holds());
            let holding =
                |rule: &&PlannedRule| rule.when.of(truths).holds() && now(rule) && (passed || rule.lasting.is_none());
            let grade = plan.rules.iter().filter(holding).map(|rule| rule.grade).max().unwrap_or(0);
            found = (grade, None);
            for (at, rule) in plan.rules.iter().enumerate().filter(|(_, rule)| holding(rule)) {
                self.holds[at] = true;
                if rule.grade == grade {
                    self.decides[at] = true;
                    found.1 = found.1.or(Some(at));
                }
            }
            self.given[usize::from(grade)] = true;
        }
        found
    }

    fn tell(self, problems: &mut Problems) {
        for (at, rule) in self.scale.rules().iter().enumerate().filter(|(_, rule)| rule.grade < 5) {
            match (self.holds[at], self.decides[at]) {
                (false, _) => {
                    let told = problems.warning(&codes::UNREACHABLE, format!("rule `{}` can never hold", rule.id));
                    told.label(rule.span.clone(), format!("'{}'", rule.condition()));
                    told.help("is it the same as its opposite, or out of the range of its sign?");
                }
                (true, false) => {
                    let message = format!("rule `{}` never decides the grade", rule.id);
                    let told = problems.warning(&codes::NEVER_DECIDES, message);
                    told.label(rule.span.clone(), "whenever it holds, a rule of a higher grade holds too");
                    told.help("remove it, or narrow the higher rule");
                }
                _ => {}
            }
        }
        let highest = self.scale.highest().min(4);
        for grade in (1..=highest).filter(|grade| !self.given[usize::from(*grade)]) {
            let of_grade = |rule: &&Rule| rule.grade == grade;
            let Some(rule) = self.scale.rules().iter().find(of_grade) else { continue };
            problems
                .warning(&codes::GRADE_NEVER_GIVEN, format!("no patient gets grade {grade}"))
                .label(rule.span.clone(), "rules of this grade hold only together with higher ones")
                .help("patients would jump over it");
        }
        // What happens by default is not told again for every option.
        let by_default = |rule: usize| self.lowered.iter().any(|known| known.option.is_none() && known.rule == rule);
        for lowered in self.lowered.iter().filter(|lowered| lowered.option.is_none() || !by_default(lowered.rule)) {
            let [before, after] = lowered.grades;
            let with = lowered.option.as_ref().map(|(_, text)| format!(" with {text}")).unwrap_or_default();
            let message = format!(
                "not monotone{with}: `{}` from {} to {} lowers the grade from {before} to {after}",
                lowered.sign, lowered.from, lowered.to
            );
            let told = problems.warning(&codes::NOT_MONOTONE, message);
            let patient =
                if lowered.patient.is_empty() { "all else normal".into() } else { lowered.patient.join(", ") };
            told.label(self.scale.rules()[lowered.rule].span.clone(), format!("no longer holds ({patient})"));
            if let Some((span, _)) = &lowered.option {
                told.label(span.clone(), "by this option");
            }
            told.help("a patient who gets worse must not get a lower grade: let the old condition hold as well");
        }
    }
}

/// What a patient has who is not well.
fn abnormal(signs: &Signs, but: Sign) -> Vec<String> {
    let normal = Signs::normal();
    let follows = [but, Sign::NeEquivalent, Sign::Pressors];
    let shown = signs.known().filter(|(sign, value)| !follows.contains(sign) && normal.get(*sign) != Some(*value));
    shown.map(|(sign, _)| format!("{sign} {}", signs.text(sign).unwrap_or_default())).collect()
}

/// Values of signs on both sides of every threshold.
struct Candidates {
    values: Vec<Vec<f64>>,
    /// The signs that the scale looks at, sums as their parts.
    signs: Vec<Sign>,
}

impl Candidates {
    fn of(plan: &Plan) -> Self {
        let mut values = vec![Vec::new(); Sign::COUNT];
        for sign in Sign::ALL {
            let own = &mut values[sign.index()];
            own.push(Signs::normal().raw(sign));
            match sign.kind() {
                Kind::Levels(names) => own.extend((0..names.len()).map(|rank| rank as f64)),
                Kind::Flag => own.extend([0.0, 1.0]),
                Kind::Count | Kind::Doses => own.extend((0..=5).map(f64::from)),
                Kind::Number | Kind::Rate => {}
            }
        }
        for agent in AGENTS {
            values[agent.index()].extend([0.0, 1.0, 5.0]);
        }
        let mut add = |sign: Sign, constant: f64, step: f64| {
            let beside = [constant - step, constant, constant + step];
            let believable = beside.into_iter().filter(|value| sign.believable().contains(value));
            values[sign.index()].extend(believable);
        };
        for atom in plan.logic.atoms().filter(|atom| atom.sign.is_number() || atom.sign.kind() == Kind::Count) {
            match atom.sign {
                // Of the sum every agent may be the last part.
                Sign::NeEquivalent => {
                    add(Sign::Norepinephrine, atom.constant, 1.0);
                    add(Sign::Epinephrine, atom.constant, 1.0);
                    add(Sign::Phenylephrine, atom.constant * 10.0, 10.0);
                    add(Sign::Dopamine, atom.constant * 2.0, 2.0);
                }
                sign => add(sign, atom.constant, 1.0),
            }
        }
        for (sign, own) in Sign::ALL.into_iter().zip(&mut values) {
            own.sort_by(f64::total_cmp);
            own.dedup();
            if sign.worse_of(0.0, 1.0) == 0.0 {
                own.reverse();
            }
        }
        let mut signs = plan.logic.signs();
        if signs.iter().any(|sign| matches!(sign, Sign::Pressors | Sign::NeEquivalent)) {
            signs.extend(AGENTS);
        }
        signs.sort();
        signs.dedup();
        Self { values, signs }
    }

    /// A patient of whom everything is known, and what the course so far tells.
    fn draw(&self, stream: &mut Stream) -> (Signs, Facts) {
        let mut signs = Signs::normal();
        for sign in &self.signs {
            // Most signs are normal, so that each rule holds alone now and then.
            if stream.uniform() < 0.35 {
                let own = &self.values[sign.index()];
                signs.set(*sign, own[((stream.uniform() * own.len() as f64) as usize).min(own.len() - 1)]);
            }
        }
        // What a flow stands in for.
        if stream.uniform() < 0.3 {
            signs.forget(Sign::Fio2);
        }
        let mut facts = [Truth::False; Fact::ALL.len()];
        for fact in [Fact::Documented, Fact::AntipyreticSinceOnset, Fact::AnticytokineSinceOnset, Fact::Recurred] {
            facts[fact as usize] = Truth::from(stream.uniform() < 0.3);
        }
        (whole(signs), facts)
    }

    /// The same patient with one sign at one of its worse values; none if it is at its worst, or follows from others.
    fn worse(&self, signs: &Signs, sign: Sign, stream: &mut Stream) -> Option<Signs> {
        if matches!(sign, Sign::Pressors | Sign::NeEquivalent | Sign::PressorHigh) {
            return None;
        }
        let now = signs.raw(sign);
        // Of another device with an unknown FiO2 less is known.
        let unclear = sign == Sign::OxygenDevice && signs.get(Sign::Fio2).is_none();
        if unclear || now.is_nan() || !self.signs.contains(&sign) {
            return None;
        }
        let beyond = |value: &&f64| **value != now && sign.worse_of(now, **value) == **value;
        let own: Vec<f64> = self.values[sign.index()].iter().filter(beyond).copied().collect();
        let pick = ((stream.uniform() * own.len() as f64) as usize).min(own.len().checked_sub(1)?);
        Some(whole(signs.with(sign, own[pick])))
    }
}

/// Vasopressors count where they run, and no table says that doses are high but the scale's.
fn whole(signs: Signs) -> Signs {
    let running = AGENTS.into_iter().filter(|agent| signs.raw(*agent) > 0.0).count();
    signs.with(Sign::Pressors, running as f64).with(Sign::PressorHigh, f64::NAN).with_equivalent()
}

//! Conditions in three-valued logic, flat and shared.

use crate::expression::Comparison;
use crate::sign::{Sign, Signs};

/// True, false, or not to be said because a sign is unknown.
///
/// Ordered so that `and` is the smaller and `or` the larger of two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Truth {
    /// Certainly not.
    False,
    /// It depends on what is unknown.
    Unknown,
    /// Certainly.
    True,
}

impl Truth {
    /// Whether it certainly holds.
    pub fn holds(self) -> bool {
        self == Truth::True
    }

    /// Whether it may hold.
    pub fn may_hold(self) -> bool {
        self != Truth::False
    }
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Truth::True } else { Truth::False }
    }
}

impl std::ops::Not for Truth {
    type Output = Self;
    fn not(self) -> Self {
        match self {
            Truth::False => Truth::True,
            Truth::Unknown => Truth::Unknown,
            Truth::True => Truth::False,
        }
    }
}

/// A comparison of a sign with a constant, options applied.
///
/// The grade can change only where such a comparison changes, or with time by a condition that lasts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Atom {
    /// The sign, on the left.
    pub sign: Sign,
    /// How it is compared.
    pub comparison: Comparison,
    /// The constant, in the sign's unit.
    pub constant: f64,
}

impl Atom {
    /// Whether it holds for a value of the sign; unknown (NaN) stays unknown.
    #[inline]
    pub fn truth(&self, value: f64) -> Truth {
        if value.is_nan() {
            return Truth::Unknown;
        }
        Truth::from(match self.comparison {
            Comparison::Less => value < self.constant,
            Comparison::LessOrEqual => value <= self.constant,
            Comparison::Greater => value > self.constant,
            Comparison::GreaterOrEqual => value >= self.constant,
            Comparison::Equal => value == self.constant,
            Comparison::NotEqual => value != self.constant,
        })
    }

    /// Whether both change at the same value of the same sign: one is the other, or its opposite.
    pub fn same_crossing(&self, other: &Atom) -> bool {
        let opposite = match self.comparison {
            Comparison::Less => Comparison::GreaterOrEqual,
            Comparison::LessOrEqual => Comparison::Greater,
            Comparison::Greater => Comparison::LessOrEqual,
            Comparison::GreaterOrEqual => Comparison::Less,
            Comparison::Equal => Comparison::NotEqual,
            Comparison::NotEqual => Comparison::Equal,
        };
        let same = self.sign == other.sign && self.constant == other.constant;
        same && (self.comparison == other.comparison || opposite == other.comparison)
    }

    /// The value nearest to `value` for which the atom is as `holds` says.
    ///
    /// A solver that located a crossing knows on which side it is, but the value it then computes may be on the other
    /// by one rounding. Pass values through this before [`Monitor::observe`](super::Monitor::observe).
    pub fn settle(&self, value: f64, holds: bool) -> f64 {
        if value.is_nan() || self.truth(value) == Truth::from(holds) {
            return value;
        }
        match (self.comparison, holds) {
            (Comparison::Less, true) | (Comparison::GreaterOrEqual, false) => self.constant.next_down(),
            (Comparison::Greater, true) | (Comparison::LessOrEqual, false) => self.constant.next_up(),
            (Comparison::NotEqual, true) | (Comparison::Equal, false) => self.constant.next_up(),
            _ => self.constant,
        }
    }
}

/// What a condition can know besides signs: the course so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fact {
    /// An episode is open: its onset was seen.
    Documented,
    /// An antipyretic was given at or after the onset of the open episode.
    AntipyreticSinceOnset,
    /// An anti-cytokine drug was given at or after the onset of the open episode.
    AnticytokineSinceOnset,
    /// Death due to the syndrome.
    Death,
    /// The open episode came back after it had ended.
    Recurred,
}

impl Fact {
    pub(super) const ALL: [Fact; 5] =
        [Fact::Documented, Fact::AntipyreticSinceOnset, Fact::AnticytokineSinceOnset, Fact::Death, Fact::Recurred];

    pub(super) fn name(self) -> &'static str {
        match self {
            Fact::Documented => "documented",
            Fact::AntipyreticSinceOnset => "antipyretic_since_onset",
            Fact::AnticytokineSinceOnset => "anticytokine_since_onset",
            Fact::Death => "death",
            Fact::Recurred => "recurred",
        }
    }

    pub(super) fn named(name: &str) -> Option<Fact> {
        Fact::ALL.into_iter().find(|fact| fact.name() == name)
    }
}

/// The facts now, in the order of [`Fact::ALL`].
pub(super) type Facts = [Truth; Fact::ALL.len()];

/// Place of a condition in a [`Logic`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place(u32);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Node {
    Constant(Truth),
    Atom(Atom),
    /// A flag is set, or a drug was given.
    Given(Sign),
    /// A sign has a value. Never unknown itself: what stands in for a missing value gives way to a known one.
    Known(Sign),
    Fact(Fact),
    Not(Place),
    And(Place, Place),
    Or(Place, Place),
}

/// Conditions as a flat list, parts before wholes, each part once: one pass decides them all.
#[derive(Debug, Clone, Default)]
pub(super) struct Logic {
    nodes: Vec<Node>,
    /// How many of them, from the first on, have no parts; known after [`Logic::keep`].
    leaves: usize,
}

impl Logic {
    pub(super) fn constant(&mut self, value: impl Into<Truth>) -> Place {
        self.add(Node::Constant(value.into()))
    }

    pub(super) fn atom(&mut self, atom: Atom) -> Place {
        self.add(Node::Atom(atom))
    }

    pub(super) fn given(&mut self, sign: Sign) -> Place {
        self.add(Node::Given(sign))
    }

    pub(super) fn known(&mut self, sign: Sign) -> Place {
        self.add(Node::Known(sign))
    }

    pub(super) fn fact(&mut self, fact: Fact) -> Place {
        self.add(Node::Fact(fact))
    }

    pub(super) fn not(&mut self, of: Place) -> Place {
        match self.node(of) {
            Node::Constant(value) => self.add(Node::Constant(!value)),
            Node::Not(inner) => inner,
            _ => self.add(Node::Not(of)),
        }
    }

    pub(super) fn and(&mut self, left: Place, right: Place) -> Place {
        match (self.node(left), self.node(right)) {
            (Node::Constant(Truth::False), _) | (_, Node::Constant(Truth::True)) => left,
            (_, Node::Constant(Truth::False)) | (Node::Constant(Truth::True), _) => right,
            _ if left == right => left,
            _ => self.add(Node::And(left, right)),
        }
    }

    pub(super) fn or(&mut self, left: Place, right: Place) -> Place {
        match (self.node(left), self.node(right)) {
            (Node::Constant(Truth::True), _) | (_, Node::Constant(Truth::False)) => left,
            (_, Node::Constant(Truth::True)) | (Node::Constant(Truth::False), _) => right,
            _ if left == right => left,
            _ => self.add(Node::Or(left, right)),
        }
    }

    /// How many truths [`Logic::decide`] writes.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Decides every condition; false if nothing differs from what `truths` held before.
    ///
    /// `truths` must hold what the last call left there, or [`Truth::Unknown`] before the first, whose answer means nothing.
    pub(super) fn decide(&self, signs: &Signs, facts: &Facts, truths: &mut [Truth]) -> bool {
        let (leaves, joints) = self.nodes.split_at(self.leaves);
        let mut changed = false;
        for (node, truth) in leaves.iter().zip(&mut *truths) {
            let now = match *node {
                Node::Constant(value) => value,
                Node::Atom(atom) => atom.truth(signs.raw(atom.sign)),
                Node::Given(sign) => {
                    let value = signs.raw(sign);
                    if value.is_nan() { Truth::Unknown } else { Truth::from(value != 0.0) }
                }
                Node::Known(sign) => Truth::from(!signs.raw(sign).is_nan()),
                Node::Fact(fact) => facts[fact as usize],
                Node::Not(_) | Node::And(..) | Node::Or(..) => unreachable!("joints stand behind leaves"),
            };
            changed |= now != *truth;
            *truth = now;
        }
        // Most readings cross no threshold.
        if changed {
            self.join(joints, truths);
        }
        changed
    }

    /// Decides everything, whatever was decided before.
    pub(super) fn decide_anew(&self, signs: &Signs, facts: &Facts, truths: &mut [Truth]) {
        self.decide(signs, facts, truths);
        self.join(&self.nodes[self.leaves..], truths);
    }

    fn join(&self, joints: &[Node], truths: &mut [Truth]) {
        for (node, at) in joints.iter().zip(self.leaves..) {
            truths[at] = match *node {
                Node::Not(of) => !of.of(truths),
                Node::And(left, right) => left.of(truths).min(right.of(truths)),
                Node::Or(left, right) => left.of(truths).max(right.of(truths)),
                _ => unreachable!("leaves stand before joints"),
            };
        }
    }

    /// The comparisons in it, each once.
    pub(super) fn atoms(&self) -> impl Iterator<Item = Atom> + '_ {
        self.nodes.iter().filter_map(|node| match node {
            Node::Atom(atom) => Some(*atom),
            _ => None,
        })
    }

    /// Leaves out what none of these conditions needs, and tells them their new places.
    pub(super) fn keep(&mut self, roots: Vec<&mut Place>) {
        let mut needed = vec![false; self.nodes.len()];
        for root in &roots {
            needed[root.0 as usize] = true;
        }
        // Parts stand before wholes.
        for at in (0..self.nodes.len()).rev() {
            if !needed[at] {
                continue;
            }
            for part in self.nodes[at].parts().into_iter().flatten() {
                needed[part.0 as usize] = true;
            }
        }
        let mut places = vec![Place(0); self.nodes.len()];
        let mut kept = Vec::new();
        // Leaves first, so that it shows whether anything has changed before conditions are joined.
        let is_leaf = |at: &usize| self.nodes[*at].parts()[0].is_none();
        let (leaves, joints): (Vec<usize>, Vec<usize>) =
            (0..self.nodes.len()).filter(|at| needed[*at]).partition(is_leaf);
        self.leaves = leaves.len();
        for (at, node) in leaves.into_iter().chain(joints).map(|at| (at, self.nodes[at])) {
            places[at] = Place(kept.len() as u32);
            let new = |place: Place| places[place.0 as usize];
            kept.push(match node {
                Node::Not(of) => Node::Not(new(of)),
                Node::And(left, right) => Node::And(new(left), new(right)),
                Node::Or(left, right) => Node::Or(new(left), new(right)),
                other => other,
            });
        }
        self.nodes = kept;
        for root in roots {
            *root = places[root.0 as usize];
        }
    }

    /// Whether a condition holds whatever the signs are; none if it depends on them.
    pub(super) fn settled(&self, place: Place) -> Option<bool> {
        match self.node(place) {
            Node::Constant(truth) => Some(truth.holds()),
            _ => None,
        }
    }

    /// The signs it looks at, each once.
    pub(super) fn signs(&self) -> Vec<Sign> {
        let mut signs: Vec<Sign> = Vec::new();
        for node in &self.nodes {
            if let Node::Atom(Atom { sign, .. }) | Node::Given(sign) | Node::Known(sign) = *node
                && !signs.contains(&sign)
            {
                signs.push(sign);
            }
        }
        signs
    }

    fn node(&self, place: Place) -> Node {
        self.nodes[place.0 as usize]
    }

    fn add(&mut self, node: Node) -> Place {
        let at = self.nodes.iter().position(|known| *known == node).unwrap_or_else(|| {
            self.nodes.push(node);
            self.nodes.len() - 1
        });
        Place(at as u32)
    }
}

impl Node {
    fn parts(self) -> [Option<Place>; 2] {
        match self {
            Node::Not(of) => [Some(of), None],
            Node::And(left, right) | Node::Or(left, right) => [Some(left), Some(right)],
            _ => [None, None],
        }
    }
}

impl Place {
    /// The truth decided for it.
    #[inline]
    pub(super) fn of(self, truths: &[Truth]) -> Truth {
        truths[self.0 as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_valued_logic_follows_kleene() {
        use Truth::{False, True, Unknown};
        let mut logic = Logic::default();
        let a = logic.given(Sign::Vasopressin);
        let b = logic.given(Sign::PressorHigh);
        let (mut and, mut or, mut not) = (logic.and(a, b), logic.or(a, b), logic.not(a));
        logic.keep(vec![&mut and, &mut or, &mut not]);
        let mut truths = vec![Unknown; logic.len()];
        let value = |truth| match truth {
            True => 1.0,
            False => 0.0,
            Unknown => f64::NAN,
        };
        for (x, y, both, either) in [
            (True, True, True, True),
            (True, Unknown, Unknown, True),
            (True, False, False, True),
            (Unknown, Unknown, Unknown, Unknown),
            (Unknown, False, False, Unknown),
            (False, False, False, False),
        ] {
            for (x, y) in [(x, y), (y, x)] {
                let signs = Signs::unknown().with(Sign::Vasopressin, value(x)).with(Sign::PressorHigh, value(y));
                logic.decide_anew(&signs, &[False; 5], &mut truths);
                assert_eq!((and.of(&truths), or.of(&truths)), (both, either), "{x:?} {y:?}");
                assert_eq!(not.of(&truths), !x);
            }
        }
        assert_eq!((!True, !Unknown, !False), (False, Unknown, True));
    }

    #[test]
    fn known_is_never_unknown_and_what_nobody_reads_always() {
        let mut logic = Logic::default();
        let (mut known, mut unread) = (logic.known(Sign::Fio2), logic.constant(Truth::Unknown));
        let (no, yes) = (logic.constant(false), logic.constant(true));
        assert_eq!((logic.and(no, unread), logic.and(yes, unread), logic.or(yes, unread)), (no, unread, yes));
        logic.keep(vec![&mut known, &mut unread]);
        let mut truths = vec![Truth::Unknown; logic.len()];
        for (value, expected) in [(f64::NAN, Truth::False), (21.0, Truth::True)] {
            logic.decide_anew(&Signs::unknown().with(Sign::Fio2, value), &[Truth::False; 5], &mut truths);
            assert_eq!((known.of(&truths), unread.of(&truths)), (expected, Truth::Unknown));
        }
    }

    #[test]
    fn constants_fold_and_equal_parts_are_shared() {
        let mut logic = Logic::default();
        let fever = Atom { sign: Sign::Temperature, comparison: Comparison::GreaterOrEqual, constant: 38.0 };
        let (yes, no, a) = (logic.constant(true), logic.constant(false), logic.atom(fever));
        assert_eq!(logic.atom(fever), a);
        assert_eq!((logic.and(yes, a), logic.and(a, no), logic.or(no, a), logic.or(a, yes)), (a, no, a, yes));
        let not = logic.not(a);
        assert_eq!(logic.not(not), a);
        assert_eq!(logic.atoms().collect::<Vec<_>>(), [fever]);
    }

    #[test]
    fn settling_moves_a_value_by_no_more_than_needed() {
        let fever = Atom { sign: Sign::Temperature, comparison: Comparison::GreaterOrEqual, constant: 38.0 };
        assert_eq!(fever.settle(37.999_999_999, true), 38.0);
        assert_eq!(fever.settle(39.0, true), 39.0);
        assert_eq!(fever.truth(fever.settle(38.0, false)), Truth::False);
        let low = Atom { sign: Sign::Sbp, comparison: Comparison::Less, constant: 90.0 };
        assert_eq!(low.truth(low.settle(90.0, true)), Truth::True);
        assert_eq!(low.settle(89.999, false), 90.0);
        let flow = Atom { sign: Sign::OxygenFlow, comparison: Comparison::Greater, constant: 6.0 };
        assert_eq!(flow.truth(flow.settle(6.0, true)), Truth::True);
        assert_eq!(flow.settle(6.1, false), 6.0);
    }
}

//! From tokens to a tree: operator precedence, with recovery so that one mistake does not hide the next.

mod operand;
mod recovery;

use super::ast::{Arithmetic, Comparison, Expression, Logic, Node, NodeKind};
use super::reserved::is_reserved;
use super::token::{Token, TokenKind, tokens};
use crate::diagnostic::codes::expression as codes;
use crate::diagnostic::{Diagnostic, Problems, Source, Span};
use std::ops::Range;

/// How tightly operators bind.
pub(super) mod power {
    use super::Arithmetic;

    pub(in super::super) const LOWEST: u8 = 0;
    pub(in super::super) const OR: u8 = 1;
    pub(in super::super) const AND: u8 = 2;
    pub(in super::super) const NOT: u8 = 3;
    pub(in super::super) const COMPARISON: u8 = 4;
    pub(in super::super) const SUM: u8 = 5;
    pub(in super::super) const PRODUCT: u8 = 6;
    pub(in super::super) const SIGN: u8 = 7;
    pub(in super::super) const POWER: u8 = 8;
    pub(in super::super) const HIGHEST: u8 = 9;

    pub(in super::super) fn of(operator: Arithmetic) -> u8 {
        match operator {
            Arithmetic::Add | Arithmetic::Subtract => SUM,
            Arithmetic::Multiply | Arithmetic::Divide => PRODUCT,
            Arithmetic::Power => POWER,
        }
    }
}

/// Levels that may nest.
const DEEPEST: usize = 100;
/// Height of a tree, counting each part of a chain `a + b + ...`.
const HIGHEST_TREE: usize = 500;
/// Mistakes reported before the parser gives up.
const MOST_MISTAKES: usize = 20;

/// Reads the expression in a part of a source.
///
/// Mistakes are added to `problems`. The tree then has [`NodeKind::Invalid`] in their places, so that names and
/// units of the rest can be checked in the same go; none is returned only if nothing was understood.
pub fn parse(source: &Source, range: Range<usize>, problems: &mut Problems) -> Option<Expression> {
    let text = source.text().get(range.clone()).unwrap_or("");
    if text.trim().is_empty() {
        problems
            .error(&codes::EMPTY_EXPRESSION, "empty expression")
            .label(source.span(range), "expected an expression")
            .help("write `0` if it is zero");
        return None;
    }
    let tokens = tokens(source, range, problems);
    let mut parser = Parser {
        source,
        tokens,
        at: 0,
        depth: 0,
        mistakes: 0,
        gave_up: false,
        last_mistake: None,
        open_at_end: false,
        problems,
    };
    let tree = parser.sequence(|parser| parser.token().kind == TokenKind::End);
    let understood = !parser.gave_up;
    understood.then(|| Expression::new(tree.node))
}

/// Reads an expression that stands alone.
pub fn parse_str(text: &str) -> Result<Expression, Problems> {
    let source = Source::new("expression", text);
    let mut problems = Problems::default();
    let expression = parse(&source, 0..text.len(), &mut problems);
    problems.or_value(expression)
}

/// A node, the height of the tree below it, and its place with the parentheses around it.
pub(super) struct Tree {
    pub(super) node: Node,
    pub(super) height: usize,
    pub(super) outer: Span,
}

impl Tree {
    pub(super) fn new(kind: NodeKind, span: Span, height: usize) -> Self {
        Self { outer: span.clone(), node: Node::new(kind, span), height }
    }
}

#[derive(Clone, Copy)]
enum Infix {
    Arithmetic(Arithmetic),
    Comparison(Comparison),
    Logic(Logic),
    /// `=`, reported by the tokens.
    Assignment,
}

impl Infix {
    fn power(self) -> u8 {
        match self {
            Infix::Arithmetic(operator) => power::of(operator),
            Infix::Comparison(_) | Infix::Assignment => power::COMPARISON,
            Infix::Logic(Logic::And) => power::AND,
            Infix::Logic(Logic::Or) => power::OR,
        }
    }

    /// What the right side must bind with at least: itself for `^`, which groups to the right.
    fn right_power(self) -> u8 {
        if matches!(self, Infix::Arithmetic(Arithmetic::Power)) { power::POWER } else { self.power() + 1 }
    }
}

pub(super) struct Parser<'a> {
    source: &'a Source,
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    mistakes: usize,
    gave_up: bool,
    /// The token at which the last mistake was reported.
    last_mistake: Option<usize>,
    /// Whether a `(` open at the end was reported.
    open_at_end: bool,
    problems: &'a mut Problems,
}

impl<'a> Parser<'a> {
    fn token(&self) -> &Token {
        &self.tokens[self.at]
    }

    /// Never moves past the end.
    fn advance(&mut self) -> Range<usize> {
        let range = self.token().range.clone();
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        range
    }

    fn text(&self) -> &'a str {
        &self.source.text()[self.token().range.clone()]
    }

    pub(super) fn span(&self, range: Range<usize>) -> Span {
        self.source.span(range)
    }

    /// Words that were corrected are symbols.
    fn at_symbol(&self, symbol: &str) -> bool {
        matches!(self.token().kind, TokenKind::Symbol(found) if found == symbol)
    }

    fn at_word(&self, word: &str) -> bool {
        self.at_symbol(word) || self.token().kind == TokenKind::Word && self.text() == word
    }

    pub(super) fn take_symbol(&mut self, symbol: &str) -> Option<Range<usize>> {
        self.at_symbol(symbol).then(|| self.advance())
    }

    fn take_word(&mut self, word: &str) -> Option<Range<usize>> {
        self.at_word(word).then(|| self.advance())
    }

    /// Takes a name that is no word of the language.
    pub(super) fn take_name(&mut self) -> Option<(&'a str, Range<usize>)> {
        let text = self.text();
        (self.token().kind == TokenKind::Word && !is_reserved(text)).then(|| (text, self.advance()))
    }

    /// The token here as shown in messages.
    pub(super) fn found(&self) -> String {
        match self.token().kind {
            TokenKind::End => "the end".to_string(),
            _ => format!("`{}`", self.text().chars().take(30).collect::<String>()),
        }
    }

    pub(super) fn here(&self) -> Span {
        self.span(self.token().range.clone())
    }

    fn pair(
        &mut self,
        span: Span,
        left: Tree,
        right: Tree,
        kind: impl FnOnce(Box<Node>, Box<Node>) -> NodeKind,
    ) -> Tree {
        let height = 1 + left.height.max(right.height);
        self.checked_height(Tree::new(kind(Box::new(left.node), Box::new(right.node)), span, height))
    }

    /// Gives up on trees so high that walking them could exhaust the stack.
    fn checked_height(&mut self, tree: Tree) -> Tree {
        if tree.height > HIGHEST_TREE {
            self.too_deep(tree.node.span.clone(), "more than 500 parts in a chain");
            return self.invalid(tree.node.span);
        }
        tree
    }

    /// Up to the end of the text, or of the part: of what stands between brackets or commas, or before `then`.
    /// Reports what stands behind a complete expression once, and still reads it.
    fn sequence(&mut self, ends: fn(&Self) -> bool) -> Tree {
        let mut tree = self.expression(power::LOWEST);
        let mut reported = false;
        while !ends(self) {
            if self.is_misspelt_else() {
                continue;
            }
            let unknown = [self.at, self.at.max(1) - 1].map(|at| self.tokens[at].kind == TokenKind::Unknown);
            if !reported && unknown == [false, false] && self.last_mistake != Some(self.at) {
                self.leftover();
            }
            reported = true;
            let span = tree.outer.to(&self.here());
            let mut parts = vec![tree];
            if self.at_value() {
                parts.push(self.expression(power::LOWEST));
            } else {
                self.advance();
            }
            let left = self.broken(span, parts);
            tree = self.operators(left, power::LOWEST);
        }
        tree
    }

    fn at_value(&self) -> bool {
        match self.token().kind {
            TokenKind::Number | TokenKind::Symbol("(") => true,
            TokenKind::Word => !["then", "else", "and", "or"].contains(&self.text()),
            _ => false,
        }
    }

    /// What stands between brackets or commas, or before `then`.
    pub(super) fn part(&mut self) -> Tree {
        self.sequence(Self::at_end_of_part)
    }

    /// The rest of a part that began with a mistake; none if it ends here.
    pub(super) fn part_or_nothing(&mut self) -> Vec<Tree> {
        if self.at_end_of_part() { Vec::new() } else { vec![self.part()] }
    }

    fn at_end_of_part(&self) -> bool {
        matches!(self.token().kind, TokenKind::End | TokenKind::Symbol(")" | ","))
            || self.at_word("then")
            || self.at_word("else")
    }

    fn expression(&mut self, least: u8) -> Tree {
        self.depth += 1;
        if self.depth > DEEPEST && !self.gave_up {
            self.too_deep(self.here(), "more than 100 levels");
        }
        let tree = if self.gave_up {
            self.invalid(self.here())
        } else {
            let left = self.operand();
            self.operators(left, least)
        };
        self.depth -= 1;
        tree
    }

    /// Operators behind `left` that bind with at least `least`, and their right sides.
    fn operators(&mut self, mut left: Tree, least: u8) -> Tree {
        // The right side of a comparison just read, if another comparison follows it.
        let mut compared: Option<Tree> = None;
        while let Some(infix) = self.infix().filter(|infix| infix.power() >= least) {
            self.advance();
            let right = self.expression(infix.right_power());
            let span = left.outer.to(&right.outer);
            let middle = compared.take();
            if let (Infix::Comparison(_), Some(Infix::Comparison(_))) = (infix, self.infix()) {
                compared = Some(Tree { node: right.node.clone(), height: right.height, outer: right.outer.clone() });
            }
            left = match infix {
                Infix::Assignment => self.broken(span, vec![left, right]),
                Infix::Arithmetic(operator) => {
                    self.pair(span, left, right, |left, right| NodeKind::Arithmetic { operator, left, right })
                }
                Infix::Logic(operator) => {
                    self.pair(span, left, right, |left, right| NodeKind::Logic { operator, left, right })
                }
                Infix::Comparison(operator) => match middle {
                    Some(middle) => self.chain(span, left, middle, operator, right),
                    None => self.pair(span, left, right, |left, right| NodeKind::Comparison { operator, left, right }),
                },
            };
        }
        left
    }

    /// `a < b < c`, read as `a < b and b < c` after the report.
    fn chain(&mut self, span: Span, left: Tree, middle: Tree, operator: Comparison, right: Tree) -> Tree {
        let mut mistake = Diagnostic::error(&codes::COMPARISON_CHAIN, "comparisons cannot be chained");
        mistake.label(span.clone(), "two comparisons in a row");
        if span.text().len() <= 60 && !matches!(left.node.kind, NodeKind::Logic { .. }) {
            mistake.help(format!(
                "write `{} and {} {} {}`",
                left.outer.text(),
                middle.outer.text(),
                operator.symbol(),
                right.outer.text()
            ));
        } else {
            mistake.help("write `a < b and b < c`");
        }
        self.mistake(mistake);
        let second =
            self.pair(span.clone(), middle, right, |left, right| NodeKind::Comparison { operator, left, right });
        self.pair(span, left, second, |left, right| NodeKind::Logic { operator: Logic::And, left, right })
    }

    fn infix(&self) -> Option<Infix> {
        Some(match self.token().kind {
            TokenKind::Symbol(symbol) => match symbol {
                "+" => Infix::Arithmetic(Arithmetic::Add),
                "-" => Infix::Arithmetic(Arithmetic::Subtract),
                "*" => Infix::Arithmetic(Arithmetic::Multiply),
                "/" => Infix::Arithmetic(Arithmetic::Divide),
                "^" => Infix::Arithmetic(Arithmetic::Power),
                "<" => Infix::Comparison(Comparison::Less),
                "<=" => Infix::Comparison(Comparison::LessOrEqual),
                ">" => Infix::Comparison(Comparison::Greater),
                ">=" => Infix::Comparison(Comparison::GreaterOrEqual),
                "==" => Infix::Comparison(Comparison::Equal),
                "!=" => Infix::Comparison(Comparison::NotEqual),
                "and" => Infix::Logic(Logic::And),
                "or" => Infix::Logic(Logic::Or),
                "=" => Infix::Assignment,
                _ => return None,
            },
            TokenKind::Word => match self.text() {
                "and" => Infix::Logic(Logic::And),
                "or" => Infix::Logic(Logic::Or),
                _ => return None,
            },
            _ => return None,
        })
    }
}

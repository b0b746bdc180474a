//! What stands between operators: numbers, names, signs, parentheses, `if`.

use super::{Parser, Tree, power};
use crate::diagnostic::codes::expression as codes;
use crate::diagnostic::{Diagnostic, Span};
use crate::expression::ast::{DoseQuery, Function, Node, NodeKind};
use crate::expression::call;
use crate::expression::token::TokenKind;
use crate::unit::Unit;

impl Parser<'_> {
    pub(super) fn operand(&mut self) -> Tree {
        let here = self.here();
        match self.token().kind {
            TokenKind::Number => self.number(),
            TokenKind::Symbol("(") => self.parentheses(),
            TokenKind::Symbol("-") => {
                self.advance();
                let operand = self.expression(power::SIGN);
                self.above(here, operand, NodeKind::Negate)
            }
            TokenKind::Symbol("+") => {
                let mut mistake = Diagnostic::error(&codes::EXPRESSION_SYNTAX, "a leading `+` is not needed");
                mistake.label(here, "remove it");
                self.mistake(mistake);
                self.advance();
                self.expression(power::SIGN)
            }
            TokenKind::Symbol("not") => self.not(here),
            TokenKind::Symbol("if") => self.choice(here),
            TokenKind::Word => self.word(here),
            TokenKind::Unknown => {
                // Reported by the tokens.
                self.advance();
                self.invalid(here)
            }
            _ => {
                let mut mistake =
                    Diagnostic::error(&codes::EXPRESSION_SYNTAX, format!("a value is missing before {}", self.found()));
                mistake.label(here.clone(), "expected a number, a name or `(`");
                if self.token().kind == TokenKind::Unit {
                    mistake.help("a unit stands only behind a number: `38 [degC]`");
                }
                self.mistake(mistake);
                if self.token().kind == TokenKind::Unit {
                    self.advance();
                }
                self.invalid(here)
            }
        }
    }

    fn not(&mut self, here: Span) -> Tree {
        self.advance();
        let operand = self.expression(power::NOT);
        self.above(here, operand, NodeKind::Not)
    }

    fn above(&mut self, start: Span, operand: Tree, kind: impl FnOnce(Box<Node>) -> NodeKind) -> Tree {
        let span = start.to(&operand.outer);
        let height = operand.height + 1;
        self.checked_height(Tree::new(kind(Box::new(operand.node)), span, height))
    }

    fn word(&mut self, here: Span) -> Tree {
        let text = self.text();
        let leaf = |kind| Tree::new(kind, here.clone(), 1);
        match text {
            "if" => return self.choice(here),
            "not" => return self.not(here),
            "then" | "else" | "and" | "or" => {
                let mut mistake =
                    Diagnostic::error(&codes::EXPRESSION_SYNTAX, format!("a value is missing before `{text}`"));
                mistake.label(here.clone(), "expected a number, a name or `(`");
                self.mistake(mistake);
                return self.invalid(here);
            }
            _ => {}
        }
        self.advance();
        if let Some(query) = DoseQuery::named(text) {
            return call::dose(self, query, here);
        }
        if let Some(function) = Function::named(text) {
            return call::function(self, function, here);
        }
        if self.at_symbol("(") {
            return call::unknown(self, text, here);
        }
        match text {
            "t" => leaf(NodeKind::Time),
            "true" | "false" => leaf(NodeKind::Boolean(text == "true")),
            name => leaf(NodeKind::Name(name.to_string())),
        }
    }

    fn number(&mut self) -> Tree {
        let text = self.text();
        let mut range = self.advance();
        let value: f64 = text.parse().expect("digits");
        let digits = text.split(['e', 'E']).next().unwrap_or("");
        let vanished = value == 0.0 && digits.contains(|c: char| ('1'..='9').contains(&c));
        let mut usable = value.is_finite() && (value == 0.0 || value.is_normal()) && !vanished;
        if !usable {
            let size = if value.is_finite() { "small" } else { "large" };
            let mut mistake = Diagnostic::error(&codes::NUMBER_RANGE, format!("number too {size}"));
            mistake.label(self.span(range.clone()), "numbers lie between 2.3e-308 and 1.8e308");
            self.mistake(mistake);
        }
        let mut unit = None;
        if self.token().kind == TokenKind::Unit {
            let bracket = self.advance();
            unit = Unit::parse(self.source, bracket.start + 1..bracket.end - 1, self.problems);
            usable &= unit.is_some();
            range.end = bracket.end;
        } else if self.unit_length() > 0 {
            let bare = self.unit_without_brackets(text);
            unit = Unit::parse(self.source, bare.clone(), self.problems);
            usable &= unit.is_some();
            range.end = bare.end;
        }
        let kind = if usable { NodeKind::Number { value, unit } } else { NodeKind::Invalid };
        Tree::new(kind, self.span(range), 1)
    }

    fn parentheses(&mut self) -> Tree {
        let open = self.advance();
        let mut inner = self.part();
        match self.take_symbol(")") {
            Some(close) => inner.outer = self.span(open.start..close.end),
            None => {
                inner.outer = self.span(open.clone()).to(&inner.outer);
                self.unclosed(open);
            }
        }
        inner
    }

    fn choice(&mut self, start: Span) -> Tree {
        self.advance();
        let condition = self.part();
        let has_then = self.keyword("then", "if c then a else b");
        let then = if has_then { self.part() } else { self.invalid(self.here()) };
        let has_else = has_then && self.keyword("else", "if c then a else b");
        let otherwise = if has_else { self.expression(power::LOWEST) } else { self.invalid(self.here()) };
        let span = start.to(&otherwise.outer);
        let height = 1 + condition.height.max(then.height).max(otherwise.height);
        let kind = NodeKind::If {
            condition: Box::new(condition.node),
            then: Box::new(then.node),
            otherwise: Box::new(otherwise.node),
        };
        self.checked_height(Tree::new(kind, span, height))
    }

    fn keyword(&mut self, word: &'static str, form: &str) -> bool {
        if self.take_word(word).is_some() {
            return true;
        }
        let mut mistake = Diagnostic::error(&codes::EXPRESSION_SYNTAX, format!("`{word}` is missing"));
        mistake.label(self.here(), format!("expected `{word}`, found {}", self.found()));
        mistake.help(format!("write `{form}`"));
        self.mistake(mistake);
        false
    }
}

//! What the parser does about mistakes: reports each once, keeps what was understood, reads on.

use super::{MOST_MISTAKES, Parser, Tree};
use crate::diagnostic::codes::expression as codes;
use crate::diagnostic::{Diagnostic, Span};
use crate::expression::ast::{Arithmetic, NodeKind};
use crate::expression::reserved::is_reserved;
use crate::expression::token::{Token, TokenKind};
use crate::unit::is_symbol;
use std::ops::Range;

impl Parser<'_> {
    pub(in crate::expression) fn mistake(&mut self, mistake: Diagnostic) {
        if self.gave_up {
            return;
        }
        self.mistakes += 1;
        self.last_mistake = Some(self.at);
        if self.mistakes > MOST_MISTAKES {
            self.give_up();
        } else {
            self.problems.push(mistake);
        }
    }

    /// Skips to the end; nothing more is reported.
    fn give_up(&mut self) {
        self.gave_up = true;
        self.at = self.tokens.len() - 1;
    }

    pub(in crate::expression) fn invalid(&self, span: Span) -> Tree {
        Tree::new(NodeKind::Invalid, span, 1)
    }

    /// Parts that were understood around something that was not: their names and units are still checked, and
    /// nothing follows from their combination.
    pub(in crate::expression) fn broken(&mut self, span: Span, parts: Vec<Tree>) -> Tree {
        parts.into_iter().fold(self.invalid(span.clone()), |whole, part| {
            self.pair(span.clone(), whole, part, |left, right| NodeKind::Arithmetic {
                operator: Arithmetic::Multiply,
                left,
                right,
            })
        })
    }

    pub(super) fn too_deep(&mut self, span: Span, label: &str) {
        let start = span.position();
        let mut mistake = Diagnostic::error(&codes::TOO_DEEP, "expression nested too deeply");
        // The place may be a megabyte long: its first character will do.
        let first = span.text().chars().next().map_or(0, char::len_utf8);
        mistake.label(self.span(span.start..span.start + first), label);
        mistake.help(format!("split the expression that starts in line {} with entries under [derived]", start.line));
        self.mistake(mistake);
        self.give_up();
    }

    /// Reports a unit without brackets and moves behind it.
    pub(super) fn unit_without_brackets(&mut self, number: &str) -> Range<usize> {
        let last = self.at + self.unit_length() - 1;
        let range = self.token().range.start..self.tokens[last].range.end;
        let unit = &self.source.text()[range.clone()];
        let mut mistake = Diagnostic::error(&codes::EXPRESSION_SYNTAX, format!("`{unit}` needs brackets"));
        mistake.label(self.span(range.clone()), "a unit behind a number");
        mistake.help(format!("write `{number} [{unit}]`"));
        if last == self.at {
            mistake.help(format!("if `{unit}` is a name, a product is written `{number} * {unit}`"));
        }
        self.mistake(mistake);
        self.at = last + 1;
        range
    }

    /// Number of tokens here that make a unit without brackets behind a number: `5 pg/mL`.
    pub(super) fn unit_length(&self) -> usize {
        let is_unit = |at: usize| {
            let token = &self.tokens[at];
            token.kind == TokenKind::Word && is_symbol(&self.source.text()[token.range.clone()])
        };
        if self.at == 0 || self.tokens[self.at - 1].kind != TokenKind::Number || !is_unit(self.at) {
            return 0;
        }
        let mut length = 1;
        while self.tokens.get(self.at + length + 1).is_some() {
            let next = self.at + length + 1;
            match self.tokens[next - 1].kind {
                TokenKind::Symbol("/" | "*") if is_unit(next) => length += 2,
                TokenKind::Symbol("^") if self.tokens[next].kind == TokenKind::Number => length += 2,
                _ => break,
            }
        }
        length
    }

    /// Reports `elseif` and its like, and reads on as if it were right.
    pub(super) fn is_misspelt_else(&mut self) -> bool {
        let help = match self.text() {
            "elif" | "elseif" | "elsif" => "write `else if`",
            "els" | "Else" | "ELSE" | "otherwise" => "write `else`",
            _ => return false,
        };
        let range = self.token().range.clone();
        let mut mistake = Diagnostic::error(&codes::EXPRESSION_SYNTAX, format!("{} is unexpected", self.found()));
        mistake.label(self.here(), "expected `else`").help(help);
        self.mistake(mistake);
        if self.gave_up {
            return false;
        }
        self.tokens[self.at].kind = TokenKind::Symbol("else");
        if help == "write `else if`" {
            self.tokens.insert(self.at + 1, Token { kind: TokenKind::Symbol("if"), range });
        }
        true
    }

    pub(super) fn leftover(&mut self) {
        let mut mistake = Diagnostic::error(&codes::EXPRESSION_SYNTAX, format!("{} is unexpected", self.found()));
        let text = self.text();
        match self.token().kind {
            TokenKind::Symbol(")") => {
                mistake.label(self.here(), "no `(` before it");
            }
            TokenKind::Unit => {
                mistake.label(self.here(), "a unit stands only behind a number");
                mistake.help("names carry the unit they were declared with");
            }
            TokenKind::Word | TokenKind::Number if !is_reserved(text) => {
                mistake.label(self.here(), "expected an operator before it");
                mistake.help("a product is written with `*`");
            }
            TokenKind::Symbol("(") => {
                mistake.label(self.here(), "expected an operator before it");
                mistake.help("a product is written with `*`");
            }
            TokenKind::Word if ["then", "else"].contains(&text) => {
                mistake.label(self.here(), "no `if` before it");
            }
            _ => {
                mistake.label(self.here(), "expected an operator or the end");
            }
        }
        self.mistake(mistake);
    }

    /// `)` is missing; what stands in its place is left to those above.
    pub(in crate::expression) fn unclosed(&mut self, open: Range<usize>) {
        if self.token().kind == TokenKind::End && std::mem::replace(&mut self.open_at_end, true) {
            return;
        }
        let mut mistake = Diagnostic::error(&codes::EXPRESSION_SYNTAX, "`)` is missing");
        mistake.label(self.span(open), "this `(` is not closed");
        if self.token().kind != TokenKind::End {
            mistake.label(self.here(), "expected `)` before this");
        }
        self.mistake(mistake);
    }
}

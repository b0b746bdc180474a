//! One binary: tests named for what they guard.

mod command;
mod diagnostics;
mod law;
mod other;
mod published;
mod reference;
mod sensitivity;
mod solver;
mod support;
mod tidy;

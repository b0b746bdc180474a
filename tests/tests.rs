//! One binary: tests named for what they guard.

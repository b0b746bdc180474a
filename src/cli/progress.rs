//! The line that says how far a long run is: on a terminal alone.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Context;

/// A line for so many things, as `patients`, of which `done` were done before; nothing with --quiet, or where standard error
/// is no terminal.
pub fn bar(context: &Context, total: u64, done: u64, things: &str) -> ProgressBar {
    let target = if context.quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
    let bar = ProgressBar::with_draw_target(Some(total), target);
    let style = format!("{{bar:30}} {{human_pos}} of {{human_len}} {things}, {{per_sec}}, {{eta}} left");
    bar.set_style(ProgressStyle::with_template(&style).expect("a known template"));
    bar.set_position(done);
    bar.reset_eta();
    bar
}

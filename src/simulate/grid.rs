//! Times at which rows are printed; they never touch the solution.

use crate::diagnostic::codes::run;
use crate::diagnostic::{Problems, Span};
use crate::regimen::same_time;
use crate::unit::{Quantity, Unit};

/// Most rows of one run.
const MOST: usize = 1_000_000;

/// Which of the states of one time a row shows, in the order in which they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Before everything that happens then: `pre`.
    Before,
    /// After what was on its way (additional and lagged doses), before the records of that time: what an observation sees
    /// that stands before them.
    Arrived,
    /// After everything: `post`.
    After,
}

/// Output times, in the time unit of the model.
#[derive(Debug, Clone, PartialEq)]
pub enum Grid {
    /// So many points from start to end, both included.
    Points(usize),
    /// One row every so often from the start, and one at the end.
    Every(f64),
    /// At these times, ascending.
    At(Vec<f64>),
    /// The same, each with the state that its row shows; by time, of one time by phase.
    Phases(Vec<(f64, Phase)>),
    /// The start and so many points in each accepted step, and both sides of each jump: smooth curves for figures.
    Steps(usize),
}

impl Default for Grid {
    fn default() -> Self {
        Self::Points(201)
    }
}

impl Grid {
    /// Reads `0.5 d`, for one row every so often.
    ///
    /// # Errors
    /// Not a positive time.
    pub fn parse_every(place: &Span, time: &Unit) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        let value = positive_time(place, "the interval", time, &mut problems);
        problems.or_value(value.map(Self::Every))
    }

    /// Reads `1, 5, 9.3 d`: a number without a unit has that of the next. `pre` behind a time asks for the state before
    /// everything that happens then, additional and lagged doses too, `post` for that after it, `pre|post` for both; behind
    /// the last time it holds for all.
    ///
    /// # Errors
    /// Something that is not a time.
    pub fn parse_at(place: &Span, time: &Unit) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        let (mut start, mut unit) = (place.end, None);
        let mut sides = Vec::new();
        let mut usual = (false, true);
        for part in place.text().rsplit(',') {
            let mut range = start - part.len()..start;
            start = range.start.saturating_sub(1);
            let found = [("pre|post", (true, true)), ("pre", (true, false)), ("post", (false, true))];
            let end = part.trim_end();
            let word =
                found.into_iter().find(|(word, _)| end.strip_suffix(word).is_some_and(|rest| rest.ends_with(' ')));
            if let Some((word, side)) = word {
                range.end = range.start + end.len() - word.len();
                if sides.is_empty() {
                    usual = side;
                }
            }
            let side = word.map_or(usual, |(_, side)| side);
            let Some(mut quantity) = Quantity::parse(&place.source, range.clone(), &mut problems) else { continue };
            match &unit {
                // A wrong unit is told once, where it stands.
                Some(unit) if quantity.unit == Unit::one() && !time.same_dimension(unit) => continue,
                Some(unit) if quantity.unit == Unit::one() => quantity.unit = Unit::clone(unit),
                _ => unit = Some(quantity.unit.clone()),
            }
            if let Some(time) = quantity.expect(time, "an output time", &place.source.span(range), &mut problems) {
                sides.extend(side.0.then_some((time, Phase::Before)));
                sides.extend(side.1.then_some((time, Phase::After)));
            }
        }
        problems.or_value(Some(Self::of_phases(sides)))
    }

    /// Rows at times in any order, each with the state that it shows.
    pub fn of_phases(mut rows: Vec<(f64, Phase)>) -> Self {
        rows.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        rows.dedup();
        match rows.iter().all(|(_, phase)| *phase == Phase::After) {
            true => Self::At(rows.into_iter().map(|(time, _)| time).collect()),
            false => Self::Phases(rows),
        }
    }

    /// The state that each row shows; empty if all show that after everything.
    pub fn phases(&self) -> Vec<Phase> {
        match self {
            Self::Phases(rows) => rows.iter().map(|(_, phase)| *phase).collect(),
            _ => Vec::new(),
        }
    }

    /// Refuses rows before what happens at their time where they are not made.
    pub(super) fn one_side(&self, whose: &str) -> Result<(), Problems> {
        if !matches!(self, Self::Phases(_)) {
            return Ok(());
        }
        let mut problems = Problems::default();
        problems
            .error(&run::BAD_GRID, format!("{whose} has no rows before doses"))
            .help("leave `pre` out: rows show the state after what happens at their time");
        Err(problems)
    }

    /// The times of a run.
    ///
    /// # Errors
    /// Times outside the run, or too many.
    pub fn times(&self, start: f64, end: f64, unit: &Unit) -> Result<Vec<f64>, Problems> {
        let count = match self {
            Self::Points(count) => *count as f64,
            Self::Every(step) => ((end - start) / step).ceil() + 1.0,
            Self::At(times) => times.len() as f64,
            Self::Phases(rows) => rows.len() as f64,
            Self::Steps(_) => 1.0,
        };
        if count > MOST as f64 {
            let mut problems = Problems::default();
            problems
                .error(&run::BAD_GRID, format!("{count} rows are wanted, at most {MOST} are given"))
                .help("choose a longer interval, or the times that are needed with --at");
            return Err(problems);
        }
        Ok(match self {
            Self::Steps(_) => vec![start],
            Self::Points(count) => {
                let last = count.saturating_sub(1).max(1) as f64;
                (0..*count)
                    .map(|i| if i + 1 == *count { end } else { start + (end - start) * i as f64 / last })
                    .collect()
            }
            Self::Every(step) => {
                let whole = ((end - start) / step + 1e-9).floor() as usize;
                let mut times: Vec<f64> = (0..=whole).map(|i| plain(start + i as f64 * step).min(end)).collect();
                if times.last().is_some_and(|last| end - last > 1e-9 * step) {
                    times.push(end);
                }
                times
            }
            Self::Phases(rows) => {
                return Self::At(rows.iter().map(|(time, _)| *time).collect()).times(start, end, unit);
            }
            Self::At(times) => {
                if let Some(outside) = times.iter().find(|time| !(start..=end).contains(*time)) {
                    let mut problems = Problems::default();
                    problems
                        .error(
                            &run::BAD_GRID,
                            format!("{outside} {unit} lies outside the run from {start} to {end} {unit}"),
                        )
                        .help("let the run end later with --until, or leave the time out");
                    return Err(problems);
                }
                times.clone()
            }
        })
    }
}

/// A time without the rounding error of a multiple: 2.1 for 3 * 0.7, which is 2.0999999999999996.
fn plain(time: f64) -> f64 {
    let short: f64 = format!("{time:.11e}").parse().unwrap_or(time);
    if same_time(short, time) { short } else { time }
}

/// A time above 0, in the unit of the model. `what` names it in messages.
pub fn positive_time(place: &Span, what: &str, time: &Unit, problems: &mut Problems) -> Option<f64> {
    let quantity = Quantity::parse(&place.source, place.start..place.end, problems)?;
    let value = quantity.expect(time, what, place, problems)?;
    if value <= 0.0 {
        problems
            .error(&run::BAD_TIME, format!("{what} is not above 0: {quantity}"))
            .label(place.clone(), "")
            .help("a time above 0 is wanted, as \"28 d\" or \"6 h\"");
        return None;
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;

    fn days() -> Unit {
        Unit::parse_str("d").unwrap()
    }

    #[test]
    fn one_unit_at_the_end_holds_for_all_times() {
        let at = |text: &str| Grid::parse_at(&Source::new("--at", text).whole(), &days());
        assert_eq!(at("1, 5, 9.3 d").unwrap(), Grid::At(vec![1.0, 5.0, 9.3]));
        assert_eq!(at("12 h, 2 d").unwrap(), Grid::At(vec![0.5, 2.0]));
        assert_eq!(at("36, 12 h, 1 d,-1 d").unwrap(), Grid::At(vec![-1.0, 0.5, 1.0, 1.5]));
        let sides = |text: &str| match at(text).unwrap() {
            Grid::Phases(rows) => rows.iter().map(|(time, phase)| (*time, *phase == Phase::Before)).collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        };
        assert_eq!(
            sides("0 d pre, 1, 2 d pre|post"),
            [(0.0, true), (1.0, true), (1.0, false), (2.0, true), (2.0, false)]
        );
        assert_eq!(sides("24 h pre, 36, 48 h"), [(1.0, true), (1.5, false), (2.0, false)]);
        assert_eq!(at("1, 2 d post").unwrap(), Grid::At(vec![1.0, 2.0]));
        for (wrong, message) in [
            ("1, 2", "--at:1:3: error[U007]: an output time is in d, not a plain number"),
            ("1, 2 mg", "--at:1:3: error[U007]: an output time is in d, not in mg"),
            ("1,, 2 d", "--at:1:3: error[U005]: a value is missing"),
            ("1, nan d", "--at:1:4: error[U006]: `nan` is not a usable number"),
            ("", "--at:1:1: error[U005]: a value is missing"),
            ("1 mg", "--at:1:1: error[U007]: an output time is in d, not in mg"),
        ] {
            let told = at(wrong).unwrap_err().to_string();
            assert!(told.starts_with(message), "{wrong}: {told}");
        }
    }

    #[test]
    fn a_step_that_does_not_divide_the_span_still_ends_at_the_end() {
        assert_eq!(Grid::Every(0.4).times(0.0, 1.0, &days()).unwrap(), vec![0.0, 0.4, 0.8, 1.0]);
        assert_eq!(Grid::Every(0.7).times(0.0, 2.1, &days()).unwrap(), vec![0.0, 0.7, 1.4, 2.1]);
        // Hours in days are no short numbers and keep their bits.
        assert_eq!(Grid::Every(1.0 / 24.0).times(0.0, 0.25, &days()).unwrap()[5], 5.0 * (1.0 / 24.0));
        assert_eq!(Grid::Every(0.1).times(0.0, 1.0, &days()).unwrap().len(), 11);
    }

    #[test]
    fn times_outside_the_run_are_refused() {
        assert!(Grid::At(vec![2.0]).times(0.0, 1.0, &days()).is_err());
        assert!(Grid::Every(1e-9).times(0.0, 1.0, &days()).is_err());
    }
}

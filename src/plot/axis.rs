//! Ranges and ticks: from an [`Axis`] and the data to a [`Ruler`].
//!
//! Any finite data give a usable ruler; values are held within 1e-300 to 1e300 in magnitude, so that no difference
//! or ratio overflows.

use super::figure::{Axis, Scale};
use super::label::{fixed, power_of_ten, scientific};
use super::steps::step;

/// An axis with its range and ticks fixed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ruler {
    pub scale: Scale,
    pub from: f64,
    pub to: f64,
    /// Labelled, with grid lines.
    pub ticks: Vec<Tick>,
    /// Short, without label.
    pub minor: Vec<f64>,
}

/// A labelled place on an axis.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tick {
    pub value: f64,
    pub label: String,
}

/// What the range of an axis follows from.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Extent {
    /// Least and greatest of the curves.
    pub curves: Option<(f64, f64)>,
    /// Least and greatest of what must be seen: observations, thresholds.
    pub fixed: Option<(f64, f64)>,
    /// The lower limit of quantification.
    pub limit: Option<f64>,
}

/// Whether a range that follows from data gets a margin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Margin {
    None,
    Some,
}

/// Greatest span of a log axis that follows from data, in decades.
const MOST_DECADES: f64 = 15.0;

impl Ruler {
    /// The ruler of `axis` with room for about `room` labels.
    pub fn new(axis: &Axis, extent: Extent, room: f64, margin: Margin) -> Self {
        let room = room.clamp(2.0, 40.0);
        let mut ruler = match axis.scale {
            Scale::Linear => Self::linear(axis, extent, room, margin),
            Scale::Log => Self::log(axis, extent, room, margin),
        };
        if !axis.names.is_empty() {
            ruler.minor.clear();
            ruler.ticks =
                axis.names.iter().map(|(value, label)| Tick { value: *value, label: label.clone() }).collect();
        }
        ruler
    }

    /// Where `value` lies: 0 at the lower end, 1 at the upper; `None` if it cannot be shown. Far outside, only the side
    /// counts, so that distances on the page stay finite.
    pub fn position(&self, value: f64) -> Option<f64> {
        if !value.is_finite() {
            return None;
        }
        let place = match self.scale {
            Scale::Linear => (value - self.from) / (self.to - self.from),
            Scale::Log if value > 0.0 => (value.log10() - self.from.log10()) / (self.to.log10() - self.from.log10()),
            Scale::Log => return None,
        };
        Some(place.clamp(-1e9, 1e9))
    }

    fn linear(axis: &Axis, extent: Extent, room: f64, margin: Margin) -> Self {
        let hold = |v: f64| v.clamp(-1e300, 1e300);
        let data = join(extent.curves, extent.fixed).map(|(a, b)| (hold(a), hold(b)));
        let (mut from, mut to) = data.unwrap_or((0.0, 1.0));
        if to - from <= 1e-9 * from.abs().max(to.abs()) {
            let half = if from == 0.0 { 1.0 } else { 0.1 * from.abs() };
            let half = if margin == Margin::None { half.max(0.5) } else { half };
            (from, to) = (hold(from - half), hold(to + half));
        } else if margin == Margin::Some {
            let span = to - from;
            let grounded = from >= 0.0 && from <= 0.35 * to;
            from = if grounded { 0.0 } else { hold(from - 0.06 * span) };
            to = hold(to + 0.06 * span);
        }
        let given = |end: Option<f64>| end.filter(|v| v.is_finite()).map(hold);
        (from, to) = ordered(given(axis.from), given(axis.to), (from, to), |v| {
            let step = if v == 0.0 { 1.0 } else { 0.1 * v.abs() };
            (hold(v - step), hold(v + step))
        });
        let step = step(from, to, room, &axis.unit);
        Self { scale: Scale::Linear, from, to, ticks: linear_ticks(from, to, step), minor: Vec::new() }
    }

    fn log(axis: &Axis, extent: Extent, room: f64, margin: Margin) -> Self {
        let hold = |v: f64| v.clamp(1e-300, 1e300);
        let limit = extent.limit.filter(|v| *v > 0.0 && v.is_finite()).map(hold);
        let decades = if axis.decades.is_finite() { axis.decades.clamp(0.1, 600.0) } else { 600.0 };
        let most = decades.max(MOST_DECADES);
        let must = join(extent.fixed, limit.map(|v| (v, v)));
        let data = join(extent.curves, must).map(|(a, b)| (hold(a), hold(b)));
        let (mut from, mut to) = data.unwrap_or((1.0, 10.0));
        if let Some((least, greatest)) = extent.curves {
            let mut floor = hold(greatest) / 10f64.powf(decades);
            if let Some(limit) = limit {
                floor = floor.max(limit / 10.0);
            }
            from = hold(least).max(floor).min(hold(greatest));
            if let Some((least, _)) = must {
                from = from.min(hold(least));
            }
            from = from.max(to / 10f64.powf(most));
        }
        if margin == Margin::Some {
            (from, to) = (hold(snap_down(from / 1.15)), hold(snap_up(to * 1.15)));
        }
        if to / from < 1.0 + 1e-9 {
            (from, to) = (hold(from / 2.0), hold(to * 2.0));
        }
        let given = |end: Option<f64>| end.filter(|v| v.is_finite() && *v > 0.0).map(hold);
        (from, to) = ordered(given(axis.from), given(axis.to), (from, to), |v| (hold(v / 2.0), hold(v * 2.0)));
        let (ticks, minor) = log_ticks(from, to, room);
        Self { scale: Scale::Log, from, to, ticks, minor }
    }
}

/// Least and greatest of the values that `scale` can show.
pub(crate) fn extent(values: impl Iterator<Item = f64>, scale: Scale) -> Option<(f64, f64)> {
    values
        .filter(|v| v.is_finite() && (scale == Scale::Linear || *v > 0.0))
        .fold(None, |range, v| join(range, Some((v, v))))
}

/// The range that holds both.
pub(crate) fn join(a: Option<(f64, f64)>, b: Option<(f64, f64)>) -> Option<(f64, f64)> {
    match (a, b) {
        (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
        (a, b) => a.or(b),
    }
}

/// The ends given by the user over those of the data, in order and apart.
fn ordered(from: Option<f64>, to: Option<f64>, data: (f64, f64), widen: impl Fn(f64) -> (f64, f64)) -> (f64, f64) {
    let (a, b) = match (from, to) {
        (Some(a), Some(b)) => (a.min(b), a.max(b)),
        // One end given beyond all data: the other end keeps a distance to it.
        (Some(a), None) => (a, if data.1 > a { data.1 } else { widen(a).1 }),
        (None, Some(b)) => (if data.0 < b { data.0 } else { widen(b).0 }, b),
        (None, None) => data,
    };
    if b - a > 1e-12 * a.abs().max(b.abs()) { (a, b) } else { (widen(a).0, widen(b).1) }
}

fn linear_ticks(from: f64, to: f64, step: f64) -> Vec<Tick> {
    let first = (from / step - 1e-6).ceil();
    let last = (to / step + 1e-6).floor();
    let magnitude = from.abs().max(to.abs());
    let plain = (1e-3..1e5).contains(&magnitude);
    // Enough places to tell neighbours apart; 2.5 needs one more than its power of ten.
    let places = (0..=15).find(|p| {
        let scaled = step * 10f64.powi(*p);
        (scaled - scaled.round()).abs() < 1e-6 * scaled
    });
    let count = ((last - first).max(0.0) as usize).min(60);
    (0..=count)
        .map(|i| (first + i as f64) * step)
        .map(|value| if value.abs() < 1e-9 * step { 0.0 } else { value })
        .map(|value| {
            let label = if plain {
                fixed(value, places.unwrap_or(15) as usize)
            } else {
                let digits = (value.abs().log10().floor() - step.log10().floor() + 1.0).clamp(0.0, 15.0);
                scientific(value, digits as usize)
            };
            Tick { value, label }
        })
        .collect()
}

fn log_ticks(from: f64, to: f64, room: f64) -> (Vec<Tick>, Vec<f64>) {
    let first = (from.log10() - 1e-9).ceil() as i32;
    let last = (to.log10() + 1e-9).floor() as i32;
    let inside = |v: f64| v >= from * (1.0 - 1e-9) && v <= to * (1.0 + 1e-9);
    let decade = |n: i32| 10f64.powi(n);
    let steps: Vec<f64> = (first - 1..=last)
        .flat_map(|n| (2..=9).map(move |m| f64::from(m) * decade(n)))
        .filter(|v| inside(*v))
        .collect();
    if last > first {
        let stride = ((f64::from(last - first) + 1.0) / room).ceil().max(1.0) as i32;
        let labelled = |n: &i32| n.rem_euclid(stride) == 0;
        let ticks =
            (first..=last).filter(labelled).map(|n| Tick { value: decade(n), label: power_of_ten(n) }).collect();
        let minor = if stride == 1 { steps } else { (first..=last).filter(|n| !labelled(n)).map(decade).collect() };
        return (ticks, minor);
    }
    let round: Vec<f64> =
        (first - 1..=last + 1).flat_map(|n| [1.0, 2.0, 5.0].map(|m| m * decade(n))).filter(|v| inside(*v)).collect();
    if round.len() >= 2 {
        let ticks = round.iter().map(|v| Tick { value: *v, label: plain(*v) }).collect();
        return (ticks, steps.into_iter().filter(|v| !round.contains(v)).collect());
    }
    (linear_ticks(from, to, step(from, to, room.min(5.0), "")), Vec::new())
}

/// A number with one significant digit.
fn plain(value: f64) -> String {
    if (1e-3..1e5).contains(&value) {
        fixed(value, (-value.log10() - 1e-9).floor().max(-1.0) as usize + usize::from(value < 1.0 - 1e-9))
    } else {
        scientific(value, 0)
    }
}

/// The greatest of 1, 2, 5 times a power of ten that is not above `value`.
fn snap_down(value: f64) -> f64 {
    let power = 10f64.powf(value.log10().floor());
    let mantissa = value / power;
    [5.0, 2.0].into_iter().find(|m| *m <= mantissa * (1.0 + 1e-9)).unwrap_or(1.0) * power
}

/// The least of 1, 2, 5 times a power of ten that is not below `value`.
fn snap_up(value: f64) -> f64 {
    let power = 10f64.powf(value.log10().floor());
    let mantissa = value / power;
    [1.0, 2.0, 5.0].into_iter().find(|m| *m >= mantissa * (1.0 - 1e-9)).unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(ruler: &Ruler) -> Vec<&str> {
        ruler.ticks.iter().map(|tick| tick.label.as_str()).collect()
    }

    fn curves(from: f64, to: f64) -> Extent {
        Extent { curves: Some((from, to)), ..Extent::default() }
    }

    #[test]
    fn days_are_ticked_by_weeks() {
        let axis = Axis::linear("Time", "d");
        assert_eq!(labels(&Ruler::new(&axis, curves(0.0, 28.0), 9.0, Margin::None)), ["0", "7", "14", "21", "28"]);
        assert_eq!(labels(&Ruler::new(&axis, curves(-5.0, 2.0), 9.0, Margin::None)).len(), 8);
        assert_eq!(
            labels(&Ruler::new(&axis, curves(0.0, 1.0), 6.0, Margin::None)),
            ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]
        );
    }

    #[test]
    fn hours_are_ticked_by_days() {
        let axis = Axis::linear("Time", "h");
        let ruler = Ruler::new(&axis, curves(0.0, 96.0), 6.0, Margin::None);
        assert_eq!(labels(&ruler), ["0", "24", "48", "72", "96"]);
    }

    #[test]
    fn log_axes_show_decades_and_hide_what_lies_far_below() {
        let ruler = Ruler::new(&Axis::log("", ""), curves(1e-30, 1000.0), 10.0, Margin::Some);
        assert_eq!((ruler.from, ruler.to), (5e-4, 2000.0));
        assert_eq!(labels(&ruler), ["10⁻³", "10⁻²", "10⁻¹", "10⁰", "10¹", "10²", "10³"]);
        assert!(ruler.minor.contains(&20.0) && !ruler.minor.contains(&10.0));
        let wanted = Axis { decades: 12.0, ..Axis::log("", "") };
        assert!(Ruler::new(&wanted, curves(1e-30, 1000.0), 10.0, Margin::Some).from < 1e-9);
    }

    #[test]
    fn a_quantification_limit_sets_the_lower_end() {
        let extent = Extent { curves: Some((1e-3, 1e5)), fixed: None, limit: Some(50.0) };
        let ruler = Ruler::new(&Axis::log("", ""), extent, 10.0, Margin::Some);
        assert!(ruler.from <= 5.0 && ruler.from >= 2.0, "{}", ruler.from);
        let above = Extent { curves: Some((200.0, 1e5)), fixed: None, limit: Some(50.0) };
        assert!(Ruler::new(&Axis::log("", ""), above, 10.0, Margin::Some).from < 50.0, "the line itself must be seen");
    }

    #[test]
    fn observations_are_never_hidden() {
        let extent = Extent { curves: Some((1.0, 1e7)), fixed: Some((1e-2, 10.0)), limit: None };
        assert!(Ruler::new(&Axis::log("", ""), extent, 10.0, Margin::Some).from < 1e-2);
    }

    #[test]
    fn narrow_log_ranges_have_plain_labels() {
        let ruler = Ruler::new(&Axis::log("", ""), curves(25.0, 80.0), 10.0, Margin::Some);
        assert_eq!(labels(&ruler), ["20", "50", "100"]);
        let ruler = Ruler::new(&Axis::log("", "").between(0.31, 0.39), curves(0.31, 0.39), 10.0, Margin::Some);
        assert!(labels(&ruler).len() >= 2 && labels(&ruler)[0].starts_with("0.3"), "{:?}", labels(&ruler));
        let ruler = Ruler::new(&Axis::log("", "").between(0.015, 0.9), curves(1.0, 1.0), 10.0, Margin::Some);
        assert_eq!(labels(&ruler), ["0.02", "0.05", "0.1", "0.2", "0.5"]);
    }

    #[test]
    fn constants_and_nothing_have_a_range() {
        for extent in [Extent::default(), curves(0.0, 0.0), curves(37.0, 37.0), curves(1e300, 1e300)] {
            for axis in [Axis::linear("", ""), Axis::log("", "")] {
                let ruler = Ruler::new(&axis, extent, 6.0, Margin::Some);
                assert!(ruler.from < ruler.to && !ruler.ticks.is_empty(), "{ruler:?}");
            }
        }
    }

    #[test]
    fn large_and_small_numbers_are_scientific() {
        let axis = Axis::linear("", "");
        assert_eq!(
            labels(&Ruler::new(&axis, curves(0.0, 4e6), 5.0, Margin::None)),
            ["0", "10⁶", "2×10⁶", "3×10⁶", "4×10⁶"]
        );
        assert_eq!(labels(&Ruler::new(&axis, curves(0.0, 5e-7), 3.0, Margin::None)), ["0", "2×10⁻⁷", "4×10⁻⁷"]);
    }

    proptest! {
        #[test]
        fn any_range_gives_ticks_inside_it(
            a in prop::num::f64::ANY, b in prop::num::f64::ANY, low in prop::option::of(prop::num::f64::ANY),
            high in prop::option::of(prop::num::f64::ANY), log in any::<bool>(), margin in any::<bool>(),
            room in 0.0..60.0, unit in prop::sample::select(vec!["", "d", "h"]),
        ) {
            let scale = if log { Scale::Log } else { Scale::Linear };
            let axis = Axis { scale, unit: unit.into(), from: low, to: high, ..Axis::default() };
            let extent = Extent { curves: extent([a, b].into_iter(), scale), fixed: None, limit: Some(a) };
            let margin = if margin { Margin::Some } else { Margin::None };
            let ruler = Ruler::new(&axis, extent, room, margin);
            prop_assert!(ruler.from < ruler.to && ruler.from.is_finite() && ruler.to.is_finite());
            prop_assert!(ruler.ticks.len() <= 61);
            for tick in &ruler.ticks {
                let place = ruler.position(tick.value);
                prop_assert!(place.is_some_and(|p| (-1e-3..1.001).contains(&p)), "{tick:?} in {ruler:?}");
            }
        }
    }
}

use std::io;

use super::extremum;
use super::recorder::{SAMPLES, Window, sample_times};
use crate::model::{Side, Threshold};
use crate::trajectory::number;
use crate::trajectory::quoted;

/// What became of an end point, from the continuous solution. Times in days from the first CAR-T dose.
///
/// `start` is the value at the first CAR-T dose, before that dose acts. The end point is reached at the first time from
/// then on at which the value is at or beyond the threshold, and lost at the first later time at which it is back on the
/// other side, by more than rounding. A relapse of another end point counts only from when that one was reached.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct EndPointOutcome {
    /// The threshold in the output's unit; none if it is a share of a start that is not above 0, or if the run ended before
    /// the first CAR-T dose. Then nothing is reached.
    pub threshold: Option<f64>,
    /// When it was reached, if it was.
    pub reached: Option<f64>,
    /// When it was lost again (relapse, for a response), if it was.
    pub lost: Option<f64>,
    /// From when it was reached until it was lost, or until the run ended.
    pub duration: Option<f64>,
}

impl EndPointOutcome {
    /// Whether the end of the run cut the duration short: reached, and not lost.
    pub fn censored(&self) -> bool {
        self.reached.is_some() && self.lost.is_none()
    }
}

/// One row of a table of end points.
#[derive(Debug, Clone, PartialEq)]
pub struct EndPointRow {
    /// Name of the end point.
    pub name: String,
    /// The output or state it is about.
    pub output: String,
    /// Unit of the threshold.
    pub unit: String,
    /// What became of it.
    pub outcome: EndPointOutcome,
}

/// Writes `endpoint,output,threshold,unit,reached,time,relapse,relapse_time,duration,censored`: the threshold in the
/// output's unit, times in days from the first CAR-T dose, yes or no. What is not known or not the case is empty.
///
/// # Errors
/// Those of `out`.
pub fn write_end_points_csv(rows: &[EndPointRow], out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "endpoint,output,threshold,unit,reached,time,relapse,relapse_time,duration,censored")?;
    let figure = |figure: Option<f64>| figure.map_or_else(String::new, number);
    let word = |yes: bool| if yes { "yes" } else { "no" };
    for EndPointRow { name, output, unit, outcome } in rows {
        let reached = outcome.reached.is_some();
        let once = |yes: bool| if reached { word(yes) } else { "" };
        let (relapse, censored) = (once(outcome.lost.is_some()), once(outcome.censored()));
        let [threshold, time, lost, duration] =
            [outcome.threshold, outcome.reached, outcome.lost, outcome.duration].map(figure);
        let [name, output, unit] = [name, output, unit].map(|text| quoted(text));
        let reached = word(reached);
        writeln!(out, "{name},{output},{threshold},{unit},{reached},{time},{relapse},{lost},{duration},{censored}")?;
    }
    Ok(())
}

/// Follows several end points while a run goes on; one that is decided costs nothing more.
///
/// It is fed the continuous solution like the exposure's [`Recorder`](super::Recorder), with one value an end point, in the
/// unit of its threshold. Crossings are located in the solution, to 1e-13 of the time; a dip between two samples is found
/// as long as it is not deeper than the samples of its piece are apart. Nothing is allocated after [`new`](Self::new).
///
/// ```
/// use cascade::model::{Side, Threshold};
/// use cascade::outcome::{EndPointRecorder, Window};
///
/// // A tumour that halves every 10 days, watched for a fall to a quarter.
/// let window = Window { origin: 0.0, until: 60.0, day: 1.0 };
/// let tumour = |t: f64| 3.0 * (-t / 10.0).exp2();
/// let mut recorder = EndPointRecorder::new(&[(Side::Below, Threshold::OfStart(0.25))], window);
/// recorder.begin(0.0, &[tumour(0.0)]);
/// recorder.piece(0.0, 60.0, &mut |t, values| values[0] = tumour(t));
/// let response = recorder.finish(60.0)[0];
/// assert!((response.reached.unwrap() - 20.0).abs() < 1e-9);
/// assert!(response.censored());
/// ```
#[derive(Debug, Clone)]
pub struct EndPointRecorder {
    window: Window,
    points: Vec<Point>,
    /// Places of the points, relapses behind what they are relapses of.
    order: Vec<usize>,
    /// Whether the start values are known.
    active: bool,
    /// Points that are not decided yet.
    open: usize,
    /// `SAMPLES` rows of one value an end point.
    samples: Vec<f64>,
    scratch: Vec<f64>,
}

/// One end point. Values are compared after multiplication with `sign`, so that to reach it is to fall.
#[derive(Debug, Clone, Copy)]
struct Point {
    sign: f64,
    threshold: Threshold,
    /// The point that must have been reached before this one counts.
    after: Option<usize>,
    /// Whether it counts by now.
    counts: bool,
    /// The threshold with the sign; NaN where there is none, so that nothing is ever below.
    limit: f64,
    /// Above this it is lost: the limit and its rounding.
    lost_above: f64,
    reached: Option<f64>,
    lost: Option<f64>,
}

impl EndPointRecorder {
    /// A recorder of these end points, each with its threshold in the unit of the values to come.
    pub fn new(points: &[(Side, Threshold)], window: Window) -> Self {
        let points: Vec<Point> = points.iter().map(|&(side, threshold)| Point::new(side, threshold)).collect();
        let count = points.len();
        let (samples, scratch) = (vec![0.0; SAMPLES * count], vec![0.0; count]);
        Self { window, points, order: (0..count).collect(), active: false, open: count, samples, scratch }
    }

    /// The same; a point with a place counts only once the point of that place was reached, which has none itself.
    #[must_use]
    pub fn after(mut self, places: impl IntoIterator<Item = Option<usize>>) -> Self {
        for (point, place) in self.points.iter_mut().zip(places) {
            (point.after, point.counts) = (place, place.is_none());
        }
        let points = &self.points;
        self.order.sort_by_key(|at| points[*at].after.is_some());
        self
    }

    /// The times that count, for runs that differ in them; to be set before [`begin`](Self::begin).
    pub fn set_window(&mut self, window: Window) {
        self.window = window;
    }

    /// Forgets what it knew and starts at `time`, with the values before anything acts; what is due then comes as a
    /// [`border`](Self::border). A recorder may serve many runs.
    pub fn begin(&mut self, time: f64, values: &[f64]) {
        self.active = false;
        self.open = self.points.len();
        for point in &mut self.points {
            point.forget();
        }
        if time >= self.window.origin {
            self.activate(values);
            self.look(time, values);
        }
    }

    /// A piece of the continuous solution; `eval` writes the values, one an end point, at a time within it.
    pub fn piece(&mut self, from: f64, to: f64, eval: &mut dyn FnMut(f64, &mut [f64])) {
        let from = from.max(self.window.origin);
        if to <= from || self.open == 0 {
            return;
        }
        self.catch_up(from, eval);
        let width = self.points.len();
        let times = sample_times(from, to);
        let mut samples = std::mem::take(&mut self.samples);
        for (row, &t) in samples.chunks_exact_mut(width).zip(&times) {
            eval(t, row);
        }
        self.take(&times, |row, index| samples[row * width + index], eval);
        self.samples = samples;
    }

    /// [`piece`](Self::piece) with the values known beforehand at the times of [`Recorder::times`](super::Recorder::times):
    /// `sample` gives that of an end point at one of them. The results have the same bits.
    pub fn piece_sampled(
        &mut self,
        times: &[f64; SAMPLES],
        sample: impl Fn(usize, usize) -> f64,
        eval: &mut dyn FnMut(f64, &mut [f64]),
    ) {
        let (from, to) = (times[0], times[SAMPLES - 1]);
        if from < self.window.origin {
            self.piece(from, to, eval);
        } else if self.open > 0 {
            self.catch_up(from, eval);
            self.take(times, sample, eval);
        }
    }

    /// A time where values may jump: both sides count. The first one at the first CAR-T dose tells the start values.
    pub fn border(&mut self, time: f64, before: &[f64], after: &[f64]) {
        if time < self.window.origin {
            return;
        }
        if !self.active {
            self.activate(before);
        }
        self.look(time, before);
        self.look(time, after);
    }

    /// What became of the end points, in their order, once the run has ended at `time`.
    pub fn finish(&self, time: f64) -> Vec<EndPointOutcome> {
        let Window { origin, day, .. } = self.window;
        let days = |t: f64| (t - origin) / day;
        let outcome = |point: &Point| EndPointOutcome {
            threshold: (!point.limit.is_nan()).then_some(point.sign * point.limit),
            reached: point.reached.map(days),
            lost: point.lost.map(days),
            duration: point.reached.map(|reached| (point.lost.unwrap_or(time) - reached) / day),
        };
        self.points.iter().map(outcome).collect()
    }

    /// The start values, where no border has told them.
    fn catch_up(&mut self, time: f64, eval: &mut dyn FnMut(f64, &mut [f64])) {
        if !self.active {
            let mut scratch = std::mem::take(&mut self.scratch);
            eval(time, &mut scratch);
            self.activate(&scratch);
            self.scratch = scratch;
        }
    }

    fn activate(&mut self, start: &[f64]) {
        self.active = true;
        for (point, &start) in self.points.iter_mut().zip(start) {
            point.begin(start);
            self.open -= usize::from(point.limit.is_nan());
        }
    }

    /// Since when a point counts that has not counted so far.
    fn begins(&self, at: usize) -> Option<f64> {
        let point = &self.points[at];
        point.after.filter(|_| !point.counts).and_then(|parent| self.points[parent].reached)
    }

    /// Values at one time.
    fn look(&mut self, time: f64, values: &[f64]) {
        for place in 0..self.order.len() {
            let at = self.order[place];
            let begins = self.begins(at).is_some();
            let point = &mut self.points[at];
            point.counts |= begins;
            if point.is_open() {
                point.look(time, values[at]);
                self.open -= usize::from(!point.is_open());
            }
        }
    }

    fn take(
        &mut self,
        times: &[f64; SAMPLES],
        sample: impl Fn(usize, usize) -> f64,
        eval: &mut dyn FnMut(f64, &mut [f64]),
    ) {
        for place in 0..self.order.len() {
            let index = self.order[place];
            let begins = self.begins(index);
            let (point, scratch) = (&mut self.points[index], &mut self.scratch);
            point.counts |= begins.is_some();
            if !point.is_open() {
                continue;
            }
            let (sign, to) = (point.sign, times[SAMPLES - 1]);
            let mut value = |t: f64| {
                eval(t, scratch);
                sign * scratch[index]
            };
            match begins {
                // Only what comes behind the start within the piece counts.
                Some(from) if from > times[0] => {
                    let times = sample_times(from, to);
                    let values = times.map(&mut value);
                    match from < to {
                        true => point.scan(&times, &values, &mut value),
                        false => point.look(to, sign * values[0]),
                    }
                }
                _ => {
                    let values: [f64; SAMPLES] = std::array::from_fn(|row| sign * sample(row, index));
                    point.scan(times, &values, &mut value);
                }
            }
            self.open -= usize::from(!point.is_open());
        }
    }
}

impl Point {
    fn new(side: Side, threshold: Threshold) -> Self {
        let sign = if side == Side::Below { 1.0 } else { -1.0 };
        let (after, counts) = (None, true);
        Self { sign, threshold, after, counts, limit: f64::NAN, lost_above: f64::NAN, reached: None, lost: None }
    }

    fn forget(&mut self) {
        (self.limit, self.lost_above, self.reached, self.lost) = (f64::NAN, f64::NAN, None, None);
        self.counts = self.after.is_none();
    }

    fn begin(&mut self, start: f64) {
        self.limit = match self.threshold {
            Threshold::Level(level) => self.sign * level,
            Threshold::OfStart(share) if start > 0.0 => self.sign * (share * start),
            Threshold::OfStart(_) => f64::NAN,
        };
        self.lost_above = self.limit + 1e-12 * self.limit.abs();
    }

    /// Whether anything can happen to it now.
    fn is_open(&self) -> bool {
        self.counts && self.lost.is_none() && !self.limit.is_nan()
    }

    fn look(&mut self, time: f64, value: f64) {
        let value = self.sign * value;
        if self.reached.is_none() && value <= self.limit {
            self.reached = Some(time);
        } else if self.reached.is_some() && self.lost.is_none() && value > self.lost_above {
            self.lost = Some(time);
        }
    }

    /// A piece from its samples (with the sign), refined where they turn.
    fn scan(&mut self, times: &[f64; SAMPLES], values: &[f64; SAMPLES], value: &mut dyn FnMut(f64) -> f64) {
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        // No curve that its piece resolves goes farther between samples than they are apart.
        let far = match self.reached {
            None => low - self.limit > high - low,
            Some(_) => self.limit - high > high - low,
        };
        if far {
            return;
        }
        self.look(times[0], self.sign * values[0]);
        for row in 1..SAMPLES {
            if self.lost.is_some() {
                return;
            }
            let here = values[row];
            let triple = (row < SAMPLES - 1).then_some([row - 1, row, row + 1]);
            let triple = triple.map(|rows| (rows.map(|row| times[row]), rows.map(|row| values[row])));
            if self.reached.is_none() {
                if here <= self.limit {
                    self.reached = Some(self.first_within(times[row], times[row - 1], value));
                } else if let Some((times, values)) = triple {
                    self.dip(&times, &values, value);
                }
            } else if here > self.lost_above {
                self.lost = Some(self.first_without(times[row], times[row - 1], value));
            } else if let Some((times, values)) = triple {
                self.peak(&times, &values, value);
            }
        }
    }

    /// A low between samples that alone reaches the limit: it is reached, and lost by the next sample.
    fn dip(&mut self, times: &[f64; 3], values: &[f64; 3], value: &mut dyn FnMut(f64) -> f64) {
        let Some((t, _)) = extremum::dip(times, values, &mut *value).filter(|(_, low)| *low <= self.limit) else {
            return;
        };
        let (before, after) = if t < times[1] { (times[0], times[1]) } else { (times[1], times[2]) };
        self.reached = Some(self.first_within(t, before, value));
        if value(after) > self.lost_above {
            self.lost = Some(self.first_without(after, t, value));
        }
    }

    /// A high between samples that alone is beyond the limit.
    fn peak(&mut self, times: &[f64; 3], values: &[f64; 3], value: &mut dyn FnMut(f64) -> f64) {
        let high = extremum::dip(times, &values.map(|value| -value), |t| -value(t));
        let Some((t, _)) = high.filter(|(_, negative)| -negative > self.lost_above) else { return };
        let before = if t < times[1] { times[0] } else { times[1] };
        self.lost = Some(self.first_without(t, before, value));
    }

    fn first_within(&self, within: f64, without: f64, value: &mut dyn FnMut(f64) -> f64) -> f64 {
        extremum::edge(within, without, |value| value <= self.limit, value).0
    }

    fn first_without(&self, without: f64, within: f64, value: &mut dyn FnMut(f64) -> f64) -> f64 {
        extremum::edge(without, within, |value| value > self.limit, value).0
    }
}

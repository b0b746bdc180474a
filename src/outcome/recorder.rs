use super::exposure::Exposure;
use super::extremum;
use crate::numeric::{Lanes, Mask, Scalar};

/// Which times count, in the model's time unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// Time of the first CAR-T dose: what came before does not count, and times are reported from here.
    pub origin: f64,
    /// Planned end of the run; the half-life is read from the last fifth before it.
    pub until: f64,
    /// One day.
    pub day: f64,
}

impl Window {
    /// Where the integral ends.
    pub fn end_of_area(&self) -> f64 {
        self.origin + AUC_DAYS * self.day
    }

    /// Times and weights of the integral's rule in a piece, as far as it counts; the weights are in days.
    pub fn nodes(&self, from: f64, to: f64) -> impl Iterator<Item = (f64, f64)> + use<> {
        let (from, to) = (from.max(self.origin), to.min(self.end_of_area()));
        let times = sample_times(from, to);
        let weight = 0.5 * (to - from) / HALVES as f64 / self.day;
        let count = if to > from { 5 * HALVES } else { 0 };
        (0..count).map(move |node| (times[node + 2], weight * GAUSS[node % 5].1))
    }
}

/// Nodes of the Gauss-Legendre rule with five points on [-1, 1] (exact for polynomials to degree 9) and their weights.
///
/// # Reference
/// Abramowitz and Stegun 1964, table 25.4.
const GAUSS: [(f64, f64); 5] = [
    (-0.906_179_845_938_664, 0.236_926_885_056_189_1),
    (-0.538_469_310_105_683_1, 0.478_628_670_499_366_5),
    (0.0, 0.568_888_888_888_888_9),
    (0.538_469_310_105_683_1, 0.478_628_670_499_366_5),
    (0.906_179_845_938_664, 0.236_926_885_056_189_1),
];

/// Halves of a piece, each with its own five nodes.
const HALVES: usize = 2;
/// Times looked at in each piece: the nodes, both ends, and a point close to each end that tells the slope there.
pub const SAMPLES: usize = 5 * HALVES + 4;
/// Distance of the points close to the ends, relative to the piece.
const NEAR: f64 = 1e-6;
/// Evenly spaced times of the half-life's regression.
const TAIL: usize = 41;
/// The part of the span, before its end, that the half-life is read from.
const TAIL_PART: f64 = 0.2;
/// Days of the integral.
const AUC_DAYS: f64 = 28.0;
/// A curve that loses less than this over the tail (in its logarithm) is not falling.
const LEVEL: f64 = 1e-6;

/// Collects the exposure of several outputs while a run goes on: nothing is stored but a few sums for each output.
///
/// It is fed the continuous solution: [`begin`](Self::begin), then [`piece`](Self::piece) for each accepted piece and
/// [`border`](Self::border) wherever values may jump, then [`finish`](Self::finish). Pieces must follow each other in
/// time; how the run is cut into pieces changes results only by rounding, as long as the pieces resolve the curve
/// (those of an accepted solver step do). Values are in the units the results shall have.
///
/// [`Window::day`] times [`Exposure`]'s times give the model's time unit.
#[derive(Debug, Clone)]
pub struct Recorder {
    window: Window,
    outputs: Vec<Running>,
    started: bool,
    /// `SAMPLES` rows of one value per output.
    samples: Vec<f64>,
    scratch: Vec<f64>,
    /// Next time of the tail that is due.
    tail_next: usize,
}

/// What is known of one output so far.
#[derive(Debug, Clone, Copy)]
struct Running {
    /// Lower limit of quantification.
    limit: Option<f64>,
    maximum: Option<(f64, f64)>,
    minimum: Option<(f64, f64)>,
    /// Last time at or above the limit.
    last: Option<(f64, f64)>,
    /// Newest time and value.
    newest: Option<(f64, f64)>,
    area: f64,
    tail: Tail,
}

/// Sums of the regression of ln(value) on place in the tail (0 to 1).
#[derive(Debug, Clone, Copy, Default)]
struct Tail {
    count: usize,
    x: f64,
    y: f64,
    xx: f64,
    xy: f64,
    /// A value without a logarithm was met.
    broken: bool,
}

impl Recorder {
    /// A recorder of as many outputs as there are `limits`: each output's lower limit of quantification, if it has one.
    pub fn new(limits: &[Option<f64>], window: Window) -> Self {
        let outputs = limits.iter().map(|&limit| Running::new(limit)).collect();
        Self {
            window,
            outputs,
            started: false,
            samples: vec![0.0; SAMPLES * limits.len()],
            scratch: vec![0.0; limits.len()],
            tail_next: 0,
        }
    }

    /// Forgets what it knew and starts at `time`; one value per output. A recorder may serve many runs.
    pub fn begin(&mut self, time: f64, values: &[f64]) {
        for output in &mut self.outputs {
            *output = Running::new(output.limit);
        }
        self.started = true;
        self.tail_next = 0;
        self.look(time, values);
    }

    /// The times that count, for runs that differ in them; to be set before [`begin`](Self::begin).
    pub fn set_window(&mut self, window: Window) {
        self.window = window;
    }

    /// A piece of the continuous solution; `eval` writes the outputs at a time within it.
    pub fn piece(&mut self, from: f64, to: f64, eval: &mut dyn FnMut(f64, &mut [f64])) {
        debug_assert!(self.started, "begin comes first");
        let from = from.max(self.window.origin);
        if to <= from || self.outputs.is_empty() {
            return;
        }
        let cut = self.window.origin + AUC_DAYS * self.window.day;
        if from < cut && cut < to {
            self.stretch(from, cut, true, eval);
            self.stretch(cut, to, false, eval);
        } else {
            self.stretch(from, to, to <= cut, eval);
        }
    }

    /// The times at which [`piece_sampled`](Self::piece_sampled) wants the outputs of this piece; none if it is to be given
    /// to [`piece`](Self::piece) instead, because a border of the window lies within.
    pub fn times(&self, from: f64, to: f64) -> Option<[f64; SAMPLES]> {
        let cut = self.window.origin + AUC_DAYS * self.window.day;
        let whole = from >= self.window.origin && to > from && !(from < cut && cut < to);
        whole.then(|| sample_times(from, to))
    }

    /// [`piece`](Self::piece) with the outputs at [`times`](Self::times) known beforehand: `shape` sums up an output's
    /// samples, `sample` gives an output at one of the times. The results have the same bits.
    pub fn piece_sampled(
        &mut self,
        times: &[f64; SAMPLES],
        shape: impl Fn(usize) -> Shape,
        sample: impl Fn(usize, usize) -> f64,
        eval: &mut dyn FnMut(f64, &mut [f64]),
    ) {
        debug_assert!(self.started, "begin comes first");
        if self.outputs.is_empty() {
            return;
        }
        let counts = times[SAMPLES - 1] <= self.window.origin + AUC_DAYS * self.window.day;
        self.take(times, counts, shape, sample, eval);
    }

    /// A time where values may jump: both sides count.
    pub fn border(&mut self, time: f64, before: &[f64], after: &[f64]) {
        self.look(time, before);
        self.look(time, after);
    }

    /// Time and value of each output's maximum and minimum so far; times in the model's unit.
    pub fn extremes(&self) -> impl Iterator<Item = [Option<(f64, f64)>; 2]> {
        self.outputs.iter().map(|output| [output.maximum, output.minimum])
    }

    /// The results, in the order of the outputs, once the run has ended at `time`.
    pub fn finish(&self, time: f64) -> Vec<Exposure> {
        let Window { origin, until, day } = self.window;
        let slack = 64.0 * f64::EPSILON * time.abs().max(origin.abs()).max(AUC_DAYS * day);
        let covered = time >= origin + AUC_DAYS * day - slack;
        let days = |t: f64| (t - origin) / day;
        self.outputs
            .iter()
            .map(|output| {
                let last = match output.limit {
                    Some(_) => output.last,
                    None => output.newest,
                };
                Exposure {
                    cmax: output.maximum.map(|(_, value)| value),
                    tmax: output.maximum.map(|(t, _)| days(t)),
                    auc_0_28d: (covered && output.area.is_finite()).then_some(output.area / day),
                    clast: last.map(|(_, value)| value),
                    tlast: last.map(|(t, _)| days(t)),
                    half_life: output.tail.half_life().map(|part| part * TAIL_PART * (until - origin) / day),
                    nadir: output.minimum.map(|(_, value)| value),
                    nadir_time: output.minimum.map(|(t, _)| days(t)),
                }
            })
            .collect()
    }

    /// Values at one time.
    fn look(&mut self, time: f64, values: &[f64]) {
        if time < self.window.origin {
            return;
        }
        for (output, &value) in self.outputs.iter_mut().zip(values) {
            output.look(time, value);
        }
    }

    /// A piece inside the window, on one side of the integral's end.
    fn stretch(&mut self, from: f64, to: f64, counts: bool, eval: &mut dyn FnMut(f64, &mut [f64])) {
        let width = self.outputs.len();
        let times = sample_times(from, to);
        let mut samples = std::mem::take(&mut self.samples);
        for (row, &t) in samples.chunks_exact_mut(width).zip(&times) {
            eval(t, row);
        }
        let sample = |row: usize, index: usize| samples[row * width + index];
        let shape = |index: usize| {
            let shapes = shapes(&std::array::from_fn(|row| Lanes([sample(row, index)])));
            shapes.of(0)
        };
        self.take(&times, counts, shape, sample, eval);
        self.samples = samples;
    }

    fn take(
        &mut self,
        times: &[f64; SAMPLES],
        counts: bool,
        shape: impl Fn(usize) -> Shape,
        sample: impl Fn(usize, usize) -> f64,
        eval: &mut dyn FnMut(f64, &mut [f64]),
    ) {
        let (from, to) = (times[0], times[SAMPLES - 1]);
        let half = 0.5 * (to - from) / HALVES as f64;
        for index in 0..self.outputs.len() {
            let output = &mut self.outputs[index];
            let shape = shape(index);
            if counts {
                output.area += half * shape.weighted;
            }
            if output.one_way(&shape, (from, to)) {
                continue;
            }
            let values: [f64; SAMPLES] = std::array::from_fn(|row| sample(row, index));
            let scratch = &mut self.scratch;
            output.scan(times, &values, &mut |t| {
                eval(t, scratch);
                scratch[index]
            });
        }
        self.tail(from, to, eval);
    }

    /// The times of the tail that lie in a piece.
    fn tail(&mut self, from: f64, to: f64, eval: &mut dyn FnMut(f64, &mut [f64])) {
        let length = TAIL_PART * (self.window.until - self.window.origin);
        while self.tail_next < TAIL {
            let place = self.tail_next as f64 / (TAIL - 1) as f64;
            let t = self.window.until - (1.0 - place) * length;
            // The last time is the end itself; rounding must not push it out.
            if t > to + 64.0 * f64::EPSILON * to.abs() {
                return;
            }
            self.tail_next += 1;
            if t < from {
                continue;
            }
            eval(t.min(to), &mut self.scratch);
            for (output, &value) in self.outputs.iter_mut().zip(&self.scratch) {
                output.tail.add(place, value);
            }
        }
    }
}

/// An output over a piece, from its samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shape {
    first: f64,
    last: f64,
    /// Whether each sample is above, or below, the one before.
    course: Option<Course>,
    /// Sum of the nodes with their weights.
    weighted: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Course {
    Rising,
    Falling,
}

/// The [`Shape`]s of one output in several lanes.
#[derive(Debug, Clone, Copy)]
pub struct Shapes<S: Scalar> {
    first: S,
    last: S,
    rising: S::Mask,
    falling: S::Mask,
    weighted: S,
}

impl<S: Scalar> Shapes<S> {
    /// That of a lane.
    pub fn of(&self, lane: usize) -> Shape {
        let course = match (self.rising.get(lane), self.falling.get(lane)) {
            (true, _) => Some(Course::Rising),
            (_, true) => Some(Course::Falling),
            _ => None,
        };
        Shape { first: self.first.get(lane), last: self.last.get(lane), course, weighted: self.weighted.get(lane) }
    }
}

/// Sums up an output's samples, all lanes at once.
#[inline(always)]
pub fn shapes<S: Scalar>(samples: &[S; SAMPLES]) -> Shapes<S> {
    let (mut rising, mut falling) = (S::Mask::splat(true), S::Mask::splat(true));
    for row in 1..SAMPLES {
        rising = rising.and(samples[row - 1].less(samples[row]));
        falling = falling.and(samples[row].less(samples[row - 1]));
    }
    let mut weighted = S::splat(GAUSS[0].1) * samples[2];
    for node in 1..5 * HALVES {
        weighted = weighted + S::splat(GAUSS[node % 5].1) * samples[node + 2];
    }
    Shapes { first: samples[0], last: samples[SAMPLES - 1], rising, falling, weighted }
}

/// Ends, points close to them, and the nodes between, ascending.
pub(super) fn sample_times(from: f64, to: f64) -> [f64; SAMPLES] {
    let length = to - from;
    let half = 0.5 * length / HALVES as f64;
    std::array::from_fn(|row| match row {
        0 => from,
        1 => from + NEAR * length,
        row if row == SAMPLES - 2 => to - NEAR * length,
        row if row == SAMPLES - 1 => to,
        row => {
            let node = row - 2;
            from + half * ((2 * (node / 5) + 1) as f64 + GAUSS[node % 5].0)
        }
    })
}

impl Running {
    fn new(limit: Option<f64>) -> Self {
        let tail = Tail::default();
        Self { limit, maximum: None, minimum: None, last: None, newest: None, area: 0.0, tail }
    }

    fn look(&mut self, time: f64, value: f64) {
        if value.is_nan() {
            return;
        }
        if self.maximum.is_none_or(|(_, most)| value > most) {
            self.maximum = Some((time, value));
        }
        if self.minimum.is_none_or(|(_, least)| value < least) {
            self.minimum = Some((time, value));
        }
        if self.limit.is_some_and(|limit| value >= limit) {
            self.last = Some((time, value));
        }
        self.newest = Some((time, value));
    }

    /// Takes a piece on which the output rises or falls throughout and does not cross the limit: its ends say all that
    /// [`scan`](Self::scan) would find. Returns whether it is one.
    fn one_way(&mut self, shape: &Shape, (from, to): (f64, f64)) -> bool {
        let Shape { first, last, course, .. } = *shape;
        let ((low_time, low), (high_time, high)) = match course {
            Some(Course::Rising) => ((from, first), (to, last)),
            Some(Course::Falling) => ((to, last), (from, first)),
            None => return false,
        };
        if self.limit.is_some_and(|limit| (low < limit) != (high < limit)) {
            return false;
        }
        if self.maximum.is_none_or(|(_, most)| high > most) {
            self.maximum = Some((high_time, high));
        }
        if self.minimum.is_none_or(|(_, least)| low < least) {
            self.minimum = Some((low_time, low));
        }
        if self.limit.is_some_and(|limit| last >= limit) {
            self.last = Some((to, last));
        }
        self.newest = Some((to, last));
        true
    }

    /// Extremes and the limit within a piece, from its samples, refined where they turn.
    fn scan(&mut self, times: &[f64; SAMPLES], values: &[f64; SAMPLES], value: &mut dyn FnMut(f64) -> f64) {
        for row in 0..SAMPLES {
            if row > 0 && row < SAMPLES - 1 {
                let three = [row - 1, row, row + 1];
                self.turn(&three.map(|row| times[row]), &three.map(|row| values[row]), value);
            }
            self.look(times[row], values[row]);
            // At or above the limit at the sample before, and no longer; a peak between samples sees to itself.
            let Some(limit) = self.limit.filter(|&limit| row > 0 && values[row] < limit) else { continue };
            if values[row - 1] >= limit {
                self.last = Some(extremum::last_above(times[row - 1], times[row], limit, &mut *value));
            }
        }
    }

    /// A place that is higher or lower than its neighbours: the extreme lies near it.
    fn turn(&mut self, times: &[f64; 3], values: &[f64; 3], value: &mut dyn FnMut(f64) -> f64) {
        if let Some((t, negative)) = extremum::dip(times, &values.map(|v| -v), |t| -value(t)) {
            self.peak(t, -negative, times, values, value);
        } else if let Some((t, low)) = extremum::dip(times, values, &mut *value)
            && self.minimum.is_none_or(|(_, least)| low < least)
        {
            self.minimum = Some((t, low));
        }
    }

    /// A refined maximum between samples.
    fn peak(&mut self, time: f64, high: f64, times: &[f64; 3], values: &[f64; 3], value: &mut dyn FnMut(f64) -> f64) {
        if self.maximum.is_none_or(|(_, most)| high > most) {
            self.maximum = Some((time, high));
        }
        // A peak that alone reaches the limit; where the middle sample reaches it too, the scan sees to it.
        let Some(limit) = self.limit.filter(|&limit| high >= limit && values[1] < limit) else { return };
        let below = if time < times[1] { times[1] } else { times[2] };
        let last = extremum::last_above(time, below, limit, &mut *value);
        if self.last.is_none_or(|(t, _)| last.0 > t) {
            self.last = Some(last);
        }
    }
}

impl Tail {
    fn add(&mut self, x: f64, value: f64) {
        if !(value > 0.0 && value.is_finite()) {
            self.broken = true;
            return;
        }
        let y = value.ln();
        self.count += 1;
        self.x += x;
        self.y += y;
        self.xx += x * x;
        self.xy += x * y;
    }

    /// Time in which the line falls to the half, in lengths of the tail.
    fn half_life(&self) -> Option<f64> {
        if self.broken || self.count < TAIL {
            return None;
        }
        let n = self.count as f64;
        let slope = (n * self.xy - self.x * self.y) / (n * self.xx - self.x * self.x);
        (slope < -LEVEL).then(|| std::f64::consts::LN_2 / -slope)
    }
}

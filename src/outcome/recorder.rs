use super::exposure::Exposure;
use super::extremum;

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
const SAMPLES: usize = 5 * HALVES + 4;
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
        for (row, &t) in self.samples.chunks_exact_mut(width).zip(&times) {
            eval(t, row);
        }
        let half = 0.5 * (to - from) / HALVES as f64;
        for index in 0..width {
            let values: [f64; SAMPLES] = std::array::from_fn(|row| self.samples[row * width + index]);
            let output = &mut self.outputs[index];
            if counts {
                let sum: f64 = (0..5 * HALVES).map(|node| GAUSS[node % 5].1 * values[node + 2]).sum();
                output.area += half * sum;
            }
            let scratch = &mut self.scratch;
            output.scan(&times, &values, &mut |t| {
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

/// Ends, points close to them, and the nodes between, ascending.
fn sample_times(from: f64, to: f64) -> [f64; SAMPLES] {
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
        let [left, here, right] = *values;
        // Differences by rounding, as of a curve at rest, are no turn.
        let rounding = 1e-12 * here.abs();
        if here >= left && here >= right && here - left.min(right) > rounding {
            let (t, negative) = extremum::turning(times, &values.map(|v| -v), |t| -value(t));
            if -negative > here {
                self.peak(t, -negative, times, values, value);
            }
        } else if here <= left && here <= right && left.max(right) - here > rounding {
            let (t, low) = extremum::turning(times, values, &mut *value);
            if low < here && self.minimum.is_none_or(|(_, least)| low < least) {
                self.minimum = Some((t, low));
            }
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

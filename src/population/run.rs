//! Many patients on several threads, block after block.

use std::collections::BTreeMap;
use std::io::BufRead;
use std::ops::Range;
use std::sync::{Condvar, Mutex};

use super::columns::{self, Cell, Column};
use super::layout::Layout;
use super::observed::Observed;
use super::statistics::Statistics;
use super::watcher::{Left, Notes};
use super::{Draw, Individual, PatientTable, table};
use crate::diagnostic::Problems;
use crate::numeric::InstructionSet;
use crate::simulate::{Crew, DECISION_COLUMNS, Prepared, decision_rows};
use crate::trajectory::{number, quoted};

/// Patients of a block: enough that few lanes wait for its end, few enough that a block is lost lightly.
const BLOCK: u64 = 1024;
/// Patients of a block where there are few patients for many threads.
const LEAST: u64 = 64;
/// Patients whose rows are counted together, output by output: their counts then stay in the cache.
const COUNTED_TOGETHER: usize = 256;

/// Where patients come from.
pub enum Patients {
    /// Drawn from the model.
    Drawn(Draw),
    /// Read from a table, from the first patient of the run on.
    Listed(PatientTable<Box<dyn BufRead + Send>>),
    /// All alike: the typical patient.
    Alike(Individual),
}

/// How a population is run; none of it changes a bit of the results.
#[derive(Debug, Clone, Copy)]
pub struct Means {
    /// Threads.
    pub threads: usize,
    /// Patients side by side on each: 1, 4, 8 or 16.
    pub lanes: usize,
    /// Vector instructions.
    pub instructions: InstructionSet,
}

impl Default for Means {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Self { threads, lanes: 16, instructions: InstructionSet::best() }
    }
}

/// What came of consecutive patients: lines of tables, without their heads, and counts.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// The patients, counted from 0.
    pub patients: Range<u64>,
    /// Who they are: a line each.
    pub who: String,
    /// Their end points: a line each.
    pub points: String,
    /// Those that failed: a line each.
    pub failures: String,
    /// Outputs at the output times, if wanted.
    pub rows: String,
    /// What a trial would observe, if a design was given.
    pub observations: String,
    /// What rules of treatment decided, a line each.
    pub decisions: String,
    /// Numbers of their end points, if wanted: a row a patient, one a column that is not of words, NaN where missing.
    pub cells: Vec<f64>,
    /// Whether each failed, beside the numbers.
    pub failed: Vec<bool>,
    /// Counts.
    pub statistics: Statistics,
}

/// A population ready to run.
pub struct Population<'p> {
    prepared: &'p Prepared<'p>,
    columns: Vec<Column>,
    layout: Layout,
    /// Parameters whose values are told of each patient.
    told: Vec<usize>,
    with_rows: bool,
    with_cells: bool,
    pub(super) observed: Option<Observed>,
}

impl<'p> Population<'p> {
    /// A population of a scenario. `told` are the places of the parameters that are told of each patient; `with_rows`
    /// asks for the outputs at the output times.
    pub fn new(prepared: &'p Prepared<'p>, told: Vec<usize>, with_rows: bool) -> Self {
        let grading = prepared.scenario.grading.as_ref();
        let scales: Vec<String> =
            grading.map_or_else(Vec::new, |grading| grading.scales.iter().map(|scale| scale.name().into()).collect());
        let columns = columns::columns(prepared.model(), &scales);
        let layout = Layout::new(prepared, &scales, &columns, &told);
        Self { prepared, columns, layout, told, with_rows, with_cells: false, observed: None }
    }

    /// Tells the class of each patient in the mixture of the model; nothing without one, or where a parameter or covariate
    /// has the name of the column.
    #[must_use]
    pub fn with_classes(mut self) -> Self {
        let model = self.prepared.model();
        if !table::is_taken(model) {
            self.layout.classes = model.mixture.iter().map(|class| class.name.clone()).collect();
        }
        self
    }

    /// Hands over the numbers of the end points in place of the lines of tables and of the summaries of end points, in
    /// smaller blocks if there are few patients for many threads.
    #[must_use]
    pub fn with_cells(mut self) -> Self {
        self.with_cells = true;
        self
    }

    /// What all patients share.
    pub fn prepared(&self) -> &'p Prepared<'p> {
        self.prepared
    }

    /// The head of the table of decisions.
    pub fn head_of_decisions(&self) -> String {
        format!("subject,{}\n", DECISION_COLUMNS.join(","))
    }

    /// What the tables hold.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Runs patients `range` and hands over blocks in their order; stops early if `take` returns false, or when the
    /// scenario's stop is tripped: what was handed over by then is whole. Returns how many patients were handed over.
    ///
    /// # Errors
    /// A table of patients with mistakes; blocks before them were handed over.
    pub fn run(
        &self,
        patients: Patients,
        range: Range<u64>,
        means: Means,
        mut take: impl FnMut(Block) -> bool,
    ) -> Result<u64, Problems> {
        let share = (range.end - range.start).div_ceil(means.threads.max(1) as u64);
        let size = match self.with_cells {
            // Every thread has something to do.
            true => share.next_multiple_of(means.lanes.max(1) as u64).clamp(LEAST, BLOCK),
            false => BLOCK,
        };
        let queue = Queue::new(patients, range.clone(), size, means.threads as u64 + 2);
        let mut done = range.start;
        let mut wrong = None;
        std::thread::scope(|scope| {
            let _closing = Closing { queue: &queue, always: true };
            let (sender, receiver) = std::sync::mpsc::channel();
            for _ in 0..means.threads.max(1) {
                let (sender, queue) = (sender.clone(), &queue);
                scope.spawn(move || match means.lanes {
                    1 => self.work::<1>(queue, means, &sender),
                    4 => self.work::<4>(queue, means, &sender),
                    8 => self.work::<8>(queue, means, &sender),
                    _ => self.work::<16>(queue, means, &sender),
                });
            }
            drop(sender);
            // Blocks that came before their turn.
            let mut waiting = BTreeMap::new();
            while let Ok((first, block)) = receiver.recv() {
                waiting.insert(first, block);
                while let Some(block) = waiting.remove(&done) {
                    match block {
                        Ok(Some(block)) => {
                            let whole = (done + size).min(range.end);
                            done = block.patients.end;
                            // A table that ends early.
                            if !take(block) || done < whole {
                                return;
                            }
                            queue.taken();
                        }
                        Ok(None) => return,
                        Err(problems) => {
                            wrong = Some(problems);
                            return;
                        }
                    }
                }
            }
        });
        match wrong {
            Some(problems) => Err(problems),
            None => Ok(done - range.start),
        }
    }

    /// A thread: block after block until there are no more.
    fn work<const N: usize>(
        &self,
        queue: &Queue,
        means: Means,
        sender: &std::sync::mpsc::Sender<(u64, Result<Option<Block>, Problems>)>,
    ) {
        let _closing = Closing { queue, always: false };
        let mut options = self.prepared.options.clone();
        options.instructions = means.instructions;
        let mut crew = Crew::<N>::new(&self.prepared.plan, options);
        while let Some((first, individuals)) = queue.claim() {
            let block = individuals.map(|mut individuals| {
                for (patient, individual) in (first..).zip(&mut individuals) {
                    self.prepared.take_covariates(patient, &mut individual.covariates);
                }
                self.block(&mut crew, means, first, &individuals)
            });
            let last = !matches!(block, Ok(Some(_)));
            if sender.send((first, block)).is_err() || last {
                break;
            }
        }
    }

    /// Runs a block; none if it was stopped.
    fn block<'s, const N: usize>(
        &'s self,
        crew: &mut Crew<'s, N>,
        means: Means,
        first: u64,
        individuals: &[Individual],
    ) -> Option<Block> {
        let prepared = self.prepared;
        let mut lines = vec![Lines::default(); individuals.len()];
        let mut tally = Tally {
            population: self,
            statistics: self.layout.statistics(),
            pending: Vec::new(),
            starts: Vec::new(),
            row: Vec::new(),
        };
        let leave = |patient: u64, left: Left<'_>| {
            let individual = &individuals[patient as usize];
            lines[patient as usize] = tally.patient(first + patient, individual, &left);
        };
        let mut notes = Notes::<N, _>::new(prepared, means.instructions, leave);
        let mut next = individuals.iter().enumerate();
        let stop = &prepared.scenario.stop;
        crew.run(
            || {
                let (number, individual) = next.next().filter(|_| !stop.is_tripped())?;
                let number = number as u64;
                Some((number, prepared.controller_of(first + number, &individual.parameters, &individual.covariates)))
            },
            &mut notes,
        );
        drop(notes);
        tally.count();
        if stop.is_tripped() {
            return None;
        }
        let statistics = tally.statistics;
        let all = |of: fn(&Lines) -> &str| lines.iter().map(of).collect::<String>();
        Some(Block {
            patients: first..first + individuals.len() as u64,
            who: all(|lines| &lines.who),
            points: all(|lines| &lines.points),
            failures: all(|lines| &lines.failure),
            rows: all(|lines| &lines.rows),
            observations: all(|lines| &lines.observations),
            decisions: all(|lines| &lines.decisions),
            cells: lines.iter().flat_map(|lines| &lines.cells).copied().collect(),
            failed: lines.iter().filter_map(|lines| lines.failed).collect(),
            statistics,
        })
    }
}

/// A patient's lines.
#[derive(Debug, Clone, Default)]
struct Lines {
    who: String,
    points: String,
    failure: String,
    rows: String,
    observations: String,
    decisions: String,
    /// Numbers of the end points, if wanted.
    cells: Vec<f64>,
    failed: Option<bool>,
}

/// Counts the patients of a block.
struct Tally<'a> {
    population: &'a Population<'a>,
    statistics: Statistics,
    /// Rows not counted yet, and when each patient of them starts.
    pending: Vec<f64>,
    starts: Vec<f64>,
    row: Vec<Cell>,
}

impl Tally<'_> {
    fn patient(&mut self, number_of: u64, individual: &Individual, left: &Left<'_>) -> Lines {
        let mut lines = Lines::default();
        if self.population.with_cells {
            lines.failed = Some(left.stopped.is_some());
            self.statistics.outside += u64::from(!individual.outside.is_empty());
            self.numbers(number_of, left, &mut lines.cells);
            return lines;
        }
        let name = individual.subject.clone().unwrap_or_else(|| (number_of + 1).to_string());
        let subject = quoted(&name);
        self.who(&subject, individual, &mut lines.who);
        self.statistics.outside += u64::from(!individual.outside.is_empty());
        lines.points.push_str(&subject);
        let columns = &self.population.columns;
        if left.stopped.is_some() {
            self.statistics.failed += 1;
            self.statistics.points.iter_mut().for_each(super::Summary::add_failed);
            lines.points.push_str(",failed");
            lines.points.extend(std::iter::repeat_n(',', columns.len()));
            lines.points.push('\n');
            self.failure(&subject, individual, left, &mut lines.failure);
            return lines;
        }
        self.statistics.complete += 1;
        lines.points.push_str(if individual.outside.is_empty() { ",complete" } else { ",outside" });
        let mut row = std::mem::take(&mut self.row);
        columns::cells(self.population.prepared, left, &mut row);
        let mut points = self.statistics.points.iter_mut();
        for cell in &row {
            lines.points.push(',');
            match cell {
                Cell::Word(word) => lines.points.push_str(word),
                Cell::Number(value) => {
                    if !value.is_nan() {
                        lines.points.push_str(&number(*value));
                    }
                    points.next().expect("one a column of numbers").add(*value);
                }
            }
        }
        lines.points.push('\n');
        self.row = row;
        self.course(number_of, left);
        let outputs = self.population.prepared.model().outputs.len();
        if let Some(rules) = &self.population.prepared.plan.treatment {
            for row in decision_rows(self.population.prepared.model(), rules, &left.decisions) {
                let cells: Vec<String> = row.cells().iter().map(|cell| quoted(cell)).collect();
                lines.decisions.push_str(&format!("{subject},{}\n", cells.join(",")));
            }
        }
        if let Some(observed) = &self.population.observed {
            lines.observations = observed.lines(self.population.prepared, number_of, &name, individual, left);
        }
        if self.population.with_rows {
            let start = self.population.prepared.plan_of(number_of).start();
            let rows = self.population.prepared.grid.iter().zip(left.rows.chunks_exact(outputs.max(1)));
            for (time, values) in rows.filter(|(time, _)| **time >= start) {
                lines.rows.push_str(&subject);
                for value in std::iter::once(time).chain(values) {
                    lines.rows.push(',');
                    lines.rows.push_str(&number(*value));
                }
                lines.rows.push('\n');
            }
        }
        lines
    }

    /// The numbers of the end points alone, NaN for a patient that failed.
    fn numbers(&mut self, number_of: u64, left: &Left<'_>, cells: &mut Vec<f64>) {
        if left.stopped.is_some() {
            self.statistics.failed += 1;
            cells.resize(self.statistics.points.len(), f64::NAN);
            return;
        }
        self.statistics.complete += 1;
        let mut row = std::mem::take(&mut self.row);
        columns::cells(self.population.prepared, left, &mut row);
        cells.extend(row.iter().filter_map(|cell| match cell {
            Cell::Number(value) => Some(*value),
            Cell::Word(_) => None,
        }));
        self.row = row;
        self.course(number_of, left);
    }

    /// Counts grades, and rows once there are enough; what lies before the start of the patient does not count.
    fn course(&mut self, number_of: u64, left: &Left<'_>) {
        let start = self.population.prepared.plan_of(number_of).start();
        self.grades(start, left);
        self.pending.extend_from_slice(left.rows);
        self.starts.push(start);
        let times = self.population.prepared.grid.len();
        let outputs = self.population.prepared.model().outputs.len();
        if self.pending.len() >= COUNTED_TOGETHER * times * outputs {
            self.count();
        }
    }

    /// Subject, class, parameters, covariates.
    fn who(&self, subject: &str, individual: &Individual, line: &mut String) {
        line.push_str(subject);
        let classes = &self.population.layout.classes;
        if !classes.is_empty() {
            line.push(',');
            line.push_str(&individual.class.map_or_else(String::new, |class| quoted(&classes[class])));
        }
        for &parameter in &self.population.told {
            line.push(',');
            line.push_str(&number(individual.parameters[parameter]));
        }
        for covariate in &individual.covariates {
            line.push(',');
            line.push_str(&number(*covariate));
        }
        line.push('\n');
    }

    /// Subject, when, why, parameters.
    fn failure(&self, subject: &str, individual: &Individual, left: &Left<'_>, line: &mut String) {
        let Some(stopped) = &left.stopped else { return };
        let prepared = self.population.prepared;
        let reason = prepared.explain(stopped, left.time).message;
        line.push_str(&format!("{subject},{},{}", number(left.time), quoted(&reason)));
        let parameters = self.population.told.iter().map(|&parameter| individual.parameters[parameter]);
        for value in parameters.chain(individual.covariates.iter().copied()) {
            line.push(',');
            line.push_str(&number(value));
        }
        line.push('\n');
    }

    fn grades(&mut self, start: f64, left: &Left<'_>) {
        let prepared = self.population.prepared;
        let times = prepared.grid.len();
        for (scale, course) in left.courses.iter().enumerate() {
            let maximum = course.maximum();
            self.statistics.maxima[scale][columns::place_of(maximum.grade)] += 1;
            for (at, &time) in prepared.grid.iter().enumerate().filter(|(_, time)| **time >= start) {
                let grade = course.at(prepared.plan.to_days(time)).and_then(|finding| finding.grade());
                self.statistics.grades[scale * times + at][columns::place_of(grade)] += 1;
            }
        }
    }

    /// Counts the pending rows, output by output.
    fn count(&mut self) {
        let times = self.population.prepared.grid.len();
        let outputs = self.population.prepared.model().outputs.len();
        let width = times * outputs;
        if width == 0 {
            return;
        }
        let first = self.starts.first().copied();
        let alike = self.starts.iter().all(|start| Some(*start) == first);
        // A line of the cache of each patient at a time; each cell of it then for all patients.
        const LINE: usize = 8;
        let patients = self.pending.len() / width;
        let mut turned = [[0.0; COUNTED_TOGETHER]; LINE];
        for from in (0..width).step_by(LINE) {
            let cells = from..(from + LINE).min(width);
            for first in (0..patients).step_by(COUNTED_TOGETHER) {
                let some = first..(first + COUNTED_TOGETHER).min(patients);
                for (at, patient) in some.clone().enumerate() {
                    for (cell, value) in self.pending[patient * width..][cells.clone()].iter().enumerate() {
                        turned[cell][at] = *value;
                    }
                }
                for (cell, values) in cells.clone().zip(&turned) {
                    let (time, output) = (cell / outputs, cell % outputs);
                    let counted = &mut self.statistics.values[output * times + time];
                    if alike {
                        values[..some.len()].iter().for_each(|value| counted.add(*value));
                        continue;
                    }
                    let time = self.population.prepared.grid[time];
                    let begun = self.starts[some.clone()].iter().map(|start| time >= *start);
                    values.iter().zip(begun).filter(|(_, begun)| *begun).for_each(|(value, _)| counted.add(*value));
                }
            }
        }
        self.pending.clear();
        self.starts.clear();
    }
}

/// The patients of a block, or what is wrong with their table.
type Claimed = Result<Vec<Individual>, Problems>;

/// Hands out blocks of patients, never too far ahead of what was taken.
struct Queue {
    state: Mutex<State>,
    room: Condvar,
    range: Range<u64>,
    /// Patients of a block.
    size: u64,
    ahead: u64,
}

struct State {
    patients: Patients,
    claimed: u64,
    taken: u64,
    closed: bool,
}

impl Queue {
    fn new(patients: Patients, range: Range<u64>, size: u64, ahead: u64) -> Self {
        let state = State { patients, claimed: 0, taken: 0, closed: false };
        Self { state: Mutex::new(state), room: Condvar::new(), range, size, ahead }
    }

    /// The next block: its first patient, and all of them.
    fn claim(&self) -> Option<(u64, Claimed)> {
        let mut state = self.state.lock().expect("no thread panics while it holds it");
        while !state.closed && state.claimed >= state.taken + self.ahead {
            state = self.room.wait(state).expect("no thread panics while it holds it");
        }
        let first = self.range.start + state.claimed * self.size;
        if state.closed || first >= self.range.end {
            return None;
        }
        state.claimed += 1;
        let numbers = first..(first + self.size).min(self.range.end);
        let individuals = match &mut state.patients {
            Patients::Drawn(draw) => {
                let draw = draw.clone();
                drop(state);
                Ok(numbers.map(|number| draw.patient(number)).collect())
            }
            Patients::Listed(table) => read(table, numbers),
            Patients::Alike(individual) => Ok(numbers.map(|_| individual.clone()).collect()),
        };
        Some((first, individuals))
    }

    fn taken(&self) {
        self.state.lock().expect("no thread panics while it holds it").taken += 1;
        self.room.notify_all();
    }

    fn close(&self) {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner).closed = true;
        self.room.notify_all();
    }
}

/// Closes the queue when the taker leaves, or when a thread panics: nobody waits for what does not come.
struct Closing<'a> {
    queue: &'a Queue,
    always: bool,
}

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        if self.always || std::thread::panicking() {
            self.queue.close();
        }
    }
}

/// The next patients of a table; fewer at its end.
fn read(table: &mut PatientTable<Box<dyn BufRead + Send>>, numbers: Range<u64>) -> Result<Vec<Individual>, Problems> {
    let mut all = Vec::new();
    for _ in numbers {
        let mut individual = Individual::default();
        if !table.read(&mut individual)? {
            break;
        }
        all.push(individual);
    }
    Ok(all)
}

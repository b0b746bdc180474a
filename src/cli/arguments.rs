//! Arguments as typed. What they mean is checked in the file of each verb.

mod compare;
mod data;
mod fit;

pub use compare::CompareArgs;
pub use data::DataArgs;
pub use fit::{FitArgs, ValidateArgs};

use std::io::IsTerminal;
use std::path::PathBuf;

use clap::builder::PossibleValue;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::chart::Absent;
use crate::cohort;

/// CAR-T simulation, CRS assessment, dosing and estimation.
///
/// A model is a name of the library (`cascade models`) or a path to a file. Research software: not for clinical decisions.
#[derive(Debug, Parser)]
#[command(name = "cascade", version, max_term_width = 100, arg_required_else_help = true)]
#[command(
    after_help = "Try: cascade demo\n     cascade simulate hardiansyah-2019 --until \"60 d\" --every \"1 d\"\n     cascade explain E010"
)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
    /// Print nothing but the result.
    #[arg(long, short, global = true, display_order = 100)]
    pub quiet: bool,
}

/// The verbs, in the order a newcomer meets them.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Simulate the demonstration patient, grade the course, and draw it
    Demo(DemoArgs),
    /// List the models of the library
    Models(ModelsArgs),
    /// Show a model: states, equations, values with units and sources, doses, signs; a scale; treatment rules
    Show(ShowArgs),
    /// Check models, parameter sets, scenarios, scales and tables of signs; report all mistakes
    Check(CheckArgs),
    /// Explain a code of a diagnostic, as E010; without a code list all
    Explain(ExplainArgs),
    /// Integrate a model and print the trajectory as CSV
    Simulate(SimulateArgs),
    /// Grade cytokine release syndrome: of a simulation (MODEL), or of patients (TABLE.csv, BUNDLE.json)
    ///
    /// MODEL may be a path ending in .csv, or `-` for standard input: a table with `time`, perhaps `subject`, and signs
    /// (temperature, sbp, fluids, pressors, oxygen_device, ...), units in its header: temperature [degC].
    Grade(GradeArgs),
    /// Draw a simulation as PNG or SVG
    Plot(PlotArgs),
    /// Run many virtual patients: end points, quantiles over time, grades over time
    ///
    /// Patients are drawn from the variability of the model, or read from a table. Patient n of a seed is the same on any
    /// number of threads and in any shard. Without --output the summary of the end points is printed.
    Population(PopulationArgs),
    /// Join the shards of a population into what the whole would have been
    Merge(MergeArgs),
    /// Compare regimens on the same patients: differences with intervals, responses, CRS, a ranking, sweeps, the best
    ///
    /// Arms are scenario files, or --arm with a model; patient n of a seed has the same random effects in every arm, so
    /// that intervals of differences are narrow. Without -n the typical patient of each arm is compared. --utility ranks
    /// the arms, --sweep varies a dose or a parameter, --optimise looks for the regimen of the highest utility.
    Compare(CompareArgs),
    /// Print how much each end point owes to each parameter: d ln(end point) / d ln(parameter)
    ///
    /// End points of each output: cmax, auc_0_28d, nadir, and its value at the end of the run. Exact derivatives through
    /// the whole solve, doses, lags, switch times and thresholds included. CSV: output, end_point, unit, value, parameter,
    /// parameter_unit, parameter_value, derivative (unit by parameter_unit), normalised (empty where a value is 0 or a
    /// temperature). --output writes sensitivity.csv, sensitivity.png and run.json.
    Sensitivity(SensitivityArgs),
    /// Fit parameters to data: maximum likelihood of subjects, of all as one, or of a population
    ///
    /// DATA is a NONMEM-style CSV (ID, TIME, DV; DVID, CENS, LIMIT; doses; covariates). Starts are the values of the
    /// model, variances and residual errors those it declares. Exit 1 if the fit is not sound; the verdict says why.
    Fit(FitArgs),
    /// Whether a fit finds what data were simulated from: bias, scatter, coverage of its intervals
    ///
    /// Simulates data sets from the model for the subjects, times and doses of DATA, fits each, and holds the estimates
    /// against the values of the model.
    Validate(ValidateArgs),
    /// Report what is in a table of observations, and what looks wrong in it
    ///
    /// The table of a fit: ID, TIME, DV, and perhaps DVID, EVID, MDV, AMT, CMT, CENS, LIMIT, covariates (`cascade explain
    /// D012`). Subjects, observations, values below limits, doses, covariates and occasions are counted against the model;
    /// suspicious rows are told with line and reason, many of them by comparison with the typical patient of the model.
    /// Exit 0 whatever is suspicious, 2 if the table cannot be read.
    Data(DataArgs),
    /// Lay fits side by side: objectives, AIC, BIC, estimates
    ///
    /// Reads run.json and estimates.csv of each folder that a fit wrote. Objectives of different data are not comparable,
    /// which is told.
    Runs(RunsArgs),
    /// Print completions for a shell
    Completions(CompletionsArgs),
}

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For reading.
    Table,
    /// For other tools.
    Csv,
    /// For programs.
    Json,
}

/// How doses are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RegimenFormat {
    /// As for --dose.
    Text,
    /// As in a scenario.
    Toml,
    /// As for --records.
    Csv,
}

/// How tables with a line for each patient are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Tables {
    /// CSV alone.
    Csv,
    /// Parquet beside the CSV: numbers as DOUBLE, text as UTF8, an empty field as null.
    Parquet,
}

impl Format {
    /// What is asked for; by itself for reading on a terminal, else for other tools.
    pub fn wanted(asked: Option<Self>) -> Self {
        asked.unwrap_or(if std::io::stdout().is_terminal() { Self::Table } else { Self::Csv })
    }
}

/// What to run: shared by all verbs that integrate.
#[derive(Debug, Clone, Default, Args)]
pub struct RunArgs {
    /// A model of the library, or a path to a model file
    pub model: Option<String>,
    /// A parameter set of the model, or a path to one; several are drawn together by `plot`
    #[arg(long, value_name = "SET|PATH")]
    pub parameters: Vec<String>,
    /// Change a parameter or covariate: kill="0.19 1/(1e9 cells)/d"
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// A dose, replacing the default doses of its entry; `none` for no doses at all
    ///
    /// "cart 5e7 cells at 0 d"; "cart 1.1e9 cells split 10/30/60 % at 0, 1, 2 d";
    /// "tocilizumab 800 mg over 1 h at 3 d every 8 h x 3"; "drug 8 mg/kg cap 800 mg if weight >= 30 kg at 0 d";
    /// "drug step 1/2/5 mg at 0, 7, 14 d"; "drug 5 mg at 0 d every 12 h ss" (in steady state; `ss2` adds to what is
    /// there); "drug 5 mg bolus at 0 d"; "reset at 5 d"
    #[arg(long, value_name = "DOSE")]
    pub dose: Vec<String>,
    /// Treat by a rule: one that ships (tocilizumab, dexamethasone, ...) or a path to a file of rules
    ///
    /// Rules look at grades, signs and anything of the model, and give or withhold doses; several are allowed, and those
    /// of the scenario stay. --output writes decisions.csv: every dose given, refused or withheld, and why.
    #[arg(long, value_name = "RULE|PATH")]
    pub treat: Vec<String>,
    /// Doses and covariates as NONMEM-style records in place of all other doses
    ///
    /// A CSV with ID, TIME (a number, or a date with a time of day), EVID 0-4, AMT, CMT (a dose entry or a state), RATE, II,
    /// ADDL, SS, and covariates of the model by their names; beyond NONMEM DUR, PER, CAP, IF. `cascade explain D015` tells
    /// what they mean. Of several subjects `simulate` and `grade` run all, other verbs the one of --subject.
    #[arg(long, value_name = "FILE.csv", conflicts_with = "dose")]
    pub records: Option<String>,
    /// The subject of the records
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    pub subject: Option<String>,
    /// A scenario file; flags override what it says
    #[arg(long, value_name = "FILE")]
    pub scenario: Option<PathBuf>,
    /// End of the run, as "60 d"
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub until: Option<String>,
    /// Rows at these times, as "1, 5, 9.3 d"; "0, 7, 14 d pre|post" for before and after all that happens then
    #[arg(long, value_name = "TIMES", conflicts_with = "every", allow_hyphen_values = true)]
    pub at: Option<String>,
    /// A row every so often, as "0.5 d"
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub every: Option<String>,
    /// Relative tolerance [default: 1e-6]
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true)]
    pub rtol: Option<String>,
    /// Method: auto, rodas, dopri5, ode_solvers-dopri5 [default: auto]
    #[arg(long, value_name = "METHOD")]
    pub solver: Option<String>,
}

/// How to grade: shared by all verbs that do.
#[derive(Debug, Clone, Args)]
pub struct ScaleArgs {
    /// Grading scales, separated by commas, or paths to them: astct-2019,lee-2014; `all` for every scale of the syndrome
    #[arg(long, value_name = "SCALE|PATH", default_value = "astct-2019")]
    pub scale: String,
    /// Set an option of the scales: fever_waiver=never
    #[arg(long = "option", value_name = "NAME=VALUE")]
    pub options: Vec<String>,
    /// Read temperature and pressure only every so often from the first infusion on, as "6 h"
    ///
    /// Readings are held until the next; starts and stops of drugs and devices stay exact.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub vitals_every: Option<String>,
}

impl Default for ScaleArgs {
    fn default() -> Self {
        Self { scale: "astct-2019".into(), options: Vec::new(), vitals_every: None }
    }
}

/// Where results go.
#[derive(Debug, Clone, Args)]
pub struct OutputArgs {
    /// Write files and run.json into this folder
    #[arg(long, short, value_name = "DIR")]
    pub output: Option<PathBuf>,
}

/// Arguments of `simulate`.
#[derive(Debug, Args)]
pub struct SimulateArgs {
    /// What to run.
    #[command(flatten)]
    pub run: RunArgs,
    /// Print exposure instead: cmax, tmax, AUC over 28 days, last value, half-life of each output
    #[arg(long)]
    pub exposure: bool,
    /// Solve again 100 times tighter and report how far every answer moves; exit 1 beyond --limit
    #[arg(long, conflicts_with_all = ["exposure", "header_units", "output"])]
    pub check_tolerance: bool,
    /// How far an answer may move in --check-tolerance, relative [default: 0.01]
    #[arg(long, value_name = "NUMBER", requires = "check_tolerance")]
    pub limit: Option<f64>,
    /// Units in the header of the CSV, as il6 [pg/mL]
    #[arg(long)]
    pub header_units: bool,
    /// Print the doses of the run instead: as texts for --dose, as TOML for a scenario, as CSV for --records
    #[arg(long, value_enum, value_name = "FORMAT", hide_short_help = true, conflicts_with_all = ["exposure", "check_tolerance", "output", "format"])]
    pub print_regimen: Option<RegimenFormat>,
    /// Simulate data: who is observed when, a NONMEM-style CSV with ID, TIME, DVID and perhaps doses
    ///
    /// Each record with EVID 0 and MDV 0 asks for an observation: prediction plus residual error of the output that DVID
    /// names (or numbers, from 1). All subjects are the same individual with residual errors of their own. TIME counts in
    /// the unit of the model unless its heading says another: TIME [h]. Dose records (EVID 1, 3, 4; see --records) replace the
    /// regimen. A row at the time of a dose shows the state after the dose, unless it stands before the dose record: then the
    /// state before the records of that time, after its additional and lagged doses.
    #[arg(long, value_name = "DATA.csv", requires = "observations", conflicts_with_all = ["check_tolerance", "exposure", "format"])]
    pub design: Option<String>,
    /// Where the simulated data go, in place of the trajectory: a path, or `-` for standard output
    ///
    /// ID, TIME, EVID, AMT, CMT, RATE, MDV, DVID, DV, CENS, with the doses given; a value below the limit of
    /// quantification has CENS 1 and the limit as DV.
    #[arg(long, value_name = "OUT.csv", requires = "design")]
    pub observations: Option<String>,
    /// Seed of the residual errors [default: that of the scenario, else 0]
    #[arg(long, value_name = "NUMBER", requires = "design", allow_hyphen_values = true, value_parser = clap::value_parser!(u64).range(0..1 << 53))]
    pub seed: Option<u64>,
    /// How to print [default: table on a terminal, else csv]
    #[arg(long, value_enum, conflicts_with = "output")]
    pub format: Option<Format>,
    /// Where to.
    #[command(flatten)]
    pub to: OutputArgs,
}

/// Arguments of `grade`.
#[derive(Debug, Args)]
pub struct GradeArgs {
    /// What to run; a path ending in .csv is a table of signs instead, one ending in .json may be a FHIR bundle
    #[command(flatten)]
    pub run: RunArgs,
    /// Scores of laboratory values (EASIX, CAR-HEMATOTOX, IL-6 bands, Davila 2014) instead; grades do not depend on them
    ///
    /// A CSV, or `-` for standard input: `subject`, `time [d]`, and values with units in the header, as `ferritin [ng/mL]`.
    /// --option il6_uln="7 pg/mL" sets the upper limit of normal of IL-6.
    #[arg(long, value_name = "LABS.csv", conflicts_with_all = ["model", "parameters", "set", "dose", "records", "subject", "scenario", "until", "at", "every", "rtol", "solver", "scale", "vitals_every"])]
    pub scores: Option<String>,
    /// How to grade.
    #[command(flatten)]
    pub scales: ScaleArgs,
    /// Grade single time points: a row for each patient, a grade for each scale
    ///
    /// Columns: id,age_y,wt_kg,temp_c,fever_therapy,sbp,fluids_for_bp,pressors,pressor_h,o2_device,o2_flow_lpm,fio2_pct,other.
    /// An empty field is unknown; pressors as NE:5ug/min;VASO:0.03U/min; fever_therapy after_onset, before_onset or empty.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["model", "table"])]
    pub snapshots: Option<String>,
    /// Grade a folder of SDTM tables: any of dm.csv, vs.csv, cm.csv, ex.csv, pr.csv, ae.csv
    ///
    /// Dates need a time of day. Times count from the infusion: EX, else RFXSTDTC or RFSTDTC of DM, else --infusion.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["model", "snapshots"])]
    pub sdtm: Option<String>,
    /// What names and variables of SDTM tables mean: an edited copy of models/mappings/sdtm.toml
    #[arg(long, value_name = "FILE", requires = "sdtm", conflicts_with_all = ["model", "snapshots"], hide_short_help = true)]
    pub mapping: Option<String>,
    /// When the infusion was, if the data do not say so: 2026-01-01T00:00; with an offset for FHIR, ...+01:00
    #[arg(long, value_name = "DATETIME", conflicts_with = "snapshots")]
    pub infusion: Option<String>,
    /// Print a table of the patients instead of the courses; --output writes all of them, and pictures
    #[arg(long, value_enum, conflicts_with = "output")]
    pub table: Option<cohort::Kind>,
    /// Lay the tables of another cohort beside: a table, a model, or the folder of a population
    #[arg(long, value_name = "TABLE|MODEL|DIR", conflicts_with = "snapshots")]
    pub against: Vec<String>,
    /// How long temperature, pressure and saturation of a table count after they were read [default: "8 h"]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub hold: Option<String>,
    /// How long a bolus counts as fluids given for pressure [default: "6 h"]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, hide_short_help = true)]
    pub bolus: Option<String>,
    /// What it means that no row of a long table speaks of vasopressors, fluids or oxygen
    #[arg(long, value_enum, default_value = "assumed")]
    pub absent: Absent,
    /// How to print [default: table on a terminal, else csv]
    #[arg(long, value_enum, conflicts_with = "output")]
    pub format: Option<Format>,
    /// Where to.
    #[command(flatten)]
    pub to: OutputArgs,
}

impl ValueEnum for Absent {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Assumed, Self::None, Self::Unknown]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Assumed => {
                PossibleValue::new("assumed").help("No vasopressor and no fluids, flagged; oxygen is unknown")
            }
            Self::None => {
                PossibleValue::new("none").help("None was given and there was room air: the table is complete")
            }
            Self::Unknown => PossibleValue::new("unknown").help("It is unknown"),
        })
    }
}

impl ValueEnum for cohort::Kind {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()).help(self.label()))
    }
}

/// Arguments of `population`.
#[derive(Debug, Args)]
pub struct PopulationArgs {
    /// What to run.
    #[command(flatten)]
    pub run: RunArgs,
    /// Number of patients [default: 1000, or all of --patients]
    #[arg(short = 'n', long = "count", value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..))]
    pub count: Option<u64>,
    /// Seed of the random numbers [default: that of the scenario, else 0]
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true, value_parser = clap::value_parser!(u64).range(0..1 << 53))]
    pub seed: Option<u64>,
    /// Draw the typical values of each patient from the errors of their estimates: the folder of a fit, --output DIR
    ///
    /// The parameters that the fit estimated have its estimates as typical values, in place of those of model and set; and
    /// are drawn anew for each patient from covariance.csv on the scale of estimation, at random also under --sobol.
    /// What --set gives is not drawn. Variances of random effects and residual errors are those of the model.
    #[arg(long, value_name = "RUN", conflicts_with = "patients")]
    pub uncertainty: Option<PathBuf>,
    /// Threads; results do not depend on them [default: all cores]
    #[arg(long, value_name = "COUNT", value_parser = threads)]
    pub threads: Option<usize>,
    /// Patients from a CSV whose header names parameters and covariates with units, as `tumour_0 [1e9 cells]`; nothing is
    /// drawn then
    ///
    /// A name that ends in .parquet is a Parquet file with the same columns (numbers or text; in builds with the feature
    /// `parquet`).
    #[arg(long, value_name = "FILE", conflicts_with = "sobol")]
    pub patients: Option<String>,
    /// Spread the patients evenly, by scrambled Sobol points
    #[arg(long)]
    pub sobol: bool,
    /// Run one part of the patients, as 2/7; `cascade merge` joins the parts
    #[arg(long, value_name = "I/N", requires = "output")]
    pub shard: Option<String>,
    /// Go on with an unfinished run in --output
    #[arg(long, requires = "output")]
    pub resume: bool,
    /// Write the outputs of every patient at the output times too
    #[arg(long, requires = "output")]
    pub trajectories: bool,
    /// Observe the patients at the times of a NONMEM-style table, with the residual error of the model: observations.csv
    ///
    /// Patients take the subjects of the table in turn: patient n, counted from 0, that numbered n modulo their number, with
    /// its times and outputs, its doses (EVID 1, 3, 4; see --records) and its covariates; a table of one subject serves all.
    /// Without dose records the doses are those of the command. Quantiles are given at these times too.
    #[arg(long, value_name = "DATA.csv", requires = "output")]
    pub design: Option<String>,
    /// Do not grade, though the model has signs
    #[arg(long)]
    pub ungraded: bool,
    /// Write the tables of patients, end points, failures, trajectories and observations also as Parquet, beside the CSV
    /// [default: csv]
    #[arg(long, value_name = "KIND", value_enum, requires = "output")]
    pub tables: Option<Tables>,
    /// How to grade.
    #[command(flatten)]
    pub scales: ScaleArgs,
    /// How to print [default: table on a terminal, else csv]
    #[arg(long, value_enum, conflicts_with = "output")]
    pub format: Option<Format>,
    /// Where to.
    #[command(flatten)]
    pub to: OutputArgs,
}

/// A number of threads.
fn threads(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count) if (1..=1024).contains(&count) => Ok(count),
        _ => Err("a number of threads from 1 to 1024".into()),
    }
}

/// Arguments of `merge`.
#[derive(Debug, Args)]
pub struct MergeArgs {
    /// Folders of the shards, in any order
    #[arg(required = true, value_name = "DIR")]
    pub shards: Vec<PathBuf>,
    /// Where the whole goes
    #[arg(long, short, value_name = "DIR")]
    pub output: PathBuf,
    /// Write the tables of patients, end points, failures, trajectories and observations also as Parquet, beside the CSV
    /// [default: csv]
    #[arg(long, value_name = "KIND", value_enum)]
    pub tables: Option<Tables>,
}

/// Arguments of `plot`.
#[derive(Debug, Args)]
pub struct PlotArgs {
    /// What to run.
    #[command(flatten)]
    pub run: RunArgs,
    /// The picture: a path ending in .png or .svg, or `-` for PNG on standard output
    #[arg(long, short, value_name = "FILE", default_value = "course.png")]
    pub file: String,
    /// Another run to be compared: "large: set tumour_0=8 1e9 cells; dose cart 5e7 cells at 0 d"
    #[arg(long = "run", value_name = "RUN")]
    pub runs: Vec<String>,
    /// What is drawn [default: course, or overlay if there are several runs]
    #[arg(long, value_name = "KIND", value_parser = ["course", "overlay", "phase", "exposure"])]
    pub kind: Option<String>,
    /// Panels in this order: outputs, states, or groups (cart, tumour, cytokines, ...)
    #[arg(long, value_name = "NAMES")]
    pub panels: Option<String>,
    /// Log axes for these panels, or `all`
    #[arg(long, value_name = "NAMES")]
    pub log: Option<String>,
    /// Linear axes for these panels, or `all`
    #[arg(long, value_name = "NAMES")]
    pub linear: Option<String>,
    /// The two quantities of a phase plot, as "tumour,cart_blood"
    #[arg(long, value_name = "NAMES")]
    pub axes: Option<String>,
    /// Measurements over the curves: a CSV with `time [d]` and outputs with units; `<50` is below the limit 50
    #[arg(long, value_name = "FILE")]
    pub data: Option<String>,
    /// Title instead of the model's
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// Colours: for paper, for slides, or greys alone
    #[arg(long, default_value = "light", value_parser = ["light", "dark", "print"])]
    pub theme: String,
    /// Width and height in pixels at 200 dots per inch, as 1600x1800 [default: follows from the panels]
    #[arg(long, value_name = "WIDTHxHEIGHT")]
    pub size: Option<String>,
    /// Draw the gallery with its page into this folder
    #[arg(long, value_name = "DIR", num_args = 0..=1, default_missing_value = "plots", conflicts_with = "model")]
    pub gallery: Option<PathBuf>,
    /// How to grade.
    #[command(flatten)]
    pub scales: ScaleArgs,
}

/// Arguments of `sensitivity`.
#[derive(Debug, Args)]
pub struct SensitivityArgs {
    /// What to run.
    #[command(flatten)]
    pub run: RunArgs,
    /// Parameters and covariates, separated by commas [default: those that vary between patients, else all that act]
    #[arg(long, value_name = "NAMES")]
    pub wrt: Option<String>,
    /// How to print [default: table on a terminal, else csv]
    #[arg(long, value_enum, conflicts_with = "output")]
    pub format: Option<Format>,
    /// Where to.
    #[command(flatten)]
    pub to: OutputArgs,
}

/// Arguments of `runs`.
#[derive(Debug, Args)]
pub struct RunsArgs {
    /// Folders of fits
    #[arg(required = true, value_name = "DIR")]
    pub folders: Vec<PathBuf>,
    /// How to print [default: table on a terminal, else csv]
    #[arg(long, value_enum)]
    pub format: Option<Format>,
}

/// Arguments of `demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Folder for the picture, the CSV files and run.json
    #[arg(long, short, value_name = "DIR", default_value = "cascade-demo")]
    pub output: PathBuf,
}

/// Arguments of `models`.
#[derive(Debug, Args)]
pub struct ModelsArgs {
    /// How to print
    #[arg(long, value_enum, default_value = "table")]
    pub format: Format,
}

/// Arguments of `show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// A model of the library, or a path; or a grading scale, or treatment rules, by name
    pub model: String,
    /// Values under this parameter set
    #[arg(long, value_name = "SET|PATH")]
    pub parameters: Option<String>,
    /// How to print: text, toml (the file itself), markdown, json
    #[arg(long, default_value = "text", value_parser = ["text", "toml", "markdown", "json"])]
    pub format: String,
}

/// Arguments of `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Files or names of the library
    #[arg(required = true)]
    pub files: Vec<String>,
    /// Warnings fail too
    #[arg(long)]
    pub deny_warnings: bool,
    /// How to print: text or json
    #[arg(long, default_value = "text", value_parser = ["text", "json"])]
    pub format: String,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A code, as E010
    pub code: Option<String>,
}

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    pub shell: clap_complete::Shell,
}

//! Arguments of `compare`.

use std::path::PathBuf;

use clap::Args;

use super::{Format, OutputArgs, RunArgs, ScaleArgs, threads};

/// Arguments of `compare`.
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// Scenario files, an arm each; or a model of the library, or a path to one, with --arm
    #[arg(value_name = "SCENARIO|MODEL", required_unless_present = "scenario")]
    pub inputs: Vec<String>,
    /// An arm: a name, and what differs: doses, values, a parameter set, rules of treatment
    ///
    /// "low: cart 5e7 cells at 0 d"; "treated: tocilizumab 800 mg over 1 h at 3 d; set tumour_0=8 1e9 cells";
    /// "fast: parameters high"; "by rule: treat tocilizumab". A dose replaces the default ones of its entry, as --dose does.
    #[arg(long = "arm", value_name = "ARM")]
    pub arms: Vec<String>,
    /// The arm that the others are compared with [default: the first]
    #[arg(long, value_name = "NAME")]
    pub reference: Option<String>,
    /// A parameter set of the model, or a path to one, for all arms
    #[arg(long, value_name = "SET|PATH")]
    pub parameters: Vec<String>,
    /// Change a parameter or covariate in all arms: kill="0.19 1/(1e9 cells)/d"
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// A dose of all arms, replacing the default doses of its entry; `none` for no doses at all
    #[arg(long, value_name = "DOSE")]
    pub dose: Vec<String>,
    /// Treat the patients of all arms by a rule: one that ships, or a path; in one arm: "treated: treat tocilizumab"
    #[arg(long, value_name = "RULE|PATH")]
    pub treat: Vec<String>,
    /// A scenario file that all arms start from; flags override what it says
    #[arg(long, value_name = "FILE")]
    pub scenario: Option<PathBuf>,
    /// End of the run, as "60 d"
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub until: Option<String>,
    /// Relative tolerance [default: 1e-6]
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true)]
    pub rtol: Option<String>,
    /// Method: auto, rodas, dopri5, ode_solvers-dopri5 [default: auto]
    #[arg(long, value_name = "METHOD")]
    pub solver: Option<String>,
    /// Patients from a CSV whose header names parameters and covariates with units, as `tumour_0 [1e9 cells]`; nothing is
    /// drawn then, and its values hold in every arm
    #[arg(long, value_name = "FILE")]
    pub patients: Option<String>,
    /// Number of patients, the same ones in every arm [default: the typical patient alone, or all of --patients]
    #[arg(short = 'n', long = "count", value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub count: Option<u64>,
    /// Seed of the random numbers [default: that of the first scenario, else 0]
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true, value_parser = clap::value_parser!(u64).range(0..1 << 53))]
    pub seed: Option<u64>,
    /// Draw the typical values of each patient from the errors of their estimates: the folder of a fit, --output DIR
    ///
    /// The parameters that the fit estimated have its estimates as typical values, in place of those of model and set; with
    /// patients they are drawn anew for each (the same in every arm) from covariance.csv on the scale of estimation.
    /// What --set gives is not drawn. Variances of random effects and residual errors are those of the model.
    #[arg(long, value_name = "RUN", conflicts_with = "patients")]
    pub uncertainty: Option<PathBuf>,
    /// Threads; results do not depend on them [default: all cores]
    #[arg(long, value_name = "COUNT", value_parser = threads)]
    pub threads: Option<usize>,
    /// Rank the arms: "P(response) - 2*P(grade>=3)"
    ///
    /// P(NAME): share of the patients who reach an end point that the model declares, or have `crs`, `grade>=3`,
    /// `penn>=3`, or any use of a dose entry or of a step of care; mean(COLUMN) and median(COLUMN) of end points, as
    /// cmax_il6.
    #[arg(long, value_name = "UTILITY", allow_hyphen_values = true)]
    pub utility: Option<String>,
    /// Vary a dose or a parameter: "cart amount 1e7..1e9 log 9"; twice for a map of two
    ///
    /// "ENTRY amount FROM..TO [log|lin] COUNT"; "ENTRY time ..", "ENTRY gap ..", "ENTRY split .." (percent at its first
    /// time); "parameter NAME FROM..TO log 5". A number without a unit has that of the entry (cells, mg), of the
    /// parameter, or of the model's time.
    #[arg(long, value_name = "SWEEP", conflicts_with = "optimise")]
    pub sweep: Vec<String>,
    /// Find the highest utility within bounds: "cart amount 1e7..1e9 log"; several vary together
    ///
    /// As a sweep, without a count. Amounts may begin at 0: "tocilizumab amount 0..800 mg" asks whether it is given.
    #[arg(long, value_name = "BOUNDS", requires = "utility")]
    pub optimise: Vec<String>,
    /// About how many regimens --optimise tries [default: 40 for each bound]
    #[arg(long, value_name = "COUNT", requires = "optimise", value_parser = clap::value_parser!(u64).range(5..=5000))]
    pub budget: Option<u64>,
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

impl CompareArgs {
    /// What an arm runs that is this model, or this scenario.
    pub fn run(&self, model: Option<String>, scenario: Option<PathBuf>) -> RunArgs {
        RunArgs {
            model,
            parameters: self.parameters.clone(),
            set: self.set.clone(),
            dose: self.dose.clone(),
            treat: self.treat.clone(),
            records: None,
            subject: None,
            scenario: scenario.or_else(|| self.scenario.clone()),
            until: self.until.clone(),
            at: None,
            every: None,
            rtol: self.rtol.clone(),
            solver: self.solver.clone(),
        }
    }
}

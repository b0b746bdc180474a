//! Arguments of `fit`.

use clap::Args;

use super::{Format, OutputArgs, RunArgs};

/// Arguments of `fit`.
#[derive(Debug, Args)]
pub struct FitArgs {
    /// What to fit.
    #[command(flatten)]
    pub run: RunArgs,
    /// The data: a NONMEM-style CSV with ID, TIME, DV, perhaps DVID, CENS, LIMIT, doses and covariates
    pub data: Option<String>,
    /// focei, saem, laplace, foce, fo; without random effects pooled, two-stage, individual; map: random effects alone
    #[arg(long, short, value_name = "METHOD", default_value = "focei")]
    pub method: String,
    /// Estimate these typical values, separated by commas [default: those of parameters with variability]
    #[arg(long, value_name = "NAMES")]
    pub estimate: Option<String>,
    /// Keep these typical values at their start
    #[arg(long, value_name = "NAMES")]
    pub fix: Option<String>,
    /// Leave out the random effects of these parameters
    #[arg(hide_short_help = true, long, value_name = "NAMES")]
    pub no_variability: Option<String>,
    /// Keep the variances of these random effects at their start
    #[arg(hide_short_help = true, long, value_name = "NAMES")]
    pub fix_variance: Option<String>,
    /// Keep the residual errors of these outputs at their start
    #[arg(hide_short_help = true, long, value_name = "OUTPUTS")]
    pub fix_error: Option<String>,
    /// Let the random effects of these parameters vary together: cl,v
    #[arg(long, value_name = "NAMES")]
    pub block: Vec<String>,
    /// An effect of a covariate: "cl ~ power(weight, 70 kg) = 0.75 fixed", "ka ~ exponential(age, 40 a)", "v ~ category(sex, 1)"
    ///
    /// power: parameter times (covariate / centre)^coefficient; exponential: times exp(coefficient (covariate - centre));
    /// category: times exp(coefficient) where the covariate has the value. On the scale of estimation all are added.
    #[arg(long, value_name = "RELATION")]
    pub covariate: Vec<String>,
    /// A normal prior on the scale of estimation: "ka = 1.5 1/h sd 0.3"
    #[arg(hide_short_help = true, long, value_name = "PRIOR")]
    pub prior: Vec<String>,
    /// Estimate on another scale: ka=identity, f=logit, cl=log
    #[arg(hide_short_help = true, long, value_name = "NAME=SCALE")]
    pub transform: Vec<String>,
    /// Values below the limit: M1 left out, M2 left out and the rest above, M3 their probability, M4 the same above 0, M5
    /// half the limit, M6 half the limit once, M7 zero
    #[arg(long, value_name = "METHOD", default_value = "M3")]
    pub censoring: String,
    /// Standard errors from r (second derivatives), s (products of gradients), rsr (sandwich), or none
    #[arg(long, value_name = "WHICH", default_value = "r")]
    pub covariance: String,
    /// Profile the likelihood of these parameters: how far the data bound them, all others fitted anew
    #[arg(long, value_name = "NAMES")]
    pub profile: Option<String>,
    /// Searches: the first from the values of the model, others around them
    #[arg(long, value_name = "COUNT", default_value_t = 1)]
    pub starts: usize,
    /// Seed of starts, chains and draws [default: that of the scenario, or 0]
    #[arg(long)]
    pub seed: Option<u64>,
    /// Threads; results have the same bits on any number [default: 1 for each core]
    #[arg(long)]
    pub threads: Option<usize>,
    /// Most iterations of a search
    #[arg(hide_short_help = true, long, value_name = "COUNT", default_value_t = 300)]
    pub iterations: usize,
    /// SAEM: least and most iterations before draws are averaged, and over how many then: 100,300,200
    #[arg(hide_short_help = true, long, value_name = "LEAST,MOST,AVERAGE")]
    pub explore: Option<String>,
    /// SAEM: chains of each subject [default: so many that there are 50 in all]
    #[arg(hide_short_help = true, long, value_name = "COUNT")]
    pub chains: Option<usize>,
    /// Draws of each subject for the likelihood after SAEM
    #[arg(hide_short_help = true, long, value_name = "COUNT", default_value_t = 1000)]
    pub draws: usize,
    /// Fit though the data look as if in another unit
    #[arg(hide_short_help = true, long)]
    pub no_unit_check: bool,
    /// Write the estimates as a parameter set of the model
    #[arg(long, value_name = "FILE.toml")]
    pub update: Option<std::path::PathBuf>,
    /// Go on where an interrupted fit with this --output stood; chains of SAEM begin anew there
    #[arg(hide_short_help = true, long, requires = "output")]
    pub resume: bool,
    /// How to print [default: table on a terminal, else csv]
    #[arg(long, value_enum, conflicts_with = "output")]
    pub format: Option<Format>,
    /// Where to.
    #[command(flatten)]
    pub to: OutputArgs,
}

/// Arguments of `validate`.
#[derive(Debug, Args)]
pub struct ValidateArgs {
    /// What to fit, as for `fit`; the data say who is observed when, under which doses. Their values are not looked at.
    #[command(flatten)]
    pub fit: FitArgs,
    /// Data sets to simulate and fit
    #[arg(long, short = 'n', value_name = "COUNT", default_value_t = 20)]
    pub replicates: usize,
}

//! `cascade fit`: estimates, files, exit codes, and what cannot be fitted.

use std::fs;

use serde_json::Value;

use super::{cascade, files, printed, told};

const MODEL: &str = include_str!("../fits/theophylline.toml");
const DATA: &str = include_str!("../fits/theophylline.csv");

/// Of the first subjects alone: quick in an unoptimised build.
fn few(subjects: u32) -> String {
    let keep = |line: &&str| line.split(',').next().is_some_and(|id| id.parse::<u32>().is_ok_and(|id| id <= subjects));
    let rows: Vec<&str> = DATA.lines().skip(1).filter(keep).collect();
    format!("ID,TIME,AMT,EVID,CMT,DV,MDV,weight\n{}\n", rows.join("\n"))
}

fn folder(model: &str, data: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("m.toml"), model).unwrap();
    fs::write(folder.path().join("d.csv"), data).unwrap();
    folder
}

/// Fields of a line without quoted commas.
fn fields(line: &str) -> Vec<&str> {
    line.split(',').collect()
}

/// Estimates by name.
fn estimates(csv: &str) -> Vec<(String, f64)> {
    let rows = csv.lines().skip(1).map(|line| {
        let fields: Vec<&str> = line.split(',').collect();
        // Names of covariances hold a comma and are quoted.
        let name = fields[0].trim_matches('"').to_string();
        (name, fields[2].parse().unwrap_or(f64::NAN))
    });
    rows.collect()
}

/// FOCEI of the published data by NONMEM's definition, figures of the benchmark (Boeckmann, Sheiner and Beal 1994).
#[test]
fn theophylline_by_focei_has_the_published_estimates() {
    let folder = folder(MODEL, DATA);
    let csv = printed(folder.path(), &["fit", "m.toml", "d.csv", "--format", "csv", "--covariance", "none", "--quiet"]);
    let found = estimates(&csv);
    let expected = [
        ("ka", 1.5902),
        ("cl", 2.7515),
        ("v", 31.809),
        ("omega2(ka)", 0.4024),
        ("omega2(cl)", 0.0691),
        ("omega2(v)", 0.0192),
        ("conc.sd", 0.6944),
    ];
    for (name, value) in expected {
        let (_, estimate) = found.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("{name}: {csv}"));
        // Variances are published with three digits.
        let tolerance = if name.starts_with("omega") { 3e-3 } else { 1e-3 };
        assert!((estimate / value - 1.0).abs() < tolerance, "{name}: {estimate} against {value}");
    }
}

#[test]
fn a_fit_writes_its_files_and_a_set_that_runs() {
    let folder = folder(MODEL, &few(4));
    let at = folder.path();
    let line = ["fit", "m.toml", "d.csv", "--output", "out", "--update", "set.toml", "--quiet", "--seed", "3"];
    assert_eq!(printed(at, &line), "");
    let found = files(&at.join("out"));
    for name in [
        "correlation.csv",
        "covariance.csv",
        "estimates.csv",
        "fit.ext",
        "fit.md",
        "fit.phi",
        "goodness.png",
        "individuals.csv",
        "iterations.csv",
        "predictions.csv",
        "run.json",
        "traces.png",
    ] {
        assert!(found.iter().any(|known| known == name), "{name} of {found:?}");
    }
    assert!(found.iter().all(|name| !name.contains("unfinished") && !name.contains(".tmp")), "{found:?}");
    let run: Value = serde_json::from_str(&fs::read_to_string(at.join("out/run.json")).unwrap()).unwrap();
    assert_eq!((run["fit"]["method"].as_str(), run["fit"]["subjects"].as_u64()), (Some("focei"), Some(4)));
    assert_eq!(run["fit"]["values"], 44, "eleven samples of each");
    // The objective is the sum of the subjects'.
    let individuals = fs::read_to_string(at.join("out/individuals.csv")).unwrap();
    let head = fields(individuals.lines().next().unwrap());
    let column = head.iter().position(|name| *name == "objective").unwrap();
    let sum: f64 = individuals.lines().skip(1).map(|line| fields(line)[column].parse::<f64>().unwrap()).sum();
    assert!((sum - run["fit"]["objective"].as_f64().unwrap()).abs() < 1e-9);
    // The parameter set gives the prediction at random effects of 0.
    let predictions = fs::read_to_string(at.join("out/predictions.csv")).unwrap();
    let row = fields(predictions.lines().nth(5).unwrap());
    let (time, pred): (&str, f64) = (row[1], row[4].parse().unwrap());
    fs::write(at.join("one.csv"), few(1)).unwrap();
    let line = [
        "simulate",
        "m.toml",
        "--parameters",
        "set.toml",
        "--records",
        "one.csv",
        "--at",
        &format!("{time} h"),
        "--quiet",
    ];
    let simulated = printed(at, &line);
    let head = fields(simulated.lines().next().unwrap());
    let conc = head.iter().position(|name| *name == "conc").unwrap();
    let value: f64 = fields(simulated.lines().last().unwrap())[conc].parse().unwrap();
    assert!((value / pred - 1.0).abs() < 1e-6, "{value} against {pred}");
}

#[test]
fn every_method_runs_and_the_same_seed_gives_the_same_bits_on_any_number_of_threads() {
    let folder = folder(MODEL, &few(4));
    for method in ["fo", "foce", "laplace", "saem", "pooled", "two-stage", "individual", "map"] {
        let run = |threads: &str| {
            let more = [
                "--chains",
                "2",
                "--explore",
                "50,50,20",
                "--draws",
                "100",
                "--covariance",
                "none",
                "--format",
                "csv",
                "--quiet",
            ];
            let line = [&["fit", "m.toml", "d.csv", "--method", method, "--threads", threads], &more[..]].concat();
            let done = cascade(folder.path()).args(&line).output().unwrap();
            assert!(matches!(done.status.code(), Some(0 | 1)), "{method}: {}", String::from_utf8_lossy(&done.stderr));
            String::from_utf8(done.stdout).unwrap()
        };
        let once = run("1");
        assert!(once.lines().count() > 3, "{method}: {once}");
        assert_eq!(once, run("3"), "{method}");
    }
}

fn edit(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from}");
    text.replace(from, to)
}

/// What is wrong, what the model and the data are, what the command asks more, code and words of the answer.
type Bad = (&'static str, String, String, &'static [&'static str], &'static str, &'static str);

#[test]
fn what_cannot_be_fitted_is_refused_with_a_remedy_and_writes_nothing() {
    let model = || MODEL.to_string();
    let data = || few(3);
    let without = |part: &str| data().lines().filter(|line| !line.contains(part)).collect::<Vec<_>>().join("\n");
    let one_each: String = "ID,TIME,DV,EVID,AMT,CMT\n1,0,.,1,300,drug\n1,2,5,0,0,.\n2,0,.,1,300,drug\n2,2,6,0,0,.\n3,0,.,1,300,drug\n3,2,6,0,0,.\n".into();
    let blq = |cens: &str| {
        format!(
            "ID,TIME,DV,EVID,AMT,CMT,CENS\n1,0,.,1,300,drug,0\n1,2,5,0,0,.,{cens}\n1,3,5,0,0,.,{cens}\n1,4,5,0,0,.,{cens}\n"
        )
    };
    let lognormal = edit(MODEL, "model = \"additive\"", "model = \"lognormal\"");
    let rows: String = (1..=16)
        .map(|n| format!("{},{},{},0,0,.\n", 1 + (n - 1) / 8, 1 + (n - 1) % 8, 12.0 - f64::from(n % 8)))
        .collect();
    let dosed = rows
        .replace("1,1,11,0,0,.\n", "1,0,.,1,300,drug\n1,1,11,0,0,.\n")
        .replace("2,1,11,0,0,.\n", "2,0,.,1,300,drug\n2,1,11,0,0,.\n");
    let above_0 = || format!("ID,TIME,DV,EVID,AMT,CMT\n{dosed}");
    let cases: Vec<Bad> = vec![
        ("no data", model(), data(), &["!data"], "F005", "which data"),
        ("no dose", model(), without(",1,1,."), &[], "L008", "no subject gets a dose"),
        ("all below the limit", model(), blq("1"), &[], "L005", "no value to fit to"),
        ("all left out", model(), blq("1"), &["--censoring", "M1"], "L005", "under M1"),
        ("one point a subject", model(), one_each, &["--fix", "ka,v", "--no-variability", "ka,v", "--fix-error", "conc"], "L009", "one measurement"),
        ("fewer data than estimates", model(), few(0) + "1,0,300,1,drug,.,1,70\n1,2,0,0,.,5,0,70\n1,3,0,0,.,5,0,70\n", &[], "L009", "2 measurements for 7"),
        ("another unit", model(), data(), &["--set", "v=30000 L"], "L012", "times larger"),
        ("no effect", edit(MODEL, "cl / v * central", "0.1 * central * (cl / cl) * (1/h) * (1 h)").replace("(1/h) * (1 h)", "rate_unit").replace("[covariates.weight]", "[parameters.rate_unit]\nvalue = 1\nunit = \"1/h\"\nassumption = \"A2: a unit\"\n\n[covariates.weight]"), data(), &[], "L006", "`cl` changes no prediction"),
        ("unknown estimate", model(), data(), &["--estimate", "ka,clx"], "L002", "`clx` is not a parameter"),
        ("unknown fix", model(), data(), &["--fix", "kaa"], "L002", "`kaa`"),
        ("nothing left", model(), data(), &["--fix", "ka,cl,v", "--no-variability", "ka,cl,v", "--fix-error", "conc", "--method", "pooled"], "L001", "nothing"),
        ("no random effects", model(), data(), &["--no-variability", "ka,cl,v", "--estimate", "ka"], "L001", "needs random effects"),
        ("start out of bounds", edit(MODEL, "label = \"Clearance\"", "label = \"Clearance\"\nbounds = [0.1, 3.5]"), data(), &["--set", "cl=4 L/h"], "M", "bounds"),
        ("start at 0", model(), data(), &["--set", "ka=0 1/h"], "L003", "cannot start on the log scale"),
        ("no variance", edit(MODEL, "variance = 0.4", "variance = 0"), data(), &[], "L004", "variance of `ka` is 0"),
        ("correlation of 1", MODEL.to_string() + "\n[[correlations]]\nbetween = [\"ka\", \"cl\"]\nvalue = 1\n", data(), &[], "L004", "ka, cl"),
        ("fo with M4", model(), above_0(), &["--method", "fo", "--censoring", "M4"], "L007", "fo takes all data as normal"),
        ("no likelihood", edit(MODEL, "model = \"additive\"", "model = \"proportional\""), data(), &[], "L011", "no value at the start"),
        ("M4 on logs", lognormal.clone(), above_0(), &["--censoring", "M4"], "L007", "lognormal"),
        ("0 on logs", lognormal, few(1).replace(",0.74,", ",0,"), &[], "D017", "0"),
        ("two regimens", model(), data(), &["--dose", "drug 100 mg at 0 h"], "F", "keep one of them"),
        ("no such method", model(), data(), &["--method", "foceii"], "L010", "none of focei"),
        ("no such censoring", model(), data(), &["--censoring", "M9"], "L010", "none of M1 to M7"),
        ("no such covariance", model(), data(), &["--covariance", "q"], "L010", "none of r, s"),
        ("bad exploration", model(), data(), &["--explore", "300,100,5"], "L010", "LEAST,MOST,AVERAGE"),
        ("unreadable relation", model(), data(), &["--covariate", "cl = weight"], "L010", "no relation"),
        ("unknown covariate", model(), data(), &["--covariate", "cl ~ power(wt, 70)"], "L010", "`wt` is not a covariate"),
        ("unit of a centre", model(), data(), &["--covariate", "cl ~ power(weight, 70 mg/L)"], "L010", "no value of `weight`"),
        ("form of a relation", model(), data(), &["--covariate", "cl ~ linear(weight, 70)"], "L010", "no form"),
        ("unit of a prior", model(), data(), &["--prior", "cl = 3 mg sd 0.2"], "L010", "not in a unit of `cl`"),
        ("scale", model(), data(), &["--transform", "cl=sqrt"], "L010", "no scale"),
        ("block without effect", model(), data(), &["--no-variability", "ka", "--block", "cl,kx"], "L002", "`kx`"),
        ("no column of values", model(), data().replace(",DV,", ",CONC,"), &[], "D", "DV"),
        ("a word for a value", model(), data().replace(",2.84,", ",high,"), &[], "D", "high"),
        ("two blocks", model(), data() + "\n1,30,0,0,.,1,0,79.6\n", &[], "D", "two blocks"),
        ("empty file", model(), String::new(), &[], "D", "empty"),
    ];
    let mut count = 0;
    for (what, model, data, more, code, words) in cases {
        count += 1;
        let folder = folder(&model, &data);
        let mut line = vec!["fit", "m.toml"];
        if !more.contains(&"!data") {
            line.push("d.csv");
        }
        line.extend(more.iter().filter(|word| **word != "!data"));
        line.extend(["--output", "out"]);
        let (exit, said) = told(folder.path(), &line);
        assert_eq!(exit, 2, "{what}: {said}");
        assert!(said.contains(&format!("error[{code}")), "{what} is not {code}: {said}");
        assert!(said.contains(words), "{what}: {said}");
        let left = files(folder.path());
        assert_eq!(left, ["d.csv", "m.toml"], "{what} wrote something");
    }
    assert!(count >= 30, "{count}");
}

/// Windows line ends, a byte order mark and a heading with a unit change nothing.
#[test]
fn how_the_table_is_written_does_not_matter() {
    let plain = few(2);
    let other = format!("\u{feff}{}", plain.replace(",DV,", ",DV [ug/mL],").replace('\n', "\r\n"));
    let fit = |data: &str| {
        let folder = folder(MODEL, data);
        let line = ["fit", "m.toml", "d.csv", "--method", "pooled", "--format", "csv", "--quiet"];
        printed(folder.path(), &line)
    };
    assert_eq!(fit(&plain), fit(&other));
}

#[test]
fn a_fit_that_does_not_converge_says_so_by_its_exit_code() {
    let folder = folder(MODEL, &few(4));
    let line = ["fit", "m.toml", "d.csv", "--iterations", "1", "--covariance", "none", "--format", "csv"];
    let (exit, said) = told(folder.path(), &line);
    assert_eq!(exit, 1, "{said}");
    assert!(said.contains("not converged"), "{said}");
}

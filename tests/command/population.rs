//! Populations as a user runs them: files, shards, interruption.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{cascade, fields, files, printed, told};
use tempfile::tempdir;

const STEIN: [&str; 4] = ["population", "stein-2019", "--until", "30 d"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&STEIN[..], &["--every", "1 d"], more].concat()
}

#[test]
fn a_population_into_a_folder() {
    let folder = tempdir().unwrap();
    let at = folder.path();
    let (code, said) = told(at, &with(&["-n", "100", "--seed", "3", "--output", "out", "--trajectories"]));
    assert_eq!(code, 0, "{said}");
    let expected = [
        "columns.json",
        "endpoints.csv",
        "failures.csv",
        "patients.csv",
        "population.json",
        "quantiles.csv",
        "run.json",
        "statistics.txt",
        "summary.csv",
        "trajectories.csv",
    ];
    let found: Vec<String> = files(&at.join("out")).into_iter().filter(|name| !name.ends_with(".png")).collect();
    assert_eq!(found, expected);
    let read = |name: &str| fs::read_to_string(at.join("out").join(name)).unwrap();
    let patients = read("patients.csv");
    assert_eq!(patients.lines().count(), 101);
    assert!(patients.starts_with("subject,foldx [1],tmax [d],cmax [copies/ug],"), "{patients}");
    assert_eq!(read("failures.csv").lines().count(), 1);
    assert_eq!(read("trajectories.csv").lines().count(), 1 + 100 * 31);
    // Quantiles against the patients themselves, to the stated resolution.
    let rows = read("trajectories.csv");
    let mut day_9: Vec<f64> =
        fields(&rows).iter().filter(|row| row[1] == "9").map(|row| row[2].parse().unwrap()).collect();
    day_9.sort_by(f64::total_cmp);
    let quantiles = read("quantiles.csv");
    let row = fields(&quantiles).into_iter().find(|row| row[..2] == ["9", "cart"]).unwrap();
    let number = |at: usize| row[at].parse::<f64>().unwrap();
    assert_eq!((row[3], number(5), number(11)), ("100", day_9[0], day_9[99]));
    let mean = day_9.iter().sum::<f64>() / 100.0;
    assert!((number(4) / mean - 1.0).abs() < 1e-12);
    let median = 0.5 * (day_9[49] + day_9[50]);
    assert!((number(8) / median - 1.0).abs() < 1.0 / 128.0 + 1e-9, "{} {median}", number(8));
    // The patients read back are the same population.
    let again = with(&["--patients", "out/patients.csv", "--output", "again", "--trajectories"]);
    assert_eq!(told(at, &again).0, 0);
    for name in ["endpoints.csv", "trajectories.csv", "quantiles.csv", "summary.csv", "statistics.txt"] {
        assert!(read(name) == fs::read_to_string(at.join("again").join(name)).unwrap(), "{name}");
    }
}

/// Two classes that differ in a rate, which varies within them.
const TWO_CLASSES: &str = "format = 'cascade-model/1'\nname = 'two'\ntitle = 'Two classes'\ntime = 'd'\n\
    maturity = 'exact'\n[simulation]\nuntil = '10 d'\n[parameters.loss]\nvalue = 0.1\nunit = '1/d'\n\
    source = 'doi:10.1000/1, Table 1'\nvariability = { sd = 0.2 }\n[mixture]\nclasses = [\n\
    { name = 'slow', probability = 0.3 },\n{ name = 'fast', probability = 0.7, parameters = { loss = 1 } }]\n\
    [states.cells]\nunit = 'cells'\nstart = '1 [cells]'\nrate = '-loss * cells'\n\
    [outputs.number]\nvalue = 'cells'\nunit = 'cells'\n";

#[test]
fn the_class_of_each_patient_is_told_and_reads_back() {
    let folder = tempdir().unwrap();
    let at = folder.path();
    fs::write(at.join("two.toml"), TWO_CLASSES).unwrap();
    let count = 2000;
    let drawn = ["population", "two.toml", "-n", "2000", "--seed", "5", "--output", "out"];
    assert_eq!(told(at, &drawn).0, 0);
    let patients = fs::read_to_string(at.join("out/patients.csv")).unwrap();
    assert!(patients.starts_with("subject,class,loss [1/d]\n1,"), "{}", &patients[..60]);
    let rows = &fields(&patients)[1..];
    let of = |class: &str| rows.iter().filter(|row| row[1] == class).count();
    let slow = of("slow");
    assert_eq!((slow + of("fast"), rows.len()), (count, count));
    // Binomial: 600 with a standard deviation of 20.5, of which four.
    let deviation = (count as f64 * 0.3 * 0.7).sqrt();
    assert!((slow as f64 - 0.3 * count as f64).abs() < 4.0 * deviation, "{slow}");
    // The classes differ by a factor 10, patients of a class by a standard deviation of 0.2 in the logarithm.
    assert!(rows.iter().all(|row| (row[1] == "slow") == (row[2].parse::<f64>().unwrap() < 0.316)));
    assert_eq!(told(at, &["population", "two.toml", "--patients", "out/patients.csv", "--output", "again"]).0, 0);
    for name in ["patients.csv", "endpoints.csv", "statistics.txt"] {
        let read = |folder: &str| fs::read(at.join(folder).join(name)).unwrap();
        assert!(read("out") == read("again"), "{name}");
    }
    // A table without classes tells none.
    fs::write(at.join("plain.csv"), "loss [1/d]\n0.2\n").unwrap();
    assert_eq!(told(at, &["population", "two.toml", "--patients", "plain.csv", "--output", "plain"]).0, 0);
    assert_eq!(fs::read_to_string(at.join("plain/patients.csv")).unwrap(), "subject,loss [1/d]\n1,0.2\n");
    // Shards tell it too.
    for shard in ["1", "2"] {
        let (part, out) = (format!("{shard}/2"), format!("part{shard}"));
        let arguments = ["population", "two.toml", "-n", "2000", "--seed", "5", "--shard", &part, "--output", &out];
        assert_eq!(told(at, &arguments).0, 0);
    }
    assert_eq!(told(at, &["merge", "part1", "part2", "--output", "merged"]).0, 0);
    assert!(fs::read_to_string(at.join("merged/patients.csv")).unwrap() == patients);
}

#[test]
fn the_summary_without_a_folder() {
    let folder = tempdir().unwrap();
    let summary = printed(folder.path(), &with(&["-n", "50", "--threads", "1"]));
    assert!(
        summary
            .starts_with("endpoint,unit,n,missing,failed,mean,sd,min,p05,p25,p50,p75,p95,max\ncmax_cart,copies/ug,50,")
    );
    assert_eq!(summary, printed(folder.path(), &with(&["-n", "50", "--threads", "2"])));
    assert_ne!(summary, printed(folder.path(), &with(&["-n", "50", "--seed", "2"])));
    assert_ne!(summary, printed(folder.path(), &with(&["-n", "50", "--sobol"])));
}

#[test]
fn merged_shards_are_the_whole_byte_for_byte() {
    let folder = tempdir().unwrap();
    let at = folder.path();
    assert_eq!(told(at, &with(&["-n", "150", "--output", "whole"])).0, 0);
    let shards = ["1/7", "2/7", "3/7", "4/7", "5/7", "6/7", "7/7"];
    for (n, shard) in shards.iter().enumerate() {
        let name = format!("part{}", 7 - n);
        assert_eq!(told(at, &with(&["-n", "150", "--shard", shard, "--output", &name])).0, 0);
    }
    let parts = ["part1", "part2", "part3", "part4", "part5", "part6", "part7"];
    let (code, said) = told(at, &[&["merge"], &parts[..], &["--output", "merged"]].concat());
    assert_eq!(code, 0, "{said}");
    let names = files(&at.join("whole"));
    assert_eq!(names, files(&at.join("merged")));
    for name in names.iter().filter(|name| *name != "run.json") {
        assert!(
            fs::read(at.join("whole").join(name)).unwrap() == fs::read(at.join("merged").join(name)).unwrap(),
            "{name}"
        );
    }
    let (code, said) = told(at, &[&["merge"], &parts[1..], &["--output", "less"]].concat());
    assert_eq!(code, 2);
    assert!(said.contains("are in no shard"), "{said}");
    let (code, said) = told(at, &["merge", "part1", "part1", "--output", "twice"]);
    assert_eq!(code, 2, "{said}");
    assert_eq!(told(at, &with(&["-n", "151", "--shard", "1/7", "--output", "other"])).0, 0);
    let (code, said) = told(at, &["merge", "part7", "other", "--output", "mixed"]);
    assert!(code == 2 && said.contains("not shards of one population"), "{said}");
    // A table that was cut is noticed, and one that is gone.
    let cut = at.join("part3/patients.csv");
    let whole = fs::read(&cut).unwrap();
    fs::write(&cut, &whole[..whole.len() - 5]).unwrap();
    let (code, said) = told(at, &[&["merge"], &parts[..], &["--output", "cut"]].concat());
    assert!(code == 2 && said.contains("patients.csv") && said.contains("bytes"), "{said}");
    fs::write(&cut, &whole).unwrap();
    fs::remove_file(at.join("part2/failures.csv")).unwrap();
    let (code, said) = told(at, &[&["merge"], &parts[..], &["--output", "cut"]].concat());
    assert!(code == 2 && said.contains("failures.csv") && !at.join("cut").exists(), "{said}");
    assert!(!at.join("mixed").exists() && !at.join("twice").exists() && !at.join("less").exists());
}

/// A stream that holds fewer patients than it was said to: no thread waits for the others.
#[test]
fn a_short_stream_of_patients_is_told() {
    let folder = tempdir().unwrap();
    let rows = format!("foldx\n{}", "3900\n".repeat(1100));
    for threads in ["1", "3"] {
        let more = ["--patients", "-", "-n", "100000", "--threads", threads, "--output", "out"];
        let done = cascade(folder.path())
            .args(with(&more))
            .write_stdin(rows.clone())
            .timeout(Duration::from_secs(60))
            .output()
            .unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(2), "{said}");
        assert!(said.contains("the table of patients ends after 1100 of 100000"), "{said}");
        fs::remove_dir_all(folder.path().join("out")).unwrap();
    }
}

/// Killed at any time, a run goes on from its last note; interrupted, from where it was.
#[cfg(unix)]
#[test]
fn an_interrupted_run_goes_on_to_the_same_files() {
    let folder = tempdir().unwrap();
    let at = folder.path();
    let many = with(&["-n", "60000", "--threads", "1", "--output", "out"]);
    let start = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cascade"));
        command.current_dir(at).args(&many).stderr(Stdio::piped()).spawn().unwrap()
    };
    let child = start();
    let table = at.join("out/unfinished.endpoints.csv");
    let begun = Instant::now();
    while fs::metadata(&table).map_or(0, |table| table.len()) < 100_000 {
        assert!(begun.elapsed() < Duration::from_secs(60), "nothing was written");
        std::thread::sleep(Duration::from_millis(5));
    }
    let interrupt = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupt.success());
    let done = child.wait_with_output().unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(3), "{said}");
    assert!(said.contains("stopped after") && said.contains("--resume"), "{said}");
    assert!(at.join("out/unfinished.json").exists() && !at.join("out/endpoints.csv").exists());
    // Without --resume nothing is lost.
    let (code, said) = told(at, &many);
    assert!(code == 2 && said.contains("unfinished run"), "{said}");
    // Lines behind the last note, as a kill leaves them.
    let mut torn = fs::read(&table).unwrap();
    torn.extend_from_slice(b"60001,comp");
    fs::write(&table, torn).unwrap();
    let other = [&many[..], &["--resume", "--seed", "2"]].concat();
    let (code, said) = told(at, &other);
    assert!(code == 2 && said.contains("another model, other values or settings"), "{said}");
    let (code, said) = told(at, &[&many[..], &["--resume"]].concat());
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("going on after"), "{said}");
    assert_eq!(told(at, &with(&["-n", "60000", "--output", "straight"])).0, 0);
    let names = files(&at.join("straight"));
    assert_eq!(names, files(&at.join("out")));
    for name in names.iter().filter(|name| *name != "run.json") {
        assert!(
            fs::read(at.join("out").join(name)).unwrap() == fs::read(at.join("straight").join(name)).unwrap(),
            "{name}"
        );
    }
    let (code, said) = told(at, &[&many[..], &["--resume"]].concat());
    assert!(code == 2 && said.contains("nothing to resume"), "{said}");
}

#[test]
fn wrong_input_is_told_before_anything_is_written() {
    let folder = tempdir().unwrap();
    let at = folder.path();
    fs::write(at.join("p.csv"), "foldx,nonsense\n3900,1\n").unwrap();
    fs::write(at.join("nan.csv"), "foldx\r\n3900\r\nNaN\r\n").unwrap();
    fs::write(at.join("empty.csv"), "").unwrap();
    fs::write(at.join("head.csv"), "foldx\n").unwrap();
    fs::write(at.join("two.csv"), "foldx\n3900\n4000\n").unwrap();
    let cases: [(&[&str], &str); 13] = [
        (&["--patients", "two.csv", "-n", "3"], "ends after 2 of 3"),
        (&["--patients", "-", "-n", "3", "--shard", "1/2", "--output", "out"], "cannot be run in shards"),
        (&["--seed", "-1"], "invalid value '-1'"),
        (&["--patients", "p.csv"], "nonsense"),
        (&["--patients", "empty.csv"], "empty"),
        (&["--patients", "head.csv"], "a header but no rows"),
        (&["--patients", "missing.csv"], "cannot read `missing.csv`"),
        (&["--patients", "-"], "how many patients"),
        (&["-n", "0"], "0 is not in"),
        (&["--threads", "0"], "a number of threads"),
        (&["--shard", "3/2", "--output", "out"], "not a shard"),
        (&["--shard", "1/2"], "--output"),
        (&["--resume", "--output", "out"], "nothing to resume"),
    ];
    for (arguments, expected) in cases {
        let (code, said) = told(at, &[&["population", "stein-2019"], arguments].concat());
        assert!(code == 2 && said.contains(expected), "{arguments:?}: {said}");
    }
    let (code, said) = told(at, &["population", "stein-2019", "--patients", "nan.csv"]);
    assert!(code == 2 && said.contains("nan.csv:3"), "{said}");
    let (code, said) = told(at, &["population", "kimmel-2021"]);
    assert!(code == 2 && said.contains("P001"), "{said}");
    // A closed pipe is success.
    let mut child = Command::new(env!("CARGO_BIN_EXE_cascade"))
        .current_dir(at)
        .args(with(&["-n", "20"]))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
    let _ = cascade(at);
}

/// Residual errors of the model at the times of a design; the data read back as a design, and do not depend on shards.
#[test]
fn patients_are_observed_by_a_design() {
    let folder = tempdir().unwrap();
    let at = folder.path();
    fs::write(at.join("visits.csv"), "ID,TIME,DVID\n1,2,cart\n1,9.3,cart\n1,14.25,cart\n1,28,cart\n").unwrap();
    fn observed<'a>(more: &[&'a str]) -> Vec<&'a str> {
        [&["population", "stein-2019", "-n", "2000", "--design", "visits.csv"], more].concat()
    }
    let (code, said) = told(at, &observed(&["--trajectories", "--output", "out"]));
    assert_eq!(code, 0, "{said}");
    let read = |name: &str| fs::read_to_string(at.join("out").join(name)).unwrap();
    let (data, rows) = (read("observations.csv"), read("trajectories.csv"));
    let mut curves = std::collections::HashMap::new();
    for row in fields(&rows).into_iter().skip(1) {
        curves.insert((row[0], row[1]), row[2].parse::<f64>().unwrap());
    }
    // ln(observed) - ln(predicted) is normal with sd 0.56; values below the limit tell less and are left out with the
    // patients they are of, where the limit is far below.
    let mut residuals = Vec::new();
    for row in fields(&data).into_iter().skip(1).filter(|row| row[2] == "0" && row[9] == "0") {
        let predicted = curves[&(row[0], row[1])];
        if predicted > 2000.0 {
            residuals.push((row[8].parse::<f64>().unwrap() / predicted).ln());
        }
    }
    let n = residuals.len() as f64;
    assert!(n > 3000.0, "{n}");
    let (mean, square) = (residuals.iter().sum::<f64>() / n, residuals.iter().map(|r| r * r).sum::<f64>() / n);
    // Four standard errors.
    assert!(mean.abs() < 4.0 * 0.56 / n.sqrt(), "{mean}");
    assert!((square.sqrt() / 0.56 - 1.0).abs() < 4.0 / (2.0 * n).sqrt(), "{}", square.sqrt());
    for part in ["1/2", "2/2"] {
        let name = format!("part{}", &part[..1]);
        assert_eq!(told(at, &observed(&["--trajectories", "--shard", part, "--output", &name])).0, 0);
    }
    assert_eq!(told(at, &["merge", "part1", "part2", "--output", "merged"]).0, 0);
    assert!(data == fs::read_to_string(at.join("merged/observations.csv")).unwrap());
    let again = ["simulate", "stein-2019", "--design", "out/observations.csv", "--observations", "again.csv"];
    let (code, said) = told(at, &again);
    assert_eq!(code, 0, "{said}");
    // What a population cannot have.
    fs::write(at.join("late.csv"), "ID,TIME,DVID\n1,900,cart\n").unwrap();
    let (code, said) = told(at, &["population", "stein-2019", "-n", "5", "--design", "late.csv", "--output", "late"]);
    assert!(code == 2 && said.contains("late.csv:2"), "{said}");
    assert!(!at.join("late").exists());
}

/// Patients take the subjects of a design in turn, with their doses and covariates: 4 in 2 shards, of 3 subjects.
#[test]
fn patients_have_the_doses_of_the_subjects_of_a_design() {
    let folder = tempdir().unwrap();
    let at = folder.path();
    let model = include_str!("../../src/observation/tests/small.toml");
    let exact = model.replace("additive = 0.05, proportional = 0.2", "additive = 1e-9, proportional = 1e-9");
    fs::write(at.join("small.toml"), exact.replace("lloq = \"0.4 mg/L\"", "")).unwrap();
    let design = "ID,TIME,EVID,AMT,CMT,DVID,weight\na,0,1,20,drug,.,60\na,10,0,0,.,conc,60\n\
                  b,2,1,40,drug,.,80\nb,12,0,0,.,conc,80\nc,0,2,0,.,.,70\nc,5,0,0,.,conc,70\n";
    fs::write(at.join("design.csv"), design).unwrap();
    fs::write(at.join("patients.csv"), "subject,elimination [1/h]\np,0.1\nq,0.2\nr,0.3\ns,0.05\n").unwrap();
    let line = ["population", "small.toml", "--patients", "patients.csv", "--design", "design.csv"];
    let (code, said) = told(at, &[&line[..], &["--output", "out"]].concat());
    assert_eq!(code, 0, "{said}");
    let read = |name: &str| fs::read_to_string(at.join(name)).unwrap();
    let data = read("out/observations.csv");
    let rows = fields(&data);
    let doses: Vec<[&str; 4]> =
        rows.iter().filter(|row| row[2] == "1").map(|row| [row[0], row[1], row[3], row[4]]).collect();
    assert_eq!(doses, [["p", "0", "20", "drug"], ["q", "2", "40", "drug"], ["s", "0", "20", "drug"]]);
    let found: Vec<f64> = rows.iter().filter(|row| row[2] == "0").map(|row| row[8].parse().unwrap()).collect();
    let wanted = [(-1.0f64).exp(), 2.0 * (-2.0f64).exp(), 0.0, (-0.5f64).exp()];
    assert!(found.iter().zip(wanted).all(|(found, wanted)| (found - wanted).abs() < 1e-6), "{data}");
    let told_of = read("out/patients.csv");
    let weights: Vec<&str> = fields(&told_of)[1..].iter().map(|row| row[2]).collect();
    assert_eq!(weights, ["60", "80", "70", "60"]);
    assert!(read("out/run.json").contains("subject n modulo their number"));
    for part in ["1/2", "2/2"] {
        let name = format!("part{}", &part[..1]);
        assert_eq!(told(at, &[&line[..], &["--shard", part, "--output", &name]].concat()).0, 0);
    }
    assert_eq!(told(at, &["merge", "part1", "part2", "--output", "merged"]).0, 0);
    for name in ["observations.csv", "endpoints.csv", "quantiles.csv", "patients.csv"] {
        assert_eq!(read(&format!("out/{name}")), read(&format!("merged/{name}")), "{name}");
    }
    // The patients read back beside the same design, and what was observed is a design again.
    let again =
        ["population", "small.toml", "--patients", "out/patients.csv", "--design", "design.csv", "--output", "again"];
    assert_eq!(told(at, &again).0, 0);
    assert_eq!(read("again/observations.csv"), data);
    let line = ["simulate", "small.toml", "--design", "out/observations.csv", "--observations", "data.csv"];
    assert_eq!(told(at, &line).0, 0);
    let back = read("data.csv");
    assert_eq!(
        fields(&back).iter().map(|row| row[..5].join(",")).collect::<Vec<_>>(),
        rows.iter().map(|row| row[..5].join(",")).collect::<Vec<_>>()
    );
    // What contradicts the design.
    let (code, said) = told(
        at,
        &[
            "population",
            "small.toml",
            "--patients",
            "out/patients.csv",
            "--design",
            "design.csv",
            "--dose",
            "drug 1 mg at 0 h",
            "--output",
            "wrong",
        ],
    );
    assert!(code == 2 && said.contains("has dose records"), "{said}");
    fs::write(at.join("heavy.csv"), "subject,weight [kg]\np,60\nq,81\n").unwrap();
    let (code, said) = told(
        at,
        &["population", "small.toml", "--patients", "heavy.csv", "--design", "design.csv", "--output", "wrong"],
    );
    assert!(code == 2 && said.contains("heavy.csv:3") && said.contains("81 here and 80 in subject `b`"), "{said}");
}

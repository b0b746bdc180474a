//! Folders of results: whole files or none, and a record of the run.

use std::fs;
use std::io::Read;

use serde_json::Value;

use super::{cascade, fields, files, model, printed, told};

fn json(path: impl AsRef<std::path::Path>) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn a_simulation_leaves_its_rows_its_columns_and_a_record() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let line = ["simulate", "hardiansyah-2019", "--parameters", "upn3", "--until", "30 d", "--exposure"];
    let (code, said) = told(at, &[&line[..], &["-o", "deep/out"]].concat());
    assert_eq!(code, 0, "{said}");
    let names = ["columns.json", "exposure.csv", "run.json", "trajectory.csv"];
    assert_eq!(files(&at.join("deep/out")), names);
    assert!(names.iter().all(|name| said.contains(&format!("wrote deep/out/{name}"))), "{said}");
    let text = fs::read_to_string(at.join("deep/out/trajectory.csv")).unwrap();
    assert_eq!(text, printed(at, &line[..6]));
    assert_eq!(fs::read_to_string(at.join("deep/out/exposure.csv")).unwrap(), printed(at, &line));

    let columns = json(at.join("deep/out/columns.json"));
    let columns = columns["columns"].as_array().unwrap();
    let header: Vec<&str> = columns.iter().map(|column| column["name"].as_str().unwrap()).collect();
    assert_eq!(header, fields(&text)[0]);
    let units: Vec<&str> = columns.iter().map(|column| column["unit"].as_str().unwrap()).collect();
    let shown = printed(at, &[&line[..6], &["--header-units"]].concat());
    let joined: Vec<String> = header.iter().zip(units).map(|(name, unit)| format!("{name} [{unit}]")).collect();
    assert_eq!(shown.lines().next().unwrap(), joined.join(","));
    assert!(columns.iter().all(|column| !column["label"].as_str().unwrap().is_empty()));

    let run = json(at.join("deep/out/run.json"));
    assert_eq!(run["format"], "cascade-run/1");
    assert_eq!(run["cascade"], env!("CARGO_PKG_VERSION"));
    assert_eq!(run["command"][0], "simulate");
    assert_eq!(run["model"]["name"], "hardiansyah-2019");
    assert_eq!(run["parameters"], "upn3");
    assert_eq!(run["until"]["value"], 30.0);
    assert_eq!(run["rtol"], 1e-6);
    assert_eq!(run["inputs"].as_array().unwrap().len(), 2, "model and set");
    assert!(run["inputs"][0]["sha256"].as_str().unwrap().len() == 64);
    assert!(run["counters"]["steps"].as_u64().unwrap() > 10);
    assert!(run["tolerances"]["tumour"]["absolute"].as_f64().unwrap() > 0.0);
    assert!(run["regimen"].as_str().unwrap().contains("split 10/30/60 %"));
    assert!(run["use"].as_str().unwrap().contains("not for clinical decisions"));
}

#[test]
fn the_same_run_gives_the_same_files_but_for_the_clock() {
    let folder = tempfile::tempdir().unwrap();
    let line = ["grade", "cart-crs", "--set", "tumour_0=4e9 cells", "-o", "out"];
    let mut seen = Vec::new();
    for _ in 0..2 {
        let (code, said) = told(folder.path(), &line);
        assert_eq!(code, 0, "{said}");
        let mut run = json(folder.path().join("out/run.json"));
        let timing = run.as_object_mut().unwrap().remove("timing").unwrap();
        assert!(timing["seconds"].as_f64().unwrap() > 0.0);
        let read = |name: &str| fs::read_to_string(folder.path().join("out").join(name)).unwrap();
        seen.push((run, read("course.csv"), read("signs.csv")));
    }
    assert_eq!(seen[0], seen[1]);
}

#[test]
fn files_are_replaced_as_a_whole_and_others_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    fs::create_dir(&out).unwrap();
    fs::write(out.join("trajectory.csv"), "old").unwrap();
    fs::write(out.join("notes.txt"), "mine").unwrap();
    let mut open = fs::File::open(out.join("trajectory.csv")).unwrap();
    let (code, said) = told(folder.path(), &["simulate", "stein-2019", "-o", "out", "--quiet"]);
    assert_eq!((code, said.as_str()), (0, ""));
    assert_eq!(files(&out), ["columns.json", "notes.txt", "run.json", "trajectory.csv"]);
    assert!(fs::read_to_string(out.join("trajectory.csv")).unwrap().starts_with("time,"));
    assert_eq!(fs::read_to_string(out.join("notes.txt")).unwrap(), "mine");
    // Who had the old file open reads it to its end: a new one was put in its place.
    let mut text = String::new();
    open.read_to_string(&mut text).unwrap();
    assert_eq!(text, "old");
}

#[test]
fn a_run_that_fails_leaves_earlier_results() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    fs::create_dir(&out).unwrap();
    fs::write(out.join("trajectory.csv"), "old").unwrap();
    fs::write(folder.path().join("mine.toml"), model("y^2 / 1 [d]", "")).unwrap();
    let (code, _) = told(folder.path(), &["simulate", "mine.toml", "-o", "out"]);
    assert_eq!(code, 3);
    assert_eq!(files(&out), ["trajectory.csv"]);
    assert_eq!(fs::read_to_string(out.join("trajectory.csv")).unwrap(), "old");
}

#[test]
fn a_table_of_the_signs_grades_as_the_run_that_wrote_it() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for until in ["28 d", "100 d"] {
        let line = ["grade", "cart-crs", "--set", "tumour_0=8e9 cells", "--until", until];
        let (code, said) = told(at, &[&line[..], &["-o", "out"]].concat());
        assert_eq!(code, 0, "{said}");
        assert_eq!(files(&at.join("out")), ["course.csv", "run.json", "signs.csv"]);
        let course = fs::read_to_string(at.join("out/course.csv")).unwrap();
        assert_eq!(course, printed(at, &line), "a table of signs does not touch the course");
        assert!(course.contains(",4,exact,"), "{course}");
        // Of the patient of a table no age is known unless it is told; a simulated one is an adult.
        assert!(printed(at, &["grade", "out/signs.csv"]).contains("adult-assumed"));
        let signs = fs::read_to_string(at.join("out/signs.csv")).unwrap();
        let mut lines = signs.lines();
        let told = std::iter::once(format!("{},age [year]", lines.next().unwrap()));
        let told: Vec<String> = told.chain(lines.map(|line| format!("{line},40"))).collect();
        fs::write(at.join("told.csv"), told.join("\n")).unwrap();
        assert_eq!(printed(at, &["grade", "told.csv"]), course, "{until}");
    }
}

#[test]
fn a_trajectory_with_its_columns_or_with_units_in_its_header_can_be_graded() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let line = ["simulate", "cart-crs", "--every", "1 h"];
    assert_eq!(told(at, &[&line[..], &["-o", "out"]].concat()).0, 0);
    let graded = printed(at, &["grade", "out/trajectory.csv"]);
    fs::write(at.join("alone.csv"), printed(at, &[&line[..], &["--header-units"]].concat())).unwrap();
    assert_eq!(printed(at, &["grade", "alone.csv"]), graded);
    let onset = |text: &str| {
        let rows = fields(text);
        rows.iter().find(|row| row[3] == "1").map(|row| row[1].parse::<f64>().unwrap()).unwrap()
    };
    let exact = onset(&printed(at, &["grade", "cart-crs"]));
    let read = onset(&graded);
    assert!(read >= exact && read - exact <= 1.0 / 24.0, "{read} after {exact}");
    assert!(printed(at, &["check", "alone.csv"]).contains("0 errors"));
    // Without either there are no units, and nothing is guessed.
    fs::copy(at.join("out/trajectory.csv"), at.join("bare.csv")).unwrap();
    let (code, said) = told(at, &["grade", "bare.csv"]);
    assert!(code == 2 && said.contains("D009") && said.contains("temperature"), "{code} {said}");
}

#[test]
fn the_demonstration_draws_and_writes_everything() {
    let folder = tempfile::tempdir().unwrap();
    let done = cascade(folder.path()).args(["demo", "-o", "out"]).output().unwrap();
    assert_eq!(done.status.code(), Some(0));
    let text = String::from_utf8(done.stdout).unwrap();
    assert!(text.contains("maximum grade") && text.contains("cart_blood") && text.contains("illustrative"), "{text}");
    let mut names = vec!["columns.json", "course.csv", "exposure.csv", "run.json", "signs.csv", "trajectory.csv"];
    if cfg!(feature = "plot") {
        names.insert(1, "course.png");
        names.sort_unstable();
        let picture = fs::read(folder.path().join("out/course.png")).unwrap();
        assert!(picture.starts_with(b"\x89PNG") && picture.ends_with(b"IEND\xAE\x42\x60\x82"));
    }
    assert_eq!(files(&folder.path().join("out")), names);
}

#[cfg(feature = "plot")]
#[test]
fn pictures_are_written_to_files_and_streams() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for name in ["a.png", "a.svg"] {
        let (code, said) = told(at, &["plot", "stein-2019", "-f", name]);
        assert_eq!((code, said.as_str()), (0, format!("wrote {name}\n").as_str()));
    }
    assert!(fs::read(at.join("a.png")).unwrap().starts_with(b"\x89PNG"));
    let text = fs::read_to_string(at.join("a.svg")).unwrap();
    assert!(text.starts_with("<svg") && text.trim_end().ends_with("</svg>"));
    let done = cascade(at).args(["plot", "stein-2019", "-f", "-"]).output().unwrap();
    assert_eq!(done.stdout, fs::read(at.join("a.png")).unwrap());
    assert!(done.stderr.is_empty());
    assert_eq!(files(at), ["a.png", "a.svg"]);
}

#[test]
fn models_and_sets_of_ones_own_stand_beside_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("mine");
    fs::create_dir(&at).unwrap();
    let rest = "[parameters.loss]\nunit = '1/d'\n[outputs.half]\nvalue = 'y / 2'\nunit = '1'\n";
    let text = model("-loss * y", rest).replace("until", "parameters = 'fast'\nuntil");
    fs::write(at.join("model.toml"), text).unwrap();
    let set = |value: &str| {
        format!(
            "format = 'cascade-parameters/1'\nmodel = 'small'\n[parameters.loss]\nvalue = {value}\nunit = '1/d'\n\
             source = 'doi:10.1000/1, Table 1'\n"
        )
    };
    fs::write(at.join("fast.toml"), set("2")).unwrap();
    fs::write(at.join("slow.toml"), set("0.5")).unwrap();
    let scenario = "format = 'cascade-scenario/1'\nmodel = './model.toml'\nparameters = 'slow'\nat = '1 d'\n";
    fs::write(at.join("run.toml"), format!("{scenario}until = '2 d'\n")).unwrap();
    let half = |line: &[&str]| -> f64 {
        let text = printed(folder.path(), line);
        fields(&text)[1][2].parse().unwrap()
    };
    let fast = half(&["simulate", "mine/model.toml", "--at", "1 d"]);
    assert!((fast - (-2f64).exp() / 2.0).abs() < 1e-6);
    let slow = half(&["simulate", "--scenario", "mine/run.toml"]);
    assert!((slow - (-0.5f64).exp() / 2.0).abs() < 1e-6);
    // Flags override the scenario.
    let set = half(&["simulate", "--scenario", "mine/run.toml", "--set", "loss=24 1/d", "--at", "1 h"]);
    assert!((set - (-1f64).exp() / 2.0).abs() < 1e-6);
    let all = ["check", "mine/model.toml", "mine/fast.toml", "mine/slow.toml", "mine/run.toml"];
    assert_eq!(printed(folder.path(), &all), "4 files checked: 0 errors, 0 warnings\n");
}

#[test]
fn what_show_writes_reads_back_as_the_same_model() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for model in ["cart-crs", "liu-2022"] {
        let wanted = printed(at, &["simulate", model]);
        for (format, file) in [("toml", "back.toml"), ("markdown", "back.md"), ("json", "back.json")] {
            fs::write(at.join(file), printed(at, &["show", model, "--format", format])).unwrap();
            assert_eq!(printed(at, &["simulate", file]), wanted, "{model} as {format}");
            let windows = fs::read_to_string(at.join(file)).unwrap().replace('\n', "\r\n");
            fs::write(at.join(file), windows).unwrap();
            assert_eq!(printed(at, &["simulate", file]), wanted, "{model} as {format} with Windows line ends");
        }
    }
    // With a set chosen the file would be another patient: it is shown, and not read back.
    for (format, file) in [("markdown", "set.md"), ("json", "set.json")] {
        fs::write(at.join(file), printed(at, &["show", "liu-2022", "--parameters", "negr", "--format", format]))
            .unwrap();
        let (code, said) = told(at, &["simulate", file]);
        assert!(code == 2 && said.contains(file) && said.contains("without --parameters"), "{said}");
    }
    // A mistake in a page is told at its own line.
    let page = printed(at, &["show", "liu-2022", "--format", "markdown"]);
    let line = page.lines().position(|line| line.starts_with("[states.")).unwrap() + 1;
    fs::write(at.join("broken.md"), page.replace("\n[states.", "\n[stats.")).unwrap();
    let (code, said) = told(at, &["check", "broken.md"]);
    assert!(code == 2 && said.contains(&format!("broken.md:{line}:")), "line {line}: {said}");
}

#[test]
fn show_tells_on_what_every_step_of_care_rests() {
    let folder = tempfile::tempdir().unwrap();
    for format in ["text", "markdown", "json"] {
        let shown = printed(folder.path(), &["show", "cart-crs", "--format", format]);
        // The file itself goes along with the last two: what is told stands before it.
        let told = shown.split("format = ").next().unwrap();
        let told = if format == "json" {
            let mut object: Value = serde_json::from_str(&shown).unwrap();
            object["file"].take();
            object.to_string()
        } else {
            told.to_string()
        };
        for number in 25..=31 {
            assert!(told.contains(&format!("A{number}: ")), "A{number} is not in {format}");
        }
        assert!(told.contains("fluids = multiple"), "{format}");
    }
}

#[test]
fn measurements_outside_the_picture_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::write(at.join("cart.csv"), "time [d],cart [copies/ug]\n-3,100\n7,12000\n14,0\n90,300\n").unwrap();
    let line = ["plot", "stein-2019", "--data", "cart.csv", "--until", "30 d", "--file", "a.svg"];
    let (code, said) = told(at, &line);
    assert!(code == 0 && said.contains("3 of the measurements") && said.contains("--until"), "{said}");
}

#[cfg(unix)]
#[test]
fn a_gallery_that_is_ended_leaves_nothing() {
    use std::process::{Command, Stdio};
    let folder = tempfile::tempdir().unwrap();
    for signal in ["-TERM", "-INT", "-HUP"] {
        let mut command = Command::new(cascade(folder.path()).get_program());
        command.current_dir(folder.path()).args(["plot", "--gallery", "pictures"]);
        let mut run = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        // Until the first picture is written, under its temporary name.
        let begun = || fs::read_dir(folder.path().join("pictures")).is_ok_and(|mut files| files.next().is_some());
        while !begun() {
            assert_eq!(run.try_wait().unwrap(), None, "it ended by itself");
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        assert!(Command::new("kill").args([signal, &run.id().to_string()]).status().unwrap().success());
        let done = run.wait_with_output().unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(3), "{signal}: {said}");
        assert!(said.contains("N009"), "{signal}: {said}");
        assert!(files(folder.path()).is_empty(), "{signal}: {:?}", files(folder.path()));
    }
}

#[test]
fn end_points_stand_beside_the_exposure_with_their_crossings() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let rest = "[doses.cart]\nstate = 'y'\n[outputs.half]\nvalue = 'y / 2'\nunit = '1'\n\
                [endpoints.response]\noutput = 'y'\nbelow = '50 percent of start'\nsource = 'nowhere, Table 1'\n\
                [endpoints.expansion]\noutput = 'half'\nabove = '2.5'\nsource = 'nowhere, Table 1'\n\
                [endpoints.cure]\noutput = 'y'\nbelow = '1e-9'\nsource = 'nowhere, Table 1'\n";
    fs::write(at.join("mine.toml"), model("-0.2 / 1 [d] * y", rest)).unwrap();
    let line = ["simulate", "mine.toml", "--dose", "cart 9 at 2 d", "--dose", "cart 9 at 25 d", "--rtol", "1e-10"];
    let (code, said) = told(at, &[&line[..], &["--exposure", "--output", "out"]].concat());
    assert!(code == 0 && said.contains("endpoints.csv"), "{said}");
    let text = fs::read_to_string(at.join("out/endpoints.csv")).unwrap();
    let rows = fields(&text);
    assert_eq!(
        text.lines().next(),
        Some("endpoint,output,threshold,unit,reached,time,relapse,relapse_time,duration,censored")
    );
    let close = |text: &str, wanted: f64| {
        let found: f64 = text.parse().unwrap();
        assert!((found - wanted).abs() < 1e-7 * wanted.max(1.0), "{found} is not {wanted}");
    };
    // The start is what was left on day 2, before the dose.
    let (start, dosed) = ((-0.4_f64).exp(), (-0.4_f64).exp() + 9.0);
    let response = (dosed / (0.5 * start)).ln() / 0.2;
    assert_eq!(
        [rows[1][0], rows[1][1], rows[1][3], rows[1][4], rows[1][6], rows[1][9]],
        ["response", "y", "1", "yes", "yes", "no"]
    );
    close(rows[1][2], 0.5 * start);
    close(rows[1][5], response);
    close(rows[1][7], 23.0);
    close(rows[1][8], 23.0 - response);
    let expansion = (dosed / 5.0).ln() / 0.2;
    assert_eq!(rows[2][..6], ["expansion", "half", "2.5", "1", "yes", "0"]);
    close(rows[2][7], expansion);
    close(rows[2][8], expansion);
    assert_eq!(rows[3], ["cure", "y", "1e-9", "1", "no", "", "", "", "", ""]);
    // Without exposure, or without end points, there is no such file.
    told(at, &[&line[..], &["--output", "bare"]].concat());
    assert!(!at.join("bare/endpoints.csv").exists());
    for format in ["text", "markdown", "json"] {
        let shown = printed(at, &["show", "mine.toml", "--format", format]);
        assert!(shown.contains("50 percent of start") && shown.contains("response"), "{shown}");
    }
}

//! A folder of tables that grow while a population runs. They have their names only when all is done; until then
//! `unfinished.json` says how far they are whole, and a run can go on from there.

use std::fs::{self, File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::columnar;
use super::disk::plain;
use super::output::{self, Folder};
use crate::diagnostic::codes::file;
use crate::diagnostic::{Diagnostic, Problems};
use crate::population::{Layout, Statistics};

const RECORD: &str = "unfinished.json";

/// Files that not every run writes.
const SOMETIMES: [&str; 14] = [
    "trajectories.csv",
    "observations.csv",
    "decisions.csv",
    "grades.csv",
    "incidence.csv",
    "quantiles.png",
    "grades.png",
    "endpoints.png",
    "patients.parquet",
    "endpoints.parquet",
    "failures.parquet",
    "trajectories.parquet",
    "observations.parquet",
    "decisions.parquet",
];

/// How far the tables are whole.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Record {
    format: String,
    /// Hash of all that the results depend on.
    key: String,
    /// Patients wanted.
    patients: Range<u64>,
    /// The next patient to run.
    next: u64,
    /// Whole bytes of each table.
    tables: Vec<(String, u64)>,
    /// File of the counts up to `next`.
    statistics: String,
}

/// The growing tables.
#[derive(Debug)]
pub struct Unfinished {
    folder: PathBuf,
    key: String,
    patients: Range<u64>,
    next: u64,
    tables: Vec<Table>,
    statistics_file: Option<String>,
}

#[derive(Debug)]
struct Table {
    name: String,
    file: File,
    length: u64,
}

/// Where a run stands.
pub enum Stand {
    /// It goes on from this patient, with these counts.
    From(u64, Box<Statistics>),
    /// From the first patient.
    New,
}

impl Unfinished {
    /// Opens a folder for a run of these patients, or goes on with the one in it.
    pub fn open(
        path: &Path,
        key: &str,
        patients: Range<u64>,
        heads: &[(&str, String)],
        resume: bool,
    ) -> Result<(Self, Stand), Problems> {
        // Makes the folder and tries it.
        Folder::open(path)?.finish()?;
        fs::create_dir_all(path).map_err(|error| refused(path, &error))?;
        let record = Record::read(path)?;
        match record {
            Some(record) if resume => Self::go_on(path, key, patients, record),
            Some(record) => {
                let done = record.next - record.patients.start;
                let mut found = Diagnostic::error(
                    &file::CANNOT_WRITE,
                    format!("`{}` holds an unfinished run, {done} patients far", path.display()),
                );
                found.help(format!("--resume goes on with it; to begin anew remove {}", path.join(RECORD).display()));
                Err(found.into())
            }
            None if resume => {
                let mut found = Diagnostic::error(
                    &file::CANNOT_READ,
                    format!("nothing to resume in `{}`: there is no {RECORD}", path.display()),
                );
                found.help("an unfinished run leaves it; without --resume a new one begins");
                Err(found.into())
            }
            None => Self::begin(path, key, patients, heads),
        }
    }

    fn begin(
        path: &Path,
        key: &str,
        patients: Range<u64>,
        heads: &[(&str, String)],
    ) -> Result<(Self, Stand), Problems> {
        let mut tables = Vec::new();
        for (name, head) in heads {
            let place = path.join(unfinished(name));
            let made = File::create(&place).and_then(|mut file| file.write_all(head.as_bytes()).map(|()| file));
            let file = made.map_err(|error| refused(&place, &error))?;
            tables.push(Table { name: (*name).to_string(), file, length: head.len() as u64 });
        }
        let next = patients.start;
        let new = Self { folder: path.to_path_buf(), key: key.into(), patients, next, tables, statistics_file: None };
        Ok((new, Stand::New))
    }

    fn go_on(path: &Path, key: &str, patients: Range<u64>, record: Record) -> Result<(Self, Stand), Problems> {
        if record.key != key || record.patients != patients {
            let what = if record.key == key { "other patients" } else { "another model, other values or settings" };
            let mut found =
                Diagnostic::error(&file::BAD_VALUE, format!("the unfinished run in `{}` is of {what}", path.display()));
            found.help("give the arguments it was begun with; threads alone may differ");
            return Err(found.into());
        }
        let place = path.join(&record.statistics);
        let text = fs::read_to_string(&place).map_err(|error| unreadable(&place, &plain(&error)))?;
        let statistics = Statistics::parse(&text).map_err(|wrong| unreadable(&place, &wrong.to_string()))?;
        let mut tables = Vec::new();
        for (name, length) in &record.tables {
            let place = path.join(unfinished(name));
            // It was stopped while the tables got their names.
            let named = path.join(name);
            if !place.exists() && named.exists() {
                fs::rename(&named, &place).map_err(|error| refused(&named, &error))?;
            }
            let opened = OpenOptions::new().write(true).open(&place).and_then(|mut file| {
                if file.metadata()?.len() < *length {
                    return Err(std::io::Error::other("it is shorter than it was"));
                }
                // What was written after the last record is not whole.
                file.set_len(*length)?;
                file.seek(SeekFrom::End(0)).map(|_| file)
            });
            let file = opened.map_err(|error| unreadable(&place, &plain(&error)))?;
            tables.push(Table { name: name.clone(), file, length: *length });
        }
        let next = record.next;
        let statistics_file = Some(record.statistics);
        let on = Self { folder: path.to_path_buf(), key: key.into(), patients, next, tables, statistics_file };
        Ok((on, Stand::From(next, Box::new(statistics))))
    }

    /// Adds lines to the tables, in the order of the heads; the patients before `next` are then whole.
    pub fn add(&mut self, texts: &[&str], next: u64) -> Result<(), Problems> {
        for (table, text) in self.tables.iter_mut().zip(texts) {
            table.file.write_all(text.as_bytes()).map_err(|error| refused(&self.folder.join(&table.name), &error))?;
            table.length += text.len() as u64;
        }
        self.next = next;
        Ok(())
    }

    /// Notes how far the tables are whole, so that a run can go on from here whatever happens.
    pub fn note(&mut self, statistics: &Statistics) -> Result<(), Problems> {
        for table in &mut self.tables {
            table.file.sync_data().map_err(|error| refused(&self.folder.join(&table.name), &error))?;
        }
        let name = format!("unfinished.{}.statistics.txt", self.next);
        output::write_file(&self.folder.join(&name), statistics.to_text().as_bytes())?;
        let record = Record {
            format: "cascade-unfinished/1".into(),
            key: self.key.clone(),
            patients: self.patients.clone(),
            next: self.next,
            tables: self.tables(),
            statistics: name.clone(),
        };
        let text = format!("{}\n", serde_json::to_string_pretty(&record).expect("plain values"));
        output::write_file(&self.folder.join(RECORD), text.as_bytes())?;
        if let Some(old) = self.statistics_file.replace(name.clone()).filter(|old| *old != name) {
            let _ = fs::remove_file(self.folder.join(old));
        }
        Ok(())
    }

    /// Names and whole bytes of the tables.
    pub fn tables(&self) -> Vec<(String, u64)> {
        self.tables.iter().map(|table| (table.name.clone(), table.length)).collect()
    }

    /// Gives the tables their names and adds the other files, and copies as Parquet if there is a `layout` for them; returns
    /// all names.
    pub fn finish(self, others: Vec<(String, Vec<u8>)>, layout: Option<&Layout>) -> Result<Vec<PathBuf>, Problems> {
        let mut folder = Folder::open(&self.folder)?;
        for (name, content) in &others {
            folder.add(name, content)?;
        }
        if let Some(layout) = layout {
            for table in &self.tables {
                columnar::add(&mut folder, &table.name, &self.folder.join(unfinished(&table.name)), layout)?;
            }
        }
        let mut done = Vec::new();
        for table in &self.tables {
            table.file.sync_data().map_err(|error| refused(&self.folder.join(&table.name), &error))?;
            let last = self.folder.join(&table.name);
            fs::rename(self.folder.join(unfinished(&table.name)), &last).map_err(|error| refused(&last, &error))?;
            done.push(last);
        }
        done.extend(folder.finish()?);
        remove_leftovers(&self.folder, &done);
        let _ = fs::remove_file(self.folder.join(RECORD));
        if let Some(name) = &self.statistics_file {
            let _ = fs::remove_file(self.folder.join(name));
        }
        Ok(done)
    }
}

/// What an earlier run with other options left would pass as this one's.
pub fn remove_leftovers(folder: &Path, done: &[PathBuf]) {
    for name in SOMETIMES {
        let place = folder.join(name);
        if !done.contains(&place) {
            let _ = fs::remove_file(place);
        }
    }
}

impl Record {
    fn read(path: &Path) -> Result<Option<Self>, Problems> {
        let place = path.join(RECORD);
        if !place.exists() {
            return Ok(None);
        }
        let text = fs::read_to_string(&place).map_err(|error| unreadable(&place, &plain(&error)))?;
        serde_json::from_str(&text).map(Some).map_err(|error| unreadable(&place, &error.to_string()).into())
    }
}

/// The name of a table that is not whole.
fn unfinished(name: &str) -> String {
    format!("unfinished.{name}")
}

fn refused(path: &Path, error: &std::io::Error) -> Problems {
    let mut found =
        Diagnostic::error(&file::CANNOT_WRITE, format!("cannot write `{}`: {}", path.display(), plain(error)));
    found.help("is the disk full? may you write there?");
    found.into()
}

fn unreadable(path: &Path, why: &str) -> Diagnostic {
    let mut found = Diagnostic::error(&file::CANNOT_READ, format!("cannot go on with `{}`: {why}", path.display()));
    found.help("remove unfinished.json to begin anew");
    found
}

//! Scale against scale: a table of shares and counts.

use super::{Words, scale_text, syndromes};
use crate::cohort::{Agreement, Cohort, REPORTED};
use crate::plot::{Cell, Content, Figure, Matrix, Tile};

/// How scales agree with each other and with grades that others reported; none if there is only one grading.
///
/// Above the diagonal the share with the same worst grade among patients with an exact one by both; below it how many
/// have a lower and a higher one by the scale of the row; on it how many have an exact one.
pub fn agreement(words: &Words, cohort: &Cohort) -> Option<Figure> {
    let reported: Vec<String> = cohort.reported().iter().map(|scale| format!("{REPORTED}{scale}")).collect();
    let gradings: Vec<String> = reported.iter().chain(cohort.scales()).cloned().collect();
    if gradings.len() < 2 || cohort.scales().is_empty() {
        return None;
    }
    let pairs = cohort.concordance();
    let pair = |reference: &str, scale: &str| pairs.iter().find(|row| row.reference == reference && row.scale == scale);
    let cell = |row: usize, column: usize| match row.cmp(&column) {
        std::cmp::Ordering::Less => pair(&gradings[row], &gradings[column]).map(same),
        std::cmp::Ordering::Equal => Some(known(cohort, &gradings[row], row, reported.len())),
        std::cmp::Ordering::Greater => pair(&gradings[column], &gradings[row]).map(differing),
    };
    let cells = (0..gradings.len())
        .map(|row| (0..gradings.len()).map(|column| cell(row, column).unwrap_or_default()).collect())
        .collect();
    let names: Vec<String> = gradings.iter().map(|name| name_of(name)).collect();
    let notes = vec![
        "Above the diagonal: the same grade, percent of the n patients with an exact grade by both".into(),
        "Below: how many have a lower and a higher grade by the scale of the row than by that of the column".into(),
        "On the diagonal: patients with an exact grade".into(),
    ];
    Some(Figure {
        title: format!("Agreement of worst {} grades", syndromes(cohort.scales())),
        subtitle: words.subtitle.clone(),
        footer: words.footer(),
        tiles: vec![Tile {
            notes,
            content: Content::Matrix(Matrix { rows: names.clone(), columns: names, cells }),
            ..Tile::default()
        }],
        ..Figure::default()
    })
}

fn name_of(grading: &str) -> String {
    match grading.strip_prefix(REPORTED) {
        Some(scale) => format!("reported {}", scale_text(scale)),
        None => scale_text(grading),
    }
}

fn same(row: &Agreement) -> Cell {
    if row.n == 0 {
        return Cell { head: "–".into(), lines: vec!["n = 0".into()], shade: None };
    }
    let share = row.same as f64 / row.n as f64;
    // Few are not none, and nearly all not all.
    let percent = match (100.0 * share).round() {
        0.0 if row.same > 0 => "<1 %".into(),
        100.0 if row.same < row.n => ">99 %".into(),
        percent => format!("{percent} %"),
    };
    Cell { shade: Some(share), head: percent, lines: vec![format!("n = {}", row.n)] }
}

fn differing(row: &Agreement) -> Cell {
    if row.n == 0 {
        return Cell { head: "–".into(), ..Cell::default() };
    }
    Cell { lines: vec![format!("lower {}", row.lower), format!("higher {}", row.higher)], ..Cell::default() }
}

fn known(cohort: &Cohort, grading: &str, at: usize, reported: usize) -> Cell {
    let members = cohort.members().iter();
    let count = match at.checked_sub(reported) {
        Some(scale) => members.filter(|member| member.summaries[scale].exact().is_some()).count(),
        None => {
            let name = &grading[REPORTED.len()..];
            members.filter(|member| member.reports.iter().any(|report| report.scale == name)).count()
        }
    };
    Cell { lines: vec![format!("n = {count}")], ..Cell::default() }
}

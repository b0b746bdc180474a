//! Single time points: the vignettes of `tests/vignettes/snapshots.csv` on seven scales, with what is flagged.

use super::super::*;
use crate::crs::{Scale, Settings};

const TABLE: &str = include_str!("../../../tests/vignettes/snapshots.csv");

/// Columns of the table, and the scales they are about.
const SCALES: [(&str, &str); 7] = [
    ("ASTCT", "astct-2019"),
    ("LEE2014", "lee-2014"),
    ("CTCAE403", "ctcae-4.03"),
    ("CTCAE5", "ctcae-5"),
    ("PENN", "penn"),
    ("MSKCC", "mskcc"),
    ("CARTOX", "cartox"),
];

#[test]
fn every_vignette_on_every_scale() {
    let header: Vec<&str> = TABLE.lines().next().unwrap().split(',').collect();
    let mut table = SnapshotTable::open("snapshots.csv", TABLE.as_bytes()).unwrap();
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in TABLE.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let snapshot = table.next_snapshot().unwrap().unwrap();
        assert_eq!(snapshot.id, fields[0]);
        for (column, name) in SCALES {
            let expected = fields[header.iter().position(|head| *head == column).unwrap()];
            let scale = Scale::embedded(name).unwrap();
            let course = snapshot.grade(&[scale], &Settings::default()).unwrap().remove(0);
            let record = course.record(course.rows().last().unwrap());
            let grade = expected.trim_end_matches('~').parse().unwrap();
            let flagged = expected.ends_with('~');
            count += 1;
            if record.grade != Some(grade)
                || record.bound != crate::crs::Bound::Exact
                || (flagged && record.flags.is_empty())
            {
                wrong.push(format!("{} {name}: expected {expected}, found {record:?}", snapshot.id));
            }
        }
    }
    assert!(table.next_snapshot().unwrap().is_none());
    assert_eq!(count, 27 * 7);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

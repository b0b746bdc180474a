//! The worst grade of each patient, by scale.

use super::{Words, scale_text, syndrome, syndromes};
use crate::cohort::Cohort;
use crate::crs::Bound;
use crate::plot::{Axis, Column, Content, Figure, Fill, Tile};

/// The grade from which toxicity is called severe.
const SEVERE: u8 = 3;

/// A tile for each scale: patients by their worst grade (counts on the columns), and the share at grade 3 or above with
/// its 95 % interval.
pub fn worst(words: &Words, cohort: &Cohort) -> Option<Figure> {
    if cohort.scales().is_empty() {
        return None;
    }
    let incidence = cohort.incidence();
    let tiles = cohort.scales().iter().enumerate().map(|(at, scale)| {
        let of_scale = || incidence.iter().filter(|row| row.scale == *scale);
        let all = cohort.members().len();
        let maxima = || cohort.members().iter().map(|member| &member.summaries[at].maximum);
        let bounds = maxima().filter(|maximum| maximum.bound == Bound::Lower).count();
        let undetermined = maxima().filter(|maximum| maximum.grade.is_none()).count();
        let percent = |count: u64| 100.0 * count as f64 / all.max(1) as f64;
        let column = |label: String, count: u64, fill| Column {
            label,
            fill: Some(fill),
            height: percent(count),
            text: count.to_string(),
            whisker: None,
        };
        let mut columns: Vec<Column> =
            of_scale().map(|row| column(row.grade.to_string(), row.at, Fill::Grade(row.grade))).collect();
        if undetermined > 0 {
            columns.push(column("?".into(), undetermined as u64, Fill::Undetermined));
        }
        let mut notes = vec![format!("n = {all}")];
        if bounds > 0 {
            notes[0].push_str(&format!(", {bounds} of them only known to be at least this"));
        }
        if let Some(share) = of_scale().find(|row| row.grade == SEVERE).map(|row| row.at_or_above)
            && let (Some(found), Some((low, high))) = (share.estimate(), share.interval())
        {
            columns.push(Column {
                label: format!("≥{SEVERE}"),
                fill: None,
                height: 100.0 * found,
                text: share.yes.to_string(),
                whisker: Some((100.0 * low, 100.0 * high)),
            });
            notes.push(format!(
                "≥{SEVERE}: {:.0} % (95 % interval {:.0} to {:.0}) of {}",
                100.0 * found,
                100.0 * low,
                100.0 * high,
                share.count()
            ));
        }
        // Nobody is there: there is nothing to be shared out.
        let columns = if all == 0 { Vec::new() } else { columns };
        Tile {
            title: scale_text(scale),
            notes,
            horizontal: Axis::linear(format!("Worst {} grade", syndrome(scale)), ""),
            vertical: Axis { to: Some(100.0), ..Axis::linear("Patients", "percent") },
            content: Content::Columns(columns),
            ..Tile::default()
        }
    });
    Some(Figure {
        title: format!("Worst {} grade of each patient", syndromes(cohort.scales())),
        subtitle: words.subtitle(&["numbers are patients".to_owned()]),
        footer: words.footer(),
        tiles: tiles.collect(),
        ..Figure::default()
    })
}

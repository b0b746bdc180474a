//! What happens over the horizontal axis: grades, treatments, doses.

/// Grades over the horizontal axis, as boxes with the number inside.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lane {
    /// What is graded and by which scale: `CRS grade (ASTCT 2019)`.
    pub label: String,
    /// Whose grades, beside the boxes; needless for one run.
    pub name: String,
    /// The style of that run's curves, shown before the name.
    pub style: Option<usize>,
    /// In order; gaps stay blank, neighbours of one grade are joined.
    pub intervals: Vec<Interval>,
    /// What was given meanwhile, under the boxes.
    pub beside: Option<Beside>,
}

/// A grade from `from` to `to`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Start on the horizontal axis.
    pub from: f64,
    /// End on the horizontal axis.
    pub to: f64,
    /// The grade and how far it is known.
    pub grade: Grade,
}

/// A grade and how far it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grade {
    /// Known.
    Exact(u8),
    /// At least this, because a sign is missing.
    AtLeast(u8),
    /// Nothing can be said.
    Undetermined,
}

impl Grade {
    /// What it is at least; nothing if undetermined.
    pub fn least(self) -> Option<u8> {
        match self {
            Self::Exact(grade) | Self::AtLeast(grade) => Some(grade),
            Self::Undetermined => None,
        }
    }

    /// As written in the lane.
    pub fn text(self) -> String {
        match self {
            Self::Exact(grade) => grade.to_string(),
            Self::AtLeast(grade) => format!("≥{grade}"),
            Self::Undetermined => "?".into(),
        }
    }
}

/// What one patient was given, drawn under the boxes of a [`Lane`]: a row of symbols, then rows of thin bars.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Beside {
    /// Where on the horizontal axis, and what.
    pub symbols: Vec<(f64, Symbol)>,
    /// From top to bottom; a row without bars keeps its place, so that lanes of one page are alike.
    pub tracks: Vec<Track>,
}

/// A row of thin bars.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Track {
    /// What it acts on: the tint.
    pub kind: TreatmentKind,
    /// Start, end, and what is written inside where there is room.
    pub bars: Vec<(f64, f64, String)>,
}

/// What happened at a time. Symbols differ in shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Symbol {
    /// An antipyretic: an open circle.
    Antipyretic,
    /// An anti-cytokine drug or a steroid: a filled triangle.
    Anticytokine,
    /// A bolus of fluid for pressure: a filled diamond.
    Bolus,
    /// Death: a cross.
    Death,
}

impl Symbol {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Antipyretic, Self::Anticytokine, Self::Bolus, Self::Death];

    /// As written in legends.
    pub fn text(self) -> &'static str {
        match self {
            Self::Antipyretic => "Antipyretic",
            Self::Anticytokine => "Anti-cytokine drug or steroid",
            Self::Bolus => "Fluid bolus",
            Self::Death => "Death",
        }
    }
}

/// Treatments over the horizontal axis: a block of thin rows, in each a bar wherever the treatment runs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Band {
    /// What they are together: `Supportive care`.
    pub label: String,
    /// From top to bottom.
    pub rows: Vec<Treatment>,
}

/// One row of a [`Band`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Treatment {
    /// Written beside the row.
    pub label: String,
    /// What it acts on.
    pub kind: TreatmentKind,
    /// From when to when on the horizontal axis; one that takes no time is drawn with a least width.
    pub bars: Vec<(f64, f64)>,
}

/// What a [`Treatment`] acts on: the tint of its bars.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TreatmentKind {
    /// A drug against the syndrome or its symptoms.
    #[default]
    Drug,
    /// Blood pressure: fluids, vasopressors.
    Circulation,
    /// Oxygen: cannula to ventilation.
    Oxygen,
}

/// Something given at a time.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// On the horizontal axis.
    pub x: f64,
    /// `CAR-T 10 %`, `tocilizumab`.
    pub label: String,
    /// Filled or open triangle.
    pub kind: MarkKind,
    /// The style of the run it belongs to; `None` if it is common to all.
    pub style: Option<usize>,
}

/// What a [`Mark`] is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MarkKind {
    /// A dose of the product under study: filled triangle.
    #[default]
    Dose,
    /// A treatment of its effects: open triangle.
    Treatment,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grade_says_how_far_it_is_known() {
        assert_eq!(Grade::Exact(3).text(), "3");
        assert_eq!(Grade::AtLeast(2).text(), "≥2");
        assert_eq!(Grade::Undetermined.text(), "?");
    }
}

use super::Cohort;

/// What stands for the grades of others among the scales.
pub const REPORTED: &str = "reported:";

/// How two gradings of the same patients agree.
#[derive(Debug, Clone, PartialEq)]
pub struct Agreement {
    /// The grading compared with.
    pub reference: String,
    /// The other.
    pub scale: String,
    /// Patients with an exact worst grade on both.
    pub n: u64,
    /// The other gives the same grade.
    pub same: u64,
    /// A lower one.
    pub lower: u64,
    /// A higher one.
    pub higher: u64,
    /// Patients of whom one of the grades is not exact or missing.
    pub undetermined: u64,
    /// The same four numbers among patients with a grade of 1 or more by the reference.
    pub of_cases: [u64; 3],
    /// Pairs of grades: rows by the reference, columns by the other.
    pub table: [[u64; 6]; 6],
}

impl Agreement {
    /// Cohen's kappa with linear weights; none if it is not defined.
    pub fn kappa_linear(&self) -> Option<f64> {
        weighted_kappa(&self.table, |distance| distance)
    }

    /// Cohen's kappa with quadratic weights; none if it is not defined.
    pub fn kappa_quadratic(&self) -> Option<f64> {
        weighted_kappa(&self.table, |distance| distance * distance)
    }

    fn add(&mut self, reference: Option<u8>, other: Option<u8>) {
        let (Some(a), Some(b)) = (reference, other) else {
            self.undetermined += 1;
            return;
        };
        self.n += 1;
        let place = match b.cmp(&a) {
            std::cmp::Ordering::Equal => 0,
            std::cmp::Ordering::Less => 1,
            std::cmp::Ordering::Greater => 2,
        };
        *[&mut self.same, &mut self.lower, &mut self.higher][place] += 1;
        if a > 0 {
            self.of_cases[place] += 1;
        }
        self.table[usize::from(a.min(5))][usize::from(b.min(5))] += 1;
    }
}

/// Cohen's weighted kappa of a table of counts: 1 - observed / expected disagreement, `weight` being that of a distance.
///
/// None where no disagreement is expected (all in one cell) or there are no patients.
///
/// # Reference
/// Cohen 1968, doi:10.1037/h0026256.
pub fn weighted_kappa(table: &[[u64; 6]; 6], weight: impl Fn(f64) -> f64) -> Option<f64> {
    let total: u64 = table.iter().flatten().sum();
    let row = |at: usize| table[at].iter().sum::<u64>() as f64;
    let column = |at: usize| table.iter().map(|row| row[at]).sum::<u64>() as f64;
    let (mut observed, mut expected) = (0.0, 0.0);
    for (i, counts) in table.iter().enumerate() {
        for (j, count) in counts.iter().enumerate() {
            let weight = weight((i as f64 - j as f64).abs());
            observed += weight * *count as f64;
            expected += weight * row(i) * column(j) / total as f64;
        }
    }
    (total > 0 && expected > 0.0).then(|| 1.0 - observed / expected)
}

impl Cohort {
    /// Every scale against every later one, and against each grading that others reported.
    pub fn concordance(&self) -> Vec<Agreement> {
        let mut gradings: Vec<String> = self.reported().iter().map(|scale| format!("{REPORTED}{scale}")).collect();
        let reported = gradings.len();
        gradings.extend(self.scales.iter().cloned());
        let grade = |member: &super::Member, at: usize| match at.checked_sub(reported) {
            Some(scale) => member.summaries[scale].exact(),
            None => {
                let name = &gradings[at][REPORTED.len()..];
                let of_scale = member.reports.iter().filter(|report| report.scale == name);
                of_scale.map(|report| report.grade).max()
            }
        };
        let mut rows = Vec::new();
        for reference in 0..gradings.len() {
            for other in (reference + 1).max(reported)..gradings.len() {
                let mut row = Agreement {
                    reference: gradings[reference].clone(),
                    scale: gradings[other].clone(),
                    n: 0,
                    same: 0,
                    lower: 0,
                    higher: 0,
                    undetermined: 0,
                    of_cases: [0; 3],
                    table: [[0; 6]; 6],
                };
                for member in &self.members {
                    row.add(grade(member, reference), grade(member, other));
                }
                rows.push(row);
            }
        }
        rows
    }

    /// Names of the scales on which others reported grades.
    pub fn reported(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for report in self.members.iter().flat_map(|member| &member.reports) {
            if !names.contains(&report.scale) {
                names.push(report.scale.clone());
            }
        }
        names.sort();
        names
    }
}

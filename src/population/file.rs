//! [`Statistics`] as text, so that a run can go on later and shards can be merged: exact, one thing counted a line.

use std::fmt::Write;
use std::str::FromStr;

use super::statistics::{GRADES, Statistics, Values};
use super::{Apart, Histogram, Sum, Summary, Unreadable};

const HEAD: &str = "cascade-statistics/1";

impl Statistics {
    /// The counts as text; [`Statistics::parse`] gives them back bit for bit.
    pub fn to_text(&self) -> String {
        let mut text = format!("{HEAD}\npatients {} {} {}\n", self.complete, self.failed, self.outside);
        for values in &self.values {
            let _ = writeln!(text, "values {} {}", sum(&values.sum), histogram(&values.histogram));
        }
        for counts in &self.grades {
            let _ = writeln!(text, "grades {}", counts.map(|count| count.to_string()).join(" "));
        }
        for counts in &self.maxima {
            let _ = writeln!(text, "maxima {}", counts.map(|count| count.to_string()).join(" "));
        }
        for point in &self.points {
            let (missing, failed) = (point.missing(), point.failed());
            let (squares, distribution) = (sum(point.squares()), histogram(point.histogram()));
            let _ = writeln!(text, "point {missing} {failed} {} {squares} {distribution}", sum(point.sum()));
        }
        text.push_str("end\n");
        text
    }

    /// Reads what [`Statistics::to_text`] wrote.
    ///
    /// # Errors
    /// Text that is something else, or has been cut.
    pub fn parse(text: &str) -> Result<Self, Unreadable> {
        let mut lines = text.lines();
        if lines.next() != Some(HEAD) {
            return Err(Unreadable(format!("the first line is not `{HEAD}`")));
        }
        let mut all = Self::default();
        let mut ended = false;
        for (at, line) in lines.enumerate() {
            let wrong = |why: &str| Unreadable(format!("line {}: {why}", at + 2));
            let mut words = line.split(' ');
            match words.next() {
                Some("patients") => {
                    let [complete, failed, outside] =
                        counts(&mut words).ok_or_else(|| wrong("three counts expected"))?;
                    (all.complete, all.failed, all.outside) = (complete, failed, outside);
                }
                Some("values") => {
                    let sum = read_sum(words.next()).ok_or_else(|| wrong("no sum"))?;
                    let histogram = read_histogram(&mut words).map_err(|why| wrong(&why))?;
                    all.values.push(Values { histogram, sum });
                }
                Some("grades") => {
                    all.grades.push(counts::<GRADES>(&mut words).ok_or_else(|| wrong("seven counts expected"))?);
                }
                Some("maxima") => {
                    all.maxima.push(counts::<GRADES>(&mut words).ok_or_else(|| wrong("seven counts expected"))?);
                }
                Some("point") => {
                    let [missing, failed] = counts(&mut words).ok_or_else(|| wrong("two counts expected"))?;
                    let sum = read_sum(words.next()).ok_or_else(|| wrong("no sum"))?;
                    let squares = read_sum(words.next()).ok_or_else(|| wrong("no sum of squares"))?;
                    let histogram = read_histogram(&mut words).map_err(|why| wrong(&why))?;
                    all.points.push(Summary::from_parts(sum, squares, histogram, missing, failed));
                }
                Some("end") => ended = true,
                _ => return Err(wrong("not a line of statistics")),
            }
        }
        if ended { Ok(all) } else { Err(Unreadable("the end is missing".into())) }
    }
}

/// A sum in one word.
fn sum(sum: &Sum) -> String {
    sum.to_string().replace(' ', "|")
}

fn read_sum(word: Option<&str>) -> Option<Sum> {
    Sum::from_str(&word?.replace('|', " ")).ok()
}

/// Counts apart, extremes by their bits, then the bins.
fn histogram(histogram: &Histogram) -> String {
    let Apart { nan, infinite, minus_infinite } = histogram.apart();
    let extremes = histogram.least().zip(histogram.greatest());
    let extremes =
        extremes.map_or("- -".into(), |(least, greatest)| format!("{:x} {:x}", least.to_bits(), greatest.to_bits()));
    let mut text = format!("{nan} {infinite} {minus_infinite} {extremes}");
    for (bin, count) in histogram.iter() {
        let _ = write!(text, " {bin}:{count}");
    }
    text
}

fn read_histogram<'a>(words: &mut impl Iterator<Item = &'a str>) -> Result<Histogram, String> {
    let [nan, infinite, minus_infinite] = counts(words).ok_or("three counts expected")?;
    let bits = |word: Option<&str>| match word {
        Some("-") => Ok(None),
        Some(word) => u64::from_str_radix(word, 16).map(|bits| Some(f64::from_bits(bits))).map_err(|_| "no extreme"),
        None => Err("no extreme"),
    };
    let extremes = bits(words.next())?.zip(bits(words.next())?);
    let bins = words.map(|word| {
        let (bin, count) = word.split_once(':').ok_or("a bin is `number:count`")?;
        Ok((bin.parse().map_err(|_| "no number of a bin")?, count.parse().map_err(|_| "no count")?))
    });
    let bins: Vec<(i32, u64)> = bins.collect::<Result<_, &str>>()?;
    Histogram::from_sparse(bins, extremes, Apart { nan, infinite, minus_infinite }).map_err(|wrong| wrong.to_string())
}

fn counts<'a, const N: usize>(words: &mut impl Iterator<Item = &'a str>) -> Option<[u64; N]> {
    let mut all = [0; N];
    for count in &mut all {
        *count = words.next()?.parse().ok()?;
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some() -> Statistics {
        let mut all = Statistics::new(2, 3, 1, 2);
        (all.complete, all.failed, all.outside) = (5, 2, 1);
        for (at, values) in all.values.iter_mut().enumerate() {
            for value in [0.0, 1e-300, -2.5, f64::NAN, f64::INFINITY, 0.1 * at as f64] {
                values.add(value);
            }
        }
        all.grades[1] = [1, 2, 3, 4, 5, 6, 7];
        all.maxima[0][3] = 9;
        for value in [1.5, f64::NAN, 2.5e10] {
            all.points[0].add(value);
        }
        all.points[1].add_failed();
        all
    }

    #[test]
    fn text_gives_back_every_count() {
        let all = some();
        let text = all.to_text();
        let back = Statistics::parse(&text).unwrap();
        assert!(back == all);
        assert_eq!(back.to_text(), text);
        let empty = Statistics::new(1, 1, 0, 1);
        assert!(Statistics::parse(&empty.to_text()).unwrap() == empty);
    }

    #[test]
    fn what_is_cut_or_changed_is_noticed() {
        let text = some().to_text();
        let end = text.trim_end().rfind('\n').unwrap();
        for wrong in
            ["", "something else\n", &text[..end], &text.replace(":", ";"), &text.replace("grades 1", "grades x")]
        {
            assert!(Statistics::parse(wrong).is_err(), "{wrong}");
        }
        assert!(Statistics::parse(&text.replacen("values", "value", 1)).unwrap_err().0.starts_with("line 3"));
    }
}

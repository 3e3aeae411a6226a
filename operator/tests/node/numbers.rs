//! Which records there are: each is a number, and most that are written together follow one
//! another, so that a hundred thousand of them are a line or two.

use std::{collections::BTreeMap, fmt, str::FromStr};

/// A set of numbers, kept as ranges.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Numbers {
    /// The first of each range, and the last. No two of them touch.
    ranges: BTreeMap<u64, u64>,
}

impl Numbers {
    /// Adds every number from the first to the last.
    pub(crate) fn add(&mut self, first: u64, last: u64) {
        let (mut first, mut last) = (first, last);
        let touching = self.ranges.range(..=last.saturating_add(1)).rev();
        let touching: Vec<(u64, u64)> = touching
            .map(|(from, to)| (*from, *to))
            .take_while(|(_, to)| to.saturating_add(1) >= first)
            .collect();
        for (from, to) in touching {
            self.ranges.remove(&from);
            (first, last) = (first.min(from), last.max(to));
        }
        self.ranges.insert(first, last);
    }

    /// Adds all of another set.
    pub(crate) fn merge(&mut self, others: &Self) {
        others.ranges.iter().for_each(|(&first, &last)| self.add(first, last));
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u64 {
        self.ranges.iter().map(|(first, last)| last - first + 1).sum()
    }

    /// Those that are not in another set.
    pub(crate) fn without(&self, others: &Self) -> Self {
        let mut left = Self::default();
        for (&first, &last) in &self.ranges {
            let mut next = first;
            let before = others.ranges.range(..=last).filter(|(_, to)| **to >= first);
            for (&from, &to) in before {
                if from > next {
                    left.add(next, from - 1);
                }
                next = next.max(to.saturating_add(1));
            }
            if next <= last {
                left.add(next, last);
            }
        }
        left
    }
}

impl fmt::Display for Numbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ranges = self.ranges.iter().map(|(first, last)| format!("{first}-{last}"));
        f.write_str(&ranges.collect::<Vec<_>>().join(","))
    }
}

impl FromStr for Numbers {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut all = Self::default();
        for range in text.split(',').filter(|range| !range.is_empty()) {
            let ends = range.split_once('-').map(|(first, last)| (first.parse(), last.parse()));
            let Some((Ok(first), Ok(last))) = ends else { return Err(format!("{range:?}")) };
            all.add(first, last);
        }
        Ok(all)
    }
}

/// Whether it counts, which every scenario believes.
pub(crate) fn counts() {
    let of = |text: &str| text.parse::<Numbers>().expect(text);
    let mut all = of("5-9,0-2");
    all.add(3, 3);
    assert_eq!(all.to_string(), "0-3,5-9");
    all.add(4, 4);
    assert_eq!((all.to_string(), all.count()), ("0-9".to_owned(), 10));
    assert_eq!(of("0-9,20-29").without(&of("3-4,8-21")).to_string(), "0-2,5-7,22-29");
    assert_eq!(of("3-4").without(&of("0-9")), Numbers::default());
    assert_eq!(of("0-0,2-2").without(&of("1-1")).to_string(), "0-0,2-2");
}

//! What moves by itself, in numbers.

/// A number of what a resource stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measure {
    /// What is counted, such as `records`.
    pub name: &'static str,
    /// The same as a sentence.
    pub help: &'static str,
    /// Of what in the resource, where it has several: labels and their values.
    pub of: Vec<(&'static str, String)>,
    /// How many.
    pub value: u64,
}

impl Measure {
    /// Of the resource as a whole.
    pub fn whole(name: &'static str, help: &'static str, value: u64) -> Self {
        Self { name, help, of: Vec::new(), value }
    }

    /// Its name and what it is of, such as `sink_lag{sink="print"}`.
    pub fn full_name(&self) -> String {
        if self.of.is_empty() {
            return self.name.to_owned();
        }
        let of = self.of.iter().map(|(label, value)| format!("{label}={value:?}"));
        format!("{}{{{}}}", self.name, of.collect::<Vec<_>>().join(","))
    }
}

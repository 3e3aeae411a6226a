//! How many there are of something, in words: `1 partition`, `2 partitions`, `2 copies`.

use std::fmt;

/// A count with what is counted, which is given in the singular.
pub fn many(count: impl fmt::Display, one: &str) -> String {
    let count = count.to_string();
    match one.strip_suffix('y') {
        _ if count == "1" => format!("1 {one}"),
        Some(stem) => format!("{count} {stem}ies"),
        None => format!("{count} {one}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_told_in_the_singular_and_all_else_in_the_plural() {
        let told = [many(1, "partition"), many(0, "partition"), many(2_u64, "copy")];
        assert_eq!(told, ["1 partition", "0 partitions", "2 copies"]);
    }
}

//! Names as DNS takes them, which arguments are judged by.

/// The name of a namespace: a DNS label.
pub(crate) fn name(text: &str) -> Result<String, String> {
    let text = text.trim();
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let edge = |c: Option<char>| c.is_some_and(|c| c != '-');
    if text.len() <= 63
        && text.chars().all(good)
        && edge(text.chars().next())
        && edge(text.chars().last())
    {
        return Ok(text.to_owned());
    }
    Err("a namespace has 1 to 63 lower-case letters, digits and -, with no - at its ends"
        .to_owned())
}

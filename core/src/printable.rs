//! What may be printed of a text that somebody else wrote.
//!
//! A terminal obeys control characters, and bidirectional ones turn around what stands behind
//! them: a name could clear the screen, or a line of a plan read as another. So whatever comes from
//! a file or a cluster is printed through here.

use std::borrow::Cow;

/// Whether a character does something else than to be seen.
pub fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{2028}' | '\u{2029}' | '\u{FEFF}')
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// A text on one line, with every character that does something written as JSON escapes it.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            // All of them are below U+FFFF.
            c if acts(c) => shown.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_written_out_and_all_else_is_as_it_was() {
        assert_eq!(printable("a\u{1b}[2Jb\nc\u{202e}d\u{9b}"), "a\\u001b[2Jb\\nc\\u202ed\\u009b");
        assert!(matches!(printable("größer 😀 \"x\""), Cow::Borrowed(_)));
    }
}

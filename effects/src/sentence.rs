//! What people are told of an error: its whole chain in one line, without what is nobody's
//! business.

use crate::Error;

/// How long a message may be, in bytes.
const LONGEST: usize = 1_000;
/// What stands for what is left out.
const HIDDEN: &str = "***";
/// What comes after one of these and a sign is hidden.
const KEYS: &[&str] = &["password", "passwd", "token", "secret", "apikey", "api_key", "credential"];

/// An error and its causes in one line, fit for a log, a condition and an event.
pub(crate) fn sentence(error: &Error) -> String {
    fit(&error.in_full())
}

/// A text in one line of bounded length, without what looks like a secret.
pub(crate) fn fit(text: &str) -> String {
    shorten(scrub(text))
}

/// Hides what looks like a secret: what follows a telling key, a user's part of an address, the
/// token of an `Authorization`.
fn scrub(text: &str) -> String {
    let mut words = Vec::new();
    let mut hide_next = false;
    for word in text.split_whitespace() {
        if std::mem::take(&mut hide_next) {
            words.push(HIDDEN.to_owned());
            continue;
        }
        let lower = word.to_lowercase();
        hide_next = matches!(lower.trim_end_matches(':'), "bearer" | "basic");
        words.push(scrub_word(word, &lower));
    }
    words.join(" ")
}

fn scrub_word(word: &str, lower: &str) -> String {
    if word.contains("eyJ") && word.matches('.').count() >= 2 {
        return HIDDEN.to_owned();
    }
    let sign = |at: usize| word[at..].find(['=', ':']).map(|sign| at + sign + 1);
    // The same places only where lower case is as long.
    let key = KEYS.iter().filter(|_| lower.len() == word.len());
    let key = key.filter_map(|key| lower.find(key)).min();
    if let Some(after) = key.and_then(sign)
        && after < word.len()
    {
        return format!("{}{HIDDEN}", &word[..after]);
    }
    if let Some((scheme, rest)) = word.split_once("://")
        && let Some((user, host)) = rest.split_once('@')
        && !user.contains('/')
    {
        return format!("{scheme}://{HIDDEN}@{host}");
    }
    word.to_owned()
}

fn shorten(mut text: String) -> String {
    if text.len() > LONGEST {
        let at = (0..=LONGEST - 4).rev().find(|at| text.is_char_boundary(*at));
        text.truncate(at.expect("0 is a boundary"));
        text.push_str(" ...");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ApiError;

    #[test]
    fn an_error_is_told_with_its_causes_in_one_line() {
        let source = Box::new(ApiError::new(422, "Invalid", "spec.x:\n  Invalid value"));
        let error = crate::Error::Api { doing: "apply Service default/a".to_owned(), source };
        let told = "failed to apply Service default/a: spec.x: Invalid value";
        assert_eq!(sentence(&error), told);
    }

    #[test]
    fn what_looks_like_a_secret_is_hidden() {
        let told = scrub(
            "login at https://bob:hunter2@host/x with PASSWORD=hunter2, apiToken:hunter2 \
             Authorization: Bearer hunter2 and aa.eyJhunter2.b.c for spec.secretName",
        );
        assert!(!told.contains("hunter2"), "{told}");
        assert!(told.contains("https://***@host/x") && told.contains("spec.secretName"), "{told}");
    }

    #[test]
    fn a_long_message_is_cut_between_letters() {
        let told = shorten("ä".repeat(3_000));
        assert!(told.len() <= LONGEST && told.ends_with(" ..."), "{}", told.len());
    }
}

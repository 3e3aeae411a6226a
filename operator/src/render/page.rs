//! A page of text: lines of coloured words, laid out for a width.
//!
//! Colour is an extra and never the only carrier of anything: with it turned off the same words
//! stand in the same places.

use sluicegate_core::printable::printable;

/// The widest that the right edge is put: further out the eye loses the line.
const EDGE_MAX: usize = 132;

/// What a word means, for its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// No colour.
    Plain,
    /// A name that a reader looks for.
    Bold,
    /// Less important.
    Dim,
    /// Comes into being.
    Add,
    /// Changes.
    Change,
    /// Goes.
    Remove,
    /// Restarts.
    Restart,
    /// A call to a product.
    Call,
    /// Refused, or dangerous.
    Alarm,
}

/// Some words of one style.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span(pub String, pub Style);

/// Lines of text, in the making.
#[derive(Clone, Debug)]
pub struct Page {
    text: String,
    width: usize,
    colour: bool,
}

impl Style {
    fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Bold => "1",
            Self::Dim => "2",
            Self::Add => "32",
            Self::Change => "33",
            Self::Remove => "31",
            Self::Restart => "35",
            Self::Call => "36",
            Self::Alarm => "1;31",
        }
    }
}

impl Span {
    /// Words without a colour.
    pub fn plain(text: impl Into<String>) -> Self {
        Self(text.into(), Style::Plain)
    }

    /// Less important words.
    pub fn dim(text: impl Into<String>) -> Self {
        Self(text.into(), Style::Dim)
    }
}

impl Page {
    /// An empty page.
    pub fn new(width: usize, colour: bool) -> Self {
        Self { text: String::new(), width, colour }
    }

    /// The text of the page.
    pub fn finish(self) -> String {
        self.text
    }

    /// How many columns there are.
    pub fn width(&self) -> usize {
        self.width
    }

    /// An empty line, unless the page is empty or has one already.
    pub fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// A line as it is.
    pub fn line(&mut self, indent: usize, spans: &[Span]) {
        let mut line = " ".repeat(indent);
        for Span(text, style) in spans {
            self.paint(&mut line, &printable(text), *style);
        }
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// A line with something at its right edge; under it where both do not fit.
    pub fn sides(&mut self, indent: usize, left: &[Span], right: &[Span]) {
        let (used, wanted) = (indent + width_of(left), width_of(right));
        let edge = self.width.min(EDGE_MAX);
        if wanted == 0 || used + 2 + wanted <= edge {
            let mut spans = left.to_vec();
            if wanted > 0 {
                spans.push(Span::plain(" ".repeat(edge - used - wanted)));
                spans.extend_from_slice(right);
            }
            self.line(indent, &spans);
        } else {
            self.line(indent, left);
            self.line((edge.saturating_sub(wanted)).max(indent + 4), right);
        }
    }

    /// Words after a beginning, wrapped under the place where they begin.
    pub fn words(&mut self, indent: usize, begin: &[Span], text: &str, style: Style) {
        let hang = indent + width_of(begin);
        // Where the beginning takes most of the line, wrapped words hang from the indent instead.
        let hang_after = if hang * 3 > self.width * 2 { indent + 4 } else { hang };
        let mut line: Vec<Span> = begin.to_vec();
        let (mut at, mut started) = (hang, false);
        let mut from = indent;
        for word in text.split_whitespace() {
            let length = word.chars().count();
            if started && at + 1 + length > self.width {
                self.line(from, &line);
                (line, at, started, from) = (Vec::new(), hang_after, false, hang_after);
            }
            if started {
                line.push(Span::plain(" "));
                at += 1;
            }
            line.push(Span(word.to_owned(), style));
            (at, started) = (at + length, true);
        }
        if !line.is_empty() {
            self.line(from, &line);
        }
    }

    fn paint(&self, line: &mut String, text: &str, style: Style) {
        if self.colour && !style.code().is_empty() && !text.trim().is_empty() {
            line.push_str(&format!("\u{1b}[{}m{text}\u{1b}[0m", style.code()));
        } else {
            line.push_str(text);
        }
    }
}

/// How many columns these take.
pub fn width_of(spans: &[Span]) -> usize {
    spans.iter().map(|Span(text, _)| text.chars().count()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_hang_under_their_beginning() {
        let mut page = Page::new(20, false);
        page.words(2, &[Span::plain("so: ")], "one two three four", Style::Plain);
        assert_eq!(page.finish(), "  so: one two three\n      four\n");
    }

    #[test]
    fn what_does_not_fit_at_the_edge_goes_under_the_line() {
        let mut page = Page::new(20, false);
        page.sides(0, &[Span::plain("left")], &[Span::plain("right")]);
        page.sides(0, &[Span::plain("a long left side")], &[Span::plain("right")]);
        assert_eq!(page.finish(), "left           right\na long left side\n               right\n");
    }

    #[test]
    fn colour_changes_no_word() {
        let mut page = Page::new(40, true);
        page.line(0, &[Span("+".to_owned(), Style::Add), Span::plain(" a")]);
        assert_eq!(page.finish(), "\u{1b}[32m+\u{1b}[0m a\n");
    }
}

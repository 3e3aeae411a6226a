//! How a command ends: its exit codes, and what it could not do, in lines for people.

/// Everything went well, and there is nothing that the exit code should tell.
pub const DONE: u8 = 0;
/// Something failed: usage and refused resources included.
pub const FAILED: u8 = 1;

/// What a command could not do, one cause on a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure(pub Vec<String>);

impl Failure {
    /// A single sentence.
    pub fn of(line: impl Into<String>) -> Self {
        Self(vec![line.into()])
    }

    /// The same, with what it came to.
    #[must_use]
    pub fn so(mut self, conclusion: impl Into<String>) -> Self {
        self.0.push(conclusion.into());
        self
    }

    /// An error with its causes, outermost first.
    pub fn chain(error: &dyn std::error::Error) -> Self {
        let mut lines = vec![format!("error: {error}")];
        let mut cause = error.source();
        while let Some(source) = cause {
            lines.push(format!("  because: {source}"));
            cause = source.source();
        }
        Self(lines)
    }
}

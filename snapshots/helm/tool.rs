//! Helm itself, asked what it makes of values.

use std::process::{Command, Stdio};

use libtest_mimic::Failed;

use super::program::program;

/// What Helm said.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    pub(crate) ok: bool,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Answer {
    /// What it printed, if all went well.
    pub(crate) fn fine(self) -> Result<String, Failed> {
        if self.ok { Ok(self.out) } else { Err(format!("{}{}", self.out, self.err).into()) }
    }
}

/// Runs Helm; nothing where there is none.
pub(crate) fn helm(args: &[&str]) -> Option<Answer> {
    let mut command = Command::new(program()?);
    command.args(args).env_remove("KUBECONFIG").stdin(Stdio::null());
    let output = command.output().expect("it starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    Some(Answer { ok: output.status.success(), out, err })
}

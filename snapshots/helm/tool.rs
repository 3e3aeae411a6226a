//! Helm itself, as it is built for the project.

use std::{
    env,
    io::Write as _,
    path::PathBuf,
    process::{Command, Stdio},
    sync::OnceLock,
};

use libtest_mimic::Failed;

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
    static PROGRAM: OnceLock<Option<PathBuf>> = OnceLock::new();
    let program = PROGRAM.get_or_init(find).as_ref()?;
    let output = Command::new(program)
        .args(args)
        .env_remove("KUBECONFIG")
        .stdin(Stdio::null())
        .output()
        .expect("it starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    Some(Answer { ok: output.status.success(), out, err })
}

/// The one of HELM, or of the project's tools.
fn find() -> Option<PathBuf> {
    let tools = env::var_os("SLUICEGATE_TOOLS").map(PathBuf::from).or_else(|| {
        let home = || env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
        let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).or_else(home)?;
        Some(cache.join("sluicegate/tools"))
    });
    let built = tools.map(|tools| tools.join("helm-4.3.1/helm"));
    let found = env::var_os("HELM").map(PathBuf::from).or(built).filter(|path| path.is_file());
    let needed = env::var("CI").is_ok_and(|it| it == "true")
        || env::var("SLUICEGATE_REQUIRE_CLUSTER").is_ok_and(|it| it == "1");
    assert!(found.is_some() || !needed, "no Helm: .ci/cluster build helm builds it");
    if found.is_none() {
        let why = "helm: SKIPPED, nothing was rendered: .ci/cluster build helm builds Helm";
        drop(writeln!(std::io::stderr(), "{why}"));
    }
    found
}

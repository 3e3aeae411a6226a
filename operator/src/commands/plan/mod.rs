//! `plan`: what the operator would do, in order, and why. Here are its arguments, its files and its
//! exit code; the plan itself is made by [`crate::plan`].

use sluicegate_core::{many::many, printable};
use sluicegate_effects::file::Source;

use crate::{
    commands::{input, wait::wait},
    failure::{DONE, FAILED, Failure},
    plan::{
        self, Asked,
        model::{Outcome, Output},
    },
    render::{self, View},
    terminal::Io,
    validate,
};

mod args;
mod exit;
mod groups;

use self::args::Format;
pub use self::args::PlanArgs;

/// Runs the command.
///
/// # Errors
///
/// Whatever keeps the plan from being whole.
pub fn run(args: &PlanArgs, io: &mut Io<'_>) -> Result<u8, Failure> {
    if args.schema {
        let schema = schemars::schema_for!(Output);
        io.out(&format!("{}\n", pretty(&schema)));
        return Ok(DONE);
    }
    // First, since it may be that both are standard input.
    let state = groups::state_source(args, io)?;
    let sources = input::read(&args.paths, args.folders, io)?;
    let output = wait(output(args, &sources, state.as_ref(), io))?;
    let view = View {
        width: io.terminal.width,
        colour: args.color.choose(io.terminal.colour),
        show_unchanged: args.show_unchanged,
        show_status: args.show_status,
        show_all: args.show_all,
        wide: args.output == Format::Wide,
        context: args.unified,
    };
    let text = match args.output {
        Format::Text | Format::Wide => render::text::render(&output, &view),
        Format::Diff => render::diff::render(&output, &view),
        Format::Json => format!("{}\n", pretty(&output)),
        Format::Ndjson => render::ndjson::render(&output),
        Format::Markdown => render::markdown::render(&output, &view),
        Format::Manifests => render::manifests::render(&output, &view),
    };
    if !output.complete {
        // What cannot be planned hides nothing of what can, nor what was planned of it so far.
        io.out(&text);
        output.errors.iter().for_each(|error| io.err(&format!("error: {error}")));
        let bad = output.resources.iter().filter(|one| one.result == Outcome::Error).count();
        let all = output.resources.len();
        io.err(&format!(
            "Planning failed: {bad} of {} could not be planned.",
            many(all, "custom resource")
        ));
        return Ok(FAILED);
    }
    io.out(&text);
    Ok(exit::code(args, &output))
}

/// The plan for what these texts ask for.
async fn output(
    args: &PlanArgs,
    sources: &[Source],
    state: Option<&Source>,
    io: &mut Io<'_>,
) -> Result<Output, Failure> {
    let (files, mut checked) = validate::parse(sources);
    let (groups, cluster) = groups::of(args, files, state, &mut checked.errors, io).await?;
    let asked = Asked {
        groups,
        checked,
        pace: args.pace(),
        settings: args.reach.settings(),
        dry_run: args.server_dry_run,
    };
    plan::plan(asked, &cluster, &mut io.progress()).await
}

/// JSON that people can read too, ending where its text ends.
fn pretty(value: &impl serde::Serialize) -> String {
    shown(&serde_json::to_string_pretty(value).expect("the model is JSON"))
}

/// JSON without a character that does something but be seen: within its texts, where alone they can
/// be, it means the same escaped.
fn shown(json: &str) -> String {
    json.split('\n').map(printable::printable).collect::<Vec<_>>().join("\n")
}

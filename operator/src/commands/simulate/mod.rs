//! `simulate`: the operator at work on the embedded Kubernetes, event by event, until all is quiet.

use std::collections::{BTreeMap, BTreeSet};

use clap::{Args, ValueEnum};
use serde_json::Value;
use sluicegate_core::{
    kind::Kind,
    observed::{Observed, Ref, text},
    plan::{Action, Plan, Risk, Verb, Why},
    settings::Settings,
    system::System,
};
use sluicegate_effects::{
    Class, Done, Error,
    file::{Entry, Operator, Question, Reply, Rest, Start, Watcher, World},
    memory::SimEvent,
};

use crate::{
    commands::{
        args::{Colour, Files},
        input,
    },
    failure::{DONE, FAILED, Failure},
    kinds::{self, KindInfo},
    render::{
        page::{Page, Span, Style},
        summary::many,
    },
    terminal::Io,
    validate,
};

mod state;

/// Arguments of `simulate`.
#[derive(Clone, Debug, Args)]
pub struct SimulateArgs {
    /// Where the resources are.
    #[command(flatten)]
    pub files: Files,
    /// The most rounds of reconciling everything
    #[arg(long, value_name = "N", default_value_t = 300)]
    pub max_rounds: usize,
    /// The form of the result
    #[arg(short, long, value_enum, default_value_t = SimulateFormat::Text)]
    pub output: SimulateFormat,
    /// Whether to colour
    #[arg(long, value_enum, default_value_t = Colour::Auto)]
    pub color: Colour,
}

/// The form of a simulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SimulateFormat {
    /// What happens, event by event.
    Text,
    /// The world at the end, as a file that `plan` reads: with the values of `env`.
    State,
}

/// For how many rounds nothing may happen before all is taken to be quiet.
const QUIET_ROUNDS: usize = 5;

/// Runs the command.
///
/// # Errors
///
/// Everything wrong with what was given.
pub fn run(args: &SimulateArgs, io: &mut Io<'_>) -> Result<u8, Failure> {
    let sources = input::read(&args.files.paths, args.files.folders, io)?;
    let (files, mut checked) = validate::parse(&sources);
    let kinds = kinds::all();
    let mut worlds: Vec<(String, Start, Vec<Entry>)> = Vec::new();
    let mut shared = Vec::new();
    for file in files {
        match file.state {
            Some(state) => worlds.push((file.name, Start::State(state), file.desired)),
            None => shared.extend(file.desired),
        }
    }
    if !shared.is_empty() {
        worlds.insert(0, ("an empty cluster".to_owned(), Start::Empty, shared));
    }
    for (_, _, entries) in &worlds {
        checked.add(validate::all(kinds, entries));
    }
    checked.or_fail(&mut io.progress(), "Nothing was simulated.")?;
    if worlds.is_empty() {
        io.err("Nothing to simulate: no resource was found.");
    }
    let mut ready = true;
    for (name, start, entries) in &worlds {
        ready &= simulate(args, io, kinds, (name, start, entries))?;
    }
    Ok(if ready { DONE } else { FAILED })
}

/// Simulates one world. Returns whether every resource became Ready.
fn simulate(
    args: &SimulateArgs,
    io: &mut Io<'_>,
    kinds: &[KindInfo],
    (name, start, entries): (&str, &Start, &[Entry]),
) -> Result<bool, Failure> {
    let world = World::new(name, start).map_err(|problems| {
        Failure(problems.iter().map(|problem| format!("error: {problem}")).collect())
    })?;
    let colour = args.color.choose(io.terminal.colour);
    let mut told = Told::new(Page::new(io.terminal.width, colour));
    told.page.line(0, &[Span::dim(format!("in {name}"))]);
    for entry in entries {
        let ours = kinds::of(kinds, &entry.target).is_some();
        let verb = if world.apply(entry) { "apply" } else { "create" };
        let whose = if ours { "" } else { " (not ours)" };
        let line = format!("{verb}{whose} {}", entry.target);
        told.says("you", Span::plain(""), &line, Style::Bold);
    }
    let settings = Settings::default();
    let rest = Rest { quiet: QUIET_ROUNDS, at_most: args.max_rounds };
    let quiet = Operator::new(&world, &settings).until_quiet(&mut told, rest, |told, happened| {
        told.clock += 1;
        happened.iter().for_each(|one| told.happened(one));
    });
    if args.output == SimulateFormat::State {
        io.out(&state::render(&world, entries, &told.answers));
    }
    let ready = table(&mut told, &world, kinds, quiet);
    if args.output == SimulateFormat::Text {
        io.out(&told.page.finish());
    }
    Ok(ready && quiet)
}

struct Told {
    page: Page,
    clock: u64,
    waiting: BTreeMap<Ref, BTreeSet<String>>,
    readiness: BTreeMap<Ref, String>,
    answers: BTreeMap<Question, Reply>,
    failed: BTreeSet<String>,
}

impl Told {
    fn new(page: Page) -> Self {
        Self {
            page,
            clock: 0,
            waiting: BTreeMap::new(),
            readiness: BTreeMap::new(),
            answers: BTreeMap::new(),
            failed: BTreeSet::new(),
        }
    }

    fn says(&mut self, who: &str, symbol: Span, what: &str, style: Style) {
        let time = format!("{:>4} s  ", self.clock);
        let mut begin = vec![Span::dim(time), Span::dim(format!("{who:12}"))];
        if !symbol.0.is_empty() {
            begin.extend([symbol, Span::plain(" ")]);
        }
        self.page.words(0, &begin, what, style);
    }

    fn happened(&mut self, happening: &SimEvent) {
        self.says("kubernetes", Span::plain(""), &happening.what, Style::Dim);
    }

    fn reason(&mut self, why: &str) {
        self.page.words(22, &[Span::dim("# ")], why, Style::Dim);
    }

    fn status(&mut self, target: &Ref, status: &Value) {
        let Some(ready) = ready(status) else { return };
        let (state, reason) = (text(ready, "/status"), text(ready, "/reason"));
        let now = format!("Ready={state} {reason}: {}", text(ready, "/message"));
        if self.readiness.insert(target.clone(), now.clone()).as_ref() != Some(&now) {
            let style = if state == "True" { Style::Add } else { Style::Plain };
            self.says("sluicegate", Span::dim("="), &format!("{target} {now}"), style);
        }
    }

    /// One action, unless the status says the same.
    fn action<S: System>(&mut self, action: &Action<S>, ready: Option<&Value>) {
        let (symbol, style) = match &action.verb {
            Verb::Create(_) => ("+", Style::Add),
            Verb::Apply(..) | Verb::SetFinalizers(..) => ("~", Style::Change),
            Verb::Delete(..) => ("-", Style::Remove),
            Verb::Restart(..) => ("!", Style::Restart),
            Verb::Call(_) => (">", Style::Call),
            Verb::SetStatus(target, _, status) => return self.status(target, status),
            Verb::EmitEvent(event) => {
                let says = |field: &str| ready.map(|one| text(one, field)).unwrap_or_default();
                if says("/reason") != event.reason || says("/message") != event.note {
                    let line = format!("event {}: {}", event.reason, event.note);
                    self.says("sluicegate", Span::dim("#"), &line, Style::Plain);
                }
                return;
            }
        };
        let risk = match action.risk {
            Risk::None | Risk::Online => String::new(),
            Risk::Restart | Risk::Unavailable | Risk::DataLoss => {
                format!("  risk: {}", action.risk)
            }
        };
        let line = format!("{}{risk}  [{}]", action.verb, action.rule.id);
        self.says("sluicegate", Span(symbol.to_owned(), style), &line, Style::Plain);
        match &action.why {
            Why::Requested(why) => self.reason(why),
            Why::Changed(changes) | Why::Drifted(changes)
                if !matches!(action.verb, Verb::Call(_)) =>
            {
                let paths: Vec<&str> = changes.iter().map(|one| one.path.as_str()).collect();
                self.reason(&format!("{}: {}", action.why.word(), paths.join(", ")));
            }
            Why::Missing | Why::Orphaned | Why::Changed(_) | Why::Drifted(_) => {}
        }
    }
}

impl Watcher for Told {
    fn planned<K: Kind>(
        &mut self,
        _: &K::Resource,
        plan: &Plan<K::System>,
        seen: &Observed<K::System>,
    ) {
        state::remember(seen, &mut self.answers);
        let ready = plan.status().and_then(ready);
        for action in &plan.actions {
            self.action(action, ready);
        }
        let mut now = BTreeSet::new();
        for waiting in &plan.waiting {
            let shut = waiting.gates.iter().filter(|gate| !gate.passes());
            let gates: Vec<String> =
                shut.map(|gate| format!("{} ({})", gate.id, gate.observed)).collect();
            now.insert(format!("waits: {}; for {}", waiting.what, gates.join(", ")));
        }
        for blocked in &plan.blocked {
            now.insert(format!(
                "refuses {}: {} [{}]",
                blocked.path, blocked.message, blocked.rule.id
            ));
        }
        let before = self.waiting.insert(plan.resource.clone(), now.clone()).unwrap_or_default();
        for line in now.difference(&before) {
            self.says("sluicegate", Span::dim("?"), line, Style::Plain);
        }
    }

    fn unreadable(&mut self, resource: &Ref, why: &str) {
        let line = format!("{resource}: it does not decode: {why}");
        if self.failed.insert(line.clone()) {
            self.says("sluicegate", Span("x".to_owned(), Style::Alarm), &line, Style::Plain);
        }
    }

    fn ended(&mut self, resource: &Ref, outcome: &Result<Done, Error>) {
        let line = match outcome {
            Ok(Done::All) => return,
            Ok(Done::Stopped { guard, .. }) => format!("{resource}: stopped: {guard}"),
            Ok(Done::Altered { noted, .. }) => {
                return self.says("sluicegate", Span::dim("#"), noted, Style::Plain);
            }
            Ok(Done::Unsteady { what, .. }) => {
                self.failed.insert(what.clone());
                what.clone()
            }
            Err(error) => {
                let cause = std::error::Error::source(error).map(ToString::to_string);
                let line = format!("{resource}: {error}: {}", cause.unwrap_or_default());
                if error.class() == Class::Final {
                    self.failed.insert(line.clone());
                }
                line
            }
        };
        self.says("sluicegate", Span("x".to_owned(), Style::Alarm), &line, Style::Plain);
    }
}

/// What a status says of the resource as a whole.
fn ready(status: &Value) -> Option<&Value> {
    let conditions = status["conditions"].as_array();
    conditions.into_iter().flatten().find(|one| text(one, "/type") == "Ready")
}

/// The resources with their conditions. Returns whether all are Ready.
fn table(told: &mut Told, world: &World, kinds: &[KindInfo], quiet: bool) -> bool {
    let mut rows = Vec::new();
    for kind in kinds {
        for object in world.all(&kind.api) {
            let ready = object.get("status").and_then(ready);
            let says =
                |field: &str| ready.map(|one| text(one, field).to_owned()).unwrap_or_default();
            let place = ["/metadata/namespace", "/metadata/name"].map(|at| text(&object, at));
            let name = format!("{} {}", kind.api.kind, place.join("/"));
            rows.push((name, says("/status"), says("/reason"), says("/message")));
        }
    }
    let page = &mut told.page;
    page.gap();
    let widest = rows.iter().map(|row| row.0.chars().count()).max().unwrap_or_default();
    for (name, status, reason, message) in &rows {
        let (word, style) =
            if status == "True" { ("Ready    ", Style::Add) } else { ("not Ready", Style::Alarm) };
        let begin = [
            Span::plain(format!("{name:widest$}  ")),
            Span(word.to_owned(), style),
            Span::plain("  "),
        ];
        let separator = if message.is_empty() { "" } else { ": " };
        page.words(0, &begin, &format!("{reason}{separator}{message}"), Style::Dim);
    }
    page.gap();
    let ready = rows.iter().filter(|row| row.1 == "True").count();
    let end = if quiet { "All is quiet" } else { "It did not become quiet" };
    let seconds = many(usize::try_from(told.clock).unwrap_or(usize::MAX), "second");
    let line = format!("{end} after {seconds}: {ready} of {} Ready.", many(rows.len(), "resource"));
    page.line(0, &[Span(line, Style::Bold)]);
    ready == rows.len() && told.failed.is_empty()
}

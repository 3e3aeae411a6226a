//! From a plan to changes: in order, each guarded, none after one that failed.
//!
//! Later actions rest on earlier ones, so the first that cannot be done ends the plan. Nothing is
//! lost by that: the next plan is made from what is there then.

use serde_json::Value;
use sluicegate_core::{
    altered::to_note,
    observed::{List, Look, Ref, text},
    owner::controller,
    plan::{Action, Guard, Manifest, Plan, Verb},
    system::System,
};

use crate::{Ask, Class, Error, Reader, Writer};

/// How a plan ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// Everything was done.
    All,
    /// What a guard looked at is no longer so: this action and all after it were not done.
    Stopped {
        /// The index of the action.
        at: usize,
        /// The guard, as a sentence about what it found.
        guard: String,
    },
    /// The API server itself makes something else of an object, which is noted on it: this action
    /// was done, and all after it were not. The next plan knows of it.
    Altered {
        /// The index of the action.
        at: usize,
        /// What was noted, as a sentence.
        noted: String,
    },
    /// The same, but it is something else again each time, so that no note holds.
    Unsteady {
        /// The index of the action.
        at: usize,
        /// What changes, as a sentence.
        what: String,
    },
}

/// What was refused for good while the rest of a plan went on.
#[derive(Debug)]
pub struct Refused<S: System> {
    /// By the product: calls that hold up no other that does not rest on them.
    pub calls: Vec<(S::Call, Error)>,
    /// The status: it only tells, and comes last.
    pub status: Option<Error>,
}

impl<S: System> Default for Refused<S> {
    fn default() -> Self {
        Self { calls: Vec::new(), status: None }
    }
}

/// Does what was planned.
///
/// Before each action its guards are looked at once more, live. One that fails ends the plan
/// without an error: the resource has to be looked at again. A dry run that is refused is an error,
/// since only it tells whether looking again may help.
///
/// # Errors
///
/// If an action fails, or the world cannot be read.
pub async fn execute<S, W>(world: &W, plan: &Plan<S>) -> Result<Done, Error>
where
    S: System,
    W: Reader + Ask<S> + Writer<S>,
{
    let mut refused = Refused::default();
    let done = execute_while(world, plan, || true, &mut refused).await?;
    let Refused { calls, status } = refused;
    calls.into_iter().map(|(_, error)| error).chain(status).next().map_or(Ok(done), Err)
}

/// Does what was planned for as long as it may: asked before each action, so that a process that
/// ends finishes the one in hand and begins no other.
///
/// What the product refuses for good holds up no other call that does not rest on it: it is put
/// into `refused`. After that nothing else is done, as what the plan would tell is not so. A status
/// that is refused is put there too.
///
/// # Errors
///
/// If an action fails, or the world cannot be read.
pub async fn execute_while<S, W>(
    world: &W,
    plan: &Plan<S>,
    may: impl Fn() -> bool,
    refused: &mut Refused<S>,
) -> Result<Done, Error>
where
    S: System,
    W: Reader + Ask<S> + Writer<S>,
{
    for (at, action) in plan.actions.iter().enumerate() {
        if !may() {
            return Ok(Done::Stopped { at, guard: "no action may begin any more".to_owned() });
        }
        if !refused.calls.is_empty() && !is_beside(&action.verb, &refused.calls) {
            continue;
        }
        for guard in &action.guards {
            if let Err(guard) = holds(world, action, guard).await? {
                tracing::debug!(at, action = %action.verb, %guard, "stopped by a guard");
                return Ok(Done::Stopped { at, guard });
            }
        }
        match (world.perform(&action.verb).await, &action.verb) {
            (Err(error), Verb::Call(call)) if error.class() == Class::Final => {
                refused.calls.push((call.clone(), error));
                continue;
            }
            (Err(error), Verb::SetStatus(..))
                if error.class() == Class::Final && !error.is_about_leaving() =>
            {
                refused.status = Some(error);
                continue;
            }
            (done, _) => done?,
        }
        if let Verb::Create(applied) | Verb::Apply(applied, _) = &action.verb
            && let Some(end) = admit(world, at, applied).await?
        {
            return Ok(end);
        }
        tracing::debug!(at, action = %action.verb, rule = action.rule.id, "done");
    }
    Ok(Done::All)
}

/// Looks at what the API server made of an apply, and notes on the object what is not as it was
/// asked for. Otherwise it would be applied again after each look, without end.
async fn admit<S, W>(world: &W, at: usize, applied: &Manifest) -> Result<Option<Done>, Error>
where
    S: System,
    W: Writer<S>,
{
    let note = |applied: &Manifest| to_note::<S>(applied, &world.made(&applied.target)?);
    let Some(verb) = note(applied) else { return Ok(None) };
    tracing::info!(action = %verb, "the API server makes something else of what is applied");
    world.perform(&verb).await?;
    let noted = format!("what the API server makes of {} is noted on it", applied.target);
    if let Verb::Apply(again, _) = &verb
        && note(again).is_some()
    {
        let what = format!(
            "the API server makes something else of {} each time that it is applied",
            applied.target
        );
        return Ok(Some(Done::Unsteady { at, what }));
    }
    Ok(Some(Done::Altered { at, noted }))
}

/// Whether it is a call that rests on none of those that were refused.
fn is_beside<S: System>(verb: &Verb<S>, refused: &[(S::Call, Error)]) -> bool {
    let Verb::Call(call) = verb else { return false };
    !refused.iter().any(|(one, _)| S::rests_on(call, one))
}

/// Whether a guard holds, or a sentence about why it does not.
async fn holds<S, W>(
    world: &W,
    action: &Action<S>,
    guard: &Guard<S>,
) -> Result<Result<(), String>, Error>
where
    S: System,
    W: Reader + Ask<S> + Writer<S>,
{
    Ok(match guard {
        Guard::Live(target, uid) => stands(target, uid, false, &world.get(target).await?),
        Guard::Leaving(target, uid) => stands(target, uid, true, &world.get(target).await?),
        Guard::PodsReady { of, controller_uid, min_ready, excluding } => {
            enough(*min_ready, controller_uid, excluding, &world.list(of).await?)
        }
        Guard::StillAnswers(probe, answer) => {
            if world.ask(probe).await? == *answer {
                Ok(())
            } else {
                Err(format!("{probe} is answered differently by now"))
            }
        }
        Guard::Acceptable => {
            world.dry_run(&action.verb).await?;
            Ok(())
        }
    })
}

fn stands(target: &Ref, uid: &str, leaving: bool, look: &Look) -> Result<(), String> {
    match look {
        Look::Absent => Err(format!("{target} is gone")),
        Look::Denied(why) => Err(format!("{target} cannot be looked at: {why}")),
        Look::Found(object) if text(object, "/metadata/uid") != uid => {
            Err(format!("{target} is another one by now"))
        }
        Look::Found(object) => match (is_leaving(object), leaving) {
            (true, false) => Err(format!("{target} is being deleted")),
            (false, true) => Err(format!("{target} is not being deleted")),
            (true, true) | (false, false) => Ok(()),
        },
    }
}

fn enough(least: usize, controller_uid: &str, excluding: &str, list: &List) -> Result<(), String> {
    let counts = |pod: &Value| {
        controller(pod) == Some(controller_uid)
            && text(pod, "/metadata/name") != excluding
            && !is_leaving(pod)
            && is_ready(pod)
    };
    let ready = items(list).filter(|pod| counts(pod)).count();
    if ready >= least {
        return Ok(());
    }
    Err(format!("{ready} other pods are ready, {least} have to be"))
}

fn items(list: &List) -> impl Iterator<Item = &Value> {
    let items: &[_] = match list {
        List::Items(items) => items,
        List::NotServed | List::Denied(_) => &[],
    };
    items.iter().map(AsRef::as_ref)
}

fn is_leaving(object: &Value) -> bool {
    object.pointer("/metadata/deletionTimestamp").is_some()
}

/// Whether a pod says that it is ready.
pub(crate) fn is_ready(pod: &Value) -> bool {
    let conditions = pod.pointer("/status/conditions").and_then(Value::as_array);
    let ready = |one: &Value| text(one, "/type") == "Ready" && text(one, "/status") == "True";
    conditions.into_iter().flatten().any(ready)
}

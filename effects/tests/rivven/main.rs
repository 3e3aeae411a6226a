//! The way to Rivven's brokers, against brokers: the stand-in, and a real rivvend where one is
//! found. What both are asked is asked in the same words and expects the same answers, so what a
//! test shows with the stand-in holds for the broker.
//!
//! The real one is the program that `RIVVEND` names, or a `rivvend` in `PATH`. Without it its half
//! is ignored; with `SLUICEGATE_REQUIRE_RIVVEND=1` that is a failure. A schema registry is
//! asked for real or not at all; one that is ill has a stand-in.

#[path = "../../../operator/tests/standin/mod.rs"]
mod standin;

mod agree;
mod faults;
mod ill;
mod import;
mod many;
mod registry;
mod rivvend;
mod same;
mod schema;
mod subject;
#[path = "../conformance/undone.rs"]
mod undone;

use std::{future::Future, pin::Pin, process::ExitCode};

use libtest_mimic::{Arguments, Trial};

use self::{rivvend::program, subject::Subject};

type Running = Pin<Box<dyn Future<Output = ()>>>;

/// Tests by their names. One that is not named here is not used, which the compiler says.
macro_rules! tests {
    ($module:ident($given:ty): $($name:ident,)*) => {
        [$((
            stringify!($name),
            (|given| Box::pin($module::$name(given))) as fn($given) -> Running,
        )),*]
    };
    ($module:ident: $($name:ident,)*) => {
        [$((stringify!($name), (|| Box::pin($module::$name())) as fn() -> Running)),*]
    };
}

fn main() -> ExitCode {
    let both = tests! { agree(Subject):
        a_broker_that_runs_alone_is_healthy_and_holds_nothing,
        a_topic_is_created_grown_configured_and_deleted,
        a_topic_with_as_many_partitions_as_there_may_be_is_seen_whole,
        what_the_broker_refuses_is_told_in_its_own_words,
        records_are_counted_and_come_back_with_a_topic_that_is_made_again,
        groups_are_where_they_have_committed,
        a_broker_that_was_killed_has_its_topics_and_no_configs,
        a_broker_that_says_nothing_more_is_unreachable_in_time,
    };
    let alone = tests! { faults:
        a_create_whose_answer_is_lost_is_found_done_and_not_repeated,
        a_create_that_never_arrived_is_found_undone,
        an_answer_that_is_lost_makes_a_broker_unreachable_and_the_next_is_heard,
        a_broker_that_closes_every_connection_is_unreachable,
        an_ill_broker_says_so_and_a_page_is_no_health,
        words_of_a_broker_that_answers_nothing_are_shown_on_one_line,
        a_broker_that_refuses_is_left_alone_after_three_times_with_the_same_reason,
        refusals_are_answers_and_leave_nobody_alone,
        one_connection_serves_while_it_is_good_and_a_restart_costs_no_request,
        a_broker_that_was_asked_what_it_holds_may_end_at_once,
        no_more_than_four_requests_are_under_way_in_a_cluster,
        a_request_that_is_given_up_leaves_nothing_behind,
        one_pair_of_ports_can_stand_in_for_every_broker,
        a_name_that_leads_nowhere_is_no_broker,
    };
    let ill = tests! { ill: an_ill_registry_does_not_answer_and_it_is_told_why, };
    let imports = tests! { import:
        what_was_exported_is_there_again_with_its_ids,
        a_registry_that_holds_schemas_or_rules_of_others_takes_none_in,
        what_somebody_else_registers_meanwhile_is_told,
    };
    let same = tests! { same: the_registry_of_plans_answers_as_the_real_one, };
    let registries = tests! { registry:
        what_is_asked_for_is_in_force_until_the_registry_starts_anew,
        each_level_lets_in_what_it_says,
        every_schema_is_read_with_its_places_deleted_or_not,
        levels_of_others_are_looked_at_a_hundred_at_a_time,
        rules_of_every_type_are_read_replaced_and_taken_away,
        a_schema_that_any_subject_holds_is_taken_at_every_level,
        a_registry_refuses_in_its_own_words_and_one_that_is_gone_does_not_answer,
    };
    let many = tests! { many: a_look_costs_the_same_however_many_schemas_there_are, };
    let no_schema = program::schema().is_none().then_some(program::NO_SCHEMA);
    let none = rivvend::program().is_none() && !rivvend::required();
    let lacks = none.then_some(rivvend::MISSING);
    let mut trials = Vec::new();
    for (name, run) in both {
        trials.push(Trial::test(format!("{name}, the stand-in"), move || {
            finish(move || run(Subject::standin()))
        }));
        let name = format!("{name}, rivvend");
        trials.push(undone::trial(&name, lacks, move || finish(move || run(Subject::real()))));
    }
    for (name, run) in registries.into_iter().chain(many).chain(imports).chain(same) {
        trials.push(undone::trial(name, no_schema, move || finish(run)));
    }
    trials.extend(
        alone.into_iter().chain(ill).map(|(name, run)| Trial::test(name, move || finish(run))),
    );
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// Runs a test to its end.
fn finish(test: impl FnOnce() -> Running) -> Result<(), libtest_mimic::Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async { test().await });
    Ok(())
}

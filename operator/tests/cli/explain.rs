//! What `explain` says, and what it meets a slip with.

use super::run;

#[test]
fn everything_listed_can_be_explained_and_a_slip_is_met_with_the_nearest() {
    let listed = run(&["explain"]).out;
    assert!(listed.contains("TOP-31"), "{listed}");
    for (topic, id) in [
        ("rule", "TOP-31"),
        ("rule", "CLU-03"),
        ("rule", "OBJ-02"),
        ("field", "RivvenCluster.spec.storage.size"),
        ("field", "rivventopic.spec"),
        ("condition", "Ready"),
        ("gate", "pods-ready"),
    ] {
        let ran = run(&["explain", topic, id]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{topic} {id}");
        assert!(ran.out.lines().count() > 1, "{}", ran.out);
    }
    let ran = run(&["explain", "rule", "TOP-3l"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("did you mean TOP-3"), "{}", ran.err);
    let ran = run(&["explain", "field", "RivvenCluster.spec.storage.sise"]);
    assert!(ran.err.contains("did you mean RivvenCluster.spec.storage.size?"), "{}", ran.err);
}

#[test]
fn what_a_message_names_is_explained_by_its_name_alone() {
    for (word, begins) in [
        ("TOP-34", "TOP-34  One topic belongs to one resource"),
        ("ready", "Ready\n"),
        ("pods-ready", "pods-ready "),
        ("RivvenTopic.spec.partitions", "RivvenTopic.spec.partitions "),
        ("stdout", "rivven/sink/stdout\n"),
        ("source/datagen", "rivven/source/datagen\n"),
        ("rivven/postgres-cdc", "rivven/source/postgres-cdc\n"),
    ] {
        let ran = run(&["explain", word]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{word}");
        assert!(ran.out.starts_with(begins), "{}", ran.out);
    }
    for (args, says) in [
        (
            &["explain", "TOP-3l"][..],
            "there is no rule, field, condition, reason, gate or connector TOP-3l",
        ),
        (&["explain", "connector", "postgre-cdc"], "(did you mean postgres-cdc?)"),
        (&["explain", "rivven/sink/datagen"], "(did you mean rivven/source/datagen?)"),
        (&["explain", "connector", "sink/datagen"], "(did you mean rivven/source/datagen?)"),
        (&["explain", "ruel", "TOP-34"], "there is no topic ruel (did you mean rule?)"),
    ] {
        let ran = run(args);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{args:?}");
        assert!(ran.err.contains(says), "{}", ran.err);
    }
}

#[test]
fn a_connector_is_explained_with_what_its_program_makes_of_it() {
    let ran = run(&["explain", "connector", "kafka"]);
    let (source, sink) = ran.out.split_once("rivven/sink/kafka\n").expect("there are two");
    assert!(source.starts_with("rivven/source/kafka\n"), "{source}");
    for (text, whose) in [
        ("text, at most", source),
        ("required", source),
        ("secret", sink),
        ("Its program reads", sink),
        ("A connector does not start with", sink),
    ] {
        assert!(whose.contains(text), "{text}: {whose}");
    }
    assert_eq!(run(&["explain", "connector", "KAFKA"]).out, ran.out);
    let (all, some) = (run(&["explain"]).out, run(&["explain", "connector"]).out);
    assert!(
        some.contains("\n  rivven/source           datagen, ") && all.ends_with(&some),
        "{all}"
    );
}

#[test]
fn a_field_is_explained_by_the_path_that_an_error_has() {
    for (path, told) in [
        ("spec.sources[3].connector", "Which connector it is"),
        ("spec.sources[0].topicConfig.replicationFactor", "no effect  rivvend"),
        ("spec.sources[1].mysqlCdc.serverId", "rivven/source/mysql-cdc"),
        ("spec.sinks[0].iceberg.catalog.rest.uri", "Address of the catalogue."),
    ] {
        let ran = run(&["explain", "field", &format!("RivvenConnect.{path}")]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert!(ran.out.contains(told), "{told:?} in {}", ran.out);
    }
    for (path, told) in [
        ("spec.sinks[0].s3.bukket", "no key of rivven/sink/s3 bukket (did you mean bucket?)"),
        ("spec.sinks[0].config.bucket", "`sluicegate explain connector NAME` lists them"),
    ] {
        let ran = run(&["explain", "field", &format!("RivvenConnect.{path}")]);
        assert_eq!(ran.code, 1, "{}", ran.out);
        assert!(ran.err.contains(told), "{told:?} in {}", ran.err);
    }
}

#[test]
fn a_reason_is_found_by_its_name() {
    for args in [&["explain", "LiteralSecret"][..], &["explain", "condition", "literalsecret"]] {
        let ran = run(args);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""));
        assert!(ran.out.starts_with("SpecResolved\n"), "{}", ran.out);
        assert!(ran.out.contains("LiteralSecret") && ran.out.contains("FLW-50"), "{}", ran.out);
        assert!(!ran.out.contains("References"), "it is asked for one reason: {}", ran.out);
    }
    let ran = run(&["explain", "condition", "LiteralSecrets"]);
    assert_eq!(ran.code, 1);
    let told = "there is no condition or reason LiteralSecrets (did you mean LiteralSecret?)";
    assert!(ran.err.contains(told), "{}", ran.err);
}

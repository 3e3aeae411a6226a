//! What a seed names and the program does not have.

use crate::connector::{Connector, Program, Role};

pub(super) static ELASTICSEARCH: Connector = Connector {
    name: "elasticsearch",
    role: Role::Sink,
    about: "Writes records into an index of Elasticsearch.",
    block: None,
    program: Program::Lacks("the program has no such connector"),
    fixed: &[],
    lacks: None,
    keys: &[],
};

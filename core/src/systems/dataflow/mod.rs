//! DataFlow: flows of records from a source to a sink. So far what a flow means: its `pipeline`.

pub mod pipeline;

//! The defects that the upstream operator has, each as a test of what this one does instead.
//!
//! `a…` are the numbers of the list of defects in upstream's source, `r…` those of what was found
//! when its program was run. A test has the numbers of all that it is about in its name.
//!
//! Not here, because there is nothing yet that could have the defect:
//!
//! - a10, a11, r26: back-off of failed reconciliations, which comes with the live operator (that a
//!   refused spec is not tried again is here);
//! - a22, r3, r4: leader election; a23, r5: health endpoints and signals; a27, r6: metrics;
//! - r27 of clusters and topics: what has to be read is declared by each kind, and tested there;
//! - r1, r2, r7, r8, r9: packaging, flags and rights.
//!
//! `f…` are those of DataFlow's operator. Not here: f7, its webhook; f9, its chart, whose
//! definitions are ours; f37, a pause within its only worker; f38, its own figures; f39, those of
//! its processor.

mod cluster;
mod connect;
mod flow;
mod ownership;
mod rig;
mod schema_registry;
mod status;
mod topic;

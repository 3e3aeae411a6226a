//! The defects that the upstream operator has, each as a test of what this one does instead.
//!
//! `a…` are the numbers of the list of defects in upstream's source, `r…` those of what was found when
//! its program was run. What one test covers of both lists is in its name once.
//!
//! Not here, because there is nothing yet that could have the defect:
//!
//! - a10, a11, r26: back-off of failed reconciliations, which comes with the live operator (that a
//!   refused spec is not tried again is here);
//! - a22, r3, r4: leader election; a23, r5: health endpoints and signals; a27, r6: metrics;
//! - r27: watches. What has to be read is declared by each kind, and tested there;
//! - r1, r2, r7, r8, r9: packaging, flags and rights; a29, r18 to r21, r37: kinds that do not exist
//!   here yet.

mod cluster;
mod ownership;
mod rig;
mod status;
mod topic;

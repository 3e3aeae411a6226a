//! The world as a cluster: every request to the API server goes through here.
//!
//! - [`ApiServer`]: the one door, with deadlines, a budget and numbers.
//! - [`Fence`]: until when this process may write.
//! - [`Live`]: the [`Reader`](crate::Reader) and [`Writer`](crate::Writer) of what is there now.

mod budget;
mod connect;
mod fence;
mod server;

pub use self::{
    budget::Budget,
    connect::{Access, connect},
    fence::Fence,
    server::{ApiServer, DEADLINE, DEADLINE_LIST, DEADLINE_STATUS, Request},
};

//! The objects that a RivvenSchemaRegistry is made of. Each builder takes what was checked, and
//! does not fail.

mod budget;
mod deployment;
mod services;

pub(super) use budget::budget;
pub(super) use deployment::{deployment, permit};
pub(super) use services::{client, headless};

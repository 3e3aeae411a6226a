//! `RivvenConnect`: connectors that move records into topics and out of them. So far what they are:
//! the catalogue, which `explain connector` prints.

pub(crate) mod catalogue;

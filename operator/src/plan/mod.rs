//! Plans: what the operator would do, in order, and why. It is the operator: the same engine makes
//! the plan, and only the world is another.

mod causes;
mod collect;
mod group;
mod hidden;
mod judge;
mod make;
pub mod model;
mod order;
mod pace;
pub mod retries;
pub mod rounds;
pub mod show;

pub use self::{
    group::Group,
    judge::{Judge, Nobody, Refusals},
    make::{Asked, plan},
    pace::{Pace, Steps},
};

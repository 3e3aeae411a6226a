//! Plans as text: for people, for pull requests, for programs, for `kubectl`.

mod detail;
pub mod diff;
pub mod manifests;
pub mod markdown;
pub mod ndjson;
pub mod page;
mod signs;
pub mod summary;
pub mod text;
pub mod value;
mod view;

pub use self::view::View;

//! Every chore of the project as `cargo xtask NAME`, and as a library the real
//! clusters that tests run against.

pub mod cluster;
pub mod digest;
pub mod postgres;
pub mod run;
pub mod stop;

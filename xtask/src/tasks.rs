//! The chores, one file each.

pub mod bench;
pub mod chaos;
pub mod demo;
pub mod dist;
pub mod lint;
mod seams;
pub mod serve;
pub mod setup;
pub mod shots;
mod story;
pub mod test;
pub mod web;

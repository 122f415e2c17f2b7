//! Objects as they are met: of several Kubernetes versions, and of real
//! projects.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod corpus;
mod model;
mod versions;

//! The commands as a person or a script runs them.

mod bad_input;
mod examples;
mod explain;
mod get;
mod lint;
mod rows;
mod run;
mod schema;
mod size;
mod split_merge;
mod yaml;

//! The commands as a person or a script runs them.

mod bad_input;
mod examples;
mod run;
mod size;
mod split_merge;

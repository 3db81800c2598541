//! The maintainer's commands: from the specs to the provider crates, and what belongs to it.
//!
//! A document passes through the modules in this order: [`spec`] reads and lints it, [`api`] tells what it says, [`lower`] rewrites it into what
//! progenitor takes, [`generate`] makes the files of a crate, [`emit`] compares them with what is there and writes what
//! changed. [`workspace`] knows which specs there are, [`mutants`] puts faults into the code to see its tests fail, and
//! [`commands`] is what a maintainer types.

pub mod spec;

pub mod api;

pub mod lower;

pub mod generate;

pub mod emit;

pub mod mutants;

pub mod commands;
pub mod workspace;

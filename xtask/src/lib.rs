//! The maintainer's commands: from the specs to the provider crates, and what belongs to it.
//!
//! A document passes through the modules in this order: [`spec`] reads and lints it, [`adopt`] brings one that a vendor
//! published into the profile, [`api`] tells what it says, [`lower`] rewrites it into what progenitor takes,
//! [`generate`] makes the files of a crate, [`cache`] keeps them for the next time, [`emit`] compares them with what is
//! there and writes what changed. [`diff`] tells what two versions of a spec mean for callers, [`mutants`] puts faults
//! into the code to see its tests fail, [`trial`] takes a document without touching the workspace; `deep_stack` has room for
//! documents that nest deeply. [`workspace`] knows which specs there are, and [`commands`] is what a maintainer types.

pub mod spec;

pub mod adopt;

pub mod api;

pub mod lower;

pub mod generate;

pub mod cache;
pub mod emit;

pub mod diff;
pub mod mutants;

pub mod trial;

pub mod provenance;

pub mod origin;

pub mod registry;

mod deep_stack;

pub mod commands;
pub mod workspace;

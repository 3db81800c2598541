//! Mutants: faults put into the code on purpose, each of which a named test has to notice.
//!
//! [`packages`] knows the tests, [`catalogue`] reads and checks what `xtask/mutants` lists, [`copy`] makes the workspace
//! that is broken in place of this one, and [`trial`] runs tests in it.

pub mod catalogue;
pub mod copy;
pub mod packages;
pub mod trial;

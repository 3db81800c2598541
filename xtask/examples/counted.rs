//! The same commands with the allocator of the system, whose blocks valgrind can count: `cargo xtask bench generate` does.

use std::{io, process::ExitCode};

use clap::Parser as _;
use xtask::{commands::Arguments, workspace::Workspace};

fn main() -> ExitCode {
    Arguments::parse().run(&Workspace::here(), &mut io::stdout(), &mut io::stderr())
}

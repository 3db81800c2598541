//! `cargo xtask`: the maintainer's commands.

use std::{io, process::ExitCode};

use clap::Parser as _;
use mimalloc::MiMalloc;
use xtask::{commands::Arguments, workspace::Workspace};

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    Arguments::parse().run(&Workspace::here(), &mut io::stdout(), &mut io::stderr())
}

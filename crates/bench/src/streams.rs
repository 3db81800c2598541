//! The report `streams`: what event streams and lists in pages cost.

use crate::{
    report::{Effort, Outcome},
    sheet::Sheet,
};

pub mod process;
pub mod service;

pub mod events;
pub mod pages;

/// Measures all of it.
///
/// # Errors
///
/// When something cannot be set up that has to be there for a figure.
pub fn report(sheet: &mut Sheet<'_>, effort: Effort) -> Outcome {
    // The service runs here, and what is measured in processes of its own.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let service = runtime.block_on(service::Service::start())?;
    events::report(sheet, effort, &service)?;
    pages::report(sheet, effort, &service)
}

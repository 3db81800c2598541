//! Room for the recursion that the strangest documents take.

use std::{cell::Cell, panic, thread};

/// An example may nest as deep as a document, and its schema be as deep again at every level.
const STACK: usize = 64 << 20;

thread_local! {
    static IS_DEEP: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work` where there is room for it: on this thread where it was made for that, and else on one of its own.
pub(crate) fn on_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    if IS_DEEP.get() {
        return work();
    }
    let mut work = Some(work);
    let mut once = || {
        IS_DEEP.set(true);
        work.take().map(|work| work())
    };
    let joined = thread::scope(|scope| {
        let thread = thread::Builder::new()
            .name("deep".to_owned())
            .stack_size(STACK);
        let thread = thread.spawn_scoped(scope, &mut once);
        thread.ok().map(|thread| thread.join())
    });
    let done = match joined {
        Some(Ok(done)) => done,
        Some(Err(panicked)) => panic::resume_unwind(panicked),
        // No more threads: the usual stack does for all but the strangest documents.
        None => once(),
    };
    done.unwrap_or_else(|| unreachable!("it is done once"))
}

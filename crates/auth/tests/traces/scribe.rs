//! Whoever listens to everything that is written down.

use std::{
    fmt::{Debug, Write as _},
    panic,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
};

use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

/// Everything that anyone wrote down, at every level, through `tracing`, `log` or a panic.
pub(crate) static WRITTEN: Mutex<String> = Mutex::new(String::new());

/// What a panic says that is none of the test's own.
pub(crate) const LAST_WORDS: &str = "a call that cannot fail";

fn write(line: &str) {
    let mut written = WRITTEN.lock().expect("no panic under the lock");
    written.push_str(line);
    written.push('\n');
}

struct Scribe(AtomicU64);

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, " {field}={value:?} {value:#?}");
    }
}

impl Subscriber for Scribe {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut fields = Fields(span.metadata().name().to_owned());
        span.record(&mut fields);
        write(&fields.0);
        Id::from_u64(self.0.fetch_add(1, SeqCst) + 1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut fields = Fields(String::new());
        values.record(&mut fields);
        write(&fields.0);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields(event.metadata().target().to_owned());
        event.record(&mut fields);
        write(&fields.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

impl log::Log for Scribe {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        write(&format!("{} {}", record.target(), record.args()));
    }

    fn flush(&self) {}
}

pub(crate) fn listen() {
    static LOG: Scribe = Scribe(AtomicU64::new(0));
    // Another test may have been first.
    let _ = tracing::subscriber::set_global_default(Scribe(AtomicU64::new(0)));
    let _ = log::set_logger(&LOG);
    log::set_max_level(log::LevelFilter::Trace);
    panic::set_hook(Box::new(|panic| {
        let panic = panic.to_string();
        write(&panic);
        if !panic.contains(LAST_WORDS) {
            eprintln!("{panic}");
        }
    }));
}

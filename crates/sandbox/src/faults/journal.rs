//! The journal: counts of what was asked and answered.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::{Method, StatusCode};
use serde::Serialize;

use super::Provider;

/// How many paths of a provider are told apart.
const MOST_PATHS: usize = 10_000;

/// The path under which the rest is counted.
const OTHERS: &str = "*";

/// The requests of one method and path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JournalLine {
    /// Whose.
    pub provider: Provider,
    /// The method.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// How many arrived.
    pub seen: u64,
    /// How many were answered with which status. Those that are missing were cut off, hang or are
    /// under way.
    pub answered: BTreeMap<u16, u64>,
}

/// The connections to a provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Connections {
    /// Those that were served.
    pub accepted: u64,
    /// Those that a rule refused.
    pub refused: u64,
}

#[derive(Default)]
pub(super) struct Journal([Mutex<Book>; 3]);

#[derive(Default)]
struct Book {
    connections: Connections,
    paths: HashMap<String, Vec<(Method, Arc<Counts>)>>,
}

/// The counts of one method and path.
#[derive(Default)]
pub(super) struct Counts {
    seen: AtomicU64,
    answered: Mutex<BTreeMap<u16, u64>>,
}

impl Counts {
    pub(super) fn note_answer(&self, status: StatusCode) {
        *self.answered().entry(status.as_u16()).or_default() += 1;
    }

    fn answered(&self) -> MutexGuard<'_, BTreeMap<u16, u64>> {
        self.answered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Journal {
    pub(super) fn note_connection(&self, provider: Provider, refused: bool) {
        let connections = &mut self.book(provider).connections;
        match refused {
            true => connections.refused += 1,
            false => connections.accepted += 1,
        }
    }

    /// Counts a request, and gives what its answer is counted in.
    pub(super) fn note_request(
        &self,
        provider: Provider,
        method: &Method,
        path: &str,
    ) -> Arc<Counts> {
        let mut book = self.book(provider);
        let counts = book.counts(method, path);
        counts.seen.fetch_add(1, Ordering::Relaxed);
        Arc::clone(counts)
    }

    pub(super) fn connections(&self, provider: Provider) -> Connections {
        self.book(provider).connections
    }

    pub(super) fn lines(&self) -> Vec<JournalLine> {
        let mut lines = Vec::new();
        for provider in [Provider::AlibabaBaas, Provider::Hive, Provider::Upvest] {
            for (path, methods) in &self.book(provider).paths {
                lines.extend(methods.iter().map(|(method, counts)| JournalLine {
                    provider,
                    method: method.to_string(),
                    path: path.clone(),
                    seen: counts.seen.load(Ordering::Relaxed),
                    answered: counts.answered().clone(),
                }));
            }
        }
        lines.sort_by(|a, b| {
            (a.provider, &a.path, &a.method).cmp(&(b.provider, &b.path, &b.method))
        });
        lines
    }

    pub(super) fn clear(&self) {
        for provider in [Provider::AlibabaBaas, Provider::Hive, Provider::Upvest] {
            *self.book(provider) = Book::default();
        }
    }

    fn book(&self, provider: Provider) -> MutexGuard<'_, Book> {
        let book = &self.0[provider as usize];
        // Counts are all that a panic could leave wrong.
        book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    fn counts(&mut self, method: &Method, path: &str) -> &Arc<Counts> {
        let path = match self.paths.contains_key(path) || self.paths.len() < MOST_PATHS {
            true => path,
            false => OTHERS,
        };
        // Looked up twice, so that a path that is known is not copied.
        if !self.paths.contains_key(path) {
            self.paths.insert(path.to_owned(), Vec::new());
        }
        let methods = self
            .paths
            .get_mut(path)
            .expect("it has just been put there");
        let at = methods.iter().position(|(known, _)| known == method);
        let at = at.unwrap_or_else(|| {
            methods.push((method.clone(), Arc::default()));
            methods.len() - 1
        });
        &methods[at].1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_many_paths_are_asked_for_the_journal_stays_small_and_counts_all() {
        let journal = Journal::default();
        for path in 0..MOST_PATHS + 50 {
            journal.note_request(Provider::Hive, &Method::GET, &format!("/{path}"));
        }
        let lines = journal.lines();
        assert_eq!(lines.len(), MOST_PATHS + 1);
        assert_eq!(lines[0].path, OTHERS);
        assert_eq!(lines[0].seen, 50);
    }
}

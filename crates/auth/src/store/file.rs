//! Tokens in files.

mod replace;

use std::{
    fs::{DirBuilder, File, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use super::{Commit, Lease, StoreError, Stored, Storing, TokenKey, TokenStore, record};

/// How long one visit to the disk may take before it is reported as out of reach.
const LONGEST_VISIT: Duration = Duration::from_secs(4);

/// Keeps the tokens of each identity in a file of its own, for all processes of a machine that are given the same
/// folder.
///
/// The files hold the tokens in plain text, and only their owner may read them (mode 0600 on Unix, from their creation
/// on). They are replaced as a whole: a crash or a full disk at any moment leaves the old record or the new one. The
/// lease is a lock on a file beside (`File::lock`), so it ends with the process that holds it, and the folder has to be
/// on a disk whose locks all processes see.
#[derive(Clone, Debug)]
pub struct FileStore {
    folder: Arc<Path>,
}

impl FileStore {
    /// A store in `folder`, which is made when it is needed, for its owner only. Nothing is read or written yet.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        let folder: PathBuf = folder.into();
        Self {
            folder: folder.into(),
        }
    }

    /// The file with the record of `key`.
    pub fn path(&self, key: &TokenKey) -> PathBuf {
        self.folder.join(format!("{}.json", key.name()))
    }

    /// Runs `visit` where it may wait for the disk. It goes on to its end even if nobody waits for it any more.
    async fn visit<T: Send + 'static>(
        &self,
        doing: &'static str,
        key: &TokenKey,
        visit: impl FnOnce(&Path, &TokenKey) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (path, key) = (self.path(key), key.clone());
        let place = path.display().to_string();
        let task = tokio::task::spawn_blocking(move || visit(&path, &key));
        let cause = match tokio::time::timeout(LONGEST_VISIT, task).await {
            Ok(Ok(Ok(done))) => return Ok(done),
            Ok(Ok(Err(Fault::Corrupt(what)))) => return Err(StoreError::Corrupt { place, what }),
            Ok(Ok(Err(Fault::Io(error)))) => error.to_string(),
            Ok(Err(_)) => "the task that was doing it has stopped".to_owned(),
            Err(_) => format!("no answer within {} s", LONGEST_VISIT.as_secs()),
        };
        Err(StoreError::Unavailable {
            doing,
            place,
            cause,
        })
    }
}

enum Fault {
    Io(io::Error),
    Corrupt(&'static str),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// A locked file. A visit holds a share of it, so that the lock outlives a visit that nobody waits for any more.
type Lock = Arc<File>;

impl TokenStore for FileStore {
    fn load<'a>(&'a self, key: &'a TokenKey) -> Storing<'a, Option<Stored>> {
        Box::pin(self.visit("read the tokens in", key, read))
    }

    fn lease<'a>(&'a self, key: &'a TokenKey, _: Duration) -> Storing<'a, Option<Lease>> {
        let lock = self.visit("lock the tokens in", key, |path, _| {
            make_folder(path)?;
            let lock = replace::open(&path.with_extension("lock"), false)?;
            match lock.try_lock() {
                Ok(()) => Ok(Some(Lock::new(lock))),
                Err(TryLockError::WouldBlock) => Ok(None),
                Err(TryLockError::Error(error)) => Err(error.into()),
            }
        });
        Box::pin(async { Ok(lock.await?.map(Lease::new)) })
    }

    fn commit<'a>(
        &'a self,
        key: &'a TokenKey,
        lease: &'a Lease,
        expected: u64,
        new: &'a Stored,
    ) -> Storing<'a, Commit> {
        Box::pin(async move {
            let Some(lock) = lease.holder::<Lock>().map(Arc::clone) else {
                let place = self.path(key).display().to_string();
                return Err(StoreError::ForeignLease { place });
            };
            let new = new.clone();
            self.visit("write the tokens to", key, move |path, key| {
                let mut stored = read(path, key)?;
                let bytes = record::encode(key, &new);
                // As it will be read, so that the same record twice is the same.
                let new = record::decode(key, &bytes).map_err(Fault::Corrupt)?;
                let outcome = super::replace(&mut stored, expected, &new);
                if outcome == Commit::Done {
                    replace::replace(path, &bytes, &mut |_| ())?;
                }
                drop(lock);
                Ok(outcome)
            })
            .await
        })
    }
}

fn read(path: &Path, key: &TokenKey) -> Result<Option<Stored>, Fault> {
    match std::fs::read(path).map(zeroize::Zeroizing::new) {
        Ok(bytes) => record::decode(key, &bytes)
            .map(Some)
            .map_err(Fault::Corrupt),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn make_folder(path: &Path) -> io::Result<()> {
    let Some(folder) = path.parent() else {
        return Ok(());
    };
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

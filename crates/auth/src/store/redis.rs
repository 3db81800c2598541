//! Tokens in Redis.

use std::{
    fmt,
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use redis::{
    AsyncConnectionConfig, Client, Cmd, ErrorKind, FromRedisValue, RedisError,
    aio::MultiplexedConnection,
};
use tokio::runtime::Handle;
use zeroize::Zeroizing;

use super::{Commit, Lease, StoreError, Stored, Storing, TokenKey, TokenStore, record};

const CONNECT: Duration = Duration::from_secs(2);
const ANSWER: Duration = Duration::from_secs(2);

/// Takes the lease, or finds it taken by the same holder: the answer to the first try may have been lost.
const TAKE: &str = "
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
if redis.call('GET', KEYS[1]) == ARGV[1] then return 1 end
return 0";

/// Ends the lease, unless it has lapsed and is another's by now.
const RELEASE: &str = "
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 0";

/// Compares the generation and sets the record, in one step. Answers what is there instead, or a record of its own.
const REPLACE: &str = "
local there = redis.call('HMGET', KEYS[1], 'generation', 'record')
if there[2] == ARGV[3] then return {1} end
if (there[1] or '0') ~= ARGV[1] then return {0, there[2]} end
redis.call('HSET', KEYS[1], 'generation', ARGV[2], 'record', ARGV[3])
return {1}";

/// Keeps tokens in Redis, for a fleet of machines. Clones share the connection.
///
/// The tokens are there in plain text, as entries `bindery:tokens:{NAME}`. A lease is an entry that lapses by the clock
/// of the server; should it lapse too early, the compare-and-set of each commit still lets no two undo each other's work.
/// A server that forgets what it confirmed, as one without persistence does when it restarts, costs a sign-in.
#[derive(Clone)]
pub struct RedisStore(Arc<Inner>);

struct Inner {
    client: Client,
    connection: Mutex<Option<MultiplexedConnection>>,
}

impl RedisStore {
    /// The store at `url`, such as `redis://127.0.0.1:6379/0`, or `rediss://` for TLS. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// When the address is not valid, or asks for TLS and no feature of this crate brings one.
    pub fn new(url: &str) -> Result<Self, StoreError> {
        // The error may repeat the address, and with it a password.
        let client = Client::open(url).map_err(|error| StoreError::Address {
            what: match error.kind() {
                ErrorKind::InvalidClientConfig => {
                    "it is not redis://host:port/database or rediss://, or it needs TLS and neither feature, rustls nor \
                     native-tls, is on"
                }
                _ => "it is not redis://host:port/database or rediss://",
            },
        })?;
        Ok(Self(Arc::new(Inner {
            client,
            connection: Mutex::default(),
        })))
    }
}

impl Inner {
    fn place(&self) -> String {
        format!("Redis at {}", self.client.get_connection_info().addr())
    }

    fn kept(&self) -> MutexGuard<'_, Option<MultiplexedConnection>> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a command that does no harm when it is sent twice: once more where the connection turns out to be broken,
    /// as one is that was kept over a restart of the server.
    async fn ask<T: FromRedisValue>(
        &self,
        doing: &'static str,
        command: &Cmd,
    ) -> Result<T, StoreError> {
        let kept = self.kept().clone();
        let outcome = match kept {
            Some(mut connection) => match command.query_async(&mut connection).await {
                Err(error) if is_broken(&error) => self.ask_anew(command).await,
                outcome => outcome,
            },
            None => self.ask_anew(command).await,
        };
        outcome.map_err(|error| StoreError::Unavailable {
            doing,
            place: self.place(),
            cause: cause(&error),
        })
    }

    async fn ask_anew<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, RedisError> {
        *self.kept() = None;
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT))
            .set_response_timeout(Some(ANSWER));
        let mut connection = self
            .client
            .get_multiplexed_async_connection_with_config(&config)
            .await?;
        *self.kept() = Some(connection.clone());
        let outcome = command.query_async(&mut connection).await;
        if outcome.as_ref().is_err_and(is_broken) {
            *self.kept() = None;
        }
        outcome
    }
}

fn is_broken(error: &RedisError) -> bool {
    error.is_io_error() || error.is_connection_dropped() || error.is_unrecoverable_error()
}

/// Without the words of the server, which repeats what it was sent.
fn cause(error: &RedisError) -> String {
    match error.code() {
        Some(code) => format!("the server answered {code}"),
        None if error.is_timeout() => "no answer in time".to_owned(),
        None if error.is_connection_refusal() => "the connection was refused".to_owned(),
        None if error.is_io_error() => "the connection broke".to_owned(),
        None => error.category().to_owned(),
    }
}

fn script(script: &'static str, entry: &str) -> Cmd {
    let mut command = redis::cmd("EVAL");
    command.arg(script).arg(1).arg(entry);
    command
}

fn tokens(key: &TokenKey) -> String {
    format!("bindery:tokens:{{{}}}", key.name())
}

fn lease(key: &TokenKey) -> String {
    format!("bindery:lease:{{{}}}", key.name())
}

fn decode(key: &TokenKey, bytes: &[u8]) -> Result<Stored, StoreError> {
    record::decode(key, bytes).map_err(|what| StoreError::Corrupt {
        place: format!("the Redis entry {}", tokens(key)),
        what,
    })
}

/// A lease, which is given back when this is dropped, or lapses where it cannot be.
struct Holder {
    store: Arc<Inner>,
    entry: String,
    name: String,
    /// Whether there is something to give back.
    taken: bool,
}

impl Drop for Holder {
    fn drop(&mut self) {
        let Some(runtime) = Handle::try_current().ok().filter(|_| self.taken) else {
            return;
        };
        let mut release = script(RELEASE, &self.entry);
        release.arg(&self.name);
        let store = Arc::clone(&self.store);
        runtime.spawn(async move {
            let released: Result<i64, _> = store.ask("release the lease in", &release).await;
            if let Err(error) = released {
                tracing::debug!(%error, "a lease stays until it lapses");
            }
        });
    }
}

impl TokenStore for RedisStore {
    fn load<'a>(&'a self, key: &'a TokenKey) -> Storing<'a, Option<Stored>> {
        Box::pin(async {
            let mut command = redis::cmd("HGET");
            command.arg(tokens(key)).arg("record");
            let bytes: Option<Vec<u8>> = self.0.ask("read the tokens in", &command).await?;
            let bytes = bytes.map(Zeroizing::new);
            bytes.map(|bytes| decode(key, &bytes)).transpose()
        })
    }

    fn lease<'a>(&'a self, key: &'a TokenKey, life: Duration) -> Storing<'a, Option<Lease>> {
        Box::pin(async move {
            let mut holder = Holder {
                store: Arc::clone(&self.0),
                entry: lease(key),
                name: unique_name(),
                // Where no answer comes it may be taken.
                taken: true,
            };
            let mut command = script(TAKE, &holder.entry);
            command
                .arg(&holder.name)
                .arg(u64::try_from(life.as_millis()).unwrap_or(u64::MAX));
            holder.taken = self.0.ask("take the lease in", &command).await?;
            Ok(holder.taken.then(|| Lease::new(holder)))
        })
    }

    fn commit<'a>(
        &'a self,
        key: &'a TokenKey,
        lease: &'a Lease,
        expected: u64,
        new: &'a Stored,
    ) -> Storing<'a, Commit> {
        Box::pin(async move {
            if lease.holder::<Holder>().is_none() {
                return Err(StoreError::ForeignLease {
                    place: self.0.place(),
                });
            }
            let record = record::encode(key, new);
            let mut command = script(REPLACE, &tokens(key));
            command
                .arg(expected)
                .arg(new.generation)
                .arg(record.as_slice());
            let (done, there): (bool, Option<Vec<u8>>) = {
                let answer: Vec<redis::Value> = self.0.ask("write the tokens to", &command).await?;
                read_answer(answer).ok_or_else(|| StoreError::Unavailable {
                    doing: "write the tokens to",
                    place: self.0.place(),
                    cause: "the server's answer makes no sense".to_owned(),
                })?
            };
            if done {
                return Ok(Commit::Done);
            }
            let there = there.map(Zeroizing::new);
            let there = there.map(|bytes| decode(key, &bytes)).transpose()?;
            Ok(Commit::Conflict(there))
        })
    }
}

fn read_answer(answer: Vec<redis::Value>) -> Option<(bool, Option<Vec<u8>>)> {
    let mut answer = answer.into_iter();
    let done = bool::from_redis_value(answer.next()?).ok()?;
    let there = answer.next().unwrap_or(redis::Value::Nil);
    Some((done, Option::from_redis_value(there).ok()?))
}

/// A name that no other lease has. The standard library seeds each `RandomState` anew.
fn unique_name() -> String {
    let random = || RandomState::new().hash_one(std::process::id());
    format!("{:016x}{:016x}", random(), random())
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RedisStore").field(&self.0.place()).finish()
    }
}

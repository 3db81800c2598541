//! The Redis store, on a server of its own. Where no `redis-server` is installed these tests say so and pass, except in
//! continuous integration.

use std::{
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use bindery_auth::{AuthError, RedisStore, Root, StoreError, TokenSource, TokenStore};

use crate::{
    clock::TestClock,
    contract::{self, full, key},
    processes::{self, Weather},
    script::{Script, pair},
    secrets::{CANARY, assert_silent},
};

const LIFE: Duration = Duration::from_secs(60);
const PATIENCE: Duration = Duration::from_secs(60);

/// A server that keeps nothing on disk and ends with the test.
struct Server {
    process: Child,
    url: String,
    _folder: tempfile::TempDir,
}

impl Server {
    async fn start() -> Option<Self> {
        let installed = Command::new("redis-server")
            .arg("--version")
            .stdout(Stdio::null())
            .status()
            .is_ok();
        if !installed {
            assert_ne!(
                std::env::var("CI").as_deref(),
                Ok("true"),
                "redis-server is not installed"
            );
            eprintln!("not tested: redis-server is not installed");
            return None;
        }
        // Another may be faster at a free port.
        for _ in 0..20 {
            let port = free_port();
            if let Some(server) = Self::start_at(port).await {
                return Some(server);
            }
        }
        panic!("redis-server does not start");
    }

    async fn start_at(port: u16) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let process = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .args(["--port", &port.to_string(), "--dir"])
            .arg(folder.path())
            .stdout(Stdio::null())
            .spawn()
            .expect("it runs");
        let mut server = Self {
            process,
            url: format!("redis://127.0.0.1:{port}/"),
            _folder: folder,
        };
        let store = server.store();
        let ready = async {
            loop {
                if server.process.try_wait().expect("a process").is_some() {
                    return false;
                }
                if store.load(&key("nobody")).await.is_ok() {
                    return true;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let ready = tokio::time::timeout(PATIENCE, ready)
            .await
            .expect("it is ready in time");
        ready.then_some(server)
    }

    fn store(&self) -> RedisStore {
        RedisStore::new(&self.url).expect("an address")
    }

    fn stop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// Runs one command, and answers what came of it.
    async fn command<T: redis::FromRedisValue>(&self, words: &[&str]) -> T {
        let client = redis::Client::open(&*self.url).expect("an address");
        let mut connection = client
            .get_multiplexed_async_connection()
            .await
            .expect("a server");
        let mut command = redis::cmd(words[0]);
        command.arg(&words[1..]);
        command
            .query_async(&mut connection)
            .await
            .expect("an answer")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
        .port()
}

fn lease_entry() -> String {
    format!("bindery:lease:{{{}}}", key("jane").name())
}

/// I21: of all who share a store, none shows a spent refresh token, and the store never goes back.
#[tokio::test]
async fn i21_the_redis_store_keeps_the_contract() {
    let Some(server) = Server::start().await else {
        return;
    };
    contract::hold(&server.store(), &server.store()).await;
}

/// I21: of all who share a store, none shows a spent refresh token, and the store never goes back.
#[tokio::test]
async fn i21_a_lease_lapses_by_the_clock_of_the_server() {
    let Some(server) = Server::start().await else {
        return;
    };
    let store = server.store();
    let lease = store
        .lease(&key("jane"), LIFE)
        .await
        .expect("it works")
        .expect("free");
    let left: i64 = server.command(&["PTTL", &lease_entry()]).await;
    assert!((1..=60_000).contains(&left), "{left} ms");
    // It lapses.
    let _: i64 = server.command(&["PEXPIRE", &lease_entry(), "0"]).await;
    let next = server
        .store()
        .lease(&key("jane"), LIFE)
        .await
        .expect("it works")
        .expect("free");
    // The end of the lease that has lapsed does not end the next one.
    drop(lease);
    let mut release = tokio::time::interval(Duration::from_millis(5));
    for _ in 0..20 {
        release.tick().await;
        assert!(
            store
                .lease(&key("jane"), LIFE)
                .await
                .expect("it works")
                .is_none()
        );
    }
    drop(next);
}

/// I21: of all who share a store, none shows a spent refresh token, and the store never goes back.
#[tokio::test]
async fn i21_of_two_who_think_they_hold_the_lease_one_commits() {
    let Some(server) = Server::start().await else {
        return;
    };
    let (one, two) = (server.store(), server.store());
    let first = one
        .lease(&key("jane"), LIFE)
        .await
        .expect("it works")
        .expect("free");
    let _: i64 = server.command(&["DEL", &lease_entry()]).await;
    let second = two
        .lease(&key("jane"), LIFE)
        .await
        .expect("it works")
        .expect("free");
    let mut other = full(1);
    other.refresh_token = Some("another".into());
    let (new, jane) = (full(1), key("jane"));
    let commits = tokio::join!(
        one.commit(&jane, &first, 0, &new),
        two.commit(&jane, &second, 0, &other)
    );
    let done = [commits.0, commits.1]
        .map(|commit| commit.expect("it works") == bindery_auth::Commit::Done);
    assert_eq!(done.iter().filter(|done| **done).count(), 1);
}

#[tokio::test]
async fn a_server_that_was_restarted_is_used_again() {
    let Some(mut server) = Server::start().await else {
        return;
    };
    let store = server.store();
    assert!(store.load(&key("jane")).await.is_ok());
    let port = server
        .url
        .trim_end_matches('/')
        .rsplit(':')
        .next()
        .expect("a port");
    let port = port.parse().expect("a number");
    server.stop();
    let error = store.load(&key("jane")).await.expect_err("it is away");
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
    let Some(_again) = Server::start_at(port).await else {
        return;
    };
    store.load(&key("jane")).await.expect("it is back");
}

#[tokio::test]
async fn an_entry_that_is_no_record_is_an_error_and_stays_as_it_is() {
    let Some(server) = Server::start().await else {
        return;
    };
    let store = server.store();
    let entry = format!("bindery:tokens:{{{}}}", key("jane").name());
    let _: i64 = server
        .command(&["HSET", &entry, "generation", "1", "record", CANARY])
        .await;
    let error = store.load(&key("jane")).await.expect_err("no record");
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
    assert_silent(&format!("{error} {error:?}"));
    let lease = store
        .lease(&key("jane"), LIFE)
        .await
        .expect("it works")
        .expect("free");
    store
        .commit(&key("jane"), &lease, 0, &full(1))
        .await
        .expect_err("no record");
    let there: String = server.command(&["HGET", &entry, "record"]).await;
    assert_eq!(there, CANARY);
}

/// I21: of all who share a store, none shows a spent refresh token, and the store never goes back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i21_processes_that_share_redis_share_one_sign_in_and_spend_each_refresh_token_once() {
    let Some(server) = Server::start().await else {
        return;
    };
    processes::run(Weather::Fair, server.url.clone(), server.store(), || ()).await;
}

/// I21: of all who share a store, none shows a spent refresh token, and the store never goes back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i21_processes_that_share_redis_and_are_killed_or_lose_their_lease_show_no_spent_refresh_token()
 {
    let Some(server) = Server::start().await else {
        return;
    };
    let client = redis::Client::open(&*server.url).expect("an address");
    let lapse = move || {
        let mut connection = client.get_connection().expect("a server");
        let deleted: redis::RedisResult<i64> =
            redis::cmd("DEL").arg(lease_entry()).query(&mut connection);
        deleted.expect("an answer");
    };
    processes::run(Weather::Foul, server.url.clone(), server.store(), lapse).await;
}

/// I21: of all who share a store, none shows a spent refresh token, and the store never goes back.
#[tokio::test]
async fn i21_while_redis_is_away_a_root_that_each_use_spends_is_not_shown_and_others_go_on() {
    let away =
        || RedisStore::new(&format!("redis://127.0.0.1:{}/", free_port())).expect("an address");
    let source = |script: &Script| {
        TokenSource::with_store(
            script.clone(),
            Arc::new(TestClock::new()),
            key("jane"),
            Arc::new(away()),
        )
    };
    let rotating = Script::rotating(Root::RefreshToken("root".into()), None, []);
    let error = source(&rotating)
        .ready()
        .await
        .expect_err("it fails closed");
    assert!(matches!(error, AuthError::Store { .. }), "{error:?}");
    assert_eq!(error.advice(), bindery_runtime::Advice::Retry);
    assert_eq!(rotating.calls(), [""; 0]);

    let signs_in = Script::rotating(Root::Credentials, None, [pair("access", "refresh-1")]);
    source(&signs_in).ready().await.expect("a token");
    assert_eq!(signs_in.calls(), ["sign in"]);
    let stays_good = Script::rooted("root", []);
    source(&stays_good).ready().await.expect("a token");
    assert_eq!(stays_good.calls(), ["refresh root"]);
}

/// I16: nothing that can be printed has eight characters of a secret in a row.
#[tokio::test]
async fn i16_neither_the_store_nor_its_errors_show_the_password_of_the_address() {
    let url = format!("redis://:{CANARY}@127.0.0.1:{}/", free_port());
    let store = RedisStore::new(&url).expect("an address");
    let error = store.load(&key("jane")).await.expect_err("it is away");
    assert_silent(&format!("{store:?} {error} {error:?}"));
    for wrong in [
        format!("http://{CANARY}"),
        format!("redis://:{CANARY}@:x/y"),
        CANARY.to_owned(),
    ] {
        let error = RedisStore::new(&wrong).expect_err("no address");
        assert_silent(&format!("{error} {error:?}"));
    }
}

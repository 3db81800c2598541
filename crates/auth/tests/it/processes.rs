//! Many processes, one store, and a service that ends the whole sign-in when a spent refresh token is shown.

use std::{
    collections::{HashMap, HashSet},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use bindery_auth::{
    AuthError, Exchange, FileStore, Grant, Issued, Lifetime, Outage, Reach, Refusal, Rejected,
    RenewedToken, Root, Rotation, TokenSource, TokenStore,
};
use bindery_runtime::{Authorizing, Credential, Placement, Requirement, Scheme, Secret};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

use crate::{clock::TestClock, contract::key};

const SERVICE: &str = "BINDERY_TEST_SERVICE";
const STORE: &str = "BINDERY_TEST_STORE";
const PROCESSES: usize = 5;
/// The calls that all processes make together.
const CALLS: usize = 250;
/// The calls that an access token is good for.
const CALLS_PER_TOKEN: usize = 5;
const PATIENCE: Duration = Duration::from_secs(240);

static SCHEME: Scheme = Scheme::new("test", "token", Placement::Bearer);
static REQUIREMENT: Requirement = Requirement {
    scheme: &SCHEME,
    scopes: &[],
};

// ---- The service, in the process of the test.

/// What goes wrong, and when.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weather {
    Fair,
    /// Of the refreshes, some kill the process that asked, before or after the token is spent; of some the answer is
    /// lost; and during some the lease lapses.
    Foul,
}

#[derive(Default)]
struct Ledger {
    issued: usize,
    sign_ins: usize,
    refreshes: usize,
    calls: usize,
    kills: usize,
    /// The refresh token that is good, of each sign-in that has not been ended.
    good: HashSet<String>,
    spent: HashSet<String>,
    spent_shown: usize,
    refused: usize,
    calls_of: HashMap<String, usize>,
    /// The generation of the store, and how often it was lower than before.
    generation: u64,
    went_back: usize,
}

impl Ledger {
    fn issue(&mut self) -> String {
        self.issued += 1;
        let (access, refresh) = (
            format!("access-{}", self.issued),
            format!("refresh-{}", self.issued),
        );
        self.good.insert(refresh.clone());
        self.calls_of.insert(access.clone(), 0);
        format!("issued {access} {refresh}")
    }
}

pub(crate) struct Service {
    weather: Weather,
    ledger: Mutex<Ledger>,
    children: Mutex<HashMap<u32, Child>>,
    /// The store, and how a lease in it is made to lapse.
    store: Box<dyn TokenStore>,
    watch: tokio::sync::Mutex<()>,
    lapse: Box<dyn Fn() + Send + Sync>,
    command: Box<dyn Fn() -> Command + Send + Sync>,
    done: Notify,
}

impl Service {
    fn start_child(&self) {
        let child = (self.command)().spawn().expect("it runs");
        self.children
            .lock()
            .expect("no panic")
            .insert(child.id(), child);
    }

    fn kill(&self, pid: u32) {
        let child = self.children.lock().expect("no panic").remove(&pid);
        let mut child = child.expect("a process that was not killed yet");
        child.kill().expect("it runs");
        child.wait().expect("it ends");
        self.ledger.lock().expect("no panic").kills += 1;
        // Time goes by, as far as the lease of the killed process is concerned.
        (self.lapse)();
        self.start_child();
    }

    /// The answer; `None` where it is lost.
    async fn answer(&self, line: &str) -> Option<String> {
        self.watch_generation().await;
        let words: Vec<_> = line.split(' ').collect();
        match words[..] {
            ["sign-in"] => {
                let mut ledger = self.ledger.lock().expect("no panic");
                ledger.sign_ins += 1;
                Some(ledger.issue())
            }
            ["refresh", pid, token] => self.refresh(pid.parse().expect("a number"), token),
            ["call", token] => {
                let mut ledger = self.ledger.lock().expect("no panic");
                if ledger.calls >= CALLS {
                    self.done.notify_one();
                    return Some("enough".to_owned());
                }
                let calls = ledger
                    .calls_of
                    .get_mut(token)
                    .expect("a token of this service");
                *calls += 1;
                if *calls > CALLS_PER_TOKEN {
                    return Some("401".to_owned());
                }
                ledger.calls += 1;
                Some("200".to_owned())
            }
            _ => panic!("{line}"),
        }
    }

    fn refresh(&self, pid: u32, token: &str) -> Option<String> {
        let number = {
            let mut ledger = self.ledger.lock().expect("no panic");
            ledger.refreshes += 1;
            ledger.refreshes
        };
        let foul = |every: usize, at: usize| self.weather == Weather::Foul && number % every == at;
        if foul(9, 2) {
            self.kill(pid);
            return None;
        }
        if foul(7, 4) {
            (self.lapse)();
        }
        let answer = {
            let mut ledger = self.ledger.lock().expect("no panic");
            if ledger.good.remove(token) {
                ledger.spent.insert(token.to_owned());
                ledger.issue()
            } else {
                ledger.refused += 1;
                if ledger.spent.contains(token) {
                    ledger.spent_shown += 1;
                    ledger.good.clear();
                }
                "refused".to_owned()
            }
        };
        if foul(9, 5) {
            self.kill(pid);
            return None;
        }
        (!foul(9, 8)).then_some(answer)
    }

    async fn watch_generation(&self) {
        let _one_at_a_time = self.watch.lock().await;
        let stored = self
            .store
            .load(&key("jane"))
            .await
            .expect("the store works");
        let generation = stored.map_or(0, |stored| stored.generation);
        let mut ledger = self.ledger.lock().expect("no panic");
        if generation < ledger.generation {
            ledger.went_back += 1;
        }
        ledger.generation = generation;
    }
}

/// Has [`PROCESSES`] processes make [`CALLS`] calls with the tokens in the store at `place`, and looks at the books.
pub(crate) async fn run(
    weather: Weather,
    place: String,
    store: impl TokenStore,
    lapse: impl Fn() + Send + Sync + 'static,
) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address").to_string();
    let command = move || {
        let mut command = Command::new(std::env::current_exe().expect("this test"));
        command
            .args([
                "processes::the_process_of_a_fleet",
                "--exact",
                "--nocapture",
            ])
            .env(SERVICE, &address)
            .env(STORE, &place)
            .stdout(Stdio::null());
        command
    };
    let service = Arc::new(Service {
        weather,
        ledger: Mutex::default(),
        children: Mutex::default(),
        store: Box::new(store),
        watch: tokio::sync::Mutex::default(),
        lapse: Box::new(lapse),
        command: Box::new(command),
        done: Notify::new(),
    });
    let serving = tokio::spawn(serve(listener, Arc::clone(&service)));
    for _ in 0..PROCESSES {
        service.start_child();
    }
    let done = tokio::time::timeout(PATIENCE, service.done.notified()).await;
    let mut failed = 0;
    // A process that was killed has made room for another, which comes to its end too.
    loop {
        let next = {
            let mut children = service.children.lock().expect("no panic");
            let pid = children.keys().next().copied();
            pid.and_then(|pid| children.remove(&pid))
        };
        let Some(mut child) = next else { break };
        if done.is_err() {
            child.kill().expect("it runs");
        }
        let ended = tokio::task::spawn_blocking(move || child.wait()).await;
        failed += usize::from(!ended.expect("no panic").expect("it ends").success());
    }
    serving.abort();
    let ledger = service.ledger.lock().expect("no panic");
    done.unwrap_or_else(|_| panic!("{} of {CALLS} calls were made", ledger.calls));
    assert_eq!(failed, 0, "processes failed");
    assert_eq!(ledger.spent_shown, 0, "a spent refresh token was shown");
    assert_eq!(ledger.went_back, 0, "the store went back in generation");
    assert!(
        ledger.refreshes >= CALLS / CALLS_PER_TOKEN / 2,
        "{} refreshes",
        ledger.refreshes
    );
    match weather {
        Weather::Fair => {
            assert_eq!(ledger.sign_ins, 1, "all share one sign-in");
            assert_eq!(ledger.refused, 0);
            assert!(
                ledger.refreshes <= CALLS / CALLS_PER_TOKEN + 1,
                "{} refreshes",
                ledger.refreshes
            );
        }
        Weather::Foul => assert!(ledger.kills >= 3, "{} kills", ledger.kills),
    }
}

async fn serve(listener: TcpListener, service: Arc<Service>) {
    while let Ok((connection, _)) = listener.accept().await {
        let service = Arc::clone(&service);
        tokio::spawn(async move {
            let mut connection = BufReader::new(connection);
            let mut line = String::new();
            if connection.read_line(&mut line).await.is_err() || line.is_empty() {
                return;
            }
            if let Some(answer) = service.answer(line.trim_end()).await {
                // Whoever asked may have been killed.
                let _ = connection.write_all(format!("{answer}\n").as_bytes()).await;
            }
        });
    }
}

/// I21: of all who share a store, none shows a spent refresh token, and the store never goes back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i21_processes_that_share_a_folder_share_one_sign_in_and_spend_each_refresh_token_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().display().to_string();
    run(Weather::Fair, place, FileStore::new(folder.path()), || ()).await;
}

/// I21: of all who share a store, none shows a spent refresh token, and the store never goes back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i21_processes_that_share_a_folder_and_are_killed_show_no_spent_refresh_token() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().display().to_string();
    run(Weather::Foul, place, FileStore::new(folder.path()), || ()).await;
}

// ---- One of the processes.

#[derive(Debug)]
struct Remote(String);

impl Remote {
    async fn ask(&self, line: String) -> Result<String, AuthError> {
        let lost = || AuthError::Unavailable {
            what: "no answer".to_owned(),
            why: Outage::Lost,
            retry_after: None,
        };
        let mut connection = TcpStream::connect(&self.0).await.map_err(|_| lost())?;
        let sent = connection.write_all(format!("{line}\n").as_bytes()).await;
        sent.map_err(|_| lost())?;
        let mut answer = String::new();
        let read = BufReader::new(connection).read_line(&mut answer).await;
        match read {
            Ok(length) if length > 0 => Ok(answer.trim_end().to_owned()),
            _ => Err(lost()),
        }
    }

    async fn exchange(&self, line: String) -> Result<Issued, AuthError> {
        let answer = self.ask(line).await?;
        match answer.split(' ').collect::<Vec<_>>()[..] {
            // So long that none ends by the clock while the test runs.
            ["issued", access, refresh] => Ok(Issued::new(access, Lifetime::Seconds(10_000_000))
                .refresh_token(Some(refresh.into()), Lifetime::Unknown)),
            _ => Err(AuthError::Rejected {
                provider: "test",
                operation: "token",
                what: Rejected::RefreshToken,
                answer: Refusal {
                    status: 400,
                    code: None,
                },
                remedy: "try another",
            }),
        }
    }
}

impl Grant for Remote {
    fn provider(&self) -> &'static str {
        "test"
    }

    fn root(&self) -> Root {
        Root::Credentials
    }

    fn rotation(&self) -> Rotation {
        Rotation::OnUse { grace: None }
    }

    fn sign_in(&self) -> Exchange<'_> {
        Box::pin(self.exchange("sign-in".to_owned()))
    }

    fn refresh<'a>(&'a self, token: &'a Secret) -> Exchange<'a> {
        let pid = std::process::id();
        Box::pin(self.exchange(format!("refresh {pid} {}", token.expose_secret())))
    }
}

fn store(place: &str) -> Arc<dyn TokenStore> {
    #[cfg(feature = "redis")]
    if place.starts_with("redis://") {
        return Arc::new(bindery_auth::RedisStore::new(place).expect("an address"));
    }
    Arc::new(FileStore::new(Path::new(place)))
}

/// Does nothing, except in the processes that the other tests start.
#[tokio::test]
async fn the_process_of_a_fleet() {
    let (Ok(service), Ok(place)) = (std::env::var(SERVICE), std::env::var(STORE)) else {
        return;
    };
    let clock = TestClock::new();
    let source = TokenSource::with_store(
        Remote(service.clone()),
        Arc::new(clock.clone()),
        key("jane"),
        store(&place),
    );
    let credential = RenewedToken::new(source.clone(), Reach::new(&["token"], ""));
    let service = Remote(service);
    loop {
        let mut request = reqwest::Request::new(
            reqwest::Method::GET,
            "https://example.com/".parse().expect("a URL"),
        );
        let authorized = match credential.authorize(&REQUIREMENT, &mut request) {
            Authorizing::Done(outcome) => outcome,
            Authorizing::Waiting(waiting) => waiting.await,
        };
        let Ok(generation) = authorized else {
            // Longer than it backs off.
            clock.advance(Duration::from_secs(100));
            continue;
        };
        let header = request.headers()["authorization"].to_str().expect("text");
        let token = header.trim_start_matches("Bearer ").to_owned();
        match service.ask(format!("call {token}")).await.as_deref() {
            Ok("200") => {}
            Ok("401") => {
                let _ = credential.rejected(generation).await;
                clock.advance(Duration::from_secs(1));
            }
            // The service is gone when the test has ended.
            _ => return,
        }
    }
}

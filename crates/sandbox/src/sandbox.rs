//! The three providers together.

use std::io;

use crate::admin::{self, Ledgers};
use crate::faults::Faults;
use crate::server::Server;
use crate::{Clock, alibaba_baas, hive, upvest};

/// The three providers, running, each on its own port of 127.0.0.1.
///
/// They run on the Tokio runtime that started them, until [`Sandbox::shutdown`] or until the value
/// is dropped. Their credentials are made up at every start and open nothing but this sandbox;
/// they are plain strings because they are there to be shown.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let sandbox = bindery_sandbox::Sandbox::builder().start().await?;
/// println!("{}", sandbox.hive().url);
/// sandbox.shutdown().await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Sandbox {
    clock: Clock,
    faults: Faults,
    admin: Option<(Server, String)>,
    alibaba_baas: (Server, alibaba_baas::Access, alibaba_baas::Operator),
    hive: (Server, hive::Access, hive::Operator),
    upvest: (Server, upvest::Access, upvest::Operator),
}

/// Where the sandbox listens and how it behaves. Made by [`Sandbox::builder`].
#[derive(Clone, Debug, Default)]
pub struct Builder {
    clock: Clock,
    admin_port: Option<u16>,
    alibaba_port: u16,
    hive_port: u16,
    upvest_port: u16,
    alibaba_baas: alibaba_baas::Settings,
    hive: hive::Settings,
    upvest: upvest::Settings,
}

impl Sandbox {
    /// Free ports and the providers' documented behaviour, until told otherwise.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// How to reach the Alibaba Cloud BaaS gateway.
    pub fn alibaba_baas(&self) -> &alibaba_baas::Access {
        &self.alibaba_baas.1
    }

    /// The hand of the operator of the Alibaba Cloud BaaS networks.
    pub fn alibaba_baas_operator(&self) -> &alibaba_baas::Operator {
        &self.alibaba_baas.2
    }

    /// How to reach Hive.
    pub fn hive(&self) -> &hive::Access {
        &self.hive.1
    }

    /// What is really on Hive's chains.
    pub fn hive_operator(&self) -> &hive::Operator {
        &self.hive.2
    }

    /// How to reach Upvest.
    pub fn upvest(&self) -> &upvest::Access {
        &self.upvest.1
    }

    /// What there really is at Upvest.
    pub fn upvest_operator(&self) -> &upvest::Operator {
        &self.upvest.2
    }

    /// What goes wrong on purpose, and the counts of what was asked.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Where the admin port listens, as in `http://127.0.0.1:PORT`; `None` unless
    /// [`Builder::admin_port`] asked for one.
    pub fn admin_url(&self) -> Option<&str> {
        self.admin.as_ref().map(|(_, url)| url.as_str())
    }

    /// The clock that all three go by.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Stops all three. Requests under way have two seconds to finish; web sockets are closed.
    pub async fn shutdown(self) {
        // Before the rest, because it shares the ledgers too.
        if let Some((admin, _)) = self.admin {
            admin.stop().await;
        }
        let (alibaba_baas, _, operator) = self.alibaba_baas;
        // The web sockets live as long as the ledgers, which the operator shares.
        drop(operator);
        tokio::join!(
            alibaba_baas.stop(),
            self.hive.0.stop(),
            self.upvest.0.stop(),
        );
    }
}

impl Builder {
    /// The port of the Alibaba Cloud BaaS gateway; 0 picks a free one.
    pub fn alibaba_port(mut self, port: u16) -> Self {
        self.alibaba_port = port;
        self
    }

    /// The port of Hive, which serves the paths of all its hosts; 0 picks a free one.
    pub fn hive_port(mut self, port: u16) -> Self {
        self.hive_port = port;
        self
    }

    /// The port of Upvest; 0 picks a free one.
    pub fn upvest_port(mut self, port: u16) -> Self {
        self.upvest_port = port;
        self
    }

    /// The port over which faults are set and counts are read; 0 picks a free one. Without it there
    /// is none. Whoever reaches 127.0.0.1 reaches it.
    pub fn admin_port(mut self, port: u16) -> Self {
        self.admin_port = Some(port);
        self
    }

    /// How the Alibaba Cloud BaaS gateway behaves.
    pub fn alibaba_baas(mut self, settings: alibaba_baas::Settings) -> Self {
        self.alibaba_baas = settings;
        self
    }

    /// How Hive behaves.
    pub fn hive(mut self, settings: hive::Settings) -> Self {
        self.hive = settings;
        self
    }

    /// How Upvest behaves.
    pub fn upvest(mut self, settings: upvest::Settings) -> Self {
        self.upvest = settings;
        self
    }

    /// The clock to go by, in place of a new one.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Starts the three providers on the current Tokio runtime.
    ///
    /// # Errors
    ///
    /// When a port cannot be bound; the message names the provider and the port.
    pub async fn start(self) -> io::Result<Sandbox> {
        let clock = &self.clock;
        let faults = Faults::new(clock.clone());
        let alibaba_baas = named(
            "Alibaba Cloud BaaS",
            self.alibaba_port,
            alibaba_baas::start(
                self.alibaba_port,
                &self.alibaba_baas,
                clock.clone(),
                &faults,
            )
            .await,
        )?;
        let hive = named(
            "Hive",
            self.hive_port,
            hive::start(self.hive_port, &self.hive, clock.clone(), &faults).await,
        )?;
        let upvest = named(
            "Upvest",
            self.upvest_port,
            upvest::start(self.upvest_port, &self.upvest, clock.clone(), &faults).await,
        )?;
        let admin = match self.admin_port {
            None => None,
            Some(port) => {
                let ledgers = Ledgers {
                    alibaba_baas: alibaba_baas.2.clone(),
                    hive: hive.2.clone(),
                    upvest: upvest.2.clone(),
                };
                let started = admin::start(port, faults.clone(), clock.clone(), ledgers).await;
                Some(named("the admin port", port, started)?)
            }
        };
        Ok(Sandbox {
            clock: self.clock,
            faults,
            admin,
            alibaba_baas,
            hive,
            upvest,
        })
    }
}

fn named<T>(provider: &str, port: u16, started: io::Result<T>) -> io::Result<T> {
    started.map_err(|error| {
        let place = match port {
            0 => "a free port of 127.0.0.1".to_owned(),
            port => format!("127.0.0.1:{port}"),
        };
        io::Error::new(
            error.kind(),
            format!("failed to start {provider} on {place}: {error}"),
        )
    })
}
